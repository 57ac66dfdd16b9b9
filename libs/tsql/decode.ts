import { isUtf8 } from 'node:buffer';

/**
 * The text of a script file, whatever wrote it: UTF-16 with its mark (SSMS saves that), UTF-8 with or without, or, where the
 * bytes are not UTF-8, the code page given (Windows-1252 if none). The mark is not part of the text; a carriage
 * return that ends a line alone is a line feed in it.
 */
export function decodeScript(bytes: Uint8Array, codePage = 'windows-1252'): string {
  const text = new TextDecoder(encodingOf(bytes) ?? codePage).decode(bytes);
  return GO_BEFORE_RETURN.test(text) ? text.replaceAll(/\r(?!\n)/g, '\n') : text;
}

/** Lines that end with a carriage return alone, or with two and a line feed: a GO shows that they are meant as lines. */
const GO_BEFORE_RETURN = /(?:^|[\r\n])[ \t]*GO[ \t]*\r(?!\n)/i;

/** The encoding of a script that says it itself; undefined where a code page has to be known. */
export function encodingOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-8' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return utf16Without(bytes) ?? (isUtf8(bytes) ? 'utf-8' : undefined);
}

/** UTF-16 that lost its mark: in a script nearly every other byte is zero, which no other encoding has. */
function utf16Without(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const length = Math.min(bytes.length & ~1, 512);
  if (length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  if (odd > length * 0.4 && even === 0) return 'utf-16le';
  return even > length * 0.4 && odd === 0 ? 'utf-16be' : undefined;
}
