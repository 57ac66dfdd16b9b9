import type { ColumnModel, DatabaseModel, FacilityKind, TableModel } from '#schema';
import { type FeatureCount, NAMES_OF_A_FEATURE } from './features.ts';

/** Features of a table as a whole. */
function ofTable(table: TableModel): string[] {
  const indexes = table.indexes.map((index) => {
    if (index.type !== 'CLUSTERED' && index.type !== 'NONCLUSTERED') return `${index.type} indexes`;
    if (index.filter !== undefined) return 'Filtered indexes';
    return index.included.length > 0 ? 'Indexes with included columns' : '';
  });
  return [
    table.temporal ? 'Temporal tables' : '',
    table.partitioned ? 'Partitioned tables' : '',
    table.fullText ? 'Full-text indexes' : '',
    table.primaryKey ? '' : 'Tables without a primary key',
    ...indexes,
    ...table.features.map((feature) => `Tables that are ${feature}`),
    ...table.columns.flatMap(ofColumn),
  ].filter((name) => name !== '');
}

function ofColumn(column: ColumnModel): string[] {
  const type = column.sourceType.name;
  return [
    /^(geography|geometry|hierarchyid|sql_variant|xml|rowversion|timestamp|text|ntext|image|json|vector)$/.test(type)
      ? `Columns of ${type}`
      : '',
    column.identity ? 'Identity columns' : '',
    column.computed ? `Computed columns${column.computed.persisted ? ', persisted' : ''}` : '',
    column.rule ? 'Bound rules' : '',
    column.default?.bound ? 'Bound defaults' : '',
    column.sourceType.alias ? 'Columns of alias types' : '',
    column.sparse ? 'Sparse columns' : '',
    column.columnSet ? 'Column sets' : '',
    column.filestream ? 'FILESTREAM' : '',
    column.maskedBy === undefined ? '' : 'Masked columns',
    column.encrypted ? 'Always Encrypted' : '',
    column.xmlSchema ? 'XML schema collections' : '',
  ];
}

const FACILITIES: Readonly<Record<FacilityKind, string>> = {
  'linked-server': 'Linked servers',
  'agent-job': 'Agent jobs',
  'broker-service': 'Service Broker',
  'broker-queue': 'Service Broker',
  'event-notification': 'Event notifications',
  'database-mail': 'Database Mail',
  assembly: 'CLR assemblies',
  'clr-type': 'CLR types',
  'xml-schema-collection': 'XML schema collections',
  certificate: 'Certificates',
  'symmetric-key': 'Symmetric keys',
  'external-data-source': 'External data',
  'database-trigger': 'Triggers of the database',
  'plan-guide': 'Plan guides',
  'database-audit': 'Audits',
};

/** What tables and the database itself use, the most frequent first; beside the constructs of code it makes the inventory. */
export function storageFeatures(database: DatabaseModel): FeatureCount[] {
  const counts = new Map<string, { occurrences: number; used: Set<string> }>();
  const add = (feature: string, by: string): void => {
    const count = counts.get(feature) ?? { occurrences: 0, used: new Set<string>() };
    counts.set(feature, count);
    count.occurrences += 1;
    count.used.add(by);
  };
  for (const table of database.tables)
    for (const feature of ofTable(table)) add(feature, `${table.schema}.${table.name}`);
  for (const module of database.modules) if (module.indexes) add('Indexed views', `${module.schema}.${module.name}`);
  for (const one of database.synonyms) add('Synonyms', `${one.schema}.${one.name}`);
  for (const one of database.tableTypes ?? []) add('Table types', `${one.schema}.${one.name}`);
  for (const one of database.securityPolicies ?? []) add('Row-level security', `${one.schema}.${one.name}`);
  for (const one of database.permissions ?? []) if (one.state === 'DENY') add('DENY', one.grantee);
  for (const one of database.facilities ?? []) add(FACILITIES[one.kind], one.name);
  return [...counts]
    .map(([feature, { occurrences, used }]) => ({
      feature,
      occurrences,
      modules: used.size,
      used: [...used].slice(0, NAMES_OF_A_FEATURE),
    }))
    .toSorted((a, b) => b.modules - a.modules || b.occurrences - a.occurrences || (a.feature < b.feature ? -1 : 1));
}
