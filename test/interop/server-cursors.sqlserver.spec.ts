import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Connection, Request } from 'tedious';
import { SourceDatabase } from '#testing';
import { RpcClient, type Called, type RpcValue } from './rpc-client.ts';

/** The API cursor procedures (sp_cursoropen and its kin) as drivers call them, by RPC. */

let source: SourceDatabase;
let client: RpcClient;

beforeAll(async () => {
  source = await SourceDatabase.create();
  await source.run('CREATE TABLE dbo.ten (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL)');
  await source.run(
    `INSERT INTO dbo.ten SELECT n, CONCAT(N'n', n) FROM (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) v (n)`,
  );
  const { host, port, user, password, database } = source.settings;
  client = await RpcClient.connect({ host, port, user, password: password.reveal(), database });
});

afterAll(async () => {
  client.close();
  await source.drop();
});

const KEYSET = 1;
const DYNAMIC = 2;
const STATIC = 8;
const READ_ONLY = 1;
const OPTIMISTIC = 4;
const ALLOW_DIRECT = 0x2000;
const FORWARD_ONLY = 4;
const FAST_FORWARD = 0x10;
const FETCH = { first: 1, next: 2, prev: 4, last: 8, absolute: 16, relative: 32, refresh: 128, info: 256 };

/** Calls a procedure with parameters in their order. */
const call = (procedure: string, ...values: readonly RpcValue[]): Promise<Called> => client.call(procedure, values);

async function open(
  statement: string,
  scroll = STATIC,
  rows = 0,
  concurrency = READ_ONLY,
): Promise<Called & { readonly cursor: number }> {
  const opened = await call(
    'sp_cursoropen',
    ['cursor', 0, 'output'],
    ['stmt', statement],
    ['scrollopt', scroll, 'output'],
    ['ccopt', concurrency, 'output'],
    ['rowcount', rows, 'output'],
  );
  return { ...opened, cursor: Number(opened.outputs['cursor']) };
}

/** The ids of a buffer. */
async function fetch(cursor: number, type: number, row: number, count: number): Promise<unknown[]> {
  const { rows } = await call(
    'sp_cursorfetch',
    ['cursor', cursor],
    ['fetchtype', type],
    ['rownum', row],
    ['nrows', count],
  );
  expect(rows.every((one) => one.at(-1) === 1)).toBe(true);
  return rows.map((one) => one[0]);
}

