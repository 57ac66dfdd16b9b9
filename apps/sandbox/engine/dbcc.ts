import type { Dbcc, Expression } from '#tsql';
import { sequenceName } from '../catalog/index.ts';
import { SqlError, type TdsColumn } from '../session.ts';
import { evaluate } from './evaluate.ts';
import { finish, SELECT } from './query.ts';
import { contextOf, type Run } from './run.ts';
import { partsOf } from './session-scope.ts';

const COMPLETED = 'DBCC execution completed. If DBCC printed error messages, contact your system administrator.';

/** Commands that look after files, caches and pages, which are PostgreSQL's here. */
const NOTHING_TO_DO = new Set([
  'DROPCLEANBUFFERS',
  'FREEPROCCACHE',
  'FREESESSIONCACHE',
  'FREESYSTEMCACHE',
  'TRACEON',
  'TRACEOFF',
]);

/** Commands that tell of pages what only a server of pages can tell: they run where NO_INFOMSGS asks for errors alone, of which there are none. */
const CHECKS: Readonly<Record<string, 'table' | 'database'>> = {
  CHECKDB: 'database',
  CHECKALLOC: 'database',
  CHECKCATALOG: 'database',
  CHECKTABLE: 'table',
  CHECKFILEGROUP: 'database',
  UPDATEUSAGE: 'database',
};

/** Words behind WITH. */
const OPTIONS =
  /^(NO_INFOMSGS|ALL_ERRORMSGS|EXTENDED_LOGICAL_CHECKS|TABLOCK|ESTIMATEONLY|PHYSICAL_ONLY|DATA_PURITY|MAXDOP|COUNT_ROWS|MARK_IN_USE_FOR_REMOVAL|COMPUTE)$/;

/** Trace flags about plans, waits, logs and messages of the server: no answer hangs on them. */
const FLAGS = new Set(
  '-1 610 834 1117 1118 1204 1205 1211 1222 1224 1448 2312 2371 2389 2390 3023 3042 3205 3226 3604 3605 3608 4136 4137 4138 4139 4199 7412 7470 7745 7752 8032 8048 8079 8602 8605 8606 8607 8649 8675 9130 9204 9292 9453 9481 9495'.split(
    ' ',
  ),
);

async function checkFlags(run: Run, args: readonly Expression[]): Promise<void> {
  for (const argument of args) {
    const flag = await textOf(run, argument);
    if (!FLAGS.has(flag))
      throw new SqlError(40_515, `Trace flag ${flag} is not supported in this version of SQL Server.`);
  }
}

/** The table or database that a check names must be there. */
async function checkConsistency(run: Run, statement: Dbcc, kind: 'table' | 'database'): Promise<void> {
  const [name] = statement.args;
  const given = name === undefined ? '' : await textOf(run, name);
  const isNumber = /^\d+$/.test(given);
  if (kind === 'table' && !isNumber && (await contextOf(run)).scope.object(partsOf(given)) === undefined)
    throw noTable(given);
  if (
    kind === 'database' &&
    !isNumber &&
    given !== '' &&
    run.session.server.database(partsOf(given)[0] ?? '') === undefined
  ) {
    const message = `Could not find database '${partsOf(given)[0] ?? ''}'. The database either does not exist, or was dropped before a statement tried to use it. Verify if the database exists by querying the sys.databases catalog view.`;
    throw new SqlError(2520, message, 16, 5);
  }
  if (statement.options.some((option) => option.name === 'NO_INFOMSGS')) return;
  throw new SqlError(
    40_515,
    `DBCC ${statement.command} without NO_INFOMSGS is not supported in this version of SQL Server.`,
  );
}

const noTable = (name: string): SqlError =>
  new SqlError(2501, `Cannot find a table or object with the name "${name}". Check the system catalog.`, 16, 45);

async function textOf(run: Run, argument: Expression | undefined): Promise<string> {
  if (argument === undefined) return '';
  if (argument.kind === 'column')
    return argument.parts.map((part) => `[${part?.name.replaceAll(']', ']]') ?? ''}]`).join('.');
  if (argument.kind === 'keyword') return argument.name;
  return (await evaluate(run, argument, { name: 'nvarchar', length: 600 })) ?? '';
}

const word = (text: string): string => (partsOf(text)[0] ?? '').toUpperCase();

