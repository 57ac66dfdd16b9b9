import { SluiceError } from '#errors';
import { Backoff, type Brokers } from './brokers.ts';
import { errorName, faultOf, isRetriableCode, KAFKA_ERROR } from './error-codes.ts';
import {
  produceRequest,
  readProduce,
  type ProducerIdentity,
  type ProduceResult,
  type TopicPartition,
} from './protocol.ts';
import type { RecordBatchBuilder } from './record-batch-builder.ts';

/** Where the records of the present transaction lie in one partition. */
export interface ProducedRange extends TopicPartition {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly records: number;
}

interface QueuedBatch {
  readonly builder: RecordBatchBuilder;
  readonly done: ((builder: RecordBatchBuilder) => void) | undefined;
  readonly queuedAt: number;
}

/** One partition: its batches in order, at most one on the way. */
interface Lane extends TopicPartition {
  readonly queue: QueuedBatch[];
  sequence: number;
  isInFlight: boolean;
  /** Part of the present transaction, as the coordinator knows. */
  isAdded: boolean;
  firstOffset: number;
  lastOffset: number;
  records: number;
}

/** What the sender needs of its transaction. */
export interface SenderContext {
  readonly brokers: Brokers;
  readonly deliveryTimeoutMs: number;
  readonly maxRequestBytes: number;
  /** Tells the coordinator that these partitions belong to the transaction; retries by itself. */
  addPartitions(partitions: readonly TopicPartition[]): Promise<void>;
}

/**
 * Sends the batches of one producer: partitions in parallel, those of one broker together, one batch a partition on the
 * way, in sequence. Retries what may be retried, with the same sequence number, so that the broker drops repetitions.
 * The first fault stops everything until {@link start}.
 */
export class ProduceSender {
  readonly #context: SenderContext;
  #lanes = new Map<string, Lane>();
  #waiting = new Set<Lane>();
  #identity: ProducerIdentity | undefined;
  #fault: SluiceError | undefined;
  #bytes = 0;
  #isAdding = false;
  #adding: Promise<void> = Promise.resolve();
  #isLearning = false;
  #isScheduled = false;
  #backoff = new Backoff();
  #watchers: { limit: number; resolve: () => void; reject: (error: SluiceError) => void }[] = [];

  constructor(context: SenderContext) {
    this.#context = context;
  }

  /** Bytes of the batches that are not acknowledged yet. */
  get bufferedBytes(): number {
    return this.#bytes;
  }

  get fault(): SluiceError | undefined {
    return this.#fault;
  }

