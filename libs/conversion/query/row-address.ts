import type { Relation } from './api.ts';

/** The address of a stored row: over partitions the place alone is not enough, since each partition counts its own. */
export function rowAddress(relation: Pick<Relation, 'partitioned'>, name: string): string {
  return relation.partitioned ? `ROW(${name}.tableoid, ${name}.ctid)` : `${name}.ctid`;
}

/** Whether a row is among those that a query finds; `rest`: the query from its FROM on, over rows of the same name. */
export function isAmongRows(relation: Pick<Relation, 'partitioned'>, name: string, rest: string): string {
  return relation.partitioned
    ? `(${name}.tableoid, ${name}.ctid) IN (SELECT ${name}.tableoid, ${name}.ctid${rest})`
    : `${name}.ctid IN (SELECT ${name}.ctid${rest})`;
}
