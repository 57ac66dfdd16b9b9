import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { SqlServer } from '../session.ts';
import { selfSignedKeys, type TlsKeys } from './certificate.ts';
import { TdsConnection, type ConnectionOptions } from './connection.ts';
import type { EncryptionPolicy } from './prelogin.ts';
import type { TdsLog } from './request-server.ts';

/** How a {@link TdsServer} listens. */
export interface TdsServerOptions {
  readonly server: SqlServer;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Key and certificate; without them one is made and, with `certificateDirectory`, kept there. */
  readonly tls?: TlsKeys;
  readonly certificateDirectory?: string;
  /** Default `off`: as the client asks (MS-TDS 2.2.6.5). */
  readonly encryption?: EncryptionPolicy;
  /** Name in ERROR and INFO tokens. */
  readonly serverName?: string;
  /** Time from the connection to LOGIN7; default 15 s, as SQL Server's clients wait. */
  readonly loginTimeoutMs?: number;
  /** Largest batch or RPC message; above it 701. Default 512 MB. One value is bounded by it and by 256 MB (7119). */
  readonly maxRequestBytes?: number;
  readonly log?: TdsLog;
}

/** How long `close` waits for sessions. */
const CLOSE_PATIENCE_MS = 10_000;

const SILENT: TdsLog = { debug: () => undefined, warn: () => undefined };

/** Listens for TDS clients and serves each with a session of the {@link SqlServer}. */
export class TdsServer {
  private readonly listener: Server;
  private readonly connections = new Map<TdsConnection, Promise<void>>();
  private connectionOptions: ConnectionOptions | undefined;

  constructor(private readonly options: TdsServerOptions) {
    this.listener = createServer({ pauseOnConnect: false }, (socket) => this.accept(socket));
  }

  /** Starts; resolves with the port that is listened on. Rejects if the address is taken. */
  async listen(): Promise<number> {
    const { options } = this;
    this.connectionOptions = {
      server: options.server,
      serverName: options.serverName ?? 'SLUICE-SANDBOX',
      secureContext: await this.secureContext(),
      encryption: options.encryption ?? 'off',
      loginTimeoutMs: options.loginTimeoutMs ?? 15_000,
      maxRequestBytes: options.maxRequestBytes ?? 512 * 1024 * 1024,
      log: options.log ?? SILENT,
    };
    await new Promise<void>((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen(options.port, options.host ?? '127.0.0.1', () => {
        this.listener.off('error', reject);
        this.listener.on('error', (error) =>
          this.connectionOptions?.log.warn('listener failed', { error: error.name }),
        );
        resolve();
      });
    });
    return this.port;
  }

  private async secureContext(): Promise<SecureContext | undefined> {
    if (this.options.encryption === 'unsupported') return undefined;
    const keys = this.options.tls ?? (await selfSignedKeys(this.options.certificateDirectory));
    // TDS 7.x wraps the handshake of TLS 1.2; the later messages of 1.3 have no place in it.
    return createSecureContext({ ...keys, minVersion: 'TLSv1', maxVersion: 'TLSv1.2' });
  }

  /** The port, once listening. */
  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Clients connected now, before or after login. */
  get connectionCount(): number {
    return this.connections.size;
  }

  private accept(socket: Socket): void {
    if (!this.connectionOptions) {
      socket.destroy();
      return;
    }
    const connection = new TdsConnection(socket, this.connectionOptions);
    const served = connection.run().finally(() => this.connections.delete(connection));
    this.connections.set(connection, served);
  }

  /**
   * Stops listening, drops every client and resolves when all sessions are closed, or after ten seconds with a warning when a session does not heed
   * its abort. Safe to call twice.
   */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    for (const connection of this.connections.keys()) connection.destroy();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.connectionOptions?.log.warn('sessions did not end', { count: this.connections.size });
        resolve();
      }, CLOSE_PATIENCE_MS);
    });
    await Promise.race([Promise.all([stopped, ...this.connections.values()]), patience]);
    clearTimeout(timer);
  }
}
