import type { Writable } from 'node:stream';
import { TokenBuffer } from './token-buffer.ts';
import { PACKET, STATUS } from './wire-types.ts';

const HEADER = 8;
/** Token bytes that are gathered before packets are cut: one write to the socket for many rows. */
const FLUSH_AT = 32 * 1024;
/** Bytes after which the writer asks for a turn of the event loop even when the socket takes everything. */
const TURN_AT = 1024 * 1024;

/**
 * Cuts the token stream into packets of the negotiated size (MS-TDS 2.2.3.1). The stream takes bytes of many rows in one write; when it is full
 * `congested` says so until it has drained. After `close` everything is a no-op.
 */
export class PacketWriter {
  readonly tokens = new TokenBuffer();
  packetSize = 4096;
  spid = 0;
  private packetId = 0;
  private full = false;
  private sinceTurn = 0;
  private closed = false;
  private readonly waiters: (() => void)[] = [];

  constructor(private stream: Writable) {
    this.listen();
  }

  /** Goes on over another stream (TLS begins, or ends after the login). */
  moveTo(stream: Writable): void {
    this.stream.off('drain', this.onDrain);
    this.stream = stream;
    this.full = false;
    this.listen();
  }

  private listen(): void {
    this.stream.on('drain', this.onDrain);
  }

  private readonly onDrain = (): void => {
    this.full = false;
    this.wake();
  };

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }

  /** The stream does not take more for now, or the event loop is due a turn. */
  get congested(): boolean {
    return !this.closed && (this.full || this.sinceTurn >= TURN_AT);
  }

  /** Resolves when more may be written, the connection has closed or `signal` aborts. */
  async drained(signal?: AbortSignal): Promise<void> {
    if (this.sinceTurn >= TURN_AT) {
      this.sinceTurn = 0;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (!this.full || this.closed || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.waiters.push(done);
      signal?.addEventListener('abort', done);
    });
  }

  /** Sends full packets once enough has gathered. Call between tokens. */
  flushFull(): void {
    if (this.tokens.position >= FLUSH_AT) this.cut(false, PACKET.reply);
  }

  /** Ends the message: all that is left goes out, its last packet with the end bit. */
  end(type: number = PACKET.reply): void {
    this.cut(true, type);
    this.packetId = 0;
  }

  /** Ends the writer; those who wait for `drained` go on. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  private cut(last: boolean, type: number): void {
    const body = this.packetSize - HEADER;
    const length = this.tokens.position;
    // Without the end bit at least one byte stays, so that the last packet is never empty.
    const packets = last ? Math.max(1, Math.ceil(length / body)) : Math.ceil(length / body) - 1;
    const taken = last ? length : packets * body;
    if (packets <= 0) return;
    const out = Buffer.allocUnsafe(taken + packets * HEADER);
    for (let index = 0; index < packets; index++) {
      const from = index * body;
      const to = Math.min(from + body, taken);
      this.header(out, index * this.packetSize, type, to - from + HEADER, last && index === packets - 1);
      this.tokens.bytes.copy(out, index * this.packetSize + HEADER, from, to);
    }
    this.tokens.discard(taken);
    this.send(out);
  }

  private header(out: Buffer, at: number, type: number, length: number, last: boolean): void {
    out[at] = type;
    out[at + 1] = last ? STATUS.eom : 0;
    out.writeUInt16BE(length, at + 2);
    out.writeUInt16BE(this.spid & 0xffff, at + 4);
    this.packetId = (this.packetId + 1) & 0xff;
    out[at + 6] = this.packetId;
    out[at + 7] = 0;
  }

  private send(out: Buffer): void {
    if (this.closed || !this.stream.writable) return;
    this.sinceTurn += out.length;
    if (!this.stream.write(out)) this.full = true;
  }
}
