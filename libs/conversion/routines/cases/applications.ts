import { type CaseGroup, many, one } from './case-group.ts';

/** What the scripts of older applications do. */
export const APPLICATIONS: CaseGroup = {
  name: 'as older applications write it',
  script: `
CREATE TABLE dbo.Person (PersonId int NOT NULL PRIMARY KEY, Nick varchar(20) NOT NULL, Born datetime NULL, Code binary(4) NULL)
CREATE TABLE dbo.Friend (PersonId int NOT NULL PRIMARY KEY(PersonId, FriendId) FOREIGN KEY REFERENCES dbo.Person (PersonId),
  FriendId int NOT NULL FOREIGN KEY REFERENCES dbo.Person (PersonId))
GO
CREATE PROCEDURE dbo.Newest @Count int AS
CREATE TABLE #ids (Place int IDENTITY(0, 1) NOT NULL, PersonId int NOT NULL)
SET ROWCOUNT @Count
INSERT #ids (PersonId) SELECT PersonId FROM dbo.Person ORDER BY Born DESC
SET ROWCOUNT 0
SELECT Place, PersonId FROM #ids ORDER BY Place
GO
CREATE PROCEDURE dbo.Either @Full bit AS
IF @Full = 1
  SELECT Nick, Born AS What FROM dbo.Person ORDER BY PersonId
ELSE
  SELECT Nick, PersonId AS What FROM dbo.Person ORDER BY PersonId
GO
CREATE PROCEDURE dbo.Ties @Id int AS
SELECT p.Nick, 1 AS Side FROM dbo.Person p JOIN dbo.Friend f ON f.FriendId = p.PersonId AND f.PersonId = @Id
UNION
SELECT p.Nick, 2 FROM dbo.Person p JOIN dbo.Friend f ON f.PersonId = p.PersonId AND f.FriendId = @Id
ORDER BY p.Nick
GO
CREATE PROCEDURE dbo.Strangers @Nicks varchar(100) AS
DECLARE @at int, @nick varchar(20)
WHILE LEN(@Nicks) > 0
BEGIN
  SET @at = CHARINDEX(',', @Nicks + ',')
  SET @nick = LEFT(@Nicks, @at - 1)
  SET @Nicks = SUBSTRING(@Nicks, @at + 1, 100)
  IF NOT EXISTS (SELECT * FROM dbo.Person WHERE Nick = @nick)
  BEGIN
    SELECT @nick AS Missing
    RETURN 1
  END
END
GO
CREATE FUNCTION dbo.fn_Most() RETURNS int AS
BEGIN
  RETURN CAST(0x7fffffff AS int)
END
GO
CREATE FUNCTION dbo.fn_Whole(@b varbinary(8)) RETURNS int AS
BEGIN
  RETURN CAST(@b AS int)
END
GO
CREATE FUNCTION dbo.fn_Small(@b varbinary(8)) RETURNS smallint AS
BEGIN
  RETURN CAST(@b AS smallint)
END
GO
CREATE FUNCTION dbo.fn_Mixed(@b varbinary(8)) RETURNS varchar(40) AS
BEGIN
  RETURN SUBSTRING(master.dbo.fn_varbintohexstr(@b), 3, 8) + sys.fn_varbintohexstr(@b)
END
GO
CREATE PROCEDURE dbo.Listed AS
SELECT Nick AS 'Who is it', PersonId FROM dbo.Person WHERE PersonId < 3
UNION ALL
SELECT Nick, PersonId FROM dbo.Person WHERE PersonId > 2
ORDER BY 'who is it' DESC
GO
CREATE FUNCTION dbo.fn_Circle(@id int) RETURNS TABLE AS
RETURN (
  WITH circle(PersonId) AS (
    SELECT PersonId FROM dbo.Person WHERE PersonId = @id
    UNION ALL
    SELECT f.FriendId FROM dbo.Friend f JOIN circle c ON c.PersonId = f.PersonId WHERE f.FriendId > c.PersonId
    UNION ALL
    SELECT f.PersonId FROM dbo.[Friend ] f JOIN circle c ON c.PersonId = f.FriendId WHERE f.PersonId > c.PersonId
  )
  SELECT DISTINCT PersonId FROM circle)
GO
CREATE FUNCTION dbo.fn_Repeated() RETURNS bit AS
BEGIN
  IF EXISTS (SELECT * FROM dbo.Person GROUP BY Nick HAVING COUNT(*) > 1) RETURN 1
  RETURN 0
END
GO
CREATE PROCEDURE dbo.Labelled @n int, @Sum int OUTPUT AS
SET @Sum = 0
foreach:
SET @Sum = @Sum + @n
SET @n = @n - 1
IF @n > 0 GOTO foreach
GO
CREATE PROCEDURE dbo.Marked AS
SELECT Nick, 'person' AS Kind, 3 AS Rank FROM dbo.Person ORDER BY Kind, Rank, Nick DESC
GO
CREATE PROCEDURE dbo.Search @text varchar(20) AS
SELECT REPLACE(Nick, CHAR(0), '?') AS Nick FROM dbo.Person WHERE Nick LIKE @text + '%' OR Nick LIKE @text ESCAPE '!' ORDER BY PersonId
GO
CREATE PROCEDURE dbo.Document @text nvarchar(100), @doc xml OUTPUT AS
DECLARE @d TABLE (Doc xml)
INSERT INTO @d SELECT CAST('<a>' + @text + '</a>' AS xml)
SELECT @doc = Doc FROM @d
GO
CREATE PROCEDURE dbo.Opened @At time(0) = '9am', @Until datetime OUTPUT AS
SET @Until = CAST('20200131 12:05 AM' AS datetime) + CAST(@At AS datetime)
GO
CREATE PROCEDURE dbo.Sized AS
CREATE TABLE #sizes (Id int, Shown AS CONVERT(varchar(20), CAST(Id AS money), 1))
INSERT #sizes (Id) VALUES (1)
SELECT Shown FROM #sizes
GO
CREATE PROCEDURE dbo.Chosen @yes bit AS
DECLARE @t TABLE (Word varchar(60))
INSERT INTO @t (Word) VALUES (CASE WHEN @yes = 1 THEN 'a text that is long enough to be laid out' ELSE 'another one, as long as that' END)
SELECT Word FROM @t
GO
CREATE PROCEDURE dbo.Waits AS
SELECT wait_type INTO #waits FROM sys.dm_os_wait_stats
SELECT * FROM #waits
GO
CREATE PROCEDURE dbo.Granted AS
SELECT 1 AS One
GRANT EXECUTE ON dbo.Granted TO public
GO
CREATE FUNCTION dbo.fn_Has(@name sysname) RETURNS TABLE AS
RETURN (SELECT CASE WHEN OBJECT_ID(@name) IS NULL THEN 0 ELSE 1 END AS Has)
GO`,
  issues: ['SL1040 dbo.Sized', 'SL1040 dbo.Waits', 'SL1047 dbo.Strangers'],
  cases: (() => {
    const people = `INSERT INTO person (person_id, nick, born) VALUES (1, 'Ann', '2001-01-01'), (2, 'Bob', '2002-01-01'), (3, 'Cid', '2003-01-01'); INSERT INTO friend VALUES (2, 1), (1, 3)`;
    return [
      many('rows of a change under SET ROWCOUNT of a variable', [people, 'SELECT * FROM newest(2)'], '0|3', '1|2'),
      many('SET ROWCOUNT 0 sets no limit for a change', [people, 'SELECT count(*) FROM newest(0)'], '3'),
      many(
        'sets whose columns are a date and a number are handed out by a cursor',
        [people, `CALL either(false, 'c')`, 'FETCH 1 FROM c'],
        'Ann|1',
      ),
      many(
        'ORDER BY of a UNION names a column of its first SELECT',
        [people, 'SELECT * FROM ties(1)'],
        'Bob|2',
        'Cid|1',
      ),
      many('a result set in a loop that RETURN leaves', [people, `SELECT * FROM strangers('Ann,Dan,Eve')`], 'Dan'),
      many('a recursion of two members', [people, 'SELECT person_id FROM fn_circle(1) ORDER BY 1'], '1', '2', '3'),
      many(
        'EXISTS does not look at what is selected beside GROUP BY',
        [people, `UPDATE person SET nick = 'Ann' WHERE person_id = 2`, 'SELECT fn_repeated()'],
        't',
      ),
      one('a label that is a word of PL/pgSQL', 'CALL labelled(3, NULL)', '6'),
      many(
        'a constant column sorts nothing, and is no position',
        [people, 'SELECT nick FROM marked()'],
        'Cid',
        'Bob',
        'Ann',
      ),
      many(
        'a backslash in a pattern is itself, the character 0 is nowhere',
        [people, `UPDATE person SET nick = 'a\\b' WHERE person_id = 2`, `SELECT nick FROM search('A\\')`],
        'a\\b',
      ),
      many(
        'ESCAPE beside a pattern of a variable',
        [people, `UPDATE person SET nick = 'a%' WHERE person_id = 2`, `SELECT nick FROM search('a!%')`],
        'a%',
      ),
      one('hours of half a day', 'CALL opened(p_until => NULL)', '2020-01-31 09:05:00'),
      one(
        'a computed column that cannot be generated in a temporary table is raised',
        'SELECT * FROM sized()',
        '!0A000 SL1040: The computed column Shown of a temporary table cannot be generated: PostgreSQL does not hold its expression immutable.',
      ),
      one(
        'what is only in the catalog of SQL Server is said to be so',
        'CALL waits()',
        '!0A000 SL1040: sys.dm_os_wait_stats is of SQL Server’s own catalog, and has no counterpart in PostgreSQL’s.',
      ),
      one('a GRANT behind a procedure without GO', 'SELECT * FROM granted()', '1'),
      one('VALUES of a CASE', 'SELECT * FROM chosen(false)', 'another one, as long as that'),
      one('text that becomes a document in a SELECT', `CALL document('x', NULL)`, '<a>x</a>'),
      one('bytes of a constant as a number', 'SELECT fn_most()', '2147483647'),
      one(
        'bytes as a number in two’s complement',
        `SELECT fn_whole('\\xfffffffe'), fn_whole('\\x0102'), fn_whole(NULL)`,
        '-2|258|NULL',
      ),
      one('bytes as a text of old', `SELECT fn_mixed('\\x0aff'), fn_mixed(NULL)`, '0aff0x0aff|NULL'),
      many('a heading in quotes orders', [people, 'SELECT person_id FROM listed()'], '3', '2', '1'),
      one('the last two bytes', `SELECT fn_small('\\x01ffff'), fn_small('\\x7f')`, '-1|127'),
      one(
        'OBJECT_ID in an inline function',
        `SELECT (SELECT has FROM fn_has('dbo.person')), (SELECT has FROM fn_has('dbo.nobody'))`,
        '1|0',
      ),
      many(
        'a key behind a column does not end the constraints of that column',
        [`SELECT count(*) FROM pg_constraint WHERE conrelid = 'friend'::regclass AND contype = 'f'`],
        '2',
      ),
    ];
  })(),
};
