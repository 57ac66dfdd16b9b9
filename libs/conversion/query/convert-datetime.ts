import type { SqlType, TypedSql } from './api.ts';
import type { Conversion } from './convert.ts';
import { plainTextToDatetime } from './convert-date-text.ts';
import { bool, call, quoted } from './sql-text.ts';
import { familyOf, isString, lengthOf, timeScale } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** Ticks (100 ns) of 1900-01-01, where a time of day stands when it becomes a date. */
const BASE_1900 = '599266080000000000';
const DAY_TICKS = '864000000000';

const nativeTimestamp = (t: Translation, type: SqlType): boolean =>
  ['date', 'smalldatetime', 'datetime'].includes(type.name) || (type.name === 'datetime2' && !t.profile.ticks(type));

/** Days since 1900-01-01 of a datetime or smalldatetime, with fraction. */
export function daysOf(_t: Translation, from: TypedSql): string {
  return `(extract(epoch from ${from.sql} - timestamp '1900-01-01') / 86400)`;
}

/** A date/time value as ticks of its local time since 0001-01-01; a time of day counts from 1900-01-01. */
export function ticksOf(t: Translation, from: TypedSql): string {
  const { name } = from.type;
  if (t.profile.ticks(from.type)) return name === 'time' ? `(${from.sql} + ${BASE_1900})` : from.sql;
  if (name === 'datetimeoffset') return call('sys.local_ticks', from.sql);
  if (name === 'datetime') return call('sys.ticks_of_datetime', from.sql);
  if (name === 'time') return `sys.ticks_of_timestamp(timestamp '1900-01-01' + ${from.sql})`;
  return call('sys.ticks_of_timestamp', `${from.sql}::timestamp`);
}

/** A date/time value as PostgreSQL timestamp (local time); the seventh digit is cut. */
export function timestampOf(t: Translation, from: TypedSql): string {
  const { name } = from.type;
  if (nativeTimestamp(t, from.type)) return name === 'date' ? `${from.sql}::timestamp` : from.sql;
  if (name === 'time' && !t.profile.ticks(from.type)) return `(timestamp '1900-01-01' + ${from.sql})`;
  if (name === 'datetimeoffset' && !t.profile.runtime) return from.clock ?? `(${from.sql} AT TIME ZONE 'UTC')`;
  return call('sys.timestamp_of_ticks', ticksOf(t, from));
}

/** Ticks of local time as a value of a type. */
export function fromTicks(t: Translation, ticks: string, to: SqlType): string {
  const scale = timeScale(to);
  const rounded = scale < 7 ? call('sys.round_ticks', ticks, String(scale)) : ticks;
  switch (to.name) {
    case 'date':
      return `sys.timestamp_of_ticks(${ticks})::date`;
    case 'smalldatetime':
      return call('sys.smalldatetime_of_ticks', ticks);
    case 'datetime':
      return call('sys.datetime_of_ticks', ticks);
    case 'datetime2':
      return t.profile.ticks(to) ? rounded : `sys.timestamp_of_ticks(${rounded})::timestamp(${scale})`;
    case 'time':
      return t.profile.ticks(to) ? `(${rounded} % ${DAY_TICKS})` : `sys.timestamp_of_ticks(${rounded})::time(${scale})`;
    default:
      return call('sys.offset_of_local', rounded, '0');
  }
}

/** Converts to any date/time type. */
export function toDatetime(c: Conversion): string | undefined {
  switch (familyOf(c.from.type)) {
    case 'datetime':
      return datetimeToDatetime(c);
    case 'string':
      return textToDatetime(c);
    case 'bit':
    case 'integer':
    case 'decimal':
    case 'money':
    case 'float':
      return numberToDatetime(c);
    default:
      return undefined;
  }
}

function numberToDatetime(c: Conversion): string | undefined {
  if (c.to.name !== 'datetime' && c.to.name !== 'smalldatetime') return undefined;
  const number = familyOf(c.from.type) === 'bit' ? `${c.from.sql}::int` : c.from.sql;
  if (!c.t.profile.runtime) return `(timestamp '1900-01-01' + ${number} * interval '1 day')`;
  return call('sys.datetime_of_days', `(${number})::numeric`, quoted(c.to.name));
}

