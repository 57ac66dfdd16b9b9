import { type CaseGroup, many, one } from './case-group.ts';

/** Times of seven digits in a key: columns of text in the target, with which code computes as with the time. */
export const TIMES: CaseGroup = {
  name: 'times in keys',
  script: `
CREATE TABLE dbo.Reading (Meter int NOT NULL, At datetime2(7) NOT NULL, Amount int NULL, CONSTRAINT PK_Reading PRIMARY KEY (Meter, At))
GO
CREATE TABLE dbo.Opening (Opens time(7) NOT NULL PRIMARY KEY, Shop varchar(20) NULL)
GO
CREATE TABLE dbo.Visit (Came datetimeoffset(7) NOT NULL PRIMARY KEY)
GO
CREATE PROCEDURE dbo.Between @From datetime2(7), @Until datetime2(7) AS
SELECT Meter, At, DATEADD(MINUTE, 1, At) AS Later FROM dbo.Reading WHERE At >= @From AND At < @Until ORDER BY At
GO
CREATE PROCEDURE dbo.Keep @Meter int, @At datetime2(7), @Amount int AS
MERGE dbo.Reading AS r USING (SELECT @Meter AS Meter, @At AS At) AS s ON r.Meter = s.Meter AND r.At = s.At
WHEN MATCHED THEN UPDATE SET Amount = @Amount
WHEN NOT MATCHED THEN INSERT (Meter, At, Amount) VALUES (s.Meter, s.At, @Amount);
GO
CREATE PROCEDURE dbo.Shift @Meter int, @Last datetime2(7) OUTPUT AS
UPDATE dbo.Reading SET At = DATEADD(HOUR, 1, At) WHERE Meter = @Meter
INSERT INTO dbo.Reading (Meter, At) SELECT Meter + 1, At FROM dbo.Reading WHERE Meter = @Meter
SELECT @Last = MAX(At) FROM dbo.Reading
GO
CREATE PROCEDURE dbo.Open @At time(7), @Came datetimeoffset(7) AS
INSERT INTO dbo.Opening (Opens) VALUES (@At)
INSERT INTO dbo.Visit VALUES (@Came)
GO
CREATE VIEW dbo.Newest AS SELECT Meter, MAX(At) AS At, COALESCE(MAX(At), SYSUTCDATETIME()) AS Known FROM dbo.Reading GROUP BY Meter
GO
CREATE TRIGGER dbo.Reading_Insert ON dbo.Reading AFTER INSERT AS
UPDATE r SET Amount = 0 FROM dbo.Reading r JOIN inserted i ON i.Meter = r.Meter AND i.At = r.At WHERE r.At < '2001-01-01' AND r.Amount IS NULL
GO`,
  issues: ['SL1054 dbo.Reading_Insert'],
  cases: (() => {
    const rows = `INSERT INTO reading VALUES (1, '2020-05-06 07:08:09.1234567', 5), (2, '2000-01-01 00:00:00.0000000', NULL)`;
    return [
      many(
        'a range and arithmetic',
        [rows, `SELECT * FROM "between"('2020-01-01', '2021-01-01')`],
        '1|2020-05-06 07:08:09.123457|2020-05-06 07:09:09.123457',
      ),
      many(
        'MERGE finds the row and writes the text as the load does',
        [
          rows,
          `CALL keep(2, '2000-01-01', 8)`,
          `CALL keep(3, '2024-12-31 23:59:59.5', 9)`,
          'SELECT at, amount FROM reading WHERE meter > 1 ORDER BY meter',
        ],
        '2000-01-01 00:00:00.0000000|8',
        '2024-12-31 23:59:59.5000000|9',
      ),
      many('UPDATE and INSERT … SELECT', [rows, `CALL shift(2, NULL)`], '2020-05-06 07:08:09.123457'),
      many(
        'a trigger compares inserted with its table',
        [rows, 'SELECT at, amount FROM reading WHERE meter = 2'],
        '2000-01-01 00:00:00.0000000|0',
      ),
      many(
        'times of the day and instants',
        [`CALL open('08:30:00.25', '2020-01-01 02:00:00+02')`, 'SELECT opens, came FROM opening, visit'],
        '08:30:00.2500000|2020-01-01 00:00:00.0000000 +00:00',
      ),
      one('a view over nothing', 'SELECT count(*) FROM newest', '0'),
    ];
  })(),
};
