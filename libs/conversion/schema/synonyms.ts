import { quoteQualified } from '#pgsql';
import type { SynonymModel } from '#schema';
import { parseBatch } from '#tsql';
import { type SchemaContext, sourceName, tell } from './schema-context.ts';
import type { Step } from './target-model.ts';

/** What a synonym stands for: an object of this database, or why it is none. */
function baseOf(
  context: Pick<SchemaContext, 'database'>,
  synonym: SynonymModel,
): { readonly schema: string; readonly name: string } | string {
  const { statements } = parseBatch(`CREATE SYNONYM [s] FOR ${synonym.baseObject}`, { quotedIdentifier: true });
  const [statement] = statements;
  if (statement?.kind !== 'createSynonym') return `the name ${synonym.baseObject} cannot be read`;
  const { server, database, schema, name } = statement.target;
  if (server) return `it stands for an object of the server ${server.name}`;
  if (database && database.name.toLowerCase() !== context.database.name.toLowerCase())
    return `it stands for an object of the database ${database.name}`;
  return { schema: schema?.name ?? 'dbo', name: name.name };
}

/** Makes synonyms known to the code that uses them: names of tables, views and routines resolve to what they stand for. */
export function knowSynonyms(context: SchemaContext): void {
  for (const synonym of context.database.synonyms) {
    const base = baseOf(context, synonym);
    if (typeof base !== 'string') context.scope.addSynonym(synonym, base);
  }
}

/**
 * A view for each synonym of a table or a view, so that clients find the name too; it can be written to where its base can. Synonyms of routines live in the converted code
 * alone. Called when all views are known.
 */
export function synonymSteps(context: SchemaContext): Step[] {
  return context.database.synonyms.flatMap((synonym) => {
    const object = sourceName(synonym);
    const base = baseOf(context, synonym);
    const refuse = (why: string): Step[] => {
      tell(context, 'SL1016', object, `The synonym of ${synonym.baseObject} is not converted: ${why}.`);
      return [];
    };
    if (typeof base === 'string') return refuse(base);
    const relation = context.scope.relation([base.schema, base.name]);
    if (!relation?.sql) {
      const routine = context.scope.routines.find(base.schema, base.name);
      if (!routine) return refuse('what it stands for is not there, or is not converted');
      tell(
        context,
        'SL1004',
        object,
        `The synonym of a routine has no object of its own: converted code calls ${routine.sql}.`,
      );
      return [];
    }
    const schema = context.schemaOf(synonym.schema);
    const name = context.naming.name(`relations ${schema}`, synonym.name, `synonym ${object}`);
    const columns = relation.columns.map((one) => (one.expression ? [] : [one.sql])).flat();
    const sql = `CREATE VIEW ${quoteQualified({ schema, name })} AS\nSELECT ${columns.join(', ')}\n  FROM ${relation.sql}`;
    return [{ phase: 'code' as const, object, sql, optional: true }];
  });
}
