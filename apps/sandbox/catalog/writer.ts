import type { StatisticsModel } from './write-statistics.ts';
import type { ColumnProperty } from './write-columns.ts';
import type { Boundary, PartitionFunctionModel } from './write-partitions.ts';
import type {
  CheckModel,
  ColumnModel,
  CreatedKey,
  CreatedTable,
  DefaultModel,
  ForeignKeyModel,
  IndexModel,
  IndexOptions,
  KeyModel,
  ModuleModel,
  SequenceModel,
  TableModel,
  TypeModel,
} from './model.ts';

/**
 * Writes metadata inside the caller's PostgreSQL transaction; makes no physical object but tells the names they must have.
 * Throws SqlError with SQL Server's numbers: 2714 exists, 2705 column twice, 1779 second primary key, 1902 second clustered index,
 * 1911 / 4902 / 208 missing, 3728 not a constraint, 5074 and 4922 something depends on the column, 15151 no such object, 15335 new name in use …
 * Whoever uses it must call {@link DatabaseCatalog.bump} after the transaction ended, whichever way.
 */
export interface CatalogWriter {
  /** Resolves with the function's id. Throws 2714. */
  createPartitionFunction(model: PartitionFunctionModel): Promise<number>;
  /** ALTER PARTITION FUNCTION: the boundaries after it; `split`: one more than before (7707). */
  setBoundaries(functionId: number, boundaries: readonly Boundary[], split: boolean): Promise<void>;
  /** Resolves with the id it had. Throws 3701, 7706. */
  dropPartitionFunction(name: string): Promise<number>;
  createPartitionScheme(scheme: { name: string; function: string; filegroups: number | 'all' }): Promise<void>;
  setNextUsed(scheme: string, nextUsed: boolean): Promise<void>;
  dropPartitionScheme(name: string): Promise<void>;

  createSchema(name: string, owner?: string): Promise<number>;
  dropSchema(name: string): Promise<void>;

  createTable(table: TableModel): Promise<CreatedTable>;
  /** A table, view, procedure, function, trigger, sequence, synonym with all that hangs on it; FK from elsewhere → 3726. */
  dropObject(objectId: number): Promise<void>;
  /** sp_rename of objects; returns nothing, physical names stay. */
  renameObject(objectId: number, name: string): Promise<void>;
  renameColumn(objectId: number, columnId: number, name: string): Promise<void>;
  renameIndex(objectId: number, indexId: number, name: string): Promise<void>;
  /** ALTER SCHEMA … TRANSFER. */
  transferObject(objectId: number, schema: string): Promise<void>;
  /** Bumps modify_date. */
  touch(objectId: number): Promise<void>;

  addColumn(
    objectId: number,
    column: ColumnModel,
  ): Promise<{ columnId: number; physical: string; default?: { objectId: number; name: string } }>;
  /** Type, collation and nullability; everything else stays. */
  alterColumn(
    objectId: number,
    columnId: number,
    column: Pick<ColumnModel, 'type' | 'userTypeId' | 'nullable' | 'sparse'>,
  ): Promise<void>;
  /** 4922 when an index, constraint, default or computed column uses it. */
  dropColumn(objectId: number, columnId: number): Promise<void>;

  addKey(objectId: number, key: KeyModel): Promise<CreatedKey>;
  addCheck(objectId: number, check: CheckModel): Promise<{ objectId: number; name: string }>;
  addDefault(
    objectId: number,
    column: string,
    def: DefaultModel,
  ): Promise<{ objectId: number; name: string; columnId: number }>;
  addForeignKey(
    objectId: number,
    key: ForeignKeyModel,
  ): Promise<{ objectId: number; name: string; referencedId: number }>;
  /** Key, check, default or foreign key; for keys says which index goes. */
  dropConstraint(constraintId: number): Promise<{ kind: 'PK' | 'UQ' | 'F' | 'C' | 'D'; indexId?: number }>;
  /** CHECK / NOCHECK CONSTRAINT of foreign keys and checks. */
  setConstraintState(constraintId: number, state: { disabled: boolean; notTrusted: boolean }): Promise<void>;

