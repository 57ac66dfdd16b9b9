import type { ObjectName, Statement } from '#tsql';
import { SqlError } from '../../session.ts';
import { inDatabaseOf } from '../other-databases.ts';
import type { Run } from '../run.ts';
import { alterTable } from './alter-table.ts';
import { createTable } from './create-table.ts';
import { alterDatabase, createDatabase, dropDatabases } from './databases.ts';
import { dropObjects, truncate } from './drop.ts';
import { alterIndex, createIndex, dropIndex } from './indexes.ts';
import { createModule, toggleTrigger } from './modules.ts';
import { alterSchema, createAliasType, createSchema, createSynonym, createTableType, sequence } from './objects.ts';
import {
  alterPartitionFunction,
  alterPartitionScheme,
  createPartitionFunction,
  createPartitionScheme,
} from './partitions.ts';
import { requireDefinitionRights } from './rights.ts';
import { permission } from './grants.ts';
import { login, role, user } from './security.ts';
import { createStatistics, updateStatistics } from './statistics.ts';

type Handler = (run: Run) => Promise<void>;

function handlerOf(statement: Statement): Handler | undefined {
  switch (statement.kind) {
    case 'createTable':
      return (run) => createTable(run, statement);
    case 'alterTable':
      return (run) => alterTable(run, statement);
    case 'createIndex':
      return (run) => createIndex(run, statement);
    case 'alterIndex':
      return (run) => alterIndex(run, statement);
    case 'dropIndex':
      return (run) => dropIndex(run, statement);
    case 'truncate':
      return (run) => truncate(run, statement);
    case 'dropObject':
      return statement.type === 'database'
        ? (run) => dropDatabases(run, statement)
        : (run) => dropObjects(run, statement);
    case 'createView':
    case 'createProcedure':
    case 'createFunction':
    case 'createTrigger':
      return (run) => createModule(run, statement);
    case 'toggleTrigger':
      return (run) => toggleTrigger(run, statement);
    case 'createSchema':
      return (run) => createSchema(run, statement);
    case 'alterSchema':
      return (run) => alterSchema(run, statement);
    case 'sequence':
      return (run) => sequence(run, statement);
    case 'createPartitionFunction':
      return (run) => createPartitionFunction(run, statement);
    case 'alterPartitionFunction':
      return (run) => alterPartitionFunction(run, statement);
    case 'createPartitionScheme':
      return (run) => createPartitionScheme(run, statement);
    case 'alterPartitionScheme':
      return (run) => alterPartitionScheme(run, statement);
    case 'createAliasType':
      return (run) => createAliasType(run, statement);
    case 'createStatistics':
      return (run) => createStatistics(run, statement);
    case 'updateStatistics':
      return (run) => updateStatistics(run, statement);
    case 'createTableType':
      return (run) => createTableType(run, statement);
    case 'createSynonym':
      return (run) => createSynonym(run, statement);
    case 'createDatabase':
      return (run) => createDatabase(run, statement);
    case 'alterDatabase':
      return (run) => alterDatabase(run, statement);
    case 'login':
      return (run) => login(run, statement);
    case 'user':
      return (run) => user(run, statement);
    case 'role':
      return (run) => role(run, statement);
    case 'permission':
      return (run) => permission(run, statement);
    default:
      return undefined;
  }
}

const MODULES: Readonly<Record<string, string>> = {
  createView: 'VIEW',
  createProcedure: 'PROCEDURE',
  createFunction: 'FUNCTION',
  createTrigger: 'TRIGGER',
};

/** The objects that a definition is about, by whose names it may belong to another database. Throws 166 for a module that is named so. */
function definedNames(statement: Statement): readonly ObjectName[] {
  switch (statement.kind) {
    case 'createTable':
    case 'alterTable':
    case 'createSynonym':
    case 'sequence':
      return [statement.name];
    case 'createIndex':
    case 'alterIndex':
    case 'truncate':
    case 'createStatistics':
    case 'updateStatistics':
      return [statement.table];
    case 'dropIndex':
      return statement.items.map((item) => item.table);
    case 'createView':
    case 'createProcedure':
    case 'createFunction':
    case 'createTrigger': {
      if (statement.name.database === undefined) return [];
      const what = MODULES[statement.kind] ?? '';
      throw new SqlError(
        166,
        `'CREATE/ALTER ${what}' does not allow specifying the database name as a prefix to the object name.`,
        15,
      );
    }
    default:
      return [];
  }
}

/** CREATE, ALTER, DROP and their like: they ask for rights of their own. */
export const isDefinition = (statement: Statement): boolean => handlerOf(statement) !== undefined;

/** Runs CREATE, ALTER, DROP and their like; false for a statement that is none of them or is not built. */
export async function runDefinition(run: Run, statement: Statement): Promise<boolean> {
  const handler = handlerOf(statement);
  if (handler === undefined) return false;
  if (statement.kind !== 'createDatabase' && statement.kind !== 'alterDatabase')
    await run.session.beginImplicit(run.out);
  await inDatabaseOf(run, definedNames(statement), async () => {
    await requireDefinitionRights(run, statement);
    await handler(run);
  });
  run.session.rowCount = 0;
  run.out.done(undefined);
  return true;
}
