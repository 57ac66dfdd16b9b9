import type { FacilityKind } from '#schema';
import type { TableSource } from '#tsql';
import { columns, foreignKeyColumns, indexColumns, indexes, types } from './catalog-columns.ts';
import { objects } from './catalog-objects.ts';
import { type CatalogRelation, list, row } from './catalog-relation.ts';
import type { DraftDatabase } from './draft.ts';
import { type Environment, evaluate } from './evaluate.ts';
import { hasProperty, propertyTarget } from './properties.ts';

const OBJECT_VIEWS: Readonly<Record<string, readonly string[] | undefined>> = {
  'sys.objects': undefined,
  'sys.all_objects': undefined,
  'dbo.sysobjects': undefined,
  'sys.sysobjects': undefined,
  'sys.tables': ['U'],
  'sys.views': ['V'],
  'sys.all_views': ['V'],
  'sys.procedures': ['P', 'PC'],
  'sys.triggers': ['TR', 'TA'],
  'sys.sequences': ['SO'],
  'sys.synonyms': ['SN'],
  'sys.foreign_keys': ['F'],
  'sys.check_constraints': ['C'],
  'sys.default_constraints': ['D'],
  'sys.key_constraints': ['PK', 'UQ'],
  'sys.sql_modules': ['V', 'P', 'FN', 'IF', 'TF', 'TR'],
  'information_schema.tables': ['U', 'V'],
  'information_schema.views': ['V'],
  'information_schema.routines': ['P', 'FN', 'IF', 'TF'],
  'information_schema.table_constraints': ['PK', 'UQ', 'F', 'C'],
  'information_schema.referential_constraints': ['F'],
  'information_schema.check_constraints': ['C'],
  'information_schema.constraint_table_usage': ['PK', 'UQ', 'F', 'C'],
  'information_schema.sequences': ['SO'],
};

function otherView(name: string, at: Environment): CatalogRelation | undefined {
  const { database, session } = at.site;
  switch (name) {
    case 'sys.columns':
    case 'sys.all_columns':
    case 'dbo.syscolumns':
    case 'sys.syscolumns':
    case 'information_schema.columns':
      return columns(database, name === 'information_schema.columns');
    case 'sys.indexes':
    case 'dbo.sysindexes':
    case 'sys.sysindexes':
      return indexes(database);
    case 'sys.index_columns':
    case 'dbo.sysindexkeys':
    case 'sys.sysindexkeys':
      return indexColumns(database);
    case 'sys.foreign_key_columns':
      return foreignKeyColumns(database);
    case 'sys.schemas':
    case 'information_schema.schemata':
      return list(
        () => database.schemas.values(),
        (one) => ({
          name: () => one.name,
          schema_id: () => one.id,
          schema_name: () => one.name,
          catalog_name: () => database.name,
        }),
      );
    case 'sys.types':
    case 'dbo.systypes':
    case 'sys.systypes':
    case 'sys.table_types':
      return types(database);
    case 'sys.database_principals':
    case 'dbo.sysusers':
    case 'sys.sysusers':
      return list(
        () => [{ name: 'dbo', kind: 'user' }, ...database.principals.values()],
        (one) => ({ name: () => one.name, type: () => (one.kind === 'user' ? 'S' : 'R') }),
      );
    case 'sys.databases':
    case 'dbo.sysdatabases':
    case 'sys.sysdatabases':
    case 'master.dbo.sysdatabases':
    case 'master.sys.databases':
      return list(
        () => session.databases.values(),
        (one) => ({ name: () => one.name }),
      );
    case 'sys.partition_functions':
      return list(
        () => database.partitionFunctions.values(),
        (one) => ({ name: () => one.name }),
      );
    case 'sys.partition_schemes':
      return list(
        () => database.partitionSchemes.keys(),
        (one) => ({ name: () => one }),
      );
    case 'sys.fulltext_indexes':
      return list(
        () => [...database.objects.values()].filter((one) => one.kind === 'table' && one.fullText !== undefined),
        (one) => ({ object_id: () => one.id }),
      );
    case 'sys.fulltext_catalogs':
    case 'dbo.sysfulltextcatalogs':
      return list(
        () => database.fullTextCatalogs,
        (one) => ({ name: () => one }),
      );
    default:
      return FACILITY_VIEWS[name] && facilities(database, FACILITY_VIEWS[name]);
  }
}

const FACILITY_VIEWS: Readonly<Record<string, FacilityKind>> = {
  'sys.assemblies': 'assembly',
  'sys.xml_schema_collections': 'xml-schema-collection',
  'sys.certificates': 'certificate',
  'sys.symmetric_keys': 'symmetric-key',
  'sys.asymmetric_keys': 'symmetric-key',
  'sys.service_queues': 'broker-queue',
  'sys.services': 'broker-service',
};

function facilities(database: DraftDatabase, kind: FacilityKind): CatalogRelation {
  return list(
    () => [...database.facilities.values()].filter((one) => one.kind === kind),
    (one) => {
      const [name = '', schema = 'dbo'] = one.name.split('.').toReversed();
      return {
        name: () => name,
        schema_id: () => database.schema(schema)?.id ?? null,
        is_user_defined: () => 1,
      };
    },
  );
}

/** What a source of a FROM stands for in the catalog; undefined where a server would be needed. A table of the user's own has no rows here. */
export function catalogRelation(source: TableSource, at: Environment): CatalogRelation | undefined {
  if (source.kind === 'tableFunction') return properties(source, at);
  if (source.kind !== 'table') return undefined;
  const { database, schema, name } = source.name;
  const own = name.name.toLowerCase();
  if (own.startsWith('#')) return undefined;
  const where = schema?.name.toLowerCase() ?? 'dbo';
  const place = `${where === '' ? 'dbo' : where}.${own}`;
  const of = database?.name.toLowerCase();
  if (of !== undefined && of !== at.site.database.name.toLowerCase()) return otherView(`${of}.${place}`, at);
  if (place in OBJECT_VIEWS) return objects(at.site.database, OBJECT_VIEWS[place]);
  const view = otherView(place, at);
  if (view) return view;
  const table = at.site.database.objects.get(schema?.name ?? 'dbo', name.name);
  return table?.kind === 'table' ? { rows: () => [], by: {} } : undefined;
}

/** fn_listextendedproperty. */
function properties(
  source: Extract<TableSource, { kind: 'tableFunction' }>,
  at: Environment,
): CatalogRelation | undefined {
  const { call } = source;
  if (call.kind !== 'call' || call.name.name.name.toLowerCase() !== 'fn_listextendedproperty') return undefined;
  const [name, ...rest] = call.args.map((one) => (one.kind === 'default' ? null : evaluate(one, at)));
  const levels = [0, 2, 4].flatMap((from) => {
    const [type, of] = [rest[from], rest[from + 1]];
    return typeof type === 'string' && typeof of === 'string' ? [{ type: type.toUpperCase(), name: of }] : [];
  });
  const target = propertyTarget(at.site.database, levels);
  const has =
    target !== undefined && hasProperty(at.site.database, target, typeof name === 'string' ? name : undefined);
  return { rows: (alias) => (has ? [row(alias, {})] : []), by: {} };
}
