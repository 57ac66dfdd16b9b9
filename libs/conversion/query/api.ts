import type { Expression, Query, Span, TableRef } from '#tsql';
import type { DifferenceCode } from './difference.ts';

/**
 * What the query translator takes and gives. Two users share it: the sandbox engine (SQL Server's exact semantics over its own
 * storage) and the converter (idiomatic PostgreSQL over target names and types). They differ by {@link Profile} and {@link Scope}.
 *
 * Storage in the sandbox (the text form of parameters and results is PostgreSQL's own text of these types):
 * bit boolean · tinyint, smallint smallint · int integer · bigint bigint · decimal numeric(p,s) · money numeric(19,4), smallmoney numeric(10,4) ·
 * real real · float double precision · every character type and xml: text with a collation ({@link pgCollation}) · binaries, rowversion, hierarchyid bytea ·
 * uniqueidentifier uuid · date date · smalldatetime timestamp(0) · datetime timestamp(3) · datetime2(0–6) timestamp(p) · time(0–6) time(p) ·
 * datetime2(7) bigint, 100 ns ticks since 0001-01-01 · time(7) bigint, 100 ns ticks since midnight ·
 * datetimeoffset sys.datetimeoffset, a composite (utc bigint ticks since 0001-01-01 UTC, off smallint minutes): text '(638…,120)' ·
 * sql_variant sys.sql_variant, a composite (base text, value text) · geography, geometry text 'SRID=4326;POINT (…)'.
 */

/** Names as in sys.types; `decimal` and `numeric` are the same but keep their name; sysname is nvarchar(128). */
export type SqlTypeName =
  | 'bit'
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'numeric'
  | 'money'
  | 'smallmoney'
  | 'real'
  | 'float'
  | 'char'
  | 'varchar'
  | 'text'
  | 'nchar'
  | 'nvarchar'
  | 'ntext'
  | 'binary'
  | 'varbinary'
  | 'image'
  | 'rowversion'
  | 'uniqueidentifier'
  | 'date'
  | 'time'
  | 'smalldatetime'
  | 'datetime'
  | 'datetime2'
  | 'datetimeoffset'
  | 'xml'
  | 'sql_variant'
  | 'hierarchyid'
  | 'geography'
  | 'geometry'
  | 'table';

/** A T-SQL type; the same shape as the sandbox's TdsType. Lengths: characters for n-types, bytes for others, -1 = max. */
export interface SqlType {
  readonly name: SqlTypeName;
  readonly length?: number;
  readonly precision?: number;
  /** Scale of decimals; fractional digits of time types. */
  readonly scale?: number;
  /** SQL Server collation of character types; undefined = the database's. */
  readonly collation?: string;
  readonly typeName?: string;
}

/** A piece of PostgreSQL SQL that has a value, with its static T-SQL type. `sql` is safe as an operand: it needs no parentheses. */
export interface TypedSql {
  readonly sql: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The value, where it is a constant of the statement: strings without quotes, numbers as digits; null for NULL. */
  readonly constant?: string | null;
  /** NULL without a type: takes the type of what it meets, int if nothing. */
  readonly untyped?: boolean;
  /** An argument written as the word DEFAULT. */
  readonly byDefault?: boolean;
  /** How strong the collation is: 'explicit' by COLLATE, 'implicit' of a column, 'default' of anything else. */
  readonly collated?: 'explicit' | 'implicit' | 'default';
  /** Whether PostgreSQL derives the right collation for `sql` by itself. */
  readonly pgCollated?: boolean;
  /** JSON text made by JSON_QUERY, FOR JSON and the like: it nests within other JSON as it is. */
  readonly json?: boolean;
  /** The nodes of .nodes(): nothing but the methods of xml may be called on them. */
  readonly xmlNodes?: boolean;
  /** Of such nodes in plain PostgreSQL: the path to the node within an element `x` around it. */
  readonly xmlContext?: string;
  /** The document that it is a node of: paths from the root are looked up there. */
  readonly xmlDocument?: TypedSql;
  /** The column it is, where it is nothing but a column. */
  readonly column?: { readonly table: string; readonly name: string };
  /** Of a column of the target: its PostgreSQL type as declared. */
  readonly pgType?: string;
  /** A column of the target with a full-text index: the text search configuration of it. */
  readonly searchBy?: string;
  /** A column of the target whose collation compares without case. */
  readonly caseless?: boolean;
  /** Of AT TIME ZONE in the target: what the clock of the zone shows, a timestamp. */
  readonly clock?: string;
}

