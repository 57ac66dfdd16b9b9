import type { FunctionHandler, SqlType } from '#conversion';
import type { EngineSession } from './engine-session.ts';
import type { Frame } from './frame.ts';
import { optionBits } from './session-options.ts';

/** Name under which a statement asks for {@link SessionContext.json}. */
export const SESSION_CONTEXT = 'session_context';

/** What the session answers for a name at the moment a statement runs: the type, and how its value is found. */
interface SessionValue {
  readonly type: SqlType;
  value(session: EngineSession, frame: Frame): string | null | Promise<string | null>;
}

const INT: SqlType = { name: 'int' };
const NAME: SqlType = { name: 'nvarchar', length: 128 };
const IDENTITY: SqlType = { name: 'numeric', precision: 38, scale: 0 };
const text = (value: number | bigint): string => String(value);
const constant = (type: SqlType, value: string | null): SessionValue => ({ type, value: () => value });

const VERSION =
  'Microsoft SQL Server 2022 (RTM) - 16.0.1000.6 (X64) \n\tSluice sandbox, a development stand-in over PostgreSQL\n\tDeveloper Edition (64-bit)';

/** Values that are parameters of the translated statement, by the name the translator asks for. */
export const SESSION_VALUES: Readonly<Record<string, SessionValue>> = {
  '@@error': { type: INT, value: (session) => text(session.lastError) },
  '@@rowcount': { type: INT, value: (session) => text(session.rowCount) },
  '@@trancount': { type: INT, value: (session) => text(session.tx.depth) },
  '@@identity': { type: IDENTITY, value: (session) => session.lastIdentity },
  '@@spid': { type: { name: 'smallint' }, value: (session) => text(session.spid) },
  '@@fetch_status': { type: INT, value: (session) => text(session.fetchStatus) },
  '@@cursor_rows': { type: INT, value: (session) => text(session.cursorRows) },
  '@@nestlevel': { type: INT, value: (_, frame) => text(frame.level) },
  '@@procid': { type: INT, value: (_, frame) => text(frame.procedureId) },
  '@@servername': { type: NAME, value: (session) => session.serverName },
  '@@servicename': constant(NAME, 'MSSQLSERVER'),
  '@@version': constant({ name: 'nvarchar', length: 300 }, VERSION),
  '@@microsoftversion': constant(INT, text(0x10_00_03_e8)),
  '@@language': { type: NAME, value: (session) => session.options.language.name },
  '@@langid': { type: { name: 'smallint' }, value: (session) => text(session.options.language.id) },
  '@@datefirst': { type: { name: 'tinyint' }, value: (session) => text(session.options.dateFirst) },
  '@@lock_timeout': { type: INT, value: (session) => text(session.options.lockTimeout) },
  '@@textsize': { type: INT, value: (session) => text(session.options.textSize) },
  '@@options': { type: INT, value: (session) => text(optionBits(session.options)) },
  '@@max_connections': constant(INT, '32767'),
  '@@max_precision': constant({ name: 'tinyint' }, '38'),
  '@@connections': { type: INT, value: (session) => text(session.spid) },
  '@@cpu_busy': constant(INT, '0'),
  '@@idle': constant(INT, '0'),
  '@@io_busy': constant(INT, '0'),
  '@@pack_received': constant(INT, '0'),
  '@@pack_sent': constant(INT, '0'),
  '@@packet_errors': constant(INT, '0'),
  '@@timeticks': constant(INT, '31250'),
  '@@total_errors': constant(INT, '0'),
  '@@total_read': constant(INT, '0'),
  '@@total_write': constant(INT, '0'),
  '@@remserver': constant(NAME, null),
  '@@def_sortorder_id': constant(INT, '52'),
  '@@dbts': { type: { name: 'varbinary', length: 8 }, value: (session) => session.currentRowVersion() },
  [SESSION_CONTEXT]: { type: { name: 'nvarchar', length: -1 }, value: (session) => session.context.json },
  'context_info()': { type: { name: 'varbinary', length: 128 }, value: (session) => session.contextInfo },
  'scope_identity()': { type: IDENTITY, value: (_, frame) => frame.scopeIdentity },
  'xact_state()': { type: { name: 'smallint' }, value: (session) => text(session.tx.state) },
  'rowcount_big()': { type: { name: 'bigint' }, value: (session) => text(session.rowCount) },
  'trigger_nestlevel()': { type: INT, value: (session) => text(session.triggerLevel) },
  'error_number()': { type: INT, value: (_, frame) => caught(frame, (error) => text(error.number)) },
  'error_message()': { type: { name: 'nvarchar', length: 4000 }, value: (_, frame) => caught(frame, (e) => e.message) },
  'error_severity()': { type: INT, value: (_, frame) => caught(frame, (error) => text(error.severity)) },
  'error_state()': { type: INT, value: (_, frame) => caught(frame, (error) => text(error.state)) },
  'error_line()': { type: INT, value: (_, frame) => caught(frame, (error) => text(error.line)) },
  'error_procedure()': { type: NAME, value: (_, frame) => caught(frame, (error) => error.procedure || null) },
};

type Caught = NonNullable<ReturnType<Frame['currentError']>>;

function caught(frame: Frame, read: (error: Caught) => string | null): string | null {
  const error = frame.currentError();
  return error === undefined ? null : read(error);
}

/** Functions whose value is the session's: they become parameters. */
export function sessionFunction(name: string): FunctionHandler | undefined {
  const known = SESSION_VALUES[`${name}()`];
  return known === undefined ? undefined : (call) => call.parameter(`${name}()`, known.type);
}
