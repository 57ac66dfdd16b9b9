import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openPlace, TestJob, type TestPlace } from '../harness/index.ts';

/** A run of this file installs several small sources. */
const MINUTES = 60_000;

describe('a first migration, as a user makes it', () => {
  let place: TestPlace;

  beforeAll(async () => {
    place = await openPlace('shared');
  }, 5 * MINUTES);

  afterAll(async () => {
    await place.close();
  }, MINUTES);

  const withJob = async (seed: number, work: (job: TestJob) => Promise<void>): Promise<void> => {
    const job = await TestJob.open({ seed, servers: place });
    try {
      await work(job);
    } finally {
      await job.close();
    }
  };

  test(
    '`sluice run --until cutover` moves a live database without a difference, and a second run changes nothing',
    () =>
      withJob(11, async (job) => {
        job.startWorkload();
        const streaming = await job.runCli('run', job.jobFile, '--until', 'streaming');
        expect(streaming).toMatchObject({ code: 0 });
        await job.stopWorkload();
        const cutover = await job.runCli('run', job.jobFile, '--until', 'cutover');
        expect(cutover).toMatchObject({ code: 0 });
        expect(cutover.stdout).toContain('promoted');
        expect(await job.check()).toMatchObject({ faults: [] });
        const before = await fingerprint(job);
        const again = await job.runCli('run', job.jobFile, '--until', 'cutover');
        expect(again).toMatchObject({ code: 0 });
        expect(again.stdout).toContain('is done');
        expect(await fingerprint(job)).toEqual(before);
      }),
    8 * MINUTES,
  );

  test(
    'a run that is interrupted with Ctrl-C while it loads, and begun again, ends equal',
    () =>
      withJob(12, async (job) => {
        job.startWorkload();
        const first = job.cli(['run', job.jobFile, '--set', 'load.maxRowsPerSecond=500']);
        await job.until(
          async () => (await job.tables()).some((table) => table.state === 'loading'),
          'the first table to be loaded',
        );
        first.signal('SIGINT');
        expect(await first.done).toMatchObject({ code: 130 });
        await job.work(10);
        const second = job.cli(['run', job.jobFile]);
        await job.untilStates('streaming');
        second.signal('SIGINT');
        expect(await second.done).toMatchObject({ code: 130 });
        await job.work(10);
        await job.stopWorkload();
        expect(await job.runCli('run', job.jobFile, '--until', 'cutover')).toMatchObject({ code: 0 });
        expect(await job.check()).toMatchObject({ faults: [] });
      }),
    8 * MINUTES,
  );

  test(
    'apps as processes of their own, two snapshot workers and two sinks at once, end equal',
    () =>
      withJob(13, async (job) => {
        await job.register();
        job.startWorkload();
        const names = ['converter', 'poller', 'snapshot', 'snapshot-2', 'sink', 'sink-2'] as const;
        await Promise.all(names.map((name) => job.start(name.replace('-2', '') as 'sink', name)));
        await job.untilStates('streaming');
        await job.work(40);
        expect(await job.check()).toMatchObject({ faults: [] });
        // The second sink leaves: the first takes its partitions.
        job.startWorkload();
        await job.app('sink-2').stop();
        await job.work(20);
        await pause(job.leaseMs);
        expect(await job.check()).toMatchObject({ faults: [] });
      }),
    8 * MINUTES,
  );
});

/** Every table's rows and the job's offsets, as one text each: equal before and after where nothing was changed. */
async function fingerprint(job: TestJob): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of await job.tables()) {
    const name = `"${table.targetSchema}"."${table.targetName.replaceAll('"', '""')}"`;
    const result = await job.target.query<{ sum: string }>(
      `select count(*)::text || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as sum from ${name} t`,
    );
    found[table.tableName] = result.rows[0]?.sum ?? '';
  }
  const offsets = await job.target.query<{ offsets: string }>(
    `select string_agg(topic || partition || next_offset, ',' order by topic, partition) as offsets from sluice.sink_offsets`,
  );
  return { ...found, offsets: offsets.rows[0]?.offsets ?? '' };
}
