import type {
  Cte,
  Expression,
  GroupBy,
  GroupItem,
  Identifier,
  NamedWindow,
  OrderItem,
  Query,
  QueryBody,
  SelectItem,
  SelectSpec,
  SetOperation,
  Top,
  WithClause,
  XmlNamespace,
} from '../ast/index.ts';
import { windowSpec } from './calls.ts';
import { expression, expressionList, scalar } from './expressions.ts';
import { commaList, objectName, optionalNameList } from './names.ts';
import { literal } from './primary.ts';
import { queryEnd } from './query-end.ts';
import { identifierOf, type Reader } from './reader.ts';
import { tableSources } from './table-source.ts';
import { acceptAssign } from './operators.ts';

/** Whether a query begins here; one in further parentheses is not seen. */
export function startsQuery(r: Reader): boolean {
  return r.is('SELECT') || r.is('WITH');
}

/** Reads `(query)`. */
export function parenQuery(r: Reader): Query {
  r.expect('(');
  const inner = innerQuery(r);
  r.expect(')');
  return inner;
}

/** Reads the query of a derived table or of an operand; there a SELECT with TOP may have its ORDER BY before a UNION. */
export function innerQuery(r: Reader): Query {
  const start = r.token;
  const first = query(r);
  if (first.orderBy.length === 0 || !(r.is('UNION') || r.is('EXCEPT'))) return first;
  let left: QueryBody = orderedPart(r, first);
  for (let length = 0; r.is('UNION') || r.is('EXCEPT'); length++) {
    r.guardChain(length);
    const op = r.next().upper === 'UNION' ? 'union' : 'except';
    const all = r.accept('ALL');
    const at = r.token;
    const spec = selectSpec(r);
    const end = queryEnd(r);
    const right =
      end.orderBy.length === 0 ? spec : orderedPart(r, { kind: 'query', body: spec, ...end, span: r.span(at) });
    left = combine(r, left, right, op, all);
  }
  return { kind: 'query', body: left, orderBy: [], options: [], span: r.span(start) };
}

/** One side of such a UNION, in the form that says the same without the licence: `SELECT * FROM (… ORDER BY …) AS ordered`. */
function orderedPart(r: Reader, own: Query): SelectSpec {
  const { body, span } = own;
  const isNamed = (item: SelectItem): boolean =>
    item.kind === 'star' ||
    (item.kind === 'selectItem' && (item.alias !== undefined || item.expression.kind === 'column'));
  if (body.kind !== 'selectSpec' || (!body.top && !own.offset) || own.for || !body.items.every(isNamed)) r.fail();
  const alias: Identifier = { kind: 'identifier', name: 'ordered', quote: 'none', span };
  return {
    kind: 'selectSpec',
    distinct: false,
    items: [{ kind: 'star', qualifier: [], span }],
    from: [{ kind: 'derivedTable', query: own, alias, columns: [], span }],
    windows: [],
    span,
  };
}

/** Reads a query with everything that belongs to it, a leading WITH included. */
export function query(r: Reader): Query {
  r.enter();
  const start = r.token;
  const clause = r.is('WITH') ? withClause(r) : undefined;
  const first = queryTerm(r);
  const body = setOperations(r, first);
  const end = queryEnd(r);
  r.leave();
  const inner = body === first.body ? first.query : undefined;
  const own = end.orderBy.length > 0 || end.for !== undefined || end.options.length > 0;
  // What a query in parentheses has of its own is not put aside for what stands around it.
  if (inner !== undefined && ((clause && inner.with) || (own && hasOwnEnd(inner)))) r.fail();
  const tail = inner !== undefined && !own ? tailOf(inner) : end;
  const leading = clause ?? inner?.with;
  return { kind: 'query', ...(leading && { with: leading }), body, ...tail, span: r.span(start) };
}

/** Goes on behind a query in parentheses that turned out to be the left side of a UNION. */
export function queryTail(r: Reader, left: Query): Query {
  const body = setOperations(r, { body: left.body, query: left });
  const end = queryEnd(r);
  return { kind: 'query', body, ...end, span: r.spanFrom(left.span) };
}

const hasOwnEnd = (q: Query): boolean => q.orderBy.length > 0 || q.for !== undefined || q.options.length > 0;

type QueryEnd = Omit<Query, 'kind' | 'span' | 'body' | 'with'>;

function tailOf(q: Query): QueryEnd {
  const { orderBy, offset, fetch, for: forClause, options } = q;
  return { orderBy, ...(offset && { offset }), ...(fetch && { fetch }), ...(forClause && { for: forClause }), options };
}

/** A body, and the query in parentheses that it came from, whose ORDER BY forbids a UNION. */
interface Term {
  readonly body: QueryBody;
  readonly query?: Query;
}

