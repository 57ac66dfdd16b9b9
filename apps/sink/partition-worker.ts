import { isRetryable, oneLine, Signal, SluiceError } from '#errors';
import type { FetchedBatch } from '#kafka';
import {
  Applier,
  type ApplySession,
  countParked,
  type GatherStop,
  passBarrier,
  readOffset,
  RecordBatch,
  RecordFeed,
  type SessionPool,
  type SinkPartition,
  standAtBarrier,
  targetFault,
} from '#target-postgres';
import { type Log, sleep } from '#telemetry';
import type { PartitionHost } from './sink-options.ts';
import type { TableFeed } from './table-feed.ts';

/** Bytes of a partition that wait to be applied before no more are fetched. */
const QUEUE_BYTES = 4 * 1024 * 1024;
/** A position without a record is written after so long without a batch, so that "applied to X" becomes true. */
const IDLE_POSITION_MS = 20;
const LONGEST_PAUSE_MS = 5000;

/**
 * Applies one partition, in order: batch by batch while records wait, each in a transaction with its offset. The offset row in the target says where to go on
 * after anything unexpected: a lost answer, another process, a restart (rule 9).
 */
export class PartitionWorker {
  readonly at: SinkPartition;
  /** Shown by status: why the partition stands still. */
  waitsFor: string | null = null;
  /** Where the stored offset stands; -1: not known. */
  #expected = -1;
  /** Where the last thing that was taken ends. */
  #tail = -1;
  #queue: RecordFeed[] = [];
  #queueBytes = 0;
  #isPaused = false;
  #wake: () => void = () => undefined;
  #applier: Applier;
  readonly #log: Log;

  constructor(
    private readonly host: PartitionHost,
    readonly feed: TableFeed,
    partition: number,
    private readonly sessions: SessionPool,
  ) {
    this.at = { sink: host.options.sink, topic: feed.row.topic, partition };
    this.#log = host.options.log.with({ table: feed.row.tableName, partition });
    this.#applier = this.#makeApplier();
  }

  /** Takes what was fetched. What was fetched for an earlier seek may overlap or leave a gap: the one is passed over, the other is fetched again. */
  offer(fetched: FetchedBatch): void {
    if (this.#expected < 0 || fetched.fetchOffset > this.#tail || fetched.nextOffset <= this.#tail) {
      this.host.released(fetched);
      if (this.#expected >= 0 && fetched.fetchOffset > this.#tail)
        this.host.seek(this.at.topic, this.at.partition, this.#tail);
      return;
    }
    this.#queue.push(new RecordFeed(fetched, this.#tail));
    this.#tail = fetched.nextOffset;
    this.#queueBytes += fetched.byteCount;
    if (this.#queueBytes > QUEUE_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.host.pause(this.at.topic, this.at.partition);
    }
    this.#wake();
  }

  /** Works until the signal is aborted. @throws SluiceError what may not be retried */
  async run(signal: AbortSignal): Promise<void> {
    let pauseMs = 20;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    while (!signal.aborted) {
      try {
        if (this.#expected < 0) await this.#seek();
        await this.#work(signal);
        pauseMs = 20;
      } catch (error) {
        this.#drop();
        if (signal.aborted) return;
        if (error instanceof Signal) {
          this.#log.info('the partition is read again from the stored offset', { cause: error.message });
        } else {
          const fault = targetFault(error, `applying to ${this.feed.row.tableName}`);
          if (!isRetryable(fault)) throw fault;
          this.#log.warn('the partition is read again from the stored offset', { cause: oneLine(fault) });
          await sleep(pauseMs, signal);
          pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        }
      }
    }
    this.#drop();
  }

  /** One batch after another until a fault or the end. */
  async #work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#queue.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (signal.aborted || this.#queue.length > 0) resolve();
        });
        continue;
      }
      if (this.#hasOnlyPositions()) await this.#awaitMore(signal);
      const stop = await this.sessions.use((session) => this.#applyNext(session));
      if (stop) await this.#settle(stop, signal);
    }
  }

