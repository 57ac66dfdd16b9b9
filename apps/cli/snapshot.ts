import type { JobContext } from '#runtime';
import type { JobTable } from '#target-postgres';
import { readLag } from './lag.ts';

/** One look at a job. */
export interface Snapshot {
  readonly tables: readonly TableProgress[];
  /** Position up to which changes are in the topics; '' before the poller has led. */
  readonly position: string;
  /** What is wrong with the capture itself (row A4), or null. */
  readonly captureProblem: string | null;
  /** How old the newest state is that the poller can know of, ms; null before it has led. */
  readonly lagMs: number | null;
}

export interface TableProgress {
  readonly table: string;
  readonly state: JobTable['state'];
  readonly reason: string | null;
  readonly estimatedRows: number;
  readonly chunks: { readonly done: number; readonly total: number };
  /** Rows that the snapshot has put into the topic. */
  readonly read: number;
  readonly applied: {
    readonly reads: number;
    readonly inserts: number;
    readonly updates: number;
    readonly deletes: number;
  };
  /** Offsets of the topic that the sink has still to apply. */
  readonly behind: number;
}

/** Reads the control schema and Kafka's offsets. @throws SluiceError where the target or Kafka does not answer */
export async function readSnapshot(context: JobContext): Promise<Snapshot> {
  const { control } = context;
  const [tables, counts, chunks, progress, lag] = await Promise.all([
    control.readTables(),
    control.readCounts(),
    control.chunks.progress(),
    control.readProgress(),
    readLag(context),
  ]);
  const behind = new Map(lag.map((one) => [one.tableName, one.behind]));
  const poller = progress.get('poller');
  const capture = progress.get('capture');
  const problem = capture?.facts['problem'];
  return {
    tables: tables.map((table) => {
      const count = counts.get(table.tableName);
      return {
        table: table.tableName,
        state: table.state,
        reason: table.reason,
        estimatedRows: table.estimatedRows,
        chunks: chunks.get(table.tableName) ?? { done: 0, total: 0 },
        read: count?.snapshot.reads ?? 0,
        applied: {
          reads: count?.sink.reads ?? 0,
          inserts: count?.sink.inserts ?? 0,
          updates: count?.sink.updates ?? 0,
          deletes: count?.sink.deletes ?? 0,
        },
        behind: behind.get(table.tableName) ?? 0,
      };
    }),
    position: String(poller?.facts['position'] ?? ''),
    captureProblem: typeof problem === 'string' ? problem : null,
    lagMs: lagOf(poller, capture, context.job.changes.heartbeatMs),
  };
}

type Reported = { readonly facts: Readonly<Record<string, unknown>>; readonly ageMs: number } | undefined;

/**
 * Row A4: the age of what is known, not of the last change: 0 where everything that the capture has read is in the topics and nothing is known to wait for it. Grows
 * when the capture or the poller stands still.
 */
function lagOf(poller: Reported, capture: Reported, heartbeatMs: number): number | null {
  if (!poller) return null;
  const waiting = capture?.facts['ageMs'];
  const ofCapture = capture && typeof waiting === 'number' && waiting > 0 ? waiting + capture.ageMs : 0;
  const { more, lastCommitMs } = poller.facts;
  const isSilent = poller.ageMs > heartbeatMs * 1.5 + 2000;
  const ofPoller = isSilent
    ? poller.ageMs
    : more === true && typeof lastCommitMs === 'number'
      ? Date.now() - lastCommitMs
      : 0;
  return Math.round(Math.max(ofCapture, ofPoller));
}

/** Events applied to a table's target so far, of all kinds. */
export function appliedTotal({ applied }: TableProgress): number {
  return applied.reads + applied.inserts + applied.updates + applied.deletes;
}
