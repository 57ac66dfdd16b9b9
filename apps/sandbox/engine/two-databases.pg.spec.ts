import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let one: TestSession;
let two: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  one = await sandbox.session('here');
  two = await sandbox.session('there');
  await one.run('CREATE TABLE dbo.h (id int PRIMARY KEY, v int)');
  await two.run('CREATE TABLE dbo.t (id int PRIMARY KEY, v int)');
});

afterAll(() => sandbox.close());

beforeEach(async () => {
  for (const session of [one, two]) {
    await session.run('IF @@TRANCOUNT > 0 ROLLBACK; SET LOCK_TIMEOUT -1; SET DEADLOCK_PRIORITY NORMAL');
  }
  await one.run('DELETE here.dbo.h; DELETE there.dbo.t; INSERT here.dbo.h VALUES (1, 0), (2, 0)');
  await one.run('INSERT there.dbo.t VALUES (1, 0), (2, 0)');
});

const numbers = (sink: { errors: readonly { number: number }[] }): number[] => sink.errors.map((error) => error.number);

const leftBehind = async (): Promise<unknown[]> => {
  const left: unknown[] = [];
  for (const { admin } of sandbox.server.all) {
    left.push(...(await admin.query('SELECT name FROM meta.commits')).rows);
    left.push(...(await admin.query('SELECT gid FROM pg_prepared_xacts')).rows);
  }
  return left;
};

describe('a deadlock across two databases', () => {
  /** Each holds a row of its own database; both then ask for the one that the other holds. */
  async function cross() {
    await one.run('BEGIN TRAN; UPDATE dbo.h SET v = 1 WHERE id = 1');
    await two.run('BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id = 1');
    return Promise.all([
      one.run('UPDATE there.dbo.t SET v = 2 WHERE id = 1'),
      two.run('UPDATE here.dbo.h SET v = 2 WHERE id = 1'),
    ]);
  }

  test.each([
    ['SET DEADLOCK_PRIORITY LOW', '', [[1205], []]],
    ['', 'SET DEADLOCK_PRIORITY LOW', [[], [1205]]],
  ])('of %j against %j costs the one that is lower its whole transaction', async (first, second, expected) => {
    await one.run(first);
    await two.run(second);
    expect((await cross()).map(numbers)).toEqual(expected);
    await one.run('IF @@TRANCOUNT > 0 COMMIT');
    await two.run('IF @@TRANCOUNT > 0 COMMIT');
    const winner = expected[0]?.length === 0 ? 1 : 0;
    expect(
      await one.rows('SELECT h.v, t.v FROM here.dbo.h AS h, there.dbo.t AS t WHERE h.id = 1 AND t.id = 1'),
    ).toEqual([winner === 1 ? [1, 2] : [2, 1]]);
  });

  test('of equal priority costs the one that has changed less', async () => {
    await one.run('BEGIN TRAN; UPDATE dbo.h SET v = 1');
    await two.run('BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id = 1');
    const later = two.run('UPDATE here.dbo.h SET v = 2 WHERE id = 1');
    const sinks = await Promise.all([one.run('UPDATE there.dbo.t SET v = 2 WHERE id = 1'), later]);
    expect(sinks.map(numbers)).toEqual([[], [1205]]);
  });
});

describe('SET LOCK_TIMEOUT', () => {
  test('holds in every database that a statement reaches', async () => {
    await two.run('BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id = 1');
    const sink = await one.run('SET LOCK_TIMEOUT 50; UPDATE there.dbo.t SET v = 2 WHERE id = 1');
    expect(numbers(sink)).toEqual([1222]);
  });

  test('outlives the rollback of the transaction that set it, and ends with the procedure that did', async () => {
    await one.run('CREATE OR ALTER PROCEDURE dbo.impatient AS SET LOCK_TIMEOUT 40; SELECT @@LOCK_TIMEOUT');
    await two.run('BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id = 1');
    const ask = 'UPDATE there.dbo.t SET v = 2 WHERE id = 1';
    expect(numbers(await one.run(`BEGIN TRAN; SET LOCK_TIMEOUT 50; SELECT 1; ROLLBACK; ${ask}`))).toEqual([1222]);
    const waiting = one.run(`SET LOCK_TIMEOUT -1; EXEC dbo.impatient; ${ask}; SELECT @@LOCK_TIMEOUT`);
    await two.run("WAITFOR DELAY '00:00:00.2'; COMMIT");
    const sink = await waiting;
    expect(numbers(sink)).toEqual([]);
    expect(sink.answers.map((answer) => answer.rows)).toEqual([[[40]], [[-1]]]);
  });
});

