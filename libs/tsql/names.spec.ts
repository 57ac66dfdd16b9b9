import { describe, expect, test } from '@jest/globals';
import { decodeScript } from './decode.ts';
import { qualifiedName, quoteName, quoteString, unquote } from './names.ts';
import { parseExpression } from './parse.ts';

const HOSTILE = ['a', 'a b', 'a]b', ']]', "o'clock", '"', '[x]', 'select', '', 'ñ', '😀', 'a\nb', 'x'.repeat(128)];

describe('names', () => {
  test.each(HOSTILE)('%j comes back from its brackets', (name) => {
    expect(unquote(quoteName(name))).toBe(name);
    const { expression } = parseExpression(quoteName(name));
    expect(expression).toMatchObject({ kind: 'column', parts: [{ name, quote: 'bracket' }] });
  });

  test.each(HOSTILE)('%j comes back from a string', (text) => {
    expect(parseExpression(quoteString(text)).expression).toMatchObject({ type: 'nstring', value: text });
    expect(parseExpression(quoteString(text, false)).expression).toMatchObject({ type: 'string', value: text });
  });

  test('parts are joined by dots, and other quotes undone', () => {
    expect(qualifiedName('dbo', 'a]b')).toBe('[dbo].[a]]b]');
    expect(unquote('"a""b"')).toBe('a"b');
    expect(unquote("'a''b'")).toBe("a'b");
    expect(unquote('plain')).toBe('plain');
    expect(unquote('[open')).toBe('[open');
  });
});

describe('script files of any encoding', () => {
  const text = "SELECT N'Zürich €'";

  test('UTF-8, with and without its mark', () => {
    expect(decodeScript(Buffer.from(text))).toBe(text);
    expect(decodeScript(Buffer.from(`\ufeff${text}`))).toBe(text);
  });

  test('UTF-16 in both orders, with and without its mark', () => {
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    expect(decodeScript(Buffer.concat([Buffer.from([0xff, 0xfe]), little]))).toBe(text);
    expect(decodeScript(Buffer.concat([Buffer.from([0xfe, 0xff]), big]))).toBe(text);
    expect(decodeScript(Buffer.from('SELECT 1 FROM t', 'utf16le'))).toBe('SELECT 1 FROM t');
    expect(decodeScript(Buffer.from('SELECT 1 FROM t', 'utf16le').swap16())).toBe('SELECT 1 FROM t');
  });

  test('a code page where the bytes are not UTF-8', () => {
    expect(decodeScript(Buffer.from([0x5a, 0xfc, 0x80]))).toBe('Zü€');
    expect(decodeScript(Buffer.from([0xe6]), 'windows-1251')).toBe('ж');
  });

  test('nothing is nothing', () => {
    expect(decodeScript(new Uint8Array())).toBe('');
  });
});
