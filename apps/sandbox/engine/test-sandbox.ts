import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '#stack';
import type { EnvChange, ResultSink, SqlError, SqlSession, TdsColumn, TdsParameter, TdsValue } from '../session.ts';
import { SandboxServer } from './server.ts';

/** One statement's answer as a client sees it. */
export interface Answer {
  readonly columns: readonly TdsColumn[];
  readonly rows: (readonly TdsValue[])[];
  count: bigint | undefined;
}

/** Keeps everything that a request answers. */
export class RecordingSink implements ResultSink {
  readonly answers: Answer[] = [];
  readonly infos: SqlError[] = [];
  readonly errors: SqlError[] = [];
  readonly counts: (bigint | undefined)[] = [];
  readonly values: TdsParameter[] = [];
  readonly changes: EnvChange[] = [];
  status: number | undefined;

  columns(columns: readonly TdsColumn[]): void {
    this.answers.push({ columns, rows: [], count: undefined });
  }

  row(values: readonly TdsValue[]): boolean {
    this.answers.at(-1)?.rows.push(values);
    return true;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  done(rowCount: bigint | undefined): void {
    this.counts.push(rowCount);
    const last = this.answers.at(-1);
    if (last !== undefined) last.count ??= rowCount;
  }

  info(message: SqlError): void {
    this.infos.push(message);
  }

  error(error: SqlError): void {
    this.errors.push(error);
  }

  returnStatus(status: number): void {
    this.status = status;
  }

  returnValue(parameter: TdsParameter): void {
    this.values.push(parameter);
  }

  envChange(change: EnvChange): void {
    this.changes.push(change);
  }
}

/** A session for tests: a batch in, everything it answered out. */
export class TestSession {
  constructor(readonly session: SqlSession) {}

  async run(sql: string): Promise<RecordingSink> {
    const sink = new RecordingSink();
    await this.session.batch(sql, sink, new AbortController().signal);
    return sink;
  }

  /** Rows of the first result set; throws the first error. */
  async rows(sql: string): Promise<(readonly TdsValue[])[]> {
    const sink = await this.run(sql);
    if (sink.errors[0] !== undefined) throw sink.errors[0];
    return sink.answers[0]?.rows ?? [];
  }

  async execute(sql: string, parameters: readonly TdsParameter[]): Promise<RecordingSink> {
    const sink = new RecordingSink();
    await this.session.execute(sql, parameters, sink, new AbortController().signal);
    return sink;
  }

  async call(name: string, parameters: readonly TdsParameter[] = []): Promise<RecordingSink> {
    const sink = new RecordingSink();
    await this.session.procedure(name, parameters, sink, new AbortController().signal);
    return sink;
  }
}

export interface TestSandbox {
  readonly server: SandboxServer;
  /** A new session; `database` is made if it does not exist. */
  session(database?: string): Promise<TestSession>;
  close(): Promise<void>;
}

/** Password of sa in tests. */
export const TEST_PASSWORD = 'Test-only-1';

/** A sandbox on a PostgreSQL of its own: two on one server would share their databases. */
export async function startTestSandbox(): Promise<TestSandbox> {
  const given = process.env['SLUICE_TEST_SANDBOX_POSTGRES'];
  const dir = await mkdtemp(join(tmpdir(), 'sluice-sandbox-'));
  const stack =
    given === undefined
      ? await startStack({ dir, services: ['postgres'], log: () => undefined, ephemeral: true, durable: false })
      : undefined;
  const server = await SandboxServer.open({
    postgresUrl: given ?? stack?.postgres.url ?? '',
    saPassword: TEST_PASSWORD,
  });
  return {
    server,
    session: async (database = 'master') => {
      if (server.database(database) === undefined) await server.createDatabase(database);
      const session = await server.login({
        user: 'sa',
        password: TEST_PASSWORD,
        database,
        appName: 'test',
        hostName: 'test',
        readOnlyIntent: false,
        clientAddress: '127.0.0.1',
      });
      return new TestSession(session);
    },
    close: async () => {
      await server.close();
      await stack?.stop();
    },
  };
}
