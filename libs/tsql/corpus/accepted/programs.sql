-- page: t-sql/language-elements/control-of-flow
DECLARE @i int = 0;
  WHILE @i < 10
  BEGIN
    SET @i += 1;
    IF @i = 3 CONTINUE;
    IF @i = 8 BREAK;
    PRINT CONCAT('step ', @i);
  END
BEGIN
  DECLARE @n int;
  SELECT @n = COUNT(*) FROM hr.person;
  IF @n > 100
  BEGIN
    PRINT 'many';
  END
  ELSE IF @n > 10
    PRINT 'some'
  ELSE
  BEGIN
    PRINT 'few'
  END
  END
-- page: t-sql/language-elements/try-catch-transact-sql
BEGIN TRY
    BEGIN TRANSACTION;
    INSERT hr.person (name) VALUES (N'Ann');
    UPDATE sales.hall SET seats -= 1 WHERE hall_id = 5;
    COMMIT TRANSACTION;
  END TRY
  BEGIN CATCH
    IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    DECLARE @m nvarchar(4000) = ERROR_MESSAGE(), @s int = ERROR_SEVERITY();
    RAISERROR (@m, @s, 1);
    RETURN;
  END CATCH;
-- page: t-sql/language-elements/declare-cursor-transact-sql
DECLARE @name sysname;
  DECLARE people CURSOR LOCAL FAST_FORWARD FOR SELECT name FROM hr.person ORDER BY name;
  OPEN people;
  FETCH NEXT FROM people INTO @name;
  WHILE @@FETCH_STATUS = 0
  BEGIN
    PRINT @name;
    FETCH NEXT FROM people INTO @name;
  END
  CLOSE people;
  DEALLOCATE people;
DECLARE @c CURSOR;
  SET @c = CURSOR SCROLL KEYSET FOR SELECT id FROM t;
  OPEN @c;
  FETCH LAST FROM @c;
  CLOSE @c;
  DEALLOCATE @c
-- page: t-sql/statements/create-procedure-transact-sql
CREATE PROCEDURE sales.sell_ticket
    @hall_id int,
    @guest nvarchar(80),
    @price money = NULL,
    @ticket_id bigint OUTPUT
  WITH EXECUTE AS OWNER
  AS
  BEGIN
    SET NOCOUNT, XACT_ABORT ON;
    DECLARE @free int = (SELECT seats FROM sales.hall WITH (UPDLOCK, HOLDLOCK) WHERE hall_id = @hall_id);
    IF ISNULL(@free, 0) <= 0
    BEGIN
      RAISERROR (N'Hall %d is full.', 16, 1, @hall_id);
      RETURN 1;
    END;
    BEGIN TRY
      BEGIN TRAN;
      SET @ticket_id = NEXT VALUE FOR sales.ticket_no;
      INSERT sales.ticket (ticket_id, hall_id, guest, price, sold_at)
      VALUES (@ticket_id, @hall_id, @guest, COALESCE(@price, 10), SYSUTCDATETIME());
      UPDATE sales.hall SET seats = seats - 1 WHERE hall_id = @hall_id;
      COMMIT;
    END TRY
    BEGIN CATCH
      IF @@TRANCOUNT > 0 ROLLBACK;
      THROW;
    END CATCH
    RETURN 0;
  END
CREATE OR ALTER PROC hr.find_people @text nvarchar(50) = NULL, @page int = 1, @size int = 20, @sort sysname = N'name' AS
  SET NOCOUNT ON;
  DECLARE @sql nvarchar(max) = N'SELECT person_id, name FROM hr.person';
  IF @text IS NOT NULL SET @sql += N' WHERE name LIKE @text + N''%''';
  SET @sql += N' ORDER BY ' + QUOTENAME(@sort) + N' OFFSET (@page - 1) * @size ROWS FETCH NEXT @size ROWS ONLY';
  EXEC sys.sp_executesql @sql, N'@text nvarchar(50), @page int, @size int', @text = @text, @page = @page, @size = @size;
