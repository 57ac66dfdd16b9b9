import { describe, expect, test } from '@jest/globals';
import { CapturePulse } from './capture-pulse.ts';
import type { SqlServerClient } from './client.ts';

/** A client that counts the markers it was asked to commit, for a capture job with a polling interval of five seconds. */
function fakeClient(): { client: SqlServerClient; commits: () => number } {
  let commits = 0;
  const client = {
    query: () => {
      commits++;
      return Promise.resolve([]);
    },
    batch: () => Promise.resolve([[['id', 'capture', 'name', 500, 10, true, 5]]]),
  };
  return { client: client as unknown as SqlServerClient, commits: () => commits };
}

describe('A4: the sign of life of the capture job', () => {
  test('a capture that moves is never asked', async () => {
    let now = 0;
    const { client, commits } = fakeClient();
    const pulse = new CapturePulse(client, () => now);
    for (const lsn of ['a', 'b', 'c']) {
      now += 10_000;
      expect(await pulse.look(lsn)).toBeNull();
    }
    expect([commits(), pulse.lagMs]).toEqual([0, 0]);
  });

  test('an idle capture is asked once, and is well when it shows the marker', async () => {
    let now = 0;
    const { client, commits } = fakeClient();
    const pulse = new CapturePulse(client, () => now);
    await pulse.look('a');
    now = 10_000;
    expect(await pulse.look('a')).toBeNull();
    now = 15_000;
    expect(await pulse.look('b')).toBeNull();
    expect([commits(), pulse.lagMs]).toEqual([1, 0]);
  });

  test('a stopped capture is named in less than a minute, and the lag grows', async () => {
    let now = 0;
    const { client } = fakeClient();
    const pulse = new CapturePulse(client, () => now);
    const lags: number[] = [];
    let problem: string | null = null;
    while (problem === null && now < 60_000) {
      problem = await pulse.look('a');
      now += 10_000;
      lags.push(pulse.lagMs);
    }
    expect(problem).toMatch(/CAPTURE_STALLED.*sp_cdc_start_job/);
    expect(now).toBeLessThan(60_000);
    expect(lags).toEqual(lags.toSorted((a, b) => a - b));
    expect(lags.at(-1)).toBeGreaterThan(20_000);
  });
});
