USE [master]
GO
/****** Object:  Database [Library]    Script Date: 3/14/2023 9:26:53 AM ******/
IF NOT EXISTS (SELECT name FROM sys.databases WHERE name = N'Library')
BEGIN
CREATE DATABASE [Library]
 CONTAINMENT = NONE
 ON  PRIMARY
( NAME = N'Library', FILENAME = N'C:\Data\Library.mdf' , SIZE = 73728KB , MAXSIZE = UNLIMITED, FILEGROWTH = 65536KB ),
 FILEGROUP [ARCHIVE]
( NAME = N'Library_Archive', FILENAME = N'C:\Data\Library_Archive.ndf' , SIZE = 8192KB , MAXSIZE = UNLIMITED, FILEGROWTH = 65536KB )
 LOG ON
( NAME = N'Library_log', FILENAME = N'C:\Data\Library_log.ldf' , SIZE = 8192KB , MAXSIZE = 2048GB , FILEGROWTH = 65536KB )
 COLLATE SQL_Latin1_General_CP1_CI_AS
END
GO
ALTER DATABASE [Library] SET COMPATIBILITY_LEVEL = 150
GO
IF (1 = FULLTEXTSERVICEPROPERTY('IsFullTextInstalled'))
begin
EXEC [Library].[dbo].[sp_fulltext_database] @action = 'enable'
end
GO
ALTER DATABASE [Library] SET ANSI_NULL_DEFAULT OFF
GO
ALTER DATABASE [Library] SET ANSI_NULLS OFF
GO
ALTER DATABASE [Library] SET AUTO_CLOSE OFF
GO
ALTER DATABASE [Library] SET AUTO_UPDATE_STATISTICS_ASYNC OFF
GO
ALTER DATABASE [Library] SET ALLOW_SNAPSHOT_ISOLATION OFF
GO
ALTER DATABASE [Library] SET READ_COMMITTED_SNAPSHOT OFF
GO
ALTER DATABASE [Library] SET RECOVERY SIMPLE
GO
ALTER DATABASE [Library] SET MULTI_USER
GO
ALTER DATABASE [Library] SET PAGE_VERIFY CHECKSUM
GO
ALTER DATABASE [Library] SET QUERY_STORE = OFF
GO
USE [Library]
GO
/****** Object:  User [library_app]    Script Date: 3/14/2023 9:26:53 AM ******/
IF NOT EXISTS (SELECT * FROM sys.database_principals WHERE name = N'library_app')
CREATE USER [library_app] WITHOUT LOGIN WITH DEFAULT_SCHEMA=[dbo]
GO
/****** Object:  DatabaseRole [librarian]    Script Date: 3/14/2023 9:26:53 AM ******/
IF NOT EXISTS (SELECT * FROM sys.database_principals WHERE name = N'librarian' AND type = 'R')
CREATE ROLE [librarian]
GO
ALTER ROLE [librarian] ADD MEMBER [library_app]
GO
/****** Object:  Schema [loan]    Script Date: 3/14/2023 9:26:53 AM ******/
IF NOT EXISTS (SELECT * FROM sys.schemas WHERE name = N'loan')
EXEC sys.sp_executesql N'CREATE SCHEMA [loan]'
GO
/****** Object:  FullTextCatalog [Titles] ******/
IF NOT EXISTS (SELECT * FROM sysfulltextcatalogs ftc WHERE ftc.name = N'Titles')
CREATE FULLTEXT CATALOG [Titles] WITH ACCENT_SENSITIVITY = ON
GO
/****** Object:  PartitionFunction [ByYear] ******/
IF NOT EXISTS (SELECT * FROM sys.partition_functions WHERE name = N'ByYear')
CREATE PARTITION FUNCTION [ByYear](date) AS RANGE RIGHT FOR VALUES (N'2021-01-01T00:00:00.000', N'2022-01-01T00:00:00.000')
GO
IF NOT EXISTS (SELECT * FROM sys.partition_schemes WHERE name = N'ByYearScheme')
CREATE PARTITION SCHEME [ByYearScheme] AS PARTITION [ByYear] TO ([PRIMARY], [PRIMARY], [ARCHIVE])
GO
/****** Object:  UserDefinedDataType [dbo].[Isbn] ******/
IF NOT EXISTS (SELECT * FROM sys.types st JOIN sys.schemas ss ON st.schema_id = ss.schema_id WHERE st.name = N'Isbn' AND ss.name = N'dbo')
CREATE TYPE [dbo].[Isbn] FROM [char](13) NOT NULL
GO
/****** Object:  UserDefinedTableType [loan].[CopyList] ******/
IF NOT EXISTS (SELECT * FROM sys.types st JOIN sys.schemas ss ON st.schema_id = ss.schema_id WHERE st.name = N'CopyList' AND ss.name = N'loan')
CREATE TYPE [loan].[CopyList] AS TABLE(
	[CopyId] [int] NOT NULL,
	[Note] [nvarchar](50) NULL,
	PRIMARY KEY CLUSTERED
(
	[CopyId] ASC
)WITH (IGNORE_DUP_KEY = OFF)
)
GO
/****** Object:  XmlSchemaCollection [dbo].[CardSchema] ******/
IF NOT EXISTS (SELECT * FROM sys.xml_schema_collections c, sys.schemas s WHERE c.schema_id = s.schema_id AND (quotename(s.name) + '.' + quotename(c.name)) = N'[dbo].[CardSchema]')
CREATE XML SCHEMA COLLECTION [dbo].[CardSchema] AS N'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"><xsd:element name="card" type="xsd:string"/></xsd:schema>'
GO
/****** Object:  SqlAssembly [TextTools] ******/
IF NOT EXISTS (SELECT * FROM sys.assemblies asms WHERE asms.name = N'TextTools' and is_user_defined = 1)
CREATE ASSEMBLY [TextTools]
FROM 0x4D5A90000300000004000000FFFF0000B800000000000000400000000000000000000000000000000000000000000000000000000000000000000000
WITH PERMISSION_SET = SAFE
GO
/****** Object:  Sequence [loan].[ReceiptNumber] ******/
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[loan].[ReceiptNumber]') AND type = 'SO')
BEGIN
CREATE SEQUENCE [loan].[ReceiptNumber]
 AS [bigint]
 START WITH 1000
 INCREMENT BY 5
 MINVALUE 1000
 MAXVALUE 9999999
 CACHE  20
