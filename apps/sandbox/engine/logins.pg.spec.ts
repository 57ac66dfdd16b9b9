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

  test('a disabled login cannot come in', async () => {
    await sa.run('ALTER LOGIN reader DISABLE');
    await expect(login('reader', 'Right-1!')).rejects.toMatchObject({ number: 18_456 });
  });
});
