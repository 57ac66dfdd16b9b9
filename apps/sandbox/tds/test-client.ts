import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { TDS_74 } from './login7.ts';
import { PACKET, STATUS } from './wire-types.ts';

const HEADER = 8;
const LOGIN_HEADER = 94;
/** A message of headers: the transaction descriptor 0 and one request (MS-TDS 2.2.5.3.2). */
const ALL_HEADERS = Buffer.from('16000000' + '12000000' + '0200' + '0000000000000000' + '01000000', 'hex');

/** PRELOGIN of a client without encryption: version, encryption not supported, no MARS. */
export function preloginMessage(): Buffer {
  return packets(
    PACKET.prelogin,
    Buffer.from('000010000601001600010400170001ff' + '100000000000' + '02' + '00', 'hex'),
  );
}

/** LOGIN7 with SQL authentication (MS-TDS 2.2.6.4). */
export function loginMessage(user: string, password: string, database: string, packetSize = 32_000): Buffer {
  const fixed = Buffer.alloc(LOGIN_HEADER);
  fixed.writeUInt32LE(TDS_74, 4);
  fixed.writeUInt32LE(packetSize, 8);
  const texts: Buffer[] = [];
  let at = LOGIN_HEADER;
  const place = (field: number, bytes: Buffer): void => {
    fixed.writeUInt16LE(at, field);
    fixed.writeUInt16LE(bytes.length / 2, field + 2);
    texts.push(bytes);
    at += bytes.length;
  };
  const text = (value: string): Buffer => Buffer.from(value, 'utf16le');
  const hidden = text(password).map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5);
  place(36, text('test'));
  place(40, text(user));
  place(44, Buffer.from(hidden));
  for (const [field, value] of [
    [48, 'raw'],
    [52, ''],
    [60, 'raw'],
    [64, ''],
    [68, database],
  ] as const)
    place(field, text(value));
  fixed.writeUInt32LE(at, 0);
  return packets(PACKET.login7, Buffer.concat([fixed, ...texts]));
}

/** A SQL batch. */
export function batchMessage(sql: string, packetSize = 4096): Buffer {
  return packets(PACKET.batch, Buffer.concat([ALL_HEADERS, Buffer.from(sql, 'utf16le')]), packetSize);
}

/** A message cut into packets, the last with the end bit. */
export function packets(type: number, body: Buffer, packetSize = 4096): Buffer {
  const room = packetSize - HEADER;
  const parts: Buffer[] = [];
  for (let at = 0, id = 1; at === 0 || at < body.length; at += room, id++) {
    const part = body.subarray(at, at + room);
    const header = Buffer.from([type, at + room >= body.length ? STATUS.eom : 0, 0, 0, 0, 0, id & 0xff, 0]);
    header.writeUInt16BE(part.length + HEADER, 2);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}

/** A client that knows packets and nothing else: it counts what it receives and keeps the last answer's first bytes. */
export class RawClient {
  /** Bytes received, headers included. */
  received = 0;
  /** Whole messages received. */
  messages = 0;
  /** Opening of the message that came last. */
  opening: Buffer = Buffer.alloc(0);
  private rest = 0;
  private header = Buffer.alloc(0);
  private starts = true;
  private readonly waiting = new Set<() => void>();

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => this.take(data));
    socket.on('close', () => this.wake());
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = createConnection(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** PRELOGIN and LOGIN7; resolves when the server has answered both. */
  async login(user: string, password: string, database: string): Promise<void> {
    await this.ask(preloginMessage());
    await this.ask(loginMessage(user, password, database));
  }

  /** Sends one message and waits for the end of its answer, or of the connection. */
  async ask(message: Buffer): Promise<void> {
    const until = this.messages + 1;
    this.socket.write(message);
    await this.until(() => this.messages >= until);
  }

  /** Waits until a condition holds after something was received, or the connection has ended. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
      });
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  private take(data: Buffer): void {
    this.received += data.length;
    for (let at = 0; at < data.length;) {
      if (this.rest === 0) {
        const piece = data.subarray(at, at + HEADER - this.header.length);
        this.header = Buffer.concat([this.header, piece]);
        at += piece.length;
        if (this.header.length < HEADER) break;
        this.rest = this.header.readUInt16BE(2) - HEADER;
        if (this.starts) this.opening = Buffer.from(data.subarray(at, at + 64));
        this.starts = false;
      }
      const taken = Math.min(this.rest, data.length - at);
      at += taken;
      this.rest -= taken;
      if (this.rest === 0) this.endPacket();
    }
    this.wake();
  }

  private endPacket(): void {
    if (((this.header[1] ?? 0) & STATUS.eom) !== 0) {
      this.messages++;
      this.starts = true;
    }
    this.header = Buffer.alloc(0);
  }
}
