import type { HeaderBlock } from './header-block.ts';
import { partitionOf } from './partitioner.ts';
import type { BatchLimits, ByteSlice, RecordBatchBuilder } from './record-batch-builder.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

/**
 * Spreads the records of one topic over its partitions by key and hands full batches to the producer. Call {@link push}
 * before `flush` or `commit` of the producer, and {@link clear} after a fault or an abort.
 */
export class TopicWriter {
  readonly topic: string;
  readonly partitions: number;
  readonly #producer: TransactionalProducer;
  readonly #limits: Partial<BatchLimits>;
  readonly #open: (RecordBatchBuilder | undefined)[];
  readonly #recycle: (builder: RecordBatchBuilder) => void;

  constructor(producer: TransactionalProducer, topic: string, partitions: number, limits: Partial<BatchLimits> = {}) {
    this.#producer = producer;
    this.topic = topic;
    this.partitions = partitions;
    this.#limits = limits;
    this.#recycle = (builder) => producer.builders.give(builder);
    this.#open = new Array<RecordBatchBuilder | undefined>(partitions).fill(undefined);
  }

  /** Bytes in batches that were not handed over yet. */
  get pendingBytes(): number {
    return this.#open.reduce((sum, builder) => sum + (builder?.byteCount ?? 0), 0);
  }

  /** Appends to the partition of the key; gives that partition. */
  append(timestampMs: number, key: ByteSlice, value: ByteSlice | null, headers: HeaderBlock | null): number {
    const partition = this.partitions === 1 ? 0 : partitionOf(key.buffer, this.partitions, key.start, key.end);
    this.#append(partition, timestampMs, key, value, headers);
    return partition;
  }

  /** Appends to a partition that the caller chose (`t` events go to all of them). */
  appendTo(
    partition: number,
    record: {
      readonly timestampMs: number;
      readonly key: ByteSlice | null;
      readonly value: ByteSlice | null;
      readonly headers: HeaderBlock | null;
    },
  ): void {
    this.#append(partition, record.timestampMs, record.key, record.value, record.headers);
  }

  /** Hands everything that is pending to the producer. */
  push(): void {
    for (let partition = 0; partition < this.partitions; partition++) this.#pushOne(partition);
  }

  /** Forgets what is pending. */
  clear(): void {
    for (const builder of this.#open) if (builder !== undefined) this.#recycle(builder);
    this.#open.fill(undefined);
  }

  #append(
    partition: number,
    timestampMs: number,
    key: ByteSlice | null,
    value: ByteSlice | null,
    headers: HeaderBlock | null,
  ): void {
    let builder = (this.#open[partition] ??= this.#builder());
    if (builder.append(timestampMs, key, value, headers)) return;
    this.#pushOne(partition);
    builder = this.#open[partition] = this.#builder();
    builder.append(timestampMs, key, value, headers);
  }

  #pushOne(partition: number): void {
    const builder = this.#open[partition];
    if (builder === undefined || builder.recordCount === 0) return;
    this.#open[partition] = undefined;
    this.#producer.produce(this.topic, partition, builder, this.#recycle);
  }

  #builder(): RecordBatchBuilder {
    return this.#producer.builders.take(this.#limits);
  }
}
