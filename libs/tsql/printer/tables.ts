import type {
  AlterTable,
  AlterTableAction,
  ColumnDefinition,
  Constraint,
  CreateTable,
  DroppedElement,
  Expression,
  ForeignKey,
  GeneratedAlways,
  IndexColumn,
  InlineIndex,
  KeyConstraint,
  ReferentialAction,
  StorageTarget,
  TableElement,
} from '../ast/index.ts';
import { printExpression, printLiteral } from './expressions.ts';
import { printQuery } from './queries.ts';
import {
  commas,
  impossible,
  parens,
  printName,
  printObjectName,
  printOptions,
  printType,
  withOptions,
  words,
} from './text.ts';

/** Prints CREATE TABLE. */
export function printCreateTable(t: CreateTable): string {
  return words(
    t.external ? 'CREATE EXTERNAL TABLE' : 'CREATE TABLE',
    printObjectName(t.name),
    t.elements.length > 0 && printElements(t.elements),
    t.as && `AS ${t.as.toUpperCase()}`,
    t.on && printStorage(t.on),
    t.textimageOn && `TEXTIMAGE_ON ${printName(t.textimageOn)}`,
    t.filestreamOn && `FILESTREAM_ON ${printName(t.filestreamOn)}`,
    withOptions(t.options),
    t.query && `AS ${printQuery(t.query)}`,
  );
}

/** Prints `( elements )`. */
export function printElements(elements: readonly TableElement[]): string {
  return `(${commas(elements, printElement)})`;
}

/** Prints ON a file group or partition scheme. */
export function printStorage(s: StorageTarget): string {
  return words('ON', printName(s.name), parens(s.columns, printName));
}

/** A subquery has its own. */
function inParentheses(e: Expression): string {
  const text = printExpression(e);
  return e.kind === 'subquery' ? text : `(${text})`;
}

/** Prints one column of a key or index. */
export function printIndexColumn(c: IndexColumn): string {
  return words(printName(c.name), c.direction?.toUpperCase());
}

function printElement(e: TableElement): string {
  switch (e.kind) {
    case 'columnDefinition':
      return printColumn(e);
    case 'inlineIndex':
      return printInlineIndex(e);
    case 'period':
      return `PERIOD FOR SYSTEM_TIME (${printName(e.start)}, ${printName(e.end)})`;
    case 'foreignKey':
      return words(
        e.name && `CONSTRAINT ${printName(e.name)}`,
        e.columns.length === 0 && 'FOREIGN KEY',
        printForeignKey(e),
      );
    default:
      return printConstraint(e);
  }
}

const GENERATED: Readonly<Record<GeneratedAlways, string>> = {
  rowStart: 'ROW START',
  rowEnd: 'ROW END',
  transactionIdStart: 'TRANSACTION_ID START',
  transactionIdEnd: 'TRANSACTION_ID END',
  sequenceNumberStart: 'SEQUENCE_NUMBER START',
  sequenceNumberEnd: 'SEQUENCE_NUMBER END',
};

function printColumn(c: ColumnDefinition): string {
  const { identity } = c;
  const seed =
    identity?.seed &&
    identity.increment &&
    `(${printExpression(identity.seed)}, ${printExpression(identity.increment)})`;
  return words(
    printName(c.name),
    c.type && printType(c.type),
    c.computed && words('AS', inParentheses(c.computed.expression), c.computed.persisted && 'PERSISTED'),
    c.filestream && 'FILESTREAM',
    c.collation && `COLLATE ${printName(c.collation)}`,
    c.sparse && 'SPARSE',
    c.columnSet && 'COLUMN_SET FOR ALL_SPARSE_COLUMNS',
    c.masked && `MASKED WITH (FUNCTION = ${printLiteral(c.masked)})`,
    c.encrypted && `ENCRYPTED WITH (${printOptions(c.encrypted)})`,
    c.generated && `GENERATED ALWAYS AS ${GENERATED[c.generated]}`,
    c.hidden && 'HIDDEN',
    identity && `IDENTITY${seed ?? ''}`,
    identity?.notForReplication && 'NOT FOR REPLICATION',
    nullability(c.nullable),
    c.rowguidcol && 'ROWGUIDCOL',
    ...c.constraints.map(printConstraint),
    c.index && printInlineIndex(c.index),
  );
}

/** Prints NULL, NOT NULL, or nothing where nothing was written. */
export function nullability(nullable: boolean | undefined): string {
  return nullable === undefined ? '' : nullable ? 'NULL' : 'NOT NULL';
}

/** Prints CLUSTERED, NONCLUSTERED, or nothing. */
export function clusteredWord(clustered: boolean | undefined): string {
  return clustered === undefined ? '' : clustered ? 'CLUSTERED' : 'NONCLUSTERED';
}

function printConstraint(c: Constraint): string {
  const name = c.name && `CONSTRAINT ${printName(c.name)}`;
  switch (c.kind) {
    case 'primaryKey':
    case 'unique':
      return words(name, printKey(c));
    case 'foreignKey':
      return words(name, printForeignKey(c));
    case 'check':
      return words(name, 'CHECK', c.notForReplication && 'NOT FOR REPLICATION', `(${printExpression(c.condition)})`);
    case 'defaultConstraint':
      return words(
        name,
        'DEFAULT',
        printExpression(c.expression),
        c.column && `FOR ${printName(c.column)}`,
        c.withValues && 'WITH VALUES',
      );
    case 'connection': {
      const pairs = commas(c.pairs, (p) => `${printObjectName(p.from)} TO ${printObjectName(p.to)}`);
      return words(name, `CONNECTION (${pairs})`, c.onDelete && `ON DELETE ${action(c.onDelete)}`);
    }
    default:
      return impossible(c);
  }
}

