import { type CaseGroup, many } from './case-group.ts';

/** Texts with more ways than are written one by one: one statement with its choices. */
export const COMPOSED: CaseGroup = {
  name: 'texts with many ways',
  script: `
CREATE TABLE dbo.Sack (SackId int NOT NULL PRIMARY KEY, SackName nvarchar(40) NULL, Weight money NULL, Kind varchar(10) NULL)
CREATE TABLE dbo.Shipped (SackId int NOT NULL)
GO
CREATE PROCEDURE dbo.Sums @by int, @low bit = 0, @sum bit = 0, @shipped bit = 0, @most bit = 0, @least money = 0, @kind varchar(10) = NULL AS
DECLARE @sql nvarchar(max), @g nvarchar(200)
SELECT @g = CASE @by WHEN 1 THEN 'Kind' WHEN 2 THEN 'LEFT(SackName, 1)' ELSE 'CAST(s.SackId AS varchar(10))' END
SET @sql = N'SELECT ' + @g + ' AS Label, COUNT(*) AS Number, '
 + CASE WHEN @low = 1 THEN 'MIN(Weight)' ELSE 'MAX(Weight)' END + ' AS x, '
 + CASE WHEN @sum = 1 THEN 'SUM(Weight)' ELSE 'AVG(Weight)' END + ' AS y
FROM Sack s ' + CASE WHEN @shipped = 1 THEN 'JOIN Shipped f ON f.SackId = s.SackId ' ELSE '' END + '
WHERE Weight >= @l ' + CASE WHEN @kind IS NULL THEN '' ELSE 'AND Kind = @k' END + '
GROUP BY ' + @g + '
ORDER BY ' + CASE WHEN @most = 1 THEN 'Number DESC, Label' ELSE 'Label' END
EXEC sp_executesql @sql, N'@l money, @k varchar(10)', @least, @kind
GO
CREATE PROCEDURE dbo.Lists @a bit, @b bit, @c bit, @d bit, @e bit, @sort varchar(10) = 'id' AS
DECLARE @order nvarchar(100), @sql nvarchar(max) = 'SELECT '
IF @a = 1 SET @sql = @sql + 'SackName, '
IF @b = 1 SET @sql = @sql + 'Kind, '
IF @c = 1 SET @sql = @sql + 'Weight, '
SET @sql = @sql + CASE WHEN @d = 1 THEN 'Weight * 2 AS Twice, ' ELSE '' END + 'SackId FROM Sack'
IF @e = 1 SET @sql = @sql + ' WHERE Kind IS NOT NULL'
SET @order = ' ORDER BY ' + CASE WHEN @sort = 'id' THEN 'SackId' WHEN @sort = 'name' THEN 'SackName' ELSE NULL END
EXEC (@sql + @order)
GO
CREATE PROCEDURE dbo.Asked @id int = NULL, @name nvarchar(40) = NULL, @exact bit = 0, @kind int = 0 AS
DECLARE @sql nvarchar(max) = N'SELECT SackId FROM Sack WHERE 1 = 1
' + CASE WHEN @id IS NULL THEN '' ELSE 'AND SackId = @id' END + '
' + CASE WHEN @name IS NULL THEN '' WHEN @exact = 1 THEN 'AND SackName = @name' ELSE 'AND SackName LIKE @name' END + '
' + CASE @kind WHEN 0 THEN '' WHEN 1 THEN ' AND Kind IS NULL' WHEN 2 THEN ' AND Kind = ''a''' ELSE ' AND Kind > ''a''' END + ' ORDER BY SackId'
EXEC sp_executesql @sql, N'@id int, @name nvarchar(40)', @id, @name
GO
CREATE PROCEDURE dbo.Same @mins int = NULL, @x bit, @y bit, @z bit, @u bit, @v bit AS
DECLARE @sql nvarchar(max), @group nvarchar(100)
SET @group = CASE WHEN @mins IS NULL OR @mins = 0 THEN 's.Kind' ELSE 'g.Label' END
SET @sql = 'SELECT ' + @group + ' AS Label, ' + CASE WHEN @x = 1 THEN 'MIN' ELSE 'MAX' END + '(SackId) AS a, '
+ CASE WHEN @y = 1 THEN 'MIN' ELSE 'MAX' END + '(s.Weight) AS b, ' + CASE WHEN @z = 1 THEN 'MIN' ELSE 'MAX' END + '(s.SackName) AS c, '
+ CASE WHEN @u = 1 THEN 'MIN' ELSE 'MAX' END + '(s.Kind) AS d FROM Sack s ' + CASE WHEN @mins IS NULL OR @mins = 0 THEN '' ELSE 'CROSS APPLY (SELECT s.SackId / @m AS Label) AS g ' END
+ 'GROUP BY ' + @group + ' ORDER BY Label' + CASE WHEN @v = 1 THEN ' DESC' ELSE '' END
EXEC sp_executesql @sql, N'@m int', @mins
GO
CREATE PROCEDURE dbo.Twice @with bit, @a int, @what varchar(10) = 'weight' AS
DECLARE @s nvarchar(max) = ''
SET @s = @s + 'SELECT COUNT(*) AS n,'
IF @with = 1 SET @s = @s + ' Kind' ELSE SET @s = @s + ' '''' AS Kind'
SET @s = @s + ' FROM Sack WHERE {m} > 2'
IF @a > 0 SET @s = @s + ' AND SackId > ' + CAST(@a AS varchar(10))
IF @with = 1 SET @s = @s + ' GROUP BY Kind ORDER BY Kind'
SET @s = REPLACE(@s, '{m}', CASE WHEN @what = 'weight' THEN 'Weight' ELSE 'SackId' END)
EXEC (@s)
GO
CREATE PROCEDURE dbo.Hangs @by varchar(10), @a bit = 0, @b bit = 0, @c bit = 0 AS
DECLARE @g nvarchar(100) = CASE @by WHEN 'kind' THEN 'Kind' WHEN 'name' THEN 'SackName' WHEN 'letter' THEN 'LEFT(SackName, 1)' ELSE 'CAST(SackId AS varchar(10))' END
DECLARE @s nvarchar(max) = 'SELECT ' + @g + ' AS Label, ' + CASE WHEN @a = 1 THEN 'MIN' ELSE 'MAX' END + '(SackId) AS a, ' + CASE WHEN @b = 1 THEN 'MIN' ELSE 'MAX' END + '(Weight) AS b FROM Sack '
 + CASE WHEN @c = 1 THEN 'WHERE Kind IS NOT NULL ' ELSE '' END + 'GROUP BY ' + @g + ' ORDER BY ' + CASE WHEN @by = 'kind' THEN 'Label DESC' ELSE 'MAX(SackId)' END
EXEC (@s)
GO
CREATE PROCEDURE dbo.Tried @id int, @n int OUTPUT AS
DECLARE @s nvarchar(max) = 'UPDATE Sack SET Weight = 1 / (Weight - 2) WHERE SackId = '
BEGIN TRY
  EXEC (@s + '2')
END TRY
BEGIN CATCH
  EXEC (@s + '4')
  SET @n = @@ROWCOUNT
END CATCH
GO`,
  issues: ['SL1042 dbo.Tried', 'SL1050 dbo.Same'],
  cases: (() => {
    const rows = `INSERT INTO sack VALUES (1, 'flour', 5, 'a'), (2, 'fine flour', 2, 'b'), (3, 'salt', 3, 'a'), (4, 'sand', 4, NULL)`;
    const after = (name: string, sql: readonly string[], ...expected: string[]) =>
      many(name, [rows, ...sql], ...expected);
    const lists = (name: string, args: string, ...expected: string[]) =>
      after(name, [`CALL lists(${args}, p_result_1 => 'these')`, 'FETCH ALL FROM these'], ...expected);
    return [
      after(
        'the first of each',
        [`SELECT * FROM sums(1)`],
        'NULL|1|4.0000|4.0000',
        'a|2|5.0000|4.0000',
        'b|1|2.0000|2.0000',
      ),
      after('others', [`SELECT * FROM sums(2, true, true, p_most => true)`], 'f|2|2.0000|7.0000', 's|2|3.0000|7.0000'),
      after(
        'a join, a condition and a value',
        [
          `INSERT INTO shipped VALUES (1), (2)`,
          `SELECT * FROM sums(0, p_shipped => true, p_least => 3, p_kind => 'A')`,
        ],
        '1|1|5.0000|5.0000',
      ),
      after(
        'choices that hang on each other',
        [`SELECT * FROM hangs('kind', false, true, true)`],
        'b|2|2.0000',
        'a|3|3.0000',
      ),
      after('each by itself', [`SELECT * FROM hangs('letter')`], 'f|2|5.0000', 's|4|4.0000'),
      after('IFs that ask the same take the same branch', [`SELECT * FROM twice(true, 0)`], '1|NULL', '2|a'),
      after('the other, another word in the place of the mark', [`SELECT * FROM twice(false, 3, 'id')`], '1|'),
      after(
        'a text that is known before TRY is known in its handler',
        [`CALL tried(1, NULL)`, `SELECT weight FROM sack WHERE sack_id = 4`],
        '0.5000',
      ),
      lists('no column', 'false, false, false, false, false', '1', '2', '3', '4'),
      lists(
        'all',
        `true, true, true, true, true, 'name'`,
        'fine flour|b|2.0000|4.0000|2',
        'flour|a|5.0000|10.0000|1',
        'salt|a|3.0000|6.0000|3',
      ),
      lists('one in the middle', 'false, true, false, false, true', 'a|1', 'b|2', 'a|3'),
      after('no text executes nothing', [`CALL lists(true, true, true, true, true, 'none')`], 'NULL'),
      after('a CASE with several conditions: none', [`SELECT * FROM asked()`], '1', '2', '3', '4'),
      after('the second', [`SELECT * FROM asked(p_name => 'FLOUR', p_exact => true)`], '1'),
      after('the last', [`SELECT * FROM asked(p_name => '%flour')`], '1', '2'),
      after('one of four', [`SELECT * FROM asked(p_kind => 1)`], '4'),
      after('the third of four', [`SELECT * FROM asked(p_kind => 2)`], '1', '3'),
      after('any other', [`SELECT * FROM asked(p_kind => 7)`], '2'),
      after('two of them', [`SELECT * FROM asked(3, '%a%', p_kind => 2)`], '3'),
      after(
        'CASEs that ask the same take the same arm',
        [`CALL same(2, false, false, false, false, false, 'these')`, 'FETCH ALL FROM these'],
        '0|1|5.0000|flour|a',
        '1|3|3.0000|salt|b',
        '2|4|4.0000|sand|NULL',
      ),
      after(
        'the other',
        [`CALL same(NULL, true, true, true, true, true, 'these')`, 'FETCH ALL FROM these'],
        'b|2|2.0000|fine flour|b',
        'a|1|3.0000|flour|a',
        'NULL|4|4.0000|sand|NULL',
      ),
    ];
  })(),
};
