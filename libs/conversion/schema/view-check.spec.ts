import { expect, test } from '@jest/globals';
import { parseBatch } from '#tsql';
import { isUpdatableAsIs } from './view-check.ts';

test.each([
  ['SELECT a, b FROM dbo.t WHERE a > 0', true],
  ['SELECT * FROM dbo.t', true],
  ['SELECT a, a + 1 AS c FROM dbo.t WHERE EXISTS (SELECT MAX(x) FROM dbo.u)', true],
  ['SELECT a + 1 AS c FROM dbo.t', false],
  ['SELECT a FROM dbo.t, dbo.u', false],
  ['SELECT t.a FROM dbo.t JOIN dbo.u ON t.a = u.a', false],
  ['SELECT DISTINCT a FROM dbo.t', false],
  ['SELECT TOP (5) a FROM dbo.t', false],
  ['SELECT a, COUNT(*) AS n FROM dbo.t GROUP BY a', false],
  ['SELECT a, ROW_NUMBER() OVER (ORDER BY a) AS n FROM dbo.t', false],
  ['SELECT a FROM dbo.t UNION ALL SELECT a FROM dbo.t', false],
  ['SELECT a FROM (SELECT a FROM dbo.t) AS d', false],
])('whether PostgreSQL checks rows of a view of %s: %s', (query, expected) => {
  const [view] = parseBatch(`CREATE VIEW dbo.v AS ${query} WITH CHECK OPTION`).statements;
  expect(view?.kind === 'createView' && isUpdatableAsIs(view)).toBe(expected);
});
