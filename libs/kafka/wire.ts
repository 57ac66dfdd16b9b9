/** Writes the primitives of Kafka's protocol into one growing buffer. Big endian; `compact` forms are those of flexible versions. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(256);
  #end = 0;

  #room(size: number): number {
    const at = this.#end;
    if (at + size > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, at + size));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#end = at + size;
    return at;
  }

  int8(value: number): this {
    const at = this.#room(1);
    this.#buffer.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#room(2);
    this.#buffer.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#room(4);
    this.#buffer.writeInt32BE(value, at);
    return this;
  }

  /** A 64-bit integer that a double holds exactly, or a bigint. */
  int64(value: number | bigint): this {
    const at = this.#room(8);
    this.#buffer.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  bool(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value);
    this.int16(bytes.length);
    return this.raw(bytes);
  }

  uvarint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      const at = this.#room(1);
      this.#buffer[at] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    const at = this.#room(1);
    this.#buffer[at] = rest;
    return this;
  }

  compactString(value: string | null): this {
    if (value === null) return this.uvarint(0);
    const bytes = Buffer.from(value);
    this.uvarint(bytes.length + 1);
    return this.raw(bytes);
  }

  /** The empty set of tagged fields. */
  noTags(): this {
    return this.uvarint(0);
  }

  raw(bytes: Buffer): this {
    const at = this.#room(bytes.length);
    bytes.copy(this.#buffer, at);
    return this;
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** What was written; the writer starts a new buffer. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#end);
    this.#buffer = Buffer.allocUnsafe(256);
    this.#end = 0;
    return bytes;
  }
}

/** Reads the primitives of Kafka's protocol from an answer. Throws RangeError past the end. */
export class WireReader {
  position = 0;

  constructor(readonly buffer: Buffer) {}

  int8(): number {
    return this.buffer.readInt8(this.#skip(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.#skip(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.#skip(4));
  }

  /** A 64-bit integer as a number: offsets and times, exact below 2^53. */
  int64(): number {
    return readInt64(this.buffer, this.#skip(8));
  }

  /** A 64-bit integer as a bigint: producer ids. */
  bigint64(): bigint {
    return this.buffer.readBigInt64BE(this.#skip(8));
  }

  string(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.#text(length);
  }

  uvarint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.buffer.readUInt8(this.#skip(1));
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  compactString(): string | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.#text(length);
  }

  uuid(): string {
    const at = this.#skip(16);
    return this.buffer.toString('base64url', at, at + 16);
  }

  skipTags(): void {
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint();
      this.#skip(this.uvarint());
    }
  }

  /** Bytes of a flexible version, as a view; null has length 0 here. */
  compactBytes(): Buffer {
    const length = Math.max(0, this.uvarint() - 1);
    const at = this.#skip(length);
    return this.buffer.subarray(at, at + length);
  }

  array<T>(read: () => T): T[] {
    return this.#items(this.int32(), read);
  }

  compactArray<T>(read: () => T): T[] {
    return this.#items(this.uvarint() - 1, read);
  }

  #items<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  #text(length: number): string {
    const at = this.#skip(length);
    return this.buffer.toString('utf8', at, at + length);
  }

  #skip(size: number): number {
    const at = this.position;
    if (at + size > this.buffer.length) throw new RangeError('answer of the broker is too short');
    this.position = at + size;
    return at;
  }
}

/** Big-endian 64-bit integer at `at` as a number, exact below 2^53. */
export function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}
