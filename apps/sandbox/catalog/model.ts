import type { TdsType } from '../session.ts';

/**
 * What DDL tells the catalog. Names are as the user wrote them (unquoted); definitions are T-SQL text as SQL Server stores it
 * (in parentheses for checks, defaults and computed columns: the writer adds them where they are missing).
 */

/** A column's type: a built-in one, or an alias type made with CREATE TYPE … FROM. */
export interface ColumnTypeModel {
  readonly type: TdsType;
  /** user_type_id of an alias type or of `sysname` (256); undefined = the built-in type itself. */
  readonly userTypeId?: number;
}

export interface ColumnModel extends ColumnTypeModel {
  readonly name: string;
  readonly nullable: boolean;
  readonly identity?: {
    readonly seed: bigint;
    readonly increment: bigint;
    readonly notForReplication?: boolean;
  };
  readonly computed?: { readonly definition: string; readonly persisted: boolean };
  readonly default?: DefaultModel;
  readonly rowGuid?: boolean;
  readonly sparse?: boolean;
}

export interface DefaultModel {
  /** undefined: SQL Server's own kind of name, `DF__Orders__Freight__5CD6CB2B`. */
  readonly name?: string;
  readonly definition: string;
}

export interface IndexColumnModel {
  readonly name: string;
  readonly descending?: boolean;
}

export interface KeyModel {
  readonly name?: string;
  readonly kind: 'PK' | 'UQ';
  readonly clustered: boolean;
  readonly columns: readonly IndexColumnModel[];
  readonly options?: IndexOptions;
  readonly on?: PartitionTarget;
}

export interface CheckModel {
  readonly name?: string;
  readonly definition: string;
  /** Set when the check was written on a column. */
  readonly column?: string;
  readonly disabled?: boolean;
  readonly notTrusted?: boolean;
  readonly notForReplication?: boolean;
}

export type ReferentialAction = 'NO_ACTION' | 'CASCADE' | 'SET_NULL' | 'SET_DEFAULT';

export interface ForeignKeyModel {
  readonly name?: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  /** Empty: the primary key of the referenced table. */
  readonly referencedColumns: readonly string[];
  readonly onDelete?: ReferentialAction;
  readonly onUpdate?: ReferentialAction;
  readonly disabled?: boolean;
  readonly notTrusted?: boolean;
  readonly notForReplication?: boolean;
}

/** Options that catalog views tell and that change nothing here, by their names: `DATA_COMPRESSION`, or `DATA_COMPRESSION 3` of one partition. */
export type Settings = Readonly<Record<string, string>>;

export interface IndexOptions {
  readonly settings?: Settings;
  readonly fillFactor?: number;
  readonly padIndex?: boolean;
  readonly ignoreDupKey?: boolean;
  readonly allowRowLocks?: boolean;
  readonly allowPageLocks?: boolean;
}

