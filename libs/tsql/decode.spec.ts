import { describe, expect, test } from '@jest/globals';
import { decodeScript } from './decode.ts';
import { parseScript } from './parse.ts';

const TEXT = "CREATE TABLE größe (naïve nvarchar(10) DEFAULT N'Łódź')\r\nGO\r\nSELECT 'é' AS [ñ]\r\nGO 3\r\n";

function utf16(text: string, order: 'le' | 'be', mark: boolean): Uint8Array {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

describe('a script is read in whatever encoding it was saved', () => {
  test.each([
    ['UTF-16 little-endian with its mark, as SSMS saves it', utf16(TEXT, 'le', true)],
    ['UTF-16 big-endian with its mark', utf16(TEXT, 'be', true)],
    ['UTF-16 little-endian without a mark', utf16(TEXT, 'le', false)],
    ['UTF-16 big-endian without a mark', utf16(TEXT, 'be', false)],
    ['UTF-8 with a mark', Buffer.from('\ufeff' + TEXT, 'utf8')],
    ['UTF-8 without a mark', Buffer.from(TEXT, 'utf8')],
  ])('%s', (_, bytes) => {
    const text = decodeScript(bytes);
    expect(text).toBe(TEXT);
    const { batches, errors } = parseScript(text);
    expect(errors).toEqual([]);
    expect(batches.map((batch) => batch.repeat)).toEqual([1, 3]);
  });

  test('Windows-1252 where the bytes are not UTF-8 and nothing else is said', () => {
    expect(decodeScript(Uint8Array.from([0x27, 0xe9, 0x80, 0xf1, 0x27]))).toBe("'é€ñ'");
  });

  test('the code page that was asked for', () => {
    expect(decodeScript(Uint8Array.from([0x27, 0xa3, 0xf3, 0x64, 0x9f, 0x27]), 'windows-1250')).toBe("'Łódź'");
    expect(decodeScript(Uint8Array.from([0xcf, 0xf0, 0xe8]), 'windows-1251')).toBe('При');
    expect(decodeScript(Uint8Array.from([0x93, 0xfa, 0x96, 0x7b]), 'shift_jis')).toBe('日本');
  });

  test('a code page does not overrule UTF-8 or a mark', () => {
    expect(decodeScript(Buffer.from('é', 'utf8'), 'windows-1250')).toBe('é');
    expect(decodeScript(utf16('Łódź', 'le', true), 'windows-1250')).toBe('Łódź');
  });

  test('lines that end with a carriage return alone, or with two', () => {
    const read = (text: string): string[] =>
      parseScript(decodeScript(Buffer.from(text))).batches.map((one) => one.text.trim());
    expect(read('SELECT 1 -- one\rGO\rSELECT 2\r')).toEqual(['SELECT 1 -- one', 'SELECT 2']);
    expect(read('SELECT 1\r\r\nGO\r\r\nSELECT 2')).toEqual(['SELECT 1', 'SELECT 2']);
    expect(decodeScript(Buffer.from("SELECT 'a\rb'\r\nGO\r\n"))).toBe("SELECT 'a\rb'\r\nGO\r\n");
  });

  test('an empty file, one byte, a mark alone', () => {
    expect([[], [0x41], [0xff, 0xfe], [0xef, 0xbb, 0xbf]].map((bytes) => decodeScript(Uint8Array.from(bytes)))).toEqual(
      ['', 'A', '', ''],
    );
  });
});
