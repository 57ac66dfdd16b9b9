import type { ComparisonOperator, Span } from '#tsql';
import type { SqlType, TypedSql } from './api.ts';
import { comparesWithoutCase, hasNoLetters, searchable } from './caseless.ts';
import { collateClause, collationName, isCaseSensitive, trimmed } from './collate.ts';
import { convert } from './convert.ts';
import { requireComparable } from './operand-types.ts';
import { quoted } from './sql-text.ts';
import { familyOf, isDatetime, isNumeric, isPadded, isString, sameType, timeScale, unify } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** Two values as operands of one comparison, in PostgreSQL text. */
export interface Operands {
  readonly left: string;
  readonly right: string;
}

/** `left op right` as a PostgreSQL condition. */
export function compare(
  t: Translation,
  op: ComparisonOperator | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM',
  left: TypedSql,
  right: TypedSql,
  span: Span,
): string {
  requireComparable(t, op, [left, right], span);
  const ordering = op === '<' || op === '>' || op === '<=' || op === '>=';
  const { left: a, right: b } = comparable(t, [left, right], ordering, span);
  return `${a} ${op} ${b}`;
}

/** Whether PostgreSQL compares the two exactly as SQL Server does after its conversion, by a cross-type operator of its own. */
function comparesDirectly(a: SqlType, b: SqlType): boolean {
  const [x, y] = [familyOf(a), familyOf(b)];
  if (x === 'bit' || y === 'bit') return x === y;
  if (isNumeric(a) && isNumeric(b)) return true;
  const native = new Set(['date', 'smalldatetime']);
  return isDatetime(a) && isDatetime(b) && native.has(a.name) && native.has(b.name);
}

function isDirect(t: Translation, a: TypedSql, b: TypedSql): boolean {
  if (sameType(a.type, b.type) || comparesDirectly(a.type, b.type)) return true;
  if (!isDatetime(a.type) || !isDatetime(b.type)) return false;
  if (!t.profile.runtime) return a.type.name !== 'time' && b.type.name !== 'time';
  // Same name, both stored as timestamps: only the declared fraction differs.
  return a.type.name === b.type.name && !t.profile.ticks(a.type) && !t.profile.ticks(b.type);
}

/** Both sides of a comparison, converted and in the form that compares as SQL Server does. */
export function comparable(
  t: Translation,
  [left, right]: readonly [TypedSql, TypedSql],
  ordering: boolean,
  span: Span,
): Operands {
  const bit = bitConstant(left, right) ?? bitConstant(right, left);
  const [a, b] = bit ? [asBit(left), asBit(right)] : converted(t, left, right, span);
  if (!ordering) tellSteps(t, a, b, span);
  if (isString(a.type) && isString(b.type)) {
    const collate = collateClause(t, [a, b], span);
    // A text without letters is equal to itself alone, with or without case.
    const isCaseless = !ordering && (hasNoLetters(a) || hasNoLetters(b));
    const fold =
      t.profile.foldCase &&
      !isCaseless &&
      !comparesWithoutCase([a, b]) &&
      !isCaseSensitive(collationName(t, [a, b], span));
    if (!ordering && ![a, b].some(endsInBlank)) tellBlanks(t, [left, right], span);
    const [x, y] = [a, b].some(endsInBlank) && !t.profile.rtrim ? [withoutBlanks(a), withoutBlanks(b)] : [a, b];
    // Names of PostgreSQL have a collation of their own, which meets that of a column without case.
    const key = (one: TypedSql): string => stringKey(t, fold ? searchable(t, one) : one, fold);
    return { left: key(x), right: `${key(y)}${collate}` };
  }
  return { left: keyed(t, a, ordering), right: keyed(t, b, ordering) };
}

/** A datetime is equal to a moment of more digits by its thirds of milliseconds. */
function tellSteps(t: Translation, a: TypedSql, b: TypedSql, span: Span): void {
  const isFiner = (type: SqlType): boolean => isDatetime(type) && type.name !== 'time' && timeScale(type) > 3;
  if ((a.type.name === 'datetime' && isFiner(b.type)) || (b.type.name === 'datetime' && isFiner(a.type)))
    t.differs('SL1102', 'A datetime is compared with a time of more digits by its milliseconds.', span);
}

