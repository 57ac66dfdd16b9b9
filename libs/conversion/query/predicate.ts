import type { Binary, ComparisonOperator, Expression, Like, Quantified } from '#tsql';
import type { SqlType, TypedSql } from './api.ts';
import { comparable, compare } from './compare.ts';
import { commonType, toCommon, translate } from './expression.ts';
import type { Environment } from './environment.ts';
import { keysetCondition } from './keyset.ts';
import { likeCondition } from './like.ts';
import { existsCondition, singleColumn } from './subquery.ts';
import type { Translation } from './translation.ts';
import { searchCondition } from './full-text.ts';

const COMPARISONS = new Set<string>(['=', '<>', '<', '>', '<=', '>=']);

/** Translates a condition to a PostgreSQL boolean; safe as an operand. */
export function condition(t: Translation, env: Environment, node: Expression): string {
  switch (node.kind) {
    case 'binary':
      return binaryCondition(t, env, node);
    case 'unary':
      return node.op === 'not' ? `(NOT ${condition(t, env, node.operand)})` : notACondition(t, node);
    case 'exists':
      return existsCondition(t, env, node.query);
    case 'in':
      return inCondition(t, env, node);
    case 'between':
      return betweenCondition(t, env, node);
    case 'like':
      return like(t, env, node);
    case 'isNull':
      return `(${translate(t, env, node.expression).sql} IS ${node.not ? 'NOT ' : ''}NULL)`;
    case 'isDistinct': {
      const op = node.not ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM';
      return `(${compare(t, op, translate(t, env, node.left), translate(t, env, node.right), node.span)})`;
    }
    case 'quantified':
      return quantified(t, env, node);
    case 'fullText':
      return searchCondition(t, env, node);
    case 'graphMatch':
      return refuse(t, 'MATCH', node);
    case 'currentOf':
      return refuse(t, 'CURRENT OF', node);
    case 'call':
      if (node.name.name.name.toLowerCase() === 'update') return updatePredicate(t, env, node);
      return notACondition(t, node);
    default:
      return notACondition(t, node);
  }
}

/** UPDATE(c) of triggers: the engine answers as for a function of that name. */
function updatePredicate(t: Translation, env: Environment, node: Extract<Expression, { kind: 'call' }>): string {
  const handler = env.scope.function('update');
  if (!handler) return refuse(t, 'UPDATE()', node);
  const column = node.args[0];
  const name = column?.kind === 'column' ? (column.parts.at(-1)?.name ?? '') : '';
  return handler({
    name: 'update',
    args: [{ sql: '', type: { name: 'nvarchar', length: 128 }, nullable: false, constant: name }],
    span: node.span,
    convert: (from) => from,
    parameter: (key, type) => t.parameter(key, type),
    fail: (number, message) => {
      t.fail('update-predicate', number, message, node.span);
      throw new Error(message);
    },
  }).sql;
}

function refuse(t: Translation, what: string, node: Expression): string {
  t.unsupported(what, node.span);
  return 'NULL::boolean';
}

function notACondition(t: Translation, node: Expression): string {
  t.fail(
    'not-a-condition',
    4145,
    'An expression of non-boolean type specified in a context where a condition is expected.',
    node.span,
  );
  return 'NULL::boolean';
}

/** AND and OR chains are flattened: machine-made conditions are thousands long. */
const DISTINCT: Partial<Record<ComparisonOperator, 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'>> = {
  '=': 'IS NOT DISTINCT FROM',
  '<>': 'IS DISTINCT FROM',
};

/** SET ANSI_NULLS OFF says something only of comparisons with NULL itself or with a variable. */
function nullsEqual(
  t: Translation,
  { left, right }: { readonly left: Expression; readonly right: Expression },
): boolean {
  if (t.context.nullsEqual !== true) return false;
  return [left, right].some((one) => one.kind === 'variable' || (one.kind === 'literal' && one.type === 'null'));
}

