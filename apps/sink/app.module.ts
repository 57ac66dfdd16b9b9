import { type DynamicModule, Module } from '@nestjs/common';
import { ReaderCache } from '#avro-codec';
import { setting } from '#config';
import { type JobContext, RUNNER } from '#runtime';
import { openPool, sinkApplicationName } from '#target-postgres';
import { Sink } from './sink.ts';

/** Default life of a partition's lease, ms: the work of a frozen sink is taken over after it. */
const LEASE_MS = 10_000;
/** The sink that feeds the job's own target. */
const DEFAULT_SINK = 'default';

/** Wires the sink of a job. Arguments: `sink` (its name), `lease-ms`, `connections`. */
@Module({})
export class AppModule {
  static forJob(context: JobContext, args: Readonly<Record<string, string>> = {}): DynamicModule {
    return { module: AppModule, providers: [{ provide: RUNNER, useFactory: () => makeSink(context, args) }] };
  }
}

function makeSink(context: JobContext, args: Readonly<Record<string, string>>): Sink {
  const { job, control, kafka, registry, owner, log } = context;
  const connections = Number(args['connections'] ?? job.apply.workers);
  const pool = openPool({
    url: job.target.url,
    password: job.target.password.reveal(),
    applicationName: sinkApplicationName(owner),
    maxConnections: connections + 1,
  });
  return new Sink({
    job: job.job,
    sink: args['sink'] ?? DEFAULT_SINK,
    member: owner,
    pool,
    control,
    kafka,
    readers: new ReaderCache(registry),
    connections,
    batchRows: job.apply.batchRows,
    batchBytes: job.apply.batchBytes,
    onRowError: job.apply.onRowError,
    nul: job.values.nul,
    leaseMs: Number(args['lease-ms'] ?? LEASE_MS),
    // Fail points lie between the statements of a transaction, which otherwise travel together.
    isStepwise: (setting('SLUICE_FAILPOINTS') ?? '').includes('sink.'),
    log,
  });
}
