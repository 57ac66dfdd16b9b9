import { SqlError } from '../session.ts';
import type { ColumnModel } from './model.ts';
import { columnName } from './physical.ts';
import type { MetaRow } from './rows.ts';
import { facetsOf } from './types.ts';
import type { TableRef, Writing } from './writing.ts';
import { parenthesized } from './writing.ts';

/** The row of meta.columns for a column of a model. */
export function columnRow(w: Writing, objectId: number, columnId: number, column: ColumnModel): MetaRow {
  const facets = facetsOf(column.type, column.userTypeId);
  return {
    object_id: objectId,
    column_id: columnId,
    name: column.name,
    name_key: w.fold(column.name),
    system_type_id: facets.systemTypeId,
    user_type_id: facets.userTypeId,
    max_length: facets.maxLength,
    precision: facets.precision,
    scale: facets.scale,
    collation_name: facets.character ? (column.type.collation ?? w.collation) : null,
    is_nullable: column.nullable,
    is_rowguidcol: column.rowGuid ?? false,
    is_identity: column.identity !== undefined,
    is_computed: column.computed !== undefined,
    is_sparse: column.sparse ?? false,
    default_object_id: 0,
  };
}

/** Writes the columns with their identities and computed definitions; defaults are the caller's. */
export async function writeColumns(
  w: Writing,
  table: TableRef,
  columns: readonly { readonly id: number; readonly model: ColumnModel }[],
): Promise<void> {
  const seen = new Set<string>();
  for (const { model } of columns) {
    const key = w.fold(model.name);
    if (seen.has(key)) {
      const message = `Column names in each table must be unique. Column name '${model.name}' in table '${table.name}' is specified more than once.`;
      throw new SqlError(2705, message);
    }
    seen.add(key);
  }
  await w.insert(
    'columns',
    columns.map(({ id, model }) => columnRow(w, table.objectId, id, model)),
  );
  const identities = columns.filter(({ model }) => model.identity);
  if (identities.length > 1) {
    const message = `Multiple identity columns specified for table '${table.name}'. Only one identity column per table is allowed.`;
    throw new SqlError(2744, message);
  }
  await w.insert(
    'identity_columns',
    identities.map(({ id, model }) => ({
      object_id: table.objectId,
      column_id: id,
      seed_value: String(model.identity?.seed),
      increment_value: String(model.identity?.increment),
      is_not_for_replication: model.identity?.notForReplication ?? false,
    })),
  );
  await w.insert(
    'computed_columns',
    columns
      .filter(({ model }) => model.computed)
      .map(({ id, model }) => ({
        object_id: table.objectId,
        column_id: id,
        definition: parenthesized(model.computed?.definition ?? ''),
        is_persisted: model.computed?.persisted ?? false,
      })),
  );
  if (columns.some(({ model }) => model.rowGuid || model.sparse)) await requireProperties(w, table);
}

/** What ALTER COLUMN adds and drops without another definition. */
export type ColumnProperty = 'ROWGUIDCOL' | 'SPARSE' | 'NOT FOR REPLICATION';

const unfitSparse = (column: string, table: string): SqlError =>
  new SqlError(
    1731,
    `Cannot create the sparse column '${column}' in the table '${table}' because an option or data type specified is not valid. A sparse column must be nullable and cannot have the ROWGUIDCOL, IDENTITY, or FILESTREAM properties. A sparse column cannot be of the following data types: text, ntext, image, geometry, geography, or user-defined type.`,
  );

const UNIQUEIDENTIFIER = 36;
/** system_type_id of text, ntext, image, rowversion and the types of the CLR. */
const NEVER_SPARSE = new Set([34, 35, 99, 189, 240]);

type PropertyRow = {
  readonly column_id: number;
  readonly name: string;
  readonly system_type_id: number;
  readonly user_type_id: number;
  readonly is_nullable: boolean;
  readonly is_identity: boolean;
  readonly is_computed: boolean;
  readonly is_rowguidcol: boolean;
  readonly is_sparse: boolean;
};

