import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Random } from '#samples';
import { killSandbox, killServer, TestJob } from '../harness/index.ts';

const SEED = 20261122;
const MINUTES = 60_000;

describe('a job whose servers are killed in every phase', () => {
  const random = new Random(SEED);
  let job: TestJob;

  beforeAll(async () => {
    job = await TestJob.open({
      seed: SEED,
      rows: 2500,
      servers: 'own',
      load: { chunkRows: 40, maxRowsPerSecond: 80 },
    });
    await job.register();
    job.startWorkload();
  }, 5 * MINUTES);

  afterAll(async () => {
    await job.close();
  }, MINUTES);

  test(
    'while tables are loaded: Kafka, registry, target and capture job are killed',
    async () => {
      await Promise.all((['converter', 'poller', 'snapshot', 'sink'] as const).map((app) => job.start(app)));
      await job.until(
        async () => (await job.tables()).filter((table) => table.state === 'loading').length > 2,
        'tables that are loaded',
      );
      await everyServer();
      expect((await job.tables()).some((table) => table.state === 'loading')).toBe(true);
    },
    6 * MINUTES,
  );

  test(
    'while tables catch up: Kafka, registry, target and capture job are killed',
    async () => {
      // The poller stands still in the middle of a journal while the servers go away and come back, and then goes on as if nothing had been.
      await job.app('poller').kill('poller.journal-copied=freeze');
      job.configure({ maxRowsPerSecond: 0 });
      await job.app('snapshot').kill();
      await job.app('poller').reached('poller.journal-copied');
      await everyServer();
      expect((await job.tables()).some((table) => table.state === 'catching-up' || table.state === 'loaded')).toBe(
        true,
      );
      job.app('poller').thaw();
      await job.untilStates('streaming');
    },
    6 * MINUTES,
  );

  test(
    'while changes stream: Kafka, registry, target and capture job are killed',
    async () => {
      await job.work(20);
      await everyServer();
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

  /** One after the other in an order that the seed chooses, with work in between. */
  async function everyServer(): Promise<void> {
    const faults = [
      () => killServer(job, 'kafka', random.int(0, 500)),
      () => killServer(job, 'registry', random.int(0, 500)),
      () => killServer(job, 'postgres', random.int(0, 500)),
      () => killSandbox(job, random.int(0, 500)),
    ];
    while (faults.length > 0) {
      const [fault] = faults.splice(random.int(0, faults.length - 1), 1);
      await fault?.();
      await job.work(5);
    }
  }
});
