import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CliRun, TestJob } from '../harness/index.ts';

const SEED = 20261123;
const MINUTES = 60_000;

/** `sluice run` is killed with SIGKILL, and with it, by the guardian, its whole process tree; the same command goes on where it stopped. */
describe('a run whose command line is killed in every phase', () => {
  let job: TestJob;

  beforeAll(async () => {
    job = await TestJob.open({ seed: SEED, rows: 2000, load: { chunkRows: 60 } });
    job.startWorkload();
  }, 5 * MINUTES);

  afterAll(async () => {
    await job.close();
  }, MINUTES);

  const killed = async (run: CliRun, when: () => Promise<boolean>, what: string): Promise<void> => {
    await job.until(when, what);
    run.signal('SIGKILL');
    await run.done;
    await job.work(5);
  };
  const isIn = async (...states: string[]): Promise<boolean> =>
    (await job.tables()).some((table) => states.includes(table.state));

  test(
    'killed while it prepares the target, loads, catches up and streams, it ends equal',
    async () => {
      const slow = ['--set', 'load.maxRowsPerSecond=300'];
      await killed(job.cli(['run', job.jobFile]), () => isIn('prepared', 'held'), 'prepared tables');
      await killed(job.cli(['run', job.jobFile, ...slow]), () => isIn('loading'), 'tables that are loaded');
      await killed(job.cli(['run', job.jobFile]), () => isIn('loaded', 'catching-up', 'streaming'), 'a loaded table');
      const last = job.cli(['run', job.jobFile]);
      await job.untilStates('streaming');
      await killed(last, () => Promise.resolve(true), 'streaming');
      expect(await job.runCli('run', job.jobFile, '--until', 'streaming')).toMatchObject({ code: 0 });
    },
    8 * MINUTES,
  );

  test(
    'killed between the steps of a cutover, it cuts over when it is run again',
    async () => {
      await job.stopWorkload();
      for (const point of [
        'cli.cutover-step:2',
        'cli.cutover-step:4',
        'cli.cutover-step:7',
        'converter.step-cutover:6',
      ]) {
        const run = job.cli(['run', job.jobFile, '--until', 'cutover'], { SLUICE_FAILPOINTS: point });
        const { code } = await run.done;
        // The converter at its fail point is started again by the run, which goes on.
        expect(code).toBe(point.startsWith('cli.') ? null : 0);
        if (code === 0) break;
      }
      expect(await job.runCli('run', job.jobFile, '--until', 'cutover')).toMatchObject({ code: 0 });
      expect(await job.check()).toMatchObject({ faults: [] });
    },
    8 * MINUTES,
  );
});
