import { StringDecoder } from 'node:string_decoder';
import type { TableValue, TdsColumn, TdsParameter, TdsValue, TransactionRequest } from '../session.ts';
import { readTypeInfo } from './type-info.ts';
import type { MessageStream } from './message-stream.ts';
import { decoderOf, valueReaderOf, type Decoder } from './value-decoders.ts';
import { ProtocolError, WireReader } from './wire-reader.ts';
import { TYPE } from './wire-types.ts';

/** A call within an RPC message: a procedure's name or well-known number, and its parameters. */
export interface RpcCall {
  readonly procedure: string | number;
  readonly parameters: readonly TdsParameter[];
  /** The client knows the columns of what it fetches. */
  readonly noMetadata: boolean;
}

/** Skips ALL_HEADERS (MS-TDS 2.2.5.3); transaction descriptor and notifications say nothing that the session does not know. */
function skipHeaders(reader: WireReader): void {
  const total = reader.u32();
  if (total < 4 || total - 4 > reader.remaining) throw new ProtocolError('ALL_HEADERS of a wrong length');
  reader.take(total - 4);
}

/** The text of a SQL batch (MS-TDS 2.2.6.7); what has come is text already while the rest comes. */
export async function readBatch(stream: MessageStream): Promise<string> {
  await stream.read(skipHeaders);
  const decoder = new StringDecoder('utf16le');
  const parts: string[] = [];
  while (!(await stream.atEnd())) parts.push(decoder.write(await stream.some(PIECE)));
  return parts.join('');
}

/** Text is decoded in pieces of this many bytes at most. */
const PIECE = 64 * 1024;

/** The calls of an RPC message (MS-TDS 2.2.6.6). Values are read as they come: beside them no more of the message is kept than a packet. */
export async function readRpc(stream: MessageStream): Promise<RpcCall[]> {
  await stream.read(skipHeaders);
  const calls: RpcCall[] = [];
  while (!(await stream.atEnd())) {
    const { procedure, noMetadata } = await stream.read(readCallHead);
    const parameters: TdsParameter[] = [];
    let next = await stream.peek();
    for (; next !== undefined && !SEPARATORS.has(next); next = await stream.peek()) {
      parameters.push(await readParameter(stream));
    }
    calls.push({ procedure, parameters, noMetadata });
    if (next !== undefined) await stream.read((reader) => reader.u8());
  }
  if (calls.length === 0) throw new ProtocolError('an RPC message without a call');
  return calls;
}

function readCallHead(reader: WireReader): Pick<RpcCall, 'procedure' | 'noMetadata'> {
  const length = reader.u16();
  const procedure = length === 0xffff ? reader.u16() : reader.ucs2(length);
  return { procedure, noMetadata: (reader.u16() & NO_METADATA) !== 0 };
}

/** BatchFlag 0xFF or NoExecFlag 0xFE stands between calls; no parameter's name is that long. */
const SEPARATORS: ReadonlySet<number> = new Set([0xff, 0xfe]);

/** Option flag fNoMetaData of a call. */
const NO_METADATA = 0x02;

const BY_REFERENCE = 0x01;
const DEFAULT_VALUE = 0x02;
const ENCRYPTED = 0x08;

async function readParameter(stream: MessageStream): Promise<TdsParameter> {
  const { name, flags, code } = await stream.read(readParameterHead);
  if (flags & ENCRYPTED) throw new ProtocolError('an encrypted parameter');
  const output = (flags & BY_REFERENCE) !== 0;
  const isDefault = (flags & DEFAULT_VALUE) !== 0;
  if (code === TYPE.table) return { name, output, isDefault, ...(await readTable(stream)) };
  const wire = await stream.read((reader) => readTypeInfo(reader));
  const value = await stream.value(valueReaderOf(wire, 'parameter'));
  return { name, output, isDefault, type: wire.type, value };
}

/** Name and flags; the code of the type is looked at and stays. */
function readParameterHead(reader: WireReader): { name: string; flags: number; code: number } {
  const name = reader.bVarchar();
  const flags = reader.u8();
  const code = reader.u8();
  reader.position -= 1;
  return { name, flags, code };
}

/** Column flag of a TVP: its values are left out of the rows, the default is used (MS-TDS 2.2.5.5.5.1). */
const TVP_DEFAULT = 0x200;

