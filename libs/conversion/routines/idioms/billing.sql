-- Billing: invoices, payments, ledgers, dunning, periods, numbers.
CREATE TABLE dbo.Account (AccountNo varchar(12) NOT NULL PRIMARY KEY, Name nvarchar(80) NOT NULL, Class char(1) NOT NULL, Opened date NOT NULL, Closed date NULL, CreditLimit decimal(19,4) NOT NULL DEFAULT 0)
CREATE TABLE dbo.Invoice (InvoiceNo int NOT NULL PRIMARY KEY, AccountNo varchar(12) NOT NULL, Issued date NOT NULL, Due date NOT NULL, Net money NOT NULL, Vat money NOT NULL, Gross AS (Net + Vat), Paid money NOT NULL DEFAULT 0, Level tinyint NOT NULL DEFAULT 0, Currency char(3) NOT NULL DEFAULT 'EUR')
CREATE TABLE dbo.InvoiceItem (InvoiceNo int NOT NULL, ItemNo smallint NOT NULL, Text nvarchar(200) NOT NULL, Qty decimal(9,3) NOT NULL, Price decimal(19,4) NOT NULL, VatRate decimal(5,2) NOT NULL, CONSTRAINT PK_InvoiceItem PRIMARY KEY (InvoiceNo, ItemNo))
CREATE TABLE dbo.Payment (PaymentId bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, AccountNo varchar(12) NOT NULL, PaidOn datetime NOT NULL, Amount money NOT NULL, Reference varchar(40) NULL, Matched bit NOT NULL DEFAULT 0)
CREATE TABLE dbo.Allocation (PaymentId bigint NOT NULL, InvoiceNo int NOT NULL, Amount money NOT NULL, CONSTRAINT PK_Allocation PRIMARY KEY (PaymentId, InvoiceNo))
CREATE TABLE dbo.Posting (PostingId int IDENTITY NOT NULL PRIMARY KEY, AccountNo varchar(12) NOT NULL, PostedOn date NOT NULL, Debit money NULL, Credit money NULL, Balance money NULL, Text varchar(60) NULL)
CREATE TABLE dbo.NumberRange (RangeName varchar(20) NOT NULL PRIMARY KEY, LastNo int NOT NULL)
CREATE TABLE dbo.Period (PeriodId int NOT NULL PRIMARY KEY, StartsOn date NOT NULL, EndsOn date NOT NULL, IsClosed bit NOT NULL DEFAULT 0)
CREATE TABLE dbo.Rate (Currency char(3) NOT NULL, ValidFrom date NOT NULL, Rate decimal(18,8) NOT NULL, CONSTRAINT PK_Rate PRIMARY KEY (Currency, ValidFrom))
CREATE TABLE dbo.Calendar (DateKey int NOT NULL PRIMARY KEY, TheDate date NOT NULL, Y smallint NOT NULL, M tinyint NOT NULL, D tinyint NOT NULL, DayName varchar(20) NOT NULL, IsWeekend bit NOT NULL)
CREATE SEQUENCE dbo.DocumentNo AS int START WITH 1 INCREMENT BY 1
GO
CREATE FUNCTION dbo.RateOn (@Currency char(3), @On date) RETURNS decimal(18,8) AS
BEGIN
  IF @Currency = 'EUR' RETURN 1
  RETURN (SELECT TOP (1) Rate FROM dbo.Rate WHERE Currency = @Currency AND ValidFrom <= @On ORDER BY ValidFrom DESC)
END
GO
CREATE FUNCTION dbo.VatOf (@Net money, @Rate decimal(5,2)) RETURNS money WITH SCHEMABINDING AS
BEGIN
  RETURN ROUND(@Net * @Rate / 100, 2)
END
GO
CREATE FUNCTION dbo.MonthEnd (@d datetime, @Months int) RETURNS datetime AS
BEGIN
  RETURN DATEADD(day, -1, DATEADD(month, DATEDIFF(month, 0, @d) + @Months + 1, 0))
