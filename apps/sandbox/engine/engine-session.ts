import { READS_SESSIONS, type CatalogSnapshot, type CatalogWriter, type PgQuerier } from '../catalog/index.ts';
import {
  SqlError,
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
import { SessionIdentity } from './identity.ts';
import { bindStatementParameters } from './parameter-values.ts';
import { callRemote } from './procedure-call.ts';
import type { PgValue } from './large-bind.ts';
import type { PgLink, PgResult, RunOptions } from './pg-link.ts';
import { Cancelled, lostSession, sqlError } from './pg-error.ts';
import { runBatch } from './interpreter.ts';
import { LocalTables } from './local-tables.ts';
import { RandomNumbers } from './random.ts';
import type { Run } from './run.ts';
import { SessionContext } from './session-context.ts';
import { defaultOptions, type SessionOptions } from './session-options.ts';
import { decoderFor } from './storage-type.ts';
import { transactionRequest } from './transaction-statements.ts';
import { SessionTransaction } from './transaction.ts';

export interface QueryOptions extends Omit<RunOptions, 'prelude'> {
  /** Whether the statement may change data: decides about savepoints. */
  readonly writes: boolean;
}

/** One client connection: its settings, its transaction, its PostgreSQL connections. */
export class EngineSession implements SqlSession {
  options: SessionOptions = defaultOptions();
  readonly tx = new SessionTransaction();
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
  /** Where names without a schema are looked for first, and made. */
  defaultSchema = 'dbo';
  readonly identity: SessionIdentity;
  /** The database that the login came into. */
  private readonly home: string;
  readonly cursors: CursorMap = new Map();
  readonly locals = new LocalTables();
  readonly context = new SessionContext();
  readonly random = new RandomNumbers();
  /** SET CONTEXT_INFO: 128 bytes as storage text, NULL before. */
  contextInfo: string | null = null;
  /** What batches prepared and opened by the procedures of the API. */
  readonly api = new ApiHandles();
  /** Temporary tables and variables outlive a batch only here. */
  root = new Frame('', 0, 0, undefined);
  private readonly links = new Map<number, PgLink>();
  private own: CatalogSnapshot | undefined;
  /** Set while a definition is being changed: what it does inside belongs to the same transaction. */
  private changing: PgQuerier | undefined;
  /** Databases in which the open transaction may have changed definitions, beside the current one. */
  private readonly reached = new Set<Database>();
  private physicalNumber = 0;
  private readonly end = new AbortController();
  private closed: Promise<void> | undefined;

  constructor(
    readonly server: SandboxServer,
    readonly spid: number,
    readonly login: LoginRequest,
    private current: Database,
  ) {
    this.home = current.info.name;
    this.identity = new SessionIdentity(login.user);
  }

  /** Nobody asks a sysadmin for rights. */
  get unrestricted(): boolean {
    return !this.identity.isUser && this.server.isSysadmin(this.identity.currentLogin);
  }

  get database(): string {
    return this.current.info.name;
  }

  get ended(): AbortSignal {
    return this.end.signal;
  }

  get catalogDatabase(): Database {
    return this.current;
  }

  get serverName(): string {
    return this.server.name;
  }

  get hasTemporaryTables(): boolean {
    return this.root.tables.size > 0;
  }

  get link(): PgLink {
    const link = this.links.get(this.current.id);
    if (link === undefined)
      throw new SqlError(4060, `Cannot open database "${this.database}" requested by the login.`, 11);
    return link;
  }

  /** {@link Contender}: who ends when sessions wait for each other. */
  get deadlockPriority(): number {
    return this.options.deadlockPriority;
  }

  get currentLink(): PgLink | undefined {
    return this.links.get(this.current.id);
  }

  get waitingSince(): number | undefined {
    return this.currentLink?.busySince;
  }

  /** A name for a PostgreSQL temporary table, unique in the session. */
  nextPhysicalName(): string {
    this.physicalNumber += 1;
    return `x${this.physicalNumber}`;
  }

  /** Makes the connection to the current database, if there is none yet. */
  async connect(): Promise<void> {
    const { id } = this.current;
    const known = this.links.get(id);
    if (known !== undefined && !known.broken) return;
    const link = await this.server.openLink(this.current, this);
    this.links.set(id, link);
    await this.identity.introduce(link);
    await this.readDefaultSchema();
  }

  /** USE. */
  async use(name: string, out: ResultSink): Promise<void> {
    const next = this.server.database(name);
    if (next === undefined) {
      throw new SqlError(911, `Database '${name}' does not exist. Make sure that the name is entered correctly.`);
    }
    const old = this.database;
    const before = this.current;
    const left = before.id;
    await this.requireAccess(next);
    this.current = next;
    this.own = undefined;
    await this.connect();
    await this.tx.enlist(this.link);
    if (this.tx.depth > 0) this.reached.add(before);
    await this.readDefaultSchema();
    // Temporary tables and transactions hang on the connection: without any it need not stay.
    if (next.id !== left && !this.hasTemporaryTables && this.tx.depth === 0) await this.disconnect(left);
    out.envChange({ kind: 'database', name: next.info.name, old });
    out.info(new SqlError(5701, `Changed database context to '${next.info.name}'.`, 0, 2));
  }

  /** Does a part of a statement in another database, inside the same transaction; the session's own database stays what it is. */
  async within<T>(next: Database, work: () => Promise<T>): Promise<T> {
    if (next === this.current) return work();
    await this.requireAccess(next);
    const { current, defaultSchema } = this;
    this.current = next;
    this.own = undefined;
    try {
      await this.connect();
      await this.tx.enlist(this.link);
      await this.identity.apply(this.link);
      await this.readDefaultSchema();
      this.reached.add(next);
      return await work();
    } finally {
      this.current = current;
      this.defaultSchema = defaultSchema;
      this.own = undefined;
    }
  }

  /** Whether the session's principal may use a database. */
  async mayUse(next: Database): Promise<boolean> {
    const { identity } = this;
    return identity.isUser ? next === this.current : this.server.mayConnect(identity.currentLogin, next);
  }

  /** Throws 916 where the session's principal may not use the database. */
  private async requireAccess(next: Database): Promise<void> {
    const { identity } = this;
    if (await this.mayUse(next)) return;
    throw new SqlError(
      916,
      `The server principal "${identity.currentLogin}" is not able to access the database "${next.info.name}" under the current security context.`,
      14,
      2,
    );
  }

  /** EXECUTE AS. */
  async impersonate(next: Parameters<SessionIdentity['push']>[1]): Promise<void> {
    await this.identity.push(this.link, next);
    await this.readDefaultSchema();
  }

  /** REVERT, of what was said at this level of calls. */
  async revert(level: number): Promise<void> {
    await this.identity.pop(this.link, level, this.current.id);
    await this.readDefaultSchema();
  }

  /** A module ends, and with it what EXECUTE AS said inside. */
  async revertTo(depth: number): Promise<void> {
    if (this.identity.depth <= depth || this.link.broken) return;
    await this.identity.revertTo(this.link, depth);
    await this.readDefaultSchema();
  }

  private async readDefaultSchema(): Promise<void> {
    this.defaultSchema = 'dbo';
    if (this.unrestricted) return;
    const result = await this.link.run(
      'SELECT default_schema_name FROM meta.principals WHERE principal_id = meta.current_principal()',
    );
    this.defaultSchema = result.rows[0]?.[0] ?? 'dbo';
  }

  /** The catalog as the session sees it: the committed one, or its own after DDL in an open transaction. */
  async snapshot(): Promise<CatalogSnapshot> {
    if (this.tx.ddl || this.changing !== undefined) {
      const own = this.own ?? (await this.current.catalog.own(this.link.client));
      this.own = own;
      return own;
    }
    return this.current.catalog.snapshot(this.current.admin);
  }

  /** Runs one PostgreSQL statement so that, inside a transaction, it can fail alone. */
  async query(sql: string, values: readonly PgValue[], options: QueryOptions): Promise<PgResult> {
    const { functions } = this.current;
    await functions.ready();
    if (READS_SESSIONS.test(sql) || functions.readsSessions(sql)) await this.server.reportSessions(this.link);
    const { link } = this;
    const prelude = this.tx.prelude(link, options.writes);
    try {
      return await link.run(sql, values, { ...options, prelude });
    } catch (error) {
      await this.tx.undo(link);
      throw this.stopped(error, options.signal);
    } finally {
      if (options.writes) this.wrote();
    }
  }

  /** To be called when something may have been written. */
  private wrote(): void {
    this.server.writes.stamp += 1;
  }

  /** Runs several PostgreSQL statements that take effect together or not at all. */
  async atomic<T>(work: (pg: PgQuerier) => Promise<T>): Promise<T> {
    try {
      return await this.together(work);
    } finally {
      this.wrote();
    }
  }

  private async together<T>(work: (pg: PgQuerier) => Promise<T>): Promise<T> {
    const { link, tx } = this;
    await this.current.functions.ready();
    if (tx.depth > 0) {
      for (const command of tx.prelude(link, true)) await link.run(command);
      try {
        return await link.watched(() => work(link.client));
      } catch (error) {
        await tx.undo(link);
        throw error;
      }
    }
    await link.run('BEGIN');
    try {
      const result = await link.watched(() => work(link.client));
      await link.run('COMMIT');
      return result;
    } catch (error) {
      if (!link.broken) await link.run('ROLLBACK');
      throw error;
    }
  }

  /** A change of the catalog with its physical twin, in one transaction. */
  async ddl<T>(work: (writer: CatalogWriter, pg: PgQuerier) => Promise<T>): Promise<T> {
    if (this.changing !== undefined) return this.changed(work, this.changing);
    const inside = this.tx.depth > 0;
    try {
      const result = await this.atomic((pg) => {
        this.changing = pg;
        return this.changed(work, pg);
      });
      if (inside) this.tx.ddl = true;
      return result;
    } finally {
      this.changing = undefined;
      this.own = undefined;
      if (!inside) this.current.catalog.bump();
    }
  }

  private async changed<T>(work: (writer: CatalogWriter, pg: PgQuerier) => Promise<T>, pg: PgQuerier): Promise<T> {
    try {
      return await work(await this.current.writer(pg), pg);
    } finally {
      this.own = undefined;
    }
  }

  /** To be called when a transaction ended: others now see, or never saw, its DDL. */
  transactionEnded(): void {
    this.wrote();
    this.identity.transactionEnded();
    if (this.tx.ddl) {
      this.tx.ddl = false;
      this.own = undefined;
      this.current.catalog.bump();
      for (const database of this.reached) database.catalog.bump();
    }
    this.reached.clear();
  }

  /** ROLLBACK of the whole transaction, for what the engine itself ends. */
  async rollback(): Promise<void> {
    await this.rollbackTo(undefined);
  }

  /** ROLLBACK to a savepoint, or of the whole; true where the transaction ended. Table variables keep their rows. */
  async rollbackTo(name: string | undefined): Promise<boolean> {
    const { tx } = this;
    const places = this.server.all.filter(({ id }) => this.links.get(id)?.broken === false && this.locals.livesIn(id));
    const kept: (() => Promise<void>)[] = [];
    for (const place of places) {
      await this.within(place, async () => {
        const rows = tx.depth > 0 ? await this.locals.save(this.link, place.id) : [];
        kept.push(() =>
          this.within(place, () => this.locals.restore(this.link, place.id, rows, (work) => this.atomic(work))),
        );
      });
    }
    let ended = true;
    if (name === undefined) await tx.rollback();
    else ended = await tx.rollbackTo(name);
    this.wrote();
    for (const restore of kept) await restore();
    return ended;
  }

  /** Rolls back whatever is open, and tells the client. */
  async rollbackAll(out: ResultSink): Promise<void> {
    if (this.tx.depth === 0) return;
    const { descriptor } = this.tx;
    await this.rollback();
    this.transactionEnded();
    out.envChange({ kind: 'rollback', descriptor });
  }

  /** After an attention: the transaction stays open unless SET XACT_ABORT ON. */
  async rollbackIfAborting(out: ResultSink): Promise<void> {
    if (this.options.xactAbort) await this.rollbackAll(out);
  }

  /** Opens a transaction where SET IMPLICIT_TRANSACTIONS asks for one. */
  async beginImplicit(out: ResultSink): Promise<void> {
    if (!this.options.implicitTransactions || this.tx.depth > 0) return;
    await this.tx.begin(this.link, this.options.isolation);
    out.envChange({ kind: 'begin', descriptor: this.tx.descriptor });
  }

  async currentRowVersion(): Promise<string> {
    const result = await this.query(
      'SELECT int8send(CASE WHEN is_called THEN last_value ELSE last_value - 1 END) FROM sys.rowversion_counter',
      [],
      { writes: false },
    );
    return result.rows[0]?.[0] ?? '\\x0000000000000000';
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

  /** What hung on the lost connection is gone. */
  private forget(): void {
    this.tx.abandon();
    this.own = undefined;
    this.changing = undefined;
    this.root = new Frame('', 0, 0, undefined);
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
      this.context.reset();
      this.contextInfo = null;
      this.options = defaultOptions();
      this.identityInsert = undefined;
      this.lastError = 0;
      this.rowCount = 0;
      this.lastIdentity = null;
      await this.link.run('RESET lock_timeout');
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

  /** Drops the temporary tables of a scope that has ended. */
  async dropTemporary(frame: Frame): Promise<void> {
    const names = frame.temporary.splice(0);
    this.locals.forget(names);
    if (names.length > 0 && !this.link.broken) {
      await this.query(`DROP TABLE IF EXISTS ${names.join(', ')}`, [], { writes: true });
    }
  }

  /** Lets go of the connection to a database that is about to be dropped. */
  async disconnect(id: number): Promise<void> {
    const link = this.links.get(id);
    this.links.delete(id);
    await link?.close();
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

  private stopped(error: unknown, signal: AbortSignal | undefined): unknown {
    return signal?.aborted ? new Cancelled('the client gave up') : error;
  }
}
