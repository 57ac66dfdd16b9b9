-- What the programs in this folder look at: every type with its extremes, keys and indexes of every kind, procedures with parameters.
ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON;
GO
CREATE SCHEMA jt;
GO
CREATE TABLE jt.parent (
  id int IDENTITY(1, 1) NOT NULL CONSTRAINT PK_parent PRIMARY KEY,
  code varchar(20) NOT NULL CONSTRAINT UQ_parent_code UNIQUE,
  amount decimal(9, 2) NOT NULL CONSTRAINT DF_parent_amount DEFAULT (1.5),
  born datetime2(3) NULL,
  label AS (code + '!'),
  version rowversion
);
CREATE INDEX IX_parent_born ON jt.parent (born DESC, amount) WHERE amount > 0;
GO
CREATE TABLE jt.child (
  a int NOT NULL,
  b char(3) NOT NULL,
  parent_id int NULL,
  CONSTRAINT PK_child PRIMARY KEY NONCLUSTERED (b, a),
  CONSTRAINT FK_child_parent FOREIGN KEY (parent_id) REFERENCES jt.parent (id) ON DELETE CASCADE ON UPDATE SET NULL
);
CREATE TABLE jt.a_b (x int);
CREATE TABLE jt.aXb (x int);
CREATE TABLE jt.counted (id int IDENTITY(100, 10) PRIMARY KEY, name nvarchar(50));
CREATE TABLE jt.batched (id int NOT NULL PRIMARY KEY, text nvarchar(100), at datetime2(7));
CREATE TABLE jt.worked (id int);
GO
CREATE VIEW jt.big_parents AS SELECT id, code FROM jt.parent WHERE amount > 100;
GO
CREATE TYPE jt.pairs AS TABLE (id int, text nvarchar(50));
GO
CREATE PROCEDURE jt.outputs @in int, @big bigint OUTPUT, @money decimal(10, 4) OUTPUT, @text nvarchar(50) OUTPUT, @at datetime2(7) OUTPUT, @bytes varbinary(10) OUTPUT, @flag bit OUTPUT AS
BEGIN
  SELECT @big = CAST(@in AS bigint) * 1000000000000, @money = @in / 8.0, @text = N'ü ' + CAST(@in AS nvarchar(10)), @at = '2024-02-29 12:34:56.1234567', @bytes = 0x00FF, @flag = 1;
END;
GO
CREATE PROCEDURE jt.pair @n int, @twice int OUTPUT AS SET @twice = @n * 2;
GO
CREATE PROCEDURE jt.rows_and_return @n int AS
BEGIN
  SET NOCOUNT ON;
  SELECT @n AS n, 'row' AS said;
  RETURN @n * 100;
END;
GO
CREATE FUNCTION jt.twice (@n int) RETURNS int AS BEGIN RETURN @n * 2 END;
GO
CREATE TABLE jt.every_type (
  id int NOT NULL PRIMARY KEY,
  c_bit bit, c_tinyint tinyint, c_smallint smallint, c_int int, c_bigint bigint, c_decimal decimal(38, 10), c_numeric numeric(18, 0), c_money money, c_smallmoney smallmoney, c_real real, c_float float,
  c_char char(10), c_varchar varchar(50), c_nchar nchar(10), c_nvarchar nvarchar(50), c_text text, c_ntext ntext, c_varchar_max varchar(max), c_nvarchar_max nvarchar(max),
  c_binary binary(8), c_varbinary varbinary(50), c_varbinary_max varbinary(max), c_image image, c_guid uniqueidentifier,
  c_date date, c_time time(7), c_time0 time(0), c_smalldatetime smalldatetime, c_datetime datetime, c_datetime2 datetime2(7), c_datetimeoffset datetimeoffset(7), c_xml xml
);
GO
SELECT * INTO jt.every_type_again FROM jt.every_type WHERE 1 = 0;
GO
INSERT INTO jt.every_type (id) VALUES (1);
INSERT INTO jt.every_type VALUES (2, 1, 255, 32767, 2147483647, 9223372036854775807, 9999999999999999999999999999.0123456789, 999999999999999999, 922337203685477.5807, 214748.3647, 3.4028235E+38, 1.7976931348623157E+308,
  'abc', 'plain', N'日本', N'emoji 😀', 'text', N'ntext ✓', REPLICATE('x', 20), REPLICATE(N'ü', 20), 0x0102030405060708, 0x00FF, 0xDEADBEEF, 0x00, '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  '9999-12-31', '23:59:59.9999999', '23:59:59', '2079-06-06 23:59', '9999-12-31 23:59:59.997', '9999-12-31 23:59:59.9999999', '9999-12-31 09:59:59.9999999 -14:00', N'<a b="1">text</a>');
INSERT INTO jt.every_type VALUES (3, 0, 0, -32768, -2147483648, -9223372036854775808, -9999999999999999999999999999.0123456789, -999999999999999999, -922337203685477.5808, -214748.3648, -3.4028235E+38, -1.7976931348623157E+308,
  '', '', N'', N'', '', N'', '', N'', 0x0000000000000000, 0x, 0x, 0x, '00000000-0000-0000-0000-000000000000',
  '0001-01-01', '00:00:00', '00:00:00', '1900-01-01 00:00', '1753-01-01 00:00:00', '0001-01-01 00:00:00', '0001-01-01 14:00:00 +14:00', N'<r/>');
INSERT INTO jt.every_type (id, c_real, c_float, c_varchar, c_nvarchar, c_time, c_datetime, c_datetime2, c_datetimeoffset) VALUES
  (4, 1.1, 0.1, 'trail  ', N'line' + NCHAR(10) + N'break', '12:00:00.0000001', '2024-02-29 12:34:56.007', '2024-02-29 12:34:56.1234567', '2024-03-10 02:30:00 -05:00');
GO
CREATE TABLE jt.variants (id int IDENTITY PRIMARY KEY, v sql_variant);
INSERT INTO jt.variants (v) VALUES (NULL), (CAST(42 AS int)), (CAST(1.5 AS decimal(5, 2))), (CAST(N'ü' AS nvarchar(9))), (CAST('v' AS varchar(9))), (CAST('2024-02-29' AS date)), (0x0102),
  (CAST(1.25 AS money)), (CAST(2.5 AS float)), (CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)), (CAST('2024-02-29 01:02:03.4567891' AS datetime2(7))), (CAST(1 AS bit));
GO
