import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sql from 'mssql';
import { parseScript, quoteName } from '#tsql';
import { connect, type SampleServer } from './connection.ts';
import { Random } from './random.ts';

/** The samples' SQL stands beside the sources, above both `samples/` and `dist/samples/`. */
function folder(sample: 'orders' | 'garage'): string {
  for (let dir = import.meta.dirname; ; dir = dirname(dir)) {
    const candidate = join(dir, 'samples', sample);
    if (existsSync(candidate)) return candidate;
    if (dir === dirname(dir)) throw new Error(`BUG: the folder samples/${sample} is missing`);
  }
}

/** The scripts of a sample, in the order in which they are run. */
export function scriptsOf(sample: 'orders' | 'garage'): string[] {
  const names = readdirSync(folder(sample)).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => readFileSync(join(folder(sample), name), 'utf8'));
}

/** Creates the database and runs the scripts of a sample in it. */
async function installScripts(server: SampleServer, sample: 'orders' | 'garage'): Promise<void> {
  await createDatabase(server);
  const pool = await connect(server, 1);
  try {
    for (const text of scriptsOf(sample)) await runScript(pool, text);
  } finally {
    await pool.close();
  }
}

/** Installs the sample of the workshops: tables, code and a few rows. */
export const installGarage = (server: SampleServer): Promise<void> => installScripts(server, 'garage');

/** Runs a script's batches one after the other, as a client with GO does. Errors name the batch's first line. */
export async function runScript(pool: sql.ConnectionPool, text: string): Promise<void> {
  for (const batch of parseScript(text).batches) {
    if (batch.text.trim() === '') continue;
    for (let run = 0; run < batch.repeat; run++) {
      try {
        await pool.request().batch(batch.text);
      } catch (error) {
        throw new Error(`${(error as Error).message} — in the batch: ${batch.text.trim().slice(0, 160)}`, {
          cause: error,
        });
      }
    }
  }
}

/** Creates the database if it is not there. */
export async function createDatabase(server: SampleServer): Promise<void> {
  const pool = await connect({ ...server, database: 'master' }, 1);
  try {
    const found = await pool
      .request()
      .input('name', sql.NVarChar(128), server.database)
      .query(`SELECT COUNT(*) AS n FROM sys.databases WHERE name = @name`);
    if (Number((found.recordset[0] as { n: number }).n) === 0) {
      await pool.request().batch(`CREATE DATABASE ${quoteName(server.database)}`);
      await pool.request().batch(`ALTER DATABASE ${quoteName(server.database)} SET ALLOW_SNAPSHOT_ISOLATION ON`);
    }
  } finally {
    await pool.close();
  }
}

export interface InstallOptions {
  /** About how many rows in all, at least 1,000. */
  readonly rows: number;
  readonly seed: number;
  onProgress?(text: string): void;
}

/** Installs the order-keeping sample: schema, rows that matter one by one, and about `rows` generated ones. */
export async function installOrders(server: SampleServer, options: InstallOptions): Promise<void> {
  await installScripts(server, 'orders');
  const pool = await connect(server, 2);
  try {
    options.onProgress?.('schema and hand-made rows installed');
    await generate(pool, options);
  } finally {
    await pool.close();
  }
}