describe('a static cursor', () => {
  test('is opened with its columns, its kind and its number of rows, and closed once', async () => {
    const { cursor, columns, rows, outputs } = await open('SELECT id, name FROM dbo.ten ORDER BY id');
    expect([columns, rows]).toEqual([['id', 'name', 'ROWSTAT'], []]);
    expect(outputs).toMatchObject({ scrollopt: STATIC, ccopt: 1, rowcount: 10 });
    await call('sp_cursorclose', ['cursor', cursor]);
    await expect(call('sp_cursorclose', ['cursor', cursor])).rejects.toMatchObject({ number: 16_909 });
    await expect(fetch(cursor, FETCH.next, 0, 1)).rejects.toMatchObject({ number: 16_909 });
  });

  test('scrolls as SQLFetchScroll documents', async () => {
    const { cursor } = await open('SELECT id FROM dbo.ten ORDER BY id');
    expect(await fetch(cursor, FETCH.next, 0, 4)).toEqual([1, 2, 3, 4]);
    expect(await fetch(cursor, FETCH.next, 0, 4)).toEqual([5, 6, 7, 8]);
    expect(await fetch(cursor, FETCH.next, 0, 4)).toEqual([9, 10]);
    expect(await fetch(cursor, FETCH.next, 0, 4)).toEqual([]);
    expect(await fetch(cursor, FETCH.prev, 0, 4)).toEqual([7, 8, 9, 10]);
    expect(await fetch(cursor, FETCH.refresh, 0, 4)).toEqual([7, 8, 9, 10]);
    expect(await fetch(cursor, FETCH.absolute, 3, 2)).toEqual([3, 4]);
    expect(await fetch(cursor, FETCH.relative, 2, 2)).toEqual([5, 6]);
    expect(await fetch(cursor, FETCH.relative, -1, 2)).toEqual([4, 5]);
    expect(await fetch(cursor, FETCH.absolute, -3, 5)).toEqual([8, 9, 10]);
    expect(await fetch(cursor, FETCH.first, 0, 1)).toEqual([1]);
    expect(await fetch(cursor, FETCH.prev, 0, 1)).toEqual([]);
    expect(await fetch(cursor, FETCH.last, 0, 3)).toEqual([8, 9, 10]);
    expect(await fetch(cursor, FETCH.last, 0, 0)).toEqual([]);
    const info = await call(
      'sp_cursorfetch',
      ['cursor', cursor],
      ['fetchtype', FETCH.info],
      ['rownum', 0, 'output'],
      ['nrows', 0, 'output'],
    );
    expect(info.outputs).toMatchObject({ rownum: -1, nrows: 10 });
    await call('sp_cursorclose', ['cursor', cursor]);
  });

  test('keeps the rows of its opening, and lets none be changed', async () => {
    const { cursor } = await open('SELECT id, name FROM dbo.ten ORDER BY id');
    await source.run("UPDATE dbo.ten SET name = N'changed' WHERE id = 1");
    const first = await call(
      'sp_cursorfetch',
      ['cursor', cursor],
      ['fetchtype', FETCH.first],
      ['rownum', 0],
      ['nrows', 1],
    );
    expect(first.rows).toEqual([[1, 'n1', 1]]);
    const change = call('sp_cursor', ['cursor', cursor], ['optype', 4], ['rownum', 1], ['table', 'dbo.ten']);
    await expect(change).rejects.toMatchObject({ number: 16_929 });
    await call('sp_cursorclose', ['cursor', -1]);
  });
});

test('a forward-only cursor does not go back', async () => {
  const { cursor, outputs } = await open('SELECT id FROM dbo.ten ORDER BY id', FORWARD_ONLY);
  expect(outputs).toMatchObject({ scrollopt: FORWARD_ONLY, rowcount: -1 });
  expect(await fetch(cursor, FETCH.next, 0, 2)).toEqual([1, 2]);
  await expect(fetch(cursor, FETCH.prev, 0, 2)).rejects.toMatchObject({ number: 16_911 });
  expect(await fetch(cursor, FETCH.next, 0, 2)).toEqual([3, 4]);
  await call('sp_cursorclose', ['cursor', cursor]);
  const fast = await open('SELECT DISTINCT name FROM dbo.ten', FAST_FORWARD);
  expect(fast.outputs).toMatchObject({ scrollopt: FAST_FORWARD, ccopt: READ_ONLY, rowcount: -1 });
  await call('sp_cursorclose', ['cursor', fast.cursor]);
});

test('a cursor of another kind than asked for says so', async () => {
  for (const [kind, query, becomes] of [
    [KEYSET, 'SELECT DISTINCT name FROM dbo.ten', STATIC],
    [DYNAMIC, 'SELECT 1 AS a', STATIC],
    [DYNAMIC, 'SELECT id FROM dbo.ten ORDER BY name', KEYSET],
    [DYNAMIC, 'SELECT id FROM dbo.ten ORDER BY id', DYNAMIC],
    [KEYSET, 'SELECT id FROM dbo.ten', KEYSET],
    [FORWARD_ONLY, 'SELECT COUNT(*) AS n FROM dbo.ten', STATIC],
  ] as const) {
    const { cursor, outputs } = await open(query, kind, 0, OPTIMISTIC);
    const concurrency = becomes === STATIC ? READ_ONLY : OPTIMISTIC;
    expect({ query, ...outputs }).toMatchObject({ query, scrollopt: becomes, ccopt: concurrency });
    await call('sp_cursorclose', ['cursor', cursor]);
  }
});

