-- Work orders, inspections, staff and the stock.
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE dbo.WorkOrder_Open
	@WorkshopId int,
	@VehicleId int,
	@Complaint nvarchar(1000) = NULL,
	@AppointmentId int = NULL,
	@ResponsibleId int = NULL,
	@WorkOrderId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Number varchar(40), @CustomerId int, @Blocked bit
	SELECT @CustomerId = v.CustomerId, @Blocked = c.IsBlocked
	FROM dbo.Vehicle v JOIN dbo.Customer c ON c.CustomerId = v.CustomerId WHERE v.VehicleId = @VehicleId
	IF @CustomerId IS NULL
	BEGIN
		RAISERROR('Vehicle %d is not known.', 16, 1, @VehicleId)
		RETURN 1
	END
	IF @Blocked = 1
	BEGIN
		RAISERROR('The customer is blocked.', 16, 2)
		RETURN 2
	END
	EXEC dbo.NumberRange_Next 'workorder', @Number OUTPUT
	INSERT dbo.WorkOrder (OrderNumber, WorkshopId, VehicleId, CustomerId, AppointmentId, Complaint, ResponsibleId)
	VALUES (@Number, @WorkshopId, @VehicleId, @CustomerId, @AppointmentId, @Complaint, @ResponsibleId)
	SET @WorkOrderId = SCOPE_IDENTITY()
	IF @AppointmentId IS NOT NULL
		UPDATE dbo.Appointment SET Status = 1 WHERE AppointmentId = @AppointmentId
	RETURN 0
END
GO
CREATE PROCEDURE dbo.WorkOrder_Get @WorkOrderId int
AS
SET NOCOUNT ON
SELECT w.WorkOrderId, w.OrderNumber, w.Complaint, w.OpenedAt, w.ClosedAt, w.Total, dbo.StatusName(w.StatusId) AS StatusName, staff.FullName(w.ResponsibleId) AS Responsible
FROM dbo.WorkOrder w WHERE w.WorkOrderId = @WorkOrderId
GO
CREATE PROCEDURE dbo.WorkOrder_List
	@WorkshopId int = NULL,
	@StatusId tinyint = NULL,
	@From datetime = NULL,
	@Page int = 1,
	@PageSize int = 25
AS
BEGIN
	SET NOCOUNT ON
	SELECT w.WorkOrderId, w.OrderNumber, w.OpenedAt, w.StatusId, v.Registration, w.Total, COUNT(*) OVER () AS AllRows
	FROM dbo.WorkOrder w WITH (NOLOCK) INNER JOIN dbo.Vehicle v WITH (NOLOCK) ON v.VehicleId = w.VehicleId
	WHERE (@WorkshopId IS NULL OR w.WorkshopId = @WorkshopId) AND (@StatusId IS NULL OR w.StatusId = @StatusId) AND (@From IS NULL OR w.OpenedAt >= @From)
	ORDER BY w.OpenedAt DESC, w.WorkOrderId DESC
	OFFSET (@Page - 1) * @PageSize ROWS FETCH NEXT @PageSize ROWS ONLY
END
GO
CREATE PROCEDURE dbo.WorkOrder_AddLabour
	@WorkOrderId int,
	@ServiceCode varchar(12) = NULL,
	@EmployeeId int = NULL,
	@Minutes int = NULL,
	@Description nvarchar(200) = NULL
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @ServiceTypeId int, @Standard int, @Name nvarchar(120), @Rate money, @Fixed money
	SELECT @ServiceTypeId = ServiceTypeId, @Standard = StandardMinutes, @Name = [Name], @Fixed = FixedPrice FROM dbo.ServiceType WHERE Code = @ServiceCode
	SELECT @Rate = w.HourlyRate FROM dbo.Workshop w JOIN dbo.WorkOrder o ON o.WorkshopId = w.WorkshopId WHERE o.WorkOrderId = @WorkOrderId
	SET @Minutes = COALESCE(@Minutes, @Standard, 30)
	IF @Fixed IS NOT NULL SET @Rate = @Fixed * 60 / NULLIF(@Minutes, 0)
	INSERT dbo.WorkOrderLabour (WorkOrderId, ServiceTypeId, EmployeeId, Description, Minutes, Rate)
	VALUES (@WorkOrderId, @ServiceTypeId, @EmployeeId, ISNULL(@Description, ISNULL(@Name, N'Labour')), @Minutes, ISNULL(@Rate, 0))
	INSERT dbo.WorkOrderPart (WorkOrderId, PartId, Quantity, UnitPrice)
	SELECT @WorkOrderId, s.PartId, s.Quantity, p.SalesPrice FROM dbo.ServiceTypePart s JOIN stock.Part p ON p.PartId = s.PartId WHERE s.ServiceTypeId = @ServiceTypeId
	EXEC dbo.WorkOrder_Recalculate @WorkOrderId
