import type { Expression, SetOption } from '#tsql';
import { SqlError } from '../session.ts';
import { evaluate } from './evaluate.ts';
import { contextOf, localTable, type Run } from './run.ts';
import type { SessionOptions } from './session-options.ts';
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
  ARITHABORT: 'arithAbort',
  CONCAT_NULL_YIELDS_NULL: 'concatNullYieldsNull',
  NUMERIC_ROUNDABORT: 'numericRoundAbort',
  NOEXEC: 'noExec',
  PARSEONLY: 'parseOnly',
  FMTONLY: 'formatOnly',
};

/** Options that the server has and the sandbox has not: refused where they are switched on. */
const KNOWN = new Set([
  'CONTEXT_INFO',
  'OFFSETS',
  'RESULT_SET_CACHING',
  'SHOWPLAN_ALL',
  'SHOWPLAN_TEXT',
  'SHOWPLAN_XML',
  'STATISTICS PROFILE',
  'STATISTICS XML',
]);

/** Options that change nothing here. */
const IGNORED = new Set([
  'ARITHIGNORE',
  'ANSI_NULL_DFLT_OFF',
  'CURSOR_CLOSE_ON_COMMIT',
  'DEADLOCK_PRIORITY',
  'FIPS_FLAGGER',
  'FORCEPLAN',
  'NO_BROWSETABLE',
  'QUERY_GOVERNOR_COST_LIMIT',
  'REMOTE_PROC_TRANSACTIONS',
  'STATISTICS IO',
  'STATISTICS TIME',
  'STATISTICS PROFILE',
  'CONTEXT_INFO',
  'OFFSETS',
]);

const LEVELS: Readonly<Record<string, Isolation>> = {
  'READ UNCOMMITTED': 1,
  'READ COMMITTED': 2,
  'REPEATABLE READ': 3,
  SERIALIZABLE: 4,
  SNAPSHOT: 5,
};

const LANGUAGES: Readonly<Record<string, readonly [format: string, first: number]>> = {
  us_english: ['mdy', 7],
  english: ['mdy', 7],
  british: ['dmy', 1],
  'british english': ['dmy', 1],
  german: ['dmy', 1],
  deutsch: ['dmy', 1],
  french: ['dmy', 1],
  français: ['dmy', 1],
  italian: ['dmy', 1],
  italiano: ['dmy', 1],
  spanish: ['dmy', 1],
  español: ['dmy', 1],
  dutch: ['dmy', 1],
  swedish: ['ymd', 1],
};

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
    options[flag] = on;
    return;
  }
  if (IGNORED.has(name)) return;
  switch (name) {
    case 'ANSI_DEFAULTS':
      for (const each of ['ansiNulls', 'ansiWarnings', 'ansiPadding', 'ansiNullDefault', 'quotedIdentifier'] as const)
        options[each] = on;
      return;
    case 'IDENTITY_INSERT':
      return identityInsert(run, statement, on);
    case 'TRANSACTION ISOLATION LEVEL':
      return isolation(run, await textOf(run, statement.value));
    case 'ROWCOUNT':
      options.rowCount = await numberOf(run, statement.value);
      return;
    case 'TEXTSIZE':
      options.textSize = await numberOf(run, statement.value);
      return;
    case 'DATEFIRST':
      options.dateFirst = await numberOf(run, statement.value);
      return;
    case 'DATEFORMAT':
      options.dateFormat = (await textOf(run, statement.value)).toLowerCase();
      return;
    case 'LOCK_TIMEOUT':
      return lockTimeout(run, await numberOf(run, statement.value));
    case 'LANGUAGE':
      return language(run, await textOf(run, statement.value));
    default:
      if (!KNOWN.has(name)) throw new SqlError(195, `'${name}' is not a recognized SET option.`, 15, 5);
      if (!on) return;
      throw new SqlError(40515, `SET ${name} is not supported in this version of SQL Server.`);
  }
}

async function lockTimeout(run: Run, ms: number): Promise<void> {
  run.session.options.lockTimeout = ms;
  await run.session.query(`SELECT set_config('lock_timeout', $1, false)`, [String(ms < 0 ? 0 : Math.max(ms, 1))], {
    writes: true,
  });
}

function language(run: Run, name: string): void {
  const known = LANGUAGES[name.toLowerCase()];
  if (known === undefined)
    throw new SqlError(
      2740,
      `SET LANGUAGE failed because '${name}' is not an official language name or a language alias on this SQL Server.`,
    );
  const { options } = run.session;
  // A bare word of SET LANGUAGE comes upper-case; the aliases are those of sys.syslanguages.
  options.language = name.toLowerCase();
  [options.dateFormat, options.dateFirst] = known;
}
