import iconv from 'iconv-lite';

/** Reads and writes text of one Windows code page, as SQL Server stores varchar. */
export interface CodePage {
  /** Characters that the page lacks become `?`, as SQL Server's implicit conversion makes them. */
  encode(text: string): Buffer;
  decode(bytes: Buffer): string;
  /** All of U+0000–U+007F are single bytes of the same value. */
  readonly asciiCompatible: boolean;
}

const MULTI_BYTE = new Set([932, 936, 949, 950]);
const pages = new Map<number, CodePage>();

/** The page by its Windows number; 65001 is UTF-8; 0 (collations for Unicode only) is read as 1252, which varchar cannot reach. */
export function codePageOf(number: number): CodePage {
  const wanted = number === 0 ? 1252 : number;
  let page = pages.get(wanted);
  if (!page) {
    page = wanted === 65001 ? utf8Page() : MULTI_BYTE.has(wanted) ? multiBytePage(wanted) : singleBytePage(wanted);
    pages.set(wanted, page);
  }
  return page;
}

function utf8Page(): CodePage {
  return {
    encode: (text) => Buffer.from(text, 'utf8'),
    decode: (bytes) => bytes.toString('utf8'),
    asciiCompatible: true,
  };
}

function multiBytePage(number: number): CodePage {
  const name = `cp${number}`;
  return {
    encode: (text) => iconv.encode(text, name),
    decode: (bytes) => iconv.decode(bytes, name),
    asciiCompatible: true,
  };
}

/** Bytes that the page leaves free stand for the C1 control of the same value, as Windows converts them: no byte is lost on the way. */
function singleBytePage(number: number): CodePage {
  const decoded = iconv.decode(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), `cp${number}`);
  const toUnicode = new Uint16Array(256);
  const fromUnicode = new Map<number, number>();
  for (let byte = 0; byte < 256; byte++) {
    const code = decoded.charCodeAt(byte);
    toUnicode[byte] = code === 0xfffd ? byte : code;
    fromUnicode.set(toUnicode[byte] ?? byte, byte);
  }
  return {
    encode: (text) => encodeSingle(text, fromUnicode),
    decode: (bytes) => decodeSingle(bytes, toUnicode),
    asciiCompatible: true,
  };
}

function encodeSingle(text: string, fromUnicode: ReadonlyMap<number, number>): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    bytes[length++] = fromUnicode.get(code) ?? 0x3f;
  }
  return bytes.subarray(0, length);
}

function decodeSingle(bytes: Buffer, toUnicode: Uint16Array): string {
  const units = Buffer.allocUnsafe(bytes.length * 2);
  for (let index = 0; index < bytes.length; index++) {
    const code = toUnicode[bytes[index] ?? 0] ?? 0;
    units[index * 2] = code & 0xff;
    units[index * 2 + 1] = code >>> 8;
  }
  return units.toString('utf16le');
}
