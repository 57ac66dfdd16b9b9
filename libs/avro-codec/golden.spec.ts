import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Position, type EventTable } from '#events';
import type { SourceRow, ValueType } from '#values';
import { readBigLong, readInt, readLong } from './avro-reading.ts';
import { ByteWriter } from './byte-writer.ts';
import type { AvroSchema } from './contract.ts';
import { EnvelopeReader } from './envelope-reader.ts';
import { KeyReader } from './key-reader.ts';
import { RowEncoder, type EventMeta } from './row-encoder.ts';
import { envelopeSchema, keySchema } from './schema-builder.ts';

// Bytes that a release wrote are read by every later one: files here are added to, never changed.
// `SLUICE_WRITE_GOLDEN=1` writes those of a new release.
const FOLDER = join(import.meta.dirname, '../../avro/golden');
const RELEASE = '0.1';

const TYPES: readonly ValueType[] = [
  { kind: 'int', bits: 32 },
  { kind: 'boolean' },
  { kind: 'int', bits: 8 },
  { kind: 'long' },
  { kind: 'decimal', precision: 38, scale: 4 },
  { kind: 'float' },
  { kind: 'double' },
  { kind: 'string', length: 40 },
  { kind: 'bytes' },
  { kind: 'uuid' },
  { kind: 'date' },
  { kind: 'time', digits: 7 },
  { kind: 'timestamp', digits: 7 },
  { kind: 'timestamptz', digits: 7 },
  { kind: 'xml' },
  { kind: 'json' },
  { kind: 'text', of: 'hierarchyid' },
];

const TABLE: EventTable = {
  job: 'golden',
  database: 'Gold & Söhne',
  schema: 'dbo',
  name: 'every type',
  version: 1,
  columns: TYPES.map((type, index) => ({ id: index + 1, name: `${type.kind} ${index}`, type, nullable: index > 0 })),
  key: [{ index: 0, fold: 'exact' }],
};

const ROW: SourceRow = [
  -2_147_483_648,
  true,
  255,
  '-9223372036854775808',
  '-9999999999999999999999999999999999.9999',
  1.5,
  -0,
  'Ünïcödé 😀',
  Buffer.from([0, 255]),
  '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  '0001-01-01',
  '23:59:59.9999999',
  '9999-12-31 23:59:59.9999999',
  '2026-11-21 08:15:30.1234567 -14:00',
  '<a/>',
  '{}',
  '/1/2/',
];

const META: EventMeta = {
  commitMs: 1_700_000_000_123,
  tsMs: 1_700_000_000_456,
  snapshot: 'false',
  position: Position.parse('0000002a000001f00003-0000002a000001f00002-00000001-04'),
  transaction: { id: '0000002a:000001f0:0003', totalOrder: 2, collectionOrder: 1 },
};

function file(name: string): string {
  return join(FOLDER, `${name}.v${RELEASE}`);
}

function today(): Record<'key' | 'update', Buffer> {
  const encoder = new RowEncoder({
    table: TABLE,
    ids: { key: 1, value: 2, reservedKey: 3 },
    connector: 'sqlserver',
    version: '0.1.0',
  });
  const key = new ByteWriter();
  encoder.encodeKey(key, ROW);
  const update = new ByteWriter();
  encoder.encodeEnvelope(update, 'u', [1, ...TYPES.slice(1).map(() => null)], ROW, META);
  return { key: key.take(), update: update.take() };
}

if (process.env['SLUICE_WRITE_GOLDEN'] === '1') {
  const bytes = today();
  writeFileSync(`${file('key')}.bin`, bytes.key);
  writeFileSync(`${file('envelope.update')}.bin`, bytes.update);
  writeFileSync(`${file('key')}.avsc`, `${JSON.stringify(keySchema(TABLE), null, 2)}\n`);
  writeFileSync(`${file('envelope')}.avsc`, `${JSON.stringify(envelopeSchema(TABLE), null, 2)}\n`);
}

function schemaOf(name: string): AvroSchema {
  return JSON.parse(readFileSync(`${file(name)}.avsc`, 'utf8')) as AvroSchema;
}

describe(`what release ${RELEASE} wrote`, () => {
  test('is read by today’s readers, every type of it', () => {
    const bytes = readFileSync(`${file('envelope.update')}.bin`);
    const reader = new EnvelopeReader(schemaOf('envelope'));
    reader.read(bytes, 0);
    expect([reader.op, reader.commitMs, reader.tsMs]).toEqual([117, META.commitMs, META.tsMs]);
    expect(readInt(bytes, reader.before.start[0]!)).toBe(1);
    expect([...reader.before.start.slice(1)].every((start) => start === -1)).toBe(true);
    const { start, end } = reader.after;
    const text = (column: number): string => bytes.toString('utf8', start[column]!, end[column]!);
    expect(readInt(bytes, start[0]!)).toBe(-2_147_483_648);
    expect(bytes[start[1]!]).toBe(1);
    expect(readInt(bytes, start[2]!)).toBe(255);
    expect(readBigLong(bytes, start[3]!)).toBe(-(2n ** 63n));
    expect(bytes.toString('hex', start[4], end[4])).toBe('b4c4b357a5793b85f675ddc000000001');
    expect(bytes.readFloatLE(start[5])).toBe(1.5);
    expect(bytes.readDoubleLE(start[6])).toBe(-0);
    expect([7, 9, 13, 14, 15, 16].map(text)).toEqual([
      'Ünïcödé 😀',
      '6f9619ff-8b86-d011-b42d-00c04fc964ff',
      '2026-11-21T08:15:30.123456-14:00',
      '<a/>',
      '{}',
      '/1/2/',
    ]);
    expect(bytes.subarray(start[8], end[8])).toEqual(Buffer.from([0, 255]));
    expect(readInt(bytes, start[10]!)).toBe(-719_162);
    expect(readLong(bytes, start[11]!)).toBe(86_399_999_999);
    expect(readBigLong(bytes, start[12]!)).toBe(253_402_300_799_999_999n);
    expect(reader.fields.map((field) => field.column)).toEqual(TABLE.columns.map((column) => column.name));
    const key = readFileSync(`${file('key')}.bin`);
    const view = new KeyReader(schemaOf('key')).read(key, 0);
    expect(readInt(key, view.start[0]!)).toBe(-2_147_483_648);
  });

  test('is what today’s encoder writes: keys must never change, or compaction keeps two of a row', () => {
    const bytes = today();
    expect(bytes.key).toEqual(readFileSync(`${file('key')}.bin`));
    expect(bytes.update).toEqual(readFileSync(`${file('envelope.update')}.bin`));
    expect(JSON.parse(JSON.stringify(envelopeSchema(TABLE)))).toEqual(schemaOf('envelope'));
    expect(JSON.parse(JSON.stringify(keySchema(TABLE)))).toEqual(schemaOf('key'));
  });
});
