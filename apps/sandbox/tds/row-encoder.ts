import type { TdsColumn, TdsValue } from '../session.ts';
import type { Encoder } from './encoder.ts';
import type { TokenBuffer } from './token-buffer.ts';
import { encoderOf } from './value-encoders.ts';
import { TOKEN } from './wire-types.ts';

/**
 * Writes rows of one result set. Encoders are chosen once; a row is written straight into the token buffer. Rows with many NULLs go as NBCROW
 * (MS-TDS 2.2.7.13) where the client knows it. A row that cannot be encoded leaves no byte behind.
 */
export class RowEncoder {
  readonly encoders: readonly Encoder[];
  readonly nullBytes: readonly Buffer[];
  private readonly bitmapSize: number;

  constructor(
    readonly columns: readonly TdsColumn[],
    private readonly nullBitmap: boolean,
  ) {
    const chosen = columns.map((column) => encoderOf(column.type));
    this.encoders = chosen.map((column) => column.encode);
    this.nullBytes = chosen.map((column) => column.nullBytes);
    this.bitmapSize = (columns.length + 7) >> 3;
  }

  write(out: TokenBuffer, values: readonly TdsValue[]): void {
    if (values.length !== this.encoders.length) {
      throw new RangeError(`BUG: a row of ${values.length} values for ${this.encoders.length} columns`);
    }
    const start = out.position;
    try {
      if (this.nullBitmap && this.manyNulls(values)) this.writeBitmapRow(out, values);
      else this.writeRow(out, values);
    } catch (error) {
      out.position = start;
      throw error;
    }
  }

  private manyNulls(values: readonly TdsValue[]): boolean {
    let nulls = 0;
    for (let index = 0; index < values.length; index++) if (values[index] === null) nulls++;
    return nulls > this.bitmapSize;
  }

  private writeRow(out: TokenBuffer, values: readonly TdsValue[]): void {
    const { encoders } = this;
    out.ensure(1);
    out.bytes[out.position++] = TOKEN.row;
    for (let index = 0; index < encoders.length; index++) {
      const value = values[index] as TdsValue;
      if (value === null) out.raw(this.nullBytes[index] as Buffer);
      else (encoders[index] as Encoder)(out, value);
    }
  }

  private writeBitmapRow(out: TokenBuffer, values: readonly TdsValue[]): void {
    const { encoders, bitmapSize } = this;
    out.ensure(1 + bitmapSize);
    out.bytes[out.position++] = TOKEN.nbcRow;
    for (let byte = 0; byte < bitmapSize; byte++) {
      let bits = 0;
      for (let bit = 0; bit < 8; bit++) if (values[byte * 8 + bit] === null) bits |= 1 << bit;
      out.bytes[out.position++] = bits;
    }
    for (let index = 0; index < encoders.length; index++) {
      const value = values[index] as TdsValue;
      if (value !== null) (encoders[index] as Encoder)(out, value);
    }
  }
}
