import { quoteLiteral } from '#pgsql';
import type { SqlType, TypedSql } from './api.ts';

/** Small builders of PostgreSQL text around {@link TypedSql}. */

/** Marks a value as nullable or not, of a type. */
export function value(sql: string, type: SqlType, nullable = true): TypedSql {
  return { sql, type, nullable };
}

/** NULL of a type. */
export function nullOf(type: SqlType, typeSql: string): TypedSql {
  return { sql: `NULL::${typeSql}`, type, nullable: true, constant: null };
}

/** A string constant with the default collation. */
export function textConstant(text: string, type: SqlType): TypedSql {
  return { sql: `${quoteLiteral(escapeText(text))}::text`, type, nullable: false, constant: text, collated: 'default' };
}

/** A call: `f(a, b)`. */
export const call = (name: string, ...args: readonly string[]): string => `${name}(${args.join(', ')})`;

/** An SQL boolean literal. */
export const bool = (flag: boolean): string => (flag ? 'true' : 'false');

/** `'text'`, for arguments of helper functions. */
export const quoted = (text: string): string => quoteLiteral(text);

const SURROGATE_BASE = 0x10f000;
const NUL_CODE = 0x10f800;
const QUOTE_CODE = 0x10f801;

/** The storage form of text: U+0000 and unpaired surrogates moved to private use (see sandbox decisions), all else as it is. */
export function escapeText(text: string): string {
  if (text.isWellFormed() && !text.includes('\u0000') && !/[\udbfc-\udbfe]/.test(text)) return text;
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code === 0) out += String.fromCodePoint(NUL_CODE);
    else if (code >= 0xd800 && code <= 0xdfff) out += String.fromCodePoint(SURROGATE_BASE + code - 0xd800);
    else if (code >= SURROGATE_BASE && code <= QUOTE_CODE) out += String.fromCodePoint(QUOTE_CODE) + char;
    else out += char;
  }
  return out;
}

/** Removes one pair of parentheses that encloses the whole text; for text that people read. A query in parentheses needs them. */
export function bare(sql: string): string {
  if (!sql.startsWith('(') || !sql.endsWith(')') || /^\((SELECT|WITH|VALUES)\b/.test(sql)) return sql;
  let depth = 0;
  let quote = '';
  for (let index = 0; index < sql.length - 1; index += 1) {
    const char = sql.charAt(index);
    if (quote !== '') {
      if (char === quote) quote = '';
      continue;
    }
    if (char === "'" || char === '"') quote = char;
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth === 0) return sql;
  }
  return sql.slice(1, -1);
}
