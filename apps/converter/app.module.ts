import { type DynamicModule, Module } from '@nestjs/common';
import { type JobContext, RUNNER } from '#runtime';
import { SqlServerSource } from '#source-sqlserver';
import { Converter } from './converter.ts';

const LEASE_MS = 10_000;

/** Wires the converter: the one place of this app that names a concrete source. */
@Module({})
export class AppModule {
  static forJob(context: JobContext, args: Readonly<Record<string, string>> = {}): DynamicModule {
    const { job, control, kafka, owner, log } = context;
    const factory = (): Converter =>
      new Converter({
        job,
        owner,
        source: new SqlServerSource(job.source),
        control,
        kafka,
        leaseMs: Number(args['lease-ms'] ?? LEASE_MS),
        log,
      });
    return { module: AppModule, providers: [{ provide: RUNNER, useFactory: factory }] };
  }
}
