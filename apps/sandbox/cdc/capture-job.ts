import { randomUUID } from 'node:crypto';
import { CaptureStore, type CaptureSettings, type DdlEvent, type MappingRow } from './capture-store.ts';
import { ChangeApplier } from './change-applier.ts';
import { commitLsn } from './lsn.ts';
import type { LogicalMessage } from './pgoutput.ts';
import { ReplicationStream, type StreamMessage } from './replication-stream.ts';

const FLUSH_BYTES = 2 * 1024 * 1024;
const MAX_BATCH_TRANSACTIONS = 2000;
const RETRY_MS = 1000;
const IDLE_WAIT_MS = 1000;
const EPOCH_2000_MS = 946_684_800_000n;

/** Where the job can be made to die, for tests of recovery. */
export type DiePoint = 'before-copy' | 'mid-transaction' | 'before-commit' | 'before-advance';

export interface CaptureJobOptions {
  /** URL of the sandbox database. */
  readonly url: string;
  /** The catalog changed (a change table's column took another type). */
  readonly onCatalogChanged: () => void;
  /** Ends the process at once; tests may throw instead. */
  readonly die: (point: DiePoint) => void;
  readonly log: (message: string) => void;
}

/** A message the job or the engine put into the log. */
type Marker =
  | { readonly kind: 'reload' }
  | { readonly kind: 'cycle'; readonly run: string; readonly id: number }
  | { readonly kind: 'idle' }
  | ({ readonly kind: 'ddl' } & DdlEvent);

/**
 * The capture job of one database: reads the log through logical decoding and fills the change tables in commit order. Each batch is
 * one PostgreSQL transaction with the job's progress in it, so a kill neither loses nor doubles a change; the slot advances afterwards.
 */
export class CaptureJob {
  private readonly controller = new AbortController();
  private applier = new ChangeApplier(new Map());
  private mappings: MappingRow[] = [];
  private batchTransactions = 0;
  private lastCommitWal = 0n;
  private endWal = 0n;
  private catalogChanged = false;
  private cycleId = 0;
  /** Of this run: the log may still hold markers of the run before, which say nothing about this one. */
  private runId = '';
  private seenCycle = 0;
  private lastMapping = Date.now();
  private settingsStale = true;
  private settings: CaptureSettings | undefined;
  private running: Promise<void> | undefined;
  private stream: ReplicationStream | undefined;
  private store: CaptureStore | undefined;

  constructor(private readonly options: CaptureJobOptions) {}

  /** Begins; errors are recorded in sys.dm_cdc_errors and the work is tried again. */
  start(): void {
    this.running ??= this.loop();
  }

  /** Job settings or knobs were changed. */
  changed(): void {
    this.settingsStale = true;
    this.stream?.nudge();
    this.wakeSleep?.();
  }

  /** Ends after the batch at hand is given up; what is not committed will be read again. */
  async stop(): Promise<void> {
    this.controller.abort();
    this.changed();
    await this.running;
  }

  private wakeSleep: (() => void) | undefined;
  private restartMs = RETRY_MS;
  private dieAt = '';
  private lastFailure = '';

