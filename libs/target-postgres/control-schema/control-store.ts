import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { EventTable } from '#events';
import { SluiceError } from '#errors';
import type { JobState, TableState } from '#jobs';
import { CONTROL_DDL, CONTROL_STEPS, CONTROL_VERSION } from './schema.ts';
import { Chunks } from './chunks.ts';
import { ControlPool } from './control-pool.ts';
import { Leases } from './leases.ts';
import { plainText } from './plain-text.ts';
import { Requests } from './requests.ts';
import { Workspace } from './workspace.ts';

/** A column of a target table as the converter made it; `source` is the event column's name, absent for columns the target computes itself. */
export interface TargetColumn {
  readonly name: string;
  /** PostgreSQL type as format_type prints it. */
  readonly type: string;
  readonly source?: string;
  readonly generated: boolean;
  readonly identity: boolean;
}

/** A row of `sluice.tables`. `tableName` is the source's `schema.table`, the key of all per-table maps. */
export interface JobTable {
  readonly tableName: string;
  readonly ordinal: number;
  readonly targetSchema: string;
  readonly targetName: string;
  readonly topic: string;
  readonly partitions: number;
  readonly eventTable: EventTable;
  readonly targetColumns: readonly TargetColumn[];
  readonly state: TableState;
  readonly reason: string | null;
  readonly attempt: number;
  readonly hold: string | null;
  readonly s0: string | null;
  readonly planned: boolean;
  readonly estimatedRows: number;
}

