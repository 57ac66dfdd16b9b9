import { SluiceError } from '#errors';
import type { Brokers } from './brokers.ts';
import { KAFKA_ERROR } from './error-codes.ts';
import { askLeaders } from './offsets.ts';
import { byTopic, type TopicPartition } from './protocol.ts';
import { WireReader, WireWriter } from './wire.ts';
import type { WireRequest } from './kafkajs-internals.ts';

/** How a transaction was decided. */
export type Fate = 'commit' | 'abort';

/** What the coordinator says of a transactional id. `ended`: nothing is under way, and its broker counts every marker as written. */
export interface TransactionState {
  readonly isEnded: boolean;
  /** Of the transaction that ended, or is ending, last; null where the coordinator does not know any more, or not yet. */
  readonly fate: Fate | null;
}

const NOT_FOUND = 105;

const STATES: Readonly<Record<string, TransactionState>> = {
  Empty: { isEnded: true, fate: null },
  Dead: { isEnded: true, fate: null },
  Ongoing: { isEnded: false, fate: null },
  PrepareCommit: { isEnded: false, fate: 'commit' },
  PrepareAbort: { isEnded: false, fate: 'abort' },
  PrepareEpochFence: { isEnded: false, fate: 'abort' },
  CompleteCommit: { isEnded: true, fate: 'commit' },
  CompleteAbort: { isEnded: true, fate: 'abort' },
};

/** DescribeTransactions v0, to the coordinator. */
export function describeTransactionRequest(transactionalId: string): WireRequest {
  const body = new WireWriter().uvarint(2).compactString(transactionalId).noTags().take();
  return {
    apiKey: 65,
    apiVersion: 0,
    name: 'DescribeTransactions',
    body: [body],
    flexible: true,
    timeoutMs: undefined,
  };
}

export function readDescribeTransaction(answer: Buffer): { errorCode: number; state: TransactionState } {
  const r = new WireReader(answer);
  r.skipTags();
  r.int32();
  const [found] = r.compactArray(() => {
    const errorCode = r.int16();
    r.compactString();
    const name = r.compactString() ?? '';
    r.int32();
    r.int64();
    r.bigint64();
    r.int16();
    r.compactArray(() => {
      r.compactString();
      r.compactArray(() => r.int32());
      r.skipTags();
    });
    r.skipTags();
    return { errorCode, name };
  });
  const errorCode = found?.errorCode ?? KAFKA_ERROR.UNKNOWN_SERVER_ERROR;
  const state = STATES[errorCode === NOT_FOUND ? 'Empty' : (found?.name ?? '')] ?? { isEnded: false, fate: null };
  return { errorCode: errorCode === NOT_FOUND ? KAFKA_ERROR.NONE : errorCode, state };
}

/** Those of the partitions in which a transaction of the producer is open. Partitions of topics that are gone have none. */
export async function openPartitions(
  brokers: Brokers,
  partitions: readonly TopicPartition[],
  producerId: bigint,
): Promise<TopicPartition[]> {
  let asked = partitions;
  for (;;) {
    try {
      const firstOffsets = await askLeaders(brokers, asked, 'producers of', (items) => ({
        request: describeProducersRequest(items),
        read: (answer) => readDescribeProducers(answer, producerId),
      }));
      return asked.filter(({ topic, partition }) => (firstOffsets.get(`${topic}:${partition}`) ?? -1) >= 0);
    } catch (error) {
      if (!(error instanceof SluiceError) || error.kind !== 'TopicMissing') throw error;
      asked = asked.filter(({ topic }) => topic !== error.facts['topic']);
    }
  }
}

/** DescribeProducers v0 (KIP-664), to the leader of the partitions. */
function describeProducersRequest(partitions: readonly TopicPartition[]): WireRequest {
  const groups = byTopic(partitions);
  const w = new WireWriter().uvarint(groups.length + 1);
  for (const [topic, items] of groups) {
    w.compactString(topic).uvarint(items.length + 1);
    for (const { partition } of items) w.int32(partition);
    w.noTags();
  }
  const body = w.noTags().take();
  return { apiKey: 61, apiVersion: 0, name: 'DescribeProducers', body: [body], flexible: true, timeoutMs: undefined };
}

/** `offset`: the first of the open transaction, -1 for none. */
function readDescribeProducers(
  answer: Buffer,
  producerId: bigint,
): (TopicPartition & { errorCode: number; offset: number })[] {
  const r = new WireReader(answer);
  r.skipTags();
  r.int32();
  return r
    .compactArray(() => {
      const topic = r.compactString() ?? '';
      const partitions = r.compactArray(() => {
        const partition = r.int32();
        const errorCode = r.int16();
        r.compactString();
        let offset = -1;
        r.compactArray(() => {
          const isOurs = r.bigint64() === producerId;
          r.int32();
          r.int32();
          r.int64();
          r.int32();
          const first = r.int64();
          if (isOurs) offset = first;
          r.skipTags();
        });
        r.skipTags();
        return { topic, partition, errorCode, offset };
      });
      r.skipTags();
      return partitions;
    })
    .flat();
}
