import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventTable, Position } from '#events';
import type { ChangeReader, ChangeWindow, TableChange } from '#source';
import { SourceDatabase } from '#testing';
import type { SqlServerQuiesce } from './quiesce.ts';
import type { SqlServerSource } from './source.ts';

const signal = new AbortController().signal;
const WIDE = { rows: 50_000, bytes: 64 << 20 };

const SCHEMA = [
  `CREATE TABLE dbo.busy (id int PRIMARY KEY, n int, note varchar(400))`,
  `CREATE TABLE dbo.idle (id int PRIMARY KEY, n int)`,
  `CREATE TABLE dbo.dropped (id int PRIMARY KEY)`,
  `CREATE TABLE dbo.lob (id int PRIMARY KEY, n int, body nvarchar(max), bin varbinary(max), doc xml, old ntext)`,
  `CREATE TABLE dbo.wide (id int PRIMARY KEY, ${Array.from({ length: 19 }, (_, index) => `c${index + 2} ${[9, 16, 17, 20].includes(index + 2) ? 'nvarchar(max)' : 'int'}`).join(', ')})`,
  `CREATE TABLE dbo.computed (id int PRIMARY KEY, a int, total AS (a * 2) PERSISTED, virtual AS (a + 1), b int)`,
  `CREATE TABLE dbo.heap (a int, b varchar(10))`,
  `CREATE TABLE dbo.[we]]ird '.😀] ([k '] int PRIMARY KEY, [v]]"] nvarchar(20))`,
];
const NAMES = ['busy', 'idle', 'dropped', 'lob', 'wide', 'computed', 'heap', "we]ird '.😀"];

