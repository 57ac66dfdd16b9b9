import type { Statement } from '#tsql';

/** Tables that statements would have made which are not converted: by name in lower case, the line of the statement. */
export type LostTables = ReadonlyMap<string, number>;

/** The temporary table that a statement makes, in lower case; undefined for none. */
export function temporaryMadeBy(statement: Statement): string | undefined {
  let name: string | undefined;
  if (statement.kind === 'createTable') name = statement.name.name.name;
  else if (statement.kind === 'select') {
    let { body } = statement.query;
    while (body.kind === 'setOperation') body = body.left;
    name = body.kind === 'selectSpec' ? body.into?.name.name : undefined;
  }
  return name?.startsWith('#') ? name.toLowerCase() : undefined;
}

/** A name that SQL Server would not find either, when the statement runs: of this database, of which it is none. */
export function missingInSource(message: string, database: { isNowhere(name: string): boolean }): boolean {
  const name = /^Invalid object name '([^']+)'\.$/.exec(message)?.[1];
  if (name === undefined || /[#@]/.test(name)) return false;
  const [last = '', schema = 'dbo', ...more] = name.split('.').toReversed();
  return more.length === 0 && !/^(sys|information_schema)$/i.test(schema) && database.isNowhere(last);
}

const SERVER = new Set(['master', 'msdb', 'tempdb', 'model', 'distribution']);

/** What SQL Server says of a name that is not known, in words of the conversion: why it is not there. */
export function whyMissing(message: string, lost: LostTables): string {
  const name = /^Invalid object name '([^']+)'\.$/.exec(message)?.[1];
  if (name === undefined) return message;
  const line = lost.get(name.toLowerCase());
  if (line !== undefined)
    return `${name} is made by a statement that is not converted, on line ${line} of the routine.`;
  if (name.startsWith('#')) return `The temporary table ${name} is made by no routine that was read.`;
  const parts = name.toLowerCase().split('.');
  const [database = ''] = parts;
  if (parts.length > 2 && SERVER.has(database))
    return `${name} is of SQL Server’s own database ${database}, which has no counterpart.`;
  if (parts.at(-2) === 'sys' || parts.at(-2) === 'information_schema')
    return `${name} is of SQL Server’s own catalog, and has no counterpart in PostgreSQL’s.`;
  return message;
}
