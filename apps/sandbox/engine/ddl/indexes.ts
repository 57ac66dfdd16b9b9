import { type AlterIndex, type CreateIndex, type DropIndex, type RebuildTable } from '#tsql';
import { quoteIdent } from '#pgsql';
import type { CatalogIndex, CatalogObject } from '../../catalog/index.ts';
import { onIndexChanged } from '../../cdc/ddl-hooks.ts';
import { SqlError } from '../../session.ts';
import { evaluate } from '../evaluate.ts';
import { namePartsOf } from '../names.ts';
import { tableRelation } from '../relations.ts';
import { contextOf, localTable, type Run } from '../run.ts';
import { sourceOf } from './create-table.ts';
import { dotted, userTable } from './objects-of.ts';
import { indexFilter } from './index-filter.ts';
import { storageOf } from './partitions.ts';
import { createReadingIndex } from './reading-indexes.ts';
import { indexSql } from './physical-table.ts';
import { settingsOf } from './settings.ts';
import { indexOptions } from './table-model.ts';
import { createLocalIndex, dropLocalIndex } from './local-indexes.ts';

/** CREATE INDEX of every kind. */
export async function createIndex(run: Run, statement: CreateIndex): Promise<void> {
  const source = await sourceOf(run);
  const filter =
    statement.where === undefined
      ? undefined
      : indexFilter(statement.where, statement.name.name, dotted(statement.table));
  const columns = statement.columns.map((c) => ({
    name: c.name.name,
    ...(c.direction === 'desc' ? { descending: true } : {}),
  }));
  const local = localTable(run, namePartsOf(statement.table).at(-1) ?? '');
  if (local !== undefined && statement.type !== 'rowstore') {
    const kind = statement.type.toUpperCase();
    throw new SqlError(
      40515,
      `CREATE ${kind} INDEX on a temporary table is not supported in this version of SQL Server.`,
    );
  }
  if (local !== undefined) {
    const { unique, clustered = false } = statement;
    indexOptions(statement.options);
    const included = statement.include.map((column) => column.name);
    const model = { name: statement.name.name, unique, clustered, columns, included, ...(filter ? { filter } : {}) };
    return createLocalIndex(run, source.scope, local, model);
  }
  const { object } = await userTable(run, statement.table, 1088);
  const name = statement.name.name;
  const existing = indexNamed(source.scope.snapshot.fold, object, name);
  const replace = statement.options.some(
    (o) => o.name === 'DROP_EXISTING' && o.value?.kind === 'keyword' && o.value.name === 'ON',
  );
  await run.session.ddl(async (writer, pg) => {
    if (existing !== undefined && replace) {
      await pg.query(dropIndexSql(existing));
      await writer.dropIndex(object.id, existing.id);
    }
    if (statement.type !== 'rowstore') return createReadingIndex(run, object, statement, filter);
    const created = await writer.createIndex(object.id, {
      name,
      unique: statement.unique,
      clustered: statement.clustered ?? false,
      columns,
      included: statement.include.map((column) => column.name),
      ...(filter ? { filter } : {}),
      options: indexOptions(statement.options),
      ...storageOf(statement.on),
    });
    const sql = indexSql(source.scope, tableRelation(object), {
      physical: created.physicalIndex,
      unique: statement.unique,
      columns,
      ...(filter ? { filter } : {}),
    });
    try {
      await pg.query(sql.join(';\n'));
    } catch (error) {
      throw duplicateKey(error, object, name);
    }
    await onIndexChanged(pg, object.id);
  });
}

function duplicateKey(error: unknown, object: CatalogObject, name: string): unknown {
  if ((error as { code?: string }).code !== '23505') return error;
  return new SqlError(
    1505,
    `The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name '${object.schema}.${object.name}' and the index name '${name}'.`,
  );
}

/** An index of a table by its name. */
export function indexNamed(
  fold: (name: string) => string,
  object: CatalogObject,
  name: string,
): CatalogIndex | undefined {
  return object.indexes.find((index) => fold(index.name) === fold(name));
}

/** Drops an index and its twin by expressions. */
export function dropIndexSql(index: CatalogIndex): string {
  return `DROP INDEX IF EXISTS u.${quoteIdent(index.physical)}; DROP INDEX IF EXISTS u.${quoteIdent(index.physical.replace(/^i/, 'x'))}`;
}

