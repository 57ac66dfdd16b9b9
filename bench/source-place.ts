import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { connect, createDatabase, type SampleServer } from '#samples';
import { productRoot, type RunningProcess, type Stack, startProcess, startStack, sweepAtExit } from '#stack';
import type { BenchTable } from './dataset.ts';
import type { BenchOptions } from './options.ts';

/** A table of the sandbox as its PostgreSQL stores it. */
export interface StoredTable {
  readonly table: BenchTable;
  /** Quoted and qualified. */
  readonly stored: string;
  readonly columns: readonly string[];
}

/** The name of the source database, and in small letters of the target's. */
export const DATABASE = 'Bench';

/** PostgreSQL tells when a row was committed. */
export const POSTGRES_SETTINGS = { track_commit_timestamp: 'on' };

/** A folder of a run. PostgreSQL runs as a user of its own where root starts it, and must get in. */
export async function benchFolder(options: BenchOptions): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  await chmod(dir, 0o755);
  if (!options.keep) sweepAtExit(dir);
  return dir;
}

/** What makes a Node process write a profile where the options ask for it. */
export function profileEnv({ profile }: BenchOptions): Record<string, string> {
  if (profile === '') return {};
  mkdirSync(resolve(profile), { recursive: true });
  const hook = pathToFileURL(join(productRoot(), 'dist/bench/profile-hook.js')).href;
  return { NODE_OPTIONS: `--import ${hook}`, SLUICE_BENCH_PROFILE: resolve(profile) };
}

/** The sandbox and the PostgreSQL beneath it, for one run of the benchmark: nothing is shared with what runs beside it. */
export class SourcePlace {
  sandbox!: RunningProcess;
  server!: SampleServer;

  protected constructor(
    readonly dir: string,
    /** PostgreSQL beneath the sandbox. */
    readonly storage: Stack,
    readonly say: (line: string) => void,
    readonly options: BenchOptions,
  ) {}

  static async openSource(options: BenchOptions, say: (line: string) => void): Promise<SourcePlace> {
    const dir = await benchFolder(options);
    const place = new SourcePlace(dir, await startStorage(dir, say), say, options);
    try {
      await place.startSource();
      return place;
    } catch (error) {
      await place.close();
      throw error;
    }
  }

  /** Starts the sandbox and makes its database. */
  protected async startSource(): Promise<void> {
    const password = `Bench-${randomBytes(9).toString('base64url')}`;
    this.sandbox = await startProcess({
      name: 'sandbox',
      command: process.execPath,
      args: [
        join(productRoot(), 'dist/apps/sandbox/main.js'),
        ...['--postgres-url', this.storage.postgres.url],
        ...['--data-dir', join(this.dir, 'sandbox')],
      ],
      env: { ...(this.options.mode === 'sandbox' && profileEnv(this.options)), SLUICE_SANDBOX_SA_PASSWORD: password },
      logFile: join(this.dir, 'logs/sandbox.log'),
      ready: async (started) => started.output().includes('"ready":true'),
    });
    const port = Number(/"port":(\d+)/.exec(this.sandbox.output())?.[1]);
    this.server = { host: '127.0.0.1', port, user: 'sa', password, database: DATABASE };
    await createDatabase(this.server);
  }

  /** Makes the tables through T-SQL, and their rows by one statement each inside the sandbox's own storage: that is not what is measured. */
  async fill(tables: readonly BenchTable[]): Promise<StoredTable[]> {
    const pool = await connect(this.server, 1);
    const stored: StoredTable[] = [];
    let database: number;
    try {
      for (const table of tables) await pool.request().batch(table.ddl);
      const answer = await pool.request().query<{ id: number }>('SELECT DB_ID() AS id');
      database = answer.recordset[0]!.id;
      for (const table of tables) {
        const found = await pool.request().query<{ id: number }>(`SELECT OBJECT_ID(N'dbo.${table.name}') AS id`);
        const columns = table.values.map((_, index) => `c${index + 1}`);
        stored.push({ table, stored: `u.t${found.recordset[0]!.id}`, columns });
      }
    } finally {
      await pool.close();
    }
    this.#storageUrl = inDatabase(this.storage.postgres.url, `sbx_${database}`);
    await withClient(this.#storageUrl, async (client) => {
      for (const one of stored) {
        const began = Date.now();
        await client.query(insertRows(one, 0, one.table.rows));
        await client.query(`analyze ${one.stored}`);
        this.say(`${one.table.name}: ${one.table.rows} rows made in ${((Date.now() - began) / 1000).toFixed(1)} s`);
      }
      await client.query('checkpoint');
    });
    return stored;
  }

  #storageUrl = '';

  /** The sandbox's database as PostgreSQL has it; after {@link fill}. */
  get storageUrl(): string {
    return this.#storageUrl;
  }

  async close(): Promise<void> {
    await this.sandbox?.stop();
    await this.storage.stop();
    if (!this.options.keep) await rm(this.dir, { recursive: true, force: true });
    else this.say(`data and logs are in ${this.dir}`);
  }
}

/** The sandbox's PostgreSQL: it does not wait for its disk. */
export function startStorage(dir: string, log: (line: string) => void): Promise<Stack> {
  return startStack({
    dir: join(dir, 'storage'),
    services: ['postgres'],
    durable: false,
    postgresSettings: POSTGRES_SETTINGS,
    log,
  });
}

/** Rows `from` to `to` of a table, made where they are stored. */
export function insertRows({ table, stored, columns }: StoredTable, from: number, to: number): string {
  return `insert into ${stored} (${columns.join(', ')}) select ${table.values.join(', ')} from generate_series(${from}, ${to - 1}) g`;
}

export function inDatabase(url: string, database: string): string {
  return url.replace(/\/[^/]*$/, `/${database}`);
}

/** Connects for one piece of work. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'sluice-bench' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
