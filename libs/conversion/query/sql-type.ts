import type { DataType } from '#tsql';
import type { Scope, SqlType, SqlTypeName } from './api.ts';

/** Data type precedence of T-SQL, lowest first: of two operands the lower one is converted to the higher one. */
const PRECEDENCE: readonly SqlTypeName[] = [
  'binary',
  'varbinary',
  'char',
  'varchar',
  'nchar',
  'nvarchar',
  'uniqueidentifier',
  'rowversion',
  'image',
  'text',
  'ntext',
  'bit',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'smallmoney',
  'money',
  'numeric',
  'decimal',
  'real',
  'float',
  'time',
  'date',
  'smalldatetime',
  'datetime',
  'datetime2',
  'datetimeoffset',
  'xml',
  'geography',
  'geometry',
  'hierarchyid',
  'sql_variant',
  'table',
];

const RANK = new Map(PRECEDENCE.map((name, index) => [name, index]));

/** Families of types that conversions treat alike. */
export type TypeFamily =
  'bit' | 'integer' | 'decimal' | 'money' | 'float' | 'string' | 'binary' | 'guid' | 'datetime' | 'xml' | 'other';

const FAMILY: Partial<Record<SqlTypeName, TypeFamily>> = {
  bit: 'bit',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'money',
  smallmoney: 'money',
  real: 'float',
  float: 'float',
  char: 'string',
  varchar: 'string',
  text: 'string',
  nchar: 'string',
  nvarchar: 'string',
  ntext: 'string',
  binary: 'binary',
  varbinary: 'binary',
  image: 'binary',
  rowversion: 'binary',
  uniqueidentifier: 'guid',
  date: 'datetime',
  time: 'datetime',
  smalldatetime: 'datetime',
  datetime: 'datetime',
  datetime2: 'datetime',
  datetimeoffset: 'datetime',
  xml: 'xml',
};

/** The family a type belongs to. */
export function familyOf(type: SqlType): TypeFamily {
  return FAMILY[type.name] ?? 'other';
}

export const INT: SqlType = { name: 'int' };
export const BIGINT: SqlType = { name: 'bigint' };
export const BIT: SqlType = { name: 'bit' };
export const FLOAT: SqlType = { name: 'float' };
export const REAL: SqlType = { name: 'real' };
export const MONEY: SqlType = { name: 'money' };
export const DATE: SqlType = { name: 'date' };
export const DATETIME: SqlType = { name: 'datetime' };
export const DATETIME2: SqlType = { name: 'datetime2', scale: 7 };
export const DATETIMEOFFSET: SqlType = { name: 'datetimeoffset', scale: 7 };
export const GUID: SqlType = { name: 'uniqueidentifier' };

export const varchar = (length: number): SqlType => ({ name: 'varchar', length });
export const nvarchar = (length: number): SqlType => ({ name: 'nvarchar', length });
export const varbinary = (length: number): SqlType => ({ name: 'varbinary', length });
export const decimal = (precision: number, scale: number): SqlType => ({ name: 'decimal', precision, scale });

export const isString = (type: SqlType): boolean => familyOf(type) === 'string';
export const isNational = (type: SqlType): boolean =>
  type.name === 'nvarchar' || type.name === 'nchar' || type.name === 'ntext' || type.name === 'xml';
export const isInteger = (type: SqlType): boolean => familyOf(type) === 'integer';
/** Anything that arithmetic works on. */
export const isNumeric = (type: SqlType): boolean =>
  ['bit', 'integer', 'decimal', 'money', 'float'].includes(familyOf(type));
export const isDatetime = (type: SqlType): boolean => familyOf(type) === 'datetime';
export const isBinary = (type: SqlType): boolean => familyOf(type) === 'binary';
/** Fixed width: values carry their padding. */
export const isPadded = (type: SqlType): boolean => type.name === 'char' || type.name === 'nchar';

/** Whether `a` has the higher precedence. */
export function outranks(a: SqlType, b: SqlType): boolean {
  return (RANK.get(a.name) ?? 0) > (RANK.get(b.name) ?? 0);
}

const DECIMAL_FORM: Partial<Record<SqlTypeName, readonly [number, number]>> = {
  bit: [1, 0],
  tinyint: [3, 0],
  smallint: [5, 0],
  int: [10, 0],
  bigint: [19, 0],
  money: [19, 4],
  smallmoney: [10, 4],
};

/** Precision and scale that a number has when it meets decimals. */
export function precisionOf(type: SqlType): readonly [number, number] {
  if (familyOf(type) === 'decimal') return [type.precision ?? 18, type.scale ?? 0];
  return DECIMAL_FORM[type.name] ?? [38, 0];
}

/** Largest length below `max` of a character or binary type. */
export const lengthLimit = (type: SqlType): number => (isNational(type) ? 4000 : 8000);

/** Length as declared, -1 for max and for the old LOB types, undefined where there is none. */
export function lengthOf(type: SqlType): number | undefined {
  if (type.name === 'text' || type.name === 'ntext' || type.name === 'image' || type.name === 'xml') return -1;
  if (type.name === 'rowversion') return 8;
  if (isString(type) || isBinary(type)) return type.length ?? 1;
  return undefined;
}

