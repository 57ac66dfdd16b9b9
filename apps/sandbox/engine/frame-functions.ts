import type { FunctionHandler, FunctionInvocation, TypedSql } from '#conversion';
import { LOCK_FUNCTIONS } from './app-lock-procedures.ts';
import type { TriggerState } from './frame.ts';
import { isGlobalTemporary } from './names.ts';
import type { Run } from './run.ts';
import { sessionContext } from './session-context.ts';
import { partsOf } from './session-scope.ts';

/** Functions whose answer is known when the statement is translated, because it belongs to the scope that runs: those of triggers. */
export function frameFunction(
  run: Run,
  name: string,
  otherwise: () => FunctionHandler | undefined,
): FunctionHandler | undefined {
  if (name === 'cursor_status') return statusOfCursor;
  if (name === 'sessionproperty') return sessionProperty;
  if (name === 'formatmessage') return formatMessage;
  if (name === 'session_context') return sessionContext;
  if (name === 'rand') return rand;
  if (Object.hasOwn(LOCK_FUNCTIONS, name)) return LOCK_FUNCTIONS[name];
  if (name === 'object_id')
    return (call) => temporaryId(call) ?? distantId(run, call) ?? otherwise()?.(call) ?? call.fail(195, '');
  if (name === 'col_length')
    return (call) =>
      (call.args.length === 2 ? distantLength(run, call) : undefined) ?? otherwise()?.(call) ?? call.fail(195, '');
  const { trigger } = run.frame;
  if (trigger === undefined) return undefined;
  if (name === 'update') return (call) => updated(trigger, call.args[0]?.constant ?? '', (n, m) => call.fail(n, m));
  if (name === 'columns_updated') return () => columnsUpdated(trigger);
  return undefined;
}

const FLOAT = { name: 'float' } as const;
const INT = { name: 'int' } as const;
/** The text of a parameter, which may have a type. */
const PARAMETER = /^\(*(\$\d+)(?:::[\w.]+)?\)*$/;

/** RAND: one number for each place in a statement, whatever the number of rows; a seed decides about those that follow in the session. */
const rand: FunctionHandler = (call) => {
  const [seed] = call.args;
  const { start } = call.span;
  if (call.args.length > 1) return call.fail(174, 'The rand function requires 0 to 1 argument(s).');
  if (seed === undefined) return call.parameter(`rand(${start})`, FLOAT);
  const whole = call.convert(seed, INT).sql;
  const known = typeof seed.constant === 'string' ? seed.constant : PARAMETER.exec(whole)?.[1];
  if (known !== undefined && /^[$\d]/.test(known)) {
    const number = call.parameter(`rand_seed(${start} ${known})`, FLOAT);
    return { sql: `(CASE WHEN (${whole}) IS NOT NULL THEN ${number.sql} END)`, type: FLOAT, nullable: seed.nullable };
  }
  // With a seed by chance the number is one by chance.
  if (/\b(gen_random_uuid|newid|random)\b/.test(whole)) {
    return { sql: `(random() + (${whole}) * 0)`, type: FLOAT, nullable: seed.nullable };
  }
  return call.fail(40515, 'RAND with a seed that is an expression is not supported in this version of SQL Server.');
};

const TEXT = { name: 'nvarchar', length: -1 } as const;

/** FORMATMESSAGE of a text, or of the number of a message that sp_addmessage made. */
const formatMessage: FunctionHandler = (call) => {
  const [message, ...args] = call.args;
  if (message === undefined) return call.fail(189, 'The formatmessage function requires 1 to 21 arguments.');
  const numbered = /int$/.test(message.type.name) && message.untyped !== true;
  if (numbered && typeof message.constant !== 'string')
    return call.fail(
      40515,
      'FORMATMESSAGE of a number that is no constant is not supported in this version of SQL Server.',
    );
  const format = numbered ? call.parameter(`message(${message.constant})`, TEXT) : call.convert(message, TEXT);
  const list = args.map((argument) => `(${call.convert(argument, TEXT).sql}) COLLATE "C"`);
  return {
    sql: `sys.formatmessage((${format.sql}) COLLATE "C", ARRAY[${list.join(', ')}]::text[])`,
    type: { name: 'nvarchar', length: 2047 },
    nullable: true,
  };
};

const TEMPORARY = /^(?:\[?tempdb\]?\.[^.]*\.)\[?(#(?!#)[^\]]+)\]?$/i;

/** OBJECT_ID('tempdb..#t'): a number where the session has such a table when the statement runs. */
function temporaryId(call: FunctionInvocation): TypedSql | undefined {
  const name = TEMPORARY.exec(call.args[0]?.constant ?? '')?.[1];
  return name === undefined ? undefined : call.parameter(`object_id(${name})`, { name: 'int' });
}

/** OBJECT_ID of a constant name in another database, or of a `##` table: asked there when the statement runs. */
function distantId(run: Run, call: FunctionInvocation): TypedSql | undefined {
  const name = call.args[0]?.constant;
  if (typeof name !== 'string' || typeof call.args[1]?.constant === 'string') return undefined;
  return isDistant(run, name) ? call.parameter(`object_id(${name})`, { name: 'int' }) : undefined;
}

function isDistant(run: Run, name: string): boolean {
  const parts = partsOf(name);
  if (parts.length < 3 && !isGlobalTemporary(parts.at(-1) ?? '')) return false;
  return run.session.server.database(parts.at(-3) ?? '') !== run.session.catalogDatabase;
}

/** COL_LENGTH of a column of a table in another database, both constants. */
function distantLength(run: Run, call: FunctionInvocation): TypedSql | undefined {
  const [name, column] = call.args.map((one) => one.constant);
  if (typeof name !== 'string' || typeof column !== 'string' || !isDistant(run, name)) return undefined;
  return call.parameter(`col_length(${JSON.stringify([name, column])})`, { name: 'smallint' });
}

/** CURSOR_STATUS of constant arguments; its answer is that of the moment the statement runs. */
const statusOfCursor: FunctionHandler = (call) => {
  const [kind, name] = call.args.map((argument) => argument.constant);
  if (kind === undefined || kind === null || name === undefined || name === null)
    return call.fail(40515, 'CURSOR_STATUS of anything but constants is not supported in this version of SQL Server.');
  if (!/^(local|global|variable)$/i.test(kind)) return { sql: '-3', type: { name: 'smallint' }, nullable: false };
  return call.parameter(`cursor_status(${kind.toLowerCase()} ${name})`, { name: 'smallint' });
};

/** SESSIONPROPERTY of a constant name, as the session has it set when the statement runs. */
const sessionProperty: FunctionHandler = (call) => {
  const name = call.args[0]?.constant;
  if (typeof name !== 'string')
    return call.fail(
      40515,
      'SESSIONPROPERTY of anything but a constant is not supported in this version of SQL Server.',
    );
  const value = call.parameter(`sessionproperty(${name.toLowerCase()})`, { name: 'int' });
  return { sql: `meta.variant('int', (${value.sql})::text)`, type: { name: 'sql_variant' }, nullable: true };
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
