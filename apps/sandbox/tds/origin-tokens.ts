import type { TdsColumn } from '../session.ts';
import type { TokenBuffer } from './token-buffer.ts';
import { TOKEN } from './wire-types.ts';

/** Status bits of COLINFO. */
const STATUS = { expression: 0x04, key: 0x08, hidden: 0x10, differentName: 0x20 } as const;

/** TABNAME and COLINFO (MS-TDS 2.2.7.19, 2.2.7.3) of the rows of a cursor: which tables and columns they are of. Nothing of other rows. */
export function writeOrigins(out: TokenBuffer, columns: readonly TdsColumn[]): void {
  if (!columns.some((column) => column.hidden)) return;
  const keys = columns.map(({ origin }) => origin?.table.join('\u0000'));
  const tables = [...new Set(keys.filter((key) => key !== undefined))];
  writeSized(out, TOKEN.tabName, () => {
    for (const key of tables) {
      const parts = key.split('\u0000');
      out.u8(parts.length);
      for (const part of parts) out.usVarchar(part);
    }
  });
  writeSized(out, TOKEN.colInfo, () => {
    columns.forEach(({ name, origin, hidden }, at) => {
      const differs = origin !== undefined && origin.column !== name;
      const status =
        (origin === undefined && !hidden ? STATUS.expression : 0) |
        (origin?.key ? STATUS.key : 0) |
        (hidden ? STATUS.hidden : 0) |
        (differs ? STATUS.differentName : 0);
      // Numbers have one byte each.
      out.u8((at + 1) & 0xff);
      out.u8(tables.indexOf(keys[at] ?? '') + 1);
      out.u8(status);
      if (differs) out.bVarchar(origin.column);
    });
  });
}

function writeSized(out: TokenBuffer, token: number, write: () => void): void {
  out.u8(token);
  const start = out.position;
  out.u16(0);
  write();
  out.bytes.writeUInt16LE(out.position - start - 2, start);
}
