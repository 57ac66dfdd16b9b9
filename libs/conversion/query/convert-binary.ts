import type { TypedSql } from './api.ts';
import { searchable } from './caseless.ts';
import type { Conversion } from './convert.ts';
import { bool, call, quoted, value } from './sql-text.ts';
import { familyOf, isNational, lengthOf } from './sql-type.ts';
import { utf16Bytes } from './utf16.ts';

const WIDTH: Record<string, number> = { bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8 };

/** Converts to binary, varbinary, image, rowversion. Numbers keep their right end when cut, all else its left. */
export function toBinary(c: Conversion): string | TypedSql | undefined {
  const { from } = c;
  const runtime = c.t.profile.runtime;
  switch (familyOf(from.type)) {
    case 'binary':
      return sizedBytes(c, from.sql, lengthOf(from.type) ?? -1, false);
    case 'string':
      if (!runtime) return plainTextBytes(c);
      return sizedBytes(c, textBytes(c), -1, false);
    case 'bit':
    case 'integer': {
      if (!runtime) return plainNumberBytes(c);
      const width = WIDTH[from.type.name] ?? 8;
      const bytes = call(
        'sys.int_bytes',
        `(${from.type.name === 'bit' ? `${from.sql}::int` : from.sql})::bigint`,
        String(width),
      );
      return sizedBytes(c, bytes, width, true);
    }
    case 'money':
      return runtime ? sizedBytes(c, `sys.int_bytes((${from.sql} * 10000)::bigint, 8)`, 8, true) : undefined;
    case 'guid':
      return sizedBytes(c, runtime ? call('sys.guid_bytes', from.sql) : plainGuidBytes(from.sql), 16, false);
    default:
      return from.type.name === 'hierarchyid' ? value(from.sql, c.to, from.nullable) : undefined;
  }
}

/** The bytes of a whole number, high byte first: zeros before them in binary, and the right end where the length is less. */
function plainNumberBytes(c: Conversion): string {
  const { from } = c;
  const width = WIDTH[from.type.name] ?? 8;
  const number = from.type.name === 'bit' ? `(${from.sql})::integer::smallint` : from.sql;
  const send = width <= 2 ? 'int2send' : width === 4 ? 'int4send' : 'int8send';
  const cast = { int2send: 'smallint', int4send: 'integer', int8send: 'bigint' }[send];
  const bytes = `${send}((${number})::${cast})`;
  const all = width === 1 ? `substring(${bytes} from 2)` : bytes;
  const length = lengthOf(c.to) ?? -1;
  if (length === -1 || (length >= width && c.to.name !== 'binary')) return all;
  if (length < width) return `substring(${all} from ${width - length + 1})`;
  return length === width ? all : `(decode(repeat('00', ${length - width}), 'hex') || ${all})`;
}

/** The first three groups of a GUID are stored low byte first. */
const swapped = (hex: string): string =>
  `regexp_replace(${hex}, '^(..)(..)(..)(..)(..)(..)(..)(..)', '\\4\\3\\2\\1\\6\\5\\8\\7')`;

const plainGuidBytes = (guid: string): string => `decode(${swapped(`replace((${guid})::text, '-', '')`)}, 'hex')`;

/** A GUID of the first sixteen bytes, and of fewer with zeros behind them. */
export const plainBytesGuid = (from: TypedSql): string =>
  `${swapped(`rpad(encode(${from.sql}, 'hex'), 32, '0')`)}::uuid`;

function sizedBytes(c: Conversion, sql: string, longest: number, number: boolean): string {
  const length = lengthOf(c.to) ?? -1;
  const fixed = c.to.name === 'binary';
  if (length === -1 || c.mode === 'implicit') return sql;
  if (!c.t.profile.runtime) return plainSize(c, sql, { length, longest });
  if (longest !== -1 && longest <= length && !(fixed && longest < length) && !fixed) return sql;
  if (c.mode === 'store' && !number) {
    const { table, name } = c.column ?? { table: '', name: '' };
    return call('sys.fit_bytes', sql, String(length), bool(fixed), quoted(table), quoted(name));
  }
  return call('sys.size_bytes', sql, String(length), bool(fixed), bool(number));
}

/** Bytes cut to their length, and filled with zeros where it is fixed; what is stored is left to the column's check. */
function plainSize(
  c: Conversion,
  sql: string,
  { length, longest }: { readonly length: number; readonly longest: number },
): string {
  const isFixed = c.to.name === 'binary' && longest !== length;
  if (c.mode === 'store' || (!isFixed && longest !== -1 && longest <= length)) return sql;
  return isFixed
    ? `substr(${sql} || decode(repeat('00', ${length}), 'hex'), 1, ${length})`
    : `substr(${sql}, 1, ${length})`;
}

/** Characters are the bytes of their code page; hexadecimal digits by the styles 1 and 2. */
function plainTextBytes(c: Conversion): string {
  const { from, style = 0 } = c;
  if (style === 1 || style === 2) {
    if (style === 1 && !c.try) {
      const message = 'Error converting data type varchar to varbinary.';
      if (typeof from.constant === 'string' && !/^0x/i.test(from.constant))
        return c.t.refused(8114, message, c.span).sql;
      if (from.constant === undefined)
        c.t.differs('SL1106', 'Style 1 cuts two characters off, whether they are 0x or not.', c.span);
    }
    const digits = style === 1 ? `substr(${from.sql}, 3)` : from.sql;
    const form = quoted(style === 1 ? '^0x([0-9a-f]{2})*$' : '^([0-9a-f]{2})*$');
    const read = c.try ? `CASE WHEN ${searchable(c.t, from).sql} ~* ${form} THEN ${digits} END` : digits;
    return sizedBytes(c, `decode(${read}, 'hex')`, -1, false);
  }
  const bytes = isNational(from.type) ? utf16Bytes(from.sql) : call('convert_to', from.sql, `'WIN1252'`);
  return sizedBytes(c, bytes, -1, false);
}

/** TRY_CONVERT of text that is not hexadecimal is NULL. */
function textBytes(c: Conversion): string {
  const { from, style = 0 } = c;
  const bytes = call('sys.text_bytes', from.sql, bool(isNational(from.type)), String(style));
  if (!c.try || (style !== 1 && style !== 2)) return bytes;
  const regex = quoted(style === 1 ? '^0[xX]([0-9A-Fa-f]{2})*$' : '^([0-9A-Fa-f]{2})*$');
  return `(CASE WHEN ${from.sql} COLLATE "C" ~ ${regex} THEN ${bytes} END)`;
}