/** The identity of a column: where it begins and how it goes on, where that is known and a SELECT … INTO passes it on; else only that there is one. */
export type IdentityProperty = true | { readonly seed: bigint; readonly increment: bigint };

/** One column of a relation. `sql` is the quoted physical name, without a table. */
export interface RelationColumn {
  readonly name: string;
  readonly sql: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity?: IdentityProperty;
  /** Computed, and not stored: references expand to this expression over the same table. */
  readonly expression?: Expression;
  /** Computed and stored, or rowversion: may not be written. */
  readonly readOnly?: boolean;
  /** A read-only column that a trigger of the target fills: where the trigger is disabled, a source that dropped its period writes to it. */
  readonly stamped?: boolean;
  /** Not part of `*` (hidden period columns). */
  readonly hidden?: boolean;
  readonly rowguidcol?: boolean;
  /** Whether the column has a default, so that DEFAULT and left-out columns are known not to be NULL. */
  readonly hasDefault?: boolean;
  /** Of the target's columns: the PostgreSQL type as declared. */
  readonly pgType?: string;
  /** Of the target's columns with a full-text index: the text search configuration. */
  readonly searchBy?: string;
  /** Of the target's columns: their collation compares without case, and is not deterministic. */
  readonly caseless?: boolean;
  /** Of a table type: NOT NULL, which a composite type cannot say; its variables hold it. */
  readonly required?: boolean;
}

/** Something to select from. `sql` is what stands in FROM: a qualified name, a function call, or a query in parentheses. */
export interface Relation {
  readonly kind: 'table' | 'view' | 'function';
  /** The object's own name, for `t.column` where it has no alias, and for messages. */
  readonly schema?: string;
  readonly name: string;
  /** Of tables and functions. */
  readonly sql?: string;
  /** Spread over partitions in the target. */
  readonly partitioned?: boolean;
  /** Of temporal tables: all rows of now and before, in parentheses, and the quoted columns of their period. */
  readonly versions?: { readonly sql: string; readonly start: string; readonly end: string };
  /** Of tables and functions; for views only where known. */
  readonly columns: readonly RelationColumn[];
  /** Of the target's tables: the columns that tell its rows apart, quoted; absent or empty = none are known. */
  readonly key?: readonly string[];
  /** Of views that are expanded: the definition, the columns it names, and the scope in which its names resolve. */
  readonly view?: {
    readonly query: Query;
    readonly columnNames: readonly string[];
    readonly scope: Scope;
    /** Asked when the query is translated: pieces of SQL that stand nowhere in it and must stand somewhere, because the parameters in them are bound. */
    unused?(): readonly string[];
  };
}

/** A name as written: from one to four parts without quotes; parts that were skipped (`db..t`) are null. */
export type NameParts = readonly (string | null)[];

/** A variable: bound as a parameter, unless `sql` says how it is written. */
export interface VariableBinding {
  readonly type: SqlType;
  readonly sql?: string;
  /** What of its value is not as in SQL Server. */
  readonly difference?: string;
}

/** Arguments of a function that the user of the translator supplies. */
export interface FunctionInvocation {
  /** Lower case, dotted as written: 'serverproperty', 'sys.fn_cdc_get_max_lsn', 'scope_identity'. */
  readonly name: string;
  readonly args: readonly TypedSql[];
  readonly span: Span;
  /** Converts a value to a type, as CAST would (implicitly). */
  convert(value: TypedSql, type: SqlType): TypedSql;
  /** A value that the engine supplies at execution under this name; listed in `parameters`. */
  parameter(name: string, type: SqlType): TypedSql;
  /** Refuses the call; never returns. */
  fail(number: number, message: string): never;
}

/** Gives the SQL of a scalar function that the translator does not know itself, or overrides one. */
export type FunctionHandler = (call: FunctionInvocation) => TypedSql;

/** How names resolve. All look-ups are case-insensitive where the database is; they are synchronous: load the cache before. */
export interface Scope {
  readonly database: string;
  /** SQL Server name of the database's collation, e.g. SQL_Latin1_General_CP1_CI_AS. */
  readonly collation: string;
  /** Tables, views, temporary tables ('#t'), system views. */
  relation(name: NameParts): Relation | undefined;
  /** Table variables and table-valued parameters ('@t'). */
  tableVariable(name: string): Relation | undefined;
  /** Table functions, e.g. ['cdc', 'fn_cdc_get_all_changes_dbo_t']; arguments are translated already. */
  tableFunction(name: NameParts, call: FunctionInvocation): Relation | undefined;
  /** '@x', and '@@rowcount' and its fellows (lower case): their values are parameters. */
  variable(name: string): VariableBinding | undefined;
  /** Alias types. */
  dataType(schema: string | undefined, name: string): SqlType | undefined;
  /** `sql` is an expression that gives the next value, e.g. nextval('u.s5'::regclass). */
  sequence(name: NameParts): { readonly sql: string; readonly type: SqlType } | undefined;
  /** Scalar functions by lower-case name (the last parts as written); looked up before the translator's own. */
  function(name: string): FunctionHandler | undefined;
  /** Takes note of an extension of PostgreSQL's own distribution that the text needs. */
  needs?(extension: string): void;
}

