import type { Socket } from 'node:net';
import pg from 'pg';
import { walText } from './lsn.ts';

/** One message of the replication stream: its WAL position and where its payload begins in `buffer`. */
export interface StreamMessage {
  readonly walStart: bigint;
  readonly buffer: Buffer;
  readonly offset: number;
  /** Bytes of the whole message. */
  readonly length: number;
}

/** A block of memory that queued messages lie in; used again when all of them have been read. */
interface Arena {
  readonly buffer: Buffer;
  used: number;
  unread: number;
}

interface QueuedMessage extends StreamMessage {
  readonly arena: Arena;
}

const ARENA_BYTES = 512 * 1024;

/** The inside of pg's client that replication needs: copy-both messages are not part of its public interface. */
interface CopyConnection {
  readonly stream: Socket;
  sendCopyFromChunk(chunk: Buffer): void;
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): void;
  once(event: 'replicationStart', listener: () => void): void;
}

const HIGH_WATER_BYTES = 4 * 1024 * 1024;
/** Messages that were read leave the queue in heaps, since it may never be empty. */
const COMPACT_AT = 4096;
const STATUS_INTERVAL_MS = 10_000;
const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;
const XLOG_HEADER = 25;
const EPOCH_2000_MS = 946_684_800_000n;

export interface StreamOptions {
  /** URL of the sandbox database. */
  readonly url: string;
  readonly slot: string;
  readonly publication: string;
}

/**
 * PostgreSQL's changes as they are decoded, in commit order, with bounded memory: the socket is paused while the reader does not
 * keep up or has asked for a rest.
 */
export class ReplicationStream {
  private readonly client: pg.Client;
  private readonly queue: QueuedMessage[] = [];
  private readonly spare: Arena[] = [];
  private arena: Arena = newArena(ARENA_BYTES);
  private lent: Arena | undefined;
  private head = 0;
  private queuedBytes = 0;
  private wake: (() => void) | undefined;
  private failure: Error | undefined;
  private resting = false;
  private confirmed = 0n;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private connected = false;
  /** The highest position the server has told of while nothing was queued. */
  serverEnd = 0n;

  constructor(private readonly options: StreamOptions) {
    this.client = new pg.Client({
      connectionString: options.url,
      replication: 'database',
      application_name: 'sluice-sandbox-capture',
    } as pg.ClientConfig);
  }

  private get connection(): CopyConnection {
    return (this.client as unknown as { connection: CopyConnection }).connection;
  }

  /** Starts where the slot was confirmed last. */
  async start(): Promise<void> {
    this.client.on('error', (error) => this.fail(error));
    this.client.on('end', () => this.fail(new Error('the replication connection ended')));
    await this.client.connect();
    this.connected = true;
    const { slot, publication } = this.options;
    const started = new Promise<void>((resolve) => this.connection.once('replicationStart', resolve));
    this.connection.on('copyData', ({ chunk }) => this.receive(chunk));
    const command = `START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names '${publication}', binary 'true', messages 'true')`;
    const ended = this.client.query(command);
    ended.then(
      () => this.fail(new Error('the replication stream ended')),
      (error: unknown) => this.fail(error instanceof Error ? error : new Error(String(error))),
    );
    await Promise.race([started, ended.then(() => undefined)]);
    this.timer = setInterval(() => this.sendStatus(), STATUS_INTERVAL_MS);
  }

  /** The next message if one is here already; its bytes are valid until the next call. */
  poll(): StreamMessage | undefined {
    this.giveBack();
    const message = this.queue[this.head];
    if (!message) {
      if (this.failure) throw this.failure;
      return undefined;
    }
    this.head += 1;
    this.lent = message.arena;
    this.queuedBytes -= message.length;
    if (this.head === this.queue.length) {
      this.queue.length = 0;
      this.head = 0;
    } else if (this.head >= COMPACT_AT) {
      this.queue.splice(0, this.head);
      this.head = 0;
    }
    if (!this.resting && this.queuedBytes < HIGH_WATER_BYTES / 2) this.connection.stream.resume();
    return message;
  }

  /** Resolves when a message is here, after `timeoutMs`, or when the stream was closed; throws when it broke. */
  async wait(timeoutMs: number): Promise<void> {
    if (this.head < this.queue.length || this.closed) return;
    if (this.failure) throw this.failure;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.wake?.(), timeoutMs);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
    if (this.failure && !this.closed && this.head >= this.queue.length) throw this.failure;
  }

  /** Ends a {@link wait}. */
  nudge(): void {
    this.wake?.();
  }

  /** Lets nothing more come from the server; what is queued stays. */
  rest(): void {
    this.resting = true;
    this.connection.stream.pause();
  }

  resume(): void {
    if (!this.resting) return;
    this.resting = false;
    if (this.queuedBytes < HIGH_WATER_BYTES) this.connection.stream.resume();
  }

  /** Tells the server that everything before `position` is stored: it need not be sent again. */
  confirm(position: bigint): void {
    if (position <= this.confirmed) return;
    this.confirmed = position;
    this.sendStatus();
  }

  get confirmedText(): string {
    return walText(this.confirmed);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.wake?.();
    if (!this.connected) return;
    // The stream has no polite end while the server sends: the socket is cut, the slot keeps its place.
    this.connection.stream.destroy();
    await this.client.end().catch(() => undefined);
  }

  private receive(chunk: Buffer): void {
    if (chunk[0] === KEEPALIVE) {
      if (this.head === this.queue.length) this.serverEnd = chunk.readBigUInt64BE(1);
      if (chunk[17] === 1) this.sendStatus();
      if (this.head === this.queue.length) this.wake?.();
      return;
    }
    if (chunk[0] !== XLOG_DATA) return;
    // The driver uses its receive buffer again for what comes next: queued messages need bytes of their own.
    const arena = this.arenaFor(chunk.length);
    const start = arena.used;
    chunk.copy(arena.buffer, start);
    arena.used += chunk.length;
    arena.unread += 1;
    const walStart = chunk.readBigUInt64BE(1);
    this.queue.push({ walStart, buffer: arena.buffer, offset: start + XLOG_HEADER, length: chunk.length, arena });
    this.queuedBytes += chunk.length;
    if (this.queuedBytes > HIGH_WATER_BYTES) this.connection.stream.pause();
    this.wake?.();
  }

  private arenaFor(bytes: number): Arena {
    if (bytes > ARENA_BYTES / 4) return newArena(bytes);
    if (this.arena.used + bytes <= ARENA_BYTES) return this.arena;
    this.arena = this.spare.pop() ?? newArena(ARENA_BYTES);
    return this.arena;
  }

  private giveBack(): void {
    const arena = this.lent;
    this.lent = undefined;
    if (!arena) return;
    arena.unread -= 1;
    if (arena.unread > 0) return;
    arena.used = 0;
    if (arena !== this.arena && arena.buffer.length === ARENA_BYTES) this.spare.push(arena);
  }

  private sendStatus(): void {
    if (this.closed || this.failure) return;
    const status = Buffer.alloc(34);
    status[0] = 0x72;
    status.writeBigUInt64BE(this.confirmed, 1);
    status.writeBigUInt64BE(this.confirmed, 9);
    status.writeBigUInt64BE(this.confirmed, 17);
    status.writeBigInt64BE((BigInt(Date.now()) - EPOCH_2000_MS) * 1000n, 25);
    this.connection.sendCopyFromChunk(status);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }
}

function newArena(bytes: number): Arena {
  return { buffer: Buffer.allocUnsafeSlow(bytes), used: 0, unread: 0 };
}
