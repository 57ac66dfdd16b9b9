import { type CaseGroup, many } from './case-group.ts';

/** Triggers; many rows at once keep their meaning. */
export const TRIGGERS: CaseGroup = {
  name: 'triggers',
  script: `
CREATE TABLE dbo.Stock (StockId int NOT NULL PRIMARY KEY, Name varchar(20) NULL, Quantity int NOT NULL, Changed int NULL)
CREATE TABLE dbo.History (HistoryId int IDENTITY(1,1) NOT NULL PRIMARY KEY, StockId int NULL, What varchar(30) NULL, Old int NULL, New int NULL)
CREATE TABLE dbo.Person (PersonId int NOT NULL PRIMARY KEY, First varchar(20) NULL, Last varchar(20) NULL)
CREATE TABLE dbo.Guarded (Id int NOT NULL PRIMARY KEY, Name varchar(20) NULL)
CREATE TABLE dbo.Stamped (Id int NOT NULL PRIMARY KEY, Name varchar(20) NULL, Stamp int NULL)
CREATE TABLE dbo.Counted (Id int NOT NULL PRIMARY KEY)
CREATE TABLE dbo.Soft (Id int NOT NULL PRIMARY KEY, Gone bit NOT NULL)
CREATE TABLE dbo.Quiet (Id int NOT NULL PRIMARY KEY)
GO
CREATE TRIGGER dbo.StockHistory ON dbo.Stock AFTER INSERT, UPDATE, DELETE AS
SET NOCOUNT ON
-- one entry for each row
INSERT INTO dbo.History (StockId, What, Old, New)
SELECT COALESCE(i.StockId, d.StockId),
  CASE WHEN d.StockId IS NULL THEN 'insert' WHEN i.StockId IS NULL THEN 'delete' ELSE 'update' END, d.Quantity, i.Quantity
FROM inserted i FULL OUTER JOIN deleted d ON d.StockId = i.StockId
GO
CREATE TRIGGER dbo.StockNames ON dbo.Stock FOR UPDATE AS
IF UPDATE(Name)
  INSERT INTO History (StockId, What) SELECT StockId, 'renamed' FROM inserted
GO
CREATE TRIGGER dbo.GuardedCheck ON dbo.Guarded FOR INSERT, UPDATE AS
IF @@ROWCOUNT = 0 RETURN
IF EXISTS (SELECT 1 FROM inserted WHERE Name = 'bad')
BEGIN
  RAISERROR('The name %s is refused.', 16, 1, 'bad')
  ROLLBACK TRANSACTION
  RETURN
END
GO
CREATE TRIGGER dbo.GuardedDelete ON dbo.Guarded FOR DELETE AS
ROLLBACK TRANSACTION
GO
CREATE TRIGGER dbo.StampIt ON dbo.Stamped AFTER INSERT, UPDATE AS
UPDATE s SET Stamp = ISNULL(s.Stamp, 0) + 1 FROM dbo.Stamped s INNER JOIN inserted i ON i.Id = s.Id
GO
CREATE TRIGGER dbo.CountRows ON dbo.Counted AFTER INSERT AS
DECLARE @n int = @@ROWCOUNT
PRINT CAST(@n AS varchar(10)) + ' rows'
GO
CREATE TRIGGER dbo.SoftDelete ON dbo.Soft INSTEAD OF DELETE AS
UPDATE dbo.Soft SET Gone = 1 WHERE Id IN (SELECT Id FROM deleted)
GO
CREATE VIEW dbo.FullName AS SELECT PersonId, First + ' ' + Last AS Name FROM dbo.Person
GO
CREATE TRIGGER dbo.FullNameInsert ON dbo.FullName INSTEAD OF INSERT AS
INSERT INTO dbo.Person (PersonId, First, Last)
SELECT PersonId, LEFT(Name, CHARINDEX(' ', Name) - 1), SUBSTRING(Name, CHARINDEX(' ', Name) + 1, 20) FROM inserted
GO
CREATE TABLE dbo.Renaming (Id int NOT NULL)
GO
CREATE TRIGGER dbo.RenameIt ON dbo.Renaming AFTER INSERT AS
UPDATE s SET Name = 'r' FROM dbo.Stamped s JOIN inserted i ON i.Id = s.Id
GO
CREATE TRIGGER NoDrops ON DATABASE FOR DROP_TABLE AS
PRINT 'no'
GO
CREATE TRIGGER dbo.QuietSay ON dbo.Quiet AFTER INSERT AS
PRINT 'heard'
GO`,
  issues: [
    'SL1051 NoDrops',
    'SL1052 dbo.StockNames',
    'SL1053 dbo.FullNameInsert',
    'SL1053 dbo.SoftDelete',
    'SL1054 dbo.StampIt',
  ],
  cases: (() => {
    const stock = `INSERT INTO stock VALUES (1, 'a', 5), (2, 'b', 6)`;
    const history = 'SELECT stock_id, what, old, new FROM history ORDER BY history_id, stock_id';
    return [
      many(
        'a statement of two rows makes two entries',
        [stock, 'SELECT stock_id, what, old, new FROM history ORDER BY stock_id'],
        '1|insert|NULL|5',
        '2|insert|NULL|6',
      ),
      many(
        'an update of many rows',
        [
          stock,
          'DELETE FROM history',
          'UPDATE stock SET quantity = quantity + 1',
          'SELECT stock_id, what, old, new FROM history ORDER BY stock_id',
        ],
        '1|update|5|6',
        '2|update|6|7',
      ),
      many(
        'a delete',
        [stock, 'DELETE FROM history', 'DELETE FROM stock WHERE stock_id = 2', history],
        '2|delete|6|NULL',
      ),
      many('a statement without rows', [stock, 'DELETE FROM history', 'DELETE FROM stock WHERE stock_id = 9', history]),
      many(
        'UPDATE(c) where the value changes',
        [
          stock,
          'DELETE FROM history',
          `UPDATE stock SET name = 'z' WHERE stock_id = 1`,
          `SELECT what FROM history WHERE what = 'renamed'`,
        ],
        'renamed',
      ),
      many(
        'UPDATE(c) where another column changes',
        [
          stock,
          'DELETE FROM history',
          'UPDATE stock SET quantity = 0',
          `SELECT count(*) FROM history WHERE what = 'renamed'`,
        ],
        '0',
      ),
      many(
        'an error in a trigger',
        [`INSERT INTO guarded VALUES (1, 'good'), (2, 'bad')`],
        '!50000 The name bad is refused.',
      ),
      many(
        'a trigger that lets rows pass',
        [`INSERT INTO guarded VALUES (1, 'good')`, 'SELECT count(*) FROM guarded'],
        '1',
      ),
      many(
        'ROLLBACK in a trigger',
        [`INSERT INTO guarded VALUES (1, 'good')`, 'DELETE FROM guarded'],
        '!P0001 The transaction ended in the trigger. The batch has been aborted.',
      ),
      many(
        'a trigger that changes its own table does not call itself',
        [
          `INSERT INTO stamped VALUES (1, 'a'), (2, 'b')`,
          `UPDATE stamped SET name = 'c'`,
          'SELECT id, stamp FROM stamped ORDER BY id',
        ],
        '1|2',
        '2|2',
      ),
      many(
        'but is called where another trigger changes it',
        [
          `INSERT INTO stamped VALUES (1, 'a'), (2, 'b')`,
          'INSERT INTO renaming VALUES (2)',
          'SELECT id, stamp FROM stamped ORDER BY id',
        ],
        '1|1',
        '2|2',
      ),
      {
        name: '@@ROWCOUNT in a trigger',
        run: ['INSERT INTO counted VALUES (1), (2), (3)'],
        rows: [],
        notices: ['3 rows'],
      },
      many(
        'INSTEAD OF DELETE on a table',
        [
          'INSERT INTO soft VALUES (1, false), (2, false)',
          'DELETE FROM soft WHERE id = 2',
          'SELECT id, gone FROM soft ORDER BY id',
        ],
        '1|f',
        '2|t',
      ),
      many(
        'INSTEAD OF INSERT on a view',
        [
          `INSERT INTO full_name VALUES (1, 'Ann Lee'), (2, 'Bo Ray')`,
          'SELECT first, last FROM person ORDER BY person_id',
        ],
        'Ann|Lee',
        'Bo|Ray',
      ),
      {
        name: 'a trigger that reads no rows',
        run: ['INSERT INTO quiet VALUES (1), (2)'],
        rows: [],
        notices: ['heard'],
      },
    ];
  })(),
  texts: [
    { object: 'dbo.StockHistory', text: 'REFERENCING NEW TABLE AS inserted OLD TABLE AS deleted' },
    { object: 'dbo.SoftDelete', text: 'BEFORE DELETE' },
    { object: 'dbo.FullNameInsert', text: 'INSTEAD OF INSERT' },
  ],
};
