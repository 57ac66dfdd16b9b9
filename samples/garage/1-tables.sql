/*
    Garage: the database of a chain of repair workshops.
    A second sample, in the style of products that have grown for years: guards as SSMS writes them, alias and table types, two naming habits.
*/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
IF NOT EXISTS (SELECT * FROM sys.schemas WHERE name = N'stock') EXEC(N'CREATE SCHEMA [stock]')
GO
IF NOT EXISTS (SELECT * FROM sys.schemas WHERE name = N'billing') EXEC(N'CREATE SCHEMA [billing]')
GO
IF NOT EXISTS (SELECT * FROM sys.schemas WHERE name = N'staff') EXEC(N'CREATE SCHEMA [staff]')
GO
IF NOT EXISTS (SELECT * FROM sys.schemas WHERE name = N'report') EXEC(N'CREATE SCHEMA [report]')
GO
-- Types that the whole product shares.
CREATE TYPE [dbo].[Flag] FROM [bit] NOT NULL
GO
CREATE TYPE [dbo].[PersonName] FROM [nvarchar](80) NULL
GO
CREATE TYPE [dbo].[PhoneNumber] FROM [varchar](25) NULL
GO
CREATE TYPE [dbo].[Amount] FROM [decimal](19, 4) NULL
GO
CREATE TYPE [dbo].[IdList] AS TABLE ([Id] [int] NOT NULL PRIMARY KEY)
GO
CREATE TYPE [dbo].[KeyValueList] AS TABLE ([Name] [nvarchar](100) NOT NULL, [Value] [nvarchar](max) NULL)
GO
CREATE TYPE [stock].[PartLines] AS TABLE (
	[PartId] [int] NOT NULL,
	[Quantity] [decimal](12, 3) NOT NULL,
	[UnitPrice] [money] NULL
)
GO

