import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setting } from '#config';
import { startStack, type ServiceName, type Stack } from '#stack';
import { testKafka, testPostgres, testRegistry } from '#testing';

/** What a job under test works with. */
export interface TestServers {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  /** Superuser of the target's server. */
  readonly targetUrl: string;
  /** Superuser of the server that keeps the sandbox's databases: never the target's, whose faults must not reach the source. */
  readonly sandboxUrl: string;
  /** Holds job files, logs and data; removed by {@link close}. */
  readonly dir: string;
  /** Servers that faults may hit; null where they are shared with other tests. */
  readonly own: Stack | null;
  close(): Promise<void>;
}

/**
 * SIGKILL must lose no commit that was answered: only the power cut is left out (no fsync). With synchronous_commit off PostgreSQL forgets answered commits
 * when it is killed, and no store of states survives that.
 */
const SAFE_WHEN_KILLED = {
  timezone: 'Asia/Kathmandu',
  synchronous_commit: 'on',
  full_page_writes: 'on',
};

/**
 * `own`: Kafka, registry and target of this test alone, so that they can be killed; else those of the whole test run. The sandbox has a PostgreSQL of its own in
 * either case.
 */
export async function openServers(kind: 'own' | 'shared'): Promise<TestServers> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-job-'));
  // Where root runs this, PostgreSQL's own user has to get in.
  chmodSync(dir, 0o755);
  const start = (name: string, services: readonly ServiceName[]): Promise<Stack> =>
    startStack({
      dir: join(dir, name),
      services,
      ephemeral: true,
      durable: false,
      postgresSettings: SAFE_WHEN_KILLED,
      log: () => undefined,
    });
  const [sandbox, own] = await Promise.all([
    start('sandbox', ['postgres']),
    kind === 'own' ? start('stack', ['postgres', 'kafka', 'registry']) : null,
  ]);
  return {
    brokers: own ? own.kafka.brokers : (await testKafka()).brokers,
    registryUrl: own ? own.registry.url : (await testRegistry()).url,
    targetUrl: own ? own.postgres.url : (await testPostgres()).url,
    sandboxUrl: sandbox.postgres.url,
    dir,
    own,
    close: async () => {
      await Promise.all([sandbox.stop(), own?.stop()]);
      // SLUICE_TEST_KEEP=1: for whoever reads the logs of a fault.
      if (setting('SLUICE_TEST_KEEP') === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}
