import { SqlError, type SqlSession, type TransactionRequest } from '../session.ts';
import { BulkReader } from './bulk-reader.ts';
import type { IncomingMessage } from './message-reader.ts';
import { MAX_VALUE_BYTES, MessageStream } from './message-stream.ts';
import type { PacketWriter } from './packet-writer.ts';
import { ProcedureCalls } from './procedure-calls.ts';
import { readBatch, readRpc, readTransaction, type RpcCall } from './request-reader.ts';
import { Response } from './response.ts';
import { writeEnvBytes, writeEnvText } from './tokens.ts';
import { NotEnoughBytes, ProtocolError } from './wire-reader.ts';
import { PACKET, STATUS } from './wire-types.ts';

/** Where the wire writes its log lines; facts hold no values and no secrets. */
export interface TdsLog {
  debug(message: string, facts?: Readonly<Record<string, string | number>>): void;
  warn(message: string, facts?: Readonly<Record<string, string | number>>): void;
}

/** What the requests of one connection are served with. */
export interface RequestServerOptions {
  readonly session: SqlSession;
  readonly writer: PacketWriter;
  readonly serverName: string;
  /** The client reads NBCROW. */
  readonly nullBitmap: boolean;
  readonly maxRequestBytes: number;
  readonly log: TdsLog;
}

/** What a request asks for, by its kind, or why it could not be read. */
interface ReadRequest {
  sql?: string;
  calls?: readonly RpcCall[];
  transaction?: TransactionRequest | undefined;
  failure?: SqlError | undefined;
}

/** Answers the requests of one session, one after the other. A fault of a request is sent as ERROR; it throws only when the client broke off. */
export class RequestServer {
  private readonly calls: ProcedureCalls;
  /** Text of an INSERT BULK whose rows come in the next message. */
  private bulkSql: string | undefined;

  constructor(private readonly options: RequestServerOptions) {
    this.calls = new ProcedureCalls(options.session);
  }

  private responseTo(message: IncomingMessage, rpc: boolean): Response {
    const { writer, serverName, nullBitmap } = this.options;
    return new Response({ writer, serverName, nullBitmap, signal: message.signal, rpc });
  }

  /** Answers one request; the severity of the error that ended it, 0 if none did. The answer's last packet is written when this resolves. */
  async serve(message: IncomingMessage): Promise<number> {
    if (message.type === PACKET.bulk) return this.serveBulk(message);
    const response = this.responseTo(message, message.type === PACKET.rpc);
    const read = await this.read(message);
    if (message.ignored) {
      response.finishIgnored();
      return 0;
    }
    if (message.type === PACKET.rpc) return this.serveRpc(message, read, response);
    const failure =
      read.failure ??
      (await this.attempt(async () => {
        await this.resetIfAsked(message);
        if (!message.signal.aborted) await this.dispatch(message, read, response);
      }));
    if (message.attention) response.finishAttention();
    else response.finishBatch(failure);
    return failure?.severity ?? 0;
  }

  /** Reads a request as its packets come. What cannot be read passes to its end, and is then answered; without an end it costs the connection. */
  private async read(message: IncomingMessage): Promise<ReadRequest> {
    const stream = new MessageStream(message, this.options.maxRequestBytes);
    const read: ReadRequest = {};
    read.failure = await this.attempt(async () => {
      if (message.type === PACKET.batch) read.sql = await readBatch(stream);
      else if (message.type === PACKET.rpc) read.calls = await readRpc(stream);
      else if (message.type === PACKET.transaction) read.transaction = await readTransaction(stream);
    });
    await message.drain(PATIENCE * this.options.maxRequestBytes);
    return read;
  }

  private async dispatch(message: IncomingMessage, read: ReadRequest, out: Response): Promise<void> {
    const { session } = this.options;
    if (read.sql !== undefined) {
      if (INSERT_BULK.test(read.sql)) this.bulkSql = read.sql;
      else await session.batch(read.sql, out, message.signal);
    } else if (message.type === PACKET.transaction) {
      if (!read.transaction) throw new SqlError(8501, 'MSDTC is unavailable.', 16, 1);
      await session.transaction(read.transaction, out);
    } else throw new ProtocolError(`packet type ${message.type} after the login`);
  }

