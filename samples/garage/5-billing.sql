-- Invoices, payments, reports and what keeps the house in order.
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE billing.Invoice_FromWorkOrder @WorkOrderId int, @IssuedOn date = NULL, @InvoiceId int = NULL OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @CustomerId int, @Days smallint, @n int
	SET @IssuedOn = ISNULL(@IssuedOn, GETDATE())
	SELECT @CustomerId = w.CustomerId, @Days = ISNULL(g.PaymentDays, 14)
	FROM dbo.WorkOrder w JOIN dbo.Customer c ON c.CustomerId = w.CustomerId LEFT JOIN dbo.CustomerGroup g ON g.CustomerGroupId = c.CustomerGroupId
	WHERE w.WorkOrderId = @WorkOrderId
	INSERT billing.Invoice (CustomerId, WorkOrderId, IssuedOn, DueOn) VALUES (@CustomerId, @WorkOrderId, @IssuedOn, DATEADD(day, @Days, @IssuedOn))
	SET @InvoiceId = SCOPE_IDENTITY()
	INSERT billing.InvoiceLine (InvoiceId, LineNumber, [Text], Quantity, UnitPrice)
	SELECT @InvoiceId, ROW_NUMBER() OVER (ORDER BY WorkOrderLabourId), Description, Minutes / 60.0, Rate FROM dbo.WorkOrderLabour WHERE WorkOrderId = @WorkOrderId
	SET @n = @@ROWCOUNT
	INSERT billing.InvoiceLine (InvoiceId, LineNumber, [Text], Quantity, UnitPrice)
	SELECT @InvoiceId, @n + ROW_NUMBER() OVER (ORDER BY w.WorkOrderPartId), p.[Name], w.Quantity, w.UnitPrice * (1 - w.DiscountPercent / 100)
	FROM dbo.WorkOrderPart w JOIN stock.Part p ON p.PartId = w.PartId WHERE w.WorkOrderId = @WorkOrderId
	EXEC billing.Invoice_Total @InvoiceId
END
GO
CREATE PROCEDURE billing.Invoice_Total @InvoiceId int
AS
SET NOCOUNT ON
UPDATE i SET Net = t.Net, Tax = t.Tax
FROM billing.Invoice i CROSS APPLY (
	SELECT ISNULL(SUM(l.Net), 0) AS Net, ISNULL(SUM(ROUND(l.Net * billing.TaxPercent(l.TaxCode, i.IssuedOn) / 100, 2)), 0) AS Tax
	FROM billing.InvoiceLine l WHERE l.InvoiceId = i.InvoiceId) AS t
WHERE i.InvoiceId = @InvoiceId
GO
CREATE PROCEDURE billing.Invoice_Issue @InvoiceId int, @Number varchar(40) = NULL OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	IF (SELECT Status FROM billing.Invoice WHERE InvoiceId = @InvoiceId) <> 'draft'
	BEGIN
		RAISERROR('Invoice %d is no draft.', 16, 1, @InvoiceId)
		RETURN 1
	END
	EXEC dbo.NumberRange_Next 'invoice', @Number OUTPUT
	UPDATE billing.Invoice SET InvoiceNumber = @Number, Status = 'open', IssuedOn = GETDATE() WHERE InvoiceId = @InvoiceId
	UPDATE c SET c.Balance = c.Balance + i.Net + i.Tax FROM dbo.Customer c INNER JOIN billing.Invoice i ON i.CustomerId = c.CustomerId WHERE i.InvoiceId = @InvoiceId
	RETURN 0
