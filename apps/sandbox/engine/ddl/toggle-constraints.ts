import { quoteIdent } from '#pgsql';
import type { AlterTable, ToggleConstraints } from '#tsql';
import { constraintName, type CatalogForeignKey, type CatalogObject } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { tableRelation } from '../relations.ts';
import type { Run } from '../run.ts';
import { constraintOf, userTable } from './objects-of.ts';
import { conditionSql, foreignKeySql } from './physical-table.ts';

function physicalColumn(owner: CatalogObject | undefined, id: number): string {
  return quoteIdent(owner?.columns.find((column) => column.id === id)?.physical ?? '');
}

/** ADD CONSTRAINT of a foreign key that the catalog has. */
function foreignKeyAgain(
  object: CatalogObject,
  target: CatalogObject | undefined,
  key: CatalogForeignKey,
  validated: boolean,
): string {
  return foreignKeySql(`u.${object.physical}`, {
    physical: constraintName(key.objectId),
    columns: key.columns.map((column) => physicalColumn(object, column.parentColumnId)),
    referenced: `u.${target?.physical ?? ''}`,
    referencedColumns: key.columns.map((column) => physicalColumn(target, column.referencedColumnId)),
    onDelete: key.onDelete,
    onUpdate: key.onUpdate,
    validated,
  });
}

/** NOCHECK takes the constraint out of PostgreSQL; CHECK puts it back, validated only WITH CHECK. CHECK of one that is not disabled changes nothing, its trust included. */
export async function toggleConstraints(run: Run, statement: AlterTable, action: ToggleConstraints): Promise<void> {
  const { object, scope } = await userTable(run, statement.name, 4902);
  const wanted = action.names.map((name) => {
    const found = constraintOf(scope.snapshot.fold, object, name.name);
    if (found === undefined) throw new SqlError(4917, `Constraint '${name.name}' does not exist.`);
    return found.id;
  });
  const table = `u.${object.physical}`;
  const validated = action.check ?? false;
  const chosen = ({ objectId, disabled }: { readonly objectId: number; readonly disabled: boolean }): boolean =>
    (action.names.length === 0 || wanted.includes(objectId)) && (disabled || !action.enable || validated);
  const state = { disabled: !action.enable, notTrusted: !(action.enable && validated) };
  await run.session.ddl(async (writer, pg) => {
    for (const check of object.checks.filter(chosen)) {
      const name = constraintName(check.objectId);
      await writer.setConstraintState(check.objectId, state);
      const condition = conditionSql(scope, tableRelation(object), check.definition);
      const add = action.enable ? `, ADD CONSTRAINT ${name} CHECK (${condition})${validated ? '' : ' NOT VALID'}` : '';
      await pg.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name}${add}`);
    }
    for (const key of object.foreignKeys.filter(chosen)) {
      await writer.setConstraintState(key.objectId, state);
      await pg.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${constraintName(key.objectId)}`);
      const target = scope.snapshot.objectById(key.referencedId);
      if (action.enable) await pg.query(foreignKeyAgain(object, target, key, validated));
    }
  });
}
