import type { DataType, Identifier, NodeBase, ObjectName, Option } from './base.ts';
import type { ColumnRef, Expression, MethodCall, Variable } from './expressions.ts';
import type {
  AssignOperator,
  OpenRowset,
  Query,
  QueryHint,
  SelectItem,
  TableFunction,
  TableHint,
  TableRef,
  TableSource,
  TableVariable,
  Top,
  WithClause,
} from './queries.ts';
import type { Execute } from './procedural.ts';

/** A SELECT as a statement; SELECT INTO has `into` in its select specification. */
export interface Select extends NodeBase {
  readonly kind: 'select';
  readonly query: Query;
}

/** What INSERT, UPDATE, DELETE and MERGE write to; hints are in the source. A plain name may be an alias of the FROM clause. */
export type DmlTarget = TableRef | TableVariable | TableFunction | OpenRowset;

/** `OUTPUT items [INTO target [(columns)]]`. Items refer to `inserted.x`, `deleted.x`, `$action`. */
export interface OutputClause extends NodeBase {
  readonly kind: 'output';
  readonly items: readonly SelectItem[];
  readonly into?: TableRef | TableVariable;
  readonly intoColumns: readonly Identifier[];
}

/** INSERT, with or without INTO. A statement may have two OUTPUT clauses: one INTO and one to the client. */
export interface Insert extends NodeBase {
  readonly kind: 'insert';
  readonly with?: WithClause;
  readonly top?: Top;
  readonly target: DmlTarget;
  readonly columns: readonly Identifier[];
  readonly output: readonly OutputClause[];
  readonly source: InsertSource;
  readonly options: readonly QueryHint[];
}

/** Where inserted rows come from. */
export type InsertSource = InsertValues | InsertQuery | InsertExecute | InsertDefaults;

/** `VALUES (…), (…)`. */
export interface InsertValues extends NodeBase {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

/** `INSERT … SELECT`. */
export interface InsertQuery extends NodeBase {
  readonly kind: 'insertQuery';
  readonly query: Query;
}

/** `INSERT … EXEC`. */
export interface InsertExecute extends NodeBase {
  readonly kind: 'insertExecute';
  readonly execute: Execute;
}

/** `INSERT … DEFAULT VALUES`. */
export interface InsertDefaults extends NodeBase {
  readonly kind: 'defaultValues';
}

/** One assignment of an UPDATE. */
export type SetClause = SetColumn | SetMethod;

/** `column = value`, `@v = value` (no column), `@v = column = value` (both). `op` is that before the value. */
export interface SetColumn extends NodeBase {
  readonly kind: 'setColumn';
  readonly variable?: Variable;
  readonly column?: ColumnRef;
  readonly op: AssignOperator;
  readonly value: Expression;
}

/** `column.WRITE(…)`, `column.modify(…)`. */
export interface SetMethod extends NodeBase {
  readonly kind: 'setMethod';
  readonly call: MethodCall;
}

/** UPDATE; `where` may be a `currentOf`. */
export interface Update extends NodeBase {
  readonly kind: 'update';
  readonly with?: WithClause;
  readonly top?: Top;
  readonly target: DmlTarget;
  readonly set: readonly SetClause[];
  readonly output: readonly OutputClause[];
  readonly from: readonly TableSource[];
  readonly where?: Expression;
  readonly options: readonly QueryHint[];
}

/** DELETE, with or without its first FROM; `from` is the second. */
export interface Delete extends NodeBase {
  readonly kind: 'delete';
  readonly with?: WithClause;
  readonly top?: Top;
  readonly target: DmlTarget;
  readonly output: readonly OutputClause[];
  readonly from: readonly TableSource[];
  readonly where?: Expression;
  readonly options: readonly QueryHint[];
}

/** MERGE INTO target USING source ON condition WHEN …. The target's alias is in the target. */
export interface Merge extends NodeBase {
  readonly kind: 'merge';
  readonly with?: WithClause;
  readonly top?: Top;
  readonly target: DmlTarget;
  readonly using: TableSource;
  readonly on: Expression;
  readonly whens: readonly MergeWhen[];
  readonly output: readonly OutputClause[];
  readonly options: readonly QueryHint[];
}

/** One WHEN of a MERGE. */
export interface MergeWhen extends NodeBase {
  readonly kind: 'mergeWhen';
  readonly match: 'matched' | 'notMatchedByTarget' | 'notMatchedBySource';
  readonly condition?: Expression;
  readonly action: MergeAction;
}

/** What a WHEN does. */
export type MergeAction = MergeUpdate | MergeDelete | MergeInsert;

/** THEN UPDATE SET …. */
export interface MergeUpdate extends NodeBase {
  readonly kind: 'mergeUpdate';
  readonly set: readonly SetClause[];
}

/** THEN DELETE. */
export interface MergeDelete extends NodeBase {
  readonly kind: 'mergeDelete';
}

/** THEN INSERT [(columns)] VALUES (…); `values` is undefined for DEFAULT VALUES. */
export interface MergeInsert extends NodeBase {
  readonly kind: 'mergeInsert';
  readonly columns: readonly Identifier[];
  readonly values?: readonly Expression[];
}

/** TRUNCATE TABLE; `partitions` is `WITH (PARTITIONS (…))`. */
export interface Truncate extends NodeBase {
  readonly kind: 'truncate';
  readonly table: ObjectName;
  readonly options: readonly Option[];
}

/** BULK INSERT t FROM 'file' WITH (…). */
export interface BulkInsert extends NodeBase {
  readonly kind: 'bulkInsert';
  readonly table: ObjectName;
  readonly from: Expression;
  readonly options: readonly Option[];
}

/** `INSERT BULK t (columns with types) [WITH (…)]`: what drivers send before a bulk load. */
export interface InsertBulk extends NodeBase {
  readonly kind: 'insertBulk';
  readonly table: ObjectName;
  readonly columns: readonly BulkColumn[];
  readonly hints: readonly TableHint[];
  readonly options: readonly Option[];
}

/** One column of INSERT BULK. */
export interface BulkColumn {
  readonly name: Identifier;
  readonly type: DataType;
  readonly collation?: Identifier;
  readonly nullable?: boolean;
}

/** READTEXT, WRITETEXT and UPDATETEXT on old LOB columns. */
export interface TextStatement extends NodeBase {
  readonly kind: 'textStatement';
  readonly verb: 'readtext' | 'writetext' | 'updatetext';
  readonly bulk: boolean;
  readonly column: ColumnRef;
  readonly args: readonly Expression[];
  readonly withLog: boolean;
}
