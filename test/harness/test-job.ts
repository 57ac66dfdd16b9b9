import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type JobFile, readJobFile } from '#jobs';
import { type JobContext, openJobContext } from '#runtime';
import { connect, installOrders, type SampleServer, Workload } from '#samples';
import { ControlStore, type JobTable } from '#target-postgres';
import { silentLog } from '#telemetry';
import { freshName, until } from '#testing';
import { AppProcess, type AppName } from './app-process.ts';
import { startCli, type CliResult, type CliRun } from './cli.ts';
import { checkOracle, type OracleReport } from './oracle.ts';
import { SANDBOX_PASSWORD, SandboxProcess } from './sandbox.ts';
import { openServers, type TestServers } from './servers.ts';

export interface TestJobOptions {
  readonly seed: number;
  /** Rows of the sample, about. Default 2,000. */
  readonly rows?: number;
  /** `own`: Kafka, registry and target of this test alone, for faults in them. Default shared. A place that runs already is left running. */
  readonly servers?: 'own' | 'shared' | TestPlace;
  /** Leases of all apps. Default 2,000 ms. */
  readonly leaseMs?: number;
  /** Transactions a second of the workload. Default 20. */
  readonly transactionsPerSecond?: number;
  /** Lines for `load:`, `changes:` and `apply:` of the job file, over those for small quick jobs. */
  readonly load?: Readonly<Record<string, string | number>>;
  readonly changes?: Readonly<Record<string, string | number>>;
  readonly apply?: Readonly<Record<string, string | number>>;
  /** Statements run in the source after the sample is installed and before CDC is switched on. */
  readonly prepare?: (server: SampleServer) => Promise<void>;
}

/** Servers and a sandbox on which one job after another may run. */
export interface TestPlace {
  readonly servers: TestServers;
  readonly sandbox: SandboxProcess;
  close(): Promise<void>;
}

export async function openPlace(kind: 'own' | 'shared'): Promise<TestPlace> {
  const servers = await openServers(kind);
  try {
    const sandbox = await SandboxProcess.start(servers);
    return {
      servers,
      sandbox,
      close: async () => {
        await sandbox.stop();
        await servers.close();
      },
    };
  } catch (error) {
    await servers.close();
    throw error;
  }
}

const PATIENCE_MS = 240_000;

/** One job under test: its servers, its source with the sample in it, its apps as processes that can be killed, and the oracle. */
export class TestJob {
  readonly name = freshName('t').replaceAll('_', '-');
  readonly jobFile: string;
  readonly logDir: string;
  readonly apps = new Map<string, AppProcess>();
  readonly env: Readonly<Record<string, string>>;
  workload: Workload | null = null;
  #workloads = 0;
  #control: pg.Pool | null = null;

  private constructor(
    readonly options: TestJobOptions,
    private readonly place: TestPlace,
    readonly source: SampleServer,
    private readonly targetName: string,
  ) {
    const { servers } = place;
    this.jobFile = join(servers.dir, `${this.name}.yaml`);
    this.logDir = join(servers.dir, 'logs');
    this.env = {
      SLUICE_TEST_SOURCE_PASSWORD: SANDBOX_PASSWORD,
      SLUICE_TEST_TARGET_PASSWORD: decodeURIComponent(new URL(servers.targetUrl).password),
      SLUICE_HOME: join(servers.dir, 'home'),
    };
  }

  /** Starts servers and sandbox, installs the sample, enables CDC. No app runs yet. */
  static async open(options: TestJobOptions): Promise<TestJob> {
    const given = options.servers ?? 'shared';
    const place = typeof given === 'string' ? await openPlace(given) : given;
    try {
      const name = freshName('orders');
      const source = place.sandbox.server(name);
      await command(place.servers.targetUrl, `create database ${name}`);
      const job = new TestJob(options, place, source, name);
      mkdirSync(job.logDir, { recursive: true });
      await installOrders(source, { rows: options.rows ?? 2000, seed: options.seed });
      await options.prepare?.(source);
      job.configure();
      await job.#enableCapture();
      return job;
    } catch (error) {
      if (typeof given === 'string') await place.close();
      throw error;
    }
  }

