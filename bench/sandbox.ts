import { RawClient, batchMessage } from '../apps/sandbox/tds/test-client.ts';
import pg from 'pg';
import sql from 'mssql';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import { Costs, loadAverage, round } from './costs.ts';
import { lines } from './dataset.ts';
import type { BenchOptions } from './options.ts';
import { benchTransactions, driverConfig } from './sandbox-transactions.ts';
import { SourcePlace, type StoredTable, withClient } from './source-place.ts';

type Say = (line: string) => void;

/** What it took to read the table once, by process. The client is this process. CPU in µs a row. */
interface Reading {
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly sandboxMicros: number;
  readonly postgresMicros: number;
  readonly clientMicros: number;
  readonly sandboxPeakRssMb: number;
}

/**
 * What the sandbox costs, beside the PostgreSQL beneath it: rows streamed through `mssql` and through a client that only counts bytes, and single-row
 * transactions of several clients while change data capture takes them.
 */
export async function benchSandbox(options: BenchOptions, say: Say): Promise<object> {
  const place = await SourcePlace.openSource(options, say);
  try {
    const loadBefore = loadAverage();
    const streams = await benchStreams(place, options.rows, say);
    const transactions = await benchTransactions(place, options, say);
    return { bench: 'sandbox', loadBefore, streams, transactions, loadAfter: loadAverage() };
  } finally {
    await place.close();
  }
}

async function benchStreams(place: SourcePlace, rows: number, say: Say): Promise<Record<string, Reading>> {
  const [table] = (await place.fill([lines(rows)])) as [StoredTable];
  const ways: Record<string, () => Promise<number>> = {
    mssql: () => throughDriver(place, false),
    mssqlArrays: () => throughDriver(place, true),
    bytesOnly: () => bytesOnly(place, rows),
    postgresRows: () => postgresRows(place, table),
    postgresCopy: () => postgresCopy(place, table),
  };
  const results: Record<string, Reading> = {};
  // Once before the clock runs: compiled code, pages in memory.
  for (const warm of Object.values(ways)) await warm();
  for (const [name, way] of Object.entries(ways)) {
    results[name] = await measured(place, way);
    say(`${name}: ${JSON.stringify(results[name])}`);
  }
  return results;
}

async function measured(place: SourcePlace, way: () => Promise<number>): Promise<Reading> {
  const costs = new Costs();
  costs.watch('sandbox', place.sandbox.pid);
  costs.watchTree('postgres', place.storage.pids['postgres']!);
  const own = process.cpuUsage();
  costs.start();
  const rows = await way();
  const { seconds, parts } = costs.stop();
  const { user, system } = process.cpuUsage(own);
  const micros = (cpuSeconds: number): number => round((cpuSeconds * 1e6) / rows, 2);
  return {
    rows,
    seconds: round(seconds, 2),
    rowsPerSecond: Math.round(rows / seconds),
    sandboxMicros: micros(parts['sandbox']!.cpuSeconds),
    postgresMicros: micros(parts['postgres']!.cpuSeconds),
    clientMicros: micros((user + system) / 1e6),
    sandboxPeakRssMb: parts['sandbox']!.peakRssMb,
  };
}

async function throughDriver(place: SourcePlace, arrays: boolean): Promise<number> {
  const pool = await new sql.ConnectionPool(driverConfig(place, 1)).connect();
  try {
    const request = pool.request();
    request.stream = true;
    request.arrayRowMode = arrays;
    let rows = 0;
    request.on('row', () => {
      rows++;
    });
    const ended = new Promise<void>((resolve, reject) => {
      request.on('error', reject);
      request.on('done', () => resolve());
    });
    request.query('SELECT * FROM dbo.order_lines').catch(() => undefined);
    await ended;
    return rows;
  } finally {
    await pool.close();
  }
}

/** A client that costs next to nothing: what the sandbox can send. */
async function bytesOnly(place: SourcePlace, rows: number): Promise<number> {
  const { port, user, password, database } = place.server;
  const client = await RawClient.connect(port);
  try {
    await client.login(user, password, database);
    await client.ask(batchMessage('SELECT * FROM dbo.order_lines'));
    return rows;
  } finally {
    client.close();
  }
}

/** The same rows by the PostgreSQL driver, one event a row. */
async function postgresRows(place: SourcePlace, { stored }: StoredTable): Promise<number> {
  return withClient(place.storageUrl, async (client) => {
    const query = client.query(new pg.Query(`select * from ${stored}`));
    let rows = 0;
    query.on('row', () => {
      rows++;
    });
    await new Promise<void>((resolve, reject) => {
      query.on('error', reject);
      query.on('end', () => resolve());
    });
    return rows;
  });
}

async function postgresCopy(place: SourcePlace, { stored, table }: StoredTable): Promise<number> {
  return withClient(place.storageUrl, async (client) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    await pipeline(client.query(copyTo(`copy ${stored} to stdout`)), nowhere);
    return table.rows;
  });
}
