import { findAll } from '#tsql';
import type { Declare, Kill, SetVariable, Statement, WaitFor } from '#tsql';
import { typeOf } from './profile.ts';
import { SqlError } from '../session.ts';
import { assignVariable, evaluate } from './evaluate.ts';
import { closeCursor, declareCursor, fetchCursor, setCursorVariable } from './cursors.ts';
import { isDefinition, runDefinition } from './ddl/index.ts';
import { runDml } from './dml.ts';
import { executeAs } from './execute-as.ts';
import { requireBuilt } from './forms/index.ts';
import type { Flow } from './frame.ts';
import { reaching } from './other-databases.ts';
import { requireRights } from './permissions.ts';
import { callStatement } from './procedure-call.ts';
import { runPrint, runRaiserror, runThrow } from './messages.ts';
import { runSelect } from './query.ts';
import type { Run } from './run.ts';
import { contextOf } from './run.ts';
import { dbcc } from './dbcc.ts';
import type { SessionOptions } from './session-options.ts';
import { setOption } from './set-option.ts';
import { declareTable } from './table-variables.ts';
import { beginTransaction, commitTransaction, rollbackTransaction, saveTransaction } from './transaction-statements.ts';
import { verbOf } from './verbs.ts';

type Handler = (run: Run) => void | Promise<void>;

/** What runs a statement of data, variables or messages. */
function dataHandler(statement: Statement): Handler | undefined {
  switch (statement.kind) {
    case 'declare':
      return (run) => declare(run, statement);
    case 'setVariable':
      return (run) => setVariable(run, statement);
    case 'print':
      return (run) => runPrint(run, statement);
    case 'raiserror':
      return (run) => runRaiserror(run, statement);
    case 'execute':
      return (run) => callStatement(run, statement);
    case 'declareCursor':
      return async (run) => {
        await declareCursor(run, statement);
        run.session.rowCount = 1;
      };
    case 'cursorStatement':
      return (run) => closeCursor(run, statement);
    case 'fetch':
      return (run) => fetchCursor(run, statement);
    default:
      return undefined;
  }
}

/** What runs a statement about the session and its transaction. */
function sessionHandler(statement: Statement): Handler | undefined {
  switch (statement.kind) {
    case 'setOption':
      return (run) => setOption(run, statement);
    case 'executeAs':
      return (run) => executeAs(run, statement);
    case 'revert':
      return (run) => run.session.revert(run.frame.level);
    case 'use':
      return (run) => run.session.use(statement.database.name, run.out);
    case 'beginTransaction':
      return (run) => beginTransaction(run, statement);
    case 'commitTransaction':
      return commitTransaction;
    case 'rollbackTransaction':
      return (run) => rollbackTransaction(run, statement);
    case 'saveTransaction':
      return (run) => saveTransaction(run, statement);
    case 'waitFor':
      return (run) => waitFor(run, statement);
    case 'kill':
      return (run) => kill(run, statement);
    case 'insertBulk':
      // The wire takes the statement itself; inside a text no rows can follow it.
      return () => {
        throw new SqlError(4801, 'Insert bulk is not supported over this access protocol.');
      };
    case 'dbcc':
      return (run) => dbcc(run, statement);
    case 'checkpoint':
    case 'reconfigure':
      return () => undefined;
    default:
      return undefined;
  }
}

/** Under SET IMPLICIT_TRANSACTIONS a SELECT that reads no table begins no transaction. */
const readsTables = new WeakMap<Statement, boolean>();

function beginsTransaction(statement: Data): boolean {
  if (statement.kind !== 'select') return true;
  const known = readsTables.get(statement) ?? findAll(statement, 'table').length > 0;
  readsTables.set(statement, known);
  return known;
}

/** Runs any statement that is not control flow. Refuses by name what is not built. */
export async function runOne(run: Run, statement: Statement): Promise<Flow> {
  if (statement.kind !== 'setOption' && isSuppressed(run.session.options, statement)) return 'next';
  requireBuilt(statement);
  await run.session.identity.ensure(run.session.link);
  if (isData(statement)) return runData(run, statement);
  if (!isDefinition(statement)) await requireRights(run, statement);
  if (statement.kind === 'throw') return runThrow(run, statement);
  if (statement.kind === 'return') {
    if (statement.value !== undefined) {
      run.frame.returnStatus = Number((await evaluate(run, statement.value, { name: 'int' })) ?? 0);
      run.session.rowCount = 1;
    }
    return 'return';
  }
  const ofSession = sessionHandler(statement);
  const handler = ofSession ?? dataHandler(statement);
  if (handler !== undefined) await handler(run);
  else if (!(await runDefinition(run, statement))) {
    throw new SqlError(40515, `The statement ${verbOf(statement)} is not supported in this version of SQL Server.`);
  }
  if (ofSession !== undefined && statement.kind !== 'dbcc') run.session.rowCount = 0;
  return 'next';
}

