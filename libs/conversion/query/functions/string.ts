import type { Expression } from '#tsql';
import type { SqlType, TypedSql } from '../api.ts';
import { hasNoLetters } from '../caseless.ts';
import { collationName, isCaseSensitive } from '../collate.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { bool, call, nullOf, quoted, textConstant, value } from '../sql-text.ts';
import {
  INT,
  isBinary,
  isNational,
  isPadded,
  isString,
  lengthLimit,
  lengthOf,
  nvarchar,
  varchar,
  familyOf,
} from '../sql-type.ts';
import { formatFunction } from './format.ts';
import { charindex, datalength, len, patindex } from './string-search.ts';
import { blanksKept, collated, isMax, text } from './string-value.ts';

/** STRING_ESCAPE(text, 'json'): what JSON writes between its quotes. */
function stringEscape(use: FunctionUse): TypedSql {
  const [source, kind] = [use.text(0), use.arg(1)];
  if (use.runtime) return value(call('sys.string_escape', source.sql, use.text(1).sql), nvarchar(-1));
  if (kind.constant?.toLowerCase() !== 'json') return use.unsupported('STRING_ESCAPE with this kind');
  const json = `to_json((${source.sql})::text)::text`;
  return value(`replace(substr(${json}, 2, length(${json}) - 2), '/', '\\/')`, nvarchar(-1));
}

/** Of a constant that is written as a number: 0x10 is another one. */
const constantInt = (one: TypedSql): number | undefined =>
  typeof one.constant === 'string' && familyOf(one.type) === 'integer' && /^-?\d+$/.test(one.constant)
    ? Number(one.constant)
    : undefined;

function substring(use: FunctionUse): TypedSql {
  const from = use.arg(0);
  const size = constantInt(use.arg(2));
  const args = [use.int(1), use.count > 2 ? use.int(2) : '2147483647'];
  if (isBinary(from.type)) {
    const sql = `substring(${from.sql} from ${args[0]} for ${args[1]})`;
    return value(sql, { name: 'varbinary', length: size ?? from.type.length ?? -1 }, true);
  }
  if (from.untyped || !isString(from.type)) {
    const name = from.untyped ? 'NULL' : from.type.name;
    const message = `Argument data type ${name} is invalid for argument 1 of substring function.`;
    if (use.runtime) return use.fail(8116, message);
    if (from.constant !== undefined) return use.t.refused(8116, message, use.span);
    use.t.differs('SL1106', `${message} Here it is a text.`, use.span);
  }
  const source = use.text(0);
  const longest = lengthOf(source.type) ?? -1;
  const length = size === undefined ? longest : longest === -1 ? size : Math.min(longest, size);
  // PostgreSQL adds start and length: a huge length would overflow its int.
  const count = size !== undefined && size > 1_000_000_000 ? '1000000000' : (args[1] ?? '0');
  return text(
    call('substr', source.sql, args[0] ?? '1', count),
    source,
    length,
    source.nullable || use.arg(1).nullable,
  );
}

/** Whether a length may be below 0, as it stands: a sum of lengths is not. */
function mayBeNegative(node: Expression | undefined): boolean {
  if (node?.kind === 'binary') return node.op === '-' || mayBeNegative(node.left) || mayBeNegative(node.right);
  return node?.kind === 'unary' || node?.kind === 'variable' || node?.kind === 'column';
}

function side(use: FunctionUse): TypedSql {
  const given = use.text(0);
  const source = use.name === 'right' ? blanksKept(use, given) : given;
  const size = constantInt(use.arg(1));
  const length = size === undefined ? (lengthOf(source.type) ?? -1) : Math.max(1, size);
  const nullable = source.nullable || use.arg(1).nullable;
  if (size !== undefined && size >= 0) return text(call(use.name, source.sql, use.int(1)), source, length, nullable);
  if (!use.runtime) {
    if (use.name === 'right') {
      const message = 'Invalid length parameter passed to the RIGHT function.';
      if (size !== undefined) return use.t.refused(536, message, use.span);
      if (mayBeNegative(use.node.args[1]))
        use.t.differs(
          'SL1106',
          'RIGHT of a negative length leaves characters out, and is an error in SQL Server.',
          use.span,
        );
    }
    // PostgreSQL's left() leaves characters out for a negative length (LEFT(x, CHARINDEX(',', x) - 1) without a comma); substr() refuses it, as SQL Server does.
    const sql =
      use.name === 'left' ? call('substr', source.sql, '1', use.int(1)) : call('right', source.sql, use.int(1));
    return text(sql, source, length, nullable);
  }
  return text(call(`sys.${use.name}_text`, source.sql, use.int(1)), source, length);
}

