import { LSN_BYTES } from './lsn.ts';
import { setBit, type CapturedColumn, type CapturedTable, type CaptureInstance } from './capture-instance.ts';
import type { RelationMessage, Tuple } from './pgoutput.ts';

const DELETE = 1;
const INSERT = 2;
const BEFORE = 3;
const AFTER = 4;

/** What in-row storage of a (max) value holds in SQL Server: larger unchanged ones are not in the log, hence NULL. */
const IN_ROW_BYTES = 8000;

/** Where an image's values lie. */
interface Image {
  readonly buffer: Buffer;
  readonly tuple: Tuple;
  /** Gives the values that the after-image leaves out because they did not change. */
  readonly fallback?: Tuple;
}

/** One capture instance seen through one shape of its source table. */
interface InstanceMapping {
  readonly instance: CaptureInstance;
  /** Position in the tuple of each captured column; -1 where the table no longer has it. */
  readonly positions: readonly number[];
  readonly mask: Buffer;
}

/** How rows of one relation become rows of change tables. */
export class RelationEncoder {
  private readonly mappings: readonly InstanceMapping[];
  private readonly keyPositions: readonly number[];
  private readonly start = Buffer.alloc(LSN_BYTES);

  constructor(
    readonly table: CapturedTable,
    relation: RelationMessage,
  ) {
    const position = (name: string): number => relation.columns.indexOf(name);
    this.mappings = table.instances.map((instance) => ({
      instance,
      positions: instance.columns.map((column) => position(column.source)),
      mask: Buffer.alloc(instance.fullMask.length),
    }));
    this.keyPositions = table.keyColumns.map(position).filter((at) => at >= 0);
  }

  /** The commit LSN of the transaction whose changes follow. */
  begin(startLsn: Buffer): void {
    startLsn.copy(this.start);
  }

  insert(change: ChangePlace, image: Image): number {
    return this.forEach(change, ({ instance, positions }) => {
      this.row(instance, positions, change, { operation: INSERT, mask: instance.fullMask, image });
      return 1;
    });
  }

  delete(change: ChangePlace, image: Image): number {
    return this.forEach(change, ({ instance, positions }) => {
      this.row(instance, positions, change, { operation: DELETE, mask: instance.fullMask, image });
      return 1;
    });
  }

  /** Rows 3 and 4; 1 and 2 where a key column changed; none where no captured column did. */
  update(
    change: ChangePlace,
    images: { readonly buffer: Buffer; readonly before: Tuple; readonly after: Tuple },
  ): number {
    const { buffer, before, after } = images;
    const old: Image = { buffer, tuple: before };
    const next: Image = { buffer, tuple: after, fallback: before };
    const isKeyChanged = this.keyPositions.some((at) => isChanged(buffer, before, after, at));
    return this.forEach(change, (mapping) => {
      const { instance, positions, mask } = mapping;
      if (isKeyChanged) {
        this.row(instance, positions, change, { operation: DELETE, mask: instance.fullMask, image: old });
        this.row(instance, positions, change, { operation: INSERT, mask: instance.fullMask, image: next });
        return 2;
      }
      mask.fill(0);
      let any = false;
      for (const [index, at] of positions.entries()) {
        if (at >= 0 && instance.columns[index]?.kind !== 'computed' && isChanged(buffer, before, after, at)) {
          setBit(mask, index + 1);
          any = true;
        }
      }
      if (!any) return 0;
      this.row(instance, positions, change, { operation: BEFORE, mask, image: old });
      this.row(instance, positions, change, { operation: AFTER, mask, image: next });
      return 2;
    });
  }

  private forEach(change: ChangePlace, write: (mapping: InstanceMapping) => number): number {
    let rows = 0;
    for (const mapping of this.mappings) {
      if (change.commitWal > mapping.instance.startWal) rows += write(mapping);
    }
    return rows;
  }

  private row(
    instance: CaptureInstance,
    positions: readonly number[],
    change: ChangePlace,
    what: { readonly operation: number; readonly mask: Buffer; readonly image: Image },
  ): void {
    const { buffer: out } = instance;
    const { operation, mask, image } = what;
    out.beginRow(instance.columns.length + 6);
    out.bytesOf(this.start, 0, LSN_BYTES);
    out.null();
    out.bytesOf(change.sequence, 0, LSN_BYTES);
    out.int(operation);
    out.bytesOf(mask, 0, mask.length);
    for (let index = 0; index < positions.length; index += 1) {
      const at = positions[index] ?? -1;
      const column = instance.columns[index];
      if (at < 0 || column === undefined || at >= image.tuple.count) {
        out.null();
        continue;
      }
      let tuple = image.tuple;
      let length = tuple.lengths[at] ?? -1;
      if (length === -2 && image.fallback) {
        tuple = image.fallback;
        length = tuple.lengths[at] ?? -1;
      }
      if (length < 0 || isLeftOut(column, operation, isBitSet(mask, index + 1), length)) out.null();
      else out.bytesOf(image.buffer, tuple.starts[at] ?? 0, length);
    }
    out.int(change.commandId);
  }
}

/** Where a change stands in its transaction. */
export interface ChangePlace {
  readonly commitWal: bigint;
  readonly sequence: Buffer;
  readonly commandId: number;
}

/**
 * What SQL Server does not write into change tables: computed values; text, ntext and image before the change, and after it when
 * unchanged; (max) values before the change, and after it when they are too large for the row, unless they changed.
 */
function isLeftOut(column: CapturedColumn, operation: number, changed: boolean, length: number): boolean {
  switch (column.kind) {
    case 'plain':
      return false;
    case 'computed':
      return true;
    case 'legacy':
      return operation === DELETE || operation === BEFORE || (operation === AFTER && !changed);
    case 'max':
      if (changed) return false;
      return operation === BEFORE || (operation === AFTER && length * column.width > IN_ROW_BYTES);
  }
}

function isBitSet(mask: Buffer, ordinal: number): boolean {
  return ((mask[mask.length - 1 - ((ordinal - 1) >> 3)] ?? 0) & (1 << ((ordinal - 1) & 7))) !== 0;
}

function isChanged(buffer: Buffer, before: Tuple, after: Tuple, at: number): boolean {
  const oldLength = before.lengths[at] ?? -1;
  const newLength = after.lengths[at] ?? -1;
  if (newLength === -2) return false;
  if (oldLength !== newLength) return true;
  if (newLength <= 0) return false;
  const oldStart = before.starts[at] ?? 0;
  const newStart = after.starts[at] ?? 0;
  return buffer.compare(buffer, oldStart, oldStart + oldLength, newStart, newStart + newLength) !== 0;
}
