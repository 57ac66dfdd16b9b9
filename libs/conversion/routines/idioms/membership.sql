-- Accounts of a web application: error codes, labels to clean up at, transactions that may be the caller's.
CREATE TABLE dbo.App_Applications (ApplicationId uniqueidentifier NOT NULL PRIMARY KEY DEFAULT NEWID(), ApplicationName nvarchar(256) NOT NULL, LoweredName nvarchar(256) NOT NULL UNIQUE)
CREATE TABLE dbo.App_Users (UserId uniqueidentifier NOT NULL PRIMARY KEY DEFAULT NEWID(), ApplicationId uniqueidentifier NOT NULL, UserName nvarchar(256) NOT NULL, LoweredUserName nvarchar(256) NOT NULL, IsAnonymous bit NOT NULL DEFAULT 0, LastActivity datetime NOT NULL)
CREATE TABLE dbo.App_Membership (UserId uniqueidentifier NOT NULL PRIMARY KEY, Password nvarchar(128) NOT NULL, PasswordSalt nvarchar(128) NOT NULL, Email nvarchar(256) NULL, IsApproved bit NOT NULL DEFAULT 1, IsLockedOut bit NOT NULL DEFAULT 0, CreateDate datetime NOT NULL, LastLogin datetime NOT NULL, LastLockout datetime NOT NULL, FailedCount int NOT NULL DEFAULT 0, FailedStart datetime NOT NULL, Comment ntext NULL)
CREATE TABLE dbo.App_Roles (RoleId uniqueidentifier NOT NULL PRIMARY KEY DEFAULT NEWID(), ApplicationId uniqueidentifier NOT NULL, RoleName nvarchar(256) NOT NULL, LoweredRoleName nvarchar(256) NOT NULL)
CREATE TABLE dbo.App_UsersInRoles (UserId uniqueidentifier NOT NULL, RoleId uniqueidentifier NOT NULL, CONSTRAINT PK_UsersInRoles PRIMARY KEY (UserId, RoleId))
CREATE TABLE dbo.App_Versions (Feature nvarchar(128) NOT NULL, CompatibleVersion nvarchar(128) NOT NULL, IsCurrent bit NOT NULL, CONSTRAINT PK_Versions PRIMARY KEY (Feature, CompatibleVersion))
CREATE TABLE dbo.App_Profile (UserId uniqueidentifier NOT NULL PRIMARY KEY, PropertyNames ntext NOT NULL, PropertyValues ntext NOT NULL, PropertyBinary image NULL, Updated datetime NOT NULL)
GO
CREATE PROCEDURE [dbo].[App_CreateApplication]
    @ApplicationName nvarchar(256),
    @ApplicationId   uniqueidentifier OUTPUT
AS
BEGIN
    SELECT @ApplicationId = ApplicationId FROM dbo.App_Applications WHERE LOWER(@ApplicationName) = LoweredName

    IF (@ApplicationId IS NULL)
    BEGIN
        DECLARE @TranStarted bit
        SET @TranStarted = 0

        IF (@@TRANCOUNT = 0)
        BEGIN
            BEGIN TRANSACTION
            SET @TranStarted = 1
        END
        ELSE
            SET @TranStarted = 0

        SELECT @ApplicationId = ApplicationId
        FROM dbo.App_Applications WITH (UPDLOCK, HOLDLOCK)
        WHERE LOWER(@ApplicationName) = LoweredName

        IF (@ApplicationId IS NULL)
        BEGIN
            SELECT @ApplicationId = NEWID()
            INSERT dbo.App_Applications (ApplicationId, ApplicationName, LoweredName)
            VALUES (@ApplicationId, @ApplicationName, LOWER(@ApplicationName))
        END

        IF (@TranStarted = 1)
        BEGIN
            IF (@@ERROR = 0)
            BEGIN
                SET @TranStarted = 0
                COMMIT TRANSACTION
            END
            ELSE
            BEGIN
                SET @TranStarted = 0
                ROLLBACK TRANSACTION
            END
        END
    END
END
GO
CREATE PROCEDURE dbo.App_CreateUser
    @ApplicationId uniqueidentifier,
    @UserName nvarchar(256),
    @IsAnonymous bit,
    @LastActivity datetime,
    @UserId uniqueidentifier OUTPUT
