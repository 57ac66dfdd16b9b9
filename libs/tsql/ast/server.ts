import type { DataType, Identifier, NodeBase, ObjectName } from './base.ts';
import type { Expression } from './expressions.ts';
import type { SelectItem } from './queries.ts';

/**
 * A statement on what surrounds the tables: service broker, keys and certificates, endpoints, events, audits, availability
 * groups, resource governor, external objects, full-text and selective XML indexes. All have one form: the words that say
 * what is done, mostly a name, and clauses.
 */
export interface ServerStatement extends NodeBase {
  readonly kind: 'serverStatement';
  /** Upper-case: `CREATE QUEUE`, `ALTER SERVER AUDIT SPECIFICATION`, `SEND ON CONVERSATION`. */
  readonly verb: string;
  /** What is created, altered, dropped or opened, where the statement names one thing. */
  readonly name?: ObjectName;
  readonly clauses: readonly Clause[];
}

/** One clause: `MAX_QUEUE_READERS = 5`, `ON QUEUE dbo.q`, `WITH a = 1, b = 2`, `PRIVATE KEY (FILE = 'x')`. */
export interface Clause extends NodeBase {
  readonly kind: 'clause';
  /** The upper-case keywords before the values; empty for a value alone. */
  readonly words: string;
  /** Whether an equals sign stands before the last value, or before the list if there is no value. */
  readonly assigned: boolean;
  readonly values: readonly ClauseValue[];
  /** What stands between commas; each of them is a sequence of clauses. */
  readonly list?: readonly (readonly Clause[])[];
  /** Whether the list stands in parentheses. */
  readonly enclosed: boolean;
}

/** A value within a clause. */
export type ClauseValue = Expression | Identifier | ObjectName | DataType | SelectItem;
