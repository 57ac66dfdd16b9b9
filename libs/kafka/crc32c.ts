/**
 * CRC-32C (Castagnoli), the checksum of Kafka's record batches. `node:zlib` has only the other polynomial, so this is
 * slicing by eight over 32-bit words.
 */
const POLYNOMIAL = 0x82f63b78;
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

const T = tables();
const [T0, T1, T2, T3, T4, T5, T6, T7] = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => T.subarray(k * 256, k * 256 + 256)) as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

function tables(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    table[n] = c;
  }
  for (let n = 0; n < 256; n++) {
    let c = table[n]!;
    for (let k = 1; k < 8; k++) {
      c = table[c & 0xff]! ^ (c >>> 8);
      table[k * 256 + n] = c;
    }
  }
  return table;
}

/** Checksum of `bytes[start, end)`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  let at = start;
  if (LITTLE_ENDIAN) {
    while (at < end && ((bytes.byteOffset + at) & 3) !== 0) crc = T0[(crc ^ bytes[at++]!) & 0xff]! ^ (crc >>> 8);
    const wordCount = (end - at) >>> 3;
    if (wordCount > 0) {
      crc = crcOfWords(crc, new Int32Array(bytes.buffer, bytes.byteOffset + at, wordCount * 2));
      at += wordCount * 8;
    }
  }
  while (at < end) crc = T0[(crc ^ bytes[at++]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function crcOfWords(initial: number, words: Int32Array): number {
  let crc = initial;
  for (let i = 0; i < words.length; i += 2) {
    const a = words[i]! ^ crc;
    const b = words[i + 1]!;
    crc =
      T7[a & 0xff]! ^
      T6[(a >>> 8) & 0xff]! ^
      T5[(a >>> 16) & 0xff]! ^
      T4[a >>> 24]! ^
      T3[b & 0xff]! ^
      T2[(b >>> 8) & 0xff]! ^
      T1[(b >>> 16) & 0xff]! ^
      T0[b >>> 24]!;
  }
  return crc;
}
