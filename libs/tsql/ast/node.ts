import type * as B from './base.ts';
import type { Expression, GraphPattern, GraphSameNode, WindowSpec } from './expressions.ts';
import type * as D from './dml.ts';
import type * as O from './objects.ts';
import type * as P from './procedural.ts';
import type * as Q from './queries.ts';
import type { Clause } from './server.ts';
import type { Statement } from './statement.ts';
import type * as T from './tables.ts';

/** The parts of a query that are nodes of their own. */
export type QueryNode =
  | Q.Query
  | Q.QueryBody
  | Q.Top
  | Q.SelectItem
  | Q.OrderItem
  | Q.GroupBy
  | Q.GroupItem
  | Q.WithClause
  | Q.Cte
  | Q.ForClause
  | Q.QueryHint
  | Q.TableSource
  | Q.TableHint
  | Q.TableSample
  | Q.SystemTime
  | Q.RowsetColumn;

/** The parts of a DML statement. */
export type DmlNode = D.OutputClause | D.InsertSource | D.SetClause | D.MergeWhen | D.MergeAction;

/** The parts of a table definition. */
export type TableNode =
  | T.StorageTarget
  | T.TableElement
  | T.ComputedColumn
  | T.Identity
  | T.IndexColumn
  | T.AlterTableAction
  | T.DroppedElement
  | T.DroppedIndex;

/** The parts of other statements. */
export type PartNode =
  | O.Parameter
  | O.ExternalName
  | O.FunctionReturns
  | O.SecurityPredicate
  | P.DeclareVariable
  | P.DeclareTable
  | P.CursorDefinition
  | P.ExecuteArgument
  | Clause
  | GraphPattern
  | GraphSameNode;

/** Every node of the tree, told apart by `kind`. */
export type Node =
  | B.Identifier
  | B.ObjectName
  | B.DataType
  | B.Option
  | Expression
  | WindowSpec
  | QueryNode
  | DmlNode
  | TableNode
  | PartNode
  | Statement;

/** The node that has a kind: `NodeOf<'selectSpec'>`. */
export type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;