test('a cursor that fetches when it opens closes itself at the end', async () => {
  const AUTO = 0x2000 | 0x4000;
  const part = await open('SELECT id FROM dbo.ten ORDER BY id', FORWARD_ONLY | AUTO, 3);
  expect(part.rows.map((row) => row[0])).toEqual([1, 2, 3]);
  expect(part.outputs).toMatchObject({ rowcount: 3 });
  const rest = await call(
    'sp_cursorfetch',
    ['cursor', part.cursor],
    ['fetchtype', FETCH.next],
    ['rownum', 0],
    ['nrows', 100],
  );
  expect([rest.rows.length, rest.status]).toEqual([7, 16]);
  await expect(call('sp_cursorclose', ['cursor', part.cursor])).rejects.toMatchObject({ number: 16_909 });
  const whole = await open('SELECT id FROM dbo.ten ORDER BY id', FORWARD_ONLY | AUTO, 50);
  expect([whole.rows.length, whole.cursor]).toEqual([10, 0]);
});

test('a statement that is no query runs directly, and a failing one opens nothing', async () => {
  const text = "UPDATE dbo.ten SET name = N'u' WHERE id = 2; SELECT name FROM dbo.ten WHERE id = 2";
  await expect(open(text)).rejects.toMatchObject({ number: 16_938 });
  const direct = await open(text, STATIC, 0, READ_ONLY | ALLOW_DIRECT);
  expect(direct.infos).toContain(16_954);
  expect([direct.rows, direct.cursor]).toEqual([[['u']], 0]);
  await expect(open('SELECT 1/0 AS a')).rejects.toMatchObject({ number: 8134 });
  await expect(open('SELECT * FROM dbo.nowhere')).rejects.toMatchObject({ number: 208 });
  await expect(call('sp_cursoropen', ['cursor', 0, 'output'])).rejects.toMatchObject({ number: 214 });
  expect((await open('SELECT 1 AS a')).cursor).toBeGreaterThan(0);
});

test('a prepared cursor opens many times with its parameters', async () => {
  const first = await call(
    'sp_cursorprepexec',
    ['handle', 0, 'output'],
    ['cursor', 0, 'output'],
    ['params', '@least int'],
    ['stmt', 'SELECT id FROM dbo.ten WHERE id >= @least ORDER BY id'],
    ['scrollopt', STATIC | 0x1000, 'output'],
    ['ccopt', 1, 'output'],
    ['rowcount', 0, 'output'],
    ['least', 8],
  );
  expect(first.outputs).toMatchObject({ rowcount: 3 });
  expect(await fetch(Number(first.outputs['cursor']), FETCH.next, 0, 10)).toEqual([8, 9, 10]);
  const handle = Number(first.outputs['handle']);
  const again = await call(
    'sp_cursorexecute',
    ['handle', handle],
    ['cursor', 0, 'output'],
    ['scrollopt', STATIC, 'output'],
    ['ccopt', 1, 'output'],
    ['rowcount', 0, 'output'],
    ['least', 10],
  );
  expect(again.outputs).toMatchObject({ rowcount: 1 });
  expect(await fetch(Number(again.outputs['cursor']), FETCH.next, 0, 10)).toEqual([10]);
  await call('sp_cursorunprepare', ['handle', handle]);
  await expect(call('sp_cursorunprepare', ['handle', handle])).rejects.toMatchObject({ number: 8179 });
  await call('sp_cursorclose', ['cursor', -1]);
});

const SCROLL_LOCKS = 2;
const CHANGE = { update: 1, delete: 2, insert: 4, refresh: 8, lock: 16, setPosition: 32, absolute: 64 };

/** The rows of a buffer, with their status. */
const buffer = async (cursor: number, type: number, count: number, row = 0): Promise<Called['rows']> =>
  (await call('sp_cursorfetch', ['cursor', cursor], ['fetchtype', type], ['rownum', row], ['nrows', count])).rows;

const change = (cursor: number, type: number, row: number, ...values: RpcValue[]): Promise<Called> =>
  call('sp_cursor', ['cursor', cursor], ['optype', type], ['rownum', row], ['table', ''], ...values);

