import type {
  Constraint,
  EdgeConstraint,
  ForeignKey,
  Identifier,
  KeyConstraint,
  Option,
  ReferentialAction,
} from '../ast/index.ts';
import { clusteredWord, indexColumns, storage } from './columns.ts';
import { expression } from './expressions.ts';
import { commaList, objectName, optionalNameList } from './names.ts';
import { option, withOptions } from './options.ts';
import type { Reader } from './reader.ts';

/** Whether a constraint of a table begins here. */
export function startsConstraint(r: Reader): boolean {
  switch (r.token.upper) {
    case 'CONSTRAINT':
    case 'PRIMARY':
    case 'UNIQUE':
    case 'FOREIGN':
    case 'CHECK':
      return true;
    case 'CONNECTION':
      return r.peekIs('(');
    default:
      return false;
  }
}

/** Reads a constraint; one `ofTable` names its columns. */
export function constraint(r: Reader, ofTable: boolean): Constraint {
  const start = r.token;
  const name = r.accept('CONSTRAINT') ? r.name() : undefined;
  const named = name === undefined ? {} : { name };
  switch (r.token.upper) {
    case 'PRIMARY':
    case 'UNIQUE':
      return key(r, start, named);
    case 'FOREIGN':
    case 'REFERENCES':
      return foreignKey(r, start, named);
    case 'CHECK': {
      r.next();
      const before = r.acceptSequence('NOT', 'FOR', 'REPLICATION');
      r.expect('(');
      const condition = expression(r);
      r.expect(')');
      const notForReplication = r.acceptSequence('NOT', 'FOR', 'REPLICATION') || before;
      r.acceptSequence('NOT', 'ENFORCED');
      return { kind: 'check', ...named, condition, notForReplication, span: r.span(start) };
    }
    case 'DEFAULT': {
      r.next();
      const value = expression(r);
      const column = ofTable && r.accept('FOR') ? r.name() : undefined;
      const withValues = r.acceptSequence('WITH', 'VALUES');
      return {
        kind: 'defaultConstraint',
        ...named,
        expression: value,
        ...(column && { column }),
        withValues,
        span: r.span(start),
      };
    }
    case 'CONNECTION':
      return connection(r, start, named);
    default:
      return r.fail();
  }
}

interface Named {
  readonly name?: Identifier;
}

function key(r: Reader, start: Reader['token'], named: Named): KeyConstraint {
  const isPrimary = r.next().upper === 'PRIMARY';
  if (isPrimary) r.expect('KEY');
  const clustered = clusteredWord(r);
  const hash = r.accept('HASH');
  const columns = r.is('(') ? indexColumns(r) : [];
  const options = indexOptions(r);
  const on = r.is('ON') ? storage(r) : undefined;
  const notEnforced = r.acceptSequence('NOT', 'ENFORCED');
  r.acceptSequence('NOT', 'FOR', 'REPLICATION');
  return {
    kind: isPrimary ? 'primaryKey' : 'unique',
    ...named,
    ...(clustered !== undefined && { clustered }),
    hash,
    columns,
    options,
    ...(on && { on }),
    notEnforced,
    span: r.span(start),
  };
}

/** `WITH (options)`, or the old `WITH FILLFACTOR = 80, PAD_INDEX`. */
export function indexOptions(r: Reader): Option[] {
  if (!r.is('WITH') || r.peekIs('CHECK') || r.peekIs('VALUES')) return [];
  if (r.peekIs('(')) return withOptions(r);
  r.next();
  const options = [option(r, false)];
  while (r.is(',') && r.peek().type === 'word' && OLD_OPTIONS.has(r.peek().upper)) {
    r.next();
    options.push(option(r, false));
  }
  return options;
}

const OLD_OPTIONS = new Set([
  'FILLFACTOR',
  'PAD_INDEX',
  'IGNORE_DUP_KEY',
  'STATISTICS_NORECOMPUTE',
  'DROP_EXISTING',
  'SORT_IN_TEMPDB',
  'SORTED_DATA',
  'ALLOW_DUP_ROW',
]);

function foreignKey(r: Reader, start: Reader['token'], named: Named): ForeignKey {
  if (r.accept('FOREIGN')) r.expect('KEY');
  const columns = optionalNameList(r);
  r.expect('REFERENCES');
  const referencedTable = objectName(r);
  const referencedColumns = optionalNameList(r);
  const actions: { onDelete?: ReferentialAction; onUpdate?: ReferentialAction } = {};
  let notForReplication = false;
  for (;;) {
    if (r.acceptSequence('ON', 'DELETE')) actions.onDelete = referentialAction(r);
    else if (r.acceptSequence('ON', 'UPDATE')) actions.onUpdate = referentialAction(r);
    else if (r.acceptSequence('NOT', 'FOR', 'REPLICATION')) notForReplication = true;
    else break;
  }
  const notEnforced = r.acceptSequence('NOT', 'ENFORCED');
  return {
    kind: 'foreignKey',
    ...named,
    columns,
    referencedTable,
    referencedColumns,
    ...actions,
    notForReplication,
    notEnforced,
    span: r.span(start),
  };
}

function referentialAction(r: Reader): ReferentialAction {
  if (r.accept('CASCADE')) return 'cascade';
  if (r.acceptSequence('NO', 'ACTION')) return 'noAction';
  r.expect('SET');
  return r.expectAny('NULL', 'DEFAULT') === 'NULL' ? 'setNull' : 'setDefault';
}

function connection(r: Reader, start: Reader['token'], named: Named): EdgeConstraint {
  r.expectSequence('CONNECTION', '(');
  const pairs = commaList(r, () => {
    const from = objectName(r);
    r.expect('TO');
    return { from, to: objectName(r) };
  });
  r.expect(')');
  const onDelete = r.acceptSequence('ON', 'DELETE') ? referentialAction(r) : undefined;
  return { kind: 'connection', ...named, pairs, ...(onDelete && { onDelete }), span: r.span(start) };
}
