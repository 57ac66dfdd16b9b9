import { connect } from '#samples';
import { Costs, loadAverage, round } from './costs.ts';
import { tablesOf } from './dataset.ts';
import { JobRun } from './job-run.ts';
import { awaitStreaming } from './load.ts';
import type { BenchOptions } from './options.ts';
import { Place, type StoredTable, withClient } from './place.ts';
import { sluiceCpuSeconds, watchAll } from './watch-all.ts';

/** Transactions begin in steps of so many ms. */
const STEP_MS = 5;
/** The first seconds do not count: everything is still being compiled. */
const WARM_UP_SECONDS = 5;

/**
 * Changes at a steady rate, each in a transaction of its own; the time from its commit at the source to the commit that shows it in the target, by the commit
 * timestamps of both PostgreSQL servers: one clock, and no reader that looks in between.
 */
export async function benchLatency(options: BenchOptions, say: (line: string) => void): Promise<object> {
  const place = await Place.open(options, say);
  try {
    const tables = await place.fill(tablesOf(options));
    const orders = tables.find(({ table }) => table.name === 'orders')!;
    const run = await JobRun.start(place, await place.jobFile('bench'));
    try {
      await awaitStreaming(run, tables);
      await captureAtOnce(place);
      const measured = await measure(place, run, orders);
      return { bench: 'latency', ...measured };
    } finally {
      await run.stop();
    }
  } finally {
    await place.close();
  }
}

async function measure(place: Place, run: JobRun, orders: StoredTable): Promise<object> {
  const { rate, seconds } = place.options;
  const total = rate * (seconds + WARM_UP_SECONDS);
  if (total > orders.table.rows) throw new Error(`--orders must be at least ${total} for that rate and time.`);
  const loadBefore = loadAverage();
  const costs = new Costs();
  watchAll(costs, place, { run });
  const before = await run.applied('changes');
  costs.start();
  const took = await writeSteadily(place, orders, total);
  await run.until('the last change', async () => (await run.applied('changes')) >= before + total, 60_000);
  const { parts } = costs.stop();
  const counted = rate * WARM_UP_SECONDS;
  const latencies = await readLatencies(place, orders, counted);
  const captured = await readCaptureLatencies(place, orders, counted);
  return {
    changes: latencies.length,
    changesPerSecond: Math.round(total / took),
    medianMs: quantile(latencies, 0.5),
    p90Ms: quantile(latencies, 0.9),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
    // Of it the source's own part: from the commit until the change table shows it.
    captureMedianMs: quantile(captured, 0.5),
    captureP99Ms: quantile(captured, 0.99),
    microsPerChange: round((sluiceCpuSeconds(parts) * 1e6) / total, 1),
    cost: parts,
    loadBefore,
  };
}

/** One row a transaction, each row once. Returns the seconds it took. */
async function writeSteadily(place: Place, orders: StoredTable, total: number): Promise<number> {
  const { rate } = place.options;
  return withClient(place.storageUrl, async (client) => {
    const began = performance.now();
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate));
      const texts: string[] = [];
      for (; sent < due; sent++)
        texts.push(`begin;update ${orders.stored} set c6 = c6 + 1 where c1 = ${1_000_000_000 + sent};commit`);
      if (texts.length > 0) await client.query(texts.join(';'));
      await new Promise((done) => setTimeout(done, STEP_MS));
    }
    return (performance.now() - began) / 1000;
  });
}

/** By key: ms from one commit to the other. */
async function readLatencies(place: Place, orders: StoredTable, skip: number): Promise<number[]> {
  const { rate, seconds } = place.options;
  const range = `between ${1_000_000_000 + skip} and ${1_000_000_000 + skip + rate * seconds - 1}`;
  const source = await commitTimes(place.storageUrl, `c1`, orders.stored, range);
  const target = await commitTimes(place.targetUrl, `order_id`, `public.${orders.table.name}`, range);
  return differences(source, target);
}

/** The same from the source's commit to the commit of the change table's row. */
async function readCaptureLatencies(place: Place, orders: StoredTable, skip: number): Promise<number[]> {
  const { rate, seconds } = place.options;
  const range = `between ${1_000_000_000 + skip} and ${1_000_000_000 + skip + rate * seconds - 1}`;
  const source = await commitTimes(place.storageUrl, `c1`, orders.stored, range);
  const { stored, column } = await changeTable(place, orders);
  return differences(source, await commitTimes(place.storageUrl, column, stored, range));
}

function differences(source: ReadonlyMap<string, number>, target: ReadonlyMap<string, number>): number[] {
  return [...source].map(([key, ms]) => (target.get(key) ?? Number.NaN) - ms).toSorted((a, b) => a - b);
}

async function commitTimes(url: string, key: string, table: string, range: string): Promise<Map<string, number>> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ key: string; ms: number }>(
      `select ${key}::text as key, (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::float8 as ms from ${table} where ${key} ${range}`,
    );
    return new Map(rows.map((row) => [row.key, row.ms]));
  });
}

/** Where the sandbox stores the change table, and in which column the key. */
async function changeTable(place: Place, { table }: StoredTable): Promise<{ stored: string; column: string }> {
  const pool = await connect(place.server, 1);
  try {
    const name = `cdc.dbo_${table.name}_CT`;
    const found = await pool
      .request()
      .query<{ id: number; column: number }>(
        `SELECT OBJECT_ID(N'${name}') AS id, column_id AS [column] FROM sys.columns WHERE object_id = OBJECT_ID(N'${name}') AND name = N'order_id'`,
      );
    const { id, column } = found.recordset[0]!;
    return { stored: `u.t${id}`, column: `c${column}` };
  } finally {
    await pool.close();
  }
}

/** SQL Server's capture job looks every five seconds; here it looks at once, so that the pipeline is what is seen. */
async function captureAtOnce(place: Place): Promise<void> {
  const pool = await connect(place.server, 1);
  try {
    await pool.request().batch(`EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 0`);
    await pool.request().batch(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`);
    await pool.request().batch(`EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
  } finally {
    await pool.close();
  }
}

function quantile(sorted: readonly number[], part: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN, 1);
}
