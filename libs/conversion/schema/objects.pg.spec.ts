import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DEFAULT_CONVERT } from '#jobs';
import type { ColumnModel, DatabaseModel, ModuleModel, SourceType, TableModel } from '#schema';
import { valueTypeOf } from '#schema';
import { freshDatabase, type FreshDatabase, testPostgres } from '#testing';
import { DEFAULT_VALUE_POLICY } from '#values';
import { convertDatabase } from './convert-database.ts';
import type { ConversionSettings } from './schema-context.ts';
import type { Conversion } from './target-model.ts';

/** What PostgreSQL does with converted objects: each case is a model, and the answers that SQL Server's documentation gives for the object. */

const SETTINGS = {
  target: { naming: 'snake_case', schemas: { dbo: 'public' }, version: 18 },
  tables: [],
  values: DEFAULT_VALUE_POLICY,
  convert: { ...DEFAULT_CONVERT, principals: 'roles' },
} as unknown as ConversionSettings;

let nextId = 1;

/** `name type` with what stands behind it; NOT NULL unless `nullable`. */
function column(name: string, sourceType: SourceType, extra: Partial<ColumnModel> = {}): ColumnModel {
  const value = valueTypeOf(sourceType, false);
  if (!value) throw new Error(`no values of ${sourceType.name}`);
  return { id: nextId++, name, sourceType, value, nullable: false, ...extra };
}

const INT: SourceType = { name: 'int' };
const text = (length: number): SourceType => ({ name: 'nvarchar', length });
const key = (name: string, ...columns: string[]): NonNullable<TableModel['primaryKey']> => ({
  name,
  columns: columns.map((one) => ({ column: one, descending: false })),
  clustered: true,
  systemNamed: false,
});

function table(name: string, columns: readonly ColumnModel[], extra: Partial<TableModel> = {}): TableModel {
  return {
    objectId: nextId++,
    schema: 'dbo',
    name,
    columns,
    primaryKey: key(`PK_${name}`, columns[0]?.name ?? ''),
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    estimatedRows: 0,
    estimatedBytes: 0,
    features: [],
    ...extra,
  };
}

function database(extra: Partial<DatabaseModel>): DatabaseModel {
  return {
    name: 'D',
    kind: 'sqlserver',
    version: '16',
    collation: 'SQL_Latin1_General_CP1_CI_AS',
    schemas: [{ name: 'dbo' }],
    tables: [],
    sequences: [],
    aliasTypes: [],
    modules: [],
    synonyms: [],
    ...extra,
  };
}

const module = (
  kind: ModuleModel['kind'],
  name: string,
  definition: string,
  extra: Partial<ModuleModel> = {},
): ModuleModel => ({
  schema: 'dbo',
  name,
  kind,
  definition,
  usesAnsiNulls: true,
  usesQuotedIdentifier: true,
  ...extra,
});

/** A model in PostgreSQL; `between` runs once the tables are there, before what is made at cutover. */
class Target {
  private constructor(
    readonly conversion: Conversion,
    private readonly fresh: FreshDatabase,
    readonly client: pg.Client,
  ) {}

  static async make(model: DatabaseModel, between: readonly string[] = [], settings = SETTINGS): Promise<Target> {
    const conversion = convertDatabase(model, settings);
    const fresh = await freshDatabase();
    const client = new pg.Client({
      connectionString: fresh.url,
      types: { getTypeParser: () => (value: unknown) => value },
    });
    await client.connect();
    const made = new Target(conversion, fresh, client);
    for (const step of conversion.steps.filter((one) => one.phase === 'before')) await client.query(step.sql);
    for (const sql of between) await client.query(sql);
    for (const step of conversion.steps.filter((one) => one.phase !== 'before')) await client.query(step.sql);
    return made;
  }

  /** Rows as `a|b`, or the error's state. */
  async run(sql: string): Promise<string[]> {
    try {
      const result = await this.client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
      return result.rows.map((row) => row.map((one) => one ?? 'NULL').join('|'));
    } catch (error) {
      return [`!${(error as pg.DatabaseError).code ?? ''}`];
    }
  }

  issues(): string[] {
    return this.conversion.issues.map((one) => `${one.code} ${one.object}`);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.fresh.drop();
  }
}

/** Makes a target for the tests of a group. */
function given(
  model: () => DatabaseModel,
  between: readonly string[] = [],
  settings = SETTINGS,
): { readonly target: Target } {
  const held: { target?: Target } = {};
  beforeAll(async () => {
    held.target = await Target.make(model(), between, settings);
  });
  afterAll(() => held.target?.close());
  return {
    get target() {
      if (!held.target) throw new Error('BUG: not made yet');
      return held.target;
    },
  };
}