END
GO
CREATE PROCEDURE dbo.WorkOrder_AddParts @WorkOrderId int, @Lines stock.PartLines READONLY, @WarehouseId int = NULL
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @CustomerId int = (SELECT CustomerId FROM dbo.WorkOrder WHERE WorkOrderId = @WorkOrderId), @Short nvarchar(400)
	SELECT @Short = STRING_AGG(p.PartNumber, ', ') WITHIN GROUP (ORDER BY p.PartNumber)
	FROM @Lines l JOIN stock.Part p ON p.PartId = l.PartId
	WHERE stock.QuantityOf(l.PartId, @WarehouseId) < l.Quantity
	IF @Short IS NOT NULL
	BEGIN
		RAISERROR('Not enough in stock: %s', 16, 1, @Short)
		RETURN 1
	END
	INSERT dbo.WorkOrderPart (WorkOrderId, PartId, Quantity, UnitPrice)
	SELECT @WorkOrderId, PartId, Quantity, COALESCE(UnitPrice, stock.SalesPrice(PartId, @CustomerId, GETDATE())) FROM @Lines
	UPDATE s SET s.Reserved = s.Reserved + l.Quantity
	FROM stock.StockLevel s INNER JOIN @Lines l ON l.PartId = s.PartId
	WHERE s.WarehouseId = @WarehouseId
	EXEC dbo.WorkOrder_Recalculate @WorkOrderId
	RETURN 0
END
GO
CREATE PROCEDURE dbo.WorkOrder_Recalculate @WorkOrderId int
AS
SET NOCOUNT ON
UPDATE dbo.WorkOrder SET Total = dbo.WorkOrderTotal(@WorkOrderId) WHERE WorkOrderId = @WorkOrderId
GO
CREATE PROCEDURE dbo.WorkOrder_SetStatus @WorkOrderId int, @StatusId tinyint, @By nvarchar(128) = NULL
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Old tinyint, @IsFinal bit
	SELECT @Old = o.StatusId, @IsFinal = s.IsFinal FROM dbo.WorkOrder o JOIN dbo.WorkOrderStatus s ON s.StatusId = o.StatusId WHERE o.WorkOrderId = @WorkOrderId
	IF @IsFinal = 1
	BEGIN
		RAISERROR('Work order %d is closed.', 16, 1, @WorkOrderId)
		RETURN 1
	END
	UPDATE dbo.WorkOrder SET StatusId = @StatusId,
		ClosedAt = CASE WHEN (SELECT IsFinal FROM dbo.WorkOrderStatus WHERE StatusId = @StatusId) = 1 THEN GETDATE() END
	WHERE WorkOrderId = @WorkOrderId
	IF @By IS NOT NULL
		UPDATE dbo.WorkOrderHistory SET ChangedBy = @By
		WHERE WorkOrderHistoryId = (SELECT MAX(WorkOrderHistoryId) FROM dbo.WorkOrderHistory WHERE WorkOrderId = @WorkOrderId)
END
GO
CREATE PROCEDURE dbo.WorkOrder_Close @WorkOrderId int, @WarehouseId int, @InvoiceId int = NULL OUTPUT
WITH EXECUTE AS OWNER
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Done tinyint = 2
	BEGIN TRY
		BEGIN TRAN
		INSERT stock.StockMovement (WarehouseId, PartId, Quantity, Kind, Reference)
		SELECT @WarehouseId, p.PartId, -SUM(p.Quantity), 'use', w.OrderNumber
		FROM dbo.WorkOrderPart p JOIN dbo.WorkOrder w ON w.WorkOrderId = p.WorkOrderId
		WHERE p.WorkOrderId = @WorkOrderId GROUP BY p.PartId, w.OrderNumber
		UPDATE l SET Quantity = l.Quantity - x.Quantity, Reserved = CASE WHEN l.Reserved > x.Quantity THEN l.Reserved - x.Quantity ELSE 0 END
		FROM stock.StockLevel AS l
		INNER JOIN (SELECT PartId, SUM(Quantity) AS Quantity FROM dbo.WorkOrderPart WHERE WorkOrderId = @WorkOrderId GROUP BY PartId) AS x ON x.PartId = l.PartId
		WHERE l.WarehouseId = @WarehouseId
		EXEC dbo.WorkOrder_SetStatus @WorkOrderId, @Done
		EXEC billing.Invoice_FromWorkOrder @WorkOrderId = @WorkOrderId, @InvoiceId = @InvoiceId OUTPUT
		COMMIT
	END TRY
	BEGIN CATCH
		IF XACT_STATE() <> 0 ROLLBACK
		DECLARE @Text nvarchar(2048) = ERROR_MESSAGE(), @Severity int = ERROR_SEVERITY()
		RAISERROR(@Text, @Severity, 1)
		RETURN 1
	END CATCH
	RETURN 0
