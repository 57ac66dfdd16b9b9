import { resolve } from 'node:path';
import { readGroups, type Case, type Group } from '../../../test/semantics/case-file.ts';
import { coveredUse, usesOf, type Use } from './uses.ts';

/** A case that the sandbox refuses, and the errors with which it does. */
export interface Refusal {
  readonly name: string;
  readonly errors: readonly number[];
}

/** What the cases say about one thing. */
export interface Conformance {
  /** Cases that are answered as the documentation has it. */
  readonly cases: number;
  /** Refused cases in which nothing is tried less often than this. */
  readonly refused: readonly Refusal[];
}

/** The case files of the checkout that is the working folder. */
export const readCases = (): Group[] => readGroups(resolve('test/semantics/cases'));

/** Unknown statement, function, object, procedure or method: such a case shows the name of nothing that is there. */
const UNKNOWN_NAME = new Set([102, 156, 195, 208, 2812, 4121, 317, 6506]);

/** What a case tries: what its text shows, and what its group says that it covers. */
function usesOfCase(group: Group, one: Case): Set<Use> {
  const uses = new Set(group.covers.map(coveredUse));
  if (one.refusal === undefined && one.answer.errors.some((error) => UNKNOWN_NAME.has(error))) return uses;
  for (const batch of one.batches) for (const use of usesOf(batch)) uses.add(use);
  return uses;
}

/** What the cases try, each thing with how it went. A refusal is told of the thing that fewest cases are answered for. */
export function conformanceOf(groups: readonly Group[]): ReadonlyMap<Use, Conformance> {
  const cases = new Map<Use, number>();
  const refused = new Map<Use, Refusal[]>();
  const tried = groups.flatMap((group) => group.cases.map((one) => ({ one, uses: usesOfCase(group, one) })));
  for (const { one, uses } of tried) {
    for (const use of uses) cases.set(use, (cases.get(use) ?? 0) + (one.refusal === undefined ? 1 : 0));
  }
  for (const { one, uses } of tried) {
    if (one.refusal === undefined) continue;
    const [rarest] = [...uses].sort((left, right) => (cases.get(left) ?? 0) - (cases.get(right) ?? 0));
    if (rarest === undefined) continue;
    const { errors } = one.refusal;
    refused.set(rarest, [...(refused.get(rarest) ?? []), { name: one.name, errors }]);
  }
  return new Map([...cases].map(([use, count]) => [use, { cases: count, refused: refused.get(use) ?? [] }]));
}