AS
BEGIN
    IF (@UserId IS NULL)
        SELECT @UserId = NEWID()
    ELSE
    BEGIN
        IF (EXISTS (SELECT UserId FROM dbo.App_Users WHERE @UserId = UserId))
            RETURN -1
    END

    INSERT dbo.App_Users (ApplicationId, UserId, UserName, LoweredUserName, IsAnonymous, LastActivity)
    VALUES (@ApplicationId, @UserId, @UserName, LOWER(@UserName), @IsAnonymous, @LastActivity)

    RETURN 0
END
GO
CREATE PROCEDURE dbo.App_Membership_Create
    @ApplicationName nvarchar(256),
    @UserName nvarchar(256),
    @Password nvarchar(128),
    @PasswordSalt nvarchar(128),
    @Email nvarchar(256),
    @IsApproved bit,
    @CurrentTimeUtc datetime,
    @UniqueEmail int = 0,
    @UserId uniqueidentifier OUTPUT
AS
BEGIN
    DECLARE @ApplicationId uniqueidentifier
    SELECT @ApplicationId = NULL

    DECLARE @NewUserId uniqueidentifier
    SELECT @NewUserId = NULL

    DECLARE @IsLockedOut bit
    SET @IsLockedOut = 0

    DECLARE @LastLockout datetime
    SET @LastLockout = CONVERT(datetime, '17540101', 112)

    DECLARE @NewUserCreated bit
    DECLARE @ReturnValue int
    SET @ReturnValue = 0

    DECLARE @ErrorCode int
    SET @ErrorCode = 0

    DECLARE @TranStarted bit
    SET @TranStarted = 0

    IF (@@TRANCOUNT = 0)
    BEGIN
        BEGIN TRANSACTION
        SET @TranStarted = 1
    END
    ELSE
        SET @TranStarted = 0

    EXEC dbo.App_CreateApplication @ApplicationName, @ApplicationId OUTPUT

    IF (@@ERROR <> 0)
    BEGIN
        SET @ErrorCode = -1
        GOTO Cleanup
    END

    SELECT @NewUserId = UserId FROM dbo.App_Users WHERE LOWER(@UserName) = LoweredUserName AND @ApplicationId = ApplicationId
    IF (@NewUserId IS NULL)
    BEGIN
        SET @NewUserId = @UserId
        EXEC @ReturnValue = dbo.App_CreateUser @ApplicationId, @UserName, 0, @CurrentTimeUtc, @NewUserId OUTPUT
        SET @NewUserCreated = 1
    END
    ELSE
    BEGIN
        SET @NewUserCreated = 0
        IF (@NewUserId <> @UserId AND @UserId IS NOT NULL)
        BEGIN
            SET @ErrorCode = 6
            GOTO Cleanup
        END
    END

    IF (@@ERROR <> 0)
    BEGIN
        SET @ErrorCode = -1
        GOTO Cleanup
    END

    IF (@ReturnValue = -1)
    BEGIN
        SET @ErrorCode = 10
        GOTO Cleanup
    END

    IF (EXISTS (SELECT UserId FROM dbo.App_Membership WHERE @NewUserId = UserId))
    BEGIN
        SET @ErrorCode = 6
        GOTO Cleanup
    END

    SET @UserId = @NewUserId

    IF (@UniqueEmail = 1)
    BEGIN
        IF (EXISTS (SELECT * FROM dbo.App_Membership m WITH (UPDLOCK, HOLDLOCK) INNER JOIN dbo.App_Users u ON u.UserId = m.UserId
                    WHERE u.ApplicationId = @ApplicationId AND LOWER(m.Email) = LOWER(@Email)))
        BEGIN
            SET @ErrorCode = 7
            GOTO Cleanup
        END
    END

    IF (@NewUserCreated = 0)
    BEGIN
        UPDATE dbo.App_Users SET LastActivity = @CurrentTimeUtc WHERE @UserId = UserId
        IF (@@ERROR <> 0)
        BEGIN
            SET @ErrorCode = -1
            GOTO Cleanup
        END
    END

    INSERT INTO dbo.App_Membership (UserId, Password, PasswordSalt, Email, IsApproved, IsLockedOut, CreateDate, LastLogin, LastLockout, FailedCount, FailedStart)
    VALUES (@UserId, @Password, @PasswordSalt, @Email, @IsApproved, @IsLockedOut, @CurrentTimeUtc, @CurrentTimeUtc, @LastLockout, 0, CONVERT(datetime, '17540101', 112))

    IF (@@ERROR <> 0)
    BEGIN
        SET @ErrorCode = -1
        GOTO Cleanup
    END

    IF (@TranStarted = 1)
    BEGIN
        SET @TranStarted = 0
        COMMIT TRANSACTION
    END

    RETURN 0