function stuff(use: FunctionUse): TypedSql {
  const [source, inserted] = [use.text(0), use.text(3)];
  const length = isMax(source) ? -1 : (lengthOf(source.type) ?? 0) + (lengthOf(inserted.type) ?? 0);
  const insertion = use.arg(3).untyped ? "''::text" : inserted.sql;
  if (use.runtime) return text(call('sys.stuff', source.sql, use.int(1), use.int(2), insertion), source, length);
  const [start, count] = [use.int(1), use.int(2)];
  // Text cut off at the front: STUFF(list, 1, 2, '') is how lists lose their first separator.
  if (
    use.arg(1).constant === '1' &&
    /^\d+$/.test(use.arg(2).constant ?? '') &&
    (use.arg(3).constant === '' || use.arg(3).untyped)
  )
    return text(`substr(nullif(${source.sql}, ''), ${Number(use.arg(2).constant) + 1})`, source, length);
  const overlay = `overlay(${source.sql} placing coalesce(${insertion}, '') from ${start} for ${count})`;
  return text(
    `(CASE WHEN ${start} BETWEEN 1 AND length(${source.sql}) AND ${count} >= 0 THEN ${overlay} END)`,
    source,
    length,
  );
}

function replicate(use: FunctionUse): TypedSql {
  const source = use.text(0);
  const count = constantInt(use.arg(1));
  const limit = isMax(source) ? -1 : lengthLimit(source.type);
  const length =
    limit === -1 ? -1 : count === undefined ? limit : Math.min(limit, count * (lengthOf(source.type) ?? 1));
  if (use.runtime) return text(call('sys.replicate', source.sql, use.int(1), String(limit)), source, length);
  const n = use.int(1);
  if (limit !== -1) return limited(use, source, { n, count, limit });
  return text(`(CASE WHEN ${n} >= 0 THEN repeat(${source.sql}, ${n}) END)`, source, length);
}

/** REPLICATE of what is not max ends at 8,000 bytes: a constant is cut there. */
function limited(
  use: FunctionUse,
  source: TypedSql,
  { n, count, limit }: { readonly n: string; readonly count: number | undefined; readonly limit: number },
): TypedSql {
  const one = lengthOf(source.type) ?? 1;
  const plain = `(CASE WHEN ${n} >= 0 THEN repeat(${source.sql}, ${n}) END)`;
  if (count === undefined) {
    use.t.differs('SL1108', `REPLICATE ends at ${limit.toLocaleString('en-US')} characters in SQL Server.`, use.span);
    return text(plain, source, limit);
  }
  const isOver = count * one > limit;
  return text(isOver ? `left(${plain}, ${limit})` : plain, source, Math.min(limit, count * one));
}

function space(use: FunctionUse): TypedSql {
  const n = use.int(0);
  const count = constantInt(use.arg(0));
  const sql =
    count !== undefined && count >= 0 ? call('repeat', "' '", n) : `(CASE WHEN ${n} >= 0 THEN repeat(' ', ${n}) END)`;
  return value(sql, varchar(Math.max(1, count ?? 8000)), true);
}

/** Functions of one string that PostgreSQL has too. */
const plain =
  (name: string, folds = false) =>
  (use: FunctionUse): TypedSql => {
    const source = use.text(0);
    // Still a char(n) there: whoever builds text of it puts the blanks back.
    if (folds && !use.runtime && isPadded(source.type)) return { ...source, sql: call(name, source.sql) };
    // Letters are folded one by one: ß stays ß.
    const sql = folds && use.runtime ? call(name, `(${source.sql} COLLATE "pg_c_utf8")`) : call(name, source.sql);
    const folded = folds && use.runtime ? { ...source, sql, pgCollated: false } : source;
    return folds && use.runtime
      ? text(collated(use, folded), { ...folded, pgCollated: true }, lengthOf(source.type), source.nullable)
      : text(sql, source, lengthOf(source.type), source.nullable);
  };

const TRIM_WORDS = { leading: 'ltrim', trailing: 'rtrim', both: 'btrim' } as const;

function trim(use: FunctionUse): TypedSql {
  const named = use.node.trim;
  const name = use.name === 'trim' ? TRIM_WORDS[named ?? 'both'] : use.name;
  // TRIM(x FROM y) has the characters first; LTRIM(y, x) of SQL Server 2022 has them second.
  const source = use.text(named && use.count > 1 ? 1 : 0);
  const characters = use.count > 1 ? use.text(named ? 0 : 1).sql : "' '";
  return text(call(name, source.sql, characters), source, lengthOf(source.type), source.nullable);
}

