import type { TdsType } from '../session.ts';
import type { PgQuerier } from './model.ts';
import { foldOf, isCaseSensitive } from './fold.ts';
import { columnName, indexName, sequenceName, tableName, USER_SCHEMA } from './physical.ts';
import type {
  CatalogCheck,
  CatalogColumn,
  CatalogForeignKey,
  CatalogIndex,
  CatalogObject,
  CatalogParameter,
  CatalogSchema,
  CatalogSnapshot,
  CatalogTrigger,
  CatalogTypeDef,
  ObjectKind,
} from './snapshot.ts';
import { LoadedSnapshot } from './loaded-snapshot.ts';
import { typeOfFacets, type TypeRow } from './types.ts';

interface ObjectRow {
  object_id: number;
  name: string;
  schema_id: number;
  parent_object_id: number;
  type: string;
  is_ms_shipped: boolean;
}

interface ColumnRow extends TypeRow {
  object_id: number;
  column_id: number;
  name: string;
  is_nullable: boolean;
  is_rowguidcol: boolean;
}

interface Raw {
  self: { database_id: number; name: string; collation_name: string; compatibility_level: number };
  schemas: { schema_id: number; name: string; principal_id: number }[];
  objects: ObjectRow[];
  columns: ColumnRow[];
  identities: { object_id: number; column_id: number; seed: string; increment: string }[];
  computed: { object_id: number; column_id: number; definition: string; is_persisted: boolean }[];
  defaults: { object_id: number; parent_object_id: number; parent_column_id: number; definition: string }[];
  checks: {
    object_id: number;
    parent_object_id: number;
    parent_column_id: number;
    definition: string;
    is_disabled: boolean;
  }[];
  indexes: {
    object_id: number;
    index_id: number;
    name: string;
    is_unique: boolean;
    is_primary_key: boolean;
    is_unique_constraint: boolean;
    ignore_dup_key: boolean;
    is_disabled: boolean;
    filter_definition: string | null;
  }[];
  index_columns: {
    object_id: number;
    index_id: number;
    column_id: number;
    key_ordinal: number;
    is_descending_key: boolean;
    is_included_column: boolean;
  }[];
  keys: { object_id: number; parent_object_id: number; unique_index_id: number }[];
  foreign_keys: {
    object_id: number;
    parent_object_id: number;
    referenced_object_id: number;
    is_disabled: boolean;
    delete_referential_action: number;
    update_referential_action: number;
  }[];
  foreign_key_columns: { constraint_object_id: number; parent_column_id: number; referenced_column_id: number }[];
  modules: {
    object_id: number;
    definition: string;
    uses_quoted_identifier: boolean;
    uses_ansi_nulls: boolean;
    with_check_option: boolean;
  }[];
  parameters: (TypeRow & {
    object_id: number;
    parameter_id: number;
    name: string;
    is_output: boolean;
    has_default_value: boolean;
    is_readonly: boolean;
  })[];
  triggers: { object_id: number; parent_id: number; is_disabled: boolean; is_instead_of: boolean; events: string[] }[];
  synonyms: { object_id: number; base_object_name: string }[];
  sequences: (Omit<TypeRow, 'max_length'> & { object_id: number })[];
  types: (TypeRow & { name: string; schema_id: number; is_nullable: boolean; type_table_object_id: number | null })[];
  partition_functions: (TypeRow & { function_id: number; name: string; boundary_on_right: boolean; fanout: number })[];
  tracked: number[];
}

const list = (select: string): string => `(SELECT coalesce(json_agg(x), '[]') FROM (${select}) x)`;

