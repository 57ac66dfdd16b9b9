import type {
  ExtendedPropertyModel,
  FacilityModel,
  FullTextModel,
  PartitionFunctionModel,
  PermissionModel,
  PrincipalModel,
  QualifiedName,
  ReferentialAction,
  SourceType,
} from '#schema';
import type { DataType, Expression } from '#tsql';
import type { Place } from './place.ts';

/** What every object has; `id` rises in the order in which objects come into being. */
interface DraftBase {
  readonly id: number;
  schema: string;
  name: string;
  readonly place: Place;
  comment?: string;
}

/** A column. Its type is resolved when it is declared if it can be, else at the end: scripts of a folder come in any order. */
export interface DraftColumn {
  readonly id: number;
  name: string;
  /** Absent of computed columns. */
  declared?: { readonly type: DataType; readonly collation?: string; readonly resolved?: SourceType };
  /** undefined: as the type has it. */
  nullable: boolean | undefined;
  identity?: { readonly seed: string; readonly increment: string };
  computed?: { readonly expression: Expression; readonly definition: string; persisted: boolean };
  default?: DraftDefault;
  /** Bound by sp_bindrule. */
  rule?: QualifiedName;
  rowguidcol: boolean;
  sparse: boolean;
  columnSet: boolean;
  filestream: boolean;
  maskedBy?: string;
  encrypted: boolean;
  generatedAlways?: 'row-start' | 'row-end';
  hidden: boolean;
  comment?: string;
}

/** A DEFAULT constraint, or a default bound by sp_bindefault. */
export interface DraftDefault {
  readonly id: number;
  name: string;
  readonly definition: string;
  readonly systemNamed: boolean;
  readonly bound?: boolean;
}

export interface DraftIndexColumn {
  readonly column: { name: string };
  readonly descending: boolean;
}

/** A key or an index; `id` is its index_id, 1 = clustered. */
export interface DraftIndex {
  readonly id: number;
  /** Of a key: the object id of its constraint. */
  readonly objectId: number;
  name: string;
  readonly role: 'primary' | 'unique' | 'index';
  readonly systemNamed: boolean;
  readonly unique: boolean;
  readonly type: string;
  readonly columns: readonly DraftIndexColumn[];
  readonly included: readonly { name: string }[];
  readonly filter?: string;
  disabled: boolean;
  comment?: string;
}

export interface DraftCheck {
  readonly id: number;
  name: string;
  readonly definition: string;
  disabled: boolean;
  trusted: boolean;
  readonly systemNamed: boolean;
  comment?: string;
}

export interface DraftForeignKey {
  readonly id: number;
  name: string;
  readonly columns: readonly { name: string }[];
  /** The table it refers to; a name as long as that is not there. */
  references: DraftTable | QualifiedName;
  /** Empty: its primary key. */
  readonly referencedColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  disabled: boolean;
  trusted: boolean;
  readonly systemNamed: boolean;
  readonly place: Place;
  comment?: string;
}

export interface DraftTable extends DraftBase {
  readonly kind: 'table';
  columns: DraftColumn[];
  lastColumnId: number;
  indexes: DraftIndex[];
  checks: DraftCheck[];
  foreignKeys: DraftForeignKey[];
  readonly features: Set<string>;
  period?: { readonly start: string; readonly end: string };
  temporal?: { readonly start: string; readonly end: string; readonly history: QualifiedName };
  /** The partition scheme. */
  partitioned?: { readonly scheme: string; readonly column: string };
  fullText?: FullTextModel;
}

export interface DraftModule extends DraftBase {
  readonly kind: 'module';
  type: 'V' | 'P' | 'FN' | 'IF' | 'TF' | 'TR' | 'PC' | 'FS' | 'FT' | 'TA' | 'AF';
  /** null: it cannot be read. */
  definition: string | null;
  ansiNulls: boolean;
  quotedIdentifier: boolean;
  /** Where the text begins: what a conversion says of line n of it is of line `n + begins.line - 1` of the file. */
  begins: Place;
  /** Of a trigger. */
  parent?: DraftTable | DraftModule;
  disabled: boolean;
  /** Of a scalar function. */
  returns?: DataType;
  indexes: DraftIndex[];
}

export interface DraftSequence extends DraftBase {
  readonly kind: 'sequence';
  readonly type: SourceType;
  start: bigint;
  increment: bigint;
  minimum: bigint;
  maximum: bigint;
  cycle: boolean;
  /** null = none; 'default' = the server chooses. */
  cache: number | null | 'default';
}

export interface DraftSynonym extends DraftBase {
  readonly kind: 'synonym';
  readonly baseObject: string;
}

/** CREATE RULE and CREATE DEFAULT. */
export interface DraftBindable extends DraftBase {
  readonly kind: 'rule' | 'default';
  readonly definition: string;
}

