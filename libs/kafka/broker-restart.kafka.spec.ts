import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack } from '#stack';
import { SluiceError } from '#errors';
import { freshName } from '#testing';
import { KafkaClient } from './kafka-client.ts';
import { batchOf, fetchUntil, writeValues } from './spec-support.ts';

// A broker of its own: it is killed.
describe('a broker that is killed and started again', () => {
  let dir: string;
  let stack: Stack;
  let client: KafkaClient;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-restart-'));
    stack = await startStack({ dir, services: ['kafka'], ephemeral: true, log: () => undefined });
    client = new KafkaClient({ brokers: stack.kafka.brokers, retryTimeoutMs: 60_000 });
  }, 120_000);

  afterAll(async () => {
    await client.close();
    await stack.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('in the middle of a transaction: producer and fetcher go on, every record is there once', async () => {
    const topic = freshName('restart');
    await client.ensureTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
    const fetcher = client.fetcher({ maxWaitMs: 200 });
    fetcher.assign([0, 1].map((partition) => ({ topic, partition, offset: 0 })));
    const producer = client.producer({ transactionalId: topic });
    await producer.init();
    await writeValues(producer, topic, ['0']);
    expect(await fetchUntil(fetcher, (seen) => seen.length === 1)).toHaveLength(1);
    const reading = readThroughRestart();
    let committed = 0;
    let restarting: Promise<void> | undefined;
    for (let next = 1; next <= 30;) {
      try {
        if (producer.needsInit) {
          await producer.init();
          // As every writer does after an initialisation: what is committed is read, not remembered.
          const last = await client.readLast(topic, 0);
          committed = Number(last?.value?.toString());
          next = committed + 1;
        }
        producer.begin();
        producer.produce(topic, 0, batchOf(String(next)));
        producer.produce(topic, 1, batchOf(`copy ${next}`));
        await producer.flush();
        if (next === 10) restarting ??= stack.restart('kafka');
        await producer.commit();
        next++;
      } catch (error) {
        if (!(error instanceof SluiceError) || error.action !== 'retry') throw error;
      }
    }
    await restarting;
    const seen = await reading;
    const of = (partition: number): string[] => seen.filter((r) => r.partition === partition).map((r) => r.value);
    expect(of(0)).toEqual(Array.from({ length: 30 }, (_, i) => String(i + 1)));
    expect(of(1)).toEqual(Array.from({ length: 30 }, (_, i) => `copy ${i + 1}`));
    await producer.close();
    await fetcher.close();

    function readThroughRestart(): ReturnType<typeof fetchUntil> {
      return fetchUntil(fetcher, (records) => records.length >= 60, 100_000);
    }
  }, 120_000);

  test('while nobody answers the fault names the brokers, and the same objects work afterwards', async () => {
    const topic = freshName('down');
    await client.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    const hasty = new KafkaClient({ brokers: stack.kafka.brokers, retryTimeoutMs: 300 });
    const fetcher = hasty.fetcher({ maxWaitMs: 100 });
    fetcher.assign([{ topic, partition: 0, offset: 0 }]);
    await fetcher.fetch();
    const producer = hasty.producer({ transactionalId: topic });
    await producer.init();
    await stack.kill('kafka');
    producer.begin();
    producer.produce(topic, 0, batchOf('lost'));
    await expect(producer.commit()).rejects.toMatchObject({ kind: 'KafkaUnreachable', facts: { outcome: 'aborted' } });
    const unreachable = async (): Promise<void> => {
      for (;;) await fetcher.fetch();
    };
    await expect(unreachable()).rejects.toMatchObject({
      kind: 'KafkaUnreachable',
      facts: { brokers: stack.kafka.brokers.join(', ') },
    });
    await stack.restart('kafka');
    for (let tries = 0; producer.needsInit && tries < 100; tries++) {
      await producer.init().catch((error: unknown) => expect(error).toMatchObject({ kind: 'KafkaUnreachable' }));
    }
    await writeValues(producer, topic, ['kept']);
    expect((await fetchUntil(fetcher, (seen) => seen.length > 0)).map((record) => record.value)).toEqual(['kept']);
    await Promise.all([producer.close(), fetcher.close(), hasty.close()]);
  }, 120_000);
});
