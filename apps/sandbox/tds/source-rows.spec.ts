import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import sql from 'mssql';
import { ScriptedServer } from './scripted-server.ts';
import { TdsServer } from './server.ts';
import { SqlError, type TdsColumn, type TdsType, type TdsValue } from '../session.ts';
import { Secret } from '#config';
import type { EventTable } from '#events';
import { SqlServerSource } from '#source-sqlserver';

const server = new ScriptedServer();
const tds = new TdsServer({ server, port: 0, encryption: 'unsupported' });
let driver: sql.ConnectionPool;
let source: SqlServerSource;

beforeAll(async () => {
  const port = await tds.listen();
  const login = { user: 'sa', database: 'master' };
  driver = await new sql.ConnectionPool({
    ...login,
    server: '127.0.0.1',
    port,
    password: 'Secret123!',
    options: { encrypt: false, useUTC: true },
  }).connect();
  const settings = { ...login, host: '127.0.0.1', port, password: new Secret('Secret123!'), encrypt: false };
  source = new SqlServerSource({ ...settings, trustServerCertificate: true }, 64 * 1024);
});

afterAll(async () => {
  await driver.close();
  await source.close();
  await tds.close();
});

afterEach(() => {
  server.script = {};
});

const table: EventTable = {
  job: 'test',
  database: 'master',
  schema: 'dbo',
  name: 't',
  version: 1,
  columns: [{ id: 1, name: 'v', type: { kind: 'string' }, nullable: true }],
  key: [],
};

/** Every request that reads gets these rows; at its end `fault` is thrown. */
function answer(columns: readonly TdsColumn[], rows: Iterable<readonly TdsValue[]>, fault?: SqlError): void {
  server.script = {
    execute: async (_sql, _parameters, out, signal) => {
      out.columns(columns);
      let count = 0n;
      for (const row of rows) {
        if (signal.aborted) return;
        count++;
        if (!out.row(row)) await out.drained();
      }
      if (fault) throw fault;
      out.done(count, 0xc1);
    },
  };
}

async function read(signal = new AbortController().signal): Promise<(readonly unknown[])[]> {
  const reader = await source.openChunkReader();
  const rows: (readonly unknown[])[] = [];
  try {
    for await (const block of reader.read(table, { lower: null, upper: null }, signal)) rows.push(...block.rows);
  } finally {
    await reader.close();
  }
  return rows;
}

async function readByDriver(): Promise<unknown[][]> {
  const request = driver.request();
  request.arrayRowMode = true;
  return (await request.query('SELECT')).recordset as unknown as unknown[][];
}

const LATIN = 'SQL_Latin1_General_CP1_CI_AS';
const TYPES: readonly (readonly [TdsType, readonly TdsValue[]])[] = [
  [{ name: 'bit' }, [true, false]],
  [{ name: 'tinyint' }, [0, 1, 255]],
  [{ name: 'smallint' }, [-32768, -1, 0, 32767]],
  [{ name: 'int' }, [-2147483648, -1, 0, 1, 2147483647]],
  [{ name: 'bigint' }, [-9223372036854775808n, -9007199254740993n, -1n, 0n, 9007199254740991n, 9223372036854775807n]],
  [{ name: 'real' }, [1.5, -0, Math.fround(3.4028234e38)]],
  [{ name: 'float' }, [0.1, -0, 1.7976931348623157e308, -5e-324]],
  [{ name: 'char', length: 5, collation: LATIN }, ['ab   ', '€é   ']],
  [{ name: 'varchar', length: 50, collation: LATIN }, ['', 'plain', 'naïve € “x”', '\u0000', '\u007f']],
  [{ name: 'varchar', length: 50, collation: 'Cyrillic_General_CI_AS' }, ['Привет, мир №1']],
  [{ name: 'varchar', length: 50, collation: 'Japanese_CI_AS' }, ['日本語テキスト ABC ｱｲｳ']],
  [{ name: 'varchar', length: 50, collation: 'Latin1_General_100_CI_AS_SC_UTF8' }, ['日本 🐢 é']],
  [{ name: 'nchar', length: 4 }, ['ab  ', '🐢🐢']],
  [{ name: 'nvarchar', length: 4000 }, ['', 'x', '\u0000', '\ud800', '\udc00\ud800', 'ÿ🐢'.repeat(1000)]],
  [{ name: 'nvarchar', length: -1 }, ['', 'żółw 🐢 '.repeat(300_000), '\ud83d']],
  [{ name: 'xml' }, ['<a b="é🐢"/>']],
  [{ name: 'varchar', length: -1, collation: LATIN }, ['', 'é'.repeat(100_000)]],
  [{ name: 'binary', length: 4 }, [Buffer.from('00ff0001', 'hex')]],
  [{ name: 'varbinary', length: 8000 }, [Buffer.alloc(0), Buffer.alloc(8000, 0xfe)]],
  [{ name: 'varbinary', length: -1 }, [Buffer.alloc(0), Buffer.alloc(200_000, 7)]],
  [{ name: 'uniqueidentifier' }, ['6F9619FF-8B86-D011-B42D-00C04FC964FF', '00000000-0000-0000-0000-000000000000']],
  [{ name: 'date' }, ['2024-02-29']],
];