describe('alias types, bound rules and defaults', () => {
  const code = { ...text(8), alias: { schema: 'dbo', name: 'CountryCode' } };
  const at = given(
    () =>
      database({
        aliasTypes: [{ schema: 'dbo', name: 'CountryCode', base: text(8), nullable: false }],
        tables: [
          table('Place', [
            column('Id', INT),
            column('Code', code, {
              rule: { schema: 'dbo', name: 'RU_Code', condition: `@code LIKE '[A-Z][A-Z]' AND len(@code) = 2` },
              default: { name: 'DF_Code', definition: `N'XX'`, systemNamed: false, bound: true },
            }),
            column('Rank', INT, {
              rule: { schema: 'dbo', name: 'RU_Rank', condition: '@x BETWEEN 1 AND 9' },
              nullable: true,
            }),
          ]),
        ],
      }),
    [`insert into place values (1, 'wrong', 50)`],
  );

  test('the alias type is a domain over its base', async () => {
    expect(
      await at.target.run(
        `select data_type, domain_name, character_maximum_length from information_schema.columns where column_name = 'code'`,
      ),
    ).toEqual(['character varying|country_code|8']);
  });

  test('rows that break a rule stay, as they do in SQL Server; new values have to keep to it', async () => {
    expect(await at.target.run(`select code from place`)).toEqual(['wrong']);
    expect(await at.target.run(`insert into place values (2, 'D1', 5)`)).toEqual(['!23514']);
    expect(await at.target.run(`insert into place values (2, 'DE', 10)`)).toEqual(['!23514']);
    expect(await at.target.run(`insert into place values (2, 'DE', null) returning rank`)).toEqual(['NULL']);
  });

  test('the bound default gives its value', async () => {
    expect(await at.target.run(`insert into place (id, rank) values (3, 9) returning code`)).toEqual(['XX']);
  });

  test('the base type may be asked for instead', () => {
    const settings = { ...SETTINGS, convert: { ...DEFAULT_CONVERT, aliasTypes: 'base' as const } };
    const model = database({
      aliasTypes: [{ schema: 'dbo', name: 'CountryCode', base: text(8), nullable: false }],
      tables: [table('Place', [column('Id', INT), column('Code', code)])],
    });
    const sql = convertDatabase(model, settings)
      .steps.map((one) => one.sql)
      .join('\n');
    expect(sql).toContain('"code" varchar(8) NOT NULL');
    expect(sql).not.toContain('DOMAIN');
  });
});

describe('partitions', () => {
  const fn = (name: string, type: SourceType, right: boolean, ...bounds: string[]) => ({ name, type, right, bounds });
  const spread = (
    name: string,
    by: SourceType,
    extra: Partial<ColumnModel> = {},
    more: Partial<TableModel> = {},
  ): TableModel => {
    const columns = [column('Id', INT), column('By', by, extra)];
    const primaryKey = extra.nullable ? {} : { primaryKey: key(`PK_${name}`, 'Id', 'By') };
    const { primaryKey: _, ...rest } = table(name, columns);
    return { ...rest, ...primaryKey, partitioned: { function: `PF_${name}`, column: 'By' }, ...more };
  };
  const at = given(() =>
    database({
      partitionFunctions: [
        fn('PF_Right', { name: 'date' }, true, `'20240101'`, `'20250101'`),
        fn('PF_Left', INT, false, '10', '20'),
        fn('PF_Moment', { name: 'datetime2', scale: 3 }, false, `'2024-06-30T23:59:59.999'`),
        fn('PF_Money', { name: 'decimal', precision: 9, scale: 2 }, false, '99.99'),
        fn('PF_Nullable', INT, true, '5'),
        fn('PF_Plain', INT, true, '5'),
        fn('PF_Guid', { name: 'uniqueidentifier' }, true, `'00000000-0000-0000-0000-000000000001'`),
      ],
      tables: [
        spread('Right', { name: 'date' }),
        spread('Left', INT),
        spread('Moment', { name: 'datetime2', scale: 3 }),
        spread('Money', { name: 'decimal', precision: 9, scale: 2 }),
        spread('Nullable', INT, { nullable: true }),
        spread('Plain', INT, {}, { primaryKey: key('PK_Plain', 'Id') }),
        spread('Guid', { name: 'uniqueidentifier' }),
      ],
      modules: [
        module(
          'procedure',
          'RaiseSome',
          'CREATE PROCEDURE dbo.RaiseSome AS UPDATE l SET Id = l.Id + 100 FROM dbo.[Left] AS l LEFT JOIN dbo.Money AS m ON m.Id = l.Id WHERE l.Id = 2',
        ),
        module('procedure', 'DropOne', 'CREATE PROCEDURE dbo.DropOne AS DELETE TOP (1) FROM dbo.[Left]'),
      ],
    }),
  );
  const into = (name: string, value: string): Promise<string[]> =>
    at.target.run(`insert into "${name}" values (1, ${value}) returning tableoid::regclass`);

  test.each([
    ['right', `'2023-12-31'`, 'right_p1'],
    ['right', `'2024-01-01'`, 'right_p2'],
    ['right', `'2024-12-31'`, 'right_p2'],
    ['right', `'2025-01-01'`, 'right_p3'],
    ['left', '10', 'left_p1'],
    ['left', '11', 'left_p2'],
    ['left', '20', 'left_p2'],
    ['left', '21', 'left_p3'],
    ['moment', `'2024-06-30 23:59:59.999'`, 'moment_p1'],
    ['moment', `'2024-07-01'`, 'moment_p2'],
    ['money', '99.99', 'money_p1'],
    ['money', '100.00', 'money_p2'],
    ['nullable', 'null', 'nullable_null'],
    ['nullable', '4', 'nullable_p1'],
    ['nullable', '5', 'nullable_p2'],
  ])('%s: %s lies in %s, on the side of the bound that SQL Server puts it', async (name, value, partition) => {
    expect(await into(name, value)).toEqual([partition]);
  });

  test('a statement that finds rows by their place leaves rows of other partitions alone', async () => {
    await at.target.run('truncate "left"');
    // The first row of each partition lies at the same place.
    await at.target.run('insert into "left" values (1, 5), (2, 15), (3, 25)');
    await at.target.run('call raise_some()');
    expect(await at.target.run('select id, by from "left" order by id')).toEqual(['1|5', '3|25', '102|15']);
    await at.target.run('call drop_one()');
    expect(await at.target.run('select count(*) from "left"')).toEqual(['2']);
  });

  test('a key without the column, or a type of another order, leaves a plain table and says why', async () => {
    expect(at.target.issues().filter((one) => one.startsWith('SL1018'))).toEqual([
      'SL1018 dbo.Plain',
      'SL1018 dbo.Guid',
    ]);
    expect(
      await at.target.run(`select relname, relkind from pg_class where relname in ('plain', 'guid') order by 1`),
    ).toEqual(['guid|r', 'plain|r']);
  });
});

