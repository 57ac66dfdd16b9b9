import {
  READS_SESSIONS,
  TEMPORARIES_SETTING,
  type CatalogSnapshot,
  type CatalogWriter,
  type PgQuerier,
} from '../catalog/index.ts';
import { SqlError, type ResultSink } from '../session.ts';
import { Frame } from './frame.ts';
import { SessionIdentity } from './identity.ts';
import type { PgValue } from './large-bind.ts';
import { LocalTables } from './local-tables.ts';
import { Cancelled } from './pg-error.ts';
import type { PgLink, PgResult, RunOptions } from './pg-link.ts';
import { StatementWarnings } from './statement-warnings.ts';
import { TEMPDB, type Database, type SandboxServer } from './server.ts';
import { SessionTransaction } from './transaction.ts';

export interface QueryOptions extends Omit<RunOptions, 'prelude'> {
  /** Whether the statement may change data: decides about savepoints. */
  readonly writes: boolean;
}

/** A lock time-out that no session has: the connection's is to be set anew. */
const UNKNOWN = -2;
const WRITES_TEMPORARY = /^(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|DROP TABLE(?: IF EXISTS)?) (?:pg_temp|stage)\./;
const READS_CATALOG = /\b(?:sys|meta|information_schema_ts)"?\./i;

/** What a session has of its databases: the connections, the transaction over them, the catalog as it sees it, its temporary tables, and as whom it acts. */
export abstract class SessionStorage {
  abstract readonly spid: number;
  readonly tx = new SessionTransaction(() => this.server.commits);
  /** Where names without a schema are looked for first, and made. */
  defaultSchema = 'dbo';
  readonly identity: SessionIdentity;
  readonly locals = new LocalTables();
  /** Temporary tables and variables outlive a batch only here. */
  root = new Frame('', 0, 0, undefined);
  protected readonly links = new Map<number, PgLink>();
  protected own: CatalogSnapshot | undefined;
  /** Set while a definition is being changed: what it does inside belongs to the same transaction. */
  private changing: PgQuerier | undefined;
  /** Databases in which the open transaction may have changed definitions, beside the current one. */
  private readonly reached = new Set<Database>();
  /** Of the statement that runs. */
  warnings = new StatementWarnings(1, '');
  private physicalNumber = 0;
  /** The lock time-outs that connections were given; a rollback may have taken one back. */
  private timeouts = new WeakMap<PgLink, number>();
  private told: { readonly link: PgLink; readonly names: string } | undefined;

  constructor(
    readonly server: SandboxServer,
    user: string,
    protected current: Database,
  ) {
    this.identity = new SessionIdentity(user);
  }

  /** SET LOCK_TIMEOUT: milliseconds, or -1. */
  protected abstract get lockTimeout(): number;

  /** A connection to the current database. */
  protected abstract openLink(): Promise<PgLink>;

  /** Nobody asks a sysadmin for rights. */
  get unrestricted(): boolean {
    return !this.identity.isUser && this.server.isSysadmin(this.identity.currentLogin);
  }

  get database(): string {
    return this.current.info.name;
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

  get currentLink(): PgLink | undefined {
    return this.links.get(this.current.id);
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
    const link = await this.openLink();
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
    if (next.holder !== undefined && next.holder !== this.spid)
      throw new SqlError(924, `Database '${next.info.name}' is already open and can only have one user at a time.`, 14);
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
    if (this.current.id === TEMPDB && READS_CATALOG.test(sql)) await this.tellTemporaries();
    const { link } = this;
    await this.setTimeout(link);
    if (sql.includes('pg_temp')) this.tx.keep(link);
    const prelude = this.tx.prelude(link, options.writes, WRITES_TEMPORARY.test(sql));
    try {
      const result = await link.run(sql, values, { ...options, prelude });
      if (options.writes) this.tx.changed += result.count;
      if (result.nullEliminated) this.warnings.nullEliminated = true;
      return result;
    } catch (error) {
      this.timeouts.set(link, UNKNOWN);
      await this.tx.undo(link);
      throw this.stopped(error, options.signal);
    } finally {
      if (options.writes) this.wrote();
    }
  }

  /** Gives a connection the lock time-out of the session, if it has another. */
  private async setTimeout(link: PgLink): Promise<void> {
    const { lockTimeout } = this;
    if ((this.timeouts.get(link) ?? -1) === lockTimeout) return;
    // PostgreSQL has no way not to wait at all.
    const ms = lockTimeout < 0 ? 0 : Math.max(lockTimeout, 1);
    await link.run(`SELECT set_config('lock_timeout', $1, false)`, [String(ms)]);
    this.timeouts.set(link, lockTimeout);
  }

  /** Before the catalog of tempdb is read: it is told of the `#` tables of all sessions, and the connection of what the session calls its own. */
  private async tellTemporaries(): Promise<void> {
    const names = JSON.stringify(await this.server.temporaryNames(this.locals));
    if (this.told?.link === this.link && this.told.names === names) return;
    this.told = { link: this.link, names };
    await this.link.run('SELECT set_config($1, $2, false)', [TEMPORARIES_SETTING, names]);
  }

  /** To be called when something may have been written. */
  protected wrote(): void {
    this.server.writes.stamp += 1;
  }

  /** Runs several PostgreSQL statements that take effect together or not at all; `of`: on tables alone that do not stay, `pg_temp` or others. */
  async atomic<T>(work: (pg: PgQuerier) => Promise<T>, of?: 'temporary' | 'staged'): Promise<T> {
    try {
      return await this.together(work, of);
    } finally {
      this.wrote();
    }
  }

  private async together<T>(work: (pg: PgQuerier) => Promise<T>, of?: 'temporary' | 'staged'): Promise<T> {
    const { link, tx } = this;
    await this.current.functions.ready();
    await this.setTimeout(link);
    if (tx.depth > 0) {
      if (of === 'temporary') tx.keep(link);
      for (const command of tx.prelude(link, true, of !== undefined)) await link.run(command);
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
    this.server.appLocks.releaseAll(this, 'Transaction');
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
    this.timeouts = new WeakMap([...this.links.values()].map((link) => [link, UNKNOWN]));
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

  async currentRowVersion(): Promise<string> {
    const result = await this.query(
      'SELECT int8send(CASE WHEN is_called THEN last_value ELSE last_value - 1 END) FROM sys.rowversion_counter',
      [],
      { writes: false },
    );
    return result.rows[0]?.[0] ?? '\\x0000000000000000';
  }

  /** What hung on the lost connection is gone. */
  protected forget(): void {
    this.tx.abandon();
    this.server.appLocks.releaseAll(this, 'Transaction');
    this.server.appLocks.releaseAll(this, 'Session');
    this.own = undefined;
    this.changing = undefined;
    this.root = new Frame('', 0, 0, undefined);
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

  private stopped(error: unknown, signal: AbortSignal | undefined): unknown {
    return signal?.aborted ? new Cancelled('the client gave up') : error;
  }
}