END
GO
CREATE FUNCTION dbo.OpenItems (@AccountNo varchar(12), @On date) RETURNS TABLE AS RETURN
SELECT InvoiceNo, Due, Net + Vat - Paid AS OpenAmount, DATEDIFF(day, Due, @On) AS DaysLate FROM dbo.Invoice WHERE AccountNo = @AccountNo AND Net + Vat > Paid
GO
CREATE FUNCTION dbo.AgeBucket (@Days int) RETURNS varchar(10) AS
BEGIN
  DECLARE @b varchar(10)
  IF @Days <= 0 SET @b = 'current'
  ELSE IF @Days BETWEEN 1 AND 30 SET @b = '1-30'
  ELSE IF @Days <= 60 SET @b = '31-60'
  ELSE SET @b = '60+'
  RETURN @b
END
GO
CREATE FUNCTION dbo.Words (@n int) RETURNS varchar(200) AS
BEGIN
  DECLARE @ones varchar(200) = 'one  two  threefour five six  seveneightnine ', @r varchar(200) = ''
  IF @n < 0 RETURN 'minus ' + dbo.Words(-@n)
  IF @n >= 1000 SET @r = dbo.Words(@n / 1000) + ' thousand '
  SET @n = @n % 1000
  IF @n >= 100 SET @r = @r + RTRIM(SUBSTRING(@ones, (@n / 100 - 1) * 5 + 1, 5)) + ' hundred '
  SET @n = @n % 100
  IF @n BETWEEN 1 AND 9 SET @r = @r + RTRIM(SUBSTRING(@ones, (@n - 1) * 5 + 1, 5))
  RETURN LTRIM(RTRIM(@r))
END
GO
CREATE FUNCTION dbo.Installments (@Total money, @Count int, @First date) RETURNS @t TABLE (No int, DueOn date, Amount money) AS
BEGIN
  DECLARE @i int = 1, @rest money = @Total
  WHILE @i <= @Count
  BEGIN
    INSERT INTO @t (No, DueOn, Amount) VALUES (@i, DATEADD(month, @i - 1, @First), CASE WHEN @i = @Count THEN @rest ELSE ROUND(@Total / @Count, 2) END)
    SET @rest = @rest - ROUND(@Total / @Count, 2)
    SET @i = @i + 1
  END
  RETURN
END
GO
CREATE PROCEDURE dbo.NextNo @Range varchar(20), @No int OUTPUT AS
BEGIN
  SET NOCOUNT ON
  UPDATE dbo.NumberRange WITH (ROWLOCK) SET @No = LastNo = LastNo + 1 WHERE RangeName = @Range
  IF @@ROWCOUNT = 0
    RAISERROR('Number range ''%s'' does not exist.', 16, 1, @Range)
END
GO
CREATE PROCEDURE dbo.Invoice_Make @AccountNo varchar(12), @On date, @Days smallint = 14, @InvoiceNo int = NULL OUTPUT AS
BEGIN
  DECLARE @rc int
  EXEC @rc = dbo.NextNo 'invoice', @InvoiceNo OUTPUT
  IF @rc <> 0 OR @InvoiceNo IS NULL RETURN 1
  INSERT dbo.Invoice (InvoiceNo, AccountNo, Issued, Due, Net, Vat) VALUES (@InvoiceNo, @AccountNo, @On, DATEADD(d, @Days, @On), 0, 0)
  RETURN 0
END
GO
CREATE PROCEDURE dbo.Invoice_AddItem @InvoiceNo int, @Text nvarchar(200), @Qty decimal(9,3), @Price decimal(19,4), @VatRate decimal(5,2) AS
BEGIN
  DECLARE @item smallint = ISNULL((SELECT MAX(ItemNo) FROM dbo.InvoiceItem WHERE InvoiceNo = @InvoiceNo), 0) + 1
  INSERT dbo.InvoiceItem VALUES (@InvoiceNo, @item, @Text, @Qty, @Price, @VatRate)
  UPDATE i SET Net = s.Net, Vat = s.Vat
  FROM dbo.Invoice i INNER JOIN (SELECT InvoiceNo, SUM(ROUND(Qty * Price, 2)) AS Net, SUM(dbo.VatOf(ROUND(Qty * Price, 2), VatRate)) AS Vat FROM dbo.InvoiceItem GROUP BY InvoiceNo) s ON s.InvoiceNo = i.InvoiceNo
  WHERE i.InvoiceNo = @InvoiceNo
