import type { UnknownStatement } from '../ast/index.ts';
import type { Reader } from './reader.ts';

/** The statement from a token index up to the next token. */
export function unknownStatement(r: Reader, from: number): UnknownStatement {
  const tokens = r.slice(from, r.index);
  const start = tokens[0] ?? r.token;
  const span =
    tokens.length === 0
      ? { start: start.start, end: start.start, line: start.line, column: start.column }
      : r.span(start);
  const verb = [];
  for (const token of tokens.slice(0, 3)) {
    if (token.type !== 'word') break;
    verb.push(token.upper);
  }
  return {
    kind: 'unknown',
    verb: verb.join(' '),
    text: r.text.slice(span.start, span.end),
    words: tokens.map((token) => token.text),
    span,
  };
}
