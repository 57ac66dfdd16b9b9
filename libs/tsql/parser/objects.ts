import type {
  DataType,
  Expression,
  FullTextColumn,
  Identifier,
  Option,
  SecurityPredicate,
  Sequence,
  Statement,
} from '../ast/index.ts';
import { createTable } from './create-table.ts';
import { tableElements } from './columns.ts';
import { expression, scalar } from './expressions.ts';
import { external, moduleSource, parameter } from './modules.ts';
import { commaList, dataType, objectName } from './names.ts';
import { option, optionList, optionValue, withOptions } from './options.ts';
import type { Reader } from './reader.ts';
import { classWords, permission } from './security.ts';
import { createStatement } from './ddl.ts';

type Start = Reader['token'];

/** Reads CREATE EXTERNAL TABLE from the word EXTERNAL on. */
export function externalTable(r: Reader, start: Start): Statement {
  r.expectSequence('EXTERNAL', 'TABLE');
  return createTable(r, start, true);
}

/** Reads what follows `CREATE SCHEMA`, with the statements that belong to it. */
export function createSchema(r: Reader, start: Start): Statement {
  const name = r.is('AUTHORIZATION') ? undefined : r.name();
  const authorization = r.accept('AUTHORIZATION') ? r.name() : undefined;
  const elements: Statement[] = [];
  for (;;) {
    if (r.is('CREATE') && (r.peekIs('TABLE') || r.peekIs('VIEW'))) elements.push(createStatement(r));
    else if (r.is('GRANT') || r.is('DENY') || r.is('REVOKE')) elements.push(permission(r));
    else break;
  }
  return {
    kind: 'createSchema',
    ...(name && { name }),
    ...(authorization && { authorization }),
    elements,
    span: r.span(start),
  };
}

/** Reads what follows `ALTER SCHEMA`. */
export function alterSchema(r: Reader, start: Start): Statement {
  const name = r.name();
  r.expect('TRANSFER');
  const words = classWords(r)?.toLowerCase();
  const object = objectName(r);
  return { kind: 'alterSchema', name, ...(words !== undefined && { class: words }), object, span: r.span(start) };
}

/** Reads what follows `CREATE SEQUENCE` or `ALTER SEQUENCE`: its clauses in any order. */
export function sequence(r: Reader, start: Start, mode: Sequence['mode']): Sequence {
  const name = objectName(r);
  const clauses: { -readonly [K in keyof Sequence]?: Sequence[K] } = {};
  while (sequenceClause(r, clauses));
  return { ...clauses, kind: 'sequence', mode, name, span: r.span(start) };
}

function sequenceClause(r: Reader, into: { -readonly [K in keyof Sequence]?: Sequence[K] }): boolean {
  if (r.accept('AS')) into.type = dataType(r);
  else if (r.acceptSequence('START', 'WITH')) into.start = scalar(r);
  else if (r.accept('RESTART')) into.restart = r.accept('WITH') ? scalar(r) : true;
  else if (r.acceptSequence('INCREMENT', 'BY')) into.increment = scalar(r);
  else if (r.acceptSequence('NO', 'MINVALUE')) into.minValue = null;
  else if (r.acceptSequence('NO', 'MAXVALUE')) into.maxValue = null;
  else if (r.acceptSequence('NO', 'CYCLE')) into.cycle = false;
  else if (r.acceptSequence('NO', 'CACHE')) into.cache = null;
  else if (r.accept('MINVALUE')) into.minValue = scalar(r);
  else if (r.accept('MAXVALUE')) into.maxValue = scalar(r);
  else if (r.accept('CYCLE')) into.cycle = true;
  else if (r.accept('CACHE')) into.cache = r.token.type === 'int' ? scalar(r) : true;
  else return false;
  return true;
}

/** Reads what follows `CREATE TYPE`. */
export function createType(r: Reader, start: Start): Statement {
  const name = objectName(r);
  if (r.accept('FROM')) {
    const type = dataType(r);
    const nullable = r.acceptSequence('NOT', 'NULL') ? false : r.accept('NULL') ? true : undefined;
    return { kind: 'createAliasType', name, type, ...(nullable !== undefined && { nullable }), span: r.span(start) };
  }
  if (r.is('EXTERNAL')) {
    const outside = external(r);
    return { kind: 'createClrObject', type: 'type', name, parameters: [], external: outside, span: r.span(start) };
  }
  r.expectSequence('AS', 'TABLE');
  const elements = tableElements(r);
  const options = withOptions(r);
  return { kind: 'createTableType', name, elements, options, span: r.span(start) };
}