END
GO
CREATE PROCEDURE dbo.Payment_Allocate @PaymentId bigint AS
BEGIN
  SET NOCOUNT ON
  DECLARE @account varchar(12), @left money, @inv int, @open money, @take money
  SELECT @account = AccountNo, @left = Amount FROM dbo.Payment WHERE PaymentId = @PaymentId AND Matched = 0
  IF @account IS NULL RETURN -1
  DECLARE open_items CURSOR LOCAL FOR SELECT InvoiceNo, OpenAmount FROM dbo.OpenItems(@account, GETDATE()) ORDER BY Due, InvoiceNo
  OPEN open_items
  FETCH NEXT FROM open_items INTO @inv, @open
  WHILE @@FETCH_STATUS = 0 AND @left > 0
  BEGIN
    SET @take = CASE WHEN @open < @left THEN @open ELSE @left END
    INSERT dbo.Allocation (PaymentId, InvoiceNo, Amount) VALUES (@PaymentId, @inv, @take)
    UPDATE dbo.Invoice SET Paid += @take WHERE InvoiceNo = @inv
    SET @left -= @take
    FETCH NEXT FROM open_items INTO @inv, @open
  END
  CLOSE open_items
  DEALLOCATE open_items
  UPDATE dbo.Payment SET Matched = CASE WHEN @left = 0 THEN 1 ELSE 0 END WHERE PaymentId = @PaymentId
  SELECT @left AS Remaining
END
GO
CREATE PROCEDURE dbo.Dunning_Run @On date, @Preview bit = 1 AS
BEGIN
  SELECT i.InvoiceNo, a.Name, i.Level + 1 AS NextLevel, Fee = CASE i.Level WHEN 0 THEN 0 WHEN 1 THEN 5 ELSE 10 END
  INTO #due
  FROM dbo.Invoice i JOIN dbo.Account a ON a.AccountNo = i.AccountNo
  WHERE i.Net + i.Vat > i.Paid AND DATEADD(day, 7 * (i.Level + 1), i.Due) < @On AND i.Level < 3
  IF @Preview = 0
  BEGIN
    UPDATE i SET Level = d.NextLevel OUTPUT inserted.AccountNo, @On, NULL, NULL, NULL, 'dunning' INTO dbo.Posting (AccountNo, PostedOn, Debit, Credit, Balance, Text) FROM dbo.Invoice i JOIN #due d ON d.InvoiceNo = i.InvoiceNo
  END
  SELECT * FROM #due ORDER BY NextLevel DESC, InvoiceNo
END
GO
CREATE PROCEDURE dbo.Balance_Rebuild @AccountNo varchar(12) AS
BEGIN
  DECLARE @b money = 0
  UPDATE dbo.Posting SET @b = Balance = @b + ISNULL(Debit, 0) - ISNULL(Credit, 0) WHERE AccountNo = @AccountNo
  RETURN 0