END
GO
CREATE PROCEDURE billing.Invoice_Get @InvoiceId int
AS
SET NOCOUNT ON
SELECT i.InvoiceId, i.InvoiceNumber, i.IssuedOn, i.DueOn, i.Net, i.Tax, i.Gross, i.Paid, i.Status, c.FullName FROM billing.Invoice i JOIN dbo.Customer c ON c.CustomerId = i.CustomerId WHERE i.InvoiceId = @InvoiceId
SELECT LineNumber, [Text], Quantity, UnitPrice, Net FROM billing.InvoiceLine WHERE InvoiceId = @InvoiceId ORDER BY LineNumber
GO
CREATE PROCEDURE billing.Invoice_List @CustomerId int = NULL, @Status varchar(10) = NULL, @From date = NULL, @To date = NULL
AS
SET NOCOUNT ON
SELECT InvoiceId, InvoiceNumber, CustomerId, CONVERT(varchar(10), IssuedOn, 103) AS Issued, CONVERT(char(8), DueOn, 112) AS Due, Gross, Gross - Paid AS OpenAmount
FROM billing.Invoice
WHERE (@CustomerId IS NULL OR CustomerId = @CustomerId) AND (@Status IS NULL OR Status = @Status) AND IssuedOn BETWEEN ISNULL(@From, '19000101') AND ISNULL(@To, '99991231')
ORDER BY InvoiceId
GO
CREATE PROCEDURE billing.Invoice_Cancel @InvoiceId int, @Reason nvarchar(200) = NULL
AS
BEGIN
	SET NOCOUNT ON
	BEGIN TRY
		BEGIN TRANSACTION
		IF EXISTS (SELECT 1 FROM billing.PaymentAllocation WHERE InvoiceId = @InvoiceId) THROW 51030, 'The invoice has payments.', 1;
		UPDATE c SET Balance = c.Balance - i.Gross FROM dbo.Customer c JOIN billing.Invoice i ON i.CustomerId = c.CustomerId WHERE i.InvoiceId = @InvoiceId AND i.Status = 'open'
		UPDATE billing.Invoice SET Status = 'cancelled' WHERE InvoiceId = @InvoiceId
		IF @Reason IS NOT NULL
			INSERT dbo.CustomerNote (CustomerId, [Text], WrittenBy) SELECT CustomerId, N'Invoice cancelled: ' + @Reason, USER_NAME() FROM billing.Invoice WHERE InvoiceId = @InvoiceId
		COMMIT TRANSACTION
	END TRY
	BEGIN CATCH
		IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;
		THROW;
	END CATCH
END
GO
CREATE PROCEDURE billing.Payment_Receive @CustomerId int, @Amount money, @MethodId tinyint = 1, @Reference nvarchar(60) = NULL, @PaymentId int = NULL OUTPUT, @Left money = NULL OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @InvoiceId int, @Open money
	IF @Amount <= 0
	BEGIN
		RAISERROR('A payment is more than nothing.', 16, 1)
		RETURN -1
	END
	INSERT billing.Payment (CustomerId, PaymentMethodId, Amount, Reference) VALUES (@CustomerId, @MethodId, @Amount, @Reference)
	SET @PaymentId = SCOPE_IDENTITY()
	SET @Left = @Amount
	-- Oldest first, until the money is gone.
	DECLARE open_invoices CURSOR LOCAL FAST_FORWARD FOR
		SELECT InvoiceId, OpenAmount FROM billing.OpenInvoice WHERE CustomerId = @CustomerId ORDER BY DueOn, InvoiceId
	OPEN open_invoices
	FETCH NEXT FROM open_invoices INTO @InvoiceId, @Open
	WHILE @@FETCH_STATUS = 0 AND @Left > 0
	BEGIN
		IF @Open > @Left SET @Open = @Left
		INSERT billing.PaymentAllocation (PaymentId, InvoiceId, Amount) VALUES (@PaymentId, @InvoiceId, @Open)
		UPDATE billing.Invoice SET Paid = Paid + @Open, Status = CASE WHEN Paid + @Open >= Net + Tax THEN 'paid' ELSE Status END WHERE InvoiceId = @InvoiceId
		SET @Left = @Left - @Open
		FETCH NEXT FROM open_invoices INTO @InvoiceId, @Open
	END
	CLOSE open_invoices
	DEALLOCATE open_invoices
	UPDATE dbo.Customer SET Balance = Balance - @Amount WHERE CustomerId = @CustomerId
	RETURN 0
