import { quoteLiteral } from '#pgsql';
import type { Expression, Print, Raiserror, Throw, TryCatch } from '#tsql';
import type { Emitter } from './emitter.ts';
import { forgetRowCount } from './row-count.ts';

const MESSAGE = { name: 'nvarchar', length: 2048 } as const;

/** A text within RAISE, where % stands for the next argument. */
const raiseText = (text: string): string => quoteLiteral(text.replaceAll('%', '%%'));

const isString = (node: Expression): node is Extract<Expression, { kind: 'literal' }> =>
  node.kind === 'literal' && (node.type === 'string' || node.type === 'nstring');

/** PRINT: a notice. */
export function print(e: Emitter, node: Print): void {
  if (isString(node.value)) e.line(`RAISE NOTICE ${raiseText(node.value.value)};`);
  else e.laid(`RAISE NOTICE '%', coalesce(${e.value(node.value, { name: 'nvarchar', length: -1 })}, ' ');`);
}

/** The whole number that a node is, if it is one. */
export function wholeNumber(node: Expression | undefined): number | undefined {
  if (node?.kind === 'literal' && node.type === 'int') return Number(node.value);
  if (node?.kind === 'unary' && node.op === '-') {
    const value = wholeNumber(node.operand);
    return value === undefined ? undefined : -value;
  }
  return undefined;
}

/** SQLSTATE of a SQL Server error number: the number itself where it has five digits and lies where PostgreSQL has none of its own. */
function stateOf(number: number): string {
  return number >= 50_000 && number <= 99_999 ? `'${number}'` : "'P0001'";
}

/** THROW n, message, state: an exception with the number as its SQLSTATE. THROW alone raises again. */
export function throwError(e: Emitter, node: Throw): void {
  e.ended = true;
  if (!node.message || !node.number) {
    if (e.handlers === 0) e.fail('THROW without arguments outside CATCH.', node.span);
    e.line('RAISE;');
    return;
  }
  const number = wholeNumber(node.number);
  const state = number === undefined ? numberState(e, node.number) : stateOf(number);
  const detail = number !== undefined && number > 99_999 ? `, DETAIL = 'SQL Server error ${number}'` : '';
  if (isString(node.message)) {
    e.laid(`RAISE EXCEPTION ${raiseText(node.message.value)} USING ERRCODE = ${state}${detail};`);
    return;
  }
  e.laid(
    `RAISE EXCEPTION USING ERRCODE = ${state}, MESSAGE = coalesce(${e.value(node.message, MESSAGE)}, '')${detail};`,
  );
}

function numberState(e: Emitter, node: Expression): string {
  const value = e.value(node, { name: 'int' });
  return `CASE WHEN ${value} BETWEEN 50000 AND 99999 THEN (${value})::text ELSE 'P0001' END`;
}

/** RAISERROR: up to severity 10 a notice, above an exception. */
export function raiserror(e: Emitter, node: Raiserror): void {
  if (node.legacy) return legacyRaiserror(e, node);
  const severity = wholeNumber(node.severity);
  const write = (level: 'NOTICE' | 'EXCEPTION'): void => e.laid(raise(e, node, level));
  if (severity !== undefined && severity <= 10) return write('NOTICE');
  if (e.tries === 0 && e.handlers === 0 && e.options.kind !== 'trigger')
    e.once(
      'SL1045',
      'RAISERROR ends the routine, and what it changed is undone; in the source the next statement runs.',
      node.span,
    );
  if (severity !== undefined) {
    write('EXCEPTION');
    e.ended = true;
    return;
  }
  if (!node.severity) return e.fail('RAISERROR without a severity.', node.span);
  const value = e.value(node.severity, { name: 'int' });
  e.line(`IF ${value} > 10 THEN`);
  e.indented(() => write('EXCEPTION'));
  e.line('ELSE');
  e.indented(() => write('NOTICE'));
  e.line('END IF;');
}

/** RAISERROR 50001 'text'. */
function legacyRaiserror(e: Emitter, node: Raiserror): void {
  const number = wholeNumber(node.message);
  const [text] = node.args;
  if (number === undefined || !text) return e.fail('This form of RAISERROR is not converted.', node.span);
  e.ended = true;
  e.laid(
    isString(text)
      ? `RAISE EXCEPTION ${raiseText(text.value)} USING ERRCODE = ${stateOf(number)};`
      : `RAISE EXCEPTION USING ERRCODE = ${stateOf(number)}, MESSAGE = coalesce(${e.value(text, MESSAGE)}, '');`,
  );
}