interface TableHead {
  readonly type: TdsParameter['type'];
  /** Undefined where the whole value is NULL. */
  readonly columns: readonly TdsColumn[] | undefined;
  readonly decoders: readonly Decoder[];
}

function readTableHead(reader: WireReader): TableHead {
  reader.u8();
  reader.bVarchar();
  const schema = reader.bVarchar();
  const name = reader.bVarchar();
  const type = { name: 'table', typeName: schema ? `${schema}.${name}` : name } as const;
  const count = reader.u16();
  const columns: TdsColumn[] = [];
  const decoders: Decoder[] = [];
  if (count !== 0xffff) for (let index = 0; index < count; index++) readTableColumn(reader, columns, decoders);
  // Unique keys and column order may stand before the end token; rows are checked by the table type anyway.
  for (let token = reader.u8(); token !== 0; token = reader.u8()) {
    if (token !== 0x10 && token !== 0x11) throw new ProtocolError(`token ${token} in table metadata`);
    reader.take(reader.u16() * (token === 0x10 ? 3 : 2));
  }
  return { type, columns: count === 0xffff ? undefined : columns, decoders };
}

/** A table value: its rows are checked as they come and kept as the bytes that came, which is the smallest they can be. */
async function readTable(stream: MessageStream): Promise<Pick<TdsParameter, 'type' | 'value'>> {
  const { type, columns, decoders } = await stream.read(readTableHead);
  const rows = new ReceivedRows(decoders);
  const pass = (reader: WireReader): void => {
    const token = reader.u8();
    if (token !== 1 || columns === undefined) throw new ProtocolError(`token ${token} in table rows`);
    for (const decode of decoders) decode(reader);
  };
  while ((await stream.peek()) !== 0) rows.push(await stream.bytesOf(pass));
  await stream.read((reader) => reader.u8());
  const value: TableValue | null = columns === undefined ? null : { columns, rows };
  return { type, value };
}

/** Rows of a table value as they were received, decoded whenever they are read. */
class ReceivedRows implements Iterable<readonly TdsValue[]> {
  private readonly pages: Buffer[] = [];

  constructor(private readonly decoders: readonly Decoder[]) {}

  /** Takes one row with its token; one that was received right behind the last joins its page. */
  push(row: Buffer): void {
    const last = this.pages.at(-1);
    if (last && last.buffer === row.buffer && last.byteOffset + last.length === row.byteOffset) {
      this.pages[this.pages.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + row.length);
    } else this.pages.push(row);
  }

  *[Symbol.iterator](): Generator<readonly TdsValue[]> {
    for (const page of this.pages) {
      const reader = new WireReader(page);
      while (reader.remaining > 0) {
        reader.u8();
        yield this.decoders.map((decode) => decode(reader));
      }
    }
  }
}

function readTableColumn(reader: WireReader, columns: TdsColumn[], decoders: Decoder[]): void {
  reader.u32();
  const flags = reader.u16();
  const wire = readTypeInfo(reader);
  const name = reader.bVarchar();
  columns.push({ name, type: wire.type, nullable: (flags & 1) !== 0 });
  decoders.push(flags & TVP_DEFAULT ? () => null : decoderOf(wire, 'parameter'));
}

/** A transaction manager request (MS-TDS 2.2.6.9); undefined for those of distributed transactions. */
export async function readTransaction(stream: MessageStream): Promise<TransactionRequest | undefined> {
  return stream.read(transactionOf);
}

function transactionOf(reader: WireReader): TransactionRequest | undefined {
  skipHeaders(reader);
  const kind = reader.u16();
  if (kind === 5) return { kind: 'begin', isolation: reader.u8(), name: byteText(reader) };
  if (kind === 9) return { kind: 'save', name: byteText(reader) };
  if (kind !== 7 && kind !== 8) return undefined;
  const name = byteText(reader);
  const thenBegin = (reader.u8() & 1) !== 0;
  const isolation = thenBegin ? reader.u8() : 0;
  return { kind: kind === 7 ? 'commit' : 'rollback', name, thenBegin, isolation };
}

/** A name behind a byte of length in bytes. */
function byteText(reader: WireReader): string {
  return reader.ucs2(reader.u8() >>> 1);
}
