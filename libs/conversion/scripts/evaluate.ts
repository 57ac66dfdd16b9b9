import type { Binary, Expression, FunctionCall, In, Like } from '#tsql';
import { callFunction } from './functions.ts';
import { countRows, existsIn, scalarOf } from './catalog-query.ts';
import type { Site } from './session.ts';
import { type Truth, UNKNOWN, type Value, type Variables } from './values.ts';

export type { Value } from './values.ts';

/** A row of a query over the catalog: a column by its name, lower-case; undefined where the source has none of it. */
export interface Row {
  readonly alias: string;
  get(column: string): Value | undefined;
}

/** What an expression is worked out over. */
export interface Environment {
  readonly site: Site;
  readonly variables: Variables;
  /** The rows of the FROM so far, the innermost last; null outside of a query. */
  readonly row: readonly Row[] | null;
}

/** A value of an expression in a script; UNKNOWN wherever the server would be needed for it. Never throws. */
export function evaluate(expression: Expression, at: Environment): Value {
  switch (expression.kind) {
    case 'literal':
      return literal(expression.type, expression.value);
    case 'variable':
      return (
        at.variables.get(expression.name.toLowerCase()) ??
        (at.variables.has(expression.name.toLowerCase()) ? null : UNKNOWN)
      );
    case 'globalVariable':
      return at.variables.get(expression.name.toLowerCase()) ?? (/^@@error$/i.test(expression.name) ? 0 : UNKNOWN);
    case 'column':
      return columnValue(
        expression.parts.map((part) => part?.name ?? ''),
        at,
      );
    case 'binary':
      return arithmetic(expression, at);
    case 'unary': {
      const value = evaluate(expression.operand, at);
      if (typeof value !== 'number') return value === null ? null : UNKNOWN;
      return expression.op === '-' ? -value : expression.op === '+' ? value : UNKNOWN;
    }
    case 'cast':
      return cast(evaluate(expression.expression, at), expression.type.base);
    case 'collate':
      return evaluate(expression.expression, at);
    case 'case':
      for (const { when, then } of expression.whens) {
        const truth = expression.operand
          ? compare('=', evaluate(expression.operand, at), evaluate(when, at))
          : holds(when, at);
        if (truth === UNKNOWN) return UNKNOWN;
        if (truth === true) return evaluate(then, at);
      }
      return expression.otherwise ? evaluate(expression.otherwise, at) : null;
    case 'call':
      return call(expression, at);
    case 'subquery':
      return scalarOf(expression.query, at);
    default:
      return UNKNOWN;
  }
}

function literal(type: string, value: string): Value {
  if (type === 'null') return null;
  if (type === 'string' || type === 'nstring') return value;
  if (type === 'binary') return value.length > 12 ? UNKNOWN : Number.parseInt(value, 16);
  return type === 'int' || type === 'decimal' || type === 'float' ? Number(value) : UNKNOWN;
}

function columnValue(parts: readonly string[], at: Environment): Value {
  const [column = '', qualifier] = parts.toReversed().map((part) => part.toLowerCase());
  for (const row of (at.row ?? []).toReversed()) {
    if (qualifier !== undefined && row.alias !== qualifier) continue;
    const value = row.get(column);
    if (value !== undefined) return value;
  }
  return UNKNOWN;
}