END
GO
CREATE PROCEDURE dbo.WorkOrder_Statistics @From date = NULL, @To date = NULL
AS
BEGIN
	SET NOCOUNT ON
	SET @From = ISNULL(@From, DATEADD(month, -1, GETDATE()))
	SET @To = ISNULL(@To, GETDATE())
	;WITH Closed AS (
		SELECT WorkshopId, Total, DATEDIFF(hour, OpenedAt, ClosedAt) AS Hours FROM dbo.WorkOrder WHERE ClosedAt >= @From AND ClosedAt < DATEADD(day, 1, @To)
	)
	SELECT w.Code, COUNT(c.Total) AS Orders, ISNULL(SUM(c.Total), 0) AS Revenue, AVG(c.Hours) AS AverageHours, MAX(c.Total) AS Largest
	FROM dbo.Workshop w LEFT JOIN Closed c ON c.WorkshopId = w.WorkshopId
	GROUP BY w.Code
	HAVING COUNT(c.Total) > 0
	ORDER BY Revenue DESC
END
GO
CREATE PROCEDURE dbo.WorkOrder_Reassign @FromEmployee int, @ToEmployee int = NULL
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Moved TABLE (WorkOrderId int, OldEmployee int, NewEmployee int)
	UPDATE dbo.WorkOrder SET ResponsibleId = @ToEmployee
	OUTPUT inserted.WorkOrderId, deleted.ResponsibleId, inserted.ResponsibleId INTO @Moved
	WHERE ResponsibleId = @FromEmployee AND ClosedAt IS NULL
	SELECT m.WorkOrderId, w.OrderNumber FROM @Moved m JOIN dbo.WorkOrder w ON w.WorkOrderId = m.WorkOrderId ORDER BY w.OrderNumber
END
GO
CREATE PROCEDURE dbo.WorkOrder_CopyTo @WorkOrderId int, @VehicleId int, @NewId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Workshop int, @Complaint nvarchar(1000)
	SELECT @Workshop = WorkshopId, @Complaint = N'As ' + OrderNumber + ISNULL(N': ' + Complaint, N'') FROM dbo.WorkOrder WHERE WorkOrderId = @WorkOrderId
	EXECUTE dbo.WorkOrder_Open @WorkshopId = @Workshop, @VehicleId = @VehicleId, @Complaint = @Complaint, @WorkOrderId = @NewId OUTPUT
	SELECT * INTO #Labour FROM dbo.WorkOrderLabour WHERE WorkOrderId = @WorkOrderId
	INSERT dbo.WorkOrderLabour (WorkOrderId, ServiceTypeId, Description, Minutes, Rate) SELECT @NewId, ServiceTypeId, Description, Minutes, Rate FROM #Labour
	EXEC dbo.WorkOrder_Recalculate @NewId
END
GO
CREATE PROCEDURE dbo.Inspection_Record @VehicleId int, @EmployeeId int, @Items nvarchar(max), @Passed bit = NULL OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Id int, @Failed int
	INSERT dbo.Inspection (VehicleId, DoneOn, EmployeeId) VALUES (@VehicleId, GETDATE(), @EmployeeId)
	SET @Id = SCOPE_IDENTITY()
	INSERT dbo.InspectionItem (InspectionId, ItemNumber, Item, Result)
	SELECT @Id, ROW_NUMBER() OVER (ORDER BY (SELECT NULL)), Item, ISNULL(Result, '?')
	FROM OPENJSON(@Items) WITH (Item nvarchar(100), Result char(1))
	SELECT @Failed = COUNT(*) FROM dbo.InspectionItem WHERE InspectionId = @Id AND Result = 'F'
	SET @Passed = IIF(@Failed = 0, 1, 0)
	UPDATE dbo.Inspection SET Passed = @Passed WHERE InspectionId = @Id
	IF @Passed = 1 UPDATE dbo.Vehicle SET NextInspection = DATEADD(year, 1, CONVERT(date, GETDATE())) WHERE VehicleId = @VehicleId
