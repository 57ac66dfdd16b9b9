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
}

export interface SchemaModel {
  readonly name: string;
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
  readonly default?: { readonly name: string; readonly definition: string; readonly systemNamed: boolean };
  readonly rowguidcol?: boolean;
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
  readonly comment?: string;
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
  readonly comment?: string;
}

export interface SynonymModel extends QualifiedName {
  readonly baseObject: string;
}
