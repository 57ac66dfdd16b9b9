import type { Comment } from '#tsql';
import type { SqlType, TranslatedQuery } from '../query/index.ts';
import type { Issue } from '../schema/issue.ts';
import type { Naming } from '../schema/naming.ts';
import type { RoutineScope } from './routine-scope.ts';
import type { RowCountReads } from './row-count.ts';
import type { Variables } from './variables.ts';

/** What is known of a body while it is written. */

/** A result set that a routine gives: its columns, and which one of a path through the routine it is. */
export interface ResultSet {
  readonly index: number;
  readonly columns: TranslatedQuery['columns'];
}

/** What statements would give: each of theirs in PostgreSQL's words, what is written besides, and issues. */
export interface Sample {
  readonly statements: readonly string[];
  readonly lines: readonly string[];
  readonly results: readonly ResultSet[];
  readonly issues: readonly Issue[];
}

/** What the body being written is that of. */
export type BodyKind = 'procedure' | 'scalar' | 'table' | 'trigger';

/** How a body hands out rows: not at all, as the rows of a function, or in refcursors. */
export type ResultMode = 'none' | 'rows' | 'cursors';

/** The settings of one body. */
export interface BodyOptions {
  readonly object: string;
  readonly kind: BodyKind;
  readonly results: ResultMode;
  /** PostgreSQL types of the columns of `rows`. */
  readonly resultTypes?: readonly string[];
  readonly text: string;
  readonly comments: readonly Comment[];
  readonly naming: Naming;
  readonly scope: RoutineScope;
  readonly variables: Variables;
  readonly schemaOf: (name: string) => string;
}

/** Facts of a body that statements share. */
export interface BodyFacts {
  /** `@@ROWCOUNT` is read somewhere. */
  rowCount?: string;
  /** Where it is. */
  rowCountReads?: RowCountReads;
  /** SCOPE_IDENTITY() or @@IDENTITY is read somewhere. */
  identity?: string;
  /** @@TRANCOUNT or XACT_STATE() is read somewhere. */
  transactions?: string;
  fetchStatus?: string;
  returnCode?: string;
  returns?: SqlType;
  /** It asks for the error of a handler that calls it. */
  asksError?: boolean;
  /** Parameters, lower case, whose texts go into statements. */
  texts?: ReadonlySet<string>;
  /** It watches time go by. */
  clock?: boolean;
  /** EXECUTE AS its owner. */
  definer?: boolean;
  /** The trigger's own table, where it changes that, and the setting that tells so. */
  ownTable?: { readonly name: string; readonly setting: string };
  /** How a trigger ends. */
  triggerReturn?: string;
  /** The rows collected by a multi-statement function, where they are more than appended to. */
  resultTable?: string;
  /** SET ROWCOUNT n. */
  rowLimit?: number;
  /** SET ROWCOUNT @n: the variable. */
  rowLimitSql?: string;
  dateFirst?: number;
  dateFormat?: string;
  /** PRINT and others never touched it: the routine reads data only. */
  writes: boolean;
}
