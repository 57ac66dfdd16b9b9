import type {
  Expression,
  Literal,
  OpenRowset,
  Option,
  RowsetColumn,
  TableFunction,
  TableSource,
} from '../ast/index.ts';
import { expression, scalar } from './expressions.ts';
import { searchedColumn } from './calls.ts';
import { commaList, dataType, nameParts, objectName, objectNameOf, parenNameList } from './names.ts';
import { option, optionList } from './options.ts';
import { argumentList, literal } from './primary.ts';
import { identifierOf, type Reader } from './reader.ts';
import { alias, functionSource } from './table-source.ts';

/** Reads one of the rowset functions that have a grammar of their own, or says that none stands here. */
export function rowsetFunction(r: Reader): TableSource | undefined {
  if (!r.peekIs('(')) return undefined;
  switch (r.token.upper) {
    case 'OPENQUERY':
    case 'OPENXML':
      return keywordFunction(r);
    case 'OPENROWSET':
      return openRowset(r);
    case 'PREDICT':
      return r.peekIs('MODEL', 2) ? predict(r) : undefined;
    case 'OPENDATASOURCE':
      return openDataSource(r);
    case 'CONTAINSTABLE':
    case 'FREETEXTTABLE':
      return fullTextTable(r);
    case 'SEMANTICKEYPHRASETABLE':
    case 'SEMANTICSIMILARITYTABLE':
      return semanticTable(r);
    case 'CHANGETABLE':
      return changeTable(r);
    default:
      return undefined;
  }
}

function keywordFunction(r: Reader): TableSource {
  const start = r.next();
  const name = objectNameOf(r, [identifierOf(start)], r.span(start));
  const args = argumentList(r);
  return functionSource(r, { kind: 'call', name, args, parens: true, distinct: false, span: r.span(start) }, start);
}

/** `WITH (columns)` of OPENJSON and OPENXML, or `WITH table`. */
export function rowsetSchema(r: Reader): Pick<TableFunction, 'schema' | 'schemaTable'> {
  r.expect('WITH');
  if (!r.is('(')) return { schemaTable: objectName(r) };
  return { schema: rowsetColumns(r) };
}

function rowsetColumns(r: Reader): RowsetColumn[] {
  r.expect('(');
  const columns = commaList(r, () => rowsetColumn(r));
  r.expect(')');
  return columns;
}

function rowsetColumn(r: Reader): RowsetColumn {
  const start = r.token;
  const name = r.name();
  const type = dataType(r);
  const collation = r.accept('COLLATE') ? r.name() : undefined;
  const path = rowsetPath(r);
  const asJson = r.acceptSequence('AS', 'JSON');
  return {
    kind: 'rowsetColumn',
    name,
    type,
    ...(collation && { collation }),
    ...(path && { path }),
    asJson,
    span: r.span(start),
  };
}

function rowsetPath(r: Reader): Literal | undefined {
  const { type } = r.token;
  return type === 'string' || type === 'nstring' || type === 'int' ? literal(r, type) : undefined;
}

/** OPENROWSET: the BULK form, or a provider with its connection and a query or an object. */
function openRowset(r: Reader): OpenRowset {
  const start = r.next();
  r.expect('(');
  const bulk = r.accept('BULK');
  const args: Expression[] = [];
  const options: Option[] = [];
  let object: OpenRowset['object'];
  if (bulk) {
    args.push(expression(r));
    while (r.accept(',')) options.push(bulkOption(r));
  } else {
    args.push(expression(r));
    while (r.accept(',') || r.accept(';')) {
      if (r.isName()) object = objectName(r);
      else args.push(expression(r));
    }
  }
  r.expect(')');
  const schema = r.isSequence('WITH', '(') ? (r.next(), rowsetColumns(r)) : undefined;
  const named = alias(r);
  const extra = { ...(object && { object }), ...(schema && { schema }) };
  return { kind: 'openRowset', fn: 'openrowset', bulk, args, options, ...extra, ...named, span: r.span(start) };
}

