-- Customers, vehicles, appointments and messages.
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [dbo].[Setting_Get]
	@Name nvarchar(100),
	@WorkshopId int = NULL
AS
	SET NOCOUNT ON;
	SELECT [Name], [Value], WorkshopId, ChangedOn FROM dbo.Setting WHERE [Name] = @Name AND ISNULL(WorkshopId, 0) = ISNULL(@WorkshopId, 0)
GO
CREATE PROCEDURE [dbo].[Setting_Set]
	@Name nvarchar(100),
	@Value nvarchar(max) = NULL,
	@WorkshopId int = NULL
AS
BEGIN
	SET NOCOUNT ON
	UPDATE dbo.Setting SET [Value] = @Value, ChangedOn = GETDATE()
	WHERE [Name] = @Name AND ISNULL(WorkshopId, 0) = ISNULL(@WorkshopId, 0)
	IF @@ROWCOUNT = 0
		INSERT INTO dbo.Setting ([Name], [Value], WorkshopId) VALUES (@Name, @Value, @WorkshopId)
END
GO
/* Takes the next number of a range, in one statement: two callers never get the same one. */
CREATE PROCEDURE dbo.NumberRange_Next
	@RangeName varchar(30),
	@Number varchar(40) OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @n int, @Prefix varchar(10), @Digits tinyint
	UPDATE dbo.NumberRange WITH (ROWLOCK, UPDLOCK)
	SET @n = NextNumber, NextNumber = NextNumber + 1, @Prefix = Prefix, @Digits = Digits
	WHERE RangeName = @RangeName
	IF @n IS NULL
	BEGIN
		RAISERROR('There is no number range %s.', 16, 1, @RangeName)
		RETURN -1
	END
	SET @Number = dbo.FormatNumber(@Prefix, @n, @Digits)
	RETURN 0
END
GO
CREATE PROCEDURE dbo.Country_List @OnlyActive bit = 1
AS
SET NOCOUNT ON
SELECT CountryCode, [Name], PhonePrefix FROM dbo.Country WHERE IsActive = 1 OR @OnlyActive = 0 ORDER BY [Name]
GO
CREATE PROCEDURE dbo.Workshop_Get @WorkshopId int
AS
SET NOCOUNT ON
SELECT w.WorkshopId, w.Code, w.[Name], w.OpensAt, w.ClosesAt, w.HourlyRate, w.IsActive, a.OneLine AS [Address]
FROM dbo.Workshop w LEFT JOIN dbo.[Address] a ON a.AddressId = w.AddressId WHERE w.WorkshopId = @WorkshopId
GO
CREATE PROCEDURE dbo.Workshop_List @IncludeInactive bit = 0
AS
SET NOCOUNT ON
SELECT WorkshopId, Code, [Name] FROM dbo.Workshop WHERE IsActive = 1 OR @IncludeInactive = 1 ORDER BY Code
GO
CREATE PROCEDURE dbo.Workshop_FreeBays
	@WorkshopId int,
	@StartsAt datetime,
	@Minutes int = 60
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @EndsAt datetime = DATEADD(mi, @Minutes, @StartsAt)
	SELECT b.BayId, b.[Name], b.HasLift
	FROM dbo.Bay b
	WHERE b.WorkshopId = @WorkshopId
		AND NOT EXISTS (SELECT * FROM dbo.Appointment a WHERE a.BayId = b.BayId AND a.Status < 9 AND a.StartsAt < @EndsAt AND a.EndsAt > @StartsAt)
	ORDER BY b.[Name]
END
GO
CREATE PROCEDURE dbo.Address_Save
	@AddressId int = NULL OUTPUT,
	@Line1 nvarchar(120),
	@Line2 nvarchar(120) = NULL,
	@City nvarchar(80),
	@PostCode varchar(12) = NULL,
	@CountryCode char(2) = 'GB'
AS
BEGIN
	SET NOCOUNT ON
	IF @AddressId IS NULL
	BEGIN
		INSERT dbo.[Address] (Line1, Line2, City, PostCode, CountryCode) VALUES (@Line1, NULLIF(@Line2, ''), @City, UPPER(@PostCode), @CountryCode)
		SET @AddressId = SCOPE_IDENTITY()
	END
	ELSE
		UPDATE dbo.[Address] SET Line1 = @Line1, Line2 = NULLIF(@Line2, ''), City = @City, PostCode = UPPER(@PostCode), CountryCode = @CountryCode
		WHERE AddressId = @AddressId
