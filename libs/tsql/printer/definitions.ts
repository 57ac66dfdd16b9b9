import type {
  Binary,
  Case,
  DataType,
  Expression,
  FunctionCall,
  Identifier,
  In,
  Literal,
  ObjectName,
} from '../ast/index.ts';
import { quoteName, quoteString } from '../names.ts';
import { printExpression } from './expressions.ts';

/** Where a definition stands: the filter of an index keeps IN, in all others it becomes a chain of OR. */
export type DefinitionPlace = 'column' | 'filter';

/** Functions that the server stores by another name. */
const RENAMED: Readonly<Record<string, string>> = {
  current_timestamp: 'getdate()',
  current_user: 'user_name()',
  session_user: 'user_name()',
  system_user: 'suser_sname()',
  user: 'user_name()',
};

/** Functions of one part of a date. */
const PART_FUNCTIONS = new Set(['year', 'month', 'day']);

/** Functions whose first argument names a part of a date. */
const WITH_PART = new Set(['dateadd', 'datediff', 'datediff_big', 'datename', 'datepart', 'datetrunc', 'date_bucket']);

const PARTS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'year yy yyyy',
    'quarter qq q',
    'month mm m',
    'dayofyear dy y',
    'day dd d',
    'week wk ww',
    'weekday dw w',
    'hour hh',
    'minute mi n',
    'second ss s',
    'millisecond ms',
    'microsecond mcs',
    'nanosecond ns',
    'tzoffset tz',
    'iso_week isowk isoww',
  ].flatMap((line) => {
    const [part = '', ...short] = line.split(' ');
    return short.map((word) => [word, part]);
  }),
);

const name = (identifier: Identifier): string => quoteName(identifier.name);

const parts = (list: readonly (Identifier | null)[]): string =>
  list.map((part) => (part === null ? '' : name(part))).join('.');

function objectName(object: ObjectName): string {
  return parts([object.server, object.database, object.schema, object.name].filter((part) => part !== undefined));
}

/** `[decimal](18,2)`, `[dbo].[Phone]`. */
function typeName(type: DataType): string {
  const plain = type.name.quote === 'none' && type.schema === undefined;
  const full = type.schema === undefined ? '' : `${name(type.schema)}.`;
  const args = type.args.length === 0 ? '' : `(${type.args.join(',').toLowerCase()})`;
  return `${full}${quoteName(plain ? type.base : type.name.name)}${args}`;
}

const isArithmetic = (e: Expression): boolean => e.kind === 'binary' && !/^(and|or|=|<>|<|>|<=|>=)$/.test(e.op);

/**
 * Prints the definition of a default, a check, a computed column or a filter as SQL Server keeps it in its catalog: names in brackets, built-in
 * functions in small letters, numbers in parentheses, CAST as CONVERT, BETWEEN and IN as comparisons; all of it in parentheses. The forms are those of
 * scripts that servers wrote.
 */
export function printDefinition(expression: Expression, place: DefinitionPlace = 'column'): string {
  return `(${new DefinitionPrinter(place).print(expression)})`;
}

class DefinitionPrinter {
  constructor(private readonly place: DefinitionPlace) {}

