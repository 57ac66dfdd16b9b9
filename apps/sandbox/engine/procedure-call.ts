import type { SqlType } from '#conversion';
import { parseExpression, qualifiedName, type Execute, type ObjectName, type ParsedBatch } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError, type TdsParameter, type TdsType } from '../session.ts';
import { checkBatch } from './batch-check.ts';
import { bindParameters, declarations, evaluateArgument, remoteArgument, type CallArgument } from './call-arguments.ts';
import { enterModule } from './execute-as.ts';
import { asDeclared } from './declared-results.ts';
import { apiProcedure } from './api-procedures.ts';
import { appLockProcedure } from './app-lock-procedures.ts';
import { convertValue, evaluate, evaluateTyped } from './evaluate.ts';
import { Frame } from './frame.ts';
import { BatchAborted, runBody, ScopeAborted, ScopeFault, settle } from './interpreter.ts';
import { namePartsOf } from './names.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { databaseOf } from './other-databases.ts';
import { Cancelled, sqlError } from './pg-error.ts';
import { requireExecute } from './permissions.ts';
import { contextOf, type Run } from './run.ts';
import { partsOf } from './session-scope.ts';
import { decoderFor } from './storage-type.ts';
import { unescapeText } from './storage-text.ts';
import { systemCall } from './system-procedures.ts';

const MAX_LEVEL = 32;
const NVARCHAR_MAX: SqlType = { name: 'nvarchar', length: -1 };
const INT: SqlType = { name: 'int' };

/** What a call gave besides results: its status, and OUTPUT values by lower-case parameter name. */
export interface CallResult {
  readonly status: number;
  /** Of a function: what it returned. */
  readonly returned?: { readonly type: SqlType; readonly value: string | null };
  readonly outputs: ReadonlyMap<string, { readonly type: SqlType; readonly value: string | null }>;
}

/** EXEC, with its return status and OUTPUT values put into the variables named. */
export async function callStatement(run: Run, statement: Execute): Promise<void> {
  if (statement.at !== undefined)
    throw new SqlError(40515, 'EXECUTE … AT a linked server is not supported in this version of SQL Server.');
  if (statement.as !== undefined)
    throw new SqlError(40515, 'EXECUTE … AS is not supported in this version of SQL Server.');
  if (statement.strings !== undefined) {
    let text = '';
    for (const part of statement.strings) text += unescapeText((await evaluate(run, part, NVARCHAR_MAX)) ?? '');
    run.session.lastError = 0;
    await asDeclared(run, statement, (inner) => runText(inner, text, new Frame('', 0, run.frame.level + 1, run.frame)));
    return;
  }
  if (statement.procedure === undefined) throw new SqlError(2812, "Could not find stored procedure ''.", 16, 62);
  const name = await procedureName(run, statement.procedure);
  const args: CallArgument[] = [];
  for (const argument of statement.args) args.push(await evaluateArgument(run, argument));
  run.session.lastError = 0;
  const result = await asDeclared(run, statement, (inner) => callProcedure(inner, name, args));
  for (const [index, argument] of statement.args.entries()) {
    if (!argument.output || argument.value.kind !== 'variable') continue;
    const slot = run.frame.variable(argument.value.name);
    const given = result.outputs.get(argument.name?.toLowerCase() ?? `#${index}`);
    if (slot !== undefined && given !== undefined)
      slot.value = await convertValue(run, given.value, given.type, slot.type);
  }
  if (statement.result !== undefined) {
    const slot = run.frame.variable(statement.result.name);
    if (slot === undefined)
      throw new SqlError(137, `Must declare the scalar variable "${statement.result.name}".`, 15, 1);
    const returned = result.returned ?? { type: INT, value: String(result.status) };
    slot.value = await convertValue(run, returned.value, returned.type, slot.type);
  }
}

async function procedureName(run: Run, procedure: NonNullable<Execute['procedure']>): Promise<string[]> {
  if (procedure.kind === 'objectName') return namePartsOf(procedure as ObjectName).map((part) => part ?? '');
  const slot = run.frame.variable(procedure.name);
  if (slot === undefined) throw new SqlError(137, `Must declare the scalar variable "${procedure.name}".`, 15, 2);
  return partsOf(unescapeText(slot.value ?? ''));
}

/** Runs a text as a batch inside the current one: EXEC ('…'), sp_executesql. Its errors are those of the caller's scope. */
export async function runText(run: Run, text: string, frame: Frame): Promise<void> {
  if (frame.level > MAX_LEVEL) throw nested();
  const { session } = run;
  const identities = session.identity.depth;
  const inner: Run = { ...run, frame, text };
  const saved = { ...session.options };
  const before = session.tx.depth;
  const database = session.database;
  try {
    const parsed = parsedBatch(text, session.options.quotedIdentifier);
    if (compiles(run, () => checkText(parsed, frame, text))) await runBody(inner, parsed.statements);
  } catch (error) {
    if (error instanceof ScopeFault) throw error.fault;
    if (!(error instanceof ScopeAborted)) throw error;
  } finally {
    session.options = saved;
    await session.revertTo(identities);
    frame.cursors.clear();
    if (!session.tx.doomed) await session.dropTemporary(frame);
    // USE in a text ends with it.
    if (session.database !== database) await session.use(database, run.out);
  }
  checkCount(run, before, '');
}