/** Every partition of the tables' topics. */
export function partitionsOf(tables: readonly JobTable[]): { topic: string; partition: number }[] {
  return tables.flatMap(({ topic, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  );
}

export type NewTable = Omit<JobTable, 'state' | 'reason' | 'attempt' | 'hold' | 's0' | 'planned'>;

export interface JobRow {
  readonly job: string;
  readonly incarnation: string;
  readonly database: string;
  readonly state: JobState;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Counts {
  reads: number;
  inserts: number;
  updates: number;
  deletes: number;
  bytes: number;
}

export type Stage = 'snapshot' | 'poller' | 'sink';

export interface NewIssue {
  readonly object: string;
  readonly code: string;
  readonly severity: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string;
  readonly excerpt: string;
}

/** All access to the control schema of one job, but for the sink's own tables (offsets, parked rows). Every method is one short transaction. */
export class ControlStore {
  readonly chunks: Chunks;
  readonly leases: Leases;
  readonly requests: Requests;
  readonly workspace: Workspace;

  readonly pool: ControlPool;

  constructor(
    pool: pg.Pool,
    readonly job: string,
  ) {
    this.pool = new ControlPool(pool);
    const db = this.pool;
    this.chunks = new Chunks(db, job);
    this.leases = new Leases(db, job);
    this.requests = new Requests(db, job);
    this.workspace = new Workspace(db, job);
  }

  /** Creates the schema or finds it. Safe against several processes at once. @throws SluiceError TargetSchemaMismatch for a newer schema */
  async install(): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      await client.query(`select pg_advisory_xact_lock(hashtext('sluice.control'))`);
      for (const statement of CONTROL_DDL) await client.query(statement);
      await client.query(`insert into sluice.meta (version) values ($1) on conflict do nothing`, [CONTROL_VERSION]);
      const found = await client.query<{ version: number }>(`select version from sluice.meta`);
      const version = found.rows[0]?.version ?? 0;
      for (let from = version; from < CONTROL_VERSION; from++)
        for (const statement of CONTROL_STEPS[from] ?? []) await client.query(statement);
      await client.query(`update sluice.meta set version = $1 where version < $1`, [CONTROL_VERSION]);
      if (version > CONTROL_VERSION) {
        throw new SluiceError(
          'TargetSchemaMismatch',
          `The control schema has version ${version}; this program knows ${CONTROL_VERSION}. Use a newer Sluice.`,
        );
      }
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  /** Registers the job or finds it; the incarnation stays the first one's. `config` must hold no secrets. */
  async openJob(database: string, config: object): Promise<JobRow> {
    await this.pool.query(
      `insert into sluice.jobs (job, incarnation, database, state, config) values ($1, $2, $3, 'draft', $4)
       on conflict (job) do update set config = excluded.config, updated_at = now()`,
      [this.job, randomUUID(), database, JSON.stringify(config)],
    );
    const row = await this.readJob();
    if (!row) throw new SluiceError('Bug', `BUG: job ${this.job} vanished`);
    return row;
  }

  /** null: no such job here (or no control schema yet). */
  async readJob(): Promise<JobRow | null> {
    const exists = await this.pool.query<{ found: string | null }>(`select to_regclass('sluice.jobs')::text as found`);
    if (!exists.rows[0]?.found) return null;
    const result = await this.pool.query<JobRow>(
      `select job, incarnation, database, state, record from sluice.jobs where job = $1`,
      [this.job],
    );
    return result.rows[0] ?? null;
  }

  async setJobState(state: JobState, record: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.pool.query(
      `update sluice.jobs set state = $2, record = record || $3, updated_at = now() where job = $1`,
      [this.job, state, JSON.stringify(record)],
    );
    await this.note(`job ${state}`);
  }

  /** Adds to the job's record of facts. */
  async setJobRecord(facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.pool.query(`update sluice.jobs set record = record || $2, updated_at = now() where job = $1`, [
      this.job,
      JSON.stringify(facts),
    ]);
  }

  /** Adds tables; those that are there keep their state. @throws SluiceError JobOwned where another job feeds the same target table */
  async addTables(tables: readonly NewTable[]): Promise<void> {
    for (const table of tables) {
      try {
        await this.pool.query(
          `insert into sluice.tables (job, table_name, ordinal, source_schema, source_name, target_schema, target_name, topic, partitions,
             event_table, target_columns, estimated_rows, state)
           values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,'pending')
           on conflict (job, table_name) do update set ordinal = excluded.ordinal, target_columns = excluded.target_columns,
             event_table = case when tables.state = 'pending' then excluded.event_table else tables.event_table end`,
          [
            this.job,
            table.tableName,
            table.ordinal,
            table.eventTable.schema,
            table.eventTable.name,
            table.targetSchema,
            table.targetName,
            table.topic,
            table.partitions,
            JSON.stringify(table.eventTable),
            JSON.stringify(table.targetColumns),
            table.estimatedRows,
          ],
        );
      } catch (error) {
        if (!(error instanceof SluiceError) || error.facts['sqlState'] !== '23505') throw error;
        throw new SluiceError(
          'JobOwned',
          `The target table ${table.targetSchema}.${table.targetName} is fed by another job or table.`,
          { table: table.tableName },
        );
      }
    }
  }

  async readTables(): Promise<JobTable[]> {
    const result = await this.pool.query<JobTable & { estimatedRows: string }>(
      `select table_name as "tableName", ordinal, target_schema as "targetSchema", target_name as "targetName", topic, partitions,
         event_table as "eventTable", target_columns as "targetColumns", state, reason, attempt, hold, s0, planned, estimated_rows as "estimatedRows"
       from sluice.tables where job = $1 order by ordinal`,
      [this.job],
    );
    return result.rows.map((row) => ({ ...row, estimatedRows: Number(row.estimatedRows) }));
  }

  /** Moves a table on, only from one of `from` (none = from any state). Returns whether it did. */
  async setTableState(
    tableName: string,
    state: TableState,
    options: { from?: readonly TableState[]; reason?: string } = {},
  ): Promise<boolean> {
    const result = await this.pool.query(
      `update sluice.tables set state = $3, reason = $4, updated_at = now()
       where job = $1 and table_name = $2 and ($5::text[] is null or state = any($5)) and state <> $3`,
      [this.job, tableName, state, options.reason ?? null, options.from ?? null],
    );
    if ((result.rowCount ?? 0) > 0)
      await this.note(`table ${state}`, { table: tableName, ...(options.reason ? { reason: options.reason } : {}) });
    return (result.rowCount ?? 0) > 0;
  }

  /** Starts a new load attempt: a new hold name, no S0, no plan. Only when the table stands in one of `from`. Returns the hold, or null. */
  async beginAttempt(tableName: string, from: readonly TableState[]): Promise<string | null> {
    const hold = randomUUID().slice(0, 13);
    const result = await this.pool.query(
      `update sluice.tables set attempt = attempt + 1, hold = $3, s0 = null, planned = false, state = 'prepared', reason = null, updated_at = now()
       where job = $1 and table_name = $2 and state = any($4)`,
      [this.job, tableName, hold, from],
    );
    return (result.rowCount ?? 0) > 0 ? hold : null;
  }

  /** The poller's answer to a hold: S0. */
  async setHeld(tableName: string, hold: string, s0: string): Promise<void> {
    await this.pool.query(
      `update sluice.tables set s0 = $4, state = 'held', updated_at = now() where job = $1 and table_name = $2 and hold = $3 and state = 'prepared'`,
      [this.job, tableName, hold, s0],
    );
  }

  /** Writes the issues of a conversion; those that are there stay. */
  async saveIssues(issues: readonly NewIssue[]): Promise<void> {
    for (const one of issues) {
      await this.pool.query(
        `insert into sluice.issues (job, object, code, severity, line, col, message, remedy, excerpt) values ($1,$2,$3,$4,$5,$6,$7,$8,$9) on conflict do nothing`,
        [
          this.job,
          one.object,
          one.code,
          one.severity,
          one.line,
          one.column,
          plainText(one.message),
          one.remedy,
          plainText(one.excerpt),
        ],
      );
    }
  }

  async readIssues(): Promise<NewIssue[]> {
    const result = await this.pool.query<NewIssue>(
      `select object, code, severity, line, col as "column", message, remedy, excerpt from sluice.issues where job = $1 order by object, code, line`,
      [this.job],
    );
    return result.rows;
  }

  /** Adds to the counters of a stage; `part` keeps writers that run side by side apart (slot, partition). */
  async count(
    tableName: string,
    stage: Stage,
    part: string,
    add: Partial<Counts>,
    db: { query(text: string, values: unknown[]): Promise<unknown> } = this.pool,
  ): Promise<void> {
    await db.query(
      `insert into sluice.counters (job, table_name, stage, part, reads, inserts, updates, deletes, bytes) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)
       on conflict (job, table_name, stage, part) do update set reads = counters.reads + excluded.reads, inserts = counters.inserts + excluded.inserts,
         updates = counters.updates + excluded.updates, deletes = counters.deletes + excluded.deletes, bytes = counters.bytes + excluded.bytes, updated_at = now()`,
      [
        this.job,
        tableName,
        stage,
        part,
        add.reads ?? 0,
        add.inserts ?? 0,
        add.updates ?? 0,
        add.deletes ?? 0,
        add.bytes ?? 0,
      ],
    );
  }

  /** Sums per table and stage. */
  async readCounts(): Promise<Map<string, Record<Stage, Counts>>> {
    const result = await this.pool.query<{ table_name: string; stage: Stage } & Record<keyof Counts, string>>(
      `select table_name, stage, sum(reads) as reads, sum(inserts) as inserts, sum(updates) as updates, sum(deletes) as deletes, sum(bytes) as bytes
       from sluice.counters where job = $1 group by table_name, stage`,
      [this.job],
    );
    const counts = new Map<string, Record<Stage, Counts>>();
    const zero = (): Counts => ({ reads: 0, inserts: 0, updates: 0, deletes: 0, bytes: 0 });
    for (const row of result.rows) {
      const of = counts.get(row.table_name) ?? { snapshot: zero(), poller: zero(), sink: zero() };
      of[row.stage] = {
        reads: Number(row.reads),
        inserts: Number(row.inserts),
        updates: Number(row.updates),
        deletes: Number(row.deletes),
        bytes: Number(row.bytes),
      };
      counts.set(row.table_name, of);
    }
    return counts;
  }

  /** What an app last said of itself (position, lag, problem); shown by status. */
  async setProgress(app: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.pool.query(
      `insert into sluice.progress (job, app, facts) values ($1,$2,$3) on conflict (job, app) do update set facts = excluded.facts, updated_at = now()`,
      [this.job, app, JSON.stringify(facts)],
    );
  }

  async readProgress(): Promise<Map<string, { facts: Record<string, unknown>; ageMs: number }>> {
    const result = await this.pool.query<{ app: string; facts: Record<string, unknown>; age: number }>(
      `select app, facts, extract(epoch from now() - updated_at)::float8 * 1000 as age from sluice.progress where job = $1`,
      [this.job],
    );
    return new Map(result.rows.map((row) => [row.app, { facts: row.facts, ageMs: row.age }]));
  }

  /** Next offsets of a sink by topic and partition; empty before the sink has begun. */
  async sinkOffsets(sink: string): Promise<Map<string, number[]>> {
    if (!(await this.hasTable('sink_offsets'))) return new Map();
    const result = await this.pool.query<{ topic: string; partition: number; next_offset: string }>(
      `select topic, partition, next_offset from sluice.sink_offsets where sink = $1 and job = $2`,
      [sink, this.job],
    );
    const byTopic = new Map<string, number[]>();
    for (const row of result.rows) {
      const list = byTopic.get(row.topic) ?? [];
      list[row.partition] = Number(row.next_offset);
      byTopic.set(row.topic, list);
    }
    return byTopic;
  }

  /** Rows set aside by the sink of this job. */
  async countParked(): Promise<number> {
    if (!(await this.hasTable('parked'))) return 0;
    const result = await this.pool.query<{ count: string }>(`select count(*) from sluice.parked where job = $1`, [
      this.job,
    ]);
    return Number(result.rows[0]?.count ?? 0);
  }

  private async hasTable(name: string): Promise<boolean> {
    const result = await this.pool.query<{ found: string | null }>(`select to_regclass($1)::text as found`, [
      `sluice.${name}`,
    ]);
    return result.rows[0]?.found !== null;
  }

  /** Keeps the result of a validation. */
  async saveValidation(result: {
    table: string;
    rows: number;
    differing: number;
    unsettled: number;
    details: unknown;
  }): Promise<void> {
    await this.pool.query(
      `insert into sluice.validations (job, table_name, ended_at, rows_compared, differing, unsettled, details, state) values ($1,$2,now(),$3,$4,$5,$6,$7)`,
      [
        this.job,
        result.table,
        result.rows,
        result.differing,
        result.unsettled,
        JSON.stringify(result.details),
        result.differing + result.unsettled > 0 ? 'differs' : 'equal',
      ],
    );
  }

  /** A line of the job's history. */
  async note(what: string, facts: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.pool.query(`insert into sluice.history (job, what, facts) values ($1, $2, $3)`, [
      this.job,
      what,
      JSON.stringify(facts),
    ]);
  }
}
