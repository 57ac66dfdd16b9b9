import type { EventTable } from '#events';
import type { SqlServerClient } from './client.ts';

/** A capture instance: one change table of one source table, with the columns it captures. */
export interface CaptureInstance {
  readonly name: string;
  readonly objectId: number;
  readonly sourceObjectId: number;
  readonly startLsn: string;
  readonly columnNames: readonly string[];
  /** The database role whose members may read it; null: none is asked for. */
  readonly role: string | null;
}

const INSTANCES = `
SELECT t.capture_instance, t.object_id, t.start_lsn, s.name, o.name, t.source_object_id, t.role_name
FROM cdc.change_tables AS t
JOIN sys.objects AS o ON o.object_id = t.source_object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id`;

const COLUMNS = `SELECT object_id, column_name FROM cdc.captured_columns ORDER BY object_id, column_ordinal`;

/** Capture instances by `schema.table` of their source table, oldest first. Empty where CDC is off. */
export async function readCaptureInstances(client: SqlServerClient): Promise<Map<string, CaptureInstance[]>> {
  const enabled = await client.query(`SELECT is_cdc_enabled FROM sys.databases WHERE name = DB_NAME()`);
  const byTable = new Map<string, CaptureInstance[]>();
  if (!enabled[0]?.[0]) return byTable;
  const columns = new Map<number, string[]>();
  for (const [objectId, name] of await client.query(COLUMNS)) {
    const list = columns.get(Number(objectId)) ?? [];
    list.push(String(name));
    columns.set(Number(objectId), list);
  }
  for (const [name, objectId, start, schema, table, sourceObjectId, role] of await client.query(INSTANCES)) {
    const key = `${String(schema)}.${String(table)}`;
    const list = byTable.get(key) ?? [];
    list.push({
      name: String(name),
      objectId: Number(objectId),
      sourceObjectId: Number(sourceObjectId),
      startLsn: (start as Buffer).toString('hex'),
      columnNames: columns.get(Number(objectId)) ?? [],
      role: role === null || role === undefined ? null : String(role),
    });
    byTable.set(
      key,
      list.toSorted((a, b) => (a.startLsn < b.startLsn ? -1 : 1)),
    );
  }
  return byTable;
}

/** The newest instance that captures every event column of the table, or undefined. */
export function instanceFor(table: EventTable, instances: readonly CaptureInstance[]): CaptureInstance | undefined {
  return instances.findLast((instance) => table.columns.every((column) => instance.columnNames.includes(column.name)));
}
