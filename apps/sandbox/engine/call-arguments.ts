import type { SqlType } from '#conversion';
import type { ExecuteArgument, Expression, Parameter } from '#tsql';
import { SqlError, type TdsParameter } from '../session.ts';
import { copyEncoderFor, type CopyValue } from './copy.ts';
import { evaluate, evaluateTyped } from './evaluate.ts';
import type { Frame, LocalTable } from './frame.ts';
import { argumentSlot, binaryArgument, isLongBinary } from './parameter-values.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { typeOf } from './profile.ts';
import { contextOf, localTable, type Run } from './run.ts';
import { stageRows } from './stage.ts';
import { encoderFor } from './storage-type.ts';
import { definitionOfType, tableOfType } from './table-variables.ts';
import { makeLocal } from './temporary-table.ts';

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

const INT: SqlType = { name: 'int' };

function argumentName(argument: ExecuteArgument): string {
  return argument.name ?? '';
}

/** `EXEC p abc`: a bare word is a string. */
function bareWord(expression: Expression): string | undefined {
  return expression.kind === 'column' && expression.parts.length === 1 ? expression.parts[0]?.name : undefined;
}

/** The value of an argument as EXEC writes it. */
export async function evaluateArgument(run: Run, argument: ExecuteArgument): Promise<CallArgument> {
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

/** The parameters that a text like `@a int, @b nvarchar(10) OUTPUT` declares. */
export function declarations(text: string): readonly Parameter[] {
  if (text.trim() === '') return [];
  const parsed = parsedBatch(`CREATE PROCEDURE p ${text} AS RETURN`, true);
  requireParsed(parsed);
  const procedure = parsed.statements.find((statement) => statement.kind === 'createProcedure');
  return procedure?.parameters ?? [];
}

/** Gives the parameters of a call their values: by position until the first by name, then by name; else the default. */
export async function bindParameters(
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
        `The parameterized query '${run.text}' expects the parameter '${parameter.name}', which was not supplied.`,
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
    // Within the routine it goes by the parameter's name, also as a qualifier.
    const { table } = argument;
    frame.tables.set(key, { ...table, relation: { ...table.relation, name: parameter.name } });
    return;
  }
  const { scope } = await contextOf(run);
  const name = type.typeName ?? `${parameter.type.schema?.name ?? 'dbo'}.${parameter.type.base}`;
  await makeLocal({ ...run, frame }, key, definitionOfType(tableOfType(scope.snapshot, name)), frame);
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
