import { createHash } from 'node:crypto';
import { quoteLiteral } from '#pgsql';
import { type CreateTrigger, findAll, type Statement } from '#tsql';
import type { Emitter } from './emitter.ts';

/** Whether a statement itself writes to a table of this name, be it by an alias. */
function writesTo(node: Statement, own: string): boolean {
  if (node.kind !== 'insert' && node.kind !== 'update' && node.kind !== 'delete' && node.kind !== 'merge') return false;
  const { target } = node;
  if (target.kind !== 'table') return false;
  const name = target.name.name.name.toLowerCase();
  if (name === own) return true;
  return (
    'from' in node &&
    findAll(node.from, 'table').some(
      (from) => from.alias?.name.toLowerCase() === name && from.name.name.name.toLowerCase() === own,
    )
  );
}

const ownName = ({ target }: CreateTrigger): string => target?.name.name.toLowerCase() ?? '';

/** Whether the body of a trigger writes to the trigger's own table; one INSTEAD OF a change of a table is there to do so. */
export function changesOwnTable(statement: CreateTrigger, isView: boolean): boolean {
  if (statement.timing === 'insteadOf') return !isView;
  const own = ownName(statement);
  const { body } = statement;
  const changes = [
    ...findAll(body, 'insert'),
    ...findAll(body, 'update'),
    ...findAll(body, 'delete'),
    ...findAll(body, 'merge'),
  ];
  return changes.some((one) => writesTo(one, own));
}

/**
 * The setting that holds, while a trigger changes its own table, the depth that it runs at: as with RECURSIVE_TRIGGERS OFF, the default of SQL Server, such a change does not fire it again; one
 * that another trigger makes does. https://learn.microsoft.com/en-us/sql/relational-databases/triggers/create-nested-triggers
 */
export function depthSetting(object: string): string {
  const plain = object.toLowerCase().replaceAll(/\W/g, '_');
  const isWhole = /^[a-z_]\w*(\.\w+)?$/i.test(object);
  return `trigger.${/^[a-z_]/.test(plain) ? '' : '_'}${plain}${isWhole ? '' : `_${createHash('sha256').update(object).digest('hex').slice(0, 8)}`}`;
}

/** The condition under which a trigger that changes its own table fires. */
export const unlessItself = (setting: string): string =>
  `current_setting(${quoteLiteral(setting)}, true) IS DISTINCT FROM pg_trigger_depth()::text`;

/** Writes a statement of a trigger; a change of its own table, or a call that may make one, tells the trigger that it is its own. */
export function asOwnChange(e: Emitter, node: Statement, write: () => void): void {
  const { ownTable } = e.facts;
  if (!ownTable || !(node.kind === 'execute' || writesTo(node, ownTable.name))) return write();
  const setting = quoteLiteral(ownTable.setting);
  e.line(`PERFORM set_config(${setting}, pg_trigger_depth()::text, true); -- does not fire this trigger again`);
  write();
  e.line(`PERFORM set_config(${setting}, '', true);`);
}
