import { SqlError } from '../session.ts';
import type { TdsType } from '../session.ts';
import type { PartitionTarget } from './model.ts';
import { facetsOf } from './types.ts';
import type { ColumnRef, TableRef, Writing } from './writing.ts';

/** A boundary of a partition function: as a sql_variant's row in PostgreSQL, and as text of the storage type. */
export interface Boundary {
  readonly value: string;
  readonly stored: string;
}

/** What CREATE PARTITION FUNCTION says; `boundaries` in their order. */
export interface PartitionFunctionModel {
  readonly name: string;
  readonly type: TdsType;
  readonly right: boolean;
  readonly boundaries: readonly Boundary[];
}

const FIRST_SCHEME = 65_601;

interface SchemeRow {
  readonly data_space_id: number;
  readonly name: string;
  readonly function_id: number;
  readonly next_used: boolean;
}

const missing = (what: string, name: string): SqlError =>
  new SqlError(
    3701,
    `Cannot drop the partition ${what} '${name}', because it does not exist or you do not have permission.`,
    11,
  );

const invalid = (what: string, name: string): SqlError => new SqlError(1921, `Invalid ${what} '${name}' specified.`);

const taken = (name: string): SqlError =>
  new SqlError(2714, `There is already an object named '${name}' in the database.`);

/** Writes a partition function; resolves with its id. */
export async function createPartitionFunction(w: Writing, model: PartitionFunctionModel): Promise<number> {
  const key = w.fold(model.name);
  if ((await w.rows('SELECT 1 FROM meta.partition_functions WHERE name_key = $1', [key])).length > 0)
    throw taken(model.name);
  const facets = facetsOf(model.type);
  const [row] = await w.rows<{ function_id: number }>(
    `INSERT INTO meta.partition_functions (name, name_key, boundary_on_right, system_type_id, user_type_id, max_length, precision, scale, collation_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING function_id`,
    [
      model.name,
      key,
      model.right,
      facets.systemTypeId,
      facets.userTypeId,
      facets.maxLength,
      facets.precision,
      facets.scale,
      facets.character ? (model.type.collation ?? w.collation) : null,
    ],
  );
  const id = row?.function_id ?? 0;
  await writeBoundaries(w, id, model.boundaries);
  return id;
}

async function writeBoundaries(w: Writing, id: number, boundaries: readonly Boundary[]): Promise<void> {
  await w.pg.query('DELETE FROM meta.partition_values WHERE function_id = $1', [id]);
  await w.pg.query(
    'INSERT INTO meta.partition_values SELECT $1, n, v::sys.sql_variant, s FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS x(v, s, n)',
    [id, boundaries.map((one) => one.value), boundaries.map((one) => one.stored)],
  );
}

/**
 * ALTER PARTITION FUNCTION: its boundaries after the change. One more than before takes the filegroup that is next used of each scheme: 7707 where a scheme
 * has none.
 */
export async function setBoundaries(
  w: Writing,
  id: number,
  boundaries: readonly Boundary[],
  split: boolean,
): Promise<void> {
  if (split) {
    const schemes = await w.rows<SchemeRow & { function: string }>(
      'SELECT s.*, f.name AS function FROM meta.partition_schemes s JOIN meta.partition_functions f USING (function_id) WHERE function_id = $1',
      [id],
    );
    const full = schemes.find((one) => !one.next_used);
    if (full !== undefined) throw tooFew(full.function, full.name);
    await w.pg.query('UPDATE meta.partition_schemes SET next_used = false WHERE function_id = $1', [id]);
  }
  await writeBoundaries(w, id, boundaries);
  await w.pg.query('UPDATE meta.partition_functions SET modify_date = localtimestamp WHERE function_id = $1', [id]);
}

const tooFew = (fn: string, scheme: string): SqlError =>
  new SqlError(
    7707,
    `The associated partition function '${fn}' generates more partitions than there are file groups mentioned in the scheme '${scheme}'.`,
  );

