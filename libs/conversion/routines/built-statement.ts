import { quoteLiteral } from '#pgsql';
import type { Span } from '#tsql';
import { layOut } from '../layout/index.ts';
import type { Composed } from './composed-statements.ts';
import type { Emitter } from './emitter.ts';
import { itemsOfAll, pivotItems, pivotLabel } from './pivot-lists.ts';
import { plainNames } from './plain-names.ts';
import type { Variables } from './variables.ts';

/** Statements with pieces that are only known when they run: in the tree a piece is `ABS(@…)`, in the routine the statement is a text that is executed. */

/**
 * What a piece stands for: `order` what rows are sorted by, `condition` predicates, `group` predicates that have parentheses of their own, `clause` what follows FROM, `more` what follows
 * a predicate, `items` expressions, `further` more of them, `pivot` the columns of a PIVOT.
 */
export type PieceUse = 'order' | 'condition' | 'group' | 'clause' | 'more' | 'items' | 'further' | 'pivot';

/** What the tree has in the place of a piece; `name` is a variable. */
export const standIn = (use: PieceUse, name: string, number: number): string => {
  if (use === 'pivot') return ` [${pivotLabel(number)}] `;
  const before: Partial<Readonly<Record<PieceUse, string>>> = { clause: 'WHERE ', more: 'AND ', further: ', ' };
  const isPredicate = use !== 'order' && use !== 'items' && use !== 'further';
  return ` ${before[use] ?? ''}ABS(${name})${isPredicate ? ' = 1' : ''} `;
};

/** What the converted statement has there; `name` is that of PL/pgSQL. */
function pattern(use: Exclude<PieceUse, 'pivot'>, name: string): string {
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
      return String.raw`(?<=${BEFORE_ITEM}\s*)${call}${BEHIND_ITEM}`;
    case 'further':
      return String.raw`,\s*${call}${BEHIND_ITEM}`;
  }
}

// Nothing is known of the type of an item: it is no part of another expression, but for the functions that do not ask for it.
const BEFORE_ITEM = String.raw`(?:\b(?:SELECT|DISTINCT|BY)|,|\b(?:count|min|max)\()`;
const BEHIND_ITEM = String.raw`(?: AS c\d+\b)?(?=\s*(?:$|[,)]|(?:AS|FROM|WHERE|GROUP|HAVING|ORDER|LIMIT)\b))`;

/** With what a statement is planned. */
const PLANNED: Readonly<Record<Exclude<PieceUse, 'pivot'>, string>> = {
  order: '1',
  condition: 'true',
  group: 'true',
  clause: '',
  more: '',
  items: 'NULL::text',
  further: '',
};

/** A piece by its variable in PL/pgSQL, and what the converted statement has where it stands. */
interface Piece {
  readonly name: string;
  readonly use: PieceUse;
  readonly mark: string;
}

const pieces = new WeakMap<Variables, Map<string, Piece>>();

const piecesIn = (e: Emitter, sql: string): readonly Piece[] =>
  [...(pieces.get(e.variables)?.values() ?? [])].filter((one) => sql.includes(one.mark));

/** The variable of the tree that stands for a piece. */
export const pieceVariable = (use: PieceUse, number: number): string =>
  `@\u0000${use === 'order' ? 'order by' : `${use} text`} ${number}`;

/** Declares the variable that keeps the text of a piece; its name in PL/pgSQL. */
export function declarePiece(e: Emitter, use: PieceUse, number: number): string {
  const type = use === 'pivot' ? 'text[]' : 'text';
  const { name } = e.variables.declare(pieceVariable(use, number), { name: 'int' }, type);
  const known = pieces.get(e.variables) ?? new Map<string, Piece>();
  const mark = use === 'pivot' ? `"${pivotLabel(number)}"` : `abs(${name})`;
  pieces.set(e.variables, known.set(name, { name, use, mark }));
  return name;
}

/** Statements that are one of several by choices. */
interface ComposedStatement {
  readonly pieces: readonly Composed[];
  /** Of each choice, its arms' conditions in PL/pgSQL; the last has none. */
  readonly conditions: readonly (readonly string[])[];
}

const composedOf = new WeakMap<Variables, Map<string, ComposedStatement>>();

/** Has a statement executed as one of several; `sql`: as it is written without choices. */
export function composeStatement(e: Emitter, sql: string, statement: ComposedStatement): void {
  const known = composedOf.get(e.variables) ?? new Map<string, ComposedStatement>();
  composedOf.set(e.variables, known.set(sql, statement));
}

/** A converted statement as people write it, on as many lines as it needs. */
export const asWritten = (sql: string): string => plainNames(layOut(sql).join('\n'));