function queryTerm(r: Reader): Term {
  if (!r.is('(')) return { body: selectSpec(r) };
  const inner = parenQuery(r);
  return { body: inner.body, query: inner };
}

function plainBody(r: Reader, term: Term): QueryBody {
  const { query: inner } = term;
  if (inner !== undefined && (inner.with !== undefined || hasOwnEnd(inner))) r.fail();
  return term.body;
}

/** UNION and EXCEPT from left to right; INTERSECT binds more tightly. */
function setOperations(r: Reader, first: Term): QueryBody {
  let left = intersections(r, first);
  for (let length = 0; r.is('UNION') || r.is('EXCEPT'); length++) {
    r.guardChain(length);
    const op = r.next().upper === 'UNION' ? 'union' : 'except';
    const all = r.accept('ALL');
    const right = intersections(r, queryTerm(r));
    left = combine(r, left, right, op, all);
  }
  return left;
}

function intersections(r: Reader, first: Term): QueryBody {
  const follows = r.is('INTERSECT') || r.is('UNION') || r.is('EXCEPT');
  let left = follows ? plainBody(r, first) : first.body;
  while (r.accept('INTERSECT')) {
    const all = r.accept('ALL');
    left = combine(r, left, plainBody(r, queryTerm(r)), 'intersect', all);
  }
  return left;
}

function combine(r: Reader, left: QueryBody, right: QueryBody, op: SetOperation['op'], all: boolean): SetOperation {
  return { kind: 'setOperation', op, all, left, right, span: r.spanFrom(left.span) };
}

/** Reads WITH and its common table expressions. */
export function withClause(r: Reader): WithClause {
  const start = r.expect('WITH');
  const namespaces: XmlNamespace[] = [];
  let changeContext: Expression | undefined;
  const isContext = (): boolean => r.is('CHANGE_TRACKING_CONTEXT') && r.peekIs('(');
  let goesOn = true;
  while (goesOn && (r.is('XMLNAMESPACES') || isContext())) {
    if (r.next().upper === 'XMLNAMESPACES') namespaces.push(...xmlNamespaces(r));
    else {
      r.expect('(');
      changeContext = scalar(r);
      r.expect(')');
    }
    goesOn = r.accept(',');
  }
  const ctes = goesOn ? commaList(r, () => cte(r)) : [];
  return { kind: 'with', namespaces, ctes, ...(changeContext && { changeContext }), span: r.span(start) };
}

function xmlNamespaces(r: Reader): XmlNamespace[] {
  r.expect('(');
  const namespaces = commaList(r, () => xmlNamespace(r));
  r.expect(')');
  return namespaces;
}

function xmlNamespace(r: Reader): XmlNamespace {
  const isDefault = r.accept('DEFAULT');
  const { type } = r.token;
  if (type !== 'string' && type !== 'nstring') r.fail();
  const uri = literal(r, type);
  if (isDefault) return { uri };
  r.expect('AS');
  return { uri, prefix: r.name() };
}

function cte(r: Reader): Cte {
  const start = r.token;
  const name = r.name();
  const columns = optionalNameList(r);
  r.expect('AS');
  const inner = parenQuery(r);
  return { kind: 'cte', name, columns, query: inner, span: r.span(start) };
}

function selectSpec(r: Reader): SelectSpec {
  const start = r.expect('SELECT');
  const distinct = r.accept('DISTINCT');
  if (!distinct) r.accept('ALL');
  const top = r.is('TOP') ? topClause(r) : undefined;
  const items = commaList(r, () => selectItem(r));
  const into = r.accept('INTO') ? objectName(r) : undefined;
  const intoFilegroup = into !== undefined && r.accept('ON') ? r.anyName() : undefined;
  const from = r.accept('FROM') ? tableSources(r) : [];
  const where = r.accept('WHERE') ? expression(r) : undefined;
  const groupBy = r.is('GROUP') ? groupByClause(r) : undefined;
  const having = r.accept('HAVING') ? expression(r) : undefined;
  const windows = startsWindow(r) ? windowClause(r) : [];
  return {
    kind: 'selectSpec',
    distinct,
    ...(top && { top }),
    items,
    ...(into && { into }),
    ...(intoFilegroup && { intoFilegroup }),
    from,
    ...(where && { where }),
    ...(groupBy && { groupBy }),
    ...(having && { having }),
    windows,
    span: r.span(start),
  };
}

/** Reads TOP; without parentheses only a constant or a variable may follow it. */
export function topClause(r: Reader): Top {
  const start = r.expect('TOP');
  const value = r.is('(') ? topInParentheses(r) : topValue(r);
  const percent = r.accept('PERCENT');
  const withTies = r.isSequence('WITH', 'TIES');
  if (withTies) r.expectSequence('WITH', 'TIES');
  return { kind: 'top', expression: value, percent, withTies, span: r.span(start) };
}

