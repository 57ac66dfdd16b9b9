import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import sql from 'mssql';
import { SANDBOX_PASSWORD } from '../harness/index.ts';

/** Where raw bytes go. */
export interface RawServer {
  readonly port: number;
}

/** The settings of a well-behaved client that does not encrypt. */
export function plainClient(port: number, options: Partial<sql.config> = {}): sql.config {
  return {
    server: '127.0.0.1',
    port,
    user: 'sa',
    password: SANDBOX_PASSWORD,
    pool: { min: 0, max: 1 },
    ...options,
    options: { encrypt: false, trustServerCertificate: true, ...options.options },
  };
}

/** What a driver sends from its first byte on, taken down by a proxy, cut into packets. */
export async function recorded(port: number, work: (pool: sql.ConnectionPool) => Promise<unknown>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  const proxy = createServer((client) => {
    const upstream = createConnection(port, '127.0.0.1');
    client.on('data', (data) => chunks.push(data));
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const pool = await new sql.ConnectionPool(plainClient((proxy.address() as AddressInfo).port)).connect();
  await work(pool);
  await pool.close();
  proxy.close();
  return packetsOf(Buffer.concat(chunks));
}

function packetsOf(bytes: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt16BE(at + 2))
    packets.push(bytes.subarray(at, at + bytes.readUInt16BE(at + 2)));
  return packets;
}

/** A packet that is a whole message. */
export function packet(type: number, payload: Buffer, status = 1): Buffer {
  const header = Buffer.alloc(8);
  header[0] = type;
  header[1] = status;
  header.writeUInt16BE(payload.length + 8, 2);
  header[6] = 1;
  return Buffer.concat([header, payload]);
}

/** ALL_HEADERS with a transaction descriptor of none, which stand before batches and RPC. */
export function headers(): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(22, 0);
  bytes.writeUInt32LE(18, 4);
  bytes.writeUInt16LE(2, 8);
  bytes.writeUInt32LE(1, 18);
  return bytes;
}

/** A socket that speaks raw bytes and keeps what was answered since the last {@link RawClient.send}. */
export class RawClient {
  private answer: Buffer[] = [];
  private ended = false;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (data) => this.answer.push(data));
    socket.on('close', () => (this.ended = true));
  }

  static async open(port: number): Promise<RawClient> {
    const socket = createConnection(port, '127.0.0.1');
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  get closed(): boolean {
    return this.ended;
  }

  get answered(): Buffer {
    return Buffer.concat(this.answer);
  }

  send(...bytes: readonly Buffer[]): void {
    this.answer = [];
    this.socket.write(Buffer.concat(bytes));
  }

  /** Whether a whole message, its last packet with the end bit, was answered. */
  get complete(): boolean {
    const packets = packetsOf(this.answered);
    const last = packets.at(-1);
    return (
      last !== undefined &&
      (last.readUInt8(1) & 1) === 1 &&
      packets.reduce((sum, one) => sum + one.length, 0) === this.answered.length
    );
  }

  drop(): void {
    this.socket.destroy();
  }
}

/** Counts the bytes of one answer as they come, and keeps none of them. */
export class AnswerCounter {
  bytes = 0;
  /** The message has ended. */
  complete = false;
  /** Bytes of the packet under way that have not come. */
  private left = 0;
  private header = Buffer.alloc(0);

  constructor({ socket }: RawClient) {
    socket.removeAllListeners('data');
    socket.on('data', (data: Buffer) => this.take(data));
  }

  private take(data: Buffer): void {
    this.bytes += data.length;
    for (let at = 0; at < data.length;) {
      if (this.left === 0) {
        const piece = data.subarray(at, at + 8 - this.header.length);
        this.header = Buffer.concat([this.header, piece]);
        at += piece.length;
        if (this.header.length < 8) return;
        this.left = this.header.readUInt16BE(2) - 8;
      }
      const taken = Math.min(this.left, data.length - at);
      at += taken;
      this.left -= taken;
      if (this.left > 0) return;
      this.complete = (this.header.readUInt8(1) & 1) === 1;
      this.header = Buffer.alloc(0);
    }
  }
}
