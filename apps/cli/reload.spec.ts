import { describe, expect, test } from '@jest/globals';
import type { EventTable } from '#events';
import { shapeDifferences } from './reload.ts';

const column = (id: number, name: string, changes: object = {}): EventTable['columns'][number] => ({
  id,
  name,
  type: { kind: 'int32' } as unknown as EventTable['columns'][number]['type'],
  nullable: false,
  ...changes,
});

const table = (columns: EventTable['columns'], key: EventTable['key']): EventTable => ({
  job: 'j',
  database: 'd',
  schema: 'dbo',
  name: 'T',
  version: 1,
  columns,
  key,
});

describe('a table that is to be loaded anew', () => {
  const before = table([column(1, 'id'), column(2, 'v')], [{ index: 0, fold: 'exact' }]);

  test('has its old shape also where the catalog gives the columns in another order', () => {
    const now = table([column(2, 'v'), column(1, 'id')], [{ index: 1, fold: 'exact' }]);
    expect(shapeDifferences(before, now)).toEqual([]);
  });

  test('has its old shape also as the control schema gives it: keys in another order', () => {
    const type = (text: object): EventTable['columns'][number]['type'] => text as EventTable['columns'][number]['type'];
    const stored = table([column(1, 'v', { type: type({ scale: 2, kind: 'decimal' }) })], []);
    const now = table([column(1, 'v', { type: type({ kind: 'decimal', scale: 2, more: undefined }) })], []);
    expect(shapeDifferences(stored, now)).toEqual([]);
  });

  test.each([
    ['v gone, w added', table([column(1, 'id'), column(3, 'w')], before.key), ['w added', 'v gone']],
    ['another nullability', table([column(1, 'id'), column(2, 'v', { nullable: true })], before.key), ['v altered']],
    ['another key', table(before.columns, [{ index: 1, fold: 'exact' }]), ['another key']],
  ])('is refused with %s', (_, now, expected) => {
    expect(shapeDifferences(before, now)).toEqual(expected);
  });
});
