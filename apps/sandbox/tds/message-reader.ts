import { NotEnoughBytes, ProtocolError } from './wire-reader.ts';
import { PACKET, STATUS } from './wire-types.ts';

/** Bytes of received messages that may wait to be read before the socket is paused. */
const HIGH_WATER = 512 * 1024;
const HEADER = 8;
const MAX_PACKET = 32_768;
const EMPTY = Buffer.alloc(0);
const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(PACKET).filter((type) => type !== PACKET.reply));

/** What a connection hears from its reader. */
export interface MessageListener {
  /** An attention came while no request was open. */
  idleAttention(): void;
  /** Stop or go on reading from the socket. */
  pause(): void;
  resume(): void;
}

/** One message from the client, readable while it still arrives. It is open from its first packet until `finish`. */
export class IncomingMessage {
  private readonly chunks: Buffer[] = [];
  private readonly controller = new AbortController();
  private wake: (() => void) | undefined;
  private ended = false;
  private broken = false;
  /** The client gave the message up with its last packet (MS-TDS 2.2.1.7): it is answered with DONE_ERROR alone. */
  ignored = false;
  /** An attention asks for this request to end; it is owed a DONE with the attention bit. */
  attention = false;

  constructor(
    readonly type: number,
    readonly status: number,
    private readonly owner: MessageReader,
  ) {}

  /** Aborts on attention, on an ignored message and when the connection drops. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The next piece of payload, undefined at the end. Throws {@link NotEnoughBytes} if the connection dropped before the end. */
  async read(): Promise<Buffer | undefined> {
    while (this.chunks.length === 0) {
      if (this.broken) throw new NotEnoughBytes();
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const chunk = this.chunks.shift();
    if (chunk) this.owner.consumed(chunk.length);
    return chunk;
  }

  /** The whole payload. A message above `limit` bytes is a {@link ProtocolError}. */
  async all(limit: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    for (let chunk = await this.read(); chunk; chunk = await this.read()) {
      size += chunk.length;
      if (size > limit) throw new ProtocolError(`a message above ${limit} bytes`);
      parts.push(chunk);
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size);
  }

  /** Reads and drops what is left; more than `most` bytes of it are a {@link ProtocolError}. */
  async drain(most = Infinity): Promise<void> {
    let dropped = 0;
    for (let chunk = await this.read(); chunk; chunk = await this.read()) {
      dropped += chunk.length;
      if (dropped > most) throw new ProtocolError(`${most} bytes of a message that is refused`);
    }
  }

  /** The answer is written: an attention from now on belongs to no request. */
  finish(): void {
    this.owner.finished(this);
  }

  push(payload: Buffer, status: number): void {
    if (payload.length > 0) this.chunks.push(payload);
    if (status & STATUS.eom) {
      this.ended = true;
      if (status & STATUS.ignore) {
        this.ignored = true;
        this.controller.abort();
      }
    }
    this.notify();
  }

  cancel(): void {
    this.attention = true;
    this.controller.abort();
  }

  /** The connection ended. */
  break(): void {
    if (!this.ended) this.broken = true;
    this.controller.abort();
    this.notify();
  }

  get complete(): boolean {
    return this.ended;
  }

  private notify(): void {
    const wake = this.wake;
    this.wake = undefined;
    wake?.();
  }
}

/**
 * Splits received bytes into packets and packets into messages (MS-TDS 2.2.3). Throws {@link ProtocolError} on a packet that breaks the rules; the
 * connection then ends. Waiting bytes are bounded: above a high-water mark the socket is paused until the messages are read.
 */
export class MessageReader {
  private rest: Buffer = EMPTY;
  private arriving: IncomingMessage | undefined;
  private readonly queue: IncomingMessage[] = [];
  private readonly open: IncomingMessage[] = [];
  private waiter: ((message: IncomingMessage | undefined) => void) | undefined;
  private waiting = 0;
  private paused = false;
  private ended = false;

  constructor(private readonly listener: MessageListener) {}

  /** The next message, as soon as its first packet is there; undefined when the connection has ended. */
  next(): Promise<IncomingMessage | undefined> {
    const message = this.queue.shift();
    if (message || this.ended) return Promise.resolve(message);
    return new Promise((resolve) => (this.waiter = resolve));
  }

  /** Bytes from the client, in order. */
  feed(data: Buffer): void {
    let bytes = this.rest.length > 0 ? Buffer.concat([this.rest, data]) : data;
    while (bytes.length >= HEADER) {
      const length = checkedLength(bytes);
      if (bytes.length < length) break;
      this.packet(bytes.readUInt8(0), bytes.readUInt8(1), bytes.subarray(HEADER, length));
      bytes = bytes.subarray(length);
    }
    // Without a rest nothing of the received chunk stays referenced.
    this.rest = bytes.length > 0 ? bytes : EMPTY;
  }

  private packet(type: number, status: number, payload: Buffer): void {
    if (type === PACKET.attention) return this.attention();
    let message = this.arriving;
    if (!message) {
      message = new IncomingMessage(type, status, this);
      this.arriving = message;
      this.open.push(message);
      this.deliver(message);
    } else if (message.type !== type) {
      throw new ProtocolError(`a packet of type ${type} inside a message of type ${message.type}`);
    }
    this.waiting += payload.length;
    message.push(payload, status);
    if (status & STATUS.eom) this.arriving = undefined;
    if (this.waiting > HIGH_WATER && !this.paused) {
      this.paused = true;
      this.listener.pause();
    }
    if (this.queue.length > 8) throw new ProtocolError('requests sent without waiting for their answers');
  }

  private attention(): void {
    const last = this.open.at(-1);
    if (last) last.cancel();
    else this.listener.idleAttention();
  }

  private deliver(message: IncomingMessage): void {
    const waiter = this.waiter;
    this.waiter = undefined;
    if (waiter) waiter(message);
    else this.queue.push(message);
  }

  consumed(count: number): void {
    this.waiting -= count;
    if (this.paused && this.waiting < HIGH_WATER / 2) {
      this.paused = false;
      this.listener.resume();
    }
  }

  finished(message: IncomingMessage): void {
    const index = this.open.indexOf(message);
    if (index >= 0) this.open.splice(index, 1);
  }

  /** The connection has ended: open messages break, `next` yields undefined. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.rest = EMPTY;
    for (const message of this.open) message.break();
    this.queue.length = 0;
    const waiter = this.waiter;
    this.waiter = undefined;
    waiter?.(undefined);
  }
}

function checkedLength(bytes: Buffer): number {
  const type = bytes.readUInt8(0);
  if (!KNOWN_TYPES.has(type)) throw new ProtocolError(`packet type ${type}`);
  const length = bytes.readUInt16BE(2);
  if (length < HEADER || length > MAX_PACKET) throw new ProtocolError(`packet length ${length}`);
  return length;
}
