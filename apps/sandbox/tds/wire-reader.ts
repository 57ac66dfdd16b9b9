/** The bytes ended inside a value. In a whole message this is a protocol error; in a stream more bytes may follow. */
export class NotEnoughBytes extends Error {
  override readonly name = 'NotEnoughBytes';

  constructor() {
    super('the TDS stream ended inside a value');
  }
}

/** The client broke the rules of the wire. Never carries values. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** A cursor over received bytes. Every read checks the bounds and throws {@link NotEnoughBytes}. */
export class WireReader {
  position = 0;

  constructor(public bytes: Buffer) {}

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Start of the next `count` bytes, which are consumed. */
  take(count: number): number {
    const start = this.position;
    if (start + count > this.bytes.length) throw new NotEnoughBytes();
    this.position = start + count;
    return start;
  }

  u8(): number {
    return this.bytes.readUInt8(this.take(1));
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.take(2));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.take(4));
  }

  i32(): number {
    return this.bytes.readInt32LE(this.take(4));
  }

  u64(): bigint {
    return this.bytes.readBigUInt64LE(this.take(8));
  }

  /** A view, valid as long as the underlying buffer. */
  view(count: number): Buffer {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  ucs2(characters: number): string {
    const start = this.take(characters * 2);
    return this.bytes.toString('utf16le', start, start + characters * 2);
  }

  bVarchar(): string {
    return this.ucs2(this.u8());
  }

  usVarchar(): string {
    return this.ucs2(this.u16());
  }

  /** Little-endian unsigned integer of up to six bytes. */
  uint(size: number): number {
    return this.bytes.readUIntLE(this.take(size), size);
  }
}
