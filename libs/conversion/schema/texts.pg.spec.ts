import { describe, expect, test } from '@jest/globals';
import { DEFAULT_CONVERT } from '#jobs';
import { column, database, given, INT, key, module, SETTINGS, table, text } from './test-objects.ts';

/** Texts without case, comments, checks of types and full-text search, as models made in PostgreSQL. */

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
  [`CONTAINS(Title, N'wines NEAR white')`, '5002'],
  [`CONTAINS(Title, N'NEAR(wine, red)')`, '5001'],
  [`CONTAINS(Title, N'NEAR((bread, butter), 2)')`, '5004', '5005'],
  [`CONTAINS(Title, N'NEAR((bread, butter), 2, TRUE)')`, '5004'],
  [`CONTAINS(Title, N'NEAR((bread, butter), MAX) AND NOT salt')`, '5004', '5005', '5006'],
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
          `CREATE PROCEDURE dbo.Near AS SELECT Id FROM dbo.Article WHERE CONTAINS(Title, N'NEAR((a, b, c), 3)')`,
        ),
        module(
          'procedure',
          'Ranked',
          `CREATE PROCEDURE dbo.Ranked @what nvarchar(99) AS SELECT a.Id, CASE WHEN k.RANK BETWEEN 1 AND 1000 THEN 'ranked' END AS R FROM dbo.Article a JOIN CONTAINSTABLE(dbo.Article, Title, @what) AS k ON k.[KEY] = a.Id ORDER BY k.RANK DESC, a.Id`,
        ),
        module(
          'procedure',
          'Best',
          `CREATE PROCEDURE dbo.Best AS SELECT k.[KEY] FROM FREETEXTTABLE(dbo.Article, *, N'wine wines Weine', 2) AS k ORDER BY k.RANK DESC`,
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
      `insert into article values (5001, 'A red wine', 'x', ''), (5002, 'White wine, wines', 'x', ''), (5003, 'Cheese', 'Viele Weine', ''), (5004, 'Bread without much butter', 'x', ''), (5005, 'Butter, bread', 'x', ''), (5006, 'Bread baked in big stone ovens, butter', 'x', '')`,
    );
    for (const [index, [condition, ...ids]] of SEARCHES.entries())
      expect({ condition, ids: await at.target.run(`select * from search${index}()`) }).toEqual({ condition, ids });
    expect(await at.target.run(`select * from search_for('"red wine" or cheese')`)).toEqual(['5001', '5003']);
    // Two occurrences rank higher than one.
    expect(await at.target.run(`select * from ranked('wine')`)).toEqual(['5002|ranked', '5001|ranked']);
    expect(await at.target.run(`select count(*) from best()`)).toEqual(['2']);
  });

  test('what PostgreSQL has no search for is an issue', () => {
    expect(at.target.issues()).toContain('SL1040 dbo.Near');
  });

  test('documents in bytes are an issue', () => {
    expect(at.target.issues()).toEqual(expect.arrayContaining(['SL1031 dbo.Article', 'SL1006 dbo.Article.File']));
  });
});
