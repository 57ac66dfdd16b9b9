import type { DatabaseModel, ModuleModel } from '#schema';
import { type SchemaContext, tell } from './schema-context.ts';

/** What Management Studio puts into a database for its own diagrams; nobody else calls it. */
const SUPPORT =
  /^(sp_(upgraddiagrams|helpdiagrams|helpdiagramdefinition|creatediagram|renamediagram|alterdiagram|dropdiagram)|fn_diagramobjects)$/i;

const isSupport = (one: ModuleModel): boolean => one.schema.toLowerCase() === 'dbo' && SUPPORT.test(one.name);

/** The database without the routines of Management Studio's diagrams. Their table stays: it is the rows that somebody may want. */
export const withoutDiagrams = (database: DatabaseModel): DatabaseModel =>
  database.modules.some(isSupport)
    ? { ...database, modules: database.modules.filter((one) => !isSupport(one)) }
    : database;

/** Tells what was left out. */
export function tellDiagrams(context: Pick<SchemaContext, 'issues'>, database: DatabaseModel): void {
  const names = database.modules.filter(isSupport).map((one) => one.name);
  if (names.length > 0)
    tell(
      context,
      'SL1078',
      database.name,
      `The routines of Management Studio's diagrams are left out: ${names.join(', ')}.`,
    );
}
