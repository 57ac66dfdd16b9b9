import { SqlError } from '../session.ts';
import { checkCascades, checkKeyTypes, notCreated } from './foreign-key-rules.ts';
import type { ForeignKeyModel, ReferentialAction } from './model.ts';
import { generatedConstraintName } from './names.ts';
import { newObjectId, writeObject } from './write-constraints.ts';
import type { ColumnRef, TableRef, Writing } from './writing.ts';

const ACTION_CODES: Readonly<Record<ReferentialAction, number>> = {
  NO_ACTION: 0,
  CASCADE: 1,
  SET_NULL: 2,
  SET_DEFAULT: 3,
};

interface CandidateKey {
  readonly index_id: number;
  readonly is_primary_key: boolean;
  readonly column_ids: readonly number[];
}

/** The unique index of the referenced table whose columns are those of the reference, in any order; 1776 if none. */
function matchingKey(keys: readonly CandidateKey[], columnIds: readonly number[]): CandidateKey | undefined {
  const wanted = [...columnIds].sort((a, b) => a - b).join();
  const matches = keys.filter((key) => [...key.column_ids].sort((a, b) => a - b).join() === wanted);
  return matches.find((key) => key.is_primary_key) ?? matches[0];
}

const CANDIDATE_KEYS = `SELECT i.index_id, i.is_primary_key, array_agg(c.column_id ORDER BY c.key_ordinal) AS column_ids FROM meta.indexes i
  JOIN meta.index_columns c USING (object_id, index_id) WHERE i.object_id = $1 AND i.is_unique AND i.filter_definition IS NULL AND c.key_ordinal > 0
  GROUP BY i.index_id, i.is_primary_key ORDER BY i.index_id`;

export async function writeForeignKey(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  key: ForeignKeyModel,
): Promise<{ objectId: number; name: string; referencedId: number }> {
  const objectId = await newObjectId(w);
  const name = key.name ?? generatedConstraintName('FK', table.name, key.columns[0], objectId);
  const [referenced] = await w.rows<{ object_id: number }>(
    "SELECT o.object_id FROM meta.objects o JOIN meta.schemas s USING (schema_id) WHERE s.name_key = $1 AND o.name_key = $2 AND o.type = 'U'",
    [w.fold(key.referencedSchema), w.fold(key.referencedTable)],
  );
  const target = `${key.referencedSchema}.${key.referencedTable}`;
  if (!referenced)
    throw notCreated(new SqlError(1767, `Foreign key '${name}' references invalid table '${target}'.`, 16, 0));
  const columnIds = key.columns.map((column) => parentColumn(w, columns, column, name, table).column_id);
  const candidates = await w.rows<CandidateKey>(CANDIDATE_KEYS, [referenced.object_id]);
  const referencedIds = await referencedColumns(w, referenced.object_id, key, name, candidates);
  const unique = matchingKey(candidates, referencedIds);
  if (!unique || referencedIds.length !== key.columns.length) {
    const message = `There are no primary or candidate keys in the referenced table '${target}' that match the referencing column list in the foreign key '${name}'.`;
    throw notCreated(new SqlError(1776, message, 16, 0));
  }
  const made = { name, table, columnIds, referencedId: referenced.object_id, target, referencedIds };
  await checkKeyTypes(w, made);
  await writeObject(w, table, { id: objectId, name, type: 'F' });
  await w.insert('foreign_keys', [
    {
      object_id: objectId,
      parent_object_id: table.objectId,
      referenced_object_id: referenced.object_id,
      key_index_id: unique.index_id,
      is_disabled: key.disabled ?? false,
      is_not_for_replication: key.notForReplication ?? false,
      is_not_trusted: key.notTrusted ?? false,
      delete_referential_action: ACTION_CODES[key.onDelete ?? 'NO_ACTION'],
      update_referential_action: ACTION_CODES[key.onUpdate ?? 'NO_ACTION'],
      is_system_named: key.name === undefined,
    },
  ]);
  await w.insert(
    'foreign_key_columns',
    columnIds.map((_, at) => ({
      constraint_object_id: objectId,
      constraint_column_id: at + 1,
      parent_object_id: table.objectId,
      parent_column_id: columnIds[at],
      referenced_object_id: referenced.object_id,
      referenced_column_id: referencedIds[at],
    })),
  );
  await checkCascades(w, made);
  return { objectId, name, referencedId: referenced.object_id };
}

function parentColumn(
  w: Writing,
  columns: readonly ColumnRef[],
  column: string,
  key: string,
  table: TableRef,
): ColumnRef {
  const found = columns.find((candidate) => candidate.name_key === w.fold(column));
  if (found) return found;
  const message = `Foreign key '${key}' references invalid column '${column}' in referencing table '${table.name}'.`;
  throw notCreated(new SqlError(1769, message));
}

async function referencedColumns(
  w: Writing,
  referencedId: number,
  key: ForeignKeyModel,
  name: string,
  candidates: readonly CandidateKey[],
): Promise<readonly number[]> {
  if (key.referencedColumns.length === 0) {
    const primary = candidates.find((candidate) => candidate.is_primary_key);
    if (primary) return primary.column_ids;
    const message = `Foreign key '${name}' has implicit reference to object '${key.referencedSchema}.${key.referencedTable}' which does not have a primary key defined on it.`;
    throw notCreated(new SqlError(1773, message, 16, 0));
  }
  const columns = await w.columns(referencedId);
  return key.referencedColumns.map((column) => {
    const found = columns.find((candidate) => candidate.name_key === w.fold(column));
    if (found) return found.column_id;
    const message = `Foreign key '${name}' references invalid column '${column}' in referenced table '${key.referencedTable}'.`;
    throw notCreated(new SqlError(1770, message, 16, 0));
  });
}