function replace(use: FunctionUse): TypedSql {
  // No text of PostgreSQL holds the character 0, so that there is none to replace.
  if (!use.runtime && isZero(use.node.args[1])) return use.text(0);
  const [source, from, to] = [use.text(0), blanksKept(use, use.text(1)), blanksKept(use, use.text(2))];
  const length = isMax(source) ? -1 : lengthLimit(source.type);
  const nullable = source.nullable || from.nullable || to.nullable;
  if (use.runtime) {
    return text(call('sys.replace_text', collated(use, source), from.sql, to.sql), source, length, nullable);
  }
  const sensitive = isCaseSensitive(collationName(use.t, [source, from], use.span));
  if (sensitive) return text(call('replace', source.sql, from.sql, to.sql), source, length, nullable);
  return text(plainReplace(source.sql, from, to), source, length, nullable);
}

/** REPLACE without case by a regular expression; a needle without letters needs none. */
function plainReplace(source: string, from: TypedSql, to: TypedSql): string {
  const needle = from.constant;
  if (hasNoLetters(from)) return call('replace', source, from.sql, to.sql);
  const pattern =
    typeof needle === 'string'
      ? quoted(needle.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      : `regexp_replace(${from.sql} COLLATE "und-x-icu", '([][\\\\.*+?^\${}()|])', '\\\\\\1', 'g')`;
  const other =
    typeof to.constant === 'string' && !to.constant.includes('\\') ? to.sql : `replace(${to.sql}, '\\', '\\\\')`;
  const sql = `regexp_replace(${source} COLLATE "und-x-icu", ${pattern}, ${other}, 'gi')`;
  return typeof needle === 'string' ? sql : `(CASE WHEN ${from.sql} = '' THEN ${source} ELSE ${sql} END)`;
}

function concat(use: FunctionUse): TypedSql {
  const parts = use.node.args.map((_, index) => use.text(index));
  const national = parts.some((part) => isNational(part.type));
  const counted = use.name === 'concat_ws' ? parts.slice(1) : parts;
  const separators = use.name === 'concat_ws' ? (lengthOf((parts[0] as TypedSql).type) ?? 0) * (counted.length - 1) : 0;
  const total = counted.some(isMax) ? -1 : counted.reduce((sum, part) => sum + (lengthOf(part.type) ?? 0), separators);
  const strongest = parts.find((part) => part.collated === 'implicit') ?? parts[0];
  const source = {
    ...(strongest as TypedSql),
    type: { ...(strongest as TypedSql).type, name: national ? 'nvarchar' : 'varchar' } as SqlType,
  };
  const args = parts.map((part) => (part.constant === null ? 'NULL::text' : blanksKept(use, part).sql));
  // A separator that is NULL counts as none.
  if (use.name === 'concat_ws' && parts[0]?.nullable) args[0] = `coalesce(${args[0]}, '')`;
  return text(call(use.name, ...args), source, total, false);
}

function quotename(use: FunctionUse): TypedSql {
  const source = use.text(0);
  const mark = use.count > 1 ? use.arg(1).constant : '[';
  const pair = {
    '[': '[]',
    ']': '[]',
    '"': '""',
    "'": "''",
    '(': '()',
    ')': '()',
    '<': '<>',
    '>': '<>',
    '{': '{}',
    '}': '{}',
    '`': '``',
  }[mark ?? ''];
  if (pair === undefined)
    return mark === undefined
      ? use.unsupported('QUOTENAME with a quote that is not a constant')
      : { ...use.arg(0), sql: 'NULL::text', constant: null };
  const [open, close] = [quoted(pair.charAt(0)), pair.charAt(1)];
  const doubled = `replace(${source.sql}, ${quoted(close)}, ${quoted(close + close)})`;
  const made = `(${open} || ${doubled} || ${quoted(close)})`;
  if ((lengthOf(source.type) ?? 0) <= 128 && !isMax(source)) return value(made, nvarchar(258), true);
  return value(`(CASE WHEN length(${source.sql}) <= 128 THEN ${made} END)`, nvarchar(258), true);
}

/** `CHAR(0)` or `NCHAR(0)`. */
function isZero(node: Expression | undefined): boolean {
  if (node?.kind !== 'call' || !/^n?char$/i.test(node.name.name.name)) return false;
  const [code] = node.args;
  return code?.kind === 'literal' && Number(code.value) === 0;
}

const WINDOWS_1252 = new TextDecoder('windows-1252');

function char(use: FunctionUse): TypedSql {
  const code = constantInt(use.arg(0));
  const national = use.name === 'nchar';
  if (code !== undefined && (code >= 128 || code <= 0) && !national && use.runtime) {
    return value(call('sys.char_of', use.int(0)), { name: 'char', length: 1 }, true);
  }
  // A byte of the code page; what is no byte, or no unit of UTF-16, is NULL.
  const isCode = code === undefined || (code >= 0 && code <= (national ? 0xffff : 0xff));
  if (!isCode && !use.runtime) return value('NULL::varchar(1)', national ? nvarchar(1) : varchar(1), true);
  if (code !== undefined && code > 0 && code <= 0xffff) {
    return textConstant(
      national || use.runtime ? String.fromCodePoint(code) : WINDOWS_1252.decode(Uint8Array.of(code)),
      national ? { name: 'nchar', length: 1 } : { name: 'char', length: 1 },
    );
  }
  if (code === 0 && !use.runtime) return use.unsupported('The character 0, which no text of PostgreSQL holds,');
  if (!use.runtime && !national)
    use.t.differs('SL1109', 'CHAR of a number above 127 is the character of Unicode.', use.span);
  if (!use.runtime) return value(call('chr', use.int(0)), national ? nvarchar(1) : varchar(1), true);
  return value(
    call(national ? 'sys.nchar_of' : 'sys.char_of', use.int(0)),
    { name: national ? 'nchar' : 'char', length: 1 },
    true,
  );
}

/** The byte of the code page for each of its characters. */
const BYTES_1252: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [WINDOWS_1252.decode(Uint8Array.of(byte)), byte]),
);

