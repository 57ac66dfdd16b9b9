import { findAll, parseBatch } from '#tsql';
import type { DataType, ExecuteArgument, Expression, Parameter, Span, Statement, Variable } from '#tsql';
import { nodesOf } from './body-nodes.ts';
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
  /** Look-ups of ORDER BY, and the statements that they are for. */
  onOrders?(orders: readonly Expression[], statements: readonly Statement[]): void;
  /** A piece that is no number stands where a value can: it is taken as one. */
  onValue?(piece: Expression, isList: boolean): void;
}

// Of private use: texts of T-SQL have none of these.
const MARK = /\ue001(\d+)\ue002/g;

/** The statements of one way: what is known when it runs is an expression in its place. */
export function parsed(
  way: Exclude<Way, null>,
  given: readonly Given[],
  types: Types,
  reading: Reading = {},
): readonly Statement[] {
  const holes: Expression[] = [];
  const lists = new Set<string>();
  const orders: Exclude<Way, null>[number][][] = [];
  let text = '';
  let quoted = false;
  let order: Exclude<Way, null>[number][] | undefined;
  for (const [index, part] of way.entries()) {
    if (order) {
      const rest = order;
      const stop = part.kind === 'text' && !/^[\s,]*((asc|desc)\b[\s,]*)?$/i.test(part.text);
      if (!stop) {
        rest.push(part);
        continue;
      }
      order = undefined;
      const direction = /^\s*(asc|desc)\b/i.exec(part.text)?.[0] ?? '';
      if (direction !== '') rest.push({ kind: 'text', text: direction });
      text += part.text.slice(direction.length);
      for (const char of part.text) if (char === "'") quoted = !quoted;
      continue;
    }
    if (part.kind === 'hole' && !quoted && isOrderPlace(text) && !isNumber(part.node, types)) {
      order = [part];
      text += ` ABS(@order${orders.push(order) - 1}_) `;
      continue;
    }
    if (part.kind === 'text') {
      text += part.text;
      for (const char of part.text) if (char === "'") quoted = !quoted;
      continue;
    }
    const number = holes.push(part.node) - 1;
    if (part.isPredicate) {
      text += ` @asked${number}_ = 1 `;
      continue;
    }
    if (quoted) {
      text += `\ue001${number}\ue002`;
      continue;
    }
    const next = way[index + 1];
    const after = next?.kind === 'text' ? next.text : '';
    const isNumeric = isNumber(part.node, types);
    if (!isValuePlace(text, after, isNumeric)) throw new Unreadable('a piece that is no value', part.node);
    const isList = /\bIN\s*\(\s*$/i.test(text) && /^\s*\)/.test(after);
    if (isList) lists.add(`@\u0001${number}`);
    if (!isNumeric) reading.onValue?.(part.node, isList);
    text += /\bTOP\s*$/i.test(text) ? `(@hole${number}_)` : `@hole${number}_`;
  }
  const { statements, errors } = parseBatch(text);
  if (errors[0]) throw new Unreadable(errors[0].message);
  if (findAll(statements, 'return').length > 0) throw new Unreadable('RETURN');
  const stands = new Map(given.map((one) => [one.parameter.name.toLowerCase(), one.stands]));
  for (const [index, node] of holes.entries()) stands.set(`@hole${index}_`, node);
  reading.onOrders?.(orders.map(textOf), statements);
  for (const index of orders.keys())
    stands.set(`@order${index}_`, {
      kind: 'variable',
      name: `@\u0000order by ${index + 1}`,
      span: statements[0]?.span ?? NOWHERE,
    });
  return filled(statements, stands, { holes, lists }) as readonly Statement[];
}

const NOWHERE: Span = { start: 0, end: 0, line: 1, column: 1 };

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

const NUMBERS = /^(bit|tinyint|smallint|int|bigint|decimal|numeric|money|smallmoney|real|float)$/;

/** Whether an expression is a number, so that its text is one word wherever it stands. */
function isNumber(node: Expression, types: Types): boolean {
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
