import type { AlterDatabase, DropObject, Identifier, ObjectName, Role, Statement } from '#tsql';
import { SqlError } from '../../session.ts';
import { namePartsOf } from '../names.ts';
import { hasRight, hasServerRight } from '../permissions.ts';
import { contextOf, type Run } from '../run.ts';
import { dotted } from './objects-of.ts';
import { tableOfStatistics } from './statistics.ts';

/** What CREATE statements ask of the database, by kind. */
const CREATE_RIGHTS: Partial<Record<Statement['kind'], string>> = {
  createTable: 'CREATE TABLE',
  createView: 'CREATE VIEW',
  createProcedure: 'CREATE PROCEDURE',
  createFunction: 'CREATE FUNCTION',
  createSynonym: 'CREATE SYNONYM',
  createAliasType: 'CREATE TYPE',
  createTableType: 'CREATE TYPE',
};

/**
 * Throws what SQL Server says to who may not define this: 262 for a CREATE, 2760 for its schema, 1088, 3701, 3704, 15151 and their like for
 * what exists, worded as if it did not.
 */
export async function requireDefinitionRights(run: Run, statement: Statement): Promise<void> {
  if (run.session.unrestricted) return;
  switch (statement.kind) {
    case 'createTable':
      if (statement.name.name.name.startsWith('#')) return;
      return requireCreate(run, 'CREATE TABLE', statement.name);
    case 'createView':
    case 'createProcedure':
    case 'createFunction':
      if (statement.mode !== 'create' && (await exists(run, statement.name))) {
        return requireAlter(run, statement.name, notYours(statement.kind.slice(6).toLowerCase(), statement.name));
      }
      return requireCreate(run, CREATE_RIGHTS[statement.kind] ?? '', statement.name);
    case 'createSynonym':
    case 'createAliasType':
    case 'createTableType':
      return requireCreate(run, CREATE_RIGHTS[statement.kind] ?? '', statement.name);
    case 'sequence':
      if (statement.mode === 'create') return requireSchema(run, statement.name);
      return requireAlter(run, statement.name, cannot('alter the sequence', dotted(statement.name)));
    case 'createPartitionFunction':
    case 'alterPartitionFunction':
    case 'createPartitionScheme':
    case 'alterPartitionScheme':
      return requireDatabaseRight(run, 'ALTER ANY DATASPACE');
    case 'createSchema':
      return requireDatabaseRight(run, 'CREATE SCHEMA');
    case 'alterTable':
      return requireAlter(run, statement.name, noObject(statement.name, 13));
    case 'createIndex':
    case 'alterIndex':
    case 'createStatistics':
    case 'updateStatistics':
      return requireAlter(run, statement.table, noObject(statement.table, 12));
    case 'truncate':
      return requireAlter(run, statement.table, noObject(statement.table, 7));
    case 'createTrigger':
    case 'toggleTrigger':
      if (statement.target === undefined) return requireDatabaseRight(run, 'ALTER ANY DATABASE DDL TRIGGER');
      return requireAlter(run, statement.target, noObject(statement.target, 120));
    default:
      return requireAdministration(run, statement);
  }
}

async function requireAdministration(run: Run, statement: Statement): Promise<void> {
  switch (statement.kind) {
    case 'dropIndex':
      for (const item of statement.items) if (item.table) await requireAlter(run, item.table, noObject(item.table, 12));
      return;
    case 'alterSchema':
      return requireAlter(run, statement.object, cannot('find the object', dotted(statement.object)));
    case 'dropObject':
      return requireDrop(run, statement);
    case 'login':
      return requireServer(run, 'ALTER ANY LOGIN', noAction());
    case 'user':
      return requireDatabase(run, 'ALTER ANY USER', noAction());
    case 'role':
      return requireRole(run, statement);
    case 'createDatabase':
      return requireServer(
        run,
        'CREATE ANY DATABASE',
        new SqlError(262, "CREATE DATABASE permission denied in database 'master'.", 14),
      );
    case 'alterDatabase':
      return requireAlterDatabase(run, statement);
    default:
  }
}

const noAction = (): SqlError => new SqlError(15_247, 'User does not have permission to perform this action.');

const noObject = (name: ObjectName, state: number): SqlError =>
  new SqlError(
    1088,
    `Cannot find the object "${dotted(name)}" because it does not exist or you do not have permissions.`,
    16,
    state,
  );

const cannot = (what: string, name: string): SqlError =>
  new SqlError(15_151, `Cannot ${what} '${name}', because it does not exist or you do not have permission.`);

const notYours = (kind: string, name: ObjectName): SqlError =>
  new SqlError(3704, `User does not have permission to perform this operation on ${kind} '${dotted(name)}'.`);

