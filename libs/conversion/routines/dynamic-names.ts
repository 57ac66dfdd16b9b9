import { quoteLiteral } from '#pgsql';
import { parseBatch } from '#tsql';
import type { Expression, ObjectName, Span, Statement } from '#tsql';
import type { Given } from './dynamic-holes.ts';
import type { Emitter } from './emitter.ts';
import { NotConverted } from './not-converted.ts';
import { resultSet } from './result-sets.ts';
import type { Text } from './text-parts.ts';

/**
 * Texts over a table whose name is only known when they run. The name is looked up in the catalog then, whatever the naming policy made of it, and the statement is executed with it. Nothing
 * is known of the table's columns: only statements that name none are converted.
 */

const MARK = 'run_time_name_';
const TABLE = 'run_time_table_';

/** Behind what the name of a table stands. */
const NAME_PLACE = /(?:\b(?:FROM|TABLE|INTO|ON|STATISTICS|UPDATE)\s+|\.\s*|\[)[\w$]*$/i;

interface Named {
  readonly statement: Statement;
  /** What stands for the marks. */
  readonly names: readonly Expression[];
}

/** The one statement of a text whose pieces are all names of tables, or parts of them. */
function namedStatement(e: Emitter, text: Text): Named | undefined {
  const names: Expression[] = [];
  let sql = '';
  for (const part of text) {
    if (part.kind === 'text') sql += part.text;
    else if (part.kind === 'hole' && NAME_PLACE.test(sql) && !isWhole(e, sql))
      sql += `${MARK}${names.push(plainName(part.node)) - 1}_`;
    else return undefined;
  }
  if (names.length === 0) return undefined;
  const { statements, errors } = parseBatch(sql);
  const [statement, ...more] = statements.filter((one) => one.kind !== 'empty');
  return statement && more.length === 0 && !errors[0] ? { statement, names } : undefined;
}

/** Whether a text ends with the name of a table that there is: what follows is no part of it. */
function isWhole(e: Emitter, text: string): boolean {
  const name = /[\w$]+$/.exec(text)?.[0];
  return name !== undefined && e.scope.relation([name]) !== undefined;
}

/** QUOTENAME(x) is x as a name. */
function plainName(node: Expression): Expression {
  const [first, ...more] = node.kind === 'call' && node.name.name.name.toLowerCase() === 'quotename' ? node.args : [];
  return first && more.length === 0 ? first : node;
}

/** The tables of a statement whose names hold marks, each once. */
function tablesIn(statement: Statement): readonly ObjectName[] {
  const found = new Map<string, ObjectName>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const name = node as ObjectName;
    if (name.kind === 'objectName' && `${name.schema?.name ?? ''}.${name.name.name}`.includes(MARK))
      found.set(`${name.schema?.name ?? ''}.${name.name.name}`, name);
    for (const [key, part] of Object.entries(node)) if (key !== 'span') visit(part);
  };
  visit(statement);
  return [...found.values()];
}

/** Writes such a statement; false where the text is another, and nothing is written. */
export function executeNamed(e: Emitter, text: Text, given: readonly Given[], span: Span): boolean {
  const found = namedStatement(e, text);
  const [name, ...others] = found ? tablesIn(found.statement) : [];
  if (!found || !name || others.length > 0 || name.database) return false;
  const mark = { lines: e.lines.length, pieces: e.pieces.length, depth: e.depth, results: e.results.length };
  const table = e.variables.declare(`@\u0000table of ${span.line} ${span.column}`, undefined, 'text').name;
  e.scope.made(name.schema?.name ?? 'dbo', name.name.name, {
    kind: 'table',
    name: name.name.name,
    sql: `${TABLE}0_`,
    columns: [],
  });
  try {
    e.facts.writes = true;
    const value = nameValue(e, name, found.names);
    e.laid(`${table} := ${lookUp(e, value)};`);
    e.line(`IF ${table} IS NOT NULL THEN`);
    e.depth += 1;
    const from = e.lines.length;
    writeStatement(e, withGiven(found.statement, given), span);
    e.depth -= 1;
    const written = e.lines.splice(from);
    const made = executed(e, written, table);
    if (!made) throw new NotConverted('SL1044', 'not a statement that names its table once', span);
    e.lines.push(...made);
    e.line('END IF;');
    e.once('SL1059', 'The table is looked up when the statement runs, by its name without case and underscores.', span);
    e.pieces.length = mark.pieces;
    return true;
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    e.lines.length = mark.lines;
    e.pieces.length = mark.pieces;
    e.results.length = mark.results;
    e.depth = mark.depth;
    return false;
  }
}

