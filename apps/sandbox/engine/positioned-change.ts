import type {
  CurrentOf,
  Delete,
  Expression,
  Identifier,
  Insert,
  Merge,
  Query,
  SelectSpec,
  SetColumn,
  Span,
  Update,
} from '#tsql';
import { SqlError } from '../session.ts';
import type { KeyColumn } from './cursor-plan.ts';
import { findCursor, has, type Cursor } from './cursors.ts';
import { evaluate } from './evaluate.ts';
import { namePartsOf } from './names.ts';
import { changeOf } from './profile.ts';
import { bind, contextOf, localTable, type Run } from './run.ts';

/** A change of the row on which a cursor stands. */
export type PositionedChange = (Update | Delete) & { readonly where: CurrentOf };

/** Whether a statement changes the row of a cursor. */
export const isPositioned = (statement: Insert | Update | Delete | Merge): statement is PositionedChange =>
  (statement.kind === 'update' || statement.kind === 'delete') && statement.where?.kind === 'currentOf';

const readOnly = (): SqlError => new SqlError(16_929, 'The cursor is READ ONLY.');
const keyName = (at: number): string => `@sbx_at_${at}`;

/** The keys of the cursor's row in one table, and their values. */
interface Place {
  readonly keys: readonly KeyColumn[];
  readonly values: readonly (string | null)[];
}

/**
 * UPDATE and DELETE … WHERE CURRENT OF: the row is found by its keys and changed by `change`. The concurrency is the documented one: OPTIMISTIC unless
 * declared otherwise, where a row that others changed since it was fetched is left as it is (16934, 16947). Throws 16929 for a cursor that only reads, 16930 and
 * 16931 where it stands on no row, 16932 for a column that FOR UPDATE OF does not name, 16933 for a table that is not the cursor's.
 */
export async function runPositioned(
  run: Run,
  statement: PositionedChange,
  change: (statement: Update | Delete) => Promise<void>,
): Promise<void> {
  const { cursor: name, global } = statement.where;
  const cursor = findCursor(run, name, global);
  if (cursor.rows === undefined) throw new SqlError(16_917, 'Cursor is not open.');
  checkWritable(cursor);
  checkList(cursor, statement);
  const place = await placeIn(run, cursor, statement);
  const { relation } = place.keys[0] as KeyColumn;
  await bound(run, place, async () => {
    const now = await rowAt(run, place);
    if (now === undefined) throw unchanged();
    checkUnchanged(run, cursor, relation, now);
    const moved = await newKeys(run, cursor, statement, place);
    await change({ ...moved.statement, where: condition(statement.span, place) });
    if (moved.keys !== undefined) cursor.rows?.rekey?.(moved.keys);
    moved.names.forEach((one) => run.frame.variables.delete(one));
    const after = cursor.images && (await rowAt(run, place));
    if (cursor.images && after !== undefined) cursor.images = new Map([...cursor.images, [relation, after]]);
    cursor.stamp = run.session.server.writes.stamp;
  });
}

/** Name of the variable with the new value of a key. */
const movedName = (at: number): string => `@sbx_moved_${at}`;

interface Moved {
  readonly statement: PositionedChange;
  readonly keys?: readonly (string | null)[];
  /** The variables that stand for them. */
  readonly names: readonly string[];
}

/** A change that gives the row other keys, with these values worked out before: a keyset has them from then on. */
async function newKeys(run: Run, { rows }: Cursor, statement: PositionedChange, place: Place): Promise<Moved> {
  if (rows?.rekey === undefined || rows.keys === undefined || statement.kind !== 'update')
    return { statement, names: [] };
  const keys = [...(rows.position ?? [])];
  const set: Update['set'][number][] = [];
  const names: string[] = [];
  for (const one of statement.set) {
    const name = one.kind === 'setColumn' ? one.column?.parts.at(-1)?.name.toLowerCase() : undefined;
    const at = rows.keys.findIndex((key) => place.keys.includes(key) && nameOf(key) === name);
    const key = rows.keys[at];
    if (one.kind !== 'setColumn' || key === undefined || one.value.kind === 'default') {
      set.push(one);
      continue;
    }
    const to = await evaluate(run, valueAt(statement, place, changedValue(one)), key.type);
    run.frame.variables.set(movedName(at), { type: key.type, value: to });
    set.push({ ...one, op: '=', value: { kind: 'variable', name: movedName(at), span: one.span } });
    keys[at] = to;
    names.push(movedName(at));
  }
  return names.length === 0 ? { statement, names } : { statement: { ...statement, set }, keys, names };
}