  print(e: Expression): string {
    switch (e.kind) {
      case 'literal':
        return literal(e);
      case 'column':
        return parts(e.parts);
      case 'globalVariable':
        return e.name.toLowerCase();
      case 'unary':
        return this.unary(e.op, e.operand);
      case 'binary':
        return this.binary(e);
      case 'between':
        return this.negated(e.not, this.between(e.expression, e.low, e.high));
      case 'in':
        return e.values === undefined ? printExpression(e) : this.list(e, e.values);
      case 'like': {
        const escape = e.escape === undefined ? '' : ` escape ${this.operand(e.escape)}`;
        return `${e.not ? 'NOT ' : ''}${this.operand(e.expression)} like ${this.operand(e.pattern)}${escape}`;
      }
      case 'isNull':
        return `${this.operand(e.expression)} IS ${e.not ? 'NOT ' : ''}NULL`;
      case 'isDistinct':
        return `${this.operand(e.left)} IS ${e.not ? 'NOT ' : ''}DISTINCT FROM ${this.operand(e.right)}`;
      case 'case':
        return this.case(e);
      case 'cast':
        return this.cast(e);
      case 'call':
        return this.call(e);
      case 'collate':
        return `${this.operand(e.expression)} collate ${e.collation.name}`;
      case 'atTimeZone':
        return `${this.inner(e.expression)} AT TIME ZONE ${this.inner(e.zone)}`;
      case 'nextValueFor':
        return `NEXT VALUE FOR ${objectName(e.sequence)}`;
      case 'methodCall':
        return `${this.inner(e.target)}.${name(e.method)}(${this.args(e.args)})`;
      case 'property':
        return `${this.inner(e.target)}.${name(e.name)}`;
      case 'staticCall':
        return `${objectName(e.type)}::${name(e.method)}${e.args === undefined ? '' : `(${this.args(e.args)})`}`;
      default:
        return printExpression(e);
    }
  }

  private args(list: readonly Expression[]): string {
    return list.map((each) => this.print(each)).join(',');
  }

  /** An operand of an operator: arithmetic inside of anything else has parentheses, whatever binds tighter. */
  private operand(e: Expression): string {
    return isArithmetic(e) || isLogical(e) ? `(${this.print(e)})` : this.print(e);
  }

  /** What stands in front of a dot or a word. */
  private inner(e: Expression): string {
    return e.kind === 'atTimeZone' || isArithmetic(e) ? `(${this.print(e)})` : this.print(e);
  }

  private unary(op: '+' | '-' | '~' | 'not', operand: Expression): string {
    if (op === 'not') return this.negated(true, { text: this.print(operand), logical: isLogical(operand) });
    if (op === '-' && operand.kind === 'literal') return `(-${literal(operand).replaceAll(/[()]/g, '')})`;
    const text = this.operand(operand);
    return /^[-+]/.test(text) ? `${op}(${text})` : op + text;
  }

  private negated(not: boolean, { text, logical }: { readonly text: string; readonly logical: boolean }): string {
    if (!not) return text;
    return logical ? `NOT (${text})` : `NOT ${text}`;
  }

  private between(value: Expression, low: Expression, high: Expression): { text: string; logical: true } {
    const of = this.operand(value);
    return { text: `${of}>=${this.operand(low)} AND ${of}<=${this.operand(high)}`, logical: true };
  }

  /** The last value comes first. */
  private list(e: In, values: readonly Expression[]): string {
    const of = this.operand(e.expression);
    if (this.place === 'filter') {
      return `${of} ${e.not ? 'NOT ' : ''}IN (${values.map((value) => this.print(value)).join(', ')})`;
    }
    const text = values
      .map((value) => `${of}=${this.operand(value)}`)
      .toReversed()
      .join(' OR ');
    return this.negated(e.not, { text, logical: values.length > 1 });
  }

  /** Chains are printed in a loop: such a tree is as deep as it is long. */
  private binary(e: Binary): string {
    if (e.op === 'and' || e.op === 'or') return this.chain(e, e.op);
    const parts: string[] = [];
    let node: Expression = e;
    let opened = 0;
    while (node.kind === 'binary' && isArithmetic(node) && isArithmetic(node.left)) {
      parts.push(`)${node.op}${this.right(node.right)}`);
      opened += 1;
      node = node.left;
    }
    const [left, op, right] = node.kind === 'binary' ? [node.left, node.op, node.right] : [node, '', node];
    return '('.repeat(opened) + this.operand(left) + op + this.right(right) + parts.toReversed().join('');
  }

  /** Two signs side by side would begin a comment. */
  private right(e: Expression): string {
    const text = this.operand(e);
    return /^[-+]/.test(text) ? ` ${text}` : text;
  }

