import type {
  BackupRestore,
  CursorDefinition,
  Declare,
  Identifier,
  Option,
  ProceduralStatement,
  SetOption,
  Variable,
} from '../ast/index.ts';
import { printExecute } from './execute.ts';
import { printExpression, printLiteral, printMethod } from './expressions.ts';
import { printQuery } from './queries.ts';
import { indent, printList, printStatement } from './statements.ts';
import { nullability, printElements } from './tables.ts';
import {
  commas,
  impossible,
  parens,
  printName,
  printObjectName,
  printOption,
  printOptions,
  printType,
  withOptions,
  words,
} from './text.ts';

const nameOrVariable = (name: Identifier | Variable): string =>
  name.kind === 'variable' ? name.name : printName(name);

/** Prints a statement of control flow, on variables, cursors or transactions, or of administration. */
export function printProcedural(s: ProceduralStatement): string {
  switch (s.kind) {
    case 'declare':
      return printDeclare(s);
    case 'declareCursor':
      return `DECLARE ${printName(s.name)} ${printCursor(s.definition)}`;
    case 'setVariable':
      return `SET ${s.variable.name} ${s.op} ${s.value.kind === 'cursorDefinition' ? printCursor(s.value) : printExpression(s.value)}`;
    case 'setProperty':
      return words('SET', printExpression(s.property), s.op, printExpression(s.value));
    case 'setVariableMethod':
      return `SET ${printMethod(s.call)}`;
    case 'setOption':
      return printSetOption(s);
    case 'if': {
      const { otherwise } = s;
      const then = indent(() => printStatement(s.then) + (s.then.kind === 'merge' ? ';' : ''));
      const rest = otherwise === undefined ? '' : `\nELSE\n${indent(() => printStatement(otherwise))}`;
      return `IF ${printExpression(s.condition)}\n${then}${rest}`;
    }
    case 'while':
      return `WHILE ${printExpression(s.condition)}\n${indent(() => printStatement(s.body))}`;
    case 'block':
      return `${words('BEGIN', s.atomic && `ATOMIC WITH (${printOptions(s.atomic)})`)}\n${indent(() => printList(s.statements))}\nEND`;
    case 'tryCatch':
      return `BEGIN TRY\n${indent(() => printList(s.body))}\nEND TRY\nBEGIN CATCH\n${indent(() => printList(s.handler))}\nEND CATCH`;
    case 'execute':
      return printExecute(s);
    case 'empty':
      return '';
    default:
      return printSimple(s);
  }
}

type Simple = Exclude<
  ProceduralStatement,
  {
    kind:
      | 'declare'
      | 'declareCursor'
      | 'setVariable'
      | 'setVariableMethod'
      | 'setProperty'
      | 'setOption'
      | 'if'
      | 'while'
      | 'block'
      | 'tryCatch'
      | 'execute'
      | 'empty';
  }
>;

function printSimple(s: Simple): string {
  switch (s.kind) {
    case 'break':
    case 'continue':
      return s.kind.toUpperCase();
    case 'return':
      return words('RETURN', s.value && printExpression(s.value));
    case 'goto':
      return `GOTO ${printName(s.label)}`;
    case 'label':
      return `${printName(s.label)}:`;
    case 'throw':
      return words(
        'THROW',
        [s.number, s.message, s.state].flatMap((e) => (e === undefined ? [] : [printExpression(e)])).join(', '),
      );
    case 'raiserror':
      return printRaiserror(s);
    case 'print':
      return `PRINT ${printExpression(s.value)}`;
    case 'waitFor': {
      if (s.statement === undefined) return words('WAITFOR', s.type.toUpperCase(), s.value && printExpression(s.value));
      return `WAITFOR (${printStatement(s.statement)})${s.timeout === undefined ? '' : `, TIMEOUT ${printExpression(s.timeout)}`}`;
    }
    case 'beginTransaction': {
      const mark = s.mark === undefined ? '' : words('WITH MARK', s.mark !== true && printExpression(s.mark));
      return words('BEGIN', s.distributed && 'DISTRIBUTED', 'TRANSACTION', s.name && nameOrVariable(s.name), mark);
    }
    case 'commitTransaction':
      return words('COMMIT', s.work ? 'WORK' : 'TRANSACTION', s.name && nameOrVariable(s.name), withOptions(s.options));
    case 'rollbackTransaction':
      return words('ROLLBACK', s.work ? 'WORK' : 'TRANSACTION', s.name && nameOrVariable(s.name));
    case 'saveTransaction':
      return `SAVE TRANSACTION ${nameOrVariable(s.name)}`;
    case 'cursorStatement':
      return words(s.verb.toUpperCase(), s.global && 'GLOBAL', nameOrVariable(s.cursor));
    case 'fetch':
      return words(
        'FETCH',
        s.direction.toUpperCase(),
        s.offset && printExpression(s.offset),
        'FROM',
        s.global && 'GLOBAL',
        nameOrVariable(s.cursor),
        s.into.length > 0 && `INTO ${commas(s.into, (v) => v.name)}`,
      );
    default:
      return printAdministration(s);
  }
}

