import { SqlError, type TdsType, type TdsValue, type VariantValue } from '../session.ts';
import { spatialFromText, spatialToText } from './storage-spatial.ts';
import { escapeText, unescapeText } from './storage-text.ts';
import { instantText, instantTicks, offsetRow, offsetText, timeText, timeTicks } from './storage-time.ts';

/** Turns a value of the seam into the text PostgreSQL reads for its storage type; null stays null. */
export type Encoder = (value: TdsValue) => string | null;
/** Turns the text PostgreSQL writes for a storage type into a value of the seam; never called for NULL. */
export type Decoder = (text: string) => TdsValue;

const FIXED: Partial<Record<TdsType['name'], string>> = {
  bit: 'boolean',
  tinyint: 'smallint',
  smallint: 'smallint',
  int: 'integer',
  bigint: 'bigint',
  money: 'numeric(19,4)',
  smallmoney: 'numeric(10,4)',
  real: 'real',
  float: 'double precision',
  uniqueidentifier: 'uuid',
  date: 'date',
  smalldatetime: 'timestamp(0)',
  datetime: 'timestamp(3)',
  datetimeoffset: 'sys.datetimeoffset',
  sql_variant: 'sys.sql_variant',
  binary: 'bytea',
  varbinary: 'bytea',
  image: 'bytea',
  rowversion: 'bytea',
  hierarchyid: 'bytea',
};

/** The PostgreSQL type that stores a T-SQL type, without a collation (see {@link pgCollation}). */
export function pgType(type: TdsType): string {
  switch (type.name) {
    case 'decimal':
    case 'numeric':
      return `numeric(${type.precision ?? 18},${type.scale ?? 0})`;
    case 'datetime2':
      return (type.scale ?? 7) > 6 ? 'bigint' : `timestamp(${type.scale})`;
    case 'time':
      return (type.scale ?? 7) > 6 ? 'bigint' : `time(${type.scale})`;
    default:
      return FIXED[type.name] ?? 'text';
  }
}

/** True for the types whose values are ordered and compared by a collation. */
export function isCharacter(type: TdsType): boolean {
  return /^(n?char|n?varchar|n?text)$/.test(type.name);
}

/**
 * The PostgreSQL collation (a quoted name) for a SQL Server collation: code-point order for the binary ones, else an ICU collation
 * by case and accent sensitivity. The language's own order is not emulated.
 */
export function pgCollation(collation: string | undefined): string {
  const name = (collation ?? 'SQL_Latin1_General_CP1_CI_AS').toUpperCase();
  if (/_BIN2?(_|$)/.test(name)) return '"C"';
  const caseSensitive = name.includes('_CS');
  const accentSensitive = !name.includes('_AI');
  return `sys.${caseSensitive ? 'cs' : 'ci'}_${accentSensitive ? 'as' : 'ai'}`;
}

const asText = (value: TdsValue): string | null => (value === null ? null : String(value));

function characters(value: TdsValue): string | null {
  return value === null ? null : escapeText(String(value));
}

function binary(value: TdsValue): string | null {
  if (value === null) return null;
  if (!Buffer.isBuffer(value)) throw new SqlError(206, 'Operand type clash: a binary value was expected.');
  return `\\x${value.toString('hex')}`;
}

function fixedBinary(length: number): Encoder {
  return (value) => binary(Buffer.isBuffer(value) && value.length < length ? Buffer.concat([value], length) : value);
}

function isVariant(value: TdsValue): value is VariantValue {
  return value !== null && typeof value === 'object' && 'base' in value;
}

/** A composite's text form: every field quoted, `"` and `\\` doubled. */
function rowText(...fields: readonly string[]): string {
  return `(${fields.map((field) => `"${field.replaceAll(/["\\]/g, '$&$&')}"`).join(',')})`;
}

/** The fields of a composite's text form; NULL fields do not occur in ours. */
function rowFields(text: string): string[] {
  return [...text.slice(1, -1).matchAll(/"((?:[^"\\]|""|\\.)*)"|([^,]+)|(?<=,)(?=$)/gs)].map(
    (m) => m[1]?.replaceAll(/""|\\(.)/gs, (all, ch: string | undefined) => ch ?? all[0] ?? '') ?? m[2] ?? '',
  );
}