/** DROP INDEX; those of key constraints are refused (3723). */
export async function dropIndex(run: Run, statement: DropIndex): Promise<void> {
  for (const item of statement.items) {
    const { scope } = await contextOf(run);
    if (await dropLocalIndex(run, namePartsOf(item.table).at(-1) ?? '', item.name.name)) continue;
    const object = scope.object(namePartsOf(item.table));
    const index = object && indexNamed(scope.snapshot.fold, object, item.name.name);
    if (object === undefined || index === undefined) {
      if (statement.ifExists) continue;
      throw new SqlError(
        3701,
        `Cannot drop the index '${dotted(item.table)}.${item.name.name}', because it does not exist or you do not have permission.`,
        11,
        7,
      );
    }
    if (index.constraintId !== undefined) {
      const kind = index.primaryKey ? 'PRIMARY KEY' : 'UNIQUE KEY';
      throw new SqlError(
        3723,
        `An explicit DROP INDEX is not allowed on index '${dotted(item.table)}.${index.name}'. It is being used for ${kind} constraint enforcement.`,
      );
    }
    await run.session.ddl(async (writer, pg) => {
      await writer.dropIndex(object.id, index.id);
      await pg.query(dropIndexSql(index));
      await onIndexChanged(pg, object.id);
    });
  }
}

/** The number of the partition that is to be rebuilt, undefined of all. 7722: it is none. */
async function requirePartition(
  run: Run,
  of: { readonly objectId: number; readonly index?: CatalogIndex; readonly table?: string },
  partition: AlterIndex['partition'],
): Promise<number | undefined> {
  if (partition === undefined || partition === 'all') return undefined;
  const number = Number(await evaluate(run, partition, { name: 'int' }));
  const counted = await run.session.query(
    'SELECT count(*) FROM sys.partitions WHERE object_id = $1 AND index_id = coalesce($2, (SELECT min(index_id) FROM sys.partitions WHERE object_id = $1))',
    [String(of.objectId), of.index === undefined ? null : String(of.index.id)],
    { writes: false },
  );
  const last = Number(counted.rows[0]?.[0] ?? 1);
  if (number >= 1 && number <= last) return number;
  const what = of.index === undefined ? `table '${of.table ?? ''}'` : `index '${of.index.name}'`;
  const message = `Invalid partition number ${number} specified for ${what}, partition number can range from 1 to ${last}.`;
  throw new SqlError(7722, message);
}

/** ALTER TABLE … REBUILD: nothing is to be done, but its options are those of the indexes from then on. */
export async function rebuilt(run: Run, object: CatalogObject, action: RebuildTable): Promise<void> {
  const partition = await requirePartition(run, { objectId: object.id, table: object.name }, action.partition);
  const { settings: _, ...options } = indexOptions(action.options);
  const settings = settingsOf(action.options, partition);
  if (Object.keys(options).length === 0 && settings === undefined) return;
  await run.session.ddl(async (writer, pg) => {
    // How its rows are kept is told of the table: of its heap, or its clustered index.
    await pg.query('UPDATE meta.tables SET settings = settings || $2::jsonb WHERE object_id = $1', [
      object.id,
      JSON.stringify(settings ?? {}),
    ]);
    for (const index of object.indexes) {
      const told = index.id === 1 && settings !== undefined ? { settings } : {};
      await writer.setIndexOptions(object.id, index.id, { ...options, ...told });
    }
  });
}

/** ALTER INDEX: rebuilding is nothing here; DISABLE takes a unique index's rule away until REBUILD. */
export async function alterIndex(run: Run, statement: AlterIndex): Promise<void> {
  const { object, scope } = await userTable(run, statement.table, 1088);
  const named =
    statement.name === undefined ? object.indexes : [indexNamed(scope.snapshot.fold, object, statement.name.name)];
  for (const index of named) {
    if (index === undefined) throw new SqlError(2727, `Cannot find index '${statement.name?.name ?? ''}'.`, 11);
    const partition = await requirePartition(run, { objectId: object.id, index }, statement.partition);
    const { settings: _, ...plain } = indexOptions(statement.options);
    const settings = settingsOf(statement.options, partition);
    const options = { ...plain, ...(settings && { settings }) };
    if (Object.keys(options).length > 0)
      await run.session.ddl((writer) => writer.setIndexOptions(object.id, index.id, options));
    const disable = statement.action === 'disable';
    if (!disable && !(statement.action === 'rebuild' && index.disabled)) continue;
    if (index.constraintId !== undefined)
      throw new SqlError(
        40515,
        'ALTER INDEX DISABLE of a key constraint is not supported in this version of SQL Server.',
      );
    await run.session.ddl(async (writer, pg) => {
      await writer.setIndexDisabled(object.id, index.id, disable);
      if (disable) await pg.query(dropIndexSql(index));
      else if (index.columns.length > 0) {
        const columns = index.columns.map((c) => ({
          name: object.columns.find((column) => column.id === c.columnId)?.name ?? '',
          descending: c.descending,
        }));
        const sql = indexSql(scope, tableRelation(object), {
          physical: index.physical,
          unique: index.unique,
          columns,
          ...(index.filter ? { filter: index.filter } : {}),
        });
        await pg.query(sql.join(';\n'));
      }
    });
  }
}
