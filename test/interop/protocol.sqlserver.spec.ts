import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sql from 'mssql';
import { Connection, Request, TYPES, type ConnectionConfiguration } from 'tedious';
import { until } from '#testing';
import { openSandbox, SANDBOX_PASSWORD, type SandboxProcess } from '../harness/index.ts';

/** What drivers do on the wire besides requests: cancel a bulk load, idle, reset, ask for what the server does not speak, send and get large values. */

let sandbox: SandboxProcess;
let close: () => Promise<void>;
let pool: sql.ConnectionPool;

beforeAll(async () => {
  ({ sandbox, close } = await openSandbox());
  pool = await poolOf({});
  await pool.request().batch('CREATE TABLE dbo.loaded (id int NOT NULL PRIMARY KEY, pad varchar(100) NULL)');
});

afterAll(async () => {
  await pool.close();
  await close();
});

function poolOf(options: Partial<sql.config>): Promise<sql.ConnectionPool> {
  return new sql.ConnectionPool({
    server: '127.0.0.1',
    port: sandbox.port,
    user: 'sa',
    password: SANDBOX_PASSWORD,
    pool: { min: 0, max: 1 },
    requestTimeout: 60_000,
    ...options,
    options: { encrypt: false, trustServerCertificate: true, ...options.options },
  }).connect();
}

async function connect(options: NonNullable<ConnectionConfiguration['options']> = {}): Promise<Connection> {
  const connection = new Connection({
    server: '127.0.0.1',
    authentication: { type: 'default', options: { userName: 'sa', password: SANDBOX_PASSWORD } },
    options: { port: sandbox.port, encrypt: false, trustServerCertificate: true, connectTimeout: 5000, ...options },
  });
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  return connection;
}

/** Runs a batch; its rows. */
function batch(connection: Connection, text: string): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  return new Promise((resolve, reject) => {
    const request = new Request(text, (error) => (error ? reject(error) : resolve(rows)));
    request.on('row', (row: { value: unknown }[]) => rows.push(row.map((one) => one.value)));
    connection.execSqlBatch(request);
  });
}

async function sessions(): Promise<unknown> {
  const { recordset } = await pool
    .request()
    .query<{ n: number }>('SELECT COUNT(*) AS n FROM sys.dm_exec_sessions WHERE session_id <> @@SPID');
  return recordset[0]?.n;
}

test('a bulk load that is cancelled while its rows arrive stores none, and the connection serves on', async () => {
  const connection = await connect();
  const ended = new Promise<Error | undefined>((resolve) => {
    const bulk = connection.newBulkLoad('dbo.loaded', (error) => resolve(error ?? undefined));
    bulk.addColumn('id', TYPES.Int, { nullable: false });
    bulk.addColumn('pad', TYPES.VarChar, { length: 100, nullable: true });
    async function* rows(): AsyncGenerator<unknown[]> {
      for (let id = 0; id < 1_000_000; id += 1) {
        if (id === 50_000) bulk.cancel();
        if (id % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield [id, 'x'.repeat(100)];
      }
    }
    connection.execBulkLoad(bulk, rows());
  });
  expect(await ended).toMatchObject({ code: 'ECANCEL' });
  expect(await batch(connection, 'SELECT COUNT(*) FROM dbo.loaded')).toEqual([[0]]);
  connection.close();
});

test('a client that drops in the middle of a bulk load stores nothing and leaves no lock', async () => {
  const connection = await connect();
  const bulk = connection.newBulkLoad('dbo.loaded', () => undefined);
  bulk.addColumn('id', TYPES.Int, { nullable: false });
  bulk.addColumn('pad', TYPES.VarChar, { length: 100, nullable: true });
  async function* rows(): AsyncGenerator<unknown[]> {
    for (let id = 0; ; id += 1) {
      if (id === 20_000) connection.close();
      if (id % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (id > 40_000) return;
      yield [id, 'x'.repeat(100)];
    }
  }
  connection.execBulkLoad(bulk, rows());
  await until(async () => (await sessions()) === 0);
  await pool.request().batch("INSERT INTO dbo.loaded VALUES (1, 'after'); DELETE FROM dbo.loaded WHERE id = 1");
  expect((await pool.request().query('SELECT COUNT(*) AS n FROM dbo.loaded')).recordset).toEqual([{ n: 0 }]);
});

test('connections that idle are let go by the pool, and their sessions end', async () => {
  const idle = await poolOf({ pool: { min: 0, max: 3, idleTimeoutMillis: 200 } });
  await Promise.all([1, 2, 3].map(() => idle.request().query("WAITFOR DELAY '00:00:00.050'")));
  expect(await sessions()).toBeGreaterThan(0);
  await until(async () => (await sessions()) === 0);
  expect((await idle.request().query('SELECT 1 AS a')).recordset).toEqual([{ a: 1 }]);
  await idle.close();
});

test('KILL ends the connection of a session in the middle of its request', async () => {
  const victim = await connect();
  const [[spid] = []] = await batch(victim, 'SELECT @@SPID');
  const waiting = batch(victim, "WAITFOR DELAY '00:01:00'");
  waiting.catch(() => undefined);
  await until(async () => {
    const { recordset } = await pool
      .request()
      .query<{ n: number }>(`SELECT COUNT(*) AS n FROM sys.dm_exec_requests WHERE session_id = ${String(spid)}`);
    return recordset[0]?.n === 1;
  });
  await pool.request().batch(`KILL ${String(spid)}`);
  await expect(waiting).rejects.toThrow();
  await until(async () => (await sessions()) === 0);
});

test('strict encryption, which is TDS 8, is refused at once', async () => {
  await expect(connect({ encrypt: 'strict' })).rejects.toThrow();
  expect((await pool.request().query('SELECT 1 AS a')).recordset).toEqual([{ a: 1 }]);
});

test('values of 16 MB go both ways, within a bounded multiple of their size', async () => {
  const text = 'Grüße, 世界 '.repeat(800_000);
  const bytes = Buffer.alloc(16_000_000, 'binary!');
  await pool.request().batch('CREATE TABLE dbo.large (t nvarchar(max), b varbinary(max))');
  const before = await sandbox.memory();
  await pool.request().input('b', sql.VarBinary(sql.MAX), bytes).query('INSERT INTO dbo.large (b) VALUES (@b)');
  await pool.request().input('t', sql.NVarChar(sql.MAX), text).query('UPDATE dbo.large SET t = @t');
  const { recordset } = await pool.request().query<{ t: string; b: Buffer }>('SELECT t, b FROM dbo.large');
  expect((await sandbox.memory()) - before).toBeLessThan(400 * 1024 * 1024);
  expect(recordset[0]?.t === text).toBe(true);
  expect(recordset[0]?.b.equals(bytes)).toBe(true);
});
