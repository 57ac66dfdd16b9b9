import type { CounterTarget } from '#conversion';
import { quoteIdent, quoteQualified } from '#pgsql';
import type { ControlStore } from '#target-postgres';

/**
 * Sets sequences and identities so that the first new value lies behind everything in the source and in the target (row D13). `last`: what the source has reached, by
 * object, as decimal text. Idempotent; never moves one back.
 */
export async function setCounters(control: ControlStore, last: Readonly<Record<string, string>>): Promise<void> {
  const row = await control.readJob();
  for (const counter of (row?.record['counters'] ?? []) as CounterTarget[]) {
    const reached = last[counter.object] ?? null;
    if (counter.sequence) await setSequence(control, quoteQualified(counter.sequence), reached, counter.increment);
    else if (counter.identity) await setIdentity(control, counter.identity, reached, counter.increment);
  }
}

async function setSequence(
  control: ControlStore,
  sequence: string,
  reached: string | null,
  increment: string,
): Promise<void> {
  if (reached === null) return;
  const further = increment.startsWith('-') ? 'least' : 'greatest';
  await control.pool.query(
    `select setval($1::regclass, ${further}($2::bigint, case when is_called then last_value else $2::bigint end), true) from ${sequence}`,
    [sequence, reached],
  );
}

async function setIdentity(
  control: ControlStore,
  identity: { schema: string; table: string; column: string },
  reached: string | null,
  increment: string,
): Promise<void> {
  const table = quoteQualified({ schema: identity.schema, name: identity.table });
  const [aggregate, further] = increment.startsWith('-') ? ['min', 'least'] : ['max', 'greatest'];
  const found = await control.pool.query<{ sequence: string | null }>(
    `select pg_get_serial_sequence($1, $2) as sequence`,
    [table, identity.column],
  );
  const sequence = found.rows[0]?.sequence;
  if (!sequence) return;
  await control.pool.query(
    `with reached as (select ${further}($2::bigint, (select ${aggregate}(${quoteIdent(identity.column)})::bigint from ${table})) as value)
     select setval($1::regclass, value, true) from reached where value is not null`,
    [sequence, reached],
  );
}
