import { describe, expect, test } from '@jest/globals';
import { Position, type EventTable } from '#events';
import type { SourceRow, ValueType } from '#values';
import { readBigLong, readInt, readLong } from './avro-reading.ts';
import { ByteWriter } from './byte-writer.ts';
import { generalType } from './decoder.ts';
import { EnvelopeReader, type RowView } from './envelope-reader.ts';
import { KeyReader } from './key-reader.ts';
import { contractSchema } from './contract.ts';
import { RowEncoder, type EventMeta } from './row-encoder.ts';
import { envelopeSchema, keySchema } from './schema-builder.ts';

const META: EventMeta = {
  commitMs: 1_700_000_000_123,
  tsMs: 1_700_000_000_456,
  snapshot: 'true',
  position: Position.sqlServerZero,
};

const TYPES: readonly ValueType[] = [
  { kind: 'int', bits: 32 },
  { kind: 'boolean' },
  { kind: 'long' },
  { kind: 'float' },
  { kind: 'double' },
  { kind: 'decimal', precision: 18, scale: 2 },
  { kind: 'string' },
  { kind: 'bytes' },
  { kind: 'date' },
];

const TABLE: EventTable = {
  job: 'shop',
  database: 'Shop',
  schema: 'dbo',
  name: 'orders',
  version: 1,
  columns: TYPES.map((type, index) => ({ id: 10 + index, name: `Spalte ${index}`, type, nullable: index > 0 })),
  key: [
    { index: 0, fold: 'exact' },
    { index: 6, fold: 'exact' },
  ],
};

const FULL: SourceRow = [
  300,
  true,
  '-9007199254740993',
  1.5,
  -2.5,
  '-12.34',
  'é'.repeat(100),
  Buffer.from([1, 2]),
  '1969-12-31',
];
const NULLS: SourceRow = [1, ...TYPES.slice(1).map(() => null)];

function encode(op: 'c' | 'u' | 'd', before: SourceRow | null, after: SourceRow | null, offset: number): Buffer {
  const encoder = new RowEncoder({
    table: TABLE,
    ids: { key: 1, value: 2, reservedKey: 3 },
    connector: 'sqlserver',
    version: '0.1.0',
  });
  const out = new ByteWriter();
  out.raw(Buffer.alloc(offset, 0xff));
  encoder.encodeEnvelope(out, op, before, after, META);
  return out.take();
}

function text(bytes: Buffer, view: RowView, column: number): string {
  return bytes.toString('utf8', view.start[column]!, view.end[column]!);
}

