import type { Query, QueryBody, SelectSpec, SetOperation } from '#tsql';
import { accumulates, accumulatingQuery } from './accumulate.ts';
import type { IdentityProperty, SqlType, TypedSql } from './api.ts';
import { groupKey, ruledType, tellGrouping } from './collate.ts';
import { requireDistinct, requireOperand } from './operand-types.ts';
import { convert, type ConvertOptions } from './convert.ts';
import type { Environment, Origin } from './environment.ts';
import { commonType, toCommon } from './expression.ts';
import { forClause } from './for-clause.ts';
import { checkGrouping } from './grouping.ts';
import { distinctOrder, type Ending, finished, inlineOrder } from './query-ending.ts';
import { rowLock } from './row-lock.ts';
import { hasAggregate, isSuperAggregate, selectParts, type SelectedItem, type SelectParts } from './select.ts';
import { bare, value } from './sql-text.ts';
import { isString } from './sql-type.ts';
import type { Translation } from './translation.ts';
import { withClause } from './with-clause.ts';

/** One column of a query's rows. */
export interface QueryColumn {
  readonly name: string;
  /** Its name in the SQL text, quoted; only where `named` was asked for. */
  readonly sqlName: string;
  readonly value: TypedSql;
  readonly identity?: IdentityProperty;
  readonly assignTo?: string;
  /** With `addressed`: where it is stored, the address being a column of the query. */
  readonly origin?: Origin;
  /** With `sourced`: the table of the query that it is a column of, by the name that may stand before it. */
  readonly source?: string;
}

/** A query as PostgreSQL text, without parentheses around it. */
export interface QuerySql {
  readonly sql: string;
  readonly columns: readonly QueryColumn[];
  readonly document?: 'xml' | 'json';
}

export interface QueryOptions {
  /** The columns must be addressable by `sqlName`. */
  readonly named?: boolean;
  /** No two of them by one name, however the query names them: `SELECT ',' AS [text()], Name AS [text()] … FOR XML PATH`. */
  readonly unique?: boolean;
  /** Tell of each column which table of the query it is of. */
  readonly sourced?: boolean;
  /** Only whether there are rows matters. */
  readonly existence?: boolean;
  /** Convert each column to this type, as an INSERT does. */
  readonly store?: (index: number) => (ConvertOptions & { readonly type: SqlType }) | undefined;
  /** Types that a set operation has agreed on. */
  readonly types?: readonly SqlType[];
  /** Cast to those types without exception: the two parts of a recursive query must agree to the last modifier. */
  readonly castAll?: boolean;
  /** Give the addresses of the stored rows as further columns. */
  readonly addressed?: boolean;
  /** Of the target: cast each column to this PostgreSQL type, where it is not a column of that type already. */
  readonly results?: readonly string[];
  /** Part of a set operation: its rows cannot be locked. */
  readonly combined?: boolean;
  /** Names of the columns from outside: `WITH c (a, b)`, `AS t (a, b)`. */
  readonly names?: readonly string[];
}

/** Translates a query, with its WITH, ORDER BY, TOP and OFFSET. */
export function querySql(t: Translation, env: Environment, query: Query, options: QueryOptions): QuerySql {
  if (query.for?.type === 'browse') t.unsupported('FOR BROWSE', query.for.span);
  if (query.for && query.for.type !== 'browse') return forClause(t, env, query, query.for);
  t.noteHints(query.options);
  const { prefix, inner } = withClause(t, env, query.with);
  const body =
    query.body.kind === 'selectSpec'
      ? plainQuery(t, inner, query, query.body, options)
      : combinedQuery(t, inner, query, options);
  return { ...body, sql: `${prefix}${body.sql}` };
}

