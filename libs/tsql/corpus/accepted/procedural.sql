-- page: t-sql/language-elements/begin-end-transact-sql
BEGIN SELECT 1 END
BEGIN BEGIN PRINT 'a'; END; PRINT 'b' END
-- page: t-sql/language-elements/break-transact-sql
WHILE 1 = 1 BEGIN IF @i > 5 BREAK; SET @i += 1 END
-- page: t-sql/language-elements/continue-transact-sql
WHILE @i < 10 BEGIN SET @i += 1; IF @i % 2 = 0 CONTINUE ELSE PRINT @i END
-- page: t-sql/language-elements/if-else-transact-sql
IF @a = 1 PRINT 'one'
IF @a = 1 PRINT 'one' ELSE PRINT 'other'
IF @a = 1 BEGIN PRINT 'one' END ELSE IF @a = 2 BEGIN PRINT 'two' END ELSE BEGIN PRINT 'many' END
IF EXISTS (SELECT 1 FROM t) AND NOT (@a > 3 OR @b IS NULL) DELETE t;
IF (SELECT COUNT(*) FROM t) > 5 SELECT 'many'; ELSE SELECT 'few';
IF 1 = 1
  IF 2 = 2
    PRINT 'a'
  ELSE
    PRINT 'b'
-- page: t-sql/language-elements/while-transact-sql
WHILE @@FETCH_STATUS = 0 FETCH NEXT FROM c INTO @a
WHILE (SELECT AVG(price) FROM ticket) < 300 UPDATE ticket SET price = price * 2
WHILE EXISTS (SELECT * FROM q) BEGIN DELETE TOP (1) FROM q END
-- page: t-sql/language-elements/goto-transact-sql
GOTO done
start: PRINT 1 GOTO finish finish: PRINT 2
again: SET @i += 1; IF @i < 5 GOTO again
-- page: t-sql/language-elements/return-transact-sql
RETURN
RETURN 5
RETURN @a * 2 + (SELECT 1)
IF @a IS NULL RETURN ELSE RETURN 1
-- page: t-sql/language-elements/throw-transact-sql
THROW
THROW 51000, 'bad thing', 1
THROW @n, @msg, @state;
BEGIN TRY SELECT 1 END TRY BEGIN CATCH; THROW; END CATCH
-- page: t-sql/language-elements/try-catch-transact-sql
BEGIN TRY SELECT 1 / 0; END TRY BEGIN CATCH SELECT ERROR_NUMBER() AS n; END CATCH
BEGIN TRY BEGIN TRAN; DELETE t; COMMIT; END TRY BEGIN CATCH IF @@TRANCOUNT > 0 ROLLBACK; THROW; END CATCH;
BEGIN TRY BEGIN TRY SELECT 1 END TRY BEGIN CATCH SELECT 2 END CATCH END TRY BEGIN CATCH END CATCH
-- page: t-sql/language-elements/raiserror-transact-sql
RAISERROR ('oops', 16, 1)
RAISERROR (50005, 10, 1, 'x', 5)
RAISERROR (N'%s is %d of %5.2f%%', 16, 1, @name, 3, NULL) WITH NOWAIT
RAISERROR (@msg, @sev, @state) WITH LOG, SETERROR
RAISERROR ('x', 0, -1) WITH NOWAIT, LOG
-- page: t-sql/language-elements/print-transact-sql
PRINT 'text'
PRINT N'a' + CAST(@n AS nvarchar(10)) + CHAR(10)
PRINT @@VERSION
PRINT (SELECT 1)
-- page: t-sql/language-elements/waitfor-transact-sql
WAITFOR DELAY '00:00:05'
WAITFOR TIME '22:30'
WAITFOR DELAY @wait
WAITFOR (RECEIVE TOP (1) * FROM dbo.q), TIMEOUT 5000
WAITFOR (GET CONVERSATION GROUP @g FROM dbo.q), TIMEOUT @ms
WAITFOR (RECEIVE message_body FROM dbo.q)
-- page: t-sql/language-elements/declare-local-variable-transact-sql
DECLARE @a int
DECLARE @a AS int = 5, @b varchar(max) = NULL, @c decimal(9, 2)
DECLARE @a int = (SELECT MAX(id) FROM t), @b date = GETDATE()
DECLARE @t TABLE (id int IDENTITY PRIMARY KEY, name varchar(20) COLLATE Latin1_General_BIN2 NOT NULL DEFAULT 'x', UNIQUE (name), CHECK (id > 0))
DECLARE @t AS TABLE (a int INDEX ix_a, b AS a + 1, INDEX ix_b NONCLUSTERED (a) WHERE a > 1)
DECLARE @rows hr.IdList, @x xml(dbo.shop_schemas), @c CURSOR, @p geo.Point3
DECLARE @mem mem.RowType
-- page: t-sql/language-elements/declare-cursor-transact-sql
DECLARE c CURSOR FOR SELECT a FROM t
DECLARE c INSENSITIVE SCROLL CURSOR FOR SELECT a FROM t FOR READ ONLY
DECLARE c CURSOR LOCAL FORWARD_ONLY STATIC READ_ONLY FOR SELECT a FROM t
DECLARE c CURSOR GLOBAL SCROLL KEYSET SCROLL_LOCKS TYPE_WARNING FOR SELECT a, b FROM t FOR UPDATE OF a, b
DECLARE c CURSOR LOCAL FAST_FORWARD FOR WITH x AS (SELECT 1 AS y) SELECT y FROM x ORDER BY y
DECLARE c CURSOR DYNAMIC OPTIMISTIC FOR SELECT a FROM t FOR UPDATE
DECLARE c SCROLL CURSOR FOR SELECT a FROM t UNION SELECT b FROM u
-- page: t-sql/language-elements/open-transact-sql
OPEN c
OPEN GLOBAL c
OPEN @c
-- page: t-sql/language-elements/fetch-transact-sql
FETCH c
FETCH FROM c
FETCH NEXT FROM c INTO @a, @b
FETCH PRIOR FROM c
FETCH FIRST FROM GLOBAL c INTO @a
FETCH LAST FROM @c
FETCH ABSOLUTE 5 FROM c
FETCH ABSOLUTE -2 FROM c INTO @a
FETCH RELATIVE @n FROM c
-- page: t-sql/language-elements/close-transact-sql
CLOSE c
CLOSE GLOBAL c
CLOSE @c
-- page: t-sql/language-elements/deallocate-transact-sql
DEALLOCATE c
DEALLOCATE GLOBAL c
DEALLOCATE @c
-- page: t-sql/language-elements/set-local-variable-transact-sql
SET @a = 5
SET @a += 1
SET @a -= 1
SET @a *= 2
SET @a /= 2
SET @a %= 2
SET @a &= 2
SET @a |= 2
SET @a ^= 2
SET @a = (SELECT COUNT(*) FROM t)
SET @c = c
SET @c = @other
SET @c = CURSOR FOR SELECT a FROM t
SET @c = CURSOR FORWARD_ONLY STATIC FOR SELECT a FROM t FOR READ ONLY
SET @c = CURSOR LOCAL SCROLL DYNAMIC FOR SELECT a FROM t FOR UPDATE OF a
SET @p.X = 12
SET @p.SetXY(1, 2)
SET @p = Point3::Parse('1,2,3')
SET @x.modify('delete /a/b')
SET @a = NULL
SET @s = N'text' + @t
-- page: t-sql/language-elements/select-local-variable-transact-sql
SELECT @a = 1
SELECT @a = a, @b = b FROM t WHERE id = 1
SELECT @a += a FROM t
SELECT @s = @s + ',' + name FROM t ORDER BY name
-- page: t-sql/language-elements/execute-transact-sql
EXEC hr.p
EXECUTE hr.p 1, 'x', NULL, DEFAULT
EXEC p @a = 1, @b = @x OUTPUT, @c = DEFAULT
EXEC @rc = tickets.hr.p @a, @b OUT
EXEC @proc_name 'x'
EXEC p;2
EXEC p WITH RECOMPILE
EXEC srv1.tickets.hr.p -5, +3, 0x01, $2.5, 1e3
EXEC ('SELECT 1')
EXEC (@sql)
EXEC ('SELECT ' + @cols + N' FROM t') AS USER = 'anna'
EXECUTE ('SELECT 1') AS LOGIN = 'bob'
EXEC ('SELECT ? + ?', 1, @b OUTPUT) AT far_srv
EXEC ('CREATE TABLE t (a int)') AT far_srv
EXEC ('SELECT 1') AT DATA_SOURCE lake
EXEC p WITH RESULT SETS UNDEFINED
EXEC p WITH RESULT SETS NONE
EXEC p WITH RESULT SETS ((id int NOT NULL, name varchar(50) COLLATE Latin1_General_BIN2 NULL), (total money))
EXEC p WITH RECOMPILE, RESULT SETS (AS OBJECT hr.person, AS TYPE hr.IdList, AS FOR XML)
sp_who
sp_help 'hr.person'
hr.p 1, 2
sp_helptext hr_view
EXEC sp_executesql N'SELECT @a', N'@a int', @a = 5
EXEC sys.sp_rename N'hr.t.a', N'b', 'COLUMN'
EXEC sp_addextendedproperty @name = N'note', @value = N'x', @level0type = N'SCHEMA', @level0name = hr
-- page: t-sql/language-elements/begin-transaction-transact-sql
BEGIN TRAN
BEGIN TRANSACTION pay
BEGIN TRAN @name WITH MARK
BEGIN TRANSACTION pay WITH MARK N'pay run'
BEGIN TRAN pay WITH MARK @desc
-- page: t-sql/language-elements/begin-distributed-transaction-transact-sql
BEGIN DISTRIBUTED TRANSACTION
BEGIN DISTRIBUTED TRAN pay
BEGIN DISTRIBUTED TRAN @name
-- page: t-sql/language-elements/commit-transaction-transact-sql
COMMIT
COMMIT TRAN
COMMIT TRANSACTION pay
COMMIT TRANSACTION @name WITH (DELAYED_DURABILITY = ON)
COMMIT WITH (DELAYED_DURABILITY = OFF)
-- page: t-sql/language-elements/commit-work-transact-sql
COMMIT WORK
-- page: t-sql/language-elements/rollback-transaction-transact-sql
ROLLBACK
ROLLBACK TRAN save1
ROLLBACK TRANSACTION @name
-- page: t-sql/language-elements/rollback-work-transact-sql
ROLLBACK WORK
-- page: t-sql/language-elements/save-transaction-transact-sql
SAVE TRAN save1
SAVE TRANSACTION @name
-- page: t-sql/language-elements/use-transact-sql
USE tickets
USE [my db]
-- page: t-sql/language-elements/checkpoint-transact-sql
CHECKPOINT
CHECKPOINT 10
-- page: t-sql/language-elements/kill-transact-sql
KILL 53
KILL 53 WITH STATUSONLY
KILL 'D5499C66-E398-45CA-BF7E-DC9C194B48CF'
KILL 'D5499C66-E398-45CA-BF7E-DC9C194B48CF' WITH COMMIT
-- page: t-sql/language-elements/kill-query-notification-subscription-transact-sql
KILL QUERY NOTIFICATION SUBSCRIPTION 73
KILL QUERY NOTIFICATION SUBSCRIPTION ALL
-- page: t-sql/language-elements/kill-stats-job-transact-sql
KILL STATS JOB 53
-- page: t-sql/language-elements/reconfigure-transact-sql
RECONFIGURE
RECONFIGURE WITH OVERRIDE
-- page: t-sql/language-elements/shutdown-transact-sql
SHUTDOWN
SHUTDOWN WITH NOWAIT
-- page: t-sql/statements/setuser-transact-sql
SETUSER
SETUSER 'anna'
SETUSER N'anna' WITH NORESET
SETUSER @who
-- page: t-sql/statements/execute-as-transact-sql
EXECUTE AS USER = 'anna'
EXEC AS LOGIN = N'dom\bob'
EXECUTE AS CALLER
EXECUTE AS USER = 'anna' WITH NO REVERT
EXECUTE AS LOGIN = @who WITH COOKIE INTO @cookie
-- page: t-sql/statements/revert-transact-sql
REVERT
REVERT WITH COOKIE = @cookie
-- page: t-sql/language-elements/case-transact-sql
SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END FROM t
SELECT CASE WHEN a > 1 AND b IS NULL THEN 1 WHEN a IN (1, 2) THEN 2 ELSE NULL END FROM t
SELECT CASE WHEN EXISTS (SELECT 1 FROM u) THEN (SELECT 2) END
UPDATE t SET a = CASE b WHEN 'x' THEN 1 ELSE a END
SELECT 1 FROM t ORDER BY CASE WHEN a = 1 THEN b END DESC
-- page: t-sql/language-elements/coalesce-transact-sql
SELECT COALESCE(a, b, 0) FROM t
-- page: t-sql/language-elements/nullif-transact-sql
SELECT NULLIF(a, b) FROM t
-- page: t-sql/language-elements/add-transact-sql
SELECT 1 + 2, a + b, GETDATE() + 1 FROM t
-- page: t-sql/language-elements/subtract-transact-sql
SELECT a - b, -5 - -3, 5 - (-a) FROM t
-- page: t-sql/language-elements/multiply-transact-sql
SELECT a * (b + c) * 2 FROM t
-- page: t-sql/language-elements/divide-transact-sql
SELECT a / b / c, 1.0 / 3 FROM t
-- page: t-sql/language-elements/modulo-transact-sql
SELECT 38 / 5 AS i, 38 % 5 AS r
-- page: t-sql/language-elements/bitwise-and-transact-sql
SELECT a & b, a | b, a ^ b, ~a, a & ~b | 1 FROM t
-- page: t-sql/language-elements/string-concatenation-transact-sql
SELECT 'a' + 'b', name + ', ' + city FROM t
SELECT 'a' || 'b' || name FROM t
-- page: t-sql/language-elements/all-transact-sql
SELECT 1 WHERE 3 < ALL (SELECT a FROM t)
IF 3 >= ANY (SELECT a FROM t) PRINT 'yes'
IF @n <> SOME (SELECT a FROM t) PRINT 'yes'
-- page: t-sql/language-elements/between-transact-sql
SELECT 1 FROM t WHERE a BETWEEN b AND c + 1 AND d = 2
-- page: t-sql/language-elements/exists-transact-sql
SELECT 1 WHERE EXISTS (SELECT NULL)
-- page: t-sql/language-elements/in-transact-sql
SELECT 1 FROM t WHERE a NOT IN (SELECT a FROM u) AND b IN (@x, 2 + 3, 'z')
-- page: t-sql/language-elements/like-transact-sql
SELECT 1 FROM t WHERE a LIKE '%10!%%' ESCAPE '!' OR a NOT LIKE b + '%'
-- page: t-sql/language-elements/not-transact-sql
SELECT 1 FROM t WHERE NOT a = 1 AND NOT (b = 2 OR c = 3) AND NOT NOT d = 4
-- page: t-sql/language-elements/comparison-operators-transact-sql
SELECT 1 FROM t WHERE a = 1 AND b <> 2 AND c != 3 AND d > 4 AND e >= 5 AND f < 6 AND g <= 7 AND h !< 8 AND i !> 9
-- page: t-sql/language-elements/operator-precedence-transact-sql
SELECT 2 * (4 + (5 - 3)), -2 - -(-2), ~1 + 2 * 3 % 4
-- page: t-sql/language-elements/scope-resolution-operator-transact-sql
SELECT @h.ToString(), hierarchyid::Parse('/1/2/'), geometry::[Null]
-- page: t-sql/language-elements/slash-star-comment-transact-sql
SELECT /* a /* nested */ comment */ 1
SELECT 1 -- to the end
-- page: t-sql/language-elements/backslash-line-continuation-transact-sql
SELECT 'abc\
 def' AS s
-- page: t-sql/data-types/constants-transact-sql
SELECT 'a''b', N'é', '', 0xAE12EF, 0x, 1, 1894.1204, .5, 5., 101.5E5, 0.5e-2, $12, $542023.14, -$5.00, €3, NULL
SELECT - -1, + 2, -(-3), 1.e2
-- page: t-sql/language-elements/reserved-keywords-transact-sql
SELECT [select], [from].[where], "order" FROM [table] AS [group]
-- page: relational-databases/databases/database-identifiers
SELECT a.[b c], [d]]e], _x, #t.y, a$b, a@b, a#b FROM #t, a
SELECT ñandú, 名前, größe FROM [таблица]
-- page: t-sql/language-elements/variables-transact-sql
SELECT @a, @@rowcount, @_x, @#y, @a$b