/** Whether a converted statement's columns are only known when it runs. */
export const hasOpenColumns = (e: Emitter, sql: string): boolean =>
  piecesIn(e, sql).some(({ use }) => use === 'items' || use === 'further' || use === 'pivot');

/** Refuses SQL in which a piece stands where nothing executes it as a text. */
export function refusePieces(e: Emitter, lines: readonly string[], span: Span): void {
  if (lines.some((line) => piecesIn(e, line).length > 0))
    e.fail('A piece of the dynamic SQL stands where no text is executed.', span, 'SL1044');
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
  const used = piecesIn(e, statement);
  const composed = composedOf.get(e.variables)?.get(statement);
  if (used.length === 0 && !composed) return undefined;
  const building = new Building(e, used);
  const tests = new Map<number, string>();
  for (const one of composed?.pieces ?? [asWritten(statement)])
    if (typeof one === 'string') building.add(one);
    else {
      const conditions = composed?.conditions[one.unit] ?? [];
      building.choose(one.arms, conditions);
      const isText = one.arms.map((arm) => String(arm !== null));
      if (one.arms.includes(null)) tests.set(one.unit, `(${chosen(isText, conditions)})`);
    }
  refusePieces(e, [building.rest], span);
  return {
    execute: `EXECUTE ${building.text}`,
    using: building.using,
    planned: building.planned(asWritten(statement)),
    isText: [...used.map(({ name }) => `${name} IS NOT NULL`), ...tests.values()].join(' AND '),
  };
}

/** One of several values; the last where no condition holds. */
const chosen = (values: readonly string[], conditions: readonly string[]): string => {
  const whens = values.slice(0, -1).map((one, index) => `WHEN ${conditions[index] ?? 'false'} THEN ${one}`);
  return `CASE ${whens.join(' ')} ELSE ${values.at(-1) ?? 'NULL'} END`;
};

/** A text that is put together when it runs. */
class Building {
  /** What is no piece. */
  rest = '';
  readonly #texts: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #marks: RegExp | undefined;

  constructor(
    readonly e: Emitter,
    readonly used: readonly Piece[],
  ) {
    const marks = used.flatMap(({ name, use }) => (use === 'pivot' ? [] : [`(${pattern(use, name)})`]));
    if (marks.length > 0) this.#marks = new RegExp(marks.join('|'), 'g');
  }

  get text(): string {
    return this.#texts.filter((one) => one !== `''`).join(' || ');
  }

  get using(): string {
    return this.#names.size > 0 ? ` USING ${[...this.#names.keys()].join(', ')}` : '';
  }

  /** A statement as it can be planned. */
  planned(sql: string): string {
    return this.#split(sql)
      .map((one) => (typeof one === 'string' ? one : one.use === 'pivot' ? '' : PLANNED[one.use]))
      .join('');
  }

  /** Text with pieces. */
  add(sql: string): void {
    let closes = '';
    const lists = this.used.filter(({ use }) => use === 'pivot');
    for (const one of this.#split(sql)) {
      if (typeof one !== 'string') {
        this.#texts.push(...(one.use === 'group' ? [`'('`, one.name] : [one.name]));
        closes = one.use === 'group' ? ')' : '';
        continue;
      }
      this.#lists(`${closes}${one}`, lists);
      closes = '';
    }
  }

  /** Text with items of columns that are listed when it runs. */
  #lists(sql: string, [first, ...others]: readonly Piece[]): void {
    for (const one of first ? pivotItems(sql, first.mark.slice(1, -1)) : [sql]) {
      if (typeof one !== 'string') this.#texts.push(itemsOfAll(this.#literal(one.template), first?.name ?? ''));
      else if (others.length > 0) this.#lists(one, others);
      else {
        this.#texts.push(this.#literal(one));
        this.rest += one;
      }
    }
  }

  /** A text, and the pieces in it. */
  #split(sql: string): readonly (string | Piece)[] {
    const parts: (string | Piece)[] = [];
    const used = this.used.filter(({ use }) => use !== 'pivot');
    let from = 0;
    for (const match of this.#marks ? sql.matchAll(this.#marks) : []) {
      const piece = used[match.slice(1).findIndex((one) => one !== undefined)];
      parts.push(sql.slice(from, match.index), ...(piece ? [piece] : []));
      from = match.index + match[0].length;
    }
    return [...parts, sql.slice(from)];
  }

  /** One of several texts. */
  choose(arms: readonly (string | null)[], conditions: readonly string[]): void {
    const texts = arms.map((one) => (one === null ? 'NULL' : this.#literal(one)));
    this.#texts.push(chosen(texts, conditions));
    this.rest += arms.join(' ');
  }

  #literal(sql: string): string {
    return literal(this.e, sql, this.#names);
  }
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
