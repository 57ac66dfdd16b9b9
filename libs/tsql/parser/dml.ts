import type {
  Delete,
  DmlTarget,
  Expression,
  Identifier,
  Insert,
  InsertBulk,
  InsertSource,
  Merge,
  OutputClause,
  SetClause,
  Statement,
  TableRef,
  TableVariable,
  Update,
  WithClause,
} from '../ast/index.ts';
import { expression } from './expressions.ts';
import { execute, resultColumns } from './execute.ts';
import { merge } from './merge.ts';
import { commaList, lastName, nameParts, objectName, parenNameList } from './names.ts';
import { acceptAssign } from './operators.ts';
import { withOptions } from './options.ts';
import { argumentList } from './primary.ts';
import { query, selectItem, topClause, withClause } from './query.ts';
import { queryHints } from './query-end.ts';
import type { Reader } from './reader.ts';
import { tableHints } from './table-hints.ts';
import { namedSource, tableSources, valueRows } from './table-source.ts';
import { rowsetFunction } from './rowsets.ts';

/** Reads a statement that begins with WITH, SELECT or a parenthesis, INSERT, UPDATE, DELETE or MERGE. */
export function dmlStatement(r: Reader): Statement {
  const start = r.token;
  if (!r.is('WITH')) return dmlBody(r, start, undefined);
  const index = r.index;
  const clause = withClause(r);
  if (r.is('SELECT') || r.is('(')) {
    r.rewind(index);
    return select(r);
  }
  return dmlBody(r, start, clause);
}

function dmlBody(r: Reader, start: Reader['token'], clause: WithClause | undefined): Statement {
  switch (r.token.upper) {
    case 'SELECT':
    case '(':
      return select(r);
    case 'INSERT':
      return r.peekIs('BULK') ? insertBulk(r) : insert(r, start, clause);
    case 'UPDATE':
      return update(r, start, clause);
    case 'DELETE':
      return deletion(r, start, clause);
    case 'MERGE':
      return merge(r, start, clause);
    default:
      return r.fail();
  }
}

/** Reads the INSERT, UPDATE, DELETE or MERGE within the parentheses of a FROM. */
export function dmlInParentheses(r: Reader): Insert | Update | Delete | Merge {
  const start = r.token;
  const statement = dmlBody(r, start, undefined);
  const { kind } = statement;
  if (kind !== 'insert' && kind !== 'update' && kind !== 'delete' && kind !== 'merge') r.fail(start);
  return statement;
}

function select(r: Reader): Statement {
  const start = r.token;
  const inner = query(r);
  return { kind: 'select', query: inner, span: r.span(start) };
}

/** Reads what a DML statement writes to, its hints included. */
export function dmlTarget(r: Reader, withAlias: boolean): DmlTarget {
  const { token } = r;
  if (r.isVariable(token)) {
    r.next();
    const hints = tableHints(r);
    return { kind: 'tableVariable', name: token.text, columns: [], hints, span: r.span(token) };
  }
  const rowset = token.type === 'word' ? rowsetFunction(r) : undefined;
  if (rowset !== undefined) {
    if (rowset.kind !== 'openRowset' && rowset.kind !== 'tableFunction') r.fail(token);
    return rowset;
  }
  if (!withAlias) return plainTarget(r);
  const source = namedSource(r);
  if (source.kind !== 'table') r.fail(token);
  return source;
}

/** A table without an alias: what follows it belongs to the statement. */
function plainTarget(r: Reader): TableRef {
  const start = r.token;
  const name = objectName(r);
  const hints = r.is('WITH') || r.is('HOLDLOCK') ? tableHints(r) : [];
  return { kind: 'table', name, columns: [], hints, span: r.span(start) };
}

function insert(r: Reader, start: Reader['token'], clause: WithClause | undefined): Insert {
  r.expect('INSERT');
  const top = r.is('TOP') ? topClause(r) : undefined;
  r.accept('INTO');
  const target = dmlTarget(r, false);
  const columns = r.is('(') && !queryInParentheses(r) ? columnList(r) : [];
  const output = outputClauses(r);
  const source = insertSource(r);
  const options = queryHints(r);
  return {
    kind: 'insert',
    ...(clause && { with: clause }),
    ...(top && { top }),
    target,
    columns,
    output,
    source,
    options,
    span: r.span(start),
  };
}

function queryInParentheses(r: Reader): boolean {
  let ahead = 0;
  while (r.peekIs('(', ahead)) ahead++;
  return r.peekIs('SELECT', ahead) || r.peekIs('WITH', ahead);
}

/** Columns to insert into; each may have its table before it, and may be `$node_id` and the like. */
function columnList(r: Reader): Identifier[] {
  r.expect('(');
  const columns = commaList(r, () => lastPart(r));
  r.expect(')');
  return columns;
}

function lastPart(r: Reader): Identifier {
  if (r.is('IDENTITYCOL') || r.is('ROWGUIDCOL')) return r.anyName();
  return lastName(r);
}

function insertSource(r: Reader): InsertSource {
  const start = r.token;
  if (r.accept('VALUES')) {
    const rows = valueRows(r);
    return { kind: 'values', rows, span: r.span(start) };
  }
  if (r.is('EXEC') || r.is('EXECUTE')) {
    const inner = execute(r);
    return { kind: 'insertExecute', execute: inner, span: r.span(start) };
  }
  if (r.acceptSequence('DEFAULT', 'VALUES')) return { kind: 'defaultValues', span: r.span(start) };
  const inner = query(r);
  return { kind: 'insertQuery', query: inner, span: r.span(start) };
}

