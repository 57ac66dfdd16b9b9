import { type DynamicModule, Module } from '@nestjs/common';
import { type JobContext, publisherFactory, RUNNER } from '#runtime';
import { SqlServerSource } from '#source-sqlserver';
import { Snapshot } from './snapshot.ts';

/** Default life of a slot's lease, ms. */
const LEASE_MS = 10_000;
/** Bytes of rows held in memory by one slot: two blocks waiting, one being encoded. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** Wires the snapshot workers: the one place of this app that names a concrete source. */
@Module({})
export class AppModule {
  static forJob(context: JobContext, args: Readonly<Record<string, string>> = {}): DynamicModule {
    return { module: AppModule, providers: [{ provide: RUNNER, useFactory: () => makeSnapshot(context, args) }] };
  }
}

function makeSnapshot(context: JobContext, args: Readonly<Record<string, string>>): Snapshot {
  const { job, control, kafka, owner, log } = context;
  return new Snapshot({
    job: job.job,
    owner,
    source: new SqlServerSource(job.source, BLOCK_BYTES),
    control,
    kafka,
    openPublisher: publisherFactory(context),
    slots: job.load.workers,
    slotsHere: Number(args['slots'] ?? job.load.workers),
    chunkRows: job.load.chunkRows,
    chunkBytes: job.load.chunkBytes,
    largestFirst: job.load.order === 'largest-first',
    maxRowsPerSecond: job.load.maxRowsPerSecond,
    leaseMs: Number(args['lease-ms'] ?? LEASE_MS),
    log,
  });
}
