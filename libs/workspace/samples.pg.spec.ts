import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { convertDatabase, readScripts, workspaceObjects } from '#conversion';
import { parseJobFile } from '#jobs';
import { productRoot } from '#stack';
import { ControlStore } from '#target-postgres';
import { freshDatabase, type FreshDatabase } from '#testing';
import { applyObject } from './apply.ts';
import { planApply, planRollBack } from './plan.ts';
import { appliedPaths, rollBackObject } from './roll-back.ts';

const WHO = 'the test';
const PHASES = ['before', 'after', 'cutover', 'code'];
const JOB = parseJobFile(`job: samples
source: { kind: sqlserver, database: samples, user: none, password: "" }
target: { url: "postgresql://none@localhost/none" }
`);

const SAMPLES = [
  { name: 'garage', path: join(productRoot(), 'samples/garage') },
  { name: 'northwind', path: join(productRoot(), '../shared/data/northwind.sql') },
  { name: 'pubs', path: join(productRoot(), '../shared/data/pubs.sql') },
];

describe.each(SAMPLES)('$name', ({ name, path }) => {
  const isHere = existsSync(path);
  if (!isHere) process.stderr.write(`skipped: ${name} is not at ${path}\n`);
  let fresh: FreshDatabase;
  let pool: pg.Pool;
  let control: ControlStore;

  beforeAll(async () => {
    fresh = await freshDatabase();
    pool = fresh.pool();
    control = new ControlStore(pool, name);
  });

  afterAll(() => fresh.drop());

  /** What a person would see in the database. */
  const everything = async (): Promise<string[]> => {
    const found = await pool.query<{ identity: string }>(
      `select n.type || ' ' || n.identity as identity from (
         select 'pg_class'::regclass as c, oid, relnamespace as s from pg_class
         union all select 'pg_proc'::regclass, oid, pronamespace from pg_proc
         union all select 'pg_type'::regclass, oid, typnamespace from pg_type
         union all select 'pg_namespace'::regclass, oid, oid from pg_namespace) as x
       cross join lateral pg_identify_object(x.c, x.oid, 0) as n
       where x.s not in (select oid from pg_namespace where nspname ~ '^(pg_|information_schema|sluice$)') order by 1`,
    );
    return found.rows.map((row) => row.identity);
  };

  (isHere ? test : test.skip)(
    'every object is applied, stays as it is when applied again, and is gone without a trace when rolled back',
    async () => {
      const files = path.endsWith('.sql') ? [path] : readdirSync(path).map((file) => join(path, file));
      const scripts = files.filter((file) => file.endsWith('.sql'));
      const { database } = readScripts(
        scripts.map((file) => ({ path: file, text: readFileSync(file, 'utf8') })),
        { database: name },
      );
      const before = await everything();
      await control.install();
      await control.openJob(name, {});
      await control.workspace.save(workspaceObjects(database, convertDatabase(database, JOB)), null, WHO);
      const rows = (await control.workspace.readAll()).filter((row) => row.phase !== null);
      const ordered = PHASES.flatMap((phase) => rows.filter((row) => row.phase === phase));
      expect(ordered.length).toBe(rows.length);
      const planned = await planApply(control, ordered, true);
      expect(planned.filter((one) => one.outcome !== 'applied')).toEqual([]);
      for (const row of ordered)
        expect(await applyObject(control, row.path, WHO)).toMatchObject({ path: row.path, outcome: 'applied' });
      const applied = await everything();
      for (const row of ordered)
        expect(await applyObject(control, row.path, WHO)).toMatchObject({ path: row.path, outcome: 'unchanged' });
      expect(await everything()).toEqual(applied);
      const paths = await appliedPaths(control, new Set(PHASES));
      const options = { withData: false };
      expect((await planRollBack(control, paths, options)).filter((one) => one.outcome === 'kept')).toEqual([]);
      for (const one of paths)
        expect(await rollBackObject(control, one, WHO, options)).toMatchObject({ path: one, error: null });
      expect(await everything()).toEqual(before);
    },
    120_000,
  );
});