  private async serveRpc(message: IncomingMessage, read: ReadRequest, first: Response): Promise<number> {
    let response = first;
    const requests = read.calls ?? [];
    let failure = read.failure ?? (await this.attempt(() => this.resetIfAsked(message)));
    for (let index = 0; index < requests.length && !failure && !message.signal.aborted; index++) {
      const request = requests[index];
      const current = response;
      if (request) failure = await this.attempt(() => this.calls.run(request, current, message.signal));
      if (index < requests.length - 1 && !message.attention && (failure?.severity ?? 0) < 20) {
        response.finishCall(failure, true);
        response = this.responseTo(message, true);
        failure = undefined;
      }
    }
    if (message.attention) response.finishAttention();
    else response.finishCall(failure, false);
    return failure?.severity ?? 0;
  }

  private async serveBulk(message: IncomingMessage): Promise<number> {
    const response = this.responseTo(message, false);
    const sql = this.bulkSql;
    this.bulkSql = undefined;
    let rowCount = 0n;
    const failure = await this.attempt(async () => {
      if (sql === undefined) throw new ProtocolError('bulk rows without INSERT BULK');
      const limit = Math.min(this.options.maxRequestBytes, MAX_VALUE_BYTES);
      const reader = new BulkReader(new MessageStream(message, Infinity, limit));
      const columns = await reader.columns();
      rowCount = await this.options.session.bulkLoad(sql, columns, faultsNamed(reader.rows()), message.signal);
    });
    // What the session did not read must pass before the client listens.
    await message.drain();
    if (message.ignored) response.finishIgnored();
    else if (message.attention) response.finishAttention();
    else if (failure) response.finishBatch(failure);
    else response.finishBulk(rowCount);
    return failure?.severity ?? 0;
  }

  /** Runs a part of a request; what it throws becomes the ERROR to send. */
  private async attempt(work: () => Promise<void>): Promise<SqlError | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (!(error instanceof SqlError)) {
        const facts = { error: error instanceof Error ? error.name : 'unknown', stack: stackOf(error) };
        this.options.log.warn('a request failed', facts);
      }
      return asSqlError(error);
    }
  }

  private async resetIfAsked(message: IncomingMessage): Promise<void> {
    const { session, writer } = this.options;
    const keepTransaction = (message.status & STATUS.resetKeepTransaction) !== 0;
    if (!keepTransaction && !(message.status & STATUS.reset)) return;
    const before = session.database;
    await session.reset(keepTransaction);
    this.calls.reset();
    this.bulkSql = undefined;
    const { tokens } = writer;
    writeEnvBytes(tokens, 18, Buffer.alloc(0), Buffer.alloc(0));
    if (session.database !== before) writeEnvText(tokens, 1, session.database, before);
  }
}

/** Rows whose reading fails by SQL Server's kind of error, which the session hands on as it is. */
async function* faultsNamed<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw asSqlError(error);
  }
}

/** Of a request that is refused so many times the limit is read to its end. */
const PATIENCE = 4;

const INSERT_BULK = /^\s*insert\s+bulk\s/i;

/** Names of functions and files only: an error's message can hold values. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error) || !error.stack) return '';
  return error.stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 6)
    .join('\n');
}

/** What is sent for a fault that is not SQL Server's: protocol errors with its number, defects named as such. */
export function asSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof ProtocolError || error instanceof NotEnoughBytes) {
    return new SqlError(
      4002,
      `The incoming tabular data stream (TDS) protocol stream is incorrect: ${error.message}.`,
      16,
    );
  }
  const text = error instanceof Error ? error.message : String(error);
  return new SqlError(50_000, `The sandbox failed: ${text}`, 16, 255);
}
