import type {
  ColumnDefinition,
  Constraint,
  GeneratedAlways,
  Identity,
  InlineIndex,
  IndexColumn,
  StorageTarget,
  TableElement,
} from '../ast/index.ts';
import { constraint, startsConstraint } from './constraints.ts';
import { expression, inPrintedParentheses, scalar } from './expressions.ts';
import { commaList, dataType, parenNameList } from './names.ts';
import { parenOptions, withOptions } from './options.ts';
import { literal } from './primary.ts';
import type { Reader } from './reader.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads `( elements )`. The comma before a constraint may be missing, as SQL Server allows. */
export function tableElements(r: Reader): TableElement[] {
  r.expect('(');
  const elements: TableElement[] = [];
  do {
    if (r.is(')') && elements.length > 0) break;
    elements.push(tableElement(r));
    while (startsConstraint(r)) elements.push(constraint(r, true));
  } while (r.accept(','));
  r.expect(')');
  return elements;
}

/** Reads one column, table constraint, index or period. */
export function tableElement(r: Reader): TableElement {
  const start = r.token;
  if (startsConstraint(r) || r.is('DEFAULT')) return constraint(r, true);
  if (r.is('INDEX')) return inlineIndex(r);
  if (r.isSequence('PERIOD', 'FOR')) {
    r.expectSequence('PERIOD', 'FOR', 'SYSTEM_TIME', '(');
    const first = r.name();
    r.expect(',');
    const second = r.name();
    r.expect(')');
    return { kind: 'period', start: first, end: second, span: r.span(start) };
  }
  return columnDefinition(r);
}

/** Reads one column: its name, its type or expression, and its properties in any order. */
export function columnDefinition(r: Reader): ColumnDefinition {
  const start = r.token;
  const column: Mutable<ColumnDefinition> & { constraints: Constraint[] } = {
    kind: 'columnDefinition',
    name: r.name(),
    rowguidcol: false,
    sparse: false,
    columnSet: false,
    filestream: false,
    hidden: false,
    constraints: [],
    span: r.span(start),
  };
  if (r.is('AS')) column.computed = computed(r);
  else if (r.isName() || r.is('NATIONAL') || r.is('DOUBLE')) column.type = dataType(r);
  while (columnProperty(r, column) || columnFeature(r, column));
  column.span = r.span(start);
  return column;
}

function computed(r: Reader): NonNullable<ColumnDefinition['computed']> {
  const start = r.expect('AS');
  const value = inPrintedParentheses(r, () => expression(r));
  const persisted = r.accept('PERSISTED');
  return { kind: 'computed', expression: value, persisted, span: r.span(start) };
}

/** Nullability, identity, collation and constraints. */
function columnProperty(r: Reader, column: Mutable<ColumnDefinition> & { constraints: Constraint[] }): boolean {
  switch (r.token.upper) {
    case 'NOT':
      if (r.isSequence('NOT', 'FOR', 'REPLICATION')) return notForReplication(r, column);
      r.expectSequence('NOT', 'NULL');
      column.nullable = false;
      return true;
    case 'NULL':
      r.next();
      column.nullable = true;
      return true;
    case 'IDENTITY':
      column.identity = identity(r);
      return true;
    case 'COLLATE':
      r.next();
      column.collation = r.name();
      return true;
    case 'ROWGUIDCOL':
      r.next();
      column.rowguidcol = true;
      return true;
    case 'INDEX':
      column.index = inlineIndex(r);
      return true;
    default:
      if (!startsColumnConstraint(r)) return false;
      column.constraints.push(constraint(r, false));
      return true;
  }
}

/** `FOREIGN KEY REFERENCES` may stand on a column, with `(columns)` it belongs to the table; a key may name its columns in either place. */
function startsColumnConstraint(r: Reader): boolean {
  if (r.is('DEFAULT') || r.is('REFERENCES')) return true;
  if (!startsConstraint(r)) return false;
  const named = r.is('CONSTRAINT') ? 2 : 0;
  return r.peek(named).upper !== 'FOREIGN' || !r.peekIs('(', named + 2);
}

function notForReplication(r: Reader, column: Mutable<ColumnDefinition>): boolean {
  r.expectSequence('NOT', 'FOR', 'REPLICATION');
  if (column.identity !== undefined) column.identity = { ...column.identity, notForReplication: true };
  return true;
}

function identity(r: Reader): Identity {
  const start = r.expect('IDENTITY');
  if (!r.accept('(')) return { kind: 'identity', notForReplication: false, span: r.span(start) };
  const seed = scalar(r);
  r.expect(',');
  const increment = scalar(r);
  r.expect(')');
  return { kind: 'identity', seed, increment, notForReplication: false, span: r.span(start) };
}

