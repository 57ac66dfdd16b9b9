import { expect, test } from '@jest/globals';
import { isBitSet } from './update-mask.ts';

test('A17: ordinal 1 stands in the last byte, for tables of 1 to 40 columns', () => {
  for (let width = 1; width <= 40; width++) {
    for (let changed = 1; changed <= width; changed++) {
      const mask = Buffer.alloc(Math.ceil(width / 8));
      const byte = mask.length - 1 - Math.floor((changed - 1) / 8);
      mask[byte] = 1 << ((changed - 1) % 8);
      const found = Array.from({ length: width }, (_, index) => index + 1).filter((ordinal) => isBitSet(mask, ordinal));
      expect(found).toEqual([changed]);
    }
  }
});

test('a mask that is too short for an ordinal has its bit not set', () => {
  expect(isBitSet(Buffer.from([0xff]), 9)).toBe(false);
});
