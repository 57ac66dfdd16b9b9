import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Plain, PlainDecoder } from '#avro-codec';
import { connect, type SampleServer } from '#samples';
import type { JobTable } from '#target-postgres';
import { TestJob } from '../harness/index.ts';

const MINUTES = 60_000;

/** Every value of the sample's extreme rows as the target prints it: decided from the documentation, not from what Sluice does. */
const LARGEST = {
  c_bit: 'true',
  c_tinyint: '255',
  c_smallint: '32767',
  c_int: '2147483647',
  c_bigint: '9223372036854775807',
  c_decimal: '9999999999999999999999999999.0123456789',
  c_numeric: '999999999999999999',
  c_money: '922337203685477.5807',
  c_smallmoney: '214748.3647',
  c_real: '3.4028235e+38',
  c_float: '1.7976931348623157e+308',
  c_varchar: 'plain',
  c_nvarchar: 'emoji 😀',
  c_text: 'text',
  c_ntext: 'ntext ✓',
  // REPLICATE gives 8,000 bytes at most where its argument is not (max).
  c_varchar_max: '8000 × x',
  c_nvarchar_max: '4000 × ü',
  c_binary: '\\x0102030405060708',
  c_varbinary: '\\x00ff',
  c_varbinary_max: '\\xdeadbeef',
  c_image: '\\x00',
  c_guid: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
  c_date: '9999-12-31',
  // The seventh digit is cut by the declared policy, so that the year stays.
  c_time: '23:59:59.999999',
  c_time0: '23:59:59',
  c_smalldatetime: '2079-06-06 23:59:00',
  c_datetime: '9999-12-31 23:59:59.997',
  c_datetime2: '9999-12-31 23:59:59.999999',
  c_datetime2_3: '9999-12-31 23:59:59.999',
  c_datetimeoffset: '9999-12-31 09:59:59.999999+00',
  c_xml: '<a b="1">text</a>',
  c_variant: 'int:42',
};

const SMALLEST = {
  c_bit: 'false',
  c_tinyint: '0',
  c_smallint: '-32768',
  c_int: '-2147483648',
  c_bigint: '-9223372036854775808',
  c_decimal: '-9999999999999999999999999999.0123456789',
  c_numeric: '-999999999999999999',
  c_money: '-922337203685477.5808',
  c_smallmoney: '-214748.3648',
  c_real: '-3.4028235e+38',
  c_float: '-1.7976931348623157e+308',
  c_varchar: '',
  c_nvarchar: '',
  c_varchar_max: '',
  c_binary: '\\x0000000000000000',
  c_varbinary: '\\x',
  c_guid: '00000000-0000-0000-0000-000000000000',
  c_date: '0001-01-01',
  c_time: '00:00:00',
  c_smalldatetime: '1900-01-01 00:00:00',
  c_datetime: '1753-01-01 00:00:00',
  c_datetime2: '0001-01-01 00:00:00',
  c_datetimeoffset: '0001-01-01 00:00:00+00',
  c_variant: 'nvarchar:nvarchar in a variant',
};

/** What else is easily lost: blanks, line ends, COPY's own signs, code pages, planes beyond the first, negative zero, the smallest numbers. */
const ODD_ROWS = `
INSERT INTO dbo.AllTypes (Id, c_varchar, c_nvarchar, c_nvarchar_max, c_real, c_float, c_decimal, c_varbinary, c_money) VALUES
  (6, '€ fünf', N'\\.', N'', -0.0, 5E-324, 0.0000000001, 0x0A5C00, 0.0001),
  (7, CHAR(9) + CHAR(13) + CHAR(10), N'\\N', N'𝒳 🏳️‍🌈 ' + NCHAR(65533), 1.17549435E-38, 2.2250738585072014E-308, -0.0000000001, 0x5C4E, -0.0001),
  (8, 'a''b"c', N' both ', N'{"a":[1,"\\\\"]}', 16777217, 9007199254740993, 1, 0x2C, 1);`;

/** Row C6: each of the 300 ticks of a second. */
function ticks(): string {
  const rows = Array.from({ length: 300 }, (_, tick) => {
    const ms = String(Math.round((tick * 10) / 3)).padStart(3, '0');
    return `(${2000 + tick}, '2024-06-01 10:11:12.${ms}')`;
  });
  return `INSERT INTO dbo.AllTypes (Id, c_datetime) VALUES ${rows.join(', ')};`;
}

const COLUMNS = [...new Set([...Object.keys(LARGEST), 'c_char', 'c_nchar', 'c_hierarchyid'])];

