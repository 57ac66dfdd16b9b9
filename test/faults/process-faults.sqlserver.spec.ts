import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Random } from '#samples';
import { freezePastLease, killAtPoint, killAtRandom, killSandbox, TestJob } from '../harness/index.ts';

const SEED = 20261121;
const MINUTES = 60_000;

/** Many kinds of faults in one life of a job: a start costs seconds, a fault should not. Every phase is followed by work. */
describe('a job whose processes are killed and frozen in every phase', () => {
  const random = new Random(SEED);
  let job: TestJob;

  beforeAll(async () => {
    // Slow enough that the load lasts until every fault of its phase was made; see `hurry`.
    job = await TestJob.open({ seed: SEED, rows: 3000, load: { chunkRows: 40, maxRowsPerSecond: 60 } });
    await job.register();
    job.startWorkload();
  }, 5 * MINUTES);

  afterAll(async () => {
    await job.close();
  }, MINUTES);

  test(
    'while the target is prepared: the converter is killed between topics, plan and statements',
    async () => {
      await job.start('converter', 'converter', 'converter.topics-made');
      await job.app('converter').reached('converter.topics-made');
      await killAtPoint(job, 'converter', 'converter.planned');
      await killAtPoint(job, 'converter', 'converter.step-before', random.int(3, 12));
      await killAtPoint(job, 'converter', 'converter.applied');
      await job.until(async () => (await job.control.readJob())?.record['prepared'] === true, 'the target prepared');
    },
    MINUTES,
  );

  test(
    'while tables are loaded: every app is killed at its fail points and at random, and frozen past its lease',
    async () => {
      await Promise.all([
        job.start('sink', 'sink', 'sink.after-copy'),
        job.start('poller', 'poller', 'poller.hold-recorded'),
        job.start('snapshot', 'snapshot', 'snapshot.proven'),
      ]);
      await Promise.all([
        job.app('sink').reached('sink.after-copy'),
        job.app('poller').reached('poller.hold-recorded'),
        job.app('snapshot').reached('snapshot.proven'),
      ]);
      for (const [snapshot, poller, sink] of LOADING) {
        await Promise.all([
          killAtPoint(job, 'snapshot', snapshot, passing(snapshot)),
          killAtPoint(job, 'poller', poller, passing(poller)),
          killAtPoint(job, 'sink', sink, passing(sink)),
        ]);
      }
      await Promise.all(['snapshot', 'poller', 'sink', 'converter'].map((name) => killAtRandom(job, random, name)));
      await killSandbox(job);
      await freezePastLease(job, random, 'snapshot', 'snapshot.chunk-produced');
      await freezePastLease(job, random, 'poller', 'poller.window-produced');
      await freezePastLease(job, random, 'sink', 'sink.before-commit');
      await freezePastLease(job, random, 'snapshot');
      expect((await job.tables()).some((table) => table.state === 'loading')).toBe(true);
      await job.work(10);
    },
    6 * MINUTES,
  );

  test(
    'while tables catch up: every app is killed and frozen between the load and the stream',
    async () => {
      await hurry();
      await killAtPoint(job, 'snapshot', 'snapshot.table-loaded', random.int(1, 3));
      await killAtPoint(job, 'poller', 'poller.journal-copied');
      await killAtPoint(job, 'poller', 'poller.hold-ended');
      // The poller stands still in the middle of a journal: the table catches up as long as we like.
      await job.app('poller').kill('poller.journal-copied=freeze');
      await job.app('poller').reached('poller.journal-copied');
      await Promise.all(['snapshot', 'sink', 'converter'].map((name) => killAtRandom(job, random, name)));
      await killSandbox(job);
      const second = await job.start('poller', 'poller-2');
      await freezePastLease(job, random, 'sink');
      job.app('poller').thaw();
      await job.work(10);
      await second.stop();
      await job.untilStates('streaming');
    },
    6 * MINUTES,
  );

  test(
    'while changes stream: every app is killed at its fail points and at random, and frozen past its lease',
    async () => {
      for (const [poller, sink] of STREAMING) {
        await Promise.all([
          killAtPoint(job, 'poller', poller, passing(poller)),
          killAtPoint(job, 'sink', sink, passing(sink)),
        ]);
      }
      await Promise.all(['snapshot', 'poller', 'sink', 'converter'].map((name) => killAtRandom(job, random, name)));
      await killSandbox(job);
      await freezePastLease(job, random, 'poller', 'poller.window-produced');
      await freezePastLease(job, random, 'sink', 'sink.after-copy');
      await Promise.all([
        freezePastLease(job, random, 'poller'),
        freezePastLease(job, random, 'sink'),
        freezePastLease(job, random, 'snapshot'),
      ]);
      await job.work(30);
    },
    6 * MINUTES,
  );

  test(
    'the target equals the source, and every topic holds each change after S0 exactly once, in order',
    async () => {
      expect(await job.check()).toMatchObject({ faults: [] });
    },
    5 * MINUTES,
  );

  /** At which passing: of what a process passes only once, the first. */
  function passing(point: string): number {
    return point === 'poller.initialised' || point === 'snapshot.planned' ? 1 : random.int(1, 4);
  }

  /** From now on the load goes at full speed. */
  async function hurry(): Promise<void> {
    job.configure({ maxRowsPerSecond: 0 });
    await job.app('snapshot').kill();
  }
});

/** Fail points of snapshot, poller and sink that are passed again and again during a load. */
const LOADING = [
  ['snapshot.planned', 'poller.initialised', 'sink.after-copy'],
  ['snapshot.chunk-leased', 'poller.window-produced', 'sink.after-statement'],
  ['snapshot.chunk-produced', 'poller.window-committed', 'sink.before-commit'],
  ['snapshot.chunk-committed', 'poller.window-produced', 'sink.after-commit'],
] as const;

const STREAMING = [
  ['poller.initialised', 'sink.after-copy'],
  ['poller.window-produced', 'sink.before-commit'],
  ['poller.window-committed', 'sink.after-commit'],
] as const;
