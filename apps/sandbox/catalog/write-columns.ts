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
  column: Pick<ColumnModel, 'type' | 'userTypeId' | 'nullable'>,
): Promise<void> {
  const facets = facetsOf(column.type, column.userTypeId);
  await refuseDependents(w, { objectId, columnId, facets, nullable: column.nullable });
  await w.pg.query(
    `UPDATE meta.columns SET system_type_id = $3, user_type_id = $4, max_length = $5, precision = $6, scale = $7, collation_name = $8, is_nullable = $9
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
    ],
  );
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
