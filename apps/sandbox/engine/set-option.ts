import type { Expression, SetOption } from '#tsql';
import { SqlError } from '../session.ts';
import { evaluate } from './evaluate.ts';
import { contextOf, localTable, type Run } from './run.ts';
import type { Language, SessionOptions } from './session-options.ts';
import type { Isolation } from './transaction.ts';
import { namePartsOf } from './names.ts';

type Flag = { [K in keyof SessionOptions]: SessionOptions[K] extends boolean ? K : never }[keyof SessionOptions];

const FLAGS: Readonly<Record<string, Flag>> = {
  NOCOUNT: 'noCount',
  XACT_ABORT: 'xactAbort',
  IMPLICIT_TRANSACTIONS: 'implicitTransactions',
  QUOTED_IDENTIFIER: 'quotedIdentifier',
  ANSI_NULLS: 'ansiNulls',
  ANSI_WARNINGS: 'ansiWarnings',
  ANSI_PADDING: 'ansiPadding',
  ANSI_NULL_DFLT_ON: 'ansiNullDefault',
  ANSI_NULL_DFLT_OFF: 'ansiNullDefaultOff',
  ARITHABORT: 'arithAbort',
  CONCAT_NULL_YIELDS_NULL: 'concatNullYieldsNull',
  CURSOR_CLOSE_ON_COMMIT: 'cursorCloseOnCommit',
  NOEXEC: 'noExec',
  PARSEONLY: 'parseOnly',
  FMTONLY: 'formatOnly',
};

const ANSI_DEFAULTS = [
  'ansiNulls',
  'ansiWarnings',
  'ansiPadding',
  'ansiNullDefault',
  'quotedIdentifier',
  'implicitTransactions',
  'cursorCloseOnCommit',
] as const;

/** Options that the server has and the sandbox has not: refused where they are switched on. */
const KNOWN = new Set([
  'FIPS_FLAGGER',
  'NO_BROWSETABLE',
  'NUMERIC_ROUNDABORT',
  'OFFSETS',
  'RESULT_SET_CACHING',
  'SHOWPLAN_ALL',
  'SHOWPLAN_TEXT',
  'SHOWPLAN_XML',
  'STATISTICS IO',
  'STATISTICS PROFILE',
  'STATISTICS TIME',
  'STATISTICS XML',
]);

/** Options that are about plans, messages of divisions that are refused, or linked servers: they change no answer. */
const IGNORED = new Set(['ARITHIGNORE', 'FORCEPLAN', 'REMOTE_PROC_TRANSACTIONS']);

const LEVELS: Readonly<Record<string, Isolation>> = {
  'READ UNCOMMITTED': 1,
  'READ COMMITTED': 2,
  'REPEATABLE READ': 3,
  SERIALIZABLE: 4,
  SNAPSHOT: 5,
};

/** The languages that can be set, by name and alias: those that name months and days in English. */
const LANGUAGES: ReadonlyMap<string, Language> = new Map(
  (
    [
      ['us_english', 'English', 0, 'mdy', 7],
      ['British', 'British English', 23, 'dmy', 1],
    ] as const
  ).flatMap(([name, alias, id, dateFormat, dateFirst]) => {
    const language = { name, id, dateFormat, dateFirst };
    return [
      [name.toLowerCase(), language],
      [alias.toLowerCase(), language],
    ] as const;
  }),
);

/** The others of sys.syslanguages: DATENAME, CONVERT and FORMAT would have to speak them. */
const OTHER_LANGUAGES = new Set(
  `arabic,brazilian,bulgarian,croatian,czech,danish,dutch,estonian,finnish,french,german,greek,hungarian,italian,japanese,korean,latvian,lithuanian,norwegian,polish,
portuguese,romanian,russian,simplified chinese,slovak,slovenian,spanish,swedish,thai,traditional chinese,turkish,deutsch,français,日本語,dansk,español,italiano,nederlands,norsk,
português,suomi,svenska,čeština,magyar,polski,română,hrvatski,slovenčina,slovenski,ελληνικά,български,русский,türkçe,eesti,latviešu,lietuvių,português (brasil),繁體中文,한국어,
简体中文,ไทย`.split(/,\n?/),
);

