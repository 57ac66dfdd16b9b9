import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let one: TestSession;
let two: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  one = await sandbox.session('locking');
  two = await sandbox.session('locking');
  await one.run('CREATE TABLE q (id int PRIMARY KEY, v int)');
  await one.run('CREATE VIEW qv AS SELECT id, v FROM q');
});

afterAll(() => sandbox.close());

beforeEach(async () => {
  for (const session of [one, two])
    await session.run(
      'IF @@TRANCOUNT > 0 ROLLBACK; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCK_TIMEOUT -1',
    );
  await one.run('DELETE q; INSERT q VALUES (1, 1), (2, 2), (3, 3)');
});

const numbers = (sink: { errors: readonly { number: number }[] }): number[] => sink.errors.map((error) => error.number);
const impatiently = (sql: string): Promise<number[]> => two.run(`SET LOCK_TIMEOUT 50; ${sql}`).then(numbers);

describe('READPAST', () => {
  test.each([
    ['SELECT id FROM q WITH (READPAST) ORDER BY id', [[2], [3]]],
    ['SELECT id FROM q WITH (UPDLOCK, READPAST) ORDER BY id', [[2], [3]]],
    ['SELECT TOP (1) id FROM q WITH (UPDLOCK, READPAST, ROWLOCK) ORDER BY id', [[2]]],
    ['DELETE TOP (1) FROM q WITH (READPAST) OUTPUT deleted.id WHERE id < 3', [[2]]],
    ['UPDATE q WITH (READPAST) SET v = 0 OUTPUT inserted.id', [[2], [3]]],
    ['UPDATE a SET v = 0 OUTPUT inserted.id FROM q AS a WITH (READPAST)', [[2], [3]]],
    ['WITH c AS (SELECT TOP (1) id FROM q WITH (UPDLOCK, READPAST) ORDER BY id) DELETE c OUTPUT deleted.id', [[2]]],
    ['DECLARE @id int; SELECT TOP (1) @id = id FROM q WITH (UPDLOCK, READPAST) ORDER BY id; SELECT @id', [[2]]],
  ])('passes over what others have locked: %s', async (sql, expected) => {
    await one.run('BEGIN TRAN; UPDATE q SET v = 9 WHERE id = 1');
    const rows = await two.rows(`SET LOCK_TIMEOUT 50; ${sql}`);
    expect(rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected);
  });

  test('gives each of two sessions a row of its own', async () => {
    const take = 'BEGIN TRAN; DELETE TOP (1) FROM q WITH (ROWLOCK, READPAST) OUTPUT deleted.id';
    const taken = [await one.rows(take), await two.rows(take)].flat();
    expect(new Set(taken.map(([id]) => id)).size).toBe(2);
  });
});

describe('UPDLOCK and XLOCK', () => {
  test.each([
    'SELECT v FROM q WITH (UPDLOCK) WHERE id = 1',
    'SELECT v FROM q WITH (XLOCK, ROWLOCK) WHERE id = 1',
    'SELECT a.v FROM q AS a WITH (UPDLOCK) LEFT JOIN q AS b ON b.id = a.id + 1 WHERE a.id = 1',
    'IF EXISTS (SELECT 1 FROM q WITH (UPDLOCK) WHERE id = 1) SELECT 1',
    'DECLARE @v int = (SELECT v FROM q WITH (UPDLOCK) WHERE id = 1)',
    'DECLARE @v int; SELECT @v = v FROM q WITH (UPDLOCK) WHERE id = 1',
  ])('lock the rows that were read, and no others: %s', async (sql) => {
    await one.run(`BEGIN TRAN; ${sql}`);
    expect(await impatiently('UPDATE q SET v = 0 WHERE id = 1')).toEqual([1222]);
    expect(await impatiently('SELECT v FROM q WHERE id = 1')).toEqual([]);
    expect(await impatiently('UPDATE q SET v = 0 WHERE id = 3')).toEqual([]);
    await one.run('COMMIT');
    expect(await impatiently('UPDATE q SET v = 0 WHERE id = 1')).toEqual([]);
  });

  test('stay when a later statement of the transaction fails', async () => {
    await one.run('BEGIN TRAN; SELECT v FROM q WITH (UPDLOCK) WHERE id = 1; SELECT 1 / 0; INSERT q VALUES (1, 1)');
    expect(await impatiently('UPDATE q SET v = 0 WHERE id = 1')).toEqual([1222]);
  });

  test.each([
    'SELECT MAX(v) FROM q WITH (UPDLOCK)',
    'SELECT v FROM qv WITH (UPDLOCK) WHERE id = 1',
    'SELECT v FROM qv WITH (UPDLOCK, HOLDLOCK) WHERE id = 1',
  ])('lock the table where rows cannot be told: %s', async (sql) => {
    await one.run(`BEGIN TRAN; ${sql}`);
    expect(await impatiently('UPDATE q SET v = 0 WHERE id = 3')).toEqual([1222]);
    expect(await impatiently(`BEGIN TRAN; ${sql}`)).toEqual([1222]);
  });
});

