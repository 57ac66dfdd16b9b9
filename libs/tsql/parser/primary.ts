import type { Expression, Identifier, Literal, LiteralType } from '../ast/index.ts';
import { expression, expressionList, scalar } from './expressions.ts';
import {
  caseExpression,
  castCall,
  convertCall,
  fullTextPredicate,
  callArguments,
  nextValueFor,
  overClause,
} from './calls.ts';
import { graphMatch } from './graph.ts';
import { BARE_FUNCTIONS, RESERVED, VALUE_WORDS } from './keywords.ts';
import { nameParts, objectNameOf } from './names.ts';
import { parenQuery, queryTail } from './query.ts';
import { identifierOf, unquoteToken, type Reader } from './reader.ts';

const INT_MAX = '2147483647';

/** Whether a value can begin at the next token; used where a value is optional. */
export function startsValue(r: Reader): boolean {
  const { type, upper } = r.token;
  switch (type) {
    case 'word':
      if (upper === 'UPDATE' || upper === 'IDENTITY') return false;
      return VALUE_WORDS.has(upper) || (!RESERVED.has(upper) && !r.peekIs(':'));
    case 'symbol':
      return upper === '(' || upper === '-' || upper === '+' || upper === '~' || upper === '{';
    case 'go':
    case 'end':
    case 'bad':
    case 'unclosed':
      return false;
    default:
      return true;
  }
}

/** Reads one operand with everything that may hang on it: methods, COLLATE, AT TIME ZONE. */
export function primary(r: Reader): Expression {
  const wrapped = r.is('(');
  let value = atom(r);
  for (let length = 0; ; length++) {
    r.guardChain(length);
    const next = postfix(r, value, wrapped);
    if (next === undefined) return value;
    value = next;
  }
}

/** A column takes members only when it was in parentheses: else the dot was part of its name. */
function postfix(r: Reader, target: Expression, wrapped: boolean): Expression | undefined {
  if (r.is('.') && (wrapped || (target.kind !== 'literal' && target.kind !== 'column'))) return member(r, target);
  if (r.accept('COLLATE')) {
    const collation = r.name();
    return { kind: 'collate', expression: target, collation, span: r.spanFrom(target.span) };
  }
  if (r.isSequence('AT', 'TIME', 'ZONE')) {
    r.expectSequence('AT', 'TIME', 'ZONE');
    const zone = zoneOperand(r);
    return { kind: 'atTimeZone', expression: target, zone, span: r.spanFrom(target.span) };
  }
  return undefined;
}

/** A zone is one operand; a second AT TIME ZONE belongs to the whole. */
function zoneOperand(r: Reader): Expression {
  let value = atom(r);
  while (r.is('.') && value.kind !== 'literal' && value.kind !== 'column') value = member(r, value);
  return value;
}

/** `.method(…)` or `.property` of a value. */
function member(r: Reader, target: Expression): Expression {
  r.next();
  const name = r.anyName();
  if (!r.is('(')) return { kind: 'property', target, name, span: r.spanFrom(target.span) };
  const args = argumentList(r);
  return { kind: 'methodCall', target, method: name, args, span: r.spanFrom(target.span) };
}

/** `(a, b)`, possibly empty. */
export function argumentList(r: Reader): Expression[] {
  r.expect('(');
  const args = r.is(')') ? [] : expressionList(r);
  r.expect(')');
  return args;
}

function atom(r: Reader): Expression {
  const { token } = r;
  switch (token.type) {
    case 'word':
      return word(r);
    case 'bracket':
      return named(r);
    case 'dquote':
      return r.quotedIdentifier ? named(r) : literal(r, 'string');
    case 'string':
    case 'nstring':
    case 'int':
    case 'decimal':
    case 'float':
    case 'money':
    case 'binary':
      return literal(r, token.type);
    case 'variable':
    case 'global':
      r.next();
      return { kind: token.type === 'variable' ? 'variable' : 'globalVariable', name: token.text, span: r.span(token) };
    case 'symbol':
      return symbol(r);
    default:
      return r.fail();
  }
}

/** Reads a constant of the given kind. */
export function literal(r: Reader, type: LiteralType): Literal {
  const token = r.next();
  const { text } = token;
  const made = (actual: LiteralType, value: string): Literal => ({
    kind: 'literal',
    type: actual,
    text,
    value,
    span: r.span(token),
  });
  switch (type) {
    case 'string':
    case 'nstring':
      return made(type, unquoteToken(token));
    case 'money':
      return signedMoney(r, made(type, text.slice(1)));
    case 'binary':
      return made(type, text.slice(2).replace(/\\\r?\n/g, ''));
    case 'int': {
      const digits = text.replace(/^0+(?=\d)/, '');
      const isInt = digits.length < INT_MAX.length || (digits.length === INT_MAX.length && digits <= INT_MAX);
      return made(isInt ? 'int' : 'decimal', text);
    }
    default:
      return made(type, text);
  }
}

