import { findAll, type Node, type Statement } from '#tsql';
import type { Emitter } from './emitter.ts';

/**
 * Where @@ROWCOUNT may still be read: the statements behind which it is, and the branches of IF and loops that begin by reading what their condition left.
 * What a statement leaves: https://learn.microsoft.com/en-us/sql/t-sql/functions/rowcount-transact-sql
 */
export interface RowCountReads {
  /** Statements whose count nobody reads. */
  readonly unread: ReadonlySet<Statement>;
  /** Statements that begin with the count of what was before them. */
  readonly begins: ReadonlySet<Statement>;
}

const isRead = (node: Node): boolean =>
  (node.kind === 'globalVariable' && node.name.toLowerCase() === '@@rowcount') ||
  (node.kind === 'call' && node.name.name.name.toLowerCase() === 'rowcount_big');

const reads = (node: Node): boolean =>
  findAll([node], 'globalVariable').some(isRead) || findAll([node], 'call').some(isRead);

/** Statements that leave the count as it was: what they call or declare, or where they jump, is no statement that counts. */
const KEEPS: ReadonlySet<string> = new Set(['declare', 'execute', 'empty', 'label', 'goto', 'block']);

/** Follows a body backwards; a body with GOTO is read everywhere. */
export function rowCountReads(body: readonly Statement[]): RowCountReads {
  const read = new Set<Statement>();
  const begins = new Set<Statement>();
  const all = new Set<Statement>();
  const jumps = findAll(body, 'goto').length > 0;

  const list = (statements: readonly Statement[], after: boolean, loop?: Loop): boolean =>
    statements.reduceRight((live, one) => before(one, live, loop), after);

  /** Whether the count is read from before a statement on, where it is from behind it on. */
  function before(one: Statement, after: boolean, loop: Loop | undefined): boolean {
    all.add(one);
    if (after || jumps) read.add(one);
    const live = within(one, after || jumps, loop);
    if (live) begins.add(one);
    return live;
  }

  function within(one: Statement, after: boolean, loop: Loop | undefined): boolean {
    switch (one.kind) {
      case 'block':
        return list(one.statements, after, loop);
      case 'if':
        before(one.then, after, loop);
        if (one.otherwise) before(one.otherwise, after, loop);
        return reads(one.condition);
      case 'while': {
        const head = reads(one.condition);
        before(one.body, head, { head, after });
        return head;
      }
      case 'tryCatch': {
        list(one.handler, after, loop);
        return list(one.body, after, loop);
      }
      case 'break':
        return loop?.after ?? after;
      case 'continue':
        return loop?.head ?? after;
      case 'return':
      case 'throw':
        return reads(one);
      default:
        return reads(one) || (after && KEEPS.has(one.kind));
    }
  }

  list(body, false);
  return { unread: new Set([...all].filter((one) => !read.has(one))), begins };
}

/** What BREAK and CONTINUE lead to. */
interface Loop {
  readonly head: boolean;
  readonly after: boolean;
}

/** The variable of @@ROWCOUNT, where what the statement at hand leaves in it is read. */
export function readRowCount(e: Emitter): string | undefined {
  const { rowCount, rowCountReads: found } = e.facts;
  return e.current && found?.unread.has(e.current) ? undefined : rowCount;
}

/** Gives @@ROWCOUNT a value, where it is read. */
export function setRowCount(e: Emitter, value: string): void {
  const variable = readRowCount(e);
  if (variable) e.line(`${variable} := ${value};`);
}

/** Whether statements begin by reading what was before them. */
export function beginsWithRowCount(e: Emitter, [first]: readonly Statement[]): boolean {
  return first !== undefined && e.facts.rowCountReads?.begins.has(first) === true;
}

/** The condition of an IF, of a loop, or the error that led to a handler has left 0: for a branch that begins by reading it. */
export function forgetRowCount(e: Emitter, branch: readonly Statement[]): void {
  if (beginsWithRowCount(e, branch)) e.line(`${e.facts.rowCount ?? ''} := 0;`);
}

/** Takes @@ROWCOUNT from the statement just written, where it is read. */
export function takeRowCount(e: Emitter): void {
  const variable = readRowCount(e);
  if (variable) e.line(`GET DIAGNOSTICS ${variable} = ROW_COUNT;`);
}

/** Counts a row of a statement that is a loop here. */
export function countRow(e: Emitter): void {
  const variable = readRowCount(e);
  if (variable) e.line(`${variable} := ${variable} + 1;`);
}
