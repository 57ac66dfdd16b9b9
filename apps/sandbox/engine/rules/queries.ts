import type { Expression, Literal, Query, QueryBody, SelectSpec, SetOperation, TableSource, Top } from '#tsql';
import { walk, withoutSpans, type Node } from '#tsql';
import { broken, hasOwn, isAggregate, isConstant, isWindowed, plainName, walkOwn } from './rule.ts';

/** The SELECTs of a query, as they are written. */
export function specsOf(body: QueryBody): SelectSpec[] {
  return body.kind === 'selectSpec' ? [body] : [...specsOf(body.left), ...specsOf(body.right)];
}

/** The rules of one query; `isNested` of all but those that are a statement. */
export function checkQuery(query: Query, isNested: boolean): void {
  const specs = specsOf(query.body);
  if (query.body.kind === 'setOperation') checkOperation(query.body);
  for (const [at, spec] of specs.entries()) {
    if (at > 0 && spec.into !== undefined)
      throw broken(
        196,
        'SELECT INTO must be the first query in a statement containing a UNION, INTERSECT or EXCEPT operator.',
        spec,
      );
    checkAssignments(spec);
    if (spec.into === undefined) checkIdentity(spec);
    checkGroups(spec);
    checkConditions(spec);
    if (spec.top !== undefined) checkTop(spec.top, query);
  }
  checkOrder(query);
  if (query.fetch !== undefined && numberOf(query.fetch) === 0)
    throw broken(10_744, 'The number of rows provided for a FETCH clause must be greater then zero.', query);
  if (isNested && specs.length > 1 && (query.for?.type === 'xml' || query.for?.type === 'json'))
    throw broken(
      1086,
      'The FOR XML and FOR JSON clauses are invalid in views, inline functions, derived tables, and subqueries when they contain a set operator. To work around, wrap the SELECT containing a set operator using derived table or common table expression or view and apply FOR XML or FOR JSON on top of it.',
      query,
    );
}

function checkOperation(body: SetOperation): void {
  if (body.op !== 'union' && body.all)
    throw broken(324, `The 'ALL' version of the ${body.op.toUpperCase()} operator is not supported.`, body);
  for (const side of [body.left, body.right]) if (side.kind === 'setOperation') checkOperation(side);
}

function checkAssignments(spec: SelectSpec): void {
  const assigned = spec.items.filter((item) => item.kind === 'selectAssign').length;
  if (assigned === 0) return;
  if (spec.into !== undefined)
    throw broken(
      194,
      'A SELECT INTO statement cannot contain a SELECT statement that assigns values to a variable.',
      spec,
    );
  if (assigned < spec.items.length)
    throw broken(
      141,
      'A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.',
      spec,
    );
}

/** The value of an integer that is written out, with its sign. */
function numberOf(expression: Expression): number | undefined {
  if (expression.kind === 'unary' && expression.op === '-') {
    const value = numberOf(expression.operand);
    return value === undefined ? undefined : -value;
  }
  return expression.kind === 'literal' && isNumber(expression) ? Number(expression.value) : undefined;
}

const isNumber = (literal: Literal): boolean =>
  literal.type === 'int' || literal.type === 'decimal' || literal.type === 'float';

function checkTop(top: Top, query: Query): void {
  if (query.offset !== undefined)
    throw broken(10_741, 'A TOP can not be used in the same query or sub-query as a OFFSET.', top);
  if (top.withTies && query.orderBy.length === 0)
    throw broken(1062, 'The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause.', top);
  const value = numberOf(top.expression);
  if (top.percent) {
    if (value !== undefined && (value < 0 || value > 100))
      throw broken(1031, 'Percent values must be between 0 and 100.', top);
    return;
  }
  if (value !== undefined && value < 0) throw broken(127, 'A TOP N or FETCH rowcount value may not be negative.', top);
  if (top.expression.kind === 'literal' && top.expression.type !== 'int' && !/^\d+$/.test(top.expression.text))
    throw broken(
      1060,
      'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.',
      top,
    );
}

