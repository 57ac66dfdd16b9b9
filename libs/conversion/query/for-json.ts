import type { ForClause, Query, Span } from '#tsql';
import type { TypedSql } from './api.ts';
import { autoLevels, nestedSql } from './auto-levels.ts';
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

/** FOR JSON PATH and AUTO. One row, one text. */
export function forJson(t: Translation, env: Environment, query: Query, clause: ForClause): string {
  const options = new Set(clause.options.map((one) => one.name));
  const { for: _clause, ...plain } = query;
  const body = query.body;
  const isAuto = clause.mode === 'auto';
  if (isAuto && body.kind !== 'selectSpec') return t.unsupported('FOR JSON AUTO of several queries', clause.span).sql;
  if (isAuto && body.kind === 'selectSpec' && body.from.length === 0) {
    const message =
      'FOR JSON AUTO requires at least one table for generating JSON objects. Use FOR JSON PATH or add a FROM clause with a table name.';
    t.fail('for-json', 13600, message, clause.span);
  }
  if (options.has('ROOT') && options.has('WITHOUT_ARRAY_WRAPPER')) {
    const message =
      'ROOT option and WITHOUT_ARRAY_WRAPPER option cannot be used together in FOR JSON. Remove one of these options.';
    t.fail('for-json', 13620, message, clause.span);
  }
  const inner = querySql(t, env, plain, { named: true, ...(isAuto ? { sourced: true, unique: true } : {}) });
  if (inner.columns.some((column) => column.name === '')) {
    const message =
      'Column expressions and data sources without names or aliases cannot be formatted as JSON text using FOR JSON clause. Add alias to the unnamed column or table.';
    t.fail('for-json', 13605, message, clause.span);
  }
  const nulls = options.has('INCLUDE_NULL_VALUES');
  const levels = isAuto ? autoLevels(query, inner.columns) : [];
  const root = clause.options.find((one) => one.name === 'ROOT');
  const rootName = root?.value?.kind === 'literal' ? root.value.value : root ? 'root' : undefined;
  const whole = (joined: string): string => {
    const array = options.has('WITHOUT_ARRAY_WRAPPER') ? joined : `'[' || ${joined} || ']'`;
    return rootName === undefined ? array : `${quoted(`{${JSON.stringify(rootName)}:`)} || ${array} || '}'`;
  };
  const name = t.freshName('q');
  if (levels.length > 1) {
    const nested = nestedSql(t, { sql: inner.sql, levels }, ',', (level, row, within) =>
      objectSql(t, { tree: treeOf(level.columns, isAuto), row, nulls, ...within }, clause),
    );
    return `SELECT ${whole(`${name}.joined`)} AS document FROM (${nested}) AS ${name} WHERE ${name}.joined IS NOT NULL`;
  }
  const object = objectSql(t, { tree: treeOf(inner.columns, isAuto), row: name, nulls }, clause);
  return `SELECT ${whole(`string_agg(${object}, ',')`)} AS document FROM (${inner.sql}) AS ${name} HAVING count(*) > 0`;
}

function treeOf(columns: readonly QueryColumn[], isAuto: boolean): Tree {
  const tree: Tree = { children: new Map() };
  for (const column of columns) place(tree, isAuto ? [column.name] : column.name.split('.'), column);
  return tree;
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

/** One object: its members, the row that they are read from, whether NULLs are shown, and rows of another table within it. */
interface JsonObject {
  readonly tree: Tree;
  readonly row: string;
  readonly nulls: boolean;
  readonly name?: string;
  readonly nested?: string;
}

/** The text of one object: members that are NULL are left out unless asked for. */
function objectSql(t: Translation, object: JsonObject, clause: ForClause): string {
  const { row, nulls, name, nested } = object;
  const members = [...object.tree.children].map(([key, child]) => {
    const label = quoted(`${JSON.stringify(key)}:`);
    if (!child.column) return `${label} || ${objectSql(t, { tree: child, row, nulls }, clause)}`;
    const value = { ...child.column.value, sql: `${row}.${child.column.sqlName}` };
    const text = jsonText(t, value, clause.span);
    return nulls ? `${label} || coalesce(${text}, 'null')` : `${label} || ${text}`;
  });
  if (nested !== undefined) members.push(`${quoted(`${JSON.stringify(name ?? '')}:[`)} || ${nested} || ']'`);
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
