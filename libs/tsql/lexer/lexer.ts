import type { Comment, ParseError, SqlcmdLine } from '../script.ts';
import type { Token, TokenType } from './token.ts';
import { isCurrency, isDigit, isHex, isNamePart, isNameStart, isSpace } from './chars.ts';

/** What a text consists of. The last token is always of type `end`. */
export interface LexedText {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly directives: readonly SqlcmdLine[];
  readonly errors: readonly ParseError[];
}

/** Symbols of two characters, by their first. `||=` is the only one of three. */
const PAIRS: Readonly<Record<string, string>> = {
  '<': '>=<',
  '>': '=>',
  '!': '=<>',
  '+': '=',
  '-': '=',
  '*': '=',
  '/': '=',
  '%': '=',
  '&': '=',
  '|': '=|',
  '^': '=',
  ':': ':',
};
const SYMBOLS = new Set('()+-*/%&|^~=<>!.,;:{}');
const SQLCMD = new Set(
  'CONNECT,ED,ERROR,EXIT,HELP,LIST,LISTVAR,ON,OUT,PERFTRACE,QUIT,R,RESET,SERVERLIST,SETVAR,XML'.split(','),
);

/** Turns a text into tokens in one pass, each character looked at a bounded number of times. */
class Lexer {
  readonly tokens: Token[] = [];
  readonly comments: Comment[] = [];
  readonly directives: SqlcmdLine[] = [];
  readonly errors: ParseError[] = [];
  private readonly text: string;
  private readonly script: boolean;
  private pos = 0;
  private line = 1;
  /** Offset at which the current line begins. */
  private lineBegin = 0;
  /** The line of the token before, to know whether the next one is the first on its line. */
  private lastLine = 0;
  private readonly spellings = new Map<string, { readonly written: string; readonly upper: string }>();
  /** The line feed that was found last. */
  private lineFeed = -1;
  private ended = false;

  constructor(text: string, script: boolean) {
    this.text = text;
    this.script = script;
  }

  run(): LexedText {
    this.readTo(() => false);
    return this;
  }

  /** What stands before the next GO line, that token last, or before the end; undefined behind it. Earlier tokens are let go. */
  nextBatch(): LexedText | undefined {
    if (this.ended) return undefined;
    this.readTo(() => this.tokens.at(-1)?.type === 'go');
    const { tokens, comments, directives, errors } = this;
    return {
      tokens: tokens.splice(0),
      comments: comments.splice(0),
      directives: directives.splice(0),
      errors: errors.splice(0),
    };
  }

  private readTo(isEnough: () => boolean): void {
    const { text } = this;
    const length = text.length;
    while (this.pos < length) {
      const c = text.charCodeAt(this.pos);
      if (isSpace(c)) {
        if (c === 10) this.newLine(this.pos + 1);
        this.pos++;
      } else if (c === 45 && text.charCodeAt(this.pos + 1) === 45) this.lineComment();
      else if (c === 47 && text.charCodeAt(this.pos + 1) === 42) this.blockComment();
      else {
        this.token(c);
        if (isEnough()) return;
      }
    }
    this.push('end', length, '');
    this.ended = true;
  }

  private newLine(at: number): void {
    this.line++;
    this.lineBegin = at;
  }

  /** Adds the token from the current position up to `end` and moves past it; counts the lines within it. */
  private push(type: TokenType, end: number, upper: string, written?: string): void {
    const { text, pos: start, line } = this;
    this.tokens.push({
      type,
      text: written ?? text.slice(start, end),
      upper,
      start,
      end,
      line,
      column: start - this.lineBegin + 1,
      lineStart: line !== this.lastLine,
    });
    this.pos = end;
    if (type === 'string' || type === 'nstring' || type === 'bracket' || type === 'dquote' || type === 'unclosed')
      this.countLines(start, end);
    this.lastLine = this.line;
  }

  /** The first line feed at or behind an offset, else the text's end: looked for once, however many tokens its line has. */
  private lineFeedFrom(offset: number): number {
    if (this.lineFeed < offset) {
      const at = this.text.indexOf('\n', offset);
      this.lineFeed = at < 0 ? this.text.length : at;
    }
    return this.lineFeed;
  }

  private countLines(start: number, end: number): void {
    for (let at = this.lineFeedFrom(start); at < end; at = this.lineFeedFrom(at + 1)) this.newLine(at + 1);
  }