/** A query below another one is not sorted, except to say which rows it has: error 1033. */
export function checkInnerOrder(t: Translation, query: Query): void {
  const { body } = query;
  const limited =
    query.offset !== undefined || query.for !== undefined || (body.kind === 'selectSpec' && body.top !== undefined);
  const [first] = query.orderBy;
  if (first === undefined || limited) return;
  const message =
    'The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified.';
  t.fail('inner-order', 1033, message, first.span);
}

/** The name of a column in the text: its own, or its place in the sandbox. */
export const columnName = (t: Translation, name: string, index: number): string =>
  t.profile.kind === 'sandbox' || name === '' ? `c${index + 1}` : t.profile.alias(name);

/** The types that the columns of several queries agree on. */
export const unionTypes = (members: readonly (readonly QueryColumn[])[]): readonly SqlType[] =>
  (members[0] ?? []).map((_, index) =>
    commonType(members.flatMap((columns) => (columns[index] ? [columns[index].value] : []))),
  );

/** A body without the ORDER BY that belongs to the whole. */
export function bodySql(t: Translation, env: Environment, body: QueryBody, options: QueryOptions): QuerySql {
  if (body.kind === 'selectSpec') return specSql(t, env, body, { orderBy: [] }, options);
  const types = options.types ?? operationTypes(t, env, body);
  const shared: QueryOptions = { types, named: true, combined: true, ...(options.castAll ? { castAll: true } : {}) };
  const left = bodySql(t, env, body.left, shared);
  const right = bodySql(t, env, body.right, shared);
  if (left.columns.length !== right.columns.length) {
    const message =
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.';
    t.fail('set-operation', 205, message, body.span);
  }
  const columns = left.columns.map((one, index) => {
    const nullable = one.value.nullable || (body.op === 'union' && right.columns[index]?.value.nullable === true);
    return { ...one, value: { ...one.value, nullable }, ...(one.identity ? { identity: true as const } : {}) };
  });
  if (!body.all)
    tellGrouping(
      t,
      left.columns.map((one) => one.value),
      body.span,
    );
  const loose = [...left.columns, ...right.columns].some((one) => groupKey(t, one.value) !== undefined);
  if (body.op === 'union' && !body.all && loose) return { sql: unionByKeys(t, left, right), columns };
  if (body.op !== 'union' && !body.all && loose)
    return { sql: differenceByKeys(t, left, right, body.op === 'except'), columns };
  if (!body.all) for (const one of columns) requireOperand(t, one.value, body.span);
  const op = `${body.op.toUpperCase()}${body.all ? ' ALL' : ''}`;
  return { sql: `(${left.sql}) ${op} (${right.sql})`, columns };
}

/** The types that the two sides of a set operation agree on; their strings under one collation. */
function operationTypes(t: Translation, env: Environment, body: SetOperation): readonly SqlType[] {
  const sides = [body.left, body.right].map((one) => bodySql(t, env, one, {}).columns);
  const operation = `${body.op.toUpperCase()}${body.all ? ' ALL' : ''}`;
  return unionTypes(sides).map((type, index) => {
    const values = sides.flatMap((columns) => (columns[index] ? [columns[index].value] : []));
    return ruledType(t, type, values, { span: body.span, operation });
  });
}

/** UNION of strings that may end in blanks: one row for each set of keys. */
function unionByKeys(t: Translation, left: QuerySql, right: QuerySql): string {
  const name = t.freshName('q');
  const references = left.columns.map((one): TypedSql => {
    const { constant: _, untyped: __, ...rest } = one.value;
    return { ...rest, sql: `${name}.${one.sqlName}` };
  });
  const keys = references.map((one) => distinctKey(t, one)).join(', ');
  const list = references.map((one) => one.sql).join(', ');
  return `SELECT DISTINCT ON (${keys}) ${list} FROM ((${left.sql}) UNION ALL (${right.sql})) AS ${name}`;
}

