import { findAll, type Expression, type Node, type OrderItem, type Query, type Statement } from '#tsql';
import type { Cell } from './outcome.ts';

/** One entry of an ORDER BY: the column of the result that it sorts by, by name in lower case or place from 1; undefined where the result may not show it. */
export interface SortKey {
  readonly column: string | number | undefined;
  readonly descending: boolean;
}

/** The ORDER BY of a query that gives rows. */
export type RowOrder = readonly SortKey[];

/** What the queries of a routine say of the order of rows. */
export interface OrderFacts {
  /** Of its result sets, each once. */
  readonly orders: readonly RowOrder[];
  /** Some query takes or numbers rows by an order that may leave ties, and so may take others: the first of them in words. */
  readonly cut?: string;
}

/** Columns that tell the rows of a table apart, each list in lower case. */
export type UniqueColumns = readonly ReadonlySet<string>[];

/** Reads what a routine says of order. `unique`: of the tables that it reaches. */
export function orderFacts(statements: readonly Statement[], unique: UniqueColumns): OrderFacts {
  const orders = findAll(statements, 'select')
    .filter(({ query }) => givesRows(query) && query.orderBy.length > 0)
    .map(({ query }) => query.orderBy.map((item) => sortKey(item, query)));
  const cut = cutOf(statements, unique);
  return { orders, ...(cut === undefined ? {} : { cut }) };
}

/** Neither SELECT … INTO nor SELECT @v = …. */
function givesRows({ body }: Query): boolean {
  return (
    body.kind !== 'selectSpec' || (body.into === undefined && body.items.every((one) => one.kind !== 'selectAssign'))
  );
}

function sortKey({ expression, direction }: OrderItem, { body }: Query): SortKey {
  const descending = direction === 'desc';
  if (expression.kind === 'literal') return { column: Number(expression.text), descending };
  const name = columnOf(expression);
  if (name === undefined || body.kind !== 'selectSpec') return { column: name, descending };
  // Under another name in the result.
  const item = body.items.find((one) => one.kind === 'selectItem' && one.alias && columnOf(one.expression) === name);
  const alias = item?.kind === 'selectItem' ? item.alias?.name.toLowerCase() : undefined;
  const isShown = body.items.some(
    (one) => one.kind === 'selectItem' && !one.alias && columnOf(one.expression) === name,
  );
  return { column: isShown ? name : (alias ?? name), descending };
}

const columnOf = (expression: Expression): string | undefined =>
  expression.kind === 'column' ? expression.parts.at(-1)?.name.toLowerCase() : undefined;

/** The first query whose rows depend on an order that leaves ties. */
function cutOf(statements: readonly Statement[], unique: UniqueColumns): string | undefined {
  const isWhole = (items: readonly OrderItem[]): boolean => {
    const names = new Set(items.flatMap((item) => columnOf(item.expression) ?? []));
    return unique.some((columns) => columns.size > 0 && [...columns].every((name) => names.has(name)));
  };
  const exists = new Set<Node>(findAll(statements, 'exists').flatMap((one) => findAll(one, 'query')));
  for (const query of findAll(statements, 'query')) {
    if (exists.has(query) || isWhole(query.orderBy)) continue;
    const top = query.body.kind === 'selectSpec' ? query.body.top : undefined;
    if (query.offset) return `OFFSET in line ${query.span.line}`;
    if (top && !(top.percent && /^100(\.0*)?$/.test(textOf(top.expression)))) return `TOP in line ${query.span.line}`;
  }
  for (const call of findAll(statements, 'call'))
    if (
      call.over &&
      /^(row_number|ntile|first_value|last_value|lag|lead)$/i.test(call.name.name.name) &&
      !isWhole(call.over.orderBy)
    )
      return `${call.name.name.name.toUpperCase()} in line ${call.span.line}`;
  const numbered = numberedTables(statements);
  for (const insert of findAll(statements, 'insert')) {
    const name = findAll(insert.target, 'identifier').at(-1)?.name ?? findAll(insert.target, 'variable')[0]?.name;
    if (name === undefined || !numbered.has(name.toLowerCase()) || insert.source.kind !== 'insertQuery') continue;
    if (!isWhole(insert.source.query.orderBy))
      return `the numbers that rows of ${name} get in line ${insert.span.line}`;
  }
  return undefined;
}

const textOf = (expression: Expression): string => (expression.kind === 'literal' ? expression.text : '');

/** Temporary tables and table variables that number their rows, in lower case. */
function numberedTables(statements: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const one of findAll(statements, 'createTable'))
    if (one.name.name.name.startsWith('#') && findAll(one, 'identity').length > 0)
      names.add(one.name.name.name.toLowerCase());
  for (const one of findAll(statements, 'declareTable'))
    if (findAll(one, 'identity').length > 0) names.add(one.name.toLowerCase());
  return names;
}

const NUMBER = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;
const folded = new Intl.Collator('en', { sensitivity: 'base' });

/** Ways in which two texts may be ordered: the two sides have collations of their own (SL1075). */
const TEXT_ORDERS: readonly ((a: string, b: string) => number)[] = [
  (a, b) => (a === b ? 0 : a < b ? -1 : 1),
  (a, b) => folded.compare(a, b),
];

/** Whether rows stand in this order, whatever collation their texts have. false too where a key cannot be seen in them. */
export function isSortedBy(rows: readonly (readonly Cell[])[], names: readonly string[], order: RowOrder): boolean {
  const shown = names.map((name) => name.toLowerCase());
  const places = order.map(({ column }) =>
    typeof column === 'number' ? column - 1 : column === undefined ? -1 : shown.indexOf(column),
  );
  if (places.some((place) => place < 0)) return false;
  return TEXT_ORDERS.some((texts) =>
    rows.every((row, at) => {
      const before = rows[at - 1];
      return before === undefined || compareRows(before, row, { places, order, texts }) <= 0;
    }),
  );
}

interface Comparison {
  readonly places: readonly number[];
  readonly order: RowOrder;
  readonly texts: (a: string, b: string) => number;
}

/** By the first key in which two rows differ. */
function compareRows(a: readonly Cell[], b: readonly Cell[], { places, order, texts }: Comparison): number {
  for (const [at, place] of places.entries()) {
    const found = compareCells(a[place] ?? null, b[place] ?? null, texts);
    if (found !== 0) return order[at]?.descending ? -found : found;
  }
  return 0;
}

/** NULL stands before every value. */
function compareCells(a: Cell, b: Cell, texts: (a: string, b: string) => number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return NUMBER.test(a) && NUMBER.test(b) ? Number(a) - Number(b) : texts(a, b);
}
