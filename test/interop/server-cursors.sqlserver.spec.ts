import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Connection, Request, TYPES } from 'tedious';
import { SourceDatabase } from '#testing';

/** The API cursor procedures (sp_cursoropen and its kin) as drivers call them, by RPC, sent by tedious. */

let source: SourceDatabase;
let connection: Connection;

beforeAll(async () => {
  source = await SourceDatabase.create();
  await source.run('CREATE TABLE dbo.ten (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL)');
  await source.run(
    `INSERT INTO dbo.ten SELECT n, CONCAT(N'n', n) FROM (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) v (n)`,
  );
  const { host, port, user, password, database } = source.settings;
  connection = new Connection({
    server: host,
    authentication: { type: 'default', options: { userName: user, password: password.reveal() } },
    options: { port, database, encrypt: false, trustServerCertificate: true },
  });
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
});

afterAll(async () => {
  connection.close();
  await source.drop();
});

const STATIC = 8;
const FORWARD_ONLY = 4;
const FAST_FORWARD = 0x10;
const FETCH = { first: 1, next: 2, prev: 4, last: 8, absolute: 16, relative: 32, refresh: 128, info: 256 };

interface Called {
  readonly rows: readonly (readonly unknown[])[];
  readonly columns: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly infos: readonly number[];
}

type Value = readonly [name: string, value: unknown, output?: 'output'];

/** Calls a procedure with parameters in their order. */
function call(procedure: string, ...values: readonly Value[]): Promise<Called> {
  const rows: unknown[][] = [];
  let columns: string[] = [];
  const outputs: Record<string, unknown> = {};
  const infos: number[] = [];
  const heard = (info: { number: number }): void => void infos.push(info.number);
  return new Promise((resolve, reject) => {
    const request = new Request(procedure, (error) => {
      connection.off('infoMessage', heard);
      if (error) reject(error instanceof AggregateError ? error.errors[0] : error);
      else resolve({ rows, columns, outputs, infos });
    });
    for (const [name, value, output] of values) {
      const type = typeof value === 'string' ? TYPES.NVarChar : TYPES.Int;
      if (output) request.addOutputParameter(name, type, value);
      else request.addParameter(name, type, value);
    }
    connection.on('infoMessage', heard);
    request.on('columnMetadata', (found: unknown) => {
      columns = (found as readonly { colName: string }[]).map((one) => one.colName);
    });
    request.on('row', (row: { value: unknown }[]) => rows.push(row.map((one) => one.value)));
    request.on('returnValue', (name: string, value: unknown) => (outputs[name] = value));
    connection.callProcedure(request);
  });
}

async function open(statement: string, scroll = STATIC, rows = 0): Promise<Called & { readonly cursor: number }> {
  const opened = await call(
    'sp_cursoropen',
    ['cursor', 0, 'output'],
    ['stmt', statement],
    ['scrollopt', scroll, 'output'],
    ['ccopt', 1, 'output'],
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

test('a forward-only cursor becomes a fast-forward one, and does not go back', async () => {
  const { cursor, outputs } = await open('SELECT id FROM dbo.ten ORDER BY id', FORWARD_ONLY);
  expect(outputs).toMatchObject({ scrollopt: FAST_FORWARD, rowcount: -1 });
  expect(await fetch(cursor, FETCH.next, 0, 2)).toEqual([1, 2]);
  await expect(fetch(cursor, FETCH.prev, 0, 2)).rejects.toMatchObject({ number: 16_911 });
  expect(await fetch(cursor, FETCH.next, 0, 2)).toEqual([3, 4]);
  await call('sp_cursorclose', ['cursor', cursor]);
});

test('keyset and dynamic cursors become static ones and say so', async () => {
  for (const kind of [1, 2]) {
    const { cursor, outputs } = await open('SELECT DISTINCT name FROM dbo.ten', kind);
    expect(outputs).toMatchObject({ scrollopt: STATIC, ccopt: 1 });
    await call('sp_cursorclose', ['cursor', cursor]);
  }
});

test('a cursor that fetches when it opens closes itself at the end', async () => {
  const AUTO = 0x2000 | 0x4000;
  const part = await open('SELECT id FROM dbo.ten ORDER BY id', FORWARD_ONLY | AUTO, 3);
  expect(part.rows.map((row) => row[0])).toEqual([1, 2, 3]);
  expect(await fetch(part.cursor, FETCH.next, 0, 100)).toHaveLength(7);
  await call('sp_cursorclose', ['cursor', part.cursor]);
  const whole = await open('SELECT id FROM dbo.ten ORDER BY id', FORWARD_ONLY | AUTO, 50);
  expect([whole.rows.length, whole.cursor]).toEqual([10, 0]);
});

test('a statement that is no query runs directly, and a failing one opens nothing', async () => {
  const direct = await open("UPDATE dbo.ten SET name = N'u' WHERE id = 2; SELECT name FROM dbo.ten WHERE id = 2");
  expect(direct.infos).toContain(16_954);
  expect([direct.rows, direct.cursor]).toEqual([[['u']], 0]);
  await expect(open('SELECT 1/0 AS a')).rejects.toMatchObject({ number: 8134 });
  await expect(open('SELECT * FROM dbo.nowhere')).rejects.toMatchObject({ number: 208 });
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

test('a reset of the connection closes cursors and forgets the session', async () => {
  const { cursor } = await open('SELECT id FROM dbo.ten');
  await batch('SET DATEFIRST 1; CREATE TABLE #own (a int); BEGIN TRANSACTION; DELETE FROM dbo.ten');
  await new Promise<void>((resolve, reject) => connection.reset((error) => (error ? reject(error) : resolve())));
  const seen = await batch(
    `SELECT @@DATEFIRST, @@TRANCOUNT, DB_NAME(), OBJECT_ID('tempdb..#own'), (SELECT COUNT(*) FROM dbo.ten)`,
  );
  expect(seen).toEqual([[7, 0, source.settings.database, null, 10]]);
  await expect(fetch(cursor, FETCH.next, 0, 1)).rejects.toMatchObject({ number: 16_909 });
});

test('a reset of the connection brings the database of the login back', async () => {
  await batch('USE master');
  await new Promise<void>((resolve, reject) => connection.reset((error) => (error ? reject(error) : resolve())));
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
