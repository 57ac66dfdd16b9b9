import { SqlError } from '../session.ts';
import type { ModuleModel, ParameterModel, SequenceModel } from './model.ts';
import type { MetaRow } from './rows.ts';
import { facetsOf } from './types.ts';
import { writeColumns } from './write-columns.ts';
import type { Writing } from './writing.ts';

const TABLE_TYPE_ID = 243;

function parameterRow(objectId: number, id: number, parameter: ParameterModel): MetaRow {
  const facets =
    parameter.type.name === 'table'
      ? { systemTypeId: TABLE_TYPE_ID, userTypeId: parameter.userTypeId ?? 0, maxLength: -1, precision: 0, scale: 0 }
      : facetsOf(parameter.type, parameter.userTypeId);
  return {
    object_id: objectId,
    parameter_id: id,
    name: parameter.name,
    system_type_id: facets.systemTypeId,
    user_type_id: facets.userTypeId,
    max_length: facets.maxLength,
    precision: facets.precision,
    scale: facets.scale,
    is_output: parameter.output ?? id === 0,
    has_default_value: parameter.hasDefault ?? false,
    is_readonly: parameter.readonly ?? false,
  };
}

/** Number by which sys.sql_modules shows EXECUTE AS OWNER. */
const OWNER = -2;

async function executesAs(w: Writing, { executeAs }: ModuleModel): Promise<number | null> {
  if (executeAs === undefined) return null;
  if ('owner' in executeAs) return OWNER;
  const [row] = await w.rows<{ principal_id: number }>(
    "SELECT principal_id FROM meta.principals WHERE name_key = $1 AND type = 'S'",
    [w.fold(executeAs.user)],
  );
  if (row !== undefined) return row.principal_id;
  throw new SqlError(
    15151,
    `Cannot execute as the user '${executeAs.user}', because it does not exist or you do not have permission.`,
  );
}

/** Everything of a module but its object row. */
async function writeBody(w: Writing, objectId: number, module: ModuleModel): Promise<void> {
  await w.insert('modules', [
    {
      object_id: objectId,
      definition: module.definition,
      uses_ansi_nulls: module.ansiNulls ?? true,
      uses_quoted_identifier: module.quotedIdentifier ?? true,
      is_schema_bound: module.schemaBound ?? false,
      execute_as_principal_id: await executesAs(w, module),
      is_encrypted: module.encrypted ?? false,
      with_check_option: module.checkOption ?? false,
      settings: module.settings ?? {},
    },
  ]);
  const parameters = (module.parameters ?? []).map((parameter, at) => parameterRow(objectId, at + 1, parameter));
  const returned = module.returns ? [parameterRow(objectId, 0, { ...module.returns, name: '' })] : [];
  await w.insert('parameters', [...returned, ...parameters]);
  if (module.columns && module.columns.length > 0) {
    const table = { objectId, name: module.name, schema: module.schema, schemaId: 0 };
    await writeColumns(
      w,
      table,
      module.columns.map((model, at) => ({ id: at + 1, model })),
    );
  }
  if (module.trigger) {
    await w.insert('triggers', [
      {
        object_id: objectId,
        parent_class: module.trigger.parentId === undefined ? 0 : 1,
        parent_id: module.trigger.parentId ?? 0,
        is_disabled: module.trigger.disabled ?? false,
        is_instead_of: module.trigger.insteadOf,
        events: module.trigger.events,
        is_not_for_replication: module.trigger.notForReplication ?? false,
      },
    ]);
  }
  await w.insert(
    'dependencies',
    (module.references ?? []).map((reference, at) => ({
      referencing_id: objectId,
      ordinal: at + 1,
      referenced_database_name: reference.database ?? null,
      referenced_schema_name: reference.schema ?? null,
      referenced_entity_name: reference.name,
      is_caller_dependent: reference.byCaller ?? false,
    })),
  );
}

export async function createModule(w: Writing, module: ModuleModel): Promise<number> {
  const schemaId = await w.schemaId(module.schema);
  await w.requireFree(schemaId, module.name, 16, 3);
  const [objectId = 0] = await w.objectIds(1);
  await w.insert('objects', [
    {
      object_id: objectId,
      name: module.name,
      name_key: w.fold(module.name),
      schema_id: schemaId,
      parent_object_id: module.trigger?.parentId ?? 0,
      type: module.kind,
    },
  ]);
  await writeBody(w, objectId, module);
  return objectId;
}

const BODY_TABLES: readonly (readonly [string, string])[] = [
  ['modules', 'object_id'],
  ['parameters', 'object_id'],
  ['columns', 'object_id'],
  ['identity_columns', 'object_id'],
  ['computed_columns', 'object_id'],
  ['triggers', 'object_id'],
  ['dependencies', 'referencing_id'],
];

/** ALTER: the same object with another text. */
export async function alterModule(w: Writing, objectId: number, module: ModuleModel): Promise<void> {
  for (const [table, column] of BODY_TABLES)
    await w.pg.query(`DELETE FROM meta.${table} WHERE ${column} = $1`, [objectId]);
  await writeBody(w, objectId, module);
  await w.pg.query('UPDATE meta.objects SET type = $2, modify_date = localtimestamp WHERE object_id = $1', [
    objectId,
    module.kind,
  ]);
}

export async function createSequence(w: Writing, sequence: SequenceModel): Promise<number> {
  const schemaId = await w.schemaId(sequence.schema);
  await w.requireFree(schemaId, sequence.name);
  const facets = facetsOf(sequence.type, sequence.userTypeId);
  if (facets.scale !== 0) {
    throw new SqlError(
      11702,
      `The sequence object '${sequence.schema}.${sequence.name}' must be of data type int, bigint, smallint, tinyint, or decimal or numeric with a scale of 0, or any user-defined data type that is based on one of the above integer data types.`,
    );
  }
  const [objectId = 0] = await w.objectIds(1);
  await w.insert('objects', [
    {
      object_id: objectId,
      name: sequence.name,
      name_key: w.fold(sequence.name),
      schema_id: schemaId,
      parent_object_id: 0,
      type: 'SO',
    },
  ]);
  await w.insert('sequences', [
    {
      object_id: objectId,
      start_value: String(sequence.start),
      increment: String(sequence.increment),
      minimum_value: String(sequence.minimum),
      maximum_value: String(sequence.maximum),
      is_cycling: sequence.cycling,
      cache_size: sequence.cacheSize ?? null,
      system_type_id: facets.systemTypeId,
      user_type_id: facets.userTypeId,
      precision: facets.precision,
      scale: facets.scale,
    },
  ]);
  return objectId;
}

export async function alterSequence(
  w: Writing,
  objectId: number,
  change: Partial<Omit<SequenceModel, 'schema' | 'name' | 'type'>>,
): Promise<void> {
  const values = [change.start, change.increment, change.minimum, change.maximum].map((value) =>
    value === undefined ? null : String(value),
  );
  await w.pg.query(
    `UPDATE meta.sequences SET start_value = coalesce($2, start_value), increment = coalesce($3, increment), minimum_value = coalesce($4, minimum_value),
     maximum_value = coalesce($5, maximum_value), is_cycling = coalesce($6, is_cycling), cache_size = coalesce($7, cache_size) WHERE object_id = $1`,
    [objectId, ...values, change.cycling ?? null, change.cacheSize ?? null],
  );
  await w.touch(objectId);
}
