import { describe, expect, test } from '@jest/globals';
import type { TdsType } from '../session.ts';
import { foldOf } from './fold.ts';
import { generatedConstraintName, generatedKeyName } from './names.ts';
import { facetsOf, typeOfFacets } from './types.ts';
import { parenthesized } from './writing.ts';
import { likePattern } from './driver-query.ts';

const TYPES: readonly (readonly [TdsType, number, number, number])[] = [
  [{ name: 'bit' }, 1, 1, 0],
  [{ name: 'int' }, 4, 10, 0],
  [{ name: 'decimal', precision: 9, scale: 2 }, 5, 9, 2],
  [{ name: 'decimal', precision: 19, scale: 0 }, 9, 19, 0],
  [{ name: 'numeric', precision: 28, scale: 10 }, 13, 28, 10],
  [{ name: 'numeric', precision: 38, scale: 38 }, 17, 38, 38],
  [{ name: 'money' }, 8, 19, 4],
  [{ name: 'nvarchar', length: 50 }, 100, 0, 0],
  [{ name: 'nvarchar', length: -1 }, -1, 0, 0],
  [{ name: 'varchar', length: 8000 }, 8000, 0, 0],
  [{ name: 'nchar', length: 5 }, 10, 0, 0],
  [{ name: 'ntext' }, 16, 0, 0],
  [{ name: 'rowversion' }, 8, 0, 0],
  [{ name: 'time', scale: 0 }, 3, 8, 0],
  [{ name: 'time', scale: 7 }, 5, 16, 7],
  [{ name: 'datetime2', scale: 3 }, 7, 23, 3],
  [{ name: 'datetime2', scale: 7 }, 8, 27, 7],
  [{ name: 'datetimeoffset', scale: 0 }, 8, 26, 0],
  [{ name: 'datetimeoffset', scale: 7 }, 10, 34, 7],
  [{ name: 'hierarchyid' }, 892, 0, 0],
  [{ name: 'geography' }, -1, 0, 0],
  [{ name: 'sql_variant' }, 8016, 0, 0],
];

describe('types as sys.columns describes them', () => {
  test.each(TYPES)(
    '%j has max_length %d, precision %d, scale %d, and is found again',
    (type, length, precision, scale) => {
      const facets = facetsOf(type);
      expect([facets.maxLength, facets.precision, facets.scale]).toEqual([length, precision, scale]);
      const row = {
        system_type_id: facets.systemTypeId,
        user_type_id: facets.userTypeId,
        max_length: length,
        precision,
        scale,
      };
      expect(typeOfFacets(row)).toEqual(type);
    },
  );
});

describe('names', () => {
  test('are equal as the collation has it', () => {
    const ci = foldOf('SQL_Latin1_General_CP1_CI_AS');
    expect(ci('ÄÖÜ ΣΑΣ')).toBe(ci('äöü σασ'));
    expect(ci('é')).not.toBe(ci('e'));
    expect(foldOf('Latin1_General_CI_AI')('É')).toBe('e');
    expect(foldOf('Latin1_General_CS_AS')('Orders')).toBe('Orders');
    expect(foldOf('Latin1_General_BIN2')('Orders')).toBe('Orders');
  });

  test('that SQL Server makes have thirty characters at most', () => {
    expect(generatedKeyName('PK', 'Orders', ['Id'], 0x0425a276)).toMatch(/^PK__Orders__[0-9A-F]{8}0425A276$/);
    expect(generatedConstraintName('DF', 'Orders', 'Freight', 0x5cd6cb2b)).toBe('DF__Orders__Freight__5CD6CB2B');
    expect(generatedConstraintName('CK', 'Customers', 'CreatedAt', 1)).toBe('CK__Customers__Creat__00000001');
    expect(generatedConstraintName('FK', 'x'.repeat(100), 'y'.repeat(100), 1)).toHaveLength(30);
    expect(generatedKeyName('UQ', 'x'.repeat(100), ['a', 'b'], 1)).toHaveLength(30);
  });
});

test.each([
  ['0', '(0)'],
  ['((0))', '((0))'],
  ["'a)'", "('a)')"],
  ['(a) + (b)', '((a) + (b))'],
  ["(')')", "(')')"],
  ['([a]]b] > 0)', '([a]]b] > 0)'],
])('the definition %s is kept as %s', (text, kept) => {
  expect(parenthesized(text)).toBe(kept);
});

test.each([
  ['my[_]table', String.raw`my\_table`],
  ['100[%]', String.raw`100\%`],
  ['a[[]b', 'a[b'],
  [String.raw`a\b`, String.raw`a\\b`],
  ['a_b%', 'a_b%'],
])('the pattern %s of a driver becomes %s', (pattern, like) => {
  expect(likePattern(pattern)).toBe(like);
});
