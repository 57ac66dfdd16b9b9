import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '#testing';
import { startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let one: TestSession;
let other: TestSession;
let third: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  one = await sandbox.session('locks');
  other = await sandbox.session('locks');
  third = await sandbox.session('locks');
}, 120_000);

afterAll(() => sandbox?.close(), 60_000);

const get = (name: string, mode: string, rest = "'Session'"): string =>
  `DECLARE @r int; EXEC @r = sp_getapplock '${name}', '${mode}', ${rest}; SELECT @r`;

const release = (name: string): string => `EXEC sp_releaseapplock '${name}', 'Session'`;

/** A request behind which a shared one has to wait. */
const isWaitedFor = (name: string): Promise<unknown> =>
  until(async () => {
    const [row] = await third.rows(`SELECT APPLOCK_TEST('public', '${name}', 'Shared', 'Session')`);
    return row?.[0] === 0;
  });

describe('locks on application resources', () => {
  test('do what the example of APPLOCK_TEST does', async () => {
    await one.rows("BEGIN TRAN; EXEC sp_getapplock 'Form1', 'Shared', 'Transaction'");
    const asked = await other.rows(
      "BEGIN TRAN; SELECT APPLOCK_MODE('public', 'Form1', 'Transaction'), APPLOCK_TEST('public', 'Form1', 'Shared', 'Transaction'), APPLOCK_TEST('public', 'Form1', 'Exclusive', 'Transaction')",
    );
    expect(asked).toEqual([['NoLock', 1, 0]]);
    await one.rows('COMMIT');
    expect(await other.rows("SELECT APPLOCK_TEST('public', 'Form1', 'Exclusive', 'Transaction'); COMMIT")).toEqual([
      [1],
    ]);
  });

  test('are not granted within the time that is given', async () => {
    await one.rows(get('a', 'Exclusive'));
    expect(await other.rows(get('a', 'Shared', "'Session', 0"))).toEqual([[-1]]);
    expect(await other.rows(get('a', 'Shared', "'Session', 20"))).toEqual([[-1]]);
    expect(await other.rows(`SET LOCK_TIMEOUT 10; ${get('a', 'Shared')}; SET LOCK_TIMEOUT -1`)).toEqual([[-1]]);
    await one.rows(release('a'));
  });

  test('are granted to who waits when they are free', async () => {
    await one.rows(get('b', 'Shared'));
    const waiting = other.rows(get('b', 'Exclusive'));
    await isWaitedFor('b');
    await one.rows(release('b'));
    expect(await waiting).toEqual([[1]]);
    await other.rows(release('b'));
  });

  test('in a circle make a victim of the last', async () => {
    await one.rows(get('c', 'Shared'));
    await other.rows(get('d', 'Shared'));
    const first = one.rows(get('d', 'Exclusive'));
    await isWaitedFor('d');
    expect(await other.rows(get('c', 'Exclusive'))).toEqual([[-3]]);
    await other.rows(release('d'));
    expect(await first).toEqual([[1]]);
    await one.rows(`${release('c')}; ${release('d')}`);
  });

  test('of a session end with its reset', async () => {
    await one.rows(get('e', 'Exclusive'));
    await one.session.reset();
    expect(await other.rows(get('e', 'Exclusive', "'Session', 0"))).toEqual([[0]]);
    await other.rows(release('e'));
  });
});
