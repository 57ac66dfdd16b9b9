import {
  type Expression,
  findAll,
  type If,
  type Return,
  type SetOption,
  type Statement,
  type WaitFor,
  type While,
} from '#tsql';
import { cursorLoop } from './cursors.ts';
import { buildsText, flagOf } from './dynamic-sql.ts';
import type { Emitter } from './emitter.ts';
import { wholeNumber } from './errors.ts';
import { beginsWithRowCount, forgetRowCount, readRowCount, setRowCount } from './row-count.ts';

/** Whether a condition is `@@ERROR <> 0`. */
function asksForError(node: Expression): boolean {
  if (node.kind !== 'binary' || node.op !== '<>') return false;
  const [left, right] = [node.left, node.right];
  return left.kind === 'globalVariable' && left.name.toLowerCase() === '@@error' && wholeNumber(right) === 0;
}

/** IF … ELSE; an IF behind ELSE becomes ELSIF. */
export function ifStatement(e: Emitter, node: If): void {
  if (asksForError(node.condition) && e.handlers === 0) {
    e.line('-- IF @@ERROR <> 0: an error ends the routine before it comes here');
    e.skipComments(node.then.span.end);
    if (node.otherwise) e.block(node.otherwise);
    return;
  }
  if (buildsText(e, node)) return;
  const flag = flagOf(e, node);
  if (flag !== undefined) {
    e.laid(`${flag} := coalesce(${e.condition(node.condition)}, false);`);
    if (buildsText(e, node.then) && (!node.otherwise || buildsText(e, node.otherwise))) return;
  }
  const start = e.resultIndex;
  let most = 0;
  let allEnd = true;
  const branch = (body: Statement): void => {
    e.resultIndex = start;
    e.ended = false;
    e.indented(() => {
      forgetRowCount(e, [body]);
      e.block(body);
    });
    if (!e.ended) {
      allEnd = false;
      most = Math.max(most, e.resultIndex);
    }
  };
  let current: If = node;
  let word = 'IF';
  for (;;) {
    e.laid(`${word} ${current === node && flag !== undefined ? flag : e.condition(current.condition)} THEN`);
    branch(current.then);
    const { otherwise } = current;
    if (otherwise?.kind === 'if' && flagOf(e, otherwise) === undefined && !beginsWithRowCount(e, [otherwise])) {
      e.commentsBefore(otherwise.span.start);
      current = otherwise;
      word = 'ELSIF';
      continue;
    }
    if (otherwise) {
      e.line('ELSE');
      branch(otherwise);
    } else {
      if (readRowCount(e)) {
        e.line('ELSE');
        e.indented(() => setRowCount(e, '0'));
      }
      allEnd = false;
      most = Math.max(most, start);
    }
    break;
  }
  e.line('END IF;');
  e.resultIndex = allEnd ? start : most;
  e.ended = allEnd;
}

/** WHILE. */
export function whileLoop(e: Emitter, node: While): void {
  if (cursorLoop(e, node)) return;
  e.laid(`WHILE ${e.condition(node.condition)}`);
  e.line('LOOP');
  e.loops += 1;
  e.indented(() => {
    forgetRowCount(e, [node.body]);
    e.block(node.body);
  });
  e.loops -= 1;
  e.ended = false;
  e.line('END LOOP;');
  // What BREAK leaves is that of the statement before it.
  if (findAll([node.body], 'break').length === 0) setRowCount(e, '0');
}

/** RETURN by what is returned from. */
export function returnStatement(e: Emitter, node: Return): void {
  const { kind, results } = e.options;
  const { returns, returnCode, resultTable } = e.facts;
  e.ended = true;
  if (kind === 'trigger') return e.line(e.facts.triggerReturn ?? 'RETURN NULL;');
  if (kind === 'scalar') {
    const value = node.value;
    if (!value) return e.fail('RETURN without a value in a scalar function.', node.span);
    return e.laid(`RETURN ${e.value(value, returns)};`);
  }
  if (kind === 'table') {
    if (resultTable) e.line(`RETURN QUERY SELECT * FROM ${resultTable};`);
    return e.line('RETURN;');
  }
  if (node.value && returnCode) e.laid(`${returnCode} := ${e.value(node.value, { name: 'int' })};`);
  else if (node.value && results === 'rows' && wholeNumber(node.value) !== 0)
    e.once('SL1047', 'The return code is lost: the procedure is a function that returns its rows.', node.span);
  e.line('RETURN;');
}