/** Reads CREATE AGGREGATE from its word on. */
export function createAggregate(r: Reader, start: Start): Statement {
  r.expect('AGGREGATE');
  const name = objectName(r);
  r.expect('(');
  const parameters = commaList(r, () => parameter(r));
  r.expectSequence(')', 'RETURNS');
  const returns: DataType = dataType(r);
  const outside = external(r);
  return {
    kind: 'createClrObject',
    type: 'aggregate',
    name,
    parameters,
    returns,
    external: outside,
    span: r.span(start),
  };
}

/** Reads what follows `CREATE SYNONYM`. */
export function createSynonym(r: Reader, start: Start): Statement {
  const name = objectName(r);
  r.expect('FOR');
  const target = objectName(r);
  return { kind: 'createSynonym', name, target, span: r.span(start) };
}

/** Reads CREATE RULE and CREATE DEFAULT from their word on. */
export function ruleOrDefault(r: Reader, start: Start): Statement {
  const isRule = r.expectAny('RULE', 'DEFAULT') === 'RULE';
  const name = objectName(r);
  r.expect('AS');
  const value = expression(r);
  const source = moduleSource(r, start);
  if (isRule) return { kind: 'createRule', name, condition: value, source, span: r.span(start) };
  return { kind: 'createDefault', name, value, source, span: r.span(start) };
}

/** Reads CREATE FULLTEXT from its word on; a stop list is not modelled. */
export function fullText(r: Reader, start: Start): Statement | undefined {
  if (r.peekIs('CATALOG')) return fullTextCatalog(r, start);
  return r.peekIs('INDEX') ? fullTextIndex(r, start) : undefined;
}

function fullTextCatalog(r: Reader, start: Start): Statement {
  r.expectSequence('FULLTEXT', 'CATALOG');
  const name = r.name();
  const options: Option[] = [];
  let asDefault = false;
  let authorization: Identifier | undefined;
  for (;;) {
    if (r.acceptSequence('AS', 'DEFAULT')) asDefault = true;
    else if (r.accept('AUTHORIZATION')) authorization = r.name();
    else if (r.isSequence('WITH', 'ACCENT_SENSITIVITY') && r.accept('WITH')) options.push(option(r, false));
    else if (r.is('ON') && r.peekIs('FILEGROUP')) options.push(wordsOption(r, ['ON', 'FILEGROUP']));
    else if (r.is('IN') && r.peekIs('PATH')) options.push(wordsOption(r, ['IN', 'PATH']));
    else break;
  }
  return {
    kind: 'createFullTextCatalog',
    name,
    asDefault,
    options,
    ...(authorization && { authorization }),
    span: r.span(start),
  };
}

function wordsOption(r: Reader, words: readonly string[]): Option {
  const start = r.token;
  r.expectSequence(...words);
  const value = optionValue(r);
  return { kind: 'option', name: words.join(' '), value, span: r.span(start) };
}

function fullTextIndex(r: Reader, start: Start): Statement {
  r.expectSequence('FULLTEXT', 'INDEX', 'ON');
  const table = objectName(r);
  let columns: FullTextColumn[] = [];
  if (r.accept('(')) {
    columns = commaList(r, () => fullTextColumn(r));
    r.expect(')');
  }
  r.expectSequence('KEY', 'INDEX');
  const keyIndex = r.name();
  const place = r.accept('ON') ? catalogAndGroup(r) : {};
  const options = r.accept('WITH') ? fullTextOptions(r) : [];
  return { kind: 'createFullTextIndex', table, columns, keyIndex, ...place, options, span: r.span(start) };
}

