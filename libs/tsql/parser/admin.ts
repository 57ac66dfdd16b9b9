import type { BackupRestore, Expression, Identifier, ObjectName, Option, Statement, Variable } from '../ast/index.ts';
import { expression, scalar } from './expressions.ts';
import { commaList, nameParts, objectName } from './names.ts';
import { option, optionList, optionValue, parenOptions, partitionRanges } from './options.ts';
import { literal, startsValue } from './primary.ts';
import type { Reader } from './reader.ts';

/** TRUNCATE TABLE. */
export function truncate(r: Reader): Statement {
  const start = r.expect('TRUNCATE');
  r.expect('TABLE');
  const table = objectName(r);
  const options: Option[] = [];
  if (r.isSequence('WITH', '(', 'PARTITIONS')) {
    r.next();
    r.next();
    const at = r.next();
    r.expect('(');
    const partitions = partitionRanges(r);
    r.expectSequence(')', ')');
    options.push({ kind: 'option', name: 'PARTITIONS', partitions, span: r.span(at) });
  }
  return { kind: 'truncate', table, options, span: r.span(start) };
}

/** BULK INSERT. */
export function bulkInsert(r: Reader): Statement {
  const start = r.expect('BULK');
  r.expect('INSERT');
  const table = objectName(r);
  r.expect('FROM');
  const from = r.isName() ? optionValue(r) : expression(r);
  const options = r.isSequence('WITH', '(') ? (r.next(), parenOptions(r)) : [];
  return { kind: 'bulkInsert', table, from, options, span: r.span(start) };
}

/** READTEXT, WRITETEXT and UPDATETEXT. */
export function textStatement(r: Reader): Statement {
  const start = r.next();
  const verb = start.upper.toLowerCase() as 'readtext' | 'writetext' | 'updatetext';
  const bulk = r.accept('BULK');
  const at = r.token;
  const parts = nameParts(r);
  const column = { kind: 'column', parts, span: r.span(at) } as const;
  const args: Expression[] = [];
  let withLog = false;
  for (;;) {
    if (r.acceptSequence('WITH', 'LOG')) withLog = true;
    else if (r.is('HOLDLOCK')) args.push(optionValue(r));
    else if (startsValue(r) && r.token.type !== 'word' && !r.is('(') && !r.is('{') && !r.is('~')) args.push(scalar(r));
    else if (r.is('NULL')) args.push(scalar(r));
    else if (verb === 'updatetext' && args.length >= 3 && r.isName() && r.peekIs('.')) args.push(sourceColumn(r));
    else break;
  }
  return { kind: 'textStatement', verb, bulk, column, args, withLog, span: r.span(start) };
}

/** The column from which UPDATETEXT takes what it puts in; its text pointer follows. */
function sourceColumn(r: Reader): Expression {
  const start = r.token;
  const parts = nameParts(r);
  return { kind: 'column', parts, span: r.span(start) };
}

/** ENABLE TRIGGER and DISABLE TRIGGER. */
export function toggleTrigger(r: Reader): Statement {
  const start = r.next();
  const enable = start.upper === 'ENABLE';
  r.expect('TRIGGER');
  const names: ObjectName[] = r.accept('ALL') ? [] : commaList(r, () => objectName(r));
  r.expect('ON');
  const scope = r.acceptSequence('ALL', 'SERVER') ? 'server' : r.accept('DATABASE') ? 'database' : 'object';
  const target = scope === 'object' ? objectName(r) : undefined;
  return { kind: 'toggleTrigger', enable, names, scope, ...(target && { target }), span: r.span(start) };
}

/** CHECKPOINT. */
export function checkpoint(r: Reader): Statement {
  const start = r.expect('CHECKPOINT');
  const duration = r.token.type === 'int' || r.isVariable() ? scalar(r) : undefined;
  return { kind: 'checkpoint', ...(duration && { duration }), span: r.span(start) };
}

/** DBCC. */
export function dbcc(r: Reader): Statement {
  const start = r.expect('DBCC');
  const command = r.anyName().name.toUpperCase();
  const args: Expression[] = [];
  if (r.accept('(')) {
    if (!r.is(')')) args.push(...commaList(r, () => dbccArgument(r)));
    r.expect(')');
  }
  const options = r.accept('WITH') ? optionList(r, false) : [];
  return { kind: 'dbcc', command, args, options, span: r.span(start) };
}

function dbccArgument(r: Reader): Expression {
  if (r.token.type === 'word' && (r.peekIs(',') || r.peekIs(')'))) return optionValue(r);
  return r.is('(') ? r.fail() : scalar(r);
}

/** KILL. */
export function kill(r: Reader): Statement {
  const start = r.expect('KILL');
  const what = r.acceptSequence('STATS', 'JOB')
    ? 'statsJob'
    : r.acceptSequence('QUERY', 'NOTIFICATION', 'SUBSCRIPTION')
      ? 'queryNotification'
      : 'session';
  const target = what === 'queryNotification' && r.is('ALL') ? optionValue(r) : scalar(r);
  const statusOnly = what === 'session' && r.acceptSequence('WITH', 'STATUSONLY');
  const outcome = what === 'session' && !statusOnly && r.is('WITH') ? killOutcome(r) : undefined;
  return { kind: 'kill', what, target, statusOnly, ...(outcome && { outcome }), span: r.span(start) };
}

