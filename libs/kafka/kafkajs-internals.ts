/**
 * The one file that knows the inside of kafkajs 2.2.4 (pinned in package.json): its connections, with their TLS, SASL
 * and time-outs. Requests and answers are our own bytes (see `protocol.ts`), since kafkajs builds several objects per record.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';
import type { FullKafkaSettings } from './settings.ts';

interface RequestEntry {
  apiKey: number;
  apiName: string;
  apiVersion: number;
  correlationId: number;
  resolve(answer: { payload: Buffer }): void;
  reject(error: Error): void;
}

interface KafkajsConnection {
  socket?: Socket;
  connectionStatus: string;
  requestQueue: {
    push(request: {
      entry: RequestEntry;
      expectResponse: boolean;
      requestTimeout: number;
      sendRequest: () => void;
    }): void;
    rejectAll(error: Error): void;
    maybeThrottle(ms: number): void;
    destroy(): void;
  };
  isConnected(): boolean;
  isAuthenticated(): boolean;
  nextCorrelationId(): number;
}

interface KafkajsLogger {
  namespace(name: string): KafkajsLogger;
  debug(): void;
  info(): void;
  warn(): void;
  error(): void;
}

interface KafkajsPool {
  readonly pool: KafkajsConnection[];
}

interface KafkajsBroker {
  connect(): Promise<void>;
  versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>> | null;
}

interface PoolOptions {
  host: string;
  port: number;
  rack: null;
  ssl?: boolean | ConnectionOptions;
  sasl?: SASLOptions;
  clientId: string;
  socketFactory: unknown;
  connectionTimeout: number;
  requestTimeout: number;
  enforceRequestTimeout: boolean;
  maxInFlightRequests: null;
  instrumentationEmitter: null;
  logger: KafkajsLogger;
  /** How long before its end a login counts as none. */
  reauthenticationThreshold: number;
}

const require = createRequire(import.meta.url);
const RequestQueue = require('kafkajs/src/network/requestQueue') as { prototype: PendingQueue };
const ConnectionPool = require('kafkajs/src/network/connectionPool') as new (options: PoolOptions) => KafkajsPool;
const Broker = require('kafkajs/src/broker') as new (options: {
  connectionPool: KafkajsPool;
  logger: KafkajsLogger;
  authenticationTimeout: number;
}) => KafkajsBroker;
const createSocketFactory = require('kafkajs/src/network/socketFactory') as () => unknown;

interface PendingQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

// kafkajs sets a timer of a negative time where nothing waits and nothing is throttled, at which Node 24 prints a warning: there is nothing to check then.
const { scheduleCheckPendingRequests } = RequestQueue.prototype;
RequestQueue.prototype.scheduleCheckPendingRequests = function check(this: PendingQueue): void {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this);
};

// kafkajs logs every refused connection with its stack; the error reaches our caller, who decides.
const silent: KafkajsLogger = {
  namespace: () => silent,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** One request as bytes after the header. `flexible` asks for header version 2 (tagged fields). */
export interface WireRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly name: string;
  readonly flexible: boolean;
  readonly body: readonly Buffer[];
  /** Only raises the connection's own time-out, for long polls. */
  readonly timeoutMs?: number;
}

/** One connection to one broker, logged in. Answers come in the order of requests. */
export class WireConnection {
  readonly #connection: KafkajsConnection;
  readonly #clientId: Buffer;
  readonly #requestTimeoutMs: number;
  readonly #hasLogin: boolean;
  #inFlight = 0;
  #isRetired = false;

  constructor(connection: KafkajsConnection, settings: FullKafkaSettings) {
    this.#connection = connection;
    this.#clientId = Buffer.from(settings.clientId);
    this.#requestTimeoutMs = settings.requestTimeoutMs;
    this.#hasLogin = settings.sasl !== undefined;
  }

  get isConnected(): boolean {
    return this.#connection.isConnected();
  }

