import type { ForClause, Query } from '#tsql';
import { autoLevels, nestedSql } from './auto-levels.ts';
import { convert } from './convert.ts';
import type { Environment } from './environment.ts';
import { querySql, type QueryColumn } from './query.ts';
import { quoted } from './sql-text.ts';
import { familyOf, nvarchar } from './sql-type.ts';
import type { Translation } from './translation.ts';

/** The rows that become text, under their name in the SQL text. */
interface Rows {
  readonly t: Translation;
  readonly columns: readonly QueryColumn[];
  readonly name: string;
  readonly clause: ForClause;
}

/** FOR XML PATH, RAW and AUTO: one row, one text. EXPLICIT is refused. */
export function forXml(t: Translation, env: Environment, query: Query, clause: ForClause): string {
  if (query.with && query.with.namespaces.length > 0)
    return t.unsupported('FOR XML with XMLNAMESPACES', clause.span).sql;
  if (clause.mode === 'explicit') return t.unsupported('FOR XML EXPLICIT', clause.span).sql;
  const options = clause.options.map((one) => one.name);
  const other = options.find(
    (name) => !['TYPE', 'ROOT', 'ELEMENTS', 'ELEMENTS ABSENT', 'BINARY BASE64', AS_TEXT].includes(name),
  );
  if (other !== undefined) return t.unsupported(`FOR XML with ${other}`, clause.span).sql;
  const isAuto = clause.mode === 'auto';
  if (isAuto && query.body.kind !== 'selectSpec')
    return t.unsupported('FOR XML AUTO of several queries', clause.span).sql;
  const { for: _clause, ...plain } = query;
  const inner = querySql(t, env, plain, { named: true, unique: true, ...(isAuto ? { sourced: true } : {}) });
  const root = clause.options.find((one) => one.name === 'ROOT');
  const rootName = root?.value?.kind === 'literal' ? root.value.value : root ? 'root' : undefined;
  if (rootName !== undefined) checkIdentifier(t, clause, 'Root tag name', rootName);
  const whole = (joined: string): string =>
    rootName === undefined ? joined : `${quoted(`<${rootName}>`)} || ${joined} || ${quoted(`</${rootName}>`)}`;
  const levels = isAuto ? autoLevels(query, inner.columns) : [];
  const name = t.freshName('q');
  const isElements = options.includes('ELEMENTS') || options.includes('ELEMENTS ABSENT');
  if (levels.length > 1) {
    const nested = nestedSql(t, { sql: inner.sql, levels }, '', (level, row, within) =>
      rawRow({ t, columns: level.columns, name: row, clause }, encoded(level.name), isElements, within?.nested),
    );
    return `SELECT ${whole(`${name}.joined`)} AS document FROM (${nested}) AS ${name} WHERE ${name}.joined IS NOT NULL`;
  }
  const element = isAuto ? (levels[0]?.name ?? '') : (clause.element?.value ?? 'row');
  if (clause.element && element !== '') checkIdentifier(t, clause, 'Row name', element);
  const rows: Rows = { t, columns: inner.columns, name, clause };
  const row = clause.mode === 'path' ? pathRow(rows, element) : rawRow(rows, encoded(element), isElements);
  return `SELECT ${whole(`string_agg(${row}, '')`)} AS document FROM (${inner.sql}) AS ${name} HAVING count(*) > 0`;
}

/** The option of a query of which nothing but the text is wanted: `(SELECT … FOR XML PATH(''), TYPE).value('.', …)`. */
export const AS_TEXT = '\u0000TEXT';

const wantsText = ({ clause }: Rows): boolean => clause.options.some((one) => one.name === AS_TEXT);

const NAME_START = /^[\p{L}_]/u;
const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

/** A name with what XML does not allow in one as `_xHHHH_`. */
function encoded(name: string): string {
  const code = (char: string): string => `_x${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}_`;
  return [...name]
    .map((char, index) =>
      index === 0 ? (NAME_START.test(char) ? char : code(char)) : NAME.test(`a${char}`) ? char : code(char),
    )
    .join('');
}

/** A value as XML text: markup escaped, dates in ISO form, bits as 0 and 1. */
function textOf(rows: Rows, column: QueryColumn): string {
  const { t, name, clause } = rows;
  const value = { ...column.value, sql: `${name}.${column.sqlName}` };
  if (familyOf(value.type) === 'binary') return bytesText(rows, column, value.sql);
  const style = familyOf(value.type) === 'datetime' ? { style: 126 } : {};
  const text = convert(t, value, nvarchar(-1), { mode: 'explicit', span: clause.span, ...style }).sql;
  if (value.type.name === 'xml' || wantsText(rows)) return text;
  return `replace(replace(replace(${text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`;
}

