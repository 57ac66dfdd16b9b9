import type { FunctionCall, RowsetColumn, TableFunction } from '#tsql';
import type { SqlType, TypedSql } from './api.ts';
import { convert } from './convert.ts';
import type { BoundColumn, Environment, Source } from './environment.ts';
import { translate } from './expression.ts';
import { renameColumns, sourceName, nameParts } from './bound-source.ts';
import { relationSource, type SourceSql } from './from.ts';
import { invocation } from './function-call.ts';
import { jsonPath, stepsSql } from './functions/json.ts';
import { call, value } from './sql-text.ts';
import { BIGINT, dataTypeOf, INT, isString, nvarchar, unify } from './sql-type.ts';
import type { Translation } from './translation.ts';
import { xmlNodes } from './xml-method.ts';

/** A function in FROM: the engine's and the user's first, then T-SQL's own. */
export function tableFunction(t: Translation, env: Environment, node: TableFunction): SourceSql {
  const { call: fn } = node;
  if (fn.kind === 'methodCall') return xmlNodes(t, env, node, fn);
  const name = fn.name.name.name.toLowerCase();
  const single = fn.name.schema === undefined;
  if (single && name === 'string_split') return stringSplit(t, env, node, fn);
  if (single && name === 'generate_series') return series(t, env, node, fn);
  if (single && name === 'openjson') return openJson(t, env, node, fn);
  const parts = nameParts(fn.name);
  const relation = env.scope.tableFunction(
    parts,
    invocation(t, env, fn, parts.map((one) => one?.toLowerCase() ?? '').join('.')),
  );
  if (!relation) {
    t.fail('unknown-object', 208, `Invalid object name '${parts.map((one) => one ?? '').join('.')}'.`, node.span);
    return { sql: '', sources: [] };
  }
  const one = relationSource(t, env, relation, node, node.span);
  return one.sql.startsWith('(') ? { ...one, sql: `LATERAL ${one.sql}` } : one;
}

interface OutputColumn {
  readonly name: string;
  readonly sql: string;
  readonly type: SqlType;
}

function functionSource(
  t: Translation,
  node: TableFunction,
  sql: (alias: string) => string,
  columns: readonly OutputColumn[],
): SourceSql {
  const name = node.alias?.name ?? (node.call.kind === 'call' ? node.call.name.name.name : '');
  const sqlName = sourceName(t, node.alias || t.isFirst(name.toLowerCase()) ? name : t.freshName(`${name}_`));
  const bound = columns.map((one): BoundColumn => ({
    name: one.name,
    value: {
      ...value(`${sqlName}.${one.sql}`, one.type),
      collated: isString(one.type) ? 'implicit' : 'default',
      pgCollated: false,
    },
  }));
  const source: Source = { name, aliased: true, sqlName, columns: bound, ...(node.alias ? {} : { unnamed: true }) };
  return { sql: sql(sqlName), sources: [renameColumns(source, node.columns)] };
}

function argument(t: Translation, env: Environment, fn: FunctionCall, index: number): TypedSql | undefined {
  const node = fn.args[index];
  return node ? translate(t, env, node) : undefined;
}

function stringSplit(t: Translation, env: Environment, node: TableFunction, fn: FunctionCall): SourceSql {
  const source = argument(t, env, fn, 0) ?? value("''", nvarchar(1));
  const separator = argument(t, env, fn, 1) ?? value("' '", nvarchar(1));
  const ordinal = argument(t, env, fn, 2)?.constant === '1';
  const columns: OutputColumn[] = [
    {
      name: 'value',
      sql: 'value',
      type: { name: source.type.name.startsWith('n') ? 'nvarchar' : 'varchar', length: source.type.length ?? -1 },
    },
  ];
  if (ordinal) columns.push({ name: 'ordinal', sql: 'ordinal', type: BIGINT });
  const list = columns.map((one) => one.sql).join(', ');
  // An empty string is one empty part, not none.
  const parts = `CASE WHEN ${source.sql} = '' THEN ARRAY[''] ELSE string_to_array(${source.sql}, ${separator.sql}) END`;
  const made = `unnest(${parts})${ordinal ? ' WITH ORDINALITY' : ''}`;
  return functionSource(t, node, (alias) => `${made} AS ${alias}(${list})`, columns);
}

function series(t: Translation, env: Environment, node: TableFunction, fn: FunctionCall): SourceSql {
  const parts = fn.args.map((arg) => translate(t, env, arg));
  const type = parts.map((one) => one.type).reduce(unify, INT);
  const args = parts.map((one) => convert(t, one, type, { mode: 'implicit', span: node.span }).sql);
  if (args.length === 2) args.push(`(CASE WHEN ${args[0]} <= ${args[1]} THEN 1 ELSE -1 END)`);
  return functionSource(t, node, (alias) => `${call('generate_series', ...args)} AS ${alias}(value)`, [
    { name: 'value', sql: 'value', type },
  ]);
}