  private span(start: number, end: number): Comment['span'] {
    return { start, end, line: this.line, column: start - this.lineBegin + 1 };
  }

  private lineComment(): void {
    const end = this.endOfLine(this.pos);
    this.comments.push({ style: 'line', text: this.text.slice(this.pos, end), span: this.span(this.pos, end) });
    this.pos = end;
  }

  private endOfLine(from: number): number {
    const at = this.text.indexOf('\n', from);
    if (at < 0) return this.text.length;
    return at > from && this.text.charCodeAt(at - 1) === 13 ? at - 1 : at;
  }

  /** Block comments nest. */
  private blockComment(): void {
    const { text, pos: start } = this;
    let depth = 1;
    let at = start + 2;
    while (depth > 0 && at < text.length) {
      const c = text.charCodeAt(at);
      const next = text.charCodeAt(at + 1);
      if (c === 42 && next === 47) {
        depth--;
        at += 2;
      } else if (c === 47 && next === 42) {
        depth++;
        at += 2;
      } else at++;
    }
    const span = this.span(start, at);
    this.comments.push({ style: 'block', text: text.slice(start, at), span });
    if (depth > 0) this.errors.push({ number: 113, message: "Missing end comment mark '*/'.", span });
    this.pos = at;
    this.countLines(start, at);
  }

  private token(c: number): void {
    const { text, pos } = this;
    if (isNameStart(c)) this.word(c);
    else if (isDigit(c) || (c === 46 && isDigit(text.charCodeAt(pos + 1)))) this.number(c);
    else if (c === 39) this.quoted('string', 39, pos);
    else if (c === 91) this.quoted('bracket', 93, pos);
    else if (c === 34) this.quoted('dquote', 34, pos);
    else if (c === 64) this.variable();
    else if (isCurrency(c)) this.money(c);
    else this.symbol(c);
  }

  private endOfName(from: number): number {
    const { text } = this;
    let at = from;
    while (at < text.length && isNamePart(text.charCodeAt(at))) at++;
    return at;
  }

  private word(c: number): void {
    const { text, pos } = this;
    if ((c === 78 || c === 110) && text.charCodeAt(pos + 1) === 39) return this.quoted('nstring', 39, pos + 1);
    const end = this.endOfName(pos + 1);
    const { written, upper } = this.spelling(text.slice(pos, end));
    if (this.script && upper === 'GO' && this.line !== this.lastLine && this.separator(end)) return;
    this.push('word', end, upper, written);
  }

  /** A word is kept once however often it occurs: the tokens of a long text would be most of its memory. */
  private spelling(word: string): { readonly written: string; readonly upper: string } {
    let known = this.spellings.get(word);
    if (known === undefined) {
      const upper = word.toUpperCase();
      known = { written: word, upper: upper === word ? word : upper };
      this.spellings.set(word, known);
    }
    return known;
  }

  /** GO alone on its line, with a count at most. The token covers the whole line. */
  private separator(after: number): boolean {
    const { text, pos } = this;
    const before = text.slice(this.lineBegin, pos);
    if (before.trim() !== '') return false;
    const end = this.endOfLine(after);
    const rest = text.slice(after, end);
    const comment = rest.indexOf('--');
    const count = (comment < 0 ? rest : rest.slice(0, comment)).replace(/;\s*$/, '').trim();
    if (count.length > 10 || !/^(\d*|\/\*.*\*\/)$/.test(count)) return false;
    this.push('go', end, count.startsWith('/') ? '' : count);
    return true;
  }

  /** A string or quoted name; `quoteAt` is where its opening quote stands (after the N of a national string). */
  private quoted(type: TokenType, close: number, quoteAt: number): void {
    const { text } = this;
    const mark = String.fromCharCode(close);
    let at = text.indexOf(mark, quoteAt + 1);
    while (at >= 0 && text.charCodeAt(at + 1) === close) at = text.indexOf(mark, at + 2);
    if (at < 0) this.push('unclosed', text.length, '');
    else this.push(type, at + 1, '');
  }

  private variable(): void {
    const { text, pos } = this;
    const global = text.charCodeAt(pos + 1) === 64;
    this.push(global ? 'global' : 'variable', this.endOfName(pos + 1), '');
  }