/** Texts that may end in blanks: those of fixed length are compared without them by PostgreSQL too. */
function tellBlanks(t: Translation, sides: readonly TypedSql[], span: Span): void {
  const isHeld = (one: TypedSql): boolean => isPadded(one.type) || one.constant !== undefined;
  if (t.profile.rtrim || sides.every(isHeld)) return;
  t.differs('SL1111', 'Blanks at the end of a text count where it is compared.', span);
}

const endsInBlank = ({ constant }: TypedSql): boolean => typeof constant === 'string' && constant.endsWith(' ');

/** Trailing blanks do not count in SQL Server: beside a literal that ends in some they are taken from both sides. */
function withoutBlanks(one: TypedSql): TypedSql {
  if (typeof one.constant !== 'string') return { ...one, sql: `rtrim(${one.sql}, ' ')` };
  const constant = one.constant.replace(/ +$/, '');
  return { ...one, sql: quoted(constant), constant };
}

/** A string as it is compared: without trailing blanks, and without case where the profile folds it. */
function stringKey(t: Translation, one: TypedSql, fold: boolean): string {
  if (!fold) return trimmed(t, one);
  if (typeof one.constant === 'string') {
    const lower = one.constant.toLowerCase();
    return lower === one.constant ? trimmed(t, one) : trimmed(t, { ...one, sql: quoted(lower), constant: lower });
  }
  return `lower(${trimmed(t, one)})`;
}

function keyed(t: Translation, value: TypedSql, ordering: boolean): string {
  if (value.untyped) return value.sql;
  if (value.type.name === 'datetimeoffset' && t.profile.runtime) return `(${value.sql}).utc`;
  if (value.type.name === 'uniqueidentifier' && ordering && t.profile.guidOrder) return `sys.guid_order(${value.sql})`;
  if (value.type.name === 'sql_variant' && t.profile.runtime)
    return `sys.variant_key(${value.sql}) COLLATE ${t.profile.collation(t.scope.collation)}`;
  return value.sql;
}

const bitConstant = (a: TypedSql, b: TypedSql): boolean | undefined =>
  a.type.name === 'bit' && b.type.name !== 'bit' && (b.constant === '0' || b.constant === '1') ? true : undefined;

const asBit = (value: TypedSql): TypedSql =>
  value.type.name === 'bit'
    ? value
    : { ...value, type: { name: 'bit' }, sql: value.constant === '1' ? 'true' : 'false' };

/** Both converted to the type of the higher precedence. */
function converted(t: Translation, left: TypedSql, right: TypedSql, span: Span): readonly [TypedSql, TypedSql] {
  if (left.untyped && right.untyped) return [left, right];
  if (left.untyped) return [convert(t, left, right.type, { mode: 'implicit', span }), right];
  if (right.untyped) return [left, convert(t, right, left.type, { mode: 'implicit', span })];
  if (isDirect(t, left, right)) return [left, right];
  if (!t.profile.runtime && left.type.name === 'sql_variant') return [ofVariant(t, left, right.type, span), right];
  if (!t.profile.runtime && right.type.name === 'sql_variant') return [left, ofVariant(t, right, left.type, span)];
  const type = unify(left.type, right.type);
  const side = (value: TypedSql): TypedSql =>
    value.type.name === type.name && familyOf(type) !== 'datetime'
      ? value
      : convert(t, value, type, { mode: 'implicit', span });
  return [side(left), side(right)];
}

/** In the target a variant is its text, which counts as what it is compared with, where it can be read as that. */
const ofVariant = (t: Translation, variant: TypedSql, type: SqlType, span: Span): TypedSql =>
  convert(t, { ...variant, type: { name: 'nvarchar', length: 4000 } }, type, { mode: 'implicit', span, try: true });
