import type {
  Aliased,
  Expression,
  FunctionCall,
  Identifier,
  Join,
  MethodCall,
  Query,
  SystemTime,
  TableRef,
  TableSample,
  TableSource,
  TableVariable,
} from '../ast/index.ts';
import { expression, expressionList, scalar } from './expressions.ts';
import { dmlInParentheses } from './dml.ts';
import { commaList, nameParts, objectNameOf, optionalNameList, parenNameList } from './names.ts';
import { argumentList, call } from './primary.ts';
import { innerQuery, queryTail, startsQuery, startsWindow } from './query.ts';
import type { Reader } from './reader.ts';
import { rowsetFunction, rowsetSchema } from './rowsets.ts';
import { startsBareHints, tableHints } from './table-hints.ts';

/** Reads the sources of a FROM. */
export function tableSources(r: Reader): TableSource[] {
  return commaList(r, () => tableSource(r));
}

/** Reads one source with its joins. */
export function tableSource(r: Reader): TableSource {
  r.enter();
  let left = tablePrimary(r);
  for (let length = 0; ; length++) {
    r.guardChain(length);
    const next = joinWith(r, left);
    if (next === undefined) break;
    left = next;
  }
  r.leave();
  return left;
}

/** Reads one join or PIVOT onto `left`, or says that none follows. */
function joinWith(r: Reader, left: TableSource): TableSource | undefined {
  const { upper } = r.token;
  switch (upper) {
    case 'PIVOT':
      return pivot(r, left);
    case 'UNPIVOT':
      return unpivot(r, left);
    case 'CROSS':
    case 'OUTER':
      return crossJoin(r, left);
    case 'JOIN':
    case 'INNER':
    case 'LEFT':
    case 'RIGHT':
    case 'FULL':
      return join(r, left);
    default:
      return undefined;
  }
}

function crossJoin(r: Reader, left: TableSource): Join {
  const isCross = r.next().upper === 'CROSS';
  const type = isCross && r.accept('JOIN') ? 'cross' : isCross ? 'crossApply' : 'outerApply';
  if (type !== 'cross') r.expect('APPLY');
  const right = tablePrimary(r);
  return { kind: 'join', type, left, right, span: r.spanFrom(left.span) };
}

/** Joins may nest without parentheses: `a JOIN b JOIN c ON … ON …`. */
function join(r: Reader, left: TableSource): Join {
  const word = r.acceptAny('INNER', 'LEFT', 'RIGHT', 'FULL');
  const type = word === undefined ? 'inner' : (word.toLowerCase() as Join['type']);
  if (word !== undefined && word !== 'INNER') r.accept('OUTER');
  const hint = r.acceptAny('LOOP', 'HASH', 'MERGE', 'REMOTE')?.toLowerCase() as Join['hint'];
  r.expect('JOIN');
  r.enter();
  let right = tablePrimary(r);
  while (!r.is('ON')) right = joinWith(r, right) ?? r.fail();
  r.leave();
  r.expect('ON');
  const on = expression(r);
  return { kind: 'join', type, ...(hint && { hint }), left, right, on, span: r.spanFrom(left.span) };
}

/** The name that what is derived must have. */
function named(r: Reader): Pick<Aliased, 'alias' | 'columns'> {
  const given = alias(r);
  return given.alias === undefined ? r.fail() : given;
}

function pivot(r: Reader, source: TableSource): TableSource {
  r.expectSequence('PIVOT', '(');
  const start = r.token;
  const aggregate = call(r, nameParts(r), start);
  if (aggregate.kind !== 'call') r.fail(start);
  r.expect('FOR');
  const column = scalar(r);
  r.expect('IN');
  const values = parenNameList(r);
  r.expect(')');
  return { kind: 'pivot', source, aggregate, column, values, ...named(r), span: r.spanFrom(source.span) };
}

function unpivot(r: Reader, source: TableSource): TableSource {
  r.expectSequence('UNPIVOT', '(');
  const value = r.name();
  r.expect('FOR');
  const column = r.name();
  r.expectSequence('IN', '(');
  const values = expressionList(r);
  r.expectSequence(')', ')');
  return { kind: 'unpivot', source, value, column, values, ...named(r), span: r.spanFrom(source.span) };
}

