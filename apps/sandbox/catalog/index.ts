export { DatabaseCatalog } from './cache.ts';
export type { CatalogView, CatalogViewColumn } from './catalog-view.ts';
export type * from './model.ts';
export * from './physical.ts';
export type {
  DescribedColumn,
  ProcedureArgument,
  ProcedureContext,
  ProcedureResult,
  SystemProcedure,
} from './procedure.ts';
export type * from './snapshot.ts';
export type { CatalogWriter, PermissionChange, PropertyTarget } from './writer.ts';
