import type { Binary, Expression } from '#tsql';
import type { TypedSql } from './api.ts';
import { comparable } from './compare.ts';
import type { Environment } from './environment.ts';
import { translate } from './expression.ts';
import { flatten } from './predicate.ts';
import type { Translation } from './translation.ts';

interface Test {
  readonly op: string;
  readonly left: TypedSql;
  readonly right: TypedSql;
  readonly node: Binary;
}

/**
 * `(a > x) OR (a = x AND b > y) OR …`, the way T-SQL reads on after a composite key, as PostgreSQL's row comparison `(a, b, …) > (x, y, …)`: the same truth
 * value for every input, NULLs included, but one range of an index instead of a filter over all of it. undefined: it is not of that form.
 */
export function keysetCondition(t: Translation, env: Environment, parts: readonly Expression[]): string | undefined {
  if (parts.length < 2 || parts.length > 32) return undefined;
  const branches = parts.map((part) => flatten(part, 'and')).toSorted((a, b) => a.length - b.length);
  if (!branches.every((branch, index) => branch.length === index + 1 && branch.every(isOrdering))) return undefined;
  const tests = branches.map((branch) => branch.flatMap((one) => (isOrdering(one) ? [testOf(t, env, one)] : [])));
  const ranges = tests.map((branch) => branch.filter((one) => one.op !== '='));
  const steps = ranges.flatMap((range) => (range.length === 1 && range[0] ? [range[0]] : []));
  if (steps.length !== tests.length) return undefined;
  const strict = steps[0]?.op;
  const last = steps.at(-1)?.op;
  if ((strict !== '>' && strict !== '<') || !steps.slice(0, -1).every((step) => step.op === strict)) return undefined;
  if (last !== strict && last !== `${strict}=`) return undefined;
  if (!tests.every((branch, index) => holdsBefore(branch, steps.slice(0, index)))) return undefined;
  const sides = steps.map((step) => comparable(t, [step.left, step.right], true, step.node.span));
  const row = (side: 'left' | 'right'): string => `(${sides.map((one) => one[side]).join(', ')})`;
  return `(${row('left')} ${last} ${row('right')})`;
}

const ORDERING = new Set(['=', '<', '>', '<=', '>=']);

const isOrdering = (node: Expression): node is Binary => node.kind === 'binary' && ORDERING.has(node.op);

const testOf = (t: Translation, env: Environment, node: Binary): Test => ({
  op: node.op,
  left: translate(t, env, node.left),
  right: translate(t, env, node.right),
  node,
});

/** Whether the equalities of a branch are exactly those of the key's columns before its range, with the same values. */
function holdsBefore(branch: readonly Test[], before: readonly Test[]): boolean {
  const equal = branch.filter((one) => one.op === '=');
  return (
    equal.length === before.length &&
    before.every((step) => equal.some((one) => one.left.sql === step.left.sql && one.right.sql === step.right.sql))
  );
}
