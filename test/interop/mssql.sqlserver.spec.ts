import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sql from 'mssql';
import { freshName, until } from '#testing';
import { openSandbox, SANDBOX_PASSWORD, type SandboxProcess } from '../harness/index.ts';

/** `mssql` 12 over tedious, as it comes from the registry. */

let sandbox: SandboxProcess;
let close: () => Promise<void>;
const database = freshName('interop');
const pools: sql.ConnectionPool[] = [];

beforeAll(async () => {
  ({ sandbox, close } = await openSandbox());
  const master = await open({ database: 'master' });
  await master.request().batch(`CREATE DATABASE ${database}`);
  const pool = await open();
  await pool.request().batch('CREATE TABLE dbo.big (id int NOT NULL PRIMARY KEY, pad varchar(200) NOT NULL)');
  await pool.request().batch(`
    WITH d AS (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
               UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)
    INSERT INTO dbo.big (id, pad)
    SELECT a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n, REPLICATE('x', 200)
    FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f`);
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await close();
});

/** A pool of one connection unless told otherwise; closed at the end. */
async function open(options: Partial<sql.config> = {}): Promise<sql.ConnectionPool> {
  const pool = await new sql.ConnectionPool({
    server: '127.0.0.1',
    port: sandbox.port,
    user: 'sa',
    password: SANDBOX_PASSWORD,
    database,
    pool: { min: 0, max: 1 },
    ...options,
    options: { encrypt: true, trustServerCertificate: true, serverName: 'localhost', ...options.options },
  }).connect();
  pools.push(pool);
  return pool;
}

/** The first value of the first row. */
async function value(from: { request(): sql.Request }, query: string): Promise<unknown> {
  const { recordset } = await from.request().query<Record<string, unknown>>(query);
  return Object.values(recordset[0] ?? {})[0];
}

/** The number and the text of the error with which a request ends. */
async function fault(work: Promise<unknown>): Promise<{ number: number | undefined; code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    const { number, code, message } = error as sql.RequestError;
    return { number, code, message };
  }
  throw new Error('no error came');
}

describe('a pool', () => {
  test('serves many requests over few connections, each a session of its own', async () => {
    const pool = await open({ pool: { min: 0, max: 4 } });
    const spids = await Promise.all(
      Array.from({ length: 40 }, () => value(pool, "WAITFOR DELAY '00:00:00.010'; SELECT @@SPID")),
    );
    expect(new Set(spids).size).toBe(4);
    expect(spids.every((spid) => Number(spid) > 50)).toBe(true);
  });

  test('opens connections again where they were lost', async () => {
    const pool = await open({ pool: { min: 0, max: 2 } });
    const spid = Number(await value(pool, 'SELECT @@SPID'));
    const other = await open();
    await other.request().batch(`KILL ${spid}`);
    await until(async () => (await value(pool, 'SELECT 7')) === 7);
    expect(await value(pool, 'SELECT 8')).toBe(8);
  });

  test('lets a wrong password and an unknown database fail with the server’s numbers', async () => {
    const wrong = await fault(open({ password: 'wrong' }));
    expect(wrong.code).toBe('ELOGIN');
    expect(wrong.message).toBe("Login failed for user 'sa'.");
    const unknown = await fault(open({ database: 'nowhere' }));
    expect(unknown.message).toMatch(/Cannot open database "nowhere" requested by the login|Login failed for user 'sa'/);
  });

  test('accepts read-only intent, every packet size and connections without encryption', async () => {
    for (const packetSize of [512, 4096, 32_767]) {
      const pool = await open({ options: { readOnlyIntent: true, packetSize, encrypt: packetSize !== 512 } });
      const { recordset } = await pool.request().query('SELECT id, pad FROM dbo.big WHERE id < 500 ORDER BY id');
      expect(recordset).toHaveLength(500);
      expect(recordset[499]).toEqual({ id: 499, pad: 'x'.repeat(200) });
    }
  });

  test('may change its database and finds the one of its login again after a new login', async () => {
    const pool = await open();
    expect(await value(pool, 'SELECT DB_NAME()')).toBe(database);
    await pool.request().batch('USE master');
    expect(await value(pool, 'SELECT DB_NAME()')).toBe('master');
    expect(await value(await open(), 'SELECT DB_NAME()')).toBe(database);
  });
});

