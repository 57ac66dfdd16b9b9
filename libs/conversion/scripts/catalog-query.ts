import type { Expression, Query, SelectSpec, TableSource } from '#tsql';
import type { CatalogRelation } from './catalog-relation.ts';
import { catalogRelation } from './catalog-rows.ts';
import { type Environment, evaluate, holds, type Row } from './evaluate.ts';
import { findAll } from '#tsql';
import { type Truth, UNKNOWN, type Unknown, type Value } from './values.ts';

/** One source of a FROM with what joins it to the ones before. */
interface Joined {
  readonly alias: string;
  readonly relation: CatalogRelation;
  readonly isOuter: boolean;
  readonly conditions: readonly Expression[];
}

/** The sources of a FROM in their order; undefined where one cannot be read without a server. */
function sourcesOf(from: readonly TableSource[], at: Environment): Joined[] | undefined {
  const found: Joined[] = [];
  const add = (source: TableSource, isOuter: boolean, on: Expression | undefined): boolean => {
    if (source.kind === 'join') {
      if (
        source.type === 'right' ||
        source.type === 'full' ||
        source.type === 'crossApply' ||
        source.type === 'outerApply'
      )
        return false;
      return add(source.left, isOuter, undefined) && add(source.right, source.type === 'left', source.on);
    }
    const relation = catalogRelation(source, at);
    if (!relation) return false;
    const name = source.kind === 'table' ? source.name.name.name : '';
    const alias = ('alias' in source && source.alias?.name) || name;
    found.push({ alias: alias.toLowerCase(), relation, isOuter, conditions: on ? conjuncts(on) : [] });
    return true;
  };
  return from.every((source) => add(source, false, undefined)) ? found : undefined;
}

function conjuncts(condition: Expression): Expression[] {
  if (condition.kind === 'binary' && condition.op === 'and')
    return [...conjuncts(condition.left), ...conjuncts(condition.right)];
  return [condition];
}

/** Rows of a source that a condition `column = value` asks for, where the value is known before it is read: guards need no walk over all objects. */
function keyed(joined: Joined, conditions: readonly Expression[], at: Environment): Iterable<Row> | undefined {
  for (const condition of conditions) {
    if (condition.kind !== 'binary' || condition.op !== '=') continue;
    for (const [side, other] of [
      [condition.left, condition.right],
      [condition.right, condition.left],
    ] as const) {
      if (side.kind !== 'column') continue;
      const [column = '', qualifier] = side.parts.toReversed().map((part) => part?.name.toLowerCase() ?? '');
      const by = joined.relation.by[column];
      if (!by || (qualifier !== undefined && qualifier !== joined.alias)) continue;
      const value = evaluate(other, at);
      if (value === null) return [];
      if (value !== UNKNOWN) return by(value, joined.alias);
    }
  }
  return undefined;
}

interface FoundRow {
  readonly row: Row[];
  readonly sure: boolean;
}

/** Rows of a query over the catalog, each with whether it surely belongs to it. */
function* rowsOf(spec: SelectSpec, at: Environment): Generator<FoundRow, undefined> {
  const sources = sourcesOf(spec.from, at);
  if (!sources) {
    yield { row: [], sure: false };
    return undefined;
  }
  const inner = sources.filter((one) => !one.isOuter).flatMap((one) => one.conditions);
  yield* nested(sources, [...inner, ...(spec.where ? conjuncts(spec.where) : [])], [...(at.row ?? [])], at);
  return undefined;
}

/** The source to read next: where the order does not matter, one whose rows can be asked for. */
function pick(
  sources: readonly Joined[],
  conditions: readonly Expression[],
  at: Environment,
): { readonly next: Joined; readonly rows: Iterable<Row>; readonly rest: readonly Joined[] } | undefined {
  const [first] = sources;
  if (!first) return undefined;
  const candidates = sources.some((one) => one.isOuter) ? [first] : sources;
  for (const next of candidates) {
    const rows = keyed(next, next.isOuter ? next.conditions : conditions, at);
    if (rows) return { next, rows, rest: sources.filter((one) => one !== next) };
  }
  return { next: first, rows: first.relation.rows(first.alias), rest: sources.slice(1) };
}

function* nested(
  sources: readonly Joined[],
  conditions: readonly Expression[],
  row: Row[],
  at: Environment,
): Generator<FoundRow, undefined> {
  const here = { ...at, row };
  const picked = pick(sources, conditions, here);
  if (!picked) {
    const truth = allHold(conditions, here);
    if (truth === true || truth === UNKNOWN) yield { row, sure: truth === true };
    return undefined;
  }
  const { next, rows, rest } = picked;
  let any = false;
  for (const one of rows) {
    const joined = [...row, one];
    // What is about sources that are read later is not known yet, and asked again behind them.
    const truth = allHold(next.isOuter ? next.conditions : conditions, { ...at, row: joined });
    if (truth === false || truth === null) continue;
    any = true;
    const isSure = !next.isOuter || truth === true;
    for (const found of nested(rest, conditions, joined, at)) yield { row: found.row, sure: found.sure && isSure };
  }
  if (!any && next.isOuter) yield* nested(rest, conditions, [...row, { alias: next.alias, get: () => null }], at);
  return undefined;
}

