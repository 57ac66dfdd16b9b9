import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SourceSurvey, SurveyCheck } from '#source';
import { freshName, SourceDatabase } from '#testing';

describe('the survey of a SQL Server', () => {
  let database: SourceDatabase;
  let survey: SourceSurvey;
  const check = (name: string, of = survey): SurveyCheck | undefined => of.checks.find((one) => one.check === name);

  beforeAll(async () => {
    database = await SourceDatabase.create();
    await database.run('CREATE TABLE dbo.Small (Id int NOT NULL PRIMARY KEY, Name nvarchar(20) NULL)');
    await database.run('CREATE TABLE dbo.Large (Id int NOT NULL PRIMARY KEY, Body nvarchar(max) NULL, Doc xml NULL)');
    await database.run(`INSERT dbo.Small VALUES (1, N'a'), (2, N'b'), (3, NULL)`);
    survey = await (await database.source()).survey.read();
  }, 60_000);

  afterAll(() => database.drop());

  test('tells the server, and rows and bytes of each table', () => {
    expect(survey.version).toMatch(/^\d+\./);
    expect(survey.edition).not.toBe('');
    expect(Math.abs(survey.nowMs - Date.now())).toBeLessThan(600_000);
    expect(survey.tables.map(({ schema, name, rows }) => [schema, name, rows])).toEqual([
      ['dbo', 'Large', 0],
      ['dbo', 'Small', 3],
    ]);
    expect(survey.tables[1]?.dataBytes).toBeGreaterThan(0);
  });

  test('finds by name what stands in the way, with objects and remedy; what is not there passes', () => {
    expect(check('check-for-max-text-repl-size')).toMatchObject({
      verdict: 'fail',
      objects: ['dbo.Large.Body', 'dbo.Large.Doc'],
      remedy: expect.stringContaining('sp_configure'),
    });
    for (const name of ['check-for-columnstore-indexes', 'check-for-temporal-tables', 'check-for-masked-data'])
      expect(check(name)).toMatchObject({ verdict: 'pass', objects: [] });
  });

  test('a check that has no answer says why, and only because the server lacks a view or the login a right', () => {
    const unknown = survey.checks.filter((one) => one.verdict === 'unknown');
    for (const one of unknown) expect(one.message).toMatch(/Invalid (object|column) name|permission|not supported/i);
    expect(new Set(survey.checks.map((one) => one.check)).size).toBe(survey.checks.length);
  });

  test('a login without VIEW DATABASE STATE still learns rows and bytes, and which right it lacks', async () => {
    const login = freshName('poor');
    await database.run(`CREATE LOGIN ${login} WITH PASSWORD = N'Poor-1-login'`);
    await database.run(`CREATE USER ${login} FOR LOGIN ${login}; GRANT SELECT, VIEW DEFINITION TO ${login}`);
    const source = await database.source({ login: { user: login, password: database.secret('Poor-1-login') } });
    const poor = await source.survey.read();
    expect(poor.tables.map(({ name, rows }) => [name, rows])).toEqual(
      survey.tables.map(({ name, rows }) => [name, rows]),
    );
    expect(poor.tables[1]?.dataBytes).toBe(survey.tables[1]?.dataBytes);
    expect(poor.tables.every((table) => table.changedRows === null)).toBe(true);
    expect(check('check-user-permission-on-view-database-state', poor)?.verdict).toBe('warning');
    expect(check('check-user-permission-on-view-database-state')?.verdict).toBe('pass');
  });

  test('capture is asked about only where it is on', async () => {
    expect(check('captured-column-list')?.message).toContain('not on yet');
    await database.capture('dbo.Small');
    const captured = await (await database.source()).survey.read();
    expect(check('captured-column-list', captured)).toMatchObject({
      verdict: 'pass',
      message: 'Every capture instance has all columns.',
    });
    expect(check('capture-instances-per-table', captured)?.verdict).toBe('pass');
    expect(check('cleanup-job', captured)?.verdict).toBe('pass');
    await database.run(`EXEC sys.sp_cdc_drop_job @job_type = N'cleanup'`);
    const alone = await (await database.source()).survey.read();
    expect(check('cleanup-job', alone)).toMatchObject({ verdict: 'warning', objects: [database.settings.database] });
    await database.run(
      `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Large', @role_name = NULL, @captured_column_list = N'Id'`,
    );
    const partly = await (await database.source()).survey.read();
    expect(check('captured-column-list', partly)).toMatchObject({ verdict: 'fail', objects: ['dbo_Large'] });
  });
});
