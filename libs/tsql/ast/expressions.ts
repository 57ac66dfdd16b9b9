import type { DataType, Identifier, NodeBase, ObjectName } from './base.ts';
import type { OrderItem, Query } from './queries.ts';

/** The T-SQL type that a constant has before any conversion; an integer too large for int is `decimal`, as in SQL Server. */
export type LiteralType = 'int' | 'decimal' | 'float' | 'money' | 'string' | 'nstring' | 'binary' | 'null';

/**
 * A constant. `text` is its exact spelling. `value` is the string without quotes and with doubled quotes undone; the digits
 * of a number; a money amount without its currency sign; the hexadecimal digits of a binary; '' for NULL.
 */
export interface Literal extends NodeBase {
  readonly kind: 'literal';
  readonly type: LiteralType;
  readonly text: string;
  readonly value: string;
}

/** The word DEFAULT where a value is expected (VALUES, SET, EXEC, function arguments). */
export interface DefaultValue extends NodeBase {
  readonly kind: 'default';
}

/** A bare word that is neither a name nor a value: ON, OFF and the like in options. Upper-case. */
export interface Keyword extends NodeBase {
  readonly kind: 'keyword';
  readonly name: string;
}

/**
 * A column, alias, or any other dotted name in a place of a value: last part is the column. Date parts (`DATEADD(day, …)`) and
 * the pseudo columns `$action`, `$identity`, `$rowguid`, `$node_id` … are columns of that name. A skipped part is null.
 */
export interface ColumnRef extends NodeBase {
  readonly kind: 'column';
  readonly parts: readonly (Identifier | null)[];
}

/** `*` or `t.*`, in a select list or as the argument of COUNT. */
export interface Star extends NodeBase {
  readonly kind: 'star';
  readonly qualifier: readonly (Identifier | null)[];
}

/** A local variable, with its `@`. */
export interface Variable extends NodeBase {
  readonly kind: 'variable';
  readonly name: string;
}

/** `@@ROWCOUNT` and the like, as written, with both signs. */
export interface GlobalVariable extends NodeBase {
  readonly kind: 'globalVariable';
  readonly name: string;
}

/** `not` is the logical negation of a predicate. */
export interface Unary extends NodeBase {
  readonly kind: 'unary';
  readonly op: '+' | '-' | '~' | 'not';
  readonly operand: Expression;
}

/** Comparison operators; `!=`, `!<` and `!>` are folded to `<>`, `>=` and `<=`. */
export type ComparisonOperator = '=' | '<>' | '<' | '>' | '<=' | '>=';

/** Every operator with two sides; `*=` and `=*` are the old outer joins in a WHERE. */
export type BinaryOperator =
  ComparisonOperator | '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | '||' | 'and' | 'or' | '*=' | '=*';

