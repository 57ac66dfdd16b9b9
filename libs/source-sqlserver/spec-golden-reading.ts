import type { EventTable, Position } from '#events';
import type { Source, TableChange } from '#source';
import type { SourceRow } from '#values';

const signal = new AbortController().signal;
const WIDE = { rows: 50_000, bytes: 64 << 20 };

/** Every row of a table through a chunk reader, in chunks of three rows, in the order of its first column. */
export async function readChunks(source: Source, table: EventTable): Promise<SourceRow[]> {
  const reader = await source.openChunkReader();
  try {
    const rows: SourceRow[] = [];
    for await (const bounds of reader.plan(table, 3))
      for await (const block of reader.read(table, bounds, signal)) rows.push(...block.rows);
    return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));
  } finally {
    await reader.close();
  }
}

/** Every change of a table in (`from`, `to`] through a change reader. */
export async function readChanges(
  source: Source,
  table: EventTable,
  from: Position,
  to: Position,
): Promise<TableChange[]> {
  const reader = await source.openChangeReader([table]);
  try {
    const changes: TableChange[] = [];
    for (let at = from; to.isAfter(at);) {
      const window = await reader.read(at, WIDE, signal);
      // A window may end behind `to`.
      changes.push(...window.changes.filter(({ position }) => !position.isAfter(to)));
      at = window.to;
    }
    return changes;
  } finally {
    await reader.close();
  }
}
