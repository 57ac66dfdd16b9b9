import type { Expression } from './expressions.ts';

/** A piece of the text that was parsed: UTF-16 offsets (`end` is exclusive), and the 1-based line and column of `start`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** What every node of the tree has: its kind, which decides the rest of its shape, and its place in the text. */
export interface NodeBase {
  readonly kind: string;
  readonly span: Span;
}

/** How a name was written; `single` is a string used as a column alias (`SELECT 1 AS 'a'`). */
export type QuoteStyle = 'none' | 'bracket' | 'double' | 'single';

/** One part of a name, without its quotes: `[a]]b]` has the name `a]b`. */
export interface Identifier extends NodeBase {
  readonly kind: 'identifier';
  readonly name: string;
  readonly quote: QuoteStyle;
}

/** A name of up to four parts. A part that is left out (`db..t`) is undefined. `#temp` keeps its number signs in the name. */
export interface ObjectName extends NodeBase {
  readonly kind: 'objectName';
  readonly server?: Identifier;
  readonly database?: Identifier;
  readonly schema?: Identifier;
  readonly name: Identifier;
}

/**
 * A type as written. `base` is its canonical lower-case name without quotes: ANSI spellings are folded (`character varying` →
 * `varchar`, `dec` → `decimal`, `double precision` → `float`, `integer` → `int`, `rowversion` → `timestamp`); user types keep
 * their own name in lower case. `args` are length, precision, scale; absent ones are not filled in.
 */
export interface DataType extends NodeBase {
  readonly kind: 'dataType';
  readonly schema?: Identifier;
  readonly name: Identifier;
  readonly base: string;
  readonly args: readonly (number | 'max')[];
  /** `xml(CONTENT dbo.collection)`. */
  readonly xmlSchema?: ObjectName;
  readonly xmlContent?: 'content' | 'document';
}

/**
 * One option of a `WITH (…)` or `SET` list: `FILLFACTOR = 80`, `SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h)`.
 * The name is upper-case; words such as ON, OFF, PAGE are `keyword` expressions, names are `column` expressions.
 */
export interface Option extends NodeBase {
  readonly kind: 'option';
  readonly name: string;
  readonly value?: Expression;
  /** Whether the value stands without an equals sign where all others of its list have one: `MOVE TO fg`. */
  readonly bare?: true;
  /** MB, PERCENT, MINUTES …, upper-case. */
  readonly unit?: string;
  readonly options?: readonly Option[];
  /** `ON PARTITIONS (1, 3 TO 5)`. */
  readonly partitions?: readonly PartitionRange[];
}

/** One partition number, or a range of them. */
export interface PartitionRange {
  readonly from: Expression;
  readonly to?: Expression;
}
