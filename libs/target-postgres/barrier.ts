import type pg from 'pg';
import { Signal } from '#errors';
import { quoteQualified } from '#pgsql';
import { sqlState } from './client.ts';
import type { SinkPartition } from './offsets.ts';

/** A `t` event that a partition has come to. */
export interface Barrier {
  readonly at: SinkPartition;
  readonly incarnation: string;
  /** Where the partition's row stands. */
  readonly expected: number;
  /** Offset of the `t` itself. */
  readonly offset: number;
  readonly position: string;
}

/** Writes that the partition stands at a truncation (rule 7). @throws Signal reseek */
export async function standAtBarrier(client: pg.ClientBase, barrier: Barrier): Promise<void> {
  const { at, incarnation, expected, offset, position } = barrier;
  const result = await client.query(
    `update sluice.sink_offsets set next_offset = $5, barrier_position = $6, updated_at = now()
     where sink = $1 and topic = $2 and partition = $3 and incarnation = $4 and next_offset = $7`,
    [at.sink, at.topic, at.partition, incarnation, offset, position, expected],
  );
  if (result.rowCount !== 1) throw new Signal('reseek', 'the offset moved');
}

/**
 * Empties the table when all partitions stand at a `t`, and lets those go on that stand at the earliest. Whoever comes last does it for all.
 * Returns whether it did. In one transaction.
 */
export async function passBarrier(
  client: pg.ClientBase,
  at: SinkPartition,
  target: { readonly schema: string; readonly name: string },
): Promise<boolean> {
  await client.query('begin');
  const rows = await client.query<{ barrier: string | null }>(
    `select barrier_position as barrier from sluice.sink_offsets where sink = $1 and topic = $2 order by partition for update`,
    [at.sink, at.topic],
  );
  const barriers = rows.rows.map((row) => row.barrier);
  if (barriers.some((barrier) => barrier === null)) {
    await client.query('commit');
    return false;
  }
  const earliest = (barriers as string[]).reduce((least, barrier) => (barrier < least ? barrier : least));
  await emptyTable(client, target);
  await client.query(`delete from sluice.parked where sink = $1 and topic = $2`, [at.sink, at.topic]);
  await client.query(
    `update sluice.sink_offsets set next_offset = next_offset + 1, barrier_position = null, updated_at = now()
     where sink = $1 and topic = $2 and barrier_position = $3`,
    [at.sink, at.topic, earliest],
  );
  await client.query('commit');
  return true;
}

async function emptyTable(client: pg.ClientBase, target: { schema: string; name: string }): Promise<void> {
  await client.query('savepoint emptying');
  try {
    await client.query(`truncate ${quoteQualified(target)}`);
  } catch (error) {
    // A table that foreign keys refer to cannot be truncated alone.
    if (sqlState(error) !== '0A000') throw error;
    await client.query('rollback to savepoint emptying');
    await client.query(`delete from ${quoteQualified(target)}`);
  }
}