describe('temporal tables', () => {
  const period: SourceType = { name: 'datetime2', scale: 6 };
  const columns = (): ColumnModel[] => [
    column('Id', INT),
    column('Price', { name: 'decimal', precision: 9, scale: 2 }),
    column('ValidFrom', period, { generatedAlways: 'row-start', hidden: true }),
    column('ValidTo', period, { generatedAlways: 'row-end', hidden: true }),
  ];
  const at = given(() => {
    const { primaryKey: _, ...history } = table(
      'PriceHistory',
      columns().map(({ generatedAlways: __, ...one }) => one),
    );
    return database({
      tables: [
        table('Price', columns(), {
          temporal: { start: 'ValidFrom', end: 'ValidTo', history: { schema: 'dbo', name: 'PriceHistory' } },
        }),
        history,
      ],
      modules: [
        module(
          'procedure',
          'PriceAt',
          `CREATE PROCEDURE dbo.PriceAt @at datetime2(6) AS SELECT Id, Price FROM dbo.Price FOR SYSTEM_TIME AS OF @at ORDER BY Id`,
        ),
        module(
          'view',
          'Everything',
          'CREATE VIEW dbo.Everything AS SELECT p.Id, p.Price FROM dbo.Price FOR SYSTEM_TIME ALL AS p',
        ),
        module('view', 'Now', 'CREATE VIEW dbo.Now AS SELECT * FROM dbo.Price'),
      ],
    });
  }, [
    `insert into price values (1, 5, '2020-01-01', '9999-12-31 23:59:59.999999')`,
    `insert into price_history values (1, 4, '2019-01-01', '2020-01-01')`,
  ]);

  test('an insert is stamped with the time of its transaction in UTC, with an end that is open', async () => {
    expect(
      await at.target.run(
        `insert into price (id, price) values (2, 7) returning valid_from = now() at time zone 'UTC', valid_to`,
      ),
    ).toEqual(['t|9999-12-31 23:59:59.999999']);
  });

  test('an update keeps what was before, with the end of its period', async () => {
    await at.target.run('update price set price = 6 where id = 1');
    expect(
      await at.target.run(
        `select h.price, h.valid_from, h.valid_to = p.valid_from from price_history h join price p using (id) where h.valid_from = '2020-01-01'`,
      ),
    ).toEqual(['5.00|2020-01-01 00:00:00|t']);
  });

  test('a delete leaves the row in the history', async () => {
    await at.target.run('insert into price (id, price) values (3, 1)');
    await at.target.run('delete from price where id = 3');
    expect(await at.target.run('select price, valid_to > valid_from from price_history where id = 3')).toEqual([
      '1.00|t',
    ]);
  });

  test('a transaction that began before the last change of the row is refused', async () => {
    await at.target.run(`set session_replication_role = replica`);
    await at.target.run(`insert into price values (4, 1, '2999-01-01', '9999-12-31 23:59:59.999999')`);
    await at.target.run(`set session_replication_role = origin`);
    expect(await at.target.run('update price set price = 2 where id = 4')).toEqual(['!40001']);
  });

  test('FOR SYSTEM_TIME reads the versions of that time', async () => {
    expect(await at.target.run(`select * from price_at('2019-06-01')`)).toEqual(['1|4.00']);
    expect(await at.target.run(`select * from price_at('2020-01-01')`)).toEqual(['1|5.00']);
    expect(await at.target.run(`select price from everything where id = 1 order by price`)).toEqual([
      '4.00',
      '5.00',
      '6.00',
    ]);
  });

  test('hidden columns of the period are no part of *', async () => {
    expect(
      await at.target.run(
        `select column_name from information_schema.columns where table_name = 'now' order by ordinal_position`,
      ),
    ).toEqual(['id', 'price']);
  });
});

describe('rowversion', () => {
  const at = given(
    () => database({ tables: [table('Doc', [column('Id', INT), column('Stamp', { name: 'timestamp', length: 8 })])] }),
    [`insert into doc values (1, '\\x00000000000007d1')`],
  );

  test('what is written gets a value greater than all before, also than those that were moved', async () => {
    const [inserted] = await at.target.run(`insert into doc (id) values (2) returning stamp`);
    const [updated] = await at.target.run(`update doc set id = id where id = 1 returning stamp`);
    expect([inserted, updated]).toEqual(['\\x00000000000007d2', '\\x00000000000007d3']);
  });
});

