import { BUILT_IN_TYPES, builtInType } from '#schema';
import { type CatalogRelation, type IndexOwner, list, parts, row } from './catalog-relation.ts';
import type { DraftColumn, DraftDatabase, DraftIndex, DraftModule, DraftTable } from './draft.ts';
import type { Row } from './evaluate.ts';
import { byteLength } from './functions.ts';
import { UNKNOWN, type Value } from './values.ts';

/** `isStandard`: as INFORMATION_SCHEMA has it. */
function columnRow(
  database: DraftDatabase,
  table: DraftTable,
  column: DraftColumn,
  alias: string,
  isStandard: boolean,
): Row {
  const type = column.declared?.resolved;
  return row(alias, {
    name: () => column.name,
    object_id: () => table.id,
    id: () => table.id,
    column_id: () => column.id,
    colid: () => column.id,
    table_name: () => table.name,
    table_schema: () => table.schema,
    table_catalog: () => database.name,
    column_name: () => column.name,
    is_nullable: () => (isStandard ? (column.nullable === false ? 'NO' : 'YES') : column.nullable === false ? 0 : 1),
    isnullable: () => (column.nullable === false ? 0 : 1),
    is_identity: () => (column.identity ? 1 : 0),
    is_computed: () => (column.computed ? 1 : 0),
    default_object_id: () => column.default?.id ?? 0,
    cdefault: () => column.default?.id ?? 0,
    data_type: () => type?.name ?? UNKNOWN,
    character_maximum_length: () => (type?.collation === undefined ? null : (type.length ?? UNKNOWN)),
    numeric_precision: () => type?.precision ?? UNKNOWN,
    numeric_scale: () => type?.scale ?? UNKNOWN,
    precision: () => type?.precision ?? UNKNOWN,
    scale: () => type?.scale ?? UNKNOWN,
    column_default: () => column.default?.definition ?? null,
    collation_name: () => type?.collation ?? null,
    is_sparse: () => (column.sparse ? 1 : 0),
    is_hidden: () => (column.hidden ? 1 : 0),
    system_type_id: () => builtInType(type?.name ?? '')?.systemTypeId ?? UNKNOWN,
    xtype: () => builtInType(type?.name ?? '')?.systemTypeId ?? UNKNOWN,
    user_type_id: () => typeIdOf(database, column),
    xusertype: () => typeIdOf(database, column),
    max_length: () => byteLength(column),
    length: () => byteLength(column),
  });
}

function typeIdOf(database: DraftDatabase, column: DraftColumn): Value {
  const type = column.declared?.resolved;
  if (type?.alias) return database.types.get(type.alias.schema, type.alias.name)?.id ?? UNKNOWN;
  return builtInType(type?.name ?? '')?.userTypeId ?? UNKNOWN;
}

/** sys.columns, or INFORMATION_SCHEMA’s (`isStandard`). */
export function columns(database: DraftDatabase, isStandard: boolean): CatalogRelation {
  const of = (table: DraftTable, alias: string): Row[] =>
    table.columns.map((column) => columnRow(database, table, column, alias, isStandard));
  const byId = (value: Value, alias: string): Row[] => {
    const found = typeof value === 'number' ? database.byId.get(value) : undefined;
    return found && !('of' in found) && found.kind === 'table' ? of(found, alias) : [];
  };
  const byTable = (value: Value, alias: string): Row[] =>
    typeof value === 'string'
      ? [...database.objectsByName.get(value)].flatMap((object) => (object.kind === 'table' ? of(object, alias) : []))
      : [];
  return {
    rows: function* (alias) {
      for (const object of database.objects.values()) if (object.kind === 'table') yield* of(object, alias);
    },
    by: { object_id: byId, id: byId, table_name: byTable },
  };
}

function indexRow(owner: DraftTable | DraftModule, index: DraftIndex, alias: string): Row {
  return row(alias, {
    name: () => index.name,
    object_id: () => owner.id,
    id: () => owner.id,
    index_id: () => index.id,
    indid: () => index.id,
    is_unique: () => (index.unique ? 1 : 0),
    is_primary_key: () => (index.role === 'primary' ? 1 : 0),
    is_unique_constraint: () => (index.role === 'unique' ? 1 : 0),
    is_disabled: () => (index.disabled ? 1 : 0),
    is_hypothetical: () => 0,
    type_desc: () => index.type,
    type: () => (index.type === 'CLUSTERED' ? 1 : index.type === 'NONCLUSTERED' ? 2 : UNKNOWN),
  });
}

