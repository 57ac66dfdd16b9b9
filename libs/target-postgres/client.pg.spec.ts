import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { freshDatabase } from '#testing';
import { openPool } from './client.ts';

test('logs in with a password that stands beside the URL, whatever characters it has', async () => {
  const database = await freshDatabase();
  const role = `sluice_test_${randomBytes(4).toString('hex')}`;
  const password = "a/b%20@c:d?e#f'é";
  const admin = openPool({ url: database.url, applicationName: 'spec', maxConnections: 1 });
  try {
    await admin.query(`create role ${role} login password 'a/b%20@c:d?e#f''é'`);
    const url = new URL(database.url);
    url.username = role;
    url.password = '';
    const pool = openPool({ url: url.toString(), password, applicationName: 'spec', maxConnections: 1 });
    const found = await pool.query<{ name: string }>('select current_user as name');
    await pool.end();
    expect(found.rows[0]?.name).toBe(role);
  } finally {
    await admin.query(`drop role if exists ${role}`);
    await admin.end();
    await database.drop();
  }
});

test('A25: both sides of an idle connection ask within seconds whether the other one is there, and a long statement is not cut', async () => {
  const database = await freshDatabase();
  const pool = openPool({ url: database.url, applicationName: 'spec', maxConnections: 1 });
  try {
    const client = await pool.connect();
    const { keepAlive, keepAliveInitialDelayMillis } = pool.options;
    const socket = await client.query<{ idle: string; every: string; times: string; limit: string }>(
      `select current_setting('tcp_keepalives_idle') as idle, current_setting('tcp_keepalives_interval') as every,
         current_setting('tcp_keepalives_count') as times, current_setting('statement_timeout') as "limit"`,
    );
    client.release();
    expect([keepAlive, keepAliveInitialDelayMillis]).toEqual([true, 10_000]);
    expect(socket.rows).toEqual([{ idle: '10', every: '5', times: '3', limit: '0' }]);
  } finally {
    await pool.end();
    await database.drop();
  }
});