/** What becomes of a distributed transaction that nobody finishes. */
function killOutcome(r: Reader): 'commit' | 'rollback' {
  r.expect('WITH');
  return r.expectAny('COMMIT', 'ROLLBACK') === 'COMMIT' ? 'commit' : 'rollback';
}

/** RECONFIGURE. */
export function reconfigure(r: Reader): Statement {
  const start = r.expect('RECONFIGURE');
  const override = r.acceptSequence('WITH', 'OVERRIDE');
  return { kind: 'reconfigure', override, span: r.span(start) };
}

/** SHUTDOWN. */
export function shutdown(r: Reader): Statement {
  const start = r.expect('SHUTDOWN');
  const noWait = r.acceptSequence('WITH', 'NOWAIT');
  return { kind: 'shutdown', noWait, span: r.span(start) };
}

/** SETUSER. */
export function setUser(r: Reader): Statement {
  const start = r.expect('SETUSER');
  const { type } = r.token;
  let name: Extract<Statement, { kind: 'setUser' }>['name'];
  if (type === 'string' || type === 'nstring') name = literal(r, type);
  else if (r.isVariable()) name = variable(r);
  const noReset = r.acceptSequence('WITH', 'NORESET');
  return { kind: 'setUser', ...(name && { name }), noReset, span: r.span(start) };
}

function variable(r: Reader): Variable {
  const token = r.next();
  return { kind: 'variable', name: token.text, span: r.span(token) };
}

const WHAT = [
  'DATABASE',
  'LOG',
  'TRAN',
  'TRANSACTION',
  'HEADERONLY',
  'FILELISTONLY',
  'LABELONLY',
  'VERIFYONLY',
  'REWINDONLY',
] as const;

/** BACKUP and RESTORE of databases, logs and devices. */
export function backupRestore(r: Reader): Statement {
  const start = r.next();
  const what = r.expectAny(...WHAT);
  const verb = `${start.upper} ${what === 'TRAN' || what === 'TRANSACTION' ? 'LOG' : what}`;
  const database = r.is('FROM') || r.is('TO') ? undefined : databaseName(r);
  const files = fileList(r);
  const devices: Option[] = [];
  const mirrors: Option[][] = [];
  let options: Option[] = [];
  for (;;) {
    if (r.acceptAny('TO', 'FROM') !== undefined) devices.push(...deviceList(r));
    else if (r.acceptSequence('MIRROR', 'TO')) mirrors.push(deviceList(r));
    else if (r.accept('WITH')) options = [...options, ...commaList(r, () => restoreOption(r))];
    else break;
  }
  const named: Partial<Pick<BackupRestore, 'database'>> = database === undefined ? {} : { database };
  return { kind: 'backupRestore', verb, ...named, files, devices, mirrors, options, span: r.span(start) };
}

function databaseName(r: Reader): Identifier | Variable {
  return r.isVariable() ? variable(r) : r.name();
}

const FILE_WORDS = ['FILE', 'FILEGROUP', 'PAGE', 'READ_WRITE_FILEGROUPS'];

/** `FILE = 'x', FILEGROUP = 'y', PAGE = '1:2', READ_WRITE_FILEGROUPS` before TO or FROM. */
function fileList(r: Reader): Option[] {
  if (!FILE_WORDS.some((word) => r.is(word))) return [];
  return commaList(r, () => {
    const start = r.token;
    if (!FILE_WORDS.some((word) => r.is(word))) return r.fail();
    if (r.accept('READ_WRITE_FILEGROUPS'))
      return { kind: 'option', name: 'READ_WRITE_FILEGROUPS', span: r.span(start) };
    return r.peekIs('=') ? option(r, false) : r.fail();
  });
}

function deviceList(r: Reader): Option[] {
  return commaList(r, () => {
    const start = r.token;
    if (r.peekIs('=')) return option(r, false);
    const value = optionValue(r);
    return { kind: 'option', name: '', value, span: r.span(start) };
  });
}

/** An option of WITH; `MOVE 'a' TO 'b'` has the second as its nested option TO. */
function restoreOption(r: Reader): Option {
  const start = r.token;
  if (r.accept('MOVE')) {
    const value = optionValue(r);
    const to = r.expect('TO');
    const target = optionValue(r);
    const nested: Option = { kind: 'option', name: 'TO', value: target, span: r.span(to) };
    return { kind: 'option', name: 'MOVE', value, options: [nested], span: r.span(start) };
  }
  const read = option(r, false);
  if (!r.is('AFTER')) return read;
  const at = r.next();
  const value = optionValue(r);
  return { ...read, options: [{ kind: 'option', name: 'AFTER', value, span: r.span(at) }], span: r.span(start) };
}
