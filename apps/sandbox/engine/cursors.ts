import {
  findAll,
  type CursorDefinition,
  type CursorStatement,
  type DeclareCursor,
  type Fetch,
  type Identifier,
  type SetVariable,
  type Variable,
} from '#tsql';
import { SqlError } from '../session.ts';
import { Frame } from './frame.ts';
import { planCursor, requestedKind, type CursorPlan } from './cursor-plan.ts';
import { openRows, readRows, type CursorRows, type Fetched } from './cursor-rows.ts';
import { convertValue, evaluate } from './evaluate.ts';
import { columnsOf, finish, rowDecoder, SELECT } from './query.ts';
import { lockingOfCursor } from './locking.ts';
import { reaching } from './other-databases.ts';
import { imagesOf, lockFetched, type RowImages } from './positioned-change.ts';
import { namePartsOf } from './names.ts';
import { contextOf, type Run } from './run.ts';
import { lockTables } from './table-locks.ts';
import { WatchedRows } from './watched-rows.ts';

/** A cursor: open where it has rows. */
export interface Cursor {
  readonly name: string;
  readonly definition: CursorDefinition;
  /** The scope of its DECLARE, with the variables as they were then. */
  readonly frame: Frame;
  rows: CursorRows | undefined;
  /** What the last FETCH met. */
  fetched?: Fetched | undefined;
  /** The row that it met, in each of its tables, and when: for a change WHERE CURRENT OF. */
  images?: RowImages | undefined;
  stamp?: number;
}

/** What a name or variable of a scope stands for: undefined is a cursor variable without a cursor. */
export type CursorMap = Map<string, Cursor | undefined>;

function keyOf(cursor: Identifier | Variable): string {
  return cursor.name.toLowerCase();
}

/** The cursor of a name or variable. Throws 16916, 16950. */
export function findCursor(run: Run, cursor: Identifier | Variable, global = false): Cursor {
  const key = keyOf(cursor);
  const { cursors } = run.frame;
  if (cursor.kind === 'variable' && cursors.has(key) && cursors.get(key) === undefined) {
    throw new SqlError(16_950, `The variable '${cursor.name}' does not currently have a cursor allocated to it.`);
  }
  const found = (global ? undefined : cursors.get(key)) ?? run.session.cursors.get(key);
  if (found === undefined) throw new SqlError(16_916, `A cursor with the name '${cursor.name}' does not exist.`);
  return found;
}

/** Whether a cursor was declared with one of these words. */
export const has = (cursor: Cursor, ...options: readonly string[]): boolean =>
  options.some((option) => cursor.definition.options.includes(option));

/** Scrolls: as declared, or because STATIC, KEYSET and DYNAMIC do unless FORWARD_ONLY says otherwise. */
const scrolls = (cursor: Cursor): boolean =>
  has(cursor, 'SCROLL') || (has(cursor, 'STATIC', 'KEYSET', 'DYNAMIC') && !has(cursor, 'FORWARD_ONLY', 'FAST_FORWARD'));

const newCursor = (run: Run, name: string, definition: CursorDefinition): Cursor => ({
  name,
  definition,
  frame: frozen(run.frame),
  rows: undefined,
});

/** The scope in which a cursor's query runs from now on: variables as they are. */
export function frozen(frame: Frame): Frame {
  const copy = new Frame(frame.procedure, frame.procedureId, frame.level, frame);
  for (const [name, slot] of frame.variables) copy.variables.set(name, { type: slot.type, value: slot.value });
  for (const [name, table] of frame.tables) copy.tables.set(name, table);
  return copy;
}

/** Refuses what contradicts itself: 1048. */
function checkOptions({ options, forUpdate, readOnly }: CursorDefinition): void {
  const clash = [
    ['FORWARD_ONLY', 'SCROLL'],
    ['FAST_FORWARD', 'SCROLL'],
    ['FAST_FORWARD', 'FORWARD_ONLY'],
    ['LOCAL', 'GLOBAL'],
    ['STATIC', 'KEYSET'],
    ['STATIC', 'DYNAMIC'],
    ['KEYSET', 'DYNAMIC'],
  ].find((pair) => pair.every((option) => options.includes(option)));
  const [first, second] =
    clash ?? (forUpdate && options.includes('FAST_FORWARD') ? ['FAST_FORWARD', 'FOR UPDATE'] : []);
  if (forUpdate && (readOnly || /^(?:STATIC|INSENSITIVE|READ_ONLY)$/m.test(options.join('\n'))))
    throw new SqlError(16_957, 'FOR UPDATE cannot be specified on a READ ONLY cursor.');
  if (first !== undefined) throw new SqlError(1048, `Conflicting cursor options ${first} and ${second}.`, 15);
}

