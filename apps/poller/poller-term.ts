import { type Position, topics, type WindowPartition, type WindowRecord } from '#events';
import { oneLine, SluiceError } from '#errors';
import { TopicWriter, type TransactionalProducer } from '#kafka';
import type { TablePublisher } from '#publish';
import type { ChangeReader, ChangeWindow } from '#source';
import { type JobTable, type Lease, type OpenRequest, partitionsOf } from '#target-postgres';
import { failpoint, sleep } from '#telemetry';
import { answerHolds, endHolds } from './holds.ts';
import { BUFFERED_BYTES, Journals } from './journals.ts';
import type { PollerOptions } from './poller.ts';
import { type PollerState, readState } from './window-log.ts';

/** Changes of one table in one window, by operation. */
interface Counted {
  c: number;
  u: number;
  d: number;
}

/** One tenure of the poller's lease: everything learnt in it is forgotten with it. */
export class PollerTerm {
  readonly producer: TransactionalProducer;
  readonly journals: Journals;
  private order: JobTable[] = [];
  private readonly publishers = new Map<string, TablePublisher>();
  private readonly windowTopic: TopicWriter;
  private changeReader: ChangeReader | null = null;
  private current: PollerState | null = null;
  private lastRecordMs = 0;
  private lastProblemMs = 0;
  /** Ends with the report of the last window; its fault counts when the next is published. */
  private reported: Promise<void> = Promise.resolve();
  /** When this term last wrote a marker to move the position on. */
  lastMarkerMs = 0;
  private readonly ending = new AbortController();

  constructor(
    readonly options: PollerOptions,
    private readonly lease: Lease,
  ) {
    this.producer = options.kafka.producer({ transactionalId: `${options.job}.poller`, transactionTimeoutMs: 60_000 });
    this.windowTopic = new TopicWriter(this.producer, topics.windows(options.job), 1);
    this.journals = new Journals(this);
  }

  get state(): PollerState {
    if (!this.current) throw new SluiceError('Bug', 'BUG: the poller has not read its state');
    return this.current;
  }

  /** Leads until the signal is aborted, the lease is lost or a fault is thrown. */
  async lead(signal: AbortSignal): Promise<void> {
    const { control, leaseMs } = this.options;
    const ended = AbortSignal.any([signal, this.ending.signal]);
    const renewal = setInterval(() => void this.renew(), leaseMs / 3);
    try {
      await this.producer.init();
      // Whoever lost the lease while initialising must not lead, although it has just fenced the one that has it: that one initialises again.
      if (!(await control.leases.renew(this.lease, leaseMs))) throw leaseLost();
      failpoint('poller.initialised');
      await this.open();
      while (!ended.aborted) await this.step(ended);
      if (!signal.aborted) throw this.ending.signal.reason;
    } finally {
      clearInterval(renewal);
      await this.journals.close();
      await this.changeReader?.close();
      await this.producer.close();
      if (signal.aborted) await control.leases.release(this.lease);
    }
  }

  /** How changes of a table go out now. `off`: not yet held, or stopped. */
  stageOf(name: string): 'journal' | 'stream' | 'off' {
    if (this.state.holds.some((hold) => hold.table === name)) return 'journal';
    const state = this.table(name).state;
    const isOff =
      state === 'pending' || state === 'prepared' || state === 'gap' || state === 'suspended' || state === 'refused';
    return isOff ? 'off' : 'stream';
  }

  table(name: string): JobTable {
    const table = this.order.find((one) => one.tableName === name);
    if (!table) throw new SluiceError('Bug', `BUG: unknown table ${name}`);
    return table;
  }

  publisherOf(name: string): TablePublisher {
    const publisher = this.publishers.get(name);
    if (!publisher) throw new SluiceError('Bug', `BUG: no publisher of ${name}`);
    return publisher;
  }

  startOf(name: string): Promise<Position> {
    return this.reader.start(this.order.indexOf(this.table(name)));
  }

  /** Reads the tables' states anew; a table added to the job makes the term begin again. */
  async refresh(): Promise<void> {
    const rows = await this.options.control.readTables();
    if (rows.length !== this.order.length)
      throw new SluiceError('LeaseLost', 'The job has other tables now: the poller begins again.');
    this.order = rows;
  }

