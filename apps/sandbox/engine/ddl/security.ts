import type { Login, Permission, Role, User } from '#tsql';
import { SqlError } from '../../session.ts';
import { namePartsOf } from '../names.ts';
import { contextOf, type Run } from '../run.ts';
import { dotted } from './objects-of.ts';

const MASTER = 1;

/** CREATE LOGIN and ALTER LOGIN: the password is kept as a hash. */
export async function login(run: Run, statement: Login): Promise<void> {
  if (statement.from !== undefined) {
    throw new SqlError(
      40515,
      `CREATE LOGIN FROM ${statement.from.toUpperCase()} is not supported in this version of SQL Server.`,
    );
  }
  const password = statement.options.find((option) => option.name === 'PASSWORD')?.value;
  const given = password?.kind === 'literal' ? password.value : undefined;
  const { server } = run.session;
  if (statement.mode === 'create') {
    if (given === undefined) throw new SqlError(40515, 'CREATE LOGIN needs a PASSWORD.');
    await server.createLogin(statement.name.name, given);
  } else {
    await server.alterLogin(statement.name.name, {
      ...(given === undefined ? {} : { password: given }),
      ...(statement.enable === undefined ? {} : { disabled: !statement.enable }),
    });
  }
}

/** CREATE USER; of ALTER USER nothing is built. */
export async function user(run: Run, statement: User): Promise<void> {
  if (statement.mode === 'alter')
    throw new SqlError(40515, 'ALTER USER is not supported in this version of SQL Server.');
  const schema = statement.options.find((option) => option.name === 'DEFAULT_SCHEMA')?.value;
  const defaultSchema = schema?.kind === 'column' ? schema.parts.at(-1)?.name : undefined;
  const source = statement.from === 'without login' ? undefined : (statement.source?.name ?? statement.name.name);
  await run.session.ddl((writer) =>
    writer.createPrincipal({
      name: statement.name.name,
      type: 'S',
      ...(defaultSchema ? { defaultSchema } : {}),
      ...(source ? { login: source } : {}),
    }),
  );
}

/** CREATE ROLE and ALTER ROLE ADD|DROP MEMBER, of server roles too. */
export async function role(run: Run, statement: Role): Promise<void> {
  const name = statement.name.name;
  if (statement.type === 'server role') {
    await run.session.server.setServerRole(
      name,
      (statement.addMember ?? statement.dropMember)?.name ?? '',
      statement.addMember !== undefined,
    );
    return;
  }
  if (statement.type !== 'role' || statement.newName !== undefined) {
    throw new SqlError(
      40515,
      `${statement.mode.toUpperCase()} ${statement.type.toUpperCase()} is not supported in this version of SQL Server.`,
    );
  }
  const member = statement.addMember ?? statement.dropMember;
  await run.session.ddl(async (writer) => {
    if (statement.mode === 'create') {
      await writer.createPrincipal({
        name,
        type: 'R',
        ...(statement.authorization ? { owner: statement.authorization.name } : {}),
      });
    } else if (member !== undefined) await writer.setRoleMember(name, member.name, statement.addMember !== undefined);
  });
}

/** Permissions of the whole server: they belong to logins. */
const SERVER_WIDE =
  /^(VIEW SERVER (PERFORMANCE |SECURITY )?STATE|VIEW ANY \w+( \w+)?|ALTER ANY (LOGIN|DATABASE|CONNECTION)|ALTER SERVER STATE|CONTROL SERVER|CONNECT SQL|CREATE ANY DATABASE|ADMINISTER BULK OPERATIONS)$/;

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
  for (const item of statement.permissions) {
    for (const grantee of statement.principals) {
      await session.server.setServerRole(`permission:${item.name}`, grantee.name, statement.verb === 'grant');
    }
  }
}

/** GRANT, DENY and REVOKE on the database, a schema or an object. */
export async function permission(run: Run, statement: Permission): Promise<void> {
  if (statement.permissions.every((item) => SERVER_WIDE.test(item.name))) return serverPermission(run, statement);
  const { scope } = await contextOf(run);
  const target = { class: 0 as 0 | 1 | 3, majorId: 0 };
  if (statement.object !== undefined) {
    const name = dotted(statement.object);
    if (statement.class === 'SCHEMA') {
      const schema = scope.snapshot.schema(statement.object.name.name);
      if (schema === undefined)
        throw new SqlError(
          15_151,
          `Cannot find the schema '${name}', because it does not exist or you do not have permission.`,
        );
      Object.assign(target, { class: 3, majorId: schema.id });
    } else if (statement.class === undefined || statement.class === 'OBJECT') {
      const object = scope.object(namePartsOf(statement.object));
      if (object === undefined)
        throw new SqlError(
          15_151,
          `Cannot find the object '${name}', because it does not exist or you do not have permission.`,
        );
      Object.assign(target, { class: 1, majorId: object.id });
    } else if (statement.class !== 'DATABASE') return run.session.server.ignorePermission(statement.class);
  }
  const state =
    statement.verb === 'grant'
      ? statement.withGrantOption
        ? 'GRANT_WITH_GRANT_OPTION'
        : 'GRANT'
      : statement.verb === 'deny'
        ? 'DENY'
        : 'REVOKE';
  await run.session.ddl(async (writer) => {
    for (const item of statement.permissions) {
      for (const grantee of statement.principals) {
        await writer.setPermission({ state, permission: item.name, ...target, grantee: grantee.name });
      }
    }
  });
}

/** DROP USER, ROLE and LOGIN. */
export async function dropPrincipal(
  run: Run,
  type: 'user' | 'role' | 'login',
  name: string,
  ifExists: boolean,
): Promise<void> {
  try {
    if (type === 'login') await run.session.server.dropLogin(name);
    else await run.session.ddl((writer) => writer.dropPrincipal(name));
  } catch (error) {
    if (ifExists && error instanceof SqlError && error.number === 15_151) return;
    throw error;
  }
}
