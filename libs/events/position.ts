import { SluiceError } from '#errors';

const SHAPE = /^[0-9a-f]{20}-[0-9a-f]{20}-[0-9a-f]{8}-[0-9a-f]{2}$|^[0-9a-f]{16}-[0-9a-f]{8}$/;

/**
 * A full place in the order of a source's changes: for SQL Server (commit LSN, sequence value, command id, operation), for PostgreSQL (commit LSN,
 * index in the transaction). Written with fixed widths in hex, so that the text orders as the positions do and can be stored and shown as it is.
 * Two positions of different sources must not be compared.
 */
export class Position {
  private constructor(readonly text: string) {}

  /** @throws SluiceError Bug for a text that is not a position */
  static parse(text: string): Position {
    if (!SHAPE.test(text)) throw new SluiceError('Bug', `BUG: not a position: ${text.slice(0, 80)}`);
    return new Position(text);
  }

  /** `lsn` and `sequence` are the ten bytes of SQL Server's binary(10). */
  static ofSqlServer(lsn: Uint8Array, sequence: Uint8Array, command: number, operation: number): Position {
    writeHex(lsn, 0);
    writeHex(sequence, 21);
    TEXT.write(command.toString(16).padStart(8, '0'), 42, 'latin1');
    TEXT.write(operation.toString(16).padStart(2, '0'), 51, 'latin1');
    // One flat string: pieces put together would keep all their parts in memory, a position for each change of a window.
    return new Position(TEXT.toString('latin1'));
  }

  /** The place after everything that the commit at `lsn` (ten bytes, or their 20 hex digits) did. */
  static endOfCommit(lsn: Uint8Array | string): Position {
    const commit = typeof lsn === 'string' ? lsn : hex(lsn);
    return Position.parse(`${commit}-ffffffffffffffffffff-ffffffff-ff`);
  }

  /** The place before every change of a SQL Server database. */
  static readonly sqlServerZero = new Position(`${'0'.repeat(20)}-${'0'.repeat(20)}-${'0'.repeat(8)}-00`);

  /** Hex digits of the commit LSN. */
  get commitLsn(): string {
    return this.text.slice(0, this.text.indexOf('-'));
  }

  compare(other: Position): number {
    return this.text < other.text ? -1 : this.text > other.text ? 1 : 0;
  }

  isAfter(other: Position): boolean {
    return this.text > other.text;
  }

  equals(other: Position): boolean {
    return this.text === other.text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

const DIGITS = Buffer.from('0123456789abcdef');
/** Where {@link Position.ofSqlServer} writes; the dashes stand already. */
const TEXT = Buffer.alloc(53, '-');

function writeHex(bytes: Uint8Array, start: number): void {
  if (bytes.length !== 10) throw new SluiceError('Bug', `BUG: an LSN has ten bytes, not ${bytes.length}`);
  for (let i = 0; i < 10; i++) {
    TEXT[start + i * 2] = DIGITS[bytes[i]! >> 4]!;
    TEXT[start + i * 2 + 1] = DIGITS[bytes[i]! & 15]!;
  }
}

function hex(bytes: Uint8Array): string {
  if (bytes.length !== 10) throw new SluiceError('Bug', `BUG: an LSN has ten bytes, not ${bytes.length}`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
