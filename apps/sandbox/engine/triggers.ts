import type { ResultColumn, SqlType } from '#conversion';
import type { CatalogObject, CatalogTrigger } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { runWide } from './dml.ts';
import type { DmlStatement } from './dml.ts';
import { enterModule } from './execute-as.ts';
import { Frame } from './frame.ts';
import { runBody, ScopeFault } from './interpreter.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import type { PgRow } from './pg-link.ts';
import { contextOf, type Run } from './run.ts';
import { stageRows } from './stage.ts';
import { instead } from './instead-of.ts';
import { wideChange, type ImagePart } from './wide-change.ts';

const MAX_LEVEL = 32;

/** What a trigger answers for. */
export type TriggerEvent = 'insert' | 'update' | 'delete';

/** The enabled triggers of a table or view for an event, in the order they run. One that is running already is left out: it does not call itself. */
export function firing(
  run: Run,
  object: CatalogObject,
  event: TriggerEvent,
  insteadOf: boolean,
): readonly CatalogTrigger[] {
  if (object.triggers.length === 0 || run.withoutTriggers === true) return [];
  const running = runningTrigger(run.frame);
  return object.triggers
    .filter((trigger) => trigger.insteadOf === insteadOf && !trigger.disabled && trigger.objectId !== running)
    .filter((trigger) => trigger.events.includes(event.toUpperCase()))
    .toSorted((a, b) => rank(a, event) - rank(b, event));
}

/** First and last are as sp_settriggerorder set them; the others keep the order in which they were made, which is that of the catalog: ids turn over. */
function rank(trigger: CatalogTrigger, event: TriggerEvent): number {
  if (trigger.events.includes(`${event.toUpperCase()} FIRST`)) return 0;
  return trigger.events.includes(`${event.toUpperCase()} LAST`) ? 2 : 1;
}

function runningTrigger(frame: Frame): number | undefined {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.parent) {
    if (at.trigger !== undefined) return at.procedureId;
    if (at.procedureId !== 0) return undefined;
  }
  return undefined;
}

/** The events that a statement stands for: all that a MERGE names. */
export function eventsOf(statement: DmlStatement): readonly TriggerEvent[] {
  if (statement.kind !== 'merge') return [statement.kind];
  const named = new Set(statement.whens.map((when) => when.action.kind));
  return (['insert', 'update', 'delete'] as const).filter((event) =>
    named.has(({ insert: 'mergeInsert', update: 'mergeUpdate', delete: 'mergeDelete' } as const)[event]),
  );
}

/** The columns that an UPDATE, or the UPDATE of a MERGE, sets, in lower case. */
function columnsSet(statement: DmlStatement): ReadonlySet<string> {
  const clauses =
    statement.kind === 'update'
      ? statement.set
      : statement.kind === 'merge'
        ? statement.whens.flatMap((when) => (when.action.kind === 'mergeUpdate' ? when.action.set : []))
        : [];
  return new Set(
    clauses.flatMap((clause) => {
      const column =
        clause.kind === 'setColumn'
          ? clause.column
          : clause.call.target?.kind === 'column'
            ? clause.call.target
            : undefined;
      return column === undefined ? [] : [(column.parts.at(-1)?.name ?? '').toLowerCase()];
    }),
  );
}

/** Refuses OUTPUT to the client where triggers stand: 334. */
function checkOutput(statement: DmlStatement, object: CatalogObject): void {
  if (statement.output.every((output) => output.into !== undefined)) return;
  throw new SqlError(
    334,
    `The target table '${object.name}' of the DML statement cannot have any enabled triggers if the statement contains an OUTPUT clause without INTO clause.`,
  );
}

/** Runs a change and the AFTER triggers it fires, as one: an error of a trigger undoes the change. */
export function runWithTriggers(run: Run, statement: DmlStatement, object: CatalogObject): Promise<number> {
  checkOutput(statement, object);
  return asOne(run, async () => {
    const wide = wideChange(statement, await contextOf(run), true);
    const { count, rows } = await runWide(run, wide, object);
    if (wide.images === undefined) return count;
    for (const event of eventsOf(statement)) {
      const changed = imagesOf(wide.images, rows, event, statement.kind === 'merge');
      for (const trigger of firing(run, object, event, false)) {
        await fire(run, trigger, { ...changed, updated: updatedBy(statement, object, event) });
        if (run.session.tx.depth === 0) return count;
      }
    }
    run.session.rowCount = count;
    return count;
  });
}

