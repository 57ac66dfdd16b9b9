import { type EventTable, Position } from '#events';
import type { TableChange } from '#source';
import type { SourceRow, SourceValue, ValueType } from '#values';
import type { CaptureInstance } from './capture-instances.ts';
import type { ResultRow } from './client.ts';
import { CHANGE_PREFIX } from './sql-change-page.ts';
import { isBitSet } from './update-mask.ts';

const DELETE = 1;
const INSERT = 2;
const BEFORE = 3;
const AFTER = 4;

/** Rows of one change table, in order, decoded into changes: the before- and the after-image of an update (operations 3 and 4) become one. */
export class ChangePage {
  private changes: TableChange[] = [];
  private before: SourceRow | null = null;
  private readonly large: readonly { readonly index: number; readonly ordinal: number }[];

  constructor(
    readonly tableIndex: number,
    table: EventTable,
    instance: CaptureInstance,
    rows: readonly ResultRow[],
    public full: boolean,
  ) {
    this.large = largeColumns(table, instance);
    this.append(rows);
  }

  /** A longer page comes in place of the first: {@link append} its rows. */
  restart(): void {
    this.changes = [];
    this.before = null;
  }

  /** Decodes the next rows of the page; they need not be kept. */
  append(rows: readonly ResultRow[]): void {
    const { changes } = this;
    let { before } = this;
    for (const row of rows) {
      const operation = Number(row[3]);
      const values = row.slice(CHANGE_PREFIX) as SourceValue[];
      if (operation === BEFORE) {
        before = values;
        continue;
      }
      const position = Position.ofSqlServer(row[0] as Buffer, row[1] as Buffer, Number(row[2]), operation);
      const common = { table: this.tableIndex, position, commitMs: 0 };
      if (operation === DELETE) changes.push({ ...common, op: 'd', before: values, after: null });
      else if (operation === INSERT) changes.push({ ...common, op: 'c', before: null, after: values });
      else if (operation === AFTER) {
        this.markUnavailable(values, row[4] as Buffer | null);
        changes.push({ ...common, op: 'u', before, after: values });
      }
      before = null;
    }
    this.before = before;
  }

  /** The lower of `ceiling` and what this page is complete up to. */
  limit(ceiling: Position): Position {
    const last = this.changes.at(-1);
    if (!this.full || !last) return ceiling;
    return ceiling.isAfter(last.position) ? last.position : ceiling;
  }

  changesUpTo(ceiling: Position): TableChange[] {
    const end = this.changes.findIndex((change) => change.position.isAfter(ceiling));
    return end < 0 ? this.changes : this.changes.slice(0, end);
  }

  /** A large value that an update left alone is given as NULL: then its bit in the mask is not set, and the value is absent, not NULL (row A18). */
  private markUnavailable(values: SourceValue[], mask: Buffer | null): void {
    if (!mask) return;
    for (const { index, ordinal } of this.large) {
      if (values[index] === null && !isBitSet(mask, ordinal)) values[index] = undefined;
    }
  }
}

/** Columns whose values CDC may leave out, with their ordinal in the capture instance (1 … n). */
function largeColumns(table: EventTable, instance: CaptureInstance): { index: number; ordinal: number }[] {
  return table.columns.flatMap((column, index) =>
    isLarge(column.type) ? [{ index, ordinal: instance.columnNames.indexOf(column.name) + 1 }] : [],
  );
}

/** Types that SQL Server may store off row: CDC then gives NULL for an unchanged value. */
export function isLarge(type: ValueType): boolean {
  if (type.kind === 'string') return type.length === undefined;
  return (
    type.kind === 'bytes' ||
    type.kind === 'xml' ||
    type.kind === 'json' ||
    (type.kind === 'text' && type.of.startsWith('geo'))
  );
}
