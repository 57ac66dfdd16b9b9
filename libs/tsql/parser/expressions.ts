import type { BinaryOperator, ComparisonOperator, Expression, Query, Span } from '../ast/index.ts';
import { commaList } from './names.ts';
import { primary } from './primary.ts';
import { parenQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';

/**
 * How tightly each operator binds, as the documentation's table has it. `OR`, `ANY` and the predicates share the levels
 * around AND; a unary sign binds less than `*`, which is why `-100 / -100 * 10` is 0.1.
 */
const OR = 1;
const AND = 2;
const NOT = 3;
const PREDICATE = 4;
const ADDITIVE = 5;
const MULTIPLICATIVE = 6;

const ADDITIVE_OPERATORS = new Set(['+', '-', '&', '|', '^', '||', '<<', '>>']);
const MULTIPLICATIVE_OPERATORS = new Set(['*', '/', '%']);

/** Reads any expression or condition. */
export function expression(r: Reader): Expression {
  return binary(r, OR);
}

/** Reads a value: no comparison, no AND, OR or NOT unless in parentheses. */
export function scalar(r: Reader): Expression {
  const start = r.token;
  const value = binary(r, ADDITIVE);
  // `(a < b)` is a condition, in parentheses too.
  return isCondition(value) ? r.fail(start) : value;
}

/** Reads expressions between commas. */
export function expressionList(r: Reader): Expression[] {
  return commaList(r, () => expression(r));
}

/** Precedence climbing: reads operators that bind at least as tightly as `level`. */
function binary(r: Reader, level: number): Expression {
  r.enter();
  let left = level <= NOT && r.is('NOT') ? negation(r) : operand(r);
  for (let length = 0; ; length++) {
    r.guardChain(length);
    const next = extend(r, left, level);
    if (next === undefined) break;
    left = next;
  }
  r.leave();
  return left;
}

function negation(r: Reader): Expression {
  const start = r.next();
  const inner = binary(r, NOT);
  return { kind: 'unary', op: 'not', operand: inner, span: r.span(start) };
}

/** Operators behind which a sign is printed in parentheses. */
const BEFORE_OPERAND = new Set(['+', '-', '*', '/', '%', '&', '|', '^']);

/** Reads what is printed in parentheses, whether it stands in them or not: they are one level more. */
export function inPrintedParentheses<T>(r: Reader, read: () => T): T {
  if (r.is('(')) return read();
  r.enter();
  const found = read();
  r.leave();
  return found;
}

function operand(r: Reader): Expression {
  const { token } = r;
  if (token.type !== 'symbol') return primary(r);
  if (token.upper === '-' || token.upper === '+') {
    const isOperand = BEFORE_OPERAND.has(r.previous().text);
    r.next();
    if (isOperand) r.enter();
    const value = binary(r, MULTIPLICATIVE);
    if (isOperand) r.leave();
    return { kind: 'unary', op: token.upper, operand: value, span: r.span(token) };
  }
  if (token.upper === '~') {
    r.next();
    r.enter();
    const value = operand(r);
    r.leave();
    return { kind: 'unary', op: '~', operand: value, span: r.span(token) };
  }
  return primary(r);
}

/** Extends `left` by one operator and its right side, or says that none follows. */
function extend(r: Reader, left: Expression, level: number): Expression | undefined {
  const { upper, type } = r.token;
  if (upper === '') return undefined;
  if (type === 'symbol') {
    if (MULTIPLICATIVE_OPERATORS.has(upper))
      return level <= MULTIPLICATIVE ? arithmetic(r, left, MULTIPLICATIVE + 1) : undefined;
    if (ADDITIVE_OPERATORS.has(upper)) return level <= ADDITIVE ? arithmetic(r, left, ADDITIVE + 1) : undefined;
    return level <= PREDICATE ? comparison(r, left) : undefined;
  }
  if (upper === 'AND') return level <= AND ? logical(r, left, 'and', AND + 1) : undefined;
  if (upper === 'OR') return level <= OR ? logical(r, left, 'or', OR + 1) : undefined;
  return level <= PREDICATE ? predicate(r, left) : undefined;
}

function arithmetic(r: Reader, left: Expression, rightLevel: number): Expression {
  const op = r.next().upper as BinaryOperator;
  const right = binary(r, rightLevel);
  return { kind: 'binary', op, left, right, span: r.spanFrom(left.span) };
}

function logical(r: Reader, left: Expression, op: 'and' | 'or', rightLevel: number): Expression {
  r.next();
  const right = binary(r, rightLevel);
  return { kind: 'binary', op, left, right, span: r.spanFrom(left.span) };
}

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!<': '>=',
  '!>': '<=',
};

