import { type CaseGroup, many, one } from './case-group.ts';

/** Routines that watch time go by, and those that only note it. */
export const CLOCKS: CaseGroup = {
  name: 'clocks',
  script: `
CREATE TABLE dbo.Run (RunId int NOT NULL PRIMARY KEY, Began datetime NOT NULL DEFAULT GETDATE(), Ended datetime NULL, EndedUtc datetime2(3) NULL)
GO
CREATE PROCEDURE dbo.SpinsUntil @Enough bit OUTPUT AS
DECLARE @Until datetime = DATEADD(millisecond, 30, GETDATE()), @Rounds int = 0
WHILE GETDATE() < @Until SET @Rounds += 1
SET @Enough = CASE WHEN @Rounds > 1 THEN 1 ELSE 0 END
GO
CREATE PROCEDURE dbo.Lasts @Long bit OUTPUT AS
DECLARE @Began datetime2 = SYSDATETIME()
WAITFOR DELAY '00:00:00.050'
SELECT @Long = CASE WHEN DATEDIFF(millisecond, @Began, SYSDATETIME()) >= 50 THEN 1 ELSE 0 END
GO
CREATE PROCEDURE dbo.LogsRun @RunId int AS
DECLARE @Began datetime = GETDATE()
INSERT INTO dbo.Run (RunId, Began) VALUES (@RunId, @Began)
WAITFOR DELAY '00:00:00.020'
UPDATE dbo.Run SET Ended = GETDATE(), EndedUtc = SYSUTCDATETIME() WHERE RunId = @RunId AND Began < GETDATE()
GO
CREATE PROCEDURE dbo.NotesRun @RunId int AS
INSERT INTO dbo.Run (RunId, Ended) VALUES (@RunId, GETDATE())
UPDATE dbo.Run SET Ended = GETDATE() WHERE RunId = @RunId
GO`,
  issues: [],
  texts: [
    { object: 'dbo.NotesRun', text: 'SET ended = localtimestamp(3)' },
    { object: 'dbo.LogsRun', text: 'ended = (SELECT clock_timestamp()::timestamp(3))' },
    { object: 'dbo.SpinsUntil', text: 'WHILE clock_timestamp()::timestamp(3) < v_until' },
  ],
  cases: [
    one('a loop until a time ends', 'CALL spins_until(NULL)', 't'),
    one('what a wait lasts', 'CALL lasts(NULL)', 't'),
    many(
      'an end behind its beginning',
      ['CALL logs_run(1)', 'SELECT ended > began, ended_utc IS NOT NULL FROM run'],
      't|t',
    ),
    many('times that are only noted agree', ['CALL notes_run(1)', 'SELECT ended = began FROM run'], 't'),
  ],
};
