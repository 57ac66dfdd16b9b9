import { type DynamicModule, Module } from '@nestjs/common';
import { type JobContext, publisherFactory, RUNNER } from '#runtime';
import { SqlServerSource } from '#source-sqlserver';
import { Snapshot } from './snapshot.ts';

/** Default life of a slot's lease, ms. */
const LEASE_MS = 10_000;
/** Bytes of rows of one block; a slot holds three: two waiting, one being encoded. */
const BLOCK_BYTES = 1024 * 1024;
/** Bytes on the way to Kafka over all slots of the process. */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024;

/** Wires the snapshot workers: the one place of this app that names a concrete source. */
@Module({})
export class AppModule {
  static forJob(context: JobContext, args: Readonly<Record<string, string>> = {}): DynamicModule {
    return { module: AppModule, providers: [{ provide: RUNNER, useFactory: () => makeSnapshot(context, args) }] };
  }
}

function makeSnapshot(context: JobContext, args: Readonly<Record<string, string>>): Snapshot {
  const { job, control, kafka, owner, log } = context;
  const slotsHere = Number(args['slots'] ?? job.load.workers);
  return new Snapshot({
    job: job.job,
    owner,
    source: new SqlServerSource(job.source, BLOCK_BYTES),
    control,
    kafka,
    openPublisher: publisherFactory(context),
    slots: job.load.workers,
    slotsHere,
    chunkRows: job.load.chunkRows,
    inFlightBytes: Math.min(job.load.chunkBytes, Math.floor(IN_FLIGHT_BYTES / slotsHere)),
    largestFirst: job.load.order === 'largest-first',
    maxRowsPerSecond: job.load.maxRowsPerSecond,
    leaseMs: Number(args['lease-ms'] ?? LEASE_MS),
    log,
  });
}
