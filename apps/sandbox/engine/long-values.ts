import { StringDecoder } from 'node:string_decoder';
import type { ResultColumn } from '#conversion';
import { goesInPieces, type ResultSink, type RowParts, type TdsType } from '../session.ts';
import { LARGE_ROW, type LargeRowReader } from './large-rows.ts';
import { unescapePiece } from './storage-text.ts';
import { decoderFor, type Decoder } from './storage-type.ts';

/** What makes pieces of a value of the seam out of the bytes of its stored text; called once more without bytes at the end. */
type PieceDecoder = (bytes?: Buffer) => string | Buffer;

/** bytea's text: `\x` and two digits a byte. A chunk may end between the two. */
function binaryPieces(): PieceDecoder {
  let skip = 2;
  let odd = '';
  return (bytes) => {
    if (bytes === undefined) return Buffer.alloc(0);
    const digits = odd + bytes.toString('latin1', Math.min(skip, bytes.length));
    skip -= Math.min(skip, bytes.length);
    odd = digits.length % 2 === 1 ? digits.slice(-1) : '';
    return Buffer.from(odd === '' ? digits : digits.slice(0, -1), 'hex');
  };
}

/** UTF-8, of which a chunk may end inside a character, and the escapes of what PostgreSQL cannot hold. */
function textPieces(): PieceDecoder {
  const decoder = new StringDecoder('utf8');
  let quotedBefore = false;
  return (bytes) => {
    const { text, quoted } = unescapePiece(bytes === undefined ? decoder.end() : decoder.write(bytes), quotedBefore);
    quotedBefore = quoted;
    return text;
  };
}

/** How one column of a row with long values is read. */
interface ColumnPlan {
  readonly decode: Decoder;
  /** Makes the decoder of one long value; undefined where values are whole. */
  readonly pieces: (() => PieceDecoder) | undefined;
  /** The most characters or bytes to send (SET TEXTSIZE). */
  readonly limit: number;
}

/** Reads rows with long values of a result for a client. `limits`: what SET TEXTSIZE leaves of each column, in characters or bytes. */
export class LongRows {
  private readonly plans: readonly ColumnPlan[];

  constructor(columns: readonly ResultColumn[], limits: readonly (number | undefined)[]) {
    this.plans = columns.map((column, at) => {
      const type = column.type as TdsType;
      const pieces = type.name === 'varbinary' ? binaryPieces : textPieces;
      return {
        decode: decoderFor(type),
        pieces: goesInPieces(type) ? pieces : undefined,
        limit: limits[at] ?? Infinity,
      };
    });
  }

  /** Whether any column can be sent in pieces: else rows are read whole. */
  get some(): boolean {
    return this.plans.some(({ pieces }) => pieces !== undefined);
  }

  /** Reads the row that begins, for a sink that takes rows in parts. */
  open(out: ResultSink): LargeRowReader {
    const parts = out.openRow?.();
    if (parts === undefined) throw new Error('BUG: the sink takes no rows in parts');
    return new LongRow(this.plans, out, parts);
  }
}

class LongRow implements LargeRowReader {
  private column = -1;
  private decoder: PieceDecoder | undefined;
  private left = 0;
  private whole: Buffer[] = [];

  constructor(
    private readonly plans: readonly ColumnPlan[],
    private readonly out: ResultSink,
    private readonly parts: RowParts,
  ) {}

  get keepsUp(): boolean {
    return this.parts.keepsUp;
  }

  drained(): Promise<void> {
    return this.out.drained();
  }

  begin(length: number): void {
    this.column += 1;
    // Columns beyond the result's are for the engine itself.
    const plan = this.plans[this.column];
    this.whole = [];
    this.decoder = length > LARGE_ROW / 2 ? plan?.pieces?.() : undefined;
    this.left = plan?.limit ?? 0;
    if (length < 0 && plan !== undefined) this.parts.value(null);
  }

  piece(bytes: Buffer): void {
    if (this.decoder === undefined) this.whole.push(Buffer.from(bytes));
    else this.send(this.decoder(bytes));
  }

  end(): void {
    const plan = this.plans[this.column];
    if (plan === undefined) return;
    if (this.decoder !== undefined) {
      this.send(this.decoder());
      this.parts.endPieces();
      this.decoder = undefined;
      return;
    }
    const value = plan.decode(Buffer.concat(this.whole).toString('utf8'));
    const isLong = typeof value === 'string' || Buffer.isBuffer(value);
    this.parts.value(!isLong || value.length <= plan.limit ? value : cut(value, plan.limit));
    this.whole = [];
  }

  close(): void {
    this.parts.close();
  }

  private send(piece: string | Buffer): void {
    const part = piece.length > this.left ? cut(piece, this.left) : piece;
    this.left -= part.length;
    if (part.length > 0) this.parts.piece(part);
  }
}

function cut(value: string | Buffer, length: number): string | Buffer {
  return typeof value === 'string' ? value.slice(0, length) : value.subarray(0, length);
}
