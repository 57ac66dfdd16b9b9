import { type CaseGroup, many } from './case-group.ts';

/** Cursors over one of several queries, as branches choose. */
export const CHOSEN_CURSORS: CaseGroup = {
  name: 'cursors over the query that was chosen',
  script: `
CREATE TABLE dbo.Parcel (ParcelId int NOT NULL PRIMARY KEY, Shelf int NOT NULL, Weight int NOT NULL)
GO
CREATE PROCEDURE dbo.WeighVariable @all bit, @sum int OUTPUT AS
DECLARE @c CURSOR, @w int
SET @sum = 0
IF @all = 1
  SET @c = CURSOR FOR SELECT Weight FROM dbo.Parcel
ELSE
  SET @c = CURSOR FOR SELECT Parcel.Weight FROM dbo.Parcel WHERE Shelf = 1
OPEN @c
FETCH NEXT FROM @c INTO @w
WHILE @@FETCH_STATUS = 0
BEGIN
  SET @sum = @sum + @w
  FETCH NEXT FROM @c INTO @w
END
CLOSE @c
DEALLOCATE @c
GO
CREATE PROCEDURE dbo.WeighNamed @shelf int, @sum int OUTPUT, @last int OUTPUT AS
DECLARE @w int
SET @sum = 0
IF @shelf IS NULL
  DECLARE shelves CURSOR LOCAL FAST_FORWARD FOR SELECT Weight FROM dbo.Parcel
ELSE IF @shelf > 1
  DECLARE shelves CURSOR LOCAL FAST_FORWARD FOR SELECT Weight FROM dbo.Parcel WHERE Shelf = @shelf
ELSE
  DECLARE shelves CURSOR LOCAL FAST_FORWARD FOR SELECT Weight FROM dbo.Parcel WHERE Shelf <= 1
OPEN shelves
FETCH NEXT FROM shelves INTO @w
WHILE @@FETCH_STATUS = 0
BEGIN
  SET @sum = @sum + @w
  FETCH NEXT FROM shelves INTO @w
END
CLOSE shelves
DEALLOCATE shelves
DECLARE shelves CURSOR LOCAL FOR SELECT ParcelId, Weight FROM dbo.Parcel ORDER BY ParcelId DESC
OPEN shelves
FETCH NEXT FROM shelves INTO @last, @w
CLOSE shelves
DEALLOCATE shelves
GO
CREATE PROCEDURE dbo.WeighTwice @sum int OUTPUT AS
DECLARE @c CURSOR, @w int, @n int
SELECT @sum = 0, @n = 0
WHILE @n < 2
BEGIN
  IF @n = 0 SET @c = CURSOR FOR SELECT Weight FROM dbo.Parcel
  OPEN @c
  FETCH NEXT FROM @c INTO @w
  WHILE @@FETCH_STATUS = 0
  BEGIN
    SET @sum = @sum + @w
    FETCH NEXT FROM @c INTO @w
  END
  CLOSE @c
  SET @c = CURSOR FOR SELECT Weight * 100 AS Weight FROM dbo.Parcel WHERE ParcelId = 1
  SET @n = @n + 1
END
GO
CREATE PROCEDURE dbo.OtherColumns @both bit AS
DECLARE @c CURSOR, @a int, @b int
IF @both = 1 SET @c = CURSOR FOR SELECT Weight, Shelf FROM dbo.Parcel
ELSE SET @c = CURSOR FOR SELECT Weight FROM dbo.Parcel
OPEN @c
FETCH NEXT FROM @c INTO @a, @b
GO`,
  issues: ['SL1040 dbo.OtherColumns'],
  cases: [
    { what: 'a variable that one branch gave all rows', run: `CALL weigh_variable(true, NULL)`, row: '111' },
    { what: 'and the other some', run: `CALL weigh_variable(false, NULL)`, row: '11' },
    { what: 'a name that is declared in branches', run: `CALL weigh_named(NULL, NULL, NULL)`, row: '111|3' },
    { what: 'in the second of them', run: `CALL weigh_named(2, NULL, NULL)`, row: '100|3' },
    { what: 'in the last of them', run: `CALL weigh_named(0, NULL, NULL)`, row: '11|3' },
    { what: 'what the end of a loop sets is opened by the next turn', run: `CALL weigh_twice(NULL)`, row: '211' },
  ].map(({ what, run, row }) => many(what, [`INSERT INTO parcel VALUES (1, 1, 1), (2, 1, 10), (3, 2, 100)`, run], row)),
};