END
GO
CREATE PROCEDURE dbo.Inspection_Report @InspectionId int
AS
SET NOCOUNT ON
SELECT i.ItemNumber AS '@number', i.Item AS 'name', i.Result AS 'result' FROM dbo.InspectionItem i WHERE i.InspectionId = @InspectionId ORDER BY i.ItemNumber FOR XML PATH('item'), ROOT('inspection')
GO
CREATE PROCEDURE staff.Employee_Get @EmployeeId int
AS
SELECT e.EmployeeId, e.FirstName, e.LastName, r.[Name] AS RoleName, e.HiredOn, e.LeftOn, m.LastName AS Manager
FROM staff.Employee e JOIN staff.[Role] r ON r.RoleId = e.RoleId LEFT JOIN staff.Employee m ON m.EmployeeId = e.ManagerId WHERE e.EmployeeId = @EmployeeId
GO
CREATE PROCEDURE staff.Employee_List @WorkshopId int = NULL, @RoleId tinyint = NULL, @IncludeLeavers bit = 0
AS
SET NOCOUNT ON
SELECT EmployeeId, LastName + ', ' + FirstName AS [Name], HiredOn FROM staff.Employee
WHERE (@WorkshopId IS NULL OR WorkshopId = @WorkshopId) AND (@RoleId IS NULL OR RoleId = @RoleId) AND (@IncludeLeavers = 1 OR LeftOn IS NULL)
ORDER BY LastName, FirstName
GO
CREATE PROCEDURE staff.Employee_Hire @WorkshopId int, @RoleId tinyint, @FirstName nvarchar(80), @LastName nvarchar(80), @ManagerId int = NULL, @HourlyCost smallmoney = 15, @EmployeeId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	INSERT staff.Employee (WorkshopId, RoleId, ManagerId, FirstName, LastName, [Login], HiredOn, HourlyCost)
	VALUES (@WorkshopId, @RoleId, @ManagerId, @FirstName, @LastName, LOWER(LEFT(@FirstName, 1) + @LastName), GETDATE(), @HourlyCost)
	SET @EmployeeId = SCOPE_IDENTITY()
	PRINT 'Welcome ' + @FirstName
END
GO
CREATE PROCEDURE staff.Employee_Leave @EmployeeId int, @On date = NULL, @SuccessorId int = NULL
AS
BEGIN
	SET NOCOUNT ON
	UPDATE staff.Employee SET LeftOn = ISNULL(@On, GETDATE()), [Login] = NULL WHERE EmployeeId = @EmployeeId
	UPDATE staff.Employee SET ManagerId = @SuccessorId WHERE ManagerId = @EmployeeId
	DELETE FROM dbo.UserSession WHERE EmployeeId = @EmployeeId
	EXEC dbo.WorkOrder_Reassign @EmployeeId, @SuccessorId
END
GO
CREATE PROCEDURE staff.Password_Set @EmployeeId int, @Password nvarchar(100)
AS
SET NOCOUNT ON
IF LEN(@Password) < 8
	RAISERROR('A password has eight characters or more.', 16, 1)
ELSE
	UPDATE staff.Employee SET PasswordHash = HASHBYTES('SHA2_512', @Password + CAST(@EmployeeId AS nvarchar(10))) WHERE EmployeeId = @EmployeeId
GO
CREATE PROCEDURE staff.Password_Check @Login nvarchar(128), @Password nvarchar(100), @IsGood bit OUTPUT
AS
SET NOCOUNT ON
SET @IsGood = 0
SELECT @IsGood = 1 FROM staff.Employee WHERE [Login] = @Login AND PasswordHash = HASHBYTES('SHA2_512', @Password + CAST(EmployeeId AS nvarchar(10)))
GO
CREATE PROCEDURE staff.Time_ClockIn @EmployeeId int, @WorkOrderId int = NULL
AS
BEGIN
	SET NOCOUNT ON
	IF EXISTS (SELECT * FROM staff.TimeEntry WHERE EmployeeId = @EmployeeId AND EndedAt IS NULL)
		UPDATE staff.TimeEntry SET EndedAt = GETDATE() WHERE EmployeeId = @EmployeeId AND EndedAt IS NULL
	INSERT staff.TimeEntry (EmployeeId, WorkOrderId, StartedAt) VALUES (@EmployeeId, @WorkOrderId, GETDATE())
END
GO
CREATE PROCEDURE staff.Time_ClockOut @EmployeeId int, @Remark nvarchar(200) = NULL
AS
SET NOCOUNT ON
UPDATE staff.TimeEntry SET EndedAt = GETDATE(), Remark = @Remark WHERE EmployeeId = @EmployeeId AND EndedAt IS NULL
IF @@ROWCOUNT = 0 PRINT 'Not clocked in.'
GO
CREATE PROCEDURE staff.Time_Sheet @EmployeeId int, @From date, @To date
AS
SET NOCOUNT ON
SELECT c.[Day], c.WeekdayName, ISNULL(SUM(DATEDIFF(mi, t.StartedAt, t.EndedAt)), 0) AS Minutes
FROM dbo.CalendarDays(@From, @To) c LEFT JOIN staff.TimeEntry t ON t.EmployeeId = @EmployeeId AND CAST(t.StartedAt AS date) = c.[Day]
GROUP BY c.[Day], c.WeekdayName ORDER BY c.[Day]
GO
CREATE PROCEDURE staff.Shift_Plan @EmployeeId int, @From date, @Days int = 5, @StartHour int = 8, @Hours int = 8
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @n int = 0, @d datetime
	WHILE @n < @Days
	BEGIN
		SET @d = DATEADD(hour, @StartHour, CAST(DATEADD(day, @n, @From) AS datetime))
		SET @n += 1
		IF DATEPART(weekday, @d) IN (1, 7) CONTINUE
		IF EXISTS (SELECT 1 FROM staff.Absence WHERE EmployeeId = @EmployeeId AND CAST(@d AS date) BETWEEN FirstDay AND LastDay) BREAK
		INSERT staff.Shift (EmployeeId, StartsAt, EndsAt) VALUES (@EmployeeId, @d, DATEADD(hour, @Hours, @d))
	END
