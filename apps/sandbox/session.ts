/**
 * The seam of the sandbox: the wire (`tds/`) knows packets and types, the engine (`engine/`) knows statements and storage.
 * The wire calls a {@link SqlSession}; the session answers through a {@link ResultSink}. Both sides see only this file.
 */

/** A T-SQL type as it stands in column metadata and parameters. Names as in sys.types. */
export interface TdsType {
  readonly name:
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
  /** Declared length: characters for n-types, bytes for the others; -1 is `max`. */
  readonly length?: number;
  readonly precision?: number;
  /** Scale of decimals, fractional digits of time types. */
  readonly scale?: number;
  /** SQL Server collation name of character types; decides the five collation bytes and the code page of varchar. */
  readonly collation?: string;
  /** For `table`: schema-qualified name of the table type. */
  readonly typeName?: string;
}

/**
 * A value at the seam. One JavaScript form per type, exact:
 * bit boolean · tinyint/smallint/int number · bigint bigint · decimal/numeric/money/smallmoney decimal text ('-12.3400') ·
 * real/float number · character types and xml string (UTF-16, U+0000 and unpaired surrogates included) · binary types Buffer ·
 * uniqueidentifier upper-case text · date 'YYYY-MM-DD' · time 'hh:mm:ss[.fffffff]' · smalldatetime/datetime/datetime2
 * 'YYYY-MM-DD hh:mm:ss[.fffffff]' · datetimeoffset the same + ' +hh:mm' (local time and its offset) ·
 * hierarchyid/geography/geometry Buffer of the CLR serialization · sql_variant {@link VariantValue} · table {@link TableValue}.
 */
export type TdsValue = null | boolean | number | bigint | string | Buffer | VariantValue | TableValue;

export interface VariantValue {
  readonly base: TdsType;
  readonly value: Exclude<TdsValue, VariantValue | TableValue>;
}

export interface TableValue {
  readonly columns: readonly TdsColumn[];
  /** In their order; may be read more than once, and decodes as it is read. */
  readonly rows: Iterable<readonly TdsValue[]>;
}

export interface TdsColumn {
  readonly name: string;
  readonly type: TdsType;
  readonly nullable: boolean;
  readonly identity?: boolean;
  readonly computed?: boolean;
  /** Of a cursor's row: the column of the table that it is, the table as the query names it. */
  readonly origin?: { readonly table: readonly string[]; readonly column: string; readonly key: boolean };
  /** No column of the query: the status of a cursor's row. */
  readonly hidden?: boolean;
}

export interface TdsParameter {
  /** With its leading @; '' for a positional one. */
  readonly name: string;
  readonly type: TdsType;
  readonly value: TdsValue;
  readonly output: boolean;
  /** The client asked for the parameter's default (fDefaultValue); `value` is then null. Only for procedures by name. */
  readonly isDefault?: boolean;
  /** The value of a scalar function that was called by its name, not an output parameter. */
  readonly returned?: boolean;
  /**
   * For `execute`: the type as the statement's declaration list writes it (`nvarchar(50)`, `dbo.Ids readonly`), which is the type inside the
   * statement; `type` is only the form on the wire, and drivers often send another (everything as nvarchar, int for tinyint).
   */
  readonly declared?: string;
}

/** SQL Server's kind of error: number, severity (class), state, line within the batch, procedure. */
export class SqlError extends Error {
  override readonly name = 'SqlError';

  constructor(
    readonly number: number,
    message: string,
    readonly severity = 16,
    readonly state = 1,
    readonly line = 1,
    readonly procedure = '',
  ) {
    super(message);
  }

  /** Errors that are told before this one, which is the one that CATCH sees. */
  preceding: readonly SqlError[] = [];
  /** Line and procedure are those of the statement that failed; those around it leave them as they are. */
  isPlaced = false;

  /** This error behind others of the same statement. */
  after(...errors: readonly SqlError[]): this {
    this.preceding = errors;
    return this;
  }
}

/**
 * Where a session's answers go, in the order of the tokens on the wire. `row` returns false when the client does not keep up: the caller then
 * awaits `drained()` before the next row. It is also false now and then on a fast connection, so that a cancel is heard.
 * After an abort every call is a no-op.
 */
export interface ResultSink {
  columns(columns: readonly TdsColumn[]): void;
  row(values: readonly TdsValue[]): boolean;
  /** Begins a row with values too long to hold. A sink that needs rows whole has no such method. */
  openRow?(): RowParts;
  /**
   * Resolves when the client keeps up again; at once when nothing waits. Also to be awaited now and then by a batch that sends much else than rows
   * (PRINT in a loop, thousands of statements), which has no `row` to tell it.
   */
  drained(): Promise<void>;
  /**
   * Ends one statement, also one that failed (after `error`, the DONE then carries the error bit). `rowCount` undefined = the count is not valid
   * (SET NOCOUNT ON, DDL). `command` is the curCmd of DONE (0xC1 select, 0xC3 insert, 0xC4 delete, 0xC5 update, 0 other). `inProcedure`: the
   * statement ran inside a procedure or trigger that the batch called (DONEINPROC); inside `execute` and `procedure` this is implied.
   * The request's last DONE is written by the wire when the call resolves: no further `done` is owed for the batch as a whole.
   */
  done(rowCount: bigint | undefined, command?: number, inProcedure?: boolean): void;
  info(message: SqlError): void;
  /** An error after which the request goes on (the statement failed, the batch did not). One that ends the request is thrown instead. */
  error(error: SqlError): void;
  /**
   * The return status of the procedure that was called. In `procedure` and `execute` it is kept until the call resolves (0 if never called); in
   * a batch it is written at once and closes the procedure (DONEPROC), so call it after the procedure's last statement.
   */
  returnStatus(status: number): void;
  /**
   * An output parameter of `execute` or `procedure`, named as it came in; sent after the return status. SQL Server returns every parameter that came
   * with `output`, also one that the statement did not touch, and drivers wait for it. Ignored in a batch.
   */
  returnValue(parameter: TdsParameter): void;
  /** Environment changes the client must be told: current database, transaction began/committed/rolled back (8-byte descriptor as bigint). */
  envChange(change: EnvChange): void;
}

