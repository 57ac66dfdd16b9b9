import type { Span } from '#tsql';
import type { SqlType, TypedSql } from './api.ts';
import { plainBytesGuid, toBinary } from './convert-binary.ts';
import { toDatetime, daysOf } from './convert-datetime.ts';
import { mayLeaveMoney, outOfRange } from './convert-range.ts';
import { plainFromText } from './convert-plain.ts';
import { toText } from './convert-text.ts';
import { bool, call, nullOf, quoted, value } from './sql-text.ts';
import {
  familyOf,
  isInteger,
  isPadded,
  isString,
  lengthOf,
  precisionOf,
  sameType,
  timeScale,
  typeText,
} from './sql-type.ts';
import { isClash, isExplicitOnly } from './operand-types.ts';
import { timeAsText } from './text-times.ts';
import type { Translation } from './translation.ts';

/**
 * How a conversion is asked for. `implicit`: to meet another operand, nothing is cut. `explicit`: CAST and CONVERT.
 * `assignment`: to a variable, strings are cut silently. `store`: to a column, strings that are cut raise 2628.
 */
export type ConvertMode = 'implicit' | 'explicit' | 'assignment' | 'store';

export interface ConvertOptions {
  readonly mode: ConvertMode;
  readonly span: Span;
  readonly style?: number;
  /** TRY_CAST and its fellows: NULL in place of an error. */
  readonly try?: boolean;
  /** Of `store`: 'schema.table' and the column, for the message. */
  readonly column?: { readonly table: string; readonly name: string };
  /** Of `store`: the column keeps the time as text. */
  readonly asText?: true;
}

/** What the family converters get. */
export interface Conversion extends ConvertOptions {
  readonly t: Translation;
  readonly from: TypedSql;
  readonly to: SqlType;
}

/** Converts a value to a T-SQL type as SQL Server does; reports 529 or 206 where no conversion exists. */
export function convert(t: Translation, from: TypedSql, to: SqlType, options: ConvertOptions): TypedSql {
  const { asText, ...rest } = options;
  return asText ? timeAsText(converted(t, from, to, rest)) : converted(t, from, to, options);
}

function converted(t: Translation, from: TypedSql, to: SqlType, options: ConvertOptions): TypedSql {
  if (from.constant === null || from.untyped) return nullOf(to, t.profile.typeSql(to));
  const stored = options.mode === 'assignment' || options.mode === 'store';
  if (stored && t.profile.runtime) requireImplicit(t, from.type, to, options.span);
  if (isUnchanged(from.type, to, options)) return from.type === to ? from : { ...from, type: mergeCollation(from, to) };
  const sql = convertSql({ ...options, t, from, to });
  if (sql === undefined) return noConversion(t, from.type, to, options);
  const result: TypedSql = typeof sql === 'string' ? value(sql, to, from.nullable || options.try === true) : sql;
  return isString(to) && isString(from.type) ? { ...result, ...collationOf(from) } : result;
}

/** 257 for what only CAST and CONVERT convert, 206 for what nothing does. */
function requireImplicit(t: Translation, from: SqlType, to: SqlType, span: Span): void {
  if (isClash(from, to))
    t.fail('type-clash', 206, `Operand type clash: ${from.name} is incompatible with ${to.name}`, span);
  if (!isExplicitOnly(from, to)) return;
  const message = `Implicit conversion from data type ${from.name} to ${to.name} is not allowed. Use the CONVERT function to run this query.`;
  t.fail('explicit-only', 257, message, span);
}

function collationOf(from: TypedSql): Partial<TypedSql> {
  return {
    type: from.type,
    ...(from.collated ? { collated: from.collated } : {}),
    ...(from.pgCollated === undefined ? {} : { pgCollated: from.pgCollated }),
  };
}

const mergeCollation = (from: TypedSql, to: SqlType): SqlType =>
  from.type.collation !== undefined && isString(to) ? { ...to, collation: from.type.collation } : to;

function isUnchanged(from: SqlType, to: SqlType, options: ConvertOptions): boolean {
  if (sameType(from, to)) return options.style === undefined || !isString(to);
  if (options.mode === 'implicit' && isString(from) && isString(to)) return true;
  return false;
}

function noConversion(t: Translation, from: SqlType, to: SqlType, options: ConvertOptions): TypedSql {
  const [a, b] = [from.name, to.name];
  return options.mode === 'explicit'
    ? t.fail('no-conversion', 529, `Explicit conversion from data type ${a} to ${b} is not allowed.`, options.span)
    : t.fail('type-clash', 206, `Operand type clash: ${a} is incompatible with ${b}`, options.span);
}

