/**
 * Client CPU of producing and fetching, per record: `TEST_KAFKA_BROKERS=… node dist/bench/kafka.js [records] [none|zstd]`.
 * Rows of about 150 bytes with two headers, four partitions, transactions of 100,000 records.
 */
import { HeaderBlock, KafkaClient, TopicWriter, type Compression } from '#kafka';

const brokers = (process.env['TEST_KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',');
const count = Number(process.argv[2] ?? 1_000_000);
const compression = (process.argv[3] ?? 'none') as Compression;
const topic = `bench-${Date.now()}`;
const partitions = [0, 1, 2, 3];

/** Runs `work` and prints wall time, CPU and CPU per record as one JSON line. */
async function measure(stage: string, work: () => Promise<number>): Promise<void> {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const records = await work();
  const wallMs = Number(process.hrtime.bigint() - start) / 1e6;
  const used = process.cpuUsage(cpu);
  const cpuMicros = used.user + used.system;
  const line = {
    stage,
    compression,
    records,
    wallMs: Math.round(wallMs),
    recordsPerSecond: Math.round((records / wallMs) * 1000),
    cpuMicrosPerRecord: Number((cpuMicros / records).toFixed(3)),
    userMicrosPerRecord: Number((used.user / records).toFixed(3)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function produce(client: KafkaClient): Promise<number> {
  const producer = client.producer({ transactionalId: topic });
  await producer.init();
  const writer = new TopicWriter(producer, topic, partitions.length, { compression });
  const headers = new HeaderBlock([
    ['sluice.position', '0'.repeat(53)],
    ['sluice.schema-version', '1'],
  ]);
  const key = { buffer: Buffer.alloc(9), start: 0, end: 9 };
  const value = { buffer: Buffer.from(rowText()), start: 0, end: 150 };
  const now = Date.now();
  for (let i = 0; i < count;) {
    producer.begin();
    for (const end = Math.min(count, i + 100_000); i < end; i++) {
      key.buffer.writeUInt32BE(i, 5);
      value.buffer.writeUInt32BE(i, 5);
      writer.append(now, key, value, headers);
      if ((i & 0xfff) === 0) await producer.drain(16 * 1024 * 1024);
    }
    writer.push();
    await producer.commit();
  }
  await producer.close();
  return count;
}

function rowText(): string {
  let text = '';
  for (let i = 0; text.length < 150; i++) text += `${(i * 2654435761) % 1000003}|name ${i}|`;
  return text;
}

async function fetchAll(client: KafkaClient): Promise<number> {
  const fetcher = client.fetcher();
  fetcher.assign(partitions.map((partition) => ({ topic, partition, offset: 0 })));
  let seen = 0;
  let bytes = 0;
  while (seen < count) {
    for (const { records } of (await fetcher.fetch()).batches) {
      while (records.next()) {
        seen++;
        bytes += records.valueEnd - records.valueStart;
      }
    }
  }
  await fetcher.close();
  if (bytes !== count * 150) throw new Error(`${bytes} bytes of values came, ${count * 150} were written`);
  return seen;
}

const client = new KafkaClient({ brokers });
await client.ensureTopics([{ name: topic, partitions: 4, replicationFactor: 1, config: {} }]);
await measure('produce', () => produce(client));
await measure('fetch', () => fetchAll(client));
await client.deleteTopics([topic]);
await client.close();