END
GO
CREATE PROCEDURE billing.Payment_Reverse @PaymentId int
AS
BEGIN
	SET NOCOUNT ON
	BEGIN TRAN
	UPDATE i SET Paid = i.Paid - a.Amount, Status = 'open' FROM billing.Invoice i JOIN billing.PaymentAllocation a ON a.InvoiceId = i.InvoiceId WHERE a.PaymentId = @PaymentId
	DELETE billing.PaymentAllocation WHERE PaymentId = @PaymentId
	UPDATE billing.Payment SET IsReversed = 1 WHERE PaymentId = @PaymentId AND IsReversed = 0
	IF @@ROWCOUNT <> 1
	BEGIN
		ROLLBACK TRAN
		RAISERROR('Payment %i cannot be reversed.', 16, 1, @PaymentId)
		RETURN 1
	END
	UPDATE c SET Balance = Balance + p.Amount FROM dbo.Customer c JOIN billing.Payment p ON p.CustomerId = c.CustomerId WHERE p.PaymentId = @PaymentId
	COMMIT TRAN
END
GO
CREATE PROCEDURE billing.Statement_Get @CustomerId int, @From date, @To date = NULL
AS
BEGIN
	SET NOCOUNT ON
	SET @To = ISNULL(@To, GETDATE())
	SELECT LineDate, Kind, Reference, Debit, Credit, Balance FROM billing.StatementOf(@CustomerId, @From, @To) ORDER BY LineDate, Kind
END
GO
CREATE PROCEDURE billing.Reminder_Run @On date = NULL, @Fee smallmoney = 5, @Sent int = 0 OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Day date = ISNULL(@On, GETDATE())
	INSERT billing.Reminder (InvoiceId, [Level], Fee)
	SELECT o.InvoiceId, ISNULL(MAX(r.[Level]), 0) + 1, CASE WHEN MAX(r.[Level]) IS NULL THEN 0 ELSE @Fee END
	FROM billing.OpenInvoice o LEFT JOIN billing.Reminder r ON r.InvoiceId = o.InvoiceId
	WHERE o.DueOn < @Day
	GROUP BY o.InvoiceId
	HAVING ISNULL(MAX(r.[Level]), 0) < 3 AND (MAX(r.SentOn) IS NULL OR DATEDIFF(day, MAX(r.SentOn), @Day) >= 14)
	SET @Sent = @@ROWCOUNT
	IF @Sent = 0 PRINT 'No reminder is due.'
END
GO
CREATE PROCEDURE billing.PriceList_Copy @FromId int, @Name nvarchar(60), @Factor float = 1.0, @NewId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	INSERT billing.PriceList ([Name], ValidFrom) SELECT @Name, DATEADD(day, 1, ISNULL(ValidTo, GETDATE())) FROM billing.PriceList WHERE PriceListId = @FromId
	SET @NewId = SCOPE_IDENTITY()
	INSERT billing.PriceListItem SELECT @NewId, PartId, CONVERT(money, ROUND(Price * @Factor, 2)) FROM billing.PriceListItem WHERE PriceListId = @FromId
	RETURN @@ROWCOUNT
END
GO
CREATE PROCEDURE billing.Tax_Set @TaxCode varchar(6), @Percentage decimal(6, 3), @ValidFrom date = NULL
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @From date = COALESCE(@ValidFrom, GETDATE())
	BEGIN TRY
		INSERT billing.TaxRate VALUES (@TaxCode, @From, @Percentage)
	END TRY
	BEGIN CATCH
		IF ERROR_NUMBER() IN (2601, 2627)
			UPDATE billing.TaxRate SET Percentage = @Percentage WHERE TaxCode = @TaxCode AND ValidFrom = @From
		ELSE
			THROW
	END CATCH
