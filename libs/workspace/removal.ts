import type pg from 'pg';
import type { ControlStore } from '#target-postgres';
import { Conflict, Refused } from './conflict.ts';
import { findDependents, findOurs, keyOf, type OwnedObject, tablesWithRows } from './ownership.ts';

/** What went with a removal. */
export interface Removal {
  /** In the order in which they were dropped, as `type identity`. */
  readonly dropped: readonly string[];
  /** Other objects of the workspace that went too, because they need what was dropped. */
  readonly paths: readonly string[];
}

/**
 * Whether what is ours of one object of the workspace may be dropped, with what of ours depends on it. Gives the paths of what would go too.
 * @throws Conflict, naming what is in the way: something of somebody else's, or rows unless `withData`
 */
export async function checkRemoval(
  client: pg.ClientBase,
  control: ControlStore,
  owned: readonly OwnedObject[],
  options: { readonly withData: boolean },
): Promise<string[]> {
  for (const one of owned)
    if (one.hash !== one.recorded) throw new Conflict(`${one.type} ${one.identity} was changed by somebody else`);
  const dependents = await findDependents(client, owned);
  const ours = await findOurs(client, control.job, dependents);
  const [own, path] = [new Set(owned.map(keyOf)), owned[0]?.path];
  const whole = new Set([...ours.values()].flatMap((one) => (one.isPart ? [] : [one.path])));
  for (const one of dependents) {
    if (own.has(keyOf(one))) continue;
    const record = ours.get(keyOf(one));
    if (!record) throw new Conflict(`${one.type} ${one.identity} depends on it and is not ours`);
    if (record.recorded !== one.hash)
      throw new Conflict(`${one.type} ${one.identity} depends on it and was changed by somebody else`);
    if (record.isPart && record.path !== path && !whole.has(record.path))
      throw new Conflict(`${one.type} ${one.identity} depends on it`);
  }
  if (!options.withData) {
    const full = await tablesWithRows(client, [...owned, ...dependents]);
    if (full.length > 0) throw new Conflict(`${full.join(', ')} has rows`, 'rows');
  }
  return [...whole].filter((one) => one !== path);
}

/** Drops what {@link checkRemoval} allows, in the caller's transaction. @throws Conflict */
export async function removeOwned(
  client: pg.PoolClient,
  control: ControlStore,
  owned: readonly OwnedObject[],
  options: { readonly withData: boolean },
): Promise<Removal> {
  const paths = await checkRemoval(client, control, owned, options);
  const dropped: string[] = [];
  for (const one of owned.filter((each) => !each.isPart).toReversed()) {
    // An earlier one may have taken it along: a trigger goes with its table.
    const still = await client.query<{ there: boolean }>({
      name: 'sluice still there',
      text: `select identity is not null as there from pg_identify_object($1::int8::oid, $2::int8::oid, 0)`,
      values: [one.classid, one.objid],
    });
    if (!still.rows[0]?.there) continue;
    await Refused.guard(client.query(`${one.drop} cascade`));
    dropped.push(`${one.type} ${one.identity}`);
  }
  return { dropped, paths };
}
