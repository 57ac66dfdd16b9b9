import { type CaseGroup, many, one } from './case-group.ts';

/** Variables, control flow, cursors, temporary tables: procedures that say what they did in OUTPUT parameters or rows. */
export const VARIABLES: CaseGroup = {
  name: 'variables, control flow and cursors',
  script: `
CREATE TABLE dbo.Item (ItemId int NOT NULL PRIMARY KEY, ItemName nvarchar(20) NULL, Price money NULL, Active bit NOT NULL)
GO
CREATE PROCEDURE dbo.KeepsValue @Id int, @Name nvarchar(20) OUTPUT AS
SET NOCOUNT ON
SELECT @Name = ItemName FROM dbo.Item WHERE ItemId = @Id
GO
CREATE PROCEDURE dbo.LastRow @Name nvarchar(20) OUTPUT AS
SELECT @Name = ItemName FROM dbo.Item ORDER BY ItemId
GO
CREATE PROCEDURE dbo.Accumulates @List nvarchar(200) OUTPUT AS
SET @List = N''
SELECT @List = @List + ItemName + N';' FROM dbo.Item WHERE ItemName IS NOT NULL ORDER BY ItemId DESC
GO
CREATE PROCEDURE dbo.AccumulatesList @List nvarchar(200) = NULL OUTPUT AS
SELECT @List = COALESCE(@List + N', ', N'') + ItemName FROM Item WHERE Active = 1 ORDER BY ItemName
GO
CREATE PROCEDURE dbo.AggregateSets @Total money OUTPUT, @Count int OUTPUT AS
SELECT @Total = SUM(Price), @Count = COUNT(*) FROM Item WHERE ItemId > 100
GO
CREATE PROCEDURE dbo.InTurn @A int OUTPUT, @B int OUTPUT AS
SELECT @A = 1, @B = @A + 1
GO
CREATE PROCEDURE dbo.Cuts @Short varchar(3) OUTPUT AS
SET @Short = 'abcdef'
GO
CREATE PROCEDURE dbo.Truncates @N int OUTPUT AS
DECLARE @D decimal(9,2) = 7.99
SET @N = @D
GO
CREATE PROCEDURE dbo.Compound @N int OUTPUT AS
DECLARE @X int = 10
SET @X += 5
SET @X *= 2
SET @X -= 1
SET @N = @X % 7
GO
CREATE PROCEDURE dbo.DeclareInLoop @Sum int OUTPUT AS
DECLARE @i int = 0
SET @Sum = 0
WHILE @i < 3
BEGIN
  DECLARE @fresh int = 1
  DECLARE @kept int
  SET @kept = ISNULL(@kept, 0) + @fresh
  SET @fresh = 100
  SET @i = @i + 1
  SET @Sum = @kept
END
GO
CREATE PROCEDURE dbo.BreakContinue @Sum int OUTPUT AS
DECLARE @i int
SELECT @i = 0, @Sum = 0
WHILE 1 = 1
BEGIN
  SET @i = @i + 1
  IF @i % 2 = 0 CONTINUE
  IF @i > 7 BREAK
  SET @Sum = @Sum + @i
END
GO
CREATE PROCEDURE dbo.Branches @N int, @Word varchar(10) OUTPUT AS
IF @N < 0
  SET @Word = 'negative'
ELSE IF @N = 0
BEGIN
  SET @Word = 'zero'
END
ELSE
  SET @Word = 'positive'
GO
CREATE PROCEDURE dbo.ReturnsCode @N int AS
IF @N IS NULL RETURN 1
IF @N > 10
BEGIN
  RETURN -@N
END
RETURN 0
GO
CREATE PROCEDURE dbo.RowCounts @Id int, @Affected int OUTPUT AS
UPDATE Item SET Price = Price + 1 WHERE ItemId >= @Id
SET @Affected = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.SelectRowCount @N int OUTPUT AS
DECLARE @Any int
SELECT @Any = ItemId FROM Item
SELECT @N = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.NothingFound @Id int AS
DECLARE @Name nvarchar(20)
SELECT @Name = ItemName FROM Item WHERE ItemId = @Id
IF @@ROWCOUNT = 0
BEGIN
  PRINT 'not found'
  RETURN
END
PRINT 'found ' + @Name
GO
CREATE PROCEDURE dbo.CursorLoop @Text nvarchar(200) OUTPUT AS
DECLARE @Id int, @Name nvarchar(20)
SET @Text = ''
DECLARE items CURSOR LOCAL FAST_FORWARD FOR SELECT ItemId, ItemName FROM Item WHERE ItemName IS NOT NULL ORDER BY ItemId
OPEN items
FETCH NEXT FROM items INTO @Id, @Name
WHILE @@FETCH_STATUS = 0
BEGIN
  -- one line for each
  SET @Text = @Text + CAST(@Id AS varchar(10)) + '=' + @Name + ' '
  FETCH NEXT FROM items INTO @Id, @Name
END
CLOSE items
DEALLOCATE items
SET @Text = @Text + 'last ' + @Name
GO
CREATE PROCEDURE dbo.CursorScroll @First int OUTPUT, @Last int OUTPUT, @Status int OUTPUT AS
DECLARE c CURSOR SCROLL FOR SELECT ItemId FROM Item ORDER BY ItemId
OPEN c
FETCH LAST FROM c INTO @Last
FETCH FIRST FROM c INTO @First
FETCH PRIOR FROM c INTO @First
SET @Status = @@FETCH_STATUS
CLOSE c
DEALLOCATE c
GO
CREATE PROCEDURE dbo.CursorOther @Sum money OUTPUT AS
DECLARE @p money
SET @Sum = 0
DECLARE c CURSOR FOR SELECT Price FROM Item
OPEN c
WHILE 1 = 1
BEGIN
  FETCH NEXT FROM c INTO @p
  IF @@FETCH_STATUS <> 0 BREAK
  SET @Sum = @Sum + ISNULL(@p, 0)
END
CLOSE c
DEALLOCATE c
GO
CREATE PROCEDURE dbo.NestedCursors @N int OUTPUT AS
DECLARE @a int, @b int
SET @N = 0
DECLARE x CURSOR FOR SELECT ItemId FROM Item
OPEN x
FETCH NEXT FROM x INTO @a
WHILE @@FETCH_STATUS = 0
BEGIN
  DECLARE y CURSOR FOR SELECT ItemId FROM Item WHERE ItemId < @a
  OPEN y
  FETCH NEXT FROM y INTO @b
  WHILE @@FETCH_STATUS = 0
  BEGIN
    SET @N = @N + 1
    FETCH NEXT FROM y INTO @b
  END
  CLOSE y
  DEALLOCATE y
  FETCH NEXT FROM x INTO @a
END
CLOSE x
DEALLOCATE x
GO
CREATE PROCEDURE dbo.TempTable @N int OUTPUT AS
CREATE TABLE #work (Id int IDENTITY(1,1) PRIMARY KEY, Name nvarchar(20), Done bit DEFAULT 0)
INSERT INTO #work (Name) SELECT ItemName FROM Item
UPDATE #work SET Done = 1 WHERE Id > 1
SELECT @N = COUNT(*) FROM #work WHERE Done = 1
IF OBJECT_ID('tempdb..#work') IS NOT NULL DROP TABLE #work
GO
CREATE PROCEDURE dbo.SelectIntoTemp @N int OUTPUT AS
SELECT ItemId, ItemName AS Label INTO #copy FROM Item WHERE Active = 1
SELECT @N = COUNT(Label) FROM #copy
DROP TABLE #copy
GO
CREATE PROCEDURE dbo.TableVariable @N int OUTPUT AS
DECLARE @t TABLE (Id int PRIMARY KEY, Label nvarchar(20))
INSERT INTO @t SELECT ItemId, ItemName FROM Item
DELETE FROM @t WHERE Label IS NULL
SELECT @N = COUNT(*) FROM @t
GO
CREATE PROCEDURE dbo.Sleeps AS
WAITFOR DELAY '00:00:00.001'
PRINT 'done'
GO
CREATE PROCEDURE dbo.Bits @Flag bit, @Text varchar(10) OUTPUT AS
IF @Flag = 1 SET @Text = 'on' ELSE SET @Text = 'off'
GO
CREATE PROCEDURE dbo.PrintsNull @s varchar(10) AS
PRINT @s
PRINT '100 %'
GO
/* Head of the module,
   two lines. */
CREATE PROCEDURE dbo.Comments AS
-- first
DECLARE @x int -- behind
SET @x = 1 /* behind too */
/* last */
GO
CREATE PROCEDURE dbo.[Odd Name!] @A int, @B int = 2, @C int AS
PRINT CAST(@A + @B + ISNULL(@C, 0) AS varchar(10))
GO
CREATE PROCEDURE dbo.TopOne @Name nvarchar(20) OUTPUT AS
SELECT TOP 1 @Name = ItemName FROM Item WHERE Price IS NOT NULL ORDER BY Price DESC
GO
CREATE PROCEDURE dbo.ExistsTest @Id int, @Found bit OUTPUT AS
IF EXISTS (SELECT * FROM Item WHERE ItemId = @Id) SET @Found = 1 ELSE SET @Found = 0
GO
CREATE PROCEDURE dbo.CaseOfNames @ITEMID int, @itemname nvarchar(20) OUTPUT AS
SELECT @ItemName = itemname FROM ITEM WHERE itemid = @ItemId
GO
CREATE PROCEDURE dbo.Jumps AS
DBCC CHECKDB
PRINT 'not here'
theend:
PRINT 'end'
GO`,
  issues: ['SL1040 dbo.Jumps', 'SL1050 dbo.Odd Name!'],
  cases: (() => {
    const rows = `INSERT INTO item VALUES (1, 'nut', 1.5, true), (2, 'bolt', 2.25, false), (3, NULL, NULL, true)`;
    const after = (name: string, sql: string, ...expected: string[]) => many(name, [rows, sql], ...expected);
    const notice = (name: string, sql: string, ...notices: string[]) => ({ name, run: [rows, sql], rows: [], notices });
    return [
      after('SELECT @v = keeps the value when no row comes', `CALL keeps_value(9, 'before')`, 'before'),
      after('SELECT @v = takes the value of the row', `CALL keeps_value(1, 'before')`, 'nut'),
      after('SELECT @v = takes NULL from a row', `CALL keeps_value(3, 'before')`, 'NULL'),
      after('SELECT @v = takes the last row', `CALL last_row('before')`, 'NULL'),
      after('SELECT @v = @v + adds up row by row in the order asked for', `CALL accumulates(NULL)`, 'bolt;nut;'),
      after('COALESCE(@v + …) makes a list', `CALL accumulates_list(NULL)`, 'nut'),
      after('an aggregate sets its variables without rows', `CALL aggregate_sets(5, 5)`, 'NULL|0'),
      one('assignments of one SELECT are made in turn', `CALL in_turn(0, 0)`, '1|2'),
      one('a string is cut to the variable', `CALL cuts('')`, 'abc'),
      one('a decimal loses its fraction on the way to an int', `CALL truncates(0)`, '7'),
      one('compound assignments', `CALL compound(0)`, '1'),
      one('DECLARE with a value sets it each time, without one keeps it', `CALL declare_in_loop(0)`, '3'),
      one('BREAK and CONTINUE', `CALL break_continue(0)`, '16'),
      one('IF, first branch', `CALL branches(-1, '')`, 'negative'),
      one('IF, ELSE IF', `CALL branches(0, '')`, 'zero'),
      one('IF, ELSE', `CALL branches(1, '')`, 'positive'),
      one('IF of NULL goes to ELSE', `CALL branches(NULL, '')`, 'positive'),
      one('RETURN n is the return code', `CALL returns_code(11)`, '-11'),
      one('RETURN n in an IF', `CALL returns_code(NULL)`, '1'),
      one('RETURN 0', `CALL returns_code(1)`, '0'),
      after('@@ROWCOUNT after UPDATE', `CALL row_counts(2, 0)`, '2'),
      after('@@ROWCOUNT after an UPDATE of nothing', `CALL row_counts(20, 5)`, '0'),
      after('@@ROWCOUNT after SELECT @v =', `CALL select_row_count(0)`, '3'),
      notice('IF @@ROWCOUNT = 0 after SELECT', `CALL nothing_found(77)`, 'not found'),
      notice('PRINT of an expression', `CALL nothing_found(1)`, 'found nut'),
      after('a cursor loop, whose variables keep the last row', `CALL cursor_loop('')`, '1=nut 2=bolt last bolt'),
      after(
        'FETCH LAST and PRIOR: without a row the variable keeps its value',
        `CALL cursor_scroll(0, 0, 0)`,
        '1|3|-1',
      ),
      after('a cursor left by BREAK', `CALL cursor_other(0)`, '3.7500'),
      after('a cursor within a cursor', `CALL nested_cursors(0)`, '3'),
      after('a temporary table with identity and default', `CALL temp_table(0)`, '2'),
      many('a temporary table, twice in one transaction', [rows, `CALL temp_table(0)`, `CALL temp_table(0)`], '2'),
      after('SELECT INTO a temporary table', `CALL select_into_temp(0)`, '1'),
      after('a table variable', `CALL table_variable(0)`, '2'),
      notice('WAITFOR DELAY', `CALL sleeps()`, 'done'),
      one('a bit compared with 1', `CALL bits(true, '')`, 'on'),
      one('a bit that is NULL', `CALL bits(NULL, '')`, 'off'),
      notice('PRINT of NULL and of a percent sign', `CALL prints_null(NULL)`, ' ', '100 %'),
      notice('a parameter behind one with a default', `CALL odd_name(1)`, '3'),
      notice('named arguments', `CALL odd_name(p_c => 4, p_a => 1)`, '7'),
      after('SELECT TOP 1 @v =', `CALL top_one('')`, 'bolt'),
      after('IF EXISTS', `CALL exists_test(1, false)`, 't'),
      after('IF EXISTS of nothing', `CALL exists_test(8, true)`, 'f'),
      after('names in any case', `CALL case_of_names(2, '')`, 'bolt'),
      one(
        'what is not converted is raised',
        `CALL jumps()`,
        '!0A000 SL1040: DBCC CHECKDB is not converted within a routine.',
      ),
    ];
  })(),
  texts: [
    { object: 'dbo.CursorLoop', text: 'FOR v_items_row IN' },
    { object: 'dbo.Comments', text: '/* Head of the module,\n   two lines. */\nCREATE' },
    { object: 'dbo.Comments', text: '  v_x := 1; /* behind too */\n  /* last */' },
    { object: 'dbo.CursorLoop', text: '-- one line for each' },
    { object: 'dbo.Jumps', text: '-- DBCC CHECKDB' },
  ],
};
