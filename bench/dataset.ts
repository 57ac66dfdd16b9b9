import type { BenchOptions } from './options.ts';

/** A table of the workload: how SQL Server is told of it, and how PostgreSQL makes its rows by itself. */
export interface BenchTable {
  readonly name: string;
  readonly rows: number;
  /** T-SQL. */
  readonly ddl: string;
  /** An expression of PostgreSQL for each column, of the row's number `g`, counted from 0. */
  readonly values: readonly string[];
}

/** Pseudo-random whole number in [0, below), the same for the same row and salt. */
function pick(salt: number, below: number): string {
  return `((hashint8(g * 64 + ${salt})::bigint & 2147483647) % ${below})`;
}

/** Text of about `length` characters that does not repeat and compresses little. */
function words(salt: number, length: number): string {
  const parts = Array.from({ length: Math.ceil(length / 32) }, (_, part) => `md5((g * 64 + ${salt + part})::text)`);
  return `left(${parts.join(" || ' ' || ")}, ${length})`;
}

const MOMENT = `(timestamp '2020-01-01' + ${pick(7, 150_000_000)} * interval '1.001 second')::timestamp(3)`;

/** The four tables of the comparison (issue 3): rows of 120–200 bytes, and documents of 4–64 KB. */
export function tablesOf(options: BenchOptions): BenchTable[] {
  return [customers(options.customers), orders(options), lines(options.lines), documents(options)].filter(
    (table) => table.rows > 0,
  );
}

export function customers(rows: number): BenchTable {
  return {
    name: 'customers',
    rows,
    ddl: `CREATE TABLE dbo.customers (customer_id int NOT NULL PRIMARY KEY, code varchar(20) NOT NULL, name nvarchar(60) NOT NULL, email varchar(80) NULL,
      city nvarchar(40) NULL, credit decimal(12, 2) NOT NULL, created datetime2(3) NOT NULL, active bit NOT NULL)`,
    values: [
      `g + 1`,
      `'C' || lpad(g::text, 8, '0')`,
      `'Customer ' || ${words(1, 24)}`,
      `case when g % 10 = 0 then null else 'c' || g || '@' || ${words(3, 12)} || '.example.org' end`,
      `(array['Wien', 'São Paulo', 'Köln', 'Osaka 大阪', 'Chicago', 'Kraków'])[1 + ${pick(4, 6)}]`,
      `(${pick(5, 10_000_000)} / 100.0)::numeric(12, 2)`,
      MOMENT,
      `g % 7 <> 0`,
    ],
  };
}

function orders({ orders: rows, customers: known }: BenchOptions): BenchTable {
  return {
    name: 'orders',
    rows,
    ddl: `CREATE TABLE dbo.orders (order_id bigint NOT NULL PRIMARY KEY, customer_id int NOT NULL, ordered_at datetime2(3) NOT NULL, ship_by date NULL,
      status smallint NOT NULL, total decimal(14, 2) NOT NULL, reference varchar(40) NOT NULL, note nvarchar(80) NULL)`,
    values: [
      `1000000000 + g`,
      `1 + ${pick(1, Math.max(1, known))}`,
      MOMENT,
      `case when g % 5 = 0 then null else date '2024-01-01' + ${pick(2, 700)}::int end`,
      `${pick(3, 9)}`,
      `(${pick(4, 100_000_000)} / 100.0)::numeric(14, 2)`,
      `'REF-' || ${words(5, 30)}`,
      `case when g % 4 = 0 then null else 'note ' || ${words(8, 60)} end`,
    ],
  };
}

export function lines(rows: number): BenchTable {
  return {
    name: 'order_lines',
    rows,
    ddl: `CREATE TABLE dbo.order_lines (order_id bigint NOT NULL, line smallint NOT NULL, product_id int NOT NULL, quantity int NOT NULL, price decimal(12, 4) NOT NULL,
      discount decimal(5, 4) NOT NULL, description nvarchar(100) NOT NULL, changed datetime2(3) NOT NULL, PRIMARY KEY (order_id, line))`,
    values: [
      `1000000000 + g / 3`,
      `1 + g % 3`,
      `1 + ${pick(1, 50_000)}`,
      `1 + ${pick(2, 100)}`,
      `(${pick(3, 100_000_000)} / 10000.0)::numeric(12, 4)`,
      `(${pick(4, 5000)} / 10000.0)::numeric(5, 4)`,
      `'line of ' || ${words(5, 70)}`,
      MOMENT,
    ],
  };
}

export function documents({ documents: rows, documentBytes: [least, most] }: BenchOptions): BenchTable {
  return {
    name: 'documents',
    rows,
    ddl: `CREATE TABLE dbo.documents (document_id int NOT NULL PRIMARY KEY, customer_id int NOT NULL, title nvarchar(80) NOT NULL, body nvarchar(max) NOT NULL)`,
    values: [
      `g + 1`,
      `1 + ${pick(1, 200_000)}`,
      `'Document ' || ${words(2, 40)}`,
      // Pieces of one text that is made once; about half of it compresses.
      `substr((select string_agg(md5(n::text) || ' ' || repeat('lorem ipsum ', 3), '') from generate_series(1, 2 + ${2 * most} / 69) n),
        (1 + ${pick(4, most)})::int, (${least} + ${pick(3, Math.max(1, most - least + 1))})::int)`,
    ],
  };
}
