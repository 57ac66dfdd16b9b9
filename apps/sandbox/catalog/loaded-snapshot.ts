import type { CatalogView } from './catalog-view.ts';
import type {
  CatalogColumn,
  CatalogObject,
  CatalogPartitionFunction,
  CatalogSchema,
  CatalogSnapshot,
  CatalogTypeDef,
  DatabaseInfo,
} from './snapshot.ts';
import { facetsOf } from './types.ts';
import { CATALOG_VIEWS, COMPAT_NAMES } from './views/index.ts';

/** What {@link loadSnapshot} puts together. */
export interface SnapshotParts {
  readonly version: number;
  readonly database: DatabaseInfo;
  readonly fold: (name: string) => string;
  readonly schemas: readonly CatalogSchema[];
  readonly objects: readonly CatalogObject[];
  readonly types: readonly CatalogTypeDef[];
  readonly partitionFunctions: readonly CatalogPartitionFunction[];
}

function systemObject(view: CatalogView): CatalogObject {
  const [physicalSchema = '', physical = ''] = view.physical.slice(1, -1).split('"."');
  const columns = view.columns.map((column, index): CatalogColumn => ({
    id: index + 1,
    name: column.name,
    physical: column.name,
    type: column.type,
    nullable: column.nullable,
    userTypeId: facetsOf(column.type).userTypeId,
    rowGuid: false,
  }));
  return {
    id: view.objectId,
    schemaId: view.schema === 'sys' ? 4 : 3,
    schema: view.schema,
    name: view.name,
    kind: 'V',
    parentId: 0,
    physicalSchema,
    physical,
    system: true,
    columns,
    indexes: [],
    checks: [],
    foreignKeys: [],
    referencedBy: [],
    triggers: [],
    parameters: [],
    trackedByCdc: false,
  };
}

/** System views are the same in every database: one object each for the whole process, found by any case. */
const SYSTEM_OBJECTS = CATALOG_VIEWS.map(systemObject);
const SYSTEM_BY_NAME = new Map(
  SYSTEM_OBJECTS.map((object) => [`${object.schema}.${object.name}`.toLowerCase(), object]),
);
const SYSTEM_BY_ID = new Map(SYSTEM_OBJECTS.map((object) => [object.id, object]));

const HIDDEN_KINDS = new Set(['TT']);

/** A snapshot in memory: maps by folded names. */
export class LoadedSnapshot implements CatalogSnapshot {
  readonly version: number;
  readonly database: DatabaseInfo;
  readonly fold: (name: string) => string;
  private readonly byName = new Map<string, CatalogObject>();
  private readonly byId = new Map<number, CatalogObject>();
  private readonly schemasByName = new Map<string, CatalogSchema>();
  private readonly typesByName = new Map<string, CatalogTypeDef>();
  private readonly typesById = new Map<number, CatalogTypeDef>();
  private readonly columnMaps = new WeakMap<CatalogObject, Map<string, CatalogColumn>>();

  constructor(private readonly parts: SnapshotParts) {
    this.version = parts.version;
    this.database = parts.database;
    this.fold = parts.fold;
    for (const object of parts.objects) {
      this.byId.set(object.id, object);
      if (!HIDDEN_KINDS.has(object.kind)) this.byName.set(this.key(object.schema, object.name), object);
    }
    for (const schema of parts.schemas) this.schemasByName.set(parts.fold(schema.name), schema);
    for (const type of parts.types) {
      this.typesById.set(type.userTypeId, type);
      this.typesByName.set(this.key(type.schema, type.name), type);
    }
  }

  object(schema: string | undefined, name: string, defaultSchema = 'dbo'): CatalogObject | undefined {
    if (schema === undefined || schema === '') {
      return (
        this.byName.get(this.key(defaultSchema, name)) ??
        this.byName.get(this.key('dbo', name)) ??
        SYSTEM_BY_NAME.get(`sys.${name.toLowerCase()}`)
      );
    }
    return (
      this.byName.get(this.key(schema, name)) ??
      SYSTEM_BY_NAME.get(`${schema.toLowerCase()}.${name.toLowerCase()}`) ??
      this.compatibilityView(schema, name)
    );
  }

  objectById(id: number): CatalogObject | undefined {
    return this.byId.get(id) ?? SYSTEM_BY_ID.get(id);
  }

  tables(): readonly CatalogObject[] {
    return this.parts.objects.filter((object) => object.kind === 'U');
  }

  objects(): Iterable<CatalogObject> {
    return this.parts.objects;
  }

  column(object: CatalogObject, name: string): CatalogColumn | undefined {
    let columns = this.columnMaps.get(object);
    if (!columns) {
      columns = new Map(object.columns.map((column) => [this.fold(column.name), column]));
      this.columnMaps.set(object, columns);
    }
    return columns.get(this.fold(name));
  }

  type(schema: string | undefined, name: string): CatalogTypeDef | undefined {
    const wanted = name.toLowerCase() === 'rowversion' ? 'timestamp' : name;
    if (schema !== undefined && schema !== '') return this.typesByName.get(this.key(schema, wanted));
    return this.typesByName.get(this.key('sys', wanted)) ?? this.typesByName.get(this.key('dbo', wanted));
  }

  typeById(userTypeId: number): CatalogTypeDef | undefined {
    return this.typesById.get(userTypeId);
  }

  partitionFunction(name: string): CatalogPartitionFunction | undefined {
    return this.parts.partitionFunctions.find((one) => this.fold(one.name) === this.fold(name));
  }

  schema(name: string): CatalogSchema | undefined {
    return this.schemasByName.get(this.fold(name));
  }

  schemas(): readonly CatalogSchema[] {
    return this.parts.schemas;
  }

  private compatibilityView(schema: string, name: string): CatalogObject | undefined {
    if (this.fold(schema) !== this.fold('dbo') || !COMPAT_NAMES.has(name.toLowerCase())) return undefined;
    return SYSTEM_BY_NAME.get(`sys.${name.toLowerCase()}`);
  }

  private key(schema: string, name: string): string {
    return `${this.fold(schema)}\u0000${this.fold(name)}`;
  }
}
