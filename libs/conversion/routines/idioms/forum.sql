-- A forum: boards, topics, messages, counters, moderation, search.
CREATE TABLE dbo.Board (BoardID int IDENTITY(1,1) NOT NULL PRIMARY KEY, ParentID int NULL, Name nvarchar(50) NOT NULL, NumTopics int NOT NULL DEFAULT 0, NumPosts int NOT NULL DEFAULT 0, LastPosted datetime NULL, LastUserID int NULL, Flags int NOT NULL DEFAULT 0, SortOrder smallint NOT NULL DEFAULT 0)
CREATE TABLE dbo.Member (UserID int IDENTITY(1,1) NOT NULL PRIMARY KEY, Name nvarchar(50) NOT NULL, Email nvarchar(50) NULL, Joined datetime NOT NULL, NumPosts int NOT NULL DEFAULT 0, Points int NOT NULL DEFAULT 0, RankID int NOT NULL DEFAULT 1, Flags int NOT NULL DEFAULT 0, IP varchar(39) NULL)
CREATE TABLE dbo.Topic (TopicID int IDENTITY(1,1) NOT NULL PRIMARY KEY, BoardID int NOT NULL, UserID int NOT NULL, Subject nvarchar(100) NOT NULL, Posted datetime NOT NULL, Views int NOT NULL DEFAULT 0, NumPosts int NOT NULL DEFAULT 0, Priority smallint NOT NULL DEFAULT 0, LastPosted datetime NULL, MovedTo int NULL, IsDeleted bit NOT NULL DEFAULT 0)
CREATE TABLE dbo.Message (MessageID int IDENTITY(1,1) NOT NULL PRIMARY KEY, TopicID int NOT NULL, ReplyTo int NULL, Position int NOT NULL DEFAULT 0, Indent int NOT NULL DEFAULT 0, UserID int NOT NULL, Posted datetime NOT NULL, Body ntext NOT NULL, IsDeleted bit NOT NULL DEFAULT 0, Edited datetime NULL)
CREATE TABLE dbo.Rank (RankID int NOT NULL PRIMARY KEY, Name nvarchar(50) NOT NULL, MinPosts int NULL)
CREATE TABLE dbo.Watch (UserID int NOT NULL, TopicID int NOT NULL, Created datetime NOT NULL, LastMail datetime NULL, CONSTRAINT PK_Watch PRIMARY KEY (UserID, TopicID))
CREATE TABLE dbo.Poll (PollID int IDENTITY NOT NULL PRIMARY KEY, Question nvarchar(200) NOT NULL, Closes datetime NULL)
CREATE TABLE dbo.Choice (ChoiceID int IDENTITY NOT NULL PRIMARY KEY, PollID int NOT NULL, Choice nvarchar(50) NOT NULL, Votes int NOT NULL DEFAULT 0)
CREATE TABLE dbo.BannedWord (WordID int IDENTITY NOT NULL PRIMARY KEY, BadWord nvarchar(50) NOT NULL, GoodWord nvarchar(50) NOT NULL)
CREATE TABLE dbo.Log (LogID int IDENTITY NOT NULL PRIMARY KEY, At datetime NOT NULL DEFAULT GETDATE(), Source nvarchar(50) NOT NULL, Description ntext NOT NULL)
GO
CREATE FUNCTION dbo.bit_set (@Flags int, @Mask int, @On bit) RETURNS int AS
BEGIN
  IF @On = 0 SET @Flags = @Flags & (~@Mask) ELSE SET @Flags = @Flags | @Mask
  RETURN @Flags
END
GO
CREATE FUNCTION dbo.board_posts (@BoardID int) RETURNS int AS
BEGIN
  DECLARE @n int, @tmp int
  SELECT @n = NumPosts FROM dbo.Board WHERE BoardID = @BoardID
  IF EXISTS (SELECT 1 FROM dbo.Board WHERE ParentID = @BoardID)
  BEGIN
    DECLARE c CURSOR FOR SELECT BoardID FROM dbo.Board WHERE ParentID = @BoardID
    OPEN c
    FETCH NEXT FROM c INTO @tmp
    WHILE @@FETCH_STATUS = 0
    BEGIN
      SET @n = @n + dbo.board_posts(@tmp)
      FETCH NEXT FROM c INTO @tmp
    END
    CLOSE c
    DEALLOCATE c
  END
  RETURN ISNULL(@n, 0)
