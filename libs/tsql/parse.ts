import type { Span } from './ast/index.ts';
import { lex, lexBatches, type LexedText } from './lexer/lexer.ts';
import type { Token } from './lexer/token.ts';
import { expression } from './parser/expressions.ts';
import { Reader, SyntaxFault, tooDeep, type BatchSource } from './parser/reader.ts';
import { statementsUntil } from './parser/statement.ts';
import type {
  Batch,
  ParsedBatch,
  ParsedExpression,
  ParsedScript,
  ParseError,
  ParseOptions,
  SqlcmdLine,
} from './script.ts';

const MAX_DEPTH = 2_000;

/** Reads a script as a client does: split at GO lines, each batch read with the setting the one before left. Never throws. */
export function parseScript(text: string, options: ParseOptions = {}): ParsedScript {
  const batches: Batch[] = [];
  const errors: ParseError[] = [];
  const directives: SqlcmdLine[] = [];
  for (const { batch, directives: lines } of readBatches(text, options)) {
    directives.push(...lines);
    if (!batch) continue;
    batches.push(batch);
    for (const error of batch.errors) errors.push(error);
  }
  return { batches, errors, directives };
}

/** The batches of {@link parseScript}, read as they are asked for: of a long script no more than one is in memory. */
export function* parseBatches(text: string, options: ParseOptions = {}): Generator<Batch, undefined> {
  for (const { batch } of readBatches(text, options)) if (batch) yield batch;
  return undefined;
}

/** The lines of a script that are for the SQLCMD client, in their order. */
export function sqlcmdLines(text: string): SqlcmdLine[] {
  return [...lexBatches(text)].flatMap((batch) => batch.directives);
}

function* readBatches(
  text: string,
  options: ParseOptions,
): Generator<{ readonly batch?: Batch; readonly directives: readonly SqlcmdLine[] }, undefined> {
  let quotedIdentifier = options.quotedIdentifier ?? true;
  let begin: Span = { start: 0, end: 0, line: 1, column: 1 };
  for (const { tokens, comments, errors, directives } of lexBatches(text)) {
    const last = tokens.at(-1);
    if (!last) return undefined;
    const batch: Span = { ...begin, end: last.start };
    if (tokens.length > 1 || errors.length > 0) {
      const source = {
        tokens,
        text,
        from: 0,
        to: tokens.length - 1,
        batch,
        quotedIdentifier,
        maxDepth: options.maxDepth ?? MAX_DEPTH,
      };
      const parsed = readBatch(source, { comments, errors });
      quotedIdentifier = parsed.quotedIdentifier;
      const part = text.slice(batch.start, batch.end);
      yield { batch: { ...parsed, text: part, span: batch, repeat: repeatOf(last) }, directives };
    } else yield { directives };
    begin = nextLine(text, last);
  }
  return undefined;
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

function repeatOf(token: Token): number {
  return token.type === 'go' && token.upper !== '' ? Number(token.upper) : 1;
}

/** Where the batch behind a GO line begins: on the next line. */
function nextLine(text: string, token: Token): Span {
  const at = text.indexOf('\n', token.end);
  const start = at < 0 ? text.length : at + 1;
  return { start, end: start, line: token.line + 1, column: 1 };
}