/** Parentheses are not in the tree: its shape says what they said. */
export interface Binary extends NodeBase {
  readonly kind: 'binary';
  readonly op: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `CASE [operand] WHEN … THEN … [ELSE …] END`. */
export interface Case extends NodeBase {
  readonly kind: 'case';
  readonly operand?: Expression;
  readonly whens: readonly CaseWhen[];
  readonly otherwise?: Expression;
}

/** One arm of a CASE; `when` is a value if the CASE has an operand, else a predicate. */
export interface CaseWhen {
  readonly when: Expression;
  readonly then: Expression;
}

/** CAST, CONVERT, PARSE and their TRY_ forms. `style` belongs to CONVERT, `culture` to PARSE. */
export interface Cast extends NodeBase {
  readonly kind: 'cast';
  readonly fn: 'cast' | 'try_cast' | 'convert' | 'try_convert' | 'parse' | 'try_parse';
  readonly expression: Expression;
  readonly type: DataType;
  readonly style?: Expression;
  readonly culture?: Expression;
}

/** A function by name. COUNT(*) has one `star` argument; `parens` is false for CURRENT_TIMESTAMP, SYSTEM_USER and the like. */
export interface FunctionCall extends NodeBase {
  readonly kind: 'call';
  readonly name: ObjectName;
  readonly args: readonly Expression[];
  readonly parens: boolean;
  readonly distinct: boolean;
  readonly withinGroup?: readonly OrderItem[];
  /** `WITHIN GROUP (GRAPH PATH)` of graph tables. */
  readonly graphPath?: boolean;
  readonly over?: WindowSpec;
  readonly nulls?: 'respect' | 'ignore';
  /** `TRIM(LEADING x FROM y)`: args are [x, y]. Also set to `both` for `TRIM(x FROM y)`. */
  readonly trim?: 'leading' | 'trailing' | 'both';
  /** `JSON_OBJECT('k': v)`: args are k, v, k, v …; `jsonNulls` is the NULL ON NULL / ABSENT ON NULL clause. */
  readonly jsonPairs?: boolean;
  readonly jsonNulls?: 'null' | 'absent';
}

/** `{fn NOW()}` is a plain call; `{d '…'}`, `{t '…'}`, `{ts '…'}` and `{guid '…'}` are this. */
export interface OdbcLiteral extends NodeBase {
  readonly kind: 'odbcLiteral';
  readonly type: 'd' | 't' | 'ts' | 'guid';
  readonly value: string;
}

/** `{fn CONVERT(x, SQL_INTEGER)}`, `{fn EXTRACT(YEAR FROM x)}`, `{fn CURRENT_DATE()}`: functions that T-SQL itself writes in another way. */
export interface OdbcCall extends NodeBase {
  readonly kind: 'odbcCall';
  /** Upper-case. */
  readonly name: string;
  readonly args: readonly Expression[];
}

/** `OVER (…)`, or `OVER w` where only `reference` is set. */
export interface WindowSpec extends NodeBase {
  readonly kind: 'window';
  readonly reference?: Identifier;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: WindowFrame;
}

/** ROWS or RANGE of a window. */
export interface WindowFrame {
  readonly unit: 'rows' | 'range';
  readonly from: FrameBound;
  readonly to?: FrameBound;
}

/** One end of a frame; `value` belongs to preceding and following. */
export interface FrameBound {
  readonly type: 'unboundedPreceding' | 'preceding' | 'currentRow' | 'following' | 'unboundedFollowing';
  readonly value?: Expression;
}

/** `NEXT VALUE FOR s [OVER (ORDER BY …)]`. */
export interface NextValueFor extends NodeBase {
  readonly kind: 'nextValueFor';
  readonly sequence: ObjectName;
  readonly over?: WindowSpec;
}

/** A method of a value: `x.value('…', 'int')`, `h.GetLevel()`. */
export interface MethodCall extends NodeBase {
  readonly kind: 'methodCall';
  readonly target: Expression;
  readonly method: Identifier;
  readonly args: readonly Expression[];
}

/** A property of a value that is not a plain column: `@g.Lat`, `f(x).Long`. */
export interface PropertyAccess extends NodeBase {
  readonly kind: 'property';
  readonly target: Expression;
  readonly name: Identifier;
}

/** A static method or property of a type: `hierarchyid::Parse('/1/')`, `geography::Null` (no `args`). */
export interface StaticCall extends NodeBase {
  readonly kind: 'staticCall';
  readonly type: ObjectName;
  readonly method: Identifier;
  readonly args?: readonly Expression[];
}

/** `expression COLLATE name`. */
export interface Collate extends NodeBase {
  readonly kind: 'collate';
  readonly expression: Expression;
  readonly collation: Identifier;
}

/** `expression AT TIME ZONE zone`. */
export interface AtTimeZone extends NodeBase {
  readonly kind: 'atTimeZone';
  readonly expression: Expression;
  readonly zone: Expression;
}

/** A query in the place of a value. */
export interface Subquery extends NodeBase {
  readonly kind: 'subquery';
  readonly query: Query;
}

/** `EXISTS (query)`. */
export interface Exists extends NodeBase {
  readonly kind: 'exists';
  readonly query: Query;
}

/** `[NOT] IN (values)` or `[NOT] IN (query)`: exactly one of `values` and `query` is set. */
export interface In extends NodeBase {
  readonly kind: 'in';
  readonly not: boolean;
  readonly expression: Expression;
  readonly values?: readonly Expression[];
  readonly query?: Query;
}

/** `[NOT] BETWEEN low AND high`. */
export interface Between extends NodeBase {
  readonly kind: 'between';
  readonly not: boolean;
  readonly expression: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

/** `[NOT] LIKE pattern [ESCAPE c]`. */
export interface Like extends NodeBase {
  readonly kind: 'like';
  readonly not: boolean;
  readonly expression: Expression;
  readonly pattern: Expression;
  readonly escape?: Expression;
}

/** `IS [NOT] NULL`. */
export interface IsNull extends NodeBase {
  readonly kind: 'isNull';
  readonly not: boolean;
  readonly expression: Expression;
}

/** `IS [NOT] DISTINCT FROM`. */
export interface IsDistinct extends NodeBase {
  readonly kind: 'isDistinct';
  readonly not: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

/** `left op ALL|ANY|SOME (query)`. */
export interface Quantified extends NodeBase {
  readonly kind: 'quantified';
  readonly op: ComparisonOperator;
  readonly quantifier: 'all' | 'any' | 'some';
  readonly left: Expression;
  readonly query: Query;
}

/** CONTAINS and FREETEXT in a condition. `columns` may be one `star`. */
export interface FullTextPredicate extends NodeBase {
  readonly kind: 'fullText';
  readonly fn: 'contains' | 'freetext';
  readonly columns: readonly (ColumnRef | Star)[];
  /** `PROPERTY(column, 'name')`. */
  readonly property?: Expression;
  readonly condition: Expression;
  readonly language?: Expression;
}

/** `MATCH(a-(e)->b AND …)` of graph tables: what stands between its ANDs. */
export interface GraphMatch extends NodeBase {
  readonly kind: 'graphMatch';
  readonly patterns: readonly (GraphPattern | GraphSameNode)[];
}

/** A chain of nodes and edges: `a-(e)->b<-(f)-c`, alone or within SHORTEST_PATH. */
export interface GraphPattern extends NodeBase {
  readonly kind: 'graphPattern';
  readonly shortestPath: boolean;
  readonly parts: readonly GraphPart[];
}

/** `LAST_NODE(a) = LAST_NODE(b)`. */
export interface GraphSameNode extends NodeBase {
  readonly kind: 'graphSameNode';
  readonly left: Identifier;
  readonly right: Identifier;
}

/** A node (`last` for LAST_NODE), an edge with its direction, or a stretch that repeats: `(-(e)->b)+`, `(…){1,3}`. */
export type GraphPart =
  | { readonly type: 'node'; readonly name: Identifier; readonly last: boolean }
  | { readonly type: 'edge'; readonly name: Identifier; readonly direction: 'right' | 'left' }
  | {
      readonly type: 'repeat';
      readonly parts: readonly GraphPart[];
      /** Absent for `+`: once or more. */
      readonly times?: { readonly from: number; readonly to: number };
    };

/** `CURRENT OF cursor`, only as the whole WHERE of UPDATE and DELETE. */
export interface CurrentOf extends NodeBase {
  readonly kind: 'currentOf';
  readonly cursor: Identifier | Variable;
  readonly global: boolean;
}

/** Anything that has a value or a truth value. */
export type Expression =
  | Literal
  | DefaultValue
  | Keyword
  | ColumnRef
  | Star
  | Variable
  | GlobalVariable
  | Unary
  | Binary
  | Case
  | Cast
  | FunctionCall
  | OdbcLiteral
  | OdbcCall
  | NextValueFor
  | MethodCall
  | PropertyAccess
  | StaticCall
  | Collate
  | AtTimeZone
  | Subquery
  | Exists
  | In
  | Between
  | Like
  | IsNull
  | IsDistinct
  | Quantified
  | FullTextPredicate
  | GraphMatch
  | CurrentOf;
