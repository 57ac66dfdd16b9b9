import { describe, expect, test } from '@jest/globals';
import { convertScript } from './test-target.ts';

const TABLE = `CREATE TABLE dbo.Part (
  Id int NOT NULL PRIMARY KEY, Code char(5) NOT NULL, Name nvarchar(40) NULL, Small tinyint NOT NULL, Flag bit NOT NULL,
  Price money NOT NULL, Made datetime NOT NULL, Seen datetime2(7) NOT NULL, Day date NOT NULL, Doc xml NULL)
GO
`;

/** Codes of differences that an expression over the table has, and no issue of the table itself. */
function told(expression: string): string[] {
  const { issues } = convertScript(`${TABLE}CREATE PROCEDURE dbo.Ask @n int, @t varchar(20) AS
SELECT ${expression} AS x FROM dbo.Part`);
  const own = issues.filter((one) => /SL11|SL10(69|75)/.test(one.code) && /Ask/.test(`${one.object} ${one.message}`));
  return own.map((one) => one.code);
}

describe('a difference is told where it can show, and only there', () => {
  test.each([
    ['CAST(@n AS tinyint)', ['SL1103']],
    ['CAST(Flag AS tinyint)', []],
    ['CAST(Small AS tinyint)', []],
    ['CAST(200 AS tinyint)', []],
    ['Small + Small', ['SL1103']],
    ['Small + 1', []],
    ['CAST(@n AS smallmoney)', ['SL1103']],
    ['CAST(@n AS money)', []],
    ['CAST(Made AS datetime2)', ['SL1102']],
    ['CAST(Made AS datetime2(3))', []],
    ['CASE WHEN Made = Seen THEN 1 END', ['SL1102']],
    ['CASE WHEN Made < Seen THEN 1 END', []],
    ['DATEADD(ms, @n, Made)', ['SL1102', 'SL1104']],
    ['DATEADD(ms, 500, Made)', ['SL1104']],
    ['DATEADD(day, 1, Made)', ['SL1104']],
    ['CONVERT(varchar(40), Seen, 121)', ['SL1101']],
    ['CONVERT(varchar(19), Seen, 121)', []],
    ['CAST(Id AS nvarchar(3))', ['SL1105']],
    ['CAST(Id AS nvarchar(10))', []],
    ['CAST(Id AS varchar(3))', []],
    ['CAST(Price AS varchar(10))', ['SL1105']],
    ['RIGHT(Name, @n)', ['SL1106']],
    ['RIGHT(Name, 3)', []],
    ['RIGHT(Name, LEN(Code))', []],
    ['CAST(@t AS int)', ['SL1107']],
    [`CAST('12' AS int)`, []],
    ['REPLICATE(Name, @n)', ['SL1108']],
    ['REPLICATE(Name, 3)', []],
    ['ASCII(Name)', ['SL1109']],
    [`ASCII('A')`, []],
    ['PARSENAME(Name, 1)', ['SL1110']],
    [`PARSENAME('[a.b].c', 2)`, []],
    ['CASE WHEN Name = @t THEN 1 END', ['SL1111']],
    [`CASE WHEN Code = 'x' THEN 1 END`, []],
    [`CASE WHEN Name LIKE 'x%' THEN 1 END`, []],
    ['SUSER_SNAME()', ['SL1112']],
    ['@@VERSION', ['SL1112']],
    ['OBJECT_NAME(@@PROCID)', []],
    [`OBJECT_ID('dbo.Part')`, []],
    [`OBJECT_ID('dbo.Nothing')`, ['SL1112']],
    ['CAST(Doc AS nvarchar(max))', ['SL1113']],
  ])('%s', (expression, codes) => {
    expect(told(expression).toSorted()).toEqual(codes);
  });

  test('of grouping by texts, and not of grouping by numbers', () => {
    const grouped = (column: string): string[] =>
      convertScript(
        `${TABLE}CREATE VIEW dbo.Counted AS SELECT ${column}, COUNT(*) AS n FROM dbo.Part GROUP BY ${column}`,
      )
        .issues.filter((one) => one.code === 'SL1075' && one.message.includes('dbo.Counted'))
        .map((one) => one.excerpt);
    expect(grouped('Name')).toEqual(['Name']);
    expect(grouped('Id')).toEqual([]);
  });
});

test('one object is told of a kind once, at its first place', () => {
  const script = `${TABLE}CREATE PROCEDURE dbo.Twice @t varchar(20), @u varchar(20) AS
SELECT CAST(@t AS int)
SELECT CAST(@u AS int)`;
  const told = convertScript(script).issues.filter((one) => one.code === 'SL1107');
  expect(told.map((one) => `${one.object}:${one.line} ${one.excerpt}`)).toEqual(['dbo.Twice:2 CAST(@t AS int)']);
});

describe('what SQL Server refuses whatever the data are is raised, with the like error', () => {
  test.each([
    ['CAST(300 AS tinyint)', '22003'],
    ['CAST(922337203685478 AS money)', '22003'],
    ['CAST(12.34 AS varchar(3))', '22003'],
    [`CAST('1752-12-31' AS datetime)`, '22008'],
    ['DATEFROMPARTS(10000, 1, 1)', '22008'],
    [`CAST('yes' AS bit)`, '22P02'],
    [`RIGHT('abc', -1)`, '22023'],
    [`TRANSLATE('abc', 'ab', 'x')`, '22023'],
  ])('%s', (expression, state) => {
    const { steps } = convertScript(`CREATE PROCEDURE dbo.Ask AS SELECT ${expression} AS x`);
    expect(steps.at(-1)?.sql).toMatch(new RegExp(`RAISE EXCEPTION 'SL1040: .*ERRCODE = '${state}'`));
  });
});
