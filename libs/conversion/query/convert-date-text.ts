import type { SqlType } from './api.ts';
import { searchable } from './caseless.ts';
import type { Conversion } from './convert.ts';
import { quoted } from './sql-text.ts';
import { timeScale } from './sql-type.ts';

const PLAIN_DATE = /^\s*(\d{4}-\d{2}-\d{2}|\d{8})?([ T]?\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?\s*$/;

/** Styles whose dates begin with the day, and with the month. */
const DAY_FIRST = new Set([103, 104, 105, 131]);
const MONTH_FIRST = new Set([101, 110]);

/** Strings read as dates in plain PostgreSQL: literals in ISO form are exact; others depend on PostgreSQL's reading of dates, which is said. */
export function plainTextToDatetime(c: Conversion): string {
  const { t, to } = c;
  const typeSql = t.profile.typeSql(to);
  const order = orderOf(c);
  const text = c.from.constant;
  const iso = typeof text === 'string' ? byDay(reordered(text, order)) : undefined;
  if (iso !== undefined && PLAIN_DATE.test(iso)) {
    if (c.try && !isDate(iso)) return `NULL::${typeSql}`;
    return literal(iso.trim(), to, typeSql);
  }
  const message = 'A string is read as a date: PostgreSQL reads other forms than SQL Server, and errors differ.';
  t.note('warning', 'date-from-text', message, c.span);
  const source = iso === undefined ? reorderedSql(searchable(t, c.from).sql, order) : quoted(iso);
  // What is no date is an error when it is reached, as in the source: PostgreSQL would refuse the bare literal at once.
  const late = iso !== undefined && !/\d/.test(iso) ? '::text' : '';
  if (!c.try) return whole(`(${source}${late})::${typeSql}`, to);
  if (!t.since(16)) return t.needsServer(16, 'TRY_CAST to a date', c.span).sql;
  return whole(`(CASE WHEN pg_input_is_valid(${source}, ${quoted(typeSql)}) THEN ${source} END)::${typeSql}`, to);
}

type Order = 'dmy' | 'mdy' | undefined;

/** In which order a date without a style, or of this one, has its parts; undefined = the year first, or as PostgreSQL reads it. */
function orderOf({ style, t }: Conversion): Order {
  if (style !== undefined) return DAY_FIRST.has(style) ? 'dmy' : MONTH_FIRST.has(style) ? 'mdy' : undefined;
  return t.context.dateFormat === 'dmy' ? 'dmy' : undefined;
}

/** `9am` as `09:00`, `2020-12-31 11:30 PM` as `2020-12-31 23:30`: PostgreSQL wants minutes. */
function byDay(text: string): string {
  return text.replace(
    /(^|\s)(\d{1,2})(:\d{2}(?::\d{2}(?:\.\d+)?)?)?\s*([ap])m\s*$/i,
    (whole, before: string, hour: string, rest: string | undefined, half: string) => {
      const number = Number(hour);
      if (number < 1 || number > 12) return whole;
      const day = (number % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
      return `${before}${String(day).padStart(2, '0')}${rest ?? ':00'}`;
    },
  );
}

const PARTS = '(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4})';

/** `31/12/2020 10:00` as `2020-12-31 10:00`. */
function reordered(text: string, order: Order): string {
  const [, first = '', second = '', year = '', rest = ''] = new RegExp(`^\\s*${PARTS}(.*)$`, 's').exec(text) ?? [];
  if (order === undefined || year === '') return text;
  const [day, month] = order === 'dmy' ? [first, second] : [second, first];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`;
}

function reorderedSql(sql: string, order: Order): string {
  if (order === undefined) return sql;
  return `regexp_replace(${sql}, ${quoted(`^\\s*${PARTS}`)}, ${quoted(order === 'dmy' ? '\\3-\\2-\\1' : '\\3-\\1-\\2')})`;
}

/** Whether a text of the plain form names a day of the calendar and a time of the day. */
function isDate(text: string): boolean {
  const [, date = '19000101', clock = ''] = PLAIN_DATE.exec(text) ?? [];
  const digits = date.replaceAll('-', '');
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map(Number);
  const made = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  const [hour = 0, minute = 0, second = 0] = clock.trim().replace('T', '').split(/[:.]/).map(Number);
  const isDay = made.getUTCMonth() + 1 === month && made.getUTCDate() === day;
  return isDay && hour < 24 && minute < 60 && second < 60;
}

/** A literal as SQL Server reads it: a time alone is of 1900-01-01, the seventh digit is cut, datetime has three-hundredths of a second. */
function literal(text: string, to: SqlType, typeSql: string): string {
  if (text === '') return `${typeSql.replace(/\(\d\)/, '')} '1900-01-01'`;
  const isTime = /^\d{1,2}:/.test(text);
  if (to.name === 'date' && isTime) return `date '1900-01-01'`;
  const dated = isTime && to.name !== 'time' ? `1900-01-01 ${text}` : text;
  if (to.name === 'datetime') return `${quoted(threeHundredths(dated))}::${typeSql}`;
  const cut = timeScale(to) > 6 ? dated.replace(/(\.\d{6})\d+$/, '$1') : dated;
  return whole(`${quoted(cut)}::${typeSql}`, to, /:\d{2}:(?!00(\.0*)?$)/.test(cut));
}

/** The fraction of a datetime ends in 0, 3 or 7 milliseconds; 999 is the next second. */
function threeHundredths(text: string): string {
  const [, rest = '', fraction = ''] = /^(.*:\d{2}:\d{2})\.(\d{1,3})$/.exec(text) ?? [];
  if (rest === '') return text;
  const ms = Number(fraction.padEnd(3, '0'));
  const rounded = Math.round((Math.round((ms * 3) / 10) * 10) / 3);
  if (rounded === ms) return text;
  if (rounded < 1000) return `${rest}.${String(rounded).padStart(3, '0')}`;
  const [, year = '', month = '', day = '', clock = ''] = /^(\d{4})-?(\d{2})-?(\d{2})[ T]?(.*)$/.exec(rest) ?? [];
  const next = new Date(`${year}-${month}-${day}T${clock.padStart(8, '0')}Z`);
  next.setUTCSeconds(next.getUTCSeconds() + 1);
  return next.toISOString().slice(0, 19).replace('T', ' ');
}

/** smalldatetime has minutes alone. */
const whole = (sql: string, to: SqlType, seconds = true): string =>
  to.name === 'smalldatetime' && seconds
    ? `date_trunc('minute', ${sql.replace(/::timestamp\(0\)$/, '::timestamp')} + interval '30 seconds')`
    : sql;
