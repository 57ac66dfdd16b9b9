import type { Execute, ExecuteArgument, Expression, ResultSetDefinition, Variable } from '../ast/index.ts';
import { expression } from './expressions.ts';
import { commaList, dataType, objectName } from './names.ts';
import { literal, startsValue } from './primary.ts';
import { identifierOf, type Reader } from './reader.ts';
import { RESERVED } from './keywords.ts';

/** Reads EXEC of a procedure or a string. */
export function execute(r: Reader): Execute {
  const start = r.token;
  r.expectAny('EXEC', 'EXECUTE');
  return executeTail(r, start, false);
}

/** Reads a procedure call without EXEC, which only the first statement of a batch may be. */
export function implicitExecute(r: Reader): Execute {
  return executeTail(r, r.token, true);
}

function executeTail(r: Reader, start: Reader['token'], implicit: boolean): Execute {
  if (r.is('(')) return executeString(r, start);
  let result: Variable | undefined;
  if (r.isVariable() && r.peekIs('=')) {
    result = variable(r);
    r.expect('=');
  }
  const procedure = r.isVariable() ? variable(r) : objectName(r);
  const number = groupNumber(r);
  const args = startsArgument(r) ? commaList(r, () => argument(r)) : [];
  const at = r.accept('AT') ? atServer(r) : {};
  const options = executeOptions(r);
  return {
    kind: 'execute',
    ...(result && { result }),
    procedure,
    ...(number !== undefined && { number }),
    args,
    ...at,
    ...options,
    implicit,
    span: r.span(start),
  };
}

function atServer(r: Reader): Pick<Execute, 'at' | 'atDataSource'> {
  if (r.is('DATA_SOURCE') && r.isName(r.peek())) {
    r.next();
    return { at: r.name(), atDataSource: true };
  }
  return { at: r.name() };
}

function variable(r: Reader): Variable {
  const token = r.next();
  return { kind: 'variable', name: token.text, span: r.span(token) };
}

/** `proc;2`: the semicolon is part of the name only when a number follows at once. */
function groupNumber(r: Reader): number | undefined {
  if (!r.is(';') || r.peek().type !== 'int' || r.peek().start !== r.token.end) return undefined;
  r.next();
  return Number(r.next().text);
}

function startsArgument(r: Reader): boolean {
  const { type, upper, lineStart } = r.token;
  if (type === 'word') {
    if (upper === 'DEFAULT' || upper === 'NULL') return true;
    if (RESERVED.has(upper)) return !lineStart && isWordArgument(r);
    return !r.peekIs(':') && upper !== 'AT';
  }
  return type === 'symbol' ? upper === '-' || upper === '+' || upper === '{' : startsValue(r);
}

/** Some reserved words are used as bare strings: `sp_dboption db, read, 'true'`; only ON, OFF and FILE fit safely. */
function isWordArgument(r: Reader): boolean {
  return r.is('ON') || r.is('OFF') || r.is('PUBLIC');
}

function argument(r: Reader): ExecuteArgument {
  const start = r.token;
  let name: string | undefined;
  if (r.isVariable(start) && r.peekIs('=')) {
    r.next();
    r.next();
    name = start.text;
  }
  const value = argumentValue(r);
  const output = r.accept('OUTPUT') || r.accept('OUT');
  return { kind: 'executeArgument', ...(name !== undefined && { name }), value, output, span: r.span(start) };
}

/** A constant, a variable or a bare word; operators are not allowed, except a sign. */
function argumentValue(r: Reader): Expression {
  const { token } = r;
  switch (token.type) {
    case 'word':
      if (token.upper === 'DEFAULT') {
        r.next();
        return { kind: 'default', span: r.span(token) };
      }
      if (token.upper === 'NULL') {
        r.next();
        return { kind: 'literal', type: 'null', text: token.text, value: '', span: r.span(token) };
      }
      return bareWord(r);
    case 'bracket':
    case 'dquote':
      if (token.type === 'dquote' && !r.quotedIdentifier) return literal(r, 'string');
      return bareWord(r);
    case 'symbol':
      if (r.is('{') && r.peekIs('FN')) r.fail(r.peek());
      return r.is('{') ? expression(r) : signed(r);
    case 'variable':
      return variable(r);
    case 'global':
      r.next();
      return { kind: 'globalVariable', name: token.text, span: r.span(token) };
    case 'string':
    case 'nstring':
    case 'int':
    case 'decimal':
    case 'float':
    case 'money':
    case 'binary':
      return literal(r, token.type);
    default:
      return r.fail();
  }
}

