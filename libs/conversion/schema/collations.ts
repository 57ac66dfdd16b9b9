import { quoteQualified } from '#pgsql';
import type { ColumnModel } from '#schema';
import { foldOf } from './event-table.ts';
import { type SchemaContext, tell } from './schema-context.ts';
import type { ConvertedTable, Step } from './target-model.ts';

/** Whether the source compares a column's texts without case, and the target is to hold them as equal too (convert.caseInsensitive). */
export function comparesWithoutCase(
  context: Pick<SchemaContext, 'database' | 'choices'>,
  column: ColumnModel,
): boolean {
  return (
    context.choices.caseInsensitive !== 'sensitive' &&
    column.value.kind === 'string' &&
    foldOf(column, context.database.collation) === 'rtrim-lower'
  );
}

/** Collations by which the source holds texts equal that the target tells apart, once for each: accents; or tells apart what the target does not. */
export function tellCollations(context: Pick<SchemaContext, 'database' | 'issues' | 'choices'>): void {
  const { database } = context;
  if (
    context.choices.caseInsensitive === 'lower' &&
    database.tables.some((table) => table.columns.some((column) => comparesWithoutCase(context, column)))
  )
    tell(
      context,
      'SL1075',
      database.name,
      'GROUP BY, DISTINCT, UNION, ORDER BY and foreign keys tell upper from lower case in the target; comparisons do not.',
    );
  const found = new Map<string, string[]>();
  for (const table of database.tables)
    for (const column of table.columns) {
      if (column.value.kind !== 'string') continue;
      const name = column.sourceType.collation ?? database.collation;
      if (!/_AI(_|$)/i.test(name)) continue;
      const columns = found.get(name) ?? [];
      found.set(name, columns);
      columns.push(`${table.schema}.${table.name}.${column.name}`);
    }
  for (const [name, columns] of found)
    tell(
      context,
      'SL1069',
      columns.length === 1 ? (columns[0] ?? '') : database.name,
      `${name} holds letters equal whose accents differ, in ${columns.length === 1 ? 'this column' : `${columns.length} columns`}; the target tells them apart.`,
    );
}

type Choices = Pick<SchemaContext, 'choices' | 'schemaOf' | 'database'>;

/** Whether a column gets the collation without case (convert.caseInsensitive: icu). */
export function hasCaselessCollation(context: Choices, column: ColumnModel): boolean {
  return context.choices.caseInsensitive === 'icu' && comparesWithoutCase(context, column);
}

/** The collation under which texts are equal without case, quoted. */
export function collationName(context: Pick<SchemaContext, 'schemaOf'>): string {
  return quoteQualified({ schema: context.schemaOf('dbo'), name: 'case_insensitive' });
}

/** Makes the collation, where a table has a column of it: ICU's root with case left out, accents told apart. */
export function collationSteps(context: Choices, tables: readonly ConvertedTable[]): Step[] {
  if (!tables.some((table) => table.columns.some((column) => column.collation !== undefined))) return [];
  const sql = `CREATE COLLATION IF NOT EXISTS ${collationName(context)} (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`;
  return [{ phase: 'before', object: context.database.name, sql, optional: false }];
}
