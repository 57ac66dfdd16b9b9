import type { Statement } from '../ast/index.ts';
import type { ParseError } from '../script.ts';
import {
  bulkInsert,
  backupRestore,
  checkpoint,
  dbcc,
  kill,
  reconfigure,
  setUser,
  shutdown,
  textStatement,
  toggleTrigger,
  truncate,
} from './admin.ts';
import { declareStatement, setStatement } from './declare.ts';
import { dmlStatement } from './dml.ts';
import { alterStatement, createStatement, dropStatement } from './ddl.ts';
import { execute, implicitExecute } from './execute.ts';
import * as flow from './flow.ts';
import { updateStatistics } from './index-ddl.ts';
import { STATEMENT_STARTS } from './keywords.ts';
import { SyntaxFault, tooDeep, type Reader } from './reader.ts';
import { executeAs, permission, revert } from './security.ts';
import { serverStatement, startsServerStatement } from '../server/server-statement.ts';
import { unknownStatement } from './unknown.ts';

/** SQL Server's number for a text that nests too deeply. */
const TOO_DEEP = 191;

type Parse = (r: Reader) => Statement;

const STATEMENTS: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ['SELECT', dmlStatement],
  ['WITH', dmlStatement],
  ['(', dmlStatement],
  ['INSERT', dmlStatement],
  ['DELETE', dmlStatement],
  ['MERGE', dmlStatement],
  ['UPDATE', (r) => (r.peekIs('STATISTICS') ? statistics(r) : dmlStatement(r))],
  ['CREATE', createStatement],
  ['ALTER', alterStatement],
  ['DROP', dropStatement],
  ['TRUNCATE', truncate],
  ['BULK', bulkInsert],
  ['DECLARE', declareStatement],
  ['SET', setStatement],
  ['IF', flow.ifStatement],
  ['WHILE', flow.whileStatement],
  ['BEGIN', (r) => (startsServerStatement(r) ? named(r) : flow.beginStatement(r))],
  ['BREAK', flow.loopStatement],
  ['CONTINUE', flow.loopStatement],
  ['RETURN', flow.returnStatement],
  ['GOTO', flow.gotoStatement],
  ['THROW', flow.throwStatement],
  ['RAISERROR', flow.raiserrorStatement],
  ['PRINT', flow.printStatement],
  ['WAITFOR', flow.waitForStatement],
  ['USE', flow.useStatement],
  ['COMMIT', flow.endTransaction],
  ['ROLLBACK', flow.endTransaction],
  ['SAVE', flow.endTransaction],
  ['OPEN', (r) => (startsServerStatement(r) ? named(r) : flow.cursorStatement(r))],
  ['CLOSE', (r) => (startsServerStatement(r) ? named(r) : flow.cursorStatement(r))],
  ['DEALLOCATE', flow.cursorStatement],
  ['FETCH', flow.fetchStatement],
  ['EXEC', (r) => (r.peekIs('AS') ? executeAs(r) : execute(r))],
  ['EXECUTE', (r) => (r.peekIs('AS') ? executeAs(r) : execute(r))],
  ['REVERT', revert],
  ['GRANT', permission],
  ['DENY', permission],
  ['REVOKE', permission],
  ['CHECKPOINT', checkpoint],
  ['DBCC', dbcc],
  ['KILL', kill],
  ['RECONFIGURE', reconfigure],
  ['SHUTDOWN', shutdown],
  ['SETUSER', setUser],
  ['BACKUP', (r) => (startsServerStatement(r) ? named(r) : backupRestore(r))],
  ['RESTORE', (r) => (startsServerStatement(r) ? named(r) : backupRestore(r))],
  ['READTEXT', textStatement],
  ['WRITETEXT', textStatement],
  ['UPDATETEXT', textStatement],
  ['ENABLE', toggleTrigger],
  ['DISABLE', toggleTrigger],
]);

/** A statement that is known by its first words. */
function named(r: Reader): Statement {
  return serverStatement(r, r.next()) ?? r.fail();
}

function statistics(r: Reader): Statement {
  const start = r.next();
  r.expect('STATISTICS');
  return updateStatistics(r, start);
}

/** Reads one statement; a fault in it leaves. */
function plainStatement(r: Reader): Statement {
  const start = r.token;
  if (start.upper === ';') {
    r.next();
    return { kind: 'empty', span: r.span(start) };
  }
  if (r.isName() && r.peekIs(':')) return flow.labelStatement(r);
  const isFirst = r.startsBatch(start) && !r.inModule;
  const parse = STATEMENTS.get(start.upper);
  const isToggle = start.upper === 'ENABLE' || start.upper === 'DISABLE';
  if (parse !== undefined && (!isToggle || r.peekIs('TRIGGER'))) return parse(r);
  if (startsServerStatement(r)) return named(r);
  if (isFirst && (r.isName() || startsWithDots(r))) return implicitExecute(r);
  return r.fail();
}

