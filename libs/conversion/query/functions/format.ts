import type { TypedSql } from '../api.ts';
import { ticksOf, timestampOf } from '../convert-datetime.ts';
import type { FunctionUse } from '../function-call.ts';
import { call, quoted, value } from '../sql-text.ts';
import { familyOf, isDatetime, nvarchar } from '../sql-type.ts';

/** FORMAT(value, format [, culture]); over plain PostgreSQL for constant formats and the culture en-US (or none) alone. */
export function formatFunction(use: FunctionUse): TypedSql {
  const from = use.arg(0);
  if (from.constant === null) return value('NULL::text', nvarchar(4000), true);
  if (use.runtime) return runtimeFormat(use, from);
  const format = use.arg(1).constant;
  const culture = use.count > 2 ? use.arg(2).constant : 'en-US';
  if (typeof format !== 'string') return use.unsupported('FORMAT with a format that is not a constant');
  if (culture?.toLowerCase() !== 'en-us') return use.unsupported('FORMAT with a culture other than en-US');
  const sql = isDatetime(from.type) ? dateFormat(use, from, format) : numberFormat(from, format);
  return sql === undefined ? use.unsupported(`FORMAT with the format '${format}'`) : value(sql, nvarchar(4000), true);
}

function runtimeFormat(use: FunctionUse, from: TypedSql): TypedSql {
  const format = use.text(1).sql;
  const culture = use.count > 2 ? use.text(2).sql : quoted('en-US');
  const family = familyOf(from.type);
  if (from.type.name === 'time') return use.unsupported('FORMAT of time');
  if (isDatetime(from.type)) {
    const minutes = from.type.name === 'datetimeoffset' ? `(${from.sql}).off::int` : 'NULL::int';
    const sql = call('sys.format_date', ticksOf(use.t, from), minutes, format, culture);
    return value(sql, nvarchar(4000), true);
  }
  if (!['integer', 'decimal', 'money', 'float'].includes(family)) {
    return use.fail(8116, `Argument data type ${from.type.name} is invalid for argument 1 of format function.`);
  }
  const width = { tinyint: 1, smallint: 2, int: 4 }[from.type.name as 'int'] ?? 8;
  const args = [`(${from.sql})::numeric`, String(family === 'integer'), String(width), format, culture];
  return value(call('sys.format_number', ...args), nvarchar(4000), true);
}

const STANDARD_DATES: Readonly<Record<string, string>> = {
  d: 'M/d/yyyy',
  D: 'dddd, MMMM d, yyyy',
  f: 'dddd, MMMM d, yyyy h:mm tt',
  F: 'dddd, MMMM d, yyyy h:mm:ss tt',
  g: 'M/d/yyyy h:mm tt',
  G: 'M/d/yyyy h:mm:ss tt',
  t: 'h:mm tt',
  T: 'h:mm:ss tt',
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  y: 'MMMM yyyy',
  Y: 'MMMM yyyy',
  m: 'MMMM d',
  M: 'MMMM d',
};

const DATE_TOKENS: Readonly<Record<string, string>> = {
  yyyy: 'YYYY',
  yy: 'YY',
  MMMM: 'FMMonth',
  MMM: 'Mon',
  MM: 'MM',
  M: 'FMMM',
  dddd: 'FMDay',
  ddd: 'Dy',
  dd: 'DD',
  d: 'FMDD',
  HH: 'HH24',
  H: 'FMHH24',
  hh: 'HH12',
  h: 'FMHH12',
  mm: 'MI',
  m: 'FMMI',
  ss: 'SS',
  s: 'FMSS',
  tt: 'AM',
  f: 'FF1',
  ff: 'FF2',
  fff: 'FF3',
  ffff: 'FF4',
  fffff: 'FF5',
  ffffff: 'FF6',
};

function dateFormat(use: FunctionUse, from: TypedSql, format: string): string | undefined {
  const custom = format.length === 1 ? STANDARD_DATES[format] : format;
  if (custom === undefined) return undefined;
  const mask = dateMask(custom);
  return mask === undefined ? undefined : call('to_char', timestampOf(use.t, from), quoted(mask));
}

/** A .NET date format as a mask of to_char; literal text goes into quotes. */
function dateMask(format: string): string | undefined {
  let out = '';
  for (const match of format.matchAll(/'([^']*)'|"([^"]*)"|\\(.)|([A-Za-z])\4*|[^A-Za-z]/g)) {
    const literal = match[1] ?? match[2] ?? match[3];
    if (literal !== undefined) out += `"${literal}"`;
    else if (match[4] === undefined) out += match[0];
    else {
      const token = DATE_TOKENS[match[0]];
      if (token === undefined) return undefined;
      out += token;
    }
  }
  return out;
}

function numberFormat(from: TypedSql, format: string): string | undefined {
  if (!['integer', 'decimal', 'money', 'float'].includes(familyOf(from.type))) return undefined;
  const number = `(${from.sql})::numeric`;
  const match = /^([NnFfCcPpDdXx])(\d*)$/.exec(format);
  if (!match) return customNumber(number, format);
  const kind = (match[1] ?? '').toUpperCase();
  const digits = match[2] ? Number(match[2]) : 2;
  const places = digits === 0 ? '' : `.${'0'.repeat(digits)}`;
  const grouped = `FM999,999,999,999,999,999,999,990${places}`;
  switch (kind) {
    case 'N':
      return call('to_char', number, quoted(grouped));
    case 'F':
      return `round(${number}, ${digits})::text`;
    case 'C': {
      const amount = call('to_char', `abs(${number})`, quoted(grouped));
      return `(CASE WHEN ${number} < 0 THEN '($' || ${amount} || ')' ELSE '$' || ${amount} END)`;
    }
    case 'P':
      return `(to_char(${number} * 100, ${quoted(grouped)}) || ' %')`;
    case 'D':
      return `(CASE WHEN ${number} < 0 THEN '-' ELSE '' END || lpad(abs(${number})::text, greatest(${match[2] || 1}, length(abs(${number})::text)), '0'))`;
    default:
      return `lpad(${kind === format.charAt(0) ? 'upper' : 'lower'}(to_hex((${from.sql})::bigint)), greatest(${match[2] || 1}, length(to_hex((${from.sql})::bigint))), '0')`;
  }
}

/** `#,##0.00` and the like: digits, one group mark, one decimal point. */
function customNumber(number: string, format: string): string | undefined {
  const match = /^([#0,]*[#0])(?:\.([#0]+))?(%?)$/.exec(format);
  if (!match) return undefined;
  const whole = match[1] ?? '';
  const fraction = match[2] ?? '';
  const zeros = (whole.match(/0/g) ?? []).length;
  const digits = `${'9'.repeat(Math.max(0, 24 - zeros))}${'0'.repeat(zeros)}`;
  const grouped = whole.includes(',') ? digits.replaceAll(/(?=(...)+$)/g, ',').replace(/^,/, '') : digits;
  if (/0#/.test(fraction.split('').toReversed().join('')) || (fraction.includes('#') && /#0/.test(fraction)))
    return undefined;
  const mask = `FM${grouped}${fraction === '' ? '' : `.${fraction.replaceAll('#', '9')}`}`;
  const scaled = match[3] === '%' ? `${number} * 100` : number;
  const text = call('to_char', scaled, quoted(mask));
  const trimmed = fraction !== '' && !fraction.includes('0') ? `rtrim(${text}, '.')` : text;
  return match[3] === '%' ? `(${trimmed} || '%')` : trimmed;
}
