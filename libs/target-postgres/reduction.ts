import { SluiceError } from '#errors';
import { OP, type RecordBatch } from './record-batch.ts';

/** A last record that does not carry every column, put together from earlier records of its key. */
export interface MergedRow {
  /** By column of the plan: the record that has its newest value, -1 where none of the batch has. */
  readonly sources: Int32Array;
  /** Columns that stay as the target has them. */
  readonly missing: readonly number[];
}

/** The last state of every key in a batch. */
export interface Reduction {
  /** Index of each key's last record. */
  readonly last: readonly number[];
  /** For those of {@link last} that lack columns. */
  readonly merged: ReadonlyMap<number, MergedRow>;
}

export function isDelete(op: number): boolean {
  return op === OP.tombstone || op === OP.delete;
}

/**
 * Reduces a batch to one state a key: the last record wins (its partition's order is the source's), and columns that it does not carry come from the newest
 * earlier record that does (rows D1, D6). Keys are compared by their bytes, which are canonical.
 */
export function reduceBatch(batch: RecordBatch): Reduction {
  const byKey = new Map<string, number>();
  const previous = batch.missing.size > 0 ? new Int32Array(batch.rowCount).fill(-1) : null;
  const { buffers, keyStarts, keyEnds } = batch;
  for (let i = 0; i < batch.rowCount; i++) {
    if (keyEnds[i]! < keyStarts[i]!) {
      throw new SluiceError('TopicMismatch', 'a record of a table with a key has none', { offset: batch.offsets[i]! });
    }
    const key = buffers[i]!.toString('latin1', keyStarts[i], keyEnds[i]);
    if (previous) previous[i] = byKey.get(key) ?? -1;
    byKey.set(key, i);
  }
  const last = [...byKey.values()];
  const merged = new Map<number, MergedRow>();
  if (previous) {
    for (const index of last) {
      if (batch.missing.has(index) && !isDelete(batch.ops[index]!)) merged.set(index, mergeRow(batch, previous, index));
    }
  }
  return { last, merged };
}

function mergeRow(batch: RecordBatch, previous: Int32Array, index: number): MergedRow {
  const sources = new Int32Array(batch.plan.columns.length).fill(index);
  let open = [...(batch.missing.get(index) ?? [])];
  for (let at = previous[index]!; at >= 0 && open.length > 0; at = previous[at]!) {
    // Behind a delete there is no older value to take.
    if (isDelete(batch.ops[at]!)) break;
    const lacking = new Set(batch.missing.get(at) ?? []);
    for (const column of open) if (!lacking.has(column)) sources[column] = at;
    open = open.filter((column) => lacking.has(column));
  }
  for (const column of open) sources[column] = -1;
  return { sources, missing: open };
}