function checkOrder({ orderBy }: Query): void {
  const seen = new Set<string>();
  for (const [at, { expression }] of orderBy.entries()) {
    checkOrderItem(expression, at + 1);
    if (expression.kind !== 'column') continue;
    const key = JSON.stringify(withoutSpans(expression.parts.map((part) => part?.name.toLowerCase())));
    if (seen.has(key))
      throw broken(
        169,
        'A column has been specified more than once in the order by list. Columns in the order by list must be unique.',
        expression,
      );
    seen.add(key);
  }
}

function checkOrderItem(expression: Expression, position: number): void {
  if (expression.kind === 'literal' && expression.type === 'int') return;
  if (isConstant(expression))
    throw broken(
      408,
      `A constant expression was encountered in the ORDER BY list, position ${position}.`,
      expression,
      16,
    );
  const isOfVariables =
    hasOwn(expression, (node) => node.kind === 'variable') &&
    !hasOwn(expression, (node) => !['variable', 'literal', 'unary', 'binary'].includes(node.kind));
  if (isOfVariables)
    throw broken(
      1008,
      `The SELECT item identified by the ORDER BY number ${position} contains a variable as part of the expression identifying a column position. Variables are only allowed when ordering by an expression referencing a column name.`,
      expression,
    );
}

/** What is grouped by: neither aggregates nor subqueries, and a column of the query in each. */
function checkGroups({ groupBy }: SelectSpec): void {
  if (groupBy === undefined) return;
  walk(groupBy, (node) => {
    if (node.kind !== 'groupExpressions') return undefined;
    for (const expression of node.expressions) checkGroup(expression);
    return 'skip';
  });
}

function checkGroup(expression: Expression): void {
  if (hasOwn(expression, (node) => isAggregate(node) || node.kind === 'subquery' || node.kind === 'exists'))
    throw broken(
      144,
      'Cannot use an aggregate or a subquery in an expression used for the group by list of a GROUP BY clause.',
      expression,
    );
  if (!hasOwn(expression, (node) => node.kind === 'column' || node.kind === 'property'))
    throw broken(
      164,
      'Each GROUP BY expression must contain at least one column that is not an outer reference.',
      expression,
    );
}

/** Where no row is chosen yet there are neither windows nor groups. */
function checkConditions(spec: SelectSpec): void {
  const { where, having, groupBy, from } = spec;
  const conditions: Node[] = [where, having, groupBy].filter((one) => one !== undefined);
  const joined = from.flatMap((source) => conditionsOf(source));
  if (hasOwn([...conditions, ...joined], isWindowed))
    throw broken(
      4108,
      'Windowed functions can only appear in the SELECT or ORDER BY clauses.',
      where ?? having ?? groupBy ?? joined[0] ?? spec,
    );
  for (const on of joined) {
    if (hasOwn(on, isAggregate))
      throw broken(
        1015,
        'An aggregate cannot appear in an ON clause unless it is in a subquery contained in a HAVING clause or select list, and the column being aggregated is an outer reference.',
        on,
      );
  }
}

/** The conditions of the joins of a source, not of what is derived in it. */
export function conditionsOf(source: TableSource): Expression[] {
  if (source.kind !== 'join') return [];
  return [...conditionsOf(source.left), ...conditionsOf(source.right), ...(source.on === undefined ? [] : [source.on])];
}

/** Aggregates are not within aggregates, nor over subqueries. */
export function checkAggregate(call: Node): void {
  if (!isAggregate(call)) return;
  let within: Node | undefined;
  walkOwn(call.args, (node) => {
    if (isAggregate(node) || node.kind === 'subquery' || node.kind === 'exists') within ??= node;
  });
  if (within !== undefined)
    throw broken(
      130,
      'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.',
      call,
    );
}

/** IDENTITY(type, seed, increment) makes a column of a new table. */
function checkIdentity(spec: SelectSpec): void {
  const call = spec.items.find(
    (item) =>
      item.kind === 'selectItem' && item.expression.kind === 'call' && plainName(item.expression) === 'identity',
  );
  if (call !== undefined)
    throw broken(177, 'The IDENTITY function can only be used when the SELECT statement has an INTO clause.', call);
}
