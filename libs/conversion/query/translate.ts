import type { Delete, Expression, Insert, Merge, Query, Update } from '#tsql';
import type {
  ExpressionOptions,
  NameParts,
  SqlType,
  TranslatedDml,
  TranslatedExpression,
  TranslatedQuery,
  TranslationContext,
} from './api.ts';
import { convert } from './convert.ts';
import type { Environment } from './environment.ts';
import { translate } from './expression.ts';
import { boundRelation, nameParts } from './bound-source.ts';
import { translateInsert } from './insert.ts';
import { translateMerge } from './merge.ts';
import { condition } from './predicate.ts';
import { querySql } from './query.ts';
import { bare } from './sql-text.ts';
import { BIT, isString } from './sql-type.ts';
import { Translation } from './translation.ts';
import { translateDelete, translateUpdate } from './update.ts';

const rootOf = (context: TranslationContext): Environment => ({ scope: context.scope, sources: [], ctes: [] });

/**
 * Translates a query: a SELECT statement, a view's definition, the query of a cursor. `options.names` are the column names given from outside
 * (CREATE VIEW v (a, b)). In the target profile errors are among the profile's problems, and the text is not to be used.
 */
export function translateQuery(
  query: Query,
  context: TranslationContext,
  options: { readonly names?: readonly string[]; readonly results?: readonly string[] } = {},
): TranslatedQuery {
  const t = new Translation(context);
  const target = context.profile.kind === 'target';
  const inner = querySql(t, rootOf(context), query, {
    named: target,
    ...(options.names ? { names: options.names } : {}),
    ...(options.results ? { results: options.results } : {}),
  });
  const columns = inner.columns.map((one) => ({
    name: one.name,
    type: one.value.type,
    nullable: one.value.nullable,
    ...(one.identity ? { identity: one.identity } : {}),
    ...(one.assignTo === undefined ? {} : { assignTo: one.assignTo }),
    ...(one.value.pgType === undefined ? {} : { pgType: one.value.pgType }),
  }));
  const assigning = columns.filter((one) => one.assignTo !== undefined).length;
  if (assigning > 0 && assigning < columns.length) {
    const message =
      'A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.';
    t.fail('mixed-assignment', 141, message, query.span);
  }
  const into = intoOf(query);
  const limit = context.rowCount ? ` LIMIT ${context.rowCount}` : '';
  return {
    sql: limit === '' ? inner.sql : `SELECT * FROM (${inner.sql}) AS ${t.freshName('q')}${limit}`,
    columns,
    parameters: t.parameters,
    ...(into ? { into } : {}),
    assigns: assigning > 0,
    ...(inner.document ? { document: inner.document } : {}),
  };
}

function intoOf(query: Query): NameParts | undefined {
  let body = query.body;
  while (body.kind === 'setOperation') body = body.left;
  return body.into ? nameParts(body.into) : undefined;
}

/** Translates INSERT, UPDATE, DELETE, MERGE. undefined only in the target profile, when a problem was kept. */
export function translateDml(
  statement: Insert | Update | Delete | Merge,
  context: TranslationContext,
): TranslatedDml | undefined {
  const t = new Translation(context);
  const root = rootOf(context);
  t.noteHints(statement.options);
  // An OPTION behind INSERT … SELECT stands with the query, and is the statement's.
  if (statement.kind === 'insert' && statement.source.kind === 'insertQuery')
    t.noteHints(statement.source.query.options);
  switch (statement.kind) {
    case 'insert':
      return translateInsert(t, root, statement);
    case 'update':
      return translateUpdate(t, root, statement);
    case 'delete':
      return translateDelete(t, root, statement);
    case 'merge':
      return translateMerge(t, root, statement);
  }
}

function environmentFor(t: Translation, context: TranslationContext, options: ExpressionOptions): Environment {
  const root = rootOf(context);
  if (!options.table) return root;
  const source = boundRelation(t, context.scope, options.table, '');
  const unqualified = {
    ...source,
    columns: source.columns.map((column) => ({
      ...column,
      get value() {
        const { value } = column;
        return value.sql.startsWith('.') ? { ...value, sql: value.sql.slice(1) } : value;
      },
    })),
  };
  return { ...root, sources: [unqualified] };
}

/** Translates a scalar expression; columns of `options.table` stand without a qualifier in the text. */
export function translateExpression(
  expression: Expression,
  context: TranslationContext,
  options: ExpressionOptions = {},
): TranslatedExpression {
  const t = new Translation(context);
  const value = translate(t, environmentFor(t, context, options), expression);
  const { type } = options;
  if (!type) {
    const sql = value.untyped ? `${value.sql}::integer` : shown(context, value.sql);
    return { sql, type: value.type, nullable: value.nullable, parameters: t.parameters };
  }
  const mode = options.convert ?? 'assignment';
  const column = options.table ? { table: options.table.name, name: '' } : undefined;
  const made = convert(t, value, type, { mode, span: expression.span, ...(column ? { column } : {}) });
  return {
    sql: shown(context, made.sql),
    type: isString(type) ? keepCollation(type, made.type) : type,
    nullable: made.nullable,
    parameters: t.parameters,
  };
}

/** Text that people read loses the parentheses around the whole. */
const shown = (context: TranslationContext, sql: string): string =>
  context.profile.kind === 'target' ? bare(sql) : sql;

const keepCollation = (type: SqlType, from: SqlType): SqlType =>
  type.collation === undefined && from.collation !== undefined ? { ...type, collation: from.collation } : type;

/** Translates a condition; `sql` is a PostgreSQL boolean. */
export function translatePredicate(
  expression: Expression,
  context: TranslationContext,
  options: ExpressionOptions = {},
): TranslatedExpression {
  const t = new Translation(context);
  const sql = condition(t, environmentFor(t, context, options), expression);
  return {
    sql: shown(context, sql),
    type: BIT,
    nullable: true,
    parameters: t.parameters,
  };
}

/** The expression by which a stored column is compared and ordered in the sandbox: what indexes are made on. */
export function indexKey(columnSql: string, type: SqlType): string {
  if (isString(type)) return `rtrim(${columnSql})`;
  if (type.name === 'uniqueidentifier') return `sys.guid_order(${columnSql})`;
  return type.name === 'datetimeoffset' ? `((${columnSql}).utc)` : columnSql;
}
