import { SluiceError } from '#errors';
import { Backoff, type Brokers } from './brokers.ts';
import { faultOf, isRetriableCode, KAFKA_ERROR } from './error-codes.ts';
import type { WireRequest } from './kafkajs-internals.ts';
import {
  deleteRecordsRequest,
  EARLIEST,
  fetchRequest,
  LATEST,
  listOffsetsRequest,
  readDeleteRecords,
  readFetch,
  readListOffsets,
  type ListOffsetsResult,
  type TopicPartition,
  type TrimItem,
} from './protocol.ts';
import { RecordCursor } from './record-cursor.ts';

/** The offsets that a partition has: from `earliest` up to, not including, `end`. */
export interface OffsetRange extends TopicPartition {
  readonly earliest: number;
  readonly end: number;
}

/**
 * Earliest and end offsets, in the order asked. `committed`: the end is the last stable offset, which no open transaction
 * reaches beyond; else the high watermark.
 */
export async function partitionOffsets(
  brokers: Brokers,
  partitions: readonly TopicPartition[],
  committed: boolean,
): Promise<OffsetRange[]> {
  const earliest = await listOffsets(brokers, partitions, EARLIEST, false);
  const ends = await listOffsets(brokers, partitions, LATEST, committed);
  return partitions.map(({ topic, partition }) => {
    const key = `${topic}:${partition}`;
    return { topic, partition, earliest: earliest.get(key)!, end: ends.get(key)! };
  });
}

/** Offsets at a timestamp, by `topic:partition`. Retries while leaders change. */
export function listOffsets(
  brokers: Brokers,
  partitions: readonly TopicPartition[],
  timestamp: number,
  committed: boolean,
): Promise<Map<string, number>> {
  return askLeaders(brokers, partitions, 'offsets of', (items) => ({
    request: listOffsetsRequest(items, timestamp, committed),
    read: readListOffsets,
  }));
}

/** Removes the records below the given offsets, as retention would. Retries while leaders change. */
export async function deleteRecords(brokers: Brokers, items: readonly TrimItem[]): Promise<void> {
  const timeoutMs = brokers.settings.requestTimeoutMs;
  await askLeaders(brokers, items, 'trimming', (some) => ({
    request: deleteRecordsRequest(some, timeoutMs),
    read: readDeleteRecords,
  }));
}

/** One number a partition, asked of its leader. */
interface Question {
  readonly request: WireRequest;
  read(answer: Buffer): readonly ListOffsetsResult[];
}

/** Asks the leader of every partition; gives the offsets answered, by `topic:partition`. */
export async function askLeaders<T extends TopicPartition>(
  brokers: Brokers,
  partitions: readonly T[],
  what: string,
  question: (items: readonly T[]) => Question,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const backoff = new Backoff();
  const until = Date.now() + brokers.settings.retryTimeoutMs;
  for (let missing: readonly T[] = partitions; ;) {
    let failure: unknown = new Error('no leader');
    for (const [nodeId, items] of await leaders(brokers, missing)) {
      const { request, read } = question(items);
      try {
        for (const { topic, partition, errorCode, offset } of read(await brokers.sendTo(nodeId, request))) {
          if (errorCode === KAFKA_ERROR.NONE) found.set(`${topic}:${partition}`, offset);
          else failure = faultOf(errorCode, `${what} ${topic}`, { topic, partition });
        }
      } catch (error) {
        failure = error;
      }
      if (failure instanceof SluiceError && failure.kind !== 'KafkaUnreachable') throw failure;
    }
    missing = missing.filter((item) => !found.has(`${item.topic}:${item.partition}`));
    if (missing.length === 0) return found;
    for (const { topic } of missing) brokers.forget(topic);
    if (Date.now() >= until) throw brokers.unreachable(failure);
    await backoff.wait();
  }
}

/** Partitions by the node that leads them; those without a leader are left out. */
async function leaders<T extends TopicPartition>(brokers: Brokers, items: readonly T[]): Promise<Map<number, T[]>> {
  const unknown = new Set(
    items.filter((i) => brokers.leaderOf(i.topic, i.partition) === undefined).map((i) => i.topic),
  );
  if (unknown.size > 0) {
    const metadata = await brokers.metadata([...unknown]);
    for (const { name, errorCode } of metadata.topics) {
      if (errorCode === KAFKA_ERROR.UNKNOWN_TOPIC_OR_PARTITION) {
        throw new SluiceError('TopicMissing', `topic ${name} does not exist`, { topic: name });
      }
    }
  }
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const leader = brokers.leaderOf(item.topic, item.partition);
    if (leader !== undefined) groups.set(leader, [...(groups.get(leader) ?? []), item]);
  }
  return groups;
}

/** A record that was copied out of an answer. */
export interface ReadRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/**
 * The last committed record of a partition, null where it has none; also where markers, aborted transactions or open ones
 * stand behind it. Reads backwards in growing steps.
 */
export async function readLastRecord(brokers: Brokers, topic: string, partition: number): Promise<ReadRecord | null> {
  const [range] = await partitionOffsets(brokers, [{ topic, partition }], true);
  const { earliest, end } = range!;
  for (let step = 4, to = end; to > earliest; step *= 4) {
    const from = Math.max(earliest, to - step);
    const last = await lastIn(brokers, { topic, partition }, from, to);
    if (last !== null) return last;
    to = from;
  }
  return null;
}

async function lastIn(
  brokers: Brokers,
  { topic, partition }: TopicPartition,
  from: number,
  to: number,
): Promise<ReadRecord | null> {
  let last: ReadRecord | null = null;
  for (let offset = from; offset < to;) {
    const cursor = await readAt(brokers, topic, partition, offset);
    while (cursor.next()) {
      if (cursor.offset >= to) break;
      last = {
        offset: cursor.offset,
        timestampMs: cursor.timestampMs,
        key: copy(cursor.key()),
        value: copy(cursor.value()),
      };
    }
    // An empty answer below the stable end: what was there is compacted away up to it.
    if (cursor.nextOffset === offset) break;
    offset = cursor.nextOffset;
  }
  return last;
}

function copy(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}

/** One fetch from one partition, read committed. Retries while leaders change. */
export async function readAt(
  brokers: Brokers,
  topic: string,
  partition: number,
  offset: number,
): Promise<RecordCursor> {
  const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 4 * 1024 * 1024 };
  const backoff = new Backoff();
  const until = Date.now() + brokers.settings.retryTimeoutMs;
  for (;;) {
    let failure: unknown = new Error('no leader');
    const [leader] = await leaders(brokers, [{ topic, partition }]);
    try {
      if (leader !== undefined) {
        const asked = [{ topic, partition, offset, topicId: brokers.topicIdOf(topic) ?? '' }];
        const answer = readFetch(await brokers.sendTo(leader[0], fetchRequest(limits, asked)), asked);
        const result = answer.results[0]!;
        if (result.errorCode === KAFKA_ERROR.NONE) {
          return new RecordCursor({ ...result, fromOffset: offset, checkCrc: true });
        }
        failure = faultOf(result.errorCode, `reading ${topic}`, { topic, partition, asked: offset });
        if (!isRetriableCode(result.errorCode)) throw failure;
      }
    } catch (error) {
      if (error instanceof SluiceError && error.kind !== 'KafkaUnreachable') throw error;
      failure = error;
    }
    if (Date.now() >= until) throw brokers.unreachable(failure);
    brokers.forget(topic);
    await backoff.wait();
  }
}
