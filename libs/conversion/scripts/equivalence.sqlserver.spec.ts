import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Secret } from '#config';
import { type Conversion, convertDatabase, readScripts } from '#conversion';
import { connect, createDatabase, runScript, type SampleServer } from '#samples';
import type { DatabaseModel } from '#schema';
import { SqlServerSource } from '#source-sqlserver';
import { productRoot } from '#stack';
import { freshName, testSandbox } from '#testing';

/** What only a live database has, or makes up: nothing else may differ between the two ways of reading. */
const LIVE_ONLY = new Set(['objectId', 'estimatedRows', 'estimatedBytes', 'lastValue', 'current', 'version']);

/** Names that the server makes of object ids: their form is the same, their hexadecimal digits are not. */
const MADE_NAME = /\b((?:PK|UQ|DF|CK|FK)__.+?__)[0-9A-F]{8,16}\b/g;

const SETTINGS = {
  target: { naming: 'snake_case', schemas: { dbo: 'public' } },
  tables: [],
  values: { nul: 'reject', digit7: 'truncate' },
} as unknown as Parameters<typeof convertDatabase>[1];

/** Ordered by object id in the catalog, which wraps round at 2^31: no order that a script could have. */
const BY_ID = new Set(['modules', 'checks', 'foreignKeys', 'permissions']);

function comparable(model: DatabaseModel): unknown {
  const plain = JSON.stringify(model, (key, value: unknown) =>
    LIVE_ONLY.has(key)
      ? undefined
      : typeof value === 'string' && key === 'name'
        ? value.replaceAll(MADE_NAME, '$1')
        : value,
  );
  return JSON.parse(plain, (key, value: unknown) =>
    BY_ID.has(key) && Array.isArray(value) ? value.toSorted(byText) : value,
  );
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const statementsOf = (conversion: Conversion): string[] => conversion.steps.map((step) => step.sql).toSorted();
const issuesOf = (conversion: Conversion): string[] =>
  conversion.issues.map((one) => `${one.code} ${one.object} ${one.message}`.replaceAll(MADE_NAME, '$1')).toSorted();

const folder = (name: string): string[] =>
  readdirSync(join(productRoot(), 'samples', name))
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => join(productRoot(), 'samples', name, file));
const shared = (file: string): string[] => [join(productRoot(), '../shared/data', file)];

const SAMPLES = [
  { name: 'garage', files: folder('garage') },
  { name: 'orders', files: folder('orders') },
  { name: 'northwind', files: shared('northwind.sql') },
  { name: 'pubs', files: shared('pubs.sql'), own: 'pubs' },
  { name: 'chinook', files: shared('chinook.sql'), own: 'Chinook_AutoIncrement' },
] as const;

describe.each(SAMPLES)('$name read from its scripts and from the catalog after they ran', (sample) => {
  const isHere = sample.files.every((file) => existsSync(file));
  const database = freshName('scripts');
  let server: SampleServer;
  let live: DatabaseModel;
  let read: DatabaseModel;

  /** Scripts that make a database of a name of their own make ours. */
  const textOf = (path: string): string => {
    const text = readFileSync(path, 'utf8');
    return 'own' in sample ? text.replaceAll(new RegExp(String.raw`\b${sample.own}\b`, 'g'), database) : text;
  };

  if (!isHere) {
    test.skip('the public sample is not beside the project', () => undefined);
    return;
  }

  test('gives the same model', async () => {
    server = { host: '127.0.0.1', user: 'sa', database, ...(await testSandbox()) };
    if (!('own' in sample)) await createDatabase(server);
    const pool = await connect({ ...server, database: 'own' in sample ? 'master' : database }, 1);
    try {
      for (const path of sample.files) await runScript(pool, textOf(path));
    } finally {
      await pool.close();
    }
    const source = new SqlServerSource({
      ...{ host: server.host, port: server.port, user: 'sa', database, password: new Secret(server.password) },
      ...{ encrypt: true, trustServerCertificate: true },
    });
    try {
      live = await source.catalog.readDatabase();
    } finally {
      await source.close();
    }
    const files = sample.files.map((path) => ({ path, text: textOf(path) }));
    const reading = readScripts(files, { database });
    read = reading.database;
    expect(reading.issues.filter((one) => one.severity === 'manual' || one.code === 'SL1081')).toEqual([]);
    expect(comparable(read)).toEqual(comparable(live));
    expect(live.tables.length).toBeGreaterThan(10);
  }, 300_000);

  test('converts to the same statements, with the same issues', () => {
    const [fromScripts, fromCatalog] = [convertDatabase(read, SETTINGS), convertDatabase(live, SETTINGS)];
    expect(statementsOf(fromScripts)).toEqual(statementsOf(fromCatalog));
    expect(issuesOf(fromScripts)).toEqual(issuesOf(fromCatalog));
  });

  afterAll(async () => {
    const pool = await connect({ ...server, database: 'master' }, 1);
    await pool.request().batch(`DROP DATABASE ${database}`);
    await pool.close();
  });
});