describe('the envelope reader', () => {
  test('finds every value of both rows where they lie in a larger buffer', () => {
    const reader = new EnvelopeReader(envelopeSchema(TABLE));
    const bytes = encode('u', NULLS, FULL, 77);
    reader.read(bytes, 77);
    expect([String.fromCharCode(reader.op), reader.commitMs, reader.tsMs]).toEqual(['u', META.commitMs, META.tsMs]);
    expect(reader.before.isPresent).toBe(true);
    expect(readInt(bytes, reader.before.start[0]!)).toBe(1);
    expect([...reader.before.start.slice(1)]).toEqual(TYPES.slice(1).map(() => -1));
    const { start, end } = reader.after;
    expect(readInt(bytes, start[0]!)).toBe(300);
    expect(bytes[start[1]!]).toBe(1);
    expect(readLong(bytes, start[2]!)).toBeNaN();
    expect(readBigLong(bytes, start[2]!)).toBe(-9_007_199_254_740_993n);
    expect(bytes.readFloatLE(start[3])).toBe(1.5);
    expect(bytes.readDoubleLE(start[4])).toBe(-2.5);
    expect(bytes.subarray(start[5], end[5])).toEqual(Buffer.from([0xfb, 0x2e]));
    expect(text(bytes, reader.after, 6)).toBe('é'.repeat(100));
    expect(bytes.subarray(start[7], end[7])).toEqual(Buffer.from([1, 2]));
    expect(readInt(bytes, start[8]!)).toBe(-1);
  });

  test('says which row is there', () => {
    const reader = new EnvelopeReader(envelopeSchema(TABLE));
    reader.read(encode('d', FULL, null, 0), 0);
    expect([reader.before.isPresent, reader.after.isPresent, reader.op]).toEqual([true, false, 100]);
    reader.read(encode('c', null, FULL, 0), 0);
    expect([reader.before.isPresent, reader.after.isPresent, reader.op]).toEqual([false, true, 99]);
  });

  test('names columns truly and projects another version by column id', () => {
    const reader = new EnvelopeReader(envelopeSchema(TABLE));
    expect(reader.fields[5]).toEqual({
      field: expect.stringMatching(/^Spalte_5_[0-9a-f]{8}$/),
      column: 'Spalte 5',
      columnId: 15,
      kind: 'bytes',
      logicalType: 'decimal',
      scale: 2,
      isNullable: true,
    });
    expect([...reader.projection([18, 99, 10])]).toEqual([8, -1, 0]);
  });

  test('reads an envelope in the order of Debezium, with more fields than ours', () => {
    const schema = {
      type: 'record',
      name: 'Envelope',
      fields: [
        { name: 'before', type: ['null', { type: 'record', name: 'Value', fields: [{ name: 'id', type: 'long' }] }] },
        { name: 'after', type: ['null', 'Value'] },
        {
          name: 'source',
          type: {
            type: 'record',
            name: 'Source',
            fields: [
              { name: 'snapshot', type: [{ type: 'string', 'connect.default': 'false' }, 'null'] },
              { name: 'ts_ms', type: 'long' },
              { name: 'sequence', type: ['null', 'string'] },
            ],
          },
        },
        {
          name: 'transaction',
          type: ['null', { type: 'record', name: 'block', fields: [{ name: 'id', type: 'string' }] }],
        },
        { name: 'op', type: 'string' },
        { name: 'ts_ms', type: ['null', 'long'] },
        { name: 'ts_us', type: ['null', 'long'] },
      ],
    };
    const value = {
      before: null,
      after: { id: 5n },
      source: { snapshot: 'true', ts_ms: 12_345_678_901n, sequence: 's' },
      transaction: { id: 't' },
      op: 'r',
      ts_ms: 7n,
      ts_us: 8n,
    };
    const bytes = Buffer.concat([Buffer.alloc(5), generalType(schema).toBuffer(value)]);
    const reader = new EnvelopeReader(schema);
    reader.read(bytes, 0);
    expect(readLong(bytes, reader.after.start[0]!)).toBe(5);
    expect([reader.op, reader.commitMs, reader.tsMs]).toEqual([114, 12_345_678_901, 7]);
    expect(reader.fields[0]).toMatchObject({ column: 'id', columnId: -1, isNullable: false });
  });

  test.each([
    0n,
    -1n,
    63n,
    64n,
    -(2n ** 31n),
    2n ** 35n,
    2n ** 53n - 1n,
    -(2n ** 53n) + 1n,
    2n ** 53n,
    2n ** 56n,
    -(2n ** 63n),
    2n ** 63n - 1n,
  ])('reads the long %s as a number where that is exact, as a bigint always', (value) => {
    const out = new ByteWriter();
    out.bigLong(value);
    expect(readBigLong(out.buffer, 0)).toBe(value);
    const isSafe = Number.isSafeInteger(Number(value)) && value !== 2n ** 53n;
    expect(readLong(out.buffer, 0)).toEqual(isSafe ? Number(value) : Number.NaN);
  });
});

describe('the key reader', () => {
  test('reads key columns and knows the reserved key', () => {
    const out = new ByteWriter();
    new RowEncoder({
      table: TABLE,
      ids: { key: 1, value: 2, reservedKey: 3 },
      connector: 'sqlserver',
      version: '0.1.0',
    }).encodeKey(out, FULL);
    const bytes = out.take();
    const reader = new KeyReader(keySchema(TABLE));
    const view = reader.read(bytes, 0);
    expect([readInt(bytes, view.start[0]!), text(bytes, view, 1)]).toEqual([300, 'é'.repeat(100)]);
    expect(reader.fields.map((field) => field.columnId)).toEqual([10, 16]);
    expect(reader.isRowKey).toBe(true);
    expect(new KeyReader(contractSchema('reserved-key')).isRowKey).toBe(false);
  });
});
