import { describe, expect, test } from '@jest/globals';
import { convertScript } from './test-target.ts';

const told = (script: string, code: string): string[] =>
  convertScript(`CREATE TABLE dbo.Part (Id int NOT NULL PRIMARY KEY, Name nvarchar(40) NULL)\nGO\n${script}`)
    .issues.filter((one) => one.code === code)
    .map((one) => `${one.object}:${one.line} ${one.message}`);

describe('pieces of dynamic SQL that are taken as values are told', () => {
  test.each([
    [
      'text behind a comparison',
      `N'SELECT Id FROM dbo.Part WHERE Name = ' + @p`,
      ['dbo.Find:4 A piece of the text behind a comparison is taken as a value.'],
    ],
    [
      'a list behind IN',
      `N'SELECT Id FROM dbo.Part WHERE Id IN (' + @p + N')'`,
      ['dbo.Find:4 The list behind IN is split at commas, and quotes around its values are left out.'],
    ],
    ['a number, which is one word wherever it stands', `N'SELECT Id FROM dbo.Part WHERE Id = ' + CAST(@n AS int)`, []],
    ['text between quotes', `N'SELECT Id FROM dbo.Part WHERE Name = ''' + @p + N''''`, []],
  ])('%s', (_, text, expected) => {
    const script = `CREATE PROCEDURE dbo.Find @p nvarchar(100), @n int AS
DECLARE @sql nvarchar(max)
SET @sql = ${text}
EXEC (@sql)`;
    expect(told(script, 'SL1073')).toEqual(expected);
  });
});

describe('result sets that are lost with a block are told', () => {
  const two = (body: string): string => `CREATE PROCEDURE dbo.Both @n int OUTPUT AS\n${body}`;

  test('before the ROLLBACK that undoes it', () => {
    const body = `BEGIN TRAN
SELECT Id FROM dbo.Part
IF @n = 1 BEGIN ROLLBACK RETURN END
COMMIT
SELECT Name FROM dbo.Part`;
    expect(told(two(body), 'SL1074')).toHaveLength(1);
  });

  test('in a TRY block', () => {
    const body = `BEGIN TRY\nSELECT Id FROM dbo.Part\nSET @n = 1 / @n\nEND TRY\nBEGIN CATCH\nSELECT ERROR_MESSAGE()\nEND CATCH`;
    expect(told(two(body), 'SL1074')).toHaveLength(1);
  });

  test('not where nothing was opened in it', () => {
    const body = `BEGIN TRY\nSET @n = 1 / @n\nEND TRY\nBEGIN CATCH\nSET @n = 0\nEND CATCH\nSELECT Id FROM dbo.Part`;
    expect(told(two(body), 'SL1074')).toEqual([]);
  });
});

describe('what serves Management Studio alone', () => {
  test('is left out, by name, and nothing else is', () => {
    const script = `CREATE PROCEDURE dbo.sp_dropdiagram @name sysname AS EXECUTE AS CALLER; REVERT
GO
CREATE PROCEDURE dbo.sp_dropdiagrams AS PRINT 'mine'
GO`;
    expect(told(script, 'SL1078').map((one) => one.replace(/^\S+ /, ''))).toEqual([
      "The routines of Management Studio's diagrams are left out: sp_dropdiagram.",
    ]);
    expect(convertScript(script).steps.map((one) => one.object)).toEqual(['dbo.sp_dropdiagrams']);
  });

  test('a note on the same matter is told once for a routine', () => {
    const script = `CREATE PROCEDURE dbo.Dates @a varchar(20), @b varchar(20) AS
DECLARE @d date = @a
SET @d = @b
PRINT @d`;
    expect(told(script, 'SL1002')).toHaveLength(1);
  });
});

describe('result sets of calls', () => {
  const seven = 'SELECT 1 AS a '.repeat(7);

  test('go on to the caller as long as there are not too many', () => {
    const script = `CREATE PROCEDURE dbo.Seven @n int OUTPUT AS ${seven}
GO
CREATE PROCEDURE dbo.Twice @n int OUTPUT AS
EXEC dbo.Seven @n OUTPUT
EXEC dbo.Seven @n OUTPUT
EXEC dbo.Seven @n OUTPUT
GO`;
    const message = 'The 7 result sets of Seven are not handed on: there are too many before them.';
    expect(told(script, 'SL1056')).toEqual([`dbo.Twice:3 ${message}`, `dbo.Twice:4 ${message}`]);
    const made = convertScript(script).steps.find((one) => one.object === 'dbo.Twice')?.sql ?? '';
    expect(made.match(/INOUT p_result_\d+/g)).toHaveLength(7);
    expect(made.match(/v_unused_cursor := NULL;/g)).toHaveLength(1);
  });
});

test('a collation that meets that of the database rules the comparison, with an issue', () => {
  const script = `CREATE TABLE dbo.Code (Code varchar(10) COLLATE Latin1_General_CS_AS NOT NULL PRIMARY KEY)
GO
CREATE PROCEDURE dbo.Same AS SELECT c.Code FROM dbo.Code c JOIN dbo.Part p ON p.Name = c.Code
GO`;
  expect(told(script, 'SL1040')).toEqual([]);
  expect(told(script, 'SL1002')).toHaveLength(1);
  expect(
    convertScript(`CREATE TABLE dbo.Part (Id int, Name nvarchar(40) NULL)\nGO\n${script}`).steps.at(-1)?.sql,
  ).toContain('ON p.name = c.code');
});
