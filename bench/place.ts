import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
const DATABASE = 'Bench';

/** Two PostgreSQL servers, Kafka, the registry and the sandbox, for one run of the benchmark: nothing is shared with what runs beside it. */
export class Place {
  readonly #processes: RunningProcess[] = [];

  private constructor(
    readonly dir: string,
    /** Kafka, the registry and the target. */
    readonly stack: Stack,
    /** PostgreSQL beneath the sandbox. */
    readonly storage: Stack,
    readonly say: (line: string) => void,
    readonly options: BenchOptions,
  ) {}

  sandbox!: RunningProcess;
  server!: SampleServer;

  static async open(options: BenchOptions, say: (line: string) => void): Promise<Place> {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
    // PostgreSQL runs as a user of its own where root starts it.
    await chmod(dir, 0o755);
    if (!options.keep) sweepAtExit(dir);
    const settings = { track_commit_timestamp: 'on' };
    const storage = await startStack({
      dir: join(dir, 'storage'),
      services: ['postgres'],
      durable: false,
      postgresSettings: settings,
      log: say,
    });
    const stack = await startStack({
      dir: join(dir, 'stack'),
      durable: options.durable,
      postgresSettings: settings,
      log: say,
    });
    const place = new Place(dir, stack, storage, say, options);
    try {
      await place.#startSandbox();
      await place.#createDatabases();
      return place;
    } catch (error) {
      await place.close();
      throw error;
    }
  }

  async #startSandbox(): Promise<void> {
    const password = `Bench-${randomBytes(9).toString('base64url')}`;
    this.sandbox = await startProcess({
      name: 'sandbox',
      command: process.execPath,
      args: [
        join(productRoot(), 'dist/apps/sandbox/main.js'),
        ...['--postgres-url', this.storage.postgres.url],
        ...['--data-dir', join(this.dir, 'sandbox')],
      ],
      env: { SLUICE_SANDBOX_SA_PASSWORD: password },
      logFile: join(this.dir, 'logs/sandbox.log'),
      ready: async (started) => started.output().includes('"ready":true'),
    });
    this.#processes.push(this.sandbox);
    const port = Number(/"port":(\d+)/.exec(this.sandbox.output())?.[1]);
    this.server = { host: '127.0.0.1', port, user: 'sa', password, database: DATABASE };
  }

  async #createDatabases(): Promise<void> {
    await createDatabase(this.server);
    await withClient(this.stack.postgres.url, (client) => client.query(`create database ${DATABASE.toLowerCase()}`));
  }

  get targetUrl(): string {
    return inDatabase(this.stack.postgres.url, DATABASE.toLowerCase());
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

  async jobFile(name: string): Promise<string> {
    const { writeFile } = await import('node:fs/promises');
    const path = join(this.dir, `${name}.yaml`);
    const { host, port, user } = this.stack.postgres;
    await mkdir(this.dir, { recursive: true });
    await writeFile(
      path,
      `job: ${name}
source:
  kind: sqlserver
  host: ${this.server.host}
  port: ${this.server.port}
  database: ${this.server.database}
  user: ${this.server.user}
  password: \${env:SOURCE_PASSWORD}
  encrypt: ${this.options.encrypt}
  trustServerCertificate: true
target:
  url: postgresql://${user}@${host}:${port}/${DATABASE.toLowerCase()}
  password: \${env:TARGET_PASSWORD}
kafka:
  brokers: [${this.stack.kafka.brokers.join(', ')}]
  registry: { url: "${this.stack.registry.url}" }
changes: { enableCdc: yes${this.options.mode === 'latency' ? ', pollMs: 5' : ''} }
`,
    );
    return path;
  }

  /** What the job file's secrets are read from. */
  get environment(): Record<string, string> {
    return { SOURCE_PASSWORD: this.server.password, TARGET_PASSWORD: this.stack.postgres.password };
  }

  async close(): Promise<void> {
    for (const one of this.#processes.toReversed()) await one.stop();
    await Promise.all([this.stack.stop(), this.storage.stop()]);
    if (!this.options.keep) await rm(this.dir, { recursive: true, force: true });
    else this.say(`data and logs are in ${this.dir}`);
  }
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