  get hasPartitions(): boolean {
    for (const lane of this.#lanes.values()) if (lane.isAdded) return true;
    return this.#isAdding;
  }

  /** The partitions that belong to the present transaction, as the coordinator knows. */
  get addedPartitions(): TopicPartition[] {
    return [...this.#lanes.values()].filter((lane) => lane.isAdded);
  }

  /** A new identity: sequences begin at zero, everything queued or on the way is forgotten. */
  start(identity: ProducerIdentity): void {
    for (const lane of this.#lanes.values()) lane.queue.length = 0;
    this.#lanes = new Map();
    this.#waiting = new Set();
    this.#identity = identity;
    this.#fault = undefined;
    this.#bytes = 0;
    this.#isAdding = false;
    this.#backoff = new Backoff();
  }

  /** A new transaction of the same identity. */
  nextTransaction(): void {
    for (const lane of this.#lanes.values()) {
      lane.isAdded = false;
      lane.firstOffset = -1;
      lane.lastOffset = -1;
      lane.records = 0;
    }
  }

  enqueue(topic: string, partition: number, builder: RecordBatchBuilder, done?: (b: RecordBatchBuilder) => void): void {
    const lane = this.#lane(topic, partition);
    lane.queue.push({ builder, done, queuedAt: Date.now() });
    this.#bytes += builder.byteCount;
    this.#waiting.add(lane);
    this.#schedule();
  }

  /** Resolves when at most `limit` bytes are unacknowledged; rejects with the fault. */
  below(limit: number): Promise<void> {
    if (this.#fault) return Promise.reject(this.#fault);
    if (this.#bytes <= limit) return Promise.resolve();
    return new Promise((resolve, reject) => this.#watchers.push({ limit, resolve, reject }));
  }

  /** Drops what was not sent, and waits for what was. */
  async dropQueued(): Promise<void> {
    this.#waiting.clear();
    for (const lane of this.#lanes.values()) {
      for (const { builder, done } of lane.queue.splice(lane.isInFlight ? 1 : 0)) {
        this.#bytes -= builder.byteCount;
        done?.(builder);
      }
    }
    // An addition that comes late would belong to the next transaction.
    await this.#adding;
    await this.below(0);
  }

  /** Ranges of the present transaction, by `topic:partition`. */
  ranges(): Map<string, ProducedRange> {
    const ranges = new Map<string, ProducedRange>();
    for (const [key, { topic, partition, firstOffset, lastOffset, records }] of this.#lanes) {
      if (records > 0) ranges.set(key, { topic, partition, firstOffset, lastOffset, records });
    }
    return ranges;
  }

  fail(error: SluiceError): void {
    if (this.#fault) return;
    // No commit was sent: nothing of the transaction will be seen.
    const fault = new SluiceError(error.kind, error.message, { outcome: 'aborted', ...error.facts }, { cause: error });
    this.#fault = fault;
    this.#waiting.clear();
    for (const watcher of this.#watchers.splice(0)) watcher.reject(fault);
  }

  #lane(topic: string, partition: number): Lane {
    const key = `${topic}:${partition}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = {
        topic,
        partition,
        queue: [],
        sequence: 0,
        isInFlight: false,
        isAdded: false,
        firstOffset: -1,
        lastOffset: -1,
        records: 0,
      };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  // Batches of several partitions that are handed over in one go leave in one request.
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#fault || this.#waiting.size === 0) return;
    const fresh: Lane[] = [];
    const unknown = new Set<string>();
    const byNode = new Map<number, Lane[]>();
    for (const lane of this.#waiting) {
      if (lane.isInFlight) continue;
      const leader = this.#context.brokers.leaderOf(lane.topic, lane.partition);
      if (leader === undefined) unknown.add(lane.topic);
      if (!lane.isAdded) fresh.push(lane);
      else if (leader !== undefined) byNode.set(leader, [...(byNode.get(leader) ?? []), lane]);
    }
    if (fresh.length > 0 && !this.#isAdding) this.#add(fresh);
    if (unknown.size > 0) this.#learn([...unknown]);
    for (const [nodeId, lanes] of byNode) this.#send(nodeId, lanes);
  }

  #add(lanes: readonly Lane[]): void {
    this.#isAdding = true;
    const identity = this.#identity;
    this.#adding = this.#context.addPartitions(lanes).then(
      () => {
        if (identity !== this.#identity) return;
        this.#isAdding = false;
        for (const lane of lanes) lane.isAdded = true;
        this.#pump();
      },
      (error: unknown) => {
        if (identity !== this.#identity) return;
        this.#isAdding = false;
        this.fail(this.#wrap(error));
      },
    );
  }

  #learn(topics: readonly string[]): void {
    if (this.#isLearning) return;
    this.#isLearning = true;
    const { brokers } = this.#context;
    brokers
      .metadata(topics)
      .then(async (metadata) => {
        const isUnknown = (lane: Lane): boolean => brokers.leaderOf(lane.topic, lane.partition) === undefined;
        const late = [...this.#waiting].find((lane) => isUnknown(lane) && topics.includes(lane.topic));
        if (late === undefined) return;
        const code = metadata.topics.find((topic) => topic.name === late.topic)?.errorCode ?? KAFKA_ERROR.NONE;
        this.#expire(late, code === KAFKA_ERROR.NONE ? 'no leader' : errorName(code));
        await this.#backoff.wait();
      })
      .catch((error: unknown) => this.fail(this.#wrap(error)))
      .finally(() => {
        this.#isLearning = false;
        this.#pump();
      });
  }

  #send(nodeId: number, lanes: readonly Lane[]): void {
    const identity = this.#identity!;
    const chosen: Lane[] = [];
    let bytes = 0;
    for (const lane of lanes) {
      const size = lane.queue[0]!.builder.byteCount;
      if (chosen.length > 0 && bytes + size > this.#context.maxRequestBytes) break;
      bytes += size;
      chosen.push(lane);
    }
    const items = chosen.map((lane) => {
      lane.isInFlight = true;
      const { producerId, epoch } = identity;
      const sealed = lane.queue[0]!.builder.seal({ producerId, epoch, sequence: lane.sequence });
      return { topic: lane.topic, partition: lane.partition, bytes: sealed };
    });
    const timeoutMs = this.#context.brokers.settings.requestTimeoutMs;
    this.#context.brokers
      .sendTo(nodeId, produceRequest(identity.transactionalId, timeoutMs, items))
      .then((answer) => {
        if (identity === this.#identity) this.#settle(readProduce(answer).results, chosen);
      })
      .catch((error: unknown) => {
        if (identity === this.#identity) this.#retry(chosen, this.#wrap(error));
      });
    if (chosen.length < lanes.length) this.#send(nodeId, lanes.slice(chosen.length));
  }

  #settle(results: readonly ProduceResult[], lanes: readonly Lane[]): void {
    const again: Lane[] = [];
    let reason = '';
    for (const lane of lanes) {
      const result = results.find((item) => item.topic === lane.topic && item.partition === lane.partition);
      const code = result?.errorCode ?? KAFKA_ERROR.UNKNOWN_SERVER_ERROR;
      if (code === KAFKA_ERROR.NONE) this.#accept(lane, result!.baseOffset);
      else if (isRetriableCode(code)) {
        again.push(lane);
        reason = errorName(code);
      } else {
        const { topic, partition } = lane;
        return this.fail(faultOf(code, `writing to ${topic}`, { topic, partition }));
      }
    }
    if (again.length === 0) this.#backoff = new Backoff();
    else this.#retry(again, this.#unreachable(new Error(reason)));
    this.#pump();
  }

  #accept(lane: Lane, baseOffset: number): void {
    const batch = lane.queue.shift()!;
    const count = batch.builder.recordCount;
    if (lane.firstOffset < 0) lane.firstOffset = baseOffset;
    lane.lastOffset = baseOffset + count - 1;
    lane.records += count;
    lane.sequence = (lane.sequence + count) % 0x8000_0000;
    lane.isInFlight = false;
    if (lane.queue.length === 0) this.#waiting.delete(lane);
    this.#bytes -= batch.builder.byteCount;
    batch.done?.(batch.builder);
    this.#watchers = this.#watchers.filter((watcher) => {
      if (this.#bytes > watcher.limit) return true;
      watcher.resolve();
      return false;
    });
  }

  #retry(lanes: readonly Lane[], reason: SluiceError): void {
    if (reason.kind !== 'KafkaUnreachable') return this.fail(reason);
    const oldest = Math.min(...lanes.map((lane) => lane.queue[0]!.queuedAt));
    if (Date.now() - oldest > this.#context.deliveryTimeoutMs) return this.fail(reason);
    const identity = this.#identity;
    for (const lane of lanes) this.#context.brokers.forget(lane.topic);
    void this.#backoff.wait().then(() => {
      if (identity !== this.#identity) return;
      for (const lane of lanes) {
        lane.isInFlight = false;
        this.#waiting.add(lane);
      }
      this.#pump();
    });
  }

  #expire(lane: Lane, reason: string): void {
    const isLate = Date.now() - lane.queue[0]!.queuedAt > this.#context.deliveryTimeoutMs;
    if (isLate) this.fail(this.#unreachable(new Error(`topic ${lane.topic}, partition ${lane.partition}: ${reason}`)));
  }

  #unreachable(cause: Error): SluiceError {
    return new SluiceError('KafkaUnreachable', `Kafka does not take records: ${cause.message}`, {}, { cause });
  }

  #wrap(error: unknown): SluiceError {
    if (error instanceof SluiceError) return error;
    return this.#unreachable(error instanceof Error ? error : new Error(String(error)));
  }
}
