import type { TdsValue } from '../session.ts';
import { textArguments } from './driver-query.ts';
import type { SystemProcedure } from './procedure.ts';
import { ascii, INT, sendResult, SMALLINT, SYSNAME, type ResultShape } from './result-set.ts';

const SHAPE: ResultShape = [
  ['TYPE_NAME', SYSNAME],
  ['DATA_TYPE', SMALLINT],
  ['PRECISION', INT],
  ['LITERAL_PREFIX', ascii(32)],
  ['LITERAL_SUFFIX', ascii(32)],
  ['CREATE_PARAMS', ascii(32)],
  ['NULLABLE', SMALLINT],
  ['CASE_SENSITIVE', SMALLINT],
  ['SEARCHABLE', SMALLINT],
  ['UNSIGNED_ATTRIBUTE', SMALLINT],
  ['MONEY', SMALLINT],
  ['AUTO_INCREMENT', SMALLINT],
  ['LOCAL_TYPE_NAME', SYSNAME],
  ['MINIMUM_SCALE', SMALLINT],
  ['MAXIMUM_SCALE', SMALLINT],
  ['SQL_DATA_TYPE', SMALLINT],
  ['SQL_DATETIME_SUB', SMALLINT],
  ['NUM_PREC_RADIX', INT],
  ['INTERVAL_PRECISION', SMALLINT],
  ['USERTYPE', SMALLINT],
];

/** How ODBC may search for a value: not at all, with LIKE alone, with all but LIKE, with all. */
type Searchable = 0 | 1 | 2 | 3;

interface TypeInfo {
  readonly name: string;
  /** ODBC 3 type, and its type and subtype where it is a date or time. */
  readonly odbc: number;
  readonly verbose?: readonly [type: number, subtype: number];
  readonly precision: number;
  readonly quotes?: readonly [prefix: string, suffix: string | null];
  readonly parameters?: string;
  readonly notNull?: boolean;
  readonly searchable: Searchable;
  readonly caseSensitive?: boolean;
  readonly unsigned?: boolean;
  readonly money?: boolean;
  readonly identity?: boolean;
  readonly scales?: readonly [least: number | null, most: number];
  readonly radix?: 2 | 10;
  readonly userType: number;
}

const TEXT = ["'", "'"] as const;
const WIDE = ["N'", "'"] as const;
const HEX = ['0x', null] as const;

/** An exact number, and its form with IDENTITY where it has one. */
function number_(name: string, odbc: number, precision: number, userType: number, more: Partial<TypeInfo> = {}) {
  const type: TypeInfo = {
    ...{ name, odbc, precision, userType, searchable: 2, radix: 10, scales: [0, 0], unsigned: false },
    ...more,
  };
  const parenthesized = type.parameters === undefined ? '' : '()';
  const identity: TypeInfo = {
    ...type,
    ...{ name: `${name}${parenthesized} identity`, identity: true, notNull: true, scales: [0, 0] },
    ...(type.parameters === undefined ? {} : { parameters: 'precision' }),
  };
  return [type, identity];
}

const DECIMAL = { parameters: 'precision,scale', scales: [0, 38] } as const;
const MONEY = { quotes: ['$', null], money: true, scales: [4, 4] } as const;
const date = { quotes: TEXT, searchable: 3, userType: 0 } as const;