describe('every type’s extreme values, by snapshot and by changes', () => {
  let job: TestJob;

  const run = async (...batches: string[]): Promise<void> => {
    const pool = await connect(job.source, 1);
    try {
      for (const batch of batches) await pool.request().batch(batch);
    } finally {
      await pool.close();
    }
  };
  const prepare = async (source: SampleServer): Promise<void> => {
    const pool = await connect(source, 1);
    try {
      await pool.request().batch(ODD_ROWS);
      await pool.request().batch(ticks());
    } finally {
      await pool.close();
    }
  };
  const targetRow = async (table: string, key: string, value: number): Promise<Record<string, string | null>> => {
    const row = await job.target.query<{ row: Record<string, string | null> }>(
      `select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(t))) as row from public.${table} t where ${key} = $1`,
      [value],
    );
    return row.rows[0]?.row ?? {};
  };

  beforeAll(async () => {
    job = await TestJob.open({ seed: 5, rows: 1000, prepare });
    await job.register();
    await Promise.all((['converter', 'poller', 'snapshot', 'sink'] as const).map((app) => job.start(app)));
    await job.untilStates('streaming');
  }, 8 * MINUTES);

  afterAll(async () => {
    await job.close();
  }, MINUTES);

  test(
    'C1 C2 C3 C4 C5 C6 C7 C9 C15: what the snapshot read is in the target digit by digit',
    async () => {
      expect(await job.check()).toMatchObject({ faults: [] });
      expect(await texts(job, 2)).toMatchObject(LARGEST);
      expect(await texts(job, 3)).toMatchObject(SMALLEST);
      expect(await texts(job, 1)).toEqual(Object.fromEntries(COLUMNS.map((column) => [column, null])));
    },
    5 * MINUTES,
  );

  test(
    'C1 C2 C3 C4 C5 C6 C7 C9 C15: rows inserted, updated and deleted while changes stream arrive digit by digit',
    async () => {
      const list = COLUMNS.join(', ');
      await run(
        `INSERT INTO dbo.AllTypes (Id, ${list}) SELECT Id + 100, ${list} FROM dbo.AllTypes WHERE Id <= 8;`,
        // Row 104 takes every value of row 2, row 105 of row 3, row 102 becomes empty and row 103 is deleted and made again as row 2.
        ...[
          [104, 2],
          [105, 3],
          [102, 1],
        ].map(
          ([to, from]) =>
            `UPDATE a SET ${COLUMNS.map((column) => `${column} = b.${column}`).join(', ')} FROM dbo.AllTypes AS a JOIN dbo.AllTypes AS b ON b.Id = ${from} WHERE a.Id = ${to};`,
        ),
        `BEGIN TRAN; DELETE FROM dbo.AllTypes WHERE Id = 103; INSERT INTO dbo.AllTypes (Id, ${list}) SELECT 103, ${list} FROM dbo.AllTypes WHERE Id = 2; COMMIT;`,
        `UPDATE dbo.AllTypes SET c_datetime = DATEADD(day, 1, c_datetime) WHERE Id >= 2000;`,
      );
      expect(await job.check()).toMatchObject({ faults: [] });
      expect(await texts(job, 104)).toMatchObject(LARGEST);
      expect(await texts(job, 105)).toMatchObject(SMALLEST);
      expect(await texts(job, 103)).toMatchObject(LARGEST);
      expect(await texts(job, 102)).toEqual(Object.fromEntries(COLUMNS.map((column) => [column, null])));
    },
    5 * MINUTES,
  );

  test(
    'C17: in the topic a row is the same, key and values, whether the snapshot read it or a change brought it',
    async () => {
      await run(`UPDATE dbo.Product SET Discontinued = 1; UPDATE dbo.Product SET Discontinued = 0;`);
      expect(await job.check()).toMatchObject({ faults: [] });
      const events = await readEvents(job, 'dbo.AllTypes');
      for (const id of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const read = events.find((event) => event.op === 'r' && event.row['Id'] === id);
        const inserted = events.find((event) => event.op === 'c' && event.row['Id'] === id + 100);
        expect({ ...inserted?.row, Id: id }).toEqual(read?.row);
      }
      const products = await readEvents(job, 'dbo.Product');
      const keysOf = (op: string): string[] =>
        [
          ...new Set(products.filter((event) => event.op === op).map((event) => `${event.partition} ${event.key}`)),
        ].toSorted();
      expect(keysOf('u')).toEqual(keysOf('r'));
    },
    5 * MINUTES,
  );

  test(
    'A6 D1: many changes of one row in one transaction end in the last one, large values included',
    async () => {
      const updates = Array.from(
        { length: 100 },
        (_, n) => `UPDATE dbo.Document SET Revision = ${n + 1} WHERE DocumentId = 1;`,
      );
      await run(
        `BEGIN TRAN; ${updates.join(' ')} COMMIT;`,
        `BEGIN TRAN;
         INSERT INTO dbo.Document (DocumentId, Title, Body) VALUES (70, N'first', N'first body');
         UPDATE dbo.Document SET Title = N'second' WHERE DocumentId = 70;
         DELETE FROM dbo.Document WHERE DocumentId = 70;
         INSERT INTO dbo.Document (DocumentId, Title, Body) VALUES (70, N'third', N'third body');
         UPDATE dbo.Document SET Title = N'fourth' WHERE DocumentId = 70;
         COMMIT;`,
      );
      expect(await job.check()).toMatchObject({ faults: [] });
      expect(await targetRow('document', 'document_id', 1)).toMatchObject({ revision: '100', body: 'body' });
      expect(await targetRow('document', 'document_id', 70)).toMatchObject({ title: 'fourth', body: 'third body' });
    },
    5 * MINUTES,
  );

  test(
    'A18: an update of another column leaves five megabytes as they are, and NULL is NULL afterwards',
    async () => {
      await run(`UPDATE dbo.Document SET Title = N'still five' WHERE DocumentId = 3;`);
      expect(await job.check()).toMatchObject({ faults: [] });
      const large = await targetRow('document', 'document_id', 3);
      expect(large['title']).toBe('still five');
      expect(large['body'] === '0123456789'.repeat(250_000)).toBe(true);
      expect(large['content'] === `\\x${'78'.repeat(2_500_000)}`).toBe(true);
      await run(`UPDATE dbo.Document SET Body = NULL, Content = NULL WHERE DocumentId = 3;`);
      expect(await job.check()).toMatchObject({ faults: [] });
      expect(await targetRow('document', 'document_id', 3)).toMatchObject({ body: null, content: null });
    },
    5 * MINUTES,
  );

  test(
    'C12 C13: a key that changes its case or its blanks alone stays one row, with its new bytes',
    async () => {
      const codes = async (): Promise<string[]> => {
        const result = await job.target.query<{ code: string }>(
          `select voucher_code as code from sales.voucher where amount = 77 order by 1`,
        );
        return result.rows.map((row) => row.code);
      };
      await run(
        `INSERT INTO sales.Voucher (VoucherCode, Amount, Used) VALUES ('Moving', 77, 0);`,
        `UPDATE sales.Voucher SET VoucherCode = 'MOVING' WHERE VoucherCode = 'moving';`,
      );
      expect(await job.check()).toMatchObject({ faults: [] });
      expect(await codes()).toEqual(['MOVING']);
      await run(`UPDATE sales.Voucher SET VoucherCode = 'moving ' WHERE VoucherCode = 'MOVING';`);
      expect(await job.check()).toMatchObject({ faults: [] });
      expect(await codes()).toEqual(['moving ']);
    },
    5 * MINUTES,
  );

  test(
    'A19: stored and unstored computed columns follow their inputs',
    async () => {
      await run(`UPDATE TOP (5) dbo.OrderLine SET Quantity = 9, UnitPrice = 12345.6789;`);
      expect(await job.check()).toMatchObject({ faults: [] });
      const wrong = await job.target.query(
        `select 1 from public.order_line where line_total is distinct from quantity * unit_price`,
      );
      expect(wrong.rowCount).toBe(0);
    },
    5 * MINUTES,
  );
});

