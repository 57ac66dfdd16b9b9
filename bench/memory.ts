import { Costs } from './costs.ts';
import { type BenchTable, documents, lines } from './dataset.ts';
import { JobRun } from './job-run.ts';
import { awaitStreaming, loadAll } from './load.ts';
import type { BenchOptions } from './options.ts';
import { Place, type StoredTable, withClient } from './place.ts';
import { differingTables } from './raw-copy.ts';
import { watchAll } from './watch-all.ts';

const LONGEST_MS = 60 * 60_000;
/** No app may need more, whatever the source holds. */
const MOST_MB = 400;
const APPS = ['snapshot', 'poller', 'sink', 'converter', 'cli', 'sandbox'];

type Say = (line: string) => void;

/** Most memory of each process with a large table, large rows and a large transaction. */
export async function benchMemory(options: BenchOptions, say: Say): Promise<object> {
  const scale = options.lines / 300_000;
  const cases: Record<string, () => Promise<object>> = {
    rows: () => loading(options, say, [lines(Math.ceil(5_000_000 * scale))]),
    documents: () => {
      const count = Math.ceil(20_000 * scale);
      return loading(options, say, [documents({ ...options, documents: count, documentBytes: [65_536, 65_536] })]);
    },
    transaction: () => transaction(options, say, Math.ceil(2_000_000 * scale)),
  };
  const results: Record<string, object> = {};
  for (const name of options.cases) {
    const run = cases[name];
    if (!run) throw new Error(`--cases takes ${Object.keys(cases).join(', ')}, not "${name}".`);
    say(`case ${name}`);
    results[name] = await run();
  }
  return { bench: 'memory', mostMb: MOST_MB, cases: results };
}

async function loading(options: BenchOptions, say: Say, wanted: readonly BenchTable[]): Promise<object> {
  const place = await Place.open(options, say);
  try {
    const tables = await place.fill(wanted);
    const { rows, seconds, cost } = await loadAll(place, wanted[0]!.rows, 'bench');
    return { rows, seconds, ...peaks(cost), differing: await differingTables(place, tables) };
  } finally {
    await place.close();
  }
}

/** One transaction that changes every row. */
async function transaction(options: BenchOptions, say: Say, rows: number): Promise<object> {
  const place = await Place.open(options, say);
  try {
    const tables = await place.fill([lines(rows)]);
    const run = await JobRun.start(place, await place.jobFile('bench'));
    try {
      await awaitStreaming(run, tables);
      const costs = new Costs();
      watchAll(costs, place, { run });
      costs.start();
      await changeAll(place, tables[0]!);
      await run.until('the last change', async () => (await run.applied('changes')) >= rows, LONGEST_MS);
      const { seconds, parts } = costs.stop();
      return { rows, seconds: Math.round(seconds), ...peaks(parts), differing: await differingTables(place, tables) };
    } finally {
      await run.stop();
    }
  } finally {
    await place.close();
  }
}

async function changeAll(place: Place, { stored }: StoredTable): Promise<void> {
  await withClient(place.storageUrl, (client) => client.query(`update ${stored} set c4 = c4 + 1`));
}

function peaks(cost: Readonly<Record<string, { peakRssMb: number }>>): object {
  const peakRssMb = Object.fromEntries(APPS.map((app) => [app, cost[app]?.peakRssMb ?? 0]));
  return { peakRssMb, isWithin: Object.values(peakRssMb).every((mb) => mb <= MOST_MB) };
}
