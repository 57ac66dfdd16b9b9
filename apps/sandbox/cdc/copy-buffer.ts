const SIGNATURE = Buffer.from('PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
const FIRST_SIZE = 16 * 1024;

/** Rows in PostgreSQL's binary COPY format, put together without an object for each value. */
export class CopyBuffer {
  private buffer = Buffer.allocUnsafe(FIRST_SIZE);
  private end = 0;
  rows = 0;

  constructor() {
    this.clear();
  }

  get bytes(): number {
    return this.end;
  }

  clear(): void {
    // A buffer that one huge row blew up is not kept.
    if (this.buffer.length > 4 * 1024 * 1024) this.buffer = Buffer.allocUnsafe(FIRST_SIZE);
    this.end = SIGNATURE.copy(this.buffer, 0);
    this.rows = 0;
  }

  beginRow(fields: number): void {
    this.room(2);
    this.end = this.buffer.writeInt16BE(fields, this.end);
    this.rows += 1;
  }

  null(): void {
    this.room(4);
    this.end = this.buffer.writeInt32BE(-1, this.end);
  }

  int(value: number): void {
    this.room(8);
    this.buffer.writeInt32BE(4, this.end);
    this.end = this.buffer.writeInt32BE(value, this.end + 4);
  }

  /** `length` bytes of `source` from `start`. */
  bytesOf(source: Buffer, start: number, length: number): void {
    this.room(4 + length);
    this.end = this.buffer.writeInt32BE(length, this.end);
    source.copy(this.buffer, this.end, start, start + length);
    this.end += length;
  }

  /** The whole COPY data; valid until {@link clear}. */
  finish(): Buffer {
    this.room(2);
    this.end += TRAILER.copy(this.buffer, this.end);
    return this.buffer.subarray(0, this.end);
  }

  private room(bytes: number): void {
    const needed = this.end + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
  }
}
