import type { Relation, SqlType } from '#conversion';
import type { CreateTable } from '#tsql';
import {
  notCreated,
  columnName,
  constraintName,
  sequenceName,
  tableName,
  type CatalogObject,
  type CatalogSnapshot,
  type CatalogWriter,
  type CreatedTable,
  type ForeignKeyModel,
  type PgQuerier,
  type TableModel,
} from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { settingsOf } from './settings.ts';
import { isGlobalTemporary, isLocalTemporary } from '../names.ts';
import { parsedExpression } from '../parsing.ts';
import { contextOf, type Run } from '../run.ts';
import type { SessionScope } from '../session-scope.ts';
import { createTemporary } from '../temporary-table.ts';
import {
  columnSql,
  conditionSql,
  foreignKeySql,
  identitySequenceSql,
  indexSql,
  isStored,
  keySqls,
  rowVersionSql,
} from './physical-table.ts';
import { storageOf } from './partitions.ts';
import { tableDefinition, tableModel, type DefinitionSource } from './table-model.ts';

/** Where the statement's expressions are cut from and its names resolved. */
export async function sourceOf(run: Run): Promise<DefinitionSource> {
  const { scope } = await contextOf(run);
  const { ansiNullDefault, ansiPadding } = run.session.options;
  return { scope, ansiNullDefault, ansiPadding };
}

/** The relation of a table that was just written to the catalog. */
export function createdRelation(model: TableModel, created: CreatedTable): Relation {
  return {
    kind: 'table',
    schema: model.schema,
    name: model.name,
    sql: `u.${created.physical}`,
    columns: model.columns.map((column, index) => ({
      name: column.name,
      sql: created.columns[index]?.physical ?? columnName(index + 1),
      type: column.type as SqlType,
      nullable: column.nullable,
      ...(column.computed && !column.computed.persisted
        ? { expression: parsedExpression(column.computed.definition) }
        : {}),
    })),
  };
}

/** Physical columns that a foreign key refers to: those named, or the primary key. */
export function referencedColumns(
  snapshot: CatalogSnapshot,
  target: CatalogObject | undefined,
  key: ForeignKeyModel,
): string[] {
  if (target === undefined) {
    const message = `Foreign key '${key.name ?? ''}' references invalid table '${key.referencedSchema}.${key.referencedTable}'.`;
    throw notCreated(new SqlError(1767, message, 16, 0));
  }
  if (key.referencedColumns.length === 0) {
    const primary = target.indexes.find((index) => index.primaryKey);
    return (primary?.columns ?? []).map((column) => columnName(column.columnId));
  }
  return key.referencedColumns.map((name) => snapshot.column(target, name)?.physical ?? name);
}

function selfColumns(model: TableModel, relation: Relation, key: ForeignKeyModel): string[] {
  const names =
    key.referencedColumns.length > 0
      ? key.referencedColumns
      : (model.keys?.find((candidate) => candidate.kind === 'PK')?.columns.map((column) => column.name) ?? []);
  return names.map((name) => physicalColumn(relation, name));
}

function physicalColumn(relation: Relation, name: string): string {
  const key = name.toLowerCase();
  return relation.columns.find((column) => column.name.toLowerCase() === key)?.sql ?? name;
}

function foreignKeys(scope: SessionScope, model: TableModel, created: CreatedTable, relation: Relation): string[] {
  return (model.foreignKeys ?? []).map((key, index) => {
    const made = created.foreignKeys[index];
    const self = made?.referencedId === created.objectId;
    const target = self ? undefined : scope.snapshot.object(key.referencedSchema, key.referencedTable);
    return foreignKeySql(`u.${created.physical}`, {
      physical: constraintName(made?.objectId ?? 0),
      columns: key.columns.map((name) => physicalColumn(relation, name)),
      referenced: `u.${self ? created.physical : (target?.physical ?? '')}`,
      referencedColumns: self ? selfColumns(model, relation, key) : referencedColumns(scope.snapshot, target, key),
      onDelete: key.onDelete,
      onUpdate: key.onUpdate,
      validated: true,
    });
  });
}