END
GO
CREATE PROCEDURE staff.Absence_Request @EmployeeId int, @FirstDay date, @LastDay date, @Kind char(1) = 'H', @AbsenceId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	IF @LastDay < @FirstDay
	BEGIN
		RAISERROR('The last day is before the first.', 16, 1)
		RETURN 1
	END
	IF EXISTS (SELECT * FROM staff.Absence WHERE EmployeeId = @EmployeeId AND FirstDay <= @LastDay AND LastDay >= @FirstDay) RETURN 2
	INSERT staff.Absence (EmployeeId, Kind, FirstDay, LastDay) VALUES (@EmployeeId, @Kind, @FirstDay, @LastDay)
	SET @AbsenceId = SCOPE_IDENTITY()
	RETURN 0
END
GO
CREATE PROCEDURE staff.Absence_Approve @AbsenceId int, @ApproverId int
AS
SET NOCOUNT ON
UPDATE a SET ApprovedBy = @ApproverId
FROM staff.Absence a JOIN staff.Employee e ON e.EmployeeId = a.EmployeeId
WHERE a.AbsenceId = @AbsenceId AND (e.ManagerId = @ApproverId OR @ApproverId IN (SELECT EmployeeId FROM staff.Employee WHERE RoleId = 9))
RETURN @@ROWCOUNT
GO
CREATE PROCEDURE staff.PayRun_Create @PeriodStart date, @PayRunId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @PeriodEnd date = EOMONTH(@PeriodStart), @EmployeeId int, @Cost smallmoney, @Hours decimal(9, 2)
	INSERT staff.PayRun (PeriodStart, PeriodEnd) VALUES (@PeriodStart, @PeriodEnd)
	SET @PayRunId = SCOPE_IDENTITY()
	DECLARE people CURSOR LOCAL STATIC READ_ONLY FORWARD_ONLY FOR
		SELECT EmployeeId, ISNULL(HourlyCost, 0) FROM staff.Employee WHERE LeftOn IS NULL OR LeftOn >= @PeriodStart
	OPEN people
	WHILE 1 = 1
	BEGIN
		FETCH NEXT FROM people INTO @EmployeeId, @Cost
		IF @@FETCH_STATUS <> 0 BREAK
		SET @Hours = staff.HoursBetween(@EmployeeId, @PeriodStart, DATEADD(day, 1, @PeriodEnd))
		INSERT staff.PayLine VALUES (@PayRunId, @EmployeeId, @Hours, @Hours * @Cost)
	END
	CLOSE people
	DEALLOCATE people
	SELECT COUNT(*) AS People, SUM(Gross) AS Gross FROM staff.PayLine WHERE PayRunId = @PayRunId
END
GO
CREATE PROCEDURE staff.PayRun_Close @PayRunId int
AS
SET NOCOUNT ON
UPDATE staff.PayRun SET ClosedOn = GETDATE() WHERE PayRunId = @PayRunId AND ClosedOn IS NULL
IF @@ROWCOUNT = 0 BEGIN RAISERROR('The pay run is closed, or there is none.', 16, 1) RETURN 1 END
GO
CREATE PROCEDURE staff.Org_Chart @RootId int = NULL
AS
SET NOCOUNT ON
;WITH Chart (EmployeeId, [Name], Depth, Path) AS (
	SELECT EmployeeId, FirstName + N' ' + LastName, 0, CAST(RIGHT('00000' + CAST(EmployeeId AS varchar(5)), 5) AS varchar(900))
	FROM staff.Employee WHERE (@RootId IS NULL AND ManagerId IS NULL) OR EmployeeId = @RootId
	UNION ALL
	SELECT e.EmployeeId, e.FirstName + N' ' + e.LastName, c.Depth + 1, CAST(c.Path + '/' + RIGHT('00000' + CAST(e.EmployeeId AS varchar(5)), 5) AS varchar(900))
	FROM staff.Employee e INNER JOIN Chart c ON e.ManagerId = c.EmployeeId
)
SELECT REPLICATE('  ', Depth) + [Name] AS [Name], Depth FROM Chart ORDER BY Path OPTION (MAXRECURSION 50)
GO
CREATE PROCEDURE stock.Part_Get @PartId int = NULL, @PartNumber varchar(40) = NULL
AS
SET NOCOUNT ON
SELECT PartId, PartNumber, [Name], CostPrice, SalesPrice, Margin, Attributes FROM stock.Part WHERE PartId = @PartId OR PartNumber = @PartNumber
GO
CREATE PROCEDURE stock.Part_Search @Text nvarchar(100) = N'', @CategoryId int = NULL, @OnlyInStock bit = 0, @Top int = 100
AS
BEGIN
	SET NOCOUNT ON
	SELECT TOP (@Top) p.PartId, p.PartNumber, p.[Name], a.Free, p.SalesPrice
	FROM stock.Part p INNER JOIN stock.PartAvailability a ON a.PartId = p.PartId
	WHERE (p.PartNumber LIKE @Text + '%' OR p.[Name] LIKE '%' + @Text + '%')
		AND (@CategoryId IS NULL OR p.PartCategoryId IN (SELECT PartCategoryId FROM stock.CategoryTree(@CategoryId)))
		AND (@OnlyInStock = 0 OR a.Free > 0)
	ORDER BY p.PartNumber
