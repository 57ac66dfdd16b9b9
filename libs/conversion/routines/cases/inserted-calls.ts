import { type CaseGroup, many } from './case-group.ts';

/** INSERT … EXEC of whatever gives rows. */
export const INSERTED_CALLS: CaseGroup = {
  name: 'rows of calls that are inserted',
  script: `
CREATE TABLE dbo.Piece (PieceId int NOT NULL PRIMARY KEY, Weight int NOT NULL, Name varchar(20) NULL)
GO
CREATE PROCEDURE dbo.Heavy @Least int AS SELECT PieceId, Weight FROM dbo.Piece WHERE Weight >= @Least
GO
CREATE PROCEDURE dbo.HeavyCounted @Least int, @Count int OUTPUT AS
SELECT PieceId, Weight FROM dbo.Piece WHERE Weight >= @Least
SET @Count = @@ROWCOUNT
RETURN 7
GO
CREATE PROCEDURE dbo.LightAndHeavy AS
SELECT PieceId, Weight FROM dbo.Piece WHERE Weight < 10
SELECT PieceId, Weight FROM dbo.Piece WHERE Weight >= 10
GO
CREATE PROCEDURE dbo.Sometimes @Really bit AS
IF @Really = 1 SELECT PieceId, Weight FROM dbo.Piece
SELECT 0, 0
GO
CREATE PROCEDURE dbo.Gather @Kind int AS
CREATE TABLE #found (Id int, Weight int)
DECLARE @list TABLE (Weight int, Id int)
DECLARE @n int, @r int, @rows int, @name sysname = N'dbo.Heavy'
IF @Kind = 1 INSERT INTO #found EXEC dbo.Heavy 10
IF @Kind = 2 INSERT INTO #found EXEC @r = dbo.HeavyCounted @Least = 5, @Count = @n OUTPUT
IF @Kind = 3 INSERT INTO @list (Id, Weight) EXEC dbo.LightAndHeavy
IF @Kind = 4 INSERT INTO #found EXEC dbo.Sometimes 0
IF @Kind = 5 INSERT INTO #found EXEC dbo.Sometimes 1
IF @Kind = 6 INSERT INTO @list (Id) EXEC('SELECT PieceId FROM dbo.Piece WHERE Name IS NULL')
IF @Kind = 7 INSERT INTO #found EXEC sp_executesql N'SELECT PieceId, Weight FROM dbo.Piece WHERE Weight > @w', N'@w int', @w = 5
IF @Kind = 8 INSERT INTO #found EXEC @name 1
SET @rows = @@ROWCOUNT
INSERT INTO #found SELECT Id, Weight FROM @list
SELECT COUNT(*), SUM(Id), SUM(Weight), @n, @r, @rows FROM #found
GO
`,
  cases: [
    { kind: 1, what: 'a procedure that became a function', answer: '1|3|20|NULL|NULL' },
    { kind: 2, what: 'a procedure with a refcursor, an output and a return code', answer: '2|5|28|2|7' },
    { kind: 3, what: 'all result sets of a procedure with several', answer: '3|6|31|NULL|NULL' },
    { kind: 4, what: 'a result set that is not given', answer: '1|0|0|NULL|NULL' },
    { kind: 5, what: 'a result set that is given', answer: '4|6|31|NULL|NULL' },
    { kind: 6, what: 'a text', answer: '1|2|NULL|NULL|NULL' },
    { kind: 7, what: 'a text with parameters', answer: '2|5|28|NULL|NULL' },
    { kind: 8, what: 'a procedure by its name in a variable', answer: '3|6|31|NULL|NULL' },
  ].map(({ kind, what, answer }) =>
    many(
      what,
      [
        `INSERT INTO piece VALUES (1, 3, 'nut'), (2, 8, NULL), (3, 20, 'bolt')`,
        `SELECT column_1, column_2, column_3, column_4, column_5 FROM gather(${kind})`,
      ],
      answer,
    ),
  ),
};
