/** One thing a converted routine does: statements in order within a transaction, and the rows of the last. */
export interface BehaviourCase {
  readonly name: string;
  readonly run: readonly string[];
  /** Values joined by `|`; an error is `!sqlstate message`. */
  readonly rows: readonly string[];
  readonly notices?: readonly string[];
  /** The first version of PostgreSQL that can do it; for those before, the routine names that version when it is called. */
  readonly since?: number;
}

/** A database as a T-SQL script, and what its converted routines do. */
export interface CaseGroup {
  readonly name: string;
  readonly script: string;
  readonly cases: readonly BehaviourCase[];
  /** `SLnnnn dbo.object` of all issues but those that only inform. */
  readonly issues?: readonly string[];
  readonly texts?: readonly { readonly object: string; readonly text: string }[];
}

/** A case of one statement. */
export const one = (name: string, sql: string, ...rows: readonly string[]): BehaviourCase => ({
  name,
  run: [sql],
  rows,
});

/** A case of several statements. */
export const many = (name: string, run: readonly string[], ...rows: readonly string[]): BehaviourCase => ({
  name,
  run,
  rows,
});
