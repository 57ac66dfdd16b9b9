import type { Node, Query } from '#tsql';
import { broken, hasOwn } from './rule.ts';
import { conditionsOf, specsOf } from './queries.ts';

const isNext = (node: Node): boolean => node.kind === 'nextValueFor';

/** Where NEXT VALUE FOR may not stand in a query; `isNested` of all but SELECT statements and what INSERT selects. */
export function checkSequences(query: Query, isNested: boolean): void {
  const specs = specsOf(query.body);
  for (const spec of specs) {
    const { where, having, groupBy, top } = spec;
    const clauses: Node[] = [where, having, groupBy, top].filter((one) => one !== undefined);
    if (hasOwn([...clauses, ...spec.from.flatMap((source) => conditionsOf(source))], isNext))
      throw broken(
        11_720,
        'NEXT VALUE FOR function is not allowed in the TOP, OVER, OUTPUT, ON, WHERE, GROUP BY, HAVING, or ORDER BY clauses.',
        spec,
      );
    if (!hasOwn(spec.items, isNext)) continue;
    if (isNested)
      throw broken(
        11_719,
        'NEXT VALUE FOR function is not allowed in check constraints, default objects, computed columns, views, user-defined functions, user-defined aggregates, user-defined table types, sub-queries, common table expressions, derived tables or return statements.',
        spec,
      );
    if (spec.distinct || specs.length > 1)
      throw broken(
        11_721,
        'NEXT VALUE FOR function cannot be used directly in a statement that uses a DISTINCT, UNION, UNION ALL, EXCEPT or INTERSECT operator.',
        spec,
      );
    if (query.orderBy.length > 0 && hasOwn(spec.items, (node) => node.kind === 'nextValueFor' && !node.over))
      throw broken(
        11_723,
        'NEXT VALUE FOR function cannot be used directly in a statement that contains an ORDER BY clause unless the OVER clause is specified.',
        spec,
      );
  }
  if (hasOwn(query.orderBy, isNext))
    throw broken(
      11_720,
      'NEXT VALUE FOR function is not allowed in the TOP, OVER, OUTPUT, ON, WHERE, GROUP BY, HAVING, or ORDER BY clauses.',
      query,
    );
}
