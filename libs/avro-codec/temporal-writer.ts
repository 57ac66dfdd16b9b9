import {
  MICROS_PER_DAY,
  daysFromCivil,
  parseDate,
  parseTimeMicros,
  parseTimestampMicros,
  timestamptzIso,
  type DigitRule,
} from '#values';
import type { ByteWriter } from './byte-writer.ts';

const DAYS_IN_MONTH = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const SAFE_DAYS = 52_000;

/** Two decimal digits, negative where they are none. */
function two(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48;
  const b = text.charCodeAt(at + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1;
}

/** Day number of 'YYYY-MM-DD' at `at`, NaN where the slow way must look at it (29 February, faults, long years). */
function fastDays(text: string, at: number): number {
  const century = two(text, at);
  const yearOfCentury = two(text, at + 2);
  const month = two(text, at + 5);
  const day = two(text, at + 8);
  if (text.charCodeAt(at + 4) !== 45 || text.charCodeAt(at + 7) !== 45) return Number.NaN;
  if (century < 0 || yearOfCentury < 0 || month < 1 || month > 12 || day < 1 || day > DAYS_IN_MONTH[month]!)
    return Number.NaN;
  if (month === 2 && day === 29) return Number.NaN;
  return daysFromCivil(century * 100 + yearOfCentury, month, day);
}

/** Microseconds of 'hh:mm:ss[.f{1,6}]' from `at` to `end`, NaN where the slow way must look at it. */
function fastMicros(text: string, at: number, end: number): number {
  const hour = two(text, at);
  const minute = two(text, at + 3);
  const second = two(text, at + 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return Number.NaN;
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return Number.NaN;
  const whole = (hour * 3600 + minute * 60 + second) * 1_000_000;
  if (end === at + 8) return whole;
  if (text.charCodeAt(at + 8) !== 46 || end === at + 9 || end > at + 16) return Number.NaN;
  let fraction = 0;
  let unit = 100_000;
  for (let i = at + 9; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    // A seventh digit that is not zero falls under the policy.
    if (i === at + 15) {
      if (digit !== 0) return Number.NaN;
    } else fraction += digit * unit;
    unit /= 10;
  }
  return whole + fraction;
}

/** Avro int: days since 1970-01-01 of 'YYYY-MM-DD'. @throws SluiceError ValueRejected */
export function writeDate(out: ByteWriter, text: string, rule: DigitRule): void {
  const days = text.length === 10 ? fastDays(text, 0) : Number.NaN;
  out.long(Number.isNaN(days) ? parseDate(text, rule.place) : days);
}

/** Avro long: microseconds since midnight of 'hh:mm:ss[.f{1,7}]'. @throws SluiceError ValueRejected */
export function writeTime(out: ByteWriter, text: string, rule: DigitRule): void {
  const micros = fastMicros(text, 0, text.length);
  out.long(Number.isNaN(micros) ? parseTimeMicros(text, rule) : micros);
}

/** Avro long: microseconds since 1970-01-01, local time. @throws SluiceError ValueRejected */
export function writeTimestamp(out: ByteWriter, text: string, rule: DigitRule): void {
  const days = fastDays(text, 0);
  const separator = text.charCodeAt(10);
  const micros = fastMicros(text, 11, text.length);
  // Within 142 years of 1970 a double holds the zigzag form.
  if (days > -SAFE_DAYS && days < SAFE_DAYS && !Number.isNaN(micros) && (separator === 32 || separator === 84)) {
    out.long(days * MICROS_PER_DAY + micros);
    return;
  }
  out.bigLong(BigInt(parseTimestampMicros(text, rule)));
}

/** Avro string: ISO 8601 with the offset that the source has. @throws SluiceError ValueRejected */
export function writeTimestamptz(out: ByteWriter, text: string, rule: DigitRule): void {
  const length = text.length;
  const blank = text.charCodeAt(length - 7) === 32 ? 1 : 0;
  const end = length - 6 - blank;
  const sign = text.charCodeAt(length - 6);
  const isPlain =
    !Number.isNaN(fastDays(text, 0)) &&
    (text.charCodeAt(10) === 32 || text.charCodeAt(10) === 84) &&
    !Number.isNaN(fastMicros(text, 11, end)) &&
    (sign === 43 || sign === 45) &&
    two(text, length - 5) >= 0 &&
    text.charCodeAt(length - 3) === 58 &&
    two(text, length - 2) >= 0;
  if (!isPlain) return out.text(timestamptzIso(text, rule));
  // Zeros at the end of the fraction go, and the point with the last of them.
  let keep = end;
  if (end > 19) {
    while (text.charCodeAt(keep - 1) === 48) keep--;
    if (text.charCodeAt(keep - 1) === 46) keep--;
  }
  out.ensure(48);
  const buffer = out.buffer;
  let at = out.end;
  buffer[at++] = (keep + 6) << 1;
  for (let i = 0; i < keep; i++) buffer[at++] = i === 10 ? 84 : text.charCodeAt(i);
  for (let i = length - 6; i < length; i++) buffer[at++] = text.charCodeAt(i);
  out.end = at;
}