function textToDatetime(c: Conversion): string {
  const { t, from, to } = c;
  if (!t.profile.runtime) return plainTextToDatetime(c);
  const args = [
    from.sql,
    quoted(to.name),
    String(c.style ?? 0),
    quoted(t.context.dateFormat ?? 'mdy'),
    bool(c.try === true),
  ];
  if (to.name === 'datetimeoffset') {
    return call('sys.round_offset', call('sys.text_offset', ...args), String(timeScale(to)));
  }
  return fromTicks(t, call('sys.text_ticks', ...args), to);
}

function datetimeToDatetime(c: Conversion): string | undefined {
  const { t, from, to } = c;
  if (from.type.name === 'time' && to.name === 'date') return undefined;
  if (from.type.name === 'date' && to.name === 'time') return undefined;
  if (!t.profile.runtime) return plainDatetime(c);
  if (to.name === 'datetimeoffset') {
    if (from.type.name === to.name) return call('sys.round_offset', from.sql, String(timeScale(to)));
    return call('sys.offset_of_local', roundedTicks(t, from, to), '0');
  }
  const native = nativeTimestamp(t, from.type) && nativeTimestamp(t, to);
  if (native && (to.name === 'date' || from.type.name === 'date')) return `${from.sql}::${t.profile.typeSql(to)}`;
  if (native && from.type.name === 'smalldatetime') return `${from.sql}::${t.profile.typeSql(to)}`;
  return fromTicks(t, ticksOf(t, from), to);
}

function roundedTicks(t: Translation, from: TypedSql, to: SqlType): string {
  const scale = timeScale(to);
  return scale < 7 ? call('sys.round_ticks', ticksOf(t, from), String(scale)) : ticksOf(t, from);
}

function plainDatetime(c: Conversion): string {
  const { t, from, to } = c;
  const typeSql = t.profile.typeSql(to);
  tellTimes(c);
  if (to.name === 'smalldatetime') return `date_trunc('minute', ${timestampOf(t, from)} + interval '30 seconds')`;
  if (to.name === 'datetimeoffset' && from.type.name === to.name) return `${from.sql}::${typeSql}`;
  if (to.name === 'datetimeoffset') return `(${timestampOf(t, from)} AT TIME ZONE 'UTC')`;
  if (from.type.name === 'datetimeoffset') return `${timestampOf(t, from)}::${typeSql}`;
  if (from.type.name === 'time') return `(timestamp '1900-01-01' + ${from.sql})::${typeSql}`;
  return `${from.sql}::${typeSql}`;
}

/** What a time that becomes one of another type may lose or keep otherwise. */
function tellTimes({ t, from, to, span }: Conversion): void {
  const [old, made] = [from.type.name, to.name];
  if (old === 'datetime' && timeScale(to) > 3)
    t.differs('SL1102', `A datetime becomes ${made} with its milliseconds, and not with thirds of them.`, span);
  const isNarrower = made === 'smalldatetime' || (made === 'datetime' && old !== 'smalldatetime' && old !== 'time');
  if (isNarrower && old !== made) t.differs('SL1104', `A ${old} becomes ${made} whatever its year.`, span);
}

/** to_char masks by style, without the century where the style is below 100. `~` stands for the day, `^` for the hour, both padded by blanks; `#` for the fraction. */
const MASKS: Readonly<Record<number, string>> = {
  0: 'Mon ~ YYYY ^:MIAM',
  1: 'MM/DD/YY',
  2: 'YY.MM.DD',
  3: 'DD/MM/YY',
  4: 'DD.MM.YY',
  5: 'DD-MM-YY',
  6: 'DD Mon YY',
  7: 'Mon DD, YY',
  8: 'HH24:MI:SS',
  9: 'Mon ~ YYYY ^:MI:SS:#AM',
  10: 'MM-DD-YY',
  11: 'YY/MM/DD',
  12: 'YYMMDD',
  13: 'DD Mon YYYY HH24:MI:SS:#',
  14: 'HH24:MI:SS:#',
  20: 'YYYY-MM-DD HH24:MI:SS',
  21: 'YYYY-MM-DD HH24:MI:SS.#',
  22: 'MM/DD/YY ^:MI:SS AM',
  23: 'YYYY-MM-DD',
  24: 'HH24:MI:SS',
  25: 'YYYY-MM-DD HH24:MI:SS.#',
  126: 'YYYY-MM-DD"T"HH24:MI:SS.#',
  127: 'YYYY-MM-DD"T"HH24:MI:SS.#',
};

