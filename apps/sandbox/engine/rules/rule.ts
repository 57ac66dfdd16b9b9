import { isAggregate as isAggregateCall } from '#conversion';
import { walk, type Expression, type FunctionCall, type Node } from '#tsql';
import { SqlError } from '../../session.ts';

/** What SQL Server says of a text that breaks a rule; the line is that of the node. */
export function broken(number: number, message: string, node: Node, severity = 15): SqlError {
  return new SqlError(number, message, severity, 1, node.span.line);
}

/** Visits what belongs to an expression itself: queries within it have rules of their own. */
export function walkOwn(root: Node | readonly Node[], visit: (node: Node) => void): void {
  walk(root, (node) => {
    visit(node);
    return node.kind === 'subquery' || node.kind === 'exists' || node.kind === 'quantified' || node.kind === 'query'
      ? 'skip'
      : undefined;
  });
}

/** Whether something of an expression itself is as is asked. */
export function hasOwn(root: Node | readonly Node[], is: (node: Node) => boolean): boolean {
  let found = false;
  walkOwn(root, (node) => {
    found ||= is(node);
  });
  return found;
}

/** The name of a function without a schema, in lower case; '' for one with. */
export const plainName = (call: FunctionCall): string =>
  call.name.schema === undefined ? call.name.name.name.toLowerCase() : '';

/** Whether a node is an aggregate over the rows of a group. */
export const isAggregate = (node: Node): node is FunctionCall => node.kind === 'call' && isAggregateCall(node);

/** Whether a node is computed over a window. */
export const isWindowed = (node: Node): node is FunctionCall => node.kind === 'call' && node.over !== undefined;

/** Whether an expression is made of constants alone. */
export function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return true;
    case 'unary':
      return isConstant(expression.operand);
    case 'binary':
      return isConstant(expression.left) && isConstant(expression.right);
    default:
      return false;
  }
}
