import type { If } from '#tsql';
import { walk } from '#tsql';

/** What IFs ask, to tell whether two of them take the same branch. */

/** What an IF asks of nothing but variables; undefined where the answer may change though they do not. */
export function questionOf(node: If): string | undefined {
  let isPlain = true;
  walk(node.condition, (one) => {
    if (!PLAIN.has(one.kind)) isPlain = false;
    if (one.kind === 'call' && !/^(isnull|coalesce|len|ltrim|rtrim|upper|lower)$/i.test(one.name.name.name))
      isPlain = false;
  });
  if (!isPlain) return undefined;
  return JSON.stringify(node.condition, (name, value: unknown) => (name === 'span' ? undefined : value)).toLowerCase();
}

const PLAIN: ReadonlySet<string> = new Set(
  'variable literal binary unary isNull in between like call objectName identifier'.split(' '),
);
