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
  createTokenStreamParser?: (message: AsyncIterable<Buffer>, handler: Handler) => EventEmitter;
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
      const parser = new parts.Parser(message, connection.debug, options);
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
          if (!isWhole) await rest(parser);
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
      const row = decoder.read(buffer, parser.position + 1, type === ROW_WITH_NULL_BITS);
      if (row === null) return false;
      this.queue.add(row, decoder.end - parser.position + row.length * 24);
      parser.position = decoder.end;
    }
    return true;
  }
}

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

/** Waits for as many bytes again as the row has so far, or the end: a row of many packets is copied a few times, not once a packet. */
async function rest(parser: DriverParser): Promise<void> {
  const first = parser.buffer.subarray(parser.position);
  const parts = [first];
  for (let size = 0; size < first.length || size === 0;) {
    const { value, done } = await parser.iterator.next();
    if (done && size === 0) throw new Error('unexpected end of data');
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  parser.buffer = Buffer.concat(parts);
  parser.position = 0;
}
