import { quoteLiteral } from '#pgsql';
import type { Span } from '#tsql';
import { layOut } from '../layout/index.ts';
import type { Emitter } from './emitter.ts';
import { plainNames } from './plain-names.ts';
import type { Variables } from './variables.ts';

/** Statements with pieces that are only known when they run: in the tree a piece is `ABS(@…)`, in the routine the statement is a text that is executed. */

/**
 * What a piece stands for: `order` what rows are sorted by, `condition` predicates, `group` predicates that have parentheses of their own, `clause` what follows FROM, `more` what follows
 * a predicate, `items` expressions, `further` more of them.
 */
export type PieceUse = 'order' | 'condition' | 'group' | 'clause' | 'more' | 'items' | 'further';

/** What the tree has in the place of a piece; `name` is a variable. */
export const standIn = (use: PieceUse, name: string): string => {
  const before: Readonly<Record<PieceUse, string>> = {
    order: '',
    condition: '',
    group: '',
    clause: 'WHERE ',
    more: 'AND ',
    items: '',
    further: ', ',
  };
  const isPredicate = use !== 'order' && use !== 'items' && use !== 'further';
  return ` ${before[use]}ABS(${name})${isPredicate ? ' = 1' : ''} `;
};

/** What the converted statement has there; `name` is that of PL/pgSQL. */
function pattern(use: PieceUse, name: string): string {
  const call = String.raw`abs\(${name.replaceAll(/[$"\\]/g, String.raw`\$&`)}\)`;
  switch (use) {
    case 'order':
      return `${call}(?: NULLS (?:FIRST|LAST))?`;
    case 'condition':
    case 'group':
      return `${call} = 1`;
    case 'clause':
      return String.raw`WHERE\s+${call} = 1`;
    case 'more':
      return String.raw`AND\s+${call} = 1`;
    case 'items':
      return String.raw`${call}(?!::)(?: AS c\d+\b)?`;
    case 'further':
      return String.raw`,\s*${call}(?!::)(?: AS c\d+\b)?`;
  }
}

/** With what a statement is planned. */
const PLANNED: Readonly<Record<PieceUse, string>> = {
  order: '1',
  condition: 'true',
  group: 'true',
  clause: '',
  more: '',
  items: 'NULL::text',
  further: '',
};

const pieces = new WeakMap<Variables, Map<string, PieceUse>>();

/** The variable of the tree that stands for a piece. */
export const pieceVariable = (use: PieceUse, number: number): string =>
  `@\u0000${use === 'order' ? 'order by' : `${use} text`} ${number}`;

/** Declares the variable that keeps the text of a piece; its name in PL/pgSQL. */
export function declarePiece(e: Emitter, use: PieceUse, number: number): string {
  const { name } = e.variables.declare(pieceVariable(use, number), { name: 'int' }, 'text');
  const known = pieces.get(e.variables) ?? new Map<string, PieceUse>();
  pieces.set(e.variables, known.set(name, use));
  return name;
}

/** Whether a converted statement's columns are only known when it runs. */
export function hasOpenColumns(e: Emitter, sql: string): boolean {
  const known = [...(pieces.get(e.variables) ?? [])];
  return known.some(([name, use]) => (use === 'items' || use === 'further') && sql.includes(`abs(${name})`));
}

/** Refuses SQL in which a piece stands where nothing executes it as a text. */
export function refusePieces(e: Emitter, lines: readonly string[], span: Span): void {
  const names = [...(pieces.get(e.variables)?.keys() ?? [])];
  const isLeft = names.some((name) => lines.some((line) => line.includes(`abs(${name})`)));
  if (isLeft) e.fail('A piece of the dynamic SQL stands where no text is executed.', span, 'SL1044');
}

/** A statement that is built when it runs. */
export interface BuiltStatement {
  /** `EXECUTE text`; behind it may stand INTO, then {@link using}. */
  readonly execute: string;
  /** ` USING …` with the variables of the statement; empty without any. */
  readonly using: string;
  /** As it can be planned. */
  readonly planned: string;
  /** The condition under which there is a text at all: NULL executes nothing. */
  readonly isText: string;
}

/** A converted statement that has such pieces; undefined where it has none. */
export function builtAtRunTime(e: Emitter, statement: string, span: Span): BuiltStatement | undefined {
  const used = [...(pieces.get(e.variables) ?? [])].filter(([name]) => statement.includes(`abs(${name})`));
  if (used.length === 0) return undefined;
  const sql = plainNames(layOut(statement).join('\n'));
  const marks = new RegExp(used.map(([name, use]) => `(${pattern(use, name)})`).join('|'), 'g');
  const names = new Map<string, string>();
  const texts: string[] = [];
  let planned = '';
  let closes = '';
  let from = 0;
  for (const match of sql.matchAll(marks)) {
    const [name, use] = used[match.slice(1).findIndex((one) => one !== undefined)] ?? ['', 'items'];
    const before = sql.slice(from, match.index);
    planned += `${before}${PLANNED[use]}`;
    texts.push(literal(e, `${closes}${before}${use === 'group' ? '(' : ''}`, names), name);
    from = match.index + match[0].length;
    closes = use === 'group' ? ')' : '';
  }
  const rest = sql.slice(from);
  texts.push(literal(e, `${closes}${rest}`, names));
  refusePieces(e, [planned + rest], span);
  return {
    execute: `EXECUTE ${texts.filter((one) => one !== `''`).join(' || ')}`,
    using: names.size > 0 ? ` USING ${[...names.keys()].join(', ')}` : '',
    planned: planned + rest,
    isText: used.map(([name]) => `${name} IS NOT NULL`).join(' AND '),
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
  return quoteLiteral(text);
}
