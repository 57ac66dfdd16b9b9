import { SqlError } from '../session.ts';
import type { TokenBuffer } from './token-buffer.ts';

/** Powers that keep a 15-digit number exact. */
const POWER = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

function malformed(): RangeError {
  return new RangeError('BUG: malformed decimal text at the seam');
}

function overflow(): SqlError {
  return new SqlError(8115, 'Arithmetic overflow error converting expression to data type numeric.', 16, 8);
}

/** Decimal text as an integer of units of 10^-scale; a digit beyond the scale other than 0 is refused, never rounded away. */
export function scaledInteger(text: string, scale: number): bigint {
  const negative = text.charCodeAt(0) === 45;
  const start = negative || text.charCodeAt(0) === 43 ? 1 : 0;
  const point = text.indexOf('.');
  const whole = point < 0 ? text.slice(start) : text.slice(start, point);
  const fraction = point < 0 ? '' : text.slice(point + 1);
  if (!/^\d*$/.test(whole) || !/^\d*$/.test(fraction) || whole.length + fraction.length === 0) throw malformed();
  if (fraction.length > scale && /[1-9]/.test(fraction.slice(scale))) throw malformed();
  const magnitude = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0') || '0');
  return negative ? -magnitude : magnitude;
}

/**
 * Writes a sign byte (1 for zero and above) and the magnitude in `size - 1` little-endian bytes (MS-TDS 2.2.5.5.1.6). Up to fifteen digits in
 * plain numbers, which are exact there; more through bigint.
 */
export function writeDecimal(out: TokenBuffer, text: string, scale: number, precision: number, size: number): void {
  const negative = text.charCodeAt(0) === 45;
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (let index = negative ? 1 : 0; index < text.length && digits <= 15; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
      if (fraction >= 0) fraction++;
    } else if (digit === -2 && fraction < 0) fraction = 0;
    else digits = 16;
  }
  const padding = scale - Math.max(fraction, 0);
  if (digits === 0 || padding < 0 || digits + padding > 15 || digits + padding > precision) {
    writeLong(out, scaledInteger(text, scale), precision, size);
    return;
  }
  value *= POWER[padding] ?? 1;
  const bytes = out.bytes;
  let position = out.position;
  bytes[position++] = negative && value !== 0 ? 0 : 1;
  position = bytes.writeUInt32LE(value % 0x1_0000_0000, position);
  if (size > 5) position = bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), position);
  for (let written = 9; written < size; written++) bytes[position++] = 0;
  out.position = position;
}

function writeLong(out: TokenBuffer, value: bigint, precision: number, size: number): void {
  let magnitude = value < 0n ? -value : value;
  if (magnitude >= 10n ** BigInt(precision)) throw overflow();
  out.bytes[out.position++] = value < 0n ? 0 : 1;
  for (let written = 1; written < size; written += 4) {
    out.position = out.bytes.writeUInt32LE(Number(magnitude & 0xffff_ffffn), out.position);
    magnitude >>= 32n;
  }
}

/** Text of a magnitude in little-endian bytes with `scale` fractional digits. */
export function decimalText(negative: boolean, bytes: Buffer, scale: number): string {
  let magnitude = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) magnitude = (magnitude << 8n) | BigInt(bytes[index] ?? 0);
  return unitsText(negative ? -magnitude : magnitude, scale);
}

/** Text of an integer of units of 10^-scale. */
export function unitsText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
