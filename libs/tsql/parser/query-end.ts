import type { ForClause, Literal, Option, Query, QueryHint, Variable } from '../ast/index.ts';
import { expression, expressionList, scalar } from './expressions.ts';
import { commaList } from './names.ts';
import { literal } from './primary.ts';
import { orderItem } from './query.ts';
import type { Reader } from './reader.ts';
import { tableHint } from './table-hints.ts';

type QueryEnd = Omit<Query, 'kind' | 'span' | 'body' | 'with'>;

/** Reads ORDER BY, OFFSET, FETCH, FOR and OPTION behind the body of a query, as far as they are there. */
export function queryEnd(r: Reader): QueryEnd {
  const orderBy = r.acceptSequence('ORDER', 'BY') ? commaList(r, () => orderItem(r)) : [];
  const offset = orderBy.length > 0 && r.accept('OFFSET') ? rowCount(r) : undefined;
  const fetch =
    offset !== undefined && r.is('FETCH') && (r.peekIs('NEXT') || r.peekIs('FIRST')) ? fetchCount(r) : undefined;
  const isFor = r.is('FOR') && (r.peekIs('XML') || r.peekIs('JSON') || r.peekIs('BROWSE'));
  const forClause = isFor ? forResult(r) : undefined;
  const options = queryHints(r);
  return {
    orderBy,
    ...(offset && { offset }),
    ...(fetch && { fetch }),
    ...(forClause && { for: forClause }),
    options,
  };
}

function rowCount(r: Reader): Query['offset'] {
  const count = scalar(r);
  r.expectAny('ROW', 'ROWS');
  return count;
}

function fetchCount(r: Reader): Query['fetch'] {
  r.next();
  r.next();
  const count = rowCount(r);
  r.expect('ONLY');
  return count;
}

function forResult(r: Reader): ForClause {
  const start = r.expect('FOR');
  const type = r.next().upper.toLowerCase() as ForClause['type'];
  if (type === 'browse') return { kind: 'for', type, options: [], span: r.span(start) };
  const modes = type === 'json' ? (['AUTO', 'PATH'] as const) : (['AUTO', 'RAW', 'PATH', 'EXPLICIT'] as const);
  const mode = r.expectAny(...modes).toLowerCase() as ForClause['mode'];
  const element = stringInParentheses(r);
  const options: Option[] = [];
  while (r.accept(',')) options.push(forOption(r));
  return { kind: 'for', type, ...(mode && { mode }), ...(element && { element }), options, span: r.span(start) };
}

function stringInParentheses(r: Reader): Literal | undefined {
  const inside = r.peek().type;
  if (!r.is('(') || (inside !== 'string' && inside !== 'nstring')) return undefined;
  r.next();
  const { type } = r.token;
  if (type !== 'string' && type !== 'nstring') r.fail();
  const value = literal(r, type);
  r.expect(')');
  return value;
}

const FOR_OPTIONS = [
  ...['ELEMENTS', 'BINARY', 'ROOT', 'TYPE', 'XMLDATA', 'XMLSCHEMA', 'INCLUDE_NULL_VALUES', 'WITHOUT_ARRAY_WRAPPER'],
] as const;

function forOption(r: Reader): Option {
  const start = r.token;
  let name = r.expectAny(...FOR_OPTIONS) as string;
  if (name === 'ELEMENTS' && (r.is('XSINIL') || r.is('ABSENT'))) name += ` ${r.next().upper}`;
  if (name === 'BINARY') name += ` ${r.expect('BASE64').upper}`;
  const value = stringInParentheses(r);
  return { kind: 'option', name, ...(value && { value }), span: r.span(start) };
}

/** Reads `OPTION (hints)`, or nothing. */
export function queryHints(r: Reader): QueryHint[] {
  if (!r.isSequence('OPTION', '(')) return [];
  r.expectSequence('OPTION', '(');
  const hints = commaList(r, () => queryHint(r));
  r.expect(')');
  return hints;
}

