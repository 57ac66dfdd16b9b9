import { afterEach, describe, expect, test } from '@jest/globals';
import type { EventTable } from '#events';
import type { KeyFold, ValueType } from '#values';
import { SpecTarget, type SpecTargetOptions } from './spec-target.ts';

let target: SpecTarget | undefined;

afterEach(async () => {
  await target?.close();
  target = undefined;
});

async function open(options: SpecTargetOptions): Promise<SpecTarget> {
  target = await SpecTarget.open(options);
  return target;
}

function eventTable(columns: Record<string, ValueType>, key: Record<string, KeyFold>): EventTable {
  const names = Object.keys(columns);
  return {
    job: 'spec',
    database: 'db',
    schema: 'dbo',
    name: 't',
    version: 1,
    columns: names.map((name, index) => ({ id: index + 1, name, type: columns[name]!, nullable: !(name in key) })),
    key: Object.entries(key).map(([name, fold]) => ({ index: names.indexOf(name), fold })),
  };
}

const INT: ValueType = { kind: 'int', bits: 32 };
const TEXT: ValueType = { kind: 'string' };
const simple = eventTable({ id: INT, name: TEXT, doc: TEXT }, { id: 'exact' });
const DDL = 'create table t (id integer primary key, name text, doc text)';

describe('merging a batch', () => {
  test('rows of an initial load are copied into the table itself, once', async () => {
    const t = await open({ event: simple, ddl: DDL });
    const applied = await t.apply([
      { op: 'r', after: [1, 'one', null] },
      { op: 'r', after: [2, 'two', 'x'] },
    ]);
    expect(applied.path).toBe('append');
    expect(await t.rows()).toEqual([
      [1, 'one', null],
      [2, 'two', 'x'],
    ]);
    expect(await t.offset()).toBe(2);
  });

  test('D20: the same rows read a second time change nothing', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([{ op: 'r', after: [1, 'one', 'a'] }]);
    const again = await t.apply([{ op: 'r', after: [1, 'one', 'a'] }]);
    expect(again.path).toBe('merge');
    expect(await t.rows()).toEqual([[1, 'one', 'a']]);
  });

  test('inserts, updates and deletes end in the last state of each key', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([
      { op: 'c', after: [1, 'one', null] },
      { op: 'c', after: [2, 'two', null] },
      { op: 'c', after: [3, 'three', null] },
    ]);
    await t.apply([
      { op: 'u', before: [1, 'one', null], after: [1, 'ONE', 'doc'] },
      { op: 'd', before: [2, 'two', null] },
      { op: 'tombstone', before: [2, null, null] },
      { op: 'c', after: [4, 'four', null] },
    ]);
    expect(await t.rows()).toEqual([
      [1, 'ONE', 'doc'],
      [3, 'three', null],
      [4, 'four', null],
    ]);
    const counts = await t.rows(`select reads, inserts, updates, deletes from sluice.counters`);
    expect(counts).toEqual([['0', '4', '1', '1']]);
  });

  test('D1: the same key five times in one batch ends in its last state, its LOB kept', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([
      { op: 'c', after: [1, 'a', 'LOB'] },
      { op: 'u', before: [1, 'a', null], after: [1, 'b', null], unavailable: ['doc'] },
      { op: 'u', before: [1, 'b', null], after: [1, 'c', null], unavailable: ['doc'] },
      { op: 'c', after: [2, 'x', 'second'] },
      { op: 'd', before: [2, 'x', 'second'] },
      { op: 'tombstone', before: [2, null, null] },
      { op: 'c', after: [2, 'y', 'third'] },
      { op: 'u', before: [2, 'y', null], after: [2, 'z', null], unavailable: ['doc'] },
    ]);
    expect(await t.rows()).toEqual([
      [1, 'c', 'LOB'],
      [2, 'z', 'third'],
    ]);
  });

  test('D6: columns that the source did not send stay as the target has them', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([{ op: 'c', after: [1, 'a', 'kept'] }]);
    await t.apply([
      { op: 'u', after: [1, 'b', null], before: [1, 'a', null], unavailable: ['doc'] },
      { op: 'u', after: [1, 'c', null], before: [1, 'b', null], unavailable: ['doc'] },
    ]);
    expect(await t.rows()).toEqual([[1, 'c', 'kept']]);
    await t.apply([{ op: 'u', after: [1, 'd', null], before: [1, 'c', null] }]);
    expect(await t.rows()).toEqual([[1, 'd', null]]);
  });

  test('an event without all columns for a row that is not there changes nothing before the table has caught up, and is a fault afterwards', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([{ op: 'u', before: [9, 'a', null], after: [9, 'b', null], unavailable: ['doc'] }]);
    expect(await t.rows()).toEqual([]);
    t.applier.mustExist = true;
    await expect(
      t.apply([{ op: 'u', before: [9, 'a', null], after: [9, 'b', null], unavailable: ['doc'] }]),
    ).rejects.toMatchObject({ kind: 'TargetStatementFailed' });
  });

  test('D7: a tombstone alone deletes, a delete of a row that is gone is no error', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([{ op: 'c', after: [1, 'a', null] }]);
    await t.apply([{ op: 'tombstone', before: [1, null, null] }]);
    expect(await t.rows()).toEqual([]);
    await t.apply([
      { op: 'd', before: [1, 'a', null] },
      { op: 'tombstone', before: [1, null, null] },
    ]);
    expect(await t.rows()).toEqual([]);
  });

  test('D2: two keys swap the values of another unique column, and three take them in turn', async () => {
    const event = eventTable({ id: INT, u: INT }, { id: 'exact' });
    const t = await open({ event, ddl: 'create table t (id integer primary key, u integer unique)' });
    await t.apply([1, 2, 3, 4, 5].map((id) => ({ op: 'c' as const, after: [id, id] })));
    const applied = await t.apply([
      { op: 'u', before: [1, 1], after: [1, 2] },
      { op: 'u', before: [2, 2], after: [2, 1] },
      { op: 'u', before: [3, 3], after: [3, 4] },
      { op: 'u', before: [4, 4], after: [4, 5] },
      { op: 'u', before: [5, 5], after: [5, 3] },
    ]);
    expect(applied.path).toBe('replace');
    expect(await t.rows()).toEqual([
      [1, 2],
      [2, 1],
      [3, 4],
      [4, 5],
      [5, 3],
    ]);
  });

  test('a unique value moves from a deleted key to a new one inside a batch', async () => {
    const event = eventTable({ id: INT, u: INT }, { id: 'exact' });
    const t = await open({ event, ddl: 'create table t (id integer primary key, u integer unique)' });
    await t.apply([{ op: 'c', after: [1, 7] }]);
    const applied = await t.apply([
      { op: 'c', after: [2, 7] },
      { op: 'd', before: [1, 7] },
    ]);
    expect(applied.path).toBe('merge');
    expect(await t.rows()).toEqual([[2, 7]]);
  });

  test('D4: a late delete of the old key does not touch the new one', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([{ op: 'c', after: [1, 'row', 'd'] }]);
    // The key went from 1 to 2; the new key's partition was faster.
    await t.apply([{ op: 'c', after: [2, 'row', 'd'] }]);
    await t.apply([
      { op: 'd', before: [1, 'row', 'd'] },
      { op: 'tombstone', before: [1, null, null] },
    ]);
    expect(await t.rows()).toEqual([[2, 'row', 'd']]);
  });

  test('D11: identities that are generated always are written, generated columns are left to the target', async () => {
    const event = eventTable({ id: INT, a: INT, twice: INT }, { id: 'exact' });
    const ddl = `create table t (id integer generated always as identity primary key, a integer, twice integer generated always as (a * 2) stored)`;
    const t = await open({ event, ddl, generated: ['twice'] });
    await t.apply([{ op: 'r', after: [5, 1, 99] }]);
    await t.apply([
      { op: 'u', before: [5, 1, 99], after: [5, 4, 99] },
      { op: 'c', after: [6, 2, 99] },
    ]);
    expect(await t.rows()).toEqual([
      [5, 4, 8],
      [6, 2, 4],
    ]);
  });

  test('D3: a child arrives before its parent', async () => {
    const event = eventTable({ id: INT, parent: INT }, { id: 'exact' });
    const ddl =
      'create table parents (id integer primary key); create table t (id integer primary key, parent integer references parents)';
    const t = await open({ event, ddl });
    await t.apply([{ op: 'c', after: [1, 77] }]);
    await t.pool.query('insert into parents values (77)');
    await t.pool.query('alter table t drop constraint t_parent_fkey, add foreign key (parent) references parents');
    expect(await t.rows()).toEqual([[1, 77]]);
  });

  test('D12: triggers of the target do not fire', async () => {
    const ddl = `${DDL}; create table audit (id integer);
      create function note() returns trigger language plpgsql as $$ begin insert into audit values (1); return new; end $$;
      create trigger noted after insert or update or delete on t for each row execute function note()`;
    const t = await open({ event: simple, ddl });
    await t.apply([{ op: 'r', after: [1, 'a', null] }]);
    await t.apply([{ op: 'u', before: [1, 'a', null], after: [1, 'b', null] }]);
    await t.apply([{ op: 'd', before: [1, 'b', null] }]);
    expect(await t.rows('select count(*)::int from audit')).toEqual([[0]]);
  });

  test('C12, C13, C17: keys that the source holds equal are one row, its spelling is the newest', async () => {
    const event = eventTable({ code: TEXT, guid: { kind: 'uuid' }, v: INT }, { code: 'rtrim-lower', guid: 'exact' });
    const ddl = `create table t (code varchar(20), guid uuid, v integer, primary key (code, guid));
      create unique index on t ((lower(rtrim(code, ' ') COLLATE "C")), guid)`;
    const t = await open({ event, ddl });
    await t.apply([{ op: 'r', after: ['Abc', 'AAAAAAAA-0000-0000-0000-00000000000F', 1] }]);
    await t.apply([
      {
        op: 'u',
        before: ['Abc', 'aaaaaaaa-0000-0000-0000-00000000000f', 1],
        after: ['ABC  ', 'aaaaaaaa-0000-0000-0000-00000000000f', 2],
      },
    ]);
    expect(await t.rows()).toEqual([['ABC  ', 'aaaaaaaa-0000-0000-0000-00000000000f', 2]]);
    await t.apply([{ op: 'd', before: ['abc', 'aaaaaaaa-0000-0000-0000-00000000000f', 2] }]);
    expect(await t.rows()).toEqual([]);
  });

  test('a key fold without its unique index is refused, naming the index', async () => {
    const event = eventTable({ code: TEXT }, { code: 'rtrim-lower' });
    await expect(open({ event, ddl: 'create table t (code text primary key)' })).rejects.toThrow(/create unique index/);
  });

  test('C15: empty text, NULL, the word NULL and a backslash with N stay four values', async () => {
    const t = await open({ event: simple, ddl: DDL });
    const rows = [
      [1, '', null],
      [2, null, ''],
      [3, 'NULL', '\\N'],
      [4, '\\', 'tab\there\nnew\r\\.'],
    ];
    await t.apply(rows.map((after) => ({ op: 'r' as const, after })));
    expect(await t.rows()).toEqual(rows);
    await t.apply(rows.map((after) => ({ op: 'u' as const, before: after, after })));
    expect(await t.rows()).toEqual(rows);
  });

  test('records of an older version fill the columns that they have, by the columns’ ids', async () => {
    const t = await open({ event: simple, ddl: DDL });
    await t.apply([{ op: 'c', after: [1, 'a', 'doc'] }]);
    await t.pool.query(
      `alter table t rename name to title; alter table t add note text default 'none'; update t set note = 'kept'`,
    );
    const newer: EventTable = {
      ...simple,
      version: 2,
      columns: [
        simple.columns[0]!,
        { ...simple.columns[1]!, name: 'title' },
        simple.columns[2]!,
        { id: 9, name: 'note', type: TEXT, nullable: true },
      ],
    };
    await t.reshape(newer);
    await t.apply([
      { op: 'u', before: [1, 'a', 'doc'], after: [1, 'b', 'doc'] },
      { op: 'c', after: [2, 'c', null] },
    ]);
    expect(await t.rows('select id, title, doc, note from t order by id')).toEqual([
      [1, 'b', 'doc', 'kept'],
      [2, 'c', null, 'none'],
    ]);
  });

  test('D5: a batch that was applied by another process is rejected whole, and nothing of it stays', async () => {
    const t = await open({ event: simple, ddl: DDL });
    const stale = t.batch([{ op: 'r', after: [1, 'stale', null] }]);
    await t.pool.query('update sluice.sink_offsets set next_offset = 1');
    await expect(t.applier.apply(t.session, stale, 0)).rejects.toMatchObject({ name: 'Signal', reason: 'reseek' });
    await t.client.query('rollback');
    expect(await t.rows()).toEqual([]);
    expect(await t.offset()).toBe(1);
  });
});