END
GO
/****** Object:  UserDefinedFunction [dbo].[fn_Clean] ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[fn_Clean]') AND type in (N'FN', N'IF', N'TF', N'FS', N'FT'))
BEGIN
execute dbo.sp_executesql @statement = N'-- Blanks and quotes: '' is kept.
CREATE FUNCTION [dbo].[fn_Clean] (@Text nvarchar(200))
RETURNS nvarchar(200)
AS
BEGIN
	RETURN LTRIM(RTRIM(REPLACE(@Text, N''"'', N'''''''')))
END
'
END
GO
/****** Object:  UserDefinedFunction [dbo].[fn_Soundex] ******/
SET ANSI_NULLS OFF
GO
SET QUOTED_IDENTIFIER OFF
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[fn_Soundex]') AND type in (N'FN', N'IF', N'TF', N'FS', N'FT'))
BEGIN
execute dbo.sp_executesql @statement = N'CREATE FUNCTION [dbo].[fn_Soundex](@Text [nvarchar](200))
RETURNS [nvarchar](8) WITH EXECUTE AS CALLER
AS
EXTERNAL NAME [TextTools].[TextTools.Functions].[Soundex]'
END
GO
/****** Object:  Table [dbo].[Book] ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Book]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[Book](
	[BookId] [int] IDENTITY(1,1) NOT FOR REPLICATION NOT NULL,
	[Isbn] [dbo].[Isbn] NOT NULL,
	[Title] [nvarchar](200) COLLATE SQL_Latin1_General_CP1_CI_AS NOT NULL,
	[SortTitle]  AS ([dbo].[fn_Clean]([Title])),
	[Price] [money] NULL,
	[Pages] [smallint] NULL,
	[Weight]  AS (isnull([Pages],(0))*(5)) PERSISTED NOT NULL,
	[Blurb] [nvarchar](max) COLLATE SQL_Latin1_General_CP1_CI_AS NULL,
	[RowGuid] [uniqueidentifier] ROWGUIDCOL  NOT NULL,
	[Changed] [timestamp] NOT NULL,
 CONSTRAINT [PK_Book] PRIMARY KEY CLUSTERED
(
	[BookId] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON, OPTIMIZE_FOR_SEQUENTIAL_KEY = OFF) ON [PRIMARY],
 CONSTRAINT [UQ_Book_Isbn] UNIQUE NONCLUSTERED
(
	[Isbn] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
END
GO
/****** Object:  Table [dbo].[Copy] ******/
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Copy]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[Copy](
	[CopyId] [int] NOT NULL,
	[BookId] [int] NOT NULL,
	[Shelf] [varchar](10) NULL,
	[IsLost] [bit] NOT NULL,
 CONSTRAINT [PK_Copy] PRIMARY KEY CLUSTERED ([CopyId] ASC)
)
END
GO
/****** Object:  Table [loan].[Loan] ******/
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[loan].[Loan]') AND type in (N'U'))
BEGIN
CREATE TABLE [loan].[Loan](
	[LoanId] [bigint] NOT NULL,
	[CopyId] [int] NOT NULL,
	[LentOn] [date] NOT NULL,
	[DueOn] [date] NOT NULL,
	[ReturnedOn] [date] NULL,
	[Fee] [decimal](9, 2) NOT NULL
)
END
GO
/****** Object:  Table [loan].[LoanHistory] ******/
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[loan].[LoanHistory]') AND type in (N'U'))
BEGIN
CREATE TABLE [loan].[LoanHistory](
	[LoanId] [bigint] NOT NULL,
	[LentOn] [date] NOT NULL
) ON [ByYearScheme]([LentOn])
END
GO
/****** Object:  Table [dbo].[Card] ******/
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Card]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[Card](
	[CardId] [int] NOT NULL CONSTRAINT [PK_Card] PRIMARY KEY,
	[Content] [xml](CONTENT [dbo].[CardSchema]) NULL
)
END
GO
/****** Object:  Synonym [dbo].[Loans] ******/
IF NOT EXISTS (SELECT * FROM sys.synonyms WHERE name = N'Loans' AND schema_id = SCHEMA_ID(N'dbo'))
CREATE SYNONYM [dbo].[Loans] FOR [loan].[Loan]
GO
/****** Object:  View [dbo].[BooksOnLoan] ******/
IF NOT EXISTS (SELECT * FROM sys.views WHERE object_id = OBJECT_ID(N'[dbo].[BooksOnLoan]'))
EXEC dbo.sp_executesql @statement = N'CREATE VIEW [dbo].[BooksOnLoan]
AS
SELECT        TOP (100) PERCENT dbo.Book.Title, dbo.Copy.Shelf, loan.Loan.DueOn
FROM            dbo.Book INNER JOIN
                         dbo.Copy ON dbo.Book.BookId = dbo.Copy.BookId INNER JOIN
                         loan.Loan ON dbo.Copy.CopyId = loan.Loan.CopyId
