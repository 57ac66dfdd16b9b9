import { type Cte, type DmlTarget, type Expression, findAll, type Merge, type SelectSpec } from '#tsql';
import type { Relation, RelationColumn } from './api.ts';
import { targetRelation } from './dml-target.ts';
import { sameName, type Environment } from './environment.ts';
import type { Translation } from './translation.ts';

/** What a MERGE writes to. */
export interface MergeTarget {
  /** The statement without the common table expression that it writes through. */
  readonly node: Merge;
  readonly relation: Relation;
  /** What its clauses call the target; absent = the table's own name. */
  readonly alias: string | undefined;
  /** The rows that it is about, where those are not all of the table: a condition, and the name that the table has in it. */
  readonly rows?: { readonly where: Expression; readonly of: Relation; readonly alias: string | undefined };
}

/** The target of a MERGE: a table, or the one table below a common table expression. Reports what it cannot be. */
export function mergeTarget(t: Translation, env: Environment, node: Merge): MergeTarget | undefined {
  const alias = 'alias' in node.target ? node.target.alias?.name : undefined;
  const cte = cteOf(node);
  if (cte) return belowCte(t, env, node, { cte, alias: alias ?? cte.name.name });
  const relation = targetRelation(t, env, node.target);
  return relation && { node, relation, alias };
}

/** The common table expression of the statement that the target's name means. */
function cteOf({ target, with: list }: Merge): Cte | undefined {
  if (target.kind !== 'table' || target.name.schema || target.name.database) return undefined;
  const { name } = target.name.name;
  return list?.ctes.find((one) => sameName(one.name.name, name));
}

function belowCte(
  t: Translation,
  env: Environment,
  node: Merge,
  { cte, alias }: { readonly cte: Cte; readonly alias: string },
): MergeTarget | undefined {
  const body = rowsOfOneTable(cte);
  const [source] = body?.from ?? [];
  const others = (node.with?.ctes ?? []).filter((one) => one !== cte);
  const isCte = source?.kind === 'table' && others.some((one) => sameName(one.name.name, source.name.name.name));
  if (!body || source?.kind !== 'table' || isCte) {
    t.unsupported('MERGE into a common table expression that is more than rows of one table', node.target.span);
    return undefined;
  }
  const target = { kind: 'table', name: source.name, hints: [], columns: [], span: node.target.span } as DmlTarget;
  const of = targetRelation(t, env, target);
  if (!of) return undefined;
  const isRead = findAll(node.using, 'table').some(
    ({ name }) => !name.schema && sameName(name.name.name, cte.name.name),
  );
  const { with: list, ...plain } = node;
  const rest = isRead ? (node.with?.ctes ?? []) : others;
  return {
    node: list && (rest.length > 0 || list.namespaces.length > 0) ? { ...plain, with: { ...list, ctes: rest } } : plain,
    relation: { ...of, name: cte.name.name, columns: namedAs(cte, body, of) },
    alias,
    ...(body.where ? { rows: { where: body.where, of, alias: source.alias?.name } } : {}),
  };
}

/** A query that is nothing but rows of one table. */
function rowsOfOneTable({ query }: Cte): SelectSpec | undefined {
  const { body } = query;
  if (body.kind !== 'selectSpec' || query.offset || query.orderBy.length > 0 || query.for) return undefined;
  const isPlain = !body.distinct && !body.top && !body.groupBy && !body.having && body.from.length === 1;
  return isPlain ? body : undefined;
}

/** The table's columns under the names that the expression gives them; those that it does not show are hidden. */
function namedAs(cte: Cte, body: SelectSpec, of: Relation): readonly RelationColumn[] {
  const shown = body.items
    .flatMap((item): readonly (RelationColumn | undefined)[] => {
      if (item.kind === 'star') return of.columns.filter((one) => one.hidden !== true);
      if (item.kind !== 'selectItem' || item.expression.kind !== 'column') return [undefined];
      const last = item.expression.parts.at(-1)?.name ?? '';
      const column = of.columns.find((one) => sameName(one.name, last));
      return [column && { ...column, name: item.alias?.name ?? column.name }];
    })
    .map((column, index) => column && { ...column, name: cte.columns[index]?.name ?? column.name })
    .filter((column) => column !== undefined);
  const hidden = of.columns.filter((one) => !shown.some((other) => other.sql === one.sql));
  return [...shown, ...hidden.map((one) => ({ ...one, hidden: true as const }))];
}
