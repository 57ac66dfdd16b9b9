import type { ClauseValue, Keyword } from '../ast/index.ts';
import { expression } from '../parser/expressions.ts';
import { dataType, objectName } from '../parser/names.ts';
import { literal } from '../parser/primary.ts';
import { selectItem } from '../parser/query.ts';
import type { Reader } from '../parser/reader.ts';
import { classWords } from '../parser/security.ts';

type Token = Reader['token'];

/** A kind of value that a syntax names in `<…>`: whether a token can begin it, and how to read it. */
export interface ValueKind {
  readonly starts: (r: Reader, token: Token, ahead: number) => boolean;
  readonly read: (r: Reader) => ClauseValue;
}

const isString = (r: Reader, token: Token): boolean =>
  token.type === 'string' || token.type === 'nstring' || (token.type === 'dquote' && !r.quotedIdentifier);
const isConstant = (r: Reader, token: Token): boolean =>
  isString(r, token) || /^(int|decimal|float|money|binary)$/.test(token.type) || token.upper === 'NULL';
const isName = (r: Reader, token: Token): boolean => r.isName(token) || token.upper === '.';
const isVariable = (r: Reader, token: Token): boolean => r.isVariable(token);

function keyword(r: Reader): Keyword {
  const token = r.next();
  return { kind: 'keyword', name: token.upper, span: r.span(token) };
}

function variable(r: Reader): ClauseValue {
  if (!r.isVariable()) r.fail();
  const token = r.next();
  return { kind: 'variable', name: token.text, span: r.span(token) };
}

function constant(r: Reader): ClauseValue {
  const { token } = r;
  if (!isConstant(r, token)) r.fail();
  if (token.type === 'dquote' || token.upper === 'NULL') return expression(r);
  return literal(r, token.type as Parameters<typeof literal>[1]);
}

/** Tells a value of its own type from a variable in its place. */
function orVariable(kind: ValueKind): ValueKind {
  return {
    starts: (r, token, ahead) => isVariable(r, token) || kind.starts(r, token, ahead),
    read: (r) => (r.isVariable() ? variable(r) : kind.read(r)),
  };
}

/** `10.0.0.1`, which reads as numbers that touch each other. */
function address(r: Reader): ClauseValue {
  const start = r.token;
  let text = '';
  while (r.token.type === 'decimal' || r.token.type === 'int') {
    if (text !== '' && r.token.start !== r.previous().end) break;
    text += r.next().text;
  }
  if (!/^\d+(\.\d+){3}$/.test(text)) r.fail(start);
  return { kind: 'keyword', name: text, span: r.span(start) };
}

const NAME: ValueKind = { starts: (r, token) => r.isName(token), read: (r) => r.name() };
const STRING: ValueKind = { starts: isString, read: (r) => (isString(r, r.token) ? constant(r) : r.fail()) };
const CONSTANT: ValueKind = { starts: isConstant, read: constant };
const PRINCIPAL: ValueKind = {
  starts: (r, token) => r.isName(token) || token.upper === 'PUBLIC',
  read: (r) => (r.is('PUBLIC') ? r.anyName() : r.name()),
};

/** `OBJECT::` before a name. */
const CLASS: ValueKind = {
  starts: (r, token, ahead) => token.type === 'word' && r.peekIs('::', ahead + 1),
  read: (r) => {
    const start = r.token;
    return { kind: 'keyword', name: `${classWords(r) ?? r.fail()}::`, span: r.span(start) };
  },
};

/** The values that a syntax may name. */
export const VALUE_KINDS: ReadonlyMap<string, ValueKind> = new Map<string, ValueKind>([
  ['name', NAME],
  ['principal', PRINCIPAL],
  ['class', CLASS],
  ['object', { starts: isName, read: objectName }],
  ['string', STRING],
  ['constant', CONSTANT],
  [
    'int',
    { starts: (_, token) => token.type === 'int', read: (r) => (r.token.type === 'int' ? constant(r) : r.fail()) },
  ],
  ['variable', { starts: isVariable, read: variable }],
  ['value', orVariable(CONSTANT)],
  ['nameOrVariable', orVariable(NAME)],
  ['stringOrVariable', orVariable(STRING)],
  ['expression', { starts: (_, token) => token.type !== 'end' && token.upper !== ';', read: expression }],
  ['type', { starts: isName, read: dataType }],
  ['item', { starts: (_, token) => token.type !== 'end' && token.upper !== ';', read: selectItem }],
  [
    'word',
    {
      starts: (_, token) => token.type === 'word',
      read: (r) => (r.token.type === 'word' ? keyword(r) : r.fail()),
    },
  ],
  ['address', { starts: (_, token) => token.type === 'decimal', read: address }],
]);

/** Takes a word of the syntax as a value: `STATUS = ON`. */
export { keyword };