CREATE PROCEDURE hr.report @year int AS
  WITH base AS (
    SELECT YEAR(sold_at) AS y, MONTH(sold_at) AS m, SUM(price) AS total FROM sales.ticket GROUP BY YEAR(sold_at), MONTH(sold_at)
  ), ranked AS (
    SELECT *, RANK() OVER (PARTITION BY y ORDER BY total DESC) AS r, LAG(total) OVER (ORDER BY y, m) AS before FROM base
  )
  SELECT y, m, total, total - before AS change FROM ranked WHERE y = @year AND r <= 3 ORDER BY r OPTION (RECOMPILE);
CREATE PROC dbo.clean_up AS
  SET NOCOUNT ON
  DECLARE @rows int = 1
  WHILE @rows > 0
  BEGIN
    DELETE TOP (5000) FROM hr.log WHERE at < DATEADD(day, -90, GETDATE())
    SET @rows = @@ROWCOUNT
    CHECKPOINT
  END
-- page: t-sql/statements/create-function-transact-sql
CREATE FUNCTION sales.price_of (@hall_id int, @at datetime2)
  RETURNS money
  WITH SCHEMABINDING
  AS
  BEGIN
    DECLARE @p money;
    SELECT @p = CASE WHEN DATEPART(weekday, @at) IN (1, 7) THEN base_price * 1.2 ELSE base_price END
    FROM sales.hall_price WHERE hall_id = @hall_id AND @at BETWEEN valid_from AND valid_to;
    RETURN ISNULL(@p, 0);
  END
CREATE FUNCTION org.below (@id int) RETURNS TABLE AS RETURN
  (
    WITH tree AS (
      SELECT id, boss, 0 AS lvl FROM org.unit WHERE id = @id
      UNION ALL
      SELECT u.id, u.boss, t.lvl + 1 FROM org.unit AS u INNER JOIN tree AS t ON u.boss = t.id
    )
    SELECT id, lvl FROM tree WHERE lvl > 0
  );
CREATE FUNCTION dbo.split_words (@text nvarchar(max), @mark nchar(1)) RETURNS @words TABLE (no int IDENTITY(1, 1) PRIMARY KEY, word nvarchar(100)) AS
  BEGIN
    DECLARE @at int;
    WHILE LEN(@text) > 0
    BEGIN
      SET @at = CHARINDEX(@mark, @text);
      IF @at = 0 BEGIN INSERT @words (word) VALUES (@text); BREAK; END
      INSERT @words (word) SELECT LEFT(@text, @at - 1);
      SET @text = SUBSTRING(@text, @at + 1, LEN(@text));
    END
    RETURN;
  END
-- page: t-sql/statements/create-trigger-transact-sql
CREATE TRIGGER hr.person_changed ON hr.person AFTER INSERT, UPDATE, DELETE AS
  BEGIN
    IF @@ROWCOUNT = 0 RETURN;
    SET NOCOUNT ON;
    DECLARE @what char(1) = CASE WHEN EXISTS (SELECT 1 FROM inserted) AND EXISTS (SELECT 1 FROM deleted) THEN 'U' WHEN EXISTS (SELECT 1 FROM inserted) THEN 'I' ELSE 'D' END;
    INSERT hr.person_log (person_id, what, at, who)
    SELECT COALESCE(i.person_id, d.person_id), @what, SYSDATETIME(), SUSER_SNAME()
    FROM inserted AS i FULL OUTER JOIN deleted AS d ON d.person_id = i.person_id;
    IF UPDATE(name)
      UPDATE p SET p.sort_name = UPPER(i.name) FROM hr.person p INNER JOIN inserted i ON i.person_id = p.person_id;
  END
-- page: t-sql/statements/create-view-transact-sql
CREATE VIEW sales.hall_summary (hall, city, tickets, income, last_sale)
  WITH SCHEMABINDING
  AS
  SELECT h.name, h.city, COUNT_BIG(*), SUM(ISNULL(t.price, 0)), MAX(t.sold_at)
  FROM sales.hall AS h
  LEFT OUTER JOIN sales.ticket AS t ON t.hall_id = h.hall_id AND t.cancelled = 0
  WHERE h.closed IS NULL OR h.closed > '2031-01-01'
  GROUP BY h.name, h.city
