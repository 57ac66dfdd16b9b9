import { describe, expect, test } from '@jest/globals';
import { matchLines } from './line-matches.ts';
import { hasConflict, mergeTexts } from './merge.ts';

const text = (...lines: string[]): string => `${lines.join('\n')}\n`;

describe('three-way merge', () => {
  test('changes in different places are both taken', () => {
    const base = text('a', 'b', 'c', 'd', 'e');
    const merged = mergeTexts(base, text('a', 'B', 'c', 'd', 'e'), text('a', 'b', 'c', 'd', 'E', 'f'));
    expect(merged).toEqual({ text: text('a', 'B', 'c', 'd', 'E', 'f'), conflicts: 0 });
  });

  test('the same change on both sides is one', () => {
    const merged = mergeTexts(text('a', 'b', 'c'), text('a', 'x', 'c'), text('a', 'x', 'c', 'd'));
    expect(merged).toEqual({ text: text('a', 'x', 'c', 'd'), conflicts: 0 });
  });

  test('one line changed in two ways stands there three times, between markers', () => {
    const merged = mergeTexts(text('a', 'b', 'c'), text('a', 'mine', 'c'), text('a', 'theirs', 'c'));
    expect(merged.conflicts).toBe(1);
    expect(merged.text).toBe(
      text(
        'a',
        '<<<<<<< edited',
        'mine',
        '||||||| last converted',
        'b',
        '=======',
        'theirs',
        '>>>>>>> newly converted',
        'c',
      ),
    );
    expect(hasConflict(merged.text)).toBe(true);
  });

  test('a removal on one side and a change of the same line on the other conflict', () => {
    expect(mergeTexts(text('a', 'b', 'c'), text('a', 'c'), text('a', 'x', 'c')).conflicts).toBe(1);
  });

  test('an edited text with Windows line ends keeps them, and is no conflict', () => {
    const merged = mergeTexts(text('a', 'b', 'c'), 'a\r\nmine\r\nc\r\n', text('a', 'b', 'c', 'd'));
    expect(merged).toEqual({ text: 'a\r\nmine\r\nc\r\nd\r\n', conflicts: 0 });
  });

  test('repeated lines are paired too', () => {
    const base = text('begin', 'x', 'end', 'begin', 'y', 'end');
    const merged = mergeTexts(
      base,
      text('begin', 'x', 'end', 'begin', 'mine', 'end'),
      text('begin', 'new', 'end', 'begin', 'y', 'end'),
    );
    expect(merged).toEqual({ text: text('begin', 'new', 'end', 'begin', 'mine', 'end'), conflicts: 0 });
  });

  test('whatever the texts: no edit gives the new text, no change gives the edited one', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    const lines = (): string => Array.from({ length: random(12) }, () => 'abcd'[random(4)]).join('\n');
    for (let round = 0; round < 500; round++) {
      const [base, mine, converted] = [lines(), lines(), lines()];
      expect(mergeTexts(base, base, converted)).toEqual({ text: converted, conflicts: 0 });
      expect(mergeTexts(base, mine, base)).toEqual({ text: mine, conflicts: 0 });
      expect(mergeTexts(base, mine, mine)).toEqual({ text: mine, conflicts: 0 });
      const pairs = matchLines(base.split('\n'), mine.split('\n')).filter((index) => index >= 0);
      expect([...pairs]).toEqual([...pairs].toSorted((a, b) => a - b));
      mergeTexts(base, mine, converted);
    }
  });

  test('a hundred thousand lines with changes all over take no more than a moment', () => {
    const base = Array.from({ length: 100_000 }, (_, at) => (at % 3 === 0 ? 'END;' : `line ${at}`));
    const mine = base.map((line, at) => (at % 1000 === 1 ? `${line} mine` : line));
    const converted = base.map((line, at) => (at % 1000 === 500 ? `${line} new` : line));
    const start = performance.now();
    expect(mergeTexts(base.join('\n'), mine.join('\n'), converted.join('\n')).conflicts).toBe(0);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
