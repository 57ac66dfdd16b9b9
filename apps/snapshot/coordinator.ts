import { Position } from '#events';
import { oneLine, SluiceError } from '#errors';
import type { ChunkReader } from '#source';
import { type Chunk, type JobTable, type Lease, partitionsOf } from '#target-postgres';
import { failpoint, sleep } from '#telemetry';
import { SLOT_PREFIX } from './slot.ts';
import type { SnapshotOptions } from './snapshot.ts';

/** Chunks written to the plan at once. */
const PLAN_BATCH = 50;

/**
 * Leads the tables through their load: prepared → (hold asked) → held → (reads proven) → loading, planned → all chunks done → loaded → (release asked) → catching up.
 * Every step is a row in the control schema and is found again after a crash; nothing is kept in memory but what a repetition gives again.
 */
export class Coordinator {
  private readonly ending = new AbortController();
  private readonly planning = new Map<string, Promise<void>>();
  private planFault: unknown = null;

  constructor(
    private readonly options: SnapshotOptions,
    private readonly lease: Lease,
  ) {}

  async lead(signal: AbortSignal): Promise<void> {
    const { control, leaseMs, source, log } = this.options;
    const ended = AbortSignal.any([signal, this.ending.signal]);
    const renewal = setInterval(() => {
      control.leases.renew(this.lease, leaseMs).then(
        (held) => held || this.ending.abort(new SluiceError('LeaseLost', 'Another process coordinates the snapshot.')),
        (error: unknown) => log.warn('lease not renewed', { cause: oneLine(error) }),
      );
    }, leaseMs / 3);
    const reader = await source.openChunkReader();
    try {
      while (!ended.aborted) {
        if (this.planFault) throw this.planFault;
        await this.reclaimSlots();
        const isBusy = await this.advance(reader, ended);
        await sleep(isBusy ? 50 : 300, ended);
      }
      if (!signal.aborted) throw this.ending.signal.reason;
    } finally {
      clearInterval(renewal);
      this.ending.abort();
      await Promise.allSettled(this.planning.values());
      await reader.close();
      if (signal.aborted) await control.leases.release(this.lease);
    }
  }

  /** Slots of processes that died: their transactional id is fenced and what it decided is marked, then their chunks are free again (rule 1). */
  private async reclaimSlots(): Promise<void> {
    const { control, kafka, job, owner, leaseMs, log } = this.options;
    for (const name of await control.leases.expired(SLOT_PREFIX)) {
      const lease = await control.leases.acquire(name, `${owner}/reclaim`, leaseMs);
      if (!lease) continue;
      const producer = kafka.producer({ transactionalId: `${job}.${name}`, transactionTimeoutMs: 60_000 });
      try {
        await producer.init();
        if (!(await control.leases.renew(lease, leaseMs))) continue;
        await producer.mend(partitionsOf(await control.readTables()));
        const chunks = await control.chunks.takeBack(name, lease.epoch);
        if (chunks > 0) log.warn('slot reclaimed', { slot: name, chunks });
      } finally {
        await producer.close();
        await control.leases.release(lease);
      }
    }
  }

  private async advance(reader: ChunkReader, signal: AbortSignal): Promise<boolean> {
    const { control, log } = this.options;
    let isBusy = false;
    const held: JobTable[] = [];
    for (const table of await control.readTables()) {
      signal.throwIfAborted();
      switch (table.state) {
        case 'prepared':
          if (table.hold) await control.requests.ask('hold', table.hold, { table: table.tableName });
          isBusy = true;
          break;
        case 'held':
          if (table.s0 !== null) held.push(table);
          isBusy = true;
          break;
        case 'loading':
          if (!table.planned) this.plan(table, signal);
          isBusy = true;
          break;
        case 'loaded':
          if (table.hold) await control.requests.ask('release', table.hold, { table: table.tableName });
          await control.setTableState(table.tableName, 'catching-up', { from: ['loaded'] });
          isBusy = true;
          break;
        default:
      }
    }
    await this.proveReads(reader, held, signal);
    for (const name of await control.chunks.finishedTables()) {
      failpoint('snapshot.table-loaded');
      if (await control.setTableState(name, 'loaded', { from: ['loading'] })) log.info('table loaded', { table: name });
    }
    return isBusy;
  }