  /** Fetches without records move the offset too; a batch that follows at once takes them along. */
  async #awaitMore(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleep(IDLE_POSITION_MS, AbortSignal.any([signal, woken.signal]));
  }

  #hasOnlyPositions(): boolean {
    return this.#queue.every(({ fetched }) => fetched.records.recordLimit === 0);
  }

  /** Gathers a batch from what waits and applies it. Returns what stands in the way of the next. */
  async #applyNext(session: ApplySession): Promise<GatherStop | null> {
    const { options } = this.host;
    const { feed } = this;
    if (this.#applier.options.table !== feed.plans.table) this.#applier = this.#makeApplier(this.#applier);
    this.#applier.mustExist = feed.row.state === 'streaming';
    const batch = new RecordBatch({
      plans: feed.plans,
      readers: options.readers,
      rows: options.batchRows,
      bytes: options.batchBytes,
      version: feed.version,
      fromOffset: this.#expected,
      append: this.#applier.nextAppend(session),
    });
    const used: RecordFeed[] = [];
    let stop: GatherStop | null = null;
    while (this.#queue.length > 0 && !stop) {
      const found = batch.gather(this.#queue[0]!);
      if (found.reason === 'empty') used.push(this.#queue.shift()!);
      else stop = found;
    }
    try {
      if (batch.nextOffset > this.#expected) {
        const applied = await this.#applier.apply(session, batch, this.#expected);
        this.#expected = batch.nextOffset;
        if (applied.parked > 0) this.#log.warn('rows were parked', { rows: applied.parked });
      }
    } finally {
      for (const { fetched } of used) this.#release(fetched);
    }
    return stop;
  }

  async #settle(stop: GatherStop, signal: AbortSignal): Promise<void> {
    const { options } = this.host;
    switch (stop.reason) {
      case 'unknown-schema':
        await (stop.ofKey ? options.readers.loadKey(stop.id, signal) : options.readers.loadEnvelope(stop.id, signal));
        return;
      case 'newer-version':
        return this.#awaitVersion(stop.version, signal);
      case 'truncate':
        return this.#awaitBarrier(stop.position, signal);
      default:
        return;
    }
  }

  /** Rule 11: this table waits until the converter has brought the target to the version of the records. */
  async #awaitVersion(version: number, signal: AbortSignal): Promise<void> {
    this.waitsFor = `version ${version} of the table in the target, which has ${this.feed.version}`;
    this.#log.warn('records are of a newer version than the target: waiting for the converter', { version });
    while (!signal.aborted && this.feed.version < version) await sleep(100, signal);
    this.waitsFor = null;
  }

  /** Rule 7: the table is emptied when every partition stands at a `t`. */
  async #awaitBarrier(position: string, signal: AbortSignal): Promise<void> {
    const { incarnation, row } = this.feed;
    const target = { schema: row.targetSchema, name: row.targetName };
    const offset = this.#queue[0]!.offset;
    this.waitsFor = 'the truncation to arrive in every partition';
    const barrier = { at: this.at, incarnation, expected: this.#expected, offset, position };
    await this.sessions.use((session) => standAtBarrier(session.client, barrier));
    this.#expected = offset;
    while (!signal.aborted) {
      await this.sessions.use((session) => passBarrier(session.client, this.at, target));
      const stored = await readOffset(this.host.options.pool, this.at);
      if (stored?.nextOffset !== offset) break;
      await sleep(50, signal);
    }
    this.waitsFor = null;
    throw new Signal('reseek', 'the table was truncated');
  }

  /** Reads the stored offset and begins there. */
  async #seek(): Promise<void> {
    const stored = await readOffset(this.host.options.pool, this.at);
    if (!stored) {
      throw new SluiceError('LeaseLost', 'the offset row is gone: the target table was dropped or is being made anew', {
        table: this.feed.row.tableName,
      });
    }
    if (stored.incarnation !== this.feed.incarnation) {
      throw new SluiceError(
        'TopicIncarnationChanged',
        `The topic ${this.at.topic} is not the one that the offsets belong to.`,
        {
          table: this.feed.row.tableName,
        },
      );
    }
    this.#applier.hasParked = (await countParked(this.host.options.pool, this.at)) > 0;
    this.#expected = stored.nextOffset;
    this.#tail = stored.nextOffset;
    this.host.seek(this.at.topic, this.at.partition, stored.nextOffset);
  }

  #makeApplier(before?: Applier): Applier {
    const { job, onRowError, isStepwise } = this.host.options;
    const { incarnation, plans } = this.feed;
    const applier = new Applier({ table: plans.table, at: this.at, job, incarnation, onRowError, isStepwise });
    applier.hasParked = before?.hasParked ?? false;
    return applier;
  }

  #release(fetched: FetchedBatch): void {
    this.#queueBytes -= fetched.byteCount;
    this.host.released(fetched);
    if (this.#isPaused && this.#queueBytes < QUEUE_BYTES / 2) {
      this.#isPaused = false;
      this.host.resume(this.at.topic, this.at.partition);
    }
  }

  /** Forgets everything in memory: only the stored offset counts now. */
  #drop(): void {
    this.#expected = -1;
    for (const { fetched } of this.#queue.splice(0)) this.#release(fetched);
  }
}
