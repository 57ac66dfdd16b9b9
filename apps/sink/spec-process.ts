import { ReaderCache, SchemaRegistry } from '#avro-codec';
import { setting } from '#config';
import { KafkaClient } from '#kafka';
import { ControlStore, openPool, sinkApplicationName } from '#target-postgres';
import { createLog } from '#telemetry';
import { Sink } from './sink.ts';

/** A sink as a process of its own, for fault specs: its one argument is JSON. Ends on SIGTERM. */
interface Arguments {
  readonly job: string;
  readonly member: string;
  readonly url: string;
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly leaseMs: number;
  readonly connections?: number;
  readonly batchRows?: number;
  readonly batchBytes?: number;
}

const args = JSON.parse(process.argv[2] ?? '{}') as Arguments;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const control = openPool({ url: args.url, applicationName: 'sluice spec control', maxConnections: 2 });
const sink = new Sink({
  job: args.job,
  sink: 'default',
  member: args.member,
  pool: openPool({ url: args.url, applicationName: sinkApplicationName(args.member), maxConnections: 5 }),
  control: new ControlStore(control, args.job),
  kafka: new KafkaClient({ brokers: args.brokers }),
  readers: new ReaderCache(new SchemaRegistry({ url: args.registryUrl })),
  connections: args.connections ?? 2,
  batchRows: args.batchRows ?? 100,
  batchBytes: args.batchBytes ?? 1_000_000,
  onRowError: 'suspend-table',
  nul: 'reject',
  leaseMs: args.leaseMs,
  isStepwise: setting('SLUICE_FAILPOINTS') !== undefined,
  log: createLog({ level: 'warn' }),
});
process.stdout.write('ready\n');
await sink.run(stop.signal);
process.exit();
