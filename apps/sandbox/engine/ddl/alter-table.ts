import { translateExpression, type SqlType } from '#conversion';
import { quoteIdent } from '#pgsql';
import type {
  AddElements,
  AlterColumn,
  AlterTable,
  ColumnDefinition,
  Constraint,
  DropElements,
  ToggleConstraints,
} from '#tsql';
import {
  constraintName,
  sequenceName,
  type CatalogObject,
  type CatalogWriter,
  type ColumnModel,
  type PgQuerier,
} from '../../catalog/index.ts';
import { onIndexChanged, onTableAltered } from '../../cdc/ddl-hooks.ts';
import { SqlError } from '../../session.ts';
import { sandbox } from '../profile.ts';
import { tableRelation } from '../relations.ts';
import { contextOf, type Run } from '../run.ts';
import { referencedColumns, sourceOf } from './create-table.ts';
import { dropIndexSql, indexNamed } from './indexes.ts';
import { dotted, userTable } from './objects-of.ts';
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
  columnType,
  defaultModel,
  type DefinitionSource,
  type TableDefinition,
} from './table-model.ts';
import { toggleTableTriggers } from './modules.ts';

/** ALTER TABLE in the forms that schemas and scripts use; the whole statement takes effect or nothing of it. CDC is told of it. */
export async function alterTable(run: Run, statement: AlterTable): Promise<void> {
  if (statement.name.name.name.startsWith('#')) {
    throw new SqlError(40515, 'ALTER TABLE of a temporary table is not supported in this version of SQL Server.');
  }
  const { object } = await userTable(run, statement.name, 4902);
  const { span, action } = statement;
  await run.session.ddl(async (_writer, pg) => {
    await apply(run, statement);
    const column =
      action.kind === 'alterColumn' && action.type !== undefined ? action.column.name.toLowerCase() : undefined;
    const retyped = object.columns.filter((each) => each.name.toLowerCase() === column).map((each) => each.id);
    await onTableAltered(pg, { objectId: object.id, command: run.text.slice(span.start, span.end), retyped });
  });
}

async function apply(run: Run, statement: AlterTable): Promise<void> {
  const { action } = statement;
  switch (action.kind) {
    case 'addElements':
      return addElements(run, statement, action);
    case 'alterColumn':
      return alterColumn(run, statement, action);
    case 'dropElements':
      return dropElements(run, statement, action);
    case 'toggleConstraints':
      return toggleConstraints(run, statement, action);
    case 'toggleTriggers': {
      const names = action.names.map((name) => name.name);
      return toggleTableTriggers(run, statement.name, names, action.enable);
    }
    case 'rebuildTable':
      return;
    case 'setTableOptions': {
      const other = action.options.find((option) => option.name !== 'LOCK_ESCALATION');
      if (other === undefined) return;
      throw new SqlError(40515, `ALTER TABLE SET (${other.name}) is not supported in this version of SQL Server.`);
    }
    default:
      throw new SqlError(40515, `ALTER TABLE ${action.kind} is not supported in this version of SQL Server.`);
  }
}

async function addElements(run: Run, statement: AlterTable, action: AddElements): Promise<void> {
  for (const element of action.elements) {
    // The catalog is read again for each: a constraint may name a column added before it.
    const { object } = await userTable(run, statement.name, 4902);
    const source = await sourceOf(run);
    if (element.kind === 'columnDefinition') await addColumn(run, source, object, element);
    else if (element.kind === 'inlineIndex' || element.kind === 'period') {
      throw new SqlError(40515, 'ALTER TABLE ADD INDEX or PERIOD is not supported in this version of SQL Server.');
    } else await addOne(run, source, object, element, action.check ?? true);
  }
}

async function addColumn(
  run: Run,
  source: DefinitionSource,
  object: CatalogObject,
  element: ColumnDefinition,
): Promise<void> {
  const column = columnModel(source, element, tableRelation(object));
  await run.session.ddl(async (writer, pg) => {
    const filled =
      column.nullable ||
      column.default !== undefined ||
      column.identity !== undefined ||
      column.computed !== undefined ||
      column.type.name === 'rowversion';
    if (!filled && (await pg.query(`SELECT 1 FROM u.${object.physical} LIMIT 1`)).rows.length > 0) {
      throw new SqlError(
        4901,
        `ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '${column.name}' cannot be added to non-empty table '${object.name}' because it does not satisfy these conditions.`,
      );
    }
    const added = await writer.addColumn(object.id, column);
    if (isStored(column)) await addPhysicalColumn(source, object, column, added.physical, pg, element);
  });
  for (const constraint of element.constraints) {
    if (constraint.kind === 'defaultConstraint') continue;
    const again = await contextOf(run);
    const now = again.scope.snapshot.objectById(object.id) ?? object;
    await addOne(run, { ...source, scope: again.scope }, now, constraint, true, column.name);
  }
}

