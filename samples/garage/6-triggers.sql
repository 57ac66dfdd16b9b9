-- Triggers, and who may do what.
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TRIGGER dbo.Customer_Audit ON dbo.Customer AFTER INSERT, UPDATE, DELETE
AS
BEGIN
	SET NOCOUNT ON
	IF NOT EXISTS (SELECT * FROM inserted) AND NOT EXISTS (SELECT * FROM deleted) RETURN
	INSERT dbo.AuditEntry (TableName, KeyText, [Action], OldValues, NewValues)
	SELECT 'Customer', CAST(COALESCE(i.CustomerId, d.CustomerId) AS nvarchar(20)),
		CASE WHEN d.CustomerId IS NULL THEN 'I' WHEN i.CustomerId IS NULL THEN 'D' ELSE 'U' END,
		d.LastName + N'; ' + ISNULL(d.Email, N''), i.LastName + N'; ' + ISNULL(i.Email, N'')
	FROM inserted i FULL OUTER JOIN deleted d ON d.CustomerId = i.CustomerId
END
GO
CREATE TRIGGER dbo.Customer_CheckLimit ON dbo.Customer FOR UPDATE
AS
IF UPDATE(CreditLimit)
BEGIN
	IF EXISTS (SELECT 1 FROM inserted WHERE CreditLimit > 100000)
	BEGIN
		RAISERROR('A credit limit above 100,000 needs the head office.', 16, 1)
		ROLLBACK TRANSACTION
	END
END
GO
CREATE TRIGGER dbo.WorkOrder_History ON dbo.WorkOrder AFTER UPDATE
AS
BEGIN
	SET NOCOUNT ON
	IF UPDATE(StatusId)
		INSERT dbo.WorkOrderHistory (WorkOrderId, OldStatusId, NewStatusId)
		SELECT i.WorkOrderId, d.StatusId, i.StatusId FROM inserted i INNER JOIN deleted d ON d.WorkOrderId = i.WorkOrderId WHERE i.StatusId <> d.StatusId
END
GO
CREATE TRIGGER dbo.WorkOrder_Start ON dbo.WorkOrder AFTER INSERT
AS
SET NOCOUNT ON
INSERT dbo.WorkOrderHistory (WorkOrderId, NewStatusId) SELECT WorkOrderId, StatusId FROM inserted
GO
CREATE TRIGGER dbo.Vehicle_Registration ON dbo.Vehicle AFTER INSERT, UPDATE
AS
BEGIN
	IF @@ROWCOUNT = 0 RETURN
	SET NOCOUNT ON
	UPDATE v SET Registration = dbo.NormalRegistration(v.Registration)
	FROM dbo.Vehicle v JOIN inserted i ON i.VehicleId = v.VehicleId
	WHERE v.Registration <> dbo.NormalRegistration(v.Registration) COLLATE Latin1_General_BIN
END
GO
CREATE TRIGGER dbo.Country_NoDelete ON dbo.Country INSTEAD OF DELETE
AS
BEGIN
	SET NOCOUNT ON
	UPDATE c SET IsActive = 0 FROM dbo.Country c JOIN deleted d ON d.CountryCode = c.CountryCode
END
GO
CREATE TRIGGER dbo.EditableContact_Insert ON dbo.EditableContact INSTEAD OF INSERT
AS
BEGIN
	SET NOCOUNT ON
	INSERT dbo.CustomerContact (CustomerId, Kind, [Value])
	SELECT c.CustomerId, i.Kind, i.[Value] FROM inserted i JOIN dbo.Customer c ON c.CustomerNumber = i.CustomerNumber
END
GO
CREATE TRIGGER billing.Invoice_NoChange ON billing.Invoice AFTER UPDATE, DELETE
AS
BEGIN
	SET NOCOUNT ON
	IF EXISTS (SELECT 1 FROM deleted d LEFT JOIN inserted i ON i.InvoiceId = d.InvoiceId WHERE d.Status = 'paid' AND (i.InvoiceId IS NULL OR i.Net <> d.Net))
	BEGIN
		ROLLBACK
		;THROW 51040, 'A paid invoice is not changed any more.', 1
	END
END
GO
CREATE TRIGGER stock.Part_PriceHistory ON stock.Part AFTER UPDATE
AS
BEGIN
	SET NOCOUNT ON
	INSERT dbo.AuditEntry (TableName, KeyText, [Action], OldValues, NewValues)
	SELECT N'Part', i.PartNumber, 'U', CONVERT(nvarchar(30), d.SalesPrice), CONVERT(nvarchar(30), i.SalesPrice)
	FROM inserted i JOIN deleted d ON d.PartId = i.PartId WHERE d.SalesPrice <> i.SalesPrice
END
GO
CREATE TRIGGER staff.Employee_Leaves ON staff.Employee AFTER UPDATE
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Id int
	-- One after the other: each has follow-up work of its own.
	DECLARE leavers CURSOR LOCAL FOR SELECT i.EmployeeId FROM inserted i JOIN deleted d ON d.EmployeeId = i.EmployeeId WHERE i.LeftOn IS NOT NULL AND d.LeftOn IS NULL
	OPEN leavers
	FETCH NEXT FROM leavers INTO @Id
	WHILE @@FETCH_STATUS = 0
	BEGIN
		EXEC staff.Time_ClockOut @Id, N'left'
		FETCH NEXT FROM leavers INTO @Id
	END
	CLOSE leavers
	DEALLOCATE leavers
END
GO
IF NOT EXISTS (SELECT * FROM sys.database_principals WHERE name = N'front_desk') CREATE ROLE [front_desk]
GO
GRANT SELECT, INSERT, UPDATE ON dbo.Customer TO front_desk
GO
GRANT EXECUTE ON SCHEMA::[dbo] TO [front_desk]
GO
DENY SELECT ON staff.PayLine TO front_desk
GO