/** `ON name` or `ON name(columns)`: a partition scheme, or a filegroup without columns. */
export interface PartitionTarget {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface IndexModel {
  readonly name: string;
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly columns: readonly IndexColumnModel[];
  readonly included?: readonly string[];
  /** T-SQL of the WHERE clause. */
  readonly filter?: string;
  readonly options?: IndexOptions;
  readonly on?: PartitionTarget;
  /** Of the kinds that only make reading faster: nothing stands behind them here. */
  readonly kind?: 'columnstore' | 'xml' | 'spatial';
  /** Of a secondary XML index: the primary one, and what it is for. */
  readonly secondary?: { readonly using: string; readonly type: 'PATH' | 'VALUE' | 'PROPERTY' };
}

export interface TableModel {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnModel[];
  readonly keys?: readonly KeyModel[];
  readonly checks?: readonly CheckModel[];
  readonly foreignKeys?: readonly ForeignKeyModel[];
  readonly indexes?: readonly IndexModel[];
  readonly on?: PartitionTarget;
  readonly ansiNulls?: boolean;
  readonly settings?: Settings;
}

export interface SequenceModel {
  readonly schema: string;
  readonly name: string;
  readonly type: TdsType;
  readonly userTypeId?: number;
  readonly start: bigint;
  readonly increment: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly cycling: boolean;
  /** undefined: the default cache; 0: NO CACHE. */
  readonly cacheSize?: number;
}

/** sys.objects.type of what has a T-SQL text: view, procedure, scalar / inline / multi-statement function, trigger. */
export type ModuleKind = 'V' | 'P' | 'FN' | 'IF' | 'TF' | 'TR';

export interface ParameterModel {
  /** With its @; '' with ordinal 0 is a function's return value. */
  readonly name: string;
  readonly type: TdsType;
  readonly userTypeId?: number;
  readonly output?: boolean;
  readonly hasDefault?: boolean;
  readonly readonly?: boolean;
}

/** A name that a text refers to. */
export interface Reference {
  readonly database?: string;
  readonly schema?: string;
  readonly name: string;
  /** A procedure without a schema, which is found by the schema of whoever calls. */
  readonly byCaller?: boolean;
}

export interface ModuleModel {
  readonly kind: ModuleKind;
  readonly schema: string;
  readonly name: string;
  /** The whole statement as the user sent it. */
  readonly definition: string;
  readonly ansiNulls?: boolean;
  readonly quotedIdentifier?: boolean;
  readonly schemaBound?: boolean;
  /** WITH ENCRYPTION: nobody is shown the definition. */
  readonly encrypted?: boolean;
  readonly settings?: Settings;
  /** Views: WITH CHECK OPTION. */
  readonly checkOption?: boolean;
  /** WITH EXECUTE AS, of anyone but the caller. */
  readonly executeAs?: { readonly owner: true } | { readonly user: string };
  readonly parameters?: readonly ParameterModel[];
  /** Scalar functions. */
  readonly returns?: ParameterModel;
  /** Views and table functions: their result columns. */
  readonly columns?: readonly ColumnModel[];
  readonly trigger?: {
    /** Table or view; undefined = database trigger. */
    readonly parentId?: number;
    readonly insteadOf: boolean;
    readonly events: readonly string[];
    readonly disabled?: boolean;
    readonly notForReplication?: boolean;
  };
  /** Names the text refers to, for sys.sql_expression_dependencies. */
  readonly references?: readonly Reference[];
}

export type TypeModel =
  | {
      readonly kind: 'alias';
      readonly schema: string;
      readonly name: string;
      readonly base: TdsType;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'table';
      readonly schema: string;
      readonly name: string;
      readonly columns: readonly ColumnModel[];
      readonly keys?: readonly KeyModel[];
      readonly checks?: readonly CheckModel[];
    };

/** What was made, so that the engine can make the physical twin. */
export interface CreatedKey {
  readonly objectId: number;
  readonly indexId: number;
  readonly name: string;
  /** Physical PostgreSQL names: of the index and of the constraint. */
  readonly physicalIndex: string;
}

export interface CreatedTable {
  readonly objectId: number;
  /** `t<object_id>` in PostgreSQL schema `u`. */
  readonly physical: string;
  /** In the order of the model. */
  readonly columns: readonly { readonly columnId: number; readonly name: string; readonly physical: string }[];
  readonly keys: readonly CreatedKey[];
  readonly checks: readonly { readonly objectId: number; readonly name: string }[];
  readonly foreignKeys: readonly { readonly objectId: number; readonly name: string; readonly referencedId: number }[];
  readonly defaults: readonly { readonly objectId: number; readonly name: string; readonly columnId: number }[];
  readonly indexes: readonly { readonly indexId: number; readonly name: string; readonly physicalIndex: string }[];
}

/** The part of `pg` that the catalog needs: a client inside the caller's transaction, or a pool for reads. */
export interface PgQuerier {
  query<R extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>;
}