async function addPhysicalColumn(
  source: DefinitionSource,
  object: CatalogObject,
  column: ColumnModel,
  physical: string,
  pg: PgQuerier,
  element: ColumnDefinition,
): Promise<void> {
  const table = `u.${object.physical}`;
  const { scope } = source;
  const sequence = `u.${sequenceName(object.id)}`;
  const version = column.type.name === 'rowversion';
  const withValues = element.constraints.some((c) => c.kind === 'defaultConstraint' && c.withValues);
  const sql = columnSql(scope, tableRelation(object), column, quoteIdent(physical), sequence);
  if (column.identity) await pg.query(identitySequenceSql(sequence, column.identity));
  if (version) {
    await pg.query(
      `ALTER TABLE ${table} ADD COLUMN ${quoteIdent(physical)} bytea NOT NULL DEFAULT int8send(nextval('sys.rowversion_counter')); ALTER TABLE ${table} ALTER COLUMN ${quoteIdent(physical)} DROP DEFAULT; ${rowVersionSql(table, quoteIdent(physical), `u.v${object.id}`)}`,
    );
    return;
  }
  if (column.default !== undefined && column.nullable && !withValues) {
    // A nullable column gets its default only for rows to come.
    const type = columnTypeSql(column.type as SqlType, scope.collation);
    await pg.query(
      `ALTER TABLE ${table} ADD COLUMN ${quoteIdent(physical)} ${type}; ALTER TABLE ${table} ALTER COLUMN ${quoteIdent(physical)} SET DEFAULT ${defaultSql(scope, column.type as SqlType, column.default.definition)}`,
    );
    return;
  }
  await pg.query(`ALTER TABLE ${table} ADD COLUMN ${sql}`);
}

async function addOne(
  run: Run,
  source: DefinitionSource,
  object: CatalogObject,
  constraint: Constraint,
  check: boolean,
  column?: string,
): Promise<void> {
  if (constraint.kind === 'defaultConstraint') {
    const name = constraint.column?.name ?? '';
    const target = source.scope.snapshot.column(object, name);
    if (target === undefined)
      throw new SqlError(
        1752,
        `Column '${name}' in table '${object.name}' is invalid for creating a default constraint.`,
        16,
        0,
      );
    const model = defaultModel(source, constraint);
    await run.session.ddl(async (writer, pg) => {
      await writer.addDefault(object.id, name, model);
      await pg.query(
        `ALTER TABLE u.${object.physical} ALTER COLUMN ${quoteIdent(target.physical)} SET DEFAULT ${defaultSql(source.scope, target.type as SqlType, model.definition)}`,
      );
    });
    return;
  }
  const into: TableDefinition = { columns: [], keys: [], checks: [], foreignKeys: [], indexes: [] };
  addConstraint(source, into, constraint, column);
  await run.session.ddl((writer, pg) => addModels(source, object, into, check, writer, pg));
}

async function addModels(
  source: DefinitionSource,
  object: CatalogObject,
  into: TableDefinition,
  check: boolean,
  writer: CatalogWriter,
  pg: PgQuerier,
): Promise<void> {
  const { scope } = source;
  const relation = tableRelation(object);
  const table = `u.${object.physical}`;
  for (const key of into.keys) {
    const clusteredTaken = object.indexes.some((index) => index.clustered);
    const made = await writer.addKey(object.id, { ...key, clustered: key.clustered && !clusteredTaken });
    await pg.query(keySqls(scope, relation, key, made.physicalIndex).join(';\n'));
    await onIndexChanged(pg, object.id);
  }
  for (const model of into.checks) {
    const made = await writer.addCheck(object.id, { ...model, notTrusted: !check });
    await pg.query(
      `ALTER TABLE ${table} ADD CONSTRAINT ${constraintName(made.objectId)} CHECK (${conditionSql(scope, relation, model.definition)})${check ? '' : ' NOT VALID'}`,
    );
  }
  for (const model of into.foreignKeys) {
    const made = await writer.addForeignKey(object.id, { ...model, notTrusted: !check });
    const target = scope.snapshot.objectById(made.referencedId);
    await pg.query(
      foreignKeySql(table, {
        physical: constraintName(made.objectId),
        columns: model.columns.map((name) => quoteIdent(scope.snapshot.column(object, name)?.physical ?? name)),
        referenced: `u.${target?.physical ?? ''}`,
        referencedColumns: referencedColumns(scope.snapshot, target, model),
        onDelete: model.onDelete,
        onUpdate: model.onUpdate,
        validated: check,
      }),
    );
  }
}