function printKey(c: KeyConstraint): string {
  return words(
    c.kind === 'primaryKey' ? 'PRIMARY KEY' : 'UNIQUE',
    clusteredWord(c.clustered),
    c.hash && 'HASH',
    parens(c.columns, printIndexColumn),
    withOptions(c.options),
    c.on && printStorage(c.on),
    c.notEnforced && 'NOT ENFORCED',
  );
}

function printForeignKey(c: ForeignKey): string {
  return words(
    c.columns.length > 0 && `FOREIGN KEY ${parens(c.columns, printName)}`,
    'REFERENCES',
    printObjectName(c.referencedTable),
    parens(c.referencedColumns, printName),
    c.onDelete && `ON DELETE ${action(c.onDelete)}`,
    c.onUpdate && `ON UPDATE ${action(c.onUpdate)}`,
    c.notForReplication && 'NOT FOR REPLICATION',
    c.notEnforced && 'NOT ENFORCED',
  );
}

function action(a: ReferentialAction): string {
  switch (a) {
    case 'cascade':
      return 'CASCADE';
    case 'noAction':
      return 'NO ACTION';
    case 'setNull':
      return 'SET NULL';
    case 'setDefault':
      return 'SET DEFAULT';
  }
}

function printInlineIndex(i: InlineIndex): string {
  return words(
    'INDEX',
    printName(i.name),
    i.unique && 'UNIQUE',
    clusteredWord(i.clustered),
    i.hash && 'HASH',
    i.columnstore && 'COLUMNSTORE',
    parens(i.columns, printIndexColumn),
    i.include.length > 0 && `INCLUDE ${parens(i.include, printName)}`,
    i.order.length > 0 && `ORDER ${parens(i.order, printIndexColumn)}`,
    i.where && `WHERE ${printExpression(i.where)}`,
    withOptions(i.options),
    i.on && printStorage(i.on),
    i.filestreamOn && `FILESTREAM_ON ${printName(i.filestreamOn)}`,
  );
}

/** Prints ALTER TABLE. */
export function printAlterTable(s: AlterTable): string {
  return words('ALTER TABLE', printObjectName(s.name), printAction(s.action));
}

function checkWord(check: boolean | undefined): string {
  return check === undefined ? '' : check ? 'WITH CHECK' : 'WITH NOCHECK';
}

function printAction(a: AlterTableAction): string {
  switch (a.kind) {
    case 'addElements':
      return words(checkWord(a.check), 'ADD', commas(a.elements, printElement));
    case 'alterColumn':
      return printAlterColumn(a);
    case 'alterTableIndex':
      return words('ALTER INDEX', printName(a.name), 'REBUILD', withOptions(a.options));
    case 'dropElements':
      return `DROP ${printDropped(a.items)}`;
    case 'toggleConstraints':
      return words(
        checkWord(a.check),
        a.enable ? 'CHECK' : 'NOCHECK',
        'CONSTRAINT',
        commas(a.names, printName) || 'ALL',
      );
    case 'toggleTriggers':
      return words(a.enable ? 'ENABLE' : 'DISABLE', 'TRIGGER', commas(a.names, printName) || 'ALL');
    case 'switchPartition':
      return words(
        'SWITCH',
        a.partition && `PARTITION ${printExpression(a.partition)}`,
        `TO ${printObjectName(a.target)}`,
        a.targetPartition && `PARTITION ${printExpression(a.targetPartition)}`,
        withOptions(a.options),
      );
    case 'rebuildTable':
      return words('REBUILD', printRebuild(a.partition), withOptions(a.options));
    case 'setTableOptions':
      return `SET (${printOptions(a.options)})`;
    case 'changeTracking':
      return words(a.enable ? 'ENABLE' : 'DISABLE', a.feature.toUpperCase(), withOptions(a.options));
    case 'splitMergeTable':
      return `${a.split ? 'SPLIT' : 'MERGE'} RANGE (${printExpression(a.value)})`;
    default:
      return impossible(a);
  }
}

/** Prints `PARTITION = ALL|n`, or nothing. */
export function printRebuild(partition: Parameters<typeof printExpression>[0] | 'all' | undefined): string {
  if (partition === undefined) return '';
  return `PARTITION = ${partition === 'all' ? 'ALL' : printExpression(partition)}`;
}

function printAlterColumn(a: Extract<AlterTableAction, { kind: 'alterColumn' }>): string {
  const masked = a.masked && `MASKED WITH (FUNCTION = ${printLiteral(a.masked)})`;
  const head = `ALTER COLUMN ${printName(a.column)}`;
  if (a.change !== undefined) return words(head, a.change.toUpperCase(), masked ?? a.property, withOptions(a.options));
  return words(
    head,
    a.type && printType(a.type),
    a.collation && `COLLATE ${printName(a.collation)}`,
    a.sparse && 'SPARSE',
    masked,
    a.encrypted && `ENCRYPTED WITH (${printOptions(a.encrypted)})`,
    nullability(a.nullable),
    withOptions(a.options),
  );
}

/** The word COLUMN or CONSTRAINT holds for all names behind it, until another one. */
function printDropped(items: readonly DroppedElement[]): string {
  let last: string | undefined;
  return commas(items, (item) => {
    if (item.name === undefined) return 'PERIOD FOR SYSTEM_TIME';
    const word = item.type === last ? '' : words(item.type.toUpperCase(), item.ifExists && 'IF EXISTS');
    last = item.type;
    return words(word, printName(item.name), withOptions(item.options));
  });
}
