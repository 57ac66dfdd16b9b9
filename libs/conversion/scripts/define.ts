import { alterTable, toggleTriggers } from './alter-table.ts';
import {
  createAliasType,
  createBindable,
  createFullTextIndex,
  createIndex,
  createPartitionFunction,
  createSchema,
  createSynonym,
  createTable,
  createTableType,
  isNewType,
  sequence,
} from './create.ts';
import { alterIndex, dropIndexes, dropObjects, transfer } from './drop.ts';
import { leftAlone } from './left-alone.ts';
import { createModule } from './modules.ts';
import { dotted, isTemporary, objectOf, qualified } from './names.ts';
import { permission, principal, securityPolicy } from './rights.ts';
import { countRows } from './row-statements.ts';
import { report, type Site, whenReady } from './session.ts';
import type { ObjectName, Statement } from './statements.ts';

/** Takes a statement that makes, changes or drops something into the draft of its database; `run` runs the statements within CREATE SCHEMA. Others are counted. */
export function define(site: Site, statement: Statement, run: (element: Statement) => void): void {
  const { database } = site;
  const later = (work: () => boolean, name: ObjectName, what: string): void =>
    whenReady(site, work, () => report(site, 'SL1082', dotted(qualified(name)), what, statement));
  switch (statement.kind) {
    case 'use':
      site.session.current = site.session.database(statement.database.name);
      return;
    case 'createTable':
      if (!isTemporary(statement.name)) createTable(placeOf(site, statement.name), statement);
      return;
    case 'alterTable':
      if (!isTemporary(statement.name))
        later(
          () => alterTable(placeOf(site, statement.name), statement),
          statement.name,
          'ALTER TABLE of a table that is not there.',
        );
      return;
    case 'createIndex':
      if (!isTemporary(statement.table))
        later(
          () => createIndex(placeOf(site, statement.table), statement),
          statement.table,
          `Index ${statement.name.name} is on what is not there.`,
        );
      return;
    case 'alterIndex':
      return later(() => alterIndex(site, statement), statement.table, 'ALTER INDEX of an index that is not there.');
    case 'dropIndex':
      return dropIndexes(site, statement);
    case 'dropObject':
      return dropObjects(site, statement);
    case 'alterSchema':
      return transfer(site, statement);
    case 'createSchema':
      for (const element of createSchema(site, statement)) run(element);
      return;
    case 'createView':
    case 'createProcedure':
    case 'createFunction':
    case 'createTrigger':
      if (!isTemporary(statement.name))
        later(
          () => createModule(placeOf(site, statement.name), statement),
          statement.name,
          'The table or view of the trigger is not there.',
        );
      return;
    case 'toggleTrigger': {
      const { target } = statement;
      if (!target) return leftAlone(site, statement);
      const names = statement.names.map((name) => name.name.name);
      const toggle = (): boolean => {
        const owner = objectOf(database, target);
        if (owner?.kind !== 'table' && owner?.kind !== 'module') return false;
        toggleTriggers(site, owner, names, statement.enable);
        return true;
      };
      return later(toggle, target, 'The table of ENABLE or DISABLE TRIGGER is not there.');
    }
    case 'sequence':
      return sequence(placeOf(site, statement.name), statement);
    case 'createAliasType':
      return createAliasType(site, statement);
    case 'createTableType':
      return createTableType(site, statement);
    case 'createClrObject':
      if (isNewType(site, statement.name, statement)) clrObject(site, statement.name, statement.type);
      return;
    case 'createSynonym':
      return createSynonym(site, statement);
    case 'createRule':
    case 'createDefault':
      return createBindable(site, statement);
    case 'createPartitionFunction':
      return createPartitionFunction(site, statement);
    case 'createPartitionScheme':
      database.partitionSchemes.set(database.fold(statement.name.name), statement.function.name);
      return;
    case 'createFullTextIndex':
      return later(
        () => createFullTextIndex(site, statement),
        statement.table,
        'The table of a full-text index is not there.',
      );
    case 'user':
    case 'role':
      return principal(site, statement);
    case 'permission':
      return permission(site, statement);
    case 'securityPolicy':
      return securityPolicy(site, statement);
    default:
      if (!countRows(site, statement)) leftAlone(site, statement);
  }
}

/** The database that a name of three parts is of. */
function placeOf(site: Site, name: ObjectName): Site {
  const other = name.database?.name;
  if (other === undefined || other === '') return site;
  return { ...site, database: site.session.database(other) };
}

function clrObject(site: Site, name: ObjectName, type: 'type' | 'aggregate'): void {
  const { database, source } = site;
  const own = qualified(name);
  const place = source.place(name.span);
  if (type === 'type')
    database.types.set(own.schema, own.name, { id: database.newId(), ...own, place, of: { kind: 'clr' } });
  else
    database.add({
      kind: 'module',
      id: database.newId(),
      ...own,
      place,
      type: 'AF',
      definition: null,
      ansiNulls: true,
      quotedIdentifier: true,
      begins: place,
      disabled: false,
      indexes: [],
    });
}
