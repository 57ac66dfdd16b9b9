import type { DataType, Identifier, NodeBase, ObjectName, Option } from './base.ts';
import type { Clause } from './server.ts';
import type { Expression, Literal } from './expressions.ts';
import type { Query } from './queries.ts';

/** CREATE TABLE; `elements` keep the order of the text. Table types and table variables have the same elements. */
export interface CreateTable extends NodeBase {
  readonly kind: 'createTable';
  readonly name: ObjectName;
  readonly elements: readonly TableElement[];
  readonly on?: StorageTarget;
  readonly textimageOn?: Identifier;
  readonly filestreamOn?: Identifier;
  readonly options: readonly Option[];
  /** AS NODE, AS EDGE, AS FILETABLE. */
  readonly as?: 'node' | 'edge' | 'filetable';
  /** CREATE TABLE … AS SELECT, and CREATE EXTERNAL TABLE. */
  readonly query?: Query;
  readonly external?: boolean;
}

/** `ON filegroup` or `ON scheme(columns)`. */
export interface StorageTarget extends NodeBase {
  readonly kind: 'storage';
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
}

/** What stands between the parentheses of a table. */
export type TableElement = ColumnDefinition | Constraint | InlineIndex | PeriodDefinition;

/**
 * One column. `type` is absent for computed columns (and for `timestamp` without a name, where name is `timestamp`).
 * `nullable` is undefined where neither NULL nor NOT NULL was written. Column constraints, the DEFAULT among them, are in
 * `constraints` in the order of the text; theirs have no columns of their own.
 */
export interface ColumnDefinition extends NodeBase {
  readonly kind: 'columnDefinition';
  readonly name: Identifier;
  readonly type?: DataType;
  readonly computed?: ComputedColumn;
  readonly collation?: Identifier;
  readonly nullable?: boolean;
  readonly identity?: Identity;
  readonly rowguidcol: boolean;
  readonly sparse: boolean;
  readonly columnSet: boolean;
  readonly filestream: boolean;
  readonly hidden: boolean;
  readonly generated?: GeneratedAlways;
  /** `MASKED WITH (FUNCTION = '…')`. */
  readonly masked?: Literal;
  /** `ENCRYPTED WITH (…)`. */
  readonly encrypted?: readonly Option[];
  readonly constraints: readonly Constraint[];
  readonly index?: InlineIndex;
}

/** `AS expression [PERSISTED]`; NOT NULL is in the column's `nullable`. */
export interface ComputedColumn extends NodeBase {
  readonly kind: 'computed';
  readonly expression: Expression;
  readonly persisted: boolean;
}

/** `IDENTITY [(seed, increment)] [NOT FOR REPLICATION]`. */
export interface Identity extends NodeBase {
  readonly kind: 'identity';
  readonly seed?: Expression;
  readonly increment?: Expression;
  readonly notForReplication: boolean;
}

/** `GENERATED ALWAYS AS ROW START` and its fellows. */
export type GeneratedAlways =
  'rowStart' | 'rowEnd' | 'transactionIdStart' | 'transactionIdEnd' | 'sequenceNumberStart' | 'sequenceNumberEnd';

/** A constraint of a table or a column. */
export type Constraint = KeyConstraint | ForeignKey | CheckConstraint | DefaultConstraint | EdgeConstraint;

/** One column of a key or index. */
export interface IndexColumn extends NodeBase {
  readonly kind: 'indexColumn';
  readonly name: Identifier;
  readonly direction?: 'asc' | 'desc';
}

/** PRIMARY KEY or UNIQUE. `columns` is empty on a column. */
export interface KeyConstraint extends NodeBase {
  readonly kind: 'primaryKey' | 'unique';
  readonly name?: Identifier;
  readonly clustered?: boolean;
  readonly hash: boolean;
  readonly columns: readonly IndexColumn[];
  readonly options: readonly Option[];
  readonly on?: StorageTarget;
  /** NOT ENFORCED. */
  readonly notEnforced: boolean;
}

/** What a foreign key does on DELETE or UPDATE. */
export type ReferentialAction = 'noAction' | 'cascade' | 'setNull' | 'setDefault';

/** FOREIGN KEY … REFERENCES. `columns` is empty on a column; `referencedColumns` is empty where it names only the table. */
export interface ForeignKey extends NodeBase {
  readonly kind: 'foreignKey';
  readonly name?: Identifier;
  readonly columns: readonly Identifier[];
  readonly referencedTable: ObjectName;
  readonly referencedColumns: readonly Identifier[];
  readonly onDelete?: ReferentialAction;
  readonly onUpdate?: ReferentialAction;
  readonly notForReplication: boolean;
  readonly notEnforced: boolean;
}

/** CHECK (condition). */
export interface CheckConstraint extends NodeBase {
  readonly kind: 'check';
  readonly name?: Identifier;
  readonly condition: Expression;
  readonly notForReplication: boolean;
}

