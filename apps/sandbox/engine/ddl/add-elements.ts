import type { SqlType } from '#conversion';
import { quoteIdent } from '#pgsql';
import type { AddElements, AlterTable, ColumnDefinition, Constraint } from '#tsql';
import {
  constraintName,
  sequenceName,
  type CatalogObject,
  type CatalogWriter,
  type ColumnModel,
  type PgQuerier,
} from '../../catalog/index.ts';
import { onIndexChanged } from '../../cdc/ddl-hooks.ts';
import { SqlError } from '../../session.ts';
import { tableRelation } from '../relations.ts';
import { contextOf, type Run } from '../run.ts';
import { referencedColumns, sourceOf } from './create-table.ts';
import { userTable } from './objects-of.ts';
import {
  columnSql,
  columnTypeSql,
  conditionSql,
  defaultSql,
  foreignKeySql,
  identitySequenceSql,
  isStored,
  keySqls,
  rowVersionSql,
} from './physical-table.ts';
import {
  addConstraint,
  columnModel,
  defaultModel,
  type DefinitionSource,
  type TableDefinition,
} from './table-model.ts';

/** A table that is being added to, and how its definitions are read. */
interface Site {
  readonly run: Run;
  readonly source: DefinitionSource;
  readonly object: CatalogObject;
}

/** ALTER TABLE … ADD. */
export async function addElements(run: Run, statement: AlterTable, action: AddElements): Promise<void> {
  for (const element of action.elements) {
    // The catalog is read again for each: a constraint may name a column added before it.
    const { object } = await userTable(run, statement.name, 4902);
    const site: Site = { run, source: await sourceOf(run), object };
    if (element.kind === 'columnDefinition') await addColumn(site, element);
    else if (element.kind === 'inlineIndex' || element.kind === 'period') {
      throw new SqlError(40515, 'ALTER TABLE ADD INDEX or PERIOD is not supported in this version of SQL Server.');
    } else await addOne(site, element, action.check ?? true);
  }
}

function mayBeFilled(column: ColumnModel): boolean {
  const { nullable, identity, computed, type } = column;
  return (
    nullable ||
    column.default !== undefined ||
    identity !== undefined ||
    computed !== undefined ||
    type.name === 'rowversion'
  );
}

async function addColumn(site: Site, element: ColumnDefinition): Promise<void> {
  const { run, source, object } = site;
  const column = columnModel(source, element, tableRelation(object));
  await run.session.ddl(async (writer, pg) => {
    if (!mayBeFilled(column) && (await pg.query(`SELECT 1 FROM u.${object.physical} LIMIT 1`)).rows.length > 0) {
      throw new SqlError(
        4901,
        `ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '${column.name}' cannot be added to non-empty table '${object.name}' because it does not satisfy these conditions.`,
      );
    }
    const { physical } = await writer.addColumn(object.id, column);
    const withValues = element.constraints.some((each) => each.kind === 'defaultConstraint' && each.withValues);
    if (isStored(column)) await pg.query(addColumnSql(site, column, quoteIdent(physical), withValues));
  });
  for (const constraint of element.constraints) {
    if (constraint.kind === 'defaultConstraint') continue;
    const { scope } = await contextOf(run);
    const now = scope.snapshot.objectById(object.id) ?? object;
    await addOne({ run, source: { ...source, scope }, object: now }, constraint, true, column.name);
  }
}

function addColumnSql(site: Site, column: ColumnModel, physical: string, withValues: boolean): string {
  const { object } = site;
  const { scope } = site.source;
  const table = `u.${object.physical}`;
  const sequence = `u.${sequenceName(object.id)}`;
  if (column.type.name === 'rowversion') {
    return `ALTER TABLE ${table} ADD COLUMN ${physical} bytea NOT NULL DEFAULT int8send(nextval('sys.rowversion_counter'));
      ALTER TABLE ${table} ALTER COLUMN ${physical} DROP DEFAULT; ${rowVersionSql(table, physical, `u.v${object.id}`)}`;
  }
  if (column.default !== undefined && column.nullable && !withValues) {
    // A nullable column gets its default only for rows to come.
    const type = column.type as SqlType;
    return `ALTER TABLE ${table} ADD COLUMN ${physical} ${columnTypeSql(type, scope.collation)};
      ALTER TABLE ${table} ALTER COLUMN ${physical} SET DEFAULT ${defaultSql(scope, type, column.default.definition)}`;
  }
  const counter = column.identity ? `${identitySequenceSql(sequence, column.identity)}; ` : '';
  return `${counter}ALTER TABLE ${table} ADD COLUMN ${columnSql(scope, tableRelation(object), column, physical, sequence)}`;
}

async function addOne(site: Site, constraint: Constraint, check: boolean, column?: string): Promise<void> {
  const { run, source, object } = site;
  if (constraint.kind === 'defaultConstraint') return addDefault(site, constraint);
  const into: TableDefinition = { columns: [], keys: [], checks: [], foreignKeys: [], indexes: [] };
  addConstraint(into, constraint, column);
  await run.session.ddl(async (writer, pg) => {
    await addKeys(site, into, writer, pg);
    for (const model of into.checks) {
      const made = await writer.addCheck(object.id, { ...model, notTrusted: !check });
      const condition = conditionSql(source.scope, tableRelation(object), model.definition);
      await pg.query(
        `ALTER TABLE u.${object.physical} ADD CONSTRAINT ${constraintName(made.objectId)} CHECK (${condition})${check ? '' : ' NOT VALID'}`,
      );
    }
    for (const model of into.foreignKeys) {
      const made = await writer.addForeignKey(object.id, { ...model, notTrusted: !check });
      const { snapshot } = source.scope;
      const target = snapshot.objectById(made.referencedId);
      await pg.query(
        foreignKeySql(`u.${object.physical}`, {
          physical: constraintName(made.objectId),
          columns: model.columns.map((name) => quoteIdent(snapshot.column(object, name)?.physical ?? name)),
          referenced: `u.${target?.physical ?? ''}`,
          referencedColumns: referencedColumns(snapshot, target, model),
          onDelete: model.onDelete,
          onUpdate: model.onUpdate,
          validated: check,
        }),
      );
    }
  });
}

async function addKeys(site: Site, into: TableDefinition, writer: CatalogWriter, pg: PgQuerier): Promise<void> {
  const { object, source } = site;
  for (const key of into.keys) {
    const clusteredTaken = object.indexes.some((index) => index.clustered);
    const made = await writer.addKey(object.id, { ...key, clustered: key.clustered && !clusteredTaken });
    await pg.query(keySqls(source.scope, tableRelation(object), key, made.physicalIndex).join(';\n'));
    await onIndexChanged(pg, object.id);
  }
}

async function addDefault(site: Site, constraint: Extract<Constraint, { kind: 'defaultConstraint' }>): Promise<void> {
  const { run, source, object } = site;
  const name = constraint.column?.name ?? '';
  const target = source.scope.snapshot.column(object, name);
  if (target === undefined) {
    throw new SqlError(
      1752,
      `Column '${name}' in table '${object.name}' is invalid for creating a default constraint.`,
      16,
      0,
    );
  }
  const model = defaultModel(constraint);
  await run.session.ddl(async (writer, pg) => {
    await writer.addDefault(object.id, name, model);
    const value = defaultSql(source.scope, target.type as SqlType, model.definition);
    await pg.query(`ALTER TABLE u.${object.physical} ALTER COLUMN ${quoteIdent(target.physical)} SET DEFAULT ${value}`);
  });
}
