import { isAggregateName } from '#conversion';
import type { FunctionCall, WindowSpec } from '#tsql';
import { broken, hasOwn, isConstant, isWindowed, plainName } from './rule.ts';

const RANKS = new Set(['row_number', 'rank', 'dense_rank', 'ntile', 'lag', 'lead', 'percent_rank', 'cume_dist']);
const VALUES = new Set(['first_value', 'last_value', 'percentile_cont', 'percentile_disc']);

/** The rules of a function with OVER, and of aggregates that are given one. */
export function checkWindow(call: FunctionCall): void {
  const name = plainName(call);
  if ((isAggregateName(name) || call.over !== undefined) && hasOwn(call.args, isWindowed))
    throw broken(
      4109,
      'Windowed functions cannot be used in the context of another windowed function or aggregate.',
      call,
    );
  if (call.over === undefined) return;
  if (name !== '' && !isAggregateName(name) && !RANKS.has(name) && !VALUES.has(name))
    throw broken(
      4113,
      `The function '${call.name.name.name}' is not a valid windowing function, and cannot be used with the OVER clause.`,
      call,
      16,
    );
  if (RANKS.has(name) && call.over.frame !== undefined)
    throw broken(10_752, `The function '${call.name.name.name}' may not have a window frame.`, call);
  checkSpec(call.over);
}

/** What a window says: also one of the WINDOW clause. */
export function checkSpec(window: WindowSpec): void {
  for (const { expression } of window.orderBy) {
    if (expression.kind === 'literal' && expression.type === 'int')
      throw broken(
        5308,
        'Windowed functions, aggregates and NEXT VALUE FOR functions do not support integer indices as ORDER BY clause expressions.',
        expression,
        16,
      );
    if (isConstant(expression))
      throw broken(
        5309,
        'Windowed functions, aggregates and NEXT VALUE FOR functions do not support constants as ORDER BY clause expressions.',
        expression,
        16,
      );
  }
  const { frame } = window;
  if (frame === undefined || window.reference !== undefined) return;
  if (window.orderBy.length === 0)
    throw broken(10_756, 'Window frame with ROWS or RANGE must have an ORDER BY clause.', window);
  if (frame.unit === 'range' && [frame.from, frame.to].some((bound) => bound?.value !== undefined))
    throw broken(4194, 'RANGE is only supported with UNBOUNDED and CURRENT ROW window frame delimiters.', window);
}