function word(expression: Expression): string | undefined {
  if (expression.kind === 'keyword') return expression.name;
  if (expression.kind === 'column') return expression.parts.at(-1)?.name;
  if (expression.kind === 'literal') return expression.value;
  return undefined;
}

async function textOf(run: Run, expression: Expression): Promise<string> {
  return word(expression) ?? (await evaluate(run, expression, { name: 'nvarchar', length: 128 })) ?? '';
}

async function numberOf(run: Run, expression: Expression): Promise<number> {
  return Number((await evaluate(run, expression, { name: 'int' })) ?? 0);
}

async function isolation(run: Run, value: string): Promise<void> {
  const level = LEVELS[value.toUpperCase()];
  if (level === undefined)
    throw new SqlError(40515, `Isolation level ${value} is not supported in this version of SQL Server.`);
  const { session } = run;
  if (level === 5 && session.tx.depth > 0 && session.options.isolation !== 5) {
    throw new SqlError(
      3951,
      `Transaction failed in database '${session.database}' because the statement was run under snapshot isolation but the transaction did not start in snapshot isolation.`,
    );
  }
  session.options.isolation = level;
}

async function identityInsert(run: Run, statement: SetOption, on: boolean): Promise<void> {
  const { session } = run;
  if (statement.table === undefined) throw new SqlError(102, "Incorrect syntax near 'IDENTITY_INSERT'.", 15);
  const parts = namePartsOf(statement.table);
  const local = localTable(run, parts.at(-1) ?? '');
  const { scope } = await contextOf(run);
  const object = local === undefined ? scope.object(parts) : undefined;
  if (local === undefined && object?.kind !== 'U') {
    throw new SqlError(
      1088,
      `Cannot find the object "${parts.join('.')}" because it does not exist or you do not have permissions.`,
      16,
      11,
    );
  }
  const columns = local?.relation.columns ?? object?.columns ?? [];
  const key = local === undefined ? (object?.id ?? 0) : local.physical;
  const full = object === undefined ? (parts.at(-1) ?? '') : `${session.database}.${object.schema}.${object.name}`;
  if (!columns.some((column) => column.identity)) {
    throw new SqlError(8106, `Table '${full}' does not have the identity property. Cannot perform SET operation.`);
  }
  if (on && session.identityInsert !== undefined && session.identityInsert.key !== key) {
    throw new SqlError(
      8107,
      `IDENTITY_INSERT is already ON for table '${session.identityInsert.name}'. Cannot perform SET operation for table '${full}'.`,
    );
  }
  session.identityInsert = on
    ? { key, name: full }
    : session.identityInsert?.key === key
      ? undefined
      : session.identityInsert;
}

/** SET of an option of the session. */
export async function setOption(run: Run, statement: SetOption): Promise<void> {
  const on = word(statement.value)?.toUpperCase() === 'ON';
  for (const name of statement.names) await setOne(run, statement, name, on);
  run.session.rowCount = 0;
}

