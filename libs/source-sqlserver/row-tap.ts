import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type { BlockQueue } from './block-queue.ts';
import { RowDecoder, type ReadByDriver, type WireColumn } from './row-decoder.ts';

/** Tokens of a response ([MS-TDS] 2.2.4): the two forms of a row. */
const ROW = 0xd1;
const ROW_WITH_NULL_BITS = 0xd2;

/** What of the driver's parser of responses is used: it keeps the bytes at hand and reads every token but rows. */
interface DriverParser {
  buffer: Buffer;
  position: number;
  readonly colMetadata: readonly WireColumn[];
  readonly iterator: AsyncIterator<Buffer>;
  waitForChunk(): Promise<void>;
  readToken(type: number): Token | undefined | Promise<Token | undefined>;
}

interface Token {
  readonly handlerName: string;
}

type Handler = Readonly<Record<string, (token: Token) => void>>;

/** What of the driver's connection is used. */
export interface DriverConnection {
  createTokenStreamParser?: (message: Readable, handler: Handler) => EventEmitter;
  readonly debug?: { token?(token: Token): void };
  readonly config?: { readonly options?: object };
}

interface DriverParts {
  readonly Parser: new (message: AsyncIterable<Buffer>, debug: unknown, options: unknown) => DriverParser;
  readonly readByDriver: (options: object) => ReadByDriver;
}

/** Parts of tedious that it does not export. Null where this version of it has not the shape that we know: then its own way is taken. */
const PARTS: DriverParts | null = loadParts();