END
GO
CREATE FUNCTION dbo.board_lasttopic (@BoardID int, @UserID int = NULL, @LastTopicID int = NULL, @LastPosted datetime = NULL) RETURNS int AS
BEGIN
  DECLARE @sub int, @subposted datetime
  SELECT TOP 1 @LastTopicID = TopicID, @LastPosted = LastPosted FROM dbo.Topic WHERE BoardID = @BoardID AND IsDeleted = 0 ORDER BY LastPosted DESC
  SELECT TOP 1 @sub = t.TopicID, @subposted = t.LastPosted FROM dbo.Topic t JOIN dbo.Board b ON b.BoardID = t.BoardID WHERE b.ParentID = @BoardID AND t.IsDeleted = 0 ORDER BY t.LastPosted DESC
  IF @sub IS NOT NULL AND (@LastPosted IS NULL OR @subposted > @LastPosted) SET @LastTopicID = @sub
  RETURN @LastTopicID
END
GO
CREATE FUNCTION dbo.clean_text (@s nvarchar(4000)) RETURNS nvarchar(4000) AS
BEGIN
  SELECT @s = REPLACE(@s, BadWord, GoodWord) FROM dbo.BannedWord
  RETURN @s
END
GO
CREATE FUNCTION dbo.ago (@At datetime, @Now datetime) RETURNS varchar(30) AS
BEGIN
  RETURN CASE
    WHEN DATEDIFF(mi, @At, @Now) < 60 THEN CONVERT(varchar, DATEDIFF(mi, @At, @Now)) + ' min'
    WHEN DATEDIFF(hh, @At, @Now) < 24 THEN CONVERT(varchar, DATEDIFF(hh, @At, @Now)) + ' h'
    ELSE CONVERT(varchar(10), @At, 104) END
END
GO
CREATE PROCEDURE dbo.board_list @ParentID int = NULL AS
BEGIN
  SELECT b.BoardID, b.Name, Topics = b.NumTopics, Posts = dbo.board_posts(b.BoardID), LastPosted = b.LastPosted, LastUser = (SELECT m.Name FROM dbo.Member m WHERE m.UserID = b.LastUserID),
    IsLocked = CONVERT(bit, b.Flags & 1)
  FROM dbo.Board b WHERE (@ParentID IS NULL AND b.ParentID IS NULL) OR b.ParentID = @ParentID
  ORDER BY b.SortOrder, b.Name
END
GO
CREATE PROCEDURE dbo.board_tree AS
BEGIN
  DECLARE @lvl int, @rows int
  CREATE TABLE #tree (BoardID int NOT NULL, Lvl int NOT NULL, Path varchar(500) NOT NULL)
  SET @lvl = 0
  INSERT #tree SELECT BoardID, @lvl, RIGHT('000' + CAST(SortOrder AS varchar), 3) FROM dbo.Board WHERE ParentID IS NULL
  SET @rows = @@ROWCOUNT
  WHILE @rows > 0
  BEGIN
    INSERT #tree SELECT b.BoardID, @lvl + 1, t.Path + '.' + RIGHT('000' + CAST(b.SortOrder AS varchar), 3) FROM dbo.Board b INNER JOIN #tree t ON t.BoardID = b.ParentID WHERE t.Lvl = @lvl
    SET @rows = @@ROWCOUNT
    SET @lvl = @lvl + 1
  END
  SELECT b.Name, t.Lvl FROM #tree t JOIN dbo.Board b ON b.BoardID = t.BoardID ORDER BY t.Path
  DROP TABLE #tree
