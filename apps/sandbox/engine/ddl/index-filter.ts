import { findAll, printDefinition, type Expression } from '#tsql';
import { SqlError } from '../../session.ts';

const COMPARED = /^(?:=|<>|<|>|<=|>=)$/;

const isConstant = (value: Expression): boolean =>
  ['column', 'subquery', 'variable', 'call'].every((kind) => findAll(value, kind as 'column').length === 0);

/** `column op constant`, `column IN (constants)`, `column IS [NOT] NULL`, and those joined by AND: nothing else filters an index. */
function isFilter(condition: Expression): boolean {
  switch (condition.kind) {
    case 'binary':
      if (condition.op === 'and') return isFilter(condition.left) && isFilter(condition.right);
      return COMPARED.test(condition.op) && condition.left.kind === 'column' && isConstant(condition.right);
    case 'in': {
      const { not, expression, values } = condition;
      return !not && expression.kind === 'column' && values !== undefined && values.every(isConstant);
    }
    case 'isNull':
      return condition.expression.kind === 'column';
    default:
      return false;
  }
}

/** The WHERE of an index as the catalog keeps it. Throws 10735 for what filters no index. */
export function indexFilter(where: Expression, index: string, table: string): string {
  if (isFilter(where)) return printDefinition(where, 'filter');
  throw new SqlError(10_735, `Incorrect WHERE clause for filtered index '${index}' on table '${table}'.`);
}
