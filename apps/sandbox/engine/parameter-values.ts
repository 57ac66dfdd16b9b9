import type { SqlType } from '#conversion';
import type { DataType, Expression } from '#tsql';
import { SqlError, type TdsParameter, type TdsValue } from '../session.ts';
import { convertValue, evaluate } from './evaluate.ts';
import { BinarySlot, type VariableSlot } from './frame.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { Cancelled } from './pg-error.ts';
import { remoteArgument, tableParameter, type CallArgument } from './call-arguments.ts';
import { typeOf } from './profile.ts';
import { contextOf, type Run } from './run.ts';

/** Types whose values need no change where the declared length is not smaller. */
const GROWING: ReadonlySet<string> = new Set(['varchar', 'nvarchar', 'varbinary']);

function fits(from: SqlType, to: SqlType): boolean {
  if (from.name !== to.name || !GROWING.has(from.name)) return false;
  if (to.length === -1) return true;
  return from.length !== undefined && from.length !== -1 && from.length <= (to.length ?? 1);
}

/** An argument as a value of the parameter's type. What does not convert is 8114, whatever the two types are. */
export async function convertArgument(
  run: Run,
  value: string | null,
  from: SqlType,
  to: SqlType,
): Promise<string | null> {
  if (value === null || fits(from, to)) return value;
  try {
    return await convertValue(run, value, from, to);
  } catch (error) {
    if (error instanceof Cancelled || (error instanceof SqlError && error.severity >= 17)) throw error;
    throw new SqlError(8114, `Error converting data type ${from.name} to ${to.name}.`, 16, 5);
  }
}

/** Binary values above this many bytes are not turned into text unless somebody asks for it. */
const LONG_BINARY = 64 * 1024;

/** Whether a value of the wire is kept as its bytes. */
export function isLongBinary(type: SqlType, value: TdsValue): value is Buffer {
  return Buffer.isBuffer(value) && value.length > LONG_BINARY && type.name === 'varbinary';
}

/** An argument that is a long binary value; its text is made where it is asked for. */
export function binaryArgument(
  base: Pick<CallArgument, 'name' | 'output'>,
  type: SqlType,
  bytes: Buffer,
): CallArgument {
  const slot = new BinarySlot(type, bytes);
  return {
    ...base,
    type,
    bytes,
    get value() {
      return slot.value;
    },
  };
}

/** The variable that a parameter of the given type becomes. */
export async function argumentSlot(
  run: Run,
  argument: Pick<CallArgument, 'type' | 'value' | 'bytes'>,
  type: SqlType,
): Promise<VariableSlot> {
  if (argument.bytes !== undefined && fits(argument.type, type)) return new BinarySlot(type, argument.bytes);
  return { type, value: await convertArgument(run, argument.value, argument.type, type) };
}

interface Declared {
  readonly type: DataType;
  readonly value?: Expression;
}

/** A type, with a default where there is one, as a declaration list writes it. */
function declaredAs(text: string): Declared {
  const parsed = parsedBatch(`DECLARE @p ${text}`, true);
  requireParsed(parsed);
  const [statement] = parsed.statements;
  const item = statement?.kind === 'declare' ? statement.items[0] : undefined;
  if (item === undefined || !('type' in item)) throw new SqlError(102, `Incorrect syntax near '${text}'.`, 15);
  return item;
}

/**
 * Gives a statement its parameters (sp_executesql and the prepared forms): each is a variable of the declared type, whatever the driver sent it as.
 * Parameters that are left out have their declared default.
 */
export async function bindStatementParameters(run: Run, parameters: readonly TdsParameter[]): Promise<void> {
  const { frame } = run;
  for (const parameter of parameters) {
    const key = parameter.name.toLowerCase();
    if (parameter.type.name === 'table') {
      frame.tables.set(key, await tableParameter(run, parameter));
      continue;
    }
    const sent = parameter.type as SqlType;
    const declared = parameter.declared === undefined ? undefined : declaredAs(parameter.declared);
    const type = declared === undefined ? sent : typeOf(declared.type, (await contextOf(run)).scope);
    frame.variables.set(
      key,
      parameter.isDefault && declared?.value !== undefined
        ? { type, value: await evaluate(run, declared.value, type) }
        : await argumentSlot(run, await remoteArgument(run, parameter), type),
    );
  }
}