describe('changes of a SQL Server database', () => {
  let database: SourceDatabase;
  let source: SqlServerSource;
  let tables: EventTable[];
  let reader: ChangeReader;

  beforeAll(async () => {
    database = await SourceDatabase.create();
    for (const statement of SCHEMA) await database.run(statement);
    const names = NAMES.map((name) => `dbo.${name}`);
    await database.capture(...names);
    source = await database.source();
    tables = await database.eventTables(...names);
    reader = await source.openChangeReader(tables);
  });

  afterAll(async () => {
    await reader.close();
    await database.drop();
  });

  /** The end of everything that is committed by now. */
  const now = (): Promise<Position> => source.quiesce.writeMarker(`test ${Math.random()}`);

  async function windowsBetween(from: Position, to: Position, limits = WIDE, by = reader): Promise<ChangeWindow[]> {
    const windows: ChangeWindow[] = [];
    for (let at = from; to.isAfter(at);) {
      const window = await by.read(at, limits, signal);
      expect(window.from.text).toBe(at.text);
      windows.push(window);
      at = window.to;
    }
    return windows;
  }

  async function changesBetween(from: Position, to: Position, limits = WIDE): Promise<TableChange[]> {
    return (await windowsBetween(from, to, limits)).flatMap((window) => window.changes);
  }

  /** What the statements change. */
  async function changesOf(...statements: string[]): Promise<TableChange[]> {
    const from = await now();
    for (const statement of statements) await database.run(statement);
    return changesBetween(from, await now());
  }

  const index = (name: string): number => NAMES.indexOf(name);

  test('A6 a row changed a hundred times in one transaction by three statements comes in the order of its values', async () => {
    const changes = await changesOf(`BEGIN TRANSACTION;
      INSERT INTO dbo.busy VALUES (600, 0, 'a');
      DECLARE @i int = 0;
      WHILE @i < 100 BEGIN
        SET @i = @i + 1;
        IF @i % 3 = 0 UPDATE dbo.busy SET n = @i WHERE id = 600;
        ELSE IF @i % 3 = 1 UPDATE dbo.busy SET n = n + 1, note = CONCAT('n', @i);
        ELSE BEGIN DELETE FROM dbo.busy WHERE id = 600; INSERT INTO dbo.busy VALUES (600, @i, 'again'); END
      END
      COMMIT`);
    const seen = changes.filter((change) => change.after?.[0] === 600).map((change) => change.after?.[1]);
    expect(seen).toEqual(Array.from({ length: 101 }, (_, step) => step));
    expect(new Set(changes.map((change) => change.position.commitLsn)).size).toBe(1);
    for (const [at, change] of changes.entries())
      if (at > 0) expect(change.position.isAfter(changes[at - 1]!.position)).toBe(true);
  });

  test('A7 reading resumes behind every single event of a transaction with key updates over several tables', async () => {
    const from = await now();
    await database.run(`BEGIN TRANSACTION;
      INSERT INTO dbo.busy VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');
      INSERT INTO dbo.idle VALUES (1, 1), (2, 2);
      UPDATE dbo.busy SET id = id + 10 WHERE id BETWEEN 1 AND 3;
      UPDATE dbo.idle SET n = n + 1;
      UPDATE dbo.busy SET id = id - 10, n = n * 10 WHERE id BETWEEN 11 AND 13;
      DELETE FROM dbo.idle WHERE id = 1;
      UPDATE dbo.[we]]ird '.😀] SET [v]]"] = N'none';
      INSERT INTO dbo.[we]]ird '.😀] VALUES (1, N'é😀');
      COMMIT`);
    await database.run(`INSERT INTO dbo.idle VALUES (9, 9)`);
    const end = await now();
    const all = await changesBetween(from, end);
    expect(all.length).toBeGreaterThan(15);
    const texts = all.map((change) => JSON.stringify(change));
    for (const [at, change] of all.entries()) {
      const rest = await changesBetween(change.position, end);
      expect(rest.map((one) => JSON.stringify(one))).toEqual(texts.slice(at + 1));
    }
  });

  test('reading again from a position gives the same window again', async () => {
    const from = await now();
    await database.run(`INSERT INTO dbo.idle VALUES (20, 1), (21, 2)`);
    const end = await now();
    const [first] = await windowsBetween(from, end);
    const [second] = await windowsBetween(from, end);
    expect(second).toEqual(first);
    expect(first?.changes.map((change) => change.op)).toEqual(['c', 'c']);
    expect((await reader.read(end, WIDE, signal)).changes).toEqual([]);
  });

  test('A16 a large transaction comes in partial windows of bounded bytes, each event once and in order', async () => {
    const from = await now();
    const rows = Array.from({ length: 500 }, (_, n) => `(${n})`).join(', ');
    await database.run(`BEGIN TRANSACTION; DECLARE @i int = 0;
      WHILE @i < 12 BEGIN
        INSERT INTO dbo.busy SELECT 10000 + @i * 500 + x.n, x.n, REPLICATE('x', 300) FROM (VALUES ${rows}) AS x(n);
        IF @i % 2 = 0 INSERT INTO dbo.idle SELECT 10000 + @i * 500 + x.n, x.n FROM (VALUES ${rows}) AS x(n);
        SET @i = @i + 1;
      END
      COMMIT`);
    const end = await now();
    const windows = await windowsBetween(from, end, { rows: 3000, bytes: 900_000 });
    const changes = windows.flatMap((window) => window.changes);
    expect(changes).toHaveLength(9000);
    expect(windows.filter((window) => window.partial).length).toBeGreaterThan(2);
    for (const window of windows) expect(window.changes.length).toBeLessThanOrEqual(5000);
    for (let at = 1; at < changes.length; at++)
      if (!changes[at]!.position.isAfter(changes[at - 1]!.position)) throw new Error(`event ${at} is out of order`);
    expect(windows.at(-1)?.partial).toBe(false);
  });

  test('A16 changes of large values are cut by bytes, not only by rows', async () => {
    const from = await now();
    await database.run(`DECLARE @i int = 0; WHILE @i < 60 BEGIN
      INSERT INTO dbo.lob (id, body) VALUES (5000 + @i, REPLICATE(CONVERT(nvarchar(max), N'y'), 100000)); SET @i = @i + 1; END`);
    const windows = await windowsBetween(from, await now(), { rows: 50_000, bytes: 1_000_000 });
    expect(windows.flatMap((window) => window.changes)).toHaveLength(60);
    // 200 kB a row in memory.
    for (const window of windows) expect(window.changes.length).toBeLessThanOrEqual(25);
  });

  test('A17 A18 of twenty columns exactly the large ones that an update left alone are absent', async () => {
    // Long enough that the server keeps them off the row.
    const long = `REPLICATE(CONVERT(nvarchar(max), N'x'), 400000)`;
    await database.run(
      `INSERT INTO dbo.wide (id, c3, c9, c16, c17, c20) VALUES (1, 1, ${long}, ${long}, ${long}, ${long})`,
    );
    const changes = await changesOf(
      `UPDATE dbo.wide SET c3 = 2`,
      `UPDATE dbo.wide SET c16 = NULL`,
      `UPDATE dbo.wide SET c20 = NULL`,
      `UPDATE dbo.wide SET c9 = N'9'`,
    );
    const large = changes.map((change) => [8, 15, 16, 19].map((at) => change.after?.[at]));
    expect(large).toEqual([
      [undefined, undefined, undefined, undefined],
      [undefined, null, undefined, undefined],
      [undefined, undefined, undefined, null],
      ['9', undefined, undefined, undefined],
    ]);
    expect(changes.every((change) => change.after?.[2] === 2)).toBe(true);
  });

  test('A18 an unchanged megabyte is absent, a value set to NULL is NULL, for each large type', async () => {
    const long = `REPLICATE(CONVERT(nvarchar(max), N'ü'), 1000000)`;
    await database.run(
      `INSERT INTO dbo.lob VALUES (1, 1, ${long}, CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'u'), 1000000)), N'<a>' + ${long} + N'</a>', N'old')`,
    );
    const changes = await changesOf(
      `UPDATE dbo.lob SET n = 2 WHERE id = 1`,
      `UPDATE dbo.lob SET body = NULL, bin = NULL, doc = NULL, old = NULL WHERE id = 1`,
      `UPDATE dbo.lob SET body = N'new', bin = 0x, doc = N'<b>2</b>', old = N'' WHERE id = 1`,
    );
    // An unchanged xml may be sent as it is.
    const isWhole = (value: unknown): boolean => typeof value === 'string' && value.length > 1_000_000;
    const seen = changes.map((change) => change.after?.slice(1).map((value) => (isWhole(value) ? undefined : value)));
    expect(seen).toEqual([
      [2, undefined, undefined, undefined, undefined],
      [2, null, null, null, null],
      [2, 'new', Buffer.alloc(0), '<b>2</b>', ''],
    ]);
  });

  test('A19 computed columns are left out, and what they are made of arrives', async () => {
    const changes = await changesOf(
      `INSERT INTO dbo.computed (id, a, b) VALUES (1, 2, 3)`,
      `UPDATE dbo.computed SET a = 5`,
    );
    expect(tables[index('computed')]?.columns.map((column) => column.name)).toEqual(['id', 'a', 'b']);
    expect(changes.map((change) => change.after)).toEqual([
      [1, 2, 3],
      [1, 5, 3],
    ]);
  });

  test('A22 commit times are UTC although the server keeps another time zone', async () => {
    const before = Date.now();
    const [change] = await changesOf(`INSERT INTO dbo.idle VALUES (22, 0)`);
    const offset = Number(await database.value(`SELECT DATEDIFF(minute, GETUTCDATE(), GETDATE())`));
    expect(Math.abs((change?.commitMs ?? 0) - before)).toBeLessThan(10_000);
    if (process.env['TEST_MSSQL_PORT'] === undefined) expect(offset).not.toBe(0);
  });

  test('A23 hostile names of tables and columns arrive with their values', async () => {
    const changes = await changesOf(`INSERT INTO dbo.[we]]ird '.😀] VALUES (77, N'''😀')`);
    expect(changes.map(({ table, op, after }) => ({ table, op, after }))).toEqual([
      { table: index("we]ird '.😀"), op: 'c', after: [77, "'😀"] },
    ]);
  });

  test('A24 a capture job without pauses between scans is read like any other', async () => {
    const jobs = await database.run(`EXEC sys.sp_cdc_help_jobs`);
    expect(Number(jobs.find((job) => job[1] === 'capture')?.[6])).toBe(0);
    expect(await changesOf(`UPDATE dbo.idle SET n = -1 WHERE id = 22`)).toHaveLength(1);
  });

  test('B9 rows of a table without a key come with all their values, equal ones apart', async () => {
    const changes = await changesOf(
      `INSERT INTO dbo.heap VALUES (1, 'x'), (1, 'x'), (1, 'x')`,
      `DELETE TOP (1) FROM dbo.heap`,
      `UPDATE dbo.heap SET b = 'y'`,
    );
    expect(changes.map(({ op, before, after }) => [op, before, after])).toEqual([
      ['c', null, [1, 'x']],
      ['c', null, [1, 'x']],
      ['c', null, [1, 'x']],
      ['d', [1, 'x'], null],
      ['u', [1, 'x'], [1, 'y']],
      ['u', [1, 'x'], [1, 'y']],
    ]);
    expect(new Set(changes.map((change) => change.position.text)).size).toBe(6);
  });

  test('what was rolled back is never read', async () => {
    const changes = await changesOf(
      `BEGIN TRANSACTION; INSERT INTO dbo.idle VALUES (30, 1); SAVE TRANSACTION s; INSERT INTO dbo.idle VALUES (31, 1);
       ROLLBACK TRANSACTION s; COMMIT`,
      `BEGIN TRANSACTION; INSERT INTO dbo.idle VALUES (32, 1); ROLLBACK`,
    );
    expect(changes.map((change) => change.after?.[0])).toEqual([30]);
  });

  test('a schema change of a captured table is told with its statement', async () => {
    const from = await now();
    await database.run(`ALTER TABLE dbo.computed ADD later int NULL`);
    const windows = await windowsBetween(from, await now());
    const seen = windows.flatMap((window) => window.schemaChanges);
    expect(seen.map((one) => one.table)).toEqual([index('computed')]);
    expect(seen[0]?.ddl).toMatch(/ALTER TABLE dbo.computed ADD later/);
  });

  test('A2 an idle table is not lost when cleanup passes its last change, since its position moves with the others', async () => {
    await database.run(`INSERT INTO dbo.idle VALUES (200, 1)`);
    let at = await now();
    for (let round = 0; round < 4; round++) {
      await database.run(`INSERT INTO dbo.busy VALUES (${200 + round}, 1, 'x')`);
      const windows = await windowsBetween(at, await now());
      expect(windows.flatMap((window) => window.gaps)).toEqual([]);
      expect(windows.flatMap((window) => window.changes).map((change) => change.after?.[0])).toEqual([200 + round]);
      at = windows.at(-1)!.to;
      await cleanUp('dbo_idle', at);
      await cleanUp('dbo_busy', at);
    }
    expect(await database.value(`SELECT COUNT(*) FROM cdc.dbo_idle_CT`)).toBe(0);
    expect((await reader.read(at, WIDE, signal)).gaps).toEqual([]);
  });

  test('A1 a table whose history was cleaned up past the position is a gap, emits nothing, and the others go on', async () => {
    const from = await now();
    await database.run(`INSERT INTO dbo.busy VALUES (100, 1, 'lost')`);
    await cleanUp('dbo_busy', await now());
    await database.run(`INSERT INTO dbo.busy VALUES (101, 1, 'after'); INSERT INTO dbo.idle VALUES (100, 1)`);
    const end = await now();
    for (const by of [reader, await source.openChangeReader(tables)]) {
      const windows = await windowsBetween(from, end, WIDE, by);
      expect(windows[0]?.gaps.map((gap) => gap.table)).toEqual([index('busy')]);
      expect(windows[0]?.gaps[0]?.reason).toMatch(/dbo_busy/);
      expect(windows.flatMap((window) => window.changes).map((change) => [change.table, change.after?.[0]])).toEqual([
        [index('idle'), 100],
      ]);
      if (by !== reader) await by.close();
    }
  });

  async function cleanUp(instance: string, upTo: Position): Promise<void> {
    await database.run(
      `EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'${instance}', @low_water_mark = 0x${upTo.commitLsn}`,
    );
  }

  test('A4 a stopped Agent, an error of the capture job, and a marker that is not read are told', async () => {
    expect(await reader.captureProblem()).toBeNull();
    await database.run(`EXEC sys.sp_sandbox_cdc 'agent', 'stopped'`);
    expect(await reader.captureProblem()).toMatch(/Agent is Stopped/);
    await database.run(`EXEC sys.sp_sandbox_cdc 'agent', 'running'`);
    await database.run(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`);
    await database.run(`INSERT INTO dbo.idle VALUES (400, 1)`);
    await expect((source.quiesce as SqlServerQuiesce).writeMarker('unread', 300)).rejects.toMatchObject({
      kind: 'CaptureStalled',
    });
    await database.run(`EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
    await now();
    await database.run(`EXEC sys.sp_sandbox_cdc 'error', 'log reader jammed'`);
    expect(await reader.captureProblem()).toMatch(/log reader jammed/);
  });

  test('A3 a capture instance that is dropped while we read is the gap of its table alone, for this reader and the next', async () => {
    const from = await now();
    await database.run(
      `EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'dropped', @capture_instance = N'dbo_dropped'`,
    );
    await database.run(`INSERT INTO dbo.idle VALUES (300, 1)`);
    const end = await now();
    for (const by of [reader, await source.openChangeReader(tables)]) {
      const windows = await windowsBetween(from, end, WIDE, by);
      expect(windows[0]?.gaps).toEqual([{ table: index('dropped'), reason: 'no capture instance' }]);
      expect(windows.flatMap((window) => window.changes).map((change) => change.after?.[0])).toEqual([300]);
      await expect(by.start(index('dropped'))).rejects.toMatchObject({ kind: 'CaptureInstanceMissing' });
      if (by !== reader) await by.close();
    }
  });

  test('A21 a login outside the gating role is refused by name instead of reading nothing', async () => {
    await database.run(`CREATE ROLE gate; CREATE TABLE dbo.gated (id int PRIMARY KEY)`);
    await database.run(
      `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'gated', @role_name = N'gate'`,
    );
    const login = database.settings.database;
    await database.run(`CREATE LOGIN ${login} WITH PASSWORD = 'Pass-word1!'; CREATE USER ${login} FOR LOGIN ${login}`);
    await database.run(`GRANT SELECT ON SCHEMA::cdc TO ${login}; GRANT SELECT ON dbo.gated TO ${login}`);
    const [gated] = await database.eventTables('dbo.gated');
    const from = await now();
    await database.run(`INSERT INTO dbo.gated VALUES (1)`);
    await now();
    const outside = await database.source({ login: { user: login, password: database.secret('Pass-word1!') } });
    const denied = await outside.openChangeReader([gated!]);
    await expect(denied.read(from, WIDE, signal)).rejects.toMatchObject({
      kind: 'SourceRightMissing',
      message: expect.stringMatching(/dbo\.gated.*gate/s),
    });
    await denied.close();
    const findings = await outside.preflight.check([{ schema: 'dbo', name: 'gated' }]);
    expect(findings.filter((one) => one.check === 'right-capture' && one.object === 'dbo.gated')).toMatchObject([
      { severity: 'error', message: expect.stringContaining('the role gate') },
    ]);
    const allowed = await source.openChangeReader([gated!]);
    expect((await allowed.read(from, WIDE, signal)).changes).toHaveLength(1);
    await allowed.close();
  });
});
