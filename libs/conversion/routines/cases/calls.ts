import { type CaseGroup, many, one } from './case-group.ts';

/** EXEC in all its forms. */
export const CALLS: CaseGroup = {
  name: 'calls and dynamic SQL',
  script: `
CREATE TYPE dbo.IdList AS TABLE (Id int NOT NULL PRIMARY KEY)
GO
CREATE TYPE dbo.TitleList AS TABLE (Position int, Title varchar(30))
GO
CREATE PROCEDURE dbo.OfTheseTwice @Ids dbo.IdList READONLY AS
SELECT t.TaskId FROM dbo.Task AS t JOIN @Ids AS i ON i.Id = t.TaskId
SELECT i.Id, t.Title FROM @Ids AS i LEFT JOIN dbo.Task AS t ON t.TaskId = i.Id
GO
CREATE TABLE dbo.Task (TaskId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Title varchar(30) NULL, Done bit NULL)
GO
CREATE PROCEDURE dbo.Caller @Sum int OUTPUT AS
DECLARE @r int, @twice bigint
EXEC @r = dbo.Twice 21, @twice OUTPUT
SET @Sum = @r + @twice
GO
CREATE PROCEDURE dbo.Twice @n int, @out bigint OUTPUT AS
SET @out = @n * 2
IF @n > 100 RETURN 5
RETURN 1
GO
CREATE PROCEDURE dbo.CallerByName @Result bigint OUTPUT AS
EXECUTE dbo.Twice @out = @Result OUTPUT, @n = 8
GO
CREATE PROCEDURE dbo.IgnoresOutput AS
DECLARE @x bigint = 5
EXEC dbo.Twice 4, @x
PRINT CAST(@x AS varchar(10))
GO
CREATE PROCEDURE dbo.AddTask @Title varchar(30), @Done bit = 0 AS
INSERT INTO Task (Title, Done) VALUES (@Title, @Done)
GO
CREATE PROCEDURE dbo.AddTwo AS
EXEC AddTask 'first'
EXEC dbo.AddTask @Title = 'second', @Done = 1
EXEC AddTask third
GO
CREATE PROCEDURE dbo.OpenTasks @Least int = 0 AS
SELECT TaskId, Title FROM Task WHERE Done = 0 AND TaskId >= @Least ORDER BY TaskId
GO
CREATE PROCEDURE dbo.PassesOn AS
EXEC dbo.OpenTasks
GO
CREATE PROCEDURE dbo.Collects @n int OUTPUT AS
CREATE TABLE #open (Id int, Title varchar(30))
INSERT INTO #open (Id, Title) EXEC dbo.OpenTasks @Least = 1
SELECT @n = COUNT(*) FROM #open
GO
CREATE PROCEDURE dbo.Constant AS
EXEC('UPDATE Task SET Done = 1 WHERE Done = 0')
GO
CREATE PROCEDURE dbo.ExecSql @n int OUTPUT AS
EXEC sp_executesql N'SELECT @count = COUNT(*) FROM Task WHERE Title = @t', N'@t varchar(30), @count int OUTPUT', @t = 'first', @count = @n OUTPUT
GO
CREATE PROCEDURE dbo.ExecSqlVariable @Title varchar(30) AS
DECLARE @sql nvarchar(max)
SET @sql = N'SELECT TaskId FROM Task' + N' WHERE Title = @Title'
EXEC sp_executesql @sql, N'@Title varchar(30)', @Title
GO
CREATE PROCEDURE dbo.Dynamic @Column sysname AS
DECLARE @sql nvarchar(max) = N'SELECT TaskId FROM ' + QUOTENAME(@Column)
PRINT 'before'
EXEC(@sql)
GO
CREATE PROCEDURE dbo.Unknown AS
EXEC dbo.NotThere 1
GO
CREATE PROCEDURE dbo.OtherDatabase AS
EXEC Elsewhere.dbo.Something
GO
CREATE PROCEDURE dbo.Locks AS
DECLARE @r int
EXEC @r = sp_getapplock @Resource = 'tasks', @LockMode = 'Exclusive'
PRINT CAST(@r AS varchar(5))
GO
CREATE PROCEDURE dbo.Smalls @a smallint, @b tinyint, @c varchar(5), @d decimal(9,2), @e datetime = NULL, @f bit = 1 AS
PRINT CAST(@a + @b AS varchar(9)) + @c + CAST(@d AS varchar(12)) + CAST(@f AS varchar(1))
GO
CREATE PROCEDURE dbo.CallsSmalls AS
EXEC Smalls 1, 2, 'x', 3, '20240101', 0
GO
CREATE PROCEDURE dbo.TwoSets AS
SELECT 1 AS a
SELECT 2 AS b
GO
CREATE PROCEDURE dbo.FinishAll @Ids dbo.IdList READONLY, @n int OUTPUT AS
UPDATE t SET Done = 1 FROM Task t JOIN @Ids i ON i.Id = t.TaskId
SET @n = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.AddAll @Titles dbo.TitleList READONLY AS
INSERT INTO Task (Title, Done) SELECT Title, 0 FROM @Titles ORDER BY Position
GO
CREATE PROCEDURE dbo.FinishOpen @n int OUTPUT AS
DECLARE @open dbo.IdList
INSERT INTO @open SELECT TaskId FROM Task WHERE Done = 0
EXEC dbo.FinishAll @open, @n OUTPUT
GO
CREATE PROCEDURE dbo.PassesTable @Ids dbo.IdList READONLY, @n int OUTPUT AS
EXEC dbo.FinishAll @Ids = @Ids, @n = @n OUTPUT
GO
CREATE PROCEDURE dbo.CountDown @n int, @Steps int OUTPUT AS
SET @Steps = @Steps + 1
IF @n > 1
BEGIN
  DECLARE @m int = @n - 1
  EXEC dbo.CountDown @m, @Steps OUTPUT
END
GO
CREATE PROCEDURE dbo.AsOwner WITH EXECUTE AS OWNER AS
PRINT 'owner'
GO
CREATE PROCEDURE dbo.AsUser WITH EXECUTE AS 'clerk' AS
PRINT 'user'
GO
CREATE PROCEDURE dbo.AsCaller WITH RECOMPILE, EXECUTE AS CALLER AS
PRINT 'caller'
GO
CREATE PROCEDURE dbo.HandsOn AS
EXEC dbo.TwoSets
SELECT 3 AS c
GO
CREATE PROCEDURE dbo.FillsShared @From int AS
INSERT INTO #numbers (N) VALUES (@From), (@From + 1)
GO
CREATE PROCEDURE dbo.MakesShared AS
CREATE TABLE #numbers (N int NOT NULL)
EXEC dbo.FillsShared 5
EXEC dbo.FillsShared 8
SELECT N FROM #numbers ORDER BY N
GO`,
  issues: ['SL1044 dbo.Dynamic', 'SL1049 dbo.OtherDatabase', 'SL1057 dbo.AsOwner', 'SL1058 dbo.AsUser'],
  cases: (() => {
    const rows = `INSERT INTO task (task_id, title, done) VALUES (1, 'first', false), (2, 'second', true)`;
    const after = (name: string, run: readonly string[], ...expected: string[]) =>
      many(name, [rows, ...run], ...expected);
    const titles = 'SELECT title, done FROM task ORDER BY task_id';
    return [
      after('a table-valued parameter', [`CALL finish_all(ARRAY[ROW(1)::id_list, ROW(7)::id_list], NULL)`], '1'),
      after(
        'a table-valued parameter of several columns',
        [
          `ALTER SEQUENCE task_task_id_seq RESTART WITH 50`,
          `CALL add_all(ARRAY[ROW(2, 'b')::title_list, ROW(1, 'a')::title_list])`,
          `SELECT title FROM task WHERE NOT done ORDER BY title`,
        ],
        'a',
        'b',
        'first',
      ),
      after('a variable of a table type as an argument', ['CALL finish_open(NULL)'], '1'),
      after('a table-valued parameter that is passed on', [`CALL passes_table(ARRAY[ROW(1)::id_list], NULL)`], '1'),
      one('a procedure that calls itself', 'CALL count_down(4, 0)', '4'),
      one('the return code and an OUTPUT parameter', 'CALL caller(NULL)', '43'),
      one('arguments by name', 'CALL caller_by_name(NULL)', '16'),
      {
        name: 'an OUTPUT parameter without OUTPUT in the call',
        run: ['CALL ignores_output()'],
        rows: [],
        notices: ['5'],
      },
      many('calls with defaults and a bare word', ['CALL add_two()', titles], 'first|f', 'second|t', 'third|f'),
      after('a procedure that passes on the rows of another', ['SELECT * FROM passes_on()'], '1|first'),
      after('INSERT … EXEC', ['CALL collects(NULL)'], '1'),
      after('EXEC of a constant text', ['CALL constant()', 'SELECT count(*) FROM task WHERE done'], '2'),
      one('a temporary table that the called procedure fills', 'SELECT * FROM makes_shared()', '5', '6', '8', '9'),
      after('sp_executesql with parameters', ['CALL exec_sql(NULL)'], '1'),
      after('sp_executesql of a variable that holds one constant', [`SELECT * FROM exec_sql_variable('second')`], '2'),
      {
        name: 'dynamic SQL is raised where it stands',
        run: [`CALL dynamic('title')`],
        rows: [
          '!0A000 SL1044: The text of the dynamic SQL is only known when it runs: QUOTENAME(@Column) is no value there.',
        ],
        notices: ['before'],
      },
      one('a procedure that is not there', 'CALL unknown()', `!42883 Could not find stored procedure 'dbo.NotThere'.`),
      one(
        'a procedure of another database',
        'CALL other_database()',
        '!0A000 SL1049: The procedure is in another database: Elsewhere.',
      ),
      { name: 'an application lock', run: ['CALL locks()'], rows: [], notices: ['0'] },
      { name: 'arguments of narrow types', run: ['CALL calls_smalls()'], rows: [], notices: ['3x3.000'] },
      many('result sets of another procedure among its own', [`CALL hands_on('a', 'b', 'c')`, 'FETCH ALL FROM b'], '2'),
      many(
        'two result sets over rows that the caller gives',
        [`CALL of_these_twice(ARRAY[ROW(7)]::id_list[], 'a', 'b')`, 'FETCH ALL FROM b'],
        '7|NULL',
      ),
      many('its own behind them', [`CALL hands_on('a', 'b', 'c')`, 'FETCH ALL FROM c'], '3'),
    ];
  })(),
  texts: [
    { object: 'dbo.AsOwner', text: 'SECURITY DEFINER' },
    { object: 'dbo.CountDown', text: 'CALL public.count_down(p_n => v_m, p_steps => p_steps);' },
  ],
};