export type DraftObject = DraftTable | DraftModule | DraftSequence | DraftSynonym | DraftBindable;

/** `implied`: objects of it were made before it was; it is spelt as it is made. */
interface DraftSchema {
  readonly name: string;
  readonly id: number;
  owner?: string;
  comment?: string;
  readonly implied?: boolean;
}

export interface DraftType {
  readonly id: number;
  schema: string;
  name: string;
  readonly place: Place;
  readonly of:
    | { readonly kind: 'alias'; readonly base: SourceType; readonly nullable: boolean }
    | { readonly kind: 'table'; readonly columns: readonly DraftColumn[] }
    | { readonly kind: 'clr' };
  default?: QualifiedName;
  rule?: QualifiedName;
}

/** What a name of a constraint stands for. */
export interface DraftConstraint {
  readonly type: 'PK' | 'UQ' | 'F' | 'C' | 'D';
  readonly table: DraftTable;
  readonly of: DraftIndex | DraftForeignKey | DraftCheck | DraftDefault;
}

/** INSERT and its like that the scripts have for a table: they are counted, not run. */
export interface RowStatements {
  readonly table: string;
  count: number;
  readonly first: Place;
  readonly excerpt: string;
}

/** Names of a scope, compared as the database does. */
export class NameMap<T> {
  private readonly entries = new Map<string, T>();

  constructor(private readonly fold: (name: string) => string) {}

  private key(schema: string, name: string): string {
    return `${this.fold(schema)}\u0000${this.fold(name)}`;
  }

  get(schema: string, name: string): T | undefined {
    return this.entries.get(this.key(schema, name));
  }

  set(schema: string, name: string, value: T): void {
    this.entries.set(this.key(schema, name), value);
  }

  delete(schema: string, name: string): void {
    this.entries.delete(this.key(schema, name));
  }

  values(): MapIterator<T> {
    return this.entries.values();
  }

  get size(): number {
    return this.entries.size;
  }
}

/** Many things under one name, e.g. indexes, which are named within their table. */
class MultiMap<T> {
  private readonly entries = new Map<string, Set<T>>();

  constructor(private readonly fold: (name: string) => string) {}

  add(name: string, value: T): void {
    const key = this.fold(name);
    const found = this.entries.get(key);
    if (found) found.add(value);
    else this.entries.set(key, new Set([value]));
  }

  delete(name: string, value: T): void {
    this.entries.get(this.fold(name))?.delete(value);
  }

  get(name: string): Iterable<T> {
    return this.entries.get(this.fold(name)) ?? [];
  }
}

/** A database as the scripts have built it so far. */
export class DraftDatabase {
  /** Rises with every object, in all databases of a reading. */
  private static readonly first = 245_575_913;
  private lastId = DraftDatabase.first;
  readonly fold: (name: string) => string;
  readonly schemas: Map<string, DraftSchema>;
  readonly objects: NameMap<DraftObject>;
  readonly constraints: NameMap<DraftConstraint>;
  readonly types: NameMap<DraftType>;
  readonly byId = new Map<number, DraftObject | DraftConstraint>();
  readonly objectsByName: MultiMap<DraftObject>;
  readonly constraintsByName: MultiMap<DraftConstraint>;
  readonly indexesByName: MultiMap<{ readonly owner: DraftTable | DraftModule; readonly index: DraftIndex }>;
  readonly triggers = new Map<DraftObject, DraftModule[]>();
  readonly partitionFunctions = new Map<string, PartitionFunctionModel>();
  readonly partitionSchemes = new Map<string, string>();
  readonly principals = new Map<
    string,
    { readonly name: string; readonly kind: PrincipalModel['kind']; readonly memberOf: Set<string> }
  >();
  /** By who has what on what. */
  readonly permissions = new Map<string, PermissionModel>();
  readonly policies = new Map<string, DraftPolicy>();
  readonly properties = new Map<string, ExtendedPropertyModel>();
  readonly facilities = new Map<string, FacilityModel>();
  /** Where facilities are made, by their names. */
  readonly facilityPlaces = new Map<string, Place>();
  readonly fullTextCatalogs = new Set<string>();
  readonly rows = new Map<string, RowStatements>();

  constructor(
    readonly name: string,
    public collation: string,
  ) {
    const exact = /_CS|_BIN2?(_|$)/i.test(collation);
    this.fold = exact ? (text) => text : (text) => text.toLowerCase();
    this.schemas = new Map([['dbo', { name: 'dbo', id: 1 }]]);
    this.objects = new NameMap(this.fold);
    this.constraints = new NameMap(this.fold);
    this.types = new NameMap(this.fold);
    this.objectsByName = new MultiMap(this.fold);
    this.constraintsByName = new MultiMap(this.fold);
    this.indexesByName = new MultiMap(this.fold);
  }

  newId(): number {
    return (this.lastId += 1);
  }

