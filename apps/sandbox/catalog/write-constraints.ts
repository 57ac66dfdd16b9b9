import { SqlError } from '../session.ts';
import type {
  CheckModel,
  CreatedKey,
  DefaultModel,
  IndexModel,
  IndexOptions,
  KeyModel,
  PartitionTarget,
} from './model.ts';
import { generatedConstraintName, generatedKeyName } from './names.ts';
import { indexName } from './physical.ts';
import { placeIndex } from './write-partitions.ts';
import { notCreated } from './foreign-key-rules.ts';
import type { ColumnRef, TableRef, Writing } from './writing.ts';
import { parenthesized } from './writing.ts';

interface IndexParts {
  readonly name: string;
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly columns: readonly { readonly name: string; readonly descending?: boolean }[];
  readonly included?: readonly string[];
  readonly filter?: string;
  readonly options?: IndexOptions;
  readonly key?: 'PK' | 'UQ';
  readonly on?: PartitionTarget;
  readonly kind?: IndexModel['kind'];
  readonly secondary?: IndexModel['secondary'];
}

/** Writes the object row of a constraint. */
export async function writeObject(
  w: Writing,
  table: TableRef,
  object: { readonly id: number; readonly name: string; readonly type: string },
): Promise<void> {
  await w.requireFree(table.schemaId, object.name, 16, 5);
  await w.insert('objects', [
    {
      object_id: object.id,
      name: object.name,
      name_key: w.fold(object.name),
      schema_id: table.schemaId,
      parent_object_id: table.objectId,
      type: object.type,
    },
  ]);
}

/** The id of an object that is about to be made. */
export async function newObjectId(w: Writing): Promise<number> {
  const [id] = await w.objectIds(1);
  return id ?? 0;
}

/** Where the ids of XML and of spatial indexes begin. */
const FIRST_XML = 256_000;
const FIRST_SPATIAL = 384_000;

/** sys.indexes.type. */
function typeOf({ kind, clustered }: IndexParts): number {
  if (kind === 'xml') return 3;
  if (kind === 'spatial') return 4;
  return (kind === 'columnstore' ? 4 : 0) + (clustered ? 1 : 2);
}

/** The primary XML index that a secondary one rests on. */
async function primaryOf(w: Writing, table: TableRef, { secondary }: IndexParts): Promise<number | null> {
  if (secondary === undefined) return null;
  const [row] = await w.rows<{ index_id: number }>(
    'SELECT index_id FROM meta.indexes WHERE object_id = $1 AND name_key = $2 AND type = 3 AND secondary_type IS NULL',
    [table.objectId, w.fold(secondary.using)],
  );
  if (row) return row.index_id;
  throw new SqlError(40_515, `The primary XML index '${secondary.using}' is not there.`);
}

/** The id of a new index: 1 for the clustered one, else the next from 2. */
async function newIndexId(w: Writing, table: TableRef, index: IndexParts): Promise<number> {
  const existing = await w.rows<{ index_id: number; name: string; name_key: string }>(
    `SELECT index_id, name, name_key FROM meta.indexes WHERE object_id = $1
     UNION ALL SELECT stats_id, name, name_key FROM meta.statistics WHERE object_id = $1`,
    [table.objectId],
  );
  if (existing.some((other) => other.name_key === w.fold(index.name))) {
    const message = `The operation failed because an index or statistics with name '${index.name}' already exists on table '${table.schema}.${table.name}'.`;
    throw new SqlError(1913, message);
  }
  const first = index.kind === 'xml' ? FIRST_XML : index.kind === 'spatial' ? FIRST_SPATIAL : 2;
  const own = existing.filter((other) => other.index_id >= first && (first > 2 || other.index_id < FIRST_XML));
  if (!index.clustered) return Math.max(first - 1, ...own.map((other) => other.index_id)) + 1;
  const clustered = existing.find((other) => other.index_id === 1);
  if (!clustered) return 1;
  if (index.kind === 'columnstore') {
    const message = `You cannot create more than one clustered index on table '${table.name}'. Consider creating a new clustered index using 'with (drop_existing = on)' option.`;
    throw new SqlError(35_372, message);
  }
  const message = `Cannot create more than one clustered index on table '${table.name}'. Drop the existing clustered index '${clustered.name}' before creating another.`;
  throw new SqlError(1902, message, 16, 3);
}