function unifyDecimals(a: SqlType, b: SqlType): SqlType {
  const [p1, s1] = precisionOf(a);
  const [p2, s2] = precisionOf(b);
  const scale = Math.max(s1, s2);
  const integral = Math.max(p1 - s1, p2 - s2);
  if (integral + scale <= 38) return decimal(integral + scale, scale);
  return decimal(38, Math.max(Math.min(scale, 6), 38 - integral));
}

const SCALES: Partial<Record<SqlTypeName, number>> = { smalldatetime: 0, date: 0, datetime: 3 };

/** Fractional digits of a date/time type. */
export function timeScale(type: SqlType): number {
  return SCALES[type.name] ?? type.scale ?? 7;
}

/** Length that a value of any type needs as a string, for unions of strings with others. */
function unifyLengths(a: SqlType, b: SqlType, of: SqlType): number {
  const [x, y] = [lengthOf(a) ?? 30, lengthOf(b) ?? 30];
  if (x === -1 || y === -1) return -1;
  return Math.min(Math.max(x, y), lengthLimit(of));
}

/** The type of the higher precedence, widened so that values of both fit: CASE, COALESCE, UNION, comparisons. */
export function unify(a: SqlType, b: SqlType): SqlType {
  const high = outranks(a, b) ? a : b;
  const low = high === a ? b : a;
  switch (familyOf(high)) {
    case 'decimal':
      return isNumeric(low) ? unifyDecimals(high, low) : high;
    case 'string': {
      const length = unifyLengths(a, b, high);
      const collation = a.collation ?? b.collation;
      const variable = isPadded(high) && !isPadded(low) && isString(low);
      const name = variable ? (isNational(high) ? 'nvarchar' : 'varchar') : high.name;
      return { name, length, ...(collation === undefined ? {} : { collation }) };
    }
    case 'binary': {
      if (!isBinary(low)) return high;
      return { name: high.name === low.name ? high.name : 'varbinary', length: unifyLengths(a, b, high) };
    }
    case 'datetime':
      if (high.scale === undefined || !isDatetime(low)) return high;
      return { ...high, scale: Math.max(high.scale, timeScale(low)) };
    default:
      return high;
  }
}

/** {@link unify} over a list that is not empty. */
export function unifyAll(types: readonly SqlType[]): SqlType {
  return types.reduce((a, b) => unify(a, b));
}

/** Whether two types hold the same values in the same storage form, so that no conversion is needed. */
export function sameType(a: SqlType, b: SqlType): boolean {
  const name = (type: SqlType): string => (type.name === 'numeric' ? 'decimal' : type.name);
  if (name(a) !== name(b)) return false;
  if (familyOf(a) === 'decimal') return precisionOf(a).join() === precisionOf(b).join();
  if (familyOf(a) === 'string' || familyOf(a) === 'binary') return lengthOf(a) === lengthOf(b);
  return timeScale(a) === timeScale(b);
}

/** The type as T-SQL writes it, for messages and sql_variant: `decimal(10,2)`, `nvarchar(max)`. */
export function typeText(type: SqlType): string {
  const family = familyOf(type);
  if (family === 'decimal') return `${type.name}(${precisionOf(type).join(',')})`;
  if (['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary'].includes(type.name)) {
    return `${type.name}(${type.length === -1 ? 'max' : (type.length ?? 1)})`;
  }
  return ['time', 'datetime2', 'datetimeoffset'].includes(type.name) ? `${type.name}(${type.scale ?? 7})` : type.name;
}

const FLEXIBLE = new Set<SqlTypeName>(['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary']);

function sized(name: SqlTypeName, args: DataType['args'], defaultLength: number): SqlType {
  const length = args[0] === undefined ? defaultLength : args[0] === 'max' ? -1 : args[0];
  return { name, length };
}

function numbered(name: SqlTypeName, args: DataType['args']): SqlType {
  const [first, second] = args.map((arg) => (arg === 'max' ? 0 : arg));
  if (name === 'decimal' || name === 'numeric') return { name, precision: first ?? 18, scale: second ?? 0 };
  if (name === 'time' || name === 'datetime2' || name === 'datetimeoffset') return { name, scale: first ?? 7 };
  if (name === 'float') return { name: first !== undefined && first <= 24 ? 'real' : 'float' };
  return { name };
}

/**
 * A type as written, with lengths and precisions filled in: a length left out is 1 in declarations and 30 in CAST and CONVERT
 * (`inCast`). undefined: there is no such type.
 */
export function dataTypeOf(type: DataType, scope: Pick<Scope, 'dataType'>, inCast = false): SqlType | undefined {
  const base = type.base === 'timestamp' ? 'rowversion' : type.base;
  if (base === 'sysname') return { name: 'nvarchar', length: 128 };
  if (base === 'json') return { name: 'nvarchar', length: -1 };
  if (type.schema === undefined || type.schema.name.toLowerCase() === 'sys') {
    const name = base as SqlTypeName;
    if (FLEXIBLE.has(name)) return sized(name, type.args, inCast ? 30 : 1);
    if (RANK.has(name)) return numbered(name, type.args);
  }
  return scope.dataType(type.schema?.name, type.name.name);
}
