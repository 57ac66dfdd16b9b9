/** The setting of a connection that the views of sessions read: the rows of all sessions as JSON. */
export const SESSIONS_SETTING = 'sbx.sessions';

/** The setting of a connection to tempdb by which names of `#` tables are found: the object ids of its session's, as JSON. */
export const TEMPORARIES_SETTING = 'sbx.temporaries';

/** Statements that read {@link SESSIONS_SETTING}: it is to be written before they run. */
export const READS_SESSIONS = /\bdm_(exec|tran)_|\bsysprocesses\b/;

const COLUMNS = {
  spid: 'int',
  database_id: 'int',
  /** PostgreSQL's process of the session's connection. */
  pid: 'int',
  login_name: 'text',
  original_login_name: 'text',
  program_name: 'text',
  host_name: 'text',
  client_address: 'text',
  client_port: 'int',
  local_address: 'text',
  local_port: 'int',
  client_process: 'int',
  client_library: 'text',
  encrypted: 'boolean',
  packet_size: 'int',
  protocol_version: 'int',
  /** Epoch milliseconds, as all times here. */
  login_time: 'float8',
  /** When the last request began and ended. */
  started: 'float8',
  ended: 'float8',
  running: 'boolean',
  command: 'text',
  nest_level: 'int',
  transactions: 'int',
  transaction_name: 'text',
  text_size: 'int',
  language: 'text',
  date_format: 'text',
  date_first: 'int',
  quoted_identifier: 'boolean',
  arithabort: 'boolean',
  ansi_null_dflt_on: 'boolean',
  ansi_defaults: 'boolean',
  ansi_warnings: 'boolean',
  ansi_padding: 'boolean',
  ansi_nulls: 'boolean',
  concat_null_yields_null: 'boolean',
  isolation: 'int',
  lock_timeout: 'int',
  deadlock_priority: 'int',
  row_count: 'bigint',
  prev_error: 'int',
  /** Bytes as PostgreSQL writes them. */
  context_info: 'text',
} as const;

type ValueOf<T> = T extends 'text' ? string : T extends 'boolean' ? boolean : number;

/** What the views of sessions tell of one. */
export type SessionRow = { readonly [K in keyof typeof COLUMNS]: ValueOf<(typeof COLUMNS)[K]> };

const names = Object.keys(COLUMNS).filter((name) => name !== 'pid');
const list = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);

/** The sessions with what PostgreSQL knows of their connections (pg_stat_activity), as a table for FROM; in one line. */
export const SESSIONS =
  `(SELECT a.pid, a.backend_xid, a.xact_start, a.wait_event_type, a.wait_event, ${names.map((name) => `o.${name}`).join(', ')},
  (extract(epoch FROM a.xact_start) * 1000)::bigint * 100000 + a.pid AS transaction_id
  FROM pg_stat_activity a JOIN jsonb_to_recordset(coalesce(nullif(current_setting('${SESSIONS_SETTING}', true), ''), '[]')::jsonb) AS o(${list.join(', ')}) ON o.pid = a.pid)`.replaceAll(
    /\s+/g,
    ' ',
  );
