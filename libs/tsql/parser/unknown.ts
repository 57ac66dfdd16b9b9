import type { UnknownStatement } from '../ast/index.ts';
import { STATEMENT_STARTS } from './keywords.ts';
import type { Reader } from './reader.ts';

/** First words of statements that SQL Server has and the tree does not model: they are kept as words, without an error. */
const KNOWN: readonly (readonly string[])[] = [
  ['SEND'],
  ['RECEIVE'],
  ['GET', 'CONVERSATION'],
  ['MOVE', 'CONVERSATION'],
  ['END', 'CONVERSATION'],
  ['BEGIN', 'DIALOG'],
  ['BEGIN', 'CONVERSATION'],
  ['ADD', 'SIGNATURE'],
  ['ADD', 'COUNTER'],
  ['ADD', 'SENSITIVITY'],
  ['OPEN', 'SYMMETRIC'],
  ['OPEN', 'MASTER'],
  ['CLOSE', 'SYMMETRIC'],
  ['CLOSE', 'MASTER'],
  ['CLOSE', 'ALL'],
];

/** What CREATE, ALTER and DROP may name that is not modelled. */
const KNOWN_OBJECTS = new Set(
  `QUEUE SERVICE CONTRACT MESSAGE ROUTE REMOTE ENDPOINT EVENT SERVER AVAILABILITY BROKER CERTIFICATE ASYMMETRIC SYMMETRIC MASTER
CREDENTIAL CRYPTOGRAPHIC COLUMN WORKLOAD RESOURCE SEARCH SELECTIVE EXTERNAL DATABASE FULLTEXT SENSITIVITY SIGNATURE COUNTER
ASSEMBLY XML SECURITY STATISTICS DIAGNOSTICS FEDERATION NONCLUSTERED LOGIN VIEW TYPE`.split(/\s+/),
);

/** Whether one of the statements that are only kept as words begins here. */
export function startsKnownStatement(r: Reader): boolean {
  const { upper } = r.token;
  if (upper === '') return false;
  return KNOWN.some((words) => r.isSequence(...words));
}

/** Whether the word behind CREATE, ALTER or DROP names something known. */
export function isKnownObject(upper: string): boolean {
  return KNOWN_OBJECTS.has(upper);
}

/** Takes the words of a statement that is not modelled, up to a semicolon or a line that begins another. */
export function knownStatement(r: Reader, from: number = r.index): UnknownStatement {
  let parens = 0;
  while (r.token.type !== 'end') {
    const { upper, lineStart, type } = r.token;
    if (type === 'unclosed' || type === 'bad') r.fail();
    if (parens === 0 && r.index > from) {
      const starts = lineStart && STATEMENT_STARTS.has(upper) && r.index > from + 2;
      if (upper === ';' || (starts && !goesOn(r))) break;
      if (upper === 'ELSE') break;
    }
    if (upper === '(') parens++;
    else if (upper === ')' && --parens < 0) break;
    r.next();
  }
  return unknownStatement(r, from);
}

/** Parts of the statements kept as words that begin with a statement's word: `DROP TARGET`, `SET (…)`, `DROP FILE`. */
function goesOn(r: Reader): boolean {
  const next = r.peek().upper;
  if (r.is('SET')) return next === '(';
  return r.is('DROP') && (next === '(' || next === 'TARGET' || next === 'EVENT' || next === 'FILE');
}

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
