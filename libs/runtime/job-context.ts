import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import { SchemaRegistry, tableEncoder } from '#avro-codec';
import { type EventTable, tableName, topics } from '#events';
import { SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import { KafkaClient, type TransactionalProducer } from '#kafka';
import { TablePublisher } from '#publish';
import { ControlStore, openPool } from '#target-postgres';
import type { Log } from '#telemetry';
import { AlteredValues } from './altered-values.ts';
import { kafkaSettings } from './kafka-settings.ts';

/** Written into every event's source block. */
export const SLUICE_VERSION = '0.1.0';

/** Everything an app of a job holds on to; one per process, closed by whoever opened it. */
export interface JobContext {
  readonly job: JobFile;
  /** Names this process in leases. */
  readonly owner: string;
  readonly log: Log;
  readonly pool: pg.Pool;
  readonly control: ControlStore;
  readonly kafka: KafkaClient;
  readonly registry: SchemaRegistry;
  readonly altered: AlteredValues;
  close(): Promise<void>;
}

/**
 * Opens the clients of a job; connections are made when first used. `patienceMs`: how long Kafka and the registry are waited for (default 30 s).
 * @throws SluiceError JobFileInvalid where no brokers are named
 */
export function openJobContext(job: JobFile, app: string, log: Log, patienceMs?: number): JobContext {
  if (!job.kafka) {
    throw new SluiceError(
      'JobFileInvalid',
      'The job file names no kafka.brokers; `sluice run` starts the embedded stack, services need the names.',
    );
  }
  const owner = `${app}@${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;
  const pool = openTargetPool(job, `sluice ${app}`);
  const kafka = new KafkaClient({
    ...kafkaSettings(job.kafka, `sluice-${app}`),
    ...(patienceMs === undefined ? {} : { retryTimeoutMs: patienceMs }),
  });
  const { url, user, password } = job.kafka.registry;
  const registry = new SchemaRegistry({
    url,
    ...(user === '' ? {} : { user, password: password.reveal() }),
    ...(patienceMs === undefined ? {} : { retryTimeoutMs: patienceMs }),
  });
  const named = log.with({ app, job: job.job });
  const altered = new AlteredValues(named);
  return {
    job,
    owner,
    log: named,
    pool,
    control: new ControlStore(pool, job.job),
    kafka,
    registry,
    altered,
    close: async () => {
      altered.close();
      await kafka.close();
      await pool.end();
    },
  };
}

/** A pool to the job's target database. */
export function openTargetPool(job: JobFile, applicationName: string, maxConnections = 4): pg.Pool {
  return openPool({
    url: job.target.url,
    password: job.target.password.reveal(),
    applicationName,
    maxConnections,
    keepsCommits: true,
  });
}

/** Makes publishers for a job: registers the table's schemas and compiles its encoder. */
export function publisherFactory(
  context: JobContext,
): (producer: TransactionalProducer, table: EventTable, topic: string, partitions: number) => Promise<TablePublisher> {
  const { job, registry, altered } = context;
  return async (producer, table, topic, partitions) => {
    const encoder = await tableEncoder(registry, table, {
      topic: topics.table(job.job, table.database, table.schema, table.name),
      connector: job.source.kind,
      version: SLUICE_VERSION,
      policy: job.values,
      counters: altered.countersOf(tableName(table)),
    });
    return new TablePublisher(producer, encoder, {
      topic,
      partitions,
      limits: { maxMessageBytes: job.topics.maxMessageBytes },
    });
  };
}
