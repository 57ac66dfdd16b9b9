import type { SqlType } from '#conversion';
import { typeOf } from './profile.ts';
import {
  parseExpression,
  qualifiedName,
  type Execute,
  type ExecuteArgument,
  type Expression,
  type ObjectName,
  type Parameter,
  type ParsedBatch,
} from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError, type TdsParameter, type TdsType } from '../session.ts';
import { checkBatch } from './batch-check.ts';
import { enterModule } from './execute-as.ts';
import { apiProcedure } from './api-procedures.ts';
import { convertValue, evaluate, evaluateTyped } from './evaluate.ts';
import { Frame, type LocalTable } from './frame.ts';
import { BatchAborted, runBody, ScopeAborted, ScopeFault } from './interpreter.ts';
import { namePartsOf } from './names.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { databaseOf } from './other-databases.ts';
import { argumentSlot, binaryArgument, isLongBinary } from './parameter-values.ts';
import { copyEncoderFor, type CopyValue } from './copy.ts';
import { Cancelled, sqlError } from './pg-error.ts';
import { requireExecute } from './permissions.ts';
import { contextOf, localTable, type Run } from './run.ts';
import { partsOf } from './session-scope.ts';
import { stageRows } from './stage.ts';
import { decoderFor, encoderFor } from './storage-type.ts';
import { unescapeText } from './storage-text.ts';
import { systemCall } from './system-procedures.ts';
import { definitionOfType, tableOfType } from './table-variables.ts';
import { makeLocal } from './temporary-table.ts';

const MAX_LEVEL = 32;
const NVARCHAR_MAX: SqlType = { name: 'nvarchar', length: -1 };
const INT: SqlType = { name: 'int' };

/** One argument of a call: evaluated, as text of the storage type. */
export interface CallArgument {
  /** With its @, or '' by position. */
  readonly name: string;
  readonly type: SqlType;
  readonly value: string | null;
  /** The bytes of {@link value}, of a long binary one. */
  readonly bytes?: Buffer | undefined;
  readonly output: boolean;
  /** The word DEFAULT. */
  readonly byDefault?: boolean;
  readonly table?: LocalTable;
}

/** What a call gave besides results: its status, and OUTPUT values by lower-case parameter name. */
export interface CallResult {
  readonly status: number;
  /** Of a function: what it returned. */
  readonly returned?: { readonly type: SqlType; readonly value: string | null };
  readonly outputs: ReadonlyMap<string, { readonly type: SqlType; readonly value: string | null }>;
}

function argumentName(argument: ExecuteArgument): string {
  return argument.name ?? '';
}

/** `EXEC p abc`: a bare word is a string. */
function bareWord(expression: Expression): string | undefined {
  return expression.kind === 'column' && expression.parts.length === 1 ? expression.parts[0]?.name : undefined;
}

async function evaluateArgument(run: Run, argument: ExecuteArgument): Promise<CallArgument> {
  const base = { name: argumentName(argument), output: argument.output };
  const { value } = argument;
  if (value.kind === 'default') return { ...base, type: INT, value: null, byDefault: true };
  const word = bareWord(value);
  if (word !== undefined) return { ...base, type: { name: 'nvarchar', length: Math.max(word.length, 1) }, value: word };
  if (value.kind === 'variable') {
    const table = localTable(run, value.name);
    if (table !== undefined) return { ...base, type: { name: 'table' }, value: null, table };
    const slot = run.frame.variable(value.name);
    if (slot === undefined) throw new SqlError(137, `Must declare the scalar variable "${value.name}".`, 15, 2);
    return slot.bytes === undefined
      ? { ...base, type: slot.type, value: slot.value }
      : binaryArgument(base, slot.type, slot.bytes);
  }
  return { ...base, ...(await evaluateTyped(run, value)) };
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
    await runText(run, text, new Frame(run.frame.procedure, 0, run.frame.level + 1, run.frame));
    return;
  }
  if (statement.procedure === undefined) throw new SqlError(2812, "Could not find stored procedure ''.", 16, 62);
  const name = await procedureName(run, statement.procedure);
  const args: CallArgument[] = [];
  for (const argument of statement.args) args.push(await evaluateArgument(run, argument));
  run.session.lastError = 0;
  const result = await callProcedure(run, name, args);
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
    session.options = { ...saved, isolation: session.options.isolation };
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
      1,
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
  const system = (await apiProcedure(run, last.toLowerCase(), args)) ?? (await systemCall(run, name, args));
  if (system !== undefined) return system;
  throw new SqlError(2812, `Could not find stored procedure '${name.join('.')}'.`, 16, 62, 1, run.frame.procedure);
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
  const frame = new Frame(run.frame.procedure, 0, run.frame.level + 1, run.frame);
  const parameters = declared === undefined ? [] : declarations(unescapeText(declared.value ?? ''));
  const outputs = new Map<string, { type: SqlType; value: string | null }>();
  await bindParameters(run, frame, 'sp_executesql', parameters, args.slice(2));
  await runText(run, text, frame);
  for (const [index, parameter] of parameters.entries()) {
    const slot = frame.variable(parameter.name);
    if (!parameter.output || slot === undefined) continue;
    outputs.set(parameter.name.toLowerCase(), slot);
    outputs.set(`#${index + 2}`, slot);
  }
  return { status: 0, outputs };
}