END
GO
CREATE PROCEDURE stock.Part_SearchDynamic @Name nvarchar(100) = NULL, @MinPrice money = NULL, @MaxPrice money = NULL, @OrderBy nvarchar(20) = N'PartNumber'
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @sql nvarchar(max) = N'SELECT PartId, PartNumber, Name, SalesPrice FROM stock.Part WHERE 1 = 1'
	IF @Name IS NOT NULL SET @sql = @sql + N' AND Name LIKE @Name'
	IF @MinPrice IS NOT NULL SET @sql += N' AND SalesPrice >= @MinPrice'
	IF @MaxPrice IS NOT NULL SET @sql += N' AND SalesPrice <= @MaxPrice'
	SET @sql = @sql + N' ORDER BY ' + QUOTENAME(@OrderBy)
	EXEC sp_executesql @sql, N'@Name nvarchar(100), @MinPrice money, @MaxPrice money', @Name, @MinPrice, @MaxPrice
END
GO
CREATE PROCEDURE stock.Part_Save @PartNumber varchar(40), @Name nvarchar(160), @CostPrice money = 0, @SalesPrice money = NULL, @CategoryId int = NULL, @PartId int = NULL OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Markup decimal(6, 3)
	SELECT @Markup = Markup FROM stock.PartCategory WHERE PartCategoryId = @CategoryId
	IF @SalesPrice IS NULL SET @SalesPrice = @CostPrice * ISNULL(@Markup, 1.25)
	IF NOT EXISTS (SELECT 1 FROM stock.Part WHERE PartNumber = @PartNumber)
	BEGIN
		INSERT stock.Part (PartNumber, [Name], PartCategoryId, CostPrice, SalesPrice) VALUES (@PartNumber, @Name, @CategoryId, @CostPrice, @SalesPrice)
		SET @PartId = SCOPE_IDENTITY()
	END
	ELSE
		UPDATE stock.Part SET [Name] = @Name, CostPrice = @CostPrice, SalesPrice = @SalesPrice, @PartId = PartId WHERE PartNumber = @PartNumber
END
GO
CREATE PROCEDURE stock.Part_SetAttribute @PartId int, @Name nvarchar(60), @Value nvarchar(200)
AS
SET NOCOUNT ON
IF @Name = 'colour'
	UPDATE stock.Part SET Attributes = JSON_MODIFY(ISNULL(Attributes, '{}'), '$.colour', @Value) WHERE PartId = @PartId
ELSE
	RAISERROR('There is no attribute %s.', 16, 1, @Name)
GO
CREATE PROCEDURE stock.Part_RaisePrices @CategoryId int, @Percent decimal(5, 2), @OnlyIfOlder bit = 0
AS
BEGIN
	SET NOCOUNT ON
	SELECT PartCategoryId INTO #Categories FROM stock.CategoryTree(@CategoryId)
	UPDATE p SET SalesPrice = ROUND(p.SalesPrice * (1 + @Percent / 100), 2)
	FROM stock.Part p INNER JOIN #Categories c ON c.PartCategoryId = p.PartCategoryId
	WHERE p.IsDiscontinued = 0
	SELECT @@ROWCOUNT AS Changed
END
GO
CREATE PROCEDURE stock.Stock_Move @WarehouseId int, @PartId int, @Quantity decimal(12, 3), @Kind varchar(10) = 'adjust', @Reference varchar(40) = NULL
AS
BEGIN
	SET NOCOUNT ON
	UPDATE stock.StockLevel SET Quantity = Quantity + @Quantity WHERE WarehouseId = @WarehouseId AND PartId = @PartId
	IF @@ROWCOUNT = 0 INSERT stock.StockLevel (WarehouseId, PartId, Quantity) VALUES (@WarehouseId, @PartId, @Quantity)
	INSERT stock.StockMovement (WarehouseId, PartId, Quantity, Kind, Reference) VALUES (@WarehouseId, @PartId, @Quantity, @Kind, @Reference)
	IF (SELECT Quantity FROM stock.StockLevel WHERE WarehouseId = @WarehouseId AND PartId = @PartId) < 0
		RAISERROR('The stock of part %d is below zero.', 10, 1, @PartId)
