import type { Statement } from '#tsql';
import { declare, setVariable } from './assign.ts';
import { change, truncate } from './changes.ts';
import { cursorStatement, declareCursor, fetch } from './cursors.ts';
import { define } from './definitions.ts';
import { writePieces } from './dynamic-sql.ts';
import type { Emitter } from './emitter.ts';
import { print, raiserror, throwError, tryCatch } from './errors.ts';
import { execute } from './execute.ts';
import { ifStatement, returnStatement, setOption, waitFor, whileLoop } from './flow.ts';
import { goto } from './jumps.ts';
import { lockTables } from './locks.ts';
import { asOwnChange } from './own-table.ts';
import { select } from './result-sets.ts';
import { permission, role, user } from './rights.ts';
import { setRowCount } from './row-count.ts';
import { rollback, transactionStatement } from './transactions.ts';

/** Statements that leave @@ROWCOUNT at 0. */
const COUNTS_NOTHING: ReadonlySet<string> = new Set([
  'print',
  'raiserror',
  'setOption',
  'truncate',
  'cursorStatement',
  'beginTransaction',
  'commitTransaction',
  'saveTransaction',
  'waitFor',
]);

/** Writes one statement in PL/pgSQL; throws NotConverted where it has no counterpart. */
export function writeStatement(e: Emitter, node: Statement): void {
  lockTables(e, node);
  asOwnChange(e, node, () => write(e, node));
  if (COUNTS_NOTHING.has(node.kind)) setRowCount(e, '0');
}

function write(e: Emitter, node: Statement): void {
  switch (node.kind) {
    case 'select':
      return select(e, node);
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return change(e, node);
    case 'truncate':
      return truncate(e, node);
    case 'declare':
      return declare(e, node);
    case 'setVariable':
      return setVariable(e, node);
    case 'setOption':
      return setOption(e, node);
    case 'if':
      return ifStatement(e, node);
    case 'while':
      return whileLoop(e, node);
    case 'block':
      return e.statements(node.statements);
    case 'tryCatch':
      return tryCatch(e, node);
    case 'return':
      return returnStatement(e, node);
    default:
      return writeOther(e, node);
  }
}

function writeOther(e: Emitter, node: Statement): void {
  switch (node.kind) {
    case 'break':
      return e.line('EXIT;');
    case 'continue':
      return e.line('CONTINUE;');
    case 'print':
      return print(e, node);
    case 'raiserror':
      return raiserror(e, node);
    case 'throw':
      return throwError(e, node);
    case 'execute':
      return execute(e, node);
    case 'declareCursor':
      return declareCursor(e, node);
    case 'cursorStatement':
      return cursorStatement(e, node);
    case 'fetch':
      return fetch(e, node);
    case 'beginTransaction':
    case 'commitTransaction':
    case 'saveTransaction':
      return transactionStatement(e, node);
    case 'rollbackTransaction':
      return rollback(e, node);
    case 'waitFor':
      return waitFor(e, node);
    default:
      return writeDefinition(e, node);
  }
}

function writeDefinition(e: Emitter, node: Statement): void {
  switch (node.kind) {
    case 'empty':
      return writePieces(e, node);
    case 'label':
      return e.line(`-- ${node.label.name}:`);
    case 'goto':
      return goto(e, node);
    case 'permission':
      return permission(e, node);
    case 'role':
      return role(e, node);
    case 'user':
      return user(e, node);
    default:
      if (!define(e, node)) e.fail(`${words(node.kind)} is not converted within a routine.`, node.span);
  }
}

const words = (kind: string): string => kind.replaceAll(/([A-Z])/g, ' $1').toUpperCase();
