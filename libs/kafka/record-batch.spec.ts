import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { HeaderBlock } from './header-block.ts';
import { murmur2, partitionOf } from './partitioner.ts';
import type { AbortedTransaction } from './protocol.ts';
import { RecordBatchBuilder, type ByteSlice } from './record-batch-builder.ts';
import { RecordCursor } from './record-cursor.ts';

const IDENTITY = { producerId: 4_000n, epoch: 3, sequence: 17 };

function slice(text: string | Buffer): ByteSlice {
  const bytes = Buffer.concat([Buffer.from('junk'), Buffer.from(text), Buffer.from('more')]);
  return { buffer: bytes, start: 4, end: bytes.length - 4 };
}

/** A batch as the broker would keep it: at an offset, of a producer. */
function batch(baseOffset: number, producerId: bigint, values: readonly string[]): Buffer {
  const builder = new RecordBatchBuilder();
  for (const value of values) builder.append(1_000, slice('k'), slice(value), null);
  return placed(Buffer.from(builder.seal({ ...IDENTITY, producerId })), baseOffset);
}

function placed(bytes: Buffer, baseOffset: number): Buffer {
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  return bytes;
}

/** A control batch with the marker that ends a transaction. */
function marker(offset: number, producerId: bigint, isCommit: boolean): Buffer {
  const builder = new RecordBatchBuilder();
  builder.append(1_000, slice(Buffer.from([0, 0, 0, isCommit ? 1 : 0])), slice(Buffer.alloc(6)), null);
  const bytes = placed(Buffer.from(builder.seal({ ...IDENTITY, producerId })), offset);
  bytes.writeInt16BE(bytes.readInt16BE(21) | 0x20, 21);
  return withCrc(bytes);
}

function withCrc(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17);
  return bytes;
}

function cursorOver(
  parts: readonly Buffer[],
  fromOffset: number,
  aborted: readonly AbortedTransaction[] = [],
): RecordCursor {
  const records = Buffer.concat(parts);
  return new RecordCursor({ topic: 't', partition: 0, records, fromOffset, aborted, checkCrc: true });
}

function valuesOf(cursor: RecordCursor): string[] {
  const values: string[] = [];
  while (cursor.next()) values.push(`${cursor.offset}=${cursor.value()?.toString()}`);
  return values;
}

describe('a record batch', () => {
  test('comes back record by record: nulls, empty values, headers, times before the first', () => {
    const builder = new RecordBatchBuilder();
    const headers = new HeaderBlock([
      ['sluice.position', 'AAAA'],
      ['empty', ''],
    ]);
    builder.append(1_700_000_000_000, slice('key'), slice('välue'), headers);
    headers.set('sluice.position', 'BBBB');
    builder.append(1_700_000_000_000 - 5, null, null, headers);
    builder.append(1_700_000_000_000 + 2 ** 40, slice(''), slice(''), null);
    const cursor = cursorOver([placed(Buffer.from(builder.seal(IDENTITY)), 500)], 0);
    const seen: unknown[] = [];
    const name = Buffer.from('sluice.position');
    while (cursor.next()) {
      const { offset, timestampMs, headerCount } = cursor;
      const key = cursor.key()?.toString() ?? null;
      const value = cursor.value()?.toString() ?? null;
      seen.push([offset, timestampMs, key, value, headerCount, cursor.header(name)]);
    }
    expect(seen).toEqual([
      [500, 1_700_000_000_000, 'key', 'välue', 2, 'AAAA'],
      [501, 1_699_999_999_995, null, null, 2, 'BBBB'],
      [502, 1_700_000_000_000 + 2 ** 40, '', '', 0, null],
    ]);
    expect(cursor.nextOffset).toBe(503);
  });

  test.each(['none', 'zstd'] as const)('holds thousands of records of every size, compression %s', (compression) => {
    const builder = new RecordBatchBuilder({ compression, targetBytes: 4_000_000 });
    const wanted: Buffer[] = [];
    for (let i = 0; i < 3_000; i++) {
      const value = randomBytes(i % 517);
      wanted.push(value);
      expect(builder.append(i, slice(String(i)), slice(value), null)).toBe(true);
    }
    const cursor = cursorOver([Buffer.from(builder.seal(IDENTITY))], 0);
    let index = 0;
    while (cursor.next()) {
      expect(cursor.value()?.equals(wanted[index]!)).toBe(true);
      expect(cursor.key()?.toString()).toBe(String(index++));
    }
    expect(index).toBe(3_000);
  });

  test('says when it is full, and takes one record beyond the target up to the limit', () => {
    const limits = { targetBytes: 1_000, maxMessageBytes: 5_000 };
    const builder = new RecordBatchBuilder(limits);
    const small = slice('x'.repeat(400));
    expect([1, 2, 3].map((time) => builder.append(time, null, small, null))).toEqual([true, true, false]);
    expect(builder.recordCount).toBe(2);
    builder.reset();
    expect(builder.append(1, null, slice('y'.repeat(4_000)), null)).toBe(true);
    expect(builder.append(1, null, slice('z'), null)).toBe(false);
    builder.reset();
    expect(() => builder.append(1, null, slice('y'.repeat(5_000)), null)).toThrow(/passes the limit of 5000/);
  });

  test('says the same bytes again after reset, with another identity', () => {
    const builder = new RecordBatchBuilder();
    const fill = (): Buffer => {
      builder.append(7, slice('k'), slice('v'), null);
      return Buffer.from(builder.seal({ producerId: 2n ** 40n, epoch: 1, sequence: 2_147_483_647 }));
    };
    const first = fill();
    builder.reset();
    expect(fill()).toEqual(first);
    expect([first.readBigInt64BE(43), first.readInt16BE(51), first.readInt32BE(53)]).toEqual([
      2n ** 40n,
      1,
      2_147_483_647,
    ]);
    expect(first.readInt16BE(21)).toBe(0x10);
  });

  test('a damaged batch is refused', () => {
    const bytes = batch(0, 1n, ['a']);
    bytes[bytes.length - 2]! ^= 1;
    expect(() => cursorOver([bytes], 0)).toThrow(/arrived damaged/);
  });
});

