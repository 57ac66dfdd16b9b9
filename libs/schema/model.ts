import type { ValueType } from '#values';

/** Neutral model of a database: what a catalog reader finds and the converter turns into DDL. Names are the source's own, untouched. */
export interface DatabaseModel {
  readonly name: string;
  readonly kind: 'sqlserver' | 'postgresql';
  /** Server version as the source prints it, e.g. '16.0.1000.6'. */
  readonly version: string;
  readonly collation: string;
  readonly schemas: readonly SchemaModel[];
  readonly tables: readonly TableModel[];
  readonly sequences: readonly SequenceModel[];
  readonly aliasTypes: readonly AliasTypeModel[];
  /** Types of table-valued parameters; left out where the source has none. */
  readonly tableTypes?: readonly TableTypeModel[];
  /** Views, procedures, functions, triggers, with their source text. */
  readonly modules: readonly ModuleModel[];
  readonly synonyms: readonly SynonymModel[];
  /** This and what follows is left out where the source has none. Functions that tables of the model are spread by. */
  readonly partitionFunctions?: readonly PartitionFunctionModel[];
  /** Users and roles of the database, without the fixed ones. */
  readonly principals?: readonly PrincipalModel[];
  readonly permissions?: readonly PermissionModel[];
  readonly securityPolicies?: readonly SecurityPolicyModel[];
  /** Extended properties other than MS_Description. */
  readonly properties?: readonly ExtendedPropertyModel[];
  /** What serves the database and is no object that can be converted: linked servers, jobs, queues, assemblies …: each becomes an issue. */
  readonly facilities?: readonly FacilityModel[];
}

export interface SchemaModel {
  readonly name: string;
  /** Who owns it, where that is not dbo. */
  readonly owner?: string;
  readonly comment?: string;
}

export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/** A column's type in the source's own words. Lengths as declared: characters for n-types, bytes for others, -1 = max. */
export interface SourceType {
  readonly name: string;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly collation?: string;
  /** Schema-qualified alias type, where the column was declared with one. */
  readonly alias?: QualifiedName;
}

export interface ColumnModel {
  /** Stable identifier inside the table (column_id, attnum): names may change, this does not. */
  readonly id: number;
  readonly name: string;
  readonly sourceType: SourceType;
  readonly value: ValueType;
  readonly nullable: boolean;
  /** Decimal texts: identities may be decimal(38,0). `lastValue` null = never used. */
  readonly identity?: { readonly seed: string; readonly increment: string; readonly lastValue: string | null };
  readonly computed?: { readonly definition: string; readonly persisted: boolean };
  /** `bound`: by CREATE DEFAULT and sp_bindefault; the definition is the expression alone all the same. */
  readonly default?: {
    readonly name: string;
    readonly definition: string;
    readonly systemNamed: boolean;
    readonly bound?: boolean;
  };
  /** Bound by sp_bindrule: a condition over one variable. It holds for values written after it was bound. */
  readonly rule?: QualifiedName & { readonly condition: string };
  readonly rowguidcol?: boolean;
  readonly sparse?: boolean;
  /** XML of all sparse columns; computed by the source. */
  readonly columnSet?: boolean;
  readonly filestream?: boolean;
  /** Function of dynamic data masking, e.g. `partial(2,"xx",0)`. */
  readonly maskedBy?: string;
  /** Always Encrypted. */
  readonly encrypted?: boolean;
  /** Period column of a temporal table. */
  readonly generatedAlways?: 'row-start' | 'row-end';
  /** Not part of `*`. */
  readonly hidden?: boolean;
  /** XML schema collection that values are held to. */
  readonly xmlSchema?: QualifiedName;
  readonly comment?: string;
}

export interface IndexColumn {
  readonly column: string;
  readonly descending: boolean;
}

export interface KeyModel {
  readonly name: string;
  readonly columns: readonly IndexColumn[];
  readonly clustered: boolean;
  readonly systemNamed: boolean;
  /** ALTER INDEX … DISABLE: a disabled constraint holds nothing. */
  readonly disabled?: boolean;
  readonly comment?: string;
}

export interface IndexModel extends KeyModel {
  readonly unique: boolean;
  readonly included: readonly string[];
  /** T-SQL text of a filtered index's predicate. */
  readonly filter?: string;
  readonly disabled: boolean;
  /** As in sys.indexes.type_desc: NONCLUSTERED, CLUSTERED, XML, SPATIAL, COLUMNSTORE… */
  readonly type: string;
}

export type ReferentialAction = 'NO ACTION' | 'CASCADE' | 'SET NULL' | 'SET DEFAULT';

export interface ForeignKeyModel {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: QualifiedName;
  readonly referencedColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  readonly disabled: boolean;
  readonly trusted: boolean;
  readonly systemNamed: boolean;
  readonly comment?: string;
}

export interface CheckModel {
  readonly name: string;
  readonly definition: string;
  readonly disabled: boolean;
  readonly trusted: boolean;
  readonly systemNamed: boolean;
  readonly comment?: string;
}

