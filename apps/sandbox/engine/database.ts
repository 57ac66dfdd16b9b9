import pg from 'pg';
import {
  catalogWriter,
  databaseName,
  DatabaseCatalog,
  loadSnapshot,
  type CatalogWriter,
  type DatabaseRow,
  type PgQuerier,
} from '../catalog/index.ts';
import { FunctionStore } from './function-store.ts';

/** One sandbox database while the server runs: what the server knows of it, its catalog, and connections outside of sessions. */
export class Database {
  readonly catalog = new DatabaseCatalog(loadSnapshot);
  readonly admin: pg.Pool;
  readonly functions = new FunctionStore((sql) => this.admin.query(sql));

  /** SINGLE_USER: the session that has the database. */
  holder: number | undefined;

  constructor(
    /** Changes with ALTER DATABASE. */
    public info: DatabaseRow,
    url: string,
  ) {
    this.admin = new pg.Pool({
      connectionString: databaseUrl(url, info.databaseId),
      max: 2,
      idleTimeoutMillis: 5_000,
      application_name: 'sluice-sandbox',
    });
    this.admin.on('error', () => undefined);
  }

  get id(): number {
    return this.info.databaseId;
  }

  get physical(): string {
    return databaseName(this.info.databaseId);
  }

  /** Does what belongs together on a connection of the server's own. */
  async together(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.admin.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  writer(querier: PgQuerier): Promise<CatalogWriter> {
    return catalogWriter(querier);
  }

  async close(): Promise<void> {
    await this.admin.end();
  }
}

/** The URL of a sandbox database on the server at `url`. */
export function databaseUrl(url: string, id: number): string {
  const target = new URL(url);
  target.pathname = `/${databaseName(id)}`;
  return target.href;
}
