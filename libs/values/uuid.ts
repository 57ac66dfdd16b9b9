import { rejectValue, type ValuePlace } from './rejection.ts';

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower-case 36-character form, so that one GUID has one text whichever path it took (row C17). */
export function canonicalUuid(value: string, place?: ValuePlace): string {
  const lower = value.toLowerCase();
  if (!SHAPE.test(lower)) rejectValue(place, 'not a uuid');
  return lower;
}