/** Everything in one round trip. */
const LOAD = `SELECT json_build_object(
 'self', (SELECT row_to_json(x) FROM (SELECT d.database_id, d.name, d.collation_name, d.compatibility_level FROM meta.self JOIN meta.databases d USING (database_id)) x),
 'schemas', ${list('SELECT schema_id, name, principal_id FROM meta.schemas')},
 'objects', ${list('SELECT object_id, name, schema_id, parent_object_id, type, is_ms_shipped FROM meta.objects ORDER BY object_id')},
 'columns', ${list('SELECT object_id, column_id, name, system_type_id, user_type_id, max_length, precision, scale, collation_name, is_nullable, is_rowguidcol FROM meta.columns ORDER BY object_id, column_id')},
 'identities', ${list('SELECT object_id, column_id, seed_value::text AS seed, increment_value::text AS increment FROM meta.identity_columns')},
 'computed', ${list('SELECT object_id, column_id, definition, is_persisted FROM meta.computed_columns')},
 'defaults', ${list('SELECT object_id, parent_object_id, parent_column_id, definition FROM meta.default_constraints')},
 'checks', ${list('SELECT object_id, parent_object_id, parent_column_id, definition, is_disabled FROM meta.check_constraints ORDER BY object_id')},
 'indexes', ${list('SELECT object_id, index_id, name, is_unique, is_primary_key, is_unique_constraint, ignore_dup_key, is_disabled, filter_definition FROM meta.indexes ORDER BY object_id, index_id')},
 'index_columns', ${list('SELECT object_id, index_id, column_id, key_ordinal, is_descending_key, is_included_column FROM meta.index_columns ORDER BY object_id, index_id, key_ordinal, index_column_id')},
 'keys', ${list('SELECT object_id, parent_object_id, unique_index_id FROM meta.key_constraints')},
 'foreign_keys', ${list('SELECT object_id, parent_object_id, referenced_object_id, is_disabled, delete_referential_action, update_referential_action FROM meta.foreign_keys ORDER BY object_id')},
 'foreign_key_columns', ${list('SELECT constraint_object_id, parent_column_id, referenced_column_id FROM meta.foreign_key_columns ORDER BY constraint_object_id, constraint_column_id')},
 'modules', ${list('SELECT object_id, definition, uses_quoted_identifier, uses_ansi_nulls, with_check_option FROM meta.modules')},
 'parameters', ${list('SELECT object_id, parameter_id, name, system_type_id, user_type_id, max_length, precision, scale, is_output, has_default_value, is_readonly FROM meta.parameters ORDER BY object_id, parameter_id')},
 'triggers', ${list('SELECT object_id, parent_id, is_disabled, is_instead_of, events FROM meta.triggers ORDER BY made')},
 'synonyms', ${list('SELECT object_id, base_object_name FROM meta.synonyms')},
 'sequences', ${list('SELECT object_id, system_type_id, user_type_id, precision, scale FROM meta.sequences')},
 'types', ${list('SELECT user_type_id, name, schema_id, system_type_id, max_length, precision, scale, collation_name, is_nullable, type_table_object_id FROM meta.types')},
 'partition_functions', ${list('SELECT function_id, name, boundary_on_right, system_type_id, user_type_id, max_length, precision, scale, collation_name, meta.fanout(function_id) AS fanout FROM meta.partition_functions')},
 'tracked', (SELECT coalesce(json_agg(object_id), '[]') FROM meta.tables WHERE is_tracked_by_cdc)) AS catalog`;

const ACTIONS = ['NO_ACTION', 'CASCADE', 'SET_NULL', 'SET_DEFAULT'] as const;