-- page: t-sql/queries/with-common-table-expression-transact-sql
WITH days AS (
    SELECT CAST('2031-01-01' AS date) AS d
    UNION ALL
    SELECT DATEADD(day, 1, d) FROM days WHERE d < '2031-01-31'
  )
  SELECT d, ISNULL(s.total, 0)
  FROM days LEFT JOIN (SELECT CAST(sold_at AS date) AS at, SUM(price) AS total FROM sales.ticket GROUP BY CAST(sold_at AS date)) AS s ON s.at = d
  OPTION (MAXRECURSION 40)
-- page: t-sql/statements/create-table-transact-sql
SET ANSI_NULLS ON
  SET QUOTED_IDENTIFIER ON
  CREATE TABLE [dbo].[Orders](
    [OrderID] [int] IDENTITY(1,1) NOT NULL,
    [Customer] [nvarchar](40) NOT NULL,
    [Freight] [money] NULL CONSTRAINT [DF_Orders_Freight]  DEFAULT ((0)),
    [Made] [datetime2](7) NOT NULL,
   CONSTRAINT [PK_Orders] PRIMARY KEY CLUSTERED 
  (
    [OrderID] ASC
  )WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON, OPTIMIZE_FOR_SEQUENTIAL_KEY = OFF) ON [PRIMARY]
  ) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Orders]') AND type in (N'U'))
  BEGIN
  CREATE TABLE [dbo].[Orders]([OrderID] [int] NOT NULL)
  END
IF EXISTS (SELECT * FROM sys.foreign_keys WHERE object_id = OBJECT_ID(N'[dbo].[FK_1]') AND parent_object_id = OBJECT_ID(N'[dbo].[Orders]'))
  ALTER TABLE [dbo].[Orders] DROP CONSTRAINT [FK_1]
ALTER TABLE [dbo].[Orders]  WITH CHECK ADD  CONSTRAINT [FK_Orders_Customers] FOREIGN KEY([CustomerID])
  REFERENCES [dbo].[Customers] ([CustomerID])
  ON DELETE CASCADE
