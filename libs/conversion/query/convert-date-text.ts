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
    const isOutside = isOutsideOf(iso, to);
    if (c.try && (!isDate(iso) || isOutside)) return `NULL::${typeSql}`;
    if (isOutside) {
      const message = `The conversion of a varchar data type to a ${to.name} data type resulted in an out-of-range value.`;
      if (c.mode === 'explicit') return t.refused(242, message, c.span).sql;
      t.differs('SL1104', `${message} Here it is a date like others.`, c.span);
    }
    if (timeScale(to) > 6 && /\.\d{6}[1-9]/.test(iso))
      t.differs('SL1101', 'The seventh digit of the second is cut off.', c.span);
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
  if (to.name === 'time' && midnight(dated, timeScale(to))) return `${quoted('00:00:00')}::${typeSql}`;
  const minute = to.name === 'smalldatetime' ? wholeMinute(dated) : undefined;
  if (minute !== undefined) return `${quoted(minute)}::${typeSql}`;
  const cut = timeScale(to) > 6 ? dated.replace(/(\.\d{6})\d+$/, '$1') : dated;
  return whole(`${quoted(cut)}::${typeSql}`, to, /:\d{2}:(?!00(\.0*)?$)/.test(cut));
}

/** Whether the years of a type end before a date, or begin behind it. */
function isOutsideOf(text: string, to: SqlType): boolean {
  const [, date = ''] = PLAIN_DATE.exec(text) ?? [];
  const day = date.replaceAll('-', '');
  if (day === '') return false;
  if (to.name === 'datetime') return day < '17530101';
  return to.name === 'smalldatetime' && (day < '19000101' || day > '20790606');
}

/** A time that the rounding of its digits takes to midnight is 0:00: PostgreSQL's times go on to 24:00. */
function midnight(text: string, scale: number): boolean {
  const [, fraction] = /^23:59:59\.(\d+)$/.exec(text) ?? [];
  return fraction !== undefined && fraction.length > scale && Number(`0.${fraction}`).toFixed(scale).startsWith('1');
}

/** The minute of a smalldatetime: from 29.999 seconds on the next one. */
function wholeMinute(text: string): string | undefined {
  const [, day = '', clock = '', second = '', fraction = ''] =
    /^(\S+)[ T](\d{1,2}:\d{2}):(\d{2})(?:\.(\d+))?$/.exec(text) ?? [];
  const digits = day.replaceAll('-', '');
  if (digits.length !== 8) return undefined;
  const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const minute = new Date(`${date}T${clock.padStart(5, '0')}:00Z`);
  if (Number.isNaN(minute.getTime()) || Number(second) > 59) return undefined;
  const isNext = Number(second) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3)) >= 29_999;
  return new Date(minute.getTime() + (isNext ? 60_000 : 0)).toISOString().slice(0, 19).replace('T', ' ');
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
