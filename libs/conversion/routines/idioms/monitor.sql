-- Monitoring and loading: samples, rollups, retention, staging, history, queues.
CREATE TABLE dbo.Host (HostId int IDENTITY(1,1) NOT NULL PRIMARY KEY, HostName nvarchar(128) NOT NULL UNIQUE, Enabled bit NOT NULL DEFAULT 1, LastSeen datetime2(3) NULL)
CREATE TABLE dbo.Metric (MetricId int NOT NULL PRIMARY KEY, MetricName varchar(60) NOT NULL, Unit varchar(10) NULL, WarnAt float NULL, FailAt float NULL)
CREATE TABLE dbo.Sample (HostId int NOT NULL, MetricId int NOT NULL, TakenAt datetime2(3) NOT NULL, Value float NOT NULL, CONSTRAINT PK_Sample PRIMARY KEY (HostId, MetricId, TakenAt))
CREATE TABLE dbo.SampleHour (HostId int NOT NULL, MetricId int NOT NULL, Hour datetime NOT NULL, N int NOT NULL, Lo float NOT NULL, Hi float NOT NULL, Mean float NOT NULL, CONSTRAINT PK_SampleHour PRIMARY KEY (HostId, MetricId, Hour))
CREATE TABLE dbo.Alert (AlertId int IDENTITY NOT NULL PRIMARY KEY, HostId int NOT NULL, MetricId int NOT NULL, Raised datetime NOT NULL, Cleared datetime NULL, Severity tinyint NOT NULL, Message nvarchar(400) NULL)
CREATE TABLE dbo.Queue (JobId bigint IDENTITY NOT NULL PRIMARY KEY, Payload nvarchar(max) NULL, Status char(1) NOT NULL DEFAULT 'N', LockedBy varchar(50) NULL, LockedAt datetime NULL, Tries int NOT NULL DEFAULT 0)
CREATE TABLE dbo.Stage (RowNo int NOT NULL, Code varchar(20) NULL, Name nvarchar(100) NULL, Amount varchar(20) NULL, Error varchar(100) NULL)
CREATE TABLE dbo.Dim (DimId int IDENTITY NOT NULL PRIMARY KEY, Code varchar(20) NOT NULL, Name nvarchar(100) NULL, ValidFrom date NOT NULL, ValidTo date NULL, IsCurrent bit NOT NULL)
CREATE TABLE dbo.Fact (Code varchar(20) NOT NULL, Amount decimal(18,2) NOT NULL, LoadId int NOT NULL)
CREATE TABLE dbo.LoadLog (LoadId int IDENTITY NOT NULL PRIMARY KEY, StartedAt datetime NOT NULL DEFAULT GETDATE(), EndedAt datetime NULL, Inserted int NULL, Updated int NULL, Status varchar(10) NULL)
GO
CREATE TYPE dbo.SampleList AS TABLE (HostName nvarchar(128) NOT NULL, MetricName varchar(60) NOT NULL, TakenAt datetime2(3) NOT NULL, Value float NOT NULL)
GO
CREATE FUNCTION dbo.HourOf (@At datetime) RETURNS datetime AS
BEGIN
  RETURN DATEADD(hour, DATEDIFF(hour, 0, @At), 0)
END
GO
CREATE FUNCTION dbo.Bytes (@n bigint) RETURNS varchar(30) AS
BEGIN
  RETURN CASE WHEN @n >= 1073741824 THEN CONVERT(varchar(20), CAST(@n / 1073741824.0 AS decimal(18, 1))) + ' GB' WHEN @n >= 1048576 THEN CONVERT(varchar(20), CAST(@n / 1048576.0 AS decimal(18, 1))) + ' MB' ELSE CONVERT(varchar(20), @n) + ' B' END
END
GO
CREATE FUNCTION dbo.Latest (@HostId int) RETURNS TABLE AS RETURN
SELECT m.MetricName, s.Value, s.TakenAt FROM dbo.Metric m OUTER APPLY (SELECT TOP 1 x.Value, x.TakenAt FROM dbo.Sample x WHERE x.HostId = @HostId AND x.MetricId = m.MetricId ORDER BY x.TakenAt DESC) s
GO
CREATE FUNCTION dbo.ToDecimal (@s varchar(20)) RETURNS decimal(18,2) AS
BEGIN
  IF ISNUMERIC(@s) = 0 RETURN NULL
  RETURN TRY_CONVERT(decimal(18,2), @s)
