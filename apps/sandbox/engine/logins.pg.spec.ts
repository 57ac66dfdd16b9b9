import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestSandbox, TestSession, type TestSandbox } from './test-sandbox.ts';

let sandbox: TestSandbox;
let sa: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  sa = await sandbox.session('master');
});

afterAll(() => sandbox.close());

const login = (user: string, password: string, database = 'master') =>
  sandbox.server.login({
    user,
    password,
    database,
    appName: 'test',
    hostName: 'h',
    readOnlyIntent: false,
    clientAddress: '',
  });

describe('logins', () => {
  beforeAll(async () => {
    expect((await sa.run("CREATE LOGIN reader WITH PASSWORD = 'Right-1!'")).errors).toEqual([]);
  });

  test('a wrong password and an unknown name are one error, 18456', async () => {
    await expect(login('reader', 'wrong')).rejects.toMatchObject({ number: 18_456, severity: 14 });
    await expect(login('nobody', 'wrong')).rejects.toMatchObject({ number: 18_456 });
  });

  test('a password that was right is no longer after it was changed, nor is another that came after it', async () => {
    await (await login('reader', 'Right-1!')).close();
    await expect(login('reader', 'right-1!')).rejects.toMatchObject({ number: 18_456 });
    await sa.run("ALTER LOGIN reader WITH PASSWORD = 'Other-2!'");
    await expect(login('reader', 'Right-1!')).rejects.toMatchObject({ number: 18_456 });
    await (await login('reader', 'Other-2!')).close();
    await sa.run("ALTER LOGIN reader WITH PASSWORD = 'Right-1!'");
  });

  test('a database that does not exist is error 4060', async () => {
    await expect(login('reader', 'Right-1!', 'nowhere')).rejects.toMatchObject({ number: 4060 });
  });

  test('a permission of the whole server is granted in master to a login, and taken back', async () => {
    const reader = new TestSession(await login('reader', 'Right-1!'));
    const held = () => reader.rows("SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')");
    expect(await held()).toEqual([[0]]);
    expect((await sa.run('GRANT VIEW SERVER STATE TO reader')).errors).toEqual([]);
    expect(await held()).toEqual([[1]]);
    await sa.run('REVOKE VIEW SERVER STATE FROM reader');
    expect(await held()).toEqual([[0]]);
    const other = await sandbox.session('another');
    expect((await other.run('GRANT VIEW SERVER STATE TO reader')).errors[0]?.number).toBe(4621);
    await Promise.all([reader.session.close(), other.session.close()]);
  });

  test('a database without a user for the login is error 4060 at login, and 916 at USE', async () => {
    const owner = await sandbox.session('closed');
    await expect(login('reader', 'Right-1!', 'closed')).rejects.toMatchObject({ number: 4060 });
    const reader = new TestSession(await login('reader', 'Right-1!'));
    expect((await reader.run('USE closed')).errors).toMatchObject([
      {
        number: 916,
        severity: 14,
        message:
          'The server principal "reader" is not able to access the database "closed" under the current security context.',
      },
    ]);
    expect((await owner.run('CREATE USER reader FOR LOGIN reader')).errors).toEqual([]);
    expect((await reader.run('USE closed')).errors).toEqual([]);
    expect((await owner.run('DENY CONNECT TO reader')).errors).toEqual([]);
    await expect(login('reader', 'Right-1!', 'closed')).rejects.toMatchObject({ number: 4060 });
    expect((await owner.run('CREATE USER other FOR LOGIN reader')).errors[0]?.number).toBe(15_063);
    await Promise.all([reader.session.close(), owner.session.close()]);
  });

  test('a login comes into its default database, and cannot be dropped while it is there', async () => {
    const owner = await sandbox.session('home');
    await sa.run("CREATE LOGIN dweller WITH PASSWORD = 'Right-1!', DEFAULT_DATABASE = home");
    await owner.run('CREATE USER dweller FOR LOGIN dweller WITH DEFAULT_SCHEMA = guest');
    const dweller = new TestSession(await login('dweller', 'Right-1!', ''));
    expect(await dweller.rows('SELECT DB_NAME(), SUSER_NAME(), USER_NAME()')).toEqual([['home', 'dweller', 'dweller']]);
    expect((await sa.run('DROP LOGIN dweller')).errors[0]?.number).toBe(15_434);
    await dweller.session.close();
    expect((await sa.run('DROP LOGIN dweller')).errors).toEqual([]);
    await owner.session.close();
  });

  test('a sysadmin is asked for nothing, and another login for everything, as soon as the role changes', async () => {
    const owner = await sandbox.session('ruled');
    await owner.run('CREATE TABLE dbo.t (a int)');
    await sa.run("CREATE LOGIN minister WITH PASSWORD = 'Right-1!'");
    await owner.run('CREATE USER minister FOR LOGIN minister');
    const minister = new TestSession(await login('minister', 'Right-1!', 'ruled'));
    expect((await minister.run('SELECT * FROM dbo.t')).errors[0]?.number).toBe(229);
    await sa.run('ALTER SERVER ROLE sysadmin ADD MEMBER minister');
    expect((await minister.run('SELECT * FROM dbo.t')).errors).toEqual([]);
    await sa.run('ALTER SERVER ROLE sysadmin DROP MEMBER minister');
    expect((await minister.run('SELECT * FROM dbo.t')).errors[0]?.number).toBe(229);
    await Promise.all([minister.session.close(), owner.session.close()]);
  });

  test('a login of any length and any letters is who it says, also after EXECUTE AS', async () => {
    const name = `größe/${'x'.repeat(110)}`;
    const owner = await sandbox.session('named');
    await sa.run(`CREATE LOGIN [${name}] WITH PASSWORD = 'Right-1!'`);
    await owner.run(
      `CREATE USER short FOR LOGIN [${name}]; CREATE USER other WITHOUT LOGIN; ALTER ROLE db_owner ADD MEMBER short`,
    );
    const session = new TestSession(await login(name, 'Right-1!', 'named'));
    const who = 'SELECT SUSER_NAME(), ORIGINAL_LOGIN(), USER_NAME()';
    expect(await session.rows(who)).toEqual([[name, name, 'short']]);
    expect(await session.rows(`EXECUTE AS USER = 'other'; ${who}; REVERT`)).toEqual([['other', name, 'other']]);
    expect(await session.rows(who)).toEqual([[name, name, 'short']]);
    await Promise.all([session.session.close(), owner.session.close()]);
  });

  test('EXECUTE AS outlives a rollback, and not the reset of the connection', async () => {
    const owner = await sandbox.session('acting');
    await owner.run('CREATE USER actor WITHOUT LOGIN');
    expect(await owner.rows("BEGIN TRAN; EXECUTE AS USER = 'actor'; ROLLBACK; SELECT USER_NAME()")).toEqual([
      ['actor'],
    ]);
    expect((await owner.run('USE master')).errors[0]?.number).toBe(916);
    await owner.session.reset();
    expect(await owner.rows('SELECT USER_NAME()')).toEqual([['dbo']]);
    await owner.session.close();
  });

  test('a disabled login cannot come in', async () => {
    await sa.run('ALTER LOGIN reader DISABLE');
    await expect(login('reader', 'Right-1!')).rejects.toMatchObject({ number: 18_456 });
  });
});
