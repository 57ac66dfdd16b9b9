import { plainHierarchyOrder } from './hierarchy-plain.ts';
import type { Span } from '#tsql';
import type { SqlType, TypedSql } from './api.ts';
import { sameName } from './environment.ts';
import { requireSortable } from './operand-types.ts';
import { quoted, escapeText } from './sql-text.ts';
import { isPadded, isString } from './sql-type.ts';
import type { Translation } from './translation.ts';

const STRENGTH = { explicit: 2, implicit: 1, default: 0 } as const;

/** The value whose collation rules a comparison of `values` (collation precedence); reports 468 where two columns disagree. */
function ruling(t: Translation, values: readonly TypedSql[], span: Span, operation = 'equal to'): TypedSql | undefined {
  const strings = values.filter((value) => isString(value.type));
  const top = Math.max(-1, ...strings.map((value) => STRENGTH[value.collated ?? 'default']));
  const strongest = strings.filter((value) => STRENGTH[value.collated ?? 'default'] === top);
  const first = strongest[0];
  const nameOf = (value: TypedSql): string => value.type.collation ?? t.scope.collation;
  const other = first && strongest.find((value) => top > 0 && !sameName(nameOf(value), nameOf(first)));
  if (first && other) {
    const [a, b] = [nameOf(first), nameOf(other)];
    const own = [first, other].find(
      (value) => value.type.collation !== undefined && !sameName(nameOf(value), t.scope.collation),
    );
    const isAssumed = [a, b].some((name) => sameName(name, t.scope.collation));
    // Scripts need not say the database's collation: where it is the other one after all, the comparison is as the column says.
    if (!t.profile.runtime && own && isAssumed && top === STRENGTH.implicit) {
      const told = `${a} meets ${b} here, which SQL Server refuses: the comparison is by ${nameOf(own)}, as in a database of that collation.`;
      t.note('warning', 'collation-conflict', told, span);
      return own;
    }
    const message = `Cannot resolve the collation conflict between "${a}" and "${b}" in the ${operation} operation.`;
    t.fail('collation-conflict', 468, message, span);
  }
  return first;
}

/** ` COLLATE x` for a comparison of strings; '' where PostgreSQL finds the right collation by itself. */
export function collateClause(t: Translation, values: readonly TypedSql[], span: Span): string {
  const rules = ruling(t, values, span);
  if (!rules) return '';
  if (!t.profile.runtime && rules.collated !== 'explicit') return '';
  const collation = t.profile.collation(rules.type.collation ?? t.scope.collation);
  return collation === undefined ? '' : ` COLLATE ${collation}`;
}

/** The SQL Server name of the collation that rules these values. */
export function collationName(t: Translation, values: readonly TypedSql[], span: Span): string {
  return ruling(t, values, span)?.type.collation ?? t.scope.collation;
}

/**
 * The type that strings make together (concatenation, CASE, set operations), with the collation that rules them; reports 468 where two disagree.
 * `operation` is its name in the message.
 */
export function ruledType(t: Translation, type: SqlType, values: readonly TypedSql[], at: Meeting): SqlType {
  if (!t.profile.runtime || !isString(type)) return type;
  const collation = ruling(t, values, at.span, at.operation)?.type.collation;
  return collation === undefined ? type : { ...type, collation };
}

/** Where strings meet. */
interface Meeting {
  readonly span: Span;
  readonly operation: string;
}

/** Whether a collation tells upper and lower case apart. */
export const isCaseSensitive = (collation: string): boolean => /_(CS|BIN2?)(_|$)/i.test(collation);

/** A string without the trailing blanks that comparisons do not count. */
export function trimmed(t: Translation, value: TypedSql): string {
  if (!t.profile.rtrim) return value.sql;
  if (typeof value.constant === 'string') {
    return value.constant.endsWith(' ') ? `${quoted(escapeText(value.constant.replace(/ +$/, '')))}::text` : value.sql;
  }
  return `rtrim(${value.sql})`;
}

/**
 * What values are grouped and told apart by, where that is not the value itself: strings of varying length may end in blanks, equal instants may have
 * different offsets. undefined = the value itself.
 */
export function groupKey(t: Translation, value: TypedSql): string | undefined {
  if (!t.profile.rtrim || value.untyped || value.constant === null) return undefined;
  if (value.type.name === 'datetimeoffset') return `(${value.sql}).utc`;
  if (!isString(value.type) || isPadded(value.type)) return undefined;
  const loose = typeof value.constant === 'string' ? value.constant.endsWith(' ') : true;
  return loose ? `rtrim(${value.sql})` : undefined;
}

/** Tells where texts are grouped or told apart as they are written: the target folds case where it compares, and not there. */
export function tellGrouping(t: Translation, values: readonly TypedSql[], span: Span): void {
  const isFolded = (one: TypedSql): boolean =>
    isString(one.type) && one.constant === undefined && !isCaseSensitive(one.type.collation ?? t.scope.collation);
  if (t.profile.foldCase && !t.profile.caselessColumns && values.some(isFolded))
    t.differs(
      'SL1075',
      'Texts are grouped or made distinct here as they are written, case and trailing blanks included.',
      span,
    );
}

/** What a value is ordered, grouped and compared by: strings without trailing blanks, GUIDs in SQL Server's order, instants in UTC. */
export function orderKey(t: Translation, value: TypedSql, span: Span): string {
  requireSortable(t, value, span);
  if (isString(value.type)) {
    const key = trimmed(t, value);
    return value.pgCollated ? key : `${key}${collateClause(t, [value], span)}`;
  }
  if (value.type.name === 'uniqueidentifier' && t.profile.guidOrder) return `sys.guid_order(${value.sql})`;
  if (value.type.name === 'datetimeoffset' && t.profile.runtime) return `(${value.sql}).utc`;
  if (value.type.name === 'hierarchyid' && !t.profile.runtime) return plainHierarchyOrder(value.sql);
  return value.sql;
}
