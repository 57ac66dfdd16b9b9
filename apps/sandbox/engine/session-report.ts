import { SESSIONS_SETTING, type SessionRow } from '../catalog/index.ts';
import type { EngineSession } from './engine-session.ts';
import type { PgLink } from './pg-link.ts';

/** What sys.dm_exec_sessions, dm_exec_requests and their like tell of a session beyond what PostgreSQL knows of its connection. */
function rowOf(session: EngineSession): SessionRow {
  const { options, login, activity } = session;
  const iso = options.ansiNulls && options.ansiNullDefault && options.ansiPadding && options.ansiWarnings;
  return {
    spid: session.spid,
    database_id: session.catalogDatabase.id,
    pid: session.currentLink?.backendPid ?? 0,
    login_name: session.identity.currentLogin,
    original_login_name: login.user,
    program_name: login.appName,
    host_name: login.hostName,
    client_address: login.clientAddress,
    login_time: activity.loginTime,
    started: activity.started,
    ended: activity.ended,
    running: activity.running,
    command: activity.command,
    nest_level: activity.level,
    transactions: session.tx.depth,
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
