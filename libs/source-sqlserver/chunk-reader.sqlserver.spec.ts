import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventTable } from '#events';
import type { ChunkReader } from '#source';
import { eventTableOf } from '#conversion';
import { SourceDatabase } from '#testing';
import type { SourceRow } from '#values';

const signal = new AbortController().signal;

/** Keys that sort differently by the rules of SQL_* collations and of Unicode ones (Debezium's DBZ-7359). */
const PATTERN_KEYS = ['Y-11', 'Y-2', 'Y1-', 'Y-', 'y-', 'Y1', 'Y_1', "Y'1", 'Y'].flatMap((head) =>
  ['', '-3-4', '-3-04', '01-1-1', '1-01', '-11-3', ' 3-4'].map((tail) => `${head}${tail}`),
);

/** Types of one key column, with values that are hard to tell apart. */
const KEY_TYPES: readonly (readonly [string, readonly string[]])[] = [
  ['money', ['922337203685477.5807', '-922337203685477.5808', '0.0001', '0']],
  ['float', ['1e-308', '1.7976931348623157e308', '0.1', '-0.30000000000000004', '0.3']],
  ['real', ['1.1', '3.4028235e38', '-1.17549435e-38']],
  ['datetime', [`'2024-01-01 00:00:00.003'`, `'2024-01-01 00:00:00.007'`, `'1753-01-01'`, `'9999-12-31 23:59:59.997'`]],
  ['smalldatetime', [`'1900-01-01'`, `'2079-06-06 23:59'`]],
  ['time(7)', [`'00:00:00.0000001'`, `'23:59:59.9999999'`, `'23:59:59.9999998'`]],
  [
    'datetimeoffset(7)',
    [`'2024-03-10 02:30:00.1234567 -05:00'`, `'2024-03-10 02:30:00.1234568 -05:00'`, `'0001-01-01 00:00:00 +00:00'`],
  ],
  ['date', [`'0001-01-01'`, `'9999-12-31'`]],
  ['varbinary(20)', ['0x', '0x00', '0x0000', '0xFF', '0x7FFF']],
  ['nvarchar(20)', [`N'Zoë'`, `N'山田'`, `N'🪁'`, `N'z'`, `N''`]],
  ['nchar(4)', [`N'ab'`, `N'ü'`, `N'  b'`]],
  ['bit', ['0', '1']],
  ['tinyint', ['0', '255', '128']],
  ['hierarchyid', [`'/'`, `'/1/'`, `'/1/2/'`, `'/2/'`]],
];

/** All at once: reading the catalog is what takes time. */
const SCHEMA = [
  `CREATE TABLE dbo.pattern (k varchar(30) COLLATE SQL_Latin1_General_CP1_CI_AS PRIMARY KEY)`,
  `CREATE TABLE dbo.accents (k varchar(10) COLLATE Latin1_General_CS_AS PRIMARY KEY)`,
  `CREATE TABLE dbo.guids (id uniqueidentifier PRIMARY KEY, n int)`,
  `CREATE TABLE dbo.skewed (id bigint PRIMARY KEY, pad char(10))`,
  `CREATE TABLE dbo.composite (a int, b varchar(5), c date, PRIMARY KEY (a, b, c))`,
  `CREATE TABLE dbo.digits (m decimal(38, 0), t datetime2(7), PRIMARY KEY (m, t))`,
  `CREATE TABLE dbo.nullable (a int NULL, b int NOT NULL, c int NOT NULL)`,
  `CREATE UNIQUE INDEX u1 ON dbo.nullable (a)`,
  `CREATE UNIQUE INDEX u2 ON dbo.nullable (c) WHERE b = 1`,
  `CREATE TABLE dbo.uniquely (a int NULL, b int NOT NULL, c int NOT NULL)`,
  `CREATE UNIQUE INDEX u1 ON dbo.uniquely (a)`,
  `CREATE UNIQUE INDEX u3 ON dbo.uniquely (b, c)`,
  `CREATE TABLE dbo.same (id int PRIMARY KEY, a int, [a b] int, [a_b] int, [_a] int)`,
  ...KEY_TYPES.map(([type], index) => `CREATE TABLE dbo.key${index} (k ${type} NOT NULL PRIMARY KEY)`),
  ...KEY_TYPES.map(
    ([, values], index) => `INSERT INTO dbo.key${index} VALUES ${values.map((value) => `(${value})`).join(', ')}`,
  ),
  `CREATE SCHEMA [s.]]x ']`,
  `CREATE TABLE [s.]]x '].[t]].'"😀 --] ([k]].'"] int PRIMARY KEY, [v; DROP] nvarchar(9), [${'ü'.repeat(128)}] int)`,
];

