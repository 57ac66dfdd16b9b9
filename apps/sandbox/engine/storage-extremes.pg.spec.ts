import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { TdsType, TdsValue } from '../session.ts';
import { startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let session: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  session = await sandbox.session(`types_${randomBytes(4).toString('hex')}`);
});

afterAll(() => sandbox.close());

const COLLATION = 'SQL_Latin1_General_CP1_CI_AS';
const BMP = Array.from({ length: 0x800 }, (_, i) => String.fromCharCode(0xd000 + i)).join('');

/** T-SQL declaration, type on the wire, and the values that must come back as they went. */
const CASES: readonly (readonly [string, TdsType, readonly TdsValue[]])[] = [
  ['bit', { name: 'bit' }, [true, false]],
  ['tinyint', { name: 'tinyint' }, [0, 255]],
  ['smallint', { name: 'smallint' }, [-32_768, 32_767]],
  ['int', { name: 'int' }, [-2_147_483_648, 2_147_483_647]],
  ['bigint', { name: 'bigint' }, [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n]],
  ['decimal(38,0)', { name: 'decimal', precision: 38, scale: 0 }, ['9'.repeat(38), `-${'9'.repeat(38)}`]],
  ['decimal(38,38)', { name: 'decimal', precision: 38, scale: 38 }, [`0.${'9'.repeat(38)}`, `-0.${'0'.repeat(37)}1`]],
  ['numeric(5,2)', { name: 'numeric', precision: 5, scale: 2 }, ['999.99', '-999.99', '0.00', '1.50']],
  ['money', { name: 'money' }, ['-922337203685477.5808', '922337203685477.5807', '0.0001']],
  ['smallmoney', { name: 'smallmoney' }, ['-214748.3648', '214748.3647']],
  ['real', { name: 'real' }, [Math.fround(-3.4e38), Math.fround(1.18e-38), Math.fround(0.1)]],
  ['float', { name: 'float' }, [-1.797_693_134_862_315_7e308, 2.225_073_858_507_201_4e-308, 0.1, 1 / 3]],
  ['date', { name: 'date' }, ['0001-01-01', '9999-12-31', '2000-02-29']],
  ['time(0)', { name: 'time', scale: 0 }, ['00:00:00', '23:59:59']],
  ['time(6)', { name: 'time', scale: 6 }, ['23:59:59.999999']],
  ['time(7)', { name: 'time', scale: 7 }, ['00:00:00.0000001', '23:59:59.9999999']],
  ['smalldatetime', { name: 'smalldatetime' }, ['1900-01-01 00:00:00', '2079-06-06 23:59:00']],
  ['datetime', { name: 'datetime' }, ['1753-01-01 00:00:00', '9999-12-31 23:59:59.997', '2024-01-01 00:00:00.003']],
  ['datetime2(3)', { name: 'datetime2', scale: 3 }, ['0001-01-01 00:00:00', '9999-12-31 23:59:59.999']],
  ['datetime2(7)', { name: 'datetime2', scale: 7 }, ['0001-01-01 00:00:00.0000000', '9999-12-31 23:59:59.9999999']],
  [
    'datetimeoffset(7)',
    { name: 'datetimeoffset', scale: 7 },
    ['0001-01-01 14:00:00.0000000 +14:00', '9999-12-31 09:59:59.9999999 -14:00', '2024-06-01 12:00:00.1234567 +00:00'],
  ],
  ['char(4)', { name: 'char', length: 4, collation: COLLATION }, ['abcd', 'a   ', '    ']],
  ['varchar(10)', { name: 'varchar', length: 10, collation: COLLATION }, ['', 'a ', 'tab\tand\\', 'é€']],
  ['varchar(max)', { name: 'varchar', length: -1, collation: COLLATION }, ['x'.repeat(1_000_000)]],
  ['nchar(3)', { name: 'nchar', length: 3, collation: COLLATION }, ['ab ', '😀x']],
  [
    'nvarchar(10)',
    { name: 'nvarchar', length: 10, collation: COLLATION },
    ['', ' ', 'a\0b', '\ud83d', '\udc00x', '😀', '\u{10f000}'],
  ],
  ['nvarchar(max)', { name: 'nvarchar', length: -1, collation: COLLATION }, [BMP, '\r\n\t\\N']],
  ['text', { name: 'text', collation: COLLATION }, ['old text']],
  ['ntext', { name: 'ntext', collation: COLLATION }, ['ölter']],
  ['binary(4)', { name: 'binary', length: 4 }, [Buffer.from([0, 0, 0, 0]), Buffer.from([255, 1, 2, 3])]],
  ['varbinary(8)', { name: 'varbinary', length: 8 }, [Buffer.alloc(0), Buffer.from([0]), Buffer.from([92, 92])]],
  ['varbinary(max)', { name: 'varbinary', length: -1 }, [Buffer.alloc(500_000, 7)]],
  ['image', { name: 'image' }, [Buffer.from([1, 2, 3])]],
  [
    'uniqueidentifier',
    { name: 'uniqueidentifier' },
    ['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
  ],
  ['xml', { name: 'xml' }, ['<a b="c">ü</a>']],
  [
    'sql_variant',
    { name: 'sql_variant' },
    [
      { base: { name: 'int' }, value: -5 },
      { base: { name: 'decimal', precision: 38, scale: 10 }, value: '-1.0000000001' },
      { base: { name: 'datetime2', scale: 7 }, value: '2024-01-02 03:04:05.1234567' },
      { base: { name: 'varbinary', length: 3 }, value: Buffer.from([1, 2, 3]) },
    ],
  ],
];

describe('extremes of every type through a table', () => {
  test.each(CASES)('%s', async (declaration, type, values) => {
    await session.run('DROP TABLE IF EXISTS x');
    const created = await session.run(`CREATE TABLE x (id int NOT NULL PRIMARY KEY, v ${declaration} NULL)`);
    expect(created.errors).toEqual([]);
    const all: readonly TdsValue[] = [...values, null];
    for (const [id, value] of all.entries()) {
      const sink = await session.execute('INSERT x (id, v) VALUES (@id, @v)', [
        { name: '@id', type: { name: 'int' }, value: id, output: false },
        { name: '@v', type, value, output: false },
      ]);
      expect(sink.errors).toEqual([]);
    }
    const rows = await session.rows('SELECT v FROM x ORDER BY id');
    expect(rows.map(([value]) => value)).toEqual(all);
  });

  test.each(CASES.filter(([, type]) => type.name !== 'sql_variant'))(
    '%s by bulk load',
    async (declaration, type, values) => {
      await session.run('DROP TABLE IF EXISTS x');
      await session.run(`CREATE TABLE x (id int NOT NULL PRIMARY KEY, v ${declaration} NULL)`);
      async function* rows(): AsyncGenerator<readonly TdsValue[]> {
        for (const [id, value] of values.entries()) yield [id, value];
      }
      const columns = [
        { name: 'id', type: { name: 'int' as const }, nullable: false },
        { name: 'v', type, nullable: true },
      ];
      await session.session.bulkLoad(
        `INSERT BULK x (id int, v ${declaration})`,
        columns,
        rows(),
        new AbortController().signal,
      );
      expect((await session.rows('SELECT v FROM x ORDER BY id')).map(([value]) => value)).toEqual(values);
    },
  );

  test('a datetime is rounded to 1/300 of a second when it is stored', async () => {
    await session.run('DROP TABLE IF EXISTS x; CREATE TABLE x (id int, v datetime)');
    await session.run(
      "INSERT x VALUES (1, '2024-01-01T00:00:00.001'), (2, '2024-01-01T00:00:00.002'), (3, '2024-01-01T00:00:00.005'), (4, '2024-01-01T23:59:59.999')",
    );
    expect(await session.rows('SELECT v FROM x ORDER BY id')).toEqual([
      ['2024-01-01 00:00:00'],
      ['2024-01-01 00:00:00.003'],
      ['2024-01-01 00:00:00.007'],
      ['2024-01-02 00:00:00'],
    ]);
  });
});
