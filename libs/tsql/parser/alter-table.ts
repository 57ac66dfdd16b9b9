import type {
  AlterTable,
  AlterTableAction,
  DroppedElement,
  Expression,
  Identifier,
  Option,
  TableElement,
} from '../ast/index.ts';
import { maskedWith, tableElement } from './columns.ts';
import { constraint, startsConstraint } from './constraints.ts';
import { scalar } from './expressions.ts';
import { dataType, nameList, objectName } from './names.ts';
import { parenOptions, withOptions } from './options.ts';
import type { Reader } from './reader.ts';

/** Reads what follows `ALTER TABLE`. */
export function alterTable(r: Reader, start: Reader['token']): AlterTable {
  const name = objectName(r);
  const action = alterAction(r);
  return { kind: 'alterTable', name, action, span: r.span(start) };
}

function alterAction(r: Reader): AlterTableAction {
  const start = r.token;
  let check: boolean | undefined;
  if (r.is('WITH') && (r.peekIs('CHECK') || r.peekIs('NOCHECK'))) {
    r.next();
    check = r.next().upper === 'CHECK';
  }
  const checked = check === undefined ? {} : { check };
  switch (r.token.upper) {
    case 'ADD':
      return { kind: 'addElements', ...checked, elements: addedElements(r), span: r.span(start) };
    case 'CHECK':
    case 'NOCHECK': {
      const enable = r.next().upper === 'CHECK';
      r.expect('CONSTRAINT');
      const names = allOrNames(r);
      return { kind: 'toggleConstraints', ...checked, enable, names, span: r.span(start) };
    }
    case 'ALTER':
      return r.peekIs('INDEX') ? alterTableIndex(r) : alterColumn(r);
    case 'DROP':
      return dropElements(r);
    case 'ENABLE':
    case 'DISABLE':
      return enableDisable(r);
    case 'SET': {
      r.next();
      const options = parenOptions(r);
      return { kind: 'setTableOptions', options, span: r.span(start) };
    }
    default:
      return partitionAction(r);
  }
}

function allOrNames(r: Reader): Identifier[] {
  return r.accept('ALL') ? [] : nameList(r);
}

/** `ADD a int, CONSTRAINT …`; the word CONSTRAINT may follow without a comma, and the list may be in parentheses. */
function addedElements(r: Reader): TableElement[] {
  r.expect('ADD');
  if (r.is('COLUMN')) r.next();
  const elements: TableElement[] = [];
  const parenthesised = r.accept('(');
  do {
    r.accept('ADD');
    elements.push(tableElement(r));
    while (startsConstraint(r) && !statementCheck(r)) elements.push(constraint(r, true));
  } while (r.accept(','));
  if (parenthesised) r.expect(')');
  return elements;
}

/** `CHECK` is a constraint only before a parenthesis. */
function statementCheck(r: Reader): boolean {
  return r.is('CHECK') && !r.peekIs('(') && !r.peekIs('NOT');
}

function alterColumn(r: Reader): AlterTableAction {
  const start = r.token;
  r.expectSequence('ALTER', 'COLUMN');
  const column = r.name();
  const change = r.acceptAny('ADD', 'DROP');
  if (change !== undefined) {
    const property = alterProperty(r);
    const masked = property === 'MASKED' && change === 'ADD' ? maskedWith(r) : undefined;
    if (property === 'MASKED' && masked === undefined) r.next();
    const verb = change === 'ADD' ? 'add' : 'drop';
    const options = withOptions(r);
    return {
      kind: 'alterColumn',
      column,
      change: verb,
      property,
      ...(masked && { masked }),
      options,
      span: r.span(start),
    };
  }
  const type = dataType(r);
  let collation: Identifier | undefined;
  let nullable: boolean | undefined;
  let sparse: boolean | undefined;
  let encrypted: Option[] | undefined;
  let masked: Extract<AlterTableAction, { kind: 'alterColumn' }>['masked'];
  for (;;) {
    if (r.accept('COLLATE')) collation = r.name();
    else if (r.acceptSequence('NOT', 'NULL')) nullable = false;
    else if (r.accept('NULL')) nullable = true;
    else if (r.accept('SPARSE')) sparse = true;
    else if (r.is('MASKED')) masked = maskedWith(r);
    else if (r.acceptSequence('ENCRYPTED', 'WITH')) encrypted = parenOptions(r);
    else break;
  }
  const options = withOptions(r);
  return {
    kind: 'alterColumn',
    column,
    type,
    ...(collation && { collation }),
    ...(nullable !== undefined && { nullable }),
    ...(sparse !== undefined && { sparse }),
    ...(encrypted && { encrypted }),
    ...(masked && { masked }),
    options,
    span: r.span(start),
  };
}