function convertSql(c: Conversion): string | TypedSql | undefined {
  if (c.from.type.name === 'sql_variant') return fromVariant(c);
  switch (familyOf(c.to)) {
    case 'bit':
      return toBit(c);
    case 'integer':
      return toInteger(c);
    case 'decimal':
    case 'money':
      return toDecimal(c);
    case 'float':
      return toFloat(c);
    case 'string':
      return withCollation(c, toText(c));
    case 'binary':
      return toBinary(c);
    case 'guid':
      return toGuid(c);
    case 'datetime':
      return toDatetime(c);
    case 'xml':
      if (!isString(c.from.type)) return undefined;
      return value(
        c.t.profile.runtime ? call('sys.xml_of', c.from.sql, bool(c.try === true)) : plainXml(c),
        c.to,
        c.from.nullable || c.try === true,
      );
    default:
      return toOther(c);
  }
}

/** A literal is xml to PostgreSQL as it is; TRY_CAST asks whether a text can be. */
function plainXml({ t, from, span, ...c }: Conversion): string {
  if (c.try !== true) return typeof from.constant === 'string' ? from.sql : `(${from.sql})::xml`;
  if (!t.since(16)) return t.needsServer(16, 'TRY_CAST to xml', span).sql;
  return `(CASE WHEN pg_input_is_valid(${from.sql}, 'xml') THEN ${from.sql} END)::xml`;
}

function withCollation(c: Conversion, result: string | TypedSql | undefined): string | TypedSql | undefined {
  if (result === undefined || !isString(c.from.type)) return result;
  const typed = typeof result === 'string' ? value(result, c.to, c.from.nullable) : result;
  const type = mergeCollation(c.from, c.to);
  return { ...typed, ...collationOf(c.from), type };
}

function toOther(c: Conversion): string | undefined {
  if (c.to.name === 'sql_variant') {
    // In the target a variant is its text.
    if (!c.t.profile.runtime) return isString(c.from.type) ? c.from.sql : variantText(c);
    const text = isPadded(c.from.type) ? c.from.sql : `(${c.from.sql})::text`;
    return `ROW(${quoted(typeText(c.from.type))}, ${text})::sys.sql_variant`;
  }
  if (c.to.name === 'hierarchyid' && isString(c.from.type)) {
    return c.t.profile.runtime ? call('sys.hierarchyid_parse', c.from.sql) : c.from.sql;
  }
  return c.from.type.name === c.to.name ? c.from.sql : undefined;
}

/** What a variant keeps of a value in the target: its text, of times in the order of their size. */
const variantText = ({ t, from, span }: Conversion): string =>
  convert(
    t,
    from,
    { name: 'nvarchar', length: 4000 },
    { mode: 'explicit', span, ...(familyOf(from.type) === 'datetime' ? { style: 121 } : {}) },
  ).sql;

/** A variant's value by way of its text: exact for the types whose text is their storage text. */
function fromVariant(c: Conversion): string | TypedSql {
  // In the target a variant is its text.
  if (!c.t.profile.runtime) return convert(c.t, value(c.from.sql, { name: 'nvarchar', length: 4000 }), c.to, c);
  const shown = bool(isString(c.to));
  const text = value(call('sys.variant_text', c.from.sql, shown), { name: 'nvarchar', length: 4000 });
  return c.to.name === 'sql_variant' ? c.from.sql : convert(c.t, text, c.to, c);
}

function toBit(c: Conversion): string | TypedSql | undefined {
  const { from } = c;
  switch (familyOf(from.type)) {
    case 'integer':
    case 'decimal':
    case 'money':
    case 'float':
      if (typeof from.constant === 'string') {
        const flag = Number(from.constant) !== 0;
        return { sql: bool(flag), type: c.to, nullable: false, constant: flag ? '1' : '0' };
      }
      return `(${from.sql} <> 0)`;
    case 'string':
      return c.t.profile.runtime ? call('sys.text_bit', from.sql, bool(c.try === true)) : plainFromText(c);
    case 'binary':
      return c.t.profile.runtime ? `(sys.bytes_int(${from.sql}, 8) <> 0)` : undefined;
    default:
      return undefined;
  }
}

const INTEGER_RANGE: Record<string, readonly [string, string]> = {
  tinyint: ['0', '255'],
  smallint: ['-32768', '32767'],
  int: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};

