import { describe, expect, test } from '@jest/globals';
import { parseBatch } from '#tsql';
import { difference, type Leniency, type TrialOutcome } from './outcome.ts';
import { isSortedBy, orderFacts } from './row-order.ts';

const factsOf = (sql: string, ...unique: string[][]): ReturnType<typeof orderFacts> =>
  orderFacts(
    parseBatch(sql).statements,
    unique.map((columns) => new Set(columns)),
  );

describe('what a routine says of order', () => {
  test('result sets are ordered by columns, by names of their own, and by places', () => {
    const { orders } = factsOf(`SELECT a, b AS x, c FROM t ORDER BY t.a, b DESC, 3
SELECT a INTO #t FROM t ORDER BY a
SELECT @v = a FROM t ORDER BY a
SELECT a FROM t ORDER BY LEN(a)`);
    expect(orders).toEqual([
      [
        { column: 'a', descending: false },
        { column: 'x', descending: true },
        { column: 3, descending: false },
      ],
      [{ column: undefined, descending: false }],
    ]);
  });

  test.each([
    ['SELECT TOP 5 a FROM t', 'TOP in line 1'],
    ['SELECT TOP (5) a FROM t ORDER BY b', 'TOP in line 1'],
    ['SELECT a FROM t\nORDER BY b OFFSET 5 ROWS', 'OFFSET in line 1'],
    ['SELECT ROW_NUMBER() OVER (ORDER BY b) AS n FROM t', 'ROW_NUMBER in line 1'],
    [
      'CREATE TABLE #page (n int IDENTITY, id int)\nINSERT #page (id) SELECT id FROM t',
      'the numbers that rows of #page get in line 2',
    ],
  ])('rows that are taken by no whole order are told: %s', (sql, cut) => {
    expect(factsOf(sql, ['id'])).toMatchObject({ cut });
  });

  test.each([
    ['SELECT TOP 5 a FROM t ORDER BY b, id'],
    ['SELECT TOP 100 PERCENT a FROM t'],
    ['IF EXISTS (SELECT TOP 1 1 FROM t) PRINT 1'],
    ['SELECT ROW_NUMBER() OVER (ORDER BY id) AS n, RANK() OVER (ORDER BY b) FROM t'],
    ['CREATE TABLE #page (n int IDENTITY, id int)\nINSERT #page (id) SELECT id FROM t ORDER BY b, id'],
    ['SELECT a FROM t ORDER BY b'],
  ])('and others are not: %s', (sql) => {
    expect(factsOf(sql, ['id'])).not.toHaveProperty('cut');
  });
});

describe('rows that are equal in what they are ordered by', () => {
  const leniency: Leniency = {
    ...{ anyOrder: false, anyId: false, numbering: new Map() },
    session: { source: new Map(), target: new Map() },
    orders: [[{ column: 'size', descending: true }]],
  };
  const { orders: _, ...STRICT } = leniency;
  const outcome = (...rows: string[][]): TrialOutcome => ({
    ...{ error: null, sets: [rows], names: [['Id', 'Size']] },
    ...{ returnCode: undefined, outputs: new Map(), rows: new Map() },
  });

  test('may stand in any order, others may not', () => {
    const source = outcome(['1', '10'], ['2', '9'], ['3', '9']);
    expect(difference(source, outcome(['1', '10'], ['3', '9'], ['2', '9']), leniency)).toBeNull();
    expect(difference(source, outcome(['2', '9'], ['1', '10'], ['3', '9']), leniency)).toContain('row 1');
    expect(difference(source, outcome(['1', '10'], ['3', '9'], ['4', '9']), leniency)).toContain('row 2');
    expect(difference(source, outcome(['1', '10'], ['3', '9'], ['2', '9']), STRICT)).toContain('row 2');
  });

  test('an order by what is not shown is followed row by row', () => {
    const hidden = { ...leniency, orders: [[{ column: undefined, descending: false }]] };
    expect(difference(outcome(['1', '9'], ['2', '9']), outcome(['2', '9'], ['1', '9']), hidden)).toContain('row 1');
  });

  test('texts may stand in the order of either collation, NULL before all', () => {
    const by = [{ column: 'name', descending: false }];
    expect(isSortedBy([[null], ['a'], ['B']], ['Name'], by)).toBe(true);
    expect(isSortedBy([[null], ['B'], ['a']], ['Name'], by)).toBe(true);
    expect(isSortedBy([['B'], ['a'], ['C']], ['Name'], by)).toBe(false);
    expect(isSortedBy([['a'], [null]], ['Name'], by)).toBe(false);
  });
});
