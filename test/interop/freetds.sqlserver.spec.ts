import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SourceDatabase } from '#testing';
import { FreeTds, hasFreeTds } from './freetds.ts';

/** FreeTDS 1.3 as Debian packages it: `tsql`, and `freebcp` out and in. */
/** freebcp sets TEXTSIZE to 4096 unless it is told otherwise, and gets no more of a long value. */
const WHOLE = ['-T', '2147483647'];

const when = hasFreeTds() ? describe : describe.skip;

/** Columns of every type that FreeTDS can copy (it leaves xml out of INSERT BULK but not out of its metadata, so no server can read that). */
const FIXED = [
  'b bit',
  't tinyint',
  's smallint',
  'i int',
  'bi bigint',
  'm money',
  'sm smallmoney',
  'r real',
  'f float',
  'u uniqueidentifier',
  'sd smalldatetime',
  'dt datetime',
];
const VARIABLE = [
  'd decimal(38, 10)',
  'n numeric(9, 2)',
  'c char(5)',
  'vc varchar(30)',
  'vm varchar(max)',
  'tx text',
  'nc nchar(4)',
  'nv nvarchar(30)',
  'nm nvarchar(max)',
  'nt ntext',
  'bn binary(4)',
  'vb varbinary(10)',
  'vbm varbinary(max)',
  'im image',
  'ti time(7)',
  'd2 datetime2(7)',
  'do datetimeoffset(7)',
];

const HIGH = `1, 255, 32767, 2147483647, 9223372036854775807, 922337203685477.5807, 214748.3647, 3.4028235E+38, 1.7976931348623157E+308,
  'FFFFFFFF-89AB-CDEF-0123-456789ABCDEF', '2079-06-06T23:59:00', '9999-12-31T23:59:59.997'`;
const LOW = `0, 0, -32768, -2147483648, -9223372036854775808, -922337203685477.5808, -214748.3648, -1.25E-20, -2.225E-300,
  '00000000-0000-0000-0000-000000000000', '1900-01-01T00:00:00', '1753-01-01T00:00:00'`;

function variable(time: string, offset: string, date = ''): string {
  return `${date}9999999999999999999999999999.9999999999, -1234567.89, 'abc', 'it''s é', REPLICATE(CAST('v' AS varchar(max)), 9000), 'text é',
  N'жж', N'Grüße 世', REPLICATE(CAST(N'ж😀' AS nvarchar(max)), 3000), N'ntext ж', 0x01020304, 0x00FF,
  CAST(REPLICATE(CAST('b' AS varchar(max)), 20000) AS varbinary(max)), 0xFF00, '${time}', '9999-12-31T${time}', '2024-02-29T${time}${offset}'`;
}

const ascii = (text: string): string => text.replaceAll(/[^\n -~]/g, 'x');

