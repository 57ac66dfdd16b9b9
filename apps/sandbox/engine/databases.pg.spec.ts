import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { databaseName } from '../catalog/index.ts';
import { startTestSandbox, type TestSandbox } from './test-sandbox.ts';

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await startTestSandbox();
});

afterAll(() => sandbox.close());

test('databases that come and go at once, beside logins that do, disturb nobody', async () => {
  const sessions = await Promise.all(Array.from({ length: 6 }, () => sandbox.session()));
  const errors = async (work: (at: number) => string): Promise<unknown[]> =>
    (await Promise.all(sessions.map((session, at) => session.run(work(at))))).flatMap((sink) => sink.errors);
  expect(await errors((at) => `CREATE DATABASE d${at}`)).toEqual([]);
  const dropped = await errors((at) => {
    const login = `CREATE LOGIN l${at} WITH PASSWORD = 'Some-long-1'; DROP LOGIN l${at}`;
    return at % 2 === 0 ? `${login}; ${login}; DROP DATABASE d${at}` : `DROP DATABASE d${at}; ${login}; ${login}`;
  });
  expect(dropped).toEqual([]);
  expect(await sessions[0]?.rows('SELECT name FROM sys.databases WHERE database_id > 4')).toEqual([]);
});

test('two that drop one database: it goes, and the other hears that it is not there', async () => {
  const [one, two] = [await sandbox.session(), await sandbox.session()];
  await one.run('CREATE DATABASE gone');
  const both = await Promise.all([one.run('DROP DATABASE gone'), two.run('DROP DATABASE gone')]);
  expect(both.flatMap((sink) => sink.errors.map((error) => error.number))).toEqual([3701]);
  expect(sandbox.server.database('gone')).toBeUndefined();
});

test('storage that a server which died left without a database is not in the way', async () => {
  const session = await sandbox.session();
  const id = Math.max(4, ...sandbox.server.all.map((database) => database.id)) + 1;
  await sandbox.server.database('master')?.admin.query(`CREATE DATABASE ${databaseName(id)} TEMPLATE template0`);
  expect((await session.run('CREATE DATABASE anew; DROP DATABASE anew')).errors).toEqual([]);
});
