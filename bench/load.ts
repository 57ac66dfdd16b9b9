import { type Cost, Costs, loadAverage, round } from './costs.ts';
import { tablesOf } from './dataset.ts';
import { JobRun } from './job-run.ts';
import type { BenchOptions } from './options.ts';
import { Place, type StoredTable } from './place.ts';
import { differingTables, dropRaw, rawCopy } from './raw-copy.ts';
import { sluiceCpuSeconds, watchAll } from './watch-all.ts';

const LONGEST_MS = 60 * 60_000;

/** The full load of the workload, from the start of `sluice run` until the last row is committed in the target. */
export async function benchLoad(options: BenchOptions, say: (line: string) => void): Promise<object> {
  const place = await Place.open(options, say);
  try {
    const tables = await place.fill(tablesOf(options));
    const rows = tables.reduce((sum, one) => sum + one.table.rows, 0);
    const run = await loadAll(place, rows, 'bench');
    const differing = await differingTables(place, tables);
    const raw = await rawCopy(place, tables);
    await dropRaw(place);
    return { bench: 'load', ...sizes(tables), ...run, differing, raw };
  } finally {
    await place.close();
  }
}

interface Loaded {
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** From the start of the command; with it, the time until the first row was read. */
  readonly secondsWithStart: number;
  readonly microsPerRow: number;
  readonly cost: Readonly<Record<string, Cost>>;
  readonly loadBefore: number;
}

/** Loads everything under a new job and ends it. */
export async function loadAll(place: Place, rows: number, name: string): Promise<Loaded> {
  const loadBefore = loadAverage();
  const path = await place.jobFile(name);
  const costs = new Costs();
  const watched: { run?: JobRun } = {};
  watchAll(costs, place, watched);
  costs.start();
  const began = performance.now();
  const run = await JobRun.start(place, path);
  watched.run = run;
  try {
    await run.until('the load to begin', async () => (await run.tablesIn(['loading', 'loaded'])) > 0, 120_000);
    const loading = performance.now();
    await run.until('the last row', async () => (await run.applied('reads')) >= rows, LONGEST_MS);
    const seconds = (performance.now() - loading) / 1000;
    const measured = costs.stop();
    return {
      rows,
      seconds: round(seconds, 1),
      rowsPerSecond: Math.round(rows / seconds),
      secondsWithStart: round((performance.now() - began) / 1000, 1),
      microsPerRow: round((sluiceCpuSeconds(measured.parts) * 1e6) / rows, 2),
      cost: measured.parts,
      loadBefore,
    };
  } finally {
    await run.stop();
  }
}

function sizes(tables: readonly StoredTable[]): { tables: Record<string, number> } {
  return { tables: Object.fromEntries(tables.map(({ table }) => [table.name, table.rows])) };
}

/** Waits until every table is loaded and follows its source, with nothing left to apply of the load. */
export async function awaitStreaming(run: JobRun, tables: readonly StoredTable[]): Promise<void> {
  const rows = tables.reduce((sum, one) => sum + one.table.rows, 0);
  await run.until('the load', async () => (await run.applied('reads')) >= rows, LONGEST_MS);
  await run.until('streaming', async () => (await run.tablesIn(['streaming'])) === tables.length, 120_000);
}