function plainCode(use: FunctionUse, source: TypedSql): TypedSql {
  const first = typeof source.constant === 'string' ? [...source.constant][0] : undefined;
  const byte = use.name === 'ascii' && first !== undefined ? BYTES_1252.get(first) : undefined;
  if (byte !== undefined && byte > 127) return { ...value(String(byte), INT, false), constant: String(byte) };
  if (use.name === 'ascii' && first === undefined)
    use.t.differs('SL1109', 'ASCII of a character above 127 is its code in Unicode.', use.span);
  return value(`nullif(ascii(${source.sql}), 0)`, INT, true);
}

function code(use: FunctionUse): TypedSql {
  const source = use.text(0);
  if (!use.runtime) return plainCode(use, source);
  return value(call(use.name === 'ascii' ? 'sys.ascii_of' : 'sys.unicode_of', source.sql), INT, true);
}

function str(use: FunctionUse): TypedSql {
  const from = use.to(use.arg(0), { name: 'float' });
  const length = use.count > 1 ? use.int(1) : '10';
  const places = use.count > 2 ? use.int(2) : '0';
  const width = (use.count > 1 ? constantInt(use.arg(1)) : 10) ?? 8000;
  if (use.runtime) return value(call('sys.str', from.sql, length, places), varchar(width), true);
  const digits = `round((${use.arg(0).sql})::numeric, ${places})::text`;
  const sql = `(CASE WHEN length(${digits}) > ${length} THEN repeat('*', ${length}) ELSE lpad(${digits}, ${length}) END)`;
  return value(sql, varchar(width), true);
}

/** A part of a constant name, counted from its end; NULL where there is none. */
function partOf(use: FunctionUse, name: string, at: number): TypedSql {
  const form = /\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.[\]"]*)/y;
  const parts: string[] = [];
  for (let index = 0; index <= name.length; index = form.lastIndex + 1) {
    form.lastIndex = index;
    const [, inBrackets, inQuotes, bare = ''] = form.exec(name) ?? [];
    parts.push(inBrackets?.replaceAll(']]', ']') ?? inQuotes?.replaceAll('""', '"') ?? bare);
    if (name.charAt(form.lastIndex) !== '.' && form.lastIndex < name.length) return nullOf(NAME, 'text');
  }
  const part = parts.length > 4 || at < 1 ? undefined : parts.at(-at);
  return part === undefined || part === '' ? nullOf(NAME, 'text') : textConstantOf(use, part);
}

const NAME = nvarchar(128);

const textConstantOf = (use: FunctionUse, part: string): TypedSql =>
  use.runtime ? textConstant(part, NAME) : { ...textConstant(part, NAME), sql: quoted(part) };