function arithmetic(expression: Binary, at: Environment): Value {
  const left = evaluate(expression.left, at);
  const right = evaluate(expression.right, at);
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  if (left === null || right === null) return null;
  if (expression.op === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  const [a, b] = [Number(left), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return UNKNOWN;
  switch (expression.op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    default:
      return UNKNOWN;
  }
}

function cast(value: Value, base: string): Value {
  if (value === null || value === UNKNOWN) return value;
  if (/char|text|sysname/.test(base)) return String(value);
  if (/int|decimal|numeric|bit|float|real/.test(base)) {
    const number = Number(value);
    return Number.isNaN(number) ? UNKNOWN : number;
  }
  return UNKNOWN;
}

function call(expression: FunctionCall, at: Environment): Value {
  const name = expression.name.name.name.toLowerCase();
  if (name === 'count' || name === 'count_big') return at.row === null ? UNKNOWN : countRows();
  return callFunction(
    name,
    expression.args.map((argument) => evaluate(argument, at)),
    at.site,
  );
}

/** Whether a condition holds: true, false, null as T-SQL has it, or UNKNOWN. */
export function holds(condition: Expression, at: Environment): Truth {
  switch (condition.kind) {
    case 'unary':
      return condition.op === 'not' ? not(holds(condition.operand, at)) : UNKNOWN;
    case 'binary':
      return binary(condition, at);
    case 'isNull': {
      const value = evaluate(condition.expression, at);
      if (value === UNKNOWN) return UNKNOWN;
      return (value === null) !== condition.not;
    }
    case 'exists':
      return existsIn(condition.query, at);
    case 'in':
      return isIn(condition, at);
    case 'like':
      return isLike(condition, at);
    case 'between': {
      const value = evaluate(condition.expression, at);
      const truth = and(
        compare('>=', value, evaluate(condition.low, at)),
        compare('<=', value, evaluate(condition.high, at)),
      );
      return condition.not ? not(truth) : truth;
    }
    default:
      return UNKNOWN;
  }
}

export function not(truth: Truth): Truth {
  return typeof truth === 'boolean' ? !truth : truth;
}

export function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  return a === null || b === null ? null : true;
}

export function or(a: Truth, b: Truth): Truth {
  if (a === true || b === true) return true;
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  return a === null || b === null ? null : false;
}

function binary(condition: Binary, at: Environment): Truth {
  switch (condition.op) {
    case 'and': {
      const left = holds(condition.left, at);
      return left === false ? false : and(left, holds(condition.right, at));
    }
    case 'or': {
      const left = holds(condition.left, at);
      return left === true ? true : or(left, holds(condition.right, at));
    }
    case '=':
    case '<>':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compare(condition.op, evaluate(condition.left, at), evaluate(condition.right, at));
    default:
      return UNKNOWN;
  }
}

/** Names are compared without case and without trailing blanks, as most servers do. */
export function comparable(value: string): string {
  return value.replace(/ +$/, '').toLowerCase();
}

function compare(op: string, left: Value, right: Value): Truth {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  if (left === null || right === null) return null;
  let order: number;
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [comparable(left), comparable(right)];
    order = a < b ? -1 : a > b ? 1 : 0;
  } else {
    const [a, b] = [Number(left), Number(right)];
    if (Number.isNaN(a) || Number.isNaN(b)) return UNKNOWN;
    order = a - b;
  }
  switch (op) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    default:
      return order >= 0;
  }
}

function isIn(condition: In, at: Environment): Truth {
  if (!condition.values) return UNKNOWN;
  const value = evaluate(condition.expression, at);
  let found: Truth = false;
  for (const one of condition.values) found = or(found, compare('=', value, evaluate(one, at)));
  return condition.not ? not(found) : found;
}

function isLike(condition: Like, at: Environment): Truth {
  const value = evaluate(condition.expression, at);
  const pattern = evaluate(condition.pattern, at);
  if (value === UNKNOWN || pattern === UNKNOWN || condition.escape) return UNKNOWN;
  if (value === null || pattern === null) return null;
  const source = String(pattern).replaceAll(/[%_]|\[[^\]]*\]|[\\^$.*+?()|{}[]/g, (part) => {
    if (part === '%') return '[^]*';
    if (part === '_') return '[^]';
    return part.length > 1 ? `[${part.slice(1, -1).replaceAll(/[\\[]/g, String.raw`\$&`)}]` : `\\${part}`;
  });
  const matches = new RegExp(`^${source}$`, 'i').test(String(value));
  return matches !== condition.not;
}
