import { type CaseGroup, many, one } from './case-group.ts';

/** Modules of schemas other than dbo name what is beside them without its schema, and schemas are written in any case. */
export const OWN_SCHEMAS: CaseGroup = {
  name: 'names without a schema in other schemas, and schemas in any case',
  script: `
CREATE SCHEMA [Depot.North]
GO
CREATE SCHEMA Audit
GO
CREATE TABLE [Depot.North].Crate (CrateId int NOT NULL PRIMARY KEY, Sealed bit NOT NULL, Rank tinyint NOT NULL)
CREATE TABLE dbo.Crate (CrateId int NOT NULL PRIMARY KEY, Sealed bit NOT NULL, Rank tinyint NOT NULL)
CREATE TABLE DBO.Driver (DriverId int NOT NULL PRIMARY KEY)
CREATE TABLE AUDIT.Entry (EntryId int NOT NULL PRIMARY KEY, Was varchar(20) NOT NULL)
CREATE TYPE [Depot.North].CrateIds AS TABLE (Id int NOT NULL)
GO
CREATE FUNCTION [Depot.North].fn_Rank(@id int) RETURNS int AS
BEGIN
  RETURN (SELECT Rank FROM Crate WHERE CrateId = @id)
END
GO
CREATE FUNCTION [Depot.North].Sealed() RETURNS TABLE AS RETURN (SELECT CrateId FROM Crate WHERE Sealed = 1)
GO
CREATE VIEW [Depot.North].Loose AS SELECT CrateId FROM Crate WHERE Sealed = 0
GO
CREATE PROCEDURE [Depot.North].AddCrate @id int, @rank tinyint AS
INSERT INTO [Crate] (CrateId, Sealed, Rank) VALUES (@id, 0, @rank)
UPDATE c SET Sealed = 1 FROM Crate c WHERE c.CrateId = @id AND [Depot.North].fn_Rank(@id) > 4
GO
CREATE PROCEDURE [Depot.North].AddBoth @id int AS
DECLARE @ids CrateIds
INSERT @ids VALUES (@id)
DELETE FROM Crate WHERE CrateId IN (SELECT Id FROM @ids)
EXEC AddCrate @id, 9
;WITH Driver AS (SELECT COUNT(*) AS Total FROM Sealed())
SELECT Total, (SELECT COUNT(*) FROM Loose) AS Rest FROM Driver
GO
CREATE PROCEDURE [Depot.North].Drivers AS
SELECT DriverId FROM Driver
GO
CREATE TRIGGER Noted ON [Depot.North].Crate AFTER DELETE AS
INSERT audit.Entry (EntryId, Was) SELECT CrateId, 'deleted' FROM deleted
GO
CREATE PROCEDURE DBO.Entries AS
SELECT EntryId, Was FROM Audit.ENTRY
GO
CREATE PROCEDURE dbo.SealedOrRank @flag bit AS
IF @flag = 1
  SELECT CrateId, Sealed FROM [Depot.North].Crate
ELSE
  SELECT CrateId, Rank AS Sealed FROM [Depot.North].Crate
GO
`,
  cases: [
    many(
      'tables, views, functions, types and procedures of the own schema come before those of dbo',
      [`INSERT INTO depot_north.crate VALUES (1, false, 2)`, 'SELECT total, rest FROM depot_north.add_both(3)'],
      '1|1',
    ),
    one('what only dbo has is that of dbo', 'SELECT driver_id FROM depot_north.drivers()'),
    many(
      'a trigger is of the schema of its table; a schema is one however it is written',
      [
        `INSERT INTO depot_north.crate VALUES (7, true, 2)`,
        'DELETE FROM depot_north.crate',
        'SELECT entry_id, was FROM entries()',
      ],
      '7|deleted',
    ),
    many(
      'a bit and a tinyint of two branches are one column of numbers',
      [`INSERT INTO depot_north.crate VALUES (7, true, 2)`, 'SELECT sealed FROM sealed_or_rank(true)'],
      '1',
    ),
  ],
};
