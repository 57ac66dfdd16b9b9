import type {
  AlterIndex,
  CreateIndex,
  CreateStatistics,
  DropIndex,
  DroppedIndex,
  Option,
  Statement,
  UpdateStatistics,
  XmlIndex,
} from '../ast/index.ts';
import { rebuildPartition } from './alter-table.ts';
import { clusteredWord, indexColumns, storage } from './columns.ts';
import { indexOptions } from './constraints.ts';
import { expression, scalar } from './expressions.ts';
import { RESERVED } from './keywords.ts';
import { commaList, dataType, nameParts, objectName, objectNameOf, optionalNameList, parenNameList } from './names.ts';
import { optionList, parenOptions, withOptions } from './options.ts';
import type { Reader } from './reader.ts';
import { clausesOf } from '../server/server-statement.ts';

/** Whether the words of an index come next, behind CREATE. */
export function startsIndex(r: Reader): boolean {
  switch (r.token.upper) {
    case 'INDEX':
    case 'UNIQUE':
    case 'CLUSTERED':
    case 'NONCLUSTERED':
      return true;
    case 'COLUMNSTORE':
    case 'SPATIAL':
      return r.peekIs('INDEX');
    case 'XML':
      return r.peekIs('INDEX');
    case 'PRIMARY':
      return r.peekIs('XML');
    default:
      return false;
  }
}

/** Reads what follows CREATE in all kinds of CREATE INDEX. */
export function createIndex(r: Reader, start: Reader['token']): CreateIndex {
  const unique = r.accept('UNIQUE');
  const clustered = clusteredWord(r);
  const primaryXml = r.acceptSequence('PRIMARY', 'XML');
  const kindWord = primaryXml ? 'XML' : r.acceptAny('COLUMNSTORE', 'SPATIAL', 'XML');
  r.expect('INDEX');
  const type = kindWord === undefined ? 'rowstore' : (kindWord.toLowerCase() as CreateIndex['type']);
  const name = r.name();
  r.expect('ON');
  const table = objectName(r);
  const columns = type === 'columnstore' && !r.is('(') ? [] : indexColumns(r);
  const xml = type === 'xml' ? xmlIndex(r, primaryXml) : undefined;
  const tessellation = r.accept('USING') ? r.name().name.toUpperCase() : undefined;
  const tail = indexTail(r);
  return {
    kind: 'createIndex',
    type,
    name,
    unique,
    ...(clustered !== undefined && { clustered }),
    table,
    columns,
    ...tail,
    ...(xml && { xml }),
    ...(tessellation !== undefined && { tessellation }),
    span: r.span(start),
  };
}

type IndexTail = Pick<CreateIndex, 'include' | 'where' | 'order' | 'options' | 'on' | 'filestreamOn'>;

function indexTail(r: Reader): IndexTail {
  const include = r.accept('INCLUDE') ? parenNameList(r) : [];
  const order = r.is('ORDER') ? (r.next(), indexColumns(r)) : [];
  const where = r.accept('WHERE') ? expression(r) : undefined;
  let options = indexOptions(r);
  const on = r.is('ON') ? storage(r) : undefined;
  if (options.length === 0) options = indexOptions(r);
  const filestreamOn = r.accept('FILESTREAM_ON') ? r.nameOrString() : undefined;
  return { include, order, ...(where && { where }), options, ...(on && { on }), ...(filestreamOn && { filestreamOn }) };
}

function xmlIndex(r: Reader, primary: boolean): XmlIndex {
  if (!r.acceptSequence('USING', 'XML', 'INDEX')) return { primary };
  const using = r.name();
  if (!r.accept('FOR')) return { primary, using };
  if (r.accept('(')) {
    const path = r.name();
    r.expect(')');
    return { primary, using, path };
  }
  const what = r.expectAny('PATH', 'VALUE', 'PROPERTY').toLowerCase() as NonNullable<XmlIndex['for']>;
  return { primary, using, for: what };
}

const ACTIONS = ['REBUILD', 'REORGANIZE', 'DISABLE', 'RESUME', 'PAUSE', 'ABORT', 'SET'] as const;

/** Reads what follows `ALTER INDEX`. */
export function alterIndex(r: Reader, start: Reader['token']): AlterIndex {
  const name = r.accept('ALL') ? undefined : r.name();
  r.expect('ON');
  const table = objectName(r);
  if (r.is('FOR') || (r.is('WITH') && r.peekIs('XMLNAMESPACES'))) {
    const paths = clausesOf(r, 'xmlPathChange');
    return {
      kind: 'alterIndex',
      ...(name && { name }),
      table,
      action: 'paths',
      paths,
      options: [],
      span: r.span(start),
    };
  }
  const action = r.expectAny(...ACTIONS).toLowerCase() as AlterIndex['action'];
  const partition = rebuildPartition(r);
  const options: Option[] = action === 'set' ? parenOptions(r) : withOptions(r);
  return {
    kind: 'alterIndex',
    ...(name && { name }),
    table,
    action,
    ...(partition !== undefined && { partition }),
    options,
    span: r.span(start),
  };
}

