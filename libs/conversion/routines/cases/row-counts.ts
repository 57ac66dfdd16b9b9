import { type CaseGroup, many, one } from './case-group.ts';

/** What each statement leaves in @@ROWCOUNT (the documented values), and result sets whose statements run where they stand. */
export const ROW_COUNTS: CaseGroup = {
  name: 'row counts, and result sets that run at once',
  script: `
CREATE TABLE dbo.Seat (SeatId int NOT NULL PRIMARY KEY, Taken int NOT NULL)
CREATE TABLE dbo.Desk (DeskId int NOT NULL)
GO
CREATE PROCEDURE dbo.AfterSet @n int OUTPUT AS
DECLARE @x int
UPDATE Seat SET Taken = 1
SET @x = 5
SET @n = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.AfterIf @n int OUTPUT AS
UPDATE Seat SET Taken = 1
IF @@ROWCOUNT = 9 SET @n = -1
ELSE SET @n = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.ElseIf @said varchar(10) OUTPUT AS
SET @said = 'neither'
UPDATE Seat SET Taken = 1
IF @@ROWCOUNT = 0 SET @said = 'none'
ELSE IF @@ROWCOUNT = 3 SET @said = 'all'
GO
CREATE PROCEDURE dbo.BehindIf @a int OUTPUT, @b int OUTPUT AS
DECLARE @x int = 0
UPDATE Seat SET Taken = 1
IF @x = 1 DELETE Desk
SET @a = @@ROWCOUNT
IF @x = 0 UPDATE Seat SET Taken = 2 WHERE SeatId < 3
SET @b = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.AfterPrint @n int OUTPUT AS
UPDATE Seat SET Taken = 1
PRINT 'done'
SET @n = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.AfterDeclare @n int OUTPUT AS
UPDATE Seat SET Taken = 1
DECLARE @kept int
SET @n = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.UntilNone @rounds int OUTPUT AS
SET @rounds = 0
UPDATE Seat SET Taken = Taken + 1 WHERE Taken < 3
WHILE @@ROWCOUNT > 0
BEGIN
  SET @rounds = @rounds + 1
  UPDATE Seat SET Taken = Taken + 1 WHERE Taken < 3
END
GO
CREATE PROCEDURE dbo.BehindLoop @n int OUTPUT AS
DECLARE @i int = 0
WHILE @i < 2 BEGIN UPDATE Seat SET Taken = 1; SET @i += 1 END
SET @n = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.InCatch @n int OUTPUT AS
UPDATE Seat SET Taken = 1
BEGIN TRY
  INSERT Seat VALUES (1, 1)
END TRY
BEGIN CATCH
  SET @n = @@ROWCOUNT
END CATCH
GO
CREATE PROCEDURE dbo.Fetches @one int OUTPUT, @none int OUTPUT AS
DECLARE @id int
DECLARE c CURSOR FOR SELECT SeatId FROM Seat WHERE SeatId = 1
OPEN c
FETCH NEXT FROM c INTO @id
SET @one = @@ROWCOUNT
FETCH NEXT FROM c INTO @id
SET @none = @@ROWCOUNT
CLOSE c
DEALLOCATE c
GO
CREATE PROCEDURE dbo.TakeSeat @id int AS
UPDATE Seat SET Taken = Taken + 1 OUTPUT inserted.SeatId, deleted.Taken WHERE SeatId = @id
SELECT COUNT(*) AS n FROM Seat WHERE Taken = 1
GO
CREATE PROCEDURE dbo.Take @id int AS
UPDATE Seat SET Taken = Taken + 1 OUTPUT inserted.SeatId WHERE SeatId = @id
GO
CREATE PROCEDURE dbo.TakeTwo @a int, @b int AS
EXEC dbo.Take @a
EXEC dbo.Take @b
GO
CREATE PROCEDURE dbo.Listed @least int AS
SELECT SeatId INTO #some FROM Seat WHERE SeatId >= @least
SELECT SeatId FROM #some ORDER BY SeatId
SELECT COUNT(*) AS n FROM #some
DROP TABLE #some
GO
CREATE PROCEDURE dbo.Emptied AS
CREATE TABLE #w (id int)
INSERT #w SELECT SeatId FROM Seat
SELECT id FROM #w ORDER BY id
TRUNCATE TABLE #w
SELECT DeskId FROM Desk
TRUNCATE TABLE Desk
GO`,
  issues: ['SL1042 dbo.InCatch'],
  cases: [
    many('SET @v leaves 1', [`INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`, 'CALL after_set(NULL)'], '1'),
    many('IF leaves 0', [`INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`, 'CALL after_if(NULL)'], '0'),
    many(
      'which the next IF reads',
      [`INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`, `CALL else_if(NULL)`],
      'neither',
    ),
    one('while the first reads what was before it', `CALL else_if(NULL)`, 'none'),
    many(
      'behind an IF stands what its branch left, or 0',
      [`INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`, 'CALL behind_if(NULL, NULL)'],
      '0|2',
    ),
    many('PRINT leaves 0', [`INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`, 'CALL after_print(NULL)'], '0'),
    many(
      'DECLARE leaves what was',
      [`INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`, 'CALL after_declare(NULL)'],
      '3',
    ),
    many(
      'a loop that asks how many the last round had',
      [`INSERT INTO seat VALUES (1, 0), (2, 2)`, 'CALL until_none(NULL)'],
      '3',
    ),
    many('behind a loop is 0', [`INSERT INTO seat VALUES (1, 0), (2, 0)`, 'CALL behind_loop(NULL)'], '0'),
    many('an error leaves 0', [`INSERT INTO seat VALUES (1, 0), (2, 0)`, 'CALL in_catch(NULL)'], '0'),
    many(
      'FETCH leaves 1, or 0 behind the last row',
      [`INSERT INTO seat VALUES (1, 0)`, 'CALL fetches(NULL, NULL)'],
      '1|0',
    ),
    many(
      'a change with OUTPUT is made though nobody fetches its rows',
      [
        `INSERT INTO seat VALUES (1, 0), (2, 0)`,
        `CALL take_seat(1, 'a', 'b')`,
        'SELECT taken FROM seat ORDER BY seat_id',
      ],
      '1',
      '0',
    ),
    many(
      'also within a procedure that is called',
      [
        `INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`,
        `CALL take_two(1, 3, 'a', 'b')`,
        'SELECT taken FROM seat ORDER BY seat_id',
      ],
      '1',
      '0',
      '1',
    ),
    many(
      'once, though its rows are fetched',
      [
        `INSERT INTO seat VALUES (1, 0), (2, 0), (3, 0)`,
        `CALL take_two(1, 3, 'a', 'b')`,
        'MOVE ALL IN b',
        'SELECT taken FROM seat ORDER BY seat_id',
      ],
      '1',
      '0',
      '1',
    ),
    many(
      'before the query behind it',
      [`INSERT INTO seat VALUES (1, 0), (2, 0)`, `CALL take_seat(1, 'a', 'b')`, 'FETCH ALL FROM b'],
      '1',
    ),
    many(
      'and its rows can be fetched',
      [`INSERT INTO seat VALUES (1, 0), (2, 0)`, `CALL take_seat(1, 'a', 'b')`, 'FETCH ALL FROM a'],
      '1|0',
    ),
    many(
      'rows of a temporary table outlive it',
      [`INSERT INTO seat VALUES (1, 0), (2, 0)`, `CALL listed(2, 'a', 'b')`, 'FETCH ALL FROM a'],
      '2',
    ),
    many(
      'and another call in the same transaction',
      [
        `INSERT INTO seat VALUES (1, 0), (2, 0)`,
        `CALL listed(2, 'a', 'b')`,
        `CALL listed(1, 'c', 'd')`,
        'FETCH ALL FROM a',
      ],
      '2',
    ),
    many(
      'rows of a table that is emptied behind the query',
      [
        `INSERT INTO seat VALUES (1, 0), (2, 0)`,
        `INSERT INTO desk VALUES (7)`,
        `CALL emptied('a', 'b')`,
        'FETCH ALL FROM a',
      ],
      '1',
      '2',
    ),
    many('a lasting one too', [`INSERT INTO desk VALUES (7)`, `CALL emptied('a', 'b')`, 'FETCH ALL FROM b'], '7'),
  ],
};