/** Bytes are base64; RAW and AUTO ask for it by BINARY BASE64, else they would be addresses. */
function bytesText({ t, clause }: Rows, column: QueryColumn, sql: string): string {
  if (clause.mode !== 'path' && !clause.options.some((one) => one.name === 'BINARY BASE64')) {
    const message = `FOR XML EXPLICIT and RAW modes currently do not support addressing binary data as URLs in column '${column.name}'. Remove the column, or use the BINARY BASE64 mode, or create the URL directly using the 'dbobject/TABLE[@PK1="V1"]/@COLUMN' syntax.`;
    if (clause.mode === 'raw') t.fail('for-xml', 6829, message, clause.span);
    else t.unsupported('FOR XML AUTO of binary columns without BINARY BASE64', clause.span);
  }
  return `translate(encode(${sql}, 'base64'), E'\\n', '')`;
}

/** An element: its name, its attributes by name, and its content as SQL text; NULL is no attribute and no content. */
interface Element {
  readonly name: string;
  readonly attributes: { readonly name: string; readonly text: string }[];
  readonly content: (Element | string)[];
}

const emptyElement = (name: string): Element => ({ name, attributes: [], content: [] });

function rawRow(rows: Rows, name: string, elements: boolean, within?: string): string {
  const row = emptyElement(name);
  for (const one of rows.columns) {
    if (one.name === '') {
      const message = 'FOR XML requires a name for every column. Add a name to the unnamed column.';
      rows.t.fail('for-xml', 6809, message, rows.clause.span);
    }
    const text = textOf(rows, one);
    if (elements) row.content.push({ ...emptyElement(encoded(one.name)), content: [text] });
    else row.attributes.push({ name: encoded(one.name), text });
  }
  if (within !== undefined) row.content.push(within);
  return elementSql(row, true);
}

/** PATH: `a/b` is b within a, `@a` an attribute, a column without a name, `*` or `text()` is text; neighbours share the elements they name alike. */
function pathRow(rows: Rows, element: string): string {
  const row = emptyElement(element);
  for (const column of rows.columns) {
    const steps = column.name === '' || wantsText(rows) ? ['*'] : column.name.split('/');
    const last = steps.pop() ?? '*';
    let at = row;
    for (const step of steps) at = childOf(rows, at, step);
    const text = textOf(rows, column);
    if (last.startsWith('@')) addAttribute(rows, at, last.slice(1), text);
    else if (last === '*' || last === 'text()') at.content.push(text);
    else if (/[()]/.test(last)) rows.t.unsupported(`FOR XML PATH with the path '${column.name}'`, rows.clause.span);
    else childOf(rows, at, last).content.push(text);
  }
  if (element === '' && row.attributes.length > 0) {
    const message =
      'Row tag omission (empty row tag name) cannot be used with attribute-centric FOR XML serialization.';
    rows.t.fail('for-xml', 6864, message, rows.clause.span);
  }
  return element === '' ? contentSql(row) : elementSql(row, true);
}

const checkName = ({ t, clause }: Rows, name: string): void => checkIdentifier(t, clause, 'Column name', name);

function checkIdentifier(t: Translation, clause: ForClause, what: string, name: string): void {
  if (NAME.test(name)) return;
  const fault = [...name].find((char, index) => !(index === 0 ? NAME_START.test(char) : NAME.test(`a${char}`))) ?? '';
  const code = (fault.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const message = `${what} '${name}' contains an invalid XML identifier as required by FOR XML; '${fault}'(0x${code}) is the first character at fault.`;
  t.fail('for-xml', 6850, message, clause.span);
}

/** The element of a name: the one just begun, or a new one. */
function childOf(rows: Rows, parent: Element, name: string): Element {
  checkName(rows, name);
  const last = parent.content.at(-1);
  if (typeof last === 'object' && last.name === name) return last;
  const made = emptyElement(name);
  parent.content.push(made);
  return made;
}

function addAttribute(rows: Rows, to: Element, name: string, text: string): void {
  checkName(rows, name);
  if (to.content.length > 0) {
    const message = `Attribute-centric column '@${name}' must not come after a non-attribute-centric sibling in XML hierarchy in FOR XML PATH.`;
    rows.t.fail('for-xml', 6852, message, rows.clause.span);
  }
  to.attributes.push({ name, text });
}

const partsOf = ({ content }: Element): string[] =>
  content.map((one) => (typeof one === 'string' ? one : elementSql(one, false)));

function contentSql(element: Element): string {
  const parts = partsOf(element);
  return parts.length === 0 ? "''" : `concat(${parts.join(', ')})`;
}

/** An element as text; one that is not a row is NULL where all it has is NULL. */
function elementSql(element: Element, always: boolean): string {
  const parts = partsOf(element);
  const attributes = element.attributes.map(
    ({ name, text }) => `${quoted(` ${name}="`)} || replace(${text}, '"', '&quot;') || '"'`,
  );
  const head = `concat(${[quoted(`<${element.name}`), ...attributes].join(', ')})`;
  const body = `'>' || ${contentSql(element)} || ${quoted(`</${element.name}>`)}`;
  const tail =
    parts.length === 0 ? "'/>'" : `CASE WHEN num_nonnulls(${parts.join(', ')}) = 0 THEN '/>' ELSE ${body} END`;
  if (always) return `(${head} || ${tail})`;
  return `(CASE WHEN num_nonnulls(${[...attributes, ...parts].join(', ')}) > 0 THEN ${head} || ${tail} END)`;
}
