import { findAll, walk, type Node, type Query, type SelectSpec, type TableRef } from '#tsql';
import { SqlError } from '../session.ts';
import type { Run } from './run.ts';
import type { Isolation } from './transaction.ts';

/** How PostgreSQL locks a table, in the order of what they keep out. */
export type TableMode = 'SHARE' | 'SHARE ROW EXCLUSIVE' | 'EXCLUSIVE';

/** What a statement's hints and the isolation level of its session have it lock. */
export interface Locking {
  /** Tells translations apart. */
  readonly key: string;
  /** The locking clause of PostgreSQL for the rows of a table, without its `OF`. */
  readonly rows: ReadonlyMap<TableRef, string>;
  /** Tables that are locked as a whole until the transaction ends. */
  readonly tables: readonly { readonly table: TableRef; readonly mode: TableMode; readonly wait: boolean }[];
  /** What all other tables of the statement, those below its views among them, are locked in. */
  readonly rest: TableMode | undefined;
  /** A change does not wait for the rows of its target. */
  readonly impatient: boolean;
  /** Outside of a transaction: tables are to be locked for as long as the statement lasts. */
  readonly brief: boolean;
}

/** Whether a query holds locks: what its savepoint is to keep. */
export const holdsLocks = ({ locking }: Run): boolean => locking !== undefined && locking.rows.size > 0;

interface Shape {
  readonly tables: readonly TableRef[];
  /** Those of which rows of the result are rows: PostgreSQL can lock them one by one. */
  readonly lockable: ReadonlySet<TableRef>;
  readonly filtered: ReadonlySet<TableRef>;
  readonly target: TableRef | undefined;
}

const NONE: Locking = { key: '', rows: new Map(), tables: [], rest: undefined, impatient: false, brief: false };
const GRANULARITY = ['PAGLOCK', 'NOLOCK', 'READCOMMITTEDLOCK', 'ROWLOCK', 'TABLOCK', 'TABLOCKX'];
/** What is held to the end of the transaction, and so waited for outside of one too. */
const HELD = ['HOLDLOCK', 'SERIALIZABLE', 'REPEATABLEREAD', 'UPDLOCK', 'XLOCK', 'TABLOCKX'];
const LEVELS = ['HOLDLOCK', 'NOLOCK', 'READCOMMITTED', 'REPEATABLEREAD', 'SERIALIZABLE'];

/**
 * Reads the locks of a statement. They are those of a server whose databases have READ_COMMITTED_SNAPSHOT on, taken on rows where PostgreSQL can lock the rows
 * that a query finds; else, and for the ranges of SERIALIZABLE, on the table, as a server does that escalates. Throws what documentation has of hints that
 * exclude each other.
 */
export function lockingOf(run: Run, statement: Node): Locking {
  const { session } = run;
  const shape = shapeOf(statement);
  const isOpen = session.tx.depth > 0;
  // A query alone waits as its level says; a change alone is what it is at each level.
  const reads = isOpen || (shape.target === undefined && shape.tables.length > 0);
  const level: Isolation = reads ? session.options.isolation : 2;
  const isHeld = shape.tables.some((table) => table.hints.some((hint) => HELD.includes(hint.name)));
  const inside = isOpen || isHeld || level === 3 || level === 4;
  if (level !== 3 && level !== 4 && !shape.tables.some((table) => table.hints.length > 0)) return NONE;
  const rows = new Map<TableRef, string>();
  const tables: { table: TableRef; mode: TableMode; wait: boolean }[] = [];
  for (const table of shape.tables) {
    const hints = new Set(table.hints.map((hint) => hint.name));
    checkHints(hints, session.options.isolation, table === shape.target);
    const want = wanted(hints, level, {
      inside,
      isTarget: table === shape.target,
      inserts: statement.kind === 'insert',
    });
    const wait = !hints.has('NOWAIT');
    if (want.table !== undefined) tables.push({ table, mode: want.table, wait });
    if (want.rows === undefined) continue;
    const isBig = want.rows === 'SHARE' && !want.skips && !shape.filtered.has(table);
    if ((shape.lockable.has(table) && !isBig) || (table === shape.target && want.skips))
      rows.set(table, `${want.rows}${want.skips ? ' SKIP LOCKED' : wait ? '' : ' NOWAIT'}`);
    else if (want.skips) throw unlockable();
    else if (inside) tables.push({ table, mode: want.rows === 'SHARE' ? 'SHARE' : 'SHARE ROW EXCLUSIVE', wait });
  }
  const rest = level === 4 || level === 3 ? ('SHARE' as const) : undefined;
  const impatient = shape.target?.hints.some((hint) => hint.name === 'NOWAIT') ?? false;
  const key = shape.tables.map((table) => rows.get(table) ?? '').join();
  const brief = !isOpen && (tables.length > 0 || rest !== undefined);
  return { key, rows, tables, rest, impatient, brief };
}

