import type { Duplex } from 'node:stream';

/** Rows above this many bytes on PostgreSQL's wire are read as they come; the driver, which needs a row whole, reads the others. */
export const LARGE_ROW = 1024 * 1024;

const DATA_ROW = 0x44;
/** Of a message: a byte of code, four of the length that counts itself and what follows. */
const HEADER = 5;

/** Takes one row whose bytes come in pieces. Calls come in the order of the row; after a failure of its own it takes the rest in silence. */
export interface LargeRowReader {
  /** The next field begins: its length in bytes, or -1 for NULL, which has no pieces and no end. */
  begin(length: number): void;
  /** Bytes of the field that has begun; they are the reader's only until the call returns. */
  piece(bytes: Buffer): void;
  end(): void;
  /** All fields have come. */
  close(): void;
  /** False where the next bytes should wait until {@link drained}. Asked after each chunk of the connection. */
  readonly keepsUp: boolean;
  drained(): Promise<void>;
}

/** The row that is being read: where in its bytes the reader is. */
interface OpenRow {
  readonly reader: LargeRowReader;
  /** Bytes of the message that have not come. */
  left: number;
  /** Bytes of a length that came in two chunks. */
  head: Buffer;
  /** Bytes that the head still has to skip: the count of fields. */
  skip: number;
  /** Bytes of the field that is open; -1 where a length comes next. */
  field: number;
}

/** What was thrown, as an Error. */
export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** A reader whose failure is told once and ends nothing but its row; without a reader the row is dropped. */
export class GuardedReader implements LargeRowReader {
  constructor(
    private reader: LargeRowReader | undefined,
    private readonly failed: (error: Error) => void,
  ) {}

  begin(length: number): void {
    this.guard((reader) => reader.begin(length));
  }

  piece(bytes: Buffer): void {
    this.guard((reader) => reader.piece(bytes));
  }

  end(): void {
    this.guard((reader) => reader.end());
  }

  close(): void {
    this.guard((reader) => reader.close());
  }

  get keepsUp(): boolean {
    return this.reader?.keepsUp ?? true;
  }

  drained(): Promise<void> {
    return this.reader?.drained() ?? Promise.resolve();
  }

  private guard(work: (reader: LargeRowReader) => void): void {
    if (this.reader === undefined) return;
    try {
      work(this.reader);
    } catch (error) {
      this.reader = undefined;
      this.failed(asError(error));
    }
  }
}

const NOTHING = Buffer.alloc(0);

/**
 * Stands between a connection to PostgreSQL and its driver: passes on what comes, save rows above {@link LARGE_ROW} that the running statement wants
 * in pieces (PostgreSQL's protocol, "Message Formats", DataRow). A long value is then never whole in memory.
 */
export class LargeRowDiverter {
  /** Bytes of the message under way that pass to the driver. */
  private passing = 0;
  /** A header that came in two chunks. */
  private header = NOTHING;
  private row: OpenRow | undefined;

  /** `wanted` answers with who reads the row that begins, or undefined where the driver does. */
  constructor(
    private readonly driver: (chunk: Buffer) => void,
    private readonly wanted: () => LargeRowReader | undefined,
  ) {}

  /** Takes the place of the driver's listener on a connection that is made. */
  static install(stream: Duplex, wanted: () => LargeRowReader | undefined): void {
    const listeners = stream.listeners('data') as ((chunk: Buffer) => void)[];
    const [driver] = listeners;
    if (driver === undefined || listeners.length > 1) throw new Error('BUG: the driver has not one listener for bytes');
    const diverter = new LargeRowDiverter(driver, wanted);
    stream.off('data', driver);
    stream.on('data', (chunk: Buffer) => {
      const reader = diverter.take(chunk);
      if (reader === undefined || reader.keepsUp) return;
      stream.pause();
      const resume = (): void => {
        stream.resume();
      };
      reader.drained().then(resume, resume);
    });
  }

  /** Takes the next chunk; answers with the reader of the row that it ends in, if any. */
  take(chunk: Buffer): LargeRowReader | undefined {
    let bytes = chunk;
    if (this.row !== undefined) {
      bytes = this.readRow(this.row, bytes);
      if (this.row !== undefined) return this.row.reader;
    }
    let reader: LargeRowReader | undefined;
    while (bytes.length > 0) {
      const begun = this.pass(bytes);
      if (begun === undefined) return reader;
      reader = begun.row.reader;
      this.row = begun.row;
      bytes = this.readRow(begun.row, begun.rest);
    }
    return reader;
  }

  /** Passes bytes on to the driver, until a row begins that somebody else reads. */
  private pass(chunk: Buffer): { row: OpenRow; rest: Buffer } | undefined {
    let bytes = this.header.length === 0 ? chunk : Buffer.concat([this.header, chunk]);
    this.header = NOTHING;
    let at = this.passing;
    while (at + HEADER <= bytes.length) {
      const length = bytes.readUInt32BE(at + 1);
      if (length > LARGE_ROW && bytes[at] === DATA_ROW) {
        // The rows before it come first: a reader begins to write its row when it is asked for.
        if (at > 0) this.driver(bytes.subarray(0, at));
        bytes = bytes.subarray(at);
        at = 0;
        this.passing = 0;
        const reader = this.wanted();
        if (reader !== undefined) {
          const row: OpenRow = { reader, left: length - 4, head: NOTHING, skip: 2, field: -1 };
          return { row, rest: bytes.subarray(HEADER) };
        }
      }
      at += 1 + length;
    }
    this.passOn(bytes, at);
    return undefined;
  }

  /** `next`: where the next message begins, in these bytes or behind them. */
  private passOn(bytes: Buffer, next: number): void {
    if (next < bytes.length) {
      // Copied: a view would keep the whole chunk.
      this.header = Buffer.from(bytes.subarray(next));
      this.passing = 0;
      if (next > 0) this.driver(bytes.subarray(0, next));
      return;
    }
    this.passing = next - bytes.length;
    this.driver(bytes);
  }

  /** Gives the row its bytes; answers with those behind it. */
  private readRow(row: OpenRow, chunk: Buffer): Buffer {
    const mine = chunk.subarray(0, row.left);
    row.left -= mine.length;
    let at = 0;
    while (at < mine.length) {
      if (row.field >= 0) {
        const piece = mine.subarray(at, at + row.field);
        row.field -= piece.length;
        at += piece.length;
        row.reader.piece(piece);
        this.endField(row);
        continue;
      }
      const wanted = row.skip > 0 ? row.skip : 4;
      const head = Buffer.concat([row.head, mine.subarray(at, at + wanted - row.head.length)]);
      at += head.length - row.head.length;
      row.head = head;
      if (head.length < wanted) break;
      row.head = NOTHING;
      if (row.skip > 0) row.skip = 0;
      else this.beginField(row, head.readInt32BE(0));
    }
    if (row.left === 0) {
      this.row = undefined;
      row.reader.close();
    }
    return chunk.subarray(mine.length);
  }

  private beginField(row: OpenRow, length: number): void {
    row.reader.begin(length);
    row.field = length;
    this.endField(row);
  }

  private endField(row: OpenRow): void {
    if (row.field !== 0) return;
    row.field = -1;
    row.reader.end();
  }
}