END
GO
CREATE PROCEDURE billing.Turnover @Year int = NULL, @Currency char(3) = 'GBP'
AS
BEGIN
	SET NOCOUNT ON
	IF @Year IS NULL SET @Year = DATEPART(yyyy, GETDATE())
	SELECT DATENAME(month, IssuedOn) AS [Month], SUM(Net * dbo.Rate(CurrencyCode, @Currency, IssuedOn)) AS Net, COUNT(DISTINCT CustomerId) AS Customers
	FROM billing.Invoice WHERE YEAR(IssuedOn) = @Year AND Status <> 'draft'
	GROUP BY DATENAME(month, IssuedOn), MONTH(IssuedOn)
	ORDER BY MONTH(IssuedOn)
END
GO
CREATE PROCEDURE report.Daily_Build @Day date = NULL
AS
BEGIN
	SET NOCOUNT ON
	SET @Day = ISNULL(@Day, DATEADD(day, -1, GETDATE()))
	;WITH Figures AS (
		SELECT w.WorkshopId, COUNT(*) AS Orders, SUM(w.Total) AS Revenue,
			(SELECT ISNULL(SUM(l.Minutes), 0) FROM dbo.WorkOrderLabour l JOIN dbo.WorkOrder o ON o.WorkOrderId = l.WorkOrderId WHERE o.WorkshopId = w.WorkshopId AND CONVERT(date, o.ClosedAt) = @Day) AS Minutes
		FROM dbo.WorkOrder w WHERE CONVERT(date, w.ClosedAt) = @Day GROUP BY w.WorkshopId
	)
	MERGE INTO report.DailyFigure WITH (HOLDLOCK) AS t
	USING Figures AS f ON t.[Day] = @Day AND t.WorkshopId = f.WorkshopId
	WHEN MATCHED THEN UPDATE SET Orders = f.Orders, Revenue = f.Revenue, LabourMinutes = f.Minutes
	WHEN NOT MATCHED THEN INSERT ([Day], WorkshopId, Orders, Revenue, LabourMinutes) VALUES (@Day, f.WorkshopId, f.Orders, f.Revenue, f.Minutes);
END
GO
CREATE PROCEDURE report.Daily_BuildRange @From date, @To date
AS
BEGIN
	SET NOCOUNT ON
	WHILE @From <= @To
	BEGIN
		EXEC report.Daily_Build @From
		SET @From = DATEADD(day, 1, @From)
	END
END
GO
CREATE PROCEDURE report.Top_Customers @Count int = 10, @Since date = NULL, @WithTies bit = 0
AS
BEGIN
	SET NOCOUNT ON
	IF @WithTies = 1
		SELECT TOP (@Count) WITH TIES CustomerId, SUM(Net) AS Net FROM billing.Invoice WHERE IssuedOn >= ISNULL(@Since, '20000101') GROUP BY CustomerId ORDER BY SUM(Net) DESC
	ELSE
		SELECT TOP (@Count) CustomerId, SUM(Net) AS Net FROM billing.Invoice WHERE IssuedOn >= ISNULL(@Since, '20000101') GROUP BY CustomerId ORDER BY SUM(Net) DESC, CustomerId
END
GO
CREATE PROCEDURE report.Saved_Run @SavedReportId int
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Statement nvarchar(max)
	SELECT @Statement = [Statement] FROM report.SavedReport WHERE SavedReportId = @SavedReportId
	UPDATE report.SavedReport SET LastRun = GETDATE() WHERE SavedReportId = @SavedReportId
	EXEC (@Statement)
