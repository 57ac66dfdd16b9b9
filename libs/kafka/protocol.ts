/**
 * The few requests of Kafka's protocol that the data path needs, as bytes. Versions are such that brokers from 3.1 on
 * take them, the first that read a topic by its id.
 */
import { WireReader, WireWriter } from './wire.ts';
import type { WireRequest } from './kafkajs-internals.ts';

function request(
  apiKey: number,
  apiVersion: number,
  name: string,
  body: readonly Buffer[],
  extra: { flexible?: boolean; timeoutMs?: number } = {},
): WireRequest {
  return { apiKey, apiVersion, name, body, flexible: extra.flexible ?? false, timeoutMs: extra.timeoutMs };
}

export interface BrokerAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface PartitionLeader {
  readonly partition: number;
  readonly errorCode: number;
  /** Node id, -1 while there is none. */
  readonly leader: number;
}

export interface TopicMetadata {
  readonly name: string;
  readonly errorCode: number;
  /** KIP-516 topic id, base64url; another one means that the topic was deleted and made again. */
  readonly topicId: string;
  readonly partitions: readonly PartitionLeader[];
}

export interface Metadata {
  readonly brokers: readonly BrokerAddress[];
  readonly controllerId: number;
  readonly topics: readonly TopicMetadata[];
}

/** Metadata v12; never makes topics. */
export function metadataRequest(topics: readonly string[]): WireRequest {
  const w = new WireWriter().uvarint(topics.length + 1);
  for (const topic of topics) w.raw(Buffer.alloc(16)).compactString(topic).noTags();
  return request(3, 12, 'Metadata', [w.bool(false).bool(false).noTags().take()], { flexible: true });
}

export function readMetadata(answer: Buffer): Metadata {
  const r = new WireReader(answer);
  r.skipTags();
  r.int32();
  const brokers = r.compactArray(() => {
    const broker = { nodeId: r.int32(), host: r.compactString() ?? '', port: r.int32() };
    r.compactString();
    r.skipTags();
    return broker;
  });
  r.compactString();
  const controllerId = r.int32();
  const topics = r.compactArray(() => {
    const errorCode = r.int16();
    const name = r.compactString() ?? '';
    const topicId = r.uuid();
    r.int8();
    const partitions = r.compactArray(() => readPartitionLeader(r));
    r.int32();
    r.skipTags();
    return { name, errorCode, topicId, partitions };
  });
  return { brokers, controllerId, topics };
}

function readPartitionLeader(r: WireReader): PartitionLeader {
  const errorCode = r.int16();
  const partition = r.int32();
  const leader = r.int32();
  r.int32();
  for (let list = 0; list < 3; list++) r.compactArray(() => r.int32());
  r.skipTags();
  return { partition, errorCode, leader };
}

/** FindCoordinator v1 for a transactional id. */
export function findCoordinatorRequest(transactionalId: string): WireRequest {
  return request(10, 1, 'FindCoordinator', [new WireWriter().string(transactionalId).int8(1).take()]);
}

export function readFindCoordinator(answer: Buffer): { errorCode: number; broker: BrokerAddress } {
  const r = new WireReader(answer);
  r.int32();
  const errorCode = r.int16();
  r.string();
  return { errorCode, broker: { nodeId: r.int32(), host: r.string() ?? '', port: r.int32() } };
}

/** Who writes: the identity that the coordinator gave. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly epoch: number;
}

/** InitProducerId v1: fences every older producer of the id and ends its open transaction. */
export function initProducerIdRequest(transactionalId: string, timeoutMs: number): WireRequest {
  return request(22, 1, 'InitProducerId', [new WireWriter().string(transactionalId).int32(timeoutMs).take()]);
}

export function readInitProducerId(answer: Buffer): { errorCode: number; producerId: bigint; epoch: number } {
  const r = new WireReader(answer);
  r.int32();
  return { errorCode: r.int16(), producerId: r.bigint64(), epoch: r.int16() };
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Groups by topic, in order of first appearance. */
export function byTopic<T extends TopicPartition>(items: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.topic);
    if (group) group.push(item);
    else groups.set(item.topic, [item]);
  }
  return [...groups];
}

/** AddPartitionsToTxn v1. */
export function addPartitionsRequest(who: ProducerIdentity, partitions: readonly TopicPartition[]): WireRequest {
  const w = new WireWriter().string(who.transactionalId).int64(who.producerId).int16(who.epoch);
  w.array(byTopic(partitions), ([topic, items]) => w.string(topic).array(items, (item) => w.int32(item.partition)));
  return request(24, 1, 'AddPartitionsToTxn', [w.take()]);
}

export function readAddPartitions(answer: Buffer): (TopicPartition & { errorCode: number })[] {
  const r = new WireReader(answer);
  r.int32();
  return r
    .array(() => {
      const topic = r.string() ?? '';
      return r.array(() => ({ topic, partition: r.int32(), errorCode: r.int16() }));
    })
    .flat();
}

/** EndTxn v1. */
export function endTxnRequest(who: ProducerIdentity, commit: boolean): WireRequest {
  const w = new WireWriter().string(who.transactionalId).int64(who.producerId).int16(who.epoch).bool(commit);
  return request(26, 1, 'EndTxn', [w.take()]);
}

export function readEndTxn(answer: Buffer): number {
  const r = new WireReader(answer);
  r.int32();
  return r.int16();
}

/** One sealed record batch on its way to one partition. */
export interface ProduceItem extends TopicPartition {
  readonly bytes: Buffer;
}

export interface ProduceResult extends TopicPartition {
  readonly errorCode: number;
  readonly baseOffset: number;
}