when('FreeTDS', () => {
  let source: SourceDatabase;
  let freetds: FreeTds;

  beforeAll(async () => {
    source = await SourceDatabase.create();
    freetds = new FreeTds({
      port: source.settings.port,
      password: source.settings.password.reveal(),
      database: source.settings.database,
    });
  });

  afterAll(async () => {
    await freetds.close();
    await source.drop();
  });

  /** Those of the columns in which two tables differ; every value is compared as it is stored. */
  async function differences(columns: readonly string[], one: string, other: string): Promise<string[]> {
    const different: string[] = [];
    for (const column of columns) if (await differs(column, one, other)) different.push(column);
    return different;
  }

  async function differs(column: string, one: string, other: string): Promise<boolean> {
    const [name = '', type = ''] = column.split(' ');
    // A comparison alone would follow the collation, the point in time, or be refused.
    const value = /text|image/.test(type)
      ? `CONVERT(${type === 'image' ? 'varbinary' : 'nvarchar'}(max), ${name})`
      : type.startsWith('datetimeoffset')
        ? `CONVERT(varchar(40), ${name}, 121)`
        : name;
    const bytes = /text|char/.test(type) ? `(${value}) COLLATE Latin1_General_BIN2` : value;
    const left = `SELECT id, ${bytes} AS v FROM dbo.${one}`;
    const right = `SELECT id, ${bytes} AS v FROM dbo.${other}`;
    return (
      (await source.value(`SELECT COUNT(*) FROM ((${left} EXCEPT ${right}) UNION ALL (${right} EXCEPT ${left})) x`)) !==
      0
    );
  }

  test.each(['tds73', 'tds74', 'login', 'tls'])('tsql runs batches (%s)', async (as) => {
    const { stdout, stderr, code } = await freetds.tsql(
      [
        `SELECT N'Grüße' AS greeting, CAST(1.50 AS decimal(5, 2)) AS d, NULL AS nothing
         SELECT 2 AS second
         PRINT 'said'`,
        'SELECT CAST(3 AS bigint) AS after',
      ],
      as,
    );
    expect(stdout).toBe('greeting\td\tnothing\nGrüße\t1.50\tNULL\nsecond\n2\nafter\n3\n');
    expect([stderr.trim(), code]).toEqual(['said', 0]);
  });

  test('tsql shows errors with number, severity, state and line', async () => {
    const { stdout, stderr } = await freetds.tsql([
      'SELECT 1 AS a\nSELECT 1/0',
      "RAISERROR('own %d', 11, 7, 42)",
      'SELECT * FROM dbo.nowhere',
      'SELECT 5 AS still',
    ]);
    expect(stderr).toMatch(/Msg 8134 \(severity 16, state 1\) from \S+ Line 2:\s+"Divide by zero error encountered\."/);
    expect(stderr).toMatch(/Msg 50000 \(severity 11, state 7\) from \S+ Line 1:\s+"own 42"/);
    expect(stderr).toMatch(
      /Msg 208 \(severity 16, state 1\) from \S+ Line 1:\s+"Invalid object name 'dbo\.nowhere'\."/,
    );
    expect(stdout).toContain('still\n5\n');
  });

  test('tsql is refused with a wrong password, and with a version of the protocol that is too old', async () => {
    const wrong = await freetds.tsql([], 'tds74', 'wrong');
    expect(wrong.stderr + wrong.stdout).toMatch(/Msg 18456 \(severity 14, state 1\)[\s\S]*Login failed for user 'sa'/);
    const old = await freetds.tsql([], 'tds72');
    expect(old.stderr + old.stdout).toMatch(/Msg 17836 \(severity 20, state 1\)/);
    expect([wrong.code, old.code]).toEqual([1, 1]);
  });

  test('freebcp copies a table out and in, in the native format, with every type', async () => {
    // Its native files keep no NULLs, dates and Unicode that it can read again: the text format below has those.
    const columns = [...FIXED.map((column) => `${column} NOT NULL`), ...VARIABLE.map((column) => `${column} NULL`)];
    for (const table of ['native', 'native_copy'])
      await source.run(`CREATE TABLE dbo.${table} (id int NOT NULL PRIMARY KEY, ${columns.join(', ')})`);
    await source.run(`INSERT INTO dbo.native VALUES (1, ${HIGH}, ${ascii(variable('23:59:59.9999999', '+13:45'))})`);
    await source.run(`INSERT INTO dbo.native VALUES (2, ${LOW}, ${ascii(variable('00:00:00.0000001', '-12:00'))})`);
    const out = await freetds.bcp('dbo.native', 'out', 'native.bcp', ['-n', ...WHOLE]);
    expect(out.stdout).toContain('2 rows copied.');
    const into = await freetds.bcp('dbo.native_copy', 'in', 'native.bcp', ['-n']);
    expect([into.stdout, into.stderr]).toEqual([expect.stringContaining('2 rows copied.'), '']);
    expect(
      await differences(
        [...FIXED, ...VARIABLE.filter((column) => !/ n(char|varchar|text)/.test(column))],
        'native',
        'native_copy',
      ),
    ).toEqual([]);
  });

  test.each(['tds74', 'tls'])('freebcp copies a table out and in as text, NULLs included (%s)', async (as) => {
    const columns = [...FIXED, 'da date', ...VARIABLE].map((column) => `${column} NULL`);
    for (const table of [`text_${as}`, `text_${as}_copy`])
      await source.run(`CREATE TABLE dbo.${table} (id int NOT NULL PRIMARY KEY, ${columns.join(', ')})`);
    // Its text has milliseconds and no offset, whatever the server.
    await source.run(
      `INSERT INTO dbo.text_${as} VALUES (1, ${HIGH}, ${variable('23:59:59.999', '+00:00', "'9999-12-31', ")})`,
    );
    await source.run(`INSERT INTO dbo.text_${as} (id) VALUES (2)`);
    await source.run(
      `INSERT INTO dbo.text_${as} VALUES (3, ${LOW}, ${variable('00:00:00.001', '+00:00', "'1753-01-01', ")})`,
    );
    const options = ['-c', '-t', '|', '-r', '\n', ...WHOLE];
    const out = await freetds.bcp(`dbo.text_${as}`, 'out', `${as}.txt`, options, as);
    expect(out.stdout).toContain('3 rows copied.');
    const into = await freetds.bcp(`dbo.text_${as}_copy`, 'in', `${as}.txt`, options, as);
    expect([into.stdout, into.stderr]).toEqual([expect.stringContaining('3 rows copied.'), '']);
    expect(await differences([...FIXED, 'da date', ...VARIABLE], `text_${as}`, `text_${as}_copy`)).toEqual([]);
  });

  test('freebcp copies many rows in batches, and the result of a query', async () => {
    await source.run('CREATE TABLE dbo.many (id int NOT NULL PRIMARY KEY, pad varchar(100) NULL)');
    await source.run('SELECT id, pad INTO dbo.many_copy FROM dbo.many');
    await source.run(`WITH d AS (SELECT n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) v (n))
      INSERT INTO dbo.many SELECT a.n + 10 * b.n + 100 * c.n + 1000 * e.n, REPLICATE('p', a.n * 10) FROM d a, d b, d c, d e`);
    const out = await freetds.bcp('SELECT id, pad FROM dbo.many WHERE id % 2 = 0', 'out', 'unused', ['-c']);
    expect(out.code).not.toBe(0);
    expect((await freetds.bcp('dbo.many', 'out', 'many.bcp', ['-n'])).stdout).toContain('10000 rows copied.');
    const into = await freetds.bcp('dbo.many_copy', 'in', 'many.bcp', ['-n', '-b', '700']);
    expect(into.stdout).toContain('10000 rows copied.');
    expect(await source.run('SELECT COUNT(*), SUM(id), SUM(DATALENGTH(pad)) FROM dbo.many_copy')).toEqual([
      [10_000, 49_995_000, 450_000],
    ]);
  });

  test('freebcp stops at a row that breaks a constraint', async () => {
    await source.run(
      'SELECT id, pad INTO dbo.few FROM dbo.many WHERE id < 3; ALTER TABLE dbo.few ADD PRIMARY KEY (id)',
    );
    const into = await freetds.bcp('dbo.few', 'in', 'many.bcp', ['-n']);
    expect(into.stdout + into.stderr).toMatch(/Msg 2627, Level 14/);
    expect(await source.value('SELECT COUNT(*) FROM dbo.few')).toBe(3);
  });
});
