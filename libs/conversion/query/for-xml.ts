import type { ForClause, Query } from '#tsql';
import { convert } from './convert.ts';
import type { Environment } from './environment.ts';
import { querySql, type QueryColumn } from './query.ts';
import { quoted } from './sql-text.ts';
import { familyOf, nvarchar } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** FOR XML PATH and RAW: one row, one text. AUTO and EXPLICIT are refused. */
export function forXml(t: Translation, env: Environment, query: Query, clause: ForClause): string {
  if (clause.mode !== 'path' && clause.mode !== 'raw')
    return t.unsupported(`FOR XML ${clause.mode?.toUpperCase() ?? ''}`, clause.span).sql;
  const options = clause.options.map((one) => one.name);
  const other = options.find((name) => !['TYPE', 'ROOT', 'ELEMENTS', 'BINARY BASE64'].includes(name));
  if (other !== undefined) return t.unsupported(`FOR XML with ${other}`, clause.span).sql;
  const { for: _clause, ...plain } = query;
  const inner = querySql(t, env, plain, { named: true });
  const name = t.freshName('q');
  const element = clause.element?.value ?? 'row';
  const attributes = clause.mode === 'raw' && !options.includes('ELEMENTS');
  const row = attributes
    ? rawRow(t, inner.columns, name, element, clause)
    : pathRow(t, inner.columns, name, element, clause);
  const root = clause.options.find((one) => one.name === 'ROOT');
  const rootName = root?.value?.kind === 'literal' ? root.value.value : root ? 'root' : undefined;
  const joined = `string_agg(${row}, '')`;
  const text =
    rootName === undefined ? joined : `${quoted(`<${rootName}>`)} || ${joined} || ${quoted(`</${rootName}>`)}`;
  return `SELECT ${text} AS document FROM (${inner.sql}) AS ${name} HAVING count(*) > 0`;
}

/** A value as XML text: markup escaped, dates in ISO form, bits as 0 and 1. */
function textOf(t: Translation, column: QueryColumn, row: string, clause: ForClause): string {
  const value = { ...column.value, sql: `${row}.${column.sqlName}` };
  const style = familyOf(value.type) === 'datetime' ? { style: 126 } : {};
  const text = convert(t, value, nvarchar(-1), { mode: 'explicit', span: clause.span, ...style }).sql;
  if (value.type.name === 'xml') return text;
  return `replace(replace(replace(${text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`;
}

function rawRow(
  t: Translation,
  columns: readonly QueryColumn[],
  row: string,
  element: string,
  clause: ForClause,
): string {
  const parts = columns.map(
    (one) =>
      `coalesce(${quoted(` ${one.name}="`)} || replace(${textOf(t, one, row, clause)}, '"', '&quot;') || '"', '')`,
  );
  return `(${quoted(`<${element}`)} || ${parts.join(' || ')} || '/>')`;
}

/** PATH: a column without a name, `*`, `text()` or `data()` is text; `@a` an attribute; else an element. Deeper paths are refused. */
function pathRow(
  t: Translation,
  columns: readonly QueryColumn[],
  row: string,
  element: string,
  clause: ForClause,
): string {
  const attributes: string[] = [];
  const parts: string[] = [];
  for (const one of columns) {
    const text = textOf(t, one, row, clause);
    if (one.name.startsWith('@'))
      attributes.push(`coalesce(${quoted(` ${one.name.slice(1)}="`)} || replace(${text}, '"', '&quot;') || '"', '')`);
    else if (one.name === '' || one.name === '*' || one.name === 'text()') parts.push(text);
    else if (/[/()]/.test(one.name)) t.unsupported(`FOR XML PATH with the path '${one.name}'`, clause.span);
    else parts.push(`${quoted(`<${one.name}>`)} || ${text} || ${quoted(`</${one.name}>`)}`);
  }
  const content = parts.length === 0 ? "''" : `concat(${parts.join(', ')})`;
  if (element === '') return content;
  const open = [quoted(`<${element}`), ...attributes].join(' || ');
  // An element without content is closed at once.
  const none = parts.length === 0 ? 'true' : `num_nonnulls(${parts.join(', ')}) = 0`;
  return `(${open} || CASE WHEN ${none} THEN '/>' ELSE '>' || ${content} || ${quoted(`</${element}>`)} END)`;
}
