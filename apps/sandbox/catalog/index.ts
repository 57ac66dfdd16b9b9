export { CDC_ENUMERATION } from '../cdc/functions.ts';
export { DatabaseCatalog } from './cache.ts';
export { notCreated } from './foreign-key-rules.ts';
export type { CatalogView, CatalogViewColumn } from './catalog-view.ts';
export { installCatalog, openCatalog, type NewDatabase } from './database.ts';
export { catalogFunction, catalogTableFunction } from './functions.ts';
export { loadSnapshot } from './loader.ts';
export { sessionApplicationName } from './application-name.ts';
export type * from './model.ts';
export { catalogWriter } from './pg-catalog-writer.ts';
export * from './physical.ts';
export type {
  DescribedColumn,
  DescribedParameter,
  ProcedureArgument,
  ProcedureContext,
  ProcedureResult,
  SystemProcedure,
} from './procedure.ts';
export {
  readDatabases,
  writeDatabases,
  writeLogins,
  writeServerState,
  type DatabaseRow,
  type LoginRow,
} from './server-rows.ts';
export { generatedConstraintName, generatedKeyName } from './names.ts';
export { READS_SESSIONS, SESSIONS_SETTING, TEMPORARIES_SETTING, type SessionRow } from './session-row.ts';
export type * from './snapshot.ts';
export { facetsOf, typeOfFacets, type TypeFacets } from './types.ts';
export { CATALOG_VIEWS } from './views/index.ts';
export { systemProcedure } from './system-procedures.ts';
export type { CatalogWriter, PermissionChange, PropertyTarget } from './writer.ts';