  /**
   * Publishes a window (null: none), `copies` of journal records, and their window record, in one Kafka transaction. `next` alters holds and journals with it.
   */
  async publish(
    window: ChangeWindow | null,
    next: Partial<Pick<PollerState, 'holds' | 'journals'>> = {},
    copies?: () => Promise<void>,
  ): Promise<void> {
    const { producer } = this;
    producer.begin();
    const counts = window ? await this.emit(window) : new Map<string, Counted>();
    await copies?.();
    for (const publisher of this.publishers.values()) publisher.push();
    this.journals.push();
    const state: PollerState = {
      windowId: this.state.windowId + 1,
      to: window?.to ?? this.state.to,
      holds: this.state.holds,
      journals: this.state.journals,
      ...next,
    };
    const ranges = await producer.flush();
    const partitions = [...ranges.values()].map((range) => ({
      topic: range.topic,
      partition: range.partition,
      firstOffset: String(range.firstOffset),
      lastOffset: String(range.lastOffset),
      records: range.records,
    }));
    this.appendRecord(state, window, partitions);
    failpoint('poller.window-produced');
    await producer.commit();
    failpoint('poller.window-committed');
    this.current = state;
    this.lastRecordMs = Date.now();
    // Beside the reading of the next window, without the changes of this one; one at a time, in order.
    await this.reported;
    this.reported = this.report({ lastCommitMs: window?.lastCommitMs ?? null, more: window?.more ?? false }, counts);
    this.reported.catch(() => undefined);
  }

  private get reader(): ChangeReader {
    if (!this.changeReader) throw new SluiceError('Bug', 'BUG: the change reader is not open');
    return this.changeReader;
  }

  private async renew(): Promise<void> {
    const { control, leaseMs, log } = this.options;
    try {
      if (!(await control.leases.renew(this.lease, leaseMs))) this.ending.abort(leaseLost());
    } catch (error) {
      log.warn('lease not renewed', { cause: oneLine(error) });
    }
  }

  private async open(): Promise<void> {
    const { control, kafka, job, source, openPublisher, windows, log } = this.options;
    this.order = await control.readTables();
    const row = await control.readJob();
    this.changeReader = await source.openChangeReader(this.order.map((table) => table.eventTable));
    await this.producer.mend([{ topic: topics.windows(job), partition: 0 }, ...partitionsOf(this.order)]);
    const found = await readState(
      kafka,
      topics.windows(job),
      (value) => windows.decode(value),
      row?.record['windows'] === true,
    );
    const journals = found?.holds.map((hold) => ({ topic: topics.journal(job, hold.hold), partition: 0 })) ?? [];
    await this.producer.mend(journals);
    for (const table of this.order) {
      this.publishers.set(
        table.tableName,
        await openPublisher(this.producer, table.eventTable, table.topic, table.partitions),
      );
    }
    this.current = found ?? { windowId: 0, to: await this.reader.head(), holds: [], journals: [] };
    if (!found) await this.publish(null);
    if (row?.record['windows'] !== true) await control.setJobRecord({ windows: true });
    this.lastRecordMs = Date.now();
    log.info('poller leads', {
      position: this.state.to.text,
      tables: this.order.length,
      holds: this.state.holds.length,
    });
  }

  /** One round: answers requests, copies journals, then reads and publishes a window; pauses where there was nothing to do. */
  private async step(signal: AbortSignal): Promise<void> {
    await this.answerRequests();
    const drain = await this.journals.drain(signal);
    if (drain === 'nearly-empty') return;
    const { windowRows, windowBytes, heartbeatMs, pollMs } = this.options;
    const window = await this.reader.read(this.state.to, { rows: windowRows, bytes: windowBytes }, signal);
    signal.throwIfAborted();
    await this.stopTables(window);
    const isDue = Date.now() - this.lastRecordMs >= heartbeatMs;
    const isWorth = window.changes.length > 0 || window.transactions > 0 || isDue;
    if (window.to.isAfter(this.state.to) && isWorth) await this.publishOrStop(window);
    else if (isDue) await this.publish(null);
    if (isDue) await this.watchCapture();
    if (!window.more && window.changes.length === 0 && drain === 'idle') await sleep(pollMs, signal);
  }

  private async answerRequests(): Promise<void> {
    const requests = await this.options.control.requests.open(['hold', 'release']);
    if (requests.length === 0) return;
    await this.refresh();
    const asked = requests.filter((request) => request.kind === 'hold');
    if (asked.length > 0) await answerHolds(this, asked);
    const released = requests.filter((request) => request.kind === 'release');
    const isHeld = (request: OpenRequest): boolean => this.state.holds.some((hold) => hold.hold === request.subject);
    for (const request of released) if (isHeld(request)) this.journals.release(request.subject);
    const ended = released.filter((request) => !isHeld(request));
    if (ended.length > 0) await endHolds(this, ended);
  }

  /** Publishes a window; a table with a change that cannot be encoded is stopped, and the window is read again without it. */
  private async publishOrStop(window: ChangeWindow): Promise<void> {
    try {
      await this.publish(window);
    } catch (error) {
      if (!(error instanceof UnpublishableChange)) throw error;
      for (const publisher of this.publishers.values()) publisher.clear();
      this.journals.clear();
      await this.producer.abort();
      if (this.producer.needsInit) throw error.fault;
      await this.stopTable(error.table, 'suspended', error.fault.message);
    }
  }

