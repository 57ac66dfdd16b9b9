import { quoteIdent } from '#pgsql';
import type { TypedSql } from './api.ts';
import { call, quoted } from './sql-text.ts';
import { CONTEXT, type XPath } from './xpath.ts';

/** The methods of xml by PostgreSQL's own functions. Every document stands in an element `x`, so that one of many roots, or of text alone, has paths too. */

interface Use {
  readonly on: TypedSql;
  readonly path: XPath;
}

/** Around a variable that stands within a string of a path. */
export const VARIABLE_START = '\ue003';
export const VARIABLE_END = '\ue004';

/** The path from the element around: where the item of .nodes() is, or the document. */
function pathSql({ on, path }: Use): string {
  const text = quoted(path.text.replaceAll(CONTEXT, on.xmlContext ?? '/x').replaceAll(/\/sbx(?![\w.-])/g, '/x'));
  if (!text.includes(VARIABLE_START)) return text;
  const spliced = text.replaceAll(
    /\ue003(.*?)\ue004/g,
    (_, sql: string) => `' || replace((${sql})::text, '"', '') || '`,
  );
  return `(${spliced})`;
}

const documentSql = ({ on }: Use): string => `xmlelement(name x, ${on.sql})`;

function arraySql(path: XPath): string {
  const pairs = path.namespaces.map((pair) => `ARRAY[${pair.map(quoted).join(', ')}]`);
  return pairs.length === 0 ? '' : `, ARRAY[${pairs.join(', ')}]`;
}

const xpathSql = (name: string, use: Use): string =>
  `${name}(${pathSql(use)}, ${documentSql(use)}${arraySql(use.path)})`;

/** `.value()` as text: XMLTABLE gives it without entities, NULL where there is no node. */
export function plainXmlValue(use: Use): string {
  const names = use.path.namespaces.map(([prefix, uri]) => `${quoted(uri)} AS ${quoteIdent(prefix)}`);
  const declared = names.length === 0 ? '' : `XMLNAMESPACES(${names.join(', ')}), `;
  return `(SELECT v.item FROM xmltable(${declared}'/x' PASSING ${documentSql(use)} COLUMNS item text PATH ${pathSql(use)}) AS v)`;
}

/** `.exist()`: NULL of NULL. */
export const plainXmlExist = (use: Use): string =>
  `(CASE WHEN ${use.on.sql} IS NOT NULL THEN ${xpathSql('xpath_exists', use)} END)`;

/** `.query()`: the nodes one after the other. */
export function plainXmlQuery(use: Use): string {
  const nodes = `(SELECT xmlagg(q.node ORDER BY q.n) FROM unnest(${xpathSql('xpath', use)}) WITH ORDINALITY AS q(node, n))`;
  return `(CASE WHEN ${use.on.sql} IS NOT NULL THEN ${call('coalesce', nodes, `''::xml`)} END)`;
}

/** `.nodes()`: a row for each node, in the column `node`. */
export const plainXmlNodes = (use: Use): string => `unnest(${xpathSql('xpath', use)})`;

/** Where an item of .nodes() is found again: an element below the element around, an attribute's or a text's value in it. */
export const plainContext = (path: XPath): string =>
  path.attributes || /(^|\/)text\(\)(\[\d+\])?$/.test(path.text) ? '/x' : '/x/*';