describe('a table spread over partitions', () => {
  const ddl = `create table t (id integer, name text, doc text, primary key (id)) partition by range (id);
    create table t1 partition of t for values from (minvalue) to (10); create table t2 partition of t for values from (10) to (maxvalue)`;

  test('takes the initial load and every change, also one that moves a row to another partition', async () => {
    const t = await open({ event: simple, ddl });
    await t.apply([1, 5, 20].map((id) => ({ op: 'r' as const, after: [id, `n${id}`, null] })));
    await t.apply([
      { op: 'u', before: [1, 'n1', null], after: [1, 'one', null] },
      { op: 'd', before: [5, 'n5', null] },
      { op: 'c', after: [15, 'n15', 'x'] },
    ]);
    await t.apply([
      { op: 'd', before: [20, 'n20', null] },
      { op: 'c', after: [2, 'n20', null] },
    ]);
    expect(await t.rows('select id, name, tableoid::regclass::text from t order by id')).toEqual([
      [1, 'one', 't1'],
      [2, 'n20', 't1'],
      [15, 'n15', 't2'],
    ]);
  });
});

describe('rows that the target refuses', () => {
  const narrow = 'create table t (id integer primary key, name varchar(3), doc text)';
  const many = Array.from({ length: 1000 }, (_, i) => ({
    op: 'c' as const,
    after: [i, i === 700 ? 'too long' : 'ok', null],
  }));

  test('under suspend-table nothing of the batch is applied and the record is named, without its value', async () => {
    const t = await open({ event: simple, ddl: narrow });
    const failed = t.apply(many);
    await expect(failed).rejects.toMatchObject({ kind: 'RowRejected', facts: { offset: 700, sqlState: '22001' } });
    await expect(failed).rejects.not.toThrow(/too long'/);
    expect(await t.rows('select count(*)::int from t')).toEqual([[0]]);
    expect(await t.offset()).toBe(0);
  });

  test('D8: under park the row alone is set aside with the offset, and a later event of its key settles it', async () => {
    const t = await open({ event: simple, ddl: narrow, onRowError: 'park' });
    const applied = await t.apply(many);
    expect(applied).toEqual({ path: 'careful', parked: 1 });
    expect(await t.rows('select count(*)::int from t')).toEqual([[999]]);
    expect(await t.rows('select record_offset, op, error_kind, sqlstate from sluice.parked')).toEqual([
      ['700', 'create', 'RowRejected', '22001'],
    ]);
    expect(await t.offset()).toBe(1000);
    await t.apply([{ op: 'u', before: [700, 'x', null], after: [700, 'fit', 'd'] }]);
    expect(await t.rows('select * from t where id = 700')).toEqual([[700, 'fit', 'd']]);
    expect((await t.apply([{ op: 'd', before: [699, 'ok', null] }])).path).toBe('merge');
    expect(await t.rows('select count(*)::int from sluice.parked')).toEqual([[0]]);
  });

  test('D8: an event that lacks columns waits behind the parked one of its key, a whole one settles both', async () => {
    const t = await open({ event: simple, ddl: narrow, onRowError: 'park' });
    await t.apply([{ op: 'c', after: [1, 'too long', 'doc'] }]);
    await t.apply([
      { op: 'u', before: [1, 'too long', null], after: [1, 'abc', null], unavailable: ['doc'] },
      { op: 'c', after: [2, 'ok', null] },
    ]);
    expect(await t.rows('select record_offset, op from sluice.parked order by 1')).toEqual([
      ['0', 'create'],
      ['1', 'update'],
    ]);
    expect(await t.rows()).toEqual([[2, 'ok', null]]);
    await t.apply([{ op: 'r', after: [1, 'abc', 'doc'] }]);
    expect(await t.rows('select count(*)::int from sluice.parked')).toEqual([[0]]);
    expect(await t.rows('select * from t where id = 1')).toEqual([[1, 'abc', 'doc']]);
  });

  test('D9: a fault of the whole table does not park its rows one by one', async () => {
    const t = await open({ event: simple, ddl: DDL, onRowError: 'park' });
    await t.pool.query('alter table t drop column doc');
    await expect(t.apply(many)).rejects.toMatchObject({ kind: 'TargetSchemaMismatch' });
    await t.client.query('rollback');
    expect(await t.rows('select count(*)::int from sluice.parked')).toEqual([[0]]);
  });

  test('D9: when most rows of a batch are refused the table stops', async () => {
    const t = await open({ event: simple, ddl: `${DDL}; alter table t add check (id < 0)`, onRowError: 'park' });
    await expect(t.apply(many)).rejects.toMatchObject({ kind: 'TargetStatementFailed' });
    expect(await t.rows('select count(*)::int from sluice.parked')).toEqual([[0]]);
  });
});

describe('tables without a key', () => {
  const event = eventTable({ a: INT, b: TEXT, x: { kind: 'xml' } }, {});
  const ddl = 'create table t (a integer, b text, x xml)';

  test('B9: three equal rows less one are two', async () => {
    const t = await open({ event, ddl });
    await t.apply([1, 2, 3].map(() => ({ op: 'r' as const, after: [1, null, '<a/>'] })));
    await t.apply([{ op: 'd', before: [1, null, '<a/>'] }]);
    expect(await t.rows('select a, b, x::text from t')).toEqual([
      [1, null, '<a/>'],
      [1, null, '<a/>'],
    ]);
    await t.apply([
      { op: 'u', before: [1, null, '<a/>'], after: [2, 'b', null] },
      { op: 'c', after: [3, 'c', null] },
      { op: 'd', before: [3, 'c', null] },
    ]);
    expect(await t.rows('select a, b, x::text from t order by 1')).toEqual([
      [1, null, '<a/>'],
      [2, 'b', null],
    ]);
  });

  test('over partitions a row is told by its partition and its place', async () => {
    const spread = `${ddl} partition by range (a); create table t1 partition of t for values from (minvalue) to (2); create table t2 partition of t for values from (2) to (maxvalue)`;
    const t = await open({ event, ddl: spread });
    // The first row of each partition lies at the same place.
    await t.apply([1, 2].map((a) => ({ op: 'r' as const, after: [a, 'x', null] })));
    await t.apply([{ op: 'd', before: [2, 'x', null] }]);
    expect(await t.rows('select a, b from t')).toEqual([[1, 'x']]);
  });

  test('a row to delete that is not there is a fault', async () => {
    const t = await open({ event, ddl });
    await expect(t.apply([{ op: 'd', before: [1, 'b', null] }])).rejects.toMatchObject({
      kind: 'TargetStatementFailed',
    });
  });
});
