import { quoteName, type Statement } from '#tsql';
import { CHANGE, invalid } from '../api-cursors/options.ts';
import { SqlError } from '../session.ts';
import type { ApiCursor } from './api-cursor.ts';
import type { CallArgument } from './call-arguments.ts';
import type { ColumnOrigin } from './cursor-plan.ts';
import { CollectingSink } from './dml.ts';
import { Frame } from './frame.ts';
import { namePartsOf } from './names.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { checkWritable, lockFetched } from './positioned-change.ts';
import type { Run } from './run.ts';
import { partsOf } from './session-scope.ts';
import { runOne } from './statements.ts';
import { unescapeText } from './storage-text.ts';

/** A call of sp_cursor. */
export interface ChangeCall {
  readonly type: number;
  readonly row: number;
  readonly table: string;
  readonly values: readonly CallArgument[];
}

/** Name by which a change means the cursor; nobody declares it. */
const SELF = 'sbx api cursor';
const valueName = (at: number): string => `@sbx_value_${at}`;

/** What may stand beside SETPOSITION. */
const MAIN = CHANGE.update | CHANGE.delete | CHANGE.insert | CHANGE.refresh | CHANGE.lock;

/**
 * sp_cursor: changes, locks or reads again rows of the fetch buffer, or stands on one. The changes are those of UPDATE and DELETE … WHERE CURRENT OF, with their
 * errors. Throws 16902 and 16904 for what does not go together, 16935 and 16936 for values that make no statement.
 */
export async function changeByCursor(run: Run, cursor: ApiCursor, call: ChangeCall): Promise<void> {
  const { type, row } = call;
  const main = type & MAIN;
  const isChange = main === CHANGE.update || main === CHANGE.delete;
  if ((type & CHANGE.absolute) !== 0 && !isChange)
    throw new SqlError(
      16_904,
      'sp_cursor: optype: You can only specify ABSOLUTE in conjunction with DELETE or UPDATE.',
    );
  const isOne = (main & (main - 1)) === 0;
  const known = MAIN | CHANGE.setPosition | CHANGE.absolute;
  const positions = (type & CHANGE.setPosition) !== 0;
  if (!isOne || (type & ~known) !== 0 || type === 0 || (positions && main === CHANGE.insert))
    throw invalid('sp_cursor', 'optype');
  if (main === CHANGE.insert) return insert(run, cursor, call);
  if ((type & CHANGE.absolute) !== 0 && cursor.rows?.kind === 'keyset')
    return cursor.standingOn(run, row, () => change(run, cursor, call, main));
  const numbers = main === 0 ? [] : numbersOf(cursor, row);
  if (main === CHANGE.refresh) await refresh(run, cursor, numbers);
  for (const number of numbers) {
    cursor.stand(number);
    if (main === CHANGE.lock) await lock(run, cursor);
    else if (main !== CHANGE.refresh) await change(run, cursor, call, main);
  }
  // Without SETPOSITION the position is what it was: that of the last fetch is the first row.
  cursor.stand(positions ? row : 1);
}

/** The rows of the buffer that a number means: 0 all of them. */
function numbersOf({ buffer }: ApiCursor, row: number): number[] {
  if (row === 0 && buffer.length > 0) return buffer.map((_, at) => at + 1);
  if (buffer.length === 0) throw new SqlError(16_931, 'There are no rows in the current fetch buffer.');
  if (row < 1 || row > buffer.length) throw new SqlError(16_930, 'The requested row is not in the fetch buffer.');
  return [row];
}

async function refresh(run: Run, cursor: ApiCursor, numbers: readonly number[]): Promise<void> {
  const { out } = run;
  for (const number of numbers) await cursor.again(run, number);
  out.columns(cursor.columns);
  for (const number of numbers) {
    const row = cursor.buffer[number - 1];
    if (row !== undefined && !out.row(cursor.valuesOf(row))) await out.drained();
  }
  out.done(BigInt(numbers.length), 0xc1);
}

async function lock(run: Run, cursor: ApiCursor): Promise<void> {
  if (run.session.tx.depth === 0)
    throw new SqlError(
      40_515,
      'LOCK of sp_cursor outside of a transaction is not supported in this version of SQL Server.',
    );
  await lockFetched(run, cursor);
}

async function change(run: Run, cursor: ApiCursor, call: ChangeCall, main: number): Promise<void> {
  checkWritable(cursor);
  const table = tableOf(cursor, call.table);
  const where = `WHERE CURRENT OF ${quoteName(SELF)}`;
  if (main === CHANGE.delete) return perform(run, cursor, [], statementOf(run, `DELETE FROM ${table} ${where}`));
  const { values } = call;
  if (isText('update', values))
    return perform(run, cursor, [], statementOf(run, `${updateText(table, textOf(values))} ${where}`));
  const sets = values.map(({ name }, at) => `${quoteName(columnOf(cursor, name))} = ${valueName(at)}`);
  return perform(run, cursor, values, statementOf(run, `UPDATE ${table} SET ${sets.join(', ')} ${where}`));
}

async function insert(run: Run, cursor: ApiCursor, call: ChangeCall): Promise<void> {
  checkWritable(cursor);
  const table = tableOf(cursor, call.table);
  const { values } = call;
  if (isText('insert', values)) return inserted(run, cursor, [], insertText(table, textOf(values)));
  const columns = values.map(({ name }) => quoteName(columnOf(cursor, name)));
  const list = values.map((_, at) => valueName(at));
  return inserted(run, cursor, values, `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${list.join(', ')})`);
}

