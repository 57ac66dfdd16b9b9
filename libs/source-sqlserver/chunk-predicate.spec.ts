import { describe, expect, test } from '@jest/globals';
import { beyond, boundaryParameters, equalTo, upTo } from './chunk-predicate.ts';
import type { KeyPart } from './select-list.ts';

const part = (name: string, type: string, extra: object = {}): KeyPart => ({
  column: { id: 1, name, type: { kind: 'long' }, nullable: false },
  sourceType: { name: type, ...extra },
});

describe('chunk predicates', () => {
  test('B1: a varchar boundary is cast to its exact type in its own collation', () => {
    const key = [part('code', 'varchar', { length: 20, collation: 'SQL_Latin1_General_CP1_CI_AS' })];
    expect(beyond(key, 'lo')).toBe('[code] > CAST(@lo0 COLLATE SQL_Latin1_General_CP1_CI_AS AS varchar(20))');
    expect(upTo(key, 'up')).toBe('[code] <= CAST(@up0 COLLATE SQL_Latin1_General_CP1_CI_AS AS varchar(20))');
  });

  test('B7: decimal(38,0) and datetime2(7) boundaries come back in their full precision', () => {
    const key = [part('m', 'decimal', { precision: 38, scale: 0 }), part('t', 'datetime2', { scale: 7 })];
    expect(equalTo(key, 'k')).toBe('[m] = CONVERT(decimal(38, 0), @k0) AND [t] = CONVERT(datetime2(7), @k1, 121)');
  });

  test('a composite key is compared by expansion, with a leading bound to seek by', () => {
    const key = [part('a', 'int'), part('b]', 'int'), part('c', 'int')];
    const [a, b, c] = ['CONVERT(int, @lo0)', 'CONVERT(int, @lo1)', 'CONVERT(int, @lo2)'];
    expect(beyond(key, 'lo')).toBe(
      `[a] >= ${a} AND (([a] > ${a}) OR ([a] = ${a} AND [b]]] > ${b}) OR ([a] = ${a} AND [b]]] = ${b} AND [c] > ${c}))`,
    );
    expect(upTo(key, 'lo')).toContain(`[b]]] = ${b} AND [c] <= ${c})`);
  });

  test('an open boundary has no parameters', () => {
    expect(boundaryParameters('lo', null)).toEqual({});
    expect(boundaryParameters('lo', ['1', 'x'])).toEqual({ lo0: '1', lo1: 'x' });
  });
});
