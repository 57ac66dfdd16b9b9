import { type CaseGroup, many, one } from './case-group.ts';

/** Definitions and maintenance within routines. */
export const DEFINITIONS: CaseGroup = {
  name: 'definitions',
  script: `
CREATE TABLE dbo.Stock (StockId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Amount int NULL)
GO
CREATE PROCEDURE dbo.Stage AS
IF OBJECT_ID('dbo.Staged', 'U') IS NOT NULL DROP TABLE dbo.Staged
CREATE TABLE dbo.Staged (Id int NOT NULL PRIMARY KEY, Made datetime NOT NULL DEFAULT GETDATE(), Twice int NULL)
CREATE INDEX IX_Staged ON dbo.Staged (Twice DESC)
INSERT INTO dbo.Staged (Id, Twice) SELECT StockId, Amount * 2 FROM dbo.Stock
SELECT Id, Twice FROM dbo.Staged ORDER BY Id
GO
CREATE PROCEDURE dbo.Widen AS
IF COL_LENGTH('dbo.Stock', 'Note') IS NULL
  ALTER TABLE dbo.Stock ADD Note nvarchar(20) NOT NULL DEFAULT 'new'
UPDATE dbo.Stock SET Note = Note + '!'
GO
CREATE PROCEDURE dbo.Reseed @To int AS
DELETE FROM dbo.Stock
DBCC CHECKIDENT ('dbo.Stock', RESEED, @To)
INSERT INTO dbo.Stock (Amount) VALUES (1)
GO
CREATE PROCEDURE dbo.ReseedToLast AS
DBCC CHECKIDENT ('dbo.Stock', RESEED)
INSERT INTO dbo.Stock (Amount) VALUES (2)
GO
CREATE PROCEDURE dbo.Tend AS
ALTER INDEX ALL ON dbo.Stock REBUILD
UPDATE STATISTICS dbo.Stock
DBCC FREEPROCCACHE
CHECKPOINT
GO
CREATE PROCEDURE dbo.FromZero AS
CREATE TABLE #n (Id int IDENTITY(0,1), Amount int)
INSERT #n (Amount) SELECT Amount FROM dbo.Stock ORDER BY Amount
SELECT Id, Amount FROM #n ORDER BY Id
GO
CREATE PROCEDURE dbo.Grows AS
SELECT IDENTITY(int, 1, 1) AS No, Amount INTO #g FROM dbo.Stock ORDER BY Amount DESC
ALTER TABLE #g ADD Twice int NULL
UPDATE #g SET Twice = Amount * 2
SELECT No, Amount, Twice FROM #g ORDER BY No
GO
CREATE PROCEDURE dbo.Sums AS
IF OBJECT_ID('dbo.Summed') IS NOT NULL DROP TABLE dbo.Summed
CREATE TABLE #a (A int)
INSERT #a SELECT Amount FROM dbo.Stock
SELECT SUM(A) AS Total INTO dbo.Summed FROM #a
INSERT INTO Summed (Total) SELECT Total + 1 FROM dbo.Summed
SELECT Total FROM dbo.Summed ORDER BY Total
GO
CREATE PROCEDURE dbo.Shrinks AS
SELECT StockId, Amount, 1 AS Rest INTO #s FROM dbo.Stock
ALTER TABLE #s DROP COLUMN StockId, Rest
EXEC tempdb.sys.sp_rename N'#s.Amount', N'Much', N'COLUMN'
SELECT DISTINCT * INTO #t FROM #s s
SELECT * FROM #t ORDER BY Much
GO
CREATE PROCEDURE dbo.Crowded ${Array.from({ length: 101 }, (_, at) => `@p${at} int`).join(', ')} AS SELECT 1 AS One
GO
CREATE PROCEDURE dbo.Computes AS
DECLARE @t TABLE (A int, B int, Total AS A + B, Label AS CAST(A AS varchar(5)) + '!' PERSISTED)
INSERT @t (A, B) SELECT Amount, 1 FROM dbo.Stock
UPDATE @t SET B = 2 WHERE A = 3
SELECT A, Total, Label FROM @t ORDER BY A
GO
CREATE PROCEDURE dbo.Global AS
CREATE TABLE ##global (A int)
INSERT ##global SELECT Amount FROM dbo.Stock
SELECT SUM(A) AS Total FROM ##global
GO
CREATE PROCEDURE dbo.ClosesOpen @Seen int OUTPUT AS
DECLARE c CURSOR LOCAL SCROLL FOR SELECT Amount FROM dbo.Stock
SET @Seen = CURSOR_STATUS('local', 'c')
OPEN c
FETCH LAST FROM c INTO @Seen
IF CURSOR_STATUS('local', 'c') >= 0 BEGIN CLOSE c DEALLOCATE c END
GO
CREATE PROCEDURE dbo.DropsWhatIsRead @n int OUTPUT AS
CREATE TABLE #x (A int)
INSERT #x VALUES (4)
SELECT A FROM #x
SET @n = 1
DROP TABLE #x
GO`,
  issues: ['SL1008 dbo.Crowded'],
  cases: (() => {
    const rows = 'INSERT INTO stock (amount) VALUES (3), (5)';
    return [
      many(
        'a temporary table without columns, one of them under another name',
        [rows, 'SELECT much FROM shrinks()'],
        '3',
        '5',
      ),
      many('a lasting table made by a query', [rows, 'SELECT total FROM sums()'], '8', '9'),
      one(
        'more parameters than PostgreSQL takes',
        'CALL crowded()',
        '!0A000 SL1008: It has 101 parameters, and PostgreSQL takes 100: hand them over in one of a composite type, or as jsonb.',
      ),
      many('a table that stays is made and filled', [rows, 'SELECT twice FROM stage()'], '6', '10'),
      many('and made anew', [rows, 'SELECT count(*) FROM stage()', 'SELECT count(*) FROM stage()'], '2'),
      many('a column is added', [rows, 'CALL widen()', 'SELECT note FROM stock'], 'new!', 'new!'),
      many('once', [rows, 'CALL widen()', 'CALL widen()', 'SELECT note FROM stock'], 'new!!', 'new!!'),
      many('an identity begins anew', [rows, 'CALL reseed(40)', 'SELECT stock_id FROM stock'], '41'),
      many(
        'or goes on behind the last row',
        ['INSERT INTO stock (stock_id) VALUES (70)', 'CALL reseed_to_last()', 'SELECT max(stock_id) FROM stock'],
        '71',
      ),
      many('rows that are numbered into a table, which grows', [rows, 'SELECT * FROM grows()'], '1|5|10', '2|3|6'),
      many('computed columns of a table variable', [rows, 'SELECT * FROM computes()'], '3|5|3!', '5|6|5!'),
      many('a global temporary table', [rows, 'SELECT * FROM "global"()'], '8'),
      many('a cursor that is closed where it is open', [rows, 'CALL closes_open(NULL)'], '5'),
      many('indexes and statistics are tended', ['CALL tend()']),
      many('an identity of a temporary table from 0', [rows, 'SELECT * FROM from_zero()'], '0|3', '1|5'),
      many(
        'a temporary table that the caller still reads is not dropped',
        [`CALL drops_what_is_read(NULL, 'c')`, 'FETCH ALL FROM c'],
        '4',
      ),
    ];
  })(),
};
