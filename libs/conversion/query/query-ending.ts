import type { Expression, Query, QueryBody, SelectSpec, Top } from '#tsql';
import type { TypedSql } from './api.ts';
import { groupKey, orderKey } from './collate.ts';
import { convert } from './convert.ts';
import { sameName, type Environment } from './environment.ts';
import { translate } from './expression.ts';
import { direction, sortKey } from './order.ts';
import type { QueryColumn } from './query.ts';
import type { SelectedItem, SelectParts } from './select.ts';
import type { Translation } from './translation.ts';

/** What of a query stands around its SELECT. */
export interface Ending {
  readonly orderBy: Query['orderBy'];
  readonly offset?: Expression;
  readonly fetch?: Expression;
  /** Keys may be NULL that their columns say are not. */
  readonly superAggregate?: boolean;
}

export interface Order {
  readonly sql: string;
  /** The keys are over the columns of the finished rows: wrap them under this name. */
  readonly wrap?: string;
}

/** The column of the select list that an ORDER BY entry names: by ordinal or by alias, which may be written as a string as where it was given. */
function namedItem(items: readonly { readonly name: string }[], expression: Expression): number {
  if (expression.kind === 'literal' && expression.type === 'int') return Number(expression.value) - 1;
  const isText = expression.kind === 'literal' && (expression.type === 'string' || expression.type === 'nstring');
  if (!isText && (expression.kind !== 'column' || expression.parts.length !== 1)) return -1;
  const name = isText
    ? expression.value
    : ((expression.kind === 'column' ? expression.parts[0]?.name : undefined) ?? '');
  return items.findIndex((item) => item.name !== '' && sameName(item.name, name));
}

export function inlineOrder(t: Translation, parts: SelectParts, items: readonly SelectedItem[], ending: Ending): Order {
  const keys = ending.orderBy.map((item) => {
    const index = namedItem(parts.items, item.expression);
    const named = items[index];
    if (named && /\b(gen_random_uuid|random|nextval)\(/.test(named.value.sql)) {
      return `${index + 1}${direction(t, item, named.value.nullable)}`;
    }
    if (named)
      return sortKey(t, item, { ...(parts.items[index]?.value ?? named.value), nullable: named.value.nullable });
    if (item.expression.kind === 'literal' && item.expression.type !== 'int')
      t.fail('order-constant', 408, 'A constant expression was encountered in the ORDER BY list.', item.span);
    else if (item.expression.kind === 'literal') {
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
  return { sql: keys.filter((key) => key !== '' && !LITERAL.test(key)).join(', ') };
}

/** A literal as a sort key: to PostgreSQL it is a position in the select list, or an error; it sorts nothing. */
const LITERAL = /^(?:E?'(?:[^']|'')*'|-?[\d.]+|NULL|true|false)(?: DESC)?(?: NULLS (?:FIRST|LAST))?$/;

/** The column of a set operation that `table.column` stands for: that of its first SELECT. */
function firstItem(body: QueryBody | undefined, expression: Expression): number {
  let first = body;
  while (first?.kind === 'setOperation') first = first.left;
  if (first?.kind !== 'selectSpec' || expression.kind !== 'column') return -1;
  if (first.items.some((one) => one.kind !== 'selectItem')) return -1;
  const dotted = (parts: readonly ({ readonly name: string } | null)[]): string =>
    parts.map((one) => one?.name ?? '').join('.');
  const wanted = dotted(expression.parts);
  return first.items.findIndex(
    (one) =>
      one.kind === 'selectItem' && one.expression.kind === 'column' && sameName(dotted(one.expression.parts), wanted),
  );
}

/** DISTINCT and set operations sort by their columns alone. `parts`: of a SELECT DISTINCT. */
export function distinctOrder(
  t: Translation,
  parts: SelectParts | undefined,
  columns: readonly QueryColumn[],
  ending: Ending & { readonly body?: QueryBody },
): Order {
  const wrap = t.freshName('q');
  // DISTINCT ON has an order of its own.
  let plain = columns.every((one) => groupKey(t, one.value) === undefined);
  const indexed = ending.orderBy.map((item) => {
    let index = namedItem(columns, item.expression);
    if (index < 0 && parts) {
      const sql = translate(t, parts.env, item.expression).sql;
      index = parts.items.findIndex((one) => one.value.sql === sql);
    } else if (index < 0) index = firstItem(ending.body, item.expression);
    const column = columns[index];
    if (!column) {
      const why = parts
        ? 'SELECT DISTINCT is specified.'
        : 'the statement contains a UNION, INTERSECT or EXCEPT operator.';
      const message = `ORDER BY items must appear in the select list if ${why}`;
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

export interface Unfinished {
  readonly base: string;
  readonly order: Order;
  readonly columns: readonly QueryColumn[];
  readonly env: Environment;
  readonly spec?: SelectSpec;
  readonly ending: Ending;
}

/** Adds ORDER BY and the row limits. */
export function finished(t: Translation, one: Unfinished): string {
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
