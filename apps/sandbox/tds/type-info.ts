import type { TdsType } from '../session.ts';
import { collationFromBytes, collationOf, type WireCollation } from './collation.ts';
import type { TokenBuffer } from './token-buffer.ts';
import { ProtocolError, type WireReader } from './wire-reader.ts';
import { TYPE, decimalSize } from './wire-types.ts';

/** TYPE_INFO as read from a client: the code, and what a value of it needs to be read. */
export interface WireType {
  readonly code: number;
  readonly type: TdsType;
  /** Declared bytes; of a two-byte length 0xffff is max (PLP). */
  readonly size: number;
  readonly collation?: WireCollation;
}

/** `sys.types.max_length` of the CLR types; they travel as UDT (MS-TDS 2.2.5.5.2). */
const UDT_SIZE = { hierarchyid: 892, geography: 0xffff, geometry: 0xffff } as const;

const ASSEMBLY = 'Microsoft.SqlServer.Types, Version=11.0.0.0, Culture=neutral, PublicKeyToken=89845dcd8080cc91';

const CLASS_NAME = { hierarchyid: 'SqlHierarchyId', geography: 'SqlGeography', geometry: 'SqlGeometry' } as const;

/** UserType of column metadata; SQL Server fills it in for rowversion only (80, MS-TDS 2.2.7.4). */
export function userTypeOf(type: TdsType): number {
  return type.name === 'rowversion' ? 80 : 0;
}

/** Declared bytes of a character or binary type, without the meaning of max. */
export function byteLength(type: TdsType): number {
  const wide = type.name === 'nchar' || type.name === 'nvarchar' || type.name === 'ntext';
  const length = type.length ?? (wide ? 4000 : 8000);
  return Math.max(1, Math.min(wide ? length * 2 : length, 8000));
}

/** A `(max)` type, whose values travel as PLP. */
export function isMax(type: TdsType): boolean {
  return type.length === -1;
}

/** Writes TYPE_INFO of a result column or return value: always the nullable form, which says the same as the fixed one and survives a NULL. */
export function writeTypeInfo(out: TokenBuffer, type: TdsType): void {
  switch (type.name) {
    case 'bit':
      return pair(out, TYPE.bitN, 1);
    case 'tinyint':
      return pair(out, TYPE.intN, 1);
    case 'smallint':
      return pair(out, TYPE.intN, 2);
    case 'int':
      return pair(out, TYPE.intN, 4);
    case 'bigint':
      return pair(out, TYPE.intN, 8);
    case 'real':
      return pair(out, TYPE.floatN, 4);
    case 'float':
      return pair(out, TYPE.floatN, 8);
    case 'money':
      return pair(out, TYPE.moneyN, 8);
    case 'smallmoney':
      return pair(out, TYPE.moneyN, 4);
    case 'datetime':
      return pair(out, TYPE.datetimeN, 8);
    case 'smalldatetime':
      return pair(out, TYPE.datetimeN, 4);
    case 'uniqueidentifier':
      return pair(out, TYPE.guid, 16);
    case 'date':
      return out.u8(TYPE.dateN);
    case 'time':
      return pair(out, TYPE.timeN, type.scale ?? 7);
    case 'datetime2':
      return pair(out, TYPE.datetime2N, type.scale ?? 7);
    case 'datetimeoffset':
      return pair(out, TYPE.datetimeoffsetN, type.scale ?? 7);
    case 'decimal':
    case 'numeric':
      return writeDecimalInfo(out, type);
    default:
      return writeLongInfo(out, type);
  }
}

function pair(out: TokenBuffer, code: number, argument: number): void {
  out.u8(code);
  out.u8(argument);
}

function writeDecimalInfo(out: TokenBuffer, type: TdsType): void {
  const precision = type.precision ?? 18;
  pair(out, type.name === 'decimal' ? TYPE.decimalN : TYPE.numericN, decimalSize(precision));
  out.u8(precision);
  out.u8(type.scale ?? 0);
}