/** DROP PARTITION FUNCTION; 7706 while a scheme uses it. */
export async function dropPartitionFunction(w: Writing, name: string): Promise<number> {
  const [row] = await w.rows<{ function_id: number; used: boolean }>(
    'SELECT function_id, EXISTS (SELECT FROM meta.partition_schemes s WHERE s.function_id = f.function_id) AS used FROM meta.partition_functions f WHERE name_key = $1',
    [w.fold(name)],
  );
  if (!row) throw missing('function', name);
  if (row.used)
    throw new SqlError(7706, `Partition function '${name}' is being used by one or more partition schemes.`);
  await w.pg.query('DELETE FROM meta.partition_values WHERE function_id = $1', [row.function_id]);
  await w.pg.query('DELETE FROM meta.partition_functions WHERE function_id = $1', [row.function_id]);
  return row.function_id;
}

/** CREATE PARTITION SCHEME over a number of filegroups: 7707 where they are too few; the first one too many is the next used. */
export async function createPartitionScheme(
  w: Writing,
  scheme: { readonly name: string; readonly function: string; readonly filegroups: number | 'all' },
): Promise<void> {
  const [row] = await w.rows<{ function_id: number; fanout: number }>(
    'SELECT function_id, meta.fanout(function_id) AS fanout FROM meta.partition_functions WHERE name_key = $1',
    [w.fold(scheme.function)],
  );
  if (!row) throw invalid('object name', scheme.function);
  const spaces = await w.rows<SchemeRow>('SELECT * FROM meta.partition_schemes');
  const key = w.fold(scheme.name);
  if (spaces.some((one) => w.fold(one.name) === key)) throw taken(scheme.name);
  if (scheme.filegroups !== 'all' && scheme.filegroups < row.fanout) throw tooFew(scheme.function, scheme.name);
  await w.insert('partition_schemes', [
    {
      data_space_id: Math.max(FIRST_SCHEME - 1, ...spaces.map((one) => one.data_space_id)) + 1,
      name: scheme.name,
      name_key: key,
      function_id: row.function_id,
      next_used: scheme.filegroups === 'all' || scheme.filegroups > row.fanout,
    },
  ]);
}

async function schemeNamed(w: Writing, name: string): Promise<SchemeRow | undefined> {
  const [row] = await w.rows<SchemeRow>('SELECT * FROM meta.partition_schemes WHERE name_key = $1', [w.fold(name)]);
  return row;
}

/** ALTER PARTITION SCHEME … NEXT USED, with a filegroup or without. */
export async function setNextUsed(w: Writing, name: string, nextUsed: boolean): Promise<void> {
  const scheme = await schemeNamed(w, name);
  if (!scheme) throw invalid('object name', name);
  await w.pg.query('UPDATE meta.partition_schemes SET next_used = $2 WHERE data_space_id = $1', [
    scheme.data_space_id,
    nextUsed,
  ]);
}

/** DROP PARTITION SCHEME; 7717 while a table or index is on it. */
export async function dropPartitionScheme(w: Writing, name: string): Promise<void> {
  const scheme = await schemeNamed(w, name);
  if (!scheme) throw missing('scheme', name);
  const used = await w.rows('SELECT 1 FROM meta.index_partitions WHERE data_space_id = $1 LIMIT 1', [
    scheme.data_space_id,
  ]);
  if (used.length > 0) {
    throw new SqlError(7717, `The partition scheme "${name}" is currently being used to partition one or more tables.`);
  }
  await w.pg.query('DELETE FROM meta.partition_schemes WHERE data_space_id = $1', [scheme.data_space_id]);
}

interface Placed {
  readonly data_space_id: number;
  readonly column_id: number;
}

/** An index that has just been written, or the heap (id 0). */
export interface PlacedIndex {
  readonly id: number;
  readonly name: string;
  readonly unique: boolean;
  readonly keys: readonly number[];
}

