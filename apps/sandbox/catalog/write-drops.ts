import { SqlError } from '../session.ts';
import { unplaceIndex } from './write-partitions.ts';
import type { Writing } from './writing.ts';

type ConstraintKind = 'PK' | 'UQ' | 'F' | 'C' | 'D';

const CONSTRAINT_TABLES: Readonly<Record<ConstraintKind, string>> = {
  PK: 'key_constraints',
  UQ: 'key_constraints',
  F: 'foreign_keys',
  C: 'check_constraints',
  D: 'default_constraints',
};

function isConstraint(type: string): type is ConstraintKind {
  return type in CONSTRAINT_TABLES;
}

/** Tables whose rows belong to one object, by the column that names it. */
const OWNED: readonly (readonly [string, string])[] = [
  ['tables', 'object_id'],
  ['columns', 'object_id'],
  ['identity_columns', 'object_id'],
  ['computed_columns', 'object_id'],
  ['indexes', 'object_id'],
  ['statistics', 'object_id'],
  ['index_columns', 'object_id'],
  ['index_partitions', 'object_id'],
  ['key_constraints', 'object_id'],
  ['foreign_keys', 'object_id'],
  ['foreign_key_columns', 'constraint_object_id'],
  ['check_constraints', 'object_id'],
  ['default_constraints', 'object_id'],
  ['sequences', 'object_id'],
  ['synonyms', 'object_id'],
  ['modules', 'object_id'],
  ['parameters', 'object_id'],
  ['triggers', 'object_id'],
  ['dependencies', 'referencing_id'],
  ['objects', 'object_id'],
];

async function deleteObjects(w: Writing, ids: readonly number[]): Promise<void> {
  const statements = OWNED.map(
    ([table, column], at) => `d${at} AS (DELETE FROM meta.${table} WHERE ${column} = ANY ($1))`,
  );
  await w.pg.query(
    `WITH ${statements.join(', ')}, p AS (DELETE FROM meta.permissions WHERE class = 1 AND major_id = ANY ($1))
     DELETE FROM meta.extended_properties WHERE class IN (1, 2, 7) AND major_id = ANY ($1)`,
    [ids],
  );
}

/** An object with its constraints and triggers; 3726 while a foreign key of another table refers to it. */
export async function dropObject(w: Writing, objectId: number): Promise<void> {
  const object = await w.table(objectId);
  const referring = await w.rows(
    'SELECT 1 FROM meta.foreign_keys WHERE referenced_object_id = $1 AND parent_object_id <> $1',
    [objectId],
  );
  if (referring.length > 0) {
    throw new SqlError(
      3726,
      `Could not drop object '${object.name}' because it is referenced by a FOREIGN KEY constraint.`,
    );
  }
  const children = await w.rows<{ object_id: number }>(
    'SELECT object_id FROM meta.objects WHERE parent_object_id = $1 UNION SELECT object_id FROM meta.triggers WHERE parent_id = $1',
    [objectId],
  );
  await deleteObjects(w, [objectId, ...children.map((child) => child.object_id)]);
}

/** One constraint; 3725 while a foreign key rests on the key. */
export async function dropConstraint(
  w: Writing,
  constraintId: number,
): Promise<{ kind: ConstraintKind; indexId?: number }> {
  const [row] = await w.rows<{ name: string; type: string; parent_object_id: number }>(
    'SELECT name, type, parent_object_id FROM meta.objects WHERE object_id = $1',
    [constraintId],
  );
  if (!row || !isConstraint(row.type)) throw new SqlError(3728, `'${row?.name ?? ''}' is not a constraint.`);
  const result = { kind: row.type };
  if (row.type === 'PK' || row.type === 'UQ') {
    const indexId = await dropKeyIndex(w, constraintId, row);
    await deleteObjects(w, [constraintId]);
    await w.touch(row.parent_object_id);
    return { ...result, indexId };
  }
  if (row.type === 'D') {
    await w.pg.query('UPDATE meta.columns SET default_object_id = 0 WHERE object_id = $1 AND default_object_id = $2', [
      row.parent_object_id,
      constraintId,
    ]);
  }
  await deleteObjects(w, [constraintId]);
  await w.touch(row.parent_object_id);
  return result;
}