describe('a transaction', () => {
  test('is kept after its commit and gone after its rollback', async () => {
    const pool = await open({ pool: { min: 0, max: 2 } });
    await pool.request().batch('CREATE TABLE dbo.tx (id int PRIMARY KEY, v nvarchar(10))');
    const kept = pool.transaction();
    await kept.begin();
    await kept.request().query("INSERT INTO dbo.tx VALUES (1, N'kept')");
    expect(await value(kept, 'SELECT @@TRANCOUNT')).toBe(1);
    await kept.commit();
    const dropped = pool.transaction();
    await dropped.begin();
    await dropped.request().query("INSERT INTO dbo.tx VALUES (2, N'gone')");
    expect(await value(dropped, 'SELECT COUNT(*) FROM dbo.tx')).toBe(2);
    await dropped.rollback();
    expect((await pool.request().query('SELECT id, v FROM dbo.tx')).recordset).toEqual([{ id: 1, v: 'kept' }]);
  });

  test.each([
    [sql.ISOLATION_LEVEL.READ_UNCOMMITTED, 'read uncommitted'],
    [sql.ISOLATION_LEVEL.READ_COMMITTED, 'read committed'],
    [sql.ISOLATION_LEVEL.REPEATABLE_READ, 'repeatable read'],
    [sql.ISOLATION_LEVEL.SERIALIZABLE, 'serializable'],
    [sql.ISOLATION_LEVEL.SNAPSHOT, 'snapshot'],
  ])('begins at the isolation level asked for (%s)', async (level, name) => {
    const pool = await open();
    await pool.request().batch(`ALTER DATABASE ${database} SET ALLOW_SNAPSHOT_ISOLATION ON`);
    const transaction = pool.transaction();
    await transaction.begin(level);
    const { recordset } = await transaction
      .request()
      .query<{ 'Set Option': string; Value: string }>('DBCC USEROPTIONS');
    await transaction.rollback();
    const versioned = await value(
      pool,
      'SELECT CAST(is_read_committed_snapshot_on AS int) FROM sys.databases WHERE name = DB_NAME()',
    );
    const shown = name === 'read committed' && versioned === 1 ? 'read committed snapshot' : name;
    expect(recordset.find((row) => row['Set Option'] === 'isolation level')?.Value).toBe(shown);
  });

  test('ends alone a statement that fails, and as a whole where XACT_ABORT is on', async () => {
    const pool = await open();
    await pool.request().batch('CREATE TABLE dbo.abort (id int PRIMARY KEY)');
    const transaction = pool.transaction();
    await transaction.begin();
    await transaction.request().batch('INSERT INTO dbo.abort VALUES (1)');
    expect((await fault(transaction.request().batch('INSERT INTO dbo.abort VALUES (1)'))).number).toBe(2627);
    await transaction.request().batch('INSERT INTO dbo.abort VALUES (2)');
    await transaction.commit();
    expect(await value(pool, 'SELECT COUNT(*) FROM dbo.abort')).toBe(2);

    const aborted = pool.transaction();
    const told = new Promise<boolean>((resolve) => aborted.on('rollback', resolve));
    await aborted.begin();
    await aborted.request().batch('SET XACT_ABORT ON; INSERT INTO dbo.abort VALUES (3)');
    const failed = await fault(aborted.request().batch('INSERT INTO dbo.abort VALUES (1)'));
    expect([failed.number, await told]).toEqual([2627, true]);
    expect((await fault(aborted.commit())).code).toBe('EABORT');
    expect(await value(pool, 'SELECT COUNT(*) FROM dbo.abort')).toBe(2);
  });
});

describe('a prepared statement', () => {
  test('runs many times with its parameters and is released', async () => {
    const pool = await open({ pool: { min: 0, max: 2 } });
    const statement = new sql.PreparedStatement(pool);
    statement.input('a', sql.Int);
    statement.input('b', sql.NVarChar(20));
    statement.output('twice', sql.Int);
    await statement.prepare('SELECT @a AS a, @b AS b; SET @twice = @a * 2');
    for (const a of [1, 2, 3]) {
      const { recordset, output } = await statement.execute({ a, b: `n${a}` });
      expect([recordset[0], output['twice']]).toEqual([{ a, b: `n${a}` }, a * 2]);
    }
    await statement.unprepare();
    expect(await value(pool, 'SELECT 1')).toBe(1);
  });

  test('sees tables that changed since it was prepared', async () => {
    const pool = await open({ pool: { min: 0, max: 2 } });
    await pool.request().batch('CREATE TABLE dbo.moving (a int); INSERT INTO dbo.moving VALUES (1)');
    const statement = new sql.PreparedStatement(pool);
    await statement.prepare('SELECT * FROM dbo.moving');
    expect((await statement.execute({})).recordset).toEqual([{ a: 1 }]);
    await pool.request().batch("ALTER TABLE dbo.moving ADD b varchar(3) NOT NULL DEFAULT 'new'");
    expect((await statement.execute({})).recordset).toEqual([{ a: 1, b: 'new' }]);
    await statement.unprepare();
  });

  test('fails when it is prepared or run with what does not fit', async () => {
    const pool = await open({ pool: { min: 0, max: 2 } });
    const statement = new sql.PreparedStatement(pool);
    statement.input('a', sql.Int);
    await statement.prepare('SELECT 1 / @a AS q');
    expect((await fault(statement.execute({ a: 0 }))).number).toBe(8134);
    expect((await statement.execute({ a: 1 })).recordset).toEqual([{ q: 1 }]);
    await statement.unprepare();
  });
});

