import type { Login, Option, Role, User } from '#tsql';
import { SqlError } from '../../session.ts';
import type { Run } from '../run.ts';

const ENCRYPTED_VALUES = 'ALLOW_ENCRYPTED_VALUE_MODIFICATIONS';

/** CREATE LOGIN and ALTER LOGIN: the password is kept as a hash. */
export async function login(run: Run, statement: Login): Promise<void> {
  if (statement.from !== undefined) {
    throw new SqlError(
      40515,
      `CREATE LOGIN FROM ${statement.from.toUpperCase()} is not supported in this version of SQL Server.`,
    );
  }
  const option = statement.options.find((one) => one.name === 'PASSWORD');
  const further = option?.options?.[0];
  if (further !== undefined)
    throw new SqlError(40515, `PASSWORD … ${further.name} is not supported in this version of SQL Server.`);
  const password = option?.value;
  const spoken = nameIn(run, statement.options, 'DEFAULT_LANGUAGE');
  if (spoken !== undefined && !/^(us_english|english)$/i.test(spoken))
    throw new SqlError(40515, `DEFAULT_LANGUAGE = ${spoken} is not supported in this version of SQL Server.`);
  const given = password?.kind === 'literal' ? password.value : undefined;
  const { server } = run.session;
  const database = nameIn(run, statement.options, 'DEFAULT_DATABASE');
  const checked = switchIn(statement.options, 'CHECK_POLICY');
  const said = {
    ...(database === undefined ? {} : { defaultDatabase: database }),
    ...(checked === undefined ? {} : { policyChecked: checked }),
  };
  if (statement.mode === 'create') {
    if (given === undefined) throw new SqlError(40515, 'CREATE LOGIN needs a PASSWORD.');
    await server.createLogin(statement.name.name, given, said);
  } else {
    if (nameIn(run, statement.options, 'NAME') !== undefined) {
      throw new SqlError(40515, 'ALTER LOGIN WITH NAME is not supported in this version of SQL Server.');
    }
    await server.alterLogin(statement.name.name, {
      ...said,
      ...(given === undefined ? {} : { password: given }),
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

/** Whether an option is ON; undefined where it is not said. */
function switchIn(options: readonly Option[], option: string): boolean | undefined {
  const value = options.find((each) => each.name === option)?.value;
  return value?.kind === 'keyword' ? value.name.toUpperCase() === 'ON' : undefined;
}

/** ALTER USER WITH NAME, DEFAULT_SCHEMA and LOGIN. */
async function alterUser(run: Run, statement: User): Promise<void> {
  const name = statement.name.name;
  const of = (option: string): string | null => nameIn(run, statement.options, option) ?? null;
  const login = of('LOGIN');
  const encrypted = switchIn(statement.options, ENCRYPTED_VALUES);
  if (login !== null) await requireFreeLogin(run, login);
  await run.session.ddl(async (_, pg) => {
    const changed = await pg.query(
      `UPDATE meta.principals SET name = coalesce($2, name), name_key = meta.fold(coalesce($2, name)), default_schema_name = coalesce($3, default_schema_name),
       login = coalesce($4, login), allow_encrypted = coalesce($5, allow_encrypted), modify_date = localtimestamp WHERE name_key = meta.fold($1) AND type = 'S' AND principal_id > 4`,
      [name, of('NAME'), of('DEFAULT_SCHEMA'), login, encrypted ?? null],
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
      allowEncrypted: switchIn(statement.options, ENCRYPTED_VALUES) ?? false,
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
