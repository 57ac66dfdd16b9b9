import { findAll, type Expression, type Node, type TableRef } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import type { TableMode } from './locking.ts';
import { namePartsOf } from './names.ts';
import { contextOf, type Run } from './run.ts';

/** Strength of a lock, for one that is asked for twice. */
const MODES: readonly TableMode[] = ['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE'];

/**
 * Takes the table locks of a statement, before it takes its snapshot, until the transaction ends. `sql` is the statement in PostgreSQL: what lies below views is
 * named there. `target` is the table that is changed: the change itself locks it.
 */
export async function lockTables(run: Run, sql: string, target?: number): Promise<void> {
  const { locking, session } = run;
  if (locking === undefined || session.tx.depth === 0) return;
  if (locking.tables.length + locking.rows.size === 0 && !locking.rest) return;
  const { scope } = await contextOf(run);
  const wanted = new Map<number, { mode: TableMode; wait: boolean }>();
  const add = (id: number, mode: TableMode, wait: boolean): void => {
    const known = wanted.get(id);
    const stronger = known === undefined || MODES.indexOf(mode) > MODES.indexOf(known.mode);
    wanted.set(id, { mode: stronger ? mode : known.mode, wait: wait && known?.wait !== false });
  };
  for (const { table, mode, wait } of locking.tables) for (const id of await tablesOf(run, table)) add(id, mode, wait);
  // The rows of a view are not locked one by one.
  for (const [table, clause] of locking.rows) {
    if (scope.object(namePartsOf(table.name))?.kind !== 'V') continue;
    const mode = clause.startsWith('SHARE') ? 'SHARE' : 'SHARE ROW EXCLUSIVE';
    for (const id of await tablesOf(run, table)) add(id, mode, true);
  }
  if (locking.rest !== undefined) {
    const done = new Set([target]);
    for (const table of locking.rows.keys()) for (const id of await tablesOf(run, table)) done.add(id);
    for (const id of namedIn(sql)) if (!done.has(id)) add(id, locking.rest, true);
  }
  for (const [id, { mode, wait }] of [...wanted].toSorted(([a], [b]) => a - b)) {
    if (scope.snapshot.objectById(id)?.kind !== 'U') continue;
    await session.query(`LOCK TABLE u.t${id} IN ${mode} MODE${wait ? '' : ' NOWAIT'}`, [], {
      writes: true,
      signal: run.signal,
    });
  }
}

/** Does the work of a statement that locks tables: outside of a transaction in one of its own, with whose end the locks go. */
export async function holding<T>(run: Run, work: () => Promise<T>): Promise<T> {
  const { session, locking } = run;
  if (locking?.brief !== true || session.tx.depth > 0) return work();
  try {
    return await session.tx.together(session.link, session.options.isolation, work);
  } finally {
    session.transactionEnded();
  }
}

/** 308 and 307: a hint names an index that its table has not. */
export async function checkIndexHints(run: Run, statement: Node): Promise<void> {
  const tables = findAll(statement, 'table').filter((table) => table.hints.some((hint) => hint.name === 'INDEX'));
  if (tables.length === 0) return;
  const { scope } = await contextOf(run);
  for (const table of tables) {
    const object = scope.object(namePartsOf(table.name));
    if (object?.kind !== 'U') continue;
    for (const argument of table.hints.flatMap((hint) => (hint.name === 'INDEX' ? hint.args : []))) {
      const fault = missingIndex(object, argument, scope.snapshot.fold);
      if (fault !== undefined) throw fault;
    }
  }
}

function missingIndex(
  object: CatalogObject,
  argument: Expression,
  fold: (name: string) => string,
): SqlError | undefined {
  const tail = `on table '${object.name}' (specified in the FROM clause) does not exist.`;
  if (argument.kind === 'literal' && argument.type === 'int') {
    const id = Number(argument.value);
    const isThere = id < 2 || object.indexes.some((index) => index.id === id);
    return isThere ? undefined : new SqlError(307, `Index ID ${id} ${tail}`);
  }
  const name = argument.kind === 'column' ? (argument.parts.at(-1)?.name ?? '') : '';
  const isThere = name === '' || object.indexes.some((index) => fold(index.name) === fold(name));
  return isThere ? undefined : new SqlError(308, `Index '${name}' ${tail}`);
}

const PHYSICAL = /\bu"?\."?t(\d+)/g;

const namedIn = (sql: string): Set<number> => new Set([...sql.matchAll(PHYSICAL)].map((match) => Number(match[1])));

/** The table of a name; of a view those below it. */
async function tablesOf(run: Run, table: TableRef): Promise<number[]> {
  const { scope } = await contextOf(run);
  const object = scope.object(namePartsOf(table.name));
  if (object?.kind === 'U') return [object.id];
  if (object?.kind !== 'V' || object.system) return [];
  const { view } = scope.relation(namePartsOf(table.name)) ?? {};
  const below = view === undefined ? [] : findAll(view.query, 'table');
  const found: number[] = [];
  for (const one of below) found.push(...(await tablesOf(run, one)));
  return found;
}

const USER_TABLE = /\bu"?\."?t\d/;

/** SNAPSHOT isolation needs the database's leave. Throws 3952 for a statement that reads or writes a user table without it. */
export function checkSnapshotAllowed(run: Run, sql: string): void {
  const { session } = run;
  const { info } = session.catalogDatabase;
  if (session.options.isolation !== 5 || info.snapshotIsolation || info.databaseId === 1 || !USER_TABLE.test(sql))
    return;
  throw new SqlError(
    3952,
    `Snapshot isolation transaction failed accessing database '${info.name}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.`,
  );
}
