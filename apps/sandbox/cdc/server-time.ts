const EPOCH_2000_MS = 946_684_800_000;

const two = (value: number): string => String(value).padStart(2, '0');
const three = (value: number): string => String(value).padStart(3, '0');

/**
 * A commit time (microseconds since 2000 UTC) as SQL Server's datetime in the server's local time, which is that of this process:
 * rounded to 1/300 s, so that its last digit is 0, 3 or 7.
 */
export function serverDatetime(micros: bigint): string {
  return datetimeText(new Date(EPOCH_2000_MS + Number(micros / 1000n)));
}

/** The same for a moment of this process's clock. */
export function datetimeText(moment: Date): string {
  const ticks = Math.round((moment.getMilliseconds() * 3) / 10);
  const at = ticks === 300 ? new Date(moment.getTime() + 1000) : moment;
  const millis = ticks === 300 ? 0 : Math.round((ticks * 10) / 3);
  const date = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${three(millis)}`;
}
