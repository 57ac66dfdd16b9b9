import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  POSTGRES_VERSION,
  up,
  type KafkaEndpoint,
  type PostgresVersion,
  type RegistryEndpoint,
  type ServiceName,
  type Stack,
  type UpOptions,
} from '#stack';

// Servers in tests run off UTC on purpose: code that forgets a time zone is seen.
const TIME_ZONE = 'Asia/Kathmandu';

/** Brokers for tests: those of TEST_KAFKA_BROKERS (comma-separated), else an embedded Kafka that lives as long as the jest run. */
export async function testKafka(): Promise<KafkaEndpoint> {
  const given = process.env['TEST_KAFKA_BROKERS'];
  if (given) return { brokers: given.split(',') };
  return (await sharedStack(['kafka'])).kafka;
}

/** The registry for tests: TEST_REGISTRY_URL, else an embedded one, whose schemas are in {@link testKafka}'s embedded Kafka. */
export async function testRegistry(): Promise<RegistryEndpoint> {
  const given = process.env['TEST_REGISTRY_URL'];
  if (given) return { url: given.replace(/\/+$/, '') };
  return (await sharedStack(['kafka', 'registry'])).registry;
}

/** PostgreSQL for tests, as a superuser: TEST_PG_URL, else an embedded one. Make a database of your own with `freshDatabase`. */
export async function testPostgres(): Promise<{ url: string }> {
  const given = process.env['TEST_PG_URL'];
  if (given) return { url: given };
  return { url: (await sharedStack(['postgres'])).postgres.url };
}

/** PostgreSQL of a given major version for tests: {@link testPostgres} for the stack's own, else a small server beside it. Ask `hasPostgres` before. */
export async function testPostgresOf(version: PostgresVersion): Promise<{ url: string }> {
  if (version === POSTGRES_VERSION) return testPostgres();
  const postgresSettings = { timezone: TIME_ZONE, shared_buffers: '64MB', max_connections: '50' };
  const options = { ...shared(`-pg${version}`), postgresVersion: version, postgresSettings };
  const { stack } = await up({ ...options, services: ['postgres'] });
  return { url: stack.postgres.url };
}

/**
 * One stack for a jest run: the first worker that needs a server starts it, the others find it, later ones add what is missing.
 * It ends with the jest process.
 */
async function sharedStack(services: readonly ServiceName[]): Promise<Stack> {
  const { stack } = await up({ ...shared(''), services });
  return stack;
}

function shared(suffix: string): UpOptions {
  // A worker is jest's child and talks to it; in one process there is no channel.
  const owner = typeof process.send === 'function' ? process.ppid : process.pid;
  return {
    dir: join(tmpdir(), `sluice-jest-${owner}${suffix}`),
    owner,
    ephemeral: true,
    durable: false,
    postgresSettings: { timezone: TIME_ZONE },
    log: () => undefined,
  };
}