describe('a cursor that can be changed through', () => {
  beforeEach(async () => {
    await source.run(
      'CREATE TABLE dbo.five (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL, n int NOT NULL DEFAULT 7)',
    );
    await source.run(
      `INSERT INTO dbo.five (id, name) SELECT n, CONCAT(N'n', n) FROM (VALUES (1),(2),(3),(4),(5)) v (n)`,
    );
  });

  afterEach(async () => {
    await call('sp_cursorclose', ['cursor', -1]);
    await source.run('DROP TABLE dbo.five');
  });

  const stored = async (): Promise<string> => {
    const { rows } = await client.batch(
      `SELECT STRING_AGG(CONCAT(id, N'=', name), N',') WITHIN GROUP (ORDER BY id) FROM dbo.five`,
    );
    return String(rows[0]?.[0]);
  };

  test('tells the tables and columns of its rows', async () => {
    const opened = await open('SELECT f.id, name AS called, n + 1 AS more FROM dbo.five AS f', KEYSET, 0, OPTIMISTIC);
    expect(opened.tables).toEqual(['dbo.five']);
    expect(opened.origins).toEqual([
      { table: 1, status: 0x08 },
      { table: 1, status: 0x20, name: 'name' },
      { table: 0, status: 0x04 },
      { table: 0, status: 0x10 },
    ]);
  });

  test('updates, deletes and inserts rows of a keyset', async () => {
    const { cursor } = await open('SELECT id, name FROM dbo.five', KEYSET, 0, OPTIMISTIC);
    await buffer(cursor, FETCH.first, 3);
    expect((await change(cursor, CHANGE.update | CHANGE.setPosition, 2, ['name', 'second'])).counts).toEqual([1]);
    await change(cursor, CHANGE.delete, 3);
    await change(cursor, CHANGE.insert, 1, ['id', 9], ['name', 'ninth']);
    expect(await stored()).toBe('1=n1,2=second,4=n4,5=n5,9=ninth');
    expect(await buffer(cursor, FETCH.refresh, 0)).toEqual([
      [1, 'n1', 1],
      [2, 'second', 1],
      [0, null, 2],
    ]);
    expect(await buffer(cursor, FETCH.last, 2)).toEqual([
      [5, 'n5', 1],
      [9, 'ninth', 1],
    ]);
  });

  test('gives a row of a keyset other keys', async () => {
    const { cursor } = await open('SELECT id, name FROM dbo.five', KEYSET, 0, OPTIMISTIC);
    await buffer(cursor, FETCH.first, 2);
    await change(cursor, CHANGE.update, 1, ['id', 100]);
    expect(await buffer(cursor, FETCH.refresh, 0)).toEqual([
      [100, 'n1', 1],
      [2, 'n2', 1],
    ]);
  });

  test('changes by pieces of a statement, and all rows of the buffer at once', async () => {
    const { cursor } = await open('SELECT id, name FROM dbo.five', DYNAMIC, 0, OPTIMISTIC);
    await buffer(cursor, FETCH.first, 2);
    expect((await change(cursor, CHANGE.update, 0, ['', "name = name + N'!'"])).counts).toEqual([1, 1]);
    await change(cursor, CHANGE.update, 1, ['', 'SET n = 1'], ['', "name = N'one'"]);
    await change(cursor, CHANGE.insert, 1, ['', "(6, N'six', 1)"]);
    await change(cursor, CHANGE.insert, 1, ['', "INSERT INTO dbo.five (id, name) VALUES (8, N'eight')"]);
    expect(await stored()).toBe('1=one,2=n2!,3=n3,4=n4,5=n5,6=six,8=eight');
  });

  test('leaves a row as it is that others changed', async () => {
    const { cursor } = await open('SELECT id, name FROM dbo.five', KEYSET, 0, OPTIMISTIC);
    await buffer(cursor, FETCH.first, 2);
    await source.run("UPDATE dbo.five SET name = N'theirs' WHERE id = 1");
    await expect(change(cursor, CHANGE.update, 1, ['name', 'ours'])).rejects.toMatchObject({ number: 16_947 });
    await call('sp_cursor', ['cursor', cursor], ['optype', CHANGE.refresh], ['rownum', 1], ['table', '']);
    await change(cursor, CHANGE.update, 1, ['name', 'ours']);
    expect(await stored()).toBe('1=ours,2=n2,3=n3,4=n4,5=n5');
  });

  test('says what it cannot do', async () => {
    const { cursor } = await open('SELECT id, name FROM dbo.five', KEYSET, 0, OPTIMISTIC);
    const faults = async (...calls: readonly (() => Promise<unknown>)[]): Promise<unknown[]> => {
      const numbers: unknown[] = [];
      for (const one of calls)
        numbers.push(
          await one().then(
            () => 0,
            (error: unknown) => (error as { number: number }).number,
          ),
        );
      return numbers;
    };
    expect(
      await faults(
        () => change(cursor, CHANGE.update, 1, ['name', 'x']),
        () => buffer(cursor, FETCH.first, 2),
        () => change(cursor, CHANGE.update, 3, ['name', 'x']),
        () => change(cursor, CHANGE.update, 1),
        () => change(cursor, CHANGE.update, 1, ['', 4]),
        () => change(cursor, CHANGE.insert | CHANGE.absolute, 1, ['name', 'x']),
        () => change(cursor, CHANGE.update | CHANGE.delete, 1, ['name', 'x']),
        () => change(cursor, CHANGE.update, 1, ['id', 2]),
        () => change(cursor, CHANGE.lock, 1),
        () => call('sp_cursor', ['cursor', cursor], ['optype', 1], ['rownum', 1], ['table', 'dbo.ten'], ['name', 'x']),
        () => buffer(cursor, FETCH.next, 0),
        () => buffer(cursor, 0x40, 1),
        () => open('SELECT id FROM dbo.five', STATIC, 0, OPTIMISTIC),
        () => open('SELECT id FROM dbo.five', KEYSET | DYNAMIC, 0, OPTIMISTIC),
        () => open('SELECT DISTINCT name FROM dbo.five', KEYSET | 0x8000 | 0x10000, 0, OPTIMISTIC),
        () => open('SELECT id FROM dbo.five', KEYSET | 0x8000 | 0x10000, 0, OPTIMISTIC),
      ),
    ).toEqual([
      16_931, 0, 16_930, 16_935, 16_936, 16_904, 16_902, 2627, 40_515, 16_933, 16_902, 16_902, 16_966, 16_902, 16_955,
      0,
    ]);
  });

  test('holds the locks of its rows until the transaction ends', async () => {
    await client.batch('BEGIN TRANSACTION');
    const { cursor, outputs } = await open('SELECT id, name FROM dbo.five', KEYSET, 0, SCROLL_LOCKS);
    expect(outputs).toMatchObject({ ccopt: SCROLL_LOCKS });
    await buffer(cursor, FETCH.first, 1);
    await expect(
      source.run("SET LOCK_TIMEOUT 50; UPDATE dbo.five SET name = N'theirs' WHERE id = 1"),
    ).rejects.toMatchObject({ number: 1222 });
    await change(cursor, CHANGE.update, 1, ['name', 'ours']);
    await client.batch('COMMIT');
    expect(await stored()).toMatch(/^1=ours,/);
  });

  test('of the kind DYNAMIC goes where its rows are now', async () => {
    const { cursor, outputs } = await open('SELECT id FROM dbo.five ORDER BY id', DYNAMIC, 0, OPTIMISTIC);
    expect(outputs).toMatchObject({ scrollopt: DYNAMIC, rowcount: -1 });
    expect(await fetch(cursor, FETCH.next, 0, 2)).toEqual([1, 2]);
    await source.run('INSERT INTO dbo.five (id) VALUES (0), (6); DELETE FROM dbo.five WHERE id = 3');
    expect(await fetch(cursor, FETCH.next, 0, 2)).toEqual([4, 5]);
    expect(await fetch(cursor, FETCH.prev, 0, 2)).toEqual([1, 2]);
    const partial = await call(
      'sp_cursorfetch',
      ['cursor', cursor],
      ['fetchtype', FETCH.prev],
      ['rownum', 0],
      ['nrows', 2],
    );
    expect([partial.status, partial.rows.map((row) => row[0])]).toEqual([2, [0, 1]]);
    expect(await fetch(cursor, FETCH.relative, 2, 2)).toEqual([2, 4]);
    expect(await fetch(cursor, FETCH.relative, -1, 2)).toEqual([1, 2]);
    expect(await fetch(cursor, FETCH.last, 0, 2)).toEqual([5, 6]);
    expect(await fetch(cursor, FETCH.next, 0, 2)).toEqual([]);
    expect(await fetch(cursor, FETCH.prev, 0, 1)).toEqual([6]);
    expect(await fetch(cursor, FETCH.first, 0, 1)).toEqual([0]);
    const info = await call(
      'sp_cursorfetch',
      ['cursor', cursor],
      ['fetchtype', FETCH.info],
      ['rownum', 0, 'output'],
      ['nrows', 0, 'output'],
    );
    expect(info.outputs).toMatchObject({ rownum: 1, nrows: -1 });
    await expect(fetch(cursor, FETCH.absolute, 1, 1)).rejects.toMatchObject({ number: 16_925 });
  });

  test('has a name for statements, and tells of itself', async () => {
    const { cursor } = await open('SELECT id, name FROM dbo.five', KEYSET, 0, OPTIMISTIC);
    const option = (code: number, value: number | string): Promise<Called> =>
      call('sp_cursoroption', ['cursor', cursor], ['code', code], ['value', value, 'output']);
    await option(2, 'named');
    expect((await option(4, 0)).outputs).toMatchObject({ value: KEYSET });
    expect((await option(5, 0)).outputs).toMatchObject({ value: OPTIMISTIC });
    expect((await option(6, 0)).outputs).toMatchObject({ value: 5 });
    await buffer(cursor, FETCH.first, 3);
    await change(cursor, CHANGE.setPosition, 3);
    await client.batch("UPDATE dbo.five SET name = N'third' WHERE CURRENT OF named");
    await change(cursor, CHANGE.update | CHANGE.absolute, 5, ['name', 'fifth']);
    expect(await stored()).toBe('1=n1,2=n2,3=third,4=n4,5=fifth');
  });
});