/** An alias with its column names. */
export function alias(r: Reader): Pick<Aliased, 'alias' | 'columns'> {
  const name = tableAlias(r);
  if (name === undefined) return { columns: [] };
  return { alias: name, columns: r.is('(') && !startsBareHints(r) ? optionalNameList(r) : [] };
}

/** Words that are no reserved words but go on after a table without being its alias. */
function endsTable(r: Reader): boolean {
  return r.is('USING') || (r.is('OUTPUT') && !r.peekIs('.')) || startsWindow(r);
}

/** An alias without column names, as tables have. */
export function tableAlias(r: Reader): Identifier | undefined {
  if (r.accept('AS')) return r.nameOrString();
  if (r.token.type === 'string') return r.nameOrString();
  return r.isName() && !r.peekIs(':') && !endsTable(r) ? r.name() : undefined;
}

function tablePrimary(r: Reader): TableSource {
  const { token } = r;
  if (r.is('(')) return parenTable(r);
  if (r.is('{')) return odbcJoin(r);
  if (r.isVariable(token)) return variableSource(r);
  const rowset = token.type === 'word' ? rowsetFunction(r) : undefined;
  return rowset ?? namedSource(r);
}

/** `{oj a LEFT JOIN b ON …}` of ODBC. */
function odbcJoin(r: Reader): TableSource {
  r.expectSequence('{', 'OJ');
  const source = tableSource(r);
  r.expect('}');
  return source;
}

function parenTable(r: Reader): TableSource {
  const start = r.token;
  if (r.peekIs('VALUES')) {
    r.next();
    r.next();
    const rows = valueRows(r);
    r.expect(')');
    return { kind: 'valuesTable', rows, ...alias(r), span: r.span(start) };
  }
  if (r.peekIs('INSERT') || r.peekIs('UPDATE') || r.peekIs('DELETE') || r.peekIs('MERGE')) {
    r.next();
    const statement = dmlInParentheses(r);
    r.expect(')');
    return { kind: 'dmlTable', statement, ...alias(r), span: r.span(start) };
  }
  const content = parenContent(r);
  return content.kind === 'query' ? derived(r, content, start) : content;
}

function derived(r: Reader, inner: Query, start: Reader['token']): TableSource {
  return { kind: 'derivedTable', query: inner, ...named(r), span: r.span(start) };
}

/** What parentheses in a FROM hold: a query, perhaps in more parentheses and followed by UNION, or joined tables. */
function parenContent(r: Reader): Query | TableSource {
  r.enter();
  const open = r.expect('(');
  const content = startsQuery(r) ? innerQuery(r) : r.is('(') ? nestedContent(r) : tableSource(r);
  r.expect(')');
  r.leave();
  return content.kind === 'query' ? { ...content, span: r.span(open) } : content;
}

function nestedContent(r: Reader): Query | TableSource {
  const start = r.token;
  if (r.peekIs('VALUES')) return tableSource(r);
  const inner = parenContent(r);
  if (inner.kind === 'query') {
    if (r.is(')')) return inner;
    if (r.is('UNION') || r.is('EXCEPT') || r.is('INTERSECT')) return queryTail(r, inner);
  }
  let left = inner.kind === 'query' ? derived(r, inner, start) : inner;
  for (let next = joinWith(r, left); next !== undefined; next = joinWith(r, left)) left = next;
  return left;
}

/** `(…), (…)` behind VALUES. */
export function valueRows(r: Reader): Expression[][] {
  return commaList(r, () => {
    r.expect('(');
    const row = expressionList(r);
    r.expect(')');
    return row;
  });
}

function variableSource(r: Reader): TableSource {
  const start = r.next();
  if (r.is('.')) {
    r.next();
    const method = r.anyName();
    const args = argumentList(r);
    const target = {
      kind: 'variable',
      name: start.text,
      span: { start: start.start, end: start.end, line: start.line, column: start.column },
    } as const;
    return functionSource(r, { kind: 'methodCall', target, method, args, span: r.span(start) }, start);
  }
  return { kind: 'tableVariable', name: start.text, ...tableTail(r), span: r.span(start) };
}

type TableTail = Pick<TableVariable, 'alias' | 'columns' | 'hints'>;

/** Alias and hints in the order in which they come; hints may stand before the alias. */
function tableTail(r: Reader): TableTail {
  const early = tableHints(r);
  const { alias: name } = { alias: tableAlias(r) };
  const hints = early.length > 0 ? early : tableHints(r);
  return { ...(name && { alias: name }), columns: [], hints };
}