async function dropKeyIndex(
  w: Writing,
  constraintId: number,
  constraint: { readonly name: string; readonly parent_object_id: number },
): Promise<number> {
  const [key] = await w.rows<{ unique_index_id: number }>(
    'SELECT unique_index_id FROM meta.key_constraints WHERE object_id = $1',
    [constraintId],
  );
  const indexId = key?.unique_index_id ?? 0;
  const [user] = await w.rows<{ name: string; parent: string }>(
    `SELECT o.name, t.name AS parent FROM meta.foreign_keys f JOIN meta.objects o USING (object_id) JOIN meta.objects t ON t.object_id = f.parent_object_id
     WHERE f.referenced_object_id = $1 AND f.key_index_id = $2`,
    [constraint.parent_object_id, indexId],
  );
  if (user) {
    const message = `The constraint '${constraint.name}' is being referenced by table '${user.parent}', foreign key constraint '${user.name}'.\nCould not drop constraint. See previous errors.`;
    throw new SqlError(3725, message, 16, 0);
  }
  await deleteIndex(w, constraint.parent_object_id, indexId);
  return indexId;
}

/** The rows of an index, its comment included. */
export async function deleteIndex(w: Writing, objectId: number, indexId: number): Promise<void> {
  await w.pg.query('DELETE FROM meta.index_columns WHERE object_id = $1 AND index_id = $2', [objectId, indexId]);
  await unplaceIndex(w, objectId, indexId);
  await w.pg.query('DELETE FROM meta.indexes WHERE object_id = $1 AND index_id = $2', [objectId, indexId]);
  await w.pg.query('DELETE FROM meta.extended_properties WHERE class = 7 AND major_id = $1 AND minor_id = $2', [
    objectId,
    indexId,
  ]);
}

/** DROP INDEX; 3723 where the index serves a constraint. */
export async function dropIndex(w: Writing, objectId: number, indexId: number): Promise<void> {
  const [row] = await w.rows<{ name: string; constrained: boolean }>(
    'SELECT name, is_primary_key OR is_unique_constraint AS constrained FROM meta.indexes WHERE object_id = $1 AND index_id = $2',
    [objectId, indexId],
  );
  if (row?.constrained) {
    const table = await w.table(objectId);
    const message = `An explicit DROP INDEX is not allowed on index '${table.schema}.${table.name}.${row.name}'. It is being used for PRIMARY KEY constraint enforcement.`;
    throw new SqlError(3723, message, 16, 4);
  }
  await deleteIndex(w, objectId, indexId);
  await w.touch(objectId);
}

/** DROP SCHEMA; 3729 while it holds something. */
export async function dropSchema(w: Writing, name: string): Promise<void> {
  const [schema] = await w.rows<{ schema_id: number }>('SELECT schema_id FROM meta.schemas WHERE name_key = $1', [
    w.fold(name),
  ]);
  if (!schema) {
    throw new SqlError(
      15151,
      `Cannot drop the schema '${name}', because it does not exist or you do not have permission.`,
    );
  }
  const [held] = await w.rows<{ name: string }>(
    'SELECT name FROM meta.objects WHERE schema_id = $1 UNION ALL SELECT name FROM meta.types WHERE schema_id = $1 LIMIT 1',
    [schema.schema_id],
  );
  if (held)
    throw new SqlError(3729, `Cannot drop schema '${name}' because it is being referenced by object '${held.name}'.`);
  await w.pg.query('DELETE FROM meta.schemas WHERE schema_id = $1', [schema.schema_id]);
  await w.pg.query('DELETE FROM meta.extended_properties WHERE class = 3 AND major_id = $1', [schema.schema_id]);
  await w.pg.query('DELETE FROM meta.permissions WHERE class = 3 AND major_id = $1', [schema.schema_id]);
}
