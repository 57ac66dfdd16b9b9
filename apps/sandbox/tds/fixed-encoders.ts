import { SqlError, type TdsType, type TdsValue } from '../session.ts';
import { DAYS_TO_1900, LAST_DAY, TICKS_PER_DAY, daysOf, ticksOf } from './calendar.ts';
import { scaledInteger, writeDecimal } from './decimal.ts';
import { mismatch, type Encoder } from './encoder.ts';
import type { TokenBuffer } from './token-buffer.ts';
import { decimalSize, timeSize } from './wire-types.ts';

/** A type of fixed size: its bytes without the length. Room is made by the caller. */
export interface FixedEncoder {
  readonly size: number;
  readonly write: Encoder;
}

/** The encoder of a fixed-size type, also used for sql_variant, where no length stands before the value. */
export function fixedEncoder(type: TdsType): FixedEncoder {
  switch (type.name) {
    case 'bit':
      return { size: 1, write: writeBit };
    case 'tinyint':
      return { size: 1, write: integerWriter('tinyint', 1, 0, 255) };
    case 'smallint':
      return { size: 2, write: integerWriter('smallint', 2, -0x8000, 0x7fff) };
    case 'int':
      return { size: 4, write: integerWriter('int', 4, -0x8000_0000, 0x7fff_ffff) };
    case 'bigint':
      return { size: 8, write: writeBigint };
    case 'real':
      return { size: 4, write: writeReal };
    case 'float':
      return { size: 8, write: writeFloat };
    case 'money':
      return { size: 8, write: writeMoney };
    case 'smallmoney':
      return { size: 4, write: writeSmallMoney };
    case 'uniqueidentifier':
      return { size: 16, write: writeGuid };
    case 'decimal':
    case 'numeric':
      return decimalEncoder(type);
    default:
      return temporalEncoder(type);
  }
}

function writeBit(out: TokenBuffer, value: TdsValue): void {
  if (typeof value !== 'boolean') throw mismatch('bit', value);
  out.bytes[out.position++] = value ? 1 : 0;
}

function integerWriter(name: string, size: 1 | 2 | 4, min: number, max: number): Encoder {
  return (out, value) => {
    if (typeof value !== 'number' || (value | 0) !== value || value < min || value > max) throw mismatch(name, value);
    const bytes = out.bytes;
    bytes[out.position++] = value;
    if (size === 1) return;
    bytes[out.position++] = value >> 8;
    if (size === 2) return;
    bytes[out.position++] = value >> 16;
    bytes[out.position++] = value >> 24;
  };
}

function writeBigint(out: TokenBuffer, value: TdsValue): void {
  if (typeof value !== 'bigint') throw mismatch('bigint', value);
  out.position = out.bytes.writeBigInt64LE(value, out.position);
}

function writeReal(out: TokenBuffer, value: TdsValue): void {
  if (typeof value !== 'number') throw mismatch('real', value);
  out.position = out.bytes.writeFloatLE(value, out.position);
}

function writeFloat(out: TokenBuffer, value: TdsValue): void {
  if (typeof value !== 'number') throw mismatch('float', value);
  out.position = out.bytes.writeDoubleLE(value, out.position);
}

/** Money is an integer of ten-thousandths, the high four bytes first (MS-TDS 2.2.5.5.1.2). */
function writeMoney(out: TokenBuffer, value: TdsValue): void {
  if (typeof value !== 'string') throw mismatch('money', value);
  const units = scaledInteger(value, 4);
  if (BigInt.asIntN(64, units) !== units)
    throw new SqlError(8115, 'Arithmetic overflow error converting expression to data type money.', 16, 4);
  out.position = out.bytes.writeInt32LE(Number(units >> 32n), out.position);
  out.position = out.bytes.writeUInt32LE(Number(units & 0xffff_ffffn), out.position);
}

function writeSmallMoney(out: TokenBuffer, value: TdsValue): void {
  if (typeof value !== 'string') throw mismatch('smallmoney', value);
  out.position = out.bytes.writeInt32LE(Number(scaledInteger(value, 4)), out.position);
}

/** Order of the sixteen bytes: the first three groups of the text are little-endian. */
const GUID_POSITION = [6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34] as const;

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  if (letter >= 97 && letter <= 102) return letter - 87;
  throw new RangeError('BUG: malformed uniqueidentifier at the seam');
}

function writeGuid(out: TokenBuffer, value: TdsValue): void {
  if (typeof value !== 'string' || value.length !== 36) throw mismatch('uniqueidentifier', value);
  for (let index = 0; index < 16; index++) {
    const at = GUID_POSITION[index] ?? 0;
    out.bytes[out.position++] = (hexDigit(value.charCodeAt(at)) << 4) | hexDigit(value.charCodeAt(at + 1));
  }
}