CREATE TABLE [dbo].[Country](
	[CountryCode] [char](2) NOT NULL,
	[Name] [nvarchar](100) NOT NULL,
	[PhonePrefix] [varchar](6) NULL,
	[IsActive] [bit] NOT NULL CONSTRAINT [DF_Country_IsActive] DEFAULT ((1)),
 CONSTRAINT [PK_Country] PRIMARY KEY CLUSTERED ([CountryCode] ASC) WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
CREATE TABLE [dbo].[Currency](
	[CurrencyCode] [char](3) NOT NULL,
	[Name] [nvarchar](50) NOT NULL,
	[Decimals] [tinyint] NOT NULL CONSTRAINT [DF_Currency_Decimals] DEFAULT ((2)),
 CONSTRAINT [PK_Currency] PRIMARY KEY CLUSTERED ([CurrencyCode] ASC)
) ON [PRIMARY]
GO
CREATE TABLE [dbo].[ExchangeRate](
	[FromCurrency] [char](3) NOT NULL,
	[ToCurrency] [char](3) NOT NULL,
	[ValidFrom] [date] NOT NULL,
	[Rate] [decimal](18, 8) NOT NULL,
 CONSTRAINT [PK_ExchangeRate] PRIMARY KEY CLUSTERED ([FromCurrency] ASC, [ToCurrency] ASC, [ValidFrom] DESC),
 CONSTRAINT [CK_ExchangeRate_Rate] CHECK ([Rate] > 0)
) ON [PRIMARY]
GO
CREATE TABLE [dbo].[Setting](
	[SettingId] [int] IDENTITY(1,1) NOT NULL,
	[Name] [nvarchar](100) NOT NULL,
	[Value] [nvarchar](max) NULL,
	[WorkshopId] [int] NULL,
	[ChangedOn] [datetime] NOT NULL CONSTRAINT [DF_Setting_ChangedOn] DEFAULT (getdate()),
 CONSTRAINT [PK_Setting] PRIMARY KEY CLUSTERED ([SettingId] ASC),
 CONSTRAINT [UQ_Setting] UNIQUE NONCLUSTERED ([Name] ASC, [WorkshopId] ASC)
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
CREATE TABLE [dbo].[NumberRange](
	[RangeName] [varchar](30) NOT NULL,
	[Prefix] [varchar](10) NOT NULL CONSTRAINT [DF_NumberRange_Prefix] DEFAULT (''),
	[NextNumber] [int] NOT NULL CONSTRAINT [DF_NumberRange_Next] DEFAULT ((1)),
	[Digits] [tinyint] NOT NULL CONSTRAINT [DF_NumberRange_Digits] DEFAULT ((6)),
 CONSTRAINT [PK_NumberRange] PRIMARY KEY CLUSTERED ([RangeName] ASC)
)
GO
CREATE TABLE [dbo].[Address](
	[AddressId] [int] IDENTITY(1,1) NOT NULL,
	[Line1] [nvarchar](120) NOT NULL,
	[Line2] [nvarchar](120) NULL,
	[City] [nvarchar](80) NOT NULL,
	[PostCode] [varchar](12) NULL,
	[CountryCode] [char](2) NOT NULL CONSTRAINT [DF_Address_Country] DEFAULT ('GB'),
	[OneLine]  AS (([Line1]+isnull(', '+[Line2],''))+', '+[City]),
 CONSTRAINT [PK_Address] PRIMARY KEY CLUSTERED ([AddressId] ASC),
 CONSTRAINT [FK_Address_Country] FOREIGN KEY ([CountryCode]) REFERENCES [dbo].[Country] ([CountryCode])
)
GO
CREATE TABLE [dbo].[Workshop](
	[WorkshopId] [int] IDENTITY(1,1) NOT NULL,
	[Code] [varchar](8) NOT NULL,
	[Name] [nvarchar](100) NOT NULL,
	[AddressId] [int] NULL,
	[CurrencyCode] [char](3) NOT NULL CONSTRAINT [DF_Workshop_Currency] DEFAULT ('GBP'),
	[OpensAt] [time](0) NOT NULL CONSTRAINT [DF_Workshop_Opens] DEFAULT ('08:00'),
	[ClosesAt] [time](0) NOT NULL CONSTRAINT [DF_Workshop_Closes] DEFAULT ('17:30'),
	[HourlyRate] [money] NOT NULL CONSTRAINT [DF_Workshop_Rate] DEFAULT ((60)),
	[IsActive] [dbo].[Flag] CONSTRAINT [DF_Workshop_IsActive] DEFAULT ((1)),
	[RowGuid] [uniqueidentifier] ROWGUIDCOL NOT NULL CONSTRAINT [DF_Workshop_RowGuid] DEFAULT (newid()),
 CONSTRAINT [PK_Workshop] PRIMARY KEY CLUSTERED ([WorkshopId] ASC),
 CONSTRAINT [UQ_Workshop_Code] UNIQUE NONCLUSTERED ([Code] ASC),
 CONSTRAINT [FK_Workshop_Address] FOREIGN KEY ([AddressId]) REFERENCES [dbo].[Address] ([AddressId]),
 CONSTRAINT [FK_Workshop_Currency] FOREIGN KEY ([CurrencyCode]) REFERENCES [dbo].[Currency] ([CurrencyCode])
)
GO
CREATE TABLE [dbo].[Bay](
	[BayId] [int] IDENTITY(1,1) NOT NULL,
	[WorkshopId] [int] NOT NULL,
	[Name] [nvarchar](30) NOT NULL,
	[HasLift] [bit] NOT NULL CONSTRAINT [DF_Bay_HasLift] DEFAULT ((0)),
	[MaxWeightKg] [int] NULL,
 CONSTRAINT [PK_Bay] PRIMARY KEY CLUSTERED ([BayId] ASC),
 CONSTRAINT [UQ_Bay] UNIQUE ([WorkshopId], [Name]),
 CONSTRAINT [FK_Bay_Workshop] FOREIGN KEY ([WorkshopId]) REFERENCES [dbo].[Workshop] ([WorkshopId]) ON DELETE CASCADE
)
GO
CREATE TABLE [dbo].[Holiday](
	[WorkshopId] [int] NOT NULL,
	[Day] [date] NOT NULL,
	[Reason] [nvarchar](100) NULL,
 CONSTRAINT [PK_Holiday] PRIMARY KEY ([WorkshopId], [Day]),
 CONSTRAINT [FK_Holiday_Workshop] FOREIGN KEY ([WorkshopId]) REFERENCES [dbo].[Workshop] ([WorkshopId])
)
GO
CREATE TABLE [dbo].[CustomerGroup](
	[CustomerGroupId] [smallint] IDENTITY(1,1) NOT NULL,
	[Name] [nvarchar](60) NOT NULL,
	[DiscountPercent] [decimal](5, 2) NOT NULL CONSTRAINT [DF_CustomerGroup_Discount] DEFAULT ((0)),
	[PaymentDays] [smallint] NOT NULL CONSTRAINT [DF_CustomerGroup_Days] DEFAULT ((14)),
 CONSTRAINT [PK_CustomerGroup] PRIMARY KEY CLUSTERED ([CustomerGroupId] ASC),
 CONSTRAINT [CK_CustomerGroup_Discount] CHECK ([DiscountPercent] BETWEEN 0 AND 100)
)
GO
CREATE TABLE [dbo].[Customer](
	[CustomerId] [int] IDENTITY(1000,1) NOT NULL,
	[CustomerNumber] [varchar](20) NOT NULL,
	[CustomerGroupId] [smallint] NULL,
	[Title] [nvarchar](20) NULL,
	[FirstName] [dbo].[PersonName],
	[LastName] [dbo].[PersonName] NOT NULL,
	[CompanyName] [nvarchar](120) NULL,
	[Email] [varchar](254) NULL,
	[Phone] [dbo].[PhoneNumber],
	[AddressId] [int] NULL,
	[BirthDate] [date] NULL,
	[CreditLimit] [money] NOT NULL CONSTRAINT [DF_Customer_CreditLimit] DEFAULT ((0)),
	[Balance] [money] NOT NULL CONSTRAINT [DF_Customer_Balance] DEFAULT ((0)),
	[IsBlocked] [bit] NOT NULL CONSTRAINT [DF_Customer_IsBlocked] DEFAULT ((0)),
	[Notes] [nvarchar](max) NULL,
	[Preferences] [xml] NULL,
	[CreatedOn] [datetime] NOT NULL CONSTRAINT [DF_Customer_CreatedOn] DEFAULT (getdate()),
	[CreatedBy] [nvarchar](128) NOT NULL CONSTRAINT [DF_Customer_CreatedBy] DEFAULT (suser_sname()),
	[ModifiedOn] [datetime] NULL,
	[FullName]  AS (ltrim(rtrim((isnull([FirstName],'')+' ')+[LastName]))),
	[RowVersion] [timestamp] NOT NULL,
 CONSTRAINT [PK_Customer] PRIMARY KEY CLUSTERED ([CustomerId] ASC),
 CONSTRAINT [UQ_Customer_Number] UNIQUE NONCLUSTERED ([CustomerNumber] ASC),
 CONSTRAINT [FK_Customer_Group] FOREIGN KEY ([CustomerGroupId]) REFERENCES [dbo].[CustomerGroup] ([CustomerGroupId]) ON DELETE SET NULL,
 CONSTRAINT [FK_Customer_Address] FOREIGN KEY ([AddressId]) REFERENCES [dbo].[Address] ([AddressId])
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
CREATE NONCLUSTERED INDEX [IX_Customer_Name] ON [dbo].[Customer] ([LastName] ASC, [FirstName] ASC) INCLUDE ([Phone], [Email]) WITH (FILLFACTOR = 90)
GO
CREATE UNIQUE NONCLUSTERED INDEX [IX_Customer_Email] ON [dbo].[Customer] ([Email] ASC) WHERE ([Email] IS NOT NULL)
GO
CREATE TABLE [dbo].[CustomerContact](
	[CustomerContactId] [int] IDENTITY(1,1) NOT NULL,
	[CustomerId] [int] NOT NULL,
	[Kind] [varchar](10) NOT NULL,
	[Value] [nvarchar](254) NOT NULL,
	[IsPrimary] [bit] NOT NULL CONSTRAINT [DF_CustomerContact_IsPrimary] DEFAULT ((0)),
 CONSTRAINT [PK_CustomerContact] PRIMARY KEY ([CustomerContactId]),
 CONSTRAINT [CK_CustomerContact_Kind] CHECK ([Kind] IN ('mail', 'phone', 'mobile', 'fax')),
 CONSTRAINT [FK_CustomerContact_Customer] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId]) ON DELETE CASCADE
)
GO
CREATE TABLE [dbo].[CustomerNote](
	[CustomerNoteId] [bigint] IDENTITY(1,1) NOT NULL,
	[CustomerId] [int] NOT NULL,
	[Text] [ntext] NOT NULL,
	[WrittenBy] [sysname] NOT NULL,
	[WrittenOn] [smalldatetime] NOT NULL CONSTRAINT [DF_CustomerNote_WrittenOn] DEFAULT (getdate()),
 CONSTRAINT [PK_CustomerNote] PRIMARY KEY ([CustomerNoteId]),
 CONSTRAINT [FK_CustomerNote_Customer] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId])
)
GO
CREATE TABLE [dbo].[Make](
	[MakeId] [int] IDENTITY(1,1) NOT NULL,
	[Name] [nvarchar](60) NOT NULL,
 CONSTRAINT [PK_Make] PRIMARY KEY ([MakeId]),
 CONSTRAINT [UQ_Make] UNIQUE ([Name])
)
GO
CREATE TABLE [dbo].[Model](
	[ModelId] [int] IDENTITY(1,1) NOT NULL,
	[MakeId] [int] NOT NULL,
	[Name] [nvarchar](80) NOT NULL,
	[FromYear] [smallint] NULL,
	[ToYear] [smallint] NULL,
	[Fuel] [char](1) NOT NULL CONSTRAINT [DF_Model_Fuel] DEFAULT ('P'),
 CONSTRAINT [PK_Model] PRIMARY KEY ([ModelId]),
 CONSTRAINT [FK_Model_Make] FOREIGN KEY ([MakeId]) REFERENCES [dbo].[Make] ([MakeId]),
 CONSTRAINT [CK_Model_Years] CHECK ([ToYear] IS NULL OR [ToYear] >= [FromYear])
)
GO
CREATE TABLE [dbo].[Vehicle](
	[VehicleId] [int] IDENTITY(1,1) NOT NULL,
	[Registration] [varchar](15) NOT NULL,
	[Vin] [char](17) NULL,
	[ModelId] [int] NULL,
	[CustomerId] [int] NOT NULL,
	[FirstRegistered] [date] NULL,
	[Mileage] [int] NULL,
	[Colour] [nvarchar](30) NULL,
	[NextInspection] [date] NULL,
	[Photo] [varbinary](max) NULL,
	[IsScrapped] [bit] NOT NULL CONSTRAINT [DF_Vehicle_IsScrapped] DEFAULT ((0)),
 CONSTRAINT [PK_Vehicle] PRIMARY KEY ([VehicleId]),
 CONSTRAINT [FK_Vehicle_Model] FOREIGN KEY ([ModelId]) REFERENCES [dbo].[Model] ([ModelId]),
 CONSTRAINT [FK_Vehicle_Customer] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId])
)
GO
CREATE UNIQUE INDEX [IX_Vehicle_Registration] ON [dbo].[Vehicle] ([Registration])
GO
CREATE INDEX [IX_Vehicle_Inspection] ON [dbo].[Vehicle] ([NextInspection] DESC) INCLUDE ([CustomerId]) WHERE [IsScrapped] = 0
GO
CREATE TABLE [dbo].[VehicleOwnership](
	[VehicleId] [int] NOT NULL,
	[CustomerId] [int] NOT NULL,
	[FromDate] [date] NOT NULL,
	[ToDate] [date] NULL,
 CONSTRAINT [PK_VehicleOwnership] PRIMARY KEY ([VehicleId], [CustomerId], [FromDate]),
 CONSTRAINT [FK_VehicleOwnership_Vehicle] FOREIGN KEY ([VehicleId]) REFERENCES [dbo].[Vehicle] ([VehicleId]),
 CONSTRAINT [FK_VehicleOwnership_Customer] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId])
)
GO
CREATE TABLE [dbo].[MileageReading](
	[VehicleId] [int] NOT NULL,
	[ReadOn] [datetime2](3) NOT NULL,
	[Mileage] [int] NOT NULL,
	[Source] [varchar](10) NULL,
 CONSTRAINT [PK_MileageReading] PRIMARY KEY ([VehicleId], [ReadOn])
)
GO
CREATE TABLE [staff].[Role](
	[RoleId] [tinyint] NOT NULL,
	[Name] [varchar](40) NOT NULL,
	[IsTechnical] [bit] NOT NULL,
 CONSTRAINT [PK_Role] PRIMARY KEY ([RoleId])
)
GO
CREATE TABLE [staff].[Employee](
	[EmployeeId] [int] IDENTITY(1,1) NOT NULL,
	[WorkshopId] [int] NOT NULL,
	[RoleId] [tinyint] NOT NULL,
	[ManagerId] [int] NULL,
	[FirstName] [dbo].[PersonName] NOT NULL,
	[LastName] [dbo].[PersonName] NOT NULL,
	[Login] [nvarchar](128) NULL,
	[PasswordHash] [varbinary](64) NULL,
	[HiredOn] [date] NOT NULL,
	[LeftOn] [date] NULL,
	[Salary] [money] NULL,
	[HourlyCost] [smallmoney] NULL,
	[OrgNode] [hierarchyid] NULL,
 CONSTRAINT [PK_Employee] PRIMARY KEY ([EmployeeId]),
 CONSTRAINT [FK_Employee_Workshop] FOREIGN KEY ([WorkshopId]) REFERENCES [dbo].[Workshop] ([WorkshopId]),
 CONSTRAINT [FK_Employee_Role] FOREIGN KEY ([RoleId]) REFERENCES [staff].[Role] ([RoleId]),
 CONSTRAINT [FK_Employee_Manager] FOREIGN KEY ([ManagerId]) REFERENCES [staff].[Employee] ([EmployeeId]),
 CONSTRAINT [CK_Employee_Dates] CHECK ([LeftOn] IS NULL OR [LeftOn] >= [HiredOn])
)
GO
CREATE UNIQUE INDEX [IX_Employee_Login] ON [staff].[Employee] ([Login]) WHERE [Login] IS NOT NULL
GO
CREATE TABLE [staff].[Skill](
	[SkillId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[Name] [nvarchar](60) NOT NULL UNIQUE
)
GO
CREATE TABLE [staff].[EmployeeSkill](
	[EmployeeId] [int] NOT NULL REFERENCES [staff].[Employee] ([EmployeeId]),
	[SkillId] [int] NOT NULL REFERENCES [staff].[Skill] ([SkillId]),
	[Level] [tinyint] NOT NULL DEFAULT ((1)),
	PRIMARY KEY ([EmployeeId], [SkillId])
)
GO
CREATE TABLE [staff].[Shift](
	[ShiftId] [int] IDENTITY(1,1) NOT NULL,
	[EmployeeId] [int] NOT NULL,
	[StartsAt] [datetime] NOT NULL,
	[EndsAt] [datetime] NOT NULL,
	[Minutes]  AS (datediff(minute,[StartsAt],[EndsAt])),
 CONSTRAINT [PK_Shift] PRIMARY KEY ([ShiftId]),
 CONSTRAINT [FK_Shift_Employee] FOREIGN KEY ([EmployeeId]) REFERENCES [staff].[Employee] ([EmployeeId]),
 CONSTRAINT [CK_Shift] CHECK ([EndsAt] > [StartsAt])
)
GO
CREATE TABLE [staff].[Absence](
	[AbsenceId] [int] IDENTITY(1,1) NOT NULL,
	[EmployeeId] [int] NOT NULL,
	[Kind] [char](1) NOT NULL CONSTRAINT [DF_Absence_Kind] DEFAULT ('H'),
	[FirstDay] [date] NOT NULL,
	[LastDay] [date] NOT NULL,
	[ApprovedBy] [int] NULL,
 CONSTRAINT [PK_Absence] PRIMARY KEY ([AbsenceId]),
 CONSTRAINT [FK_Absence_Employee] FOREIGN KEY ([EmployeeId]) REFERENCES [staff].[Employee] ([EmployeeId])
)
GO
CREATE TABLE [staff].[TimeEntry](
	[TimeEntryId] [bigint] IDENTITY(1,1) NOT NULL,
	[EmployeeId] [int] NOT NULL,
	[WorkOrderId] [int] NULL,
	[StartedAt] [datetime] NOT NULL,
	[EndedAt] [datetime] NULL,
	[Remark] [nvarchar](200) NULL,
 CONSTRAINT [PK_TimeEntry] PRIMARY KEY ([TimeEntryId])
)
GO
CREATE TABLE [staff].[PayRun](
	[PayRunId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[PeriodStart] [date] NOT NULL,
	[PeriodEnd] [date] NOT NULL,
	[ClosedOn] [datetime] NULL
)
GO
CREATE TABLE [staff].[PayLine](
	[PayRunId] [int] NOT NULL REFERENCES [staff].[PayRun] ([PayRunId]),
	[EmployeeId] [int] NOT NULL REFERENCES [staff].[Employee] ([EmployeeId]),
	[Hours] [decimal](9, 2) NOT NULL,
	[Gross] [money] NOT NULL,
	CONSTRAINT [PK_PayLine] PRIMARY KEY ([PayRunId], [EmployeeId])
)
GO
CREATE TABLE [stock].[Supplier](
	[SupplierId] [int] IDENTITY(1,1) NOT NULL,
	[Name] [nvarchar](120) NOT NULL,
	[Email] [varchar](254) NULL,
	[LeadDays] [smallint] NOT NULL CONSTRAINT [DF_Supplier_Lead] DEFAULT ((3)),
	[CurrencyCode] [char](3) NOT NULL CONSTRAINT [DF_Supplier_Currency] DEFAULT ('GBP'),
	[Rating] [float] NULL,
 CONSTRAINT [PK_Supplier] PRIMARY KEY ([SupplierId])
)
GO
CREATE TABLE [stock].[PartCategory](
	[PartCategoryId] [int] IDENTITY(1,1) NOT NULL,
	[ParentId] [int] NULL,
	[Name] [nvarchar](80) NOT NULL,
	[Markup] [decimal](6, 3) NOT NULL CONSTRAINT [DF_PartCategory_Markup] DEFAULT ((1.25)),
 CONSTRAINT [PK_PartCategory] PRIMARY KEY ([PartCategoryId]),
 CONSTRAINT [FK_PartCategory_Parent] FOREIGN KEY ([ParentId]) REFERENCES [stock].[PartCategory] ([PartCategoryId])
)
GO
CREATE TABLE [stock].[Part](
	[PartId] [int] IDENTITY(1,1) NOT NULL,
	[PartNumber] [varchar](40) NOT NULL,
	[Name] [nvarchar](160) NOT NULL,
	[PartCategoryId] [int] NULL,
	[CostPrice] [money] NOT NULL CONSTRAINT [DF_Part_Cost] DEFAULT ((0)),
	[SalesPrice] [money] NOT NULL CONSTRAINT [DF_Part_Sales] DEFAULT ((0)),
	[WeightKg] [real] NULL,
	[MinimumStock] [decimal](12, 3) NOT NULL CONSTRAINT [DF_Part_Min] DEFAULT ((0)),
	[Attributes] [nvarchar](max) NULL,
	[IsDiscontinued] [bit] NOT NULL CONSTRAINT [DF_Part_Disc] DEFAULT ((0)),
	[Margin]  AS ([SalesPrice]-[CostPrice]) PERSISTED,
 CONSTRAINT [PK_Part] PRIMARY KEY ([PartId]),
 CONSTRAINT [UQ_Part_Number] UNIQUE ([PartNumber]),
 CONSTRAINT [FK_Part_Category] FOREIGN KEY ([PartCategoryId]) REFERENCES [stock].[PartCategory] ([PartCategoryId]),
 CONSTRAINT [CK_Part_Attributes] CHECK ([Attributes] IS NULL OR ISJSON([Attributes]) = 1)
)
GO
CREATE TABLE [stock].[PartSupplier](
	[PartId] [int] NOT NULL,
	[SupplierId] [int] NOT NULL,
	[SupplierPartNumber] [varchar](60) NULL,
	[Price] [money] NOT NULL,
	[IsPreferred] [bit] NOT NULL CONSTRAINT [DF_PartSupplier_Pref] DEFAULT ((0)),
 CONSTRAINT [PK_PartSupplier] PRIMARY KEY ([PartId], [SupplierId]),
 CONSTRAINT [FK_PartSupplier_Part] FOREIGN KEY ([PartId]) REFERENCES [stock].[Part] ([PartId]),
 CONSTRAINT [FK_PartSupplier_Supplier] FOREIGN KEY ([SupplierId]) REFERENCES [stock].[Supplier] ([SupplierId])
)
GO
CREATE TABLE [stock].[Warehouse](
	[WarehouseId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[WorkshopId] [int] NULL REFERENCES [dbo].[Workshop] ([WorkshopId]),
	[Name] [nvarchar](60) NOT NULL
)
GO
CREATE TABLE [stock].[StockLevel](
	[WarehouseId] [int] NOT NULL,
	[PartId] [int] NOT NULL,
	[Quantity] [decimal](12, 3) NOT NULL CONSTRAINT [DF_StockLevel_Quantity] DEFAULT ((0)),
	[Reserved] [decimal](12, 3) NOT NULL CONSTRAINT [DF_StockLevel_Reserved] DEFAULT ((0)),
	[Available]  AS ([Quantity]-[Reserved]),
	[Shelf] [varchar](20) NULL,
 CONSTRAINT [PK_StockLevel] PRIMARY KEY ([WarehouseId], [PartId]),
 CONSTRAINT [FK_StockLevel_Warehouse] FOREIGN KEY ([WarehouseId]) REFERENCES [stock].[Warehouse] ([WarehouseId]),
 CONSTRAINT [FK_StockLevel_Part] FOREIGN KEY ([PartId]) REFERENCES [stock].[Part] ([PartId])
)
GO
CREATE TABLE [stock].[StockMovement](
	[StockMovementId] [bigint] IDENTITY(1,1) NOT NULL,
	[WarehouseId] [int] NOT NULL,
	[PartId] [int] NOT NULL,
	[Quantity] [decimal](12, 3) NOT NULL,
	[Kind] [varchar](10) NOT NULL,
	[Reference] [varchar](40) NULL,
	[MovedAt] [datetime2](7) NOT NULL CONSTRAINT [DF_StockMovement_At] DEFAULT (sysutcdatetime()),
	[MovedBy] [nvarchar](128) NOT NULL CONSTRAINT [DF_StockMovement_By] DEFAULT (suser_sname()),
 CONSTRAINT [PK_StockMovement] PRIMARY KEY NONCLUSTERED ([StockMovementId])
)
GO
CREATE CLUSTERED INDEX [CX_StockMovement] ON [stock].[StockMovement] ([MovedAt], [StockMovementId])
GO
CREATE TABLE [stock].[PurchaseOrder](
	[PurchaseOrderId] [int] IDENTITY(1,1) NOT NULL,
	[OrderNumber] [varchar](20) NOT NULL,
	[SupplierId] [int] NOT NULL,
	[WarehouseId] [int] NOT NULL,
	[Status] [char](1) NOT NULL CONSTRAINT [DF_PurchaseOrder_Status] DEFAULT ('N'),
	[OrderedOn] [datetime] NOT NULL CONSTRAINT [DF_PurchaseOrder_On] DEFAULT (getdate()),
	[ExpectedOn] [date] NULL,
 CONSTRAINT [PK_PurchaseOrder] PRIMARY KEY ([PurchaseOrderId]),
 CONSTRAINT [UQ_PurchaseOrder] UNIQUE ([OrderNumber]),
 CONSTRAINT [CK_PurchaseOrder_Status] CHECK ([Status]='N' OR [Status]='S' OR [Status]='R' OR [Status]='X'),
 CONSTRAINT [FK_PurchaseOrder_Supplier] FOREIGN KEY ([SupplierId]) REFERENCES [stock].[Supplier] ([SupplierId])
)
GO
CREATE TABLE [stock].[PurchaseOrderLine](
	[PurchaseOrderId] [int] NOT NULL,
	[LineNumber] [smallint] NOT NULL,
	[PartId] [int] NOT NULL,
	[Quantity] [decimal](12, 3) NOT NULL,
	[Received] [decimal](12, 3) NOT NULL CONSTRAINT [DF_POLine_Received] DEFAULT ((0)),
	[UnitPrice] [money] NOT NULL,
	[LineTotal]  AS (CONVERT([money],[Quantity]*[UnitPrice])) PERSISTED,
 CONSTRAINT [PK_PurchaseOrderLine] PRIMARY KEY ([PurchaseOrderId], [LineNumber]),
 CONSTRAINT [FK_POLine_Order] FOREIGN KEY ([PurchaseOrderId]) REFERENCES [stock].[PurchaseOrder] ([PurchaseOrderId]) ON DELETE CASCADE,
 CONSTRAINT [FK_POLine_Part] FOREIGN KEY ([PartId]) REFERENCES [stock].[Part] ([PartId])
)
GO
CREATE TABLE [stock].[Stocktake](
	[StocktakeId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[WarehouseId] [int] NOT NULL,
	[StartedOn] [datetime] NOT NULL DEFAULT (getdate()),
	[FinishedOn] [datetime] NULL
)
GO
CREATE TABLE [stock].[StocktakeLine](
	[StocktakeId] [int] NOT NULL,
	[PartId] [int] NOT NULL,
	[Expected] [decimal](12, 3) NOT NULL,
	[Counted] [decimal](12, 3) NULL,
	[Difference]  AS ([Counted]-[Expected]),
	PRIMARY KEY ([StocktakeId], [PartId])
)
GO
CREATE TABLE [dbo].[ServiceType](
	[ServiceTypeId] [int] IDENTITY(1,1) NOT NULL,
	[Code] [varchar](12) NOT NULL,
	[Name] [nvarchar](120) NOT NULL,
	[StandardMinutes] [int] NOT NULL CONSTRAINT [DF_ServiceType_Minutes] DEFAULT ((60)),
	[FixedPrice] [money] NULL,
	[IntervalMonths] [int] NULL,
 CONSTRAINT [PK_ServiceType] PRIMARY KEY ([ServiceTypeId]),
 CONSTRAINT [UQ_ServiceType_Code] UNIQUE ([Code])
)
GO
CREATE TABLE [dbo].[ServiceTypePart](
	[ServiceTypeId] [int] NOT NULL REFERENCES [dbo].[ServiceType] ([ServiceTypeId]),
	[PartId] [int] NOT NULL REFERENCES [stock].[Part] ([PartId]),
	[Quantity] [decimal](12, 3) NOT NULL DEFAULT ((1)),
	PRIMARY KEY ([ServiceTypeId], [PartId])
)
GO
CREATE TABLE [dbo].[Appointment](
	[AppointmentId] [int] IDENTITY(1,1) NOT NULL,
	[WorkshopId] [int] NOT NULL,
	[BayId] [int] NULL,
	[VehicleId] [int] NOT NULL,
	[StartsAt] [datetime] NOT NULL,
	[Minutes] [int] NOT NULL CONSTRAINT [DF_Appointment_Minutes] DEFAULT ((60)),
	[EndsAt]  AS (dateadd(minute,[Minutes],[StartsAt])),
	[Status] [tinyint] NOT NULL CONSTRAINT [DF_Appointment_Status] DEFAULT ((0)),
	[Remark] [nvarchar](400) NULL,
	[BookedAt] [datetimeoffset](7) NOT NULL CONSTRAINT [DF_Appointment_BookedAt] DEFAULT (sysdatetimeoffset()),
 CONSTRAINT [PK_Appointment] PRIMARY KEY ([AppointmentId]),
 CONSTRAINT [FK_Appointment_Workshop] FOREIGN KEY ([WorkshopId]) REFERENCES [dbo].[Workshop] ([WorkshopId]),
 CONSTRAINT [FK_Appointment_Bay] FOREIGN KEY ([BayId]) REFERENCES [dbo].[Bay] ([BayId]),
 CONSTRAINT [FK_Appointment_Vehicle] FOREIGN KEY ([VehicleId]) REFERENCES [dbo].[Vehicle] ([VehicleId])
)
GO
CREATE INDEX [IX_Appointment_Start] ON [dbo].[Appointment] ([WorkshopId], [StartsAt])
GO
CREATE TABLE [dbo].[WorkOrderStatus](
	[StatusId] [tinyint] NOT NULL PRIMARY KEY,
	[Name] [varchar](30) NOT NULL,
	[IsFinal] [bit] NOT NULL DEFAULT ((0))
)
GO
CREATE TABLE [dbo].[WorkOrder](
	[WorkOrderId] [int] IDENTITY(1,1) NOT NULL,
	[OrderNumber] [varchar](20) NOT NULL,
	[WorkshopId] [int] NOT NULL,
	[VehicleId] [int] NOT NULL,
	[CustomerId] [int] NOT NULL,
	[AppointmentId] [int] NULL,
	[StatusId] [tinyint] NOT NULL CONSTRAINT [DF_WorkOrder_Status] DEFAULT ((0)),
	[Complaint] [nvarchar](1000) NULL,
	[OpenedAt] [datetime] NOT NULL CONSTRAINT [DF_WorkOrder_Opened] DEFAULT (getdate()),
	[ClosedAt] [datetime] NULL,
	[EstimatedTotal] [money] NULL,
	[Total] [money] NOT NULL CONSTRAINT [DF_WorkOrder_Total] DEFAULT ((0)),
	[ResponsibleId] [int] NULL,
 CONSTRAINT [PK_WorkOrder] PRIMARY KEY ([WorkOrderId]),
 CONSTRAINT [UQ_WorkOrder_Number] UNIQUE ([OrderNumber]),
 CONSTRAINT [FK_WorkOrder_Workshop] FOREIGN KEY ([WorkshopId]) REFERENCES [dbo].[Workshop] ([WorkshopId]),
 CONSTRAINT [FK_WorkOrder_Vehicle] FOREIGN KEY ([VehicleId]) REFERENCES [dbo].[Vehicle] ([VehicleId]),
 CONSTRAINT [FK_WorkOrder_Customer] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId]),
 CONSTRAINT [FK_WorkOrder_Appointment] FOREIGN KEY ([AppointmentId]) REFERENCES [dbo].[Appointment] ([AppointmentId]),
 CONSTRAINT [FK_WorkOrder_Status] FOREIGN KEY ([StatusId]) REFERENCES [dbo].[WorkOrderStatus] ([StatusId]),
 CONSTRAINT [FK_WorkOrder_Responsible] FOREIGN KEY ([ResponsibleId]) REFERENCES [staff].[Employee] ([EmployeeId])
)
GO
ALTER TABLE [staff].[TimeEntry]  WITH CHECK ADD  CONSTRAINT [FK_TimeEntry_WorkOrder] FOREIGN KEY([WorkOrderId])
REFERENCES [dbo].[WorkOrder] ([WorkOrderId])
GO
ALTER TABLE [staff].[TimeEntry] CHECK CONSTRAINT [FK_TimeEntry_WorkOrder]
GO
ALTER TABLE [staff].[TimeEntry]  WITH NOCHECK ADD  CONSTRAINT [FK_TimeEntry_Employee] FOREIGN KEY([EmployeeId])
REFERENCES [staff].[Employee] ([EmployeeId])
GO
CREATE TABLE [dbo].[WorkOrderLabour](
	[WorkOrderLabourId] [int] IDENTITY(1,1) NOT NULL,
	[WorkOrderId] [int] NOT NULL,
	[ServiceTypeId] [int] NULL,
	[EmployeeId] [int] NULL,
	[Description] [nvarchar](200) NOT NULL,
	[Minutes] [int] NOT NULL,
	[Rate] [money] NOT NULL,
	[Amount]  AS (CONVERT([money],([Rate]*[Minutes])/(60.0))),
 CONSTRAINT [PK_WorkOrderLabour] PRIMARY KEY ([WorkOrderLabourId]),
 CONSTRAINT [FK_Labour_WorkOrder] FOREIGN KEY ([WorkOrderId]) REFERENCES [dbo].[WorkOrder] ([WorkOrderId]) ON DELETE CASCADE
)
GO
CREATE TABLE [dbo].[WorkOrderPart](
	[WorkOrderPartId] [int] IDENTITY(1,1) NOT NULL,
	[WorkOrderId] [int] NOT NULL,
	[PartId] [int] NOT NULL,
	[Quantity] [decimal](12, 3) NOT NULL,
	[UnitPrice] [money] NOT NULL,
	[DiscountPercent] [decimal](5, 2) NOT NULL CONSTRAINT [DF_WorkOrderPart_Discount] DEFAULT ((0)),
 CONSTRAINT [PK_WorkOrderPart] PRIMARY KEY ([WorkOrderPartId]),
 CONSTRAINT [FK_WOPart_WorkOrder] FOREIGN KEY ([WorkOrderId]) REFERENCES [dbo].[WorkOrder] ([WorkOrderId]) ON DELETE CASCADE,
 CONSTRAINT [FK_WOPart_Part] FOREIGN KEY ([PartId]) REFERENCES [stock].[Part] ([PartId])
)
GO
CREATE TABLE [dbo].[WorkOrderHistory](
	[WorkOrderHistoryId] [bigint] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[WorkOrderId] [int] NOT NULL,
	[OldStatusId] [tinyint] NULL,
	[NewStatusId] [tinyint] NOT NULL,
	[ChangedAt] [datetime] NOT NULL DEFAULT (getdate()),
	[ChangedBy] [nvarchar](128) NOT NULL DEFAULT (suser_sname())
)
GO
CREATE TABLE [dbo].[Inspection](
	[InspectionId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[VehicleId] [int] NOT NULL REFERENCES [dbo].[Vehicle] ([VehicleId]),
	[DoneOn] [date] NOT NULL,
	[EmployeeId] [int] NULL,
	[Passed] [bit] NULL,
	[Report] [xml] NULL,
	[Location] [geography] NULL
)
GO
CREATE TABLE [dbo].[InspectionItem](
	[InspectionId] [int] NOT NULL REFERENCES [dbo].[Inspection] ([InspectionId]) ON DELETE CASCADE,
	[ItemNumber] [smallint] NOT NULL,
	[Item] [nvarchar](100) NOT NULL,
	[Result] [char](1) NOT NULL DEFAULT ('?'),
	PRIMARY KEY ([InspectionId], [ItemNumber])
)
GO
CREATE TABLE [billing].[TaxRate](
	[TaxCode] [varchar](6) NOT NULL,
	[ValidFrom] [date] NOT NULL,
	[Percentage] [decimal](6, 3) NOT NULL,
 CONSTRAINT [PK_TaxRate] PRIMARY KEY ([TaxCode], [ValidFrom])
)
GO
CREATE TABLE [billing].[Invoice](
	[InvoiceId] [int] IDENTITY(1,1) NOT NULL,
	[InvoiceNumber] [varchar](20) NULL,
	[CustomerId] [int] NOT NULL,
	[WorkOrderId] [int] NULL,
	[IssuedOn] [date] NOT NULL CONSTRAINT [DF_Invoice_IssuedOn] DEFAULT (CONVERT([date],getdate())),
	[DueOn] [date] NOT NULL,
	[CurrencyCode] [char](3) NOT NULL CONSTRAINT [DF_Invoice_Currency] DEFAULT ('GBP'),
	[Net] [dbo].[Amount] NOT NULL CONSTRAINT [DF_Invoice_Net] DEFAULT ((0)),
	[Tax] [dbo].[Amount] NOT NULL CONSTRAINT [DF_Invoice_Tax] DEFAULT ((0)),
	[Gross]  AS ([Net]+[Tax]),
	[Paid] [dbo].[Amount] NOT NULL CONSTRAINT [DF_Invoice_Paid] DEFAULT ((0)),
	[Status] [varchar](10) NOT NULL CONSTRAINT [DF_Invoice_Status] DEFAULT ('draft'),
	[PdfDocument] [image] NULL,
 CONSTRAINT [PK_Invoice] PRIMARY KEY ([InvoiceId]),
 CONSTRAINT [FK_Invoice_Customer] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId]),
 CONSTRAINT [FK_Invoice_WorkOrder] FOREIGN KEY ([WorkOrderId]) REFERENCES [dbo].[WorkOrder] ([WorkOrderId]),
 CONSTRAINT [CK_Invoice_Due] CHECK ([DueOn] >= [IssuedOn])
)
GO
CREATE UNIQUE INDEX [IX_Invoice_Number] ON [billing].[Invoice] ([InvoiceNumber]) WHERE [InvoiceNumber] IS NOT NULL
GO
CREATE INDEX [IX_Invoice_Open] ON [billing].[Invoice] ([DueOn]) INCLUDE ([CustomerId], [Net], [Tax], [Paid]) WHERE [Status] = 'open'
GO
CREATE TABLE [billing].[InvoiceLine](
	[InvoiceId] [int] NOT NULL,
	[LineNumber] [int] NOT NULL,
	[Text] [nvarchar](200) NOT NULL,
	[Quantity] [decimal](12, 3) NOT NULL,
	[UnitPrice] [money] NOT NULL,
	[TaxCode] [varchar](6) NOT NULL CONSTRAINT [DF_InvoiceLine_Tax] DEFAULT ('STD'),
	[Net]  AS (CONVERT([decimal](19,4),round([Quantity]*[UnitPrice],(2)))),
 CONSTRAINT [PK_InvoiceLine] PRIMARY KEY ([InvoiceId], [LineNumber]),
 CONSTRAINT [FK_InvoiceLine_Invoice] FOREIGN KEY ([InvoiceId]) REFERENCES [billing].[Invoice] ([InvoiceId]) ON DELETE CASCADE
)
GO
CREATE TABLE [billing].[PaymentMethod](
	[PaymentMethodId] [tinyint] NOT NULL PRIMARY KEY,
	[Name] [varchar](30) NOT NULL,
	[FeePercent] [decimal](5, 3) NOT NULL DEFAULT ((0))
)
GO
CREATE TABLE [billing].[Payment](
	[PaymentId] [int] IDENTITY(1,1) NOT NULL,
	[CustomerId] [int] NOT NULL,
	[PaymentMethodId] [tinyint] NOT NULL,
	[ReceivedOn] [datetime] NOT NULL CONSTRAINT [DF_Payment_On] DEFAULT (getdate()),
	[Amount] [money] NOT NULL,
	[Reference] [nvarchar](60) NULL,
	[IsReversed] [bit] NOT NULL CONSTRAINT [DF_Payment_Reversed] DEFAULT ((0)),
 CONSTRAINT [PK_Payment] PRIMARY KEY ([PaymentId]),
 CONSTRAINT [CK_Payment_Amount] CHECK ([Amount] <> 0),
 CONSTRAINT [FK_Payment_Customer] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId]),
 CONSTRAINT [FK_Payment_Method] FOREIGN KEY ([PaymentMethodId]) REFERENCES [billing].[PaymentMethod] ([PaymentMethodId])
)
GO
CREATE TABLE [billing].[PaymentAllocation](
	[PaymentId] [int] NOT NULL REFERENCES [billing].[Payment] ([PaymentId]),
	[InvoiceId] [int] NOT NULL REFERENCES [billing].[Invoice] ([InvoiceId]),
	[Amount] [money] NOT NULL,
	PRIMARY KEY ([PaymentId], [InvoiceId])
)
GO
CREATE TABLE [billing].[Reminder](
	[ReminderId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[InvoiceId] [int] NOT NULL REFERENCES [billing].[Invoice] ([InvoiceId]),
	[Level] [tinyint] NOT NULL,
	[SentOn] [datetime] NOT NULL DEFAULT (getdate()),
	[Fee] [smallmoney] NOT NULL DEFAULT ((0))
)
GO
CREATE TABLE [billing].[PriceList](
	[PriceListId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[Name] [nvarchar](60) NOT NULL,
	[ValidFrom] [date] NOT NULL,
	[ValidTo] [date] NULL
)
GO
CREATE TABLE [billing].[PriceListItem](
	[PriceListId] [int] NOT NULL REFERENCES [billing].[PriceList] ([PriceListId]),
	[PartId] [int] NOT NULL REFERENCES [stock].[Part] ([PartId]),
	[Price] [money] NOT NULL,
	PRIMARY KEY ([PriceListId], [PartId])
)
GO
CREATE TABLE [dbo].[Message](
	[MessageId] [uniqueidentifier] NOT NULL CONSTRAINT [DF_Message_Id] DEFAULT (newsequentialid()),
	[CustomerId] [int] NULL,
	[Channel] [varchar](10) NOT NULL,
	[Subject] [nvarchar](200) NULL,
	[Body] [nvarchar](max) NULL,
	[QueuedAt] [datetime2](7) NOT NULL CONSTRAINT [DF_Message_Queued] DEFAULT (sysdatetime()),
	[SentAt] [datetime2](7) NULL,
	[Attempts] [tinyint] NOT NULL CONSTRAINT [DF_Message_Attempts] DEFAULT ((0)),
 CONSTRAINT [PK_Message] PRIMARY KEY NONCLUSTERED ([MessageId])
)
GO
CREATE TABLE [dbo].[MessageTemplate](
	[TemplateName] [varchar](40) NOT NULL PRIMARY KEY,
	[Subject] [nvarchar](200) NOT NULL,
	[Body] [nvarchar](max) NOT NULL
)
GO
CREATE TABLE [dbo].[Campaign](
	[CampaignId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[Name] [nvarchar](80) NOT NULL,
	[StartsOn] [date] NOT NULL,
	[Definition] [nvarchar](max) NULL
)
GO
CREATE TABLE [dbo].[CampaignMember](
	[CampaignId] [int] NOT NULL REFERENCES [dbo].[Campaign] ([CampaignId]),
	[CustomerId] [int] NOT NULL REFERENCES [dbo].[Customer] ([CustomerId]),
	[Responded] [bit] NULL,
	PRIMARY KEY ([CampaignId], [CustomerId])
)
GO
CREATE TABLE [dbo].[AuditEntry](
	[AuditEntryId] [bigint] IDENTITY(1,1) NOT NULL,
	[TableName] [sysname] NOT NULL,
	[KeyText] [nvarchar](200) NOT NULL,
	[Action] [char](1) NOT NULL,
	[OldValues] [nvarchar](max) NULL,
	[NewValues] [nvarchar](max) NULL,
	[At] [datetime2](3) NOT NULL CONSTRAINT [DF_Audit_At] DEFAULT (sysdatetime()),
	[LoginName] [nvarchar](128) NOT NULL CONSTRAINT [DF_Audit_Login] DEFAULT (suser_sname()),
	[HostName] [nvarchar](128) NULL CONSTRAINT [DF_Audit_Host] DEFAULT (host_name()),
 CONSTRAINT [PK_AuditEntry] PRIMARY KEY CLUSTERED ([AuditEntryId] DESC)
)
GO
CREATE TABLE [dbo].[ErrorLog](
	[ErrorLogId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[At] [datetime] NOT NULL DEFAULT (getdate()),
	[Number] [int] NULL,
	[Severity] [int] NULL,
	[Procedure] [nvarchar](126) NULL,
	[Line] [int] NULL,
	[Message] [nvarchar](4000) NULL
)
GO
CREATE TABLE [dbo].[UserSession](
	[Token] [uniqueidentifier] NOT NULL PRIMARY KEY DEFAULT (newid()),
	[EmployeeId] [int] NOT NULL REFERENCES [staff].[Employee] ([EmployeeId]),
	[StartedAt] [datetime] NOT NULL DEFAULT (getutcdate()),
	[LastSeenAt] [datetime] NOT NULL DEFAULT (getutcdate()),
	[Data] [sql_variant] NULL
)
GO
CREATE TABLE [dbo].[Attachment](
	[AttachmentId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[OwnerTable] [varchar](30) NOT NULL,
	[OwnerId] [int] NOT NULL,
	[FileName] [nvarchar](260) NOT NULL,
	[Content] [varbinary](max) NULL,
	[Hash]  AS (CONVERT([varchar](64),hashbytes('SHA2_256',[Content]),(2)))
)
GO
-- An import lands here as it comes; it has no key.
CREATE TABLE [dbo].[ImportRow](
	[BatchId] [int] NOT NULL,
	[LineNumber] [int] NULL,
	[RawText] [varchar](max) NULL,
	[Problem] [varchar](400) NULL
)
GO
CREATE TABLE [report].[DailyFigure](
	[Day] [date] NOT NULL,
	[WorkshopId] [int] NOT NULL,
	[Orders] [int] NOT NULL DEFAULT ((0)),
	[Revenue] [money] NOT NULL DEFAULT ((0)),
	[LabourMinutes] [int] NOT NULL DEFAULT ((0)),
	PRIMARY KEY ([Day], [WorkshopId])
)
GO
CREATE TABLE [report].[SavedReport](
	[SavedReportId] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY,
	[Name] [nvarchar](80) NOT NULL,
	[Statement] [nvarchar](max) NOT NULL,
	[LastRun] [datetime] NULL
)
GO
CREATE SEQUENCE [dbo].[TicketNumbers] AS [bigint] START WITH 100000 INCREMENT BY 1 CACHE 50
GO
CREATE SEQUENCE [stock].[LotNumbers] AS [int] START WITH 1 INCREMENT BY 5 MINVALUE 1 MAXVALUE 999999 CYCLE
GO
CREATE SYNONYM [dbo].[Parts] FOR [stock].[Part]
GO
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'People and companies that bring vehicles.', @level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = N'Customer'
GO
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'Most that may be owed before work stops; 0 = cash only.', @level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = N'Customer', @level2type = N'COLUMN', @level2name = N'CreditLimit'
GO
