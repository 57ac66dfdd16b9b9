import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { isLarge, sendBind, type PgValue } from './large-bind.ts';
import { asError, GuardedReader, LargeRowDiverter, type LargeRowReader } from './large-rows.ts';

/** One row as PostgreSQL wrote it. */
export type PgRow = readonly (string | null)[];

export interface PgResult {
  readonly rows: PgRow[];
  /** Rows that the command touched or returned. */
  readonly count: number;
  /** The command tag's words: SELECT, INSERT … */
  readonly command: string;
  /** An aggregate has passed over a NULL. */
  readonly nullEliminated: boolean;
}

export interface RunOptions {
  /** Commands without parameters sent before the statement in the same round trip (savepoints). */
  readonly prelude?: readonly string[];
  /** Takes the rows as they come, instead of collecting them; false asks for a pause until {@link RunOptions.drained}. */
  readonly onRow?: (row: PgRow) => boolean;
  readonly drained?: () => Promise<void>;
  /** Takes a large row as its bytes come; without it, or where it answers with nothing, the row comes whole to {@link RunOptions.onRow}. */
  readonly onLargeRow?: (() => LargeRowReader | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a submittable may do on the connection: the part of pg's Connection that is used here. */
interface Wire {
  readonly stream: Duplex;
  parse(message: { name?: string; text: string; types?: number[] }): void;
  bind(message: { portal?: string; statement?: string; values: PgValue[] }): void;
  describe(message: { type: 'P' | 'S'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
  sendCopyFail(message: string): void;
}

/** One statement on the wire: prelude and statement share one Sync, hence one round trip and, in autocommit, one transaction. */
class WireStatement {
  readonly rows: PgRow[] = [];
  count = 0;
  command = '';
  nullEliminated = false;
  private pending: number;
  private wire: Wire | undefined;
  private failed = false;

  constructor(
    private readonly text: string,
    private readonly values: readonly PgValue[],
    private readonly options: RunOptions,
    private readonly settle: (error?: Error) => void,
    /** Told with this statement when it runs, with nothing when its answer has ended. */
    private readonly running: (statement: WireStatement | undefined) => void,
  ) {
    this.pending = options.prelude?.length ?? 0;
  }

  submit(wire: Wire): void {
    this.wire = wire;
    this.running(this);
    wire.stream.cork();
    try {
      for (const text of this.options.prelude ?? []) {
        wire.parse({ text });
        wire.bind({ values: [] });
        wire.execute({ portal: '', rows: 0 });
      }
      wire.parse({ text: this.text });
      if (isLarge(this.values)) void this.submitLarge(wire);
      else {
        wire.bind({ values: [...this.values] });
        this.run(wire);
      }
    } finally {
      wire.stream.uncork();
    }
  }

  /** Nobody else writes before the answer to Sync: the driver's queue waits for it. */
  private async submitLarge(wire: Wire): Promise<void> {
    await sendBind(wire.stream, this.values);
    if (!wire.stream.destroyed) this.run(wire);
  }

  private run(wire: Wire): void {
    wire.execute({ portal: '', rows: 0 });
    wire.sync();
  }

  handleRowDescription(): void {}

  /** Who reads the large row that begins; undefined where it is to come whole. */
  largeRow(): LargeRowReader | undefined {
    const reader = this.failed ? undefined : this.options.onLargeRow?.();
    if (reader === undefined && !this.failed) return undefined;
    return new GuardedReader(reader, (error) => this.fail(error));
  }

  handleDataRow(message: { readonly fields: PgRow }): void {
    if (this.failed) return;
    const { onRow, drained } = this.options;
    if (onRow === undefined) {
      this.rows.push(message.fields);
      return;
    }
    try {
      if (onRow(message.fields) || drained === undefined) return;
    } catch (error) {
      this.fail(asError(error));
      return;
    }
    this.wire?.stream.pause();
    const resume = (): void => {
      this.wire?.stream.resume();
    };
    drained().then(resume, resume);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    if (this.pending > 0) {
      this.pending -= 1;
      return;
    }
    const words = message.text.split(' ');
    this.command = words[0] ?? '';
    this.count = Number(words.at(-1)) || 0;
  }

  handleEmptyQuery(): void {
    if (this.pending > 0) this.pending -= 1;
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(wire: Wire): void {
    wire.sendCopyFail('no data');
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    this.running(undefined);
    if (!this.failed) this.settle();
  }

  handleError(error: Error): void {
    this.running(undefined);
    this.fail(error);
  }

  private fail(error: Error): void {
    if (this.failed) return;
    this.failed = true;
    this.settle(error);
  }
}

/** PostgreSQL's own search for deadlocks comes after that of the sandbox, which knows priorities. */
const DEADLOCK_TIMEOUT = '5s';

/** SQLSTATE of the notice that an aggregate's NULL brings (RUNTIME_SQL of the translator). */
const NULL_ELIMINATED = '01003';

/** The statement was ended so that others in its circle go on: error 1205. */
export class DeadlockVictim extends Error {
  override readonly name = 'DeadlockVictim';
}

const isCancelled = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '57014';

/** One connection to PostgreSQL, used by one session. Statements run in the order of the calls. */
export class PgLink {
  private lost: Error | undefined;
  private statement: WireStatement | undefined;
  private running = 0;
  private sentence: Promise<void> | undefined;
  /** When the running statement was sent, in epoch milliseconds; 0 while none runs. */
  private sentAt = 0;

  private constructor(readonly client: pg.Client) {
    client.on('error', (error) => {
      this.lost = error;
    });
    client.on('notice', ({ code }) => {
      if (code === NULL_ELIMINATED && this.statement !== undefined) this.statement.nullEliminated = true;
    });
  }

  /** Connects to `database` of the server at `url`; `host` is what HOST_NAME() answers. */
  static async open(url: string, database: string, applicationName: string, host: string): Promise<PgLink> {
    const target = new URL(url);
    target.pathname = `/${encodeURIComponent(database)}`;
    const client = new pg.Client({
      connectionString: target.href,
      application_name: applicationName,
      options: `-c deadlock_timeout=${DEADLOCK_TIMEOUT} -c sbx.host=${host.replaceAll(/[\\\s]/g, '\\$&')}`,
    });
    const link = new PgLink(client);
    await client.connect();
    const { stream } = (client as unknown as { readonly connection: Wire }).connection;
    LargeRowDiverter.install(stream, () => link.statement?.largeRow());
    return link;
  }

  get broken(): boolean {
    return this.lost !== undefined;
  }

  /** When the running statement was sent, in epoch milliseconds; undefined while none runs. */
  get busySince(): number | undefined {
    return this.running > 0 ? this.sentAt : undefined;
  }

  get backendPid(): number {
    return (this.client as unknown as { processID: number }).processID;
  }

  /** Runs one statement with text parameters. Rejects with pg's DatabaseError. */
  async run(text: string, values: readonly PgValue[] = [], options: RunOptions = {}): Promise<PgResult> {
    if (this.lost !== undefined) throw this.lost;
    const { signal } = options;
    signal?.throwIfAborted();
    let cancelled: Promise<void> | undefined;
    const cancel = (): void => {
      cancelled = this.cancel();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.watched(() => this.submit(text, values, options));
    } finally {
      signal?.removeEventListener('abort', cancel);
      // A cancel still on its way would hit the next statement.
      await cancelled;
    }
  }

  /** Runs work on the connection that {@link sacrifice} may end. */
  async watched<T>(work: () => Promise<T>): Promise<T> {
    if (this.running === 0) this.sentAt = Date.now();
    this.running += 1;
    try {
      return await work();
    } catch (error) {
      if (this.sentence !== undefined && isCancelled(error)) throw new DeadlockVictim();
      throw error;
    } finally {
      this.running -= 1;
      await this.sentence;
      this.sentence = undefined;
    }
  }

  /** Ends the running statement as the victim of a deadlock: it throws {@link DeadlockVictim}. */
  sacrifice(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    this.sentence ??= this.cancel();
    return this.sentence;
  }

  /** Runs several statements of one text by the simple protocol. */
  async script(text: string): Promise<void> {
    await this.client.query(text);
  }

  /** Asks the server to give up the running statement, which then fails with SQLSTATE 57014; resolves when it has been told. */
  cancel(): Promise<void> {
    const { host, port, processID, secretKey } = this.client as unknown as {
      host: string;
      port: number;
      processID: number;
      secretKey: number;
    };
    const message = Buffer.alloc(16);
    message.writeInt32BE(16, 0);
    message.writeInt32BE(80_877_102, 4);
    message.writeInt32BE(processID, 8);
    message.writeInt32BE(secretKey, 12);
    return new Promise((resolve) => {
      const socket = host.startsWith('/') ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket({ host, port });
      socket.on('connect', () => socket.write(message));
      // The server closes the connection when it has passed the request on; an unreachable server has no statement to cancel.
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      socket.resume();
    });
  }

  async close(): Promise<void> {
    // Else the statement, with its locks, would live until it next writes to the connection.
    if (this.running > 0 && !this.broken) await this.cancel();
    await this.client.end();
  }

  private submit(text: string, values: readonly PgValue[], options: RunOptions): Promise<PgResult> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        if (error === undefined) resolve(statement);
        else reject(error);
      };
      const statement = new WireStatement(text, values, options, settle, (running) => (this.statement = running));
      this.client.query(statement as unknown as pg.Submittable);
    });
  }
}