END
GO
CREATE PROCEDURE dbo.board_updatestats @BoardID int AS
BEGIN
  UPDATE dbo.Board SET
    NumTopics = (SELECT COUNT(DISTINCT x.TopicID) FROM dbo.Topic x WHERE x.BoardID = dbo.Board.BoardID AND x.IsDeleted = 0),
    NumPosts = (SELECT COUNT(1) FROM dbo.Message a JOIN dbo.Topic x ON x.TopicID = a.TopicID WHERE x.BoardID = dbo.Board.BoardID AND a.IsDeleted = 0)
  WHERE BoardID = @BoardID
  IF @@ROWCOUNT > 0
    EXEC dbo.log_add 'board_updatestats', @BoardID
END
GO
CREATE PROCEDURE dbo.log_add @Source nvarchar(50), @What sql_variant = NULL AS
INSERT dbo.Log (Source, Description) VALUES (@Source, CONVERT(nvarchar(100), @What))
GO
CREATE PROCEDURE dbo.topic_save @BoardID int, @Subject nvarchar(100), @UserID int, @Body ntext, @Posted datetime = NULL, @TopicID int OUTPUT, @MessageID int OUTPUT AS
BEGIN
  SET NOCOUNT ON
  IF @Posted IS NULL SET @Posted = GETUTCDATE()
  BEGIN TRANSACTION
  INSERT INTO dbo.Topic (BoardID, UserID, Subject, Posted) VALUES (@BoardID, @UserID, @Subject, @Posted)
  SET @TopicID = SCOPE_IDENTITY()
  EXEC dbo.message_save @TopicID, @UserID, @Body, NULL, @Posted, @MessageID OUTPUT
  IF @@ERROR <> 0 BEGIN ROLLBACK TRANSACTION RETURN END
  UPDATE dbo.Board SET NumTopics = NumTopics + 1 WHERE BoardID = @BoardID
  COMMIT TRANSACTION
END
GO
CREATE PROCEDURE dbo.message_save @TopicID int, @UserID int, @Body ntext, @ReplyTo int, @Posted datetime, @MessageID int OUTPUT AS
BEGIN
  DECLARE @BoardID int, @Position int, @Indent int
  SELECT @BoardID = BoardID FROM dbo.Topic WHERE TopicID = @TopicID
  IF @ReplyTo IS NULL
    SELECT @Position = 0, @Indent = 0
  ELSE IF @ReplyTo < 0
  BEGIN
    SELECT TOP 1 @ReplyTo = MessageID, @Indent = Indent + 1 FROM dbo.Message WHERE TopicID = @TopicID ORDER BY Posted
    SELECT @Position = COUNT(*) FROM dbo.Message WHERE TopicID = @TopicID
  END
  ELSE
  BEGIN
    SELECT @Indent = Indent + 1 FROM dbo.Message WHERE MessageID = @ReplyTo
    DECLARE @tmpRes TABLE (Pos int)
    INSERT @tmpRes SELECT MAX(Position) + 1 FROM dbo.Message WHERE TopicID = @TopicID AND (MessageID = @ReplyTo OR ReplyTo = @ReplyTo)
    SELECT @Position = Pos FROM @tmpRes
    UPDATE dbo.Message SET Position = Position + 1 WHERE TopicID = @TopicID AND Position >= @Position
  END
  INSERT dbo.Message (TopicID, ReplyTo, Position, Indent, UserID, Posted, Body) VALUES (@TopicID, @ReplyTo, ISNULL(@Position, 0), ISNULL(@Indent, 0), @UserID, @Posted, @Body)
  SET @MessageID = SCOPE_IDENTITY()
  UPDATE dbo.Topic SET NumPosts = NumPosts + 1, LastPosted = @Posted WHERE TopicID = @TopicID
  UPDATE dbo.Member SET NumPosts = NumPosts + 1 WHERE UserID = @UserID
  UPDATE b SET b.NumPosts = b.NumPosts + 1, b.LastPosted = @Posted, b.LastUserID = @UserID FROM dbo.Board b WHERE b.BoardID = @BoardID
  EXEC dbo.user_upgrade @UserID
