import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { SqlError, type SqlServer, type SqlSession, type ConnectionFacts } from '../session.ts';
import { collationOf } from './collation.ts';
import { FEATURE, TDS_73A, TDS_73B, TDS_74, readLogin7, type Login7 } from './login7.ts';
import { MessageReader, type IncomingMessage } from './message-reader.ts';
import { PacketWriter } from './packet-writer.ts';
import { negotiate, preloginAnswer, readPrelogin, type Encryption, type EncryptionPolicy } from './prelogin.ts';
import { RequestServer, asSqlError, type TdsLog } from './request-server.ts';
import { TlsTunnel } from './tls-tunnel.ts';
import { writeDone, writeEnvBytes, writeEnvText, writeLoginAck, writeMessage } from './tokens.ts';
import { ProtocolError } from './wire-reader.ts';
import { DONE, PACKET, TOKEN } from './wire-types.ts';

/** What every connection of a server shares. */
export interface ConnectionOptions {
  readonly server: SqlServer;
  readonly serverName: string;
  readonly secureContext: SecureContext | undefined;
  readonly encryption: EncryptionPolicy;
  readonly loginTimeoutMs: number;
  readonly maxRequestBytes: number;
  readonly log: TdsLog;
}

const MAX_LOGIN_BYTES = 128 * 1024;

/** The newest version of the protocol that client and server know. */
function servedVersion({ tdsVersion }: Login7): number {
  return tdsVersion >= TDS_74 ? TDS_74 : tdsVersion >= TDS_73B ? TDS_73B : TDS_73A;
}

/**
 * One client from its first byte to its last: PRELOGIN, TLS, LOGIN7, then requests one after the other. Nothing it does throws; a client that
 * breaks the rules loses its connection, and only its own.
 */
