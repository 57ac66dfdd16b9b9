import type { FunctionHandler, FunctionInvocation, TypedSql } from '#conversion';
import { SqlError } from '../session.ts';
import { LOCK_MODES, type LockMode, type LockOwner } from './app-locks.ts';
import type { CallArgument } from './call-arguments.ts';
import type { PgValue } from './large-bind.ts';
import { Cancelled } from './pg-error.ts';
import type { CallResult } from './procedure-call.ts';
import type { Run } from './run.ts';
import { unescapeText } from './storage-text.ts';

/** What a call that is not understood returns. */
const INVALID = -999;
const LONGEST_NAME = 255;
/** The modes that can be asked for. */
const ASKABLE = LOCK_MODES.filter((mode) => !/^(Shared|Update)Intent/.test(mode));

const invalidMode = (name: string): SqlError =>
  new SqlError(1225, `An invalid application lock mode was passed to ${name}.`);
const invalidOwner = (name: string): SqlError =>
  new SqlError(1226, `An invalid application lock owner was passed to ${name}.`);

function modeNamed(text: string | undefined, name: string): LockMode {
  const mode = ASKABLE.find((one) => one.toLowerCase() === text?.toLowerCase());
  if (mode === undefined) throw invalidMode(name);
  return mode;
}

function ownerNamed(run: Run, text: string, name: string): LockOwner {
  if (text.toLowerCase() === 'session') return 'Session';
  if (text.toLowerCase() !== 'transaction') throw invalidOwner(name);
  if (run.session.tx.depth > 0) return 'Transaction';
  throw new SqlError(3918, 'The statement or function must be executed in the context of a user transaction.');
}

/** The resource of a name: names are told apart byte by byte, in each database and for each principal. Throws where the principal is none of the caller's. */
async function resourceOf(run: Run, principal: string, name: string): Promise<string> {
  const { session } = run;
  const { rows } = await session.query(
    'SELECT p.name, meta.f_is_rolemember($1::text) FROM meta.principals p WHERE lower(p.name) = lower($1::text)',
    [principal],
    { writes: false, signal: run.signal },
  );
  const [found, member] = rows[0] ?? [];
  const isOwner = session.unrestricted || principal.toLowerCase() === 'public' || member === '1';
  if (found === undefined || !isOwner) throw new SqlError(1230, `An invalid database principal was passed to ${name}.`);
  return `${session.catalogDatabase.id} ${found?.toLowerCase() ?? ''} `;
}

class Arguments {
  constructor(private readonly args: readonly CallArgument[]) {}

  /** The value of a parameter: undefined where it was not given, or is NULL. */
  get(name: string, at: number): string | undefined {
    const found =
      this.args.find((one) => one.name.toLowerCase() === name) ??
      (this.args[at]?.name === '' ? this.args[at] : undefined);
    return found?.value == null ? undefined : unescapeText(found.value);
  }
}

async function getLock(run: Run, args: Arguments): Promise<number> {
  const name = 'sp_getapplock';
  const resource = args.get('@resource', 0);
  if (resource === undefined) throw new SqlError(1224, `An invalid application lock resource was passed to ${name}.`);
  const mode = modeNamed(args.get('@lockmode', 1), name);
  const owner = ownerNamed(run, args.get('@lockowner', 2) ?? 'Transaction', name);
  const timeout = Number(args.get('@locktimeout', 3) ?? run.session.options.lockTimeout);
  if (!Number.isInteger(timeout) || timeout < -1)
    throw new SqlError(1227, `An invalid application lock time-out was passed to ${name}.`);
  const prefix = await resourceOf(run, args.get('@dbprincipal', 4) ?? 'public', name);
  const { session, signal } = run;
  const key = prefix + resource.slice(0, LONGEST_NAME);
  checkOwners(run, owner, key);
  const granted = await session.server.appLocks.request({ session, owner, resource: key, mode, timeout, signal });
  if (granted === -2) throw new Cancelled('the client gave up');
  return granted;
}

/** What two owners in one session do to each other is written nowhere. */
function checkOwners({ session }: Run, owner: LockOwner, resource: string): void {
  const other = owner === 'Session' ? 'Transaction' : 'Session';
  if (session.server.appLocks.modeOf(session, other, resource) === undefined) return;
  throw new SqlError(
    40_515,
    'An application lock of the session and of its transaction on one resource is not supported in this version of SQL Server.',
  );
}

