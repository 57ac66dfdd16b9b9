import { findAll, parseBatch } from '#tsql';
import type { DataType, ExecuteArgument, Expression, Parameter, Span, Statement, Variable } from '#tsql';
import { nodesOf } from './body-nodes.ts';
import { pieceVariable, type PieceUse, standIn } from './built-statement.ts';
import type { TextPiece } from './dynamic-pieces.ts';
import type { TextPart } from './text-parts.ts';

/** Texts with holes as statements: what is known when they run is an expression in its place. */

/** Why a text is not converted; `piece` is what stands where it cannot be read. */
export class Unreadable extends Error {
  constructor(
    message: string,
    readonly piece?: Expression,
  ) {
    super(message);
  }
}

/** One way to put a text together: constants and holes; null where it is NULL. */
export type Way = readonly Extract<TextPart, { kind: 'text' | 'hole' }>[] | null;

/** A parameter of the text, and what it is given. */
export interface Given {
  readonly parameter: Parameter;
  readonly arg: ExecuteArgument | undefined;
  /** What stands for it in the statements. */
  readonly stands: Expression;
}

/** What is told of a text as it is read. */
export interface Reading {
  /** Pieces that stay texts, and the statements that they are pieces of. */
  onPieces?(pieces: readonly TextPiece[], statements: readonly Statement[]): void;
  /** Whether a piece that is no value may stay a text. */
  mayStay?(piece: Expression): boolean;
  /** A piece that is no number stands where a value can: it is taken as one. */
  onValue?(piece: Expression, isList: boolean): void;
}

// Of private use: texts of T-SQL have none of these.
const MARK = /\ue001(\d+)\ue002/g;

/** As many pieces of one statement may stay texts. */
const MOST_PIECES = 5;

/** What a piece may stand for, in the order in which that is tried. Among the predicates of a group in parentheses others bind otherwise: it has to be the whole group. */
function usesAt(before: string, after: string): readonly PieceUse[] {
  // A name stands there.
  if (NAME_PLACE.test(before)) return [];
  const open = lastOpen(before);
  const isPlain = open === undefined || /^\s*(SELECT|WITH)\b/i.test(before.slice(open + 1));
  if (/\b(?:WHERE|AND|OR|ON|HAVING|NOT|WHEN)\s*$/i.test(before) && isPlain) return ['condition'];
  if (/(?:\b(?:SELECT|DISTINCT|ALL|BY)|,)\s*$/i.test(before)) return ['items'];
  if (isPlain) return ['clause', 'more', 'further', 'items'];
  const word = /(\w+)\s*$/.exec(before.slice(0, open))?.[1];
  if (word !== undefined && !/^(AND|OR|NOT|WHERE|ON|HAVING|WHEN)$/i.test(word)) return ['items'];
  return /\(\s*$/.test(before) && /^\s*\)/.test(after) ? ['group'] : [];
}

