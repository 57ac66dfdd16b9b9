import type { TypedSql } from './api.ts';
import { isString } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** A variable or a parameter: it has the database's own collation. */
const isVariable = ({ sql, column }: TypedSql): boolean =>
  column === undefined && /^(\$\d+|\w+|"(?:[^"]|"")+")$/.test(sql);

/** A constant in which no letter has another case: searched for and compared with it, upper and lower case make no difference. */
export const hasNoLetters = ({ constant }: TypedSql): boolean =>
  typeof constant === 'string' && constant.toLowerCase() === constant.toUpperCase();

/**
 * Whether PostgreSQL compares the values without case by itself: at least one is a column of a collation without case, the others follow it. Expressions are not among them:
 * they may have been given another collation on the way.
 */
export function comparesWithoutCase(values: readonly TypedSql[]): boolean {
  return (
    values.some((one) => one.caseless) &&
    values.every((one) => one.caseless === true || typeof one.constant === 'string' || isVariable(one))
  );
}

/**
 * A text for what PostgreSQL refuses of a collation that is not deterministic (LIKE, search, replacement, patterns): under the database's own collation, where the target gives
 * its columns such a one.
 */
export function searchable(t: Translation, one: TypedSql): TypedSql {
  if (!t.profile.caselessColumns || !isString(one.type) || one.untyped) return one;
  if (typeof one.constant === 'string' || one.constant === null || isVariable(one)) return one;
  const { caseless: _, ...rest } = one;
  return { ...rest, sql: `(${one.sql} COLLATE "default")` };
}
