-- Scalar functions, table functions and views of the workshops.
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
/* A setting of a workshop, or the one of all workshops. */
CREATE FUNCTION [dbo].[GetSetting] (@Name nvarchar(100), @WorkshopId int = NULL)
RETURNS nvarchar(max)
AS
BEGIN
	DECLARE @Value nvarchar(max)
	SELECT TOP 1 @Value = [Value] FROM dbo.Setting
	WHERE [Name] = @Name AND (WorkshopId = @WorkshopId OR WorkshopId IS NULL)
	ORDER BY CASE WHEN WorkshopId IS NULL THEN 1 ELSE 0 END
	RETURN @Value
END
GO
CREATE FUNCTION dbo.SettingAsInt (@Name nvarchar(100), @Default int = 0)
RETURNS int
AS
BEGIN
	DECLARE @Text nvarchar(max)
	SET @Text = dbo.GetSetting(@Name, DEFAULT)
	IF @Text IS NULL OR ISNUMERIC(@Text) = 0
		RETURN @Default
	RETURN CONVERT(int, @Text)
END
GO
CREATE FUNCTION dbo.FormatNumber (@Prefix varchar(10), @Number int, @Digits tinyint = 6)
RETURNS varchar(40)
AS
BEGIN
	RETURN @Prefix + RIGHT(REPLICATE('0', @Digits) + CAST(@Number AS varchar(12)), @Digits)
END
GO
CREATE FUNCTION dbo.StartOfDay (@At datetime)
RETURNS datetime
WITH SCHEMABINDING
AS
BEGIN
	RETURN DATEADD(day, DATEDIFF(day, 0, @At), 0)
END
GO
CREATE FUNCTION dbo.StartOfMonth (@At datetime)
RETURNS datetime
AS
BEGIN
	RETURN DATEADD(month, DATEDIFF(month, 0, @At), 0)
END
GO
CREATE FUNCTION dbo.AgeInYears (@Born date, @On date)
RETURNS int
AS
BEGIN
	IF @Born IS NULL RETURN NULL
	RETURN DATEDIFF(year, @Born, @On)
		- CASE WHEN DATEADD(year, DATEDIFF(year, @Born, @On), @Born) > @On THEN 1 ELSE 0 END
