import { describe, expect, test } from '@jest/globals';
import type { TdsType, TdsValue } from '../session.ts';
import { LAST_DAY, dateText, daysOf } from './calendar.ts';
import { TokenBuffer } from './token-buffer.ts';
import { readTypeInfo, writeTypeInfo } from './type-info.ts';
import { decoderOf } from './value-decoders.ts';
import { encoderOf } from './value-encoders.ts';
import { WireReader } from './wire-reader.ts';

/** Type and value through the bytes of a column and back. */
function through(type: TdsType, value: TdsValue): TdsValue {
  const out = new TokenBuffer(64);
  writeTypeInfo(out, type);
  const { encode, nullBytes } = encoderOf(type);
  if (value === null) out.raw(nullBytes);
  else encode(out, value);
  const reader = new WireReader(Buffer.from(out.bytes.subarray(0, out.position)));
  const decoded = decoderOf(readTypeInfo(reader, 'column'), 'row')(reader);
  expect(reader.remaining).toBe(0);
  return decoded;
}

function bytesOf(type: TdsType, value: Exclude<TdsValue, null>): string {
  const out = new TokenBuffer(64);
  encoderOf(type).encode(out, value);
  return out.bytes.toString('hex', 0, out.position);
}

const LATIN = 'SQL_Latin1_General_CP1_CI_AS';
const GUID = '6F9619FF-8B86-D011-B42D-00C04FC964FF';
const long = 'żółw 🐢 '.repeat(700_000);

