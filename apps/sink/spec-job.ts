import type pg from 'pg';
import { ReaderCache, SchemaRegistry, tableEncoder } from '#avro-codec';
import { Position, type EventTable } from '#events';
import { KafkaClient, type TransactionalProducer } from '#kafka';
import { TablePublisher } from '#publish';
import { ControlStore, openPool, sinkApplicationName } from '#target-postgres';
import { createLog, silentLog } from '#telemetry';
import { freshDatabase, freshName, testKafka, testRegistry, type FreshDatabase } from '#testing';
import type { SourceRow } from '#values';
import { Sink, type SinkOptions } from './sink.ts';

/** Changes as a spec writes them down. */
export interface SpecChange {
  readonly op: 'c' | 'u' | 'd';
  readonly before?: SourceRow;
  readonly after?: SourceRow;
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** A job with topics, a target and a producer of its own; for specs of the sink. */
export class SpecJob {
  readonly job = freshName('sinkjob');
  readonly kafka: KafkaClient;
  readonly registry: SchemaRegistry;
  readonly pool: pg.Pool;
  readonly control: ControlStore;
  readonly #running: Running[] = [];
  readonly #topics: string[] = [];
  #producer: TransactionalProducer | undefined;
  #sequence = 0;

  private constructor(
    readonly database: FreshDatabase,
    readonly brokers: readonly string[],
    readonly registryUrl: string,
  ) {
    this.kafka = new KafkaClient({ brokers });
    this.registry = new SchemaRegistry({ url: registryUrl });
    this.pool = openPool({ url: database.url, applicationName: 'spec', maxConnections: 4 });
    this.control = new ControlStore(this.pool, this.job);
  }

  static async open(): Promise<SpecJob> {
    const [database, kafka, registry] = await Promise.all([freshDatabase(), testKafka(), testRegistry()]);
    const job = new SpecJob(database, kafka.brokers, registry.url);
    await job.control.install();
    await job.control.openJob('db', {});
    return job;
  }

  /** Makes topic, target (by `ddl`) and publisher of a table; the target has the event columns' names. */
  async addTable(event: Omit<EventTable, 'job'>, ddl: string, partitions = 2): Promise<TablePublisher> {
    const table: EventTable = { ...event, job: this.job };
    const topic = `${this.job}.${table.name}`;
    await this.kafka.ensureTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
    this.#topics.push(topic);
    await this.pool.query(ddl);
    await this.control.addTables([
      {
        tableName: `${table.schema}.${table.name}`,
        ordinal: this.#topics.length,
        targetSchema: 'public',
        targetName: table.name,
        topic,
        partitions,
        eventTable: table,
        targetColumns: table.columns.map(({ name }) => ({
          name,
          type: '',
          source: name,
          generated: false,
          identity: false,
        })),
        estimatedRows: 0,
      },
    ]);
    await this.control.setTableState(`${table.schema}.${table.name}`, 'streaming');
    return this.publisher(table, topic, partitions);
  }

  /** Another version's publisher of a table that is there. */
  async publisher(table: EventTable, topic: string, partitions: number): Promise<TablePublisher> {
    const encoder = await tableEncoder(this.registry, table, { topic, connector: 'sqlserver', version: 'spec' });
    const producer = await this.producer();
    return new TablePublisher(producer, encoder, { topic, partitions });
  }

  async producer(): Promise<TransactionalProducer> {
    if (!this.#producer) {
      this.#producer = this.kafka.producer({ transactionalId: `${this.job}-spec` });
      await this.#producer.init();
    }
    return this.#producer;
  }

  /** What `write` publishes, in one Kafka transaction. */
  async transaction(write: () => void, publishers: readonly TablePublisher[]): Promise<void> {
    const producer = await this.producer();
    producer.begin();
    write();
    for (const publisher of publishers) publisher.push();
    await producer.commit();
  }

  async read(publisher: TablePublisher, rows: readonly SourceRow[]): Promise<void> {
    publisher.beginReads(Position.sqlServerZero.text);
    await this.transaction(() => publisher.reads(rows), [publisher]);
  }

  async change(publisher: TablePublisher, changes: readonly SpecChange[]): Promise<void> {
    await this.transaction(() => {
      for (const { op, before, after } of changes) {
        publisher.change({
          op,
          before: before ?? null,
          after: after ?? null,
          position: this.nextPosition(),
          commitMs: Date.now(),
          table: 0,
        });
      }
    }, [publisher]);
  }

  nextPosition(): Position {
    this.#sequence++;
    return Position.endOfCommit(this.#sequence.toString(16).padStart(20, '0'));
  }

  /** Starts a sink in this process. */
  start(options: Partial<SinkOptions> = {}): Running {
    const member = freshName('member');
    const sink = new Sink({
      job: this.job,
      sink: 'default',
      member,
      pool: openPool({ url: this.database.url, applicationName: sinkApplicationName(member), maxConnections: 5 }),
      control: this.control,
      kafka: this.kafka,
      readers: new ReaderCache(this.registry),
      connections: 4,
      batchRows: 20_000,
      batchBytes: 16_000_000,
      onRowError: 'suspend-table',
      nul: 'reject',
      leaseMs: 3000,
      isStepwise: false,
      log: process.env['SPEC_LOG'] ? createLog() : silentLog,
      ...options,
    });
    const stop = new AbortController();
    const ended = sink.run(stop.signal);
    const running = { stop, ended };
    this.#running.push(running);
    // A spec that expects the fault awaits `ended` itself.
    ended.catch(() => undefined);
    return running;
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.pool.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  }

  /** The sink's offsets against the topics' ends. */
  async behind(): Promise<number> {
    const topics = await this.kafka.topics(this.#topics);
    const ends = await this.kafka.offsets(
      topics.flatMap(({ name, partitions }) =>
        Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
      ),
      // The stable end moves only some ms after a commit was answered.
      { committed: false },
    );
    const applied = await this.control.sinkOffsets('default');
    return ends.reduce((sum, { topic, partition, end }) => sum + end - (applied.get(topic)?.[partition] ?? 0), 0);
  }

  async close(): Promise<void> {
    for (const { stop } of this.#running) stop.abort();
    await Promise.allSettled(this.#running.map(({ ended }) => ended));
    await this.#producer?.close();
    await this.kafka.deleteTopics(this.#topics);
    await this.kafka.close();
    await this.pool.end();
    await this.database.drop();
  }
}