function checkText(parsed: ParsedBatch, frame: Frame, text: string): void {
  requireParsed(parsed, frame.procedure);
  checkBatch(parsed, frame.names(), text);
}

/** Whether a text can be run at all. What is wrong with it ends the text alone, or goes to a CATCH around it. */
function compiles(run: Run, check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (!(error instanceof SqlError) || run.frame.guarded()) throw error;
    run.session.lastError = error.number;
    run.out.error(error);
    run.out.done(undefined);
    return false;
  }
}

/** 266: a procedure or text that left another number of transactions than it found. */
function checkCount(run: Run, before: number, procedure: string): void {
  const { tx, options } = run.session;
  if (tx.depth === before || tx.doomed) return;
  // The transaction that a statement inside began by SET IMPLICIT_TRANSACTIONS is the session's.
  if (options.implicitTransactions && before === 0 && tx.depth === 1) return;
  run.out.error(
    new SqlError(
      266,
      `Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = ${before}, current count = ${tx.depth}.`,
      16,
      2,
      0,
      procedure,
    ),
  );
}

function nested(): SqlError {
  return new SqlError(217, 'Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).');
}

/** Calls a procedure of the user or of the system by its name. Throws 2812 where there is none. */
export async function callProcedure(
  run: Run,
  name: readonly string[],
  args: readonly CallArgument[],
): Promise<CallResult> {
  const last = name.at(-1) ?? '';
  const elsewhere = databaseOf(run, name);
  if (elsewhere !== undefined) return run.session.within(elsewhere, () => callProcedure(run, name.slice(-2), args));
  if (last.toLowerCase() === 'sp_executesql') return executeSql(run, args);
  const { scope } = await contextOf(run);
  const object = scope.object(name.map((part) => part || null));
  if (object?.kind === 'P') return userProcedure(run, object, args);
  if (object?.kind === 'FN') return scalarFunction(run, object, args);
  const key = last.toLowerCase();
  const system =
    (await apiProcedure(run, key, args)) ??
    (await appLockProcedure(run, key, args)) ??
    (await systemCall(run, name, args));
  if (system !== undefined) return system;
  throw new SqlError(2812, `Could not find stored procedure '${name.join('.')}'.`, 16, 62);
}

async function executeSql(run: Run, args: readonly CallArgument[]): Promise<CallResult> {
  const named = (key: string, at: number): CallArgument | undefined =>
    args.find((argument) => argument.name.toLowerCase() === key) ?? (args[at]?.name === '' ? args[at] : undefined);
  for (const [name, at] of [
    ['@stmt', 0],
    ['@params', 1],
  ] as const) {
    const given = named(name, at);
    if (given !== undefined && given.value !== null && !/^n(var)?(char|text)$/.test(given.type.name)) {
      const expected = name === '@stmt' ? '@statement' : '@params';
      throw new SqlError(214, `Procedure expects parameter '${expected}' of type 'ntext/nchar/nvarchar'.`, 16, at + 2);
    }
  }
  const text = unescapeText(named('@stmt', 0)?.value ?? named('@statement', 0)?.value ?? '');
  const declared = named('@params', 1) ?? named('@parameters', 1);
  const frame = new Frame('', 0, run.frame.level + 1, run.frame);
  const parameters = declared === undefined ? [] : declarations(unescapeText(declared.value ?? ''));
  const outputs = new Map<string, { type: SqlType; value: string | null }>();
  const inner: Run = { ...run, text: `(${unescapeText(declared?.value ?? '')})${text}` };
  await bindParameters(inner, frame, 'sp_executesql', parameters, args.slice(2));
  await runText(run, text, frame);
  for (const [index, parameter] of parameters.entries()) {
    const slot = frame.variable(parameter.name);
    if (!parameter.output || slot === undefined) continue;
    outputs.set(parameter.name.toLowerCase(), slot);
    outputs.set(`#${index + 2}`, slot);
  }
  return { status: 0, outputs };
}

