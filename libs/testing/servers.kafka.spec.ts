import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freshDatabase, testKafka, testPostgres, testRegistry, until, type FreshDatabase } from './index.ts';

describe('servers for tests', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
  });

  afterAll(() => database.drop());

  test('a fresh database is empty and away from UTC', async () => {
    const pool = database.pool();
    const tables = await pool.query(
      `select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace`,
    );
    expect(tables.rows).toEqual([{ n: 0 }]);
    const zone = await pool.query('show timezone');
    expect(zone.rows[0]).not.toEqual({ TimeZone: 'UTC' });
  });

  test('asking twice gives the same servers', async () => {
    expect(await testPostgres()).toEqual(await testPostgres());
    expect((await testKafka()).brokers).toHaveLength(1);
    expect((await testKafka()).brokers).toEqual((await testKafka()).brokers);
  });

  test('the registry answers', async () => {
    const { url } = await testRegistry();
    const answer = await fetch(`${url}/subjects`);
    expect(Array.isArray(await answer.json())).toBe(true);
  });

  test('until gives what it waited for, and names it when it does not come', async () => {
    let asked = 0;
    expect(await until(() => (asked += 1) > 2 && 'now')).toBe('now');
    await expect(until(() => false, { timeoutMs: 30, message: 'rain' })).rejects.toThrow('rain (waited 30 ms)');
  });
});