describe('what was fetched', () => {
  test('begins at the offset asked for and leaves a cut batch for the next time', () => {
    const cursor = cursorOver([batch(10, 1n, ['a', 'b', 'c']), batch(13, 1n, ['d']).subarray(0, 40)], 11);
    expect(valuesOf(cursor)).toEqual(['11=b', '12=c']);
    expect(cursor.nextOffset).toBe(13);
  });

  test('leaves aborted transactions out: interleaved producers, an unsorted list, markers between', () => {
    const parts = [
      batch(0, 1n, ['a0', 'a1']),
      batch(2, 2n, ['b2']),
      batch(3, 1n, ['a3']),
      marker(4, 1n, true),
      batch(5, 3n, ['c5']),
      batch(6, 1n, ['a6']),
      marker(7, 2n, false),
      batch(8, 2n, ['b8']),
      marker(9, 3n, false),
      marker(10, 1n, false),
      batch(11, 3n, ['c11']),
      marker(12, 3n, true),
      marker(13, 2n, true),
      batch(14, 1n, ['a14']),
      marker(15, 1n, false),
    ];
    const aborted = [
      { producerId: 1n, firstOffset: 14 },
      { producerId: 3n, firstOffset: 5 },
      { producerId: 1n, firstOffset: 6 },
      { producerId: 2n, firstOffset: 2 },
    ];
    const cursor = cursorOver(parts, 0, aborted);
    expect(valuesOf(cursor)).toEqual(['0=a0', '1=a1', '3=a3', '8=b8', '11=c11']);
    expect(cursor.nextOffset).toBe(16);
  });

  test('leaves out the rest of a transaction whose beginning was fetched before', () => {
    const parts = [batch(20, 5n, ['x']), batch(21, 6n, ['y']), marker(22, 5n, false), batch(23, 5n, ['z'])];
    const cursor = cursorOver(parts, 20, [{ producerId: 5n, firstOffset: 3 }]);
    expect(valuesOf(cursor)).toEqual(['21=y', '23=z']);
  });

  test('moves on over markers and aborted records without giving one', () => {
    const cursor = cursorOver([batch(0, 1n, ['a']), marker(1, 1n, false)], 0, [{ producerId: 1n, firstOffset: 0 }]);
    expect(cursor.next()).toBe(false);
    expect([cursor.nextOffset, cursor.recordLimit]).toEqual([2, 0]);
  });

  test('reads gzip, and names a compression that it cannot read', () => {
    const plain = batch(0, 1n, ['packed']);
    const packed = (codec: number, content: Buffer): Buffer => {
      const bytes = Buffer.concat([plain.subarray(0, 61), content]);
      bytes.writeInt32BE(bytes.length - 12, 8);
      bytes.writeInt16BE(0x10 | codec, 21);
      return withCrc(bytes);
    };
    expect(valuesOf(cursorOver([packed(1, gzipSync(plain.subarray(61)))], 0))).toEqual(['0=packed']);
    expect(() => cursorOver([packed(3, plain.subarray(61))], 0).next()).toThrow(/compressed with lz4/);
  });
});

describe('checksums and partitions', () => {
  test('crc32c agrees with the published check value, at every alignment', () => {
    for (let shift = 0; shift < 9; shift++) {
      const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from('123456789')]);
      expect(crc32c(bytes, shift, shift + 9)).toBe(0xe3069283);
    }
    const zeros = new Uint8Array(32);
    expect(crc32c(zeros, 0, 32)).toBe(0x8a9136aa);
  });

  test.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('murmur2 of %s is what Java’s client computes', (text, wanted) => {
    expect(murmur2(Buffer.from(text))).toBe(wanted);
    expect(murmur2(Buffer.from(`xx${text}y`), 2, 2 + text.length)).toBe(wanted);
    expect(partitionOf(Buffer.from(text), 7)).toBe((wanted & 0x7fffffff) % 7);
  });
});
