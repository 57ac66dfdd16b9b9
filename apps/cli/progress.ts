import type { JobContext } from '#runtime';
import type { JobTable } from '#target-postgres';
import { readLag } from './lag.ts';
import type { Output } from './output.ts';

/** One look at a running job. */
export interface Snapshot {
  readonly tables: readonly TableProgress[];
  readonly position: string;
  readonly captureProblem: string | null;
  readonly lagMs: number | null;
}

export interface TableProgress {
  readonly table: string;
  readonly state: JobTable['state'];
  readonly reason: string | null;
  readonly estimatedRows: number;
  readonly chunks: { readonly done: number; readonly total: number };
  readonly read: number;
  readonly applied: {
    readonly reads: number;
    readonly inserts: number;
    readonly updates: number;
    readonly deletes: number;
  };
  readonly behind: number;
}

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
  const problem = progress.get('capture')?.facts['problem'];
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
    lagMs: typeof poller?.facts['lastCommitMs'] === 'number' ? Date.now() - poller.facts['lastCommitMs'] : null,
  };
}

/** Prints what moved since the last look: a line for the job and, on a terminal, a line for each busy table. */
export class ProgressPrinter {
  private last: { atMs: number; applied: number } | null = null;

  constructor(private readonly out: Output) {}

  print(now: Snapshot): void {
    const applied = now.tables.reduce((sum, table) => sum + total(table), 0);
    const atMs = Date.now();
    const rate = this.last ? ((applied - this.last.applied) * 1000) / Math.max(1, atMs - this.last.atMs) : 0;
    this.last = { atMs, applied };
    const states = Map.groupBy(now.tables, (table) => table.state);
    const summary = [...states].map(([state, tables]) => `${tables.length} ${state}`).join(', ');
    const behind = now.tables.reduce((sum, table) => sum + table.behind, 0);
    this.out.progress(
      `${clock()} ${applied.toLocaleString('en-US')} rows applied, ${Math.round(rate).toLocaleString('en-US')}/s, ${behind.toLocaleString('en-US')} behind · ${summary}`,
    );
    for (const table of now.tables) {
      if (table.state === 'streaming' && table.behind < 1000) continue;
      if (table.state === 'refused' || table.state === 'pending' || table.state === 'prepared') continue;
      const chunks = table.chunks.total > 0 ? ` chunks ${table.chunks.done}/${table.chunks.total}` : '';
      this.out.progress(
        `         ${table.table}: ${table.state}${chunks}, ${table.read.toLocaleString('en-US')} read, ${total(table).toLocaleString('en-US')} applied, ${table.behind.toLocaleString('en-US')} behind`,
      );
    }
    if (now.captureProblem) this.out.progress(`         capture: ${now.captureProblem}`);
  }
}

function total(table: TableProgress): number {
  const { reads, inserts, updates, deletes } = table.applied;
  return reads + inserts + updates + deletes;
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}
