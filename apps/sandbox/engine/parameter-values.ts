import type { SqlType } from '#conversion';
import type { DataType, Expression } from '#tsql';
import { SqlError, type TdsParameter } from '../session.ts';
import { convertValue, evaluate } from './evaluate.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { Cancelled } from './pg-error.ts';
import { tableParameter } from './procedure-call.ts';
import { typeOf } from './profile.ts';
import { contextOf, type Run } from './run.ts';
import { encoderFor } from './storage-type.ts';

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
    const value =
      parameter.isDefault && declared?.value !== undefined
        ? await evaluate(run, declared.value, type)
        : await convertArgument(run, encoderFor(parameter.type)(parameter.value), sent, type);
    frame.variables.set(key, { type, value });
  }
}
