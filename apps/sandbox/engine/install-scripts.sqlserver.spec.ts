import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import sql from 'mssql';
import { TdsServer } from '../tds/index.ts';
import { startTestSandbox, TEST_PASSWORD, type TestSandbox } from './test-sandbox.ts';

const DATA = resolve(import.meta.dirname, '../../../../shared/data');

let sandbox: TestSandbox;
let wire: TdsServer;
let port: number;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  wire = new TdsServer({ server: sandbox.server, port: 0 });
  port = await wire.listen();
});

afterAll(async () => {
  await wire?.close();
  await sandbox?.close();
});

async function connect(database: string): Promise<sql.ConnectionPool> {
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port,
    user: 'sa',
    password: TEST_PASSWORD,
    database,
    pool: { max: 1 },
    options: { encrypt: false },
  });
  return pool.connect();
}

async function fresh(name: string): Promise<sql.ConnectionPool> {
  const database = `${name}_${randomBytes(4).toString('hex')}`;
  await sandbox.server.createDatabase(database);
  return connect(database);
}

/** Runs a script as sqlcmd does: batch by batch on one connection. Answers with the errors. */
async function install(pool: sql.ConnectionPool, file: string): Promise<string[]> {
  const text = await readFile(resolve(DATA, file), 'utf8');
  const errors: string[] = [];
  for (const batch of text.split(/^\s*GO\s*$/gim)) {
    if (batch.trim() === '') continue;
    await pool
      .request()
      .batch(batch)
      .catch((error: Error) => errors.push(error.message));
  }
  return errors;
}

const present = existsSync(DATA) ? describe : describe.skip;

present('install scripts run unchanged through a driver', () => {
  test('northwind: tables, views and procedures', async () => {
    const pool = await fresh('nw');
    expect(await install(pool, 'northwind.sql')).toEqual([]);
    const { recordset } = await pool.request().query<{ n: number }>('SELECT COUNT(*) AS n FROM [Order Details]');
    expect(recordset).toEqual([{ n: 2155 }]);
    const views = await pool.request().query<{ name: string }>('SELECT name FROM sys.views');
    expect(views.recordset).toHaveLength(16);
    for (const { name } of views.recordset) {
      expect((await pool.request().query(`SELECT * FROM [${name}]`)).recordset.length).toBeGreaterThan(0);
    }
    const history = await pool.request().input('CustomerID', sql.NChar(5), 'ALFKI').execute('CustOrderHist');
    expect(history.recordset).toHaveLength(11);
    await pool.close();
  });

  test('chinook: makes its own database', async () => {
    const pool = await connect('master');
    expect(await install(pool, 'chinook.sql')).toEqual([]);
    const { recordset } = await pool
      .request()
      .query<{ n: number }>('USE Chinook_AutoIncrement; SELECT COUNT(*) AS n FROM dbo.Track');
    expect(recordset).toEqual([{ n: 3503 }]);
    await pool.close();
  });
});

describe('a driver at work', () => {
  test('parameters, transactions and bulk load', async () => {
    const pool = await fresh('driver');
    await pool
      .request()
      .query('CREATE TABLE t (id int IDENTITY PRIMARY KEY, n nvarchar(20) NULL, x decimal(10, 2) NULL)');
    const inserted = await pool
      .request()
      .input('n', sql.NVarChar(20), 'größer 🐢')
      .query<{ id: number }>('INSERT t (n) OUTPUT inserted.id VALUES (@n)');
    expect(inserted.recordset).toEqual([{ id: 1 }]);
    const transaction = pool.transaction();
    await transaction.begin();
    await transaction.request().query("INSERT t (n) VALUES (N'gone')");
    await transaction.rollback();
    const table = new sql.Table('t');
    table.columns.add('n', sql.NVarChar(20), { nullable: true });
    for (let i = 0; i < 12_000; i += 1) table.rows.add(`row ${i}`);
    expect((await pool.request().bulk(table)).rowsAffected).toBe(12_000);
    const { recordset } = await pool.request().query<{ n: number }>('SELECT COUNT(*) AS n FROM t');
    expect(recordset).toEqual([{ n: 12_001 }]);
    await pool.close();
  });
});