/** The newer properties: temporal, masked, encrypted, sparse, file stream. */
function columnFeature(r: Reader, column: Mutable<ColumnDefinition>): boolean {
  switch (r.token.upper) {
    case 'SPARSE':
      r.next();
      column.sparse = true;
      return true;
    case 'COLUMN_SET':
      r.expectSequence('COLUMN_SET', 'FOR', 'ALL_SPARSE_COLUMNS');
      column.columnSet = true;
      return true;
    case 'FILESTREAM':
      r.next();
      column.filestream = true;
      return true;
    case 'HIDDEN':
      r.next();
      column.hidden = true;
      return true;
    case 'PERSISTED':
      r.next();
      if (column.computed === undefined) r.fail();
      column.computed = { ...column.computed, persisted: true };
      return true;
    case 'GENERATED':
      column.generated = generatedAlways(r);
      return true;
    case 'MASKED':
      column.masked = maskedWith(r);
      return true;
    case 'ENCRYPTED':
      r.expectSequence('ENCRYPTED', 'WITH');
      column.encrypted = parenOptions(r);
      return true;
    default:
      return false;
  }
}

function generatedAlways(r: Reader): GeneratedAlways {
  r.expectSequence('GENERATED', 'ALWAYS', 'AS');
  const what = r.expectAny('ROW', 'TRANSACTION_ID', 'SEQUENCE_NUMBER');
  const isStart = r.expectAny('START', 'END') === 'START';
  if (what === 'ROW') return isStart ? 'rowStart' : 'rowEnd';
  if (what === 'TRANSACTION_ID') return isStart ? 'transactionIdStart' : 'transactionIdEnd';
  return isStart ? 'sequenceNumberStart' : 'sequenceNumberEnd';
}

/** Reads `MASKED WITH (FUNCTION = '…')`. */
export function maskedWith(r: Reader): NonNullable<ColumnDefinition['masked']> {
  r.expectSequence('MASKED', 'WITH', '(', 'FUNCTION', '=');
  const { type } = r.token;
  if (type !== 'string' && type !== 'nstring') r.fail();
  const mask = literal(r, type);
  r.expect(')');
  return mask;
}

/** Reads INDEX of a table or a column. */
export function inlineIndex(r: Reader): InlineIndex {
  const start = r.expect('INDEX');
  const name = r.name();
  const unique = r.accept('UNIQUE');
  const clustered = clusteredWord(r);
  const hash = r.accept('HASH');
  const columnstore = r.accept('COLUMNSTORE');
  const columns = r.is('(') ? indexColumns(r) : [];
  const include = r.accept('INCLUDE') ? parenNameList(r) : [];
  const order = columnstore && r.accept('ORDER') ? indexColumns(r) : [];
  const where = r.accept('WHERE') ? expression(r) : undefined;
  const options = withOptions(r);
  const on = r.is('ON') ? storage(r) : undefined;
  const filestreamOn = r.accept('FILESTREAM_ON') ? r.nameOrString() : undefined;
  return {
    kind: 'inlineIndex',
    name,
    unique,
    ...(clustered !== undefined && { clustered }),
    hash,
    columnstore,
    columns,
    include,
    order,
    ...(where && { where }),
    options,
    ...(on && { on }),
    ...(filestreamOn && { filestreamOn }),
    span: r.span(start),
  };
}

/** CLUSTERED is true, NONCLUSTERED false, neither undefined. */
export function clusteredWord(r: Reader): boolean | undefined {
  if (r.accept('CLUSTERED')) return true;
  return r.accept('NONCLUSTERED') ? false : undefined;
}

/** Reads `(a ASC, b DESC)`. */
export function indexColumns(r: Reader): IndexColumn[] {
  r.expect('(');
  const columns = commaList(r, (): IndexColumn => {
    const start = r.token;
    const name = r.name();
    const direction = r.accept('ASC') ? 'asc' : r.accept('DESC') ? 'desc' : undefined;
    return { kind: 'indexColumn', name, ...(direction && { direction }), span: r.span(start) };
  });
  r.expect(')');
  return columns;
}

/** Reads `ON group` or `ON scheme (columns)`. */
export function storage(r: Reader): StorageTarget {
  const start = r.expect('ON');
  const name = r.is('DEFAULT') || r.is('PRIMARY') ? r.anyName() : r.nameOrString();
  const columns = r.is('(') ? parenNameList(r) : [];
  return { kind: 'storage', name, columns, span: r.span(start) };
}
