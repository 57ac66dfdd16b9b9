import type { DropIndex, DropObject, ObjectName } from '#tsql';
import { quoteIdent, quoteQualified } from '#pgsql';
import { isTemporary, nameParts, newName, ownName, roleName, sequenceName, tableOf } from './definition-names.ts';
import type { Emitter } from './emitter.ts';
import { temporaryName } from './temporary.ts';

/** DROP of objects within a routine. */
export function dropObject(e: Emitter, node: DropObject): void {
  for (const name of node.names) dropOne(e, node, name);
}

function dropOne(e: Emitter, node: DropObject, name: ObjectName): void {
  const exists = node.ifExists || isTemporary(name.name.name) ? 'IF EXISTS ' : '';
  const drop = (kind: string, sql: string): void => e.line(`DROP ${kind} ${exists}${sql};`);
  switch (node.type) {
    case 'table':
    case 'view':
      return drop(node.type.toUpperCase(), relationSql(e, name));
    case 'synonym':
      // A synonym of a table is a view; code goes to what it stands for.
      return e.fail('A synonym is resolved when the code is converted: it cannot be dropped by a routine.', node.span);
    case 'procedure':
    case 'function':
      return drop('ROUTINE', routineSql(e, name));
    case 'trigger':
      return dropTrigger(e, node, name);
    case 'sequence':
      return drop('SEQUENCE', sequenceName(e, name));
    case 'schema':
      return drop('SCHEMA', quoteIdent(e.options.schemaOf(name.name.name)));
    case 'statistics':
      return e.line('-- DROP STATISTICS: PostgreSQL keeps those of each column by itself');
    case 'role':
    case 'user':
    case 'application role':
      return drop('ROLE', roleName(e, name.name.name));
    case 'type':
      return dropType(e, node, name);
    default:
      return e.fail(`DROP ${node.type.toUpperCase()} is not converted within a routine.`, node.span);
  }
}

const relationSql = (e: Emitter, name: ObjectName): string =>
  isTemporary(name.name.name)
    ? quoteIdent(temporaryName(e, name.name.name))
    : (e.scope.relation(nameParts(name))?.sql ?? newName(e, name));

function routineSql(e: Emitter, name: ObjectName): string {
  const { schema, name: source } = ownName(name);
  return e.scope.routines.find(schema, source)?.sql ?? newName(e, name);
}

/** All triggers that the source's became; one that no script has is named as one would be that is made later. */
function dropTrigger(e: Emitter, node: DropObject, name: ObjectName): void {
  if (node.scope !== undefined) return e.fail('Triggers of the database or the server are not converted.', node.span);
  const found = e.scope.parts.trigger(ownName(name));
  if (!found) {
    if (!node.ifExists) return e.fail(`The trigger ${name.name.name} is not converted, or not known.`, node.span);
    return e.line(`-- DROP TRIGGER IF EXISTS ${name.name.name}: there is none`);
  }
  const table = e.scope.relation([found.table.schema, found.table.name])?.sql;
  if (table === undefined) return e.fail(`Invalid object name '${found.table.name}'.`, node.span);
  for (const one of found.names) e.line(`DROP TRIGGER ${node.ifExists ? 'IF EXISTS ' : ''}${one} ON ${table};`);
}

function dropType(e: Emitter, node: DropObject, name: ObjectName): void {
  const { schema, name: source } = ownName(name);
  const found = e.scope.tableType(schema, source);
  if (!found) return e.fail(`The type ${source} is not converted to a type of its own.`, node.span);
  e.line(`DROP TYPE ${node.ifExists ? 'IF EXISTS ' : ''}${found.sql};`);
}

/** DROP INDEX, of indexes that the target does not have too. */
export function dropIndex(e: Emitter, node: DropIndex): void {
  for (const { name, table } of node.items) {
    if (isTemporary(table.name.name)) {
      e.line(`-- DROP INDEX ${name.name}: it ends with its table`);
      continue;
    }
    const relation = tableOf(e, table);
    const found = e.scope.parts.find(ownName(table), name.name);
    if (found?.kind === 'absentIndex') {
      e.line(`-- DROP INDEX ${name.name}: the target has none`);
      continue;
    }
    const schema = e.options.schemaOf(relation.schema ?? table.schema?.name ?? 'dbo');
    const made = quoteQualified({ schema, name: madeIndex(e, relation.sql, name.name) });
    if (found?.folded !== undefined) e.line(`DROP INDEX IF EXISTS ${found.folded};`);
    e.line(`DROP INDEX ${node.ifExists ? 'IF EXISTS ' : ''}${found?.qualified ?? made};`);
  }
}

/** The name of an index that a routine makes, not quoted. */
export const madeIndex = (e: Emitter, table: string, name: string): string =>
  e.options.naming.name('indexes made', name, `${table} ${name}`.toLowerCase());
