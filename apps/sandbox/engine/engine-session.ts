import {
  type LoginRequest,
  type ResultSink,
  type SqlSession,
  type TdsColumn,
  type TdsParameter,
  type TdsType,
  type TdsValue,
  type TransactionRequest,
} from '../session.ts';
import { ApiHandles } from './api-procedures.ts';
import { bulkLoad } from './bulk-load.ts';
import type { CursorMap } from './cursors.ts';
import type { Database, SandboxServer } from './server.ts';
import { Frame } from './frame.ts';
import { bindStatementParameters } from './parameter-values.ts';
import { callRemote } from './procedure-call.ts';
import type { PgLink } from './pg-link.ts';
import { lostSession, sqlError } from './pg-error.ts';
import { runBatch } from './interpreter.ts';
import { RandomNumbers } from './random.ts';
import type { Run } from './run.ts';
import { SessionContext } from './session-context.ts';
import { SessionStorage } from './session-storage.ts';
import { defaultOptions, type SessionOptions } from './session-options.ts';
import { decoderFor } from './storage-type.ts';
import { transactionRequest } from './transaction-statements.ts';

/** One client connection: its settings and its requests, over what {@link SessionStorage} has of its databases. */
export class EngineSession extends SessionStorage implements SqlSession {
  options: SessionOptions = defaultOptions();
  /** @@ERROR. */
  lastError = 0;
  /** @@ROWCOUNT. */
  rowCount = 0;
  /** @@IDENTITY. */
  lastIdentity: string | null = null;
  fetchStatus = 0;
  cursorRows = 0;
  triggerLevel = 0;
  /** What the views of sessions tell of its requests; times in epoch milliseconds. */
  readonly activity = {
    loginTime: Date.now(),
    started: Date.now(),
    ended: Date.now(),
    running: false,
    command: '',
    level: 0,
  };
  /** The table that SET IDENTITY_INSERT is on for: its object_id, or the physical name of a temporary table. */
  identityInsert: { readonly key: number | string; readonly name: string } | undefined;
  /** The database that the login came into. */
  private readonly home: string;
  readonly cursors: CursorMap = new Map();
  readonly context = new SessionContext();
  readonly random = new RandomNumbers();
  /** SET CONTEXT_INFO: 128 bytes as storage text, NULL before. */
  contextInfo: string | null = null;
  /** What batches prepared and opened by the procedures of the API. */
  readonly api = new ApiHandles();
  private readonly end = new AbortController();
  private closed: Promise<void> | undefined;

  constructor(
    server: SandboxServer,
    readonly spid: number,
    readonly login: LoginRequest,
    current: Database,
  ) {
    super(server, login.user, current);
    this.home = current.info.name;
  }

  protected override openLink(): Promise<PgLink> {
    return this.server.openLink(this.current, this);
  }

  get ended(): AbortSignal {
    return this.end.signal;
  }

  /** {@link Contender}: who ends when sessions wait for each other. */
  get deadlockPriority(): number {
    return this.options.deadlockPriority;
  }

  get rollbackCost(): number {
    return this.tx.changed;
  }

  get connections(): Iterable<PgLink> {
    return this.links.values();
  }

  protected override get lockTimeout(): number {
    return this.options.lockTimeout;
  }

  /** After an attention: the transaction stays open unless SET XACT_ABORT ON. */
  async rollbackIfAborting(out: ResultSink): Promise<void> {
    if (this.options.xactAbort) await this.rollbackAll(out);
  }

  /** Opens a transaction where SET IMPLICIT_TRANSACTIONS asks for one. */
  async beginImplicit(out: ResultSink): Promise<void> {
    if (!this.options.implicitTransactions || this.tx.depth > 0) return;
    await this.tx.begin(this.link, this.options.isolation);
    this.tx.label = 'implicit_transaction';
    out.envChange({ kind: 'begin', descriptor: this.tx.descriptor });
  }

  /** After the storage was away: a new connection; where the lost one had a transaction or temporary tables, the session ends. */
  private async ready(): Promise<void> {
    const link = this.links.get(this.current.id);
    if (link !== undefined && !link.broken) return;
    const lost = this.tx.depth > 0 || this.hasTemporaryTables;
    this.forget();
    if (lost) throw lostSession();
    await this.connect();
  }

