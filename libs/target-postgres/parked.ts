import type pg from 'pg';
import type { SluiceError } from '#errors';
import type { SinkPartition } from './offsets.ts';
import { OP, type RecordBatch } from './record-batch.ts';

/** A record that the target refused, kept in the database that refused it (rule 12). */
export interface ParkedRow {
  readonly at: SinkPartition;
  readonly job: string;
  readonly tableName: string;
  readonly batch: RecordBatch;
  readonly index: number;
  readonly error: SluiceError;
}

const NAMES = new Map<number, string>(Object.entries(OP).map(([name, code]) => [code, name]));

/** Keeps the newest failing event of a key; a whole row replaces what was kept of the key. In the transaction of the offset. */
export async function parkRow(client: pg.ClientBase, row: ParkedRow): Promise<void> {
  const { at, batch, index, error } = row;
  const key = keyOf(batch, index);
  if (!batch.missing.has(index)) await unparkKeys(client, at, [key]);
  const hasValue = batch.valueEnds[index]! >= batch.valueStarts[index]!;
  const missing = batch.missing.get(index)?.map((column) => batch.plan.columns[column]!.sourceName);
  await client.query(
    `insert into sluice.parked as p (sink, topic, partition, record_offset, job, table_name, key, value, op, unavailable, error_kind, error_text, sqlstate)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (sink, topic, partition, record_offset) do update set attempts = p.attempts + 1, error_kind = excluded.error_kind,
       error_text = excluded.error_text, sqlstate = excluded.sqlstate, parked_at = now()`,
    [
      at.sink,
      at.topic,
      at.partition,
      batch.offsets[index],
      row.job,
      row.tableName,
      key,
      hasValue ? batch.buffers[index]!.subarray(batch.valueStarts[index], batch.valueEnds[index]) : null,
      NAMES.get(batch.ops[index]!) ?? '',
      missing ? JSON.stringify(missing) : null,
      error.kind,
      error.message,
      String(error.facts['sqlState'] ?? ''),
    ],
  );
}

/** Removes what was parked of keys that a later event has settled. Returns how many events. */
export async function unparkKeys(client: pg.ClientBase, at: SinkPartition, keys: readonly Buffer[]): Promise<number> {
  const result = await client.query(
    `delete from sluice.parked where sink = $1 and topic = $2 and partition = $3
       and md5(key) in (select md5(k) from unnest($4::bytea[]) k) and key = any($4::bytea[])`,
    [at.sink, at.topic, at.partition, keys],
  );
  return result.rowCount ?? 0;
}

/** Which of the keys have parked events; as latin1 texts of their bytes. */
export async function parkedKeys(
  client: pg.ClientBase,
  at: SinkPartition,
  keys: readonly Buffer[],
): Promise<Set<string>> {
  const result = await client.query<{ key: Buffer }>(
    `select distinct key from sluice.parked where sink = $1 and topic = $2 and partition = $3
       and md5(key) in (select md5(k) from unnest($4::bytea[]) k) and key = any($4::bytea[])`,
    [at.sink, at.topic, at.partition, keys],
  );
  return new Set(result.rows.map(({ key }) => key.toString('latin1')));
}

export async function countParked(db: pg.Pool | pg.ClientBase, at: SinkPartition): Promise<number> {
  const result = await db.query<{ count: string }>(
    `select count(*) from sluice.parked where sink = $1 and topic = $2 and partition = $3`,
    [at.sink, at.topic, at.partition],
  );
  return Number(result.rows[0]?.count ?? 0);
}

/** The record key; a table without a key is parked by its row's own bytes. */
export function keyOf(batch: RecordBatch, index: number): Buffer {
  const start = batch.keyStarts[index]!;
  return batch.buffers[index]!.subarray(start, Math.max(start, batch.keyEnds[index]!));
}