type Data = Extract<Statement, { readonly kind: 'select' | 'insert' | 'update' | 'delete' | 'merge' }>;

const isData = (statement: Statement): statement is Data =>
  /^(?:select|insert|update|delete|merge)$/.test(statement.kind);

/** A statement of data, in the database where it belongs. */
async function runData(run: Run, statement: Data): Promise<Flow> {
  if (run.session.options.implicitTransactions && beginsTransaction(statement))
    await run.session.beginImplicit(run.out);
  await reaching(run, statement, async (inner) => {
    await requireRights(inner, statement);
    await (statement.kind === 'select' ? runSelect(inner, statement) : runDml(inner, statement));
  });
  return 'next';
}

/** What NOEXEC, PARSEONLY and FMTONLY keep from running. */
function isSuppressed(options: SessionOptions, statement: Statement): boolean {
  if (options.noExec || options.parseOnly) return true;
  return options.formatOnly && !/^(select|declare|setVariable|use|execute)$/.test(statement.kind);
}

/** KILL of a session: its connection ends and its transaction is rolled back. */
async function kill(run: Run, statement: Kill): Promise<void> {
  const spid = Number(await evaluate(run, statement.target, { name: 'int' }));
  const victim = run.session.server.session(spid);
  if (victim === run.session) throw new SqlError(6104, 'Cannot use KILL to kill your own process.');
  if (victim === undefined) throw new SqlError(6106, `Process ID ${spid} is not an active process ID.`, 16, 2);
  if (!statement.statusOnly) await victim.kill();
}

async function declare(run: Run, statement: Declare): Promise<void> {
  for (const item of statement.items) {
    if (item.kind === 'declareTable') {
      await declareTable(run, item);
      continue;
    }
    const key = item.name.toLowerCase();
    if (item.type.base === 'cursor') {
      if (!run.frame.cursors.has(key)) run.frame.cursors.set(key, undefined);
      continue;
    }
    const { scope } = await contextOf(run);
    const type = typeOf(item.type, scope);
    if (type.name === 'table') {
      await declareTable(run, item, type);
      continue;
    }
    // A DECLARE inside a loop keeps the value unless it gives one.
    const known = run.frame.variables.get(key);
    if (known === undefined) run.frame.variables.set(key, { type, value: null });
    if (item.value === undefined) continue;
    await assignVariable(run, item.name, item.value);
    run.session.rowCount = 1;
  }
}

async function setVariable(run: Run, statement: SetVariable): Promise<void> {
  if (statement.value.kind === 'cursorDefinition' || run.frame.cursors.has(statement.variable.name.toLowerCase())) {
    setCursorVariable(run, statement);
    return;
  }
  await assignVariable(run, statement.variable.name, statement.value, statement.op);
  run.session.rowCount = 1;
}

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;

async function waitFor(run: Run, statement: WaitFor): Promise<void> {
  if (statement.type === 'statement' || statement.value === undefined) {
    throw new SqlError(40515, 'WAITFOR (statement) is not supported in this version of SQL Server.');
  }
  const text = (await evaluate(run, statement.value, { name: 'varchar', length: 30 })) ?? '';
  const match = CLOCK.exec(text.trim().replace(/^\d{4}-\d\d-\d\d[ T]/, ''));
  if (match === null) throw new SqlError(148, `Incorrect time syntax in time string '${text}' used with WAITFOR.`, 15);
  const [hours, minutes, seconds, thousandths] = match.slice(1).map((part) => Number(part ?? 0));
  const ms = (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000 + (thousandths ?? 0);
  if (statement.type === 'delay') {
    await run.session.query('SELECT pg_sleep($1)', [String(ms / 1000)], { writes: false, signal: run.signal });
    return;
  }
  await run.session.query(
    `SELECT pg_sleep(extract(epoch FROM (($1::int * interval '1 ms' - localtime::interval) + interval '1 day')) ::numeric % 86400)`,
    [String(ms)],
    { writes: false, signal: run.signal },
  );
}