const DATE_PART = /^(Mon ~ YYYY|[DMY]+[-./ ][DMYon]+[-./ ]?,? ?[DMY]+|YYYYMMDD|YYMMDD|Mon DD, YY(YY)?)/;

function maskOf(style: number, kind: SqlType['name']): string | undefined {
  const century = style >= 100 && style <= 114;
  const base = MASKS[style] ?? (century || (style >= 120 && style <= 125) ? MASKS[style - 100] : undefined);
  if (base === undefined) return undefined;
  const full = century ? base.replace(/Y{2,4}/, 'YYYY') : base;
  if (kind === 'date') return DATE_PART.exec(full)?.[0];
  if (kind === 'time') return full.replace(DATE_PART, '').replace(/^( |"T")/, '') || undefined;
  return full;
}

/** A date/time value as text in a style; default 0 for datetime and smalldatetime, 121 for the newer types. */
export function datetimeText(c: Conversion): string {
  const { t } = c;
  const toUtc = c.style === 127 && c.from.type.name === 'datetimeoffset' && t.profile.runtime;
  const from = toUtc ? { ...c.from, sql: `sys.switch_offset(${c.from.sql}, 0)` } : c.from;
  const older = from.type.name === 'datetime' || from.type.name === 'smalldatetime';
  const style = c.style ?? (older ? 0 : 121);
  const mask = maskOf(style, from.type.name);
  if (mask === undefined) {
    const message = `Error converting data type ${from.type.name} to varchar: style ${style} is not supported.`;
    return t.fail('style', 281, message, c.span).sql;
  }
  const scale = older ? 3 : timeScale(from.type);
  const separator = older ? mask : mask.replace(':#', '.#');
  if (!t.profile.runtime && scale > 6 && mask.includes('#') && showsAll(c))
    t.differs('SL1101', 'A text of seven digits of the second ends in 0.', c.span);
  const text = maskText(t, from, scale === 0 ? separator.replace(/[.:]#/, '') : separator, scale);
  const trimmed = style === 126 || style === 127 ? `regexp_replace(${text}, '\\.0+$', '')` : text;
  return from.type.name === 'datetimeoffset' ? withOffset(c, trimmed, style) : trimmed;
}

/** Whether a text is long enough to show the seventh digit. */
function showsAll({ from, to }: Conversion): boolean {
  const length = lengthOf(to) ?? -1;
  return length === -1 || length >= (from.type.name === 'time' ? 16 : 27);
}

function withOffset(c: Conversion, text: string, style: number): string {
  if (style < 100 || style === 127) return style === 127 ? `(${text} || 'Z')` : text;
  const gap = style === 126 ? '' : ' ';
  if (!c.t.profile.runtime) {
    if (style < 120) return text;
    // The target has instants, and shows them in UTC.
    c.t.note('warning', 'offset', 'The offset in the text is +00:00: the target keeps no offset.', c.span);
    return `(${text} || ${quoted(`${gap}+00:00`)})`;
  }
  return style === 126 || style >= 120 ? `(${text} || ${quoted(gap)} || sys.offset_text((${c.from.sql}).off))` : text;
}

function maskText(t: Translation, from: TypedSql, mask: string, scale: number): string {
  const source = timestampOf(t, from);
  const pieces = mask.split(/([~^#])/).filter((piece) => piece !== '');
  // The target's values have six digits.
  const seventh = scale < 7 ? undefined : t.profile.runtime ? `((${ticksOf(t, from)}) % 10)::text` : `'0'`;
  const parts: string[] = [];
  let pending = '';
  const flush = (): void => {
    if (pending !== '') parts.push(`to_char(${source}, ${quoted(pending)})`);
    pending = '';
  };
  for (const piece of pieces) {
    if (piece === '#') {
      pending += `FF${Math.min(scale, 6)}`;
      if (seventh !== undefined) {
        flush();
        parts.push(seventh);
      }
    } else if (piece === '~' || piece === '^') {
      flush();
      parts.push(`lpad(to_char(${source}, ${quoted(piece === '~' ? 'FMDD' : 'FMHH12')}), 2)`);
    } else pending += piece;
  }
  flush();
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' || ')})`;
}

/** Whether a style is for strings of this type at all. */
export const takesStyle = (type: SqlType): boolean => isString(type) || familyOf(type) === 'datetime';
