import { describe, expect, test } from '@jest/globals';
import { DEFAULT_CONVERT } from '#jobs';
import type { ColumnModel, DatabaseModel, SourceType, TableModel } from '#schema';
import { convertDatabase } from './convert-database.ts';
import { column, database, given, INT, key, module, SETTINGS, table, text } from './test-objects.ts';

/** What PostgreSQL does with converted objects: each case is a model, and the answers that SQL Server's documentation gives for the object. */

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
    expect(sql).toContain('code varchar(8) NOT NULL');
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
