import { quoteLiteral } from '#pgsql';

/** PIVOT over columns that are only known when it runs: one column stands for them, and what is written of it is written of each. */

/** The column that stands for a list; a number, so that it is a value of the pivoted column whether that holds numbers or texts. */
export const pivotLabel = (number: number): string => String(987_654_320 + number);

/** The names of a list of T-SQL, `[a], [b c]`, as an array. */
export function pivotNames(value: string): string {
  const words = String.raw`\[((?:[^]]|\]\])+)\]|"([^"]+)"|([^][",\s]+)`;
  return [
    `CASE WHEN ${value} IS NOT NULL THEN ARRAY(SELECT replace(coalesce(w.found[1], w.found[2], w.found[3]), ']]', ']')`,
    `FROM regexp_matches(${value}, ${quoteLiteral(words)}, 'g') WITH ORDINALITY AS w(found, n) ORDER BY w.n) END`,
  ].join(' ');
}

/** A piece of a statement: text, or what is written of each column of a list. */
export type ListPiece = string | { readonly template: string };

const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|[(),]|[^\s]/gu;

/** Splits a statement at the items of lists that name the column. */
export function pivotItems(sql: string, label: string): readonly ListPiece[] {
  const name = `"${label}"`;
  const items: { from: number; to: number }[] = [];
  const open: { from: number; named: boolean }[] = [{ from: 0, named: false }];
  const close = (at: number): void => {
    const item = open.at(-1);
    if (item?.named) items.push({ from: item.from, to: at });
  };
  for (const { 0: token, index } of sql.matchAll(TOKENS)) {
    const item = open.at(-1);
    const next = index + token.length;
    if (token === '(') open.push({ from: next, named: false });
    else if (token === ')') {
      close(index);
      open.pop();
    } else if (token === ',' || ENDS.has(token)) {
      close(index);
      if (item) Object.assign(item, { from: next, named: false });
    } else if (token === name && item) item.named = true;
  }
  close(sql.length);
  items.sort((a, b) => a.from - b.from);
  const pieces: ListPiece[] = [];
  let at = 0;
  for (const { from, to } of items) {
    const [, blank = '', text = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(sql.slice(from, to)) ?? [];
    pieces.push(sql.slice(at, from) + blank, { template: templateOf(text, label) });
    at = to - after.length;
  }
  return [...pieces, sql.slice(at)];
}

/** Words before and behind a list of items. */
const ENDS: ReadonlySet<string> = new Set(['SELECT', 'DISTINCT', 'FROM', 'WHERE', 'BY', 'ORDER', 'GROUP', 'LIMIT']);

/** An item as a format of the column's name. */
const templateOf = (item: string, label: string): string =>
  item
    .replaceAll('%', '%%')
    .replaceAll(`"${label}"`, '%1$I')
    .replaceAll(`'${label}'`, '%1$L')
    .replaceAll(new RegExp(String.raw`\b${label}\b`, 'g'), '%1$L');

/** The items of all columns; `names` is the variable with their names. */
export const itemsOfAll = (format: string, names: string): string =>
  `(SELECT string_agg(format(${format}, c.name), ', ' ORDER BY c.n) FROM unnest(${names}) WITH ORDINALITY AS c(name, n))`;
