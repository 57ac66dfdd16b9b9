import { quoteIdent, quoteLiteral, quoteQualified } from '#pgsql';
import { type SchemaContext, sourceName } from './schema-context.ts';
import type { ConvertedColumn, ConvertedTable, Step } from './target-model.ts';
import { rowTrigger } from './trigger-text.ts';

/**
 * rowversion columns: one sequence for the database, as SQL Server has one counter, and a trigger that writes its next value, in eight bytes, at each insert and update. The
 * sequence begins beyond every value that was moved.
 */
export function rowversionSteps(context: SchemaContext, tables: readonly ConvertedTable[]): Step[] {
  // History keeps the values that rows had.
  const histories = new Set(
    tables.flatMap(({ source }) => (source.temporal ? [sourceName(source.temporal.history)] : [])),
  );
  const found = tables.flatMap((table) => {
    if (histories.has(sourceName(table.source))) return [];
    const column = table.columns.find((one) => /^(rowversion|timestamp)$/.test(one.source.sourceType.name));
    return column ? [{ table, column }] : [];
  });
  if (context.choices.rowversion === 'bytes' || found.length === 0) return [];
  const schema = context.schemaOf('dbo');
  const { name: object } = context.database;
  const sequence = quoteQualified({
    schema,
    name: context.naming.name(`relations ${schema}`, 'rowversion_seq', 'rowversion'),
  });
  const highest = found
    .map(
      ({ table, column }) =>
        `(SELECT ${quoteIdent(column.name)} FROM ${quoteQualified(table)} ORDER BY 1 DESC NULLS LAST LIMIT 1)`,
    )
    .join(',\n  ');
  const steps: Step[] = [
    { phase: 'code', object, sql: `CREATE SEQUENCE ${sequence} AS bigint`, optional: true },
    {
      phase: 'code',
      object,
      sql: `SELECT setval(${quoteLiteral(sequence)}, max(('x' || encode(value, 'hex'))::bit(64)::bigint)) FROM unnest(ARRAY[\n  ${highest}\n]) AS moved(value) HAVING max(('x' || encode(value, 'hex'))::bit(64)::bigint) > 0`,
      optional: true,
    },
  ];
  return [...steps, ...found.flatMap((one) => triggerSteps(context, one, sequence))];
}

function triggerSteps(
  context: SchemaContext,
  { table, column }: { readonly table: ConvertedTable; readonly column: ConvertedColumn },
  sequence: string,
): Step[] {
  const object = `${sourceName(table.source)}.${column.source.name}`;
  const name = context.naming.name(
    `routines ${table.schema}`,
    `${table.name}_rowversion`,
    `rowversion ${sourceName(table.source)}`,
  );
  const body = `BEGIN\n  NEW.${quoteIdent(column.name)} := int8send(nextval(${quoteLiteral(sequence)}));\n  RETURN NEW;\nEND;`;
  return rowTrigger({ object, table, name, timing: 'BEFORE INSERT OR UPDATE', body });
}
