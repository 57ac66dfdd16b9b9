import type { Clause, ClauseValue, ServerStatement } from '../ast/index.ts';
import { printExpression } from './expressions.ts';
import { printSelectItem } from './queries.ts';
import { commas, printName, printObjectName, printType, words } from './text.ts';

/** Prints a statement on keys, queues, endpoints and the like. */
export function printServerStatement(s: ServerStatement): string {
  return words(s.verb, s.name && printObjectName(s.name), ...s.clauses.map(printClause));
}

/** Prints one clause. */
export function printClause(c: Clause): string {
  const values = c.values.map(printValue);
  const last = c.assigned ? values.pop() : undefined;
  const list = c.list && commas(c.list, (item) => words(...item.map(printClause)));
  return words(c.words, ...values, c.assigned && '=', last, c.enclosed ? `(${list ?? ''})` : list);
}

function printValue(value: ClauseValue): string {
  switch (value.kind) {
    case 'identifier':
      return printName(value);
    case 'objectName':
      return printObjectName(value);
    case 'dataType':
      return printType(value);
    case 'selectItem':
    case 'selectAssign':
      return printSelectItem(value);
    default:
      return printExpression(value);
  }
}
