import { SqlError } from '../session.ts';
import type { IncomingMessage } from './message-reader.ts';
import { NotEnoughBytes, ProtocolError, WireReader } from './wire-reader.ts';

/**
 * The longest value that is taken, in bytes: PostgreSQL's text form of a binary value has two characters per byte, and no string of this process holds more.
 * SQL Server's own limit is 2 GB.
 */
export const MAX_VALUE_BYTES = 0xfff_0000;

/** A value above the limit of this server: 7119, as SQL Server says it of its own. */
export function valueTooLong(limit: number): SqlError {
  return new SqlError(7119, `Attempting to grow LOB beyond maximum allowed size of ${limit} bytes.`, 16, 1);
}

/** A request above the limit of this server: 701. */
export function requestTooLong(): SqlError {
  return new SqlError(
    701,
    "There is insufficient system memory in resource pool 'default' to run this query.",
    17,
    123,
  );
}

/** Reads a value of any length while it comes. */
export interface ValueReader<T> {
  /** The value from bytes that are all there. */
  readonly decode: (reader: WireReader) => T;
  /** The same for a value that may be long, piece by piece; absent where a value is short. */
  readonly long?: (stream: MessageStream) => Promise<T>;
}

/**
 * The payload of one message, read as its packets come. It holds what was received and not yet read: a packet, and of a value that must be read in one
 * piece what came of it so far.
 */
export class MessageStream {
  private readonly reader = new WireReader(Buffer.alloc(0));
  private received = 0;

  /** `maxBytes`: the whole message; `maxValueBytes`: what may be asked for in one piece. */
  constructor(
    private readonly message: Pick<IncomingMessage, 'read'>,
    private readonly maxBytes: number,
    readonly maxValueBytes = Math.min(maxBytes, MAX_VALUE_BYTES),
  ) {}

  /** Whether no byte is left. */
  async atEnd(): Promise<boolean> {
    while (this.reader.remaining === 0) {
      const chunk = await this.next();
      if (chunk === undefined) return true;
      this.reader.bytes = chunk;
      this.reader.position = 0;
    }
    return false;
  }

  /** The next byte, which stays; undefined at the end. */
  async peek(): Promise<number | undefined> {
    return (await this.atEnd()) ? undefined : this.reader.bytes[this.reader.position];
  }

  /** Decodes something short; when it is not all there, waits for as much again and tries once more, so that it costs linear time. */
  async read<T>(decode: (reader: WireReader) => T): Promise<T> {
    const { reader } = this;
    for (;;) {
      const start = reader.position;
      try {
        return decode(reader);
      } catch (error) {
        if (!(error instanceof NotEnoughBytes)) throw error;
        await this.more(start);
      }
    }
  }

  /** The same where all of it is there already; undefined, and nothing read, where it is not. */
  readNow<T>(decode: (reader: WireReader) => T): T | undefined {
    const { reader } = this;
    const start = reader.position;
    try {
      return decode(reader);
    } catch (error) {
      if (!(error instanceof NotEnoughBytes)) throw error;
      reader.position = start;
      return undefined;
    }
  }

  /** One value; a long one piece by piece. */
  async value<T>(one: ValueReader<T>): Promise<T> {
    if (one.long === undefined) return this.read(one.decode);
    const there = this.readNow(one.decode);
    return there === undefined ? one.long(this) : there;
  }

  /** The bytes that `pass` moves over, as a view of what was received. */
  bytesOf(pass: (reader: WireReader) => void): Promise<Buffer> {
    return this.read((reader) => {
      const start = reader.position;
      pass(reader);
      return reader.bytes.subarray(start, reader.position);
    });
  }

  /** A view of the next bytes: one at least, `most` at most. */
  async some(most: number): Promise<Buffer> {
    if (await this.atEnd()) throw unfinished();
    return this.reader.view(Math.min(most, this.reader.remaining));
  }

  private async more(start: number): Promise<void> {
    const rest = this.reader.bytes.subarray(start);
    if (rest.length > this.maxValueBytes) throw valueTooLong(this.maxValueBytes);
    const parts = [rest];
    let size = rest.length;
    while (size <= rest.length * 2) {
      const chunk = await this.next();
      if (chunk === undefined) break;
      parts.push(chunk);
      size += chunk.length;
    }
    if (size === rest.length) throw unfinished();
    this.reader.bytes = rest.length === 0 && parts.length === 2 && parts[1] ? parts[1] : Buffer.concat(parts, size);
    this.reader.position = 0;
  }

  private async next(): Promise<Buffer | undefined> {
    const chunk = await this.message.read();
    this.received += chunk?.length ?? 0;
    if (this.received > this.maxBytes) throw requestTooLong();
    return chunk;
  }
}

function unfinished(): ProtocolError {
  return new ProtocolError('a message that ends inside a value');
}

/** At this part of a told length it is believed, and all of it reserved. */
const BELIEVED = 8;
const FIRST_PIECE = 64 * 1024;

/** Collects the pieces of one long value into one buffer. Nothing is reserved for a length that was told before an eighth of it has come. */
export class LongValue {
  private bytes = Buffer.alloc(0);
  private size = 0;

  /** `told`: the whole length, where the client said it. Throws 7119 above `limit`. */
  constructor(
    private readonly told: number | undefined,
    private readonly limit: number,
  ) {
    if (told !== undefined && told > limit) throw valueTooLong(limit);
  }

  get length(): number {
    return this.size;
  }

  /** Takes the next `count` bytes of the stream. */
  async take(stream: MessageStream, count: number): Promise<void> {
    if (this.size + count > this.limit) throw valueTooLong(this.limit);
    for (let left = count; left > 0;) {
      const piece = await stream.some(left);
      this.reserve(this.size + piece.length);
      piece.copy(this.bytes, this.size);
      this.size += piece.length;
      left -= piece.length;
    }
  }

  /** The value; call once, at its end. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.size);
  }

  private reserve(needed: number): void {
    if (needed <= this.bytes.length) return;
    const { told } = this;
    let room = Math.max(needed, this.bytes.length * 2, FIRST_PIECE);
    if (told !== undefined && (room >= told || needed >= told / BELIEVED)) room = Math.max(needed, told);
    // Not from the pool, and not zeroed: every byte that is returned was copied in.
    const grown = Buffer.allocUnsafeSlow(room);
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
  }
}
