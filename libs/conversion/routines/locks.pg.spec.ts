import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { ConvertedDatabase } from './test-target.ts';

/** Routines that two sessions run at the same time. */
const SCRIPT = `
CREATE TABLE dbo.Job (JobId int IDENTITY(1,1) NOT NULL PRIMARY KEY, State int NOT NULL, Note varchar(20) NULL)
CREATE TABLE dbo.Event (At int NOT NULL, Kind int NOT NULL)
GO
CREATE PROCEDURE dbo.TakeFree AS
WITH next AS (SELECT TOP (1) * FROM dbo.Job WITH (ROWLOCK, READPAST, UPDLOCK) WHERE State = 0 ORDER BY JobId)
UPDATE next SET State = 1 OUTPUT inserted.JobId
GO
CREATE PROCEDURE dbo.TakeNext AS
WITH next AS (SELECT TOP (1) * FROM dbo.Job WHERE State = 0 ORDER BY JobId)
UPDATE next SET State = 1 OUTPUT inserted.JobId
GO
CREATE PROCEDURE dbo.DropOne AS
DELETE TOP (1) FROM dbo.Event WITH (READPAST, ROWLOCK) OUTPUT deleted.At
GO
CREATE PROCEDURE dbo.Renumber @to int OUTPUT AS
SELECT @to = MAX(JobId) + 1 FROM dbo.Job WITH (UPDLOCK, HOLDLOCK)
INSERT dbo.Event VALUES (@to, 1)
GO
CREATE PROCEDURE dbo.AddNote @id int, @note varchar(20) AS
DECLARE @before varchar(20)
SELECT @before = Note FROM dbo.Job WITH (UPDLOCK) WHERE JobId = @id
UPDATE dbo.Job SET Note = @before + @note WHERE JobId = @id
GO
CREATE PROCEDURE dbo.Strict @id int AS
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
IF NOT EXISTS (SELECT * FROM dbo.Job WITH (UPDLOCK, HOLDLOCK) WHERE JobId = @id) INSERT dbo.Job (State) VALUES (1)
GO
CREATE PROCEDURE dbo.Keep @id int AS
SET IDENTITY_INSERT dbo.Job ON
INSERT dbo.Job (JobId, State) VALUES (@id, 9)
SET IDENTITY_INSERT dbo.Job OFF
GO
CREATE PROCEDURE dbo.Add @id int OUTPUT AS
INSERT dbo.Job (State) VALUES (0)
SET @id = SCOPE_IDENTITY()
GO
CREATE PROCEDURE dbo.Alone @ms int, @r int OUTPUT AS
EXEC @r = sp_getapplock @Resource = 'nightly', @LockMode = 'Exclusive', @LockTimeout = @ms
GO
CREATE PROCEDURE dbo.AloneAtOnce @r int OUTPUT AS
EXEC @r = sp_getapplock 'nightly', 'Exclusive', 'Transaction', 0
GO`;

describe('routines under concurrency', () => {
  let database: ConvertedDatabase;
  let mine: pg.Client;
  let other: pg.Client;
  const first = async (client: pg.Client, sql: string): Promise<unknown> => {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  };
  /** Waits until a session waits for a lock. */
  async function waiting(): Promise<void> {
    const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    for (const end = Date.now() + 60_000; (await database.run(sql)).length === 0;) expect(Date.now()).toBeLessThan(end);
  }

  beforeAll(async () => {
    database = await ConvertedDatabase.open(SCRIPT);
    expect(database.refused).toEqual([]);
    const { host, port, user, password, database: name } = database.client;
    const settings = { host, port, database: name ?? '', user: user ?? '', password: password ?? '' };
    [mine, other] = [new pg.Client(settings), new pg.Client(settings)];
    await mine.connect();
    await other.connect();
  });

  afterAll(async () => {
    await mine.end();
    await other.end();
    await database.close();
  });

  beforeEach(async () => {
    await mine.query('TRUNCATE job RESTART IDENTITY; TRUNCATE event');
    await mine.query(`INSERT INTO job (state, note) VALUES (0, ''), (0, ''), (0, '')`);
    await mine.query('INSERT INTO event VALUES (7, 1), (8, 1)');
  });

  test('READPAST takes the row that nobody has, without waiting', async () => {
    await mine.query('BEGIN');
    expect(await first(mine, 'SELECT * FROM take_free()')).toBe(1);
    expect(await first(other, 'SELECT * FROM take_free()')).toBe(2);
    await mine.query('ROLLBACK');
    expect(await first(other, 'SELECT * FROM take_free()')).toBe(1);
  });

  test('without it the second waits and takes the next row, not none', async () => {
    await mine.query('BEGIN');
    expect(await first(mine, 'SELECT * FROM take_next()')).toBe(1);
    const second = first(other, 'SELECT * FROM take_next()');
    await waiting();
    await mine.query('COMMIT');
    expect(await second).toBe(2);
  });

  test('DELETE TOP with READPAST from a table without a key', async () => {
    await mine.query('BEGIN');
    const ours = await first(mine, 'SELECT * FROM drop_one()');
    const theirs = await first(other, 'SELECT * FROM drop_one()');
    expect([ours, theirs].sort()).toEqual([7, 8]);
    expect(await first(other, 'SELECT * FROM drop_one()')).toBeUndefined();
    await mine.query('COMMIT');
  });

  test('what is read under UPDLOCK is not changed by another before it is written', async () => {
    await mine.query('BEGIN');
    await mine.query(`CALL add_note(1, 'a')`);
    const second = other.query(`CALL add_note(1, 'b')`);
    await waiting();
    await mine.query('COMMIT');
    await second;
    expect(await first(mine, 'SELECT note FROM job WHERE job_id = 1')).toBe('ab');
  });

  test('the greatest number that is read under UPDLOCK and HOLDLOCK is given to one alone', async () => {
    await mine.query('BEGIN');
    expect(await first(mine, 'CALL renumber(NULL)')).toBe(4);
    const second = first(other, 'CALL renumber(NULL)');
    await waiting();
    await mine.query(`INSERT INTO job (state) VALUES (0)`);
    await mine.query('COMMIT');
    expect(await second).toBe(5);
  });

  test('a lock that another has is waited for as long as was said', async () => {
    await mine.query('BEGIN');
    expect(await first(mine, 'CALL alone(-1, NULL)')).toBe(0);
    expect(await first(other, 'CALL alone(20, NULL)')).toBe(-1);
    expect(await first(other, 'CALL alone(0, NULL)')).toBe(-1);
    expect(await first(other, 'CALL alone_at_once(NULL)')).toBe(-1);
    const patient = first(other, 'CALL alone(60000, NULL)');
    await waiting();
    await mine.query('COMMIT');
    expect(await patient).toBe(0);
  });

  test('an identity goes on behind a value that was given', async () => {
    await mine.query('CALL keep(40)');
    expect(await first(mine, 'CALL add(NULL)')).toBe(41);
    await mine.query('CALL keep(20)');
    expect(await first(mine, 'CALL add(NULL)')).toBe(42);
  });

  test('ranges of keys that are not locked, and levels of isolation, are told', () => {
    const told = database.conversion.issues.filter((one) => one.code === 'SL1076');
    expect(told.map((one) => one.object)).toEqual(['dbo.Strict', 'dbo.Strict']);
  });
});