/** `ALTER INDEX ix REBUILD WITH (BUCKET_COUNT = n)` of a memory-optimized table. */
function alterTableIndex(r: Reader): AlterTableAction {
  const start = r.expect('ALTER');
  r.expect('INDEX');
  const name = r.name();
  r.expect('REBUILD');
  const options = withOptions(r);
  return { kind: 'alterTableIndex', name, options, span: r.span(start) };
}

function alterProperty(r: Reader): string {
  if (r.is('MASKED')) return 'MASKED';
  if (r.acceptSequence('NOT', 'FOR', 'REPLICATION')) return 'NOT FOR REPLICATION';
  return r.expectAny('ROWGUIDCOL', 'PERSISTED', 'SPARSE', 'HIDDEN');
}

function dropElements(r: Reader): AlterTableAction {
  const start = r.expect('DROP');
  const items: DroppedElement[] = [];
  let type: DroppedElement['type'] = 'constraint';
  let ifExists = false;
  do {
    const at = r.token;
    if (r.acceptSequence('PERIOD', 'FOR', 'SYSTEM_TIME')) {
      items.push({ kind: 'dropped', type: 'period', ifExists: false, options: [], span: r.span(at) });
      continue;
    }
    const word = r.acceptAny('CONSTRAINT', 'COLUMN', 'INDEX');
    if (word !== undefined) {
      type = word === 'CONSTRAINT' ? 'constraint' : word === 'COLUMN' ? 'column' : 'index';
      ifExists = r.acceptSequence('IF', 'EXISTS');
    }
    const name = r.name();
    const options = withOptions(r);
    items.push({ kind: 'dropped', type, ifExists, name, options, span: r.span(at) });
  } while (r.accept(','));
  return { kind: 'dropElements', items, span: r.span(start) };
}

function enableDisable(r: Reader): AlterTableAction {
  const start = r.next();
  const enable = start.upper === 'ENABLE';
  if (r.accept('TRIGGER')) return { kind: 'toggleTriggers', enable, names: allOrNames(r), span: r.span(start) };
  const word = r.expectAny('CHANGE_TRACKING', 'FILETABLE_NAMESPACE');
  const feature = word === 'CHANGE_TRACKING' ? 'change_tracking' : 'filetable_namespace';
  const options = withOptions(r);
  return { kind: 'changeTracking', feature, enable, options, span: r.span(start) };
}

function partitionAction(r: Reader): AlterTableAction {
  const start = r.token;
  if (r.accept('REBUILD')) {
    const partition = rebuildPartition(r);
    const options = r.isSequence('WITH', '(') ? withOptions(r) : [];
    return { kind: 'rebuildTable', ...(partition !== undefined && { partition }), options, span: r.span(start) };
  }
  if (r.is('SPLIT') || r.is('MERGE')) {
    const split = r.next().upper === 'SPLIT';
    r.expectSequence('RANGE', '(');
    const value = scalar(r);
    r.expect(')');
    return { kind: 'splitMergeTable', split, value, span: r.span(start) };
  }
  r.expect('SWITCH');
  const partition = r.accept('PARTITION') ? scalar(r) : undefined;
  r.expect('TO');
  const target = objectName(r);
  const targetPartition = r.accept('PARTITION') ? scalar(r) : undefined;
  const options = withOptions(r);
  const parts = { ...(partition && { partition }), ...(targetPartition && { targetPartition }) };
  return { kind: 'switchPartition', target, ...parts, options, span: r.span(start) };
}

/** Reads `PARTITION = ALL|n`, or nothing. */
export function rebuildPartition(r: Reader): Expression | 'all' | undefined {
  if (!r.accept('PARTITION')) return undefined;
  r.expect('=');
  if (r.accept('ALL')) return 'all';
  return r.is('(') ? r.fail() : scalar(r);
}
