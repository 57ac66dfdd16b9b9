import { type CaseGroup, many, one } from './case-group.ts';

/** RAISERROR, THROW, TRY … CATCH, transactions. */
export const ERRORS: CaseGroup = {
  name: 'errors and transactions',
  script: `
CREATE TABLE dbo.Log (LogId int NOT NULL PRIMARY KEY, Entry nvarchar(100) NULL)
GO
CREATE PROCEDURE dbo.RaisesPlain AS RAISERROR('It is 100% wrong', 16, 1)
GO
CREATE PROCEDURE dbo.RaisesArgs @Name nvarchar(20), @n int AS
RAISERROR(N'%s has %d of %i.', 16, 1, @Name, @n, 7)
GO
CREATE PROCEDURE dbo.RaisesNotice @n int AS
RAISERROR('step %d', 0, 1, @n) WITH NOWAIT
GO
CREATE PROCEDURE dbo.RaisesVariable @Message nvarchar(100), @Severity int AS
RAISERROR(@Message, @Severity, 1)
GO
CREATE PROCEDURE dbo.RaisesNumber AS RAISERROR(50010, 16, 1)
GO
CREATE PROCEDURE dbo.Throws AS THROW 51000, 'Not so.', 1;
GO
CREATE PROCEDURE dbo.ThrowsVariable @n int, @m nvarchar(50) AS THROW @n, @m, 1;
GO
CREATE PROCEDURE dbo.Catches @Text nvarchar(200) OUTPUT, @Number int OUTPUT AS
BEGIN TRY
  INSERT INTO Log VALUES (1, 'a')
  INSERT INTO Log VALUES (1, 'b')
END TRY
BEGIN CATCH
  SELECT @Number = ERROR_NUMBER(), @Text = ERROR_MESSAGE()
END CATCH
GO
CREATE PROCEDURE dbo.CatchesZero @Number int OUTPUT AS
BEGIN TRY
  SET @Number = 1 / (@Number - @Number)
END TRY
BEGIN CATCH
  SET @Number = ERROR_NUMBER()
END CATCH
GO
CREATE PROCEDURE dbo.CatchesOwn @Number int OUTPUT, @Text nvarchar(100) OUTPUT, @Severity int OUTPUT AS
BEGIN TRY
  THROW 50123, 'own', 1
END TRY
BEGIN CATCH
  SET @Number = ERROR_NUMBER()
  SET @Text = ERROR_MESSAGE()
  SET @Severity = ERROR_SEVERITY()
END CATCH
GO
CREATE PROCEDURE dbo.Rethrows AS
BEGIN TRY
  RAISERROR('inner', 16, 1)
END TRY
BEGIN CATCH
  PRINT 'caught ' + ERROR_MESSAGE();
  THROW;
END CATCH
GO
CREATE PROCEDURE dbo.RaisesAgain AS
BEGIN TRY
  THROW 50001, 'first', 1
END TRY
BEGIN CATCH
  DECLARE @m nvarchar(4000) = ERROR_MESSAGE(), @s int = ERROR_SEVERITY()
  RAISERROR(@m, @s, 1)
END CATCH
GO
CREATE PROCEDURE dbo.Nested @Text varchar(50) OUTPUT AS
SET @Text = ''
BEGIN TRY
  BEGIN TRY
    THROW 50002, 'x', 1
  END TRY
  BEGIN CATCH
    SET @Text = @Text + 'inner;'
    ;THROW
  END CATCH
END TRY
BEGIN CATCH
  SET @Text = @Text + 'outer'
END CATCH
GO
CREATE PROCEDURE dbo.Transacts @Fail bit, @Result varchar(20) OUTPUT AS
SET XACT_ABORT ON
BEGIN TRY
  BEGIN TRANSACTION
  INSERT INTO Log VALUES (10, 'x')
  IF @Fail = 1 THROW 50003, 'stop', 1
  COMMIT TRANSACTION
  SET @Result = 'kept'
END TRY
BEGIN CATCH
  IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION
  SET @Result = 'undone'
END CATCH
GO
CREATE PROCEDURE dbo.ErrorPattern @Result int OUTPUT AS
INSERT INTO Log VALUES (20, 'x')
IF @@ERROR <> 0
BEGIN
  SET @Result = -1
  RETURN
END
SET @Result = 1
GO
CREATE PROCEDURE dbo.ReturnsInTry AS
BEGIN TRY
  RETURN 3
END TRY
BEGIN CATCH
  RETURN 4
END CATCH
GO
CREATE PROCEDURE dbo.ChecksArgument @n int AS
IF @n < 0
BEGIN
  RAISERROR('negative', 16, 1)
  RETURN -1
END
PRINT 'fine'
GO
CREATE PROCEDURE dbo.RollsBack AS
BEGIN TRAN
INSERT INTO Log VALUES (30, 'x')
ROLLBACK TRAN
INSERT INTO Log VALUES (31, 'y')
GO
CREATE PROCEDURE dbo.OutsideCatch @Text nvarchar(50) OUTPUT AS
SET @Text = ERROR_MESSAGE()
GO
CREATE PROCEDURE dbo.Widths AS RAISERROR('[%5d][%-5s]', 16, 1, 42, 'ab')
GO
CREATE PROCEDURE dbo.Saves AS SAVE TRANSACTION here
GO
CREATE PROCEDURE dbo.RaisesLater @Message nvarchar(100), @Severity int AS
RAISERROR(@Message, @Severity, 1, 'x', 7, NULL)
GO
CREATE PROCEDURE dbo.Formats @Out nvarchar(100) OUTPUT AS
SET @Out = FORMATMESSAGE('%s has %d rows', 'Ledger', 7)
GO
CREATE PROCEDURE dbo.KeepError @Text varchar(100) OUTPUT AS
BEGIN TRY
  IF ERROR_NUMBER() IS NULL RETURN
  SET @Text = CAST(ERROR_NUMBER() AS varchar(10)) + ' ' + ERROR_MESSAGE() + ' ' + ISNULL(ERROR_PROCEDURE(), '-')
END TRY
BEGIN CATCH
  SET @Text = 'never'
END CATCH
GO
CREATE PROCEDURE dbo.KeepsIndirectly @Text varchar(100) OUTPUT AS
EXEC dbo.KeepError @Text OUTPUT
GO
CREATE PROCEDURE dbo.FailsAndAsks @Text varchar(100) OUTPUT, @Later varchar(100) OUTPUT AS
BEGIN TRY
  RAISERROR('broken', 16, 1)
END TRY
BEGIN CATCH
  EXEC dbo.KeepsIndirectly @Text OUTPUT
END CATCH
EXEC dbo.KeepError @Later OUTPUT
GO`,
  issues: [
    'SL1042 dbo.Catches',
    'SL1042 dbo.CatchesOwn',
    'SL1042 dbo.CatchesZero',
    'SL1042 dbo.FailsAndAsks',
    'SL1042 dbo.KeepError',
    'SL1042 dbo.Nested',
    'SL1042 dbo.RaisesAgain',
    'SL1042 dbo.Rethrows',
    'SL1042 dbo.ReturnsInTry',
    'SL1042 dbo.Transacts',
    'SL1043 dbo.RollsBack',
    'SL1043 dbo.Transacts',
    'SL1045 dbo.ChecksArgument',
    'SL1045 dbo.RaisesArgs',
    'SL1045 dbo.RaisesLater',
    'SL1045 dbo.RaisesNumber',
    'SL1045 dbo.RaisesPlain',
    'SL1045 dbo.RaisesVariable',
    'SL1045 dbo.Widths',
    'SL1046 dbo.RaisesNumber',
  ],
  cases: [
    one('RAISERROR of severity 16 is an exception', 'CALL raises_plain()', '!50000 It is 100% wrong'),
    one('RAISERROR with arguments', `CALL raises_args('Ann', 3)`, '!50000 Ann has 3 of 7.'),
    one('RAISERROR with NULL', `CALL raises_args(NULL, NULL)`, '!50000 (null) has (null) of 7.'),
    { name: 'RAISERROR of severity 0 is a notice', run: ['CALL raises_notice(4)'], rows: [], notices: ['step 4'] },
    one('RAISERROR of a variable, severity above 10', `CALL raises_variable('oh', 11)`, '!50000 oh'),
    {
      name: 'RAISERROR of a variable, severity 10',
      run: [`CALL raises_variable('oh', 10)`],
      rows: [],
      notices: ['oh'],
    },
    one('RAISERROR by number', 'CALL raises_number()', '!50010 Error 50010, state 1.'),
    one('THROW has the number as its SQLSTATE', 'CALL throws()', '!51000 Not so.'),
    one('THROW of variables', `CALL throws_variable(60000, 'why')`, '!60000 why'),
    one(
      'CATCH knows a doubled key as 2627',
      'CALL catches(NULL, NULL)',
      'duplicate key value violates unique constraint "log_pkey"|2627',
    ),
    many('what TRY changed before its error is undone', ['CALL catches(NULL, NULL)', 'SELECT count(*) FROM log'], '0'),
    one('CATCH knows division by zero as 8134', 'CALL catches_zero(5)', '8134'),
    one('CATCH knows its own numbers', 'CALL catches_own(0, NULL, 0)', '50123|own|16'),
    { name: 'THROW alone raises again', run: ['CALL rethrows()'], rows: ['!50000 inner'], notices: ['caught inner'] },
    one('RAISERROR of ERROR_MESSAGE()', 'CALL raises_again()', '!50000 first'),
    one('TRY within TRY', 'CALL nested(NULL)', 'inner;outer'),
    one('a transaction within TRY, kept', 'CALL transacts(false, NULL)', 'kept'),
    one('a transaction within TRY, undone', 'CALL transacts(true, NULL)', 'undone'),
    many('nothing of it stays', ['CALL transacts(true, NULL)', 'SELECT count(*) FROM log'], '0'),
    many('what is kept stays', ['CALL transacts(false, NULL)', 'SELECT count(*) FROM log'], '1'),
    one('@@ERROR behind a statement that has run is 0', 'CALL error_pattern(NULL)', '1'),
    one('RETURN within TRY', 'CALL returns_in_try()', '3'),
    one('an error after a check', 'CALL checks_argument(-1)', '!50000 negative'),
    { name: 'no error after a check', run: ['CALL checks_argument(1)'], rows: ['0'], notices: ['fine'] },
    many(
      'ROLLBACK undoes what was done',
      ['ROLLBACK', 'CALL rolls_back()', 'SELECT log_id FROM log', 'DELETE FROM log', 'BEGIN', 'SELECT 1'],
      '1',
    ),
    one('ERROR_MESSAGE() outside of CATCH is NULL', `CALL outside_catch('x')`, 'NULL'),
    one(
      'a routine that a handler calls knows the error, and one called later does not',
      `CALL fails_and_asks(NULL, NULL)`,
      '50000 broken dbo.FailsAndAsks|NULL',
    ),
    one('a message that is only known when it runs', `CALL raises_later('%s of %d, %s', 16)`, '!50000 x of 7, (null)'),
    one('FORMATMESSAGE', `CALL formats(NULL)`, 'Ledger has 7 rows'),
    one('RAISERROR with widths', 'CALL widths()', '!50000 [   42][ab   ]'),
    one('SAVE TRANSACTION alone changes nothing', 'CALL saves()'),
  ],
};
