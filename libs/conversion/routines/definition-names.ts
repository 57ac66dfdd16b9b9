import type { Identifier, ObjectName } from '#tsql';
import { quoteIdent } from '#pgsql';
import type { Relation } from '../query/index.ts';
import type { Emitter } from './emitter.ts';

/** How statements that define things name them. */

export const nameParts = (name: ObjectName): readonly string[] =>
  [name.database, name.schema, name.name].flatMap((one) => (one ? [one.name] : []));

export const isTemporary = (name: string): boolean => name.startsWith('#');

/** The source's schema and name of an object of this database. */
export const ownName = (name: ObjectName): { readonly schema: string; readonly name: string } => ({
  schema: name.schema?.name ?? 'dbo',
  name: name.name.name,
});

/** A name that the database has none of yet: folded as the naming policy says. */
export function newName(e: Emitter, name: ObjectName): string {
  const own = e.options.naming.name('relations made', name.name.name, name.name.name.toLowerCase());
  return `${quoteIdent(e.options.schemaOf(name.schema?.name ?? 'dbo'))}.${quoteIdent(own)}`;
}

/** A table that is there, or that the routine made. */
export function tableOf(e: Emitter, name: ObjectName): Relation & { readonly sql: string } {
  const found = e.scope.relation(nameParts(name));
  if (!found?.sql || found.kind !== 'table') return e.fail(`Invalid object name '${name.name.name}'.`, name.span);
  return { ...found, sql: found.sql };
}

/** A column of a table, quoted. */
export function columnOf(e: Emitter, relation: Relation, name: Identifier): string {
  const found = relation.columns.find((one) => one.name.toLowerCase() === name.name.toLowerCase());
  return found?.sql ?? e.fail(`Invalid column name '${name.name}'.`, name.span);
}

/** A user or a role, quoted: roles of the server, by the naming policy. */
export const roleName = (e: Emitter, name: string): string =>
  /^public$/i.test(name) ? 'PUBLIC' : quoteIdent(e.options.naming.name('roles', name));

/** A sequence of the database, or one that is made, qualified. */
export function sequenceName(e: Emitter, name: ObjectName): string {
  const next = e.scope.sequence(nameParts(name))?.sql;
  const found = next === undefined ? undefined : /^nextval\('((?:[^']|'')*)'::regclass\)/.exec(next)?.[1];
  return found?.replaceAll("''", "'") ?? newName(e, name);
}
