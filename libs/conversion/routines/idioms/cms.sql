-- A content management system: pages with versions, permissions, settings in XML and JSON, trees, text.
CREATE TABLE dbo.Site (SiteId int IDENTITY(1,1) NOT NULL PRIMARY KEY, SiteName nvarchar(100) NOT NULL, Settings xml NULL, Options nvarchar(max) NULL, IsActive bit NOT NULL DEFAULT (1))
CREATE TABLE dbo.Page (PageId int IDENTITY(1,1) NOT NULL PRIMARY KEY, SiteId int NOT NULL, ParentId int NULL, Title nvarchar(200) NOT NULL, Slug varchar(200) NULL, SortOrder int NOT NULL DEFAULT 0, Lvl int NOT NULL DEFAULT 0, TreePath varchar(900) NULL, IsVisible bit NOT NULL DEFAULT 1, StartDate datetime NULL, EndDate datetime NULL, CreatedBy int NULL, CreatedOn datetime NOT NULL DEFAULT getdate(), ModifiedOn datetime NULL, RowGuid uniqueidentifier NOT NULL DEFAULT newid())
CREATE TABLE dbo.PageVersion (VersionId int IDENTITY(1,1) NOT NULL PRIMARY KEY, PageId int NOT NULL, VersionNo int NOT NULL, Body nvarchar(max) NULL, Meta xml NULL, IsPublished bit NOT NULL DEFAULT 0, CreatedOn datetime NOT NULL DEFAULT getdate(), CreatedBy nvarchar(128) NULL)
CREATE TABLE dbo.Tag (TagId int IDENTITY(1,1) NOT NULL PRIMARY KEY, TagName nvarchar(50) NOT NULL UNIQUE)
CREATE TABLE dbo.PageTag (PageId int NOT NULL, TagId int NOT NULL, CONSTRAINT PK_PageTag PRIMARY KEY (PageId, TagId))
CREATE TABLE dbo.PagePermission (PageId int NOT NULL, RoleName nvarchar(50) NOT NULL, PermissionKey varchar(20) NOT NULL, AllowAccess bit NOT NULL)
CREATE TABLE dbo.EventLog (EventId bigint IDENTITY(1,1) NOT NULL PRIMARY KEY, EventType varchar(35) NOT NULL, LogTime datetime NOT NULL DEFAULT getdate(), UserName nvarchar(50) NULL, Properties xml NULL, ErrNumber int NULL, ErrMessage nvarchar(4000) NULL, ErrProc nvarchar(128) NULL, ErrLine int NULL)
CREATE TABLE dbo.Schedule (ScheduleId int IDENTITY NOT NULL PRIMARY KEY, TypeName varchar(200) NOT NULL, TimeLapse int NOT NULL, Unit char(1) NOT NULL, NextRun datetime NULL, Enabled bit NOT NULL)
GO
CREATE FUNCTION dbo.fn_Slug (@Text nvarchar(200)) RETURNS varchar(200) AS
BEGIN
    DECLARE @i int = 1, @c nchar(1), @out varchar(200) = ''
    SET @Text = LOWER(LTRIM(RTRIM(ISNULL(@Text, ''))))
    WHILE @i <= LEN(@Text)
    BEGIN
        SET @c = SUBSTRING(@Text, @i, 1)
        IF @c LIKE '[a-z0-9]'
            SET @out += @c
        ELSE IF RIGHT(@out, 1) <> '-' AND LEN(@out) > 0
            SET @out += '-'
        SET @i += 1
    END
    WHILE RIGHT(@out, 1) = '-'
        SET @out = LEFT(@out, LEN(@out) - 1)
    RETURN @out
END
GO
CREATE FUNCTION dbo.fn_StripTags (@Html nvarchar(max)) RETURNS nvarchar(max) AS
BEGIN
    DECLARE @s int, @e int, @l int
    SET @s = CHARINDEX('<', @Html)
    SET @e = CHARINDEX('>', @Html, CHARINDEX('<', @Html))
    SET @l = (@e - @s) + 1
    WHILE @s > 0 AND @e > 0 AND @l > 0
    BEGIN
        SET @Html = STUFF(@Html, @s, @l, '')
        SET @s = CHARINDEX('<', @Html)
        SET @e = CHARINDEX('>', @Html, CHARINDEX('<', @Html))
        SET @l = (@e - @s) + 1
    END
    RETURN LTRIM(RTRIM(REPLACE(@Html, '&nbsp;', ' ')))