/** DEFAULT expression; `column` is the FOR of ALTER TABLE, `withValues` too. */
export interface DefaultConstraint extends NodeBase {
  readonly kind: 'defaultConstraint';
  readonly name?: Identifier;
  readonly expression: Expression;
  readonly column?: Identifier;
  readonly withValues: boolean;
}

/** `CONNECTION (a TO b, …)` of an edge table. */
export interface EdgeConstraint extends NodeBase {
  readonly kind: 'connection';
  readonly name?: Identifier;
  readonly pairs: readonly { readonly from: ObjectName; readonly to: ObjectName }[];
  readonly onDelete?: ReferentialAction;
}

/** INDEX within CREATE TABLE. `columns` is empty on a column. */
export interface InlineIndex extends NodeBase {
  readonly kind: 'inlineIndex';
  readonly name: Identifier;
  readonly unique: boolean;
  readonly clustered?: boolean;
  readonly hash: boolean;
  readonly columnstore: boolean;
  readonly columns: readonly IndexColumn[];
  readonly include: readonly Identifier[];
  /** ORDER of a columnstore. */
  readonly order: readonly IndexColumn[];
  readonly where?: Expression;
  readonly options: readonly Option[];
  readonly on?: StorageTarget;
  readonly filestreamOn?: Identifier;
}

/** `PERIOD FOR SYSTEM_TIME (start, end)`. */
export interface PeriodDefinition extends NodeBase {
  readonly kind: 'period';
  readonly start: Identifier;
  readonly end: Identifier;
}

/** ALTER TABLE; one statement is one action. */
export interface AlterTable extends NodeBase {
  readonly kind: 'alterTable';
  readonly name: ObjectName;
  readonly action: AlterTableAction;
}

/** What an ALTER TABLE does. */
export type AlterTableAction =
  | AddElements
  | AlterColumn
  | AlterTableIndex
  | DropElements
  | ToggleConstraints
  | ToggleTriggers
  | SwitchPartition
  | RebuildTable
  | SetTableOptions
  | ChangeTracking
  | SplitMergeTable;

/** `[WITH CHECK|NOCHECK] ADD …`. `check` is undefined where neither was written. */
export interface AddElements extends NodeBase {
  readonly kind: 'addElements';
  readonly check?: boolean;
  readonly elements: readonly TableElement[];
}

/** ALTER COLUMN: a new definition, or ADD|DROP of a property (`ROWGUIDCOL`, `PERSISTED`, `NOT FOR REPLICATION`, `SPARSE`, `HIDDEN`, `MASKED`). */
export interface AlterColumn extends NodeBase {
  readonly kind: 'alterColumn';
  readonly column: Identifier;
  readonly type?: DataType;
  readonly collation?: Identifier;
  readonly nullable?: boolean;
  readonly change?: 'add' | 'drop';
  /** Upper-case. */
  readonly property?: string;
  readonly masked?: Literal;
  readonly sparse?: boolean;
  readonly encrypted?: readonly Option[];
  readonly options: readonly Option[];
}

/** `ALTER INDEX name REBUILD WITH (…)` within ALTER TABLE, of a memory-optimized table. */
export interface AlterTableIndex extends NodeBase {
  readonly kind: 'alterTableIndex';
  readonly name: Identifier;
  readonly options: readonly Option[];
}

/** DROP of constraints, columns and the period, in order. `type` of a bare name is `constraint`. */
export interface DropElements extends NodeBase {
  readonly kind: 'dropElements';
  readonly items: readonly DroppedElement[];
}

/** One thing that ALTER TABLE drops. */
export interface DroppedElement extends NodeBase {
  readonly kind: 'dropped';
  readonly type: 'constraint' | 'column' | 'index' | 'period';
  readonly ifExists: boolean;
  /** Absent for PERIOD FOR SYSTEM_TIME. */
  readonly name?: Identifier;
  readonly options: readonly Option[];
}

/** `[WITH CHECK|NOCHECK] CHECK|NOCHECK CONSTRAINT ALL|names`; `enable` is CHECK; `names` is empty for ALL. */
export interface ToggleConstraints extends NodeBase {
  readonly kind: 'toggleConstraints';
  readonly check?: boolean;
  readonly enable: boolean;
  readonly names: readonly Identifier[];
}

/** `ENABLE|DISABLE TRIGGER ALL|names` of a table; `names` is empty for ALL. */
export interface ToggleTriggers extends NodeBase {
  readonly kind: 'toggleTriggers';
  readonly enable: boolean;
  readonly names: readonly Identifier[];
}

/** `SWITCH [PARTITION n] TO t [PARTITION m] [WITH …]`. */
export interface SwitchPartition extends NodeBase {
  readonly kind: 'switchPartition';
  readonly partition?: Expression;
  readonly target: ObjectName;
  readonly targetPartition?: Expression;
  readonly options: readonly Option[];
}

/** `REBUILD [PARTITION = ALL|n] [WITH (…)]`. */
export interface RebuildTable extends NodeBase {
  readonly kind: 'rebuildTable';
  readonly partition?: Expression | 'all';
  readonly options: readonly Option[];
}