describe('chunks of SQL Server tables', () => {
  let database: SourceDatabase;
  let reader: ChunkReader;
  const tables = new Map<string, EventTable>();

  beforeAll(async () => {
    database = await SourceDatabase.create('COLLATE SQL_Latin1_General_CP1_CI_AS');
    for (const statement of SCHEMA) await database.run(statement);
    const source = await database.source();
    reader = await source.openChunkReader();
    const model = await source.catalog.readDatabase();
    for (const table of model.tables)
      tables.set(
        `${table.schema}.${table.name}`,
        eventTableOf({ job: 'test', database: model.name }, table, {}, model.collation),
      );
  });

  afterAll(async () => {
    await reader.close();
    await database.drop();
  });

  function tableOf(name: string): EventTable {
    const table = tables.get(name);
    if (!table) throw new Error(name);
    return table;
  }

  /** Every row of the table through chunks, with the sizes of the chunks. */
  async function readInChunks(
    table: EventTable,
    chunkRows: number,
    by = reader,
  ): Promise<{ rows: SourceRow[]; sizes: number[] }> {
    const rows: SourceRow[] = [];
    const sizes: number[] = [];
    for await (const bounds of by.plan(table, chunkRows)) {
      const before = rows.length;
      for await (const block of by.read(table, bounds, signal)) rows.push(...block.rows);
      sizes.push(rows.length - before);
    }
    return { rows, sizes };
  }

  test('B1 keys whose order depends on the collation come exactly once whatever the size of the chunks', async () => {
    const keys = [...new Map(PATTERN_KEYS.map((key) => [key.trimEnd().toLowerCase(), key])).values()];
    await database.run(
      `INSERT INTO dbo.pattern VALUES ${keys.map((key) => `('${key.replaceAll("'", "''")}')`).join(', ')}`,
    );
    const count = await database.value('SELECT COUNT(*) FROM dbo.pattern');
    expect(count).toBe(keys.length);
    const table = tableOf('dbo.pattern');
    for (const size of [1, 2, 3, 7, 10, 36, 50]) {
      const { rows } = await readInChunks(table, size);
      expect({ size, keys: rows.map((row) => row[0]).toSorted() }).toEqual({ size, keys: keys.toSorted() });
    }
  });

  test('B1 a boundary outside ASCII finds its place in the code page of its column', async () => {
    const names = ['a', 'å', 'ä', 'b', 'c', 'é', 'e', 'ø', 'o', 'ü', 'z', 'ß', 'ÿ', '€'];
    await database.run(`INSERT INTO dbo.accents VALUES ${names.map((name) => `(N'${name}')`).join(', ')}`);
    const { rows } = await readInChunks(tableOf('dbo.accents'), 1);
    expect(rows.map((row) => row[0]).toSorted()).toEqual(names.toSorted());
  });

  test('B2 ten thousand GUID keys come exactly once, in chunks of the planned size', async () => {
    await database.run(`DECLARE @i int = 0;
      WHILE @i < 10000 BEGIN
        INSERT INTO dbo.guids SELECT NEWID(), n FROM (VALUES ${numbers(500)}) AS x(n);
        SET @i = @i + 500;
      END`);
    const { rows, sizes } = await readInChunks(tableOf('dbo.guids'), 900);
    expect(rows).toHaveLength(10_000);
    expect(new Set(rows.map((row) => row[0])).size).toBe(10_000);
    expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => 900));
  });

  test('B3 skewed keys make chunks of equal size, since the server counts rows and not key values', async () => {
    await database.run(`INSERT INTO dbo.skewed SELECT n, 'x' FROM (VALUES ${numbers(300)}) AS x(n)`);
    await database.run(
      `INSERT INTO dbo.skewed SELECT 9000000000000000000 + n * 1000, 'x' FROM (VALUES ${numbers(300)}) AS x(n)`,
    );
    await database.run(`INSERT INTO dbo.skewed VALUES (-9223372036854775808, 'x'), (9223372036854775807, 'x')`);
    const { rows, sizes } = await readInChunks(tableOf('dbo.skewed'), 100);
    expect(rows).toHaveLength(602);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
    expect(new Set(rows.map((row) => String(row[0]))).size).toBe(602);
  });

  test('B3 a composite key of three columns is walked in its own order, values repeated in the leading ones', async () => {
    await database.run(`INSERT INTO dbo.composite SELECT x.n / 40, CONCAT('v', x.n % 4), DATEADD(day, x.n, '20240101')
      FROM (VALUES ${numbers(160)}) AS x(n)`);
    const count = Number(await database.value('SELECT COUNT(*) FROM dbo.composite'));
    const table = tableOf('dbo.composite');
    for (const size of [7, 39]) {
      const { rows } = await readInChunks(table, size);
      expect(rows).toHaveLength(count);
      expect(new Set(rows.map((row) => row.join('|'))).size).toBe(count);
    }
  });

  test('B6 a plan goes on behind its last boundary and covers every key, also keys that come later', async () => {
    const table = tableOf('dbo.skewed');
    const all = [];
    for await (const bounds of reader.plan(table, 50)) all.push(bounds);
    const resumed = [];
    const seventh = all[6]?.upper;
    if (!seventh) throw new Error('no seventh boundary');
    for await (const bounds of reader.plan(table, 50, seventh)) resumed.push(bounds);
    expect(resumed).toEqual(all.slice(7));
    expect(all[0]?.lower).toBeNull();
    expect(all.at(-1)?.upper).toBeNull();
    for (const [index, bounds] of all.entries()) if (index > 0) expect(bounds.lower).toEqual(all[index - 1]?.upper);
  });

  test('B7 decimal(38,0) and datetime2(7) keys keep their last digit', async () => {
    const meters = ['9223372036854775807', '9223372036854775808', '9223372036854775809', '-9223372036854775808'];
    const wide = ['99999999999999999999999999999999999999', '99999999999999999999999999999999999998'];
    const times = [
      '2024-05-05 05:05:05.6643657',
      '2024-05-05 05:05:05.6643658',
      '9999-12-31 23:59:59.9999999',
      '0001-01-01 00:00:00.0000000',
    ];
    const expected = [...meters, ...wide].flatMap((meter) => times.map((time) => `${meter} ${time}`));
    await database.run(
      `INSERT INTO dbo.digits VALUES ${[...meters, ...wide].flatMap((m) => times.map((t) => `(${m}, '${t}')`)).join(', ')}`,
    );
    const table = tableOf('dbo.digits');
    for (const size of [1, 2, 5]) {
      const { rows } = await readInChunks(table, size);
      expect(rows.map((row) => row.join(' ')).toSorted()).toEqual(expected.toSorted());
    }
    const found = await reader.lookup(
      table,
      [
        [meters[1] ?? '', times[0] ?? ''],
        ['0', times[0] ?? ''],
      ],
      signal,
    );
    expect(found.map((row) => row.join(' '))).toEqual([`${meters[1]} ${times[0]}`]);
  });

  test('B7 every type that may be a key is its own boundary', async () => {
    for (const [index, [type, values]] of KEY_TYPES.entries()) {
      const { rows } = await readInChunks(tableOf(`dbo.key${index}`), 1);
      expect({ type, count: new Set(rows.map((row) => String(row[0]))).size, rows: rows.length }).toEqual({
        type,
        count: values.length,
        rows: values.length,
      });
    }
  });

  test('B8 a unique index over a column that may be NULL, or over some rows, is no key', () => {
    expect(tableOf('dbo.nullable').key).toEqual([]);
    expect(tableOf('dbo.uniquely').key.map((column) => column.index)).toEqual([1, 2]);
  });

  test('a chunk whose consumer leaves early lets its connection go on', async () => {
    const source = await database.source({ blockBytes: 2000 });
    const small = await source.openChunkReader();
    const table = tableOf('dbo.guids');
    for (let turn = 0; turn < 5; turn++) {
      for await (const block of small.read(table, { lower: null, upper: null }, signal)) {
        expect(block.rows.length).toBeGreaterThan(0);
        break;
      }
    }
    const { rows } = await readInChunks(table, 5000, small);
    expect(rows).toHaveLength(10_000);
    await small.close();
  });

  test('A15 a reader that stands still in the middle of a chunk keeps no writer waiting', async () => {
    const table = tableOf('dbo.guids');
    const source = await database.source({ blockBytes: 2000 });
    const slow = await source.openChunkReader();
    const blocks = slow.read(table, { lower: null, upper: null }, signal)[Symbol.asyncIterator]();
    await blocks.next();
    const began = Date.now();
    await database.run(`SET LOCK_TIMEOUT 1000; UPDATE dbo.guids SET n = n + 1`);
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(await database.value(`SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()`)).toBe(0);
    await blocks.return?.();
    await slow.close();
  });

  test('A23 names with brackets, quotes, dots and emoji are read like any other', async () => {
    await database.run(`INSERT INTO [s.]]x '].[t]].'"😀 --] VALUES (1, N'a', 7), (2, NULL, 8), (3, N'''', 9)`);
    const { rows } = await readInChunks(tableOf(`s.]x '.t].'"😀 --`), 1);
    expect(rows).toEqual([
      [1, 'a', 7],
      [2, null, 8],
      [3, "'", 9],
    ]);
  });

  test('C19 columns of one name in different cases, and values of all types, keep their places', async () => {
    await database.run(`INSERT INTO dbo.same VALUES (1, 2, 3, 4, 5)`);
    expect((await readInChunks(tableOf('dbo.same'), 10)).rows).toEqual([[1, 2, 3, 4, 5]]);
  });
});

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => `(${index})`).join(', ');
}
