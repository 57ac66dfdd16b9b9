import type { DraftColumn, DraftConstraint, DraftIndex, DraftObject } from './draft.ts';
import type { Site } from './session.ts';
import { partsOf, UNKNOWN, type Value } from './values.ts';

/** The kind of an object in sys.objects.type. */
export function typeCode(object: DraftObject | DraftConstraint): string {
  if ('of' in object) return object.type;
  switch (object.kind) {
    case 'table':
      return 'U';
    case 'module':
      return object.type;
    case 'sequence':
      return 'SO';
    case 'synonym':
      return 'SN';
    case 'rule':
      return 'R';
    case 'default':
      return 'D';
  }
}

export function idOf(object: DraftObject | DraftConstraint): number {
  if (!('of' in object)) return object.id;
  return 'objectId' in object.of ? object.of.objectId : object.of.id;
}

export function nameOf(object: DraftObject | DraftConstraint): string {
  return 'of' in object ? object.of.name : object.name;
}

/** An object or constraint by its name in a string. */
function find(site: Site, name: string): DraftObject | DraftConstraint | undefined {
  const [own = '', schema = 'dbo', of] = partsOf(name).toReversed();
  const database = of === undefined || of === '' ? site.database : site.session.databases.get(of.toLowerCase());
  return (
    database?.objects.get(schema === '' ? 'dbo' : schema, own) ??
    database?.constraints.get(schema === '' ? 'dbo' : schema, own)
  );
}