/** The types of SQL Server 2022 as ODBC 3 sees them, in the order of their ODBC numbers. */
const TYPES: readonly TypeInfo[] = [
  {
    name: 'datetimeoffset',
    odbc: -155,
    verbose: [-155, 0],
    precision: 34,
    ...date,
    parameters: 'scale',
    scales: [0, 7],
  },
  { name: 'time', odbc: -154, verbose: [-154, 0], precision: 16, ...date, parameters: 'scale', scales: [0, 7] },
  { name: 'xml', odbc: -152, precision: 0, quotes: WIDE, caseSensitive: true, searchable: 0, userType: 0 },
  { name: 'sql_variant', odbc: -150, precision: 8000, searchable: 2, scales: [0, 0], radix: 10, userType: 0 },
  { name: 'uniqueidentifier', odbc: -11, precision: 36, quotes: TEXT, searchable: 2, userType: 0 },
  { name: 'ntext', odbc: -10, precision: 1_073_741_823, quotes: WIDE, searchable: 1, userType: 0 },
  { name: 'nvarchar', odbc: -9, precision: 4000, quotes: WIDE, parameters: 'max length', searchable: 3, userType: 0 },
  { name: 'sysname', odbc: -9, precision: 128, quotes: WIDE, notNull: true, searchable: 3, userType: 18 },
  { name: 'nchar', odbc: -8, precision: 4000, quotes: WIDE, parameters: 'length', searchable: 3, userType: 0 },
  { name: 'bit', odbc: -7, precision: 1, searchable: 2, scales: [0, 0], userType: 16 },
  ...number_('tinyint', -6, 3, 5, { unsigned: true }),
  ...number_('bigint', -5, 19, 0),
  { name: 'image', odbc: -4, precision: 2_147_483_647, quotes: HEX, searchable: 0, userType: 20 },
  { name: 'varbinary', odbc: -3, precision: 8000, quotes: HEX, parameters: 'max length', searchable: 2, userType: 4 },
  { name: 'binary', odbc: -2, precision: 8000, quotes: HEX, parameters: 'length', searchable: 2, userType: 3 },
  { name: 'timestamp', odbc: -2, precision: 8, quotes: HEX, notNull: true, searchable: 2, userType: 80 },
  { name: 'text', odbc: -1, precision: 2_147_483_647, quotes: TEXT, searchable: 1, userType: 19 },
  { name: 'char', odbc: 1, precision: 8000, quotes: TEXT, parameters: 'length', searchable: 3, userType: 1 },
  ...number_('numeric', 2, 38, 10, DECIMAL),
  ...number_('decimal', 3, 38, 24, DECIMAL),
  number_('money', 3, 19, 11, MONEY)[0],
  number_('smallmoney', 3, 10, 21, MONEY)[0],
  ...number_('int', 4, 10, 7),
  ...number_('smallint', 5, 5, 6),
  { name: 'float', odbc: 6, precision: 53, searchable: 2, radix: 2, unsigned: false, userType: 8 },
  { name: 'real', odbc: 7, precision: 24, searchable: 2, radix: 2, unsigned: false, userType: 23 },
  { name: 'varchar', odbc: 12, precision: 8000, quotes: TEXT, parameters: 'max length', searchable: 3, userType: 2 },
  { name: 'date', odbc: 91, verbose: [9, 1], precision: 10, ...date, scales: [null, 0] },
  { name: 'datetime2', odbc: 93, verbose: [9, 3], precision: 27, ...date, parameters: 'scale', scales: [0, 7] },
  { name: 'datetime', odbc: 93, verbose: [9, 3], precision: 23, ...date, scales: [3, 3], userType: 12 },
  { name: 'smalldatetime', odbc: 93, verbose: [9, 3], precision: 16, ...date, scales: [0, 0], userType: 22 },
].filter((type): type is TypeInfo => type !== undefined);

const flag = (value: boolean | undefined): TdsValue => (value === undefined ? null : value ? 1 : 0);

/** Only the numbers have a sign, and can count by themselves. */
function rowOf(type: TypeInfo): TdsValue[] {
  const isNumber = type.unsigned !== undefined;
  return [
    type.name,
    type.odbc,
    type.precision,
    type.quotes?.[0] ?? null,
    type.quotes?.[1] ?? null,
    type.parameters ?? null,
    flag(type.notNull !== true),
    flag(type.caseSensitive ?? false),
    type.searchable,
    flag(type.unsigned),
    flag(type.money ?? false),
    isNumber ? flag(type.identity ?? false) : null,
    type.name,
    type.scales?.[0] ?? null,
    type.scales?.[1] ?? null,
    type.verbose?.[0] ?? type.odbc,
    type.verbose?.[1] ?? null,
    type.radix ?? null,
    null,
    type.userType,
  ];
}

/** sp_datatype_info, sp_datatype_info_100: the types, or those of one ODBC type; what drivers ask for getTypeInfo. */
export const spDatatypeInfo: SystemProcedure = async (context, args) => {
  const [wanted] = textArguments(['data_type', 'odbcver'], args);
  const code = Number(wanted ?? 0);
  const types = TYPES.filter((type) => code === 0 || type.odbc === code);
  await sendResult(context.out, SHAPE, types.map(rowOf));
  return { status: 0 };
};