END
GO
CREATE PROCEDURE dbo.Customer_Get @CustomerId int
AS
	SELECT * FROM dbo.CustomerOverview WHERE CustomerId = @CustomerId
GO
CREATE PROCEDURE dbo.Customer_Find
	@Text nvarchar(100) = NULL,
	@GroupId smallint = NULL,
	@MaxRows int = 50,
	@Sort varchar(20) = 'name'
AS
BEGIN
	SET NOCOUNT ON
	SELECT TOP (@MaxRows) c.CustomerId, c.CustomerNumber, c.FullName, c.CompanyName, c.Phone, c.Balance
	FROM dbo.Customer c
	WHERE (@Text IS NULL OR c.LastName LIKE @Text + '%' OR c.CompanyName LIKE '%' + @Text + '%' OR c.CustomerNumber = @Text)
		AND (@GroupId IS NULL OR c.CustomerGroupId = @GroupId)
	ORDER BY CASE WHEN @Sort = 'name' THEN c.LastName END, CASE WHEN @Sort = 'balance' THEN c.Balance END DESC, c.CustomerId
END
GO
CREATE PROCEDURE dbo.Customer_Insert
	@LastName nvarchar(80),
	@FirstName nvarchar(80) = NULL,
	@CompanyName nvarchar(120) = NULL,
	@Email varchar(254) = NULL,
	@Phone varchar(25) = NULL,
	@GroupId smallint = NULL,
	@AddressId int = NULL,
	@CustomerId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Number varchar(40), @rc int
	IF LTRIM(RTRIM(ISNULL(@LastName, ''))) = ''
	BEGIN
		RAISERROR('A customer needs a last name.', 16, 1)
		RETURN 1
	END
	EXEC @rc = dbo.NumberRange_Next @RangeName = 'customer', @Number = @Number OUTPUT
	IF @rc <> 0 RETURN @rc
	INSERT INTO dbo.Customer (CustomerNumber, FirstName, LastName, CompanyName, Email, Phone, CustomerGroupId, AddressId)
	VALUES (@Number, dbo.ProperCase(@FirstName), dbo.ProperCase(@LastName), @CompanyName, LOWER(@Email), @Phone, @GroupId, @AddressId)
	SELECT @CustomerId = SCOPE_IDENTITY()
	RETURN 0
END
GO
CREATE PROCEDURE dbo.Customer_Update
	@CustomerId int,
	@FirstName nvarchar(80) = NULL,
	@LastName nvarchar(80) = NULL,
	@Email varchar(254) = NULL,
	@Phone varchar(25) = NULL,
	@Notes nvarchar(max) = NULL
AS
	SET NOCOUNT ON
	UPDATE dbo.Customer
	SET FirstName = COALESCE(@FirstName, FirstName), LastName = COALESCE(@LastName, LastName), Email = COALESCE(LOWER(@Email), Email),
		Phone = ISNULL(@Phone, Phone), Notes = CASE WHEN @Notes IS NULL THEN Notes ELSE ISNULL(Notes + CHAR(13) + CHAR(10), '') + @Notes END,
		ModifiedOn = GETDATE()
	WHERE CustomerId = @CustomerId
	IF @@ROWCOUNT = 0 RAISERROR('Customer %d was not found.', 16, 1, @CustomerId)
GO
CREATE PROCEDURE dbo.Customer_Delete @CustomerId int
AS
BEGIN
	SET NOCOUNT ON
	IF EXISTS (SELECT 1 FROM dbo.WorkOrder WHERE CustomerId = @CustomerId) OR EXISTS (SELECT 1 FROM billing.Invoice WHERE CustomerId = @CustomerId)
	BEGIN
		UPDATE dbo.Customer SET IsBlocked = 1, ModifiedOn = GETDATE() WHERE CustomerId = @CustomerId
		RETURN 2
	END
	DELETE FROM dbo.CustomerNote WHERE CustomerId = @CustomerId
	DELETE v FROM dbo.VehicleOwnership v WHERE v.CustomerId = @CustomerId
	DELETE FROM dbo.Customer WHERE CustomerId = @CustomerId
	IF @@ERROR <> 0 RETURN 1
	RETURN 0
