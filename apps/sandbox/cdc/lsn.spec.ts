import { describe, expect, test } from '@jest/globals';
import { fullMask, setBit } from './capture-instance.ts';
import { CopyBuffer } from './copy-buffer.ts';
import { columnList } from './enable-table.ts';
import { commitLsn, lsnText, parseWal, SequenceValues, walText } from './lsn.ts';

describe('log sequence numbers', () => {
  test('grow with the WAL position across its 32-bit halves', () => {
    const positions = [1n, 0xffff_ffffn, 0x1_0000_0000n, 0x7fff_ffff_ffff_ffffn];
    const lsns = positions.map((position) => commitLsn(position).toString('hex'));
    expect(lsns).toEqual([...lsns].sort());
    expect(new Set(lsns.map((lsn) => lsn.length))).toEqual(new Set([20]));
  });

  test('are shown in three parts', () => {
    expect(lsnText(commitLsn(0x2a_0000_0120n))).toBe('0000002a:00000120:0001');
  });

  test.each(['0/0', '0/16B3748', '2A/120', 'FFFFFFFF/FFFFFFFF'])(
    'WAL position %s is read and written alike',
    (text) => {
      expect(walText(parseWal(text))).toBe(text);
    },
  );

  test('sequence values grow strictly, also where many changes share a WAL position or one goes back', () => {
    const values = new SequenceValues();
    values.start();
    const seen: string[] = [];
    const target = Buffer.alloc(10);
    const positions = [...Array.from({ length: 70_000 }, () => 5n), 6n, 4n, 6n, 7n];
    for (const position of positions) {
      values.next(position, target);
      seen.push(target.toString('hex'));
    }
    for (let i = 1; i < seen.length; i += 1) expect((seen[i] ?? '') > (seen[i - 1] ?? '')).toBe(true);
  });
});

test('A17 the mask of n columns has n bits, ordinal 1 lowest in the last byte', () => {
  expect(fullMask(8).toString('hex')).toBe('ff');
  expect(fullMask(9).toString('hex')).toBe('01ff');
  const mask = Buffer.alloc(3);
  setBit(mask, 1);
  setBit(mask, 17);
  expect(mask.toString('hex')).toBe('010001');
});

test('a column list may hold brackets, quotes, commas and blanks', () => {
  expect(columnList('Id, [a,b] ,"c""d",[e]]f],  plain name ')).toEqual(['Id', 'a,b', 'c"d', 'e]f', 'plain name']);
  expect(() => columnList('Id, [open')).toThrow('not properly terminated');
});

test('COPY data grows past its first buffer and starts anew when cleared', () => {
  const buffer = new CopyBuffer();
  const large = Buffer.alloc(100_000, 7);
  buffer.beginRow(2);
  buffer.bytesOf(large, 0, large.length);
  buffer.int(-1);
  const data = buffer.finish();
  expect(data.subarray(0, 11).toString('latin1')).toBe('PGCOPY\n\u00ff\r\n\0');
  expect(data.readInt16BE(19)).toBe(2);
  expect(data.readInt32BE(21)).toBe(100_000);
  expect(data.readInt32BE(25 + 100_000 + 4)).toBe(-1);
  expect(data.readInt16BE(data.length - 2)).toBe(-1);
  buffer.clear();
  expect([buffer.rows, buffer.bytes]).toEqual([0, 19]);
});