function writeLongInfo(out: TokenBuffer, type: TdsType): void {
  switch (type.name) {
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
      out.u8(TYPE[type.name]);
      out.u16(isMax(type) ? 0xffff : byteLength(type));
      return out.raw(collationOf(type.collation).bytes);
    case 'binary':
    case 'varbinary':
      out.u8(TYPE[type.name]);
      return out.u16(isMax(type) ? 0xffff : byteLength(type));
    case 'rowversion':
      out.u8(TYPE.binary);
      return out.u16(8);
    case 'text':
    case 'ntext':
      out.u8(TYPE[type.name]);
      out.u32(type.name === 'text' ? 0x7fffffff : 0x7ffffffe);
      return out.raw(collationOf(type.collation).bytes);
    case 'image':
      out.u8(TYPE.image);
      return out.u32(0x7fffffff);
    case 'xml':
      out.u8(TYPE.xml);
      return out.u8(0);
    case 'sql_variant':
      out.u8(TYPE.variant);
      return out.u32(8009);
    case 'hierarchyid':
    case 'geography':
    case 'geometry':
      return writeUdtInfo(out, type.name);
    default:
      throw new RangeError(`BUG: ${type.name} cannot be a result column`);
  }
}

function writeUdtInfo(out: TokenBuffer, name: keyof typeof UDT_SIZE): void {
  out.u8(TYPE.udt);
  out.u16(UDT_SIZE[name]);
  out.bVarchar('');
  out.bVarchar('sys');
  out.bVarchar(name);
  out.usVarchar(`Microsoft.SqlServer.Types.${CLASS_NAME[name]}, ${ASSEMBLY}`);
}

const FIXED: Readonly<Record<number, readonly [TdsType['name'], number]>> = {
  [TYPE.tinyint]: ['tinyint', 1],
  [TYPE.bit]: ['bit', 1],
  [TYPE.smallint]: ['smallint', 2],
  [TYPE.int]: ['int', 4],
  [TYPE.bigint]: ['bigint', 8],
  [TYPE.real]: ['real', 4],
  [TYPE.float]: ['float', 8],
  [TYPE.money]: ['money', 8],
  [TYPE.smallmoney]: ['smallmoney', 4],
  [TYPE.datetime]: ['datetime', 8],
  [TYPE.smalldatetime]: ['smalldatetime', 4],
};

const BY_SIZE: Readonly<Record<number, Readonly<Record<number, TdsType['name']>>>> = {
  [TYPE.intN]: { 1: 'tinyint', 2: 'smallint', 4: 'int', 8: 'bigint' },
  [TYPE.bitN]: { 1: 'bit' },
  [TYPE.floatN]: { 4: 'real', 8: 'float' },
  [TYPE.moneyN]: { 4: 'smallmoney', 8: 'money' },
  [TYPE.datetimeN]: { 4: 'smalldatetime', 8: 'datetime' },
  [TYPE.guid]: { 16: 'uniqueidentifier' },
};

/** Fixed types carry no length before their value. */
export function isFixed(code: number): boolean {
  return code in FIXED;
}

/** Reads TYPE_INFO of a parameter or a bulk column. Throws {@link ProtocolError} for a type that cannot stand there. */
export function readTypeInfo(reader: WireReader, place: 'parameter' | 'column' = 'parameter'): WireType {
  const code = reader.u8();
  const fixed = FIXED[code];
  if (fixed) return { code, size: fixed[1], type: { name: fixed[0] } };
  const bySize = BY_SIZE[code];
  if (bySize) {
    const size = reader.u8();
    const name = bySize[size];
    if (!name) throw new ProtocolError(`length ${size} is not one of type 0x${code.toString(16)}`);
    return { code, size, type: { name } };
  }
  if (code === TYPE.udt) return readUdtInfo(reader, place);
  return readScaledInfo(reader, code) ?? readLongInfo(reader, code);
}

function readScaledInfo(reader: WireReader, code: number): WireType | undefined {
  switch (code) {
    case TYPE.null:
      return { code, size: 0, type: { name: 'nvarchar', length: 1 } };
    case TYPE.dateN:
      return { code, size: 3, type: { name: 'date' } };
    case TYPE.timeN:
      return { code, size: 5, type: { name: 'time', scale: scaleOf(reader) } };
    case TYPE.datetime2N:
      return { code, size: 8, type: { name: 'datetime2', scale: scaleOf(reader) } };
    case TYPE.datetimeoffsetN:
      return { code, size: 10, type: { name: 'datetimeoffset', scale: scaleOf(reader) } };
    case TYPE.decimalN:
    case TYPE.numericN:
    case TYPE.decimalOld:
    case TYPE.numericOld:
      return readDecimalInfo(reader, code);
    default:
      return undefined;
  }
}

