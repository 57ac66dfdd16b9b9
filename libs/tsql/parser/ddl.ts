import type { CreateMode, DroppedType, ObjectName, Statement } from '../ast/index.ts';
import { alterTable } from './alter-table.ts';
import { createTable } from './create-table.ts';
import { alterDatabase, createDatabase } from './database.ts';
import { alterIndex, createIndex, createStatistics, dropIndex, partitionStatement, startsIndex } from './index-ddl.ts';
import { createFunction, createProcedure, createTrigger, createView } from './modules.ts';
import { commaList, objectName } from './names.ts';
import * as objects from './objects.ts';
import type { Reader } from './reader.ts';
import { alterAuthorization, login, role, user } from './security.ts';
import { serverStatement } from '../server/server-statement.ts';

type Start = Reader['token'];
type Create = (r: Reader, start: Start, mode: CreateMode) => Statement;

const MODULES: ReadonlyMap<string, Create> = new Map<string, Create>([
  ['VIEW', createView],
  ['PROC', createProcedure],
  ['PROCEDURE', createProcedure],
  ['FUNCTION', createFunction],
  ['TRIGGER', createTrigger],
]);

/** CREATE of anything. */
export function createStatement(r: Reader): Statement {
  const start = r.expect('CREATE');
  const orAlter = r.acceptSequence('OR', 'ALTER');
  const module = MODULES.get(r.token.upper);
  if (module !== undefined) {
    r.next();
    return module(r, start, orAlter ? 'createOrAlter' : 'create');
  }
  if (orAlter) r.fail();
  if (startsIndex(r)) return createIndex(r, start);
  if (r.is('EXTERNAL') && r.peekIs('TABLE')) return objects.externalTable(r, start);
  return create(r, start) ?? onServer(r, start);
}

/** What is not about tables and code; the first word was taken. */
function onServer(r: Reader, start: Start): Statement {
  return serverStatement(r, start) ?? r.fail();
}

function create(r: Reader, start: Start): Statement | undefined {
  switch (r.token.upper) {
    case 'TABLE':
      r.next();
      return createTable(r, start, false);
    case 'DATABASE':
      if (r.peekIs('AUDIT') || r.peekIs('ENCRYPTION') || r.peekIs('SCOPED')) return undefined;
      r.next();
      return createDatabase(r, start);
    case 'SCHEMA':
      r.next();
      return objects.createSchema(r, start);
    case 'SEQUENCE':
      r.next();
      return objects.sequence(r, start, 'create');
    case 'TYPE':
      r.next();
      return objects.createType(r, start);
    case 'SYNONYM':
      r.next();
      return objects.createSynonym(r, start);
    case 'RULE':
    case 'DEFAULT':
      return objects.ruleOrDefault(r, start);
    case 'STATISTICS':
      r.next();
      return createStatistics(r, start);
    case 'PARTITION':
      return partitionStatement(r, start, true);
    default:
      return createSecurityOrOther(r, start);
  }
}

function createSecurityOrOther(r: Reader, start: Start): Statement | undefined {
  switch (r.token.upper) {
    case 'USER':
      r.next();
      return user(r, start, 'create');
    case 'LOGIN':
      r.next();
      return login(r, start, 'create');
    case 'ROLE':
      return role(r, start, 'create');
    case 'SERVER':
    case 'APPLICATION':
      return r.peekIs('ROLE') ? role(r, start, 'create') : undefined;
    case 'FULLTEXT':
      return objects.fullText(r, start);
    case 'XML':
      return r.peekIs('SCHEMA') ? objects.xmlSchemaCollection(r, start) : undefined;
    case 'ASSEMBLY':
      return objects.createAssembly(r, start);
    case 'AGGREGATE':
      return objects.createAggregate(r, start);
    case 'SECURITY':
      return objects.securityPolicy(r, start, 'create');
    default:
      return undefined;
  }
}