END
GO
CREATE PROCEDURE dbo.Customer_Block @CustomerId int, @Reason nvarchar(200) = N'no reason given'
AS
BEGIN
	SET NOCOUNT ON
	UPDATE dbo.Customer SET IsBlocked = 1, ModifiedOn = GETDATE() WHERE CustomerId = @CustomerId AND IsBlocked = 0
	IF @@ROWCOUNT = 1
		INSERT dbo.CustomerNote (CustomerId, [Text], WrittenBy) VALUES (@CustomerId, N'Blocked: ' + @Reason, SUSER_SNAME())
	ELSE
		PRINT 'Nothing to block.'
END
GO
CREATE PROCEDURE dbo.Customer_Merge
	@KeepId int,
	@DropId int
AS
BEGIN
	SET NOCOUNT ON
	SET XACT_ABORT ON
	IF @KeepId = @DropId
		THROW 51000, 'A customer cannot be merged with itself.', 1
	BEGIN TRY
		BEGIN TRANSACTION
		UPDATE dbo.Vehicle SET CustomerId = @KeepId WHERE CustomerId = @DropId
		UPDATE dbo.WorkOrder SET CustomerId = @KeepId WHERE CustomerId = @DropId
		UPDATE billing.Invoice SET CustomerId = @KeepId WHERE CustomerId = @DropId
		UPDATE billing.Payment SET CustomerId = @KeepId WHERE CustomerId = @DropId
		UPDATE k SET Balance = k.Balance + d.Balance
		FROM dbo.Customer k CROSS JOIN dbo.Customer d WHERE k.CustomerId = @KeepId AND d.CustomerId = @DropId
		DELETE dbo.CustomerNote WHERE CustomerId = @DropId
		DELETE dbo.VehicleOwnership WHERE CustomerId = @DropId
		DELETE dbo.Customer WHERE CustomerId = @DropId
		COMMIT TRANSACTION
	END TRY
	BEGIN CATCH
		IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION
		EXEC dbo.LogError
		;THROW
	END CATCH
END
GO
CREATE PROCEDURE dbo.Customer_Notes @CustomerId int, @Top int = 20
AS
SET NOCOUNT ON
SELECT TOP (@Top) CustomerNoteId, CAST([Text] AS nvarchar(max)) AS [Text], WrittenBy, WrittenOn
FROM dbo.CustomerNote WHERE CustomerId = @CustomerId ORDER BY WrittenOn DESC, CustomerNoteId DESC
GO
CREATE PROCEDURE dbo.Customer_AddNote @CustomerId int, @Text nvarchar(max), @By sysname = NULL
AS
SET NOCOUNT ON
INSERT INTO dbo.CustomerNote (CustomerId, [Text], WrittenBy) VALUES (@CustomerId, @Text, ISNULL(@By, SUSER_SNAME()))
SELECT SCOPE_IDENTITY() AS CustomerNoteId
GO
CREATE PROCEDURE dbo.Customer_SetContacts
	@CustomerId int,
	@Contacts dbo.KeyValueList READONLY
AS
BEGIN
	SET NOCOUNT ON
	MERGE dbo.CustomerContact AS t
	USING (SELECT [Name] AS Kind, [Value] FROM @Contacts) AS s
	ON t.CustomerId = @CustomerId AND t.Kind = s.Kind
	WHEN MATCHED AND t.[Value] <> s.[Value] THEN UPDATE SET [Value] = s.[Value]
	WHEN NOT MATCHED BY TARGET THEN INSERT (CustomerId, Kind, [Value]) VALUES (@CustomerId, s.Kind, s.[Value]);
END
GO
CREATE PROCEDURE dbo.Customer_Preference @CustomerId int, @Language varchar(10) OUTPUT, @Newsletter bit OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	SELECT @Language = Preferences.value('(/preferences/language)[1]', 'varchar(10)'),
		@Newsletter = Preferences.value('(/preferences/@newsletter)[1]', 'bit')
	FROM dbo.Customer WHERE CustomerId = @CustomerId
	SET @Language = ISNULL(@Language, 'en')
	SET @Newsletter = ISNULL(@Newsletter, 0)
