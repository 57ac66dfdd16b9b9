import type { Expression, TableHint } from '../ast/index.ts';
import { scalar } from './expressions.ts';
import { commaList } from './names.ts';
import { literal } from './primary.ts';
import type { Reader } from './reader.ts';

const HINTS = new Set(
  `FASTFIRSTROW FORCESCAN FORCESEEK HOLDLOCK IGNORE_CONSTRAINTS IGNORE_TRIGGERS INDEX KEEPDEFAULTS KEEPIDENTITY NOEXPAND NOLOCK
NOWAIT PAGLOCK READCOMMITTED READCOMMITTEDLOCK READPAST READUNCOMMITTED REPEATABLEREAD ROWLOCK SERIALIZABLE SNAPSHOT
SPATIAL_WINDOW_MAX_CELLS TABLOCK TABLOCKX UPDLOCK XLOCK`.split(/\s+/),
);

/** Whether `(HINT …` follows: the old form of table hints, without WITH. */
export function startsBareHints(r: Reader): boolean {
  return r.is('(') && r.peek().type === 'word' && HINTS.has(r.peek().upper) && !r.peekIs('.', 2);
}

/** Reads `WITH (hints)`, `(hints)` or the lone word HOLDLOCK, or nothing. */
export function tableHints(r: Reader): TableHint[] {
  if (r.is('HOLDLOCK')) {
    const start = r.next();
    return [{ kind: 'tableHint', name: 'HOLDLOCK', args: [], span: r.span(start) }];
  }
  if (r.isSequence('WITH', '(')) r.next();
  else if (!startsBareHints(r)) return [];
  return hintList(r);
}

/** Reads `(hints)`; the commas between them may be missing. */
export function hintList(r: Reader): TableHint[] {
  r.expect('(');
  const hints: TableHint[] = [];
  do {
    hints.push(tableHint(r));
    r.accept(',');
  } while (!r.is(')'));
  r.expect(')');
  return hints;
}

/** Reads one hint, such as `INDEX(a, b)`, `INDEX = a`, `FORCESEEK (ix (a, b))`. */
export function tableHint(r: Reader): TableHint {
  const start = r.token;
  if (start.type !== 'word' || !HINTS.has(start.upper)) r.fail();
  r.next();
  let args: Expression[] = [];
  if (r.accept('=')) args = r.is('(') ? parenthesised(r) : [scalar(r)];
  else if (start.upper === 'SPATIAL_WINDOW_MAX_CELLS') r.fail();
  else if (start.upper === 'FORCESEEK' && r.is('(') && r.peek().type === 'int') args = seekById(r);
  else if (r.is('(')) args = parenthesised(r);
  return { kind: 'tableHint', name: start.upper, args, span: r.span(start) };
}

/** `FORCESEEK (1 (a, b))`: the index by its number, then its columns. */
function seekById(r: Reader): Expression[] {
  r.expect('(');
  const id = literal(r, 'int');
  const columns = parenthesised(r);
  r.expect(')');
  return [id, ...columns];
}

function parenthesised(r: Reader): Expression[] {
  r.expect('(');
  const args = commaList(r, () => scalar(r));
  r.expect(')');
  return args;
}
