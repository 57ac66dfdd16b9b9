import { describe, expect, test } from '@jest/globals';
import { parseBatch } from '#tsql';
import { dependencyOrder, namesIn } from './view-order.ts';

const ordered = (given: Record<string, string[]>): { order: string; circles: string[] } => {
  const { order, circles } = dependencyOrder(Object.entries(given).map(([key, names]) => ({ key, names, item: key })));
  return {
    order: order.map((one) => one.key).join(' '),
    circles: [...circles].map(([key, all]) => `${key}: ${all.join(' ')}`),
  };
};

describe('the order of views', () => {
  test('each stands after those it names, otherwise as given', () => {
    expect(ordered({ c: ['b', 'x'], a: [], b: ['a'], d: [] })).toEqual({ order: 'a b c d', circles: [] });
  });

  test('circles are named from each of their members on', () => {
    expect(ordered({ a: ['b'], b: ['c'], c: ['a'], d: ['d'], e: ['a'] })).toEqual({
      order: 'c b a d e',
      circles: ['a: a b c', 'b: b c a', 'c: c a b', 'd: d'],
    });
  });

  test('a chain of 50,000 views in reverse takes no long', () => {
    const views = Array.from({ length: 50_000 }, (_, at) => ({ key: `v${at}`, names: [`v${at + 1}`], item: at }));
    const began = performance.now();
    expect(dependencyOrder(views).order[0]?.key).toBe('v49999');
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('names are found wherever a query has them', () => {
    const { statements } = parseBatch(
      'CREATE VIEW v AS SELECT s.f(a), (SELECT MAX(x) FROM t2) AS m FROM S.T1 AS t CROSS APPLY dbo.g(1) WHERE EXISTS (SELECT 1 FROM [t 3])',
    );
    expect(statements.flatMap(namesIn)).toEqual(expect.arrayContaining(['s.t1', 'dbo.t2', 'dbo.t 3', 's.f', 'dbo.g']));
  });
});