/** `$-5` is minus five: the sign may stand behind the currency. */
function signedMoney(r: Reader, money: Literal): Literal {
  const sign = r.token;
  if (money.value !== '' || (!r.is('-') && !r.is('+')) || sign.start !== money.span.end) return money;
  const digits = r.peek();
  if ((digits.type !== 'int' && digits.type !== 'decimal') || digits.start !== sign.end) return money;
  r.next();
  r.next();
  const value = (sign.upper === '-' ? '-' : '') + digits.text;
  return { ...money, text: money.text + sign.text + digits.text, value, span: r.spanFrom(money.span) };
}

function symbol(r: Reader): Expression {
  if (r.is('(')) return parenthesised(r);
  if (r.is('*')) {
    const token = r.next();
    return { kind: 'star', qualifier: [], span: r.span(token) };
  }
  if (r.is('{')) return odbc(r);
  if (r.is('::')) {
    // The old form of a system function: `::fn_helpcollations()`.
    const start = r.next();
    const called = named(r);
    return called.kind === 'column' ? r.fail(start) : called;
  }
  if (r.is('.')) {
    // A column may lack its table's name; a function has no part before its name to be left out.
    const start = r.token;
    const column = named(r);
    return column.kind === 'column' ? column : r.fail(start);
  }
  return r.fail();
}

/** An expression or a query in parentheses; `((SELECT 1) UNION SELECT 2)` shows only behind its first part which it is. */
function parenthesised(r: Reader): Expression {
  const open = r.token;
  if (r.peekIs('SELECT') || r.peekIs('WITH')) {
    const query = parenQuery(r);
    return { kind: 'subquery', query, span: r.span(open) };
  }
  r.next();
  const inner = expression(r);
  if (inner.kind === 'star') r.fail(open);
  if (inner.kind === 'subquery' && (r.is('UNION') || r.is('EXCEPT') || r.is('INTERSECT'))) {
    const query = queryTail(r, inner.query);
    r.expect(')');
    return { kind: 'subquery', query, span: r.span(open) };
  }
  r.expect(')');
  r.wrap(inner.span, open);
  return inner;
}

