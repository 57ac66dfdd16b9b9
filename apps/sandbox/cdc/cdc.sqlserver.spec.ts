import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestSandbox, TestSession, type TestSandbox } from '../engine/test-sandbox.ts';
import type { TdsValue } from '../session.ts';
import { CaptureManager } from './capture-manager.ts';

const hex = (value: TdsValue | undefined): string => (Buffer.isBuffer(value) ? value.toString('hex') : String(value));

describe('change data capture through T-SQL', () => {
  let sandbox: TestSandbox;
  let manager: CaptureManager;
  let session: TestSession;
  /** What the jobs said: a change that does not come has its reason here. */
  const log: string[] = [];
  const rows = (sql: string): Promise<(readonly TdsValue[])[]> => session.rows(sql);
  const maxLsn = async (): Promise<string> => hex((await rows('SELECT sys.fn_cdc_get_max_lsn()'))[0]?.[0]);

  /** Waits until a query's first value is `expected`. */
  async function eventually(sql: string, expected: TdsValue): Promise<void> {
    const end = Date.now() + 60_000;
    for (;;) {
      const value = (await rows(sql))[0]?.[0] ?? null;
      if (value === expected) return;
      if (Date.now() > end)
        throw new Error([`${sql} stays ${String(value)}, not ${String(expected)}`, ...log].join('\n'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Starts the capture job: refused while the one run of a job that is not continuous lasts, taken when it is over. */
  async function startCapture(): Promise<void> {
    for (const end = Date.now() + 60_000; ;) {
      const { errors } = await session.run("EXEC sys.sp_cdc_start_job N'capture'");
      if (errors.length === 0) return;
      expect(errors[0]?.number).toBe(22022);
      expect(Date.now()).toBeLessThan(end);
    }
  }

  const count = (table: string, expected: number): Promise<void> =>
    eventually(`SELECT COUNT(*) FROM ${table}`, expected);

  async function enable(table: string, more = ''): Promise<void> {
    await rows(
      `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}', @role_name = NULL${more}`,
    );
    await rows('EXEC sys.sp_cdc_change_job @pollinginterval = 0');
  }

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    manager = new CaptureManager({ log: (message) => log.push(message) });
    await sandbox.server.watch({
      opened: (database) => manager.opened({ url: sandbox.server.postgresUrl(database), catalog: database.catalog }),
      closing: (database) => manager.closing(database.catalog),
    });
    // The server's local time is not UTC here.
    await (await sandbox.session('captured')).rows("EXEC sys.sp_sandbox_cdc N'timezone', N'Asia/Kolkata'");
    session = await sandbox.session('captured');
    await rows('CREATE TABLE dbo.plain (id int PRIMARY KEY)');
    await expect(rows("EXEC sys.sp_cdc_enable_table N'dbo', N'plain', @role_name = NULL")).rejects.toMatchObject({
      number: 22901,
    });
    await rows('EXEC sys.sp_cdc_enable_db');
  });

  afterAll(async () => {
    await sandbox.close();
    await manager.close();
  });

  test('A22 tran_end_time is the server’s local time, the same clock as GETDATE()', async () => {
    await rows('CREATE TABLE dbo.clock (id int PRIMARY KEY)');
    await enable('clock');
    await rows('INSERT INTO dbo.clock VALUES (1)');
    await count('cdc.dbo_clock_CT', 1);
    const [row] =
      await rows(`SELECT TOP (1) DATEDIFF(second, m.tran_end_time, GETDATE()), DATEDIFF(minute, GETUTCDATE(), GETDATE())
      FROM cdc.lsn_time_mapping AS m JOIN cdc.dbo_clock_CT AS c ON c.__$start_lsn = m.start_lsn`);
    expect(Number(row?.[1])).toBe(330);
    expect(Math.abs(Number(row?.[0]))).toBeLessThan(10);
  });

  test('max_lsn does not pass the start of a capture instance before others can see the instance', async () => {
    await rows('CREATE TABLE dbo.first (id int PRIMARY KEY); CREATE TABLE dbo.second (id int PRIMARY KEY)');
    await enable('first');
    const maker = await sandbox.session('captured');
    await maker.rows("BEGIN TRAN; EXEC sys.sp_cdc_enable_table N'dbo', N'second', @role_name = NULL");
    const start = hex(
      (await maker.rows("SELECT start_lsn FROM cdc.change_tables WHERE capture_instance = N'dbo_second'"))[0]?.[0],
    );
    await rows('INSERT INTO dbo.first VALUES (1)');
    const admin = sandbox.server.database('captured')?.admin;
    const isWaiting = async (): Promise<boolean> =>
      (await admin?.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))?.rowCount === 1;
    for (const end = Date.now() + 10_000; !(await isWaiting());) {
      if (Date.now() > end) throw new Error('the capture job does not wait');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await maxLsn()) < start).toBe(true);
    await maker.rows('COMMIT');
    await count('cdc.dbo_first_CT', 1);
    expect((await maxLsn()) > start).toBe(true);
  });

  test('A1 cleanup past a reader moves min_lsn, removes the rows, and error 313 meets whoever asks for them', async () => {
    await rows('CREATE TABLE dbo.cleaned (id int PRIMARY KEY)');
    await enable('cleaned');
    // Commits of the same 1/300 s share a low watermark.
    for (const id of [1, 2, 3]) await rows(`INSERT INTO dbo.cleaned VALUES (${id}); WAITFOR DELAY '00:00:00.010'`);
    await count('cdc.dbo_cleaned_CT', 3);
    const before = hex((await rows("SELECT sys.fn_cdc_get_min_lsn(N'dbo_cleaned')"))[0]?.[0]);
    await rows(`DECLARE @low binary(10) = (SELECT __$start_lsn FROM cdc.dbo_cleaned_CT WHERE id = 3);
      EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_cleaned', @low_water_mark = @low`);
    expect(await rows('SELECT id FROM cdc.dbo_cleaned_CT')).toEqual([[3]]);
    const after = hex((await rows("SELECT sys.fn_cdc_get_min_lsn(N'dbo_cleaned')"))[0]?.[0]);
    expect(after > before).toBe(true);
    const all = (low: string): string => `DECLARE @max binary(10) = sys.fn_cdc_get_max_lsn();
      SELECT id FROM cdc.fn_cdc_get_all_changes_dbo_cleaned(${low}, @max, N'all')`;
    await expect(rows(all(`0x${before}`))).rejects.toMatchObject({ number: 313 });
    expect(await rows(all(`0x${after}`))).toEqual([[3]]);
    await expect(
      rows("EXEC sys.sp_cdc_cleanup_change_table N'dbo_cleaned', 0x00000000000000000007"),
    ).rejects.toMatchObject({ number: 22964 });
  });

  test('A4 a stopped capture job leaves max_lsn where it is; started again it gives every change', async () => {
    await rows('CREATE TABLE dbo.stopped (id int PRIMARY KEY)');
    await enable('stopped');
    await rows('INSERT INTO dbo.stopped VALUES (1)');
    await count('cdc.dbo_stopped_CT', 1);
    await rows("EXEC sys.sp_cdc_stop_job N'capture'");
    await eventually('SELECT scan_phase FROM sys.dm_cdc_log_scan_sessions', 'Done');
    const frozen = await maxLsn();
    await rows('INSERT INTO dbo.stopped SELECT 1 + value FROM (VALUES (1), (2), (3)) AS v (value)');
    await expect(rows("EXEC sys.sp_cdc_stop_job N'capture'")).rejects.toMatchObject({ number: 22022 });
    expect(await maxLsn()).toBe(frozen);
    expect(await rows('SELECT COUNT(*) FROM cdc.dbo_stopped_CT')).toEqual([[1]]);
    await rows("EXEC sys.sp_cdc_start_job N'capture'");
    await count('cdc.dbo_stopped_CT', 4);
    expect((await maxLsn()) > frozen).toBe(true);
  });

  test('A8 DDL is recorded at its LSN, old instances keep their shape, a second one has the new column, a third is refused', async () => {
    await rows('CREATE TABLE dbo.shaped (id int PRIMARY KEY, a int, b varchar(10))');
    await enable('shaped');
    await rows("INSERT INTO dbo.shaped VALUES (1, 1, 'x')");
    await rows('ALTER TABLE dbo.shaped ADD c int NULL');
    await rows('ALTER TABLE dbo.shaped ALTER COLUMN a bigint');
    await rows('UPDATE dbo.shaped SET c = 5, a = 9223372036854775807');
    await enable('shaped', ", @capture_instance = N'shaped_v2'");
    await expect(enable('shaped', ", @capture_instance = N'shaped_v3'")).rejects.toMatchObject({ number: 22962 });
    await expect(enable('shaped', ", @capture_instance = N'SHAPED_V2'")).rejects.toMatchObject({ number: 22926 });
    await rows('ALTER TABLE dbo.shaped DROP COLUMN b');
    await rows('UPDATE dbo.shaped SET c = 6, a = 7');
    await count('cdc.shaped_v2_CT', 2);
    expect(await rows('SELECT __$operation, a, b FROM cdc.dbo_shaped_CT ORDER BY __$start_lsn, __$operation')).toEqual([
      [2, 1n, 'x'],
      [3, 1n, 'x'],
      [4, 9223372036854775807n, 'x'],
      [3, 9223372036854775807n, null],
      [4, 7n, null],
    ]);
    expect(await rows('SELECT __$operation, a, c FROM cdc.shaped_v2_CT ORDER BY __$operation')).toEqual([
      [3, 9223372036854775807n, 5],
      [4, 7n, 6],
    ]);
    const history =
      await rows(`SELECT h.required_column_update, h.ddl_command, t.capture_instance FROM cdc.ddl_history AS h JOIN cdc.change_tables AS t ON t.object_id = h.object_id
      WHERE t.capture_instance = N'dbo_shaped' ORDER BY h.ddl_lsn`);
    expect(history.map((row) => [row[0], String(row[1]).replace('ALTER TABLE dbo.shaped ', '')])).toEqual([
      [false, 'ADD c int NULL'],
      [true, 'ALTER COLUMN a bigint'],
      [false, 'DROP COLUMN b'],
    ]);
  });

  test('A10 a renamed table stays captured', async () => {
    await rows('CREATE TABLE dbo.[old name] (id int PRIMARY KEY)');
    await enable('old name', ", @capture_instance = N'renamed'");
    await rows("EXEC sp_rename N'dbo.[old name]', N'new name'");
    await rows('INSERT INTO dbo.[new name] VALUES (1)');
    await count('cdc.renamed_CT', 1);
  });

  test('A18 A19 unchanged large values and computed columns are NULL, as documented', async () => {
    await rows(
      `CREATE TABLE dbo.large (id int PRIMARY KEY, n int, t ntext, m nvarchar(max), v varbinary(max), twice AS n * 2)`,
    );
    await enable('large');
    await rows(
      "INSERT INTO dbo.large (id, n, t, m, v) VALUES (1, 1, N'text', REPLICATE(CAST(N'm' AS nvarchar(max)), 9000), 0x01)",
    );
    await rows('UPDATE dbo.large SET n = 2');
    await rows('UPDATE dbo.large SET m = NULL');
    await rows('DELETE FROM dbo.large');
    await count('cdc.dbo_large_CT', 6);
    const order = 'ORDER BY __$start_lsn, __$seqval, __$operation';
    const shown = await rows(
      `SELECT __$operation, sys.fn_cdc_is_bit_set(4, __$update_mask), CAST(t AS nvarchar(10)), LEN(m), v, twice FROM cdc.dbo_large_CT ${order}`,
    );
    const one = Buffer.from([1]);
    expect(shown).toEqual([
      [2, true, 'text', 9000n, one, null],
      [3, false, null, null, null, null],
      [4, false, null, null, one, null],
      [3, true, null, 9000n, null, null],
      [4, true, null, null, one, null],
      [1, true, null, null, one, null],
    ]);
  });

  test('net changes give one row for each key, with the operation that is needed', async () => {
    await rows('CREATE TABLE dbo.net (id int PRIMARY KEY, n int)');
    await enable('net');
    await rows('INSERT INTO dbo.net VALUES (1, 1), (2, 1), (3, 1)');
    await count('cdc.dbo_net_CT', 3);
    const from = await maxLsn();
    await rows(
      'UPDATE dbo.net SET n = 2 WHERE id = 1; UPDATE dbo.net SET n = 3 WHERE id = 1; DELETE FROM dbo.net WHERE id = 2',
    );
    await rows(
      'INSERT INTO dbo.net VALUES (4, 1); UPDATE dbo.net SET n = 9 WHERE id = 4; INSERT INTO dbo.net VALUES (5, 1); DELETE FROM dbo.net WHERE id = 5',
    );
    await count('cdc.dbo_net_CT', 3 + 4 + 1 + 3 + 2);
    const net = (filter: string): Promise<(readonly TdsValue[])[]> =>
      rows(`DECLARE @from binary(10) = sys.fn_cdc_increment_lsn(0x${from}), @to binary(10) = sys.fn_cdc_get_max_lsn();
        SELECT __$operation, id, n, __$update_mask FROM cdc.fn_cdc_get_net_changes_dbo_net(@from, @to, N'${filter}') ORDER BY id`);
    expect(await net('all')).toEqual([
      [4, 1, 3, null],
      [1, 2, 1, null],
      [2, 4, 9, null],
    ]);
    expect((await net('all with mask'))[0]?.[3]).toEqual(Buffer.from([2]));
    expect((await net('all with merge')).map((row) => row[0])).toEqual([5, 1, 5]);
    await expect(net('none')).rejects.toMatchObject({ number: 313 });
  });

  test('A21 who is not in the gating role gets no low watermark and no instance, and may not manage CDC', async () => {
    await rows('CREATE TABLE dbo.gated (id int PRIMARY KEY)');
    await rows("EXEC sys.sp_cdc_enable_table N'dbo', N'gated', @role_name = N'gatekeepers'");
    await rows("CREATE LOGIN guest1 WITH PASSWORD = 'Guest-only-1'");
    await rows('CREATE USER guest1 FOR LOGIN guest1');
    const login = { user: 'guest1', password: 'Guest-only-1', database: 'captured', appName: 'test', hostName: 'test' };
    const guest = new TestSession(
      await sandbox.server.login({ ...login, readOnlyIntent: false, clientAddress: '127.0.0.1' }),
    );
    const low = async (): Promise<string> =>
      hex((await guest.rows("SELECT sys.fn_cdc_get_min_lsn(N'dbo_gated')"))[0]?.[0]);
    expect(await low()).toBe('0'.repeat(20));
    expect(await guest.rows('EXEC sys.sp_cdc_help_change_data_capture')).toEqual([]);
    await expect(guest.rows('EXEC sys.sp_cdc_disable_db')).rejects.toMatchObject({ number: 22902 });
    await expect(guest.rows("EXEC sys.sp_cdc_stop_job N'capture'")).rejects.toMatchObject({ number: 22904 });
    const changes =
      "SELECT * FROM cdc.fn_cdc_get_all_changes_dbo_gated(sys.fn_cdc_get_max_lsn(), sys.fn_cdc_get_max_lsn(), N'all')";
    await rows('ALTER ROLE gatekeepers ADD MEMBER guest1');
    // The role alone is not enough: the source's columns are asked for too.
    expect(await low()).toBe('0'.repeat(20));
    await expect(guest.rows(changes)).rejects.toMatchObject({
      number: 229,
      message:
        "The SELECT permission was denied on the object 'fn_cdc_get_all_changes_dbo_gated', database 'captured', schema 'cdc'.",
    });
    await rows('GRANT SELECT ON dbo.gated TO guest1');
    expect((await guest.run(changes)).errors.map((error) => error.number)).not.toContain(229);
    await expect(guest.rows('SELECT * FROM cdc.dbo_gated_CT')).rejects.toMatchObject({ number: 229 });
    expect((await low()) > '0'.repeat(20)).toBe(true);
    expect((await guest.rows('EXEC sys.sp_cdc_help_change_data_capture')).map((row) => row[2])).toEqual(['dbo_gated']);
    await guest.session.close();
  });

  test('A24 polling intervals from 0 are accepted, others refused; the job waits as it is told', async () => {
    await expect(rows('EXEC sys.sp_cdc_change_job @pollinginterval = -1')).rejects.toMatchObject({ number: 22992 });
    await expect(rows('EXEC sys.sp_cdc_change_job @maxscans = 0')).rejects.toMatchObject({ number: 22970 });
    await rows('EXEC sys.sp_cdc_change_job @pollinginterval = 1');
    await rows('DELETE FROM dbo.net');
    await count('cdc.dbo_net_CT WHERE __$operation = 1', 2 + 3);
    await rows('EXEC sys.sp_cdc_change_job @pollinginterval = 0');
  });

  test('a job that is not continuous scans the log once and stops', async () => {
    await rows('CREATE TABLE dbo.once (id int PRIMARY KEY)');
    await enable('once');
    await rows("EXEC sys.sp_cdc_stop_job N'capture'");
    await rows('INSERT INTO dbo.once VALUES (1), (2)');
    await rows('EXEC sys.sp_cdc_change_job @continuous = 0');
    await rows("EXEC sys.sp_cdc_start_job N'capture'");
    await count('cdc.dbo_once_CT', 2);
    await rows('INSERT INTO dbo.once VALUES (3)');
    await startCapture();
    await count('cdc.dbo_once_CT', 3);
    await rows('EXEC sys.sp_cdc_change_job @continuous = 1');
    // The run at hand has ended, or goes on for good: the job runs either way.
    const { errors } = await session.run("EXEC sys.sp_cdc_start_job N'capture'");
    expect([[], [22022]]).toContainEqual(errors.map((one) => one.number));
    await rows('INSERT INTO dbo.once VALUES (4)');
    await count('cdc.dbo_once_CT', 4);
    await rows('INSERT INTO dbo.once VALUES (5)');
    await count('cdc.dbo_once_CT', 5);
  });

  test('what cannot be is refused by Microsoft’s numbers, and dropping a table takes its instances along', async () => {
    await expect(rows("EXEC sys.sp_cdc_enable_table N'dbo', N'nothing', @role_name = NULL")).rejects.toMatchObject({
      number: 22931,
    });
    await expect(rows("EXEC sys.sp_cdc_enable_table N'dbo', N'plain'")).rejects.toMatchObject({ number: 201 });
    await expect(rows("EXEC sys.sp_cdc_disable_table N'dbo', N'plain', N'dbo_plain'")).rejects.toMatchObject({
      number: 22960,
    });
    await rows('CREATE TABLE dbo.keyless (a int)');
    await expect(enable('keyless', ', @supports_net_changes = 1')).rejects.toMatchObject({ number: 22939 });
    await enable('keyless');
    await expect(
      rows(
        "SELECT * FROM cdc.fn_cdc_get_net_changes_dbo_keyless(0x00000000000000000001, 0x00000000000000000002, N'all')",
      ),
    ).rejects.toMatchObject({ number: 208 });
    expect(await rows('SELECT job_type FROM msdb.dbo.cdc_jobs ORDER BY job_type')).toEqual([['capture'], ['cleanup']]);
    await enable('plain');
    await expect(rows('TRUNCATE TABLE dbo.plain')).rejects.toMatchObject({ number: 4711 });
    expect(await rows("SELECT is_tracked_by_cdc FROM sys.tables WHERE name = N'plain'")).toEqual([[true]]);
    await rows('DROP TABLE dbo.plain');
    expect(await rows("SELECT COUNT(*) FROM cdc.change_tables WHERE capture_instance = N'dbo_plain'")).toEqual([[0]]);
    await rows("EXEC sys.sp_cdc_disable_table N'dbo', N'net', N'all'");
    expect(await rows("SELECT is_tracked_by_cdc FROM sys.tables WHERE name = N'net'")).toEqual([[false]]);
    expect(await rows("SELECT OBJECT_ID(N'cdc.dbo_net_CT')")).toEqual([[null]]);
  });

  test('A11 an error recorded for the capture is seen in sys.dm_cdc_errors', async () => {
    await rows("EXEC sys.sp_sandbox_cdc N'error', N'The Log Reader Agent failed to construct a replicated command.'");
    expect(await rows('SELECT error_number, error_message FROM sys.dm_cdc_errors')).toEqual([
      [18805, 'The Log Reader Agent failed to construct a replicated command.'],
    ]);
  });

  test('A1 the cleanup job removes what is older than the retention, and min_lsn moves to what stays', async () => {
    await rows('CREATE TABLE dbo.aging (id int PRIMARY KEY)');
    await enable('aging');
    await rows('INSERT INTO dbo.aging VALUES (1)');
    await count('cdc.dbo_aging_CT', 1);
    const first = hex((await rows("SELECT sys.fn_cdc_get_min_lsn(N'dbo_aging')"))[0]?.[0]);
    await rows('UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(hour, -2, tran_end_time)');
    await rows('INSERT INTO dbo.aging VALUES (2)');
    await count('cdc.dbo_aging_CT', 2);
    await rows("EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 180");
    await rows("EXEC sys.sp_cdc_start_job N'cleanup'");
    expect(await rows('SELECT COUNT(*) FROM cdc.dbo_aging_CT')).toEqual([[2]]);
    await rows("EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 60");
    await rows("EXEC sys.sp_cdc_start_job N'cleanup'");
    await count('cdc.dbo_aging_CT', 1);
    expect(await rows('SELECT id FROM cdc.dbo_aging_CT')).toEqual([[2]]);
    await eventually(
      "SELECT COUNT(*) FROM cdc.lsn_time_mapping WHERE start_lsn < sys.fn_cdc_get_min_lsn(N'dbo_aging')",
      0,
    );
    const changes = (from: string): Promise<(readonly TdsValue[])[]> =>
      rows(
        `DECLARE @to binary(10) = sys.fn_cdc_get_max_lsn(); SELECT id FROM cdc.fn_cdc_get_all_changes_dbo_aging(${from}, @to, N'all')`,
      );
    await expect(changes(`0x${first}`)).rejects.toMatchObject({ number: 313 });
    expect(await changes("sys.fn_cdc_get_min_lsn(N'dbo_aging')")).toEqual([[2]]);
  });

  test('A4 a stopped Agent takes no orders, and says so', async () => {
    await rows("EXEC sys.sp_sandbox_cdc N'agent', N'stopped'");
    for (const verb of ['start', 'stop']) {
      await expect(rows(`EXEC sys.sp_cdc_${verb}_job N'capture'`)).rejects.toMatchObject({
        number: 22022,
        message: 'SQLServerAgent is not currently running so it cannot be notified of this action.',
      });
    }
    expect(await rows("SELECT status_desc FROM sys.dm_server_services WHERE servicename LIKE N'%Agent%'")).toEqual([
      ['Stopped'],
    ]);
    await rows('INSERT INTO dbo.aging VALUES (3)');
    await rows("EXEC sys.sp_sandbox_cdc N'agent', N'running'");
    await count('cdc.dbo_aging_CT WHERE id = 3', 1);
  });

  test('disabling the database takes schema cdc away and it can be enabled again', async () => {
    await rows('EXEC sys.sp_cdc_disable_db');
    expect(
      await rows("SELECT SCHEMA_ID(N'cdc'), (SELECT COUNT(*) FROM sys.tables WHERE is_tracked_by_cdc = 1)"),
    ).toEqual([[null, 0]]);
    expect(await rows('SELECT is_cdc_enabled FROM sys.databases WHERE name = DB_NAME()')).toEqual([[false]]);
    expect(await rows('SELECT sys.fn_cdc_get_max_lsn()')).toEqual([[null]]);
    await rows('EXEC sys.sp_cdc_enable_db');
    await enable('clock');
    await rows('DELETE FROM dbo.clock');
    await count('cdc.dbo_clock_CT', 1);
  });
});