/** Reads what follows `DROP INDEX`: `name ON table`, or the old `table.name`. */
export function dropIndex(r: Reader, start: Reader['token']): DropIndex {
  const ifExists = r.acceptSequence('IF', 'EXISTS');
  const items = commaList(r, () => droppedIndex(r));
  return { kind: 'dropIndex', ifExists, items, span: r.span(start) };
}

function droppedIndex(r: Reader): DroppedIndex {
  const start = r.token;
  const parts = nameParts(r);
  const before = r.span(start);
  const name = parts.at(-1) ?? r.fail();
  if (r.accept('ON')) {
    const table = objectName(r);
    const options = withOptions(r);
    return { kind: 'droppedIndex', name, table, options, span: r.span(start) };
  }
  if (parts.length < 2 || (name.quote === 'none' && RESERVED.has(name.name.toUpperCase()))) r.fail();
  const table = objectNameOf(r, parts.slice(0, -1), before);
  return { kind: 'droppedIndex', name, table, options: [], span: r.span(start) };
}

/** Reads what follows `CREATE STATISTICS`. */
export function createStatistics(r: Reader, start: Reader['token']): CreateStatistics {
  const name = r.name();
  r.expect('ON');
  const table = objectName(r);
  const columns = parenNameList(r);
  const where = r.accept('WHERE') ? expression(r) : undefined;
  const options = r.accept('WITH') ? optionList(r, true) : [];
  return { kind: 'createStatistics', name, table, columns, ...(where && { where }), options, span: r.span(start) };
}

/** Reads what follows `UPDATE STATISTICS`. */
export function updateStatistics(r: Reader, start: Reader['token']): UpdateStatistics {
  const table = objectName(r);
  const names = r.is('(') ? optionalNameList(r) : r.isName() && !r.peekIs(':') && !r.token.lineStart ? [r.name()] : [];
  const options = r.accept('WITH') ? optionList(r, true) : [];
  return { kind: 'updateStatistics', table, names, options, span: r.span(start) };
}

/** Reads what follows CREATE or ALTER in the statements on partition functions and schemes. */
export function partitionStatement(r: Reader, start: Reader['token'], isCreate: boolean): Statement {
  r.expect('PARTITION');
  if (r.accept('FUNCTION')) return isCreate ? createFunction(r, start) : alterFunction(r, start);
  r.expect('SCHEME');
  const name = r.name();
  if (!isCreate) {
    r.expectSequence('NEXT', 'USED');
    const filegroup = r.isName() || r.is('PRIMARY') ? r.anyName() : undefined;
    return { kind: 'alterPartitionScheme', name, ...(filegroup && { filegroup }), span: r.span(start) };
  }
  r.expectSequence('AS', 'PARTITION');
  const target = r.name();
  const all = r.accept('ALL');
  r.expectSequence('TO', '(');
  const filegroups = commaList(r, () => (r.is('PRIMARY') ? r.anyName() : r.nameOrString()));
  r.expect(')');
  return { kind: 'createPartitionScheme', name, function: target, all, filegroups, span: r.span(start) };
}

function createFunction(r: Reader, start: Reader['token']): Statement {
  const name = r.name();
  r.expect('(');
  const type = dataType(r);
  r.expectSequence(')', 'AS', 'RANGE');
  const range = r.acceptAny('LEFT', 'RIGHT') === 'RIGHT' ? 'right' : 'left';
  r.expectSequence('FOR', 'VALUES', '(');
  const values = r.is(')') ? [] : commaList(r, () => scalar(r));
  r.expect(')');
  return { kind: 'createPartitionFunction', name, type, range, values, span: r.span(start) };
}

function alterFunction(r: Reader, start: Reader['token']): Statement {
  const name = r.name();
  r.expectSequence('(', ')');
  const action = r.expectAny('SPLIT', 'MERGE') === 'SPLIT' ? 'split' : 'merge';
  r.expect('RANGE');
  if (!r.accept('(')) return { kind: 'alterPartitionFunction', name, action, span: r.span(start) };
  const value = scalar(r);
  r.expect(')');
  return { kind: 'alterPartitionFunction', name, action, value, span: r.span(start) };
}
