import { type CaseGroup, many } from './case-group.ts';

/** Instants of other zones by their offset: PostgreSQL keeps the instant, and who takes a date or a time of it gets that of the zone. */
export const OFFSETS: CaseGroup = {
  name: 'offsets from UTC',
  script: `
CREATE TABLE dbo.Landing (Id int NOT NULL PRIMARY KEY, Local datetime2(0) NOT NULL, At datetimeoffset(0) NULL)
GO
CREATE PROCEDURE dbo.Land @Id int, @Minutes int = NULL AS
UPDATE dbo.Landing SET At = ISNULL(TODATETIMEOFFSET(Local, @Minutes), '2001-01-01 00:00:00 +00:00') WHERE Id = @Id
GO
CREATE PROCEDURE dbo.Landed @Zone varchar(6) AS
SELECT At, CAST(TODATETIMEOFFSET(Local, '-08:00') AS datetime2(0)) AS Same, CONVERT(date, SWITCHOFFSET(At, '+05:30')) AS Day,
  DATEPART(hour, SWITCHOFFSET(At, @Zone)) AS Hour, DATEDIFF(hour, At, TODATETIMEOFFSET(Local, @Zone)) AS Apart FROM dbo.Landing
GO
`,
  cases: [
    many(
      'minutes ahead of UTC',
      [
        `INSERT INTO landing VALUES (1, '2020-06-01 23:15:00', NULL)`,
        'CALL land(1, 330)',
        `SELECT at AT TIME ZONE 'UTC', same, day, hour, apart FROM landed('-02:00')`,
      ],
      '2020-06-01 17:45:00|2020-06-01 23:15:00|2020-06-01|15|8',
    ),
    many(
      'no offset gives no instant',
      [
        `INSERT INTO landing VALUES (1, '2020-06-01 23:15:00', NULL)`,
        'CALL land(1, NULL)',
        `SELECT at AT TIME ZONE 'UTC' FROM landing`,
      ],
      '2001-01-01 00:00:00',
    ),
  ],
};
