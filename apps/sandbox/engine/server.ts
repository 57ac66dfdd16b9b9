import { createHash } from 'node:crypto';
import { RUNTIME_SQL } from '#conversion';
import { quoteIdent } from '#pgsql';
import pg from 'pg';
import {
  databaseName,
  installCatalog,
  openCatalog,
  readDatabases,
  sessionApplicationName,
  writeDatabases,
  writeServerState,
  type DatabaseRow,
} from '../catalog/index.ts';
import { SqlError, type LoginRequest, type SqlServer, type SqlSession } from '../session.ts';
import { AppLocks } from './app-locks.ts';
import { CommitLog } from './commit-log.ts';
import { changesNothing } from './database-options.ts';
import { Database, databaseUrl } from './database.ts';
import { DeadlockMonitor } from './deadlock-monitor.ts';
import { EngineSession } from './engine-session.ts';
import type { LocalEntry, LocalTables } from './local-tables.ts';
import { Logins } from './logins.ts';
import { GlobalTables } from './global-tables.ts';
import { PgLink } from './pg-link.ts';
import { reportSessions } from './session-report.ts';
import { STORAGE_SCHEMA } from './storage-schema.sql.ts';
import { TemporaryCatalog, type CatalogChange } from './temporary-catalog.ts';
import { UserMessages } from './user-messages.ts';

export { Database } from './database.ts';

export interface SandboxOptions {
  /** A superuser's URL of the PostgreSQL server that stores everything. */
  readonly postgresUrl: string;
  readonly saPassword: string;
  /** @@SERVERNAME. */
  readonly serverName?: string;
}

const MASTER = 1;
/** Made anew whenever the server starts. */
export const TEMPDB = 2;
const FIRST_USER_DATABASE = 5;
const FIRST_SPID = 51;
const DEFAULT_COLLATION = 'SQL_Latin1_General_CP1_CI_AS';
const SYSTEM_NAMES: readonly (readonly [number, string])[] = [
  [1, 'master'],
  [2, 'tempdb'],
  [3, 'model'],
  [4, 'msdb'],
];

const newRow = (databaseId: number, name: string, collation: string): DatabaseRow => ({
  databaseId,
  name,
  collation,
  compatibilityLevel: 160,
  snapshotIsolation: false,
  // Readers never wait for writers.
  readCommittedSnapshot: databaseId >= FIRST_USER_DATABASE,
  recoveryModel: 1,
  readOnly: false,
});

const runtimeVersion = createHash('sha256').update(STORAGE_SCHEMA).update(RUNTIME_SQL).digest('hex');

/** Drops a PostgreSQL database with the replication slots in it. */
async function dropPhysical(client: pg.Client, name: string): Promise<void> {
  await client.query(
    'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = $1 AND active_pid IS NOT NULL',
    [name],
  );
  await client.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1 AND active_pid IS NULL',
    [name],
  );
  await client.query(`DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`);
}

/** What must be told when a database comes or goes: the capture jobs of CDC. */
export interface DatabaseWatcher {
  opened(database: Database): Promise<void>;
  /** Before it is dropped, or the server stops. */
  closing(database: Database): Promise<void>;
}

/** The server: its databases, logins and sessions over one PostgreSQL. */
export class SandboxServer implements SqlServer {
  readonly name: string;
  /** The locks that sp_getapplock takes. */
  readonly appLocks = new AppLocks();
  /** `##` tables. */
  readonly globalTables = new GlobalTables(() => this.tempdb);
  /** Commits transactions over several databases. */
  readonly commits = new CommitLog(() => this.all);
  private readonly temporaryCatalog = new TemporaryCatalog(() => this.tempdb);
  /** Counts what sessions wrote: who remembers rows sees whether they may have changed since. */
  readonly writes = { stamp: 0 };
  private readonly databases = new Map<number, Database>();
  private readonly sessions = new Map<number, EngineSession>();
  private readonly watchers: DatabaseWatcher[] = [];
  private logins!: Logins;
  private userMessages!: UserMessages;
  private deadlocks!: DeadlockMonitor;
  private creating: Promise<unknown> = Promise.resolve();

  private constructor(private readonly options: SandboxOptions) {
    this.name = options.serverName ?? 'SLUICE-SANDBOX';
  }

  /** Opens what an earlier run left, or makes master. */
  static async open(options: SandboxOptions): Promise<SandboxServer> {
    const server = new SandboxServer(options);
    await server.start();
    return server;
  }

  /** The databases that can be used, master first. */
  get all(): readonly Database[] {
    return [...this.databases.values()];
  }

