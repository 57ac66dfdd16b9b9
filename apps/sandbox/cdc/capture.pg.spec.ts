import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TableModel } from '../catalog/model.ts';
import { CdcHarness } from './test-context.ts';
import { enableDb } from './enable-db.ts';
import { enableTable } from './enable-table.ts';

const ITEMS: TableModel = {
  schema: 'dbo',
  name: 'Items',
  columns: [
    { name: 'Id', type: { name: 'int' }, nullable: false },
    { name: 'Name', type: { name: 'nvarchar', length: 50 }, nullable: true },
    { name: 'Doc', type: { name: 'nvarchar', length: -1 }, nullable: true },
    { name: 'Old', type: { name: 'text' }, nullable: true },
    { name: 'Price', type: { name: 'decimal', precision: 38, scale: 10 }, nullable: true },
  ],
  keys: [{ kind: 'PK', clustered: true, columns: [{ name: 'Id' }] }],
};

const hex = (value: unknown): string => (value as Buffer).toString('hex');

describe('the capture job', () => {
  let h: CdcHarness;
  let items: string;
  const changes = (): Promise<Record<string, unknown>[]> => h.read('dbo_Items_CT', 'ORDER BY c1, c3, c11, c4');

  beforeAll(async () => {
    h = await CdcHarness.start();
    items = `u.t${await h.createTable(ITEMS)}`;
    await h.call(enableDb);
    await h.call(enableTable, { source_schema: 'dbo', source_name: 'Items', role_name: null });
    await h.client.query("UPDATE meta.cdc_jobs SET pollinginterval = 0 WHERE job_type = 'capture'");
    h.manager.ensure(h.catalog);
  });

  afterAll(async () => {
    await h.close();
  });

  test('enabling a table moves max_lsn to or past its start_lsn before anything is captured', async () => {
    await h.until(async () => (await h.read('lsn_time_mapping')).length > 0);
    const [instance] = await h.read('change_tables');
    const [mapping] = await h.read('lsn_time_mapping');
    expect(hex(mapping?.['start_lsn']) >= hex(instance?.['start_lsn'])).toBe(true);
    expect(hex(mapping?.['tran_id'])).toBe('00');
  });

  test('insert, update and delete appear with their operations, masks and images, in order', async () => {
    await h.client.query(`INSERT INTO ${items} VALUES (1, 'a', 'long', 'text', 1.5)`);
    await h.client.query(`UPDATE ${items} SET c2 = 'b', c5 = 2 WHERE c1 = 1`);
    await h.client.query(`UPDATE ${items} SET c3 = 'changed' WHERE c1 = 1`);
    await h.client.query(`UPDATE ${items} SET c2 = c2 WHERE c1 = 1`);
    await h.client.query(`UPDATE ${items} SET c1 = 2 WHERE c1 = 1`);
    await h.client.query(`DELETE FROM ${items}`);
    await h.until(async () => (await changes()).length >= 8);
    const rows = await changes();
    const short = rows.map((row) => [
      row['__$operation'],
      hex(row['__$update_mask']),
      row['Id'],
      row['Name'],
      row['Doc'],
      row['Old'],
      row['Price'],
    ]);
    expect(short).toEqual([
      [2, '1f', 1, 'a', 'long', 'text', '1.5000000000'],
      [3, '12', 1, 'a', null, null, '1.5000000000'],
      [4, '12', 1, 'b', 'long', null, '2.0000000000'],
      [3, '04', 1, 'b', 'long', null, '2.0000000000'],
      [4, '04', 1, 'b', 'changed', null, '2.0000000000'],
      [1, '1f', 1, 'b', 'changed', null, '2.0000000000'],
      [2, '1f', 2, 'b', 'changed', 'text', '2.0000000000'],
      [1, '1f', 2, 'b', 'changed', null, '2.0000000000'],
    ]);
    const lsns = rows.map((row) => hex(row['__$start_lsn']));
    expect(lsns).toEqual([...lsns].sort());
    expect(new Set(lsns).size).toBe(5);
    const mapped = new Set((await h.read('lsn_time_mapping')).map((row) => hex(row['start_lsn'])));
    for (const lsn of lsns) expect(mapped.has(lsn)).toBe(true);
  });

  test('A6 a row updated 100 times in one transaction has strictly growing sequence values that end in its last value', async () => {
    await h.client.query(`INSERT INTO ${items} (c1, c2) VALUES (100, '0')`);
    await h.client.query('BEGIN');
    for (let i = 1; i <= 100; i += 1) await h.client.query(`UPDATE ${items} SET c2 = '${i}' WHERE c1 = 100`);
    await h.client.query('COMMIT');
    const mine = async (): Promise<Record<string, unknown>[]> => (await changes()).filter((row) => row['Id'] === 100);
    await h.until(async () => (await mine()).length === 201);
    const after = (await mine()).filter((row) => row['__$operation'] === 4);
    expect(after.map((row) => Number(row['Name']))).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(new Set(after.map((row) => hex(row['__$start_lsn']))).size).toBe(1);
    const places = after.map((row) => hex(row['__$seqval']));
    expect(places).toEqual([...new Set(places)].sort());
    expect(after.map((row) => row['__$command_id'])).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });

  test.each(['before-copy', 'before-commit', 'before-advance'])(
    'a job killed %s neither loses nor doubles a change',
    async (point) => {
      const before = (await changes()).length;
      const deaths = h.died.length;
      await h.knob('die', point);
      await h.client.query(`INSERT INTO ${items} (c1) SELECT 1000 + g FROM generate_series(1, 50) g`);
      await h.until(() => Promise.resolve(h.died.length > deaths));
      await h.knob('die', '');
      await h.restart();
      await h.client.query(`DELETE FROM ${items} WHERE c1 > 1000`);
      await h.until(async () => (await changes()).length >= before + 100);
      const rows = (await changes()).slice(before);
      expect(rows).toHaveLength(100);
      const ids = rows.filter((row) => row['__$operation'] === 2).map((row) => Number(row['Id']) - 1000);
      expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    },
  );

  test('A16 a transaction of 500,000 rows is captured whole with bounded memory', async () => {
    await h.client.query(`DELETE FROM ${items}`);
    const peak = { rss: 0 };
    const base = process.memoryUsage().rss;
    const timer = setInterval(() => {
      peak.rss = Math.max(peak.rss, process.memoryUsage().rss);
    }, 20);
    const started = Date.now();
    await h.client.query(
      `INSERT INTO ${items} (c1, c2, c5) SELECT g, 'row ' || g, g * 1.5 FROM generate_series(1, 500000) g`,
    );
    const inserted = Date.now();
    const count = async (): Promise<number> => {
      const snapshot = await h.catalog.own(h.client as never);
      const { rows } = await h.client.query(
        `SELECT count(*)::int AS n FROM u.${snapshot.object('cdc', 'dbo_Items_CT')?.physical ?? ''} WHERE c6 <= 500000 AND c4 = 2 AND c7 LIKE 'row %'`,
      );
      return rows[0]?.n as number;
    };
    await h.until(async () => (await count()) > 0, 50_000);
    clearInterval(timer);
    expect(await count()).toBe(500_000);
    const seconds = (Date.now() - inserted) / 1000;
    expect(peak.rss - base).toBeLessThan(150 * 1024 * 1024);
    expect(500_000 / seconds).toBeGreaterThan(20_000);
    h.logged.push(
      `500,000 rows: insert ${inserted - started} ms, capture ${seconds} s, +${Math.round((peak.rss - base) / 1048576)} MB`,
    );
    process.stderr.write(`${h.logged.at(-1)}\n`);
  });
});