END
GO
CREATE PROCEDURE dbo.Customer_Birthdays @Month int = NULL
AS
BEGIN
	SET NOCOUNT ON
	IF @Month IS NULL SET @Month = MONTH(GETDATE())
	SELECT CustomerId, FullName, BirthDate, DATEDIFF(year, BirthDate, GETDATE()) AS Turns
	FROM dbo.Customer WHERE MONTH(BirthDate) = @Month ORDER BY DAY(BirthDate), LastName
END
GO
CREATE PROCEDURE dbo.Customer_Dashboard @CustomerId int
AS
BEGIN
	SET NOCOUNT ON
	-- First who it is, then the vehicles, then what is open.
	SELECT CustomerId, FullName, Balance FROM dbo.Customer WHERE CustomerId = @CustomerId
	SELECT VehicleId, Registration, NextInspection FROM dbo.Vehicle WHERE CustomerId = @CustomerId AND IsScrapped = 0
	SELECT InvoiceId, InvoiceNumber, OpenAmount FROM billing.OpenInvoice WHERE CustomerId = @CustomerId
END
GO
CREATE PROCEDURE dbo.Vehicle_Get @VehicleId int = NULL, @Registration varchar(30) = NULL
AS
SET NOCOUNT ON
SELECT v.VehicleId, v.Registration, v.Vin, v.Mileage, o.Description, o.Owner
FROM dbo.Vehicle v JOIN dbo.VehicleOverview o ON o.VehicleId = v.VehicleId
WHERE v.VehicleId = @VehicleId OR v.Registration = dbo.NormalRegistration(@Registration)
GO
CREATE PROCEDURE dbo.Vehicle_Save
	@VehicleId int OUTPUT,
	@Registration varchar(30),
	@CustomerId int,
	@ModelId int = NULL,
	@Vin char(17) = NULL,
	@FirstRegistered date = NULL,
	@Colour nvarchar(30) = NULL
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Reg varchar(15)
	SET @Reg = dbo.NormalRegistration(@Registration)
	SELECT @VehicleId = VehicleId FROM dbo.Vehicle WHERE Registration = @Reg
	IF @VehicleId IS NULL
	BEGIN
		INSERT dbo.Vehicle (Registration, CustomerId, ModelId, Vin, FirstRegistered, Colour, NextInspection)
		VALUES (@Reg, @CustomerId, @ModelId, @Vin, @FirstRegistered, @Colour, DATEADD(year, 3, @FirstRegistered))
		SELECT @VehicleId = SCOPE_IDENTITY()
		INSERT dbo.VehicleOwnership (VehicleId, CustomerId, FromDate) VALUES (@VehicleId, @CustomerId, GETDATE())
	END
	ELSE
		UPDATE dbo.Vehicle SET ModelId = ISNULL(@ModelId, ModelId), Vin = ISNULL(@Vin, Vin), Colour = ISNULL(@Colour, Colour) WHERE VehicleId = @VehicleId
END
GO
CREATE PROCEDURE dbo.Vehicle_ChangeOwner @VehicleId int, @CustomerId int, @On date = NULL
AS
BEGIN
	SET NOCOUNT ON
	SET @On = ISNULL(@On, GETDATE())
	BEGIN TRAN
		UPDATE dbo.VehicleOwnership SET ToDate = DATEADD(day, -1, @On) WHERE VehicleId = @VehicleId AND ToDate IS NULL
		INSERT dbo.VehicleOwnership (VehicleId, CustomerId, FromDate) VALUES (@VehicleId, @CustomerId, @On)
		UPDATE dbo.Vehicle SET CustomerId = @CustomerId WHERE VehicleId = @VehicleId
		IF @@ERROR <> 0
		BEGIN
			ROLLBACK TRAN
			RETURN 1
		END
	COMMIT TRAN
	RETURN 0
END
GO
CREATE PROCEDURE dbo.Vehicle_AddReading @VehicleId int, @Mileage int, @Source varchar(10) = 'desk', @ReadOn datetime2(3) = NULL
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Last int
	SELECT @Last = MAX(Mileage) FROM dbo.MileageReading WHERE VehicleId = @VehicleId
	IF @Mileage < @Last
	BEGIN
		RAISERROR(N'The reading %d is lower than the last one, %d.', 11, 1, @Mileage, @Last) WITH NOWAIT
		RETURN 1
	END
	INSERT dbo.MileageReading VALUES (@VehicleId, ISNULL(@ReadOn, SYSDATETIME()), @Mileage, @Source)
	UPDATE dbo.Vehicle SET Mileage = @Mileage WHERE VehicleId = @VehicleId