END
GO
CREATE PROCEDURE dbo.Sample_Put @Samples dbo.SampleList READONLY AS
BEGIN
  SET NOCOUNT ON
  INSERT dbo.Host (HostName) SELECT DISTINCT s.HostName FROM @Samples s WHERE NOT EXISTS (SELECT * FROM dbo.Host h WHERE h.HostName = s.HostName)
  MERGE dbo.Sample AS t
  USING (SELECT h.HostId, m.MetricId, s.TakenAt, MAX(s.Value) AS Value FROM @Samples s JOIN dbo.Host h ON h.HostName = s.HostName JOIN dbo.Metric m ON m.MetricName = s.MetricName GROUP BY h.HostId, m.MetricId, s.TakenAt) AS x
  ON t.HostId = x.HostId AND t.MetricId = x.MetricId AND t.TakenAt = x.TakenAt
  WHEN MATCHED THEN UPDATE SET Value = x.Value
  WHEN NOT MATCHED THEN INSERT (HostId, MetricId, TakenAt, Value) VALUES (x.HostId, x.MetricId, x.TakenAt, x.Value);
  UPDATE h SET LastSeen = SYSDATETIME() FROM dbo.Host h WHERE h.HostName IN (SELECT HostName FROM @Samples)
END
GO
CREATE PROCEDURE dbo.Sample_Rollup @Until datetime AS
BEGIN
  BEGIN TRAN
  DELETE t FROM dbo.SampleHour t WHERE EXISTS (SELECT 1 FROM dbo.Sample s WHERE s.HostId = t.HostId AND s.MetricId = t.MetricId AND dbo.HourOf(s.TakenAt) = t.Hour AND s.TakenAt < @Until)
  INSERT INTO dbo.SampleHour (HostId, MetricId, Hour, N, Lo, Hi, Mean)
  SELECT HostId, MetricId, dbo.HourOf(TakenAt), COUNT(*), MIN(Value), MAX(Value), AVG(Value) FROM dbo.Sample WHERE TakenAt < @Until GROUP BY HostId, MetricId, dbo.HourOf(TakenAt)
  IF @@ROWCOUNT = 0
  BEGIN
    ROLLBACK TRAN
    RETURN 1
  END
  COMMIT TRAN
  RETURN 0
END
GO
CREATE PROCEDURE dbo.Sample_Purge @Days int, @Batch int = 1000 AS
BEGIN
  DECLARE @cut datetime2(3) = DATEADD(day, -@Days, SYSDATETIME()), @n int = 1, @total bigint = 0, @msg varchar(200)
  WHILE @n > 0
  BEGIN
    DELETE TOP (@Batch) s FROM dbo.Sample AS s WHERE s.TakenAt < @cut
    SET @n = @@ROWCOUNT
    SET @total += @n
    SET @msg = 'deleted ' + CAST(@total AS varchar(20))
    RAISERROR(@msg, 0, 1) WITH NOWAIT
  END
  RETURN 0
