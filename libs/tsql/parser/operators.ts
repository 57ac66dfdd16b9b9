import type { AssignOperator } from '../ast/index.ts';
import type { Reader } from './reader.ts';

const ASSIGN: Readonly<Record<string, AssignOperator>> = {
  '=': '=',
  '+=': '+=',
  '-=': '-=',
  '*=': '*=',
  '/=': '/=',
  '%=': '%=',
  '&=': '&=',
  '|=': '|=',
  '^=': '^=',
  '||=': '||=',
};

/**
 * Takes `skip` tokens and an assignment operator if one follows them, else nothing. The operator may have white space within
 * (`+ =`), as SQL Server allows.
 */
export function acceptAssign(r: Reader, skip = 0): AssignOperator | undefined {
  const upper = r.peek(skip).upper;
  // Only symbols and words have an upper form: a number before `=` is no half of an operator.
  const joined = upper !== '=' && upper !== '' && r.peekIs('=', skip + 1) ? ASSIGN[`${upper}=`] : undefined;
  const op = joined ?? ASSIGN[upper];
  if (op === undefined) return undefined;
  for (let i = 0; i <= skip; i++) r.next();
  if (joined !== undefined) r.next();
  return op;
}