function narrowed(c: Conversion, sql: string): string {
  const refused = outOfRange(c);
  if (refused !== undefined) return refused;
  const [low, high] = INTEGER_RANGE[c.to.name] ?? ['0', '0'];
  const cast = `(${sql})::${c.t.profile.typeSql(c.to)}`;
  if (c.try) return `(CASE WHEN (${sql}) BETWEEN ${low} AND ${high} THEN ${cast} END)`;
  if (!c.t.profile.runtime) return cast;
  if (familyOf(c.from.type) === 'float')
    return `${call('sys.float_int', `(${sql})::float8`, quoted(c.to.name))}::${c.t.profile.typeSql(c.to)}`;
  if (c.to.name === 'tinyint') return call('sys.to_tinyint', `(${sql})::numeric`);
  if (c.to.name === 'smallint' && familyOf(c.from.type) === 'integer')
    return call('sys.to_smallint', `(${sql})::bigint`);
  return cast;
}

function toInteger(c: Conversion): string | TypedSql | undefined {
  const { from, to } = c;
  switch (familyOf(from.type)) {
    case 'bit':
      return to.name === 'int' ? `${from.sql}::int` : `${from.sql}::int::${c.t.profile.typeSql(to)}`;
    case 'integer':
      return integerToInteger(c);
    case 'decimal':
    case 'float':
      return narrowed(c, `trunc(${from.sql})`);
    case 'money':
      return narrowed(c, `round(${from.sql})`);
    case 'string':
      return textToInteger(c);
    case 'datetime':
      return from.type.name === 'datetime' || from.type.name === 'smalldatetime'
        ? narrowed(c, `round(${daysOf(c.t, from)})`)
        : undefined;
    case 'binary':
      return c.t.profile.runtime
        ? `${call('sys.bytes_int', from.sql, String(BYTE_WIDTH[to.name] ?? 4))}::${c.t.profile.typeSql(to)}`
        : plainBytes(c);
    default:
      return undefined;
  }
}

/** The last bytes of a binary as a number in two's complement. */
function plainBytes({ t, from, to }: Conversion): string | TypedSql {
  const width = BYTE_WIDTH[to.name] ?? 4;
  const digits = /^'\\x([0-9a-f]*)'::bytea$/i.exec(from.sql)?.[1];
  if (digits !== undefined) {
    const bits = BigInt(`0x0${digits.slice(-2 * width)}`);
    const number = String(width === 1 ? bits : BigInt.asIntN(8 * width, bits));
    return { sql: signed(number), type: to, nullable: false, constant: number };
  }
  const hex = `lpad(right(encode(${from.sql}, 'hex'), ${2 * width}), ${2 * width}, '0')`;
  // bit strings count as smallint in no version: by way of integer, whose sign two bytes do not reach.
  if (width < 4) {
    const whole = `('x' || lpad(${hex}, 8, '0'))::bit(32)::integer`;
    const value = width === 2 ? `(${whole} + 32768) % 65536 - 32768` : whole;
    return `(${value})::${t.profile.typeSql(to)}`;
  }
  return `('x' || ${hex})::bit(${8 * width})::${t.profile.typeSql(to)}`;
}

const BYTE_WIDTH: Record<string, number> = { tinyint: 1, smallint: 2, int: 4, bigint: 8 };

function integerToInteger(c: Conversion): string | TypedSql {
  const { from, to } = c;
  if (typeof from.constant === 'string' && fitsInteger(from.constant, to)) {
    return { ...from, type: to, sql: c.mode === 'implicit' ? from.sql : `${from.sql}::${c.t.profile.typeSql(to)}` };
  }
  const widening = (BYTE_WIDTH[to.name] ?? 0) > (BYTE_WIDTH[from.type.name] ?? 0);
  return widening ? `(${from.sql})::${c.t.profile.typeSql(to)}` : narrowed(c, from.sql);
}

const fitsInteger = (digits: string, to: SqlType): boolean => {
  const [low, high] = INTEGER_RANGE[to.name] ?? ['0', '0'];
  return /^-?\d+$/.test(digits) && BigInt(digits) >= BigInt(low) && BigInt(digits) <= BigInt(high);
};

function textToInteger(c: Conversion): string | TypedSql | undefined {
  const { from, to } = c;
  const digits = typeof from.constant === 'string' ? from.constant.trim() : undefined;
  if (digits !== undefined && fitsInteger(digits, to)) {
    return { sql: signed(digits), type: to, nullable: false, constant: String(BigInt(digits)) };
  }
  const typeSql = c.t.profile.typeSql(to);
  if (!c.t.profile.runtime) return outOfRange(c) ?? plainFromText(c);
  return `${call('sys.text_int', from.sql, quoted(to.name), bool(c.try === true))}::${typeSql}`;
}

/** A number that may be negative, safe as an operand. */
export const signed = (digits: string): string => (digits.startsWith('-') ? `(${digits})` : digits);

