import { unquote } from '#tsql';

/** What cannot be known without the server, or is not worked out. */
export const UNKNOWN: unique symbol = Symbol('unknown');
export type Unknown = typeof UNKNOWN;

/** A value of a script: numbers are JavaScript's, which is enough for ids and counts. */
export type Value = string | number | null | Unknown;

/** A truth value; null is T-SQL's own unknown, UNKNOWN ours. */
export type Truth = boolean | null | Unknown;

/** Variables of a batch, by lower-case name with its sign. */
export type Variables = Map<string, Value>;

const PART = /\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|[^.[\]"]+/g;

/** The parts of a dotted name in a string, without quotes. */
export function partsOf(name: string): string[] {
  return (name.match(PART) ?? []).map((part) => unquote(part.trim()));
}
