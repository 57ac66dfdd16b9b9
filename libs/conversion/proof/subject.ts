import type { DatabaseModel, ModuleModel, TableModel } from '#schema';
import { findAll, isNode, type Node, parseBatch, parseExpression, type Parameter, type Statement, walk } from '#tsql';
import type { Callable, Conversion } from '../schema/index.ts';
import { orderFacts, type RowOrder, type UniqueColumns } from './row-order.ts';
import { plainName, type TableTypeDetails, type TrialParameter, trialParameters } from './parameter.ts';

/** A view, function, procedure or trigger whose behaviour can be tried on both sides, or the reason why not. */
export interface Subject {
  /** `schema.name` at the source. */
  readonly object: string;
  readonly module: ModuleModel;
  readonly kind: 'view' | 'scalar' | 'table' | 'procedure' | 'trigger';
  /** How the target is asked; undefined for triggers, which are reached through their table. */
  readonly callable?: Callable;
  readonly parameters: readonly TrialParameter[];
  /** Every table that it may reach, itself or through what it names, as `schema.name`. More than it changes, never less but for dynamic SQL. */
  readonly tables: readonly string[];
  /** Of these, the tables that statements of it or of what it reaches change by name. */
  readonly changed: readonly string[];
  /** Rows may change: it is run in a transaction, and the rows are compared. */
  readonly writes: boolean;
  /** It makes GUIDs: two of them count as equal. */
  readonly makesIds: boolean;
  /** Some query of it is ordered: then the order of rows counts. */
  readonly isOrdered: boolean;
  /** What its result sets are ordered by, and those of what it calls. */
  readonly orders: readonly RowOrder[];
  /** Where it, or what it names, takes rows by an order that may leave ties: which rows these are is nobody's promise. */
  readonly cut?: string;
  /** Constants in its text, to be tried as arguments. */
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  /** Values that CHECK constraints of the tables list, by column in lower case without signs. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
  /** Codes of issues that tell how its answers, or those of what it reaches, may differ. */
  readonly differences: ReadonlySet<string>;
  /** Why it cannot be tried. */
  readonly reason?: string;
}

interface Read {
  readonly names: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
  /** Of each changing statement the names in its target and in all of it: an alias is found in its FROM. */
  readonly changes: readonly { readonly target: ReadonlySet<string>; readonly all: ReadonlySet<string> }[];
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly statements: readonly Statement[];
  readonly isParsed: boolean;
  readonly isOrdered: boolean;
}

const CHANGES: readonly string[] = ['insert', 'update', 'delete', 'merge', 'truncateTable', 'execute'];
const RANDOM = ['rand', 'newid', 'newsequentialid'];
const KINDS = {
  view: 'view',
  procedure: 'procedure',
  trigger: 'trigger',
  'scalar-function': 'scalar',
  'inline-function': 'table',
  'table-function': 'table',
} as const;