/** Whether dots and a name follow that begins no statement: `..sp_who`. */
function startsWithDots(r: Reader): boolean {
  let dots = 0;
  while (r.peek(dots).upper === '.') dots++;
  return dots > 0 && r.isName(r.peek(dots)) && !STATEMENT_STARTS.has(r.peek(dots).upper);
}

/** Reads one statement. One that cannot be read becomes `unknown` with one error, and reading goes on at the next. */
function statement(r: Reader): Statement {
  const { index, nesting, inModule, token } = r;
  try {
    return nestedStatement(r);
  } catch (caught) {
    const problem = caught instanceof RangeError ? tooDeep(token) : caught;
    if (!(problem instanceof SyntaxFault)) throw caught;
    const isTooDeep = problem.number === TOO_DEEP;
    if (isTooDeep && nesting > 0) throw problem;
    r.restore(nesting);
    r.inModule = inModule;
    report(r, problem);
    if (!isTooDeep) return recover(r, index);
    while (r.token.type !== 'end') r.next();
    return unknownStatement(r, index);
  }
}

/** Reads one statement that belongs to another as a part of it: a fault in it is a fault of the whole. */
export function nestedStatement(r: Reader): Statement {
  r.enter();
  const read = plainStatement(r);
  r.leave();
  return read;
}

function report(r: Reader, problem: SyntaxFault): void {
  const { start, end, line, column } = problem.token;
  const error: ParseError = { number: problem.number, message: problem.message, span: { start, end, line, column } };
  r.errors.push(error);
  if (problem.token.type === 'end') r.endReported = true;
}

/** Skips to where the next statement begins: behind a semicolon, or at the start of a line that begins with one's word. */
function recover(r: Reader, from: number): Statement {
  const faultAt = r.index;
  let cases = 0;
  let parens = 0;
  let blocks = 0;
  for (const [at, token] of r.slice(from, faultAt).entries()) {
    if (token.upper === 'BEGIN' && opensBlock(r, from + at)) blocks++;
    else if (token.upper === 'CASE') cases++;
    else if (token.upper === 'END' && cases > 0) cases--;
    else if (token.upper === '(') parens++;
    else if (token.upper === ')' && parens > 0) parens--;
  }
  while (r.token.type !== 'end') {
    const { upper, lineStart } = r.token;
    if (upper === 'CASE') cases++;
    else if (upper === 'END' && cases > 0) cases--;
    else if (upper === 'END' && blocks > 0) blocks--;
    else if (upper === 'BEGIN' && !lineStart && opensBlock(r, r.index)) blocks++;
    else if (blocks > 0 && (upper === ';' || upper === 'ELSE')) parens = 0;
    else if (r.index > from) {
      if (upper === ';' || (upper === 'ELSE' && cases === 0)) break;
      if (
        upper === 'END' ||
        (lineStart && STATEMENT_STARTS.has(upper) && (r.index === faultAt || !continues(upper, parens)))
      )
        break;
    }
    if (upper === '(') parens++;
    else if (upper === ')' && parens > 0) parens--;
    r.next();
  }
  r.strayEnds += blocks;
  return unknownStatement(r, from);
}

/** Whether the BEGIN at an index opens a block, which its END closes: no transaction and no dialog. */
function opensBlock(r: Reader, index: number): boolean {
  const { upper } = r.slice(index + 1, index + 2)[0] ?? r.token;
  return !/^(TRAN|TRANSACTION|DISTRIBUTED|DIALOG|CONVERSATION)$/.test(upper);
}

/** Within parentheses a line may begin with SELECT and still belong to the statement. */
function continues(upper: string, parens: number): boolean {
  return parens > 0 && (upper === 'SELECT' || upper === 'UPDATE' || upper === 'DELETE' || upper === 'INSERT');
}

/** Reads the one statement of IF, ELSE and WHILE. */
export function embeddedStatement(r: Reader): Statement {
  const isEnd = r.is('END') && !r.peekIs('CONVERSATION');
  if (r.token.type === 'end' || isEnd || r.is('ELSE') || r.is(';')) r.fail();
  return statement(r);
}

/** Reads statements up to the word `stop`, or to the end of the batch. A stray END or ELSE costs one error. */
export function statementsUntil(r: Reader, stop: 'END' | undefined): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    while (r.accept(';') || strayEnd(r));
    if (r.token.type === 'end' || (stop !== undefined && r.is(stop) && !r.peekIs('CONVERSATION'))) return statements;
    const before = r.index;
    statements.push(statement(r));
    if (r.index === before) r.next();
  }
}

/** Takes the END of a block whose beginning was skipped with a bad statement. */
function strayEnd(r: Reader): boolean {
  if (r.strayEnds === 0 || !r.is('END') || r.peekIs('CONVERSATION')) return false;
  r.strayEnds--;
  r.next();
  r.acceptAny('TRY', 'CATCH');
  return true;
}

/** Takes the END of a block. At the end of a batch whose end was already reported it may be missing: one error is enough. */
export function closeBlock(r: Reader, ...words: readonly string[]): void {
  if (r.token.type === 'end' && r.endReported) return;
  r.expectSequence('END', ...words);
}