describe('computed columns', () => {
  const computed = (definition: string) => ({ computed: { definition, persisted: false }, nullable: true });
  const at = given(
    () =>
      database({
        tables: [
          table('Person', [
            column('Id', INT),
            column('First', text(20)),
            column('Born', { name: 'date' }),
            column('Twice', INT, computed('([Id]*(2))')),
            column('Label', text(60), computed(`(concat([First],N' #',[Id]))`)),
            column('Days', INT, computed('(datediff(day,[Born],getdate()))')),
          ]),
        ],
        modules: [
          module('view', 'Ages', 'CREATE VIEW dbo.Ages AS SELECT Id, Days, Label FROM dbo.Person'),
          module(
            'scalar-function',
            'DaysOf',
            'CREATE FUNCTION dbo.DaysOf(@id int) RETURNS int AS BEGIN RETURN (SELECT Days FROM dbo.Person WHERE Id = @id) END',
          ),
        ],
      }),
    [`insert into person (id, first, born) values (1, 'Ada', current_date - 10)`],
  );

  test('what is immutable is generated', async () => {
    expect(await at.target.run(`select twice from person`)).toEqual(['2']);
  });

  test('what PostgreSQL does not hold immutable is kept by a trigger, for the rows that were moved as well', async () => {
    expect(await at.target.run(`select label from person`)).toEqual(['Ada #1']);
    expect(await at.target.run(`update person set first = 'Eve' returning label`)).toEqual(['Eve #1']);
  });

  test('what changes by itself is computed where code reads it', async () => {
    expect(await at.target.run(`select days from ages`)).toEqual(['10']);
    expect(await at.target.run(`select days_of(1)`)).toEqual(['10']);
    expect(at.target.issues()).toEqual(expect.arrayContaining(['SL1033 dbo.Person.Days', 'SL1034 dbo.Person.Label']));
  });
});

describe('indexed views and synonyms', () => {
  const model = (): DatabaseModel =>
    database({
      tables: [table('Sale', [column('Id', INT), column('Amount', INT)])],
      modules: [
        module(
          'view',
          'Total',
          'CREATE VIEW dbo.Total WITH SCHEMABINDING AS SELECT Amount, COUNT_BIG(*) AS N FROM dbo.Sale GROUP BY Amount',
          {
            comment: 'sales of an amount',
            indexes: [{ ...key('IX_Total', 'Amount'), included: [], unique: true, disabled: false, type: 'CLUSTERED' }],
          },
        ),
        module(
          'procedure',
          'AddSale',
          'CREATE PROCEDURE dbo.AddSale @n int AS INSERT INTO dbo.AnySale (Id, Amount) VALUES (@n, @n)',
        ),
        module('procedure', 'AddTwo', 'CREATE PROCEDURE dbo.AddTwo AS BEGIN EXEC dbo.AddAny 8; EXEC dbo.AddAny 9; END'),
      ],
      synonyms: [
        { schema: 'dbo', name: 'AnySale', baseObject: '[dbo].[Sale]' },
        { schema: 'dbo', name: 'AddAny', baseObject: '[D].[dbo].[AddSale]' },
        { schema: 'dbo', name: 'Far', baseObject: '[srv].[d].[dbo].[t]' },
        { schema: 'dbo', name: 'Gone', baseObject: '[dbo].[nothing]' },
      ],
    });
  const at = given(model, ['insert into sale values (1, 5)']);

  test('an indexed view is materialized, with its unique index, and refreshed while it is read', async () => {
    expect(await at.target.run('select * from total')).toEqual(['5|1']);
    await at.target.run('insert into sale values (2, 5)');
    expect(await at.target.run('select * from total')).toEqual(['5|1']);
    expect(await at.target.run('refresh materialized view concurrently total')).toEqual([]);
    expect(await at.target.run('select * from total')).toEqual(['5|2']);
    expect(await at.target.run(`select obj_description('total'::regclass)`)).toEqual(['sales of an amount']);
    expect(at.target.issues()).toContain('SL1017 dbo.Total');
  });

  test('or a plain view, where the job asks for it', () => {
    const settings = { ...SETTINGS, convert: { ...DEFAULT_CONVERT, indexedViews: 'view' as const } };
    const { steps, issues } = convertDatabase(model(), settings);
    expect(steps.some((one) => one.sql.startsWith('CREATE VIEW public.total'))).toBe(true);
    expect(issues.some((one) => one.code === 'SL1017')).toBe(false);
  });

  test('a synonym of a table is a view that can be written to; code goes to what synonyms stand for', async () => {
    await at.target.run('call add_two()');
    await at.target.run('call add_sale(7)');
    expect(await at.target.run('insert into any_sale values (3, 1) returning id')).toEqual(['3']);
    expect(await at.target.run('select id from sale order by id')).toEqual(['1', '2', '3', '7', '8', '9']);
    const procedure = at.target.conversion.steps.find((one) => one.object === 'dbo.AddSale')?.sql;
    expect(procedure).toMatch(/INSERT INTO public\.sale|INSERT INTO "public"\."sale"/);
  });

  test('of other servers, and of nothing, they are issues', () => {
    expect(at.target.issues().filter((one) => one.startsWith('SL1016'))).toEqual(['SL1016 dbo.Far', 'SL1016 dbo.Gone']);
  });
});

