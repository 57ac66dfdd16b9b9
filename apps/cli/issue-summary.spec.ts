import { describe, expect, test } from '@jest/globals';
import { issue, type Issue } from '#conversion';
import { countedIssues, summarize } from './issue-summary.ts';
import type { Output } from './output.ts';

const of = (count: number, make: (at: number) => Issue): Issue[] => Array.from({ length: count }, (_, at) => make(at));

describe('the end of a report', () => {
  const issues = [
    ...of(9, (at) => issue('SL1055', `dbo.p${at}`, 'rows')),
    ...of(3, () => issue('SL1040', 'dbo.p1', 'none')),
    issue('SL1008', 'dbo.v', 'none'),
  ];

  test('counts issues by what they ask for', () => {
    expect(countedIssues(issues)).toBe('13 issues (4 by hand, 9 to know)');
    expect([countedIssues(issues.slice(-1)), countedIssues([])]).toEqual(['1 issue (1 by hand)', '0 issues']);
  });

  test('lists the codes of many, what is by hand and most frequent first; few stand for themselves', () => {
    const tables: unknown[][] = [];
    const out = { table: (_: unknown, rows: unknown[][]) => void tables.push(...rows) } as unknown as Output;
    summarize(issues.slice(9), out);
    expect(tables).toEqual([]);
    summarize(issues, out);
    expect(tables.map((row) => row.slice(0, 4))).toEqual([
      ['SL1040', 'by hand', 3, 1],
      ['SL1008', 'by hand', 1, 1],
      ['SL1055', 'to know', 9, 9],
    ]);
  });
});
