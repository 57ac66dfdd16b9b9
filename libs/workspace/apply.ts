import type pg from 'pg';
import { isRetryable } from '#errors';
import { alteredBy, isTransactional, madeBy, splitStatements } from '#pgsql';
import type { ControlStore, WorkspaceRow } from '#target-postgres';
import { failpoint, sleep } from '#telemetry';
import { Conflict, Refused } from './conflict.ts';
import {
  findDependents,
  findMade,
  findOwned,
  findTables,
  keyOf,
  type OwnedObject,
  recordOwned,
  type TargetObject,
  updateRecorded,
} from './ownership.ts';
import { removeOwned } from './removal.ts';
import { inTransaction } from './session.ts';

/** What became of an object. `unchanged`: it is in the target as it should be. `conflict`: somebody else's work or rows are in the way; it was left alone. */
export type Outcome = 'applied' | 'replaced' | 'unchanged' | 'failed' | 'conflict' | 'dropped' | 'kept';

/** One line of the list at the end. */
export interface ObjectOutcome {
  readonly path: string;
  readonly kind: string;
  /** In the source. */
  readonly name: string;
  readonly phase: string | null;
  readonly outcome: Outcome;
  /** Why it failed, or what of it is missing. */
  readonly error: string | null;
  /** Paths of objects of ours that went because they need what was replaced: they are to be applied again. */
  readonly dropped: readonly string[];
}

/** Objects that another has taken the name of: their CREATE fails with one of these. */
const TAKEN = new Set(['42P07', '42710', '42723', '42P06']);

/** How often the target is asked again where it was not ready, and after how long. */
const AGAIN = { times: 20, afterMs: 500 };

/**
 * Brings one object of the workspace into the target, in one transaction with its row and its history, so that a crash at any moment leaves both or neither. What is there as it should be is
 * left alone, what is ours and has another text is replaced. The answer to a lost COMMIT is in the row: the next attempt finds it.
 * @throws SluiceError TargetConnectionLost where the target does not answer or a lock does not come
 */
export async function applyObject(control: ControlStore, path: string, who: string): Promise<ObjectOutcome> {
  let hash = '';
  let row: WorkspaceRow | null = null;
  try {
    return await inTransaction(control, async (client) => {
      row = await control.workspace.lock(client, path);
      if (!row) throw new Conflict(`the workspace has no object ${path}`);
      hash = row.hash;
      failpoint('apply.object-locked');
      const done = await bring(client, control, row, who);
      failpoint('apply.before-commit');
      return done;
    });
  } catch (error) {
    if (!(error instanceof Conflict) && !(error instanceof Refused)) throw error;
    const isConflict = error instanceof Conflict || TAKEN.has(error.state);
    const { message } = error;
    failpoint('apply.before-failed');
    await control.workspace.setFailed(path, hash, message, who);
    return outcomeOf(row, path, isConflict ? 'conflict' : 'failed', message);
  }
}

/** Like {@link applyObject}, for someone who sits before it: a target that restarts or is busy is waited for, some ten seconds. */
export async function applyPatiently(
  control: ControlStore,
  path: string,
  who: string,
  signal: AbortSignal,
): Promise<ObjectOutcome> {
  for (let again = 1; ; again++) {
    signal.throwIfAborted();
    try {
      return await applyObject(control, path, who);
    } catch (error) {
      if (!isRetryable(error) || again >= AGAIN.times) throw error;
      await sleep(AGAIN.afterMs, signal);
    }
  }
}

export function outcomeOf(
  row: Pick<WorkspaceRow, 'kind' | 'sourceSchema' | 'sourceName' | 'phase'> | null,
  path: string,
  outcome: Outcome,
  error: string | null = null,
  dropped: readonly string[] = [],
): ObjectOutcome {
  const name = [row?.sourceSchema, row?.sourceName].filter((part) => part !== undefined && part !== '').join('.');
  return { path, kind: row?.kind ?? '', name, phase: row?.phase ?? null, outcome, error, dropped };
}

/** What of an object is there, and whether it is as its text says: applied, and nothing of it is gone. @throws Conflict where somebody else changed it */
export async function lookAt(
  client: pg.ClientBase,
  control: ControlStore,
  row: WorkspaceRow,
): Promise<{ readonly owned: readonly OwnedObject[]; readonly isInPlace: boolean }> {
  const owned = await findOwned(client, control.job, row.path);
  for (const one of owned)
    if (one.hash !== one.recorded)
      throw new Conflict(`${one.type} ${one.identity} was changed by somebody else since it was made`);
  if (row.state !== 'applied' || row.appliedHash !== row.hash) return { owned, isInPlace: false };
  const recorded = await client.query<{ count: string }>(
    `select count(*) from sluice.owned where job = $1 and path = $2 and not is_part`,
    [control.job, row.path],
  );
  const isInPlace = Number(recorded.rows[0]?.count ?? 0) === owned.filter((one) => !one.isPart).length;
  return { owned, isInPlace };
}

