import type { ComparisonOperator, Span } from '#tsql';
import type { SqlType, TypedSql } from './api.ts';
import { familyOf } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** The old types of long values: read, stored, searched by LIKE, and nothing else. */
export const isOldLong = (type: SqlType): boolean => /^(?:text|ntext|image)$/.test(type.name);

const isClr = (type: SqlType): boolean => /^(?:hierarchyid|geometry|geography)$/.test(type.name);

/** char, varchar and their national forms. */
export const isPlainText = (type: SqlType): boolean => /^n?(?:var)?char$/.test(type.name);

/** Whether SQL Server converts between two types only where CAST or CONVERT says so (CAST and CONVERT, "Implicit conversions"). */
export function isExplicitOnly(from: SqlType, to: SqlType): boolean {
  const [a, b] = [familyOf(from), familyOf(to)];
  if (from.name === 'sql_variant') return to.name !== 'sql_variant';
  if (from.name === 'xml' || isClr(from)) return isPlainText(to) || b === 'binary';
  if (a === 'datetime') return b === 'binary' || ['bit', 'integer', 'decimal', 'money', 'float'].includes(b);
  if (a === 'money') return isPlainText(to);
  if (isPlainText(from)) return to.name === 'binary' || to.name === 'varbinary' || to.name === 'rowversion';
  return false;
}

/** Whether SQL Server has no conversion at all between the old types of long values and others. */
export const isClash = (from: SqlType, to: SqlType): boolean =>
  isOldLong(from) && ['bit', 'integer', 'decimal', 'money', 'float', 'datetime', 'guid'].includes(familyOf(to));

const COMPARED: Readonly<Record<ComparisonOperator, string>> = {
  '=': 'equal to',
  '<>': 'not equal to',
  '<': 'less than',
  '>': 'greater than',
  '<=': 'less than or equal to',
  '>=': 'greater than or equal to',
};

/** 402 and 305: what cannot be compared. */
export function requireComparable(
  t: Translation,
  op: string,
  [left, right]: readonly [TypedSql, TypedSql],
  span: Span,
): void {
  const [a, b] = [left.type, right.type];
  if (isOldLong(a) || isOldLong(b)) {
    const name = COMPARED[op as ComparisonOperator] ?? op.toLowerCase();
    const message = `The data types ${a.name} and ${b.name} are incompatible in the ${name} operator.`;
    t.misfit(402, message, span);
  }
  if (a.name === 'xml' || b.name === 'xml') t.misfit(305, NO_XML, span);
}

const NO_XML = 'The XML data type cannot be compared or sorted, except when using the IS NULL operator.';
const NO_LONG =
  'The text, ntext, and image data types cannot be compared or sorted, except when using IS NULL or LIKE operator.';

/** 306 and 305: what neither sorts nor groups. */
export function requireSortable(t: Translation, { type }: TypedSql, span: Span): void {
  if (isOldLong(type)) t.misfit(306, NO_LONG, span);
  if (type.name === 'xml') t.misfit(305, NO_XML, span);
}

/** 421: what DISTINCT cannot tell apart. */
export function requireDistinct(t: Translation, { type }: TypedSql, span: Span): void {
  if (!isOldLong(type) && type.name !== 'xml') return;
  const message = `The ${type.name} data type cannot be selected as DISTINCT because it is not comparable.`;
  t.misfit(421, message, span);
}

/** 5335: what UNION, INTERSECT and EXCEPT cannot tell apart. */
export function requireOperand(t: Translation, { type }: TypedSql, span: Span): void {
  if (!t.profile.runtime || !(isOldLong(type) || type.name === 'xml')) return;
  const message = `The data type ${type.name} cannot be used as an operand to the UNION, INTERSECT or EXCEPT operators because it is not comparable.`;
  t.fail('operand-types', 5335, message, span);
}

/** Whether a function of strings takes a type: strings, and what becomes one of its own. */
export const isTextual = (type: SqlType): boolean =>
  !isOldLong(type) && type.name !== 'xml' && type.name !== 'sql_variant' && !isClr(type);

/** Whether a function of numbers takes a type: numbers, and what becomes one of its own. */
export const isNumberLike = (type: SqlType): boolean =>
  isTextual(type) && familyOf(type) !== 'datetime' && familyOf(type) !== 'guid';