END
GO
CREATE PROCEDURE dbo.Sample_Series @HostId int, @MetricId int, @From datetime, @To datetime, @Minutes int = 5 AS
SELECT DATEADD(minute, DATEDIFF(minute, 0, TakenAt) / @Minutes * @Minutes, 0) AS Slot, AVG(Value) AS V, COUNT_BIG(*) AS N FROM dbo.Sample WHERE HostId = @HostId AND MetricId = @MetricId AND TakenAt >= @From AND TakenAt < @To GROUP BY DATEADD(minute, DATEDIFF(minute, 0, TakenAt) / @Minutes * @Minutes, 0) ORDER BY Slot
GO
CREATE PROCEDURE dbo.Sample_Percentile @HostId int, @MetricId int AS
SELECT DISTINCT PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY Value) OVER (PARTITION BY HostId) AS P95 FROM dbo.Sample WHERE HostId = @HostId AND MetricId = @MetricId
GO
CREATE PROCEDURE dbo.Sample_Gaps @HostId int AS
WITH s AS (SELECT TakenAt, LAG(TakenAt) OVER (ORDER BY TakenAt) AS Before FROM dbo.Sample WHERE HostId = @HostId)
SELECT Before, TakenAt, DATEDIFF(ss, Before, TakenAt) AS Gap FROM s WHERE DATEDIFF(ss, Before, TakenAt) > 300
GO
CREATE PROCEDURE dbo.Alert_Check AS
BEGIN
  SET NOCOUNT ON
  DECLARE @host int, @metric int, @v float, @warn float, @fail float, @name varchar(60)
  DECLARE cur CURSOR STATIC LOCAL FORWARD_ONLY READ_ONLY FOR
    SELECT s.HostId, s.MetricId, s.Value, m.WarnAt, m.FailAt, m.MetricName FROM dbo.Sample s JOIN dbo.Metric m ON m.MetricId = s.MetricId
    WHERE s.TakenAt = (SELECT MAX(x.TakenAt) FROM dbo.Sample x WHERE x.HostId = s.HostId AND x.MetricId = s.MetricId)
  OPEN cur
  FETCH NEXT FROM cur INTO @host, @metric, @v, @warn, @fail, @name
  WHILE (@@FETCH_STATUS = 0)
  BEGIN
    IF @v >= @fail OR @v >= @warn
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM dbo.Alert WHERE HostId = @host AND MetricId = @metric AND Cleared IS NULL)
        INSERT dbo.Alert (HostId, MetricId, Raised, Severity, Message) VALUES (@host, @metric, GETDATE(), CASE WHEN @v >= @fail THEN 2 ELSE 1 END, @name + N' is ' + CAST(@v AS nvarchar(30)))
    END
    ELSE
      UPDATE dbo.Alert SET Cleared = GETDATE() WHERE HostId = @host AND MetricId = @metric AND Cleared IS NULL
    FETCH NEXT FROM cur INTO @host, @metric, @v, @warn, @fail, @name
  END
  CLOSE cur
  DEALLOCATE cur
  SELECT COUNT(*) AS OpenAlerts FROM dbo.Alert WHERE Cleared IS NULL
END
GO
CREATE PROCEDURE dbo.Queue_Take @Worker varchar(50), @Count int = 1 AS
WITH next AS (SELECT TOP (@Count) * FROM dbo.Queue WITH (ROWLOCK, READPAST, UPDLOCK) WHERE Status = 'N' ORDER BY JobId)
UPDATE next SET Status = 'L', LockedBy = @Worker, LockedAt = GETDATE(), Tries = Tries + 1 OUTPUT inserted.JobId, inserted.Payload
GO
CREATE PROCEDURE dbo.Queue_Done @JobId bigint, @Failed bit = 0 AS
UPDATE dbo.Queue SET Status = CASE WHEN @Failed = 0 THEN 'D' WHEN Tries < 3 THEN 'N' ELSE 'F' END, LockedBy = NULL, LockedAt = NULL WHERE JobId = @JobId
IF @@ROWCOUNT <> 1 RAISERROR('job?', 16, 1)
GO
CREATE PROCEDURE dbo.Queue_Wait @Seconds int, @JobId bigint OUTPUT AS
BEGIN
  DECLARE @end datetime = DATEADD(second, @Seconds, GETDATE())
  SET @JobId = NULL
  WHILE @JobId IS NULL AND GETDATE() < @end
  BEGIN
    SELECT TOP 1 @JobId = JobId FROM dbo.Queue WHERE Status = 'N' ORDER BY JobId
    IF @JobId IS NULL WAITFOR DELAY '00:00:00.050'
  END
