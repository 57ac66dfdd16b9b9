import type {
  CaseWhen,
  ColumnRef,
  DataType,
  Expression,
  FrameBound,
  FunctionCall,
  Identifier,
  OrderItem,
  Star,
  WindowFrame,
  WindowSpec,
} from '../ast/index.ts';
import { expression, expressionList, scalar } from './expressions.ts';
import { commaList, dataType, objectName } from './names.ts';
import { orderItem } from './query.ts';
import type { Reader } from './reader.ts';

/** CASE … END. */
export function caseExpression(r: Reader): Expression {
  const start = r.expect('CASE');
  const operand = r.is('WHEN') ? undefined : expression(r);
  const whens: CaseWhen[] = [];
  do {
    r.expect('WHEN');
    const when = expression(r);
    r.expect('THEN');
    whens.push({ when, then: expression(r) });
  } while (r.is('WHEN'));
  const otherwise = r.accept('ELSE') ? expression(r) : undefined;
  r.expect('END');
  return { kind: 'case', ...(operand && { operand }), whens, ...(otherwise && { otherwise }), span: r.span(start) };
}

/** `CAST(e AS type)` and `PARSE(e AS type USING culture)`. */
export function castCall(r: Reader): Expression {
  const start = r.next();
  const fn = start.upper.toLowerCase() as 'cast' | 'try_cast' | 'parse' | 'try_parse';
  r.expect('(');
  const value = expression(r);
  r.expect('AS');
  const type = dataType(r);
  const culture = r.accept('USING') ? expression(r) : undefined;
  r.expect(')');
  return { kind: 'cast', fn, expression: value, type, ...(culture && { culture }), span: r.span(start) };
}

/** `CONVERT(type, e [, style])`. */
export function convertCall(r: Reader): Expression {
  const start = r.next();
  const fn = start.upper === 'CONVERT' ? 'convert' : 'try_convert';
  r.expect('(');
  const type: DataType = dataType(r);
  r.expect(',');
  const value = expression(r);
  const style = r.accept(',') ? expression(r) : undefined;
  r.expect(')');
  return { kind: 'cast', fn, expression: value, type, ...(style && { style }), span: r.span(start) };
}

/** `NEXT VALUE FOR s [OVER (…)]`. */
export function nextValueFor(r: Reader): Expression {
  const start = r.token;
  r.expectSequence('NEXT', 'VALUE', 'FOR');
  const sequence = objectName(r);
  const over = r.is('OVER') ? windowOver(r) : undefined;
  return { kind: 'nextValueFor', sequence, ...(over && { over }), span: r.span(start) };
}

type CallInner = Pick<FunctionCall, 'args' | 'trim' | 'jsonPairs' | 'jsonNulls'> & { distinct?: boolean };

/** The parentheses of a function: DISTINCT or ALL, the forms of TRIM and the JSON constructors, else plain arguments. */
export function callArguments(r: Reader, upper: string): CallInner {
  r.expect('(');
  if (r.accept(')')) return { args: [] };
  if (upper === 'TRIM') return trimArguments(r);
  if (upper === 'JSON_OBJECT' || upper === 'JSON_ARRAY' || upper === 'JSON_ARRAYAGG' || upper === 'JSON_OBJECTAGG')
    return jsonArguments(r);
  const distinct = r.accept('DISTINCT');
  if (!distinct && r.is('ALL')) r.next();
  const args = expressionList(r);
  r.expect(')');
  return distinct ? { args, distinct } : { args };
}

function trimArguments(r: Reader): CallInner {
  const side = r.acceptAny('LEADING', 'TRAILING', 'BOTH');
  const first = expression(r);
  if (side === undefined && !r.is('FROM')) {
    r.expect(')');
    return { args: [first] };
  }
  r.expect('FROM');
  const second = expression(r);
  r.expect(')');
  const trim = side === 'LEADING' ? 'leading' : side === 'TRAILING' ? 'trailing' : 'both';
  return { args: [first, second], trim };
}

/** `key: value` pairs or plain values, and what NULLs become. */
function jsonArguments(r: Reader): CallInner {
  const args: Expression[] = [];
  let jsonPairs = false;
  if (!r.is(')') && !startsJsonNulls(r)) {
    do {
      const isFirst = args.push(expression(r)) === 1;
      const isPair = r.is(':');
      // All are pairs, or none is.
      if (!isFirst && isPair !== jsonPairs) r.fail();
      jsonPairs = isPair;
      if (r.accept(':')) args.push(expression(r));
    } while (r.accept(','));
  }
  const nulls = startsJsonNulls(r) ? r.next().upper : undefined;
  if (nulls !== undefined) r.expectSequence('ON', 'NULL');
  r.expect(')');
  const jsonNulls =
    nulls === undefined ? {} : { jsonNulls: nulls === 'NULL' ? ('null' as const) : ('absent' as const) };
  return { args, ...(jsonPairs && { jsonPairs }), ...jsonNulls };
}

