import type { DatabaseModel, ExtendedPropertyModel } from '#schema';

/**
 * The model with extended properties called Description as comments, where there is none: many tools and scripts write them in place of MS_Description. They are
 * no longer among the properties then.
 */
export function withDescriptions(database: DatabaseModel): DatabaseModel {
  const found = new Map<string, ExtendedPropertyModel>();
  for (const one of database.properties ?? [])
    if (one.name.toLowerCase() === 'description' && one.value !== '') found.set(one.object, one);
  if (found.size === 0) return database;
  const used = new Set<ExtendedPropertyModel>();
  const described = <T extends { readonly comment?: string }>(item: T, object: string): T => {
    const property = item.comment === undefined ? found.get(object) : undefined;
    if (!property) return item;
    used.add(property);
    return { ...item, comment: property.value };
  };
  const named = <T extends { readonly schema: string; readonly name: string; readonly comment?: string }>(item: T): T =>
    described(item, `${item.schema}.${item.name}`);
  const tables = database.tables.map((table) => ({
    ...named(table),
    columns: table.columns.map((one) => described(one, `${table.schema}.${table.name}.${one.name}`)),
  }));
  const parts = {
    schemas: database.schemas.map((one) => described(one, one.name)),
    tables,
    sequences: database.sequences.map(named),
    modules: database.modules.map(named),
  };
  return { ...database, ...parts, properties: (database.properties ?? []).filter((one) => !used.has(one)) };
}
