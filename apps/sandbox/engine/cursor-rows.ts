import { translateQuery, type ResultColumn, type TranslatedQuery } from '#conversion';
import type { Expression, Query, SelectItem } from '#tsql';
import type { CatalogSnapshot } from '../catalog/index.ts';
import { MAX_VALUES, tooMany } from '../api-cursors/cursor-capture.ts';
import type { ColumnOrigin, CursorKind, CursorPlan, KeyColumn } from './cursor-plan.ts';
import type { Frame } from './frame.ts';
import { holdsLocks, lockingOf } from './locking.ts';
import type { PgRow } from './pg-link.ts';
import { bind, contextOf, type Run } from './run.ts';
import { holding, lockTables } from './table-locks.ts';

/** Where FETCH goes. */
export type Direction = 'next' | 'prior' | 'first' | 'last' | 'absolute' | 'relative';

/** What a FETCH met: a row, a row of the keyset that is no more (-2), or nothing (-1). */
export type Fetched = { readonly row: PgRow } | 'missing' | 'none';

/** The rows of an open cursor. Its queries run where it was declared, with the variables as they were. */
export interface CursorRows {
  readonly kind: CursorKind;
  readonly columns: readonly ResultColumn[];
  /** How many there are; undefined where they change. */
  readonly size: number | undefined;
  /** What a row is found by in its tables; undefined where the rows are copies. */
  readonly keys?: readonly KeyColumn[];
  /** All rows in order, where they are copies. */
  readonly copies?: readonly PgRow[];
  /** The values of the keys where the cursor stands. */
  readonly position?: readonly (string | null)[] | undefined;
  /** What its columns are in tables, where that is told. */
  readonly origins?: readonly (ColumnOrigin | undefined)[];
  fetch(run: Run, direction: Direction, offset: number): Promise<Fetched>;
  /** Goes to a row by its keys, or to an end: of rows without numbers. */
  seek?(place: readonly (string | null)[] | 'before' | 'after'): void;
  /** A row with these keys was inserted through the cursor: it is the last one from now on. */
  adopt?(keys: readonly (string | null)[]): void;
  /** The row on which it stands, or that of a number, was given other keys through the cursor. */
  rekey?(keys: readonly (string | null)[], row?: number): void;
}

type KeyedPlan = Extract<CursorPlan, { kind: 'keyset' | 'dynamic' }>;

/** Opens the rows that a plan describes. */
export async function openRows(run: Run, plan: CursorPlan, frame: Frame): Promise<CursorRows> {
  if (plan.kind === 'static') {
    // All is read now: so are the locks taken now that hints and isolation level ask for.
    const reader: Run = { ...run, frame, locking: lockingOf(run, plan.query) };
    const query = translateQuery(plan.query, await contextOf(reader));
    const copies = await holding(reader, async () => {
      await lockTables(reader, query.sql);
      return read(reader, frame, query);
    });
    return new StaticRows(query.columns, copies);
  }
  return plan.kind === 'keyset' ? KeysetRows.open(run, plan, frame) : DynamicRows.open(run, plan, frame);
}

/** The rows that a query has now. */
export async function readRows(run: Run, frame: Frame, query: Query): Promise<PgRow[]> {
  return read(run, frame, translateQuery(query, await contextOf({ ...run, frame })));
}

async function read(run: Run, frame: Frame, query: TranslatedQuery): Promise<PgRow[]> {
  const values = await bind({ ...run, frame }, query.parameters);
  const rows: PgRow[] = [];
  await run.session.query(query.sql, values, {
    writes: holdsLocks(run),
    signal: run.signal,
    onRow: (row) => {
      rows.push(row);
      if (rows.length * row.length > MAX_VALUES) throw tooMany();
      // Now and then a turn of the event loop, so that a cancel is heard.
      return rows.length % 4096 !== 0;
    },
    drained: () => new Promise((resolve) => setImmediate(resolve)),
  });
  return rows;
}

