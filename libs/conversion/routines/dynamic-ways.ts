import type { Case, If } from '#tsql';
import { Unreadable, type Way } from './dynamic-holes.ts';
import type { Text, TextPart } from './text-parts.ts';

/** The ways to put a text together, and what one choice leaves of the others. */

/** A choice, and which of its arms is taken. */
export interface Taken {
  readonly part: TextPart;
  readonly arm: number;
}

/** All ways through a part that chooses, each with the choices within it. */
export function pathsOf(part: TextPart): readonly (readonly Taken[])[] {
  return armsOf(part).flatMap((arm, index) => {
    let paths: readonly (readonly Taken[])[] = [[{ part, arm: index }]];
    for (const inner of arm) {
      if (armsOf(inner).length === 0) continue;
      paths = paths.flatMap((path) => pathsOf(inner).map((more) => [...path, ...more]));
      if (paths.length > MOST_PATHS) throw new Unreadable('too many ways');
    }
    return paths;
  });
}

const MOST_PATHS = 32;

/** A text with choices made. */
export const withTaken = (text: Text, taken: readonly Taken[]): Text =>
  taken.reduce<Text>((rest, { part, arm }) => rest.flatMap((one) => takenOf(one, part, arm)), text);

/** The parts of a text that choose, each choice once. */
export const choosing = (text: Text): readonly TextPart[] =>
  text
    .filter((one) => armsOf(one).length > 0)
    .reduce<readonly TextPart[]>((all, one) => (all.some((other) => sameChoice(other, one)) ? all : [...all, one]), []);

/** Ways of a text in which each of its arms is taken at least once; the rest as in the first. Linear in the arms. */
export function someWays(text: Text): readonly Way[] {
  const parts = choosing(text);
  const first = parts.map((one) => pathsOf(one).at(-1) ?? []);
  const all = [
    first,
    ...parts.flatMap((one, at) =>
      pathsOf(one)
        .slice(0, -1)
        .map((path) => first.with(at, path)),
    ),
  ];
  return all.map((paths) => plain(withTaken(text, paths.flat())));
}

/** A text without choices. */
function plain(text: Text): Way {
  const parts = text.filter((one) => one.kind === 'text' || one.kind === 'hole');
  if (text.some((one) => one.kind === 'null')) return null;
  if (parts.length < text.length) throw new Unreadable('a choice');
  return parts;
}

function armsOf(part: TextPart): readonly Text[] {
  if (part.kind === 'choice') return [part.then, part.otherwise];
  return part.kind === 'case' ? [...part.arms, part.otherwise] : [];
}

const keys = new WeakMap<Case, string>();

/** What a CASE asks, whatever it gives. */
function keyOf(node: Case): string {
  const known = keys.get(node);
  if (known !== undefined) return known;
  const asked = [node.operand, node.whens.map((one) => one.when)];
  const key = JSON.stringify(asked, (name, value: unknown) => (name === 'span' ? undefined : value)).toLowerCase();
  keys.set(node, key);
  return key;
}

/** Whether two choices take the same arm: they are one, or CASEs that ask the same. What they ask is the same at both places, else the text would not be known. */
function sameChoice(a: TextPart, b: TextPart): boolean {
  if (a.kind === 'choice') return b.kind === 'choice' && a.by === b.by;
  return a.kind === 'case' && b.kind === 'case' && (a.by === b.by || keyOf(a.by) === keyOf(b.by));
}

/** A piece of which the condition has chosen already. */
export function takenOf(one: TextPart, by: TextPart, taken: number): Text {
  if (one.kind === 'choice') {
    const [then, otherwise] = [one.then, one.otherwise].map((arm) => arm.flatMap((inner) => takenOf(inner, by, taken)));
    if (sameChoice(one, by)) return (taken === 0 ? then : otherwise) ?? [];
    return [{ ...one, then: then ?? [], otherwise: otherwise ?? [] }];
  }
  if (one.kind !== 'case') return [one];
  const arms = armsOf(one).map((arm) => arm.flatMap((inner) => takenOf(inner, by, taken)));
  if (sameChoice(one, by)) return arms[taken] ?? [];
  return [{ ...one, arms: arms.slice(0, -1), otherwise: arms.at(-1) ?? [] }];
}

/** The IFs that choose between pieces of a text. */
export function choices(text: Text): readonly If[] {
  return text.flatMap((part) => {
    if (part.kind === 'choice') return [part.by, ...choices(part.then), ...choices(part.otherwise)];
    if (part.kind === 'case') return [...part.arms.flatMap(choices), ...choices(part.otherwise)];
    return [];
  });
}
