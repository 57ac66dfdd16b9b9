import { BUILT_IN_TYPES, builtInType, type FacilityKind } from '#schema';
import type { TableSource } from '#tsql';
import type {
  DraftColumn,
  DraftConstraint,
  DraftDatabase,
  DraftIndex,
  DraftModule,
  DraftObject,
  DraftTable,
} from './draft.ts';
import { type Environment, evaluate, type Row } from './evaluate.ts';
import { byteLength, idOf, nameOf, typeCode } from './functions.ts';
import { hasProperty, propertyTarget } from './properties.ts';
import { UNKNOWN, type Value } from './values.ts';

/** A view of the catalog over the draft. `by`: rows with a value in a column, without a walk over all. */
export interface CatalogRelation {
  rows(alias: string): Iterable<Row>;
  readonly by: Readonly<Record<string, (value: Value, alias: string) => Iterable<Row>>>;
}

type Getters = Readonly<Record<string, (() => Value) | undefined>>;

function row(alias: string, values: Getters): Row {
  return { alias, get: (column) => values[column]?.() };
}

type Known = DraftObject | DraftConstraint;

/** sysstat & 0xf, of old scripts. */
const SYSSTAT: Readonly<Record<string, number>> = { U: 3, V: 2, P: 4, D: 6, R: 7, TR: 8 };

function schemaOf(object: Known): string {
  return 'of' in object ? object.table.schema : object.schema;
}

function parentOf(object: Known): number {
  if ('of' in object) return object.table.id;
  return object.kind === 'module' ? (object.parent?.id ?? 0) : 0;
}

function objectRow(database: DraftDatabase, object: Known, alias: string): Row {
  const type = (): string => typeCode(object);
  const schema = (): string => schemaOf(object);
  const isTable = (): string => (type() === 'U' ? 'BASE TABLE' : 'VIEW');
  return row(alias, {
    name: () => nameOf(object),
    object_id: () => idOf(object),
    id: () => idOf(object),
    type,
    xtype: type,
    schema_id: () => database.schema(schema())?.id ?? null,
    uid: () => database.schema(schema())?.id ?? null,
    parent_object_id: () => parentOf(object),
    parent_obj: () => parentOf(object),
    parent_id: () => parentOf(object),
    parent_column_id: () => columnIdOf(object),
    info: () => columnIdOf(object),
    referenced_object_id: () =>
      'of' in object && 'references' in object.of && 'kind' in object.of.references ? object.of.references.id : 0,
    is_ms_shipped: () => 0,
    is_disabled: () => disabledOf(object),
    is_system_named: () => ('of' in object && object.of.systemNamed ? 1 : 0),
    definition: () => ('of' in object && 'definition' in object.of ? object.of.definition : UNKNOWN),
    sysstat: () => SYSSTAT[type()] ?? 0,
    category: () => 0,
    status: () => 0,
    temporal_type: () => (!('of' in object) && object.kind === 'table' && object.temporal ? 2 : 0),
    type_desc: () => DESCRIPTIONS[type()] ?? UNKNOWN,
    table_name: () => ('of' in object ? object.table.name : object.name),
    table_schema: schema,
    table_catalog: () => database.name,
    table_type: isTable,
    routine_name: () => nameOf(object),
    routine_schema: schema,
    specific_name: () => nameOf(object),
    specific_schema: schema,
    routine_type: () => (type() === 'P' ? 'PROCEDURE' : 'FUNCTION'),
    constraint_name: () => nameOf(object),
    constraint_schema: schema,
    constraint_catalog: () => database.name,
    constraint_type: () => CONSTRAINTS[type()] ?? UNKNOWN,
    sequence_name: () => nameOf(object),
    sequence_schema: schema,
  });
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  U: 'USER_TABLE',
  V: 'VIEW',
  P: 'SQL_STORED_PROCEDURE',
  FN: 'SQL_SCALAR_FUNCTION',
  IF: 'SQL_INLINE_TABLE_VALUED_FUNCTION',
  TF: 'SQL_TABLE_VALUED_FUNCTION',
  TR: 'SQL_TRIGGER',
  F: 'FOREIGN_KEY_CONSTRAINT',
  PK: 'PRIMARY_KEY_CONSTRAINT',
  UQ: 'UNIQUE_CONSTRAINT',
  C: 'CHECK_CONSTRAINT',
  D: 'DEFAULT_CONSTRAINT',
  SO: 'SEQUENCE_OBJECT',
  SN: 'SYNONYM',
};

