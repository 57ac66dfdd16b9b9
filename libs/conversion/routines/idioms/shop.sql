-- A shop: carts, orders, prices, search, paging, upserts.
CREATE TABLE dbo.Category (CategoryId int IDENTITY(1,1) NOT NULL PRIMARY KEY, ParentId int NULL, Name nvarchar(100) NOT NULL, SortOrder int NOT NULL DEFAULT 0, Published bit NOT NULL DEFAULT 1)
CREATE TABLE dbo.Product (ProductId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Sku varchar(40) NULL, Name nvarchar(400) NOT NULL, ShortText nvarchar(max) NULL, CategoryId int NULL, Price money NOT NULL DEFAULT 0, SpecialPrice money NULL, SpecialFrom datetime NULL, SpecialTo datetime NULL, Stock int NOT NULL DEFAULT 0, Published bit NOT NULL DEFAULT 1, Deleted bit NOT NULL DEFAULT 0, CreatedOn datetime NOT NULL DEFAULT GETUTCDATE(), Rating decimal(4,2) NULL, Weight float NULL)
CREATE TABLE dbo.Customer (CustomerId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Guid uniqueidentifier NOT NULL DEFAULT NEWID(), Email nvarchar(255) NULL, Name nvarchar(100) NULL, Country char(2) NULL, CreatedOn datetime NOT NULL DEFAULT GETDATE(), LastOn smalldatetime NULL)
CREATE TABLE dbo.CartItem (CartId varchar(50) NOT NULL, ProductId int NOT NULL, Quantity int NOT NULL, AddedOn datetime NOT NULL DEFAULT GETDATE(), CONSTRAINT PK_CartItem PRIMARY KEY (CartId, ProductId))
CREATE TABLE dbo.[Order] (OrderId int IDENTITY(1000,1) NOT NULL PRIMARY KEY, CustomerId int NOT NULL, [Status] tinyint NOT NULL DEFAULT 0, OrderDate datetime NOT NULL DEFAULT GETDATE(), Total money NOT NULL DEFAULT 0, Tax money NOT NULL DEFAULT 0, [Notes] nvarchar(max) NULL, ShippedOn datetime NULL)
CREATE TABLE dbo.OrderLine (OrderLineId int IDENTITY NOT NULL PRIMARY KEY, OrderId int NOT NULL, ProductId int NOT NULL, Quantity int NOT NULL, UnitPrice money NOT NULL, Discount real NOT NULL DEFAULT 0)
CREATE TABLE dbo.Setting ([Name] nvarchar(200) NOT NULL PRIMARY KEY, [Value] nvarchar(2000) NULL, Changed datetime NULL)
CREATE TABLE dbo.PriceLog (LogId bigint IDENTITY NOT NULL PRIMARY KEY, ProductId int NOT NULL, OldPrice money NULL, NewPrice money NULL, Action varchar(10) NULL, ChangedOn datetime2(3) NOT NULL DEFAULT SYSDATETIME(), ChangedBy sysname NOT NULL DEFAULT SUSER_SNAME())
CREATE TABLE dbo.Voucher (Code varchar(20) NOT NULL PRIMARY KEY, Amount decimal(9,2) NOT NULL, ValidTo date NULL, UsedBy int NULL)
GO
CREATE TYPE dbo.LineList AS TABLE (ProductId int NOT NULL, Quantity int NOT NULL)
GO
CREATE FUNCTION dbo.fn_FinalPrice (@ProductId int, @At datetime) RETURNS money AS
BEGIN
    DECLARE @p money
    SELECT @p = CASE WHEN SpecialPrice IS NOT NULL AND @At BETWEEN ISNULL(SpecialFrom, '19000101') AND ISNULL(SpecialTo, '99991231') THEN SpecialPrice ELSE Price END
    FROM dbo.Product WHERE ProductId = @ProductId
    RETURN ISNULL(@p, 0)
END
GO
CREATE FUNCTION dbo.fn_Split (@List nvarchar(max), @Delimiter nchar(1) = N',') RETURNS @t TABLE (Id int IDENTITY(1,1), Data nvarchar(200)) AS
BEGIN
    DECLARE @i int, @j int
    SELECT @i = 1
    WHILE @i <= DATALENGTH(@List) / 2
    BEGIN
        SELECT @j = CHARINDEX(@Delimiter, @List, @i)
        IF @j = 0
            SELECT @j = DATALENGTH(@List) / 2 + 1
        INSERT INTO @t (Data) SELECT SUBSTRING(@List, @i, @j - @i)
        SELECT @i = @j + 1
    END
    RETURN