const CASES: readonly (readonly [TdsType, readonly TdsValue[]])[] = [
  [{ name: 'bit' }, [true, false]],
  [{ name: 'tinyint' }, [0, 255]],
  [{ name: 'smallint' }, [-32768, -1, 32767]],
  [{ name: 'int' }, [-2147483648, -1, 0, 2147483647]],
  [{ name: 'bigint' }, [-9223372036854775808n, -1n, 9007199254740993n, 9223372036854775807n]],
  [{ name: 'decimal', precision: 9, scale: 4 }, ['0.0000', '-99999.9999', '12.5000']],
  [{ name: 'decimal', precision: 15, scale: 0 }, ['999999999999999', '-999999999999999']],
  [{ name: 'numeric', precision: 16, scale: 16 }, ['0.9999999999999999', '-0.0000000000000001']],
  [{ name: 'decimal', precision: 28, scale: 10 }, ['123456789012345678.0123456789']],
  [
    { name: 'decimal', precision: 38, scale: 0 },
    ['99999999999999999999999999999999999999', '-99999999999999999999999999999999999999'],
  ],
  [{ name: 'numeric', precision: 38, scale: 38 }, ['0.99999999999999999999999999999999999999']],
  [{ name: 'money' }, ['922337203685477.5807', '-922337203685477.5808', '0.0001', '-0.0001', '0.0000']],
  [{ name: 'smallmoney' }, ['214748.3647', '-214748.3648']],
  [{ name: 'real' }, [Math.fround(3.4028234e38), Math.fround(-1.1754944e-38), 0]],
  [{ name: 'float' }, [1.7976931348623157e308, -2.2250738585072014e-308, 0.1]],
  [{ name: 'char', length: 5, collation: LATIN }, ['abc  ', '€éÿ£~']],
  [{ name: 'varchar', length: 50, collation: LATIN }, ['', 'naïve € “x”', '\u0000\u0081\u009d']],
  [{ name: 'varchar', length: 50, collation: 'Cyrillic_General_CI_AS' }, ['Привет, мир №1']],
  [{ name: 'varchar', length: 50, collation: 'Japanese_CI_AS' }, ['日本語テキスト ABC ｱｲｳ']],
  [{ name: 'varchar', length: 50, collation: 'Chinese_PRC_CI_AS' }, ['中文字符']],
  [{ name: 'varchar', length: 50, collation: 'Korean_Wansung_CI_AS' }, ['한국어']],
  [{ name: 'varchar', length: 50, collation: 'Latin1_General_100_CI_AS_SC_UTF8' }, ['日本 🐢 é']],
  [{ name: 'varchar', length: 50, collation: 'SQL_Latin1_General_CP437_CI_AS' }, ['é░▒│']],
  [{ name: 'varchar', length: -1, collation: LATIN }, ['', 'x'.repeat(5_000_000)]],
  [{ name: 'nchar', length: 4 }, ['ab  ', '🐢🐢']],
  [
    { name: 'nvarchar', length: 4000 },
    ['', 'x', '\u0000', '\ud800', '\udc00\ud800', 'ÿ🐢'.repeat(1000), 'a'.repeat(4000)],
  ],
  [{ name: 'nvarchar', length: -1 }, ['', long, '\ud83d']],
  [{ name: 'text', collation: LATIN }, ['', 'legacy é', 'y'.repeat(100_000)]],
  [{ name: 'ntext' }, ['', 'legacy 🐢']],
  [{ name: 'image' }, [Buffer.alloc(0), Buffer.from('00ff10', 'hex')]],
  [{ name: 'binary', length: 4 }, [Buffer.from('00ff0001', 'hex')]],
  [{ name: 'varbinary', length: 8000 }, [Buffer.alloc(0), Buffer.alloc(8000, 0xfe)]],
  [{ name: 'varbinary', length: -1 }, [Buffer.alloc(0), Buffer.alloc(5_000_000, 7)]],
  [
    { name: 'uniqueidentifier' },
    [GUID, '00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
  ],
  [{ name: 'date' }, ['0001-01-01', '1582-10-15', '1900-02-28', '2000-02-29', '2024-12-31', '9999-12-31']],
  [{ name: 'time', scale: 7 }, ['00:00:00.0000000', '23:59:59.9999999', '00:00:00.0000001']],
  [{ name: 'time', scale: 0 }, ['00:00:00', '23:59:59']],
  [{ name: 'time', scale: 3 }, ['12:34:56.789']],
  [
    { name: 'datetime2', scale: 7 },
    ['0001-01-01 00:00:00.0000000', '9999-12-31 23:59:59.9999999', '2024-02-29 12:34:56.1234567'],
  ],
  [{ name: 'datetime2', scale: 4 }, ['2024-02-29 12:34:56.1234']],
  [{ name: 'datetime2', scale: 0 }, ['2024-02-29 12:34:56']],
  [
    { name: 'datetimeoffset', scale: 7 },
    [
      '0001-01-01 14:00:00.0000000 +14:00',
      '9999-12-31 09:59:59.9999999 -14:00',
      '2024-03-01 00:30:00.1234567 +05:45',
      '2024-02-29 23:30:00.0000000 -00:30',
    ],
  ],
  [{ name: 'datetimeoffset', scale: 2 }, ['2024-03-01 00:30:00.12 +00:00']],
  [
    { name: 'datetime' },
    [
      '1753-01-01 00:00:00.000',
      '9999-12-31 23:59:59.997',
      '1899-12-31 23:59:59.993',
      '2024-02-29 12:34:56.003',
      '2024-02-29 12:34:56.007',
    ],
  ],
  [{ name: 'smalldatetime' }, ['1900-01-01 00:00:00', '2079-06-06 23:59:00']],
  [{ name: 'xml' }, ['<a b="é🐢"/>', '']],
  [{ name: 'hierarchyid' }, [Buffer.from('5ac0', 'hex'), Buffer.alloc(0)]],
  [{ name: 'geography' }, [Buffer.from('e6100000010c', 'hex')]],
  [{ name: 'geometry' }, [Buffer.from('00000000010c', 'hex')]],
];

describe('values pass the wire and come back as they were:', () => {
  test.each(CASES.map(([type, values]) => [JSON.stringify(type), type, values] as const))(
    '%s',
    (_name, type, values) => {
      for (const value of values) {
        const back = through(type, value);
        if (typeof value === 'string' && value.length > 1000) expect(back === value).toBe(true);
        else if (Buffer.isBuffer(value)) expect(Buffer.isBuffer(back) && value.equals(back)).toBe(true);
        else expect(back).toEqual(value);
      }
      expect(through(type, null)).toBeNull();
    },
  );

  test('sql_variant of every base type', () => {
    for (const [type, values] of CASES) {
      if (
        type.length === -1 ||
        ['text', 'ntext', 'image', 'xml', 'hierarchyid', 'geography', 'geometry'].includes(type.name)
      )
        continue;
      for (const value of values) {
        const variant = { base: type, value: value as string };
        expect(through({ name: 'sql_variant' }, variant)).toMatchObject({ base: { name: type.name }, value });
      }
    }
    expect(through({ name: 'sql_variant' }, null)).toBeNull();
  });

  test('char, nchar and binary are filled to their length', () => {
    expect(through({ name: 'char', length: 4 }, 'a')).toBe('a   ');
    expect(through({ name: 'char', length: 4, collation: 'Japanese_CI_AS' }, '日')).toBe('日  ');
    expect(through({ name: 'nchar', length: 3 }, 'é')).toBe('é  ');
    expect(through({ name: 'binary', length: 3 }, Buffer.from([1]))).toEqual(Buffer.from([1, 0, 0]));
    expect(through({ name: 'rowversion' }, Buffer.from('00000000000007d1', 'hex'))).toEqual(
      Buffer.from('00000000000007d1', 'hex'),
    );
  });
});

describe('bytes are those of MS-TDS:', () => {
  test('uniqueidentifier has its first three groups turned', () => {
    expect(bytesOf({ name: 'uniqueidentifier' }, GUID)).toBe('10ff19966f868b11d0b42d00c04fc964ff');
  });

  test('decimals have sign, then the magnitude from its low end', () => {
    expect(bytesOf({ name: 'decimal', precision: 9, scale: 2 }, '1.00')).toBe('050164000000');
    expect(bytesOf({ name: 'decimal', precision: 18, scale: 0 }, '-4294967297')).toBe('09000100000001000000');
    expect(bytesOf({ name: 'decimal', precision: 5, scale: 2 }, '-0.00')).toBe('050100000000');
    expect(bytesOf({ name: 'decimal', precision: 38, scale: 0 }, '18446744073709551616')).toBe(
      '110100000000000000000100000000000000',
    );
  });

  test('money has its high half first', () => {
    expect(bytesOf({ name: 'money' }, '1.0000')).toBe('080000000010270000');
    expect(bytesOf({ name: 'money' }, '-0.0001')).toBe('08ffffffffffffffff');
  });

  test('datetime counts days from 1900 and 1/300 s, rounded as SQL Server rounds', () => {
    expect(bytesOf({ name: 'datetime' }, '1900-01-01 00:00:00.003')).toBe('080000000001000000');
    expect(through({ name: 'datetime' }, '2024-12-31 23:59:59.999')).toBe('2025-01-01 00:00:00.000');
    expect(through({ name: 'datetime' }, '2024-12-31 23:59:59.998')).toBe('2024-12-31 23:59:59.997');
    expect(through({ name: 'datetime' }, '2024-12-31 00:00:00.005')).toBe('2024-12-31 00:00:00.007');
  });

  test('datetimeoffset stands in UTC with its offset', () => {
    expect(bytesOf({ name: 'datetimeoffset', scale: 0 }, '0001-01-02 01:00:00 +02:00')).toBe(
      '08' + '70430100'.slice(0, 6) + '000000' + '7800',
    );
  });

  test('collations have the bytes that SQL Server sends', () => {
    const info = (collation: string): string => {
      const out = new TokenBuffer(64);
      writeTypeInfo(out, { name: 'varchar', length: 10, collation });
      return out.bytes.toString('hex', 0, out.position);
    };
    expect(info(LATIN)).toBe('a70a000904d00034');
    expect(info('Latin1_General_CI_AS')).toBe('a70a000904d00000');
    expect(info('Latin1_General_100_CI_AS_SC_UTF8')).toBe('a70a000904d02400');
    expect(info('Latin1_General_BIN2')).toBe('a70a000904000200');
  });

  test('a value of another form or beyond its type is refused, not bent', () => {
    expect(() => bytesOf({ name: 'int' }, '5')).toThrow(/BUG: a string given for int/);
    expect(() => bytesOf({ name: 'tinyint' }, 256)).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'int' }, 1.5)).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'int' }, 2147483648)).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'int' }, NaN)).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'bigint' }, 5)).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'decimal', precision: 5, scale: 2 }, '1000.00')).toThrow('Arithmetic overflow');
    expect(() => bytesOf({ name: 'decimal', precision: 5, scale: 2 }, '1.005')).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'decimal', precision: 5, scale: 2 }, '1e2')).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'datetime2', scale: 7 }, '2024-1-1')).toThrow(/BUG/);
    expect(() => bytesOf({ name: 'money' }, '922337203685477.5808')).toThrow('Arithmetic overflow');
  });
});

