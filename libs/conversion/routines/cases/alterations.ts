import { type CaseGroup, many } from './case-group.ts';

/** Tables that routines alter: their constraints, indexes, triggers, versions, names and rights. */
export const ALTERATIONS: CaseGroup = {
  name: 'alterations',
  script: `
CREATE TABLE dbo.Maker (MakerId int NOT NULL CONSTRAINT PK_Maker PRIMARY KEY, Name nvarchar(30) NOT NULL)
GO
CREATE TABLE dbo.Boat (
  BoatId int NOT NULL CONSTRAINT PK_Boat PRIMARY KEY,
  MakerId int NULL CONSTRAINT FK_Boat_Maker REFERENCES dbo.Maker (MakerId),
  Length decimal(9, 2) NULL CONSTRAINT CK_Boat_Length CHECK (Length > 0),
  Berths int NULL CONSTRAINT DF_Boat_Berths DEFAULT 2,
  Code varchar(10) NULL)
GO
CREATE UNIQUE INDEX UX_Boat_Code ON dbo.Boat (Code) WHERE Code IS NOT NULL
CREATE INDEX IX_Boat_Maker ON dbo.Boat (MakerId)
GO
CREATE TABLE dbo.BoatLog (BoatId int NOT NULL, What varchar(10) NOT NULL)
CREATE TABLE dbo.BoatStage (BoatId int NOT NULL PRIMARY KEY, MakerId int NULL, Length decimal(9, 2) NULL, Berths int NULL, Code varchar(10) NULL)
CREATE SEQUENCE dbo.BoatNo AS int START WITH 1
GO
CREATE TABLE dbo.Berth (
  BerthId int NOT NULL PRIMARY KEY, Price int NOT NULL,
  SysFrom datetime2(7) GENERATED ALWAYS AS ROW START NOT NULL, SysTo datetime2(7) GENERATED ALWAYS AS ROW END NOT NULL,
  PERIOD FOR SYSTEM_TIME (SysFrom, SysTo)) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.BerthHistory))
GO
CREATE TRIGGER dbo.Boat_Added ON dbo.Boat AFTER INSERT, UPDATE AS
INSERT dbo.BoatLog SELECT BoatId, 'changed' FROM inserted
GO
CREATE PROCEDURE dbo.LoadUnchecked @Id int, @Maker int AS
ALTER TABLE dbo.Boat NOCHECK CONSTRAINT FK_Boat_Maker
INSERT dbo.Boat (BoatId, MakerId) VALUES (@Id, @Maker)
ALTER TABLE dbo.Boat CHECK CONSTRAINT FK_Boat_Maker
GO
CREATE PROCEDURE dbo.LoadAnything @Id int AS
ALTER TABLE dbo.Boat NOCHECK CONSTRAINT ALL
INSERT dbo.Boat (BoatId, MakerId, Length) VALUES (@Id, 99, -1)
DELETE dbo.Boat WHERE Length < 0
ALTER TABLE dbo.Boat WITH CHECK CHECK CONSTRAINT ALL
GO
CREATE PROCEDURE dbo.LoadSilently @Id int AS
ALTER TABLE dbo.Boat DISABLE TRIGGER Boat_Added
INSERT dbo.Boat (BoatId) VALUES (@Id)
ENABLE TRIGGER dbo.Boat_Added ON dbo.Boat
UPDATE dbo.Boat SET Berths = 3 WHERE BoatId = @Id + 1
GO
CREATE PROCEDURE dbo.AllSilent AS
DISABLE TRIGGER ALL ON dbo.Boat
INSERT dbo.Boat (BoatId) VALUES (50)
ALTER TABLE dbo.Boat ENABLE TRIGGER ALL
GO
CREATE PROCEDURE dbo.Unlogged AS
DROP TRIGGER IF EXISTS dbo.Boat_Added
INSERT dbo.Boat (BoatId) VALUES (60)
GO
CREATE PROCEDURE dbo.OtherDefault AS
ALTER TABLE dbo.Boat DROP CONSTRAINT DF_Boat_Berths
ALTER TABLE dbo.Boat ADD CONSTRAINT DF_Boat_Berths DEFAULT 7 FOR Berths
INSERT dbo.Boat (BoatId) VALUES (70)
GO
CREATE PROCEDURE dbo.OtherRules AS
BEGIN
  ALTER TABLE dbo.Boat DROP CONSTRAINT FK_Boat_Maker, CONSTRAINT CK_Boat_Length
  ALTER TABLE dbo.Boat WITH NOCHECK ADD CONSTRAINT CK_Boat_Length CHECK (Length > 5)
  ALTER TABLE dbo.Boat ADD CONSTRAINT FK_Boat_Maker FOREIGN KEY (MakerId) REFERENCES dbo.Maker (MakerId) ON DELETE SET NULL
  ALTER TABLE dbo.Maker ADD CONSTRAINT UQ_Maker UNIQUE (Name)
END
GO
CREATE PROCEDURE dbo.Reindexed AS
BEGIN
  DROP INDEX IF EXISTS IX_Boat_Maker ON dbo.Boat
  DROP INDEX UX_Boat_Code ON dbo.Boat
  INSERT dbo.Boat (BoatId, Code) VALUES (80, 'same'), (81, 'same')
  CREATE INDEX IX_Boat_Maker ON dbo.Boat (MakerId) INCLUDE (Code) WHERE MakerId IS NOT NULL
  CREATE UNIQUE INDEX UX_Boat_New ON dbo.Boat (BoatId, Code)
  ALTER INDEX IX_Boat_Maker ON dbo.Boat REBUILD
END
GO
CREATE PROCEDURE dbo.Swapped AS
BEGIN
  INSERT dbo.BoatStage (BoatId, Code) VALUES (90, 'staged')
  DELETE dbo.Boat
  ALTER TABLE dbo.BoatStage SWITCH TO dbo.Boat
  SELECT (SELECT COUNT(*) FROM dbo.Boat) AS Boats, (SELECT COUNT(*) FROM dbo.BoatStage) AS Staged
END
GO
CREATE PROCEDURE dbo.Renumbered @From int AS
BEGIN
  ALTER SEQUENCE dbo.BoatNo RESTART WITH @From
  SELECT NEXT VALUE FOR dbo.BoatNo AS n
END
GO
CREATE PROCEDURE dbo.Seen AS
BEGIN
  EXEC ('CREATE VIEW dbo.LongBoats AS SELECT BoatId, Length * 2 AS Twice FROM dbo.Boat WHERE Length > 10')
  SELECT BoatId, Twice FROM dbo.LongBoats
  DROP VIEW dbo.LongBoats
END
GO
CREATE PROCEDURE dbo.Unversioned @Price int AS
BEGIN
  ALTER TABLE dbo.Berth SET (SYSTEM_VERSIONING = OFF)
  UPDATE dbo.Berth SET Price = @Price
  ALTER TABLE dbo.Berth SET (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.BerthHistory, DATA_CONSISTENCY_CHECK = ON))
  UPDATE dbo.Berth SET Price = Price + 1
END
GO
CREATE PROCEDURE dbo.Renamed AS
BEGIN
  EXEC sp_rename 'dbo.BoatLog', 'BoatJournal'
  EXEC sp_rename 'dbo.BoatJournal.What', 'Event', 'COLUMN'
  EXEC sp_rename N'dbo.Boat.IX_Boat_Maker', N'IX_Boat_ByMaker', N'INDEX'
  INSERT dbo.BoatJournal (BoatId, Event) VALUES (1, 'renamed')
  SELECT Event FROM dbo.BoatJournal
END
GO
CREATE PROCEDURE dbo.Described @Text nvarchar(100), @Table sysname AS
BEGIN
  EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = @Text, @level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = @Table
  EXEC sp_addextendedproperty 'MS_Description', N'of the boat', 'SCHEMA', 'dbo', 'TABLE', 'Boat', 'COLUMN', 'Length'
END
GO
CREATE PROCEDURE dbo.Righted AS
BEGIN
  CREATE ROLE BoatReader
  GRANT SELECT, INSERT ON dbo.Boat TO BoatReader
  GRANT EXECUTE ON dbo.Seen TO BoatReader
  GRANT SELECT (BoatId, Code) ON dbo.Boat TO BoatReader WITH GRANT OPTION
  REVOKE INSERT ON dbo.Boat FROM BoatReader
  CREATE USER BoatUser WITHOUT LOGIN
  ALTER ROLE BoatReader ADD MEMBER BoatUser
  EXEC sp_droprolemember 'BoatReader', 'BoatUser'
END
GO
CREATE PROCEDURE dbo.Kept AS
BEGIN
  CREATE STATISTICS Boat_Stat ON dbo.Boat (MakerId, Length)
  ALTER DATABASE CURRENT SET RECOVERY SIMPLE
  CREATE NONCLUSTERED COLUMNSTORE INDEX NCC_Boat ON dbo.Boat (Length)
  EXEC sp_recompile 'dbo.Boat'
  ALTER TABLE dbo.Boat SET (LOCK_ESCALATION = AUTO)
  DROP PROCEDURE IF EXISTS dbo.NeverMade
END
GO`,
  issues: [],
  cases: [
    many(
      'a row that a foreign key would refuse, while it is off',
      ['CALL load_unchecked(1, 99)', 'SELECT boat_id, maker_id FROM boat'],
      '1|99',
    ),
    many(
      'and new rows are refused behind it',
      ['CALL load_unchecked(1, 99)', 'INSERT INTO boat (boat_id, maker_id) VALUES (2, 98)'],
      '!23503 insert or update on table "boat" violates foreign key constraint "fk_boat_maker"',
    ),
    many('all constraints of a table', ['CALL load_anything(1)', 'SELECT count(*) FROM boat'], '0'),
    many(
      'which are asked of all rows when they come back',
      [
        "INSERT INTO maker VALUES (1, 'a')",
        'CALL load_anything(1)',
        'INSERT INTO boat (boat_id, length) VALUES (3, -3)',
      ],
      '!23514 new row for relation "boat" violates check constraint "ck_boat_length"',
    ),
    many(
      'one trigger is off for a while',
      [
        'INSERT INTO boat (boat_id) VALUES (2)',
        'DELETE FROM boat_log',
        'CALL load_silently(1)',
        'SELECT * FROM boat_log',
      ],
      '2|changed',
    ),
    many(
      'all triggers are off for a while',
      ['CALL all_silent()', 'INSERT INTO boat (boat_id) VALUES (51)', 'SELECT boat_id FROM boat_log'],
      '51',
    ),
    many('a trigger is dropped', ['CALL unlogged()', 'SELECT count(*) FROM boat_log'], '0'),
    many('another default', ['CALL other_default()', 'SELECT berths FROM boat'], '7'),
    many(
      'other constraints',
      [
        `INSERT INTO maker VALUES (1, 'm')`,
        'INSERT INTO boat (boat_id, maker_id, length) VALUES (1, 1, 6)',
        'CALL other_rules()',
        'DELETE FROM maker',
        'SELECT maker_id FROM boat',
      ],
      'NULL',
    ),
    many(
      'which hold for new rows',
      ['CALL other_rules()', 'INSERT INTO boat (boat_id, length) VALUES (2, 4)'],
      '!23514 new row for relation "boat" violates check constraint "ck_boat_length"',
    ),
    many('indexes are dropped and made', ['CALL reindexed()', 'SELECT count(*) FROM boat'], '2'),
    many('rows move by SWITCH', ['SELECT * FROM swapped()'], '1|0'),
    many('a sequence begins anew', ['SELECT * FROM renumbered(41)'], '41'),
    many(
      'a view is made, read and dropped',
      ['INSERT INTO boat (boat_id, length) VALUES (1, 12), (2, 3)', 'SELECT * FROM seen()'],
      '1|24.00',
    ),
    many(
      'versions are not kept for a while',
      [
        'INSERT INTO berth (berth_id, price) VALUES (1, 5)',
        'CALL unversioned(8)',
        'SELECT b.price, h.price FROM berth b LEFT JOIN berth_history h USING (berth_id)',
      ],
      '9|8',
    ),
    many('a table and its column have other names', ['SELECT * FROM renamed()'], 'renamed'),
    many(
      'descriptions',
      [
        `CALL described('all boats', 'Boat')`,
        `SELECT obj_description('boat'::regclass), col_description('boat'::regclass, 3)`,
      ],
      'all boats|of the boat',
    ),
    many(
      'roles and rights',
      [
        'CALL righted()',
        `SELECT has_table_privilege('boat_reader', 'boat', 'SELECT'), has_table_privilege('boat_reader', 'boat', 'INSERT'), pg_has_role('boat_user', 'boat_reader', 'MEMBER')`,
      ],
      't|f|f',
    ),
    many('what tends the server alone is left out', ['CALL kept()']),
  ],
};
