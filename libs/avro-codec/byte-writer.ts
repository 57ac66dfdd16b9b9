/** A growing buffer that encoders write into; what was written is `buffer[start, end)`. One a worker, emptied with `reset`. */
export class ByteWriter {
  buffer: Buffer;
  readonly start = 0;
  end = 0;

  constructor(size = 4096) {
    this.buffer = Buffer.allocUnsafeSlow(size);
  }

  reset(): void {
    this.end = 0;
  }

  /** Makes room for `size` more bytes; `buffer` may be another one afterwards. */
  ensure(size: number): void {
    const wanted = this.end + size;
    if (wanted <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(wanted, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.end);
    this.buffer = grown;
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.end));
  }

  byte(value: number): void {
    if (this.end === this.buffer.length) this.ensure(1);
    this.buffer[this.end++] = value;
  }

  raw(bytes: Buffer): void {
    this.ensure(bytes.length);
    this.end += bytes.copy(this.buffer, this.end);
  }

  /** Avro int or long: zigzag varint of a number below 2^52 in size. */
  long(value: number): void {
    this.ensure(10);
    const buffer = this.buffer;
    let at = this.end;
    if (value >= -0x4000_0000 && value < 0x4000_0000) {
      let zigzag = (value << 1) ^ (value >> 31);
      while (zigzag > 0x7f) {
        buffer[at++] = (zigzag & 0x7f) | 0x80;
        zigzag >>>= 7;
      }
      buffer[at++] = zigzag;
    } else {
      // Seven bits at a time below 2^28, the rest by division: a double holds 53.
      const zigzag = value < 0 ? -2 * value - 1 : 2 * value;
      const high = Math.floor(zigzag / 0x1000_0000);
      let low = zigzag - high * 0x1000_0000;
      for (let i = 0; i < 4; i++) {
        buffer[at++] = (low & 0x7f) | 0x80;
        low >>>= 7;
      }
      let rest = high;
      while (rest > 0x7f) {
        buffer[at++] = (rest & 0x7f) | 0x80;
        rest >>>= 7;
      }
      buffer[at++] = rest;
    }
    this.end = at;
  }

  /** Avro long of any 64-bit integer. */
  bigLong(value: bigint): void {
    this.ensure(10);
    let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (zigzag > 0x7fn) {
      this.buffer[this.end++] = Number(zigzag & 0x7fn) | 0x80;
      zigzag >>= 7n;
    }
    this.buffer[this.end++] = Number(zigzag);
  }

  /** Avro bytes: length and content. */
  bytes(value: Uint8Array): void {
    this.long(value.length);
    this.ensure(value.length);
    this.buffer.set(value, this.end);
    this.end += value.length;
  }

  /** Avro string: length in bytes and UTF-8. Unpaired surrogates would be replaced: check before. */
  text(value: string): void {
    const length = value.length;
    this.ensure(length * 3 + 10);
    if (length < 24 && this.#shortAscii(value)) return;
    // The length's own size is not known yet: guess one byte a character, move if it was wrong.
    const guessed = varintSize(length);
    const size = this.buffer.write(value, this.end + guessed);
    const needed = varintSize(size);
    if (needed !== guessed) {
      this.buffer.copyWithin(this.end + needed, this.end + guessed, this.end + guessed + size);
    }
    this.long(size);
    this.end += size;
  }

  #shortAscii(value: string): boolean {
    const buffer = this.buffer;
    let at = this.end;
    buffer[at++] = value.length << 1;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      buffer[at++] = code;
    }
    this.end = at;
    return true;
  }
}

/** Bytes of the zigzag varint of a length. */
function varintSize(value: number): number {
  return value < 0x40 ? 1 : value < 0x2000 ? 2 : value < 0x10_0000 ? 3 : value < 0x800_0000 ? 4 : 5;
}
