import type { RowParts, TdsValue } from '../session.ts';
import { bytesOf } from './long-encoders.ts';
import type { PacketWriter } from './packet-writer.ts';
import type { RowEncoder } from './row-encoder.ts';
import { TOKEN } from './wire-types.ts';

/** The length of a PLP value that is known when its end has come (MS-TDS 2.2.5.2.3). */
const UNKNOWN_LENGTH = 0xff_ff_ff_ff_ff_ff_ff_fen;

/**
 * A ROW token whose columns come one after the other, and long values in chunks that go to the client as they come. `muted` asks before each write
 * whether the client still wants the answer.
 */
export class RowInParts implements RowParts {
  private column = 0;
  /** Makes bytes of the pieces of the column that is open. */
  private toBytes: ((value: TdsValue) => Buffer) | undefined;

  constructor(
    private readonly encoder: RowEncoder,
    private readonly writer: PacketWriter,
    private readonly muted: () => boolean,
  ) {
    writer.tokens.u8(TOKEN.row);
  }

  get keepsUp(): boolean {
    return !this.writer.congested;
  }

  value(value: TdsValue): void {
    if (this.muted()) return;
    this.write(value);
  }

  piece(part: string | Buffer): void {
    if (this.muted() || part.length === 0) return;
    const { tokens } = this.writer;
    const data = this.open()(part);
    tokens.u32(data.length);
    tokens.raw(data);
    this.writer.flushFull();
  }

  endPieces(): void {
    if (this.muted()) return;
    this.open();
    this.endValue();
  }

  close(): void {
    if (this.column < this.encoder.columns.length && !this.muted())
      throw new Error('BUG: a row ended before its last column');
  }

  /** Ends the token, whose statement says no more: a client never sees half a token. */
  abandon(): void {
    if (this.toBytes !== undefined) this.endValue();
    while (this.column < this.encoder.columns.length) this.write(null);
  }

  private write(value: TdsValue): void {
    const { tokens } = this.writer;
    const index = this.column++;
    const encode = this.encoder.encoders[index];
    if (encode === undefined) throw new RangeError('BUG: a row of more values than it has columns');
    if (value === null) tokens.raw(this.encoder.nullBytes[index]!);
    else encode(tokens, value);
    this.writer.flushFull();
  }

  private open(): (value: TdsValue) => Buffer {
    if (this.toBytes !== undefined) return this.toBytes;
    const column = this.encoder.columns[this.column];
    if (column === undefined) throw new RangeError('BUG: a row of more values than it has columns');
    this.toBytes = bytesOf(column.type);
    this.writer.tokens.u64(UNKNOWN_LENGTH);
    return this.toBytes;
  }

  private endValue(): void {
    this.writer.tokens.u32(0);
    this.toBytes = undefined;
    this.column += 1;
    this.writer.flushFull();
  }
}