/** The place that a fetch by number goes to: 0 before the rows, `size + 1` behind them. */
function placeOf(direction: Direction, offset: number, position: number, size: number): number {
  const wanted = {
    next: position + 1,
    prior: position - 1,
    first: 1,
    last: size,
    relative: position + offset,
    absolute: offset < 0 ? size + 1 + offset : offset,
  }[direction];
  return Math.min(Math.max(wanted, 0), size + 1);
}

/** Rows that were read when the cursor was opened. */
export class StaticRows implements CursorRows {
  readonly kind = 'static';
  /** Where it stands: 0 before the rows, `size + 1` behind them. */
  protected at = 0;

  constructor(
    readonly columns: readonly ResultColumn[],
    readonly copies: readonly PgRow[],
  ) {}

  get size(): number {
    return this.copies.length;
  }

  fetch(_run: Run, direction: Direction, offset: number): Promise<Fetched> {
    this.at = placeOf(direction, offset, this.at, this.size);
    const row = this.copies[this.at - 1];
    return Promise.resolve(row === undefined ? 'none' : { row });
  }
}

const keyName = (at: number): string => `@sbx_key_${at}`;
const COUNT = '@sbx_rows';

/** Builds the queries of a plan: `items` of the cursor, its keys behind them. */
class KeyedQuery {
  private readonly known = new Map<string, TranslatedQuery>();
  private snapshot: CatalogSnapshot | undefined;

  constructor(
    readonly plan: KeyedPlan,
    private readonly frame: Frame,
  ) {
    plan.keys.forEach((key, at) => frame.variables.set(keyName(at), { type: key.type, value: null }));
    frame.variables.set(COUNT, { type: { name: 'int' }, value: null });
  }

  /** Runs a query that `build` makes, once translated for a name for as long as the catalog stays the same. */
  async run(
    run: Run,
    name: string,
    values: readonly (string | null)[],
    count: number,
    build: () => Query,
  ): Promise<PgRow[]> {
    values.forEach((value, at) => this.set(keyName(at), value));
    this.set(COUNT, String(count));
    const snapshot = await run.session.snapshot();
    if (snapshot !== this.snapshot) this.known.clear();
    this.snapshot = snapshot;
    const query = this.known.get(name) ?? translateQuery(build(), await contextOf({ ...run, frame: this.frame }));
    this.known.set(name, query);
    return read(run, this.frame, query);
  }

  get items(): SelectItem[] {
    const keys = this.plan.keys.map(({ column }, at): SelectItem => {
      const alias = { kind: 'identifier', name: keyName(at).slice(1), quote: 'bracket', span: column.span } as const;
      return { kind: 'selectItem', expression: column, alias, span: column.span };
    });
    return [...this.plan.body.items, ...keys];
  }

  private set(name: string, value: string | null): void {
    const slot = this.frame.variables.get(name);
    if (slot !== undefined) slot.value = value;
  }
}

const span = (of: Expression): Expression['span'] => of.span;
const variable = (name: string, at: Expression): Expression => ({ kind: 'variable', name, span: span(at) });
const compare = (op: '=' | '<' | '>' | '<=' | '>=', key: KeyColumn, at: number): Expression => ({
  kind: 'binary',
  op,
  left: key.column,
  right: variable(keyName(at), key.column),
  span: span(key.column),
});
const isNull = (key: KeyColumn, not: boolean): Expression => ({
  kind: 'isNull',
  not,
  expression: key.column,
  span: span(key.column),
});
const joined = (op: 'and' | 'or', terms: readonly Expression[]): Expression | undefined =>
  terms.length === 0
    ? undefined
    : terms.reduce((left, right) => ({ kind: 'binary', op, left, right, span: span(left) }));

const equal = (key: KeyColumn, at: number, value: string | null | undefined): Expression =>
  value == null ? isNull(key, false) : compare('=', key, at);

const maskOf = (values: readonly (string | null)[]): string =>
  values.map((value) => (value === null ? 'n' : 'v')).join('');

/** Rows of which the keys were read when the cursor was opened; each is read again when it is fetched. */
class KeysetRows implements CursorRows {
  readonly kind = 'keyset';
  private at = 0;

  private constructor(
    readonly columns: readonly ResultColumn[],
    private readonly rows: PgRow[],
    private readonly query: KeyedQuery,
    /** When the rows were read: until something is written they are what they were. */
    private readonly stamp: number,
  ) {}

