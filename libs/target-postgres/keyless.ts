import { SluiceError } from '#errors';
import type { CopyText } from './copy-text.ts';
import { OP, type RecordBatch } from './record-batch.ts';
import { copyIntoStage, deleteCounted, insertCounted, STAGED } from './sql/merge.ts';

/** How often a row was added (positive) or removed, and where one of its images stands. */
interface RowCount {
  count: number;
  readonly index: number;
  readonly isBefore: boolean;
}

/**
 * Full-row matching with multiplicity (rule 6): an insert adds a row, a delete removes one equal row, an update does both. What cancels out inside the batch never
 * reaches the target. Returns the statements; the lines are appended to `out`. @throws SluiceError ValueRejected
 */
export function stageKeyless(out: CopyText, batch: RecordBatch): string[] {
  const counts = countRows(batch);
  const { plan } = batch;
  const reader = plan.reader!;
  let deleted = 0;
  let inserted = 0;
  for (const { count, index, isBefore } of counts) {
    if (count === 0) continue;
    const source = batch.buffers[index]!;
    const start = batch.valueStarts[index]!;
    reader.read(source, start);
    out.ensureRow(batch.valueEnds[index]! - start, plan.columns.length + 2);
    out.plain(count > 0 ? STAGED.upsert : STAGED.delete);
    out.tab();
    out.plain(String(Math.abs(count)));
    out.tab();
    plan.writeRow(out, source, isBefore ? reader.before : reader.after);
    out.newline();
    if (count > 0) inserted += count;
    else deleted -= count;
  }
  const statements = [copyIntoStage(plan.table, plan.columns, true)];
  if (inserted > 0) statements.push(insertCounted(plan.table, plan.columns));
  if (deleted > 0) statements.push(deleteCounted(plan.table, plan.columns, deleted));
  return statements;
}

/** Equal bytes are equal rows; equal rows of different bytes are put together by the statements. */
function countRows(batch: RecordBatch): Iterable<RowCount> {
  const byImage = new Map<string, RowCount>();
  const reader = batch.plan.reader!;
  const add = (index: number, isBefore: boolean, count: number): void => {
    const view = isBefore ? reader.before : reader.after;
    if (!view.isPresent) {
      throw new SluiceError('TopicMismatch', 'an event of a table without a key has not the row that it needs', {
        offset: batch.offsets[index]!,
      });
    }
    const image = imageOf(batch.buffers[index]!, view);
    const known = byImage.get(image);
    if (known) known.count += count;
    else byImage.set(image, { count, index, isBefore });
  };
  for (let i = 0; i < batch.rowCount; i++) {
    reader.read(batch.buffers[i]!, batch.valueStarts[i]!);
    const op = batch.ops[i]!;
    if (op === OP.delete || op === OP.update) add(i, true, -1);
    if (op !== OP.delete) add(i, false, 1);
  }
  return byImage.values();
}

/** The row's bytes, with lengths so that no two rows run together. */
function imageOf(source: Buffer, view: { readonly start: Int32Array; readonly end: Int32Array }): string {
  let image = '';
  for (let i = 0; i < view.start.length; i++) {
    const start = view.start[i]!;
    image += start < 0 ? 'N' : `${view.end[i]! - start}:${source.toString('latin1', start, view.end[i])}`;
  }
  return image;
}
