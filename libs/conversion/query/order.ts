import type { OrderItem, WindowFrame, WindowSpec } from '#tsql';
import type { TypedSql } from './api.ts';
import { orderKey } from './collate.ts';
import type { Environment } from './environment.ts';
import { translate } from './expression.ts';
import type { Translation } from './translation.ts';

/** ` DESC NULLS LAST` and the like: SQL Server sorts NULL below every value. */
export function direction(t: Translation, item: OrderItem, nullable: boolean): string {
  const descending = item.direction === 'desc';
  const nulls = nullable && t.profile.nullsFirst ? (descending ? ' NULLS LAST' : ' NULLS FIRST') : '';
  return `${descending ? ' DESC' : ''}${nulls}`;
}

/** One sort key by the value that it sorts. */
export const sortKey = (t: Translation, item: OrderItem, value: TypedSql): string =>
  `${orderKey(t, value, item.span)}${direction(t, item, value.nullable)}`;

/** Sort keys of a window or an ordered aggregate; constants and `(SELECT NULL)` do not sort. */
export function sortKeys(t: Translation, env: Environment, items: readonly OrderItem[]): string {
  return items
    .filter((item) => !isConstant(item))
    .map((item) => sortKey(t, item, translate(t, env, item.expression)))
    .join(', ');
}

function isConstant({ expression }: OrderItem): boolean {
  if (expression.kind === 'literal' || expression.kind === 'variable') return true;
  if (expression.kind !== 'subquery') return false;
  const { body } = expression.query;
  return body.kind === 'selectSpec' && body.from.length === 0;
}

/** `OVER (…)`. */
export function overClause(t: Translation, env: Environment, window: WindowSpec): string {
  return ` OVER ${windowSql(t, env, window)}`;
}

/** The inside of OVER or WINDOW, with parentheses, or the name of a named window. */
export function windowSql(t: Translation, env: Environment, window: WindowSpec): string {
  const parts: string[] = [];
  if (window.reference) {
    const known = env.windows?.get(window.reference.name.toLowerCase()) ?? '';
    if (window.partitionBy.length === 0 && window.orderBy.length === 0 && !window.frame) return known;
    parts.push(known);
  }
  if (window.partitionBy.length > 0) {
    const keys = window.partitionBy.map((one) => orderKey(t, translate(t, env, one), one.span));
    parts.push(`PARTITION BY ${keys.join(', ')}`);
  }
  const order = sortKeys(t, env, window.orderBy);
  if (order !== '') parts.push(`ORDER BY ${order}`);
  const { frame, span } = window;
  if (frame) parts.push(frameSql(t, env, { frame, span }, order === ''));
  return `(${parts.filter((part) => part !== '').join(' ')})`;
}

const BOUNDS = {
  unboundedPreceding: 'UNBOUNDED PRECEDING',
  currentRow: 'CURRENT ROW',
  unboundedFollowing: 'UNBOUNDED FOLLOWING',
} as const;

interface FramedWindow {
  readonly frame: WindowFrame;
  readonly span: WindowSpec['span'];
}

function frameSql(t: Translation, env: Environment, { frame, span }: FramedWindow, unordered: boolean): string {
  const bound = (one: WindowFrame['from']): string => {
    if (one.type !== 'preceding' && one.type !== 'following') return BOUNDS[one.type];
    return `${one.value ? translate(t, env, one.value).sql : '0'} ${one.type.toUpperCase()}`;
  };
  const counted = [frame.from, frame.to].some((one) => one?.value !== undefined);
  if (frame.unit === 'range' && counted) {
    const message = 'RANGE is only supported with UNBOUNDED and CURRENT ROW window frame delimiters.';
    t.fail('window-frame', 4194, message, span);
  }
  const unit = frame.unit === 'rows' || unordered ? 'ROWS' : 'RANGE';
  return frame.to ? `${unit} BETWEEN ${bound(frame.from)} AND ${bound(frame.to)}` : `${unit} ${bound(frame.from)}`;
}
