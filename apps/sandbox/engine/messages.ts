import type { Print, Raiserror, Throw } from '#tsql';
import { SqlError } from '../session.ts';
import { evaluate, evaluateTyped } from './evaluate.ts';
import type { Flow } from './frame.ts';
import type { Run } from './run.ts';
import { unescapeText } from './storage-text.ts';

const MESSAGE = { name: 'nvarchar', length: 2047 } as const;
const INT = { name: 'int' } as const;
const MAX_PRINT = 8000;

/** PRINT: a message of severity 0. */
export async function runPrint(run: Run, statement: Print): Promise<void> {
  const text = await evaluate(run, statement.value, { name: 'nvarchar', length: -1 });
  run.out.info(
    new SqlError(
      0,
      unescapeText(text ?? ' ').slice(0, MAX_PRINT) || ' ',
      0,
      1,
      statement.span.line,
      run.frame.procedure,
    ),
  );
  run.session.rowCount = 0;
}

const DIRECTIVE = /%([-+0# ]*)(\*|\d+)?(?:\.(\*|\d+))?(h|l|I64|ll)?([diouxXs%])/;
const DIRECTIVES = new RegExp(DIRECTIVE, 'g');

function formatNumber(value: bigint, kind: string, flags: string): string {
  const unsigned = BigInt.asUintN(32, value);
  switch (kind) {
    case 'o':
      return `${flags.includes('#') ? '0' : ''}${unsigned.toString(8)}`;
    case 'x':
      return `${flags.includes('#') ? '0x' : ''}${unsigned.toString(16)}`;
    case 'X':
      return `${flags.includes('#') ? '0X' : ''}${unsigned.toString(16).toUpperCase()}`;
    case 'u':
      return unsigned.toString();
    default:
      return `${flags.includes('+') && value >= 0n ? '+' : flags.includes(' ') && value >= 0n ? ' ' : ''}${value}`;
  }
}

/** One directive of a format with its value; `take` gives the next argument. */
function formatOne(directive: string, take: () => string | null): string {
  const [, flags = '', width, precision, , kind = ''] = DIRECTIVE.exec(directive) ?? [];
  if (kind === '%') return '%';
  const wide = width === '*' ? Number(take() ?? 0) : Number(width ?? 0);
  const exact = precision === '*' ? Number(take() ?? 0) : precision === undefined ? undefined : Number(precision);
  const value = take();
  let text = value ?? '(null)';
  if (kind === 's') text = exact === undefined ? text : text.slice(0, exact);
  else if (value !== null && /^-?\d+$/.test(value)) text = formatNumber(BigInt(value), kind, flags);
  const zero = flags.includes('0') && !flags.includes('-') && kind !== 's';
  if (!zero) return flags.includes('-') ? text.padEnd(wide) : text.padStart(wide);
  return text.startsWith('-') ? `-${text.slice(1).padStart(wide - 1, '0')}` : text.padStart(wide, '0');
}

/** The printf-like format of RAISERROR and FORMATMESSAGE. A missing argument is `(null)`. */
export function formatMessage(format: string, args: readonly (string | null)[]): string {
  let next = 0;
  const take = (): string | null => args[next++] ?? null;
  return format.replaceAll(DIRECTIVES, (directive) => formatOne(directive, take));
}

const LOWEST = 13_000;
const LAST_SYSTEM = 50_000;

/** The text of a message by its number. Throws 2732 for numbers that no message has, 18054 for one that was not added. */
function knownMessage(run: Run, number: number, level: { severity: number; state: number }): string {
  if (number < LOWEST || number === LAST_SYSTEM) {
    throw new SqlError(
      2732,
      `Error number ${number} is invalid. The number must be from 13000 through 2147483647 and it cannot be 50000.`,
    );
  }
  const text = run.session.server.messages.text(number);
  if (text !== undefined) return text;
  if (number < LAST_SYSTEM)
    throw new SqlError(40_515, `RAISERROR of the message ${number} is not supported in this version of SQL Server.`);
  throw new SqlError(
    18_054,
    `Error ${number}, severity ${level.severity}, state ${level.state} was raised, but no message with that error number was found in sys.messages. If error is larger than 50000, make sure the user-defined message is added using sp_addmessage.`,
  );
}

async function raiserrorText(
  run: Run,
  statement: Raiserror,
  level: { severity: number; state: number },
): Promise<{ number: number; text: string }> {
  const message = await evaluateTyped(run, statement.message);
  const args: (string | null)[] = [];
  for (const arg of statement.args) {
    const { value } = await evaluateTyped(run, arg);
    args.push(value === null ? null : unescapeText(value));
  }
  if (/^(int|smallint|tinyint|bigint)$/.test(message.type.name)) {
    const number = Number(message.value);
    return { number, text: formatMessage(knownMessage(run, number, level), args) };
  }
  const format = unescapeText(message.value ?? '');
  const wrong = format.replaceAll(DIRECTIVES, (directive) => '\0'.repeat(directive.length)).indexOf('%');
  if (wrong >= 0) throw new SqlError(2787, `Invalid format specification: '${format.slice(wrong)}'.`);
  return { number: 50_000, text: formatMessage(format, args) };
}

/** RAISERROR: up to severity 10 a message, above it an error that does not end the batch. */
export async function runRaiserror(run: Run, statement: Raiserror): Promise<void> {
  if (statement.legacy) {
    const number = Number(await evaluate(run, statement.message, INT));
    const text = statement.args[0] === undefined ? '' : ((await evaluate(run, statement.args[0], MESSAGE)) ?? '');
    throw new SqlError(number, unescapeText(text), 16, 1, statement.span.line, run.frame.procedure);
  }
  const severity = statement.severity === undefined ? 16 : Number((await evaluate(run, statement.severity, INT)) ?? 0);
  const given = statement.state === undefined ? 1 : Number((await evaluate(run, statement.state, INT)) ?? 1);
  const state = given < 0 ? 1 : given & 0xff;
  const { number, text } = await raiserrorText(run, statement, { severity, state });
  if (severity > 18 && !statement.options.includes('LOG')) {
    throw new SqlError(
      2754,
      'Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option.',
    );
  }
  const error = new SqlError(number, text, Math.max(severity, 0), state, statement.span.line, run.frame.procedure);
  if (severity > 10) throw error;
  run.out.info(error);
  run.session.lastError = statement.options.includes('SETERROR') ? number : 0;
  run.session.rowCount = 0;
}

/** THROW: with arguments a new error of severity 16, without them the caught one again. */
export async function runThrow(run: Run, statement: Throw): Promise<Flow> {
  if (statement.number === undefined || statement.message === undefined || statement.state === undefined) {
    const again = run.frame.caught.at(-1);
    if (again === undefined)
      throw new SqlError(
        10_704,
        'To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.',
        15,
      );
    throw again;
  }
  const number = Number(await evaluate(run, statement.number, INT));
  const text = (await evaluate(run, statement.message, { name: 'nvarchar', length: 2048 })) ?? '';
  const state = Number((await evaluate(run, statement.state, INT)) ?? 1);
  if (number < 50_000) {
    throw new SqlError(
      35_100,
      `Error number ${number} in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.`,
    );
  }
  throw new SqlError(number, unescapeText(text), 16, state & 0xff, statement.span.line, run.frame.procedure);
}
