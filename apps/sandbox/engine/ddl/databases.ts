import type { AlterDatabase, CreateDatabase, DropObject, Option } from '#tsql';
import { SqlError } from '../../session.ts';
import { requireCollation } from '../profile.ts';
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
  await run.session.server.createDatabase(statement.name.name, statement.collation?.name);
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
  return value?.kind === 'literal' ? value.value : '';
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
    // Scoped configurations have no counterpart and change no answer.
  }
}
