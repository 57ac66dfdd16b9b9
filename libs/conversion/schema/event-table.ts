import type { EventTable } from '#events';
import type { TableRule } from '#jobs';
import type { ColumnModel, TableModel } from '#schema';
import type { KeyFold } from '#values';

/** The columns that make a row's key: the primary key, else the unique index that the job names, else the first unique one over NOT NULL columns; else none. */
export function keyOf(table: TableModel, rule: TableRule): readonly string[] {
  if (rule.key && rule.key.length > 0) return rule.key;
  if (table.primaryKey) return table.primaryKey.columns.map((column) => column.column);
  const nullable = new Set(
    table.columns.filter((column) => column.nullable || column.computed).map((column) => column.name),
  );
  const unique = [
    ...table.uniques,
    ...table.indexes.filter((index) => index.unique && index.filter === undefined && !index.disabled),
  ];
  const found = unique.find((index) => index.columns.every((column) => !nullable.has(column.column)));
  return found ? found.columns.map((column) => column.column) : [];
}

/** What events carry of a table: every column but computed and excluded ones, in the order of their ids. */
export function eventTableOf(
  place: { readonly job: string; readonly database: string },
  table: TableModel,
  rule: TableRule,
  databaseCollation: string,
): EventTable {
  const columns = table.columns.filter((column) => isInEvents(column, rule));
  const key = keyOf(table, rule).map((name) => {
    const index = columns.findIndex((column) => column.name === name);
    const column = columns[index];
    return { index, fold: column ? foldOf(column, databaseCollation) : ('exact' as const) };
  });
  return {
    job: place.job,
    database: place.database,
    schema: table.schema,
    name: table.name,
    version: 1,
    columns: columns.map(({ id, name, value, nullable }) => ({ id, name, type: value, nullable })),
    key: key.some((column) => column.index < 0) ? [] : key,
  };
}

function isInEvents(column: ColumnModel, rule: TableRule): boolean {
  return column.computed === undefined && rule.columns?.[column.name]?.exclude !== true;
}

/** How the source holds key values equal; see docs/decisions/0003-key-fold.md. */
export function foldOf(column: ColumnModel, databaseCollation: string): KeyFold {
  if (column.value.kind !== 'string') return 'exact';
  const collation = column.sourceType.collation ?? databaseCollation;
  if (/_BIN2?(_|$)/i.test(collation) || /_CS(_|$)/i.test(collation)) return 'rtrim';
  // Turkish and Azeri hold I apart from i.
  return /^(Turkish|Azeri)/i.test(collation) ? 'rtrim' : 'rtrim-lower';
}