/** ALTER of anything. */
export function alterStatement(r: Reader): Statement {
  const start = r.expect('ALTER');
  const module = MODULES.get(r.token.upper);
  if (module !== undefined) {
    r.next();
    return module(r, start, 'alter');
  }
  switch (r.token.upper) {
    case 'TABLE':
      r.next();
      return alterTable(r, start);
    case 'INDEX':
      r.next();
      return alterIndex(r, start);
    case 'DATABASE':
      if (r.peekIs('AUDIT') || r.peekIs('ENCRYPTION') || (r.peekIs('SCOPED') && r.peekIs('CREDENTIAL', 2)))
        return onServer(r, start);
      r.next();
      return alterDatabase(r, start);
    case 'SCHEMA':
      r.next();
      return objects.alterSchema(r, start);
    case 'SEQUENCE':
      r.next();
      return objects.sequence(r, start, 'alter');
    case 'PARTITION':
      return partitionStatement(r, start, false);
    case 'SECURITY':
      return objects.securityPolicy(r, start, 'alter');
    default:
      return alterPrincipal(r, start) ?? onServer(r, start);
  }
}

function alterPrincipal(r: Reader, start: Start): Statement | undefined {
  switch (r.token.upper) {
    case 'USER':
      r.next();
      return user(r, start, 'alter');
    case 'LOGIN':
      r.next();
      return login(r, start, 'alter');
    case 'ROLE':
      return role(r, start, 'alter');
    case 'SERVER':
    case 'APPLICATION':
      return r.peekIs('ROLE') ? role(r, start, 'alter') : undefined;
    case 'AUTHORIZATION':
      r.next();
      return alterAuthorization(r, start);
    default:
      return undefined;
  }
}

/** The types that DROP names, by their words; longer ones first. */
const DROPPED: readonly (readonly [DroppedType, readonly string[]])[] = [
  ['table', ['TABLE']],
  ['view', ['VIEW']],
  ['procedure', ['PROCEDURE']],
  ['procedure', ['PROC']],
  ['function', ['FUNCTION']],
  ['trigger', ['TRIGGER']],
  ['sequence', ['SEQUENCE']],
  ['synonym', ['SYNONYM']],
  ['type', ['TYPE']],
  ['schema', ['SCHEMA']],
  ['database', ['DATABASE']],
  ['rule', ['RULE']],
  ['default', ['DEFAULT']],
  ['statistics', ['STATISTICS']],
  ['user', ['USER']],
  ['login', ['LOGIN']],
  ['role', ['ROLE']],
  ['server role', ['SERVER', 'ROLE']],
  ['application role', ['APPLICATION', 'ROLE']],
  ['partition function', ['PARTITION', 'FUNCTION']],
  ['partition scheme', ['PARTITION', 'SCHEME']],
  ['fulltext catalog', ['FULLTEXT', 'CATALOG']],
  ['xml schema collection', ['XML', 'SCHEMA', 'COLLECTION']],
  ['assembly', ['ASSEMBLY']],
  ['aggregate', ['AGGREGATE']],
  ['external table', ['EXTERNAL', 'TABLE']],
  ['security policy', ['SECURITY', 'POLICY']],
];

/** DROP of anything. */
export function dropStatement(r: Reader): Statement {
  const start = r.expect('DROP');
  if (r.accept('INDEX')) return dropIndex(r, start);
  if (r.acceptSequence('FULLTEXT', 'INDEX', 'ON')) {
    const names = [objectName(r)];
    return { kind: 'dropObject', type: 'fulltext index', ifExists: false, names, span: r.span(start) };
  }
  if (r.is('DATABASE') && (r.peekIs('AUDIT') || r.peekIs('ENCRYPTION') || r.peekIs('SCOPED')))
    return onServer(r, start);
  const found = DROPPED.find(([, words]) => r.isSequence(...words));
  if (found === undefined) return onServer(r, start);
  const [type, words] = found;
  r.expectSequence(...words);
  const ifExists = r.acceptSequence('IF', 'EXISTS');
  const names: ObjectName[] = commaList(r, () => objectName(r));
  const scope = type === 'trigger' && r.accept('ON') ? triggerScope(r) : undefined;
  const alone = type === 'assembly' && r.acceptSequence('WITH', 'NO', 'DEPENDENTS');
  const more = { ...(scope && { scope }), ...(alone && { noDependents: true }) };
  return { kind: 'dropObject', type, ifExists, names, ...more, span: r.span(start) };
}

function triggerScope(r: Reader): 'database' | 'server' {
  if (r.accept('DATABASE')) return 'database';
  r.expectSequence('ALL', 'SERVER');
  return 'server';
}
