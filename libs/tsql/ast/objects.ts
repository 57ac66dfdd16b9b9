import type { DataType, Identifier, NodeBase, ObjectName, Option, Span } from './base.ts';
import type { Expression } from './expressions.ts';
import type { Query } from './queries.ts';
import type { IndexColumn, TableElement } from './tables.ts';
import type { Statement } from './statement.ts';

/** How a module or another object comes into being. */
export type CreateMode = 'create' | 'alter' | 'createOrAlter';

/** CREATE SCHEMA name [AUTHORIZATION owner] and the elements within it. */
export interface CreateSchema extends NodeBase {
  readonly kind: 'createSchema';
  readonly name?: Identifier;
  readonly authorization?: Identifier;
  readonly elements: readonly Statement[];
}

/** ALTER SCHEMA s TRANSFER [class ::] name. `class` is lower-case: object, type, xml schema collection. */
export interface AlterSchema extends NodeBase {
  readonly kind: 'alterSchema';
  readonly name: Identifier;
  readonly class?: string;
  readonly object: ObjectName;
}

/** CREATE SEQUENCE and ALTER SEQUENCE. A boolean is undefined where nothing was written; `null` is NO MINVALUE and its fellows. */
export interface Sequence extends NodeBase {
  readonly kind: 'sequence';
  readonly mode: 'create' | 'alter';
  readonly name: ObjectName;
  readonly type?: DataType;
  readonly start?: Expression;
  /** RESTART [WITH n]: true without a value. */
  readonly restart?: Expression | true;
  readonly increment?: Expression;
  readonly minValue?: Expression | null;
  readonly maxValue?: Expression | null;
  readonly cycle?: boolean;
  /** A number, `true` for CACHE without one, `null` for NO CACHE. */
  readonly cache?: Expression | true | null;
}

/** What the four kinds of module share. `source` covers the whole batch text that SQL Server would store, leading comments included. */
export interface Module extends NodeBase {
  readonly mode: CreateMode;
  readonly name: ObjectName;
  readonly source: Span;
  /** SCHEMABINDING, ENCRYPTION, RECOMPILE, VIEW_METADATA, NATIVE_COMPILATION, `EXECUTE AS` (value: keyword or literal) … */
  readonly options: readonly Option[];
}

/** CREATE VIEW. */
export interface CreateView extends Module {
  readonly kind: 'createView';
  readonly columns: readonly Identifier[];
  readonly query: Query;
  readonly checkOption: boolean;
}

/** One parameter of a procedure or function; `name` has its `@`. */
export interface Parameter extends NodeBase {
  readonly kind: 'parameter';
  readonly name: string;
  readonly type: DataType;
  readonly default?: Expression;
  readonly output: boolean;
  readonly readonly: boolean;
  readonly varying: boolean;
  readonly nullable?: boolean;
}

/** CREATE PROCEDURE. `number` is the group number of `name;1`. */
export interface CreateProcedure extends Module {
  readonly kind: 'createProcedure';
  readonly number?: number;
  readonly parameters: readonly Parameter[];
  readonly forReplication: boolean;
  readonly body: readonly Statement[];
  readonly external?: ExternalName;
}

/** `EXTERNAL NAME assembly.class.method`: a CLR routine. */
export interface ExternalName extends NodeBase {
  readonly kind: 'externalName';
  readonly parts: readonly Identifier[];
}

/** CREATE FUNCTION; `returns` says which of the three kinds. A multi-statement or scalar body is the content of BEGIN … END. */
export interface CreateFunction extends Module {
  readonly kind: 'createFunction';
  readonly parameters: readonly Parameter[];
  readonly returns: FunctionReturns;
  readonly body: readonly Statement[];
  readonly external?: ExternalName;
}

/** What a function returns. */
export type FunctionReturns = ReturnsScalar | ReturnsQuery | ReturnsTable;

/** RETURNS type. */
export interface ReturnsScalar extends NodeBase {
  readonly kind: 'returnsScalar';
  readonly type: DataType;
}

