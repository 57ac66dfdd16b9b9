import { Duplex, type Writable } from 'node:stream';
import { TLSSocket, type SecureContext } from 'node:tls';
import { ProtocolError } from './wire-reader.ts';
import { PACKET, STATUS } from './wire-types.ts';

const HEADER = 8;
/** Packet size before LOGIN7 has agreed on another. */
const HANDSHAKE_PACKET = 4096;

/**
 * The stream under TLS. During the handshake records travel inside PRELOGIN packets, after it bare (MS-TDS 2.2.6.5, "TLS/SSL negotiation"). The
 * switch is seen on the first bare record from the client: only then has it our last handshake message, whichever side ends the handshake.
 */
class HandshakeStream extends Duplex {
  private wrapped = true;
  private rest: Buffer = Buffer.alloc(0);
  private outgoing: Buffer[] = [];
  private scheduled = false;
  detached = false;

  constructor(private readonly wire: Writable) {
    super();
  }

  override _read(): void {
    // Bytes are pushed as they come: a client sends nothing here that is not read at once.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.detached || !this.wire.writable) return callback();
    if (!this.wrapped) {
      this.wire.write(chunk, () => callback());
      return;
    }
    this.outgoing.push(chunk);
    if (!this.scheduled) {
      this.scheduled = true;
      // One flight, one message: clients expect exactly one answer to each of theirs.
      setImmediate(() => this.sendFlight());
    }
    callback();
  }

  private sendFlight(): void {
    this.scheduled = false;
    const flight = Buffer.concat(this.outgoing.splice(0));
    if (this.detached || !this.wire.writable || flight.length === 0) return;
    const body = HANDSHAKE_PACKET - HEADER;
    for (let from = 0; from < flight.length; from += body) {
      const part = flight.subarray(from, from + body);
      const header = Buffer.alloc(HEADER);
      header[0] = PACKET.prelogin;
      header[1] = from + body >= flight.length ? STATUS.eom : 0;
      header.writeUInt16BE(part.length + HEADER, 2);
      header[6] = 1 + from / body;
      this.wire.write(Buffer.concat([header, part]));
    }
  }

  /** Bytes from the socket: packets while the handshake runs, records after it. */
  feed(data: Buffer): void {
    if (!this.wrapped) {
      this.push(data);
      return;
    }
    let bytes = this.rest.length > 0 ? Buffer.concat([this.rest, data]) : data;
    while (bytes.length >= HEADER) {
      const type = bytes.readUInt8(0);
      if (type >= 0x14 && type <= 0x17) {
        this.wrapped = false;
        this.push(bytes);
        bytes = Buffer.alloc(0);
        break;
      }
      const length = bytes.readUInt16BE(2);
      if (type !== PACKET.prelogin || length < HEADER)
        throw new ProtocolError('a TLS handshake outside PRELOGIN packets');
      if (bytes.length < length) break;
      this.push(bytes.subarray(HEADER, length));
      bytes = bytes.subarray(length);
    }
    this.rest = Buffer.from(bytes);
  }
}

/** TLS inside a TDS connection, server side. */
export class TlsTunnel {
  private readonly stream: HandshakeStream;
  /** What the client sends decrypted, and where answers are written. */
  readonly clear: TLSSocket;

  constructor(wire: Writable, context: SecureContext) {
    this.stream = new HandshakeStream(wire);
    this.clear = new TLSSocket(this.stream, { isServer: true, secureContext: context });
  }

  /** Raw bytes of the socket. */
  feed(data: Buffer): void {
    this.stream.feed(data);
  }

  /** Ends TLS without a word on the wire: after the login packet the connection goes on in the clear (ENCRYPT_OFF). */
  detach(): void {
    this.stream.detached = true;
    this.clear.removeAllListeners();
    this.clear.on('error', () => undefined);
    this.clear.destroy();
  }
}
