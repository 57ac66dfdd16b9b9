import { quoteIdent } from '#pgsql';
import type { CreatedTable, PgQuerier, TableModel } from '../catalog/model.ts';
import { indexName } from '../catalog/physical.ts';
import { isCharacter, pgCollation, pgType } from '../engine/storage-type.ts';
import type { TdsType } from '../session.ts';
import { physicalTable } from './cleanup.ts';

function columnType(type: TdsType, collation: string): string {
  const collate = isCharacter(type) ? ` COLLATE ${pgCollation(type.collation ?? collation)}` : '';
  return `${pgType(type)}${collate}`;
}

/** Makes the PostgreSQL twin of a table of schema cdc that the catalog has just got. `collation` is the database's. */
export async function makePhysicalTable(
  pg: PgQuerier,
  model: TableModel,
  made: CreatedTable,
  collation: string,
): Promise<void> {
  const columns = made.columns.map(({ physical }, at) => {
    const column = model.columns[at];
    if (!column) throw new RangeError('a table has more columns than its model');
    return `${quoteIdent(physical)} ${columnType(column.type, collation)}${column.nullable ? '' : ' NOT NULL'}`;
  });
  const table = physicalTable(made.objectId);
  await pg.query(`CREATE TABLE ${table} (${columns.join(', ')})`);
  const names = new Map(made.columns.map((column) => [column.name, column.physical]));
  const list = (wanted: readonly { readonly name: string }[]): string =>
    wanted.map(({ name }) => quoteIdent(names.get(name) ?? name)).join(', ');
  for (const [at, key] of (model.keys ?? []).entries()) {
    const index = quoteIdent(made.keys[at]?.physicalIndex ?? '');
    await pg.query(`CREATE UNIQUE INDEX ${index} ON ${table} (${list(key.columns)})`);
  }
  for (const [at, index] of (model.indexes ?? []).entries()) {
    const name = quoteIdent(made.indexes[at]?.physicalIndex ?? '');
    await pg.query(`CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${table} (${list(index.columns)})`);
  }
}

/**
 * A change table's twin. Its index stands in the order in which positions are read (LSN, sequence, command, operation), NULLs
 * first, as translated queries sort; values are kept compressed as they come.
 */
export async function makeChangeTable(
  pg: PgQuerier,
  model: TableModel,
  made: CreatedTable,
  collation: string,
): Promise<void> {
  await makePhysicalTable(pg, { ...model, indexes: [] }, made, collation);
  const command = made.columns.at(-1)?.physical ?? '';
  await pg.query(
    `CREATE INDEX ${quoteIdent(indexName(made.objectId, 1))} ON ${physicalTable(made.objectId)} (c1, c3, ${quoteIdent(command)} NULLS FIRST, c4)`,
  );
}
