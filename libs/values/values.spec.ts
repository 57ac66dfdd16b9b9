import { describe, expect, test } from '@jest/globals';
import {
  canonicalDecimal,
  canonicalFromSource,
  canonicalFromTarget,
  canonicalKeyValue,
  cleanText,
  dateText,
  decimalBytes,
  decimalText,
  decimalUnscaled,
  foldText,
  instantText,
  parseDate,
  parseLong,
  parseTimeMicros,
  parseTimestampMicros,
  pgTypeOf,
  timestampText,
  timestamptzIso,
  unscaledFromBytes,
  ValueCounters,
  type ValueType,
} from '#values';

const PLACE = { table: 'dbo.t', column: 'c' };

/** A seeded generator, so that a failure can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('decimals', () => {
  test('C1, C2: 38 digits and the ends of money keep every digit through bytes and back', () => {
    for (const [text, scale] of [
      ['9999999999999999999999999999.0123456789', 10],
      ['-9999999999999999999999999999.0123456789', 10],
      ['922337203685477.5807', 4],
      ['-922337203685477.5808', 4],
      ['0.0001', 4],
      ['-0.00000000000000000000000000000000000001', 38],
    ] as const) {
      const bytes = decimalBytes(decimalUnscaled(text, scale, PLACE));
      expect(decimalText(unscaledFromBytes(bytes), scale)).toBe(text);
    }
  });

  test('bytes are the shortest two’s complement for every size of number', () => {
    for (let bits = 0; bits < 130; bits++) {
      for (const value of [
        2n ** BigInt(bits),
        2n ** BigInt(bits) - 1n,
        -(2n ** BigInt(bits)),
        -(2n ** BigInt(bits)) - 1n,
      ]) {
        const bytes = decimalBytes(value);
        expect(unscaledFromBytes(bytes)).toBe(value);
        const isTooLong =
          bytes.length > 1 && ((bytes[0] === 0 && bytes[1]! < 128) || (bytes[0] === 255 && bytes[1]! >= 128));
        expect(isTooLong).toBe(false);
      }
    }
  });

  test('digits that the scale has no room for are refused, zeros are not', () => {
    expect(decimalUnscaled('1.2300', 2, PLACE)).toBe(123n);
    expect(() => decimalUnscaled('1.234', 2, PLACE)).toThrow(/dbo\.t\.c: more than 2 fractional digits/);
    expect(() => decimalUnscaled('1e5', 2, PLACE)).toThrow(/plain decimal/);
  });

  test('one number has one canonical text', () => {
    expect(['1.50', '+1.5', '01.500'].map((text) => canonicalDecimal(text))).toEqual(['1.5', '1.5', '1.5']);
    expect(['-0.00', '.0', '0'].map((text) => canonicalDecimal(text))).toEqual(['0', '0', '0']);
  });
});

describe('integers', () => {
  test('C3: the ends of bigint are exact, beyond them and beyond safe numbers is refused', () => {
    expect(parseLong('9223372036854775807')).toBe(9223372036854775807n);
    expect(parseLong('-9223372036854775808')).toBe(-9223372036854775808n);
    expect(() => parseLong('9223372036854775808', PLACE)).toThrow(/64 bits/);
    expect(() => parseLong(2 ** 53, PLACE)).toThrow(/2\^53/);
  });
});

describe('dates and times', () => {
  test('C5: the first and the last moment of the calendar are exact', () => {
    for (const text of [
      '0001-01-01 00:00:00',
      '9999-12-31 23:59:59.999999',
      '1969-12-31 23:59:59.999999',
      '2000-02-29 12:00:00.5',
    ]) {
      expect(timestampText(parseTimestampMicros(text))).toBe(text);
    }
    expect(dateText(parseDate('0001-01-01'))).toBe('0001-01-01');
    expect(parseDate('1970-01-01')).toBe(0);
  });

  test('every day of four centuries comes back from its number', () => {
    for (let days = parseDate('1899-12-31'), last = parseDate('2300-01-01'); days < last; days += 1) {
      expect(parseDate(dateText(days))).toBe(days);
    }
  });

  test('dates that no calendar has are refused', () => {
    for (const text of ['2023-02-29', '2023-13-01', '2023-00-10', '20230101'])
      expect(() => parseDate(text, PLACE)).toThrow(/dbo\.t\.c/);
  });

  test('C4: the seventh digit is truncated or rounded as declared, and counted', () => {
    const counters = new ValueCounters();
    expect(parseTimeMicros('12:00:05.6643657', { digit7: 'truncate', counters })).toBe(43_205_664_365);
    expect(parseTimeMicros('12:00:05.6643657', { digit7: 'round', counters })).toBe(43_205_664_366);
    expect(parseTimeMicros('12:00:05.6643650', { digit7: 'round', counters })).toBe(43_205_664_365);
    expect(counters.digit7Reduced).toBe(2);
    const sentinel = '9999-12-31 23:59:59.9999999';
    expect(timestampText(parseTimestampMicros(sentinel))).toBe('9999-12-31 23:59:59.999999');
    const type: ValueType = { kind: 'timestamp', digits: 7 };
    const policy = { nul: 'reject', digit7: 'round' } as const;
    // PostgreSQL shows what was written by the same policy.
    expect(canonicalFromSource(type, '2024-01-01 00:00:05.6643657', policy)).toBe(
      canonicalFromTarget(type, '2024-01-01 00:00:05.664366'),
    );
  });

  test('C6: each of the 300 ticks of a second of datetime keeps its three digits', () => {
    for (let tick = 0; tick < 300; tick++) {
      const text = `2024-05-05 10:11:12.${String(Math.round((tick * 1000) / 300)).padStart(3, '0')}`;
      expect(Number(parseTimestampMicros(text)) % 1_000_000).toBe(Math.round((tick * 1000) / 300) * 1000);
    }
  });

  test('C7: equal instants have equal canonical texts, whatever their offsets, and the offset is kept on the way', () => {
    expect(instantText('2024-03-10 02:30:00 -05:00')).toBe('2024-03-10 07:30:00Z');
    expect(instantText('2024-03-10T13:00:00.1000000+05:30')).toBe('2024-03-10 07:30:00.1Z');
    expect(instantText('2024-03-10 07:30:00+00')).toBe('2024-03-10 07:30:00Z');
    expect(timestamptzIso('2024-03-10 02:30:00.1200000 -05:00')).toBe('2024-03-10T02:30:00.12-05:00');
    expect(instantText('0001-01-01 00:00:00 +14:00')).toBe(instantText('0001-12-31 10:00:00+00 BC'));
    expect(instantText('9999-12-31 23:59:59 -14:00')).toBe('10000-01-01 13:59:59Z');
  });
});

describe('text', () => {
  test('C10, C11: U+0000 and unpaired surrogates are refused by table and column, never by their value', () => {
    expect(() => cleanText('secret\u0000', 'reject', PLACE)).toThrow('dbo.t.c: text holds U+0000');
    expect(() => cleanText('secret\ud800', 'reject', PLACE)).toThrow(/unpaired surrogate/);
    expect(() => cleanText('secret\u0000', 'reject', PLACE)).not.toThrow(/secret/);
  });

  test('stripped and replaced text is counted, and two halves never join', () => {
    const counters = new ValueCounters();
    expect(cleanText('a\u0000b', 'strip', PLACE, counters)).toBe('ab');
    expect(cleanText('a\u0000b\udc00', 'replace', PLACE, counters)).toBe('a\ufffdb\ufffd');
    expect(cleanText('\ud83d\u0000\ude00', 'strip', PLACE, counters)).toBe('');
    expect(cleanText('😀', 'reject', PLACE, counters)).toBe('😀');
    expect(counters.textAltered).toBe(3);
  });

  test('C15: empty text is not NULL', () => {
    expect(canonicalFromSource({ kind: 'string' }, '')).toBe('');
    expect(canonicalFromSource({ kind: 'string' }, null)).toBeNull();
  });
});

describe('keys', () => {
  test('C13: a fold touches blanks at the end and A to Z alone', () => {
    expect(foldText('ÀBC xyz \u00a0', 'rtrim-lower')).toBe('Àbc xyz \u00a0');
    expect(foldText('ABC \t', 'rtrim')).toBe('ABC \t');
    expect(foldText('ABC  ', 'rtrim')).toBe('ABC');
    expect(foldText('İIıi', 'rtrim-lower')).toBe('İiıi');
  });

  test('C14: accents, widths and kana stay apart, whatever the collation: finer than the source, never coarser', () => {
    for (const [one, other] of [
      ['é', 'e'],
      ['ａ', 'a'],
      ['カ', 'か'],
      ['ß', 'ss'],
      ['É', 'é'],
    ] as const) {
      for (const fold of ['exact', 'rtrim', 'rtrim-lower'] as const)
        expect(foldText(one, fold)).not.toBe(foldText(other, fold));
    }
  });

  test('a canonical key stays as it is when it is made canonical again', () => {
    const random = generator(3);
    const letters = [' ', 'A', 'z', 'É', 'ß', '\t', '😀', 'İ'];
    for (let i = 0; i < 500; i++) {
      const text = Array.from({ length: random(8) }, () => letters[random(letters.length)]).join('');
      for (const fold of ['exact', 'rtrim', 'rtrim-lower'] as const) {
        const once = canonicalKeyValue({ kind: 'string' }, fold, text);
        expect(canonicalKeyValue({ kind: 'string' }, fold, once)).toBe(once);
      }
    }
  });

  test('C17: one GUID, one number, one instant have one key', () => {
    const key = (type: ValueType, value: string | number): unknown => canonicalKeyValue(type, 'exact', value);
    expect(key({ kind: 'uuid' }, 'ABCDEF00-0000-0000-0000-000000000001')).toBe('abcdef00-0000-0000-0000-000000000001');
    expect(key({ kind: 'decimal', precision: 10, scale: 2 }, '1.5')).toBe('1.50');
    expect(Object.is(key({ kind: 'double' }, -0), 0)).toBe(true);
    const instant: ValueType = { kind: 'timestamptz', digits: 6 };
    expect(key(instant, '2024-01-01 01:00:00 +01:00')).toBe(key(instant, '2024-01-01 00:00:00 +00:00'));
    expect(canonicalKeyValue({ kind: 'string', fixed: true, length: 5 }, 'exact', 'ab   ')).toBe('ab');
  });

  test('what a policy would change is refused in a key', () => {
    expect(() => canonicalKeyValue({ kind: 'string' }, 'exact', 'a\u0000', PLACE)).toThrow(/key text/);
    expect(() =>
      canonicalKeyValue({ kind: 'timestamp', digits: 7 }, 'exact', '2024-01-01 00:00:00.1234567', PLACE),
    ).toThrow(/seven/);
    expect(() => canonicalKeyValue({ kind: 'int', bits: 32 }, 'exact', undefined, PLACE)).toThrow(/did not send/);
  });
});

describe('target types', () => {
  test.each<[ValueType, string]>([
    [{ kind: 'boolean' }, 'boolean'],
    [{ kind: 'int', bits: 8 }, 'smallint'],
    [{ kind: 'int', bits: 32 }, 'integer'],
    [{ kind: 'decimal', precision: 38, scale: 10 }, 'numeric(38,10)'],
    [{ kind: 'string', length: 10, fixed: true }, 'char(10)'],
    [{ kind: 'string', length: 4000 }, 'varchar(4000)'],
    [{ kind: 'string' }, 'text'],
    [{ kind: 'time', digits: 7 }, 'time(6)'],
    [{ kind: 'timestamp', digits: 3 }, 'timestamp(3)'],
    [{ kind: 'timestamptz', digits: 7 }, 'timestamptz(6)'],
    [{ kind: 'text', of: 'hierarchyid' }, 'text'],
  ])('%j is %s', (type, expected) => {
    expect(pgTypeOf(type)).toBe(expected);
  });
});
