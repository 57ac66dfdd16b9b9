import { connect } from '#samples';
import { Costs, loadAverage, round } from './costs.ts';
import { type BenchTable, tablesOf } from './dataset.ts';
import { JobRun } from './job-run.ts';
import { awaitStreaming } from './load.ts';
import type { BenchOptions } from './options.ts';
import { Place, type StoredTable, withClient } from './place.ts';
import { differingTables } from './raw-copy.ts';
import { sluiceCpuSeconds, watchAll } from './watch-all.ts';

/** Changes of one transaction of {@link transactionText}. */
const PER_TRANSACTION = 10;
const LONGEST_MS = 20 * 60_000;

/** Drains changes that were captured while Sluice did not run: how fast it catches up. */
export async function benchChanges(options: BenchOptions, say: (line: string) => void): Promise<object> {
  const place = await Place.open(options, say);
  try {
    const tables = await place.fill(tablesOf(options));
    const path = await place.jobFile('bench');
    const first = await JobRun.start(place, path);
    try {
      await awaitStreaming(first, tables);
    } finally {
      await first.stop();
    }
    const transactions = Math.floor(options.changes / PER_TRANSACTION);
    say(`${transactions * PER_TRANSACTION} changes are written and captured`);
    await write(place, tables, transactions);
    await untilCaptured(place, tables, transactions * (PER_TRANSACTION + UPDATES));
    const drained = await drain(place, path, transactions * PER_TRANSACTION);
    return { bench: 'changes', ...drained, differing: await differingTables(place, tables) };
  } finally {
    await place.close();
  }
}

async function drain(place: Place, path: string, changes: number): Promise<object> {
  const loadBefore = loadAverage();
  const costs = new Costs();
  const run = await JobRun.start(place, path);
  watchAll(costs, place, { run });
  try {
    let before = 0;
    await run.until('the first changes', async () => (before = await run.applied('changes')) > 0, 120_000);
    costs.start();
    const began = performance.now();
    await run.until('the last change', async () => (await run.applied('changes')) >= changes, LONGEST_MS);
    const seconds = (performance.now() - began) / 1000;
    const { parts } = costs.stop();
    const counted = changes - before;
    return {
      changes,
      // What was applied before the clock began does not count.
      counted,
      seconds: round(seconds, 1),
      changesPerSecond: Math.round(counted / seconds),
      microsPerChange: round((sluiceCpuSeconds(parts) * 1e6) / counted, 2),
      cost: parts,
      loadBefore,
    };
  } finally {
    await run.stop();
  }
}

/** Updates of one transaction: change tables have two rows for each. */
const UPDATES = 6;

/** Six updates, three inserts and a delete, over three tables. */
function transactionText(tables: ReadonlyMap<string, StoredTable>, number: number): string {
  const [customers, orders, lines] = ['customers', 'orders', 'order_lines'].map((name) => tables.get(name)!);
  const order = 1_000_000_000 + ((number * 4) % (orders!.table.rows - 4));
  const customer = 1 + ((number * 2) % (customers!.table.rows - 2));
  const line = lines!.table.rows + number * 3;
  const gone = `c1 = ${1_000_000_000 + Math.floor(number / 3)} and c2 = ${1 + (number % 3)}`;
  return [
    'begin',
    `update ${orders!.stored} set c5 = (c5 + 1) % 9, c6 = c6 + 1 where c1 between ${order} and ${order + 3}`,
    `update ${customers!.stored} set c6 = c6 + 0.5 where c1 between ${customer} and ${customer + 1}`,
    `insert into ${lines!.stored} (${lines!.columns.join(', ')}) select ${lines!.table.values.join(', ')} from generate_series(${line}, ${line + 2}) g`,
    `delete from ${lines!.stored} where ${gone}`,
    'commit',
  ].join(';');
}

async function write(place: Place, tables: readonly StoredTable[], transactions: number): Promise<void> {
  const byName = new Map(tables.map((one) => [one.table.name, one]));
  await withClient(place.storageUrl, async (client) => {
    for (let number = 0; number < transactions;) {
      const texts: string[] = [];
      for (; number < transactions && texts.length < 50; number++) texts.push(transactionText(byName, number));
      await client.query(texts.join(';'));
    }
  });
}

/** Waits until the change tables hold that many rows. */
async function untilCaptured(place: Place, tables: readonly StoredTable[], rows: number): Promise<void> {
  const pool = await connect(place.server, 1);
  const count = (table: BenchTable): string => `SELECT COUNT_BIG(*) AS n FROM cdc.dbo_${table.name}_CT`;
  try {
    for (const deadline = Date.now() + LONGEST_MS; ;) {
      let found = 0;
      for (const { table } of tables) {
        const answer = await pool.request().query<{ n: string }>(count(table));
        found += Number(answer.recordset[0]?.n);
      }
      if (found >= rows) return;
      if (Date.now() > deadline) throw new Error(`only ${found} of ${rows} rows of change tables were captured`);
      await new Promise((done) => setTimeout(done, 500));
    }
  } finally {
    await pool.close();
  }
}