/** Operators that may be written with white space between their signs: `< >`, `> =`, `! =`. */
function comparisonOperator(r: Reader): ComparisonOperator | undefined {
  const { upper } = r.token;
  if (upper === '!' || ((upper === '<' || upper === '>') && (r.peekIs('=') || r.peekIs('>')))) {
    const joined = COMPARISONS[upper + r.peek().upper];
    if (joined !== undefined) r.next();
    if (joined !== undefined) r.next();
    return joined;
  }
  const op = COMPARISONS[upper];
  if (op !== undefined) r.next();
  return op;
}

const TRUTHS = new Set<Expression['kind']>([
  'isNull',
  'in',
  'between',
  'like',
  'exists',
  'quantified',
  'isDistinct',
  'fullText',
]);

/** Whether an expression is a condition, which cannot be compared again: `a = b = c` is a fault. */
function isCondition(e: Expression): boolean {
  if (e.kind === 'unary') return e.op === 'not';
  if (e.kind !== 'binary') return TRUTHS.has(e.kind);
  return e.op === 'and' || e.op === 'or' || e.op === '*=' || e.op === '=*' || Object.hasOwn(COMPARISONS, e.op);
}

function comparison(r: Reader, left: Expression): Expression | undefined {
  if (isCondition(left)) return undefined;
  if (r.is('*=')) return arithmetic(r, left, ADDITIVE);
  const equals = r.token;
  const op = comparisonOperator(r);
  if (op === undefined) return undefined;
  if (op === '=' && r.is('*') && r.token.start === equals.end) {
    r.next();
    const right = binary(r, ADDITIVE);
    return { kind: 'binary', op: '=*', left, right, span: r.spanFrom(left.span) };
  }
  const quantifier = r.token.upper;
  if ((quantifier === 'ALL' || quantifier === 'ANY' || quantifier === 'SOME') && r.peekIs('(')) {
    r.next();
    const query = parenQuery(r);
    const kind = quantifier === 'ALL' ? 'all' : quantifier === 'ANY' ? 'any' : 'some';
    return { kind: 'quantified', op, quantifier: kind, left, query, span: r.spanFrom(left.span) };
  }
  const right = binary(r, ADDITIVE);
  return { kind: 'binary', op, left, right, span: r.spanFrom(left.span) };
}

/** IS, IN, BETWEEN and LIKE, with NOT before the last three. */
function predicate(r: Reader, left: Expression): Expression | undefined {
  if (isCondition(left)) return undefined;
  if (r.is('IS')) return isPredicate(r, left);
  const not = r.is('NOT') && (r.peekIs('IN') || r.peekIs('BETWEEN') || r.peekIs('LIKE'));
  if (not) r.next();
  if (r.is('IN')) return inPredicate(r, left, not);
  if (r.accept('BETWEEN')) {
    const low = binary(r, ADDITIVE);
    r.expect('AND');
    const high = binary(r, ADDITIVE);
    return { kind: 'between', not, expression: left, low, high, span: r.spanFrom(left.span) };
  }
  if (r.accept('LIKE')) {
    const pattern = binary(r, ADDITIVE);
    const escape = likeEscape(r);
    return { kind: 'like', not, expression: left, pattern, ...(escape && { escape }), span: r.spanFrom(left.span) };
  }
  return undefined;
}

/** ESCAPE may stand in the braces of ODBC. */
function likeEscape(r: Reader): Expression | undefined {
  if (r.is('{') && r.peekIs('ESCAPE')) {
    r.next();
    r.next();
    const value = binary(r, ADDITIVE);
    r.expect('}');
    return value;
  }
  return r.accept('ESCAPE') ? binary(r, ADDITIVE) : undefined;
}

function isPredicate(r: Reader, left: Expression): Expression {
  r.next();
  const not = r.accept('NOT');
  if (r.accept('NULL')) return { kind: 'isNull', not, expression: left, span: r.spanFrom(left.span) };
  r.expectSequence('DISTINCT', 'FROM');
  const right = binary(r, ADDITIVE);
  return { kind: 'isDistinct', not, left, right, span: r.spanFrom(left.span) };
}

function inPredicate(r: Reader, left: Expression, not: boolean): Expression {
  r.next();
  const open = r.expect('(');
  if (startsQuery(r)) {
    r.rewind(r.index - 1);
    const query = parenQuery(r);
    return { kind: 'in', not, expression: left, query, span: r.spanFrom(left.span) };
  }
  const values = expressionList(r);
  r.expect(')');
  const query = onlyQuery(values, r.span(open));
  const source = query === undefined ? { values } : { query };
  return { kind: 'in', not, expression: left, ...source, span: r.spanFrom(left.span) };
}

/** `IN ((SELECT …))` is a query in more parentheses than it needs. */
function onlyQuery(values: readonly Expression[], span: Span): Query | undefined {
  const [only] = values;
  if (values.length !== 1 || only?.kind !== 'subquery') return undefined;
  return { ...only.query, span };
}
