import type { Expression, FunctionCall, GroupBy, GroupItem, SelectItem, SelectSpec, Span } from '#tsql';
import type { IdentityProperty, TypedSql } from './api.ts';
import { PSEUDO, starSources, type BoundColumn, type Environment } from './environment.ts';
import { groupKey, tellGrouping } from './collate.ts';
import { requireSortable } from './operand-types.ts';
import { translate } from './expression.ts';
import { isAggregate } from './function-call.ts';
import { arithmetic, type ArithmeticOperator } from './arithmetic.ts';
import { fromClause } from './from.ts';
import { windowSql } from './order.ts';
import { convert } from './convert.ts';
import { condition } from './predicate.ts';
import type { Translation } from './translation.ts';
import { refuseNodes } from './xml-method.ts';

export interface SelectedItem {
  readonly name: string;
  readonly value: TypedSql;
  readonly span: Span;
  readonly identity?: IdentityProperty;
  readonly assignTo?: string;
}

/** The clauses of one SELECT as text, each with a blank before it or empty. */
export interface SelectParts {
  readonly items: readonly SelectedItem[];
  readonly from: string;
  readonly where: string;
  readonly group: string;
  readonly having: string;
  readonly windows: string;
  /** An aggregate without GROUP BY stands in the select list: the query has one row whatever FROM gives. */
  readonly aggregated: boolean;
  /** Where names of the select list, ORDER BY and so on are looked up. */
  readonly env: Environment;
}

export function selectParts(t: Translation, env: Environment, spec: SelectSpec): SelectParts {
  const from = fromClause(t, env, spec.from);
  const where = spec.where ? ` WHERE ${condition(t, from.env, spec.where)}` : '';
  const group = spec.groupBy ? groupClause(t, from.env, spec.groupBy) : { sql: '', others: new Map<string, string>() };
  const grouped = group.others.size > 0 ? { ...from.env, grouped: group.others } : from.env;
  const having = spec.having ? ` HAVING ${condition(t, grouped, spec.having)}` : '';
  const { windows, inner } = windowClause(t, grouped, spec);
  const items = spec.items.flatMap((item) => selectItem(t, inner, item));
  const aggregated = having !== '' || spec.items.some(hasAggregate);
  return {
    items,
    from: from.sql === '' ? '' : ` FROM ${from.sql}`,
    where,
    group: group.sql,
    having,
    windows,
    aggregated,
    env: inner,
  };
}

/** Whether an aggregate of this level may stand below the node; subqueries are not looked into. */
export function hasAggregate(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasAggregate);
  if (typeof node !== 'object' || node === null) return false;
  const one = node as { kind?: string };
  if (one.kind === 'query' || one.kind === 'identifier') return false;
  if (one.kind === 'call' && isAggregate(node as FunctionCall)) return true;
  return Object.values(one).some(hasAggregate);
}

function windowClause(t: Translation, env: Environment, spec: SelectSpec): { windows: string; inner: Environment } {
  if (spec.windows.length === 0) return { windows: '', inner: env };
  const names = new Map(spec.windows.map((one) => [one.name.name.toLowerCase(), t.freshName('win')]));
  const inner = { ...env, windows: names };
  const texts = spec.windows.map(
    (one) => `${names.get(one.name.name.toLowerCase())} AS ${windowSql(t, inner, one.window)}`,
  );
  return { windows: ` WINDOW ${texts.join(', ')}`, inner };
}

