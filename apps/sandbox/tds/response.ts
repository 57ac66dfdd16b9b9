import {
  SqlError,
  type EnvChange,
  type ResultSink,
  type RowParts,
  type TdsColumn,
  type TdsParameter,
  type TdsValue,
} from '../session.ts';
import { collationOf } from './collation.ts';
import type { PacketWriter } from './packet-writer.ts';
import { RowEncoder } from './row-encoder.ts';
import { RowInParts } from './row-in-parts.ts';
import type { TokenBuffer } from './token-buffer.ts';
import { writeOrigins } from './origin-tokens.ts';
import {
  writeColMetadata,
  writeDone,
  writeEnvBytes,
  writeEnvText,
  writeMessage,
  writeNoMetadata,
  writeReturnValue,
} from './tokens.ts';
import { DONE, TOKEN } from './wire-types.ts';

/** What a response needs to know of its connection and request. */
export interface ResponseContext {
  readonly writer: PacketWriter;
  readonly serverName: string;
  /** The client reads NBCROW (TDS 7.3B and later). */
  readonly nullBitmap: boolean;
  readonly signal: AbortSignal;
  /** RPC: statements end with DONEINPROC; return status and values are kept for the end. */
  readonly rpc: boolean;
}

/** How a parameter was named and placed in the request. `boundName` is the name the session knows it by; '' if only its position is known. */
export interface OutputPlace {
  readonly ordinal: number;
  readonly wireName: string;
  readonly boundName: string;
}

interface PendingDone {
  readonly token: number;
  readonly status: number;
  readonly command: number;
  readonly rowCount: bigint;
}

/** curCmd of the statements the wire itself answers. */
export const COMMAND = { none: 0, execute: 0xe0, bulkInsert: 0xf0 } as const;

/**
 * The {@link ResultSink} of one request. A DONE is held back until it is known whether more follows, since its more-bit says so (MS-TDS 2.2.7.6).
 */
export class Response implements ResultSink {
  private rows: RowEncoder | undefined;
  /** The row under way that comes in parts. */
  private parts: RowInParts | undefined;
  private pending: PendingDone | undefined;
  /** An ERROR has been written since the last DONE. */
  private failed = false;
  private status: number | undefined;
  private readonly values: TdsParameter[] = [];
  private over = false;
  /** Places of the request's output parameters, in order. */
  outputs: OutputPlace[] = [];
  /** The client knows the columns: it asked for no metadata (MS-TDS 2.2.6.6, fNoMetaData). */
  bare = false;

  constructor(private readonly context: ResponseContext) {}

  private get mute(): boolean {
    return this.over || this.context.signal.aborted;
  }

  columns(columns: readonly TdsColumn[]): void {
    if (this.mute) return;
    this.settle();
    const { tokens } = this.context.writer;
    wholly(tokens, () => {
      this.rows = new RowEncoder(columns, this.context.nullBitmap);
      if (this.bare) writeNoMetadata(tokens);
      else writeColMetadata(tokens, columns);
      // Drivers that have no word for these tokens use no cursors, but run batches.
      if (this.context.rpc && !this.bare) writeOrigins(tokens, columns);
    });
  }

  row(values: readonly TdsValue[]): boolean {
    if (this.mute) return true;
    this.endParts();
    if (!this.rows) throw new Error('BUG: a row before its columns');
    const { writer } = this.context;
    this.rows.write(writer.tokens, values);
    writer.flushFull();
    return !writer.congested;
  }

  openRow(): RowParts {
    if (!this.rows) throw new Error('BUG: a row before its columns');
    this.parts = new RowInParts(this.rows, this.context.writer, () => this.mute);
    return this.parts;
  }

  drained(): Promise<void> {
    return this.context.writer.drained(this.context.signal);
  }

  done(rowCount: bigint | undefined, command: number = COMMAND.none, inProcedure = false): void {
    if (this.mute) return;
    this.settle();
    const status = (rowCount === undefined ? 0 : DONE.count) | (this.failed ? DONE.error : 0);
    const token = this.context.rpc || inProcedure ? TOKEN.doneInProc : TOKEN.done;
    this.pending = { token, status, command, rowCount: rowCount ?? 0n };
    this.failed = false;
    this.rows = undefined;
    this.context.writer.flushFull();
  }

  info(message: SqlError): void {
    this.message(TOKEN.info, message);
  }

  error(error: SqlError): void {
    if (this.mute) return;
    this.message(TOKEN.error, error);
    this.failed = true;
  }

  private message(token: number, message: SqlError): void {
    if (this.mute) return;
    this.settle();
    writeMessage(this.context.writer.tokens, token, message, this.context.serverName);
    this.context.writer.flushFull();
  }

  returnStatus(status: number): void {
    if (this.mute) return;
    if (this.context.rpc) {
      this.status = status;
      return;
    }
    this.settle();
    this.writeStatus(status);
    this.pending = {
      token: TOKEN.doneProc,
      status: this.failed ? DONE.error : 0,
      command: COMMAND.execute,
      rowCount: 0n,
    };
    this.failed = false;
  }

