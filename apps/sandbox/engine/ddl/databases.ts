import type { AlterDatabase, CreateDatabase, DropObject, Option } from '#tsql';
import { SqlError } from '../../session.ts';
import type { Database } from '../database.ts';
import { requireCollation } from '../profile.ts';
import { withOption } from '../database-options.ts';
import type { Run } from '../run.ts';

function outsideTransaction(run: Run, verb: string): void {
  if (run.session.tx.depth > 0) {
    throw new SqlError(226, `${verb} statement not allowed within multi-statement transaction.`);
  }
}

/** CREATE DATABASE: a PostgreSQL database of its own; files and sizes are not looked at. */
export async function createDatabase(run: Run, statement: CreateDatabase): Promise<void> {
  outsideTransaction(run, 'CREATE DATABASE');
  if (statement.attach !== undefined || statement.snapshotOf !== undefined) {
    throw new SqlError(
      40515,
      'CREATE DATABASE FOR ATTACH or AS SNAPSHOT OF is not supported in this version of SQL Server.',
    );
  }
  if (statement.collation) requireCollation(statement.collation.name);
  const { server } = run.session;
  // What is refused is refused before there is a database.
  for (const option of statement.options) withOption(run.session.catalogDatabase.info, option.name, word(option));
  await server.createDatabase(statement.name.name, statement.collation?.name);
  const made = server.database(statement.name.name);
  for (const option of made === undefined ? [] : statement.options)
    await server.setDatabaseOption(made as Database, option.name, word(option), run.session);
}

/** DROP DATABASE: refused while sessions use it. */
export async function dropDatabases(run: Run, statement: DropObject): Promise<void> {
  outsideTransaction(run, 'DROP DATABASE');
  for (const name of statement.names) {
    const text = name.name.name;
    if (statement.ifExists && run.session.server.database(text) === undefined) continue;
    await run.session.server.dropDatabase(text);
  }
}

function word(option: Option): string {
  const { value } = option;
  if (value?.kind === 'keyword') return value.name.toUpperCase();
  if (value?.kind === 'column') return (value.parts.at(-1)?.name ?? '').toUpperCase();
  if (value?.kind !== 'literal') return '';
  return /^MINUTES?$/.test(option.unit ?? '') ? String(Number(value.value) * 60) : value.value;
}

/** Scoped configurations that are about plans, memory, and what is kept between runs: they change no answer. */
const PLANS_ALONE =
  /^(MAXDOP|LEGACY_CARDINALITY_ESTIMATION|PARAMETER_SNIFFING|QUERY_OPTIMIZER_HOTFIXES|IDENTITY_CACHE|INTERLEAVED_EXECUTION_TVF|BATCH_MODE_\w+|TSQL_SCALAR_UDF_INLINING|ELEVATE_ONLINE|ELEVATE_RESUMABLE|OPTIMIZE_FOR_AD_HOC_WORKLOADS|XTP_\w+_EXECUTION_STATISTICS|ROW_MODE_MEMORY_GRANT_FEEDBACK|MEMORY_GRANT_FEEDBACK_\w+|DEFERRED_COMPILATION_TV|ACCELERATED_PLAN_FORCING|LIGHTWEIGHT_QUERY_PROFILING|LAST_QUERY_PLAN_STATS|PAUSED_RESUMABLE_INDEX_ABORT_DURATION_MINUTES|EXEC_QUERY_STATS_FOR_SCALAR_FUNCTIONS|PARAMETER_SENSITIVE_PLAN_OPTIMIZATION|ASYNC_STATS_UPDATE_WAIT_AT_LOW_PRIORITY|OPTIMIZED_PLAN_FORCING|DOP_FEEDBACK|CE_FEEDBACK|FORCE_SHOWPLAN_RUNTIME_PARAMETER_COLLECTION|PROCEDURE_CACHE)$/;

/** What they are without being told. */
const SCOPED_AS_IT_IS: Readonly<Record<string, string>> = {
  VERBOSE_TRUNCATION_WARNINGS: 'ON',
  GLOBAL_TEMPORARY_TABLE_AUTO_DROP: 'ON',
  ISOLATE_SECURITY_POLICY_CARDINALITY: 'OFF',
};

function scopedConfiguration({ options, words }: AlterDatabase): void {
  for (const option of options) {
    if (PLANS_ALONE.test(option.name) || SCOPED_AS_IT_IS[option.name] === word(option)) continue;
    const verb = words.at(-1) ?? 'SET';
    throw new SqlError(
      40515,
      `ALTER DATABASE SCOPED CONFIGURATION ${verb} ${option.name} is not supported in this version of SQL Server.`,
    );
  }
}

/** SINGLE_USER waits for the others to leave, or ends them at once: what the statement must say where there are others. */
function checkOthers(run: Run, database: Database, termination: string | undefined): void {
  if (termination === 'ROLLBACK IMMEDIATE' || !run.session.server.othersUse(database, run.session)) return;
  const { name } = database.info;
  if (termination === 'NO_WAIT') {
    const message = `Database state cannot be changed while other users are using the database '${name}'`;
    throw new SqlError(5070, message, 16, 2);
  }
  const how = termination ?? 'without a termination clause';
  const message = `ALTER DATABASE SET SINGLE_USER ${how} while others use '${name}' is not supported in this version of SQL Server.`;
  throw new SqlError(40515, message);
}

/** ALTER DATABASE: options are recorded; some of them decide what the sessions may do. */
export async function alterDatabase(run: Run, statement: AlterDatabase): Promise<void> {
  const { server } = run.session;
  const name =
    statement.name === undefined || /^current$/i.test(statement.name.name) ? run.session.database : statement.name.name;
  const database = server.database(name);
  if (database === undefined) {
    throw new SqlError(
      5011,
      `User does not have permission to alter database '${name}', the database does not exist, or the database is not in a state that allows access checks.`,
      14,
      5,
    );
  }
  switch (statement.action) {
    case 'set':
      if (statement.options.some((option) => option.name === 'SINGLE_USER'))
        checkOthers(run, database, statement.termination);
      for (const option of statement.options)
        await server.setDatabaseOption(database, option.name, word(option), run.session);
      return;
    case 'modifyName':
      await server.renameDatabase(database, statement.target?.name ?? '');
      return;
    case 'collate':
      throw new SqlError(40515, 'ALTER DATABASE COLLATE is not supported in this version of SQL Server.');
    case 'addFile':
    case 'removeFile':
    case 'modifyFile':
    case 'filegroup':
      throw new SqlError(
        40515,
        'ALTER DATABASE of files and file groups is not supported in this version of SQL Server.',
      );
    default:
      scopedConfiguration(statement);
  }
}