/** One customer for ten orders, three lines an order, a product for fifty rows. */
async function generate(pool: sql.ConnectionPool, options: InstallOptions): Promise<void> {
  const random = new Random(options.seed);
  const orders = Math.max(20, Math.floor((options.rows * 10) / 42));
  const customers = Math.max(5, Math.floor(orders / 10));
  const products = Array.from({ length: Math.max(20, Math.floor(options.rows / 50)) }, () => random.uuid());
  await bulk(
    pool,
    'dbo.Customer',
    [
      ['Code', sql.VarChar(20), false],
      ['Name', sql.NVarChar(100), false],
      ['Email', sql.VarChar(200), true],
      ['CountryCode', sql.Char(2), false],
      ['CreditLimit', sql.Money, false],
    ],
    customers,
    (index) => [
      `C${String(index).padStart(6, '0')}`,
      `${random.pick(NAMES)} ${index}`,
      random.chance(0.2) ? null : `c${index}@example.org`,
      random.pick(COUNTRIES),
      random.int(0, 90_000) / 4,
    ],
  );
  await bulk(
    pool,
    'dbo.Product',
    [
      ['ProductId', sql.UniqueIdentifier, false],
      ['Sku', sql.VarChar(30), false],
      ['Name', sql.NVarChar(120), false],
      ['CategoryId', sql.Int, false],
      ['Price', sql.Decimal(19, 4), false],
      ['Weight', sql.Real, true],
      ['Rating', sql.Float, true],
    ],
    products.length,
    (index) => [
      products[index],
      `SKU-${index}`,
      `${random.pick(THINGS)} №${index}`,
      random.int(2, 6),
      random.int(1, 1_000_000) / 100,
      random.chance(0.1) ? null : random.int(1, 4000) / 8,
      random.next() * 5,
    ],
  );
  options.onProgress?.(`${customers} customers, ${products.length} products`);
  await bulk(
    pool,
    'dbo.Order',
    [
      ['CustomerId', sql.Int, false],
      ['OrderedAt', sql.DateTime, false],
      ['ShipBy', sql.Date, true],
      ['Status', sql.TinyInt, false],
      ['Note', sql.NVarChar(400), true],
    ],
    orders,
    (index) => {
      const day = new Date(Date.UTC(2024, 0, 1 + (index % 365), random.int(0, 23), random.int(0, 59)));
      return [
        random.int(1, customers),
        day,
        random.chance(0.3) ? null : day,
        random.int(0, 9),
        random.chance(0.5) ? null : `note ${index} — ${random.pick(THINGS)}`,
      ];
    },
  );
  const first = Number((await pool.request().query('SELECT MIN(OrderId) AS id FROM dbo.[Order]')).recordset[0].id);
  options.onProgress?.(`${orders} orders`);
  await bulk(
    pool,
    'dbo.OrderLine',
    [
      ['OrderId', sql.BigInt, false],
      ['LineNumber', sql.SmallInt, false],
      ['ProductId', sql.UniqueIdentifier, false],
      ['Quantity', sql.Int, false],
      ['UnitPrice', sql.Decimal(19, 4), false],
      ['Discount', sql.Decimal(5, 4), false],
    ],
    orders * 3,
    (index) => [
      String(first + Math.floor(index / 3)),
      1 + (index % 3),
      random.pick(products),
      random.int(1, 40),
      random.int(1, 99_999) / 100,
      random.int(0, 5) / 20,
    ],
  );
  options.onProgress?.(`${orders * 3} order lines`);
}

const NAMES = ['Ångström', 'Berger', 'Çelik', 'Dvořák', 'Eriksson', 'Müller', "O'Hara", 'Наташа', '山田', 'Zoë'];
const THINGS = ['hammer', 'saw', 'kite', 'Schraube', 'κύβος', 'ナイフ', 'emoji 🪁'];
const COUNTRIES = ['AT', 'BR', 'DE', 'JP', 'US'];

type Column = readonly [name: string, type: unknown, nullable: boolean];

/** Rows of one INSERT BULK: a client that stops reading would hold them all. */
const BULK_ROWS = 10_000;

async function bulk(
  pool: sql.ConnectionPool,
  name: string,
  columns: readonly Column[],
  count: number,
  row: (index: number) => unknown[],
): Promise<void> {
  for (let from = 0; from < count; from += BULK_ROWS) {
    const table = new sql.Table(name);
    for (const [column, type, nullable] of columns) table.columns.add(column, type as sql.ISqlType, { nullable });
    for (let index = from; index < Math.min(count, from + BULK_ROWS); index++)
      table.rows.add(...(row(index) as (string | number | null)[]));
    await pool.request().bulk(table);
  }
}