/** One row written column by column, of which no long value has to be whole in memory. Columns come in their order, each once. */
export interface RowParts {
  /** The next column's value, whole. */
  value(value: TdsValue): void;
  /** A piece of the next column's value: text or bytes as in {@link TdsValue}, of a type that {@link goesInPieces} knows. */
  piece(part: string | Buffer): void;
  /** Ends the value that came in pieces; without any it is an empty one. */
  endPieces(): void;
  /** Ends the row. A row that its statement leaves open is ended as the wire can: the value short, the rest NULL; the error that follows says why. */
  close(): void;
  /** False when the client does not keep up: await `drained` of the sink before the next piece. */
  readonly keepsUp: boolean;
}

/** The types whose values the wire sends in chunks of any number (MS-TDS 2.2.5.2.3, PLP), so that nobody has to know their length. */
export function goesInPieces({ name, length }: TdsType): boolean {
  return name === 'xml' || (length === -1 && (name === 'varchar' || name === 'nvarchar' || name === 'varbinary'));
}

export type EnvChange =
  /** `collation` is that of the new database: drivers encode varchar parameters by it. */
  | { readonly kind: 'database'; readonly name: string; readonly old: string; readonly collation?: string }
  | { readonly kind: 'begin' | 'commit' | 'rollback'; readonly descriptor: bigint };

/** What sys.dm_exec_connections and sys.dm_exec_sessions tell of a connection. */
export interface ConnectionFacts {
  /** TLS for more than the login. */
  readonly encrypted: boolean;
  /** In bytes, as agreed. */
  readonly packetSize: number;
  /** As LOGINACK numbers it: 0x74000004 is 7.4. */
  readonly protocolVersion: number;
  readonly clientPort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** The client's process id and library, as it says. */
  readonly clientProcess: number;
  readonly clientLibrary: string;
}

export interface LoginRequest {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly appName: string;
  readonly hostName: string;
  readonly readOnlyIntent: boolean;
  readonly clientAddress: string;
  /** Absent where no wire is between. */
  readonly connection?: ConnectionFacts;
}

export type TransactionRequest =
  | { readonly kind: 'begin'; readonly isolation: number; readonly name: string }
  /** `isolation` is that of the transaction begun next; 0 keeps the session's, 1–5 as in MS-TDS 2.2.6.9 (read uncommitted … snapshot). */
  | { readonly kind: 'commit'; readonly name: string; readonly thenBegin: boolean; readonly isolation?: number }
  | { readonly kind: 'rollback'; readonly name: string; readonly thenBegin: boolean; readonly isolation?: number }
  | { readonly kind: 'save'; readonly name: string };

/**
 * One client connection after login. Calls never overlap (no MARS). A thrown SqlError is sent as ERROR and ends the request; severity 20 and above
 * ends the connection too. After an abort a call ends soon, in whatever way; what it throws then is not sent.
 */
export interface SqlSession {
  readonly database: string;
  /** Collation of the database at login; drivers encode varchar parameters by it. Default SQL_Latin1_General_CP1_CI_AS. */
  readonly collation?: string;
  readonly spid: number;
  /** Aborts when the session was ended from elsewhere (KILL): its connection is then dropped. */
  readonly ended?: AbortSignal;
  /** A SQL batch. */
  batch(sql: string, out: ResultSink, signal: AbortSignal): Promise<void>;
  /** sp_executesql and the prepared-statement procedures arrive decoded: statement text and its declared parameters. */
  execute(sql: string, parameters: readonly TdsParameter[], out: ResultSink, signal: AbortSignal): Promise<void>;
  /** Any other procedure by name ([database.][schema.]name). */
  procedure(name: string, parameters: readonly TdsParameter[], out: ResultSink, signal: AbortSignal): Promise<void>;
  transaction(request: TransactionRequest, out: ResultSink): Promise<void>;
  /**
   * INSERT BULK: the statement's text, then its rows; resolves with the number of rows stored. `columns` are the types on the wire; the
   * statement's text has the column list. Rows that are not taken are read and dropped by the wire.
   */
  bulkLoad(
    sql: string,
    columns: readonly TdsColumn[],
    rows: AsyncIterable<readonly TdsValue[]>,
    signal: AbortSignal,
  ): Promise<bigint>;
  /** sp_reset_connection: back to the state after login, without a new login. `keepTransaction`: the open transaction stays as it is. */
  reset(keepTransaction?: boolean): Promise<void>;
  /** Called once, when the connection has ended and no call is running; an open transaction is rolled back. */
  close(): Promise<void>;
}

/** Opens sessions. Throws SqlError 18456 (wrong user or password), 4060 (database). */
export interface SqlServer {
  login(request: LoginRequest): Promise<SqlSession>;
}