  private chain(e: Binary, op: 'and' | 'or'): string {
    const parts: string[] = [];
    let node: Expression = e;
    for (; node.kind === 'binary' && node.op === op; node = node.left) parts.push(this.side(node.right, op, true));
    parts.push(this.side(node, op, false));
    return parts.toReversed().join(op === 'and' ? ' AND ' : ' OR ');
  }

  private side(e: Expression, op: 'and' | 'or', right: boolean): string {
    const inside = logicalOp(e);
    const text = this.print(e);
    if (e.kind === 'in' && this.place === 'filter') return `(${text})`;
    const isNeeded = inside !== undefined && ((op === 'and' && inside === 'or') || (right && inside === op));
    return isNeeded ? `(${text})` : text;
  }

  private case(e: Case): string {
    const head = e.operand === undefined ? '' : ` ${this.print(e.operand)}`;
    const whens = e.whens.map((when) => ` when ${this.print(when.when)} then ${this.print(when.then)}`);
    const otherwise = e.otherwise === undefined ? '' : ` else ${this.print(e.otherwise)}`;
    return `case${head}${whens.join('')}${otherwise} end`;
  }

  private cast(e: Extract<Expression, { kind: 'cast' }>): string {
    const value = this.print(e.expression);
    const type = typeName(e.type);
    if (e.fn === 'cast' || e.fn === 'convert' || e.fn === 'try_convert') {
      const style = e.style === undefined ? '' : `,${this.print(e.style)}`;
      return `${e.fn === 'try_convert' ? 'TRY_CONVERT' : 'CONVERT'}(${type},${value}${style})`;
    }
    const culture = e.culture === undefined ? '' : ` USING ${this.print(e.culture)}`;
    return `${e.fn.toUpperCase()}(${value} AS ${type}${culture})`;
  }

  private call(e: FunctionCall): string {
    if (e.name.schema !== undefined || e.name.database !== undefined)
      return `${objectName(e.name)}(${this.args(e.args)})`;
    const fn = e.name.name.name.toLowerCase();
    const [first, second, third] = e.args;
    if (!e.parens) return RENAMED[fn] ?? `${fn}`;
    if (PART_FUNCTIONS.has(fn) && e.args.length === 1) return `datepart(${fn},${this.args(e.args)})`;
    if (fn === 'iif' && first && second && third) {
      return `case when ${this.print(first)} then ${this.print(second)} else ${this.print(third)} end`;
    }
    if (WITH_PART.has(fn) && first?.kind === 'column') {
      const part = (first.parts.at(-1)?.name ?? '').toLowerCase();
      return `${fn}(${[PARTS[part] ?? part, ...e.args.slice(1).map((each) => this.print(each))].join(',')})`;
    }
    if (e.trim !== undefined || e.jsonPairs === true || e.over !== undefined) return printExpression(e);
    return `${fn}(${this.args(e.args)})`;
  }
}

function logicalOp(e: Expression): 'and' | 'or' | undefined {
  if (e.kind === 'binary' && (e.op === 'and' || e.op === 'or')) return e.op;
  if (e.kind === 'between' && !e.not) return 'and';
  return e.kind === 'in' && !e.not && (e.values?.length ?? 0) > 1 ? 'or' : undefined;
}

const isLogical = (e: Expression): boolean => logicalOp(e) !== undefined;

function literal(e: Literal): string {
  switch (e.type) {
    case 'null':
      return 'NULL';
    case 'string':
    case 'nstring':
      return quoteString(e.value, e.type === 'nstring');
    case 'binary':
      return `0x${e.value.toUpperCase()}`;
    case 'float':
      return `(${exponential(Number(e.value))})`;
    default:
      return `(${e.text})`;
  }
}

/** 17 digits and an exponent of three. */
function exponential(value: number): string {
  const [digits = '', exponent = '+0'] = value.toExponential(16).split('e');
  return `${digits}e${exponent[0] ?? '+'}${exponent.slice(1).padStart(3, '0')}`;
}
