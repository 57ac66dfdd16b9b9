import type { ColumnModel, TableModel } from '#schema';
import type { Expression } from '#tsql';
import type { ConvertedRoutine, RoutineSignature } from '../routines/routine-model.ts';
import type { Issue, IssueCode } from './issue.ts';

/** When a statement is applied: before the load, after it (indexes), at cutover (unique and foreign keys, checks), last (views). */
export type Phase = 'before' | 'after' | 'cutover' | 'code';

/** One DDL statement for the target. `object` is the source object it stands for. */
export interface Step {
  readonly phase: Phase;
  readonly object: string;
  readonly sql: string;
  /** The cutover may go on where this one fails, with an issue: views and validations of untrusted constraints. */
  readonly optional: boolean;
  /** Of routines: their pieces, for a check that plans every statement. */
  readonly routine?: ConvertedRoutine;
}

export interface ConvertedColumn {
  readonly source: ColumnModel;
  readonly name: string;
  /** PostgreSQL type as written in DDL. */
  readonly type: string;
  readonly nullable: boolean;
  /** Quoted; of texts that compare without case, where the job asks for a collation that does so. */
  readonly collation?: string;
  /** The value is computed by the target: a generated column. */
  readonly generated: boolean;
}

/** A computed column that the table does not have: code computes it where it reads it. */
export interface ReadColumn {
  readonly source: ColumnModel;
  readonly name: string;
  readonly expression: Expression;
}

/** PARTITION BY RANGE over one column; the bounds as SQL, `default` for NULLs. */
export interface Partitioning {
  readonly column: string;
  readonly partitions: readonly { readonly name: string; readonly values: string }[];
}

/** A table with its target names; columns that the target does not have are left out. */
export interface ConvertedTable {
  readonly source: TableModel;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ConvertedColumn[];
  readonly readColumns?: readonly ReadColumn[];
  /** How it is spread, where it is: `PARTITION BY …` and its partitions. */
  readonly partitioned?: Partitioning;
  /** Source column names of the key; empty = the table has none. */
  readonly key: readonly string[];
}

export interface Conversion {
  readonly tables: readonly ConvertedTable[];
  readonly steps: readonly Step[];
  readonly issues: readonly Issue[];
  /** Sequences and identities to be set past their maximum at cutover. */
  readonly counters: readonly CounterTarget[];
  /** Views, functions and procedures that are converted, by source name `schema.name` in lower case. */
  readonly callables: ReadonlyMap<string, Callable>;
  /** Codes of the differences that an object may show, by its source name in lower case: also those that are told once for the database. */
  readonly differences: ReadonlyMap<string, ReadonlySet<IssueCode>>;
}

/** How a view or routine is asked for in the target. `sql`: its qualified name, quoted. */
export type Callable = RoutineSignature | { readonly kind: 'view'; readonly sql: string };

/** A sequence, or the identity column of a table, in the target. `last`: what the source has reached, null = unused. */
export interface CounterTarget {
  readonly object: string;
  readonly sequence: { readonly schema: string; readonly name: string } | null;
  readonly identity: { readonly schema: string; readonly table: string; readonly column: string } | null;
  readonly increment: string;
}
