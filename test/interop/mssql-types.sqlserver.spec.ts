import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sql from 'mssql';
import { SourceDatabase } from '#testing';

/** Every type that `mssql` knows, as parameters, in bulk and back, with the ends of its range. */

let source: SourceDatabase;
let pool: sql.ConnectionPool;

beforeAll(async () => {
  source = await SourceDatabase.create();
  pool = await source.session();
});

afterAll(async () => {
  await pool.close();
  await source.drop();
});

/** A column: its type for the driver, its declaration, and values with the literal that the server would be given for each. */
interface Column {
  readonly type: sql.ISqlType | (() => sql.ISqlType);
  readonly declared: string;
  readonly values: readonly (readonly [unknown, string])[];
}

/** Times stay a day within their types: the driver checks the range of a Date in the zone of its process. */
const utc = (text: string): Date => new Date(`${text}Z`);
const long = 'Grüße, 世界 😀 '.repeat(3000);
const blob = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));

const COLUMNS: Readonly<Record<string, Column>> = {
  bit: {
    type: sql.Bit,
    declared: 'bit',
    values: [
      [true, '1'],
      [false, '0'],
    ],
  },
  tinyint: {
    type: sql.TinyInt,
    declared: 'tinyint',
    values: [
      [255, '255'],
      [0, '0'],
    ],
  },
  smallint: {
    type: sql.SmallInt,
    declared: 'smallint',
    values: [
      [32_767, '32767'],
      [-32_768, '-32768'],
    ],
  },
  int: {
    type: sql.Int,
    declared: 'int',
    values: [
      [2_147_483_647, '2147483647'],
      [-2_147_483_648, '-2147483648'],
    ],
  },
  bigint: {
    type: sql.BigInt,
    declared: 'bigint',
    values: [
      ['9223372036854775807', '9223372036854775807'],
      ['-9223372036854775808', '-9223372036854775808'],
    ],
  },
  decimal: {
    type: sql.Decimal(15, 4),
    declared: 'decimal(15, 4)',
    values: [
      [12_345_678.9012, '12345678.9012'],
      [-0.0001, '-0.0001'],
    ],
  },
  numeric: {
    type: sql.Numeric(9, 0),
    declared: 'numeric(9, 0)',
    values: [
      [999_999_999, '999999999'],
      [-999_999_999, '-999999999'],
    ],
  },
  money: {
    type: sql.Money,
    declared: 'money',
    values: [
      [123_456.7891, '123456.7891'],
      [-0.0001, '-0.0001'],
    ],
  },
  smallmoney: {
    type: sql.SmallMoney,
    declared: 'smallmoney',
    values: [
      [214_748.3647, '214748.3647'],
      [-214_748.3648, '-214748.3648'],
    ],
  },
  real: {
    type: sql.Real,
    declared: 'real',
    values: [
      [Math.fround(3.4028234e38), '3.4028235E+38'],
      [Math.fround(1.25e-20), '1.25E-20'],
    ],
  },
  float: {
    type: sql.Float,
    declared: 'float',
    values: [
      [1.797_693_134_862_315_7e308, '1.7976931348623157E+308'],
      [-2.225e-300, '-2.225E-300'],
    ],
  },
  char: {
    type: sql.Char(6),
    declared: 'char(6)',
    values: [
      ['abc   ', "'abc'"],
      ['éüß€ñ!', "'éüß€ñ!'"],
    ],
  },
  varchar: {
    type: sql.VarChar(20),
    declared: 'varchar(20)',
    values: [
      ['', "''"],
      ["it's € 5", "'it''s € 5'"],
    ],
  },
  varcharMax: {
    type: sql.VarChar(sql.MAX),
    declared: 'varchar(max)',
    values: [
      ['é'.repeat(20_000), "REPLICATE(CAST('é' AS varchar(max)), 20000)"],
      ['', "''"],
    ],
  },
  text: {
    type: sql.Text,
    declared: 'text',
    values: [
      ['y'.repeat(9000), "REPLICATE(CAST('y' AS varchar(max)), 9000)"],
      ['€', "'€'"],
    ],
  },
  nchar: {
    type: sql.NChar(4),
    declared: 'nchar(4)',
    values: [
      ['ж   ', "N'ж'"],
      ['世界😀', "N'世界😀'"],
    ],
  },
  nvarchar: {
    type: sql.NVarChar(30),
    declared: 'nvarchar(30)',
    values: [
      ['line\r\nnext\t', "N'line' + NCHAR(13) + NCHAR(10) + N'next' + NCHAR(9)"],
      ['\u0000nul', "NCHAR(0) + N'nul'"],
    ],
  },
  nvarcharMax: {
    type: sql.NVarChar(sql.MAX),
    declared: 'nvarchar(max)',
    values: [
      [long, "REPLICATE(CAST(N'Grüße, 世界 😀 ' AS nvarchar(max)), 3000)"],
      ['', "N''"],
    ],
  },
  ntext: {
    type: sql.NText,
    declared: 'ntext',
    values: [
      [long, "REPLICATE(CAST(N'Grüße, 世界 😀 ' AS nvarchar(max)), 3000)"],
      ['x', "N'x'"],
    ],
  },
  xml: {
    type: sql.Xml,
    declared: 'xml',
    values: [
      ['<a b="1">text</a>', `N'<a b="1">text</a>'`],
      ['<ж/>', "N'<ж/>'"],
    ],
  },
  binary: {
    type: sql.Binary,
    declared: 'binary(4)',
    values: [
      [Buffer.from('00ff10ab', 'hex'), '0x00FF10AB'],
      [Buffer.alloc(4), '0x00000000'],
    ],
  },
  varbinary: {
    type: sql.VarBinary(10),
    declared: 'varbinary(10)',
    values: [
      [Buffer.from('00ff', 'hex'), '0x00FF'],
      [Buffer.alloc(0), '0x'],
    ],
  },
  varbinaryMax: {
    type: sql.VarBinary(sql.MAX),
    declared: 'varbinary(max)',
    values: [
      [blob, `0x${blob.toString('hex')}`],
      [Buffer.alloc(0), '0x'],
    ],
  },
  image: {
    type: sql.Image,
    declared: 'image',
    values: [
      [blob, `0x${blob.toString('hex')}`],
      [Buffer.from([1]), '0x01'],
    ],
  },
  uniqueidentifier: {
    type: sql.UniqueIdentifier,
    declared: 'uniqueidentifier',
    values: [
      ['01234567-89AB-CDEF-0123-456789ABCDEF', "'01234567-89AB-CDEF-0123-456789ABCDEF'"],
      ['00000000-0000-0000-0000-000000000000', "'00000000-0000-0000-0000-000000000000'"],
    ],
  },
  date: {
    type: sql.Date,
    declared: 'date',
    values: [
      [utc('0001-01-02T00:00:00'), "'0001-01-02'"],
      [utc('9999-12-30T00:00:00'), "'9999-12-30'"],
    ],
  },
  time: {
    type: sql.Time(3),
    declared: 'time(3)',
    values: [
      [utc('1970-01-01T23:59:59.999'), "'23:59:59.999'"],
      [utc('1970-01-01T00:00:00'), "'00:00'"],
    ],
  },
  smalldatetime: {
    type: sql.SmallDateTime,
    declared: 'smalldatetime',
    values: [
      [utc('1900-01-02T00:00:00'), "'1900-01-02'"],
      [utc('2079-06-05T23:59:00'), "'2079-06-05T23:59:00'"],
    ],
  },
  datetime: {
    type: sql.DateTime,
    declared: 'datetime',
    values: [
      [utc('1753-01-02T00:00:00'), "'1753-01-02'"],
      [utc('9999-12-30T23:59:59.997'), "'9999-12-30T23:59:59.997'"],
    ],
  },
  datetime2: {
    type: sql.DateTime2(7),
    declared: 'datetime2(7)',
    values: [
      [utc('0001-01-02T00:00:00'), "'0001-01-02'"],
      [utc('9999-12-30T23:59:59.123'), "'9999-12-30T23:59:59.123'"],
    ],
  },
  datetimeoffset: {
    type: sql.DateTimeOffset(3),
    declared: 'datetimeoffset(3)',
    values: [
      [utc('0001-01-02T00:00:00'), "'0001-01-02T00:00:00Z'"],
      [utc('9999-12-30T09:59:59.999'), "'9999-12-30T09:59:59.999Z'"],
    ],
  },
};

