import { isIP } from 'node:net';
import sql from 'mssql';
import type { Secret } from '#config';
import { type ErrorKind, SluiceError } from '#errors';
import type { RowBlock } from '#source';
import { BlockQueue } from './block-queue.ts';
import { type DriverConnection, RowTap } from './row-tap.ts';

export interface SqlServerSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret;
  readonly encrypt: boolean;
  readonly trustServerCertificate: boolean;
}

/** A parameter bound with an exact type; never the driver's guess (row B1). Text travels as nvarchar(max) and is cast on the server. */
export type Parameter = string | number | boolean | null | Buffer;

/** Values of a result row in the order of its select list (row C19: names may repeat). */
export type ResultRow = readonly unknown[];

/** The driver takes a time-out per request; its type declarations do not know yet. 0 = none. */
const TimedRequest = sql.Request as unknown as new (
  parent: sql.ConnectionPool | sql.Transaction,
  options: { requestTimeout: number },
) => sql.Request;

/** One transaction of the source; its statements run one after the other. */
export interface SqlServerTransaction {
  query(text: string, parameters?: Readonly<Record<string, Parameter>>): Promise<ResultRow[]>;
  stream(
    text: string,
    parameters: Readonly<Record<string, Parameter>>,
    bounds: { blockRows: number; blockBytes: number },
    signal: AbortSignal,
  ): AsyncIterable<RowBlock>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** A pool of connections to one database; every fault leaves as a SluiceError. */
export class SqlServerClient {
  private pool: Promise<sql.ConnectionPool> | null = null;
  private closed = false;

  constructor(
    readonly settings: SqlServerSettings,
    private readonly maxConnections = 4,
  ) {}

  /**
   * Runs a statement and collects its rows; for catalog queries and small answers. Times out after `timeoutMs` (default 60 s).
   * @throws SluiceError SourceUnreachable, SourceLoginFailed, SourceConnectionLost, SourceDeadlock, SourceRightMissing, SourceQueryFailed
   */
  async query(
    text: string,
    parameters: Readonly<Record<string, Parameter>> = {},
    timeoutMs = 60_000,
  ): Promise<ResultRow[]> {
    return (await this.queryAll(text, parameters, timeoutMs))[0] ?? [];
  }

  /** As {@link query}, all result sets. */
  async queryAll(
    text: string,
    parameters: Readonly<Record<string, Parameter>> = {},
    timeoutMs = 60_000,
  ): Promise<ResultRow[][]> {
    const request = await this.request(parameters, timeoutMs);
    try {
      const result = await request.query(text);
      return result.recordsets as unknown as ResultRow[][];
    } catch (error) {
      throw toSluiceError(error, this.settings);
    }
  }

  /** Runs a batch without parameters (procedure calls, DDL). */
  async batch(text: string, timeoutMs = 60_000): Promise<ResultRow[][]> {
    const request = await this.request({}, timeoutMs);
    try {
      const result = await request.batch(text);
      return result.recordsets as unknown as ResultRow[][];
    } catch (error) {
      throw toSluiceError(error, this.settings);
    }
  }

  /**
   * Streams the one result set of a statement in blocks of about `blockBytes`, at most `blockRows` rows each; the server is held back while nobody asks
   * (row C20). Ends early, cancelling the statement, when the signal is aborted or the consumer leaves.
   */
  async *stream(
    text: string,
    parameters: Readonly<Record<string, Parameter>>,
    bounds: { blockRows: number; blockBytes: number },
    signal: AbortSignal,
  ): AsyncIterable<RowBlock> {
    yield* this.streamOn(await this.request(parameters, 0), text, bounds, signal);
  }

  private async *streamOn(
    request: sql.Request,
    text: string,
    bounds: { blockRows: number; blockBytes: number },
    signal: AbortSignal,
  ): AsyncIterable<RowBlock> {
    request.stream = true;
    const queue = new BlockQueue(bounds, request);
    tapRows(request, new RowTap(queue));
    request.on('row', (row: unknown[]) => queue.push(row));
    request.on('error', (error: Error) => queue.fail(toSluiceError(error, this.settings)));
    request.on('done', () => queue.end());
    const abort = (): void => request.cancel();
    signal.addEventListener('abort', abort, { once: true });
    request.query(text).catch((error: unknown) => queue.fail(toSluiceError(error, this.settings)));
    try {
      yield* queue.blocks();
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', abort);
      if (!queue.ended) request.cancel();
      // What still comes of a cancelled request is dropped.
      queue.end();
    }
  }