async function alterColumn(run: Run, statement: AlterTable, action: AlterColumn): Promise<void> {
  const { object, scope } = await userTable(run, statement.name, 4902);
  const name = action.column.name;
  const column = scope.snapshot.column(object, name);
  if (column === undefined)
    throw new SqlError(
      4924,
      `ALTER TABLE ALTER COLUMN failed because column '${name}' does not exist in table '${object.name}'.`,
    );
  if (action.type === undefined) {
    if (/^(ROWGUIDCOL|SPARSE|NOT FOR REPLICATION)$/.test(action.property ?? '')) return;
    throw new SqlError(40515, `ALTER COLUMN ${action.property ?? ''} is not supported in this version of SQL Server.`);
  }
  if (column.computed || column.type.name === 'rowversion') {
    throw new SqlError(
      4928,
      `Cannot alter column '${name}' because it is '${column.computed ? 'COMPUTED' : 'timestamp'}'.`,
    );
  }
  const source = await sourceOf(run);
  const typed = columnType(source, action.type, action.collation?.name);
  const nullable = action.nullable ?? source.ansiNullDefault;
  await run.session.ddl(async (writer, pg) => {
    await writer.alterColumn(object.id, column.id, { ...typed, nullable });
    const type = typed.type as SqlType;
    const physical = quoteIdent(column.physical);
    const value = translateExpression(
      { kind: 'column', parts: [action.column], span: action.column.span },
      { profile: sandbox, scope },
      { table: tableRelation(object), type, convert: 'store' },
    );
    const fallback =
      column.default === undefined || column.identity
        ? ''
        : `, ALTER COLUMN ${physical} SET DEFAULT ${defaultSql(scope, type, column.default.definition)}`;
    const drop = fallback === '' ? '' : `ALTER COLUMN ${physical} DROP DEFAULT, `;
    await pg.query(
      `ALTER TABLE u.${object.physical} ${drop}ALTER COLUMN ${physical} TYPE ${columnTypeSql(type, scope.collation)} USING ${value.sql}${fallback}, ALTER COLUMN ${physical} ${nullable && !column.identity ? 'DROP' : 'SET'} NOT NULL`,
    );
  });
}

async function dropElements(run: Run, statement: AlterTable, action: DropElements): Promise<void> {
  for (const item of action.items) {
    const { object, scope } = await userTable(run, statement.name, 4902);
    const name = item.name?.name ?? '';
    if (item.type === 'constraint') {
      const found = constraintOf(scope.snapshot.fold, object, name);
      if (found === undefined) {
        if (item.ifExists) continue;
        throw new SqlError(3728, `'${name}' is not a constraint.`);
      }
      await run.session.ddl((writer, pg) => dropConstraint(object, found.id, writer, pg));
    } else if (item.type === 'column') {
      const column = scope.snapshot.column(object, name);
      if (column === undefined) {
        if (item.ifExists) continue;
        throw new SqlError(
          4924,
          `ALTER TABLE DROP COLUMN failed because column '${name}' does not exist in table '${object.name}'.`,
        );
      }
      await run.session.ddl(async (writer, pg) => {
        await writer.dropColumn(object.id, column.id);
        const version =
          column.type.name === 'rowversion'
            ? `DROP TRIGGER IF EXISTS sbx_rowversion ON u.${object.physical}; DROP FUNCTION IF EXISTS u.v${object.id};`
            : '';
        await pg.query(
          `${version} ALTER TABLE u.${object.physical} DROP COLUMN IF EXISTS ${quoteIdent(column.physical)}`,
        );
        if (column.identity) await pg.query(`DROP SEQUENCE IF EXISTS u.${sequenceName(object.id)}`);
      });
    } else
      throw new SqlError(
        40515,
        `ALTER TABLE DROP ${item.type.toUpperCase()} is not supported in this version of SQL Server (${dotted(statement.name)}).`,
      );
  }
}

