import type * as D from './dml.ts';
import type * as O from './objects.ts';
import type * as P from './procedural.ts';
import type * as S from './security.ts';
import type { ServerStatement } from './server.ts';
import type * as T from './tables.ts';

/** Queries and changes of data. */
export type DmlStatement =
  D.Select | D.Insert | D.Update | D.Delete | D.Merge | D.Truncate | D.BulkInsert | D.InsertBulk | D.TextStatement;

/** CREATE, ALTER and DROP of tables and what hangs on them. */
export type TableStatement =
  | T.CreateTable
  | T.AlterTable
  | T.CreateIndex
  | T.AlterIndex
  | T.DropIndex
  | T.CreateStatistics
  | T.UpdateStatistics
  | T.CreatePartitionFunction
  | T.AlterPartitionFunction
  | T.CreatePartitionScheme
  | T.AlterPartitionScheme;

/** The modules: their text is kept as a whole. */
export type ModuleStatement = O.CreateView | O.CreateProcedure | O.CreateFunction | O.CreateTrigger;

/** CREATE, ALTER and DROP of all other objects. */
export type ObjectStatement =
  | ModuleStatement
  | O.CreateSchema
  | O.AlterSchema
  | O.Sequence
  | O.CreateAliasType
  | O.CreateTableType
  | O.CreateClrObject
  | O.CreateSynonym
  | O.CreateRule
  | O.CreateDefault
  | O.CreateDatabase
  | O.AlterDatabase
  | O.DropObject
  | O.ToggleTrigger
  | O.CreateFullTextIndex
  | O.CreateFullTextCatalog
  | O.CreateXmlSchemaCollection
  | O.CreateAssembly
  | O.SecurityPolicy;

/** Principals and rights. */
export type SecurityStatement =
  S.User | S.Login | S.Role | S.Permission | S.AlterAuthorization | S.ExecuteAs | S.Revert;

/** Control flow, variables, cursors, transactions and the rest of what is done rather than defined. */
export type ProceduralStatement =
  | P.Declare
  | P.DeclareCursor
  | P.SetVariable
  | P.SetVariableMethod
  | P.SetProperty
  | P.SetOption
  | P.If
  | P.While
  | P.Block
  | P.Break
  | P.Continue
  | P.Return
  | P.Goto
  | P.Label
  | P.TryCatch
  | P.Throw
  | P.Raiserror
  | P.Print
  | P.Execute
  | P.BeginTransaction
  | P.CommitTransaction
  | P.RollbackTransaction
  | P.SaveTransaction
  | P.CursorStatement
  | P.Fetch
  | P.WaitFor
  | P.Use
  | P.Checkpoint
  | P.Dbcc
  | P.Kill
  | P.Reconfigure
  | P.Shutdown
  | P.SetUser
  | P.BackupRestore
  | P.Empty;

/** Any statement. */
export type Statement =
  | DmlStatement
  | TableStatement
  | ObjectStatement
  | SecurityStatement
  | ServerStatement
  | ProceduralStatement
  | P.UnknownStatement;
