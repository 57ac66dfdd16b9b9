import { SqlError } from '../session.ts';
import type { Settings } from './model.ts';
import type { ColumnRef, TableRef, Writing } from './writing.ts';
import { parenthesized } from './writing.ts';

/** What CREATE STATISTICS says. */
export interface StatisticsModel {
  readonly name: string;
  readonly columns: readonly string[];
  readonly filter?: string;
  readonly settings?: Settings;
}

/** CREATE STATISTICS: ids are those of indexes too. Throws 1927 for a name that an index or other statistics of the table have, 1911 for no column. */
export async function createStatistics(
  w: Writing,
  table: TableRef,
  columns: readonly ColumnRef[],
  model: StatisticsModel,
): Promise<void> {
  const existing = await w.rows<{ id: number; name_key: string }>(
    `SELECT index_id AS id, name_key FROM meta.indexes WHERE object_id = $1 AND index_id < 256000
     UNION ALL SELECT stats_id, name_key FROM meta.statistics WHERE object_id = $1`,
    [table.objectId],
  );
  if (existing.some((one) => one.name_key === w.fold(model.name))) {
    const message = `There are already statistics on table '${table.schema}.${table.name}' named '${model.name}'.`;
    throw new SqlError(1927, message);
  }
  await w.insert('statistics', [
    {
      object_id: table.objectId,
      stats_id: Math.max(1, ...existing.map((one) => one.id)) + 1,
      name: model.name,
      name_key: w.fold(model.name),
      column_ids: model.columns.map((name) => w.find(columns, name).column_id),
      filter_definition: model.filter === undefined ? null : parenthesized(model.filter),
      settings: model.settings ?? {},
    },
  ]);
}

/** DROP STATISTICS. Throws 3701 where there are none of that name, 3739 for those of an index. */
export async function dropStatistics(w: Writing, objectId: number, name: string, qualified: string): Promise<void> {
  const key = w.fold(name);
  const gone = await w.rows('DELETE FROM meta.statistics WHERE object_id = $1 AND name_key = $2 RETURNING 1', [
    objectId,
    key,
  ]);
  if (gone.length > 0) return;
  const indexes = await w.rows('SELECT 1 FROM meta.indexes WHERE object_id = $1 AND name_key = $2', [objectId, key]);
  if (indexes.length > 0)
    throw new SqlError(3739, `Cannot DROP the index '${qualified}' because it is not a statistics collection.`, 11);
  throw new SqlError(
    3701,
    `Cannot drop the statistics '${qualified}', because it does not exist or you do not have permission.`,
    11,
    6,
  );
}

/** UPDATE STATISTICS: there is nothing to be counted; throws 2767 for a name that is not there. */
export async function requireStatistics(w: Writing, objectId: number, names: readonly string[]): Promise<void> {
  const known = await w.rows<{ name_key: string }>(
    'SELECT name_key FROM meta.indexes WHERE object_id = $1 UNION SELECT name_key FROM meta.statistics WHERE object_id = $1',
    [objectId],
  );
  const missing = names.find((name) => !known.some((one) => one.name_key === w.fold(name)));
  if (missing !== undefined)
    throw new SqlError(2767, `Could not locate statistics '${missing}' in the system catalogs.`);
}
