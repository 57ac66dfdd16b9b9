import type { TdsType } from '../session.ts';
import { DAYS_TO_1900, LAST_DAY, TICKS_PER_DAY, dateText, timeText } from './calendar.ts';
import { decimalText, unitsText } from './decimal.ts';
import { ProtocolError, type WireReader } from './wire-reader.ts';
import { timeSize } from './wire-types.ts';

/** A scalar as it stands at the seam. */
export type ScalarValue = null | boolean | number | bigint | string | Buffer;

/** The value's own length decides: a client may declare intN(8) and send four bytes. */
function sizedName(name: TdsType['name'], size: number): TdsType['name'] {
  const expected = FIXED_SIZE[name];
  if (expected !== size) throw new ProtocolError(`${size} bytes for ${name}`);
  return name;
}

const FIXED_SIZE: Partial<Record<TdsType['name'], number>> = {
  bit: 1,
  tinyint: 1,
  smallint: 2,
  int: 4,
  bigint: 8,
  real: 4,
  float: 8,
  money: 8,
  smallmoney: 4,
  datetime: 8,
  smalldatetime: 4,
  uniqueidentifier: 16,
};

/** Reads the bare bytes of a fixed-size type. */
export function readFixedValue(reader: WireReader, name: TdsType['name'], size: number): ScalarValue {
  sizedName(name, size);
  const at = reader.take(size);
  const bytes = reader.bytes;
  switch (name) {
    case 'bit':
      return bytes[at] !== 0;
    case 'tinyint':
      return bytes.readUInt8(at);
    case 'smallint':
      return bytes.readInt16LE(at);
    case 'int':
      return bytes.readInt32LE(at);
    case 'bigint':
      return bytes.readBigInt64LE(at);
    case 'real':
      return bytes.readFloatLE(at);
    case 'float':
      return bytes.readDoubleLE(at);
    case 'money':
      return unitsText((BigInt(bytes.readInt32LE(at)) << 32n) | BigInt(bytes.readUInt32LE(at + 4)), 4);
    case 'smallmoney':
      return unitsText(BigInt(bytes.readInt32LE(at)), 4);
    case 'datetime':
      return datetimeText(bytes.readInt32LE(at), bytes.readUInt32LE(at + 4));
    case 'smalldatetime':
      return smalldatetimeText(bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2));
    default:
      return guidText(bytes, at);
  }
}

/** Ticks of 1/300 s as the milliseconds that SQL Server shows: …0, …3, …7. */
function datetimeText(days: number, units: number): string {
  const day = days + DAYS_TO_1900;
  if (day < 0 || day > LAST_DAY || units >= 25_920_000) throw new ProtocolError('a datetime out of range');
  const milliseconds = Math.round((units * 10) / 3);
  return `${dateText(day)} ${timeText(milliseconds * 10_000, 3)}`;
}

function smalldatetimeText(days: number, minutes: number): string {
  if (minutes >= 1440) throw new ProtocolError('a smalldatetime out of range');
  return `${dateText(days + DAYS_TO_1900)} ${timeText(minutes * 600_000_000, 0)}`;
}

function guidText(bytes: Buffer, at: number): string {
  const hex = (order: readonly number[]): string =>
    order
      .map((index) =>
        bytes
          .readUInt8(at + index)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('');
  const groups = [
    [3, 2, 1, 0],
    [5, 4],
    [7, 6],
    [8, 9],
    [10, 11, 12, 13, 14, 15],
  ];
  return groups.map(hex).join('-').toUpperCase();
}

/** Sign byte and magnitude of `size` bytes together. */
export function readDecimalBytes(reader: WireReader, size: number, scale: number): string {
  if (size < 2 || size > 17) throw new ProtocolError(`a decimal of ${size} bytes`);
  const negative = reader.u8() === 0;
  return decimalText(negative, reader.view(size - 1), scale);
}

/** date, time, datetime2 and datetimeoffset of `size` bytes; the text has as many fractional digits as the type's scale. */
export function readTemporal(reader: WireReader, type: TdsType, size: number): string {
  const scale = type.scale ?? 7;
  if (type.name === 'date') {
    if (size !== 3) throw new ProtocolError(`${size} bytes for date`);
    return dateText(readDays(reader));
  }
  const clock = timeSize(scale);
  const expected = type.name === 'time' ? clock : type.name === 'datetime2' ? clock + 3 : clock + 5;
  if (size !== expected) throw new ProtocolError(`${size} bytes for ${type.name}(${scale})`);
  const ticks = reader.uint(clock) * 10 ** (7 - scale);
  if (ticks >= TICKS_PER_DAY) throw new ProtocolError('a time beyond the day');
  if (type.name === 'time') return timeText(ticks, scale);
  const days = readDays(reader);
  if (type.name === 'datetime2') return `${dateText(days)} ${timeText(ticks, scale)}`;
  return offsetText(days, ticks, reader.bytes.readInt16LE(reader.take(2)), scale);
}

function readDays(reader: WireReader): number {
  const days = reader.uint(3);
  if (days > LAST_DAY) throw new ProtocolError('a date beyond 9999');
  return days;
}

function offsetText(days: number, utcTicks: number, offset: number, scale: number): string {
  if (Math.abs(offset) > 840) throw new ProtocolError('an offset beyond 14 hours');
  const local = utcTicks + offset * 600_000_000;
  const shift = local < 0 ? -1 : local >= TICKS_PER_DAY ? 1 : 0;
  const day = days + shift;
  if (day < 0 || day > LAST_DAY) throw new ProtocolError('a datetimeoffset out of range');
  const minutes = Math.abs(offset);
  const zone = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return `${dateText(day)} ${timeText(local - shift * TICKS_PER_DAY, scale)} ${offset < 0 ? '-' : '+'}${zone}`;
}
