import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Stack, startStack } from '#stack';
import type { BenchOptions } from './options.ts';
import {
  benchFolder,
  DATABASE,
  inDatabase,
  POSTGRES_SETTINGS,
  SourcePlace,
  startStorage,
  withClient,
} from './source-place.ts';

export { inDatabase, insertRows, type StoredTable, withClient } from './source-place.ts';

/** Two PostgreSQL servers, Kafka, the registry and the sandbox, for one run of the benchmark: nothing is shared with what runs beside it. */
export class Place extends SourcePlace {
  /** Kafka, the registry and the target. */
  readonly stack: Stack;

  private constructor(dir: string, stack: Stack, storage: Stack, say: (line: string) => void, options: BenchOptions) {
    super(dir, storage, say, options);
    this.stack = stack;
  }

  static async open(options: BenchOptions, say: (line: string) => void): Promise<Place> {
    const dir = await benchFolder(options);
    const storage = await startStorage(dir, say);
    const stack = await startStack({
      dir: join(dir, 'stack'),
      durable: options.durable,
      postgresSettings: POSTGRES_SETTINGS,
      log: say,
    });
    const place = new Place(dir, stack, storage, say, options);
    try {
      await place.startSource();
      await withClient(stack.postgres.url, (client) => client.query(`create database ${DATABASE.toLowerCase()}`));
      return place;
    } catch (error) {
      await place.close();
      throw error;
    }
  }

  get targetUrl(): string {
    return inDatabase(this.stack.postgres.url, DATABASE.toLowerCase());
  }

  async jobFile(name: string): Promise<string> {
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

  override async close(): Promise<void> {
    await this.stack.stop();
    await super.close();
  }
}