  /** A database by its name in any case. */
  database(name: string): Database | undefined {
    const key = name.toLowerCase();
    return this.all.find((database) => database.info.name.toLowerCase() === key);
  }

  async watch(watcher: DatabaseWatcher): Promise<void> {
    this.watchers.push(watcher);
    for (const database of this.all) await watcher.opened(database);
  }

  async login(request: LoginRequest): Promise<SqlSession> {
    await this.logins.check(request.user, request.password);
    const wanted = request.database || this.logins.defaultDatabase(request.user);
    const database = this.database(wanted);
    if (database === undefined) {
      throw new SqlError(4060, `Cannot open database "${wanted}" requested by the login. The login failed.`, 11, 1);
    }
    if (!(await this.mayConnect(request.user, database))) {
      throw new SqlError(4060, `Cannot open database "${wanted}" requested by the login. The login failed.`, 11, 1);
    }
    let spid = FIRST_SPID;
    while (this.sessions.has(spid)) spid += 1;
    const session = new EngineSession(this, spid, request, database);
    this.sessions.set(spid, session);
    try {
      await session.connect();
    } catch (error) {
      this.sessions.delete(spid);
      throw error;
    }
    return session;
  }

  /** Whether a login is sa, or was made sysadmin. */
  isSysadmin(login: string): boolean {
    return this.logins.isSysadmin(login);
  }

  /** A login's name as it was written when it was made. */
  loginNamed(login: string): string | undefined {
    return this.logins.named(login);
  }

  /** Whether a login may use a database: as its user, as guest, or by a right of the server. */
  async mayConnect(login: string, database: Database): Promise<boolean> {
    if (this.logins.isSysadmin(login)) return true;
    const { rows } = await database.admin.query<{ may: boolean }>('SELECT meta.may_connect($1) AS may', [login]);
    return rows[0]?.may ?? false;
  }

  /** Called by a session that closes. */
  forget(session: EngineSession): void {
    this.sessions.delete(session.spid);
    for (const database of this.databases.values()) if (database.holder === session.spid) database.holder = undefined;
  }

  session(spid: number): EngineSession | undefined {
    return this.sessions.get(spid);
  }

  openLink(database: Database, session: EngineSession): Promise<PgLink> {
    const { user, appName, hostName } = session.login;
    return PgLink.open(
      this.options.postgresUrl,
      database.physical,
      sessionApplicationName({ spid: session.spid, login: user, program: appName }),
      hostName,
    );
  }

  /** Tells a connection of all sessions, for the views of them that its next statement reads. */
  reportSessions(link: PgLink): Promise<void> {
    return reportSessions(this.sessions.values(), link);
  }

  /** What sys.objects of tempdb calls a `#` table or table variable that is made now. */
  temporaryName(name: string): string {
    return this.temporaryCatalog.nameOf(name);
  }

  /** The object id in tempdb of a `#` table or table variable. */
  async temporaryId(entry: LocalEntry): Promise<number | undefined> {
    await this.temporaryCatalog.report(this.sessions.values());
    return this.temporaryCatalog.idOf(entry);
  }

  /** Does to the catalog of tempdb what was done to a `#` table, if it knows the table. */
  temporaryChanged(entry: LocalEntry, change: CatalogChange): Promise<void> {
    return this.temporaryCatalog.changed(entry, change);
  }

  /** The same of a table that was made anew under its old name. */
  temporaryReplaced(old: LocalEntry, now: LocalEntry, change: CatalogChange): Promise<void> {
    return this.temporaryCatalog.replaced(old, now, change);
  }

  /** The object ids in tempdb of a session's `#` tables by their names in lower case; tells its catalog of those of all sessions. */
  async temporaryNames(locals: LocalTables): Promise<Record<string, number>> {
    await this.temporaryCatalog.report(this.sessions.values());
    const names: Record<string, number> = {};
    for (const entry of locals.listed()) names[entry.key] = this.temporaryCatalog.idOf(entry) ?? 0;
    return names;
  }

  /** The PostgreSQL URL of a database, for those who read its log. */
  postgresUrl(database: Database): string {
    return databaseUrl(this.options.postgresUrl, database.id);
  }

  /** What sp_addmessage made. */
  get messages(): UserMessages {
    return this.userMessages;
  }

  /** CREATE DATABASE. One at a time: PostgreSQL copies its template. */
  async createDatabase(name: string, collation = DEFAULT_COLLATION): Promise<void> {
    const work = this.creating.then(async () => {
      const taken = this.database(name) ?? SYSTEM_NAMES.find(([, system]) => system === name.toLowerCase());
      if (taken !== undefined) {
        throw new SqlError(1801, `Database '${name}' already exists. Choose a different database name.`, 16, 3);
      }
      const id = Math.max(FIRST_USER_DATABASE - 1, ...this.databases.keys()) + 1;
      await this.make(newRow(id, name, collation));
      await this.publish();
    });
    this.creating = work.catch(() => undefined);
    await work;
  }

