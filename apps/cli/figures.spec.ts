import { describe, expect, test } from '@jest/globals';
import { bar, lagText, loadedShare, printTables, shortName } from './figures.ts';
import { Output } from './output.ts';
import { ProgressPrinter } from './progress.ts';
import type { Snapshot, TableProgress } from './snapshot.ts';
import { eventLine, isKey } from './tail.ts';

const table = (changes: Partial<TableProgress>): TableProgress => ({
  table: 'dbo.Orders',
  state: 'streaming',
  reason: null,
  estimatedRows: 1000,
  chunks: { done: 1, total: 2 },
  read: 500,
  applied: { reads: 400, inserts: 2, updates: 1, deletes: 0 },
  behind: 0,
  ...changes,
});

const snapshot = (tables: readonly TableProgress[], changes: Partial<Snapshot> = {}): Snapshot => ({
  tables,
  position: 'p',
  captureProblem: null,
  lagMs: 40,
  ...changes,
});

/** An output that is read afterwards. */
function recorder(isTTY = false): { out: Output; text: () => string } {
  let text = '';
  const stream = { write: (added: string) => (text += added), isTTY, columns: 80 };
  return { out: new Output(false, { stdout: stream, stderr: stream }), text: () => text };
}

describe('figures', () => {
  test.each([
    [null, 'unknown'],
    [0, '0 ms'],
    [2540, '2.5 s'],
    [200_000, '3 min 20 s'],
  ])('a lag of %p ms is %s', (ms, text) => {
    expect(lagText(ms)).toBe(text);
  });

  test('the share of a load is never 100 % before it is done', () => {
    expect(loadedShare(table({ state: 'loading', read: 5000 }))).toBe(0.99);
    expect(loadedShare(table({ state: 'loading', estimatedRows: 0 }))).toBe(0.5);
    expect(loadedShare(table({ state: 'loading', estimatedRows: 0, chunks: { done: 0, total: 0 } }))).toBeNull();
    expect(loadedShare(table({}))).toBe(1);
    expect(bar(0.5, 4)).toBe('██░░');
  });

  test('long and hostile names keep head and end, and never break a line', () => {
    expect(shortName('dbo.a\nb', 20)).toBe('dbo.a b');
    const short = shortName(`sales.${'🚀'.repeat(60)}end`, 20);
    expect([...short]).toHaveLength(20);
    expect(short).toMatch(/^sales\..*…🚀+end$/u);
  });

  test('tables are aligned, numbers to the right', () => {
    const { out, text } = recorder();
    printTables(
      snapshot([
        table({}),
        table({ table: 'dbo.X', applied: { reads: 1_234_567, inserts: 0, updates: 0, deletes: 0 } }),
      ]),
      out,
    );
    expect(text().split('\n').slice(0, 4)).toEqual([
      '  table       state      chunks     loaded  inserts  updates  deletes  behind',
      '  ──────────  ─────────  ──────  ─────────  ───────  ───────  ───────  ──────',
      '  dbo.Orders  streaming  1/2           400        2        1        0       0',
      '  dbo.X       streaming  1/2     1,234,567        0        0        0       0',
    ]);
  });
});

describe('progress', () => {
  test('a log gets the rate since the last look, and a line for each table where something happens', () => {
    const { out, text } = recorder();
    let now = Date.UTC(2026, 0, 1, 10, 0, 0);
    const printer = new ProgressPrinter(out, false, () => now);
    printer.print(snapshot([table({ state: 'loading' }), table({ table: 'dbo.Idle' })]));
    now += 2000;
    printer.print(
      snapshot([
        table({ state: 'loading', read: 700, applied: { reads: 2400, inserts: 2, updates: 1, deletes: 0 }, behind: 7 }),
        table({ table: 'dbo.Idle' }),
      ]),
    );
    const lines = text().trimEnd().split('\n');
    expect(lines.at(-2)).toBe('10:00:02  2,806 applied  1,000/s  7 behind  lag 40 ms  1 loading, 1 streaming');
    expect(lines.at(-1)).toMatch(/^ {10}dbo\.Orders +loading +2,403 rows +1,000\/s +7 behind +70 %$/);
    expect(text()).not.toContain('dbo.Idle');
  });

  test('a terminal is drawn over, with bars', () => {
    const { out, text } = recorder(true);
    const printer = new ProgressPrinter(out, true, () => 0);
    printer.print(snapshot([table({ state: 'loading' })]));
    printer.print(snapshot([table({ state: 'loading' })]));
    expect(text()).toContain('\u001b[2A\u001b[J');
    expect(
      text()
        .split('\n')
        .every((line) => [...line].length <= 80 + 8),
    ).toBe(true);
  });

  test('A4: a capture problem is said once, and once more when it is over', () => {
    const { out, text } = recorder();
    const printer = new ProgressPrinter(out, false);
    for (const captureProblem of ['CAPTURE_STALLED', 'CAPTURE_STALLED', null, null])
      printer.print(snapshot([table({})], { captureProblem }));
    expect(text().match(/capture: CAPTURE_STALLED/g)).toHaveLength(1);
    expect(text().match(/capture: works again/g)).toHaveLength(1);
  });
});

describe('tail', () => {
  test('keys are compared as text, composite ones with commas', () => {
    expect(isKey({ id: 7 }, '7')).toBe(true);
    expect(isKey({ order: 7, line: 'A' }, '7,a')).toBe(true);
    expect(isKey({ id: 7 }, '8')).toBe(false);
    expect(isKey(null, '8')).toBe(false);
    expect(isKey(null, undefined)).toBe(true);
  });

  test('a line shows when, where, what; a tombstone its key', () => {
    const event = {
      table: 'dbo.T',
      partition: 1,
      offset: 42,
      atMs: Date.UTC(2026, 0, 1, 10, 0, 0, 7),
      position: 'p',
      op: 'd',
      key: { id: 1 },
      before: { id: 1, v: 'x' },
      after: null,
    };
    expect(eventLine(event)).toBe('10:00:00.007  dbo.T                     1:42        d  {"id":1,"v":"x"}');
    expect(eventLine({ ...event, op: '-', before: null })).toMatch(/ - {2}\{"id":1\}$/);
  });
});
