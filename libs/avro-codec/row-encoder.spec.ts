import { describe, expect, test } from '@jest/globals';
import { Position, type EventTable } from '#events';
import {
  canonicalKeyValue,
  decimalUnscaled,
  unscaledFromBytes,
  ValueCounters,
  type SourceRow,
  type SourceValue,
  type ValueType,
} from '#values';
import { ByteWriter } from './byte-writer.ts';
import { decodeFramed, generalType } from './decoder.ts';
import { RowEncoder, type EventMeta } from './row-encoder.ts';
import { envelopeSchema, keySchema } from './schema-builder.ts';

const POSITION = Position.parse(`${'0000002a000001f00003'}-${'0000002a000001f00002'}-0000000b-04`);
const META: EventMeta = { commitMs: 1_700_000_000_123, tsMs: 1_700_000_000_456, snapshot: 'false', position: POSITION };
const IDS = { key: 7, value: 8, reservedKey: 9 };

function tableOf(types: readonly ValueType[], key: EventTable['key'] = [{ index: 0, fold: 'exact' }]): EventTable {
  return {
    job: 'shop',
    database: 'Shop',
    schema: 'dbo',
    name: 'Order "lines"',
    version: 1,
    columns: types.map((type, index) => ({ id: index + 1, name: `c ${index}`, type, nullable: index > 0 })),
    key,
  };
}

function encoderOf(table: EventTable, more: object = {}): RowEncoder {
  return new RowEncoder({ table, ids: IDS, connector: 'sqlserver', version: '0.1.0', ...more });
}

interface Decoded {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  source: Record<string, unknown>;
  op: string;
  ts_ms: bigint;
  transaction: Record<string, unknown> | null;
}

/** What avsc, an independent reader, makes of the encoder's bytes. */
function roundTrip(table: EventTable, row: SourceRow, more: object = {}): unknown[] {
  const out = new ByteWriter(16);
  encoderOf(table, more).encodeEnvelope(out, 'c', null, row, META);
  const decoded = decodeFramed(generalType(envelopeSchema(table)), out.take()) as Decoded;
  return Object.values(decoded.after!);
}

const MAX_LONG = 9_223_372_036_854_775_807n;