describe('a reset of the connection', () => {
  let connection: Connection;

  beforeAll(async () => {
    const { host, port, user, password, database } = source.settings;
    connection = new Connection({
      server: host,
      authentication: { type: 'default', options: { userName: user, password: password.reveal() } },
      options: { port, database, encrypt: false, trustServerCertificate: true },
    });
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  });

  afterAll(() => connection.close());

  const reset = (): Promise<void> =>
    new Promise((resolve, reject) => connection.reset((error) => (error ? reject(error) : resolve())));

  test('closes cursors and forgets the session', async () => {
    await batch(
      'DECLARE c CURSOR GLOBAL FOR SELECT id FROM dbo.ten; OPEN c; SET DATEFIRST 1; CREATE TABLE #own (a int); BEGIN TRANSACTION; DELETE FROM dbo.ten',
    );
    await reset();
    const seen = await batch(
      `SELECT @@DATEFIRST, @@TRANCOUNT, DB_NAME(), OBJECT_ID('tempdb..#own'), (SELECT COUNT(*) FROM dbo.ten)`,
    );
    expect(seen).toEqual([[7, 0, source.settings.database, null, 10]]);
    await expect(batch('FETCH NEXT FROM c')).rejects.toMatchObject({ number: 16_916 });
  });

  test('brings the database of the login back', async () => {
    await batch('USE master');
    await reset();
    expect(await batch('SELECT DB_NAME(), (SELECT COUNT(*) FROM dbo.ten)')).toEqual([[source.settings.database, 10]]);
  });

  /** Runs a batch; its rows. */
  function batch(text: string): Promise<unknown[][]> {
    const rows: unknown[][] = [];
    return new Promise((resolve, reject) => {
      const request = new Request(text, (error) => (error ? reject(error) : resolve(rows)));
      request.on('row', (row: { value: unknown }[]) => rows.push(row.map((one) => one.value)));
      connection.execSqlBatch(request);
    });
  }
});
