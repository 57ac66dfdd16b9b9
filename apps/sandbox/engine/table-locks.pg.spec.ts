import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let reader: TestSession;
let writer: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  reader = await sandbox.session('locks');
  writer = await sandbox.session('locks');
  await reader.run('CREATE TABLE t (id int PRIMARY KEY); ALTER DATABASE locks SET ALLOW_SNAPSHOT_ISOLATION ON');
});

afterAll(() => sandbox.close());

beforeEach(async () => {
  for (const session of [reader, writer]) await session.run('IF @@TRANCOUNT > 0 ROLLBACK; SET LOCK_TIMEOUT -1');
  await reader.run('SET TRANSACTION ISOLATION LEVEL READ COMMITTED; DELETE t; INSERT t VALUES (1)');
});

const numbers = (sink: { errors: readonly { number: number }[] }): number[] => sink.errors.map((error) => error.number);

describe('table locks that a hint asks to hold', () => {
  test.each(['TABLOCK, HOLDLOCK', 'TABLOCKX'])('%s keeps writers out until the transaction ends', async (hints) => {
    await reader.run(`BEGIN TRAN; SELECT TOP (0) 1 FROM t WITH (${hints})`);
    expect(numbers(await writer.run('SET LOCK_TIMEOUT 50; INSERT t VALUES (2)'))).toEqual([1222]);
    await reader.run('COMMIT');
    expect(numbers(await writer.run('INSERT t VALUES (2)'))).toEqual([]);
  });

  test.each([
    'SELECT id FROM t WITH (HOLDLOCK)',
    'SELECT COUNT(*) FROM t WITH (SERIALIZABLE)',
    'SELECT id FROM t WITH (REPEATABLEREAD)',
    'SELECT COUNT(*) FROM t WITH (XLOCK)',
    'SELECT id FROM t WITH (TABLOCKX)',
    'IF EXISTS (SELECT * FROM t WITH (UPDLOCK, HOLDLOCK)) SELECT 1',
    'DECLARE @n int = (SELECT COUNT(*) FROM t WITH (HOLDLOCK)); SELECT @n',
    'INSERT t SELECT 7 FROM t WITH (HOLDLOCK) WHERE id < 0',
    'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT COUNT(*) FROM t',
  ])('%s waits for what others have changed, outside of a transaction too', async (statement) => {
    await writer.run('BEGIN TRAN; UPDATE t SET id = 4 WHERE id = 1');
    expect(numbers(await reader.run(`SET LOCK_TIMEOUT 50; ${statement}`))).toEqual([1222]);
    await writer.run('COMMIT');
    expect(numbers(await reader.run(statement))).toEqual([]);
    expect(numbers(await writer.run('SET LOCK_TIMEOUT 50; DELETE t'))).toEqual([]);
  });

  test('a cursor that reads all at once locks as it is opened', async () => {
    await reader.run(
      'BEGIN TRAN; DECLARE c CURSOR STATIC FOR SELECT id FROM t WITH (UPDLOCK); OPEN c; CLOSE c; DEALLOCATE c',
    );
    expect(numbers(await writer.run('SET LOCK_TIMEOUT 50; DELETE t'))).toEqual([1222]);
    await reader.run('COMMIT');
    expect(numbers(await writer.run('DELETE t'))).toEqual([]);
  });

  test.each(['KEYSET', 'DYNAMIC', 'STATIC'])('a %s cursor at SERIALIZABLE keeps writers out', async (kind) => {
    await reader.run(
      `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRAN; DECLARE c CURSOR ${kind} FOR SELECT id FROM t; OPEN c; FETCH NEXT FROM c; CLOSE c; DEALLOCATE c`,
    );
    expect(numbers(await writer.run('SET LOCK_TIMEOUT 50; DELETE t'))).toEqual([1222]);
    await reader.run('COMMIT');
    expect(numbers(await writer.run('DELETE t'))).toEqual([]);
  });

  test('TABLOCK alone holds nothing', async () => {
    await reader.run('BEGIN TRAN; SELECT TOP (0) 1 FROM t WITH (TABLOCK)');
    expect(numbers(await writer.run('SET LOCK_TIMEOUT 50; INSERT t VALUES (3)'))).toEqual([]);
    await reader.run('COMMIT');
  });
});

describe('SNAPSHOT isolation', () => {
  test('the snapshot begins with the first statement that reads, not with BEGIN', async () => {
    await reader.run('SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN');
    await writer.run('INSERT t VALUES (10)');
    expect(await reader.rows('SELECT id FROM t ORDER BY id')).toEqual([[1], [10]]);
    await writer.run('INSERT t VALUES (11)');
    expect(await reader.rows('SELECT id FROM t ORDER BY id')).toEqual([[1], [10]]);
    await reader.run('COMMIT');
    expect(await reader.rows('SELECT COUNT(*) FROM t')).toEqual([[3]]);
  });

  test('what was committed while a lock was waited for is in the snapshot', async () => {
    await writer.run('BEGIN TRAN; INSERT t VALUES (20)');
    const locked = reader.rows(
      'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT id FROM t WITH (TABLOCK, HOLDLOCK) ORDER BY id',
    );
    await writer.run('COMMIT');
    expect(await locked).toEqual([[1], [20]]);
    await reader.run('COMMIT');
  });

  test('a database that does not allow it refuses with 3952', async () => {
    const other = await sandbox.session('no_snapshot');
    await other.run('CREATE TABLE t (id int)');
    expect(numbers(await other.run('SET TRANSACTION ISOLATION LEVEL SNAPSHOT; SELECT * FROM t'))).toEqual([3952]);
    await other.session.close();
  });

  test('two writers of one row: the second is told 3960 and loses its transaction', async () => {
    await reader.run('SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT * FROM t');
    await writer.run('UPDATE t SET id = 5 WHERE id = 1');
    expect(numbers(await reader.run('UPDATE t SET id = 6 WHERE id = 1'))).toEqual([3960]);
    expect(await reader.rows('SELECT @@TRANCOUNT')).toEqual([[0]]);
  });
});
