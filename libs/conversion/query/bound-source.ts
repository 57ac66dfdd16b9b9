import type { Identifier, ObjectName } from '#tsql';
import type { NameParts, Relation, RelationColumn, Scope, TypedSql } from './api.ts';
import { convert } from './convert.ts';
import type { BoundColumn, Environment, Source } from './environment.ts';
import { translate } from './expression.ts';
import type { QueryColumn } from './query.ts';
import { rowAddress } from './row-address.ts';
import { isString } from './sql-type.ts';
import { timeWithin } from './text-times.ts';
import type { Translation } from './translation.ts';

/** A new name for a source in the SQL text. */
export function sourceName(t: Translation, alias: string): string {
  return t.profile.kind === 'sandbox' ? t.freshName('t') : t.profile.alias(alias);
}

export const nameParts = (name: ObjectName): NameParts => {
  const parts = [name.server, name.database, name.schema, name.name].map((one) => one?.name ?? null);
  while (parts.length > 1 && parts[0] === null) parts.shift();
  return parts;
};

/** The columns of a relation under a name in the SQL text; computed ones expand to their expressions. */
export function boundRelation(
  t: Translation,
  scope: Scope,
  relation: Relation,
  sqlName: string,
  alias?: string,
): Source {
  const name = alias ?? relation.name;
  const plain: Source = {
    name,
    aliased: alias !== undefined,
    sqlName,
    ...(relation.schema === undefined ? {} : { schema: relation.schema }),
    columns: relation.columns.map((column): BoundColumn => ({
      ...boundColumn(sqlName, column, relation.name),
      ...(relation.kind === 'table' ? { origin: { relation, column, address: rowAddress(relation, sqlName) } } : {}),
    })),
  };
  if (!relation.columns.some((column) => column.expression)) return plain;
  const env: Environment = { scope, sources: [{ ...plain, name: relation.name, aliased: false }], ctes: [] };
  const columns = relation.columns.map((column, index): BoundColumn => {
    const bound = plain.columns[index] as BoundColumn;
    const { expression } = column;
    if (!expression) return bound;
    const computed = lazily((): TypedSql => ({
      ...convert(t, translate(t, env, expression), column.type, { mode: 'explicit', span: expression.span }),
      type: column.type,
      nullable: column.nullable,
    }));
    return {
      ...bound,
      get value() {
        return computed();
      },
    };
  });
  return { ...plain, columns };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** A column under the name of its source. */
export function boundColumn(sqlName: string, column: RelationColumn, table: string): BoundColumn {
  const time = timeWithin(column);
  const pgType = time ?? column.pgType;
  return {
    name: column.name,
    ...(column.hidden ? { hidden: true } : {}),
    ...(column.identity ? { identity: column.identity } : {}),
    ...(column.rowguidcol ? { rowguidcol: true } : {}),
    value: {
      sql: time === undefined ? `${sqlName}.${column.sql}` : `(${sqlName}.${column.sql})::${time}`,
      type: column.type,
      nullable: column.nullable,
      collated: isString(column.type) ? 'implicit' : 'default',
      pgCollated: true,
      column: { table, name: column.name },
      ...(pgType === undefined ? {} : { pgType }),
      ...(column.caseless ? { caseless: true } : {}),
      ...(column.searchBy === undefined ? {} : { searchBy: column.searchBy }),
    },
  };
}

/** The columns of a query in parentheses. */
export function derivedSource(sqlName: string, name: string, columns: readonly QueryColumn[], aliased = true): Source {
  return {
    name,
    aliased,
    sqlName,
    columns: columns.map((one) => ({
      name: one.name,
      ...(one.identity ? { identity: one.identity } : {}),
      ...(one.origin ? { origin: { ...one.origin, address: `${sqlName}.${one.origin.address}` } } : {}),
      value: {
        sql: `${sqlName}.${one.sqlName}`,
        type: one.value.type,
        nullable: one.value.nullable,
        collated: isString(one.value.type) ? ('implicit' as const) : ('default' as const),
        pgCollated: one.value.pgCollated === true,
      },
    })),
  };
}

/** `AS t(a, b)`: new names for the columns, in order. */
export function renameColumns(source: Source, names: readonly Identifier[]): Source {
  if (names.length === 0) return source;
  const columns = source.columns.map((column, index): BoundColumn => {
    const name = names[index]?.name ?? column.name;
    return {
      ...column,
      name,
      get value() {
        return column.value;
      },
    };
  });
  return { ...source, columns };
}