const plain = (rows: readonly (readonly unknown[])[]): unknown[][] =>
  // The driver gives every 64-bit integer as text, the reader only those that no number holds.
  rows.map((row) => row.map((value) => (typeof value === 'number' && !Object.is(value, -0) ? String(value) : value)));

describe('rows of the source, read past the driver', () => {
  test.each(TYPES.map(([type, values]) => [JSON.stringify(type), type, values] as const))(
    '%s comes as the driver would give it, between other columns, NULL too',
    async (_name, type, values) => {
      const columns = [
        { name: 'a', type: { name: 'int' }, nullable: false },
        { name: 'v', type, nullable: true },
        { name: 'b', type: { name: 'nvarchar', length: 20 }, nullable: true },
      ] as const;
      answer(
        columns,
        [...values, null].map((value, index) => [index, value, index % 2 === 0 ? null : 'after']),
      );
      const rows = await read();
      expect(rows).toHaveLength(values.length + 1);
      expect(plain(rows)).toEqual(plain(await readByDriver()));
    },
  );

  test('rows of many packets come whole and in order, whatever a packet ends in', async () => {
    const columns = ['bigint', 'nvarchar', 'bit', 'float', 'varbinary'].map((name) => ({
      name,
      type: { name, length: 60 } as TdsType,
      nullable: true,
    }));
    const rows = Array.from({ length: 20_000 }, (_, index): TdsValue[] => [
      BigInt(index),
      index % 3 === 0 ? null : `é${'x'.repeat(index % 50)}`,
      index % 7 === 0 ? null : index % 2 === 0,
      index / 3,
      index % 5 === 0 ? null : Buffer.alloc(index % 40, index % 256),
    ]);
    answer(columns, rows);
    const found = await read();
    expect(found).toHaveLength(rows.length);
    const isSame = (row: readonly unknown[], index: number): boolean =>
      row.every((value, column) => {
        const sent = column === 0 ? index : rows[index]![column];
        return Buffer.isBuffer(value) ? value.equals(sent as Buffer) : value === sent;
      });
    expect(found.filter((row, index) => !isSame(row, index))).toEqual([]);
  });

  test('rows longer than several packets come whole, wherever they end', async () => {
    const rows = Array.from({ length: 60 }, (_, index): TdsValue[] => [index, `${index}é`.repeat(9000 + index * 777)]);
    answer(
      [
        { name: 'a', type: { name: 'int' }, nullable: false },
        { name: 'v', type: { name: 'nvarchar', length: -1 }, nullable: false },
      ],
      rows,
    );
    const found = await read();
    expect(found.map(([key]) => key)).toEqual(rows.map(([key]) => key));
    expect(found.filter((row, index) => row[1] !== rows[index]![1])).toEqual([]);
  });

  test('C20: a consumer that leaves early frees the connection', async () => {
    const columns = [{ name: 'v', type: { name: 'nvarchar', length: 100 }, nullable: false }] as const;
    answer(
      columns,
      (function* () {
        for (;;) yield ['x'.repeat(100)];
      })(),
    );
    const reader = await source.openChunkReader();
    for await (const block of reader.read(table, { lower: null, upper: null }, new AbortController().signal)) {
      expect(block.rows.length).toBeGreaterThan(0);
      break;
    }
    answer(columns, [['next']]);
    const rows: unknown[] = [];
    for await (const block of reader.read(table, { lower: null, upper: null }, new AbortController().signal)) {
      rows.push(...block.rows);
    }
    expect(rows).toEqual([['next']]);
    await reader.close();
  });

  test('C20: an aborted read ends, and the next one works', async () => {
    const abort = new AbortController();
    answer(
      [{ name: 'v', type: { name: 'int' }, nullable: false }],
      (function* () {
        for (let index = 0; ; index++) {
          if (index === 100_000) abort.abort(new Error('stopped'));
          yield [index];
        }
      })(),
    );
    await expect(read(abort.signal)).rejects.toThrow();
    answer([{ name: 'v', type: { name: 'int' }, nullable: false }], [[3]]);
    await expect(read()).resolves.toEqual([[3]]);
  });

  test('an error behind the rows fails the read, and the next one works', async () => {
    const columns = [{ name: 'v', type: { name: 'int' }, nullable: false }] as const;
    answer(columns, [[1], [2]], new SqlError(1205, 'Transaction was deadlocked.', 13, 51));
    await expect(read()).rejects.toMatchObject({ kind: 'SourceDeadlock', facts: { number: 1205 } });
    answer(columns, [[3]]);
    await expect(read()).resolves.toEqual([[3]]);
  });
});
