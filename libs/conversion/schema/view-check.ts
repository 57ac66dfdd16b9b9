import { type CreateView, type Query, type SelectSpec, walk } from '#tsql';
import { isAggregate } from '../query/index.ts';

/**
 * Whether PostgreSQL can change rows through a view of its own accord, and so take its WITH CHECK OPTION: one table or view, its rows as they are,
 * and at least one column that is a plain one (PostgreSQL, CREATE VIEW, "Updatable Views").
 */
export function isUpdatableAsIs({ query }: CreateView): boolean {
  const { body } = query;
  return body.kind === 'selectSpec' && isWhole(query) && hasPlainRows(body) && hasPlainColumn(body);
}

/** Nothing is named before the query, and no row is left out by place. */
function isWhole(query: Query): boolean {
  return query.with === undefined && query.offset === undefined && query.for === undefined;
}

function hasPlainRows(spec: SelectSpec): boolean {
  const { from, distinct, top, groupBy, having, items } = spec;
  if (from.length !== 1 || from[0]?.kind !== 'table') return false;
  if (distinct || top !== undefined || groupBy !== undefined || having !== undefined) return false;
  let plain = true;
  walk(items, (node) => {
    if (node.kind === 'subquery') return 'skip';
    if (node.kind === 'call' && (node.over !== undefined || isAggregate(node))) plain = false;
    return undefined;
  });
  return plain;
}

function hasPlainColumn({ items }: SelectSpec): boolean {
  return items.some(
    (item) => item.kind === 'star' || (item.kind === 'selectItem' && item.expression.kind === 'column'),
  );
}