const WITHOUT_EFFECT =
  /^(NOCOUNT|XACT_ABORT|ANSI_\w+|QUOTED_IDENTIFIER|ARITHABORT|ARITHIGNORE|CONCAT_NULL_YIELDS_NULL|NUMERIC_ROUNDABORT|LOCK_TIMEOUT|DEADLOCK_PRIORITY|STATISTICS.*|FMTONLY|NOEXEC|TEXTSIZE|IDENTITY_INSERT|IMPLICIT_TRANSACTIONS|CURSOR_CLOSE_ON_COMMIT|LANGUAGE|FORCEPLAN|SHOWPLAN.*|NO_BROWSETABLE)$/;

/** SET of an option: those that a routine needs no more fall away. */
export function setOption(e: Emitter, node: SetOption): void {
  for (const name of node.names) {
    if (name === 'ROWCOUNT') setRowLimit(e, node);
    else if (name === 'CONTEXT_INFO')
      e.laid(
        `PERFORM set_config('context.info', coalesce(encode(${e.value(node.value, { name: 'varbinary', length: 128 })}, 'hex'), ''), false);`,
      );
    else if (name === 'DATEFIRST') {
      const day = wholeNumber(node.value);
      if (day === undefined) e.fail('SET DATEFIRST with a value that is not a constant.', node.span);
      e.facts.dateFirst = day;
      e.scope.globals.set('@@datefirst', { type: { name: 'int' }, sql: String(day) });
    } else if (name === 'DATEFORMAT' && node.value.kind === 'keyword')
      e.facts.dateFormat = node.value.name.toLowerCase();
    else if (name === 'TRANSACTION ISOLATION LEVEL') isolation(e, node);
    else if (!WITHOUT_EFFECT.test(name)) e.fail(`SET ${name} has no counterpart.`, node.span);
    else if (
      /^(ANSI_NULLS|CONCAT_NULL_YIELDS_NULL)$/.test(name) &&
      node.value.kind === 'keyword' &&
      node.value.name === 'OFF'
    )
      e.issue('SL1002', `SET ${name} OFF is not carried over: NULL behaves as the standard says.`, node.span);
  }
}

/** The variable that holds the n of SET ROWCOUNT where it is not a constant; NULL = all rows. */
export const ROW_LIMIT = '@\u0000row limit';

/** A transaction has its level from its beginning: it is the caller's. READ COMMITTED is PostgreSQL's own, which never shows what is not committed. */
function isolation(e: Emitter, node: SetOption): void {
  const level = node.value.kind === 'keyword' ? node.value.name.toUpperCase() : '';
  if (/^READ (UN)?COMMITTED$/.test(level)) return;
  e.once(
    'SL1076',
    `SET TRANSACTION ISOLATION LEVEL ${level} is left to the caller, who begins the transaction.`,
    node.span,
  );
}

function setRowLimit(e: Emitter, node: SetOption): void {
  const limit = wholeNumber(node.value);
  delete e.facts.rowLimit;
  delete e.facts.rowLimitSql;
  if (limit !== undefined && limit !== 0) e.facts.rowLimit = limit;
  if (limit !== undefined) return;
  // The limit is the value that the variable has here, not the one it has when a query runs.
  const name = e.variables.declare(ROW_LIMIT, { name: 'int' }, 'integer').name;
  e.line(`${name} := nullif(${e.value(node.value, { name: 'int' })}, 0);`);
  e.facts.rowLimitSql = name;
}

/** WAITFOR DELAY. */
export function waitFor(e: Emitter, node: WaitFor): void {
  if (node.type !== 'delay' || !node.value)
    return e.fail('WAITFOR TIME and WAITFOR (statement) have no counterpart.', node.span);
  const literal =
    node.value.kind === 'literal' ? /^(\d+):(\d+)(?::(\d+(?:\.\d+)?))?$/.exec(node.value.value) : undefined;
  if (literal) {
    const seconds = Number(literal[1]) * 3600 + Number(literal[2]) * 60 + Number(literal[3] ?? 0);
    return e.line(`PERFORM pg_sleep(${seconds});`);
  }
  e.line(`PERFORM pg_sleep(extract(epoch FROM (${e.value(node.value)})::text::interval));`);
}
