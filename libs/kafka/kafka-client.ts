import { Brokers } from './brokers.ts';
import { Fetcher, type FetcherOptions } from './fetcher.ts';
import { deleteRecords, partitionOffsets, readLastRecord, type OffsetRange, type ReadRecord } from './offsets.ts';
import type { TopicPartition } from './protocol.ts';
import type { KafkaSettings } from './settings.ts';
import { deleteTopics, ensureTopics, type TopicSpec, type TopicState } from './topics.ts';
import { TransactionalProducer, type ProducerOptions } from './transactional-producer.ts';

/**
 * The way into this room: makes producers and fetchers (each with connections of its own, closed by whoever asked for
 * them) and answers questions about topics over one more connection a broker.
 */
export class KafkaClient {
  readonly settings: KafkaSettings;
  readonly #brokers: Brokers;

  constructor(settings: KafkaSettings) {
    this.settings = settings;
    this.#brokers = new Brokers(settings);
  }

  producer(options: ProducerOptions): TransactionalProducer {
    return new TransactionalProducer(this.settings, options);
  }

  fetcher(options?: FetcherOptions): Fetcher {
    return new Fetcher(this.settings, options);
  }

  /** Reaches a broker and logs in. Gives the number of brokers. */
  async check(): Promise<number> {
    return (await this.#brokers.metadata([])).brokers.length;
  }

  /** See {@link ensureTopics}. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<TopicState[]> {
    return ensureTopics(this.#brokers, specs);
  }

  /** Deletes topics; those that are not there count as deleted. */
  deleteTopics(names: readonly string[]): Promise<void> {
    return deleteTopics(this.#brokers, names);
  }

  /** Removes records below the given offsets of a topic that is not compacted. */
  trimTopic(topic: string, partitions: readonly { partition: number; before: number }[]): Promise<void> {
    return deleteRecords(
      this.#brokers,
      partitions.map((item) => ({ topic, ...item })),
    );
  }

  /** Topics of that name which exist, with id and partition count. */
  async topics(names: readonly string[]): Promise<TopicState[]> {
    const metadata = await this.#brokers.metadata(names);
    return metadata.topics
      .filter((topic) => topic.errorCode === 0)
      .map(({ name, topicId, partitions }) => ({ name, topicId, partitions: partitions.length }));
  }

  /**
   * Earliest and end offsets, in the order asked. `committed` (default): the end is the last stable offset, else the
   * high watermark.
   */
  offsets(partitions: readonly TopicPartition[], options: { committed?: boolean } = {}): Promise<OffsetRange[]> {
    return partitionOffsets(this.#brokers, partitions, options.committed ?? true);
  }

  /**
   * The last committed record of a partition, null where it has none. A commit shows some ms after `commit` returned, when
   * its markers are written; `init` of the same transactional id waits for them, so that a writer which reads its position
   * after `init` sees everything it ever committed.
   */
  readLast(topic: string, partition: number): Promise<ReadRecord | null> {
    return readLastRecord(this.#brokers, topic, partition);
  }

  /** Closes the client's own connections, not those of producers and fetchers. */
  close(): Promise<void> {
    return this.#brokers.close();
  }
}
