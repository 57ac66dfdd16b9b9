import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SluiceError } from '#errors';
import type { EventTable } from '#events';
import { SourceDatabase, until } from '#testing';
import { SqlServerClient } from './client.ts';
import { BlackHole } from './spec-black-hole.ts';
import type { SqlServerSource } from './source.ts';

const signal = new AbortController().signal;
const SILENCE_MS = 700;
/** A dead connection is noticed within the silence and the question; the machine may be slow. */
const BOUND_MS = 20_000;

/** What a promise fails with. */
async function faultOf(work: Promise<unknown>): Promise<SluiceError> {
  const outcome = await work.then(
    (value) => new Error(`it succeeded: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof SluiceError)) throw outcome as Error;
  return outcome;
}

describe('A25: connections to SQL Server that are lost', () => {
  let database: SourceDatabase;
  let table: EventTable;
  let hole: BlackHole;
  let source: SqlServerSource;
  let client: SqlServerClient;

  beforeAll(async () => {
    database = await SourceDatabase.create();
    await database.run(`CREATE TABLE dbo.long (id int PRIMARY KEY, pad char(2000))`);
    const numbers = Array.from({ length: 1000 }, (_, n) => `(${n})`).join(', ');
    await database.run(
      `DECLARE @i int = 0; WHILE @i < 10 BEGIN INSERT INTO dbo.long SELECT @i * 1000 + n, 'x' FROM (VALUES ${numbers}) AS x(n); SET @i = @i + 1; END`,
    );
    await database.capture('dbo.long');
    [table] = (await database.eventTables('dbo.long')) as [EventTable];
  }, 120_000);

  afterAll(() => database.drop());

  beforeEach(async () => {
    hole = await BlackHole.to(database.settings.port);
    const login = { port: hole.entry, silenceMs: SILENCE_MS };
    source = await database.source({ blockBytes: 20_000, login });
    client = new SqlServerClient({ ...database.settings, ...login }, 2);
  });

  afterEach(async () => {
    await hole.close();
    await client.close();
  });

  test('a request on an idle connection that has become a black hole fails to be tried again, and the next one works', async () => {
    await client.query('SELECT 1');
    hole.swallow({ newOnes: 'pass' });
    const began = Date.now();
    const fault = await faultOf(client.query('SELECT 2', {}, 0));
    expect(Date.now() - began).toBeLessThan(BOUND_MS);
    expect(fault).toMatchObject({ kind: 'SourceConnectionLost', action: 'retry' });
    expect(await client.query('SELECT 3')).toEqual([[3]]);
  });

  test('where new connections are lost too the fault is the same, and work goes on when they pass again', async () => {
    await client.query('SELECT 1');
    hole.swallow({ newOnes: 'are lost' });
    expect(await faultOf(client.query('SELECT 2', {}, 0))).toMatchObject({
      kind: 'SourceConnectionLost',
      action: 'retry',
    });
    hole.open();
    expect(await client.query('SELECT 3')).toEqual([[3]]);
  });

  test.each(['black hole', 'FIN', 'RST'] as const)(
    'a chunk whose connection ends in the middle of its rows by %s is a fault, never the end of rows, and can be read again',
    async (how) => {
      const reader = await source.openChunkReader();
      const blocks = reader.read(table, { lower: null, upper: null }, signal)[Symbol.asyncIterator]();
      let rows = (await blocks.next()).value!.rows.length;
      if (how === 'black hole') hole.swallow({ newOnes: 'pass' });
      else hole.cut(how);
      const began = Date.now();
      const rest = async (): Promise<void> => {
        for (let next = await blocks.next(); !next.done; next = await blocks.next()) rows += next.value.rows.length;
      };
      expect(await faultOf(rest())).toMatchObject({ kind: 'SourceConnectionLost', action: 'retry' });
      expect(Date.now() - began).toBeLessThan(BOUND_MS);
      expect(rows).toBeLessThan(10_000);
      let again = 0;
      for await (const block of reader.read(table, { lower: null, upper: null }, signal)) again += block.rows.length;
      expect(again).toBe(10_000);
      await reader.close();
    },
    60_000,
  );

  test('a reader of changes whose connection is a black hole says so, and the same reader goes on alone', async () => {
    const reader = await source.openChangeReader([table]);
    const direct = await database.source();
    const from = await direct.quiesce.writeMarker('before the hole');
    await database.run(`INSERT INTO dbo.long VALUES (100000, 'late')`);
    const to = await direct.quiesce.writeMarker('behind the row');
    await reader.read(from, { rows: 10, bytes: 1 << 20 }, signal);
    hole.swallow({ newOnes: 'pass' });
    expect(await faultOf(reader.read(from, { rows: 10, bytes: 1 << 20 }, signal))).toMatchObject({
      kind: 'SourceConnectionLost',
      action: 'retry',
    });
    const window = await reader.read(from, { rows: 10, bytes: 1 << 20 }, signal);
    expect(window.changes.filter(({ position }) => !position.isAfter(to)).map((one) => one.after?.[0])).toEqual([
      100_000,
    ]);
    await reader.close();
  });

  test('a statement that waits for a lock longer than the silence is not given up', async () => {
    const other = await database.session();
    await other.request().batch(`BEGIN TRANSACTION; UPDATE dbo.long SET pad = 'held' WHERE id = 1`);
    const began = Date.now();
    let isDone = false;
    const waiting = client.query(`UPDATE dbo.long SET pad = 'mine' WHERE id = 1`, {}, 0).finally(() => (isDone = true));
    await until(() => Date.now() - began > 5 * SILENCE_MS, { message: 'time' });
    expect(isDone).toBe(false);
    await other.request().batch(`COMMIT`);
    await waiting;
    expect(await database.value(`SELECT RTRIM(pad) FROM dbo.long WHERE id = 1`)).toBe('mine');
    await other.close();
  });

  test('rows that nobody takes for long are not a silence of the server', async () => {
    const reader = await source.openChunkReader();
    let rows = 0;
    let began = 0;
    for await (const block of reader.read(table, { lower: null, upper: null }, signal)) {
      rows += block.rows.length;
      began ||= Date.now();
      if (Date.now() - began < 1000) await until(() => Date.now() - began > 4 * SILENCE_MS, { message: 'time' });
    }
    expect(rows).toBeGreaterThanOrEqual(10_000);
    await reader.close();
  });
});
