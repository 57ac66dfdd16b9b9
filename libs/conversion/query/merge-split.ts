import type { Merge, MergeWhen } from '#tsql';
import type { TranslatedDml, TypedSql } from './api.ts';
import { returning } from './dml-target.ts';
import type { BoundColumn, Source } from './environment.ts';
import { mergeFacts, type MergeParts, mergeSets, mergeValues, scopeOfWhen } from './merge.ts';
import { condition } from './predicate.ts';
import { foundAsIs, type Searched, withRowsBefore } from './rows-before.ts';
import type { Translation } from './translation.ts';

/** Whether the server's MERGE cannot do this one: BY SOURCE and OUTPUT before 17, the row before an UPDATE before 18. */
export function needsSplit(t: Translation, { output, whens }: Merge): boolean {
  if (t.since(18)) return false;
  const updates = whens.some((one) => one.action.kind === 'mergeUpdate');
  if (t.since(17)) return updates && mentionsOld(output);
  return output.length > 0 || whens.some((one) => one.match === 'notMatchedBySource');
}

const mentionsOld = (output: Merge['output']): boolean =>
  /"name":"deleted"/i.test(JSON.stringify(output.flatMap((one) => one.items)));

/**
 * A MERGE as one statement of PostgreSQL that changes rows in several common table expressions, one for each WHEN. All of them see the rows as they were
 * before, so that no clause meets what another has done. Without OUTPUT the last clause is the statement itself, which counts its own rows alone.
 */
export function splitMerge(t: Translation, parts: MergeParts): TranslatedDml {
  const { node, prefix } = parts;
  if (node.whens.some((one) => one.match === 'matched')) {
    const message = 'A row that two rows of the source match is an error in SQL Server; here one of them is taken.';
    t.note('warning', 'merge-split', message, node.span);
  }
  const clauses = node.whens.map((when, index) => clauseSql(t, parts, when, priorOf(t, parts, index)));
  const output = clauses[0]?.output ?? { sql: '', columns: [] };
  const head = prefix === '' ? [] : [prefix.replace(/^WITH /, '').trimEnd()];
  const facts = mergeFacts(t, parts, output);
  if (node.output.length > 0) {
    const fields = output.columns.map((_, index) => `c${index + 1}`).join(', ');
    const named = clauses.map((one) => ({ ...one, name: t.freshName('merged') }));
    return {
      ...facts,
      withs: [...head, ...named.map((one) => `${one.name}(${fields}) AS (${one.sql})`)].join(', '),
      sql: named.map((one) => `SELECT * FROM ${one.name}`).join(' UNION ALL '),
    };
  }
  const others = clauses.slice(0, -1).map((one) => `${t.freshName('merged')} AS (${one.sql})`);
  const withs = [...head, ...others].join(', ');
  return { ...facts, miscounts: true, sql: `${withs === '' ? '' : `WITH ${withs} `}${clauses.at(-1)?.sql ?? ''}` };
}

/** The conditions of the earlier clauses that would have taken the row. */
function priorOf(t: Translation, parts: MergeParts, index: number): readonly string[] {
  const { whens } = parts.node;
  return whens
    .slice(0, index)
    .filter((one) => one.match === whens[index]?.match)
    .map((one) => (one.condition ? `(${condition(t, scopeOfWhen(parts, one), one.condition)}) IS NOT TRUE` : 'false'));
}

interface Clause {
  readonly sql: string;
  readonly output: ReturnType<typeof returning>;
}

