-- Enough rows for every procedure to have something to do.
SET NOCOUNT ON
GO
INSERT dbo.Country (CountryCode, [Name], PhonePrefix) VALUES ('GB', N'United Kingdom', '+44'), ('IE', N'Ireland', '+353'), ('DE', N'Deutschland', '+49'), ('FR', N'République française', '+33')
INSERT dbo.Currency (CurrencyCode, [Name]) VALUES ('GBP', N'Pound'), ('EUR', N'Euro')
INSERT dbo.ExchangeRate VALUES ('EUR', 'GBP', '20240101', 0.87), ('EUR', 'GBP', '20240601', 0.85), ('GBP', 'EUR', '20240101', 1.15)
INSERT dbo.NumberRange VALUES ('customer', 'C-', 1, 5), ('workorder', 'W', 1, 6), ('invoice', 'R2024-', 1, 4), ('purchase', 'P', 1, 5)
INSERT dbo.Setting ([Name], [Value]) VALUES (N'schema.version', N'7'), (N'reminder.fee', N'5'), (N'greeting', N'Welcome')
GO
SET IDENTITY_INSERT dbo.[Address] ON
INSERT dbo.[Address] (AddressId, Line1, Line2, City, PostCode) VALUES (1, N'1 High Street', NULL, N'Leeds', 'LS1 1AA'), (2, N'Unit 4', N'Mill Lane', N'York', 'YO1 7HH')
SET IDENTITY_INSERT dbo.[Address] OFF
INSERT dbo.Workshop (Code, [Name], AddressId, HourlyRate) VALUES ('LEEDS', N'Leeds Centre', 1, 72), ('YORK', N'York Mill Lane', 2, 66.5)
INSERT dbo.Bay (WorkshopId, [Name], HasLift, MaxWeightKg) VALUES (1, N'Bay 1', 1, 3500), (1, N'Bay 2', 0, NULL), (2, N'Bay 1', 1, 7500)
INSERT dbo.Holiday VALUES (1, '20241225', N'Christmas'), (1, '20241226', N'Boxing Day')
INSERT dbo.CustomerGroup ([Name], DiscountPercent, PaymentDays) VALUES (N'Private', 0, 14), (N'Fleet', 10, 30)
INSERT dbo.Make ([Name]) VALUES (N'Morris'), (N'Škoda')
INSERT dbo.Model (MakeId, [Name], FromYear, ToYear) VALUES (1, N'Minor', 1948, 1971), (2, N'Octavia', 1996, NULL)
INSERT dbo.WorkOrderStatus VALUES (0, 'new', 0), (1, 'at work', 0), (2, 'done', 1), (9, 'cancelled', 1)
INSERT dbo.MessageTemplate VALUES ('due', N'{registration} is due', N'Dear {name}, your {registration} is due for inspection.')
INSERT staff.[Role] VALUES (1, 'mechanic', 1), (2, 'desk', 0), (9, 'manager', 0)
INSERT staff.Employee (WorkshopId, RoleId, ManagerId, FirstName, LastName, [Login], HiredOn, HourlyCost)
VALUES (1, 9, NULL, N'Ada', N'Archer', N'aarcher', '20150105', 30), (1, 1, 1, N'Ben', N'Brook', N'bbrook', '20180301', 18.5), (1, 1, 2, N'Cy', N'Cole', N'ccole', '20200615', 16)
INSERT billing.TaxRate VALUES ('STD', '20110104', 20), ('RED', '20110104', 5)
INSERT billing.PaymentMethod VALUES (1, 'transfer', 0), (2, 'card', 1.2)
INSERT stock.Supplier ([Name], LeadDays) VALUES (N'Parts & Sons', 2), (N'Fast Filters', 1)
INSERT stock.PartCategory (ParentId, [Name], Markup) VALUES (NULL, N'All', 1.25), (1, N'Engine', 1.3), (2, N'Filters', 1.5)
INSERT stock.Part (PartNumber, [Name], PartCategoryId, CostPrice, SalesPrice, MinimumStock, Attributes) VALUES
('OF-100', N'Oil filter', 3, 4, 9.99, 10, N'{"colour":"black","size":{"width":"66 mm"}}'),
('AF-200', N'Air filter', 3, 7.5, 15, 5, NULL),
('SP-300', N'Spark plug', 2, 2.2, 6.4, 20, N'{"colour":"white"}')
INSERT stock.PartSupplier VALUES (1, 1, 'X1', 4.1, 0), (1, 2, 'F1', 4.4, 1), (3, 1, 'X3', 2.1, 1)
INSERT stock.Warehouse (WorkshopId, [Name]) VALUES (1, N'Leeds'), (2, N'York')
INSERT stock.StockLevel (WarehouseId, PartId, Quantity) VALUES (1, 1, 12), (1, 2, 2), (2, 1, 1)
INSERT dbo.ServiceType (Code, [Name], StandardMinutes, FixedPrice) VALUES ('OIL', N'Oil change', 30, NULL), ('MOT', N'Inspection', 45, 54.85)
INSERT dbo.ServiceTypePart (ServiceTypeId, PartId) VALUES (1, 1)
GO
