import { type DynamicModule, Module } from '@nestjs/common';
import { recordCodec } from '#avro-codec';
import { topics, type WindowRecord } from '#events';
import { type JobContext, journalTopicSpec, publisherFactory, RUNNER } from '#runtime';
import { SqlServerSource } from '#source-sqlserver';
import { Poller, type WindowCodec } from './poller.ts';

/** Default life of the poller's lease, ms: a frozen poller is replaced after it. */
const LEASE_MS = 10_000;

/** Wires the poller: the one place of this app that names a concrete source. */
@Module({})
export class AppModule {
  static forJob(context: JobContext, args: Readonly<Record<string, string>> = {}): DynamicModule {
    const factory = async (): Promise<Poller> => makePoller(context, Number(args['lease-ms'] ?? LEASE_MS));
    return { module: AppModule, providers: [{ provide: RUNNER, useFactory: factory }] };
  }
}

async function makePoller(context: JobContext, leaseMs: number): Promise<Poller> {
  const { job, control, kafka, owner, log } = context;
  return new Poller({
    job: job.job,
    owner,
    source: new SqlServerSource(job.source),
    control,
    kafka,
    windows: await windowCodec(context),
    openPublisher: publisherFactory(context),
    ensureJournals: async (names) =>
      void (await kafka.ensureTopics(names.map((name) => journalTopicSpec(job.topics, name)))),
    pollMs: job.changes.pollMs,
    heartbeatMs: job.changes.heartbeatMs,
    windowRows: job.changes.windowRows,
    windowBytes: job.changes.windowBytes,
    leaseMs,
    log,
  });
}

async function windowCodec({ registry, job }: JobContext): Promise<WindowCodec> {
  const topic = topics.windows(job.job);
  const [key, value] = await Promise.all([
    recordCodec(registry, 'window-key', `${topic}-key`),
    recordCodec(registry, 'window', `${topic}-value`),
  ]);
  return {
    key: (record: WindowRecord) => key.encode({ job: record.job, windowId: record.windowId }),
    encode: (record) => value.encode(record),
    decode: (bytes) => value.decode(bytes),
  };
}