function parsename(use: FunctionUse): TypedSql {
  if (use.runtime) return value(call('sys.parsename', use.text(0).sql, use.int(1)), nvarchar(128), true);
  const [name, at] = [use.text(0), constantInt(use.arg(1))];
  if (typeof name.constant === 'string' && at !== undefined) return partOf(use, name.constant, at);
  use.t.differs('SL1110', 'PARSENAME splits at dots: it reads no brackets, and takes more than four parts.', use.span);
  const parts = `string_to_array(${name.sql}, '.')`;
  return value(`(${parts})[array_length(${parts}, 1) + 1 - ${use.int(1)}]`, nvarchar(128), true);
}

const runtimeOnly =
  (name: string, type: SqlType) =>
  (use: FunctionUse): TypedSql =>
    use.runtime
      ? value(call(name, ...use.node.args.map((_, index) => use.text(index).sql)), type, true)
      : use.needsRuntime();

/** Both cases of a letter are replaced, unless the collation tells them apart. */
function plainTranslate(use: FunctionUse, source: TypedSql, from: TypedSql, to: TypedSql): string {
  const folds = !isCaseSensitive(collationName(use.t, [source], use.span));
  const [old, made] = [from.constant, to.constant];
  if (!folds || typeof old !== 'string' || typeof made !== 'string' || !/\p{L}/u.test(old))
    return call('translate', source.sql, from.sql, to.sql);
  const pairs = new Map<string, string>();
  for (const [at, letter] of [...old].entries()) {
    for (const one of [letter, letter.toLowerCase(), letter.toUpperCase()])
      if ([...one].length === 1 && !pairs.has(one)) pairs.set(one, [...made][at] ?? '');
  }
  return call('translate', source.sql, quoted([...pairs.keys()].join('')), quoted([...pairs.values()].join('')));
}

function translateCharacters(use: FunctionUse): TypedSql {
  const [source, from, to] = [use.text(0), use.text(1), use.text(2)];
  const lengths = [from, to].map((one) => (typeof one.constant === 'string' ? one.constant.length : undefined));
  const message =
    'The second and third arguments of the TRANSLATE built-in function must contain an equal number of characters.';
  if (!use.runtime && lengths.includes(undefined)) use.t.differs('SL1106', `${message} Here they need not.`, use.span);
  else if (!use.runtime && lengths[0] !== lengths[1]) return use.t.refused(9828, message, use.span);
  const sql = use.runtime
    ? call(
        'sys.translate_text',
        source.sql,
        from.sql,
        to.sql,
        bool(isCaseSensitive(collationName(use.t, [source], use.span))),
      )
    : plainTranslate(use, source, from, to);
  return text(sql, source);
}

const one = { least: 1, most: 1 } as const;

/** String functions. */
export const STRING_RULES: RuleTable = {
  len: { rule: len, ...one },
  datalength: { rule: datalength, ...one },
  charindex: { rule: charindex, least: 2, most: 3 },
  patindex: { rule: patindex, least: 2, most: 2 },
  substring: { rule: substring, least: 2, most: 3 },
  left: { rule: side, least: 2, most: 2 },
  right: { rule: side, least: 2, most: 2 },
  stuff: { rule: stuff, least: 4, most: 4 },
  replicate: { rule: replicate, least: 2, most: 2 },
  space: { rule: space, ...one },
  reverse: { rule: plain('reverse'), ...one },
  upper: { rule: plain('upper', true), ...one },
  lower: { rule: plain('lower', true), ...one },
  ltrim: { rule: trim, least: 1, most: 2 },
  rtrim: { rule: trim, least: 1, most: 2 },
  trim: { rule: trim, least: 1, most: 2 },
  replace: { rule: replace, least: 3, most: 3 },
  translate: { rule: translateCharacters, least: 3, most: 3 },
  concat: { rule: concat, least: 2, most: 254 },
  concat_ws: { rule: concat, least: 3, most: 254 },
  quotename: { rule: quotename, least: 1, most: 2 },
  char: { rule: char, ...one },
  nchar: { rule: char, ...one },
  ascii: { rule: code, ...one },
  unicode: { rule: code, ...one },
  str: { rule: str, least: 1, most: 3 },
  parsename: { rule: parsename, least: 2, most: 2 },
  soundex: { rule: runtimeOnly('sys.soundex', varchar(4)), ...one },
  difference: { rule: runtimeOnly('sys.difference', INT), least: 2, most: 2 },
  string_escape: { rule: stringEscape, least: 2, most: 2 },
  format: { rule: formatFunction, least: 2, most: 3 },
};