async function bring(
  client: pg.PoolClient,
  control: ControlStore,
  row: WorkspaceRow,
  who: string,
): Promise<ObjectOutcome> {
  const { path } = row;
  const { owned, isInPlace } = await lookAt(client, control, row);
  if (isInPlace) return outcomeOf(row, path, 'unchanged', row.error);
  const statements = textsOf(row);
  const removed = async (): Promise<readonly string[]> => {
    if (owned.length === 0) return [];
    const { paths } = await removeOwned(client, control, owned, { withData: false });
    await control.workspace.setDropped(client, paths, `dropped with ${path}`, who);
    return paths;
  };
  const changed = (await changeInPlace(client, owned, statements)) ?? {
    dropped: await removed(),
    ...(await makeAnew(client, control, statements)),
  };
  await recordOwned(client, control.job, path, [
    ...changed.made.map((one) => ({ ...one, isPart: false })),
    ...changed.parts.map((one) => ({ ...one, isPart: true })),
  ]);
  const warning = changed.warnings.length > 0 ? changed.warnings.join('; ') : null;
  const what = owned.length > 0 ? 'replaced' : 'applied';
  await control.workspace.setApplied(client, path, { what, who, warning });
  return outcomeOf(row, path, what, warning, changed.dropped);
}

/** What a run of statements left. */
interface Change {
  readonly made: readonly TargetObject[];
  /** What came with it. */
  readonly parts: readonly TargetObject[];
  readonly warnings: readonly string[];
  /** Paths of what went with it. */
  readonly dropped: readonly string[];
}

/** Runs the statements of an object of which nothing is there. */
async function makeAnew(
  client: pg.PoolClient,
  control: ControlStore,
  statements: readonly StatementText[],
): Promise<Omit<Change, 'dropped'>> {
  const named = statements.flatMap(({ sql }) => madeBy(sql) ?? []);
  const altered = statements.flatMap(({ sql }) => alteredBy(sql) ?? []);
  const [before, tables] = [await findMade(client, named), await findTables(client, altered)];
  const warnings = await run(client, statements);
  failpoint('apply.statements-run');
  const after = await findMade(client, named);
  refuseTaken(before, after);
  await updateRecorded(client, control.job, tables, await findTables(client, altered));
  const there = new Set(before.map(keyOf));
  const made = after.filter((one) => !there.has(keyOf(one)));
  const own = new Set(made.map(keyOf));
  // It was made just now: what depends on it came with it.
  const whole = made.filter((one) => !PARTLESS.has(one.type));
  const parts = (await findDependents(client, whole)).filter((one) => !own.has(keyOf(one)));
  return { made, parts, warnings };
}

/** With these nothing comes that would be an object of its own. */
const PARTLESS = new Set(['function', 'procedure', 'view']);

const REPLACES = /^create\s+or\s+replace\s/i;

/**
 * Where every statement is a CREATE OR REPLACE of what is there, nothing is dropped, and rights that others were granted stay. null: it cannot be so (another signature, other columns …),
 * and nothing was done.
 */
async function changeInPlace(
  client: pg.PoolClient,
  owned: readonly OwnedObject[],
  statements: readonly StatementText[],
): Promise<Change | null> {
  const main = owned.filter((one) => !one.isPart);
  const isReplacing = statements.every(({ sql }) => REPLACES.test(sql.replace(/^(?:\s|--[^\n]*\n)+/, '')));
  if (main.length === 0 || !isReplacing) return null;
  const made = statements.flatMap(({ sql }) => madeBy(sql) ?? []);
  const before = new Map((await findMade(client, made)).map((one) => [keyOf(one), one]));
  if (!main.every((one) => before.has(keyOf(one)))) return null;
  const ours = new Set(main.map(keyOf));
  await client.query('savepoint in_place');
  try {
    for (const { sql } of statements) await Refused.guard(client.query(sql));
    const after = await findMade(client, made);
    const isSame = after.every((one) => ours.has(keyOf(one)) || before.get(keyOf(one))?.hash === one.hash);
    if (isSame && after.length === before.size)
      return { made: after.filter((one) => ours.has(keyOf(one))), parts: [], warnings: [], dropped: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  await client.query('rollback to savepoint in_place');
  return null;
}

/** What stood there before and is not this object's must be as it was: CREATE OR REPLACE asks nobody. @throws Conflict */
function refuseTaken(before: readonly TargetObject[], after: readonly TargetObject[]): void {
  const now = new Map(after.map((one) => [keyOf(one), one]));
  for (const one of before)
    if (now.get(keyOf(one))?.hash !== one.hash)
      throw new Conflict(`${one.type} ${one.identity} is there already and is not ours`);
}

interface StatementText {
  readonly sql: string;
  readonly optional: boolean;
}

/** What is run: a person's text, else the converter's. @throws Conflict where a text would end the transaction */
export function textsOf(row: Pick<WorkspaceRow, 'edited' | 'statements'>): StatementText[] {
  if (row.edited === null) return row.statements.map(({ sql, optional }) => ({ sql, optional }));
  const statements = splitStatements(row.edited).filter((sql) => !/^(--[^\n]*\s*)+$/.test(sql));
  const bad = statements.find(isTransactional);
  if (bad !== undefined)
    throw new Conflict(`the file holds a statement that cannot stand in a transaction: ${bad.slice(0, 60)}`);
  return statements.map((sql) => ({ sql, optional: false }));
}

/** Runs an object's statements. An optional one that fails is undone alone, where others are not optional. Gives what failed so. */
async function run(client: pg.PoolClient, statements: readonly StatementText[]): Promise<string[]> {
  const isWhole = statements.every((one) => one.optional);
  const warnings: string[] = [];
  for (const { sql, optional } of statements) {
    if (!optional || isWhole) {
      await Refused.guard(client.query(sql));
      continue;
    }
    await client.query('savepoint optional');
    try {
      await Refused.guard(client.query(sql));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await client.query('rollback to savepoint optional');
      warnings.push(error.message);
    }
    await client.query('release savepoint optional');
  }
  return warnings;
}
