import type { SourceValue } from '#values';

/** What of the driver's column metadata decides how a value stands in a row. */
export interface WireColumn {
  readonly type: { readonly name: string };
  /** Most bytes of a value; 65,535 = a long one, sent in parts. */
  readonly dataLength?: number | undefined;
}

/** Reads one value of a column that {@link RowDecoder} cannot read by itself, as the driver does. */
export type ReadByDriver = (buffer: Buffer, offset: number, column: WireColumn) => { value: unknown; offset: number };

const CODE = {
  TinyInt: 1,
  SmallInt: 2,
  Int: 3,
  BigInt: 4,
  Bit: 5,
  Real: 6,
  Float: 7,
  /** A length byte before one of the above; 0 = NULL. */
  IntN: 8,
  BitN: 9,
  FloatN: 10,
  UniqueIdentifier: 11,
  Char: 12,
  VarChar: 12,
  NChar: 13,
  NVarChar: 13,
  Binary: 14,
  VarBinary: 14,
  LongText: 15,
  LongBinary: 16,
} as const;

const LONG = 0xffff;
const LONG_TYPES: Readonly<Record<string, number>> = { NVarChar: CODE.LongText, VarBinary: CODE.LongBinary };

/** 0 where this column is not for us. */
function codeOf({ type: { name }, dataLength }: WireColumn): number {
  if (dataLength === LONG) return LONG_TYPES[name] ?? 0;
  if (name === 'Xml') return CODE.LongText;
  return name in CODE && !name.startsWith('Long') ? CODE[name as keyof typeof CODE] : 0;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase());
const HIGH = 2 ** 32;

/**
 * Reads rows of one result set from the bytes of the server ([MS-TDS] 2.2.7.19 ROW and 2.2.7.14 NBCROW), as the driver would give them, without an object or
 * a promise for each value. 64-bit integers come as numbers where those are exact.
 */
export class RowDecoder {
  /** Behind the last row read. */
  end = 0;
  readonly #codes: Uint8Array;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;

  private constructor(
    private readonly columns: readonly WireColumn[],
    private readonly readByDriver: ReadByDriver,
  ) {
    this.#codes = Uint8Array.from(columns, codeOf);
  }

  /** Null where a column has a type that only the driver can read. */
  static for(columns: readonly WireColumn[], readByDriver: ReadByDriver): RowDecoder | null {
    const decoder = new RowDecoder(columns, readByDriver);
    return columns.length > 0 && !decoder.#codes.includes(0) ? decoder : null;
  }

  /** The row whose first byte behind the token's type is at `start`; null where it is not there as a whole. */
  read(buffer: Buffer, start: number, hasNullBits: boolean): SourceValue[] | null {
    const codes = this.#codes;
    const row: SourceValue[] = [];
    this.#buffer = buffer;
    this.#at = hasNullBits ? start + ((codes.length + 7) >> 3) : start;
    if (this.#at > buffer.length) return null;
    for (let index = 0; index < codes.length; index++) {
      if (hasNullBits && (buffer[start + (index >> 3)]! & (1 << (index & 7))) !== 0) {
        row.push(null);
        continue;
      }
      const value = this.#value(codes[index]!, index);
      if (value === undefined) return null;
      row.push(value);
    }
    this.end = this.#at;
    return row;
  }

  /** Undefined where its bytes are not there. */
  #value(code: number, index: number): SourceValue {
    switch (code) {
      case CODE.IntN:
      case CODE.BitN:
      case CODE.FloatN:
        return this.#sized(code);
      case CODE.UniqueIdentifier:
        return this.#guid();
      case CODE.VarChar:
        return this.#chars(index);
      case CODE.NVarChar:
        return this.#text();
      case CODE.VarBinary:
        return this.#bytes();
      case CODE.LongText:
        return this.#long('text');
      case CODE.LongBinary:
        return this.#long('bytes');
      default:
        return this.#fixed(code);
    }
  }

