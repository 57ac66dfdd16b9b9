import pg from 'pg';
import sql from 'mssql';
import { until } from '#testing';
import { Costs, round } from './costs.ts';
import type { BenchOptions } from './options.ts';
import { type SourcePlace, withClient } from './source-place.ts';

type Say = (line: string) => void;

/** One kind of transaction. CPU in µs a transaction; the client is this process. */
interface Writing {
  readonly transactions: number;
  readonly perMinute: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly sandboxMicros: number;
  readonly postgresMicros: number;
  readonly clientMicros: number;
  readonly sandboxPeakRssMb: number;
}

/** The driver's settings: no TLS, the largest packets. */
export function driverConfig(place: SourcePlace, connections: number): sql.config {
  const { host, port, user, password, database } = place.server;
  return {
    server: host,
    ...{ port, user, password, database },
    requestTimeout: 600_000,
    pool: { min: connections, max: connections },
    options: { encrypt: place.options.encrypt, trustServerCertificate: true, packetSize: 32_767 },
  };
}

const DDL = `CREATE TABLE dbo.payments (payment_id bigint IDENTITY NOT NULL PRIMARY KEY, customer_id int NOT NULL, amount decimal(14, 2) NOT NULL,
  reference varchar(40) NOT NULL, note nvarchar(80) NULL, paid datetime2(3) NOT NULL)`;
const INSERT =
  'INSERT dbo.payments (customer_id, amount, reference, note, paid) VALUES (@customer, @amount, @reference, @note, @paid)';

/** Single-row transactions from several clients, each captured; the same work by PostgreSQL's own driver on a table of the same columns. */
export async function benchTransactions(place: SourcePlace, options: BenchOptions, say: Say): Promise<object> {
  const pool = await new sql.ConnectionPool(driverConfig(place, options.clients)).connect();
  try {
    await prepare(pool);
    const ways: Record<string, () => Promise<void>> = {
      // BEGIN, INSERT, COMMIT: three round trips.
      explicit: () => explicit(pool),
      // One INSERT that is its own transaction.
      autocommit: () => insertInto(pool.request()),
    };
    const results: Record<string, unknown> = {};
    let written = 0;
    for (const [name, work] of Object.entries(ways)) {
      const result = await measured(place, options, work);
      written += result.all;
      results[name] = result.writing;
      say(`${name}: ${JSON.stringify(result.writing)}`);
    }
    results['captured'] = await captured(pool, written);
    results['postgres'] = (await onPostgres(place, options)).writing;
    say(`postgres: ${JSON.stringify(results['postgres'])}`);
    return { clients: options.clients, ...results };
  } finally {
    await pool.close();
  }
}

async function prepare(pool: sql.ConnectionPool): Promise<void> {
  await pool.request().batch(DDL);
  await pool.request().batch('EXEC sys.sp_cdc_enable_db');
  await pool
    .request()
    .batch(`EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'payments', @role_name = NULL`);
}

async function explicit(pool: sql.ConnectionPool): Promise<void> {
  const transaction = new sql.Transaction(pool);
  await transaction.begin();
  await insertInto(new sql.Request(transaction));
  await transaction.commit();
}

let number = 0;

async function insertInto(request: sql.Request): Promise<void> {
  number++;
  await request
    .input('customer', sql.Int, number % 100_000)
    .input('amount', sql.Decimal(14, 2), (number % 1_000_000) / 100)
    .input('reference', sql.VarChar(40), `REF-${number}`)
    .input('note', sql.NVarChar(80), number % 4 === 0 ? null : `note ${number}`)
    .input('paid', sql.DateTime2(3), new Date(1_700_000_000_000 + number))
    .query(INSERT);
}

/** Runs `work` on all clients at once for the time that the options say. */
async function measured(
  place: SourcePlace,
  options: BenchOptions,
  work: (client: number) => Promise<void>,
): Promise<{ all: number; writing: Writing }> {
  const clients = Array.from({ length: options.clients }, (_, index) => index);
  const run = async (seconds: number): Promise<number[]> => {
    const end = performance.now() + seconds * 1000;
    const times: number[] = [];
    const one = async (client: number): Promise<void> => {
      for (let began = performance.now(); began < end; began = performance.now()) {
        await work(client);
        times.push(performance.now() - began);
      }
    };
    await Promise.all(clients.map(one));
    return times;
  };
  const warm = await run(Math.min(3, options.seconds));
  const costs = new Costs();
  costs.watch('sandbox', place.sandbox.pid);
  costs.watchTree('postgres', place.storage.pids['postgres']!);
  const own = process.cpuUsage();
  costs.start();
  const times = (await run(options.seconds)).toSorted((a, b) => a - b);
  const { seconds, parts } = costs.stop();
  const { user, system } = process.cpuUsage(own);
  const micros = (cpuSeconds: number): number => Math.round((cpuSeconds * 1e6) / times.length);
  return {
    all: warm.length + times.length,
    writing: {
      transactions: times.length,
      perMinute: Math.round((times.length / seconds) * 60),
      medianMs: round(times[Math.floor(times.length / 2)] ?? 0, 2),
      p99Ms: round(times[Math.floor(times.length * 0.99)] ?? 0, 2),
      sandboxMicros: micros(parts['sandbox']!.cpuSeconds),
      postgresMicros: micros(parts['postgres']!.cpuSeconds),
      clientMicros: micros((user + system) / 1e6),
      sandboxPeakRssMb: parts['sandbox']!.peakRssMb,
    },
  };
}

/** Waits until the change table holds all: how long that took after the last commit, and whether the counts agree. */
async function captured(pool: sql.ConnectionPool, written: number): Promise<object> {
  const count = async (): Promise<number> =>
    (await pool.request().query<{ n: number }>('SELECT COUNT(*) AS n FROM cdc.dbo_payments_CT')).recordset[0]!.n;
  const began = performance.now();
  const atEnd = await count();
  await until(async () => (await count()) >= written, { timeoutMs: 120_000, message: 'not all changes were captured' });
  return { written, capturedAtEnd: atEnd, restAfterMs: Math.round(performance.now() - began), captured: await count() };
}

/** The same three statements on a table of the same columns, in the same server. */
async function onPostgres(place: SourcePlace, options: BenchOptions): Promise<{ writing: Writing }> {
  await withClient(place.storageUrl, (client) =>
    client.query(`create table payments (payment_id bigint generated always as identity primary key, customer_id int not null,
      amount numeric(14, 2) not null, reference text not null, note text, paid timestamp(3) not null)`),
  );
  const open = Array.from({ length: options.clients }, async () => {
    const client = new pg.Client({ connectionString: place.storageUrl });
    await client.connect();
    return client;
  });
  const clients = await Promise.all(open);
  try {
    return await measured(place, options, async (index) => {
      const client = clients[index]!;
      number++;
      await client.query('begin');
      await client.query(
        'insert into payments (customer_id, amount, reference, note, paid) values ($1, $2, $3, $4, $5)',
        [
          number % 100_000,
          (number % 1_000_000) / 100,
          `REF-${number}`,
          number % 4 === 0 ? null : `note ${number}`,
          new Date(),
        ],
      );
      await client.query('commit');
    });
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
