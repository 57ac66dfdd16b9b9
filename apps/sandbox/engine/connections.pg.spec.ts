import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '#testing';
import { RecordingSink, startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let session: TestSession;
let other: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  session = await sandbox.session('links');
  other = await sandbox.session('links');
  await session.run('CREATE TABLE t (id int PRIMARY KEY)');
});

afterAll(() => sandbox.close());

const backends = async (): Promise<number> => {
  const { rows } = await sandbox.server
    .database('links')!
    .admin.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
    );
  return rows[0]?.n ?? -1;
};

describe('requests that are given up', () => {
  test('an attention ends the statement; the transaction and the session go on', async () => {
    await session.run('BEGIN TRAN; INSERT t VALUES (1)');
    const controller = new AbortController();
    const sink = new RecordingSink();
    const running = session.session.batch("WAITFOR DELAY '00:01:00'; SELECT 1", sink, controller.signal);
    await until(async () => (await backends()) === 1, { message: 'the statement did not start' });
    controller.abort();
    await running;
    expect(sink.answers).toEqual([]);
    expect(await session.rows('SELECT @@TRANCOUNT, COUNT(*) FROM t')).toEqual([[1, 1]]);
    await session.run('ROLLBACK');
  });

  test('a client that goes away takes its statement and its locks with it', async () => {
    const leaving = await sandbox.session('links');
    await leaving.run('BEGIN TRAN; INSERT t VALUES (2)');
    const running = leaving.run("WAITFOR DELAY '00:01:00'").catch(() => undefined);
    await until(async () => (await backends()) === 1, { message: 'the statement did not start' });
    await leaving.session.close();
    await running;
    expect((await other.run('SET LOCK_TIMEOUT 5000; INSERT t VALUES (2); DELETE t')).errors).toEqual([]);
  });
});

describe('a reset of the connection', () => {
  test('rolls back, drops temporary tables and forgets settings', async () => {
    await session.run('SET DATEFIRST 3; CREATE TABLE #own (a int); BEGIN TRAN; INSERT t VALUES (9)');
    await session.session.reset();
    expect(await session.rows("SELECT @@TRANCOUNT, @@DATEFIRST, OBJECT_ID('tempdb..#own'), COUNT(*) FROM t")).toEqual([
      [0, 7, null, 0],
    ]);
  });

  test('may keep the transaction, and then keeps it alone', async () => {
    await session.run('SET DATEFIRST 3; BEGIN TRAN; INSERT t VALUES (9)');
    await session.session.reset(true);
    expect(await session.rows('SELECT @@TRANCOUNT, @@DATEFIRST, COUNT(*) FROM t')).toEqual([[1, 7, 1]]);
    await session.run('ROLLBACK');
    expect(await session.rows('SELECT COUNT(*) FROM t')).toEqual([[0]]);
  });
});

describe('storage that goes away', () => {
  test('a session that had a transaction ends with severity 21, never goes on without it', async () => {
    await session.run('BEGIN TRAN; INSERT t VALUES (3)');
    await sandbox.server
      .database('links')!
      .admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sbx/%' AND pid <> pg_backend_pid()",
      );
    await expect(session.run('SELECT COUNT(*) FROM t')).rejects.toMatchObject({ severity: 21, number: 596 });
    expect(await session.rows('SELECT @@TRANCOUNT, COUNT(*) FROM t')).toEqual([[0, 0]]);
  });

  test('TRY does not catch it', async () => {
    // The end comes while the storage still answers the other connection: it is waited for from the beginning.
    const ended = expect(
      session.run("BEGIN TRY WAITFOR DELAY '00:01:00' END TRY BEGIN CATCH PRINT 'caught' END CATCH"),
    ).rejects.toMatchObject({ severity: 21 });
    await until(async () => (await backends()) === 1, { message: 'the statement did not start' });
    await sandbox.server
      .database('links')!
      .admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
      );
    await ended;
  });
});
