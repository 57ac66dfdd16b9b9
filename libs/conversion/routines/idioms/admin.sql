-- What administrators' procedures of a product do: the catalog, definitions, maintenance, errors, rights.
CREATE SCHEMA util
GO
CREATE TABLE dbo.Journal (JournalId int IDENTITY(1,1) NOT NULL PRIMARY KEY, At datetime NOT NULL DEFAULT GETDATE(), Who nvarchar(128) NOT NULL DEFAULT SUSER_SNAME(), What nvarchar(max) NULL)
CREATE TABLE dbo.Ledger (LedgerId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Amount money NOT NULL, Note nvarchar(50) NULL)
CREATE TABLE dbo.Archive (LedgerId int NOT NULL, Amount money NOT NULL, Note nvarchar(50) NULL, ArchivedOn datetime NOT NULL DEFAULT GETDATE())
CREATE TABLE util.ErrorLog (ErrorId int IDENTITY NOT NULL PRIMARY KEY, UserName sysname NOT NULL, Number int NOT NULL, Severity int NULL, State int NULL, Proc_ nvarchar(126) NULL, Line int NULL, Message nvarchar(4000) NOT NULL, At datetime NOT NULL DEFAULT GETDATE())
CREATE TABLE util.Counter (Name varchar(50) NOT NULL PRIMARY KEY, Value int NOT NULL)
CREATE TABLE util.DbVersion (Version varchar(20) NOT NULL, InstalledOn datetime NOT NULL)
GO
CREATE PROCEDURE util.LogError @ErrorId int = 0 OUTPUT AS
BEGIN
    SET NOCOUNT ON;
    SET @ErrorId = 0;
    BEGIN TRY
        IF ERROR_NUMBER() IS NULL RETURN;
        IF XACT_STATE() = -1
        BEGIN
            PRINT 'Cannot log error since the current transaction is in an uncommittable state.';
            RETURN;
        END
        INSERT util.ErrorLog (UserName, Number, Severity, State, Proc_, Line, Message)
        VALUES (CONVERT(sysname, CURRENT_USER), ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_PROCEDURE(), ERROR_LINE(), ERROR_MESSAGE());
        SET @ErrorId = @@IDENTITY;
    END TRY
    BEGIN CATCH
        PRINT 'An error occurred in stored procedure LogError: ';
        RETURN -1;
    END CATCH
END;
GO
CREATE PROCEDURE util.Rethrow AS
BEGIN
    IF ERROR_NUMBER() IS NULL RETURN
    DECLARE @ErrorMessage nvarchar(4000), @ErrorNumber int, @ErrorSeverity int, @ErrorState int, @ErrorLine int, @ErrorProcedure nvarchar(200)
    SELECT @ErrorNumber = ERROR_NUMBER(), @ErrorSeverity = ERROR_SEVERITY(), @ErrorState = ERROR_STATE(), @ErrorLine = ERROR_LINE(), @ErrorProcedure = ISNULL(ERROR_PROCEDURE(), '-')
    SELECT @ErrorMessage = N'Error %d, Level %d, State %d, Procedure %s, Line %d, ' + 'Message: ' + ERROR_MESSAGE()
    RAISERROR (@ErrorMessage, @ErrorSeverity, 1, @ErrorNumber, @ErrorSeverity, @ErrorState, @ErrorProcedure, @ErrorLine)
END
GO
CREATE PROCEDURE util.Divide @a int, @b int, @r int OUTPUT AS
BEGIN
    BEGIN TRY
        SET @r = @a / @b
    END TRY
    BEGIN CATCH
        DECLARE @id int
        EXEC util.LogError @id OUTPUT
        EXEC util.Rethrow
    END CATCH
END
GO
CREATE PROCEDURE util.TableExists @Name sysname, @Schema sysname = 'dbo' AS
IF EXISTS (SELECT * FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = @Schema AND TABLE_NAME = @Name AND TABLE_TYPE = 'BASE TABLE')
    RETURN 1
ELSE
    RETURN 0
