import type { TypedSql } from './api.ts';
import type { Conversion } from './convert.ts';
import { datetimeText } from './convert-datetime.ts';
import { bool, call, quoted, textConstant, value } from './sql-text.ts';
import { familyOf, isNational, isPadded, lengthOf, precisionOf, typeText } from './sql-type.ts';

/** Converts to char, varchar, nchar, nvarchar, text, ntext. */
export function toText(c: Conversion): string | TypedSql | undefined {
  const { from } = c;
  switch (familyOf(from.type)) {
    case 'string':
      return textToText(c);
    case 'xml':
      c.t.differs('SL1113', 'The text of XML is the one that it was made of.', c.span);
      return textToText(c.t.profile.runtime ? c : { ...c, from: { ...from, sql: `(${from.sql})::text` } });
    case 'bit':
      return sizedText(c, `${from.sql}::int::text`, 1);
    case 'integer':
      return integerText(c);
    case 'decimal':
      return sizedText(c, `(${from.sql})::text`, precisionOf(from.type)[0] + 2);
    case 'money':
      return sizedText(c, moneyText(c), 21);
    case 'float':
      return sizedText(c, floatText(c), 23);
    case 'guid':
      return sizedText(c, `upper(${from.sql}::text)`, 36);
    case 'binary':
      return binaryText(c);
    case 'datetime':
      return cut(c, datetimeText(c));
    default:
      if (from.type.name !== 'hierarchyid') return undefined;
      return c.t.profile.runtime ? call('sys.hierarchyid_text', from.sql) : from.sql;
  }
}

function textToText(c: Conversion): string | TypedSql {
  const { from, to } = c;
  const [source, target] = [lengthOf(from.type) ?? -1, lengthOf(to) ?? -1];
  if (typeof from.constant === 'string' && (target === -1 || from.constant.length <= target)) {
    const text = isPadded(to) && c.mode !== 'implicit' ? from.constant.padEnd(target) : from.constant;
    return { ...textConstant(text, to), sql: quotedKeeping(from, text) };
  }
  const longer = target !== -1 && (source === -1 || source > target);
  if (c.mode === 'implicit' || (!longer && !isPadded(to))) return value(from.sql, to, from.nullable);
  return cut(c, from.sql);
}

/** The text as it was, where it has not changed: it may carry a COLLATE. */
function quotedKeeping(from: TypedSql, text: string): string {
  return text === from.constant ? from.sql : textConstant(text, from.type).sql;
}

/** Cut (or checked, when stored) to the length of the target, and padded where it is fixed. */
function cut(c: Conversion, sql: string): string {
  const length = lengthOf(c.to) ?? -1;
  if (length === -1) return sql;
  if (!c.t.profile.runtime) {
    return c.mode === 'store' ? sql : `(${sql})::${isPadded(c.to) ? 'char' : 'varchar'}(${length})`;
  }
  const fitted = c.mode === 'store' ? storeCheck(c, sql, length) : sql;
  if (isPadded(c.to)) return call('rpad', fitted, String(length));
  return c.mode === 'store' ? fitted : call('left', sql, String(length));
}

function storeCheck(c: Conversion, sql: string, length: number): string {
  const source = lengthOf(c.from.type);
  if (source !== undefined && source !== -1 && source <= length) return sql;
  const { table, name } = c.column ?? { table: '', name: '' };
  return call('sys.fit_text', sql, String(length), quoted(table), quoted(name));
}

/** Text whose greatest length is known: an error (or NULL) where the target is shorter and the value does not fit. */
function sizedText(c: Conversion, sql: string, longest: number): string {
  const length = lengthOf(c.to) ?? -1;
  if (length === -1 || (longest <= length && !isPadded(c.to))) return sql;
  if (!c.t.profile.runtime) return plainNumberText(c, sql, { length, longest });
  const checked =
    longest <= length
      ? sql
      : call(
          'sys.number_text',
          sql,
          String(length),
          quoted(typeText(c.from.type)),
          quoted(c.to.name),
          bool(c.try === true),
        );
  return isPadded(c.to) ? call('rpad', checked, String(length)) : checked;
}