describe('against an independent reckoning:', () => {
  const seed = 4711;

  test('every eleventh day from 0001 to 9999 is that of JavaScript’s calendar', () => {
    const first = Date.UTC(2000, 0, 1) - 730_119 * 86_400_000;
    for (let days = 0; days <= LAST_DAY; days += 11) {
      const text = dateText(days);
      if (text !== new Date(first + days * 86_400_000).toISOString().slice(0, 10) || daysOf(text) !== days) {
        expect([days, text]).toEqual('the day of the calendar');
      }
    }
  });

  test(`random decimals of every precision and scale keep each digit (seed ${seed})`, () => {
    let state = seed;
    const next = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 4_294_967_296) * below);
    };
    for (let round = 0; round < 5_000; round++) {
      const precision = 1 + next(38);
      const scale = next(precision + 1);
      const digits = Array.from({ length: precision }, () => next(10)).join('');
      const whole = digits.slice(0, precision - scale).replace(/^0+(?=\d)/, '') || '0';
      const sign = next(2) && /[1-9]/.test(digits) ? '-' : '';
      const text = sign + (scale > 0 ? `${whole}.${digits.slice(precision - scale)}` : whole);
      expect(through({ name: 'decimal', precision, scale }, text)).toBe(text);
    }
  });

  test('every tick of a second of datetime comes back as SQL Server shows it', () => {
    for (let tick = 0; tick < 300; tick++) {
      const milliseconds = Math.round((tick * 10) / 3);
      const text = `2024-02-29 12:34:56.${String(milliseconds).padStart(3, '0')}`;
      expect([0, 3, 7]).toContain(milliseconds % 10);
      expect(through({ name: 'datetime' }, text)).toBe(text);
    }
  });
});