END
GO
CREATE FUNCTION dbo.fn_Tags (@PageId int) RETURNS nvarchar(max) AS
BEGIN
    RETURN STUFF((SELECT ', ' + t.TagName FROM dbo.PageTag pt JOIN dbo.Tag t ON t.TagId = pt.TagId WHERE pt.PageId = @PageId ORDER BY t.TagName FOR XML PATH('')), 1, 2, '')
END
GO
CREATE FUNCTION dbo.fn_TagsTyped (@PageId int) RETURNS nvarchar(max) AS
BEGIN
    DECLARE @r nvarchar(max)
    SELECT @r = STUFF((SELECT N';' + t.TagName FROM dbo.PageTag pt INNER JOIN dbo.Tag t ON t.TagId = pt.TagId WHERE pt.PageId = @PageId ORDER BY t.TagName FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 1, N'')
    RETURN @r
END
GO
CREATE FUNCTION dbo.fn_Ancestors (@PageId int) RETURNS @r TABLE (PageId int NOT NULL, Depth int NOT NULL) AS
BEGIN
    DECLARE @id int, @d int
    SELECT @id = @PageId, @d = 0
    WHILE @id IS NOT NULL AND @d < 50
    BEGIN
        INSERT @r VALUES (@id, @d)
        SELECT @id = ParentId, @d = @d + 1 FROM dbo.Page WHERE PageId = @id
        IF @@ROWCOUNT = 0 SET @id = NULL
    END
    RETURN
END
GO
CREATE FUNCTION dbo.fn_CanSee (@PageId int, @Roles nvarchar(1000)) RETURNS bit AS
BEGIN
    IF EXISTS (SELECT 1 FROM dbo.PagePermission WHERE PageId = @PageId AND PermissionKey = 'VIEW' AND AllowAccess = 0 AND CHARINDEX(';' + RoleName + ';', ';' + @Roles + ';') > 0)
        RETURN 0
    IF EXISTS (SELECT 1 FROM dbo.PagePermission WHERE PageId = @PageId AND PermissionKey = 'VIEW' AND AllowAccess = 1 AND (RoleName = 'All Users' OR CHARINDEX(';' + RoleName + ';', ';' + @Roles + ';') > 0))
        RETURN 1
    RETURN 0
END
GO
CREATE PROCEDURE dbo.Page_Add @SiteId int, @ParentId int = NULL, @Title nvarchar(200), @UserId int = -1, @PageId int = NULL OUTPUT AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @order int, @lvl int, @path varchar(900);
    SELECT @order = ISNULL(MAX(SortOrder), 0) + 2 FROM dbo.Page WHERE SiteId = @SiteId AND ISNULL(ParentId, -1) = ISNULL(@ParentId, -1);
    SELECT @lvl = Lvl + 1, @path = TreePath FROM dbo.Page WHERE PageId = @ParentId;
    INSERT INTO dbo.Page (SiteId, ParentId, Title, Slug, SortOrder, Lvl, CreatedBy) VALUES (@SiteId, @ParentId, @Title, dbo.fn_Slug(@Title), @order, ISNULL(@lvl, 0), @UserId);
    SET @PageId = CAST(SCOPE_IDENTITY() AS int);
    UPDATE dbo.Page SET TreePath = ISNULL(@path, '/') + CAST(@PageId AS varchar(10)) + '/' WHERE PageId = @PageId;
    SELECT @PageId AS PageId;
END
GO
CREATE PROCEDURE dbo.Page_Move @PageId int, @NewParent int AS
BEGIN
    DECLARE @old varchar(900), @new varchar(900), @delta int
    SELECT @old = TreePath, @delta = Lvl FROM dbo.Page WHERE PageId = @PageId
    SELECT @new = TreePath + CONVERT(varchar(10), @PageId) + '/', @delta = Lvl + 1 - @delta FROM dbo.Page WHERE PageId = @NewParent
    IF @new LIKE @old + '%'
    BEGIN
        RAISERROR ('A page cannot move below itself', 16, 1)
        RETURN
    END
    UPDATE dbo.Page SET ParentId = @NewParent WHERE PageId = @PageId
    UPDATE dbo.Page SET TreePath = @new + SUBSTRING(TreePath, LEN(@old) + 1, 900), Lvl = Lvl + @delta WHERE TreePath LIKE @old + '%'
END
GO
CREATE PROCEDURE dbo.Page_Resort @SiteId int AS
BEGIN
    DECLARE @n int
    SET @n = 0
    UPDATE dbo.Page SET @n = SortOrder = @n + 2 WHERE SiteId = @SiteId
END
GO
CREATE PROCEDURE dbo.Page_ResortWindow @SiteId int AS
;WITH x AS (SELECT SortOrder, ROW_NUMBER() OVER (PARTITION BY ParentId ORDER BY SortOrder, Title) * 2 AS NewOrder FROM dbo.Page WHERE SiteId = @SiteId)
UPDATE x SET SortOrder = NewOrder WHERE SortOrder <> NewOrder
GO
CREATE PROCEDURE dbo.Page_Tree @SiteId int, @Root int = NULL AS
WITH p AS (
    SELECT PageId, ParentId, Title, 0 AS Depth, CAST(RIGHT('00000' + CAST(SortOrder AS varchar(5)), 5) AS varchar(max)) AS Sort FROM dbo.Page WHERE SiteId = @SiteId AND (ParentId = @Root OR (ParentId IS NULL AND @Root IS NULL))
    UNION ALL
    SELECT c.PageId, c.ParentId, c.Title, p.Depth + 1, p.Sort + '.' + RIGHT('00000' + CAST(c.SortOrder AS varchar(5)), 5) FROM dbo.Page c JOIN p ON c.ParentId = p.PageId
)
SELECT PageId, ParentId, REPLICATE('...', Depth) + Title AS Title, Depth FROM p ORDER BY Sort OPTION (MAXRECURSION 200)
GO
CREATE PROCEDURE dbo.Page_Visible @SiteId int, @Roles nvarchar(1000), @Now datetime = NULL AS
BEGIN
    SET @Now = COALESCE(@Now, GETDATE())
    SELECT p.PageId, p.Title, dbo.fn_Tags(p.PageId) AS Tags
    FROM dbo.Page p
    WHERE p.SiteId = @SiteId AND p.IsVisible = 1 AND dbo.fn_CanSee(p.PageId, @Roles) = 1
      AND (p.StartDate IS NULL OR p.StartDate <= @Now) AND (p.EndDate IS NULL OR p.EndDate > @Now)
    ORDER BY p.Lvl, p.SortOrder
END
GO
CREATE PROCEDURE dbo.Version_Add @PageId int, @Body nvarchar(max), @Publish bit = 0 AS
BEGIN
    DECLARE @no int
    BEGIN TRANSACTION
        SELECT @no = ISNULL(MAX(VersionNo), 0) + 1 FROM dbo.PageVersion WITH (TABLOCKX) WHERE PageId = @PageId
        IF @Publish = 1 UPDATE dbo.PageVersion SET IsPublished = 0 WHERE PageId = @PageId AND IsPublished = 1
        INSERT dbo.PageVersion (PageId, VersionNo, Body, IsPublished, CreatedBy) VALUES (@PageId, @no, @Body, @Publish, SYSTEM_USER)
        IF @@ERROR <> 0
        BEGIN
            ROLLBACK TRANSACTION
            RETURN -1
        END
        DELETE FROM dbo.PageVersion WHERE PageId = @PageId AND VersionNo <= @no - 10 AND IsPublished = 0
    COMMIT TRANSACTION
    RETURN @no
END
GO
CREATE PROCEDURE dbo.Tags_Set @PageId int, @Tags nvarchar(1000) AS
BEGIN
    SET NOCOUNT ON
    DECLARE @t TABLE (Name nvarchar(50) PRIMARY KEY)
    DECLARE @x xml
    SET @x = CAST('<t>' + REPLACE(REPLACE(@Tags, '&', '&amp;'), ',', '</t><t>') + '</t>' AS xml)
    INSERT @t SELECT DISTINCT LTRIM(RTRIM(n.v.value('.', 'nvarchar(50)'))) FROM @x.nodes('/t') AS n(v) WHERE LEN(n.v.value('.', 'nvarchar(50)')) > 0
    INSERT dbo.Tag (TagName) SELECT Name FROM @t WHERE Name NOT IN (SELECT TagName FROM dbo.Tag)
    DELETE pt FROM dbo.PageTag pt LEFT JOIN dbo.Tag t ON t.TagId = pt.TagId LEFT JOIN @t n ON n.Name = t.TagName WHERE pt.PageId = @PageId AND n.Name IS NULL
    INSERT dbo.PageTag SELECT @PageId, t.TagId FROM dbo.Tag t JOIN @t n ON n.Name = t.TagName EXCEPT SELECT PageId, TagId FROM dbo.PageTag
    SELECT TagId FROM dbo.PageTag WHERE PageId = @PageId ORDER BY TagId
END
GO
CREATE PROCEDURE dbo.Site_Setting @SiteId int, @Key varchar(50), @Value nvarchar(200) OUTPUT AS
    SELECT @Value = Settings.value('(/settings/add[@key=sql:variable("@Key")]/@value)[1]', 'nvarchar(200)') FROM dbo.Site WHERE SiteId = @SiteId
GO
CREATE PROCEDURE dbo.Site_Settings @SiteId int AS
SELECT s.SiteId, x.a.value('@key', 'varchar(50)') AS [Key], x.a.value('@value', 'nvarchar(200)') AS [Value], x.a.exist('@secret') AS IsSecret
FROM dbo.Site s CROSS APPLY s.Settings.nodes('/settings/add') x(a) WHERE s.SiteId = @SiteId
GO
CREATE PROCEDURE dbo.Site_HasSetting @Key varchar(50) AS
SELECT COUNT(*) AS n FROM dbo.Site WHERE Settings.exist('/settings/add[@key="theme"]') = 1
GO
CREATE PROCEDURE dbo.Site_SettingsXml @SiteId int, @Xml xml OUTPUT AS
SET @Xml = (SELECT PageId AS '@id', Title AS 'title', (SELECT t.TagName AS 'tag' FROM dbo.PageTag pt JOIN dbo.Tag t ON t.TagId = pt.TagId WHERE pt.PageId = p.PageId FOR XML PATH(''), TYPE) AS 'tags' FROM dbo.Page p WHERE SiteId = @SiteId FOR XML PATH('page'), ROOT('pages'), TYPE)
GO
CREATE PROCEDURE dbo.Permissions_Save @PageId int, @Xml nvarchar(max) AS
BEGIN
    DECLARE @h int
    EXEC sp_xml_preparedocument @h OUTPUT, @Xml
    DELETE FROM dbo.PagePermission WHERE PageId = @PageId
    INSERT INTO dbo.PagePermission (PageId, RoleName, PermissionKey, AllowAccess)
    SELECT @PageId, Role, [Key], Allow FROM OPENXML(@h, '/permissions/permission', 1) WITH (Role nvarchar(50) '@role', [Key] varchar(20) '@key', Allow bit '@allow')
    EXEC sp_xml_removedocument @h
END
GO
CREATE PROCEDURE dbo.Options_Get @SiteId int AS
SELECT JSON_VALUE(Options, '$.theme') AS Theme, JSON_VALUE(Options, '$.menu.depth') AS MenuDepth, ISJSON(Options) AS IsJson FROM dbo.Site WHERE SiteId = @SiteId
GO
CREATE PROCEDURE dbo.Options_Set @SiteId int, @Name nvarchar(50), @Value nvarchar(200) AS
UPDATE dbo.Site SET Options = JSON_MODIFY(ISNULL(Options, N'{}'), '$.' + @Name, @Value) WHERE SiteId = @SiteId
GO
CREATE PROCEDURE dbo.Pages_Json @SiteId int AS
SELECT PageId AS id, Title AS title, (SELECT t.TagName AS name FROM dbo.PageTag pt JOIN dbo.Tag t ON t.TagId = pt.TagId WHERE pt.PageId = p.PageId FOR JSON PATH) AS tags FROM dbo.Page p WHERE SiteId = @SiteId ORDER BY PageId FOR JSON PATH
GO
CREATE PROCEDURE dbo.Pages_Import @Json nvarchar(max) AS
INSERT dbo.Page (SiteId, Title, SortOrder) SELECT SiteId, Title, ISNULL(SortOrder, 0) FROM OPENJSON(@Json, '$.pages') WITH (SiteId int '$.site', Title nvarchar(200) '$.title', SortOrder int '$.order')
GO
CREATE PROCEDURE dbo.EventLog_Error AS
BEGIN
    SET NOCOUNT ON
    IF ERROR_NUMBER() IS NULL RETURN
    IF XACT_STATE() = -1
    BEGIN
        PRINT 'The transaction cannot be committed.'
        RETURN
    END
    INSERT dbo.EventLog (EventType, ErrNumber, ErrMessage, ErrProc, ErrLine, UserName) VALUES ('ERROR', ERROR_NUMBER(), ERROR_MESSAGE(), ISNULL(ERROR_PROCEDURE(), '-'), ERROR_LINE(), SUSER_SNAME())
END
GO
CREATE PROCEDURE dbo.Page_Delete @PageId int AS
BEGIN
    BEGIN TRY
        IF EXISTS (SELECT * FROM dbo.Page WHERE ParentId = @PageId)
            RAISERROR ('Page %d has children.', 16, 1, @PageId)
        DELETE dbo.PageTag WHERE PageId = @PageId
        DELETE dbo.PagePermission WHERE PageId = @PageId
        DELETE dbo.PageVersion WHERE PageId = @PageId
        DELETE dbo.Page WHERE PageId = @PageId
    END TRY
    BEGIN CATCH
        EXEC dbo.EventLog_Error
        DECLARE @m nvarchar(4000)
        SET @m = ERROR_MESSAGE()
        RAISERROR (@m, 16, 1)
    END CATCH
END
GO
CREATE PROCEDURE dbo.EventLog_Page @PageSize int = 50, @PageIndex int = 0, @Type varchar(35) = NULL AS
BEGIN
    SELECT * FROM (SELECT E.EventId, E.EventType, E.LogTime, E.UserName, ROW_NUMBER() OVER (ORDER BY E.LogTime DESC) AS RowNumber FROM dbo.EventLog E WHERE E.EventType = COALESCE(@Type, E.EventType)) AS T
    WHERE RowNumber >= (@PageIndex * @PageSize + 1) AND RowNumber <= ((@PageIndex + 1) * @PageSize)
    ORDER BY RowNumber
    SELECT COUNT(1) AS TotalRecords FROM dbo.EventLog WHERE EventType = ISNULL(@Type, EventType)
END
GO
CREATE PROCEDURE dbo.EventLog_Purge @Keep int AS
BEGIN
    DECLARE @rows int = 1
    WHILE @rows > 0
    BEGIN
        DELETE TOP (100) FROM dbo.EventLog WHERE EventId <= (SELECT MAX(EventId) - @Keep FROM dbo.EventLog)
        SELECT @rows = @@ROWCOUNT
        IF @rows > 0 WAITFOR DELAY '00:00:00.010'
    END
END
GO
CREATE PROCEDURE dbo.Schedule_Next @ScheduleId int, @Run datetime AS
UPDATE dbo.Schedule SET NextRun = CASE Unit WHEN 's' THEN DATEADD(ss, TimeLapse, @Run) WHEN 'm' THEN DATEADD(mi, TimeLapse, @Run) WHEN 'h' THEN DATEADD(hh, TimeLapse, @Run) WHEN 'd' THEN DATEADD(dd, TimeLapse, @Run) WHEN 'w' THEN DATEADD(wk, TimeLapse, @Run) ELSE DATEADD(mm, TimeLapse, @Run) END WHERE ScheduleId = @ScheduleId
GO
CREATE PROCEDURE dbo.Search_All @Term nvarchar(100), @Max int = 100 AS
BEGIN
    SET ROWCOUNT @Max
    SELECT 'page' AS Kind, PageId AS Id, Title AS Found, DIFFERENCE(Title, @Term) AS Score FROM dbo.Page WHERE Title LIKE '%' + REPLACE(REPLACE(@Term, '[', '[[]'), '%', '[%]') + '%'
    UNION ALL
    SELECT 'tag', TagId, TagName, 4 FROM dbo.Tag WHERE TagName = @Term
    ORDER BY Score DESC, Found
    SET ROWCOUNT 0
END
GO
CREATE PROCEDURE dbo.Site_CopyPages @From int, @To int AS
BEGIN
    DECLARE @map TABLE (OldId int, NewId int)
    DECLARE @id int, @parent int, @new int, @title nvarchar(200)
    DECLARE pages CURSOR LOCAL STATIC READ_ONLY FORWARD_ONLY FOR SELECT PageId, ParentId, Title FROM dbo.Page WHERE SiteId = @From ORDER BY Lvl, SortOrder
    OPEN pages
    WHILE 1 = 1
    BEGIN
        FETCH NEXT FROM pages INTO @id, @parent, @title
        IF @@FETCH_STATUS <> 0 BREAK
        SET @new = NULL
        SELECT @parent = NewId FROM @map WHERE OldId = @parent
        INSERT dbo.Page (SiteId, ParentId, Title) VALUES (@To, @parent, @title)
        SET @new = SCOPE_IDENTITY()
        INSERT @map VALUES (@id, @new)
    END
    CLOSE pages
    DEALLOCATE pages
    SELECT COUNT(*) AS Copied FROM @map
END
GO
CREATE PROCEDURE dbo.Page_Merge @Rows xml AS
BEGIN
    SET NOCOUNT ON;
    WITH src AS (SELECT r.value('(Id/text())[1]', 'int') AS Id, r.value('(Title/text())[1]', 'nvarchar(200)') AS Title, ISNULL(r.value('(Visible/text())[1]', 'bit'), 1) AS Visible FROM @Rows.nodes('/Rows/Row') AS t(r))
    UPDATE p SET Title = s.Title, IsVisible = s.Visible, ModifiedOn = GETDATE() FROM dbo.Page p INNER JOIN src s ON s.Id = p.PageId
    SELECT @@ROWCOUNT AS Changed
END
GO
CREATE TRIGGER dbo.tr_Page_Audit ON dbo.Page FOR UPDATE, DELETE AS
BEGIN
    DECLARE @props xml, @type varchar(35)
    SET NOCOUNT ON
    IF NOT EXISTS (SELECT * FROM deleted) RETURN
    SET @type = CASE WHEN EXISTS (SELECT * FROM inserted) THEN 'PAGE_UPDATED' ELSE 'PAGE_DELETED' END
    SET @props = (SELECT d.PageId AS '@id', d.Title AS 'old', i.Title AS 'new' FROM deleted d LEFT JOIN inserted i ON i.PageId = d.PageId FOR XML PATH('page'), ROOT('pages'), TYPE)
    INSERT dbo.EventLog (EventType, Properties) VALUES (@type, @props)
END
GO
CREATE TRIGGER dbo.tr_Page_Touch ON dbo.Page AFTER UPDATE AS
IF TRIGGER_NESTLEVEL() > 1 RETURN
IF NOT UPDATE(ModifiedOn)
    UPDATE p SET ModifiedOn = GETDATE() FROM dbo.Page p INNER JOIN inserted i ON i.PageId = p.PageId
GO
CREATE TRIGGER dbo.tr_Site_One ON dbo.Site AFTER DELETE AS
IF (SELECT COUNT(*) FROM deleted) > 1
BEGIN
    RAISERROR('One site at a time.', 16, 10)
    ROLLBACK TRAN
END
GO
