import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { quoteIdent } from '#pgsql';
import { testPostgres } from '#testing';
import { installCatalog } from './database.ts';

/** A sandbox database of its own on a PostgreSQL for tests. */
export interface TestDatabase {
  readonly client: pg.Client;
  readonly url: string;
  /** `sbx_…`. */
  readonly name: string;
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
}

/** What the translator's runtime brings in a real sandbox, as far as the catalog needs it. */
const RUNTIME_STUB = `CREATE SCHEMA sys; CREATE SCHEMA u;
  CREATE TYPE sys.datetimeoffset AS (utc bigint, off smallint); CREATE TYPE sys.sql_variant AS (base text, value text);
  CREATE COLLATION sys.ci_as (provider = icu, locale = 'und-u-ks-level2', deterministic = false);`;

/** Makes the database with its catalog. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const { url } = await testPostgres();
  const id = 1000 + (randomBytes(3).readUIntBE(0, 3) % 9_000_000);
  const name = `sbx_${id}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${quoteIdent(name)}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const clients: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: own.href });
    await client.connect();
    clients.push(client);
    return client;
  };
  const client = await connect();
  await client.query(RUNTIME_STUB);
  await installCatalog(client, { databaseId: id, name: 'sandbox_test', collation: 'SQL_Latin1_General_CP1_CI_AS' });
  return {
    client,
    url: own.href,
    name,
    connect,
    close: async () => {
      for (const open of clients) await open.end();
      await admin.query(`DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`);
      await admin.end();
    },
  };
}