/** Inserts a row; a keyset of one table has it as its last one from then on. */
async function inserted(run: Run, cursor: ApiCursor, values: readonly CallArgument[], text: string): Promise<void> {
  const statement = statementOf(run, text);
  if (statement.kind === 'insert' && statement.source.kind === 'insertExecute') throw noExecute();
  const keys = cursor.keys ?? [];
  const isOne = new Set(keys.map(({ source }) => source)).size === 1;
  if (!cursor.adopts || !isOne || statement.kind !== 'insert') return perform(run, cursor, values, statement);
  const columns = keys.map(({ column }) => (column.kind === 'column' ? (column.parts.at(-1)?.name ?? '') : ''));
  const list = columns.map((one) => `inserted.${quoteName(one)}`).join(', ');
  const telling = statementOf(run, `INSERT INTO t OUTPUT ${list} DEFAULT VALUES`);
  const output = telling.kind === 'insert' ? telling.output : [];
  const sink = new CollectingSink(run.out);
  try {
    await perform({ ...run, out: sink }, cursor, values, { ...statement, output });
  } catch (error) {
    if (error instanceof SqlError && error.number === 334)
      throw new SqlError(
        40_515,
        'INSERT through a KEYSET cursor into a table with triggers is not supported in this version of SQL Server.',
      );
    throw error;
  }
  for (const row of sink.rows) cursor.adopt(row);
  run.out.done(BigInt(sink.rows.length), 0xc3);
}

function statementOf(run: Run, text: string): Statement {
  const parsed = parsedBatch(text, run.session.options.quotedIdentifier);
  requireParsed(parsed);
  const [only, second] = parsed.statements;
  if (only === undefined || second !== undefined || !/^(?:insert|update|delete)$/.test(only.kind))
    throw new SqlError(16_936, 'sp_cursor: One or more values parameters were invalid.');
  return only;
}

/** Runs a statement with the values as variables, beside the cursor by its name. */
async function perform(
  run: Run,
  cursor: ApiCursor,
  values: readonly CallArgument[],
  statement: Statement,
): Promise<void> {
  const frame = new Frame(run.frame.procedure, 0, run.frame.level + 1, run.frame);
  values.forEach(({ type, value }, at) => frame.variables.set(valueName(at), { type, value }));
  frame.cursors.set(SELF, cursor);
  await runOne({ ...run, frame }, statement);
}

const NAMED_VALUES = '@values';

/** Whether the values are pieces of a statement instead of the values of columns. */
function isText(type: 'update' | 'insert', values: readonly CallArgument[]): boolean {
  const [first] = values;
  if (first === undefined)
    throw new SqlError(16_935, `No parameter values were specified for the sp_cursor-${type} statement.`);
  const isNamed = values.length === 1 && first.name.toLowerCase() === NAMED_VALUES;
  if (values.every(({ name }) => name !== '') && !isNamed) return false;
  if (
    values.every(
      ({ name, type: { name: kind }, value }) => (name === '' || isNamed) && /char|text/.test(kind) && value !== null,
    )
  )
    return true;
  throw new SqlError(16_936, 'sp_cursor: One or more values parameters were invalid.');
}

const textOf = (values: readonly CallArgument[]): string =>
  values.map(({ value }) => unescapeText(value ?? '').trim()).join(', ');

function updateText(table: string, text: string): string {
  if (/^UPDATE\b/i.test(text)) return text;
  return `UPDATE ${table} ${/^SET\b/i.test(text) ? text : `SET ${text}`}`;
}

const noExecute = (): SqlError =>
  new SqlError(16_928, 'sp_cursor: Exec statement is not allowed as source for cursor insert.');

function insertText(table: string, text: string): string {
  if (/^EXEC(?:UTE)?\b/i.test(text)) throw noExecute();
  if (/^INSERT\b/i.test(text)) return text;
  if (/^(?:DEFAULT\s+)?VALUES\b/i.test(text)) return `INSERT INTO ${table} ${text}`;
  return `INSERT INTO ${table} VALUES ${text.startsWith('(') ? text : `(${text})`}`;
}

/** The table that a change is of: the one named, else the first of the query. Throws 16933 for one that is not the cursor's. */
function tableOf(cursor: ApiCursor, named: string): string {
  const sources = [...new Set((cursor.keys ?? []).map(({ source }) => source))];
  const wanted = partsOf(named).map((part) => part.toLowerCase());
  const meant = sources.find((source) => {
    if (source.kind !== 'table' || wanted.length === 0) return true;
    const parts = namePartsOf(source.name).map((part) => part?.toLowerCase());
    const isAlias = wanted.length === 1 && source.alias?.name.toLowerCase() === wanted[0];
    return (
      isAlias ||
      wanted.every((part, at) => [undefined, part].includes(parts[at - wanted.length + parts.length]) || part === '')
    );
  });
  if (meant?.kind === 'table')
    return namePartsOf(meant.name)
      .map((part) => (part === null ? '' : quoteName(part)))
      .join('.');
  throw new SqlError(
    16_933,
    'The cursor does not include the table being modified or the table is not updatable through the cursor.',
  );
}

/** The column of the table that a parameter means: by its name in the select list, else by its own. */
function columnOf(cursor: ApiCursor, parameter: string): string {
  const name = parameter.replace(/^@/, '').toLowerCase();
  const isOwn = cursor.origins.some((one) => one?.column.toLowerCase() === name);
  const at = isOwn ? -1 : cursor.columns.findIndex((column) => column.name.toLowerCase() === name);
  const origin: ColumnOrigin | undefined = cursor.origins[at];
  return origin?.column ?? parameter.replace(/^@/, '');
}
