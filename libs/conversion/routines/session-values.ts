import { quoteLiteral } from '#pgsql';
import type { Statement } from '#tsql';
import type { FunctionHandler, SqlType } from '../query/index.ts';
import { bindCatalogFunctions, PROCEDURE_ID } from './catalog-functions.ts';
import type { Emitter } from './emitter.ts';
import { rowCountReads } from './row-count.ts';
import { surveyOf } from './survey.ts';

const INT: SqlType = { name: 'int' };
const TEXT: SqlType = { name: 'nvarchar', length: 4000 };

/** SQL Server's number of an error: its own where the SQLSTATE is one, else that of the like error. */
const ERROR_NUMBER = `CASE
      WHEN SQLSTATE ~ '^[5-9][0-9]{4}$' THEN SQLSTATE::integer
      WHEN SQLSTATE = '23505' THEN 2627
      WHEN SQLSTATE IN ('23503', '23514') THEN 547
      WHEN SQLSTATE = '44000' THEN 550
      WHEN SQLSTATE = '23502' THEN 515
      WHEN SQLSTATE = '22012' THEN 8134
      WHEN SQLSTATE = '22001' THEN 2628
      WHEN SQLSTATE = '22003' THEN 8115
      WHEN SQLSTATE IN ('22P02', '22007', '22008') THEN 245
      WHEN SQLSTATE = '40P01' THEN 1205
      WHEN SQLSTATE = '42P01' THEN 208
      WHEN SQLSTATE = '42883' THEN 2812
      ELSE 50000
    END`.replaceAll(/\s+/g, ' ');

/** What a handler knows of its error. */
const ERROR_VALUES = {
  number: `(${ERROR_NUMBER})`,
  message: 'SQLERRM',
  severity: '16',
  state: '1',
  line: '0',
  procedure: '',
} as const;

function errorValue(e: Emitter, what: keyof typeof ERROR_VALUES): string {
  if (what === 'procedure') return quoteLiteral(e.options.object);
  return ERROR_VALUES[what];
}

/**
 * A handler that calls a routine which asks for the error: PostgreSQL knows it in the handler alone, so that its values are settings of the transaction
 * for as long as the call lasts.
 */
export function withError(e: Emitter, asks: boolean, call: () => void): void {
  if (asks && e.handlers === 0) e.facts.asksError = true;
  if (!asks || e.handlers === 0) return call();
  const names = Object.keys(ERROR_VALUES) as (keyof typeof ERROR_VALUES)[];
  const set = (value: (what: keyof typeof ERROR_VALUES) => string): void => {
    e.line('PERFORM');
    for (const [index, what] of names.entries())
      e.line(`  set_config('error.${what}', ${value(what)}, true)${index < names.length - 1 ? ',' : ';'}`);
  };
  set((what) => {
    const sql = errorValue(e, what);
    return what === 'number' ? `${sql}::text` : /^\d+$/.test(sql) ? `'${sql}'` : sql;
  });
  call();
  set(() => `''`);
}

/** Declares what @@ROWCOUNT, SCOPE_IDENTITY(), ERROR_MESSAGE() and their fellows mean in a routine; only for what it reads. */
export function bindSessionValues(e: Emitter, body: readonly Statement[]): void {
  const { globals, calls } = surveyOf(body);
  if (globals.has('@@rowcount') || calls.has('rowcount_big')) {
    e.facts.rowCount = local(e, 'rowcount', 'integer');
    e.facts.rowCountReads = rowCountReads(body);
  }
  if (globals.has('@@identity') || calls.has('scope_identity')) e.facts.identity = local(e, 'identity', 'bigint');
  if (globals.has('@@trancount') || calls.has('xact_state')) e.facts.transactions = local(e, 'trancount', 'integer');
  if (globals.has('@@fetch_status')) e.facts.fetchStatus = local(e, 'fetch_status', 'integer');
  bindGlobals(e);
  bindFunctions(e);
}

const local = (e: Emitter, stem: string, type: string): string =>
  e.variables.declare(`@\u0000${stem}`, undefined, type).name;

const SERVER_VALUES: ReadonlyMap<string, ServerValue> = new Map([
  ['@@spid', { type: INT, sql: 'pg_backend_pid()' }],
  ['@@version', { type: TEXT, sql: 'version()', difference: 'the version is that of PostgreSQL.' }],
  [
    '@@servername',
    {
      type: TEXT,
      sql: `coalesce(host(inet_server_addr()), 'local')`,
      difference: 'the server has an address here, and no name.',
    },
  ],
  ['@@language', { type: TEXT, sql: `'us_english'`, difference: 'always us_english.' }],
  ['@@langid', { type: INT, sql: '0', difference: 'always 0.' }],
  ['@@microsoftversion', { type: INT, sql: '0', difference: 'there is none, it is 0.' }],
  [
    '@@max_connections',
    { type: INT, sql: `current_setting('max_connections')::integer`, difference: 'the limit of PostgreSQL.' },
  ],
  ['@@servicename', { type: TEXT, sql: `'PostgreSQL'`, difference: 'it is PostgreSQL.' }],
  ['@@lock_timeout', { type: INT, sql: '-1', difference: 'always -1; PostgreSQL has lock_timeout.' }],
  ['@@options', { type: INT, sql: '5496', difference: 'always those of a driver’s connection.' }],
  [
    '@@dbts',
    {
      type: { name: 'varbinary', length: 8 },
      sql: 'int8send(pg_current_xact_id()::text::bigint)',
      difference: 'the number of the transaction.',
    },
  ],
]);

