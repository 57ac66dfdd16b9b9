import type {
  CreateMode,
  ExternalName,
  FunctionReturns,
  Identifier,
  Option,
  Parameter,
  Span,
  Statement,
} from '../ast/index.ts';
import { indexColumns, tableElements } from './columns.ts';
import { commaList, dataType, objectName, optionalNameList } from './names.ts';
import { option, optionValue } from './options.ts';
import { inPrintedParentheses, scalar } from './expressions.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';
import { embeddedStatement, statementsUntil } from './statement.ts';

type Start = Reader['token'];

/** The whole batch, if the module begins it; else its own text up to the end of the batch. */
export function moduleSource(r: Reader, start: Start): Span {
  if (r.startsBatch(start)) return r.batch;
  return { start: start.start, end: r.batch.end, line: start.line, column: start.column };
}

/** Reads what follows `CREATE VIEW`. */
export function createView(r: Reader, start: Start, mode: CreateMode): Statement {
  const name = objectName(r);
  const columns = optionalNameList(r);
  const options = moduleOptions(r);
  r.expect('AS');
  const inner = query(r);
  const checkOption = r.acceptSequence('WITH', 'CHECK', 'OPTION');
  return {
    kind: 'createView',
    mode,
    name,
    source: moduleSource(r, start),
    options,
    columns,
    query: inner,
    checkOption,
    span: r.span(start),
  };
}

/** Reads what follows `CREATE PROCEDURE`; its body is the rest of the batch. */
export function createProcedure(r: Reader, start: Start, mode: CreateMode): Statement {
  const name = objectName(r);
  const number = r.accept(';') ? groupNumber(r) : undefined;
  const parenthesised = r.is('(');
  if (parenthesised) r.next();
  const parameters = r.isVariable() ? commaList(r, () => parameter(r)) : [];
  if (parenthesised) r.expect(')');
  const options = moduleOptions(r);
  const forReplication = r.acceptSequence('FOR', 'REPLICATION');
  r.expect('AS');
  const external = externalName(r);
  const body = external === undefined ? moduleBody(r) : [];
  return {
    kind: 'createProcedure',
    mode,
    name,
    source: moduleSource(r, start),
    options,
    ...(number !== undefined && { number }),
    parameters,
    forReplication,
    body,
    ...(external && { external }),
    span: r.span(start),
  };
}

function groupNumber(r: Reader): number {
  if (r.token.type !== 'int') r.fail();
  return Number(r.next().text);
}

/** Statements up to the end of the batch. SET options in it do not change how it is read. */
function moduleBody(r: Reader): Statement[] {
  const outer = r.inModule;
  r.inModule = true;
  const body = statementsUntil(r, undefined);
  r.inModule = outer;
  return body;
}

function externalName(r: Reader): ExternalName | undefined {
  if (!r.isSequence('EXTERNAL', 'NAME')) return undefined;
  return external(r);
}

/** Reads `EXTERNAL NAME assembly.class.method`. */
export function external(r: Reader): ExternalName {
  const start = r.token;
  r.expectSequence('EXTERNAL', 'NAME');
  const parts: Identifier[] = [r.name()];
  while (r.accept('.')) parts.push(r.anyName());
  return { kind: 'externalName', parts, span: r.span(start) };
}

/** Reads one parameter. */
export function parameter(r: Reader): Parameter {
  const start = r.token;
  if (!r.isVariable(start)) r.fail();
  r.next();
  r.accept('AS');
  const type = dataType(r);
  const flags = { output: false, readonly: false, varying: false };
  let value: Parameter['default'];
  let nullable: boolean | undefined;
  for (;;) {
    if (r.accept('VARYING')) flags.varying = true;
    else if (r.acceptSequence('NOT', 'NULL')) nullable = false;
    else if (r.accept('NULL')) nullable = true;
    else if (r.accept('=')) value = parameterDefault(r);
    else if (r.accept('OUTPUT') || r.accept('OUT')) flags.output = true;
    else if (r.accept('READONLY')) flags.readonly = true;
    else break;
  }
  return {
    kind: 'parameter',
    name: start.text,
    type,
    ...(value && { default: value }),
    ...flags,
    ...(nullable !== undefined && { nullable }),
    span: r.span(start),
  };
}

/** A constant; a bare word stands for a string and is a column. */
function parameterDefault(r: Reader): NonNullable<Parameter['default']> {
  const { token } = r;
  if (token.type === 'word' && (token.upper === 'ON' || token.upper === 'OFF')) return optionValue(r);
  return scalar(r);
}

