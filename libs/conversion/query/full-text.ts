import type { Expression, FullTextPredicate, FullTextTable, Span } from '#tsql';
import type { Relation, RelationColumn, TypedSql } from './api.ts';
import { nameParts, renameColumns, sourceName } from './bound-source.ts';
import type { BoundColumn, Environment, Source } from './environment.ts';
import { resolveColumn } from './environment.ts';
import { translate } from './expression.ts';
import { convertSearch } from './full-text-search.ts';
import type { SourceSql } from './from.ts';
import { quoted, value } from './sql-text.ts';
import { isString, nvarchar } from './sql-type.ts';
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
  const condition = convertedCondition(t, env, node.condition);
  const tests = columns.map((column) => {
    const configuration = quoted(column.searchBy ?? 'simple');
    const query = queryOf(node.fn, configuration, condition);
    return query === undefined
      ? undefined
      : `to_tsvector(${configuration}, ${textOf(t, column, node.span)}) @@ ${query}`;
  });
  if (tests.includes(undefined)) return t.unsupported(`${name} with this condition`, node.span).sql;
  return tests.length === 1 ? `(${tests[0]})` : `(${tests.join(' OR ')})`;
}

/** The text of a column that is searched: of XML its texts and attributes; of documents in bytes there is none. */
function textOf(t: Translation, column: Pick<TypedSql, 'sql' | 'type'>, span: Span): string {
  if (column.type.name === 'xml')
    return `array_to_string(xpath('//text()|//@*', xmlelement(name x, ${column.sql}))::text[], ' ')`;
  if (isString(column.type)) return column.sql;
  return t.unsupported(`A full-text search in documents of ${column.type.name}`, span).sql;
}

/** CONTAINSTABLE and FREETEXTTABLE: the keys of the rows that are found, each with its rank, from 0 to 1000. The best n of them where that is asked. */
export function searchTable(t: Translation, env: Environment, node: FullTextTable): SourceSql {
  const name = node.fn.toUpperCase();
  const relation = env.scope.relation(nameParts(node.table));
  const key = relation?.columns.find((one) => one.sql === relation.key?.[0]);
  const columns = relation ? searchedIn(relation, node) : [];
  const given = t.profile.runtime || node.property ? undefined : convertedCondition(t, env, node.condition);
  const fn = node.fn === 'containstable' ? 'contains' : 'freetext';
  const tests = columns.map((one) => {
    const configuration = quoted(one.searchBy ?? 'simple');
    const query = given && queryOf(fn, configuration, given);
    return query === undefined
      ? undefined
      : { vector: `to_tsvector(${configuration}, ${textOf(t, one, node.span)})`, query };
  });
  const found = tests.flatMap((one) => one ?? []);
  if (!relation?.sql || !key || relation.key?.length !== 1 || found.length === 0 || found.length < tests.length) {
    t.unsupported(name, node.span);
    return { sql: '', sources: [] };
  }
  t.note('warning', 'full-text', `${name} gives the ranks of ts_rank, and the primary key as KEY.`, node.span);
  const rank = found.map((one) => `ts_rank(${one.vector}, ${one.query})`).join(' + ');
  const condition = found.map((one) => `${one.vector} @@ ${one.query}`).join(' OR ');
  const top = node.top && translate(t, env, node.top).sql;
  const best = top === undefined ? '' : ` ORDER BY rank DESC LIMIT ${top}`;
  const alias = node.alias?.name ?? node.fn;
  const sqlName = sourceName(t, alias);
  const sql = `(SELECT ${key.sql} AS key, (1000 * least(${rank}, 1))::integer AS rank FROM ${relation.sql} WHERE ${condition}${best}) AS ${sqlName}`;
  const bound: readonly BoundColumn[] = [
    { name: 'KEY', value: { ...value(`${sqlName}.key`, key.type), nullable: false } },
    { name: 'RANK', value: { ...value(`${sqlName}.rank`, { name: 'int' }), nullable: false } },
  ];
  const source: Source = { name: alias, aliased: node.alias !== undefined, sqlName, columns: bound };
  return { sql, sources: [renameColumns(source, node.columns)] };
}

/** The columns of a table that a search names, or all that are indexed; none where one is not indexed. */
function searchedIn(relation: Relation, node: FullTextTable): readonly RelationColumn[] {
  const indexed = relation.columns.filter((one) => one.searchBy !== undefined);
  if (node.searched.some((one) => one.kind === 'star')) return indexed;
  const named = node.searched.map((one) => {
    const name = one.kind === 'column' ? one.parts.at(-1)?.name.toLowerCase() : undefined;
    return indexed.find((column) => column.name.toLowerCase() === name);
  });
  return named.includes(undefined) ? [] : named.flatMap((one) => one ?? []);
}

const convertedCondition = (t: Translation, env: Environment, node: Expression): TypedSql =>
  convert(t, translate(t, env, node), nvarchar(4000), { mode: 'implicit', span: node.span });

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
