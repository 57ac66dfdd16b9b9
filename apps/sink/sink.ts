import { isRetryable, oneLine, SluiceError } from '#errors';
import type { FetchedBatch, Fetcher } from '#kafka';
import {
  installSinkSchema,
  type JobTable,
  type LeasedPartition,
  partitionsOf,
  SessionPool,
  SinkLeases,
  targetFault,
} from '#target-postgres';
import { sleep } from '#telemetry';
import { PartitionWorker } from './partition-worker.ts';
import type { PartitionHost, SinkOptions } from './sink-options.ts';
import { TableFeed } from './table-feed.ts';

export type { SinkOptions } from './sink-options.ts';

/** Bytes fetched and not yet applied, over all partitions, before the sink stops fetching. */
const HELD_BYTES = 48 * 1024 * 1024;
const FETCH = { maxWaitMs: 500, maxBytes: 8 * 1024 * 1024, maxBytesPerPartition: 2 * 1024 * 1024 };
/** States in which a table's target is there and its events are applied. */
const FED = new Set(['prepared', 'held', 'loading', 'loaded', 'catching-up', 'streaming', 'gap']);
/** How often tables and their states are looked at. */
const REFRESH_MS = 500;

interface Running {
  readonly worker: PartitionWorker;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Applies the events of a job's tables to its target. Any number of processes share the partitions by leases; each partition is applied in order by one of them, all
 * of them in parallel over a bounded number of connections.
 */
export class Sink implements PartitionHost {
  readonly options: SinkOptions;
  readonly #leases: SinkLeases;
  readonly #sessions: SessionPool;
  readonly #fetcher: Fetcher;
  readonly #feeds = new Map<string, TableFeed>();
  readonly #running = new Map<string, Running>();
  readonly #suspended = new Set<string>();
  #heldBytes = 0;
  #drained: () => void = () => undefined;
  #fault: unknown = null;

  constructor(options: SinkOptions) {
    this.options = options;
    this.#leases = new SinkLeases(options.pool, options.sink, options.member, options.leaseMs);
    this.#sessions = new SessionPool(options.pool, options.connections, options.nul);
    this.#fetcher = options.kafka.fetcher(FETCH);
  }

