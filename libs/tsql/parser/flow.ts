import type { Expression, Identifier, Statement, TryCatch, Variable } from '../ast/index.ts';
import { cursorName } from './dml.ts';
import { expression, scalar } from './expressions.ts';
import { commaList } from './names.ts';
import { parenOptions, withOptions } from './options.ts';
import { literal, startsValue } from './primary.ts';
import type { Reader } from './reader.ts';
import { closeBlock, embeddedStatement, nestedStatement, statementsUntil } from './statement.ts';

type Start = Reader['token'];

/** IF … ELSE …; a semicolon may stand before ELSE. */
export function ifStatement(r: Reader): Statement {
  const start = r.expect('IF');
  const condition = expression(r);
  const then = embeddedStatement(r);
  if (r.is(';') && r.peekIs('ELSE')) r.next();
  const otherwise = r.accept('ELSE') ? embeddedStatement(r) : undefined;
  return { kind: 'if', condition, then, ...(otherwise && { otherwise }), span: r.span(start) };
}

/** WHILE. */
export function whileStatement(r: Reader): Statement {
  const start = r.expect('WHILE');
  const condition = expression(r);
  const body = embeddedStatement(r);
  return { kind: 'while', condition, body, span: r.span(start) };
}

/** BEGIN of a block, of TRY or of a transaction. */
export function beginStatement(r: Reader): Statement {
  const start = r.expect('BEGIN');
  switch (r.token.upper) {
    case 'TRY':
      return tryCatch(r, start);
    case 'CATCH':
      return r.fail();
    case 'TRAN':
    case 'TRANSACTION':
      return beginTransaction(r, start, false);
    case 'DISTRIBUTED':
      r.next();
      return beginTransaction(r, start, true);
    default:
      return block(r, start);
  }
}

function block(r: Reader, start: Start): Statement {
  const atomic = r.is('ATOMIC') && r.peekIs('WITH') ? (r.expectSequence('ATOMIC', 'WITH'), parenOptions(r)) : undefined;
  const statements = statementsUntil(r, 'END');
  closeBlock(r);
  return { kind: 'block', statements, ...(atomic && { atomic }), span: r.span(start) };
}

function tryCatch(r: Reader, start: Start): TryCatch {
  r.expect('TRY');
  const body = statementsUntil(r, 'END');
  closeBlock(r, 'TRY');
  while (r.accept(';'));
  if (r.token.type !== 'end' || !r.endReported) r.expectSequence('BEGIN', 'CATCH');
  const handler = statementsUntil(r, 'END');
  closeBlock(r, 'CATCH');
  return { kind: 'tryCatch', body, handler, span: r.span(start) };
}

function beginTransaction(r: Reader, start: Start, distributed: boolean): Statement {
  r.expectAny('TRAN', 'TRANSACTION');
  const name = transactionName(r);
  let mark: Expression | true | undefined;
  if (r.acceptSequence('WITH', 'MARK'))
    mark = r.isVariable()
      ? variable(r)
      : r.token.type === 'string' || r.token.type === 'nstring'
        ? literal(r, r.token.type)
        : true;
  return {
    kind: 'beginTransaction',
    distributed,
    ...(name && { name }),
    ...(mark !== undefined && { mark }),
    span: r.span(start),
  };
}

/** As in SQL Server, a name on the next line is the transaction's: `ROLLBACK TRAN` before THROW needs its semicolon. */
function transactionName(r: Reader): Identifier | Variable | undefined {
  if (r.isVariable()) return variable(r);
  return r.isName() && !r.peekIs(':') ? r.name() : undefined;
}

function variable(r: Reader): Variable {
  const { token } = r;
  if (!r.isVariable(token)) r.fail();
  r.next();
  return { kind: 'variable', name: token.text, span: r.span(token) };
}

/** COMMIT, ROLLBACK and SAVE. */
export function endTransaction(r: Reader): Statement {
  const start = r.next();
  const word = r.acceptAny('TRAN', 'TRANSACTION', 'WORK');
  const work = word === 'WORK';
  if (start.upper === 'SAVE') {
    if (word === undefined || work) r.fail();
    const name = transactionName(r) ?? r.fail();
    return { kind: 'saveTransaction', name, span: r.span(start) };
  }
  const name = word !== undefined && !work ? transactionName(r) : undefined;
  const named = name === undefined ? {} : { name };
  if (start.upper === 'ROLLBACK') return { kind: 'rollbackTransaction', ...named, work, span: r.span(start) };
  const options = withOptions(r);
  return { kind: 'commitTransaction', ...named, work, options, span: r.span(start) };
}

/** RETURN [value]. */
export function returnStatement(r: Reader): Statement {
  const start = r.expect('RETURN');
  if (!startsValue(r)) return { kind: 'return', span: r.span(start) };
  const value = expression(r);
  return { kind: 'return', value, span: r.span(start) };
}

