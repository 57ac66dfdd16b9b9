import { createHash } from 'node:crypto';
import type pg from 'pg';
import { SluiceError } from '#errors';
import type { ControlPool } from './control-schema/index.ts';
import { quoteLiteral } from '#pgsql';
import { SINK_DDL } from './sql/sink-schema.ts';

/** One partition of a table's topic as a sink of a target sees it. */
export interface SinkPartition {
  readonly sink: string;
  readonly topic: string;
  readonly partition: number;
}

/** What a sink feeds from where; one target table has one owning job and sink. */
export interface SinkTable {
  readonly job: string;
  readonly sink: string;
  /** `schema.table` of the source. */
  readonly tableName: string;
  readonly target: { readonly schema: string; readonly name: string };
  readonly topic: string;
  readonly partitions: number;
  /** Kafka's id of the topic: a topic that was deleted and made again has another one. */
  readonly incarnation: string;
  /** Version of the table's shape that the target has. */
  readonly version: number;
}

export interface AppliedCounts {
  reads: number;
  inserts: number;
  updates: number;
  deletes: number;
  bytes: number;
}

/** A move of a partition's offset, made in the transaction of the rows. */
export interface Advance {
  readonly at: SinkPartition;
  readonly incarnation: string;
  readonly expected: number;
  readonly next: number;
  readonly counts: AppliedCounts;
}

/** Of the statements that were run; kept in the database as the comment of the function that guards the offsets. */
const SCHEMA_HASH = createHash('sha256').update(SINK_DDL.join()).digest('hex').slice(0, 16);

/**
 * Creates the sink's tables; safe against several processes at once. Does nothing where they are there already: even `create index if not exists` would wait for the
 * locks of a frozen sink.
 */
export async function installSinkSchema(pool: Pick<ControlPool, 'connect' | 'query'>): Promise<void> {
  const known = await pool.query<{ hash: string | null }>(
    `select obj_description(p.oid, 'pg_proc') as hash from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'sluice' and p.proname = 'advance_sink'`,
  );
  if (known.rows[0]?.hash === SCHEMA_HASH) return;
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('sluice.control'))`);
    for (const statement of SINK_DDL) await client.query(statement);
    await client.query(`comment on function sluice.advance_sink is ${quoteLiteral(SCHEMA_HASH)}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/**
 * Registers the table and its partitions, from offset 0; what is there stays. @throws SluiceError JobOwned where another job or sink owns the target table,
 * TopicIncarnationChanged where the offsets belong to an earlier topic of the name
 */
export async function registerSinkTable(pool: pg.Pool, table: SinkTable): Promise<void> {
  const { schema, name } = table.target;
  const owner = await pool.query<{ job: string; sink: string }>(
    `with mine as (
       insert into sluice.sink_tables (target_schema, target_name, job, sink, table_name, applied_version) values ($1, $2, $3, $4, $5, $6)
       on conflict (target_schema, target_name) do nothing returning job, sink)
     select job, sink from mine union all
     select job, sink from sluice.sink_tables where target_schema = $1 and target_name = $2 limit 1`,
    [schema, name, table.job, table.sink, table.tableName, table.version],
  );
  const found = owner.rows[0];
  if (found && (found.job !== table.job || found.sink !== table.sink)) {
    throw new SluiceError(
      'JobOwned',
      `The target table ${schema}.${name} is fed by job ${found.job}, sink ${found.sink}.`,
      {
        table: table.tableName,
      },
    );
  }
  await pool.query(
    `insert into sluice.sink_offsets (sink, topic, partition, job, table_name, target_schema, target_name, incarnation)
     select $1, $2, p, $3, $4, $5, $6, $7 from generate_series(0, $8::int - 1) p
     -- ON CONFLICT alone would wait for a frozen sink that holds the row.
     where not exists (select from sluice.sink_offsets o where o.sink = $1 and o.topic = $2 and o.partition = p)
     on conflict do nothing`,
    [table.sink, table.topic, table.job, table.tableName, schema, name, table.incarnation, table.partitions],
  );
  await checkIncarnation(pool, table);
}