END
GO
CREATE PROCEDURE dbo.user_upgrade @UserID int AS
BEGIN
  DECLARE @RankID int, @Posts int, @Flags int
  SELECT @Posts = NumPosts, @Flags = Flags FROM dbo.Member WHERE UserID = @UserID
  IF @Flags & 2 = 2 RETURN
  SELECT TOP 1 @RankID = RankID FROM dbo.Rank WHERE MinPosts <= @Posts ORDER BY MinPosts DESC
  IF @@ROWCOUNT = 1 UPDATE dbo.Member SET RankID = @RankID WHERE UserID = @UserID
END
GO
CREATE PROCEDURE dbo.topic_list @BoardID int, @PageIndex int, @PageSize int, @SinceDate datetime = NULL AS
BEGIN
  SET NOCOUNT ON
  DECLARE @FirstSelectRowNumber int, @LastSelectRowNumber int, @TotalRows int
  SET @PageIndex = @PageIndex + 1
  SELECT @TotalRows = COUNT(1) FROM dbo.Topic t WHERE t.BoardID = @BoardID AND t.IsDeleted = 0 AND (@SinceDate IS NULL OR t.LastPosted >= @SinceDate)
  SELECT @FirstSelectRowNumber = (@PageIndex - 1) * @PageSize + 1
  SELECT @LastSelectRowNumber = (@PageIndex - 1) * @PageSize + @PageSize;
  WITH TopicIds AS (
    SELECT ROW_NUMBER() OVER (ORDER BY t.Priority DESC, t.LastPosted DESC) AS RowNum, t.TopicID FROM dbo.Topic t WHERE t.BoardID = @BoardID AND t.IsDeleted = 0 AND (@SinceDate IS NULL OR t.LastPosted >= @SinceDate)
  )
  SELECT t.TopicID, t.Subject, t.Views, Replies = t.NumPosts - 1, u.Name AS Starter, FirstMessage = (SELECT TOP 1 CAST(m.Body AS nvarchar(1000)) FROM dbo.Message m WHERE m.TopicID = ISNULL(t.MovedTo, t.TopicID) AND m.Position = 0), TotalRows = @TotalRows, PageIndex = @PageIndex
  FROM TopicIds ti INNER JOIN dbo.Topic t ON t.TopicID = ti.TopicID INNER JOIN dbo.Member u ON u.UserID = t.UserID
  WHERE ti.RowNum BETWEEN @FirstSelectRowNumber AND @LastSelectRowNumber ORDER BY ti.RowNum
END
GO
CREATE PROCEDURE dbo.topic_next @TopicID int AS
BEGIN
  DECLARE @LastPosted datetime, @BoardID int
  SELECT @LastPosted = LastPosted, @BoardID = BoardID FROM dbo.Topic WHERE TopicID = @TopicID
  SELECT TOP 1 TopicID FROM dbo.Topic WHERE LastPosted > @LastPosted AND BoardID = @BoardID AND IsDeleted = 0 ORDER BY LastPosted ASC
END
GO
CREATE PROCEDURE dbo.topic_move @TopicID int, @BoardID int, @ShowMoved bit AS
BEGIN
  DECLARE @Old int
  SELECT @Old = BoardID FROM dbo.Topic WHERE TopicID = @TopicID
  IF @Old <> @BoardID
  BEGIN
    IF @ShowMoved <> 0
      INSERT INTO dbo.Topic (BoardID, UserID, Subject, Posted, Views, Priority, LastPosted, MovedTo, NumPosts)
      SELECT BoardID, UserID, Subject, Posted, 0, Priority, LastPosted, @TopicID, 0 FROM dbo.Topic WHERE TopicID = @TopicID
    UPDATE dbo.Topic SET BoardID = @BoardID WHERE TopicID = @TopicID
    EXEC dbo.board_updatestats @Old
    EXEC dbo.board_updatestats @BoardID
  END
