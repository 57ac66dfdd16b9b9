import { quoteIdent, quoteLiteral } from '#pgsql';
import { findAll, walk } from '#tsql';
import type { Expression, Statement } from '#tsql';
import { declarePiece, type PieceUse } from './built-statement.ts';
import type { Emitter } from './emitter.ts';
import { pivotNames } from './pivot-lists.ts';
import { plainNames } from './plain-names.ts';

/** Pieces of texts that come from outside of the routine: their names are looked up among those of the statement when it runs. */

/** A piece of a statement that is a text, and where it stands. */
export interface TextPiece {
  readonly use: PieceUse;
  readonly number: number;
  readonly text: Expression;
}

/** Writes the value of a piece before the statements that it is a piece of. */
export function assignPiece(e: Emitter, { use, number, text }: TextPiece, statements: readonly Statement[]): void {
  const variable = declarePiece(e, use, number);
  const value = e.value(text, { name: 'nvarchar', length: -1 });
  const names = (): readonly (readonly [string, string])[] =>
    [...namesIn(e, statements, true)].map(([source, target]) => [source, plainNames(target)] as const);
  if (use === 'pivot') return e.laid(`${variable} := ${pivotNames(value)};`);
  const lines = use === 'order' ? orderLines(e, value, statements) : translatedText(value, names());
  for (const [index, line] of lines.entries()) e.line(index === 0 ? `${variable} := ${line}` : line);
}

/** What rows are sorted by: columns, their aliases or numbers, each with its direction. */
function orderLines(e: Emitter, value: string, statements: readonly Statement[]): readonly string[] {
  const names = [...namesIn(e, statements)].map(pair);
  const known = names.length > 0 ? names.join(', ') : `('', '')`;
  const item = `regexp_replace(o.item, '\\s+(asc|desc)\\s*$', '', 'i')`;
  const target = `coalesce(c.target, CASE WHEN i.name ~ '^\\d+$' THEN i.name ELSE quote_ident(i.name) END)`;
  return [
    `(SELECT string_agg(${target} || CASE WHEN i.item ~* '\\sdesc\\s*$' THEN ' DESC NULLS LAST' ELSE ' NULLS FIRST' END, ', ' ORDER BY i.n)`,
    `  FROM (SELECT o.n, o.item, lower(regexp_replace(${item}, '[][\\s"]', '', 'g')) AS name`,
    `    FROM string_to_table(${value}, ',') WITH ORDINALITY AS o(item, n)) AS i`,
    `  LEFT JOIN (VALUES ${known}) AS c(source, target) ON c.source = i.name);`,
  ];
}

/** Words of T-SQL: strings, names in brackets and in quotes, plain names. */
const WORDS = String.raw`([Nn]?'(?:[^']|'')*'|"(?:[^"]|"")*"|\[[^]]*\]|[[:alpha:]_@#][\w@$#]*|.)`;

/** A text of T-SQL as an assignment's lines: its names become those of the target (`names`, by lower-case word), brackets and the N of strings are taken off, all else stays. */
export function translatedText(value: string, names: readonly (readonly [string, string])[]): readonly string[] {
  const other = `CASE WHEN t.word LIKE '[%' THEN quote_ident(btrim(t.word, '[]')) ELSE regexp_replace(t.word, '^[Nn]''', '''') END`;
  const words = `(SELECT w.words[1] AS word, w.n FROM regexp_matches(${value}, ${quoteLiteral(WORDS)}, 'g') WITH ORDINALITY AS w(words, n)) AS t`;
  const ending = `), left(${value}, 0));`;
  if (names.length === 0) return [`coalesce((SELECT string_agg(${other}, '' ORDER BY t.n)`, `  FROM ${words}${ending}`];
  return [
    `coalesce((SELECT string_agg(coalesce(k.target, ${other}), '' ORDER BY t.n)`,
    `  FROM ${words}`,
    `  LEFT JOIN (VALUES ${names.map(pair).join(', ')}) AS k(source, target) ON k.source = lower(btrim(t.word, '[]'))${ending}`,
  ];
}

const pair = ([source, target]: readonly [string, string]): string =>
  `(${quoteLiteral(source)}, ${quoteLiteral(target)})`;

/** What the names of a statement's columns are in the target: as written, and behind their tables' names; `apart`: those of tables and columns each by itself. */
function namesIn(e: Emitter, statements: readonly Statement[], apart = false): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  const add = (source: string, target: string): void => {
    const key = source.toLowerCase();
    if (found.has(key) && found.get(key) !== target) twice.add(key);
    found.set(key, target);
  };
  const alias = (name: string): string => quoteIdent(e.options.naming.name('aliases', name, name.toLowerCase()));
  walk(statements, (node) => {
    if (node.kind === 'table') {
      const parts = [node.name.database, node.name.schema, node.name.name].flatMap((one) => (one ? [one.name] : []));
      const relation = e.scope.relation(parts);
      const name = node.alias?.name ?? node.name.name.name;
      if (apart && node.alias) add(name, alias(name));
      else if (apart && relation?.sql) add(name, relation.sql.split('.').at(-1) ?? relation.sql);
      for (const column of relation?.columns ?? []) {
        add(column.name, column.sql);
        if (node.alias && !apart) add(`${name}.${column.name}`, `${alias(name)}.${column.sql}`);
      }
    }
  });
  for (const one of findAll(statements, 'selectItem')) if (one.alias) add(one.alias.name, alias(one.alias.name));
  for (const one of twice) found.delete(one);
  return found;
}
