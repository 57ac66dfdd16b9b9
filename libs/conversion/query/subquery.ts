import type { Query } from '#tsql';
import type { TypedSql } from './api.ts';
import type { Environment } from './environment.ts';
import { checkInnerOrder, querySql } from './query.ts';
import { bool, value } from './sql-text.ts';
import { nvarchar } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** A query in the place of a value: one column; more rows than one are an error of execution (512). */
export function subqueryValue(t: Translation, env: Environment, query: Query): TypedSql {
  checkInnerOrder(t, query);
  const inner = querySql(t, env, query, {});
  if (inner.document) {
    const wrapped = query.for?.options.every((one) => one.name !== 'WITHOUT_ARRAY_WRAPPER') === true;
    const isXml = inner.document === 'xml' && query.for?.options.some((option) => option.name === 'TYPE') === true;
    if (isXml) return value(t.profile.runtime ? `(${inner.sql})` : `(${inner.sql})::xml`, { name: 'xml' });
    const one = value(`(${inner.sql})`, nvarchar(-1));
    return inner.document === 'json' && wrapped ? { ...one, json: true } : one;
  }
  const [column] = inner.columns;
  if (!column || inner.columns.length > 1) {
    const message =
      'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.';
    return t.fail('subquery-columns', 116, message, query.span);
  }
  return { ...column.value, sql: `(${inner.sql})`, nullable: true };
}

export function existsCondition(t: Translation, env: Environment, query: Query): string {
  checkInnerOrder(t, query);
  return `EXISTS (${querySql(t, env, query, { existence: true }).sql})`;
}

/** The single column of a subquery, for IN, ANY and ALL. */
export interface SingleColumn {
  readonly value: TypedSql;
  /** How the column is written in the expression given to `select`. */
  readonly reference: string;
  /** The subquery that gives this expression of the column. */
  select(expression: string): string;
}

export function singleColumn(t: Translation, env: Environment, query: Query): SingleColumn {
  checkInnerOrder(t, query);
  const name = t.freshName('q');
  const inner = querySql(t, env, query, { named: true });
  const [column] = inner.columns;
  if (!column || inner.columns.length > 1) {
    const message =
      'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.';
    const failed = t.fail('subquery-columns', 116, message, query.span);
    return { value: failed, reference: failed.sql, select: () => `SELECT ${bool(false)}` };
  }
  const reference = `${name}.${column.sqlName}`;
  return {
    value: column.value,
    reference,
    select: (expression) =>
      expression === reference ? inner.sql : `SELECT ${expression} FROM (${inner.sql}) AS ${name}`,
  };
}