  get isEmpty(): boolean {
    return this.objects.size === 0 && this.types.size === 0;
  }

  schema(name: string): DraftSchema | undefined {
    return this.schemas.get(this.fold(name));
  }

  addSchema(name: string, owner?: string, implied = false): void {
    const id = this.schema(name)?.id ?? 4 + this.schemas.size;
    this.schemas.set(this.fold(name), { name, id, ...(owner === undefined ? {} : { owner }), implied });
  }

  /** Adds an object; its name is free. */
  add(object: DraftObject): void {
    this.objects.set(object.schema, object.name, object);
    this.objectsByName.add(object.name, object);
    this.byId.set(object.id, object);
    if (object.kind === 'module' && object.parent)
      this.triggers.set(object.parent, [...(this.triggers.get(object.parent) ?? []), object]);
  }

  /** Takes an object away, with what hangs on it. */
  remove(object: DraftObject): void {
    this.objects.delete(object.schema, object.name);
    this.objectsByName.delete(object.name, object);
    this.byId.delete(object.id);
    if (object.kind === 'table') for (const constraint of this.constraintsOf(object)) this.forget(constraint);
    if (object.kind === 'table' || object.kind === 'module')
      for (const index of [...object.indexes]) this.removeIndex(object, index);
    for (const trigger of this.triggers.get(object) ?? []) this.remove(trigger);
    this.triggers.delete(object);
    if (object.kind === 'module' && object.parent) {
      const left = (this.triggers.get(object.parent) ?? []).filter((one) => one !== object);
      this.triggers.set(object.parent, left);
    }
  }

  rename(object: DraftObject, schema: string, name: string): void {
    this.objects.delete(object.schema, object.name);
    this.objectsByName.delete(object.name, object);
    object.schema = schema;
    object.name = name;
    this.objects.set(schema, name, object);
    this.objectsByName.add(name, object);
  }

  constraintsOf(table: DraftTable): DraftConstraint[] {
    const keys = table.indexes.filter((index) => index.role !== 'index');
    return [
      ...keys.map((of) => ({ type: of.role === 'primary' ? ('PK' as const) : ('UQ' as const), table, of })),
      ...table.checks.map((of) => ({ type: 'C' as const, table, of })),
      ...table.foreignKeys.map((of) => ({ type: 'F' as const, table, of })),
      ...table.columns.flatMap((column) => (column.default ? [{ type: 'D' as const, table, of: column.default }] : [])),
    ];
  }

  /** Makes a constraint known by its name. */
  know(constraint: DraftConstraint): void {
    const id = 'objectId' in constraint.of ? constraint.of.objectId : constraint.of.id;
    this.constraints.set(constraint.table.schema, constraint.of.name, constraint);
    this.constraintsByName.add(constraint.of.name, constraint);
    this.byId.set(id, constraint);
  }

  forget(constraint: DraftConstraint): void {
    const known = this.constraints.get(constraint.table.schema, constraint.of.name);
    if (known?.of === constraint.of) this.constraints.delete(constraint.table.schema, constraint.of.name);
    if (known) this.constraintsByName.delete(constraint.of.name, known);
    this.byId.delete('objectId' in constraint.of ? constraint.of.objectId : constraint.of.id);
  }

  addIndex(owner: DraftTable | DraftModule, index: DraftIndex): void {
    owner.indexes.push(index);
    this.indexesByName.add(index.name, { owner, index });
    if (index.role !== 'index' && owner.kind === 'table')
      this.know({ type: index.role === 'primary' ? 'PK' : 'UQ', table: owner, of: index });
  }

  removeIndex(owner: DraftTable | DraftModule, index: DraftIndex): void {
    owner.indexes = owner.indexes.filter((one) => one !== index);
    for (const known of this.indexesByName.get(index.name))
      if (known.index === index) this.indexesByName.delete(index.name, known);
    if (index.role !== 'index' && owner.kind === 'table')
      this.forget({ type: index.role === 'primary' ? 'PK' : 'UQ', table: owner, of: index });
  }

  /** A table of that name. */
  table(schema: string, name: string): DraftTable | undefined {
    const found = this.objects.get(schema, name);
    return found?.kind === 'table' ? found : undefined;
  }

  column(table: DraftTable, name: string): DraftColumn | undefined {
    const key = this.fold(name);
    return table.columns.find((column) => this.fold(column.name) === key);
  }

  index(owner: DraftTable | DraftModule, name: string): DraftIndex | undefined {
    const key = this.fold(name);
    return owner.indexes.find((index) => this.fold(index.name) === key);
  }
}

/** CREATE SECURITY POLICY. */
export interface DraftPolicy extends QualifiedName {
  enabled: boolean;
  predicates: {
    readonly type: 'filter' | 'block';
    readonly table: QualifiedName;
    readonly operation?: string;
    readonly definition: string;
  }[];
}
