import type { EventTable } from '#events';
import { isRetryable, oneLine, SluiceError } from '#errors';
import type { KafkaClient, TransactionalProducer } from '#kafka';
import type { TablePublisher } from '#publish';
import type { Source } from '#source';
import type { ControlStore, Lease } from '#target-postgres';
import { type Log, sleep } from '#telemetry';
import { Coordinator } from './coordinator.ts';
import { Slot, SLOT_PREFIX } from './slot.ts';

/** What snapshot workers work with; made by the app's module. Times in ms. */
export interface SnapshotOptions {
  readonly job: string;
  readonly owner: string;
  readonly source: Source;
  readonly control: ControlStore;
  readonly kafka: KafkaClient;
  openPublisher(
    producer: TransactionalProducer,
    table: EventTable,
    topic: string,
    partitions: number,
  ): Promise<TablePublisher>;
  /** Slots of the whole job; a process works on as many of them as it can lease, up to `slotsHere`. */
  readonly slots: number;
  readonly slotsHere: number;
  readonly chunkRows: number;
  /** Bytes that a slot hands to Kafka before it waits for answers. */
  readonly inFlightBytes: number;
  readonly largestFirst: boolean;
  /** 0 = no limit; over all slots of this process. */
  readonly maxRowsPerSecond: number;
  readonly leaseMs: number;
  readonly log: Log;
}

/** Reads tables in chunks and publishes them as `r` events (rules 1 and 3): one coordinator among all processes, and slots that work on chunks. */
export class Snapshot {
  constructor(private readonly options: SnapshotOptions) {}

  /** Works until the signal is aborted; faults that may be retried are, others end all parts and are thrown. */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const until = AbortSignal.any([signal, failed.signal]);
    const parts = [this.keep('coordinator', until, (ended) => this.coordinate(ended))];
    for (let part = 0; part < this.options.slotsHere; part++)
      parts.push(this.keep(`slot worker ${part}`, until, (ended) => this.work(ended)));
    const guarded = parts.map((part) =>
      part.catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
    const results = await Promise.allSettled(guarded);
    const fault = results.find((result) => result.status === 'rejected');
    if (fault) throw fault.reason;
  }

  private async keep(what: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    let pauseMs = 50;
    while (!signal.aborted) {
      try {
        await work(signal);
        pauseMs = 50;
      } catch (error) {
        if (signal.aborted) return;
        if (!isRetryable(error)) throw error;
        this.options.log.warn(`${what} begins again`, { cause: oneLine(error) });
        await sleep(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, 5000);
      }
    }
  }

  private async coordinate(signal: AbortSignal): Promise<void> {
    const { control, owner, leaseMs } = this.options;
    const lease = await control.leases.acquire('snapshot-coordinator', owner, leaseMs);
    if (lease) await this.whileHeld(lease, () => new Coordinator(this.options, lease).lead(signal));
    else await sleep(Math.min(1000, leaseMs / 4), signal);
  }

  /** Takes a free slot, or one whose lease has run out, and works on chunks while there are any. */
  private async work(signal: AbortSignal): Promise<void> {
    const { control, owner, leaseMs, slots } = this.options;
    for (let number = 0; number < slots && !signal.aborted; number++) {
      const name = `${SLOT_PREFIX}${number}`;
      if (this.taken.has(name)) continue;
      this.taken.add(name);
      try {
        const lease = await control.leases.acquire(name, owner, leaseMs);
        if (lease) {
          await this.whileHeld(lease, () => new Slot(this.options, lease).lead(signal));
          return;
        }
      } finally {
        this.taken.delete(name);
      }
    }
    await sleep(Math.min(1000, leaseMs / 4), signal);
  }

  /** One that was frozen wakes up in a world that has gone on without it (a table was loaded anew): what it stumbles over counts only while it has its lease. */
  private async whileHeld(lease: Lease, work: () => Promise<void>): Promise<void> {
    const { control, leaseMs } = this.options;
    try {
      await work();
    } catch (error) {
      if (isRetryable(error) || (await control.leases.renew(lease, leaseMs))) throw error;
      throw new SluiceError(
        'LeaseLost',
        `Another process has the lease ${lease.name}.`,
        { lease: lease.name },
        { cause: error },
      );
    }
  }

  private readonly taken = new Set<string>();
}