END
GO
CREATE PROCEDURE dbo.topic_delete @TopicID int, @Erase bit = 0 AS
BEGIN
  SET NOCOUNT ON
  DECLARE @BoardID int
  SELECT @BoardID = BoardID FROM dbo.Topic WHERE TopicID = @TopicID
  IF @Erase = 0
    UPDATE dbo.Topic SET IsDeleted = 1 WHERE TopicID = @TopicID
  ELSE
  BEGIN
    DELETE dbo.Watch WHERE TopicID = @TopicID
    DELETE FROM dbo.Message WHERE TopicID = @TopicID
    DELETE dbo.Topic WHERE TopicID = @TopicID OR MovedTo = @TopicID
  END
  EXEC dbo.board_updatestats @BoardID
END
GO
CREATE PROCEDURE dbo.message_thread @MessageID int AS
WITH thread (MessageID, ReplyTo, Depth) AS (
  SELECT MessageID, ReplyTo, 0 FROM dbo.Message WHERE MessageID = @MessageID
  UNION ALL
  SELECT m.MessageID, m.ReplyTo, t.Depth + 1 FROM dbo.Message m INNER JOIN thread t ON m.ReplyTo = t.MessageID
)
SELECT t.MessageID, t.Depth, SUBSTRING(m.Body, 1, 100) AS Start_ FROM thread t JOIN dbo.Message m ON m.MessageID = t.MessageID ORDER BY m.Position
GO
CREATE PROCEDURE dbo.message_edit @MessageID int, @Body ntext, @UserID int AS
IF NOT EXISTS (SELECT 1 FROM dbo.Message WHERE MessageID = @MessageID AND UserID = @UserID)
BEGIN
  RAISERROR(N'Message %d is not of user %d', 16, 1, @MessageID, @UserID)
  RETURN -1
END
UPDATE dbo.Message SET Body = @Body, Edited = GETUTCDATE() WHERE MessageID = @MessageID
RETURN @@ROWCOUNT
GO
CREATE PROCEDURE dbo.active_list @Minutes int = 20 AS
SELECT COUNT(*) AS Members, SUM(CASE WHEN Flags & 4 = 4 THEN 1 ELSE 0 END) AS Hidden, MAX(Joined) AS Newest FROM dbo.Member WHERE DATEDIFF(n, Joined, GETDATE()) <= @Minutes
GO
CREATE PROCEDURE dbo.forum_stats AS
SELECT Posts = (SELECT COUNT(1) FROM dbo.Message), Topics = (SELECT COUNT(1) FROM dbo.Topic), Boards = (SELECT COUNT(1) FROM dbo.Board WHERE ParentID IS NULL), LastMember = (SELECT TOP 1 Name FROM dbo.Member ORDER BY Joined DESC)
GO
CREATE PROCEDURE dbo.poll_save @Question nvarchar(200), @C1 nvarchar(50), @C2 nvarchar(50), @C3 nvarchar(50) = NULL AS
BEGIN
  DECLARE @id int
  INSERT dbo.Poll (Question) VALUES (@Question)
  SET @id = @@IDENTITY
  IF @C1 <> '' INSERT dbo.Choice (PollID, Choice) VALUES (@id, @C1)
  IF @C2 <> '' INSERT dbo.Choice (PollID, Choice) VALUES (@id, @C2)
  IF @C3 IS NOT NULL INSERT dbo.Choice (PollID, Choice) VALUES (@id, @C3)
  SELECT @id AS PollID
END
GO
CREATE PROCEDURE dbo.poll_stats @PollID int AS
SELECT c.ChoiceID, c.Choice, c.Votes, Stats = (SELECT CASE SUM(x.Votes) WHEN 0 THEN 0 ELSE 100 * c.Votes / SUM(x.Votes) END FROM dbo.Choice x WHERE x.PollID = c.PollID) FROM dbo.Choice c WHERE c.PollID = @PollID
GO
CREATE PROCEDURE dbo.prune @Days int, @Max int = 100, @Deleted int OUTPUT AS
BEGIN
  DECLARE @id int
  SET @Deleted = 0
  SET ROWCOUNT @Max
  DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT TopicID FROM dbo.Topic WHERE IsDeleted = 0 AND Priority = 0 AND DATEDIFF(dd, LastPosted, GETUTCDATE()) > @Days
  SET ROWCOUNT 0
  OPEN c
  FETCH NEXT FROM c INTO @id
  WHILE @@FETCH_STATUS <> -1
  BEGIN
    IF @@FETCH_STATUS <> -2
    BEGIN
      EXEC dbo.topic_delete @id, 1
      SET @Deleted = @Deleted + 1
    END
    FETCH NEXT FROM c INTO @id
  END
  CLOSE c
  DEALLOCATE c