function toDecimal(c: Conversion): string | TypedSql | undefined {
  const { from, to } = c;
  const [precision, scale] = precisionOf(to);
  const typeSql = c.t.profile.typeSql(to);
  switch (familyOf(from.type)) {
    case 'bit':
      return `${from.sql}::int::${typeSql}`;
    case 'decimal':
    case 'money':
    case 'integer':
    case 'float':
      if (c.try) return tryDecimal(c, precision - scale);
      if (!c.t.profile.runtime && familyOf(to) === 'money') return plainMoney(c);
      if (moneyMayOverflow(c))
        return `${call('sys.money_range', `round((${from.sql})::numeric, 4)`, quoted(to.name))}::${typeSql}`;
      return keepsDecimal(c, precision, scale) ? from.sql : `(${from.sql})::${typeSql}`;
    case 'string':
      if (!c.t.profile.runtime) return outOfRange(c) ?? plainFromText(c);
      return familyOf(to) === 'money'
        ? call('sys.text_money', from.sql, quoted(to.name), bool(c.try === true))
        : call('sys.text_decimal', from.sql, String(precision), String(scale), bool(c.try === true));
    case 'datetime':
      return from.type.name === 'datetime' || from.type.name === 'smalldatetime'
        ? `(${daysOf(c.t, from)})::${typeSql}`
        : undefined;
    case 'binary':
      return familyOf(to) === 'money' && c.t.profile.runtime
        ? `(sys.bytes_int(${from.sql}, 8) / 10000.0)::${typeSql}`
        : undefined;
    default:
      return undefined;
  }
}

/** Whether a number may be one that money does not hold, which the sandbox looks at when it runs. */
const moneyMayOverflow = (c: Conversion): boolean =>
  familyOf(c.to) === 'money' && c.t.profile.runtime && mayLeaveMoney(c);

/** A number as money; a constant stays one. */
function plainMoney(c: Conversion): string | TypedSql {
  const { from, to, t } = c;
  const refused = outOfRange(c);
  if (refused !== undefined) return refused;
  const [precision, scale] = precisionOf(to);
  const sql = keepsDecimal(c, precision, scale) ? from.sql : `(${from.sql})::${t.profile.typeSql(to)}`;
  const { constant } = from;
  return typeof constant === 'string' ? { ...value(sql, to, false), constant } : sql;
}

function tryDecimal(c: Conversion, integralDigits: number): string {
  const cast = `(${c.from.sql})::${c.t.profile.typeSql(c.to)}`;
  const bound = `1${'0'.repeat(integralDigits)}`;
  return `(CASE WHEN abs(round((${c.from.sql})::numeric, ${precisionOf(c.to)[1]})) < ${bound} THEN ${cast} END)`;
}

/** A decimal of the same scale whose digits all fit needs no cast: its text has the right number of digits already. */
function keepsDecimal(c: Conversion, precision: number, scale: number): boolean {
  if (familyOf(c.from.type) !== 'decimal' && familyOf(c.from.type) !== 'money') return false;
  const [p, s] = precisionOf(c.from.type);
  return s === scale && p <= precision;
}

function toFloat(c: Conversion): string | TypedSql | undefined {
  const typeSql = c.t.profile.typeSql(c.to);
  switch (familyOf(c.from.type)) {
    case 'bit':
      return `${c.from.sql}::int::${typeSql}`;
    case 'integer':
    case 'decimal':
    case 'money':
      return `(${c.from.sql})::${typeSql}`;
    case 'float':
      if (c.to.name === 'real' && c.from.type.name !== 'real' && c.t.profile.runtime && !c.try)
        return call('sys.float_real', c.from.sql);
      return `(${c.from.sql})::${typeSql}`;
    case 'string':
      if (!c.t.profile.runtime) return plainFromText(c);
      return `${call('sys.text_float', c.from.sql, quoted(c.to.name), bool(c.try === true))}::${typeSql}`;
    case 'datetime':
      return timeScale(c.from.type) <= 3 && c.from.type.name.endsWith('datetime')
        ? `(${daysOf(c.t, c.from)})::${typeSql}`
        : undefined;
    default:
      return undefined;
  }
}

function toGuid(c: Conversion): string | TypedSql | undefined {
  if (isString(c.from.type))
    return c.t.profile.runtime ? call('sys.text_guid', c.from.sql, bool(c.try === true)) : plainFromText(c);
  if (familyOf(c.from.type) !== 'binary') return undefined;
  return c.t.profile.runtime ? call('sys.bytes_guid', c.from.sql) : plainBytesGuid(c.from);
}

/** Whether strings of `from` can be longer than `to` holds. */
export function mayTruncate(from: SqlType, to: SqlType): boolean {
  const [source, target] = [lengthOf(from), lengthOf(to)];
  if (target === undefined || target === -1) return false;
  return source === undefined || source === -1 || source > target || isInteger(from);
}
