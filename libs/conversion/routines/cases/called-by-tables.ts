import { type CaseGroup, many, one } from './case-group.ts';

/** Functions of the database in computed columns, checks and defaults. */
export const CALLED_BY_TABLES: CaseGroup = {
  name: 'functions that tables call',
  script: `
CREATE FUNCTION dbo.NetOf(@Gross decimal(10,2), @Rate decimal(5,2)) RETURNS decimal(10,2) WITH SCHEMABINDING AS
BEGIN
  IF @Rate IS NULL RETURN @Gross
  RETURN @Gross / (1 + @Rate / 100)
END
GO
CREATE FUNCTION dbo.Trimmed(@t nvarchar(50)) RETURNS nvarchar(50) WITH SCHEMABINDING AS
BEGIN
  RETURN LTRIM(RTRIM(@t))
END
GO
CREATE FUNCTION dbo.SlugOf(@t nvarchar(50)) RETURNS nvarchar(50) AS
BEGIN
  DECLARE @s nvarchar(50) = LOWER(REPLACE(dbo.Trimmed(@t), ' ', '-'))
  RETURN @s
END
GO
CREATE FUNCTION dbo.MonthOf(@d datetime) RETURNS char(6) AS
BEGIN
  RETURN CONVERT(char(6), @d, 112)
END
GO
CREATE FUNCTION dbo.LeastWord(@t nvarchar(50)) RETURNS nvarchar(50) AS
BEGIN
  DECLARE @words TABLE (Word nvarchar(50))
  INSERT INTO @words SELECT value FROM STRING_SPLIT(@t, ' ')
  RETURN (SELECT MIN(Word) FROM @words)
END
GO
CREATE TABLE dbo.Tariff (TariffId int NOT NULL PRIMARY KEY, Percentage decimal(5,2) NOT NULL)
GO
CREATE VIEW dbo.LowTariffs AS SELECT TariffId, Percentage FROM dbo.Tariff WHERE Percentage < 10 WITH CHECK OPTION
GO
CREATE VIEW dbo.CheapItems AS SELECT i.ItemId, i.Gross, t.Percentage FROM dbo.Item AS i JOIN dbo.Tariff AS t ON t.TariffId = i.TariffId WHERE i.Gross < 10 WITH CHECK OPTION
GO
CREATE PROCEDURE dbo.AddLowTariff @Id int, @Percentage decimal(5,2), @Error int OUTPUT AS
SET @Error = 0
BEGIN TRY
  INSERT INTO dbo.LowTariffs VALUES (@Id, @Percentage)
END TRY
BEGIN CATCH
  SET @Error = ERROR_NUMBER()
END CATCH
GO
CREATE VIEW dbo.KnownTariffs AS SELECT TariffId, Percentage FROM dbo.Tariff WHERE Percentage >= 0
GO
CREATE FUNCTION dbo.TariffOf(@id int) RETURNS decimal(5,2) AS
BEGIN
  RETURN (SELECT Percentage FROM dbo.KnownTariffs WHERE TariffId = @id)
END
GO
CREATE FUNCTION dbo.NextNumber() RETURNS varchar(10) AS
BEGIN
  RETURN 'N' + CAST((SELECT COUNT(*) + 1 FROM dbo.Item) AS varchar(5))
END
GO
CREATE FUNCTION dbo.Remote(@t nvarchar(50)) RETURNS int AS
BEGIN
  RETURN DIFFERENCE(@t, 'abc') + CHECKSUM(@t)
END
GO
CREATE TABLE dbo.Item (
  ItemId int NOT NULL PRIMARY KEY,
  Title nvarchar(50) NULL,
  Gross decimal(10,2) NOT NULL,
  Vat decimal(5,2) NULL,
  TariffId int NULL,
  Sold datetime NULL,
  Number varchar(10) NULL CONSTRAINT DF_Item_Number DEFAULT dbo.NextNumber(),
  Net AS dbo.NetOf(Gross, Vat) PERSISTED,
  Slug AS dbo.SlugOf(Title),
  SoldIn AS dbo.MonthOf(Sold),
  Word AS dbo.LeastWord(Title),
  Percentage AS dbo.TariffOf(TariffId),
  Odd AS dbo.Remote(Title),
  CONSTRAINT CK_Item_Slug CHECK (dbo.SlugOf(Title) <> 'none'),
  CONSTRAINT CK_Item_Tariff CHECK (dbo.TariffOf(TariffId) > 0)
)
GO
CREATE INDEX IX_Item_Net ON dbo.Item (Net) INCLUDE (Title) WHERE Vat IS NOT NULL
GO
CREATE UNIQUE INDEX IX_Item_Slug ON dbo.Item (Slug)
GO
INSERT INTO dbo.Tariff VALUES (1, 19)
GO
CREATE PROCEDURE dbo.ItemsOf @Least decimal(5,2) AS
SELECT ItemId, Net, Percentage FROM dbo.Item WHERE Percentage >= @Least ORDER BY ItemId
GO
`,
  cases: [
    one('a view WITH CHECK OPTION takes the rows that it shows', 'CALL add_low_tariff(2, 7, NULL)', '0'),
    one('and no others', 'CALL add_low_tariff(2, 19, NULL)', '550'),
    many(
      'whoever writes them',
      ['CALL add_low_tariff(2, 7, NULL)', 'UPDATE low_tariffs SET percentage = 20'],
      '!44000 new row violates check option for view "low_tariffs"',
    ),
    many(
      'a computed column over a function of the row is generated',
      [
        `INSERT INTO item (item_id, title, gross, vat) VALUES (1, ' Red Bike ', 119, 19), (2, NULL, 5, NULL)`,
        `SELECT item_id, net, slug FROM item ORDER BY item_id`,
      ],
      '1|100.00|red-bike',
      '2|5.00|NULL',
    ),
    many(
      'it follows its row',
      [
        `INSERT INTO item (item_id, title, gross, vat) VALUES (1, 'a', 119, 19)`,
        `UPDATE item SET gross = 238, title = 'B c'`,
        `SELECT net, slug FROM item`,
      ],
      '200.00|b-c',
    ),
    many(
      'what hangs on settings of the session, or collects rows, is kept by a trigger',
      [
        `INSERT INTO item (item_id, title, gross, sold) VALUES (1, 'pear apple fig', 1, '2024-03-09 10:00')`,
        `UPDATE item SET sold = '2025-12-31'`,
        `SELECT sold_in, word FROM item`,
      ],
      '202512|apple',
    ),
    many(
      'a function that reads tables is asked when the column is read',
      [
        `INSERT INTO tariff VALUES (1, 19)`,
        `INSERT INTO item (item_id, gross, tariff_id) VALUES (1, 1, 1)`,
        `UPDATE tariff SET percentage = 7`,
        `SELECT * FROM items_of(1)`,
      ],
      '1|1.00|7.00',
    ),
    many(
      'a check over such a function holds for rows that are written',
      [`INSERT INTO tariff VALUES (2, 0)`, `INSERT INTO item (item_id, gross, tariff_id) VALUES (1, 1, 2)`],
      '!23514 new row for relation "item" violates check constraint "ck_item_tariff"',
    ),
    many(
      'a check that is NULL holds',
      [`INSERT INTO item (item_id, gross, tariff_id) VALUES (1, 1, 9) RETURNING item_id`],
      '1',
    ),
    many(
      'a check over a function of the row refuses the row',
      [`INSERT INTO item (item_id, title, gross) VALUES (1, ' NONE', 1)`],
      '!23514 new row for relation "item" violates check constraint "ck_item_slug"',
    ),
    many(
      'a default is asked for at each row that lacks the value',
      [
        `INSERT INTO item (item_id, title, gross) VALUES (1, 'a', 1)`,
        `INSERT INTO item (item_id, title, gross) VALUES (2, 'b', 1)`,
        `SELECT number FROM item ORDER BY item_id`,
      ],
      'N1',
      'N2',
    ),
    many(
      'a unique index over a computed column',
      [`INSERT INTO item (item_id, title, gross) VALUES (1, 'a b', 1), (2, 'A B', 1)`],
      '!23505 duplicate key value violates unique constraint "ix_item_slug"',
    ),
    many(
      'only what nothing but the arguments can change is IMMUTABLE',
      [
        `SELECT proname, provolatile FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname IN ('net_of', 'slug_of', 'trimmed', 'month_of', 'least_word', 'tariff_of') ORDER BY 1`,
      ],
      'least_word|v',
      'month_of|s',
      'net_of|i',
      'slug_of|i',
      'tariff_of|s',
      'trimmed|i',
    ),
  ],
  issues: ['SL1040 dbo.Remote', 'SL1042 dbo.AddLowTariff'],
};
