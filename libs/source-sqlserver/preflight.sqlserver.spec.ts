import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Finding } from '#source';
import { SourceDatabase } from '#testing';
import type { SqlServerSource } from './source.ts';

const TABLES = [
  { schema: 'dbo', name: 'a' },
  { schema: 'dbo', name: `we]ird '.😀` },
];

describe('what sluice check finds', () => {
  let database: SourceDatabase;
  let source: SqlServerSource;

  beforeAll(async () => {
    database = await SourceDatabase.create();
    await database.run(`CREATE TABLE dbo.a (id int PRIMARY KEY); CREATE TABLE dbo.[we]]ird '.😀] (id int PRIMARY KEY)`);
    source = await database.source();
  });

  afterAll(() => database.drop());

  const faults = (findings: readonly Finding[]): (readonly [string, string, boolean])[] =>
    findings.filter((one) => one.severity === 'error').map((one) => [one.check, one.object, one.fixable] as const);

  test('capture that is off is an error that can be mended, with the procedure to call', async () => {
    const findings = await source.preflight.check(TABLES);
    expect(faults(findings)).toEqual([['cdc-database', database.settings.database, true]]);
    expect(findings.find((one) => one.check === 'cdc-database')?.remedy).toMatch(/sp_cdc_enable_db/);
  });

  test('fix switches capture on for the database, the tables and the marker, once', async () => {
    const done = await source.preflight.fix(TABLES);
    expect(done.map((one) => [one.check, one.object])).toEqual([
      ['cdc-database', database.settings.database],
      ['cdc-table', 'dbo.a'],
      ['cdc-table', `dbo.we]ird '.😀`],
      ['cdc-table', 'sluice.marker'],
    ]);
    expect(await source.preflight.fix(TABLES)).toEqual([]);
    expect(faults(await source.preflight.check(TABLES))).toEqual([]);
  });

  test('a table that is not captured is named', async () => {
    await database.run(`CREATE TABLE dbo.later (id int PRIMARY KEY)`);
    expect(faults(await source.preflight.check([{ schema: 'dbo', name: 'later' }]))).toEqual([
      ['cdc-table', 'dbo.later', true],
    ]);
  });

  test('A4 a stopped Agent is an error, since nothing is captured', async () => {
    await database.run(`EXEC sys.sp_sandbox_cdc 'agent', 'stopped'`);
    expect(faults(await source.preflight.check(TABLES))).toEqual([['agent', 'SQL Server Agent', false]]);
    await database.run(`EXEC sys.sp_sandbox_cdc 'agent', 'running'`);
  });

  test('rights that lack are named with the grant that gives them', async () => {
    const login = database.settings.database;
    await database.run(`CREATE LOGIN ${login} WITH PASSWORD = 'Pass-word1!'; CREATE USER ${login} FOR LOGIN ${login}`);
    const poor = await database.source({ login: { user: login, password: database.secret('Pass-word1!') } });
    const findings = await poor.preflight.check(TABLES);
    const lacking = findings.filter((one) => one.check.startsWith('right-') && one.severity === 'error');
    expect(lacking.map((one) => one.check)).toEqual(
      expect.arrayContaining(['right-VIEW SERVER STATE', 'right-VIEW DEFINITION', 'right-SELECT']),
    );
    expect(lacking.find((one) => one.object === `dbo.we]ird '.😀`)?.remedy).toBe(
      `GRANT SELECT ON [dbo].[we]]ird '.😀] TO [${login}]`,
    );
  });

  test('a login is told step by step what it lacks, until it has all and needs not be db_owner', async () => {
    const login = `${database.settings.database}_step`;
    await database.run(`CREATE LOGIN ${login} WITH PASSWORD = 'Pass-word1!'; CREATE USER ${login} FOR LOGIN ${login}`);
    const poor = await database.source({ login: { user: login, password: database.secret('Pass-word1!') } });
    const lacking = async (): Promise<string[]> =>
      (await poor.preflight.check(TABLES))
        .filter((one) => one.severity === 'error')
        .map((one) => `${one.check}: ${one.remedy ?? ''}`);
    const cdc = `right-changes: GRANT SELECT ON SCHEMA::cdc TO [${login}]`;
    const select = (table: string): string => `right-SELECT: GRANT SELECT ON ${table} TO [${login}]`;
    const capture = (table: string): string => `right-capture: GRANT SELECT ON ${table} TO [${login}]`;
    expect(await lacking()).toEqual([
      `right-VIEW SERVER STATE: GRANT VIEW SERVER STATE TO [${login}]`,
      `right-VIEW DEFINITION: GRANT VIEW DEFINITION TO [${login}]`,
      select('[dbo].[a]'),
      select(`[dbo].[we]]ird '.😀]`),
      cdc,
    ]);
    await database.run(`USE master; GRANT VIEW SERVER STATE TO ${login}; USE ${database.settings.database}`);
    await database.run(`GRANT VIEW DEFINITION TO ${login}; GRANT SELECT ON SCHEMA::cdc TO ${login}`);
    expect(await lacking()).toEqual([
      select('[dbo].[a]'),
      select(`[dbo].[we]]ird '.😀]`),
      capture('[dbo].[a]'),
      capture(`[dbo].[we]]ird '.😀]`),
      capture('[sluice].[marker]'),
    ]);
    await database.run(`GRANT SELECT ON SCHEMA::dbo TO ${login}; GRANT SELECT ON SCHEMA::sluice TO ${login}`);
    const findings = await poor.preflight.check(TABLES);
    expect(faults(findings)).toEqual([]);
    expect(findings.filter((one) => one.severity === 'warning').map((one) => one.check)).toEqual(['capture-job']);
    await database.run(`DENY SELECT ON dbo.a TO ${login}`);
    expect(await lacking()).toEqual([select('[dbo].[a]'), capture('[dbo].[a]')]);
    await database.run(`REVOKE SELECT ON dbo.a FROM ${login}; ALTER ROLE db_owner ADD MEMBER ${login}`);
    expect((await poor.preflight.check(TABLES)).filter((one) => one.severity !== 'ok')).toEqual([]);
  });

  test('a wrong password and an unreachable server are told apart', async () => {
    const wrong = await database.source({ login: { password: database.secret('wrong') } });
    await expect(wrong.preflight.check(TABLES)).rejects.toMatchObject({ kind: 'SourceLoginFailed' });
    const nowhere = await database.source({ login: { port: 1 } });
    await expect(nowhere.preflight.check(TABLES)).rejects.toMatchObject({ kind: 'SourceUnreachable' });
  });

  test('rule 14: markers, open writers and commits of others are told', async () => {
    const { quiesce } = source;
    const marker = await quiesce.writeMarker('stop');
    expect(await quiesce.openWriters()).toEqual([]);
    expect(await quiesce.hasForeignCommitAfter(marker)).toBe(false);
    await quiesce.writeMarker('another marker is not foreign');
    expect(await quiesce.hasForeignCommitAfter(marker)).toBe(false);
    const session = await database.session();
    const open = session.transaction();
    await open.begin();
    await open.request().query(`INSERT INTO dbo.a VALUES (1)`);
    expect(await quiesce.openWriters()).toHaveLength(1);
    await open.commit();
    await session.close();
    expect(await quiesce.openWriters()).toEqual([]);
    await quiesce.writeMarker('after');
    expect(await quiesce.hasForeignCommitAfter(marker)).toBe(true);
  });
});
