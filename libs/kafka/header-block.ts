import { varintSize, writeVarint } from './varint.ts';

/**
 * The headers of a record as the bytes that the batch wants, made once and used for many records; the value of a header
 * whose length stays the same (a position) is written over in place.
 */
export class HeaderBlock {
  readonly buffer: Buffer;
  readonly count: number;
  readonly #values = new Map<string, { at: number; length: number }>();

  constructor(headers: readonly (readonly [name: string, value: string | Buffer])[]) {
    const parts = headers.map(([name, value]) => ({ name: Buffer.from(name), value: Buffer.from(value) }));
    const size = parts.reduce(
      (sum, { name, value }) => sum + varintSize(name.length) + name.length + varintSize(value.length) + value.length,
      0,
    );
    this.buffer = Buffer.allocUnsafe(size);
    this.count = parts.length;
    let at = 0;
    for (const { name, value } of parts) {
      at = writeVarint(this.buffer, at, name.length);
      at += name.copy(this.buffer, at);
      at = writeVarint(this.buffer, at, value.length);
      this.#values.set(name.toString(), { at, length: value.length });
      at += value.copy(this.buffer, at);
    }
  }

  get size(): number {
    return this.buffer.length;
  }

  /** Place of a header's value in {@link buffer}, for writing over it. Throws for a header that the block has not. */
  placeOf(name: string): { readonly at: number; readonly length: number } {
    const place = this.#values.get(name);
    if (place === undefined) throw new RangeError(`the block has no header ${name}`);
    return place;
  }

  /** Writes an ASCII value of the same length over the header's value. Throws RangeError for another length. */
  set(name: string, value: string): void {
    const place = this.placeOf(name);
    if (value.length !== place.length)
      throw new RangeError(`header ${name} has ${place.length} bytes, not ${value.length}`);
    this.buffer.write(value, place.at, 'latin1');
  }
}