END
GO
CREATE PROCEDURE stock.Stock_Transfer @PartId int, @FromId int, @ToId int, @Quantity decimal(12, 3)
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Started bit = 0
	IF @@TRANCOUNT = 0
	BEGIN
		BEGIN TRANSACTION
		SET @Started = 1
	END
	ELSE
		SAVE TRANSACTION Transfer
	DECLARE @Minus decimal(12, 3) = -@Quantity
	EXEC stock.Stock_Move @FromId, @PartId, @Minus, 'transfer'
	EXEC stock.Stock_Move @ToId, @PartId, @Quantity, 'transfer'
	IF EXISTS (SELECT 1 FROM stock.StockLevel WHERE WarehouseId = @FromId AND PartId = @PartId AND Quantity < 0)
	BEGIN
		IF @Started = 1 ROLLBACK TRANSACTION ELSE ROLLBACK TRANSACTION Transfer
		RETURN 1
	END
	IF @Started = 1 COMMIT TRANSACTION
	RETURN 0
END
GO
CREATE PROCEDURE stock.Stock_Shortages @WarehouseId int = NULL
AS
SET NOCOUNT ON
SELECT p.PartId, p.PartNumber, p.MinimumStock, ISNULL(x.Free, 0) AS Free, p.MinimumStock - ISNULL(x.Free, 0) AS Missing, s.SupplierId, s.Price
FROM stock.Part p
	OUTER APPLY (SELECT SUM(l.Quantity - l.Reserved) AS Free FROM stock.StockLevel l WHERE l.PartId = p.PartId AND (@WarehouseId IS NULL OR l.WarehouseId = @WarehouseId)) x
	OUTER APPLY (SELECT TOP (1) ps.SupplierId, ps.Price FROM stock.PartSupplier ps WHERE ps.PartId = p.PartId ORDER BY ps.IsPreferred DESC, ps.Price) s
WHERE p.IsDiscontinued = 0 AND ISNULL(x.Free, 0) < p.MinimumStock
ORDER BY Missing DESC
GO
CREATE PROCEDURE stock.Purchase_Propose @WarehouseId int
AS
BEGIN
	SET NOCOUNT ON
	CREATE TABLE #Needed (PartId int PRIMARY KEY, PartNumber varchar(40), MinimumStock decimal(12, 3), Free decimal(12, 3), Missing decimal(12, 3), SupplierId int NULL, Price money NULL)
	INSERT INTO #Needed EXEC stock.Stock_Shortages @WarehouseId
	DECLARE @SupplierId int, @OrderId int, @Number varchar(40)
	SELECT @SupplierId = MIN(SupplierId) FROM #Needed
	WHILE @SupplierId IS NOT NULL
	BEGIN
		EXEC dbo.NumberRange_Next 'purchase', @Number OUT
		INSERT stock.PurchaseOrder (OrderNumber, SupplierId, WarehouseId, ExpectedOn)
		SELECT @Number, @SupplierId, @WarehouseId, DATEADD(day, LeadDays, GETDATE()) FROM stock.Supplier WHERE SupplierId = @SupplierId
		SET @OrderId = SCOPE_IDENTITY()
		INSERT stock.PurchaseOrderLine (PurchaseOrderId, LineNumber, PartId, Quantity, UnitPrice)
		SELECT @OrderId, ROW_NUMBER() OVER (ORDER BY PartNumber), PartId, CEILING(Missing), Price FROM #Needed WHERE SupplierId = @SupplierId
		SELECT @SupplierId = MIN(SupplierId) FROM #Needed WHERE SupplierId > @SupplierId
	END
	SELECT PartId, PartNumber, Missing FROM #Needed WHERE SupplierId IS NULL
END
GO
CREATE PROCEDURE stock.Purchase_Receive @PurchaseOrderId int, @Lines stock.PartLines READONLY
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @PartId int, @Quantity decimal(12, 3), @WarehouseId int, @Number varchar(20)
	SELECT @WarehouseId = WarehouseId, @Number = OrderNumber FROM stock.PurchaseOrder WHERE PurchaseOrderId = @PurchaseOrderId
	DECLARE c CURSOR LOCAL FOR SELECT PartId, Quantity FROM @Lines
	OPEN c
	FETCH c INTO @PartId, @Quantity
	WHILE @@FETCH_STATUS = 0
	BEGIN
		UPDATE stock.PurchaseOrderLine SET Received = Received + @Quantity WHERE PurchaseOrderId = @PurchaseOrderId AND PartId = @PartId
		EXEC stock.Stock_Move @WarehouseId, @PartId, @Quantity, 'receive', @Number
		FETCH c INTO @PartId, @Quantity
	END
	CLOSE c
	DEALLOCATE c
	IF NOT EXISTS (SELECT 1 FROM stock.PurchaseOrderLine WHERE PurchaseOrderId = @PurchaseOrderId AND Received < Quantity)
		UPDATE stock.PurchaseOrder SET Status = 'R' WHERE PurchaseOrderId = @PurchaseOrderId
