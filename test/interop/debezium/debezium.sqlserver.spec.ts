import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ConnectionPool } from 'mssql';
import { connect } from '#samples';
import type { RunningProcess } from '#stack';
import type { JobTable } from '#target-postgres';
import { openPlace, TestJob, type TestPlace } from '../../harness/index.ts';
import { jvmTool } from '../jvm-tool.ts';
import { differences, rowsLeft, type Columns, type Span } from './comparison.ts';
import { eventsTopic, startConnect } from './connect.ts';
import { readDebezium, readSluice, type RawEvent } from './streams.ts';
import type { SourceColumn } from './type-mapping.ts';

const MINUTES = 60_000;
const tool = await jvmTool(import.meta.dirname, "Kafka Connect with Debezium's SQL Server connector");

/** Changes that a random workload may not make in a run this short: every one of them must be in both streams. */
const TOUCHES = `
UPDATE dbo.Document SET Revision = Revision + 1 WHERE DocumentId IN (1, 3);
UPDATE dbo.Document SET Body = N'changed', Meta = N'<now/>' WHERE DocumentId = 1;
UPDATE dbo.Document SET Content = NULL WHERE DocumentId = 3;
DELETE FROM dbo.Document WHERE DocumentId = 2;
UPDATE sales.Voucher SET VoucherCode = 'WELCOME' WHERE VoucherCode = 'welcome';
UPDATE sales.Voucher SET VoucherCode = 'Autumn-24', Amount = 7 WHERE VoucherCode = 'summer-24';
UPDATE sales.Voucher SET VoucherCode = 'tail' WHERE VoucherCode = 'tail';
UPDATE sales.Reading SET TakenAt = '2024-01-01 00:00:00.0000003' WHERE Meter = 9223372036854775808 AND TakenAt = '2024-01-01 00:00:00.0000002';
UPDATE dbo.AllTypes SET c_bit = 1 WHERE Id = 1;
UPDATE dbo.AllTypes SET c_int = 7, c_text = 'text again', c_image = 0x0102 WHERE Id = 2;
UPDATE dbo.AllTypes SET Id = 30 WHERE Id = 3;
INSERT INTO dbo.AllTypes SELECT 40, c_bit, c_tinyint, c_smallint, c_int, c_bigint, c_decimal, c_numeric, c_money, c_smallmoney, c_real, c_float, c_char, c_varchar, c_nchar, c_nvarchar, c_text, c_ntext,
  c_varchar_max, c_nvarchar_max, c_binary, c_varbinary, c_varbinary_max, c_image, c_guid, c_date, c_time, c_time0, c_smalldatetime, c_datetime, c_datetime2, c_datetime2_3, c_datetimeoffset, c_xml, c_variant,
  c_hierarchyid FROM dbo.AllTypes WHERE Id = 2;
DELETE FROM dbo.AllTypes WHERE Id = 4;
UPDATE dbo.Employee SET Name = N'Ada Lovelace' WHERE EmployeeId = 1;
UPDATE dbo.Country SET CountryCode = 'xx' WHERE CountryCode = 'XX';`;

const COLUMNS = `
SELECT s.name AS [schema], t.name AS [table], c.name, ty.name AS type, c.is_computed AS isComputed,
  CAST(CASE c.max_length WHEN -1 THEN 1 ELSE 0 END AS bit) AS isMax, ISNULL(x.key_ordinal, 0) AS keyOrdinal
FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id JOIN sys.columns c ON c.object_id = t.object_id
JOIN sys.types ty ON ty.user_type_id = c.system_type_id OR (c.system_type_id = 240 AND ty.user_type_id = c.user_type_id)
LEFT JOIN sys.indexes i ON i.object_id = t.object_id AND i.is_primary_key = 1
LEFT JOIN sys.index_columns x ON x.object_id = i.object_id AND x.index_id = i.index_id AND x.column_id = c.column_id
WHERE t.is_tracked_by_cdc = 1 AND s.name <> 'sluice' ORDER BY t.object_id, c.column_id`;

