import type { Identifier, Span } from '../ast/index.ts';
import type { Token } from '../lexer/token.ts';
import type { ParseError } from '../script.ts';
import { RESERVED } from './keywords.ts';

/** Thrown at the first token that does not fit and caught by the statement around it; it never leaves this library. */
export class SyntaxFault extends Error {
  readonly number: number;
  readonly token: Token;

  constructor(number: number, message: string, token: Token) {
    super(message);
    this.number = number;
    this.token = token;
  }
}

const SHOWN = 60;
const CHAIN_LIMIT = 5_000;

/** The message that SQL Server gives for a token that does not fit. */
function fault(token: Token): SyntaxFault {
  if (token.type === 'unclosed') {
    const text = token.text.slice(1, 1 + SHOWN);
    return new SyntaxFault(105, `Unclosed quotation mark after the character string '${text}'.`, token);
  }
  if (token.type === 'end') return new SyntaxFault(102, 'Incorrect syntax near the end of the statement.', token);
  const near = token.type === 'string' || token.type === 'dquote' ? token.text.slice(1, -1) : token.text;
  if (token.type === 'word' && RESERVED.has(token.upper))
    return new SyntaxFault(156, `Incorrect syntax near the keyword '${near}'.`, token);
  return new SyntaxFault(102, `Incorrect syntax near '${near.slice(0, SHOWN)}'.`, token);
}

/** Walks over the tokens of one batch. All parsing functions share one; `token` is the next token that nobody has taken. */
export class Reader {
  token: Token;
  /** Whether `"x"` is a name at this point of the text. */
  quotedIdentifier: boolean;
  /** Whether the body of a module is being read. */
  inModule = false;
  /** The faults so far. */
  readonly errors: ParseError[] = [];
  /** Whether one of them is that the batch ends too early; what is missing because of it costs no further error. */
  endReported = false;
  /** How many blocks recovery skipped the beginning of: their ENDs are no fault. */
  strayEnds = 0;
  /** The whole text, for the source of modules and of unknown statements. */
  readonly text: string;
  /** The text of this batch within `text`. */
  readonly batch: Span;
  /** The parenthesis that opened before an expression, by the span of its node. */
  private readonly opened = new WeakMap<Span, Token>();
  private readonly tokens: readonly Token[];
  /** The first token of the batch that is no semicolon, as far as that is known. */
  private begin: number;
  private readonly last: number;
  private readonly maxDepth: number;
  private pos: number;
  private depth = 0;

  constructor(source: BatchSource) {
    this.tokens = source.tokens;
    this.text = source.text;
    this.pos = source.from;
    this.last = source.to;
    this.batch = source.batch;
    this.begin = source.from;
    this.quotedIdentifier = source.quotedIdentifier;
    this.maxDepth = source.maxDepth;
    this.token = this.at(this.pos);
  }

  /** The token at an index; behind the batch there is only its end. */
  private at(index: number): Token {
    const token = this.tokens[index < this.last ? index : this.last];
    if (token === undefined) throw new RangeError('the token list has no end token');
    if (index < this.last || token.type === 'end') return token;
    return { ...token, type: 'end', text: '', upper: '', end: token.start };
  }

  /** The index of the next token, for `rewind` and to see whether anything was taken. */
  get index(): number {
    return this.pos;
  }

  /** Whether a token is the first of its batch, semicolons aside. */
  startsBatch(token: Token): boolean {
    while (this.at(this.begin).upper === ';') this.begin++;
    return this.at(this.begin) === token;
  }

  /** The tokens from one index up to another. */
  slice(from: number, to: number): readonly Token[] {
    return this.tokens.slice(from, to);
  }

  /** Goes back to an index that was passed. Only for recovery after a fault: parsing never tries twice. */
  rewind(index: number): void {
    this.pos = index;
    this.token = this.at(index);
  }

  /** The token `ahead` places after the next one. */
  peek(ahead = 1): Token {
    return this.at(this.pos + ahead);
  }

  /** The token before the next one. */
  previous(): Token {
    return this.at(this.pos > 0 ? this.pos - 1 : 0);
  }

  /** Takes the next token. */
  next(): Token {
    const { token } = this;
    this.pos++;
    this.token = this.at(this.pos);
    return token;
  }

  /** Whether the next token is this word (upper-case) or symbol. */
  is(upper: string): boolean {
    return this.token.upper === upper;
  }

  /** Whether the next tokens are these words or symbols. */
  isSequence(...uppers: readonly string[]): boolean {
    for (let i = 0; i < uppers.length; i++) if (this.at(this.pos + i).upper !== uppers[i]) return false;
    return true;
  }

  /** Whether the token after the next one is this word or symbol. */
  peekIs(upper: string, ahead = 1): boolean {
    return this.at(this.pos + ahead).upper === upper;
  }

  /** Takes the next token if it is this word or symbol. */
  accept(upper: string): boolean {
    if (this.token.upper !== upper) return false;
    this.next();
    return true;
  }

  /** Takes the next tokens if they are all these words. */
  acceptSequence(...uppers: readonly string[]): boolean {
    if (!this.isSequence(...uppers)) return false;
    for (let i = 0; i < uppers.length; i++) this.next();
    return true;
  }

