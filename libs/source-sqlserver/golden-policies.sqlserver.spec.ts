import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AvroSchema,
  ByteWriter,
  envelopeSchema,
  type Plain,
  PlainDecoder,
  RowEncoder,
  type SchemaRegistry,
} from '#avro-codec';
import { type EventTable, Position } from '#events';
import type { TableChange } from '#source';
import { SourceDatabase } from '#testing';
import { type SourceRow, ValueCounters, type ValuePolicy } from '#values';
import type { SqlServerSource } from './source.ts';
import type { GoldenBytes, GoldenTask } from './spec-golden-main.ts';
import { readChanges, readChunks } from './spec-golden-reading.ts';
import { GOLDEN } from './spec-golden-rows.ts';

const golden = GOLDEN[0]!;
const REPLACED = '\uFFFD';
/** What stands in dbo.texts, by id; U+0000 and halves of surrogate pairs among it. */
const TEXTS = [
  { literal: `N'a' + NCHAR(0) + N'b'`, read: 'a\u0000b', strip: 'ab', replace: `a${REPLACED}b`, bad: 1 },
  { literal: `N'x' + NCHAR(0xD800)`, read: 'x\uD800', strip: 'x', replace: `x${REPLACED}`, bad: 1 },
  { literal: `NCHAR(0xDFFF) + N'y'`, read: '\uDFFFy', strip: 'y', replace: `${REPLACED}y`, bad: 1 },
  {
    literal: `N'fine ' + NCHAR(0xD83D) + NCHAR(0xDE00)`,
    read: 'fine 😀',
    strip: 'fine 😀',
    replace: 'fine 😀',
    bad: 0,
  },
  // Stripping U+0000 must not make a character of two halves.
  {
    literal: `NCHAR(0xD83D) + NCHAR(0) + NCHAR(0xDE00)`,
    read: '\uD83D\u0000\uDE00',
    strip: '',
    replace: REPLACED.repeat(3),
    bad: 1,
  },
] as const;