type Administration = Extract<
  Simple,
  { kind: 'use' | 'checkpoint' | 'dbcc' | 'kill' | 'reconfigure' | 'shutdown' | 'setUser' | 'backupRestore' }
>;

const KILLED = { session: '', statsJob: 'STATS JOB', queryNotification: 'QUERY NOTIFICATION SUBSCRIPTION' } as const;

function printAdministration(s: Administration): string {
  switch (s.kind) {
    case 'use':
      return `USE ${printName(s.database)}`;
    case 'checkpoint':
      return words('CHECKPOINT', s.duration && printExpression(s.duration));
    case 'dbcc':
      return words(
        'DBCC',
        s.command,
        parens(s.args, printExpression),
        s.options.length > 0 && `WITH ${printOptions(s.options)}`,
      );
    case 'kill':
      return words(
        'KILL',
        KILLED[s.what],
        printExpression(s.target),
        s.statusOnly && 'WITH STATUSONLY',
        s.outcome && `WITH ${s.outcome.toUpperCase()}`,
      );
    case 'reconfigure':
      return words('RECONFIGURE', s.override && 'WITH OVERRIDE');
    case 'shutdown':
      return words('SHUTDOWN', s.noWait && 'WITH NOWAIT');
    case 'setUser':
      return words(
        'SETUSER',
        s.name && (s.name.kind === 'literal' ? printLiteral(s.name) : s.name.name),
        s.noReset && 'WITH NORESET',
      );
    case 'backupRestore':
      return printBackup(s);
    default:
      return impossible(s);
  }
}

function printDeclare(s: Declare): string {
  const items = commas(s.items, (item) => {
    if (item.kind === 'declareTable') return `${item.name} TABLE ${printElements(item.elements)}`;
    return words(
      item.name,
      printType(item.type),
      nullability(item.nullable),
      item.value && `= ${printExpression(item.value)}`,
    );
  });
  return `DECLARE ${items}`;
}

/** The two words that the old form has before CURSOR may stand behind it only in the new one, which has neither. */
function printCursor(c: CursorDefinition): string {
  const before = c.options.filter((o) => o === 'INSENSITIVE');
  const isOld = before.length > 0;
  const words1 = isOld ? c.options : [];
  const update =
    c.forUpdate === undefined
      ? ''
      : words('FOR UPDATE', c.forUpdate.length > 0 && `OF ${commas(c.forUpdate, printName)}`);
  return words(
    ...words1,
    'CURSOR',
    ...(isOld ? [] : c.options),
    'FOR',
    printQuery(c.query),
    c.readOnly && 'FOR READ ONLY',
    update,
  );
}

function printSetOption(s: SetOption): string {
  const [first] = s.names;
  const prefix = first?.startsWith('STATISTICS ') ? 'STATISTICS ' : first?.startsWith('OFFSETS ') ? 'OFFSETS ' : '';
  const names = commas(s.names, (name) => name.slice(prefix.length));
  return words('SET', prefix.trim(), names, s.table && printObjectName(s.table), printExpression(s.value));
}

function printRaiserror(s: Extract<Simple, { kind: 'raiserror' }>): string {
  const args = [s.message, s.severity, s.state, ...s.args].flatMap((e) =>
    e === undefined ? [] : [printExpression(e)],
  );
  if (s.legacy) return `RAISERROR ${args.join(', ')}`;
  return words(`RAISERROR (${args.join(', ')})`, s.options.length > 0 && `WITH ${s.options.join(', ')}`);
}

function printBackup(s: BackupRestore): string {
  const [what] = s.verb.split(' ');
  const devices = s.devices.length > 0 && `${what === 'BACKUP' ? 'TO' : 'FROM'} ${printOptions(s.devices)}`;
  return words(
    s.verb,
    s.database && nameOrVariable(s.database),
    s.files.length > 0 && printOptions(s.files),
    devices,
    ...s.mirrors.map((devices) => `MIRROR TO ${printOptions(devices)}`),
    s.options.length > 0 && `WITH ${commas(s.options, printBackupOption)}`,
  );
}

/** `MOVE 'a' TO 'b'` and `STOPATMARK = 'm' AFTER 'd'` have their second part as a nested option. */
function printBackupOption(o: Option): string {
  const [second] = o.options ?? [];
  const isPair = second !== undefined && (second.name === 'TO' || second.name === 'AFTER');
  if (!isPair) return printOption(o);
  const { options: _, ...plain } = o;
  const first = o.name === 'MOVE' ? words('MOVE', o.value && printExpression(o.value)) : printOption(plain);
  return words(first, second.name, second.value && printExpression(second.value));
}