/** `PREDICT(MODEL = @m, DATA = t AS d [, RUNTIME = ONNX]) WITH (columns)`. */
function predict(r: Reader): OpenRowset {
  const start = r.next();
  r.expectSequence('(', 'MODEL', '=');
  const args = [scalar(r)];
  r.expectSequence(',', 'DATA', '=');
  const object = objectName(r);
  const objectAlias = r.accept('AS') ? r.name() : undefined;
  const options = r.accept(',') ? optionList(r, false) : [];
  r.expect(')');
  r.expect('WITH');
  const schema = rowsetColumns(r);
  const extra = { object, ...(objectAlias && { objectAlias }), schema };
  return { kind: 'openRowset', fn: 'predict', bulk: false, args, options, ...extra, ...alias(r), span: r.span(start) };
}

/** An option of OPENROWSET(BULK …). */
function bulkOption(r: Reader): Option {
  const start = r.token;
  const read = option(r, false);
  if (read.name !== 'ORDER' || !r.accept('UNIQUE')) return read;
  return { ...read, name: 'ORDER UNIQUE', span: r.span(start) };
}

/** `OPENDATASOURCE(provider, connection).database.schema.object`. */
function openDataSource(r: Reader): OpenRowset {
  const start = r.next();
  const args = argumentList(r);
  r.expect('.');
  const from = r.token;
  const parts = nameParts(r);
  const object = objectNameOf(r, parts, r.span(from));
  const named = alias(r);
  return {
    kind: 'openRowset',
    fn: 'opendatasource',
    bulk: false,
    args,
    options: [],
    object,
    ...named,
    span: r.span(start),
  };
}

function fullTextTable(r: Reader): TableSource {
  const start = r.next();
  const fn = start.upper === 'CONTAINSTABLE' ? 'containstable' : 'freetexttable';
  r.expect('(');
  const table = objectName(r);
  r.expect(',');
  let searched: Expression[];
  let property: Expression | undefined;
  if (r.is('PROPERTY') && r.peekIs('(')) {
    r.expectSequence('PROPERTY', '(');
    searched = [searchedColumn(r)];
    r.expect(',');
    property = expression(r);
    r.expect(')');
  } else searched = r.is('(') ? searchedColumns(r) : [searchedColumn(r)];
  r.expect(',');
  const condition = expression(r);
  let language: Expression | undefined;
  let top: Expression | undefined;
  while (r.accept(',')) {
    if (r.accept('LANGUAGE')) language = scalar(r);
    else top = scalar(r);
  }
  r.expect(')');
  const extra = { ...(property && { property }), ...(language && { language }), ...(top && { top }) };
  return { kind: 'fullTextTable', fn, table, searched, condition, ...extra, ...alias(r), span: r.span(start) };
}

/** `SEMANTICKEYPHRASETABLE(t, (a, b), key)`: an ordinary call but for a list of columns as its second argument. */
function semanticTable(r: Reader): TableSource {
  const start = r.next();
  const name = objectNameOf(r, [identifierOf(start)], r.span(start));
  r.expect('(');
  const args = [expression(r)];
  r.expect(',');
  const columns = r.is('(') ? searchedColumns(r) : undefined;
  if (columns === undefined) args.push(searchedColumn(r));
  while (r.accept(',')) args.push(expression(r));
  r.expect(')');
  const call = { kind: 'call', name, args, parens: true, distinct: false, span: r.span(start) } as const;
  return { ...functionSource(r, call, start), ...(columns && { searched: columns }) };
}

function searchedColumns(r: Reader): Expression[] {
  r.expect('(');
  const columns = commaList(r, () => searchedColumn(r));
  r.expect(')');
  return columns;
}

function changeTable(r: Reader): TableSource {
  const start = r.next();
  r.expect('(');
  const type = r.expectAny('CHANGES', 'VERSION') === 'CHANGES' ? 'changes' : 'version';
  const table = objectName(r);
  r.expect(',');
  if (type === 'changes') {
    const version = scalar(r);
    const forceSeek = r.accept(',') && r.expect('FORCESEEK') !== undefined;
    r.expect(')');
    return {
      kind: 'changeTable',
      type,
      table,
      version,
      keyColumns: [],
      keyValues: [],
      forceSeek,
      ...alias(r),
      span: r.span(start),
    };
  }
  const keyColumns = parenNameList(r);
  r.expect(',');
  const keyValues = argumentList(r);
  if (keyValues.length === 0) r.fail();
  const forceSeek = r.accept(',') && r.expect('FORCESEEK') !== undefined;
  r.expect(')');
  return { kind: 'changeTable', type, table, keyColumns, keyValues, forceSeek, ...alias(r), span: r.span(start) };
}