describe.each(['icu', 'lower', 'sensitive'] as const)('text that compares without case: %s', (choice) => {
  const at = given(
    () =>
      database({
        tables: [
          table(
            'Town',
            [
              column('Code', text(8)),
              column('Name', text(40)),
              column('Exact', { ...text(40), collation: 'Latin1_General_CS_AS' }),
            ],
            {
              uniques: [key('UQ_Town', 'Name')],
              indexes: [
                {
                  ...key('IX_Town', 'Name'),
                  included: [],
                  unique: false,
                  disabled: false,
                  type: 'NONCLUSTERED',
                  filter: `([Name]<>N'none')`,
                },
              ],
              checks: [
                {
                  name: 'CK_Town',
                  definition: `([Name] NOT LIKE N'%BAD%')`,
                  disabled: false,
                  trusted: true,
                  systemNamed: false,
                },
              ],
            },
          ),
          table('Street', [column('Id', INT), column('TownCode', text(8)), column('Kind', text(20))], {
            foreignKeys: [
              {
                name: 'FK_Street',
                columns: ['TownCode'],
                references: { schema: 'dbo', name: 'Town' },
                referencedColumns: ['Code'],
                onDelete: 'NO ACTION',
                onUpdate: 'NO ACTION',
                disabled: false,
                trusted: true,
                systemNamed: false,
              },
            ],
          }),
        ],
        modules: [
          module(
            'procedure',
            'Find',
            `CREATE PROCEDURE dbo.Find @name nvarchar(40) AS SELECT Code FROM dbo.Town WHERE Name = @name`,
          ),
          module(
            'procedure',
            'FindExact',
            `CREATE PROCEDURE dbo.FindExact @name nvarchar(40) AS SELECT Code FROM dbo.Town WHERE Exact = @name`,
          ),
          module(
            'procedure',
            'Search',
            `CREATE PROCEDURE dbo.Search AS SELECT Code FROM dbo.Town WHERE Name LIKE N'WI%' AND CHARINDEX(N'IE', Name) = 2 AND REPLACE(Name, N'W', N'V') LIKE N'v%' AND UPPER(Name) = N'wien' AND Name IN (N'WIEN', N'x')`,
          ),
          module(
            'procedure',
            'Joined',
            `CREATE PROCEDURE dbo.Joined AS SELECT s.Id FROM dbo.Street AS s JOIN dbo.Town AS t ON t.Code = s.TownCode`,
          ),
          module(
            'procedure',
            'Kinds',
            `CREATE PROCEDURE dbo.Kinds AS SELECT COUNT(*) AS n FROM dbo.Street GROUP BY Kind ORDER BY n`,
          ),
          module(
            'scalar-function',
            'IsYes',
            `CREATE FUNCTION dbo.IsYes(@x nvarchar(10)) RETURNS int AS BEGIN IF @x = N'YES' RETURN 1; RETURN 0 END`,
          ),
        ],
      }),
    [`insert into town values ('AT1', 'Wien', 'Wien')`],
    { ...SETTINGS, convert: { ...DEFAULT_CONVERT, caseInsensitive: choice } },
  );
  const isFolded = choice !== 'sensitive';

  test('comparisons, searches and variables', async () => {
    expect(await at.target.run(`select * from find('WIEN')`)).toEqual(isFolded ? ['AT1'] : []);
    expect(await at.target.run(`select * from find_exact('WIEN')`)).toEqual([]);
    expect(await at.target.run(`select * from search()`)).toEqual(isFolded ? ['AT1'] : []);
    expect(await at.target.run(`select is_yes('yes')`)).toEqual([isFolded ? '1' : '0']);
  });

  test('keys, foreign keys, groups and checks', async () => {
    // The key of a row that moves is held as the source holds it, whatever the choice.
    expect(await at.target.run(`insert into town values ('at1', 'Graz', '')`)).toEqual(['!23505']);
    expect(await at.target.run(`insert into town values ('AT2', 'WIEN', '')`)).toEqual(
      choice === 'sensitive' ? [] : ['!23505'],
    );
    expect(await at.target.run(`insert into town values ('AT3', 'a bad one', '')`)).toEqual(
      choice === 'sensitive' ? [] : ['!23514'],
    );
    await at.target.run(`insert into street values (1, 'AT1', 'Gasse'), (2, 'AT1', 'GASSE')`);
    expect(await at.target.run(`insert into street values (3, 'aT1', 'Weg') returning 1`)).toEqual(
      choice === 'icu' ? ['1'] : ['!23503'],
    );
    expect(await at.target.run(`select * from joined() order by 1`)).toEqual(
      choice === 'icu' ? ['1', '2', '3'] : ['1', '2'],
    );
    expect(await at.target.run(`select * from kinds()`)).toEqual(choice === 'icu' ? ['1', '2'] : ['1', '1']);
  });
});

describe('comments of code, checks of types', () => {
  const at = given(
    () =>
      database({
        tables: [
          table('Bits', [
            column('Id', INT),
            column('Small', { name: 'tinyint' }),
            column('Some', { name: 'varbinary', length: 2 }),
            column('Fixed', { name: 'binary', length: 2 }),
          ]),
        ],
        modules: [
          module('procedure', 'Do It', 'CREATE PROCEDURE dbo.[Do It] AS PRINT 1', { comment: 'does it' }),
          module('scalar-function', 'One', 'CREATE FUNCTION dbo.One() RETURNS int AS BEGIN RETURN 1 END', {
            comment: 'is 1',
          }),
          module(
            'inline-function',
            'Rows',
            'CREATE FUNCTION dbo.Rows() RETURNS TABLE AS RETURN SELECT Id FROM dbo.Bits',
            { comment: 'rows' },
          ),
          module('trigger', 'Bits_T', 'CREATE TRIGGER dbo.Bits_T ON dbo.Bits AFTER INSERT AS PRINT 1', {
            parent: { schema: 'dbo', name: 'Bits' },
            comment: 'fires',
          }),
        ],
      }),
    [],
    { ...SETTINGS, convert: { ...DEFAULT_CONVERT, typeChecks: true } },
  );

  test('procedures, functions and triggers keep their descriptions', async () => {
    expect(
      await at.target.run(
        `select description from pg_description where classoid in ('pg_proc'::regclass, 'pg_trigger'::regclass) and objoid >= 16384 order by 1`,
      ),
    ).toEqual(['does it', 'fires', 'is 1', 'rows']);
  });

  test('where the job asks for it, what a type refuses is refused', async () => {
    const insert = (values: string): Promise<string[]> =>
      at.target.run(`insert into bits values (${values}) returning 1`);
    expect(await insert(`1, 255, '\\x0102', '\\x0102'`)).toEqual(['1']);
    expect(await insert(`2, 256, '\\x01', '\\x0102'`)).toEqual(['!23514']);
    expect(await insert(`3, 1, '\\x010203', '\\x0102'`)).toEqual(['!23514']);
    expect(await insert(`4, 1, '\\x01', '\\x01'`)).toEqual(['!23514']);
  });
});

