import { TranslationError, translatePredicate } from '#conversion';
import type { Expression, Statement } from '#tsql';
import { SqlError, type ResultSink } from '../session.ts';
import { checkBatch } from './batch-check.ts';
import type { EngineSession } from './engine-session.ts';
import { requireBuilt } from './forms/index.ts';
import type { Flow, Frame } from './frame.ts';
import { reaching } from './other-databases.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { Cancelled, reachOf, sqlError } from './pg-error.ts';
import type { SessionOptions } from './session-options.ts';
import { holdsLocks, lockingOf } from './locking.ts';
import { holding, lockTables } from './table-locks.ts';
import { requireRights } from './permissions.ts';
import { bind, translated, type Run } from './run.ts';
import { bindScope, isCompileError } from './binding.ts';
import { declareAll } from './declarations.ts';
import { StatementWarnings } from './statement-warnings.ts';
import { runOne } from './statements.ts';
import { verbOf } from './verbs.ts';

/** Errors of this severity end the connection; nothing catches them. */
const ENDS_CONNECTION = 20;
/** Statements whose @@ERROR is set by themselves, or by what they called. */
const KEEPS_ERROR = new Set(['RAISERROR', 'DECLARE', 'EXECUTE']);
/** What the sandbox refuses. */
const UNSUPPORTED = 40_515;

/** Ends the batch: its error has been sent already. */
export class BatchAborted extends Error {
  override readonly name = 'BatchAborted';
}

/** Ends the procedure or batch whose statement failed: its error has been sent already. */
export class ScopeAborted extends Error {
  override readonly name = 'ScopeAborted';
}

/** Ends the scope that cannot compile a statement; a CATCH around the call of that scope may have it. */
export class ScopeFault extends Error {
  override readonly name = 'ScopeFault';

  constructor(readonly fault: SqlError) {
    super(fault.message);
  }
}

/** Parses and runs a batch of the client. */
export async function runBatch(
  session: EngineSession,
  text: string,
  frame: Frame,
  out: ResultSink,
  signal: AbortSignal,
): Promise<void> {
  const parsed = parsedBatch(text, session.options.quotedIdentifier);
  const run: Run = { session, frame, out, signal, text };
  try {
    requireParsed(parsed);
    checkBatch(parsed, frame.names(), text);
    await runBody(run, parsed.statements);
    await endBatch(run);
  } catch (error) {
    if (error instanceof BatchAborted || error instanceof ScopeAborted) return;
    if (error instanceof Cancelled) {
      await session.rollbackIfAborting(out);
      return;
    }
    if (error instanceof SqlError && error.severity >= ENDS_CONNECTION) throw error;
    const place = { line: 1, procedure: frame.procedure, verb: 'batch', spid: session.spid, snapshot: undefined };
    const fault = sqlError(error, place);
    session.lastError = fault.number;
    out.error(fault);
  } finally {
    frame.cursors.clear();
    await session.dropTemporary(frame);
  }
}

/** Runs a whole body: of a batch, a procedure, a trigger. */
export async function runBody(run: Run, statements: readonly Statement[]): Promise<void> {
  // Copies made for a statement around are not for what it calls.
  const { foreign: _, ...inner } = run;
  await compile(inner, statements);
  const flow = await runList(inner, statements);
  if (typeof flow === 'string') return;
  throw new SqlError(
    133,
    `A GOTO statement references the label '${flow.goto}' but the label has not been declared.`,
    15,
  );
}

/** Declares the variables and resolves the names. What is wrong ends the scope before its first statement; a batch keeps its transaction even with XACT_ABORT. */
async function compile(run: Run, statements: readonly Statement[]): Promise<void> {
  await declareAll(run, statements);
  if (run.session.options.parseOnly) return;
  try {
    await bindScope(run, statements);
  } catch (error) {
    if (!isCompileError(error) || run.frame.parent === run.session.root) throw error;
    await settle(run, 1, 'batch', () => Promise.reject(error));
  }
}

async function endBatch(run: Run): Promise<void> {
  if (!run.session.tx.doomed || run.frame.level > 0) return;
  run.out.error(
    new SqlError(
      3998,
      'Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.',
    ),
  );
  await run.session.rollbackAll(run.out);
}

function labelAt(statements: readonly Statement[], label: string): number {
  const key = label.toLowerCase();
  return statements.findIndex((s) => s.kind === 'label' && s.label.name.toLowerCase() === key);
}

/** Runs statements in order; a GOTO looks for its label here, then in the lists around. */
export async function runList(run: Run, statements: readonly Statement[]): Promise<Flow> {
  for (let at = 0; at < statements.length; at += 1) {
    const flow = await runStatement(run, statements[at] as Statement);
    if (flow === 'next') continue;
    if (typeof flow === 'string') return flow;
    const target = labelAt(statements, flow.goto);
    if (target < 0) return flow;
    at = target;
  }
  return 'next';
}

async function runStatement(run: Run, statement: Statement): Promise<Flow> {
  if (run.signal.aborted) throw new Cancelled('the client gave up');
  switch (statement.kind) {
    case 'block':
      if (statement.atomic !== undefined) return guarded(run, statement);
      return runList(run, statement.statements);
    case 'if':
      return (await holds(run, statement.condition))
        ? runStatement(run, statement.then)
        : statement.otherwise === undefined
          ? 'next'
          : runStatement(run, statement.otherwise);
    case 'while':
      return runWhile(run, statement.condition, statement.body);
    case 'tryCatch':
      return runTry(run, statement.body, statement.handler);
    case 'break':
      return 'break';
    case 'continue':
      return 'continue';
    case 'goto':
      return { goto: statement.label.name };
    case 'label':
    case 'empty':
      return 'next';
    default:
      return guarded(run, statement);
  }
}

