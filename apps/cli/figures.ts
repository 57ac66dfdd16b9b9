import type { Output } from './output.ts';
import type { Snapshot, TableProgress } from './snapshot.ts';

/** 12345 → 12,345. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A lag in ms as people read it: 40 ms, 2.5 s, 3 min 20 s. */
export function lagText(ms: number | null): string {
  if (ms === null) return 'unknown';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How much of a table's load is done, 0 to 1; null where nobody knows. */
export function loadedShare(table: TableProgress): number | null {
  if (['catching-up', 'streaming', 'cut-over', 'loaded'].includes(table.state)) return 1;
  if (table.estimatedRows > 0) return Math.min(0.99, table.read / table.estimatedRows);
  return table.chunks.total > 0 ? table.chunks.done / table.chunks.total : null;
}

/** ████░░░░ of `width` characters. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Long names lose their middle, so that schema and end stay readable. Newlines and the like are shown as blanks. */
export function shortName(name: string, most: number): string {
  const letters = [...name.replaceAll(/\p{Cc}/gu, ' ')];
  if (letters.length <= most) return letters.join('');
  const head = Math.ceil((most - 1) / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (most - 1 - head)).join('')}`;
}

/** Longest name that a table of the terminal shows in full. */
const NAME = 48;

/** Every table with its state, rows, changes and lag. */
export function printTables(snapshot: Snapshot, out: Output): void {
  out.table(
    ['table', 'state', 'chunks', 'loaded', 'inserts', 'updates', 'deletes', 'behind'],
    snapshot.tables.map((table) => [
      shortName(table.table, NAME),
      table.state,
      `${table.chunks.done}/${table.chunks.total}`,
      table.applied.reads,
      table.applied.inserts,
      table.applied.updates,
      table.applied.deletes,
      table.behind,
    ]),
  );
}
