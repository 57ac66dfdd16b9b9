import type { Issue, IssueCode } from './issue.ts';
import { DIFFERENCE_CODES } from './issue-codes/differences.ts';

/** Differences that most objects of a database have, if any has: told of each, they would bury the others. */
const OF_DATABASE: ReadonlySet<IssueCode> = new Set(['SL1075', 'SL1103', 'SL1104', 'SL1108', 'SL1111']);

/** How many objects are named. */
const NAMED = 10;

/** One issue for the database where objects of it have the same difference: at the place of the first by name, with their names. */
export function foldDifferences(issues: readonly Issue[], database: string): Issue[] {
  const groups = Map.groupBy(
    issues.filter((one) => OF_DATABASE.has(one.code)),
    (one) => one.code,
  );
  const told = new Set<IssueCode>();
  return issues.flatMap((one) => {
    const group = groups.get(one.code);
    if (!group) return [one];
    if (told.has(one.code)) return [];
    told.add(one.code);
    return [folded(group, database)];
  });
}

/** Codes of differences by the objects that have them, in lower case; asked before they are folded. */
export function differencesOf(issues: readonly Issue[]): Map<string, ReadonlySet<IssueCode>> {
  const told = issues.filter((one) => one.code in DIFFERENCE_CODES || OF_DATABASE.has(one.code));
  const byObject = Map.groupBy(told, (one) => one.object.toLowerCase());
  return new Map([...byObject].map(([object, all]) => [object, new Set(all.map((one) => one.code))]));
}

function folded(group: readonly Issue[], database: string): Issue {
  const whole = group.find((one) => one.object === database);
  // By name: objects are converted in another order from scripts than from a catalog.
  const parts = group
    .filter((one) => one.object !== database)
    .toSorted((a, b) => (a.object < b.object ? -1 : a.object > b.object ? 1 : 0));
  const [first] = parts;
  if (!first) return whole ?? bug();
  const names = [...new Set(parts.map((one) => one.object))];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const message = `${whole?.message ?? first.message} So in ${names.slice(0, NAMED).join(', ')}${more}.`;
  return { ...first, object: database, message };
}

function bug(): never {
  throw new Error('BUG: a group of issues without one');
}
