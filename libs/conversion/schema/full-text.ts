import { quoteIdent, quoteQualified } from '#pgsql';
import { searchConfiguration } from './search-configuration.ts';
import { type SchemaContext, sourceName, tell } from './schema-context.ts';
import type { ConvertedTable, Step } from './target-model.ts';

/** A full-text index as one GIN index over the search vectors of its columns. Documents in bytes, which SQL Server's filters read, have none. */
export function fullTextSteps(context: SchemaContext, table: ConvertedTable): Step[] {
  const { fullText } = table.source;
  if (!fullText) return [];
  const object = sourceName(table.source);
  const vectors: string[] = [];
  for (const { name, language, typeColumn } of fullText.columns) {
    const column = table.columns.find((one) => one.source.name === name);
    if (!column || typeColumn !== undefined || /^(bytea|xml)$/.test(column.type)) {
      tell(
        context,
        'SL1006',
        `${object}.${name}`,
        'The full-text index reads documents in this column; PostgreSQL searches text alone.',
      );
      continue;
    }
    const configuration = searchConfiguration(language);
    if (configuration === 'simple' && language !== 0)
      tell(
        context,
        'SL1031',
        `${object}.${name}`,
        `PostgreSQL has no text search configuration for the language ${language}: simple is taken.`,
      );
    vectors.push(`to_tsvector('${configuration}', ${quoteIdent(column.name)})`);
  }
  if (vectors.length === 0) return [];
  tell(
    context,
    'SL1031',
    object,
    `The full-text index became a GIN index over ${vectors.length} columns; it is always current.`,
  );
  const name = context.naming.name(`relations ${table.schema}`, `${table.name}_fulltext`, `full-text ${object}`);
  const sql = `CREATE INDEX ${quoteIdent(name)} ON ${quoteQualified(table)} USING gin (${vectors.join(', ')})`;
  return [{ phase: 'after', object, sql, optional: true }];
}
