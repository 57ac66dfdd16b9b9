import type { Cte, Expression, Query, QueryBody, SelectSpec, Top, WithClause } from '#tsql';
import { accumulates, accumulatingQuery } from './accumulate.ts';
import type { SqlType, TypedSql } from './api.ts';
import { convert, type ConvertOptions } from './convert.ts';
import { sameName, type CteBinding, type Environment, type Origin } from './environment.ts';
import { commonType, toCommon, translate } from './expression.ts';
import { forClause } from './for-clause.ts';
import { direction, sortKey } from './order.ts';
import { isSuperAggregate, selectParts, type SelectedItem, type SelectParts } from './select.ts';
import { groupKey, orderKey } from './collate.ts';
import { bare, value } from './sql-text.ts';
import { isString, sameType } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** One column of a query's rows. */
export interface QueryColumn {
  readonly name: string;
  /** Its name in the SQL text, quoted; only where `named` was asked for. */
  readonly sqlName: string;
  readonly value: TypedSql;
  readonly identity?: boolean;
  readonly assignTo?: string;
  /** With `addressed`: where it is stored, the address being a column of the query. */
  readonly origin?: Origin;
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

const columnName = (t: Translation, name: string, index: number): string =>
  t.profile.kind === 'sandbox' || name === '' ? `c${index + 1}` : t.profile.alias(name);

/** WITH XMLNAMESPACES: prefixes for the paths of the statement. A default namespace is refused. */
function withNamespaces(t: Translation, env: Environment, { namespaces, span }: WithClause): Environment {
  if (namespaces.length === 0) return env;
  if (namespaces.some((one) => one.prefix === undefined)) t.unsupported('WITH XMLNAMESPACES (DEFAULT …)', span);
  const pairs = namespaces.map((one): readonly [string, string] => [one.prefix?.name ?? '', one.uri.value]);
  return { ...env, xmlNamespaces: [...(env.xmlNamespaces ?? []), ...pairs] };
}

/** The WITH clause as text, and the environment in which its names are known. */
export function withClause(
  t: Translation,
  env: Environment,
  clause: WithClause | undefined,
): { readonly prefix: string; readonly inner: Environment } {
  let inner = clause ? withNamespaces(t, env, clause) : env;
  const texts: string[] = [];
  let recursive = false;
  for (const cte of clause?.ctes ?? []) {
    const { binding, sql, recurses } = cteSql(t, inner, cte);
    recursive ||= recurses;
    inner = { ...inner, ctes: [binding, ...inner.ctes] };
    const list = [...binding.columns, ...(binding.level ? [binding.level] : [])].map((one) => one.sql).join(', ');
    texts.push(`${binding.sqlName}(${list}) AS (${sql})`);
  }
  return { prefix: texts.length > 0 ? `WITH ${recursive ? 'RECURSIVE ' : ''}${texts.join(', ')} ` : '', inner };
}

const bindingOf = (
  t: Translation,
  env: Environment,
  cte: Cte,
  columns: readonly QueryColumn[],
  sqlName: string,
): CteBinding => ({
  name: cte.name.name,
  sqlName,
  definition: { cte, env },
  columns: columns.map((one, index) => ({
    name: cte.columns[index]?.name ?? one.name,
    sql: columnName(t, cte.columns[index]?.name ?? one.name, index),
    type: one.value.type,
    nullable: one.value.nullable,
  })),
});

function mentions(body: unknown, name: string): boolean {
  if (Array.isArray(body)) return body.some((one) => mentions(one, name));
  if (typeof body !== 'object' || body === null) return false;
  const node = body as { kind?: string; name?: { name?: { name?: string }; schema?: unknown } };
  if (node.kind === 'table' && node.name?.schema === undefined && sameName(node.name?.name?.name ?? '', name))
    return true;
  return Object.values(node).some((one) => mentions(one, name));
}

function cteSql(t: Translation, env: Environment, cte: Cte): { binding: CteBinding; sql: string; recurses: boolean } {
  const sqlName = t.profile.kind === 'sandbox' ? t.freshName('w') : t.profile.alias(cte.name.name);
  const { body } = cte.query;
  checkInnerOrder(t, cte.query);
  if (body.kind === 'setOperation' && body.op === 'union' && mentions(body.right, cte.name.name)) {
    return recursiveCte(t, env, cte, sqlName);
  }
  const inner = querySql(t, env, cte.query, { named: true, names: cte.columns.map((one) => one.name) });
  checkColumnList(t, cte, inner.columns.length);
  return { binding: bindingOf(t, env, cte, inner.columns, sqlName), sql: inner.sql, recurses: false };
}

/** The names in parentheses behind a common table expression are as many as its columns. */
function checkColumnList(t: Translation, cte: Cte, count: number): void {
  const given = cte.columns.length;
  if (given === 0 || given === count) return;
  const [number, word] = count > given ? [8158, 'more'] : [8159, 'fewer'];
  const message = `'${cte.name.name}' has ${word} columns than were specified in the column list.`;
  t.fail('cte-columns', number as number, message, cte.span);
}

/** The anchor decides the types; the recursive member is converted to them. */
function recursiveCte(
  t: Translation,
  env: Environment,
  cte: Cte,
  sqlName: string,
): { binding: CteBinding; sql: string; recurses: boolean } {
  const members = flattenUnion(cte.query.body);
  const isRecursive = (body: QueryBody): boolean => mentions(body, cte.name.name);
  const anchors = members.filter((one) => !isRecursive(one));
  const first = anchors[0];
  if (!first) {
    t.fail(
      'recursive-cte',
      252,
      `Recursive common table expression '${cte.name.name}' does not contain a top-level UNION ALL operator.`,
      cte.span,
    );
    return { binding: { name: cte.name.name, sqlName, columns: [] }, sql: 'SELECT', recurses: false };
  }
  const types = unionTypes(anchors.map((one) => bodySql(t, env, one, {}).columns));
  const columns = bodySql(t, env, first, { types, castAll: true }).columns.map((one) => ({
    ...one,
    value: { ...one.value, nullable: true },
  }));
  checkColumnList(t, cte, columns.length);
  const recursions = members.filter(isRecursive);
  const counted = t.profile.runtime && t.maxRecursion > 0 && recursions.every((one) => one.kind === 'selectSpec');
  const binding: CteBinding = {
    ...bindingOf(t, env, cte, columns, sqlName),
    ...(counted ? { level: { name: LEVEL, sql: 'sbx_level' } } : {}),
  };
  const inner = { ...env, ctes: [binding, ...env.ctes] };
  const text = (one: QueryBody): string => {
    if (!counted) return `(${bodySql(t, inner, one, { types, castAll: true, named: true }).sql})`;
    return countedMember(t, inner, isRecursive(one) ? withLevel(one) : one, { types, recursive: isRecursive(one) });
  };
  for (const one of recursions) sameTypes(t, cte, columns, bodySql(t, inner, one, {}).columns);
  const anchorText = anchors.map(text).join(' UNION ALL ');
  const recursiveText = recursions.map(text).join(' UNION ALL ');
  return { binding, sql: `${anchorText} UNION ALL ${recursiveText}`, recurses: true };
}

/** The recursive part has the anchor's very types, to the length, or it is error 240. */
function sameTypes(t: Translation, cte: Cte, anchor: readonly QueryColumn[], recursive: readonly QueryColumn[]): void {
  for (const [index, column] of anchor.entries()) {
    const other = recursive[index]?.value;
    if (!other || other.untyped || t.profile.kind === 'target') continue;
    const { collation: _, ...own } = column.value.type;
    const { collation: __, ...others } = other.type;
    if (sameType(own, others)) continue;
    const message = `Types don't match between the anchor and the recursive part in column "${column.name}" of recursive query "${cte.name.name}".`;
    t.fail('recursive-type', 240, message, cte.span);
  }
}

const LEVEL = 'sbx level';

/** A recursive member that selects the level of the row it comes from, too. */
function withLevel(body: QueryBody): QueryBody {
  if (body.kind !== 'selectSpec') return body;
  const { span } = body;
  const level = { kind: 'column', parts: [{ kind: 'identifier', name: LEVEL, quote: 'none', span }], span } as const;
  return { ...body, items: [...body.items, { kind: 'selectItem', expression: level, span }] };
}

/** A member with the level of its rows; one past MAXRECURSION is error 530. */
function countedMember(
  t: Translation,
  env: Environment,
  body: QueryBody,
  { types, recursive }: { readonly types: readonly SqlType[]; readonly recursive: boolean },
): string {
  const inner = bodySql(t, env, body, { types, castAll: true, named: true });
  const name = t.freshName('q');
  const columns = inner.columns.slice(0, types.length).map((one) => `${name}.${one.sqlName}`);
  const last = inner.columns.at(-1)?.sqlName ?? '';
  const level = recursive ? `sys.next_level(${name}.${last}, ${t.maxRecursion})` : '0';
  return `(SELECT ${[...columns, level].join(', ')} FROM (${inner.sql}) AS ${name})`;
}

function flattenUnion(body: QueryBody): readonly QueryBody[] {
  if (body.kind === 'setOperation' && body.op === 'union' && body.all) {
    return [...flattenUnion(body.left), ...flattenUnion(body.right)];
  }
  return [body];
}

const unionTypes = (members: readonly (readonly QueryColumn[])[]): readonly SqlType[] =>
  (members[0] ?? []).map((_, index) =>
    commonType(members.flatMap((columns) => (columns[index] ? [columns[index].value] : []))),
  );

/** A body without the ORDER BY that belongs to the whole. */
function bodySql(t: Translation, env: Environment, body: QueryBody, options: QueryOptions): QuerySql {
  if (body.kind === 'selectSpec') return specSql(t, env, body, { orderBy: [] }, options);
  const types = options.types ?? unionTypes([body.left, body.right].map((one) => bodySql(t, env, one, {}).columns));
  const shared: QueryOptions = { types, named: true, ...(options.castAll ? { castAll: true } : {}) };
  const left = bodySql(t, env, body.left, shared);
  const right = bodySql(t, env, body.right, shared);
  if (left.columns.length !== right.columns.length) {
    const message =
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.';
    t.fail('set-operation', 205, message, body.span);
  }
  const columns = left.columns.map((one, index) => {
    const nullable = one.value.nullable || (body.op === 'union' && right.columns[index]?.value.nullable === true);
    return { ...one, value: { ...one.value, nullable } };
  });
  const loose = [...left.columns, ...right.columns].some((one) => groupKey(t, one.value) !== undefined);
  if (body.op === 'union' && !body.all && loose) return { sql: unionByKeys(t, left, right), columns };
  if (body.op !== 'union' && !body.all && loose)
    return { sql: differenceByKeys(t, left, right, body.op === 'except'), columns };
  const op = `${body.op.toUpperCase()}${body.all ? ' ALL' : ''}`;
  return { sql: `(${left.sql}) ${op} (${right.sql})`, columns };
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
  if (!items.some((item) => groupKey(t, item.value) !== undefined)) return 'DISTINCT ';
  const keys = items.filter((item) => item.value.constant === undefined).map((item) => distinctKey(t, item.value));
  return `DISTINCT ON (${keys.join(', ')}) `;
}

/** What of a query stands around its SELECT. */
interface Ending {
  readonly orderBy: Query['orderBy'];
  readonly offset?: Expression;
  readonly fetch?: Expression;
  /** Keys may be NULL that their columns say are not. */
  readonly superAggregate?: boolean;
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
  if (wanted === undefined || sameBase(one.pgType, wanted)) return one;
  const { untyped: _, pgType: __, ...rest } = one;
  return { ...rest, sql: `${one.sql}::${wanted}` };
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

function specSql(t: Translation, env: Environment, spec: SelectSpec, ending: Ending, options: QueryOptions): QuerySql {
  const outer = t.rowSequences;
  t.rowSequences = new Set();
  const parts = selectParts(t, env, spec);
  t.rowSequences = outer;
  if (options.existence && !ending.offset && !spec.distinct && !spec.top && parts.group === '' && !parts.aggregated) {
    return { sql: `SELECT 1${parts.from}${parts.where}`, columns: [] };
  }
  const items = parts.items.map((item, index) => {
    const made = converted(t, item, index, options);
    const one = isSuperAggregate(spec.groupBy) ? { ...made, value: { ...made.value, nullable: true } } : made;
    return spec.distinct ? { ...one, value: withCollate(t, one.value) } : one;
  });
  const named = options.named === true || spec.distinct;
  const columns = items.map((item, index): QueryColumn => {
    const name = options.names?.[index] ?? item.name;
    return {
      name,
      sqlName: columnName(t, name, index),
      value: item.value,
      ...(item.identity ? { identity: true } : {}),
      ...(item.assignTo === undefined ? {} : { assignTo: item.assignTo }),
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
  const sql = finished(t, { base, order, columns, env: parts.env, spec, ending });
  return { sql, columns: addresses?.columns ?? columns };
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

interface Order {
  readonly sql: string;
  /** The keys are over the columns of the finished rows: wrap them under this name. */
  readonly wrap?: string;
}

/** The column of the select list that an ORDER BY entry names: by ordinal or by alias. */
function namedItem(items: readonly { readonly name: string }[], expression: Expression): number {
  if (expression.kind === 'literal' && expression.type === 'int') return Number(expression.value) - 1;
  if (expression.kind !== 'column' || expression.parts.length !== 1) return -1;
  const name = expression.parts[0]?.name ?? '';
  return items.findIndex((item) => item.name !== '' && sameName(item.name, name));
}

function inlineOrder(t: Translation, parts: SelectParts, items: readonly SelectedItem[], ending: Ending): Order {
  const keys = ending.orderBy.map((item) => {
    const index = namedItem(parts.items, item.expression);
    const named = items[index];
    if (named && /\b(gen_random_uuid|random|nextval)\(/.test(named.value.sql)) {
      return `${index + 1}${direction(t, item, named.value.nullable)}`;
    }
    if (named)
      return sortKey(t, item, { ...(parts.items[index]?.value ?? named.value), nullable: named.value.nullable });
    if (item.expression.kind === 'literal') {
      t.fail(
        'order-position',
        108,
        `The ORDER BY position number ${item.expression.value} is out of range of the number of items in the select list.`,
        item.span,
      );
    }
    const key = translate(t, parts.env, item.expression);
    return sortKey(t, item, ending.superAggregate ? { ...key, nullable: true } : key);
  });
  return { sql: keys.filter((key) => key !== '').join(', ') };
}

/** DISTINCT and set operations sort by their columns alone. */
function distinctOrder(
  t: Translation,
  parts: SelectParts | undefined,
  columns: readonly QueryColumn[],
  ending: Ending,
): Order {
  const wrap = t.freshName('q');
  // DISTINCT ON has an order of its own.
  let plain = columns.every((one) => groupKey(t, one.value) === undefined);
  const indexed = ending.orderBy.map((item) => {
    let index = namedItem(columns, item.expression);
    if (index < 0 && parts) {
      const sql = translate(t, parts.env, item.expression).sql;
      index = parts.items.findIndex((one) => one.value.sql === sql);
    }
    const column = columns[index];
    if (!column) {
      const message =
        'ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT, EXCEPT operator or SELECT DISTINCT is specified.';
      t.fail('order-by', parts ? 145 : 104, message, item.span);
      return { ordinal: '1', wrapped: '1' };
    }
    const reference: TypedSql = { ...column.value, sql: `${wrap}.${column.sqlName}` };
    const key = orderKey(t, reference, item.span);
    plain &&= key === reference.sql;
    const dir = direction(t, item, column.value.nullable);
    return { ordinal: `${index + 1}${dir}`, wrapped: `${key}${dir}` };
  });
  if (plain) return { sql: indexed.map((one) => one.ordinal).join(', ') };
  return { sql: indexed.map((one) => one.wrapped).join(', '), wrap };
}

interface Unfinished {
  readonly base: string;
  readonly order: Order;
  readonly columns: readonly QueryColumn[];
  readonly env: Environment;
  readonly spec?: SelectSpec;
  readonly ending: Ending;
}

/** Adds ORDER BY and the row limits. */
function finished(t: Translation, one: Unfinished): string {
  const { order, ending, env } = one;
  const all = one.columns.map((column) => `${order.wrap}.${column.sqlName}`).join(', ');
  const base = order.wrap && order.sql !== '' ? `SELECT ${all} FROM (${one.base}) AS ${order.wrap}` : one.base;
  const sorted = order.sql === '' ? base : `${base} ORDER BY ${order.sql}`;
  const offset = ending.offset ? ` OFFSET ${countSql(t, env, ending.offset)}` : '';
  const fetch = ending.fetch ? ` LIMIT ${countSql(t, env, ending.fetch)}` : '';
  const top = one.spec?.top ? topClause(t, env, one.spec.top, base) : '';
  return `${sorted}${top}${fetch}${offset}`;
}

/** A number of rows: TOP, OFFSET, FETCH. */
export function countSql(t: Translation, env: Environment, node: Expression): string {
  const count = translate(t, env, node);
  if (count.type.name === 'int' && typeof count.constant === 'string') return count.sql;
  return convert(t, count, { name: 'bigint' }, { mode: 'implicit', span: node.span }).sql;
}

function topClause(t: Translation, env: Environment, top: Top, base: string): string {
  const count = translate(t, env, top.expression);
  if (top.percent) {
    if (Number(count.constant) === 100) return '';
    const share = convert(t, count, { name: 'float' }, { mode: 'implicit', span: top.span }).sql;
    const rows = `SELECT ceil(count(*) * ${share} / 100.0)::bigint FROM (${base}) AS ${t.freshName('q')}`;
    return top.withTies ? ` FETCH FIRST ((${rows})) ROWS WITH TIES` : ` LIMIT (${rows})`;
  }
  const limit = countSql(t, env, top.expression);
  return top.withTies ? ` FETCH FIRST (${limit}) ROWS WITH TIES` : ` LIMIT ${limit}`;
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
  const list = query.columns.map((one, index) => `${name}.${one.sqlName}::${options.results?.[index] ?? 'text'}`);
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
