import type pg from 'pg';
import type { EventTable } from '#events';
import { freshDatabase, type FreshDatabase } from '#testing';
import type { ValuePolicy } from '#values';
import { Applier, type Applied } from './applier.ts';
import { openPool } from './client.ts';
import { ControlStore, type TargetColumn } from './control-schema/index.ts';
import { installSinkSchema, readOffset, registerSinkTable, type SinkPartition } from './offsets.ts';
import { PlanCache, RecordBatch, RecordFeed } from './record-batch.ts';
import { ApplySession } from './session.ts';
import { SpecRecords, type SpecEvent } from './spec-records.ts';
import { describeTarget, type TargetTable } from './target-table.ts';

export interface SpecTargetOptions {
  readonly event: EventTable;
  /** DDL of the target table `public.t` and what belongs to it. */
  readonly ddl: string;
  readonly onRowError?: 'suspend-table' | 'park';
  readonly nul?: ValuePolicy['nul'];
  /** Names of target columns that no event fills. */
  readonly generated?: readonly string[];
}

/** A target table in a database of its own and the sink's way of writing to it; for specs. */
export class SpecTarget {
  readonly at: SinkPartition = { sink: 'main', topic: 'spec', partition: 0 };
  expected = 0;

  private constructor(
    readonly database: FreshDatabase,
    readonly pool: pg.Pool,
    readonly session: ApplySession,
    readonly records: SpecRecords,
    public table: TargetTable,
    public applier: Applier,
  ) {}

  static async open(options: SpecTargetOptions): Promise<SpecTarget> {
    const database = await freshDatabase();
    const pool = openPool({ url: database.url, applicationName: 'sluice spec', maxConnections: 3 });
    const session = new ApplySession(pool, options.nul ?? 'reject');
    try {
      return await SpecTarget.#prepare(options, database, pool, session);
    } catch (error) {
      session.discard();
      await pool.end();
      await database.drop();
      throw error;
    }
  }

  static async #prepare(
    options: SpecTargetOptions,
    database: FreshDatabase,
    pool: pg.Pool,
    session: ApplySession,
  ): Promise<SpecTarget> {
    const { event } = options;
    const control = new ControlStore(pool, event.job);
    await control.install();
    await control.openJob(event.database, {});
    await installSinkSchema(pool);
    await pool.query(options.ddl);
    const target = { schema: 'public', name: 't' };
    await registerSinkTable(pool, {
      job: event.job,
      sink: 'main',
      tableName: `${event.schema}.${event.name}`,
      target,
      topic: 'spec',
      partitions: 1,
      incarnation: 'one',
      version: event.version,
    });
    await session.open();
    const columns: TargetColumn[] = event.columns.map(({ name }) => ({
      name,
      type: '',
      source: name,
      generated: options.generated?.includes(name) ?? false,
      identity: false,
    }));
    const table = await describeTarget(session.client, target, event, columns);
    const records = await new SpecRecords(event).load();
    const applier = new Applier({
      table,
      at: { sink: 'main', topic: 'spec', partition: 0 },
      job: event.job,
      incarnation: 'one',
      onRowError: options.onRowError ?? 'suspend-table',
      isStepwise: false,
    });
    return new SpecTarget(database, pool, session, records, table, applier);
  }

  batch(events: readonly SpecEvent[]): RecordBatch {
    const fetched = this.records.fetch(events);
    const batch = new RecordBatch({
      plans: new PlanCache(this.table),
      readers: this.records.readers,
      rows: 1_000_000,
      bytes: 1_000_000_000,
      version: this.records.table.version,
      fromOffset: fetched.fetchOffset,
      append: this.applier.nextAppend(this.session),
    });
    const stop = batch.gather(new RecordFeed(fetched, fetched.fetchOffset));
    if (stop.reason !== 'empty') throw new Error(`gathering stopped: ${stop.reason}`);
    return batch;
  }

  /** The target has another version's shape now; the events still come in the first one's. */
  async reshape(event: EventTable): Promise<void> {
    const columns = event.columns.map(({ name }) => ({
      name,
      type: '',
      source: name,
      generated: false,
      identity: false,
    }));
    this.table = await describeTarget(this.client, { schema: 'public', name: 't' }, event, columns);
    this.applier = new Applier({ ...this.applier.options, table: this.table });
  }

  /** Applies events as one batch. */
  async apply(events: readonly SpecEvent[]): Promise<Applied> {
    const batch = this.batch(events);
    const applied = await this.applier.apply(this.session, batch, this.expected);
    this.expected = batch.nextOffset;
    return applied;
  }

  get client(): pg.ClientBase {
    return this.session.client;
  }

  async rows(sql = 'select * from t order by 1'): Promise<unknown[][]> {
    return (await this.pool.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  }

  async offset(): Promise<number | undefined> {
    return (await readOffset(this.pool, this.at))?.nextOffset;
  }

  async close(): Promise<void> {
    this.session.discard();
    await this.pool.end();
    await this.database.drop();
  }
}
