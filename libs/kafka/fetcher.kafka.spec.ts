import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freshName, testKafka, until } from '#testing';
import type { Fetcher } from './fetcher.ts';
import { KafkaClient } from './kafka-client.ts';
import { batchOf, fetchUntil, recordsOf, writeValues } from './spec-support.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

describe('the fetcher', () => {
  let client: KafkaClient;
  let writer: TransactionalProducer;
  let topic: string;
  const open: Fetcher[] = [];

  beforeAll(async () => {
    client = new KafkaClient({ brokers: (await testKafka()).brokers });
    writer = client.producer({ transactionalId: freshName('fetcher') });
    await writer.init();
  });

  beforeEach(async () => {
    topic = freshName('fetcher');
    await client.ensureTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
  });

  afterAll(async () => {
    await Promise.all(open.map((item) => item.close()));
    await writer.close();
    await client.close();
  });

  function fetcher(options = {}): Fetcher {
    const made = client.fetcher({ maxWaitMs: 200, ...options });
    open.push(made);
    return made;
  }

  test('reads on from any offset, in the middle of a batch too', async () => {
    await writeValues(writer, topic, ['a', 'b', 'c', 'd']);
    const made = fetcher();
    made.assign([{ topic, partition: 0, offset: 2 }]);
    expect((await fetchUntil(made, (seen) => seen.length >= 2)).map((record) => record.value)).toEqual(['c', 'd']);
    // The commit's marker at 4 may have come with them, or not yet.
    expect([4, 5]).toContain(made.position(topic, 0));
    made.seek(topic, 0, 1);
    expect((await fetchUntil(made, (seen) => seen.length >= 3)).map((record) => record.value)).toEqual(['b', 'c', 'd']);
  });

  test('drops what was fetched ahead of a seek', async () => {
    for (const value of ['a', 'b', 'c']) await writeValues(writer, topic, [value]);
    const made = fetcher({ maxBytesPerPartition: 90, maxBytes: 90 });
    made.assign([{ topic, partition: 0, offset: 0 }]);
    const first = await fetchUntil(made, (seen) => seen.length >= 1);
    expect(first[0]?.value).toBe('a');
    // The answer with "b" is under way or here already.
    made.seek(topic, 0, 0);
    const again = await fetchUntil(made, (seen) => seen.length >= 3);
    expect(again.map((record) => record.value)).toEqual(['a', 'b', 'c']);
  });

  test('gives new records within the time that a poll waits', async () => {
    const made = fetcher({ maxWaitMs: 5_000 });
    made.assign([0, 1].map((partition) => ({ topic, partition, offset: 0 })));
    const waiting = fetchUntil(made, (seen) => seen.length >= 1);
    const start = Date.now();
    await writeValues(writer, topic, ['new'], 1);
    expect((await waiting)[0]).toMatchObject({ value: 'new', partition: 1 });
    expect(Date.now() - start).toBeLessThan(4_500);
  });

  test('an empty round is no fault, and the signal ends a wait', async () => {
    const made = fetcher({ maxWaitMs: 50 });
    made.assign([{ topic, partition: 0, offset: 0 }]);
    expect(await made.fetch()).toEqual({ batches: [], faults: [] });
    const patient = fetcher({ maxWaitMs: 30_000 });
    patient.assign([{ topic, partition: 0, offset: 0 }]);
    const stop = new AbortController();
    const waiting = patient.fetch(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('names an offset that does not exist, and goes on with the other partitions', async () => {
    await writeValues(writer, topic, ['a'], 0);
    await writeValues(writer, topic, ['b'], 1);
    const made = fetcher();
    made.assign([
      { topic, partition: 0, offset: 1_000 },
      { topic, partition: 1, offset: 0 },
    ]);
    const faults: unknown[] = [];
    const values: string[] = [];
    for (let round = 0; round < 20 && (faults.length === 0 || values.length === 0); round++) {
      const got = await made.fetch();
      faults.push(...got.faults.map(({ error }) => ({ kind: error.kind, facts: error.facts })));
      values.push(...got.batches.flatMap(recordsOf).map((record) => record.value));
    }
    expect(faults).toEqual([
      { kind: 'OffsetOutOfRange', facts: { topic, partition: 0, asked: 1_000, earliest: 0, latest: 2 } },
    ]);
    expect(values).toEqual(['b']);
    expect(made.position(topic, 0)).toBeUndefined();
  });

  test('gives up a topic that was deleted, or deleted and made again, and goes on with the others', async () => {
    const spec = (name: string) => ({ name, partitions: 1, replicationFactor: 1, config: {} });
    const [gone, remade] = [freshName('gone'), freshName('remade')];
    await client.ensureTopics([spec(gone), spec(remade)]);
    for (const name of [gone, remade, topic]) await writeValues(writer, name, ['a']);
    const made = fetcher({ maxWaitMs: 50 });
    made.assign([gone, remade, topic].map((name) => ({ topic: name, partition: 0, offset: 0 })));
    expect(await fetchUntil(made, (seen) => seen.length >= 3)).toHaveLength(3);
    await client.deleteTopics([gone, remade]);
    await client.ensureTopics([spec(remade)]);
    // So long that the offset alone would not tell.
    for (const value of ['b', 'c', 'd']) await writeValues(writer, remade, [value]);
    const kinds = new Map<string, string>();
    await until(async () => {
      for (const { topic: name, error } of (await made.fetch()).faults) kinds.set(name, error.kind);
      return kinds.size === 2;
    });
    expect(Object.fromEntries(kinds)).toEqual({ [gone]: 'TopicMissing', [remade]: 'TopicIncarnationChanged' });
    await writeValues(writer, topic, ['on']);
    expect((await fetchUntil(made, (seen) => seen.length >= 1)).map((record) => record.value)).toEqual(['on']);
  });

  test('keeps answers within the byte limits, but gives a larger record', async () => {
    await writeValues(writer, topic, ['x'.repeat(300_000)]);
    for (let i = 0; i < 10; i++) await writeValues(writer, topic, [`${i}${'y'.repeat(1_000)}`]);
    const made = fetcher({ maxBytesPerPartition: 5_000, maxBytes: 5_000 });
    made.assign([{ topic, partition: 0, offset: 0 }]);
    const sizes: number[] = [];
    for (let records = 0; records < 11;) {
      for (const batch of (await made.fetch()).batches) {
        sizes.push(batch.byteCount);
        records += recordsOf(batch).length;
      }
    }
    expect(sizes[0]).toBeGreaterThan(300_000);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(5_000);
  });

  test('pauses and resumes a partition', async () => {
    await writeValues(writer, topic, ['a'], 0);
    const made = fetcher({ maxWaitMs: 50 });
    made.assign([{ topic, partition: 0, offset: 0 }]);
    made.pause(topic, 0);
    expect((await made.fetch()).batches).toEqual([]);
    made.resume(topic, 0);
    expect(await fetchUntil(made, (seen) => seen.length > 0)).toHaveLength(1);
  });

  test('finds the last committed record behind markers, aborted and open transactions', async () => {
    expect(await client.readLast(topic, 0)).toBeNull();
    await writeValues(writer, topic, ['first', 'last']);
    for (let i = 0; i < 25; i++) {
      writer.begin();
      writer.produce(topic, 0, batchOf(`given up ${i}`));
      await writer.flush();
      await writer.abort();
    }
    const other = client.producer({ transactionalId: `${topic}-open` });
    await other.init();
    other.begin();
    other.produce(topic, 0, batchOf('not yet'));
    await other.flush();
    expect(await client.readLast(topic, 0)).toMatchObject({ offset: 1, value: Buffer.from('last'), key: null });
    await other.commit();
    // Decided, but the marker that makes it readable may still be on its way.
    await until(async () => (await client.readLast(topic, 0))?.value?.toString() === 'not yet');
    await other.close();
  });

  test('tells committed from written ends', async () => {
    writer.begin();
    writer.produce(topic, 0, batchOf('a', 'b'));
    await writer.flush();
    const ask = [{ topic, partition: 0 }];
    expect(await client.offsets(ask)).toEqual([{ topic, partition: 0, earliest: 0, end: 0 }]);
    expect(await client.offsets(ask, { committed: false })).toEqual([{ topic, partition: 0, earliest: 0, end: 2 }]);
    await writer.commit();
    await until(async () => (await client.offsets(ask))[0]?.end === 3);
  });

  test('says which brokers do not answer', async () => {
    const nobody = new KafkaClient({ brokers: ['127.0.0.1:1'], retryTimeoutMs: 100 });
    await expect(nobody.check()).rejects.toMatchObject({ kind: 'KafkaUnreachable', facts: { brokers: '127.0.0.1:1' } });
    await expect(nobody.readLast('t', 0)).rejects.toMatchObject({ kind: 'KafkaUnreachable' });
    const made = nobody.producer({ transactionalId: 'x' });
    await expect(made.init()).rejects.toMatchObject({ kind: 'KafkaUnreachable' });
    await made.close();
    await nobody.close();
  });

  test('names a topic that does not exist', async () => {
    await expect(client.offsets([{ topic: 'no-such-topic', partition: 0 }])).rejects.toMatchObject({
      kind: 'TopicMissing',
      facts: { topic: 'no-such-topic' },
    });
  });
});

describe('topics', () => {
  let client: KafkaClient;

  beforeAll(async () => {
    client = new KafkaClient({ brokers: (await testKafka()).brokers });
  });

  afterAll(() => client.close());

  const config = { 'cleanup.policy': 'compact,delete', 'min.compaction.lag.ms': '60000' };

  test('makes a topic again that was deleted a moment ago, whatever the broker has heard of it', async () => {
    const spec = { name: freshName('again'), partitions: 2, replicationFactor: 1, config: {} };
    const ids = new Set<string | undefined>();
    for (let i = 0; i < 12; i++) {
      const [made] = await client.ensureTopics([spec]);
      ids.add(made?.topicId);
      await client.deleteTopics([spec.name]);
    }
    expect(ids.size).toBe(12);
  });

  test('are made once, and found again with the same id', async () => {
    const spec = { name: freshName('made'), partitions: 3, replicationFactor: 1, config };
    const [made] = await client.ensureTopics([spec]);
    const [found] = await client.ensureTopics([{ ...spec, config: { 'cleanup.policy': 'delete,compact' } }]);
    expect(found).toEqual(made);
    expect(made).toMatchObject({ name: spec.name, partitions: 3, topicId: expect.stringMatching(/^[\w-]{22}$/) });
    await client.deleteTopics([spec.name]);
    await client.deleteTopics([spec.name]);
    const [again] = await client.ensureTopics([spec]);
    expect(again?.topicId).not.toBe(made?.topicId);
  });

  test.each([
    ['partitions', '3', '4', { partitions: 4, config: {} }],
    ['cleanup.policy', 'compact,delete', 'delete', { partitions: 3, config: { 'cleanup.policy': 'delete' } }],
    ['min.compaction.lag.ms', '60000', '5', { partitions: 3, config: { 'min.compaction.lag.ms': '5' } }],
  ])('that exist with another %s are refused by name, and nothing is made', async (setting, found, wanted, other) => {
    const name = freshName('other');
    const missing = freshName('missing');
    await client.ensureTopics([{ name, partitions: 3, replicationFactor: 1, config }]);
    const specs = [
      { name: missing, partitions: 1, replicationFactor: 1, config: {} },
      { name, replicationFactor: 1, ...other },
    ];
    await expect(client.ensureTopics(specs)).rejects.toMatchObject({
      kind: 'TopicMismatch',
      facts: { topic: name, setting, found, wanted },
    });
    expect(await client.topics([missing])).toEqual([]);
  });

  test('more replicas than brokers are refused in the broker’s words', async () => {
    const spec = { name: freshName('replicas'), partitions: 1, replicationFactor: 7, config: {} };
    await expect(client.ensureTopics([spec])).rejects.toMatchObject({
      kind: 'KafkaRefused',
      facts: { topic: spec.name },
    });
  });

  test('two processes may make the same topic at once', async () => {
    const spec = { name: freshName('both'), partitions: 2, replicationFactor: 1, config };
    const other = new KafkaClient({ brokers: (await testKafka()).brokers });
    const made = await Promise.all([client.ensureTopics([spec]), other.ensureTopics([spec])]);
    expect(made[0]).toEqual(made[1]);
    await other.close();
  });

  test('are trimmed below an offset', async () => {
    const name = freshName('trimmed');
    await client.ensureTopics([{ name, partitions: 1, replicationFactor: 1, config: { 'cleanup.policy': 'delete' } }]);
    const writer = client.producer({ transactionalId: name });
    await writer.init();
    await writeValues(writer, name, ['a', 'b', 'c']);
    await client.trimTopic(name, [{ partition: 0, before: 2 }]);
    expect(await client.offsets([{ topic: name, partition: 0 }])).toMatchObject([{ earliest: 2 }]);
    await writer.close();
  });
});