/** What stands for a `@@name`, and what of it is not as in SQL Server. */
interface ServerValue {
  readonly type: SqlType;
  readonly sql: string;
  readonly difference?: string;
}

/** `@@name` that does not hang on a routine: what the server and the session are. */
export const serverValue = (name: string): ServerValue | undefined => SERVER_VALUES.get(name.toLowerCase());

function bindGlobals(e: Emitter): void {
  const { facts, scope } = e;
  const set = (name: string, type: SqlType, sql: string | undefined): void => {
    if (sql !== undefined) scope.globals.set(name, { type, sql });
  };
  set('@@rowcount', INT, facts.rowCount);
  set('@@identity', { name: 'bigint' }, facts.identity);
  set('@@trancount', INT, facts.transactions);
  set('@@fetch_status', INT, facts.fetchStatus);
  for (const [name, found] of SERVER_VALUES) scope.globals.set(name, found);
  set('@@datefirst', INT, String(facts.dateFirst ?? 7));
  scope.globals.set('@@procid', { type: INT, sql: PROCEDURE_ID, difference: 'procedures have no such number here.' });
  scope.globals.set('@@nestlevel', { type: INT, sql: '1', difference: 'always 1.' });
  // Errors end the routine, so that behind a statement that has run there was none.
  scope.dynamic.set('@@error', () => errorBinding(e));
}

const plain =
  (type: SqlType, sql: () => string): FunctionHandler =>
  () => ({ sql: sql(), type, nullable: true });

function bindFunctions(e: Emitter): void {
  const { functions } = e.scope;
  const { facts } = e;
  functions.set(
    'scope_identity',
    plain({ name: 'bigint' }, () => facts.identity ?? 'NULL'),
  );
  functions.set(
    'rowcount_big',
    plain({ name: 'bigint' }, () => facts.rowCount ?? '0'),
  );
  functions.set(
    'xact_state',
    plain(INT, () => `sign(${facts.transactions ?? '0'})::integer`),
  );
  const within =
    (type: SqlType, what: keyof typeof ERROR_VALUES): FunctionHandler =>
    () => {
      if (e.handlers > 0) return { sql: errorValue(e, what), type, nullable: true };
      facts.asksError = true;
      const text = `nullif(current_setting('error.${what}', true), '')`;
      return { sql: type.name === 'int' ? `${text}::integer` : text, type, nullable: true };
    };
  functions.set('formatmessage', (call) => {
    const [message, ...rest] = call.args;
    if (!message || /^\d+$/.test(message.constant ?? ''))
      return call.fail(40515, 'FORMATMESSAGE of a message of sys.messages is not translated.');
    const values = rest.map((one) => `coalesce((${one.sql})::text, '(null)')`);
    const text = `regexp_replace(${call.convert(message, TEXT).sql}, '%[-+0# ]*[0-9]*(\\.[0-9]+)?(h|l|ll|I64)?[diouxXp]', '%s', 'g')`;
    return { sql: `format(${[text, ...values].join(', ')})`, type: TEXT, nullable: true };
  });
  functions.set('error_message', within(TEXT, 'message'));
  functions.set('error_number', within(INT, 'number'));
  functions.set('error_severity', within(INT, 'severity'));
  functions.set('error_state', within(INT, 'state'));
  functions.set('error_line', within(INT, 'line'));
  functions.set('error_procedure', within(TEXT, 'procedure'));
  bindCatalogFunctions(e);
  functions.set('ident_current', (call) => {
    const parts = (call.args[0]?.constant ?? '').replaceAll(/[[\]"]/g, '').split('.');
    const relation = e.scope.relation(parts);
    const column = relation?.columns.find((one) => one.identity);
    if (!relation?.sql || !column) return call.fail(40515, 'IDENT_CURRENT of this table is not translated.');
    const sequence = `pg_get_serial_sequence(${quoteLiteral(relation.sql)}, ${quoteLiteral(column.sql.replaceAll('"', ''))})`;
    return { sql: `pg_sequence_last_value(${sequence}::regclass)`, type: { name: 'bigint' }, nullable: true };
  });
}

/** @@ERROR: 0 behind a statement that has run, the error's number in a handler. */
function errorBinding(e: Emitter): { readonly type: SqlType; readonly sql: string } {
  return { type: INT, sql: e.handlers > 0 ? `(${ERROR_NUMBER})` : '0' };
}