(tool.missing === null ? describe : describe.skip)("Debezium's SQL Server connector beside Sluice", () => {
  let place: TestPlace;
  let job: TestJob;
  let worker: RunningProcess;
  let marks = 0;
  let pool: ConnectionPool;
  let columns: Columns;
  let tables: JobTable[];
  let theirs: RawEvent[] = [];
  let ours: RawEvent[] = [];
  let spans: Map<string, Span>;
  const name = (): string => job.name.replace(/^t-/, 'dbz-');

  beforeAll(async () => {
    if (tool.missing !== null) return;
    place = await openPlace('shared');
    job = await TestJob.open({ seed: 31, rows: 1000, servers: place });
    pool = await connect(job.source, 1);
    columns = await readColumns(pool);
    await job.register();
    const context = job.openContext();
    await context.kafka.ensureTopics([eventsTopic(name())]);
    await context.close();
    // Both begin while the workload runs.
    job.startWorkload();
    worker = await startConnect({
      ...{ java: tool.java, classPath: tool.classPath, dir: join(place.servers.dir, 'connect') },
      ...{ brokers: place.servers.brokers, source: job.source, name: name() },
    });
    await Promise.all((['converter', 'poller', 'snapshot', 'sink'] as const).map((app) => job.start(app)));
    await job.untilStates('streaming');
    tables = (await job.tables()).filter((table) => columns.has(table.tableName));
    await readUntil('both stream');
    await job.work(60);
    await pool.request().batch(TOUCHES);
    await job.work(20);
    const lastBeforeChange = await readUntil('then a change');
    spans = await spansOf(job, tables, theirs, lastBeforeChange);
    // Debezium looks for new instances between the LSNs of two looks, so it misses one that begins at an LSN it has passed before it could see it.
    await job.stopWorkload();
    await addColumn(pool);
    job.startWorkload();
    await job.work(20);
    await job.stopWorkload();
    await readUntil('the end');
  }, 6 * MINUTES);

  afterAll(async () => {
    await pool?.close();
    await worker?.stop();
    await job?.close();
    await place?.close();
  }, MINUTES);

  /** Writes a row of dbo.EmptyOne and reads both streams until each has it. Resolves with its LSN. */
  async function readUntil(mark: string): Promise<string> {
    marks += 1;
    await pool.request().batch(`INSERT INTO dbo.EmptyOne (Id, Name) VALUES (${marks}, N'${mark}')`);
    const isMark = (event: RawEvent): boolean => event.table === 'dbo.EmptyOne' && event.after?.['Name'] === mark;
    const context = job.openContext();
    try {
      await job.until(
        async () => {
          if (!worker.alive) throw new Error(`Connect has ended:\n${worker.output().slice(-3000)}`);
          theirs = await readDebezium(context.kafka, eventsTopic(name()).name);
          return theirs.some(isMark);
        },
        `Debezium to send '${mark}'; its log ends:\n${worker.output().slice(-2000)}`,
      );
      await job.until(async () => (ours = await readSluice(context, tables)).some(isMark), `Sluice to send '${mark}'`);
    } finally {
      await context.close();
    }
    return theirs.find(isMark)?.commitLsn ?? '';
  }

  test('both send the same sequence of operations and values for every key of every table', () => {
    const { faults, compared } = differences(theirs, ours, columns, spans);
    expect(faults).toEqual([]);
    // What was compared is what the workload and the touches do.
    for (const table of ['dbo.Order', 'dbo.OrderLine', 'sales.Voucher', 'sales.Reading', 'dbo.AllTypes'])
      for (const op of ['c', 'u', 'd'])
        expect([table, op, compared.get(`${table} ${op}`) ?? 0]).not.toEqual([table, op, 0]);
    for (const one of ['dbo.Document u', 'dbo.Document d', 'dbo.AuditLog c', 'dbo.Customer u', 'dbo.Country u'])
      expect([one, compared.get(one) ?? 0]).not.toEqual([one, 0]);
  });

  test('the events of a table without a key leave behind the rows that the source holds', async () => {
    const { recordset } = await pool
      .request()
      .query<{ At: string; Who: string | null; What: string | null; n: number }>(
        `SELECT CONVERT(varchar(19), At, 120) AS At, Who, What, COUNT(*) AS n FROM dbo.AuditLog GROUP BY At, Who, What`,
      );
    const held = recordset.map(({ n, ...row }): [string, number] => [`dbo.AuditLog ${JSON.stringify(row)}`, n]);
    expect(held.length).toBeGreaterThan(3);
    expect(rowsLeft(ours, columns)).toEqual(new Map(held));
  });

  test("Debezium's snapshot has every captured table, and its reads end before its changes begin", () => {
    const reads = new Set(theirs.filter((event) => event.op === 'r').map((event) => event.table));
    const empty = ['dbo.EmptyOne', 'sales.EmptyTwo', 'dbo.Invoice'];
    expect([...columns.keys()].filter((table) => !reads.has(table)).sort()).toEqual(empty.sort());
    const last = theirs.findLastIndex((event) => event.op === 'r');
    expect(theirs.findIndex((event) => event.op !== 'r')).toBe(last + 1);
  });

  test('a column that a second capture instance brings is in the events from then on, and their last state is what the source holds', async () => {
    const customers = theirs.filter((event) => event.table === 'dbo.Customer');
    const first = customers.findIndex((event) => event.after !== null && 'Fax' in event.after);
    expect(first).toBeGreaterThan(0);
    expect(customers.slice(first).every((event) => event.after !== null && 'Fax' in event.after)).toBe(true);
    const last = new Map(customers.map(({ after }) => [after?.['CustomerId'], after]));
    const { recordset } = await pool
      .request()
      .query<{ CustomerId: number; credit: string; Fax: string | null }>(
        `SELECT CustomerId, CAST(CreditLimit AS varchar(30)) AS credit, Fax FROM dbo.Customer`,
      );
    const text = (limit: unknown): string => Number(limit).toFixed(2);
    const seen = [...last.values()].map((row) => [
      row?.['CustomerId'],
      text(row?.['CreditLimit']),
      row?.['Fax'] ?? null,
    ]);
    const held = recordset.map((row) => [row.CustomerId, text(row.credit), row.Fax]);
    expect(seen.toSorted(byFirst)).toEqual(held.toSorted(byFirst));
    expect(held.filter(([, , fax]) => fax === '+43 1 555')).toHaveLength(3);
  });
});

