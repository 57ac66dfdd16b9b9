import type { LoginRequest } from '../session.ts';
import { ProtocolError } from './wire-reader.ts';

/** TDS 7.4, as LOGINACK and LOGIN7 number it. */
export const TDS_74 = 0x74000004;
/** TDS 7.3B, the first that knows NBCROW and the date types. */
export const TDS_73B = 0x730b0003;
/** TDS 7.3A, the oldest served: date, time, datetime2 and datetimeoffset begin here. */
export const TDS_73A = 0x730a0003;

/** Feature ids of LOGIN7 and FEATUREEXTACK (MS-TDS 2.2.6.4). */
export const FEATURE = { utf8: 0x0a, end: 0xff } as const;

/** LOGIN7 as decoded; integrated and federated logins are seen but not served. */
export interface Login7 {
  readonly tdsVersion: number;
  readonly packetSize: number;
  readonly language: string;
  readonly request: LoginRequest;
  readonly integrated: boolean;
  readonly clientProcess: number;
  readonly clientLibrary: string;
  /** Feature ids the client asked for. */
  readonly features: readonly number[];
}

const FIXED_LENGTH = 94;

/** Reads LOGIN7 (MS-TDS 2.2.6.4): a fixed part, offsets and lengths of the texts, the texts. */
export function readLogin7(bytes: Buffer, clientAddress: string): Login7 {
  if (bytes.length < FIXED_LENGTH || bytes.readUInt32LE(0) > bytes.length)
    throw new ProtocolError('a LOGIN7 shorter than it says');
  const text = (at: number): string => fieldBytes(bytes, at, 2).toString('utf16le');
  const optionFlags2 = bytes.readUInt8(25);
  const typeFlags = bytes.readUInt8(26);
  const optionFlags3 = bytes.readUInt8(27);
  return {
    tdsVersion: bytes.readUInt32LE(4),
    packetSize: bytes.readUInt32LE(8),
    language: text(64),
    clientProcess: bytes.readInt32LE(16),
    clientLibrary: text(60),
    integrated: (optionFlags2 & 0x80) !== 0,
    features: optionFlags3 & 0x10 ? readFeatures(bytes) : [],
    request: {
      user: text(40),
      password: clearPassword(fieldBytes(bytes, 44, 2)),
      database: text(68),
      appName: text(48),
      hostName: text(36),
      readOnlyIntent: (typeFlags & 0x20) !== 0,
      clientAddress,
    },
  };
}

function fieldBytes(bytes: Buffer, at: number, unit: number): Buffer {
  const offset = bytes.readUInt16LE(at);
  const length = bytes.readUInt16LE(at + 2) * unit;
  if (length === 0) return Buffer.alloc(0);
  if (offset + length > bytes.length) throw new ProtocolError('a LOGIN7 field outside its message');
  return bytes.subarray(offset, offset + length);
}

/** Each byte was turned by four bits and then XORed with 0xA5. */
function clearPassword(hidden: Buffer): string {
  const clear = Buffer.alloc(hidden.length);
  hidden.forEach((byte, index) => {
    const turned = byte ^ 0xa5;
    clear[index] = ((turned << 4) | (turned >> 4)) & 0xff;
  });
  return clear.toString('utf16le');
}

/** ibExtension points to the offset of the feature list: id, four bytes of length, data, … 0xFF. */
function readFeatures(bytes: Buffer): number[] {
  const extension = fieldBytes(bytes, 56, 1);
  if (extension.length < 4) throw new ProtocolError('a LOGIN7 extension without an offset');
  const features: number[] = [];
  let at = extension.readUInt32LE(0);
  while (at < bytes.length && bytes[at] !== FEATURE.end) {
    if (at + 5 > bytes.length) throw new ProtocolError('a LOGIN7 feature cut short');
    features.push(bytes.readUInt8(at));
    at += 5 + bytes.readUInt32LE(at + 1);
  }
  if (at >= bytes.length) throw new ProtocolError('a LOGIN7 feature list without end');
  return features;
}