Cleanup:

    IF (@TranStarted = 1)
    BEGIN
        SET @TranStarted = 0
        ROLLBACK TRANSACTION
    END

    RETURN @ErrorCode
END
GO
CREATE PROCEDURE dbo.App_Membership_GetPassword
    @UserName nvarchar(256), @MaxAttempts int, @Window int, @CurrentTimeUtc datetime, @Answer nvarchar(128) = NULL
AS
BEGIN
    DECLARE @UserId uniqueidentifier, @Password nvarchar(128), @IsLockedOut bit, @Failed int, @Start datetime, @ErrorCode int
    SET @ErrorCode = 0

    SELECT @UserId = u.UserId, @Password = m.Password, @IsLockedOut = m.IsLockedOut, @Failed = m.FailedCount, @Start = m.FailedStart
    FROM dbo.App_Users u, dbo.App_Membership m WITH (UPDLOCK)
    WHERE u.UserId = m.UserId AND LOWER(@UserName) = u.LoweredUserName

    IF (@@ROWCOUNT = 0)
    BEGIN
        SET @ErrorCode = 1
        GOTO Cleanup
    END

    IF (@IsLockedOut = 1)
    BEGIN
        SET @ErrorCode = 99
        GOTO Cleanup
    END

    IF (NOT (@Answer IS NULL))
    BEGIN
        IF (@CurrentTimeUtc > DATEADD(minute, @Window, @Start))
            SELECT @Start = @CurrentTimeUtc, @Failed = 1
        ELSE
            SET @Failed = @Failed + 1

        IF (@Failed >= @MaxAttempts)
            SET @IsLockedOut = 1

        UPDATE dbo.App_Membership
        SET IsLockedOut = @IsLockedOut, FailedCount = @Failed, FailedStart = @Start
        WHERE @UserId = UserId
    END

    IF (@ErrorCode = 0)
        SELECT @Password, @Failed

    RETURN @ErrorCode

Cleanup:
    RETURN @ErrorCode
END
GO
CREATE PROCEDURE dbo.App_Membership_FindByName
    @ApplicationName nvarchar(256), @UserNameToMatch nvarchar(256), @PageIndex int, @PageSize int
AS
BEGIN
    DECLARE @ApplicationId uniqueidentifier
    SELECT @ApplicationId = NULL
    SELECT @ApplicationId = ApplicationId FROM dbo.App_Applications WHERE LOWER(@ApplicationName) = LoweredName
    IF (@ApplicationId IS NULL)
        RETURN 0

    DECLARE @PageLowerBound int
    DECLARE @PageUpperBound int
    DECLARE @TotalRecords int
    SET @PageLowerBound = @PageSize * @PageIndex
    SET @PageUpperBound = @PageSize - 1 + @PageLowerBound

    CREATE TABLE #PageIndexForUsers
    (
        IndexId int IDENTITY (0, 1) NOT NULL,
        UserId uniqueidentifier
    )

    INSERT INTO #PageIndexForUsers (UserId)
        SELECT u.UserId
        FROM dbo.App_Users u, dbo.App_Membership m
        WHERE u.ApplicationId = @ApplicationId AND m.UserId = u.UserId AND u.LoweredUserName LIKE LOWER(@UserNameToMatch)
        ORDER BY u.UserName

    SELECT u.UserName, m.Email, m.IsApproved, m.CreateDate, u.UserId
    FROM dbo.App_Membership m, dbo.App_Users u, #PageIndexForUsers p
    WHERE u.UserId = p.UserId AND u.UserId = m.UserId AND p.IndexId >= @PageLowerBound AND p.IndexId <= @PageUpperBound
    ORDER BY u.UserName

    SELECT @TotalRecords = COUNT(*) FROM #PageIndexForUsers
    RETURN @TotalRecords