/** RETURNS TABLE AS RETURN query: an inline function; CLR table functions have `elements` and no query. */
export interface ReturnsQuery extends NodeBase {
  readonly kind: 'returnsQuery';
  readonly query?: Query;
  readonly elements: readonly TableElement[];
  /** The order in which a CLR table function says that its rows come. */
  readonly order?: readonly IndexColumn[];
}

/** RETURNS @t TABLE (…): a multi-statement function. */
export interface ReturnsTable extends NodeBase {
  readonly kind: 'returnsTable';
  readonly variable: string;
  readonly elements: readonly TableElement[];
}

/** CREATE TRIGGER: DML (`target` set), DDL (`scope` database or server) or LOGON. Events are upper-case. */
export interface CreateTrigger extends Module {
  readonly kind: 'createTrigger';
  readonly target?: ObjectName;
  readonly scope: 'object' | 'database' | 'server';
  readonly timing: 'after' | 'for' | 'insteadOf';
  readonly events: readonly string[];
  readonly withAppend: boolean;
  readonly notForReplication: boolean;
  readonly body: readonly Statement[];
  readonly external?: ExternalName;
}

/** CREATE TYPE … FROM type: an alias type. */
export interface CreateAliasType extends NodeBase {
  readonly kind: 'createAliasType';
  readonly name: ObjectName;
  readonly type: DataType;
  readonly nullable?: boolean;
}

/** CREATE TYPE … AS TABLE. */
export interface CreateTableType extends NodeBase {
  readonly kind: 'createTableType';
  readonly name: ObjectName;
  readonly elements: readonly TableElement[];
  readonly options: readonly Option[];
}

/** CREATE TYPE … EXTERNAL NAME, and CREATE AGGREGATE. */
export interface CreateClrObject extends NodeBase {
  readonly kind: 'createClrObject';
  readonly type: 'type' | 'aggregate';
  readonly name: ObjectName;
  readonly parameters: readonly Parameter[];
  readonly returns?: DataType;
  readonly external: ExternalName;
}

/** CREATE SYNONYM name FOR target. */
export interface CreateSynonym extends NodeBase {
  readonly kind: 'createSynonym';
  readonly name: ObjectName;
  readonly target: ObjectName;
}

/** CREATE RULE name AS condition; the condition has one variable. */
export interface CreateRule extends NodeBase {
  readonly kind: 'createRule';
  readonly name: ObjectName;
  readonly condition: Expression;
  readonly source: Span;
}

/** CREATE DEFAULT name AS value. */
export interface CreateDefault extends NodeBase {
  readonly kind: 'createDefault';
  readonly name: ObjectName;
  readonly value: Expression;
  readonly source: Span;
}

/** CREATE DATABASE. Files are options of their own (NAME, FILENAME, SIZE …). */
export interface CreateDatabase extends NodeBase {
  readonly kind: 'createDatabase';
  readonly name: Identifier;
  readonly containment?: string;
  readonly files: readonly FileGroup[];
  readonly logFiles: readonly FileSpec[];
  readonly collation?: Identifier;
  readonly options: readonly Option[];
  readonly snapshotOf?: Identifier;
  /** AS COPY OF, of Azure SQL. */
  readonly copyOf?: ObjectName;
  /** FOR ATTACH, FOR ATTACH_REBUILD_LOG. */
  readonly attach?: string;
}

/** The files of one file group; the first has no name when it is PRIMARY. */
export interface FileGroup {
  readonly name?: Identifier;
  readonly properties: readonly string[];
  readonly files: readonly FileSpec[];
}

/** `(NAME = …, FILENAME = '…', SIZE = 8MB)`. */
export type FileSpec = readonly Option[];

/** ALTER DATABASE: SET options, COLLATE, MODIFY NAME, file changes; `words` are the upper-case words before any value. */
export interface AlterDatabase extends NodeBase {
  readonly kind: 'alterDatabase';
  /** Absent for CURRENT. */
  readonly name?: Identifier;
  readonly action:
    'set' | 'collate' | 'modifyName' | 'addFile' | 'removeFile' | 'modifyFile' | 'filegroup' | 'scopedConfiguration';
  readonly options: readonly Option[];
  /** New name, collation, file or file group, as the action has it. */
  readonly target?: Identifier;
  /** NO_WAIT, ROLLBACK IMMEDIATE, ROLLBACK AFTER n. */
  readonly termination?: string;
  readonly files: readonly FileSpec[];
  readonly words: readonly string[];
}

