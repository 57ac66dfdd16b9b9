import { decimalText, decimalUnscaled } from './decimal.ts';
import { canonicalInteger, parseLong } from './integer.ts';
import { parseFloating } from './float.ts';
import { rejectValue, type ValuePlace } from './rejection.ts';
import {
  dateText,
  instantText,
  parseDate,
  parseTimestampMicros,
  parseTimeMicros,
  timeText,
  timestampText,
} from './temporal.ts';
import { isStorableText } from './text.ts';
import { canonicalUuid } from './uuid.ts';
import type { KeyFold, SourceValue, ValueType } from './value-type.ts';

/**
 * The text that a string counts as in a key. The twin of {@link foldExpression}: PostgreSQL folds every string to the same text.
 * Only U+0020 and A–Z are touched, so the result needs no Unicode tables and no collation version can change it.
 */
export function foldText(value: string, fold: KeyFold): string {
  switch (fold) {
    case 'exact':
      return value;
    case 'rtrim':
      return trimBlanks(value);
    case 'rtrim-lower':
      return lowerAscii(trimBlanks(value));
  }
}

/** Without blanks (U+0020 alone) at the end. */
export function trimBlanks(value: string): string {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === 32) end--;
  return end === value.length ? value : value.slice(0, end);
}

function lowerAscii(value: string): string {
  return value.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * The canonical form of a key value, again a source form of the same kind, ready for the Avro key record: equal under the target's key equality exactly if
 * the canonical forms are equal (rule 5 of architecture.md, docs/decisions/0003-key-fold.md). Lossy policies never apply: what a target cannot hold is rejected.
 * @throws SluiceError ValueRejected
 */
export function canonicalKeyValue(
  type: ValueType,
  fold: KeyFold,
  value: SourceValue,
  place?: ValuePlace,
): Exclude<SourceValue, undefined> {
  if (value === undefined) rejectValue(place, 'the source did not send a key value');
  if (value === null) return null;
  switch (type.kind) {
    case 'boolean':
      return Boolean(value);
    case 'int':
      return Number(canonicalInteger(value as number, place));
    case 'long':
      return parseLong(value as string, place).toString();
    case 'decimal':
      return decimalText(decimalUnscaled(String(value), type.scale, place), type.scale);
    case 'float':
      return plusZero(Math.fround(parseFloating(value as number, place)));
    case 'double':
      return plusZero(parseFloating(value as number, place));
    case 'bytes':
      return value as Buffer;
    case 'uuid':
      return canonicalUuid(value as string, place);
    case 'date':
      return dateText(parseDate(value as string, place));
    case 'time':
      return timeText(parseTimeMicros(exactDigits(value as string, place)));
    case 'timestamp':
      return timestampText(parseTimestampMicros(exactDigits(value as string, place)));
    case 'timestamptz':
      return instantText(exactDigits(value as string, place)).replace('Z', '+00:00');
    case 'string':
      return foldText(storable(type.fixed ? trimBlanks(value as string) : (value as string), place), fold);
    case 'xml':
    case 'json':
    case 'text':
      return foldText(storable(value as string, place), fold);
  }
}

function plusZero(value: number): number {
  return value === 0 ? 0 : value;
}

function storable(value: string, place?: ValuePlace): string {
  if (!isStorableText(value)) rejectValue(place, 'a key text holds U+0000 or an unpaired surrogate');
  return value;
}

/** A seventh digit that is not zero would be lost: such columns travel as text, so that it never gets here. */
function exactDigits(value: string, place?: ValuePlace): string {
  if (/\.\d{6}[1-9]/.test(value)) rejectValue(place, 'a key with seven fractional digits');
  return value;
}
