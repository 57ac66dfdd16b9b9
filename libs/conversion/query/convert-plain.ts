import type { TypedSql } from './api.ts';
import { searchable } from './caseless.ts';
import type { Conversion } from './convert.ts';
import { quoted } from './sql-text.ts';
import { familyOf, precisionOf } from './sql-type.ts';

/**
 * Strings that become numbers, bits and GUIDs in plain PostgreSQL. A constant is read here, as SQL Server reads it; a value is cast, which is an error
 * where it cannot be read. With TRY_ a CASE inside of the cast leaves out what cannot be read: PostgreSQL folds constants, so that a cast within the
 * CASE would fail.
 */
export function plainFromText(c: Conversion): string | TypedSql | undefined {
  const family = familyOf(c.to);
  const typeSql = c.t.profile.typeSql(c.to);
  const source = readable(c);
  if (!c.try && isNoNumber(c, family)) return noNumber(c);
  if (!c.try && typeof c.from.constant !== 'string' && NUMBERS.has(family))
    c.t.differs('SL1107', `A text is read as ${c.to.name}: 1_000, 0x1F, 1e3 or Infinity may be numbers here.`, c.span);
  if (!c.try) return family === 'guid' && isLong(c) ? `left(${source}, 36)::uuid` : `(${source})::${typeSql}`;
  switch (family) {
    case 'bit':
      return `(CASE WHEN ${source} ~* ${TRUE_BIT} THEN true WHEN ${source} ~* ${FALSE_BIT} THEN false END)`;
    case 'guid':
      return `(CASE WHEN ${source} ~ ${GUID} THEN left(${source}, 36) END)::uuid`;
    case 'integer':
      return `(CASE WHEN btrim(${source}) = '' THEN '0' ${numberCase(c, source, WHOLE)} END)::${typeSql}`;
    case 'decimal':
    case 'money':
      return `(CASE ${numberCase(c, source, DECIMAL)} END)::${typeSql}`;
    default:
      return `(CASE WHEN btrim(${source}) = '' THEN '0' ${numberCase(c, source, FLOAT)} END)::${typeSql}`;
  }
}

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'decimal', 'money', 'float']);

const CONSTANT: Readonly<Record<string, RegExp>> = {
  bit: /^ *(true|false|[-+]?[0-9]*) *$/i,
  integer: /^ *[-+]?[0-9]* *$/,
  money: /^ *[-+]?[$£¤¥€]? *[-+]?[0-9,]*[.]?[0-9]* *$/,
  decimal: /^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)? *$/,
  float: /^ *([-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[-+]?[0-9]+)?)? *$/i,
};

/** A constant text that no server reads as the number. */
const isNoNumber = ({ from }: Conversion, family: string): boolean =>
  typeof from.constant === 'string' && CONSTANT[family]?.test(from.constant) === false;

/** 245: the statement fails in SQL Server too. */
function noNumber({ t, from, to, span }: Conversion): string {
  const message = `Conversion failed when converting the ${from.type.name} value '${from.constant ?? ''}' to data type ${to.name}.`;
  return t.refused(245, message, span).sql;
}

const regex = (text: string): string => quoted(text);
const WHOLE = regex('^ *[-+]?[0-9]+ *$');
const DECIMAL = regex('^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+) *$');
const FLOAT = regex('^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[-+]?[0-9]+)? *$');
const TRUE_BIT = regex('^ *(true|[-+]?[0-9]*[1-9][0-9]*) *$');
const FALSE_BIT = regex('^ *(false|[-+]?0*) *$');
const GUID = regex('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}');

/** Text behind a GUID is cut off; one in braces is read as it is. */
const isLong = ({ from }: Conversion): boolean =>
  typeof from.constant === 'string' && from.constant.length > 36 && !from.constant.startsWith('{');

/** The string as PostgreSQL reads it: blank is 0 for SQL Server, and money has signs and commas. */
function readable({ t, from: given, to, try: isTried }: Conversion): string {
  const from = searchable(t, given);
  const family = familyOf(to);
  // PostgreSQL refuses a blank text. Where it is tried, the CASE around it tells.
  const numbered = (sql: string): string => (isTried === true ? sql : `regexp_replace(${sql}, '^ *$', '0')`);
  if (family === 'money') {
    if (typeof from.constant !== 'string') return numbered(`translate(${from.sql}, '$,', '')`);
    return quoted(from.constant.replaceAll(/[$£¤¥€,]/g, '').trim() || '0');
  }
  if (typeof from.constant !== 'string')
    return family === 'decimal' || family === 'guid' ? from.sql : numbered(from.sql);
  const text = from.constant.trim();
  if (text === '' && family !== 'decimal' && family !== 'guid') return `'0'`;
  return family === 'bit' && /^[-+]?[0-9]+$/.test(text) ? quoted(/[1-9]/.test(text) ? '1' : '0') : from.sql;
}

/** `WHEN … THEN text`: the text that is a number in range. From 16 on the server tells the range, before it is computed. */
function numberCase(c: Conversion, source: string, form: string): string {
  const typeSql = c.t.profile.typeSql(c.to);
  const match = `${source} ${familyOf(c.to) === 'float' ? '~*' : '~'} ${form}`;
  if (c.t.since(16)) return `WHEN ${match} AND pg_input_is_valid(${source}, ${quoted(typeSql)}) THEN ${source}`;
  // A cast of a bare literal would be tried when the text is parsed.
  const range = rangeOf(c, `(${source})::${typeof c.from.constant === 'string' ? 'text::' : ''}numeric`);
  if (range === undefined) return `WHEN ${match} THEN ${source}`;
  return `WHEN ${match} THEN CASE WHEN ${range} THEN ${source} END`;
}

const BITS: Readonly<Record<string, bigint>> = { smallint: 15n, int: 31n, bigint: 63n };

function rangeOf({ to }: Conversion, number: string): string | undefined {
  if (to.name === 'tinyint') return `${number} BETWEEN 0 AND 255`;
  const bits = BITS[to.name];
  if (bits !== undefined) return `${number} BETWEEN ${-(2n ** bits)} AND ${2n ** bits - 1n}`;
  if (familyOf(to) === 'float') return undefined;
  const [precision, scale] = precisionOf(to);
  return `abs(round(${number}, ${scale})) < 1${'0'.repeat(precision - scale)}`;
}