async function releaseLock(run: Run, args: Arguments): Promise<number> {
  const name = 'sp_releaseapplock';
  const resource = args.get('@resource', 0);
  if (resource === undefined) throw new SqlError(1224, `An invalid application lock resource was passed to ${name}.`);
  const owner = ownerNamed(run, args.get('@lockowner', 1) ?? 'Transaction', name);
  const principal = args.get('@dbprincipal', 2) ?? 'public';
  const prefix = await resourceOf(run, principal, name);
  const key = prefix + resource.slice(0, LONGEST_NAME);
  if (run.session.server.appLocks.release(run.session, owner, key)) return 0;
  throw new SqlError(
    1223,
    `Cannot release the application lock (Database Principal: '${principal}', Resource: '${resource}') because it is not currently held.`,
  );
}

/** sp_getapplock and sp_releaseapplock; undefined for any other name. What is wrong is said and returned as -999, or thrown into a CATCH around. */
export async function appLockProcedure(
  run: Run,
  name: string,
  args: readonly CallArgument[],
): Promise<CallResult | undefined> {
  const work = name === 'sp_getapplock' ? getLock : name === 'sp_releaseapplock' ? releaseLock : undefined;
  if (work === undefined) return undefined;
  let status: number;
  try {
    status = await work(run, new Arguments(args));
  } catch (error) {
    if (!(error instanceof SqlError) || error.number === 40_515 || run.frame.guarded()) throw error;
    run.session.lastError = error.number;
    run.out.error(new SqlError(error.number, error.message, error.severity, error.state, 1, name));
    status = INVALID;
  }
  run.out.done(undefined);
  return { status, outputs: new Map() };
}

const TEXT = { name: 'nvarchar', length: LONGEST_NAME } as const;
const PARAMETER = /^\(*(\$\d+)(?:::[\w.]+)?\)*$/;

/** An argument of a function as its parameter's name keeps it: a text, or the number of a parameter that is bound before. */
function encoded(call: FunctionInvocation, argument: TypedSql): string | number {
  if (typeof argument.constant === 'string') return argument.constant;
  const number = PARAMETER.exec(call.convert(argument, TEXT).sql)?.[1];
  if (number !== undefined) return Number(number.slice(1));
  return call.fail(
    40515,
    `${call.name.toUpperCase()} of anything but constants and variables is not supported in this version of SQL Server.`,
  );
}

function lockFunction(count: number, type: FunctionInvocation['args'][number]['type']): FunctionHandler {
  return (call) => {
    if (call.args.length !== count) {
      return call.fail(174, `The ${call.name.toLowerCase()} function requires ${count} argument(s).`);
    }
    const answer = call.parameter(`applock(${JSON.stringify(call.args.map((one) => encoded(call, one)))})`, type);
    const given = call.args.filter((one) => typeof one.constant !== 'string');
    const known = given.map((one) => `(${call.convert(one, TEXT).sql}) IS NOT NULL`);
    if (known.length === 0) return answer;
    return { ...answer, sql: `(CASE WHEN ${known.join(' AND ')} THEN ${answer.sql} END)` };
  };
}

/** APPLOCK_MODE and APPLOCK_TEST: answered at the moment the statement runs. */
export const LOCK_FUNCTIONS: Readonly<Record<string, FunctionHandler>> = {
  applock_mode: lockFunction(3, { name: 'nvarchar', length: 32 }),
  applock_test: lockFunction(4, { name: 'smallint' }),
};

/** The answer of such a function; `argument`: as {@link LOCK_FUNCTIONS} wrote it. */
export async function lockAnswer(run: Run, argument: string, values: readonly PgValue[]): Promise<string | null> {
  const given = JSON.parse(argument) as (string | number)[];
  const texts = given.map((one) => (typeof one === 'string' ? one : (values[one - 1] ?? null)));
  if (texts.some((one) => typeof one !== 'string')) return null;
  const [principal = '', resource = '', ...rest] = (texts as string[]).map(unescapeText);
  const name = rest.length === 1 ? 'applock_mode' : 'applock_test';
  const mode = rest.length === 1 ? undefined : modeNamed(rest[0], name);
  const owner = ownerNamed(run, rest.at(-1) ?? '', name);
  const key = (await resourceOf(run, principal, name)) + resource.slice(0, LONGEST_NAME);
  const { session } = run;
  const { appLocks } = session.server;
  if (mode === undefined) return appLocks.modeOf(session, owner, key) ?? 'NoLock';
  checkOwners(run, owner, key);
  return appLocks.grantable(session, owner, key, mode) ? '1' : '0';
}