/** DECLARE … CURSOR. */
export function declareCursor(run: Run, statement: DeclareCursor): void {
  const name = statement.name.name;
  checkOptions(statement.definition);
  const home: CursorMap = statement.definition.options.includes('LOCAL') ? run.frame.cursors : run.session.cursors;
  if (home.has(name.toLowerCase())) throw new SqlError(16_915, `A cursor with the name '${name}' already exists.`);
  home.set(name.toLowerCase(), newCursor(run, name, statement.definition));
}

/** SET @c = CURSOR …, = a cursor's name, = another cursor variable. */
export function setCursorVariable(run: Run, statement: SetVariable): void {
  const { value, variable } = statement;
  const key = variable.name.toLowerCase();
  if (!run.frame.cursors.has(key)) {
    throw new SqlError(
      16_948,
      `The variable '${variable.name}' is not a cursor variable, but it is used in a place where a cursor variable is expected.`,
    );
  }
  if (value.kind === 'cursorDefinition') {
    checkOptions(value);
    run.frame.cursors.set(key, newCursor(run, variable.name, value));
    return;
  }
  const [word] = value.kind === 'column' ? value.parts : [];
  const source = value.kind === 'variable' ? value : word;
  if (source === undefined || source === null) throw new SqlError(102, `Incorrect syntax near '${variable.name}'.`, 15);
  run.frame.cursors.set(
    key,
    source.kind === 'variable' ? run.frame.cursors.get(keyOf(source)) : findCursor(run, source),
  );
}

/** CURSOR_STATUS: 1 open, 0 open without rows, -1 closed, -2 a variable without a cursor, -3 no such cursor. */
export function cursorStatus(run: Pick<Run, 'frame' | 'session'>, kind: string, name: string): number {
  const key = name.toLowerCase();
  const home: CursorMap = kind === 'global' ? run.session.cursors : run.frame.cursors;
  if (!home.has(key)) return -3;
  const cursor = home.get(key);
  if (cursor === undefined) return -2;
  if (cursor.rows === undefined) return -1;
  return cursor.rows.size === 0 ? 0 : 1;
}

/** Hints whose locks would be taken as rows are fetched. */
const LOCKS = /^(UPDLOCK|XLOCK|HOLDLOCK|SERIALIZABLE|REPEATABLEREAD|READPAST|TABLOCK|TABLOCKX)$/;

/** 207: FOR UPDATE OF a column that no table of the query has. */
async function checkUpdated(run: Run, { forUpdate = [], query }: CursorDefinition): Promise<void> {
  if (forUpdate.length === 0) return;
  const { scope } = await contextOf(run);
  const relations = findAll(query, 'table').map((one) => scope.relation(namePartsOf(one.name)));
  const names = relations.flatMap((one) => one?.columns.map((column) => scope.snapshot.fold(column.name)) ?? []);
  const missing = forUpdate.find((one) => !names.includes(scope.snapshot.fold(one.name)));
  if (missing !== undefined && relations.every((one) => one !== undefined))
    throw new SqlError(207, `Invalid column name '${missing.name}'.`);
}

async function open(run: Run, cursor: Cursor): Promise<void> {
  if (cursor.rows !== undefined) throw new SqlError(16_905, 'The cursor is already open.');
  await checkUpdated({ ...run, frame: cursor.frame }, cursor.definition);
  const { kind, rows } = await openedRows(run, cursor, false);
  cursor.rows = rows;
  run.session.cursorRows = rows.size ?? -1;
  if (has(cursor, 'TYPE_WARNING') && kind !== requestedKind(cursor.definition)) {
    run.out.info(new SqlError(16_956, 'The created cursor is not of the requested type.', 10));
  }
}

/** Rows of a cursor, and the kind that it is; `watched`: of a kind that has none of its own here. */
export interface OpenedRows {
  readonly kind: CursorPlan['kind'];
  readonly watched: boolean;
  readonly rows: CursorRows;
}

/**
 * Reads what a cursor begins with. `ofApi`: a table without a unique index makes a cursor of T-SQL static, one of the API not. Throws 40515 for hints whose locks
 * would be taken as rows are fetched: those of a cursor that reads all at once are taken then.
 */
export async function openedRows(
  run: Run,
  cursor: Pick<Cursor, 'definition' | 'frame'>,
  ofApi: boolean,
): Promise<OpenedRows> {
  const { definition, frame } = cursor;
  const { query, options } = definition;
  const shows = requestedKind(definition) !== 'static' && !options.includes('FAST_FORWARD');
  const hint = findAll(query, 'tableHint').find((one) => LOCKS.test(one.name));
  if (hint !== undefined && shows)
    throw new SqlError(40_515, `The hint ${hint.name} in a cursor is not supported in this version of SQL Server.`);
  const inner: Run = { ...run, frame };
  const { stamp } = run.session.server.writes;
  const { plan, rows } = await reaching(inner, query, async (reader) => {
    // Of a table of another database a copy is read; what takes locks takes all of them.
    const plan: CursorPlan =
      reader.foreign === undefined && hint === undefined
        ? await planCursor(reader, definition)
        : { kind: 'static', query, watched: shows };
    if (plan.kind !== 'static') await lockTables({ ...reader, locking: lockingOfCursor(run, query) }, '');
    return { plan, rows: await openRows(reader, plan, frame) };
  });
  const watched = plan.kind === 'static' && (plan.watched === true || (ofApi && shows && plan.keyless === true));
  if (!watched) return { kind: plan.kind, watched, rows };
  const again = (): ReturnType<typeof readRows> => reaching(inner, query, (reader) => readRows(reader, frame, query));
  return { kind: plan.kind, watched, rows: new WatchedRows(rows, again, stamp) };
}

