import type { OffsetRange } from '#kafka';
import type { JobContext } from '#runtime';
import { partitionsOf } from '#target-postgres';

/** How far the sink is behind the topic of a table, in offsets (markers of transactions count too). */
export interface TableLag {
  readonly tableName: string;
  readonly behind: number;
}

/** The sink that feeds the job's own target. */
export const DEFAULT_SINK = 'default';

/** States in which no sink works on a table: nobody waits for it. */
const UNFED: ReadonlySet<string> = new Set(['pending', 'suspended', 'paused', 'refused']);

/** Where each partition of the row topics ends now. The high watermark: the read-committed end lags behind a commit that was answered. */
export async function readEnds(context: JobContext): Promise<readonly OffsetRange[]> {
  const tables = (await context.control.readTables()).filter((table) => !UNFED.has(table.state));
  return context.kafka.offsets(partitionsOf(tables), { committed: false });
}

/** Whether the sink has applied everything below the ends: "applied to X" of rule 9. Ends stand still, so that writers that go on keep nobody waiting. */
export async function hasPassed(context: JobContext, ends: readonly OffsetRange[]): Promise<boolean> {
  const applied = await context.control.sinkOffsets(DEFAULT_SINK);
  return ends.every(({ topic, partition, earliest, end }) => (applied.get(topic)?.[partition] ?? earliest) >= end);
}

/** Compares the ends of all row topics (read committed) with the offsets in the target: "applied to X" of rule 9. */
export async function readLag(context: JobContext): Promise<TableLag[]> {
  const tables = await context.control.readTables();
  const ends = await context.kafka.offsets(partitionsOf(tables));
  const applied = await context.control.sinkOffsets(DEFAULT_SINK);
  const behind = new Map<string, number>();
  for (const { topic, partition, earliest, end } of ends) {
    const next = applied.get(topic)?.[partition] ?? earliest;
    behind.set(topic, (behind.get(topic) ?? 0) + Math.max(0, end - next));
  }
  return tables.map((table) => ({ tableName: table.tableName, behind: behind.get(table.topic) ?? 0 }));
}
