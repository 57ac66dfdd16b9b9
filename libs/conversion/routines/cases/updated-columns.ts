import { type CaseGroup, many } from './case-group.ts';

const COLUMNS = ['A int', 'B varchar(10)', 'C int', 'D int', 'E1 int', 'F int', 'G int', 'H int', 'I int'];

/** Which columns a trigger's statement changed, in every form of the question. */
export const UPDATED_COLUMNS: CaseGroup = {
  name: 'columns that a statement changed',
  script: `
CREATE TABLE dbo.Wide (Id int NOT NULL PRIMARY KEY, ${COLUMNS.join(', ')})
GO
CREATE TABLE dbo.Seen (SeenId int IDENTITY(1,1) NOT NULL PRIMARY KEY, What varchar(30) NOT NULL)
GO
CREATE TRIGGER dbo.Wide_Updated ON dbo.Wide AFTER UPDATE AS
IF (SUBSTRING(COLUMNS_UPDATED(), 1, 1) & 14) > 0 INSERT dbo.Seen (What) VALUES ('one of A, B, C')
IF (SUBSTRING(COLUMNS_UPDATED(), 1, 1) & 14) = 14 INSERT dbo.Seen (What) VALUES ('all of A, B, C')
IF (SUBSTRING(COLUMNS_UPDATED(), 2, 1) & 1) = 1 INSERT dbo.Seen (What) VALUES ('H')
IF SUBSTRING(COLUMNS_UPDATED(), 1, 1) & POWER(2, (3 - 1)) > 0 INSERT dbo.Seen (What) VALUES ('B')
IF UPDATE(A) AND NOT UPDATE(B) INSERT dbo.Seen (What) VALUES ('A without B')
DECLARE @mask varbinary(8) = COLUMNS_UPDATED()
IF sys.fn_IsBitSetInBitmask(@mask, 10) <> 0 INSERT dbo.Seen (What) VALUES ('I')
IF sys.fn_IsBitSetInBitmask(@mask, 99) <> 0 INSERT dbo.Seen (What) VALUES ('never')
IF UPDATE(Id) INSERT dbo.Seen (What) VALUES ('Id')
GO
CREATE TABLE dbo.Narrow (Id int NOT NULL PRIMARY KEY, A int, B int)
GO
CREATE TRIGGER dbo.Narrow_Any ON dbo.Narrow AFTER INSERT, UPDATE, DELETE AS
INSERT dbo.Seen (What) SELECT CONVERT(varchar(10), COLUMNS_UPDATED(), 1)
IF COLUMNS_UPDATED() & 6 = 6 INSERT dbo.Seen (What) VALUES ('A and B')
IF UPDATE(A) INSERT dbo.Seen (What) VALUES ('A')
GO
CREATE PROCEDURE dbo.Bits @m varbinary(8), @i int OUTPUT, @s smallint OUTPUT, @t tinyint OUTPUT, @b bigint OUTPUT AS
SELECT @i = CAST(@m AS int), @s = CAST(@m AS smallint), @t = CAST(@m AS tinyint), @b = CAST(@m AS bigint)
GO
INSERT INTO dbo.Wide (Id) VALUES (1)
`,
  cases: [
    many(
      'a mask asked for one of its columns, byte by byte',
      [
        `INSERT INTO wide (id, a, b) VALUES (1, 1, 'x'), (2, 2, 'y')`,
        `UPDATE wide SET a = a + 1, h = 5`,
        `SELECT what FROM seen ORDER BY seen_id`,
      ],
      'one of A, B, C',
      'H',
      'A without B',
    ),
    many(
      'a mask asked for all of them',
      [
        `INSERT INTO wide (id, a, b) VALUES (1, 1, 'x'), (2, 2, 'y')`,
        `UPDATE wide SET a = 9, b = 'z', c = 7, i = 1 WHERE id = 2`,
        `SELECT what FROM seen ORDER BY seen_id`,
      ],
      'one of A, B, C',
      'all of A, B, C',
      'B',
      'I',
    ),
    many(
      'a key that changes',
      [`INSERT INTO wide (id) VALUES (1)`, `UPDATE wide SET id = 5`, `SELECT what FROM seen ORDER BY seen_id`],
      'Id',
    ),
    many(
      'INSERT changes all columns',
      [`INSERT INTO narrow (id, a) VALUES (1, 1)`, `SELECT what FROM seen ORDER BY seen_id`],
      '0x07',
      'A and B',
      'A',
    ),
    many(
      'UPDATE those of its rows, DELETE none',
      [
        `INSERT INTO narrow (id, a) VALUES (1, 1)`,
        `TRUNCATE seen`,
        `UPDATE narrow SET b = 2`,
        `DELETE FROM narrow`,
        `SELECT what FROM seen ORDER BY seen_id`,
      ],
      '0x04',
      '0x00',
    ),
    many(
      'bytes as numbers: the right end counts, a smallint has its sign',
      [`CALL bits('\\x01ff80'::bytea, NULL, NULL, NULL, NULL)`],
      '130944|-128|128|130944',
    ),
    many('eight bytes of ones', [`CALL bits('\\xffffffffffffffff'::bytea, NULL, NULL, NULL, NULL)`], '-1|-1|255|-1'),
  ],
  issues: ['SL1052 dbo.Narrow_Any', 'SL1052 dbo.Wide_Updated'],
};