/** Something that cannot be translated, or not exactly. `number` is SQL Server's error number, where it is an error there too. */
export interface TranslationProblem {
  readonly severity: 'error' | 'warning' | 'info';
  /** Stable short code for reports: 'unknown-column', 'unsupported-function' … */
  readonly code: string;
  readonly number: number;
  readonly message: string;
  readonly span: Span;
  /** The issue that tells of a difference; absent: a person is told by the message alone. */
  readonly issue?: DifferenceCode;
}

/** Thrown by the sandbox profile's `problem`. The engine turns it into its SqlError; `problem.span.line` is the line. */
export class TranslationError extends Error {
  override readonly name = 'TranslationError';

  constructor(readonly problem: TranslationProblem) {
    super(problem.message);
  }
}

/** What differs between the users of the translator. Made by `sandboxProfile()` and `targetProfile()`. */
export interface Profile {
  readonly kind: 'sandbox' | 'target';
  /** Exact semantics by helper functions of schema `sys`; else plain PostgreSQL only, with problems where it is not faithful. */
  readonly runtime: boolean;
  /** Major version of the PostgreSQL that takes the text: what it does not know is written otherwise, or is a problem. */
  readonly serverVersion: number;
  /** datetime2 and time values of this type are bigint ticks. */
  ticks(type: SqlType): boolean;
  /** Trailing blanks do not count in comparisons: strings are compared by rtrim. */
  readonly rtrim: boolean;
  /** Strings of case-insensitive collations are compared in lower case: their columns have no collation that does it. */
  readonly foldCase: boolean;
  /** Columns of the target may have a collation without case, which LIKE and searches do not take. */
  readonly caselessColumns?: boolean;
  /** uniqueidentifier ordered as SQL Server does. */
  readonly guidOrder: boolean;
  /** NULLs first ascending, last descending, as SQL Server has them. */
  readonly nullsFirst: boolean;
  /** The PostgreSQL collation of a SQL Server collation, quoted; undefined = none is written. */
  collation(name: string): string | undefined;
  /** The error of a name in COLLATE that is none, or is not built; absent where any name is taken. */
  collationFault?(name: string): { readonly number: number; readonly message: string } | undefined;
  /** Type as written in casts: 'numeric(10,2)', 'text', 'timestamp(3)'. */
  typeSql(type: SqlType): string;
  /** Name of an alias or generated column in the output, quoted. */
  alias(name: string): string;
  /** Takes a problem: throws it, or keeps it and returns, after which a NULL stands in its place. */
  problem(problem: TranslationProblem): void;
}

export interface TranslationContext {
  readonly profile: Profile;
  readonly scope: Scope;
  /** DATEFIRST of the session (7 = Sunday, the default). */
  readonly dateFirst?: number;
  /** Day/month order of ambiguous date strings (default mdy). */
  readonly dateFormat?: string;
  /** SET ROWCOUNT n. */
  readonly rowCount?: number;
  /** Of routines for the target: hints that lock rows become FOR UPDATE and FOR SHARE. */
  readonly locks?: boolean;
  /** SET CONCAT_NULL_YIELDS_NULL OFF: NULL is an empty string for `+`. */
  readonly concatNullAsEmpty?: boolean;
  /** SET ANSI_NULLS OFF: `= NULL` and `= @v` are true of NULL. */
  readonly nullsEqual?: boolean;
  /** Of the sandbox: the locking clause for the rows of a table of the statement, without its `OF`. */
  readonly rowLocks?: ReadonlyMap<TableRef, string>;
}

/** A parameter `$index` of the SQL; the engine binds the storage text of the variable. Repeated uses share one index. */
export interface ParameterRef {
  readonly index: number;
  /** '@x', '@@rowcount', or the name a FunctionHandler gave. */
  readonly name: string;
  readonly type: SqlType;
}