END
GO
CREATE PROCEDURE dbo.Vehicle_Due @Days int = 30, @WorkshopId int = NULL
AS
SET NOCOUNT ON
DECLARE @Until date = DATEADD(day, @Days, GETDATE())
SELECT d.VehicleId, d.Registration, d.NextInspection, d.FullName, d.Phone FROM dbo.VehiclesDue(@Until, @WorkshopId) AS d ORDER BY d.NextInspection
GO
CREATE PROCEDURE dbo.Vehicle_History @VehicleId int, @From date = NULL, @To date = NULL
AS
BEGIN
	SET NOCOUNT ON
	SELECT 'work' AS Kind, CONVERT(varchar(10), OpenedAt, 120) AS [Day], OrderNumber AS Reference, Total AS Amount
	FROM dbo.WorkOrder WHERE VehicleId = @VehicleId AND (@From IS NULL OR OpenedAt >= @From) AND (@To IS NULL OR OpenedAt < DATEADD(day, 1, @To))
	UNION ALL
	SELECT 'inspection', CONVERT(varchar(10), DoneOn, 120), CASE Passed WHEN 1 THEN 'passed' WHEN 0 THEN 'failed' ELSE 'open' END, NULL
	FROM dbo.Inspection WHERE VehicleId = @VehicleId
	ORDER BY 2 DESC
END
GO
CREATE PROCEDURE dbo.Model_Search @Text nvarchar(60), @Year smallint = NULL
AS
SET NOCOUNT ON
SELECT d.ModelId, m.[Name] AS Make, d.[Name] AS Model, d.FromYear, d.ToYear,
	CASE d.Fuel WHEN 'P' THEN 'petrol' WHEN 'D' THEN 'diesel' WHEN 'E' THEN 'electric' ELSE '?' END AS Fuel
FROM dbo.Model d INNER JOIN dbo.Make m ON m.MakeId = d.MakeId
WHERE m.[Name] + ' ' + d.[Name] LIKE '%' + @Text + '%' AND (@Year IS NULL OR @Year BETWEEN ISNULL(d.FromYear, 0) AND ISNULL(d.ToYear, 9999))
GO
CREATE PROCEDURE dbo.Appointment_Book
	@WorkshopId int,
	@VehicleId int,
	@StartsAt datetime,
	@Minutes int = 60,
	@Remark nvarchar(400) = NULL,
	@AppointmentId int = NULL OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @BayId int
	IF dbo.IsWorkingDay(@StartsAt, @WorkshopId) = 0
		THROW 51001, 'The workshop is closed on that day.', 1;
	IF CAST(@StartsAt AS time) < (SELECT OpensAt FROM dbo.Workshop WHERE WorkshopId = @WorkshopId)
		THROW 51002, 'The workshop is not open yet at that time.', 1;
	DECLARE @Free TABLE (BayId int, [Name] nvarchar(30), HasLift bit)
	INSERT @Free EXEC dbo.Workshop_FreeBays @WorkshopId, @StartsAt, @Minutes
	SELECT TOP 1 @BayId = BayId FROM @Free ORDER BY HasLift, [Name]
	IF @BayId IS NULL
	BEGIN
		DECLARE @Message nvarchar(200) = N'No bay is free at ' + CONVERT(nvarchar(20), @StartsAt, 120) + N'.'
		;THROW 51003, @Message, 1
	END
	INSERT dbo.Appointment (WorkshopId, BayId, VehicleId, StartsAt, Minutes, Remark) VALUES (@WorkshopId, @BayId, @VehicleId, @StartsAt, @Minutes, @Remark)
	SET @AppointmentId = SCOPE_IDENTITY()
