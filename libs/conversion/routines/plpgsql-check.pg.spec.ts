import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { productRoot } from '#stack';
import { type CheckedPostgres, hasCheckedPostgres, startCheckedPostgres } from '#testing';
import { type ScratchServer, verifyObjects } from '#workspace';
import { convertedObjects } from '../tree/index.ts';
import { workspaceObjects } from '../workspace/index.ts';
import { modelOf } from './test-model.ts';
import { convertScript } from './test-target.ts';

const isHere = hasCheckedPostgres();
if (!isHere)
  process.stderr.write('skipped: plpgsql_check: apt-get install postgresql-15 postgresql-15-plpgsql-check\n');

/** A folder of scripts, or one script, in the order of their names. */
function scriptOf(path: string, pattern = /\.sql$/): string {
  if (path.endsWith('.sql')) return readFileSync(path, 'utf8');
  const files = readdirSync(path).filter((one) => pattern.test(one));
  return files.map((one) => readFileSync(join(path, one), 'utf8')).join('\nGO\n');
}

const SHARED = join(productRoot(), '../shared/data');
const IDIOMS = join(productRoot(), 'libs/conversion/routines/idioms');
const SAMPLES: readonly { name: string; path: string; least: number; pattern?: RegExp }[] = [
  { name: 'garage', path: join(productRoot(), 'samples/garage'), pattern: /^[1-6].*\.sql$/, least: 150 },
  { name: 'orders', path: join(productRoot(), 'samples/orders'), pattern: /^1.*\.sql$/, least: 0 },
  { name: 'northwind', path: join(SHARED, 'northwind.sql'), least: 7 },
  { name: 'pubs', path: join(SHARED, 'pubs.sql'), least: 5 },
  ...readdirSync(IDIOMS).map((file) => ({ name: file, path: join(IDIOMS, file), least: 15 })),
  { name: 'chinook', path: join(SHARED, 'chinook.sql'), least: 0 },
];

/** A scratch database goes with those who are still connected to it. */
function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => undefined);
  return pool;
}

(isHere ? describe : describe.skip)('under plpgsql_check', () => {
  let server: CheckedPostgres;
  let pool: pg.Pool;

  beforeAll(async () => {
    server = await startCheckedPostgres();
    pool = poolOf(server.url);
  }, 60_000);

  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  const place = (): ScratchServer => ({
    job: 'checked',
    target: pool,
    open: (name) => poolOf(Object.assign(new URL(server.url), { pathname: `/${name}` }).href),
  });
  const verify = (script: string, at = place()): ReturnType<typeof verifyObjects> => {
    const [database, conversion] = [modelOf(script), convertScript(script, server.version)];
    const rows = workspaceObjects(database, conversion).map((one) => ({ ...one, edited: null }));
    return verifyObjects(at, rows, convertedObjects(database, conversion));
  };

  test('a body that names what is not there is found, where it is only created it is not', async () => {
    const script =
      'CREATE TABLE t (a int)\nGO\nCREATE PROCEDURE good AS UPDATE t SET a = 1\nGO\nCREATE PROCEDURE p AS UPDATE t SET a = 2';
    const database = modelOf(script);
    const conversion = convertScript(script, server.version);
    const edited = `CREATE OR REPLACE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE x (n int); INSERT INTO x VALUES (1); UPDATE t SET b = 2; END $$;`;
    const rows = workspaceObjects(database, conversion).map((one) => ({
      ...one,
      edited: one.path === 'dbo/procedure/p.sql' ? edited : null,
    }));
    const found = await verifyObjects(place(), rows, convertedObjects(database, conversion));
    expect(found).toMatchObject({ place: 'database', by: 'plpgsql_check' });
    const verdicts = new Map(found.verdicts.map((one) => [one.path, one.verdict]));
    expect(verdicts.get('dbo/procedure/good.sql')).toEqual({ ok: true, by: 'plpgsql_check', problems: [] });
    expect(verdicts.get('dbo/procedure/p.sql')).toEqual({
      ok: false,
      by: 'plpgsql_check',
      problems: [{ level: 'error', line: 1, message: 'column "b" of relation "t" does not exist' }],
    });
  });

  for (const { name, path, pattern, least } of SAMPLES) {
    const isFound = existsSync(path);
    if (!isFound) process.stderr.write(`skipped: ${name} is not at ${path}\n`);
    (isFound ? test : test.skip)(`every object of ${name} is made, and its routines are clean`, async () => {
      const { by, verdicts } = await verify(scriptOf(path, pattern));
      expect(by).toBe('plpgsql_check');
      const bad = verdicts.filter((one) => !one.verdict.ok);
      expect(bad).toEqual([]);
      expect(verdicts.filter((one) => one.verdict.by === 'plpgsql_check').length).toBeGreaterThanOrEqual(least);
    });
  }

  test('in schemas of a transaction that is rolled back they are made and looked at too', async () => {
    await pool.query(
      `create extension plpgsql_check; create role plain login; grant create on database postgres to plain`,
    );
    const plain = poolOf(Object.assign(new URL(server.url), { username: 'plain' }).href);
    try {
      const script = scriptOf(join(productRoot(), 'samples/garage'), /^[1-6].*\.sql$/);
      const found = await verify(script, { ...place(), target: plain });
      expect(found).toMatchObject({ place: 'schemas', by: 'plpgsql_check' });
      expect(found.verdicts.filter((one) => !one.verdict.ok)).toEqual([]);
      const left = await pool.query(`select nspname from pg_namespace where nspname ~ '^sluice'`);
      expect(left.rows).toEqual([]);
    } finally {
      await plain.end();
    }
  });
});
