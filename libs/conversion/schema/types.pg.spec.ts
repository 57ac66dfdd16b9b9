import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { ColumnModel, DatabaseModel, SourceType, TableModel } from '#schema';
import { valueTypeOf } from '#schema';
import { freshDatabase, type FreshDatabase } from '#testing';
import { DEFAULT_VALUE_POLICY } from '#values';
import { convertDatabase } from './convert-database.ts';
import type { ConversionSettings } from './schema-context.ts';

/** Every type of SQL Server, and what PostgreSQL's catalog shows of a column of it. Issues that every column of the type has, by their codes. */
const TYPES: readonly (readonly [type: SourceType, target: string, ...codes: string[]])[] = [
  [{ name: 'bigint' }, 'bigint'],
  [{ name: 'int' }, 'integer'],
  [{ name: 'smallint' }, 'smallint'],
  [{ name: 'tinyint' }, 'smallint'],
  [{ name: 'bit' }, 'boolean'],
  [{ name: 'decimal', precision: 38, scale: 10 }, 'numeric(38,10)'],
  [{ name: 'numeric', precision: 18, scale: 0 }, 'numeric(18,0)'],
  [{ name: 'money' }, 'numeric(19,4)'],
  [{ name: 'smallmoney' }, 'numeric(10,4)'],
  [{ name: 'float', precision: 53 }, 'double precision'],
  [{ name: 'float', precision: 24 }, 'real'],
  [{ name: 'real' }, 'real'],
  [{ name: 'date' }, 'date'],
  [{ name: 'time', scale: 0 }, 'time(0) without time zone'],
  [{ name: 'time', scale: 7 }, 'time(6) without time zone', 'SL1009'],
  [{ name: 'datetime' }, 'timestamp(3) without time zone'],
  [{ name: 'smalldatetime' }, 'timestamp(0) without time zone'],
  [{ name: 'datetime2', scale: 3 }, 'timestamp(3) without time zone'],
  [{ name: 'datetime2', scale: 7 }, 'timestamp(6) without time zone', 'SL1009'],
  [{ name: 'datetimeoffset', scale: 2 }, 'timestamp(2) with time zone', 'SL1010'],
  [{ name: 'datetimeoffset', scale: 7 }, 'timestamp(6) with time zone', 'SL1009', 'SL1010'],
  [{ name: 'char', length: 10 }, 'character(10)'],
  [{ name: 'nchar', length: 4000 }, 'character(4000)'],
  [{ name: 'varchar', length: 8000 }, 'character varying(8000)'],
  [{ name: 'nvarchar', length: 1 }, 'character varying(1)'],
  [{ name: 'varchar', length: -1 }, 'text'],
  [{ name: 'nvarchar', length: -1 }, 'text'],
  [{ name: 'text' }, 'text'],
  [{ name: 'ntext' }, 'text'],
  [{ name: 'sysname' }, 'character varying(128)'],
  [{ name: 'binary', length: 16 }, 'bytea'],
  [{ name: 'varbinary', length: -1 }, 'bytea'],
  [{ name: 'image' }, 'bytea'],
  [{ name: 'uniqueidentifier' }, 'uuid'],
  [{ name: 'timestamp', length: 8 }, 'bytea', 'SL1015'],
  [{ name: 'xml' }, 'xml'],
  [{ name: 'json' }, 'json'],
  [{ name: 'hierarchyid' }, 'text', 'SL1022'],
  [{ name: 'geography' }, 'text', 'SL1021'],
  [{ name: 'geometry' }, 'text', 'SL1021'],
  [{ name: 'sql_variant' }, 'text', 'SL1023'],
];

const SETTINGS = {
  target: { naming: 'snake_case', schemas: { dbo: 'public' }, version: 18 },
  tables: [],
  values: DEFAULT_VALUE_POLICY,
} as unknown as ConversionSettings;

const column = (id: number, name: string, sourceType: SourceType): ColumnModel => ({
  id,
  name,
  sourceType,
  value: valueTypeOf(sourceType, false) ?? { kind: 'text', of: 'sql_variant' },
  nullable: true,
});

const database = (tables: readonly TableModel[]): DatabaseModel => ({
  name: 'D',
  kind: 'sqlserver',
  version: '16',
  collation: 'Latin1_General_CI_AS',
  schemas: [{ name: 'dbo' }],
  tables,
  sequences: [],
  aliasTypes: [],
  modules: [],
  synonyms: [],
});

const table = (schema: string, name: string, columns: readonly ColumnModel[]): TableModel => ({
  ...{ objectId: 1, schema, name, columns, estimatedRows: 0, estimatedBytes: 0, features: [] },
  ...{ uniques: [], indexes: [], foreignKeys: [], checks: [] },
});

let fresh: FreshDatabase;
let client: pg.Client;

