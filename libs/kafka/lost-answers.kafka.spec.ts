import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { freshName, testKafka } from '#testing';
import { KafkaClient } from './kafka-client.ts';
import { batchOf, fetchUntil, writeValues, type SeenRecord } from './spec-support.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

const PRODUCE = 0;
const ADD_PARTITIONS = 24;
const END_TXN = 26;

/** A way to the broker that can lose the answer to one request of a kind: the broker has acted, the client never learns. */
class LossyWay {
  /** API key of the request whose answer is lost next. */
  loseNext: number | undefined;
  lost = 0;
  readonly #server: Server;

  private constructor(target: { host: string; port: number }) {
    this.#server = createServer((client) => this.#join(client, connect(target)));
  }

  static async to(broker: string): Promise<LossyWay> {
    const [host = '', port = ''] = broker.split(':');
    const way = new LossyWay({ host, port: Number(port) });
    await new Promise<void>((resolve) => way.#server.listen(0, '127.0.0.1', resolve));
    return way;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }

  #join(client: Socket, broker: Socket): void {
    let isLost = false;
    client.on('data', (bytes: Buffer) => {
      // Requests of these tests are small and come one to a packet: the API key stands behind the length.
      if (this.loseNext !== undefined && bytes.readInt16BE(4) === this.loseNext) {
        this.loseNext = undefined;
        isLost = true;
      }
      broker.write(bytes);
    });
    broker.on('data', (bytes: Buffer) => {
      if (!isLost) return client.write(bytes);
      this.lost++;
      client.destroy();
      return broker.destroy();
    });
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  }
}

describe('a lost answer', () => {
  let brokers: readonly string[];
  let client: KafkaClient;
  let way: LossyWay;
  let producer: TransactionalProducer;
  let topic: string;

  beforeAll(async () => {
    brokers = (await testKafka()).brokers;
    client = new KafkaClient({ brokers });
    way = await LossyWay.to(brokers[0]!);
  });

  beforeEach(async () => {
    topic = freshName('lost');
    await client.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    await producer?.close();
    const addressOf = (): { host: string; port: number } => ({ host: '127.0.0.1', port: way.port });
    producer = new KafkaClient({ brokers, addressOf }).producer({ transactionalId: topic });
    await producer.init();
    await writeValues(producer, topic, ['before']);
  });

  afterAll(async () => {
    await producer.close();
    await client.close();
    way.close();
  });

  async function readAll(): Promise<string[]> {
    const fetcher = client.fetcher({ maxWaitMs: 100 });
    fetcher.assign([{ topic, partition: 0, offset: 0 }]);
    const [end] = await client.offsets([{ topic, partition: 0 }], { committed: false });
    const seen: SeenRecord[] = await fetchUntil(fetcher, () => fetcher.position(topic, 0)! >= end!.end);
    await fetcher.close();
    return seen.map((record) => record.value);
  }

  test('to a batch is made good by sending it again, and the broker keeps one of them', async () => {
    producer.begin();
    producer.produce(topic, 0, batchOf('added first'));
    await producer.flush();
    way.loseNext = PRODUCE;
    producer.produce(topic, 0, batchOf('once', 'only'));
    producer.produce(topic, 0, batchOf('after'));
    const ranges = await producer.flush();
    await producer.commit();
    expect(way.lost).toBe(1);
    expect(await readAll()).toEqual(['before', 'added first', 'once', 'only', 'after']);
    expect(ranges.get(`${topic}:0`)).toMatchObject({ firstOffset: 2, lastOffset: 5, records: 4 });
  });

  test('to the adding of a partition is made good by asking again', async () => {
    way.loseNext = ADD_PARTITIONS;
    await writeValues(producer, topic, ['added']);
    expect(await readAll()).toEqual(['before', 'added']);
  });

  test('to a commit is an unknown outcome: nothing goes on before a new initialisation', async () => {
    producer.begin();
    producer.produce(topic, 0, batchOf('committed'));
    way.loseNext = END_TXN;
    await expect(producer.commit()).rejects.toMatchObject({
      kind: 'KafkaTransactionFailed',
      facts: { outcome: 'unknown', transactionalId: topic },
    });
    expect(producer.needsInit).toBe(true);
    expect(() => producer.begin()).toThrow(/initialised again/);
    await producer.init();
    // What init leaves behind is decided: the position that is read now is the truth.
    expect((await client.readLast(topic, 0))?.value?.toString()).toBe('committed');
    await writeValues(producer, topic, ['after']);
    expect(await readAll()).toEqual(['before', 'committed', 'after']);
  });

  test('to an abort needs a new initialisation, and the transaction is never seen', async () => {
    producer.begin();
    producer.produce(topic, 0, batchOf('given up'));
    await producer.flush();
    way.loseNext = END_TXN;
    await producer.abort();
    expect(producer.needsInit).toBe(true);
    await producer.init();
    await writeValues(producer, topic, ['after']);
    expect(await readAll()).toEqual(['before', 'after']);
  });
});