/** Everything PostgreSQL must do for a new table, in order. */
export function createTableSqls(scope: SessionScope, model: TableModel, created: CreatedTable): string[] {
  const table = `u.${created.physical}`;
  const relation = createdRelation(model, created);
  const sequence = `u.${sequenceName(created.objectId)}`;
  const identity = model.columns.find((column) => column.identity !== undefined)?.identity;
  const version = model.columns.findIndex((column) => column.type.name === 'rowversion');
  const columns = model.columns.flatMap((column, index) =>
    isStored(column) ? [columnSql(scope, relation, column, created.columns[index]?.physical ?? '', sequence)] : [],
  );
  const checks = (model.checks ?? []).map(
    (check, index) =>
      `ALTER TABLE ${table} ADD CONSTRAINT ${constraintName(created.checks[index]?.objectId ?? 0)} CHECK (${conditionSql(scope, relation, check.definition)})`,
  );
  return [
    ...(identity ? [identitySequenceSql(sequence, identity)] : []),
    `CREATE TABLE ${table} (${columns.join(', ')})`,
    ...(version >= 0 ? [rowVersionSql(table, created.columns[version]?.physical ?? '', `u.v${created.objectId}`)] : []),
    ...(model.keys ?? []).flatMap((key, index) =>
      keySqls(scope, relation, key, created.keys[index]?.physicalIndex ?? ''),
    ),
    ...checks,
    ...(model.indexes ?? []).flatMap((index, at) =>
      index.kind !== undefined
        ? []
        : indexSql(scope, relation, {
            physical: created.indexes[at]?.physicalIndex ?? '',
            unique: index.unique,
            columns: index.columns,
            ...(index.filter ? { filter: index.filter } : {}),
          }),
    ),
    ...foreignKeys(scope, model, created, relation),
  ];
}

/** Writes a table to the catalog and makes it. */
export async function makeTable(
  scope: SessionScope,
  model: TableModel,
  writer: CatalogWriter,
  pg: PgQuerier,
): Promise<CreatedTable> {
  const created = await writer.createTable(model);
  await pg.query(createTableSqls(scope, model, created).join(';\n'));
  return created;
}

/** The schema of a table that is made. */
function schemaOf(run: Run, { schema, name }: CreateTable['name']): string {
  return isGlobalTemporary(name.name) ? 'dbo' : (schema?.name ?? run.session.defaultSchema);
}

/** CREATE TABLE, of a temporary table too. */
export async function createTable(run: Run, statement: CreateTable): Promise<void> {
  if (statement.as !== undefined || statement.query !== undefined || statement.external === true) {
    throw new SqlError(
      40515,
      'CREATE TABLE of this form (AS NODE, AS EDGE, AS SELECT, EXTERNAL) is not supported in this version of SQL Server.',
    );
  }
  const versioned = statement.options.find(
    (option) => option.name === 'SYSTEM_VERSIONING' || option.name === 'MEMORY_OPTIMIZED',
  );
  if (versioned !== undefined)
    throw new SqlError(40515, `${versioned.name} is not supported in this version of SQL Server.`);
  const name = statement.name.name.name;
  const source = await sourceOf(run);
  if (isLocalTemporary(name)) {
    if (statement.on !== undefined && !/^(primary|default)$/i.test(statement.on.name.name))
      throw new SqlError(1921, `Invalid filegroup '${statement.on.name.name}' specified.`);
    await createTemporary(run, name, tableDefinition(source, name, statement.elements));
    return;
  }
  const settings = settingsOf(statement.options);
  const model = {
    ...tableModel(source, schemaOf(run, statement.name), name, statement.elements),
    ...storageOf(statement.on),
    ansiNulls: run.session.options.ansiNulls,
    ...(settings && { settings }),
  };
  if (isGlobalTemporary(name)) await run.session.server.globalTables.settled();
  const { objectId } = await run.session.ddl((writer, pg) => makeTable(source.scope, model, writer, pg));
  if (isGlobalTemporary(name)) run.session.server.globalTables.made(objectId, run.session);
}

export { tableName };
