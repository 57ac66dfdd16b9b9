import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { guard, productRoot, unguard } from '#stack';
import { until } from '#testing';
import { type CliRun, openPlace, type TestPlace } from '../harness/index.ts';
import { SmallJob } from './small-job.ts';

const ROWS = 6000;
/** A load that takes some seconds, so that there is something to interrupt. */
const SLOW = { load: '{ workers: 1, chunkRows: 100, maxRowsPerSecond: 400 }' };

/** Processes of this machine that work on a job file. */
function workingOn(file: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(file);
      } catch {
        // It ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

/** Starts `sluice …` by its launcher, in a process group of its own, as a terminal does. */
function launch(
  job: SmallJob,
  args: readonly string[],
): { pid: number; done: Promise<number | null>; output: () => string } {
  const child = spawn(process.execPath, [join(productRoot(), 'bin/sluice.js'), ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: undefined, ...job.env },
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const pid = child.pid ?? 0;
  guard(pid);
  const done = new Promise<number | null>((resolve) => child.once('close', resolve)).finally(() => unguard(pid));
  return { pid, done, output: () => output };
}

// A command takes a second or two; on a machine that does much else, many more.
jest.setTimeout(180_000);

describe('sluice run, interrupted and disturbed', () => {
  let place: TestPlace;
  const jobs: SmallJob[] = [];

  beforeAll(async () => {
    place = await openPlace('shared');
  }, 120_000);

  afterAll(async () => {
    await Promise.all(jobs.map((job) => job.close()));
    await place.close();
  });

  /** A job with a table that loads for some seconds; CDC is on. */
  async function open(): Promise<SmallJob> {
    const job = await SmallJob.open(
      place,
      `CREATE TABLE dbo.Big (id int NOT NULL PRIMARY KEY, v nvarchar(40) NULL)`,
      `DECLARE @i int = 0; WHILE @i < ${ROWS} BEGIN INSERT INTO dbo.Big (id, v) SELECT TOP (500) @i + n, N'row ' + CONVERT(nvarchar(10), @i + n)
         FROM (SELECT ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) AS n FROM (VALUES (1),(2),(3),(4),(5)) AS a(x) CROSS JOIN (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) AS b(x)
           CROSS JOIN (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) AS c(x)) AS s; SET @i = @i + 500; END`,
    );
    jobs.push(job);
    const fixed = await job.sluice(['check', job.file(), '--fix']);
    expect({ code: fixed.code, said: fixed.code === 0 ? '' : fixed.stdout + fixed.stderr }).toEqual({
      code: 0,
      said: '',
    });
    await job.quickCapture();
    return job;
  }

  /** Until more chunks are done than before, and some are not. Gives how many. */
  const midLoad = (job: SmallJob, before = 0): Promise<number> =>
    until(
      async () => {
        const [found] = await job.target<{ found: string | null }>(
          `select to_regclass('sluice.chunks')::text as found`,
        );
        if (!found?.found) return null;
        const [row] = await job.target<{ done: number; all: number }>(
          `select count(*) filter (where state = 'done')::int as done, count(*)::int as all from sluice.chunks where table_name = 'dbo.Big'`,
        );
        return row !== undefined && row.done > before + 1 && row.done < row.all ? row.done : null;
      },
      { timeoutMs: 90_000, message: 'a load that is half done' },
    );

  const equal = async (job: SmallJob): Promise<void> => {
    const result = await job.sluice(['run', job.file(), '--until', 'validated']);
    expect({ code: result.code, said: result.code === 0 ? '' : result.stdout + result.stderr }).toEqual({
      code: 0,
      said: '',
    });
    expect(await job.target(`select count(*)::int as rows, count(distinct v)::int as values from big`)).toEqual([
      { rows: ROWS, values: ROWS },
    ]);
  };

  describe('in the middle of a load', () => {
    let job: SmallJob;
    let done = 0;

    beforeAll(async () => {
      job = await open();
    });

    test.each([
      ['Ctrl-C reaches launcher and command', (pid: number) => process.kill(-pid, 'SIGINT')],
      ['SIGINT reaches the launcher alone', (pid: number) => process.kill(pid, 'SIGINT')],
      ['the launcher is killed', (pid: number) => process.kill(pid, 'SIGKILL')],
    ])('%s: everything ends soon, and the next run goes on', async (_, interrupt) => {
      const file = job.file(SLOW);
      const run = launch(job, ['run', file]);
      done = await midLoad(job, done);
      const startedMs = Date.now();
      interrupt(run.pid);
      const code = await run.done;
      await until(() => workingOn(file).length === 0, { timeoutMs: 15_000, message: 'no process left' });
      expect(Date.now() - startedMs).toBeLessThan(15_000);
      // A launcher that was killed has no exit code.
      expect([130, null]).toContain(code);
      if (code === 130) expect(run.output()).toContain('sluice: stopped; run the same command again to go on.');
    });

    test('the run itself is killed: its apps end with it', async () => {
      const file = job.file(SLOW);
      const run = job.start(['run', file]);
      done = await midLoad(job, done);
      process.kill(run.pid, 'SIGKILL');
      await until(() => workingOn(file).length === 0, { timeoutMs: 15_000, message: 'no process left' });
    });

    test('two at once: the second says who runs the job, waits, takes over when that one ends, and everything is equal', async () => {
      const first = job.start(['run', job.file(SLOW)]);
      done = await midLoad(job, done);
      const second: CliRun = job.start(['run', job.file(), '--until', 'validated']);
      await until(() => /is run by cli@\S+ already; this run waits/.test(second.stderr()), {
        timeoutMs: 60_000,
        message: () => `the second run to say who runs; it said: ${second.stderr()}`,
      });
      first.signal('SIGINT');
      expect((await first.done).code).toBe(130);
      const result = await second.done;
      expect({ code: result.code, said: result.code === 0 ? '' : result.stderr }).toEqual({ code: 0, said: '' });
      await equal(job);
    });
  });

  test('A4: a capture job that is stopped is named within 60 s, the lag grows meanwhile, and both go when it runs again', async () => {
    const job = await open();
    const run = job.start(['run', job.file(), '--progress-ms', '500']);
    await until(() => run.stdout().includes('Streaming:'), { timeoutMs: 90_000, message: () => run.stderr() });
    await job.source(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`, `UPDATE dbo.T SET v = N'unseen' WHERE id = 1`);
    const stoppedMs = Date.now();
    await until(() => run.stderr().includes('capture: CAPTURE_STALLED'), {
      timeoutMs: 60_000,
      message: () => run.stderr(),
    });
    expect(Date.now() - stoppedMs).toBeLessThan(60_000);
    const lag = async (): Promise<{ lagMs: number; captureProblem: string | null }> =>
      JSON.parse((await job.sluice(['status', job.file(), '--json'])).stdout) as {
        lagMs: number;
        captureProblem: string | null;
      };
    const before = await lag();
    expect(before.captureProblem).toContain('sp_cdc_start_job');
    const after = await lag();
    expect(after.lagMs).toBeGreaterThan(before.lagMs);
    await job.source(`EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
    await until(() => run.stderr().includes('capture: works again'), {
      timeoutMs: 30_000,
      message: () => run.stderr(),
    });
    await until(async () => (await job.target<{ v: string }>(`select v from t where id = 1`))[0]?.v === 'unseen', {
      timeoutMs: 30_000,
      message: 'the change that was made meanwhile',
    });
    run.signal('SIGTERM');
    expect((await run.done).code).toBe(130);
  });
});
