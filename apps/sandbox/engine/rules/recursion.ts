import { walk, type Cte, type QueryBody, type SelectSpec, type TableSource, type WithClause } from '#tsql';
import { broken, hasOwn, isAggregate } from './rule.ts';

/** The rules of common table expressions: each name once, and recursion as Microsoft's page on WITH has it. */
export function checkWith(clause: WithClause): void {
  const names = new Set<string>();
  for (const cte of clause.ctes) {
    const key = cte.name.name.toLowerCase();
    if (names.has(key))
      throw broken(239, `Duplicate common table expression name '${cte.name.name}' was specified.`, cte, 16);
    names.add(key);
    checkRecursion(cte);
  }
}

function checkRecursion(cte: Cte): void {
  const { name } = cte.name;
  const members = membersOf(cte.query.body);
  const recursive = members.filter((member) => references(member, name) > 0);
  if (recursive.length === 0) return;
  if (recursive.length === members.length)
    throw broken(246, `No anchor member was specified for recursive query "${name}".`, cte, 16);
  if (!isUnionAll(cte.query.body, name))
    throw broken(
      252,
      `Recursive common table expression '${name}' does not contain a top-level UNION ALL operator.`,
      cte,
      16,
    );
  for (const member of recursive) checkMember(member, cte);
}

/** The members of a recursive expression: what its unions put together. */
function membersOf(body: QueryBody): QueryBody[] {
  return body.kind === 'setOperation' && body.op === 'union'
    ? [...membersOf(body.left), ...membersOf(body.right)]
    : [body];
}

/** Whether the union that brings in the recursion keeps all rows. */
function isUnionAll(body: QueryBody, name: string): boolean {
  if (body.kind !== 'setOperation' || body.op !== 'union') return false;
  if (references(body.left, name) > 0) return isUnionAll(body.left, name) && body.all;
  return body.all;
}

/** How often the FROM of a member, or anything below it, names the expression. */
function references(body: QueryBody, name: string): number {
  const key = name.toLowerCase();
  let count = 0;
  walk(body, (node) => {
    if (node.kind === 'query' && node.with?.ctes.some((one) => one.name.name.toLowerCase() === key)) return 'skip';
    if (node.kind === 'table' && node.name.schema === undefined && node.name.name.name.toLowerCase() === key)
      count += 1;
    return undefined;
  });
  return count;
}

const direct = (source: TableSource, name: string): number => {
  if (source.kind === 'join') return direct(source.left, name) + direct(source.right, name);
  return source.kind === 'table' &&
    source.name.schema === undefined &&
    source.name.name.name.toLowerCase() === name.toLowerCase()
    ? 1
    : 0;
};

function checkMember(body: QueryBody, cte: Cte): void {
  const { name } = cte.name;
  if (body.kind !== 'selectSpec') return;
  const part = `in the recursive part of a recursive common table expression '${name}'.`;
  const refuse = (number: number, what: string): never => {
    throw broken(number, `${what} ${part}`, body, 16);
  };
  const all = references(body, name);
  const own = body.from.reduce((sum, source) => sum + direct(source, name), 0);
  if (own > 1)
    throw broken(
      253,
      `Recursive member of a common table expression '${name}' has multiple recursive references.`,
      body,
      16,
    );
  if (inConditions(body, name)) throw broken(465, 'Recursive references are not allowed in subqueries.', body, 16);
  if (all === 0) return;
  if (body.distinct) refuse(460, 'DISTINCT operator is not allowed');
  if (body.top !== undefined) refuse(461, 'The TOP or OFFSET operator is not allowed');
  if (body.from.some((source) => isOuter(source))) refuse(462, 'Outer join is not allowed');
  if (body.groupBy !== undefined || body.having !== undefined || hasOwn(body.items, isAggregate))
    refuse(467, 'GROUP BY, HAVING, or aggregate functions are not allowed');
}

function inConditions(spec: SelectSpec, name: string): boolean {
  const key = name.toLowerCase();
  let found = false;
  for (const part of [...spec.items, ...(spec.where === undefined ? [] : [spec.where])]) {
    walk(part, (node) => {
      if (node.kind === 'table' && node.name.schema === undefined && node.name.name.name.toLowerCase() === key)
        found = true;
    });
  }
  return found;
}

function isOuter(source: TableSource): boolean {
  if (source.kind !== 'join') return false;
  const outer = source.type === 'left' || source.type === 'right' || source.type === 'full';
  return outer || isOuter(source.left) || isOuter(source.right);
}