describe('a transaction over two databases', () => {
  const change = 'UPDATE dbo.h SET v = 7 WHERE id = 1; UPDATE there.dbo.t SET v = 8 WHERE id = 1;';

  test('is committed in both, and leaves nothing behind', async () => {
    expect(numbers(await one.run(`BEGIN TRAN; ${change} COMMIT`))).toEqual([]);
    expect(await two.rows('SELECT t.v, (SELECT v FROM here.dbo.h WHERE id = 1) FROM dbo.t WHERE id = 1')).toEqual([
      [8, 7],
    ]);
    expect(await leftBehind()).toEqual([]);
  });

  test('is committed in both where one part touched temporary tables, or both read copies', async () => {
    await one.run(
      `BEGIN TRAN; CREATE TABLE #m (id int); INSERT #m VALUES (1); ${change} UPDATE h SET v = v + 1 FROM dbo.h JOIN #m ON #m.id = h.id; COMMIT`,
    );
    await one.run(
      'BEGIN TRAN; UPDATE h SET v = h.v + 1 FROM dbo.h JOIN there.dbo.t ON t.id = h.id; UPDATE t SET v = t.v + 1 FROM there.dbo.t JOIN here.dbo.h ON t.id = h.id; COMMIT',
    );
    expect(await two.rows('SELECT t.v, (SELECT v FROM here.dbo.h WHERE id = 1) FROM dbo.t WHERE id = 1')).toEqual([
      [9, 9],
    ]);
    expect(await leftBehind()).toEqual([]);
  });

  test('is refused before its second part with temporary tables changes anything, and goes on without', async () => {
    await two.run(
      'CREATE PROCEDURE dbo.by_temporary AS BEGIN CREATE TABLE #t (id int); INSERT #t VALUES (1); UPDATE dbo.t SET v = 6 WHERE id IN (SELECT id FROM #t) END',
    );
    const sink = await one.run(
      'BEGIN TRAN; CREATE TABLE #h (id int); INSERT #h VALUES (1); UPDATE dbo.h SET v = 5 WHERE id IN (SELECT id FROM #h); EXEC there.dbo.by_temporary; SELECT @@TRANCOUNT; COMMIT; DROP TABLE #h',
    );
    expect(sink.errors.map((error) => error.message)).toEqual([
      expect.stringContaining('temporary tables in more than one'),
    ]);
    expect(numbers(sink)).toEqual([40_515]);
    expect(sink.answers.at(-1)?.rows).toEqual([[1]]);
    expect(await two.rows('SELECT t.v, (SELECT v FROM here.dbo.h WHERE id = 1) FROM dbo.t WHERE id = 1')).toEqual([
      [0, 5],
    ]);
    expect(await leftBehind()).toEqual([]);
  });

  test('is committed in both where triggers fire in both', async () => {
    const body = 'AFTER UPDATE AS UPDATE x SET v = x.v + 100 FROM dbo.%s AS x JOIN inserted AS i ON i.id = x.id';
    await one.run(`CREATE TRIGGER dbo.h_u ON dbo.h ${body.replace('%s', 'h')}`);
    await two.run(`CREATE TRIGGER dbo.t_u ON dbo.t ${body.replace('%s', 't')}`);
    expect((await one.run(`BEGIN TRAN; ${change} COMMIT`)).errors.map((error) => error.message)).toEqual([]);
    expect(await two.rows('SELECT t.v, (SELECT v FROM here.dbo.h WHERE id = 1) FROM dbo.t WHERE id = 1')).toEqual([
      [108, 107],
    ]);
    await one.run('DROP TRIGGER dbo.h_u');
    await two.run('DROP TRIGGER dbo.t_u');
    expect(await leftBehind()).toEqual([]);
  });

  test('is rolled back in both', async () => {
    await one.run(`BEGIN TRAN; ${change} ROLLBACK`);
    expect(await two.rows('SELECT t.v, (SELECT v FROM here.dbo.h WHERE id = 1) FROM dbo.t WHERE id = 1')).toEqual([
      [0, 0],
    ]);
  });

  test.each([
    ['committed where its decision was written', true, 5],
    ['rolled back where none was', false, 0],
  ])('that was prepared when the server died is %s', async (_, isDecided, value) => {
    const [here, there] = ['here', 'there'].map((name) => sandbox.server.database(name));
    const table = there?.catalog.snapshot(there.admin);
    const physical = (await table)?.object('dbo', 't', 'dbo')?.physical ?? '';
    const client = await there?.admin.connect();
    await client?.query(`BEGIN; UPDATE u.${physical} SET c2 = 5 WHERE c1 = 1; PREPARE TRANSACTION 'sbx_commit_1/0'`);
    client?.release();
    if (isDecided) await here?.admin.query("INSERT INTO meta.commits VALUES ('sbx_commit_1')");
    await sandbox.server.commits.recover();
    expect(await two.rows('SELECT v FROM dbo.t WHERE id = 1')).toEqual([[value]]);
    expect(await leftBehind()).toEqual([]);
  });
});
