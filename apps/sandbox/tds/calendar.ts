/**
 * Dates and times as texts of the seam and as numbers of the wire. Days count from 0001-01-01 of the proleptic Gregorian calendar; times are
 * ticks of 100 ns since midnight (at most 863,999,999,999: exact in a number).
 */

/** Days from 0001-01-01 to 1900-01-01, the epoch of datetime. */
export const DAYS_TO_1900 = 693_595;
/** Last day, 9999-12-31. */
export const LAST_DAY = 3_652_058;
/** Ticks of a day. */
export const TICKS_PER_DAY = 864_000_000_000;

/** A calendar text that is not of the seam's form: a defect of the engine, never sent on. */
function malformed(kind: string): RangeError {
  return new RangeError(`BUG: malformed ${kind} text at the seam`);
}

function digits(text: string, start: number, count: number): number {
  let value = 0;
  for (let index = start; index < start + count; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) throw malformed('date or time');
    value = value * 10 + digit;
  }
  return value;
}

/** Days of 'YYYY-MM-DD' at the start of `text`. */
export function daysOf(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) throw malformed('date');
  return civilDays(year, month, day);
}

function civilDays(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const shifted = month <= 2 ? month + 9 : month - 3;
  const leap = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leap + Math.floor((153 * shifted + 2) / 5) + day - 1 - 306;
}

const pad2 = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** 'YYYY-MM-DD' of a day count. */
export function dateText(days: number): string {
  const z = days + 306;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${pad2(month)}-${pad2(day)}`;
}

/** Ticks of 'hh:mm:ss[.fffffff]' that starts at `start` and ends before `end`. */
export function ticksOf(text: string, start: number, end: number): number {
  const hours = digits(text, start, 2);
  const minutes = digits(text, start + 3, 2);
  const seconds = digits(text, start + 6, 2);
  if (hours > 23 || minutes > 59 || seconds > 59) throw malformed('time');
  let ticks = ((hours * 60 + minutes) * 60 + seconds) * 10_000_000;
  const from = start + 9;
  if (end > from) {
    const count = Math.min(end - from, 7);
    ticks += digits(text, from, count) * 10 ** (7 - count);
  }
  return ticks;
}

/** 'hh:mm:ss' and `scale` digits of fraction. */
export function timeText(ticks: number, scale: number): string {
  const seconds = Math.floor(ticks / 10_000_000);
  const clock = `${pad2(Math.floor(seconds / 3600))}:${pad2(Math.floor(seconds / 60) % 60)}:${pad2(seconds % 60)}`;
  if (scale === 0) return clock;
  const fraction = String(ticks - seconds * 10_000_000).padStart(7, '0');
  return `${clock}.${fraction.slice(0, scale)}`;
}
