import type { TdsColumn, TdsValue } from '../session.ts';
import type { IncomingMessage } from './message-reader.ts';
import { readTypeInfo } from './type-info.ts';
import { decoderOf, type Decoder } from './value-decoders.ts';
import { NotEnoughBytes, ProtocolError, WireReader } from './wire-reader.ts';
import { TOKEN } from './wire-types.ts';

/**
 * Reads a bulk load (MS-TDS 2.2.6.1) while it arrives: COLMETADATA, then ROW or NBCROW tokens, then DONE. What is kept is at most twice the largest
 * row: when a row is not complete, as much again is waited for before it is tried once more, so that large values cost linear time.
 */
export class BulkReader {
  private readonly reader = new WireReader(Buffer.alloc(0));
  private decoders: readonly Decoder[] = [];

  constructor(
    private readonly message: IncomingMessage,
    private readonly maxRowBytes: number,
  ) {}

  /** The columns; call once, before the rows. */
  async columns(): Promise<readonly TdsColumn[]> {
    for (;;) {
      try {
        return this.readColumns();
      } catch (error) {
        await this.retry(error, 0);
      }
    }
  }

  private readColumns(): readonly TdsColumn[] {
    const { reader } = this;
    if (reader.u8() !== TOKEN.colMetadata) throw new ProtocolError('a bulk load without column metadata');
    const count = reader.u16();
    const columns: TdsColumn[] = [];
    const decoders: Decoder[] = [];
    for (let index = 0; index < count; index++) {
      reader.u32();
      const flags = reader.u16();
      const wire = readTypeInfo(reader, 'column');
      const { name } = wire.type;
      if (name === 'text' || name === 'ntext' || name === 'image') reader.usVarchar();
      columns.push({ name: reader.bVarchar(), type: wire.type, nullable: (flags & 0x01) !== 0 });
      decoders.push(decoderOf(wire, 'row'));
    }
    this.decoders = decoders;
    return columns;
  }

  /** The rows in order. Throws {@link ProtocolError} when the stream is not one of rows, {@link NotEnoughBytes} when the client dropped. */
  async *rows(): AsyncGenerator<readonly TdsValue[]> {
    for (;;) {
      const start = this.reader.position;
      let row: readonly TdsValue[] | undefined;
      try {
        row = this.readRow();
      } catch (error) {
        if (start !== this.reader.bytes.length) await this.retry(error, start);
        else if (!(await this.moreAtBoundary(error))) return;
        continue;
      }
      if (!row) return;
      yield row;
    }
  }

  private readRow(): readonly TdsValue[] | undefined {
    const { reader, decoders } = this;
    const token = reader.u8();
    if (token === TOKEN.row) return decoders.map((decode) => decode(reader));
    if (token === TOKEN.nbcRow) {
      const bitmap = reader.view((decoders.length + 7) >> 3);
      return decoders.map((decode, index) => (((bitmap[index >> 3] ?? 0) >> (index & 7)) & 1 ? null : decode(reader)));
    }
    if (token === TOKEN.done) return undefined;
    throw new ProtocolError(`token ${token} in a bulk load`);
  }

  /** All bytes are used up between two rows: more rows come, or the message ends without a DONE, which is taken as its end. */
  private async moreAtBoundary(error: unknown): Promise<boolean> {
    if (!(error instanceof NotEnoughBytes)) throw error;
    const chunk = await this.message.read();
    if (!chunk) return false;
    this.reader.bytes = chunk;
    this.reader.position = 0;
    return true;
  }

  private async retry(error: unknown, start: number): Promise<void> {
    if (!(error instanceof NotEnoughBytes)) throw error;
    const rest = this.reader.bytes.subarray(start);
    if (rest.length > this.maxRowBytes) throw new ProtocolError(`a bulk row above ${this.maxRowBytes} bytes`);
    const parts = [rest];
    let size = rest.length;
    while (size <= rest.length * 2) {
      const chunk = await this.message.read();
      if (!chunk) break;
      parts.push(chunk);
      size += chunk.length;
    }
    if (size === rest.length) throw new ProtocolError('a bulk load that ends inside a row');
    this.reader.bytes = Buffer.concat(parts, size);
    this.reader.position = 0;
  }
}
