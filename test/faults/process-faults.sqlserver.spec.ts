import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Random } from '#samples';
import { freezePastLease, killAlong, killAtRandom, killSandbox, TestJob } from '../harness/index.ts';

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
      const step = `converter.step-before:${random.int(3, 12)}`;
      const points = ['converter.topics-made', 'converter.planned', step, 'converter.applied'];
      await job.start('converter', 'converter', ...points);
      await job.app('converter').reachedAll();
      await job.until(async () => (await job.control.readJob())?.record['prepared'] === true, 'the target prepared');
    },
    MINUTES,
  );

  test(
    'while tables are loaded: every app is killed at its fail points and at random, and frozen past its lease',
    async () => {
      // A process that was killed at a point comes back armed with the next: tables are proven and planned once only.
      await Promise.all(LOADING.map(([app, ...points]) => job.start(app, app, ...points.map(atSomePassing))));
      await Promise.all(LOADING.map(([app]) => job.app(app).reachedAll()));
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
      // The poller stands still in the middle of a journal at last: the table catches up as long as we like.
      await job.app('poller').kill('poller.journal-copied', 'poller.hold-ended', 'poller.journal-copied=freeze');
      // From now on the load goes at full speed.
      job.configure({ maxRowsPerSecond: 0 });
      await killAlong(job, 'snapshot', ['snapshot.table-loaded:2', 'snapshot.table-loaded']);
      await job.app('poller').reachedAll();
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
      await Promise.all(STREAMING.map(([app, ...points]) => killAlong(job, app, points.map(atSomePassing))));
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

  /** Of what a process passes again and again, one of the first four passings; of the rest, the first. */
  function atSomePassing(point: string): string {
    return ONCE.has(point) ? point : `${point}:${random.int(1, 4)}`;
  }
});

const ONCE = new Set(['snapshot.proven', 'snapshot.planned', 'poller.initialised', 'poller.hold-recorded']);

const LOADING = [
  [
    'snapshot',
    'snapshot.proven',
    'snapshot.planned',
    'snapshot.chunk-leased',
    'snapshot.chunk-produced',
    'snapshot.chunk-committed',
  ],
  [
    'poller',
    'poller.hold-recorded',
    'poller.initialised',
    'poller.window-produced',
    'poller.window-committed',
    'poller.window-produced',
  ],
  ['sink', 'sink.after-copy', 'sink.after-statement', 'sink.before-commit', 'sink.after-commit'],
] as const;

const STREAMING = [
  ['poller', 'poller.initialised', 'poller.window-produced', 'poller.window-committed'],
  ['sink', 'sink.after-copy', 'sink.before-commit', 'sink.after-commit'],
] as const;