const nameOf = ({ column }: KeyColumn): string | undefined =>
  column.kind === 'column' ? column.parts.at(-1)?.name.toLowerCase() : undefined;

/** What `SET column op= value` stores. */
function changedValue({ column, op, value, span }: SetColumn): Expression {
  if (op === '=' || column === undefined) return value;
  return { kind: 'binary', op: op.slice(0, -1) as '+', left: column, right: value, span };
}

/** A value as the row that is changed has it. */
function valueAt({ target, span }: PositionedChange, place: Place, expression: Expression): Expression {
  const items = [{ kind: 'selectItem', expression, span }] as const;
  const from = target.kind === 'table' || target.kind === 'tableVariable' ? [target] : [];
  const where = condition(span, place);
  const body = { kind: 'selectSpec', distinct: false, items, from, where, windows: [], span } as const;
  return { kind: 'subquery', query: { kind: 'query', body, orderBy: [], options: [], span }, span };
}

/** 16934 with 16947 where an optimistic cursor's row is not what it was. */
function checkUnchanged(run: Run, cursor: Cursor, relation: string, now: string): void {
  if (!isOptimistic(cursor)) return;
  const image = cursor.images?.get(relation);
  if (image === undefined && cursor.stamp !== run.session.server.writes.stamp) {
    const message =
      'WHERE CURRENT OF a cursor that was not fetched from FOR UPDATE is not supported in this version of SQL Server.';
    throw new SqlError(40_515, message);
  }
  if (image === undefined || image === now) return;
  const message = 'Optimistic concurrency check failed. The row was modified outside of this cursor.';
  run.out.info(new SqlError(16_934, message, 10));
  throw unchanged();
}

const unchanged = (): SqlError => new SqlError(16_947, 'No rows were updated or deleted.');

/** 16929 of a cursor that was declared for reading, or whose query gives no rows of tables; 40515 where its rows cannot be found in their tables. */
export function checkWritable(cursor: Cursor): void {
  const { definition, rows } = cursor;
  const reads = definition.readOnly || has(cursor, 'STATIC', 'INSENSITIVE', 'FAST_FORWARD', 'READ_ONLY');
  if (reads || !isOfRows(definition.query)) throw readOnly();
  if (rows?.keys === undefined) {
    const message = 'WHERE CURRENT OF a cursor over these tables is not supported in this version of SQL Server.';
    throw new SqlError(40_515, message);
  }
}

function isOfRows({ body }: Query): boolean {
  return body.kind === 'selectSpec' && body.from.length > 0 && !isGrouped(body);
}

const isGrouped = (body: SelectSpec): boolean =>
  body.distinct === true || body.groupBy !== undefined || body.having !== undefined;

function checkList({ definition }: Cursor, statement: PositionedChange): void {
  const allowed = definition.forUpdate?.map((one) => one.name.toLowerCase()) ?? [];
  if (allowed.length === 0 || statement.kind !== 'update') return;
  const names = statement.set.map((one) =>
    one.kind === 'setColumn' ? one.column?.parts.at(-1)?.name : methodColumn(one.call.target),
  );
  if (names.every((one) => one === undefined || allowed.includes(one.toLowerCase()))) return;
  const message = 'The cursor has a FOR UPDATE list and the requested column to be updated is not in this list.';
  throw new SqlError(16_932, message);
}

const methodColumn = (target: Expression): string | undefined =>
  target.kind === 'column' ? target.parts.at(-1)?.name : undefined;

/** Where the cursor stands in the table that is written. */
async function placeIn(run: Run, cursor: Cursor, statement: PositionedChange): Promise<Place> {
  const { rows, fetched } = cursor;
  if (fetched === 'missing') throw new SqlError(16_930, 'The requested row is not in the fetch buffer.');
  const values = rows?.position;
  if (fetched === undefined || fetched === 'none' || values === undefined) {
    throw new SqlError(16_931, 'There are no rows in the current fetch buffer.');
  }
  const { scope } = await contextOf(run);
  const { target } = statement;
  const written =
    target.kind === 'tableVariable'
      ? localTable(run, target.name)?.relation
      : target.kind === 'table'
        ? scope.relation(namePartsOf(target.name))
        : undefined;
  const place = placeAmong(rows?.keys ?? [], values, written?.sql ?? '');
  if (place.keys.length === 0 || statement.from.length > 0) {
    const message =
      'The cursor does not include the table being modified or the table is not updatable through the cursor.';
    throw statement.from.length > 0
      ? new SqlError(40_515, 'WHERE CURRENT OF with FROM is not supported in this version of SQL Server.')
      : new SqlError(16_933, message);
  }
  if (new Set(place.keys.map(({ source }) => source)).size > 1) {
    throw new SqlError(
      40_515,
      'WHERE CURRENT OF a cursor over a table and itself is not supported in this version of SQL Server.',
    );
  }
  return place;
}