/** Where the name of a table, or of a routine, stands. */
const NAME_PLACE = /(?:[.[]|\b(?:FROM|JOIN|INTO|UPDATE|TABLE|EXEC|EXECUTE|APPLY)\s+)$/i;

/** Where the last parenthesis that is still open stands. */
function lastOpen(text: string): number | undefined {
  const open: number[] = [];
  for (const { index, 0: token } of text.matchAll(/'(?:[^']|'')*'|"[^"]*"|\[[^\]]*\]|[()]/g))
    if (token === '(') open.push(index);
    else if (token === ')') open.pop();
  return open.at(-1);
}

/** The statements of one way: what is known when it runs is an expression in its place; a piece that is none, and that may stay a text, is tried as what can stand there. */
export function parsed(
  way: Exclude<Way, null>,
  given: readonly Given[],
  types: Types,
  reading: Reading = {},
): readonly Statement[] {
  const attempt = (uses: ReadonlyMap<number, PieceUse>): readonly Statement[] => {
    const text = new HoledText(types, uses);
    for (const [index, part] of way.entries()) text.add(part, index, way[index + 1]);
    const at = text.noValue;
    if (at === undefined) return statementsOf(text, given, reading);
    const piece = way[at]?.kind === 'hole' ? way[at].node : undefined;
    const reason = new Unreadable('a piece that is no value', piece);
    if (!piece || uses.size >= MOST_PIECES || !reading.mayStay?.(piece)) throw reason;
    for (const use of usesAt(text.before, text.after)) {
      try {
        return attempt(new Map([...uses, [at, use]]));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
      }
    }
    throw reason;
  };
  return attempt(new Map());
}

function statementsOf(text: HoledText, given: readonly Given[], reading: Reading): readonly Statement[] {
  const { statements, errors } = parseBatch(text.sql);
  if (errors[0]) throw new Unreadable(errors[0].message);
  if (findAll(statements, 'return').length > 0) throw new Unreadable('RETURN');
  const { holes, lists } = text;
  const stands = new Map(given.map((one) => [one.parameter.name.toLowerCase(), one.stands]));
  for (const [index, node] of holes.entries()) stands.set(`@hole${index}_`, node);
  const { pieces } = text;
  reading.onPieces?.(pieces, statements);
  for (const one of text.values) reading.onValue?.(one.piece, one.isList);
  for (const [index, { use, number }] of pieces.entries())
    stands.set(`@piece${index}_`, {
      kind: 'variable',
      name: pieceVariable(use, number),
      span: statements[0]?.span ?? NOWHERE,
    });
  return filled(statements, stands, { holes, lists }) as readonly Statement[];
}

/** A text of T-SQL with variables in the places of what is known when it runs. */
class HoledText {
  sql = '';
  readonly holes: Expression[] = [];
  readonly lists = new Set<string>();
  /** Pieces that are no numbers where a value can stand. */
  readonly values: { piece: Expression; isList: boolean }[] = [];
  /** The first part that is no value and has no use. */
  noValue: number | undefined;
  /** What stands before and behind it. */
  before = '';
  after = '';
  readonly #pieces: { use: PieceUse; number: number; parts: Exclude<Way, null>[number][] }[] = [];
  #quoted = false;
  /** What rows are sorted by goes on with parts that follow. */
  #isOrder = false;
  /** The beginning of a name that a piece goes on with. */
  #name = '';

  constructor(
    readonly types: Types,
    readonly uses: ReadonlyMap<number, PieceUse>,
  ) {}

  get pieces(): readonly TextPiece[] {
    return this.#pieces.map(({ use, number, parts }) => ({ use, number, text: textOf(parts) }));
  }

  add(part: Exclude<Way, null>[number], index: number, next: Exclude<Way, null>[number] | undefined): void {
    if (this.#isOrder && this.#goesOn(part)) return;
    if (part.kind === 'text') return this.#text(this.#withoutClose(part.text));
    if (!this.#quoted && !part.isPredicate && !isNumber(part.node, this.types)) this.#openName();
    if (!this.#quoted && isOrderPlace(this.sql) && !isNumber(part.node, this.types)) {
      this.#isOrder = true;
      return this.#piece('order', part);
    }
    const use = !this.#quoted && isPivotPlace(this.sql) ? 'pivot' : this.uses.get(index);
    if (use) return this.#piece(use, part);
    const number = this.holes.push(part.node) - 1;
    if (part.isPredicate) this.sql += ` @asked${number}_ = 1 `;
    else if (this.#quoted) this.sql += `\ue001${number}\ue002`;
    else this.#value(part.node, number, { index, after: next?.kind === 'text' ? next.text : '' });
  }

  #text(text: string): void {
    this.sql += text;
    for (const char of text) if (char === "'") this.#quoted = !this.#quoted;
  }

  /** What begins the name of a column, `t.[`, belongs to the piece that goes on with it. */
  #openName(): void {
    const begun = this.#begun(this.sql);
    this.#name = begun;
    if (begun !== '') this.sql = this.sql.slice(0, -begun.length);
  }

  /** The begun name; empty where it is that of a table. */
  #begun(sql: string): string {
    const begun = /(?:[\w$]+\.)*\[$|(?:[\w$]+\.)+$/.exec(sql)?.[0] ?? '';
    return NAME_PLACE.test(sql.slice(0, sql.length - begun.length)) || isPivotPlace(sql.slice(0, -1)) ? '' : begun;
  }

  /** What ends that name belongs to it too. */
  #withoutClose(text: string): string {
    const isOpen = this.#name.endsWith('[') && text.startsWith(']');
    if (isOpen) this.#pieces.at(-1)?.parts.push({ kind: 'text', text: ']' });
    this.#name = '';
    return isOpen ? text.slice(1) : text;
  }

  #piece(use: PieceUse, part: Exclude<Way, null>[number]): void {
    const number = this.#pieces.filter((one) => one.use === use).length + 1;
    const begun = this.#name === '' ? [] : [{ kind: 'text' as const, text: this.#name }];
    const index = this.#pieces.push({ use, number, parts: [...begun, part] }) - 1;
    this.sql += standIn(use, `@piece${index}_`, number);
  }

  /** Whether a part still says how rows are sorted. */
  #goesOn(part: Exclude<Way, null>[number]): boolean {
    const order = this.#pieces.at(-1)?.parts ?? [];
    if (part.kind === 'text' && part.text.startsWith(']')) return this.#goesOn(this.#closed(part.text));
    if (part.kind === 'hole' || /^[\s,]*((asc|desc)\b[\s,]*)?$/i.test(part.text)) {
      order.push(part);
      return true;
    }
    this.#isOrder = false;
    const direction = /^\s*(asc|desc)\b/i.exec(part.text)?.[0] ?? '';
    if (direction !== '') order.push({ kind: 'text', text: direction });
    this.#text(part.text.slice(direction.length));
    return true;
  }

  #closed(text: string): Exclude<Way, null>[number] {
    return { kind: 'text', text: this.#withoutClose(text) };
  }

  #value(node: Expression, number: number, { index, after }: { index: number; after: string }): void {
    const isNumeric = isNumber(node, this.types);
    if (!isValuePlace(this.sql, after, isNumeric) && this.noValue === undefined) {
      this.noValue = index;
      this.before = this.sql;
      this.after = after;
    }
    const isList = /\bIN\s*\(\s*$/i.test(this.sql) && /^\s*\)/.test(after);
    if (isList) this.lists.add(`@\u0001${number}`);
    if (!isNumeric) this.values.push({ piece: node, isList });
    this.sql += /\bTOP\s*$/i.test(this.sql) ? `(@hole${number}_)` : `@hole${number}_`;
  }
}

