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
  return inTransaction(
    control,
    async (client) => {
      const planned: ObjectOutcome[] = [];
      for (const row of rows) {
        try {
          const { owned, isInPlace } = isInstalled ? await lookAt(client, control, row) : NOTHING;
          if (isInPlace) {
            planned.push(outcomeOf(row, row.path, 'unchanged'));
            continue;
          }
          const statements = textsOf(row);
          if (owned.length > 0) {
            const paths = await checkRemoval(client, control, owned, { withData: false });
            planned.push(outcomeOf(row, row.path, 'replaced', null, paths));
            continue;
          }
          const made = statements.flatMap(({ sql }) => madeBy(sql) ?? []);
          const names = made.filter(({ type }) => !SHARED.has(type));
          const [taken] = await findMade(client, names);
          if (taken) throw new Conflict(`${taken.type} ${taken.identity} is there already and is not ours`);
          planned.push(outcomeOf(row, row.path, 'applied'));
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          planned.push(outcomeOf(row, row.path, 'conflict', error.message));
        }
      }
      return planned;
    },
    { readOnly: true },
  );
}

/** What a roll-back of these paths would do. Changes nothing. */
export function planRollBack(
  control: ControlStore,
  paths: readonly string[],
  options: { readonly withData: boolean },
): Promise<ObjectOutcome[]> {
  return inTransaction(
    control,
    async (client) => {
      const planned: ObjectOutcome[] = [];
      for (const path of paths) {
        const row = (await control.workspace.read(path))?.object ?? null;
        const owned = await findOwned(client, control.job, path);
        try {
          await checkRemoval(client, control, owned, options);
          planned.push(outcomeOf(row, path, owned.length > 0 ? 'dropped' : 'unchanged'));
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          planned.push(outcomeOf(row, path, 'kept', error.message));
        }
      }
      return planned;
    },
    { readOnly: true },
  );
}
