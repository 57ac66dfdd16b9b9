import { findAll, parseBatch } from '#tsql';
import { nodesOf } from './body-nodes.ts';
import type { DataType, Execute, ExecuteArgument, Expression, If, Parameter, Span, Statement, Variable } from '#tsql';
import { assignOrder, declareOrder } from './dynamic-order.ts';
import type { Emitter } from './emitter.ts';
import { dynamicTexts, type DynamicTexts, type Text, type TextPart } from './text-parts.ts';

/** A text that a routine executes, as the statements that it means: one of several where it is put together in several ways. */

/** As many ways as one EXEC may have; more are not readable any more. */
const MOST_WAYS = 16;

interface Known extends DynamicTexts {
  /** IFs whose condition an EXEC asks for, and the variable that keeps it. */
  readonly flags: Map<If, string>;
  /** Types of variables as declared, by lower-case name. */
  readonly types: Types;
  /** Variables that hold nothing but such texts. */
  readonly dropped: ReadonlySet<string>;
}

const known = new WeakMap<Emitter, Known>();

/** Why a text is not converted. */
class Unreadable extends Error {}

/** Follows the texts of a body; before its first statement is written. */
export function beginDynamicSql(e: Emitter, body: readonly Statement[], parameters: readonly Parameter[]): void {
  const executes = nodesOf(body, 'execute');
  const isDynamic = executes.some(
    (one) =>
      one.strings ||
      (one.procedure?.kind === 'objectName' && one.procedure.name.name.toLowerCase() === 'sp_executesql'),
  );
  if (!isDynamic) return;
  const types = typesOf(body, parameters);
  const found = dynamicTexts(body, new Set(parameters.map((one) => one.name.toLowerCase())));
  const flags = new Map<If, string>();
  const readable = new Set<Execute>();
  for (const [execute, { text }] of found.texts) {
    if (!isReadable(text, types)) continue;
    readable.add(execute);
    for (const one of choices(text)) if (!flags.has(one)) flags.set(one, `@\u0000with ${flags.size + 1}`);
  }
  known.set(e, { ...found, types, flags, dropped: droppable(body, found, readable) });
}