function binaryCondition(t: Translation, env: Environment, node: Binary): string {
  if (node.op === 'and' || node.op === 'or') {
    const keyset = node.op === 'or' && t.profile.runtime ? keysetCondition(t, env, flatten(node, 'or')) : undefined;
    if (keyset !== undefined) return keyset;
    const parts = flatten(node, node.op).map((part) => condition(t, env, part));
    return `(${parts.join(node.op === 'and' ? ' AND ' : ' OR ')})`;
  }
  if (!COMPARISONS.has(node.op)) {
    return node.op === '*=' || node.op === '=*'
      ? refuse(t, `The old outer join ${node.op}`, node)
      : notACondition(t, node);
  }
  const [left, right] = [translate(t, env, node.left), translate(t, env, node.right)];
  const op = node.op as ComparisonOperator;
  return `(${compare(t, nullsEqual(t, node) ? (DISTINCT[op] ?? op) : op, left, right, node.span)})`;
}

export function flatten(node: Expression, op: 'and' | 'or'): readonly Expression[] {
  const out: Expression[] = [];
  const stack: Expression[] = [node];
  for (let one = stack.pop(); one; one = stack.pop()) {
    if (one.kind === 'binary' && one.op === op) stack.push(one.right, one.left);
    else out.push(one);
  }
  return out;
}

function inCondition(t: Translation, env: Environment, node: Extract<Expression, { kind: 'in' }>): string {
  const left = translate(t, env, node.expression);
  const word = node.not ? 'NOT IN' : 'IN';
  if (node.query) {
    const column = singleColumn(t, env, node.query);
    const operands = comparable(t, [left, { ...column.value, sql: column.reference }], false, node.span);
    return `(${operands.left} ${word} (${column.select(operands.right)}))`;
  }
  const values = (node.values ?? []).map((one) => translate(t, env, one));
  const pairs = values.map((one) => comparable(t, [left, one], false, node.span));
  const first = pairs[0]?.left ?? left.sql;
  if (pairs.every((pair) => pair.left === first)) {
    return `(${first} ${word} (${pairs.map((pair) => pair.right).join(', ')}))`;
  }
  const type: SqlType = commonType([left, ...values]);
  const common = (one: TypedSql): TypedSql => toCommon(t, one, type, node.span);
  const tests = values.map((one) => compare(t, node.not ? '<>' : '=', common(left), common(one), node.span));
  return `(${tests.join(node.not ? ' AND ' : ' OR ')})`;
}

function betweenCondition(t: Translation, env: Environment, node: Extract<Expression, { kind: 'between' }>): string {
  const [one, low, high] = [node.expression, node.low, node.high].map((part) => translate(t, env, part)) as [
    TypedSql,
    TypedSql,
    TypedSql,
  ];
  const above = compare(t, node.not ? '<' : '>=', one, low, node.span);
  const below = compare(t, node.not ? '>' : '<=', one, high, node.span);
  return `(${above} ${node.not ? 'OR' : 'AND'} ${below})`;
}

function like(t: Translation, env: Environment, node: Like): string {
  const [text, pattern] = [translate(t, env, node.expression), translate(t, env, node.pattern)];
  const escape = node.escape ? translate(t, env, node.escape) : undefined;
  return likeCondition(t, { text, pattern, not: node.not, span: node.span, ...(escape ? { escape } : {}) });
}

function quantified(t: Translation, env: Environment, node: Quantified): string {
  const left = translate(t, env, node.left);
  const column = singleColumn(t, env, node.query);
  const ordering = node.op !== '=' && node.op !== '<>';
  const operands = comparable(t, [left, { ...column.value, sql: column.reference }], ordering, node.span);
  return `(${operands.left} ${node.op} ${node.quantifier === 'all' ? 'ALL' : 'ANY'} (${column.select(operands.right)}))`;
}

/** A condition as a bit. */
export const conditionAsBit = (sql: string): TypedSql => ({ sql, type: { name: 'bit' }, nullable: false });
