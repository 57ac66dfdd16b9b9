import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { up, type KafkaEndpoint, type RegistryEndpoint, type ServiceName, type Stack } from '#stack';

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

/**
 * One stack for a jest run: the first worker that needs a server starts it, the others find it, later ones add what is missing.
 * It ends with the jest process.
 */
async function sharedStack(services: readonly ServiceName[]): Promise<Stack> {
  // A worker is jest's child and talks to it; in one process there is no channel.
  const owner = typeof process.send === 'function' ? process.ppid : process.pid;
  const { stack } = await up({
    dir: join(tmpdir(), `sluice-jest-${owner}`),
    services,
    owner,
    ephemeral: true,
    durable: false,
    postgresSettings: { timezone: TIME_ZONE },
    log: () => undefined,
  });
  return stack;
}
