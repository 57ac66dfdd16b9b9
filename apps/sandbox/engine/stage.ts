import type { Relation, ResultColumn } from '#conversion';
import { qualifiedName, quoteName, type TableRef, type TableVariable } from '#tsql';
import type { ResultSink } from '../session.ts';
import { copyRows, type CopyValue } from './copy.ts';
import { Frame, type LocalTable } from './frame.ts';
import { runBody } from './interpreter.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import type { Run } from './run.ts';
import { definitionOfResult, makeLocal } from './temporary-table.ts';

/** Where rows are to be inserted: a relation of the translator, or a target as written. */
export type InsertTarget = Relation | TableRef | TableVariable;

/** Rows and counts that nobody sees; errors are thrown. */
export const SILENT: ResultSink = {
  columns: () => undefined,
  row: () => true,
  drained: () => Promise.resolve(),
  done: () => undefined,
  info: () => undefined,
  error: (error) => {
    throw error;
  },
  returnStatus: () => undefined,
  returnValue: () => undefined,
  envChange: () => undefined,
};

/** The table variable from which an INSERT takes rows that were made before it. */
export const HANDED_ROWS = '@sbx_rows';

/** Rows that are at hand, or what puts them into the table. */
export type StagedRows =
  AsyncIterable<readonly CopyValue[]> | Iterable<readonly CopyValue[]> | ((local: LocalTable) => Promise<unknown>);

/** A temporary table with the given rows, in the scope of `frame`. */
export async function stageRows(
  run: Run,
  frame: Frame,
  name: string,
  columns: readonly ResultColumn[],
  rows: StagedRows,
): Promise<LocalTable> {
  const local = await makeLocal(run, name, definitionOfResult(columns), frame);
  if (typeof rows === 'function') await rows(local);
  else await copyRows(run.session.link, local.physical, rows);
  return local;
}

function targetText(target: InsertTarget): string {
  if (target.kind === 'tableVariable') return target.name;
  if (!('hints' in target))
    return /^[@#]/.test(target.name) ? target.name : qualifiedName(target.schema ?? 'dbo', target.name);
  const { name } = target;
  if (name.name.name.startsWith('#')) return quoteName(name.name.name);
  const own = name.schema === undefined ? quoteName(name.name.name) : qualifiedName(name.schema.name, name.name.name);
  if (name.database === undefined) return own;
  return `${quoteName(name.database.name)}.${name.schema === undefined ? '.' : ''}${own}`;
}

/**
 * Inserts rows that are at hand (OUTPUT INTO, INSERT … EXEC, bulk load) by the ordinary INSERT: with its conversions, checks, defaults and
 * triggers. Resolves with their number. `valueOf` says what is stored of a column of the rows, where it is not the column itself.
 */
export async function insertRows(
  run: Run,
  target: InsertTarget,
  names: readonly string[],
  columns: readonly ResultColumn[],
  rows: StagedRows,
  valueOf: (column: string, index: number) => string = (column) => column,
): Promise<number> {
  const frame = new Frame(run.frame.procedure, run.frame.procedureId, run.frame.level, run.frame);
  for (const [name, table] of run.frame.tables) frame.tables.set(name, table);
  frame.tries = 1;
  const staged = columns.map((column, index) => ({ ...column, name: `c${index + 1}` }));
  const inner: Run = { ...run, frame, out: SILENT };
  try {
    await stageRows(inner, frame, HANDED_ROWS, staged, rows);
    const list = names.length === 0 ? '' : ` (${names.map(quoteName).join(', ')})`;
    const text = `INSERT INTO ${targetText(target)}${list} SELECT ${staged.map((column, index) => valueOf(column.name, index)).join(', ')} FROM ${HANDED_ROWS}`;
    const parsed = parsedBatch(text, true);
    requireParsed(parsed);
    await runBody({ ...inner, text }, parsed.statements);
    return run.session.rowCount;
  } finally {
    await run.session.dropTemporary(frame);
  }
}
