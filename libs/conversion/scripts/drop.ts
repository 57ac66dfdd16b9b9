import type { AlterIndex, AlterSchema, DropIndex, DropObject, ObjectName } from '#tsql';
import type { DraftObject } from './draft.ts';
import { isTemporary, objectOf, qualified } from './names.ts';
import { report, type Site } from './session.ts';

/** DROP TABLE, VIEW, PROCEDURE and all the others; what is not there is an issue unless the statement says IF EXISTS. */
export function dropObjects(site: Site, statement: DropObject): void {
  for (const name of statement.names) if (!isTemporary(name)) dropOne(site, statement, name);
}

function dropOne(site: Site, statement: DropObject, name: ObjectName): void {
  const { database } = site;
  const { schema, name: own } = qualified(name);
  switch (statement.type) {
    case 'table':
    case 'external table':
    case 'view':
    case 'procedure':
    case 'function':
    case 'trigger':
    case 'sequence':
    case 'synonym':
    case 'rule':
    case 'default':
    case 'aggregate': {
      const found = objectOf(database, name) ?? (statement.type === 'trigger' ? triggerNamed(site, own) : undefined);
      if (found) return database.remove(found);
      if (statement.type === 'trigger' && database.facilities.delete(`trigger ${database.fold(own)}`)) return;
      return missing(site, statement);
    }
    case 'database':
      site.session.drop(own);
      return;
    case 'type':
      if (database.types.get(schema, own)) return database.types.delete(schema, own);
      return missing(site, statement);
    case 'schema':
      if (!database.schemas.delete(database.fold(own))) missing(site, statement);
      return;
    case 'partition function':
      if (!database.partitionFunctions.delete(database.fold(own))) missing(site, statement);
      return;
    case 'partition scheme':
      if (!database.partitionSchemes.delete(database.fold(own))) missing(site, statement);
      return;
    case 'user':
    case 'role':
    case 'application role':
      if (!database.principals.delete(database.fold(own))) missing(site, statement);
      return;
    case 'security policy':
      if (!database.policies.delete(database.fold(`${schema}.${own}`))) missing(site, statement);
      return;
    case 'fulltext index': {
      const table = objectOf(database, name);
      if (table?.kind === 'table') delete table.fullText;
      return;
    }
    default:
      database.facilities.delete(`${statement.type} ${database.fold(own)}`);
  }
}

/** A trigger lives in the schema of its table, which DROP TRIGGER may leave out. */
function triggerNamed(site: Site, name: string): DraftObject | undefined {
  for (const found of site.database.objectsByName.get(name)) if (found.kind === 'module' && found.parent) return found;
  return undefined;
}

function missing(site: Site, statement: DropObject): void {
  if (!statement.ifExists) noteMissing(site, statement.type, statement);
}

/** Scripts that install anew drop first, without asking; on a server that is an error that stops nothing. */
function noteMissing({ session, source }: Site, type: string, { span }: DropObject | DropIndex): void {
  session.note('SL1089', `DROP ${type.toUpperCase()} of what is not there.`, source.file, source, span);
}

/** DROP INDEX, also in the old form `table.index`. */
export function dropIndexes(site: Site, statement: DropIndex): void {
  const { database } = site;
  for (const item of statement.items) {
    if (isTemporary(item.table)) continue;
    const owner = objectOf(database, item.table);
    const index =
      owner?.kind === 'table' || owner?.kind === 'module' ? database.index(owner, item.name.name) : undefined;
    if (index && (owner?.kind === 'table' || owner?.kind === 'module')) database.removeIndex(owner, index);
    else if (owner?.kind === 'table' && owner.fullText && item.name.name === '') delete owner.fullText;
    else if (!statement.ifExists) noteMissing(site, 'index', statement);
  }
}

/** ALTER INDEX: all that the schema knows of is whether it is disabled. False: the table is not there (yet). */
export function alterIndex(site: Site, statement: AlterIndex): boolean {
  const owner = objectOf(site.database, statement.table);
  if (owner?.kind !== 'table' && owner?.kind !== 'module') return false;
  const named = statement.name ? site.database.index(owner, statement.name.name) : undefined;
  if (statement.name && !named) return false;
  if (statement.action !== 'disable' && statement.action !== 'rebuild') return true;
  for (const index of named ? [named] : owner.indexes) index.disabled = statement.action === 'disable';
  return true;
}

/** ALTER SCHEMA … TRANSFER. */
export function transfer(site: Site, statement: AlterSchema): void {
  const { database } = site;
  const { schema, name } = qualified(statement.object);
  const target = statement.name.name;
  if (!database.schema(target)) database.addSchema(target);
  if (statement.class === 'type') {
    const type = database.types.get(schema, name);
    if (!type)
      return report(
        site,
        'SL1082',
        `${schema}.${name}`,
        'ALTER SCHEMA TRANSFER of a type that is not there.',
        statement,
      );
    database.types.delete(schema, name);
    type.schema = target;
    database.types.set(target, name, type);
    return;
  }
  const object = database.objects.get(schema, name);
  if (!object)
    return report(
      site,
      'SL1082',
      `${schema}.${name}`,
      'ALTER SCHEMA TRANSFER of an object that is not there.',
      statement,
    );
  moveTo(site, object, target);
}

function moveTo(site: Site, object: DraftObject, schema: string): void {
  const { database } = site;
  if (object.kind === 'table') {
    // Names of constraints live in the schema of their table.
    const own = database.constraintsOf(object);
    for (const constraint of own) database.forget(constraint);
    database.rename(object, schema, object.name);
    for (const constraint of own) database.know(constraint);
  } else database.rename(object, schema, object.name);
  for (const trigger of database.triggers.get(object) ?? []) database.rename(trigger, schema, trigger.name);
}
