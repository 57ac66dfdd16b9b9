import { type CaseGroup, many, one } from './case-group.ts';

/** GOTO, savepoints, and transactions that a procedure rolls back. */
export const JUMPS: CaseGroup = {
  name: 'jumps and transactions',
  script: `
CREATE TABLE dbo.Note (Id int IDENTITY(1,1) NOT NULL PRIMARY KEY, Text varchar(40) NOT NULL)
GO
CREATE PROCEDURE dbo.Cleanup @Value int, @Trace varchar(100) OUTPUT AS
SET @Trace = 'a'
IF @Value = 1 GOTO Done
SET @Trace = @Trace + 'b'
IF @Value = 2
BEGIN
  SET @Trace = @Trace + '2'
  GOTO Failed
END
SET @Trace = @Trace + 'c'
GOTO Done
Failed:
SET @Trace = @Trace + 'f'
Done:
SET @Trace = @Trace + 'd'
GO
CREATE PROCEDURE dbo.CodeOf @Value int AS
DECLARE @code int
SET @code = 0
IF @Value < 0
BEGIN
  SET @code = 7
  GOTO Cleanup
END
INSERT INTO dbo.Note (Text) VALUES ('fine')
RETURN 0
Cleanup:
RETURN @code
GO
CREATE PROCEDURE dbo.CountTo @n int, @Sum int OUTPUT AS
DECLARE @i int
SELECT @i = 0, @Sum = 0
Again:
SET @i = @i + 1
IF @i > @n GOTO Finished
SET @Sum = @Sum + @i
GOTO Again
Finished:
SET @Sum = @Sum * 10
GO
CREATE PROCEDURE dbo.Crossing @Start int, @Trace varchar(100) OUTPUT AS
DECLARE @round int
SELECT @Trace = '', @round = 0
IF @Start = 2 GOTO Second
First:
SET @Trace = @Trace + '1'
Second:
SET @Trace = @Trace + '2'
SET @round = @round + 1
IF @round < 2 GOTO First
IF @round = 2 GOTO Second
SET @Trace = @Trace + '.'
GO
CREATE PROCEDURE dbo.OutOfLoop @Stop int, @Seen int OUTPUT AS
DECLARE @i int = 0
SET @Seen = 0
WHILE @i < 10
BEGIN
  SET @i = @i + 1
  WHILE 1 = 1
  BEGIN
    IF @i = @Stop GOTO Leave
    BREAK
  END
  SET @Seen = @i
END
Leave:
SET @Seen = @Seen + 100
GO
CREATE PROCEDURE dbo.SkipInLoop @Odd varchar(50) OUTPUT AS
DECLARE @i int = 0
SET @Odd = ''
WHILE @i < 6
BEGIN
  SET @i = @i + 1
  IF @i % 2 = 0 GOTO NextOne
  SET @Odd = @Odd + CAST(@i AS varchar(5))
NextOne:
END
GO
CREATE PROCEDURE dbo.AllOrNothing @First varchar(40), @Second varchar(40), @Count int OUTPUT AS
BEGIN TRANSACTION
INSERT INTO dbo.Note (Text) VALUES (@First)
IF @Second = ''
BEGIN
  ROLLBACK TRANSACTION
  SELECT @Count = COUNT(*) FROM dbo.Note
  RETURN 1
END
INSERT INTO dbo.Note (Text) VALUES (@Second)
COMMIT TRANSACTION
SELECT @Count = COUNT(*) FROM dbo.Note
RETURN 0
GO
CREATE PROCEDURE dbo.OwnTransaction @Fail int, @Started bit OUTPUT AS
DECLARE @error int
SELECT @error = 0, @Started = 0
IF @@TRANCOUNT = 0
BEGIN
  BEGIN TRAN
  SET @Started = 1
END
INSERT INTO dbo.Note (Text) VALUES ('one')
IF @Fail = 1
BEGIN
  SET @error = 5
  GOTO Cleanup
END
INSERT INTO dbo.Note (Text) VALUES ('two')
IF @Started = 1
BEGIN
  SET @Started = 0
  COMMIT TRAN
END
RETURN 0
Cleanup:
IF @Started = 1
BEGIN
  SET @Started = 0
  ROLLBACK TRAN
END
RETURN @error
GO
CREATE PROCEDURE dbo.TwoWays @Way int, @What varchar(20) OUTPUT AS
SET @What = ''
BEGIN TRAN
INSERT INTO dbo.Note (Text) VALUES ('x')
IF @Way = 1
BEGIN
  ROLLBACK
  SET @What = 'first'
  RETURN
END
IF @Way = 2
  ROLLBACK
ELSE
  COMMIT
SET @What = @What + 'end ' + CAST(@@TRANCOUNT AS varchar(3))
GO
CREATE PROCEDURE dbo.Saved @Undo bit AS
BEGIN TRAN
INSERT INTO dbo.Note (Text) VALUES ('kept')
SAVE TRAN here
INSERT INTO dbo.Note (Text) VALUES ('perhaps')
IF @Undo = 1
  ROLLBACK TRAN here
INSERT INTO dbo.Note (Text) VALUES ('after')
COMMIT
GO
CREATE PROCEDURE dbo.RolledInTry @Value int, @Out varchar(50) OUTPUT AS
SET @Out = ''
BEGIN TRY
  BEGIN TRAN
  INSERT INTO dbo.Note (Text) VALUES ('in')
  IF @Value = 1
  BEGIN
    ROLLBACK TRAN
    SET @Out = 'rolled'
    RETURN
  END
  IF @Value = 2
    RAISERROR('two', 16, 1)
  COMMIT
  SET @Out = 'done'
END TRY
BEGIN CATCH
  IF @@TRANCOUNT > 0 ROLLBACK
  SET @Out = 'caught ' + ERROR_MESSAGE()
END CATCH
GO
CREATE PROCEDURE dbo.EachRow @Bad int AS
DECLARE @i int = 0
WHILE @i < 3
BEGIN
  SET @i = @i + 1
  BEGIN TRAN
  INSERT INTO dbo.Note (Text) VALUES ('row ' + CAST(@i AS varchar(3)))
  IF @i = @Bad
    ROLLBACK TRAN
  ELSE
    COMMIT TRAN
END
GO
CREATE PROCEDURE dbo.Retry @Times int, @Tries int OUTPUT AS
SET @Tries = 0
Again:
SET @Tries = @Tries + 1
BEGIN TRAN
INSERT INTO dbo.Note (Text) VALUES ('try')
IF @Tries < @Times
BEGIN
  ROLLBACK TRAN
  GOTO Again
END
COMMIT TRAN
GO
CREATE PROCEDURE dbo.RowsAndRollback @Undo bit AS
BEGIN TRAN
INSERT INTO dbo.Note (Text) VALUES ('seen')
SELECT Text FROM dbo.Note
IF @Undo = 1
  ROLLBACK
ELSE
  COMMIT
GO`,
  issues: [
    'SL1042 dbo.RolledInTry',
    'SL1043 dbo.AllOrNothing',
    'SL1043 dbo.EachRow',
    'SL1043 dbo.OwnTransaction',
    'SL1043 dbo.Retry',
    'SL1043 dbo.RolledInTry',
    'SL1043 dbo.RowsAndRollback',
    'SL1043 dbo.Saved',
    'SL1043 dbo.TwoWays',
  ],
  cases: (() => {
    const notes = `SELECT string_agg(text, ',' ORDER BY id) FROM note`;
    return [
      one('a jump forward passes over what lies between', `CALL cleanup(1, NULL)`, 'ad'),
      one('two labels, the first', `CALL cleanup(2, NULL)`, 'ab2fd'),
      one('no jump', `CALL cleanup(3, NULL)`, 'abcd'),
      one('a return code behind a label', `CALL code_of(-1, NULL)`, '7'),
      one('a return before the label', `CALL code_of(1, NULL)`, '0'),
      one('a jump back is a loop', `CALL count_to(4, NULL)`, '100'),
      one('a jump back that is never made', `CALL count_to(0, NULL)`, '0'),
      one('jumps that cross, from the start', `CALL crossing(1, NULL)`, '12122.'),
      one('jumps that cross, into the middle', `CALL crossing(2, NULL)`, '2122.'),
      one('a jump out of two loops', `CALL out_of_loop(4, NULL)`, '103'),
      one('a loop that runs to its end', `CALL out_of_loop(99, NULL)`, '110'),
      one('a jump to the end of a loop', `CALL skip_in_loop(NULL)`, '135'),
      one('ROLLBACK undoes, and the routine goes on', `CALL all_or_nothing('a', '', NULL, NULL)`, '0|1'),
      one('COMMIT keeps', `CALL all_or_nothing('a', 'b', NULL, NULL)`, '2|0'),
      one('what variables were given before a ROLLBACK stays', `CALL own_transaction(1, NULL, NULL)`, 'f|5'),
      many('nothing is left of it', [`CALL own_transaction(1, NULL, NULL)`, notes], 'NULL'),
      many('without a fault all is there', [`CALL own_transaction(0, NULL, NULL)`, notes], 'one,two'),
      one('one ROLLBACK of two', `CALL two_ways(1, NULL)`, 'first'),
      one('the other', `CALL two_ways(2, NULL)`, 'end 0'),
      many('and what they leave', [`CALL two_ways(2, NULL)`, `CALL two_ways(3, NULL)`, notes], 'x'),
      many('a savepoint', [`CALL saved(true)`, notes], 'kept,after'),
      many('a savepoint that is not gone back to', [`CALL saved(false)`, notes], 'kept,perhaps,after'),
      one('ROLLBACK within TRY is no error', `CALL rolled_in_try(1, NULL)`, 'rolled'),
      one('an error within TRY', `CALL rolled_in_try(2, NULL)`, 'caught two'),
      many(
        'of three calls one stays',
        [`CALL rolled_in_try(1, NULL)`, `CALL rolled_in_try(2, NULL)`, `CALL rolled_in_try(3, NULL)`, notes],
        'in',
      ),
      many('a transaction for each round', [`CALL each_row(2)`, notes], 'row 1,row 3'),
      one('a jump back behind a ROLLBACK', `CALL retry(3, NULL)`, '3'),
      many('the last try stays', [`CALL retry(3, NULL)`, notes], 'try'),
      one('rows that were read before a ROLLBACK are returned', `SELECT * FROM rows_and_rollback(true)`, 'seen'),
      many('though their table has them no more', [`SELECT * FROM rows_and_rollback(true)`, notes], 'NULL'),
    ];
  })(),
};