  /** Works until the signal is aborted: then the batches in hand are finished and the leases given back. */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const until = AbortSignal.any([signal, failed.signal]);
    this.#fail = (error) => {
      this.#fault ??= error;
      failed.abort();
      this.#drained();
    };
    signal.addEventListener('abort', () => this.#drained(), { once: true });
    try {
      await this.#install(until);
      await Promise.all([this.#guard(this.#fetch(until)), this.#guard(this.#keepLeases(until))]);
    } finally {
      await this.#close();
    }
    if (this.#fault) throw this.#fault;
  }

  seek(topic: string, partition: number, offset: number): void {
    this.#fetcher.seek(topic, partition, offset);
    this.#fetcher.resume(topic, partition);
  }

  pause(topic: string, partition: number): void {
    this.#fetcher.pause(topic, partition);
  }

  resume(topic: string, partition: number): void {
    this.#fetcher.resume(topic, partition);
  }

  released(fetched: FetchedBatch): void {
    this.#heldBytes -= fetched.byteCount;
    if (this.#heldBytes < HELD_BYTES) this.#drained();
  }

  /** The target may be starting, too. */
  async #install(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await installSinkSchema(this.options.pool);
      } catch (error) {
        const fault = targetFault(error, 'preparing the tables of the sink');
        if (!isRetryable(fault)) throw fault;
        this.options.log.warn('the target is waited for', { cause: oneLine(fault) });
        await sleep(REFRESH_MS, signal);
      }
    }
  }

  #fail: (error: unknown) => void = () => undefined;

  async #guard(part: Promise<void>): Promise<void> {
    try {
      await part;
    } catch (error) {
      this.#fail(error);
    }
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#heldBytes >= HELD_BYTES) await new Promise<void>((resolve) => (this.#drained = resolve));
      if (signal.aborted) return;
      try {
        const round = await this.#fetcher.fetch(signal);
        for (const batch of round.batches) this.#offer(batch);
        for (const { topic, error } of round.faults) await this.#suspend(topic, error);
      } catch (error) {
        if (signal.aborted) return;
        if (!isRetryable(error)) throw error;
        this.options.log.warn('fetching begins again', { cause: oneLine(error) });
        await sleep(500, signal);
      }
    }
  }

  #offer(batch: FetchedBatch): void {
    this.#heldBytes += batch.byteCount;
    const running = this.#running.get(keyOf(batch));
    if (running) running.worker.offer(batch);
    else this.released(batch);
  }

  /** Looks at the tables and shares the partitions, again and again. A refresh that fails is tried again: workers go on meanwhile. */
  async #keepLeases(signal: AbortSignal): Promise<void> {
    let nextBeatMs = 0;
    let members: string[] = [this.options.member];
    while (!signal.aborted) {
      try {
        if (Date.now() >= nextBeatMs) {
          members = await this.#leases.beat();
          nextBeatMs = Date.now() + this.options.leaseMs / 3;
        }
        await this.#refresh(members);
      } catch (error) {
        if (signal.aborted) return;
        const fault = targetFault(error, 'renewing the leases');
        if (!isRetryable(fault)) throw fault;
        this.options.log.warn('the leases could not be renewed', { cause: oneLine(fault) });
      }
      await sleep(Math.min(REFRESH_MS, this.options.leaseMs / 4), signal);
    }
  }

  async #refresh(members: readonly string[]): Promise<void> {
    const tables = (await this.options.control.readTables()).filter((table) => FED.has(table.state));
    for (const table of tables) if (table.state !== 'suspended') this.#suspended.delete(table.topic);
    await this.#openFeeds(tables);
    const wanted = this.#share(tables, members);
    const names = new Set(wanted.map(keyOf));
    this.#stopWhere((key) => !names.has(key));
    // A partition that goes to another process stays leased until the batch in hand is done.
    const ending = [...this.#running.values()].map(({ worker }) => worker.at).filter((at) => !names.has(keyOf(at)));
    const held = await this.#leases.hold([...wanted, ...ending]);
    const heldNames = new Set(held.map(keyOf));
    this.#stopWhere((key) => !heldNames.has(key));
    for (const partition of wanted) if (heldNames.has(keyOf(partition))) this.#start(partition);
    await this.#leases.releaseOthers(held.filter((at) => names.has(keyOf(at)) || this.#running.has(keyOf(at))));
    await this.#report();
  }

  /** The partitions that fall to this process: every process counts them in one order. */
  #share(tables: readonly JobTable[], members: readonly string[]): LeasedPartition[] {
    const all = partitionsOf(tables.filter((table) => this.#feeds.has(table.topic))).sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
    const mine = Math.max(0, members.indexOf(this.options.member));
    return all.filter((_, index) => index % Math.max(1, members.length) === mine);
  }

  async #openFeeds(tables: readonly JobTable[]): Promise<void> {
    for (const topic of this.#feeds.keys())
      if (!tables.some((table) => table.topic === topic)) this.#feeds.delete(topic);
    const fresh = tables.filter((table) => !this.#feeds.has(table.topic));
    const states = fresh.length === 0 ? [] : await this.options.kafka.topics(fresh.map((table) => table.topic));
    for (const table of tables) {
      const feed = this.#feeds.get(table.topic);
      try {
        if (!feed) await this.#openFeed(table, states.find((state) => state.name === table.topic)?.topicId);
        else if (table.eventTable.version !== feed.version) await feed.reopen(this.options, table);
        else feed.row = table;
      } catch (error) {
        if (!(error instanceof SluiceError) || error.action !== 'suspend') throw error;
        await this.#suspend(table.topic, error, table.tableName);
      }
    }
  }

  /** A topic that is not there yet is looked for again. */
  async #openFeed(table: JobTable, topicId: string | undefined): Promise<void> {
    if (topicId === undefined) return;
    this.#feeds.set(table.topic, await TableFeed.open(this.options, table, topicId));
  }

  #stopWhere(isUnwanted: (key: string) => boolean): void {
    for (const [key, running] of this.#running) if (isUnwanted(key)) running.stop.abort();
  }

  #start({ topic, partition }: LeasedPartition): void {
    const feed = this.#feeds.get(topic);
    const key = keyOf({ topic, partition });
    if (!feed || this.#running.has(key)) return;
    const worker = new PartitionWorker(this, feed, partition, this.#sessions);
    const stop = new AbortController();
    const ended = worker
      .run(stop.signal)
      .catch((error: unknown) => this.#workerFailed(feed, error))
      .finally(() => {
        this.#running.delete(key);
        this.#fetcher.remove(topic, partition);
      });
    this.#running.set(key, { worker, stop, ended });
  }

  async #workerFailed(feed: TableFeed, error: unknown): Promise<void> {
    const isTable = error instanceof SluiceError && (error.action === 'suspend' || error.action === 'park');
    if (!isTable) return this.#fail(error);
    await this.#guard(this.#suspend(feed.row.topic, error, feed.row.tableName));
  }

  /** Stops a table for all processes; it blocks cutover until somebody resumes it. */
  async #suspend(topic: string, error: SluiceError, tableName?: string): Promise<void> {
    const name = tableName ?? this.#feeds.get(topic)?.row.tableName;
    if (name === undefined || this.#suspended.has(topic)) return;
    this.#suspended.add(topic);
    this.options.log.error('the table is suspended', {
      table: name,
      kind: error.kind,
      cause: oneLine(error),
      ...error.facts,
    });
    await this.options.control.setTableState(name, 'suspended', { reason: oneLine(error) });
    this.#feeds.delete(topic);
    this.#stopWhere((key) => key.startsWith(`${topic}:`));
  }

  async #report(): Promise<void> {
    const waiting = [...this.#running.values()]
      .filter(({ worker }) => worker.waitsFor !== null)
      .map(({ worker }) => ({
        table: worker.feed.row.tableName,
        partition: worker.at.partition,
        waitsFor: worker.waitsFor,
      }));
    const facts = { member: this.options.member, partitions: this.#running.size, heldBytes: this.#heldBytes, waiting };
    await this.options.control.setProgress('sink', facts);
  }

  async #close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort();
    await Promise.all(running.map(({ ended }) => ended));
    await this.#fetcher.close();
    await this.#leases.leave().catch((error: unknown) => {
      this.options.log.warn('the leases run out by themselves', { cause: oneLine(error) });
    });
    this.#sessions.close();
    await this.options.pool.end();
  }
}

function keyOf({ topic, partition }: LeasedPartition): string {
  return `${topic}:${partition}`;
}