/** Conditions of CONTAINS and FREETEXT, and the articles that have them. */
const SEARCHES: readonly (readonly [condition: string, ...ids: string[]])[] = [
  [`CONTAINS(Title, N'wine')`, '5001', '5002'],
  [`CONTAINS(Title, N'wine AND NOT red')`, '5002'],
  [`CONTAINS(Title, N'"red wine"')`, '5001'],
  [`CONTAINS(Title, N'"white" OR cheese')`, '5002', '5003'],
  [`CONTAINS(Title, N'"win*" & (white | nothing)')`, '5002'],
  [`CONTAINS(Title, N'FORMSOF(INFLECTIONAL, wines)')`, '5001', '5002'],
  [`CONTAINS(*, N'Wein')`, '5003'],
  [`CONTAINS((Title, Body), N'cheese')`, '5003'],
  [`FREETEXT(Title, N'some red cheeses')`, '5001', '5003'],
];

describe('full-text indexes', () => {
  const at = given(() =>
    database({
      tables: [
        table(
          'Article',
          [
            column('Id', INT),
            column('Title', text(100)),
            column('Body', text(-1)),
            column('File', { name: 'varbinary', length: -1 }),
          ],
          {
            fullText: {
              changeTracking: 'AUTO',
              columns: [
                { name: 'Title', language: 1033 },
                { name: 'Body', language: 1031 },
                { name: 'File', language: 1033, typeColumn: 'Ext' },
              ],
            },
          },
        ),
      ],
      modules: [
        ...SEARCHES.map(([search], at) =>
          module(
            'procedure',
            `Search${at}`,
            `CREATE PROCEDURE dbo.Search${at} AS SELECT Id FROM dbo.Article WHERE ${search} ORDER BY Id`,
          ),
        ),
        module(
          'procedure',
          'SearchFor',
          'CREATE PROCEDURE dbo.SearchFor @what nvarchar(99) AS SELECT a.Id FROM dbo.Article AS a WHERE CONTAINS(a.Title, @what)',
        ),
        module(
          'procedure',
          'Near',
          `CREATE PROCEDURE dbo.Near AS SELECT Id FROM dbo.Article WHERE CONTAINS(Title, N'NEAR(a, b)')`,
        ),
      ],
    }),
  );

  test('text is searched through a GIN index by the language of each column', async () => {
    await at.target.run(
      `insert into article select n, 'Running dogs ' || n, 'viele Häuser', '\\x00' from generate_series(1, 2000) n`,
    );
    await at.target.run('analyze article');
    const plan = await at.target.run(
      `explain select id from article where to_tsvector('english', title) @@ websearch_to_tsquery('english', 'run 77') `,
    );
    expect(plan.join('\n')).toContain('article_fulltext');
    expect(
      await at.target.run(
        `select id from article where to_tsvector('german', body) @@ to_tsquery('german', 'Haus') and id = 5`,
      ),
    ).toEqual(['5']);
  });

  test('CONTAINS and FREETEXT find the rows, through the index of the language', async () => {
    await at.target.run(
      `insert into article values (5001, 'A red wine', 'x', ''), (5002, 'White wine, wines', 'x', ''), (5003, 'Cheese', 'Viele Weine', '')`,
    );
    for (const [index, [condition, ...ids]] of SEARCHES.entries())
      expect({ condition, ids: await at.target.run(`select * from search${index}()`) }).toEqual({ condition, ids });
    expect(await at.target.run(`select * from search_for('"red wine" or cheese')`)).toEqual(['5001', '5003']);
  });

  test('what PostgreSQL has no search for is an issue', () => {
    expect(at.target.issues()).toContain('SL1040 dbo.Near');
  });

  test('documents in bytes are an issue', () => {
    expect(at.target.issues()).toEqual(expect.arrayContaining(['SL1031 dbo.Article', 'SL1006 dbo.Article.File']));
  });
});