function topInParentheses(r: Reader): Top['expression'] {
  const open = r.token;
  if (r.peekIs('SELECT')) {
    const inner = parenQuery(r);
    return { kind: 'subquery', query: inner, span: r.span(open) };
  }
  r.next();
  const value = expression(r);
  r.expect(')');
  return value;
}

function topValue(r: Reader): Top['expression'] {
  const { token } = r;
  if (r.isVariable(token) && !token.text.startsWith('@@')) {
    r.next();
    return { kind: 'variable', name: token.text, span: r.span(token) };
  }
  if (token.type !== 'int' && token.type !== 'decimal' && token.type !== 'float') r.fail();
  return literal(r, token.type);
}

/** Reads one entry of a select list: a value, which a comparison is not. */
export function selectItem(r: Reader): SelectItem {
  const { token } = r;
  if (r.isVariable(token)) {
    const op = acceptAssign(r, 1);
    if (op !== undefined) {
      const value = scalar(r);
      const variable = { kind: 'variable', name: token.text, span: tokenSpan(token) } as const;
      return { kind: 'selectAssign', variable, op, expression: value, span: r.span(token) };
    }
  }
  if (r.peekIs('=') && (r.isName() || token.type === 'string' || token.type === 'nstring' || token.type === 'dquote')) {
    const alias = identifierOf(r.next());
    r.next();
    const from = r.token;
    const value = scalar(r);
    if (value.kind === 'star') r.fail(from);
    return { kind: 'selectItem', expression: value, alias, span: r.span(token) };
  }
  const value = scalar(r);
  if (value.kind === 'star') return value;
  const alias = columnAlias(r);
  return { kind: 'selectItem', expression: value, ...(alias && { alias }), span: r.span(token) };
}

function tokenSpan(token: Reader['token']): SelectItem['span'] {
  const { start, end, line, column } = token;
  return { start, end, line, column };
}

function columnAlias(r: Reader): Identifier | undefined {
  if (r.accept('AS')) return r.nameOrString();
  const { type } = r.token;
  if (type === 'string' || type === 'nstring' || type === 'dquote') return r.nameOrString();
  return r.isName() && !r.peekIs(':') && !startsWindow(r) ? r.name() : undefined;
}

/** Reads one entry of ORDER BY. */
export function orderItem(r: Reader): OrderItem {
  const start = r.token;
  const value = expression(r);
  const direction = r.accept('ASC') ? 'asc' : r.accept('DESC') ? 'desc' : undefined;
  return { kind: 'orderItem', expression: value, ...(direction && { direction }), span: r.span(start) };
}

function groupByClause(r: Reader): GroupBy {
  const start = r.token;
  r.expectSequence('GROUP', 'BY');
  const all = r.accept('ALL');
  const items = commaList(r, () => groupItem(r, false));
  let legacy: GroupBy['legacy'];
  if (r.isSequence('WITH', 'ROLLUP') || r.isSequence('WITH', 'CUBE')) {
    r.next();
    legacy = r.next().upper === 'ROLLUP' ? 'rollup' : 'cube';
  }
  return { kind: 'groupBy', items, ...(legacy && { legacy }), all, span: r.span(start) };
}

/** `nested` items, those of ROLLUP and its fellows, may be lists in parentheses. */
function groupItem(r: Reader, nested: boolean): GroupItem {
  const start = r.token;
  if (r.isSequence('(', ')')) {
    r.expectSequence('(', ')');
    return { kind: 'groupExpressions', expressions: [], span: r.span(start) };
  }
  const isSets = r.isSequence('GROUPING', 'SETS');
  if (isSets || ((r.is('ROLLUP') || r.is('CUBE')) && r.peekIs('('))) {
    const op = isSets ? 'groupingSets' : r.is('ROLLUP') ? 'rollup' : 'cube';
    if (isSets) r.next();
    r.next();
    r.expect('(');
    const items = commaList(r, () => groupItem(r, true));
    r.expect(')');
    return { kind: 'groupOperator', op, items, span: r.span(start) };
  }
  if (nested && r.accept('(')) {
    const expressions = expressionList(r);
    r.expect(')');
    return { kind: 'groupExpressions', expressions, span: r.span(start) };
  }
  const only = expression(r);
  return { kind: 'groupExpressions', expressions: [only], span: r.span(start) };
}

/** Whether `WINDOW w AS (` follows; WINDOW is otherwise a name. */
export function startsWindow(r: Reader): boolean {
  return r.is('WINDOW') && r.peekIs('AS', 2) && r.peekIs('(', 3);
}

function windowClause(r: Reader): NamedWindow[] {
  r.expect('WINDOW');
  return commaList(r, () => {
    const name = r.name();
    r.expect('AS');
    return { name, window: windowSpec(r) };
  });
}