describe('the update mask', () => {
  let h: CdcHarness;

  beforeAll(async () => {
    h = await CdcHarness.start();
    await h.call(enableDb);
    await h.client.query(
      "INSERT INTO meta.cdc_jobs (job_type, maxtrans, maxscans, continuous, pollinginterval) VALUES ('capture', 500, 10, true, 0)",
    );
  });

  afterAll(async () => {
    await h.close();
  });

  test('A17 names exactly the changed column for widths 1 to 40: ordinal 1 is in the last byte', async () => {
    for (let width = 1; width <= 40; width += 1) {
      const columns = Array.from({ length: width }, (_, at) => ({
        name: `C${at + 1}`,
        type: { name: 'int' } as const,
        nullable: true,
      }));
      const id = await h.createTable({ schema: 'dbo', name: `W${width}`, columns });
      await h.call(enableTable, { source_schema: 'dbo', source_name: `W${width}`, role_name: null });
      const changed = Math.min(3, width);
      await h.client.query(`INSERT INTO u.t${id} (c1) VALUES (0)`);
      await h.client.query(`UPDATE u.t${id} SET c${changed} = 7`);
    }
    await h.until(async () => (await h.read('dbo_W40_CT')).length === 3);
    for (let width = 1; width <= 40; width += 1) {
      const [row] = (await h.read(`dbo_W${width}_CT`)).filter((one) => one['__$operation'] === 4);
      const { rows } = await h.client.query<{ ordinal: number }>(
        'SELECT g AS ordinal FROM generate_series(1, 48) g WHERE meta.cdc_is_bit_set(g, $1)',
        [row?.['__$update_mask']],
      );
      expect(rows.map((one) => one.ordinal)).toEqual([Math.min(3, width)]);
      expect(row?.['__$update_mask']).toHaveLength(Math.ceil(width / 8));
    }
  });
});