  returnValue(parameter: TdsParameter): void {
    if (!this.mute && this.context.rpc) this.values.push(parameter);
  }

  envChange(change: EnvChange): void {
    if (this.mute) return;
    this.settle();
    const { tokens } = this.context.writer;
    if (change.kind === 'database') {
      writeEnvText(tokens, 1, change.name, change.old);
      if (change.collation) writeEnvBytes(tokens, 7, collationOf(change.collation).bytes, Buffer.alloc(0));
      return;
    }
    const descriptor = Buffer.alloc(8);
    descriptor.writeBigUInt64LE(BigInt.asUintN(64, change.descriptor));
    const none = Buffer.alloc(0);
    if (change.kind === 'begin') writeEnvBytes(tokens, 8, descriptor, none);
    else writeEnvBytes(tokens, change.kind === 'commit' ? 9 : 10, none, descriptor);
  }

  /** Writes the DONE that was held back, now known not to be the last. */
  private settle(): void {
    this.endParts();
    const { pending } = this;
    if (!pending) return;
    this.pending = undefined;
    writeDone(this.context.writer.tokens, pending.token, pending.status | DONE.more, pending.command, pending.rowCount);
  }

  /** The row that came in parts has ended, or its statement has. */
  private endParts(): void {
    this.parts?.abandon();
    this.parts = undefined;
  }

  private writeStatus(status: number): void {
    this.context.writer.tokens.u8(TOKEN.returnStatus);
    this.context.writer.tokens.u32(status);
  }

  /** Ends a batch, or another request answered by DONE alone. */
  finishBatch(failure?: SqlError, command: number = COMMAND.none): void {
    if (failure) this.error(failure);
    const { tokens } = this.context.writer;
    const { pending } = this;
    if (pending && pending.token !== TOKEN.doneInProc) {
      writeDone(tokens, pending.token, pending.status, pending.command, pending.rowCount);
    } else {
      this.settle();
      writeDone(tokens, TOKEN.done, this.failed ? DONE.error : 0, command, 0n);
    }
    this.close();
  }

  /** Ends one call of an RPC message: return status, output values, DONEPROC (MS-TDS 2.2.7.9). `more`: other calls follow in the message. */
  finishCall(failure: SqlError | undefined, more: boolean): void {
    if (failure) this.error(failure);
    this.settle();
    const { tokens } = this.context.writer;
    if (!failure || this.status !== undefined) this.writeStatus(this.status ?? 0);
    if (!failure) this.writeValues();
    const status = (this.failed ? DONE.error : 0) | (more ? DONE.more : 0);
    writeDone(tokens, TOKEN.doneProc, status, COMMAND.execute, 0n);
    this.over = true;
    if (!more) this.context.writer.end();
  }

  private writeValues(): void {
    try {
      wholly(this.context.writer.tokens, () => this.values.forEach((value) => this.writeValue(value)));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.error(error instanceof SqlError ? error : new SqlError(50_000, `The sandbox failed: ${text}`, 16, 255));
    }
  }

  private writeValue(parameter: TdsParameter): void {
    const name = parameter.name.toLowerCase();
    const byName = this.outputs.findIndex((output) => output.boundName.toLowerCase() === name);
    const index = byName >= 0 ? byName : this.outputs.findIndex((output) => output.boundName === '');
    const place = index >= 0 ? this.outputs.splice(index, 1)[0] : undefined;
    const named = place ? { ...parameter, name: place.wireName } : parameter;
    writeReturnValue(this.context.writer.tokens, place?.ordinal ?? 0, named);
  }

  /** Ends a bulk load. */
  finishBulk(rowCount: bigint): void {
    writeDone(this.context.writer.tokens, TOKEN.done, DONE.count, COMMAND.bulkInsert, rowCount);
    this.close();
  }

  /**
   * Ends a request that an attention cancelled: whole tokens already written go out and the response ends, then the acknowledgement follows as a
   * message of its own, as it also does when the attention came too late (MS-TDS 2.2.1.7, 3.3.5.7).
   */
  finishAttention(): void {
    this.endParts();
    const { writer } = this.context;
    writeDone(writer.tokens, TOKEN.done, DONE.error, COMMAND.none, 0n);
    writer.end();
    writeDone(writer.tokens, TOKEN.done, DONE.attention, COMMAND.none, 0n);
    this.close();
  }

  /** Answers a message that the client gave up while it sent it (MS-TDS 2.2.1.7). */
  finishIgnored(): void {
    this.endParts();
    writeDone(this.context.writer.tokens, TOKEN.done, DONE.error, COMMAND.none, 0n);
    this.close();
  }

  private close(): void {
    this.over = true;
    this.context.writer.end();
  }
}

/** Writes all of `write` or, when it throws, nothing: a client never sees half a token. */
function wholly(tokens: TokenBuffer, write: () => void): void {
  const start = tokens.position;
  try {
    write();
  } catch (error) {
    tokens.position = start;
    throw error;
  }
}
