import type { TableValue, TdsColumn, TdsParameter, TdsValue, TransactionRequest } from '../session.ts';
import { readTypeInfo } from './type-info.ts';
import { decoderOf, type Decoder } from './value-decoders.ts';
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

/** The text of a SQL batch (MS-TDS 2.2.6.7). */
export function readBatch(bytes: Buffer): string {
  const reader = new WireReader(bytes);
  skipHeaders(reader);
  return reader.ucs2(reader.remaining >>> 1);
}

/** The calls of an RPC message (MS-TDS 2.2.6.6). */
export function readRpc(bytes: Buffer): RpcCall[] {
  const reader = new WireReader(bytes);
  skipHeaders(reader);
  const calls: RpcCall[] = [];
  while (reader.remaining > 0) {
    const length = reader.u16();
    const procedure = length === 0xffff ? reader.u16() : reader.ucs2(length);
    const noMetadata = (reader.u16() & NO_METADATA) !== 0;
    const parameters: TdsParameter[] = [];
    while (reader.remaining > 0 && !atSeparator(reader)) parameters.push(readParameter(reader));
    calls.push({ procedure, parameters, noMetadata });
    if (reader.remaining > 0) reader.u8();
  }
  if (calls.length === 0) throw new ProtocolError('an RPC message without a call');
  return calls;
}

/** BatchFlag 0xFF or NoExecFlag 0xFE stands between calls; no parameter's name is that long. */
function atSeparator(reader: WireReader): boolean {
  const next = reader.bytes[reader.position] ?? 0;
  return next === 0xff || next === 0xfe;
}

/** Option flag fNoMetaData of a call. */
const NO_METADATA = 0x02;

const BY_REFERENCE = 0x01;
const DEFAULT_VALUE = 0x02;
const ENCRYPTED = 0x08;

function readParameter(reader: WireReader): TdsParameter {
  const name = reader.bVarchar();
  const flags = reader.u8();
  if (flags & ENCRYPTED) throw new ProtocolError('an encrypted parameter');
  const output = (flags & BY_REFERENCE) !== 0;
  const isDefault = (flags & DEFAULT_VALUE) !== 0;
  if (reader.bytes[reader.position] === TYPE.table) return { name, output, isDefault, ...readTable(reader) };
  const wire = readTypeInfo(reader);
  return { name, output, isDefault, type: wire.type, value: decoderOf(wire, 'parameter')(reader) };
}

/** Column flag of a TVP: its values are left out of the rows, the default is used (MS-TDS 2.2.5.5.5.1). */
const TVP_DEFAULT = 0x200;

function readTable(reader: WireReader): Pick<TdsParameter, 'type' | 'value'> {
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
  const rows: TdsValue[][] = [];
  for (let token = reader.u8(); token !== 0; token = reader.u8()) {
    if (token !== 1 || count === 0xffff) throw new ProtocolError(`token ${token} in table rows`);
    rows.push(decoders.map((decode) => decode(reader)));
  }
  const value: TableValue | null = count === 0xffff ? null : { columns, rows };
  return { type, value };
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
export function readTransaction(bytes: Buffer): TransactionRequest | undefined {
  const reader = new WireReader(bytes);
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
