/** The statements that are read, by short names. */
import type { CreateDefault, CreateRule } from '#tsql';

export type {
  CreateAliasType,
  CreateFullTextIndex,
  CreateFunction,
  CreateIndex,
  CreatePartitionFunction,
  CreateProcedure,
  CreateSchema,
  CreateSynonym,
  CreateTable,
  CreateTableType,
  CreateTrigger,
  CreateView,
  Expression,
  ObjectName,
  Option,
  Sequence,
  Statement,
} from '#tsql';

export type CreateBindable = CreateRule | CreateDefault;