/** `NULL ON NULL` or `ABSENT ON NULL`. */
function startsJsonNulls(r: Reader): boolean {
  return r.isSequence('NULL', 'ON', 'NULL') || r.isSequence('ABSENT', 'ON', 'NULL');
}

type CallTail = Partial<Pick<FunctionCall, 'withinGroup' | 'graphPath' | 'over' | 'nulls'>>;

/** WITHIN GROUP, RESPECT/IGNORE NULLS and OVER behind a call. */
export function overClause(r: Reader): CallTail {
  let tail: CallTail = {};
  if (r.acceptSequence('WITHIN', 'GROUP', '(', 'GRAPH', 'PATH', ')')) tail = { graphPath: true };
  if (r.isSequence('WITHIN', 'GROUP')) {
    r.expectSequence('WITHIN', 'GROUP', '(', 'ORDER', 'BY');
    tail = { withinGroup: commaList(r, () => orderItem(r)) };
    r.expect(')');
  }
  if (r.isSequence('RESPECT', 'NULLS') || r.isSequence('IGNORE', 'NULLS')) {
    const nulls = r.next().upper === 'IGNORE' ? 'ignore' : 'respect';
    r.next();
    tail = { ...tail, nulls };
  }
  return r.is('OVER') ? { ...tail, over: windowOver(r) } : tail;
}

function windowOver(r: Reader): WindowSpec {
  const start = r.expect('OVER');
  if (r.is('(')) return windowSpec(r);
  const reference = r.name();
  return { kind: 'window', reference, partitionBy: [], orderBy: [], span: r.span(start) };
}

/** `( [w] [PARTITION BY …] [ORDER BY …] [ROWS|RANGE …] )`. */
export function windowSpec(r: Reader): WindowSpec {
  const start = r.expect('(');
  const reference = r.isName() && !r.is('PARTITION') && !r.is('ROWS') && !r.is('RANGE') ? r.name() : undefined;
  const partitionBy = r.acceptSequence('PARTITION', 'BY') ? expressionList(r) : [];
  const orderBy: OrderItem[] = r.acceptSequence('ORDER', 'BY') ? commaList(r, () => orderItem(r)) : [];
  const frame = r.is('ROWS') || r.is('RANGE') ? windowFrame(r) : undefined;
  r.expect(')');
  return {
    kind: 'window',
    ...(reference && { reference }),
    partitionBy,
    orderBy,
    ...(frame && { frame }),
    span: r.span(start),
  };
}

function windowFrame(r: Reader): WindowFrame {
  const unit = r.next().upper === 'ROWS' ? 'rows' : 'range';
  if (!r.accept('BETWEEN')) return { unit, from: frameBound(r) };
  const from = frameBound(r);
  r.expect('AND');
  return { unit, from, to: frameBound(r) };
}

function frameBound(r: Reader): FrameBound {
  if (r.acceptSequence('CURRENT', 'ROW')) return { type: 'currentRow' };
  if (r.accept('UNBOUNDED'))
    return {
      type: r.expectAny('PRECEDING', 'FOLLOWING') === 'PRECEDING' ? 'unboundedPreceding' : 'unboundedFollowing',
    };
  const value = scalar(r);
  return { type: r.expectAny('PRECEDING', 'FOLLOWING') === 'PRECEDING' ? 'preceding' : 'following', value };
}

/** CONTAINS and FREETEXT: a column, a list of them, `*` or PROPERTY, then the condition and its language. */
export function fullTextPredicate(r: Reader): Expression {
  const start = r.next();
  const fn = start.upper === 'CONTAINS' ? 'contains' : 'freetext';
  r.expect('(');
  let property: Expression | undefined;
  let columns: (ColumnRef | Star)[];
  if (r.is('PROPERTY') && r.peekIs('(')) {
    r.expectSequence('PROPERTY', '(');
    columns = [searchedColumn(r)];
    r.expect(',');
    property = expression(r);
    r.expect(')');
  } else if (r.accept('(')) {
    columns = commaList(r, () => searchedColumn(r));
    r.expect(')');
  } else columns = [searchedColumn(r)];
  r.expect(',');
  const condition = expression(r);
  const language = r.accept(',') ? (r.expect('LANGUAGE'), expression(r)) : undefined;
  r.expect(')');
  const extra = { ...(property && { property }), ...(language && { language }) };
  return { kind: 'fullText', fn, columns, condition, ...extra, span: r.span(start) };
}

/** A column or `*` as the object of a full-text search. */
export function searchedColumn(r: Reader): ColumnRef | Star {
  const start = r.token;
  if (r.accept('*')) return { kind: 'star', qualifier: [], span: r.span(start) };
  const parts: (Identifier | null)[] = [r.name()];
  while (r.accept('.')) {
    if (r.accept('*')) return { kind: 'star', qualifier: parts, span: r.span(start) };
    parts.push(r.is('.') ? null : r.anyName());
  }
  return { kind: 'column', parts, span: r.span(start) };
}