END
GO
CREATE PROCEDURE dbo.Appointment_Cancel @AppointmentId int, @Reason nvarchar(200) = NULL
AS
SET NOCOUNT ON
UPDATE dbo.Appointment SET Status = 9, Remark = ISNULL(Remark + N'; ', N'') + ISNULL(@Reason, N'cancelled') WHERE AppointmentId = @AppointmentId AND Status <> 9
RETURN @@ROWCOUNT
GO
CREATE PROCEDURE dbo.Appointment_Day @WorkshopId int, @Day date = NULL
AS
BEGIN
	SET NOCOUNT ON
	IF @Day IS NULL SET @Day = GETDATE()
	SELECT a.AppointmentId, a.StartsAt, a.EndsAt, b.[Name] AS Bay, v.Registration, c.FullName
	FROM dbo.Appointment a JOIN dbo.Vehicle v ON v.VehicleId = a.VehicleId JOIN dbo.Customer c ON c.CustomerId = v.CustomerId LEFT JOIN dbo.Bay b ON b.BayId = a.BayId
	WHERE a.WorkshopId = @WorkshopId AND a.StartsAt >= @Day AND a.StartsAt < DATEADD(day, 1, @Day) AND a.Status <> 9
	ORDER BY a.StartsAt, b.[Name]
END
GO
CREATE PROCEDURE dbo.Appointment_Move @AppointmentId int, @StartsAt datetime
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @WorkshopId int, @BayId int, @Minutes int
	SELECT @WorkshopId = WorkshopId, @BayId = BayId, @Minutes = Minutes FROM dbo.Appointment WHERE AppointmentId = @AppointmentId
	IF @WorkshopId IS NULL RETURN 1
	IF EXISTS (SELECT * FROM dbo.Appointment WHERE BayId = @BayId AND AppointmentId <> @AppointmentId AND Status <> 9
		AND StartsAt < DATEADD(minute, @Minutes, @StartsAt) AND EndsAt > @StartsAt)
		RETURN 2
	UPDATE dbo.Appointment SET StartsAt = @StartsAt WHERE AppointmentId = @AppointmentId
	RETURN 0
END
GO
CREATE PROCEDURE dbo.Appointment_Slots @WorkshopId int, @Day date, @Minutes int = 60
AS
BEGIN
	SET NOCOUNT ON
	CREATE TABLE #Slots (StartsAt datetime NOT NULL, Bays int NOT NULL)
	DECLARE @At datetime, @Until datetime, @Bays int
	SELECT @At = CAST(@Day AS datetime) + CAST(OpensAt AS datetime), @Until = CAST(@Day AS datetime) + CAST(ClosesAt AS datetime)
	FROM dbo.Workshop WHERE WorkshopId = @WorkshopId
	SELECT @Bays = COUNT(*) FROM dbo.Bay WHERE WorkshopId = @WorkshopId
	WHILE DATEADD(mi, @Minutes, @At) <= @Until
	BEGIN
		INSERT #Slots
		SELECT @At, @Bays - COUNT(*) FROM dbo.Appointment
		WHERE WorkshopId = @WorkshopId AND Status <> 9 AND StartsAt < DATEADD(mi, @Minutes, @At) AND EndsAt > @At
		SET @At = DATEADD(mi, 30, @At)
	END
	SELECT StartsAt, Bays FROM #Slots WHERE Bays > 0 ORDER BY StartsAt
	DROP TABLE #Slots
END
GO
CREATE PROCEDURE dbo.Message_Queue
	@CustomerId int,
	@Template varchar(40),
	@Channel varchar(10) = 'mail',
	@Values dbo.KeyValueList READONLY
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Subject nvarchar(200), @Body nvarchar(max), @Name nvarchar(100), @Value nvarchar(max)
	SELECT @Subject = Subject, @Body = Body FROM dbo.MessageTemplate WHERE TemplateName = @Template
	IF @Body IS NULL
	BEGIN
		RAISERROR('No template %s.', 16, 1, @Template)
		RETURN
	END
	DECLARE cur CURSOR LOCAL FAST_FORWARD FOR SELECT [Name], [Value] FROM @Values
	OPEN cur
	FETCH NEXT FROM cur INTO @Name, @Value
	WHILE @@FETCH_STATUS = 0
	BEGIN
		SET @Subject = REPLACE(@Subject, N'{' + @Name + N'}', ISNULL(@Value, N''))
		SET @Body = REPLACE(@Body, N'{' + @Name + N'}', ISNULL(@Value, N''))
		FETCH NEXT FROM cur INTO @Name, @Value
	END
	CLOSE cur
	DEALLOCATE cur
	INSERT dbo.Message (CustomerId, Channel, Subject, Body) VALUES (@CustomerId, @Channel, @Subject, @Body)