ALTER TABLE [dbo].[Orders] CHECK CONSTRAINT [FK_Orders_Customers]
IF OBJECT_ID('tempdb..#work') IS NOT NULL DROP TABLE #work; SELECT TOP 0 * INTO #work FROM hr.person; CREATE CLUSTERED INDEX ix ON #work (person_id);
-- page: relational-databases/system-stored-procedures/sp-addextendedproperty-transact-sql
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'One order' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'Orders', @level2type=N'COLUMN',@level2name=N'OrderID'
EXEC sys.sp_updateextendedproperty 'MS_Description', 'x', 'SCHEMA', 'dbo'
EXEC sp_dropextendedproperty N'MS_Description'
-- page: relational-databases/system-stored-procedures/sp-executesql-transact-sql
EXECUTE sp_executesql N'SELECT @n = COUNT(*) FROM hr.person WHERE city = @city', N'@city nvarchar(30), @n int OUTPUT', @city = N'Oslo', @n = @count OUTPUT
-- page: relational-databases/system-stored-procedures/sp-rename-transact-sql
EXEC sp_rename 'hr.person', 'people'
EXEC sp_rename N'hr.person.ix_name', N'ix_people_name', N'INDEX'
-- page: relational-databases/system-stored-procedures/sp-configure-transact-sql
EXEC sp_configure 'show advanced options', 1; RECONFIGURE; EXEC sp_configure 'max degree of parallelism', 4; RECONFIGURE WITH OVERRIDE
-- page: relational-databases/system-stored-procedures/sp-addlinkedserver-transact-sql
EXEC master.dbo.sp_addlinkedserver @server = N'FAR', @srvproduct=N'', @provider=N'MSOLEDBSQL', @datasrc=N'far.acme.net'
EXEC master.dbo.sp_addlinkedsrvlogin @rmtsrvname=N'FAR',@useself=N'False',@locallogin=NULL,@rmtuser=N'app',@rmtpassword='########'
EXEC master.dbo.sp_serveroption @server=N'FAR', @optname=N'rpc out', @optvalue=N'true'
-- page: relational-databases/system-stored-procedures/sp-add-job-transact-sql
EXEC msdb.dbo.sp_add_job @job_name = N'nightly', @enabled = 1, @owner_login_name = N'sa', @job_id = @id OUTPUT
EXEC msdb.dbo.sp_add_jobstep @job_id = @id, @step_name = N'clean', @subsystem = N'TSQL', @command = N'EXEC dbo.clean_up', @on_success_action = 3
-- page: relational-databases/system-stored-procedures/sys-sp-cdc-enable-table-transact-sql
EXEC sys.sp_cdc_enable_db
EXEC sys.sp_cdc_enable_table @source_schema = N'hr', @source_name = N'person', @role_name = NULL, @supports_net_changes = 1
SELECT * FROM cdc.fn_cdc_get_all_changes_hr_person(@from, sys.fn_cdc_get_max_lsn(), N'all update old')
-- page: relational-databases/system-stored-procedures/sp-bindrule-transact-sql
EXEC sp_bindrule 'hr.r_range', 'hr.person.age'; EXEC sp_unbindrule 'hr.person.age'; EXEC sp_bindefault 'd_phone', 'hr.person.phone'
-- page: relational-databases/system-stored-procedures/sp-getapplock-transact-sql
DECLARE @r int; EXEC @r = sp_getapplock @Resource = 'job', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 5000; EXEC sp_releaseapplock 'job', 'Session'
-- page: relational-databases/system-stored-procedures/sp-xml-preparedocument-transact-sql
DECLARE @h int; EXEC sp_xml_preparedocument @h OUTPUT, N'<r><i id="1"/></r>', '<r xmlns:a="urn:a"/>'; SELECT * FROM OPENXML(@h, '/r/i') WITH (id int); EXEC sp_xml_removedocument @h
-- page: relational-databases/system-stored-procedures/sp-set-session-context-transact-sql
EXEC sp_set_session_context @key = N'tenant', @value = 5, @read_only = 1; SELECT SESSION_CONTEXT(N'tenant')
-- page: relational-databases/system-stored-procedures/sp-execute-external-script-transact-sql
EXECUTE sp_execute_external_script @language = N'Python', @script = N'OutputDataSet = InputDataSet', @input_data_1 = N'SELECT 1 AS a' WITH RESULT SETS ((a int NOT NULL))
-- page: relational-databases/service-broker/activation
CREATE PROCEDURE dbo.on_message AS
  BEGIN
    SET NOCOUNT ON;
    DECLARE @h uniqueidentifier, @type sysname, @body varbinary(max);
    WHILE 1 = 1
    BEGIN
      WAITFOR (
        RECEIVE TOP (1) @h = conversation_handle, @type = message_type_name, @body = message_body FROM dbo.inbox
      ), TIMEOUT 3000;
      IF @@ROWCOUNT = 0 BREAK;
      IF @type = N'http://schemas.microsoft.com/SQL/ServiceBroker/EndDialog'
        END CONVERSATION @h;
      ELSE
      BEGIN
        SEND ON CONVERSATION @h MESSAGE TYPE [//acme/answer] (N'<ok/>');
        END CONVERSATION @h WITH CLEANUP;
      END
    END
  END
-- page: relational-databases/security/row-level-security
CREATE FUNCTION sec.can_see (@tenant int) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS ok WHERE @tenant = CAST(SESSION_CONTEXT(N'tenant') AS int) OR IS_MEMBER('db_owner') = 1
-- page: relational-databases/in-memory-oltp/creating-natively-compiled-stored-procedures
CREATE PROCEDURE mem.add_line @cart int NOT NULL, @item int NOT NULL, @qty int = 1
  WITH NATIVE_COMPILATION, SCHEMABINDING
  AS
  BEGIN ATOMIC WITH (TRANSACTION ISOLATION LEVEL = SNAPSHOT, LANGUAGE = N'us_english')
    DECLARE @known int = 0;
    SELECT @known = 1 FROM mem.line WHERE cart = @cart AND item = @item;
    IF @known = 1
      UPDATE mem.line SET qty += @qty WHERE cart = @cart AND item = @item
    ELSE
      INSERT mem.line (cart, item, qty) VALUES (@cart, @item, @qty);
  END
