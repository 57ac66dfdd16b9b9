import { quoteQualified } from '#pgsql';
import type { AliasTypeModel, SourceType } from '#schema';
import { valueTypeOf } from '#schema';
import { pgTypeOf } from '#values';
import { type SchemaContext, sourceName } from './schema-context.ts';
import type { Step } from './target-model.ts';

/** The domains that stand for alias types, by `schema.name` in lower case: their names and what they are of. */
export type Domains = ReadonlyMap<string, { readonly sql: string; readonly base: string }>;

/**
 * Alias types as domains. NOT NULL stays with the columns: a domain's own would refuse the NULLs of an outer join. Rules and defaults bound to the type are those of its columns.
 */
export function makeDomains(context: Omit<SchemaContext, 'tables' | 'expressions'>, steps: Step[]): Domains {
  const domains = new Map<string, { readonly sql: string; readonly base: string }>();
  if (context.choices.aliasTypes === 'base') return domains;
  for (const type of context.database.aliasTypes) {
    const base = baseOf(context, type.base);
    if (base === null) continue;
    const schema = context.schemaOf(type.schema);
    const name = context.naming.name(`relations ${schema}`, type.name, `type ${sourceName(type)}`);
    const sql = quoteQualified({ schema, name });
    domains.set(keyOf(type), { sql, base });
    steps.push({ phase: 'before', object: sourceName(type), sql: `CREATE DOMAIN ${sql} AS ${base}`, optional: false });
  }
  return domains;
}

function baseOf(context: Pick<SchemaContext, 'settings'>, base: SourceType): string | null {
  const value = valueTypeOf(base, false);
  return value ? pgTypeOf(value, context.settings.values) : null;
}

/** The domain of a column whose type is `type` otherwise: none where the column differs from its alias, as key columns of seven digits do. */
export function domainOf(domains: Domains, source: SourceType, type: string): string | undefined {
  const found = source.alias && domains.get(keyOf(source.alias));
  return found && found.base === type ? found.sql : undefined;
}

function keyOf(type: Pick<AliasTypeModel, 'schema' | 'name'>): string {
  return sourceName(type).toLowerCase();
}