END
GO
CREATE PROCEDURE dbo.Message_TakeNext @Count int = 10, @Channel varchar(10) = NULL
AS
BEGIN
	SET NOCOUNT ON
	UPDATE TOP (@Count) dbo.Message WITH (READPAST)
	SET Attempts = Attempts + 1
	OUTPUT inserted.MessageId, inserted.CustomerId, inserted.Channel, inserted.Subject, inserted.Body
	WHERE SentAt IS NULL AND Attempts < 5 AND (@Channel IS NULL OR Channel = @Channel)
END
GO
CREATE PROCEDURE dbo.Message_Sent @MessageId uniqueidentifier
AS
UPDATE dbo.Message SET SentAt = SYSDATETIME() WHERE MessageId = @MessageId
GO
CREATE PROCEDURE dbo.Message_Purge @OlderThanDays int = 90, @BatchSize int = 1000
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Limit datetime = DATEADD(day, -@OlderThanDays, GETDATE()), @Deleted int = 1, @All int = 0
	WHILE @Deleted > 0
	BEGIN
		DELETE TOP (@BatchSize) FROM dbo.Message WHERE SentAt < @Limit
		SET @Deleted = @@ROWCOUNT
		SET @All += @Deleted
	END
	PRINT 'Purged ' + CAST(@All AS varchar(12)) + ' messages.'
END
GO
CREATE PROCEDURE dbo.Campaign_Create @Name nvarchar(80), @Definition nvarchar(max), @CampaignId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	IF ISJSON(@Definition) <> 1 THROW 51010, 'The definition is not JSON.', 1;
	INSERT dbo.Campaign ([Name], StartsOn, Definition)
	VALUES (@Name, ISNULL(TRY_CONVERT(date, JSON_VALUE(@Definition, '$.startsOn')), GETDATE()), @Definition)
	SET @CampaignId = SCOPE_IDENTITY()
	INSERT dbo.CampaignMember (CampaignId, CustomerId)
	SELECT @CampaignId, c.CustomerId
	FROM dbo.Customer c JOIN OPENJSON(@Definition, '$.groups') g ON c.CustomerGroupId = CAST(g.[value] AS smallint)
	WHERE c.IsBlocked = 0
END
GO
CREATE PROCEDURE dbo.Campaign_Import @CampaignId int, @Json nvarchar(max)
AS
BEGIN
	SET NOCOUNT ON
	INSERT INTO dbo.CampaignMember (CampaignId, CustomerId, Responded)
	SELECT @CampaignId, c.CustomerId, j.Responded
	FROM OPENJSON(@Json) WITH (CustomerNumber varchar(20) '$.number', Responded bit '$.responded') AS j
	INNER JOIN dbo.Customer c ON c.CustomerNumber = j.CustomerNumber
	WHERE NOT EXISTS (SELECT 1 FROM dbo.CampaignMember m WHERE m.CampaignId = @CampaignId AND m.CustomerId = c.CustomerId)
	SELECT @@ROWCOUNT AS Imported
END
GO
CREATE PROCEDURE dbo.Campaign_Export @CampaignId int
AS
SET NOCOUNT ON
SELECT c.CustomerNumber AS [number], c.FullName AS [name], m.Responded AS [responded]
FROM dbo.CampaignMember m JOIN dbo.Customer c ON c.CustomerId = m.CustomerId
WHERE m.CampaignId = @CampaignId
ORDER BY c.CustomerNumber
FOR JSON PATH
GO
CREATE PROCEDURE dbo.Session_Start @Login nvarchar(128), @Token uniqueidentifier OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @EmployeeId int
	SELECT @EmployeeId = EmployeeId FROM staff.Employee WHERE [Login] = @Login AND LeftOn IS NULL
	IF @@ROWCOUNT = 0 RETURN 1
	SET @Token = NEWID()
	INSERT dbo.UserSession (Token, EmployeeId) VALUES (@Token, @EmployeeId)
	RETURN 0
END
GO
CREATE PROCEDURE dbo.Session_Touch @Token uniqueidentifier, @MinutesAlive int = 60
AS
SET NOCOUNT ON
UPDATE dbo.UserSession SET LastSeenAt = GETUTCDATE() WHERE Token = @Token AND LastSeenAt > DATEADD(minute, -@MinutesAlive, GETUTCDATE())
IF @@ROWCOUNT = 0 RETURN 1
RETURN 0
GO
CREATE PROCEDURE dbo.Session_CleanUp
AS
DELETE FROM dbo.UserSession WHERE LastSeenAt < DATEADD(hour, -24, GETUTCDATE())
GO
CREATE PROCEDURE dbo.LogError
AS
BEGIN
	SET NOCOUNT ON
	IF ERROR_NUMBER() IS NULL RETURN
	INSERT dbo.ErrorLog (Number, Severity, [Procedure], Line, [Message])
	VALUES (ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_PROCEDURE(), ERROR_LINE(), ERROR_MESSAGE())