  private number(c: number): void {
    const { text, pos } = this;
    const next = text.charCodeAt(pos + 1);
    if (c === 48 && (next === 120 || next === 88)) return this.push('binary', this.endOfHex(pos + 2), '');
    let at = this.endOfDigits(pos);
    let type: TokenType = 'int';
    if (text.charCodeAt(at) === 46) {
      type = 'decimal';
      at = this.endOfDigits(at + 1);
    }
    const e = text.charCodeAt(at);
    if (e === 101 || e === 69) {
      type = 'float';
      at++;
      const sign = text.charCodeAt(at);
      if (sign === 43 || sign === 45) at++;
      at = this.endOfDigits(at);
    }
    this.push(type, at, '');
  }

  private endOfDigits(from: number): number {
    let at = from;
    while (isDigit(this.text.charCodeAt(at))) at++;
    return at;
  }

  /** Hexadecimal digits; a backslash at the end of a line continues them on the next. */
  private endOfHex(from: number): number {
    let at = from;
    for (;;) {
      while (isHex(this.text.charCodeAt(at))) at++;
      if (this.text.charCodeAt(at) !== 92) return at;
      const next = this.text.charCodeAt(at + 1) === 13 ? at + 2 : at + 1;
      if (this.text.charCodeAt(next) !== 10) return at;
      at = next + 1;
    }
  }

  /** A money constant, a `$word`, or a `$(variable)` of SQLCMD. */
  private money(c: number): void {
    const { text, pos } = this;
    const next = text.charCodeAt(pos + 1);
    if (c === 36 && next === 40) {
      const close = text.slice(pos, pos + 200).indexOf(')');
      if (close > 0)
        return this.push('word', this.endOfName(pos + close + 1), text.slice(pos, pos + close + 1).toUpperCase());
    }
    if (c === 36 && isNameStart(next)) {
      const end = this.endOfName(pos + 1);
      return this.push('word', end, text.slice(pos, end).toUpperCase());
    }
    let at = this.endOfDigits(pos + 1);
    if (text.charCodeAt(at) === 46) at = this.endOfDigits(at + 1);
    this.push('money', at, '');
  }

  private symbol(c: number): void {
    const { text, pos } = this;
    const first = text.charAt(pos);
    const onLineStart = this.script && this.line !== this.lastLine;
    if (onLineStart && (c === 58 || (c === 33 && text.charCodeAt(pos + 1) === 33)) && this.directive()) return;
    if (!SYMBOLS.has(first)) return this.bad(c);
    const second = text.charAt(pos + 1);
    const isPair = second !== '' && (PAIRS[first] ?? '').includes(second);
    const isTriple = isPair && first === '|' && second === '|' && text.charAt(pos + 2) === '=';
    const end = pos + (isTriple ? 3 : isPair ? 2 : 1);
    const piece = text.slice(pos, end);
    this.push('symbol', end, piece, piece);
  }

  private bad(c: number): void {
    const isPair = c >= 0xd800 && c <= 0xdbff;
    this.push('bad', Math.min(this.pos + (isPair ? 2 : 1), this.text.length), '');
  }

  /** A line for the SQLCMD client (`:setvar`, `:r`, `!!`): the server never sees it. */
  private directive(): boolean {
    const { text, pos } = this;
    const from = text.charAt(pos) === ':' ? pos + 1 : pos;
    const isShell = text.startsWith('!!', from);
    const wordEnd = isShell ? from + 2 : this.endOfName(from);
    const command = text.slice(from, wordEnd).toUpperCase();
    if (!isShell && !SQLCMD.has(command)) return false;
    const end = this.endOfLine(pos);
    const argument = text.slice(wordEnd, end).trim();
    this.directives.push({ command: command.toLowerCase(), argument, span: this.span(pos, end) });
    this.pos = end;
    return true;
  }
}

/** Splits a text into tokens. With `script`, GO lines and SQLCMD lines are recognised; the server itself knows neither. */
export function lex(text: string, script: boolean): LexedText {
  return new Lexer(text, script).run();
}

/** The same of a script, one batch after the other: what was read before is let go, so that a script of any length can be read. */
export function* lexBatches(text: string): Generator<LexedText, undefined> {
  const lexer = new Lexer(text, true);
  for (let next = lexer.nextBatch(); next !== undefined; next = lexer.nextBatch()) yield next;
  return undefined;
}
