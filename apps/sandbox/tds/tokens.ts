import type { SqlError, TdsColumn, TdsParameter } from '../session.ts';
import { SERVER_VERSION } from './prelogin.ts';
import type { TokenBuffer } from './token-buffer.ts';
import { userTypeOf, writeTypeInfo } from './type-info.ts';
import { encoderOf } from './value-encoders.ts';
import { TOKEN } from './wire-types.ts';

/** Longest message text of a token: its length field has two bytes, and SQL Server cuts at 2,047 characters (RAISERROR) or 8,000 bytes (PRINT). */
const MAX_MESSAGE = 8000;

/** ERROR or INFO (MS-TDS 2.2.7.10, 2.2.7.13). Clients have ever been told of severity 10 as 0 ("Database Engine Error Severities"). */
export function writeMessage(out: TokenBuffer, token: number, message: SqlError, serverName: string): void {
  out.u8(token);
  const start = out.position;
  out.u16(0);
  out.u32(message.number);
  out.u8(message.state);
  out.u8(message.severity === 10 ? 0 : message.severity);
  out.usVarchar(message.message.slice(0, MAX_MESSAGE));
  out.bVarchar(serverName);
  out.bVarchar(message.procedure);
  out.u32(message.line);
  closeLength(out, start);
}

function closeLength(out: TokenBuffer, start: number): void {
  out.bytes.writeUInt16LE(out.position - start - 2, start);
}

/** DONE, DONEPROC or DONEINPROC (MS-TDS 2.2.7.6). */
export function writeDone(out: TokenBuffer, token: number, status: number, command: number, rowCount: bigint): void {
  out.ensure(13);
  out.u8(token);
  out.u16(status);
  out.u16(command);
  out.u64(rowCount);
}

/** ENVCHANGE with two texts (database 1, language 2, packet size 4). */
export function writeEnvText(out: TokenBuffer, type: number, now: string, old: string): void {
  out.u8(TOKEN.envChange);
  const start = out.position;
  out.u16(0);
  out.u8(type);
  out.bVarchar(now);
  out.bVarchar(old);
  closeLength(out, start);
}

/** ENVCHANGE with bytes (collation 7, transactions 8–10, reset 18). */
export function writeEnvBytes(out: TokenBuffer, type: number, now: Buffer, old: Buffer): void {
  out.u8(TOKEN.envChange);
  out.u16(3 + now.length + old.length);
  out.u8(type);
  out.u8(now.length);
  out.raw(now);
  out.u8(old.length);
  out.raw(old);
}

/** LOGINACK (MS-TDS 2.2.7.14): T-SQL interface, the agreed TDS version, program name and version. */
export function writeLoginAck(out: TokenBuffer, tdsVersion: number): void {
  out.u8(TOKEN.loginAck);
  const start = out.position;
  out.u16(0);
  out.u8(1);
  out.ensure(4);
  out.position = out.bytes.writeUInt32BE(tdsVersion, out.position);
  out.bVarchar('Microsoft SQL Server');
  out.u8(SERVER_VERSION.major);
  out.u8(SERVER_VERSION.minor);
  out.u8(SERVER_VERSION.build >> 8);
  out.u8(SERVER_VERSION.build & 0xff);
  closeLength(out, start);
}

/** Column flags (MS-TDS 2.2.7.4): nullable, updateability unknown for stored columns, identity, computed. */
function flagsOf(column: TdsColumn): number {
  const readOnly = column.identity === true || column.computed === true || column.type.name === 'rowversion';
  return (
    (column.nullable ? 0x01 : 0) | (readOnly ? 0 : 0x08) | (column.identity ? 0x10 : 0) | (column.computed ? 0x20 : 0)
  );
}

/** COLMETADATA (MS-TDS 2.2.7.4); legacy LOB columns name a table: one empty part here, since drivers want one to four. */
export function writeColMetadata(out: TokenBuffer, columns: readonly TdsColumn[]): void {
  out.u8(TOKEN.colMetadata);
  out.u16(columns.length);
  for (const column of columns) {
    out.u32(userTypeOf(column.type));
    out.u16(flagsOf(column));
    writeTypeInfo(out, column.type);
    const name = column.type.name;
    if (name === 'text' || name === 'ntext' || name === 'image') {
      out.u8(1);
      out.usVarchar('');
    }
    out.bVarchar(column.name.slice(0, 128));
  }
}

/** COLMETADATA of columns that the client knows. */
export function writeNoMetadata(out: TokenBuffer): void {
  out.u8(TOKEN.colMetadata);
  out.u16(0xffff);
}

/** RETURNVALUE of an output parameter or a user-defined function (MS-TDS 2.2.7.18). */
export function writeReturnValue(out: TokenBuffer, ordinal: number, parameter: TdsParameter): void {
  out.u8(TOKEN.returnValue);
  out.u16(ordinal);
  out.bVarchar(parameter.name);
  out.u8(parameter.returned === true ? 0x02 : 0x01);
  out.u32(userTypeOf(parameter.type));
  out.u16(0x01);
  writeTypeInfo(out, parameter.type);
  const encoder = encoderOf(parameter.type);
  if (parameter.value === null) out.raw(encoder.nullBytes);
  else encoder.encode(out, parameter.value);
}