/** A whole number that does not fit is an asterisk in varchar; digits are never cut off. */
function plainNumberText(
  c: Conversion,
  sql: string,
  { length, longest }: { readonly length: number; readonly longest: number },
): string {
  const isWhole = ['tinyint', 'smallint', 'int'].includes(c.from.type.name) && !isNational(c.to);
  const isConstant = typeof c.from.constant === 'string';
  // A sign is one of the characters counted: a number of so many digits and no sign is what such a length is meant for.
  const digits = isConstant ? longest : longest - 1;
  if (!isWhole) return tooShort(c, isConstant ? (c.from.constant ?? '').length : digits, length) ?? cut(c, sql);
  if (digits <= length || c.mode === 'store') return cut(c, sql);
  return cut(c, `CASE WHEN length(${sql}) > ${length} THEN '*' ELSE ${sql} END`);
}

/** SQL Server refuses to cut a number, a GUID or money: of a constant that is known here. undefined: it is cut. */
function tooShort(c: Conversion, longest: number, length: number): string | undefined {
  const { t, from, to, span } = c;
  if (longest <= length || c.mode === 'store') return undefined;
  const isKnown = typeof from.constant === 'string' || from.type.name === 'uniqueidentifier';
  if (isKnown && c.mode === 'explicit' && !c.try) {
    const message = `Arithmetic overflow error converting ${from.type.name} to data type ${to.name}.`;
    return t.refused(8115, message, span).sql;
  }
  t.differs(
    'SL1105',
    `${from.type.name} in ${typeText(to)}: what does not fit is cut, and an error in SQL Server.`,
    span,
  );
  return undefined;
}

const INTEGER_DIGITS: Record<string, number> = { tinyint: 3, smallint: 6, int: 11, bigint: 20 };

function integerText(c: Conversion): string | TypedSql {
  const longest =
    typeof c.from.constant === 'string' ? c.from.constant.length : (INTEGER_DIGITS[c.from.type.name] ?? 20);
  return sizedText(c, `(${c.from.sql})::text`, longest);
}

/** Styles of money: 0 two decimals, 1 with commas, 2 four decimals. */
function moneyText(c: Conversion): string {
  switch (c.style ?? 0) {
    case 1:
      return call('to_char', call('round', c.from.sql, '2'), quoted('FM999,999,999,999,990.00'));
    case 2:
    case 126:
      return `(${c.from.sql})::numeric(19,4)::text`;
    default:
      return `${call('round', c.from.sql, '2')}::text`;
  }
}

/** Styles of float: 0 six digits, 1 eight with exponent, 2 sixteen with exponent, 3 seventeen (lossless). */
function floatText(c: Conversion): string {
  if (!c.t.profile.runtime) {
    const message = 'A float is written with all its digits; SQL Server writes six, or those of the style.';
    c.t.note('warning', 'float-text', message, c.span);
    return `(${c.from.sql})::text`;
  }
  return call('sys.float_text', c.from.sql, String(c.style ?? 0), bool(c.from.type.name === 'real'));
}

/** Styles of binary: 0 the bytes as characters, 1 '0x4142', 2 '4142'. */
function binaryText(c: Conversion): string | TypedSql {
  const hex = `upper(encode(${c.from.sql}, 'hex'))`;
  if (c.style === 1) return cut(c, `('0x' || ${hex})`);
  if (c.style === 2) return cut(c, hex);
  if (!c.t.profile.runtime && isNational(c.to))
    return c.t.fail('no-counterpart', 40515, 'Bytes of nvarchar are UTF-16, which PostgreSQL does not read.', c.span);
  if (!c.t.profile.runtime) return cut(c, `convert_from(${c.from.sql}, 'WIN1252')`);
  return cut(c, call('sys.bytes_text', c.from.sql, bool(isNational(c.to))));
}