function clauseSql(t: Translation, parts: MergeParts, when: MergeWhen, prior: readonly string[]): Clause {
  const { relation, name, using, on } = parts;
  const own = when.condition ? [condition(t, scopeOfWhen(parts, when), when.condition)] : [];
  const found =
    when.match === 'matched'
      ? on
      : `NOT EXISTS (SELECT 1 FROM ${when.match === 'notMatchedBySource' ? using : `${relation.sql} AS ${name}`} WHERE ${on})`;
  const rows = parts.filter !== undefined && when.match === 'notMatchedBySource' ? [parts.filter] : [];
  const where = ` WHERE ${[...rows, found, ...prior, ...own].join(' AND ')}`;
  const from = when.match === 'notMatchedBySource' ? '' : using;
  switch (when.action.kind) {
    case 'mergeInsert':
      return insertClause(t, parts, when.action, `${from}${where}`);
    case 'mergeDelete': {
      const output = clauseOutput(t, parts, when, { deleted: name });
      const others = from === '' ? '' : ` USING ${from}`;
      return { sql: `DELETE FROM ${relation.sql} AS ${name}${others}${where}${output.sql}`, output };
    }
    case 'mergeUpdate': {
      const sets = mergeSets(t, scopeOfWhen(parts, when), parts, when.action.set);
      const before = t.freshName('before');
      const output = clauseOutput(t, parts, when, { inserted: name, deleted: before });
      const searched: Searched = { relation, name, prefix: '', from, where, search: where };
      const readsOld = output.sql.includes(`${before}.`);
      const around = readsOld ? withRowsBefore(t, searched, before, when.span) : foundAsIs(searched);
      const sql = `${around.prefix}UPDATE ${relation.sql} AS ${name} SET ${sets}${around.from}${around.where}${output.sql}`;
      return { sql, output };
    }
  }
}

function insertClause(
  t: Translation,
  parts: MergeParts,
  action: Extract<MergeWhen['action'], { kind: 'mergeInsert' }>,
  source: string,
): Clause {
  const { relation, scopes, sources, node } = parts;
  const made = mergeValues(t, scopes.source, parts, action);
  const name = t.freshName('x');
  const when = { ...action, match: 'notMatchedByTarget' as const };
  const output = clauseOutput(t, parts, when, { inserted: name });
  if (sources.some((one) => output.sql.includes(`${one.sqlName}.`)))
    t.needsServer(
      mentionsOld(node.output) ? 18 : 17,
      'A column of the source in OUTPUT of a MERGE that inserts',
      action.span,
    );
  if (!made || /\bDEFAULT\b/.test(made.values))
    t.needsServer(17, 'DEFAULT in a MERGE with OUTPUT or BY SOURCE', action.span);
  const head = `INSERT INTO ${relation.sql} AS ${name} (${made?.columns ?? ''})`;
  return { sql: `${head} SELECT ${made?.values ?? ''} FROM ${source}${output.sql}`, output };
}

const ACTIONS = { matched: 'UPDATE', notMatchedByTarget: 'INSERT', notMatchedBySource: 'UPDATE' } as const;

/** RETURNING of one clause: the images that it has; the others, and the source of a row that has none, are NULL. */
function clauseOutput(
  t: Translation,
  parts: MergeParts,
  when: Pick<MergeWhen, 'match'> & { readonly action?: MergeWhen['action'] },
  images: Readonly<Partial<Record<'inserted' | 'deleted', string>>>,
): ReturnType<typeof returning> {
  const { node, relation, name } = parts;
  const none = (column: TypedSql): string => `NULL::${t.profile.typeSql(column.type)}`;
  const action = when.action?.kind === 'mergeDelete' ? 'DELETE' : ACTIONS[when.match];
  return returning(t, parts.env, {
    output: node.output,
    relation,
    sources: when.match === 'notMatchedBySource' ? emptied(parts.sources, none) : parts.sources,
    images: { inserted: images.inserted ?? name, deleted: images.deleted ?? name },
    imageColumn: (image, column) => (images[image as 'inserted' | 'deleted'] === undefined ? none(column) : column.sql),
    action: `'${action}'::varchar(10)`,
  });
}

function emptied(sources: readonly Source[], none: (column: TypedSql) => string): readonly Source[] {
  return sources.map((source) => ({
    ...source,
    columns: source.columns.map((column): BoundColumn => ({
      ...column,
      get value() {
        return { ...column.value, sql: none(column.value), nullable: true };
      },
    })),
  }));
}
