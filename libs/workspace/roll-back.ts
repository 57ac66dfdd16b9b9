import type { ControlStore, WorkspaceRow } from '#target-postgres';
import { failpoint } from '#telemetry';
import { type ObjectOutcome, outcomeOf } from './apply.ts';
import { Conflict, Refused } from './conflict.ts';
import { findOwned, recordOwned } from './ownership.ts';
import { removeOwned } from './removal.ts';
import { inTransaction } from './session.ts';

/** Paths of these phases with something of ours in the target, what was applied last first. */
export async function appliedPaths(control: ControlStore, phases: ReadonlySet<string | null>): Promise<string[]> {
  const result = await control.pool.query<{ path: string; phase: string | null }>(
    `select path, phase from sluice.objects as o
     where job = $1 and (applied_hash is not null or exists (select 1 from sluice.owned w where w.job = o.job and w.path = o.path))
     order by applied_at desc, ordinal desc`,
    [control.job],
  );
  return result.rows.filter((row) => phases.has(row.phase)).map((row) => row.path);
}

/**
 * Drops what is ours of one object, in one transaction with its row. What somebody else changed or needs, and tables with rows unless `withData`, are kept, with the reason.
 * @throws SluiceError TargetConnectionLost
 */
export async function rollBackObject(
  control: ControlStore,
  path: string,
  who: string,
  options: { readonly withData: boolean },
): Promise<ObjectOutcome> {
  let row: WorkspaceRow | null = null;
  try {
    return await inTransaction(control, async (client) => {
      row = await control.workspace.lock(client, path);
      const owned = await findOwned(client, control.job, path);
      failpoint('rollback.object-locked');
      const removal = await removeOwned(client, control, owned, options);
      await recordOwned(client, control.job, path, []);
      await control.workspace.setDropped(client, [path, ...removal.paths], 'rolled back', who);
      failpoint('rollback.before-commit');
      return outcomeOf(row, path, removal.dropped.length > 0 ? 'dropped' : 'unchanged', null, removal.paths);
    });
  } catch (error) {
    if (!(error instanceof Conflict) && !(error instanceof Refused)) throw error;
    return outcomeOf(row, path, 'kept', error.message);
  }
}