const names = Object.keys(COLUMNS);
const columns = Object.values(COLUMNS);
const NULLS = names.map(() => null);
const rowOf = (at: number): unknown[] => columns.map((column) => column.values[at]?.[0]);

function create(table: string): Promise<unknown> {
  const list = names.map((name, index) => `[${name}] ${columns[index]?.declared ?? ''} NULL`);
  return pool.request().batch(`CREATE TABLE dbo.${table} (id int NOT NULL PRIMARY KEY, ${list.join(', ')})`);
}

/** Rows 1 and 2 written as literals, row 3 all NULL: what the others are measured by. */
async function literals(table: string): Promise<void> {
  for (const at of [0, 1]) {
    const values = columns.map((column) => column.values[at]?.[1].replaceAll(/(?<![\w'])'(?=.*[^ -~])/g, "N'"));
    await pool.request().batch(`INSERT INTO dbo.${table} VALUES (${at + 1}, ${values.join(', ')})`);
  }
  await pool.request().batch(`INSERT INTO dbo.${table} (id) VALUES (3)`);
}

/** The values of a table as the driver reads them. */
async function rows(table: string): Promise<unknown[][]> {
  const request = pool.request();
  request.arrayRowMode = true;
  const { recordset } = await request.query(
    `SELECT ${names.map((name) => `[${name}]`).join(', ')} FROM dbo.${table} ORDER BY id`,
  );
  return recordset as unknown as unknown[][];
}

/** Each value as the server stores it: two tables that hold the same answer the same. */
async function stored(table: string): Promise<unknown> {
  const texts = names.map((name, index) => {
    const declared = columns[index]?.declared ?? '';
    if (/^(real|float)$/.test(declared)) return `CONVERT(varchar(40), [${name}], 3) AS [${name}]`;
    if (declared === 'image') return `CAST([${name}] AS varbinary(max)) AS [${name}]`;
    return /text|xml/.test(declared) ? `CAST([${name}] AS nvarchar(max)) AS [${name}]` : `[${name}]`;
  });
  return (await pool.request().query(`SELECT ${texts.join(', ')} FROM dbo.${table} ORDER BY id`)).recordset;
}

test('reads what literals wrote', async () => {
  await create('literal');
  await literals('literal');
  expect(await rows('literal')).toEqual([rowOf(0), rowOf(1), NULLS]);
});

test('writes with parameters what literals write', async () => {
  await create('parameter');
  for (const [id, row] of [rowOf(0), rowOf(1), NULLS].entries()) {
    const request = pool.request();
    row.forEach((value, index) => request.input(names[index] ?? '', columns[index]?.type ?? sql.Int, value));
    await request.query(`INSERT INTO dbo.parameter VALUES (${id + 1}, ${names.map((name) => `@${name}`).join(', ')})`);
  }
  expect(await rows('parameter')).toEqual([rowOf(0), rowOf(1), NULLS]);
  expect(await stored('parameter')).toEqual(await stored('literal'));
});

test('writes in bulk what literals write', async () => {
  await create('bulked');
  // Deprecated LOB types have no place in the driver's bulk rows; XML travels as nvarchar(max), binary needs a length.
  const sent = names.filter((name) => !/^(text|ntext|image|xml|binary)$/.test(name));
  const table = new sql.Table('dbo.bulked');
  table.columns.add('id', sql.Int, { nullable: false });
  for (const name of sent) table.columns.add(name, COLUMNS[name]?.type ?? sql.Int, { nullable: true });
  for (const [id, row] of [rowOf(0), rowOf(1), NULLS].entries()) {
    table.rows.add(id + 1, ...(sent.map((name) => row[names.indexOf(name)]) as string[]));
  }
  const result = await pool.request().bulk(table);
  expect(result.rowsAffected).toBe(3);
  const rest = names.filter((name) => !sent.includes(name));
  await pool
    .request()
    .batch(
      `UPDATE b SET ${rest.map((name) => `[${name}] = l.[${name}]`).join(', ')} FROM dbo.bulked b JOIN dbo.literal l ON l.id = b.id`,
    );
  expect(await stored('bulked')).toEqual(await stored('literal'));
});

test('writes many rows in bulk, with identity values kept or made, and fails as a whole', async () => {
  await pool
    .request()
    .batch(
      "CREATE TABLE dbo.many (id int IDENTITY(5, 5) PRIMARY KEY, n int NOT NULL CHECK (n >= 0), t nvarchar(20) NULL DEFAULT N'none')",
    );
  const table = new sql.Table('dbo.many');
  table.columns.add('n', sql.Int, { nullable: false });
  table.columns.add('t', sql.NVarChar(20), { nullable: true });
  for (let n = 0; n < 20_000; n += 1) table.rows.add(n, n % 3 === 0 ? null : `t${n}`);
  expect((await pool.request().bulk(table)).rowsAffected).toBe(20_000);
  expect(await source.run('SELECT COUNT(*), MIN(id), MAX(id), SUM(n), COUNT(t) FROM dbo.many')).toEqual([
    [20_000, 5, 100_000, 199_990_000, 20_000],
  ]);
  table.rows.add(-1, 'breaks the check');
  const failed = pool.request().bulk(table, { checkConstraints: true });
  await expect(failed).rejects.toMatchObject({ number: 547 });
  expect(await source.value('SELECT COUNT(*) FROM dbo.many')).toBe(20_000);
});

test('keeps NULL, fires triggers and checks constraints in a bulk load where it is asked to, and else does none of it', async () => {
  const { run } = source;
  await pool
    .request()
    .batch(
      "CREATE TABLE dbo.loaded (n int NOT NULL CONSTRAINT ck_loaded CHECK (n >= 0), t nvarchar(20) NULL DEFAULT N'none')",
    );
  await pool.request().batch('CREATE TABLE dbo.fired (n int)');
  await pool
    .request()
    .batch('CREATE TRIGGER dbo.tr_loaded ON dbo.loaded AFTER INSERT AS INSERT dbo.fired SELECT n FROM inserted');
  const load = async (n: number, options: sql.IBulkOptions): Promise<void> => {
    const table = new sql.Table('dbo.loaded');
    table.columns.add('n', sql.Int, { nullable: false });
    table.columns.add('t', sql.NVarChar(20), { nullable: true });
    table.rows.add(n, null);
    await pool.request().bulk(table, options);
  };
  const untrusted = "SELECT is_not_trusted FROM sys.check_constraints WHERE name = 'ck_loaded'";
  await load(1, { keepNulls: true, fireTriggers: true, checkConstraints: true });
  expect(await source.value(untrusted)).toBe(false);
  await load(2, {});
  expect(await run.call(source, 'SELECT n, t FROM dbo.loaded ORDER BY n')).toEqual([
    [1, null],
    [2, 'none'],
  ]);
  expect(await run.call(source, 'SELECT n FROM dbo.fired')).toEqual([[1]]);
  expect(await source.value(untrusted)).toBe(true);
});

test('gives a temporary table its defaults too', async () => {
  const made = new sql.Transaction(pool);
  await made.begin();
  await made.request().batch("CREATE TABLE #loaded (n int NOT NULL, t nvarchar(20) NULL DEFAULT N'none')");
  const table = new sql.Table('#loaded');
  table.columns.add('n', sql.Int, { nullable: false });
  table.columns.add('t', sql.NVarChar(20), { nullable: true });
  table.rows.add(1, null);
  table.rows.add(2, 'some');
  await made.request().bulk(table);
  const { recordset } = await made.request().query('SELECT n, t FROM #loaded ORDER BY n');
  expect(recordset).toEqual([
    { n: 1, t: 'none' },
    { n: 2, t: 'some' },
  ]);
  await made.commit();
});

test('makes the table of a bulk load where it is asked to, also a temporary one', async () => {
  for (const name of ['#made', 'dbo.made']) {
    const table = new sql.Table(name);
    table.create = true;
    table.columns.add('a', sql.Int, { nullable: false, primary: true });
    table.columns.add('b', sql.VarChar(10), { nullable: true });
    table.rows.add(1, 'x');
    expect((await pool.request().bulk(table)).rowsAffected).toBe(1);
    expect((await pool.request().query(`SELECT * FROM ${name}`)).recordset).toEqual([{ a: 1, b: 'x' }]);
  }
});