/** DBCC CHECKIDENT: shows the identity, or sets it with RESEED. */
async function checkIdent(run: Run, args: readonly Expression[]): Promise<void> {
  const name = await textOf(run, args[0]);
  const { scope } = await contextOf(run);
  const object = scope.object(partsOf(name));
  const column = object?.columns.find((candidate) => candidate.identity);
  if (object === undefined) throw noTable(name);
  if (column?.identity === undefined) throw new SqlError(7997, `'${object.name}' does not contain an identity column.`);
  const sequence = `u.${sequenceName(object.id)}`;
  const action = args[1] === undefined ? 'RESEED' : word(await textOf(run, args[1]));
  if (action !== 'RESEED' && (action !== 'NORESEED' || args[2] !== undefined)) {
    const message = 'Incorrect DBCC statement. Check the documentation for the correct DBCC syntax and options.';
    throw new SqlError(2526, message, 16, 3);
  }
  const query = (sql: string, values: string[] = []): Promise<{ rows: readonly (readonly (string | null)[])[] }> =>
    run.session.query(sql, values, { writes: true });
  const state = await query(
    `SELECT CASE WHEN is_called THEN last_value END, (SELECT max(${column.physical}) FROM u.${object.physical}) FROM ${sequence}`,
  );
  const [current, largest] = state.rows[0] ?? [];
  const report = `Checking identity information: current identity value '${current ?? 'NULL'}'`;
  if (action === 'RESEED' && args[2] !== undefined) {
    const value = await evaluate(run, args[2], { name: 'bigint' });
    // The next row gets the value itself where none was ever inserted, else the value and one increment.
    await query(`SELECT setval('${sequence}', $1, $2)`, [value ?? '0', largest == null && current == null ? 'f' : 't']);
    run.out.info(new SqlError(7998, `${report}.`, 0));
  } else {
    if (action === 'RESEED' && largest != null && BigInt(largest) > BigInt(current ?? largest))
      await query(`SELECT setval('${sequence}', $1)`, [largest]);
    run.out.info(new SqlError(7998, `${report}, current column value '${largest ?? 'NULL'}'.`, 0));
  }
}

const LEVEL = { 1: 'read uncommitted', 2: 'read committed', 3: 'repeatable read', 4: 'serializable', 5: 'snapshot' };

/** DBCC USEROPTIONS: the settings of the session, those of SET ANSI_… only where they are on. */
function userOptions(run: Run): void {
  const { options, catalogDatabase } = run.session;
  const versioned = options.isolation === 2 && catalogDatabase.info.readCommittedSnapshot;
  const flags: readonly (readonly [string, boolean])[] = [
    ['quoted_identifier', options.quotedIdentifier],
    ['arithabort', options.arithAbort],
    ['numeric_roundabort', options.numericRoundAbort],
    ['xact_abort', options.xactAbort],
    ['nocount', options.noCount],
    ['implicit_transactions', options.implicitTransactions],
    ['ansi_null_dflt_on', options.ansiNullDefault],
    ['ansi_warnings', options.ansiWarnings],
    ['ansi_padding', options.ansiPadding],
    ['ansi_nulls', options.ansiNulls],
    ['concat_null_yields_null', options.concatNullYieldsNull],
  ];
  const rows: (readonly [string, string])[] = [
    ['textsize', String(options.textSize)],
    ['language', options.language.name],
    ['dateformat', options.dateFormat],
    ['datefirst', String(options.dateFirst)],
    ['lock_timeout', String(options.lockTimeout)],
    ...flags.filter(([, on]) => on).map(([name]) => [name, 'SET'] as const),
    ['isolation level', versioned ? 'read committed snapshot' : LEVEL[options.isolation]],
  ];
  const text = (name: string, length: number): TdsColumn => ({
    name,
    type: { name: 'nvarchar', length },
    nullable: true,
  });
  run.out.columns([text('Set Option', 128), text('Value', 4000)]);
  for (const row of rows) run.out.row(row);
  finish(run, rows.length, SELECT);
}

/** DBCC: USEROPTIONS; CHECKIDENT; nothing for what looks after files and caches; others are refused. */
export async function dbcc(run: Run, statement: Dbcc): Promise<void> {
  const unknown = statement.options.find((option) => !OPTIONS.test(option.name));
  if (unknown !== undefined)
    throw new SqlError(
      2526,
      `Incorrect DBCC statement. Check the documentation for the correct DBCC syntax and options.`,
      16,
      3,
    );
  const checked = CHECKS[statement.command];
  if (/^TRACEO(N|FF)$/.test(statement.command)) await checkFlags(run, statement.args);
  if (checked !== undefined) await checkConsistency(run, statement, checked);
  else if (statement.command === 'CHECKIDENT') await checkIdent(run, statement.args);
  else if (statement.command === 'USEROPTIONS') userOptions(run);
  else if (!NOTHING_TO_DO.has(statement.command)) {
    throw new SqlError(40515, `DBCC ${statement.command} is not supported in this version of SQL Server.`);
  }
  const quiet = statement.options.some((option) => option.name === 'NO_INFOMSGS');
  if (!quiet) run.out.info(new SqlError(2528, COMPLETED, 0));
  run.out.done(undefined);
}