  private get stopped(): boolean {
    return this.controller.signal.aborted;
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.session();
      } catch (error) {
        await this.failed(error);
      } finally {
        await this.disconnect();
      }
      if (!this.stopped) await this.pause(this.restartMs);
    }
  }

  private async failed(error: unknown): Promise<void> {
    if (this.stopped) return;
    // A change table that was dropped under way is no fault: the instances are read again.
    this.restartMs = isMissingTable(error) ? 10 : RETRY_MS;
    if (isMissingTable(error)) return;
    const message = error instanceof Error ? error.message : String(error);
    if (message !== this.lastFailure) this.options.log(`the capture job failed and starts again: ${message}`);
    this.lastFailure = message;
    try {
      await this.store?.rollback();
      await this.store?.recordError(error);
    } catch (second) {
      this.options.log(`its error could not be recorded: ${second instanceof Error ? second.message : String(second)}`);
    }
  }

  private async disconnect(): Promise<void> {
    await this.stream?.close();
    await this.store?.freeSlot();
    await this.store?.close();
    this.stream = undefined;
    this.store = undefined;
  }

  /** One stretch of work on one pair of connections. */
  private async session(): Promise<void> {
    const store = new CaptureStore(this.options.url);
    this.store = store;
    const state = await store.connect();
    this.restartMs = RETRY_MS;
    if (!state) return;
    this.reset(state.lastCommitWal);
    this.applier = new ChangeApplier(await store.instances());
    this.settingsStale = true;
    await store.sessionState('Starting');
    while (!this.stopped && !(await this.currentSettings(store)).running) await this.sleep(RETRY_MS * 60);
    if (this.stopped) return;
    const stream = new ReplicationStream({ url: this.options.url, slot: state.slot, publication: state.publication });
    this.stream = stream;
    await stream.start();
    while (!this.stopped) {
      const settings = await this.currentSettings(store);
      if (!settings.running) return;
      if (settings.pollingSeconds === 0 && settings.continuous) await this.scanAlways(store, stream);
      else await this.scanCycle(store, stream, settings);
      if (!settings.continuous) return this.finishRun(store);
    }
  }

  /** continuous = 0: one run, then the job is stopped. */
  private async finishRun(store: CaptureStore): Promise<void> {
    await store.markStopped();
    await store.sessionState('Done');
    this.restartMs = 10;
  }

  private reset(lastCommitWal: bigint): void {
    this.lastCommitWal = lastCommitWal;
    this.endWal = 0n;
    this.mappings = [];
    this.batchTransactions = 0;
    this.catalogChanged = false;
    this.seenCycle = 0;
    this.cycleId = 0;
    this.runId = randomUUID();
  }

  private async currentSettings(store: CaptureStore): Promise<CaptureSettings> {
    if (this.settingsStale || !this.settings) {
      this.settingsStale = false;
      this.settings = await store.settings();
      this.dieAt = this.settings.dieAt ?? this.dieAt;
    }
    return this.settings;
  }

  /** pollinginterval = 0: everything as soon as it is there. */
  private async scanAlways(store: CaptureStore, stream: ReplicationStream): Promise<void> {
    stream.resume();
    await this.drain(store, stream, Number.MAX_SAFE_INTEGER);
    await this.settle(store, stream);
    await this.moveOnWhenIdle(store);
    if (!this.settingsStale) await stream.wait(IDLE_WAIT_MS);
  }

  /** One scan to the end of the log as it is now, then a rest of pollinginterval seconds. */
  private async scanCycle(store: CaptureStore, stream: ReplicationStream, settings: CaptureSettings): Promise<void> {
    this.cycleId += 1;
    await store.emitMarker(JSON.stringify({ kind: 'cycle', run: this.runId, id: this.cycleId }));
    stream.resume();
    let left = settings.cycleTransactions;
    while (!this.stopped && left > 0 && this.seenCycle < this.cycleId) {
      const done = await this.drain(store, stream, left);
      left -= done;
      await this.settle(store, stream);
      if (this.seenCycle < this.cycleId && left > 0) await stream.wait(IDLE_WAIT_MS);
    }
    await this.moveOnWhenIdle(store);
    stream.rest();
    if (!this.stopped && settings.continuous) await this.sleep(settings.pollingSeconds * 1000);
  }

  /** Handles what is queued, at most `limit` transactions; answers how many. Between transactions it may stop, inside one it may not. */
  private async drain(store: CaptureStore, stream: ReplicationStream, limit: number): Promise<number> {
    let done = 0;
    while (done < limit && !this.stopped) {
      const message = stream.poll();
      if (!message) break;
      const decoded = this.applier.decoder.decode(message.buffer, message.offset);
      if (this.applier.row(decoded, message)) {
        if (this.applier.bytes > FLUSH_BYTES) await this.flushRows(store);
        continue;
      }
      if (await this.applyControl(store, stream, decoded, message)) done += 1;
      if (this.batchTransactions >= MAX_BATCH_TRANSACTIONS) await this.settle(store, stream);
    }
    return done;
  }

  /** Everything but rows. True where a transaction came to its end. */
  private async applyControl(
    store: CaptureStore,
    stream: ReplicationStream,
    decoded: LogicalMessage,
    message: StreamMessage,
  ): Promise<boolean> {
    switch (decoded.kind) {
      case 'begin':
        this.applier.begin(decoded, this.lastCommitWal);
        return false;
      case 'relation':
        this.applier.relation(decoded.relation);
        return false;
      case 'message':
        if (decoded.prefix === 'sluice_cdc')
          await this.applyMarker(store, JSON.parse(decoded.content) as Marker, message);
        return false;
      case 'commit':
        await this.endTransaction(store, stream, decoded.endLsn);
        return true;
      default:
        return false;
    }
  }

  private async endTransaction(store: CaptureStore, stream: ReplicationStream, endLsn: bigint): Promise<void> {
    const { transaction } = this.applier;
    this.applier.transaction = undefined;
    this.endWal = endLsn;
    if (!transaction || transaction.skipped) return;
    this.lastCommitWal = transaction.commitWal;
    if (transaction.rows > 0) this.addMapping(transaction.mapping);
    else if (transaction.reload) this.addMapping({ ...transaction.mapping, xid: 0 });
    this.batchTransactions += 1;
    if (!transaction.reload) return;
    await this.settle(store, stream);
    await store.waitVisible(transaction.mapping.xid);
    this.applier.tables = await store.instances();
  }

  private async applyMarker(store: CaptureStore, marker: Marker, message: StreamMessage): Promise<void> {
    const { transaction } = this.applier;
    if (transaction?.skipped) return;
    switch (marker.kind) {
      case 'reload':
        if (transaction) transaction.reload = true;
        return;
      case 'cycle':
        if (marker.run === this.runId) this.seenCycle = marker.id;
        return;
      case 'idle':
        if (!transaction && message.walStart > this.lastCommitWal) this.addIdleMapping(message.walStart);
        return;
      case 'ddl': {
        if (!transaction) return;
        transaction.reload = true;
        const table = this.applier.tables.get(marker.objectId);
        if (!table) return;
        await this.flushRows(store);
        await store.applyDdl(table, marker, transaction.mapping);
        this.catalogChanged ||= marker.changed.length > 0;
      }
    }
  }

  private addMapping(row: MappingRow): void {
    this.mappings.push(row);
    this.lastMapping = Date.now();
  }

  /** max_lsn moves on although nothing was captured. */
  private addIdleMapping(wal: bigint): void {
    const now = (BigInt(Date.now()) - EPOCH_2000_MS) * 1000n;
    this.lastCommitWal = wal;
    this.addMapping({ lsn: commitLsn(wal), commitMicros: now, xid: 0 });
    this.batchTransactions += 1;
  }

  private async moveOnWhenIdle(store: CaptureStore): Promise<void> {
    const idleMs = (this.settings?.idleSeconds ?? 300) * 1000;
    if (this.applier.transaction || Date.now() - this.lastMapping < idleMs) return;
    this.lastMapping = Date.now();
    await store.emitMarker(JSON.stringify({ kind: 'idle' }));
  }

  /** Stores the rows put together so far, without committing them. */
  private async flushRows(store: CaptureStore): Promise<void> {
    this.point('before-copy');
    for (const table of this.applier.tables.values()) {
      for (const instance of table.instances) await store.copy(instance);
    }
    this.applier.bytes = 0;
    if (this.applier.transaction) this.point('mid-transaction');
  }

  /** Ends the batch: rows, mapping and progress become visible together, then the slot advances. Inside a transaction it does nothing. */
  private async settle(store: CaptureStore, stream: ReplicationStream): Promise<void> {
    if (this.applier.transaction) return;
    if (store.failure) throw store.failure;
    if (this.batchTransactions === 0) {
      stream.confirm(this.endWal > stream.serverEnd ? this.endWal : stream.serverEnd);
      return;
    }
    if (this.mappings.length > 0 || this.applier.bytes > 0) {
      await this.flushRows(store);
      const delay = this.settings?.delayMs ?? 0;
      if (delay > 0) await this.sleep(delay);
      this.point('before-commit');
      await store.commit(this.mappings, this.lastCommitWal, this.applier.rows);
      this.point('before-advance');
      await store.analyzeGrown();
    }
    this.mappings = [];
    this.batchTransactions = 0;
    this.applier.rows = 0;
    if (this.catalogChanged) {
      this.catalogChanged = false;
      this.options.onCatalogChanged();
    }
    stream.confirm(this.endWal);
  }

  private point(point: DiePoint): void {
    if (this.dieAt !== point) return;
    this.dieAt = '';
    this.options.die(point);
  }

  /** A sleep that changed settings end. */
  private async sleep(ms: number): Promise<void> {
    if (!this.stopped && !this.settingsStale) await this.pause(ms);
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.wakeSleep?.(), ms);
      this.wakeSleep = () => {
        clearTimeout(timer);
        this.wakeSleep = undefined;
        resolve();
      };
    });
  }
}

function isMissingTable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P01';
}
