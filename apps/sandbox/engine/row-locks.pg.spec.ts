import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let one: TestSession;
let two: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  one = await sandbox.session('rowlocks');
  two = await sandbox.session('rowlocks');
  await one.run('CREATE TABLE t (id int PRIMARY KEY, v int)');
});

afterAll(() => sandbox.close());

beforeEach(async () => {
  for (const session of [one, two]) await session.run('IF @@TRANCOUNT > 0 ROLLBACK; SET LOCK_TIMEOUT -1');
  await one.run('DELETE t; INSERT t VALUES (1, 0), (2, 0)');
});

const numbers = (sink: { errors: readonly { number: number }[] }): number[] => sink.errors.map((error) => error.number);

/** Each session holds one row; both then ask for the other's with `ask(row)`. */
async function cross(ask: (row: number) => string) {
  await one.run('BEGIN TRAN; UPDATE t SET v = 1 WHERE id = 1');
  await two.run('BEGIN TRAN; UPDATE t SET v = 2 WHERE id = 2');
  return Promise.all([one.run(ask(2)), two.run(ask(1))]);
}

describe('a deadlock', () => {
  test('costs one of the two its transaction and its batch with 1205; the other goes on', async () => {
    const sinks = await cross((row) => `UPDATE t SET v = v + 10 WHERE id = ${row}; SELECT 'went on'`);
    expect(sinks.map(numbers).toSorted((a, b) => a.length - b.length)).toEqual([[], [1205]]);
    const victim = sinks[0]?.errors.length ? one : two;
    const winner = victim === one ? two : one;
    expect(await victim.rows('SELECT @@TRANCOUNT')).toEqual([[0]]);
    expect(await winner.rows('SELECT @@TRANCOUNT')).toEqual([[1]]);
    await winner.run('COMMIT');
    expect(await winner.rows('SELECT COUNT(*) FROM t WHERE v > 0')).toEqual([[2]]);
  });

  test('in TRY leaves a transaction that can only be rolled back', async () => {
    const sinks = await cross(
      (row) =>
        `BEGIN TRY UPDATE t SET v = v + 10 WHERE id = ${row}; COMMIT END TRY BEGIN CATCH IF ERROR_NUMBER() = 1205 AND XACT_STATE() = -1 RAISERROR('doomed', 16, 1); ROLLBACK END CATCH`,
    );
    expect(sinks.flatMap(numbers)).toEqual([50_000]);
  });
});

describe('SET LOCK_TIMEOUT', () => {
  test('ends the statement that waited with 1222, and neither batch nor transaction', async () => {
    await one.run('BEGIN TRAN; UPDATE t SET v = 1 WHERE id = 1');
    await two.run('BEGIN TRAN; UPDATE t SET v = 5 WHERE id = 2');
    const sink = await two.run(
      'SET LOCK_TIMEOUT 50; UPDATE t SET v = 2 WHERE id = 1; SELECT @@TRANCOUNT, @@LOCK_TIMEOUT',
    );
    expect(numbers(sink)).toEqual([1222]);
    await two.run('COMMIT');
    await one.run('ROLLBACK');
    expect(await one.rows('SELECT v FROM t ORDER BY id')).toEqual([[0], [5]]);
  });

  test('0 does not wait at all, and the error can be caught', async () => {
    await one.run('BEGIN TRAN; UPDATE t SET v = 1 WHERE id = 1');
    const caught = await two.rows(
      'SET LOCK_TIMEOUT 0; BEGIN TRY UPDATE t SET v = 2 WHERE id = 1 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), XACT_STATE() END CATCH',
    );
    expect(caught).toEqual([[1222, 0]]);
  });
});

describe('SET DEADLOCK_PRIORITY', () => {
  afterEach(async () => {
    for (const session of [one, two]) await session.run('SET DEADLOCK_PRIORITY NORMAL');
  });

  test.each([
    ['SET DEADLOCK_PRIORITY HIGH', '', 1],
    ['', 'SET DEADLOCK_PRIORITY HIGH', 0],
    ['SET DEADLOCK_PRIORITY LOW', '', 0],
    ["DECLARE @p char(3) = 'LOW'; SET DEADLOCK_PRIORITY @p", 'SET DEADLOCK_PRIORITY -4', 0],
    ['SET DEADLOCK_PRIORITY 6', 'SET DEADLOCK_PRIORITY HIGH', 1],
    ['SET DEADLOCK_PRIORITY -6', 'DECLARE @p int = -5; SET DEADLOCK_PRIORITY @p', 0],
  ])('of %j against %j costs the one that is lower its transaction', async (first, second, victim) => {
    await one.run(first);
    await two.run(second);
    const sinks = await cross((row) => `UPDATE t SET v = v + 10 WHERE id = ${row}`);
    expect(sinks.map(numbers)).toEqual(victim === 0 ? [[1205], []] : [[], [1205]]);
  });

  test('counts wherever in the circle the session began to wait, and for a definition too', async () => {
    await one.run('SET DEADLOCK_PRIORITY LOW');
    await one.run('BEGIN TRAN; UPDATE t SET v = 1 WHERE id = 1');
    await two.run('CREATE TABLE d (id int); BEGIN TRAN; DROP TABLE d');
    await one.run('UPDATE t SET v = 1 WHERE id = 2');
    const later = two.run('ALTER TABLE t ADD w int NULL');
    const sink = await one.run('INSERT d VALUES (1)');
    await later;
    expect(numbers(sink)).toEqual([1205]);
    await two.run('ROLLBACK');
  });
});
