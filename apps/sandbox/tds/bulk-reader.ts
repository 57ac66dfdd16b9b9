import type { TdsColumn, TdsValue } from '../session.ts';
import type { MessageStream, ValueReader } from './message-stream.ts';
import { readTypeInfo } from './type-info.ts';
import { valueReaderOf } from './value-decoders.ts';
import { ProtocolError, type WireReader } from './wire-reader.ts';
import { TOKEN } from './wire-types.ts';

/**
 * Reads a bulk load (MS-TDS 2.2.6.1) while it arrives: COLMETADATA, then ROW or NBCROW tokens, then DONE. What is kept is one row; a row that is not all
 * there is read value by value, its long values piece by piece.
 */
export class BulkReader {
  private readers: readonly ValueReader<TdsValue>[] = [];

  constructor(private readonly stream: MessageStream) {}

  /** The columns; call once, before the rows. */
  columns(): Promise<readonly TdsColumn[]> {
    return this.stream.read((reader) => this.readColumns(reader));
  }

  private readColumns(reader: WireReader): readonly TdsColumn[] {
    if (reader.u8() !== TOKEN.colMetadata) throw new ProtocolError('a bulk load without column metadata');
    const count = reader.u16();
    const columns: TdsColumn[] = [];
    const readers: ValueReader<TdsValue>[] = [];
    for (let index = 0; index < count; index++) {
      reader.u32();
      const flags = reader.u16();
      const wire = readTypeInfo(reader, 'column');
      const { name } = wire.type;
      if (name === 'text' || name === 'ntext' || name === 'image') reader.usVarchar();
      columns.push({ name: reader.bVarchar(), type: wire.type, nullable: (flags & 0x01) !== 0 });
      readers.push(valueReaderOf(wire, 'row'));
    }
    this.readers = readers;
    return columns;
  }

  /** The rows in order. Throws {@link ProtocolError} when the stream is not one of rows, `NotEnoughBytes` when the client dropped. */
  async *rows(): AsyncGenerator<readonly TdsValue[]> {
    // A message that ends between two rows, without a DONE, is taken as ended.
    while (!(await this.stream.atEnd())) {
      const token = await this.stream.read((reader) => reader.u8());
      if (token === TOKEN.done) return;
      if (token !== TOKEN.row && token !== TOKEN.nbcRow) throw new ProtocolError(`token ${token} in a bulk load`);
      const hasNulls = token === TOKEN.nbcRow;
      yield this.stream.readNow((reader) => this.readRow(reader, hasNulls)) ?? (await this.readSlowly(hasNulls));
    }
  }

  private readRow(reader: WireReader, hasNulls: boolean): readonly TdsValue[] {
    const { readers } = this;
    if (!hasNulls) return readers.map((one) => one.decode(reader));
    const bitmap = reader.view((readers.length + 7) >> 3);
    return readers.map((one, index) => (isNull(bitmap, index) ? null : one.decode(reader)));
  }

  private async readSlowly(hasNulls: boolean): Promise<readonly TdsValue[]> {
    const { readers, stream } = this;
    const size = (readers.length + 7) >> 3;
    const bitmap = hasNulls ? await stream.read((reader) => Buffer.from(reader.view(size))) : Buffer.alloc(size);
    const row: TdsValue[] = [];
    for (const [index, one] of readers.entries()) row.push(isNull(bitmap, index) ? null : await stream.value(one));
    return row;
  }
}

function isNull(bitmap: Buffer, index: number): boolean {
  return (((bitmap[index >> 3] ?? 0) >> (index & 7)) & 1) !== 0;
}
