import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventTable, Position } from '#events';
import type { TableChange } from '#source';
import { SourceDatabase } from '#testing';
import type { SourceRow, SourceValue } from '#values';
import type { SqlServerSource } from './source.ts';
import { readChanges, readChunks } from './spec-golden-reading.ts';
import { GOLDEN, type GoldenColumn, goldenValue } from './spec-golden-rows.ts';

const BY_ID = (a: TableChange, b: TableChange): number => Number(a.before?.[0]) - Number(b.before?.[0]);

let database: SourceDatabase;
let source: SqlServerSource;

beforeAll(async () => {
  database = await SourceDatabase.create('COLLATE SQL_Latin1_General_CP1_CI_AS');
  for (const golden of GOLDEN) await database.run(golden.create);
  await database.run(`CREATE TABLE dbo.ticks (id int PRIMARY KEY, at datetime NOT NULL)`);
  await database.capture(...GOLDEN.map(({ name }) => `dbo.${name}`), 'dbo.ticks');
  source = await database.source();
}, 120_000);

afterAll(() => database.drop());

/** The end of everything that is committed by now. */
const now = (): Promise<Position> => source.quiesce.writeMarker(`golden ${Math.random()}`);

/** 64-bit integers may come as text or as a number where that is exact. */
function normal(column: GoldenColumn, value: SourceValue): SourceValue {
  return column.type === 'bigint' && typeof value === 'number' ? String(value) : value;
}

describe.each(GOLDEN)('golden rows in dbo.$name, by the chunk reader and by the change reader', (golden) => {
  let read: readonly SourceRow[];
  let inserted: readonly TableChange[];
  let updated: readonly TableChange[];
  let deleted: readonly TableChange[];
  const rows = Array.from({ length: golden.rows }, (_, row) => row);

  beforeAll(async () => {
    const [table] = (await database.eventTables(`dbo.${golden.name}`)) as [EventTable];
    const from = await now();
    for (const statement of golden.inserts) await database.run(statement);
    read = await readChunks(source, table);
    const insertedTo = await now();
    for (const statement of golden.updates) await database.run(statement);
    const updatedTo = await now();
    await database.run(`DELETE FROM dbo.${golden.name}`);
    inserted = await readChanges(source, table, from, insertedTo);
    updated = await readChanges(source, table, insertedTo, updatedTo);
    deleted = (await readChanges(source, table, updatedTo, await now())).toSorted(BY_ID);
  }, 120_000);

  test('each row and each change comes once', () => {
    const ids = rows.map((row) => row + 1);
    expect(read.map((row) => row[0])).toEqual(ids);
    expect(inserted.map((one) => [one.op, one.after?.[0]])).toEqual(ids.map((id) => ['c', id]));
    expect(updated.map((one) => [one.op, one.after?.[0]])).toEqual(ids.map((id) => ['u', id]));
    expect(deleted.map((one) => [one.op, one.before?.[0]])).toEqual(ids.map((id) => ['d', id]));
  });

  test.each(golden.columns.map((column, index) => [column.row, column.type, index + 1] as const))(
    '%s: %s has every digit, character and byte in a chunk, an insert, an update and a delete',
    (_row, _type, at) => {
      const column = golden.columns[at - 1]!;
      const expected = rows.map((row) => goldenValue(column, row)[1]);
      const next = [...expected.slice(1), expected[0]];
      const valuesOf = (list: readonly (SourceRow | null)[]): SourceValue[] =>
        list.map((row) => normal(column, row?.[at]));
      expect(valuesOf(read)).toEqual(expected);
      expect(valuesOf(inserted.map((one) => one.after))).toEqual(expected);
      // NULL that takes the place of NULL may be said or left out; any other value must be there (row A18).
      const after = valuesOf(updated.map((one) => one.after));
      expect(after.map((value, row) => (expected[row] === null ? (value ?? null) : value))).toEqual(next);
      if (column.before === undefined) expect(valuesOf(updated.map((one) => one.before))).toEqual(expected);
      const removed = valuesOf(deleted.map((one) => one.before));
      expect(removed).toEqual(column.before === 'never' ? next.map(() => null) : next);
    },
  );

  test('C18: a rowversion is eight bytes, the same from a chunk and from an insert, and grows with an update', () => {
    const at = golden.columns.length + 1;
    const stamps = inserted.map((one) => one.after?.[at] as Buffer);
    expect(stamps.map((stamp) => stamp.length)).toEqual(rows.map(() => 8));
    expect(read.map((row) => row[at])).toEqual(stamps);
    for (const [row, one] of updated.entries())
      expect(Buffer.compare(one.after?.[at] as Buffer, stamps[row]!)).toBeGreaterThan(0);
  });
});

test('C6: each of the 300 ticks of a second of datetime has its three digits in chunk and change', async () => {
  const [table] = (await database.eventTables('dbo.ticks')) as [EventTable];
  // 3⅓ ms a tick, shown as 000, 003, 007, 010 …
  const texts = Array.from({ length: 300 }, (_, tick) => {
    const ms = Math.floor(tick / 3) * 10 + [0, 3, 7][tick % 3]!;
    return `2024-06-01 10:11:12.${String(ms).padStart(3, '0')}`;
  });
  const from = await now();
  await database.run(
    `INSERT INTO dbo.ticks VALUES ${texts.map((text, tick) => `(${tick}, '${text.replace(' ', 'T')}')`).join(', ')}`,
  );
  expect((await readChunks(source, table)).map((row) => row[1])).toEqual(texts);
  const changes = await readChanges(source, table, from, await now());
  expect(changes.map((one) => one.after?.[1])).toEqual(texts);
});

test('A18 C16: an update of another column leaves a spatial value as it is, and NULL is NULL', async () => {
  const golden = GOLDEN[0]!;
  const at = golden.columns.findIndex(({ type }) => type === 'geography') + 1;
  const [table] = (await database.eventTables(`dbo.${golden.name}`)) as [EventTable];
  const from = await now();
  await database.run(golden.inserts[0]!);
  await database.run(`UPDATE dbo.golden SET c1 = 1 WHERE id = 1`);
  await database.run(`UPDATE dbo.golden SET c${at} = NULL WHERE id = 1`);
  const changes = await readChanges(source, table, from, await now());
  const point = goldenValue(golden.columns[at - 1]!, 0)[1];
  const [first, second, third] = changes.map((one) => one.after?.[at]);
  // A small value may be said again; what is not said is absent, neither NULL nor empty.
  expect([first, third]).toEqual([point, null]);
  expect([point, undefined]).toContain(second);
});