function decimalEncoder(type: TdsType): FixedEncoder {
  const precision = type.precision ?? 18;
  const scale = type.scale ?? 0;
  const size = decimalSize(precision);
  return {
    size,
    write: (out, value) => {
      if (typeof value !== 'string') throw mismatch(type.name, value);
      writeDecimal(out, value, scale, precision, size);
    },
  };
}

function temporalEncoder(type: TdsType): FixedEncoder {
  const scale = type.scale ?? 7;
  const bytes = timeSize(scale);
  const text = (value: TdsValue): string => {
    if (typeof value !== 'string') throw mismatch(type.name, value);
    return value;
  };
  switch (type.name) {
    case 'date':
      return { size: 3, write: (out, value) => writeDays(out, daysOf(text(value))) };
    case 'time':
      return { size: bytes, write: (out, value) => writeTicks(out, clockTicks(text(value), 0), scale, bytes) };
    case 'datetime2':
      return { size: bytes + 3, write: (out, value) => writeDatetime2(out, text(value), scale, bytes) };
    case 'datetimeoffset':
      return { size: bytes + 5, write: (out, value) => writeDatetimeoffset(out, text(value), scale, bytes) };
    case 'datetime':
      return { size: 8, write: (out, value) => writeDatetime(out, text(value)) };
    case 'smalldatetime':
      return { size: 4, write: (out, value) => writeSmalldatetime(out, text(value)) };
    default:
      throw new RangeError(`BUG: ${type.name} has no fixed size`);
  }
}

const clockTicks = (text: string, start: number): number => ticksOf(text, start, text.length);

function writeDays(out: TokenBuffer, days: number): void {
  if (days < 0 || days > LAST_DAY) throw new RangeError('BUG: a date outside 0001–9999');
  out.position = out.bytes.writeUIntLE(days, out.position, 3);
}

/** Time in units of 10^-scale seconds. Digits below the scale are cut: rounding is the engine's work, done when the value was made. */
function writeTicks(out: TokenBuffer, ticks: number, scale: number, size: number): void {
  const units = Math.floor(ticks / 10 ** (7 - scale));
  out.position = out.bytes.writeUIntLE(units, out.position, size);
}

function writeDatetime2(out: TokenBuffer, text: string, scale: number, size: number): void {
  writeTicks(out, clockTicks(text, 11), scale, size);
  writeDays(out, daysOf(text));
}

/** Time and date in UTC, then the offset in minutes (MS-TDS 2.2.5.5.1.9). The text is 'local time ±hh:mm'. */
function writeDatetimeoffset(out: TokenBuffer, text: string, scale: number, size: number): void {
  const zone = text.length - 6;
  const sign = text.charCodeAt(zone) === 45 ? -1 : 1;
  const offset = sign * (Number(text.slice(zone + 1, zone + 3)) * 60 + Number(text.slice(zone + 4)));
  if (!(Math.abs(offset) <= 840)) throw new RangeError('BUG: malformed offset at the seam');
  let days = daysOf(text);
  let ticks = ticksOf(text, 11, text.charCodeAt(zone - 1) === 32 ? zone - 1 : zone) - offset * 600_000_000;
  if (ticks < 0) {
    ticks += TICKS_PER_DAY;
    days--;
  } else if (ticks >= TICKS_PER_DAY) {
    ticks -= TICKS_PER_DAY;
    days++;
  }
  writeTicks(out, ticks, scale, size);
  writeDays(out, days);
  out.position = out.bytes.writeInt16LE(offset, out.position);
}

/** Days since 1900 and 1/300 s of the day (MS-TDS 2.2.5.5.1.8); the nearest tick, as SQL Server rounds. */
function writeDatetime(out: TokenBuffer, text: string): void {
  let days = daysOf(text) - DAYS_TO_1900;
  let units = Math.round((clockTicks(text, 11) * 3) / 100_000);
  if (units >= 25_920_000) {
    units -= 25_920_000;
    days++;
  }
  out.position = out.bytes.writeInt32LE(days, out.position);
  out.position = out.bytes.writeUInt32LE(units, out.position);
}

function writeSmalldatetime(out: TokenBuffer, text: string): void {
  out.position = out.bytes.writeUInt16LE(daysOf(text) - DAYS_TO_1900, out.position);
  out.position = out.bytes.writeUInt16LE(Math.floor(clockTicks(text, 11) / 600_000_000), out.position);
}
