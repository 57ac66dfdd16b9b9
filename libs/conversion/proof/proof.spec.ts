import { describe, expect, test } from '@jest/globals';
import { convertScript } from '../routines/test-target.ts';
import { modelOf } from '../routines/test-model.ts';
import { argumentLists, type Samples } from './arguments.ts';
import { sourceCall, targetCall } from './calls.ts';
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
GO`;

const SAMPLES: Samples = new Map([
  [
    'dbo.customer',
    new Map([
      ['customerid', ['11', '12']],
      ['name', ["O'Hara", null]],
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
const subject = (name: string): Subject => {
  const found = subjectsOf(database, conversion).find((one) => one.object === `dbo.${name}`);
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

describe('calls', () => {
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
