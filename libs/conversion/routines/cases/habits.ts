import { type CaseGroup, many, one } from './case-group.ts';

/** What databases of grown applications do, and what is seldom seen in samples. */
export const HABITS: CaseGroup = {
  name: 'habits of applications',
  script: `
CREATE TABLE dbo.Parcel (Id int NOT NULL PRIMARY KEY, Place varchar(20) NULL, Tag uniqueidentifier NULL, Sent datetime2(3) NULL, Version rowversion NOT NULL,
  Town AS (CASE WHEN CHARINDEX('-', Place) > 1 THEN SUBSTRING(Place, 1, CHARINDEX('-', Place) - 1) ELSE Place END) PERSISTED)
GO
CREATE FUNCTION dbo.Shortened (@Text varchar(40), @Length tinyint, @Dots smallint = 0) RETURNS varchar(50) AS
BEGIN
  RETURN LEFT(@Text, @Length) + REPLICATE('.', @Dots)
END
GO
CREATE VIEW dbo.Shown AS
SELECT Id, dbo.Shortened(Place, 3, 2) AS Short, CAST(Sent AT TIME ZONE 'UTC' AT TIME ZONE 'Tokyo Standard Time' AS datetime2(0)) AS InTokyo,
  DATEDIFF(HOUR, Sent AT TIME ZONE 'Tokyo Standard Time', Sent AT TIME ZONE 'UTC') AS Ahead FROM dbo.Parcel
GO
CREATE VIEW dbo.Served AS SELECT Id, @@SERVERNAME AS Server FROM dbo.Parcel
GO
CREATE FUNCTION dbo.Bytes (@Tag uniqueidentifier) RETURNS binary(16) AS BEGIN RETURN CAST(@Tag AS binary(16)) END
GO
CREATE FUNCTION dbo.TagOf (@Bytes varbinary(16)) RETURNS uniqueidentifier AS BEGIN RETURN CAST(@Bytes AS uniqueidentifier) END
GO
CREATE FUNCTION dbo.NumberOf (@Bytes varbinary(8)) RETURNS varchar(60) AS
BEGIN
  RETURN CONCAT(CAST(@Bytes AS int), ' ', CAST(@Bytes AS smallint), ' ', CAST(@Bytes AS tinyint), ' ', CAST(@Bytes AS bigint))
END
GO
CREATE PROCEDURE dbo.Since @Version bigint AS SELECT Id FROM dbo.Parcel WHERE Version > @Version ORDER BY Id
GO
CREATE PROCEDURE dbo.Counted @List varchar(200) OUTPUT AS
SET @List = ''
SELECT @List = @List + CASE WHEN @List = '' THEN '' ELSE ', ' END + Place + ' ' + CAST(COUNT(*) AS varchar(10)) FROM dbo.Parcel GROUP BY Place ORDER BY Place
GO
CREATE PROCEDURE dbo.Visit @Id int AS
SELECT Place FROM dbo.Parcel WHERE Id = @Id
IF @Id > 1 RETURN @Id * 10
RETURN 0
GO
CREATE PROCEDURE dbo.VisitAll @Sum int OUTPUT AS
DECLARE @r int, @i int = 0
SET @Sum = 0
WHILE @i < 3
BEGIN
  SET @i += 1
  EXEC @r = dbo.Visit @i
  SET @Sum += @r
END
GO
CREATE PROCEDURE dbo.Complain @Id int, @Message varchar(80) OUTPUT AS
SET @Message = 'nothing'
IF @Id < 0 SET @Message = 'no parcel: ' + @Id
GO
CREATE PROCEDURE dbo.AsOwner WITH EXECUTE AS 'dbo' AS PRINT 'mine'
GO
CREATE PROCEDURE dbo.Pairs AS
SELECT l.value AS a, r.value AS b FROM STRING_SPLIT('x', ',') AS l, OPENJSON('[1]') AS r CROSS APPLY OPENJSON('[2]') CROSS APPLY OPENJSON('[3]') WITH (n int '$')
GO
CREATE TABLE dbo.Choice (Name varchar(30) NOT NULL PRIMARY KEY, Value sql_variant NULL, Doc xml NULL)
GO
CREATE PROCEDURE dbo.Keep @Text nvarchar(max), @Shown varchar(200) OUTPUT AS
UPDATE dbo.Choice SET Doc = @Text, Value = CAST('2024-05-06T07:08:09' AS datetime) WHERE Value = 5
INSERT dbo.Choice (Name, Value, Doc) SELECT 'bit', CAST(1 AS bit), CAST(@Text AS xml)
SELECT @Shown = REPLACE(CONVERT(varchar(max), Doc), '<', '[') + CONVERT(varchar(30), (SELECT COUNT(*) FROM dbo.Choice WHERE Value > '2024-01-01' OR Value = 1)) FROM dbo.Choice WHERE Value < CAST('2025-01-01' AS datetime)
GO
CREATE PROCEDURE dbo.Names AS SELECT Name FROM dbo.Choice
GO
CREATE PROCEDURE dbo.Numbers @Sum int OUTPUT AS
CREATE TABLE #n (N int NOT NULL)
INSERT INTO #n EXEC dbo.Names
SELECT @Sum = SUM(N) FROM #n
GO
CREATE PROCEDURE dbo.Search @Place varchar(20) = '', @Least int = NULL AS
DECLARE @S varchar(2000), @W varchar(2000)
SET @S = 'SELECT Id FROM dbo.Parcel'
SET @W = ''
IF LEN(@Place) > 0 SET @W = @W + ' AND (Place LIKE ''' + @Place + '%'')'
IF @Least IS NOT NULL SET @W = @W + ' AND (Id >= ' + CAST(@Least AS varchar(10)) + ')'
IF LEN(@W) > 0
BEGIN
  SET @W = ' WHERE ' + SUBSTRING(@W, 6, LEN(@W) - 5)
  SET @S = @S + @W
END
SET @S = @S + ' ORDER BY Id'
EXEC (@S)
GO
CREATE FUNCTION dbo.Signed (@Text varchar(100)) RETURNS varbinary(20) AS BEGIN RETURN HASHBYTES('SHA1', @Text) END
GO
CREATE VIEW dbo.Days AS SELECT CAST(DATEADD(DAY, number, '2024-02-27') AS date) AS D FROM master..spt_values WHERE type = 'P' AND number BETWEEN 1 AND 3
GO
CREATE PROCEDURE dbo.Keys @List varchar(200) OUTPUT AS
SELECT @List = COALESCE(@List + ',', '') + COLUMN_NAME FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE
WHERE TABLE_NAME = 'parcel' AND OBJECTPROPERTY(OBJECT_ID(CONSTRAINT_SCHEMA + '.' + QUOTENAME(CONSTRAINT_NAME)), 'IsPrimaryKey') = 1
GO
CREATE PROCEDURE dbo.sp_dropdiagram @name sysname AS
EXECUTE AS CALLER
REVERT
GO
CREATE PROCEDURE dbo.Until @Day date = getdate AS SELECT @Day AS Day
GO
CREATE PROCEDURE dbo.Widened @Much bit AS
CREATE TABLE #w (Id int NOT NULL)
IF @Much = 1 ALTER TABLE #w ADD Extra int NULL
ELSE ALTER TABLE #w ADD Extra int NULL, More int NULL
INSERT #w (Id, Extra) SELECT Id, Id * 2 FROM dbo.Parcel
SELECT Extra FROM #w ORDER BY Id
GO
CREATE PROCEDURE dbo.Tended AS DBCC DBREINDEX('dbo.Parcel', '', 90)
GO`,
  issues: ['SL1056 dbo.VisitAll', 'SL1057 dbo.AsOwner', 'SL1059 dbo.Keys'],
  cases: (() => {
    const rows = `INSERT INTO parcel (id, place, tag, sent) VALUES (1, 'Graz-Ost', '01020304-0506-0708-090a-0b0c0d0e0f10', '2024-03-01 22:30:00'), (2, 'Linz', NULL, NULL), (3, 'Linz', NULL, NULL)`;
    return [
      many(
        'constants in functions of small numbers, clocks of zones',
        [rows, 'SELECT short, in_tokyo, ahead FROM shown WHERE id = 1'],
        'Gra..|2024-03-02 07:30:00|9',
      ),
      many('a stored column that looks for a constant', [rows, 'SELECT town FROM parcel WHERE id = 1'], 'Graz'),
      one(
        'a GUID as bytes',
        `SELECT bytes('01020304-0506-0708-090a-0b0c0d0e0f10')`,
        String.raw`\x0403020106050807090a0b0c0d0e0f10`,
      ),
      one(
        'bytes as a GUID',
        String.raw`SELECT tag_of('\x0403020106050807090a0b0c0d0e0f10')`,
        '01020304-0506-0708-090a-0b0c0d0e0f10',
      ),
      one('bytes as numbers', String.raw`SELECT number_of('\xfffe')`, '65534 -2 254 65534'),
      one('many bytes as numbers', String.raw`SELECT number_of('\x01fffffffe')`, '-2 -2 254 8589934590'),
      many('a rowversion beside a number', [rows, 'SELECT count(*) FROM since(0)'], '3'),
      many('SELECT @v = @v + … over groups', [rows, 'CALL counted(NULL)'], 'Graz-Ost 1, Linz 2'),
      many('a return code that is read stays, whatever rows there are', [rows, 'CALL visit_all(NULL)'], '50'),
      one('what SQL Server cannot convert either', 'CALL complain(1, NULL)', 'nothing'),
      one(
        'and raises its error where it is reached',
        'CALL complain(-1, NULL)',
        `!22P02 Conversion failed when converting the varchar value 'no parcel: ' to data type int.`,
      ),
      {
        name: 'variants are text that counts as what it is compared with, and xml is none',
        run: [`INSERT INTO choice VALUES ('a', '5', NULL), ('b', 'x', NULL)`, `CALL keep('<r/>', NULL)`],
        rows: ['[r/>3'],
        since: 16,
      },
      many(
        'INSERT … EXEC converts what it gets',
        [`INSERT INTO choice (name) VALUES ('4'), ('5')`, 'CALL numbers(NULL)'],
        '9',
      ),
      many('a search without conditions', [rows, 'SELECT * FROM search()'], '1', '2', '3'),
      many('with two, the first of which loses its AND', [rows, `SELECT * FROM search('Li', 3)`], '3'),
      one('SHA1 is of an extension', `SELECT signed('abc')`, String.raw`\xa9993e364706816aba3e25717850c26c9cd0d89d`),
      one('numbers of the server', 'SELECT d FROM days ORDER BY d', '2024-02-28', '2024-02-29', '2024-03-01'),
      one('a key by its name', 'CALL keys(NULL)', 'id'),
      one(
        'a default that is no date fails where it is used',
        'SELECT * FROM until()',
        '!22007 invalid input syntax for type date: "getdate"',
      ),
      one('and nowhere else', `SELECT * FROM until('2024-05-06')`, '2024-05-06'),
      many('a column that either branch adds', [rows, 'SELECT * FROM widened(true)'], '2', '4', '6'),
      one('functions without an alias', 'SELECT * FROM pairs()', 'x|1'),
      one('indexes are built anew', 'CALL tended()'),
    ];
  })(),
};