/** OPENJSON: without WITH the rows key, value, type; with WITH one column per path. */
function openJson(t: Translation, env: Environment, node: TableFunction, fn: FunctionCall): SourceSql {
  const source = argument(t, env, fn, 0) ?? value("''", nvarchar(1));
  const pathText = argument(t, env, fn, 1)?.constant ?? '$';
  const path = jsonPath(pathText ?? '$');
  if (!path) t.unsupported('OPENJSON with a path that is not a plain constant', node.span);
  if (!t.profile.runtime) return plainOpenJson(t, env, node, { text: source.sql, path });
  const rows = call('sys.openjson', source.sql, stepsSql(path?.steps ?? []), String(path?.strict ?? false));
  if (!node.schema) {
    return functionSource(t, node, (alias) => `${rows} AS ${alias}(key, value, type, item)`, [
      { name: 'key', sql: 'key', type: nvarchar(4000) },
      { name: 'value', sql: 'value', type: nvarchar(-1) },
      { name: 'type', sql: 'type', type: INT },
    ]);
  }
  return openJsonWith(t, env, node, `sys.openjson_rows(${rows.replace(/^sys\.openjson\(/, '')}`);
}

const JSON_KINDS = `ARRAY['null', 'string', 'number', 'boolean', 'array', 'object']`;

/** OPENJSON by PostgreSQL's own functions of json, which keep order, spelling and numbers as they stand in the text. */
function plainOpenJson(
  t: Translation,
  env: Environment,
  node: TableFunction,
  { text, path }: { readonly text: string; readonly path: ReturnType<typeof jsonPath> },
): SourceSql {
  if (path?.strict) t.unsupported('OPENJSON with a strict path', node.span);
  const steps = path?.steps ?? [];
  const at = steps.length === 0 ? `(${text})::json` : `((${text})::json #> ${stepsSql(steps)})`;
  if (node.schema) {
    const list = `CASE json_typeof(${at}) WHEN 'array' THEN ${at} WHEN 'object' THEN json_build_array(${at}) END`;
    return openJsonWith(t, env, node, `json_array_elements(${list})`);
  }
  const e = t.freshName('e');
  const members = `SELECT key, value FROM json_each(CASE WHEN json_typeof(${at}) = 'object' THEN ${at} END)`;
  const elements = `SELECT (n - 1)::text, item FROM json_array_elements(CASE WHEN json_typeof(${at}) = 'array' THEN ${at} END) WITH ORDINALITY AS a(item, n)`;
  const columns = `${e}.key, ${e}.value #>> '{}' AS value, array_position(${JSON_KINDS}, json_typeof(${e}.value)) - 1 AS type`;
  const sql = `LATERAL (SELECT ${columns} FROM (${members} UNION ALL ${elements}) AS ${e})`;
  return functionSource(t, node, (alias) => `${sql} AS ${alias}`, [
    { name: 'key', sql: 'key', type: nvarchar(4000) },
    { name: 'value', sql: 'value', type: nvarchar(-1) },
    { name: 'type', sql: 'type', type: INT },
  ]);
}

/** OPENJSON … WITH: `rows` is the function that gives the elements. */
function openJsonWith(t: Translation, env: Environment, node: TableFunction, rows: string): SourceSql {
  const inner = t.freshName('j');
  const columns = (node.schema ?? []).map((column, index) => ({
    name: column.name.name,
    sql: `c${index + 1}`,
    type: collated(t, dataTypeOf(column.type, env.scope) ?? nvarchar(-1), column),
    text: jsonColumn(t, env, column, inner),
  }));
  const list = columns.map((one) => `${one.text} AS ${one.sql}`).join(', ');
  const sql = `LATERAL (SELECT ${list} FROM ${rows} AS ${inner}(item))`;
  return functionSource(t, node, (alias) => `${sql} AS ${alias}`, columns);
}

/** The type with the collation that the column declares. */
function collated(t: Translation, type: SqlType, { collation }: RowsetColumn): SqlType {
  if (collation === undefined) return type;
  const fault = t.profile.collationFault?.(collation.name);
  if (fault) t.fail('collation', fault.number, fault.message, collation.span);
  return { ...type, collation: collation.name };
}

function jsonColumn(t: Translation, env: Environment, column: RowsetColumn, row: string): string {
  const type = dataTypeOf(column.type, env.scope);
  if (!type)
    return t.fail('unknown-type', 243, `Type ${column.type.name.name} is not a defined system type.`, column.span).sql;
  const path = jsonPath(column.path?.value ?? `$."${column.name.name.replaceAll('"', '\\"')}"`);
  if (!path) return t.unsupported('OPENJSON with a path that is not a plain constant', column.span).sql;
  const at = `(${row}.item #> ${stepsSql(path.steps)})`;
  if (column.asJson) return `(CASE WHEN json_typeof(${at}) IN ('object', 'array') THEN ${at}::text END)`;
  const text = value(
    `(CASE WHEN json_typeof(${at}) NOT IN ('object', 'array') THEN ${row}.item #>> ${stepsSql(path.steps)} END)`,
    nvarchar(4000),
  );
  return convert(t, text, type, { mode: 'explicit', span: column.span }).sql;
}