const ODBC_ONLY = new Set(['CONVERT', 'EXTRACT', 'CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'TRUNCATE']);

function odbcCall(r: Reader, start: Reader['token']): Expression {
  const name = r.next().upper;
  r.expect('(');
  const args: Expression[] = [];
  while (!r.is(')')) {
    args.push(scalar(r));
    if (!r.accept(name === 'EXTRACT' ? 'FROM' : ',')) break;
  }
  r.expectSequence(')', '}');
  return { kind: 'odbcCall', name, args, span: r.span(start) };
}

function odbc(r: Reader): Expression {
  const start = r.expect('{');
  const type = r.next().upper.toLowerCase();
  if (type === 'fn' && ODBC_ONLY.has(r.token.upper) && r.peekIs('(')) return odbcCall(r, start);
  if (type === 'fn') {
    // No more than a call: `{fn UCASE(c)}`.
    if (!r.peekIs('(')) r.fail();
    const call = word(r);
    r.expect('}');
    return call;
  }
  if (type !== 'd' && type !== 't' && type !== 'ts' && type !== 'guid') r.fail();
  const { token } = r;
  if (token.type !== 'string' && token.type !== 'nstring') r.fail();
  r.next();
  r.expect('}');
  return { kind: 'odbcLiteral', type, value: unquoteToken(token), span: r.span(start) };
}

/** A value that begins with a word: keyword values and functions, else a name. */
function word(r: Reader): Expression {
  const { token } = r;
  const { upper } = token;
  const isCall = r.peekIs('(');
  switch (upper) {
    case 'NULL':
      r.next();
      return { kind: 'literal', type: 'null', text: token.text, value: '', span: r.span(token) };
    case 'CASE':
      return caseExpression(r);
    case 'EXISTS': {
      r.next();
      const query = parenQuery(r);
      return { kind: 'exists', query, span: r.span(token) };
    }
    case 'DEFAULT':
      r.next();
      return { kind: 'default', span: r.span(token) };
    case 'NEXT':
      return r.isSequence('NEXT', 'VALUE', 'FOR') ? nextValueFor(r) : named(r);
    case 'CAST':
    case 'TRY_CAST':
    case 'PARSE':
    case 'TRY_PARSE':
      return isCall ? castCall(r) : named(r);
    case 'CONVERT':
    case 'TRY_CONVERT':
      return convertCall(r);
    case 'CONTAINS':
    case 'FREETEXT':
      return fullTextPredicate(r);
    case 'MATCH':
      return isCall ? graphMatch(r) : named(r);
    case 'ROWGUIDCOL':
    case 'IDENTITYCOL':
      r.next();
      return { kind: 'column', parts: [identifierOf(token)], span: r.span(token) };
    default:
      return otherWord(r);
  }
}

const KEYWORD_FUNCTIONS = new Set([
  'COALESCE',
  'NULLIF',
  'LEFT',
  'RIGHT',
  'UPDATE',
  'IDENTITY',
  'OPENQUERY',
  'OPENXML',
  'IF',
  'SCHEMA',
  'DATABASE',
  'TRUNCATE',
  'INSERT',
  'USER',
]);

function otherWord(r: Reader): Expression {
  const { token } = r;
  if (r.peekIs('(') && KEYWORD_FUNCTIONS.has(token.upper)) {
    r.next();
    return call(r, [identifierOf(token)], token);
  }
  if (BARE_FUNCTIONS.has(token.upper)) {
    r.next();
    const name = objectNameOf(r, [identifierOf(token)], r.span(token));
    return { kind: 'call', name, args: [], parens: false, distinct: false, span: r.span(token) };
  }
  return named(r);
}

const XML_METHODS = new Set(['value', 'query', 'exist', 'nodes', 'modify']);
const CLR_METHODS =
  /^(ST[A-Z]\w*|As(Gml|TextZM|BinaryZM)|BufferWith\w+|Get(Ancestor|Descendant|Level|ReparentedValue)|IsDescendantOf|ToString|Reduce|MakeValid|EnvelopeAngle|EnvelopeCenter|NumRings|RingN|ReorientObject|InstanceOf|IsValidDetailed|MinDbCompatibilityLevel|ShortestLineTo|CurveToLineWithTolerance)$/;

/** Whether a name is that of a method of xml or of a CLR type: these names are case-sensitive, and no function has them. */
export function isTypeMethod(name: string): boolean {
  return XML_METHODS.has(name) || CLR_METHODS.test(name);
}

/** A column, `t.*`, a function by name, a method of a column, or a static method of a type. */
function named(r: Reader): Expression {
  const start = r.token;
  const parts = starParts(r);
  if (parts === undefined) {
    const qualifier = starQualifier(r);
    return { kind: 'star', qualifier, span: r.span(start) };
  }
  if (r.is('::')) return staticCall(r, parts, start);
  if (!r.is('(')) return { kind: 'column', parts, span: r.span(start) };
  if (parts.length >= 2) {
    const method = parts.at(-1);
    if (method && (isTypeMethod(method.name) || parts.length > 4)) {
      const span = {
        start: start.start,
        end: parts.at(-2)?.span.end ?? start.end,
        line: start.line,
        column: start.column,
      };
      const target: Expression = { kind: 'column', parts: parts.slice(0, -1), span };
      const args = argumentList(r);
      return { kind: 'methodCall', target, method, args, span: r.span(start) };
    }
  }
  return call(r, parts, start);
}

/** The parts of a dotted name, or undefined at `.*`: then the reader stands before the star and the parts are read again. */
function starParts(r: Reader): (Identifier | null)[] | undefined {
  if (!endsInStar(r)) return nameParts(r);
  return undefined;
}

function endsInStar(r: Reader): boolean {
  if (!r.isName() && !r.is('.')) return false;
  let ahead = r.is('.') ? 0 : 1;
  for (let parts = 0; parts < 5; parts++) {
    if (r.peek(ahead).upper !== '.') return false;
    const { upper } = r.peek(ahead + 1);
    if (upper === '*') return true;
    ahead += upper === '.' ? 1 : 2;
  }
  return false;
}

function starQualifier(r: Reader): (Identifier | null)[] {
  const parts: (Identifier | null)[] = [];
  while (!r.is('*')) {
    if (r.is('.')) parts.push(null);
    else parts.push(r.anyName());
    r.expect('.');
  }
  r.next();
  return parts;
}

function staticCall(r: Reader, parts: readonly (Identifier | null)[], start: Reader['token']): Expression {
  const type = objectNameOf(r, parts, r.span(start));
  r.expect('::');
  const method = r.anyName();
  if (!r.is('(')) return { kind: 'staticCall', type, method, span: r.span(start) };
  const args = argumentList(r);
  return { kind: 'staticCall', type, method, args, span: r.span(start) };
}

/** A call of a named function with its OVER, WITHIN GROUP and the rest. */
export function call(r: Reader, parts: readonly (Identifier | null)[], start: Reader['token']): Expression {
  const name = objectNameOf(r, parts, r.span(start));
  const upper = parts.length === 1 ? name.name.name.toUpperCase() : '';
  const inner = callArguments(r, upper);
  const tail = overClause(r);
  return { kind: 'call', name, parens: true, distinct: false, ...inner, ...tail, span: r.span(start) };
}
