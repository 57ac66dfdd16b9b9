import { createHash } from 'node:crypto';
import type pg from 'pg';

/** A partition of a topic. */
export interface LeasedPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Shares the partitions of a sink among any number of processes. A lease says who should work; what keeps a frozen process from doing harm is the compare-and-set
 * on the offsets. Times are the database's own.
 */
export class SinkLeases {
  constructor(
    private readonly pool: pg.Pool,
    private readonly sink: string,
    readonly member: string,
    private readonly ttlMs: number,
  ) {}

  /** Says that this process lives. Returns all that do, in one order for everyone. */
  async beat(): Promise<string[]> {
    const result = await this.pool.query<{ member: string }>(
      `with me as (
         insert into sluice.sink_members (sink, member, until) values ($1, $2, now() + $3 * interval '1 ms')
         on conflict (sink, member) do update set until = excluded.until returning member),
       gone as (delete from sluice.sink_members where sink = $1 and until < now() - interval '1 hour')
       select member from sluice.sink_members where sink = $1 and until > now() union select member from me order by 1`,
      [this.sink, this.member, this.ttlMs],
    );
    return result.rows.map((row) => row.member);
  }

  /** Takes or prolongs leases; returns those that are held now. */
  async hold(wanted: readonly LeasedPartition[]): Promise<LeasedPartition[]> {
    await this.#endFrozen();
    const result = await this.pool.query<LeasedPartition>(
      `insert into sluice.sink_leases as l (sink, topic, partition, owner, epoch, until)
       select $1, t, p, $2, 1, now() + $5 * interval '1 ms' from unnest($3::text[], $4::int[]) as w(t, p)
       on conflict (sink, topic, partition) do update set owner = excluded.owner, until = excluded.until,
         epoch = case when l.owner = excluded.owner then l.epoch else l.epoch + 1 end
       where l.owner = excluded.owner or l.until < now()
       returning topic, partition`,
      [this.sink, this.member, wanted.map((w) => w.topic), wanted.map((w) => w.partition), this.ttlMs],
    );
    return result.rows;
  }

  /** Gives back whatever is not in `kept`. */
  async releaseOthers(kept: readonly LeasedPartition[]): Promise<void> {
    await this.pool.query(
      `delete from sluice.sink_leases where sink = $1 and owner = $2
         and (topic, partition) not in (select t, p from unnest($3::text[], $4::int[]) as k(t, p))`,
      [this.sink, this.member, kept.map((k) => k.topic), kept.map((k) => k.partition)],
    );
  }

  /** Leaves; the others take over at once. */
  async leave(): Promise<void> {
    await this.releaseOthers([]);
    await this.pool.query(`delete from sluice.sink_members where sink = $1 and member = $2`, [this.sink, this.member]);
  }

  /** A process whose leases have run out may be frozen in the middle of a transaction and hold its locks for good: its sessions are ended. */
  async #endFrozen(): Promise<void> {
    const owners = await this.pool.query<{ owner: string }>(
      `select distinct owner from sluice.sink_leases where sink = $1 and owner <> $2 and until < now()`,
      [this.sink, this.member],
    );
    if (owners.rows.length === 0) return;
    await this.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = any($1) and usename = current_user and state <> 'idle'`,
      [owners.rows.map((row) => sinkApplicationName(row.owner))],
    );
  }
}

/** Names the sessions of a sink process, within PostgreSQL's 63 bytes. */
export function sinkApplicationName(member: string): string {
  return `sluice sink ${createHash('sha256').update(member).digest('hex').slice(0, 16)}`;
}