beforeAll(async () => {
  fresh = await freshDatabase();
  client = new pg.Client({ connectionString: fresh.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await fresh?.drop();
});

describe('every type of a column', () => {
  const model = database([
    table(
      'dbo',
      'Types',
      TYPES.map(([type], at) => column(at + 1, `c${at + 1}`, type)),
    ),
  ]);
  const conversion = convertDatabase(model, SETTINGS);

  beforeAll(async () => {
    for (const step of conversion.steps) await client.query(step.sql);
  });

  test.each(TYPES.map(([type, target, ...codes], at) => ({ type, target, codes, name: `c${at + 1}` })))(
    '$type.name becomes $target',
    async ({ target, codes, name }) => {
      const { rows } = await client.query<{ type: string }>(
        `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'types'::regclass and attname = $1`,
        [name],
      );
      expect(rows[0]?.type).toBe(target);
      const own = conversion.issues.filter((one) => one.object === `dbo.Types.${name}`).map((one) => one.code);
      expect(own.toSorted()).toEqual(codes);
    },
  );
});

test('what a type does otherwise everywhere is told once for the database', () => {
  const guid = { ...column(1, 'Id', { name: 'uniqueidentifier' }), nullable: false, rowguidcol: true };
  const key = { name: 'PK', columns: [{ column: 'Id', descending: false }], clustered: true, systemNamed: false };
  const columns = [guid, column(2, 'At', { name: 'datetime' }), column(3, 'Other', { name: 'uniqueidentifier' })];
  const { issues } = convertDatabase(
    database([
      { ...table('dbo', 'A', columns), primaryKey: key },
      { ...table('dbo', 'B', columns), primaryKey: { ...key, name: 'PK_B' } },
    ]),
    SETTINGS,
  );
  expect(issues.map((one) => `${one.code} ${one.object} ${one.message}`)).toEqual([
    expect.stringContaining('SL1025 dbo.A.Id'),
    expect.stringContaining('SL1025 dbo.B.Id'),
    expect.stringContaining('SL1071 D 2 columns'),
    expect.stringContaining('SL1072 D 2 columns'),
  ]);
});

/** Names that end a string, an identifier or a dollar quote, that are words of the language, or too long; and two that fold to one. */
const HOSTILE = [
  'select', 'order', 'user', 'a"b', "it's", 'x$$y', '$body1$', 'back\\slash', 'semi;colon', '--', '/*', 'new\nline', '😀', 'ü'.repeat(128), 'A B', 'a_b', 'A  B', '1st', '%', '\u202e',
]; // prettier-ignore

describe.each(['snake_case', 'lower', 'preserve'] as const)('hostile names under %s', (naming) => {
  const settings = { ...SETTINGS, target: { ...SETTINGS.target, naming, schemas: {} } };

  /** Each name for a table, its columns, keys, checks, a rule, a computed column and a row version. */
  const tables = HOSTILE.map((name, at): TableModel => {
    const columns = [
      {
        ...column(1, name, { name: 'int' }),
        nullable: false,
        identity: { seed: '1', increment: '1', lastValue: null },
      },
      {
        ...column(2, `${name}2`, { name: 'nvarchar', length: 20 }),
        rule: { schema: 'dbo', name, condition: `@v <> N'x'` },
      },
      { ...column(3, `${name}3`, { name: 'timestamp', length: 8 }), nullable: false },
      {
        ...column(4, `${name}4`, { name: 'nvarchar', length: 60 }),
        computed: { definition: `(concat([${name.replaceAll(']', ']]')}2],N'!'))`, persisted: false },
      },
    ];
    const key = { name, columns: [{ column: name, descending: false }], clustered: true, systemNamed: false };
    return {
      ...table('h.]os"t', name, columns),
      objectId: at + 1,
      primaryKey: key,
      uniques: [{ ...key, name: `${name}u`, columns: [{ column: `${name}2`, descending: false }] }],
      comment: name,
    };
  });
  const model = { ...database(tables), schemas: [{ name: 'h.]os"t' }, { name: 'dbo' }] };

  test('are taken, kept apart, and hold what they held', async () => {
    const conversion = convertDatabase(model, settings);
    await client.query('drop schema if exists "h.]os""t", h_os_t cascade');
    await client.query('drop sequence if exists public.rowversion_seq cascade');
    for (const step of conversion.steps) {
      await client.query(step.sql).catch((error: Error) => {
        throw new Error(`${error.message} — in ${step.sql}`, { cause: error });
      });
    }
    expect(conversion.tables).toHaveLength(HOSTILE.length);
    expect(new Set(conversion.tables.map((one) => one.name)).size).toBe(HOSTILE.length);
    for (const made of conversion.tables) {
      const place = [made.schema, made.name].map((part) => client.escapeIdentifier(part)).join('.');
      const columns = made.columns.map((one) => client.escapeIdentifier(one.name));
      const { rows } = await client.query<unknown[]>({
        text: `insert into ${place} (${columns[1] ?? ''}) values ('a') returning ${columns.join(', ')}, obj_description(tableoid, 'pg_class')`,
        rowMode: 'array',
      });
      expect(rows[0]).toEqual([1, 'a', expect.any(Buffer), 'a!', made.source.comment]);
      const write = (value: string): Promise<unknown> =>
        client.query(`insert into ${place} (${columns[1] ?? ''}) values ($1)`, [value]);
      await write('y');
      await expect(write('Y')).rejects.toThrow(/unique/);
      await expect(write('X')).rejects.toThrow(/check constraint/);
    }
  });
});
