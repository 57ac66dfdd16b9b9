import { SluiceError } from '#errors';
import { Backoff, Brokers } from './brokers.ts';
import { errorName, faultOf, isRetriableCode, KAFKA_ERROR } from './error-codes.ts';
import { partitionOffsets } from './offsets.ts';
import {
  fetchRequest,
  readFetch,
  type FetchItem,
  type FetchLimits,
  type FetchResult,
  type TopicPartition,
} from './protocol.ts';
import { RecordCursor } from './record-cursor.ts';
import type { KafkaSettings } from './settings.ts';

export interface FetcherOptions extends Partial<FetchLimits> {
  /** Verify each batch's checksum; default true (0.1 µs a record). */
  readonly checkCrc?: boolean;
}

export const DEFAULT_FETCH_LIMITS: FetchLimits = {
  maxWaitMs: 500,
  minBytes: 1,
  maxBytes: 8 * 1024 * 1024,
  maxBytesPerPartition: 2 * 1024 * 1024,
};

/** What one partition gave in one answer. Its bytes stay in memory as long as the cursor is held. */
export interface FetchedBatch extends TopicPartition {
  /** The offset that was asked for. */
  readonly fetchOffset: number;
  /** The offset to ask for next: also past control records, aborted records and holes. */
  readonly nextOffset: number;
  /** Read-committed end of the partition. */
  readonly lastStableOffset: number;
  readonly highWatermark: number;
  /** Bytes of the batches as they came. */
  readonly byteCount: number;
  readonly records: RecordCursor;
}

/** A partition that cannot be read on; it was taken out of the assignment. The others go on. */
export interface PartitionFault extends TopicPartition {
  readonly error: SluiceError;
}

export interface FetchRound {
  readonly batches: readonly FetchedBatch[];
  readonly faults: readonly PartitionFault[];
}

/** How long a topic may be unknown to the brokers before its partitions are given up. */
const MISSING_TOPIC_MS = 5_000;

interface Assigned extends TopicPartition {
  offset: number;
  /** Raised by a seek: an answer to an older request is dropped. */
  generation: number;
  isPaused: boolean;
  isInFlight: boolean;
}

/**
 * Reads partitions from given offsets, read committed, by long polls of one request a broker. Never uses group offsets.
 * While the caller works on a round the next request is already under way, so at most two answers (`maxBytes` each, or
 * one larger record) are in memory.
 */
export class Fetcher {
  readonly #brokers: Brokers;
  readonly #control: Brokers;
  readonly #limits: FetchLimits;
  readonly #checkCrc: boolean;
  #assigned = new Map<string, Assigned>();
  readonly #polls = new Map<number, Promise<Poll>>();
  #wake: () => void = () => undefined;
  #backoff = new Backoff();
  #failingSince = 0;
  /** Topic ids as first seen. */
  readonly #topicIds = new Map<string, string>();
  readonly #missingSince = new Map<string, number>();
  #faults: PartitionFault[] = [];

  constructor(settings: KafkaSettings, options: FetcherOptions = {}) {
    const { checkCrc = true, ...limits } = options;
    this.#brokers = new Brokers(settings);
    this.#control = new Brokers(settings);
    this.#limits = { ...DEFAULT_FETCH_LIMITS, ...limits };
    this.#checkCrc = checkCrc;
  }

  /** Adds partitions, or moves ones that are there already, to the offsets given. */
  assign(items: readonly FetchItem[]): void {
    for (const item of items) this.seek(item.topic, item.partition, item.offset);
  }

  /** Goes on at that offset; what was fetched and not handed out yet is dropped. */
  seek(topic: string, partition: number, offset: number): void {
    const key = keyOf(topic, partition);
    const known = this.#assigned.get(key);
    if (known) {
      known.offset = offset;
      known.generation++;
    } else {
      this.#assigned.set(key, { topic, partition, offset, generation: 0, isPaused: false, isInFlight: false });
    }
    this.#wake();
  }

