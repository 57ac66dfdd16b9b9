import type { Relation } from './api.ts';

/**
 * The address of a stored row: its key, which a row keeps that another session changes meanwhile, else its place. Over partitions the place alone is not enough, since each partition counts
 * its own.
 */
export function rowAddress({ key = [], ...relation }: Pick<Relation, 'partitioned' | 'key'>, name: string): string {
  const [first] = key;
  if (key.length === 1 && first !== undefined) return `${name}.${first}`;
  if (key.length > 1) return `ROW(${key.map((one) => `${name}.${one}`).join(', ')})`;
  return relation.partitioned ? `ROW(${name}.tableoid, ${name}.ctid)` : `${name}.ctid`;
}

/** Whether a row is among those that a query finds; `rest`: the query from its FROM on, over rows of the same name. One that locks rows is run once. */
export function isAmongRows(
  relation: Pick<Relation, 'partitioned' | 'key'>,
  name: string,
  rest: string,
  locks = false,
): string {
  const { key = [] } = relation;
  if (locks && (key.length === 1 || !relation.partitioned)) {
    const address = key.length === 1 ? rowAddress(relation, name) : `${name}.ctid`;
    return `${address} = ANY (ARRAY(SELECT ${address}${rest}))`;
  }
  if (key.length > 0) {
    const list = key.map((one) => `${name}.${one}`).join(', ');
    return `${key.length === 1 ? list : `(${list})`} IN (SELECT ${list}${rest})`;
  }
  return relation.partitioned
    ? `(${name}.tableoid, ${name}.ctid) IN (SELECT ${name}.tableoid, ${name}.ctid${rest})`
    : `${name}.ctid IN (SELECT ${name}.ctid${rest})`;
}