async function checkIncarnation(pool: pg.Pool, table: SinkTable): Promise<void> {
  const rows = await pool.query<{ incarnation: string; count: string }>(
    `select incarnation, count(*) from sluice.sink_offsets where sink = $1 and topic = $2 group by incarnation`,
    [table.sink, table.topic],
  );
  const other = rows.rows.find((row) => row.incarnation !== table.incarnation);
  const count = rows.rows.reduce((sum, row) => sum + Number(row.count), 0);
  if (other) {
    throw new SluiceError(
      'TopicIncarnationChanged',
      `The topic ${table.topic} is not the one that the target's offsets belong to.`,
      {
        table: table.tableName,
        topic: table.topic,
      },
    );
  }
  if (count !== table.partitions) {
    throw new SluiceError(
      'TopicMismatch',
      `The topic ${table.topic} has ${table.partitions} partitions, the target knows ${count}.`,
      {
        topic: table.topic,
      },
    );
  }
}

/** Where to read on; undefined where the row is gone (the table was dropped or reset). Outside of any transaction of rows. */
export async function readOffset(
  db: pg.Pool | pg.ClientBase,
  at: SinkPartition,
): Promise<{ readonly nextOffset: number; readonly incarnation: string } | undefined> {
  const result = await db.query<{ next_offset: string; incarnation: string }>(
    `select next_offset, incarnation from sluice.sink_offsets where sink = $1 and topic = $2 and partition = $3`,
    [at.sink, at.topic, at.partition],
  );
  const row = result.rows[0];
  return row ? { nextOffset: Number(row.next_offset), incarnation: row.incarnation } : undefined;
}

/** Offsets of all partitions of a sink, by topic; for progress, cutover and trimming. */
export async function readOffsets(db: pg.Pool, sink: string, job: string): Promise<Map<string, number[]>> {
  const result = await db.query<{ topic: string; partition: number; next_offset: string }>(
    `select topic, partition, next_offset from sluice.sink_offsets where sink = $1 and job = $2 order by topic, partition`,
    [sink, job],
  );
  const byTopic = new Map<string, number[]>();
  for (const row of result.rows) {
    const list = byTopic.get(row.topic) ?? [];
    list[row.partition] = Number(row.next_offset);
    byTopic.set(row.topic, list);
  }
  return byTopic;
}

/** The statement that moves the offset by compare-and-set; fails with SL001 where it does not stand at `expected`. */
export function advanceStatement({ at, incarnation, expected, next, counts }: Advance): string {
  const { reads, inserts, updates, deletes, bytes } = counts;
  const numbers = [expected, next, reads, inserts, updates, deletes, bytes].map(integerText).join(', ');
  return `select sluice.advance_sink(${quoteLiteral(at.sink)}, ${quoteLiteral(at.topic)}, ${integerText(at.partition)}, ${quoteLiteral(incarnation)}, ${numbers})`;
}

function integerText(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError('not an integer');
  return String(value);
}

/** Forgets what was applied to a target table; in the transaction that drops or truncates it (rule 9). */
export async function forgetTarget(db: pg.ClientBase, target: { schema: string; name: string }): Promise<void> {
  await db.query(
    `delete from sluice.parked p using sluice.sink_offsets o where o.target_schema = $1 and o.target_name = $2
    and p.sink = o.sink and p.topic = o.topic and p.partition = o.partition`,
    [target.schema, target.name],
  );
  await db.query(`delete from sluice.sink_offsets where target_schema = $1 and target_name = $2`, [
    target.schema,
    target.name,
  ]);
  await db.query(`delete from sluice.sink_tables where target_schema = $1 and target_name = $2`, [
    target.schema,
    target.name,
  ]);
}