async function setOne(run: Run, statement: SetOption, name: string, on: boolean): Promise<void> {
  const { options } = run.session;
  const flag = FLAGS[name];
  if (flag !== undefined) {
    // A module keeps what it was made with.
    if ((flag === 'ansiNulls' || flag === 'quotedIdentifier') && run.frame.procedureId !== 0) return;
    options[flag] = on;
    // Where one is on, the other is off.
    if (flag === 'ansiNullDefault' && on) options.ansiNullDefaultOff = false;
    if (flag === 'ansiNullDefaultOff' && on) options.ansiNullDefault = false;
    return;
  }
  if (IGNORED.has(name)) return;
  switch (name) {
    case 'ANSI_DEFAULTS':
      for (const each of ANSI_DEFAULTS) options[each] = on;
      return;
    case 'IDENTITY_INSERT':
      return identityInsert(run, statement, on);
    case 'TRANSACTION ISOLATION LEVEL':
      return isolation(run, await textOf(run, statement.value));
    case 'ROWCOUNT':
      options.rowCount = await numberOf(run, statement.value);
      if (options.rowCount >= 0) return;
      options.rowCount = 0;
      throw new SqlError(507, 'Invalid argument for SET ROWCOUNT. Must be a non-null non-negative integer.');
    case 'TEXTSIZE':
      return textSize(run, await numberOf(run, statement.value));
    case 'QUERY_GOVERNOR_COST_LIMIT':
      if ((await numberOf(run, statement.value)) === 0) return;
      throw new SqlError(40515, `SET ${name} is not supported in this version of SQL Server.`);
    case 'DATEFIRST':
      return dateFirst(run, await numberOf(run, statement.value));
    case 'DATEFORMAT':
      return dateFormat(run, await textOf(run, statement.value));
    case 'LOCK_TIMEOUT':
      options.lockTimeout = Math.max(await numberOf(run, statement.value), -1);
      return;
    case 'DEADLOCK_PRIORITY':
      return deadlockPriority(run, statement.value);
    case 'CONTEXT_INFO':
      return contextInfo(run, statement.value);
    case 'LANGUAGE':
      return language(run, await textOf(run, statement.value));
    default:
      if (!KNOWN.has(name)) throw new SqlError(195, `'${name}' is not a recognized SET option.`, 15, 5);
      if (!on) return;
      throw new SqlError(40515, `SET ${name} is not supported in this version of SQL Server.`);
  }
}

const MOST_TEXT = 2_147_483_647;
const DEFAULT_TEXT = 4096;

/** 0 is the default of the server, -1 no limit. */
function textSize(run: Run, bytes: number): void {
  run.session.options.textSize = bytes === 0 ? DEFAULT_TEXT : bytes < 0 ? MOST_TEXT : bytes;
}

function dateFirst(run: Run, day: number): void {
  if (day < 1 || day > 7) throw new SqlError(2742, `SET DATEFIRST ${day} is out of range.`);
  run.session.options.dateFirst = day;
}

function dateFormat(run: Run, order: string): void {
  if (!/^(mdy|dmy|ymd|ydm|myd|dym)$/i.test(order)) {
    throw new SqlError(2741, `SET DATEFORMAT date order '${order}' is invalid.`);
  }
  run.session.options.dateFormat = order.toLowerCase();
}

function language(run: Run, name: string): void {
  const known = LANGUAGES.get(name.toLowerCase());
  if (OTHER_LANGUAGES.has(name.toLowerCase()))
    throw new SqlError(40515, `SET LANGUAGE ${name} is not supported in this version of SQL Server.`);
  if (known === undefined)
    throw new SqlError(
      2740,
      `SET LANGUAGE failed because '${name}' is not an official language name or a language alias on this SQL Server.`,
    );
  const { options } = run.session;
  options.language = known;
  options.dateFormat = known.dateFormat;
  options.dateFirst = known.dateFirst;
  run.out.info(new SqlError(5703, `Changed language setting to ${known.name}.`, 0, 1));
}

/** Up to 128 bytes; zeros fill the rest. */
async function contextInfo(run: Run, value: Expression): Promise<void> {
  const bytes = await evaluate(run, value, { name: 'binary', length: 128 });
  if (bytes === null)
    throw new SqlError(8164, 'SET CONTEXT_INFO option requires a varbinary (128) NOT NULL parameter.');
  run.session.contextInfo = bytes;
}

const PRIORITIES: Readonly<Record<string, number>> = { LOW: -5, NORMAL: 0, HIGH: 5 };

/** LOW, NORMAL and HIGH, as words or in a variable, or a number from -10 to 10. */
async function deadlockPriority(run: Run, value: Expression): Promise<void> {
  const text = (await textOf(run, value)).trim();
  const priority = PRIORITIES[text.toUpperCase()] ?? (/^[+-]?\d+$/.test(text) ? Number(text) : NaN);
  if (!(Math.abs(priority) <= 10)) {
    throw new SqlError(102, `Incorrect syntax near '${text}'.`, 15);
  }
  run.session.options.deadlockPriority = priority;
}
