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
CREATE FUNCTION dbo.fn_Has(@name sysname) RETURNS TABLE AS
RETURN (SELECT CASE WHEN OBJECT_ID(@name) IS NULL THEN 0 ELSE 1 END AS Has)
GO`,
  issues: ['SL1047 dbo.Strangers'],
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
      one('bytes of a constant as a number', 'SELECT fn_most()', '2147483647'),
      one(
        'bytes as a number in two’s complement',
        `SELECT fn_whole('\\xfffffffe'), fn_whole('\\x0102'), fn_whole(NULL)`,
        '-2|258|NULL',
      ),
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