END
GO
CREATE FUNCTION dbo.fn_CategoryPath (@Id int) RETURNS nvarchar(1000) AS
BEGIN
    DECLARE @path nvarchar(1000), @parent int, @name nvarchar(100)
    SET @path = ''
    WHILE @Id IS NOT NULL
    BEGIN
        SET @parent = NULL
        SELECT @name = Name, @parent = ParentId FROM dbo.Category WHERE CategoryId = @Id
        IF @@ROWCOUNT = 0 BREAK
        SET @path = @name + CASE WHEN @path = '' THEN '' ELSE ' > ' + @path END
        SET @Id = @parent
    END
    RETURN @path
END
GO
CREATE FUNCTION dbo.fn_SubCategories (@Root int) RETURNS TABLE AS
RETURN (
    WITH tree AS (
        SELECT CategoryId, ParentId, Name, 0 AS Lvl, CAST(Name AS nvarchar(4000)) AS FullPath FROM dbo.Category WHERE CategoryId = @Root
        UNION ALL
        SELECT c.CategoryId, c.ParentId, c.Name, t.Lvl + 1, CAST(t.FullPath + N'/' + c.Name AS nvarchar(4000)) FROM dbo.Category c INNER JOIN tree t ON c.ParentId = t.CategoryId
    )
    SELECT * FROM tree
)
GO
CREATE PROCEDURE dbo.ProductLoadAllPaged
(
    @CategoryIds nvarchar(max) = NULL,
    @Keywords nvarchar(4000) = NULL,
    @PriceMin decimal(18, 4) = NULL,
    @PriceMax decimal(18, 4) = NULL,
    @ShowHidden bit = 0,
    @OrderBy int = 0,
    @PageIndex int = 0,
    @PageSize int = 2147483644,
    @TotalRecords int = NULL OUTPUT
)
AS
BEGIN
    SET NOCOUNT ON
    DECLARE @SearchKeywords bit, @sql nvarchar(max), @sql_orderby nvarchar(max)
    SET @Keywords = isnull(@Keywords, '')
    SET @Keywords = rtrim(ltrim(@Keywords))
    CREATE TABLE #KeywordProducts ([ProductId] int NOT NULL)
    IF ISNULL(@Keywords, '') != ''
    BEGIN
        SET @SearchKeywords = 1
        SET @Keywords = '%' + @Keywords + '%'
        SET @sql = '
        INSERT INTO #KeywordProducts ([ProductId])
        SELECT p.ProductId
        FROM Product p with (NOLOCK)
        WHERE '
        SET @sql = @sql + 'PATINDEX(@Keywords, p.[Name]) > 0 '
        SET @sql = @sql + '
        UNION
        SELECT p.ProductId FROM Product p with (NOLOCK) WHERE PATINDEX(@Keywords, p.[ShortText]) > 0 '
        EXEC sp_executesql @sql, N'@Keywords nvarchar(4000)', @Keywords
    END
    ELSE
        SET @SearchKeywords = 0

    SET @CategoryIds = isnull(@CategoryIds, '')
    CREATE TABLE #FilteredCategoryIds (CategoryId int not null)
    INSERT INTO #FilteredCategoryIds (CategoryId) SELECT CAST(Data AS int) FROM dbo.fn_Split(@CategoryIds, ',')
    DECLARE @CategoryIdsCount int
    SET @CategoryIdsCount = (SELECT COUNT(1) FROM #FilteredCategoryIds)

    DECLARE @PageLowerBound int, @PageUpperBound int, @RowsToReturn int
    SET @RowsToReturn = @PageSize * (@PageIndex + 1)
    SET @PageLowerBound = @PageSize * @PageIndex
    SET @PageUpperBound = @PageLowerBound + @PageSize + 1
    CREATE TABLE #DisplayOrderTmp ([Id] int IDENTITY (1, 1) NOT NULL, [ProductId] int NOT NULL)

    SET @sql = '
    SELECT p.ProductId
    FROM Product p with (NOLOCK)'
    IF @SearchKeywords = 1
        SET @sql = @sql + '
        JOIN #KeywordProducts kp ON p.ProductId = kp.ProductId'
    SET @sql = @sql + '
    WHERE p.Deleted = 0'
    IF @CategoryIdsCount > 0
        SET @sql = @sql + '
        AND p.CategoryId IN (SELECT CategoryId FROM #FilteredCategoryIds)'
    IF @ShowHidden = 0
        SET @sql = @sql + '
        AND p.Published = 1'
    IF @PriceMin is not null
        SET @sql = @sql + '
        AND p.Price >= ' + CAST(@PriceMin AS nvarchar(max))
    IF @PriceMax is not null
        SET @sql = @sql + '
        AND p.Price <= ' + CAST(@PriceMax AS nvarchar(max))
    SET @sql_orderby = ''
    IF @OrderBy = 5
        SET @sql_orderby = ' p.[Name] ASC'
    ELSE IF @OrderBy = 6
        SET @sql_orderby = ' p.[Name] DESC'
    ELSE IF @OrderBy = 10
        SET @sql_orderby = ' p.[Price] ASC'
    ELSE
        SET @sql_orderby = ' p.[ProductId] ASC'
    SET @sql = @sql + '
    ORDER BY' + @sql_orderby

    SET @sql = '
    INSERT INTO #DisplayOrderTmp ([ProductId])' + @sql
    EXEC sp_executesql @sql

    SET @TotalRecords = @@rowcount
    DROP TABLE #FilteredCategoryIds
    SELECT TOP (@RowsToReturn) p.*
    FROM #DisplayOrderTmp d INNER JOIN Product p with (NOLOCK) on p.ProductId = d.[ProductId]
    WHERE d.Id > @PageLowerBound AND d.Id < @PageUpperBound
    ORDER BY d.Id
    DROP TABLE #DisplayOrderTmp
END
GO
CREATE PROCEDURE dbo.Product_Search @Name nvarchar(100) = NULL, @MinPrice money = NULL, @MaxPrice money = NULL, @CategoryId int = NULL, @Sort varchar(20) = 'name' AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @sql nvarchar(4000), @params nvarchar(1000);
    SET @sql = N'SELECT ProductId, Name, Price FROM dbo.Product WHERE Deleted = 0';
    IF @Name IS NOT NULL SET @sql = @sql + N' AND Name LIKE @xName + ''%''';
    IF @MinPrice IS NOT NULL SET @sql += N' AND Price >= @xMin';
    IF @MaxPrice IS NOT NULL SET @sql += N' AND Price <= @xMax';
    IF @CategoryId IS NOT NULL SET @sql = @sql + N' AND CategoryId = @xCategory';
    SET @sql = @sql + N' ORDER BY ' + CASE @Sort WHEN 'price' THEN N'Price' WHEN 'newest' THEN N'CreatedOn DESC' ELSE N'Name' END;
    SET @params = N'@xName nvarchar(100), @xMin money, @xMax money, @xCategory int';
    EXEC sp_executesql @sql, @params, @xName = @Name, @xMin = @MinPrice, @xMax = @MaxPrice, @xCategory = @CategoryId;
END
GO
CREATE PROCEDURE dbo.Product_Page @Page int = 1, @Size int = 20, @Total int OUTPUT AS
BEGIN
    SELECT @Total = COUNT(*) FROM Product WHERE Published = 1;
    WITH numbered AS (
        SELECT ProductId, Name, Price, ROW_NUMBER() OVER (ORDER BY Name, ProductId) AS RowNum FROM Product WHERE Published = 1
    )
    SELECT ProductId, Name, Price FROM numbered WHERE RowNum BETWEEN (@Page - 1) * @Size + 1 AND @Page * @Size ORDER BY RowNum;
END
GO
CREATE PROCEDURE dbo.Product_SearchOptional @Name nvarchar(100) = NULL, @CategoryId int = NULL, @InStock bit = NULL AS
SELECT ProductId, Name, Price, Stock, COUNT(*) OVER () AS TotalCount
FROM dbo.Product
WHERE (@Name IS NULL OR Name LIKE '%' + @Name + '%')
  AND (CategoryId = @CategoryId OR @CategoryId IS NULL)
  AND (@InStock IS NULL OR (@InStock = 1 AND Stock > 0) OR (@InStock = 0 AND Stock <= 0))
ORDER BY CASE WHEN Stock > 0 THEN 0 ELSE 1 END, Name
OPTION (RECOMPILE)
GO
CREATE PROCEDURE dbo.Cart_Add @CartId varchar(50), @ProductId int, @Quantity int = 1 AS
DECLARE @CountItems int
SELECT @CountItems = COUNT(ProductId) FROM CartItem WHERE ProductId = @ProductId AND CartId = @CartId
IF @CountItems > 0
    UPDATE CartItem SET Quantity = (@Quantity + CartItem.Quantity) WHERE ProductId = @ProductId AND CartId = @CartId
ELSE
    INSERT INTO CartItem (CartId, ProductId, Quantity) VALUES (@CartId, @ProductId, @Quantity)
GO
CREATE PROCEDURE dbo.Cart_Total @CartId varchar(50), @Total money OUTPUT AS
SELECT @Total = SUM(p.Price * c.Quantity) FROM CartItem c, Product p WHERE c.CartId = @CartId AND c.ProductId = p.ProductId
GO
CREATE PROCEDURE dbo.Cart_Migrate @From varchar(50), @To varchar(50) AS
BEGIN
    UPDATE t SET t.Quantity = t.Quantity + s.Quantity
    FROM CartItem t INNER JOIN CartItem s ON s.ProductId = t.ProductId AND s.CartId = @From WHERE t.CartId = @To
    INSERT CartItem (CartId, ProductId, Quantity)
    SELECT @To, s.ProductId, s.Quantity FROM CartItem s WHERE s.CartId = @From AND NOT EXISTS (SELECT * FROM CartItem t WHERE t.CartId = @To AND t.ProductId = s.ProductId)
    DELETE CartItem WHERE CartId = @From
    RETURN @@ROWCOUNT
END
GO
CREATE PROCEDURE dbo.Order_Place @CartId varchar(50), @CustomerId int, @OrderId int OUTPUT AS
BEGIN
    SET NOCOUNT, XACT_ABORT ON
    BEGIN TRY
        BEGIN TRAN
        INSERT INTO [Order] (CustomerId, OrderDate) VALUES (@CustomerId, GETDATE())
        SELECT @OrderId = @@IDENTITY
        INSERT INTO OrderLine (OrderId, ProductId, Quantity, UnitPrice)
        SELECT @OrderId, c.ProductId, c.Quantity, dbo.fn_FinalPrice(c.ProductId, GETDATE()) FROM CartItem c WHERE c.CartId = @CartId
        IF @@ROWCOUNT = 0
            RAISERROR('The cart %s is empty.', 16, 1, @CartId)
        UPDATE p SET Stock = Stock - l.Quantity FROM Product p JOIN OrderLine l ON l.ProductId = p.ProductId WHERE l.OrderId = @OrderId
        IF EXISTS (SELECT 1 FROM Product p JOIN OrderLine l ON l.ProductId = p.ProductId WHERE l.OrderId = @OrderId AND p.Stock < 0)
            THROW 50010, 'Not enough in stock.', 1;
        UPDATE [Order] SET Total = (SELECT SUM(Quantity * UnitPrice * (1 - Discount)) FROM OrderLine WHERE OrderId = @OrderId) WHERE OrderId = @OrderId
        DELETE FROM CartItem WHERE CartId = @CartId
        COMMIT TRAN
    END TRY
    BEGIN CATCH
        IF @@TRANCOUNT > 0 ROLLBACK TRAN
        DECLARE @msg nvarchar(2048), @sev int, @st int
        SELECT @msg = ERROR_MESSAGE(), @sev = ERROR_SEVERITY(), @st = ERROR_STATE()
        RAISERROR(@msg, @sev, @st)
        RETURN -1
    END CATCH
    RETURN 0
END
GO
CREATE PROCEDURE dbo.Order_PlaceLines @CustomerId int, @Lines dbo.LineList READONLY AS
BEGIN
    DECLARE @id int
    INSERT [Order] (CustomerId) VALUES (@CustomerId)
    SET @id = SCOPE_IDENTITY()
    INSERT OrderLine (OrderId, ProductId, Quantity, UnitPrice)
    OUTPUT inserted.OrderLineId, inserted.ProductId, inserted.UnitPrice
    SELECT @id, l.ProductId, l.Quantity, p.Price FROM @Lines l JOIN Product p ON p.ProductId = l.ProductId
END
GO
CREATE PROCEDURE dbo.Order_AddDefault @CustomerId int AS
BEGIN
    DECLARE @l dbo.LineList
    INSERT @l SELECT TOP (3) ProductId, 1 FROM Product ORDER BY ProductId
    EXEC dbo.Order_PlaceLines @CustomerId, @l
END
GO
CREATE PROCEDURE dbo.Order_Get @OrderId int AS
SELECT o.*, c.Name AS CustomerName FROM [Order] o LEFT OUTER JOIN Customer c ON c.CustomerId = o.CustomerId WHERE o.OrderId = @OrderId
SELECT l.*, p.Name FROM OrderLine l JOIN Product p ON p.ProductId = l.ProductId WHERE l.OrderId = @OrderId ORDER BY l.OrderLineId
SELECT SUM(Quantity) AS Pieces FROM OrderLine WHERE OrderId = @OrderId
GO
CREATE PROCEDURE dbo.Setting_Set @Name nvarchar(200), @Value nvarchar(2000) AS
MERGE dbo.Setting WITH (HOLDLOCK) AS t
USING (VALUES (@Name, @Value)) AS s ([Name], [Value]) ON t.[Name] = s.[Name]
WHEN MATCHED AND ISNULL(t.[Value], '') <> ISNULL(s.[Value], '') THEN UPDATE SET [Value] = s.[Value], Changed = GETDATE()
WHEN NOT MATCHED BY TARGET THEN INSERT ([Name], [Value], Changed) VALUES (s.[Name], s.[Value], GETDATE());
GO
CREATE PROCEDURE dbo.Setting_Upsert @Name nvarchar(200), @Value nvarchar(2000) AS
BEGIN
    UPDATE dbo.Setting SET [Value] = @Value, Changed = GETDATE() WHERE [Name] = @Name
    IF @@ROWCOUNT = 0
        INSERT INTO dbo.Setting VALUES (@Name, @Value, GETDATE())
END
GO
CREATE PROCEDURE dbo.Price_Import @Xml xml AS
BEGIN
    SET NOCOUNT ON
    DECLARE @changes TABLE (Action nvarchar(10), ProductId int, OldPrice money, NewPrice money)
    MERGE Product AS t
    USING (SELECT x.p.value('@sku', 'varchar(40)') AS Sku, x.p.value('(name)[1]', 'nvarchar(400)') AS Name, x.p.value('(price/text())[1]', 'money') AS Price FROM @Xml.nodes('/prices/product') AS x(p)) AS s
    ON t.Sku = s.Sku
    WHEN MATCHED AND t.Price <> s.Price THEN UPDATE SET Price = s.Price
    WHEN NOT MATCHED THEN INSERT (Sku, Name, Price) VALUES (s.Sku, s.Name, s.Price)
    OUTPUT $action, inserted.ProductId, deleted.Price, inserted.Price INTO @changes;
    INSERT PriceLog (ProductId, OldPrice, NewPrice, Action) SELECT ProductId, OldPrice, NewPrice, Action FROM @changes
    SELECT Action, COUNT(*) AS Rows FROM @changes GROUP BY Action
END
GO
CREATE PROCEDURE dbo.Product_Related @ProductId int, @Count int AS
SELECT TOP (@Count) p.ProductId, p.Name, COUNT(*) AS Together
FROM OrderLine a JOIN OrderLine b ON a.OrderId = b.OrderId AND b.ProductId <> a.ProductId JOIN Product p ON p.ProductId = b.ProductId
WHERE a.ProductId = @ProductId GROUP BY p.ProductId, p.Name ORDER BY COUNT(*) DESC, p.Name
GO
CREATE PROCEDURE dbo.Product_Random @n int AS SELECT TOP (@n) ProductId, Name FROM Product ORDER BY NEWID()
GO
CREATE PROCEDURE dbo.Product_Delete @Ids varchar(8000), @Count int OUTPUT AS
BEGIN
    EXEC ('UPDATE Product SET Deleted = 1 WHERE ProductId IN (' + @Ids + ')')
    SET @Count = @@ROWCOUNT
END
GO
CREATE PROCEDURE dbo.Product_GetByIds @Ids varchar(8000) AS
BEGIN
    DECLARE @sql varchar(8000)
    SET @sql = 'SELECT ProductId, Name FROM Product WHERE ProductId IN (' + @Ids + ') ORDER BY ProductId'
    EXEC (@sql)
END
GO
CREATE PROCEDURE dbo.Report_SalesByMonth @Year int AS
SELECT * FROM (
    SELECT c.Name AS Category, MONTH(o.OrderDate) AS M, l.Quantity * l.UnitPrice AS Amount
    FROM [Order] o JOIN OrderLine l ON l.OrderId = o.OrderId JOIN Product p ON p.ProductId = l.ProductId LEFT JOIN Category c ON c.CategoryId = p.CategoryId
    WHERE YEAR(o.OrderDate) = @Year
) AS src PIVOT (SUM(Amount) FOR M IN ([1],[2],[3],[4],[5],[6],[7],[8],[9],[10],[11],[12])) AS pvt
ORDER BY Category
GO
CREATE PROCEDURE dbo.Report_TopCustomers @From datetime, @To datetime, @WithTies bit = 0 AS
IF @WithTies = 1
    SELECT TOP 10 WITH TIES c.CustomerId, c.Name, SUM(o.Total) AS Spent FROM Customer c JOIN [Order] o ON o.CustomerId = c.CustomerId WHERE o.OrderDate >= @From AND o.OrderDate < DATEADD(day, 1, @To) GROUP BY c.CustomerId, c.Name ORDER BY Spent DESC
ELSE
    SELECT TOP 10 c.CustomerId, c.Name, SUM(o.Total) AS Spent FROM Customer c JOIN [Order] o ON o.CustomerId = c.CustomerId WHERE o.OrderDate >= @From AND o.OrderDate < DATEADD(day, 1, @To) GROUP BY c.CustomerId, c.Name ORDER BY Spent DESC
GO
CREATE PROCEDURE dbo.Report_Run @Name sysname, @Year int AS
BEGIN
    DECLARE @proc nvarchar(300)
    SET @proc = 'dbo.Report_' + @Name
    EXEC @proc @Year
END
GO
CREATE PROCEDURE dbo.Voucher_Redeem @Code varchar(20), @CustomerId int, @Amount decimal(9,2) OUTPUT AS
BEGIN
    UPDATE Voucher SET @Amount = Amount, UsedBy = @CustomerId WHERE Code = @Code AND UsedBy IS NULL AND (ValidTo IS NULL OR ValidTo >= CAST(GETDATE() AS date))
    IF @@ROWCOUNT <> 1
    BEGIN
        SET @Amount = 0
        RAISERROR(N'Voucher %s cannot be used by customer %d.', 11, 2, @Code, @CustomerId) WITH NOWAIT
        RETURN 1
    END
    RETURN 0
END
GO
CREATE TRIGGER dbo.trg_Product_Price ON dbo.Product AFTER INSERT, UPDATE AS
BEGIN
    IF @@ROWCOUNT = 0 RETURN
    SET NOCOUNT ON
    IF UPDATE(Price)
        INSERT PriceLog (ProductId, OldPrice, NewPrice, Action)
        SELECT i.ProductId, d.Price, i.Price, CASE WHEN d.ProductId IS NULL THEN 'new' ELSE 'change' END
        FROM inserted i LEFT JOIN deleted d ON d.ProductId = i.ProductId
        WHERE d.ProductId IS NULL OR d.Price <> i.Price
END
GO
CREATE TRIGGER dbo.trg_Order_NoDelete ON dbo.[Order] INSTEAD OF DELETE AS
BEGIN
    SET NOCOUNT ON
    IF EXISTS (SELECT * FROM deleted WHERE [Status] >= 2)
    BEGIN
        RAISERROR('Shipped orders stay.', 16, 1)
        ROLLBACK TRANSACTION
        RETURN
    END
    DELETE l FROM OrderLine l INNER JOIN deleted d ON d.OrderId = l.OrderId
    DELETE o FROM [Order] o INNER JOIN deleted d ON d.OrderId = o.OrderId
END
GO