/** What a cursor locks at REPEATABLE READ and SERIALIZABLE whose rows are read one by one: its tables as a whole, as a server does that escalates. */
export function lockingOfCursor(run: Run, query: Query): Locking {
  const { isolation } = run.session.options;
  if (run.session.tx.depth === 0 || (isolation !== 3 && isolation !== 4)) return NONE;
  const tables = findAll(query, 'table').map((table) => ({ table, mode: 'SHARE' as const, wait: true }));
  return { ...NONE, tables };
}

interface Want {
  readonly table?: TableMode;
  readonly rows?: 'UPDATE' | 'SHARE';
  readonly skips?: boolean;
}

/** What one table is to be locked in. */
function wanted(
  hints: ReadonlySet<string>,
  session: Isolation,
  { inside, isTarget, inserts }: { readonly inside: boolean; readonly isTarget: boolean; readonly inserts: boolean },
): Want {
  const level = levelOf(hints) ?? session;
  const updates = hints.has('UPDLOCK') || hints.has('XLOCK');
  const skips = hints.has('READPAST');
  if (hints.has('TABLOCKX') || (hints.has('TABLOCK') && hints.has('XLOCK')))
    return inside ? { table: 'EXCLUSIVE' } : {};
  if (isTarget) {
    const table = inside && level === 4 && !inserts ? { table: 'SHARE ROW EXCLUSIVE' as const } : {};
    return skips ? { ...table, rows: 'UPDATE', skips } : table;
  }
  if (level === 4 && inside) return { table: updates ? 'SHARE ROW EXCLUSIVE' : 'SHARE' };
  if (level === 3 && inside && hints.has('TABLOCK')) return { table: 'SHARE' };
  if (updates) return { rows: 'UPDATE', skips };
  if (skips || (level === 3 && inside)) return { rows: 'SHARE', skips };
  return {};
}

function levelOf(hints: ReadonlySet<string>): Isolation | undefined {
  if (hints.has('HOLDLOCK') || hints.has('SERIALIZABLE')) return 4;
  if (hints.has('REPEATABLEREAD')) return 3;
  if (hints.has('NOLOCK') || hints.has('READUNCOMMITTED')) return 1;
  return hints.has('READCOMMITTED') || hints.has('READCOMMITTEDLOCK') ? 2 : undefined;
}

/** 1047, 1065 and 650: hints that exclude each other, that a target may not have, and READPAST where rows may not be passed over. */
function checkHints(hints: ReadonlySet<string>, session: Isolation, isTarget: boolean): void {
  if ([GRANULARITY, LEVELS].some((group) => group.filter((one) => hints.has(one)).length > 1))
    throw new SqlError(1047, 'Conflicting locking hints specified.', 15);
  if (isTarget && (hints.has('NOLOCK') || hints.has('READUNCOMMITTED')))
    throw new SqlError(
      1065,
      'The NOLOCK and READUNCOMMITTED lock hints are not allowed for target tables of INSERT, UPDATE, DELETE or MERGE statements.',
      15,
    );
  if (!hints.has('READPAST')) return;
  const level = levelOf(hints) ?? session;
  const isLocking = ['UPDLOCK', 'XLOCK', 'REPEATABLEREAD', 'HOLDLOCK'].some((one) => hints.has(one));
  if (level === 2 || level === 3 || (level === 5 && isLocking)) return;
  throw new SqlError(
    650,
    'You can only specify the READPAST lock in the READ COMMITTED or REPEATABLE READ isolation levels.',
  );
}

