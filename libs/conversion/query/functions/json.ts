import type { TypedSql } from '../api.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { jsonText } from '../for-json.ts';
import { call, quoted, value } from '../sql-text.ts';
import { INT, isString, nvarchar } from '../sql-type.ts';

/** A JSON path as the elements of PostgreSQL's `#>`: `$.a[0]."b c"` → a, 0, b c; undefined if it is not a plain path. */
export function jsonPath(path: string): { readonly steps: readonly string[]; readonly strict: boolean } | undefined {
  const strict = /^\s*strict\s/i.test(path);
  const body = path.replace(/^\s*(strict|lax)\s+/i, '').trim();
  if (!body.startsWith('$')) return undefined;
  const steps: string[] = [];
  const pattern = /\.(?:"((?:[^"\\]|\\.)*)"|([^.["]+))|\[(\d+)\]/gy;
  pattern.lastIndex = 1;
  while (pattern.lastIndex < body.length) {
    const match = pattern.exec(body);
    if (!match) return undefined;
    steps.push(match[1]?.replaceAll(/\\(.)/g, '$1') ?? match[2]?.trim() ?? match[3] ?? '');
  }
  return { steps, strict };
}

/** The steps as a text[] constant. */
export const stepsSql = (steps: readonly string[]): string =>
  steps.length === 0 ? `'{}'::text[]` : `ARRAY[${steps.map((step) => quoted(step)).join(', ')}]`;

interface PathUse {
  readonly steps: readonly string[];
  readonly strict: boolean;
  /** Of a path that is only known when it runs, in the sandbox: whether it is strict, as SQL. */
  readonly strictSql?: string;
  /** The steps as text[]. */
  readonly sql: string;
}

function pathOf(use: FunctionUse, index: number): PathUse | undefined {
  const node = use.count > index ? use.arg(index) : undefined;
  if (node === undefined) return { steps: [], strict: false, sql: stepsSql([]) };
  if (typeof node.constant === 'string') {
    const path = jsonPath(node.constant);
    return path && { ...path, sql: stepsSql(path.steps) };
  }
  if (node.constant === null) return undefined;
  if (!use.runtime) return { steps: ['?'], strict: false, sql: splitPath(node.sql) };
  const text = use.text(index).sql;
  return { ...RUNS, sql: call('sys.json_steps', text), strictSql: modeSql(text, 'strict') };
}

const RUNS = { steps: ['?'], strict: false };

const modeSql = (path: string, mode: 'strict' | 'append'): string => call('sys.json_mode', path, quoted(mode));

/** The steps of a path that is only known when it runs; its mode is lax. */
const splitPath = (sql: string): string =>
  String.raw`ARRAY(SELECT coalesce(m[1], trim(m[2]), m[3]) FROM regexp_matches(${sql}, '\.(?:"([^"]*)"|([^.["]+))|\[(\d+)\]', 'g') AS m)`;

/** A constant that does not begin as a path does is error 13607. */
function badPath(use: FunctionUse, index: number): TypedSql {
  const text = use.arg(index).constant;
  const body = typeof text === 'string' ? text.replace(/^\s*(strict|lax|append)\s+/i, '').trim() : '$';
  if (body.startsWith('$'))
    return use.unsupported(`${use.name.toUpperCase()} with a path that is not a plain constant`);
  const at = (text ?? '').indexOf(body);
  const message = `JSON path is not properly formatted. Unexpected character '${body.charAt(0)}' is found at position ${at}.`;
  return use.fail(13607, message);
}

function jsonPathExists(use: FunctionUse): TypedSql {
  const path = pathOf(use, 1);
  if (!path) return badPath(use, 1);
  if (!use.runtime) return use.needsRuntime();
  return value(call('sys.json_path_exists', use.text(0).sql, path.sql), INT, true);
}

function jsonValue(use: FunctionUse): TypedSql {
  const path = pathOf(use, 1);
  if (!path) return badPath(use, 1);
  const source = use.text(0);
  const name = use.name === 'json_value';
  if (use.runtime) {
    const strict = path.strictSql ?? String(path.strict);
    const sql = call(name ? 'sys.json_value' : 'sys.json_query', source.sql, path.sql, strict);
    return name ? value(sql, nvarchar(4000), true) : { ...value(sql, nvarchar(-1), true), json: true };
  }
  if (path.strict) return use.unsupported(`${use.name.toUpperCase()} with a strict path`);
  // json, and not jsonb: a fragment keeps its blanks and the order of its members.
  const at = `(${source.sql}::json #> ${path.sql})`;
  const nested = `json_typeof(${at}) IN ('object', 'array')`;
  if (name)
    return value(`(CASE WHEN NOT ${nested} THEN ${source.sql}::json #>> ${path.sql} END)`, nvarchar(4000), true);
  return { ...value(`(CASE WHEN ${nested} THEN ${at}::text END)`, nvarchar(-1), true), json: true };
}

function isjson(use: FunctionUse): TypedSql {
  const lacking = use.lacksServer(16);
  if (lacking) return lacking;
  const source = use.text(0);
  if (use.count > 1) {
    if (!use.t.since(16)) return use.t.needsServer(16, 'ISJSON', use.span);
    const kind = use.word(1).toUpperCase();
    if (!/^(VALUE|ARRAY|OBJECT|SCALAR)$/.test(kind)) return use.fail(102, `Incorrect syntax near '${use.word(1)}'.`);
    const sql = `(CASE WHEN ${source.sql} IS JSON ${kind} THEN 1 WHEN ${source.sql} IS NOT NULL THEN 0 END)`;
    return value(sql, INT, true);
  }
  if (use.runtime) return value(call('sys.isjson', source.sql), INT, true);
  if (!use.t.since(16)) return use.t.needsServer(16, 'ISJSON', use.span);
  return value(
    `(CASE WHEN ${source.sql} IS JSON OBJECT OR ${source.sql} IS JSON ARRAY THEN 1 WHEN ${source.sql} IS NOT NULL THEN 0 END)`,
    INT,
    true,
  );
}