function loadParts(): DriverParts | null {
  const require = createRequire(import.meta.url);
  try {
    const Parser = require('tedious/lib/token/stream-parser') as DriverParts['Parser'];
    const values = require('tedious/lib/value-parser') as {
      readValue: (
        buffer: Buffer,
        offset: number,
        column: WireColumn,
        options: object,
      ) => { value: unknown; offset: number };
    };
    const prototype = Parser.prototype as Partial<DriverParser>;
    if (typeof prototype.waitForChunk !== 'function' || typeof prototype.readToken !== 'function') return null;
    if (typeof values.readValue !== 'function') return null;
    return {
      Parser,
      readByDriver: (options) => (buffer, offset, column) => values.readValue(buffer, offset, column, options),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/**
 * Takes the rows of one request out of the driver's hands: they go from the bytes straight into the queue, many in one go; everything else of the response is
 * the driver's, and so are rows with types that only it can read. The driver makes several objects and a promise of every row.
 */
export class RowTap {
  #connection: DriverConnection | null = null;

  constructor(private readonly queue: BlockQueue) {}

  /** From now on, until {@link detach}. */
  attach(connection: DriverConnection): void {
    const parts = PARTS;
    if (!parts || typeof connection.createTokenStreamParser !== 'function' || !connection.config?.options) return;
    const options = connection.config.options;
    connection.createTokenStreamParser = (message, handler) => {
      const parser = new parts.Parser(packetsOf(message), connection.debug, options);
      const tokens = new TokenStream(this.#tokens(parser, parts.readByDriver(options)), handler);
      tokens.onFault = (error) => this.queue.fail(error);
      return tokens;
    };
    this.#connection = connection;
  }

  /** The connection is as it was. */
  detach(): void {
    // What attach set hides the prototype's method.
    if (this.#connection) delete this.#connection.createTokenStreamParser;
    this.#connection = null;
  }

  async *#tokens(parser: DriverParser, readByDriver: ReadByDriver): AsyncGenerator<Token> {
    let columns: readonly WireColumn[] | undefined;
    let decoder: RowDecoder | null = null;
    while (await more(parser)) {
      while (parser.position < parser.buffer.length) {
        const type = parser.buffer[parser.position]!;
        if (type === ROW || type === ROW_WITH_NULL_BITS) {
          if (columns !== parser.colMetadata) decoder = RowDecoder.for(parser.colMetadata, readByDriver);
          columns = parser.colMetadata;
        }
        if ((type === ROW || type === ROW_WITH_NULL_BITS) && decoder) {
          const isWhole = this.#takeRows(parser, decoder);
          if (this.queue.isFull) await this.queue.room();
          if (!isWhole) await this.#takeSplitRow(parser, decoder);
          continue;
        }
        parser.position++;
        const token = await parser.readToken(type);
        if (token !== undefined) yield token;
      }
    }
  }

  /** Takes the rows that are there as a whole until the queue is full. False: the last one is not. */
  #takeRows(parser: DriverParser, decoder: RowDecoder): boolean {
    const { buffer } = parser;
    while (parser.position < buffer.length && !this.queue.isFull) {
      const type = buffer[parser.position]!;
      if (type !== ROW && type !== ROW_WITH_NULL_BITS) break;
      if (!this.#takeRow(buffer, parser.position, decoder)) return false;
      parser.position = decoder.end;
    }
    return true;
  }

  #takeRow(buffer: Buffer, start: number, decoder: RowDecoder): boolean {
    const row = decoder.read(buffer, start + 1, buffer[start] === ROW_WITH_NULL_BITS);
    if (row === null) return false;
    this.queue.add(row, decoder.end - start + row.length * 24);
    return true;
  }

  /**
   * Takes the row whose beginning ends a packet. Only that row is put together, from as many packets as it needs; of the last one the parser goes on with what
   * is behind the row. Tried again when as many bytes as before have come: a row of many packets is copied a few times, not once a packet.
   */
  async #takeSplitRow(parser: DriverParser, decoder: RowDecoder): Promise<void> {
    let row = parser.buffer.subarray(parser.position);
    for (;;) {
      const { parts, last, ended } = await moreBytes(parser, row.length);
      const before = row.length + parts.reduce((sum, part) => sum + part.length, 0);
      for (let taken = Math.min(last.length, FIRST_PIECE); ; taken = Math.min(last.length, taken * 8)) {
        const whole = Buffer.concat([row, ...parts, last.subarray(0, taken)]);
        if (this.#takeRow(whole, 0, decoder)) {
          const isInLast = decoder.end >= before;
          parser.buffer = isInLast ? last : Buffer.concat([whole.subarray(decoder.end, before), last]);
          parser.position = isInLast ? decoder.end - before : 0;
          return;
        }
        if (taken < last.length) continue;
        if (ended) throw new Error('unexpected end of data');
        row = whole;
        break;
      }
    }
  }
}

/** Of the packet that a split row goes on in: so much is looked at first. */
const FIRST_PIECE = 2048;

/** What the driver listens to: tokens are handed to its handler, the end is told. */
class TokenStream extends EventEmitter {
  onFault: (error: Error) => void = () => undefined;
  readonly #stream: Readable;

  constructor(tokens: AsyncIterable<Token>, handler: Handler) {
    super();
    this.#stream = Readable.from(tokens);
    this.#stream.on('data', (token: Token) => handler[token.handlerName]!(token));
    this.#stream.on('end', () => this.emit('end'));
    this.#stream.on('error', (error) => this.onFault(error));
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }
}

/** The packets of a response one by one; a stream's own iterator copies all that wait into one buffer. */
async function* packetsOf(message: Readable): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let wake: () => void = () => undefined;
  let isEnded = false;
  let fault: Error | null = null;
  message.on('data', (packet: Buffer) => {
    waiting.push(packet);
    message.pause();
    wake();
  });
  message.once('end', () => {
    isEnded = true;
    wake();
  });
  message.once('error', (error) => {
    fault = error;
    wake();
  });
  for (;;) {
    const packet = waiting.shift();
    if (packet) {
      yield packet;
    } else if (fault) {
      throw fault as Error;
    } else if (isEnded) {
      return;
    } else {
      const more = new Promise<void>((resolve) => (wake = resolve));
      message.resume();
      await more;
    }
  }
}

/** Waits for bytes. False: the response ended at the end of a token. */
async function more(parser: DriverParser): Promise<boolean> {
  try {
    await parser.waitForChunk();
    return true;
  } catch (error) {
    if (parser.position === parser.buffer.length) return false;
    throw error;
  }
}

/** At least so many bytes more, or what there is until the end: whole packets, and the last of them. */
async function moreBytes(
  parser: DriverParser,
  atLeast: number,
): Promise<{ parts: readonly Buffer[]; last: Buffer; ended: boolean }> {
  const packets: Buffer[] = [];
  let ended = false;
  for (let size = 0; size < atLeast || size === 0;) {
    const { value, done } = await parser.iterator.next();
    if (done) {
      ended = true;
      break;
    }
    packets.push(value);
    size += value.length;
  }
  return { parts: packets.slice(0, -1), last: packets.at(-1) ?? Buffer.alloc(0), ended };
}
