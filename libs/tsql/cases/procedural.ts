import { caseList } from './case-list.ts';

/** Variables, control flow, cursors, transactions, EXEC and the administrative statements. */
export const PROCEDURAL_CASES = caseList(String.raw`
declare | DECLARE @a int
declare | DECLARE @a int = 1, @b AS varchar(10) = 'x', @c nvarchar(max), @d dbo.tt, @e decimal(10, 2) = (SELECT MAX(a) FROM t), @f cursor
declare | DECLARE @t TABLE (a int IDENTITY(1, 1) PRIMARY KEY, b varchar(10) NOT NULL DEFAULT 'x', UNIQUE (b), CHECK (a > 0), INDEX ix (a, b))
declare | DECLARE @t AS TABLE (a int), @x int = 5
declareCursor | DECLARE c CURSOR FOR SELECT a FROM t
declareCursor | DECLARE c INSENSITIVE SCROLL CURSOR FOR SELECT a FROM t ORDER BY a FOR READ ONLY
declareCursor | DECLARE c CURSOR LOCAL FORWARD_ONLY STATIC READ_ONLY TYPE_WARNING FOR SELECT a FROM t UNION SELECT b FROM u
declareCursor | DECLARE c CURSOR GLOBAL SCROLL KEYSET OPTIMISTIC FOR SELECT a FROM t FOR UPDATE OF a, b
declareCursor | DECLARE c CURSOR FAST_FORWARD FOR WITH x AS (SELECT 1 AS a) SELECT a FROM x FOR UPDATE
setVariable | SET @a = 1
setVariable | SET @a += @b * 2
setVariable | SET @a ^= 1
setVariable | SET @a = (SELECT MAX(x) FROM t)
setVariable | SET @c = CURSOR SCROLL DYNAMIC FOR SELECT 1 FOR UPDATE
setVariable | SET @c = @d
setVariableMethod | SET @x.modify('insert <a/> into (/r)[1]')
setOption | SET NOCOUNT ON
setOption | SET ANSI_NULLS, QUOTED_IDENTIFIER, ARITHABORT OFF
setOption | SET XACT_ABORT ON
setOption | SET IDENTITY_INSERT dbo.t ON
setOption | SET ROWCOUNT 10
setOption | SET ROWCOUNT @n
setOption | SET DATEFORMAT dmy
setOption | SET DATEFORMAT @f
setOption | SET DATEFIRST 1
setOption | SET LANGUAGE 'us_english'
setOption | SET LANGUAGE [us_english]
setOption | SET LOCK_TIMEOUT -1
setOption | SET DEADLOCK_PRIORITY LOW
setOption | SET DEADLOCK_PRIORITY 5
setOption | SET STATISTICS IO, TIME ON
setOption | SET TEXTSIZE 2147483647
setOption | SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED
setOption | SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
setOption | SET TRANSACTION ISOLATION LEVEL SNAPSHOT
setOption | SET CONTEXT_INFO 0x1256
setOption | SET FMTONLY OFF
setOption | SET OFFSETS SELECT, FROM ON
setOption | SET SHOWPLAN_ALL ON
if | IF @a = 1 SELECT 1
if | IF @a = 1 SELECT 1 ELSE SELECT 2
if | IF @a = 1 SELECT 1; ELSE SELECT 2;
if | IF EXISTS (SELECT 1 FROM t) BEGIN SELECT 1 END ELSE IF @b = 2 BEGIN SELECT 2 END ELSE BEGIN SELECT 3 END
if | IF (SELECT COUNT(*) FROM t) > 0 PRINT 'x'
if | IF @a = 1 IF @b = 2 PRINT 'x' ELSE PRINT 'y'
if | IF NOT EXISTS (SELECT * FROM sysobjects WHERE id = OBJECT_ID('t') AND sysstat & 0xf = 4) DROP TABLE t
while | WHILE @a < 10 SET @a += 1
while | WHILE 1 = 1 BEGIN IF @a > 5 BREAK ELSE CONTINUE END
block | BEGIN SELECT 1; SELECT 2 END
block | BEGIN BEGIN SELECT 1 END; END
tryCatch | BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH
tryCatch | BEGIN TRY BEGIN TRAN; COMMIT; END TRY BEGIN CATCH IF @@TRANCOUNT > 0 ROLLBACK; THROW; END CATCH;
tryCatch | BEGIN TRY END TRY BEGIN CATCH END CATCH
throw | THROW
throw | THROW 50001, 'x', 1
throw | THROW @n, @m, @s
raiserror | RAISERROR ('x', 16, 1)
raiserror | RAISERROR (50001, 10, -1, 'a', @b) WITH LOG, NOWAIT, SETERROR
raiserror | RAISERROR (@m, @s, 1) WITH NOWAIT
raiserror | RAISERROR 50001 'old form'
raiserror | RAISERROR 50001, 'old form'
print | PRINT 'x' + CAST(@a AS varchar(10))
print | PRINT @a
return | RETURN
return | RETURN 1
return | RETURN (@a + 1) * 2
return | RETURN CASE WHEN @a = 1 THEN 2 END
return | RETURN -1
goto | GOTO done
label | done:
waitFor | WAITFOR DELAY '00:00:05'
waitFor | WAITFOR TIME @t
waitFor | WAITFOR (RECEIVE TOP (1) * FROM q INTO @t), TIMEOUT 5000
use | USE master
use | USE [my db]
-- EXEC
execute | EXEC p
execute | EXECUTE dbo.p 1, 'x', N'y', NULL, DEFAULT, @v, @@SPID, -1, 1.5, $2, 0xAB
execute | EXEC @rc = db.dbo.p @a = 1, @b = @x OUTPUT, @c = DEFAULT, @d = @y OUT
execute | EXEC @procname @a = 1
execute | EXEC p;2 @a = 1
execute | EXEC sp_helptext authors
execute | EXEC sp_dboption pubs, 'trunc. log on chkpt.', 'true'
execute | EXEC srv.db.dbo.p 1 WITH RECOMPILE
execute | EXEC sp_executesql N'SELECT @p', N'@p int', @p = 5
execute | EXEC p [a b], "c", dbo.t
execute | EXEC ('SELECT 1')
execute | EXEC ('SELECT ' + @a + ' FROM t')
execute | EXECUTE (@sql) AS USER = 'u'
execute | EXEC ('SELECT ?', @a, @b OUTPUT) AT srv
execute | EXEC p @a = 1 WITH RESULT SETS UNDEFINED
execute | EXEC p WITH RESULT SETS NONE
execute | EXEC p WITH RECOMPILE, RESULT SETS ((a int NOT NULL, b varchar(10) COLLATE Latin1_General_BIN2 NULL), (c date), AS OBJECT dbo.v, AS TYPE dbo.tt, AS FOR XML)
execute | sp_help 'authors'
execute | dbo.p 1, @a = 2
execute | [sp who]
-- transactions
beginTransaction | BEGIN TRAN
beginTransaction | BEGIN TRANSACTION t1 WITH MARK 'm'
beginTransaction | BEGIN TRAN @n
beginTransaction | BEGIN DISTRIBUTED TRANSACTION
commitTransaction | COMMIT
commitTransaction | COMMIT WORK
commitTransaction | COMMIT TRANSACTION t1 WITH (DELAYED_DURABILITY = ON)
rollbackTransaction | ROLLBACK
rollbackTransaction | ROLLBACK TRAN sp1
rollbackTransaction | ROLLBACK TRANSACTION @n
rollbackTransaction | ROLLBACK WORK
saveTransaction | SAVE TRAN sp1
saveTransaction | SAVE TRANSACTION @n
-- cursors
cursorStatement | OPEN c
cursorStatement | OPEN GLOBAL c
cursorStatement | CLOSE @c
cursorStatement | DEALLOCATE c
fetch | FETCH c
fetch | FETCH NEXT FROM c INTO @a, @b
fetch | FETCH PRIOR FROM GLOBAL c
fetch | FETCH ABSOLUTE 5 FROM c INTO @a
fetch | FETCH RELATIVE -2 FROM @c
fetch | FETCH FIRST FROM c
fetch | FETCH LAST FROM c
-- administration
checkpoint | CHECKPOINT
checkpoint | CHECKPOINT 10
dbcc | DBCC CHECKDB
dbcc | DBCC CHECKIDENT ('dbo.t', RESEED, 0) WITH NO_INFOMSGS
dbcc | DBCC SHRINKFILE (N'log', 1)
dbcc | DBCC TRACEON (1222, -1)
kill | KILL 53
kill | KILL 53 WITH STATUSONLY
reconfigure | RECONFIGURE WITH OVERRIDE
shutdown | SHUTDOWN WITH NOWAIT
setUser | SETUSER 'u' WITH NORESET
backupRestore | BACKUP DATABASE db TO DISK = 'x.bak'
backupRestore | BACKUP DATABASE @db TO DISK = @f WITH INIT, FORMAT, COMPRESSION, STATS = 10, NAME = N'n'
backupRestore | BACKUP LOG db TO DISK = N'x.trn' WITH NORECOVERY
backupRestore | RESTORE DATABASE db FROM DISK = N'x' WITH FILE = 1, MOVE N'a' TO N'b', MOVE 'c' TO 'd', REPLACE, NOUNLOAD, STATS = 5
backupRestore | RESTORE LOG db WITH RECOVERY
backupRestore | RESTORE FILELISTONLY FROM DISK = 'x'
-- security
user | CREATE USER u
user | CREATE USER u FOR LOGIN l WITH DEFAULT_SCHEMA = dbo
user | CREATE USER u WITHOUT LOGIN
user | CREATE USER u WITH PASSWORD = 'p'
user | CREATE USER [a@b] FROM EXTERNAL PROVIDER
user | ALTER USER u WITH NAME = v, DEFAULT_SCHEMA = s, LOGIN = l
login | CREATE LOGIN l WITH PASSWORD = 'p'
login | CREATE LOGIN l WITH PASSWORD = 0x0200 HASHED, SID = 0x01, DEFAULT_DATABASE = [db], CHECK_EXPIRATION = OFF, CHECK_POLICY = OFF
login | CREATE LOGIN [d\u] FROM WINDOWS WITH DEFAULT_DATABASE = master
login | ALTER LOGIN l DISABLE
login | ALTER LOGIN l WITH PASSWORD = 'n' OLD_PASSWORD = 'o'
role | CREATE ROLE r
role | CREATE ROLE r AUTHORIZATION dbo
role | ALTER ROLE db_owner ADD MEMBER u
role | ALTER ROLE r DROP MEMBER u
role | ALTER ROLE r WITH NAME = s
role | ALTER SERVER ROLE sysadmin ADD MEMBER l
role | CREATE APPLICATION ROLE a WITH PASSWORD = 'p', DEFAULT_SCHEMA = s
permission | GRANT SELECT ON dbo.t TO u
permission | GRANT SELECT, INSERT, UPDATE (a, b) ON OBJECT::dbo.t TO u, [v], public WITH GRANT OPTION
permission | GRANT SELECT ON t (a, b) TO u AS dbo
permission | GRANT EXECUTE TO u
permission | GRANT EXEC ON SCHEMA::dbo TO r
permission | GRANT VIEW DATABASE STATE, CREATE TABLE TO u
permission | GRANT CONTROL ON ASYMMETRIC KEY::k TO u
permission | GRANT ALL PRIVILEGES ON t TO u
permission | DENY DELETE ON t TO u CASCADE
permission | REVOKE SELECT ON t FROM u
permission | REVOKE GRANT OPTION FOR SELECT ON t TO u CASCADE AS dbo
alterAuthorization | ALTER AUTHORIZATION ON SCHEMA::s TO dbo
alterAuthorization | ALTER AUTHORIZATION ON dbo.t TO SCHEMA OWNER
executeAs | EXECUTE AS USER = 'u'
executeAs | EXEC AS LOGIN = @l WITH NO REVERT
executeAs | EXECUTE AS CALLER
executeAs | EXECUTE AS USER = 'u' WITH COOKIE INTO @c
revert | REVERT
revert | REVERT WITH COOKIE = @c
`);
