import { parseExpression, type Expression, type MethodCall, type TableFunction } from '#tsql';
import type { TypedSql } from './api.ts';
import { convert } from './convert.ts';
import { resolveColumn, type Environment, type Source } from './environment.ts';
import { translate } from './expression.ts';
import { AS_TEXT } from './for-xml.ts';
import { renameColumns, sourceName } from './bound-source.ts';
import type { SourceSql } from './from.ts';
import { call, quoted, value } from './sql-text.ts';
import { BIT, dataTypeOf, isString, nvarchar } from './sql-type.ts';
import { subqueryValue } from './subquery.ts';
import type { Translation } from './translation.ts';
import {
  plainContext,
  plainXmlExist,
  plainXmlNodes,
  plainXmlQuery,
  plainXmlValue,
  VARIABLE_END,
  VARIABLE_START,
} from './xml-plain.ts';
import { CONTEXT, readXPath, XPathFault, type XPath } from './xpath.ts';

const XML = { name: 'xml' } as const;

/** The value that a method of xml is called on; the nodes of .nodes() are a value for nothing else. */
export function methodTarget(t: Translation, env: Environment, node: Expression): TypedSql {
  return node.kind === 'column' ? resolveColumn(t, env, node) : translate(t, env, node);
}

/** Error 493, for the nodes of .nodes() used as a value. */
export function refuseNodes(t: Translation, name: string, span: Expression['span']): TypedSql {
  const message = `The column '${name}' that was returned from the nodes() method cannot be used directly. It can only be used with one of the four XML data type methods, exist(), nodes(), query(), and value(), or in IS NULL and IS NOT NULL checks.`;
  return t.fail('xml-nodes', 493, message, span);
}