END
GO
CREATE PROCEDURE stock.Purchase_List @Status char(1) = NULL, @SupplierId int = NULL
AS
SET NOCOUNT ON
SELECT o.PurchaseOrderId, o.OrderNumber, s.[Name] AS Supplier, o.OrderedOn, o.ExpectedOn, SUM(l.LineTotal) AS Total, COUNT(l.PartId) AS Lines
FROM stock.PurchaseOrder o JOIN stock.Supplier s ON s.SupplierId = o.SupplierId LEFT JOIN stock.PurchaseOrderLine l ON l.PurchaseOrderId = o.PurchaseOrderId
WHERE o.Status = ISNULL(@Status, o.Status) AND (@SupplierId IS NULL OR o.SupplierId = @SupplierId)
GROUP BY o.PurchaseOrderId, o.OrderNumber, s.[Name], o.OrderedOn, o.ExpectedOn
GO
CREATE PROCEDURE stock.Stocktake_Start @WarehouseId int, @StocktakeId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	INSERT stock.Stocktake (WarehouseId) VALUES (@WarehouseId)
	SELECT @StocktakeId = SCOPE_IDENTITY()
	INSERT stock.StocktakeLine (StocktakeId, PartId, Expected) SELECT @StocktakeId, PartId, Quantity FROM stock.StockLevel WITH (HOLDLOCK) WHERE WarehouseId = @WarehouseId
	RETURN @@ROWCOUNT
END
GO
CREATE PROCEDURE stock.Stocktake_Count @StocktakeId int, @PartId int, @Counted decimal(12, 3)
AS
SET NOCOUNT ON
UPDATE stock.StocktakeLine SET Counted = @Counted WHERE StocktakeId = @StocktakeId AND PartId = @PartId
IF @@ROWCOUNT = 0 INSERT stock.StocktakeLine (StocktakeId, PartId, Expected, Counted) VALUES (@StocktakeId, @PartId, 0, @Counted)
GO
CREATE PROCEDURE stock.Stocktake_Finish @StocktakeId int
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @WarehouseId int
	SELECT @WarehouseId = WarehouseId FROM stock.Stocktake WHERE StocktakeId = @StocktakeId AND FinishedOn IS NULL
	IF @WarehouseId IS NULL THROW 51020, N'There is no such stocktake under way.', 1;
	INSERT stock.StockMovement (WarehouseId, PartId, Quantity, Kind, Reference)
	SELECT @WarehouseId, PartId, Difference, 'count', 'stocktake ' + CAST(@StocktakeId AS varchar(10))
	FROM stock.StocktakeLine WHERE StocktakeId = @StocktakeId AND Counted IS NOT NULL AND Counted <> Expected
	UPDATE l SET Quantity = t.Counted FROM stock.StockLevel l JOIN stock.StocktakeLine t ON t.PartId = l.PartId
	WHERE t.StocktakeId = @StocktakeId AND l.WarehouseId = @WarehouseId AND t.Counted IS NOT NULL
	UPDATE stock.Stocktake SET FinishedOn = GETDATE() WHERE StocktakeId = @StocktakeId
END
GO
CREATE PROCEDURE stock.Lot_Next @Count int = 1
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @First int
	SET @First = NEXT VALUE FOR stock.LotNumbers
	SELECT @First AS FirstLot, @First + @Count - 1 AS LastLot
END
GO
CREATE PROCEDURE stock.Supplier_Rate @SupplierId int
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Late float, @All float
	SELECT @All = COUNT(*), @Late = SUM(CASE WHEN Status = 'R' THEN 0.0 WHEN ExpectedOn < GETDATE() THEN 1.0 ELSE 0.0 END)
	FROM stock.PurchaseOrder WHERE SupplierId = @SupplierId
	UPDATE stock.Supplier SET Rating = CASE WHEN @All = 0 THEN NULL ELSE ROUND(5 * (1 - @Late / @All), 1) END WHERE SupplierId = @SupplierId
END
GO
CREATE PROCEDURE stock.Category_Path @CategoryId int, @Path nvarchar(1000) OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Name nvarchar(80), @Id int = @CategoryId
	SET @Path = N''
	WHILE @Id IS NOT NULL
	BEGIN
		SELECT @Name = [Name], @Id = ParentId FROM stock.PartCategory WHERE PartCategoryId = @Id
		IF @@ROWCOUNT = 0 BREAK
		SET @Path = @Name + CASE WHEN @Path = N'' THEN N'' ELSE N' / ' + @Path END
	END
END
GO
