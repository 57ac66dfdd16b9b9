import { batchMessage, RawClient } from '../apps/sandbox/tds/test-client.ts';
import { Costs, resetPeak, residentMb, round } from './costs.ts';
import { type BenchTable, documents, lines } from './dataset.ts';
import { JobRun } from './job-run.ts';
import { awaitStreaming, loadAll } from './load.ts';
import type { BenchOptions } from './options.ts';
import { Place, type StoredTable, withClient } from './place.ts';
import { differingTables } from './raw-copy.ts';
import { SourcePlace } from './source-place.ts';
import { watchAll } from './watch-all.ts';

const MB = 1024 * 1024;
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
    values: () => values(options, say, Math.ceil(500 * scale)),
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

/** One value of so many MB on the wire, read by a client that keeps nothing of it: what the sandbox needs beyond what it had. */
async function values(options: BenchOptions, say: Say, mb: number): Promise<object> {
  const place = await SourcePlace.openSource(options, say);
  try {
    const bytes = Math.floor(mb * MB);
    const kinds = {
      'varbinary(max)': `SELECT CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'x'), ${bytes})) AS v`,
      'varchar(max)': `SELECT REPLICATE(CONVERT(varchar(max), 'x'), ${bytes}) AS v`,
      'nvarchar(max)': `SELECT REPLICATE(CONVERT(nvarchar(max), N'x'), ${bytes / 2}) AS v`,
    };
    const results: Record<string, object> = {};
    for (const [kind, select] of Object.entries(kinds)) {
      results[kind] = await reading(place, select);
      say(`${kind}: ${JSON.stringify(results[kind])}`);
    }
    return { mb, ...results };
  } finally {
    await place.close();
  }
}

async function reading(place: SourcePlace, select: string): Promise<object> {
  const { port, user, password, database } = place.server;
  const client = await RawClient.connect(port);
  try {
    await client.login(user, password, database);
    await client.ask(batchMessage('SELECT 1 AS a'));
    const costs = new Costs();
    costs.watch('sandbox', place.sandbox.pid);
    costs.watchTree('postgres', place.storage.pids['postgres']!);
    resetPeak(place.sandbox.pid);
    costs.start();
    const beforeMb = residentMb(place.sandbox.pid);
    await client.ask(batchMessage(select));
    const { seconds, parts } = costs.stop();
    const { sandbox, postgres } = parts;
    return {
      seconds: round(seconds, 2),
      beforeMb,
      sandboxPeakRssMb: sandbox!.peakRssMb,
      sandboxCpuSeconds: sandbox!.cpuSeconds,
      postgresPeakRssMb: postgres!.peakRssMb,
    };
  } finally {
    client.close();
  }
}

async function changeAll(place: Place, { stored }: StoredTable): Promise<void> {
  await withClient(place.storageUrl, (client) => client.query(`update ${stored} set c4 = c4 + 1`));
}

function peaks(cost: Readonly<Record<string, { peakRssMb: number }>>): object {
  const peakRssMb = Object.fromEntries(APPS.map((app) => [app, cost[app]?.peakRssMb ?? 0]));
  return { peakRssMb, isWithin: Object.values(peakRssMb).every((mb) => mb <= MOST_MB) };
}
