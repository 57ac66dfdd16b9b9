import type { ResultSink, TdsParameter, TdsType, TdsValue } from '../session.ts';
import type { DatabaseCatalog } from './cache.ts';
import type { PgQuerier } from './model.ts';
import type { CatalogSnapshot } from './snapshot.ts';
import type { CatalogWriter } from './writer.ts';

/** One argument of EXEC or RPC as the engine evaluated it. */
export interface ProcedureArgument {
  /** With its @ as written; '' for a positional one. */
  readonly name: string;
  readonly type: TdsType;
  readonly value: TdsValue;
  /** Written with OUTPUT, or an output parameter of the RPC. */
  readonly output: boolean;
}

/** What a system procedure may use; the engine makes one per call. */
export interface ProcedureContext {
  /** The session's connection, inside the session's transaction if one is open, else in autocommit. */
  readonly pg: PgQuerier;
  /** A connection outside the session's transaction, to the same database (for slots and for DDL that must commit now). */
  outside<T>(work: (pg: PgQuerier) => Promise<T>): Promise<T>;
  /** Runs `work` in the session's transaction, or in one of its own that commits at its end. Marks it as DDL: bumps the catalog when it ends. */
  ddl<T>(work: (writer: CatalogWriter) => Promise<T>): Promise<T>;
  readonly catalog: DatabaseCatalog;
  readonly snapshot: CatalogSnapshot;
  /** PostgreSQL name of the database, `sbx_5`. */
  readonly physicalDatabase: string;
  /** Database principal and login of the session, for permission checks. */
  readonly user: string;
  readonly login: string;
  readonly spid: number;
  /** @@TRANCOUNT. */
  readonly transactionCount: number;
  readonly out: ResultSink;
  /** Runs a T-SQL batch in this session, its results going to `out`. */
  batch(sql: string, parameters?: readonly TdsParameter[]): Promise<void>;
  /** The columns a T-SQL batch would give first, without running it; undefined = no result set. */
  describe(sql: string, parameters: string | undefined): Promise<readonly DescribedColumn[] | undefined>;
  /** The variables that a T-SQL batch uses without declaring them. Throws 11502, 11508. */
  describeParameters(sql: string, parameters: string | undefined): Promise<readonly DescribedParameter[]>;
  readonly signal: AbortSignal;
}

/** An undeclared parameter of a batch, with its @, and the type that the batch gives it. */
export interface DescribedParameter {
  readonly name: string;
  readonly type: TdsType;
}

export interface DescribedColumn {
  readonly name: string;
  readonly type: TdsType;
  readonly nullable: boolean;
  readonly identity?: boolean;
}

/** What a procedure answers besides its result sets: its return status and its OUTPUT values by lower-case name with @. */
export interface ProcedureResult {
  readonly status: number;
  readonly outputs?: Readonly<Record<string, { readonly type: TdsType; readonly value: TdsValue }>>;
}

/** A system procedure written in TypeScript. Throws SqlError. */
export type SystemProcedure = (
  context: ProcedureContext,
  args: readonly ProcedureArgument[],
) => Promise<ProcedureResult>;
