import type { ResultColumn } from '#conversion';
import { changeOf } from './profile.ts';
import type { OutputClause, Star } from '#tsql';
import type { CatalogObject, CatalogTrigger } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import type { DmlStatement } from './dml.ts';
import { Frame } from './frame.ts';
import { runBody } from './interpreter.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import type { PgRow } from './pg-link.ts';
import { bind, contextOf, type Run } from './run.ts';
import { stageRows } from './stage.ts';

const MAX_LEVEL = 32;

/** The enabled triggers of a table that a statement fires. */
export function firing(
  object: CatalogObject,
  kind: 'insert' | 'update' | 'delete' | 'merge',
): readonly CatalogTrigger[] {
  const event = kind.toUpperCase();
  return object.triggers.filter((trigger) => !trigger.disabled && (kind === 'merge' || trigger.events.includes(event)));
}

function withOutput(statement: DmlStatement): DmlStatement {
  const { span } = statement;
  const star = (name: string): Star => ({
    kind: 'star',
    qualifier: [{ kind: 'identifier', name, quote: 'none', span }],
    span,
  });
  const items = [
    ...(statement.kind === 'delete' ? [] : [star('inserted')]),
    ...(statement.kind === 'insert' ? [] : [star('deleted')]),
  ];
  const output: OutputClause = { kind: 'output', items, intoColumns: [], span };
  return { ...statement, output: [output] };
}

/** Runs a change and the AFTER triggers it fires, as one: an error of a trigger undoes the change. */
export async function runWithTriggers(
  run: Run,
  statement: DmlStatement,
  object: CatalogObject,
  triggers: readonly CatalogTrigger[],
): Promise<number> {
  const name = `${object.schema}.${object.name}`;
  const instead = triggers.find((trigger) => trigger.insteadOf);
  if (instead !== undefined || statement.kind === 'merge') {
    throw new SqlError(
      40515,
      `The trigger '${(instead ?? triggers[0])?.name ?? ''}' of '${name}' is not supported in this version of SQL Server: only AFTER triggers of INSERT, UPDATE and DELETE are.`,
    );
  }
  if (statement.output.some((output) => output.into === undefined)) {
    throw new SqlError(
      334,
      `The target table '${object.name}' of the DML statement cannot have any enabled triggers if the statement contains an OUTPUT clause without INTO clause.`,
    );
  }
  if (statement.output.length > 0)
    throw new SqlError(
      40515,
      `OUTPUT INTO on '${name}', which has triggers, is not supported in this version of SQL Server.`,
    );
  const { session } = run;
  const own = session.tx.depth === 0;
  if (own) await session.tx.begin(session.link, session.options.isolation);
  try {
    const count = await changeAndFire(run, statement, object, triggers);
    if (session.tx.depth === 0)
      throw new SqlError(3609, 'The transaction ended in the trigger. The batch has been aborted.');
    if (own) await session.tx.commit();
    session.transactionEnded();
    return count;
  } catch (error) {
    if (own && session.tx.depth > 0) await session.tx.rollback();
    throw error;
  }
}

async function changeAndFire(
  run: Run,
  statement: DmlStatement,
  object: CatalogObject,
  triggers: readonly CatalogTrigger[],
): Promise<number> {
  const context = await contextOf(run);
  const dml = changeOf(withOutput(statement), context);
  const values = await bind(run, dml.parameters);
  const rows: PgRow[] = [];
  const result = await run.session.query(dml.sql, values, {
    writes: true,
    signal: run.signal,
    onRow: (row) => rows.push(row) > 0,
  });
  const width = object.columns.length;
  const first = statement.kind === 'delete' ? 0 : width;
  for (const trigger of triggers) {
    await fire(run, trigger, {
      inserted: statement.kind === 'delete' ? [] : rows.map((row) => row.slice(0, width)),
      deleted: statement.kind === 'insert' ? [] : rows.map((row) => row.slice(first, first + width)),
      columns: dml.columns.slice(0, width),
      count: result.count,
    });
    if (run.session.tx.depth === 0) break;
  }
  return result.count;
}

interface Changed {
  readonly inserted: readonly PgRow[];
  readonly deleted: readonly PgRow[];
  readonly columns: readonly ResultColumn[];
  readonly count: number;
}

async function fire(run: Run, trigger: CatalogTrigger, changed: Changed): Promise<void> {
  const { session } = run;
  const module = (await session.snapshot()).objectById(trigger.objectId);
  const parsed = parsedBatch(module?.definition ?? '', module?.quotedIdentifier ?? true);
  requireParsed(parsed, trigger.name);
  const body = parsed.statements.find((candidate) => candidate.kind === 'createTrigger')?.body ?? [];
  const frame = new Frame(trigger.name, trigger.objectId, run.frame.level + 1, run.frame);
  if (frame.level > MAX_LEVEL)
    throw new SqlError(217, 'Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).');
  const inner: Run = { ...run, frame, text: module?.definition ?? '' };
  const saved = { ...session.options };
  session.triggerLevel += 1;
  // In triggers XACT_ABORT is ON unless they set it otherwise.
  session.options.xactAbort = true;
  try {
    await stageRows(inner, frame, 'inserted', changed.columns, changed.inserted);
    await stageRows(inner, frame, 'deleted', changed.columns, changed.deleted);
    session.rowCount = changed.count;
    await runBody(inner, body);
  } finally {
    session.triggerLevel -= 1;
    session.options = { ...saved, isolation: session.options.isolation };
    if (session.tx.depth > 0 && !session.tx.doomed) await session.dropTemporary(frame);
  }
}