/** The hints of OPTION, by what follows their words. */
const HINTS: ReadonlyMap<string, 'nothing' | 'value' | 'equals' | 'list' | 'variables' | 'table'> = new Map([
  ...(
    'HASH GROUP,ORDER GROUP,CONCAT UNION,HASH UNION,MERGE UNION,LOOP JOIN,MERGE JOIN,HASH JOIN,DISABLE_OPTIMIZED_PLAN_FORCING,' +
    'EXPAND VIEWS,FORCE ORDER,FORCE EXTERNALPUSHDOWN,DISABLE EXTERNALPUSHDOWN,FORCE SCALEOUTEXECUTION,' +
    'DISABLE SCALEOUTEXECUTION,IGNORE_NONCLUSTERED_COLUMNSTORE_INDEX,KEEP PLAN,KEEPFIXED PLAN,NO_PERFORMANCE_SPOOL,' +
    'OPTIMIZE FOR UNKNOWN,PARAMETERIZATION SIMPLE,PARAMETERIZATION FORCED,RECOMPILE,ROBUST PLAN,OPTIMIZE CORRELATED UNION ALL,' +
    'CHECKCONSTRAINTS PLAN,SHRINKDB PLAN,ALTERCOLUMN PLAN,BYPASS OPTIMIZER_QUEUE,FORCE SINGLE NODE PLAN,FORCE DISTRIBUTED PLAN'
  )
    .split(',')
    .map((name) => [name, 'nothing'] as const),
  ...'FAST,MAXDOP,MAXRECURSION,QUERYTRACEON,USE PLAN,FOR TIMESTAMP AS OF,USEPLAN'
    .split(',')
    .map((name) => [name, 'value'] as const),
  ...'LABEL,MIN_GRANT_PERCENT,MAX_GRANT_PERCENT'.split(',').map((name) => [name, 'equals'] as const),
  ['USE HINT', 'list'],
  ['OPTIMIZE FOR', 'variables'],
  ['TABLE HINT', 'table'],
]);

function queryHint(r: Reader): QueryHint {
  const start = r.token;
  const words: string[] = [];
  while (r.token.type === 'word') words.push(r.next().upper);
  const name = words.join(' ');
  switch (HINTS.get(name)) {
    case 'nothing':
      return { kind: 'queryHint', name, args: [], span: r.span(start) };
    case 'value': {
      const args = [scalar(r)];
      return { kind: 'queryHint', name, args, span: r.span(start) };
    }
    case 'equals': {
      r.expect('=');
      const args = [scalar(r)];
      return { kind: 'queryHint', name, args, span: r.span(start) };
    }
    case 'list': {
      r.expect('(');
      const args = expressionList(r);
      r.expect(')');
      return { kind: 'queryHint', name, args, span: r.span(start) };
    }
    case 'variables':
      return { kind: 'queryHint', name, args: [], variables: optimizeFor(r), span: r.span(start) };
    case 'table':
      return tableHintsOf(r, start);
    default:
      return r.fail(words.length === 0 ? r.token : start);
  }
}

function optimizeFor(r: Reader): NonNullable<QueryHint['variables']> {
  r.expect('(');
  const variables = commaList(r, () => {
    const { token } = r;
    if (!r.isVariable(token)) r.fail();
    r.next();
    const variable: Variable = { kind: 'variable', name: token.text, span: r.span(token) };
    if (r.accept('UNKNOWN')) return { variable };
    r.expect('=');
    return { variable, value: expression(r) };
  });
  r.expect(')');
  return variables;
}

function tableHintsOf(r: Reader, start: Reader['token']): QueryHint {
  r.expect('(');
  const args = [scalar(r)];
  const hints = [];
  while (r.accept(',')) hints.push(tableHint(r));
  r.expect(')');
  return { kind: 'queryHint', name: 'TABLE HINT', args, hints, span: r.span(start) };
}