const CONSTRAINTS: Readonly<Record<string, string>> = {
  PK: 'PRIMARY KEY',
  UQ: 'UNIQUE',
  F: 'FOREIGN KEY',
  C: 'CHECK',
};

function columnIdOf(object: Known): Value {
  if (!('of' in object)) return 0;
  if (object.type === 'D') return object.table.columns.find((column) => column.default === object.of)?.id ?? 0;
  return UNKNOWN;
}

function disabledOf(object: Known): Value {
  if ('of' in object) return 'disabled' in object.of && object.of.disabled ? 1 : 0;
  return object.kind === 'module' && object.disabled ? 1 : 0;
}

/** Objects of some kinds; undefined: of all. Constraints are asked for by name or id more than once for every one there is. */
function objects(database: DraftDatabase, kinds?: readonly string[]): CatalogRelation {
  const fits = (object: Known): boolean => kinds === undefined || kinds.includes(typeCode(object));
  const make = (alias: string) => (object: Known) => objectRow(database, object, alias);
  const all = function* (): Generator<Known, undefined> {
    yield* database.objects.values();
    yield* database.constraints.values();
    return undefined;
  };
  const byName = (value: Value, alias: string): Row[] => {
    const name = typeof value === 'string' ? value.replace(/ +$/, '') : '';
    return [...database.objectsByName.get(name), ...database.constraintsByName.get(name)].filter(fits).map(make(alias));
  };
  const byId = (value: Value, alias: string): Row[] => {
    const found = typeof value === 'number' ? database.byId.get(value) : undefined;
    return found && fits(found) ? [make(alias)(found)] : [];
  };
  const byParent = (value: Value, alias: string): Row[] => {
    const owner = typeof value === 'number' ? database.byId.get(value) : undefined;
    if (!owner || 'of' in owner) return [];
    const own = owner.kind === 'table' ? database.constraintsOf(owner) : [];
    return [...own, ...(database.triggers.get(owner) ?? [])].filter(fits).map(make(alias));
  };
  const isConstraints = kinds?.every((kind) => ['PK', 'UQ', 'F', 'C', 'D'].includes(kind)) === true;
  return {
    rows: function* (alias) {
      for (const object of all()) if (fits(object)) yield make(alias)(object);
    },
    by: {
      name: byName,
      constraint_name: byName,
      routine_name: byName,
      specific_name: byName,
      sequence_name: byName,
      ...(isConstraints ? {} : { table_name: byName }),
      object_id: byId,
      id: byId,
      parent_object_id: byParent,
      parent_obj: byParent,
      parent_id: byParent,
    },
  };
}

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

