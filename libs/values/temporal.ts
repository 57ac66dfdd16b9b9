import { rejectValue, type ValueCounters, type ValuePlace } from './rejection.ts';
import type { ValuePolicy } from './value-type.ts';

export const MICROS_PER_DAY = 86_400_000_000;

/** How the seventh fractional digit is treated, and who is told. */
export interface DigitRule {
  readonly digit7: ValuePolicy['digit7'];
  readonly place?: ValuePlace;
  readonly counters?: ValueCounters;
}

const TRUNCATE: DigitRule = { digit7: 'truncate' };

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** [year, month, day] of a day number; year 0 is 1 BC. */
export function civilFromDays(days: number): [number, number, number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

/** 'YYYY-MM-DD' of a day number; years beyond four digits keep them all, years before 1 are negative or 0000. */
export function dateText(days: number): string {
  const [year, month, day] = civilFromDays(days);
  const sign = year < 0 ? '-' : '';
  return `${sign}${pad(Math.abs(year), 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** 'hh:mm:ss.ffffff' with trailing zeros of the fraction left out. */
export function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  const fraction = micros % 1_000_000;
  return fraction === 0 ? clock : `${clock}.${pad(fraction, 6).replace(/0+$/, '')}`;
}

/** Days since 1970-01-01 of 'YYYY-MM-DD'. @throws SluiceError ValueRejected */
export function parseDate(text: string, place?: ValuePlace): number {
  const match = /^(\d{4,6})-(\d\d)-(\d\d)( BC)?$/.exec(text);
  if (!match) rejectValue(place, 'not a date');
  const year = match[4] ? 1 - Number(match[1]) : Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const days = daysFromCivil(year, month, day);
  const [y, m, d] = civilFromDays(days);
  if (y !== year || m !== month || d !== day) rejectValue(place, 'not a date of the calendar');
  return days;
}

/** Microseconds since midnight of 'hh:mm:ss[.f{1,7}]'. Rounding may give a full day. @throws SluiceError ValueRejected */
export function parseTimeMicros(text: string, rule: DigitRule = TRUNCATE): number {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?$/.exec(text);
  if (!match) rejectValue(rule.place, 'not a time');
  const hour = Number(match[1]);
  const minute = Number(match[2]);
  const second = Number(match[3]);
  const fraction = match[4] ?? '';
  if (hour > 24 || minute > 59 || second > 60) rejectValue(rule.place, 'not a time of the day');
  let micros = (hour * 3600 + minute * 60 + second) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  if (fraction.length === 7 && fraction[6] !== '0') {
    if (rule.counters) rule.counters.digit7Reduced++;
    if (rule.digit7 === 'round' && fraction.charCodeAt(6) >= 53) micros += 1;
  }
  return micros;
}

/**
 * Microseconds since 1970-01-01 00:00, local time, of 'YYYY-MM-DD hh:mm:ss[.f{1,7}]' (blank or T between); a number where it is exact, else a bigint.
 * @throws SluiceError ValueRejected
 */
export function parseTimestampMicros(text: string, rule: DigitRule = TRUNCATE): number | bigint {
  const split = splitDateTime(text, rule.place);
  return joinMicros(parseDate(split.date, rule.place), parseTimeMicros(split.time, rule));
}

/** Days and microseconds of the day as one count; a bigint outside ±2^53. */
export function joinMicros(days: number, micros: number): number | bigint {
  const total = days * MICROS_PER_DAY + micros;
  return Number.isSafeInteger(total) ? total : BigInt(days) * BigInt(MICROS_PER_DAY) + BigInt(micros);
}

/** 'YYYY-MM-DD hh:mm:ss.ffffff', trailing zeros left out, of microseconds since 1970. */
export function timestampText(micros: number | bigint): string {
  const [days, rest] = splitMicros(micros);
  return `${dateText(days)} ${timeText(rest)}`;
}

function splitMicros(micros: number | bigint): [number, number] {
  if (typeof micros === 'number') {
    const days = Math.floor(micros / MICROS_PER_DAY);
    return [days, micros - days * MICROS_PER_DAY];
  }
  const perDay = BigInt(MICROS_PER_DAY);
  let rest = micros % perDay;
  if (rest < 0n) rest += perDay;
  return [Number((micros - rest) / perDay), Number(rest)];
}

/**
 * ISO 8601 with offset, 'YYYY-MM-DDThh:mm:ss[.ffffff]+hh:mm', of the source form of a timestamptz: the Avro form of datetimeoffset. The local time and its
 * offset are kept as they are. @throws SluiceError ValueRejected
 */
export function timestamptzIso(text: string, rule: DigitRule = TRUNCATE): string {
  const { local, offset } = splitOffset(text, rule.place);
  const split = splitDateTime(local, rule.place);
  const micros = parseTimestampMicros(`${split.date} ${split.time}`, rule);
  return `${timestampText(micros).replace(' ', 'T')}${offset}`;
}

/** The instant in UTC, 'YYYY-MM-DD hh:mm:ss.ffffffZ', of any written form with an offset. Equal instants have equal texts. */
export function instantText(text: string, rule: DigitRule = TRUNCATE): string {
  const { local, offset, era } = splitOffset(text, rule.place);
  const split = splitDateTime(local, rule.place);
  const days = parseDate(`${split.date}${era}`, rule.place);
  const sign = offset.startsWith('-') ? 1 : -1;
  const [, hours, minutes, seconds = '0'] = /^[+-](\d\d):(\d\d)(?::(\d\d))?$/.exec(offset) ?? [];
  const shift = sign * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000;
  const micros = parseTimeMicros(split.time, rule) + shift;
  const carry = Math.floor(micros / MICROS_PER_DAY);
  return `${dateText(days + carry)} ${timeText(micros - carry * MICROS_PER_DAY)}Z`;
}

function splitDateTime(text: string, place?: ValuePlace): { date: string; time: string } {
  const at = text.search(/[T ]/);
  if (at < 0) rejectValue(place, 'not a date with a time');
  return { date: text.slice(0, at), time: text.slice(at + 1) };
}

/** Takes `+hh`, `+hh:mm`, `+hh:mm:ss` or `Z` (and PostgreSQL's ` BC`) off the end; the offset is returned as `±hh:mm[:ss]`. */
function splitOffset(text: string, place?: ValuePlace): { local: string; offset: string; era: string } {
  const match = /^(.*?\d) ?(Z|[+-]\d\d(?::\d\d){0,2})( BC)?$/.exec(text);
  if (!match) rejectValue(place, 'not a time with an offset');
  const [, local = '', written = '', era = ''] = match;
  const offset = written === 'Z' ? '+00:00' : written.length === 3 ? `${written}:00` : written;
  return { local, offset, era };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