function bareWord(r: Reader): Expression {
  const start = r.token;
  const parts = [identifierOf(r.next())];
  while (r.is('.')) {
    r.next();
    parts.push(r.anyName());
  }
  return { kind: 'column', parts, span: r.span(start) };
}

function signed(r: Reader): Expression {
  const start = r.token;
  const op = r.expectAny('-', '+');
  const operand = argumentValue(r);
  return { kind: 'unary', op, operand, span: r.span(start) };
}

/** `EXEC ('…' + @x [, parameters]) [AS USER = 'u'] [AT server]`. */
function executeString(r: Reader, start: Reader['token']): Execute {
  r.expect('(');
  const strings = [expression(r)];
  const args: ExecuteArgument[] = [];
  while (r.accept(',')) {
    const at = r.token;
    const value = expression(r);
    const output = r.accept('OUTPUT') || r.accept('OUT');
    args.push({ kind: 'executeArgument', value, output, span: r.span(at) });
  }
  r.expect(')');
  let as: Execute['as'];
  if (r.accept('AS')) {
    const type = r.expectAny('USER', 'LOGIN') === 'USER' ? 'user' : 'login';
    r.expect('=');
    as = { type, name: expression(r) };
  }
  const at = r.accept('AT') ? atServer(r) : {};
  const options = executeOptions(r);
  return {
    kind: 'execute',
    args,
    strings,
    ...(as && { as }),
    ...at,
    ...options,
    implicit: false,
    span: r.span(start),
  };
}

type ExecuteOptions = Pick<Execute, 'recompile' | 'resultSets'>;

/** `WITH RECOMPILE, RESULT SETS …`. */
function executeOptions(r: Reader): ExecuteOptions {
  let options: ExecuteOptions = { recompile: false };
  if (!r.is('WITH') || (!r.peekIs('RECOMPILE') && !r.peekIs('RESULT'))) return options;
  r.next();
  do {
    if (r.accept('RECOMPILE')) options = { ...options, recompile: true };
    else {
      r.expectSequence('RESULT', 'SETS');
      options = { ...options, resultSets: resultSets(r) };
    }
  } while (r.accept(','));
  return options;
}

function resultSets(r: Reader): NonNullable<Execute['resultSets']> {
  if (r.accept('UNDEFINED')) return 'undefined';
  if (r.accept('NONE')) return 'none';
  r.expect('(');
  const sets = commaList(r, () => resultSet(r));
  r.expect(')');
  return sets;
}

function resultSet(r: Reader): ResultSetDefinition {
  if (r.accept('AS')) {
    if (r.acceptSequence('FOR', 'XML')) return { columns: [], as: { type: 'forXml' } };
    const type = r.expectAny('OBJECT', 'TYPE') === 'OBJECT' ? 'object' : 'type';
    return { columns: [], as: { type, name: objectName(r) } };
  }
  return { columns: resultColumns(r) };
}

/** Columns with their types, in parentheses: of WITH RESULT SETS and of INSERT BULK. */
export function resultColumns(r: Reader): ResultSetDefinition['columns'] {
  r.expect('(');
  const columns = commaList(r, () => {
    const name = r.name();
    const type = dataType(r);
    const collation = r.accept('COLLATE') ? r.name() : undefined;
    const nullable = r.acceptSequence('NOT', 'NULL') ? false : r.accept('NULL') ? true : undefined;
    return { name, type, ...(collation && { collation }), ...(nullable !== undefined && { nullable }) };
  });
  r.expect(')');
  return columns;
}
