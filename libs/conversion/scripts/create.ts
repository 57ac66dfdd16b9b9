import { printDefinition } from '#tsql';
import type {
  CreateAliasType,
  CreateBindable,
  CreateFullTextIndex,
  CreateIndex,
  CreatePartitionFunction,
  CreateSchema,
  CreateSynonym,
  CreateTable,
  CreateTableType,
  Expression,
  ObjectName,
  Option,
  Sequence,
  Statement,
} from './statements.ts';
import { declaredType } from './declared-type.ts';
import type { DraftDatabase, DraftSequence, DraftTable } from './draft.ts';
import { dotted, objectOf, qualified } from './names.ts';
import { report, type Site, wholeNumber } from './session.ts';
import { addElements, addIndex, draftColumn } from './table-elements.ts';
import { versionTable } from './temporal.ts';

/** Whether an object of that name may be made; an issue where there is one already, which is kept as SQL Server keeps it. */
export function isNew(site: Site, name: ObjectName, what: string, node: Statement): boolean {
  const { schema, name: own } = qualified(name);
  const { database } = site;
  const known = database.objects.get(schema, own);
  if (!known && !database.constraints.get(schema, own)) {
    ensureSchema(database, schema);
    return true;
  }
  const where = known ? ` (${known.place.file}, line ${known.place.line})` : '';
  report(
    site,
    'SL1084',
    `${schema}.${own}`,
    `There is a ${known?.kind === 'module' ? 'module' : (known?.kind ?? 'constraint')} of that name already${where}; the first is kept, this ${what} is not.`,
    node,
  );
  return false;
}

/** Scripts of one folder of a project often leave the schemas to another. */
function ensureSchema(database: DraftDatabase, name: string): void {
  if (!database.schema(name)) database.addSchema(name, undefined, true);
}

const FEATURES: Readonly<Record<string, string>> = { MEMORY_OPTIMIZED: 'memory-optimized', LEDGER: 'ledger' };

/** CREATE TABLE, of temporary tables nothing. */
export function createTable(site: Site, statement: CreateTable): void {
  const { database, source } = site;
  if (!isNew(site, statement.name, 'table', statement)) return;
  const features = new Set<string>();
  if (statement.external === true) features.add('external');
  if (statement.as === 'node' || statement.as === 'edge') features.add('graph');
  if (statement.as === 'filetable') features.add('a FileTable');
  const isOn = (option: Option): boolean => option.value?.kind === 'keyword' && option.value.name === 'ON';
  for (const option of statement.options) {
    const feature = FEATURES[option.name];
    if (feature !== undefined && isOn(option)) features.add(feature);
  }
  const table: DraftTable = {
    kind: 'table',
    id: database.newId(),
    ...qualified(statement.name),
    place: source.place(statement.span),
    columns: [],
    lastColumnId: 0,
    indexes: [],
    checks: [],
    foreignKeys: [],
    features,
  };
  const column = statement.on?.columns[0]?.name;
  if (statement.on && column !== undefined) table.partitioned = { scheme: statement.on.name.name, column };
  database.add(table);
  addElements(site, table, statement.elements);
  if (statement.query)
    report(
      site,
      'SL1082',
      dotted(table),
      'The columns of a table made by a query are not known without its rows.',
      statement,
    );
  const versioning = statement.options.find((option) => option.name === 'SYSTEM_VERSIONING');
  if (versioning) versionTable(site, table, versioning);
}

/** CREATE INDEX. False: what it is on is not there (yet). */
export function createIndex(site: Site, statement: CreateIndex): boolean {
  const owner = objectOf(site.database, statement.table);
  if (owner?.kind !== 'table' && owner?.kind !== 'module') return false;
  addIndex(site, owner, {
    name: statement.name.name,
    unique: statement.unique,
    clustered: statement.clustered ?? false,
    type: statement.type === 'rowstore' ? '' : statement.type.toUpperCase(),
    columns: statement.columns,
    include: statement.include,
    ...(statement.where ? { filter: printDefinition(statement.where, 'filter') } : {}),
    options: statement.options,
    ...(statement.on ? { on: statement.on } : {}),
    node: statement,
  });
  return true;
}