/** Runs the INSTEAD OF trigger in place of the change. */
export function runInsteadOf(
  run: Run,
  statement: DmlStatement,
  object: CatalogObject,
  trigger: CatalogTrigger,
): Promise<number> {
  checkOutput(statement, object);
  if (statement.kind === 'merge') {
    throw new SqlError(
      40515,
      `MERGE into '${object.schema}.${object.name}', which has the INSTEAD OF trigger '${trigger.name}', is not supported in this version of SQL Server.`,
    );
  }
  const event = statement.kind;
  return asOne(run, async () => {
    const { images, rows } = await instead(run, statement, object);
    await fire(run, trigger, {
      ...imagesOf(images, rows, event, false),
      updated: updatedBy(statement, object, event),
    });
    return rows.length;
  });
}

function updatedBy(statement: DmlStatement, object: CatalogObject, event: TriggerEvent): ReadonlySet<string> {
  if (event === 'delete') return new Set();
  if (event === 'insert') return new Set(object.columns.map((column) => column.name.toLowerCase()));
  return columnsSet(statement);
}

/** A statement and what it fires, in the session's transaction or in one of its own. */
async function asOne(run: Run, work: () => Promise<number>): Promise<number> {
  const { session } = run;
  const own = session.tx.depth === 0;
  if (own) await session.tx.begin(session.link, session.options.isolation);
  try {
    const count = await work();
    if (session.tx.depth === 0)
      throw new SqlError(3609, 'The transaction ended in the trigger. The batch has been aborted.');
    if (own) await session.tx.commit();
    session.transactionEnded();
    return count;
  } catch (error) {
    if (own && session.tx.depth > 0) await session.rollback();
    throw error;
  }
}

interface Changed {
  readonly inserted: readonly PgRow[];
  readonly deleted: readonly PgRow[];
  readonly columns: readonly ResultColumn[];
  readonly count: number;
}

function imagesOf(images: ImagePart, rows: readonly PgRow[], event: TriggerEvent, merged: boolean): Changed {
  const width = images.columns.length;
  const action = images.action ?? 0;
  const mine = merged ? rows.filter((row) => row[action]?.toLowerCase() === event) : rows;
  const cut = (from: number | undefined): PgRow[] =>
    from === undefined ? [] : mine.map((row) => row.slice(from, from + width));
  return {
    inserted: event === 'delete' ? [] : cut(images.inserted),
    deleted: event === 'insert' ? [] : cut(images.deleted),
    columns: images.columns.map((column) => ({ ...column, type: stagedType(column.type) })),
    count: mine.length,
  };
}

/** A rowversion is kept, not counted on. */
const stagedType = (type: SqlType): SqlType => (type.name === 'rowversion' ? { name: 'binary', length: 8 } : type);

async function fire(
  run: Run,
  trigger: CatalogTrigger,
  changed: Changed & { readonly updated: ReadonlySet<string> },
): Promise<void> {
  const { session } = run;
  const snapshot = await session.snapshot();
  const module = snapshot.objectById(trigger.objectId);
  const parsed = parsedBatch(module?.definition ?? '', module?.quotedIdentifier ?? true);
  requireParsed(parsed, trigger.name);
  const created = parsed.statements.find((candidate) => candidate.kind === 'createTrigger');
  const identities = session.identity.depth;
  const name = module === undefined ? trigger.name : `${module.schema}.${module.name}`;
  const frame = new Frame(name, trigger.objectId, run.frame.level + 1, run.frame);
  frame.trigger = { parent: snapshot.objectById(trigger.parentId), updated: changed.updated };
  if (frame.level > MAX_LEVEL)
    throw new SqlError(217, 'Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).');
  const inner: Run = { ...run, frame, text: module?.definition ?? '' };
  const saved = { ...session.options };
  session.triggerLevel += 1;
  // In triggers XACT_ABORT is ON unless they set it otherwise.
  session.options.xactAbort = true;
  session.options.ansiNulls = module?.ansiNulls ?? true;
  session.options.quotedIdentifier = module?.quotedIdentifier ?? true;
  try {
    await stageRows(inner, frame, 'inserted', changed.columns, changed.inserted);
    await stageRows(inner, frame, 'deleted', changed.columns, changed.deleted);
    if (module !== undefined && created !== undefined) await enterModule(inner, module, created.options);
    session.rowCount = changed.count;
    await runBody(inner, created?.body ?? []);
  } catch (error) {
    throw error instanceof ScopeFault ? error.fault : error;
  } finally {
    session.triggerLevel -= 1;
    session.options = saved;
    await session.revertTo(identities);
    if (session.tx.depth > 0 && !session.tx.doomed) await session.dropTemporary(frame);
  }
}