END
GO
CREATE PROCEDURE dbo.Stage_Check AS
BEGIN
  UPDATE dbo.Stage SET Error = NULL
  UPDATE dbo.Stage SET Error = ISNULL(Error + ', ', '') + 'code' WHERE NULLIF(LTRIM(Code), '') IS NULL
  UPDATE dbo.Stage SET Error = ISNULL(Error + ', ', '') + 'amount' WHERE dbo.ToDecimal(Amount) IS NULL
  UPDATE s SET Error = COALESCE(Error + ', ', '') + 'double' FROM dbo.Stage s WHERE EXISTS (SELECT 1 FROM dbo.Stage d WHERE d.Code = s.Code AND d.RowNo < s.RowNo)
  IF EXISTS (SELECT * FROM dbo.Stage WHERE Error IS NOT NULL) RETURN 1
  RETURN 0
END
GO
CREATE PROCEDURE dbo.Dim_Load @On date AS
BEGIN
  SET NOCOUNT ON
  INSERT dbo.Dim (Code, Name, ValidFrom, ValidTo, IsCurrent)
  SELECT m.Code, m.Name, @On, NULL, 1
  FROM (
    MERGE dbo.Dim AS d USING (SELECT Code, Name FROM dbo.Stage WHERE Error IS NULL) AS s ON d.Code = s.Code AND d.IsCurrent = 1
    WHEN MATCHED AND d.Name <> s.Name THEN UPDATE SET IsCurrent = 0, ValidTo = @On
    WHEN NOT MATCHED THEN INSERT (Code, Name, ValidFrom, IsCurrent) VALUES (s.Code, s.Name, @On, 1)
    OUTPUT $action AS Act, s.Code, s.Name
  ) AS m WHERE m.Act = 'UPDATE'
END
GO
CREATE PROCEDURE dbo.Dim_Expire @On date AS
BEGIN
  UPDATE d SET ValidTo = @On, IsCurrent = 0 FROM dbo.Dim d LEFT JOIN dbo.Stage s ON s.Code = d.Code WHERE s.Code IS NULL AND d.IsCurrent = 1
  SELECT @@ROWCOUNT AS Expired
END
GO
CREATE PROCEDURE dbo.Fact_Load AS
BEGIN
  SET NOCOUNT ON
  DECLARE @load int, @rc int, @ins int
  INSERT dbo.LoadLog (Status) VALUES ('running')
  SELECT @load = SCOPE_IDENTITY()
  EXEC @rc = dbo.Stage_Check
  IF @rc <> 0 GOTO Failed
  BEGIN TRY
    INSERT dbo.Fact (Code, Amount, LoadId) SELECT Code, dbo.ToDecimal(Amount), @load FROM dbo.Stage
    SET @ins = @@ROWCOUNT
  END TRY
  BEGIN CATCH
    PRINT ERROR_MESSAGE()
    GOTO Failed
  END CATCH
  UPDATE dbo.LoadLog SET EndedAt = GETDATE(), Inserted = @ins, Status = 'ok' WHERE LoadId = @load
  RETURN 0
Failed:
  UPDATE dbo.LoadLog SET EndedAt = GETDATE(), Status = 'failed' WHERE LoadId = @load
  RETURN 1
END
GO
CREATE PROCEDURE dbo.Stage_List AS SELECT RowNo, Code, Name FROM dbo.Stage ORDER BY RowNo
GO
CREATE PROCEDURE dbo.Stage_Capture AS
BEGIN
  CREATE TABLE #got (RowNo int, Code varchar(20), Name nvarchar(100))
  INSERT INTO #got EXEC dbo.Stage_List
  SELECT COUNT(*) AS n, MAX(Name) AS LastName FROM #got
END
GO
CREATE PROCEDURE dbo.Shared_Fill AS
INSERT #shared (Code) SELECT Code FROM dbo.Stage
GO
CREATE PROCEDURE dbo.Shared_Use AS
BEGIN
  IF OBJECT_ID('tempdb..#shared') IS NOT NULL DROP TABLE #shared
  CREATE TABLE #shared (Code varchar(20))
  EXEC dbo.Shared_Fill
  SELECT Code FROM #shared ORDER BY Code