  /** One proof for all tables that are held by now: whatever was open when the last of them was answered has ended. */
  private async proveReads(reader: ChunkReader, held: readonly JobTable[], signal: AbortSignal): Promise<void> {
    const last = held.toSorted((a, b) => ((a.s0 ?? '') < (b.s0 ?? '') ? -1 : 1)).at(-1);
    if (!last?.s0) return;
    await reader.proveSees(last.eventTable, Position.parse(last.s0), signal);
    failpoint('snapshot.proven');
    for (const table of held) {
      const isAnew = table.attempt > 1 && table.eventTable.key.length > 0;
      if (isAnew && !(await this.voidFormer(table))) continue;
      await this.options.control.setTableState(table.tableName, 'loading', { from: ['held'] });
    }
  }

  /**
   * Rule 4: a table that is loaded anew begins with a truncation in every partition, so that keys which the source has no more leave every target. It stands behind
   * all that the poller sent before the hold, and before the first row of this attempt: chunks are leased only in state `loading`, chunks of former attempts have
   * ended, and a coordinator that was frozen here is fenced by its successor's initialisation. Repeated after a crash it does no harm. false: not yet.
   */
  private async voidFormer(table: JobTable): Promise<boolean> {
    const { control, kafka, job, leaseMs, log } = this.options;
    if (table.s0 === null || (await control.chunks.leasedBefore(table.tableName, table.attempt)) > 0) return false;
    const producer = kafka.producer({ transactionalId: `${job}.reload`, transactionTimeoutMs: 60_000 });
    try {
      await producer.init();
      if (!(await control.leases.renew(this.lease, leaseMs)))
        throw new SluiceError('LeaseLost', 'Another process coordinates the snapshot.');
      await producer.mend(partitionsOf([table]));
      const publisher = await this.options.openPublisher(producer, table.eventTable, table.topic, table.partitions);
      producer.begin();
      publisher.truncate(Position.parse(table.s0));
      publisher.push();
      await producer.flush();
      await producer.commit();
      await producer.settled();
    } finally {
      await producer.close();
    }
    failpoint('snapshot.former-voided');
    log.info('former load voided', { table: table.tableName, attempt: table.attempt });
    return true;
  }

  /** Plans in the background, so that slots begin with the first chunks while the last are still being found. */
  private plan(table: JobTable, signal: AbortSignal): void {
    const key = `${table.tableName}#${table.attempt}`;
    if (this.planning.has(key)) return;
    const work = this.planTable(table, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.planFault = error;
      })
      .finally(() => this.planning.delete(key));
    this.planning.set(key, work);
  }

  private async planTable(table: JobTable, signal: AbortSignal): Promise<void> {
    const { control, source, chunkRows } = this.options;
    const reader = await source.openChunkReader();
    try {
      const last = await control.chunks.last(table.tableName, table.attempt);
      if (last?.upper !== null || !last) {
        let number = last ? last.chunk + 1 : 0;
        let batch: Chunk[] = [];
        for await (const { lower, upper } of reader.plan(table.eventTable, chunkRows, last?.upper ?? undefined)) {
          signal.throwIfAborted();
          batch.push({ tableName: table.tableName, attempt: table.attempt, chunk: number++, lower, upper });
          if (batch.length >= PLAN_BATCH || number <= 8) {
            await control.chunks.add(batch);
            batch = [];
          }
        }
        if (batch.length > 0) await control.chunks.add(batch);
      }
      failpoint('snapshot.planned');
      await control.chunks.setPlanned(table.tableName, table.attempt);
    } finally {
      await reader.close();
    }
  }
}
