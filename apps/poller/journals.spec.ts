import { expect, test } from '@jest/globals';
import { Position } from '#events';
import { silentLog } from '#telemetry';
import { until } from '#testing';
import { Journals } from './journals.ts';
import type { PollerTerm } from './poller-term.ts';
import type { PollerState } from './window-log.ts';

const at = (lsn: number): Position => Position.endOfCommit(lsn.toString(16).padStart(20, '0'));

/** A term whose journals are empty; what it publishes is its next state. */
function termAt(to: Position, writeMarker: () => Promise<Position>): PollerTerm {
  const state: PollerState = {
    windowId: 1,
    to,
    holds: [
      { table: 'dbo.A', hold: 'a', s0: at(1).text },
      { table: 'dbo.B', hold: 'b', s0: at(1).text },
    ],
    journals: [
      { hold: 'a', nextOffset: '0' },
      { hold: 'b', nextOffset: '0' },
    ],
  };
  const term = {
    state,
    options: {
      job: 'j',
      log: silentLog,
      kafka: { offsets: () => Promise.resolve([{ topic: '', partition: 0, earliest: 0, end: 0 }]) },
      source: { quiesce: { writeMarker } },
    },
    publish: (_window: null, next: Partial<PollerState>) => Promise.resolve(void Object.assign(state, next)),
  };
  return term as unknown as PollerTerm;
}

const { signal } = new AbortController();
const held = (term: PollerTerm): string[] => term.state.holds.map((hold) => hold.hold);

test('rule 3: a hold does not end before the position has passed everything that the load may have shown', async () => {
  const term = termAt(at(5), () => Promise.resolve(at(9)));
  const journals = new Journals(term);
  journals.release('a');
  await new Promise(setImmediate);
  expect(await journals.drain(signal)).toBe('idle');
  expect(held(term)).toEqual(['a', 'b']);
  term.state.to = at(9);
  expect(await journals.drain(signal)).toBe('behind');
  expect(held(term)).toEqual(['b']);
});

test('holds that are released together share a marker, and one that could not be written is written again', async () => {
  let tries = 0;
  const term = termAt(at(9), () => (++tries === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(at(8))));
  const journals = new Journals(term);
  journals.release('a');
  journals.release('b');
  await until(() => {
    journals.release('a');
    return tries === 2;
  });
  await new Promise(setImmediate);
  await journals.drain(signal);
  await journals.drain(signal);
  expect(held(term)).toEqual([]);
  expect(tries).toBe(2);
});
