import type { DataType, Identifier, NodeBase, ObjectName, Option } from './base.ts';
import type { Expression, Literal, MethodCall, PropertyAccess, Variable } from './expressions.ts';
import type { AssignOperator, Query } from './queries.ts';
import type { TableElement } from './tables.ts';
import type { Statement } from './statement.ts';

/** DECLARE with everything after it, in order. */
export interface Declare extends NodeBase {
  readonly kind: 'declare';
  readonly items: readonly (DeclareVariable | DeclareTable)[];
}

/** `@v [AS] type [= value]`; a cursor variable has the type with base `cursor`. */
export interface DeclareVariable extends NodeBase {
  readonly kind: 'declareVariable';
  readonly name: string;
  readonly type: DataType;
  readonly value?: Expression;
  readonly nullable?: boolean;
}

/** `@t TABLE (…)`. */
export interface DeclareTable extends NodeBase {
  readonly kind: 'declareTable';
  readonly name: string;
  readonly elements: readonly TableElement[];
}

/** DECLARE name CURSOR …. */
export interface DeclareCursor extends NodeBase {
  readonly kind: 'declareCursor';
  readonly name: Identifier;
  readonly definition: CursorDefinition;
}

/** What follows CURSOR. `options` are upper-case (LOCAL, FAST_FORWARD, INSENSITIVE, SCROLL …). */
export interface CursorDefinition extends NodeBase {
  readonly kind: 'cursorDefinition';
  readonly options: readonly string[];
  readonly query: Query;
  readonly readOnly: boolean;
  /** FOR UPDATE [OF columns]: undefined where it was not written, empty without columns. */
  readonly forUpdate?: readonly Identifier[];
}

/** `SET @v = value`, and the compound forms. */
export interface SetVariable extends NodeBase {
  readonly kind: 'setVariable';
  readonly variable: Variable;
  readonly op: AssignOperator;
  readonly value: Expression | CursorDefinition;
}

/** `SET @p.X = 1`: a property of a variable of a CLR type. */
export interface SetProperty extends NodeBase {
  readonly kind: 'setProperty';
  readonly property: PropertyAccess;
  readonly op: AssignOperator;
  readonly value: Expression;
}

/** `SET @x.modify('…')`. */
export interface SetVariableMethod extends NodeBase {
  readonly kind: 'setVariableMethod';
  readonly call: MethodCall;
}

/**
 * SET of an option of the session. `names` are upper-case: `['ANSI_NULLS', 'QUOTED_IDENTIFIER']`, `['STATISTICS IO']`,
 * `['TRANSACTION ISOLATION LEVEL']`, `['IDENTITY_INSERT']` (with `table`), `['DATEFORMAT']`. `value` is a keyword (ON, OFF,
 * READ COMMITTED, dmy …) or an expression.
 */
export interface SetOption extends NodeBase {
  readonly kind: 'setOption';
  readonly names: readonly string[];
  readonly table?: ObjectName;
  readonly value: Expression;
}

/** IF condition statement [ELSE statement]. */
export interface If extends NodeBase {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Statement;
  readonly otherwise?: Statement;
}

/** WHILE condition statement. */
export interface While extends NodeBase {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: Statement;
}

/** BEGIN … END; `atomic` are the options of BEGIN ATOMIC WITH (…). */
export interface Block extends NodeBase {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
  readonly atomic?: readonly Option[];
}

/** BREAK. */
export interface Break extends NodeBase {
  readonly kind: 'break';
}

/** CONTINUE. */
export interface Continue extends NodeBase {
  readonly kind: 'continue';
}

/** RETURN [value]; in an inline function's body it does not occur (see `returnsQuery`). */
export interface Return extends NodeBase {
  readonly kind: 'return';
  readonly value?: Expression;
}

/** GOTO label. */
export interface Goto extends NodeBase {
  readonly kind: 'goto';
  readonly label: Identifier;
}

/** label: */
export interface Label extends NodeBase {
  readonly kind: 'label';
  readonly label: Identifier;
}

/** BEGIN TRY … END TRY BEGIN CATCH … END CATCH. */
export interface TryCatch extends NodeBase {
  readonly kind: 'tryCatch';
  readonly body: readonly Statement[];
  readonly handler: readonly Statement[];
}

/** THROW [number, message, state]; all three or none. */
export interface Throw extends NodeBase {
  readonly kind: 'throw';
  readonly number?: Expression;
  readonly message?: Expression;
  readonly state?: Expression;
}

/** RAISERROR (message, severity, state, args) WITH options; the old form `RAISERROR 50001 'text'` has `legacy`. */
export interface Raiserror extends NodeBase {
  readonly kind: 'raiserror';
  readonly message: Expression;
  readonly severity?: Expression;
  readonly state?: Expression;
  readonly args: readonly Expression[];
  /** LOG, NOWAIT, SETERROR. */
  readonly options: readonly string[];
  readonly legacy: boolean;
}

/** PRINT value. */
export interface Print extends NodeBase {
  readonly kind: 'print';
  readonly value: Expression;
}

/** EXEC of a procedure (`procedure` a name or a variable holding one) or of a string (`strings`, joined by +). */
export interface Execute extends NodeBase {
  readonly kind: 'execute';
  /** `EXEC @rc = proc`. */
  readonly result?: Variable;
  readonly procedure?: ObjectName | Variable;
  /** Group number of `proc;2`. */
  readonly number?: number;
  readonly args: readonly ExecuteArgument[];
  readonly strings?: readonly Expression[];
  /** `AS USER = 'x'` or `AS LOGIN = 'x'` of the string form. */
  readonly as?: { readonly type: 'user' | 'login'; readonly name: Expression };
  readonly at?: Identifier;
  /** Whether `at` is an external data source: `AT DATA_SOURCE name`. */
  readonly atDataSource?: boolean;
  readonly recompile: boolean;
  readonly resultSets?: 'undefined' | 'none' | readonly ResultSetDefinition[];
  /** True where the word EXEC was left out at the start of a batch. */
  readonly implicit: boolean;
}

