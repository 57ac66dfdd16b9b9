import type { DataType, Identifier, NodeBase, ObjectName, Option } from './base.ts';
import type { Expression, FunctionCall, Literal, MethodCall, Star, Variable, WindowSpec } from './expressions.ts';
import type { Delete, Insert, Merge, Update } from './dml.ts';

/**
 * A query wherever one may stand: a SELECT statement, a view, a subquery, a derived table. ORDER BY, OFFSET, FOR and OPTION
 * belong to the whole, also of a UNION.
 */
export interface Query extends NodeBase {
  readonly kind: 'query';
  readonly with?: WithClause;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly offset?: Expression;
  readonly fetch?: Expression;
  readonly for?: ForClause;
  readonly options: readonly QueryHint[];
}

/** One SELECT, or two bodies combined. */
export type QueryBody = SelectSpec | SetOperation;

/** `left UNION [ALL] | EXCEPT | INTERSECT right`; the tree shows which was in parentheses. */
export interface SetOperation extends NodeBase {
  readonly kind: 'setOperation';
  readonly op: 'union' | 'except' | 'intersect';
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

/** One SELECT … FROM … WHERE … GROUP BY … HAVING. The sources of `from` are separated by commas. */
export interface SelectSpec extends NodeBase {
  readonly kind: 'selectSpec';
  readonly distinct: boolean;
  readonly top?: Top;
  readonly items: readonly SelectItem[];
  readonly into?: ObjectName;
  readonly intoFilegroup?: Identifier;
  readonly from: readonly TableSource[];
  readonly where?: Expression;
  readonly groupBy?: GroupBy;
  readonly having?: Expression;
  readonly windows: readonly NamedWindow[];
}

/** `TOP (n) [PERCENT] [WITH TIES]`, also of INSERT, UPDATE, DELETE and MERGE (there without WITH TIES). */
export interface Top extends NodeBase {
  readonly kind: 'top';
  readonly expression: Expression;
  readonly percent: boolean;
  readonly withTies: boolean;
}

/** `WINDOW name AS (…)`. */
export interface NamedWindow {
  readonly name: Identifier;
  readonly window: WindowSpec;
}

/** One entry of a select list. */
export type SelectItem = SelectExpression | SelectAssign | Star;

/** `expression [AS] alias` or `alias = expression`. */
export interface SelectExpression extends NodeBase {
  readonly kind: 'selectItem';
  readonly expression: Expression;
  readonly alias?: Identifier;
}

/** An assignment operator: `=` or a compound one. */
export type AssignOperator = '=' | '+=' | '-=' | '*=' | '/=' | '%=' | '&=' | '|=' | '^=' | '||=';

/** `SELECT @v = expression`. */
export interface SelectAssign extends NodeBase {
  readonly kind: 'selectAssign';
  readonly variable: Variable;
  readonly op: AssignOperator;
  readonly expression: Expression;
}

/** One entry of an ORDER BY; `direction` is undefined where it was not written. */
export interface OrderItem extends NodeBase {
  readonly kind: 'orderItem';
  readonly expression: Expression;
  readonly direction?: 'asc' | 'desc';
}

/** GROUP BY. `legacy` is the old `GROUP BY a, b WITH ROLLUP|CUBE`, `all` is GROUP BY ALL. */
export interface GroupBy extends NodeBase {
  readonly kind: 'groupBy';
  readonly items: readonly GroupItem[];
  readonly legacy?: 'rollup' | 'cube';
  readonly all: boolean;
}

/** One grouping element. */
export type GroupItem = GroupExpressions | GroupOperator;

/** A plain element: one expression, `(a, b)` within ROLLUP and the like, or `()` with none. */
export interface GroupExpressions extends NodeBase {
  readonly kind: 'groupExpressions';
  readonly expressions: readonly Expression[];
}

/** `ROLLUP (…)`, `CUBE (…)`, `GROUPING SETS (…)`. */
export interface GroupOperator extends NodeBase {
  readonly kind: 'groupOperator';
  readonly op: 'rollup' | 'cube' | 'groupingSets';
  readonly items: readonly GroupItem[];
}

/** `WITH [XMLNAMESPACES (…),] cte AS (…), …` before a query or a DML statement. */
export interface WithClause extends NodeBase {
  readonly kind: 'with';
  readonly namespaces: readonly XmlNamespace[];
  readonly ctes: readonly Cte[];
  /** `CHANGE_TRACKING_CONTEXT (value)` before a change of data. */
  readonly changeContext?: Expression;
}

/** `'uri' AS prefix`, or `DEFAULT 'uri'` where there is no prefix. */
export interface XmlNamespace {
  readonly uri: Literal;
  readonly prefix?: Identifier;
}

/** One common table expression. */
export interface Cte extends NodeBase {
  readonly kind: 'cte';
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly query: Query;
}

/** FOR XML, FOR JSON or FOR BROWSE. Options are by name: AUTO/RAW/PATH/EXPLICIT is `mode`, ROOT('x') an option with a value. */
export interface ForClause extends NodeBase {
  readonly kind: 'for';
  readonly type: 'xml' | 'json' | 'browse';
  readonly mode?: 'auto' | 'raw' | 'path' | 'explicit';
  /** The argument of RAW('row') or PATH('row'). */
  readonly element?: Literal;
  /** Upper-case names: ELEMENTS, ELEMENTS XSINIL, ELEMENTS ABSENT, TYPE, ROOT, BINARY BASE64, XMLSCHEMA, XMLDATA, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER. */
  readonly options: readonly Option[];
}

/** One hint of `OPTION (…)`: its words upper-case (`HASH JOIN`, `MAXRECURSION`), and its argument, if it has one. */
export interface QueryHint extends NodeBase {
  readonly kind: 'queryHint';
  readonly name: string;
  readonly args: readonly Expression[];
  /** `OPTIMIZE FOR (@a = 1, @b UNKNOWN)`; UNKNOWN has no value. */
  readonly variables?: readonly { readonly variable: Variable; readonly value?: Expression }[];
  /** `TABLE HINT (name, hints)`. */
  readonly hints?: readonly TableHint[];
}

/** Whatever may stand in a FROM. */
export type TableSource =
  | TableRef
  | TableVariable
  | TableFunction
  | DerivedTable
  | ValuesTable
  | DmlTable
  | Join
  | Pivot
  | Unpivot
  | OpenRowset
  | FullTextTable
  | ChangeTable;

/** `columns` renames the columns: `AS t(a, b)`. */
export interface Aliased extends NodeBase {
  readonly alias?: Identifier;
  readonly columns: readonly Identifier[];
}

/** A table, view, synonym, CTE or temporary table. */
export interface TableRef extends Aliased {
  readonly kind: 'table';
  readonly name: ObjectName;
  readonly hints: readonly TableHint[];
  readonly sample?: TableSample;
  readonly systemTime?: SystemTime;
  /** `FOR PATH` of graph tables. */
  readonly forPath?: boolean;
}

/** One table hint: NOLOCK, INDEX(…), FORCESEEK(…) … upper-case. */
export interface TableHint extends NodeBase {
  readonly kind: 'tableHint';
  readonly name: string;
  readonly args: readonly Expression[];
}

/** `TABLESAMPLE [SYSTEM] (n PERCENT|ROWS) [REPEATABLE (s)]`. */
export interface TableSample extends NodeBase {
  readonly kind: 'tableSample';
  readonly value: Expression;
  readonly unit?: 'percent' | 'rows';
  readonly repeatable?: Expression;
}

/** `FOR SYSTEM_TIME …`; `from` and `to` as the form has them (AS OF has only `from`, ALL none). */
export interface SystemTime extends NodeBase {
  readonly kind: 'systemTime';
  readonly type: 'asOf' | 'fromTo' | 'between' | 'containedIn' | 'all';
  readonly from?: Expression;
  readonly to?: Expression;
}

/** A table variable or table-valued parameter. */
export interface TableVariable extends Aliased {
  readonly kind: 'tableVariable';
  readonly name: string;
  readonly hints: readonly TableHint[];
}

/** A function in FROM: user functions, OPENJSON, OPENXML, OPENQUERY, STRING_SPLIT, `x.nodes('…')`, `@x.nodes('…')`, `::fn_…`. */
export interface TableFunction extends Aliased {
  readonly kind: 'tableFunction';
  readonly call: FunctionCall | MethodCall;
  /** The columns in parentheses that are the second argument of a semantic search; `call` lacks them. */
  readonly searched?: readonly Expression[];
  /** WITH (…) of OPENJSON and OPENXML; `schemaTable` is OPENXML's WITH table. */
  readonly schema?: readonly RowsetColumn[];
  readonly schemaTable?: ObjectName;
  readonly hints: readonly TableHint[];
}

/** One column of the WITH list of OPENJSON, OPENXML or OPENROWSET. `path` is a string, or an ordinal for OPENROWSET. */
export interface RowsetColumn extends NodeBase {
  readonly kind: 'rowsetColumn';
  readonly name: Identifier;
  readonly type: DataType;
  readonly path?: Literal;
  readonly asJson: boolean;
  readonly collation?: Identifier;
}

/** `(query) AS t`. */
export interface DerivedTable extends Aliased {
  readonly kind: 'derivedTable';
  readonly query: Query;
}

/** `(VALUES (…), (…)) AS t(a, b)`. */
export interface ValuesTable extends Aliased {
  readonly kind: 'valuesTable';
  readonly rows: readonly (readonly Expression[])[];
}

/** `(MERGE … OUTPUT …) AS t`: composable DML, only below INSERT … SELECT. */
export interface DmlTable extends Aliased {
  readonly kind: 'dmlTable';
  readonly statement: Insert | Update | Delete | Merge;
}

/** A join; `on` is undefined for cross joins and APPLY. */
export interface Join extends NodeBase {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'crossApply' | 'outerApply';
  readonly hint?: 'loop' | 'hash' | 'merge' | 'remote';
  readonly left: TableSource;
  readonly right: TableSource;
  readonly on?: Expression;
}

/** `source PIVOT (aggregate(args) FOR column IN ([a], [b])) AS t`. */
export interface Pivot extends Aliased {
  readonly kind: 'pivot';
  readonly source: TableSource;
  readonly aggregate: FunctionCall;
  readonly column: Expression;
  readonly values: readonly Identifier[];
}

/** `source UNPIVOT (value FOR name IN (a, b)) AS t`. */
export interface Unpivot extends Aliased {
  readonly kind: 'unpivot';
  readonly source: TableSource;
  readonly value: Identifier;
  readonly column: Identifier;
  readonly values: readonly Expression[];
}

/**
 * OPENROWSET, OPENDATASOURCE and PREDICT: `bulk` is the BULK form with its options; else `args` are the provider's strings, in
 * order. PREDICT has its model in `args`, its data in `object` and `objectAlias`.
 */
export interface OpenRowset extends Aliased {
  readonly kind: 'openRowset';
  readonly fn: 'openrowset' | 'opendatasource' | 'predict';
  readonly bulk: boolean;
  readonly args: readonly Expression[];
  readonly options: readonly Option[];
  readonly object?: ObjectName;
  readonly objectAlias?: Identifier;
  readonly schema?: readonly RowsetColumn[];
}

/** `CONTAINSTABLE | FREETEXTTABLE (table, columns, condition [, LANGUAGE l] [, n])`. */
export interface FullTextTable extends Aliased {
  readonly kind: 'fullTextTable';
  readonly fn: 'containstable' | 'freetexttable';
  readonly table: ObjectName;
  readonly searched: readonly Expression[];
  /** The name of a property of documents: `PROPERTY(column, 'name')`. */
  readonly property?: Expression;
  readonly condition: Expression;
  readonly language?: Expression;
  readonly top?: Expression;
}

/** `CHANGETABLE (CHANGES t, version)` and `CHANGETABLE (VERSION t, (columns), (values))` of change tracking. */
export interface ChangeTable extends Aliased {
  readonly kind: 'changeTable';
  readonly type: 'changes' | 'version';
  readonly table: ObjectName;
  readonly version?: Expression;
  readonly keyColumns: readonly Identifier[];
  readonly keyValues: readonly Expression[];
  readonly forceSeek: boolean;
}
