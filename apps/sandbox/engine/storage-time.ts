/** Dates and times as 100 ns ticks: the exact stored form of datetime2(7), time(7) and datetimeoffset. */
const TICKS_PER_DAY = 864_000_000_000n;

/** Days since 0001-01-01 of a proleptic Gregorian date. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 306;
}

const pad = (n: number, width: number): string => String(n).padStart(width, '0');

/** 'YYYY-MM-DD' of days since 0001-01-01. */
function dateText(days: number): string {
  const z = days + 306;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(doy - Math.floor((153 * mp + 2) / 5) + 1, 2)}`;
}

/** Ticks since midnight of 'hh:mm:ss[.fffffff]'. */
export function timeTicks(text: string): bigint {
  const seconds = Number(text.slice(0, 2)) * 3600 + Number(text.slice(3, 5)) * 60 + Number(text.slice(6, 8));
  return BigInt(seconds * 10_000_000 + Number(text.slice(9, 16).padEnd(7, '0')));
}

/** 'hh:mm:ss.fffffff' cut to `scale` digits; ticks below one day. */
export function timeText(ticks: bigint, scale: number): string {
  const n = Number(ticks);
  const seconds = Math.floor(n / 10_000_000);
  const whole = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return scale === 0 ? whole : `${whole}.${pad(n % 10_000_000, 7).slice(0, scale)}`;
}

/** Ticks since 0001-01-01 of 'YYYY-MM-DD hh:mm:ss[.fffffff]'. */
export function instantTicks(text: string): bigint {
  const days = daysOf(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)));
  return BigInt(days) * TICKS_PER_DAY + (text.length > 10 ? timeTicks(text.slice(11)) : 0n);
}

/** The text of {@link instantTicks}, with `scale` fractional digits. */
export function instantText(ticks: bigint, scale: number): string {
  const days = ticks / TICKS_PER_DAY;
  return `${dateText(Number(days))} ${timeText(ticks - days * TICKS_PER_DAY, scale)}`;
}

/** '(utc ticks,minutes)', the row form of sys.datetimeoffset, of 'YYYY-MM-DD hh:mm:ss[.fffffff] +hh:mm' (local time and offset). */
export function offsetRow(text: string): string {
  const at = text.lastIndexOf(' ');
  const minutes =
    (Number(text.slice(at + 2, at + 4)) * 60 + Number(text.slice(at + 5, at + 7))) * (text[at + 1] === '-' ? -1 : 1);
  return `(${instantTicks(text.slice(0, at)) - BigInt(minutes) * 600_000_000n},${minutes})`;
}

/** Undoes {@link offsetRow}. */
export function offsetText(row: string, scale: number): string {
  const comma = row.indexOf(',');
  const minutes = Number(row.slice(comma + 1, -1));
  const local = BigInt(row.slice(1, comma)) + BigInt(minutes) * 600_000_000n;
  const size = Math.abs(minutes);
  return `${instantText(local, scale)} ${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}
