import { type CaseGroup, many, one } from './case-group.ts';

/** Pieces of texts that callers give: conditions, clauses, columns, whole statements. They are PostgreSQL's, but for the names in them. */
export const TEXT_PIECES: CaseGroup = {
  name: 'pieces of texts that callers give',
  script: `
CREATE TABLE dbo.Crate (CrateId int NOT NULL PRIMARY KEY, CrateName nvarchar(40) NULL, Weight money NULL)
CREATE TABLE dbo.Chosen (CrateId int NOT NULL)
GO
CREATE PROCEDURE dbo.Having2 @where nvarchar(max) AS
DECLARE @sql nvarchar(max)
SET @sql = 'SELECT CrateId, CrateName FROM Crate c WHERE Weight > 1 AND ' + @where + ' ORDER BY CrateId'
EXEC (@sql)
GO
CREATE PROCEDURE dbo.Grouped @where nvarchar(max), @least int AS
EXEC ('SELECT CrateId FROM Crate WHERE (' + @where + ') AND CrateId >= ' + @least + ' ORDER BY 1')
GO
CREATE PROCEDURE dbo.Clause @filter nvarchar(max) = '' AS
EXEC ('SELECT CrateId FROM Crate' + @filter)
GO
CREATE PROCEDURE dbo.CountWhere @where nvarchar(max), @n int OUTPUT AS
DECLARE @sql nvarchar(max) = N'SELECT @c = COUNT(*) FROM Crate'
IF @where IS NOT NULL AND @where <> '' SET @sql = @sql + N' WHERE ' + @where
EXEC sp_executesql @sql, N'@c int OUTPUT', @c = @n OUTPUT
GO
CREATE PROCEDURE dbo.Columns @columns nvarchar(max), @order varchar(50) AS
EXEC ('SELECT ' + @columns + ' FROM Crate ORDER BY ' + @order)
GO
CREATE PROCEDURE dbo.Choose @where nvarchar(max) AS
INSERT INTO Chosen EXEC ('SELECT CrateId FROM Crate WHERE ' + @where)
RETURN @@ROWCOUNT
GO
CREATE PROCEDURE dbo.Drop2 @where nvarchar(max) AS
IF @where = '' SET @where = '1 = 0'
EXEC ('DELETE FROM Crate WHERE ' + @where)
SELECT @@ROWCOUNT AS Gone
GO
CREATE PROCEDURE dbo.DropOne @id int AS
DECLARE @w nvarchar(100)
SET @w = 'CrateId = ' + CAST(@id AS nvarchar(10))
EXEC dbo.Choose @w
GO
CREATE PROCEDURE dbo.LastOf @where nvarchar(200), @name nvarchar(40) OUTPUT AS
DECLARE @sql nvarchar(400) = 'SELECT @x = CrateName FROM Crate WHERE ' + @where + ' ORDER BY CrateId'
EXEC sp_executesql @sql, N'@x nvarchar(40) OUTPUT', @x = @name OUTPUT
GO
CREATE PROCEDURE dbo.AnyQuery @sql nvarchar(max), @n int AS
EXEC sp_executesql @sql, N'@n int', @n = @n
GO
CREATE PROCEDURE dbo.AnyRows @sql nvarchar(max) AS
INSERT INTO Chosen EXEC (@sql)
GO
CREATE PROCEDURE dbo.Mixed @where nvarchar(max) AS
EXEC ('SELECT CrateId FROM Crate WHERE CrateId > 1 AND (' + @where + ' OR CrateId = 4)')
GO
CREATE TABLE dbo.Sale (SaleId int NOT NULL PRIMARY KEY, Region nvarchar(40) NULL, Yr int NULL, Amount money NULL)
GO
CREATE PROCEDURE dbo.ByYear AS
DECLARE @years nvarchar(max), @sql nvarchar(max)
SELECT @years = STUFF((SELECT DISTINCT ',' + QUOTENAME(Yr) FROM Sale ORDER BY 1 FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 1, '')
SET @sql = N'SELECT Region, ' + @years + ' FROM (SELECT Region, Yr, Amount FROM Sale) AS s PIVOT (SUM(Amount) FOR Yr IN (' + @years + ')) AS p ORDER BY Region'
EXEC sp_executesql @sql
GO
CREATE PROCEDURE dbo.ByRegion @regions nvarchar(max) = NULL, @least money = 0 AS
DECLARE @sql nvarchar(max)
IF @regions IS NULL SELECT @regions = COALESCE(@regions + ', ', '') + '[' + Region + ']' FROM (SELECT DISTINCT Region FROM Sale) AS r ORDER BY Region
SET @sql = 'WITH q AS (SELECT * FROM (SELECT Region, Yr, Amount FROM Sale WHERE Amount >= @l) AS s PIVOT (COUNT(Amount) FOR Region IN (' + @regions + ')) AS p) SELECT * FROM q ORDER BY Yr'
EXEC sp_executesql @sql, N'@l money', @least
GO
CREATE PROCEDURE dbo.PerColumn @column sysname AS
EXEC ('SELECT [' + @column + '], COUNT(*) AS n, MAX(c.[' + @column + ']) FROM Crate c GROUP BY [' + @column + '] ORDER BY [' + @column + '] DESC')
GO
CREATE PROCEDURE dbo.SumOf @column sysname AS
EXEC ('SELECT SUM([' + @column + ']) FROM Crate')
GO
CREATE PROCEDURE dbo.Named @name nvarchar(40) = NULL AS
DECLARE @s nvarchar(max) = 'SELECT CrateId FROM Crate ' + IIF(@name IS NULL, '', 'WHERE CrateName = ''' + @name + '''') + ' ORDER BY CrateId'
EXEC (@s)
GO`,
  issues: ['SL1044 dbo.Mixed', 'SL1044 dbo.SumOf'],
  cases: (() => {
    const rows = `INSERT INTO crate VALUES (1, 'nut', 1), (2, 'bolt', 2), (3, 'nail', 3), (4, 'washer', 4)`;
    const sales = `INSERT INTO sale VALUES (1, 'East', 2020, 1), (2, 'West side', 2020, 2), (3, 'East', 2021, 2), (4, 'East', 2021, 3)`;
    const after = (name: string, sql: readonly string[], ...expected: string[]) =>
      many(name, [rows, ...sql], ...expected);
    return [
      after('a condition', [`SELECT * FROM having2('crate_id < 4')`], '2|bolt', '3|nail'),
      after('its names may be those of the source', [`SELECT * FROM having2('[CrateName] = N''bolt''')`], '2|bolt'),
      after('and stand behind those of their tables', [`SELECT * FROM having2('c.CrateId IN (1, 3)')`], '3|nail'),
      after(
        'strings in it stay as they are',
        [
          `UPDATE crate SET crate_name = 'CrateId' WHERE crate_id = 2`,
          `SELECT * FROM having2('CrateName = ''CrateId''')`,
        ],
        '2|CrateId',
      ),
      after('it binds as it stands there', [`SELECT * FROM having2('CrateId = 2 OR CrateId = 1')`], '1|nut', '2|bolt'),
      after('in parentheses it is one', [`SELECT * FROM grouped('CrateId = 2 OR CrateId = 1', 2)`], '2'),
      after('NULL executes nothing', [`SELECT * FROM having2(NULL)`]),
      after('what is no condition', [`SELECT * FROM having2('nothing(')`], `!42601 syntax error at or near "ORDER"`),
      after('a clause', [`SELECT * FROM clause(' WHERE Weight >= 3 ORDER BY CrateId DESC')`], '4', '3'),
      after('none', [`SELECT count(*) FROM clause()`], '4'),
      after('a count', [`CALL count_where('Weight > 1.5', NULL)`], '3'),
      after('a count of all', [`CALL count_where('', NULL)`], '4'),
      after(
        'columns',
        [`CALL columns('CrateName, [Weight] * 2 AS twice', 'CrateId DESC', 'these')`, `FETCH 2 FROM these`],
        'washer|8.0000',
        'nail|6.0000',
      ),
      after('the number of rows', [`CALL choose('CrateId > 2', NULL)`], '2'),
      after('the rows', [`CALL choose('CrateId > 2', NULL)`, `SELECT * FROM chosen ORDER BY 1`], '3', '4'),
      after('a change', [`SELECT * FROM drop2('Weight < 3')`], '2'),
      after('the text is given another value first', [`SELECT * FROM drop2('')`], '0'),
      after('a text that a caller writes', [`CALL drop_one(3)`, `SELECT * FROM chosen`], '3'),
      after('the last of several values', [`CALL last_of('Weight > 2', NULL)`], 'washer'),
      after(
        'a whole query, with its parameter',
        [`CALL any_query('SELECT crate_name FROM crate WHERE crate_id = @n', 2, 'these')`, `FETCH ALL FROM these`],
        'bolt',
      ),
      after(
        'a whole statement',
        [`CALL any_query('DELETE FROM crate WHERE crate_id <> @n', 2)`, `SELECT count(*) FROM crate`],
        '1',
      ),
      after(
        'its rows',
        [`CALL any_rows('SELECT crate_id FROM crate WHERE crate_id = 2')`, `SELECT * FROM chosen`],
        '2',
      ),
      after(
        'a PIVOT over the values that there are',
        [sales, `CALL by_year('these')`, `FETCH ALL FROM these`],
        'East|1.0000|5.0000',
        'West side|2.0000|NULL',
      ),
      after(
        'over a list of names with blanks and %, all columns of it',
        [
          sales,
          `UPDATE sale SET region = '5 % "x"' WHERE region = 'East'`,
          `CALL by_region(p_result_1 => 'these')`,
          `FETCH ALL FROM these`,
        ],
        '2020|1|1',
        '2021|2|0',
      ),
      after(
        'over a list that a caller gives',
        [sales, `CALL by_region('[West side],Nowhere', 2, 'these')`, `FETCH ALL FROM these`],
        '2020|1|0',
        '2021|0|0',
      ),
      after(
        'a column whose name is given within brackets',
        [
          `UPDATE crate SET weight = 4 WHERE crate_id < 3`,
          `CALL per_column('Weight', 'these')`,
          `FETCH ALL FROM these`,
        ],
        '4.0000|3|4.0000',
        '3.0000|1|3.0000',
      ),
      one(
        'what hangs on the type of a column that is not known',
        `CALL sum_of('Weight', NULL)`,
        '!0A000 SL1044: A piece of the dynamic SQL stands where no text is executed.',
      ),
      after('IIF adds nothing', [`SELECT count(*) FROM named()`], '4'),
      after('or a condition', [`SELECT * FROM named('NAIL')`], '3'),
      after('over none', [sales, `DELETE FROM sale`, `CALL by_year()`], 'NULL'),
      one(
        'a piece that others of its group bind to',
        `CALL mixed('x = 1')`,
        `!0A000 SL1044: The text of the dynamic SQL is only known when it runs: @where is no value there.`,
      ),
    ];
  })(),
};