  createIndex(objectId: number, index: IndexModel): Promise<{ indexId: number; name: string; physicalIndex: string }>;
  dropIndex(objectId: number, indexId: number): Promise<void>;
  setIndexDisabled(objectId: number, indexId: number, disabled: boolean): Promise<void>;
  /** Those that are given; others stay. */
  setIndexOptions(objectId: number, indexId: number, options: IndexOptions): Promise<void>;
  /** Throws 1927, 1911. */
  createStatistics(objectId: number, model: StatisticsModel): Promise<void>;
  /** Throws 3701, 3739 with the name as it was written. */
  dropStatistics(objectId: number, name: string, qualified: string): Promise<void>;
  /** Throws 2767 for a name that no statistics of the table have. */
  requireStatistics(objectId: number, names: readonly string[]): Promise<void>;
  /** 0 TABLE, 1 DISABLE, 2 AUTO. */
  setLockEscalation(objectId: number, escalation: 0 | 1 | 2): Promise<void>;
  /** ALTER COLUMN ADD or DROP of a property. Throws 2761, 8196, 1731. */
  setColumnProperty(objectId: number, columnId: number, property: ColumnProperty, on: boolean): Promise<void>;

  createSequence(sequence: SequenceModel): Promise<{ objectId: number; physical: string }>;
  alterSequence(objectId: number, change: Partial<Omit<SequenceModel, 'schema' | 'name' | 'type'>>): Promise<void>;
  createModule(module: ModuleModel): Promise<number>;
  /** ALTER VIEW / PROCEDURE / FUNCTION / TRIGGER: keeps object_id and create_date. */
  alterModule(objectId: number, module: ModuleModel): Promise<void>;
  setTriggerDisabled(objectId: number, disabled: boolean): Promise<void>;
  /** Its events, and `INSERT FIRST`, `UPDATE LAST` … where sp_settriggerorder gave it a place. */
  setTriggerEvents(objectId: number, events: readonly string[]): Promise<void>;
  createType(type: TypeModel): Promise<{ userTypeId: number; table?: CreatedTable }>;
  dropType(userTypeId: number): Promise<void>;
  createSynonym(schema: string, name: string, baseObject: string): Promise<number>;

  setExtendedProperty(
    target: PropertyTarget,
    name: string,
    value: string | null,
    mode: 'add' | 'update' | 'drop',
  ): Promise<void>;

  createPrincipal(principal: {
    name: string;
    type: 'S' | 'R' | 'A';
    defaultSchema?: string;
    login?: string;
    owner?: string;
    allowEncrypted?: boolean;
  }): Promise<number>;
  dropPrincipal(name: string): Promise<void>;
  setRoleMember(role: string, member: string, present: boolean): Promise<void>;
  /** GRANT / DENY / REVOKE on an object, a schema, or (undefined) the database. */
  setPermission(change: PermissionChange): Promise<void>;
}

/** class 0 database, 1 object or column or parameter, 3 schema, 6 type, 7 index. */
export interface PropertyTarget {
  readonly class: 0 | 1 | 2 | 3 | 4 | 6 | 7;
  readonly majorId: number;
  readonly minorId: number;
}

export interface PermissionChange {
  readonly state: 'GRANT' | 'GRANT_WITH_GRANT_OPTION' | 'DENY' | 'REVOKE';
  readonly permission: string;
  readonly class: 0 | 1 | 3;
  readonly majorId: number;
  readonly columnId?: number;
  readonly grantee: string;
  /** The principal that the permission comes from; a REVOKE takes back what it gave. */
  readonly grantor: number;
  /** REVOKE takes the right to grant alone, where there is one. */
  readonly grantOptionFor?: boolean;
  /** What the grantee gave on is taken back, or denied, with it. */
  readonly cascade?: boolean;
}