  /** A transaction on a connection of its own. The caller ends it; one that is left open is rolled back by {@link close}. */
  async begin(isolation: 'READ COMMITTED' | 'SNAPSHOT'): Promise<SqlServerTransaction> {
    const transaction = new sql.Transaction(await this.open());
    try {
      await transaction.begin(
        isolation === 'SNAPSHOT' ? sql.ISOLATION_LEVEL.SNAPSHOT : sql.ISOLATION_LEVEL.READ_COMMITTED,
      );
    } catch (error) {
      throw toSluiceError(error, this.settings);
    }
    const guarded = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        throw toSluiceError(error, this.settings);
      }
    };
    return {
      query: async (text, parameters = {}) => {
        const request = bind(new TimedRequest(transaction, { requestTimeout: 0 }), parameters);
        return ((await guarded(request.query(text))).recordsets as unknown as ResultRow[][])[0] ?? [];
      },
      stream: (text, parameters, bounds, signal) =>
        this.streamOn(bind(new TimedRequest(transaction, { requestTimeout: 0 }), parameters), text, bounds, signal),
      commit: () => guarded(transaction.commit()),
      rollback: () => guarded(transaction.rollback()),
    };
  }

  /** Waits for the connections at work, then ends them. */
  async close(): Promise<void> {
    this.closed = true;
    const pool = await this.pool?.catch(() => null);
    await pool?.close();
  }

  private async request(parameters: Readonly<Record<string, Parameter>>, timeoutMs: number): Promise<sql.Request> {
    const pool = await this.open();
    return bind(new TimedRequest(pool, { requestTimeout: timeoutMs }), parameters);
  }

  private open(): Promise<sql.ConnectionPool> {
    if (this.closed) throw new SluiceError('Bug', 'BUG: the source client is closed');
    this.pool ??= this.connect();
    return this.pool;
  }
  private async connect(): Promise<sql.ConnectionPool> {
    const { host, port, database, user, password, encrypt, trustServerCertificate } = this.settings;
    const pool = new sql.ConnectionPool({
      server: host,
      port,
      database,
      user,
      password: password.reveal(),
      connectionTimeout: 15_000,
      requestTimeout: 60_000,
      pool: { min: 0, max: this.maxConnections, idleTimeoutMillis: 60_000 },
      options: {
        encrypt,
        trustServerCertificate,
        appName: 'sluice',
        // TLS names no IP address (RFC 6066): without this the driver sends one, and Node warns.
        ...(isIP(host) && trustServerCertificate ? { serverName: 'localhost' } : {}),
        packetSize: 32_767,
        useUTC: true,
        enableArithAbort: true,
      },
    });
    // A broken idle connection is replaced by the pool; the next statement shows what is wrong.
    pool.on('error', () => undefined);
    try {
      return await pool.connect();
    } catch (error) {
      this.pool = null;
      throw toSluiceError(error, this.settings);
    }
  }
}

/** What lends a request its connection: a pool or a transaction. */
interface Lender {
  acquire(
    request: unknown,
    done: (error: Error | null, connection?: DriverConnection, ...rest: unknown[]) => void,
  ): unknown;
  release(connection: unknown): unknown;
}

/** The request's rows go through `tap` while it has its connection. */
function tapRows(request: sql.Request, tap: RowTap): void {
  const owner = request as unknown as { parent: Lender };
  const lender = owner.parent;
  const acquire: Lender['acquire'] = (asking, done) =>
    lender.acquire(asking, (error, connection, ...rest) => {
      if (connection) tap.attach(connection);
      done(error, connection, ...rest);
    });
  const release: Lender['release'] = (connection) => {
    tap.detach();
    return lender.release(connection);
  };
  owner.parent = new Proxy(lender, {
    get: (target, name) => {
      if (name === 'acquire') return acquire;
      return name === 'release' ? release : Reflect.get(target, name, target);
    },
  });
}

function bind(request: sql.Request, parameters: Readonly<Record<string, Parameter>>): sql.Request {
  request.arrayRowMode = true;
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'number') {
      request.input(name, Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? sql.Int : sql.Float, value);
    } else if (typeof value === 'boolean') request.input(name, sql.Bit, value);
    else if (Buffer.isBuffer(value)) request.input(name, sql.VarBinary(sql.MAX), value);
    else request.input(name, sql.NVarChar(value !== null && value.length > 4000 ? sql.MAX : 4000), value);
  }
  return request;
}

const BY_NUMBER: Readonly<Record<number, ErrorKind>> = {
  18456: 'SourceLoginFailed',
  4060: 'SourceLoginFailed',
  1205: 'SourceDeadlock',
  229: 'SourceRightMissing',
  230: 'SourceRightMissing',
  262: 'SourceRightMissing',
  300: 'SourceRightMissing',
  297: 'SourceRightMissing',
  371: 'SourceRightMissing',
  208: 'CaptureInstanceMissing',
  313: 'CdcHistoryPurged',
};

const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  ELOGIN: 'SourceLoginFailed',
  ESOCKET: 'SourceConnectionLost',
  ECONNCLOSED: 'SourceConnectionLost',
  ETIMEOUT: 'SourceConnectionLost',
  ECONNRESET: 'SourceConnectionLost',
  EINSTLOOKUP: 'SourceUnreachable',
};

/** One place that knows the driver's errors. The server's number wins over the driver's code. */
function toSluiceError(error: unknown, settings: SqlServerSettings): SluiceError {
  if (error instanceof SluiceError) return error;
  const { number, code, message } = error as { number?: number; code?: string; message?: string };
  const where = `${settings.host}:${settings.port}/${settings.database}`;
  const facts = { server: where, number: number ?? null, code: code ?? null };
  if (code === 'ESOCKET' && /Failed to connect|Could not connect/i.test(message ?? '')) {
    return new SluiceError('SourceUnreachable', `SQL Server at ${where} cannot be reached: ${message}`, facts, {
      cause: error,
    });
  }
  const kind =
    (number !== undefined ? BY_NUMBER[number] : undefined) ??
    (code !== undefined ? BY_CODE[code] : undefined) ??
    'SourceQueryFailed';
  const prefix =
    kind === 'SourceLoginFailed' ? `Login of ${settings.user} to ${where} failed` : `SQL Server at ${where}`;
  return new SluiceError(kind, `${prefix}: ${message ?? String(error)}`, facts, { cause: error });
}