function declarations(text: string): readonly Parameter[] {
  if (text.trim() === '') return [];
  const parsed = parsedBatch(`CREATE PROCEDURE p ${text} AS RETURN`, true);
  requireParsed(parsed);
  const procedure = parsed.statements.find((statement) => statement.kind === 'createProcedure');
  return procedure?.parameters ?? [];
}

/** Gives the parameters of a call their values: by position until the first by name, then by name; else the default. */
async function bindParameters(
  run: Run,
  frame: Frame,
  procedure: string,
  parameters: readonly Parameter[],
  args: readonly CallArgument[],
): Promise<void> {
  const { scope } = await contextOf(run);
  const given = new Map<string, CallArgument>();
  for (const [index, argument] of args.entries()) {
    const parameter =
      argument.name === ''
        ? parameters[index]
        : parameters.find((p) => p.name.toLowerCase() === argument.name.toLowerCase());
    if (parameter === undefined) {
      throw argument.name === ''
        ? new SqlError(8144, `Procedure or function ${procedure} has too many arguments specified.`, 16, 2)
        : new SqlError(8145, `${argument.name} is not a parameter for procedure ${procedure}.`);
    }
    given.set(parameter.name.toLowerCase(), argument);
  }
  for (const parameter of parameters) {
    const key = parameter.name.toLowerCase();
    const argument = given.get(key);
    const type = typeOf(parameter.type, scope);
    if (type.name === 'table') {
      await bindTable(run, frame, parameter, type, argument);
      continue;
    }
    if (argument !== undefined && argument.byDefault !== true) {
      frame.variables.set(key, await argumentSlot(run, argument, type));
    } else if (parameter.default !== undefined) {
      const word = bareWord(parameter.default);
      frame.variables.set(key, { type, value: word ?? (await evaluate(run, parameter.default, type)) });
    } else if (procedure === 'sp_executesql') {
      throw new SqlError(
        8178,
        `The parameterized query expects the parameter '${parameter.name}', which was not supplied.`,
      );
    } else {
      throw new SqlError(
        201,
        `Procedure or function '${procedure}' expects parameter '${parameter.name}', which was not supplied.`,
        16,
        4,
      );
    }
  }
}

async function bindTable(
  run: Run,
  frame: Frame,
  parameter: Parameter,
  type: SqlType,
  argument: CallArgument | undefined,
): Promise<void> {
  const key = parameter.name.toLowerCase();
  if (argument?.table !== undefined) {
    frame.tables.set(key, argument.table);
    return;
  }
  const { scope } = await contextOf(run);
  const name = type.typeName ?? `${parameter.type.schema?.name ?? 'dbo'}.${parameter.type.base}`;
  await makeLocal({ ...run, frame }, key, definitionOfType(tableOfType(scope.snapshot, name)), frame);
}

async function userProcedure(run: Run, object: CatalogObject, args: readonly CallArgument[]): Promise<CallResult> {
  const { session } = run;
  await requireExecute(run, object);
  const identities = session.identity.depth;
  const text = object.definition ?? '';
  const parsed = parsedBatch(text, object.quotedIdentifier ?? true);
  requireParsed(parsed, object.name);
  const procedure = parsed.statements.find((statement) => statement.kind === 'createProcedure');
  if (procedure === undefined) throw new SqlError(40515, `The text of the procedure '${object.name}' cannot be read.`);
  const frame = new Frame(object.name, object.id, run.frame.level + 1, run.frame);
  if (frame.level > MAX_LEVEL) throw nested();
  await bindParameters(run, frame, object.name, procedure.parameters, args);
  const before = session.tx.depth;
  const saved = { ...session.options };
  try {
    await enterModule(run, object, procedure.options);
    await runBody({ ...run, frame, text }, procedure.body);
  } catch (error) {
    if (error instanceof ScopeFault) throw error.fault;
    if (!(error instanceof ScopeAborted)) throw error;
    frame.returnStatus = -6;
  } finally {
    session.options = { ...saved, isolation: session.options.isolation };
    await session.revertTo(identities);
    frame.cursors.clear();
    if (!session.tx.doomed) await session.dropTemporary(frame);
  }
  checkCount(run, before, object.name);
  const outputs = new Map<string, { type: SqlType; value: string | null }>();
  for (const [index, parameter] of procedure.parameters.entries()) {
    const slot = frame.variable(parameter.name);
    if (!parameter.output || slot === undefined) continue;
    outputs.set(parameter.name.toLowerCase(), slot);
    outputs.set(`#${index}`, slot);
  }
  return { status: frame.returnStatus, outputs };
}

