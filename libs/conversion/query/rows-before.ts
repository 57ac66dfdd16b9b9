import type { Span } from '#tsql';
import type { Translation } from './translation.ts';
import type { Found } from './found-rows.ts';
import { rowAddress } from './row-address.ts';

/** What PostgreSQL calls the row as it was and as it is in RETURNING. */
export interface RowImages {
  readonly inserted: string;
  readonly deleted: string;
}

/** From PostgreSQL 18 on. */
export const NEW_AND_OLD: RowImages = { inserted: 'new', deleted: 'old' };

/** The clauses around the SET list of an UPDATE. */
export interface UpdateClauses {
  readonly prefix: string;
  /** With its word, or ''. */
  readonly from: string;
  readonly where: string;
}

export const foundAsIs = ({ prefix, from, where }: Searched): UpdateClauses => ({
  prefix,
  from: from === '' ? '' : ` FROM ${from}`,
  where,
});

/** What of {@link Found} is needed to find the rows once more. */
export type Searched = Pick<Found, 'relation' | 'name' | 'prefix' | 'from' | 'where' | 'search'>;

/**
 * Before 18 RETURNING knows only the new row. The rows that will change are locked and read first, as a common table expression under `name`; the lock
 * makes them the newest ones, and they are joined by the table's key, so that an UPDATE which had to wait for another finds its rows all the same.
 */
export function withRowsBefore(t: Translation, found: Searched, name: string, span: Span): UpdateClauses {
  const { relation } = found;
  const key = relation.key ?? [];
  if (key.length === 0) {
    const message = `The rows before the change are joined by their addresses, for ${relation.name} has no key: rows that another session changes at the same time are left as they are.`;
    t.note('warning', 'rows-before', message, span);
  }
  const own = found.name;
  const columns = key.length === 0 ? `${rowAddress(relation, own)} AS address, ${own}.*` : `${own}.*`;
  const others = found.from === '' ? '' : `, ${found.from}`;
  const rows = `SELECT ${columns} FROM ${relation.sql} AS ${own}${others}${found.where} FOR UPDATE OF ${own}`;
  const same =
    key.length === 0
      ? `${rowAddress(relation, own)} = ${name}.address`
      : key.map((one) => `${own}.${one} = ${name}.${one}`).join(' AND ');
  // What has been found need not be searched again, except to find the other side of a join.
  const search = found.from === '' || found.search === '' ? ' WHERE ' : `${found.search} AND `;
  return {
    prefix: `${found.prefix === '' ? 'WITH ' : `${found.prefix.trimEnd()}, `}${name} AS MATERIALIZED (${rows}) `,
    from: ` FROM ${found.from === '' ? '' : `${found.from}, `}${name}`,
    where: `${search}${same}`,
  };
}
