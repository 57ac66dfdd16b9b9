import type { ColumnModel, TableModel } from '#schema';
import { type SchemaContext, tell } from './schema-context.ts';

/** What a type does otherwise in PostgreSQL wherever it stands: told once for a database, not for each column. */
export function tellTypes(context: Pick<SchemaContext, 'database' | 'issues'>): void {
  const { database } = context;
  const ordered = count(
    database.tables,
    (column, table) => column.sourceType.name === 'uniqueidentifier' && isOrdered(column, table),
  );
  if (ordered > 0)
    tell(
      context,
      'SL1071',
      database.name,
      `${ordered} columns of uniqueidentifier stand in keys or indexes; uuid is ordered by its first byte.`,
    );
  const moments = count(database.tables, (column) => column.sourceType.name === 'datetime');
  if (moments > 0)
    tell(
      context,
      'SL1072',
      database.name,
      `${moments} columns of datetime count in steps of 1/300 s there, in milliseconds here.`,
    );
}

function count(tables: readonly TableModel[], test: (column: ColumnModel, table: TableModel) => boolean): number {
  return tables.reduce((sum, table) => sum + table.columns.filter((column) => test(column, table)).length, 0);
}

function isOrdered(column: ColumnModel, table: TableModel): boolean {
  const keys = [...(table.primaryKey ? [table.primaryKey] : []), ...table.uniques, ...table.indexes];
  return keys.some((key) => key.columns.some((one) => one.column === column.name));
}