/** Reads `WITH RECOMPILE, EXECUTE AS OWNER, …`, or nothing. */
function moduleOptions(r: Reader): Option[] {
  if (!r.accept('WITH')) return [];
  return commaList(r, () => moduleOption(r));
}

function moduleOption(r: Reader): Option {
  const start = r.token;
  if ((r.is('EXECUTE') || r.is('EXEC')) && r.peekIs('AS')) {
    r.next();
    r.next();
    const value = optionValue(r);
    return { kind: 'option', name: 'EXECUTE AS', value, span: r.span(start) };
  }
  const nullInput = r.is('RETURNS')
    ? ['RETURNS', 'NULL', 'ON', 'NULL', 'INPUT']
    : r.is('CALLED')
      ? ['CALLED', 'ON', 'NULL', 'INPUT']
      : undefined;
  if (nullInput !== undefined) {
    r.expectSequence(...nullInput);
    return { kind: 'option', name: nullInput.join(' '), span: r.span(start) };
  }
  return option(r, false);
}

/** Reads what follows `CREATE FUNCTION`. */
export function createFunction(r: Reader, start: Start, mode: CreateMode): Statement {
  const name = objectName(r);
  r.expect('(');
  const parameters = r.is(')') ? [] : commaList(r, () => parameter(r));
  r.expect(')');
  r.expect('RETURNS');
  const plain = functionReturns(r);
  const options = moduleOptions(r);
  const isOrdered = plain.kind === 'returnsQuery' && plain.elements.length > 0 && r.accept('ORDER');
  const head = isOrdered ? { ...plain, order: indexColumns(r) } : plain;
  r.accept('AS');
  const outside = externalName(r);
  const isInline = head.kind === 'returnsQuery' && outside === undefined;
  const returns = isInline ? inlineQuery(r, head) : head;
  const body = isInline || outside !== undefined ? [] : functionBody(r);
  return {
    kind: 'createFunction',
    mode,
    name,
    source: moduleSource(r, start),
    options,
    parameters,
    returns,
    body,
    ...(outside && { external: outside }),
    span: r.span(start),
  };
}

function functionReturns(r: Reader): FunctionReturns {
  const start = r.token;
  if (r.isVariable(start)) {
    r.next();
    r.expect('TABLE');
    const elements = tableElements(r);
    return { kind: 'returnsTable', variable: start.text, elements, span: r.span(start) };
  }
  if (r.accept('TABLE')) {
    const elements = r.is('(') ? tableElements(r) : [];
    return { kind: 'returnsQuery', elements, span: r.span(start) };
  }
  const type = dataType(r);
  return { kind: 'returnsScalar', type, span: r.span(start) };
}

function inlineQuery(r: Reader, head: FunctionReturns): FunctionReturns {
  const isBlock = r.accept('BEGIN');
  r.expect('RETURN');
  const inner = inPrintedParentheses(r, () => query(r));
  r.accept(';');
  if (isBlock) r.expect('END');
  return { kind: 'returnsQuery', query: inner, elements: [], span: head.span };
}

/** A function's body is one block, which ends it: what follows in the batch is not its own. */
function functionBody(r: Reader): Statement[] {
  if (!r.is('BEGIN')) r.fail();
  const outer = r.inModule;
  r.inModule = true;
  const block = embeddedStatement(r);
  r.inModule = outer;
  return block.kind === 'block' && block.atomic === undefined ? [...block.statements] : [block];
}

/** Reads what follows `CREATE TRIGGER`; its body is the rest of the batch. */
export function createTrigger(r: Reader, start: Start, mode: CreateMode): Statement {
  const name = objectName(r);
  r.expect('ON');
  const scope = r.acceptSequence('ALL', 'SERVER') ? 'server' : r.accept('DATABASE') ? 'database' : 'object';
  const target = scope === 'object' ? objectName(r) : undefined;
  const options = moduleOptions(r);
  const word = r.expectAny('AFTER', 'FOR', 'INSTEAD');
  if (word === 'INSTEAD') r.expect('OF');
  const timing = word === 'AFTER' ? 'after' : word === 'FOR' ? 'for' : 'insteadOf';
  const events = commaList(r, () => r.anyName().name.toUpperCase());
  const withAppend = r.acceptSequence('WITH', 'APPEND');
  const notForReplication = r.acceptSequence('NOT', 'FOR', 'REPLICATION');
  r.expect('AS');
  const outside = externalName(r);
  const body = outside === undefined ? moduleBody(r) : [];
  return {
    kind: 'createTrigger',
    mode,
    name,
    source: moduleSource(r, start),
    options,
    ...(target && { target }),
    scope,
    timing,
    events,
    withAppend,
    notForReplication,
    body,
    ...(outside && { external: outside }),
    span: r.span(start),
  };
}