async function runWhile(run: Run, condition: Expression, body: Statement): Promise<Flow> {
  while (await holds(run, condition)) {
    const flow = await runStatement(run, body);
    if (flow === 'break') break;
    if (flow !== 'next' && flow !== 'continue') return flow;
    if (run.signal.aborted) throw new Cancelled('the client gave up');
  }
  return 'next';
}

/** The condition of IF and WHILE; UNKNOWN is false. Its errors are those of a statement. */
async function holds(run: Run, condition: Expression): Promise<boolean> {
  let result = false;
  const failed = await settle(run, condition.span.line, 'IF', async () => {
    requireBuilt(condition);
    result = await reaching(run, condition, async (reached) => {
      const inner: Run = { ...reached, locking: lockingOf(reached, condition) };
      await requireRights(inner, condition);
      const predicate = await translated(inner, condition, (node, context) => translatePredicate(node, context));
      return holding(inner, async () => {
        const values = await bind(inner, predicate.parameters);
        await lockTables(inner, predicate.sql);
        const answer = await run.session.query(`SELECT ${predicate.sql}`, values, {
          writes: holdsLocks(inner),
          signal: run.signal,
        });
        return answer.rows[0]?.[0] === 't';
      });
    });
  });
  if (!failed) run.session.rowCount = 0;
  return result;
}

const TRUNCATIONS = new Set([2628, 8152]);
const OVERFLOWS = new Set([220, 232, 8115, 8134]);

/** Where a server of these settings would cut a value, or make it NULL, and go on: that is not done here. */
function unwarned({ ansiWarnings, arithAbort }: SessionOptions, fault: SqlError): SqlError {
  const isLost = TRUNCATIONS.has(fault.number) || (!arithAbort && OVERFLOWS.has(fault.number));
  if (ansiWarnings || !isLost) return fault;
  return new SqlError(
    40515,
    `Going on after error ${fault.number} with SET ANSI_WARNINGS OFF is not supported in this version of SQL Server. ${fault.message}`,
    16,
    1,
    fault.line,
    fault.procedure,
  );
}

async function guarded(run: Run, statement: Statement): Promise<Flow> {
  let flow: Flow = 'next';
  await settle(run, statement.span.line, verbOf(statement), async () => {
    flow = await runOne(run, statement);
  });
  return flow;
}

/** Runs one statement's work and does what its failure asks for; true if it failed and the batch goes on. */
export async function settle(run: Run, line: number, verb: string, work: () => Promise<void>): Promise<boolean> {
  const { session, frame, out } = run;
  session.activity.command = verb;
  session.activity.level = frame.level;
  const { warnings } = session;
  session.warnings = new StatementWarnings(line, frame.procedure);
  try {
    await work();
    session.warnings.tell(session.options, out);
    if (!KEEPS_ERROR.has(verb)) session.lastError = 0;
    return false;
  } catch (error) {
    if (endsMore(error)) throw error;
    const snapshot = await session.snapshot().catch(() => undefined);
    const { procedure } = frame;
    const facts = { line, procedure, verb, spid: session.spid, snapshot, locals: session.locals };
    const told = sqlError(error, facts);
    const fault = unwarned(session.options, told);
    session.lastError = fault.number;
    session.rowCount = 0;
    const raised = verb === 'RAISERROR';
    const uncompilable = isCompileError(error);
    const reach = uncompilable
      ? 'scope'
      : verb === 'THROW' && reachOf(fault) === 'statement'
        ? 'batch'
        : reachOf(fault);
    if (fault.severity >= ENDS_CONNECTION) throw fault;
    // A statement that does not compile is no error of its own scope's TRY.
    const uncompiled =
      uncompilable || (error instanceof TranslationError && reach === 'scope' && fault.number !== UNSUPPORTED);
    if (uncompiled ? frame.parent?.guarded() : frame.guarded()) {
      if (session.tx.depth > 0 && ((session.options.xactAbort && !raised) || reach === 'batchAndTransaction'))
        session.tx.doomed = true;
      throw uncompiled ? new ScopeFault(fault) : fault;
    }
    for (const earlier of fault.preceding) out.error(sqlError(earlier, facts));
    out.error(fault);
    if (fault.number === 1205 || reach === 'batchAndTransaction' || (session.options.xactAbort && !raised)) {
      await session.rollbackAll(out);
      throw new BatchAborted(fault.message);
    }
    if (reach === 'batch') throw new BatchAborted(fault.message);
    if (reach === 'scope') throw new ScopeAborted(fault.message);
    out.done(undefined);
    return true;
  } finally {
    session.warnings = warnings;
  }
}

const endsMore = (error: unknown): boolean =>
  error instanceof BatchAborted ||
  error instanceof ScopeAborted ||
  error instanceof ScopeFault ||
  error instanceof Cancelled;

async function runTry(run: Run, body: readonly Statement[], handler: readonly Statement[]): Promise<Flow> {
  const { frame, session } = run;
  frame.tries += 1;
  let caught: SqlError;
  try {
    return await runList(run, body);
  } catch (error) {
    if (!(error instanceof SqlError) || error.severity >= ENDS_CONNECTION) throw error;
    caught = error;
  } finally {
    frame.tries -= 1;
  }
  frame.caught.push(caught);
  session.lastError = caught.number;
  try {
    return await runList(run, handler);
  } finally {
    frame.caught.pop();
  }
}