GO
CREATE PROCEDURE util.ColumnsOf @Table sysname AS
SELECT c.name AS ColumnName, t.name AS TypeName, c.max_length, c.is_nullable, c.is_identity
FROM sys.columns c INNER JOIN sys.types t ON t.user_type_id = c.user_type_id INNER JOIN sys.objects o ON o.object_id = c.object_id
WHERE o.name = @Table AND o.type = 'U' ORDER BY c.column_id
GO
CREATE PROCEDURE util.ColumnExists @Table nvarchar(128), @Column nvarchar(128), @Found bit OUTPUT AS
IF EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(@Table) AND name = @Column) SET @Found = 1 ELSE SET @Found = 0
GO
CREATE FUNCTION util.HasColumn (@Table sysname, @Column sysname) RETURNS bit AS
BEGIN
    RETURN CASE WHEN COL_LENGTH(@Table, @Column) IS NULL THEN 0 ELSE 1 END
END
GO
CREATE PROCEDURE util.RowCounts AS
SELECT OBJECT_SCHEMA_NAME(p.object_id) AS SchemaName, OBJECT_NAME(p.object_id) AS TableName, SUM(p.rows) AS TableRows
FROM sys.partitions p INNER JOIN sys.tables t ON t.object_id = p.object_id WHERE p.index_id IN (0, 1) GROUP BY p.object_id ORDER BY 3 DESC
GO
CREATE PROCEDURE util.ListProcedures @Pattern sysname = '%' AS
SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE FROM INFORMATION_SCHEMA.ROUTINES WHERE ROUTINE_NAME LIKE @Pattern ORDER BY ROUTINE_NAME
GO
CREATE PROCEDURE util.ListColumns AS
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'util' ORDER BY TABLE_NAME, ORDINAL_POSITION
GO
CREATE PROCEDURE util.ForeignKeysOf @Table sysname AS
SELECT fk.name, OBJECT_NAME(fk.parent_object_id) AS Parent, OBJECT_NAME(fk.referenced_object_id) AS Referenced, cp.name AS ParentColumn
FROM sys.foreign_keys fk JOIN sys.foreign_key_columns fkc ON fkc.constraint_object_id = fk.object_id JOIN sys.columns cp ON cp.object_id = fkc.parent_object_id AND cp.column_id = fkc.parent_column_id
WHERE fk.referenced_object_id = OBJECT_ID(@Table)
GO
CREATE PROCEDURE util.RebuildAll AS
BEGIN
    DECLARE @t nvarchar(300), @cmd nvarchar(1000)
    DECLARE tabs CURSOR FAST_FORWARD FOR SELECT QUOTENAME(TABLE_SCHEMA) + '.' + QUOTENAME(TABLE_NAME) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'
    OPEN tabs
    FETCH NEXT FROM tabs INTO @t
    WHILE @@FETCH_STATUS = 0
    BEGIN
        SET @cmd = 'ALTER INDEX ALL ON ' + @t + ' REBUILD'
        PRINT @cmd
        EXEC sp_executesql @cmd
        SET @cmd = 'UPDATE STATISTICS ' + @t
        EXEC (@cmd)
        FETCH NEXT FROM tabs INTO @t
    END
    CLOSE tabs
    DEALLOCATE tabs
END
GO
CREATE PROCEDURE util.RebuildLedger AS
BEGIN
    ALTER INDEX ALL ON dbo.Ledger REBUILD WITH (FILLFACTOR = 80)
    UPDATE STATISTICS dbo.Ledger WITH FULLSCAN
    DBCC CHECKIDENT ('dbo.Ledger', RESEED, 0) WITH NO_INFOMSGS
END
GO
CREATE PROCEDURE util.Reseed @To int AS DBCC CHECKIDENT ('dbo.Ledger', RESEED, @To)
GO
CREATE PROCEDURE util.KeepIdentity AS
BEGIN
    SET IDENTITY_INSERT dbo.Ledger ON
    INSERT dbo.Ledger (LedgerId, Amount, Note) VALUES (500, 1, 'five hundred')
    SET IDENTITY_INSERT dbo.Ledger OFF
    SELECT IDENT_CURRENT('dbo.Ledger') AS Last, IDENT_SEED('dbo.Ledger') AS Seed, IDENT_INCR('dbo.Ledger') AS Step
