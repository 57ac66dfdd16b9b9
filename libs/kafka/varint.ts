/** Copies `[start, end)`; a loop beats the call into native code below some 40 bytes. */
export function copyBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  const size = end - start;
  if (size > 40) from.copy(to, at, start, end);
  else for (let i = 0; i < size; i++) to[at + i] = from[start + i]!;
  return at + size;
}

/** Bytes of a zigzag varint in the range of 31-bit integers. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x20_0000 ? 3 : zigzag < 0x1000_0000 ? 4 : 5;
}

/** Writes a zigzag varint and gives the place after it. */
export function writeVarint(buffer: Buffer, at: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  while (zigzag > 0x7f) {
    buffer[at++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  buffer[at] = zigzag;
  return at + 1;
}

/** Bytes of a zigzag varint of any safe integer. */
export function varlongSize(value: number): number {
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  let size = 1;
  for (; zigzag >= 0x80; zigzag = Math.floor(zigzag / 128)) size++;
  return size;
}

/** As {@link writeVarint}, for any safe integer. */
export function writeVarlong(buffer: Buffer, at: number, value: number): number {
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  while (zigzag >= 0x80) {
    buffer[at++] = (zigzag % 128) | 0x80;
    zigzag = Math.floor(zigzag / 128);
  }
  buffer[at] = zigzag;
  return at + 1;
}
