import { rejectValue, type ValuePlace } from './rejection.ts';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** A 64-bit integer from any of its source forms, exact. @throws SluiceError ValueRejected */
export function parseLong(value: string | number | bigint, place?: ValuePlace): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    rejectValue(place, 'an integer beyond 2^53 as a number');
  if (typeof value === 'string' && !/^[+-]?\d+$/.test(value)) rejectValue(place, 'not an integer');
  const long = BigInt(value);
  if (long < MIN || long > MAX) rejectValue(place, 'an integer beyond 64 bits');
  return long;
}

/** One text per integer: no sign for zero, no leading zeros. */
export function canonicalInteger(value: string | number | bigint, place?: ValuePlace): string {
  return parseLong(value, place).toString();
}
