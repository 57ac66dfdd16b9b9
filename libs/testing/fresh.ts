import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { PostgresVersion } from '#stack';
import { testPostgres, testPostgresOf } from './servers.ts';

/** A database that no other test knows. */
export interface FreshDatabase {
  readonly name: string;
  /** As a superuser. */
  readonly url: string;
  /** Another pool on it; ended by `drop`. */
  pool(options?: pg.PoolConfig): pg.Pool;
  /** Ends the pools and removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** A name that no other test run uses: letters, digits and underscores, fit for topics, schemas, jobs and databases. */
export function freshName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

/** Makes an empty database `sluice_test_<hex>` on {@link testPostgres}, or on a server of the version given. */
export async function freshDatabase(version?: PostgresVersion): Promise<FreshDatabase> {
  const server = version === undefined ? await testPostgres() : await testPostgresOf(version);
  const name = freshName('sluice_test');
  await command(server.url, `create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const pools: pg.Pool[] = [];
  const pool = (options: pg.PoolConfig = {}): pg.Pool => {
    const made = new pg.Pool({ connectionString: url.href, ...options });
    // Fault tests kill the server under idle connections; the next query says so where it matters.
    made.on('error', () => undefined);
    pools.push(made);
    return made;
  };
  const drop = async (): Promise<void> => {
    await Promise.all(pools.splice(0).map((made) => made.end()));
    await command(server.url, `drop database if exists ${name} with (force)`);
  };
  return { name, url: url.href, pool, drop };
}

async function command(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
