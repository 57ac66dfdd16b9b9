const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/** Writes a safe integer in decimal digits. Returns the place behind it. */
export function writeInteger(out: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  if (rest < 0) {
    out[at++] = MINUS;
    rest = -rest;
  }
  if (rest < 1_000_000_000) return writeDigits(out, at, rest, digitCount(rest));
  const high = Math.floor(rest / 1_000_000_000);
  at = writeInteger(out, at, high);
  return writeDigits(out, at, rest - high * 1_000_000_000, 9);
}

/** Writes `value` (below 2^31) with exactly `width` digits. */
export function writeDigits(out: Buffer, start: number, value: number, width: number): number {
  let rest = value;
  for (let at = start + width - 1; at >= start; at--) {
    const next = (rest / 10) | 0;
    out[at] = ZERO + rest - next * 10;
    rest = next;
  }
  return start + width;
}

function digitCount(value: number): number {
  if (value < 100_000) return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  return value < 1_000_000 ? 6 : value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
}

/** Writes an integer of any size. */
export function writeBigLong(out: Buffer, start: number, value: bigint): number {
  return start + out.write(value.toString(), start, 'latin1');
}

/** Writes Avro's decimal (two's complement, big endian, `size` bytes at `at`) with `scale` fractional digits. */
export function writeDecimalBytes(
  out: Buffer,
  start: number,
  source: Buffer,
  at: number,
  size: number,
  scale: number,
): number {
  if (size > 6) return writeText(out, start, bigUnscaled(source, at, size), scale);
  const unscaled = size === 0 ? 0 : source.readIntBE(at, size);
  if (scale === 0) return writeInteger(out, start, unscaled);
  let place = start;
  let rest = unscaled;
  if (rest < 0) {
    out[place++] = MINUS;
    rest = -rest;
  }
  if (scale > 9) return writeText(out, start, BigInt(unscaled), scale);
  const unit = 10 ** scale;
  const whole = Math.floor(rest / unit);
  place = writeInteger(out, place, whole);
  out[place++] = POINT;
  return writeDigits(out, place, rest - whole * unit, scale);
}

function writeText(out: Buffer, start: number, unscaled: bigint, scale: number): number {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return start + out.write(negative ? `-${text}` : text, start, 'latin1');
}

function bigUnscaled(source: Buffer, at: number, size: number): bigint {
  if (size === 8) return source.readBigInt64BE(at);
  return BigInt.asIntN(size * 8, BigInt(`0x${source.toString('hex', at, at + size)}`));
}