function text(value: Value | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** What a column takes in bytes, -1 = max. */
export function byteLength(column: DraftColumn): Value {
  const type = column.declared?.resolved;
  if (type?.length === undefined) return UNKNOWN;
  const isWide = type.name === 'nvarchar' || type.name === 'nchar' || type.name === 'sysname';
  return isWide && type.length > 0 ? type.length * 2 : type.length;
}

/** OBJECTPROPERTY: what the kind of an object says. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  istable: ['U'],
  isusertable: ['U'],
  isview: ['V'],
  isprocedure: ['P', 'PC'],
  istrigger: ['TR', 'TA'],
  isscalarfunction: ['FN', 'FS'],
  isinlinefunction: ['IF'],
  istablefunction: ['IF', 'TF', 'FT'],
  isforeignkey: ['F'],
  isprimarykey: ['PK'],
  isuniquecnst: ['UQ'],
  ischeckcnst: ['C'],
  isdefaultcnst: ['D'],
  isdefault: ['D'],
  isrule: ['R'],
  isconstraint: ['F', 'PK', 'UQ', 'C', 'D'],
};

type Handler = (args: readonly Value[], site: Site) => Value;

const HANDLERS: Readonly<Record<string, Handler>> = {
  object_id: ([name, type], site) => {
    if (/#/.test(text(name))) return UNKNOWN;
    const found = find(site, text(name));
    if (!found || (type !== undefined && type !== null && typeCode(found).trim() !== text(type).trim().toUpperCase()))
      return null;
    return idOf(found);
  },
  object_name: ([id], site) => {
    const found = typeof id === 'number' ? site.database.byId.get(id) : undefined;
    return found ? nameOf(found) : null;
  },
  objectproperty: objectProperty,
  objectpropertyex: objectProperty,
  schema_id: ([name], site) => site.database.schema(name === undefined ? 'dbo' : text(name))?.id ?? null,
  schema_name: ([id], site) =>
    id === undefined ? 'dbo' : ([...site.database.schemas.values()].find((one) => one.id === id)?.name ?? null),
  db_id: ([name], site) => (name === undefined || site.session.databases.has(text(name).toLowerCase()) ? 5 : null),
  db_name: (_args, site) => site.database.name,
  original_db_name: (_args, site) => site.database.name,
  type_id: ([name], site) => {
    const [own = '', schema = 'dbo'] = partsOf(text(name)).toReversed();
    return site.database.types.get(schema, own)?.id ?? null;
  },
  col_length: ([table, column], site) => {
    const found = find(site, text(table));
    if (!found || 'of' in found || found.kind !== 'table') return null;
    const [name = text(column)] = partsOf(text(column));
    const held = site.database.column(found, name);
    return held ? byteLength(held) : null;
  },
  columnproperty: ([id, name, property], site) => {
    const table = typeof id === 'number' ? site.database.byId.get(id) : undefined;
    if (!table || 'of' in table || table.kind !== 'table') return null;
    const column = site.database.column(table, text(name));
    if (!column) return null;
    switch (text(property).toLowerCase()) {
      case 'isidentity':
        return column.identity ? 1 : 0;
      case 'iscomputed':
        return column.computed ? 1 : 0;
      case 'allowsnull':
        return column.nullable === false ? 0 : 1;
      case 'columnid':
        return column.id;
      default:
        return UNKNOWN;
    }
  },
  indexproperty: ([id, name], site) => {
    const table = typeof id === 'number' ? site.database.byId.get(id) : undefined;
    if (!table || 'of' in table || (table.kind !== 'table' && table.kind !== 'module')) return null;
    const index: DraftIndex | undefined = site.database.index(table, text(name));
    return index ? index.id : null;
  },
  user_id: ([name], site) =>
    name === undefined || site.database.principals.has(site.database.fold(text(name))) ? 5 : null,
  database_principal_id: ([name], site) =>
    name === undefined || site.database.principals.has(site.database.fold(text(name))) ? 5 : null,
  // A server of today, whole.
  serverproperty: ([name]) =>
    ({ engineedition: 3, productversion: '16.0.1000.6', isfulltextinstalled: 1, productmajorversion: 16 })[
      text(name).toLowerCase()
    ] ?? UNKNOWN,
  fulltextserviceproperty: () => 1,
  isnull: ([a, b]) => (a === null ? (b ?? null) : (a ?? UNKNOWN)),
  coalesce: (args) => args.find((one) => one !== null) ?? null,
  nullif: ([a, b]) => (a === UNKNOWN || b === UNKNOWN ? UNKNOWN : a === b ? null : (a ?? null)),
  lower: ([a]) => mapped(a, (one) => one.toLowerCase()),
  upper: ([a]) => mapped(a, (one) => one.toUpperCase()),
  ltrim: ([a]) => mapped(a, (one) => one.replace(/^ +/, '')),
  rtrim: ([a]) => mapped(a, (one) => one.replace(/ +$/, '')),
  trim: ([a]) => mapped(a, (one) => one.replaceAll(/^ +| +$/g, '')),
  len: ([a]) => (typeof a === 'string' ? a.replace(/ +$/, '').length : known(a)),
  left: ([a, n]) => mapped(a, (one) => one.slice(0, Number(n))),
  right: ([a, n]) => mapped(a, (one) => (Number(n) === 0 ? '' : one.slice(-Number(n)))),
  substring: ([a, from, n]) => mapped(a, (one) => one.slice(Number(from) - 1, Number(from) - 1 + Number(n))),
  replace: ([a, from, to]) =>
    typeof from === 'string' && typeof to === 'string' ? mapped(a, (one) => one.replaceAll(from, to)) : UNKNOWN,
  quotename: ([a]) => mapped(a, (one) => `[${one.replaceAll(']', ']]')}]`),
  char: ([a]) => (typeof a === 'number' ? String.fromCodePoint(a) : known(a)),
  nchar: ([a]) => (typeof a === 'number' ? String.fromCodePoint(a) : known(a)),
  parsename: ([a, n]) => mapped(a, (one) => partsOf(one).toReversed()[Number(n) - 1] ?? ''),
  charindex: ([what, where]) =>
    typeof what === 'string' && typeof where === 'string'
      ? where.toLowerCase().indexOf(what.toLowerCase()) + 1
      : UNKNOWN,
  concat: (args) => (args.includes(UNKNOWN) ? UNKNOWN : args.map((one) => (one === null ? '' : String(one))).join('')),
};

function known(value: Value | undefined): Value {
  return value === null ? null : UNKNOWN;
}

function mapped(value: Value | undefined, change: (text: string) => string): Value {
  if (value === null) return null;
  return typeof value === 'string' ? change(value) : UNKNOWN;
}

function objectProperty(args: readonly Value[], site: Site): Value {
  const [id, property] = args;
  const object = typeof id === 'number' ? site.database.byId.get(id) : undefined;
  if (!object) return id === UNKNOWN ? UNKNOWN : null;
  const name = text(property).toLowerCase();
  if (name === 'ismsshipped') return 0;
  if (name === 'tablehasidentity' && !('of' in object) && object.kind === 'table')
    return object.columns.some((column) => column.identity) ? 1 : 0;
  if (name === 'tablehasprimarykey' && !('of' in object) && object.kind === 'table')
    return object.indexes.some((index) => index.role === 'primary') ? 1 : 0;
  const types = PROPERTIES[name];
  return types ? (types.includes(typeCode(object)) ? 1 : 0) : UNKNOWN;
}

/** A scalar function of the server over values of a script; UNKNOWN where it would have to be asked. */
export function callFunction(name: string, args: readonly Value[], site: Site): Value {
  const handler = HANDLERS[name];
  if (!handler) return UNKNOWN;
  if (args.includes(UNKNOWN) && name !== 'isnull' && name !== 'coalesce') return UNKNOWN;
  return handler(args, site);
}
