import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freshName, testKafka, until } from '#testing';
import { HeaderBlock } from './header-block.ts';
import type { Fetcher } from './fetcher.ts';
import { KafkaClient } from './kafka-client.ts';
import { batchOf, fetchUntil, writeValues, type SeenRecord } from './spec-support.ts';
import { TopicWriter } from './topic-writer.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

const PARTITIONS = 4;

describe('the transactional producer', () => {
  let client: KafkaClient;
  let topic: string;
  const open: (TransactionalProducer | Fetcher)[] = [];

  beforeAll(async () => {
    client = new KafkaClient({ brokers: (await testKafka()).brokers });
  });

  beforeEach(async () => {
    topic = freshName('producer');
    await client.ensureTopics([{ name: topic, partitions: PARTITIONS, replicationFactor: 1, config: {} }]);
  });

  afterAll(async () => {
    await Promise.all(open.map((item) => item.close()));
    await client.close();
  });

  function producer(transactionalId = topic): TransactionalProducer {
    const made = client.producer({ transactionalId });
    open.push(made);
    return made;
  }

  function reader(): Fetcher {
    const made = client.fetcher({ maxWaitMs: 100 });
    made.assign(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, offset: 0 })));
    open.push(made);
    return made;
  }

  /** Everything that a reader sees up to the end of every partition. */
  async function readAll(): Promise<SeenRecord[]> {
    const made = reader();
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
    // A commit is decided before its markers are written: only the written end holds all of it.
    const ends = await client.offsets(partitions, { committed: false });
    return fetchUntil(made, () => ends.every(({ partition, end }) => (made.position(topic, partition) ?? 0) >= end));
  }

  test('reports the offsets at which the records are read', async () => {
    const writer = producer();
    await writer.init();
    await writeValues(writer, topic, ['earlier'], 2);
    writer.begin();
    writer.produce(topic, 2, batchOf('a', 'b'));
    writer.produce(topic, 0, batchOf('c'));
    writer.produce(topic, 2, batchOf('d'));
    const ranges = await writer.flush();
    writer.produce(topic, 0, batchOf('window'));
    await writer.commit();
    const seen = await readAll();
    const at = (value: string): number => seen.find((record) => record.value === value)!.offset;
    expect(ranges.get(`${topic}:2`)).toEqual({
      topic,
      partition: 2,
      firstOffset: at('a'),
      lastOffset: at('d'),
      records: 3,
    });
    expect(ranges.get(`${topic}:0`)).toMatchObject({ firstOffset: at('c'), lastOffset: at('c'), records: 1 });
    expect(ranges.size).toBe(2);
    expect(seen.map((record) => record.value).sort()).toEqual(['a', 'b', 'c', 'd', 'earlier', 'window']);
  });

  test('nothing of a transaction is seen before its commit, or after an abort', async () => {
    const writer = producer();
    await writer.init();
    writer.begin();
    writer.produce(topic, 1, batchOf('open'));
    await writer.flush();
    const [open1] = await client.offsets([{ topic, partition: 1 }]);
    expect(open1).toMatchObject({ end: 0 });
    await writer.abort();
    await writeValues(writer, topic, ['kept'], 1);
    writer.begin();
    writer.produce(topic, 1, batchOf('given up'));
    await writer.abort();
    expect(writer.needsInit).toBe(false);
    expect((await readAll()).map((record) => record.value)).toEqual(['kept']);
  });

  test('leaves out aborted transactions of several producers that write between each other', async () => {
    const writers = [producer(`${topic}-a`), producer(`${topic}-b`), producer(`${topic}-c`)];
    for (const writer of writers) await writer.init();
    const wanted: string[] = [];
    for (let round = 0; round < 12; round++) {
      for (const writer of writers) writer.begin();
      for (let step = 0; step < 3; step++) {
        for (const [index, writer] of writers.entries()) {
          writer.produce(topic, 0, batchOf(`${round}.${step}.${index}`));
          await writer.flush();
        }
      }
      // Ends in another order than the beginnings, so that the list of aborted ones is not in order.
      for (const index of [1, 2, 0]) {
        if ((round + index) % 3 === 0) {
          await writers[index]!.commit();
          wanted.push(...[0, 1, 2].map((step) => `${round}.${step}.${index}`));
        } else await writers[index]!.abort();
      }
    }
    const values = (await readAll()).map((record) => record.value);
    expect([...values].sort()).toEqual([...wanted].sort());
  });

  test('a new initialisation fences the old producer, whose open transaction is never seen', async () => {
    const old = producer('same-' + topic);
    await old.init();
    old.begin();
    old.produce(topic, 0, batchOf('zombie'));
    await old.flush();
    const young = producer('same-' + topic);
    await young.init();
    old.produce(topic, 0, batchOf('zombie again'));
    await expect(old.flush()).rejects.toMatchObject({ kind: 'KafkaFenced', facts: { outcome: 'aborted' } });
    await expect(old.commit()).rejects.toMatchObject({ kind: 'KafkaFenced' });
    expect(old.needsInit).toBe(true);
    await writeValues(young, topic, ['young']);
    expect((await readAll()).map((record) => record.value)).toEqual(['young']);
  });

  test('a fenced producer cannot commit either', async () => {
    const old = producer('same-' + topic);
    await old.init();
    old.begin();
    old.produce(topic, 0, batchOf('zombie'));
    await old.flush();
    await producer('same-' + topic).init();
    await expect(old.commit()).rejects.toMatchObject({ kind: 'KafkaFenced', facts: { outcome: 'aborted' } });
    expect(() => old.begin()).toThrow(/initialised again/);
    await old.init();
    await writeValues(old, topic, ['again']);
    expect((await readAll()).map((record) => record.value)).toEqual(['again']);
  });

  test('splits what is larger than a batch, by key, keeps order within a partition, and bounds what is under way', async () => {
    const writer = producer();
    await writer.init();
    const records = new TopicWriter(writer, topic, PARTITIONS, { targetBytes: 20_000 });
    const headers = new HeaderBlock([['n', '00000']]);
    writer.begin();
    const count = 3_000;
    let peak = 0;
    for (let i = 0; i < count; i++) {
      const key = Buffer.from(`key ${i % 50}`);
      const value = Buffer.from(`${i % 50}:${i}:${'x'.repeat(200)}`);
      headers.set('n', String(i).padStart(5, '0'));
      records.append(
        i,
        { buffer: key, start: 0, end: key.length },
        { buffer: value, start: 0, end: value.length },
        headers,
      );
      peak = Math.max(peak, writer.bufferedBytes);
      if (writer.bufferedBytes > 100_000) await writer.drain(50_000);
    }
    records.push();
    const ranges = await writer.flush();
    await writer.commit();
    expect(peak).toBeLessThan(150_000);
    expect([...ranges.values()].reduce((sum, range) => sum + range.records, 0)).toBe(count);
    const seen = await readAll();
    expect(seen).toHaveLength(count);
    const last = new Map<string, { partition: number; index: number }>();
    for (const { partition, value } of seen) {
      const [key = '', index = ''] = value.split(':');
      const before = last.get(key);
      if (before) {
        expect(before.partition).toBe(partition);
        expect(Number(index)).toBeGreaterThan(before.index);
      }
      last.set(key, { partition, index: Number(index) });
    }
  });

  test('sends a record of eight megabytes where the topic takes it, and names one that it does not', async () => {
    const large = freshName('large');
    const config = { 'max.message.bytes': '9000000' };
    await client.ensureTopics([{ name: large, partitions: 1, replicationFactor: 1, config }]);
    const writer = producer();
    await writer.init();
    await writeValues(writer, large, ['v'.repeat(8_000_000)]);
    await until(async () => (await client.readLast(large, 0))?.value?.length === 8_000_000);
    const small = freshName('small');
    await client.ensureTopics([
      { name: small, partitions: 1, replicationFactor: 1, config: { 'max.message.bytes': '1000' } },
    ]);
    writer.begin();
    writer.produce(small, 0, batchOf('v'.repeat(2_000)));
    await expect(writer.flush()).rejects.toMatchObject({
      kind: 'RecordTooLarge',
      facts: { topic: small, partition: 0 },
    });
    await writer.init();
    await writeValues(writer, large, ['goes on']);
    await until(async () => (await client.readLast(large, 0))?.value?.toString() === 'goes on');
  });

  test('an empty transaction commits without the broker', async () => {
    const writer = producer();
    await writer.init();
    writer.begin();
    await writer.commit();
    expect(() => writer.produce(topic, 0, batchOf('late'))).toThrow(/cannot produce/);
  });
});