  /** Runs a request of the client; what it throws is SQL Server's kind of error. */
  private async request<T>(work: () => Promise<T>): Promise<T> {
    const { activity } = this;
    Object.assign(activity, { started: Date.now(), running: true, command: 'SELECT', level: 0 });
    try {
      await this.ready();
      return await work();
    } catch (error) {
      const place = { line: 1, procedure: '', verb: 'request', spid: this.spid, snapshot: undefined };
      const fault = sqlError(error, place);
      if (this.links.get(this.current.id)?.broken) this.forget();
      throw fault;
    } finally {
      Object.assign(activity, { ended: Date.now(), running: false });
    }
  }

  batch(sql: string, out: ResultSink, signal: AbortSignal): Promise<void> {
    return this.request(async () => {
      const frame = this.batchFrame();
      frame.ofSession = true;
      // SCOPE_IDENTITY() outlives a batch of the client, not a parameterised statement.
      frame.scopeIdentity = this.root.scopeIdentity;
      await runBatch(this, sql, frame, out, signal);
      this.root.scopeIdentity = frame.scopeIdentity;
    });
  }

  execute(sql: string, parameters: readonly TdsParameter[], out: ResultSink, signal: AbortSignal): Promise<void> {
    return this.request(async () => {
      const frame = this.batchFrame();
      const run = this.runOf(frame, out, signal);
      await bindStatementParameters(run, parameters);
      await runBatch(this, sql, frame, out, signal);
      out.returnStatus(0);
      for (const parameter of parameters) {
        const slot = parameter.output ? frame.variable(parameter.name) : undefined;
        if (slot === undefined) continue;
        const type = slot.type as TdsType;
        out.returnValue({ ...parameter, type, value: slot.value === null ? null : decoderFor(type)(slot.value) });
      }
    });
  }

  procedure(name: string, parameters: readonly TdsParameter[], out: ResultSink, signal: AbortSignal): Promise<void> {
    return this.request(() => callRemote(this.runOf(this.batchFrame(), out, signal), name, parameters));
  }

  transaction(request: TransactionRequest, out: ResultSink): Promise<void> {
    return this.request(() => transactionRequest(this, request, out));
  }

  bulkLoad(
    sql: string,
    columns: readonly TdsColumn[],
    rows: AsyncIterable<readonly TdsValue[]>,
    signal: AbortSignal,
  ): Promise<bigint> {
    return this.request(() => bulkLoad(this, sql, columns, rows, signal).finally(() => this.wrote()));
  }

  reset(keepTransaction = false): Promise<void> {
    return this.request(async () => {
      const keep = keepTransaction && this.tx.depth > 0;
      if (this.tx.depth > 0 && !keep) await this.tx.rollback();
      if (!keep) this.transactionEnded();
      await this.dropTemporary(this.root);
      if (this.server.globalTables.hasOf(this)) await this.server.globalTables.dropOf(this);
      this.root = new Frame('', 0, 0, undefined);
      this.cursors.clear();
      this.api.reset();
      this.server.appLocks.releaseAll(this, 'Session');
      this.context.reset();
      this.contextInfo = null;
      this.options = defaultOptions();
      this.identityInsert = undefined;
      this.lastError = 0;
      this.rowCount = 0;
      this.lastIdentity = null;
      if (!keep) await this.goHome();
      await this.revertTo(0);
    });
  }

  /** Back to the database of the login; the connection to another is let go. */
  private async goHome(): Promise<void> {
    const left = this.current.id;
    this.current = this.server.database(this.home) ?? this.current;
    if (this.current.id === left) return;
    this.own = undefined;
    await this.connect();
    await this.disconnect(left);
  }

  /** Ends the session from elsewhere (KILL): its transaction is rolled back, its client loses the connection. */
  async kill(): Promise<void> {
    await this.close();
    this.end.abort();
  }

  close(): Promise<void> {
    this.closed ??= this.letGo();
    return this.closed;
  }

  private async letGo(): Promise<void> {
    this.server.forget(this);
    for (const owner of ['Transaction', 'Session'] as const) this.server.appLocks.releaseAll(this, owner);
    const { globalTables } = this.server;
    await Promise.all([...this.links.values()].map((link) => link.close()));
    if (globalTables.hasOf(this)) await globalTables.dropOf(this);
  }

  private batchFrame(): Frame {
    return new Frame('', 0, 0, this.root);
  }

  private runOf(frame: Frame, out: ResultSink, signal: AbortSignal): Run {
    return { session: this, frame, out, signal, text: '' };
  }
}
