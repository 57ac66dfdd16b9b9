import { quoteName } from '#tsql';
import { keyFromText, type KeyPart } from './select-list.ts';

/**
 * The expanded comparison of a composite key with a boundary, since T-SQL has no row comparison: for (a, b) > (x, y)
 * `a >= x AND (a > x OR (a = x AND b > y))`; the leading bound on `a` alone lets the server seek. Parameters are named `<prefix>0`, `<prefix>1` …
 */
export function beyond(key: readonly KeyPart[], prefix: string): string {
  return comparison(key, prefix, '>', false);
}

/** `(a, b) <= boundary`. */
export function upTo(key: readonly KeyPart[], prefix: string): string {
  return comparison(key, prefix, '<', true);
}

/** `(a, b) = boundary`. */
export function equalTo(key: readonly KeyPart[], prefix: string): string {
  return key
    .map((part, index) => `${quoteName(part.column.name)} = ${keyFromText(part, `@${prefix}${index}`)}`)
    .join(' AND ');
}

function comparison(key: readonly KeyPart[], prefix: string, operator: '<' | '>', orEqual: boolean): string {
  const name = (index: number): string => quoteName(key[index]?.column.name ?? '');
  const value = (index: number): string => {
    const part = key[index];
    if (!part) throw new Error('BUG: key part');
    return keyFromText(part, `@${prefix}${index}`);
  };
  const alternatives: string[] = [];
  for (let last = 0; last < key.length; last++) {
    const equal = Array.from({ length: last }, (_, index) => `${name(index)} = ${value(index)}`);
    const closing = orEqual && last === key.length - 1 ? `${operator}=` : operator;
    alternatives.push([...equal, `${name(last)} ${closing} ${value(last)}`].join(' AND '));
  }
  if (alternatives.length === 1) return alternatives[0] ?? '';
  return `${name(0)} ${operator}= ${value(0)} AND (${alternatives.map((text) => `(${text})`).join(' OR ')})`;
}

/** The parameters that {@link beyond} and {@link upTo} name. */
export function boundaryParameters(prefix: string, boundary: readonly string[] | null): Record<string, string> {
  return Object.fromEntries((boundary ?? []).map((text, index) => [`${prefix}${index}`, text]));
}