/** sys.indexes. */
export function indexes(database: DraftDatabase): CatalogRelation {
  const byId = (value: Value, alias: string): Row[] => {
    const found = typeof value === 'number' ? database.byId.get(value) : undefined;
    if (!found || 'of' in found || (found.kind !== 'table' && found.kind !== 'module')) return [];
    return found.indexes.map((index) => indexRow(found, index, alias));
  };
  return {
    rows: function* (alias) {
      for (const object of database.objects.values())
        if (object.kind === 'table' || object.kind === 'module')
          for (const index of object.indexes) yield indexRow(object, index, alias);
    },
    by: {
      object_id: byId,
      id: byId,
      name: (value, alias) =>
        typeof value === 'string'
          ? [...database.indexesByName.get(value)].map(({ owner, index }) => indexRow(owner, index, alias))
          : [],
    },
  };
}

/** sys.index_columns. */
export function indexColumns(database: DraftDatabase): CatalogRelation {
  const idIn = (owner: IndexOwner, column: { readonly name: string }): Value =>
    owner.kind === 'table' ? (owner.columns.find((one) => one === column)?.id ?? UNKNOWN) : UNKNOWN;
  return parts(
    database,
    (owner) =>
      owner.indexes.flatMap((index) => [
        ...index.columns.map(({ column, descending }, at) => ({ index, column, descending, ordinal: at + 1 })),
        ...index.included.map((column) => ({ index, column, descending: false, ordinal: 0 })),
      ]),
    (owner, { index, column, descending, ordinal }) => ({
      object_id: () => owner.id,
      id: () => owner.id,
      index_id: () => index.id,
      indid: () => index.id,
      column_id: () => idIn(owner, column),
      colid: () => idIn(owner, column),
      key_ordinal: () => ordinal,
      keyno: () => ordinal,
      is_descending_key: () => (descending ? 1 : 0),
      is_included_column: () => (ordinal === 0 ? 1 : 0),
    }),
  );
}

/** sys.foreign_key_columns. */
export function foreignKeyColumns(database: DraftDatabase): CatalogRelation {
  return parts(
    database,
    (owner) =>
      owner.kind === 'table'
        ? owner.foreignKeys.flatMap((key) => key.columns.map((column, at) => ({ owner, key, column, at })))
        : [],
    (_owner, { owner, key, column, at }) => ({
      constraint_object_id: () => key.id,
      constid: () => key.id,
      constraint_column_id: () => at + 1,
      parent_object_id: () => owner.id,
      fkeyid: () => owner.id,
      parent_column_id: () => owner.columns.find((one) => one === column)?.id ?? UNKNOWN,
      referenced_object_id: () => ('kind' in key.references ? key.references.id : UNKNOWN),
      referenced_column_id: () => UNKNOWN,
    }),
  );
}

/** sys.types: the database's own and the built-in ones. */
export function types(database: DraftDatabase): CatalogRelation {
  const own = list(
    () => database.types.values(),
    (one) => ({
      name: () => one.name,
      user_type_id: () => one.id,
      xusertype: () => one.id,
      schema_id: () => database.schema(one.schema)?.id ?? null,
      is_user_defined: () => 1,
      is_table_type: () => (one.of.kind === 'table' ? 1 : 0),
    }),
  );
  const builtIn = list(
    () => BUILT_IN_TYPES,
    (one) => ({
      name: () => one.name,
      user_type_id: () => one.userTypeId,
      xusertype: () => one.userTypeId,
      system_type_id: () => one.systemTypeId,
      xtype: () => one.systemTypeId,
      schema_id: () => 4,
      is_user_defined: () => 0,
      is_table_type: () => 0,
    }),
  );
  return {
    rows: function* (alias) {
      yield* own.rows(alias);
      yield* builtIn.rows(alias);
    },
    by: {},
  };
}