function grouped<T>(rows: readonly T[], key: (row: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

/** Reads the whole catalog of the database that `pg` is connected to. */
export async function loadSnapshot(pg: PgQuerier, version: number): Promise<CatalogSnapshot> {
  const { rows } = await pg.query<{ catalog: Raw }>(LOAD);
  const raw = rows[0]?.catalog;
  if (!raw) throw new RangeError('the catalog gave no row');
  const { self } = raw;
  const fold = foldOf(self.collation_name);
  return new LoadedSnapshot({
    version,
    database: {
      id: self.database_id,
      name: self.name,
      collation: self.collation_name,
      caseSensitive: isCaseSensitive(self.collation_name),
      compatibilityLevel: self.compatibility_level,
    },
    fold,
    schemas: raw.schemas.map((row): CatalogSchema => ({
      id: row.schema_id,
      name: row.name,
      principalId: row.principal_id,
    })),
    objects: new ObjectBuilder(raw).all(),
    types: typesOf(raw),
    partitionFunctions: raw.partition_functions.map((row) => ({
      id: row.function_id,
      name: row.name,
      type: typeOfFacets(row),
      right: row.boundary_on_right,
      fanout: row.fanout,
    })),
  });
}

function typesOf(raw: Raw): CatalogTypeDef[] {
  const schemas = new Map(raw.schemas.map((row) => [row.schema_id, row.name]));
  return raw.types.map((row) => ({
    userTypeId: row.user_type_id,
    systemTypeId: row.system_type_id,
    schema: schemas.get(row.schema_id) ?? '',
    name: row.name,
    type:
      row.type_table_object_id === null
        ? typeOfFacets(row)
        : { name: 'table', typeName: `${schemas.get(row.schema_id)}.${row.name}` },
    nullable: row.is_nullable,
    ...(row.type_table_object_id === null ? {} : { tableObjectId: row.type_table_object_id }),
  }));
}

/** Puts the rows of one load together into objects. */
class ObjectBuilder {
  private readonly schemas: Map<number, string>;
  private readonly names: Map<number, string>;
  private readonly columns: Map<number, ColumnRow[]>;
  private readonly identities: Map<string, Raw['identities'][number]>;
  private readonly computed: Map<string, Raw['computed'][number]>;
  private readonly defaults: Map<string, Raw['defaults'][number]>;
  private readonly indexes: Map<number, Raw['indexes']>;
  private readonly indexColumns: Map<string, Raw['index_columns']>;
  private readonly keys: Map<string, number>;
  private readonly checks: Map<number, Raw['checks']>;
  private readonly foreignKeys: readonly CatalogForeignKey[];
  private readonly byParent: Map<number, CatalogForeignKey[]>;
  private readonly byReferenced: Map<number, CatalogForeignKey[]>;
  private readonly parameters: Map<number, Raw['parameters']>;
  private readonly modules: Map<number, Raw['modules'][number]>;
  private readonly triggers: Map<number, Raw['triggers']>;
  private readonly synonyms: Map<number, string>;
  private readonly sequences: Map<number, Raw['sequences'][number]>;
  private readonly tracked: Set<number>;
  private readonly tableTypes: Map<number, string>;

  constructor(private readonly raw: Raw) {
    this.schemas = new Map(raw.schemas.map((row) => [row.schema_id, row.name]));
    this.names = new Map(raw.objects.map((row) => [row.object_id, row.name]));
    this.columns = grouped(raw.columns, (row) => row.object_id);
    const at = (row: { object_id: number; column_id: number }): string => `${row.object_id}.${row.column_id}`;
    this.identities = new Map(raw.identities.map((row) => [at(row), row]));
    this.computed = new Map(raw.computed.map((row) => [at(row), row]));
    this.defaults = new Map(raw.defaults.map((row) => [`${row.parent_object_id}.${row.parent_column_id}`, row]));
    this.indexes = grouped(raw.indexes, (row) => row.object_id);
    this.indexColumns = new Map();
    for (const row of raw.index_columns) {
      const key = `${row.object_id}.${row.index_id}`;
      this.indexColumns.set(key, [...(this.indexColumns.get(key) ?? []), row]);
    }
    this.keys = new Map(raw.keys.map((row) => [`${row.parent_object_id}.${row.unique_index_id}`, row.object_id]));
    this.checks = grouped(raw.checks, (row) => row.parent_object_id);
    this.foreignKeys = this.allForeignKeys();
    this.byParent = grouped(this.foreignKeys, (key) => key.parentId);
    this.byReferenced = grouped(this.foreignKeys, (key) => key.referencedId);
    this.parameters = grouped(raw.parameters, (row) => row.object_id);
    this.modules = new Map(raw.modules.map((row) => [row.object_id, row]));
    this.triggers = grouped(raw.triggers, (row) => row.parent_id);
    this.synonyms = new Map(raw.synonyms.map((row) => [row.object_id, row.base_object_name]));
    this.sequences = new Map(raw.sequences.map((row) => [row.object_id, row]));
    this.tracked = new Set(raw.tracked);
    this.tableTypes = new Map(
      raw.types
        .filter((row) => row.system_type_id === 243)
        .map((row) => [row.user_type_id, `${this.schemas.get(row.schema_id)}.${row.name}`]),
    );
  }

  all(): CatalogObject[] {
    return this.raw.objects.map((row) => this.object(row));
  }

  private object(row: ObjectRow): CatalogObject {
    const id = row.object_id;
    const kind = row.type as ObjectKind;
    const parameters = (this.parameters.get(id) ?? []).map((parameter) => this.parameter(parameter));
    const returns = kind === 'FN' ? parameters.find((parameter) => parameter.id === 0) : undefined;
    const module = this.modules.get(id);
    const base = this.synonyms.get(id);
    return {
      id,
      schemaId: row.schema_id,
      schema: this.schemas.get(row.schema_id) ?? '',
      name: row.name,
      kind,
      parentId: row.parent_object_id,
      physicalSchema: USER_SCHEMA,
      physical: kind === 'SO' ? sequenceName(id) : tableName(id),
      system: row.is_ms_shipped,
      columns:
        kind === 'SO' ? this.sequenceColumn(id) : (this.columns.get(id) ?? []).map((column) => this.column(column)),
      indexes: (this.indexes.get(id) ?? []).map((index) => this.index(index)),
      checks: (this.checks.get(id) ?? []).map((check) => this.check(check)),
      foreignKeys: this.byParent.get(id) ?? [],
      referencedBy: this.byReferenced.get(id) ?? [],
      triggers: (this.triggers.get(id) ?? []).map((trigger) => this.trigger(trigger)),
      parameters: parameters.filter((parameter) => parameter.id > 0),
      trackedByCdc: this.tracked.has(id),
      ...(returns ? { returns } : {}),
      ...(module
        ? {
            definition: module.definition,
            quotedIdentifier: module.uses_quoted_identifier,
            ansiNulls: module.uses_ansi_nulls,
            ...(module.with_check_option ? { checkOption: true } : {}),
          }
        : {}),
      ...(base === undefined ? {} : { baseObject: base }),
    };
  }

  private column(row: ColumnRow): CatalogColumn {
    const key = `${row.object_id}.${row.column_id}`;
    const identity = this.identities.get(key);
    const computed = this.computed.get(key);
    const def = this.defaults.get(key);
    return {
      id: row.column_id,
      name: row.name,
      physical: columnName(row.column_id),
      type: typeOfFacets(row),
      nullable: row.is_nullable,
      userTypeId: row.user_type_id,
      rowGuid: row.is_rowguidcol,
      ...(identity ? { identity: { seed: BigInt(identity.seed), increment: BigInt(identity.increment) } } : {}),
      ...(computed ? { computed: { definition: computed.definition, persisted: computed.is_persisted } } : {}),
      ...(def
        ? {
            default: { objectId: def.object_id, name: this.names.get(def.object_id) ?? '', definition: def.definition },
          }
        : {}),
    };
  }

  /** A sequence has one column, whose type is the sequence's. */
  private sequenceColumn(id: number): CatalogColumn[] {
    const row = this.sequences.get(id);
    if (!row) return [];
    const type = typeOfFacets({ ...row, max_length: 0 });
    return [
      {
        id: 1,
        name: 'value',
        physical: 'last_value',
        type,
        nullable: false,
        userTypeId: row.user_type_id,
        rowGuid: false,
      },
    ];
  }

  private index(row: Raw['indexes'][number]): CatalogIndex {
    const columns = this.indexColumns.get(`${row.object_id}.${row.index_id}`) ?? [];
    const constraintId = this.keys.get(`${row.object_id}.${row.index_id}`);
    return {
      id: row.index_id,
      name: row.name,
      physical: indexName(row.object_id, row.index_id),
      unique: row.is_unique,
      clustered: row.index_id === 1,
      primaryKey: row.is_primary_key,
      uniqueConstraint: row.is_unique_constraint,
      ignoreDupKey: row.ignore_dup_key,
      columns: columns
        .filter((c) => !c.is_included_column && c.key_ordinal > 0)
        .map((c) => ({ columnId: c.column_id, descending: c.is_descending_key })),
      included: columns.filter((c) => c.is_included_column).map((c) => c.column_id),
      disabled: row.is_disabled,
      ...(constraintId === undefined ? {} : { constraintId }),
      ...(row.filter_definition === null ? {} : { filter: row.filter_definition }),
    };
  }

  private check(row: Raw['checks'][number]): CatalogCheck {
    return {
      objectId: row.object_id,
      name: this.names.get(row.object_id) ?? '',
      columnId: row.parent_column_id,
      definition: row.definition,
      disabled: row.is_disabled,
    };
  }

  private trigger(row: Raw['triggers'][number]): CatalogTrigger {
    return {
      objectId: row.object_id,
      name: this.names.get(row.object_id) ?? '',
      parentId: row.parent_id,
      insteadOf: row.is_instead_of,
      disabled: row.is_disabled,
      events: row.events,
    };
  }

  private parameter(row: Raw['parameters'][number]): CatalogParameter {
    const tableType = this.tableTypes.get(row.user_type_id);
    const type: TdsType = tableType === undefined ? typeOfFacets(row) : { name: 'table', typeName: tableType };
    return {
      id: row.parameter_id,
      name: row.name,
      type,
      userTypeId: row.user_type_id,
      output: row.is_output,
      hasDefault: row.has_default_value,
      readonly: row.is_readonly,
    };
  }

  private allForeignKeys(): CatalogForeignKey[] {
    const columns = grouped(this.raw.foreign_key_columns, (row) => row.constraint_object_id);
    return this.raw.foreign_keys.map((row) => ({
      objectId: row.object_id,
      name: this.names.get(row.object_id) ?? '',
      parentId: row.parent_object_id,
      referencedId: row.referenced_object_id,
      columns: (columns.get(row.object_id) ?? []).map((column) => ({
        parentColumnId: column.parent_column_id,
        referencedColumnId: column.referenced_column_id,
      })),
      onDelete: ACTIONS[row.delete_referential_action] ?? 'NO_ACTION',
      onUpdate: ACTIONS[row.update_referential_action] ?? 'NO_ACTION',
      disabled: row.is_disabled,
    }));
  }
}
