import type { Span } from '#tsql';
import type { TypedSql } from './api.ts';
import { hasNoLetters, searchable } from './caseless.ts';
import { collateClause, collationName, isCaseSensitive } from './collate.ts';
import { convert } from './convert.ts';
import { bool, call, escapeText, quoted } from './sql-text.ts';
import { isNational, isPadded, isString } from './sql-type.ts';
import type { Translation } from './translation.ts';

export interface LikeParts {
  readonly text: TypedSql;
  readonly pattern: TypedSql;
  readonly escape?: TypedSql;
  readonly not: boolean;
  readonly span: Span;
}

const VARCHAR = { name: 'varchar', length: 8000 } as const;

/**
 * `text LIKE pattern`. Constant patterns without character classes become PostgreSQL's LIKE under the column's collation; those with classes, and
 * patterns known only at execution, become a regular expression.
 */
export function likeCondition(t: Translation, parts: LikeParts): string {
  const strings = [parts.text, parts.pattern].map((one) =>
    searchable(t, isString(one.type) ? one : convert(t, one, VARCHAR, { mode: 'implicit', span: parts.span })),
  ) as [TypedSql, TypedSql];
  const [text, pattern] = strings;
  const fold = t.profile.foldCase && !hasNoLetters(pattern) && !isCaseSensitive(collationName(t, strings, parts.span));
  const word = `${parts.not ? 'NOT ' : ''}${fold ? 'ILIKE' : 'LIKE'}`;
  if (pattern.constant === null || parts.escape?.constant === null) return 'NULL::boolean';
  const escape = typeof parts.escape?.constant === 'string' ? parts.escape.constant : '';
  if (typeof pattern.constant === 'string' && (parts.escape === undefined || escape.length === 1)) {
    const plain = plainPattern(pattern.constant, escape);
    const subject = likeSubject(t, text, pattern.constant, parts.span);
    if (plain === undefined) return classCondition(t, parts, { text, subject, pattern: pattern.constant, escape });

    return `(${subject} ${word} ${quoted(escapeText(plain))}${collateClause(t, strings, parts.span)})`;
  }
  return dynamicCondition(t, parts, text, pattern);
}

/** Trailing blanks of a varchar subject do not count unless the pattern ends with a blank; those of nvarchar do. */
function likeSubject(t: Translation, text: TypedSql, pattern: string, span: Span): string {
  if (!t.profile.runtime) return plainSubject(t, text, pattern, span);
  if (isNational(text.type) || !t.profile.rtrim || /[ %]$/.test(pattern)) return text.sql;
  return `rtrim(${text.sql})`;
}

/** Those of char(n) are there in each value: they are taken off. */
function plainSubject(t: Translation, text: TypedSql, pattern: string, span: Span): string {
  if (/[ %]$/.test(pattern)) return text.sql;
  if (isPadded(text.type)) return `rtrim(${text.sql}, ' ')`;
  if (text.constant === undefined || text.constant?.endsWith(' '))
    t.differs('SL1111', 'Blanks at the end of a text count where it is compared with a pattern.', span);
  return text.sql;
}

/** The pattern for PostgreSQL's LIKE (escape `\`), or undefined where it has character classes. */
function plainPattern(pattern: string, escape: string): string | undefined {
  let out = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern.charAt(index);
    if (char === escape) {
      index += 1;
      out += literalInLike(pattern.charAt(index));
    } else if (char === '[') {
      // A class of one character is the usual way to write a wildcard as itself: [%], [_], [[].
      if (pattern.charAt(index + 2) !== ']' || /[\^\]]/.test(pattern.charAt(index + 1))) return undefined;
      out += literalInLike(pattern.charAt(index + 1));
      index += 2;
    } else if (char === '\\') {
      // LIKE under a collation that is not deterministic does not find an escaped backslash.
      return undefined;
    } else out += char;
  }
  return out;
}

const literalInLike = (char: string): string => (/[%_\\]/.test(char) ? `\\${char}` : char);

/** A T-SQL pattern as the inside of a regular expression of PostgreSQL (advanced syntax, newline an ordinary character). */
export function likeToRegex(pattern: string, escape: string): string {
  let out = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern.charAt(index);
    if (char === escape) {
      index += 1;
      out += regexLiteral(pattern.charAt(index));
    } else if (char === '%') out += '.*';
    else if (char === '_') out += '.';
    else if (char === '[') {
      const end = pattern.indexOf(']', index + 1);
      if (end === -1) return '(?!)';
      out += regexClass(pattern.slice(index + 1, end));
      index = end;
    } else out += regexLiteral(char);
  }
  return out;
}

const regexLiteral = (char: string): string => (/[A-Za-z0-9 ]/.test(char) || char > '\u007f' ? char : `\\${char}`);

function regexClass(body: string): string {
  const negated = body.startsWith('^');
  const inner = (negated ? body.slice(1) : body).replaceAll(/[[\]\\]/g, '\\$&');
  if (inner === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${inner}]`;
}

interface ClassPattern {
  readonly text: TypedSql;
  readonly subject: string;
  readonly pattern: string;
  readonly escape: string;
}

function classCondition(t: Translation, parts: LikeParts, one: ClassPattern): string {
  const sensitive = isCaseSensitive(collationName(t, [one.text], parts.span));
  const regex = `^${likeToRegex(one.pattern, one.escape)}$`;
  // Regular expressions do not work under a collation that is not deterministic.
  const collate = ' COLLATE "und-x-icu"';
  const op = `${parts.not ? '!' : ''}~${sensitive ? '' : '*'}`;
  return `(${one.subject}${collate} ${op} ${quoted(escapeText(regex))})`;
}

function dynamicCondition(t: Translation, parts: LikeParts, text: TypedSql, pattern: TypedSql): string {
  const sensitive = isCaseSensitive(collationName(t, [text, pattern], parts.span));
  if (!t.profile.runtime) {
    const message = 'LIKE with a pattern that is not a constant: character classes are not translated.';
    t.note('warning', 'like-pattern', message, parts.span);
    const fold = t.profile.foldCase && !sensitive;
    // PostgreSQL takes a backslash for an escape unless it is told otherwise.
    const escape = parts.escape?.sql ?? `''`;
    return `(${text.sql} ${parts.not ? 'NOT ' : ''}${fold ? 'ILIKE' : 'LIKE'} ${pattern.sql} ESCAPE ${escape})`;
  }
  const args = [
    text.sql,
    pattern.sql,
    parts.escape ? parts.escape.sql : 'NULL::text',
    bool(sensitive),
    bool(isNational(text.type)),
  ];
  return parts.not ? `(NOT ${call('sys.like_match', ...args)})` : call('sys.like_match', ...args);
}