  /** Appends the changes of a window to their topics, or to the journals of tables that are held. */
  private async emit(window: ChangeWindow): Promise<Map<string, Counted>> {
    const counts = new Map<string, Counted>();
    for (const change of window.changes) {
      const table = this.order[change.table];
      if (!table) continue;
      const stage = this.stageOf(table.tableName);
      if (stage === 'off') continue;
      const publisher = stage === 'stream' ? this.publisherOf(table.tableName) : await this.journals.publisherOf(table);
      try {
        publisher.change(change);
      } catch (error) {
        if (error instanceof SluiceError && error.action !== 'retry')
          throw new UnpublishableChange(table.tableName, error);
        throw error;
      }
      const count = counts.get(table.tableName) ?? { c: 0, u: 0, d: 0 };
      count[change.op]++;
      counts.set(table.tableName, count);
      if (this.producer.bufferedBytes > BUFFERED_BYTES) await this.producer.drain(BUFFERED_BYTES / 2);
    }
    return counts;
  }

  private appendRecord(state: PollerState, window: ChangeWindow | null, partitions: WindowPartition[]): void {
    const { job, windows } = this.options;
    const record: WindowRecord = {
      windowId: state.windowId,
      job,
      from: this.state.to.text,
      to: state.to.text,
      firstCommitMs: window?.firstCommitMs ?? null,
      lastCommitMs: window?.lastCommitMs ?? null,
      transactions: window?.transactions ?? 0,
      partial: window?.partial ?? false,
      partitions,
      holds: state.holds,
      journals: state.journals,
      tsMs: Date.now(),
    };
    const key = windows.key(record);
    const value = windows.encode(record);
    this.windowTopic.append(
      record.tsMs,
      { buffer: key, start: 0, end: key.length },
      { buffer: value, start: 0, end: value.length },
      null,
    );
    this.windowTopic.push();
  }

  /** Counters and progress for people; losing them in a crash loses no event. */
  private async report(
    window: Pick<ChangeWindow, 'lastCommitMs' | 'more'>,
    counts: ReadonlyMap<string, Counted>,
  ): Promise<void> {
    const { control, owner } = this.options;
    for (const [name, count] of counts) {
      await control.count(name, 'poller', 'all', { inserts: count.c, updates: count.u, deletes: count.d });
    }
    await control.setProgress('poller', {
      owner,
      windowId: this.state.windowId,
      position: this.state.to.text,
      lastCommitMs: window.lastCommitMs,
      more: window.more,
      holds: this.state.holds.length,
    });
  }

  /** A table whose history was cleaned away, or whose shape changed, emits nothing any more until it is loaded again (row A1). */
  private async stopTables(window: ChangeWindow): Promise<void> {
    const stops = [
      ...window.gaps.map((gap) => ({ ...gap, state: 'gap' as const })),
      ...window.schemaChanges.map((seen) => ({
        table: seen.table,
        reason: `schema change in the source: ${seen.ddl}`,
        state: 'suspended' as const,
      })),
    ];
    for (const { table, reason, state } of stops) {
      const name = this.order[table]?.tableName;
      if (name === undefined || this.stageOf(name) === 'off') continue;
      await this.stopTable(name, state, reason);
    }
  }

  /** Nothing of the table is emitted from here on; a hold of it ends without its journal being copied. */
  private async stopTable(name: string, state: 'gap' | 'suspended', reason: string): Promise<void> {
    await this.options.control.setTableState(name, state, { reason });
    this.options.log.error('table stopped', { table: name, state, reason });
    await this.refresh();
    if (this.state.holds.some((hold) => hold.table === name)) {
      await this.publish(null, { holds: this.state.holds.filter((hold) => hold.table !== name) });
    }
  }

  /** Whether the capture itself is alive (row A4): looked at with every heartbeat. */
  private async watchCapture(): Promise<void> {
    const problem = await this.reader.captureProblem();
    await this.options.control.setProgress('capture', { problem, ageMs: this.reader.captureLagMs() });
    if (problem && Date.now() - this.lastProblemMs > 30_000) {
      this.options.log.error('capture has a problem', { problem });
      this.lastProblemMs = Date.now();
    }
  }
}

function leaseLost(): SluiceError {
  return new SluiceError('LeaseLost', 'Another poller has the lease.');
}

/** A change whose values cannot be written (values.nul: reject): its table is stopped, the others go on. */
class UnpublishableChange extends Error {
  override readonly name = 'UnpublishableChange';

  constructor(
    readonly table: string,
    readonly fault: SluiceError,
  ) {
    super(fault.message);
  }
}