END
GO
CREATE PROCEDURE report.Part_Usage @From date, @To date, @MinQuantity decimal(12, 3) = 0
AS
SET NOCOUNT ON
SELECT p.PartNumber, p.[Name], -SUM(m.Quantity) AS Used, DATEDIFF(week, @From, @To) AS Weeks
FROM stock.StockMovement m INNER JOIN stock.Part p ON p.PartId = m.PartId
WHERE m.Kind = 'use' AND m.MovedAt >= @From AND m.MovedAt < DATEADD(day, 1, @To)
GROUP BY p.PartNumber, p.[Name] HAVING -SUM(m.Quantity) >= @MinQuantity
ORDER BY Used DESC
GO
CREATE PROCEDURE report.Utilisation @WorkshopId int, @From date, @To date
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @t TABLE (EmployeeId int PRIMARY KEY, Present int NOT NULL DEFAULT 0, Billed int NOT NULL DEFAULT 0)
	INSERT @t (EmployeeId, Present)
	SELECT s.EmployeeId, SUM(s.Minutes) FROM staff.Shift s JOIN staff.Employee e ON e.EmployeeId = s.EmployeeId
	WHERE e.WorkshopId = @WorkshopId AND s.StartsAt >= @From AND s.StartsAt < DATEADD(dd, 1, @To) GROUP BY s.EmployeeId
	UPDATE t SET Billed = x.Minutes
	FROM @t t JOIN (SELECT EmployeeId, SUM(Minutes) AS Minutes FROM dbo.WorkOrderLabour WHERE EmployeeId IS NOT NULL GROUP BY EmployeeId) x ON x.EmployeeId = t.EmployeeId
	SELECT staff.FullName(EmployeeId) AS [Name], dbo.MinutesAsText(Present) AS Present, dbo.MinutesAsText(Billed) AS Billed,
		CAST(100.0 * Billed / NULLIF(Present, 0) AS decimal(6, 1)) AS [Percent]
	FROM @t ORDER BY [Percent] DESC
END
GO
CREATE PROCEDURE dbo.Admin_TableSizes @Like sysname = '%'
AS
SET NOCOUNT ON
SELECT s.name AS SchemaName, t.name AS TableName, SUM(p.rows) AS [Rows]
FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id JOIN sys.partitions p ON p.object_id = t.object_id AND p.index_id IN (0, 1)
WHERE t.name LIKE @Like GROUP BY s.name, t.name ORDER BY 3 DESC
GO
CREATE PROCEDURE dbo.Admin_ColumnExists @Table sysname, @Column sysname, @Exists bit OUTPUT
AS
SET NOCOUNT ON
IF EXISTS (SELECT * FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = @Table AND COLUMN_NAME = @Column) SET @Exists = 1 ELSE SET @Exists = 0
GO
CREATE PROCEDURE dbo.Admin_Lock @Name nvarchar(255), @TimeoutMs int = 0
AS
BEGIN
	DECLARE @rc int
	EXEC @rc = sp_getapplock @Resource = @Name, @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = @TimeoutMs
	IF @rc < 0 RETURN 1
	RETURN 0
END
GO
CREATE PROCEDURE dbo.Admin_Wait @Seconds int = 1
AS
BEGIN
	DECLARE @Delay char(8) = '00:00:' + RIGHT('0' + CAST(@Seconds AS varchar(2)), 2)
	WAITFOR DELAY @Delay
END
GO
CREATE PROCEDURE dbo.Admin_FirstRows @Rows int = 5
AS
BEGIN
	SET NOCOUNT ON
	SET ROWCOUNT @Rows
	SELECT CustomerId, FullName FROM dbo.Customer ORDER BY CustomerId
	SET ROWCOUNT 0
END
GO
IF OBJECT_ID(N'dbo.Admin_Version', N'P') IS NULL
	EXEC sp_executesql @statement = N'CREATE PROCEDURE dbo.Admin_Version AS SELECT 1 AS stub'
GO
ALTER PROCEDURE [dbo].[Admin_Version]
AS
SELECT [Value] AS SchemaVersion, DB_NAME() AS DatabaseName, @@SPID AS Session FROM dbo.Setting WHERE [Name] = N'schema.version' AND WorkshopId IS NULL
GO
