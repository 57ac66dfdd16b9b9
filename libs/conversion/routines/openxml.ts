import { findAll, parseBatch, printType } from '#tsql';
import type { Execute, Query, RowsetColumn, Statement, TableSource } from '#tsql';
import { quoteString } from '#tsql';
import type { Emitter } from './emitter.ts';

/** OPENXML over a document that sp_xml_preparedocument has read: the methods of xml over a variable that keeps the document. */

const documentOf = (handle: string): string => `@document_of_${handle.replace(/^@/, '')}`;

/** sp_xml_preparedocument: the handle is a number that nothing else asks for, the document a variable of its own. */
export function prepareDocument(e: Emitter, node: Execute): void {
  const [handle, text] = node.args;
  if (handle?.value.kind !== 'variable' || !text)
    return e.fail('sp_xml_preparedocument without a variable for its handle.', node.span);
  if (node.args.length > 2) e.fail('sp_xml_preparedocument with namespaces is not converted.', node.span);
  const document = e.variables.declare(documentOf(handle.value.name), { name: 'xml' }, 'xml');
  e.laid(`${document.name} := ${e.value(text.value, { name: 'xml' })};`);
  const number = e.variables.find(handle.value.name);
  if (number) e.line(`${number.name} := 1;`);
}

type OpenXml = Extract<TableSource, { kind: 'tableFunction' }>;

const isOpenXml = (node: unknown): node is OpenXml =>
  typeof node === 'object' &&
  node !== null &&
  (node as OpenXml).kind === 'tableFunction' &&
  (node as OpenXml).call.kind === 'call' &&
  'name' in (node as OpenXml).call &&
  ((node as OpenXml).call as { name: { name: { name: string } } }).name.name.name.toLowerCase() === 'openxml';

const SIMPLE = new Set(['select', 'insert', 'update', 'delete', 'merge', 'setVariable']);

/** A statement with OPENXML as a query over the nodes of the document. */
export function withoutOpenXml(e: Emitter, statement: Statement): Statement {
  if (!SIMPLE.has(statement.kind)) return statement;
  if (!findAll(statement, 'tableFunction').some(isOpenXml)) return statement;
  return replaced(e, statement) as Statement;
}

function replaced(e: Emitter, node: unknown): unknown {
  if (Array.isArray(node)) return node.map((one) => replaced(e, one));
  if (typeof node !== 'object' || node === null) return node;
  if (isOpenXml(node)) return rowsOf(e, node);
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'span' ? value : replaced(e, value)]),
  );
}

function rowsOf(e: Emitter, node: OpenXml): TableSource {
  const [handle, pattern, flags] = node.call.args;
  if (handle?.kind !== 'variable' || pattern?.kind !== 'literal' || !node.schema || node.schema.length === 0)
    return e.fail('OPENXML without a constant pattern and a WITH list is not converted.', node.span);
  const mode = flags?.kind === 'literal' ? Number(flags.value) % 4 : 0;
  const path = pattern.value.startsWith('/') ? pattern.value : `/${pattern.value}`;
  const items = node.schema.map((one) => `${value(one, mode)} AS [${one.name.name.replaceAll(']', ']]')}]`);
  const text = `SELECT ${items.join(', ')} FROM ${documentOf(handle.name)}.nodes(${quoteString(path.replace(/\/$/, ''))}) AS opened(n)`;
  const { statements, errors } = parseBatch(text);
  const [statement] = statements;
  if (errors[0] || statement?.kind !== 'select') return e.fail('This OPENXML is not converted.', node.span);
  const query: Query = statement.query;
  const name = { kind: 'identifier' as const, name: 'opened_rows', quote: 'none' as const, span: node.span };
  return { kind: 'derivedTable', query, alias: node.alias ?? name, columns: node.columns, span: node.span };
}

function value(column: RowsetColumn, mode: number): string {
  const type = quoteString(printType(column.type));
  const at = (path: string): string => `n.value(${quoteString(`(${path})[1]`)}, ${type})`;
  const { name } = column.name;
  if (column.path) return at(column.path.value);
  if (mode === 2) return at(name);
  return mode === 3 ? `ISNULL(${at(`@${name}`)}, ${at(name)})` : at(`@${name}`);
}
