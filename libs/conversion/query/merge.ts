import type { Expression, Merge, MergeInsert, MergeWhen } from '#tsql';
import type { Relation, RelationColumn, TranslatedDml, TypedSql } from './api.ts';
import { convert } from './convert.ts';
import { type OutputUse, returning, storeOptions, targetColumn } from './dml-target.ts';
import { childOf, type Source, withSources, type Environment } from './environment.ts';
import { translate } from './expression.ts';
import { boundRelation, sourceName } from './bound-source.ts';
import { tableSource } from './from.ts';
import { needsSplit, splitMerge } from './merge-split.ts';
import { type MergeTarget, mergeTarget } from './merge-target.ts';
import { condition } from './predicate.ts';
import { withClause } from './with-clause.ts';
import { NEW_AND_OLD } from './rows-before.ts';
import { assignments, refuseAccumulation } from './update.ts';
import type { Translation } from './translation.ts';

/** A MERGE as its clauses see it. */
export interface MergeParts {
  readonly node: Merge;
  readonly relation: Relation;
  /** The target's name in the text. */
  readonly name: string;
  /** USING, as text. */
  readonly using: string;
  readonly sources: readonly Source[];
  /** The join's condition. */
  readonly on: string;
  /** Which rows of the table it is about, where those are not all. */
  readonly filter?: string;
  /** WITH of the statement, with a blank behind it, or ''. */
  readonly prefix: string;
  /** Where OUTPUT looks names up, beside the rows and the source. */
  readonly env: Environment;
  readonly scopes: Scopes;
  /** The columns written so far. */
  readonly written: RelationColumn[];
}

interface Scopes {
  readonly both: Environment;
  readonly target: Environment;
  readonly source: Environment;
}

/**
 * Translates MERGE to PostgreSQL's own MERGE, so far as the server's goes: BY SOURCE and RETURNING are known from 17 on, both images of a row from 18 on.
 * What goes beyond becomes one statement for each WHEN ({@link splitMerge}).
 */
export function translateMerge(t: Translation, root: Environment, node: Merge): TranslatedDml | undefined {
  const target = mergeTarget(t, root, node);
  if (!target) return undefined;
  if (node.top) t.unsupported('MERGE TOP', node.top.span);
  const parts = mergeParts(t, root, target);
  if (needsSplit(t, node)) return splitMerge(t, parts);
  const whens = node.whens.map((when) => whenSql(t, parts, when));
  const output = returning(t, parts.env, mergeOutput(t, parts));
  const head = `MERGE INTO ${target.relation.sql} AS ${parts.name} USING ${parts.using} ON ${parts.on}`;
  return { ...mergeFacts(t, parts, output), sql: `${parts.prefix}${head} ${whens.join(' ')}${output.sql}` };
}

function mergeParts(t: Translation, root: Environment, { node, relation, alias, rows }: MergeTarget): MergeParts {
  const { prefix, inner } = withClause(t, root, node.with);
  const name = sourceName(t, alias ?? relation.name);
  const target = boundRelation(t, inner.scope, relation, name, alias);
  const source = tableSource(t, childOf(inner, []), node.using);
  const { sources } = source;
  const both = withSources(childOf(inner, [target]), sources);
  const scopes = { both, target: childOf(inner, [target]), source: withSources(childOf(inner, []), sources) };
  const filter =
    rows && condition(t, childOf(inner, [boundRelation(t, inner.scope, rows.of, name, rows.alias)]), rows.where);
  const on = `${filter === undefined ? '' : `${filter} AND `}${condition(t, both, node.on)}`;
  const parts = { node, relation, name, using: source.sql, sources, on, prefix, env: inner, scopes, written: [] };
  return filter === undefined ? parts : { ...parts, filter };
}

/** What is told of a MERGE besides its text. */
export function mergeFacts(
  t: Translation,
  { relation, written }: MergeParts,
  output: ReturnType<typeof returning>,
): Omit<TranslatedDml, 'sql'> {
  return {
    kind: 'merge',
    parameters: t.parameters,
    target: relation,
    columns: output.columns,
    ...(output.outputInto ? { outputInto: output.outputInto } : {}),
    explicitIdentity: written.some((one) => one.identity !== undefined),
    written: [...new Set(written.map((one) => one.name))],
    assigns: [],
  };
}

/** OUTPUT of a whole MERGE. The row that 17 returns is the old one of a DELETE, else the new one. */
function mergeOutput(t: Translation, { node: { output, whens }, relation, sources, name }: MergeParts): OutputUse {
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

/** Where a clause looks names up. */
export function scopeOfWhen({ scopes }: MergeParts, { match }: MergeWhen): Environment {
  return match === 'matched' ? scopes.both : match === 'notMatchedByTarget' ? scopes.source : scopes.target;
}

function whenSql(t: Translation, parts: MergeParts, when: MergeWhen): string {
  const env = scopeOfWhen(parts, when);
  const rows = parts.filter !== undefined && when.match === 'notMatchedBySource' ? ` AND ${parts.filter}` : '';
  const test = `${rows}${when.condition ? ` AND ${condition(t, env, when.condition)}` : ''}`;
  return `WHEN ${MATCH_WORDS[when.match]}${test} THEN ${actionSql(t, env, parts, when)}`;
}

function actionSql(t: Translation, env: Environment, parts: MergeParts, when: MergeWhen): string {
  switch (when.action.kind) {
    case 'mergeDelete':
      return 'DELETE';
    case 'mergeUpdate':
      return `UPDATE SET ${mergeSets(t, env, parts, when.action.set)}`;
    case 'mergeInsert': {
      const made = mergeValues(t, env, parts, when.action);
      return made ? `INSERT (${made.columns}) VALUES (${made.values})` : 'INSERT DEFAULT VALUES';
    }
  }
}

/** The SET list of an UPDATE clause. */
export function mergeSets(
  t: Translation,
  env: Environment,
  { relation, written }: MergeParts,
  clauses: Parameters<typeof assignments>[3],
): string {
  refuseAccumulation(t, clauses);
  const set = assignments(t, env, relation, clauses);
  written.push(...set.written);
  return set.sets.join(', ');
}

/** Columns and values of an INSERT clause; undefined = DEFAULT VALUES. */
export function mergeValues(
  t: Translation,
  env: Environment,
  { relation, written }: MergeParts,
  action: MergeInsert,
): { readonly columns: string; readonly values: string } | undefined {
  if (!action.values) return undefined;
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
  const value = (node: Expression, index: number): string => {
    const column = columns[index];
    if (node.kind === 'default' || !column) return 'DEFAULT';
    return convert(t, translate(t, env, node), column.type, storeOptions(t, relation, column, node.span)).sql;
  };
  return { columns: columns.map((one) => one.sql).join(', '), values: action.values.map(value).join(', ') };
}