/** OPEN, CLOSE and DEALLOCATE. */
export async function closeCursor(run: Run, statement: CursorStatement): Promise<void> {
  const cursor = findCursor(run, statement.cursor, statement.global);
  if (statement.verb === 'open') {
    await run.session.beginImplicit(run.out);
    return open(run, cursor);
  }
  if (statement.verb === 'close') {
    if (cursor.rows === undefined) throw notOpen();
    cursor.rows = undefined;
    cursor.fetched = undefined;
    run.session.rowCount = 0;
    return;
  }
  run.session.rowCount = 0;
  const key = keyOf(statement.cursor);
  if (statement.cursor.kind === 'variable') run.frame.cursors.set(key, undefined);
  else if (!statement.global && run.frame.cursors.has(key)) run.frame.cursors.delete(key);
  else run.session.cursors.delete(key);
}

const notOpen = (): SqlError => new SqlError(16_917, 'Cursor is not open.');

/** What a cursor cannot do: 16911 of one that only goes forward, 16925 of a dynamic one. */
function checkDirection(statement: Fetch, cursor: Cursor): void {
  if (statement.direction === 'next') return;
  if (!scrolls(cursor)) {
    throw new SqlError(
      16_911,
      `fetch: The fetch type ${statement.direction} cannot be used with forward only cursors.`,
    );
  }
  if (statement.direction === 'absolute' && cursor.rows?.kind === 'dynamic') {
    throw new SqlError(16_925, 'The fetch type absolute cannot be used with dynamic cursors.');
  }
}

/** FETCH, into variables or as a result set of one row. */
export async function fetchCursor(run: Run, statement: Fetch): Promise<void> {
  const cursor = findCursor(run, statement.cursor, statement.global);
  const { rows } = cursor;
  if (rows === undefined) throw notOpen();
  checkDirection(statement, cursor);
  const offset =
    statement.offset === undefined ? 0 : Number((await evaluate(run, statement.offset, { name: 'int' })) ?? 0);
  cursor.fetched = undefined;
  cursor.stamp = run.session.server.writes.stamp;
  const fetched = await rows.fetch(run, statement.direction, offset);
  cursor.fetched = fetched;
  if (typeof fetched !== 'string' && has(cursor, 'SCROLL_LOCKS')) await lockFetched(run, cursor);
  cursor.images = typeof fetched === 'string' ? undefined : await imagesOf(run, cursor);
  const row = typeof fetched === 'string' ? undefined : fetched.row;
  run.session.fetchStatus = row === undefined ? (fetched === 'missing' ? -2 : -1) : 0;
  if (statement.into.length === 0) {
    run.out.columns(columnsOf(rows.columns));
    if (row !== undefined) run.out.row(rowDecoder(rows.columns)(row));
    finish(run, row === undefined ? 0 : 1, SELECT);
    return;
  }
  if (statement.into.length !== rows.columns.length) {
    throw new SqlError(
      16_924,
      'Cursorfetch: The number of variables declared in the INTO list must match that of selected columns.',
    );
  }
  run.session.rowCount = row === undefined ? 0 : 1;
  if (row === undefined) return;
  for (const [index, variable] of statement.into.entries()) {
    const slot = run.frame.variable(variable.name);
    const column = rows.columns[index];
    if (slot === undefined || column === undefined)
      throw new SqlError(137, `Must declare the scalar variable "${variable.name}".`, 15, 1);
    slot.value = await convertValue(run, row[index] ?? null, column.type, slot.type);
  }
}

/** What a transaction's end closes: with CURSOR_CLOSE_ON_COMMIT all cursors; else a rollback closes those that are not STATIC. */
export function closeAtEnd(run: Run, rolledBack: boolean): void {
  const all = run.session.options.cursorCloseOnCommit;
  if (!all && !rolledBack) return;
  run.session.api.closeAtEnd(all);
  const homes: CursorMap[] = [run.session.cursors];
  for (let frame: Frame | undefined = run.frame; frame !== undefined; frame = frame.parent) homes.push(frame.cursors);
  for (const cursor of homes.flatMap((home) => [...home.values()])) {
    if (cursor?.rows !== undefined && (all || cursor.rows.kind !== 'static')) cursor.rows = undefined;
  }
}