/** EXEC of a scalar function: its parameters as those of a procedure, its value as the status. */
async function scalarFunction(run: Run, object: CatalogObject, args: readonly CallArgument[]): Promise<CallResult> {
  const parsed = parsedBatch(object.definition ?? '', object.quotedIdentifier ?? true);
  const parameters = parsed.statements.find((statement) => statement.kind === 'createFunction')?.parameters ?? [];
  const frame = new Frame(object.name, object.id, run.frame.level + 1, run.frame);
  await bindParameters(run, frame, object.name, parameters, args);
  const list = parameters.map((parameter) => parameter.name).join(', ');
  const { expression } = parseExpression(`${qualifiedName(object.schema, object.name)}(${list})`);
  if (expression === undefined) throw new SqlError(40515, `The function '${object.name}' cannot be called by EXECUTE.`);
  return { status: 0, returned: await evaluateTyped({ ...run, frame }, expression), outputs: new Map() };
}

/** A procedure called by RPC: parameters arrive as values, status and OUTPUT values go back as tokens. */
export async function callRemote(run: Run, name: string, parameters: readonly TdsParameter[]): Promise<void> {
  const { session, out } = run;
  try {
    const args: CallArgument[] = [];
    for (const parameter of parameters) args.push(await remoteArgument(run, parameter));
    const result = await callProcedure(run, partsOf(name), args);
    if (result.returned === undefined) out.returnStatus(result.status);
    else {
      const { type, value } = result.returned as { type: TdsType; value: string | null };
      const decoded = value === null ? null : decoderFor(type)(value);
      out.returnValue({ name: '', type, value: decoded, output: true, returned: true });
    }
    for (const [index, parameter] of parameters.entries()) {
      if (!parameter.output) continue;
      const given = result.outputs.get(parameter.name.toLowerCase()) ?? result.outputs.get(`#${index}`);
      if (given === undefined) continue;
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

/** A parameter of the wire; a table value becomes a temporary table of the call. */
export async function remoteArgument(run: Run, parameter: TdsParameter): Promise<CallArgument> {
  const { name, output, value } = parameter;
  const type = parameter.type as SqlType;
  if (type.name === 'table') {
    return { name, output, type, value: null, table: await tableParameter(run, parameter) };
  }
  if (isLongBinary(type, value)) return binaryArgument({ name, output }, type, value);
  return { name, output, type, value: encoderFor(parameter.type)(value) };
}

/** Makes the temporary table of a table-valued parameter. */
export async function tableParameter(run: Run, parameter: TdsParameter): Promise<LocalTable> {
  const { value } = parameter;
  const { scope } = await contextOf(run);
  const definition = definitionOfType(tableOfType(scope.snapshot, parameter.type.typeName ?? ''));
  const local = await makeLocal(run, parameter.name || '@sbx_table', definition, run.frame);
  if (value === null || typeof value !== 'object' || !('rows' in value)) return local;
  const encoders = value.columns.map((column) => copyEncoderFor(column.type as SqlType));
  const received = value.rows;
  function* rows(): Generator<CopyValue[]> {
    for (const row of received) yield row.map((cell, index) => encoders[index]?.(cell) ?? null);
  }
  const columns = value.columns.map((column) => ({ name: column.name, type: column.type as SqlType, nullable: true }));
  const stage = await stageRows(run, run.frame, '@sbx_stage', columns, rows());
  const list = stage.relation.columns.map((column) => column.sql).join(', ');
  await run.session.query(`INSERT INTO ${local.physical} (${list}) SELECT ${list} FROM ${stage.physical}`, [], {
    writes: true,
  });
  run.frame.tables.delete('@sbx_stage');
  return local;
}