  /** DROP DATABASE; 3702 while a session uses it. */
  async dropDatabase(name: string, by: EngineSession): Promise<void> {
    const database = this.database(name);
    if (database === undefined || database.id < FIRST_USER_DATABASE) {
      throw new SqlError(3708, `Cannot drop the database '${name}' because it is a system database.`);
    }
    const using = [...this.sessions.values()].find((session) => session.catalogDatabase === database);
    if (using !== undefined)
      throw new SqlError(3702, `Cannot drop database "${name}" because it is currently in use.`, 16, 3);
    for (const watcher of this.watchers) await watcher.closing(database);
    for (const session of this.sessions.values()) await session.disconnect(database.id);
    await by.disconnect(database.id);
    this.databases.delete(database.id);
    await database.close();
    await this.admin((client) => dropPhysical(client, database.physical));
    await this.publish();
  }

  /** ALTER DATABASE … SET. Options that change no answer here are accepted. */
  async setDatabaseOption(database: Database, option: string, value: string, by: EngineSession): Promise<void> {
    const on = value === 'ON';
    const models: Readonly<Record<string, number>> = { FULL: 1, BULK_LOGGED: 2, SIMPLE: 3 };
    const { info } = database;
    switch (option) {
      case 'ALLOW_SNAPSHOT_ISOLATION':
        database.info = { ...info, snapshotIsolation: on };
        break;
      case 'READ_COMMITTED_SNAPSHOT':
        if (!on)
          throw new SqlError(
            40515,
            'ALTER DATABASE SET READ_COMMITTED_SNAPSHOT OFF is not supported in this version of SQL Server.',
          );
        break;
      case 'RECOVERY':
        database.info = { ...info, recoveryModel: models[value] ?? info.recoveryModel };
        break;
      case 'COMPATIBILITY_LEVEL':
        database.info = { ...info, compatibilityLevel: Number(value) || info.compatibilityLevel };
        break;
      case 'READ_WRITE':
        // None is ever read only.
        return;
      case 'READ_ONLY':
        throw new SqlError(40515, `ALTER DATABASE SET ${option} is not supported in this version of SQL Server.`);
      case 'RECURSIVE_TRIGGERS':
        if (!on) return;
        throw new SqlError(
          40515,
          'ALTER DATABASE SET RECURSIVE_TRIGGERS ON is not supported in this version of SQL Server.',
        );
      case 'SINGLE_USER':
        await this.expelOthers(database, by);
        database.holder = by.spid;
        return;
      case 'MULTI_USER':
        database.holder = undefined;
        return;
      default:
        if (changesNothing(option, value)) return;
        throw new SqlError(
          40515,
          `ALTER DATABASE SET ${option}${value === '' ? '' : ` ${value}`} is not supported in this version of SQL Server.`,
        );
    }
    await this.publish();
  }

  async renameDatabase(database: Database, name: string): Promise<void> {
    if (this.database(name) !== undefined)
      throw new SqlError(1801, `Database '${name}' already exists. Choose a different database name.`, 16, 3);
    database.info = { ...database.info, name };
    await this.publish();
    database.catalog.bump();
  }

  async createLogin(name: string, password: string, defaultDatabase = 'master'): Promise<void> {
    await this.logins.create(name, password, defaultDatabase);
    await this.publish();
  }

  async alterLogin(
    name: string,
    change: { password?: string; disabled?: boolean; defaultDatabase?: string },
  ): Promise<void> {
    await this.logins.alter(name, change);
    await this.publish();
  }

  /** DROP LOGIN; 15434 while it is logged in. */
  async dropLogin(name: string): Promise<void> {
    const key = name.toLowerCase();
    if ([...this.sessions.values()].some((session) => session.login.user.toLowerCase() === key)) {
      throw new SqlError(15_434, `Could not drop login '${name}' as the user is currently logged in.`);
    }
    await this.logins.drop(name);
    await this.publish();
  }

  async setServerRole(role: string, login: string, present: boolean): Promise<void> {
    await this.logins.setRole(role, login, present);
    await this.rightsChanged();
  }

  /** GRANT, DENY and REVOKE of a right on the server. */
  async setServerPermission(permission: string, login: string, state: 'grant' | 'deny' | 'revoke'): Promise<void> {
    await this.logins.setRole(`permission:${permission}`, login, state === 'grant');
    await this.logins.setRole(`deny:${permission}`, login, state === 'deny');
    await this.rightsChanged();
  }