/** One entry of a select list; `*` gives several. */
export function selectItem(t: Translation, env: Environment, item: SelectItem): readonly SelectedItem[] {
  switch (item.kind) {
    case 'star':
      return starSources(t, env, item.qualifier, item.span).flatMap((source) =>
        source.columns
          .filter((column) => column.hidden !== true)
          .map((column) => ({
            name: column.name,
            value: column.value.xmlNodes ? refuseNodes(t, column.name, item.span) : groupedColumn(env, column.value),
            span: item.span,
            ...(column.identity ? { identity: column.identity } : {}),
          })),
      );
    case 'selectAssign': {
      const right = translate(t, env, item.expression);
      const assigned =
        item.op === '='
          ? right
          : arithmetic(
              t,
              item.op.slice(0, -1) as ArithmeticOperator,
              translate(t, env, item.variable),
              right,
              item.span,
            );
      const type = t.profile.kind === 'sandbox' ? env.scope.variable(item.variable.name)?.type : undefined;
      // PL/pgSQL converts what is assigned by itself.
      const value = type ? convert(t, assigned, type, { mode: 'assignment', span: item.span }) : assigned;
      return [{ name: '', value, span: item.span, assignTo: item.variable.name }];
    }
    case 'selectItem': {
      const selected = translate(t, env, item.expression);
      return [
        {
          name: item.alias?.name ?? impliedName(env, item.expression),
          value: selected,
          span: item.span,
          ...identityOf(env, item.expression),
        },
      ];
    }
  }
}

/** Of a grouped query a column as the group knows it: with `*` none is translated by itself. */
function groupedColumn(env: Environment, value: TypedSql): TypedSql {
  const other = env.grouped?.get(value.sql);
  return other === undefined ? value : { ...value, sql: other };
}

/** The name of a column that was given none: `$IDENTITY` and `$ROWGUID` have that of the column they stand for. */
function impliedName(env: Environment, node: Expression): string {
  const name = node.kind === 'column' ? (node.parts.at(-1)?.name ?? '') : '';
  const means = PSEUDO[name.toLowerCase()];
  return (means && env.sources.flatMap((source) => source.columns).find(means)?.name) ?? name;
}

function identityOf(env: Environment, node: Expression): { readonly identity?: IdentityProperty } {
  if (node.kind !== 'column') return {};
  const name = node.parts.at(-1)?.name.toLowerCase();
  const isMeant = (one: BoundColumn): boolean =>
    one.identity !== undefined && (one.name.toLowerCase() === name || name === '$identity' || name === 'identitycol');
  const identity = env.sources.flatMap((source) => source.columns).find(isMeant)?.identity;
  return identity === undefined ? {} : { identity };
}

/** GROUP BY as text, and what stands for the keys elsewhere in the query. */
interface GroupSql {
  readonly sql: string;
  readonly others: ReadonlyMap<string, string>;
}

function groupClause(t: Translation, env: Environment, group: GroupBy): GroupSql {
  const none: GroupSql = { sql: '', others: new Map() };
  if (group.all) {
    t.unsupported('GROUP BY ALL', group.span);
    return none;
  }
  if (isSuperAggregate(group)) {
    const items = group.items.map((item) => groupItem(t, env, item)).join(', ');
    return { ...none, sql: ` GROUP BY ${group.legacy ? `${group.legacy.toUpperCase()} (${items})` : items}` };
  }
  const others = new Map<string, string>();
  const keys = group.items
    .flatMap((item) => (item.kind === 'groupExpressions' ? item.expressions : []))
    .map((node) => {
      const one = translate(t, env, node);
      requireSortable(t, one, node.span);
      const key = groupKey(t, one);
      tellGrouping(t, [one], node.span);
      if (key !== undefined) others.set(one.sql, `min(${one.sql})`);
      return key ?? one.sql;
    });
  return { sql: keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`, others };
}

/** GROUP BY with rows of several levels, in which a key may be NULL. */
export const isSuperAggregate = (group: GroupBy | undefined): boolean =>
  group !== undefined && (group.legacy !== undefined || group.items.some((item) => item.kind === 'groupOperator'));

const GROUP_WORDS = { rollup: 'ROLLUP', cube: 'CUBE', groupingSets: 'GROUPING SETS' } as const;

function groupItem(t: Translation, env: Environment, item: GroupItem): string {
  if (item.kind === 'groupOperator') {
    return `${GROUP_WORDS[item.op]} (${item.items.map((one) => groupItem(t, env, one)).join(', ')})`;
  }
  const keys = item.expressions.map((one) => translate(t, env, one).sql);
  return keys.length === 1 ? (keys[0] ?? '') : `(${keys.join(', ')})`;
}
