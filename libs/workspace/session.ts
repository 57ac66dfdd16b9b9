import type pg from 'pg';
import { SluiceError } from '#errors';
import { type ControlStore, isConnectionLost, isPassing, sqlState, targetFault } from '#target-postgres';

/**
 * One transaction that may change objects of the target: at most one at a time in the whole database, whoever applies (the pipeline's converter, a command, another job). Names without a
 * schema are those of public, whatever the user's own search path says: definitions are shown the same way each time.
 * @throws SluiceError TargetConnectionLost where nothing is known of the outcome, or the same may succeed later; other faults of PostgreSQL as they are
 */
export async function inTransaction<T>(
  control: ControlStore,
  work: (client: pg.PoolClient) => Promise<T>,
  options: { readonly readOnly?: boolean } = {},
): Promise<T> {
  const client = await control.pool.connect();
  try {
    // One message: this is done for every object.
    await client.query(
      options.readOnly === true
        ? `begin read only; set local search_path to public`
        : `begin; set local search_path to public; set local plan_cache_mode to force_generic_plan; select pg_advisory_xact_lock(hashtext('sluice.ddl'))`,
    );
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    if (isConnectionLost(error) || isPassing(error))
      throw new SluiceError(
        'TargetConnectionLost',
        `The target is not ready: ${(error as Error).message}`,
        {},
        { cause: error },
      );
    if (sqlState(error) !== '') throw targetFault(error, 'the catalog of the target');
    throw error;
  } finally {
    const count = (transactions.get(client) ?? 0) + 1;
    transactions.set(client, count);
    client.release(count >= FRESH_AFTER);
  }
}

/** A session of PostgreSQL keeps what it has seen of every object; it is given up after so many transactions, so that 20,000 objects take no more of its memory than these. */
const FRESH_AFTER = 2000;

const transactions = new WeakMap<pg.PoolClient, number>();