async function userProcedure(run: Run, object: CatalogObject, args: readonly CallArgument[]): Promise<CallResult> {
  const { session } = run;
  await requireExecute(run, object);
  const identities = session.identity.depth;
  const text = object.definition ?? '';
  const parsed = parsedBatch(text, object.quotedIdentifier ?? true);
  requireParsed(parsed, `${object.schema}.${object.name}`);
  const procedure = parsed.statements.find((statement) => statement.kind === 'createProcedure');
  if (procedure === undefined) throw new SqlError(40515, `The text of the procedure '${object.name}' cannot be read.`);
  const frame = new Frame(`${object.schema}.${object.name}`, object.id, run.frame.level + 1, run.frame);
  if (frame.level > MAX_LEVEL) throw nested();
  await bindParameters(run, frame, object.name, procedure.parameters, args).catch((error: unknown) => {
    throw atCall(error, frame);
  });
  const before = session.tx.depth;
  const saved = { ...session.options };
  try {
    await enterModule(run, object, procedure.options);
    session.options.ansiNulls = object.ansiNulls ?? true;
    session.options.quotedIdentifier = object.quotedIdentifier ?? true;
    await runBody({ ...run, frame, text }, procedure.body);
  } catch (error) {
    if (error instanceof ScopeFault) throw error.fault;
    if (!(error instanceof ScopeAborted)) throw error;
    frame.returnStatus = -6;
  } finally {
    session.options = saved;
    await session.revertTo(identities);
    frame.cursors.clear();
    if (!session.tx.doomed) await session.dropTemporary(frame);
  }
  checkCount(run, before, `${object.schema}.${object.name}`);
  const outputs = new Map<string, { type: SqlType; value: string | null }>();
  for (const [index, parameter] of procedure.parameters.entries()) {
    const slot = frame.variable(parameter.name);
    if (!parameter.output || slot === undefined) continue;
    outputs.set(parameter.name.toLowerCase(), slot);
    outputs.set(`#${index}`, slot);
  }
  return { status: frame.returnStatus, outputs };
}

/** What is wrong with the arguments of a call is an error of the procedure's, before its first line. */
function atCall(error: unknown, { procedure }: Frame): unknown {
  const place = { line: 0, procedure, verb: 'EXECUTE', spid: 0, snapshot: undefined };
  return error instanceof SqlError ? sqlError(error, place) : error;
}

/** EXEC of a scalar function: its parameters as those of a procedure, its value as the status. */
async function scalarFunction(run: Run, object: CatalogObject, args: readonly CallArgument[]): Promise<CallResult> {
  const parsed = parsedBatch(object.definition ?? '', object.quotedIdentifier ?? true);
  const parameters = parsed.statements.find((statement) => statement.kind === 'createFunction')?.parameters ?? [];
  const frame = new Frame(`${object.schema}.${object.name}`, object.id, run.frame.level + 1, run.frame);
  await bindParameters(run, frame, object.name, parameters, args);
  const list = parameters.map((parameter) => parameter.name).join(', ');
  const { expression } = parseExpression(`${qualifiedName(object.schema, object.name)}(${list})`);
  if (expression === undefined) throw new SqlError(40515, `The function '${object.name}' cannot be called by EXECUTE.`);
  return { status: 0, returned: await evaluateTyped({ ...run, frame }, expression), outputs: new Map() };
}

const isCursorProcedure = (name: string): boolean => /(?:^|[.[])sp_cursor\w*\]?$/i.test(name);

/** The procedures of cursors run statements of their own: what fails in them is the failure of a statement. Their status is then 1. */
async function callCursorProcedure(run: Run, name: string, args: readonly CallArgument[]): Promise<CallResult> {
  let result: CallResult = { status: 1, outputs: new Map() };
  await settle(run, 1, 'EXECUTE', async () => {
    result = await callProcedure(run, partsOf(name), args);
  });
  return result;
}

/** A procedure called by RPC: parameters arrive as values, status and OUTPUT values go back as tokens. */
export async function callRemote(run: Run, name: string, parameters: readonly TdsParameter[]): Promise<void> {
  const { session, out } = run;
  try {
    const args: CallArgument[] = [];
    for (const parameter of parameters) args.push(await remoteArgument(run, parameter));
    const result = isCursorProcedure(name)
      ? await callCursorProcedure(run, name, args)
      : await callProcedure(run, partsOf(name), args);
    if (result.returned === undefined) out.returnStatus(result.status);
    else {
      const { type, value } = result.returned as { type: TdsType; value: string | null };
      const decoded = value === null ? null : decoderFor(type)(value);
      out.returnValue({ name: '', type, value: decoded, output: true, returned: true });
    }
    for (const [index, parameter] of parameters.entries()) {
      if (!parameter.output) continue;
      const given = result.outputs.get(parameter.name.toLowerCase()) ?? result.outputs.get(`#${index}`);
      if (given === undefined) {
        // Drivers wait for each, also for one that was not touched.
        out.returnValue(parameter);
        continue;
      }
      const text = given.value;
      out.returnValue({
        ...parameter,
        type: given.type as TdsType,
        value: text === null ? null : decoderFor(given.type as TdsType)(text),
      });
    }
  } catch (error) {
    if (error instanceof BatchAborted || error instanceof ScopeAborted) return;
    if (error instanceof Cancelled) return session.rollbackIfAborting(out);
    const fault = sqlError(error, {
      line: 1,
      procedure: name,
      verb: 'EXECUTE',
      spid: session.spid,
      snapshot: undefined,
    });
    session.lastError = fault.number;
    out.error(fault);
  } finally {
    await session.dropTemporary(run.frame);
  }
}
