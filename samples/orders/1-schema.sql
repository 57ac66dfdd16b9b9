-- An order-keeping business, made for trying Sluice: every type of the wire contract, every kind of key, and names that break tools.
SET QUOTED_IDENTIFIER ON;
GO
CREATE SCHEMA sales;
GO
CREATE TYPE dbo.PhoneNumber FROM varchar(24) NULL;
GO
CREATE SEQUENCE dbo.InvoiceNumber AS bigint START WITH 1000 INCREMENT BY 1 CACHE 20;
GO
CREATE TABLE dbo.Country (
  CountryCode char(2) NOT NULL CONSTRAINT PK_Country PRIMARY KEY,
  Name nvarchar(80) NOT NULL,
  Population bigint NULL
);
GO
CREATE TABLE dbo.Customer (
  CustomerId int IDENTITY(1, 1) NOT NULL,
  Code varchar(20) NOT NULL,
  Name nvarchar(100) NOT NULL,
  Email varchar(200) NULL,
  Phone dbo.PhoneNumber,
  CountryCode char(2) NOT NULL CONSTRAINT FK_Customer_Country REFERENCES dbo.Country (CountryCode),
  CreditLimit money NOT NULL CONSTRAINT DF_Customer_CreditLimit DEFAULT (1000),
  IsActive bit NOT NULL CONSTRAINT DF_Customer_IsActive DEFAULT (1),
  CreatedAt datetime2(3) NOT NULL CONSTRAINT DF_Customer_CreatedAt DEFAULT (SYSUTCDATETIME()),
  Label AS (Code + ' ' + CountryCode),
  CONSTRAINT PK_Customer PRIMARY KEY CLUSTERED (CustomerId),
  CONSTRAINT UQ_Customer_Code UNIQUE (Code),
  CONSTRAINT CK_Customer_CreditLimit CHECK (CreditLimit >= 0)
);
GO
CREATE INDEX IX_Name ON dbo.Customer (Name) INCLUDE (Email, CountryCode);
CREATE INDEX IX_Customer_Active ON dbo.Customer (CountryCode, Name) WHERE IsActive = 1;
GO
CREATE TABLE dbo.Category (
  CategoryId int NOT NULL CONSTRAINT PK_Category PRIMARY KEY,
  ParentId int NULL CONSTRAINT FK_Category_Parent REFERENCES dbo.Category (CategoryId),
  Name nvarchar(60) NOT NULL
);
GO
CREATE TABLE dbo.Product (
  ProductId uniqueidentifier NOT NULL CONSTRAINT PK_Product PRIMARY KEY CONSTRAINT DF_Product_Id DEFAULT (NEWID()),
  Sku varchar(30) NOT NULL CONSTRAINT UQ_Product_Sku UNIQUE,
  Name nvarchar(120) NOT NULL,
  CategoryId int NOT NULL CONSTRAINT FK_Product_Category REFERENCES dbo.Category (CategoryId),
  Price decimal(19, 4) NOT NULL,
  Weight real NULL,
  Rating float NULL,
  Discontinued bit NOT NULL DEFAULT (0),
  Version rowversion
);
GO
CREATE INDEX IX_Name ON dbo.Product (Name DESC);
GO
CREATE TABLE dbo.[Order] (
  OrderId bigint IDENTITY(100000, 1) NOT NULL CONSTRAINT PK_Order PRIMARY KEY,
  CustomerId int NOT NULL CONSTRAINT FK_Order_Customer REFERENCES dbo.Customer (CustomerId),
  OrderedAt datetime NOT NULL CONSTRAINT DF_Order_OrderedAt DEFAULT (GETDATE()),
  ShipBy date NULL,
  ShipTime time(0) NULL,
  Status tinyint NOT NULL CONSTRAINT DF_Order_Status DEFAULT (0),
  Note nvarchar(400) NULL,
  CONSTRAINT CK_Order_Status CHECK (Status BETWEEN 0 AND 9)
);
GO
CREATE INDEX IX_Order_Open ON dbo.[Order] (CustomerId, OrderedAt DESC) INCLUDE (Status) WHERE Status < 9;
GO
CREATE TABLE dbo.OrderLine (
  OrderId bigint NOT NULL,
  LineNumber smallint NOT NULL,
  ProductId uniqueidentifier NOT NULL CONSTRAINT FK_OrderLine_Product REFERENCES dbo.Product (ProductId),
  Quantity int NOT NULL,
  UnitPrice decimal(19, 4) NOT NULL,
  Discount decimal(5, 4) NOT NULL CONSTRAINT DF_OrderLine_Discount DEFAULT (0),
  LineTotal AS (Quantity * UnitPrice) PERSISTED,
  CONSTRAINT PK_OrderLine PRIMARY KEY (OrderId, LineNumber),
  CONSTRAINT FK_OrderLine_Order FOREIGN KEY (OrderId) REFERENCES dbo.[Order] (OrderId) ON DELETE CASCADE,
  CONSTRAINT CK_OrderLine_Quantity CHECK (Quantity > 0)
);
GO
CREATE TABLE dbo.Invoice (
  InvoiceNumber bigint NOT NULL CONSTRAINT PK_Invoice PRIMARY KEY CONSTRAINT DF_Invoice_Number DEFAULT (NEXT VALUE FOR dbo.InvoiceNumber),
  OrderId bigint NOT NULL,
  Amount money NOT NULL,
  IssuedAt datetimeoffset(3) NOT NULL
);
GO
CREATE TABLE dbo.Department (
  DepartmentId int NOT NULL CONSTRAINT PK_Department PRIMARY KEY,
  Name nvarchar(60) NOT NULL,
  ManagerId int NULL
);
GO
CREATE TABLE dbo.Employee (
  EmployeeId int NOT NULL CONSTRAINT PK_Employee PRIMARY KEY,
  Name nvarchar(80) NOT NULL,
  DepartmentId int NULL CONSTRAINT FK_Employee_Department REFERENCES dbo.Department (DepartmentId),
  BornOn date NULL
);
GO
ALTER TABLE dbo.Department ADD CONSTRAINT FK_Department_Manager FOREIGN KEY (ManagerId) REFERENCES dbo.Employee (EmployeeId);
GO
CREATE TABLE sales.Voucher (
  VoucherCode varchar(40) COLLATE SQL_Latin1_General_CP1_CI_AS NOT NULL CONSTRAINT PK_Voucher PRIMARY KEY,
  Amount smallmoney NOT NULL,
  ValidUntil smalldatetime NULL,
  Used bit NOT NULL
);
GO
CREATE TABLE sales.Reading (
  Meter decimal(38, 0) NOT NULL,
  TakenAt datetime2(7) NOT NULL,
  Amount numeric(20, 6) NULL,
  CONSTRAINT PK_Reading PRIMARY KEY (Meter, TakenAt)
);
GO
CREATE TABLE dbo.AuditLog (
  At datetime2(7) NOT NULL,
  Who nvarchar(60) NULL,
  What varchar(200) NULL
);
GO
CREATE TABLE dbo.Document (
  DocumentId int NOT NULL CONSTRAINT PK_Document PRIMARY KEY,
  Title nvarchar(200) NOT NULL,
  Body nvarchar(max) NULL,
  Content varbinary(max) NULL,
  Meta xml NULL,
  Revision int NOT NULL CONSTRAINT DF_Document_Revision DEFAULT (1)
);
GO
CREATE TABLE dbo.AllTypes (
  Id int NOT NULL CONSTRAINT PK_AllTypes PRIMARY KEY,
  c_bit bit NULL,
  c_tinyint tinyint NULL,
  c_smallint smallint NULL,
  c_int int NULL,
  c_bigint bigint NULL,
  c_decimal decimal(38, 10) NULL,
  c_numeric numeric(18, 0) NULL,
  c_money money NULL,
  c_smallmoney smallmoney NULL,
  c_real real NULL,
  c_float float NULL,
  c_char char(10) NULL,
  c_varchar varchar(50) NULL,
  c_nchar nchar(10) NULL,
  c_nvarchar nvarchar(50) NULL,
  c_text text NULL,
  c_ntext ntext NULL,
  c_varchar_max varchar(max) NULL,
  c_nvarchar_max nvarchar(max) NULL,
  c_binary binary(8) NULL,
  c_varbinary varbinary(50) NULL,
  c_varbinary_max varbinary(max) NULL,
  c_image image NULL,
  c_guid uniqueidentifier NULL,
  c_date date NULL,
  c_time time(7) NULL,
  c_time0 time(0) NULL,
  c_smalldatetime smalldatetime NULL,
  c_datetime datetime NULL,
  c_datetime2 datetime2(7) NULL,
  c_datetime2_3 datetime2(3) NULL,
  c_datetimeoffset datetimeoffset(7) NULL,
  c_xml xml NULL,
  c_variant sql_variant NULL,
  c_hierarchyid hierarchyid NULL
);
GO
CREATE TABLE dbo.[We]]ird "table's" name 😀] (
  [the ]]key]]] int NOT NULL CONSTRAINT [PK we]]ird] PRIMARY KEY,
  [a "quoted" column] nvarchar(50) NULL,
  [SELECT] int NULL,
  [naïve.dotted; --] varchar(30) NULL
);
GO
CREATE TABLE dbo.[A name that goes on and on until it has one hundred and twenty bytes in all, which is more than PostgreSQL can hold in one] (
  Id int NOT NULL PRIMARY KEY,
  [A column whose name is longer than sixty-three bytes, and differs from the next one in 1] int NULL,
  [A column whose name is longer than sixty-three bytes, and differs from the next one in 2] int NULL
);
GO
CREATE TABLE dbo.EmptyOne (Id int NOT NULL PRIMARY KEY, Name nvarchar(20) NULL);
CREATE TABLE sales.EmptyTwo (A int NOT NULL, B varchar(10) NOT NULL, CONSTRAINT PK_EmptyTwo PRIMARY KEY (A, B));
GO
CREATE VIEW dbo.OpenOrders AS
SELECT o.OrderId, c.Code AS CustomerCode, c.Name, o.OrderedAt, o.Status
FROM dbo.[Order] AS o JOIN dbo.Customer AS c ON c.CustomerId = o.CustomerId
WHERE o.Status < 9;
GO
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'People and companies that order', @level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = N'Customer';
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'Short name, compares without case', @level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = N'Customer', @level2type = N'COLUMN', @level2name = N'Code';
GO
