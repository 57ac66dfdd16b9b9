import { expect, test } from '@jest/globals';
import { isSelected, rulesOf } from './selection.ts';

test('without a rule every table moves; later rules win', () => {
  expect(isSelected([], 'dbo', 'T')).toBe(true);
  const rules = [{ include: 'dbo.*' }, { exclude: 'dbo.sys*' }, { include: 'DBO.SysKept' }];
  expect(isSelected(rules, 'dbo', 'Orders')).toBe(true);
  expect(isSelected(rules, 'sales', 'Orders')).toBe(false);
  expect(isSelected(rules, 'dbo', 'sysdiagrams')).toBe(false);
  expect(isSelected(rules, 'dbo', 'syskept')).toBe(true);
});

test('hostile names are matched as they are', () => {
  expect(isSelected([{ include: 'dbo.a.b(c)' }], 'dbo', 'a.b(c)')).toBe(true);
  expect(isSelected([{ include: 'dbo.a.b' }], 'dbo', 'axb')).toBe(false);
});

test('overrides of one table are merged in order', () => {
  expect(
    rulesOf(
      [
        { name: 'dbo.T', partitions: 2 },
        { name: 'DBO.t', rename: 'x.y' },
      ],
      'dbo',
      'T',
    ),
  ).toMatchObject({ partitions: 2, rename: 'x.y' });
});
