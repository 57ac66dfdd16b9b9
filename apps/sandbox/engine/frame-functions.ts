import type { FunctionHandler, TypedSql } from '#conversion';
import type { TriggerState } from './frame.ts';
import type { Run } from './run.ts';

/** Functions whose answer is known when the statement is translated, because it belongs to the scope that runs: those of triggers. */
export function frameFunction(run: Run, name: string): FunctionHandler | undefined {
  if (name === 'cursor_status') return statusOfCursor;
  const { trigger } = run.frame;
  if (trigger === undefined) return undefined;
  if (name === 'update') return (call) => updated(trigger, call.args[0]?.constant ?? '', (n, m) => call.fail(n, m));
  if (name === 'columns_updated') return () => columnsUpdated(trigger);
  return undefined;
}

/** CURSOR_STATUS of constant arguments; its answer is that of the moment the statement runs. */
const statusOfCursor: FunctionHandler = (call) => {
  const [kind, name] = call.args.map((argument) => argument.constant);
  if (kind === undefined || kind === null || name === undefined || name === null)
    return call.fail(40515, 'CURSOR_STATUS of anything but constants is not supported in this version of SQL Server.');
  if (!/^(local|global|variable)$/i.test(kind)) return { sql: '-3', type: { name: 'smallint' }, nullable: false };
  return call.parameter(`cursor_status(${kind.toLowerCase()} ${name})`, { name: 'smallint' });
};

/** UPDATE(column): whether the statement set it, also to what it was. */
function updated(trigger: TriggerState, name: string, fail: (number: number, message: string) => never): TypedSql {
  const known = trigger.parent?.columns.some((column) => column.name.toLowerCase() === name.toLowerCase());
  if (known !== true) fail(207, `Invalid column name '${name}'.`);
  const value = trigger.updated.has(name.toLowerCase());
  return { sql: value ? 'true' : 'false', type: { name: 'bit' }, nullable: false };
}

/** COLUMNS_UPDATED(): a bit for each column, the first in the lowest bit of the first byte. */
function columnsUpdated(trigger: TriggerState): TypedSql {
  const columns = trigger.parent?.columns ?? [];
  const bytes = Buffer.alloc(Math.ceil(Math.max(0, ...columns.map((column) => column.id)) / 8));
  for (const column of columns) {
    if (!trigger.updated.has(column.name.toLowerCase())) continue;
    const at = (column.id - 1) >> 3;
    bytes[at] = (bytes[at] ?? 0) | (1 << ((column.id - 1) & 7));
  }
  return {
    sql: `'\\x${bytes.toString('hex')}'::bytea`,
    type: { name: 'varbinary', length: Math.max(bytes.length, 1) },
    nullable: false,
  };
}
