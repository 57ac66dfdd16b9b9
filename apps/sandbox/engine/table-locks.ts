import { findAll, type Statement, type TableRef } from '#tsql';
import { SqlError } from '../session.ts';
import { namePartsOf } from './names.ts';
import { contextOf, type Run } from './run.ts';

type Mode = 'SHARE' | 'EXCLUSIVE';

interface HintedTable {
  readonly table: TableRef;
  readonly mode: Mode;
}

const HOLDING = new Set(['HOLDLOCK', 'SERIALIZABLE', 'REPEATABLEREAD']);
const found = new WeakMap<Statement, readonly HintedTable[]>();

/** TABLOCKX locks for the transaction; TABLOCK only with a hint that holds it. */
function modeOf(table: TableRef): Mode | undefined {
  const hints = new Set(table.hints.map((hint) => hint.name));
  if (hints.has('TABLOCKX') || (hints.has('TABLOCK') && hints.has('XLOCK'))) return 'EXCLUSIVE';
  return hints.has('TABLOCK') && [...HOLDING].some((hint) => hints.has(hint)) ? 'SHARE' : undefined;
}

function hinted(statement: Statement): readonly HintedTable[] {
  const known = found.get(statement);
  if (known !== undefined) return known;
  const tables = findAll(statement, 'table').flatMap((table) => {
    const mode = modeOf(table);
    return mode === undefined ? [] : [{ table, mode }];
  });
  found.set(statement, tables);
  return tables;
}

/** Takes the table locks that hints ask to hold until the transaction ends, before the statement takes its snapshot. */
export async function lockTables(run: Run, statement: Statement): Promise<void> {
  const tables = hinted(statement);
  if (tables.length === 0 || run.session.tx.depth === 0) return;
  const { scope } = await contextOf(run);
  for (const { table, mode } of tables) {
    const object = scope.object(namePartsOf(table.name));
    if (object?.kind !== 'U') continue;
    await run.session.query(`LOCK TABLE u.${object.physical} IN ${mode} MODE`, [], {
      writes: true,
      signal: run.signal,
    });
  }
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