function jsonModify(use: FunctionUse): TypedSql {
  const raw = use.arg(1).constant ?? '';
  const append = /^\s*append\s+/i.test(raw);
  const isConstant = typeof use.arg(1).constant === 'string';
  const constant = isConstant ? jsonPath(raw.replace(/^\s*append\s+/i, '')) : undefined;
  const path = isConstant ? constant && { ...constant, sql: stepsSql(constant.steps) } : pathOf(use, 1);
  if (!path) return badPath(use, 1);
  const from = use.arg(2);
  if (!use.runtime) return plainModify(use, { ...path, append });
  const json = use.node.args[2]?.kind === 'call' && /^json_(query|modify)$/i.test(use.node.args[2].name.name.name);
  const made = from.untyped ? 'NULL::text' : json ? `(${from.sql})::text` : `${call('to_json', from.sql)}::text`;
  const strict = path.strictSql ?? String(path.strict);
  const appends = isConstant ? String(append) : modeSql(use.text(1).sql, 'append');
  const args = [use.text(0).sql, path.sql, made, appends, strict];
  return { ...value(call('sys.json_modify', ...args), nvarchar(-1), true), json: true };
}

/** JSON_MODIFY by jsonb_set: the content is the same, blanks and the order of members are jsonb's. */
function plainModify(
  use: FunctionUse,
  { steps, sql: at, strict, append }: PathUse & { readonly append: boolean },
): TypedSql {
  if (strict || steps.length === 0) return use.unsupported('JSON_MODIFY with a strict path, or with the path $');
  const from = use.arg(2);
  const node = use.node.args[2];
  const isJson = node?.kind === 'call' && /^json_(query|modify)$/i.test(node.name.name.name);
  const doc = `(${use.text(0).sql})::jsonb`;
  // A literal alone has no type for a polymorphic function.
  const typed = isString(from.type) ? `(${from.sql})::text` : from.sql;
  const made = isJson ? `(${from.sql})::jsonb` : call('to_jsonb', typed);
  use.t.note(
    'warning',
    'json-format',
    'JSON_MODIFY writes the whole document anew: blanks and the order of members change.',
    use.span,
  );
  const set = append
    ? `jsonb_set(${doc}, ${at}, coalesce(${doc} #> ${at}, '[]') || jsonb_build_array(${made}))`
    : `jsonb_set(${doc}, ${at}, ${made})`;
  const sql = append
    ? set
    : from.untyped
      ? `${doc} #- ${at}`
      : from.nullable
        ? `CASE WHEN ${from.sql} IS NULL THEN ${doc} #- ${at} ELSE ${set} END`
        : set;
  return { ...value(`(${sql})::text`, nvarchar(-1), true), json: true };
}

/** JSON_OBJECT('key': value, …): NULL is written, unless ABSENT ON NULL. */
function jsonObject(use: FunctionUse): TypedSql {
  if (!use.runtime) return use.needsRuntime();
  const absent = use.node.jsonNulls === 'absent';
  const args = use.args();
  const members: string[] = [];
  for (let at = 0; at + 1 < args.length; at += 2) {
    const key = args[at] as TypedSql;
    if (key.constant === null || !isString(key.type))
      return use.unsupported('JSON_OBJECT with a key that is no string');
    const label = `replace(to_json(${key.sql})::text, '/', '\\/') || ':'`;
    const text = jsonText(use.t, args[at + 1] as TypedSql, use.span);
    members.push(`${label} || ${absent ? text : `coalesce(${text}, 'null')`}`);
  }
  return madeJson('{', members, '}');
}

/** JSON_ARRAY(value, …): NULL is left out, unless NULL ON NULL. */
function jsonArray(use: FunctionUse): TypedSql {
  if (!use.runtime) return use.needsRuntime();
  const kept = use.node.jsonNulls === 'null';
  const items = use.args().map((one) => {
    const text = one.untyped ? 'NULL' : jsonText(use.t, one, use.span);
    return kept ? `coalesce(${text}, 'null')` : text;
  });
  return madeJson('[', items, ']');
}

function madeJson(open: string, parts: readonly string[], close: string): TypedSql {
  const inner = parts.length === 0 ? "''" : `concat_ws(',', ${parts.join(', ')})`;
  return { ...value(`(${quoted(open)} || ${inner} || ${quoted(close)})`, nvarchar(-1), false), json: true };
}

/** Functions of JSON text. */
export const JSON_RULES: RuleTable = {
  json_value: { rule: jsonValue, least: 2, most: 2 },
  json_query: { rule: jsonValue, least: 1, most: 2 },
  isjson: { rule: isjson, least: 1, most: 2 },
  json_modify: { rule: jsonModify, least: 3, most: 3 },
  json_object: { rule: jsonObject, least: 0, most: -1 },
  json_array: { rule: jsonArray, least: 0, most: -1 },
  json_path_exists: { rule: jsonPathExists, least: 2, most: 2 },
};