  /**
   * Sends a request and gives the answer's bytes after its correlation id. The buffers of the body must not change until
   * then. Rejects with {@link ConnectionLost} where nothing was sent, with {@link AnswerLost} where it was: whether the
   * broker acted is then unknown.
   */
  async send(request: WireRequest): Promise<Buffer> {
    const connection = this.#connection;
    if (!connection.isConnected()) throw new ConnectionLost('not connected');
    const correlationId = connection.nextCorrelationId();
    const header = this.#header(request, correlationId);
    this.#inFlight++;
    const sent = new Promise<{ payload: Buffer }>((resolve, reject) => {
      connection.requestQueue.push({
        entry: {
          apiKey: request.apiKey,
          apiName: request.name,
          apiVersion: request.apiVersion,
          correlationId,
          resolve,
          reject: (error) => reject(error instanceof ConnectionLost ? error : new AnswerLost(error)),
        },
        expectResponse: true,
        requestTimeout: (request.timeoutMs ?? 0) + this.#requestTimeoutMs,
        sendRequest: () => this.#write(header, request.body),
      });
    });
    try {
      return (await sent).payload;
    } finally {
      this.#inFlight--;
      if (this.#isRetired && this.#inFlight === 0) this.close();
    }
  }

  /**
   * The login runs out soon. kafkajs would log in again on the same connection, but takes the answer to a request that is
   * under way for the login's: so a new connection is opened, and this one closes once its answers are there.
   */
  get isExpiring(): boolean {
    return this.#hasLogin && !this.#connection.isAuthenticated();
  }

  /** Closes when nothing is under way any more. */
  retire(): void {
    this.#isRetired = true;
    if (this.#inFlight === 0) this.close();
  }

  /** Honours a broker's wish for a pause (KIP-219). */
  throttle(ms: number): void {
    if (ms > 0) this.#connection.requestQueue.maybeThrottle(ms);
  }

  /** Closes at once; what is under way is rejected. */
  close(): void {
    const connection = this.#connection;
    connection.connectionStatus = 'disconnected';
    connection.requestQueue.rejectAll(new Error('closed by us'));
    connection.requestQueue.destroy();
    connection.socket?.destroy();
  }

  #write(header: Buffer, body: readonly Buffer[]): void {
    const socket = this.#connection.socket;
    if (socket === undefined || socket.destroyed) throw new ConnectionLost('socket is gone');
    socket.cork();
    socket.write(header);
    for (const part of body) socket.write(part);
    socket.uncork();
  }

  #header(request: WireRequest, correlationId: number): Buffer {
    const size = 4 + 2 + 2 + 4 + 2 + this.#clientId.length + (request.flexible ? 1 : 0);
    const header = Buffer.alloc(size);
    const bodySize = request.body.reduce((sum, part) => sum + part.length, 0);
    header.writeInt32BE(size - 4 + bodySize, 0);
    header.writeInt16BE(request.apiKey, 4);
    header.writeInt16BE(request.apiVersion, 6);
    header.writeInt32BE(correlationId, 8);
    header.writeInt16BE(this.#clientId.length, 12);
    this.#clientId.copy(header, 14);
    return header;
  }
}

/** The connection ended or never stood. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The connection ended, or the time was up, after a request was sent. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';

  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** Opens a connection and logs in. Rejects with {@link LoginRefused} on a refused login, else {@link ConnectionLost}. */
export async function openConnection(host: string, port: number, settings: FullKafkaSettings): Promise<WireConnection> {
  const pool = new ConnectionPool({
    host,
    port,
    rack: null,
    ssl: settings.ssl,
    sasl: settings.sasl,
    clientId: settings.clientId,
    socketFactory: createSocketFactory(),
    connectionTimeout: settings.connectionTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    enforceRequestTimeout: true,
    maxInFlightRequests: null,
    instrumentationEmitter: null,
    logger: silent,
    reauthenticationThreshold: 5_000,
  });
  const broker = new Broker({
    connectionPool: pool,
    logger: silent,
    authenticationTimeout: settings.connectionTimeoutMs,
  });
  try {
    await broker.connect();
  } catch (error) {
    pool.pool[0]!.socket?.destroy();
    pool.pool[0]!.requestQueue.destroy();
    const reason = error instanceof Error ? error.message : String(error);
    if (isLoginFault(error)) throw new LoginRefused(reason, { cause: error });
    throw new ConnectionLost(reason, { cause: error });
  }
  const connection = pool.pool[0]!;
  connection.socket?.setNoDelay(true);
  return new WireConnection(connection, settings);
}

/** The broker refused the login. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
}

function isLoginFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const type = (error as Error & { type?: string }).type;
  return error.name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED';
}
