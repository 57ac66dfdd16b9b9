import { rejectValue, type ValuePlace } from './rejection.ts';

/** A floating-point number from the source form or from PostgreSQL's text ('NaN', 'Infinity', '-0'). */
export function parseFloating(value: string | number, place?: ValuePlace): number {
  const number = typeof value === 'number' ? value : value === 'NaN' ? Number.NaN : Number(value);
  if (Number.isNaN(number) && value !== 'NaN' && typeof value === 'string') rejectValue(place, 'not a number');
  return number;
}

/** One text per value; `single` rounds to 32 bits first. -0 and 0 differ, as they do in storage. */
export function canonicalFloat(value: string | number, single: boolean, place?: ValuePlace): string {
  const parsed = parseFloating(value, place);
  const number = single ? Math.fround(parsed) : parsed;
  return Object.is(number, -0) ? '-0' : String(number);
}
