import type { CopyText } from './copy-text.ts';
import type { RecordBatch } from './record-batch.ts';
import { isDelete, type MergedRow, type Reduction } from './reduction.ts';
import { copyIntoStage, deleteStaged, insertStaged, STAGED, updateStaged, upsertStaged } from './sql/merge.ts';

/** Lines for the staging table, and what is in them. */
export interface Staged {
  readonly deletes: number;
  readonly upserts: number;
  /** Rows that lack columns, by the set of columns that they lack. */
  readonly groups: readonly { readonly missing: readonly number[]; count: number }[];
}

/**
 * Appends the last states `from` to `to` (of {@link Reduction.last}) to `out` as lines of the staging table.
 * @throws SluiceError ValueRejected
 */
export function stageStates(out: CopyText, batch: RecordBatch, states: Reduction, from: number, to: number): Staged {
  const groups: { missing: readonly number[]; count: number }[] = [];
  let deletes = 0;
  let upserts = 0;
  for (let i = from; i < to; i++) {
    const index = states.last[i]!;
    const merged = states.merged.get(index);
    if (isDelete(batch.ops[index]!)) {
      stageDelete(out, batch, index);
      deletes++;
    } else if (merged === undefined) {
      stageRow(out, batch, index);
      upserts++;
    } else if (merged.missing.length === 0) {
      stageMerged(out, batch, merged, STAGED.upsert);
      upserts++;
    } else {
      const group = groupOf(groups, merged.missing);
      groups[group]!.count++;
      stageMerged(out, batch, merged, String(group));
    }
  }
  return { deletes, upserts, groups };
}

function stageDelete(out: CopyText, batch: RecordBatch, index: number): void {
  const { plan } = batch;
  const start = batch.keyStarts[index]!;
  out.ensureRow(batch.keyEnds[index]! - start, plan.columns.length);
  out.plain(STAGED.delete);
  out.tab();
  plan.writeKey(out, batch.buffers[index]!, plan.keyReader!.read(batch.buffers[index]!, start));
  out.newline();
}

function stageRow(out: CopyText, batch: RecordBatch, index: number): void {
  const { plan } = batch;
  const source = batch.buffers[index]!;
  const start = batch.valueStarts[index]!;
  plan.reader!.read(source, start);
  out.ensureRow(batch.valueEnds[index]! - start, plan.columns.length);
  out.plain(STAGED.upsert);
  out.tab();
  plan.writeRow(out, source, plan.reader!.after);
  out.newline();
}

/** Columns of one row come from several records: each is read again for its columns. */
function stageMerged(out: CopyText, batch: RecordBatch, { sources }: MergedRow, letter: string): void {
  const { plan } = batch;
  const reader = plan.reader!;
  out.ensureRow(0, 1);
  out.plain(letter);
  let read = -1;
  for (let column = 0; column < sources.length; column++) {
    const index = sources[column]!;
    if (index < 0) {
      out.ensureRow(0, 1);
      out.tab();
      out.null();
      continue;
    }
    const source = batch.buffers[index]!;
    if (index !== read) reader.read(source, batch.valueStarts[index]!);
    read = index;
    out.ensureRow(batch.valueEnds[index]! - batch.valueStarts[index]!, 1);
    out.tab();
    plan.writeColumn(out, column, source, reader.after);
  }
  out.newline();
}

function groupOf(groups: { missing: readonly number[]; count: number }[], missing: readonly number[]): number {
  const name = missing.join();
  const found = groups.findIndex((group) => group.missing.join() === name);
  if (found >= 0) return found;
  groups.push({ missing, count: 0 });
  return groups.length - 1;
}

export interface MergeOptions {
  /** Delete and insert instead of insert-or-update: rows may swap values of other unique keys. */
  readonly replace: boolean;
  /** A row that lacks columns must be in the target. */
  readonly mustExist: boolean;
}

/** COPY into the staging table and what moves its rows into the target, in an order in which keys and unique values may change places. */
export function mergeStatements(batch: RecordBatch, staged: Staged, options: MergeOptions): string[] {
  const { table, columns } = batch.plan;
  const statements = [copyIntoStage(table, columns)];
  if (staged.deletes > 0 || (options.replace && staged.upserts > 0))
    statements.push(deleteStaged(table, options.replace));
  if (staged.upserts > 0)
    statements.push(options.replace ? insertStaged(table, columns) : upsertStaged(table, columns));
  staged.groups.forEach(({ missing, count }, group) => {
    const present = columns.filter((_, column) => !missing.includes(column));
    statements.push(updateStaged(table, present, group, options.mustExist ? count : null));
  });
  return statements;
}