/** Produce v7, acks=all. The batches' bytes go to the socket as they are. */
export function produceRequest(transactionalId: string, timeoutMs: number, items: readonly ProduceItem[]): WireRequest {
  const groups = byTopic(items);
  const body: Buffer[] = [];
  const w = new WireWriter().string(transactionalId).int16(-1).int32(timeoutMs).int32(groups.length);
  for (const [topic, group] of groups) {
    w.string(topic).int32(group.length);
    for (const item of group) {
      body.push(w.int32(item.partition).int32(item.bytes.length).take(), item.bytes);
    }
  }
  return request(0, 7, 'Produce', body, { timeoutMs });
}

export function readProduce(answer: Buffer): { results: ProduceResult[]; throttleMs: number } {
  const r = new WireReader(answer);
  const results = r
    .array(() => {
      const topic = r.string() ?? '';
      return r.array(() => {
        const result = { topic, partition: r.int32(), errorCode: r.int16(), baseOffset: r.int64() };
        r.int64();
        r.int64();
        return result;
      });
    })
    .flat();
  return { results, throttleMs: r.int32() };
}

export interface FetchItem extends TopicPartition {
  readonly offset: number;
}

/** A topic by its id: one that was made again under the same name is another one. */
export interface FetchTarget extends FetchItem {
  readonly topicId: string;
}

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

/** Fetch v13, read committed, without a fetch session. */
export function fetchRequest(limits: FetchLimits, items: readonly FetchTarget[]): WireRequest {
  const w = new WireWriter().int32(-1).int32(limits.maxWaitMs).int32(limits.minBytes).int32(limits.maxBytes);
  const groups = byTopic(items);
  w.int8(1)
    .int32(0)
    .int32(-1)
    .uvarint(groups.length + 1);
  for (const [, group] of groups) {
    w.raw(Buffer.from(group[0]!.topicId, 'base64url')).uvarint(group.length + 1);
    for (const item of group) {
      w.int32(item.partition).int32(-1).int64(item.offset).int32(-1).int64(-1).int32(limits.maxBytesPerPartition);
      w.noTags();
    }
    w.noTags();
  }
  w.uvarint(1).compactString('').noTags();
  return request(1, 13, 'Fetch', [w.take()], { flexible: true, timeoutMs: limits.maxWaitMs });
}

/** A transaction that was aborted: its first offset in the partition. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface FetchResult extends TopicPartition {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  /** As the broker sent them: not sorted. */
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches, the last one perhaps cut. A view of the answer. */
  readonly records: Buffer;
}

/** Reads the answer to a request for `items`, whose names it gives back to the ids. */
export function readFetch(
  answer: Buffer,
  items: readonly FetchTarget[],
): { errorCode: number; throttleMs: number; results: FetchResult[] } {
  const r = new WireReader(answer);
  r.skipTags();
  const throttleMs = r.int32();
  const errorCode = r.int16();
  r.int32();
  const results = r
    .compactArray(() => {
      const topicId = r.uuid();
      const topic = items.find((item) => item.topicId === topicId)?.topic ?? '';
      const partitions = r.compactArray(() => readFetchPartition(r, topic));
      r.skipTags();
      return partitions;
    })
    .flat();
  return { errorCode, throttleMs, results };
}

function readFetchPartition(r: WireReader, topic: string): FetchResult {
  const partition = r.int32();
  const errorCode = r.int16();
  const highWatermark = r.int64();
  const lastStableOffset = r.int64();
  const logStartOffset = r.int64();
  const aborted = r.compactArray(() => {
    const transaction = { producerId: r.bigint64(), firstOffset: r.int64() };
    r.skipTags();
    return transaction;
  });
  r.int32();
  const records = r.compactBytes();
  r.skipTags();
  return { topic, partition, errorCode, highWatermark, lastStableOffset, logStartOffset, aborted, records };
}

export const EARLIEST = -2;
export const LATEST = -1;

export interface ListOffsetsResult extends TopicPartition {
  readonly errorCode: number;
  readonly offset: number;
}

/** ListOffsets v3. `committed`: the end is the last stable offset. `timestamp`: {@link EARLIEST}, {@link LATEST} or a time. */
export function listOffsetsRequest(
  items: readonly TopicPartition[],
  timestamp: number,
  committed: boolean,
): WireRequest {
  const w = new WireWriter().int32(-1).int8(committed ? 1 : 0);
  w.array(byTopic(items), ([topic, group]) =>
    w.string(topic).array(group, (item) => {
      w.int32(item.partition).int64(timestamp);
    }),
  );
  return request(2, 3, 'ListOffsets', [w.take()]);
}

export function readListOffsets(answer: Buffer): ListOffsetsResult[] {
  const r = new WireReader(answer);
  r.int32();
  return r
    .array(() => {
      const topic = r.string() ?? '';
      return r.array(() => {
        const head = { topic, partition: r.int32(), errorCode: r.int16() };
        r.int64();
        return { ...head, offset: r.int64() };
      });
    })
    .flat();
}

export interface TrimItem extends TopicPartition {
  /** Records below it go. */
  readonly before: number;
}

/** DeleteRecords v1, to the leader of the partitions. */
export function deleteRecordsRequest(items: readonly TrimItem[], timeoutMs: number): WireRequest {
  const w = new WireWriter();
  w.array(byTopic(items), ([topic, group]) =>
    w.string(topic).array(group, (item) => {
      w.int32(item.partition).int64(item.before);
    }),
  );
  return request(21, 1, 'DeleteRecords', [w.int32(timeoutMs).take()], { timeoutMs });
}

export function readDeleteRecords(answer: Buffer): ListOffsetsResult[] {
  const r = new WireReader(answer);
  r.int32();
  return r
    .array(() => {
      const topic = r.string() ?? '';
      return r.array(() => ({ topic, partition: r.int32(), offset: r.int64(), errorCode: r.int16() }));
    })
    .flat();
}
