import type { Permission } from '#tsql';
import type { CatalogObject } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { namePartsOf } from '../names.ts';
import { hasServerRight, type Right } from '../permissions.ts';
import { contextOf, type Run } from '../run.ts';
import { dotted } from './objects-of.ts';

const MASTER = 1;
const DBO = 1;

/** Permissions of the whole server: they belong to logins. */
const SERVER_WIDE =
  /^(VIEW SERVER (PERFORMANCE |SECURITY )?STATE|VIEW ANY \w+( \w+)?|ALTER ANY (LOGIN|DATABASE|CONNECTION|SERVER ROLE)|ALTER (SERVER STATE|SETTINGS|RESOURCES|TRACE)|CONTROL SERVER|CONNECT SQL|CONNECT ANY DATABASE|SELECT ALL USER SECURABLES|IMPERSONATE ANY LOGIN|SHUTDOWN|CREATE ANY DATABASE|ADMINISTER BULK OPERATIONS)$/;

/** What a statement is about: the database, a schema or an object, with the principal that owns it. */
interface Securable {
  readonly class: Right['class'];
  readonly majorId: number;
  readonly owner: number;
  /** What who may not grant is told. */
  readonly denied: SqlError;
  readonly object?: CatalogObject;
}

const unsupported = (what: string): SqlError =>
  new SqlError(40515, `${what} is not supported in this version of SQL Server.`);

const missing = (what: string, name: string): SqlError =>
  new SqlError(15_151, `Cannot find the ${what} '${name}', because it does not exist or you do not have permission.`);

/** What may be granted on each kind of securable, beside ALL and what SERVER_WIDE has (Permissions, "Permissions applicable to specific securables"). */
const COMMON = ['ALTER', 'CONTROL', 'TAKE OWNERSHIP', 'VIEW DEFINITION'];
const ROWS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'];
const ON_OBJECT: Partial<Record<CatalogObject['kind'], readonly string[]>> = {
  U: [...ROWS, 'VIEW CHANGE TRACKING', 'UNMASK'],
  V: [...ROWS, 'VIEW CHANGE TRACKING', 'UNMASK'],
  P: ['EXECUTE'],
  FN: ['EXECUTE', 'REFERENCES'],
  IF: ROWS,
  TF: ROWS,
  SO: ['UPDATE', 'REFERENCES'],
  SN: [...ROWS, 'EXECUTE'],
};
const ON_SCHEMA = [...ROWS, 'EXECUTE', 'VIEW CHANGE TRACKING', 'CREATE SEQUENCE', 'UNMASK'];

/** Words with which the names of permissions on a database begin, and what may follow. */
const ON_DATABASE =
  /^(?:ADMINISTER DATABASE BULK OPERATIONS|ALTER(?: LEDGER| LEDGER CONFIGURATION| ANY [A-Z ]+)?|AUTHENTICATE|BACKUP (?:DATABASE|LOG)|CHECKPOINT|CONNECT(?: REPLICATION)?|CONTROL|CREATE [A-Z ]+|DELETE|DROP ANY DATABASE EVENT SESSION|ENABLE LEDGER|EXECUTE(?: ANY EXTERNAL (?:ENDPOINT|SCRIPT))?|IMPERSONATE|INSERT|KILL DATABASE CONNECTION|REFERENCES|SELECT|SHOWPLAN|SUBSCRIBE QUERY NOTIFICATIONS|TAKE OWNERSHIP|UNMASK|UPDATE|VIEW (?:ANY [A-Z ]+|CRYPTOGRAPHICALLY SECURED DEFINITION|DATABASE (?:PERFORMANCE |SECURITY )?STATE|DEFINITION|LEDGER CONTENT|PERFORMANCE DEFINITION|SECURITY DEFINITION|CHANGE TRACKING)|RECEIVE|SEND)$/;

/** 102 for a name that is no permission, 4606 for one of another kind of securable. */
function requireFitting(given: string, { class: of, object }: Securable): void {
  const name = given === 'EXEC' ? 'EXECUTE' : given;
  if (/^ALL(?: PRIVILEGES)?$/.test(name)) return;
  if (!ON_DATABASE.test(name) && !SERVER_WIDE.test(name))
    throw new SqlError(102, `Incorrect syntax near '${given.split(' ')[0] ?? ''}'.`, 15);
  const own = of === 0 ? undefined : object === undefined ? ON_SCHEMA : ON_OBJECT[object.kind];
  if (own === undefined || object?.system === true || own.includes(name) || COMMON.includes(name)) return;
  throw new SqlError(4606, `Granted or revoked privilege ${name} is not compatible with object.`);
}

const noGrant = (): SqlError => new SqlError(4613, 'Grantor does not have GRANT permission.');

async function serverPermission(run: Run, statement: Permission): Promise<void> {
  const { session } = run;
  if (session.catalogDatabase.id !== MASTER) {
    throw new SqlError(
      4621,
      'Permissions at the server scope can only be granted when the current database is master',
      16,
      10,
    );
  }
  if (!(await hasServerRight(run, 'CONTROL SERVER'))) throw noGrant();
  if (statement.withGrantOption || statement.grantOptionFor || statement.as !== undefined) {
    throw unsupported(`${statement.verb.toUpperCase()} of a server permission with GRANT OPTION or AS`);
  }
  for (const item of statement.permissions) {
    for (const grantee of statement.principals) {
      await session.server.setServerPermission(item.name, grantee.name, statement.verb);
    }
  }
}