END
GO
CREATE PROCEDURE dbo.Balance_Window @AccountNo varchar(12), @From date, @To date AS
SELECT PostedOn, Text, Debit, Credit, SUM(ISNULL(Debit, 0) - ISNULL(Credit, 0)) OVER (ORDER BY PostedOn, PostingId ROWS UNBOUNDED PRECEDING) AS Running
FROM dbo.Posting WHERE AccountNo = @AccountNo AND PostedOn BETWEEN @From AND @To ORDER BY PostedOn, PostingId
GO
CREATE PROCEDURE dbo.Aging @On date AS
SELECT AccountNo, [current], [1-30], [31-60], [60+]
FROM (SELECT i.AccountNo, dbo.AgeBucket(DATEDIFF(d, i.Due, @On)) AS Bucket, i.Net + i.Vat - i.Paid AS Amount FROM dbo.Invoice i WHERE i.Net + i.Vat > i.Paid) s
PIVOT (SUM(Amount) FOR Bucket IN ([current], [1-30], [31-60], [60+])) p ORDER BY AccountNo
GO
CREATE PROCEDURE dbo.Totals_Rollup @Year int AS
SELECT ISNULL(AccountNo, 'all') AS AccountNo, ISNULL(CAST(MONTH(Issued) AS varchar(3)), 'year') AS M, SUM(Net) AS Net, GROUPING(AccountNo) AS G FROM dbo.Invoice WHERE YEAR(Issued) = @Year GROUP BY AccountNo, MONTH(Issued) WITH ROLLUP
GO
CREATE PROCEDURE dbo.Calendar_Fill @From date, @To date AS
BEGIN
  SET NOCOUNT ON
  SET DATEFIRST 1
  DECLARE @d date = @From
  WHILE @d <= @To
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM dbo.Calendar WHERE TheDate = @d)
      INSERT dbo.Calendar (DateKey, TheDate, Y, M, D, DayName, IsWeekend)
      VALUES (CONVERT(int, CONVERT(char(8), @d, 112)), @d, DATEPART(yy, @d), DATEPART(mm, @d), DATEPART(dd, @d), DATENAME(dw, @d), CASE WHEN DATEPART(weekday, @d) >= 6 THEN 1 ELSE 0 END)
    SET @d = DATEADD(dd, 1, @d)
  END
END
GO
CREATE PROCEDURE dbo.Calendar_Recursive @From date, @To date AS
WITH days AS (SELECT @From AS d UNION ALL SELECT DATEADD(day, 1, d) FROM days WHERE d < @To)
SELECT d, DATEPART(iso_week, d) AS W, EOMONTH(d) AS E FROM days OPTION (MAXRECURSION 0)
GO
CREATE PROCEDURE dbo.Period_Close @PeriodId int AS
BEGIN
  BEGIN TRY
    BEGIN TRANSACTION
    IF EXISTS (SELECT 1 FROM dbo.Period WHERE PeriodId < @PeriodId AND IsClosed = 0)
      RAISERROR('Earlier periods are open.', 16, 1)
    UPDATE dbo.Period SET IsClosed = 1 WHERE PeriodId = @PeriodId AND IsClosed = 0
    IF @@ROWCOUNT = 0 THROW 51000, 'The period is closed already, or does not exist.', 1
    COMMIT TRANSACTION
  END TRY
  BEGIN CATCH
    DECLARE @n int = ERROR_NUMBER(), @m nvarchar(2048) = ERROR_MESSAGE()
    IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION
    RAISERROR('Closing failed: %d %s', 16, 1, @n, @m)
    RETURN @n
  END CATCH
END
GO
CREATE PROCEDURE dbo.Batch_Post @Rows xml, @Ok int OUTPUT, @Bad int OUTPUT AS
BEGIN
  SET NOCOUNT ON
  DECLARE @acc varchar(12), @amt money
  SELECT @Ok = 0, @Bad = 0
  DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT r.value('@account', 'varchar(12)'), r.value('@amount', 'money') FROM @Rows.nodes('/rows/row') t(r)
  OPEN c
  FETCH NEXT FROM c INTO @acc, @amt
  WHILE @@FETCH_STATUS = 0
  BEGIN
    BEGIN TRY
      SAVE TRANSACTION one_row
      INSERT dbo.Posting (AccountNo, PostedOn, Debit) VALUES (@acc, GETDATE(), @amt)
      IF @amt <= 0 RAISERROR('amount', 16, 1)
      SET @Ok += 1
    END TRY
    BEGIN CATCH
      IF XACT_STATE() = 1 ROLLBACK TRANSACTION one_row
      SET @Bad += 1
    END CATCH
    FETCH NEXT FROM c INTO @acc, @amt
  END
  CLOSE c
  DEALLOCATE c