describe('what the policies of values make of rows that the readers gave', () => {
  let database: SourceDatabase;
  let source: SqlServerSource;
  let goldenTable: EventTable;
  let texts: EventTable;
  let times: EventTable;
  let guids: EventTable;
  let accents: EventTable;
  let from: Position;
  let to: Position;
  let goldenFrom: Position;

  beforeAll(async () => {
    database = await SourceDatabase.create('COLLATE SQL_Latin1_General_CP1_CI_AS');
    await database.run(golden.create);
    await database.run(`CREATE TABLE dbo.texts (id int PRIMARY KEY, short nvarchar(20), long nvarchar(max))`);
    await database.run(`CREATE TABLE dbo.badkeys (k nvarchar(20) PRIMARY KEY)`);
    await database.run(`CREATE TABLE dbo.times (id int PRIMARY KEY, at datetime2(7), t time(7), z datetimeoffset(7))`);
    await database.run(`CREATE TABLE dbo.guids (g uniqueidentifier PRIMARY KEY, n int)`);
    await database.run(`CREATE TABLE dbo.accents (k nvarchar(10) COLLATE Latin1_General_CI_AI PRIMARY KEY, n int)`);
    const names = ['golden', 'texts', 'times', 'guids', 'accents'].map((name) => `dbo.${name}`);
    await database.capture(...names);
    [goldenTable, texts, times, guids, accents] = (await database.eventTables(...names)) as [
      EventTable,
      EventTable,
      EventTable,
      EventTable,
      EventTable,
    ];
    source = await database.source();
    const now = (): Promise<Position> => source.quiesce.writeMarker(`policies ${Math.random()}`);
    from = await now();
    for (const [id, { literal }] of TEXTS.entries())
      await database.run(`INSERT INTO dbo.texts VALUES (${id}, ${literal}, CAST(${literal} AS nvarchar(max)))`);
    await database.run(`INSERT INTO dbo.badkeys VALUES (N'k' + NCHAR(0xD800))`);
    await database.run(`INSERT INTO dbo.times VALUES
      (0, '2024-05-05 05:05:05.6643657', '23:59:59.9999999', '2024-03-10 02:30:00.1234567 -05:00'),
      (1, '9999-12-31 23:59:59.9999999', '00:00:00.0000001', '0001-01-01 14:00:00.0000009 +14:00'),
      (2, '2024-05-05 05:05:05.6643650', '12:00:00.0000010', '2024-03-10 02:30:00.1234560 -05:00')`);
    await database.run(`INSERT INTO dbo.guids VALUES ('6f9619ff-8B86-d011-B42d-00c04fc964ff', 1), (NEWID(), 2)`);
    await database.run(`INSERT INTO dbo.accents VALUES (N'é', 1)`);
    // One key to the source, which keeps the new spelling.
    await database.run(`UPDATE dbo.accents SET k = N'e' WHERE k = N'É'`);
    to = await now();
    goldenFrom = to;
    for (const statement of golden.inserts) await database.run(statement);
  }, 120_000);

  afterAll(() => database.drop());

  test.each(['chunk', 'changes'] as const)(
    'C10 C11: U+0000 and lone surrogates come as they are by %s, and are refused by name, stripped or replaced, counted',
    async (by) => {
      const rows = await rowsOf(texts, by);
      expect(rows.map((row) => row[1])).toEqual(TEXTS.map(({ read }) => read));
      expect(rows.map((row) => row[2])).toEqual(TEXTS.map(({ read }) => read));
      for (const nul of ['strip', 'replace'] as const) {
        const counters = new ValueCounters();
        const written = await writtenAs(texts, rows, { nul, digit7: 'truncate' }, counters);
        expect(written.map((row) => [row['short'], row['long']])).toEqual(TEXTS.map((text) => [text[nul], text[nul]]));
        expect(counters).toMatchObject({
          textAltered: 2 * TEXTS.reduce((sum, { bad }) => sum + bad, 0),
          digit7Reduced: 0,
        });
      }
      for (const [id, { bad }] of TEXTS.entries()) {
        const encode = (): Promise<unknown> =>
          writtenAs(texts, [rows[id]!], { nul: 'reject', digit7: 'truncate' }, new ValueCounters());
        if (bad === 0) await encode();
        else
          await expect(encode()).rejects.toMatchObject({
            kind: 'ValueRejected',
            message: expect.stringMatching(/^dbo\.texts\.short: text holds (U\+0000|an unpaired surrogate)/),
          });
      }
    },
  );

  test('C11: no policy touches a key: one with a lone surrogate is refused by name', async () => {
    const [table] = (await database.eventTables('dbo.badkeys')) as [EventTable];
    const [row] = await readChunks(source, table);
    const encoder = new RowEncoder({ ...OPTIONS, table, policy: { nul: 'replace', digit7: 'truncate' } });
    expect(() => encoder.encodeKey(new ByteWriter(), row!)).toThrow(/^dbo\.badkeys\.k: .*surrogate/);
  });

  test.each(['chunk', 'changes'] as const)(
    'C4: the seventh digit of rows by %s falls as the policy says, and is counted where it was one',
    async (by) => {
      const rows = await rowsOf(times, by);
      const cut = new ValueCounters();
      expect(await writtenAs(times, rows, { nul: 'reject', digit7: 'truncate' }, cut)).toMatchObject([
        { at: '2024-05-05 05:05:05.664365', t: '23:59:59.999999', z: '2024-03-10T02:30:00.123456-05:00' },
        { at: '9999-12-31 23:59:59.999999', t: '00:00:00', z: '0001-01-01T14:00:00+14:00' },
        { at: '2024-05-05 05:05:05.664365', t: '12:00:00.000001', z: '2024-03-10T02:30:00.123456-05:00' },
      ]);
      expect(cut.digit7Reduced).toBe(6);
      const exact = new ValueCounters();
      const [first] = await writtenAs(times, rows, { nul: 'reject', digit7: 'text' }, exact);
      expect(first).toMatchObject({
        at: '2024-05-05 05:05:05.6643657',
        t: '23:59:59.9999999',
        z: '2024-03-10 02:30:00.1234567 -05:00',
      });
      expect(exact.digit7Reduced).toBe(0);
    },
  );

  test('C17: the key of a GUID is the same bytes from a chunk and from a change, in lower case', async () => {
    const encoder = new RowEncoder({ ...OPTIONS, table: guids });
    const keyOf = (row: SourceRow): string => {
      const out = new ByteWriter();
      encoder.encodeKey(out, row);
      return out.take().subarray(5).toString('latin1');
    };
    const bySnapshot = (await readChunks(source, guids)).map(keyOf).toSorted();
    const byStream = (await rowsOf(guids, 'changes')).map(keyOf).toSorted();
    expect(byStream).toEqual(bySnapshot);
    const written = bySnapshot.map((key) => key.slice(-36));
    expect(written).toContain('6f9619ff-8b86-d011-b42d-00c04fc964ff');
    expect(written).toEqual(written.map((text) => text.toLowerCase()));
  });

  test('C14: an accent that alone changes in a key without accents comes as the change of a key, old spelling and new', async () => {
    expect(await readChunks(source, accents)).toEqual([['e', 1]]);
    const changes = await readChanges(source, accents, from, to);
    const seen = changes.map(({ op, before, after }) => [op, before?.[0] ?? null, after?.[0] ?? null]);
    expect(seen[0]).toEqual(['c', null, 'é']);
    expect([
      [['u', 'é', 'e']],
      [
        ['d', 'é', null],
        ['c', null, 'e'],
      ],
    ]).toContainEqual(seen.slice(1));
  });

  test('C8: under UTC, São Paulo and Kolkata the records of all golden rows are byte for byte the same', async () => {
    const end = await source.quiesce.writeMarker('behind the golden rows');
    const { port, database: name, password } = database.settings;
    const task: GoldenTask = {
      ...{ port, database: name, password: password.reveal() },
      ...{ table: goldenTable, from: goldenFrom.text, to: end.text },
    };
    const [utc, saoPaulo, kolkata] = [
      await bytesUnder('UTC', task),
      await bytesUnder('America/Sao_Paulo', task),
      await bytesUnder('Asia/Kolkata', task),
    ];
    expect([utc.zone, saoPaulo.zone, kolkata.zone]).toEqual(['UTC', 'America/Sao_Paulo', 'Asia/Calcutta']);
    expect(new Set([utc.local, saoPaulo.local, kolkata.local]).size).toBe(3);
    expect(utc.records).toHaveLength(4 * golden.rows);
    expect(saoPaulo.records).toEqual(utc.records);
    expect(kolkata.records).toEqual(utc.records);
  }, 120_000);

  /** The rows of a table by a reader, in the order of their first column. */
  async function rowsOf(table: EventTable, by: 'chunk' | 'changes'): Promise<SourceRow[]> {
    if (by === 'chunk') return readChunks(source, table);
    const changes: readonly TableChange[] = await readChanges(source, table, from, to);
    return changes.map(({ after }) => after!).toSorted((a, b) => Number(a[0]) - Number(b[0]));
  }
});

