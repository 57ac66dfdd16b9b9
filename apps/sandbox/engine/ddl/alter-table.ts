import { translateExpression, type SqlType } from '#conversion';
import { quoteIdent } from '#pgsql';
import type { AlterColumn, AlterTable, DropElements, Option } from '#tsql';
import {
  constraintName,
  sequenceName,
  type CatalogObject,
  type CatalogWriter,
  type PgQuerier,
} from '../../catalog/index.ts';
import { onIndexChanged, onTableAltered } from '../../cdc/ddl-hooks.ts';
import { SqlError } from '../../session.ts';
import { sandbox } from '../profile.ts';
import { tableRelation } from '../relations.ts';
import { isLocalTemporary } from '../names.ts';
import type { Run } from '../run.ts';
import { alterTemporary } from './alter-temporary.ts';
import { addElements } from './add-elements.ts';
import { sourceOf } from './create-table.ts';
import { dropIndexSql, rebuilt } from './indexes.ts';
import { toggleTableTriggers } from './modules.ts';
import { constraintOf, dotted, userTable } from './objects-of.ts';
import { columnTypeSql, defaultSql } from './physical-table.ts';
import { columnType } from './table-model.ts';
import { toggleConstraints } from './toggle-constraints.ts';

/** ALTER TABLE in the forms that schemas and scripts use; the whole statement takes effect or nothing of it. CDC is told of it. */
export async function alterTable(run: Run, statement: AlterTable): Promise<void> {
  if (isLocalTemporary(statement.name.name.name)) {
    return alterTemporary(run, statement);
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

/** `switchPartition` → `SWITCH PARTITION`. */
const wordsOf = (kind: string): string => kind.replaceAll(/([A-Z])/g, ' $1').toUpperCase();

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
    case 'rebuildTable': {
      const { object } = await userTable(run, statement.name, 4902);
      return rebuilt(run, object, action);
    }
    case 'setTableOptions': {
      const other = action.options.find((option) => option.name !== 'LOCK_ESCALATION');
      if (other === undefined) return lockEscalation(run, statement, action.options);
      throw new SqlError(40515, `ALTER TABLE SET (${other.name}) is not supported in this version of SQL Server.`);
    }
    default:
      throw new SqlError(40515, `ALTER TABLE ${wordsOf(action.kind)} is not supported in this version of SQL Server.`);
  }
}

const ESCALATION: Readonly<Record<string, 0 | 1 | 2>> = { TABLE: 0, DISABLE: 1, AUTO: 2 };

/** SET (LOCK_ESCALATION): no lock escalates here but as the limits say; the catalog keeps it. */
async function lockEscalation(run: Run, statement: AlterTable, options: readonly Option[]): Promise<void> {
  const { object } = await userTable(run, statement.name, 4902);
  for (const { value } of options) {
    const word = value?.kind === 'keyword' ? value.name : '';
    const escalation = ESCALATION[word];
    if (escalation === undefined) throw new SqlError(102, `Incorrect syntax near '${word}'.`, 15);
    await run.session.ddl((writer) => writer.setLockEscalation(object.id, escalation));
  }
}

const PROPERTIES = ['ROWGUIDCOL', 'SPARSE', 'NOT FOR REPLICATION'] as const;

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
    const property = PROPERTIES.find((one) => one === action.property);
    if (property !== undefined) {
      const on = action.change === 'add';
      await run.session.ddl((writer) => writer.setColumnProperty(object.id, column.id, property, on));
      return;
    }
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
    await writer.alterColumn(object.id, column.id, { ...typed, nullable, sparse: action.sparse === true });
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
        throw new SqlError(3727, 'Could not drop constraint. See previous errors.').after(
          new SqlError(3728, `'${name}' is not a constraint.`),
        );
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
      if (object.columns.every((one) => one.id === column.id || one.computed !== undefined))
        throw new SqlError(
          4923,
          `ALTER TABLE DROP COLUMN failed because '${name}' is the only data column in table '${object.name}'. A table must have at least one data column.`,
        );
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
