import type { Merge, MergeInsert, MergeWhen } from '#tsql';
import type { Relation, RelationColumn, TranslatedDml, TypedSql } from './api.ts';
import { convert } from './convert.ts';
import { type OutputUse, returning, storeOptions, targetColumn, targetRelation } from './dml-target.ts';
import { childOf, withSources, type Environment } from './environment.ts';
import { translate } from './expression.ts';
import { boundRelation, sourceName, tableSource } from './from.ts';
import { condition } from './predicate.ts';
import { withClause } from './query.ts';
import { NEW_AND_OLD } from './rows-before.ts';
import { assignments } from './update.ts';
import type { Translation } from './translation.ts';

/**
 * Translates MERGE to PostgreSQL's own MERGE, so far as the server's goes: BY SOURCE and RETURNING are known from 17 on, both images of a row from 18 on.
 * What goes beyond becomes one statement for each WHEN ({@link splitMerge}).
 */
export function translateMerge(t: Translation, root: Environment, node: Merge): TranslatedDml | undefined {
  const relation = targetRelation(t, root, node.target);
  if (!relation) return undefined;
  if (node.top) t.unsupported('MERGE TOP', node.top.span);
  const { prefix, inner } = withClause(t, root, node.with);
  const alias = 'alias' in node.target ? node.target.alias?.name : undefined;
  const name = sourceName(t, alias ?? relation.name);
  const target = boundRelation(t, inner.scope, relation, name, alias);
  const source = tableSource(t, childOf(inner, []), node.using);
  const env = withSources(childOf(inner, [target]), source.sources);
  const written: RelationColumn[] = [];
  const scopes = {
    both: env,
    target: childOf(inner, [target]),
    source: withSources(childOf(inner, []), source.sources),
  };
  const whens = node.whens.map((when) => whenSql(t, scopes, relation, when, written));
  const output = returning(t, inner, mergeOutput(t, node, { relation, sources: source.sources, name }));
  const head = `MERGE INTO ${relation.sql} AS ${name} USING ${source.sql} ON ${condition(t, env, node.on)}`;
  return {
    kind: 'merge',
    sql: `${prefix}${head} ${whens.join(' ')}${output.sql}`,
    parameters: t.parameters,
    target: relation,
    columns: output.columns,
    ...(output.outputInto ? { outputInto: output.outputInto } : {}),
    explicitIdentity: written.some((one) => one.identity === true),
    written: [...new Set(written.map((one) => one.name))],
    assigns: [],
  };
}

/** OUTPUT of a whole MERGE. The row that 17 returns is the old one of a DELETE, else the new one. */
function mergeOutput(
  t: Translation,
  { output, whens }: Merge,
  { relation, sources, name }: Pick<OutputUse, 'relation' | 'sources'> & { readonly name: string },
): OutputUse {
  const use = { output, relation, sources, action: 'merge_action()' };
  if (t.since(18)) return { ...use, images: { ...NEW_AND_OLD } };
  const deletes = whens.some((one) => one.action.kind === 'mergeDelete');
  const onlyDeletes = whens.every((one) => one.action.kind === 'mergeDelete');
  const imageColumn = (image: string, column: TypedSql): string => {
    const isOld = image === 'deleted';
    if (isOld ? onlyDeletes : !deletes) return column.sql;
    const none = isOld ? !deletes : onlyDeletes;
    return none
      ? `NULL::${t.profile.typeSql(column.type)}`
      : `CASE WHEN merge_action() ${isOld ? '=' : '<>'} 'DELETE' THEN ${column.sql} END`;
  };
  return { ...use, images: { inserted: name, deleted: name }, imageColumn };
}

const MATCH_WORDS = {
  matched: 'MATCHED',
  notMatchedByTarget: 'NOT MATCHED',
  notMatchedBySource: 'NOT MATCHED BY SOURCE',
} as const;

interface Scopes {
  readonly both: Environment;
  readonly target: Environment;
  readonly source: Environment;
}

function whenSql(
  t: Translation,
  scopes: Scopes,
  relation: Relation,
  when: MergeWhen,
  written: RelationColumn[],
): string {
  const env =
    when.match === 'matched' ? scopes.both : when.match === 'notMatchedByTarget' ? scopes.source : scopes.target;
  const test = when.condition ? ` AND ${condition(t, env, when.condition)}` : '';
  return `WHEN ${MATCH_WORDS[when.match]}${test} THEN ${actionSql(t, env, relation, when, written)}`;
}

function actionSql(
  t: Translation,
  env: Environment,
  relation: Relation,
  when: MergeWhen,
  written: RelationColumn[],
): string {
  switch (when.action.kind) {
    case 'mergeDelete':
      return 'DELETE';
    case 'mergeUpdate': {
      const set = assignments(t, env, relation, when.action.set);
      written.push(...set.written);
      return `UPDATE SET ${set.sets.join(', ')}`;
    }
    case 'mergeInsert':
      return insertSql(t, env, relation, when.action, written);
  }
}

function insertSql(
  t: Translation,
  env: Environment,
  relation: Relation,
  action: MergeInsert,
  written: RelationColumn[],
): string {
  if (!action.values) return 'INSERT DEFAULT VALUES';
  const all = relation.columns.filter((one) => !one.readOnly && !one.identity && !one.expression);
  const named = action.columns.flatMap((one) => targetColumn(t, relation, one.name, one.span) ?? []);
  const columns = action.columns.length > 0 ? named : all;
  written.push(...columns);
  if (columns.length !== action.values.length) {
    t.fail(
      'value-count',
      213,
      'Column name or number of supplied values does not match table definition.',
      action.span,
    );
  }
  const values = action.values.map((node, index) => {
    const column = columns[index];
    if (node.kind === 'default' || !column) return 'DEFAULT';
    return convert(t, translate(t, env, node), column.type, storeOptions(t, relation, column, node.span)).sql;
  });
  return `INSERT (${columns.map((one) => one.sql).join(', ')}) VALUES (${values.join(', ')})`;
}
