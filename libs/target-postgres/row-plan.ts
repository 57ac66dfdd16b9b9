import type { EnvelopeReader, KeyReader, ReaderField, RowView } from '#avro-codec';
import { SluiceError } from '#errors';
import { copyField, type CopyField, type CopyText } from './copy-text.ts';
import type { FilledColumn, TargetTable } from './target-table.ts';

/** Which field of the writer's records goes to which column of the target, for one pair of writer's schemas. */
export class RowPlan {
  /** Columns that the writer's rows fill, in the order of COPY. */
  readonly columns: readonly FilledColumn[];
  readonly #fields: Int32Array;
  readonly #copies: readonly CopyField[];
  /** Index into {@link columns} of each key field, in the order of the record key. */
  readonly #keyFields: Int32Array;
  readonly #keyCopies: readonly CopyField[];

  readonly #keyOrder: Int32Array;

  /**
   * `reader` is undefined where only tombstones came so far: then there are key columns alone. `keyReader` is undefined for a table without a key, whose
   * record keys are not looked at. @throws SluiceError TargetSchemaMismatch
   */
  constructor(
    readonly table: TargetTable,
    readonly reader: EnvelopeReader | undefined,
    readonly keyReader: KeyReader | undefined,
  ) {
    const fields = reader?.fields ?? keyReader?.fields ?? [];
    const wanted = table.columns
      .map((column) => ({ column, field: fieldOf(fields, column) }))
      .filter(({ field }) => field >= 0);
    this.columns = wanted.map(({ column }) => column);
    this.#fields = Int32Array.from(wanted, ({ field }) => field);
    this.#copies = wanted.map(({ column, field }) => copyField(fields[field]!, placeOf(table, column)));
    const keyed = table.key.map((column) => ({ column, field: keyReader ? fieldOf(keyReader.fields, column) : -1 }));
    const missing = keyed.find(({ column, field }) => field < 0 || !this.columns.includes(column));
    if (keyReader && missing) {
      throw new SluiceError(
        'TargetSchemaMismatch',
        `${table.tableName}: the records have no key column ${missing.column.sourceName}`,
        {
          table: table.tableName,
        },
      );
    }
    this.#keyFields = Int32Array.from(this.columns, (column) => keyed.findIndex((key) => key.column === column));
    this.#keyCopies = keyReader
      ? keyed.map(({ column, field }) => copyField(keyReader.fields[field]!, placeOf(table, column)))
      : [];
    this.#keyOrder = Int32Array.from(keyed, ({ field }) => field);
  }

  /** Index into {@link columns} by the column's name at the source, -1 for one that the target does not take. */
  columnOf(sourceName: string): number {
    return this.columns.findIndex((column) => column.sourceName === sourceName);
  }

  /** Appends the columns of a row, tabs between, no newline. Room must have been made sure. */
  writeRow(out: CopyText, source: Buffer, view: RowView): void {
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) out.tab();
      const field = fields[i]!;
      out.value(this.#copies[i]!, source, view.start[field]!, view.end[field]!);
    }
  }

  /** Appends one column of a row. */
  writeColumn(out: CopyText, column: number, source: Buffer, view: RowView): void {
    const field = this.#fields[column]!;
    out.value(this.#copies[column]!, source, view.start[field]!, view.end[field]!);
  }

  /** Appends a line whose key columns come from the record key and whose other columns are null. */
  writeKey(out: CopyText, source: Buffer, key: RowView): void {
    for (let i = 0; i < this.#keyFields.length; i++) {
      if (i > 0) out.tab();
      const index = this.#keyFields[i]!;
      if (index < 0) out.null();
      else {
        const field = this.#keyOrder[index]!;
        out.value(this.#keyCopies[index]!, source, key.start[field]!, key.end[field]!);
      }
    }
  }
}

/** By the source's column id; records of other writers by the column's name. */
function fieldOf(fields: readonly ReaderField[], column: FilledColumn): number {
  const byId = fields.findIndex((field) => field.columnId >= 0 && field.columnId === column.columnId);
  return byId >= 0 ? byId : fields.findIndex((field) => field.columnId < 0 && field.column === column.sourceName);
}

function placeOf(table: TargetTable, column: FilledColumn): { table: string; column: string } {
  return { table: table.tableName, column: column.sourceName };
}
