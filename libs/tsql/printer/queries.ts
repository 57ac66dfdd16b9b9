import type {
  ForClause,
  GroupBy,
  GroupItem,
  OrderItem,
  Query,
  QueryBody,
  QueryHint,
  SelectItem,
  SelectSpec,
  Top,
  WithClause,
} from '../ast/index.ts';
import { printExpression, printLiteral, printWindow } from './expressions.ts';
import { printHint, printSource } from './sources.ts';
import { commas, parens, printName, printObjectName, words } from './text.ts';

/** Prints a query with everything that belongs to it. */
export function printQuery(q: Query): string {
  return words(
    q.with && printWith(q.with),
    printBody(q.body),
    q.orderBy.length > 0 && `ORDER BY ${commas(q.orderBy, printOrderItem)}`,
    q.offset && `OFFSET ${printExpression(q.offset)} ROWS`,
    q.fetch && `FETCH NEXT ${printExpression(q.fetch)} ROWS ONLY`,
    q.for && printFor(q.for),
    printQueryHints(q.options),
  );
}

/** Prints WITH and its common table expressions. */
export function printWith(w: WithClause): string {
  const namespaces = commas(w.namespaces, (n) =>
    n.prefix ? `${printLiteral(n.uri)} AS ${printName(n.prefix)}` : `DEFAULT ${printLiteral(n.uri)}`,
  );
  const spaces = w.namespaces.length === 0 ? [] : [`XMLNAMESPACES (${namespaces})`];
  const ctes = w.ctes.map((c) => words(printName(c.name), parens(c.columns, printName), `AS (${printQuery(c.query)})`));
  const context =
    w.changeContext === undefined ? [] : [`CHANGE_TRACKING_CONTEXT (${printExpression(w.changeContext)})`];
  return `WITH ${[...spaces, ...context, ...ctes].join(', ')}`;
}

/** Prints a body; a chain of UNIONs in a loop, since its tree is as deep as it is long. */
function printBody(body: QueryBody): string {
  const parts: string[] = [];
  let node = body;
  while (node.kind === 'setOperation') {
    const isRight = node.right.kind === 'setOperation' && !(node.op !== 'intersect' && node.right.op === 'intersect');
    const right = printBody(node.right);
    parts.push(isRight ? `(${right})` : right, words(node.op.toUpperCase(), node.all && 'ALL'));
    const { left } = node;
    if (node.op === 'intersect' && left.kind === 'setOperation' && left.op !== 'intersect') {
      parts.push(`(${printBody(left)})`);
      return parts.toReversed().join(' ');
    }
    node = left;
  }
  parts.push(printSelect(node));
  return parts.toReversed().join(' ');
}

function printSelect(s: SelectSpec): string {
  return words(
    'SELECT',
    s.distinct && 'DISTINCT',
    s.top && printTop(s.top),
    commas(s.items, printSelectItem),
    s.into && `INTO ${printObjectName(s.into)}`,
    s.intoFilegroup && `ON ${printName(s.intoFilegroup)}`,
    s.from.length > 0 && `FROM ${commas(s.from, printSource)}`,
    s.where && `WHERE ${printExpression(s.where)}`,
    s.groupBy && printGroupBy(s.groupBy),
    s.having && `HAVING ${printExpression(s.having)}`,
    s.windows.length > 0 && `WINDOW ${commas(s.windows, (w) => `${printName(w.name)} AS ${printWindow(w.window)}`)}`,
  );
}

/** Prints TOP. */
export function printTop(t: Top): string {
  const value = printExpression(t.expression);
  // Parentheses with WITH in them are no query behind TOP.
  const isQuery = t.expression.kind === 'subquery' && t.expression.query.with === undefined;
  return words('TOP', isQuery ? value : `(${value})`, t.percent && 'PERCENT', t.withTies && 'WITH TIES');
}

/** Prints one entry of a select list. */
export function printSelectItem(item: SelectItem): string {
  switch (item.kind) {
    case 'star':
      return printExpression(item);
    case 'selectAssign':
      return `${item.variable.name} ${item.op} ${printExpression(item.expression)}`;
    case 'selectItem':
      return words(printExpression(item.expression), item.alias && `AS ${printName(item.alias)}`);
  }
}

/** Prints one entry of ORDER BY. */
export function printOrderItem(item: OrderItem): string {
  return words(printExpression(item.expression), item.direction?.toUpperCase());
}

function printGroupBy(g: GroupBy): string {
  const items = commas(g.items, (item) => printGroupItem(item, false));
  return words('GROUP BY', g.all && 'ALL', items, g.legacy && `WITH ${g.legacy.toUpperCase()}`);
}

function printGroupItem(item: GroupItem, nested: boolean): string {
  if (item.kind === 'groupOperator') {
    const op = item.op === 'groupingSets' ? 'GROUPING SETS' : item.op.toUpperCase();
    return `${op} (${commas(item.items, (inner) => printGroupItem(inner, true))})`;
  }
  const text = commas(item.expressions, printExpression);
  return nested || item.expressions.length !== 1 ? `(${text})` : text;
}

function printFor(f: ForClause): string {
  const mode = f.mode && f.mode.toUpperCase() + (f.element === undefined ? '' : `(${printLiteral(f.element)})`);
  const options = f.options.map((o) => (o.value === undefined ? o.name : `${o.name}(${printExpression(o.value)})`));
  return words('FOR', f.type.toUpperCase(), [mode, ...options].filter(Boolean).join(', '));
}

/** Prints `OPTION (hints)`, or nothing. */
export function printQueryHints(hints: readonly QueryHint[]): string {
  return hints.length === 0 ? '' : `OPTION (${commas(hints, printQueryHint)})`;
}

const WITH_LIST = new Set(['USE HINT']);
const WITH_EQUALS = new Set(['LABEL', 'MIN_GRANT_PERCENT', 'MAX_GRANT_PERCENT']);

function printQueryHint(h: QueryHint): string {
  if (h.variables !== undefined) {
    const items = commas(h.variables, (v) =>
      words(v.variable.name, v.value ? `= ${printExpression(v.value)}` : 'UNKNOWN'),
    );
    return `${h.name} (${items})`;
  }
  if (h.hints !== undefined)
    return `${h.name} (${[...h.args.map(printExpression), ...h.hints.map(printHint)].join(', ')})`;
  const args = commas(h.args, printExpression);
  if (WITH_LIST.has(h.name) || h.args.length > 1) return `${h.name} (${args})`;
  return words(h.name, WITH_EQUALS.has(h.name) && '=', args);
}
