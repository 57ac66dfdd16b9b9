import type { JobContext } from '#runtime';

/** How far the sink is behind the topic of a table, in offsets (markers of transactions count too). */
export interface TableLag {
  readonly tableName: string;
  readonly behind: number;
}

/** The sink that feeds the job's own target. */
export const DEFAULT_SINK = 'default';

/** Compares the ends of all row topics (read committed) with the offsets in the target: "applied to X" of rule 9. */
export async function readLag(context: JobContext): Promise<TableLag[]> {
  const tables = await context.control.readTables();
  const partitions = tables.flatMap((table) =>
    Array.from({ length: table.partitions }, (_, partition) => ({ topic: table.topic, partition })),
  );
  const ends = await context.kafka.offsets(partitions);
  const applied = await context.control.sinkOffsets(DEFAULT_SINK);
  const behind = new Map<string, number>();
  for (const { topic, partition, earliest, end } of ends) {
    const next = applied.get(topic)?.[partition] ?? earliest;
    behind.set(topic, (behind.get(topic) ?? 0) + Math.max(0, end - next));
  }
  return tables.map((table) => ({ tableName: table.tableName, behind: behind.get(table.topic) ?? 0 }));
}