END
GO
CREATE FUNCTION dbo.ProperCase (@Text nvarchar(200))
RETURNS nvarchar(200)
AS
BEGIN
	DECLARE @i int = 1, @Result nvarchar(200) = N'', @c nchar(1), @Before nchar(1) = N' '
	WHILE @i <= LEN(@Text)
	BEGIN
		SET @c = SUBSTRING(@Text, @i, 1)
		SET @Result += CASE WHEN @Before IN (N' ', N'-', N'''') THEN UPPER(@c) ELSE LOWER(@c) END
		SET @Before = @c
		SET @i = @i + 1
	END
	RETURN @Result
END
GO
CREATE FUNCTION dbo.OnlyDigits (@Text varchar(100))
RETURNS varchar(100)
AS
BEGIN
	WHILE PATINDEX('%[^0-9]%', @Text) > 0
		SET @Text = STUFF(@Text, PATINDEX('%[^0-9]%', @Text), 1, '')
	RETURN @Text
END
GO
CREATE FUNCTION dbo.NormalRegistration (@Registration varchar(30))
RETURNS varchar(15)
AS
BEGIN
	RETURN UPPER(REPLACE(REPLACE(LTRIM(RTRIM(@Registration)), ' ', ''), '-', ''))
END
GO
CREATE FUNCTION dbo.EmailDomain (@Email varchar(254))
RETURNS varchar(254)
AS
BEGIN
	DECLARE @at int
	SELECT @at = CHARINDEX('@', @Email)
	RETURN CASE WHEN @at > 0 THEN SUBSTRING(@Email, @at + 1, LEN(@Email)) END
END
GO
CREATE FUNCTION dbo.MinutesAsText (@Minutes int)
RETURNS varchar(20)
AS
BEGIN
	IF @Minutes IS NULL RETURN ''
	RETURN CAST(@Minutes / 60 AS varchar(10)) + ':' + RIGHT('0' + CAST(@Minutes % 60 AS varchar(2)), 2)
END
GO
CREATE FUNCTION dbo.IsWorkingDay (@Day date, @WorkshopId int)
RETURNS bit
AS
BEGIN
	IF DATEPART(weekday, @Day) IN (1, 7) RETURN 0
	IF EXISTS (SELECT 1 FROM dbo.Holiday WHERE WorkshopId = @WorkshopId AND [Day] = @Day) RETURN 0
	RETURN 1
END
GO
CREATE FUNCTION dbo.AddWorkingDays (@From date, @Days int, @WorkshopId int)
RETURNS date
AS
BEGIN
	DECLARE @d date = @From
	WHILE @Days > 0
	BEGIN
		SET @d = DATEADD(dd, 1, @d)
		IF dbo.IsWorkingDay(@d, @WorkshopId) = 1 SET @Days -= 1
	END
	RETURN @d
END
GO
CREATE FUNCTION dbo.Rate (@From char(3), @To char(3), @On date)
RETURNS decimal(18, 8)
AS
BEGIN
	DECLARE @Rate decimal(18, 8)
	IF @From = @To RETURN 1
	SELECT TOP (1) @Rate = r.Rate
	FROM dbo.ExchangeRate AS r
	WHERE r.FromCurrency = @From AND r.ToCurrency = @To AND r.ValidFrom <= @On
	ORDER BY r.ValidFrom DESC
	RETURN @Rate
END
GO
CREATE FUNCTION billing.TaxPercent (@TaxCode varchar(6), @On date)
RETURNS decimal(6, 3)
AS
BEGIN
	RETURN ISNULL((SELECT TOP 1 Percentage FROM billing.TaxRate WHERE TaxCode = @TaxCode AND ValidFrom <= @On ORDER BY ValidFrom DESC), 0)
END
GO
CREATE FUNCTION billing.RoundToFive (@Amount money)
RETURNS money
AS
BEGIN
	RETURN ROUND(@Amount * 20, 0) / 20
END
GO
CREATE FUNCTION billing.OpenAmount (@InvoiceId int)
RETURNS decimal(19, 4)
AS
BEGIN
	DECLARE @Open decimal(19, 4)
	SELECT @Open = Net + Tax - ISNULL(Paid, 0) FROM billing.Invoice WHERE InvoiceId = @InvoiceId
	RETURN ISNULL(@Open, 0)
END
GO
CREATE FUNCTION billing.DaysOverdue (@DueOn date, @On date = NULL)
RETURNS int
AS
BEGIN
	DECLARE @Days int
	SET @Days = DATEDIFF(dd, @DueOn, COALESCE(@On, CONVERT(date, GETDATE())))
	RETURN IIF(@Days < 0, 0, @Days)
END
GO
CREATE FUNCTION stock.QuantityOf (@PartId int, @WarehouseId int = NULL)
RETURNS decimal(12, 3)
AS
BEGIN
	RETURN (SELECT ISNULL(SUM(Quantity - Reserved), 0) FROM stock.StockLevel WHERE PartId = @PartId AND (@WarehouseId IS NULL OR WarehouseId = @WarehouseId))
END
GO
CREATE FUNCTION stock.SalesPrice (@PartId int, @CustomerId int = NULL, @On date)
RETURNS money
AS
BEGIN
	DECLARE @Price money, @Discount decimal(5, 2)
	SELECT @Price = i.Price
	FROM billing.PriceListItem i INNER JOIN billing.PriceList l ON l.PriceListId = i.PriceListId
	WHERE i.PartId = @PartId AND l.ValidFrom <= @On AND (l.ValidTo IS NULL OR l.ValidTo >= @On)
	IF @Price IS NULL
		SELECT @Price = SalesPrice FROM stock.Part WHERE PartId = @PartId
	SELECT @Discount = g.DiscountPercent
	FROM dbo.Customer c JOIN dbo.CustomerGroup g ON g.CustomerGroupId = c.CustomerGroupId
	WHERE c.CustomerId = @CustomerId
	RETURN @Price * (100 - ISNULL(@Discount, 0)) / 100
END
GO
CREATE FUNCTION stock.AttributeOf (@PartId int, @Name nvarchar(60))
RETURNS nvarchar(400)
AS
BEGIN
	DECLARE @Value nvarchar(400)
	SELECT @Value = JSON_VALUE(Attributes, '$.colour') FROM stock.Part WHERE PartId = @PartId AND @Name = N'colour'
	IF @Name = N'size' SELECT @Value = JSON_VALUE(Attributes, '$.size.width') FROM stock.Part WHERE PartId = @PartId
	RETURN @Value
END
GO
CREATE FUNCTION staff.FullName (@EmployeeId int)
RETURNS nvarchar(170)
AS
BEGIN
	RETURN (SELECT FirstName + N' ' + LastName FROM staff.Employee WHERE EmployeeId = @EmployeeId)
END
GO
CREATE FUNCTION staff.HoursBetween (@EmployeeId int, @From datetime, @To datetime)
RETURNS decimal(9, 2)
AS
BEGIN
	DECLARE @Minutes int
	SELECT @Minutes = SUM(DATEDIFF(mi, StartedAt, ISNULL(EndedAt, @To)))
	FROM staff.TimeEntry WITH (NOLOCK)
	WHERE EmployeeId = @EmployeeId AND StartedAt >= @From AND StartedAt < @To
	RETURN CAST(ISNULL(@Minutes, 0) AS decimal(9, 2)) / 60
END
GO
CREATE FUNCTION dbo.StatusName (@StatusId tinyint)
RETURNS varchar(30)
AS
BEGIN
	DECLARE @Name varchar(30)
	SET @Name = (SELECT [Name] FROM dbo.WorkOrderStatus WHERE StatusId = @StatusId)
	IF @Name IS NULL
		SET @Name = CASE @StatusId WHEN 0 THEN 'new' WHEN 1 THEN 'at work' WHEN 2 THEN 'done' ELSE 'unknown' END
	RETURN @Name
END
GO
CREATE FUNCTION dbo.WorkOrderTotal (@WorkOrderId int)
RETURNS money
AS
BEGIN
	DECLARE @Labour money, @Parts money
	SELECT @Labour = SUM(Amount) FROM dbo.WorkOrderLabour WHERE WorkOrderId = @WorkOrderId
	SELECT @Parts = SUM(Quantity * UnitPrice * (1 - DiscountPercent / 100.0)) FROM dbo.WorkOrderPart WHERE WorkOrderId = @WorkOrderId
	RETURN ISNULL(@Labour, 0) + ISNULL(@Parts, 0)
END
GO
CREATE FUNCTION dbo.LabelsOf (@CustomerId int)
RETURNS nvarchar(max)
AS
BEGIN
	DECLARE @Text nvarchar(max)
	SELECT @Text = STUFF((SELECT ', ' + Registration FROM dbo.Vehicle WHERE CustomerId = @CustomerId ORDER BY Registration FOR XML PATH('')), 1, 2, '')
	RETURN @Text
END
GO
-- Inline functions.
CREATE FUNCTION dbo.SplitText (@Text nvarchar(max), @Separator nchar(1) = N',')
RETURNS @Parts TABLE (Position int IDENTITY(1,1) PRIMARY KEY, Part nvarchar(400))
AS
BEGIN
	DECLARE @Start int = 1, @End int
	SET @End = CHARINDEX(@Separator, @Text)
	WHILE @End > 0
	BEGIN
		INSERT INTO @Parts (Part) VALUES (SUBSTRING(@Text, @Start, @End - @Start))
		SET @Start = @End + 1
		SET @End = CHARINDEX(@Separator, @Text, @Start)
	END
	INSERT @Parts (Part) SELECT SUBSTRING(@Text, @Start, LEN(@Text))
	RETURN
END
GO
CREATE FUNCTION dbo.OpenOrdersOf (@CustomerId int)
RETURNS TABLE
AS
RETURN
(
	SELECT w.WorkOrderId, w.OrderNumber, w.OpenedAt, s.[Name] AS StatusName, w.Total
	FROM dbo.WorkOrder w JOIN dbo.WorkOrderStatus s ON s.StatusId = w.StatusId
	WHERE w.CustomerId = @CustomerId AND s.IsFinal = 0
)
GO
CREATE FUNCTION dbo.VehiclesDue (@Until date, @WorkshopId int = NULL)
RETURNS TABLE
AS RETURN
	SELECT v.VehicleId, v.Registration, v.NextInspection, c.CustomerId, c.FullName, c.Phone
	FROM dbo.Vehicle v INNER JOIN dbo.Customer c ON c.CustomerId = v.CustomerId
	WHERE v.IsScrapped = 0 AND v.NextInspection IS NOT NULL AND v.NextInspection <= @Until
GO
CREATE FUNCTION stock.CategoryTree (@RootId int)
RETURNS TABLE
AS
RETURN
WITH Tree AS (
	SELECT PartCategoryId, ParentId, [Name], 0 AS Depth, CAST([Name] AS nvarchar(1000)) AS Path
	FROM stock.PartCategory WHERE PartCategoryId = @RootId
	UNION ALL
	SELECT c.PartCategoryId, c.ParentId, c.[Name], t.Depth + 1, CAST(t.Path + N' / ' + c.[Name] AS nvarchar(1000))
	FROM stock.PartCategory c JOIN Tree t ON c.ParentId = t.PartCategoryId
)
SELECT PartCategoryId, ParentId, [Name], Depth, Path FROM Tree
GO
CREATE FUNCTION dbo.CalendarDays (@From date, @To date)
RETURNS @Days TABLE ([Day] date NOT NULL PRIMARY KEY, WeekdayName nvarchar(20) NULL, IsWeekend bit NOT NULL)
AS
BEGIN
	DECLARE @d date = @From
	WHILE @d <= @To
	BEGIN
		INSERT @Days VALUES (@d, DATENAME(weekday, @d), CASE WHEN DATEPART(dw, @d) IN (1, 7) THEN 1 ELSE 0 END)
		SELECT @d = DATEADD(day, 1, @d)
	END
	RETURN
END
GO
CREATE FUNCTION billing.StatementOf (@CustomerId int, @From date, @To date)
RETURNS @Lines TABLE (LineDate date, Kind varchar(10), Reference nvarchar(60), Debit money NULL, Credit money NULL, Balance money NULL)
AS
BEGIN
	DECLARE @Balance money = 0
	INSERT INTO @Lines (LineDate, Kind, Reference, Debit)
	SELECT IssuedOn, 'invoice', InvoiceNumber, Net + Tax FROM billing.Invoice
	WHERE CustomerId = @CustomerId AND IssuedOn BETWEEN @From AND @To AND Status <> 'draft'
	INSERT INTO @Lines (LineDate, Kind, Reference, Credit)
	SELECT CONVERT(date, ReceivedOn), 'payment', Reference, Amount FROM billing.Payment
	WHERE CustomerId = @CustomerId AND ReceivedOn >= @From AND ReceivedOn < DATEADD(day, 1, @To) AND IsReversed = 0
	UPDATE @Lines SET @Balance = Balance = @Balance + ISNULL(Debit, 0) - ISNULL(Credit, 0)
	RETURN
END
GO
CREATE FUNCTION staff.TeamOf (@ManagerId int)
RETURNS @Team TABLE (EmployeeId int PRIMARY KEY, Depth int)
AS
BEGIN
	DECLARE @Depth int = 0
	INSERT @Team SELECT EmployeeId, 0 FROM staff.Employee WHERE ManagerId = @ManagerId
	WHILE @@ROWCOUNT > 0
	BEGIN
		SET @Depth = @Depth + 1
		INSERT @Team
		SELECT e.EmployeeId, @Depth FROM staff.Employee e JOIN @Team t ON e.ManagerId = t.EmployeeId
		WHERE t.Depth = @Depth - 1 AND NOT EXISTS (SELECT * FROM @Team x WHERE x.EmployeeId = e.EmployeeId)
	END
	RETURN
END
GO
-- Views.
CREATE VIEW [dbo].[CustomerOverview]
AS
SELECT c.CustomerId, c.CustomerNumber, c.FullName, ISNULL(c.CompanyName, c.FullName) AS DisplayName, g.[Name] AS GroupName,
	a.OneLine AS Address, (SELECT COUNT(*) FROM dbo.Vehicle v WHERE v.CustomerId = c.CustomerId AND v.IsScrapped = 0) AS Vehicles,
	CASE WHEN c.IsBlocked = 1 THEN 'blocked' WHEN c.Balance > c.CreditLimit THEN 'over limit' ELSE 'good' END AS Standing
FROM dbo.Customer AS c
LEFT OUTER JOIN dbo.CustomerGroup AS g ON g.CustomerGroupId = c.CustomerGroupId
LEFT JOIN dbo.[Address] a ON a.AddressId = c.AddressId
GO
CREATE VIEW dbo.VehicleOverview AS
SELECT v.VehicleId, v.Registration, m.[Name] + ' ' + d.[Name] AS Description, v.Mileage, v.NextInspection,
	DATEDIFF(month, v.FirstRegistered, GETDATE()) AS AgeInMonths, c.FullName AS Owner
FROM dbo.Vehicle v
	JOIN dbo.Customer c ON c.CustomerId = v.CustomerId
	LEFT JOIN dbo.Model d ON d.ModelId = v.ModelId
	LEFT JOIN dbo.Make m ON m.MakeId = d.MakeId
GO
CREATE VIEW dbo.OpenWorkOrder AS
SELECT TOP 100 PERCENT w.WorkOrderId, w.OrderNumber, w.WorkshopId, w.OpenedAt, s.[Name] AS StatusName, v.Registration, w.Total
FROM dbo.WorkOrder w INNER JOIN dbo.WorkOrderStatus s ON s.StatusId = w.StatusId INNER JOIN dbo.Vehicle v ON v.VehicleId = w.VehicleId
WHERE s.IsFinal = 0
ORDER BY w.OpenedAt
GO
CREATE VIEW stock.PartAvailability AS
SELECT p.PartId, p.PartNumber, p.[Name], SUM(l.Quantity) AS OnHand, SUM(l.Reserved) AS Reserved, SUM(l.Quantity - l.Reserved) AS Free,
	CASE WHEN ISNULL(SUM(l.Quantity - l.Reserved), 0) < p.MinimumStock THEN CAST(1 AS bit) ELSE CAST(0 AS bit) END AS IsShort
FROM stock.Part p LEFT JOIN stock.StockLevel l ON l.PartId = p.PartId
WHERE p.IsDiscontinued = 0
GROUP BY p.PartId, p.PartNumber, p.[Name], p.MinimumStock
GO
CREATE VIEW billing.OpenInvoice AS
SELECT i.InvoiceId, i.InvoiceNumber, i.CustomerId, i.DueOn, i.Gross - i.Paid AS OpenAmount,
	CASE WHEN i.DueOn < CONVERT(date, GETDATE()) THEN 1 ELSE 0 END AS IsOverdue
FROM billing.Invoice i WHERE i.Status = 'open' AND i.Gross > i.Paid
GO
CREATE VIEW billing.Ageing AS
SELECT CustomerId,
	SUM(CASE WHEN Days <= 0 THEN OpenAmount ELSE 0 END) AS NotDue,
	SUM(CASE WHEN Days BETWEEN 1 AND 30 THEN OpenAmount ELSE 0 END) AS Days30,
	SUM(CASE WHEN Days BETWEEN 31 AND 60 THEN OpenAmount ELSE 0 END) AS Days60,
	SUM(CASE WHEN Days > 60 THEN OpenAmount ELSE 0 END) AS Older
FROM (SELECT CustomerId, OpenAmount, DATEDIFF(day, DueOn, GETDATE()) AS Days FROM billing.OpenInvoice) AS x
GROUP BY CustomerId
GO
CREATE VIEW report.RevenueByMonth AS
SELECT WorkshopId, YEAR([Day]) AS [Year], MONTH([Day]) AS [Month], SUM(Revenue) AS Revenue, AVG(Orders) AS OrdersADay
FROM report.DailyFigure GROUP BY WorkshopId, YEAR([Day]), MONTH([Day])
GO
CREATE VIEW report.RevenueByQuarter AS
SELECT WorkshopId, [Year], [1] AS Q1, [2] AS Q2, [3] AS Q3, [4] AS Q4
FROM (SELECT WorkshopId, YEAR([Day]) AS [Year], DATEPART(quarter, [Day]) AS Q, Revenue FROM report.DailyFigure) AS d
PIVOT (SUM(Revenue) FOR Q IN ([1], [2], [3], [4])) AS p
GO
CREATE VIEW staff.Workload AS
SELECT e.EmployeeId, e.FirstName + ' ' + e.LastName AS [Name], r.[Name] AS RoleName, w.OrderNumber,
	ROW_NUMBER() OVER (PARTITION BY e.EmployeeId ORDER BY w.OpenedAt) AS Place,
	COUNT(*) OVER (PARTITION BY e.EmployeeId) AS Orders
FROM staff.Employee e JOIN staff.[Role] r ON r.RoleId = e.RoleId JOIN dbo.WorkOrder w ON w.ResponsibleId = e.EmployeeId
WHERE w.ClosedAt IS NULL AND e.LeftOn IS NULL
GO
CREATE VIEW dbo.LastReading AS
SELECT v.VehicleId, r.ReadOn, r.Mileage
FROM dbo.Vehicle v OUTER APPLY (SELECT TOP 1 m.ReadOn, m.Mileage FROM dbo.MileageReading m WHERE m.VehicleId = v.VehicleId ORDER BY m.ReadOn DESC) r
GO
CREATE VIEW dbo.EditableContact AS
SELECT cc.CustomerContactId, c.CustomerNumber, cc.Kind, cc.[Value] FROM dbo.CustomerContact cc JOIN dbo.Customer c ON c.CustomerId = cc.CustomerId
GO
