import type { EventTable, WindowRecord } from '#events';
import { isRetryable, oneLine } from '#errors';
import type { KafkaClient, TransactionalProducer } from '#kafka';
import type { TablePublisher } from '#publish';
import type { Source } from '#source';
import type { ControlStore, Lease } from '#target-postgres';
import { type Log, sleep } from '#telemetry';
import { PollerTerm } from './poller-term.ts';

/** Name of the poller's lease. */
const LEASE = 'poller';

/** How window records become bytes and back. */
export interface WindowCodec {
  key(record: WindowRecord): Buffer;
  encode(record: WindowRecord): Buffer;
  decode(value: Buffer): Promise<WindowRecord>;
}

/** What a poller works with; made by the app's module. Times in ms. */
export interface PollerOptions {
  readonly job: string;
  /** Name of this process among those that want the lease. */
  readonly owner: string;
  readonly source: Source;
  readonly control: ControlStore;
  readonly kafka: KafkaClient;
  readonly windows: WindowCodec;
  /** Makes a publisher of a table's records into `topic` (the table's own, or a journal). */
  openPublisher(
    producer: TransactionalProducer,
    table: EventTable,
    topic: string,
    partitions: number,
  ): Promise<TablePublisher>;
  /** Makes the journals' topics where they are not there. */
  ensureJournals(topics: readonly string[]): Promise<void>;
  readonly pollMs: number;
  readonly heartbeatMs: number;
  readonly windowRows: number;
  readonly windowBytes: number;
  readonly leaseMs: number;
  readonly log: Log;
}

/**
 * Reads the source's changes in windows and publishes each in one Kafka transaction (rules 1–3 of architecture.md). One poller of a job works at a time: it
 * holds the lease, and the broker fences whoever had the transactional id before. After every fault it begins again from the windows topic.
 */
export class Poller {
  constructor(private readonly options: PollerOptions) {}

  /** Works until the signal is aborted. Faults that may be retried are; others are thrown. */
  async run(signal: AbortSignal): Promise<void> {
    const { control, owner, leaseMs, log } = this.options;
    let pauseMs = 50;
    while (!signal.aborted) {
      let lease: Lease | null = null;
      try {
        lease = await control.leases.acquire(LEASE, owner, leaseMs);
        if (lease) {
          await new PollerTerm(this.options, lease).lead(signal);
          pauseMs = 50;
        } else {
          await sleep(Math.min(500, leaseMs / 4), signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        // One that was frozen wakes up in a world that has gone on without it (journals were dropped): what it stumbles over counts only while it leads.
        if (!isRetryable(error) && (lease === null || (await this.holds(lease)))) throw error;
        log.warn('poller begins again', { cause: oneLine(error) });
        await sleep(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, 5000);
      }
    }
  }

  /** false also where that cannot be asked: then the fault comes again, or is none. */
  private async holds(lease: Lease): Promise<boolean> {
    try {
      return await this.options.control.leases.renew(lease, this.options.leaseMs);
    } catch (error) {
      this.options.log.warn('the lease cannot be asked for', { cause: oneLine(error) });
      return false;
    }
  }
}