/** EXCEPT and INTERSECT of strings that may end in blanks. */
function differenceByKeys(t: Translation, left: QuerySql, right: QuerySql, except: boolean): string {
  const [a, b] = [t.freshName('q'), t.freshName('q')];
  const under = (name: string, side: QuerySql): TypedSql[] =>
    side.columns.map((one) => {
      const { constant: _, untyped: __, ...rest } = one.value;
      return { ...rest, sql: `${name}.${one.sqlName}` };
    });
  const [mine, others] = [under(a, left), under(b, right)];
  const keys = mine.map((one) => distinctKey(t, one));
  const same = others.map((one, index) => `${keys[index] ?? ''} IS NOT DISTINCT FROM ${distinctKey(t, one)}`);
  const test = `${except ? 'NOT ' : ''}EXISTS (SELECT 1 FROM (${right.sql}) AS ${b} WHERE ${same.join(' AND ')})`;
  const list = mine.map((one) => one.sql).join(', ');
  return `SELECT DISTINCT ON (${keys.join(', ')}) ${list} FROM (${left.sql}) AS ${a} WHERE ${test}`;
}

const distinctKey = (t: Translation, one: TypedSql): string => groupKey(t, one) ?? one.sql;

/** DISTINCT, by keys where strings may end in blanks. */
function distinctWord(t: Translation, spec: SelectSpec, items: readonly SelectedItem[]): string {
  if (!spec.distinct) return '';
  for (const item of items) requireDistinct(t, item.value, spec.span);
  if (!items.some((item) => groupKey(t, item.value) !== undefined)) return 'DISTINCT ';
  const keys = items.filter((item) => item.value.constant === undefined).map((item) => distinctKey(t, item.value));
  return `DISTINCT ON (${keys.join(', ')}) `;
}

function plainQuery(t: Translation, env: Environment, query: Query, spec: SelectSpec, options: QueryOptions): QuerySql {
  if (accumulates(spec)) return accumulatingQuery(t, env, spec, query.orderBy);
  return specSql(t, env, spec, query, options);
}

function converted(t: Translation, item: SelectedItem, index: number, options: QueryOptions): SelectedItem {
  const store = options.store?.(index);
  if (store) return { ...item, value: convert(t, item.value, store.type, store) };
  const type = options.types?.[index];
  if (type) {
    const common = castAll(t, toCommon(t, item.value, type, item.span), type, options);
    const collated = isString(type) && t.profile.runtime ? withCollate(t, common) : common;
    return { ...item, value: { ...collated, type: isString(type) ? { ...type } : common.type } };
  }
  return { ...item, value: asResult(item.value, options.results?.[index]) };
}

/** A value in the PostgreSQL type that a function's result column has: RETURN QUERY wants the very type. */
function asResult(one: TypedSql, wanted: string | undefined): TypedSql {
  if (wanted === undefined || sameBase(one.pgType, wanted) || one.sql.endsWith(`)::${wanted}`)) return one;
  const { untyped: _, pgType: __, ...rest } = one;
  return { ...rest, sql: `${one.sql}${resultCast(one.type, wanted)}` };
}

/** The cast of a result's column to the PostgreSQL type that is wanted; a boolean becomes no number but integer at once. */
export function resultCast(type: SqlType, wanted: string): string {
  const isOtherNumber = /^(smallint|bigint|numeric|real|double precision)\b/.test(wanted);
  return type.name === 'bit' && isOtherNumber ? `::integer::${wanted}` : `::${wanted}`;
}

/** Whether two PostgreSQL types are one but for lengths and precisions. */
export const sameBase = (a: string | undefined, b: string): boolean =>
  a !== undefined && a.replace(/\(.*\)/, '') === b.replace(/\(.*\)/, '');

function castAll(t: Translation, one: TypedSql, type: SqlType, options: QueryOptions): TypedSql {
  if (!options.castAll) return one;
  const typeSql = isString(type) && t.profile.runtime ? 'text' : t.profile.typeSql(type);
  return { ...one, sql: `(${one.sql})::${typeSql}` };
}