describe('REPEATABLE READ', () => {
  test.each(['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', ''])(
    'keeps the rows that were read: %s',
    async (set) => {
      const hint = set === '' ? 'WITH (REPEATABLEREAD)' : '';
      await one.run(`${set}; BEGIN TRAN; SELECT v FROM q ${hint} WHERE id = 1`);
      expect(await impatiently('UPDATE q SET v = 0 WHERE id = 1')).toEqual([1222]);
      expect(await impatiently('INSERT q VALUES (10, 10)')).toEqual([]);
      expect(await one.rows('UPDATE q SET v = v + 1 OUTPUT inserted.v WHERE id = 1')).toEqual([[2]]);
    },
  );
});

describe('SERIALIZABLE', () => {
  test.each(['SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', ''])('keeps what was looked for: %s', async (set) => {
    const hint = set === '' ? 'WITH (HOLDLOCK)' : '';
    await one.run(`${set}; BEGIN TRAN; SELECT v FROM q ${hint} WHERE id = 10`);
    expect(await impatiently('INSERT q VALUES (10, 10)')).toEqual([1222]);
    expect(await impatiently('SELECT COUNT(*) FROM q')).toEqual([]);
  });

  test('holds below views too, and does not make two that only insert wait', async () => {
    await one.run('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRAN; SELECT COUNT(*) FROM qv');
    expect(await impatiently('INSERT q VALUES (10, 10)')).toEqual([1222]);
    await one.run('COMMIT; BEGIN TRAN; INSERT q VALUES (11, 1)');
    expect(
      await impatiently('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRAN; INSERT q VALUES (12, 1)'),
    ).toEqual([]);
  });

  test('an update that finds nothing keeps others from inserting it', async () => {
    await one.run('BEGIN TRAN; UPDATE q WITH (UPDLOCK, SERIALIZABLE) SET v = 0 WHERE id = 10');
    const later = two.run(
      'BEGIN TRAN; UPDATE q WITH (UPDLOCK, SERIALIZABLE) SET v = 1 WHERE id = 10; IF @@ROWCOUNT = 0 INSERT q VALUES (10, 1); COMMIT',
    );
    await one.run('IF @@ROWCOUNT = 0 INSERT q VALUES (10, 0); COMMIT');
    expect(numbers(await later)).toEqual([]);
    expect(await one.rows('SELECT v FROM q WHERE id = 10')).toEqual([[1]]);
  });

  test('of two that read and then write the same, one is the victim of a deadlock', async () => {
    for (const session of [one, two])
      await session.run('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRAN; SELECT v FROM q WHERE id = 1');
    const sinks = await Promise.all(
      [one, two].map((session) => session.run('UPDATE q SET v = v + 1 WHERE id = 1; COMMIT')),
    );
    expect(sinks.flatMap(numbers)).toEqual([1205]);
    expect(await one.rows('SELECT v FROM q WHERE id = 1')).toEqual([[2]]);
  });
});

describe('NOWAIT', () => {
  test.each(['SELECT v FROM q WITH (UPDLOCK, NOWAIT)', 'UPDATE q WITH (NOWAIT) SET v = 0', 'DELETE q WITH (NOWAIT)'])(
    'ends at once with 1222: %s',
    async (sql) => {
      await one.run('BEGIN TRAN; UPDATE q SET v = 9 WHERE id = 1');
      expect(numbers(await two.run(sql))).toEqual([1222]);
      expect(await two.rows('SELECT @@LOCK_TIMEOUT')).toEqual([[-1]]);
    },
  );
});
