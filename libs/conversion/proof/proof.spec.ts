import { describe, expect, test } from '@jest/globals';
import { convertScript } from '../routines/test-target.ts';
import { modelOf } from '../routines/test-model.ts';
import { argumentLists, type Samples, shownArguments } from './arguments.ts';
import { sourceCall, targetCall } from './calls.ts';
import type { TableTypeDetails } from './parameter.ts';
import { type Subject, subjectsOf } from './subject.ts';
import { triggerStatements } from './trigger-calls.ts';

const SCRIPT = `
CREATE TABLE dbo.Customer (CustomerId int NOT NULL PRIMARY KEY, Name nvarchar(40) NULL)
GO
CREATE TABLE dbo.Note (Id uniqueidentifier NOT NULL DEFAULT NEWID() PRIMARY KEY, CustomerId int NOT NULL, Text varchar(10) NULL)
GO
CREATE TRIGGER dbo.CustomerChanged ON dbo.Customer AFTER UPDATE AS INSERT INTO dbo.Note (CustomerId) SELECT CustomerId FROM inserted
GO
CREATE PROCEDURE dbo.Rename @CustomerId int, @Name nvarchar(40) = N'nobody', @Was nvarchar(40) OUTPUT AS
  SELECT @Was = Name FROM dbo.Customer WHERE CustomerId = @CustomerId
  UPDATE c SET Name = @Name FROM dbo.Customer AS c WHERE c.CustomerId = @CustomerId
  IF @Name = N'stop' RETURN 7
GO
CREATE PROCEDURE dbo.Outer @CustomerId int AS EXEC dbo.Rename @CustomerId, N'x', NULL
GO
CREATE FUNCTION dbo.NameOf (@CustomerId int) RETURNS nvarchar(40) AS BEGIN RETURN (SELECT Name FROM dbo.Customer WHERE CustomerId = @CustomerId) END
GO
CREATE VIEW dbo.Names AS SELECT Name FROM dbo.Customer
GO
CREATE TABLE dbo.Visit (VisitId int NOT NULL PRIMARY KEY, CustomerId int NOT NULL REFERENCES dbo.Customer (CustomerId), VisitedOn date NOT NULL, Mood varchar(10) NULL CHECK (Mood IN ('good', 'bad')))
GO
CREATE TYPE dbo.Phone FROM varchar(4) NULL
GO
CREATE TYPE dbo.VisitList AS TABLE (CustomerId int NOT NULL PRIMARY KEY, Mood varchar(10) NULL, Photo varbinary(8) NULL)
GO
CREATE PROCEDURE dbo.Visits @Visits dbo.VisitList READONLY, @Phone dbo.Phone AS SELECT CustomerId, @Phone FROM @Visits
GO
CREATE PROCEDURE dbo.VisitsBetween @Who int, @StartDate date, @EndDate smalldatetime, @Temper varchar(10) AS
  SELECT VisitId FROM dbo.Visit WHERE CustomerId = @Who AND VisitedOn BETWEEN @StartDate AND @EndDate AND Mood = @Temper
GO
CREATE PROCEDURE dbo.VisitAdd @Id int, @Who int AS INSERT INTO dbo.Visit (VisitId, CustomerId, VisitedOn) VALUES (@Id, @Who, GETDATE())
GO`;

const SAMPLES: Samples = new Map([
  [
    'dbo.customer',
    new Map([
      ['customerid', ['11', '12']],
      ['name', ["O'Hara", null]],
    ]),
  ],
  [
    'dbo.visit',
    new Map([
      ['visitid', ['1', '2']],
      ['customerid', ['11', '11']],
      ['visitedon', ['2024-05-02', '2024-03-01']],
      ['mood', ['good', null]],
    ]),
  ],
]);