/** A message that is only known when it runs: %d and its fellows are %s of format(). */
export function messageOf(e: Emitter, node: Expression, args: readonly Expression[]): string {
  const message = e.value(node, MESSAGE);
  if (args.length === 0) return message;
  const values = args.map((one) => `coalesce((${e.value(one)})::text, '(null)')`);
  return `format(regexp_replace(${message}, '%[-+0# ]*[0-9]*(\\.[0-9]+)?(h|l|ll|I64)?[diouxXp]', '%s', 'g'), ${values.join(', ')})`;
}

function raise(e: Emitter, node: Raiserror, level: 'NOTICE' | 'EXCEPTION'): string {
  const number = wholeNumber(node.message);
  const code = level === 'NOTICE' ? '' : `ERRCODE = ${stateOf(number ?? 50_000)}`;
  const using = code === '' ? '' : ` USING ${code}`;
  if (number !== undefined) {
    e.once('SL1046', `The text of message ${number} is in sys.messages, which is not carried over.`, node.span);
    return `RAISE ${level} ${raiseText(`Error ${number}, state ${wholeNumber(node.state) ?? 1}.`)}${using};`;
  }
  if (isString(node.message)) return formatted(e, node, node.message.value, { level, using });
  const message = messageOf(e, node.message, node.args);
  return level === 'NOTICE'
    ? `RAISE NOTICE '%', ${message};`
    : `RAISE EXCEPTION USING ${code}, MESSAGE = coalesce(${message}, '');`;
}

const PLACEHOLDER = /%%|%([-+0# ]*)(\d*|\*)(?:\.(\d+|\*))?(?:h|l|ll|I64)?([diosuxXp])/g;

/** The text with its arguments: `%d` and its fellows are `%` of RAISE; a missing or NULL argument reads (null). */
function formatted(
  e: Emitter,
  node: Raiserror,
  text: string,
  { level, using }: { readonly level: string; readonly using: string },
): string {
  let next = 0;
  const args: string[] = [];
  let made = '';
  let from = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    made += text.slice(from, match.index).replaceAll('%', '%%');
    from = match.index + match[0].length;
    if (match[0] === '%%') {
      made += '%%';
      continue;
    }
    const [, flags = '', width = '', precision, letter = ''] = match;
    if (width === '*' || precision !== undefined || /[+0# ]/.test(flags) || !'disu'.includes(letter))
      e.fail(`RAISERROR with the format ${match[0]} is not converted.`, node.span);
    const argument = node.args[next++];
    const value = argument ? `coalesce((${e.value(argument)})::text, '(null)')` : `'(null)'`;
    args.push(width === '' ? value : `format('%${flags}${width}s', ${value})`);
    made += '%';
  }
  made += text.slice(from).replaceAll('%', '%%');
  return `RAISE ${level} ${quoteLiteral(made)}${args.map((one) => `, ${one}`).join('')}${using};`;
}

/** TRY … CATCH: a block with an exception handler. */
export function tryCatch(e: Emitter, node: TryCatch): void {
  e.once(
    'SL1042',
    'What the TRY block changed before its error is undone when the handler runs; in SQL Server it stays until a ROLLBACK.',
    node.span,
  );
  e.line('BEGIN');
  const outer = e.ended;
  e.tries += 1;
  const known = new Set(e.rollbacks.raised);
  const opened = e.resultIndex;
  e.indented(() => {
    const before = e.lines.length;
    e.statements(node.body);
    const [first] = node.handler;
    if (first) e.commentsBefore(Math.min(first.span.start, node.span.end));
    e.nothing(before);
  });
  e.tries -= 1;
  if (e.options.results === 'cursors' && e.resultIndex > opened)
    e.once('SL1074', 'A result set that the TRY block has opened is lost when its handler runs.', node.span);
  const ended = e.ended;
  e.ended = outer;
  e.line('EXCEPTION');
  const passing = [...e.rollbacks.raised].filter((one) => !known.has(one) && e.rollbacks.isOpen(one));
  for (const one of passing) {
    e.line(`  WHEN SQLSTATE '${one}' THEN`);
    e.line('    RAISE;');
  }
  e.line('  WHEN OTHERS THEN');
  e.handlers += 1;
  e.depth += 2;
  const before = e.lines.length;
  forgetRowCount(e, node.handler);
  e.statements(node.handler);
  e.commentsBefore(node.span.end);
  e.nothing(before);
  e.depth -= 2;
  e.handlers -= 1;
  e.ended = ended && e.ended;
  e.line('END;');
}