WHERE        (loan.Loan.ReturnedOn IS NULL)
'
GO
SET ANSI_PADDING ON
GO
/****** Object:  Index [IX_Book_Title] ******/
IF NOT EXISTS (SELECT * FROM sys.indexes WHERE object_id = OBJECT_ID(N'[dbo].[Book]') AND name = N'IX_Book_Title')
CREATE NONCLUSTERED INDEX [IX_Book_Title] ON [dbo].[Book]
(
	[Title] ASC
)
INCLUDE([Price]) WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, SORT_IN_TEMPDB = OFF, DROP_EXISTING = OFF, ONLINE = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
GO
IF NOT EXISTS (SELECT * FROM sys.indexes WHERE object_id = OBJECT_ID(N'[dbo].[Copy]') AND name = N'IX_Copy_There')
CREATE UNIQUE NONCLUSTERED INDEX [IX_Copy_There] ON [dbo].[Copy] ([Shelf] ASC, [CopyId] DESC) WHERE ([IsLost]=(0)) ON [PRIMARY]
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[DF_Book_RowGuid]') AND type = 'D')
BEGIN
ALTER TABLE [dbo].[Book] ADD  CONSTRAINT [DF_Book_RowGuid]  DEFAULT (newid()) FOR [RowGuid]
END
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[DF__Copy__IsLost]') AND type = 'D')
BEGIN
ALTER TABLE [dbo].[Copy] ADD  DEFAULT ((0)) FOR [IsLost]
END
GO
ALTER TABLE [loan].[Loan] ADD  CONSTRAINT [PK_Loan] PRIMARY KEY NONCLUSTERED ([LoanId] ASC)
GO
ALTER TABLE [loan].[Loan] ADD  CONSTRAINT [DF_Loan_LoanId]  DEFAULT (NEXT VALUE FOR [loan].[ReceiptNumber]) FOR [LoanId]
GO
ALTER TABLE [loan].[Loan] ADD  CONSTRAINT [DF_Loan_Fee]  DEFAULT ((0)) FOR [Fee]
GO
IF NOT EXISTS (SELECT * FROM sys.foreign_keys WHERE object_id = OBJECT_ID(N'[dbo].[FK_Copy_Book]') AND parent_object_id = OBJECT_ID(N'[dbo].[Copy]'))
ALTER TABLE [dbo].[Copy]  WITH CHECK ADD  CONSTRAINT [FK_Copy_Book] FOREIGN KEY([BookId])
REFERENCES [dbo].[Book] ([BookId])
ON DELETE CASCADE
GO
IF  EXISTS (SELECT * FROM sys.foreign_keys WHERE object_id = OBJECT_ID(N'[dbo].[FK_Copy_Book]') AND parent_object_id = OBJECT_ID(N'[dbo].[Copy]'))
ALTER TABLE [dbo].[Copy] CHECK CONSTRAINT [FK_Copy_Book]
GO
ALTER TABLE [loan].[Loan]  WITH NOCHECK ADD  CONSTRAINT [FK_Loan_Copy] FOREIGN KEY([CopyId])
REFERENCES [dbo].[Copy] ([CopyId])
GO
ALTER TABLE [loan].[Loan] CHECK CONSTRAINT [FK_Loan_Copy]
GO
IF NOT EXISTS (SELECT * FROM sys.check_constraints WHERE object_id = OBJECT_ID(N'[loan].[CK_Loan_Due]') AND parent_object_id = OBJECT_ID(N'[loan].[Loan]'))
ALTER TABLE [loan].[Loan]  WITH CHECK ADD  CONSTRAINT [CK_Loan_Due] CHECK  (([DueOn]>=[LentOn]))
GO
ALTER TABLE [loan].[Loan] CHECK CONSTRAINT [CK_Loan_Due]
GO
/****** Object:  FullTextIndex ******/
IF not EXISTS (SELECT * FROM sys.fulltext_indexes fti WHERE fti.object_id = OBJECT_ID(N'[dbo].[Book]'))
CREATE FULLTEXT INDEX ON [dbo].[Book](
[Blurb] LANGUAGE 'English', [Title] LANGUAGE 1033)
KEY INDEX [PK_Book]ON ([Titles], FILEGROUP [PRIMARY])
WITH (CHANGE_TRACKING = AUTO, STOPLIST = SYSTEM)
GO
/****** Object:  StoredProcedure [loan].[Lend] ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[loan].[Lend]') AND type in (N'P', N'PC'))
BEGIN
EXEC dbo.sp_executesql @statement = N'CREATE PROCEDURE [loan].[Lend] AS'
END
GO
-- Lends copies for three weeks.
ALTER PROCEDURE [loan].[Lend]
	@Copies [loan].[CopyList] READONLY,
	@On date = NULL
AS
BEGIN
	SET NOCOUNT ON
	INSERT [loan].[Loan] (CopyId, LentOn, DueOn)
	SELECT CopyId, ISNULL(@On, GETDATE()), DATEADD(week, 3, ISNULL(@On, GETDATE())) FROM @Copies
END
GO
/****** Object:  StoredProcedure [loan].[Secret]    Script Date: 3/14/2023 9:26:53 AM ******/
-- Encrypted object is not transferable, and script cannot be generated.
GO
/****** Object:  Trigger [loan].[Loan_Changed] ******/
IF NOT EXISTS (SELECT * FROM sys.triggers WHERE object_id = OBJECT_ID(N'[loan].[Loan_Changed]'))
EXEC dbo.sp_executesql @statement = N'CREATE TRIGGER [loan].[Loan_Changed] ON [loan].[Loan] AFTER UPDATE AS
IF UPDATE(ReturnedOn)
	UPDATE c SET Shelf = NULL FROM dbo.Copy AS c JOIN inserted AS i ON i.CopyId = c.CopyId WHERE i.ReturnedOn IS NULL'