const model = modelOf(SCRIPT);
const database = {
  ...model,
  modules: model.modules.map((one) =>
    one.kind === 'trigger' ? { ...one, parent: { schema: 'dbo', name: 'Customer' } } : one,
  ),
};
const conversion = convertScript(SCRIPT);
const subject = (name: string, types: TableTypeDetails = new Map()): Subject => {
  const found = subjectsOf(database, conversion, types).find((one) => one.object === `dbo.${name}`);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

describe('subjects', () => {
  test('what a procedure changes is found through aliases, triggers and the procedures that it calls', () => {
    expect(subject('Rename').changed.toSorted()).toEqual(['dbo.Customer', 'dbo.Note']);
    expect(subject('Outer').changed.toSorted()).toEqual(['dbo.Customer', 'dbo.Note']);
    expect([subject('Outer').writes, subject('NameOf').writes, subject('Names').writes]).toEqual([true, false, false]);
  });

  test('GUIDs that a table makes by default count as made', () => {
    expect(subject('Outer').makesIds).toBe(true);
  });
});

describe('arguments', () => {
  test('rows come first, then defaults, NULLs, and constants of the text; none twice, no more than asked for', () => {
    const lists = argumentLists(subject('Rename'), SAMPLES, 40);
    expect(lists[0]?.slice(0, 2)).toEqual(['11', "O'Hara"]);
    expect(lists[1]?.slice(0, 2)).toEqual(['12', null]);
    expect(lists.some((list) => list[1] === undefined)).toBe(true);
    expect(lists.some((list) => list.every((one) => one === null))).toBe(true);
    expect(lists.some((list) => list[1] === 'stop')).toBe(true);
    expect(new Set(lists.map((list) => JSON.stringify(list))).size).toBe(lists.length);
    expect(argumentLists(subject('Rename'), SAMPLES, 3)).toHaveLength(3);
    expect(argumentLists(subject('Names'), SAMPLES, 9)).toEqual([[]]);
  });
});

describe('arguments that a routine takes', () => {
  test('values are those of the columns that a parameter is compared with; ranges begin early and end late', () => {
    const [first] = argumentLists(subject('VisitsBetween'), SAMPLES, 1);
    expect(first).toEqual(['11', '2024-03-01', '2024-05-02T00:00:00', 'good']);
    const lists = argumentLists(subject('VisitsBetween'), SAMPLES, 40);
    expect(lists.some((list) => list[3] === 'bad')).toBe(true);
  });

  test('a key of a new row is one that is not there, what it refers to one that is', () => {
    const [first] = argumentLists(subject('VisitAdd'), SAMPLES, 1);
    expect(first).toEqual(['7654321', '11']);
  });

  test('rows of a table type come from rows with its columns, from edges, and there may be none; no key twice', () => {
    const types = new Map([['dbo.visitlist', { filled: new Map(), uniques: [['CustomerId']] }]]);
    const lists = argumentLists(subject('Visits', types), SAMPLES, 40).map((list) => list[0]);
    expect(lists).toContainEqual({ rows: [['11', 'good', '0x0102']] });
    expect(lists).toContainEqual({ rows: [] });
    expect(lists.every((one) => typeof one === 'object' && one !== null)).toBe(true);
  });
});

describe('calls', () => {
  test('a table-valued parameter is a variable that is filled there, and an array here', () => {
    const values = [
      {
        rows: [
          ['11', "it's", '0x0102'],
          ['12', null, null],
        ],
      },
      'x',
    ];
    expect(sourceCall(subject('Visits'), values).split('\n').slice(3, 5)).toEqual([
      'DECLARE @sluice0 dbo.VisitList',
      `INSERT INTO @sluice0 ([CustomerId], [Mood], [Photo]) VALUES (CAST(N'11' AS int), CAST(N'it''s' AS varchar(10)), CONVERT(varbinary(8), 0x0102, 1)), (CAST(N'12' AS int), CAST(NULL AS varchar(10)), CAST(NULL AS varbinary(8)))`,
    ]);
    const { sql } = targetCall(subject('Visits'), values);
    expect(sql).toContain(String.raw`ROW('11', 'it''s', E'\\x0102')::`);
    expect(sql).toContain(`ROW('12', NULL, NULL)::`);
    expect(targetCall(subject('Visits'), [{ rows: [] }, null]).sql).toMatch(/ARRAY\[\]::\S+\[\]/);
    expect(shownArguments(subject('Visits').parameters, values)).toBe(
      `@Visits = (11, 'it's', '0x0102'), (12, NULL, NULL), @Phone = 'x'`,
    );
  });

  test('a procedure carries its return code and outputs in a last result set', () => {
    expect(sourceCall(subject('Rename'), ['11', undefined, null])).toBe(`DECLARE @sluice int
DECLARE @sluice0 int
DECLARE @sluice1 nvarchar(40)
DECLARE @sluice2 nvarchar(40)
SET @sluice0 = CAST(N'11' AS int)
SET @sluice2 = CAST(NULL AS nvarchar(40))
EXEC @sluice = [dbo].[Rename] @CustomerId = @sluice0, @Was = @sluice2 OUTPUT
SELECT N'sluice returned', @sluice, NULL, NULL, @sluice2`);
    const call = targetCall(subject('Rename'), ['11', undefined, null]);
    expect(call.sql).toMatch(
      /^CALL "?public"?\."?rename"?\(p_customer_id => '11', p_was => NULL, return_code => NULL\)$/,
    );
    expect([...call.outputs]).toEqual([[2, 'p_was']]);
    expect(call.returnCode).toBe('return_code');
  });

  test('functions and views are selected from', () => {
    expect(sourceCall(subject('NameOf'), ['11'])).toBe(`SELECT [dbo].[NameOf](CAST(N'11' AS int))`);
    expect(targetCall(subject('NameOf'), ["1'1"]).sql).toMatch(/^SELECT .*name_of"?\(p_customer_id => '1''1'\)$/);
    expect(sourceCall(subject('Names'), [])).toBe('SELECT * FROM [dbo].[Names]');
  });

  test('a trigger is fired by updates, an insert and deletes in both languages', () => {
    const [table] = conversion.tables;
    if (!table) throw new Error('no table');
    const pairs = triggerStatements(table, SAMPLES);
    expect(pairs[0]).toEqual({
      source: 'UPDATE [dbo].[Customer] SET [Name] = [Name]',
      target: 'UPDATE "public"."customer" SET "name" = "name"',
    });
    expect(pairs).toContainEqual({
      source: `DELETE FROM [dbo].[Customer] WHERE ([CustomerId] = N'11') OR ([CustomerId] = N'12')`,
      target: `DELETE FROM "public"."customer" WHERE ("customer_id" = '11') OR ("customer_id" = '12')`,
    });
    expect(pairs.some((pair) => pair.source.startsWith('INSERT INTO'))).toBe(true);
  });
});
