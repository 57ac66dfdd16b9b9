import type { SqlType, TypedSql } from '../api.ts';
import { hasNoLetters } from '../caseless.ts';
import { collationName, isCaseSensitive } from '../collate.ts';
import type { FunctionUse } from '../function-call.ts';
import { likeToRegex } from '../like.ts';
import { call, escapeText, quoted, value } from '../sql-text.ts';
import { BIGINT, INT, isBinary, isDatetime, isNational, isString, precisionOf } from '../sql-type.ts';
import { blanksKept, collated, isMax } from './string-value.ts';

/** LEN: trailing blanks do not count. */
export function len(use: FunctionUse): TypedSql {
  const from = use.arg(0);
  if (isBinary(from.type)) return value(call('octet_length', from.sql), INT, from.nullable);
  const source = use.text(0);
  const sql = use.runtime ? `sys.utf16_length(rtrim(${source.sql}))` : `length(rtrim(${source.sql}, ' '))`;
  return isMax(source) ? value(`${sql}::bigint`, BIGINT, source.nullable) : value(sql, INT, source.nullable);
}

const FIXED_BYTES: Record<string, number> = {
  bit: 1,
  tinyint: 1,
  smallint: 2,
  int: 4,
  bigint: 8,
  real: 4,
  float: 8,
  money: 8,
  smallmoney: 4,
  date: 3,
  datetime: 8,
  smalldatetime: 4,
  uniqueidentifier: 16,
};

function storedBytes(type: SqlType): number {
  const fixed = FIXED_BYTES[type.name];
  if (fixed !== undefined) return fixed;
  if (isDatetime(type)) {
    const scale = type.scale ?? 7;
    const time = scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
    return time + (type.name === 'datetime2' ? 3 : type.name === 'datetimeoffset' ? 5 : 0);
  }
  const [precision] = precisionOf(type);
  return precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
}

/** DATALENGTH: bytes as SQL Server stores them. */
export function datalength(use: FunctionUse): TypedSql {
  const from = use.arg(0);
  const type = isMax(from) ? BIGINT : INT;
  const cast = type === BIGINT ? '::bigint' : '';
  if (isBinary(from.type)) return value(`octet_length(${from.sql})${cast}`, type, from.nullable);
  if (isString(from.type)) {
    const text = blanksKept(use, from).sql;
    if (!isNational(from.type)) return value(`length(${text})${cast}`, type, from.nullable);
    const units = use.runtime ? call('sys.utf16_length', text) : call('length', text);
    return value(`(${units} * 2)${cast}`, type, from.nullable);
  }
  return value(`(CASE WHEN ${from.sql} IS NOT NULL THEN ${storedBytes(from.type)} END)`, INT, from.nullable);
}

/** In lower case; a constant at once: lower() of one has no collation where it stands in a generated column. */
const lowered = ({ sql, constant }: TypedSql): string =>
  typeof constant === 'string' ? quoted(constant.toLowerCase()) : `lower(${sql})`;

/** CHARINDEX, by the collation of what is searched. */
export function charindex(use: FunctionUse): TypedSql {
  const [needle, hay] = [use.text(0), use.text(1)];
  const type = isMax(hay) ? BIGINT : INT;
  const nullable = needle.nullable || hay.nullable;
  if (use.runtime) {
    const start = use.count > 2 ? use.int(2) : '1';
    const sql = call('sys.charindex', needle.sql, collated(use, hay), start);
    return value(type === BIGINT ? `${sql}::bigint` : sql, type, nullable);
  }
  if (needle.constant === '') return value(`CASE WHEN ${hay.sql} IS NOT NULL THEN 0 END`, type, nullable);
  const wanted = blanksKept(use, needle);
  const isExact = hasNoLetters(needle) || isCaseSensitive(collationName(use.t, [needle, hay], use.span));
  const [lowNeedle = '', lowHay = ''] = [wanted, blanksKept(use, hay)].map((one) => (isExact ? one.sql : lowered(one)));
  // PostgreSQL finds an empty text at the first place, SQL Server nowhere.
  const mayBeEmpty = needle.constant === undefined && wanted === needle;
  const guarded = (sql: string): TypedSql =>
    value(mayBeEmpty ? `(CASE WHEN ${needle.sql} = '' THEN 0 ELSE ${sql} END)` : sql, type, nullable);
  if (use.count < 3) return guarded(`strpos(${lowHay}, ${lowNeedle})`);
  const start = `greatest(${use.int(2)}, 1)`;
  const found = `nullif(strpos(substr(${lowHay}, ${start}), ${lowNeedle}), 0)`;
  return guarded(`coalesce(${found} + ${start} - 1, 0)`);
}

/** PATINDEX: LIKE's pattern as a regular expression. */
export function patindex(use: FunctionUse): TypedSql {
  const [pattern, subject] = [use.text(0), use.text(1)];
  const type = isMax(subject) ? BIGINT : INT;
  const flags = isCaseSensitive(collationName(use.t, [pattern, subject], use.span)) ? 'c' : 'i';
  const nullable = pattern.nullable || subject.nullable;
  if (typeof pattern.constant !== 'string') {
    if (!use.runtime) return value(plainPatindex(pattern.sql, subject.sql, flags), type, nullable);
    return value(call('sys.patindex', pattern.sql, subject.sql, quoted(flags)), type, nullable);
  }
  const body = pattern.constant;
  const start = body.startsWith('%') ? '' : '^';
  const end = body.endsWith('%') ? '' : '$';
  const inner = body.replace(/^%+/, '').replace(end === '' ? /%+$/ : /$^/, '');
  if (body !== '' && inner === '' && start === '') {
    return value(`(CASE WHEN ${subject.sql} IS NOT NULL THEN 1 END)`, type, nullable);
  }
  const regex = quoted(escapeText(`${start}${likeToRegex(inner, '')}${end}`));
  const collate = ' COLLATE "und-x-icu"';
  return value(`regexp_instr(${subject.sql}${collate}, ${regex}, 1, 1, 0, ${quoted(flags)})`, type, nullable);
}

/** PATINDEX of a pattern that is only known when it runs: a regular expression is made of it then. Classes in brackets stay what they are. */
function plainPatindex(pattern: string, subject: string, flags: string): string {
  const escaped = String.raw`regexp_replace(${pattern}, '([.+*?(){}|\\$])', '\\\1', 'g')`;
  const inner = `regexp_replace(regexp_replace(${escaped}, '^%+|%+$', '', 'g'), '%', '.*', 'g')`;
  const regex = `concat(CASE WHEN ${pattern} LIKE '\\%%' THEN '' ELSE '^' END, replace(${inner}, '_', '.'), CASE WHEN ${pattern} LIKE '%\\%' THEN '' ELSE '$' END)`;
  return `(CASE WHEN ${pattern} IS NOT NULL THEN regexp_instr(${subject}, ${regex}, 1, 1, 0, ${quoted(flags)}) END)`;
}
