import { type CaseGroup, many, one } from './case-group.ts';

/** Texts that are put together and executed. */
export const DYNAMIC: CaseGroup = {
  name: 'texts that are put together',
  script: `
CREATE TABLE dbo.Ware (WareId int NOT NULL PRIMARY KEY, WareName nvarchar(40) NULL, Price money NULL, Kind varchar(10) NULL)
CREATE TABLE dbo.Found (WareId int NOT NULL)
GO
CREATE PROCEDURE dbo.Find @Name nvarchar(40) = NULL, @Least money = NULL, @Kind varchar(10) = NULL, @Sort varchar(20) = 'id' AS
BEGIN
  DECLARE @sql nvarchar(2000), @p nvarchar(500)
  SET @sql = N'SELECT WareId, WareName FROM dbo.Ware WHERE 1 = 1'
  IF @Name IS NOT NULL
    SET @sql = @sql + N' AND WareName LIKE @n + ''%'''
  IF @Least IS NOT NULL
  BEGIN
    SET @sql += N' AND Price >= @l'
  END
  IF @Kind = 'none' SET @sql += N' AND Kind IS NULL'
  ELSE IF @Kind IS NOT NULL SET @sql += N' AND (Kind = @k)'
  SET @sql = @sql + N' ORDER BY ' + CASE WHEN @Sort = 'name' THEN N'WareName' ELSE N'WareId' END
  SET @p = N'@n nvarchar(40), @l money, @k varchar(10)'
  EXEC sp_executesql @sql, @p, @n = @Name, @l = @Least, @k = @Kind
END
GO
CREATE PROCEDURE dbo.FindQuoted @Name nvarchar(40), @Top int AS
BEGIN
  DECLARE @s varchar(1000)
  SELECT @s = 'SELECT TOP ' + CAST(@Top AS varchar(10)) + ' WareId FROM Ware WHERE WareName = ''' + @Name + ''' OR WareName LIKE ''%' + @Name + '%'' ORDER BY WareId'
  EXEC (@s)
END
GO
CREATE PROCEDURE dbo.ByIds @Ids varchar(200), @Not bit = 0 AS
  IF @Not = 1
    EXEC ('SELECT WareId FROM Ware WHERE WareId NOT IN (' + @Ids + ') ORDER BY 1')
  ELSE
    EXEC ('SELECT WareId FROM Ware WHERE WareId IN (' + @Ids + ') ORDER BY 1')
GO
CREATE PROCEDURE dbo.ByKinds @Kinds varchar(200) AS
DECLARE @sql varchar(500)
SET @sql = 'SELECT WareId FROM Ware WHERE Kind IN (' + @Kinds + ') ORDER BY WareId'
EXEC (@sql)
GO
CREATE PROCEDURE dbo.Sorted @Order varchar(100) AS
DECLARE @sql nvarchar(1000)
SET @sql = N'SELECT w.WareId, w.WareName AS Label FROM Ware w WHERE w.WareId > 0 ORDER BY ' + @Order
EXEC sp_executesql @sql
GO
CREATE PROCEDURE dbo.SortedBy @Column varchar(50), @Direction varchar(4), @First int, @Last int AS
DECLARE @sql nvarchar(1000)
SET @sql = N'SELECT WareId FROM (SELECT WareId, ROW_NUMBER() OVER (ORDER BY ' + @Column + ' ' + @Direction + N') AS rn FROM dbo.Ware) AS q WHERE q.rn BETWEEN ' + CONVERT(varchar(10), @First) + ' AND ' + CONVERT(varchar(10), @Last) + ' ORDER BY q.rn'
EXEC sp_executesql @sql
GO
CREATE PROCEDURE dbo.CountOf @Least money, @Count int OUTPUT AS
DECLARE @sql nvarchar(500), @where nvarchar(100)
SET @where = N''
IF @Least IS NOT NULL SET @where = N' WHERE Price >= @x'
SET @sql = N'SELECT @c = COUNT(*) FROM Ware' + @where
EXEC sp_executesql @sql, N'@x money, @c int OUTPUT', @x = @Least, @c = @Count OUTPUT
GO
CREATE PROCEDURE dbo.OrWords @A varchar(10), @B varchar(10) AS
DECLARE @sql varchar(500)
SET @sql = 'SELECT WareId FROM Ware WHERE Kind = ''' + @A + ''''
IF @B <> '' SET @sql = @sql + ' OR Kind = ''' + @B + ''' AND Price > 2'
EXEC (@sql + ' ORDER BY WareId')
GO
CREATE PROCEDURE dbo.Joined @With bit AS
DECLARE @sql varchar(500)
SET @sql = 'SELECT w.WareId FROM Ware w'
IF @With = 1 SET @sql = @sql + ' JOIN Found f ON f.WareId = w.WareId'
SET @sql = @sql + ' ORDER BY w.WareId'
EXEC (@sql)
GO
CREATE PROCEDURE dbo.DoNothing AS
DECLARE @sql varchar(500)
EXEC (@sql)
GO
CREATE PROCEDURE dbo.IntoTable @Kind varchar(10) AS
DECLARE @sql varchar(500)
SET @sql = 'SELECT WareId FROM Ware WHERE Kind = ''' + @Kind + ''''
INSERT INTO Found (WareId) EXEC (@sql)
SELECT WareId FROM Found ORDER BY WareId
GO
CREATE PROCEDURE dbo.SetPrice @Id int, @Price money AS
DECLARE @sql nvarchar(500)
SET @sql = N'UPDATE Ware SET Price = ' + CAST(@Price AS varchar(20)) + N' WHERE WareId = ' + CAST(@Id AS varchar(10))
EXEC sp_executesql @sql
RETURN @@ROWCOUNT
GO
CREATE PROCEDURE dbo.SameNames @Id int, @Name nvarchar(40) OUTPUT AS
DECLARE @x int = 5, @sql nvarchar(300) = N'SELECT @Name = WareName FROM Ware WHERE WareId = @x'
EXEC sp_executesql @sql, N'@x int, @Name nvarchar(40) OUTPUT', @x = @Id, @Name = @Name OUTPUT
SET @Name = @Name + CAST(@x AS nvarchar(5))
GO
CREATE PROCEDURE dbo.WhereOrAnd @Id int = NULL, @Kind varchar(10) = NULL, @Least money = NULL AS
DECLARE @w nvarchar(500) = '', @q nvarchar(max)
IF @Id IS NOT NULL SET @w = @w + CASE WHEN @w = '' THEN ' WHERE ' ELSE ' AND ' END + 'WareId = ' + CAST(@Id AS nvarchar(10))
IF @Kind IS NOT NULL SET @w = @w + CASE WHEN @w = '' THEN ' WHERE ' ELSE ' AND ' END + 'Kind = @k'
IF @Least IS NOT NULL SET @w = @w + CASE WHEN @w <> '' THEN ' AND ' ELSE ' WHERE ' END + 'Price >= @l'
SET @q = 'SELECT WareId FROM Ware' + @w + ' ORDER BY WareId'
EXEC sp_executesql @q, N'@k varchar(10), @l money', @k = @Kind, @l = @Least
GO
CREATE TYPE dbo.KindList AS TABLE (Kind varchar(10))
GO
CREATE PROCEDURE dbo.Pieces @By int = NULL, @Kinds dbo.KindList READONLY, @Least money = NULL, @Name nvarchar(40) = NULL AS
DECLARE @sql nvarchar(max), @column nvarchar(max), @list nvarchar(max)
SELECT @column = CASE WHEN @By = 0 OR @By IS NULL THEN 'Kind' ELSE 'WareName' END
SELECT @list = STUFF((SELECT ',' + Kind FROM @Kinds FOR XML PATH('')), 1, 1, '')
SET @sql = N'SELECT ' + @column + ' AS Label, COUNT(*) AS Wares FROM dbo.Ware WHERE WareId > 0
' + CASE WHEN @list IS NULL THEN N'' ELSE 'AND Kind IN (' + @list + ')' END + '
' + CASE WHEN @Least IS NULL THEN '' ELSE 'AND Price >= @l' END + CASE WHEN @Name <> '' THEN ' AND WareName LIKE @n' ELSE '' END + '
GROUP BY ' + @column + '
ORDER BY Label'
PRINT @sql
EXEC sp_executesql @sql, N'@l money, @n nvarchar(40)', @Least, @Name
GO
CREATE PROCEDURE dbo.AnyTable @Table sysname AS
DECLARE @sql nvarchar(300)
SET @sql = N'SELECT COUNT(*) FROM ' + QUOTENAME(@Table)
EXEC sp_executesql @sql
GO
CREATE TABLE dbo.FoundHere (WareId int NOT NULL)
GO
CREATE PROCEDURE dbo.CountAny @Table sysname, @n int OUTPUT AS
DECLARE @sql nvarchar(300)
SET @sql = N'SELECT @c = COUNT(*) FROM ' + @Table
EXEC sp_executesql @sql, N'@c int OUTPUT', @c = @n OUTPUT
GO
CREATE PROCEDURE dbo.RowsOf @Schema sysname, @Table sysname AS
EXEC('SELECT * FROM [' + @Schema + '].[' + @Table + ']')
GO
CREATE PROCEDURE dbo.EmptyAny @Begin sysname AS
EXEC('TRUNCATE TABLE dbo.' + @Begin + 're')
EXEC('UPDATE STATISTICS ' + @Begin + 're')
EXEC('DELETE FROM ' + @Begin + 're')
GO
CREATE PROCEDURE dbo.DeleteFrom @Table sysname AS
EXEC('DELETE FROM ' + @Table + ' WHERE WareId = 5')
GO`,
  issues: [
    'SL1044 dbo.DeleteFrom',
    'SL1050 dbo.Pieces',
    'SL1059 dbo.AnyTable',
    'SL1059 dbo.CountAny',
    'SL1059 dbo.EmptyAny',
    'SL1059 dbo.RowsOf',
  ],
  cases: (() => {
    const rows = `INSERT INTO ware VALUES (1, 'nut', 1, 'a'), (2, 'bolt', 2, 'b'), (3, 'nut, big', 3, 'a'), (4, 'washer', 4, NULL)`;
    const after = (name: string, sql: string, ...expected: string[]) => many(name, [rows, sql], ...expected);
    return [
      after('no condition is added', `SELECT * FROM find()`, '1|nut', '2|bolt', '3|nut, big', '4|washer'),
      after('one condition', `SELECT * FROM find('nut')`, '1|nut', '3|nut, big'),
      after('two conditions', `SELECT * FROM find('nut', 2)`, '3|nut, big'),
      after('one of two conditions', `SELECT * FROM find(p_kind => 'none')`, '4|washer'),
      after('the other', `SELECT * FROM find(p_kind => 'b')`, '2|bolt'),
      after('another order', `SELECT * FROM find(p_kind => 'a', p_sort => 'name')`, '1|nut', '3|nut, big'),
      after('an order by name', `SELECT ware_id FROM find(p_sort => 'name')`, '2', '1', '3', '4'),
      after('values within quotes', `SELECT * FROM find_quoted('nut', 5)`, '1', '3'),
      after('a value behind TOP', `SELECT * FROM find_quoted('nut', 1)`, '1'),
      after('what would end the quotes does not', `SELECT * FROM find_quoted(''' OR 1 = 1 --', 9)`),
      after('a list of numbers', `SELECT * FROM by_ids('1, 3,9')`, '1', '3'),
      after('NOT IN of a list', `SELECT * FROM by_ids('1,3', true)`, '2', '4'),
      after('a list of strings in quotes', `SELECT * FROM by_kinds('''a'',''b''')`, '1', '2', '3'),
      after('pieces that a CASE adds: none', `SELECT * FROM pieces()`, 'NULL|1', 'a|2', 'b|1'),
      after(
        'of a CASE that is asked twice the same arm',
        `SELECT * FROM pieces(1, p_least => 3)`,
        'nut, big|1',
        'washer|1',
      ),
      after(
        'a list that a query puts together',
        `SELECT * FROM pieces(p_kinds => ARRAY[ROW('a'), ROW('x')]::kind_list[])`,
        'a|2',
      ),
      after('a condition that may be NULL', `SELECT * FROM pieces(1, p_name => 'nut%')`, 'nut|1', 'nut, big|1'),
      after('ORDER BY of a column', `SELECT * FROM sorted('WareName')`, '2|bolt', '1|nut', '3|nut, big', '4|washer'),
      after('ORDER BY of an alias, descending', `SELECT ware_id FROM sorted('Label DESC')`, '4', '3', '1', '2'),
      after('ORDER BY of two', `SELECT ware_id FROM sorted('w.Kind, [WareId] desc')`, '4', '3', '1', '2'),
      after('ORDER BY of a number', `SELECT ware_id FROM sorted('1 DESC')`, '4', '3', '2', '1'),
      after(
        'ORDER BY of what is no column',
        `SELECT ware_id FROM sorted('1; DROP TABLE ware')`,
        '!42703 column "1;droptableware" does not exist',
      ),
      after('a page of rows by a column', `SELECT * FROM sorted_by('Price', 'DESC', 2, 3)`, '3', '2'),
      after('an output of the text', `CALL count_of(3, NULL)`, '2'),
      after('without its condition', `CALL count_of(NULL, NULL)`, '4'),
      after('OR binds less than AND', `SELECT * FROM or_words('b', 'a')`, '2', '3'),
      after('OR left out', `SELECT * FROM or_words('b', '')`, '2'),
      many('a join that is added', [rows, 'INSERT INTO found VALUES (2)', 'SELECT * FROM joined(true)'], '2'),
      after('and left out', `SELECT * FROM joined(false)`, '1', '2', '3', '4'),
      one('EXEC of NULL does nothing', 'CALL do_nothing()'),
      after('INSERT … EXEC of a text', `SELECT * FROM into_table('a')`, '1', '3'),
      after(
        'the first of several conditions begins WHERE: none of them',
        `SELECT * FROM where_or_and()`,
        '1',
        '2',
        '3',
        '4',
      ),
      after('one of them', `SELECT * FROM where_or_and(p_kind => 'a')`, '1', '3'),
      after('all of them', `SELECT * FROM where_or_and(3, 'a', 2)`, '3'),
      after('a change, and its rows', `CALL set_price(2, 7.5)`, '1'),
      many('the changed row', [rows, 'CALL set_price(2, 7.5)', 'SELECT price FROM ware WHERE ware_id = 2'], '7.5000'),
      after('parameters named like variables', `CALL same_names(2, NULL)`, 'bolt5'),
      after('a table that is only known when it runs', `SELECT * FROM any_table('Ware')`, '4'),
      one(
        'a table that there is not',
        `SELECT * FROM any_table('Where; DROP TABLE ware')`,
        '!42P01 relation "Where; DROP TABLE ware" does not exist',
      ),
      after('no table', `SELECT * FROM any_table(NULL)`),
      after('a count of it', `CALL count_any('dbo.[ware]', NULL)`, '4'),
      many(
        'all of its rows',
        [`INSERT INTO found_here VALUES (7)`, `CALL rows_of('dbo', 'FoundHere', 'found')`, `FETCH ALL FROM found`],
        '7',
      ),
      many('it is emptied', [rows, `CALL empty_any('Wa')`, `SELECT count(*) FROM ware`], '0'),
      one(
        'what names its columns',
        `CALL delete_from('Ware')`,
        `!0A000 SL1044: The text of the dynamic SQL is only known when it runs: @Table is no value there.`,
      ),
    ];
  })(),
};