  get servers(): TestServers {
    return this.place.servers;
  }

  get sandbox(): SandboxProcess {
    return this.place.sandbox;
  }

  /** Writes the job file; a process reads it when it starts. */
  configure(load: Readonly<Record<string, string | number>> = {}): void {
    writeFileSync(this.jobFile, this.#jobText(load));
  }

  get targetUrl(): string {
    const url = new URL(this.servers.targetUrl);
    url.pathname = `/${this.targetName}`;
    return url.href;
  }

  /** The job file as an app reads it. */
  readJob(): JobFile {
    Object.assign(process.env, this.env);
    return readJobFile(this.jobFile);
  }

  /** The apps' own view of the job, for questions; the caller closes it. */
  openContext(): JobContext {
    return openJobContext(this.readJob(), 'test', silentLog);
  }

  /** A pool to the target that lives as long as the job. */
  get target(): pg.Pool {
    if (!this.#control) {
      this.#control = new pg.Pool({ connectionString: this.targetUrl, max: 3 });
      // Fault tests kill the server under idle connections.
      this.#control.on('error', () => undefined);
    }
    return this.#control;
  }

  get control(): ControlStore {
    return new ControlStore(this.target, this.name);
  }

  /** Starts an app as a process of its own. `name` tells a second one of the same app apart. */
  async start(app: AppName, name: string = app, ...failpoints: readonly string[]): Promise<AppProcess> {
    let found = this.apps.get(name);
    if (!found) {
      found = new AppProcess({
        app,
        name,
        jobFile: this.jobFile,
        logDir: this.logDir,
        args: [`lease-ms=${this.leaseMs}`],
        env: this.env,
        restartMs: 100,
      });
      this.apps.set(name, found);
    }
    await found.start(...failpoints);
    return found;
  }

  get leaseMs(): number {
    return this.options.leaseMs ?? 2000;
  }

  app(name: string): AppProcess {
    const found = this.apps.get(name);
    if (!found) throw new Error(`BUG: no app ${name} was started`);
    return found;
  }

  /** Registers the job, as `sluice run` does before it starts the apps. */
  async register(): Promise<void> {
    const context = this.openContext();
    try {
      await context.control.install();
      await context.control.openJob(context.job.source.database, {});
      await context.control.setJobState('running');
    } finally {
      await context.close();
    }
  }

  cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliRun {
    return startCli(args, { ...this.env, ...env });
  }

  async runCli(...args: string[]): Promise<CliResult> {
    return this.cli(args).done;
  }

  /** Begins a workload; each has another seed drawn from the job's. */
  startWorkload(transactionsPerSecond = this.options.transactionsPerSecond ?? 20): void {
    const seed = this.options.seed * 100 + this.#workloads++;
    this.workload = new Workload(this.source, { seed, transactionsPerSecond, connections: 2 });
    this.workload.start();
  }

  /** Lets the transactions at hand end. */
  async stopWorkload(): Promise<void> {
    const workload = this.workload;
    this.workload = null;
    await workload?.stop();
  }

  /** Waits until so many more transactions of the workload have committed: faults without work prove nothing. */
  async work(transactions: number): Promise<void> {
    const counts = this.workload?.counts;
    if (!counts) throw new Error('BUG: no workload runs');
    const from = counts.transactions;
    await this.until(() => counts.transactions >= from + transactions, `${transactions} transactions of the workload`);
  }

  tables(): Promise<JobTable[]> {
    return this.control.readTables();
  }

  /** Waits until every table stands in one of the states. */
  async untilStates(...states: JobTable['state'][]): Promise<void> {
    let seen = '';
    await this.until(
      async () => {
        const tables = (await this.tables()).filter((table) => table.state !== 'refused');
        const stopped = tables.filter((table) => table.state === 'suspended' || table.state === 'gap');
        if (stopped[0]) this.#stopped = `table ${stopped[0].tableName} is ${stopped[0].state}: ${stopped[0].reason}`;
        seen = tables.map((table) => `${table.tableName} ${table.state}`).join(', ');
        return tables.length > 0 && tables.every((table) => states.includes(table.state));
      },
      () => `all tables ${states.join(' or ')}; seen: ${seen}`,
    );
  }

  #stopped: string | null = null;

  /** Waits for a condition; an app that gave up, or a table that stopped, ends the waiting at once. */
  async until(condition: () => boolean | Promise<boolean>, what: string | (() => string)): Promise<void> {
    const fault = await until(
      async () => {
        const gaveUp = this.gaveUp();
        if (gaveUp) return { gaveUp };
        return (await condition()) ? { gaveUp: null } : null;
      },
      {
        timeoutMs: PATIENCE_MS,
        everyMs: 50,
        message: () => `waited in vain for ${typeof what === 'string' ? what : what()}; logs in ${this.logDir}`,
      },
    );
    if (fault.gaveUp) throw new Error(fault.gaveUp);
  }

  /** What went wrong for good, or null. */
  gaveUp(): string | null {
    return [...this.apps.values()].find((app) => app.gaveUp)?.gaveUp ?? this.#stopped;
  }

  /** Stops the workload, waits until the target has everything, and compares (see {@link checkOracle}). */
  async check(): Promise<OracleReport> {
    await this.stopWorkload();
    return checkOracle(this);
  }

  async close(): Promise<void> {
    await this.workload?.stop().catch(() => undefined);
    await Promise.allSettled([...this.apps.values()].map((app) => app.stop()));
    await this.#control?.end();
    const isOurs = this.place !== this.options.servers;
    if (!isOurs) await this.#dropSource();
    if (!isOurs || !this.servers.own)
      await command(this.servers.targetUrl, `drop database if exists ${this.targetName} with (force)`);
    if (isOurs) await this.place.close();
  }

  async #dropSource(): Promise<void> {
    const pool = await connect({ ...this.source, database: 'master' }, 1);
    try {
      await pool.request().batch(`DROP DATABASE [${this.source.database}]`);
    } finally {
      await pool.close();
    }
  }

