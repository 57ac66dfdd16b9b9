export { crc32c } from './crc32c.ts';
export { Fetcher, type FetchedBatch, type FetcherOptions, type FetchRound, type PartitionFault } from './fetcher.ts';
export { HeaderBlock } from './header-block.ts';
export { KafkaClient } from './kafka-client.ts';
export type { OffsetRange, ReadRecord } from './offsets.ts';
export { murmur2, partitionOf } from './partitioner.ts';
export type { ProducedRange } from './produce-sender.ts';
export type { TopicPartition } from './protocol.ts';
export {
  RecordBatchBuilder,
  type BatchIdentity,
  type BatchLimits,
  type ByteSlice,
  type Compression,
} from './record-batch-builder.ts';
export { RecordCursor, type RecordSource } from './record-cursor.ts';
export type { KafkaSettings } from './settings.ts';
export type { TopicSpec, TopicState } from './topics.ts';
export { TopicWriter } from './topic-writer.ts';
export { TransactionalProducer, type ProducerOptions } from './transactional-producer.ts';
