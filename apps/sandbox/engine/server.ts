import { sessionApplicationName } from '../catalog/index.ts';
import { SqlError, type LoginRequest, type SqlServer, type SqlSession } from '../session.ts';
import { AppLocks } from './app-locks.ts';
import { CommitLog } from './commit-log.ts';
import { withOption, withShown } from './database-options.ts';
import { databaseUrl, type Database } from './database.ts';
import { Databases, type DatabaseWatcher } from './databases.ts';
import { DeadlockMonitor } from './deadlock-monitor.ts';
import { EngineSession } from './engine-session.ts';
import type { LocalEntry, LocalTables } from './local-tables.ts';
import { Logins, type LoginChange } from './logins.ts';
import { GlobalTables } from './global-tables.ts';
import { PgLink } from './pg-link.ts';
import { reportSessions } from './session-report.ts';
import { TemporaryCatalog, type CatalogChange } from './temporary-catalog.ts';
import { UserMessages } from './user-messages.ts';

export { Database } from './database.ts';
export { TEMPDB, type DatabaseWatcher } from './databases.ts';

export interface SandboxOptions {
  /** A superuser's URL of the PostgreSQL server that stores everything. */
  readonly postgresUrl: string;
  readonly saPassword: string;
  /** @@SERVERNAME. */
  readonly serverName?: string;
}

const FIRST_SPID = 51;

/** The server: its databases, logins and sessions over one PostgreSQL. */
export class SandboxServer implements SqlServer {
  readonly name: string;
  /** The locks that sp_getapplock takes. */
  readonly appLocks = new AppLocks();
  /** `##` tables. */
  readonly globalTables = new GlobalTables(() => this.databases.tempdb);
  /** Commits transactions over several databases. */
  readonly commits = new CommitLog(() => this.all);
  private readonly temporaryCatalog = new TemporaryCatalog(() => this.databases.tempdb);
  /** Counts what sessions wrote: who remembers rows sees whether they may have changed since. */
  readonly writes = { stamp: 0 };
  private readonly databases: Databases;
  private readonly sessions = new Map<number, EngineSession>();
  private logins!: Logins;
  private userMessages!: UserMessages;
  private deadlocks!: DeadlockMonitor;

  private constructor(private readonly options: SandboxOptions) {
    this.name = options.serverName ?? 'SLUICE-SANDBOX';
    this.databases = new Databases(options.postgresUrl, () => this.logins);
  }

  /** Opens what an earlier run left, or makes master. */
  static async open(options: SandboxOptions): Promise<SandboxServer> {
    const server = new SandboxServer(options);
    await server.start();
    return server;
  }

  /** The databases that can be used, master first. */
  get all(): readonly Database[] {
    return this.databases.all;
  }

  /** A database by its name in any case. */
  database(name: string): Database | undefined {
    return this.databases.named(name);
  }

  watch(watcher: DatabaseWatcher): Promise<void> {
    return this.databases.watch(watcher);
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
    for (const database of this.all) if (database.holder === session.spid) database.holder = undefined;
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

  /** CREATE DATABASE. */
  createDatabase(name: string, collation?: string): Promise<void> {
    return this.databases.create(name, collation);
  }

  /** DROP DATABASE; 3702 while a session uses it. */
  dropDatabase(name: string): Promise<void> {
    return this.databases.drop(name, async (database) => {
      const sessions = [...this.sessions.values()];
      if (sessions.some((session) => session.catalogDatabase === database))
        throw new SqlError(3702, `Cannot drop database "${name}" because it is currently in use.`, 16, 3);
      for (const session of sessions) await session.disconnect(database.id);
    });
  }

  /** ALTER DATABASE … SET of an option. */
  async setDatabaseOption(database: Database, option: string, value: string, by: EngineSession): Promise<void> {
    if (option === 'SINGLE_USER') {
      await this.expelOthers(database, by);
      database.holder = by.spid;
      await this.databases.change(database, withShown(database.info, 'user_access', '1'));
    } else if (option === 'MULTI_USER') {
      database.holder = undefined;
      await this.databases.change(database, withShown(database.info, 'user_access', '0'));
    } else {
      const info = withOption(database.info, option, value);
      if (info !== database.info) await this.databases.change(database, info);
    }
  }

  renameDatabase(database: Database, name: string): Promise<void> {
    return this.databases.rename(database, name);
  }

  async createLogin(name: string, password: string, said: LoginChange = {}): Promise<void> {
    await this.logins.create(name, password, said);
    await this.databases.publish();
  }

  async alterLogin(name: string, change: LoginChange): Promise<void> {
    await this.logins.alter(name, change);
    await this.databases.publish();
  }

  /** DROP LOGIN; 15434 while it is logged in. */
  async dropLogin(name: string): Promise<void> {
    const key = name.toLowerCase();
    if ([...this.sessions.values()].some((session) => session.login.user.toLowerCase() === key)) {
      throw new SqlError(15_434, `Could not drop login '${name}' as the user is currently logged in.`);
    }
    await this.logins.drop(name);
    await this.databases.publish();
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
    await this.databases.publish();
    for (const database of this.all) database.catalog.bump();
  }

  /** Closes sessions, watchers and connections. */
  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.close()));
    await this.deadlocks.close();
    await this.databases.close();
  }

  private async start(): Promise<void> {
    await this.databases.openSystem();
    const { admin } = this.databases.master;
    this.logins = await Logins.open(admin, this.options.saPassword);
    this.userMessages = await UserMessages.open(admin);
    this.deadlocks = new DeadlockMonitor(() => this.sessions.values(), admin);
    await this.databases.openUsers();
    await this.commits.open(admin);
    await this.commits.recover();
    await this.databases.publish();
  }

  /** Whether another session is in a database. */
  othersUse(database: Database, by: EngineSession): boolean {
    return [...this.sessions.values()].some((session) => session !== by && session.catalogDatabase === database);
  }

  private async expelOthers(database: Database, by: EngineSession): Promise<void> {
    for (const session of [...this.sessions.values()]) {
      if (session !== by && session.catalogDatabase === database) await session.kill();
    }
  }
}