END
GO
CREATE PROCEDURE dbo.App_Roles_Delete
    @ApplicationId uniqueidentifier, @RoleName nvarchar(256), @DeleteOnlyIfEmpty bit
AS
BEGIN
    DECLARE @ErrorCode int, @TranStarted bit, @RoleId uniqueidentifier
    SELECT @ErrorCode = 0, @TranStarted = 0

    IF (@@TRANCOUNT = 0)
    BEGIN
        BEGIN TRAN
        SET @TranStarted = 1
    END

    SELECT @RoleId = RoleId FROM dbo.App_Roles WHERE LoweredRoleName = LOWER(@RoleName) AND ApplicationId = @ApplicationId
    IF (@RoleId IS NULL)
    BEGIN
        SELECT @ErrorCode = 1
        GOTO Cleanup
    END
    IF (@DeleteOnlyIfEmpty <> 0)
    BEGIN
        IF (EXISTS (SELECT RoleId FROM dbo.App_UsersInRoles WHERE @RoleId = RoleId))
        BEGIN
            SELECT @ErrorCode = 2
            GOTO Cleanup
        END
    END

    DELETE FROM dbo.App_UsersInRoles WHERE @RoleId = RoleId
    IF (@@ERROR <> 0)
    BEGIN
        SET @ErrorCode = -1
        GOTO Cleanup
    END

    DELETE FROM dbo.App_Roles WHERE @RoleId = RoleId AND ApplicationId = @ApplicationId
    IF (@@ERROR <> 0)
    BEGIN
        SET @ErrorCode = -1
        GOTO Cleanup
    END

    IF (@TranStarted = 1)
    BEGIN
        SET @TranStarted = 0
        COMMIT TRANSACTION
    END

    RETURN(0)

Cleanup:
    IF (@TranStarted = 1)
    BEGIN
        SET @TranStarted = 0
        ROLLBACK TRANSACTION
    END
    RETURN @ErrorCode
END
GO
CREATE PROCEDURE dbo.App_UsersInRoles_Add
    @ApplicationId uniqueidentifier, @UserNames nvarchar(4000), @RoleNames nvarchar(4000), @CurrentTimeUtc datetime
AS
BEGIN
    DECLARE @TranStarted bit
    SET @TranStarted = 0
    IF (@@TRANCOUNT = 0)
    BEGIN
        BEGIN TRANSACTION
        SET @TranStarted = 1
    END

    DECLARE @tbNames table(Name nvarchar(256) NOT NULL PRIMARY KEY)
    DECLARE @tbRoles table(RoleId uniqueidentifier NOT NULL PRIMARY KEY)
    DECLARE @tbUsers table(UserId uniqueidentifier NOT NULL PRIMARY KEY)
    DECLARE @Num int
    DECLARE @Pos int
    DECLARE @NextPos int
    DECLARE @Name nvarchar(256)

    SET @Num = 0
    SET @Pos = 1
    WHILE(@Pos <= LEN(@RoleNames))
    BEGIN
        SELECT @NextPos = CHARINDEX(N',', @RoleNames, @Pos)
        IF (@NextPos = 0 OR @NextPos IS NULL)
            SELECT @NextPos = LEN(@RoleNames) + 1
        SELECT @Name = RTRIM(LTRIM(SUBSTRING(@RoleNames, @Pos, @NextPos - @Pos)))
        SELECT @Pos = @NextPos+1

        INSERT INTO @tbNames VALUES (@Name)
        SET @Num = @Num + 1
    END

    INSERT INTO @tbRoles
      SELECT RoleId
      FROM dbo.App_Roles ar, @tbNames t
      WHERE LOWER(t.Name) = ar.LoweredRoleName AND ar.ApplicationId = @ApplicationId

    IF (@@ROWCOUNT <> @Num)
    BEGIN
        SELECT TOP 1 Name
        FROM @tbNames
        WHERE LOWER(Name) NOT IN (SELECT ar.LoweredRoleName FROM dbo.App_Roles ar, @tbRoles r WHERE r.RoleId = ar.RoleId)
        IF (@TranStarted = 1)
            ROLLBACK TRANSACTION
        RETURN(2)
    END

    DELETE FROM @tbNames WHERE 1=1
    SET @Num = 0
    SET @Pos = 1
    WHILE(@Pos <= LEN(@UserNames))
    BEGIN
        SELECT @NextPos = CHARINDEX(N',', @UserNames, @Pos)
        IF (@NextPos = 0 OR @NextPos IS NULL)
            SELECT @NextPos = LEN(@UserNames) + 1
        SELECT @Name = RTRIM(LTRIM(SUBSTRING(@UserNames, @Pos, @NextPos - @Pos)))
        SELECT @Pos = @NextPos+1
        INSERT INTO @tbNames VALUES (@Name)
        SET @Num = @Num + 1
    END

    INSERT INTO @tbUsers
      SELECT ar.UserId FROM dbo.App_Users ar, @tbNames t WHERE LOWER(t.Name) = ar.LoweredUserName AND ar.ApplicationId = @ApplicationId

    IF (EXISTS (SELECT * FROM dbo.App_UsersInRoles ur, @tbUsers tu, @tbRoles tr WHERE tu.UserId = ur.UserId AND tr.RoleId = ur.RoleId))
    BEGIN
        SELECT TOP 1 UserName, RoleName
        FROM dbo.App_UsersInRoles ur, @tbUsers tu, @tbRoles tr, App_Users u, App_Roles r
        WHERE u.UserId = tu.UserId AND r.RoleId = tr.RoleId AND tu.UserId = ur.UserId AND tr.RoleId = ur.RoleId
        IF (@TranStarted = 1)
            ROLLBACK TRANSACTION
        RETURN(3)
    END

    INSERT INTO dbo.App_UsersInRoles (UserId, RoleId) SELECT UserId, RoleId FROM @tbUsers, @tbRoles
    IF (@TranStarted = 1)
        COMMIT TRANSACTION
    RETURN(0)