async function exists(run: Run, name: ObjectName): Promise<boolean> {
  return (await contextOf(run)).scope.object(namePartsOf(name)) !== undefined;
}

/** ALTER on an object; of what does not exist the statement itself speaks. */
async function requireAlter(run: Run, name: ObjectName, otherwise: SqlError): Promise<void> {
  if (name.name.name.startsWith('#')) return;
  const object = (await contextOf(run)).scope.object(namePartsOf(name));
  if (object === undefined) return;
  const majorId = object.parentId === 0 ? object.id : object.parentId;
  if (!(await hasRight(run, { permission: 'ALTER', class: 1, majorId }))) throw otherwise;
}

async function requireCreate(run: Run, permission: string, name: ObjectName): Promise<void> {
  await requireDatabaseRight(run, permission);
  await requireSchema(run, name);
}

async function requireDatabaseRight(run: Run, permission: string): Promise<void> {
  const denied = new SqlError(262, `${permission} permission denied in database '${run.session.database}'.`, 14);
  await requireDatabase(run, permission, denied);
}

async function requireDatabase(run: Run, permission: string, otherwise: SqlError): Promise<void> {
  if (!(await hasRight(run, { permission, class: 0, majorId: 0 }))) throw otherwise;
}

async function requireServer(run: Run, permission: string, otherwise: SqlError): Promise<void> {
  if (!(await hasServerRight(run, permission))) throw otherwise;
}

async function requireSchema(run: Run, name: ObjectName): Promise<void> {
  const text = name.schema?.name ?? run.session.defaultSchema;
  const schema = (await contextOf(run)).scope.snapshot.schema(text);
  if (schema === undefined || (await hasRight(run, { permission: 'ALTER', class: 3, majorId: schema.id }))) return;
  throw new SqlError(
    2760,
    `The specified schema name "${text}" either does not exist or you do not have permission to use it.`,
  );
}

async function requireDrop(run: Run, statement: DropObject): Promise<void> {
  const { type } = statement;
  for (const name of statement.names) {
    const text = dotted(name);
    const denied = new SqlError(
      3701,
      `Cannot drop the ${type} '${text}', because it does not exist or you do not have permission.`,
      11,
      type === 'table' ? 20 : 5,
    );
    const principal = cannot(`drop the ${type}`, text);
    if (type === 'database') await requireServer(run, 'ALTER ANY DATABASE', denied);
    else if (type === 'login') await requireServer(run, 'ALTER ANY LOGIN', principal);
    else if (type === 'user') await requireDatabase(run, 'ALTER ANY USER', principal);
    else if (type === 'role') await requireDatabase(run, 'ALTER ANY ROLE', principal);
    else if (type === 'schema') await requireSchemaControl(run, name.name, principal);
    else if (type === 'type') await requireSchema(run, name);
    else if (type === 'statistics') await requireAlter(run, tableOfStatistics(name), denied);
    else await requireAlter(run, name, denied);
  }
}

async function requireSchemaControl(run: Run, name: Identifier, otherwise: SqlError): Promise<void> {
  const schema = (await contextOf(run)).scope.snapshot.schema(name.name);
  if (schema === undefined) return;
  const allowed =
    (await hasRight(run, { permission: 'CONTROL', class: 3, majorId: schema.id })) ||
    (await hasRight(run, { permission: 'ALTER ANY SCHEMA', class: 0, majorId: 0 }));
  if (!allowed) throw otherwise;
}

async function requireRole(run: Run, statement: Role): Promise<void> {
  const name = statement.name.name;
  if (statement.type === 'server role') {
    return requireServer(run, 'ALTER ANY SERVER ROLE', cannot('alter the server role', name));
  }
  if (statement.mode === 'create') return requireDatabase(run, 'CREATE ROLE', noAction());
  // Members of fixed roles are the owner's business.
  const right = /^db_/i.test(name) ? 'CONTROL' : 'ALTER ANY ROLE';
  return requireDatabase(run, right, cannot('alter the role', name));
}

async function requireAlterDatabase(run: Run, statement: AlterDatabase): Promise<void> {
  const name = statement.name?.name ?? run.session.database;
  const own = name.toLowerCase() === run.session.database.toLowerCase();
  if (own && (await hasRight(run, { permission: 'ALTER', class: 0, majorId: 0 }))) return;
  await requireServer(
    run,
    'ALTER ANY DATABASE',
    new SqlError(
      5011,
      `User does not have permission to alter database '${name}', the database does not exist, or the database is not in a state that allows access checks.`,
      14,
      9,
    ),
  );
}
