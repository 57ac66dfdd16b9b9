import type {
  Binary,
  Expression,
  FunctionCall,
  GraphMatch,
  GraphPart,
  Literal,
  MethodCall,
  Unary,
  WindowSpec,
} from '../ast/index.ts';
import { quoteString } from '../names.ts';
import { isTypeMethod } from '../parser/primary.ts';
import { printOrderItem, printQuery } from './queries.ts';
import { commas, impossible, parens, printName, printObjectName, printParts, printType, words } from './text.ts';

/** How tightly a kind of expression binds; the numbers are those of the parser. */
const OR = 1;
const AND = 2;
const NOT = 3;
const PREDICATE = 4;
const ADDITIVE = 5;
const MULTIPLICATIVE = 6;
const PRIMARY = 8;

function levelOf(e: Expression): number {
  switch (e.kind) {
    case 'binary':
      return binaryLevel(e.op);
    case 'unary':
      return e.op === 'not' ? NOT : e.op === '~' ? PRIMARY - 1 : ADDITIVE;
    case 'isNull':
    case 'isDistinct':
    case 'in':
    case 'between':
    case 'like':
    case 'quantified':
      return PREDICATE;
    default:
      return PRIMARY;
  }
}

function binaryLevel(op: Binary['op']): number {
  switch (op) {
    case 'or':
      return OR;
    case 'and':
      return AND;
    case '*':
    case '/':
    case '%':
      return MULTIPLICATIVE;
    case '+':
    case '-':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
    case '||':
      return ADDITIVE;
    default:
      return PREDICATE;
  }
}

/** Prints an expression, in parentheses if it binds less tightly than its place needs. */
function at(level: number, e: Expression): string {
  const text = printExpression(e);
  return levelOf(e) < level ? `(${text})` : text;
}

/** Prints a value where no comparison can stand. */
function scalar(e: Expression): string {
  return at(ADDITIVE, e);
}

const list = (expressions: readonly Expression[]): string => commas(expressions, printExpression);

/** Prints an expression from its tree alone, with the parentheses that its shape needs. */
export function printExpression(e: Expression): string {
  switch (e.kind) {
    case 'literal':
      return printLiteral(e);
    case 'default':
      return 'DEFAULT';
    case 'keyword':
    case 'variable':
    case 'globalVariable':
      return e.name;
    case 'column':
      return printParts(e.parts);
    case 'star':
      return e.qualifier.length === 0 ? '*' : `${printParts(e.qualifier)}.*`;
    case 'unary':
      return printUnary(e);
    case 'binary':
      return printBinary(e);
    case 'case':
      return words(
        'CASE',
        e.operand && printExpression(e.operand),
        ...e.whens.map((w) => `WHEN ${printExpression(w.when)} THEN ${printExpression(w.then)}`),
        e.otherwise && `ELSE ${printExpression(e.otherwise)}`,
        'END',
      );
    case 'cast':
      return printCast(e);
    case 'call':
      return printCall(e);
    case 'odbcCall':
      return `{fn ${e.name}(${e.args.map(printExpression).join(e.name === 'EXTRACT' ? ' FROM ' : ', ')})}`;
    case 'odbcLiteral':
      return `{${e.type} ${quoteString(e.value, false)}}`;
    case 'nextValueFor':
      return words(`NEXT VALUE FOR ${printObjectName(e.sequence)}`, e.over && printOver(e.over));
    case 'subquery':
      return `(${printQuery(e.query)})`;
    case 'exists':
      return `EXISTS (${printQuery(e.query)})`;
    case 'methodCall':
    case 'property':
    case 'staticCall':
    case 'collate':
    case 'atTimeZone':
      return printPostfix(e);
    default:
      return printPredicate(e);
  }
}

/** Prints a constant; strings get their quotes anew. */
export function printLiteral(e: Literal): string {
  if (e.type === 'string' || e.type === 'nstring') return quoteString(e.value, e.type === 'nstring');
  return e.type === 'null' ? 'NULL' : e.text.replaceAll(/\\\r?\n/g, '');
}

function printUnary(e: Unary): string {
  if (e.op === 'not') return `NOT ${at(NOT, e.operand)}`;
  if (e.op === '~')
    return `~${e.operand.kind === 'unary' && e.operand.op !== '~' ? `(${printExpression(e.operand)})` : at(PRIMARY - 1, e.operand)}`;
  const isSign = e.operand.kind === 'unary' && (e.operand.op === '-' || e.operand.op === '+');
  const text = isSign ? printExpression(e.operand) : at(MULTIPLICATIVE, e.operand);
  return /^[-+]/.test(text) ? `${e.op} ${text}` : e.op + text;
}

