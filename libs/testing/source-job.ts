import { PlainDecoder } from '#avro-codec';
import { HEADER, tableName, topics } from '#events';
import { parseJobFile } from '#jobs';
import { jobTopicSpecs, openJobContext, tableTopicSpec, type JobContext } from '#runtime';
import type { ControlStore, JobTable } from '#target-postgres';
import { createLog, silentLog } from '#telemetry';
import { freshDatabase, freshName, type FreshDatabase } from './fresh.ts';
import type { SourceDatabase } from './sandbox.ts';
import { testKafka, testRegistry } from './servers.ts';

const POSITION = Buffer.from(HEADER.position);

/** A record of a topic, read committed. `op` is null for a tombstone; `row` is the row after, or before a delete. */
export interface TopicRecord {
  readonly op: string | null;
  readonly position: string;
  readonly row: readonly unknown[] | null;
  readonly partition: number;
}

/** A job on a source database with topics and a control schema, whose tables stand at `prepared`: what poller and snapshot start from. */
export class SourceJob {
  readonly #topics = new Set<string>();

  private constructor(
    readonly context: JobContext,
    private readonly target: FreshDatabase,
  ) {}

  static async open(source: SourceDatabase, names: readonly string[], settings = ''): Promise<SourceJob> {
    const [target, kafka, registry] = await Promise.all([freshDatabase(), testKafka(), testRegistry()]);
    const { port, database, user, password } = source.settings;
    const url = new URL(target.url);
    process.env['SPEC_SOURCE_PASSWORD'] = password.reveal();
    process.env['SPEC_TARGET_PASSWORD'] = decodeURIComponent(url.password);
    url.password = '';
    const job = parseJobFile(`job: ${freshName('sj').replaceAll('_', '-')}
source: { kind: sqlserver, host: 127.0.0.1, port: ${port}, database: ${database}, user: ${user}, password: "\${env:SPEC_SOURCE_PASSWORD}", trustServerCertificate: true }
target: { url: "${url.href}", password: "\${env:SPEC_TARGET_PASSWORD}" }
kafka: { brokers: [${kafka.brokers.join(', ')}], registry: { url: "${registry.url}" }, topics: { partitions: 1 } }
${settings}
`);
    const log = process.env['SPEC_LOG'] ? createLog() : silentLog;
    const made = new SourceJob(openJobContext(job, freshName('spec'), log), target);
    await made.#prepare(await source.eventTables(...names));
    return made;
  }

  get control(): ControlStore {
    return this.context.control;
  }

  get name(): string {
    return this.context.job.job;
  }

  async #prepare(tables: readonly JobTable['eventTable'][]): Promise<void> {
    const { context, control } = this;
    const { topics: settings } = context.job;
    await control.install();
    await control.openJob(context.job.source.database, {});
    const eventTables = tables.map((table) => ({ ...table, job: this.name }));
    const specs = [
      ...jobTopicSpecs(settings, this.name),
      ...eventTables.map((table) => tableTopicSpec(settings, table, 1)),
    ];
    for (const { name } of specs) this.#topics.add(name);
    await context.kafka.ensureTopics(specs);
    await control.addTables(
      eventTables.map((eventTable, ordinal) => ({
        tableName: tableName(eventTable),
        ordinal,
        targetSchema: 'public',
        targetName: eventTable.name,
        topic: topics.table(this.name, eventTable.database, eventTable.schema, eventTable.name),
        partitions: 1,
        eventTable,
        targetColumns: [],
        estimatedRows: 0,
      })),
    );
    for (const table of eventTables) await control.beginAttempt(tableName(table), ['pending']);
  }

  async table(name: string): Promise<JobTable> {
    const found = (await this.control.readTables()).find((table) => table.tableName === name);
    if (!found) throw new Error(`no table ${name}`);
    return found;
  }

  /** What stands in the topic of a table, or of a journal. */
  async records(topic: string): Promise<TopicRecord[]> {
    const { kafka, registry } = this.context;
    const decoder = new PlainDecoder(registry);
    return this.#read(
      topic,
      async (record) => {
        const value = record.value();
        const event = value === null ? null : ((await decoder.decode(value)) as unknown as Event);
        const row = event?.after ?? event?.before ?? null;
        return {
          op: event?.op ?? null,
          position: record.header(POSITION) ?? '',
          row: row === null ? null : Object.values(row),
          partition: 0,
        };
      },
      kafka,
    );
  }

  /** The window records of the job. */
  async windows(): Promise<Window[]> {
    const decoder = new PlainDecoder(this.context.registry);
    return this.#read(
      topics.windows(this.name),
      async (record) => (await decoder.decode(record.value() ?? Buffer.alloc(0))) as unknown as Window,
      this.context.kafka,
    );
  }

  async #read<T>(topic: string, take: (record: Cursor) => Promise<T>, kafka: JobContext['kafka']): Promise<T[]> {
    const [range] = await kafka.offsets([{ topic, partition: 0 }]);
    const found: T[] = [];
    if (!range || range.end === range.earliest) return found;
    const fetcher = kafka.fetcher({ maxWaitMs: 100 });
    fetcher.seek(topic, 0, range.earliest);
    try {
      for (let next = range.earliest; next < range.end;) {
        const { batches, faults } = await fetcher.fetch();
        if (faults[0]) throw faults[0].error;
        for (const { records, nextOffset } of batches) {
          while (records.next()) found.push(await take(records));
          next = nextOffset;
        }
      }
    } finally {
      await fetcher.close();
    }
    return found;
  }

  async close(): Promise<void> {
    await this.context.kafka.deleteTopics([...this.#topics]);
    await this.context.close();
    await this.target.drop();
  }
}

interface Event {
  readonly op: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Of a window record, what specs look at. */
export interface Window {
  /** A long, as the decoder gives it. */
  readonly windowId: number | bigint | string;
  readonly from: string;
  readonly to: string;
  readonly partial: boolean;
  readonly holds: readonly { readonly table: string; readonly hold: string; readonly s0: string }[];
  readonly partitions: readonly { readonly topic: string; readonly records: number }[];
}

interface Cursor {
  value(): Buffer | null;
  header(name: Buffer): string | null;
}
