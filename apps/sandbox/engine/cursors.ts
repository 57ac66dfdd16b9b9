import { translateQuery, type ResultColumn } from '#conversion';
import type { CursorStatement, DeclareCursor, Fetch, Identifier, Variable } from '#tsql';
import { SqlError } from '../session.ts';
import { convertValue, evaluate } from './evaluate.ts';
import type { PgRow } from './pg-link.ts';
import { columnsOf, rowDecoder } from './query.ts';
import { bind, contextOf, type Run } from './run.ts';

/** A cursor: its rows are read when it is opened, as those of a STATIC cursor. */
export interface Cursor {
  readonly name: string;
  readonly definition: DeclareCursor['definition'];
  rows: PgRow[] | undefined;
  columns: readonly ResultColumn[];
  /** 0 before the first row. */
  position: number;
}

function keyOf(cursor: Identifier | Variable): string {
  return cursor.name.toLowerCase();
}

function find(run: Run, cursor: Identifier | Variable): Cursor {
  if (cursor.kind === 'variable')
    throw new SqlError(40515, 'Cursor variables are not supported in this version of SQL Server.');
  const found = (run.frame.cursors.get(keyOf(cursor)) as Cursor | undefined) ?? run.session.cursors.get(keyOf(cursor));
  if (found === undefined) throw new SqlError(16_916, `A cursor with the name '${cursor.name}' does not exist.`);
  return found;
}

/** DECLARE … CURSOR. Cursors that change with their table (DYNAMIC, KEYSET) are read as STATIC ones. */
export function declareCursor(run: Run, statement: DeclareCursor): void {
  const name = statement.name.name;
  const local = statement.definition.options.includes('LOCAL');
  const home = local ? run.frame.cursors : run.session.cursors;
  if (home.has(name.toLowerCase())) throw new SqlError(16_915, `A cursor with the name '${name}' already exists.`);
  const cursor: Cursor = { name, definition: statement.definition, rows: undefined, columns: [], position: 0 };
  (home as Map<string, unknown>).set(name.toLowerCase(), cursor);
}

async function open(run: Run, cursor: Cursor): Promise<void> {
  if (cursor.rows !== undefined) throw new SqlError(16_905, 'The cursor is already open.');
  const query = translateQuery(cursor.definition.query, await contextOf(run));
  const result = await run.session.query(query.sql, await bind(run, query.parameters), {
    writes: false,
    signal: run.signal,
  });
  cursor.rows = result.rows;
  cursor.columns = query.columns;
  cursor.position = 0;
  run.session.cursorRows = result.rows.length;
}

/** OPEN, CLOSE and DEALLOCATE. */
export async function closeCursor(run: Run, statement: CursorStatement): Promise<void> {
  const cursor = find(run, statement.cursor);
  if (statement.verb === 'open') return open(run, cursor);
  if (statement.verb === 'close') {
    if (cursor.rows === undefined) throw notOpen();
    cursor.rows = undefined;
    return;
  }
  run.frame.cursors.delete(keyOf(statement.cursor));
  run.session.cursors.delete(keyOf(statement.cursor));
}

const notOpen = (): SqlError => new SqlError(16_917, 'Cursor is not open.');

async function target(run: Run, statement: Fetch, cursor: Cursor, size: number): Promise<number> {
  const offset =
    statement.offset === undefined ? 0 : Number((await evaluate(run, statement.offset, { name: 'int' })) ?? 0);
  switch (statement.direction) {
    case 'next':
      return cursor.position + 1;
    case 'prior':
      return cursor.position - 1;
    case 'first':
      return 1;
    case 'last':
      return size;
    case 'relative':
      return cursor.position + offset;
    case 'absolute':
      return offset < 0 ? size + 1 + offset : offset;
  }
}

/** FETCH, into variables or as a result set of one row. */
export async function fetchCursor(run: Run, statement: Fetch): Promise<void> {
  const cursor = find(run, statement.cursor);
  const { rows } = cursor;
  if (rows === undefined) throw notOpen();
  const at = await target(run, statement, cursor, rows.length);
  cursor.position = Math.min(Math.max(at, 0), rows.length + 1);
  const row = rows[cursor.position - 1];
  run.session.fetchStatus = row === undefined ? -1 : 0;
  if (statement.into.length === 0) {
    run.out.columns(columnsOf(cursor.columns));
    if (row !== undefined) run.out.row(rowDecoder(cursor.columns)(row));
    run.session.rowCount = row === undefined ? 0 : 1;
    run.out.done(BigInt(run.session.rowCount), 0xc1);
    return;
  }
  if (statement.into.length !== cursor.columns.length) {
    throw new SqlError(
      16_924,
      'Cursorfetch: The number of variables declared in the INTO list must match that of selected columns.',
    );
  }
  if (row === undefined) return;
  for (const [index, variable] of statement.into.entries()) {
    const slot = run.frame.variable(variable.name);
    const column = cursor.columns[index];
    if (slot === undefined || column === undefined)
      throw new SqlError(137, `Must declare the scalar variable "${variable.name}".`, 15, 1);
    slot.value = await convertValue(run, row[index] ?? null, column.type, slot.type);
  }
  run.session.rowCount = 1;
}