/** Whether every way to put a text together can be read. */
function isReadable(text: Text, types: Types): boolean {
  try {
    const ways = waysOf(text, (one) => one.kind === 'choice' || one.kind === 'case');
    return ways.every((way) => way === null || parsed(way, [], types).length >= 0);
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

function choices(text: Text): readonly If[] {
  return text.flatMap((part) => {
    if (part.kind === 'choice') return [part.by, ...choices(part.then), ...choices(part.otherwise)];
    if (part.kind === 'case') return [...part.arms.flatMap(choices), ...choices(part.otherwise)];
    return [];
  });
}

/** Variables of the texts of readable EXECs that are used for nothing else. */
function droppable(
  body: readonly Statement[],
  found: DynamicTexts,
  readable: ReadonlySet<Execute>,
): ReadonlySet<string> {
  const uses = new Map<string, number>();
  const count = (nodes: readonly Variable[], by: number): void => {
    for (const one of nodes) uses.set(one.name.toLowerCase(), (uses.get(one.name.toLowerCase()) ?? 0) + by);
  };
  count(nodesOf(body, 'variable'), 1);
  const texts = new Set<string>();
  for (const execute of found.texts.keys()) {
    const parts = execute.strings ?? execute.args.slice(0, 2).map((one) => one.value);
    const named = parts.flatMap((one) => findAll(one, 'variable'));
    if (!readable.has(execute)) continue;
    for (const one of named) texts.add(one.name.toLowerCase());
    count(named, -1);
  }
  // What is given to such a variable is no use of it, nor of another one of them.
  const assigns = [
    ...nodesOf(body, 'setVariable').map((one) => ({ name: one.variable, value: one.value })),
    ...nodesOf(body, 'selectAssign').map((one) => ({ name: one.variable, value: one.expression })),
  ];
  const values = [
    ...assigns.map((one) => ({ name: one.name.name, value: one.value })),
    ...findAll(body, 'declareVariable').flatMap((one) => (one.value ? [{ name: one.name, value: one.value }] : [])),
  ];
  for (let grown = true; grown;) {
    grown = false;
    for (const one of values) {
      if (!texts.has(one.name.toLowerCase()) || one.value.kind === 'cursorDefinition') continue;
      for (const used of findAll(one.value, 'variable'))
        if (!texts.has(used.name.toLowerCase()) && isTextOf(body, used.name)) {
          texts.add(used.name.toLowerCase());
          grown = true;
        }
    }
  }
  const declared = new Map(nodesOf(body, 'declareVariable').map((one) => [one.name.toLowerCase(), one.value]));
  const plain = new Set(plainAssigns(body));
  for (const one of assigns) {
    if (!texts.has(one.name.name.toLowerCase())) continue;
    if (!plain.has(one.name)) texts.delete(one.name.name.toLowerCase());
    count([one.name], -1);
    if (one.value.kind !== 'cursorDefinition')
      count(
        findAll(one.value, 'variable').filter((used) => texts.has(used.name.toLowerCase())),
        -1,
      );
  }
  for (const [name, value] of declared)
    if (value && texts.has(name))
      count(
        findAll(value, 'variable').filter((used) => texts.has(used.name.toLowerCase())),
        -1,
      );
  return new Set([...texts].filter((name) => declared.has(name) && (uses.get(name) ?? 0) === 0));
}

/** Only strings that are declared here can be texts. */
const isTextOf = (body: readonly Statement[], name: string): boolean =>
  nodesOf(body, 'declareVariable').some(
    (one) => one.name.toLowerCase() === name.toLowerCase() && one.type.args.some((arg) => arg === 'max' || arg >= 200),
  );

/** The targets of SET and of SELECT without FROM. */
function plainAssigns(body: readonly Statement[]): readonly Variable[] {
  const sets = nodesOf(body, 'setVariable').map((one) => one.variable);
  const selects = nodesOf(body, 'selectSpec').flatMap((spec) =>
    spec.from.length === 0 && !spec.where
      ? spec.items.flatMap((one) => (one.kind === 'selectAssign' ? [one.variable] : []))
      : [],
  );
  return [...sets, ...selects];
}

/** Whether a variable only holds texts that are converted where they are executed. */
export const isDropped = (e: Emitter, name: string): boolean => known.get(e)?.dropped.has(name.toLowerCase()) ?? false;

/** Whether a statement does nothing but put such texts together. */
export function buildsText(e: Emitter, node: Statement): boolean {
  const found = known.get(e);
  if (!found || found.dropped.size === 0) return false;
  switch (node.kind) {
    case 'setVariable':
      return isDropped(e, node.variable.name);
    case 'select':
      return (
        node.query.body.kind === 'selectSpec' &&
        node.query.body.items.every((one) => one.kind === 'selectAssign' && isDropped(e, one.variable.name))
      );
    case 'block':
      return node.statements.every((one) => buildsText(e, one));
    case 'if':
      return !found.flags.has(node) && buildsText(e, node.then) && (!node.otherwise || buildsText(e, node.otherwise));
    default:
      return false;
  }
}

/** The variable that keeps whether an IF's condition was true, for an EXEC behind it; undefined where none asks. */
export function flagOf(e: Emitter, node: If): string | undefined {
  const name = known.get(e)?.flags.get(node);
  return name === undefined ? undefined : e.variables.declare(name, { name: 'bit' }, 'boolean').name;
}

/** One way to put a text together: constants and holes; null where it is NULL. */
type Way = readonly Extract<TextPart, { kind: 'text' | 'hole' }>[] | null;

/** All ways of a text. */
function waysOf(text: Text, splits: (part: TextPart) => boolean): readonly Way[] {
  let ways: Way[] = [[]];
  for (const part of text) {
    const next: readonly Way[] =
      part.kind === 'text' || part.kind === 'hole'
        ? [[part]]
        : part.kind === 'null'
          ? [null]
          : splits(part)
            ? armsOf(part).flatMap((arm) => waysOf(arm, splits))
            : [[]];
    ways = ways.flatMap((way) => next.map((one) => (way && one ? [...way, ...one] : null)));
    if (ways.length > 4096) throw new Unreadable('too many ways');
  }
  return ways;
}

function armsOf(part: TextPart): readonly Text[] {
  if (part.kind === 'choice') return [part.then, part.otherwise];
  return part.kind === 'case' ? [...part.arms, part.otherwise] : [];
}

/** EXEC of a text that is put together here. False where its text is only known when it runs. */
export function executeParts(
  e: Emitter,
  node: Execute,
  given: readonly Given[],
  change: (statement: Statement) => Statement,
): boolean {
  const found = known.get(e)?.texts.get(node);
  if (!found) return false;
  try {
    const statement = statementOf(e, found.text, given, { count: 0 }, node.span);
    if (statement) e.within(node.span, () => e.statements(statement.map(change)));
    else e.line('-- EXEC of NULL does nothing');
    return true;
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

/** Look-ups of ORDER BY that are written before their statements. */
const pendingOrders = new WeakMap<
  Statement,
  { readonly texts: readonly Expression[]; readonly statements: readonly Statement[] }
>();

/** An empty statement that stands for such look-ups. */
export function writeOrders(e: Emitter, node: Statement): void {
  const found = pendingOrders.get(node);
  for (const [index, text] of found?.texts.entries() ?? []) assignOrder(e, index, text, found?.statements ?? []);
}

/** The declaration of parameters of sp_executesql, where it is one constant. */
export function declaredText(e: Emitter, node: Execute): string | undefined {
  const declared = known.get(e)?.texts.get(node)?.declared;
  if (!declared) return undefined;
  return declared.every((one) => one.kind === 'text')
    ? declared.map((one) => (one.kind === 'text' ? one.text : '')).join('')
    : undefined;
}

/** A parameter of the text, and what it is given. */
export interface Given {
  readonly parameter: Parameter;
  readonly arg: ExecuteArgument | undefined;
  /** What stands for it in the statements. */
  readonly stands: Expression;
}

interface Count {
  count: number;
}

/** The statements of a text; IFs choose between the ways to put it together. Conditions that are only added are asked in the statement itself. */
function statementOf(
  e: Emitter,
  text: Text,
  given: readonly Given[],
  ways: Count,
  span: Span,
): readonly Statement[] | undefined {
  const index = text.findIndex((part) => part.kind === 'case' || (part.kind === 'choice' && !condition(e, part)));
  const part = text[index];
  if (!part) {
    ways.count += 1;
    if (ways.count > MOST_WAYS) throw new Unreadable('too many ways');
    const way = guarded(e, text);
    if (way === null) return undefined;
    const orders: { texts: readonly Expression[]; statements: readonly Statement[] }[] = [];
    const made = parsed(way, given, typesIn(e), (texts, statements) => {
      for (const index of texts.keys()) declareOrder(e, index);
      orders.push({ texts, statements });
    });
    const [order] = orders;
    if (!order || order.texts.length === 0) return made;
    const before: Statement = { kind: 'empty', span };
    pendingOrders.set(before, order);
    return [before, ...made];
  }
  const rest = (arm: Text): readonly Statement[] =>
    statementOf(e, [...text.slice(0, index), ...arm, ...text.slice(index + 1)], given, ways, span) ?? [];
  const block = (arm: Text): Statement => {
    const statements = rest(arm);
    const [only] = statements;
    return only?.kind === 'if' && statements.length === 1 ? only : { kind: 'block', statements, span };
  };
  if (part.kind === 'choice')
    return [
      {
        kind: 'if',
        condition: isSet(e, part.by, span),
        then: block(part.then),
        otherwise: block(part.otherwise),
        span,
      },
    ];
  if (part.kind !== 'case') return undefined;
  const { operand } = part.by;
  const last = block(part.otherwise);
  return [
    part.by.whens.reduceRight<Statement>(
      (otherwise, one, at) => ({
        kind: 'if',
        condition: operand ? { kind: 'binary', op: '=', left: operand, right: one.when, span } : one.when,
        then: block(part.arms[at] ?? []),
        otherwise,
        span,
      }),
      last,
    ),
  ];
}

const isSet = (e: Emitter, by: If, span: Span, value = '1'): Expression => ({
  kind: 'binary',
  op: '=',
  left: { kind: 'variable', name: known.get(e)?.flags.get(by) ?? '', span },
  right: { kind: 'literal', type: 'int', text: value, value, span },
  span,
});

interface Condition {
  readonly word: 'AND' | 'OR';
  readonly parts: Exclude<Way, null>;
}

/** A piece that is added or not, and is `AND condition` or `OR condition`. */
function condition(e: Emitter, part: Extract<TextPart, { kind: 'choice' }>): Condition | undefined {
  if (part.otherwise.length > 0 || !known.get(e)?.flags.has(part.by)) return undefined;
  const parts = part.then.filter((one) => one.kind === 'text' || one.kind === 'hole');
  const [first] = parts;
  if (parts.length !== part.then.length || first?.kind !== 'text') return undefined;
  const match = /^\s*(AND|OR)\b/i.exec(first.text);
  if (!match) return undefined;
  const word = match[1]?.toUpperCase() === 'AND' ? 'AND' : 'OR';
  const inner = [{ kind: 'text' as const, text: first.text.slice(match[0].length) }, ...parts.slice(1)];
  try {
    const [statement, other] = parsed(
      [{ kind: 'text', text: `SELECT 1 WHERE 1 = 1 ${word} ` }, ...inner, { kind: 'text', text: ' ' }],
      [],
      typesIn(e),
    );
    const body = statement?.kind === 'select' ? statement.query.body : undefined;
    const where =
      body?.kind === 'selectSpec' &&
      statement?.kind === 'select' &&
      statement.query.orderBy.length === 0 &&
      !body.groupBy
        ? body.where
        : undefined;
    if (other || where?.kind !== 'binary' || where.op !== word.toLowerCase()) return undefined;
    return { word, parts: inner };
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** A text whose choices are all added conditions: each asks whether it was added. */
function guarded(e: Emitter, text: Text): Way {
  const out: Exclude<Way, null>[number][] = [];
  for (const part of text) {
    if (part.kind === 'null') return null;
    if (part.kind === 'text' || part.kind === 'hole') out.push(part);
    else if (part.kind === 'choice') {
      const made = condition(e, part);
      if (!made) throw new Unreadable('a choice');
      const flag: TextPart = {
        kind: 'hole',
        node: { kind: 'variable', name: known.get(e)?.flags.get(part.by) ?? '', span: part.by.span },
      };
      const [open, close] = made.word === 'AND' ? ['AND (', ' = 0 OR ('] : ['OR (', ' = 1 AND ('];
      out.push({ kind: 'text', text: ` ${open}` }, flag, { kind: 'text', text: close }, ...made.parts, {
        kind: 'text',
        text: ')) ',
      });
    }
  }
  return out;
}

// Of private use: texts of T-SQL have none of these.
const MARK = /\ue001(\d+)\ue002/g;

/** The statements of one way: what is known when it runs is an expression in its place. */
function parsed(
  way: Exclude<Way, null>,
  given: readonly Given[],
  types: Types,
  onOrders?: (orders: readonly Expression[], statements: readonly Statement[]) => void,
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
    if (quoted) {
      text += `\ue001${number}\ue002`;
      continue;
    }
    const next = way[index + 1];
    const after = next?.kind === 'text' ? next.text : '';
    if (!isValuePlace(text, after, isNumber(part.node, types))) throw new Unreadable('a piece that is no value');
    if (/\bIN\s*\(\s*$/i.test(text) && /^\s*\)/.test(after)) lists.add(`@\u0001${number}`);
    text += /\bTOP\s*$/i.test(text) ? `(@hole${number}_)` : `@hole${number}_`;
  }
  const { statements, errors } = parseBatch(text);
  if (errors[0]) throw new Unreadable(errors[0].message);
  if (findAll(statements, 'return').length > 0) throw new Unreadable('RETURN');
  const stands = new Map(given.map((one) => [one.parameter.name.toLowerCase(), one.stands]));
  for (const [index, node] of holes.entries()) stands.set(`@hole${index}_`, node);
  onOrders?.(orders.map(textOf), statements);
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

type Types = ReadonlyMap<string, string>;

function typesOf(body: readonly Statement[], parameters: readonly Parameter[]): Types {
  const types = new Map(nodesOf(body, 'declareVariable').map((one) => [one.name.toLowerCase(), one.type.base]));
  for (const one of parameters) types.set(one.name.toLowerCase(), one.type.base);
  return types;
}

const typesIn = (e: Emitter): Types => known.get(e)?.types ?? new Map();

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