const unlockable = (): SqlError =>
  new SqlError(
    40515,
    'READPAST in a query whose rows are no rows of that table (a view, DISTINCT, grouping, an outer join, a set operation, TOP WITH TIES) is not supported in this version of SQL Server.',
  );

const shapes = new WeakMap<Node, Shape>();

function shapeOf(statement: Node): Shape {
  const known = shapes.get(statement);
  if (known !== undefined) return known;
  const lockable = new Set<TableRef>();
  const filtered = new Set<TableRef>();
  const inSets = new Set<Node>();
  walk(statement, (node) => {
    if (node.kind === 'setOperation') for (const spec of findAll(node, 'selectSpec')) inSets.add(spec);
  });
  walk(statement, (node) => {
    if (node.kind !== 'query' || node.body.kind !== 'selectSpec' || inSets.has(node.body)) return;
    if (!hasRowsOfTables(node, node.body)) return;
    for (const table of plainTables(node.body.from)) {
      lockable.add(table);
      if (node.body.where !== undefined || node.body.top !== undefined) filtered.add(table);
    }
  });
  const target = 'target' in statement ? (statement.target as Node) : undefined;
  const tables = findAll(statement, 'table');
  // The source of an INSERT is another thing than its target, even where it is the same table.
  const meant = statement.kind === 'insert' ? tables.find((one) => one === target) : targetOf(tables, target);
  const shape = { tables, lockable, filtered, target: meant };
  shapes.set(statement, shape);
  return shape;
}

/** A target's hints stand behind its name, or behind the table of FROM that it means. */
function targetOf(tables: readonly TableRef[], target: Node | undefined): TableRef | undefined {
  if (target?.kind !== 'table') return undefined;
  const name = target.name.name.name.toLowerCase();
  const alias = tables.find(
    (one) => one !== target && (one.alias ?? one.name.name).name.toLowerCase() === name && one.hints.length > 0,
  );
  return target.hints.length > 0 || alias === undefined ? target : alias;
}

const AGGREGATES =
  /^(?:avg|sum|min|max|count|count_big|stdev|stdevp|var|varp|string_agg|checksum_agg|approx_count_distinct|grouping|grouping_id)$/i;

/** Whether PostgreSQL takes a locking clause behind a SELECT. */
function hasRowsOfTables(query: Query, spec: SelectSpec): boolean {
  if (spec.distinct || spec.groupBy !== undefined || spec.having !== undefined || query.for !== undefined) return false;
  if (spec.top?.percent === true || spec.top?.withTies === true) return false;
  if (spec.items.some((item) => item.kind === 'selectAssign' && readsItself(item))) return false;
  const inner = new Set(findAll(spec.items, 'query').flatMap((one) => findAll(one, 'call')));
  return !findAll(spec.items, 'call').some(
    (call) => call.over !== undefined || (!inner.has(call) && AGGREGATES.test(call.name.name.name)),
  );
}

const readsItself = (item: Extract<SelectSpec['items'][number], { kind: 'selectAssign' }>): boolean =>
  item.op !== '=' || findAll(item.expression, 'variable').some((one) => one.name === item.variable.name);

/** The tables of commas, inner and cross joins, and those that an outer join keeps. */
function plainTables(from: SelectSpec['from']): TableRef[] {
  return from.flatMap((source) => {
    if (source.kind === 'table') return [source];
    if (source.kind !== 'join') return [];
    if (source.type === 'left') return plainTables([source.left]);
    if (source.type === 'right') return plainTables([source.right]);
    return source.type === 'full' ? [] : plainTables([source.left, source.right]);
  });
}
