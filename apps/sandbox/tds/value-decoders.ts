import type { TdsType, TdsValue } from '../session.ts';
import { collationOf } from './collation.ts';
import { codePageOf } from './code-page.ts';
import { readDecimalBytes, readFixedValue, readTemporal } from './fixed-decoders.ts';
import { isFixed, type WireType } from './type-info.ts';
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
