import type { FullTextPredicate } from '#tsql';
import type { TypedSql } from './api.ts';
import type { BoundColumn, Environment } from './environment.ts';
import { resolveColumn } from './environment.ts';
import { translate } from './expression.ts';
import { convertSearch } from './full-text-search.ts';
import { quoted } from './sql-text.ts';
import { nvarchar } from './sql-type.ts';
import { convert } from './convert.ts';
import type { Translation } from './translation.ts';

/**
 * CONTAINS and FREETEXT over columns that have a full-text index: the search vector of each, by the configuration of the index, so that the index serves. Stemming and
 * stop words are PostgreSQL's.
 */
export function searchCondition(t: Translation, env: Environment, node: FullTextPredicate): string {
  const name = node.fn.toUpperCase();
  if (t.profile.runtime || node.property) return t.unsupported(name, node.span).sql;
  const columns = searched(t, env, node);
  if (columns.length === 0) {
    const message = `Cannot use a ${name} predicate on a table that is not full-text indexed.`;
    return t.fail('not-full-text', 7601, message, node.span).sql;
  }
  t.note('warning', 'full-text', `${name} finds what PostgreSQL's stemming and stop words find.`, node.span);
  const condition = convert(t, translate(t, env, node.condition), nvarchar(4000), {
    mode: 'implicit',
    span: node.span,
  });
  const tests = columns.map((column) => {
    const configuration = quoted(column.searchBy ?? 'simple');
    const query = queryOf(node.fn, configuration, condition);
    return query === undefined ? undefined : `to_tsvector(${configuration}, ${column.sql}) @@ ${query}`;
  });
  if (tests.includes(undefined)) return t.unsupported(`${name} with this condition`, node.span).sql;
  return tests.length === 1 ? `(${tests[0]})` : `(${tests.join(' OR ')})`;
}

/** The columns named, or all that are indexed. */
function searched(t: Translation, env: Environment, node: FullTextPredicate): readonly TypedSql[] {
  return node.columns.flatMap((one) => {
    if (one.kind === 'column') return [resolveColumn(t, env, one)].filter((value) => value.searchBy !== undefined);
    const qualifier = one.qualifier.at(-1)?.name.toLowerCase();
    const sources = env.sources.filter((source) => qualifier === undefined || source.name.toLowerCase() === qualifier);
    const all: readonly BoundColumn[] = sources.flatMap((source) => source.columns);
    return all.map((column) => column.value).filter((value) => value.searchBy !== undefined);
  });
}

/** The condition as a tsquery; undefined where it has no counterpart. FREETEXT finds any of its words; a condition that is not a constant is read as people write searches. */
function queryOf(fn: FullTextPredicate['fn'], configuration: string, condition: TypedSql): string | undefined {
  const text = typeof condition.constant === 'string' ? quoted(condition.constant) : condition.sql;
  if (fn === 'freetext') return `replace(plainto_tsquery(${configuration}, ${text})::text, '&', '|')::tsquery`;
  if (typeof condition.constant !== 'string') return `websearch_to_tsquery(${configuration}, ${text})`;
  return convertSearch(condition.constant, configuration);
}