/** All columns of a table of which none is known go out through a refcursor; what else there is is written as for any table. */
function writeStatement(e: Emitter, statement: Statement, span: Span): void {
  const body = statement.kind === 'select' ? statement.query.body : undefined;
  if (statement.kind === 'select' && body?.kind === 'selectSpec' && body.items.some((one) => one.kind === 'star')) {
    const { query } = statement;
    const isPlain =
      body.items.length === 1 &&
      body.from.length === 1 &&
      !body.where &&
      !body.groupBy &&
      !body.top &&
      !body.into &&
      query.orderBy.length === 0 &&
      !query.offset &&
      !query.for;
    if (!isPlain) e.fail('More than all rows of the table.', span);
    return resultSet(e, span, () => ({ sql: `SELECT * FROM ${TABLE}0_`, columns: [] }));
  }
  const known = new Set([
    'select',
    'delete',
    'truncate',
    'alterIndex',
    'updateStatistics',
    'toggleTrigger',
    'dropObject',
    'alterTable',
  ]);
  if (!known.has(statement.kind)) e.fail('Not a statement over a table.', span);
  const told = e.issues.length;
  e.statements([statement]);
  const refused = e.issues.slice(told).find((one) => one.severity === 'manual');
  if (!refused) return;
  e.issues.length = told;
  e.fail(refused.message, span);
}

/** The variables that the parameters of the text are given. */
function withGiven(node: Statement, given: readonly Given[]): Statement {
  const stands = new Map(given.map((one) => [one.parameter.name.toLowerCase(), one.stands]));
  const fill = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(fill);
    if (typeof one !== 'object' || one === null) return one;
    const variable = one as { kind?: string; name?: unknown };
    if (variable.kind === 'variable' && typeof variable.name === 'string')
      return stands.get(variable.name.toLowerCase()) ?? one;
    return Object.fromEntries(Object.entries(one).map(([key, part]) => [key, key === 'span' ? part : fill(part)]));
  };
  return fill(node) as Statement;
}

/** The name as a text of T-SQL: schema, dot, name. */
function nameValue(e: Emitter, name: ObjectName, names: readonly Expression[]): string {
  const pieces = (text: string): readonly string[] =>
    text.split(new RegExp(`(${MARK}\\d+_)`)).flatMap((piece) => {
      const node = piece.startsWith(MARK) ? names[Number(piece.slice(MARK.length, -1))] : undefined;
      if (node) return [e.value(node, { name: 'nvarchar', length: 300 })];
      return piece === '' ? [] : [quoteLiteral(piece)];
    });
  const all = [...(name.schema ? [...pieces(name.schema.name), `'.'`] : []), ...pieces(name.name.name)];
  return all.join(' || ');
}

/** Looks a table up by its name in the source: case, underscores and brackets are no part of it. Of two that could be meant none is taken: the look-up fails. */
function lookUp(e: Emitter, value: string): string {
  const same = (sql: string): string => `replace(lower(${sql}), '_', '')`;
  const dbo = quoteLiteral(e.options.schemaOf('dbo'));
  const names = `SELECT parts[cardinality(parts)] AS name, coalesce(nullif(lower(parts[cardinality(parts) - 1]), 'dbo'), ${dbo}) AS schema FROM string_to_array(translate(${value}, '[]' || chr(34), ''), '.') AS parts`;
  return `(SELECT coalesce(c.oid::regclass::text, quote_ident(n.name)) FROM (${names}) AS n LEFT JOIN pg_class AS c ON c.relkind IN ('r', 'p', 'v', 'm') AND ${same('c.relname')} = ${same('n.name')} AND c.relnamespace = to_regnamespace(quote_ident(n.schema)))`;
}

/** What was written for one statement, as a text that is executed; undefined where it cannot be. */
function executed(e: Emitter, lines: readonly string[], table: string): readonly string[] | undefined {
  const end = lines.findIndex((one) => one.trimEnd().endsWith(';'));
  const rest = lines.slice(end + 1);
  const indent = /^\s*/.exec(lines[0] ?? '')?.[0] ?? '';
  const [first = '', ...others] = lines.slice(0, end + 1).map((one) => one.slice(indent.length));
  const head = /^(RETURN QUERY|OPEN \S+ (?:SCROLL )?FOR)$/.exec(first);
  const all = (head ? others.map((one) => one.trim()) : [first, ...others]).join(' ').replace(/;\s*$/, '');
  const into = /^SELECT (.+?)\s+INTO\s+(\S+)\s+(FROM .*)$/s.exec(all);
  const sql = into ? `SELECT ${into[1] ?? ''} ${into[3] ?? ''}` : all;
  const marks = sql.split(`${TABLE}0_`).length - 1;
  const isOther = /^\s*(IF|FOR|PERFORM|:=|\w+ :=)\b/.test(sql) || rest.some((one) => one.includes(TABLE));
  const used = e.variables.all().some((one) => new RegExp(`\\b${one.name.replaceAll(/\W/g, '\\$&')}\\b`).test(sql));
  if (marks === 0 || isOther || used || rest.length > 2) return undefined;
  const plain = sql
    .replaceAll(/\s+/g, ' ')
    .replaceAll('%', '%%')
    .replaceAll(new RegExp(`${TABLE}0_( AS (?:"[^"]*${MARK}[^"]*"|\\w*${MARK}\\w*))?`, 'g'), '%1$s');
  if (plain.includes(MARK)) return undefined;
  const execute = `EXECUTE format(${quoteLiteral(plain)}, ${table})${into ? ` INTO ${into[2] ?? ''}` : ''};`;
  return [`${indent}${head ? `${first} ` : ''}${execute}`, ...rest];
}
