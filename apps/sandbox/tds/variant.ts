import type { TdsType, TdsValue, VariantValue } from '../session.ts';
import { collationFromBytes, collationOf } from './collation.ts';
import { codePageOf } from './code-page.ts';
import type { TokenBuffer } from './token-buffer.ts';
import { byteLength } from './type-info.ts';
import { mismatch } from './encoder.ts';
import { readDecimalBytes, readFixedValue, readTemporal } from './fixed-decoders.ts';
import { fixedEncoder } from './fixed-encoders.ts';
import { ProtocolError, type WireReader } from './wire-reader.ts';
import { TYPE } from './wire-types.ts';

/** Base types without properties (MS-TDS 2.2.5.5.4). */
const PLAIN: Partial<Record<TdsType['name'], number>> = {
  bit: TYPE.bit,
  tinyint: TYPE.tinyint,
  smallint: TYPE.smallint,
  int: TYPE.int,
  bigint: TYPE.bigint,
  real: TYPE.real,
  float: TYPE.float,
  money: TYPE.money,
  smallmoney: TYPE.smallmoney,
  datetime: TYPE.datetime,
  smalldatetime: TYPE.smalldatetime,
  uniqueidentifier: TYPE.guid,
  date: TYPE.dateN,
};

const SCALED: Partial<Record<TdsType['name'], number>> = {
  time: TYPE.timeN,
  datetime2: TYPE.datetime2N,
  datetimeoffset: TYPE.datetimeoffsetN,
};

function isVariant(value: TdsValue): value is VariantValue {
  return typeof value === 'object' && value !== null && 'base' in value;
}

/** sql_variant: total length, base type, its properties, the bare value. */
export function variantEncoder(out: TokenBuffer, value: TdsValue): void {
  if (!isVariant(value)) throw mismatch('sql_variant', value);
  if (value.value === null) return out.u32(0);
  const start = out.position;
  out.u32(0);
  writeBase(out, value.base, value.value);
  out.bytes.writeUInt32LE(out.position - start - 4, start);
}

function writeBase(out: TokenBuffer, base: TdsType, value: TdsValue): void {
  const plain = PLAIN[base.name];
  const scaled = SCALED[base.name];
  if (plain !== undefined) properties(out, plain, []);
  else if (scaled !== undefined) properties(out, scaled, [base.scale ?? 7]);
  else if (base.name === 'decimal' || base.name === 'numeric') {
    properties(out, base.name === 'decimal' ? TYPE.decimalN : TYPE.numericN, [base.precision ?? 18, base.scale ?? 0]);
  } else return writeLongBase(out, base, value);
  const { size, write } = fixedEncoder(base);
  out.ensure(size);
  write(out, value);
}

function properties(out: TokenBuffer, code: number, bytes: readonly number[]): void {
  out.u8(code);
  out.u8(bytes.length);
  for (const byte of bytes) out.u8(byte);
}

function writeLongBase(out: TokenBuffer, base: TdsType, value: TdsValue): void {
  const name = base.name;
  if (name === 'binary' || name === 'varbinary') {
    if (!Buffer.isBuffer(value)) throw mismatch(name, value);
    out.u8(TYPE[name]);
    out.u8(2);
    out.u16(byteLength(base));
    return out.raw(value);
  }
  if (name !== 'char' && name !== 'varchar' && name !== 'nchar' && name !== 'nvarchar') {
    throw new RangeError(`BUG: ${name} cannot be the base of a sql_variant`);
  }
  if (typeof value !== 'string') throw mismatch(name, value);
  const collation = collationOf(base.collation);
  out.u8(TYPE[name]);
  out.u8(7);
  out.raw(collation.bytes);
  out.u16(byteLength(base));
  if (name === 'nchar' || name === 'nvarchar') out.ucs2(value);
  else out.raw(codePageOf(collation.codePage).encode(value));
}

/** Reads a sql_variant whose total length has been read. */
export function readVariant(reader: WireReader, total: number): VariantValue {
  const end = reader.position + total;
  const code = reader.u8();
  const propertyCount = reader.u8();
  const props = reader.view(propertyCount);
  const size = end - reader.position;
  if (size < 0) throw new ProtocolError('sql_variant shorter than its properties');
  return readBase(reader, code, props, size);
}

function nameOf(codes: Partial<Record<TdsType['name'], number>>, code: number): TdsType['name'] | undefined {
  for (const [name, value] of Object.entries(codes)) if (value === code) return name as TdsType['name'];
  return undefined;
}

function readBase(reader: WireReader, code: number, props: Buffer, size: number): VariantValue {
  const plain = nameOf(PLAIN, code);
  if (plain) {
    const base: TdsType = { name: plain };
    const value = plain === 'date' ? readTemporal(reader, base, size) : readFixedValue(reader, plain, size);
    return { base, value };
  }
  const scaled = nameOf(SCALED, code);
  if (scaled && props.length === 1) {
    const base: TdsType = { name: scaled, scale: props.readUInt8(0) };
    return { base, value: readTemporal(reader, base, size) };
  }
  if ((code === TYPE.decimalN || code === TYPE.numericN) && props.length === 2) {
    const scale = props.readUInt8(1);
    const base: TdsType = {
      name: code === TYPE.decimalN ? 'decimal' : 'numeric',
      precision: props.readUInt8(0),
      scale,
    };
    return { base, value: readDecimalBytes(reader, size, scale) };
  }
  return readLongBase(reader, code, props, size);
}

function readLongBase(reader: WireReader, code: number, props: Buffer, size: number): VariantValue {
  if ((code === TYPE.binary || code === TYPE.varbinary) && props.length === 2) {
    const base: TdsType = { name: code === TYPE.binary ? 'binary' : 'varbinary', length: props.readUInt16LE(0) };
    return { base, value: Buffer.from(reader.view(size)) };
  }
  if (props.length !== 7) throw new ProtocolError(`sql_variant of type 0x${code.toString(16)}`);
  const collation = collationFromBytes(props.subarray(0, 5));
  const length = props.readUInt16LE(5);
  if (code === TYPE.nchar || code === TYPE.nvarchar) {
    const base: TdsType = {
      name: code === TYPE.nchar ? 'nchar' : 'nvarchar',
      length: length >>> 1,
      collation: collation.name,
    };
    return { base, value: reader.ucs2(size >>> 1) };
  }
  if (code !== TYPE.char && code !== TYPE.varchar)
    throw new ProtocolError(`sql_variant of type 0x${code.toString(16)}`);
  const base: TdsType = { name: code === TYPE.char ? 'char' : 'varchar', length, collation: collation.name };
  return { base, value: codePageOf(collation.codePage).decode(reader.view(size)) };
}