  static async open(run: Run, plan: KeyedPlan, frame: Frame): Promise<KeysetRows> {
    const query = new KeyedQuery(plan, frame);
    const { stamp } = run.session.server.writes;
    const opening = { ...plan.query, body: { ...plan.body, items: query.items } };
    const translated = translateQuery(opening, await contextOf({ ...run, frame }));
    const columns = translated.columns.slice(0, -plan.keys.length);
    return new KeysetRows(columns, await read(run, frame, translated), query, stamp);
  }

  get size(): number {
    return this.rows.length;
  }

  get keys(): readonly KeyColumn[] {
    return this.query.plan.keys;
  }

  get origins(): readonly (ColumnOrigin | undefined)[] {
    return this.query.plan.origins;
  }

  get position(): readonly (string | null)[] | undefined {
    return this.rows[this.at - 1]?.slice(this.columns.length);
  }

  adopt(keys: readonly (string | null)[]): void {
    this.rows.push([...this.columns.map(() => null), ...keys]);
  }

  rekey(keys: readonly (string | null)[], row = this.at): void {
    const known = this.rows[row - 1];
    if (known !== undefined) this.rows[row - 1] = [...known.slice(0, this.columns.length), ...keys];
  }

  async fetch(run: Run, direction: Direction, offset: number): Promise<Fetched> {
    this.at = placeOf(direction, offset, this.at, this.size);
    const row = this.rows[this.at - 1];
    if (row === undefined) return 'none';
    if (run.session.server.writes.stamp === this.stamp) return { row };
    const values = row.slice(this.columns.length);
    const [found] = await this.query.run(run, maskOf(values), values, 1, () => this.again(values));
    return found === undefined ? 'missing' : { row: found };
  }

  /** The row by its keys alone: it stays in the set even if the condition no longer holds. */
  private again(values: readonly (string | null)[]): Query {
    const { plan } = this.query;
    const { top: _top, where: _where, ...body } = plan.body;
    const { offset: _offset, fetch: _fetch, ...query } = plan.query;
    const where = joined(
      'and',
      plan.keys.map((key, at) => equal(key, at, values[at])),
    );
    return { ...query, orderBy: [], body: { ...body, from: plan.tables, ...(where && { where }) } };
  }
}

const MOST_AHEAD = 512;

/** Rows that are looked for, each from the place of the last. */
class DynamicRows implements CursorRows {
  readonly kind = 'dynamic';
  readonly size = undefined;
  private place: 'before' | 'on' | 'after' = 'before';
  private last: (string | null)[] = [];
  /** Rows read ahead; good until something is written. */
  private ahead:
    { rows: PgRow[]; readonly backward: boolean; readonly stamp: number; readonly complete: boolean } | undefined;
  private aheadCount = 4;

  private constructor(
    readonly columns: readonly ResultColumn[],
    private readonly query: KeyedQuery,
  ) {}

  static async open(run: Run, plan: KeyedPlan, frame: Frame): Promise<DynamicRows> {
    const query = new KeyedQuery(plan, frame);
    const rows = translateQuery(plan.query, await contextOf({ ...run, frame }));
    return new DynamicRows(rows.columns, query);
  }

  get keys(): readonly KeyColumn[] {
    return this.query.plan.keys;
  }

  get origins(): readonly (ColumnOrigin | undefined)[] {
    return this.query.plan.origins;
  }

  get position(): readonly (string | null)[] | undefined {
    return this.place === 'on' ? this.last : undefined;
  }

  seek(place: readonly (string | null)[] | 'before' | 'after'): void {
    this.ahead = undefined;
    this.place = typeof place === 'string' ? place : 'on';
    if (typeof place !== 'string') this.last = [...place];
  }

  async fetch(run: Run, direction: Direction, offset: number): Promise<Fetched> {
    switch (direction) {
      case 'next':
        return this.steps(run, 1, false);
      case 'prior':
        return this.steps(run, 1, true);
      case 'first':
      case 'last':
        this.place = direction === 'first' ? 'before' : 'after';
        this.ahead = undefined;
        return this.steps(run, 1, direction === 'last');
      default:
        return offset === 0 ? this.again(run) : this.steps(run, Math.abs(offset), offset < 0);
    }
  }