END
GO
CREATE PROCEDURE dbo.Interest @Rate float, @On date AS
SELECT InvoiceNo, CAST(ROUND((Net + Vat - Paid) * POWER(1 + @Rate / 100, DATEDIFF(day, Due, @On) / 365.0) - (Net + Vat - Paid), 2) AS decimal(19,2)) AS Interest FROM dbo.Invoice WHERE Due < @On AND Net + Vat > Paid
GO
CREATE PROCEDURE dbo.Document_Next AS
BEGIN
  DECLARE @n int
  SET @n = NEXT VALUE FOR dbo.DocumentNo
  SELECT 'D' + RIGHT(REPLICATE('0', 8) + CAST(@n AS varchar(8)), 8) AS DocumentNo
END
GO
CREATE PROCEDURE dbo.Export_Csv @Year int AS
SELECT CAST(InvoiceNo AS varchar(10)) + ';' + QUOTENAME(AccountNo, '"') + ';' + CONVERT(varchar(10), Issued, 120) + ';' + REPLACE(CONVERT(varchar(20), Net), '.', ',') + ';' + STR(Vat, 12, 2) AS Line FROM dbo.Invoice WHERE DATEPART(year, Issued) = @Year ORDER BY InvoiceNo
GO
CREATE PROCEDURE dbo.Duplicates AS
BEGIN
  WITH d AS (SELECT PaymentId, ROW_NUMBER() OVER (PARTITION BY AccountNo, Amount, Reference ORDER BY PaidOn) AS n FROM dbo.Payment)
  DELETE FROM d WHERE n > 1
  RETURN @@ROWCOUNT
END
GO
CREATE PROCEDURE dbo.Account_Close @AccountNo varchar(12), @Force bit = 0 AS
SET NOCOUNT ON
IF (SELECT COUNT(*) FROM dbo.OpenItems(@AccountNo, GETDATE())) > 0 AND @Force = 0 GOTO StillOpen
UPDATE dbo.Account SET Closed = CAST(GETDATE() AS date) WHERE AccountNo = @AccountNo
IF @@ROWCOUNT = 0 GOTO Missing
RETURN 0
StillOpen:
PRINT 'open items'
RETURN 1
Missing:
PRINT 'no such account'
RETURN 2
GO
CREATE PROCEDURE dbo.Scroll_Demo @Last int OUTPUT, @First int OUTPUT, @Third int OUTPUT AS
BEGIN
  DECLARE s SCROLL CURSOR FOR SELECT InvoiceNo FROM dbo.Invoice ORDER BY InvoiceNo
  OPEN s
  FETCH LAST FROM s INTO @Last
  FETCH FIRST FROM s INTO @First
  FETCH ABSOLUTE 3 FROM s INTO @Third
  CLOSE s
  DEALLOCATE s
END
GO
CREATE TRIGGER dbo.Invoice_Guard ON dbo.Invoice FOR INSERT, UPDATE, DELETE AS
BEGIN
  IF EXISTS (SELECT 1 FROM (SELECT Issued FROM inserted UNION SELECT Issued FROM deleted) x JOIN dbo.Period p ON x.Issued BETWEEN p.StartsOn AND p.EndsOn WHERE p.IsClosed = 1)
  BEGIN
    RAISERROR('The period is closed.', 16, 1)
    ROLLBACK TRANSACTION
  END
END
GO
CREATE TRIGGER dbo.Payment_Log ON dbo.Payment AFTER INSERT AS
BEGIN
  SET NOCOUNT ON
  DECLARE @id bigint, @acc varchar(12), @amt money
  SELECT @id = PaymentId, @acc = AccountNo, @amt = Amount FROM inserted
  INSERT dbo.Posting (AccountNo, PostedOn, Credit, Text) SELECT AccountNo, PaidOn, Amount, 'payment ' + CAST(PaymentId AS varchar(20)) FROM inserted
END
GO
