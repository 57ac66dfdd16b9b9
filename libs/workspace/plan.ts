import type pg from 'pg';
import { madeBy } from '#pgsql';
import type { ControlStore, WorkspaceRow } from '#target-postgres';
import { lookAt, type ObjectOutcome, outcomeOf, textsOf } from './apply.ts';
import { Conflict } from './conflict.ts';
import { findMade, findOwned } from './ownership.ts';
import { checkRemoval } from './removal.ts';
import { inTransaction } from './session.ts';

/** Of routines others of the same name may stand beside, and these may be there for others too. */
const SHARED = new Set(['routine', 'schema', 'extension', 'collation']);

const NOTHING = { owned: [], isInPlace: false } as const;

/**
 * What applying these rows would do, as far as it can be known without doing it: whether PostgreSQL takes the statements is not. Changes nothing. `isInstalled`: the target has a
 * control schema, else nothing in it is ours.
 */
export function planApply(
  control: ControlStore,
  rows: readonly WorkspaceRow[],
  isInstalled: boolean,
): Promise<ObjectOutcome[]> {
  return inPieces(control, rows, async (client, row) => {
    try {
      const { owned, isInPlace } = isInstalled ? await lookAt(client, control, row) : NOTHING;
      if (isInPlace) return outcomeOf(row, row.path, 'unchanged');
      const statements = textsOf(row);
      if (owned.length > 0) {
        const paths = await checkRemoval(client, control, owned, { withData: false });
        return outcomeOf(row, row.path, 'replaced', null, paths);
      }
      const made = statements.flatMap(({ sql }) => madeBy(sql) ?? []);
      const names = made.filter(({ type }) => !SHARED.has(type));
      const [taken] = await findMade(client, names);
      if (taken) throw new Conflict(`${taken.type} ${taken.identity} is there already and is not ours`);
      return outcomeOf(row, row.path, 'applied');
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      return outcomeOf(row, row.path, 'conflict', error.message);
    }
  });
}

/** What a roll-back of these paths would do. Changes nothing. */
export function planRollBack(
  control: ControlStore,
  paths: readonly string[],
  options: { readonly withData: boolean },
): Promise<ObjectOutcome[]> {
  return inPieces(control, paths, async (client, path) => {
    const row = (await control.workspace.read(path))?.object ?? null;
    const owned = await findOwned(client, control.job, path);
    try {
      await checkRemoval(client, control, owned, options);
      return outcomeOf(row, path, owned.length > 0 ? 'dropped' : 'unchanged');
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      return outcomeOf(row, path, 'kept', error.message);
    }
  });
}

/** Objects that are looked at in one transaction: what is looked at is locked until its end, and a server has some thousands of locks for all. */
const PIECE = 200;

/** Looks at objects in order, in transactions that can change nothing. */
async function inPieces<T>(
  control: ControlStore,
  all: readonly T[],
  look: (client: pg.ClientBase, one: T) => Promise<ObjectOutcome>,
): Promise<ObjectOutcome[]> {
  const planned: ObjectOutcome[] = [];
  for (let at = 0; at < all.length; at += PIECE)
    await inTransaction(
      control,
      async (client) => {
        for (const one of all.slice(at, at + PIECE)) planned.push(await look(client, one));
      },
      { readOnly: true },
    );
  return planned;
}
