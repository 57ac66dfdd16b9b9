import { quoteIdent } from '#pgsql';
import type { PgQuerier } from '../catalog/model.ts';
import { tableName, USER_SCHEMA } from '../catalog/physical.ts';

/** Ids of the tables of schema cdc. */
export interface CdcTables {
  readonly change_tables_id: number;
  readonly captured_columns_id: number;
  readonly index_columns_id: number;
  readonly ddl_history_id: number;
  readonly lsn_time_mapping_id: number;
  readonly slot: string;
  readonly publication: string;
}

/** The tables of schema cdc, or undefined where CDC is off. */
export async function cdcTables(pg: PgQuerier): Promise<CdcTables | undefined> {
  const { rows } = await pg.query<CdcTables>(
    'SELECT change_tables_id, captured_columns_id, index_columns_id, ddl_history_id, lsn_time_mapping_id, slot, publication FROM meta.cdc_state',
  );
  return rows[0];
}

/** Quoted physical name of a table by its object_id. */
export function physicalTable(objectId: number): string {
  return `${quoteIdent(USER_SCHEMA)}.${quoteIdent(tableName(objectId))}`;
}

/**
 * Moves the low endpoint of one capture instance and removes what lies below it, `threshold` rows a statement. `low` undefined: the
 * present low endpoint.
 */
export async function cleanupInstance(
  pg: PgQuerier,
  tables: CdcTables,
  objectId: number,
  cleanup: { readonly low: Buffer | undefined; readonly threshold: number },
): Promise<void> {
  const changeTables = physicalTable(tables.change_tables_id);
  const { low, threshold } = cleanup;
  if (low)
    await pg.query(`UPDATE ${changeTables} SET c5 = $2 WHERE c1 = $1 AND (c5 IS NULL OR c5 < $2)`, [objectId, low]);
  const { rows } = await pg.query<{ c5: Buffer }>(`SELECT c5 FROM ${changeTables} WHERE c1 = $1`, [objectId]);
  const bound = rows[0]?.c5;
  if (!bound) return;
  const target = physicalTable(objectId);
  for (;;) {
    const removed = await pg.query(
      `DELETE FROM ${target} WHERE ctid = ANY (ARRAY (SELECT ctid FROM ${target} WHERE c1 < $1 LIMIT $2))`,
      [bound, threshold],
    );
    if ((removed.rowCount ?? 0) < threshold) return;
  }
}

/** What the cleanup job does: everything that was committed more than `minutes` before the newest captured commit goes. */
export async function cleanupByRetention(pg: PgQuerier, minutes: number, threshold: number): Promise<void> {
  const tables = await cdcTables(pg);
  if (!tables) return;
  const mapping = physicalTable(tables.lsn_time_mapping_id);
  const { rows } = await pg.query<{ low: Buffer | null }>(
    `SELECT min(c1) AS low FROM ${mapping} WHERE c3 >= (SELECT max(c3) FROM ${mapping}) - $1 * interval '1 minute'
     HAVING min(c1) > (SELECT min(c1) FROM ${mapping})`,
    [minutes],
  );
  const low = rows[0]?.low;
  if (!low) return;
  const instances = await pg.query<{ object_id: number }>('SELECT object_id FROM meta.cdc_instances');
  for (const { object_id } of instances.rows) await cleanupInstance(pg, tables, object_id, { low, threshold });
  await pg.query(`DELETE FROM ${mapping} WHERE c1 < $1`, [low]);
}