/** Strings of set operations and DISTINCT are compared: those without a column's collation get the database's. */
function withCollate(t: Translation, one: TypedSql): TypedSql {
  if (one.pgCollated || !t.profile.runtime || !isString(one.type)) return one;
  const collation = t.profile.collation(one.type.collation ?? t.scope.collation);
  return collation === undefined ? one : { ...one, sql: `(${one.sql} COLLATE ${collation})`, pgCollated: true };
}

/** Whether a FROM has no join. */
const isOneTable = ([first, ...more]: SelectSpec['from']): boolean => more.length === 0 && first?.kind !== 'join';

function specSql(t: Translation, env: Environment, spec: SelectSpec, ending: Ending, options: QueryOptions): QuerySql {
  const outer = t.rowSequences;
  const outerLocks = t.locks;
  t.rowSequences = new Set();
  t.locks = [];
  const parts = selectParts(t, env, spec);
  const locks = t.locks.join('');
  t.rowSequences = outer;
  t.locks = outerLocks;
  if (spec.groupBy !== undefined || parts.aggregated || ending.orderBy.some((one) => hasAggregate(one.expression)))
    checkGrouping(t, parts.env, spec, ending.orderBy, options.existence === true);
  const isPlain = !ending.offset && !spec.distinct && !spec.top;
  // What EXISTS selects is not looked at: `*` beside GROUP BY is no error there.
  if (options.existence && isPlain && (parts.group !== '' || !parts.aggregated)) {
    const clauses = `${parts.from}${parts.where}${parts.group}${parts.having}${parts.windows}`;
    const lock = rowLock(t, parts.env, spec, { aggregated: parts.aggregated, addressed: false });
    return { sql: `SELECT 1${clauses}${lock}${locks}`, columns: [] };
  }
  const items = parts.items.map((item, index) => {
    const made = converted(t, item, index, options);
    const one = isSuperAggregate(spec.groupBy) ? { ...made, value: { ...made.value, nullable: true } } : made;
    return spec.distinct ? { ...one, value: withCollate(t, one.value) } : one;
  });
  if (spec.distinct)
    tellGrouping(
      t,
      items.map((item) => item.value),
      spec.span,
    );
  const named = options.named === true || spec.distinct;
  const passesIdentity = isOneTable(spec.from) && parts.group === '' && !parts.aggregated;
  const taken = new Set<string>();
  const columns = items.map((item, index): QueryColumn => {
    const name = options.names?.[index] ?? item.name;
    const own = columnName(t, name, index);
    const sqlName = options.unique === true && taken.has(own) ? columnName(t, '', index) : own;
    taken.add(sqlName);
    return {
      name,
      sqlName,
      value: item.value,
      ...(item.identity ? { identity: passesIdentity ? item.identity : true } : {}),
      ...(item.assignTo === undefined ? {} : { assignTo: item.assignTo }),
      ...(options.sourced ? sourceOf(parts.env, parts.items[index]?.value.sql) : {}),
    };
  });
  const addresses = options.addressed ? addressed(parts, columns, spec) : undefined;
  const list = columns.map((one) => {
    const own = t.profile.kind === 'target' ? bare(one.value.sql) : one.value.sql;
    const text = one.value.untyped ? `${one.value.sql}::integer` : own;
    return named || (t.profile.kind === 'target' && one.name !== '') ? `${text} AS ${one.sqlName}` : text;
  });
  const head = `SELECT ${distinctWord(t, spec, items)}${[...list, ...(addresses?.list ?? [])].join(', ')}`;
  const base = `${head}${parts.from}${parts.where}${parts.group}${parts.having}${parts.windows}`;
  const order = spec.distinct
    ? distinctOrder(t, parts, columns, ending)
    : inlineOrder(t, parts, items, { ...ending, superAggregate: isSuperAggregate(spec.groupBy) });
  const lock = options.combined
    ? ''
    : rowLock(t, parts.env, spec, { aggregated: parts.aggregated, addressed: options.addressed === true });
  const sql = `${finished(t, { base, order, columns, env: parts.env, spec, ending })}${lock}${locks}`;
  return { sql, columns: addresses?.columns ?? columns };
}

