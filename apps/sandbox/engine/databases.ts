import { createHash } from 'node:crypto';
import { RUNTIME_SQL } from '#conversion';
import { quoteIdent } from '#pgsql';
import pg from 'pg';
import {
  databaseName,
  installCatalog,
  openCatalog,
  readDatabases,
  writeDatabases,
  writeServerState,
  type DatabaseRow,
} from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { CommitLog } from './commit-log.ts';
import { Database } from './database.ts';
import type { Logins } from './logins.ts';
import { STORAGE_SCHEMA } from './storage-schema.sql.ts';
import { Turns } from './turns.ts';

/** The id of master. */
export const MASTER = 1;
/** Made anew whenever the server starts. */
export const TEMPDB = 2;
/** Databases below are the server's own. */
const FIRST_USER_DATABASE = 5;
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

/**
 * The databases of a server, and what all of them are told of each other and of the logins.
 * What makes, drops or tells them is done one after the other: telling uses the connections of each, and a drop closes those of one.
 */
export class Databases {
  private readonly byId = new Map<number, Database>();
  private readonly watchers: DatabaseWatcher[] = [];
  private readonly turns = new Turns();

  constructor(
    private readonly postgresUrl: string,
    private readonly logins: () => Logins,
  ) {}

  /** Those that can be used, master first. */
  get all(): readonly Database[] {
    return [...this.byId.values()];
  }

  /** A database by its name in any case. */
  named(name: string): Database | undefined {
    const key = name.toLowerCase();
    return this.all.find((database) => database.info.name.toLowerCase() === key);
  }

  get master(): Database {
    return this.system(MASTER, 'master');
  }

  get tempdb(): Database {
    return this.system(TEMPDB, 'tempdb');
  }

  async watch(watcher: DatabaseWatcher): Promise<void> {
    this.watchers.push(watcher);
    for (const database of this.all) await watcher.opened(database);
  }

  /** Opens what an earlier run left, or makes master; tempdb begins empty. The databases of users follow by `openUsers`. */
  async openSystem(): Promise<void> {
    const { rowCount } = await this.admin((client) =>
      client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName(MASTER)]),
    );
    if (rowCount === 0) await this.make(newRow(MASTER, 'master', DEFAULT_COLLATION));
    else await this.reopen(newRow(MASTER, 'master', DEFAULT_COLLATION));
    await this.makeTempdb();
  }

  /** Opens the databases that master lists. */
  async openUsers(): Promise<void> {
    for (const row of await readDatabases(this.master.admin)) {
      if (row.databaseId === MASTER) this.master.info = row;
      else if (row.databaseId >= FIRST_USER_DATABASE) await this.reopen(row);
    }
  }

  /** Closes the watchers' work and the connections. */
  async close(): Promise<void> {
    for (const watcher of this.watchers) for (const database of this.all) await watcher.closing(database);
    await Promise.all(this.all.map((database) => database.close()));
  }

  /** CREATE DATABASE; 1801 if there is one of this name. */
  create(name: string, collation = DEFAULT_COLLATION): Promise<void> {
    return this.turns.take(async () => {
      this.requireFree(name);
      const id = Math.max(FIRST_USER_DATABASE - 1, ...this.byId.keys()) + 1;
      await this.make(newRow(id, name, collation));
      await this.tellAll();
    });
  }

  /**
   * DROP DATABASE, after `free` has found nobody in it; 3701 if there is none of this name. From then on nobody finds it; it is taken from the lists before its storage goes:
   * a server that dies in between finds no database without storage, and storage without a database goes when its id is given again.
   */
  drop(name: string, free: (database: Database) => Promise<void>): Promise<void> {
    return this.turns.take(async () => {
      const database = this.named(name);
      if (database === undefined) {
        const text = `Cannot drop the database '${name}', because it does not exist or you do not have permission.`;
        throw new SqlError(3701, text, 11, 1);
      }
      if (database.id < FIRST_USER_DATABASE)
        throw new SqlError(3708, `Cannot drop the database '${name}' because it is a system database.`);
      await free(database);
      this.byId.delete(database.id);
      try {
        for (const watcher of this.watchers) await watcher.closing(database);
        await this.tellAll();
      } catch (error) {
        this.byId.set(database.id, database);
        throw error;
      }
      await database.close();
      await this.admin((client) => dropPhysical(client, database.physical));
    });
  }

  /** Sets what is known of a database, and tells all of it. */
  change(database: Database, info: DatabaseRow): Promise<void> {
    database.info = info;
    return this.publish();
  }

  /** ALTER DATABASE … MODIFY NAME; 1801 if the name is taken. */
  async rename(database: Database, name: string): Promise<void> {
    this.requireFree(name);
    await this.change(database, { ...database.info, name });
    database.catalog.bump();
  }

  /** Every database answers sys.databases and sys.server_principals by itself: tells each what there is. */
  publish(): Promise<void> {
    return this.turns.take(() => this.tellAll());
  }

  private async tellAll(): Promise<void> {
    const names = SYSTEM_NAMES.filter(([id]) => !this.byId.has(id)).map(([id, name]) =>
      newRow(id, name, DEFAULT_COLLATION),
    );
    const rows = [...names, ...this.all.map((database) => database.info)];
    for (const database of this.all) {
      await writeDatabases(database.admin, rows);
      await this.logins().publish(database.admin);
    }
  }

  private requireFree(name: string): void {
    if (this.named(name) === undefined && !SYSTEM_NAMES.some(([, system]) => system === name.toLowerCase())) return;
    throw new SqlError(1801, `Database '${name}' already exists. Choose a different database name.`, 16, 3);
  }

  private system(id: number, name: string): Database {
    const found = this.byId.get(id);
    if (found !== undefined) return found;
    throw new SqlError(4060, `Cannot open database "${name}" requested by the login. The login failed.`, 11);
  }

  /** Nobody in tempdb is anybody's owner there: its tables are shown to all. */
  private async makeTempdb(): Promise<void> {
    await this.make({ ...newRow(TEMPDB, 'tempdb', DEFAULT_COLLATION), recoveryModel: 3 });
    const writer = await this.tempdb.writer(this.tempdb.admin);
    const permission = { permission: 'VIEW DEFINITION', class: 0, majorId: 0, grantee: 'public', grantor: 1 } as const;
    await writer.setPermission({ state: 'GRANT', ...permission });
  }

  /** Makes the storage of a database; what one that was not listed any more, or not yet, left under this id goes. */
  private async make(row: DatabaseRow): Promise<void> {
    const physical = databaseName(row.databaseId);
    await this.admin(async (client) => {
      await dropPhysical(client, physical);
      await client.query(`CREATE DATABASE ${quoteIdent(physical)} TEMPLATE template0`);
    });
    const database = new Database(row, this.postgresUrl);
    try {
      await database.admin.query(STORAGE_SCHEMA);
      await database.admin.query(RUNTIME_SQL);
      await installCatalog(database.admin, { databaseId: row.databaseId, name: row.name, collation: row.collation });
      await writeServerState(database.admin, 'runtime', runtimeVersion);
      await CommitLog.install(database.admin);
    } catch (error) {
      await database.close();
      await this.admin((client) => dropPhysical(client, physical));
      throw error;
    }
    this.byId.set(row.databaseId, database);
    for (const watcher of this.watchers) await watcher.opened(database);
  }

  private async reopen(row: DatabaseRow): Promise<void> {
    const database = new Database(row, this.postgresUrl);
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
    this.byId.set(row.databaseId, database);
  }

  private async admin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.postgresUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