const NOWHERE: Span = { start: 0, end: 0, line: 1, column: 1 };

/** Whether the columns of a PIVOT are listed. */
const isPivotPlace = (before: string): boolean =>
  /\bPIVOT\b[\s\S]*\bFOR\s+[\w.[\]\s]+\bIN\s*\(\s*$/i.test(before) && !/\bUNPIVOT\b[^)]*$/i.test(before);

/** Whether what follows is sorted by: behind ORDER BY, or behind a comma of it. */
const isOrderPlace = (before: string): boolean => /\bORDER\s+BY\s+([\w.[\]\s]+,\s*)*$/i.test(before);

/** Pieces as one text. */
function textOf(pieces: Exclude<Way, null>): Expression {
  return pieces
    .map((one): Expression =>
      one.kind === 'hole'
        ? asText(one.node)
        : { kind: 'literal', type: 'nstring', text: '', value: one.text, span: NOWHERE },
    )
    .reduce((left, right) => ({ kind: 'binary', op: '+', left, right, span: left.span }));
}

/** Behind what a number, and what the text of any value can stand. */
const NUMBER_PLACE =
  /(?:[=<>,(+\-*/%]|\b(?:TOP|AND|OR|BETWEEN|LIKE|SELECT|THEN|ELSE|WHEN|OFFSET|NEXT|FIRST|SET|ROWCOUNT))\s*$/i;
const VALUE_PLACE = /(?:[=<>]|\bIN\s*\()\s*$/i;

/** Whether a value can stand between two pieces of text, not a name or more than one word. */
function isValuePlace(before: string, after: string, isNumeric: boolean): boolean {
  if (/^[\w.[\]"#]/.test(after) || /\bORDER\s+BY[^()]*$/i.test(before)) return false;
  return (isNumeric ? NUMBER_PLACE : VALUE_PLACE).test(before);
}

/** Types of variables as declared, by lower-case name. */
export type Types = ReadonlyMap<string, string>;

/** Types of a body's variables and parameters. */
export function typesOf(body: readonly Statement[], parameters: readonly Parameter[]): Types {
  const types = new Map(nodesOf(body, 'declareVariable').map((one) => [one.name.toLowerCase(), one.type.base]));
  for (const one of parameters) types.set(one.name.toLowerCase(), one.type.base);
  return types;
}

/** Whether a type's values are numbers. */
export const isNumberType = (base: string | undefined): boolean => base !== undefined && NUMBERS.test(base);

const NUMBERS = /^(bit|tinyint|smallint|int|bigint|decimal|numeric|money|smallmoney|real|float)$/;

/** Whether an expression is a number, so that its text is one word wherever it stands. */
export function isNumber(node: Expression, types: Types): boolean {
  switch (node.kind) {
    case 'variable':
      return node.name.startsWith('@\u0000with') || NUMBERS.test(types.get(node.name.toLowerCase()) ?? '');
    case 'unary':
      return isNumber(node.operand, types);
    case 'binary':
      return node.op === '+' ? isNumber(node.left, types) && isNumber(node.right, types) : true;
    case 'literal':
      return node.type === 'int' || node.type === 'decimal';
    case 'globalVariable':
      return true;
    case 'cast':
      return NUMBERS.test(node.type.base);
    case 'call':
      return (
        /^(len|datalength|datediff|datepart|year|month|day|abs|round|floor|ceiling|scope_identity|charindex)$/i.test(
          node.name.name.name,
        ) ||
        (/^(isnull|coalesce)$/i.test(node.name.name.name) && node.args.every((one) => isNumber(one, types)))
      );
    default:
      return false;
  }
}

interface Fill {
  readonly holes: readonly Expression[];
  readonly lists: ReadonlySet<string>;
}

/** The tree with the holes' expressions, and what parameters were given, in their places. */
function filled(node: unknown, stands: ReadonlyMap<string, Expression>, fill: Fill): unknown {
  if (Array.isArray(node)) return node.map((one) => filled(one, stands, fill));
  if (typeof node !== 'object' || node === null) return node;
  const one = node as { kind?: string; span?: Span };
  if (one.kind === 'variable') return stands.get((node as Variable).name.toLowerCase()) ?? node;
  if (one.kind === 'literal' && 'value' in node && typeof node.value === 'string' && MARK.test(node.value)) {
    MARK.lastIndex = 0;
    return concatenated(node as Extract<Expression, { kind: 'literal' }>, fill);
  }
  MARK.lastIndex = 0;
  if (one.kind === 'binary') {
    const { left } = node as Extract<Expression, { kind: 'binary' }>;
    const asked = left.kind === 'variable' ? /^@asked(\d+)_$/.exec(left.name) : null;
    if (asked) return fill.holes[Number(asked[1])];
  }
  if (one.kind === 'in') {
    const list = listOf(node as Extract<Expression, { kind: 'in' }>, stands, fill);
    if (list) return list;
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => [key, key === 'span' ? part : filled(part, stands, fill)]),
  );
}

/** A literal with holes: its pieces one behind the other. */
function concatenated(node: Extract<Expression, { kind: 'literal' }>, { holes }: Fill): Expression {
  const { span } = node;
  const text = (value: string): Expression => ({ kind: 'literal', type: 'nstring', text: '', value, span });
  const pieces: Expression[] = [];
  let from = 0;
  for (const match of node.value.matchAll(MARK)) {
    if (match.index > from) pieces.push(text(node.value.slice(from, match.index)));
    const hole = holes[Number(match[1])];
    if (hole) pieces.push(asText(hole));
    from = match.index + match[0].length;
  }
  if (from < node.value.length) pieces.push(text(node.value.slice(from)));
  return pieces.reduce((left, right) => ({ kind: 'binary', op: '+', left, right, span }));
}

const NVARCHAR = (span: Span): DataType => ({
  kind: 'dataType',
  name: { kind: 'identifier', name: 'nvarchar', quote: 'none', span },
  base: 'nvarchar',
  args: ['max'],
  span,
});

const asText = (expression: Expression): Expression => ({
  kind: 'cast',
  fn: 'cast',
  expression,
  type: NVARCHAR(expression.span),
  span: expression.span,
});

/** `x IN (list)` of a text that holds the list: its values are what stands between commas, without quotes. */
function listOf(
  node: Extract<Expression, { kind: 'in' }>,
  stands: ReadonlyMap<string, Expression>,
  fill: Fill,
): Expression | undefined {
  const [value] = node.values ?? [];
  if (node.values?.length !== 1 || value?.kind !== 'variable') return undefined;
  const match = /^@hole(\d+)_$/.exec(value.name);
  const hole = match && fill.holes[Number(match[1])];
  if (!match || !hole || !fill.lists.has(`@\u0001${match[1]}`)) return undefined;
  const { statements } = parseBatch(
    `SELECT 1 WHERE 1 IN (SELECT REPLACE(LTRIM(RTRIM(listed.value)), '''', '') FROM STRING_SPLIT(@list, ',') AS listed)`,
  );
  const [query] = findAll(statements, 'in').flatMap((one) => one.query ?? []);
  if (!query) return undefined;
  const expression = filled(node.expression, stands, fill) as Expression;
  const made = filled(query, new Map([['@list', asText(hole)]]), fill) as typeof query;
  return { kind: 'in', not: node.not, expression, query: made, span: node.span };
}
