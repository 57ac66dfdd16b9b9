import type { AliasTypeModel, DatabaseModel, FacilityModel, ModuleModel, SequenceModel, TableTypeModel } from '#schema';
import { ComputedTypes, typedColumn } from './finish-columns.ts';
import { finishTable } from './finish-table.ts';
import type { DraftDatabase, DraftModule } from './draft.ts';
import { commented, indexModel } from './finish-index.ts';
import type { Session } from './session.ts';

const order = new Intl.Collator('und', { sensitivity: 'accent' });

/** As the catalog gives them: by schema, then by name. */
function inOrder<T extends { readonly schema: string; readonly name: string }>(items: Iterable<T>): T[] {
  return [...items].toSorted((a, b) => order.compare(a.schema, b.schema) || order.compare(a.name, b.name));
}

const KINDS: Readonly<Record<DraftModule['type'], ModuleModel['kind']>> = {
  V: 'view',
  P: 'procedure',
  FN: 'scalar-function',
  IF: 'inline-function',
  TF: 'table-function',
  TR: 'trigger',
  PC: 'other',
  FS: 'other',
  FT: 'other',
  TA: 'other',
  AF: 'other',
};

/** The model of a database as its catalog would be read after the scripts had run. */
export function finishDatabase(session: Session, database: DraftDatabase): DatabaseModel {
  const objects = [...database.objects.values()];
  for (const one of [...objects, ...database.types.values()])
    one.schema = database.schema(one.schema)?.name ?? one.schema;
  const computed = new ComputedTypes(session, database);
  const tables = inOrder(objects.filter((object) => object.kind === 'table'));
  const modules = objects.filter((object) => object.kind === 'module').toSorted((a, b) => a.id - b.id);
  const types = inOrder(database.types.values());
  const tableTypes = types.flatMap(({ schema, name, place, of }): TableTypeModel[] => {
    if (of.kind !== 'table') return [];
    const columns = of.columns.map((column) => {
      const { sourceType, nullable } = typedColumn(
        session,
        database,
        computed,
        { schema, name, columns: of.columns, place },
        column,
      );
      const { alias: _, ...plain } = sourceType;
      return { name: column.name, sourceType: plain, nullable };
    });
    return [{ schema, name, columns }];
  });
  return {
    name: database.name,
    kind: 'sqlserver',
    version: '',
    collation: database.collation,
    schemas: [...database.schemas.values()]
      .filter((schema) => !/^(sys|INFORMATION_SCHEMA|guest|cdc|sluice|db_\w+)$/i.test(schema.name))
      .map(({ name, owner, comment }) => ({
        name,
        ...(owner === undefined || owner === 'dbo' ? {} : { owner }),
        ...(comment === undefined ? {} : { comment }),
      })),
    tables: tables.map((table) => finishTable(session, database, computed, table)),
    sequences: inOrder(objects.filter((object) => object.kind === 'sequence')).map((one): SequenceModel => ({
      schema: one.schema,
      name: one.name,
      type: one.type,
      start: String(one.start),
      increment: String(one.increment),
      minimum: String(one.minimum),
      maximum: String(one.maximum),
      cycle: one.cycle,
      cache: one.cache === 'default' ? 50 : one.cache === 0 ? null : one.cache,
      current: String(one.start),
      ...commented(one),
    })),
    aliasTypes: types.flatMap(({ schema, name, of }): AliasTypeModel[] =>
      of.kind === 'alias' ? [{ schema, name, base: of.base, nullable: of.nullable }] : [],
    ),
    ...(tableTypes.length > 0 ? { tableTypes } : {}),
    modules: modules.map(moduleModel),
    synonyms: inOrder(objects.filter((object) => object.kind === 'synonym')).map(({ schema, name, baseObject }) => ({
      schema,
      name,
      baseObject,
    })),
    ...partitionFunctions(database),
    ...rightsOf(database),
    ...(database.properties.size > 0 ? { properties: [...database.properties.values()] } : {}),
    ...facilitiesOf(database),
  };
}

function partitionFunctions(database: DraftDatabase): Pick<DatabaseModel, 'partitionFunctions'> {
  const found = [...database.partitionFunctions.values()];
  return found.length > 0 ? { partitionFunctions: found } : {};
}

function rightsOf(database: DraftDatabase): Pick<DatabaseModel, 'principals' | 'permissions' | 'securityPolicies'> {
  const principals = [...database.principals.values()].filter((one) => !/^(public|guest|dbo|sys)$/i.test(one.name));
  return {
    ...(principals.length > 0
      ? { principals: principals.map(({ name, kind, memberOf }) => ({ name, kind, memberOf: [...memberOf] })) }
      : {}),
    ...(database.permissions.size > 0 ? { permissions: [...database.permissions.values()] } : {}),
    ...(database.policies.size > 0 ? { securityPolicies: [...database.policies.values()] } : {}),
  };
}

function facilitiesOf(database: DraftDatabase): Pick<DatabaseModel, 'facilities'> {
  const clr = [...database.types.values()]
    .filter((type) => type.of.kind === 'clr')
    .map(({ schema, name }): FacilityModel => ({ kind: 'clr-type', name: `${schema}.${name}` }));
  const all = [...database.facilities.values(), ...clr];
  return all.length > 0 ? { facilities: all } : {};
}

function moduleModel(one: DraftModule): ModuleModel {
  const indexes = one.indexes.map(indexModel);
  return {
    schema: one.schema,
    name: one.name,
    kind: KINDS[one.type],
    definition: one.definition,
    usesAnsiNulls: one.ansiNulls,
    usesQuotedIdentifier: one.quotedIdentifier,
    ...(one.parent ? { parent: { schema: one.parent.schema, name: one.parent.name }, disabled: one.disabled } : {}),
    ...(indexes.length > 0 ? { indexes } : {}),
    ...commented(one),
  };
}