export interface TableModel extends QualifiedName {
  readonly objectId: number;
  readonly columns: readonly ColumnModel[];
  readonly primaryKey?: KeyModel;
  readonly uniques: readonly KeyModel[];
  readonly indexes: readonly IndexModel[];
  readonly foreignKeys: readonly ForeignKeyModel[];
  readonly checks: readonly CheckModel[];
  /** From statistics, not counted. */
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
  /** temporal, memory-optimized, graph, external …: named by the converter as issues. */
  readonly features: readonly string[];
  /** Of a system-versioned table: its period and where its older versions are. */
  readonly temporal?: { readonly start: string; readonly end: string; readonly history: QualifiedName };
  /** Spread over partitions by the values of a column. */
  readonly partitioned?: { readonly function: string; readonly column: string };
  readonly fullText?: FullTextModel;
  readonly comment?: string;
}

/** The full-text index of a table. `language` is an LCID; `typeColumn` names the column that tells the format of a binary document. */
export interface FullTextModel {
  readonly columns: readonly { readonly name: string; readonly language: number; readonly typeColumn?: string }[];
  readonly changeTracking: 'AUTO' | 'MANUAL' | 'OFF';
}

/** CREATE PARTITION FUNCTION: `right` = a bound belongs to the partition on its right. Bounds in order, as T-SQL constants. */
export interface PartitionFunctionModel {
  readonly name: string;
  readonly type: SourceType;
  readonly right: boolean;
  readonly bounds: readonly (string | null)[];
}

export interface PrincipalModel {
  readonly name: string;
  readonly kind: 'user' | 'role' | 'application-role';
  /** Roles that it is a member of, fixed ones (db_datareader …) among them. */
  readonly memberOf: readonly string[];
}

/** One row of sys.database_permissions, without what dbo has by itself. */
export interface PermissionModel {
  readonly grantee: string;
  readonly state: 'GRANT' | 'GRANT_WITH_GRANT_OPTION' | 'DENY';
  /** SELECT, EXECUTE, VIEW DEFINITION … */
  readonly permission: string;
  readonly on:
    | { readonly class: 'database' }
    | { readonly class: 'schema'; readonly schema: string }
    | ({ readonly class: 'object'; readonly column?: string } & QualifiedName)
    | ({ readonly class: 'type' } & QualifiedName)
    | { readonly class: 'other'; readonly name: string };
}

/** Row-level security. */
export interface SecurityPolicyModel extends QualifiedName {
  readonly enabled: boolean;
  readonly predicates: readonly {
    readonly type: 'filter' | 'block';
    readonly table: QualifiedName;
    /** AFTER INSERT, BEFORE DELETE …; of a block predicate without one: all. */
    readonly operation?: string;
    /** The call of the inline function, e.g. `([Security].[fn]([TenantId]))`. */
    readonly definition: string;
  }[];
}

export interface ExtendedPropertyModel {
  readonly name: string;
  readonly value: string;
  /** What it is a property of: the database, or an object or a part of one in the source's words. */
  readonly object: string;
}

export type FacilityKind =
  | 'linked-server'
  | 'agent-job'
  | 'broker-service'
  | 'broker-queue'
  | 'database-mail'
  | 'assembly'
  | 'clr-type'
  | 'xml-schema-collection'
  | 'certificate'
  | 'symmetric-key'
  | 'database-trigger'
  | 'external-data-source'
  | 'event-notification'
  | 'plan-guide'
  | 'database-audit';

export interface FacilityModel {
  readonly kind: FacilityKind;
  /** Schema-qualified where it has a schema. */
  readonly name: string;
  /** What tells more of it: the provider and address of a linked server, the steps of a job. */
  readonly detail?: string;
}

export interface SequenceModel extends QualifiedName {
  readonly type: SourceType;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cycle: boolean;
  readonly cache: number | null;
  readonly current: string;
  readonly comment?: string;
}

export interface AliasTypeModel extends QualifiedName {
  readonly base: SourceType;
  readonly nullable: boolean;
}

/** CREATE TYPE … AS TABLE. */
export interface TableTypeModel extends QualifiedName {
  readonly columns: readonly { readonly name: string; readonly sourceType: SourceType; readonly nullable: boolean }[];
}

export interface ModuleModel extends QualifiedName {
  readonly kind: 'view' | 'procedure' | 'scalar-function' | 'inline-function' | 'table-function' | 'trigger' | 'other';
  /** null: encrypted or CLR. */
  readonly definition: string | null;
  readonly usesAnsiNulls: boolean;
  readonly usesQuotedIdentifier: boolean;
  /** Of triggers: their table. */
  readonly parent?: QualifiedName;
  readonly disabled?: boolean;
  /** Of views: their indexes, which make them indexed views. */
  readonly indexes?: readonly IndexModel[];
  readonly comment?: string;
}

export interface SynonymModel extends QualifiedName {
  readonly baseObject: string;
}