/** 2761, 8196, 1731: what ROWGUIDCOL and SPARSE may not stand on. */
function checkProperties(table: TableRef, columns: readonly PropertyRow[]): void {
  const guids = columns.filter((one) => one.is_rowguidcol);
  if (guids.some((one) => one.system_type_id !== UNIQUEIDENTIFIER))
    throw new SqlError(2761, 'The ROWGUIDCOL property can only be specified on the uniqueidentifier data type.');
  if (guids.length > 1) throw new SqlError(8196, 'Duplicate column specified as ROWGUIDCOL.');
  const unfit = columns.find(
    (one) =>
      one.is_sparse &&
      (!one.is_nullable ||
        one.is_identity ||
        one.is_rowguidcol ||
        one.is_computed ||
        NEVER_SPARSE.has(one.system_type_id) ||
        one.user_type_id > 256),
  );
  if (unfit !== undefined) throw unfitSparse(unfit.name, table.name);
}

/** ALTER COLUMN ADD or DROP of a property; nothing of it changes the rows. */
export async function setColumnProperty(
  w: Writing,
  table: TableRef,
  columnId: number,
  change: { readonly property: ColumnProperty; readonly on: boolean },
): Promise<void> {
  if (change.property === 'NOT FOR REPLICATION') {
    const changed = await w.rows(
      'UPDATE meta.identity_columns SET is_not_for_replication = $3 WHERE object_id = $1 AND column_id = $2 RETURNING 1',
      [table.objectId, columnId, change.on],
    );
    if (changed.length === 0)
      throw new SqlError(
        40_515,
        'NOT FOR REPLICATION of a column without identity is not supported in this version of SQL Server.',
      );
    return;
  }
  const name = change.property === 'SPARSE' ? 'is_sparse' : 'is_rowguidcol';
  await w.pg.query(`UPDATE meta.columns SET ${name} = $3 WHERE object_id = $1 AND column_id = $2`, [
    table.objectId,
    columnId,
    change.on,
  ]);
  await requireProperties(w, table);
  await w.touch(table.objectId);
}

async function requireProperties(w: Writing, table: TableRef): Promise<void> {
  const columns = await w.rows<PropertyRow>(
    'SELECT column_id, name, system_type_id, user_type_id, is_nullable, is_identity, is_computed, is_rowguidcol, is_sparse FROM meta.columns WHERE object_id = $1',
    [table.objectId],
  );
  checkProperties(table, columns);
}

/** Gives the next column id of a table; ids are never used twice. */
export async function nextColumnId(w: Writing, objectId: number): Promise<number> {
  const [row] = await w.rows<{ id: number }>(
    'UPDATE meta.tables SET max_column_id_used = max_column_id_used + 1 WHERE object_id = $1 RETURNING max_column_id_used AS id',
    [objectId],
  );
  if (row) return row.id;
  throw new SqlError(
    4902,
    `Cannot find the object with id ${objectId} because it does not exist or you do not have permissions.`,
  );
}

/** ALTER TABLE … ALTER COLUMN: type, collation, nullability. */
export async function alterColumn(
  w: Writing,
  objectId: number,
  columnId: number,
  column: Pick<ColumnModel, 'type' | 'userTypeId' | 'nullable' | 'sparse'>,
): Promise<void> {
  const facets = facetsOf(column.type, column.userTypeId);
  await refuseDependents(w, { objectId, columnId, facets, nullable: column.nullable });
  await w.pg.query(
    `UPDATE meta.columns SET system_type_id = $3, user_type_id = $4, max_length = $5, precision = $6, scale = $7, collation_name = $8, is_nullable = $9, is_sparse = is_sparse OR $10
     WHERE object_id = $1 AND column_id = $2`,
    [
      objectId,
      columnId,
      facets.systemTypeId,
      facets.userTypeId,
      facets.maxLength,
      facets.precision,
      facets.scale,
      facets.character ? (column.type.collation ?? w.collation) : null,
      column.nullable,
      column.sparse ?? false,
    ],
  );
  await requireProperties(w, await w.table(objectId));
  await w.touch(objectId);
}

/** What hangs on a column: kind as in message 5074, and name; `what` it is. */
/** Whether a definition names the column $3, in brackets or without. */
const NAMES = (definition: string): string =>
  String.raw`${definition} ~* ('(^|[^\w@#$])\[?' || regexp_replace($3, '([^\w ])', '\\\1', 'g') || '\]?([^\w@#$]|$)')`;

