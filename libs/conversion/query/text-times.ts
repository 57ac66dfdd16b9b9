import type { RelationColumn, SqlType, TypedSql } from './api.ts';

/**
 * Times of seven digits that stand in a key are columns of text in the target, so that no key loses a digit (docs/decisions/0003-key-fold.md).
 * Code computes with the time: what is read is cast, what is stored is written out as the load writes it.
 */

const TIMES: Readonly<Record<string, string>> = {
  datetime2: 'timestamp(6)',
  time: 'time(6)',
  datetimeoffset: 'timestamptz(6)',
};

/** The PostgreSQL type that the text of such a column is read as; undefined: it is no such column. */
export function timeWithin(column: Pick<RelationColumn, 'type' | 'pgType'>): string | undefined {
  return column.pgType === 'text' ? TIMES[column.type.name] : undefined;
}

/** A time as the text of such a column. */
export function timeAsText(from: TypedSql): TypedSql {
  return { sql: written(from), type: from.type, nullable: from.nullable };
}

function written({ sql, type }: { readonly sql: string; readonly type: SqlType }): string {
  if (sql.startsWith('NULL::')) return 'NULL';
  if (type.name === 'time') return `to_char((${sql})::interval, 'HH24:MI:SS.US"0"')`;
  if (type.name === 'datetime2') return `to_char(${sql}, 'YYYY-MM-DD HH24:MI:SS.US"0"')`;
  return `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US"0 +00:00"')`;
}
