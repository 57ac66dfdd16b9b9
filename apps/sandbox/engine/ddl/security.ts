import type { Login, Option, Permission, Role, User } from '#tsql';
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
    await server.createLogin(statement.name.name, given, nameIn(run, statement.options, 'DEFAULT_DATABASE'));
  } else {
    if (nameIn(run, statement.options, 'NAME') !== undefined) {
      throw new SqlError(40515, 'ALTER LOGIN WITH NAME is not supported in this version of SQL Server.');
    }
    const database = nameIn(run, statement.options, 'DEFAULT_DATABASE');
    await server.alterLogin(statement.name.name, {
      ...(given === undefined ? {} : { password: given }),
      ...(database === undefined ? {} : { defaultDatabase: database }),
      ...(statement.enable === undefined ? {} : { disabled: !statement.enable }),
    });
  }
}

/** The name that an option gives, as it was written. */
function nameIn(run: Run, options: readonly Option[], option: string): string | undefined {
  const value = options.find((each) => each.name === option)?.value;
  if (value?.kind === 'column') return value.parts.at(-1)?.name;
  return value?.kind === 'keyword' ? run.text.slice(value.span.start, value.span.end) : undefined;
}

/** ALTER USER WITH NAME, DEFAULT_SCHEMA and LOGIN. */
async function alterUser(run: Run, statement: User): Promise<void> {
  const name = statement.name.name;
  const of = (option: string): string | null => nameIn(run, statement.options, option) ?? null;
  const login = of('LOGIN');
  if (login !== null) await requireFreeLogin(run, login);
  await run.session.ddl(async (_, pg) => {
    const changed = await pg.query(
      `UPDATE meta.principals SET name = coalesce($2, name), name_key = meta.fold(coalesce($2, name)), default_schema_name = coalesce($3, default_schema_name),
       login = coalesce($4, login), modify_date = localtimestamp WHERE name_key = meta.fold($1) AND type = 'S' AND principal_id > 4`,
      [name, of('NAME'), of('DEFAULT_SCHEMA'), login],
    );
    if (changed.rowCount === 0) {
      throw new SqlError(
        15_151,
        `Cannot alter the user '${name}', because it does not exist or you do not have permission.`,
      );
    }
  });
}

/** CREATE USER and ALTER USER. */
export async function user(run: Run, statement: User): Promise<void> {
  if (statement.mode === 'alter') return alterUser(run, statement);
  const defaultSchema = nameIn(run, statement.options, 'DEFAULT_SCHEMA');
  const source = statement.from === 'without login' ? undefined : (statement.source?.name ?? statement.name.name);
  if (source !== undefined) await requireFreeLogin(run, source);
  await run.session.ddl((writer) =>
    writer.createPrincipal({
      name: statement.name.name,
      type: 'S',
      ...(defaultSchema ? { defaultSchema } : {}),
      ...(source ? { login: source } : {}),
    }),
  );
}

/** 15007 for a login that is none, 15063 for one that has a user here already. */
async function requireFreeLogin(run: Run, name: string): Promise<void> {
  if (run.session.server.loginNamed(name) === undefined) {
    throw new SqlError(15_007, `'${name}' is not a valid login or you do not have permission.`);
  }
  const taken = await run.session.query(
    'SELECT 1 FROM meta.principals WHERE meta.fold(login) = meta.fold($1)',
    [name],
    { writes: false },
  );
  if (taken.rows.length > 0) {
    throw new SqlError(15_063, 'The login already has an account under a different user name.');
  }
}

const SERVER_ROLES = new Set(
  'sysadmin securityadmin serveradmin setupadmin processadmin diskadmin dbcreator bulkadmin'.split(' '),
);

/** CREATE ROLE and ALTER ROLE ADD|DROP MEMBER, of the fixed server roles too. */
export async function role(run: Run, statement: Role): Promise<void> {
  const name = statement.name.name;
  const member = statement.addMember ?? statement.dropMember;
  if (statement.type === 'server role' && member !== undefined) {
    if (!SERVER_ROLES.has(name.toLowerCase())) {
      const message = `Cannot alter the server role '${name}', because it does not exist or you do not have permission.`;
      throw new SqlError(15_151, message);
    }
    await run.session.server.setServerRole(name, member.name, statement.addMember !== undefined);
    return;
  }
  if (statement.type !== 'role' || statement.newName !== undefined) {
    throw new SqlError(
      40515,
      `${statement.mode.toUpperCase()} ${statement.type.toUpperCase()} is not supported in this version of SQL Server.`,
    );
  }
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
  /^(VIEW SERVER (PERFORMANCE |SECURITY )?STATE|VIEW ANY \w+( \w+)?|ALTER ANY (LOGIN|DATABASE|CONNECTION|SERVER ROLE)|ALTER (SERVER STATE|SETTINGS|RESOURCES|TRACE)|CONTROL SERVER|CONNECT SQL|CONNECT ANY DATABASE|SELECT ALL USER SECURABLES|IMPERSONATE ANY LOGIN|SHUTDOWN|CREATE ANY DATABASE|ADMINISTER BULK OPERATIONS)$/;

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
      await session.server.setServerPermission(item.name, grantee.name, statement.verb);
    }
  }
}

/** GRANT, DENY and REVOKE on the database, a schema or an object. Rights on single columns and on other securables are refused. */
export async function permission(run: Run, statement: Permission): Promise<void> {
  const verb = statement.verb.toUpperCase();
  if (statement.columns.length > 0 || statement.permissions.some((item) => item.columns.length > 0)) {
    throw new SqlError(40515, `${verb} on columns is not supported in this version of SQL Server.`);
  }
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
          `Cannot find the object '${statement.object.name.name}', because it does not exist or you do not have permission.`,
        );
      Object.assign(target, { class: 1, majorId: object.id });
    } else if (statement.class !== 'DATABASE') {
      throw new SqlError(40515, `${verb} ON ${statement.class} is not supported in this version of SQL Server.`);
    }
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