  /** Takes the next token if it is one of these words, and says which. */
  acceptAny<W extends string>(...uppers: readonly W[]): W | undefined {
    const { upper } = this.token;
    const found = uppers.find((word) => word === upper);
    if (found !== undefined) this.next();
    return found;
  }

  /** Takes the next token, which must be this word or symbol. */
  expect(upper: string): Token {
    if (this.token.upper !== upper) throw fault(this.token);
    return this.next();
  }

  /** Takes the next tokens, which must be these words. */
  expectSequence(...uppers: readonly string[]): void {
    for (const upper of uppers) this.expect(upper);
  }

  /** Takes the next token, which must be one of these words, and says which. */
  expectAny<W extends string>(...uppers: readonly W[]): W {
    return this.acceptAny(...uppers) ?? this.fail();
  }

  /** Gives up on the statement: the given token, or else the next one, does not fit. */
  fail(token: Token = this.token): never {
    throw fault(token);
  }

  /** The text from a token up to the last one taken. */
  span(from: Token): Span {
    const end = this.pos > 0 ? this.at(this.pos - 1).end : from.end;
    return { start: from.start, end: Math.max(end, from.start), line: from.line, column: from.column };
  }

  /** The text from the beginning of a node that was already read, with the parenthesis that opened before it. */
  spanFrom(from: Span): Span {
    const { start, line, column } = this.opened.get(from) ?? from;
    const end = this.pos > 0 ? this.at(this.pos - 1).end : from.end;
    return { start, end: Math.max(end, start), line, column };
  }

  /** Remembers the parenthesis around an expression: its node keeps its own span, one that begins with it begins with the parenthesis. */
  wrap(inner: Span, open: Token): void {
    this.opened.set(inner, open);
  }

  /** Counts one level of nesting in; every `enter` has its `leave`, except on the way out of a fault. */
  enter(): void {
    if (++this.depth > this.maxDepth) throw tooDeep(this.token);
  }

  /** Counts one level of nesting out. */
  leave(): void {
    this.depth--;
  }

  /** The depth now; recovery from a fault puts it back. */
  get nesting(): number {
    return this.depth;
  }

  /** Puts the depth back after a fault. */
  restore(depth: number): void {
    this.depth = depth;
  }

  /** Guards chains such as `a OR b OR …`, whose trees are as deep as they are long. */
  guardChain(length: number): void {
    if (length > CHAIN_LIMIT) throw tooDeep(this.token);
  }

  /** Whether a token can be a name: a word that is not reserved, or a quoted name. */
  isName(token: Token = this.token): boolean {
    switch (token.type) {
      case 'word':
        return !RESERVED.has(token.upper);
      case 'bracket':
        return true;
      case 'dquote':
        return this.quotedIdentifier;
      default:
        return false;
    }
  }

  /** Whether a token can be a variable; one that is declared may begin with two signs, like the functions that begin so. */
  isVariable(token: Token = this.token): boolean {
    return token.type === 'variable' || token.type === 'global';
  }

  /** Takes a name. */
  name(): Identifier {
    if (!this.isName()) this.fail();
    return this.anyName();
  }

  /** Takes a name, or a reserved word where no keyword can stand (behind a dot, after AS in some statements). */
  anyName(): Identifier {
    const { token } = this;
    const { type } = token;
    if (type !== 'word' && type !== 'bracket' && type !== 'dquote') this.fail();
    this.next();
    return identifierOf(token);
  }

  /** Takes a name or a string, as aliases and some options allow. */
  nameOrString(): Identifier {
    const { token } = this;
    if (token.type !== 'string' && token.type !== 'nstring' && token.type !== 'dquote') return this.name();
    this.next();
    return identifierOf(token);
  }
}

/** Error 191: the text is fine but too deep for the stack. */
export function tooDeep(token: Token): SyntaxFault {
  const message =
    'Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.';
  return new SyntaxFault(191, message, token);
}

/** A stretch of tokens that makes one batch: those from `from` up to `to`, which is its end (GO, or the end of the text). */
export interface BatchSource {
  readonly tokens: readonly Token[];
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly batch: Span;
  readonly quotedIdentifier: boolean;
  readonly maxDepth: number;
}

/** The content of a quoted token; `\` at the end of a line continues a string. */
export function unquoteToken(token: Token): string {
  const { text, type } = token;
  switch (type) {
    case 'bracket':
      return text.slice(1, -1).replaceAll(']]', ']');
    case 'dquote':
      return text.slice(1, -1).replaceAll('""', '"');
    case 'string':
      return joinLines(text.slice(1, -1).replaceAll("''", "'"));
    case 'nstring':
      return joinLines(text.slice(2, -1).replaceAll("''", "'"));
    default:
      return text;
  }
}

function joinLines(text: string): string {
  return text.includes('\\') ? text.replace(/\\\r?\n/g, '') : text;
}

/** The identifier that a word, quoted name or string stands for. */
export function identifierOf(token: Token): Identifier {
  const { type, start, end, line, column } = token;
  const quote = type === 'bracket' ? 'bracket' : type === 'dquote' ? 'double' : type === 'word' ? 'none' : 'single';
  return { kind: 'identifier', name: unquoteToken(token), quote, span: { start, end, line, column } };
}
