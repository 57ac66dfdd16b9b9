import { oneLine, SluiceError } from '#errors';
import type { TransactionalProducer } from '#kafka';
import type { TablePublisher } from '#publish';
import type { ChunkReader, RowBlock } from '#source';
import { type Chunk, type JobTable, type Lease, partitionsOf } from '#target-postgres';
import { failpoint, sleep } from '#telemetry';
import type { SnapshotOptions } from './snapshot.ts';

/** What a chunk's transaction held. `position`: of tables without a key. */
interface ChunkRead {
  readonly rows: number;
  readonly bytes: number;
  readonly position?: string;
}

export const SLOT_PREFIX = 'snapshot-slot-';

/**
 * One tenure of a snapshot slot: a transactional id of its own, one chunk at a time, each chunk one Kafka transaction. What an earlier holder of the slot had
 * under way is aborted by initialising the id, and only then its chunks are free again (rule 1).
 */
export class Slot {
  private readonly producer: TransactionalProducer;
  private readonly publishers = new Map<string, TablePublisher>();
  private tables = new Map<string, JobTable>();
  private readonly ending = new AbortController();

  constructor(
    private readonly options: SnapshotOptions,
    private readonly lease: Lease,
  ) {
    this.producer = options.kafka.producer({
      transactionalId: `${options.job}.${lease.name}`,
      transactionTimeoutMs: 300_000,
    });
  }

  /** Works until the signal is aborted, the lease is lost or a fault is thrown; gives the slot back where it can. */
  async lead(signal: AbortSignal): Promise<void> {
    const { control, leaseMs, source } = this.options;
    const ended = AbortSignal.any([signal, this.ending.signal]);
    const renewal = setInterval(() => void this.renew(), leaseMs / 3);
    const reader = await source.openChunkReader();
    try {
      await this.producer.init();
      if (!(await control.leases.renew(this.lease, leaseMs))) throw leaseLost(this.lease.name);
      await this.producer.mend(partitionsOf(await control.readTables()));
      await control.chunks.takeBack(this.lease.name, this.lease.epoch);
      while (!ended.aborted) {
        // What was committed last is seen, also where no chunk follows.
        if (this.producer.needsInit) await this.producer.settled();
        const chunk = await control.chunks.lease(this.lease.name, this.lease.epoch, this.options.largestFirst);
        if (chunk) await this.publish(reader, chunk, ended);
        else await sleep(200, ended);
      }
      if (!signal.aborted) throw this.ending.signal.reason;
    } finally {
      clearInterval(renewal);
      await reader.close();
      await this.producer.close();
      if (signal.aborted) await control.leases.release(this.lease);
    }
  }

  private async publish(reader: ChunkReader, chunk: Chunk, signal: AbortSignal): Promise<void> {
    const { control } = this.options;
    const table = await this.tableOf(chunk);
    const publisher = await this.publisherOf(table);
    failpoint('snapshot.chunk-leased');
    this.producer.begin();
    let read: ChunkRead;
    try {
      const isKeyed = table.eventTable.key.length > 0;
      read = isKeyed ? await this.byKey(reader, chunk, table, signal) : await this.atPosition(reader, table, signal);
      publisher.push();
      await this.producer.flush();
      failpoint('snapshot.chunk-produced');
      await this.producer.commit();
    } catch (error) {
      publisher.clear();
      if (!this.producer.needsInit) await this.producer.abort();
      if (!this.producer.needsInit) await control.chunks.takeBack(this.lease.name, this.lease.epoch);
      if (signal.aborted || !isSuspending(error)) throw error;
      // Not by one that was frozen: the table may be another's by now.
      if (!(await control.leases.renew(this.lease, this.options.leaseMs))) throw leaseLost(this.lease.name);
      await control.setTableState(chunk.tableName, 'suspended', { reason: oneLine(error) });
      this.options.log.error('table stopped', { table: chunk.tableName, reason: oneLine(error) });
      return;
    }
    failpoint('snapshot.chunk-committed');
    if (!(await control.chunks.done(chunk, { slot: this.lease.name, epoch: this.lease.epoch }, read)))
      throw leaseLost(this.lease.name);
  }

  private async byKey(reader: ChunkReader, chunk: Chunk, table: JobTable, signal: AbortSignal): Promise<ChunkRead> {
    const publisher = await this.publisherOf(table);
    publisher.beginReads(table.s0 ?? '');
    return this.append(publisher, reader.read(table.eventTable, chunk, signal), signal);
  }

  /** A table without a key is read whole at one position, after a truncation in the same transaction that voids what an earlier attempt committed (rule 6). */
  private async atPosition(reader: ChunkReader, table: JobTable, signal: AbortSignal): Promise<ChunkRead> {
    const publisher = await this.publisherOf(table);
    const { position, rows, end } = await reader.readAtPosition(table.eventTable, signal);
    try {
      publisher.truncate(position);
      publisher.beginReads(position.text);
      return { ...(await this.append(publisher, rows, signal)), position: position.text };
    } finally {
      await end();
    }
  }

  private async append(
    publisher: TablePublisher,
    blocks: AsyncIterable<RowBlock>,
    signal: AbortSignal,
  ): Promise<ChunkRead> {
    let rows = 0;
    let bytes = 0;
    for await (const block of blocks) {
      publisher.reads(block.rows);
      publisher.push();
      rows += block.rows.length;
      bytes += block.bytes;
      await this.producer.drain(this.options.inFlightBytes);
      await this.slowDown(block.rows.length, signal);
    }
    signal.throwIfAborted();
    return { rows, bytes };
  }

  private async tableOf(chunk: Chunk): Promise<JobTable> {
    let table = this.tables.get(chunk.tableName);
    if (!table || table.attempt !== chunk.attempt || table.s0 === null) {
      this.tables = new Map((await this.options.control.readTables()).map((one) => [one.tableName, one]));
      table = this.tables.get(chunk.tableName);
    }
    if (!table || table.attempt !== chunk.attempt)
      throw new SluiceError('LeaseLost', `The load of ${chunk.tableName} was begun anew.`, { table: chunk.tableName });
    return table;
  }

  private async publisherOf(table: JobTable): Promise<TablePublisher> {
    const key = `${table.tableName}@${table.eventTable.version}`;
    let publisher = this.publishers.get(key);
    if (!publisher) {
      publisher = await this.options.openPublisher(this.producer, table.eventTable, table.topic, table.partitions);
      this.publishers.set(key, publisher);
    }
    return publisher;
  }

  private async slowDown(rows: number, signal: AbortSignal): Promise<void> {
    const { maxRowsPerSecond, slotsHere } = this.options;
    if (maxRowsPerSecond > 0) await sleep((rows * 1000 * slotsHere) / maxRowsPerSecond, signal);
  }

  private async renew(): Promise<void> {
    const { control, leaseMs, log } = this.options;
    try {
      if (!(await control.leases.renew(this.lease, leaseMs))) this.ending.abort(leaseLost(this.lease.name));
    } catch (error) {
      log.warn('lease not renewed', { cause: oneLine(error), slot: this.lease.name });
    }
  }
}

function leaseLost(slot: string): SluiceError {
  return new SluiceError('LeaseLost', `Another process has the slot ${slot}.`, { slot });
}

/** Faults that stop one table, not the load. */
function isSuspending(error: unknown): boolean {
  return error instanceof SluiceError && (error.action === 'suspend' || error.action === 'park');
}