/** The table whose column an item of the select list is; none of an expression. */
function sourceOf(env: Environment, sql: string | undefined): { source?: string } {
  const found = env.sources.find((one) => one.columns.some((column) => column.value.sql === sql));
  return found ? { source: found.name } : {};
}

/** The addresses of the rows below a query that may be written through, and the columns that are stored there. */
function addressed(
  parts: SelectParts,
  columns: readonly QueryColumn[],
  spec: SelectSpec,
): { readonly list: readonly string[]; readonly columns: readonly QueryColumn[] } {
  if (spec.distinct || parts.group !== '' || parts.aggregated) return { list: [], columns };
  const origins = new Map<string, Origin>();
  for (const source of parts.env.sources) {
    for (const column of source.columns) if (column.origin) origins.set(column.value.sql, column.origin);
  }
  const names = [...new Set([...origins.values()].map((one) => one.address))];
  return {
    list: names.map((address, index) => `${address} AS address${index + 1}`),
    columns: columns.map((one) => {
      const origin = origins.get(one.value.sql);
      return origin ? { ...one, origin: { ...origin, address: `address${names.indexOf(origin.address) + 1}` } } : one;
    }),
  };
}

function combinedQuery(t: Translation, env: Environment, query: Query, options: QueryOptions): QuerySql {
  const body = bodySql(t, env, query.body, { named: true, ...(options.types ? { types: options.types } : {}) });
  const columns = body.columns.map((one, index) => {
    const name = options.names?.[index] ?? one.name;
    return { ...one, name };
  });
  const order = distinctOrder(t, undefined, body.columns, query);
  const sql = finished(t, { base: body.sql, order, columns: body.columns, env, ending: query });
  if (options.results) return withResults(t, { sql, columns: body.columns }, options);
  if (!options.store) return renamed(t, { sql, columns }, options);
  return stored(t, { sql, columns: body.columns }, options.store);
}

/** The rows of a set operation, each column in the type that a function's result has. */
function withResults(t: Translation, query: QuerySql, options: QueryOptions): QuerySql {
  if (query.columns.every((one, index) => sameBase(one.value.pgType, options.results?.[index] ?? ''))) return query;
  const name = t.freshName('q');
  const list = query.columns.map(
    (one, index) => `${name}.${one.sqlName}${resultCast(one.value.type, options.results?.[index] ?? 'text')}`,
  );
  return { ...query, sql: `SELECT ${list.join(', ')} FROM (${query.sql}) AS ${name}` };
}

/** The text carries the names of the left side; names from outside need another level. */
function renamed(t: Translation, query: QuerySql, options: QueryOptions): QuerySql {
  if (t.profile.kind === 'sandbox' || !options.named || !options.names?.length) return query;
  const name = t.freshName('q');
  const columns = query.columns.map((one, index) => ({ ...one, sqlName: columnName(t, one.name, index) }));
  const list = columns.map((one) => one.sqlName).join(', ');
  return { sql: `SELECT * FROM (${query.sql}) AS ${name}(${list})`, columns };
}

function stored(t: Translation, query: QuerySql, store: NonNullable<QueryOptions['store']>): QuerySql {
  const name = t.freshName('q');
  const values = query.columns.map((one, index) => {
    const reference: TypedSql = { ...value(`${name}.${one.sqlName}`, one.value.type, one.value.nullable) };
    const target = store(index);
    return target ? convert(t, reference, target.type, target) : reference;
  });
  const columns = query.columns.map((one, index) => ({ ...one, value: values[index] ?? one.value }));
  return { sql: `SELECT ${values.map((one) => one.sql).join(', ')} FROM (${query.sql}) AS ${name}`, columns };
}
