import { quoteIdent, quoteLiteral } from '#pgsql';
import { findAll, walk } from '#tsql';
import type { Expression, Statement } from '#tsql';
import type { Emitter } from './emitter.ts';
import { layOut } from '../layout/index.ts';

/** ORDER BY of a text that is only known when it runs: its names are looked up then, and the statement is executed with them. */

/** Declares the variable that keeps the translated text. In a statement `ABS(variable)` stands for it. */
export function declareOrder(e: Emitter, index: number): void {
  e.variables.declare(`@\u0000order by ${index + 1}`, { name: 'int' }, 'text');
}

/** Writes the look-up of the names in `text` before the statements that are ordered by it. */
export function assignOrder(e: Emitter, index: number, text: Expression, statements: readonly Statement[]): void {
  const variable = e.variables.declare(`@\u0000order by ${index + 1}`, { name: 'int' }, 'text').name;
  const names = [...namesIn(e, statements)].map(
    ([source, target]) => `(${quoteLiteral(source)}, ${quoteLiteral(target)})`,
  );
  const known = names.length > 0 ? names.join(', ') : `('', '')`;
  const item = `regexp_replace(o.item, '\\s+(asc|desc)\\s*$', '', 'i')`;
  const target = `coalesce(c.target, CASE WHEN i.name ~ '^\\d+$' THEN i.name ELSE quote_ident(i.name) END)`;
  const lines = [
    `${variable} := (SELECT string_agg(${target} || CASE WHEN i.item ~* '\\sdesc\\s*$' THEN ' DESC NULLS LAST' ELSE ' NULLS FIRST' END, ', ' ORDER BY i.n)`,
    `  FROM (SELECT o.n, o.item, lower(regexp_replace(${item}, '[][\\s"]', '', 'g')) AS name`,
    `    FROM string_to_table(${e.value(text, { name: 'nvarchar', length: -1 })}, ',') WITH ORDINALITY AS o(item, n)) AS i`,
    `  LEFT JOIN (VALUES ${known}) AS c(source, target) ON c.source = i.name);`,
  ];
  for (const line of lines) e.line(line);
}

/** What the names of a statement's columns are in the target: as written, and behind their tables' names. */
function namesIn(e: Emitter, statements: readonly Statement[]): ReadonlyMap<string, string> {
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
      for (const column of relation?.columns ?? []) {
        add(column.name, column.sql);
        if (node.alias) add(`${name}.${column.name}`, `${alias(name)}.${column.sql}`);
      }
    }
  });
  for (const one of findAll(statements, 'selectItem')) if (one.alias) add(one.alias.name, alias(one.alias.name));
  for (const one of twice) found.delete(one);
  return found;
}

/** A statement with such markers: as text for EXECUTE with its variables, as it can be planned, and the condition under which there is a text at all: NULL executes nothing. */
export function orderedAtRunTime(
  e: Emitter,
  sql: string,
): { readonly execute: string; readonly planned: string; readonly isText: string } | undefined {
  const orders = e.variables.all().filter((one) => one.typeSql === 'text' && one.type?.name === 'int');
  const used = orders.filter((one) => sql.includes(`abs(${one.name})`));
  if (used.length === 0) return undefined;
  const marker = new RegExp(`abs\\((${used.map((one) => one.name).join('|')})\\)(?: NULLS (?:FIRST|LAST))?`, 'g');
  const planned = sql.replaceAll(marker, '1');
  const names = new Map<string, string>();
  const pieces: string[] = [];
  let from = 0;
  for (const match of sql.matchAll(marker)) {
    pieces.push(literal(e, sql.slice(from, match.index), names), match[1] ?? '');
    from = match.index + match[0].length;
  }
  pieces.push(literal(e, sql.slice(from), names));
  const using = names.size > 0 ? `\nUSING ${[...names.keys()].join(', ')}` : '';
  return {
    execute: `EXECUTE ${pieces.filter((one) => one !== `''`).join(' || ')}${using}`,
    planned,
    isText: used.map((one) => `${one.name} IS NOT NULL`).join(' AND '),
  };
}

/** A piece of a statement as a literal, its variables as parameters. */
function literal(e: Emitter, sql: string, names: Map<string, string>): string {
  const variables = new Set(e.variables.all().map((one) => one.name));
  const text = sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[a-z_][a-z0-9_$]*/gi, (token) => {
    if (!variables.has(token)) return token;
    const known = names.get(token) ?? `$${names.size + 1}`;
    names.set(token, known);
    return known;
  });
  // What stands before and behind the piece is another text.
  const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return quoteLiteral(`${before}${layOut(inner).join('\n')}${after}`);
}
