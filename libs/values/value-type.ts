/**
 * What a column's values are on the way, whatever database they come from (table "Values" of events.md).
 * Lossy kinds never appear in a key: a datetime2(7) or time(7) key column travels as `text`.
 */
export type ValueType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 }
  | { readonly kind: 'long' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'float' }
  | { readonly kind: 'double' }
  /** `length` in characters as the target must allow it; undefined = unbounded. `fixed`: blank-padded char(n). */
  | { readonly kind: 'string'; readonly length?: number; readonly fixed?: boolean }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'date' }
  /** `digits`: fractional digits at the source, 0–7; the seventh falls under the digit7 policy. */
  | { readonly kind: 'time'; readonly digits: number }
  | { readonly kind: 'timestamp'; readonly digits: number }
  | { readonly kind: 'timestamptz'; readonly digits: number }
  | { readonly kind: 'xml' }
  | { readonly kind: 'json' }
  /** Text rendering of a type without a PostgreSQL twin: hierarchyid path, EWKT, variant, exact datetime2(7) key. */
  | {
      readonly kind: 'text';
      readonly of: 'hierarchyid' | 'geography' | 'geometry' | 'sql_variant' | 'datetime2' | 'time' | 'datetimeoffset';
    };

/**
 * One value as a source reader hands it over; one JavaScript form per kind, exact:
 * boolean → boolean · int → number · long → decimal text, bigint or safe number · decimal → plain decimal text ('-12.3400', no exponent) ·
 * float, double → number (NaN and infinities allowed, -0 kept) · string, xml, json, text → string · bytes → Buffer · uuid → 36-character text, any case ·
 * date → 'YYYY-MM-DD' · time → 'hh:mm:ss[.f{1,7}]' · timestamp → 'YYYY-MM-DD hh:mm:ss[.f{1,7}]' (blank or T between) ·
 * timestamptz → the same with ' +hh:mm' or '+hh:mm' (local time and its offset) · SQL NULL → null.
 * `undefined` = the source did not send the value (rule 8 of architecture.md).
 */
export type SourceValue = null | undefined | boolean | number | bigint | string | Buffer;

/** Values of one row, in the order of the event table's columns. */
export type SourceRow = readonly SourceValue[];

/**
 * How two values of a key column are held equal. `exact`: by their canonical bytes. `rtrim`: trailing blanks do not count (every SQL Server
 * string comparison). `rtrim-lower`: nor does the case of A–Z (case-insensitive collations but Turkish ones). Always as fine as the source's equality or
 * finer, never coarser, so that no two source rows share a key.
 */
export type KeyFold = 'exact' | 'rtrim' | 'rtrim-lower';

/** What happens to values that the target cannot hold; from `values:` of the job file. Never applied to key columns. */
export interface ValuePolicy {
  /** U+0000 and unpaired surrogates in text. */
  readonly nul: 'reject' | 'strip' | 'replace';
  /** The seventh fractional digit. `text`: such columns become text in the target. */
  readonly digit7: 'truncate' | 'round' | 'text';
}

export const DEFAULT_VALUE_POLICY: ValuePolicy = { nul: 'reject', digit7: 'truncate' };
