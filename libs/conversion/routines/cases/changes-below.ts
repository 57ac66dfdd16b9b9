import { type CaseGroup, many } from './case-group.ts';

/** Rows of one change that a query hands to another: `INSERT … SELECT … FROM (MERGE … OUTPUT …) AS t`. */
export const CHANGES_BELOW: CaseGroup = {
  name: 'changes below a query',
  script: `
CREATE TABLE dbo.Price (PriceId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Article varchar(10) NOT NULL, Amount int NOT NULL, IsCurrent bit NOT NULL)
CREATE TABLE dbo.Offer (Article varchar(10) NOT NULL PRIMARY KEY, Amount int NOT NULL)
CREATE TABLE dbo.Gone (Article varchar(10) NOT NULL, Amount int NULL, Why varchar(10) NULL)
GO
CREATE PROCEDURE dbo.KeepsHistory @Count int OUTPUT AS
INSERT dbo.Price (Article, Amount, IsCurrent)
SELECT m.Article, m.Amount, 1 FROM (
  MERGE dbo.Price AS p USING dbo.Offer AS o ON p.Article = o.Article AND p.IsCurrent = 1
  WHEN MATCHED AND p.Amount <> o.Amount THEN UPDATE SET IsCurrent = 0
  WHEN NOT MATCHED THEN INSERT (Article, Amount, IsCurrent) VALUES (o.Article, o.Amount, 1)
  OUTPUT $action AS Act, o.Article, o.Amount) AS m WHERE m.Act = 'UPDATE'
SET @Count = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.KeepsAndShows AS
DECLARE @n int
EXEC dbo.KeepsHistory @n OUTPUT
SELECT Article, Amount, IsCurrent FROM dbo.Price ORDER BY Article, Amount
GO
CREATE PROCEDURE dbo.MovesOut @Limit int AS
INSERT INTO dbo.Gone (Article, Amount, Why)
SELECT d.Article, d.Amount, 'dear' FROM (DELETE dbo.Offer OUTPUT deleted.Article, deleted.Amount WHERE Amount > @Limit) AS d
GO
CREATE PROCEDURE dbo.Raises AS
INSERT dbo.Gone (Article, Amount) SELECT u.Was, u.Amount FROM (UPDATE dbo.Offer SET Amount += 1 OUTPUT deleted.Article, deleted.Amount) AS u (Was, Amount)
GO
CREATE PROCEDURE dbo.SyncsOne @Article varchar(10) AS
WITH Price AS (SELECT PriceId, Article, Amount, IsCurrent FROM dbo.Price WHERE Article = @Article)
MERGE Price USING dbo.Offer AS o ON o.Article = Price.Article
WHEN MATCHED THEN UPDATE SET Amount = o.Amount
WHEN NOT MATCHED BY TARGET AND o.Article = @Article THEN INSERT (Article, Amount, IsCurrent) VALUES (o.Article, o.Amount, 1)
WHEN NOT MATCHED BY SOURCE THEN DELETE;
GO`,
  issues: [],
  cases: (() => {
    const rows = [
      `INSERT INTO price (article, amount, is_current) VALUES ('pen', 3, true), ('ink', 5, true)`,
      `INSERT INTO offer VALUES ('pen', 4), ('ink', 5), ('cap', 9)`,
    ];
    const prices = 'SELECT article, amount, is_current FROM price ORDER BY article, amount';
    return [
      many(
        'MERGE into an expression leaves the rows alone that it does not have',
        [
          ...rows,
          `INSERT INTO price (article, amount, is_current) VALUES ('tin', 1, true)`,
          `CALL syncs_one('pen')`,
          `CALL syncs_one('tin')`,
          prices,
        ],
        'ink|5|t',
        'pen|4|t',
      ),
      {
        ...many(
          'a row that is closed has a successor',
          [...rows, 'SELECT * FROM keeps_and_shows()'],
          'cap|9|t',
          'ink|5|t',
          'pen|3|f',
          'pen|4|t',
        ),
        since: 17,
      },
      { ...many('the rows of the INSERT count', [...rows, 'CALL keeps_history(NULL)'], '1'), since: 17 },
      many(
        'rows that are deleted go elsewhere',
        [...rows, 'CALL moves_out(4)', 'SELECT * FROM gone ORDER BY 1'],
        'cap|9|dear',
        'ink|5|dear',
      ),
      many(
        'rows as they were',
        [...rows, 'CALL raises()', 'SELECT article, amount FROM gone ORDER BY 1'],
        'cap|9',
        'ink|5',
        'pen|4',
      ),
    ];
  })(),
};
