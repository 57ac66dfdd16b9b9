import type { TdsType, TdsValue } from '../session.ts';
import { collationOf } from './collation.ts';
import { codePageOf } from './code-page.ts';
import { readDecimalBytes, readFixedValue, readTemporal } from './fixed-decoders.ts';
import { isFixed, type WireType } from './type-info.ts';
import { LongValue, valueTooLong, type MessageStream, type ValueReader } from './message-stream.ts';
import { readVariant } from './variant.ts';
import { ProtocolError, type WireReader } from './wire-reader.ts';
import { CHARBIN_NULL, PLP_NULL, PLP_UNKNOWN, TYPE } from './wire-types.ts';

/** Reads one value, its length included. */
export type Decoder = (reader: WireReader) => TdsValue;

/** Where a value stands: legacy LOBs carry a text pointer in rows of a bulk load only (MS-TDS 2.2.7.19). */
export type Place = 'parameter' | 'row';

/** Chooses the decoder of a parameter or column once. */
export function decoderOf(wire: WireType, place: Place): Decoder {
  const { code, type } = wire;
  switch (code) {
    case TYPE.null:
      return () => null;
    case TYPE.text:
    case TYPE.ntext:
    case TYPE.image:
      return lobDecoder(wire, place);
    case TYPE.variant:
      return (reader) => {
        const total = reader.u32();
        return total === 0 ? null : readVariant(reader, total);
      };
    case TYPE.xml:
    case TYPE.udt:
      return plpDecoder(textOf(wire));
    case TYPE.char:
    case TYPE.varchar:
    case TYPE.nchar:
    case TYPE.nvarchar:
    case TYPE.binary:
    case TYPE.varbinary:
      return wire.size === 0xffff ? plpDecoder(textOf(wire)) : shortDecoder(textOf(wire));
    case TYPE.charOld:
    case TYPE.varcharOld:
    case TYPE.binaryOld:
    case TYPE.varbinaryOld:
      return byteLengthDecoder(textOf(wire));
    default:
      return isFixed(code) ? (reader) => readFixedValue(reader, type.name, wire.size) : sizedDecoder(type);
  }
}

/** How a value is read while its message comes: a long one piece by piece into one buffer of its own. */
export function valueReaderOf(wire: WireType, place: Place): ValueReader<TdsValue> {
  const decode = decoderOf(wire, place);
  const { code, size } = wire;
  if (code === TYPE.text || code === TYPE.ntext || code === TYPE.image) {
    return { decode, long: (stream) => longLob(stream, wire, place) };
  }
  const isPlp = code === TYPE.xml || code === TYPE.udt || (size === 0xffff && LONG_CODES.has(code));
  return isPlp ? { decode, long: (stream) => longPlp(stream, wire) } : { decode };
}

const LONG_CODES: ReadonlySet<number> = new Set([TYPE.varchar, TYPE.nvarchar, TYPE.varbinary]);

async function longPlp(stream: MessageStream, wire: WireType): Promise<TdsValue> {
  const total = await stream.read((reader) => reader.u64());
  if (total === PLP_NULL) return null;
  const limit = stream.maxValueBytes;
  if (total !== PLP_UNKNOWN && total > BigInt(limit)) throw valueTooLong(limit);
  const value = new LongValue(total === PLP_UNKNOWN ? undefined : Number(total), limit);
  for (;;) {
    const length = await stream.read((reader) => reader.u32());
    if (length === 0) break;
    await value.take(stream, length);
  }
  if (total !== PLP_UNKNOWN && total !== BigInt(value.length))
    throw new ProtocolError('a PLP value of another length than told');
  return ownedValue(wire, value);
}

async function longLob(stream: MessageStream, wire: WireType, place: Place): Promise<TdsValue> {
  if (place === 'row') {
    const pointer = await stream.read((reader) => reader.u8());
    if (pointer === 0) return null;
    await stream.read((reader) => reader.take(pointer + 8));
  }
  const size = await stream.read((reader) => reader.u32());
  if (size === 0xffff_ffff) return null;
  const value = new LongValue(size, stream.maxValueBytes);
  await value.take(stream, size);
  return ownedValue(wire, value);
}

/** Bytes that nobody else reads need no copy. */
function ownedValue(wire: WireType, value: LongValue): string | Buffer {
  return IS_BINARY.test(wire.type.name) ? value.finish() : textOf(wire)(value.finish());
}

const IS_BINARY = /^(?:varbinary|binary|image|hierarchyid|geography|geometry)$/;

/** Turns the bytes of a long value into its form at the seam. */
function textOf(wire: WireType): (bytes: Buffer) => string | Buffer {
  switch (wire.type.name) {
    case 'nchar':
    case 'nvarchar':
    case 'ntext':
      return (bytes) => bytes.toString('utf16le');
    case 'xml':
      // A byte order mark is the encoding's, not the document's.
      return (bytes) =>
        bytes.length >= 2 && bytes.readUInt16LE(0) === 0xfeff
          ? bytes.toString('utf16le', 2)
          : bytes.toString('utf16le');
    case 'char':
    case 'varchar':
    case 'text': {
      const page = codePageOf((wire.collation ?? collationOf(undefined)).codePage);
      return (bytes) => page.decode(bytes);
    }
    default:
      return (bytes) => Buffer.from(bytes);
  }
}

function shortDecoder(convert: (bytes: Buffer) => string | Buffer): Decoder {
  return (reader) => {
    const size = reader.u16();
    return size === CHARBIN_NULL ? null : convert(reader.view(size));
  };
}

function byteLengthDecoder(convert: (bytes: Buffer) => string | Buffer): Decoder {
  return (reader) => {
    const size = reader.u8();
    return size === 0 ? null : convert(reader.view(size));
  };
}

/** PLP of known or unknown length (MS-TDS 2.2.5.2.3). */
function plpDecoder(convert: (bytes: Buffer) => string | Buffer): Decoder {
  return (reader) => {
    const total = reader.u64();
    if (total === PLP_NULL) return null;
    const chunks: Buffer[] = [];
    let size = 0;
    for (let length = reader.u32(); length !== 0; length = reader.u32()) {
      chunks.push(reader.view(length));
      size += length;
    }
    if (total !== PLP_UNKNOWN && total !== BigInt(size))
      throw new ProtocolError('a PLP value of another length than told');
    return convert(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
  };
}

function lobDecoder(wire: WireType, place: Place): Decoder {
  const convert = textOf(wire);
  return (reader) => {
    if (place === 'row') {
      const pointer = reader.u8();
      if (pointer === 0) return null;
      reader.take(pointer + 8);
    }
    const size = reader.u32();
    return size === 0xffff_ffff ? null : convert(reader.view(size));
  };
}

function sizedDecoder(type: TdsType): Decoder {
  return (reader) => {
    const size = reader.u8();
    if (size === 0) return null;
    switch (type.name) {
      case 'decimal':
      case 'numeric':
        return readDecimalBytes(reader, size, type.scale ?? 0);
      case 'date':
      case 'time':
      case 'datetime2':
      case 'datetimeoffset':
        return readTemporal(reader, type, size);
      default:
        return readFixedValue(reader, type.name, size);
    }
  };
}