GO
ALTER TABLE [loan].[Loan] DISABLE TRIGGER [Loan_Changed]
GO
GRANT SELECT ON [dbo].[Book] TO [librarian] AS [dbo]
GO
GRANT EXECUTE ON SCHEMA::[loan] TO [librarian]
GO
DENY DELETE ON [loan].[Loan] TO [library_app] AS [dbo]
GO
IF NOT EXISTS (SELECT * FROM sys.fn_listextendedproperty(N'MS_Description' , N'SCHEMA',N'dbo', N'TABLE',N'Book', N'COLUMN',N'Isbn'))
	EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Thirteen digits' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'Book', @level2type=N'COLUMN',@level2name=N'Isbn'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'What the library has' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'Book'
GO
IF NOT EXISTS (SELECT * FROM sys.fn_listextendedproperty(N'MS_DiagramPane1' , N'SCHEMA',N'dbo', N'VIEW',N'BooksOnLoan', NULL,NULL))
	EXEC sys.sp_addextendedproperty @name=N'MS_DiagramPane1', @value=N'[0E232FF0-B466-11cf-A24F-00AA00A3EFFF, 1.00]
Begin DesignProperties =
   Begin PaneConfigurations =
   End
End
' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'VIEW',@level1name=N'BooksOnLoan'
GO
IF NOT EXISTS (SELECT * FROM sys.fn_listextendedproperty(N'MS_DiagramPaneCount' , N'SCHEMA',N'dbo', N'VIEW',N'BooksOnLoan', NULL,NULL))
	EXEC sys.sp_addextendedproperty @name=N'MS_DiagramPaneCount', @value=1 , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'VIEW',@level1name=N'BooksOnLoan'
GO
USE [master]
GO
ALTER DATABASE [Library] SET  READ_WRITE
GO