/** Reads a named table, view or function. */
export function namedSource(r: Reader): TableSource {
  const start = r.token;
  r.accept('::');
  const parts = nameParts(r);
  if (r.is('(') && !startsBareHints(r)) {
    const called = sourceCall(r, parts, start);
    return functionSource(r, called, start);
  }
  const name = objectNameOf(r, parts, r.span(start));
  const systemTime = r.isSequence('FOR', 'SYSTEM_TIME') ? systemTimeOf(r) : undefined;
  const forPath = r.acceptSequence('FOR', 'PATH');
  const early = r.is('TABLESAMPLE') ? tableSample(r) : undefined;
  const before = tableHints(r);
  const named = tableAlias(r);
  const sample = early ?? (r.is('TABLESAMPLE') ? tableSample(r) : undefined);
  const hints = before.length > 0 ? before : tableHints(r);
  const table: TableRef = {
    kind: 'table',
    name,
    ...(systemTime && { systemTime }),
    ...(forPath && { forPath }),
    ...(named && { alias: named }),
    columns: [],
    ...(sample && { sample }),
    hints,
    span: r.span(start),
  };
  return table;
}

/** `t.x.nodes('…')` is a method of a column, anything else a function by name. */
function sourceCall(
  r: Reader,
  parts: readonly (Identifier | null)[],
  start: Reader['token'],
): FunctionCall | MethodCall {
  const method = parts.at(-1);
  if (parts.length >= 2 && method && method.name === 'nodes') {
    const end = parts.at(-2)?.span.end ?? start.end;
    const span = { start: start.start, end, line: start.line, column: start.column };
    const target: Expression = { kind: 'column', parts: parts.slice(0, -1), span };
    const args = argumentList(r);
    return { kind: 'methodCall', target, method, args, span: r.span(start) };
  }
  const name = objectNameOf(r, parts, r.span(start));
  const args = argumentList(r);
  return { kind: 'call', name, args, parens: true, distinct: false, span: r.span(start) };
}

/** A function in FROM with its WITH list, alias and hints. */
export function functionSource(r: Reader, called: FunctionCall | MethodCall, start: Reader['token']): TableSource {
  const word = called.kind === 'call' ? called.name.name.name.toUpperCase() : '';
  const withSchema = (word === 'OPENJSON' || word === 'OPENXML') && r.is('WITH');
  const schema = withSchema ? rowsetSchema(r) : {};
  const named = alias(r);
  const hints = tableHints(r);
  return { kind: 'tableFunction', call: called, ...schema, ...named, hints, span: r.span(start) };
}

function tableSample(r: Reader): TableSample {
  const start = r.expect('TABLESAMPLE');
  r.accept('SYSTEM');
  r.expect('(');
  const value = scalar(r);
  const unit = r.acceptAny('PERCENT', 'ROWS')?.toLowerCase() as TableSample['unit'];
  r.expect(')');
  let repeatable: Expression | undefined;
  if (r.accept('REPEATABLE')) {
    r.expect('(');
    repeatable = scalar(r);
    r.expect(')');
  }
  return { kind: 'tableSample', value, ...(unit && { unit }), ...(repeatable && { repeatable }), span: r.span(start) };
}

function systemTimeOf(r: Reader): SystemTime {
  const start = r.token;
  r.expectSequence('FOR', 'SYSTEM_TIME');
  if (r.accept('ALL')) return { kind: 'systemTime', type: 'all', span: r.span(start) };
  if (r.acceptSequence('AS', 'OF')) {
    const from = scalar(r);
    return { kind: 'systemTime', type: 'asOf', from, span: r.span(start) };
  }
  const word = r.expectAny('FROM', 'BETWEEN', 'CONTAINED');
  const type = word === 'FROM' ? 'fromTo' : word === 'BETWEEN' ? 'between' : 'containedIn';
  if (type === 'containedIn') r.expectSequence('IN', '(');
  const from = scalar(r);
  r.expect(type === 'fromTo' ? 'TO' : type === 'between' ? 'AND' : ',');
  const to = scalar(r);
  if (type === 'containedIn') r.expect(')');
  return { kind: 'systemTime', type, from, to, span: r.span(start) };
}
