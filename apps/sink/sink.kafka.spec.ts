import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventTable } from '#events';
import { until } from '#testing';
import { SpecJob, type SpecChange } from './spec-job.ts';

let job: SpecJob;

beforeEach(async () => {
  job = await SpecJob.open();
});

afterEach(async () => {
  await job.close();
});

const orders: Omit<EventTable, 'job'> = {
  database: 'db',
  schema: 'dbo',
  name: 'orders',
  version: 1,
  columns: [
    { id: 1, name: 'id', type: { kind: 'int', bits: 32 }, nullable: false },
    { id: 2, name: 'name', type: { kind: 'string', length: 100 }, nullable: true },
    { id: 3, name: 'total', type: { kind: 'decimal', precision: 19, scale: 4 }, nullable: true },
  ],
  key: [{ index: 0, fold: 'exact' }],
};
const ORDERS = 'create table orders (id integer primary key, name varchar(100), total numeric(19,4))';

const applied = (): Promise<true> =>
  until(async () => (await job.behind()) === 0, { timeoutMs: 20_000, message: 'the sink did not catch up' });

describe('sink', () => {
  test('a load and the changes behind it arrive, and the offsets reach the ends of the topic', async () => {
    const publisher = await job.addTable(orders, ORDERS, 3);
    await job.read(
      publisher,
      Array.from({ length: 1000 }, (_, i) => [i, `row ${i}`, `${i}.5`]),
    );
    job.start();
    await applied();
    await job.change(publisher, [
      { op: 'u', before: [1, 'row 1', '1.5'], after: [1, 'changed', '1.5'] },
      { op: 'd', before: [2, 'row 2', '2.5'] },
      { op: 'u', before: [3, 'row 3', '3.5'], after: [5000, 'moved', '3.5'] },
      { op: 'c', after: [5001, 'new', null] },
    ]);
    await applied();
    expect(await job.rows('select count(*)::int, min(id), max(id) from orders')).toEqual([[1000, 0, 5001]]);
    expect(await job.rows('select name from orders where id in (1, 2, 3, 5000, 5001) order by id')).toEqual([
      ['changed'],
      ['moved'],
      ['new'],
    ]);
    const counts = (await job.control.readCounts()).get('dbo.orders')?.sink;
    expect(counts).toMatchObject({ reads: 1000, inserts: 2, updates: 1, deletes: 2 });
  });

  test('what a Kafka transaction has not committed is not applied', async () => {
    const publisher = await job.addTable(orders, ORDERS, 1);
    job.start();
    const producer = await job.producer();
    producer.begin();
    publisher.beginReads(job.nextPosition().text);
    publisher.reads([[1, 'never', null]]);
    publisher.push();
    await producer.flush();
    await producer.abort();
    await job.read(publisher, [[2, 'seen', null]]);
    await applied();
    expect(await job.rows('select id from orders')).toEqual([[2]]);
  });

  test('D4, D5: random key swaps over twelve partitions converge with three sinks, one of which comes late and one leaves', async () => {
    const publisher = await job.addTable(orders, ORDERS, 12);
    const state = new Map<number, string>();
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const first = job.start({ leaseMs: 600 });
    job.start({ leaseMs: 600 });
    for (let round = 0; round < 60; round++) {
      const changes: SpecChange[] = [];
      for (let i = 0; i < 50; i++) {
        const id = random(40);
        const known = state.get(id);
        const name = `v${round}-${i}`;
        if (known === undefined) {
          changes.push({ op: 'c', after: [id, name, null] });
          state.set(id, name);
        } else if (random(3) === 0) {
          changes.push({ op: 'd', before: [id, known, null] });
          state.delete(id);
        } else {
          const to = random(2) === 0 ? id : random(40);
          if (to !== id && state.has(to)) continue;
          changes.push({ op: 'u', before: [id, known, null], after: [to, name, null] });
          state.delete(id);
          state.set(to, name);
        }
      }
      await job.change(publisher, changes);
      if (round === 20) job.start({ leaseMs: 600 });
      if (round === 35) first.stop.abort();
    }
    await applied();
    const expected = [...state].sort(([a], [b]) => a - b).map(([id, name]) => [id, name]);
    expect(await job.rows('select id, name from orders order by id')).toEqual(expected);
  });

  test('a row that the target refuses suspends its table, with the reason, and the others go on', async () => {
    const publisher = await job.addTable(
      orders,
      'create table orders (id integer primary key, name varchar(3), total numeric(19,4))',
      1,
    );
    const other = await job.addTable({ ...orders, name: 'other' }, ORDERS.replace('orders', 'other'), 1);
    job.start();
    await job.change(publisher, [{ op: 'c', after: [1, 'too long', null] }]);
    await until(async () => (await job.control.readTables())[0]?.state === 'suspended');
    const [table] = await job.control.readTables();
    expect(table?.reason).toMatch(/too long for its column/);
    await job.change(other, [{ op: 'c', after: [1, 'fine', null] }]);
    await until(async () => (await job.rows('select id from other')).length === 1);
    await job.pool.query('alter table orders alter name type varchar(100)');
    await job.control.setTableState('dbo.orders', 'streaming');
    await applied();
    expect(await job.rows('select name from orders')).toEqual([['too long']]);
  });

  test('rule 11: records of a newer version wait until the target has it, the other tables go on', async () => {
    await job.addTable(orders, ORDERS, 1);
    const other = await job.addTable({ ...orders, name: 'other' }, ORDERS.replace('orders', 'other'), 1);
    const newer: EventTable = {
      ...orders,
      job: job.job,
      version: 2,
      columns: [...orders.columns, { id: 4, name: 'note', type: { kind: 'string' }, nullable: true }],
    };
    const publisher = await job.publisher(newer, `${job.job}.orders`, 1);
    job.start();
    await job.change(publisher, [{ op: 'c', after: [1, 'a', null, 'noted'] }]);
    await job.change(other, [{ op: 'c', after: [1, 'fine', null] }]);
    await until(async () => (await job.rows('select id from other')).length === 1);
    const said = await until(async () =>
      JSON.stringify((await job.control.readProgress()).get('sink')?.facts ?? {}).includes('version 2'),
    );
    expect(said).toBe(true);
    expect(await job.rows('select id from orders')).toEqual([]);
    await job.pool.query('alter table orders add note text');
    await job.pool.query(
      `update sluice.tables set event_table = $1, target_columns = target_columns || $2::jsonb where table_name = 'dbo.orders'`,
      [
        JSON.stringify(newer),
        JSON.stringify([{ name: 'note', type: 'text', source: 'note', generated: false, identity: false }]),
      ],
    );
    await applied();
    expect(await job.rows('select id, note from orders')).toEqual([[1, 'noted']]);
  });

  test('rule 7: a truncation empties the table once all partitions have come to it', async () => {
    const publisher = await job.addTable(orders, ORDERS, 3);
    await job.read(
      publisher,
      Array.from({ length: 50 }, (_, i) => [i, 'old', null]),
    );
    job.start();
    await applied();
    await job.transaction(() => publisher.truncate(job.nextPosition()), [publisher]);
    await job.read(
      publisher,
      Array.from({ length: 20 }, (_, i) => [i * 3, 'new', null]),
    );
    await applied();
    expect(await job.rows('select count(*)::int, count(*) filter (where name = $$old$$)::int from orders')).toEqual([
      [20, 0],
    ]);
  });

  test('rule 6: a table without a key is loaded again after a given-up attempt, equal rows keep their number', async () => {
    const publisher = await job.addTable(
      { ...orders, name: 'heap', key: [] },
      'create table heap (id integer, name text, total numeric(19,4))',
      3,
    );
    const rows = Array.from({ length: 90 }, (_, i) => [i % 30, 'same', null]);
    await job.read(publisher, rows.slice(0, 40));
    job.start();
    await until(async () => (await job.rows('select 1 from heap')).length > 0);
    await job.transaction(() => publisher.truncate(job.nextPosition()), [publisher]);
    await job.read(publisher, rows);
    await job.change(publisher, [
      { op: 'd', before: [7, 'same', null] },
      { op: 'u', before: [8, 'same', null], after: [8, 'other', '1.0000'] },
    ]);
    await applied();
    expect(
      await job.rows('select id, name, count(*)::int from heap where id between 6 and 8 group by 1, 2 order by 1, 2'),
    ).toEqual([
      [6, 'same', 3],
      [7, 'same', 2],
      [8, 'other', 1],
      [8, 'same', 2],
    ]);
    expect(await job.rows('select count(*)::int from heap')).toEqual([[89]]);
  });

  test('D20: the whole topic applied a second time leaves the target as it is', async () => {
    const publisher = await job.addTable(orders, ORDERS, 2);
    await job.read(
      publisher,
      Array.from({ length: 500 }, (_, i) => [i, `row ${i}`, '1']),
    );
    await job.change(publisher, [
      { op: 'd', before: [1, 'row 1', '1'] },
      { op: 'u', before: [2, 'row 2', '1'], after: [600, 'moved', '1'] },
      { op: 'u', before: [3, 'row 3', '1'], after: [3, 'new', '2'] },
    ]);
    const first = job.start();
    await applied();
    first.stop.abort();
    await first.ended;
    const hash = 'select count(*)::int, md5(string_agg(t::text, $$,$$ order by id)) from orders t';
    const before = await job.rows(hash);
    expect(before[0]?.[0]).toBe(499);
    await job.pool.query('update sluice.sink_offsets set next_offset = 0');
    job.start();
    await applied();
    expect(await job.rows(hash)).toEqual(before);
  });

  test('D5: a topic that was deleted and made again is a named fault', async () => {
    const publisher = await job.addTable(orders, ORDERS, 1);
    await job.read(publisher, [[1, 'a', null]]);
    const first = job.start();
    await applied();
    first.stop.abort();
    await first.ended;
    await job.pool.query(`update sluice.sink_offsets set incarnation = 'another'`);
    const second = job.start();
    await expect(second.ended).rejects.toMatchObject({ kind: 'TopicIncarnationChanged' });
  });
});
