import type { Socket } from 'node:net';

/** What of the driver's connection is watched. */
export interface WatchedConnection {
  readonly socket?: Pick<Socket, 'bytesRead' | 'destroy'>;
  readonly debug?: { packet(direction: string, packet: { readonly buffer: Buffer }): void };
}

export interface SilenceWatchOptions {
  /** Silence of so many ms raises the question whether the server still works for us. */
  readonly limitMs: number;
  /** We ourselves take no more rows for now: that is no silence of the server. */
  isHeldBack(): boolean;
  /** Asked over another connection: does the server still work on the request of this session? A fault is a no. */
  isAtWork(sessionId: number): Promise<boolean>;
  /** The connection is dead; it is destroyed next. */
  onDead(silentMs: number): void;
}

/** Bytes 4 and 5 of a packet's header name the server's session ([MS-TDS] 2.2.3.1.4). */
const SESSION_AT = 4;
const SESSIONS = new WeakMap<WatchedConnection, number>();

/** Learns a connection's session id from the packets of its login, so that no question need be asked on it. */
export function noteSession(connection: WatchedConnection): void {
  const { debug } = connection;
  if (!debug) return;
  debug.packet = (direction, { buffer }) => {
    if (direction !== 'Received' || buffer.length < SESSION_AT + 2) return;
    const id = buffer.readUInt16BE(SESSION_AT);
    if (id !== 0) SESSIONS.set(connection, id);
  };
}

/**
 * Sees to it that a request ends when its connection is a black hole: a path that drops packets without closing anything, as firewalls do to idle connections
 * (row A25). TCP's own keep-alive does not see one that a proxy answers, nor one with bytes of ours under way.
 *
 * A slow statement is silent too: one that waits for a lock, or that sorts, may send nothing for long, and killing it would only have it begin again. So silence alone
 * does not end a request: after `limitMs` without a byte the server is asked over a new connection. Only when it cannot be asked, knows nothing of a running request of
 * the session, or waits for the network itself, is the connection given up. Time in which this process is frozen, or takes no rows, does not count.
 */
export class SilenceWatch {
  #timer: NodeJS.Timeout | undefined;
  #silentMs = 0;
  #seen = -1;
  #isAsking = false;

  constructor(private readonly options: SilenceWatchOptions) {}

  /** From now on, until {@link detach}. */
  attach(connection: WatchedConnection): void {
    const { socket } = connection;
    if (!socket) return;
    this.detach();
    const tickMs = Math.max(10, Math.min(1000, this.options.limitMs / 4));
    const timer = setInterval(() => void this.#tick(timer, tickMs, connection), tickMs);
    timer.unref();
    this.#timer = timer;
    this.#silentMs = 0;
    this.#seen = -1;
  }

  detach(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ticks are counted, not the clock's time: a frozen process has none. */
  async #tick(timer: NodeJS.Timeout, tickMs: number, connection: WatchedConnection): Promise<void> {
    if (this.#isAsking) return;
    const read = connection.socket!.bytesRead;
    if (read !== this.#seen || this.options.isHeldBack()) {
      this.#seen = read;
      this.#silentMs = 0;
      return;
    }
    this.#silentMs += tickMs;
    if (this.#silentMs < this.options.limitMs) return;
    const isAtWork = await this.#ask(connection);
    // Meanwhile the answer may have come, and the connection serve another request.
    if (this.#timer !== timer || connection.socket!.bytesRead !== this.#seen) return;
    const silentMs = this.#silentMs;
    this.#silentMs = 0;
    if (isAtWork) return;
    this.detach();
    this.options.onDead(silentMs);
    connection.socket!.destroy(new Error(`nothing came for ${Math.round(silentMs / 1000)} s`));
  }

  async #ask(connection: WatchedConnection): Promise<boolean> {
    const session = SESSIONS.get(connection);
    if (session === undefined) return false;
    this.#isAsking = true;
    const isAtWork = await this.options.isAtWork(session).catch(() => false);
    this.#isAsking = false;
    return isAtWork;
  }
}
