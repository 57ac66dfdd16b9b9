/**
 * Reading Avro's primitives from bytes without objects. A varint's end is found by {@link skipVarint}, its value by the
 * others; all take the place of its first byte.
 */

/** The place behind the varint at `at`. */
export function skipVarint(buffer: Uint8Array, at: number): number {
  while (buffer[at]! > 0x7f) at++;
  return at + 1;
}

/** An int, a length, or any long within 31 bits. */
export function readInt(buffer: Uint8Array, at: number): number {
  let byte = buffer[at]!;
  let zigzag = byte & 0x7f;
  for (let shift = 7; byte > 0x7f; shift += 7) {
    byte = buffer[++at]!;
    zigzag |= (byte & 0x7f) << shift;
  }
  return (zigzag >>> 1) ^ -(zigzag & 1);
}

/** A long as a number: exact up to 2^53 in size, NaN beyond (then {@link readBigLong}). */
export function readLong(buffer: Uint8Array, at: number): number {
  if (buffer[at]! < 0x80) {
    const zigzag = buffer[at]!;
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }
  let low = 0;
  let high = 0;
  let byte = 0x80;
  for (let i = 0; byte > 0x7f; i++) {
    byte = buffer[at++]!;
    if (i < 4) low |= (byte & 0x7f) << (i * 7);
    else if (i < 8) high |= (byte & 0x7f) << ((i - 4) * 7);
    // 2^56 and more.
    else if ((byte & 0x7f) !== 0) return Number.NaN;
  }
  // Half of zigzag = high * 2^28 + low, whose lowest bit is the sign.
  const half = high * 0x800_0000 + (low >>> 1);
  if (half > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return (low & 1) === 0 ? half : -half - 1;
}

/** Any long. */
export function readBigLong(buffer: Uint8Array, at: number): bigint {
  let zigzag = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = buffer[at++]!;
    zigzag |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return (zigzag >> 1n) ^ -(zigzag & 1n);
}
