import type { ForClause, Query, Span } from '#tsql';
import type { TypedSql } from './api.ts';
import { convert } from './convert.ts';
import type { Environment } from './environment.ts';
import { querySql, type QueryColumn } from './query.ts';
import { quoted } from './sql-text.ts';
import { familyOf, nvarchar } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** A column's place in the object: dotted names nest. */
interface Tree {
  readonly children: Map<string, Tree>;
  column?: QueryColumn;
}

/** FOR JSON PATH (AUTO only where it means the same: one table). One row, one text. */
export function forJson(t: Translation, env: Environment, query: Query, clause: ForClause): string {
  const options = new Set(clause.options.map((one) => one.name));
  const { for: _clause, ...plain } = query;
  const body = query.body;
  if (clause.mode === 'auto' && (body.kind !== 'selectSpec' || body.from.length > 1 || body.from[0]?.kind === 'join')) {
    return t.unsupported('FOR JSON AUTO of several tables', clause.span).sql;
  }
  if (clause.mode === 'auto' && body.kind === 'selectSpec' && body.from.length === 0) {
    const message =
      'FOR JSON AUTO requires at least one table for generating JSON objects. Use FOR JSON PATH or add a FROM clause with a table name.';
    t.fail('for-json', 13600, message, clause.span);
  }
  if (options.has('ROOT') && options.has('WITHOUT_ARRAY_WRAPPER')) {
    const message =
      'ROOT option and WITHOUT_ARRAY_WRAPPER option cannot be used together in FOR JSON. Remove one of these options.';
    t.fail('for-json', 13620, message, clause.span);
  }
  const inner = querySql(t, env, plain, { named: true });
  if (inner.columns.some((column) => column.name === '')) {
    const message =
      'Column expressions and data sources without names or aliases cannot be formatted as JSON text using FOR JSON clause. Add alias to the unnamed column or table.';
    t.fail('for-json', 13605, message, clause.span);
  }
  const name = t.freshName('q');
  const tree: Tree = { children: new Map() };
  for (const column of inner.columns)
    place(tree, clause.mode === 'auto' ? [column.name] : column.name.split('.'), column);
  const nulls = options.has('INCLUDE_NULL_VALUES');
  const object = objectSql(t, tree, name, nulls, clause);
  const joined = `string_agg(${object}, ',')`;
  const root = clause.options.find((one) => one.name === 'ROOT');
  const rootName = root?.value?.kind === 'literal' ? root.value.value : root ? 'root' : undefined;
  const array = options.has('WITHOUT_ARRAY_WRAPPER') ? joined : `'[' || ${joined} || ']'`;
  const text = rootName === undefined ? array : `${quoted(`{${JSON.stringify(rootName)}:`)} || ${array} || '}'`;
  return `SELECT ${text} AS document FROM (${inner.sql}) AS ${name} HAVING count(*) > 0`;
}

function place(tree: Tree, path: readonly string[], column: QueryColumn): void {
  let at = tree;
  for (const step of path) {
    const next: Tree = at.children.get(step) ?? { children: new Map() };
    at.children.set(step, next);
    at = next;
  }
  at.column = column;
}

/** The text of one object: members that are NULL are left out unless asked for. */
function objectSql(t: Translation, tree: Tree, row: string, nulls: boolean, clause: ForClause): string {
  const members = [...tree.children].map(([key, child]) => {
    const label = quoted(`${JSON.stringify(key)}:`);
    if (!child.column) return `${label} || ${objectSql(t, child, row, nulls, clause)}`;
    const value = { ...child.column.value, sql: `${row}.${child.column.sqlName}` };
    const text = jsonText(t, value, clause.span);
    return nulls ? `${label} || coalesce(${text}, 'null')` : `${label} || ${text}`;
  });
  return `('{' || concat_ws(',', ${members.join(', ')}) || '}')`;
}

/** FOR JSON writes bytes as base64. */
const base64Member = (sql: string): string => `('"' || translate(encode(${sql}, 'base64'), E'\\n', '') || '"')`;

/** A value as JSON text: strings are escaped as FOR JSON does, JSON made by another function stays as it is. */
export function jsonText(t: Translation, value: TypedSql, span: Span): string {
  if (value.json === true) return `(${value.sql})::text`;
  switch (familyOf(value.type)) {
    case 'bit':
    case 'integer':
    case 'decimal':
    case 'money':
      return `(${value.sql})::text`;
    case 'binary':
      return base64Member(value.sql);
    case 'float':
      return t.profile.runtime ? `sys.float_text(${value.sql}, 2, false)` : `(${value.sql})::text`;
    default: {
      const style = familyOf(value.type) === 'datetime' ? { style: 126 } : {};
      const text = convert(t, value, nvarchar(-1), { mode: 'explicit', span, ...style }).sql;
      return `replace(to_json(${text})::text, '/', '\\/')`;
    }
  }
}
