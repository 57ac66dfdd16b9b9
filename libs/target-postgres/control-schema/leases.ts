import type { ControlPool } from './control-pool.ts';

/** A lease in hand. `epoch` grows with every change of owner. */
export interface Lease {
  readonly name: string;
  readonly owner: string;
  readonly epoch: bigint;
}

/**
 * Leases with a fencing epoch (rule 1). A lease says who may try; what keeps a frozen owner from doing harm is the broker's fence on its transactional id and the
 * compare-and-set on its rows, never the clock: times are the database's own.
 */
export class Leases {
  constructor(
    private readonly pool: ControlPool,
    private readonly job: string,
  ) {}

  /** Takes the lease if it is free, run out, or ours already. null: somebody holds it. */
  async acquire(name: string, owner: string, ttlMs: number): Promise<Lease | null> {
    const result = await this.pool.query<{ epoch: string }>(
      `insert into sluice.leases as l (job, name, owner, epoch, until) values ($1, $2, $3, 1, now() + $4 * interval '1 ms')
       on conflict (job, name) do update set owner = excluded.owner, until = excluded.until, epoch = l.epoch + 1
       where l.until < now() or l.owner = excluded.owner
       returning epoch`,
      [this.job, name, owner, ttlMs],
    );
    const row = result.rows[0];
    return row ? { name, owner, epoch: BigInt(row.epoch) } : null;
  }

  /** Prolongs. false: the lease is another's now; whoever held it must stop at once. */
  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    const result = await this.pool.query(
      `update sluice.leases set until = now() + $5 * interval '1 ms' where job = $1 and name = $2 and owner = $3 and epoch = $4`,
      [this.job, lease.name, lease.owner, lease.epoch.toString(), ttlMs],
    );
    return (result.rowCount ?? 0) > 0;
  }

  /** Gives the lease back early; the epoch stays. */
  async release(lease: Lease): Promise<void> {
    await this.pool.query(
      `update sluice.leases set until = 'epoch' where job = $1 and name = $2 and owner = $3 and epoch = $4`,
      [this.job, lease.name, lease.owner, lease.epoch.toString()],
    );
  }

  /** Names of leases with a prefix that have run out. */
  async expired(prefix: string): Promise<string[]> {
    const result = await this.pool.query<{ name: string }>(
      `select name from sluice.leases where job = $1 and starts_with(name, $2) and until < now() order by name`,
      [this.job, prefix],
    );
    return result.rows.map((row) => row.name);
  }
}
