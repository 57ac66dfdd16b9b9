import type { TdsType, TdsValue } from '../session.ts';
import { collationOf } from './collation.ts';
import { codePageOf, type CodePage } from './code-page.ts';
import { mismatch, type Encoder } from './encoder.ts';
import type { TokenBuffer } from './token-buffer.ts';

/** Characters up to which a loop in JavaScript beats the call into the runtime. */
const SHORT_TEXT = 48;

/** Writes UCS-2 at the position; unpaired surrogates and U+0000 pass as they are. Room is made by the caller. */
function writeUcs2(out: TokenBuffer, text: string): void {
  const length = text.length;
  if (length > SHORT_TEXT) {
    out.position += out.bytes.write(text, out.position, 'utf16le');
    return;
  }
  const bytes = out.bytes;
  let position = out.position;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    bytes[position++] = code;
    bytes[position++] = code >> 8;
  }
  out.position = position;
}

function tooLong(): RangeError {
  return new RangeError('BUG: a value above 8000 bytes in a column that is not (max)');
}

/** nchar and nvarchar: two bytes of length in bytes. nchar is filled with blanks to its length. */
export function ncharEncoder(name: 'nchar' | 'nvarchar', byteLength: number): Encoder {
  const pad = name === 'nchar' ? byteLength : 0;
  return (out, value) => {
    if (typeof value !== 'string') throw mismatch(name, value);
    const text = value.length * 2 < pad ? value.padEnd(pad / 2, ' ') : value;
    const size = text.length * 2;
    if (size > 8000) throw tooLong();
    out.ensure(size + 2);
    out.bytes[out.position++] = size;
    out.bytes[out.position++] = size >> 8;
    writeUcs2(out, text);
  };
}

/** char and varchar in the code page of their collation. char is filled with blanks to its length in bytes. */
export function charEncoder(name: 'char' | 'varchar', byteLength: number, page: CodePage): Encoder {
  const pad = name === 'char' ? byteLength : 0;
  return (out, value) => {
    if (typeof value !== 'string') throw mismatch(name, value);
    out.ensure(value.length + pad + 2);
    const start = out.position;
    out.position += 2;
    if (!writeAscii(out, value)) {
      const encoded = page.encode(value);
      out.position = start;
      out.ensure(encoded.length + pad + 2);
      out.position += 2;
      out.raw(encoded);
    }
    const end = start + 2 + pad;
    if (out.position < end) {
      out.bytes.fill(0x20, out.position, end);
      out.position = end;
    }
    const size = out.position - start - 2;
    if (size > 8000) throw tooLong();
    out.bytes[start] = size;
    out.bytes[start + 1] = size >> 8;
  };
}

/** Every code page here has ASCII as it is: text of ASCII alone needs no table. False if another character was met. */
function writeAscii(out: TokenBuffer, text: string): boolean {
  const bytes = out.bytes;
  let position = out.position;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return false;
    bytes[position++] = code;
  }
  out.position = position;
  return true;
}

/** binary (filled with zeros) and varbinary. */
export function binaryEncoder(name: 'binary' | 'varbinary', byteLength: number): Encoder {
  const pad = name === 'binary' ? byteLength : 0;
  return (out, value) => {
    if (!Buffer.isBuffer(value)) throw mismatch(name, value);
    const size = Math.max(value.length, pad);
    if (size > 8000) throw tooLong();
    out.ensure(size + 2);
    out.bytes[out.position++] = size;
    out.bytes[out.position++] = size >> 8;
    out.raw(value);
    if (value.length < size) {
      out.bytes.fill(0, out.position, out.position + size - value.length);
      out.position += size - value.length;
    }
  };
}

/** Bytes of a long value, or of a piece of it that cuts no surrogate pair, in its type's encoding: text by code page or UCS-2, binary as it is. */
export function bytesOf(type: TdsType): (value: TdsValue) => Buffer {
  switch (type.name) {
    case 'varbinary':
    case 'binary':
    case 'image':
    case 'hierarchyid':
    case 'geography':
    case 'geometry':
      return (value) => {
        if (!Buffer.isBuffer(value)) throw mismatch(type.name, value);
        return value;
      };
    case 'char':
    case 'varchar':
    case 'text': {
      const page = codePageOf(collationOf(type.collation).codePage);
      return (value) => {
        if (typeof value !== 'string') throw mismatch(type.name, value);
        return page.encode(value);
      };
    }
    default:
      return (value) => {
        if (typeof value !== 'string') throw mismatch(type.name, value);
        return Buffer.from(value, 'utf16le');
      };
  }
}

/** PLP with its total length told, one chunk, terminator (MS-TDS 2.2.5.2.3). */
export function plpEncoder(type: TdsType): Encoder {
  const toBytes = bytesOf(type);
  return (out, value) => {
    const data = toBytes(value);
    out.ensure(data.length + 16);
    out.u64(BigInt(data.length));
    if (data.length > 0) {
      out.u32(data.length);
      out.raw(data);
    }
    out.u32(0);
  };
}

/** Text pointer and timestamp before the value of a legacy LOB; clients look at their lengths only ('dummy textptr', 'dummyTS' as SQL Server writes them). */
const TEXT_POINTER = Buffer.concat([Buffer.from([16]), Buffer.from('dummy textptr\0\0\0dummyTS\0', 'latin1')]);

/** text, ntext and image in a row: pointer, timestamp, four bytes of length, data (MS-TDS 2.2.7.19). */
export function lobEncoder(type: TdsType): Encoder {
  const toBytes = bytesOf(type);
  return (out, value) => {
    const data = toBytes(value);
    out.raw(TEXT_POINTER);
    out.u32(data.length);
    out.raw(data);
  };
}
