const EPOCH_2000_MS = 946_684_800_000;

/**
 * A commit time (microseconds since 2000 UTC) as PostgreSQL's literal of the moment, rounded to 1/300 s as datetime has it, so that
 * its last digit is 0, 3 or 7.
 */
export function commitMoment(micros: bigint): string {
  const ms = EPOCH_2000_MS + Number(micros / 1000n);
  const second = Math.floor(ms / 1000) * 1000;
  const ticks = Math.round(((ms - second) * 3) / 10);
  return new Date(second + Math.round((ticks * 10) / 3)).toISOString();
}

/** The same as an expression: datetime in the server's local time, which is the time zone of its PostgreSQL sessions (row A22). */
export function serverDatetime(micros: bigint): string {
  return `('${commitMoment(micros)}'::timestamptz)::timestamp(3)`;
}