END
GO
CREATE PROCEDURE util.EnsureStaging AS
BEGIN
    IF OBJECT_ID('dbo.Staging', 'U') IS NOT NULL DROP TABLE dbo.Staging
    CREATE TABLE dbo.Staging (Id int NOT NULL PRIMARY KEY, Data nvarchar(100) NULL, LoadedOn datetime NOT NULL DEFAULT GETDATE())
    CREATE INDEX IX_Staging_Data ON dbo.Staging (Data)
    INSERT dbo.Staging (Id, Data) SELECT LedgerId, Note FROM dbo.Ledger
    SELECT COUNT(*) AS n FROM dbo.Staging
END
GO
CREATE PROCEDURE util.Upgrade AS
BEGIN
    IF NOT EXISTS (SELECT * FROM sys.columns WHERE object_id = OBJECT_ID('dbo.Archive') AND name = 'Reason')
        ALTER TABLE dbo.Archive ADD Reason nvarchar(100) NULL
    IF NOT EXISTS (SELECT * FROM sysindexes WHERE name = 'IX_Archive_Note')
        CREATE NONCLUSTERED INDEX IX_Archive_Note ON dbo.Archive (Note)
    IF EXISTS (SELECT * FROM sysobjects WHERE id = OBJECT_ID(N'[dbo].[OldThing]') AND OBJECTPROPERTY(id, N'IsUserTable') = 1)
        DROP TABLE [dbo].[OldThing]
    INSERT util.DbVersion VALUES ('1.0.1', GETDATE())
END
GO
CREATE PROCEDURE util.DropView AS
BEGIN
    IF OBJECT_ID('dbo.vTemp', 'V') IS NOT NULL DROP VIEW dbo.vTemp
    EXEC ('CREATE VIEW dbo.vTemp AS SELECT LedgerId, Amount FROM dbo.Ledger WHERE Amount > 0')
END
GO
CREATE PROCEDURE util.DisableTriggers AS
BEGIN
    ALTER TABLE dbo.Ledger DISABLE TRIGGER ALL
    UPDATE dbo.Ledger SET Note = 'quiet' WHERE Note IS NULL
    ALTER TABLE dbo.Ledger ENABLE TRIGGER ALL
    ALTER TABLE dbo.Ledger NOCHECK CONSTRAINT ALL
    ALTER TABLE dbo.Ledger WITH CHECK CHECK CONSTRAINT ALL
END
GO
CREATE PROCEDURE util.Truncate AS
BEGIN
    TRUNCATE TABLE dbo.Archive
    SELECT @@ROWCOUNT AS n
END
GO
CREATE PROCEDURE util.ArchiveOld @Limit money, @Batch int = 100 AS
BEGIN
    SET NOCOUNT ON
    DECLARE @moved int, @total int
    SELECT @moved = 1, @total = 0
    WHILE @moved > 0
    BEGIN
        DELETE TOP (@Batch) FROM dbo.Ledger OUTPUT deleted.LedgerId, deleted.Amount, deleted.Note INTO dbo.Archive (LedgerId, Amount, Note) WHERE Amount < @Limit
        SET @moved = @@ROWCOUNT
        SET @total = @total + @moved
    END
    RETURN @total
END
GO
CREATE PROCEDURE util.NextValue @Name varchar(50), @Value int OUTPUT AS
BEGIN
    UPDATE util.Counter SET @Value = Value = Value + 1 WHERE Name = @Name
    IF @@ROWCOUNT = 0
    BEGIN
        SET @Value = 1
        INSERT util.Counter VALUES (@Name, @Value)
    END
END
GO
CREATE PROCEDURE util.WithLock @Name nvarchar(255) AS
BEGIN
    DECLARE @rc int
    BEGIN TRAN
    EXEC @rc = sp_getapplock @Resource = @Name, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 5000
    IF @rc < 0
    BEGIN
        RAISERROR('Lock %s not granted, code %d', 16, 1, @Name, @rc)
        ROLLBACK TRAN
        RETURN 1
    END
    INSERT dbo.Journal (What) VALUES (N'locked ' + @Name)
    EXEC sp_releaseapplock @Resource = @Name
    COMMIT TRAN
    RETURN 0