/** The things that DROP names in one form. Lower-case, as in the statement. */
export type DroppedType =
  | 'table'
  | 'view'
  | 'procedure'
  | 'function'
  | 'trigger'
  | 'sequence'
  | 'synonym'
  | 'type'
  | 'schema'
  | 'database'
  | 'rule'
  | 'default'
  | 'statistics'
  | 'user'
  | 'login'
  | 'role'
  | 'server role'
  | 'application role'
  | 'partition function'
  | 'partition scheme'
  | 'fulltext index'
  | 'fulltext catalog'
  | 'xml schema collection'
  | 'assembly'
  | 'aggregate'
  | 'external table'
  | 'security policy';

/** `DROP type [IF EXISTS] name, …`. `scope` is that of a DDL trigger. DROP of other kinds is a `serverStatement`. */
export interface DropObject extends NodeBase {
  readonly kind: 'dropObject';
  readonly type: DroppedType;
  readonly ifExists: boolean;
  readonly names: readonly ObjectName[];
  readonly scope?: 'database' | 'server';
  /** DROP ASSEMBLY … WITH NO DEPENDENTS. */
  readonly noDependents?: boolean;
}

/** `ENABLE|DISABLE TRIGGER names|ALL ON object|DATABASE|ALL SERVER`; `names` is empty for ALL. */
export interface ToggleTrigger extends NodeBase {
  readonly kind: 'toggleTrigger';
  readonly enable: boolean;
  readonly names: readonly ObjectName[];
  readonly scope: 'object' | 'database' | 'server';
  readonly target?: ObjectName;
}

/** CREATE FULLTEXT INDEX ON t (columns) KEY INDEX k …. */
export interface CreateFullTextIndex extends NodeBase {
  readonly kind: 'createFullTextIndex';
  readonly table: ObjectName;
  readonly columns: readonly FullTextColumn[];
  readonly keyIndex: Identifier;
  /** The catalog. */
  readonly on?: Identifier;
  readonly filegroup?: Identifier;
  readonly options: readonly Option[];
}

/** One column of a full-text index. */
export interface FullTextColumn {
  readonly name: Identifier;
  readonly typeColumn?: Identifier;
  readonly language?: Expression;
  readonly statisticalSemantics: boolean;
}

/** CREATE FULLTEXT CATALOG. */
export interface CreateFullTextCatalog extends NodeBase {
  readonly kind: 'createFullTextCatalog';
  readonly name: Identifier;
  readonly asDefault: boolean;
  readonly options: readonly Option[];
  readonly authorization?: Identifier;
}

/** CREATE XML SCHEMA COLLECTION name AS text. */
export interface CreateXmlSchemaCollection extends NodeBase {
  readonly kind: 'createXmlSchemaCollection';
  readonly name: ObjectName;
  readonly content: Expression;
}

/** CREATE ASSEMBLY. */
export interface CreateAssembly extends NodeBase {
  readonly kind: 'createAssembly';
  readonly name: Identifier;
  readonly authorization?: Identifier;
  readonly from: readonly Expression[];
  readonly options: readonly Option[];
}

/** CREATE SECURITY POLICY and ALTER SECURITY POLICY of row-level security. */
export interface SecurityPolicy extends NodeBase {
  readonly kind: 'securityPolicy';
  readonly mode: 'create' | 'alter';
  readonly name: ObjectName;
  readonly predicates: readonly SecurityPredicate[];
  readonly options: readonly Option[];
  readonly notForReplication: boolean;
}

/** One predicate: `ADD FILTER PREDICATE f(args) ON t`, `ADD BLOCK PREDICATE … AFTER INSERT`. */
export interface SecurityPredicate extends NodeBase {
  readonly kind: 'securityPredicate';
  readonly change: 'add' | 'alter' | 'drop';
  readonly type: 'filter' | 'block';
  readonly call?: Expression;
  readonly table: ObjectName;
  /** AFTER INSERT, BEFORE DELETE …, upper-case. */
  readonly operation?: string;
}