function allHold(conditions: readonly Expression[], at: Environment): Truth {
  let all: Truth = true;
  for (const condition of conditions) {
    const truth = holds(condition, at);
    if (truth === false || truth === null) return false;
    if (truth === UNKNOWN) all = UNKNOWN;
  }
  return all;
}

function plain(query: Query): SelectSpec | undefined {
  const { body } = query;
  if (query.with || body.kind !== 'selectSpec' || body.groupBy || body.having) return undefined;
  return body;
}

/** EXISTS (query). */
export function existsIn(query: Query, at: Environment): Truth {
  const { body } = query;
  if (!query.with && body.kind === 'setOperation' && body.op === 'union') {
    const sides = [body.left, body.right].map((side) => existsIn({ ...query, body: side }, at));
    if (sides.includes(true)) return true;
    return sides.includes(UNKNOWN) ? UNKNOWN : false;
  }
  const spec = plain(query);
  if (!spec) return UNKNOWN;
  let answer: Truth = false;
  for (const { sure } of rowsOf(spec, at)) {
    if (sure) return true;
    answer = UNKNOWN;
  }
  return answer;
}

/** How many rows `COUNT` of a row counts: the query around it adds them up. */
export function countRows(): Value {
  return 1;
}

/** Whether a select list counts its rows. */
function isCount(expression: Expression): boolean {
  return findAll(expression, 'call').some((call) => /^count(_big)?$/i.test(call.name.name.name));
}

/** The value of a query in place of a value: its first row; COUNT of them where the list counts. */
export function scalarOf(query: Query, at: Environment): Value {
  const spec = plain(query);
  const [item] = spec?.items ?? [];
  if (!spec || item?.kind !== 'selectItem') return UNKNOWN;
  return firstOf(spec, item.expression, at);
}

function firstOf(spec: SelectSpec, expression: Expression, at: Environment): Value {
  if (isCount(expression)) {
    const count = countOf(spec, at);
    return expression.kind === 'call' ? count : UNKNOWN;
  }
  for (const { row, sure } of rowsOf(spec, at)) return sure ? evaluate(expression, { ...at, row }) : UNKNOWN;
  return null;
}

function countOf(spec: SelectSpec, at: Environment): number | Unknown {
  let count = 0;
  for (const { sure } of rowsOf(spec, at)) {
    if (!sure) return UNKNOWN;
    count += 1;
  }
  return count;
}

/** `SELECT @a = x, @b = y FROM …`: the variables take the values of the last row, and keep theirs where there is none. */
export function assignFrom(spec: SelectSpec, at: Environment): void {
  const items = spec.items.filter((item) => item.kind === 'selectAssign');
  const set = (name: string, value: Value): void => void at.variables.set(name.toLowerCase(), value);
  if (items.some((item) => isCount(item.expression))) {
    for (const item of items) set(item.variable.name, firstOf(spec, item.expression, at));
    return;
  }
  for (const { row, sure } of rowsOf(spec, at))
    for (const item of items) {
      const value = sure ? evaluate(item.expression, { ...at, row }) : UNKNOWN;
      if (item.op === '=') set(item.variable.name, value);
      else set(item.variable.name, joined(at.variables.get(item.variable.name.toLowerCase()), value, item.op));
    }
}

/** `SELECT @sql += …`. */
export function joined(before: Value | undefined, value: Value, op: string): Value {
  if (op !== '+=' || before === UNKNOWN || before === undefined || value === UNKNOWN) return UNKNOWN;
  if (before === null || value === null) return null;
  return typeof before === 'string' || typeof value === 'string' ? `${before}${value}` : before + value;
}

/** All rows that a query gives of its select list, for a cursor; undefined where they are not known. */
export function allRows(query: Query, at: Environment): Value[][] | undefined {
  const spec = plain(query);
  if (!spec || spec.items.some((item) => item.kind !== 'selectItem')) return undefined;
  const found: Value[][] = [];
  for (const { row, sure } of rowsOf(spec, at)) {
    if (!sure) return undefined;
    found.push(
      spec.items.map((item) => (item.kind === 'selectItem' ? evaluate(item.expression, { ...at, row }) : UNKNOWN)),
    );
  }
  return found;
}