/** Reads up to two OUTPUT clauses. */
export function outputClauses(r: Reader): OutputClause[] {
  const clauses: OutputClause[] = [];
  while (r.is('OUTPUT')) clauses.push(outputClause(r));
  return clauses;
}

function outputClause(r: Reader): OutputClause {
  const start = r.expect('OUTPUT');
  const items = commaList(r, () => selectItem(r));
  if (!r.accept('INTO')) return { kind: 'output', items, intoColumns: [], span: r.span(start) };
  const target = r.token;
  let into: TableRef | TableVariable;
  if (r.isVariable(target)) {
    r.next();
    into = { kind: 'tableVariable', name: target.text, columns: [], hints: [], span: r.span(target) };
  } else into = plainTarget(r);
  const intoColumns = r.is('(') ? parenNameList(r) : [];
  return { kind: 'output', items, into, intoColumns, span: r.span(start) };
}

function update(r: Reader, start: Reader['token'], clause: WithClause | undefined): Update {
  r.expect('UPDATE');
  const top = r.is('TOP') ? topClause(r) : undefined;
  const target = dmlTarget(r, true);
  r.expect('SET');
  const set = setClauses(r);
  const output = outputClauses(r);
  const from = r.accept('FROM') ? tableSources(r) : [];
  const where = r.accept('WHERE') ? condition(r) : undefined;
  const options = queryHints(r);
  return {
    kind: 'update',
    ...(clause && { with: clause }),
    ...(top && { top }),
    target,
    set,
    output,
    from,
    ...(where && { where }),
    options,
    span: r.span(start),
  };
}

/** Reads the assignments behind SET. */
export function setClauses(r: Reader): SetClause[] {
  return commaList(r, () => setClause(r));
}

function setClause(r: Reader): SetClause {
  const start = r.token;
  let variable: Extract<SetClause, { kind: 'setColumn' }>['variable'];
  if (r.isVariable(start) && !r.peekIs('.')) {
    r.next();
    variable = { kind: 'variable', name: start.text, span: r.span(start) };
    const isColumnNext = r.is('=') && !r.isVariable(r.peek()) && assignsColumn(r);
    if (!isColumnNext) {
      const op = acceptAssign(r) ?? r.fail();
      const value = expression(r);
      return { kind: 'setColumn', variable, op, value, span: r.span(start) };
    }
    r.next();
  }
  const at = r.token;
  const parts = r.is('IDENTITYCOL') || r.is('ROWGUIDCOL') ? [r.anyName()] : nameParts(r);
  if (r.is('(') && variable === undefined && parts.length > 1) return setMethod(r, parts, start);
  const column = { kind: 'column', parts, span: r.span(at) } as const;
  const op = acceptAssign(r) ?? r.fail();
  const value = expression(r);
  return { kind: 'setColumn', ...(variable && { variable }), column, op, value, span: r.span(start) };
}

/** Behind `@v =`: whether a column and another assignment follow (`@v = a.b += 1`). */
function assignsColumn(r: Reader): boolean {
  let ahead = 1;
  while (r.isName(r.peek(ahead)) && r.peekIs('.', ahead + 1)) ahead += 2;
  if (!r.isName(r.peek(ahead))) return false;
  const { upper } = r.peek(ahead + 1);
  return upper === '=' || /^[-+*/%&|^]=$/.test(upper);
}

function setMethod(r: Reader, parts: readonly (Identifier | null)[], start: Reader['token']): SetClause {
  const method = parts.at(-1) ?? r.fail();
  const end = parts.at(-2)?.span.end ?? start.end;
  const span = { start: start.start, end, line: start.line, column: start.column };
  const args = argumentList(r);
  const target: Expression = { kind: 'column', parts: parts.slice(0, -1), span };
  const whole = r.span(start);
  return { kind: 'setMethod', call: { kind: 'methodCall', target, method, args, span: whole }, span: whole };
}

function deletion(r: Reader, start: Reader['token'], clause: WithClause | undefined): Delete {
  r.expect('DELETE');
  const top = r.is('TOP') ? topClause(r) : undefined;
  r.accept('FROM');
  const target = dmlTarget(r, true);
  const output = outputClauses(r);
  const from = r.accept('FROM') ? tableSources(r) : [];
  const where = r.accept('WHERE') ? condition(r) : undefined;
  const options = queryHints(r);
  return {
    kind: 'delete',
    ...(clause && { with: clause }),
    ...(top && { top }),
    target,
    output,
    from,
    ...(where && { where }),
    options,
    span: r.span(start),
  };
}

/** A WHERE, which may also be CURRENT OF a cursor. */
function condition(r: Reader): Expression {
  const start = r.token;
  if (!r.acceptSequence('CURRENT', 'OF')) return expression(r);
  const global = r.is('GLOBAL') && r.isName(r.peek());
  if (global) r.next();
  const cursor = cursorName(r);
  return { kind: 'currentOf', cursor, global, span: r.span(start) };
}

/** Reads a cursor's name, or the variable that holds it. */
export function cursorName(r: Reader): Extract<Expression, { kind: 'currentOf' }>['cursor'] {
  const { token } = r;
  if (!r.isVariable(token)) return r.name();
  r.next();
  return { kind: 'variable', name: token.text, span: r.span(token) };
}

/** `INSERT BULK`: sent by drivers; its column list is that of a table without constraints. */
function insertBulk(r: Reader): InsertBulk {
  const start = r.next();
  r.expect('BULK');
  const table = objectName(r);
  const columns = r.is('(') ? resultColumns(r) : [];
  const options = withOptions(r);
  return { kind: 'insertBulk', table, columns, hints: [], options, span: r.span(start) };
}
