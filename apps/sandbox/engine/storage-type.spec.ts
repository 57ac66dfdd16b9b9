import { describe, expect, test } from '@jest/globals';
import type { TdsType, TdsValue } from '../session.ts';
import { decoderFor, encoderFor, pgType } from './storage-type.ts';
import { escapeText, unescapeText } from './storage-text.ts';

const roundTrip = (type: TdsType, value: TdsValue): TdsValue => {
  const text = encoderFor(type)(value);
  return text === null ? null : decoderFor(type)(text);
};

describe('text that PostgreSQL cannot hold', () => {
  test.each([
    ['plain', 'abc'],
    ['U+0000', 'a\0b'],
    ['an unpaired high surrogate', 'a\ud83d'],
    ['an unpaired low surrogate', '\udc00z'],
    ['an emoji', '😀'],
    ['the characters used by the escape', '\u{10f000}\u{10f800}\u{10f801}\u{10f7ff}'],
    ['the escape character before U+0000', '\u{10f801}\0'],
  ])('%s comes back unchanged', (_, text) => {
    expect(unescapeText(escapeText(text))).toBe(text);
    expect(escapeText(text).isWellFormed()).toBe(true);
    expect(escapeText(text)).not.toContain('\0');
  });
});

describe('storage of values', () => {
  const cases: readonly (readonly [TdsType, TdsValue])[] = [
    [{ name: 'datetime2', scale: 7 }, '0001-01-01 00:00:00.0000000'],
    [{ name: 'datetime2', scale: 7 }, '9999-12-31 23:59:59.9999999'],
    [{ name: 'datetime2', scale: 7 }, '2000-02-29 12:34:56.1234567'],
    [{ name: 'time', scale: 7 }, '23:59:59.9999999'],
    [{ name: 'datetimeoffset', scale: 7 }, '0001-01-01 14:00:00.0000000 +14:00'],
    [{ name: 'datetimeoffset', scale: 0 }, '9999-12-31 09:59:59 -14:00'],
    [{ name: 'datetimeoffset', scale: 7 }, '2024-03-01 00:15:00.0000001 +05:45'],
    [{ name: 'bigint' }, -9_223_372_036_854_775_808n],
    [{ name: 'varbinary', length: -1 }, Buffer.from([0, 255, 92])],
    [{ name: 'sql_variant' }, { base: { name: 'decimal', precision: 38, scale: 10 }, value: '-1.0000000001' }],
    [{ name: 'sql_variant' }, { base: { name: 'nvarchar', length: 20 }, value: 'a "b", \\c (d)' }],
    [{ name: 'uniqueidentifier' }, '00112233-4455-6677-8899-AABBCCDDEEFF'],
    [{ name: 'bit' }, true],
    [{ name: 'bit' }, false],
    [{ name: 'real' }, Math.fround(0.1)],
  ];
  test.each(cases)('%p keeps %p', (type, value) => {
    expect(roundTrip(type, value)).toEqual(value);
  });

  test('NULL stays NULL', () => {
    expect(encoderFor({ name: 'datetimeoffset' })(null)).toBeNull();
  });

  test('char is padded to its length', () => {
    expect(roundTrip({ name: 'nchar', length: 5 }, 'ab')).toBe('ab   ');
  });

  test('the offset is kept beside the instant', () => {
    expect(encoderFor({ name: 'datetimeoffset', scale: 7 })('0001-01-01 01:00:00 +01:00')).toBe('(0,60)');
  });

  test('seven fractional digits need ticks, six do not', () => {
    expect(pgType({ name: 'datetime2', scale: 7 })).toBe('bigint');
    expect(pgType({ name: 'datetime2', scale: 6 })).toBe('timestamp(6)');
  });
});