/** `decimal(10,2)`, `nvarchar(max)`, `int`: how the base type of a sql_variant is stored. */
export function baseText(type: TdsType): string {
  if (type.name === 'decimal' || type.name === 'numeric')
    return `${type.name}(${type.precision ?? 18},${type.scale ?? 0})`;
  if (/^(datetime2|datetimeoffset|time)$/.test(type.name)) return `${type.name}(${type.scale ?? 7})`;
  if (!/char|binary/.test(type.name)) return type.name;
  return `${type.name}(${type.length === -1 ? 'max' : (type.length ?? 1)})`;
}

/** Undoes {@link baseText}. */
export function typeOfBase(text: string): TdsType {
  const match = /^([a-z0-9_]+)(?:\((max|\d+)(?:,(\d+))?\))?$/.exec(text);
  const name = (match?.[1] ?? 'nvarchar') as TdsType['name'];
  const first = match?.[2];
  if (first === undefined) return { name };
  if (name === 'decimal' || name === 'numeric')
    return { name, precision: Number(first), scale: Number(match?.[3] ?? 0) };
  if (/^(datetime2|datetimeoffset|time)$/.test(name)) return { name, scale: Number(first) };
  return { name, length: first === 'max' ? -1 : Number(first) };
}

function variant(value: TdsValue): string | null {
  if (value === null) return null;
  if (!isVariant(value)) throw new SqlError(206, 'Operand type clash: a sql_variant was expected.');
  const stored = encoderFor(value.base)(value.value);
  return stored === null ? null : rowText(baseText(value.base), stored);
}

function readVariant(text: string): VariantValue {
  const [base = '', stored = ''] = rowFields(text);
  const type = typeOfBase(base);
  return { base: type, value: decoderFor(type)(stored) as VariantValue['value'] };
}

/** The encoder of one type: chosen once per column or parameter, then called per value. */
export function encoderFor(type: TdsType): Encoder {
  const scale = type.scale ?? 7;
  switch (type.name) {
    case 'bit':
      return (v) => (v === null ? null : v === true || v === 1 || v === '1' || v === 'true' ? 't' : 'f');
    case 'char':
    case 'nchar': {
      const length = type.length ?? 1;
      return (v) => (v === null ? null : escapeText(String(v).padEnd(length, ' ')));
    }
    case 'varchar':
    case 'nvarchar':
    case 'text':
    case 'ntext':
    case 'xml':
      return characters;
    case 'binary':
      return fixedBinary(type.length ?? 1);
    case 'varbinary':
    case 'image':
    case 'rowversion':
    case 'hierarchyid':
      return binary;
    case 'time':
      return scale > 6 ? (v) => (v === null ? null : String(timeTicks(String(v)))) : asText;
    case 'datetime2':
      return scale > 6 ? (v) => (v === null ? null : String(instantTicks(String(v)))) : asText;
    case 'datetimeoffset':
      return (v) => (v === null ? null : offsetRow(String(v)));
    case 'sql_variant':
      return variant;
    case 'geography':
    case 'geometry': {
      const kind = type.name;
      return (v) => (Buffer.isBuffer(v) ? spatialToText(v, kind) : asText(v));
    }
    default:
      return asText;
  }
}

const fromHex: Decoder = (text) => Buffer.from(text.slice(2), 'hex');

/** The decoder of one type: chosen once per column, then called per value. */
export function decoderFor(type: TdsType): Decoder {
  const scale = type.scale ?? 7;
  switch (type.name) {
    case 'bit':
      return (text) => text === 't' || text === 'true';
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'float':
      return Number;
    case 'real':
      return (text) => Math.fround(Number(text));
    case 'bigint':
      return BigInt;
    case 'char':
    case 'nchar':
    case 'varchar':
    case 'nvarchar':
    case 'text':
    case 'ntext':
    case 'xml':
      return unescapeText;
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'rowversion':
    case 'hierarchyid':
      return fromHex;
    case 'uniqueidentifier':
      return (text) => text.toUpperCase();
    case 'time':
      return scale > 6 ? (text) => timeText(BigInt(text), 7) : (text) => text;
    case 'datetime2':
      return scale > 6 ? (text) => instantText(BigInt(text), 7) : (text) => text;
    case 'datetimeoffset':
      return (text) => offsetText(text, scale);
    case 'sql_variant':
      return readVariant;
    case 'geography':
    case 'geometry': {
      const kind = type.name;
      return (text) => spatialFromText(text, kind);
    }
    default:
      return (text) => text;
  }
}
