import type { Span } from './ast/index.ts';
import { lex, type LexedText } from './lexer/lexer.ts';
import type { Token } from './lexer/token.ts';
import { expression } from './parser/expressions.ts';
import { Reader, SyntaxFault, tooDeep, type BatchSource } from './parser/reader.ts';
import { statementsUntil } from './parser/statement.ts';
import type {
  Batch,
  Comment,
  ParsedBatch,
  ParsedExpression,
  ParsedScript,
  ParseError,
  ParseOptions,
} from './script.ts';

const MAX_DEPTH = 2_000;

/** Reads a script as a client does: split at GO lines, each batch read with the setting the one before left. Never throws. */
export function parseScript(text: string, options: ParseOptions = {}): ParsedScript {
  const lexed = lex(text, true);
  const batches: Batch[] = [];
  const errors: ParseError[] = [];
  const take = itemsBefore(lexed);
  let quotedIdentifier = options.quotedIdentifier ?? true;
  let from = 0;
  let begin: Span = { start: 0, end: 0, line: 1, column: 1 };
  lexed.tokens.forEach((token, to) => {
    if (token.type !== 'go' && token.type !== 'end') return;
    const batch: Span = { ...begin, end: token.start };
    const extra = take(token.start);
    if (to > from || extra.errors.length > 0) {
      const source = {
        tokens: lexed.tokens,
        text,
        from,
        to,
        batch,
        quotedIdentifier,
        maxDepth: options.maxDepth ?? MAX_DEPTH,
      };
      const parsed = readBatch(source, extra);
      quotedIdentifier = parsed.quotedIdentifier;
      errors.push(...parsed.errors);
      batches.push({ ...parsed, text: text.slice(batch.start, batch.end), span: batch, repeat: repeatOf(token) });
    }
    from = to + 1;
    begin = nextLine(text, token);
  });
  return { batches, errors, directives: lexed.directives };
}

/** Reads one batch as the server does: GO is no separator. Never throws. */
export function parseBatch(text: string, options: ParseOptions = {}): ParsedBatch {
  const lexed = lex(text, false);
  const batch: Span = { start: 0, end: text.length, line: 1, column: 1 };
  const source: BatchSource = {
    tokens: lexed.tokens,
    text,
    from: 0,
    to: lexed.tokens.length - 1,
    batch,
    quotedIdentifier: options.quotedIdentifier ?? true,
    maxDepth: options.maxDepth ?? MAX_DEPTH,
  };
  return readBatch(source, lexed);
}

/** Reads a text that is one expression or condition, such as the definition of a check or a default. Never throws. */
export function parseExpression(text: string, options: ParseOptions = {}): ParsedExpression {
  const lexed = lex(text, false);
  const r = new Reader({
    tokens: lexed.tokens,
    text,
    from: 0,
    to: lexed.tokens.length - 1,
    batch: { start: 0, end: text.length, line: 1, column: 1 },
    quotedIdentifier: options.quotedIdentifier ?? true,
    maxDepth: options.maxDepth ?? MAX_DEPTH,
  });
  const { token } = r;
  try {
    const value = expression(r);
    if (r.token.type !== 'end') r.fail();
    return { expression: value, errors: lexed.errors };
  } catch (caught) {
    const fault = caught instanceof RangeError ? tooDeep(token) : caught;
    if (!(fault instanceof SyntaxFault)) throw caught;
    const { start, end, line, column } = fault.token;
    return {
      errors: [...lexed.errors, { number: fault.number, message: fault.message, span: { start, end, line, column } }],
    };
  }
}

type Extra = Pick<LexedText, 'comments' | 'errors'>;

function readBatch(source: BatchSource, extra: Extra): ParsedBatch {
  const r = new Reader(source);
  const statements = statementsUntil(r, undefined);
  const errors = [...extra.errors, ...r.errors].sort((a, b) => a.span.start - b.span.start);
  return { statements, errors, comments: extra.comments, quotedIdentifier: r.quotedIdentifier };
}

/** Hands out the comments and faults of the lexer that lie before an offset, each once. */
function itemsBefore(lexed: LexedText): (offset: number) => Extra {
  let comment = 0;
  let error = 0;
  return (offset) => {
    const comments: Comment[] = [];
    const errors: ParseError[] = [];
    for (let c = lexed.comments[comment]; c !== undefined && c.span.start <= offset; c = lexed.comments[++comment])
      comments.push(c);
    for (let e = lexed.errors[error]; e !== undefined && e.span.start <= offset; e = lexed.errors[++error])
      errors.push(e);
    return { comments, errors };
  };
}

function repeatOf(token: Token): number {
  return token.type === 'go' && token.upper !== '' ? Number(token.upper) : 1;
}

/** Where the batch behind a GO line begins: on the next line. */
function nextLine(text: string, token: Token): Span {
  const at = text.indexOf('\n', token.end);
  const start = at < 0 ? text.length : at + 1;
  return { start, end: start, line: token.line + 1, column: 1 };
}
