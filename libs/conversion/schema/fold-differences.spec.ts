import { expect, test } from '@jest/globals';
import { foldDifferences } from './fold-differences.ts';
import { issue } from './issue.ts';

const blanks = (object: string, line: number): ReturnType<typeof issue> =>
  issue('SL1111', object, 'Blanks count.', { line, excerpt: `Name = @${line}` });

test('a difference of many objects is one issue of the database, at the place of the first', () => {
  const other = issue('SL1105', 'dbo.b', 'Cut.');
  const many = Array.from({ length: 12 }, (_, at) => blanks(`dbo.p${at}`, at + 3));
  const [first, second, ...rest] = foldDifferences([...many, other, blanks('dbo.a', 7)], 'Shop');
  expect(rest).toEqual([]);
  expect(second).toBe(other);
  expect(first).toMatchObject({ object: 'Shop', line: 7, excerpt: 'Name = @7', severity: 'info' });
  expect(first?.message).toBe(
    'Blanks count. So in dbo.a, dbo.p0, dbo.p1, dbo.p10, dbo.p11, dbo.p2, dbo.p3, dbo.p4, dbo.p5, dbo.p6 and 3 more.',
  );
});

test('what the database has of itself goes before, and stays as it is where no object has it', () => {
  const own = issue('SL1075', 'Shop', 'Tables tell case apart.');
  expect(foldDifferences([own], 'Shop')).toEqual([own]);
  const [both] = foldDifferences([issue('SL1075', 'dbo.v', 'Grouped.', { line: 4 }), own], 'Shop');
  expect(both).toMatchObject({ line: 4, message: 'Tables tell case apart. So in dbo.v.' });
});
