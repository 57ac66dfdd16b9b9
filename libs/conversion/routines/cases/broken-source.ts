import { type CaseGroup, many, one } from './case-group.ts';

/** Statements that fail in the source each time they run: they raise what SQL Server raises, and are no work of a migration. */
export const BROKEN_SOURCE: CaseGroup = {
  name: 'what fails in the source too',
  script: `
CREATE TABLE dbo.Entry (Id int NOT NULL, Text_ nvarchar(50) NULL)
GO
CREATE PROCEDURE dbo.Adds @a int, @b int AS
INSERT dbo.Entry (Id) VALUES (@a + @b)
GO
CREATE PROCEDURE dbo.ReadsNothing @Which int AS
INSERT dbo.Entry (Id) VALUES (@Which)
IF @Which = 1 SELECT a FROM dbo.TakenAway
IF @Which = 2 UPDATE TakenAway SET a = 1
IF @Which = 3 EXEC dbo.NeverWritten @Which
IF @Which = 4 EXEC dbo.Adds @a = 1, @c = 2
IF @Which = 5 EXEC dbo.Adds 1
GO
CREATE PROCEDURE dbo.Catches @n int OUTPUT AS
BEGIN TRY
  EXEC dbo.ReadsNothing 1
END TRY
BEGIN CATCH
  SET @n = ERROR_NUMBER()
END CATCH
GO
CREATE PROCEDURE dbo.MakesStage AS
SELECT Id INTO dbo.Staged FROM dbo.Entry
GO
CREATE PROCEDURE dbo.ReadsStage AS
SELECT Id FROM dbo.Staged
GO`,
  issues: ['SL1040 dbo.ReadsStage', 'SL1042 dbo.Catches'],
  cases: [
    many('the rest of the routine runs', ['CALL reads_nothing(0)', 'SELECT id FROM entry'], '0'),
    one('a table', 'CALL reads_nothing(1)', `!42P01 Invalid object name 'dbo.TakenAway'.`),
    one('a table that is changed', 'CALL reads_nothing(2)', `!42P01 Invalid object name 'TakenAway'.`),
    one('a procedure', 'CALL reads_nothing(3)', `!42883 Could not find stored procedure 'dbo.NeverWritten'.`),
    one('a parameter', 'CALL reads_nothing(4)', '!42883 @c is not a parameter for procedure Adds.'),
    one(
      'an argument that is not there',
      'CALL reads_nothing(5)',
      `!42883 Procedure or function 'Adds' expects parameter '@b', which was not supplied.`,
    ),
    one('a handler is told', 'CALL catches(NULL)', '208'),
  ],
};
