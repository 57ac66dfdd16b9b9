import type { SqlType, TypedSql } from '../api.ts';
import type { FunctionUse } from '../function-call.ts';
import { call } from '../sql-text.ts';
import { isNational, isPadded, lengthLimit, lengthOf } from '../sql-type.ts';

/** A string result: national as its source is, with its collation. */
export function text(sql: string, source: TypedSql, length = lengthOf(source.type) ?? -1, nullable = true): TypedSql {
  const collation = source.type.collation;
  const type: SqlType = {
    name: isNational(source.type) ? 'nvarchar' : 'varchar',
    length: length === -1 ? -1 : Math.max(1, Math.min(length, lengthLimit(source.type))),
    ...(collation === undefined ? {} : { collation }),
  };
  return {
    sql,
    type,
    nullable,
    ...(source.collated ? { collated: source.collated } : {}),
    ...(source.pgCollated === undefined ? {} : { pgCollated: source.pgCollated }),
  };
}

/** A string with the collation by which PostgreSQL's own functions search and fold it. */
export function collated(use: FunctionUse, one: TypedSql): string {
  if (!use.runtime || one.pgCollated) return one.sql;
  const collation = use.t.profile.collation(one.type.collation ?? use.t.scope.collation);
  return collation === undefined ? one.sql : `(${one.sql} COLLATE ${collation})`;
}

/** Whether a string is of the type with max. */
export const isMax = (one: TypedSql): boolean => lengthOf(one.type) === -1;

/** A char(n) with the blanks that SQL Server keeps at its end and PostgreSQL's functions do not see. */
export function blanksKept(use: FunctionUse, value: TypedSql): TypedSql {
  if (use.runtime || !isPadded(value.type) || value.constant !== undefined) return value;
  return { ...value, sql: call('rpad', value.sql, String(value.type.length ?? 1)) };
}