/** One argument; `value` may be a `default`. A bare word (`sp_help authors`) is a `column` of one part. */
export interface ExecuteArgument extends NodeBase {
  readonly kind: 'executeArgument';
  readonly name?: string;
  readonly value: Expression;
  readonly output: boolean;
}

/** One result set of WITH RESULT SETS. */
export interface ResultSetDefinition {
  readonly columns: readonly {
    readonly name: Identifier;
    readonly type: DataType;
    readonly collation?: Identifier;
    readonly nullable?: boolean;
  }[];
  /** AS OBJECT name, AS TYPE name, AS FOR XML. */
  readonly as?: { readonly type: 'object' | 'type' | 'forXml'; readonly name?: ObjectName };
}

/** BEGIN [DISTRIBUTED] TRANSACTION [name] [WITH MARK ['text']]. */
export interface BeginTransaction extends NodeBase {
  readonly kind: 'beginTransaction';
  readonly distributed: boolean;
  readonly name?: Identifier | Variable;
  readonly mark?: Expression | true;
}

/** COMMIT [TRANSACTION name | WORK]; DELAYED_DURABILITY in options. */
export interface CommitTransaction extends NodeBase {
  readonly kind: 'commitTransaction';
  readonly name?: Identifier | Variable;
  readonly work: boolean;
  readonly options: readonly Option[];
}

/** ROLLBACK [TRANSACTION name | WORK]; the name may be that of a savepoint. */
export interface RollbackTransaction extends NodeBase {
  readonly kind: 'rollbackTransaction';
  readonly name?: Identifier | Variable;
  readonly work: boolean;
}

/** SAVE TRANSACTION name. */
export interface SaveTransaction extends NodeBase {
  readonly kind: 'saveTransaction';
  readonly name: Identifier | Variable;
}

/** OPEN, CLOSE and DEALLOCATE of a cursor. */
export interface CursorStatement extends NodeBase {
  readonly kind: 'cursorStatement';
  readonly verb: 'open' | 'close' | 'deallocate';
  readonly cursor: Identifier | Variable;
  readonly global: boolean;
}

/** FETCH [direction] FROM cursor [INTO variables]. */
export interface Fetch extends NodeBase {
  readonly kind: 'fetch';
  readonly direction: 'next' | 'prior' | 'first' | 'last' | 'absolute' | 'relative';
  readonly offset?: Expression;
  readonly cursor: Identifier | Variable;
  readonly global: boolean;
  readonly into: readonly Variable[];
}

/** WAITFOR DELAY, WAITFOR TIME, or WAITFOR (statement) [, TIMEOUT n]. */
export interface WaitFor extends NodeBase {
  readonly kind: 'waitFor';
  readonly type: 'delay' | 'time' | 'statement';
  readonly value?: Expression;
  readonly statement?: Statement;
  readonly timeout?: Expression;
}

/** USE database. */
export interface Use extends NodeBase {
  readonly kind: 'use';
  readonly database: Identifier;
}

/** CHECKPOINT [seconds]. */
export interface Checkpoint extends NodeBase {
  readonly kind: 'checkpoint';
  readonly duration?: Expression;
}

/** DBCC command (args) WITH options; all names upper-case. */
export interface Dbcc extends NodeBase {
  readonly kind: 'dbcc';
  readonly command: string;
  readonly args: readonly Expression[];
  readonly options: readonly Option[];
}

/** KILL of a session (or of a distributed transaction), of a job that builds statistics, of a subscription to query notifications. */
export interface Kill extends NodeBase {
  readonly kind: 'kill';
  readonly what: 'session' | 'statsJob' | 'queryNotification';
  readonly target: Expression;
  readonly statusOnly: boolean;
  /** `WITH COMMIT` and `WITH ROLLBACK` of a distributed transaction. */
  readonly outcome?: 'commit' | 'rollback';
}

/** RECONFIGURE [WITH OVERRIDE]. */
export interface Reconfigure extends NodeBase {
  readonly kind: 'reconfigure';
  readonly override: boolean;
}

/** SHUTDOWN [WITH NOWAIT]. */
export interface Shutdown extends NodeBase {
  readonly kind: 'shutdown';
  readonly noWait: boolean;
}

/** SETUSER ['name' [WITH NORESET]]. */
export interface SetUser extends NodeBase {
  readonly kind: 'setUser';
  readonly name?: Literal | Variable;
  readonly noReset: boolean;
}

/** BACKUP and RESTORE: what, where (`TO DISK = …` and so on are devices) and the options of WITH. */
export interface BackupRestore extends NodeBase {
  readonly kind: 'backupRestore';
  /** Upper-case: BACKUP DATABASE, BACKUP LOG, RESTORE DATABASE, RESTORE HEADERONLY …. */
  readonly verb: string;
  readonly database?: Identifier | Variable;
  readonly files: readonly Option[];
  readonly devices: readonly Option[];
  /** The devices of each MIRROR TO. */
  readonly mirrors: readonly (readonly Option[])[];
  readonly options: readonly Option[];
}

/** An empty statement: a lone semicolon. */
export interface Empty extends NodeBase {
  readonly kind: 'empty';
}

/**
 * A statement that could not be parsed: it comes with an error. `verb` are its first words upper-case; `words` all its tokens in
 * order, as written, so that it can be shown again.
 */
export interface UnknownStatement extends NodeBase {
  readonly kind: 'unknown';
  readonly verb: string;
  readonly text: string;
  readonly words: readonly string[];
}