/** Types that have no order, or no bound to their length: 1919 as a key of an index. */
const NO_KEYS = `SELECT name FROM meta.columns WHERE object_id = $1 AND column_id = ANY ($2)
  AND (system_type_id IN (34, 35, 99, 241) OR (max_length = -1 AND system_type_id IN (165, 167, 231)))`;

async function checkKeyColumns(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  index: IndexParts,
): Promise<void> {
  const ids = index.columns.map((one) => w.find(columns, one.name).column_id);
  const [bad] = await w.rows<{ name: string }>(NO_KEYS, [table.objectId, ids]);
  if (bad === undefined) return;
  throw new SqlError(
    1919,
    `Column '${bad.name}' in table '${table.schema}.${table.name}' is of a type that is invalid for use as a key column in an index.`,
  );
}

/** 1909: a column that stands twice among the columns of an index. */
function requireDistinctColumns(w: Writing, { columns, included = [] }: IndexParts): void {
  const seen = new Set<string>();
  for (const name of [...columns.map((one) => one.name), ...included]) {
    const key = w.fold(name);
    if (seen.has(key))
      throw new SqlError(
        1909,
        `Cannot use duplicate column names in index. Column name '${name}' listed more than once.`,
      );
    seen.add(key);
  }
}

async function writeIndex(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  index: IndexParts,
): Promise<number> {
  requireDistinctColumns(w, index);
  const indexId = await newIndexId(w, table, index);
  if (index.kind === undefined) await checkKeyColumns(w, table, columns, index);
  const options = index.options ?? {};
  await w.insert('indexes', [
    {
      object_id: table.objectId,
      index_id: indexId,
      name: index.name,
      name_key: w.fold(index.name),
      type: typeOf(index),
      is_unique: index.unique,
      is_primary_key: index.key === 'PK',
      is_unique_constraint: index.key === 'UQ',
      ignore_dup_key: options.ignoreDupKey ?? false,
      fill_factor: options.fillFactor ?? 0,
      is_padded: options.padIndex ?? false,
      allow_row_locks: options.allowRowLocks ?? true,
      allow_page_locks: options.allowPageLocks ?? true,
      filter_definition: index.filter === undefined ? null : parenthesized(index.filter),
      settings: options.settings ?? {},
      using_xml_index_id: await primaryOf(w, table, index),
      secondary_type:
        index.secondary?.type.slice(0, 1).replace('P', index.secondary.type === 'PATH' ? 'P' : 'R') ?? null,
    },
  ]);
  const keys = index.columns.map((column, at) => ({ column, ordinal: at + 1, included: false }));
  const others = (index.included ?? []).map((name) => ({
    column: { name, descending: false },
    ordinal: 0,
    included: true,
  }));
  if (index.kind === 'xml' || index.kind === 'spatial') keys.forEach((one) => (one.ordinal = 0));
  await w.insert(
    'index_columns',
    [...keys, ...others].map(({ column, ordinal, included }, at) => ({
      object_id: table.objectId,
      index_id: indexId,
      index_column_id: at + 1,
      column_id: w.find(columns, column.name).column_id,
      key_ordinal: ordinal,
      is_descending_key: column.descending ?? false,
      is_included_column: included,
    })),
  );
  const ids = index.columns.map((column) => w.find(columns, column.name).column_id);
  const placed = { id: indexId, name: index.name, unique: index.unique, keys: ids };
  await placeIndex(w, table, columns, { index: placed, on: index.on });
  return indexId;
}

const NULLABLE = 'SELECT 1 FROM meta.columns WHERE object_id = $1 AND column_id = ANY ($2) AND is_nullable';