type ConstraintKind = 'key' | 'check' | 'foreignKey' | 'default';

function constraintOf(
  fold: (name: string) => string,
  object: CatalogObject,
  name: string,
): { id: number; kind: ConstraintKind } | undefined {
  const key = fold(name);
  const index = indexNamed(fold, object, name);
  if (index?.constraintId !== undefined) return { id: index.constraintId, kind: 'key' };
  const check = object.checks.find((c) => fold(c.name) === key);
  if (check) return { id: check.objectId, kind: 'check' };
  const foreign = object.foreignKeys.find((c) => fold(c.name) === key);
  if (foreign) return { id: foreign.objectId, kind: 'foreignKey' };
  const column = object.columns.find((c) => c.default !== undefined && fold(c.default.name) === key);
  return column?.default && { id: column.default.objectId, kind: 'default' };
}

async function dropConstraint(object: CatalogObject, id: number, writer: CatalogWriter, pg: PgQuerier): Promise<void> {
  const dropped = await writer.dropConstraint(id);
  const table = `u.${object.physical}`;
  if (dropped.kind === 'D') {
    const column = object.columns.find((candidate) => candidate.default?.objectId === id);
    await pg.query(`ALTER TABLE ${table} ALTER COLUMN ${quoteIdent(column?.physical ?? '')} DROP DEFAULT`);
  } else if (dropped.kind === 'PK' || dropped.kind === 'UQ') {
    const index = object.indexes.find((candidate) => candidate.constraintId === id);
    if (index === undefined) return;
    await onIndexChanged(pg, object.id);
    await pg.query(
      `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${quoteIdent(index.physical)}; ${dropIndexSql(index)}`,
    );
  } else await pg.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${constraintName(id)}`);
}

/** NOCHECK takes the constraint out of PostgreSQL; CHECK puts it back, validated only WITH CHECK. */
async function toggleConstraints(run: Run, statement: AlterTable, action: ToggleConstraints): Promise<void> {
  const { object, scope } = await userTable(run, statement.name, 4902);
  const { fold } = scope.snapshot;
  const wanted = action.names.map((name) => {
    const found = constraintOf(fold, object, name.name);
    if (found === undefined) throw new SqlError(4917, `Constraint '${name.name}' does not exist.`);
    return found.id;
  });
  const table = `u.${object.physical}`;
  const validated = action.check ?? false;
  const all = action.names.length === 0;
  await run.session.ddl(async (writer, pg) => {
    for (const check of object.checks.filter((c) => all || wanted.includes(c.objectId))) {
      await writer.setConstraintState(check.objectId, {
        disabled: !action.enable,
        notTrusted: !(action.enable && validated),
      });
      const add = `ADD CONSTRAINT ${constraintName(check.objectId)} CHECK (${conditionSql(scope, tableRelation(object), check.definition)})${validated ? '' : ' NOT VALID'}`;
      await pg.query(
        `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${constraintName(check.objectId)}${action.enable ? `, ${add}` : ''}`,
      );
    }
    for (const key of object.foreignKeys.filter((c) => all || wanted.includes(c.objectId))) {
      await writer.setConstraintState(key.objectId, {
        disabled: !action.enable,
        notTrusted: !(action.enable && validated),
      });
      const target = scope.snapshot.objectById(key.referencedId);
      await pg.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${constraintName(key.objectId)}`);
      if (!action.enable) continue;
      const physical = (owner: CatalogObject | undefined, id: number): string =>
        quoteIdent(owner?.columns.find((column) => column.id === id)?.physical ?? '');
      await pg.query(
        foreignKeySql(table, {
          physical: constraintName(key.objectId),
          columns: key.columns.map((column) => physical(object, column.parentColumnId)),
          referenced: `u.${target?.physical ?? ''}`,
          referencedColumns: key.columns.map((column) => physical(target, column.referencedColumnId)),
          onDelete: key.onDelete,
          onUpdate: key.onUpdate,
          validated,
        }),
      );
    }
  });
}
