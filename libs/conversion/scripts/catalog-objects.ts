import { type CatalogRelation, row } from './catalog-relation.ts';
import type { DraftConstraint, DraftDatabase, DraftObject } from './draft.ts';
import type { Row } from './evaluate.ts';
import { idOf, nameOf, typeCode } from './functions.ts';
import { UNKNOWN, type Value } from './values.ts';

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
export function objects(database: DraftDatabase, kinds?: readonly string[]): CatalogRelation {
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