/** `catalog`, `(catalog)`, `(catalog, FILEGROUP g)`, `(FILEGROUP g)`. */
function catalogAndGroup(r: Reader): { on?: Identifier; filegroup?: Identifier } {
  if (!r.accept('(')) return { on: r.name() };
  const place: { on?: Identifier; filegroup?: Identifier } = {};
  do {
    if (r.accept('FILEGROUP')) place.filegroup = r.name();
    else place.on = r.name();
  } while (r.accept(','));
  r.expect(')');
  return place;
}

function fullTextOptions(r: Reader): Option[] {
  const parenthesised = r.accept('(');
  const options = commaList(r, () => fullTextOption(r));
  if (parenthesised) r.expect(')');
  return options;
}

/** `CHANGE_TRACKING [=] OFF, NO POPULATION`, `STOPLIST [=] x`, `SEARCH PROPERTY LIST [=] x`. */
function fullTextOption(r: Reader): Option {
  const start = r.token;
  const name = r.acceptSequence('SEARCH', 'PROPERTY', 'LIST')
    ? 'SEARCH PROPERTY LIST'
    : r.acceptSequence('NO', 'POPULATION')
      ? 'NO POPULATION'
      : r.expectAny('CHANGE_TRACKING', 'STOPLIST');
  if (name === 'NO POPULATION') return { kind: 'option', name, span: r.span(start) };
  r.accept('=');
  const value = optionValue(r);
  return { kind: 'option', name, value, span: r.span(start) };
}

function fullTextColumn(r: Reader): FullTextColumn {
  const name = r.name();
  const typeColumn = r.acceptSequence('TYPE', 'COLUMN') ? r.name() : undefined;
  const language: Expression | undefined = r.accept('LANGUAGE') ? optionValue(r) : undefined;
  const statisticalSemantics = r.accept('STATISTICAL_SEMANTICS');
  return { name, ...(typeColumn && { typeColumn }), ...(language && { language }), statisticalSemantics };
}

/** Reads CREATE XML SCHEMA COLLECTION from the word XML on. */
export function xmlSchemaCollection(r: Reader, start: Start): Statement {
  r.expectSequence('XML', 'SCHEMA', 'COLLECTION');
  const name = objectName(r);
  r.expect('AS');
  const content = expression(r);
  return { kind: 'createXmlSchemaCollection', name, content, span: r.span(start) };
}

/** Reads CREATE ASSEMBLY from its word on. */
export function createAssembly(r: Reader, start: Start): Statement {
  r.expect('ASSEMBLY');
  const name = r.name();
  const authorization = r.accept('AUTHORIZATION') ? r.name() : undefined;
  r.expect('FROM');
  const from = commaList(r, () => expression(r));
  const options = r.accept('WITH') ? optionList(r, false) : [];
  return { kind: 'createAssembly', name, ...(authorization && { authorization }), from, options, span: r.span(start) };
}

/** Reads CREATE SECURITY POLICY or ALTER SECURITY POLICY from the word SECURITY on. */
export function securityPolicy(r: Reader, start: Start, mode: 'create' | 'alter'): Statement {
  r.expectSequence('SECURITY', 'POLICY');
  const name = objectName(r);
  const predicates: SecurityPredicate[] = [];
  if (r.is('ADD') || r.is('ALTER') || r.is('DROP')) predicates.push(...commaList(r, () => securityPredicate(r)));
  const options = withOptions(r);
  const notForReplication = r.acceptSequence('NOT', 'FOR', 'REPLICATION');
  return { kind: 'securityPolicy', mode, name, predicates, options, notForReplication, span: r.span(start) };
}

function securityPredicate(r: Reader): SecurityPredicate {
  const start = r.token;
  const change = r.expectAny('ADD', 'ALTER', 'DROP').toLowerCase() as SecurityPredicate['change'];
  const type = r.acceptAny('FILTER', 'BLOCK') === 'BLOCK' ? 'block' : 'filter';
  r.expect('PREDICATE');
  const call = r.is('ON') ? undefined : expression(r);
  r.expect('ON');
  const table = objectName(r);
  const when = r.acceptAny('AFTER', 'BEFORE');
  const operation = when === undefined ? undefined : `${when} ${r.expectAny('INSERT', 'UPDATE', 'DELETE')}`;
  return {
    kind: 'securityPredicate',
    change,
    type,
    ...(call && { call }),
    table,
    ...(operation !== undefined && { operation }),
    span: r.span(start),
  };
}
