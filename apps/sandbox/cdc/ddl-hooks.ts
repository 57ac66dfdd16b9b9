import type { PgQuerier } from '../catalog/model.ts';
import { columnName } from '../catalog/physical.ts';
import type { CatalogWriter } from '../catalog/writer.ts';
import { cdcTables, physicalTable } from './cleanup.ts';
import { dropInstance } from './enable-table.ts';

/** What the engine tells CDC of a DDL statement, inside its transaction and after its work. */
export interface TableAltered {
  readonly objectId: number;
  /** The statement as the client sent it. */
  readonly command: string;
  /** Ids of columns whose type changed. */
  readonly retyped?: readonly number[];
}

async function isTracked(pg: PgQuerier, objectId: number): Promise<boolean> {
  const { rows } = await pg.query('SELECT 1 FROM meta.tables WHERE object_id = $1 AND is_tracked_by_cdc', [objectId]);
  return rows.length > 0;
}

/**
 * To be called for every ALTER TABLE (and CREATE or DROP INDEX: key columns decide how updates are logged) on a user table. Puts the
 * statement into the log; the capture job writes cdc.ddl_history and retypes change tables when it comes to it.
 */
export async function onTableAltered(pg: PgQuerier, altered: TableAltered): Promise<void> {
  if (!(await isTracked(pg, altered.objectId))) return;
  const changed: { columnId: number; pgType: string }[] = [];
  for (const columnId of altered.retyped ?? []) {
    const { rows } = await pg.query<{ type: string }>(
      'SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2',
      [physicalTable(altered.objectId), columnName(columnId)],
    );
    if (rows[0]) changed.push({ columnId, pgType: rows[0].type });
  }
  const content = JSON.stringify({ kind: 'ddl', objectId: altered.objectId, command: altered.command, changed });
  await pg.query("SELECT pg_logical_emit_message(true, 'sluice_cdc', $1)", [content]);
}

/** An index of a captured table came or went: the capture job must know its key columns anew. */
export async function onIndexChanged(pg: PgQuerier, objectId: number): Promise<void> {
  if (!(await isTracked(pg, objectId))) return;
  await pg.query('SELECT pg_logical_emit_message(true, \'sluice_cdc\', \'{"kind":"reload"}\')');
}

/** To be called before a user table is dropped: its capture instances go with it. */
export async function onTableDropped(pg: PgQuerier, writer: CatalogWriter, objectId: number): Promise<void> {
  const tables = await cdcTables(pg);
  if (!tables) return;
  const { rows } = await pg.query<{ object_id: number }>(
    'SELECT object_id FROM meta.cdc_instances WHERE source_object_id = $1',
    [objectId],
  );
  for (const { object_id } of rows) await dropInstance(pg, writer, tables, object_id);
  if (rows.length > 0) await pg.query('SELECT pg_logical_emit_message(true, \'sluice_cdc\', \'{"kind":"reload"}\')');
}
