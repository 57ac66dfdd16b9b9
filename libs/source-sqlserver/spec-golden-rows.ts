import type { SourceValue } from '#values';

/** A literal of T-SQL and what both readers must give for it; decided from SQL Server's documentation, not from what Sluice does. */
export type GoldenValue = readonly [literal: string, expected: Exclude<SourceValue, undefined>];

/** The values of one column, one below the other; shorter columns end with NULL. */
export interface GoldenColumn {
  /** The row of the failure modes, as tests name it. */
  readonly row: string;
  readonly type: string;
  readonly values: readonly GoldenValue[];
  /** Capture leaves the old value out of an update's before-image, or (text, ntext, image) out of every before-image (row A18). */
  readonly before?: 'never' | 'unchanged-absent';
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
/** A value whose text is its own literal. */
const same = (...texts: readonly string[]): GoldenValue[] => texts.map((text) => [text, text]);
const quoted = (...texts: readonly string[]): GoldenValue[] => texts.map((text) => [`'${text}'`, text]);

const NUMBERS: readonly GoldenColumn[] = [
  {
    row: 'C1',
    type: 'decimal(38, 10)',
    values: [
      ...same('9999999999999999999999999999.0123456789', '-9999999999999999999999999999.0123456789'),
      ['0.0000000001', '0.0000000001'],
      ['0', '0.0000000000'],
    ],
  },
  {
    row: 'C1',
    type: 'decimal(38, 0)',
    values: same(
      '99999999999999999999999999999999999999',
      '-99999999999999999999999999999999999999',
      '9007199254740993',
    ),
  },
  {
    row: 'C1',
    type: 'numeric(38, 38)',
    values: same('0.99999999999999999999999999999999999999', '-0.00000000000000000000000000000000000001'),
  },
  {
    row: 'C1',
    type: 'numeric(18, 2)',
    values: [
      ['123456789012345.67', '123456789012345.67'],
      ['-1', '-1.00'],
    ],
  },
  {
    row: 'C2',
    type: 'money',
    values: same('922337203685477.5807', '-922337203685477.5808', '0.0001', '-0.0001', '90071992547409.9301'),
  },
  { row: 'C2', type: 'smallmoney', values: same('214748.3647', '-214748.3648', '1.0050') },
  {
    row: 'C3',
    type: 'bigint',
    values: [
      ['9223372036854775807', '9223372036854775807'],
      ['-9223372036854775808', '-9223372036854775808'],
      ['9007199254740993', '9007199254740993'],
      ['-9007199254740993', '-9007199254740993'],
      ['9007199254740991', '9007199254740991'],
      ['-1', '-1'],
    ],
  },
  {
    row: 'C3',
    type: 'int',
    values: [
      ['2147483647', 2_147_483_647],
      ['-2147483648', -2_147_483_648],
    ],
  },
  {
    row: 'C3',
    type: 'smallint',
    values: [
      ['32767', 32_767],
      ['-32768', -32_768],
    ],
  },
  {
    row: 'C3',
    type: 'tinyint',
    values: [
      ['0', 0],
      ['255', 255],
    ],
  },
  {
    row: 'C9',
    type: 'float',
    values: [
      ['1.7976931348623157E+308', Number.MAX_VALUE],
      ['1E-308', 1e-308],
      ['0E0 * -1', -0],
      ['0.1E0', 0.1],
      ['-9007199254740993E0', -9_007_199_254_740_992],
    ],
  },
  {
    row: 'C9',
    type: 'real',
    values: [
      ['1.1E0', Math.fround(1.1)],
      ['-3.4028235E+38', Math.fround(-3.4028235e38)],
      ['1E-38', Math.fround(1e-38)],
    ],
  },
];

const TIMES: readonly GoldenColumn[] = [
  {
    row: 'C4',
    type: 'datetime2(7)',
    values: quoted('2024-05-05 05:05:05.6643657', '1969-12-31 23:59:59.9999999', '1900-01-01 00:00:00.0000001'),
  },
  { row: 'C4', type: 'time(7)', values: quoted('23:59:59.9999999', '00:00:00.0000001', '12:00:00.0000000') },
  {
    row: 'C4',
    type: 'time(0)',
    values: [
      ["'23:59:59'", '23:59:59'],
      ["'12:34:56.5'", '12:34:57'],
    ],
  },
  { row: 'C4', type: 'datetime2(3)', values: quoted('9999-12-31 23:59:59.999', '0001-01-01 00:00:00.000') },
  {
    row: 'C5',
    type: 'datetime2(7)',
    values: quoted('0001-01-01 00:00:00.0000000', '9999-12-31 23:59:59.9999999', '1677-09-21 00:12:43.1452241'),
  },
  { row: 'C5', type: 'date', values: quoted('0001-01-01', '9999-12-31', '1582-10-10', '2024-02-29') },
  {
    row: 'C6',
    type: 'datetime',
    values: [
      ["'1753-01-01'", '1753-01-01 00:00:00.000'],
      ["'9999-12-31T23:59:59.997'", '9999-12-31 23:59:59.997'],
      ["'2024-06-01T10:11:12.086'", '2024-06-01 10:11:12.087'],
      ["'2024-06-01T10:11:12.004'", '2024-06-01 10:11:12.003'],
      ["'2024-06-01T10:11:12.999'", '2024-06-01 10:11:13.000'],
    ],
  },
  {
    row: 'C6',
    type: 'smalldatetime',
    values: [
      ["'1900-01-01'", '1900-01-01 00:00:00.000'],
      ["'2079-06-06T23:59:00'", '2079-06-06 23:59:00.000'],
    ],
  },
  {
    row: 'C7',
    type: 'datetimeoffset(7)',
    values: quoted(
      '2024-03-10 02:30:00.0000000 -05:00',
      '0001-01-01 14:00:00.0000000 +14:00',
      '9999-12-31 09:59:59.9999999 -14:00',
      '2024-10-27 02:30:00.1234567 +05:45',
    ),
  },
  // Hours that a daylight saving time of São Paulo, New York or Berlin leaves out or has twice.
  {
    row: 'C8',
    type: 'datetime2(0)',
    values: quoted('2018-11-04 00:30:00', '2024-03-10 02:30:00', '2024-03-31 02:30:00', '2024-11-03 01:30:00'),
  },
  {
    row: 'C8',
    type: 'datetime',
    values: [
      ["'2018-11-04T00:00:00'", '2018-11-04 00:00:00.000'],
      ["'2018-02-17T23:30:00'", '2018-02-17 23:30:00.000'],
    ],
  },
  { row: 'C8', type: 'date', values: quoted('2018-11-04', '1899-12-31') },
];

const TEXTS: readonly GoldenColumn[] = [
  {
    row: 'C10 C11',
    type: 'nvarchar(20)',
    values: [
      ["N'a' + NCHAR(0) + N'b'", 'a\u0000b'],
      ["N'x' + NCHAR(0xD800)", 'x\uD800'],
      ["NCHAR(0xDFFF) + N'y'", '\uDFFFy'],
      ['NCHAR(0xDC00) + NCHAR(0xD800)', '\uDC00\uD800'],
      ["N'well formed ' + NCHAR(0xD83D) + NCHAR(0xDE00)", 'well formed 😀'],
    ],
  },
  {
    row: 'C10 C11',
    type: 'nvarchar(max)',
    before: 'unchanged-absent',
    values: [["N'long ' + NCHAR(0xDBFF)", 'long \uDBFF']],
  },
  {
    row: 'C12',
    type: 'char(5)',
    values: [
      ["'ab'", 'ab   '],
      ["''", '     '],
    ],
  },
  { row: 'C12', type: 'nchar(3)', values: [["N'ü'", 'ü  ']] },
  {
    row: 'C12',
    type: 'varchar(10)',
    values: [
      ["'ab  '", 'ab  '],
      ["' '", ' '],
    ],
  },
  {
    row: 'C15',
    type: 'nvarchar(10)',
    values: [
      ["N''", ''],
      ['NULL', null],
      ["N'NULL'", 'NULL'],
      ["N'\\N'", '\\N'],
    ],
  },
  {
    row: 'C15',
    type: 'varbinary(10)',
    before: 'unchanged-absent',
    values: [
      ['0x', bytes('')],
      ['NULL', null],
      ['0x00', bytes('00')],
    ],
  },
  {
    row: 'C17',
    type: 'uniqueidentifier',
    values: [
      ["'6f9619ff-8b86-d011-b42d-00c04fc964ff'", '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
      ["'00000000-0000-0000-0000-000000000001'", '00000000-0000-0000-0000-000000000001'],
    ],
  },
  { row: 'C18', type: 'varchar(20) COLLATE Cyrillic_General_CI_AS', values: [["N'Привет, Ёлка №'", 'Привет, Ёлка №']] },
  { row: 'C18', type: 'varchar(20) COLLATE Japanese_CI_AS', values: [["N'日本語 ｶﾅ'", '日本語 ｶﾅ']] },
  { row: 'C18', type: 'varchar(20) COLLATE Latin1_General_100_CI_AS_SC_UTF8', values: [["N'é 山 😀'", 'é 山 😀']] },
  { row: 'C18', type: 'varchar(20) COLLATE SQL_Latin1_General_CP1_CI_AS', values: [["N'€ fünf ™'", '€ fünf ™']] },
  { row: 'C18', type: 'binary(4)', before: 'unchanged-absent', values: [['0x01', bytes('01000000')]] },
  {
    row: 'C18',
    type: 'varbinary(max)',
    before: 'unchanged-absent',
    values: [
      ['0xDEADBEEF', bytes('deadbeef')],
      ['0x', bytes('')],
    ],
  },
];

/** Types that only the driver reads. */
const OLD_TYPES: readonly GoldenColumn[] = [
  { row: 'C18', type: 'text', before: 'never', values: [["'old text'", 'old text']] },
  { row: 'C18', type: 'ntext', before: 'never', values: [["N'old ✓'", 'old ✓']] },
  { row: 'C18', type: 'image', before: 'never', values: [['0x00FF00', bytes('00ff00')]] },
];

const VARIANTS: readonly GoldenValue[] = [
  ['CAST(42 AS int)', 'int:42'],
  ['CAST(9223372036854775807 AS bigint)', 'bigint:9223372036854775807'],
  ['CAST(-922337203685477.5808 AS money)', 'money:-922337203685477.5808'],
  ['CAST(1.005 AS smallmoney)', 'smallmoney:1.0050'],
  ['CAST(-0.5 AS decimal(38, 30))', 'decimal:-0.500000000000000000000000000000'],
  ["CAST('9999-12-31 23:59:59.9999999' AS datetime2)", 'datetime2:9999-12-31 23:59:59.9999999'],
  ["CAST('2024-03-10 02:30:00 -05:00' AS datetimeoffset)", 'datetimeoffset:2024-03-10 02:30:00.0000000 -05:00'],
  ["CAST('2024-06-01T10:11:12.087' AS datetime)", 'datetime:2024-06-01 10:11:12.087'],
  ["CAST('2024-06-01T10:11:00' AS smalldatetime)", 'smalldatetime:2024-06-01 10:11:00.000'],
  ['CAST(0.1E0 AS float)', 'float:1.0000000000000001e-001'],
  ["CAST('2024-02-29' AS date)", 'date:2024-02-29'],
  ["CAST('23:59:59.9999999' AS time)", 'time:23:59:59.9999999'],
  ["CAST(N'日本 \\N' AS nvarchar(20))", 'nvarchar:日本 \\N'],
  ["CAST('' AS varchar(5))", 'varchar:'],
  ['CAST(1 AS bit)', 'bit:1'],
  [
    "CAST('6f9619ff-8b86-d011-b42d-00c04fc964ff' AS uniqueidentifier)",
    'uniqueidentifier:6F9619FF-8B86-D011-B42D-00C04FC964FF',
  ],
  ['NULL', null],
];

const RARE: readonly GoldenColumn[] = [
  {
    row: 'C16',
    type: 'hierarchyid',
    values: [
      ["hierarchyid::Parse('/')", '/'],
      ["hierarchyid::Parse('/1/3.5/')", '/1/3.5/'],
      ["hierarchyid::Parse('/-1/4000/')", '/-1/4000/'],
    ],
  },
  {
    row: 'C16',
    type: 'geography',
    before: 'unchanged-absent',
    values: [
      ['geography::Point(47.651, -122.349, 4326)', 'SRID=4326;POINT (-122.349 47.651)'],
      ['geography::Point(0, 180, 4326)', 'SRID=4326;POINT (180 0)'],
    ],
  },
  {
    row: 'C16',
    type: 'geometry',
    before: 'unchanged-absent',
    values: [["geometry::STGeomFromText('POINT (1.5 -2)', 0)", 'SRID=0;POINT (1.5 -2)']],
  },
  { row: 'C16', type: 'sql_variant', values: VARIANTS },
  {
    row: 'C16',
    type: 'xml',
    before: 'unchanged-absent',
    values: [
      ['N\'<a b="1">text</a>\'', '<a b="1">text</a>'],
      ["N'<a>é 😀 &lt;&amp;</a>'", '<a>é 😀 &lt;&amp;</a>'],
    ],
  },
];

/** A table of golden columns behind the key `id` (1 …) and before the rowversion `stamp`; the first column has index 1. */
export interface GoldenTable {
  readonly name: string;
  readonly columns: readonly GoldenColumn[];
  /** Rows that the statements below write. */
  readonly rows: number;
  readonly create: string;
  /** One statement a row. */
  readonly inserts: readonly string[];
  /** One statement a row: every row takes the values of the row behind it, the last one those of the first. */
  readonly updates: readonly string[];
}

/** What stands in a row (0 …) of a column. */
export function goldenValue(column: GoldenColumn, row: number): GoldenValue {
  return column.values[row] ?? ['NULL', null];
}

function goldenTable(name: string, columns: readonly GoldenColumn[]): GoldenTable {
  const names = columns.map((_, index) => `c${index + 1}`);
  const rows = Math.max(...columns.map((column) => column.values.length));
  const literals = (row: number): string[] => columns.map((column) => goldenValue(column, row)[0]);
  const each = Array.from({ length: rows }, (_, row) => row);
  return {
    name,
    columns,
    rows,
    create: `CREATE TABLE dbo.${name} (id int NOT NULL PRIMARY KEY, ${columns.map(({ type }, index) => `${names[index]} ${type} NULL`).join(', ')}, stamp rowversion)`,
    inserts: each.map(
      (row) => `INSERT INTO dbo.${name} (id, ${names.join(', ')}) VALUES (${row + 1}, ${literals(row).join(', ')})`,
    ),
    updates: each.map((row) => {
      const next = literals((row + 1) % rows);
      return `UPDATE dbo.${name} SET ${names.map((column, index) => `${column} = ${next[index]}`).join(', ')} WHERE id = ${row + 1}`;
    }),
  };
}

const ALL: readonly GoldenColumn[] = [...NUMBERS, ...TIMES, ...TEXTS, ...RARE];

/** Two tables, since rows are read in two ways: straight from the bytes, and by the driver where a column has a type that only it reads. */
export const GOLDEN: readonly GoldenTable[] = [
  goldenTable('golden', ALL),
  goldenTable('golden_old', [...ALL, ...OLD_TYPES]),
];
