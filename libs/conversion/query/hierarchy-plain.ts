import type { SqlType, TypedSql } from './api.ts';
import { call, quoted, value } from './sql-text.ts';
import { BIT, nvarchar } from './sql-type.ts';

/** The methods of hierarchyid where it is carried over as the text of its path, `/1/2/`. */

const HIERARCHYID: SqlType = { name: 'hierarchyid' };

/** A method by its name in lower case; undefined for those without a counterpart (GetDescendant, Read, Write). */
export function plainHierarchyMethod(path: TypedSql, name: string, args: readonly TypedSql[]): TypedSql | undefined {
  const [first, second] = args;
  switch (name) {
    case 'tostring':
      return { ...value(path.sql, nvarchar(4000), path.nullable) };
    case 'getlevel':
      return value(levelSql(path.sql), { name: 'smallint' }, path.nullable);
    case 'getancestor':
      return first && value(ancestorSql(path.sql, first), HIERARCHYID, true);
    case 'isdescendantof':
      return first && value(call('starts_with', path.sql, first.sql), BIT, path.nullable || first.nullable);
    case 'getreparentedvalue':
      return first && second && value(reparentedSql(path.sql, first.sql, second.sql), HIERARCHYID, true);
    default:
      return undefined;
  }
}

/** The root, and a path in words. */
export const plainRoot = (): TypedSql => value(`'/'`, HIERARCHYID, false);
export const plainParse = (text: TypedSql): TypedSql => value(text.sql, HIERARCHYID, text.nullable);

/** Paths in the order of their steps, which are numbers; `/2/` stands before `/10/`. */
export const plainHierarchyOrder = (sql: string): string =>
  `${call('string_to_array', call('btrim', sql, `'/'`), `'/'`)}::numeric[]`;

const levelSql = (sql: string): string =>
  `(${call('length', sql)} - ${call('length', call('replace', sql, `'/'`, `''`))} - 1)::smallint`;

/** NULL above the root. */
function ancestorSql(sql: string, count: TypedSql): string {
  const steps = (tail: string): string =>
    /^\d+$/.test(count.constant ?? '')
      ? quoted(`([^/]+/){${count.constant}${tail}}$`)
      : `('([^/]+/){' || ${count.sql} || '${tail}}$')`;
  return `(CASE WHEN ${sql} ~ ${steps(',')} THEN ${call('regexp_replace', sql, steps(''), `''`)} END)`;
}

function reparentedSql(sql: string, from: string, to: string): string {
  const rest = call('substr', sql, `${call('length', from)} + 1`);
  return `(CASE WHEN ${call('starts_with', sql, from)} THEN ${to} || ${rest} END)`;
}
