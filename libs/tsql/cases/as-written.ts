import { caseList } from './case-list.ts';

/** Statements in the manner of scripts that tools and people write: several in a line, few semicolons, any spacing. */
export const AS_WRITTEN_CASES = caseList(String.raw`
select | SELECT * FROM PREDICT(MODEL = @m, DATA = dbo.t AS d, RUNTIME = ONNX) WITH (score float) AS p
select | SELECT * FROM GENERATE_SERIES(1, 10, 2) AS g
select | SELECT a FROM t WHERE (a) IN (SELECT 1) AND ((b)) = 2 AND (SELECT 1) = (SELECT 2)
select | SELECT a.* FROM (a CROSS JOIN b), c
select | SELECT 1 AS 'a b', 2 N'x', 3 AS N'y'
select, select, select | select top 5 * from t order by a; select top(5)* from t; select top 5.0 percent * from t
select | select -1, - 1, 1-1, 1 -1, a-1, a -1 from t
select | select count(*)*2, a.b*c.d, *, t.* from t
select | SELECT [a].[b].value('(/x)[1]','int') FROM t
updateStatistics | UPDATE STATISTICS dbo.t WITH FULLSCAN, COLUMNS
updateStatistics | UPDATE STATISTICS t [ix name] WITH RESAMPLE ON PARTITIONS (1, 2)
createTable | CREATE TABLE t (a int not null default(0), b int null default ((1)) with values, primary key (a), foreign key (b) references u)
createTable | CREATE TABLE [dbo].[A]([x] [int] IDENTITY(1,1) NOT NULL, CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([x] ASC)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF) ON [PRIMARY]) ON [PRIMARY]
alterTable | ALTER TABLE dbo.T ADD CONSTRAINT DF DEFAULT getdate() FOR c
alterTable | ALTER TABLE T ADD a int NULL, b int NOT NULL CONSTRAINT X DEFAULT 1, CONSTRAINT Y CHECK (a > 0)
alterTable, alterTable | ALTER TABLE T ALTER COLUMN a nvarchar(max) NULL; ALTER TABLE t ADD a int CONSTRAINT c UNIQUE
if, createTable | if object_id('tempdb..#x') is not null drop table #x; create table #x (a int)
if, print, label, return | IF @@ERROR <> 0 GOTO err print 'x' err: return
declare, setVariable, while | DECLARE @i INT; SET @i = 1 WHILE @i < 5 BEGIN SET @i = @i + 1 IF @i = 3 BREAK END
declare, select | declare @x xml = N'<a/>'; select @x.query('.'), @x.value('.', 'int') x
execute | exec master..xp_cmdshell 'dir', no_output
execute | exec sp_rename 'a.b', 'c', 'COLUMN'
execute | EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'x' , @level0type=N'SCHEMA',@level0name=N'dbo'
executeAs, revert, execute, execute | execute as login = 'x'; revert; exec('x'); exec (@a + @b) at srv
insert | INSERT INTO t(a) OUTPUT INSERTED.a SELECT TOP (1) a FROM u WITH (READPAST, UPDLOCK) ORDER BY a
insert | INSERT INTO [dbo].[t] ([a]) VALUES (N'x'), (N'y');
insert | WITH a AS (SELECT 1 x), b AS (SELECT * FROM a) INSERT t SELECT * FROM b
merge | MERGE dbo.t WITH (HOLDLOCK) AS T USING dbo.s AS S ON (T.id = S.id) WHEN MATCHED AND (T.a <> S.a OR T.a IS NULL) THEN UPDATE SET T.a = S.a WHEN NOT MATCHED THEN INSERT (id, a) VALUES (S.id, S.a) OUTPUT $action, Inserted.id;
delete | DELETE FROM a FROM t a WITH (NOLOCK) LEFT JOIN u ON u.x = a.x WHERE u.x IS NULL
delete, delete | DELETE TOP(10) PERCENT FROM t; DELETE t OUTPUT DELETED.*
beginTransaction, tryCatch, commitTransaction | BEGIN TRANSACTION; BEGIN TRY; SELECT 1; END TRY BEGIN CATCH; END CATCH; COMMIT
raiserror, raiserror, print | RAISERROR(N'%s', 16, 1, N'x') WITH NOWAIT; RAISERROR('a' , 0, 1) PRINT 'b'
throw, throw | THROW 51000, 'x', 1; ;THROW
createProcedure | CREATE PROCEDURE [dbo].[p] (@a INT=NULL,@b VARCHAR(50)='',@c BIT=0 OUTPUT) AS SET NOCOUNT ON SELECT @a RETURN(0)
createProcedure | CREATE PROC p @a int AS RETURN;
createFunction | CREATE FUNCTION f(@a int) RETURNS @r TABLE (a int) BEGIN INSERT @r SELECT 1 RETURN END
createFunction | create function f(@a int) returns int begin return (select 1) end
createView | CREATE VIEW v WITH SCHEMABINDING AS SELECT COUNT_BIG(*) AS c FROM dbo.t GROUP BY a
createTrigger | CREATE TRIGGER t ON x FOR INSERT AS IF EXISTS (SELECT 1) BEGIN RAISERROR('x',16,1) ROLLBACK TRAN END
createIndex | CREATE UNIQUE INDEX i ON t(a) WITH IGNORE_DUP_KEY
createIndex | create nonclustered index ix on dbo.t (a) where ([b] is not null and [c]=(1)) on [PRIMARY]
permission | GRANT EXECUTE ON [dbo].[p] TO [r] AS [dbo]
alterDatabase, alterDatabase, alterDatabase | ALTER DATABASE [db] SET ALLOW_SNAPSHOT_ISOLATION ON; ALTER DATABASE [db] SET PAGE_VERIFY CHECKSUM; ALTER DATABASE [db] SET MULTI_USER
alterDatabase, alterDatabase | ALTER DATABASE [db] SET TARGET_RECOVERY_TIME = 60 SECONDS; ALTER DATABASE db SET AUTO_CLOSE OFF WITH NO_WAIT
alterDatabase | ALTER DATABASE [$(DatabaseName)] SET ANSI_NULLS ON, ANSI_PADDING ON, NUMERIC_ROUNDABORT OFF WITH ROLLBACK IMMEDIATE
use, print | USE [$(DatabaseName)]; PRINT N'Creating $(x)'
execute, execute, reconfigure | EXEC sp_addrolemember N'db_owner', N'x'; EXEC sp_configure 'show advanced options', 1; RECONFIGURE
login | CREATE LOGIN x WITH PASSWORD=N'a', DEFAULT_DATABASE=[master], DEFAULT_LANGUAGE=[us_english], CHECK_EXPIRATION=OFF, CHECK_POLICY=OFF
dbcc, dbcc, dbcc, dbcc, dbcc | DBCC SHRINKDATABASE (N'x', 10, TRUNCATEONLY); DBCC USEROPTIONS; DBCC CHECKTABLE ("dbo.t"); DBCC OPENTRAN; DBCC SHOW_STATISTICS ('t', ix) WITH HISTOGRAM
select | SELECT CASE WHEN EXISTS (SELECT 1) THEN 1 ELSE 0 END, CASE a WHEN 1 THEN 'x' END + 'y'
select | SELECT CONVERT(VARCHAR, GETDATE(), 101) + ' ' + CONVERT(VARCHAR(8), GETDATE(), 108), CAST('' AS XML).value('xs:base64Binary(sql:variable("@x"))', 'varbinary(max)')
select | SELECT * FROM t WHERE a LIKE '%[^0-9]%' AND b LIKE '[a-z]%' AND NOT (c IS NULL OR d = '') AND e <> ''
select | SELECT ISNULL(NULLIF(a,''),b), {fn CURDATE()}, {fn TIMESTAMPADD(SQL_TSI_DAY, 1, a)}
select | SELECT * FROM t1 LEFT OUTER JOIN t2 INNER JOIN t3 ON t2.a = t3.a ON t1.a = t2.a
select | SELECT x.a FROM dbo.f(1) x JOIN dbo.g(DEFAULT) AS y ON x.a = y.a CROSS JOIN sys.dm_exec_requests r CROSS APPLY sys.dm_exec_sql_text(r.sql_handle) st
select | SELECT SUM(CASE WHEN a > 1 THEN 1 ELSE 0 END) OVER (PARTITION BY b ORDER BY c ROWS 5 PRECEDING) FROM t
select, select | SELECT a, b INTO dbo.x FROM t WHERE 1=0; SELECT IDENTITY(INT,1,1) id INTO #x FROM t
select | SELECT @a = a, @b = COUNT(*) OVER() FROM t WHERE x = @x ORDER BY a OPTION (FORCE ORDER, MAXDOP 1)
setVariable, setVariable, setOption | SET @x = CASE WHEN @y IS NULL THEN 1 ELSE 2 END SET @z = (SELECT TOP 1 a FROM t) SET ROWCOUNT 0
waitFor, kill, checkpoint | WAITFOR DELAY @d; KILL @spid; CHECKPOINT;
bulkInsert | BULK INSERT t FROM 'x' WITH (DATA_SOURCE = 'd', FORMATFILE = 'f', MAXERRORS = 0, BATCHSIZE = 1000, ERRORFILE = 'e', KEEPNULLS, FIRE_TRIGGERS)
backupRestore | BACKUP DATABASE [x] TO DISK = N'a', DISK = N'b' MIRROR TO DISK = 'c' WITH NOFORMAT, NOINIT, NAME = N'Full', SKIP, NOREWIND, NOUNLOAD, STATS = 10, ENCRYPTION (ALGORITHM = AES_256, SERVER CERTIFICATE = c), BUFFERCOUNT = 10
serverStatement | BACKUP CERTIFICATE c TO FILE = 'x' WITH PRIVATE KEY (FILE = 'y', ENCRYPTION BY PASSWORD = 'p')
backupRestore, backupRestore, backupRestore | RESTORE DATABASE x FROM DATABASE_SNAPSHOT = 's'; RESTORE DATABASE x WITH RECOVERY; RESTORE DATABASE x FILEGROUP = 'PRIMARY' FROM DISK = 'a' WITH PARTIAL, NORECOVERY, STOPAT = '2020-01-01'
serverStatement, serverStatement | CREATE SERVER AUDIT a TO FILE (FILEPATH = 'x') WITH (QUEUE_DELAY = 1000); ALTER SERVER AUDIT a WITH (STATE = ON)
serverStatement | CREATE ENDPOINT e STATE = STARTED AS TCP (LISTENER_PORT = 5022) FOR DATABASE_MIRRORING (ROLE = ALL)
serverStatement | CREATE WORKLOAD GROUP g WITH (IMPORTANCE = HIGH) USING p
serverStatement | ALTER SERVER CONFIGURATION SET PROCESS AFFINITY CPU = 0 TO 3
serverStatement | ADD SENSITIVITY CLASSIFICATION TO dbo.t.a WITH (LABEL = 'x', INFORMATION_TYPE = 'y')
serverStatement, serverStatement | DROP SIGNATURE FROM p BY CERTIFICATE c; ADD SIGNATURE TO p BY CERTIFICATE c WITH PASSWORD = 'x'
alterIndex, alterIndex, alterIndex | ALTER INDEX ix ON t REBUILD PARTITION = ALL WITH (ONLINE = ON (WAIT_AT_LOW_PRIORITY (MAX_DURATION = 1 MINUTES, ABORT_AFTER_WAIT = SELF)), RESUMABLE = ON); ALTER INDEX ix ON t PAUSE; ALTER INDEX ix ON t RESUME WITH (MAXDOP = 2)
createIndex | CREATE XML INDEX x ON t (a) USING XML INDEX p FOR (q)
createAliasType, createTableType | CREATE TYPE t FROM int NULL; CREATE TYPE dbo.x AS TABLE (a int IDENTITY NOT NULL, INDEX ix NONCLUSTERED (a) WITH (FILLFACTOR=80))
createSynonym, dropObject, sequence | CREATE SYNONYM [a] FOR [b].[c]; DROP SYNONYM IF EXISTS a; CREATE SEQUENCE s AS int MINVALUE 0 NO CACHE
select | SELECT 1 WHERE 1 = 1 AND NOT EXISTS(SELECT * FROM t) OR (1 = 2)
select | select "a" = 1, [b] = 2, c=3, 'd' = 4
select | SELECT a FROM t AS OF_ WHERE a = 1
select | select a from t as [x] option (use hint('a'), label='x')
setOption, setOption, setOption, setOption, setOption, setOption | SET NOEXEC ON; SET PARSEONLY OFF; SET XACT_ABORT, NOCOUNT ON; SET ANSI_WARNINGS OFF SET FIPS_FLAGGER 'FULL' SET NUMERIC_ROUNDABORT OFF
createStatistics | CREATE STATISTICS s ON t (a) WITH STATS_STREAM = 0x01, ROWCOUNT = 5, PAGECOUNT = 2, PERSIST_SAMPLE_PERCENT = ON, AUTO_DROP = OFF
declareCursor, cursorStatement, fetch, while, cursorStatement, cursorStatement | DECLARE c CURSOR LOCAL STATIC FOR (SELECT a FROM t) OPEN c FETCH NEXT FROM c INTO @a WHILE (@@FETCH_STATUS <> -1) BEGIN IF (@@FETCH_STATUS <> -2) PRINT @a FETCH NEXT FROM c INTO @a END CLOSE c DEALLOCATE c
declare | declare @t table (id int identity primary key clustered, a nvarchar(10) collate database_default not null unique)
declare, select | declare @a int, @b table (a int), @c as dbo.x; select * from @b b inner join @c c on b.a = c.a
update, update, update | update a set a.x = b.x from a inner join b on a.id = b.id; update #t set @x = y = @x + 1; update dbo.[t] set [a]=0x, b='', c=null
createTable | create table #t (a int) on ps(a) with (data_compression = page on partitions (1 to 4))
createTable | create table t (a as (b+c), b int, c int, d as getdate(), constraint x unique nonclustered (a) with (fillfactor=90) on [fg])
createTable | create table t (id int constraint pk primary key, parent int constraint fk references t(id), name varchar(50) sparse, check (id <> parent))
serverStatement | receive top(1) @a = conversation_handle, @b = message_body from dbo.q where conversation_group_id = @g
serverStatement, serverStatement, serverStatement | get conversation group @g from q; move conversation @a to @b; begin conversation timer (@h) timeout = 60
select | SELECT * FROM OPENROWSET(BULK 'https://x', FORMAT = 'PARQUET') WITH (a int 1, b varchar(10) COLLATE Latin1_General_100_BIN2_UTF8 '$.b') AS r
select | SELECT TRIM('.,' FROM a), STRING_SPLIT.value FROM STRING_SPLIT('a', ',', 1)
select | SELECT a COLLATE Latin1_General_CI_AS AS b, LEFT(a,1)+RIGHT(b,1), UPPER(LEFT(a,1))
select | select object_name(a.object_id), a.name, [type], [value] from sys.objects a where a.[type] in ('U','V') and schema_id=schema_id('x')
user, user, user, dropObject | create user x for certificate c; create user y from asymmetric key k; alter user x with login = y; drop user if exists [x y]
alterTable, alterTable, alterTable | ALTER TABLE t DROP CONSTRAINT IF EXISTS a, COLUMN IF EXISTS b; ALTER TABLE t DROP COLUMN a, CONSTRAINT c; ALTER TABLE t DROP COLUMN a, COLUMN b
alterTable, alterTable | ALTER TABLE t ADD PERIOD FOR SYSTEM_TIME (a, b); ALTER TABLE t ADD a datetime2 GENERATED ALWAYS AS ROW START HIDDEN CONSTRAINT df DEFAULT SYSUTCDATETIME(), b int
alterTable, alterTable, alterTable | ALTER TABLE t ALTER COLUMN a int NOT NULL WITH (ONLINE = ON); ALTER TABLE t ALTER COLUMN a ADD HIDDEN; ALTER TABLE t ALTER COLUMN a DROP NOT FOR REPLICATION
alterTable | ALTER TABLE t SET (FILESTREAM_ON = "default", REMOTE_DATA_ARCHIVE = ON (MIGRATION_STATE = OUTBOUND))
serverStatement | ALTER ASSEMBLY a DROP FILE ALL ADD FILE FROM 0x01
serverStatement, serverStatement, serverStatement | ALTER FULLTEXT INDEX ON t ADD (a LANGUAGE 1033) WITH NO POPULATION; ALTER FULLTEXT CATALOG c REBUILD; CREATE FULLTEXT STOPLIST s FROM SYSTEM STOPLIST
alterAuthorization, alterSchema | ALTER AUTHORIZATION ON DATABASE::x TO sa; ALTER SCHEMA x TRANSFER XML SCHEMA COLLECTION::y.z
execute, execute, execute | EXEC sp_executesql @stmt = N'select @a', @params = N'@a int', @a = @b; EXEC @r = sp_x; EXEC dbo.[p q] 'a', @b=DEFAULT
select | SELECT NEXT VALUE FOR s AS a, b FROM t ORDER BY NEXT VALUE FOR s
update | WITH XMLNAMESPACES('u' AS x) UPDATE t SET a.modify('insert <x:b/> into (/x:a)[1]');
select | select 1 from t for xml path ('a'), root ('b'), type
select | SELECT 'a' + CHAR(13) + CHAR(10) + N'b' + @x, 'a''b', N'''', ''
select | ;WITH x AS (SELECT 1 a) SELECT * FROM x;;
block | BEGIN ATOMIC WITH (TRANSACTION ISOLATION LEVEL = SNAPSHOT, LANGUAGE = 'english') SELECT 1 END
label, select, label, label, goto | lbl1: SELECT 1; lbl2: lbl3: GOTO lbl1
createDefault | CREATE DEFAULT dbo.d AS getdate()
execute | sp_bindefault 'd', 't.a'
createTable | CREATE EXTERNAL TABLE x (a int) WITH (DATA_SOURCE = d, LOCATION = 'x', SCHEMA_NAME = 'a', OBJECT_NAME = 'b')
serverStatement, serverStatement, serverStatement | DROP EXTERNAL DATA SOURCE x; DROP COLUMN ENCRYPTION KEY k; DROP AVAILABILITY GROUP g
serverStatement | CREATE COLUMN MASTER KEY k WITH (KEY_STORE_PROVIDER_NAME = 'x', KEY_PATH = 'y')
serverStatement, serverStatement, serverStatement, serverStatement | OPEN MASTER KEY DECRYPTION BY PASSWORD = 'x'; CLOSE MASTER KEY; OPEN SYMMETRIC KEY k DECRYPTION BY CERTIFICATE c; CLOSE ALL SYMMETRIC KEYS
permission, permission, permission, permission, permission | DENY VIEW ANY DATABASE TO PUBLIC; GRANT IMPERSONATE ON USER::a TO b; REVOKE ALL FROM x; GRANT REFERENCES (a) ON t TO x; GRANT SELECT ON t TO x, y
select | SELECT GROUPING_ID(a), a FROM t GROUP BY CUBE (a, b) HAVING GROUPING(a) = 0 OR SUM(x) > 1
select | SELECT ROUND(a, 2) AS [Round], a AS [select], [t].[from] FROM [order] t
declare | DECLARE @json nvarchar(max) = (SELECT a AS 'x.y' FROM t FOR JSON PATH, WITHOUT_ARRAY_WRAPPER)
print, print, print | PRINT N'x' + CONVERT(nvarchar, @@ROWCOUNT) PRINT @@SERVERNAME PRINT 1
if, if, if | IF (@a IS NULL) OR (@b = 1) SET @c = 1 ELSE SET @c = 2; IF @a = 1 RETURN; IF @b = 2 RETURN 1 ELSE RETURN 2
while | WHILE (1=1) BEGIN; IF @@ROWCOUNT = 0 BREAK; END;
select | SELECT a, b = CASE WHEN 1=1 THEN 1 END, (SELECT TOP 1 x FROM y WHERE y.a = t.a) AS z FROM t (NOLOCK) INNER JOIN u (NOLOCK) ON t.a = u.a
select | SELECT * FROM t WITH (INDEX(0) NOLOCK), u WITH (NOLOCK INDEX=ix)
select | SELECT t.a FROM t, (SELECT 1 b) AS u, v x LEFT JOIN w ON x.a = w.a
truncate, truncate | TRUNCATE TABLE [a].[b]; TRUNCATE TABLE #t
select | SELECT * FROM sys.fn_cdc_get_all_changes_dbo_t(@a, @b, N'all update old') ORDER BY __$start_lsn
select | SELECT a AS b, c d, e AS 'f' FROM t g GROUP BY ALL a WITH CUBE
select | SELECT DATEADD(dd, DATEDIFF(dd, 0, GETDATE()), 0), DATEPART(weekday, a), a % 2, a ^ b, ~a & 1, 1 | 2
execute | EXEC xp_x @a, @b = @c OUTPUT, @d = 'x' WITH RECOMPILE
createProcedure | CREATE PROCEDURE p AS BEGIN SET NOCOUNT ON; BEGIN TRY BEGIN TRANSACTION EXEC q COMMIT TRANSACTION END TRY BEGIN CATCH IF XACT_STATE() <> 0 ROLLBACK TRANSACTION; THROW END CATCH END
select | SELECT 0x0A + 1, 1e3, 1.0E+5, -.5, +5, 5., $-1.5, -$5
select | SELECT N'日本' AS [日本], 'ñ' ñ FROM [таблица]
`);
