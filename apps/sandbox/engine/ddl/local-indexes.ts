import type { IndexModel } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import type { LocalTable } from '../frame.ts';
import { localTable, type Run } from '../run.ts';
import type { SessionScope } from '../session-scope.ts';
import { inPlaceOf } from '../temporary-table.ts';
import { indexSql } from './physical-table.ts';

const sameName = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** CREATE INDEX on a temporary table. 1913 where the name is taken, 1505 where the rows are not as unique as it says. */
export async function createLocalIndex(
  run: Run,
  scope: SessionScope,
  local: LocalTable,
  model: IndexModel,
): Promise<void> {
  const { session } = run;
  const entry = session.locals.entryOf(local);
  const table = entry?.name ?? local.relation.name;
  if ([...local.constraints.values(), ...local.indexes].some((one) => sameName(one.name, model.name))) {
    throw new SqlError(
      1913,
      `The operation failed because an index or statistics with name '${model.name}' already exists on table '${table}'.`,
    );
  }
  const { unique, clustered, columns, filter } = model;
  const physical = `i${session.nextPhysicalName()}`;
  const sql = indexSql(scope, local.relation, { physical, unique, columns, ...(filter ? { filter } : {}) });
  try {
    await inPlaceOf(run, local, () => session.atomic((pg) => pg.query(sql.join(';\n')), 'temporary'));
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error;
    throw new SqlError(
      1505,
      `The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name 'dbo.${entry?.catalogName ?? table}' and the index name '${model.name}'.`,
    );
  }
  const constraint = { kind: 'index', name: model.name } as const;
  local.constraints.set(physical, constraint).set(physical.replace(/^i/, 'x'), constraint);
  const shape = filter === undefined ? columns.map((column) => ({ descending: false, ...column })) : [];
  local.indexes.push({ name: model.name, physical, unique: unique && filter === undefined, clustered, columns: shape });
  if (entry === undefined) return;
  entry.definition.indexes.push(model);
  await session.server.temporaryChanged(entry, async (writer, id) => void (await writer.createIndex(id, model)));
}

/** DROP INDEX of one that CREATE INDEX made on a temporary table; false where there is none of that name. */
export async function dropLocalIndex(run: Run, table: string, name: string): Promise<boolean> {
  const { session } = run;
  const local = localTable(run, table);
  const at = local?.indexes.findIndex((one) => sameName(one.name, name)) ?? -1;
  const physical = local?.indexes[at]?.physical;
  if (local === undefined || physical === undefined) return false;
  const second = physical.replace(/^i/, 'x');
  await inPlaceOf(run, local, () =>
    session.atomic(
      (pg) => pg.query(`DROP INDEX pg_temp.${physical}; DROP INDEX IF EXISTS pg_temp.${second}`),
      'temporary',
    ),
  );
  local.indexes.splice(at, 1);
  local.constraints.delete(physical);
  local.constraints.delete(second);
  const entry = session.locals.entryOf(local);
  if (entry === undefined) return true;
  const { indexes } = entry.definition;
  const of = indexes.findIndex((one) => sameName(one.name, name));
  if (of >= 0) indexes.splice(of, 1);
  await session.server.temporaryChanged(entry, async (writer, id, snapshot) => {
    const index = snapshot.objectById(id)?.indexes.find((one) => sameName(one.name, name));
    if (index !== undefined) await writer.dropIndex(id, index.id);
  });
  return true;
}
