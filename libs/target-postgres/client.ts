import pg from 'pg';
import { SluiceError, type ErrorKind } from '#errors';

export interface TargetSettings {
  /** `postgresql://user@host:port/database`, without or with a password. */
  readonly url: string;
  readonly password?: string;
  /** Shown in pg_stat_activity; also how a successor finds the sessions of a frozen process. */
  readonly applicationName: string;
  readonly maxConnections: number;
  /** Limit of one statement; 0 = none. Default 0: a large merge may take its time. */
  readonly statementTimeoutMs?: number;
  /** How long a statement waits for a lock; default 10 s. */
  readonly lockTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /**
   * A commit that was answered survives the server's crash, whatever the server is set to. The control schema needs that: a lost "chunk done" would have the chunk read
   * again after its hold has ended. Rows and their offset are lost together or not at all, so the sink does not.
   */
  readonly keepsCommits?: boolean;
}

/** Silence after which TCP asks whether the other side is there, in seconds. */
const KEEP_ALIVE_S = 10;

/** A pool whose sessions print values in the one form that Sluice reads (UTC, ISO, hex) and never wait without a bound for a lock. */
export function openPool(settings: TargetSettings): pg.Pool {
  const pool = new pg.Pool({
    ...urlParts(settings),
    application_name: settings.applicationName.slice(0, 63),
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 10_000,
    idleTimeoutMillis: 60_000,
    // A server that vanished without a word is noticed by TCP within half a minute while we wait for it (row A25); without a first delay Linux begins after two hours. There
    // is no limit on the answer itself: a merge or an index may take as long as it takes.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_S * 1000,
    options: [
      '-c TimeZone=UTC',
      '-c DateStyle=ISO,MDY',
      '-c IntervalStyle=postgres',
      '-c bytea_output=hex',
      '-c extra_float_digits=1',
      `-c lock_timeout=${settings.lockTimeoutMs ?? 10_000}`,
      `-c statement_timeout=${settings.statementTimeoutMs ?? 0}`,
      '-c idle_in_transaction_session_timeout=60000',
      // The same from the server's side: locks of a machine that vanished are let go.
      `-c tcp_keepalives_idle=${KEEP_ALIVE_S}`,
      '-c tcp_keepalives_interval=5',
      '-c tcp_keepalives_count=3',
      ...(settings.keepsCommits ? ['-c synchronous_commit=on'] : []),
    ].join(' '),
  });
  // An idle connection that breaks is replaced by the next connect; whoever holds one learns of it by its query.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The driver takes what stands in the URL over its other options, even an empty password: ours goes into the URL. */
function urlParts({ url, password }: TargetSettings): pg.ClientConfig {
  try {
    const full = new URL(url);
    if (password) full.password = encodeURIComponent(password);
    return { connectionString: full.toString() };
  } catch (error) {
    throw new SluiceError('TargetUnreachable', 'the target URL is not a URL', {}, { cause: error });
  }
}

const LOST = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const LOST_STATES = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '08000', '08003', '08006']);
/** Deadlock, serialisation, lock not available, out of connections, memory or disk: the same work may succeed later. */
const AGAIN = new Set(['40001', '40P01', '55P03', '53100', '53200', '53300', '57014']);

/** SQLSTATE of a failed statement, or the system's code, empty where there is none. */
export function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** True where the answer did not come: nothing is known about the statement's effect. */
export function isConnectionLost(error: unknown): boolean {
  const code = sqlState(error);
  if (LOST.has(code) || LOST_STATES.has(code)) return true;
  const message = error instanceof Error ? error.message : '';
  return code === '' && /Connection terminated|connection error|not queryable|Client was closed|timeout/i.test(message);
}

/** True for faults of single rows: data exceptions and violated constraints. */
export function isRowFault(error: unknown): boolean {
  return /^(22|23)/.test(sqlState(error)) || (error instanceof SluiceError && error.action === 'park');
}

/** True where the same statement may succeed when it is tried again. */
export function isPassing(error: unknown): boolean {
  return AGAIN.has(sqlState(error));
}

/** Wraps a fault of the target once, with its kind. DETAIL is left out on purpose: PostgreSQL puts row values there. */
export function targetFault(error: unknown, doing: string, facts: SluiceError['facts'] = {}): SluiceError {
  if (error instanceof SluiceError) return error;
  const state = sqlState(error);
  const kind = kindOf(error, state);
  const { table, column, constraint } = (error ?? {}) as { table?: string; column?: string; constraint?: string };
  const text = isRowFault(error)
    ? rowFaultText(state, constraint, column)
    : error instanceof Error
      ? error.message
      : '';
  const named = {
    ...(table ? { targetTable: table } : {}),
    ...(column ? { column } : {}),
    ...(constraint ? { constraint } : {}),
  };
  return new SluiceError(kind, `${doing}: ${text}`, { ...facts, ...named, sqlState: state }, { cause: quiet(error) });
}

function kindOf(error: unknown, state: string): ErrorKind {
  if (isConnectionLost(error) || isPassing(error)) return 'TargetConnectionLost';
  if (state === '28P01' || state === '28000') return 'TargetLoginFailed';
  if (state === '42501') return 'TargetRightMissing';
  if (state === '3D000') return 'TargetUnreachable';
  if (isRowFault(error)) return 'RowRejected';
  if (['42P01', '42703', '42804', '42P10', '3F000'].includes(state)) return 'TargetSchemaMismatch';
  return 'TargetStatementFailed';
}

/** PostgreSQL's own text quotes the offending value for some of these; ours names the place only. */
function rowFaultText(state: string, constraint?: string, column?: string): string {
  const what: Record<string, string> = {
    '22001': 'a text is too long for its column',
    '22003': 'a number is out of range',
    '22007': 'a date or time is not valid',
    '22008': 'a date or time is out of range',
    '22021': 'a text holds bytes that the target cannot store',
    '22P02': 'a value has not the form of its type',
    '22P04': 'a line of COPY is malformed',
    '23502': 'a column that must not be null got a null',
    '23503': 'a foreign key is violated',
    '23505': 'a unique key is violated',
    '23514': 'a check constraint is violated',
    '23P01': 'an exclusion constraint is violated',
  };
  return `${what[state] ?? 'the target refused a row'}${constraint ? ` (${constraint})` : ''}${column ? ` (column ${column})` : ''}`;
}

/** The driver's error carries DETAIL and COPY's context, which quote rows: only message-free facts are kept as the cause. */
function quiet(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!isRowFault(error)) return error;
  return new Error(`SQLSTATE ${sqlState(error)}`);
}