const isChainable = (op: Binary['op']): boolean => op === 'and' || op === 'or' || binaryLevel(op) >= ADDITIVE;

/** Prints a chain of operators in a loop, since such a tree is as deep as it is long. */
function printBinary(e: Binary): string {
  const parts: string[] = [];
  let node: Binary = e;
  for (;;) {
    const level = binaryLevel(node.op);
    const rightLevel = level === PREDICATE ? ADDITIVE : level + 1;
    const op = node.op === 'and' || node.op === 'or' ? node.op.toUpperCase() : node.op;
    parts.push(at(rightLevel, node.right), op);
    const { left } = node;
    const leftLevel = level === PREDICATE ? ADDITIVE : level;
    if (left.kind === 'binary' && isChainable(left.op) && binaryLevel(left.op) >= leftLevel) {
      node = left;
      continue;
    }
    parts.push(at(leftLevel, left));
    return parts.toReversed().join(' ');
  }
}

function printCast(e: Extract<Expression, { kind: 'cast' }>): string {
  const value = printExpression(e.expression);
  const fn = e.fn.toUpperCase();
  if (e.fn === 'convert' || e.fn === 'try_convert')
    return `${fn}(${printType(e.type)}, ${value}${e.style === undefined ? '' : `, ${printExpression(e.style)}`})`;
  return `${fn}(${words(value, 'AS', printType(e.type), e.culture && `USING ${printExpression(e.culture)}`)})`;
}

function printCall(e: FunctionCall): string {
  const name = printObjectName(e.name);
  if (!e.parens) return name;
  const nulls = e.nulls && `${e.nulls.toUpperCase()} NULLS`;
  const within = e.withinGroup && `WITHIN GROUP (ORDER BY ${commas(e.withinGroup, printOrderItem)})`;
  const path = e.graphPath && 'WITHIN GROUP (GRAPH PATH)';
  return words(`${name}(${callArguments(e)})`, within, path, nulls, e.over && printOver(e.over));
}

function callArguments(e: FunctionCall): string {
  const { args } = e;
  if (e.trim !== undefined) {
    const [first, second] = args.map(printExpression);
    return `${e.trim.toUpperCase()} ${first} FROM ${second}`;
  }
  const nulls = e.jsonNulls && `${e.jsonNulls.toUpperCase()} ON NULL`;
  if (e.jsonPairs !== true) return words(e.distinct && 'DISTINCT', list(args), nulls);
  const pairs: string[] = [];
  for (let i = 0; i < args.length; i += 2) {
    const [key, value] = [args[i], args[i + 1]];
    if (key !== undefined && value !== undefined) pairs.push(`${printExpression(key)}: ${printExpression(value)}`);
  }
  return words(pairs.join(', '), nulls);
}

function printOver(over: WindowSpec): string {
  const isName =
    over.reference !== undefined && over.partitionBy.length + over.orderBy.length === 0 && over.frame === undefined;
  if (isName && over.reference !== undefined) return `OVER ${printName(over.reference)}`;
  return `OVER ${printWindow(over)}`;
}

/** Prints the parentheses of a window. */
export function printWindow(w: WindowSpec): string {
  const frame =
    w.frame &&
    words(
      w.frame.unit.toUpperCase(),
      w.frame.to && 'BETWEEN',
      bound(w.frame.from),
      w.frame.to && 'AND',
      w.frame.to && bound(w.frame.to),
    );
  const inner = words(
    w.reference && printName(w.reference),
    w.partitionBy.length > 0 && `PARTITION BY ${list(w.partitionBy)}`,
    w.orderBy.length > 0 && `ORDER BY ${commas(w.orderBy, printOrderItem)}`,
    frame,
  );
  return `(${inner})`;
}

function bound(b: NonNullable<WindowSpec['frame']>['from']): string {
  switch (b.type) {
    case 'currentRow':
      return 'CURRENT ROW';
    case 'unboundedPreceding':
      return 'UNBOUNDED PRECEDING';
    case 'unboundedFollowing':
      return 'UNBOUNDED FOLLOWING';
    default:
      return words(b.value && scalar(b.value), b.type.toUpperCase());
  }
}

type Postfix = Extract<Expression, { kind: 'methodCall' | 'property' | 'staticCall' | 'collate' | 'atTimeZone' }>;

