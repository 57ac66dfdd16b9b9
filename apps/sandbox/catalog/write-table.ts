import type { CreatedKey, CreatedTable, TableModel } from './model.ts';
import { columnName, tableName } from './physical.ts';
import { writeColumns } from './write-columns.ts';
import { writeCheck, writeDefault, writeKey, writePlainIndex } from './write-constraints.ts';
import { writeForeignKey } from './write-foreign-key.ts';
import { placeIndex } from './write-partitions.ts';
import type { ColumnRef, TableRef, Writing } from './writing.ts';

/** How a table is registered besides its model: an ordinary one, or the hidden one of a table type. */
export interface Registration {
  readonly schemaId: number;
  readonly type: 'U' | 'TT';
  /** is_ms_shipped: the tables of CDC. */
  readonly shipped: boolean;
}

/** Writes a table with everything that hangs on it; its name must be free. */
export async function writeTable(w: Writing, table: TableModel, how: Registration): Promise<CreatedTable> {
  const [objectId = 0] = await w.objectIds(1);
  const ref: TableRef = { objectId, name: table.name, schemaId: how.schemaId, schema: table.schema };
  await writeRows(w, ref, table, how);
  const columns = table.columns.map((column, at) => ({
    column_id: at + 1,
    name: column.name,
    name_key: w.fold(column.name),
  }));
  if (table.on) {
    const heap = { id: 0, name: table.name, unique: false, keys: [] };
    await placeIndex(w, ref, columns, { index: heap, on: table.on });
  }
  const constraints = await writeConstraints(w, ref, columns, table);
  return {
    objectId,
    physical: tableName(objectId),
    columns: columns.map((column) => ({
      columnId: column.column_id,
      name: column.name,
      physical: columnName(column.column_id),
    })),
    ...constraints,
  };
}

async function writeRows(w: Writing, ref: TableRef, table: TableModel, how: Registration): Promise<void> {
  await w.insert('objects', [
    {
      object_id: ref.objectId,
      name: table.name,
      name_key: w.fold(table.name),
      schema_id: how.schemaId,
      parent_object_id: 0,
      type: how.type,
      is_ms_shipped: how.shipped,
    },
  ]);
  await w.insert('tables', [
    {
      object_id: ref.objectId,
      max_column_id_used: table.columns.length,
      type_table: how.type === 'TT',
      uses_ansi_nulls: table.ansiNulls ?? true,
      settings: table.settings ?? {},
    },
  ]);
  const columns = table.columns.map((model, at) => ({ id: at + 1, model }));
  await writeColumns(w, ref, columns);
}

async function writeConstraints(
  w: Writing,
  ref: TableRef,
  columns: readonly ColumnRef[],
  table: TableModel,
): Promise<Pick<CreatedTable, 'keys' | 'checks' | 'foreignKeys' | 'defaults' | 'indexes'>> {
  const defaults = [];
  for (const [at, column] of table.columns.entries()) {
    const target = columns[at];
    if (column.default && target) defaults.push(await writeDefault(w, ref, target, column.default));
  }
  const keys: CreatedKey[] = [];
  for (const key of table.keys ?? []) keys.push(await writeKey(w, ref, columns, key));
  const checks = [];
  for (const check of table.checks ?? []) checks.push(await writeCheck(w, ref, columns, check));
  const indexes = [];
  for (const index of table.indexes ?? []) indexes.push(await writePlainIndex(w, ref, columns, index));
  const foreignKeys = [];
  for (const key of table.foreignKeys ?? []) foreignKeys.push(await writeForeignKey(w, ref, columns, key));
  return { keys, checks, foreignKeys, defaults, indexes };
}
