import { SESSIONS_SETTING, type SessionRow } from '../catalog/index.ts';
import type { EngineSession } from './engine-session.ts';
import type { PgLink } from './pg-link.ts';

/** What a client says of itself, without what PostgreSQL holds in no text. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** What sys.dm_exec_sessions, dm_exec_requests and their like tell of a session beyond what PostgreSQL knows of its connection. */
function rowOf(session: EngineSession): SessionRow {
  const { options, login, activity } = session;
  const { connection } = login;
  const iso = options.ansiNulls && options.ansiNullDefault && options.ansiPadding && options.ansiWarnings;
  return {
    spid: session.spid,
    database_id: session.catalogDatabase.id,
    pid: session.currentLink?.backendPid ?? 0,
    login_name: session.identity.currentLogin,
    original_login_name: login.user,
    program_name: storable(login.appName),
    host_name: storable(login.hostName),
    client_address: login.clientAddress,
    client_port: connection?.clientPort ?? 0,
    local_address: connection?.localAddress ?? '',
    local_port: connection?.localPort ?? 0,
    client_process: connection?.clientProcess ?? 0,
    client_library: storable(connection?.clientLibrary ?? ''),
    encrypted: connection?.encrypted ?? false,
    packet_size: connection?.packetSize ?? 0,
    protocol_version: connection?.protocolVersion ?? 0,
    login_time: activity.loginTime,
    started: activity.started,
    ended: activity.ended,
    running: activity.running,
    command: activity.command,
    nest_level: activity.level,
    transactions: session.tx.depth,
    transaction_name: session.tx.depth > 0 ? session.tx.label : activity.command,
    text_size: options.textSize,
    language: options.language.name,
    date_format: options.dateFormat,
    date_first: options.dateFirst,
    quoted_identifier: options.quotedIdentifier,
    arithabort: options.arithAbort,
    ansi_null_dflt_on: options.ansiNullDefault,
    ansi_defaults: iso && options.quotedIdentifier && options.cursorCloseOnCommit && options.implicitTransactions,
    ansi_warnings: options.ansiWarnings,
    ansi_padding: options.ansiPadding,
    ansi_nulls: options.ansiNulls,
    concat_null_yields_null: options.concatNullYieldsNull,
    isolation: options.isolation,
    lock_timeout: options.lockTimeout,
    deadlock_priority: options.deadlockPriority,
    row_count: session.rowCount,
    prev_error: session.lastError,
    context_info: session.contextInfo ?? '\\x',
  };
}

/** Tells a connection of all sessions, for the views of them that its next statement reads. */
export async function reportSessions(sessions: Iterable<EngineSession>, link: PgLink): Promise<void> {
  const rows = [...sessions].map(rowOf);
  // PostgreSQL shows its connections as they were when a transaction first looked.
  await link.run('SELECT set_config($1, $2, false), pg_stat_clear_snapshot()', [
    SESSIONS_SETTING,
    JSON.stringify(rows),
  ]);
}
