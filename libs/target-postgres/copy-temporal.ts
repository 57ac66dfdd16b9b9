import { MICROS_PER_DAY, civilFromDays } from '#values';
import { writeDigits } from './copy-number.ts';

const DASH = 45;
const COLON = 58;
const POINT = 46;
const BLANK = 32;
const BC = Buffer.from(' BC');

/** Writes a day number as PostgreSQL reads a date: YYYY-MM-DD, with ` BC` for years before 1. Returns the place behind it. */
export function writeDateText(out: Buffer, start: number, days: number): number {
  const [year, month, day] = civilFromDays(days);
  const at = writeYearMonthDay(out, start, year > 0 ? year : 1 - year, month, day);
  return year > 0 ? at : at + BC.copy(out, at);
}

function writeYearMonthDay(out: Buffer, start: number, year: number, month: number, day: number): number {
  let at = writeDigits(out, start, year, year > 99_999 ? 6 : year > 9999 ? 5 : 4);
  out[at++] = DASH;
  at = writeDigits(out, at, month, 2);
  out[at++] = DASH;
  return writeDigits(out, at, day, 2);
}

/** Writes hh:mm:ss, and six fractional digits unless they are zero. */
export function writeMicrosOfDay(out: Buffer, start: number, micros: number): number {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = micros - seconds * 1_000_000;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  let at = writeDigits(out, start, hours, 2);
  out[at++] = COLON;
  at = writeDigits(out, at, minutes - hours * 60, 2);
  out[at++] = COLON;
  at = writeDigits(out, at, seconds - minutes * 60, 2);
  if (fraction === 0) return at;
  out[at++] = POINT;
  return writeDigits(out, at, fraction, 6);
}

/** Writes microseconds since 1970-01-01 as a timestamp. A bigint only where a number would not be exact. */
export function writeTimestampText(out: Buffer, start: number, micros: number | bigint): number {
  let days: number;
  let rest: number;
  if (typeof micros === 'number') {
    days = Math.floor(micros / MICROS_PER_DAY);
    rest = micros - days * MICROS_PER_DAY;
  } else {
    const perDay = BigInt(MICROS_PER_DAY);
    let remainder = micros % perDay;
    if (remainder < 0n) remainder += perDay;
    days = Number((micros - remainder) / perDay);
    rest = Number(remainder);
  }
  const [year, month, day] = civilFromDays(days);
  let at = writeYearMonthDay(out, start, year > 0 ? year : 1 - year, month, day);
  out[at++] = BLANK;
  at = writeMicrosOfDay(out, at, rest);
  return year > 0 ? at : at + BC.copy(out, at);
}