/** A row of AllTypes as PostgreSQL prints each column, in UTC. */
async function texts(job: TestJob, id: number): Promise<Record<string, string | null>> {
  const client = await job.target.connect();
  try {
    await client.query(`set timezone = 'UTC'`);
    const list = COLUMNS.map((column) => `${column}::text as ${column}`).join(', ');
    const result = await client.query<Record<string, string | null>>(
      `select ${list} from public.all_types where id = ${id}`,
    );
    return Object.fromEntries(Object.entries(result.rows[0] ?? {}).map(([name, value]) => [name, brief(value)]));
  } finally {
    client.release(true);
  }
}

/** A long run of one character as its length, so that a difference can be read. */
function brief(value: string | null): string | null {
  const [first = ''] = value ?? '';
  return value !== null && value.length > 100 && value === first.repeat(value.length)
    ? `${value.length} × ${first}`
    : value;
}

interface TopicEvent {
  readonly op: string;
  readonly partition: number;
  /** The record's key without its schema id, in hex. */
  readonly key: string;
  readonly row: Readonly<Record<string, Plain>>;
}

/** All events with a row after the change, decoded. */
async function readEvents(job: TestJob, tableName: string): Promise<TopicEvent[]> {
  const table = (await job.tables()).find((one) => one.tableName === tableName) as JobTable;
  const context = job.openContext();
  const fetcher = context.kafka.fetcher({ maxWaitMs: 200 });
  try {
    const decoder = new PlainDecoder(context.registry);
    const partitions = Array.from({ length: table.partitions }, (_, partition) => ({ topic: table.topic, partition }));
    const left = new Map(
      (await context.kafka.offsets(partitions)).filter((r) => r.end > 0).map((r) => [r.partition, r.end]),
    );
    for (const partition of left.keys()) fetcher.seek(table.topic, partition, 0);
    const events: TopicEvent[] = [];
    while (left.size > 0) {
      for (const { partition, records, nextOffset } of (await fetcher.fetch()).batches) {
        while (records.next()) {
          const value = records.value();
          if (value === null) continue;
          const { op, after } = (await decoder.decode(value)) as { op: string; after: TopicEvent['row'] | null };
          if (after) events.push({ op, partition, key: records.key()?.subarray(5).toString('hex') ?? '', row: after });
        }
        if (nextOffset >= (left.get(partition) ?? 0)) left.delete(partition);
      }
    }
    return events;
  } finally {
    await fetcher.close();
    await context.close();
  }
}
