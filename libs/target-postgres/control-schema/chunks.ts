import type { ControlPool } from './control-pool.ts';

export interface Chunk {
  readonly tableName: string;
  readonly attempt: number;
  readonly chunk: number;
  readonly lower: readonly string[] | null;
  readonly upper: readonly string[] | null;
}

/**
 * The chunks of a load. pending → leased by a slot → done. A chunk goes back to pending only after its slot's transactional id was fenced (rule 1), so that no
 * transaction of an earlier holder can still commit.
 */
export class Chunks {
  constructor(
    private readonly pool: ControlPool,
    private readonly job: string,
  ) {}

  /** Adds planned chunks; those that are there stay as they are (the plan is resumed after a crash). */
  async add(chunks: readonly Chunk[]): Promise<void> {
    await this.pool.query(
      `insert into sluice.chunks (job, table_name, attempt, chunk, lower, upper, state)
       select $1, t, a, c, nullif(l, 'null')::jsonb, nullif(u, 'null')::jsonb, 'pending'
       from unnest($2::text[], $3::int[], $4::int[], $5::text[], $6::text[]) as x(t, a, c, l, u)
       on conflict do nothing`,
      [
        this.job,
        chunks.map((c) => c.tableName),
        chunks.map((c) => c.attempt),
        chunks.map((c) => c.chunk),
        chunks.map((c) => JSON.stringify(c.lower)),
        chunks.map((c) => JSON.stringify(c.upper)),
      ],
    );
  }

  /** The last planned chunk of an attempt, to go on planning behind it. */
  async last(tableName: string, attempt: number): Promise<Chunk | null> {
    const result = await this.pool.query<Chunk>(
      `select table_name as "tableName", attempt, chunk, lower, upper from sluice.chunks
       where job = $1 and table_name = $2 and attempt = $3 order by chunk desc limit 1`,
      [this.job, tableName, attempt],
    );
    return result.rows[0] ?? null;
  }

  async setPlanned(tableName: string, attempt: number): Promise<void> {
    await this.pool.query(
      `update sluice.tables set planned = true, updated_at = now() where job = $1 and table_name = $2 and attempt = $3`,
      [this.job, tableName, attempt],
    );
  }

  /**
   * Leases the next pending chunk of a table that may be read (state loading) to a slot. `order` decides between tables. The slot's lease is locked with it: a
   * successor takes back what it finds when it begins, so nothing may be leased to the slot's former epoch after that.
   */
  async lease(slot: string, epoch: bigint, largestFirst: boolean): Promise<Chunk | null> {
    const result = await this.pool.query<Chunk>(
      `update sluice.chunks c set state = 'leased', slot = $2, slot_epoch = $3, updated_at = now()
       where (c.job, c.table_name, c.attempt, c.chunk) = (
         select c2.job, c2.table_name, c2.attempt, c2.chunk from sluice.chunks c2
         join sluice.tables t on t.job = c2.job and t.table_name = c2.table_name and t.attempt = c2.attempt and t.state = 'loading'
         join sluice.leases l on l.job = c2.job and l.name = $2 and l.epoch = $3
         where c2.job = $1 and c2.state = 'pending'
         order by case when $4 then -t.estimated_rows else t.ordinal end, t.ordinal, c2.chunk
         limit 1 for update of c2 skip locked for share of l)
       returning c.table_name as "tableName", c.attempt, c.chunk, c.lower, c.upper`,
      [this.job, slot, epoch.toString(), largestFirst],
    );
    return result.rows[0] ?? null;
  }

  /** After the chunk's Kafka transaction has committed. false: the slot was fenced meanwhile. */
  async done(
    chunk: Chunk,
    by: { readonly slot: string; readonly epoch: bigint },
    read: { readonly rows: number; readonly bytes: number; readonly position?: string },
  ): Promise<boolean> {
    const result = await this.pool.query(
      `with finished as (
         update sluice.chunks set state = 'done', rows = $7, bytes = $8, position = $9, updated_at = now()
         where job = $1 and table_name = $2 and attempt = $3 and chunk = $4 and state = 'leased' and slot = $5 and slot_epoch = $6
         returning 1)
       insert into sluice.counters (job, table_name, stage, part, reads, bytes)
       select $1, $2, 'snapshot', $5, $7, $8 from finished
       on conflict (job, table_name, stage, part) do update set reads = counters.reads + excluded.reads, bytes = counters.bytes + excluded.bytes, updated_at = now()`,
      [
        this.job,
        chunk.tableName,
        chunk.attempt,
        chunk.chunk,
        by.slot,
        by.epoch.toString(),
        read.rows,
        read.bytes,
        read.position ?? null,
      ],
    );
    return (result.rowCount ?? 0) > 0;
  }

  /** Gives back what a slot held before `epoch`; only after its transactional id was fenced. Returns how many. */
  async takeBack(slot: string, epoch: bigint): Promise<number> {
    const result = await this.pool.query(
      `update sluice.chunks set state = 'pending', slot = null, slot_epoch = null, updated_at = now()
       where job = $1 and state = 'leased' and slot = $2 and slot_epoch <= $3`,
      [this.job, slot, epoch.toString()],
    );
    return result.rowCount ?? 0;
  }

  /** The exact position at which a table without a key was read, of the attempt that stands (rule 6); null for tables read by key. */
  async readPosition(tableName: string): Promise<string | null> {
    const result = await this.pool.query<{ position: string | null }>(
      `select c.position from sluice.chunks c join sluice.tables t on t.job = c.job and t.table_name = c.table_name and t.attempt = c.attempt
       where c.job = $1 and c.table_name = $2 and c.state = 'done' and c.position is not null`,
      [this.job, tableName],
    );
    return result.rows[0]?.position ?? null;
  }

  /** Chunks of attempts before this one that a slot still has under way: what it read may yet be committed. */
  async leasedBefore(tableName: string, attempt: number): Promise<number> {
    const result = await this.pool.query<{ count: string }>(
      `select count(*) from sluice.chunks where job = $1 and table_name = $2 and attempt < $3 and state = 'leased'`,
      [this.job, tableName, attempt],
    );
    return Number(result.rows[0]?.count ?? 0);
  }

  /** Tables whose plan is complete and whose chunks of the standing attempt are all done. */
  async finishedTables(): Promise<string[]> {
    const result = await this.pool.query<{ table_name: string }>(
      `select t.table_name from sluice.tables t where t.job = $1 and t.state = 'loading' and t.planned
       and not exists (select 1 from sluice.chunks c where c.job = t.job and c.table_name = t.table_name and c.attempt = t.attempt and c.state <> 'done')
       order by t.ordinal`,
      [this.job],
    );
    return result.rows.map((row) => row.table_name);
  }

  /** Chunks done and in all, per table of the standing attempts. */
  async progress(): Promise<Map<string, { done: number; total: number }>> {
    const result = await this.pool.query<{ table_name: string; done: string; total: string }>(
      `select c.table_name, count(*) filter (where c.state = 'done') as done, count(*) as total from sluice.chunks c
       join sluice.tables t on t.job = c.job and t.table_name = c.table_name and t.attempt = c.attempt
       where c.job = $1 group by c.table_name`,
      [this.job],
    );
    return new Map(result.rows.map((row) => [row.table_name, { done: Number(row.done), total: Number(row.total) }]));
  }
}