const DEPENDENTS = `
  SELECT 'object' AS kind, o.name, 'default' AS what FROM meta.default_constraints d JOIN meta.objects o USING (object_id) WHERE d.parent_object_id = $1 AND d.parent_column_id = $2
  UNION ALL SELECT 'object', o.name, 'check' FROM meta.check_constraints c JOIN meta.objects o USING (object_id) WHERE c.parent_object_id = $1
    AND (c.parent_column_id = $2 OR ${NAMES('c.definition')})
  UNION ALL SELECT CASE WHEN i.is_primary_key OR i.is_unique_constraint THEN 'object' ELSE 'index' END, i.name, CASE WHEN i.is_primary_key THEN 'key' ELSE 'index' END
    FROM meta.index_columns c JOIN meta.indexes i USING (object_id, index_id) WHERE c.object_id = $1 AND c.column_id = $2
  UNION ALL SELECT 'statistics', s.name, 'index' FROM meta.statistics s WHERE s.object_id = $1 AND $2 = ANY (s.column_ids)
  UNION ALL SELECT 'object', o.name, 'key' FROM meta.index_partitions c JOIN meta.objects o USING (object_id) WHERE c.object_id = $1 AND c.column_id = $2
  UNION ALL SELECT 'object', o.name, 'key' FROM meta.foreign_key_columns c JOIN meta.objects o ON o.object_id = c.constraint_object_id
    WHERE (c.parent_object_id = $1 AND c.parent_column_id = $2) OR (c.referenced_object_id = $1 AND c.referenced_column_id = $2)
  UNION ALL SELECT 'column', y.name, 'computed' FROM meta.computed_columns x JOIN meta.columns y USING (object_id, column_id)
    WHERE x.object_id = $1 AND ${NAMES('x.definition')}`;

type Dependent = { kind: string; name: string; what: 'default' | 'check' | 'key' | 'index' | 'computed' };

function accessed(clause: string, column: string, first: Dependent): SqlError {
  const failed = `ALTER TABLE ${clause} COLUMN ${column} failed because one or more objects access this column.`;
  const dependent = new SqlError(5074, `The ${first.kind} '${first.name}' is dependent on column '${column}'.`);
  return new SqlError(4922, failed, 16, 9).after(dependent);
}

/** system_type_id of varbinary, varchar and nvarchar. */
const VARIABLE = new Set([165, 167, 231]);

/**
 * What ALTER COLUMN may not touch: a default stands a new length of the same type; a check, a unique constraint and an index stand a variable length that grows;
 * keys stand nothing but that either (ALTER TABLE, "Arguments", ALTER COLUMN).
 */
async function refuseDependents(
  w: Writing,
  to: { objectId: number; columnId: number; facets: ReturnType<typeof facetsOf>; nullable: boolean },
): Promise<void> {
  const [now] = await w.rows<{ name: string; type: number; length: number; nullable: boolean }>(
    'SELECT name, system_type_id AS type, max_length AS length, is_nullable AS nullable FROM meta.columns WHERE object_id = $1 AND column_id = $2',
    [to.objectId, to.columnId],
  );
  if (!now) return;
  const isSameType = now.type === to.facets.systemTypeId;
  const grown = to.facets.maxLength === -1 || (now.length !== -1 && to.facets.maxLength >= now.length);
  const grows = isSameType && VARIABLE.has(now.type) && now.nullable === to.nullable && grown;
  const stands = (one: Dependent): boolean => grows || (isSameType && one.what === 'default');
  const dependents = await w.rows<Dependent>(DEPENDENTS, [to.objectId, to.columnId, now.name]);
  const first = dependents.find((one) => !stands(one));
  if (first) throw accessed('ALTER', now.name, first);
}

/** ALTER TABLE … DROP COLUMN, refused while something uses the column. */
export async function dropColumn(w: Writing, objectId: number, columnId: number): Promise<void> {
  const column = (await w.columns(objectId)).find((candidate) => candidate.column_id === columnId);
  if (!column) return;
  const [first] = await w.rows<Dependent>(DEPENDENTS, [objectId, columnId, column.name]);
  if (first) throw accessed('DROP', column.name, first);
  for (const table of ['identity_columns', 'computed_columns', 'columns']) {
    await w.pg.query(`DELETE FROM meta.${table} WHERE object_id = $1 AND column_id = $2`, [objectId, columnId]);
  }
  await w.pg.query('DELETE FROM meta.extended_properties WHERE class = 1 AND major_id = $1 AND minor_id = $2', [
    objectId,
    columnId,
  ]);
  await w.touch(objectId);
}

/** Physical name of a column, as {@link CatalogWriter} hands it out. */
export const physicalColumn = columnName;