describe('keys, identities and sequences', () => {
  const at = given(() =>
    database({
      tables: [
        table(
          'Thing',
          [
            column(
              'Id',
              { name: 'decimal', precision: 12, scale: 0 },
              { identity: { seed: '100', increment: '-5', lastValue: null } },
            ),
            column('Code', text(10), { nullable: true }),
            column('Other', text(10)),
          ],
          {
            uniques: [{ ...key('UQ__Thing__A4AE64B8', 'Code'), systemNamed: true, comment: 'one of each' }],
            checks: [
              {
                name: 'CK__Thing__12AB',
                definition: `([Other]<>N'')`,
                disabled: false,
                trusted: false,
                systemNamed: true,
                comment: 'not empty',
              },
            ],
            indexes: [
              {
                ...key('UX_Other', 'Other'),
                included: [],
                unique: true,
                disabled: false,
                type: 'NONCLUSTERED',
                filter: `([Other]<>N'x')`,
              },
            ],
            foreignKeys: [
              {
                name: 'FK__Thing__99',
                columns: ['Id'],
                references: { schema: 'dbo', name: 'Thing' },
                referencedColumns: ['Id'],
                onDelete: 'NO ACTION',
                onUpdate: 'NO ACTION',
                disabled: false,
                trusted: true,
                systemNamed: true,
              },
            ],
          },
        ),
        table('Second', [column('Id', INT), column('Code', text(10))], {
          indexes: [{ ...key('UX_Other', 'Code'), included: [], unique: false, disabled: false, type: 'NONCLUSTERED' }],
        }),
        table(`${'Long'.repeat(30)}A`, [column('Id', INT), column('a b', INT), column('a_b', INT)]),
        table(`${'Long'.repeat(30)}B`, [column('Id', INT)]),
      ],
      sequences: [
        {
          schema: 'dbo',
          name: 'S',
          type: { name: 'decimal', precision: 38, scale: 0 },
          start: '7',
          increment: '3',
          minimum: '-99999999999999999999999999999999999999',
          maximum: '12',
          cycle: true,
          cache: null,
          current: '7',
          comment: 'counts',
        },
      ],
    }),
  );

  test('an identity of decimals counts from its seed by its increment, and stays a decimal', async () => {
    expect(
      await at.target.run(`insert into thing (code, other) values ('a', 'a') returning id, pg_typeof(id)`),
    ).toEqual(['100|numeric']);
    expect(await at.target.run(`insert into thing (code, other) values ('b', 'b') returning id`)).toEqual(['95']);
    expect(at.target.conversion.counters[1]).toMatchObject({
      object: 'dbo.Thing.Id',
      sequence: { name: 'thing_id_seq' },
      increment: '-5',
    });
  });

  test('texts that the source holds equal are equal in unique keys, one NULL among them', async () => {
    expect(await at.target.run(`insert into thing (code, other) values ('A ', 'c')`)).toEqual(['!23505']);
    expect(await at.target.run(`insert into thing (code, other) values (null, 'd') returning 1`)).toEqual(['1']);
    expect(await at.target.run(`insert into thing (code, other) values (null, 'e')`)).toEqual(['!23505']);
    expect(await at.target.run(`insert into thing (code, other) values ('f', 'D')`)).toEqual(['!23505']);
    expect(await at.target.run(`insert into thing (code, other) values ('g', 'x'), ('h', 'X') returning 1`)).toEqual([
      '1',
      '1',
    ]);
  });

  test('constraints that the source named itself have PostgreSQL’s names; comments and doubt are kept', async () => {
    expect(
      await at.target.run(
        `select conname, convalidated, obj_description(oid, 'pg_constraint') from pg_constraint where conrelid = 'thing'::regclass and contype in ('c', 'u', 'f') order by 1`,
      ),
    ).toEqual(['thing_code_key|t|one of each', 'thing_id_fkey|t|NULL', 'thing_other_check|f|not empty']);
  });

  test('names that are too long or meet others are told', () => {
    const changed = at.target.issues().filter((one) => one.startsWith('SL1004'));
    expect(changed).toEqual(
      expect.arrayContaining([
        'SL1004 dbo.Second.UX_Other',
        `SL1004 dbo.${'Long'.repeat(30)}A`,
        `SL1004 dbo.${'Long'.repeat(30)}A.a_b`,
      ]),
    );
  });

  test('an index of the same name on another table is named after its table', async () => {
    expect(
      await at.target.run(`select indexname from pg_indexes where tablename = 'second' and indexname like '%ux%'`),
    ).toEqual(['second_ux_other']);
  });

  test('a sequence has all its options, cut to what PostgreSQL counts to', async () => {
    expect(await at.target.run(`select nextval('s'), nextval('s'), nextval('s')`)).toEqual([
      '7|10|-9223372036854775808',
    ]);
    expect(await at.target.run(`select obj_description('s'::regclass)`)).toEqual(['counts']);
    expect(at.target.issues()).toContain('SL1029 dbo.S');
  });
});