/** The views and routines of a database, in its own order. `types`: what the catalog tells of table types. */
export function subjectsOf(
  database: DatabaseModel,
  conversion: Conversion,
  types: TableTypeDetails = new Map(),
): Subject[] {
  const reads = new Map(database.modules.map((module) => [keyOf(module), readModule(module)]));
  const tables = Map.groupBy(database.tables, (table) => table.name.toLowerCase());
  const byName = new Map(database.tables.map((table) => [`${table.schema}.${table.name}`, table]));
  const modules = Map.groupBy(database.modules, (module) => module.name.toLowerCase());
  const manual = new Set(
    conversion.issues.filter((one) => one.severity === 'manual' && one.code === 'SL1008').map((one) => one.object),
  );
  return database.modules.flatMap((module) => {
    if (module.kind === 'other') return [];
    const object = `${module.schema}.${module.name}`;
    const read = reads.get(keyOf(module));
    if (!read) return [];
    const reached = reachOf(module, { reads, tables, modules });
    const unique = reached.tables.flatMap((name) => uniqueColumns(byName.get(name)));
    const ordered = reached.modules.map((one) => ({
      name: `${one.schema}.${one.name}`,
      ...orderFacts(reads.get(keyOf(one))?.statements ?? [], unique),
    }));
    const cut = ordered.find((one) => one.cut !== undefined);
    const callable = conversion.callables.get(keyOf(module));
    const parameters = trialParameters(read.parameters, read.statements, database, types);
    const reason = reasonOf(module, read, callable, manual.has(object)) ?? parameterReason(parameters);
    return {
      ...{ object, module, kind: KINDS[module.kind], parameters },
      ...(callable ? { callable } : {}),
      ...{ tables: reached.tables, changed: reached.changed },
      writes: module.kind === 'trigger' || (module.kind === 'procedure' && reached.changes),
      makesIds: reached.makesIds,
      // A view or function promises no order, whatever stands in it.
      isOrdered: read.isOrdered && module.kind === 'procedure',
      orders: ordered.flatMap((one) => one.orders),
      ...(cut ? { cut: `${cut.cut}${cut.name === object ? '' : ` of ${cut.name}`}` } : {}),
      texts: read.texts,
      numbers: read.numbers,
      differences: new Set(reached.modules.flatMap((one) => [...(conversion.differences.get(keyOf(one)) ?? [])])),
      listed: listedValues(reached.tables.flatMap((name) => byName.get(name) ?? [])),
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

/** The columns of each unique key of a table. */
function uniqueColumns(table: TableModel | undefined): UniqueColumns {
  if (!table) return [];
  const keys = [
    ...(table.primaryKey ? [table.primaryKey] : []),
    ...table.uniques,
    ...table.indexes.filter((one) => one.unique && one.filter === undefined),
  ];
  return keys.map((key) => new Set(key.columns.map((one) => one.column.toLowerCase())));
}

const keyOf = (one: { readonly schema: string; readonly name: string }): string =>
  `${one.schema}.${one.name}`.toLowerCase();

function readModule(module: ModuleModel): Read {
  const parsed = parseBatch(module.definition ?? '', { quotedIdentifier: module.usesQuotedIdentifier });
  const names = new Set<string>();
  const kinds = new Set<string>();
  const texts = new Set<string>();
  const numbers = new Set<string>();
  const changes: Read['changes'][number][] = [];
  let isOrdered = false;
  walk(parsed.statements, (node) => {
    kinds.add(node.kind);
    if ('target' in node && isNode(node.target) && CHANGES.includes(node.kind))
      changes.push({ target: namesIn(node.target), all: namesIn(node) });
    if (node.kind === 'identifier') names.add(node.name.toLowerCase());
    else if (node.kind === 'literal' && /string/.test(node.type)) texts.add(node.value);
    else if (node.kind === 'literal' && /^\d{1,9}$/.test(node.text)) numbers.add(node.text);
    if ('orderBy' in node && node.kind !== 'window' && Array.isArray(node.orderBy) && node.orderBy.length > 0)
      isOrdered = true;
  });
  const head = parsed.statements.find(
    (one): one is Statement & { parameters: readonly Parameter[] } => 'parameters' in one,
  );
  return {
    ...{ names, kinds, changes, isOrdered, texts: [...texts], numbers: [...numbers] },
    parameters: head?.parameters ?? [],
    statements: parsed.statements,
    isParsed: parsed.errors.length === 0 && parsed.statements.length > 0,
  };
}

const namesIn = (node: Node): Set<string> => new Set(findAll(node, 'identifier').map((one) => one.name.toLowerCase()));

interface World {
  readonly reads: ReadonlyMap<string, Read>;
  readonly tables: ReadonlyMap<string, readonly TableModel[]>;
  readonly modules: ReadonlyMap<string, readonly ModuleModel[]>;
}

interface Reached {
  readonly tables: string[];
  readonly changed: string[];
  /** Itself among them. */
  readonly modules: readonly ModuleModel[];
  readonly changes: boolean;
  readonly makesIds: boolean;
}

/** Follows names, whatever they stand for: a column of a table's name only makes one table more to be compared. */
function reachOf(from: ModuleModel, world: World): Reached {
  const seen = new Set<ModuleModel>([from]);
  const tables = new Set<TableModel>();
  const changed = new Set<TableModel>();
  let [changes, makesIds] = [false, false];
  const addTable = (table: TableModel): void => {
    if (tables.has(table)) return;
    tables.add(table);
    if (table.columns.some((column) => RANDOM.some((name) => column.default?.definition.toLowerCase().includes(name))))
      makesIds = true;
    for (const list of world.modules.values())
      for (const one of list) if (one.parent && keyOf(one.parent) === keyOf(table)) seen.add(one);
  };
  for (const module of seen) {
    const read = world.reads.get(keyOf(module));
    if (!read) continue;
    changes ||= CHANGES.some((kind) => read.kinds.has(kind));
    makesIds ||= RANDOM.some((name) => read.names.has(name));
    for (const one of read.changes) {
      const direct = [...one.target].flatMap((name) => world.tables.get(name) ?? []);
      const found = direct.length > 0 ? direct : [...one.all].flatMap((name) => world.tables.get(name) ?? []);
      for (const table of found) changed.add(table);
    }
    for (const name of read.names) {
      for (const table of world.tables.get(name) ?? []) addTable(table);
      for (const one of world.modules.get(name) ?? []) seen.add(one);
    }
    if (module.parent) for (const table of world.tables.get(module.parent.name.toLowerCase()) ?? []) addTable(table);
  }
  const named = (of: ReadonlySet<TableModel>): string[] => [...of].map((one) => `${one.schema}.${one.name}`);
  return { tables: named(tables), changed: named(changed), changes, makesIds, modules: [...seen] };
}

function reasonOf(
  module: ModuleModel,
  read: Read,
  callable: Callable | undefined,
  isManual: boolean,
): string | undefined {
  if (module.definition === null) return 'its text is encrypted, or it is made of CLR code';
  if (!read.isParsed) return 'its text is not understood';
  if (module.disabled === true) return 'it is disabled';
  if (isManual || (callable === undefined && module.kind !== 'trigger')) return 'it is not converted';
  const odd = read.parameters.find((one) => one.varying || one.type.base === 'cursor');
  if (odd) return `parameter ${odd.name} is a cursor`;
  if (read.names.has('rand')) return 'it uses RAND()';
  if (read.kinds.has('waitFor')) return 'it waits';
  return undefined;
}

function parameterReason(parameters: readonly TrialParameter[]): string | undefined {
  const odd = parameters.find((one) => one.table?.columns.some((column) => column.filled === 'computed'));
  return odd && `the table type of parameter ${odd.name} has columns that the server computes`;
}

/** Values that CHECKs over one column name, by that column. */
function listedValues(tables: readonly TableModel[]): Map<string, string[]> {
  const listed = new Map<string, string[]>();
  for (const { definition } of tables.flatMap((table) => table.checks)) {
    const { expression } = parseExpression(definition);
    if (!expression) continue;
    const columns = new Set(findAll(expression, 'column').map((one) => plainName(one.parts.at(-1)?.name ?? '')));
    const [column] = columns;
    if (column === undefined || columns.size > 1) continue;
    const values = findAll(expression, 'literal').map((one) => (/string/.test(one.type) ? one.value : one.text));
    listed.set(column, [...(listed.get(column) ?? []), ...values]);
  }
  return listed;
}
