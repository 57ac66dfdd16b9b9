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
