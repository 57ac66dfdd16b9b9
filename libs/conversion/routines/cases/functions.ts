import { type CaseGroup, many, one } from './case-group.ts';

/** Scalar, inline and multi-statement functions, and what calls them. */
export const FUNCTIONS: CaseGroup = {
  name: 'functions',
  script: `
CREATE TABLE dbo.Sale (SaleId int NOT NULL PRIMARY KEY, Region varchar(10) NULL, Amount decimal(10,2) NULL, SoldAt datetime NULL)
GO
CREATE FUNCTION dbo.Vat(@Amount decimal(10,2), @Rate decimal(5,2) = 0.20) RETURNS decimal(10,2) AS
BEGIN
  RETURN @Amount * (1 + @Rate)
END
GO
CREATE FUNCTION dbo.RegionTotal(@Region varchar(10)) RETURNS decimal(12,2) AS
BEGIN
  DECLARE @Total decimal(12,2)
  SELECT @Total = SUM(Amount) FROM dbo.Sale WHERE Region = @Region
  IF @Total IS NULL RETURN 0
  RETURN @Total
END
GO
CREATE FUNCTION dbo.Initials(@Name nvarchar(50)) RETURNS nvarchar(10) WITH SCHEMABINDING AS
BEGIN
  DECLARE @out nvarchar(10) = N'', @i int = 1
  WHILE @i <= LEN(@Name)
  BEGIN
    IF @i = 1 OR SUBSTRING(@Name, @i - 1, 1) = N' ' SET @out += UPPER(SUBSTRING(@Name, @i, 1))
    SET @i += 1
  END
  RETURN @out
END
GO
CREATE FUNCTION dbo.Factorial(@n int) RETURNS int AS
BEGIN
  IF @n <= 1 RETURN 1
  RETURN @n * dbo.Factorial(@n - 1)
END
GO
CREATE FUNCTION dbo.SalesOf(@Region varchar(10)) RETURNS TABLE AS
RETURN (SELECT SaleId, Amount, dbo.Vat(Amount, DEFAULT) AS Gross FROM dbo.Sale WHERE Region = @Region)
GO
CREATE FUNCTION dbo.BigSales(@Region varchar(10), @Least decimal(10,2)) RETURNS TABLE AS
RETURN SELECT s.SaleId FROM dbo.SalesOf(@Region) AS s WHERE s.Amount >= @Least
GO
CREATE FUNCTION dbo.Numbers(@From int, @To int) RETURNS @r TABLE (n int, half decimal(9,1)) AS
BEGIN
  WHILE @From <= @To
  BEGIN
    INSERT INTO @r (n, half) VALUES (@From, @From / 2.0)
    SET @From = @From + 1
  END
  RETURN
END
GO
CREATE FUNCTION dbo.Ranked() RETURNS @r TABLE (Id int IDENTITY(1,1) PRIMARY KEY, Region varchar(10), Total decimal(12,2) NULL) AS
BEGIN
  INSERT @r (Region, Total) SELECT Region, SUM(Amount) FROM Sale WHERE Region IS NOT NULL GROUP BY Region ORDER BY Region
  UPDATE @r SET Total = Total * 10
  DELETE FROM @r WHERE Total < 0
  RETURN
END
GO
CREATE FUNCTION dbo.SplitList(@List varchar(100), @Sep char(1)) RETURNS @items TABLE (Item varchar(100)) AS
BEGIN
  DECLARE @pos int
  SET @pos = CHARINDEX(@Sep, @List)
  WHILE @pos > 0
  BEGIN
    INSERT INTO @items SELECT LEFT(@List, @pos - 1)
    SET @List = SUBSTRING(@List, @pos + 1, 100)
    SET @pos = CHARINDEX(@Sep, @List)
  END
  INSERT INTO @items VALUES (@List)
  RETURN
END
GO
CREATE VIEW dbo.GrossSales AS SELECT SaleId, dbo.Vat(Amount, 0.10) AS Gross FROM dbo.Sale
GO
CREATE VIEW dbo.NorthSales AS SELECT * FROM dbo.SalesOf('north')
GO
CREATE PROCEDURE dbo.ApplyRegions AS
SELECT r.Region, b.SaleId FROM (SELECT DISTINCT Region FROM Sale) r CROSS APPLY dbo.BigSales(r.Region, 5) b ORDER BY b.SaleId
GO
CREATE FUNCTION dbo.FirstOfMonth(@d datetime) RETURNS datetime AS
BEGIN
  RETURN DATEADD(month, DATEDIFF(month, 0, @d), 0)
END
GO
CREATE FUNCTION dbo.Grade(@n int) RETURNS varchar(10) AS
BEGIN
  DECLARE @g varchar(10)
  SET @g = CASE WHEN @n >= 90 THEN 'A' WHEN @n >= 50 THEN 'B' ELSE 'C' END
  RETURN @g
END
GO
CREATE FUNCTION dbo.IsWeekend(@d date) RETURNS bit AS
BEGIN
  IF DATEPART(weekday, @d) IN (1, 7) RETURN 1
  RETURN 0
END
GO
CREATE FUNCTION dbo.PlaceOf (@Pattern nvarchar(50), @Text nvarchar(50)) RETURNS int AS
BEGIN
  RETURN PATINDEX(@Pattern, @Text)
END
GO
CREATE FUNCTION dbo.Shown (@d datetime2(7), @t time, @o datetimeoffset) RETURNS varchar(200) AS
BEGIN
  RETURN CONVERT(varchar(40), @d, 127) + ' ' + CAST(@d AS varchar(40)) + ' ' + CONVERT(varchar(20), @t) + ' ' + CAST(@o AS varchar(40)) + ' ' + CONVERT(varchar(40), @o, 127)
END
GO
CREATE FUNCTION dbo.BytesOf (@i int) RETURNS varchar(100) AS
BEGIN
  RETURN CONVERT(varchar(20), CAST(@i AS varbinary(8)), 2) + ' ' + CONVERT(varchar(20), CAST(@i AS binary(6)), 2) + ' ' + CONVERT(varchar(20), CAST(@i AS binary(2)), 2)
END
GO
CREATE FUNCTION dbo.Escaped (@s nvarchar(50)) RETURNS nvarchar(100) AS
BEGIN
  RETURN STRING_ESCAPE(@s, 'json')
END
GO
CREATE PROCEDURE dbo.Remember @Info varbinary(128), @Tenant int, @Out varchar(50) OUTPUT AS
SET CONTEXT_INFO @Info
EXEC sp_set_session_context N'tenant id', @Tenant
SET @Out = CONVERT(varchar(20), CONTEXT_INFO(), 2) + ' ' + CAST(SESSION_CONTEXT(N'tenant id') AS varchar(10)) + ' ' + ISNULL(CAST(SESSION_CONTEXT(N'other') AS varchar(10)), '-')
GO`,
  cases: (() => {
    const rows = `INSERT INTO sale VALUES (1, 'north', 10, '2024-05-17'), (2, 'north', 2.5, NULL), (3, 'south', 7, NULL), (4, NULL, 1, NULL)`;
    const after = (name: string, sql: string, ...expected: string[]) => many(name, [rows, sql], ...expected);
    return [
      one(
        'a number as bytes',
        'SELECT bytes_of(258), bytes_of(-1)',
        '00000102 000000000102 0102|FFFFFFFF 0000FFFFFFFF FFFF',
      ),
      one('text within JSON', String.raw`SELECT escaped('a"b\c/d'), escaped(NULL)`, String.raw`a\"b\\c\/d|NULL`),
      one('what a session remembers', String.raw`CALL remember('\xab01', 7, NULL)`, 'AB01 7 -'),
      one(
        'the newer types of date and time as text',
        `SELECT shown('2024-02-03 04:05:06.123456', '07:08:09.5', '2024-02-03 04:05:06+00')`,
        '2024-02-03T04:05:06.1234560 2024-02-03 04:05:06.1234560 07:08:09.5000000 2024-02-03 04:05:06.0000000 +00:00 2024-02-03T04:05:06Z',
      ),
      one(
        'PATINDEX of a pattern that is only known when it runs',
        `SELECT place_of('%b.c%', 'aB.Cd'), place_of('b%', 'ab'), place_of('%[0-9]', 'ab7'), place_of('%a_c%', 'xabc'), place_of(NULL, 'a'), place_of('%(x)%', 'a(x)')`,
        '2|0|3|2|NULL|2',
      ),
      one('a scalar function', 'SELECT vat(100, 0.5)', '150.00'),
      one('the default of its parameter', 'SELECT vat(100)', '120.00'),
      one('NULL in, NULL out', 'SELECT vat(NULL)', 'NULL'),
      after('a function that reads a table', `SELECT region_total('NORTH')`, '12.50'),
      after('RETURN from within', `SELECT region_total('west')`, '0.00'),
      one('a loop in a function', `SELECT initials('ann b carr')`, 'ABC'),
      one('a function that calls itself', 'SELECT factorial(5)', '120'),
      after('an inline function', `SELECT * FROM sales_of('north') ORDER BY 1`, '1|10.00|12.00', '2|2.50|3.00'),
      after('an inline function over another', `SELECT * FROM big_sales('north', 5)`, '1'),
      one('a multi-statement function that appends', 'SELECT * FROM numbers(1, 3)', '1|0.5', '2|1.0', '3|1.5'),
      after(
        'a multi-statement function that changes its rows',
        'SELECT * FROM ranked()',
        '1|north|125.00',
        '2|south|70.00',
      ),
      one('a list taken apart', `SELECT * FROM split_list('a,bc,', ',')`, 'a', 'bc', ''),
      after('a view that calls a function', 'SELECT gross FROM gross_sales WHERE sale_id = 1', '11.00'),
      after('a view over an inline function', 'SELECT count(*) FROM north_sales', '2'),
      after('CROSS APPLY of a function', 'SELECT * FROM apply_regions()', 'north|1', 'south|3'),
      one('the first of a month', `SELECT first_of_month('2024-05-17 13:00')`, '2024-05-01 00:00:00'),
      one('CASE in a function', 'SELECT grade(90), grade(60), grade(NULL)', 'A|B|C'),
      one('DATEPART(weekday) counts from Sunday', `SELECT is_weekend('2024-05-19'), is_weekend('2024-05-20')`, 't|f'),
    ];
  })(),
  texts: [
    { object: 'dbo.Numbers', text: 'RETURN QUERY' },
    { object: 'dbo.Vat', text: 'IMMUTABLE' },
    { object: 'dbo.SalesOf', text: 'LANGUAGE sql' },
  ],
};