function scaleOf(reader: WireReader): number {
  const scale = reader.u8();
  if (scale > 7) throw new ProtocolError(`time scale ${scale}`);
  return scale;
}

function readDecimalInfo(reader: WireReader, code: number): WireType {
  const size = reader.u8();
  const precision = reader.u8();
  const scale = reader.u8();
  if (precision < 1 || precision > 38 || scale > precision) throw new ProtocolError(`decimal(${precision}, ${scale})`);
  const name = code === TYPE.numericN || code === TYPE.numericOld ? 'numeric' : 'decimal';
  return { code, size, type: { name, precision, scale } };
}

function readLongInfo(reader: WireReader, code: number): WireType {
  switch (code) {
    case TYPE.char:
    case TYPE.varchar:
    case TYPE.nchar:
    case TYPE.nvarchar:
      return characterInfo(code, reader.u16(), reader);
    case TYPE.charOld:
    case TYPE.varcharOld: {
      const size = reader.u8();
      return {
        code,
        size,
        type: { name: code === TYPE.charOld ? 'char' : 'varchar', length: size },
        collation: collationOf(undefined),
      };
    }
    case TYPE.binary:
    case TYPE.varbinary: {
      const size = reader.u16();
      return {
        code,
        size,
        type: { name: code === TYPE.binary ? 'binary' : 'varbinary', length: size === 0xffff ? -1 : size },
      };
    }
    case TYPE.binaryOld:
    case TYPE.varbinaryOld: {
      const size = reader.u8();
      return { code, size, type: { name: code === TYPE.binaryOld ? 'binary' : 'varbinary', length: size } };
    }
    case TYPE.text:
    case TYPE.ntext:
      return lobInfo(code, reader.u32(), reader);
    case TYPE.image:
      return { code, size: reader.u32(), type: { name: 'image' } };
    case TYPE.variant:
      return { code, size: reader.u32(), type: { name: 'sql_variant' } };
    case TYPE.xml:
      return readXmlInfo(reader);
    default:
      throw new ProtocolError(`type 0x${code.toString(16)} in TYPE_INFO`);
  }
}

function characterInfo(code: number, size: number, reader: WireReader): WireType {
  const collation = collationFromBytes(reader.view(5));
  const wide = code === TYPE.nchar || code === TYPE.nvarchar;
  const name = wide ? (code === TYPE.nchar ? 'nchar' : 'nvarchar') : code === TYPE.char ? 'char' : 'varchar';
  const length = size === 0xffff ? -1 : wide ? size >>> 1 : size;
  return { code, size, collation, type: { name, length, collation: collation.name } };
}

function lobInfo(code: number, size: number, reader: WireReader): WireType {
  const collation = collationFromBytes(reader.view(5));
  return { code, size, collation, type: { name: code === TYPE.text ? 'text' : 'ntext', collation: collation.name } };
}

function readXmlInfo(reader: WireReader): WireType {
  if (reader.u8() === 1) {
    reader.bVarchar();
    reader.bVarchar();
    reader.usVarchar();
  }
  return { code: TYPE.xml, size: 0xffff, type: { name: 'xml' } };
}

/** UDT of a parameter is three names; of a column its size stands before and its assembly after (MS-TDS 2.2.5.5.2). */
function readUdtInfo(reader: WireReader, place: 'parameter' | 'column'): WireType {
  if (place === 'column') reader.u16();
  reader.bVarchar();
  reader.bVarchar();
  const name = reader.bVarchar().toLowerCase();
  if (place === 'column') reader.usVarchar();
  if (name !== 'hierarchyid' && name !== 'geography' && name !== 'geometry') {
    throw new ProtocolError('a CLR type other than hierarchyid, geography and geometry');
  }
  return { code: TYPE.udt, size: 0xffff, type: { name } };
}