describe('users, roles, rights and policies', () => {
  const suffix = `x${process.pid}`;
  const at = given(() =>
    database({
      schemas: [{ name: 'dbo' }, { name: 'Sec', owner: `Boss${suffix}` }],
      tables: [
        table('Account', [
          column('Id', INT),
          column('Tenant', text(60)),
          column('Secret', INT, { maskedBy: 'default()' }),
        ]),
      ],
      modules: [
        module(
          'inline-function',
          'Mine',
          'CREATE FUNCTION dbo.Mine(@tenant nvarchar(60)) RETURNS TABLE AS RETURN SELECT 1 AS ok WHERE @tenant = USER_NAME()',
        ),
        module('procedure', 'Nothing', 'CREATE PROCEDURE dbo.Nothing AS PRINT 1'),
      ],
      principals: [
        { name: `Boss${suffix}`, kind: 'role', memberOf: [] },
        { name: `ada${suffix}`, kind: 'user', memberOf: [`Boss${suffix}`, 'db_owner'] },
        { name: `eve${suffix}`, kind: 'user', memberOf: ['db_datareader'] },
      ],
      permissions: [
        {
          grantee: `Boss${suffix}`,
          state: 'GRANT',
          permission: 'SELECT',
          on: { class: 'object', schema: 'dbo', name: 'Account', column: 'Id' },
        },
        {
          grantee: `ada${suffix}`,
          state: 'GRANT_WITH_GRANT_OPTION',
          permission: 'INSERT',
          on: { class: 'object', schema: 'dbo', name: 'Account' },
        },
        {
          grantee: `ada${suffix}`,
          state: 'GRANT',
          permission: 'EXECUTE',
          on: { class: 'object', schema: 'dbo', name: 'Nothing' },
        },
        {
          grantee: `eve${suffix}`,
          state: 'DENY',
          permission: 'SELECT',
          on: { class: 'object', schema: 'dbo', name: 'Account', column: 'Secret' },
        },
        { grantee: `eve${suffix}`, state: 'GRANT', permission: 'SHOWPLAN', on: { class: 'database' } },
        { grantee: `eve${suffix}`, state: 'GRANT', permission: 'CONNECT', on: { class: 'database' } },
      ],
      securityPolicies: [
        {
          schema: 'dbo',
          name: 'Tenants',
          enabled: true,
          predicates: [
            { type: 'filter', table: { schema: 'dbo', name: 'Account' }, definition: '([dbo].[Mine]([Tenant]))' },
            {
              type: 'block',
              operation: 'AFTER INSERT',
              table: { schema: 'dbo', name: 'Account' },
              definition: '([dbo].[Mine]([Tenant]))',
            },
          ],
        },
      ],
    }),
  );

  // Roles belong to the server.
  afterAll(async () => {
    const client = new pg.Client({ connectionString: (await testPostgres()).url });
    await client.connect();
    for (const role of [`boss${suffix}`, `ada${suffix}`, `eve${suffix}`])
      await client.query(`drop role if exists ${role}`);
    await client.end();
  });

  const as = async (role: string, sql: string): Promise<string[]> => {
    await at.target.run(`set role "${role}"`);
    const rows = await at.target.run(sql);
    await at.target.run('reset role');
    return rows;
  };
  const [ada, eve] = [`ada${suffix}`, `eve${suffix}`];

  test('roles cannot log in, and have the rights of the users', async () => {
    expect(await at.target.run(`select rolcanlogin from pg_roles where rolname = '${ada}'`)).toEqual(['f']);
    expect(
      await at.target.run(
        `select has_column_privilege('${ada}', 'account', 'id', 'select'), has_column_privilege('${ada}', 'account', 'tenant', 'select'), has_table_privilege('${ada}', 'account', 'insert with grant option'), has_table_privilege('${eve}', 'account', 'select')`,
      ),
    ).toEqual(['t|f|t|t']);
    expect(await at.target.run(`select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'sec'`)).toEqual([
      `boss${suffix}`,
    ]);
  });

  test('a filter hides the rows of others, a block refuses to write them', async () => {
    await at.target.run(`insert into account values (1, '${eve}', 1), (2, '${ada}', 2)`);
    expect(await as(eve, 'select id from account')).toEqual(['1']);
    expect(await as(ada, `insert into account values (3, '${ada}', 3)`)).toEqual([]);
    expect(await as(ada, `insert into account values (4, '${eve}', 3)`)).toEqual(['!42501']);
  });

  test('what has no like is an issue: DENY, db_owner, SHOWPLAN, masks', () => {
    const found = at.target.issues();
    expect(found).toEqual(
      expect.arrayContaining([
        'SL1036 dbo.Account',
        `SL1036 ${ada}`,
        `SL1036 ${eve}`,
        'SL1027 dbo.Account.Secret',
        'SL1037 dbo.Tenants',
      ]),
    );
  });

  test('nothing of them is made unless the job asks for it, and the report says so', () => {
    const { conversion } = at.target;
    expect(conversion.steps.some((one) => /CREATE ROLE/.test(one.sql))).toBe(true);
    const none = convertDatabase(database({ principals: [{ name: 'a', kind: 'user', memberOf: [] }] }), {
      ...SETTINGS,
      convert: DEFAULT_CONVERT,
    });
    expect(none.steps.filter((one) => /ROLE|GRANT/.test(one.sql))).toEqual([]);
    expect(none.issues.map((one) => one.code)).toEqual(['SL1035']);
  });
});

test('whatever serves the database is an issue with advice, and so are properties without a like', () => {
  const model = database({
    facilities: [
      { kind: 'linked-server', name: 'ERP', detail: 'SQLNCLI, erp.example.org' },
      { kind: 'agent-job', name: 'Nightly' },
      { kind: 'broker-queue', name: 'dbo.Orders' },
      { kind: 'assembly', name: 'Geo' },
      { kind: 'certificate', name: 'C' },
    ],
    properties: [{ name: 'Owner', value: 'sales', object: 'dbo.T' }],
    tables: [
      table(
        'T',
        [
          column('Id', INT),
          column('S', INT, { sparse: true, nullable: true }),
          column('All', { name: 'xml' }, { columnSet: true, nullable: true }),
          column('E', INT, { encrypted: true }),
          column('F', { name: 'varbinary', length: -1 }, { filestream: true }),
          column('X', { name: 'xml' }, { xmlSchema: { schema: 'dbo', name: 'Xsd' } }),
          column('G', { name: 'geography' }),
          column('H', { name: 'hierarchyid' }),
          column('V', { name: 'sql_variant' }),
          column('A', { ...text(5), collation: 'Latin1_General_CI_AI' }),
        ],
        {
          primaryKey: { ...key('PK', 'Id'), columns: [{ column: 'Id', descending: true }] },
          indexes: [
            { ...key('CS', 'Id'), included: [], unique: false, disabled: false, type: 'NONCLUSTERED COLUMNSTORE' },
            { ...key('XX', 'X'), included: [], unique: false, disabled: false, type: 'XML' },
          ],
        },
      ),
    ],
  });
  const found = convertDatabase(model, SETTINGS).issues.map((one) => `${one.code} ${one.object}`);
  expect(found.toSorted()).toEqual(
    [
      'SL1006 dbo.T.XX',
      'SL1021 dbo.T.G',
      'SL1022 dbo.T.H',
      'SL1023 dbo.T.V',
      'SL1024 dbo.T.X',
      'SL1025 dbo.T.F',
      'SL1025 dbo.T.S',
      'SL1026 dbo.T.All',
      'SL1028 dbo.T.E',
      'SL1032 dbo.T.CS',
      'SL1038 dbo.T',
      'SL1039 dbo.T',
      'SL1060 ERP',
      'SL1061 Nightly',
      'SL1062 dbo.Orders',
      'SL1064 Geo',
      'SL1066 C',
      'SL1069 dbo.T.A',
      'SL1075 D',
    ].toSorted(),
  );
});
