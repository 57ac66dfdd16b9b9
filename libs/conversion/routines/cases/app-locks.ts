import { type CaseGroup, many } from './case-group.ts';

const HELD = `SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted`;

/** Locks that applications take by name: who waits, for how long, and what is returned. */
export const APP_LOCKS: CaseGroup = {
  name: 'locks that applications take by name',
  script: `
CREATE PROCEDURE dbo.TakeLock @name nvarchar(255), @ms int, @r int OUTPUT AS
EXEC @r = sp_getapplock @Resource = @name, @LockMode = 'Exclusive', @LockTimeout = @ms
GO
CREATE PROCEDURE dbo.TryLock @name nvarchar(255), @r int OUTPUT AS
EXEC @r = sp_getapplock @name, 'Shared', 'Transaction', 0
GO
CREATE PROCEDURE dbo.SessionLock @taken int OUTPUT, @given int OUTPUT, @again int OUTPUT AS
EXEC @taken = sp_getapplock @Resource = 'nightly', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = -1
EXEC @given = sp_releaseapplock @Resource = 'nightly', @LockOwner = 'Session'
EXEC @again = sp_releaseapplock @Resource = 'nightly', @LockOwner = 'Session'
GO
CREATE PROCEDURE dbo.IntentLock AS EXEC sp_getapplock 'x', 'IntentExclusive'
GO`,
  issues: ['SL1040 dbo.IntentLock'],
  cases: [
    many('a lock that is free is had', [`CALL take_lock('jobs', 200, NULL)`], '0'),
    many('it is the transaction’s', [`CALL take_lock('jobs', 200, NULL)`, HELD], 'ExclusiveLock'),
    many(
      'the time that others may wait stays as it was',
      [`SET LOCAL lock_timeout = '7s'`, `CALL take_lock('jobs', 0, NULL)`, `SELECT current_setting('lock_timeout')`],
      '7s',
    ),
    many('readers stand beside each other', [`CALL try_lock('jobs', NULL)`, HELD], 'ShareLock'),
    many(
      'a lock without a name is refused',
      [`CALL try_lock(NULL, NULL)`],
      '!22023 An invalid application lock resource was passed to sp_getapplock.',
    ),
    many('a session’s lock is given back once', [`CALL session_lock(NULL, NULL, NULL)`], '0|0|-999'),
  ],
};
