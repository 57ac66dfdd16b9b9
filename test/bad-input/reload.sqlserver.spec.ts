import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { until } from '#testing';
import { type CliRun, openPlace, type TestPlace } from '../harness/index.ts';
import { SmallJob } from './small-job.ts';

jest.setTimeout(240_000);

describe('sluice reload', () => {
  let place: TestPlace;
  let job: SmallJob;
  let run: CliRun;

  beforeAll(async () => {
    place = await openPlace('shared');
    job = await SmallJob.open(
      place,
      `CREATE TABLE dbo.Other (id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL)`,
      `INSERT INTO dbo.Other (id, v) VALUES (1, N'x')`,
    );
    expect((await job.sluice(['check', job.file(), '--fix'])).code).toBe(0);
    await job.quickCapture();
    run = job.start(['run', job.file()]);
    await until(() => run.stdout().includes('Streaming:'), { timeoutMs: 120_000, message: () => run.stderr() });
  });

  afterAll(async () => {
    run?.signal('SIGINT');
    await run?.done;
    await job?.close();
    await place?.close();
  });

  const states = async (): Promise<Record<string, string>> => {
    const rows = await job.target<{ table_name: string; state: string }>(`select table_name, state from sluice.tables`);
    return Object.fromEntries(rows.map((row) => [row.table_name, row.state]));
  };
  const rows = (table: string): Promise<object[]> => job.target(`select id, v from ${table} order by id`);
  const attempt = async (): Promise<number> =>
    (await job.target<{ attempt: number }>(`select attempt from sluice.tables where table_name = 'dbo.T'`))[0]
      ?.attempt ?? 0;

  test('heals a target that somebody wrote to: keys that the source has not go, what was lost comes back, changes meanwhile are in it', async () => {
    await job.target(`insert into t (id, v) values (99, 'not mine')`);
    await job.target(`delete from t where id = 1`);
    const began = await job.sluice(['reload', job.file(), '--table', 'dbo.t']);
    expect({ code: began.code, said: began.code === 0 ? '' : began.stdout + began.stderr }).toEqual({
      code: 0,
      said: '',
    });
    await job.source(
      `INSERT INTO dbo.T (id, v) VALUES (3, N'c')`,
      `UPDATE dbo.T SET v = N'b2' WHERE id = 2`,
      `INSERT INTO dbo.T (id, v) VALUES (4, N'd')`,
      `DELETE FROM dbo.T WHERE id = 4`,
    );
    const expected = [
      { id: 1, v: 'a' },
      { id: 2, v: 'b2' },
      { id: 3, v: 'c' },
    ];
    await until(
      async () =>
        (await attempt()) === 2 &&
        (await states())['dbo.T'] === 'streaming' &&
        JSON.stringify(await rows('t')) === JSON.stringify(expected),
      { timeoutMs: 120_000, message: () => run.stderr() },
    );
    expect((await job.sluice(['validate', job.file()])).code).toBe(0);
    const tail = await job.sluice(['tail', job.file(), '--table', 'dbo.T', '--from-start', '--json']);
    const { events } = JSON.parse(tail.stdout) as { events: { op: string; partition: number }[] };
    expect(
      events
        .filter((event) => event.op === 't')
        .map((event) => event.partition)
        .sort(),
    ).toEqual([0, 1]);
  });

  test('A1: a table whose history was cleaned away is a named gap, the others go on; reload closes it', async () => {
    run.signal('SIGINT');
    expect((await run.done).code).toBe(130);
    await job.source(
      `UPDATE dbo.T SET v = N'lost' WHERE id = 1`,
      `DELETE FROM dbo.T WHERE id = 3`,
      `WAITFOR DELAY '00:00:02'`,
      `DECLARE @low binary(10) = sys.fn_cdc_get_max_lsn(); EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_T', @low_water_mark = @low, @threshold = 5000`,
    );
    run = job.start(['run', job.file(), '--progress-ms', '500']);
    await until(() => /Table dbo\.T is gap: .*cleanup/.test(run.stderr()), {
      timeoutMs: 120_000,
      message: () => run.stderr(),
    });
    await job.source(`INSERT INTO dbo.Other (id, v) VALUES (2, N'goes on')`);
    await until(async () => (await rows('other')).length === 2, { timeoutMs: 60_000, message: () => run.stderr() });
    expect(await rows('t')).toEqual([
      { id: 1, v: 'a' },
      { id: 2, v: 'b2' },
      { id: 3, v: 'c' },
    ]);
    expect((await job.sluice(['lag', job.file(), '--max-ms', '100000'])).code).toBe(1);
    const began = await job.sluice(['reload', job.file(), '--table', 'dbo.T']);
    expect({ code: began.code, said: began.code === 0 ? '' : began.stdout + began.stderr }).toEqual({
      code: 0,
      said: '',
    });
    await until(async () => (await states())['dbo.T'] === 'streaming' && (await rows('t')).length === 2, {
      timeoutMs: 120_000,
      message: () => run.stderr(),
    });
    expect(await rows('t')).toEqual([
      { id: 1, v: 'lost' },
      { id: 2, v: 'b2' },
    ]);
  });

  test('refuses a table that the job has not (exit code 2) and a shape that it does not know (exit code 1)', async () => {
    const unknown = await job.sluice(['reload', job.file(), '--table', 'dbo.Nobody']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('The job has no table dbo.Nobody');
    await job.source(`ALTER TABLE dbo.Other ADD extra int NULL`);
    await until(async () => (await states())['dbo.Other'] === 'suspended', {
      timeoutMs: 60_000,
      message: 'the table to stop',
    });
    const altered = await job.sluice(['reload', job.file(), '--table', 'dbo.Other']);
    expect(altered.code).toBe(1);
    expect(altered.stdout).toContain('dbo.Other has another shape than the job was converted for: extra added');
  });

  test('sluice cleanup refuses while the job runs, shows what it would remove, removes it, and the job can begin again', async () => {
    const busy = await job.sluice(['cleanup', job.file(), '--yes']);
    expect(busy.code).toBe(1);
    expect(busy.stdout).toMatch(/is at work: .*run by cli@/);
    run.signal('SIGINT');
    await run.done;
    const shown = await job.sluice(['cleanup', job.file()]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`topic    ${job.name}.windows`);
    expect(shown.stdout).toContain('Nothing was removed.');
    expect(await job.target(`select count(*)::int as n from sluice.jobs`)).toEqual([{ n: 1 }]);
    expect((await job.sluice(['cleanup', job.file(), '--yes'])).code).toBe(0);
    expect(
      await job.target(
        `select (select count(*)::int from sluice.jobs) as jobs, (select count(*)::int from sluice.sink_offsets) as offsets`,
      ),
    ).toEqual([{ jobs: 0, offsets: 0 }]);
    expect((await job.sluice(['status', job.file()])).code).toBe(2);
    const again = await job.sluice([
      'run',
      job.file({ load: '{ prepare: drop }', tables: '[{ include: dbo.T }]' }),
      '--until',
      'validated',
    ]);
    expect({ code: again.code, said: again.code === 0 ? '' : again.stdout + again.stderr }).toEqual({
      code: 0,
      said: '',
    });
    expect(await rows('t')).toHaveLength(2);
  });
});