END
GO
CREATE PROCEDURE dbo.Error_List @Since datetime = NULL
AS
SET NOCOUNT ON
SELECT ErrorLogId, [At], Number, [Procedure], [Message] FROM dbo.ErrorLog WHERE [At] >= ISNULL(@Since, DATEADD(day, -7, GETDATE())) ORDER BY ErrorLogId DESC
GO
CREATE PROCEDURE dbo.Audit_Find @TableName sysname, @Key nvarchar(200) = NULL, @From datetime2 = NULL
AS
SET NOCOUNT ON
SELECT AuditEntryId, [Action], OldValues, NewValues, [At], LoginName FROM dbo.AuditEntry
WHERE TableName = @TableName AND (@Key IS NULL OR KeyText = @Key) AND (@From IS NULL OR [At] >= @From)
ORDER BY AuditEntryId DESC
OPTION (RECOMPILE)
GO
CREATE PROCEDURE dbo.Attachment_Add @OwnerTable varchar(30), @OwnerId int, @FileName nvarchar(260), @Content varbinary(max) = NULL, @AttachmentId int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	INSERT dbo.Attachment (OwnerTable, OwnerId, [FileName], Content) VALUES (@OwnerTable, @OwnerId, @FileName, @Content)
	SET @AttachmentId = @@IDENTITY
END
GO
CREATE PROCEDURE dbo.Attachment_List @OwnerTable varchar(30), @OwnerId int
AS
SET NOCOUNT ON
SELECT AttachmentId, [FileName], DATALENGTH(Content) AS Bytes, [Hash] FROM dbo.Attachment WHERE OwnerTable = @OwnerTable AND OwnerId = @OwnerId
GO
CREATE PROCEDURE dbo.Import_Load @BatchId int, @Text varchar(max)
AS
BEGIN
	SET NOCOUNT ON
	DELETE dbo.ImportRow WHERE BatchId = @BatchId
	INSERT dbo.ImportRow (BatchId, LineNumber, RawText)
	SELECT @BatchId, Position, Part FROM dbo.SplitText(@Text, N'|')
	UPDATE dbo.ImportRow SET Problem = 'empty line' WHERE BatchId = @BatchId AND LEN(ISNULL(RawText, '')) = 0
	SELECT COUNT(*) AS Lines, SUM(CASE WHEN Problem IS NULL THEN 0 ELSE 1 END) AS Problems FROM dbo.ImportRow WHERE BatchId = @BatchId
END
GO
CREATE PROCEDURE dbo.Import_Customers @BatchId int
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Line int, @Raw varchar(max), @Comma int, @Id int, @rc int
	DECLARE lines CURSOR FOR SELECT LineNumber, RawText FROM dbo.ImportRow WHERE BatchId = @BatchId AND Problem IS NULL ORDER BY LineNumber
	OPEN lines
	FETCH NEXT FROM lines INTO @Line, @Raw
	WHILE (@@FETCH_STATUS <> -1)
	BEGIN
		SET @Comma = CHARINDEX(';', @Raw)
		IF @Comma = 0
		BEGIN
			UPDATE dbo.ImportRow SET Problem = 'no separator' WHERE BatchId = @BatchId AND LineNumber = @Line
			GOTO NextLine
		END
		DECLARE @Last nvarchar(80) = LEFT(@Raw, @Comma - 1), @First nvarchar(80) = SUBSTRING(@Raw, @Comma + 1, 80)
		EXEC @rc = dbo.Customer_Insert @LastName = @Last, @FirstName = @First, @CustomerId = @Id OUTPUT
		IF @rc <> 0
			UPDATE dbo.ImportRow SET Problem = 'refused with ' + CAST(@rc AS varchar(10)) WHERE BatchId = @BatchId AND LineNumber = @Line
		NextLine:
		FETCH NEXT FROM lines INTO @Line, @Raw
	END
	CLOSE lines
	DEALLOCATE lines
END
GO
