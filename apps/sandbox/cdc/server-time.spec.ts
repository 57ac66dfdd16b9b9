import { expect, test } from '@jest/globals';
import { commitMoment } from './server-time.ts';

test.each([
  [0n, '2000-01-01T00:00:00.000Z'],
  [1_000n, '2000-01-01T00:00:00.000Z'],
  [2_000n, '2000-01-01T00:00:00.003Z'],
  [5_000n, '2000-01-01T00:00:00.007Z'],
  [998_000n, '2000-01-01T00:00:00.997Z'],
  [999_000n, '2000-01-01T00:00:01.000Z'],
  [59_999_900n, '2000-01-01T00:01:00.000Z'],
])('%d µs after 2000 is datetime %s: thirds of a hundredth, carried over', (micros, moment) => {
  expect(commitMoment(micros)).toBe(moment);
});