/**
 * GRANT, DENY and REVOKE on the database, a schema or an object. Who may: CONTROL on it, or the right itself WITH GRANT OPTION. Rights on single
 * columns and on other securables are refused.
 */
export async function permission(run: Run, statement: Permission): Promise<void> {
  const verb = statement.verb.toUpperCase();
  if (statement.columns.length > 0 || statement.permissions.some((item) => item.columns.length > 0)) {
    throw unsupported(`${verb} on columns`);
  }
  if (statement.permissions.every((item) => SERVER_WIDE.test(item.name))) return serverPermission(run, statement);
  const on = await securable(run, statement);
  for (const { name } of statement.permissions) requireFitting(name, on);
  const changes: { readonly permission: string; readonly grantor: number }[] = [];
  for (const permission of statement.permissions.flatMap((item) => permissionsOf(item.name, on.object))) {
    changes.push({ permission, grantor: await grantorOf(run, statement, on, permission) });
  }
  const { class: of, majorId } = on;
  const place = { class: of, majorId, cascade: statement.cascade, grantOptionFor: statement.grantOptionFor };
  await run.session.ddl(async (writer) => {
    for (const change of changes) {
      for (const grantee of statement.principals) {
        await writer.setPermission({ ...change, ...place, state: stateOf(statement), grantee: grantee.name });
      }
    }
  });
}

function stateOf({ verb, withGrantOption }: Permission): 'GRANT' | 'GRANT_WITH_GRANT_OPTION' | 'DENY' | 'REVOKE' {
  if (verb === 'revoke') return 'REVOKE';
  if (verb === 'deny') return 'DENY';
  return withGrantOption ? 'GRANT_WITH_GRANT_OPTION' : 'GRANT';
}

const ALL_OF_DATABASE = [
  'BACKUP DATABASE',
  'BACKUP LOG',
  'CREATE DATABASE',
  'CREATE DEFAULT',
  'CREATE FUNCTION',
  'CREATE PROCEDURE',
  'CREATE RULE',
  'CREATE TABLE',
  'CREATE VIEW',
];

/** A permission by its own name; ALL as documented for the kind of securable. */
function permissionsOf(name: string, object: CatalogObject | undefined): readonly string[] {
  if (name === 'EXEC') return ['EXECUTE'];
  if (name !== 'ALL' && name !== 'ALL PRIVILEGES') return [name];
  switch (object?.kind) {
    case undefined:
      return ALL_OF_DATABASE;
    case 'P':
      return ['EXECUTE'];
    case 'FN':
      return ['EXECUTE', 'REFERENCES'];
    default:
      return ['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'UPDATE'];
  }
}

async function securable(run: Run, statement: Permission): Promise<Securable> {
  const { object: name } = statement;
  if (name === undefined || statement.class === 'DATABASE') {
    return { class: 0, majorId: 0, owner: DBO, denied: noGrant() };
  }
  const { scope } = await contextOf(run);
  if (statement.class === 'SCHEMA') {
    const schema = scope.snapshot.schema(name.name.name);
    if (schema === undefined) throw missing('schema', dotted(name));
    return { class: 3, majorId: schema.id, owner: schema.principalId, denied: missing('schema', dotted(name)) };
  }
  if (statement.class !== undefined && statement.class !== 'OBJECT') {
    throw unsupported(`${statement.verb.toUpperCase()} ON ${statement.class}`);
  }
  const object = scope.object(namePartsOf(name));
  if (object === undefined) throw missing('object', name.name.name);
  const owner = scope.snapshot.schemas().find((schema) => schema.id === object.schemaId)?.principalId ?? DBO;
  return { class: 1, majorId: object.id, owner, denied: missing('object', name.name.name), object };
}

/** The principal that the permission will be recorded to come from; throws where the caller, or whom AS names, may not give it. */
async function grantorOf(run: Run, statement: Permission, on: Securable, permission: string): Promise<number> {
  if (run.session.unrestricted && statement.as === undefined) return on.owner;
  const result = await run.session.query(
    `SELECT g.principal_id, g.principal_id = 1 OR meta.has_permission(g.principal_id, $2, $3, 'CONTROL'), meta.passes_on(g.principal_id, $2, $3, $4)
     FROM meta.principals g WHERE CASE WHEN $1 = '' THEN g.principal_id = meta.current_principal()
       ELSE g.name_key = meta.fold($1) AND (meta.current_principal() = 1 OR g.principal_id IN (SELECT meta.roles_of(meta.current_principal()))) END`,
    [statement.as?.name ?? '', String(on.class), String(on.majorId), permission],
    { writes: false },
  );
  const [id, controls, passesOn] = result.rows[0] ?? [];
  if (id == null) throw statement.as === undefined ? on.denied : missing('user', statement.as.name);
  if (controls === 't') return statement.as === undefined ? on.owner : Number(id);
  // DENY needs CONTROL; who was given the right to grant may take back what he gave.
  if (passesOn === 't' && statement.verb !== 'deny') return Number(id);
  throw on.denied;
}
