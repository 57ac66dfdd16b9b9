import { matchLines } from './line-matches.ts';

export interface Merged {
  readonly text: string;
  readonly conflicts: number;
}

/** What stands at the ends of a conflict, as git and diff3 write it. */
const MARKERS = {
  edited: '<<<<<<< edited',
  base: '||||||| last converted',
  between: '=======',
  converted: '>>>>>>> newly converted',
};

/** Whether a text holds a conflict that nobody has settled yet. */
export function hasConflict(text: string): boolean {
  return /^<<<<<<< edited\r?$/m.test(text) && /^>>>>>>> newly converted\r?$/m.test(text);
}

/**
 * Merges what a person made of a text and what the converter makes of it now, both against what it made before. Lines that one side changed are taken; where both changed the same
 * lines differently, all three stand in the text between markers. Line ends of the edited text are kept.
 */
export function mergeTexts(base: string, edited: string, converted: string): Merged {
  const lineEnd = edited.includes('\r\n') ? '\r\n' : '\n';
  const [was, mine, new_] = [base, edited, converted].map((text) => text.replaceAll('\r\n', '\n').split('\n')) as [
    string[],
    string[],
    string[],
  ];
  const toMine = matchLines(was, mine);
  const toNew = matchLines(was, new_);
  const lines: string[] = [];
  let conflicts = 0;
  let [o, a, b] = [0, 0, 0];
  while (o < was.length || a < mine.length || b < new_.length) {
    if (o < was.length && toMine[o] === a && toNew[o] === b) {
      lines.push(was[o] ?? '');
      o++;
      a++;
      b++;
      continue;
    }
    let next = o;
    while (next < was.length && ((toMine[next] ?? -1) < 0 || (toNew[next] ?? -1) < 0)) next++;
    const ends = next < was.length ? [toMine[next] ?? 0, toNew[next] ?? 0] : [mine.length, new_.length];
    const chunk = settle(was.slice(o, next), mine.slice(a, ends[0]), new_.slice(b, ends[1]));
    lines.push(...chunk.lines);
    if (chunk.isConflict) conflicts++;
    [o, a, b] = [next, ends[0] ?? a, ends[1] ?? b];
  }
  return { text: lines.join(lineEnd), conflicts };
}

function settle(
  was: readonly string[],
  mine: readonly string[],
  new_: readonly string[],
): { lines: readonly string[]; isConflict: boolean } {
  if (isSame(was, mine) || isSame(mine, new_)) return { lines: new_, isConflict: false };
  if (isSame(was, new_)) return { lines: mine, isConflict: false };
  const lines = [MARKERS.edited, ...mine, MARKERS.base, ...was, MARKERS.between, ...new_, MARKERS.converted];
  return { lines, isConflict: true };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}