/** PRIMARY KEY or UNIQUE. */
export async function writeKey(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  key: KeyModel,
): Promise<CreatedKey> {
  if (key.kind === 'PK') {
    const others = await w.rows('SELECT 1 FROM meta.indexes WHERE object_id = $1 AND is_primary_key', [table.objectId]);
    if (others.length > 0)
      throw notCreated(new SqlError(1779, `Table '${table.name}' already has a primary key defined on it.`, 16, 0));
    const nullable = await w.rows(NULLABLE, [
      table.objectId,
      key.columns.map((column) => w.find(columns, column.name).column_id),
    ]);
    if (nullable.length > 0)
      throw notCreated(
        new SqlError(8111, `Cannot define PRIMARY KEY constraint on nullable column in table '${table.name}'.`),
      );
  }
  const objectId = await newObjectId(w);
  const generated = generatedKeyName(
    key.kind,
    table.name,
    key.columns.map((column) => column.name),
    objectId,
  );
  const name = key.name ?? generated;
  await writeObject(w, table, { id: objectId, name, type: key.kind });
  const indexId = await writeIndex(w, table, columns, {
    name,
    unique: true,
    clustered: key.clustered,
    columns: key.columns,
    key: key.kind,
    ...(key.options ? { options: key.options } : {}),
    ...(key.on ? { on: key.on } : {}),
  });
  await w.insert('key_constraints', [
    {
      object_id: objectId,
      parent_object_id: table.objectId,
      unique_index_id: indexId,
      is_system_named: key.name === undefined,
    },
  ]);
  if (key.kind === 'PK') {
    const ids = key.columns.map((column) => w.find(columns, column.name).column_id);
    await w.pg.query('UPDATE meta.columns SET is_nullable = false WHERE object_id = $1 AND column_id = ANY ($2)', [
      table.objectId,
      ids,
    ]);
  }
  return { objectId, indexId, name, physicalIndex: indexName(table.objectId, indexId) };
}

/** CREATE INDEX. */
export async function writePlainIndex(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  index: IndexModel,
): Promise<{ indexId: number; name: string; physicalIndex: string }> {
  const indexId = await writeIndex(w, table, columns, index);
  return { indexId, name: index.name, physicalIndex: indexName(table.objectId, indexId) };
}

export async function writeCheck(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  check: CheckModel,
): Promise<{ objectId: number; name: string }> {
  const objectId = await newObjectId(w);
  const name = check.name ?? generatedConstraintName('CK', table.name, check.column, objectId);
  await writeObject(w, table, { id: objectId, name, type: 'C' });
  await w.insert('check_constraints', [
    {
      object_id: objectId,
      parent_object_id: table.objectId,
      parent_column_id: check.column === undefined ? 0 : w.find(columns, check.column).column_id,
      definition: parenthesized(check.definition),
      is_disabled: check.disabled ?? false,
      is_not_for_replication: check.notForReplication ?? false,
      is_not_trusted: check.notTrusted ?? false,
      is_system_named: check.name === undefined,
    },
  ]);
  return { objectId, name };
}

export async function writeDefault(
  w: Writing,
  table: TableRef,
  column: ColumnRef,
  def: DefaultModel,
): Promise<{ objectId: number; name: string; columnId: number }> {
  const bound = await w.rows(
    'SELECT 1 FROM meta.default_constraints WHERE parent_object_id = $1 AND parent_column_id = $2',
    [table.objectId, column.column_id],
  );
  if (bound.length > 0) throw new SqlError(1781, 'Column already has a DEFAULT bound to it.');
  const objectId = await newObjectId(w);
  const name = def.name ?? generatedConstraintName('DF', table.name, column.name, objectId);
  await writeObject(w, table, { id: objectId, name, type: 'D' });
  await w.insert('default_constraints', [
    {
      object_id: objectId,
      parent_object_id: table.objectId,
      parent_column_id: column.column_id,
      definition: parenthesized(def.definition),
      is_system_named: def.name === undefined,
    },
  ]);
  await w.pg.query('UPDATE meta.columns SET default_object_id = $3 WHERE object_id = $1 AND column_id = $2', [
    table.objectId,
    column.column_id,
    objectId,
  ]);
  return { objectId, name, columnId: column.column_id };
}

/** ALTER INDEX … REBUILD WITH, SET: what is not given stays. */
export async function setIndexOptions(
  w: Writing,
  objectId: number,
  indexId: number,
  options: IndexOptions,
): Promise<void> {
  await w.pg.query(
    `UPDATE meta.indexes SET fill_factor = coalesce($3, fill_factor), is_padded = coalesce($4, is_padded), ignore_dup_key = coalesce($5, ignore_dup_key),
     allow_row_locks = coalesce($6, allow_row_locks), allow_page_locks = coalesce($7, allow_page_locks),
     settings = settings || $8::jsonb WHERE object_id = $1 AND index_id = $2`,
    [
      objectId,
      indexId,
      options.fillFactor ?? null,
      options.padIndex ?? null,
      options.ignoreDupKey ?? null,
      options.allowRowLocks ?? null,
      options.allowPageLocks ?? null,
      JSON.stringify(options.settings ?? {}),
    ],
  );
}