/**
 * Puts an index where ON says, else where its table is. The clustered index takes the place of the heap. Throws 1908 where the column of the partitions is not
 * in a unique key, 1921 for a scheme that is not there, 2726, 7726.
 */
export async function placeIndex(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  { index, on }: { readonly index: PlacedIndex; readonly on: PartitionTarget | undefined },
): Promise<void> {
  const [current] = await w.rows<Placed>(
    'SELECT data_space_id, column_id FROM meta.index_partitions WHERE object_id = $1 AND index_id IN (0, 1)',
    [table.objectId],
  );
  const place = on === undefined ? current : await placeOn(w, table, columns, on);
  if (place !== undefined && index.unique && !index.keys.includes(place.column_id)) {
    const name = columns.find((one) => one.column_id === place.column_id)?.name ?? '';
    const message = `Column '${name}' is partitioning column of the index '${index.name}'. Partition columns for a unique index must be a subset of the index key.`;
    throw new SqlError(1908, message);
  }
  const owns = index.id < 2;
  if (owns) {
    await w.pg.query('DELETE FROM meta.index_partitions WHERE object_id = $1 AND index_id IN (0, 1)', [table.objectId]);
  }
  if (place === undefined) return;
  await w.insert('index_partitions', [{ object_id: table.objectId, index_id: index.id, ...place }]);
}

async function placeOn(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  on: PartitionTarget,
): Promise<Placed | undefined> {
  const scheme = await schemeNamed(w, on.name);
  if (scheme === undefined) {
    // A filegroup: there is one.
    if (on.columns.length === 0 && /^(primary|default)$/i.test(on.name)) return undefined;
    throw invalid(on.columns.length === 0 ? 'filegroup' : 'partition scheme', on.name);
  }
  const [name] = on.columns;
  const [fn] = await w.rows<{ name: string }>('SELECT name FROM meta.partition_functions WHERE function_id = $1', [
    scheme.function_id,
  ]);
  if (name === undefined || on.columns.length > 1) {
    const message = `Partition function '${fn?.name ?? ''}' uses 1 columns which doesn't match with the number of partition columns used to partition the table or index.`;
    throw new SqlError(2726, message);
  }
  const column = w.find(columns, name);
  const [same] = await w.rows<{ type: boolean; stored: boolean; own: string; other: string }>(
    `SELECT meta.f_type_name(c.system_type_id) AS own, meta.f_type_name(f.system_type_id) AS other, (c.system_type_id, c.max_length, c.precision, c.scale) = (f.system_type_id, f.max_length, f.precision, f.scale) AS type,
       NOT EXISTS (SELECT FROM meta.computed_columns x WHERE x.object_id = c.object_id AND x.column_id = c.column_id AND NOT x.is_persisted) AS stored
     FROM meta.columns c, meta.partition_functions f WHERE c.object_id = $1 AND c.column_id = $2 AND f.function_id = $3`,
    [table.objectId, column.column_id, scheme.function_id],
  );
  if (same?.stored === false) {
    const message = `Computed column cannot be used as a partition key if it is not persisted. Partition key column '${name}' in table '${table.name}' is not persisted.`;
    throw new SqlError(7724, message);
  }
  if (same?.type !== true) {
    const message = `Partition column '${name}' has data type ${same?.own} which is different from the partition function '${fn?.name ?? ''}' parameter data type ${same?.other}.`;
    throw new SqlError(7726, message);
  }
  return { data_space_id: scheme.data_space_id, column_id: column.column_id };
}

/** An index goes; a clustered one leaves a heap where it was. */
export async function unplaceIndex(w: Writing, objectId: number, indexId: number): Promise<void> {
  await w.pg.query(
    indexId === 1
      ? 'UPDATE meta.index_partitions SET index_id = 0 WHERE object_id = $1 AND index_id = $2'
      : 'DELETE FROM meta.index_partitions WHERE object_id = $1 AND index_id = $2',
    [objectId, indexId],
  );
}
