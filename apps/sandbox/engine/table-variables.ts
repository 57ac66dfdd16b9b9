import type { SqlType } from '#conversion';
import { typeOf } from './profile.ts';
import type { DeclareTable, DeclareVariable } from '#tsql';
import type { CatalogObject, CatalogSnapshot } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { sourceOf } from './ddl/create-table.ts';
import { tableDefinition, type TableDefinition } from './ddl/table-model.ts';
import { contextOf, type Run } from './run.ts';
import { makeLocal } from './temporary-table.ts';

/** What a table type declares, from the catalog's hidden table. */
export function definitionOfType(object: CatalogObject): TableDefinition {
  const nameOf = (id: number): string => object.columns.find((column) => column.id === id)?.name ?? '';
  return {
    columns: object.columns.map((column) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      ...(column.identity ? { identity: column.identity } : {}),
      ...(column.computed ? { computed: column.computed } : {}),
      ...(column.default ? { default: { definition: column.default.definition } } : {}),
    })),
    keys: object.indexes
      .filter((index) => index.primaryKey || index.uniqueConstraint)
      .map((index) => ({
        kind: index.primaryKey ? 'PK' : 'UQ',
        clustered: index.clustered,
        columns: index.columns.map((column) => ({ name: nameOf(column.columnId), descending: column.descending })),
      })),
    checks: object.checks.map((check) => ({ definition: check.definition })),
    foreignKeys: [],
    indexes: [],
  };
}

/** The table behind a table type. */
export function tableOfType(snapshot: CatalogSnapshot, name: string): CatalogObject {
  const parts = name.split('.');
  const type = snapshot.type(parts.length > 1 ? parts.at(-2) : undefined, parts.at(-1) ?? '');
  const object = type?.tableObjectId === undefined ? undefined : snapshot.objectById(type.tableObjectId);
  if (object === undefined) throw new SqlError(2715, `Cannot find data type ${name}.`, 16, 3);
  return object;
}

/** DECLARE @t TABLE (…), or of a table type. */
export async function declareTable(run: Run, item: DeclareTable | DeclareVariable, type?: SqlType): Promise<void> {
  const key = item.name.toLowerCase();
  if (run.frame.tables.has(key)) return;
  if (item.kind === 'declareTable') {
    const source = { ...(await sourceOf(run)), ansiPadding: true };
    await makeLocal(run, key, tableDefinition(source, item.name, item.elements));
    return;
  }
  const { scope } = await contextOf(run);
  const resolved = type ?? typeOf(item.type, scope);
  const name = resolved.typeName ?? `${item.type.schema?.name ?? 'dbo'}.${item.type.base}`;
  await makeLocal(run, key, definitionOfType(tableOfType(scope.snapshot, name)));
}