function columns(database: DraftDatabase, isStandard: boolean): CatalogRelation {
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

function indexes(database: DraftDatabase): CatalogRelation {
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

type IndexOwner = DraftTable | DraftModule;

/** Rows for each table or view, which can be asked for by its id. */
function parts<T>(
  database: DraftDatabase,
  of: (owner: IndexOwner) => Iterable<T>,
  values: (owner: IndexOwner, one: T) => Getters,
): CatalogRelation {
  const rowsOf = function* (owner: IndexOwner, alias: string): Generator<Row, undefined> {
    for (const one of of(owner)) yield row(alias, values(owner, one));
    return undefined;
  };
  const byId = (value: Value, alias: string): Iterable<Row> => {
    const found = typeof value === 'number' ? database.byId.get(value) : undefined;
    const isOwner = found && !('of' in found) && (found.kind === 'table' || found.kind === 'module');
    return isOwner ? rowsOf(found, alias) : [];
  };
  return {
    rows: function* (alias) {
      for (const object of database.objects.values())
        if (object.kind === 'table' || object.kind === 'module') yield* rowsOf(object, alias);
    },
    by: { object_id: byId, id: byId, parent_object_id: byId, fkeyid: byId },
  };
}

/** sys.index_columns. */
function indexColumns(database: DraftDatabase): CatalogRelation {
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
function foreignKeyColumns(database: DraftDatabase): CatalogRelation {
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

/** A list without an index of its own. */
function list<T>(items: () => Iterable<T>, values: (item: T) => Getters): CatalogRelation {
  return {
    rows: function* (alias) {
      for (const item of items()) yield row(alias, values(item));
    },
    by: {},
  };
}

/** sys.types: the database's own and the built-in ones. */
function types(database: DraftDatabase): CatalogRelation {
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

const OBJECT_VIEWS: Readonly<Record<string, readonly string[] | undefined>> = {
  'sys.objects': undefined,
  'sys.all_objects': undefined,
  'dbo.sysobjects': undefined,
  'sys.sysobjects': undefined,
  'sys.tables': ['U'],
  'sys.views': ['V'],
  'sys.all_views': ['V'],
  'sys.procedures': ['P', 'PC'],
  'sys.triggers': ['TR', 'TA'],
  'sys.sequences': ['SO'],
  'sys.synonyms': ['SN'],
  'sys.foreign_keys': ['F'],
  'sys.check_constraints': ['C'],
  'sys.default_constraints': ['D'],
  'sys.key_constraints': ['PK', 'UQ'],
  'sys.sql_modules': ['V', 'P', 'FN', 'IF', 'TF', 'TR'],
  'information_schema.tables': ['U', 'V'],
  'information_schema.views': ['V'],
  'information_schema.routines': ['P', 'FN', 'IF', 'TF'],
  'information_schema.table_constraints': ['PK', 'UQ', 'F', 'C'],
  'information_schema.referential_constraints': ['F'],
  'information_schema.check_constraints': ['C'],
  'information_schema.constraint_table_usage': ['PK', 'UQ', 'F', 'C'],
  'information_schema.sequences': ['SO'],
};

function otherView(name: string, at: Environment): CatalogRelation | undefined {
  const { database, session } = at.site;
  switch (name) {
    case 'sys.columns':
    case 'sys.all_columns':
    case 'dbo.syscolumns':
    case 'sys.syscolumns':
    case 'information_schema.columns':
      return columns(database, name === 'information_schema.columns');
    case 'sys.indexes':
    case 'dbo.sysindexes':
    case 'sys.sysindexes':
      return indexes(database);
    case 'sys.index_columns':
    case 'dbo.sysindexkeys':
    case 'sys.sysindexkeys':
      return indexColumns(database);
    case 'sys.foreign_key_columns':
      return foreignKeyColumns(database);
    case 'sys.schemas':
    case 'information_schema.schemata':
      return list(
        () => database.schemas.values(),
        (one) => ({
          name: () => one.name,
          schema_id: () => one.id,
          schema_name: () => one.name,
          catalog_name: () => database.name,
        }),
      );
    case 'sys.types':
    case 'dbo.systypes':
    case 'sys.systypes':
    case 'sys.table_types':
      return types(database);
    case 'sys.database_principals':
    case 'dbo.sysusers':
    case 'sys.sysusers':
      return list(
        () => [{ name: 'dbo', kind: 'user' }, ...database.principals.values()],
        (one) => ({ name: () => one.name, type: () => (one.kind === 'user' ? 'S' : 'R') }),
      );
    case 'sys.databases':
    case 'dbo.sysdatabases':
    case 'sys.sysdatabases':
    case 'master.dbo.sysdatabases':
    case 'master.sys.databases':
      return list(
        () => session.databases.values(),
        (one) => ({ name: () => one.name }),
      );
    case 'sys.partition_functions':
      return list(
        () => database.partitionFunctions.values(),
        (one) => ({ name: () => one.name }),
      );
    case 'sys.partition_schemes':
      return list(
        () => database.partitionSchemes.keys(),
        (one) => ({ name: () => one }),
      );
    case 'sys.fulltext_indexes':
      return list(
        () => [...database.objects.values()].filter((one) => one.kind === 'table' && one.fullText !== undefined),
        (one) => ({ object_id: () => one.id }),
      );
    case 'sys.fulltext_catalogs':
    case 'dbo.sysfulltextcatalogs':
      return list(
        () => database.fullTextCatalogs,
        (one) => ({ name: () => one }),
      );
    default:
      return FACILITY_VIEWS[name] && facilities(database, FACILITY_VIEWS[name]);
  }
}

const FACILITY_VIEWS: Readonly<Record<string, FacilityKind>> = {
  'sys.assemblies': 'assembly',
  'sys.xml_schema_collections': 'xml-schema-collection',
  'sys.certificates': 'certificate',
  'sys.symmetric_keys': 'symmetric-key',
  'sys.asymmetric_keys': 'symmetric-key',
  'sys.service_queues': 'broker-queue',
  'sys.services': 'broker-service',
};

function facilities(database: DraftDatabase, kind: FacilityKind): CatalogRelation {
  return list(
    () => [...database.facilities.values()].filter((one) => one.kind === kind),
    (one) => {
      const [name = '', schema = 'dbo'] = one.name.split('.').toReversed();
      return {
        name: () => name,
        schema_id: () => database.schema(schema)?.id ?? null,
        is_user_defined: () => 1,
      };
    },
  );
}

/** What a source of a FROM stands for in the catalog; undefined where a server would be needed. A table of the user's own has no rows here. */
export function catalogRelation(source: TableSource, at: Environment): CatalogRelation | undefined {
  if (source.kind === 'tableFunction') return properties(source, at);
  if (source.kind !== 'table') return undefined;
  const { database, schema, name } = source.name;
  const own = name.name.toLowerCase();
  if (own.startsWith('#')) return undefined;
  const where = schema?.name.toLowerCase() ?? 'dbo';
  const place = `${where === '' ? 'dbo' : where}.${own}`;
  const of = database?.name.toLowerCase();
  if (of !== undefined && of !== at.site.database.name.toLowerCase()) return otherView(`${of}.${place}`, at);
  if (place in OBJECT_VIEWS) return objects(at.site.database, OBJECT_VIEWS[place]);
  const view = otherView(place, at);
  if (view) return view;
  const table = at.site.database.objects.get(schema?.name ?? 'dbo', name.name);
  return table?.kind === 'table' ? { rows: () => [], by: {} } : undefined;
}

/** fn_listextendedproperty. */
function properties(
  source: Extract<TableSource, { kind: 'tableFunction' }>,
  at: Environment,
): CatalogRelation | undefined {
  const { call } = source;
  if (call.kind !== 'call' || call.name.name.name.toLowerCase() !== 'fn_listextendedproperty') return undefined;
  const [name, ...rest] = call.args.map((one) => (one.kind === 'default' ? null : evaluate(one, at)));
  const levels = [0, 2, 4].flatMap((from) => {
    const [type, of] = [rest[from], rest[from + 1]];
    return typeof type === 'string' && typeof of === 'string' ? [{ type: type.toUpperCase(), name: of }] : [];
  });
  const target = propertyTarget(at.site.database, levels);
  const has =
    target !== undefined && hasProperty(at.site.database, target, typeof name === 'string' ? name : undefined);
  return { rows: (alias) => (has ? [row(alias, {})] : []), by: {} };
}