END
GO
CREATE PROCEDURE dbo.watch_add @UserID int, @TopicID int AS
INSERT INTO dbo.Watch (UserID, TopicID, Created) SELECT @UserID, @TopicID, GETUTCDATE() WHERE NOT EXISTS (SELECT 1 FROM dbo.Watch WHERE UserID = @UserID AND TopicID = @TopicID)
GO
CREATE PROCEDURE dbo.search_messages @Words nvarchar(200), @BoardIds varchar(500) = '', @All bit = 1 AS
BEGIN
  DECLARE @sql nvarchar(4000), @word nvarchar(100), @pos int, @where nvarchar(3000)
  SELECT @where = N'', @Words = LTRIM(RTRIM(@Words)) + ' '
  SELECT @pos = CHARINDEX(' ', @Words)
  WHILE @pos > 0
  BEGIN
    SET @word = REPLACE(LEFT(@Words, @pos - 1), '''', '''''')
    IF LEN(@word) > 0
      SET @where = @where + CASE WHEN @where = '' THEN '' WHEN @All = 1 THEN ' AND ' ELSE ' OR ' END + 'm.Body LIKE ''%' + @word + '%'''
    SET @Words = SUBSTRING(@Words, @pos + 1, 200)
    SET @pos = CHARINDEX(' ', @Words)
  END
  SET @sql = N'SELECT m.MessageID FROM dbo.Message m JOIN dbo.Topic t ON t.TopicID = m.TopicID WHERE (' + @where + ')'
  IF @BoardIds <> '' SET @sql = @sql + N' AND t.BoardID IN (' + @BoardIds + ')'
  EXEC (@sql)
END
GO
CREATE PROCEDURE dbo.user_merge @Keep int, @Drop int AS
BEGIN
  SET XACT_ABORT ON
  BEGIN TRY
    BEGIN TRAN
    UPDATE dbo.Message SET UserID = @Keep WHERE UserID = @Drop
    UPDATE dbo.Topic SET UserID = @Keep WHERE UserID = @Drop
    DELETE w FROM dbo.Watch w WHERE w.UserID = @Drop AND EXISTS (SELECT * FROM dbo.Watch k WHERE k.UserID = @Keep AND k.TopicID = w.TopicID)
    UPDATE dbo.Watch SET UserID = @Keep WHERE UserID = @Drop
    UPDATE k SET NumPosts = k.NumPosts + d.NumPosts, Points = k.Points + d.Points FROM dbo.Member k CROSS JOIN dbo.Member d WHERE k.UserID = @Keep AND d.UserID = @Drop
    DELETE FROM dbo.Member WHERE UserID = @Drop
    COMMIT
  END TRY
  BEGIN CATCH
    IF XACT_STATE() <> 0 ROLLBACK;
    THROW;
  END CATCH
END
GO
CREATE TRIGGER dbo.member_delete ON dbo.Member INSTEAD OF DELETE AS
BEGIN
  UPDATE dbo.Message SET IsDeleted = 1 WHERE UserID IN (SELECT UserID FROM deleted)
  DELETE FROM dbo.Member WHERE UserID IN (SELECT UserID FROM deleted)
END
GO
CREATE TRIGGER dbo.message_counts ON dbo.Message AFTER INSERT, DELETE AS
BEGIN
  UPDATE t SET NumPosts = t.NumPosts + x.n
  FROM dbo.Topic t JOIN (SELECT TopicID, SUM(d) AS n FROM (SELECT TopicID, 1 AS d FROM inserted UNION ALL SELECT TopicID, -1 FROM deleted) y GROUP BY TopicID) x ON x.TopicID = t.TopicID
  WHERE x.n < 0
END
GO