  /** Takes a partition out. */
  remove(topic: string, partition: number): void {
    const known = this.#assigned.get(keyOf(topic, partition));
    if (known) known.generation++;
    this.#assigned.delete(keyOf(topic, partition));
    for (const item of this.#assigned.values()) if (item.topic === topic) return;
    // Assigned again it may be another topic of that name.
    this.#topicIds.delete(topic);
    this.#brokers.forget(topic);
  }

  /** Fetches no more of a partition until {@link resume}; what is under way still comes. */
  pause(topic: string, partition: number): void {
    const known = this.#assigned.get(keyOf(topic, partition));
    if (known) known.isPaused = true;
  }

  resume(topic: string, partition: number): void {
    const known = this.#assigned.get(keyOf(topic, partition));
    if (known) known.isPaused = false;
    this.#wake();
  }

  /** Offset that would be fetched next, undefined for a partition that is not assigned. */
  position(topic: string, partition: number): number | undefined {
    return this.#assigned.get(keyOf(topic, partition))?.offset;
  }

  /**
   * Waits for records, `maxWaitMs` at most, and gives what came, by partition; also batches without a record in which
   * `nextOffset` moved. An empty round is normal. One call at a time. After a lost connection it goes on by itself.
   * @throws SluiceError KafkaUnreachable where no broker has answered for `retryTimeoutMs`
   */
  async fetch(signal?: AbortSignal): Promise<FetchRound> {
    const until = Date.now() + this.#limits.maxWaitMs;
    for (;;) {
      signal?.throwIfAborted();
      await this.#start();
      if (this.#faults.length > 0) return { batches: [], faults: this.#faults.splice(0) };
      const done = await this.#first(Math.max(1, until - Date.now()), signal);
      if (done === undefined) {
        signal?.throwIfAborted();
        if (Date.now() >= until) return { batches: [], faults: [] };
        continue;
      }
      this.#polls.delete(done.nodeId);
      const round = await this.#take(done);
      if (round.batches.length > 0 || round.faults.length > 0 || Date.now() >= until) {
        // The next answers travel while the caller works on these.
        await this.#start();
        return round;
      }
    }
  }

  /** Closes the connections; a `fetch` under way rejects or ends empty. */
  async close(): Promise<void> {
    this.#assigned = new Map();
    await Promise.all([this.#brokers.close(), this.#control.close()]);
    this.#wake();
  }

  /** Sends a request to every broker that leads a partition which is not under way. */
  async #start(): Promise<void> {
    const free = [...this.#assigned.values()].filter((item) => !item.isInFlight && !item.isPaused);
    const unknown = new Set(
      free.filter((item) => this.#brokers.leaderOf(item.topic, item.partition) === undefined).map((item) => item.topic),
    );
    if (unknown.size > 0) await this.#learn([...unknown]);
    const byNode = new Map<number, Assigned[]>();
    for (const item of free) {
      const leader = this.#brokers.leaderOf(item.topic, item.partition);
      if (leader === undefined || this.#polls.has(leader)) continue;
      const group = byNode.get(leader);
      if (group) group.push(item);
      else byNode.set(leader, [item]);
    }
    for (const [nodeId, items] of byNode) this.#polls.set(nodeId, this.#poll(nodeId, items));
  }

  // A request is answered in its order until maxBytes are full: who was served goes to the end.
  async #poll(nodeId: number, items: readonly Assigned[]): Promise<Poll> {
    const asked = items.map((item) => {
      item.isInFlight = true;
      return { item, offset: item.offset, generation: item.generation };
    });
    const targets = items.map(({ topic, partition, offset }) => {
      return { topic, partition, offset, topicId: this.#topicIds.get(topic) ?? '' };
    });
    try {
      const answer = readFetch(await this.#brokers.sendTo(nodeId, fetchRequest(this.#limits, targets)), targets);
      const { errorCode, results } = answer;
      return { nodeId, asked, results, failure: errorCode === 0 ? undefined : new Error(errorName(errorCode)) };
    } catch (error) {
      return { nodeId, asked, results: [], failure: error };
    } finally {
      for (const { item } of asked) item.isInFlight = false;
    }
  }

  /** The first poll to end, undefined when the time is up, a seek or resume came, or the signal fired. */
  async #first(ms: number, signal: AbortSignal | undefined): Promise<Poll | undefined> {
    if (signal?.aborted === true) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const woken = new Promise<undefined>((resolve) => {
      this.#wake = () => resolve(undefined);
      // The broker answers after maxWaitMs by itself; ours only ends a wait without a poll, or one behind a dead broker.
      timer = setTimeout(() => resolve(undefined), ms + 50);
      signal?.addEventListener('abort', this.#wake, { once: true });
    });
    try {
      return await Promise.race([...this.#polls.values(), woken]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', this.#wake);
    }
  }

  async #take(poll: Poll): Promise<FetchRound> {
    if (poll.failure !== undefined) {
      await this.#failed(poll.failure, new Set(poll.asked.map(({ item }) => item.topic)));
      return { batches: [], faults: [] };
    }
    const batches: FetchedBatch[] = [];
    const faults: PartitionFault[] = [];
    let isRetried = false;
    for (const result of poll.results) {
      const asked = poll.asked.find(({ item }) => item.topic === result.topic && item.partition === result.partition);
      if (asked === undefined || asked.item.generation !== asked.generation) continue;
      const code = result.errorCode;
      if (code === KAFKA_ERROR.NONE) {
        const batch = this.#batch(asked, result);
        if (batch !== undefined) batches.push(batch);
      } else if (isRetriableCode(code)) {
        isRetried = true;
        this.#brokers.forget(result.topic);
      } else {
        this.remove(result.topic, result.partition);
        faults.push({
          topic: result.topic,
          partition: result.partition,
          error: await this.#fault(asked.offset, result),
        });
      }
    }
    if (isRetried) await this.#backoff.wait();
    else {
      this.#backoff = new Backoff();
      this.#failingSince = 0;
    }
    return { batches, faults };
  }

  #batch(asked: Poll['asked'][number], result: FetchResult): FetchedBatch | undefined {
    if (result.records.length === 0) return undefined;
    const { topic, partition, records } = result;
    const cursor = new RecordCursor({
      topic,
      partition,
      records,
      fromOffset: asked.offset,
      aborted: result.aborted,
      checkCrc: this.#checkCrc,
    });
    if (cursor.nextOffset === asked.offset) return undefined;
    asked.item.offset = cursor.nextOffset;
    // Served last next time.
    const key = keyOf(topic, partition);
    this.#assigned.delete(key);
    this.#assigned.set(key, asked.item);
    return {
      topic,
      partition,
      fetchOffset: asked.offset,
      nextOffset: cursor.nextOffset,
      lastStableOffset: result.lastStableOffset,
      highWatermark: result.highWatermark,
      byteCount: records.length,
      records: cursor,
    };
  }

  async #fault(asked: number, result: FetchResult): Promise<SluiceError> {
    const { topic, partition, errorCode } = result;
    if (errorCode !== KAFKA_ERROR.OFFSET_OUT_OF_RANGE) {
      return faultOf(errorCode, `reading ${topic}`, { topic, partition, asked });
    }
    const [range] = await partitionOffsets(this.#control, [{ topic, partition }], true);
    const { earliest, end: latest } = range!;
    return new SluiceError(
      'OffsetOutOfRange',
      `offset ${asked} of ${topic}, partition ${partition}, does not exist: it has ${earliest} to ${latest}`,
      {
        topic,
        partition,
        asked,
        earliest,
        latest,
      },
    );
  }

  /** Asks for leaders. A topic that stays away, or is another one than before, becomes a fault of its partitions. */
  async #learn(topics: readonly string[]): Promise<void> {
    const metadata = await this.#brokers.metadata(topics);
    let isWaiting = false;
    for (const { name, errorCode, topicId, partitions } of metadata.topics) {
      if (errorCode === KAFKA_ERROR.NONE) {
        this.#missingSince.delete(name);
        const known = this.#topicIds.get(name) ?? topicId;
        this.#topicIds.set(name, known);
        if (known !== topicId) this.#giveUp(name, 'TopicIncarnationChanged', 'was deleted and made again');
        isWaiting ||= partitions.some((partition) => partition.leader < 0);
      } else if (isRetriableCode(errorCode)) {
        const since = this.#missingSince.get(name) ?? Date.now();
        this.#missingSince.set(name, since);
        // Metadata of a new topic, or of a broker that has just started, may lag behind.
        if (Date.now() - since > MISSING_TOPIC_MS) this.#giveUp(name, 'TopicMissing', 'does not exist');
        isWaiting = true;
      } else this.#giveUp(name, 'KafkaRefused', `cannot be read: ${errorName(errorCode)}`);
    }
    if (isWaiting) await this.#backoff.wait();
  }

  #giveUp(topic: string, kind: SluiceError['kind'], text: string): void {
    for (const item of [...this.#assigned.values()].filter((assigned) => assigned.topic === topic)) {
      const { partition } = item;
      this.remove(topic, partition);
      this.#faults.push({
        topic,
        partition,
        error: new SluiceError(kind, `topic ${topic} ${text}`, { topic, partition, asked: item.offset }),
      });
    }
  }

  async #failed(failure: unknown, topics: ReadonlySet<string>): Promise<void> {
    if (failure instanceof SluiceError && failure.kind !== 'KafkaUnreachable') throw failure;
    this.#failingSince ||= Date.now();
    for (const topic of topics) this.#brokers.forget(topic);
    if (this.#brokers.isClosed || Date.now() - this.#failingSince > this.#brokers.settings.retryTimeoutMs) {
      throw this.#brokers.unreachable(failure);
    }
    await this.#backoff.wait();
  }
}

interface Poll {
  readonly nodeId: number;
  readonly asked: readonly { readonly item: Assigned; readonly offset: number; readonly generation: number }[];
  readonly results: readonly FetchResult[];
  readonly failure: unknown;
}

function keyOf(topic: string, partition: number): string {
  return `${topic}:${partition}`;
}
