import type { TdsType } from '../session.ts';

/** One column as the translator and the executor see it. */
export interface CatalogColumn {
  readonly id: number;
  readonly name: string;
  /** Name in PostgreSQL: `c<id>` for user tables, the name itself for system views. */
  readonly physical: string;
  readonly type: TdsType;
  readonly nullable: boolean;
  readonly userTypeId: number;
  readonly identity?: { readonly seed: bigint; readonly increment: bigint };
  readonly computed?: { readonly definition: string; readonly persisted: boolean };
  /** T-SQL of the default, with its parentheses. */
  readonly default?: { readonly objectId: number; readonly name: string; readonly definition: string };
  readonly rowGuid: boolean;
}

export interface CatalogIndex {
  readonly id: number;
  readonly name: string;
  readonly physical: string;
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly primaryKey: boolean;
  readonly uniqueConstraint: boolean;
  /** object_id of the key constraint, where it is one. */
  readonly constraintId?: number;
  readonly ignoreDupKey: boolean;
  readonly columns: readonly { readonly columnId: number; readonly descending: boolean }[];
  readonly included: readonly number[];
  readonly filter?: string;
  readonly disabled: boolean;
}

export interface CatalogForeignKey {
  readonly objectId: number;
  readonly name: string;
  readonly parentId: number;
  readonly referencedId: number;
  readonly columns: readonly { readonly parentColumnId: number; readonly referencedColumnId: number }[];
  readonly onDelete: 'NO_ACTION' | 'CASCADE' | 'SET_NULL' | 'SET_DEFAULT';
  readonly onUpdate: 'NO_ACTION' | 'CASCADE' | 'SET_NULL' | 'SET_DEFAULT';
  readonly disabled: boolean;
}

export interface CatalogCheck {
  readonly objectId: number;
  readonly name: string;
  readonly columnId: number;
  readonly definition: string;
  readonly disabled: boolean;
}

export interface CatalogParameter {
  readonly id: number;
  readonly name: string;
  readonly type: TdsType;
  readonly userTypeId: number;
  readonly output: boolean;
  readonly hasDefault: boolean;
  readonly readonly: boolean;
}

export interface CatalogTrigger {
  readonly objectId: number;
  readonly name: string;
  readonly parentId: number;
  readonly insteadOf: boolean;
  readonly disabled: boolean;
  readonly events: readonly string[];
}

/** sys.objects.type without its blanks: U table, V view, P, FN, IF, TF, TR, SN synonym, SO sequence, TT table type, PK, UQ, F, C, D, S system table. */
export type ObjectKind =
  'U' | 'V' | 'P' | 'FN' | 'IF' | 'TF' | 'TR' | 'SN' | 'SO' | 'TT' | 'PK' | 'UQ' | 'F' | 'C' | 'D' | 'S';

export interface CatalogObject {
  readonly id: number;
  readonly schemaId: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: ObjectKind;
  readonly parentId: number;
  /** PostgreSQL schema and name: `u`.`t<id>` for tables, `sys`.`tables` for system views. */
  readonly physicalSchema: string;
  readonly physical: string;
  /** True for sys.*, INFORMATION_SCHEMA.* and the tables of CDC. */
  readonly system: boolean;
  readonly columns: readonly CatalogColumn[];
  readonly indexes: readonly CatalogIndex[];
  readonly checks: readonly CatalogCheck[];
  /** Foreign keys of this table, and those of others that refer to it. */
  readonly foreignKeys: readonly CatalogForeignKey[];
  readonly referencedBy: readonly CatalogForeignKey[];
  readonly triggers: readonly CatalogTrigger[];
  readonly parameters: readonly CatalogParameter[];
  /** Scalar functions. */
  readonly returns?: CatalogParameter;
  /** Views, procedures, functions, triggers: their T-SQL. */
  readonly definition?: string;
  readonly quotedIdentifier?: boolean;
  readonly ansiNulls?: boolean;
  /** Views: WITH CHECK OPTION. */
  readonly checkOption?: boolean;
  /** Synonyms: the name they stand for, as written. */
  readonly baseObject?: string;
  readonly trackedByCdc: boolean;
}

export interface CatalogTypeDef {
  readonly userTypeId: number;
  readonly systemTypeId: number;
  readonly schema: string;
  readonly name: string;
  /** The built-in type beneath; for a table type `{ name: 'table' }`. */
  readonly type: TdsType;
  readonly nullable: boolean;
  /** object_id of a table type's hidden table. */
  readonly tableObjectId?: number;
}

/** A partition function: `u.pf<id>` in PostgreSQL. */
export interface CatalogPartitionFunction {
  readonly id: number;
  readonly name: string;
  readonly type: TdsType;
  readonly right: boolean;
  /** How many partitions it makes. */
  readonly fanout: number;
}

export interface CatalogSchema {
  readonly id: number;
  readonly name: string;
  readonly principalId: number;
}

export interface DatabaseInfo {
  readonly id: number;
  readonly name: string;
  readonly collation: string;
  readonly caseSensitive: boolean;
  readonly compatibilityLevel: number;
}

/**
 * The catalog of one database at one moment: immutable, answers at once. Names are compared by the database's collation.
 * A missing schema means: the user's default schema (`dbo` unless given), then `sys`.
 */
export interface CatalogSnapshot {
  readonly version: number;
  readonly database: DatabaseInfo;
  /** Tables, views, procedures, functions, synonyms, sequences, triggers, constraints; system views too. */
  object(schema: string | undefined, name: string, defaultSchema?: string): CatalogObject | undefined;
  objectById(id: number): CatalogObject | undefined;
  /** User tables in order of object_id. */
  tables(): readonly CatalogObject[];
  objects(): Iterable<CatalogObject>;
  column(object: CatalogObject, name: string): CatalogColumn | undefined;
  /** Alias types, table types and the built-in ones by name. */
  type(schema: string | undefined, name: string): CatalogTypeDef | undefined;
  typeById(userTypeId: number): CatalogTypeDef | undefined;
  partitionFunction(name: string): CatalogPartitionFunction | undefined;
  schema(name: string): CatalogSchema | undefined;
  schemas(): readonly CatalogSchema[];
  /** The form in which two names of this database are equal or not. */
  fold(name: string): string;
}