  private async steps(run: Run, count: number, backward: boolean): Promise<Fetched> {
    let found: PgRow | undefined;
    for (let step = 0; step < count; step += 1) {
      found = this.place === (backward ? 'before' : 'after') ? undefined : await this.step(run, backward);
      if (found === undefined) {
        this.place = backward ? 'before' : 'after';
        return 'none';
      }
      this.place = 'on';
      this.last = found.slice(this.columns.length);
    }
    return found === undefined ? 'none' : { row: found };
  }

  private async step(run: Run, backward: boolean): Promise<PgRow | undefined> {
    const { stamp } = run.session.server.writes;
    const { ahead } = this;
    const isGood = ahead?.backward === backward && ahead.stamp === stamp;
    if (isGood && (ahead.rows.length > 0 || ahead.complete)) return ahead.rows.shift();
    this.aheadCount = isGood ? Math.min(this.aheadCount * 4, MOST_AHEAD) : 4;
    const values = this.place === 'on' ? this.last : [];
    const name = `${this.place === 'on' ? maskOf(values) : this.place} ${backward}`;
    const rows = await this.query.run(run, name, values, this.aheadCount, () => this.beyond(values, backward));
    this.ahead = { rows, backward, stamp, complete: rows.length < this.aheadCount };
    return rows.shift();
  }

  /** The row on which the cursor stands, as it is now. */
  private async again(run: Run): Promise<Fetched> {
    if (this.place !== 'on') return 'none';
    const { last } = this;
    const same = (): Query =>
      this.rowsWhere(
        this.query.plan.keys.map((key, at) => equal(key, at, last[at])),
        false,
      );
    const [row] = await this.query.run(run, `${maskOf(last)} same`, last, 1, same);
    return row === undefined ? 'missing' : { row };
  }

  private beyond(values: readonly (string | null)[], backward: boolean): Query {
    const { keys } = this.query.plan;
    const terms = keys.flatMap((key, at) => {
      const after = behind(key, at, values[at], key.descending !== backward);
      const before = keys.slice(0, at).map((one, index) => equal(one, index, values[index]));
      return after === undefined ? [] : [joined('and', [...before, after]) as Expression];
    });
    if (values.length === 0) return this.rowsWhere([], backward);
    // Behind the very last row there is none.
    const [first] = keys;
    const none: Expression[] = first === undefined ? [] : [isNull(first, false), isNull(first, true)];
    const beyond = joined('or', terms);
    // The first key alone too: an index can begin there.
    const bound =
      first !== undefined && !first.nullable ? [compare(first.descending === backward ? '>=' : '<=', first, 0)] : [];
    return this.rowsWhere(beyond === undefined ? none : [...bound, beyond], backward);
  }

  private rowsWhere(terms: readonly Expression[], backward: boolean): Query {
    const { plan, items } = this.query;
    const where = joined('and', [...(plan.body.where === undefined ? [] : [plan.body.where]), ...terms]);
    const at = plan.query.span;
    const top = {
      kind: 'top',
      expression: { kind: 'variable', name: COUNT, span: at },
      percent: false,
      withTies: false,
      span: at,
    } as const;
    const orderBy = plan.keys.map((key) => ({
      kind: 'orderItem' as const,
      expression: key.column,
      direction: key.descending === backward ? ('asc' as const) : ('desc' as const),
      span: at,
    }));
    return { ...plan.query, orderBy, body: { ...plan.body, items, top, ...(where && { where }) } };
  }
}

/** What comes behind a value in the order of one key: NULL is the least of all. */
function behind(
  key: KeyColumn,
  at: number,
  value: string | null | undefined,
  descending: boolean,
): Expression | undefined {
  if (!descending) return value == null ? isNull(key, true) : compare('>', key, at);
  if (value == null) return undefined;
  const less = compare('<', key, at);
  return key.nullable ? (joined('or', [less, isNull(key, false)]) as Expression) : less;
}