END
GO
CREATE PROCEDURE dbo.App_CheckSchemaVersion @Feature nvarchar(128), @CompatibleVersion nvarchar(128) AS
BEGIN
    IF (EXISTS (SELECT * FROM dbo.App_Versions WHERE Feature = LOWER(@Feature) AND CompatibleVersion = @CompatibleVersion))
        RETURN 0
    RETURN 1
END
GO
CREATE PROCEDURE dbo.App_Profile_Set @PropertyNames ntext, @PropertyValues ntext, @PropertyBinary image, @UserId uniqueidentifier, @Now datetime AS
BEGIN
    IF (EXISTS (SELECT * FROM dbo.App_Profile WHERE UserId = @UserId))
        UPDATE dbo.App_Profile SET PropertyNames = @PropertyNames, PropertyValues = @PropertyValues, PropertyBinary = @PropertyBinary, Updated = @Now WHERE UserId = @UserId
    ELSE
        INSERT INTO dbo.App_Profile (UserId, PropertyNames, PropertyValues, PropertyBinary, Updated) VALUES (@UserId, @PropertyNames, @PropertyValues, @PropertyBinary, @Now)
END
GO
CREATE PROCEDURE dbo.App_Profile_Inactive @ApplicationId uniqueidentifier, @Kind int, @Since datetime AS
    SELECT COUNT(*) FROM dbo.App_Users u, dbo.App_Profile p
    WHERE ApplicationId = @ApplicationId AND u.UserId = p.UserId AND (LastActivity <= @Since)
      AND ((@Kind = 2) OR (@Kind = 0 AND IsAnonymous = 1) OR (@Kind = 1 AND IsAnonymous = 0))
