import type { Expression, If } from '#tsql';
import { isEmpty, keyOf, NULL_TEXT, type Text, type TextPart } from './text-parts.ts';

/** Texts whose conditions begin with WHERE or AND, whichever comes first, or lose their first AND. */

/** The first condition of a text that others follow by AND: nothing changes where it stands without them. */
export const WHERE_ALL: TextPart = { kind: 'text', text: ' WHERE 1 = 1' };

export const isText = (node: Expression | undefined, pattern: RegExp): boolean =>
  node?.kind === 'literal' && pattern.test(node.value);

/** `CASE WHEN @w = '' THEN ' WHERE ' ELSE ' AND ' END`, behind @w. */
export function beginsOrGoesOn(node: Expression, name: string): boolean {
  if (node.kind !== 'case' || node.operand || node.whens.length !== 1) return false;
  const [arm] = node.whens;
  const test = arm?.when;
  if (test?.kind !== 'binary' || (test.op !== '=' && test.op !== '<>')) return false;
  const isOwn = test.left.kind === 'variable' && keyOf(test.left.name) === keyOf(name) && isText(test.right, /^$/);
  const [first, other] = test.op === '=' ? [arm?.then, node.otherwise] : [node.otherwise, arm?.then];
  return isOwn && isText(first, /^\s*WHERE\s*$/i) && isText(other, /^\s*AND\s*$/i);
}

export const added = (before: Text | undefined): Text => {
  if (!before) return NULL_TEXT;
  const known = before.filter((one) => one.kind !== 'text' || one.text !== '');
  const base = known[0] === WHERE_ALL ? known : [WHERE_ALL, ...known];
  return [...base, { kind: 'text', text: ' AND ' }];
};

/** Stands before conditions whose first AND was cut off: it takes that AND's place. */
export const ALL: TextPart = { kind: 'text', text: ' 1 = 1 ' };

const wholeNumber = (node: Expression | undefined): number | undefined =>
  node?.kind === 'literal' && /^\d+$/.test(node.value) ? Number(node.value) : undefined;

const isLength = (node: Expression | undefined, name: string): boolean =>
  node?.kind === 'call' &&
  node.name.name.name.toLowerCase() === 'len' &&
  node.args[0]?.kind === 'variable' &&
  keyOf(node.args[0].name) === keyOf(name);

/** `SUBSTRING(@w, 6, …)`, `STUFF(@w, 1, 5, '')`, `RIGHT(@w, LEN(@w) - 5)`: the variable, and how much of its beginning is cut off. */
export function leadingCut(
  fn: string,
  args: readonly Expression[],
): { readonly name: string; readonly length: number } | undefined {
  const [first, second, third, fourth] = args;
  if (first?.kind !== 'variable') return undefined;
  const of = (length: number | undefined): ReturnType<typeof leadingCut> =>
    length === undefined || length <= 0 ? undefined : { name: first.name, length };
  const at = wholeNumber(second);
  if (fn === 'substring' && at !== undefined && args.length === 3) return of(at - 1);
  if (fn === 'stuff' && at === 1 && isText(fourth, /^$/)) return of(wholeNumber(third));
  if (fn === 'right' && second?.kind === 'binary' && second.op === '-' && isLength(second.left, first.name))
    return of(wholeNumber(second.right));
  return undefined;
}

/** Whether every piece that a text may have begins with an AND of this length, so that what is left begins with a condition. */
export const allBeginWith = (text: Text, length: number): boolean =>
  text.some((part) => part.kind === 'choice') &&
  text.every((part) => {
    if (part.kind === 'choice') return isEmpty(part.otherwise) && beginsWithAnd(part.then, length);
    return part.kind === 'text' && part.text === '';
  });

const beginsWithAnd = ([first]: Text, length: number): boolean =>
  first?.kind === 'text' && first.text.length > length && /^\s*AND\s+$/i.test(first.text.slice(0, length));

/** The variable of `LEN(@w) > 0` and `@w <> ''`. */
function notEmpty({ condition }: If): string | undefined {
  if (condition.kind !== 'binary' || (condition.op !== '>' && condition.op !== '<>')) return undefined;
  const { left, right, op } = condition;
  if (left.kind === 'variable') return op === '<>' && isText(right, /^$/) ? keyOf(left.name) : undefined;
  const of = left.kind === 'call' ? left.args[0] : undefined;
  return of?.kind === 'variable' && isLength(left, of.name) && wholeNumber(right) === 0 ? keyOf(of.name) : undefined;
}

/** Texts to which a branch `IF LEN(@w) > 0` adds WHERE and the conditions of @w: without any of them `WHERE 1 = 1` is as good as nothing, so that there is no choice. */
export function wholeWithin(
  node: If,
  base: ReadonlyMap<string, Text>,
  then: ReadonlyMap<string, Text>,
): ReadonlySet<string> {
  const key = notEmpty(node);
  if (key === undefined || !base.get(key)?.some((part) => part.kind === 'choice')) return new Set();
  const isWhole = (text: Text): boolean => {
    const before = text[text.indexOf(ALL) - 1];
    return before?.kind === 'text' && /\bWHERE\s*$/i.test(before.text);
  };
  return new Set([...then].filter(([, text]) => isWhole(text)).map(([name]) => name));
}