export class TdsConnection {
  private readonly reader: MessageReader;
  private readonly writer: PacketWriter;
  private tunnel: TlsTunnel | undefined;
  private session: SqlSession | undefined;
  private tdsVersion = TDS_74;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionOptions,
  ) {
    this.reader = new MessageReader({
      idleAttention: () => this.acknowledgeIdle(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    });
    this.writer = new PacketWriter(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (data) => this.receive(data));
    socket.on('error', (error) => this.drop(error));
    socket.on('close', () => this.ended());
  }

  /** Serves the client; resolves when the connection has ended and its session is closed. */
  async run(): Promise<void> {
    const timer = setTimeout(() => this.drop(new ProtocolError('no login in time')), this.options.loginTimeoutMs);
    try {
      const session = await this.login();
      clearTimeout(timer);
      if (session) await this.serveAll(session);
    } catch (error) {
      this.drop(error);
    } finally {
      clearTimeout(timer);
      await this.closeSession();
    }
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.socket.destroy();
    this.ended();
  }

  private drop(error: unknown): void {
    const facts = { client: this.socket.remoteAddress ?? '', error: error instanceof Error ? error.name : 'unknown' };
    if (error instanceof ProtocolError) this.options.log.warn(`connection ended: ${error.message}`, facts);
    else this.options.log.debug('connection lost', facts);
    this.destroy();
  }

  private ended(): void {
    this.reader.end();
    this.writer.close();
    this.tunnel?.detach();
  }

  /** Lets the last answer go out, then ends; a client that does not read it is dropped after a while. */
  private closeGently(): void {
    const { socket, tunnel } = this;
    if (socket.destroyed) return;
    socket.setTimeout(5_000, () => this.destroy());
    if (tunnel) tunnel.clear.end(() => setImmediate(() => socket.destroySoon()));
    else socket.destroySoon();
  }

  private async closeSession(): Promise<void> {
    this.closeGently();
    const { session } = this;
    this.session = undefined;
    try {
      await session?.close();
    } catch (error) {
      this.options.log.warn('a session failed to close', { error: error instanceof Error ? error.name : 'unknown' });
    }
  }

  private receive(data: Buffer): void {
    try {
      if (this.tunnel) this.tunnel.feed(data);
      else this.reader.feed(data);
    } catch (error) {
      this.drop(error);
    }
  }

  private startTls(context: SecureContext): void {
    const tunnel = new TlsTunnel(this.socket, context);
    this.tunnel = tunnel;
    tunnel.clear.on('error', (error) => this.drop(error));
    tunnel.clear.on('close', () => this.destroy());
    tunnel.clear.on('data', (data: Buffer) => {
      try {
        this.reader.feed(data);
      } catch (error) {
        this.drop(error);
      }
    });
  }

  private stopTls(): void {
    this.tunnel?.detach();
    this.tunnel = undefined;
  }

  // Login

  private async login(): Promise<SqlSession | undefined> {
    let message = await this.reader.next();
    let encryption: Encryption = 'none';
    if (message?.type === PACKET.prelogin) {
      encryption = await this.prelogin(message);
      if (encryption === 'refused') return undefined;
      message = await this.reader.next();
    }
    if (!message) return undefined;
    if (message.type !== PACKET.login7) throw new ProtocolError(`packet type ${message.type} before the login`);
    const login = readLogin7(await message.all(MAX_LOGIN_BYTES), this.socket.remoteAddress ?? '');
    if (encryption === 'login') this.stopTls();
    else if (this.tunnel) this.writer.moveTo(this.tunnel.clear);
    await this.authenticate(login, encryption === 'all');
    message.finish();
    return this.session;
  }

  private async prelogin(message: IncomingMessage): Promise<Encryption> {
    const asked = readPrelogin(await message.all(MAX_LOGIN_BYTES));
    const { secureContext } = this.options;
    const { answer, encryption } = negotiate(asked.encryption, secureContext ? this.options.encryption : 'unsupported');
    if (secureContext && (encryption === 'login' || encryption === 'all')) this.startTls(secureContext);
    this.writer.tokens.raw(preloginAnswer(answer, asked.fedAuthAsked));
    this.writer.end();
    message.finish();
    return encryption;
  }

  private async authenticate(login: Login7, encrypted: boolean): Promise<void> {
    try {
      if (login.tdsVersion < TDS_73A) {
        throw new SqlError(17836, 'The client speaks a TDS version before 7.3, which this server does not serve.', 20);
      }
      if (login.integrated) {
        throw new SqlError(
          18452,
          'Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.',
          14,
        );
      }
      const connection = this.facts(login, encrypted);
      this.session = await this.options.server.login({ ...login.request, connection });
    } catch (error) {
      return this.refuse(login, asSqlError(error));
    }
    this.tdsVersion = servedVersion(login);
    this.welcome(login, this.session);
  }

  private facts(login: Login7, encrypted: boolean): ConnectionFacts {
    const { remotePort = 0, localAddress = '', localPort = 0 } = this.socket;
    const { clientProcess, clientLibrary } = login;
    const protocolVersion = servedVersion(login);
    const packetSize = agreedPacketSize(login.packetSize);
    return {
      ...{ encrypted, packetSize, protocolVersion, clientPort: remotePort, localAddress, localPort },
      ...{ clientProcess, clientLibrary },
    };
  }

  private refuse(login: Login7, error: SqlError): void {
    const { tokens } = this.writer;
    const { serverName } = this.options;
    writeMessage(tokens, TOKEN.error, error, serverName);
    if (error.number === 4060) {
      const failed = new SqlError(18456, `Login failed for user '${login.request.user}'.`, 14, 1);
      writeMessage(tokens, TOKEN.error, failed, serverName);
    }
    writeDone(tokens, TOKEN.done, DONE.error, 0, 0n);
    this.writer.end();
  }

  private welcome(login: Login7, session: SqlSession): void {
    const { tokens } = this.writer;
    const { serverName } = this.options;
    const packetSize = agreedPacketSize(login.packetSize);
    const say = (number: number, state: number, text: string): void =>
      writeMessage(tokens, TOKEN.info, new SqlError(number, text, 0, state), serverName);
    this.writer.spid = session.spid;
    writeEnvText(tokens, 1, session.database, 'master');
    say(5701, 2, `Changed database context to '${session.database}'.`);
    writeEnvBytes(tokens, 7, collationOf(session.collation).bytes, Buffer.alloc(0));
    writeEnvText(tokens, 2, 'us_english', '');
    say(5703, 1, 'Changed language setting to us_english.');
    writeLoginAck(tokens, this.tdsVersion);
    writeEnvText(tokens, 4, String(packetSize), '4096');
    if (login.features.length > 0) this.writeFeatures(login.features);
    writeDone(tokens, TOKEN.done, 0, 0, 0n);
    this.writer.end();
    this.writer.packetSize = packetSize;
  }

  /** FEATUREEXTACK (MS-TDS 2.2.7.11): UTF-8 is granted; recovery, encryption of columns and the rest are left unanswered, which refuses them. */
  private writeFeatures(features: readonly number[]): void {
    const { tokens } = this.writer;
    tokens.u8(TOKEN.featureExtAck);
    if (features.includes(FEATURE.utf8)) {
      tokens.u8(FEATURE.utf8);
      tokens.u32(1);
      tokens.u8(1);
    }
    tokens.u8(FEATURE.end);
  }

  // Requests

  private async serveAll(session: SqlSession): Promise<void> {
    const { serverName, maxRequestBytes, log } = this.options;
    const nullBitmap = this.tdsVersion >= TDS_73B;
    session.ended?.addEventListener('abort', () => this.destroy(), { once: true });
    const server = new RequestServer({ session, writer: this.writer, serverName, nullBitmap, maxRequestBytes, log });
    for (;;) {
      const message = await this.reader.next();
      if (!message) return;
      const severity = await server.serve(message);
      message.finish();
      if (severity >= 20) return;
      if (!message.complete) throw new ProtocolError('a request answered before its end');
    }
  }

  private acknowledgeIdle(): void {
    if (!this.session) return;
    writeDone(this.writer.tokens, TOKEN.done, DONE.attention, 0, 0n);
    this.writer.end();
  }
}

/** The client's wish within what the protocol allows; 0 asks for the server's default. */
function agreedPacketSize(asked: number): number {
  return asked === 0 ? 4096 : Math.min(Math.max(asked, 512), 32_767);
}