/** `sql:variable("@x")` as a string in which the variable stands; paths of plain PostgreSQL are put together with its value. */
const withVariables = (env: Environment, source: string): string =>
  source.replaceAll(/sql:variable\(\s*["'](@\w+)["']\s*\)/g, (whole, name: string) => {
    const sql = env.scope.variable(name)?.sql ?? '';
    return /^[\w.]+$/.test(sql) ? `"${VARIABLE_START}${sql}${VARIABLE_END}"` : whole;
  });

/** The XQuery of a method's argument; undefined where that is reported. */
function xqueryOf(t: Translation, env: Environment, node: MethodCall): XPath | undefined {
  const [argument] = node.args;
  const method = node.method.name;
  if (argument?.kind !== 'literal' || !argument.type.endsWith('string')) {
    t.fail(
      'xml-literal',
      8172,
      `The argument 1 of the XML data type method "${method}" must be a string literal.`,
      node.span,
    );
    return undefined;
  }
  try {
    const isTaken = !t.profile.runtime;
    const own = env.xmlNamespaces?.findLast(([prefix]) => prefix === '')?.[1];
    const path = readXPath(isTaken ? withVariables(env, argument.value) : argument.value, {
      isTaken,
      ...(own === undefined ? {} : { elementNamespace: own }),
    });
    // The nearest declaration of a prefix counts: those of the statement stand behind the prolog's.
    const known = new Set(path.namespaces.map(([prefix]) => prefix));
    const around = (env.xmlNamespaces ?? []).filter(([prefix]) => prefix !== '' && !known.has(prefix));
    return checkPrefixes(t, node, { ...path, namespaces: [...path.namespaces, ...around] });
  } catch (error) {
    if (!(error instanceof XPathFault)) throw error;
    if (error.number === undefined) t.unsupported(error.message, node.span);
    else t.fail('xquery', error.number, error.message, node.span);
    return undefined;
  }
}

const PREFIX = /([\p{L}_][\p{L}\p{N}_.-]*):(?!:)/gu;

/** Every prefix of a path stands for a namespace, or it is error 2229. */
function checkPrefixes(t: Translation, node: MethodCall, path: XPath): XPath {
  const known = new Set(path.namespaces.map(([prefix]) => prefix));
  const names = path.text.replaceAll(/"[^"]*"|'[^']*'/g, '').matchAll(PREFIX);
  const unknown = [...names].map((match) => match[1] ?? '').find((prefix) => !known.has(prefix));
  if (unknown !== undefined) {
    const message = `XQuery [${node.method.name}()]: The name "${unknown}" does not denote a namespace.`;
    t.fail('xquery', 2229, message, node.span);
  }
  return path;
}

interface Target {
  readonly document: string;
  /** The path of the context item as SQL text. */
  readonly context: string | undefined;
}

const targetOf = (one: TypedSql): Target =>
  one.xmlNodes
    ? { document: `${one.sql}.document`, context: `${one.sql}.path` }
    : { document: one.sql, context: undefined };

/** The path as SQL text, with the path of the context item in its place. */
function pathSql(path: XPath, target: Target): string {
  if (target.context === undefined) return quoted(path.text.replaceAll(CONTEXT, '/sbx'));
  const text = quoted(path.text);
  return path.text.includes(CONTEXT) ? `replace(${text}, ${quoted(CONTEXT)}, ${target.context})` : text;
}

const namespaceSql = (path: XPath): string =>
  path.namespaces.length === 0
    ? `'{}'::text[]`
    : `ARRAY[${path.namespaces.map((pair) => `ARRAY[${pair.map(quoted).join(', ')}]`).join(', ')}]`;

const run = (name: string, target: Target, path: XPath): string =>
  call(`sys.xml_${name}`, target.document, pathSql(path, target), namespaceSql(path));

const NULL_XML: TypedSql = { sql: 'NULL', type: XML, nullable: true, constant: null };

/** `(SELECT … FOR XML PATH(''), TYPE).value('.', 'type')`: the texts of the rows one behind the other; undefined for anything else. */
export function concatenatedRows(t: Translation, env: Environment, node: MethodCall): TypedSql | undefined {
  const { target, method, args } = node;
  const [path] = args;
  if (method.name !== 'value' || target.kind !== 'subquery' || path?.kind !== 'literal') return undefined;
  const clause = target.query.for;
  if (clause?.type !== 'xml' || clause.mode !== 'path' || clause.element?.value !== '') return undefined;
  if (!/^\(?(\.|(\.\/)?text\(\))\)?(\[1\])?$/.test(path.value.replaceAll(/\s/g, ''))) return undefined;
  if (clause.options.some((one) => one.name === 'ROOT')) return undefined;
  const options = [{ ...(clause.options[0] ?? { value: undefined }), name: AS_TEXT, span: clause.span }];
  const text = subqueryValue(t, env, { ...target.query, for: { ...clause, options } as typeof clause });
  return ofType(t, env, node, text);
}

/** `.value`, `.query` and `.exist` of xml; `.modify` and `.nodes` are no values. */
export function xmlMethod(t: Translation, env: Environment, node: MethodCall, one: TypedSql): TypedSql {
  const method = node.method.name;
  if (!['value', 'query', 'exist'].includes(method)) return t.unsupported(`The method .${method}() of xml`, node.span);
  if (node.args.length !== (method === 'value' ? 2 : 1)) {
    const count = method === 'value' ? 2 : 1;
    return t.fail('argument-count', 174, `The ${method} function requires ${count} argument(s).`, node.span);
  }
  const path = xqueryOf(t, env, node);
  if (path === undefined) return NULL_XML;
  const { xmlDocument } = one;
  if (!t.profile.runtime && xmlDocument !== undefined && /\/sbx(?![\w.-])/.test(path.text)) {
    if (path.text.includes(CONTEXT))
      return t.unsupported(`A path of .${method}() both from the root and from its node`, node.span);
    return methodValue(t, env, node, xmlDocument, path);
  }
  if (!t.profile.runtime && one.xmlContext !== undefined && path.text.includes('..'))
    return t.unsupported(`A path of .${method}() to what stands around its node`, node.span);
  return methodValue(t, env, node, one, path);
}

function methodValue(t: Translation, env: Environment, node: MethodCall, one: TypedSql, path: XPath): TypedSql {
  const method = node.method.name;
  const target = targetOf(one);
  if (method === 'value') return xmlValue(t, env, node, { path, target, on: one });
  if (method === 'query') {
    if (path.attributes) {
      return t.fail('xquery', 2396, 'XQuery [query()]: Attribute may not appear outside of an element', node.span);
    }
    if (!t.profile.runtime)
      return path.kind === 'nodes'
        ? value(plainXmlQuery({ on: one, path }), XML)
        : t.unsupported('The method .query() of an expression that is no path', node.span);
    return value(run(path.kind === 'nodes' ? 'query' : 'scalar', target, path), XML);
  }
  if (path.kind !== 'nodes') return t.unsupported('The method .exist() of an expression that is no path', node.span);
  return value(t.profile.runtime ? run('exist', target, path) : plainXmlExist({ on: one, path }), BIT);
}

function xmlValue(
  t: Translation,
  env: Environment,
  node: MethodCall,
  use: { readonly path: XPath; readonly target: Target; readonly on: TypedSql },
): TypedSql {
  const { path, target, on } = use;
  if (path.kind === 'nodes' && !path.single && t.profile.runtime) {
    const message = `XQuery [value()]: 'value()' requires a singleton (or empty sequence), found operand of type 'xdt:untypedAtomic *'`;
    return t.fail('xquery', 2389, message, node.span);
  }
  const sql = t.profile.runtime
    ? run(path.kind === 'nodes' ? 'value' : 'scalar', target, path)
    : plainXmlValue({ on, path });
  return ofType(t, env, node, value(sql, nvarchar(-1)));
}

/** A text as the type that .value() names. */
function ofType(t: Translation, env: Environment, node: MethodCall, text: TypedSql): TypedSql {
  const argument = node.args[1];
  if (argument?.kind !== 'literal' || !argument.type.endsWith('string')) {
    return t.fail(
      'xml-literal',
      8172,
      'The argument 2 of the XML data type method "value" must be a string literal.',
      node.span,
    );
  }
  const parsed = parseExpression(`CAST(NULL AS ${argument.value})`);
  const type = parsed.expression?.kind === 'cast' ? dataTypeOf(parsed.expression.type, env.scope, true) : undefined;
  if (type === undefined || parsed.errors.length > 0) {
    return t.fail('unknown-type', 243, `Type ${argument.value} is not a defined system type.`, node.span);
  }
  const made = convert(t, text, type, { mode: 'explicit', span: node.span });
  return isString(type) ? { ...made, type } : made;
}

/** `x.nodes('path') AS t(c)`: a row for each node. */
export function xmlNodes(t: Translation, env: Environment, node: TableFunction, fn: MethodCall): SourceSql {
  const nothing: SourceSql = { sql: '', sources: [] };
  const one = methodTarget(t, env, fn.target);
  if (one.type.name !== 'xml' || fn.method.name !== 'nodes') {
    t.unsupported(`The method .${fn.method.name}() in FROM`, node.span);
    return nothing;
  }
  const path = xqueryOf(t, env, fn);
  if (path === undefined) return nothing;
  if (path.kind !== 'nodes') {
    t.unsupported('The method .nodes() of an expression that is no path', node.span);
    return nothing;
  }
  const name = node.alias?.name ?? '';
  const sqlName = sourceName(t, name);
  if (!t.profile.runtime) {
    const on = {
      ...value(`${sqlName}.node`, XML, false),
      xmlNodes: true,
      xmlContext: plainContext(path),
      xmlDocument: one.xmlDocument ?? one,
    };
    const rows: Source = { name, aliased: true, sqlName, columns: [{ name: '', value: on }] };
    const sql = `LATERAL ${plainXmlNodes({ on: one, path })} AS ${sqlName}(node)`;
    return { sql, sources: [renameColumns(rows, node.columns)] };
  }
  const column = { name: '', value: { ...value(sqlName, XML, false), xmlNodes: true } };
  const source: Source = { name, aliased: true, sqlName, columns: [column] };
  return {
    sql: `${run('nodes', targetOf(one), path)} AS ${sqlName}(document, path)`,
    sources: [renameColumns(source, node.columns)],
  };
}
