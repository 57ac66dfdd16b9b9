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

const SILENT: ResultSink = {
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

/** A temporary table with the given rows, in the scope of `frame`. */
export async function stageRows(
  run: Run,
  frame: Frame,
  name: string,
  columns: readonly ResultColumn[],
  rows: AsyncIterable<readonly CopyValue[]> | Iterable<readonly CopyValue[]>,
): Promise<LocalTable> {
  const local = await makeLocal(run, name, definitionOfResult(columns), frame);
  await copyRows(run.session.link, local.physical, rows);
  return local;
}

function targetText(target: InsertTarget): string {
  if (target.kind === 'tableVariable') return target.name;
  if (!('hints' in target))
    return target.name.startsWith('@') || target.name.startsWith('#')
      ? target.name
      : qualifiedName(target.schema ?? 'dbo', target.name);
  const { name } = target;
  if (name.name.name.startsWith('#')) return quoteName(name.name.name);
  return name.schema === undefined ? quoteName(name.name.name) : qualifiedName(name.schema.name, name.name.name);
}

/**
 * Inserts rows that are at hand (OUTPUT INTO, INSERT … EXEC, bulk load) by the ordinary INSERT: with its conversions, checks, defaults and
 * triggers. Resolves with their number.
 */
export async function insertRows(
  run: Run,
  target: InsertTarget,
  names: readonly string[],
  columns: readonly ResultColumn[],
  rows: AsyncIterable<readonly CopyValue[]> | Iterable<readonly CopyValue[]>,
): Promise<number> {
  const frame = new Frame(run.frame.procedure, run.frame.procedureId, run.frame.level, run.frame);
  for (const [name, table] of run.frame.tables) frame.tables.set(name, table);
  frame.tries = 1;
  const staged = columns.map((column, index) => ({ ...column, name: `c${index + 1}` }));
  const inner: Run = { ...run, frame, out: SILENT };
  try {
    await stageRows(inner, frame, '@sbx_rows', staged, rows);
    const list = names.length === 0 ? '' : ` (${names.map(quoteName).join(', ')})`;
    const text = `INSERT INTO ${targetText(target)}${list} SELECT ${staged.map((column) => column.name).join(', ')} FROM @sbx_rows`;
    const parsed = parsedBatch(text, true);
    requireParsed(parsed);
    await runBody({ ...inner, text }, parsed.statements);
    return run.session.rowCount;
  } finally {
    await run.session.dropTemporary(frame);
  }
}
