import { expect, test } from '@jest/globals';
import { KeySet } from './key-set.ts';

test('finds every key that was added, through many growths, and none that was not', () => {
  const set = new KeySet();
  for (let n = 0; n < 50_000; n++) set.add(`["${n}"]`);
  for (let n = 0; n < 50_000; n++) expect(set.has(`["${n}"]`)).toBe(true);
  let false_ = 0;
  for (let n = 50_000; n < 100_000; n++) if (set.has(`["${n}"]`)) false_++;
  expect(false_).toBe(0);
});