/** A column of the result: its values come as PostgreSQL text of the storage type. Unnamed columns have the name ''. */
export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** Of an identity column selected as it is; with its seed where SELECT INTO passes the property on: not through a join, a UNION or a grouping. */
  readonly identity?: IdentityProperty;
  /** `SELECT @v = expression`: the variable that takes the value of the last row. */
  readonly assignTo?: string;
  /** Of a column of the target that is passed on as it is: its PostgreSQL type as declared. */
  readonly pgType?: string;
}

export interface TranslatedQuery {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  readonly parameters: readonly ParameterRef[];
  /** SELECT INTO: the new table's name. `sql` gives its rows. */
  readonly into?: NameParts;
  /** SELECT @v = …: every column has `assignTo`; the last row counts; without a row the variables keep their values. */
  readonly assigns: boolean;
  /**
   * FOR XML / FOR JSON: `sql` gives one row with one column, the whole text (NULL or '' if there are no rows).
   */
  readonly document?: 'xml' | 'json';
}

export interface TranslatedDml {
  readonly kind: 'insert' | 'update' | 'delete' | 'merge';
  readonly sql: string;
  readonly parameters: readonly ParameterRef[];
  /** The table written to. */
  readonly target: Relation;
  /** OUTPUT to the client or INTO a table: the columns of the rows that `sql` returns. Empty without OUTPUT. */
  readonly columns: readonly ResultColumn[];
  /** OUTPUT … INTO: the engine inserts the returned rows there (columns by position, or those named). */
  readonly outputInto?: { readonly target: Relation; readonly columns: readonly RelationColumn[] };
  /** INSERT without OUTPUT into a table with an identity that is generated: `sql` returns this one column, the identity of each row. */
  readonly identity?: RelationColumn;
  /** INSERT that gives values for the identity column: needs IDENTITY_INSERT ON (else error 544). */
  readonly explicitIdentity: boolean;
  /** Names of the columns written (UPDATE: set; INSERT: listed or all), for UPDATE() in triggers. */
  readonly written: readonly string[];
  /** Common table expressions that change rows: they stand at the head of the whole statement (`WITH withs, … `), `sql` reads them. */
  readonly withs?: string;
  /** PostgreSQL counts fewer rows than SQL Server does: not those that `WITH` changes. */
  readonly miscounts?: boolean;
  /** DELETE: the addresses (ctid) of the rows that it finds. */
  readonly addresses?: string;
  /** UPDATE SET @v = @v + …: `sql` changes one row, that of the parameter {@link ROW_ADDRESS}; it is to be run for each in turn. */
  readonly eachRow?: true;
  /** UPDATE SET @v = …: the variables, in the order of trailing result columns; the last row counts. */
  readonly assigns: readonly string[];
}

/** The parameter that has the address of the row of an UPDATE that goes from row to row. */
export const ROW_ADDRESS = '@sbx_row';

/** A scalar expression: a default, a computed column, an IF condition, the right side of SET. */
export interface TranslatedExpression {
  readonly sql: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly parameters: readonly ParameterRef[];
}

/**
 * The entry points (translate.ts):
 * - `translateQuery(query: Query, context, options?): TranslatedQuery`
 * - `translateDml(statement: Insert | Update | Delete | Merge, context): TranslatedDml`
 * - `translateExpression(expression, context, options?): TranslatedExpression`; with `options.type` it converts to that type as an assignment does
 *   (SET @v, DEFAULT, parameters); with `options.table` column names of that relation may be used (computed columns, checks).
 * - `translatePredicate(expression, context, options?): TranslatedExpression`: a condition, `sql` is a PostgreSQL boolean (IF, WHILE, CHECK).
 * - `dataTypeOf(type: DataType, scope): SqlType`: a type as written, lengths and precisions filled in.
 * - `RUNTIME_SQL`: the script that makes schema `sys`'s types, collations and functions in a sandbox database (idempotent).
 * - `indexKey(columnSql, type): string`: the expression by which the translator compares and orders a column of the sandbox (`rtrim(c)`, `sys.guid_order(c)`,
 *   `(c).utc`, or the column itself): unique and plain indexes are made on it.
 * - `sqlErrorOf(pgError): {number, severity, state, message} | undefined`: SQL Server's error for one raised by `RUNTIME_SQL` or by PostgreSQL's own arithmetic and casts.
 */
export interface ExpressionOptions {
  readonly type?: SqlType;
  readonly table?: Relation;
  /** What is assigned to, for messages of truncation: 'assignment' truncates strings silently (variables), 'store' raises 2628. */
  readonly convert?: 'assignment' | 'store';
}