  /** What sessions remember of their rights hangs on the catalog. */
  private async rightsChanged(): Promise<void> {
    await this.publish();
    for (const database of this.all) database.catalog.bump();
  }

  /** Closes sessions, watchers and connections. */
  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.close()));
    await this.deadlocks.close();
    for (const watcher of this.watchers) for (const database of this.all) await watcher.closing(database);
    await Promise.all(this.all.map((database) => database.close()));
  }

  private async start(): Promise<void> {
    const { rowCount } = await this.admin((client) =>
      client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName(MASTER)]),
    );
    if (rowCount === 0) await this.make(newRow(MASTER, 'master', DEFAULT_COLLATION));
    else await this.reopen(newRow(MASTER, 'master', DEFAULT_COLLATION));
    await this.makeTempdb();
    const master = this.master;
    this.logins = await Logins.open(master.admin, this.options.saPassword);
    this.userMessages = await UserMessages.open(master.admin);
    this.deadlocks = new DeadlockMonitor(() => this.sessions.values(), master.admin);
    for (const row of await readDatabases(master.admin)) {
      if (row.databaseId === MASTER) master.info = row;
      else if (row.databaseId >= FIRST_USER_DATABASE) await this.reopen(row);
    }
    await this.commits.open(master.admin);
    await this.commits.recover();
    await this.publish();
  }

  /** tempdb begins empty. Nobody in it is anybody's owner there: its tables are shown to all. */
  private async makeTempdb(): Promise<void> {
    await this.admin((client) => dropPhysical(client, databaseName(TEMPDB)));
    await this.make({ ...newRow(TEMPDB, 'tempdb', DEFAULT_COLLATION), recoveryModel: 3 });
    const writer = await this.tempdb.writer(this.tempdb.admin);
    const permission = { permission: 'VIEW DEFINITION', class: 0, majorId: 0, grantee: 'public', grantor: 1 } as const;
    await writer.setPermission({ state: 'GRANT', ...permission });
  }

  private get master(): Database {
    return this.system(MASTER, 'master');
  }

  private get tempdb(): Database {
    return this.system(TEMPDB, 'tempdb');
  }

  private system(id: number, name: string): Database {
    const found = this.databases.get(id);
    if (found !== undefined) return found;
    throw new SqlError(4060, `Cannot open database "${name}" requested by the login. The login failed.`, 11);
  }

  private async make(row: DatabaseRow): Promise<void> {
    await this.admin((client) =>
      client.query(`CREATE DATABASE ${quoteIdent(databaseName(row.databaseId))} TEMPLATE template0`),
    );
    const database = new Database(row, this.options.postgresUrl);
    try {
      await database.admin.query(STORAGE_SCHEMA);
      await database.admin.query(RUNTIME_SQL);
      await installCatalog(database.admin, { databaseId: row.databaseId, name: row.name, collation: row.collation });
      await writeServerState(database.admin, 'runtime', runtimeVersion);
      await CommitLog.install(database.admin);
    } catch (error) {
      await database.close();
      await this.admin((client) => dropPhysical(client, database.physical));
      throw error;
    }
    this.databases.set(row.databaseId, database);
    for (const watcher of this.watchers) await watcher.opened(database);
  }

  private async reopen(row: DatabaseRow): Promise<void> {
    const database = new Database(row, this.options.postgresUrl);
    const { rows } = await database.admin.query<{ value: string }>(
      "SELECT value FROM meta.server_state WHERE name = 'runtime'",
    );
    if (rows[0]?.value !== runtimeVersion) {
      await database.admin.query(STORAGE_SCHEMA);
      await database.admin.query(RUNTIME_SQL);
      await writeServerState(database.admin, 'runtime', runtimeVersion);
    }
    await openCatalog(database.admin);
    await CommitLog.install(database.admin);
    this.databases.set(row.databaseId, database);
  }

  /** Every database answers sys.databases and sys.server_principals by itself: tells each what there is. */
  private async publish(): Promise<void> {
    const names = SYSTEM_NAMES.filter(([id]) => !this.databases.has(id)).map(([id, name]) =>
      newRow(id, name, DEFAULT_COLLATION),
    );
    const rows = [...names, ...this.all.map((database) => database.info)];
    for (const database of this.all) {
      await writeDatabases(database.admin, rows);
      await this.logins.publish(database.admin);
    }
  }

  private async expelOthers(database: Database, by: EngineSession): Promise<void> {
    for (const session of [...this.sessions.values()]) {
      if (session !== by && session.catalogDatabase === database) await session.kill();
    }
  }

  private async admin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.options.postgresUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
