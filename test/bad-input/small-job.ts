import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { connect, createDatabase } from '#samples';
import { freshName } from '#testing';
import { type CliResult, type CliRun, startCli, type TestPlace } from '../harness/index.ts';

/** Parts of a job file that a test wants otherwise; each replaces the whole section. */
export type Sections = Readonly<Record<string, string>>;

/** A database of a few rows, a target, and job files for them: what a person might have who makes a mistake. */
export class SmallJob {
  readonly name = freshName('bad').replaceAll('_', '-');
  readonly sourceName = freshName('small');
  readonly targetName = freshName('small');
  private files = 0;

  private constructor(readonly place: TestPlace) {}

  /** `statements` run in the new source database, besides a table dbo.T of two rows. */
  static async open(place: TestPlace, ...statements: readonly string[]): Promise<SmallJob> {
    const job = new SmallJob(place);
    await createDatabase(place.sandbox.server(job.sourceName));
    await job.source(
      `CREATE TABLE dbo.T (id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL)`,
      `INSERT INTO dbo.T (id, v) VALUES (1, N'a'), (2, N'b')`,
      ...statements,
    );
    await job.server(`create database ${job.targetName}`);
    return job;
  }

  get env(): Record<string, string> {
    return {
      SLUICE_TEST_SOURCE_PASSWORD: this.place.sandbox.server('').password,
      SLUICE_TEST_TARGET_PASSWORD: decodeURIComponent(new URL(this.place.servers.targetUrl).password),
      SLUICE_HOME: join(this.place.servers.dir, 'home'),
    };
  }

  get targetUrl(): string {
    const url = new URL(this.place.servers.targetUrl);
    url.pathname = `/${this.targetName}`;
    return url.href;
  }

  /** Writes a job file; `sections` replace or add lines. Gives its path. */
  file(sections: Sections = {}): string {
    const { servers, sandbox } = this.place;
    const target = new URL(this.targetUrl);
    target.password = '';
    const all: Sections = {
      job: this.name,
      source: `{ kind: sqlserver, host: 127.0.0.1, port: ${sandbox.port}, database: ${this.sourceName}, user: sa, password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }`,
      target: `{ url: "${target.href}", password: "\${env:SLUICE_TEST_TARGET_PASSWORD}" }`,
      kafka: `{ brokers: [${servers.brokers.join(', ')}], registry: { url: "${servers.registryUrl}" }, topics: { partitions: 2 } }`,
      load: `{ workers: 1 }`,
      changes: `{ pollMs: 50, heartbeatMs: 1000, enableCdc: yes }`,
      ...sections,
    };
    const path = join(servers.dir, `${this.name}-${++this.files}.yaml`);
    writeFileSync(
      path,
      Object.entries(all)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(''),
    );
    return path;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliRun {
    return startCli(args, { ...this.env, ...env });
  }

  /** Runs a command and checks what must hold for every fault: no secret is shown, and a stack trace only for our own defects. */
  async sluice(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    const all = { ...this.env, ...env };
    const result = await this.start(args, env).done;
    const text = result.stdout + result.stderr;
    for (const [name, value] of Object.entries(all))
      if (name.includes('PASSWORD') && text.includes(value)) throw new Error(`the output shows ${name}`);
    if (/^\s+at .*\.(js|ts):\d+/m.test(text)) throw new Error(`the output shows a stack trace:\n${text}`);
    return result;
  }

  /** Runs batches in the source, as sa. */
  async source(...statements: readonly string[]): Promise<void> {
    const pool = await connect(this.place.sandbox.server(this.sourceName), 1);
    try {
      for (const statement of statements) await pool.request().batch(statement);
    } finally {
      await pool.close();
    }
  }

  /** A capture job that does not wait between scans; CDC must be on. */
  async quickCapture(): Promise<void> {
    await this.source(
      `EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 0`,
      `EXEC sys.sp_cdc_stop_job @job_type = N'capture'`,
      `EXEC sys.sp_cdc_start_job @job_type = N'capture'`,
    );
  }

  /** Rows of a query in the target. */
  async target<R extends pg.QueryResultRow>(text: string): Promise<R[]> {
    return query<R>(this.targetUrl, text);
  }

  /** A statement on the target's server, in its first database. */
  async server(text: string): Promise<void> {
    await query(this.place.servers.targetUrl, text);
  }

  /** A call of the registry's API. */
  async registry(method: string, path: string, body?: object): Promise<void> {
    const answer = await fetch(`${this.place.servers.registryUrl}/${path}`, {
      method,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${await answer.text()}`);
  }

  async close(): Promise<void> {
    await this.server(`drop database if exists ${this.targetName} with (force)`);
  }
}

async function query<R extends pg.QueryResultRow>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}