END
GO
CREATE PROCEDURE dbo.Pivot_Hosts @Day date AS
BEGIN
  DECLARE @cols nvarchar(max), @sql nvarchar(max)
  SELECT @cols = COALESCE(@cols + ', ', '') + QUOTENAME(HostName) FROM dbo.Host ORDER BY HostName
  SET @sql = N'SELECT MetricName, ' + @cols + N' FROM (SELECT m.MetricName, h.HostName, s.Value FROM dbo.Sample s JOIN dbo.Host h ON h.HostId = s.HostId JOIN dbo.Metric m ON m.MetricId = s.MetricId WHERE CAST(s.TakenAt AS date) = @d) q PIVOT (AVG(Value) FOR HostName IN (' + @cols + N')) p'
  EXEC sp_executesql @sql, N'@d date', @d = @Day
END
GO
CREATE PROCEDURE dbo.Report_Any @Table sysname, @Where nvarchar(1000) = N'', @Order nvarchar(200) = N'1' AS
BEGIN
  DECLARE @sql nvarchar(max)
  SET @sql = N'SELECT * FROM ' + @Table + N' ' + @Where + N' ORDER BY ' + @Order
  EXEC (@sql)
END
GO
CREATE PROCEDURE dbo.Report_Hosts @Order varchar(50) = 'HostName', @Desc bit = 0 AS
BEGIN
  DECLARE @sql nvarchar(500)
  SET @sql = N'SELECT HostId, HostName, LastSeen FROM dbo.Host WHERE Enabled = 1 ORDER BY ' + @Order
  IF @Desc = 1 SET @sql = @sql + N' DESC'
  EXEC (@sql)
END
GO
CREATE PROCEDURE dbo.Cursor_Out @Hosts CURSOR VARYING OUTPUT AS
BEGIN
  SET @Hosts = CURSOR FOR SELECT HostName FROM dbo.Host ORDER BY HostName
  OPEN @Hosts
END
GO
CREATE PROCEDURE dbo.Cursor_Use AS
BEGIN
  DECLARE @c CURSOR, @n nvarchar(128), @all nvarchar(max)
  SET @all = N''
  EXEC dbo.Cursor_Out @Hosts = @c OUTPUT
  FETCH NEXT FROM @c INTO @n
  WHILE @@FETCH_STATUS = 0
  BEGIN
    SET @all = @all + @n + N';'
    FETCH NEXT FROM @c INTO @n
  END
  CLOSE @c
  DEALLOCATE @c
  SELECT @all AS Hosts
END
GO
CREATE PROCEDURE dbo.Factorial @n int, @r bigint OUTPUT AS
BEGIN
  DECLARE @m int, @s bigint
  IF @n <= 1 BEGIN SET @r = 1 RETURN END
  SET @m = @n - 1
  EXEC dbo.Factorial @m, @s OUTPUT
  SET @r = @n * @s
END
GO
CREATE PROCEDURE dbo.Random_Hosts @n int AS
SELECT TOP (@n) HostName, ABS(CHECKSUM(NEWID())) % 100 AS Luck FROM dbo.Host ORDER BY NEWID()
GO
CREATE PROCEDURE dbo.Unpivot_Hours @HostId int AS
SELECT Hour, Kind, V FROM (SELECT Hour, Lo, Hi, Mean FROM dbo.SampleHour WHERE HostId = @HostId) s UNPIVOT (V FOR Kind IN (Lo, Hi, Mean)) u ORDER BY Hour, Kind
GO
CREATE TRIGGER dbo.Host_Rename ON dbo.Host AFTER UPDATE AS
IF UPDATE(HostName)
BEGIN
  DECLARE @n int
  SELECT @n = COUNT(*) FROM inserted i JOIN deleted d ON d.HostId = i.HostId WHERE i.HostName <> d.HostName
  IF @n > 1
  BEGIN
    RAISERROR('one at a time, not %d', 16, 1, @n)
    ROLLBACK TRANSACTION
    RETURN
  END
END
GO
CREATE TRIGGER dbo.Metric_Columns ON dbo.Metric FOR UPDATE AS
IF (COLUMNS_UPDATED() & 8) > 0 OR UPDATE(FailAt)
  INSERT dbo.Alert (HostId, MetricId, Raised, Severity, Message) SELECT h.HostId, i.MetricId, GETDATE(), 0, N'limits changed' FROM inserted i CROSS JOIN dbo.Host h
GO
