import { type CaseGroup, many, one } from './case-group.ts';

/** The catalog, the server and the session, as routines ask them. */
export const CATALOG: CaseGroup = {
  name: 'catalog',
  script: `
CREATE TABLE dbo.Parcel (ParcelId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Weight decimal(9,2) NULL, Label nvarchar(30) NOT NULL)
GO
CREATE PROCEDURE dbo.HasTable @Name sysname, @Found bit OUTPUT AS
IF EXISTS (SELECT * FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = @Name) SET @Found = 1 ELSE SET @Found = 0
GO
CREATE PROCEDURE dbo.HasObject @Found int OUTPUT AS
SET @Found = 0
IF EXISTS (SELECT * FROM sysobjects WHERE id = OBJECT_ID(N'[dbo].[Parcel]') AND OBJECTPROPERTY(id, N'IsUserTable') = 1) SET @Found = @Found + 1
IF OBJECT_ID('dbo.Nothing', 'U') IS NULL SET @Found = @Found + 2
IF OBJECT_ID('dbo.HasTable', 'P') IS NOT NULL SET @Found = @Found + 4
IF COL_LENGTH('dbo.Parcel', 'Label') = 60 SET @Found = @Found + 8
IF COL_LENGTH('dbo.Parcel', 'Colour') IS NULL SET @Found = @Found + 16
IF COLUMNPROPERTY(OBJECT_ID('dbo.Parcel'), 'parcel_id', 'IsIdentity') = 1 SET @Found = @Found + 32
GO
CREATE PROCEDURE dbo.ColumnsOf @Table sysname AS
SELECT c.name, t.name AS TypeName, c.max_length AS Length, c.is_nullable AS CanBeNull, c.is_identity AS IsIdentity
FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id
WHERE c.object_id = OBJECT_ID(@Table) ORDER BY c.column_id
GO
CREATE TYPE dbo.Tag FROM nvarchar(20)
GO
CREATE TABLE dbo.Tagged (TagId uniqueidentifier NOT NULL, Tag dbo.Tag NULL, Plain varchar(max) NULL, Rank int NOT NULL)
CREATE INDEX IX_Tagged ON dbo.Tagged (Rank DESC, Tag) INCLUDE (TagId)
GO
CREATE PROCEDURE dbo.KindsOf @Table sysname AS
SELECT c.name, CASE c.system_type_id WHEN 231 THEN 'text' WHEN 36 THEN 'guid' WHEN 56 THEN 'number' END AS Kind, t.name AS TypeName
FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id WHERE c.object_id = OBJECT_ID(@Table) ORDER BY c.column_id
GO
CREATE PROCEDURE dbo.IndexedBy @Table sysname AS
SELECT c.name, k.key_ordinal, k.is_descending_key, k.is_included_column FROM sys.indexes i
JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id WHERE i.object_id = OBJECT_ID(@Table) ORDER BY k.index_column_id
GO
CREATE PROCEDURE dbo.Asked @Name sysname AS
SELECT a.name, a.is_output, a.system_type_id FROM sys.parameters a JOIN sys.procedures p ON p.object_id = a.object_id
WHERE p.name = @Name ORDER BY a.parameter_id
GO
CREATE PROCEDURE dbo.Mentions @Word nvarchar(40) AS
SELECT COUNT(*) AS n FROM sys.sql_modules m JOIN sys.objects o ON o.object_id = m.object_id WHERE m.definition LIKE '%' + @Word + '%'
GO
CREATE PROCEDURE dbo.CountColumns AS
SELECT TABLE_NAME, COUNT(*) AS n FROM INFORMATION_SCHEMA.COLUMNS GROUP BY TABLE_NAME ORDER BY TABLE_NAME
GO
CREATE PROCEDURE dbo.Keys AS
SELECT OBJECT_NAME(i.object_id) AS T, i.is_primary_key AS P, i.is_unique AS U FROM sys.indexes i JOIN sys.tables t ON t.object_id = i.object_id ORDER BY T
GO
CREATE PROCEDURE dbo.Self AS
SELECT OBJECT_NAME(@@PROCID) AS Me, IDENT_SEED('dbo.Parcel') AS Seed, IDENT_INCR('Parcel') AS Step, TRIGGER_NESTLEVEL() AS Level
GO
CREATE PROCEDURE dbo.Properties AS
SELECT DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS U, DATABASEPROPERTYEX('no such database', 'Status') AS N, DATABASEPROPERTY(DB_NAME(), 'IsSingleUser') AS S,
  INDEX_COL('dbo.Tagged', 1, 2) AS C, CASE WHEN OBJECT_DEFINITION(OBJECT_ID('dbo.Self')) LIKE '%CREATE%' THEN 1 ELSE 0 END AS D, SERVERPROPERTY('IsIntegratedSecurityOnly') AS I
GO
CREATE PROCEDURE dbo.Watches AS
SELECT d.name, d.definition, p.row_count FROM sys.default_constraints d JOIN sys.dm_db_partition_stats p ON p.object_id = d.parent_object_id WHERE p.index_id < 2 AND d.parent_object_id = OBJECT_ID('dbo.Parcel')
SELECT r.name AS RoleName, m.name AS Member FROM sys.database_role_members x JOIN sys.database_principals r ON r.principal_id = x.role_principal_id JOIN sys.database_principals m ON m.principal_id = x.member_principal_id
SELECT spid, blocked, loginame FROM master..sysprocesses WHERE dbid = DB_ID() AND spid <> @@SPID
GO
CREATE PROCEDURE dbo.Server AS
SELECT CASE WHEN SERVERPROPERTY('ProductVersion') IS NULL THEN 0 ELSE 1 END AS V, CASE WHEN DB_ID() > 0 THEN 1 ELSE 0 END AS D, @@NESTLEVEL AS N, IS_SRVROLEMEMBER('sysadmin') AS A
GO`,
  issues: [
    'SL1059 dbo.Asked',
    'SL1059 dbo.ColumnsOf',
    'SL1059 dbo.CountColumns',
    'SL1059 dbo.HasObject',
    'SL1059 dbo.HasTable',
    'SL1059 dbo.IndexedBy',
    'SL1059 dbo.Keys',
    'SL1059 dbo.KindsOf',
    'SL1059 dbo.Mentions',
    'SL1059 dbo.Watches',
  ],
  cases: [
    one('a table that is there', `CALL has_table('parcel', NULL)`, 't'),
    one('in the source its name has capitals', `CALL has_table('Parcel', NULL)`, 't'),
    one('and one that is not', `CALL has_table('nothing', NULL)`, 'f'),
    one('questions of one object', 'CALL has_object(NULL)', '63'),
    one(
      'columns with their types',
      `SELECT * FROM columns_of('dbo.Parcel')`,
      'parcel_id|int|4|f|t',
      'weight|numeric|-1|t|f',
      'label|nvarchar|60|f|f',
    ),
    one(
      'types by the numbers that they have in the source',
      `SELECT * FROM kinds_of('dbo.tagged')`,
      'tag_id|guid|uniqueidentifier',
      'tag|text|tag',
      'plain|text|nvarchar',
      'rank|number|int',
    ),
    one('columns of an index', `SELECT * FROM indexed_by('dbo.Tagged')`, 'rank|1|t|f', 'tag|2|f|f', 'tag_id|0|f|t'),
    one('parameters', `SELECT * FROM asked('has_table')`, 'p_name|f|231', 'p_found|t|104'),
    one('texts of routines', `SELECT * FROM mentions('catalog_has_no_such_word')`, '0'),
    one('columns of the information schema', 'SELECT * FROM count_columns()', 'parcel|3', 'tagged|4'),
    one('keys', 'SELECT * FROM keys()', 'parcel|t|t', 'tagged|f|f'),
    one('what a routine knows of itself and of identities', 'SELECT * FROM self()', 'Self|1|1|0'),
    one('properties of databases, objects and indexes', 'SELECT * FROM properties()', 'READ_WRITE|NULL|0|tag|1|0'),
    many('properties of the server', ['SELECT * FROM server()'], '1|1|1|1'),
  ],
};
