import { isIP } from 'node:net';
import sql from 'mssql';
import type { Secret } from '#config';
import { SluiceError } from '#errors';
import type { RowBlock } from '#source';
import { BlockQueue } from './block-queue.ts';
import { toSluiceError } from './driver-faults.ts';
import { type DriverConnection, RowTap } from './row-tap.ts';
import { noteSession, SilenceWatch, type WatchedConnection } from './silence-watch.ts';

export interface SqlServerSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret;
  readonly encrypt: boolean;
  readonly trustServerCertificate: boolean;
  /** After so many ms without a byte while a request is under way the server is asked whether it still works on it (see {@link SilenceWatch}); default 120 s. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 120_000;
/** For the question whether a silent session is at work: four times the silence, this many ms at most. */
const MAX_ASK_MS = 15_000;
/** A request of the session is running, and it does not wait until we take its rows. */
const AT_WORK = `SELECT COUNT(*) FROM sys.dm_exec_requests WHERE session_id = @session AND COALESCE(wait_type, N'') <> N'ASYNC_NETWORK_IO'`;

/** A parameter bound with an exact type; never the driver's guess (row B1). Text travels as nvarchar(max) and is cast on the server. */
export type Parameter = string | number | boolean | null | Buffer;

/** Values of a result row in the order of its select list (row C19: names may repeat). */
export type ResultRow = readonly unknown[];

/** A result set with its columns' names and the driver's names of their types: `Int`, `DateTime2`, … */
export interface DescribedRows {
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly ResultRow[];
}

type DriverRows = readonly ResultRow[] & {
  readonly columns: readonly { readonly name?: unknown; readonly type?: unknown }[];
};

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
    return this.collect(request, () => request.query(text));
  }

  /** Runs a batch without parameters (procedure calls, DDL). */
  async batch(text: string, timeoutMs = 60_000): Promise<ResultRow[][]> {
    const request = await this.request({}, timeoutMs);
    return this.collect(request, () => request.batch(text));
  }

  /** As {@link batch}, with the driver's type of each column. On the one connection of a client of one: what a batch leaves open the next one finds. */
  async describedBatch(text: string, timeoutMs: number): Promise<DescribedRows[]> {
    const request = await this.request({}, timeoutMs);
    try {
      const { recordsets } = (await request.batch(text)) as unknown as { readonly recordsets: readonly DriverRows[] };
      return recordsets.map((rows) => ({
        names: rows.columns.map(({ name }) => (typeof name === 'string' ? name : '')),
        types: rows.columns.map(({ type }) => (typeof type === 'function' ? type.name : '')),
        // What FOR JSON and FOR XML answer is put together by the driver into one object, and of no row at all it makes an empty text.
        rows: rows.flatMap((row) =>
          Array.isArray(row) ? [row] : Object.values(row)[0] === '' ? [] : [Object.values(row)],
        ),
      }));
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
    const tap = new RowTap(queue);
    const watch = this.watch(
      () => queue.isHeldBack,
      (fault) => queue.fail(fault),
    );
    withConnection(request, [tap, watch]);
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
        return (await this.collect(request, () => request.query(text)))[0] ?? [];
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

  /** All result sets of a watched request. */
  private async collect(
    request: sql.Request,
    run: () => Promise<{ readonly recordsets: unknown }>,
  ): Promise<ResultRow[][]> {
    let dead: SluiceError | undefined;
    const watch = this.watch(
      () => false,
      (fault) => (dead = fault),
    );
    withConnection(request, [watch]);
    try {
      return (await run()).recordsets as ResultRow[][];
    } catch (error) {
      throw dead ?? toSluiceError(error, this.settings);
    }
  }

  private watch(isHeldBack: () => boolean, onFault: (fault: SluiceError) => void): SilenceWatch {
    const { host, port, database } = this.settings;
    const { pool } = this;
    const server = `${host}:${port}/${database}`;
    return new SilenceWatch({
      limitMs: this.silenceMs,
      isHeldBack,
      isAtWork: (session) => this.isAtWork(session),
      onDead: (silentMs) => {
        this.drop(pool);
        const text = `SQL Server at ${server} has sent nothing for ${silentMs / 1000} s and works on no request of ours: the connection is dead.`;
        onFault(new SluiceError('SourceConnectionLost', text, { server, silentMs }));
      },
    });
  }

  /** Asked over a connection of its own: those of the pool may be as dead. */
  private async isAtWork(session: number): Promise<boolean> {
    const patienceMs = Math.min(MAX_ASK_MS, 4 * this.silenceMs);
    const pool = new sql.ConnectionPool({
      ...this.poolConfig(),
      connectionTimeout: patienceMs,
      requestTimeout: patienceMs,
      pool: { min: 0, max: 1 },
    });
    pool.on('error', () => undefined);
    try {
      await pool.connect();
      const result = await pool.request().input('session', sql.Int, session).query<{ '': number }>(AT_WORK);
      return Number(result.recordset[0]?.['']) > 0;
    } finally {
      void pool.close().catch(() => undefined);
    }
  }

  /** The idle connections of a dead one's pool went the same way: the next request begins with a new pool; what is at work goes on. */
  private drop(pool: Promise<sql.ConnectionPool> | null): void {
    if (this.pool !== pool) return;
    this.pool = null;
    void pool?.then((old) => old.close()).catch(() => undefined);
  }

  private async request(parameters: Readonly<Record<string, Parameter>>, timeoutMs: number): Promise<sql.Request> {
    const pool = await this.open();
    return bind(new TimedRequest(pool, { requestTimeout: timeoutMs }), parameters);
  }

  private get silenceMs(): number {
    return this.settings.silenceMs ?? SILENCE_MS;
  }

  private open(): Promise<sql.ConnectionPool> {
    if (this.closed) throw new SluiceError('Bug', 'BUG: the source client is closed');
    this.pool ??= this.connect();
    return this.pool;
  }

  private poolConfig(): sql.config {
    const { host, port, database, user, password, encrypt, trustServerCertificate } = this.settings;
    return {
      server: host,
      port,
      database,
      user,
      password: password.reveal(),
      connectionTimeout: 15_000,
      requestTimeout: 60_000,
      pool: { min: 0, max: this.maxConnections, idleTimeoutMillis: 60_000 },
      // Not by a statement: on a dead connection it would wait for an answer without being watched.
      validateConnection: 'socket',
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
      beforeConnect: (connection) => noteSession(connection as unknown as WatchedConnection),
    };
  }

  private async connect(): Promise<sql.ConnectionPool> {
    const pool = new sql.ConnectionPool(this.poolConfig());
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

/** What works on a request's connection while the request has it. */
interface Companion {
  attach(connection: DriverConnection & WatchedConnection): void;
  detach(): void;
}

function withConnection(request: sql.Request, companions: readonly Companion[]): void {
  const owner = request as unknown as { parent: Lender };
  const lender = owner.parent;
  const acquire: Lender['acquire'] = (asking, done) =>
    lender.acquire(asking, (error, connection, ...rest) => {
      if (connection) for (const one of companions) one.attach(connection as DriverConnection & WatchedConnection);
      done(error, connection, ...rest);
    });
  const release: Lender['release'] = (connection) => {
    for (const one of companions) one.detach();
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