/** The part of a place that is in one table. */
function placeAmong(keys: readonly KeyColumn[], values: readonly (string | null)[], relation: string): Place {
  const own = keys.flatMap((key, at) => (key.relation === relation ? [{ key, value: values[at] ?? null }] : []));
  return { keys: own.map(({ key }) => key), values: own.map(({ value }) => value) };
}

function condition(span: Span, { keys, values }: Place): Expression {
  const terms = keys.map(({ column }, at): Expression => {
    const last = column.kind === 'column' ? (column.parts.at(-1) as Identifier) : undefined;
    const own: Expression = last === undefined ? column : { kind: 'column', parts: [last], span };
    if (values[at] === null) return { kind: 'isNull', not: false, expression: own, span };
    return { kind: 'binary', op: '=', left: own, right: { kind: 'variable', name: keyName(at), span }, span };
  });
  return terms.reduce((left, right) => ({ kind: 'binary', op: 'and', left, right, span }));
}

/** Whether the rows of a cursor are compared with what they were when it read them. */
const isOptimistic = (cursor: Cursor): boolean => !has(cursor, 'SCROLL_LOCKS');

/** A row as PostgreSQL writes all of it, with its table as the key. */
export type RowImages = ReadonlyMap<string, string>;

/**
 * What a fetched row is, in each table of the cursor, for a later change of it. Undefined where none is to be expected: neither the cursor says FOR UPDATE nor
 * the text that fetches says CURRENT OF.
 */
export async function imagesOf(run: Run, cursor: Cursor): Promise<RowImages | undefined> {
  const { rows, definition } = cursor;
  if (rows?.keys === undefined || rows.position === undefined || !isOptimistic(cursor)) return undefined;
  if (definition.readOnly || (definition.forUpdate === undefined && !/current\s+of/i.test(run.text))) return undefined;
  const images = new Map<string, string>();
  for (const { relation } of rows.keys) {
    if (images.has(relation)) continue;
    const place = placeAmong(rows.keys, rows.position, relation);
    const row = await bound(run, place, () => rowAt(run, place));
    if (row !== undefined) images.set(relation, row);
  }
  return images;
}

/** SCROLL_LOCKS: the row that was fetched, in each table of the cursor, is nobody else's to change until the transaction ends. Throws 40515 outside of one. */
export async function lockFetched(run: Run, { rows }: Cursor): Promise<void> {
  if (rows?.keys === undefined || rows.position === undefined) return;
  if (run.session.tx.depth === 0)
    throw new SqlError(40_515, 'SCROLL_LOCKS outside of a transaction is not supported in this version of SQL Server.');
  for (const relation of new Set(rows.keys.map((key) => key.relation))) {
    const place = placeAmong(rows.keys, rows.position, relation);
    await bound(run, place, () => rowAt(run, place, true));
  }
}

/** Does something with the values of the keys in variables. */
async function bound<T>({ frame }: Run, { keys, values }: Place, work: () => Promise<T>): Promise<T> {
  keys.forEach(({ type }, at) => frame.variables.set(keyName(at), { type, value: values[at] ?? null }));
  try {
    return await work();
  } finally {
    keys.forEach((_, at) => frame.variables.delete(keyName(at)));
  }
}

/** The row with all its columns as it is now; undefined where it is no more. */
async function rowAt(run: Run, place: Place, locks = false): Promise<string | undefined> {
  const [key] = place.keys;
  if (key === undefined) return undefined;
  const { alias: _, ...target } = key.source;
  const { span } = target;
  const search: Delete = {
    kind: 'delete',
    target,
    from: [],
    where: condition(span, place),
    output: [],
    options: [],
    span,
  };
  const found = changeOf(search, await contextOf(run));
  const sql = `SELECT r::text FROM ${found.target.sql ?? ''} AS r WHERE r.ctid = ANY (ARRAY(${found.addresses ?? ''}))${locks ? ' FOR UPDATE' : ''}`;
  const values = await bind(run, found.parameters);
  const { rows } = await run.session.query(sql, values, { writes: locks, signal: run.signal });
  return rows[0]?.[0] ?? undefined;
}