const OPTIONS = { ids: { key: 1, value: 2, reservedKey: 3 }, connector: 'sqlserver', version: '0' } as const;

/** Rows as a consumer of the topic sees them. */
async function writtenAs(
  table: EventTable,
  rows: readonly SourceRow[],
  policy: ValuePolicy,
  counters: ValueCounters,
): Promise<Record<string, Plain>[]> {
  const encoder = new RowEncoder({ ...OPTIONS, table, policy, counters });
  const schema: AvroSchema = envelopeSchema(table, policy.digit7);
  const decoder = new PlainDecoder({ getById: () => Promise.resolve(schema) } as unknown as SchemaRegistry);
  const meta = { commitMs: 0, tsMs: 0, snapshot: 'true', position: Position.sqlServerZero } as const;
  return Promise.all(
    rows.map(async (row) => {
      const out = new ByteWriter();
      encoder.encodeEnvelope(out, 'r', null, row, meta);
      return ((await decoder.decode(out.take())) as { after: Record<string, Plain> }).after;
    }),
  );
}

/** Reads and encodes in a process of that time zone. */
async function bytesUnder(zone: string, task: GoldenTask): Promise<GoldenBytes> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['--conditions=source', '--experimental-transform-types', '--no-warnings'],
      ...[join(import.meta.dirname, 'spec-golden-main.ts'), JSON.stringify(task)],
    ],
    { env: { ...process.env, TZ: zone, NODE_OPTIONS: '' }, maxBuffer: 64 << 20 },
  );
  return JSON.parse(stdout) as GoldenBytes;
}