/** Type, source value, what an Avro reader must find. */
const CASES: readonly (readonly [ValueType, SourceValue, unknown])[] = [
  [{ kind: 'boolean' }, true, true],
  [{ kind: 'boolean' }, false, false],
  [{ kind: 'int', bits: 8 }, 255, 255],
  [{ kind: 'int', bits: 16 }, -32_768, -32_768],
  [{ kind: 'int', bits: 32 }, 2_147_483_647, 2_147_483_647],
  [{ kind: 'int', bits: 32 }, -2_147_483_648, -2_147_483_648],
  [{ kind: 'long' }, '9223372036854775807', MAX_LONG],
  [{ kind: 'long' }, -MAX_LONG - 1n, -MAX_LONG - 1n],
  [{ kind: 'long' }, '-0', 0n],
  [{ kind: 'long' }, 9_007_199_254_740_991, 9_007_199_254_740_991n],
  [{ kind: 'long' }, '-1073741825', -1_073_741_825n],
  [{ kind: 'long' }, 1_073_741_824, 1_073_741_824n],
  [{ kind: 'float' }, 3.4028234663852886e38, 3.4028234663852886e38],
  [{ kind: 'double' }, 5e-324, 5e-324],
  [{ kind: 'double' }, -0, -0],
  [{ kind: 'double' }, Number.NaN, Number.NaN],
  [{ kind: 'double' }, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  [{ kind: 'string' }, '', ''],
  [{ kind: 'string' }, 'Ünïcödé 😀 漢字', 'Ünïcödé 😀 漢字'],
  [{ kind: 'string' }, 'a'.repeat(63), 'a'.repeat(63)],
  [{ kind: 'string' }, 'é'.repeat(63), 'é'.repeat(63)],
  [{ kind: 'string' }, '漢'.repeat(8_000), '漢'.repeat(8_000)],
  [{ kind: 'string' }, 'x'.repeat(5_000_000), 'x'.repeat(5_000_000)],
  [{ kind: 'bytes' }, Buffer.alloc(0), Buffer.alloc(0)],
  [{ kind: 'bytes' }, Buffer.from([0, 255, 1]), Buffer.from([0, 255, 1])],
  [{ kind: 'uuid' }, '6F9619FF-8B86-D011-B42D-00C04FC964FF', '6f9619ff-8b86-d011-b42d-00c04fc964ff'],
  [{ kind: 'date' }, '1970-01-01', 0],
  [{ kind: 'date' }, '0001-01-01', -719_162],
  [{ kind: 'date' }, '9999-12-31', 2_932_896],
  [{ kind: 'date' }, '2024-02-29', 19_782],
  [{ kind: 'time', digits: 6 }, '23:59:59.999999', 86_399_999_999n],
  [{ kind: 'time', digits: 0 }, '00:00:00', 0n],
  [{ kind: 'time', digits: 7 }, '12:00:00.0000010', 43_200_000_001n],
  [{ kind: 'timestamp', digits: 6 }, '1970-01-01 00:00:00', 0n],
  [{ kind: 'timestamp', digits: 6 }, '0001-01-01 00:00:00', -62_135_596_800_000_000n],
  [{ kind: 'timestamp', digits: 6 }, '9999-12-31T23:59:59.999999', 253_402_300_799_999_999n],
  [{ kind: 'timestamp', digits: 3 }, '2026-11-21 08:15:30.997', 1_795_248_930_997_000n],
  [{ kind: 'timestamp', digits: 3 }, '1753-01-01 00:00:00.003', -6_847_804_799_997_000n],
  [{ kind: 'timestamptz', digits: 7 }, '2026-11-21 08:15:30.1200000 +05:30', '2026-11-21T08:15:30.12+05:30'],
  [{ kind: 'timestamptz', digits: 7 }, '0001-01-01 00:00:00-14:00', '0001-01-01T00:00:00-14:00'],
  [{ kind: 'timestamptz', digits: 0 }, '9999-12-31 23:59:59.0000000+00:00', '9999-12-31T23:59:59+00:00'],
  [{ kind: 'xml' }, '<a>&amp;</a>', '<a>&amp;</a>'],
  [{ kind: 'json' }, '{"a": 1.0}', '{"a": 1.0}'],
  [{ kind: 'text', of: 'hierarchyid' }, '/1/2.1/', '/1/2.1/'],
];

describe('the row encoder', () => {
  test.each(CASES)('writes %j of %p so that avsc reads it', (type, value, wanted) => {
    const table = tableOf([{ kind: 'int', bits: 32 }, type]);
    expect(roundTrip(table, [1, value])[1]).toStrictEqual(wanted);
    expect(roundTrip(table, [1, null])[1]).toBeNull();
  });

  test.each([
    ['0', 0],
    ['-1', 0],
    ['127', 0],
    ['128', 0],
    ['-128', 0],
    ['-129', 0],
    ['32767', 0],
    ['32768', 0],
    ['8388607', 0],
    ['-8388609', 0],
    ['2147483647', 0],
    ['2147483648', 0],
    ['-2147483649', 0],
    ['549755813887', 0],
    ['549755813888', 0],
    ['-549755813889', 0],
    ['140737488355327', 0],
    ['-140737488355329', 0],
    ['999999999999999', 0],
    ['-12.3400', 4],
    ['.5', 2],
    ['-0.00', 2],
    ['922337203685477.5807', 4],
    ['-922337203685477.5808', 4],
    ['99999999999999999999999999999999999999', 0],
    ['-0.00000000000000000000000000000000000001', 38],
  ])('writes the decimal %s at scale %i in as few bytes as two’s complement allows', (text, scale) => {
    const table = tableOf([
      { kind: 'int', bits: 32 },
      { kind: 'decimal', precision: 38, scale },
    ]);
    const bytes = roundTrip(table, [1, text])[1] as Buffer;
    const unscaled = decimalUnscaled(text, scale);
    expect(unscaledFromBytes(bytes)).toBe(unscaled);
    const shorter = BigInt.asIntN((bytes.length - 1) * 8, unscaled);
    expect(bytes.length === 1 || shorter !== unscaled).toBe(true);
  });

  test('writes random decimals, longs and times as the slow way does', () => {
    let seed = 42;
    const random = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * limit);
    };
    const digits = (count: number): string => Array.from({ length: count }, () => random(10)).join('') || '0';
    const table = tableOf([
      { kind: 'int', bits: 32 },
      { kind: 'decimal', precision: 38, scale: 4 },
      { kind: 'long' },
      { kind: 'timestamp', digits: 6 },
    ]);
    for (let i = 0; i < 2_000; i++) {
      const sign = random(2) === 0 ? '-' : '';
      const decimal = `${sign}${digits(random(20))}.${digits(random(5))}`;
      const long = `${sign}${digits(1 + random(18))}`;
      const pad = (value: number, width: number): string => String(value).padStart(width, '0');
      const day = `${pad(1 + random(9999), 4)}-${pad(1 + random(12), 2)}-${pad(1 + random(28), 2)}`;
      const clock = `${pad(random(24), 2)}:${pad(random(60), 2)}:${pad(random(60), 2)}.${pad(random(1e6), 6)}`;
      const found = roundTrip(table, [1, decimal, long, `${day} ${clock}`]);
      expect(unscaledFromBytes(found[1] as Buffer)).toBe(decimalUnscaled(decimal, 4));
      expect(found[2]).toBe(BigInt(long));
      const ms = Date.parse(`${day}T${clock.slice(0, 8)}Z`);
      expect(found[3]).toBe(BigInt(ms) * 1000n + BigInt(clock.slice(9)));
    }
  });

  test('C4: truncates the seventh digit by default, rounds on request, and counts both', () => {
    const table = tableOf([
      { kind: 'int', bits: 32 },
      { kind: 'timestamp', digits: 7 },
      { kind: 'time', digits: 7 },
    ]);
    const row = [1, '9999-12-31 23:59:59.9999999', '10:00:00.1234567'];
    const counters = new ValueCounters();
    expect(roundTrip(table, row, { counters }).slice(1)).toEqual([253_402_300_799_999_999n, 36_000_123_456n]);
    expect(counters.digit7Reduced).toBe(2);
    const policy = { nul: 'reject', digit7: 'round' } as const;
    expect(roundTrip(table, [1, '2026-01-01 00:00:00.9999995', null], { policy })[1]).toBe(1_767_225_601_000_000n);
  });

  test('sends seven digits as text where the policy says so', () => {
    const table = tableOf([
      { kind: 'int', bits: 32 },
      { kind: 'timestamp', digits: 7 },
    ]);
    const out = new ByteWriter();
    const policy = { nul: 'reject', digit7: 'text' } as const;
    encoderOf(table, { policy }).encodeEnvelope(out, 'c', null, [1, '2026-01-01 00:00:00.1234567'], META);
    const decoded = decodeFramed(generalType(envelopeSchema(table, 'text')), out.take()) as Decoded;
    expect(Object.values(decoded.after!)[1]).toBe('2026-01-01 00:00:00.1234567');
  });

  test.each([
    [{ kind: 'decimal', precision: 10, scale: 2 }, '1.005'],
    [{ kind: 'decimal', precision: 10, scale: 2 }, '.'],
    [{ kind: 'decimal', precision: 10, scale: 2 }, '1e3'],
    [{ kind: 'int', bits: 32 }, 2_147_483_648],
    [{ kind: 'int', bits: 16 }, 1.5],
    [{ kind: 'long' }, '9223372036854775808'],
    [{ kind: 'long' }, '12a'],
    [{ kind: 'date' }, '2023-02-29'],
    [{ kind: 'date' }, '2023-04-31'],
    [{ kind: 'time', digits: 3 }, '24:00:61'],
    [{ kind: 'uuid' }, '6F9619FF-8B86-D011-B42D-00C04FC964FG'],
    [{ kind: 'string' }, 'a\u0000b'],
    [{ kind: 'string' }, 'a\uD800b'],
  ] as const)('C: refuses %j %j by column name and leaves nothing behind', (type, value) => {
    const table = tableOf([{ kind: 'int', bits: 32 }, type]);
    const out = new ByteWriter();
    out.text('before');
    const end = out.end;
    expect(() => encoderOf(table).encodeEnvelope(out, 'c', null, [1, value], META)).toThrow(/dbo\.Order "lines"\.c 1/);
    expect(out.end).toBe(end);
  });

  test('writes both rows, the source block and the transaction as the schema says', () => {
    const table = tableOf([{ kind: 'int', bits: 32 }, { kind: 'string' }]);
    const out = new ByteWriter(8);
    const meta: EventMeta = { ...META, transaction: { id: 'tx', totalOrder: 3, collectionOrder: 2 } };
    encoderOf(table).encodeEnvelope(out, 'u', [1, 'old'], [1, undefined], meta);
    const bytes = out.take();
    expect(bytes.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 8]));
    const decoded = decodeFramed(generalType(envelopeSchema(table)), bytes) as Decoded;
    expect(Object.values(decoded.before!)).toEqual([1, 'old']);
    expect(Object.values(decoded.after!)).toEqual([1, null]);
    expect(decoded.op).toBe('u');
    expect(decoded.ts_ms).toBe(1_700_000_000_456n);
    expect({ ...decoded.source }).toEqual({
      version: '0.1.0',
      connector: 'sqlserver',
      name: 'shop',
      ts_ms: 1_700_000_000_123n,
      snapshot: 'false',
      db: 'Shop',
      schema: 'dbo',
      table: 'Order "lines"',
      change_lsn: '0000002a:000001f0:0002',
      commit_lsn: '0000002a:000001f0:0003',
      event_serial_no: 11n,
      txId: null,
      lsn: null,
    });
    expect({ ...decoded.transaction }).toEqual({ id: 'tx', total_order: 3n, data_collection_order: 2n });
  });

  test('changes op and position from event to event', () => {
    const table = tableOf([{ kind: 'int', bits: 32 }]);
    const encoder = encoderOf(table);
    const type = generalType(envelopeSchema(table));
    const seen = (['c', 'd', 't'] as const).map((op, index) => {
      const out = new ByteWriter();
      const position = Position.endOfCommit(index.toString(16).padStart(20, '0'));
      encoder.encodeEnvelope(out, op, null, null, { ...META, position });
      const decoded = decodeFramed(type, out.take()) as Decoded;
      return [decoded.op, decoded.source['commit_lsn']];
    });
    expect(seen).toEqual([
      ['c', '00000000:00000000:0000'],
      ['d', '00000000:00000000:0001'],
      ['t', '00000000:00000000:0002'],
    ]);
  });

  test('writes keys in their canonical form, equal where the source holds them equal', () => {
    const table = tableOf(
      [{ kind: 'string' }, { kind: 'int', bits: 32 }, { kind: 'decimal', precision: 10, scale: 2 }, { kind: 'uuid' }],
      [
        { index: 0, fold: 'rtrim-lower' },
        { index: 1, fold: 'exact' },
        { index: 2, fold: 'exact' },
        { index: 3, fold: 'exact' },
      ],
    );
    const encoder = encoderOf(table);
    const key = (row: SourceRow): Buffer => {
      const out = new ByteWriter();
      encoder.encodeKey(out, row);
      return out.take();
    };
    const uuid = '6F9619FF-8B86-D011-B42D-00C04FC964FF';
    expect(key(['ABC  ', 1, '1.50', uuid])).toEqual(key(['abc', 1, '1.5', uuid.toLowerCase()]));
    expect(key(['ABC', 1, '1.50', uuid])).not.toEqual(key(['ABCD', 1, '1.50', uuid]));
    const decoded = decodeFramed(generalType(keySchema(table)), key(['ABC ', 5, '-0.10', uuid])) as object;
    const values = Object.values(decoded);
    expect(values[0]).toBe(canonicalKeyValue({ kind: 'string' }, 'rtrim-lower', 'ABC '));
    expect(values.slice(1)).toEqual([5, Buffer.from([0xf6]), uuid.toLowerCase()]);
  });

  test('refuses NULL in a key column that has none, takes it where the column may be null', () => {
    const table = tableOf([{ kind: 'int', bits: 32 }, { kind: 'string' }], []);
    const out = new ByteWriter();
    encoderOf(table).encodeKey(out, [1, null]);
    expect(Object.values(decodeFramed(generalType(keySchema(table)), out.take()) as object)).toEqual([1, null]);
    expect(() => encoderOf(table).encodeKey(new ByteWriter(), [null, 'a'])).toThrow(/NULL in a key column/);
  });

  test('gives t events a key that no row can have', () => {
    const table = tableOf([{ kind: 'string' }]);
    const out = new ByteWriter();
    encoderOf(table).encodeReservedKey(out);
    expect(out.take().readInt32BE(1)).toBe(IDS.reservedKey);
  });
});
