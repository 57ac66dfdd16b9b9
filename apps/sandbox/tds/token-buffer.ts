/**
 * The growing buffer into which tokens are written. Encoders write at `position` after `ensure`; the packet writer takes the front away.
 * All integers are little-endian, as everywhere in the token stream (MS-TDS 2.2.5).
 */
export class TokenBuffer {
  bytes: Buffer;
  position = 0;

  /** Starts small, since most connections of a pool are idle; a buffer that has grown is kept up to `keepSize`. */
  constructor(
    private readonly initialSize = 4 * 1024,
    private readonly keepSize = 128 * 1024,
  ) {
    this.bytes = Buffer.allocUnsafe(initialSize);
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.position + count > this.bytes.length) this.grow(count);
  }

  private grow(count: number): void {
    let size = this.bytes.length;
    while (size < this.position + count) size *= 2;
    const larger = Buffer.allocUnsafe(size);
    this.bytes.copy(larger, 0, 0, this.position);
    this.bytes = larger;
  }

  /** Drops the first `count` bytes; a buffer that a large value has grown beyond `keepSize` is given back when empty enough. */
  discard(count: number): void {
    const rest = this.position - count;
    const shrink = this.bytes.length > this.keepSize && rest < this.initialSize;
    const target = shrink ? Buffer.allocUnsafe(this.initialSize) : this.bytes;
    if (rest > 0) this.bytes.copy(target, 0, count, this.position);
    this.bytes = target;
    this.position = rest;
  }

  u8(value: number): void {
    this.ensure(1);
    this.bytes[this.position++] = value;
  }

  u16(value: number): void {
    this.ensure(2);
    this.position = this.bytes.writeUInt16LE(value & 0xffff, this.position);
  }

  u32(value: number): void {
    this.ensure(4);
    this.position = this.bytes.writeUInt32LE(value >>> 0, this.position);
  }

  u64(value: bigint): void {
    this.ensure(8);
    this.position = this.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.position);
  }

  raw(data: Uint8Array): void {
    this.ensure(data.length);
    this.bytes.set(data, this.position);
    this.position += data.length;
  }

  ucs2(text: string): void {
    this.ensure(text.length * 2);
    this.position += this.bytes.write(text, this.position, 'utf16le');
  }

  /** B_VARCHAR: a byte of length in characters, then UCS-2. Cut at 255. */
  bVarchar(text: string): void {
    const cut = text.length > 255 ? text.slice(0, 255) : text;
    this.u8(cut.length);
    this.ucs2(cut);
  }

  /** US_VARCHAR: two bytes of length in characters, then UCS-2. */
  usVarchar(text: string): void {
    this.u16(text.length);
    this.ucs2(text);
  }
}