const byFirst = (a: readonly unknown[], b: readonly unknown[]): number => Number(a[0]) - Number(b[0]);

/** The schema change of Debezium's documentation: the column, a second capture instance, and work that uses it. */
async function addColumn(pool: ConnectionPool): Promise<void> {
  await pool.request().batch(`ALTER TABLE dbo.Customer ADD Fax varchar(20) NULL`);
  await pool
    .request()
    .batch(
      `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Customer', @role_name = NULL, @capture_instance = N'dbo_Customer_v2'`,
    );
  await pool.request().batch(`UPDATE dbo.Customer SET Fax = '+43 1 555' WHERE CustomerId <= 3`);
}

async function readColumns(pool: ConnectionPool): Promise<Columns> {
  const { recordset } = await pool.request().query<SourceColumn & { schema: string; table: string }>(COLUMNS);
  return Map.groupBy(recordset, (column) => `${column.schema}.${column.table}`);
}

/**
 * By table: from the later of the two beginnings, Debezium's snapshot and our S0 (without a key: the position at which the table was read). For dbo.Customer to
 * the last change that both have read before the schema change: Sluice suspends the table there until it is loaded again.
 */
async function spansOf(
  job: TestJob,
  tables: readonly JobTable[],
  theirs: readonly RawEvent[],
  lastBeforeChange: string,
): Promise<Map<string, Span>> {
  const snapshot = theirs.find((event) => event.op === 'r')?.commitLsn ?? '';
  const spans = new Map<string, Span>();
  const context = job.openContext();
  try {
    for (const { tableName, s0 } of tables) {
      const own = ((await context.control.chunks.readPosition(tableName)) ?? s0 ?? '').slice(0, 20);
      const begin = own > snapshot ? own : snapshot;
      spans.set(tableName, tableName === 'dbo.Customer' ? { begin, end: lastBeforeChange } : { begin });
    }
    return spans;
  } finally {
    await context.close();
  }
}