/** CREATE FULLTEXT INDEX. False: its table is not there (yet). */
export function createFullTextIndex(site: Site, statement: CreateFullTextIndex): boolean {
  const table = objectOf(site.database, statement.table);
  if (table?.kind !== 'table') return false;
  const tracking = statement.options.find((option) => option.name === 'CHANGE_TRACKING')?.value;
  const how =
    tracking?.kind === 'keyword' || tracking?.kind === 'column' ? site.source.cut(tracking.span).toUpperCase() : 'AUTO';
  table.fullText = {
    columns: statement.columns.map((column) => ({
      name: site.database.column(table, column.name.name)?.name ?? column.name.name,
      language: Number(wholeNumber(column.language) ?? 1033n),
      ...(column.typeColumn ? { typeColumn: column.typeColumn.name } : {}),
    })),
    changeTracking: how === 'MANUAL' || how === 'OFF' ? how : 'AUTO',
  };
  return true;
}

/** CREATE SCHEMA; the elements within it are given back, to be run. */
export function createSchema(site: Site, statement: CreateSchema): readonly Statement[] {
  const owner = statement.authorization?.name;
  const name = statement.name?.name ?? owner ?? '';
  const known = site.database.schema(name);
  if (!known || known.implied === true) site.database.addSchema(name, owner);
  else if (owner !== undefined) known.owner = owner;
  return statement.elements;
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  tinyint: [0n, 255n],
  smallint: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
};

/** CREATE SEQUENCE and ALTER SEQUENCE. */
export function sequence(site: Site, statement: Sequence): void {
  if (statement.mode === 'alter') return alterSequence(site, statement);
  if (!isNew(site, statement.name, 'sequence', statement)) return;
  const { database, source } = site;
  const { alias: _, ...type } = (statement.type && declaredType(database, statement.type)) ?? {
    name: 'bigint',
    precision: 19,
    scale: 0,
  };
  const digits = 10n ** BigInt(type.precision ?? 18) - 1n;
  const [low, high] = RANGES[type.name] ?? [-digits, digits];
  const [least, most] = RANGES['bigint'] ?? [low, high];
  const clamp = (value: bigint): bigint => (value < least ? least : value > most ? most : value);
  const increment = wholeNumber(statement.increment) ?? 1n;
  const minimum = clamp(wholeNumber(statement.minValue) ?? low);
  const maximum = clamp(wholeNumber(statement.maxValue) ?? high);
  const made: DraftSequence = {
    kind: 'sequence',
    id: database.newId(),
    ...qualified(statement.name),
    place: source.place(statement.span),
    type: { name: type.name, precision: type.precision ?? 0, scale: type.scale ?? 0 },
    start: wholeNumber(statement.start) ?? (increment > 0n ? minimum : maximum),
    increment,
    minimum,
    maximum,
    cycle: statement.cycle ?? false,
    cache: cacheOf(statement.cache) ?? 'default',
  };
  database.add(made);
}

function cacheOf(cache: Sequence['cache']): DraftSequence['cache'] | undefined {
  if (cache === undefined) return undefined;
  if (cache === null) return null;
  return cache === true ? 'default' : Number(wholeNumber(cache) ?? 50n);
}

function alterSequence(site: Site, statement: Sequence): void {
  const found = objectOf(site.database, statement.name);
  if (found?.kind !== 'sequence')
    return report(
      site,
      'SL1082',
      dotted(qualified(statement.name)),
      'ALTER SEQUENCE of a sequence that is not there.',
      statement,
    );
  found.increment = wholeNumber(statement.increment) ?? found.increment;
  found.minimum = wholeNumber(statement.minValue) ?? found.minimum;
  found.maximum = wholeNumber(statement.maxValue) ?? found.maximum;
  found.cycle = statement.cycle ?? found.cycle;
  found.cache = cacheOf(statement.cache) ?? found.cache;
  if (statement.restart !== undefined && statement.restart !== true)
    found.start = wholeNumber(statement.restart) ?? found.start;
}

