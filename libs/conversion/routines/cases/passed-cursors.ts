import { type CaseGroup, many } from './case-group.ts';

/** Cursor variables, and cursors that go from procedure to procedure. */
export const PASSED_CURSORS: CaseGroup = {
  name: 'cursors in variables',
  script: `
CREATE TABLE dbo.Stop (StopId int NOT NULL PRIMARY KEY, Name varchar(20) NULL)
GO
CREATE PROCEDURE dbo.StopsFrom @Stops CURSOR VARYING OUTPUT, @From int = 0 AS
SET @Stops = CURSOR FORWARD_ONLY STATIC FOR SELECT Name, StopId FROM dbo.Stop WHERE StopId >= @From ORDER BY StopId
OPEN @Stops
GO
CREATE PROCEDURE dbo.PassesOn @List CURSOR VARYING OUTPUT AS
EXEC dbo.StopsFrom @List OUTPUT, 2
GO
CREATE PROCEDURE dbo.StopsByName @Stops CURSOR VARYING OUTPUT AS
DECLARE named CURSOR SCROLL FOR SELECT StopId, Name FROM dbo.Stop ORDER BY Name
OPEN named
SET @Stops = named
GO
CREATE PROCEDURE dbo.AllNames @All varchar(200) OUTPUT AS
DECLARE @c CURSOR, @n varchar(20), @id int
SET @All = ''
EXEC dbo.PassesOn @List = @c OUTPUT
FETCH NEXT FROM @c INTO @n, @id
WHILE @@FETCH_STATUS = 0
BEGIN
  SET @All = @All + CAST(@id AS varchar(5)) + @n + ';'
  FETCH NEXT FROM @c INTO @n, @id
END
CLOSE @c
DEALLOCATE @c
GO
CREATE PROCEDURE dbo.LastByName @Id int OUTPUT, @First int OUTPUT AS
DECLARE @c CURSOR, @n varchar(20)
EXEC dbo.StopsByName @c OUTPUT
FETCH LAST FROM @c INTO @Id, @n
FETCH FIRST FROM @c INTO @First, @n
CLOSE @c
DEALLOCATE @c
GO
CREATE PROCEDURE dbo.TwoNames @a varchar(20) OUTPUT, @b varchar(20) OUTPUT AS
DECLARE cur CURSOR FOR SELECT Name FROM dbo.Stop ORDER BY StopId
DECLARE @v CURSOR, @w CURSOR
SET @v = cur
SET @w = @v
OPEN cur
FETCH NEXT FROM @v INTO @a
FETCH NEXT FROM @w INTO @b
CLOSE cur
DEALLOCATE cur
GO
CREATE PROCEDURE dbo.Counts @n int OUTPUT AS
DECLARE @c CURSOR, @id int
SET @n = 0
SET @c = CURSOR LOCAL FAST_FORWARD FOR SELECT StopId FROM dbo.Stop
OPEN @c
FETCH NEXT FROM @c INTO @id
WHILE @@FETCH_STATUS = 0
BEGIN
  SET @n = @n + @id
  FETCH NEXT FROM @c INTO @id
END
CLOSE @c
DEALLOCATE @c
GO
`,
  cases: [
    { what: 'a cursor comes out of a procedure that a procedure calls', run: `CALL all_names(NULL)`, row: '2b;3a;' },
    { what: 'a parameter is set to a cursor with a name', run: `CALL last_by_name(NULL, NULL)`, row: '1|3' },
    { what: 'two variables are one cursor', run: `CALL two_names(NULL, NULL)`, row: 'c|b' },
    { what: 'a variable over a query of its own', run: `CALL counts(NULL)`, row: '6' },
  ].map(({ what, run, row }) => many(what, [`INSERT INTO stop VALUES (1, 'c'), (2, 'b'), (3, 'a')`, run], row)),
  texts: [{ object: 'dbo.Counts', text: 'FOR v_' }],
};