function printPostfix(e: Postfix): string {
  switch (e.kind) {
    case 'methodCall':
      return printMethod(e);
    case 'property':
      return `${memberTarget(e.target, false)}.${printName(e.name)}`;
    case 'staticCall':
      return `${printObjectName(e.type)}::${printName(e.method)}${e.args === undefined ? '' : `(${list(e.args)})`}`;
    case 'collate':
      return `${at(PRIMARY, e.expression)} COLLATE ${printName(e.collation)}`;
    case 'atTimeZone': {
      const isPlain = e.zone.kind !== 'atTimeZone' && e.zone.kind !== 'collate';
      return `${at(PRIMARY, e.expression)} AT TIME ZONE ${isPlain ? at(PRIMARY, e.zone) : `(${printExpression(e.zone)})`}`;
    }
  }
}

/** Prints a method call; those of columns that the parser would take for a function keep parentheses around the column. */
export function printMethod(e: MethodCall): string {
  return `${memberTarget(e.target, isTypeMethod(e.method.name))}.${printName(e.method)}(${list(e.args)})`;
}

function memberTarget(target: Expression, known: boolean): string {
  const isWrapped =
    (target.kind === 'column' && !known) ||
    target.kind === 'collate' ||
    target.kind === 'atTimeZone' ||
    target.kind === 'literal';
  return isWrapped ? `(${printExpression(target)})` : at(PRIMARY, target);
}

type Predicate = Exclude<Expression, Postfix | { kind: PlainKind }>;
type PlainKind =
  | 'literal'
  | 'default'
  | 'keyword'
  | 'variable'
  | 'globalVariable'
  | 'column'
  | 'star'
  | 'unary'
  | 'binary'
  | 'case'
  | 'cast'
  | 'call'
  | 'odbcLiteral'
  | 'odbcCall'
  | 'nextValueFor'
  | 'subquery'
  | 'exists';

function printPredicate(e: Predicate): string {
  const not = 'not' in e && e.not ? 'NOT' : '';
  switch (e.kind) {
    case 'in':
      return words(
        scalar(e.expression),
        not,
        'IN',
        e.query ? `(${printQuery(e.query)})` : parens(e.values ?? [], printExpression),
      );
    case 'between':
      return words(scalar(e.expression), not, 'BETWEEN', scalar(e.low), 'AND', scalar(e.high));
    case 'like':
      return words(scalar(e.expression), not, 'LIKE', scalar(e.pattern), e.escape && `ESCAPE ${scalar(e.escape)}`);
    case 'isNull':
      return words(scalar(e.expression), 'IS', not, 'NULL');
    case 'isDistinct':
      return words(scalar(e.left), 'IS', not, 'DISTINCT FROM', scalar(e.right));
    case 'quantified':
      return `${scalar(e.left)} ${e.op} ${e.quantifier.toUpperCase()} (${printQuery(e.query)})`;
    case 'fullText': {
      const columns = e.columns.length === 1 ? list(e.columns) : `(${list(e.columns)})`;
      const searched = e.property === undefined ? columns : `PROPERTY(${columns}, ${printExpression(e.property)})`;
      const language = e.language === undefined ? '' : `, LANGUAGE ${printExpression(e.language)}`;
      return `${e.fn.toUpperCase()}(${searched}, ${printExpression(e.condition)}${language})`;
    }
    case 'graphMatch':
      return printGraphMatch(e);
    case 'currentOf':
      return words(
        'CURRENT OF',
        e.global && 'GLOBAL',
        e.cursor.kind === 'variable' ? e.cursor.name : printName(e.cursor),
      );
    default:
      return impossible(e);
  }
}

/** What stood in one SHORTEST_PATH comes in one of its own for each chain, which means the same. */
function printGraphMatch(e: GraphMatch): string {
  const patterns = e.patterns.map((pattern) => {
    if (pattern.kind === 'graphSameNode')
      return `LAST_NODE(${printName(pattern.left)}) = LAST_NODE(${printName(pattern.right)})`;
    const chain = pattern.parts.map(printGraphPart).join('');
    return pattern.shortestPath ? `SHORTEST_PATH(${chain})` : chain;
  });
  return `MATCH(${patterns.join(' AND ')})`;
}

function printGraphPart(part: GraphPart): string {
  switch (part.type) {
    case 'node':
      return part.last ? `LAST_NODE(${printName(part.name)})` : printName(part.name);
    case 'edge':
      return part.direction === 'right' ? `-(${printName(part.name)})->` : `<-(${printName(part.name)})-`;
    case 'repeat': {
      const times = part.times === undefined ? '+' : `{${part.times.from}, ${part.times.to}}`;
      return `(${part.parts.map(printGraphPart).join('')})${times}`;
    }
  }
}
