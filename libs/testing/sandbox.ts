import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionPool } from 'mssql';
import { Secret } from '#config';
import type { EventTable } from '#events';
import type { SqlServerSettings, SqlServerSource } from '#source-sqlserver';
import { productRoot, startProcess, up, type AddedService } from '#stack';
import { freshName } from './fresh.ts';
import { until } from './until.ts';

const PASSWORD = 'Sandbox-1!';

/** A SQL Server for tests, as sa: TEST_MSSQL_PORT and TEST_MSSQL_PASSWORD, else one sandbox with a PostgreSQL of its own that lives as long as the jest run. */
export async function testSandbox(): Promise<{ port: number; password: string }> {
  const port = process.env['TEST_MSSQL_PORT'];
  if (port) return { port: Number(port), password: process.env['TEST_MSSQL_PASSWORD'] ?? PASSWORD };
  const owner = typeof process.send === 'function' ? process.ppid : process.pid;
  const dir = join(tmpdir(), `sluice-jest-${owner}-sandbox`);
  const { stack } = await up({
    dir,
    services: ['postgres'],
    owner,
    ephemeral: true,
    durable: false,
    postgresSettings: { timezone: 'Asia/Kathmandu' },
    added: [sandboxIn(dir)],
    log: () => undefined,
  });
  return stack.endpointOf('sandbox') as { port: number; password: string };
}

/** The built sandbox: `npm test` builds before it runs suites. */
function sandboxIn(dir: string): AddedService {
  return {
    name: 'sandbox',
    start: async (stack, { detached, logFile }) => {
      const process_ = await startProcess({
        name: 'sandbox',
        command: process.execPath,
        args: [
          '--enable-source-maps',
          join(productRoot(), 'dist/apps/sandbox/main.js'),
          ...['--postgres-url', stack.postgres.url, '--data-dir', join(dir, 'sandbox')],
          ...['--sa-password', PASSWORD],
        ],
        env: { NODE_OPTIONS: undefined },
        logFile,
        detached,
        ready: (started) => Promise.resolve(/"ready":true,"port":\d+/.test(started.output())),
      });
      const port = Number(/"ready":true,"port":(\d+)/.exec(process_.output())?.[1]);
      return { process: process_, endpoint: { port, password: PASSWORD } };
    },
  };
}

/** A source database that no other test knows; `drop` ends what was opened through it. */
export class SourceDatabase {
  readonly #sources: SqlServerSource[] = [];

  private constructor(
    readonly settings: SqlServerSettings,
    private readonly pool: ConnectionPool,
  ) {}

  /** `options`: behind CREATE DATABASE, such as a collation. */
  static async create(options = ''): Promise<SourceDatabase> {
    const { port, password } = await testSandbox();
    const name = freshName('src');
    const login = { host: '127.0.0.1', port, user: 'sa', password: new Secret(password) };
    const settings = { ...login, encrypt: true, trustServerCertificate: true };
    const master = await openPool({ ...settings, database: 'master' }, 1);
    await master.request().batch(`CREATE DATABASE ${name} ${options}`);
    await master.close();
    const made = { ...settings, database: name };
    if (process.env['TEST_MSSQL_PORT'] === undefined) await keepLocalTime(made);
    return new SourceDatabase(made, await openPool(made, 3));
  }

  /** Runs a batch; rows of its first result as arrays. */
  async run(text: string): Promise<unknown[][]> {
    const request = this.pool.request();
    request.arrayRowMode = true;
    const result = await request.batch(text);
    return ((result.recordsets as unknown as unknown[][][])[0] ?? []) as unknown[][];
  }

  /** The one value of a query. */
  async value(text: string): Promise<unknown> {
    return (await this.run(text))[0]?.[0];
  }

  /** A session of its own, for open transactions and other logins; the caller closes it. */
  session(login: Partial<Pick<SqlServerSettings, 'user' | 'password'>> = {}): Promise<ConnectionPool> {
    return openPool({ ...this.settings, ...login }, 1);
  }

  /** The product's view of this database. */
  async source(options: { blockBytes?: number; login?: Partial<SqlServerSettings> } = {}): Promise<SqlServerSource> {
    const { SqlServerSource: Source } = await import('#source-sqlserver');
    const source = new Source({ ...this.settings, ...options.login }, options.blockBytes);
    this.#sources.push(source);
    return source;
  }

  /** Switches capture on for the tables (`schema.name`) and the marker as `sluice check --fix` does, and lets the capture job scan without pauses. */
  async capture(...tables: string[]): Promise<void> {
    const source = await this.source();
    await source.preflight.fix(tables.map(splitName));
    await this.run(`EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 0`);
    await this.run(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`);
    await this.run(`EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
  }

  /** A password for {@link source}'s `login`. */
  secret(text: string): Secret {
    return new Secret(text);
  }

  /** Waits until a change table has so many rows. */
  async captured(instance: string, rows: number): Promise<void> {
    let seen: unknown;
    await until(async () => (seen = await this.value(`SELECT COUNT(*) FROM cdc.[${instance}_CT]`)) === rows, {
      message: () => `cdc.${instance}_CT has ${String(seen)} rows, not ${rows}`,
    });
  }

  /** Event tables of `schema.name`s, as the converter makes them. */
  async eventTables(...names: string[]): Promise<EventTable[]> {
    const { eventTableOf } = await import('#conversion');
    const model = await (await this.source()).catalog.readDatabase();
    return names.map((name) => {
      const wanted = splitName(name);
      const table = model.tables.find((one) => one.schema === wanted.schema && one.name === wanted.name);
      if (!table) throw new Error(`${name} is not in the catalog of ${model.name}`);
      return eventTableOf({ job: 'test', database: model.name }, table, {}, model.collation);
    });
  }

  async drop(): Promise<void> {
    await Promise.all(this.#sources.splice(0).map((source) => source.close()));
    await this.pool.close();
    const master = await openPool({ ...this.settings, database: 'master' }, 1);
    await master.request().batch(`DROP DATABASE ${this.settings.database}`);
    await master.close();
  }
}

function splitName(name: string): { schema: string; name: string } {
  const dot = name.indexOf('.');
  return { schema: name.slice(0, dot), name: name.slice(dot + 1) };
}

async function openPool(settings: SqlServerSettings, connections: number): Promise<ConnectionPool> {
  const { default: sql } = await import('mssql');
  const pool = new sql.ConnectionPool({
    server: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password.reveal(),
    database: settings.database,
    requestTimeout: 60_000,
    pool: { min: 0, max: connections },
    options: { encrypt: true, trustServerCertificate: true, serverName: 'localhost' },
  });
  // Tests end servers and sessions under idle connections; the next query says so where it matters.
  pool.on('error', () => undefined);
  return pool.connect();
}

/** Off UTC on purpose, for all sessions that begin later: what forgets a time zone is seen (row A22). */
async function keepLocalTime(settings: SqlServerSettings): Promise<void> {
  const pool = await openPool(settings, 1);
  await pool.request().batch(`EXEC sys.sp_sandbox_cdc N'timezone', N'Asia/Kolkata'`);
  await pool.close();
}