END
GO
CREATE PROCEDURE util.AsOwner WITH EXECUTE AS OWNER AS
SELECT USER_NAME() AS U, ORIGINAL_LOGIN() AS L, DB_NAME() AS D, @@SERVERNAME AS S, HOST_NAME() AS H, APP_NAME() AS A, @@SPID AS Spid
GO
CREATE PROCEDURE util.Info AS
SELECT @@VERSION AS Version, SERVERPROPERTY('ProductVersion') AS Product, SERVERPROPERTY('Edition') AS Edition, DB_ID() AS DbId, @@TRANCOUNT AS Trans, @@LANGUAGE AS Lang, @@DATEFIRST AS Df, @@MAX_CONNECTIONS AS Mc, @@NESTLEVEL AS Nest, OBJECT_NAME(@@PROCID) AS Me
GO
CREATE PROCEDURE util.Messages AS
BEGIN
    DECLARE @m nvarchar(200)
    SET @m = FORMATMESSAGE('%s has %d rows', 'Ledger', 7)
    PRINT @m
    RAISERROR(N'Progress: %d%% done', 0, 1, 50) WITH NOWAIT
    RAISERROR(@m, 10, 1) WITH NOWAIT, LOG
END
GO
CREATE PROCEDURE util.SendMail @To nvarchar(200) AS
BEGIN
    INSERT dbo.Journal (What) VALUES ('mail to ' + @To)
    EXEC msdb.dbo.sp_send_dbmail @profile_name = 'main', @recipients = @To, @subject = 'Report', @body = 'done'
END
GO
CREATE PROCEDURE util.Shell @Cmd varchar(500) AS EXEC master..xp_cmdshell @Cmd, NO_OUTPUT
GO
CREATE PROCEDURE util.Remote AS SELECT * FROM OTHERSRV.Sales.dbo.Orders
GO
CREATE PROCEDURE util.Killer @Db sysname AS
BEGIN
    DECLARE @spid int, @sql varchar(100)
    SELECT @spid = MIN(spid) FROM master.dbo.sysprocesses WHERE dbid = DB_ID(@Db) AND spid <> @@SPID
    WHILE @spid IS NOT NULL
    BEGIN
        SET @sql = 'KILL ' + CAST(@spid AS varchar(10))
        EXEC (@sql)
        SELECT @spid = MIN(spid) FROM master.dbo.sysprocesses WHERE dbid = DB_ID(@Db) AND spid > @spid AND spid <> @@SPID
    END
END
GO
CREATE PROCEDURE util.CountIn @Table sysname, @n int OUTPUT AS
BEGIN
    DECLARE @sql nvarchar(500)
    SET @sql = N'SELECT @c = COUNT(*) FROM ' + QUOTENAME(@Table)
    EXEC sp_executesql @sql, N'@c int OUTPUT', @c = @n OUTPUT
END
GO
CREATE PROCEDURE util.CountLedger @Min money, @n int OUTPUT AS
BEGIN
    DECLARE @sql nvarchar(500), @where nvarchar(200)
    SET @where = N' WHERE Amount >= @m'
    SET @sql = N'SELECT @c = COUNT(*) FROM dbo.Ledger' + @where
    EXEC sp_executesql @sql, N'@m money, @c int OUTPUT', @m = @Min, @c = @n OUTPUT
END
GO
CREATE PROCEDURE util.Rename AS
BEGIN
    EXEC sp_rename 'dbo.Staging', 'Staging_old'
    EXEC sp_rename 'dbo.Archive.Note', 'Remark', 'COLUMN'
END
GO
CREATE PROCEDURE util.GrantTo @User sysname AS
BEGIN
    DECLARE @s nvarchar(500)
    SET @s = N'GRANT SELECT ON dbo.Ledger TO ' + QUOTENAME(@User)
    EXEC sp_executesql @s
END
GO
CREATE PROCEDURE util.Describe @Table sysname, @Text nvarchar(200) AS
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = @Text, @level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = @Table
GO
CREATE PROCEDURE util.JobState AS
SELECT j.name, j.enabled FROM msdb.dbo.sysjobs j
GO
CREATE TRIGGER util.trg_ddl ON DATABASE FOR CREATE_TABLE, DROP_TABLE AS
INSERT dbo.Journal (What) SELECT EVENTDATA().value('(/EVENT_INSTANCE/TSQLCommand/CommandText)[1]', 'nvarchar(max)')
GO