describe('a stream', () => {
  test('stops the server while the client pauses, and brings every row in order', async () => {
    const pool = await open();
    const before = await sandbox.memory();
    let highest = before;
    const request = pool.request();
    request.stream = true;
    let next = 0;
    let pauses = 0;
    let misplaced = 0;
    const work: Promise<void>[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      request.on('row', (row: { id: number; pad: string }) => {
        if (row.id !== next) misplaced += 1;
        next += 1;
        if (next % 10_000 !== 0) return;
        request.pause();
        pauses += 1;
        work.push(
          (async () => {
            // Long enough for a server that does not wait to read the rest into its memory.
            for (let look = 0; look < 5; look += 1) {
              await value(await watcher(), "WAITFOR DELAY '00:00:00.040'; SELECT 1");
              highest = Math.max(highest, await sandbox.memory());
            }
            request.resume();
          })(),
        );
      });
      request.on('error', reject);
      request.on('done', () => resolve());
    });
    void request.query('SELECT b.id, b.pad + c.pad AS pad FROM dbo.big b JOIN dbo.big c ON c.id = b.id ORDER BY b.id');
    await ended;
    await Promise.all(work);
    expect([next, misplaced, pauses]).toEqual([100_000, 0, 10]);
    // 100,000 rows of 800 bytes on the wire are 80 MB.
    expect(highest - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('is a readable stream of rows', async () => {
    const pool = await open();
    const request = pool.request();
    const stream = request.toReadableStream();
    void request.query('SELECT TOP 5000 id FROM dbo.big ORDER BY id');
    let sum = 0;
    for await (const row of stream) sum += (row as { id: number }).id;
    expect(sum).toBe((4999 * 5000) / 2);
  });

  test('that is cancelled in mid-result ends with an error, and the connection serves on', async () => {
    const pool = await open();
    const spid = await value(pool, 'SELECT @@SPID');
    for (const at of [1, 10, 20_000]) {
      const request = pool.request();
      request.stream = true;
      let rows = 0;
      const ended = new Promise<string>((resolve) => {
        request.on('row', () => {
          rows += 1;
          if (rows === at) request.cancel();
        });
        request.on('error', (error: sql.RequestError) => resolve(error.code));
      });
      request.query('SELECT b.id FROM dbo.big b CROSS JOIN dbo.big c').catch(() => undefined);
      expect(await ended).toBe('ECANCEL');
      expect(await value(pool, 'SELECT @@SPID')).toBe(spid);
    }
  });

  test('that runs out of time ends with an error, and an open transaction stays', async () => {
    const pool = await open({ requestTimeout: 400 });
    const transaction = pool.transaction();
    await transaction.begin();
    await transaction.request().batch('CREATE TABLE #t (a int); INSERT INTO #t VALUES (1)');
    expect((await fault(transaction.request().batch("WAITFOR DELAY '00:01:00'"))).code).toBe('ETIMEOUT');
    expect(await value(transaction, 'SELECT @@TRANCOUNT')).toBe(1);
    expect(await value(transaction, 'SELECT COUNT(*) FROM #t')).toBe(1);
    await transaction.rollback();
  });
});

/** A second connection, for questions while the first is busy. */
async function watcher(): Promise<sql.ConnectionPool> {
  return (onlooker ??= await open());
}
let onlooker: sql.ConnectionPool | undefined;

describe('a procedure', () => {
  test('gives back output parameters, a return value and several result sets', async () => {
    const pool = await open();
    await pool.request().batch(`
      CREATE PROCEDURE dbo.[several results] @in int, @text nvarchar(max) OUTPUT, @money money OUTPUT,
        @when datetime2(7) OUTPUT, @none varchar(5) OUTPUT, @defaulted int = 42
      AS
      SELECT @in AS a, @defaulted AS d;
      SET @text = @text + N' ' + REPLICATE(CAST(N'ж' AS nvarchar(max)), 9000);
      SET @money = @money * 2;
      SET @when = DATEADD(nanosecond, 100, @when);
      SELECT id FROM dbo.big WHERE id < 3 ORDER BY id;
      PRINT N'said on the way';
      SELECT TOP 0 pad FROM dbo.big;
      RETURN @in + 1`);
    const request = pool.request();
    const said: string[] = [];
    request.on('info', (info: { message: string }) => said.push(info.message));
    const at = new Date('2024-02-29T12:34:56.789Z');
    request.input('in', sql.Int, 6);
    request.output('text', sql.NVarChar(sql.MAX), 'start');
    request.output('money', sql.Money, 12.25);
    request.output('when', sql.DateTime2(7), at);
    request.output('none', sql.VarChar(5));
    const result = await request.execute('dbo.[several results]');
    expect(result.returnValue).toBe(7);
    expect(result.recordsets).toEqual([[{ a: 6, d: 42 }], [{ id: 0 }, { id: 1 }, { id: 2 }], []]);
    expect(result.output).toEqual({ text: `start ${'ж'.repeat(9000)}`, money: 24.5, when: at, none: null });
    expect((result.output['when'] as { nanosecondsDelta?: number }).nanosecondsDelta).toBeCloseTo(1e-7);
    expect(said).toEqual(['said on the way']);
  });

  test('that is missing, or called with the wrong parameters, fails with the server’s numbers', async () => {
    const pool = await open();
    await pool.request().batch('CREATE PROCEDURE dbo.one @a int AS RETURN 0');
    expect((await fault(pool.request().execute('dbo.nothing'))).number).toBe(2812);
    expect((await fault(pool.request().execute('dbo.one'))).number).toBe(201);
    expect((await fault(pool.request().input('b', sql.Int, 1).execute('dbo.one'))).number).toBe(8145);
    const text = pool.request().input('a', sql.VarChar(10), 'abc');
    expect((await fault(text.execute('dbo.one'))).number).toBe(8114);
  });

  test('takes a table-valued parameter', async () => {
    const pool = await open();
    await pool.request().batch(`CREATE TYPE dbo.Lines AS TABLE
      (id int NOT NULL PRIMARY KEY, name nvarchar(40) NULL, price decimal(19, 4) NULL, at datetime2(3) NULL, body varbinary(max) NULL)`);
    await pool.request().batch(`CREATE PROCEDURE dbo.TakeLines @lines dbo.Lines READONLY, @least int AS
      SELECT COUNT(*) AS n, SUM(price) AS total, MAX(name) AS name, SUM(DATALENGTH(body)) AS bytes FROM @lines WHERE id >= @least`);
    const table = linesTable();
    for (let id = 1; id <= 3000; id += 1) {
      table.rows.add(id, id % 7 === 0 ? null : `läin ${id}`, id / 4, new Date(0), Buffer.alloc(10));
    }
    const result = await pool.request().input('lines', table).input('least', sql.Int, 1001).execute('dbo.TakeLines');
    expect(result.recordset).toEqual([{ n: 2000, total: 1_000_250, name: 'läin 3000', bytes: '20000' }]);
    const none = await pool.request().input('lines', linesTable()).input('least', sql.Int, 0).execute('dbo.TakeLines');
    expect(none.recordset[0]).toMatchObject({ n: 0, total: null });
    const inText = await pool
      .request()
      .input('lines', table)
      .query('SELECT COUNT(*) AS n FROM @lines WHERE name IS NULL');
    expect(inText.recordset).toEqual([{ n: 428 }]);
  });

  test('lets a table-valued parameter fail by the constraints of its type', async () => {
    const pool = await open();
    const table = linesTable();
    table.rows.add(1, 'a', 1, null, null);
    table.rows.add(1, 'b', 1, null, null);
    const call = pool.request().input('lines', table).input('least', sql.Int, 0).execute('dbo.TakeLines');
    expect((await fault(call)).number).toBe(2627);
    expect(await value(pool, 'SELECT 1')).toBe(1);
  });
});

function linesTable(): sql.Table {
  const table = new sql.Table('dbo.Lines');
  table.columns.add('id', sql.Int);
  table.columns.add('name', sql.NVarChar(40));
  table.columns.add('price', sql.Decimal(19, 4));
  table.columns.add('at', sql.DateTime2(3));
  table.columns.add('body', sql.VarBinary(sql.MAX));
  return table;
}

test('a batch of many statements gives every result set and every count', async () => {
  const pool = await open();
  const result = await pool.request().batch(`
    CREATE TABLE #m (a int);
    INSERT INTO #m VALUES (1), (2), (3);
    SELECT a FROM #m ORDER BY a;
    UPDATE #m SET a = a + 1 WHERE a > 1;
    SET NOCOUNT ON; DELETE FROM #m WHERE a = 1; SET NOCOUNT OFF;
    SELECT a, a * 1.5 AS b FROM #m ORDER BY a; DROP TABLE #m`);
  expect(result.recordsets).toEqual([
    [{ a: 1 }, { a: 2 }, { a: 3 }],
    [
      { a: 3, b: 4.5 },
      { a: 4, b: 6 },
    ],
  ]);
  expect(result.rowsAffected).toEqual([3, 3, 2, 2]);
});
