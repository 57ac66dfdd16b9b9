import type { FunctionHandler, SqlType } from '#conversion';
import { SqlError } from '../session.ts';
import { convertValue } from './evaluate.ts';
import type { CallArgument } from './call-arguments.ts';
import type { CallResult } from './procedure-call.ts';
import type { Run } from './run.ts';
import { SESSION_CONTEXT } from './session-values.ts';
import { unescapeText } from './storage-text.ts';

/** Bytes that keys and values of one session may have. */
const MAX_BYTES = 1024 * 1024;
const VARIANT: SqlType = { name: 'sql_variant' };
const TEXT: SqlType = { name: 'nvarchar', length: -1 };

/** What sp_set_session_context keeps for SESSION_CONTEXT, until the connection is reset or closed. */
export class SessionContext {
  private readonly values = new Map<string, { readonly value: string | null; readonly readOnly: boolean }>();

  /** All values, sql_variants as their storage text, as one JSON object. */
  get json(): string {
    return JSON.stringify(Object.fromEntries([...this.values].map(([key, { value }]) => [key, value])));
  }

  /** Throws 15664 for a key that was set read-only, 15665 where all would become too large. */
  set(key: string, value: string | null, readOnly: boolean): void {
    if (this.values.get(key)?.readOnly) {
      throw new SqlError(
        15_664,
        `Cannot set key '${key}' in the session context. The key has been set as read_only for this session.`,
      );
    }
    const others = [...this.values].filter(([known]) => known !== key);
    const bytes = [...others, [key, { value }] as const].reduce(
      (sum, [name, one]) => sum + 2 * name.length + Buffer.byteLength(one.value ?? ''),
      0,
    );
    if (bytes > MAX_BYTES) {
      throw new SqlError(
        15_665,
        `The value was not set for key '${key}' because the total size of keys and values in the session context would exceed the 1 MB limit.`,
      );
    }
    this.values.set(key, { value, readOnly });
  }

  reset(): void {
    this.values.clear();
  }
}

/** sp_set_session_context @key, @value, @read_only. */
export async function setSessionContext(run: Run, args: readonly CallArgument[]): Promise<CallResult> {
  const given = (name: string, at: number): CallArgument | undefined =>
    args.find((one) => one.name.toLowerCase() === name) ?? (args[at]?.name === '' ? args[at] : undefined);
  const key = given('@key', 0)?.value;
  const value = given('@value', 1);
  if (key == null || value === undefined) {
    throw new SqlError(
      15_600,
      "An invalid parameter or option was specified for procedure 'sys.sp_set_session_context'.",
    );
  }
  const variant =
    value.type.name === 'sql_variant' ? value.value : await convertValue(run, value.value, value.type, VARIANT);
  const readOnly = /^(1|t|true)$/.test(given('@read_only', 2)?.value ?? '');
  run.session.context.set(unescapeText(key), variant, readOnly);
  return { status: 0, outputs: new Map() };
}

/** SESSION_CONTEXT(N'key'): a sql_variant, NULL for a key that is not set. */
export const sessionContext: FunctionHandler = (call) => {
  const [key] = call.args;
  if (key === undefined || call.args.length > 1)
    return call.fail(174, 'The session_context function requires 1 argument(s).');
  if (!/^n(var)?char$/.test(key.type.name)) {
    return call.fail(
      8116,
      `Argument data type ${key.type.name} is invalid for argument 1 of session_context function.`,
    );
  }
  const all = call.parameter(SESSION_CONTEXT, TEXT);
  return { sql: `((${all.sql})::jsonb ->> (${key.sql})::text)::sys.sql_variant`, type: VARIANT, nullable: true };
};