/** CREATE TYPE … FROM and sp_addtype. */
export function createAliasType(site: Site, statement: CreateAliasType): void {
  const { database, source } = site;
  const { schema, name } = qualified(statement.name);
  const base = declaredType(database, statement.type);
  if (!base)
    return report(
      site,
      'SL1082',
      `${schema}.${name}`,
      `There is no type ${source.cut(statement.type.span)}.`,
      statement,
    );
  if (!isNewType(site, statement.name, statement)) return;
  const { alias: _, ...plain } = base;
  database.types.set(schema, name, {
    id: database.newId(),
    schema,
    name,
    place: source.place(statement.span),
    of: { kind: 'alias', base: plain, nullable: statement.nullable ?? true },
  });
}

/** Whether a type of that name may be made. */
export function isNewType(site: Site, named: ObjectName, node: Statement): boolean {
  const { schema, name } = qualified(named);
  ensureSchema(site.database, schema);
  if (!site.database.types.get(schema, name)) return true;
  report(site, 'SL1084', `${schema}.${name}`, 'There is a type of that name already; the first is kept.', node);
  return false;
}

/** CREATE TYPE … AS TABLE. */
export function createTableType(site: Site, statement: CreateTableType): void {
  const { database, source } = site;
  if (!isNewType(site, statement.name, statement)) return;
  const { schema, name } = qualified(statement.name);
  const primary = new Set(
    statement.elements.flatMap((element) =>
      element.kind === 'primaryKey' ? element.columns.map((column) => database.fold(column.name.name)) : [],
    ),
  );
  const columns = statement.elements
    .filter((element) => element.kind === 'columnDefinition')
    .map((element, at) => {
      const column = draftColumn(site, at + 1, element);
      if (primary.has(database.fold(column.name))) column.nullable = false;
      return column;
    });
  database.types.set(schema, name, {
    id: database.newId(),
    schema,
    name,
    place: source.place(statement.span),
    of: { kind: 'table', columns },
  });
}

/** CREATE SYNONYM; its target need not exist. */
export function createSynonym(site: Site, statement: CreateSynonym): void {
  if (!isNew(site, statement.name, 'synonym', statement)) return;
  const { server, database: of, schema, name } = statement.target;
  const parts: (typeof name | undefined)[] = [server, of, schema, name];
  const written = parts.slice(parts.findIndex((part) => part !== undefined));
  const baseObject = written.map((part) => (part ? `[${part.name.replaceAll(']', ']]')}]` : '')).join('.');
  site.database.add({
    kind: 'synonym',
    id: site.database.newId(),
    ...qualified(statement.name),
    place: site.source.place(statement.span),
    baseObject,
  });
}

/** CREATE RULE and CREATE DEFAULT. */
export function createBindable(site: Site, statement: CreateBindable): void {
  const isRule = statement.kind === 'createRule';
  if (!isNew(site, statement.name, isRule ? 'rule' : 'default', statement)) return;
  const expression: Expression = isRule ? statement.condition : statement.value;
  site.database.add({
    kind: isRule ? 'rule' : 'default',
    id: site.database.newId(),
    ...qualified(statement.name),
    place: site.source.place(statement.span),
    definition: site.source.cut(expression.span),
  });
}

/** CREATE PARTITION FUNCTION. */
export function createPartitionFunction(site: Site, statement: CreatePartitionFunction): void {
  const { database, source } = site;
  const type = declaredType(database, statement.type);
  if (!type)
    return report(
      site,
      'SL1082',
      statement.name.name,
      `There is no type ${source.cut(statement.type.span)}.`,
      statement,
    );
  database.partitionFunctions.set(database.fold(statement.name.name), {
    name: statement.name.name,
    type,
    right: statement.range === 'right',
    bounds: statement.values.map((value) =>
      value.kind === 'literal' && value.type === 'null' ? null : source.cut(value.span),
    ),
  });
}
