import type { Comment, CreateFunction, CreateProcedure, CreateTrigger } from '#tsql';
import type { ModuleModel } from '#schema';
import type { PassedCursor } from './cursors.ts';
import type { RelationColumn, SqlType } from '../query/index.ts';

/** A module that is not a view, as it was parsed. */
export interface RoutineSource {
  readonly module: ModuleModel;
  readonly text: string;
  readonly statement: CreateProcedure | CreateFunction | CreateTrigger;
  readonly comments: readonly Comment[];
}

/** One parameter of a converted routine. */
export interface RoutineParameter {
  /** With its `@`, as written. */
  readonly source: string;
  readonly name: string;
  readonly type: SqlType;
  readonly output: boolean;
  /** Of a CURSOR VARYING parameter, a refcursor in the target. */
  readonly cursor?: PassedCursor;
  /** PostgreSQL text of the default. */
  readonly default?: string;
}

/** How a routine is called in the target; what its callers need to know of it. */
export interface RoutineSignature {
  /** `procedure` is CALLed, `table` is selected from, `scalar` stands in expressions. */
  readonly kind: 'procedure' | 'table' | 'scalar';
  /** Qualified and quoted. */
  readonly sql: string;
  readonly parameters: readonly RoutineParameter[];
  /** Of `table`: the columns of its rows. */
  readonly columns: readonly RelationColumn[];
  /** Of `scalar`. */
  readonly returns?: SqlType;
  /** Of `scalar`, once it is converted: declared IMMUTABLE. */
  readonly immutable?: boolean;
  /** The name of the INOUT parameter that carries RETURN n. */
  readonly returnCode?: string;
  /** It asks for the error of the handler that calls it. */
  readonly asksError?: boolean;
  /** Parameters, lower case, whose texts go into its statements. */
  readonly texts?: ReadonlySet<string>;
  /** Names of the refcursor parameters that carry result sets. */
  readonly cursors: readonly string[];
}

/** A piece of SQL of a converted routine with what it needs to be planned alone: the tests plan every one. */
export interface PlannedPiece {
  readonly kind: 'statement' | 'expression' | 'ddl';
  readonly sql: string;
  /** 1-based line of the source. */
  readonly line: number;
}

/** A converted routine's statements, and its pieces for a check. */
export interface ConvertedRoutine {
  readonly statements: readonly string[];
  readonly pieces: readonly PlannedPiece[];
  /** PL/pgSQL variables that pieces may name: name and type. */
  readonly variables: readonly { readonly name: string; readonly type: string }[];
}
