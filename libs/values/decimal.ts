import { rejectValue, type ValuePlace } from './rejection.ts';

const PLAIN = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** Sign, whole digits without leading zeros, and fraction as written, of a plain decimal text. */
function parts(text: string, place?: ValuePlace): { negative: boolean; whole: string; fraction: string } {
  const match = PLAIN.exec(text);
  const [, sign, digits = '', fraction = ''] = match ?? [];
  if (!match || digits.length + fraction.length === 0) rejectValue(place, 'not a plain decimal number');
  return { negative: sign === '-', whole: digits.replace(/^0+(?=\d)/, ''), fraction };
}

/** One text per number: no leading or trailing zeros, no `-0`, no bare point. */
export function canonicalDecimal(text: string, place?: ValuePlace): string {
  const { negative, whole, fraction } = parts(text, place);
  const rest = fraction.replace(/0+$/, '');
  const digits = `${whole || '0'}${rest ? `.${rest}` : ''}`;
  return negative && digits !== '0' ? `-${digits}` : digits;
}

/**
 * The unscaled integer of a decimal text at `scale`. @throws SluiceError ValueRejected where digits would be lost
 */
export function decimalUnscaled(text: string, scale: number, place?: ValuePlace): bigint {
  const { negative, whole, fraction } = parts(text, place);
  if (fraction.length > scale && /[1-9]/.test(fraction.slice(scale))) {
    rejectValue(place, `more than ${scale} fractional digits`);
  }
  const value = BigInt(`${whole || '0'}${fraction.slice(0, scale).padEnd(scale, '0')}` || '0');
  return negative ? -value : value;
}

/** Shortest two's complement, big endian: Avro's `decimal` bytes. */
export function decimalBytes(unscaled: bigint): Buffer {
  if (unscaled >= -0x8000_0000n && unscaled <= 0x7fff_ffffn) {
    const small = Number(unscaled);
    const size = small >= -0x80 && small <= 0x7f ? 1 : small >= -0x8000 && small <= 0x7fff ? 2 : 4;
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(small);
    const trimmed = size === 4 && small >= -0x80_0000 && small <= 0x7f_ffff ? 3 : size;
    return bytes.subarray(4 - trimmed);
  }
  let size = 5;
  while (BigInt.asIntN(size * 8, unscaled) !== unscaled) size++;
  let hex = BigInt.asUintN(size * 8, unscaled).toString(16);
  hex = hex.padStart(size * 2, '0');
  return Buffer.from(hex, 'hex');
}

/** The inverse of {@link decimalBytes}; longer forms (leading sign bytes) are read as well. */
export function unscaledFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${view.toString('hex')}`));
}

/** Plain text with exactly `scale` fractional digits, as PostgreSQL prints numeric(p, scale). */
export function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative ? `-${whole}` : whole;
}
