import { printDefinition, type CreateStatistics, type DropObject, type ObjectName, type UpdateStatistics } from '#tsql';
import type { CatalogObject } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { isLocalTemporary } from '../names.ts';
import type { Run } from '../run.ts';
import { dotted, objectOf } from './objects-of.ts';
import { settingsOf } from './settings.ts';

function refuseTemporary(name: ObjectName): void {
  if (isLocalTemporary(name.name.name))
    throw new SqlError(40_515, 'Statistics on a temporary table are not supported in this version of SQL Server.');
}

const withStatistics = (run: Run, name: ObjectName): Promise<CatalogObject | undefined> =>
  objectOf(run, name, ['U', 'V']);

/** CREATE STATISTICS: the catalog has them; plans are PostgreSQL's. */
export async function createStatistics(run: Run, statement: CreateStatistics): Promise<void> {
  refuseTemporary(statement.table);
  const object = await withStatistics(run, statement.table);
  if (object === undefined) {
    const message = `Cannot find the object "${dotted(statement.table)}" because it does not exist or you do not have permissions.`;
    throw new SqlError(1088, message, 16, 12);
  }
  const { where } = statement;
  const settings = settingsOf(statement.options);
  await run.session.ddl((writer) =>
    writer.createStatistics(object.id, {
      name: statement.name.name,
      columns: statement.columns.map((one) => one.name),
      ...(where === undefined ? {} : { filter: printDefinition(where, 'filter') }),
      ...(settings && { settings }),
    }),
  );
}

/** UPDATE STATISTICS: nothing is counted here, but what is named must be there. */
export async function updateStatistics(run: Run, statement: UpdateStatistics): Promise<void> {
  const names = statement.names.map((one) => one.name);
  if (isLocalTemporary(statement.table.name.name) && names.length === 0) return;
  refuseTemporary(statement.table);
  const object = await withStatistics(run, statement.table);
  if (object === undefined) throw new SqlError(2706, `Table '${statement.table.name.name}' does not exist.`, 16, 6);
  if (names.length > 0) await run.session.ddl((writer) => writer.requireStatistics(object.id, names));
}

/** The table in the name of statistics: `schema.table.name`. */
export const tableOfStatistics = ({ database, schema, name, span }: ObjectName): ObjectName => ({
  kind: 'objectName',
  ...(database && { schema: database }),
  name: schema ?? name,
  span,
});

/** DROP STATISTICS table.name: the last part is the name, those before it the table. */
export async function dropStatistics(run: Run, statement: DropObject, name: ObjectName): Promise<void> {
  const qualified = dotted(name);
  const absent = new SqlError(
    3701,
    `Cannot drop the statistics '${qualified}', because it does not exist or you do not have permission.`,
    11,
    6,
  );
  if (name.schema === undefined) throw absent;
  const table = tableOfStatistics(name);
  refuseTemporary(table);
  const object = await withStatistics(run, table);
  if (object === undefined) {
    if (statement.ifExists) return;
    throw absent;
  }
  await run.session.ddl((writer) => writer.dropStatistics(object.id, name.name.name, qualified));
}