/** BREAK and CONTINUE. */
export function loopStatement(r: Reader): Statement {
  const start = r.next();
  return { kind: start.upper === 'BREAK' ? 'break' : 'continue', span: r.span(start) };
}

/** GOTO. */
export function gotoStatement(r: Reader): Statement {
  const start = r.expect('GOTO');
  const label = r.name();
  return { kind: 'goto', label, span: r.span(start) };
}

/** A label with its colon. */
export function labelStatement(r: Reader): Statement {
  const start = r.token;
  const label = r.name();
  r.expect(':');
  return { kind: 'label', label, span: r.span(start) };
}

/** THROW. */
export function throwStatement(r: Reader): Statement {
  const start = r.expect('THROW');
  if (!startsValue(r)) return { kind: 'throw', span: r.span(start) };
  const number = scalar(r);
  r.expect(',');
  const message = scalar(r);
  r.expect(',');
  const state = scalar(r);
  return { kind: 'throw', number, message, state, span: r.span(start) };
}

/** RAISERROR, with its old form without parentheses. */
export function raiserrorStatement(r: Reader): Statement {
  const start = r.expect('RAISERROR');
  if (!r.accept('(')) {
    const message = scalar(r);
    const severity = r.accept(',') || startsString(r) ? scalar(r) : undefined;
    return {
      kind: 'raiserror',
      message,
      ...(severity && { severity }),
      args: [],
      options: [],
      legacy: true,
      span: r.span(start),
    };
  }
  const [message, severity, state, ...args] = commaList(r, () => scalar(r));
  r.expect(')');
  const options: string[] = [];
  if (r.accept('WITH')) options.push(...commaList(r, () => r.expectAny('LOG', 'NOWAIT', 'SETERROR')));
  if (message === undefined) r.fail();
  const parts = { ...(severity && { severity }), ...(state && { state }) };
  return { kind: 'raiserror', message, ...parts, args, options, legacy: false, span: r.span(start) };
}

function startsString(r: Reader): boolean {
  return r.token.type === 'string' || r.token.type === 'nstring';
}

/** PRINT. */
export function printStatement(r: Reader): Statement {
  const start = r.expect('PRINT');
  const value = expression(r);
  return { kind: 'print', value, span: r.span(start) };
}

/** WAITFOR DELAY, TIME, or a statement in parentheses. */
export function waitForStatement(r: Reader): Statement {
  const start = r.expect('WAITFOR');
  if (r.accept('(')) {
    const statement = nestedStatement(r);
    r.expect(')');
    const timeout = r.accept(',') ? (r.expect('TIMEOUT'), scalar(r)) : undefined;
    return { kind: 'waitFor', type: 'statement', statement, ...(timeout && { timeout }), span: r.span(start) };
  }
  const type = r.expectAny('DELAY', 'TIME') === 'DELAY' ? 'delay' : 'time';
  const value = scalar(r);
  return { kind: 'waitFor', type, value, span: r.span(start) };
}

/** USE. */
export function useStatement(r: Reader): Statement {
  const start = r.expect('USE');
  const database = r.name();
  return { kind: 'use', database, span: r.span(start) };
}

/** OPEN, CLOSE and DEALLOCATE of cursors. */
export function cursorStatement(r: Reader): Statement {
  const start = r.next();
  const verb = start.upper.toLowerCase() as 'open' | 'close' | 'deallocate';
  if (verb === 'deallocate') r.accept('CURSOR');
  const global = globalWord(r);
  const cursor = cursorName(r);
  return { kind: 'cursorStatement', verb, cursor, global, span: r.span(start) };
}

function globalWord(r: Reader): boolean {
  if (!r.is('GLOBAL') || !(r.isName(r.peek()) || r.isVariable(r.peek()))) return false;
  r.next();
  return true;
}

/** FETCH. */
export function fetchStatement(r: Reader): Statement {
  const start = r.expect('FETCH');
  const word = r.acceptAny('NEXT', 'PRIOR', 'FIRST', 'LAST', 'ABSOLUTE', 'RELATIVE');
  const direction =
    word === undefined ? 'next' : (word.toLowerCase() as 'next' | 'prior' | 'first' | 'last' | 'absolute' | 'relative');
  const offset = direction === 'absolute' || direction === 'relative' ? scalar(r) : undefined;
  if (word !== undefined) r.expect('FROM');
  else r.accept('FROM');
  const global = globalWord(r);
  const cursor = cursorName(r);
  const into = r.accept('INTO') ? commaList(r, () => variable(r)) : [];
  return { kind: 'fetch', direction, ...(offset && { offset }), cursor, global, into, span: r.span(start) };
}