GO
CREATE PROCEDURE dbo.App_Users_Delete @ApplicationId uniqueidentifier, @UserName nvarchar(256), @Tables int, @Deleted int OUTPUT AS
BEGIN
    DECLARE @UserId uniqueidentifier, @ErrorCode int, @RowCount int
    SELECT @UserId = NULL, @Deleted = 0, @ErrorCode = 0, @RowCount = 0
    SELECT @UserId = UserId FROM dbo.App_Users WHERE LoweredUserName = LOWER(@UserName) AND ApplicationId = @ApplicationId
    IF (@UserId IS NULL)
        GOTO Cleanup
    IF ((@Tables & 1) <> 0 AND (EXISTS (SELECT name FROM sysobjects WHERE (name = N'App_Membership') AND (type = 'U'))))
    BEGIN
        DELETE FROM dbo.App_Membership WHERE @UserId = UserId
        SELECT @ErrorCode = @@ERROR, @RowCount = @@ROWCOUNT
        IF (@ErrorCode <> 0)
            GOTO Cleanup
        IF (@RowCount <> 0)
            SELECT @Deleted = @Deleted + 1
    END
    IF ((@Tables & 2) <> 0)
    BEGIN
        DELETE FROM dbo.App_UsersInRoles WHERE @UserId = UserId
        SELECT @ErrorCode = @@ERROR, @RowCount = @@ROWCOUNT
        IF (@ErrorCode <> 0) GOTO Cleanup
        IF (@RowCount <> 0) SELECT @Deleted = @Deleted + 1
    END
    RETURN 0
Cleanup:
    SET @Deleted = 0
    RETURN @ErrorCode
END
GO
CREATE PROCEDURE dbo.App_GrantAll @Role sysname, @Prefix nvarchar(100) AS
BEGIN
    DECLARE @name sysname, @sql nvarchar(1000)
    DECLARE c1 CURSOR FORWARD_ONLY FOR SELECT o.name FROM sys.objects o WHERE o.type = 'P' AND o.name LIKE @Prefix + '%'
    OPEN c1
    FETCH c1 INTO @name
    WHILE (@@FETCH_STATUS = 0)
    BEGIN
        SET @sql = 'GRANT EXECUTE ON dbo.' + QUOTENAME(@name, '"') + ' TO ' + @Role
        EXEC (@sql)
        FETCH c1 INTO @name
    END
    CLOSE c1
    DEALLOCATE c1
END
GO
CREATE VIEW dbo.vw_App_UserRoles AS SELECT u.UserName, r.RoleName FROM dbo.App_Users u JOIN dbo.App_UsersInRoles ur ON ur.UserId = u.UserId JOIN dbo.App_Roles r ON r.RoleId = ur.RoleId
GO
CREATE FUNCTION dbo.fn_UserRoles (@UserId uniqueidentifier) RETURNS nvarchar(4000) AS
BEGIN
    DECLARE @r nvarchar(4000)
    SELECT @r = COALESCE(@r + N', ', N'') + r.RoleName
    FROM dbo.App_UsersInRoles ur INNER JOIN dbo.App_Roles r ON r.RoleId = ur.RoleId
    WHERE ur.UserId = @UserId
    ORDER BY r.RoleName
    RETURN @r
END
GO
CREATE PROCEDURE dbo.App_Session_Lock @Id nvarchar(88), @Locked bit OUTPUT, @Cookie int OUTPUT AS
    DECLARE @now AS datetime
    SET @now = GETUTCDATE()
    SET @Cookie = 0
    SELECT @Locked = CASE WHEN LastActivity > DATEADD(second, -30, @now) THEN 1 ELSE 0 END, @Cookie = DATEDIFF(second, LastActivity, @now)
    FROM dbo.App_Users WITH (ROWLOCK) WHERE UserName = @Id
    IF @@ROWCOUNT = 0 SET @Locked = 0
    RETURN 0
GO
CREATE PROCEDURE dbo.App_HashPassword @Plain nvarchar(128), @Salt nvarchar(36), @Hash nvarchar(130) OUTPUT AS
    SET @Hash = CONVERT(nvarchar(130), HASHBYTES('SHA2_256', @Plain + @Salt), 1)
GO
CREATE PROCEDURE dbo.App_Verify @UserId uniqueidentifier, @Plain nvarchar(128) AS
BEGIN
    SET NOCOUNT ON
    DECLARE @h varbinary(64)
    SELECT @h = HASHBYTES('SHA2_512', CAST(@Plain AS varbinary(256)) + CAST(PasswordSalt AS varbinary(256))) FROM dbo.App_Membership WHERE UserId = @UserId
    IF @h IS NULL RETURN 1
    IF EXISTS (SELECT 1 FROM dbo.App_Membership WHERE UserId = @UserId AND Password = CONVERT(nvarchar(128), @h, 2)) RETURN 0
    RETURN 2
END
GO