  #fixed(code: number): SourceValue {
    switch (code) {
      case CODE.TinyInt:
        return this.#number(1, false);
      case CODE.Bit: {
        const bit = this.#number(1, false);
        return bit === undefined ? undefined : bit !== 0;
      }
      case CODE.SmallInt:
        return this.#number(2, false);
      case CODE.Int:
        return this.#number(4, false);
      case CODE.BigInt:
        return this.#number(8, false);
      default:
        return this.#number(code === CODE.Real ? 4 : 8, true);
    }
  }

  /** A length byte and a number of that many bytes. */
  #sized(code: number): SourceValue {
    const size = this.#buffer[this.#at];
    if (size === undefined) return undefined;
    this.#at++;
    if (size === 0) return null;
    const value = this.#number(size, code === CODE.FloatN);
    return code === CODE.BitN && value !== undefined ? value !== 0 : value;
  }

  #number(size: number, isFloating: boolean): number | string | undefined {
    const buffer = this.#buffer;
    const at = this.#at;
    if (at + size > buffer.length) return undefined;
    this.#at = at + size;
    if (isFloating) return size === 4 ? buffer.readFloatLE(at) : buffer.readDoubleLE(at);
    if (size === 4) return buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24);
    if (size === 8) return long(buffer, at);
    return size === 2 ? buffer.readInt16LE(at) : buffer[at]!;
  }

  #guid(): string | null | undefined {
    const bytes = this.#buffer;
    const size = bytes[this.#at];
    if (size === 0) this.#at++;
    if (size === 0) return null;
    const at = this.#at + 1;
    if (size === undefined || at + size > bytes.length) return undefined;
    this.#at = at + size;
    const hex = (...places: number[]): string => places.map((place) => HEX[bytes[at + place]!]).join('');
    return `${hex(3, 2, 1, 0)}-${hex(5, 4)}-${hex(7, 6)}-${hex(8, 9)}-${hex(10, 11, 12, 13, 14, 15)}`;
  }

  /** The bytes of a value with a two-byte length: its start, -1 for NULL, -2 where they are not there. `#at` goes behind them. */
  #span(): number {
    const buffer = this.#buffer;
    const at = this.#at + 2;
    if (at > buffer.length) return -2;
    const size = buffer[at - 2]! | (buffer[at - 1]! << 8);
    if (size === LONG) {
      this.#at = at;
      return -1;
    }
    if (at + size > buffer.length) return -2;
    this.#at = at + size;
    return at;
  }

  #chars(index: number): SourceValue {
    const before = this.#at;
    const start = this.#span();
    if (start < 0) return start === -1 ? null : undefined;
    const text = asciiText(this.#buffer, start, this.#at);
    // The code page is the collation's; the driver knows them all.
    return text ?? (this.readByDriver(this.#buffer, before, this.columns[index]!).value as string);
  }

  #text(): SourceValue {
    const start = this.#span();
    if (start < 0) return start === -1 ? null : undefined;
    return this.#buffer.toString('utf16le', start, this.#at);
  }

  #bytes(): SourceValue {
    const start = this.#span();
    if (start < 0) return start === -1 ? null : undefined;
    return this.#buffer.subarray(start, this.#at);
  }

  /** A value in parts ([MS-TDS] 2.2.5.2.3): eight bytes of length that may be unknown, then parts until an empty one. */
  #long(kind: 'text' | 'bytes'): SourceValue {
    const buffer = this.#buffer;
    let at = this.#at + 8;
    if (at > buffer.length) return undefined;
    if (buffer.readUInt32LE(at - 4) === 0xffff_ffff && buffer.readUInt32LE(at - 8) === 0xffff_ffff) {
      this.#at = at;
      return null;
    }
    const parts: Buffer[] = [];
    for (;;) {
      if (at + 4 > buffer.length) return undefined;
      const size = buffer.readUInt32LE(at);
      at += 4;
      if (size === 0) break;
      if (at + size > buffer.length) return undefined;
      parts.push(buffer.subarray(at, at + size));
      at += size;
    }
    this.#at = at;
    const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    // A part of the packets would keep all of them in memory.
    return kind === 'text' ? whole.toString('utf16le') : parts.length === 1 ? Buffer.from(whole) : whole;
  }
}

/** A number where it is exact, else decimal text. */
function long(buffer: Buffer, at: number): number | string {
  const value = buffer.readInt32LE(at + 4) * HIGH + buffer.readUInt32LE(at);
  return Number.isSafeInteger(value) ? value : buffer.readBigInt64LE(at).toString();
}

/** Undefined where a byte is not ASCII. */
function asciiText(buffer: Buffer, start: number, end: number): string | undefined {
  let seen = 0;
  for (let at = start; at < end; at++) seen |= buffer[at]!;
  return seen < 128 ? buffer.toString('latin1', start, end) : undefined;
}
