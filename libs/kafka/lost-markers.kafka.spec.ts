import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack } from '#stack';
import { KafkaClient } from './kafka-client.ts';
import { batchOf, fetchUntil } from './spec-support.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

const ROUNDS = 6;
const PARTITIONS = 4;

/**
 * A broker of its own, killed right after it has answered a commit or an abort: some of its starts never write that transaction's markers (one in three here), and
 * the next transaction of the id would decide over the records. Whether a start loses them is up to the broker; nothing may be lost or doubled in either case.
 */
describe('a broker that is killed between the decision of a transaction and its markers', () => {
  let dir: string;
  let stack: Stack;
  let client: KafkaClient;
  const data = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 'data', partition }));
  const all = [...data, { topic: 'position', partition: 0 }];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-markers-'));
    stack = await startStack({ dir, services: ['kafka'], ephemeral: true, log: () => undefined });
    client = new KafkaClient({ brokers: stack.kafka.brokers, retryTimeoutMs: 60_000 });
    await client.ensureTopics([
      { name: 'data', partitions: PARTITIONS, replicationFactor: 1, config: {} },
      { name: 'position', partitions: 1, replicationFactor: 1, config: {} },
    ]);
  });

  afterAll(async () => {
    await client.close();
    await stack.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('what was committed is there once, what was aborted never, for a new producer and for one that lived on', async () => {
    let producer = await take();
    let next = 1;
    for (let round = 0; round < ROUNDS; round++) {
      await write(producer, String(next++));
      await write(producer, String(next++));
      if (round % 3 === 2) {
        await write(producer, 'aborted', 'open');
        const aborting = producer.abort();
        await killAndRestart();
        await aborting;
      } else await killAndRestart();
      if (round % 2 === 0) {
        await producer.close();
        producer = await take();
      } else if (producer.needsInit) {
        await producer.init();
        await producer.mend(all);
      }
      const last = await client.readLast('position', 0);
      if (round % 2 === 0) expect(last?.value?.toString()).toBe(String(next - 1));
    }
    await write(producer, String(next++));
    await producer.settled();
    await producer.close();
    const wanted = Array.from({ length: next - 1 }, (_, index) => String(index + 1));
    const fetcher = client.fetcher({ maxWaitMs: 200 });
    fetcher.assign(data.map((item) => ({ ...item, offset: 0 })));
    const seen = await fetchUntil(fetcher, (records) => records.length >= wanted.length * PARTITIONS);
    for (const { partition } of data)
      expect(seen.filter((record) => record.partition === partition).map((record) => record.value)).toEqual(wanted);
    await fetcher.close();
  }, 180_000);

  async function take(): Promise<TransactionalProducer> {
    const producer = client.producer({ transactionalId: 'writer' });
    await producer.init();
    await producer.mend(all);
    return producer;
  }

  async function write(
    producer: TransactionalProducer,
    value: string,
    end: 'commit' | 'open' = 'commit',
  ): Promise<void> {
    producer.begin();
    for (const { topic, partition } of data) producer.produce(topic, partition, batchOf(value));
    await producer.flush();
    producer.produce('position', 0, batchOf(value));
    await producer.flush();
    if (end === 'commit') await producer.commit();
  }

  async function killAndRestart(): Promise<void> {
    await stack.kill('kafka');
    await stack.restart('kafka');
  }
});
