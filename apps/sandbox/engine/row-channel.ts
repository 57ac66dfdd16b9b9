import type { EngineSession } from './engine-session.ts';
import type { PgValue } from './large-bind.ts';
import type { PgRow } from './pg-link.ts';

/** Rows that may wait between a statement that makes them and one that takes them. */
const MOST_WAITING = 1_000;

/** The rows of a PostgreSQL statement on the session's current connection as they come; the statement waits for who reads them. */
export async function* rowsOfStatement(
  session: EngineSession,
  sql: string,
  values: readonly PgValue[],
  signal: AbortSignal,
): AsyncGenerator<PgRow> {
  let waiting: PgRow[] = [];
  let ended = false;
  let wake = (): void => undefined;
  let room = (): void => undefined;
  const running = session
    .query(sql, values, {
      writes: sql.includes('nextval('),
      signal,
      onRow: (row) => {
        waiting.push(row);
        wake();
        return waiting.length < MOST_WAITING;
      },
      drained: () => new Promise((resolve) => (room = resolve)),
    })
    .finally(() => {
      ended = true;
      wake();
    });
  // It is awaited below; until then its failure is no unhandled one.
  running.catch(() => undefined);
  try {
    for (;;) {
      const rows = waiting;
      waiting = [];
      room();
      yield* rows;
      if (waiting.length > 0) continue;
      if (ended) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    // Who stops reading lets the rest pass.
    waiting = [];
    room();
  }
  await running;
}