  #jobText(load: Readonly<Record<string, string | number>>): string {
    const { brokers, registryUrl } = this.servers;
    const target = new URL(this.targetUrl);
    target.password = '';
    const lines = (settings: Readonly<Record<string, string | number>>): string =>
      JSON.stringify(settings).replaceAll(/"(\w+)":/g, '$1: ');
    return `job: ${this.name}
source: { kind: sqlserver, host: 127.0.0.1, port: ${this.source.port}, database: ${this.source.database}, user: sa,
  password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", encrypt: true, trustServerCertificate: true }
target: { url: "${target.href}", password: "\${env:SLUICE_TEST_TARGET_PASSWORD}" }
kafka:
  brokers: [${brokers.join(', ')}]
  registry: { url: "${registryUrl}" }
  topics: { partitions: 2 }
load: ${lines({ workers: 2, chunkRows: 150, ...this.options.load, ...load })}
changes: ${lines({ pollMs: 50, heartbeatMs: 1000, ...this.options.changes })}
apply: ${lines({ workers: 3, ...this.options.apply })}
`;
  }

  /** As a user does it, and then a capture job that does not wait five seconds between scans. */
  async #enableCapture(): Promise<void> {
    const result = await this.runCli('check', this.jobFile, '--fix');
    if (result.code !== 0)
      throw new Error(`sluice check --fix: exit code ${result.code}\n${result.stdout}${result.stderr}`);
    const pool = await connect(this.source, 1);
    try {
      await pool.request().batch(`EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 0`);
      await pool.request().batch(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`);
      await pool.request().batch(`EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
    } finally {
      await pool.close();
    }
  }
}

async function command(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
