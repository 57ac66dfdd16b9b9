-- Rows that matter one by one; the many rows come from the generator.
INSERT INTO dbo.Country (CountryCode, Name, Population) VALUES
  ('AT', N'Österreich', 9132000), ('BR', N'Brasil', 203062512), ('DE', N'Deutschland', 84482267), ('JP', N'日本', 124500000), ('US', N'United States', 334914895), ('XX', N'', NULL);
GO
INSERT INTO dbo.Category (CategoryId, ParentId, Name) VALUES (1, NULL, N'All'), (2, 1, N'Tools'), (3, 1, N'Toys'), (4, 2, N'Hammers'), (5, 2, N'Saws'), (6, 3, N'Kites');
GO
INSERT INTO dbo.Department (DepartmentId, Name, ManagerId) VALUES (1, N'Sales', NULL), (2, N'Store', NULL);
INSERT INTO dbo.Employee (EmployeeId, Name, DepartmentId, BornOn) VALUES (1, N'Ada', 1, '1815-12-10'), (2, N'Émile', 2, '1900-02-28'), (3, N'Grace', 1, NULL);
UPDATE dbo.Department SET ManagerId = 1 WHERE DepartmentId = 1;
UPDATE dbo.Department SET ManagerId = 2 WHERE DepartmentId = 2;
GO
INSERT INTO dbo.AllTypes (Id) VALUES (1);
INSERT INTO dbo.AllTypes VALUES (2, 1, 255, 32767, 2147483647, 9223372036854775807, 9999999999999999999999999999.0123456789, 999999999999999999, 922337203685477.5807, 214748.3647,
  3.4028235E+38, 1.7976931348623157E+308, 'abc', 'plain', N'日本', N'emoji 😀', 'text', N'ntext ✓', REPLICATE('x', 9000), REPLICATE(N'ü', 5000), 0x0102030405060708, 0x00FF, 0xDEADBEEF, 0x00,
  '6F9619FF-8B86-D011-B42D-00C04FC964FF', '9999-12-31', '23:59:59.9999999', '23:59:59', '2079-06-06 23:59', '9999-12-31 23:59:59.997', '9999-12-31 23:59:59.9999999', '9999-12-31 23:59:59.999',
  '9999-12-31 23:59:59.9999999 +14:00', N'<a b="1">text</a>', CAST(42 AS int), hierarchyid::Parse('/1/3.5/'));
INSERT INTO dbo.AllTypes VALUES (3, 0, 0, -32768, -2147483648, -9223372036854775808, -9999999999999999999999999999.0123456789, -999999999999999999, -922337203685477.5808, -214748.3648,
  -3.4028235E+38, -1.7976931348623157E+308, '', '', N'', N'', '', N'', '', N'', 0x0000000000000000, 0x, 0x, 0x,
  '00000000-0000-0000-0000-000000000000', '0001-01-01', '00:00:00', '00:00:00', '1900-01-01 00:00', '1753-01-01 00:00:00', '0001-01-01 00:00:00', '0001-01-01 00:00:00',
  '0001-01-01 14:00:00 +14:00', N'<r/>', CAST(N'nvarchar in a variant' AS nvarchar(50)), hierarchyid::Parse('/'));
INSERT INTO dbo.AllTypes (Id, c_real, c_float, c_char, c_varchar, c_nvarchar, c_datetime, c_datetime2, c_datetimeoffset, c_variant) VALUES
  (4, 1.1, 0.1, 'tab	x', 'NULL', N'\N and \ back', '2024-02-29 12:34:56.007', '2024-02-29 12:34:56.1234567', '2024-03-10 02:30:00 -05:00', CAST(1.50 AS money)),
  (5, 1E-38, 1E-308, ' lead', 'trail  ', N'line' + NCHAR(10) + N'break', '2024-01-01 00:00:00.003', '1900-01-01 00:00:00.0000001', '1969-12-31 23:59:59.9999999 +00:00', CAST('2024-02-29' AS date));
GO
INSERT INTO sales.Voucher (VoucherCode, Amount, ValidUntil, Used) VALUES ('Welcome', 10, '2030-01-01 12:00', 0), ('SUMMER-24', 5.25, NULL, 1), ('tail ', 1, NULL, 0);
INSERT INTO sales.Reading (Meter, TakenAt, Amount) VALUES
  (9223372036854775807, '2024-01-01 00:00:00.0000001', 1.5), (9223372036854775808, '2024-01-01 00:00:00.0000001', 2.5), (9223372036854775808, '2024-01-01 00:00:00.0000002', 3.5),
  (99999999999999999999999999999999999999, '9999-12-31 23:59:59.9999999', NULL);
GO
INSERT INTO dbo.AuditLog (At, Who, What) VALUES ('2024-01-01', N'ada', 'login'), ('2024-01-01', N'ada', 'login'), ('2024-01-01', N'ada', 'login'), ('2024-01-02', NULL, NULL);
GO
INSERT INTO dbo.Document (DocumentId, Title, Body, Content, Meta) VALUES
  (1, N'Small', N'body', 0x0102, N'<m a="1"/>'), (2, N'Nothing', NULL, NULL, NULL), (3, N'Five megabytes', REPLICATE(CAST(N'0123456789' AS nvarchar(max)), 250000), CAST(REPLICATE(CAST('x' AS varchar(max)), 2500000) AS varbinary(max)), NULL);
GO
INSERT INTO dbo.[We]]ird "table's" name 😀] VALUES (1, N'one', 1, 'a'), (2, N'"two"', 2, 'b''c'), (3, NULL, NULL, NULL);
INSERT INTO dbo.[A name that goes on and on until it has one hundred and twenty bytes in all, which is more than PostgreSQL can hold in one] VALUES (1, 10, 20), (2, 30, 40);
GO