/** `SET (…)`: SYSTEM_VERSIONING, LOCK_ESCALATION, FILESTREAM_ON …. */
export interface SetTableOptions extends NodeBase {
  readonly kind: 'setTableOptions';
  readonly options: readonly Option[];
}

/** `ENABLE|DISABLE CHANGE_TRACKING [WITH (…)]`, or of FILETABLE_NAMESPACE. */
export interface ChangeTracking extends NodeBase {
  readonly kind: 'changeTracking';
  readonly feature: 'change_tracking' | 'filetable_namespace';
  readonly enable: boolean;
  readonly options: readonly Option[];
}

/** `SPLIT|MERGE RANGE (value)` of a table (Azure Synapse form). */
export interface SplitMergeTable extends NodeBase {
  readonly kind: 'splitMergeTable';
  readonly split: boolean;
  readonly value: Expression;
}

/** CREATE INDEX in all its kinds; `type` says which. */
export interface CreateIndex extends NodeBase {
  readonly kind: 'createIndex';
  readonly type: 'rowstore' | 'columnstore' | 'xml' | 'spatial';
  readonly name: Identifier;
  readonly unique: boolean;
  readonly clustered?: boolean;
  readonly table: ObjectName;
  readonly columns: readonly IndexColumn[];
  readonly include: readonly Identifier[];
  readonly where?: Expression;
  /** ORDER (…) of a columnstore index. */
  readonly order: readonly IndexColumn[];
  readonly options: readonly Option[];
  readonly on?: StorageTarget;
  readonly filestreamOn?: Identifier;
  readonly xml?: XmlIndex;
  /** USING of a spatial index, upper-case. */
  readonly tessellation?: string;
}

/** `PRIMARY XML INDEX`, or a secondary one `USING XML INDEX p FOR PATH|VALUE|PROPERTY`. */
export interface XmlIndex {
  readonly primary: boolean;
  readonly using?: Identifier;
  readonly for?: 'path' | 'value' | 'property';
  /** `FOR (path)` of a secondary selective index. */
  readonly path?: Identifier;
}

/** ALTER INDEX name|ALL ON t REBUILD|REORGANIZE|DISABLE|RESUME|PAUSE|ABORT|SET. */
export interface AlterIndex extends NodeBase {
  readonly kind: 'alterIndex';
  /** Absent for ALL. */
  readonly name?: Identifier;
  readonly table: ObjectName;
  readonly action: 'rebuild' | 'reorganize' | 'disable' | 'resume' | 'pause' | 'abort' | 'set' | 'paths';
  /** Of a selective XML index: its namespaces, and the paths that come and go. */
  readonly paths?: readonly Clause[];
  readonly partition?: Expression | 'all';
  readonly options: readonly Option[];
}

/** DROP INDEX; the old form `table.index` is the same. */
export interface DropIndex extends NodeBase {
  readonly kind: 'dropIndex';
  readonly ifExists: boolean;
  readonly items: readonly DroppedIndex[];
}

/** One index to drop. */
export interface DroppedIndex extends NodeBase {
  readonly kind: 'droppedIndex';
  readonly name: Identifier;
  readonly table: ObjectName;
  readonly options: readonly Option[];
}

/** CREATE STATISTICS. */
export interface CreateStatistics extends NodeBase {
  readonly kind: 'createStatistics';
  readonly name: Identifier;
  readonly table: ObjectName;
  readonly columns: readonly Identifier[];
  readonly where?: Expression;
  readonly options: readonly Option[];
}

/** UPDATE STATISTICS t [name | (names)] [WITH …]. */
export interface UpdateStatistics extends NodeBase {
  readonly kind: 'updateStatistics';
  readonly table: ObjectName;
  readonly names: readonly Identifier[];
  readonly options: readonly Option[];
}

/** CREATE PARTITION FUNCTION f (type) AS RANGE [LEFT|RIGHT] FOR VALUES (…). */
export interface CreatePartitionFunction extends NodeBase {
  readonly kind: 'createPartitionFunction';
  readonly name: Identifier;
  readonly type: DataType;
  readonly range: 'left' | 'right';
  readonly values: readonly Expression[];
}

/** ALTER PARTITION FUNCTION f() SPLIT|MERGE RANGE (v). */
export interface AlterPartitionFunction extends NodeBase {
  readonly kind: 'alterPartitionFunction';
  readonly name: Identifier;
  readonly action: 'split' | 'merge';
  readonly value?: Expression;
}

/** CREATE PARTITION SCHEME s AS PARTITION f [ALL] TO (groups). */
export interface CreatePartitionScheme extends NodeBase {
  readonly kind: 'createPartitionScheme';
  readonly name: Identifier;
  readonly function: Identifier;
  readonly all: boolean;
  readonly filegroups: readonly Identifier[];
}

/** ALTER PARTITION SCHEME s NEXT USED [group]. */
export interface AlterPartitionScheme extends NodeBase {
  readonly kind: 'alterPartitionScheme';
  readonly name: Identifier;
  readonly filegroup?: Identifier;
}
