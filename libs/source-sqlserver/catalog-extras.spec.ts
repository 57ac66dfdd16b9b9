import { describe, expect, test } from '@jest/globals';
import { expressionOf, partitionFunctions, securityPolicies } from './catalog-extras.ts';

const typed = (row: readonly unknown[]) => ({ name: String(row[0]) });

describe('rows of the catalog that the sandbox has none of', () => {
  test('of a rule and a default the expression alone is taken, as it is written', () => {
    expect(expressionOf(`-- codes\nCREATE RULE dbo.r AS @code LIKE '[A-Z]%' /* both */ AND LEN(@code) > 1`)).toBe(
      `@code LIKE '[A-Z]%' /* both */ AND LEN(@code) > 1`,
    );
    expect(expressionOf(`CREATE DEFAULT [dbo].[d] AS (N'it''s')`)).toMatch(/^\(?N'it''s'\)?$/);
    expect(expressionOf('CREATE VIEW v AS SELECT 1 AS a')).toBeNull();
    expect(expressionOf(null)).toBeNull();
  });

  test('bounds become constants of their type, in order; a function without bounds has none', () => {
    const row = (name: string, right: boolean, type: string, id: number | null, value: string | null) => [
      ...[name, right, type, 8, 0, 0, null, id, value],
    ];
    expect(
      partitionFunctions(
        [
          row('ByDay', true, 'datetime', 1, '2024-01-01T00:00:00'),
          row('ByDay', true, 'datetime', 2, '2025-01-01T00:00:00'),
          row('ByNumber', false, 'int', 1, '-5'),
          row('ByText', false, 'nvarchar', 1, `O'Hara`),
          row('ByNothing', false, 'int', null, null),
          row('ByBytes', true, 'varbinary', 1, '0x0A'),
        ],
        typed,
      ),
    ).toEqual([
      {
        name: 'ByDay',
        right: true,
        type: { name: 'datetime' },
        bounds: [`'2024-01-01T00:00:00'`, `'2025-01-01T00:00:00'`],
      },
      { name: 'ByNumber', right: false, type: { name: 'int' }, bounds: ['-5'] },
      { name: 'ByText', right: false, type: { name: 'nvarchar' }, bounds: [`N'O''Hara'`] },
      { name: 'ByNothing', right: false, type: { name: 'int' }, bounds: [] },
      { name: 'ByBytes', right: true, type: { name: 'varbinary' }, bounds: ['0x0A'] },
    ]);
  });

  test('predicates stand with their policy', () => {
    const row = (type: string, operation: string | null) => ['dbo', 'P', true, type, 's', 't', operation, '(f(a))'];
    expect(securityPolicies([row('FILTER', null), row('BLOCK', 'AFTER INSERT')])).toEqual([
      {
        schema: 'dbo',
        name: 'P',
        enabled: true,
        predicates: [
          { type: 'filter', table: { schema: 's', name: 't' }, definition: '(f(a))' },
          { type: 'block', operation: 'AFTER INSERT', table: { schema: 's', name: 't' }, definition: '(f(a))' },
        ],
      },
    ]);
  });
});
